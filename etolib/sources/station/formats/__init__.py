"""Files with a layout of their own, one module each; a file that is none of them is a table under a header."""

from __future__ import annotations

from collections.abc import Callable, Sequence

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
from etolib.sources.station.formats.row import Format
from etolib.sources.station.layout import Table

FORMATS: tuple[Callable[[Sequence[str], str], Table | None], ...] = (aquacrop.read, climwat.read, nasa_power.read)
"""Readers in the order they are tried: called with the lines and the name of the file, None where it is not theirs."""

ROWS: tuple[Format, ...] = (
    *models.FORMATS,
    *instruments.FORMATS,
    *america.FORMATS,
    *europe.FORMATS,
    *services.FORMATS,
    *world.FORMATS,
)
"""Networks and loggers whose files are known by their look, in the order they are tried."""
