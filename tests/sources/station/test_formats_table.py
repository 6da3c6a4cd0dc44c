"""The table of formats: each row has an example in `tests/files`, is read right, and takes no other row's file."""

from __future__ import annotations

import importlib
import math
import pkgutil
import re
from pathlib import Path

import numpy as np
import pytest

from etolib.equations.air import wind_speed_2m
from etolib.sources.station import formats
from etolib.sources.station.cells import number, split
from etolib.sources.station.formats import HEAD
from etolib.sources.station.formats.row import Format, Head
from etolib.sources.station.layout import Table, delimiter_of, find_table
from etolib.sources.station.names import plain
from etolib.sources.station.units import QUANTITY, UNITS, unit_of
from tests.sources.station import expected
from tests.sources.station.expected import Expected

FILES = Path(__file__).parents[2] / "files"
MODULES = [importlib.import_module(f"{expected.__name__}.{m.name}") for m in pkgutil.iter_modules(expected.__path__)]
EXPECTED: dict[str, dict[str, Expected]] = {name: files for m in MODULES for name, files in m.EXPECTED.items()}
FORMATS = {row.name: row for row in formats.FORMATS}
BY_WORDS = {"hobo.csv", "davis_daily.txt", "agmip.AgMIP", "apsim_bare.met"}
"""Examples whose names or units the reader's words have to tell."""


def lines_of(file: Path) -> list[str]:
    """Return the lines of a file, as the reader decodes them."""
    data = file.read_bytes()
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("cp1252")
    return re.split(r"\r\n|\n|\r", text)


HEADS = {file.name: Head(lines_of(file)[:HEAD], file.name) for file in sorted(FILES.iterdir()) if file.suffix != ".md"}


@pytest.mark.parametrize("name", FORMATS)
def test_each_row_has_an_example(name):
    files = EXPECTED.get(name)
    assert files, f"no example of {name}: a file in tests/files and its values in tests/sources/station/expected"
    assert all((FILES / file).is_file() for file in files)


def test_a_row_takes_its_own_files_and_no_other():
    taken = {file: [row.name for row in formats.FORMATS if row.recognise(head)] for file, head in HEADS.items()}
    own = {file: [name] for name, files in EXPECTED.items() if name in FORMATS for file in files}
    assert {file: taken[file] for file in own} == own
    assert [file for file, names in taken.items() if names and file not in own] == []


@pytest.mark.parametrize(
    "text", ["date,tmax,tmin\n2023-01-05,8.2,1.1\n", "date;Tmax (C);Tmin (C)\n01/02/2024;30,1;19,5"]
)
def test_a_plain_table_is_nobodys(text):
    assert not any(row.recognise(Head(text.splitlines(), "station.csv")) for row in formats.FORMATS)


@pytest.mark.parametrize(("name", "file"), [(name, file) for name in FORMATS for file in EXPECTED.get(name, ())])
def test_values_of_the_columns(name, file):
    wanted = EXPECTED[name][file]
    if file in BY_WORDS or wanted.hourly or not wanted.first:
        return
    table = table_of(FORMATS[name], FILES / file)
    found = values_of(FORMATS[name], table)
    assert found.keys() == wanted.columns.keys()
    for variable, values in wanted.columns.items():
        np.testing.assert_allclose(found[variable], values, rtol=1e-4, atol=1e-9, err_msg=variable)
    if wanted.site is not None and table.facts:
        known = [wanted.site[0], wanted.site[1]]
        assert [table.facts["latitude"], table.facts["longitude"]] == known


def table_of(row: Format, file: Path) -> Table:
    """Return the table of an example."""
    lines = lines_of(file)
    if row.table is not None:
        return row.table(lines, file.name)
    lines = [line for line in lines if line.strip()]
    delimiter = delimiter_of(lines)
    return find_table(split(lines, delimiter, file.name), delimiter, file.name)


def values_of(row: Format, table: Table) -> dict[str, np.ndarray]:
    """Return the columns of a table in canonical units, by what the row says of them."""
    found: dict[str, np.ndarray] = {}
    headers = {plain(header): i for i, header in enumerate(table.names)}
    for header, spec in row.columns.items():
        i = headers.get(header, -1)
        if i < 0 or spec.variable not in QUANTITY or np.isfinite(found.get(spec.variable, math.nan)).any():
            continue
        stated = table.units[i]
        unit = spec.unit or (unit_of(stated) or stated if stated else None)
        factor, offset = UNITS[QUANTITY[spec.variable]][unit or ""]
        raw = np.array([number(cells[i], table.decimal) for cells in table.rows])
        values = raw * spec.scale * factor + offset
        height = spec.height or table.facts.get("wind_height") or row.wind_height or 2.0
        if spec.variable == "u2" and not math.isclose(height, 2.0):
            values = np.asarray(wind_speed_2m(values, height))
        found[spec.variable] = values
    return found
