"""Daily files of Météo-France: of data.gouv.fr (``Q_<département>_...``), with a quality code behind each column, and
of the Publithèque (``POSTE;DATE;...``), with decimal commas.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from etolib.sources.station.formats.text import cells_of, find_header, rejecting, under
from etolib.sources.station.layout import Table
from etolib.sources.station.names import plain

OPEN = ("num poste", "nom usuel", "lat", "lon", "alti", "aaaammjj")
LIBRARY = ("poste", "date")
_OF_LIBRARY = {"rr", "tn", "tx", "tm", "ffm", "um", "glot", "inst"}
_ABSENT = "mq"  # manquant
_DOUBTFUL = "2"  # 0 protected, 1 validated, 2 doubtful and being looked at, 9 passed the first filters


def is_daily(lines: Sequence[str]) -> bool:
    """Return whether lines are a daily file of Météo-France.

    >>> is_daily(["NUM_POSTE;NOM_USUEL;LAT;LON;ALTI;AAAAMMJJ;RR;QRR"]), is_daily(["POSTE;DATE;TN;TX;RR"])
    (True, True)
    >>> is_daily(["POSTE;DATE;x"]), is_daily(["date;tn;tx"])
    (False, False)
    """
    if find_header(lines, *OPEN) is not None:
        return True
    found = find_header(lines, *LIBRARY)
    return found is not None and len(_OF_LIBRARY & {plain(cell) for cell in cells_of(lines[found[0]], found[1])}) >= 2


def read(lines: Sequence[str], name: str) -> Table:
    """Return the table of a file of Météo-France without the values that the service itself marks doubtful."""
    table = under(lines, name, *(OPEN if find_header(lines, *OPEN) is not None else LIBRARY))
    at = {column: i for i, column in enumerate(table.names)}
    table = replace(table, rows=[["" if cell == _ABSENT else cell for cell in row] for row in table.rows])
    return rejecting(table, lambda i: at.get(f"Q{table.names[i]}"), _DOUBTFUL.__eq__)
