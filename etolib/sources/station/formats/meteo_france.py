"""Daily files of Météo-France (data.gouv.fr, ``Q_<département>_...``): every column is followed by its quality code."""

from __future__ import annotations

from collections.abc import Sequence

from etolib.sources.station.formats.text import rejecting, under
from etolib.sources.station.layout import Table

FIRST = ("num poste", "nom usuel", "lat", "lon", "alti", "aaaammjj")
_DOUBTFUL = "2"  # 0 protected, 1 validated, 2 doubtful and being looked at, 9 passed the first filters


def read(lines: Sequence[str], name: str) -> Table:
    """Return the table of a file of Météo-France without the values that the service itself marks doubtful."""
    table = under(lines, name, *FIRST)
    at = {column: i for i, column in enumerate(table.names)}
    return rejecting(table, lambda i: at.get(f"Q{table.names[i]}"), {_DOUBTFUL})
