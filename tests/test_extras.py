"""What a plain installation leaves out: everything else works, and each absence names the command that ends it."""

from __future__ import annotations

import ast
import json
import subprocess
import sys

import numpy as np
import pytest

from etolib import extras
from etolib.errors import MissingPackage
from etolib.fusion import bias
from tests.test_project import PACKAGE, at_run_time, modules, name_of

# What a person does, and the extra without which it cannot be done.
USES = {
    "result.save(folder / 'a.png')": "plot",
    "result.save(folder / 'a.html')": "plot",
    "result.save(folder / 'a.xlsx')": "files",
    "result.save(folder / 'a.parquet')": "files",
    "result.save(folder / 'a.nc')": "grid",
    "result.to_netcdf(folder / 'b.nc')": "grid",
    "result.to_excel(folder / 'b.xlsx')": "files",
    "result.dataset": "grid",
    "result.plot()": "plot",
    "etolib.Page": "app",
    "etolib.Comparison": "app",
    "etolib.Region": "app",
    "__import__('etolib.widgets.chart')": "app",
    "etolib.submit(site, days)": "cluster",
    "etolib.submit_many([site], days)": "cluster",
    "etolib.submit_many([site], days, store=folder / 'a.zarr')": "cluster",
    "etolib.connect()": "cluster",
    "etolib.get_client()": "cluster",
    "etolib.Job": "cluster",
    "etolib.read_station(workbook)": "files",
    "etolib.read_places(workbook)": "files",
    "etolib.read_places(parquet)": "files",
    "etolib.grid_source(folder)": "grid",
    "etolib.compute(site, days, sources=['nasa_power_zarr'])": "grid",
    "archive.open_archive(parquet)": "grid",
    "archive.simulate_archive(folder / 'b.zarr', days=2, grid=(2, 2))": "grid",
    "etolib.eto(table, site, method='thornthwaite')": "grid",
    "store.Store.open(folder)": "grid",
    "kernel.daily(**dict.fromkeys(WEATHER, np.full(9, 10.0)), **place, compiled=True)": "fast",
    "study.fuse(folder, 'T2005')": "files",
}
# What is typed; the page's server asks for psutil first, with it for the rest.
COMMANDS = {
    "serve --no-browser": "app",
    "lab --no-browser": "app",
    "batch places.csv --period 2024-01 -o out.zarr": "cluster",
    "fuse --data . --protocol T2005 -o a.parquet": "files",
    "compute --lat -22 --lon -47 --period 2024-01 -o a.png": "plot",
    "compute --lat -22 --lon -47 --period 2024-01 -o a.nc": "grid",
}

CODE = """
import json, os, sys, tempfile, warnings
from importlib.abc import MetaPathFinder
from pathlib import Path

class Absent(MetaPathFinder):
    def find_spec(self, name, path, target=None):
        if name.partition(".")[0] in BLOCKED:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

sys.meta_path.insert(0, Absent())
import numpy as np, pandas as pd
import etolib
from etolib import archive, config
from etolib.equations import kernel

folder = Path(tempfile.mkdtemp())
workbook, parquet = folder / "a.xlsx", folder / "a.parquet"
import zipfile
with zipfile.ZipFile(workbook, "w") as file:
    file.writestr("[Content_Types].xml", "<Types/>")
    file.writestr("xl/workbook.xml", "<workbook/>")
parquet.write_bytes(b"PAR1")
site, days = etolib.Site(-22.7, -47.6, 500), "2024-01-01/2024-01-10"
table = pd.DataFrame({"tmin": 10.0, "tmax": 20.0}, index=pd.date_range("2020-01-01", "2021-12-31"))

place = {"latitude": np.full(9, 1.0), "elevation": np.full(9, 1.0), "day_of_year": np.full(9, 1)}
WEATHER = "tmin", "tmax", "ea", "rs", "u2"

def typed(line):
    from click.testing import CliRunner
    from etolib.cli import main
    Path("places.csv").write_text("latitude,longitude\\n-22,-47\\n")
    run = CliRunner().invoke(main, line.split())
    return run.exit_code, run.output, repr(run.exception)

with config.set_options(offline=True):
    result = etolib.compute(site, days)
    done = [one for one in (".csv", ".json", ".zip", ".py", ".ipynb", ".txt") if not result.save(folder / f"r{one}")]
    said = {}
    for use in USES:
        try:
            from etolib.store import store
            from etolib.validation import study
            eval(use)
        except Exception as error:
            said[use] = [type(error).__name__, str(error)]
        else:
            said[use] = ["nothing", ""]
    os.chdir(folder)
    commands = {line: typed(line) for line in COMMANDS}
print(json.dumps({"said": said, "commands": commands, "eto": result.table["eto"].tolist(), "done": done,
                  "loaded": sorted({name.partition(".")[0] for name in sys.modules} & BLOCKED)}))
"""


@pytest.fixture(scope="module")
def plain():
    """What a process says in which no package of an extra can be imported."""
    blocked = set(extras.homes())
    code = f"BLOCKED, USES, COMMANDS = {blocked!r}, {list(USES)!r}, {list(COMMANDS)!r}\n{CODE}"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    return json.loads(run.stdout.splitlines()[-1])


@pytest.mark.parametrize("use", USES)
def test_what_is_absent_names_the_command_that_adds_it(plain, use):
    kind, sentence = plain["said"][use]
    assert kind == "MissingPackage", sentence
    assert f'pip install "etolib[{USES[use]}]"' in sentence
    assert "\n" not in sentence


@pytest.mark.parametrize("line", COMMANDS)
def test_a_command_says_in_one_line_what_to_install(plain, line):
    status, shown, _ = plain["commands"][line]
    assert status == 1
    assert shown.startswith("error: ")
    assert shown.count("\n") == 1
    assert f'pip install "etolib[{COMMANDS[line]}]"' in shown


def test_a_plain_installation_computes(plain):
    import etolib
    from etolib import config

    with config.set_options(offline=True):
        whole = etolib.compute(etolib.Site(-22.7, -47.6, 500), "2024-01-01/2024-01-10")
    assert plain["eto"] == whole.table["eto"].tolist()
    assert plain["done"] == [".csv", ".json", ".zip", ".py", ".ipynb", ".txt"]
    assert plain["loaded"] == []


def test_the_filter_of_own_stations_gives_the_same_numbers_uncompiled(monkeypatch):
    chance = np.random.default_rng(1)
    days, places = 120, 3
    eto = 4 + chance.normal(size=(days, places))
    eto[10:20] = np.nan
    reference = np.where(chance.random((days, places)) < 0.3, np.nan, eto * 1.1)
    found = []
    for there in (True, False):
        monkeypatch.setattr(bias, "usable", lambda name, there=there: there)
        bias._filter.cache_clear()
        found.append(bias.track(eto, np.ones_like(eto), reference, np.arange(days) % 365 + 1, bias.unknown(places)))
    bias._filter.cache_clear()
    compiled, plain = found
    for name in ("log_bias", "variance", "innovation"):
        np.testing.assert_allclose(getattr(plain, name), getattr(compiled, name), rtol=1e-12)


def test_large_arrays_are_computed_without_a_compiler(monkeypatch):
    """By the way whose bits `tests/equations/test_kernel.py` holds to those of the compiled one."""
    from etolib.equations import kernel

    low = np.linspace(0, 20, kernel.COMPILE_FROM)
    day = {"tmin": low, "tmax": low + 9, "ea": low * 0 + 0.5, "rs": low * 0 + 15, "u2": low * 0 + 2}
    place = {name: np.full(1, value) for name, value in (("latitude", -9.0), ("elevation", 100.0), ("day_of_year", 9))}
    monkeypatch.setattr(kernel, "usable", lambda name: False)
    monkeypatch.setattr(kernel, "is_ready", lambda key: False)
    monkeypatch.setattr(kernel, "run_compiled", None)
    assert kernel.daily(**day, **place)[7] == kernel.daily(**{k: v[7:8] for k, v in day.items()}, **place)[0]


def test_packages_of_extras_are_imported_where_their_absence_is_told():
    """At the doors of pages, servers and clusters for all inside; elsewhere under `needed` or `usable`."""
    behind = ("tasks", "widgets", "serve", "cli", "words")
    behind += ("fusion.screen_compiled",)  # whoever imports it asked `usable`
    given = {"equations.elementwise", "equations.grids", "equations.months", "equations.eto_result", "sources.grid"}
    for path in modules():
        name, text = name_of(path), path.read_text()
        if name.startswith(behind) or any(name.startswith(one) for one in given):
            continue  # what is given a Dataset has its packages
        found = set()
        for node in at_run_time(ast.parse(text)):
            if isinstance(node, ast.Import):
                found |= {a.name.partition(".")[0] for a in node.names}
            elif isinstance(node, ast.ImportFrom):
                found.add((node.module or "").partition(".")[0])
        if found & set(extras.homes()):
            assert "needed(" in text or "usable(" in text, path.relative_to(PACKAGE)


def test_an_import_that_fails_for_another_reason_is_passed_on():
    with pytest.raises(ImportError, match="too new") as caught, extras.needed():
        raise ImportError("numba needs an older numpy; this one is too new")
    assert not isinstance(caught.value, MissingPackage)


def test_a_part_that_a_package_no_longer_has_is_no_absence():
    with pytest.raises(ModuleNotFoundError) as caught, extras.needed():
        import xarray.core.of_another_version  # noqa: F401
    assert not isinstance(caught.value, MissingPackage)


def test_of_an_installed_package_the_extras_are_read_from_its_metadata(monkeypatch, tmp_path):
    lines = ["numpy>=2.0", "numba>=0.61; extra == 'fast'", 'matplotlib>=3.9 ; extra == "plot"',
             "etolib[fast,plot]; extra == 'all'", "pytest; extra == 'test'"]  # fmt: skip
    monkeypatch.setattr(extras, "__file__", str(tmp_path / "etolib" / "extras.py"))
    monkeypatch.setattr("importlib.metadata.requires", lambda name: lines)
    for kept in (extras.homes, extras._packages):
        kept.cache_clear()
    try:
        assert extras.homes() == {"numba": "fast", "matplotlib": "plot"}
    finally:
        for kept in (extras.homes, extras._packages):
            kept.cache_clear()
