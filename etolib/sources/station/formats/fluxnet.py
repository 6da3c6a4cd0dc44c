"""Files of FLUXNET and AmeriFlux: half-hours, hours or days of a tower, in comma-separated columns of codes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from etolib.equations.air import saturation_vapour_pressure
from etolib.equations.elementwise import checked_inputs
from etolib.sources.station.formats.text import headed, rows_of, value
from etolib.sources.station.layout import Table
from etolib.words import say

_HEADER = re.compile(
    r'^\ufeff?"?TIMESTAMP(_START|_END)?"?,.*\b(?:(?:TA|SW_IN|WS|VPD)(?:_F|_1_1_1)|TA|SW_IN|WS|VPD)"?(?:,|$)'
)
DERIVED = "rh of vpd"
"""Name of the column of humidity that follows from temperature and vapour pressure deficit, plainly."""


_FILLED = frozenset("123")
"""Quality of values that fill a gap: of similar weather (good, medium, poor), or of a reanalysis."""


def header_of(lines: Sequence[str]) -> int | None:
    """Return which line is the header: the first that is no comment.

    >>> header_of(["# Site: XX", "TIMESTAMP_START,TIMESTAMP_END,TA_F,VPD_F"]), header_of(["date,tmax"])
    (1, None)
    """
    at = next((i for i, line in enumerate(lines) if line.strip() and not line.startswith("#")), None)
    return at if at is not None and _HEADER.match(lines[at]) else None


def read(lines: Sequence[str], name: str) -> Table:
    """Return the table; its relative humidity from the deficit where it has none, as files of the SUBSET product."""
    at = header_of(lines) or 0
    rows = rows_of((line for line in lines[at:] if not line.startswith("#")), ",", name)
    table = headed(rows[0], rows[1:], ",")
    column = {text: i for i, text in enumerate(table.names)}
    quality = {i: column[f"{text}_QC"] for text, i in column.items() if f"{text}_QC" in column}
    table = replace(table, estimates={i: (flag, _FILLED) for i, flag in quality.items()})
    for ending in ("_F", "", "_1_1_1"):
        air, deficit = column.get(f"TA{ending}"), column.get(f"VPD{ending}")
        if air is not None and deficit is not None and not {"RH", "RH_1_1_1"} & set(column):
            return _with_humidity(table, air, deficit)
    return table


def _with_humidity(table: Table, air: int, deficit: int) -> Table:
    """Return the table with relative humidity: 1 less the deficit [hPa] over the saturation pressure."""
    temperature, vpd = (np.array([value(row[i]) for row in table.rows]) for i in (air, deficit))
    with checked_inputs():
        saturated = np.asarray(saturation_vapour_pressure(np.where(temperature > -90, temperature, np.nan)))
    humidity = 100 * (1 - np.where(vpd > -1, vpd, np.nan) / 10 / saturated)
    cells = [f"{x:.2f}" if 0 <= x <= 105 else "" for x in humidity]
    flagged = dict(table.estimates)
    if deficit in flagged:
        flagged[len(table.names)] = flagged[deficit]
    note = say("humidity_of_deficit", name=repr(table.names[deficit]), name2=repr(table.names[air]))
    return replace(
        table,
        names=[*table.names, "RH of VPD"],
        units=[*table.units, None],
        rows=[[*row, cell] for row, cell in zip(table.rows, cells, strict=True)],
        notes=(*table.notes, note),
        estimates={
            **table.estimates,
            **{len(table.names): table.estimates[i] for i in (deficit,) if i in table.estimates},
        },
    )
