"""The catalogue is light, complete and the only place that lists sources."""

from __future__ import annotations

import ast
import pickle
import subprocess
import sys
from pathlib import Path

import pytest

import etolib
from etolib import words
from etolib.sources import catalogue, nasa_power, open_meteo
from etolib.variables import VARIABLES

PACKAGE = Path(etolib.__file__).parent
ROWS = list(catalogue.SOURCES.values())


def test_reading_it_costs_next_to_nothing():
    heavy = "{'pandas', 'numpy', 'httpx2', 'h5py', 'babel'}"
    code = f"import sys, etolib.sources.catalogue; print(sorted({heavy} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def lists_of_sources(path: Path) -> list[str]:
    """Return the collections of a module that name two sources or more: literals, and keyword arguments."""
    known = {*catalogue.names(), *(row.title for row in ROWS), catalogue.STATION}
    found = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        parts: list[ast.AST | None] = []
        if isinstance(node, (ast.Tuple, ast.List, ast.Set)):
            parts = [*node.elts]
        elif isinstance(node, ast.Dict):
            parts = [*node.keys, *node.values]
        named = {part.value for part in parts if isinstance(part, ast.Constant) and part.value in known}
        if len(named) > 1:
            found.append(f"{path.name}:{node.lineno} {sorted(named)}")
    return found


@pytest.mark.parametrize("path", sorted(PACKAGE.rglob("*.py")), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_no_list_of_sources_stands_outside_of_it(path):
    if path.name != "catalogue.py":
        assert lists_of_sources(path) == []


def test_such_a_list_would_be_found(tmp_path):
    path = tmp_path / "order.py"
    path.write_text('FIRST = ("nasa_power", "open_meteo_archive")\nTITLES = {"met_norway": "MET Norway"}\n')
    assert len(lists_of_sources(path)) == 2


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_a_row_is_whole(row):
    assert pickle.loads(pickle.dumps(row)) == row
    assert catalogue.provider(row.name).info is row
    assert set(row.provides) <= set(VARIABLES)
    assert set(row.estimates) <= set(row.provides)
    assert set(row.kinds) <= set(catalogue.KINDS)
    for text in (row.delay, row.coverage, row.licence, *filter(None, (row.reason, row.prior))):
        assert words.has("en", text), text
    assert row.attribution
    assert row.politeness
    assert bool(row.service) == bool(row.root)
    assert row.follows is None or row.follows in catalogue.SOURCES
    assert row.role != "national" or (row.home and row.prior and row.rank.at_home is not None)


def test_a_row_promises_what_its_provider_asks_for():
    asked = tuple(name for name, _ in open_meteo.VARIABLE_MAP.values())
    for row in ROWS:
        if row.provider == "etolib.sources.open_meteo:OpenMeteo":
            assert row.provides == asked
    assert catalogue.find("nasa_power").provides == tuple(name for name, _ in nasa_power.VARIABLE_MAP.values())


def test_calling_the_package_lists_it_whatever_was_imported_before():
    for before in ("", "import etolib.pipeline; ", "etolib.compute; ", "etolib.sources; "):
        code = f"import etolib; {before}print(len(etolib.sources()), etolib.sources.catalogue.STATION)"
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
        assert done.stdout.split() == [str(len(ROWS)), "station"]
