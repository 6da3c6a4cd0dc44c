"""Files with a layout of their own, one module each; a file that is none of them is a table under a header."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from etolib.sources.station.formats import america, aquacrop, climwat, instruments, nasa_power, services
from etolib.sources.station.formats.row import Format
from etolib.sources.station.layout import Table

FORMATS: tuple[Callable[[Sequence[str], str], Table | None], ...] = (aquacrop.read, climwat.read, nasa_power.read)
"""Readers in the order they are tried: called with the lines and the name of the file, None where it is not theirs."""

ROWS: tuple[Format, ...] = (*instruments.FORMATS, *america.FORMATS, *services.FORMATS)
"""Networks and loggers whose files are known by their look, in the order they are tried."""
