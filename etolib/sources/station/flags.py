"""Marks of quality beside the values of a file of no known format: what they reject, estimate or doubt.

Every network has codes of its own, so few words are understood: those that say that a value is wrong, or estimated.
For the rest the usual mark of a column is taken for "good" where most of its values carry it, and a value with another
one is doubtful: it is kept, and its day is marked. Where no mark is usual (a code of the method, a source) nothing is
concluded but by words.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from etolib.sources.station import estimates
from etolib.sources.station.cells import is_number
from etolib.sources.station.columns import Column
from etolib.sources.station.columns import Mapping as Columns
from etolib.sources.station.headers import take_apart
from etolib.sources.station.layout import Table
from etolib.sources.station.names import plain, read_name, words_of
from etolib.sources.station.units import QUANTITY
from etolib.words import Text, say

NAMES = frozenset(
    ("flag", "flags", "qc", "qf", "qa", "qn", "quality", "qualidade", "calidad", "qualitat", "qualite", "qualita",
     "status", "qflag", "mflag", "validity", "valid", "validade", "validez", "bandera", "bandeira")
)  # fmt: skip
"""Words by which a column is one of marks."""

_GOOD = ("ok", "good", "valid", "pass", "accept", "correct", "true", "yes", "sim", "bom", "boa", "buen", "bon", "gut",
         "original", "observ", "measured", "medid", "checked", "approved", "verified", "normal",
         "provisional")  # fmt: skip
_BAD = ("bad", "reject", "fail", "inval", "err", "wrong", "malo", "mala", "rechaz", "rejeit", "falsch", "fehl",
        "schlecht", "mauvais", "rejet", "missing", "ungult", "not valid", "out of range", "spike")  # fmt: skip
_ESTIMATED = ("est", "interp", "fill", "gap", "infill", "imput", "preench", "rellen", "schatz", "geschatz", "model",
              "synth")  # fmt: skip
_DOUBTFUL = ("suspect", "doubt", "question", "suspei", "sospech", "dudos", "duvid", "zweifel", "dout")
"""Beginnings of words that say what a mark means."""

USUAL = 0.5
"""Share of the values of a column that carry a mark, from which it is the mark of good ones."""

FEW = 8
"""Values of a column from which one mark can be usual."""


@dataclass(frozen=True)
class Flagged:
    """A table whose marks are carried out.

    Attributes
    ----------
    table : Table
        Without rejected values, and with estimates marked.
    doubts : mapping of int to (int, frozenset of str)
        By column that of its marks, and the marks that make a value doubtful.
    notes : tuple of Text
        What was done.
    """

    table: Table
    doubts: Mapping[int, tuple[int, frozenset[str]]]
    notes: tuple[Text, ...]

    def of_rows(self, mapping: Columns, values: Mapping[str, Any]) -> dict[str, np.ndarray]:
        """Return by variable of ``values`` which rows are doubtful, shape (rows,), variables without one left out."""
        return estimates.of_rows(replace(self.table, estimates=self.doubts), mapping, values)


def is_flag(name: str) -> bool:
    """Return whether a header is one of marks of quality.

    >>> is_flag("Tmax QC"), is_flag("flag (2)"), is_flag("Tmax (C)")
    (True, True, False)
    """
    return bool(NAMES & set(words_of(name)))


def applied(table: Table, mapping: Columns) -> Flagged:
    """Return a table with what the marks beside its values say.

    Parameters
    ----------
    table : Table
        Of no known format: a format carries out its own marks.
    mapping : Mapping
        What the columns are.

    Examples
    --------
    >>> from etolib.sources.station.contents import open_table
    >>> from etolib.sources.station.guess import map_table
    >>> table = open_table(b"date,tmax,tmin,tmax flag\\n2024-01-01,30,20,bad\\n2024-01-02,31,21,ok\\n", "a.csv")
    >>> found = applied(table, map_table(table, None))
    >>> found.table.rows[0][:3], str(found.notes[0])
    (['2024-01-01', '', '20'], "'tmax': 1 value is marked as wrong ('bad') and counts as missing")
    """
    pairs = dict(_pairs(table, mapping.columns)) if table.format is None else {}
    rows = [list(row) for row in table.rows] if pairs else table.rows
    estimates, doubts = dict(table.estimates), {}
    notes: list[Text] = []
    for index, flag in pairs.items():
        marks = Counter(row[flag].strip() for row in table.rows if is_number(row[index].strip()))
        told: dict[str, list[str]] = {"bad": [], "estimated": [], "doubtful": []}
        for mark, kind in _kinds(marks).items():
            told[kind].append(mark)
        name = repr(table.names[index])
        for kind in ("bad", "estimated", "doubtful"):
            if told[kind]:
                count, shown = sum(marks[mark] for mark in told[kind]), ", ".join(map(repr, told[kind][:3]))
                notes.append(say(f"flags_{kind}", name=name, count=count, marks=shown))
        for row in rows if told["bad"] else ():
            if row[flag].strip() in told["bad"]:
                row[index] = ""
        if told["estimated"]:
            estimates[index] = (flag, frozenset(told["estimated"]))
        if told["doubtful"]:
            doubts[index] = (flag, frozenset(told["doubtful"]))
    return Flagged(replace(table, rows=rows, estimates=estimates), doubts, tuple(notes))


def _kinds(marks: Counter[str]) -> dict[str, str]:
    """Return what the marks of a column say: bad, estimated or doubtful; without those that say good, or nothing."""
    total = marks.total()
    usual = next((mark for mark, count in marks.most_common(1) if count > USUAL * total and total >= FEW), None)
    found = {}
    for mark in marks:
        word = plain(mark)
        if word.startswith(_BAD):
            found[mark] = "bad"
        elif word == "e" or word.startswith(_ESTIMATED):
            found[mark] = "estimated"
        elif word.startswith(_DOUBTFUL) or (mark and usual not in (None, mark) and not word.startswith(_GOOD)):
            found[mark] = "doubtful"
    return found


def _pairs(table: Table, columns: Sequence[Column]) -> Iterator[tuple[int, int]]:
    """Yield columns of weather and that of their marks: by name, else the one to the right, else one for the row."""
    values = [c for c in columns if c.variable in QUANTITY]
    marked = [c for c in columns if c.variable not in QUANTITY and is_flag(c.name)]
    bare = []
    paired: set[int] = set()
    for flag in marked:
        own = {word for word in words_of(flag.name) if word not in NAMES and not word.isdigit()} - _SPARE
        if not own:
            bare.append(flag)
            continue
        variable = read_name(" ".join(w for w in words_of(flag.name) if w not in NAMES)).variable
        same = [c for c in values if own == set(words_of(take_apart(c.name).text))]
        for c in same or [c for c in values if variable is not None and c.variable == variable]:
            if c.index not in paired:
                paired.add(c.index)
                yield c.index, flag.index
    for flag in bare:
        beside = [c for c in values if c.index == flag.index - 1] if len(bare) > 1 else values
        for c in beside:
            if c.index not in paired:
                paired.add(c.index)
                yield c.index, flag.index


_SPARE = frozenset(("code", "control", "check", "mark", "data", "of", "de", "for"))
