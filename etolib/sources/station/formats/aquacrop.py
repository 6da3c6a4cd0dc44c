"""Daily temperatures of FAO AquaCrop (.Tnx, .TMP)."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence

import numpy as np

from etolib.errors import InputError, Problem
from etolib.sources.station.formats.row import Format, Head, Spec
from etolib.sources.station.layout import Table
from etolib.words import say


def recognise(head: Head) -> bool:
    """Return whether a file is of AquaCrop: temperatures, rain, ETo, or the list that names them (.CLI)."""
    return bool(_named(head.lines)) or _numbers(head.lines) is not None


def _named(lines: Sequence[str]) -> list[str]:
    """Return the files of temperatures that a list of AquaCrop names."""
    if len(lines) < 3 or "aquacrop version" not in lines[1].lower():
        return []
    return [line.strip() for line in lines[2:12] if line.strip().lower().endswith((".tnx", ".tmp"))]


def _numbers(lines: Sequence[str]) -> tuple[int, list[re.Match[str]]] | None:
    """Return the line of the rule, and the numbers of the head; None where there are none."""
    rule = next((i for i, line in enumerate(lines[:20]) if re.match(r"^\s*={5,}", line)), None)
    if rule is None or rule < 5:
        return None
    numbers = [match for line in lines[1:rule] if (match := re.match(r"^\s*(\d+)\s*:\s*(.*)$", line))]
    if len(numbers) < 4 or "1=daily" not in numbers[0][2].replace(" ", "").lower():
        return None
    return rule, numbers


def read(lines: Sequence[str], name: str) -> Table:
    """Return the table of an AquaCrop temperature file; its other files are refused by name."""
    if named := _named(lines):
        hint = say("choose_the_file_it_names", name=named[0][:80])
        raise InputError([Problem("file", name, say("aquacrop_list"), hint)])
    head = _numbers(lines)
    assert head is not None
    rule, numbers = head
    records, day, month, year = (int(match[1]) for match in numbers[:4])
    if records != 1:
        word = say({2: "records_ten_day", 3: "records_monthly"}.get(records, "records_unknown"))
        raise InputError([Problem("file", name, say("records_not_daily", word=word), say("choose_daily_aquacrop"))])
    if year == 1901:
        raise InputError([Problem("file", name, say("not_linked_to_a_year"), say("write_the_first_year"))])
    labels = [part for part in re.split(r"\s{2,}|\t", lines[rule - 1].strip()) if part]
    if len(labels) == 1:
        raise InputError([Problem("file", name, say("aquacrop_without_temperatures", name=repr(labels[0])),
                                  say("choose_temperatures_of_the_place"))])  # fmt: skip
    rows = [line.split() for line in lines[rule + 1 :] if line.strip()]
    try:
        start = dt.date(year, month, day)
        values = np.array([[float(cell) for cell in row] for row in rows])
    except ValueError:
        raise InputError([Problem("file", name, say("aquacrop_row_without_numbers"))]) from None
    if values.ndim != 2 or values.shape[1] != len(labels):
        rule_broken = say("columns_under_titles", columns=values.shape[-1], titles=len(labels))
        raise InputError([Problem("file", name, rule_broken)])
    dates = [(start + dt.timedelta(days=i)).isoformat() for i in range(len(values))]
    body = [[date, *row] for date, row in zip(dates, rows, strict=True)]
    return Table(["date", *labels], [None] * (len(labels) + 1), body, " ", ".")


AQUACROP = Format(
    name="aquacrop",
    title="FAO AquaCrop",
    recognise=recognise,
    table=read,
    columns={"date": Spec("date"), "tmin c": Spec("tmin", "°C"), "tmax c": Spec("tmax", "°C")},
    source="AquaCrop reference manual, chapter 2 (climate files)",
)
