"""Files known by their look: networks, loggers and models, one row each. What is none of them is a plain table."""

from __future__ import annotations

from collections.abc import Sequence

from etolib.errors import InputError, Problem
from etolib.sources.station.formats import (
    america,
    aquacrop,
    climwat,
    europe,
    instruments,
    models,
    nasa_power,
    own,
    services,
    world,
)
from etolib.sources.station.formats.row import Format, Head
from etolib.words import say

ROWS: tuple[Format, ...] = (
    *models.FORMATS,
    *instruments.FORMATS,
    *america.FORMATS,
    *europe.FORMATS,
    *services.FORMATS,
    *world.FORMATS,
)
"""Networks and loggers whose files are known by their look, in the order they are tried."""

FORMATS: tuple[Format, ...] = (own.OWN, aquacrop.AQUACROP, climwat.CLIMWAT, nasa_power.NASA_POWER, *ROWS)
"""All rows, in the order they are tried."""

HEAD = 200
"""Lines of a file that a format is recognised by."""


def named(name: str) -> Format | None:
    """Return the row of a name, None where there is none.

    >>> named("climwat").title
    'FAO CLIMWAT'
    """
    return next((row for row in FORMATS if row.name == name), None)


def recognise(lines: Sequence[str], name: str, form: str | None = None) -> Format | None:
    """Return the format of a file by its lines and its name, None where it is of no known one.

    ``form`` names the row where a person does ("" for none); `InputError` where there is no such row.

    >>> recognise(["date,tmax", "2024-01-01,30"], "mine.csv")
    """
    if form is not None:
        if form and named(form) is None:
            raise InputError(
                [Problem("format", form, say("is_not_known"), say("known_are", names=[row.name for row in FORMATS]))]
            )
        return named(form)
    head = Head(tuple(lines[:HEAD]), name)
    return next((row for row in FORMATS if row.recognise(head)), None)
