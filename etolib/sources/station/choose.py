"""Which of the columns that a file has for one variable is used, and what is said of the others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from etolib.sources.station.columns import Column, Known
from etolib.sources.station.headers import take_apart
from etolib.sources.station.layout import Table
from etolib.sources.station.names import plain
from etolib.sources.station.questions import Question
from etolib.sources.station.units import CANONICAL, QUANTITY, conversion
from etolib.words import Text, say

ALIKE = 0.02
"""Difference, relative to the spread of the values, up to which two columns say the same."""
ESSENTIAL = ("tmin", "tmax")
_SAMPLE = 2000


def one_for_each(
    table: Table, columns: Sequence[Column], known: Known, notes: list[Text], questions: list[Question]
) -> list[Column]:
    """Return the columns with one for each variable: what a person says, else the fullest and plainest.

    Two that are equally likely and hold different values are asked about (``columns``); of a temperature, without
    which there is no ETo, neither is taken until that is answered.
    """
    result = list(columns)
    for variable in dict.fromkeys(c.variable for c in columns if c.variable in QUANTITY):
        rivals = [c for c in columns if c.variable == variable]
        if len(rivals) < 2:
            continue
        values = {c.index: _values(table, c) for c in rivals}
        share = {i: float(np.isfinite(v).mean()) if len(v) else 0.0 for i, v in values.items()}
        ranked = sorted(rivals, key=lambda c: (*_rank(c, known, share[c.index]), c.index))
        best = ranked[0]
        for c in ranked[1:]:
            tie = _rank(c, known, share[c.index]) == _rank(best, known, share[best.index])
            if tie and not _alike(values[best.index], values[c.index]):
                question = _ask(table, best, c)
                if question not in questions:
                    questions.append(question)
                if best.index < len(result):
                    result[best.index] = replace(result[best.index], guessed=True)
            result[c.index] = behind(c, best.name, notes)
    return result


def behind(column: Column, best: str, notes: list[Text]) -> Column:
    """Return a column that is not used because the one called ``best`` is, which ``notes`` then say."""
    notes.append(say("looks_like_too", name=repr(column.name), variable=column.variable, name2=repr(best)))
    reasons = (say("name_used_for_it", name=repr(best)),)
    return replace(column, variable=None, unit=None, height=None, reasons=reasons)


def _rank(column: Column, known: Known, share: float) -> tuple[float, ...]:
    """Return how a column stands among its rivals, the best smallest."""
    by_hand = bool(known.get(column.name, {}).get("variable"))
    canonical = column.name in CANONICAL
    return (not by_hand, -round(share * 10), len(column.unknown), not canonical, not column.stated)


def _values(table: Table, column: Column) -> np.ndarray:
    factor, offset = conversion(column.variable, column.unit)
    return table.numbers(column, _SAMPLE) * factor + offset


def _alike(one: np.ndarray, two: np.ndarray) -> bool:
    both = np.isfinite(one) & np.isfinite(two)
    if not both.any():
        return True
    spread = float(np.ptp(one[both])) or abs(float(np.median(one[both]))) or 1.0
    return bool(np.median(np.abs(one - two)[both]) <= ALIKE * spread)


def _ask(table: Table, best: Column, other: Column) -> Question:
    assert best.variable is not None
    text = say("two_columns_for", name=repr(best.name), name2=repr(other.name), variable=best.variable)
    assumed = None if best.variable in ESSENTIAL else best.name
    return Question("columns", text, best.name, (best.name, other.name), assumed)


def components(columns: Sequence[Column], table: Table) -> set[int]:
    """Return the columns named ``u10`` that are a component of the wind: a ``v10`` stands beside, or it is negative."""
    there = {plain(take_apart(name).text) for name in table.names}
    found = set()
    for c in columns:
        is_u10 = c.variable == "u2" and plain(take_apart(c.name).text) == "u10"
        if is_u10 and ("v10" in there or (table.numbers(c, _SAMPLE) < 0).any()):
            found.add(c.index)
    return found
