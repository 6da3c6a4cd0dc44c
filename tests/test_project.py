"""The project's own order: one-way imports, environment.yml equal to pyproject.toml, lazy import, no leftovers."""

from __future__ import annotations

import ast
import importlib.util
import json
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "etolib"

# Each layer may import what stands above it, and itself; the longest name that fits counts.
LAYERS = [
    {"_version", "spent", "spreadsheets", "variables", "words"},
    {"errors"},
    {"extras"},
    {"keys"},
    {"dates", "glance"},
    {"sources.row"},
    {"sources.national", "sources.beside", "sources.compared", "sources.packages", "sources.services"},
    {"sources.catalogue"},
    {"equations.constants", "equations.conventions", "config", "science", "logs"},
    {"units"},
    {"unit_systems"},
    {"quantities"},
    {"site"},
    {"places"},
    {"scores", "weighted"},
    {"equations.elementwise"},
    {"equations.air", "equations.sun"},
    {"equations.humidity", "equations.radiation", "equations.soil"},
    {"equations"},
    {"reference", "archive"},
    {"water", "accessors"},
    {"request"},
    {"sources.network"},
    {"sources"},
    {"places_reader"},
    {"fusion"},
    {"result"},
    {"pipeline"},
    {"areas"},
    {"store"},
    {"tasks"},
    {"validation"},
    {"widgets", "serve"},
    {"cli_group", "cli_line", "cli_logs", "cli_output"},
    {"cli", "cli_batch", "cli_doctor", "cli_serve", "cli_station", "cli_tasks", "__init__", "__main__"},
]
RANK = {name: rank for rank, names in enumerate(LAYERS) for name in names}


def modules() -> list[Path]:
    return sorted(PACKAGE.rglob("*.py"))


def name_of(path: Path) -> str:
    """Return the dotted name of a module within the package."""
    parts = path.relative_to(PACKAGE).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" and len(parts) > 1 else parts)


NAMES = frozenset(map(name_of, modules()))


def rank(name: str) -> int:
    """Return the layer of a module."""
    parts = name.split(".")
    for length in range(len(parts), 0, -1):
        if (known := ".".join(parts[:length])) in RANK:
            return RANK[known]
    raise AssertionError(f"give {name} a layer in this test")


def at_run_time(tree: ast.AST) -> Iterator[ast.AST]:
    """Yield what does not stand in ``if TYPE_CHECKING``."""
    skipped = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test)
        for inner in ast.walk(node)
    }
    yield from (node for node in ast.walk(tree) if id(node) not in skipped)


def imported(path: Path) -> set[str]:
    """Return the modules of etolib that a file imports anywhere outside of ``if TYPE_CHECKING``."""
    found = set()
    for node in at_run_time(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {a.name.removeprefix("etolib.") for a in node.names if a.name.startswith("etolib.")}
        elif isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "etolib":
            home = (node.module or "").removeprefix("etolib").removeprefix(".")
            for a in node.names:
                inner = f"{home}.{a.name}" if home else a.name
                found.add(inner if inner in NAMES else home)
    return found - {""}


@pytest.mark.parametrize("path", modules(), ids=lambda p: str(p.relative_to(ROOT)))
def test_imports_point_one_way(path):
    here = name_of(path)
    for name in imported(path) & NAMES:
        assert rank(name) <= rank(here), f"{here} must not import {name}"


def test_no_import_circle():
    uses = {name_of(path): imported(path) & NAMES for path in modules()}
    done: set[str] = set()

    def walk(name: str, above: tuple[str, ...]) -> None:
        assert name not in above, " -> ".join([*above[above.index(name) :], name])
        if name not in done:
            for other in uses[name] - {name}:
                walk(other, (*above, name))
            done.add(name)

    for name in uses:
        walk(name, ())


def test_computing_modules_know_no_dask_cluster_and_no_widget():
    for path in modules():
        if rank(name_of(path)) <= RANK["pipeline"]:
            text = path.read_text()
            assert not re.search(r"^\s*(import|from) (distributed|ipywidgets|ipyleaflet|IPython)\b", text, re.M), path


def requirements(lines: list[str]) -> dict[str, str]:
    found = {}
    for line in lines:
        match = re.match(r"([A-Za-z0-9_.-]+)\s*(.*)", line)
        assert match
        found[match[1].lower().replace("_", "-")] = match[2]
    return found


def test_environments_are_what_pyproject_says():
    spec = importlib.util.spec_from_file_location("write_environments", ROOT / "tools/write_environments.py")
    tool = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(tool)
    for name, content in tool.environments().items():
        assert (ROOT / name).read_text() == content, "run tools/write_environments.py"
        listed = [line for line in yaml.safe_load(content)["dependencies"] if isinstance(line, str)]
        # conda-forge's `playwright` is the package for Node; climate-indices has no feedstock
        assert not {line.split(">")[0] for line in listed} & {"playwright", "climate-indices", "prometheus-client"}
    assert not re.search("pytest|hypothesis|mypy|playwright", tool.environments()["environment.yml"])


def test_constraints_pin_versions_and_name_no_address():
    lines = (ROOT / "constraints.txt").read_text().splitlines()
    pins = [line for line in lines if line and not line.startswith("#")]
    assert len(pins) > 50
    assert all(re.fullmatch(r"[A-Za-z0-9_.-]+==[A-Za-z0-9_.+!-]+", line) for line in pins)


def test_constraints_pin_what_the_project_asks_for():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extras = project["optional-dependencies"]
    people = [line for name in extras if name not in {"bench", "build", "docs", "stations"} for line in extras[name]]
    asked = requirements([line for line in project["dependencies"] + people if not line.startswith("etolib[")])
    pinned = {
        line.split("==")[0].lower().replace("_", "-")
        for line in (ROOT / "constraints.txt").read_text().splitlines()
        if "==" in line
    }
    assert set(asked) <= pinned


# What costs a start much; tenacity imports tornado where it is.
HEAVY = frozenset(
    ["pandas", "numba", "xarray", "dask", "distributed", "matplotlib", "pyarrow", "scipy", "h5py", "httpx2", "tornado"]
)


@pytest.mark.parametrize(
    ("code", "allowed"),
    [
        ("import etolib", ()),
        ("import etolib; etolib.eto_fao56", ()),
        ("import etolib; etolib.Site(1, 2); etolib.Period('2024-01-01', '2024-01-02')", ()),
        ("import etolib; etolib.compute", ("pandas", "pyarrow", "httpx2", "tornado")),
    ],
)
def test_import_is_light(code, allowed):
    """A time is measured by `benchmarks/imports.py`; what costs it is held here."""
    code = f"import sys; {code}; print(*sys.modules)"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert not HEAVY & set(out.split()) - set(allowed)


def test_notebook_cells_are_sentences():
    for path in [*ROOT.glob("notebooks/*.ipynb"), *ROOT.glob("apps/*.ipynb")]:
        for cell in json.loads(path.read_text())["cells"]:
            source = "".join(cell["source"])
            if cell["cell_type"] == "code":
                assert len(source.splitlines()) <= 10, path
                assert not re.search(r"^\s*(def|try)\b|sys\.path", source, re.M), path


def test_no_machine_path_and_no_registry_address_in_the_tree():
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False).stdout
    if not listed:
        pytest.skip("not a git checkout")
    pattern = re.compile(r"(?<![\w./])/(?:work|root|home)/[\w.-]+|files\.pythonhosted|pypi\.org/simple|registry\.npmjs")
    for name in filter(None, listed.split("\0")):
        path = ROOT / name
        if path.suffix in {".py", ".toml", ".yml", ".txt", ".md", ".json", ".ipynb", ".sh", ".js", ".css", ".j2", ""}:
            if path == Path(__file__) or not path.is_file():
                continue
            assert not pattern.search(path.read_text(errors="replace")), name


def test_tests_with_a_browser_stand_where_the_makefile_looks_for_them():
    said = re.search(r"^BROWSER_TESTS := (.+)$", (ROOT / "Makefile").read_text(), re.MULTILINE)[1].split()
    marked = [
        path
        for path in sorted((ROOT / "tests").rglob("*.py"))
        if re.search(r"[ @]pytest\.mark\.browser\b", path.read_text())
    ]
    assert marked
    elsewhere = [path for path in marked if not any(path.is_relative_to(ROOT / one) for one in said)]
    assert elsewhere == []
    assert all((ROOT / one).exists() for one in said)
