"""No file has a cell that a spreadsheet would run, whatever a place or a file is called."""

from __future__ import annotations

import csv
import io
import random
import re

import pandas as pd
import pytest

from etolib import spreadsheets
from etolib.store import export

NAMES = ("=1+1", "+1", "-1+1", "@SUM(A1)", "a,=cmd|' /C calc'!A0", 'x;"=1"', "\t=1", "＝1+1", "b|@x", "  =1", "-cmd")


def formulas(text):
    """Return the cells of a text that a spreadsheet would run, whatever it takes for the separator."""
    found = []
    for separator in (",", ";", "\t", "|"):
        for row in csv.reader(io.StringIO(text), delimiter=separator):
            cells = [cell.strip().lstrip('"').lstrip() for cell in row]
            found += [
                c for c in cells if re.match("[=+@＝＋－＠-]", c) and not re.match(r"-\d+(\.\d+)?\s*([,;\t|]|$)", c)
            ]
    return found


@pytest.mark.parametrize("name", NAMES)
def test_lines_and_cells(name):
    assert formulas(spreadsheets.comments([f"of {name}", f"a: {name}, {name}; {name}"])) == []
    assert not re.match(r"\s*[=+@＝＋－＠-]", spreadsheets.cell(name))


def test_any_text_in_a_comment():
    chance = random.Random(4)
    for _ in range(2000):
        text = "".join(chance.choice("=+-@,;\t|\" '1a＝＋.") for _ in range(chance.randrange(1, 14)))
        assert formulas(spreadsheets.comments([f"x {text}"])) == [], text


def test_names_of_places_in_the_table_of_a_batch(tmp_path, monkeypatch):
    table = pd.DataFrame({"name": [*NAMES, None], "eto": -1.5})
    monkeypatch.setattr(export, "tables", lambda store: [table])
    monkeypatch.setattr(export, "header_lines", lambda store: [f"source {name}" for name in NAMES])
    export._csv(None, tmp_path / "a.csv")
    lines = (tmp_path / "a.csv").read_text().splitlines(keepends=True)
    names = [row["name"] for row in csv.DictReader(line for line in lines if line[0] != "#")]
    assert [name.removeprefix("'") for name in names] == [*NAMES, ""]
    assert not [name for name in names if re.match(r"\s*[=+@＝＋－＠-]", name)]
    assert formulas("".join(line for line in lines if line[0] == "#")) == []
