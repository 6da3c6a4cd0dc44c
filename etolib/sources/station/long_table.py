"""Tables in long form: one value a row, with what it is beside it. They become a table with a column for each element.

What an element is called says what it is (``TMAX``, ``Maximum temperature (°C)``), as the header of a column does; a
statistic and a unit may stand in columns of their own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from etolib.errors import InputError, Problem
from etolib.sources.station.cells import is_empty, is_number
from etolib.sources.station.flags import is_flag
from etolib.sources.station.formats.text import headed
from etolib.sources.station.layout import Table
from etolib.sources.station.names import classify, plain
from etolib.words import Text, say

_ELEMENT = frozenset(
    ("element", "elements", "elemento", "variable", "variavel", "variables", "parameter", "parametro", "parametre",
     "parameter name", "variable name", "datatype", "data type", "kenngrosse", "messgrosse", "grandeza", "grandeur",
     "magnitud", "measure", "measurement", "quantity", "sensor", "sensor name", "element name", "parameter code")
)  # fmt: skip
_VALUE = frozenset(
    ("value", "valor", "wert", "messwert", "valeur", "valore", "waarde", "data value", "val", "reading", "result",
     "medicao", "medida", "medicion", "observation", "observed value")
)  # fmt: skip
_UNIT = frozenset(("unit", "units", "unidade", "unidad", "unidades", "einheit", "unite", "unita", "uom"))
_STATISTIC = frozenset(("statistic", "stat", "aggregation", "aggregate", "estatistica", "estadistico", "statistik"))
_KEYS = frozenset(("date", "year", "month", "day", "doy", "hour", "time", "station"))
HEAD = 40
"""Rows in which the header is looked for."""
MOST = 200
"""Elements of a table; a column of more words is no column of elements."""


def header_of(rows: Sequence[Sequence[str]]) -> int | None:
    """Return which of the first rows names an element and its value, None where none does.

    >>> header_of([["station", "date", "element", "value"], ["X", "2024-01-01", "TMAX", "30"]])
    0
    >>> header_of([["date", "tmax", "tmin"]]) is None
    True
    """
    for at, row in enumerate(rows[:HEAD]):
        names = [plain(cell) for cell in row]
        if _only(names, _ELEMENT) is not None and _only(names, _VALUE) is not None:
            return at
    return None


def _only(names: Sequence[str], wanted: frozenset[str]) -> int | None:
    found = [i for i, name in enumerate(names) if name in wanted]
    return found[0] if len(found) == 1 else None


def read(rows: Sequence[Sequence[str]], delimiter: str) -> Table | None:
    """Return the table of rows in long form, None where they are not in it.

    Parameters
    ----------
    rows : sequence of sequence of str
        Cells of a file or a sheet.
    delimiter : str
        As of the file.

    Raises
    ------
    InputError
        Where a value stands there twice and differs, or an element has two units.

    Examples
    --------
    >>> cells = [["date", "element", "value"], ["2024-01-01", "TMAX", "30"], ["2024-01-01", "TMIN", "20"]]
    >>> table = read(cells, ",")
    >>> table.names, table.rows
    (['date', 'TMAX', 'TMIN'], [['2024-01-01', '30', '20']])
    """
    at = header_of(rows)
    if at is None:
        return None
    header = [cell.strip() for cell in rows[at]]
    body = [[cell.strip() for cell in row] + [""] * (len(header) - len(row)) for row in rows[at + 1 :] if any(row)]
    names = [plain(cell) for cell in header]
    element, value = _only(names, _ELEMENT), _only(names, _VALUE)
    if element is None or value is None or not _is_long(body, element, value):
        return None
    unit, statistic = _only(names, _UNIT), _only(names, _STATISTIC)
    own = (element, value, unit, statistic)
    keys = [i for i, cell in enumerate(header) if i not in own and classify(cell) in _KEYS]
    named = [element] if statistic is None else [element, statistic]
    days: dict[tuple[str, ...], dict[str, str]] = {}
    units: dict[str, str] = {}
    flags = [i for i, cell in enumerate(header) if i not in (*own, *keys) and is_flag(cell)]
    flags = sorted(flags, key=lambda i: not plain(header[i]).startswith(("q", "cal")))[:1]  # of quality, not of method
    marks: dict[str, dict[tuple[str, ...], str]] = {}
    for number, row in enumerate(body, start=1):
        what = " ".join(filter(None, (row[i] for i in named)))
        key = tuple(row[i] for i in keys)
        if not what or not any(key):
            continue
        _put(days.setdefault(key, {}), what, row[value], number, say("two_values_of", name=repr(what)))
        if flags:
            marks.setdefault(what, {}).setdefault(key, row[flags[0]])
        if unit is not None and row[unit]:
            _put(units, what, row[unit], number, say("two_units_of", name=repr(what)))
    elements = list(dict.fromkeys(what for found in days.values() for what in found))
    table = headed(
        [*(header[i] for i in keys), *elements, *(f"{what} flag" for what in marks)],
        [
            [*key, *(found.get(what, "") for what in elements), *(marks[what].get(key, "") for what in marks)]
            for key, found in days.items()
        ],
        delimiter,
        units=[*[""] * len(keys), *(units.get(what, "") for what in elements), *[""] * len(marks)],
    )
    return _told(table, [header[i] for i in range(len(header)) if i not in (*own, *keys, *flags)])


def _is_long(body: Sequence[Sequence[str]], element: int, value: int) -> bool:
    """Return whether rows hold a few elements, again and again, with a number each."""
    if len(body) < 2:
        return False
    what = {row[element] for row in body}
    numbers = sum(is_number(row[value]) or is_empty(row[value]) for row in body)
    return len(what) <= min(MOST, len(body)) and numbers >= 0.8 * len(body) and not any(map(is_number, what))


def _put(found: dict[str, str], what: str, cell: str, number: int, rule: Text) -> None:
    """Enter a cell; `InputError` where another stands there already."""
    if found.setdefault(what, cell) != cell:
        both = f"{found[what]}, {cell}"
        raise InputError([Problem(say("row_number", number=number), both, rule, say("keep_one_of_them"))])


def _told(table: Table, others: Sequence[str]) -> Table:
    """Return a table with the names of columns that were not looked at (flags, remarks)."""
    names = [repr(name) for name in others if name]
    return replace(table, notes=(*table.notes, say("beside_long_values", names=names))) if names else table
