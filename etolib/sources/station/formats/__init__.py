"""Files known by their look: networks, loggers and models, one row each. What is none of them is a plain table."""

from __future__ import annotations

from collections.abc import Sequence

from etolib.sources.station.formats import (
    america,
    aquacrop,
    climwat,
    europe,
    instruments,
    models,
    nasa_power,
    services,
    world,
)
from etolib.sources.station.formats.row import Format, Head

ROWS: tuple[Format, ...] = (
    *models.FORMATS,
    *instruments.FORMATS,
    *america.FORMATS,
    *europe.FORMATS,
    *services.FORMATS,
    *world.FORMATS,
)
"""Networks and loggers whose files are known by their look, in the order they are tried."""

FORMATS: tuple[Format, ...] = (aquacrop.AQUACROP, climwat.CLIMWAT, nasa_power.NASA_POWER, *ROWS)
"""All rows, in the order they are tried."""

HEAD = 200
"""Lines of a file that a format is recognised by."""


def named(name: str) -> Format | None:
    """Return the row of a name, None where there is none.

    >>> named("climwat").title
    'FAO CLIMWAT'
    """
    return next((row for row in FORMATS if row.name == name), None)


def recognise(lines: Sequence[str], name: str) -> Format | None:
    """Return the format of a file by its lines and its name, None where it is of no known one.

    >>> recognise(["date,tmax", "2024-01-01,30"], "mine.csv")
    """
    head = Head(tuple(lines[:HEAD]), name)
    return next((row for row in FORMATS if row.recognise(head)), None)
