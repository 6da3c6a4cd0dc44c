"""Files of the Spanish weather service (AEMET OpenData): its columns in a table, of its JSON too."""

from __future__ import annotations

from collections.abc import Sequence

from etolib.sources.station.cells import split
from etolib.sources.station.formats.text import headed
from etolib.sources.station.layout import Table

_TRACE = "Ip"  # inapreciable: some rain, below 0.1 mm
_SUM_OF_SEVERAL_DAYS = "Acum"


def read(lines: Sequence[str], name: str) -> Table:
    """Return the table of an AEMET file: rain of which there was a trace is 0, rain of several days is absent."""
    names, rows = _of_table(lines, name)
    rain = names.index("prec") if "prec" in names else -1
    for row in rows:
        if 0 <= rain < len(row):
            row[rain] = {_TRACE: "0", _SUM_OF_SEVERAL_DAYS: ""}.get(row[rain], row[rain])
    return headed(names, rows, ";")


def _of_table(lines: Sequence[str], name: str) -> tuple[list[str], list[list[str]]]:
    lines = [line for line in lines if line.strip()]
    delimiter = ";" if ";" in lines[0] else ","  # the decimals are commas: of a few rows they outnumber the others
    rows = [[cell.strip() for cell in row] for row in split(lines, delimiter, name)]
    return rows[0], rows[1:]
