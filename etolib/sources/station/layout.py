"""Finding the table in a file: what separates its columns, where its header stands, what the lines above it say."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from etolib.errors import InputError, Problem
from etolib.site import parse_angle
from etolib.sources.station import cell_units
from etolib.sources.station import header_lines as headers
from etolib.sources.station.cells import (
    NUMBER_COMMA,
    NUMBER_POINT,
    SURE,
    TRACES,
    date_like,
    is_number,
    number,
    stand_ins,
)
from etolib.words import Text, say

if TYPE_CHECKING:
    from etolib.sources.station.columns import Column
    from etolib.sources.station.formats.row import Format

DELIMITERS = (";", "\t", "|", ",")


@dataclass(frozen=True)
class Table:
    """Rows of text under their header, and what the lines above it say.

    ``facts`` are latitude, longitude [degrees] and elevation [m], ``wind_height`` [m] and ``time_zone`` [h from UTC];
    ``monthly`` the means of a file that holds no days;
    ``format`` the row of a format it is known as; ``above`` the lines above the header,
    ``notes`` what was left out of it; ``estimates`` by column the column of its flag, and the flags by which the
    network says that it estimated the value; ``sheets`` the sheets of an Excel file that could be the station,
    where there are several and nobody has said which: the first is this one.
    """

    names: list[str]
    units: list[str | None]
    rows: list[list[str]]
    delimiter: str
    decimal: str
    facts: Mapping[str, float] = field(default_factory=dict)
    monthly: pd.DataFrame | None = None
    format: Format | None = None
    above: tuple[str, ...] = ()
    notes: tuple[Text, ...] = ()
    estimates: Mapping[int, tuple[int, frozenset[str]]] = field(default_factory=dict)
    sheets: tuple[str, ...] = ()

    def cells(self, column: Column) -> list[str]:
        """Return the text of a column, row by row."""
        return [row[column.index] for row in self.rows]

    def written(self, column: Column, most: int | None = None) -> NDArray[np.float64]:
        """Return the numbers of a column as they are written, NaN where there is none; shape (rows,), or ``most``."""
        cells = [row[column.index] for row in self.rows[:most]]
        if column.variable != "precipitation":  # a trace is one of rain
            cells = ["x" if cell in TRACES else cell for cell in cells]
        return np.array([number(cell, self.decimal, SURE) for cell in cells], dtype=float)

    def numbers(self, column: Column, most: int | None = None) -> NDArray[np.float64]:
        """Return a column as numbers in its own unit, NaN where there is none; shape (rows,), or the first ``most``.

        Without those that stand for none, by their look or by the format of the file, and with its scale.
        """
        raw = self.written(column, most)
        none = (*column.missing, *stand_ins(raw))
        return (np.where(np.isin(raw, none), np.nan, raw) if none else raw) * column.scale


def delimiter_of(lines: Sequence[str]) -> str:
    """Return what separates the columns: the sign that cuts most of the lines into the same number of parts.

    >>> delimiter_of(["date;tmax", "2024-01-01;23,4", "2024-01-02;24,0"])
    ';'
    """
    sample = list(lines[:200])
    best, score = " ", 0.0
    for sign in DELIMITERS:
        counts = [line.count(sign) for line in sample]
        common = max(set(counts), key=lambda n: (n > 0, counts.count(n), n))
        if common == 0:
            continue
        share = counts.count(common) / len(counts)
        # A comma may be a decimal; the other signs are hardly ever anything but separators.
        worth = share * (1.0 if sign == "," else 2.0)
        if share >= 0.5 and worth > score:
            best, score = sign, worth
    return best


def columns_of(lines: Sequence[str], name: str) -> list[list[str]]:
    """Return the cells of lines in columns of letters: by spaces where that fits, else by where the columns stand.

    Raises
    ------
    InputError
        For a row that is short and cannot be cut: nothing says which of its cells is missing.
    """
    rows = [line.split() for line in lines]
    counts = [len(row) for row in rows]
    width = _commonest(counts)
    first = next((i for i, row in enumerate(rows) if len(row) == width and _is_data(row, width)), len(rows))
    whole = [list(re.finditer(r"\S+", line)) for line in lines[first:] if len(line.split()) == width]
    if not whole:
        return rows
    spans = [(min(w[i].start() for w in whole), max(w[i].end() for w in whole)) for i in range(width)]
    apart = all(one[1] + 2 <= two[0] for one, two in pairwise(spans))  # one blank may be any row of words
    for i, row in enumerate(rows):
        if len(row) == width or (i >= first and not any(map(is_number, row))):
            continue
        if i < first:
            wide = re.split(r"\s{2,}|\t", lines[i].strip())
            rows[i] = wide if len(wide) == width else _under(lines[i], spans) if apart else row
        elif apart and len(row) < width:
            edges = [0, *(one[1] for one in spans[:-1])], [two[0] for two in spans[1:]]
            rows[i] = [lines[i][a:b].strip() for a, b in zip(edges[0], [*edges[1], len(lines[i])], strict=True)]
        elif len(row) < width and not _FOOTERS.match(row[0]):
            rule = say("columns_under_titles", columns=len(row), titles=width)
            raise InputError([Problem(say("row_number", number=i + 1), lines[i].strip()[:80], rule)])
    return rows


def _commonest(counts: Sequence[int]) -> int:
    """Return the number that stands there most often, the larger of two.

    >>> _commonest([3, 3, 4, 4, 1])
    4
    """
    return max(Counter(counts).items(), key=lambda item: (item[1], item[0]))[0]


def _under(line: str, spans: Sequence[tuple[int, int]]) -> list[str]:
    """Return the words of a line of the header by the columns they stand over; as they are where two share one."""
    words = list(re.finditer(r"\S+", line))
    cells = [""] * len(spans)
    for word in words:
        near = [max(a - word.end(), word.start() - b, 0) for a, b in spans]
        at = near.index(min(near))
        if cells[at]:
            return line.split()
        cells[at] = word[0]
    return cells


def find_table(rows: list[list[str]], delimiter: str, name: str) -> Table:
    """Return the table in rows of text: its header is what stands above the first row of data.

    A header may have a line of groups above it, and lines of units and of statistics below. Rows below the data
    (``Average``, notes) are left out, and said to be.
    """
    rows = [[cell.strip() for cell in row] for row in rows]
    place, rows = _place_before(rows)
    rows, in_cells = cell_units.taken_out(rows)
    widths = [len(row) for row in rows if any(row)]
    if not widths:
        raise InputError([Problem("file", name, say("has_no_rows"))])
    width = _commonest(widths)
    if width < 2:
        raise InputError([Problem("file", name, say("one_column_only"), say("separate_the_columns"))])
    first = next((i for i, row in enumerate(rows) if _is_data(row, width)), None)
    if first is None:
        raise InputError([Problem("file", name, say("no_row_of_numbers"), say("must_be_daily_weather"))])
    above = [i for i in range(first) if sum(bool(cell) for cell in rows[i]) >= max(2, width // 2)]
    if not above:
        raise InputError([Problem("file", name, say("no_header_row"), say("name_the_columns"))])
    head = headers.find(rows, above, width)
    body = [row for row in rows[first:] if any(row)]
    names, units = _fitted(head.names, [u or in_cells.get(i) for i, u in enumerate(head.units)], body, name)
    _refuse_another_station(body, [", ".join(filter(None, row)) for row in rows[:first]], name)
    body, notes = _without_footers([row for row in body if row != rows[head.line]], len(names))
    cells = [cell for row in body[:500] for cell in row]
    commas = sum(bool(NUMBER_COMMA.match(c)) for c in cells)
    points = sum("." in c and bool(NUMBER_POINT.match(c)) for c in cells)
    lines = rows[: head.top]
    return Table(
        _unique(names), units, [_pad(row, len(names)) for row in body], delimiter, "," if commas > points else ".",
        {**_facts(lines), **place}, above=tuple(", ".join(filter(None, row)) for row in lines), notes=notes,
    )  # fmt: skip


def _is_data(row: Sequence[str], width: int) -> bool:
    filled = [cell for cell in row if cell]
    good = sum(is_number(cell) or date_like(cell) for cell in filled)
    return len(row) >= width - 1 and len(filled) >= 2 and good >= max(2, 0.5 * len(filled))


def _fitted(
    names: list[str], units: list[str | None], body: Sequence[Sequence[str]], name: str
) -> tuple[list[str], list[str | None]]:
    """Return names and units for the cells of the rows; InputError where a row has more cells than there are names.

    A column without a name in front (an index) is called ``date`` where it holds dates. Nothing else is shifted: a
    decimal comma between commas would move every value behind it.
    """
    used = [max((i for i, cell in enumerate(row) if cell), default=-1) + 1 for row in body]
    common, often = Counter(used).most_common(1)[0]
    if len(names) and common == len(names) + 1 and often >= 0.9 * len(used) and all(names):
        names, units = ["", *names], [None, *units]
    width = len(names)
    while width and not names[width - 1] and max(used) < width:
        width -= 1
    names, units = names[:width], units[:width]
    if max(used) > width:
        row = next(i for i, count in enumerate(used) if count > width)
        rule = say("columns_under_titles", columns=used[row], titles=width)
        thing = say("row_number", number=row + 1)
        raise InputError([Problem(thing, ", ".join(body[row])[:80], rule, say("is_a_comma_a_decimal"))])
    first = [row[0] for row in body[:20] if row and row[0]]
    if re.fullmatch(r"(?:unnamed: ?\d+|index|x)?", names[0].lower()) and first and all(map(date_like, first)):
        names = ["date", *names[1:]]
    return names, units


_FOOTERS = re.compile(
    r"^(?:averages?|means?|(?:sub-?)?total[es]?|totals|sums?|max(?:imum|ima|imo|imos|imas)?|min(?:imum|ima|imo|imos|imas)?|"
    r"avg|ave|median|m[eé]dias?|promedios?|moyennes?|mittel(?:wert)?|summe|somme|soma|suma|somma|count|std\.?|stdev|"
    r"st\.? ?dev\.?|normals?|note|notes|source|fonte|fuente|quelle|legend|end|totais|totales|totaux|mittlere|n|"
    r"desvio|summary|m[ií]nimas?|m[aá]ximas?|m[aá]ximo|m[ií]nimo|monthly|month(?:ly)? (?:mean|total)s?)\b",
    re.IGNORECASE,
)  # fmt: skip


_STATION = re.compile(
    r"^(?:weather |nome da )?(?:station|stn|site|location|estaci[oó]n|esta[cç][aã]o|posto|wetterstation|standort|"
    r"messstelle|stationsname|poste|lieu|localidade|localidad|munic[ií]pio|stazione)"
    r"(?: ?(?:name|id|no|nr|number|code))?\.?\s*[:=,;]\s*\S",
    re.IGNORECASE,
)
"""A line that names a station."""


def _refuse_another_station(body: Sequence[Sequence[str]], above: Sequence[str], name: str) -> None:
    """Raise `InputError` where a line between the days names another station than the lines above them do."""
    for row in body:
        if len(row) > 2 and sum(map(is_number, row)) > 1:
            continue
        text = ", ".join(filter(None, row))
        if _STATION.match(text) and text not in above:
            both = [*(line for line in above if _STATION.match(line)), text]
            rule = say("names_stations_one_below_the_other")
            raise InputError([Problem("file", "; ".join(line[:60] for line in both), rule, say("one_file_a_station"))])


def trimmed(table: Table) -> Table:
    """Return a table without the rows at its end that are no days, with what is said of them."""
    rows, notes = _without_footers(table.rows, len(table.names))
    return replace(table, rows=rows, notes=(*table.notes, *notes)) if notes else table


def _without_footers(rows: list[list[str]], width: int) -> tuple[list[list[str]], tuple[Text, ...]]:
    """Return the rows without those at the end that are no days, and what is said of them."""
    dates = _column_of_dates(rows, width)
    end = len(rows)
    while end > 1:
        row = rows[end - 1]
        label = next((cell for cell in row if cell), "")
        dated = dates is None or (dates < len(row) and any(sign.isdigit() for sign in row[dates]))
        if dated and not (_FOOTERS.match(label) and not date_like(label)):
            break
        end -= 1
    kept: list[list[str]] = []
    between: list[list[str]] = []
    for row in rows[:end]:
        (between if _is_no_day(row, dates) else kept).append(row)
    said = [row for row in between if any(sign.isdigit() for cell in row for sign in cell)] + rows[end : end + 5]
    return kept, tuple(say("row_is_no_day", name=repr(", ".join(filter(None, row))[:60])) for row in said[:5])


_JOINED = re.compile(r"(?:1[6-9]|2[01])\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])")


def _column_of_dates(rows: Sequence[Sequence[str]], width: int) -> int | None:
    """Return which column holds dates in nearly all rows."""
    sample = rows[:300]
    for i in range(min(width, 8)):
        cells = [row[i] if i < len(row) else "" for row in sample]
        if sum(date_like(cell) or bool(_JOINED.fullmatch(cell)) for cell in cells) >= 0.8 * len(cells):
            return i
    return None


def _is_no_day(row: Sequence[str], dates: int | None) -> bool:
    """Return whether a row among the data is a header again, a sum or a mean, or words about what follows."""
    if dates is None:
        return False
    if not any(any(sign.isdigit() for sign in cell) for cell in row):
        return True
    cell = row[dates] if dates < len(row) else ""
    if date_like(cell) or not cell[:1].isalpha():
        return False
    return bool(_FOOTERS.match(cell)) or not any(is_number(c) for i, c in enumerate(row) if i != dates)


def _place_before(rows: list[list[str]]) -> tuple[dict[str, float], list[list[str]]]:
    """Return the place that a small table of places before the table gives, and the rows without it."""
    for i, row in enumerate(rows[:20]):
        low = [cell.lower() for cell in row]
        at = {what: next((k for k, cell in enumerate(low) if cell in names), None) for what, names in _PLACES.items()}
        if (
            at["latitude"] is None
            or at["longitude"] is None
            or any(re.match(r"(?:date|datetime|time|timestamp|day|year)\b", c) for c in low)
        ):
            continue
        end = i + 1
        while end < len(rows) and len(rows[end]) == len(row) and is_number(rows[end][at["latitude"]]):
            end += 1
        if not 0 < end - i - 1 <= 20 or end >= len(rows) - 1:
            return {}, rows
        found = {}
        for what, k in at.items():
            if k is not None and end == i + 2 and is_number(rows[i + 1][k]):
                found[what] = float(rows[i + 1][k].replace(",", "."))
        return found, rows[:i] + rows[end:]
    return {}, rows


_PLACES = {"latitude": ("latitude", "lat", "latitud"), "longitude": ("longitude", "lon", "long", "longitud", "lng"),
           "elevation": ("elevation", "elev", "altitude", "alt", "altitud")}  # fmt: skip


def _unique(names: Sequence[str]) -> list[str]:
    """Return names of which none stands twice: the second is ``name (2)``."""
    seen: dict[str, int] = {}
    result = []
    for name in names:
        seen[name] = seen.get(name, 0) + 1
        result.append(name if not name or seen[name] == 1 else f"{name} ({seen[name]})")
    return result


def _pad(row: Sequence[str], width: int) -> list[str]:
    return ([*row, *[""] * width])[:width]


def _facts(rows: Sequence[Sequence[str]]) -> dict[str, float]:
    """Return latitude, longitude and elevation that lines above the header give (``Latitude: -15,78``)."""
    found: dict[str, float] = {}
    for row in rows[:40]:
        text = _CUT_DECIMAL.sub(r"\1,\2", "\x1f".join(row)).replace("\x1f", " ")
        for what, pattern in _FACTS:
            head = rf"\b{pattern}\.?\s*[:=;,]?\s*"
            if what != "elevation" and (
                angle := re.search(rf"\b{pattern}\.?\s*[:=;,]?\s*{_ANGLE}", text, re.IGNORECASE)
            ):
                degrees = parse_angle(re.sub(r"^([NSEWO])\s*(.*)$", r"\2 \1", angle[1].strip(), flags=re.I), what)
                if degrees is not None:
                    found[what] = degrees
                    continue
            if match := re.search(head + r"(-?\d+(?:[.,]\d+)?)", text, re.IGNORECASE):
                found[what] = float(match[1].replace(",", "."))
        if match := _ANEMOMETER.search(text):
            found["wind_height"] = float(match[1].replace(",", "."))
    return found


_CUT_DECIMAL = re.compile(r"([:=]\s*[NSEWOnsewo]?\s*-?\d{1,3})\x1f(\d+(?!\d*[.,]))")  # a comma cut it into two cells
_FACTS = (("latitude", r"lat\w*"), ("longitude", r"lon\w*"), ("elevation", r"(?:alt|elev)\w*"))
_ANGLE = (r"((?:[NSEWO]\s*)?\d{1,3}(?:[.,]\d+)?\s*(?:[°ºo˚]|deg)?\s*(?:\d{1,2}(?:[.,]\d+)?\s*['′’]\s*)?"
          r"(?:\d{1,2}(?:[.,]\d+)?\s*(?:\"|″|”|'')\s*)?[NSEWO]\b|[NSEWO]\s*\d{1,3}(?:[.,]\d+)?)")  # fmt: skip
_ANEMOMETER = re.compile(
    r"(?:(?:wind|anemomet\w*|vento|viento|vent)\b[^:=;,\d]{0,25}(?:height|altura|h[oö]he|hauteur|altezza|hoogte)"
    r"|(?:height|altura|h[oö]he|hauteur|altezza|hoogte)\b[^:=;,\d]{0,25}(?:wind\w*|anem\w*|vento|viento|vent)"
    r"|anemometer|anemometro|an[eé]mom[eè]tre|windmesser)\b[^\d:=;,]{0,12}[:=;,]?\s*(?:at\s+|a\s+|in\s+|auf\s+)?"
    r"(\d{1,2}(?:[.,]\d+)?)\s*m(?:et\w*)?\b",
    re.IGNORECASE,
)
