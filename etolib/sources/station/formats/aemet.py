"""Files of the Spanish weather service (AEMET OpenData): JSON as the service gives it, or its columns in a table."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from etolib.errors import InputError, Problem
from etolib.sources.station.cells import split
from etolib.sources.station.formats.text import headed
from etolib.sources.station.layout import Table, delimiter_of
from etolib.words import say

_TRACE = "Ip"  # inapreciable: some rain, below 0.1 mm
_SUM_OF_SEVERAL_DAYS = "Acum"


def read(lines: Sequence[str], name: str) -> Table:
    """Return the table of an AEMET file: rain of which there was a trace is 0, rain of several days is absent.

    Raises
    ------
    InputError
        Where the JSON is cut off.
    """
    names, rows = _of_json(lines, name) if lines[0].lstrip().startswith("[") else _of_table(lines, name)
    rain = names.index("prec") if "prec" in names else -1
    for row in rows:
        if 0 <= rain < len(row):
            row[rain] = {_TRACE: "0", _SUM_OF_SEVERAL_DAYS: ""}.get(row[rain], row[rain])
    return headed(names, rows, ";")


def _of_json(lines: Sequence[str], name: str) -> tuple[list[str], list[list[str]]]:
    try:
        days: Any = json.loads("\n".join(lines))
    except (ValueError, RecursionError) as error:
        raise InputError([Problem("file", name, say("no_table_of_text", error=type(error).__name__))]) from None
    if not isinstance(days, list) or not all(isinstance(day, Mapping) for day in days):
        raise InputError([Problem("file", name, say("no_row_of_numbers"), say("must_be_daily_weather"))])
    names = list(dict.fromkeys(str(key) for day in days for key in day))
    return names, [[str(day.get(key, "")).strip() for key in names] for day in days]


def _of_table(lines: Sequence[str], name: str) -> tuple[list[str], list[list[str]]]:
    lines = [line for line in lines if line.strip()]
    delimiter = delimiter_of(lines)
    rows = [[cell.strip() for cell in row] for row in split(lines, delimiter, name)]
    return rows[0], rows[1:]
