"""`read_places`: places from whatever holds them."""

from __future__ import annotations

import csv
import json
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from etolib.errors import InputError, Problem
from etolib.extras import needed
from etolib.places_reader import geojson
from etolib.places_reader.columns import choose
from etolib.places_reader.place_list import PlaceList, checked_count, checked_most, doubled, swapped
from etolib.places_reader.table import Layout, Row, layout_of, places_of, rows_of_frame
from etolib.request import Place, Request
from etolib.site import Site
from etolib.words import Text, say

if TYPE_CHECKING:
    import pandas as pd

_DELIMITERS = (";", "\t", ",", "|")
_HEAD = 30  # lines in which the header is looked for
_LISTED = 25  # problems listed one by one
_LONGEST_CELL = 2_000  # bytes of a text in Parquet; a WKT point has some fifty

Places = "PlaceList | pd.DataFrame | str | os.PathLike[str] | Sequence[Place]"
"""What `read_places` reads."""


def read_places(
    source: PlaceList | pd.DataFrame | str | os.PathLike[str] | Sequence[Place],
    *,
    columns: Mapping[str, str] | None = None,
    skip_bad: bool = False,
) -> PlaceList:
    """Read places from a file, a table or a list.

    Parameters
    ----------
    source : path, DataFrame, or sequence of Site or (latitude, longitude)
        A file ``.csv``, ``.tsv``, ``.txt``, ``.xlsx``, ``.parquet``, ``.geojson`` or ``.json``. Columns are found by
        their names in several languages: latitude and longitude (decimal point or comma; degrees, minutes, seconds, in
        one column or several; a pair or WKT point in one), elevation and name where they are known.
    columns : mapping of str to str, optional
        What columns are whose names do not say it: ``{"P1": "latitude"}``.
    skip_bad : bool
        Leave out rows that are no place; they stand in `PlaceList.problems`.

    Returns
    -------
    PlaceList
        In the order of the rows; its ``notes`` tell what is doubled or looks swapped.

    Raises
    ------
    InputError
        Listing the rows that are no place with their lines, unless they shall be left out; or where there are none.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "farms.csv"
    >>> _ = path.write_text("Fazenda;Latitude;Longitude;Altitude (m)\\nBoa Vista;-22,7;47°36'W;554\\n")
    >>> read_places(path)[0]
    Site(latitude=-22.7, longitude=-47.6, elevation=554.0, name='Boa Vista')
    """
    if isinstance(source, PlaceList):
        return source
    if isinstance(source, (str, os.PathLike)):
        return _of_file(Path(source), columns, skip_bad)
    if hasattr(source, "columns") and hasattr(source, "iloc"):
        headers, rows = rows_of_frame(source)
        return _finished(list(rows), layout_of(headers, columns), skip_bad, str(type(source).__name__))
    return _of_list(source, skip_bad)


def _of_list(places: Sequence[Place], skip_bad: bool) -> PlaceList:
    sites: list[Site] = []
    where: list[Text] = []
    problems: list[Problem] = []
    for i, place in enumerate(places):
        try:
            sites.append(Request.of(place, "2000-01-01").site)
            where.append(say("place_of_list", number=i + 1))
        except InputError as error:
            problems += [
                Problem(say("place_of_list", number=i + 1), f"{p.thing} {p.value}", p.rule, p.suggestion)
                for p in error.problems
            ]
    return _checked(sites, where, problems, [], skip_bad, "places")


def _of_file(path: Path, columns: Mapping[str, str] | None, skip_bad: bool) -> PlaceList:
    from etolib.sources.station import bounds, contents, workbook  # pandas: only where a file is read

    data, name = contents.content(path, None)
    ending = path.suffix.lower()
    if ending == ".parquet":
        headers, rows = rows_of_frame(_of_parquet(path, name))
        return _finished(list(rows), layout_of(headers, columns), skip_bad, name)
    if data[:4] == b"PK\x03\x04":
        return _of_sheets(workbook.sheets(data, name), name, columns, skip_bad)
    if ending in (".geojson", ".json") or data.lstrip(b" \t\r\n\xef\xbb\xbf")[:1] == b"{":
        bounds.of_json(data, name)
        try:
            document = json.loads(contents.decode(data, name))
        except RecursionError:
            raise InputError([Problem("file", name, say("bound_deep"), say("save_as_csv"))]) from None
        except ValueError as error:
            raise InputError([Problem("file", name, say("no_json", error=str(error)[:100]))]) from None
        return _checked(*geojson.places_of(document, name), skip_bad, name)
    bounds.of_text(data, name)
    return _of_text(contents.decode(data, name), name, columns, skip_bad)


def _of_parquet(path: Path, name: str) -> pd.DataFrame:
    """Return a table of Parquet; refuse one that is larger than it may be.

    What it says of its size is not what it holds: a text that stands in it once may stand in every row.
    """
    with needed():
        import pyarrow.parquet as parquet
    from pyarrow import compute, types

    from etolib.sources.station import bounds

    try:
        facts = parquet.read_metadata(path)
        inside = sum(facts.row_group(i).total_byte_size for i in range(facts.num_row_groups))
        texts = [one.path for one in map(facts.schema.column, range(facts.num_columns)) if _is_text(one)]
        cells = facts.num_rows * facts.num_columns
    except Exception as error:  # whatever a damaged file makes pyarrow meet
        raise InputError([Problem("file", name, say("no_parquet", error=type(error).__name__))]) from error
    bounds.of_cells(cells, name)
    if inside > bounds.MOST_UNPACKED:
        bounds.refuse(name, say("holds_more_than", size=bounds.MOST_UNPACKED >> 20), say("save_as_csv"))
    try:
        table = parquet.read_table(path, read_dictionary=texts)  # a text that stands there often is read once
        longest = 0
        for column in (one for one in table.columns if types.is_dictionary(one.type)):
            for chunk in column.chunks:
                longest = max(longest, compute.max(compute.binary_length(chunk.dictionary)).as_py() or 0)
        if longest <= _LONGEST_CELL:
            frame: pd.DataFrame = table.to_pandas()
            if str(frame.index.dtype) == "category":
                frame.index = frame.index.astype(object)
            return frame
    except Exception as error:  # as above: its pages are only looked at here
        raise InputError([Problem("file", name, say("no_parquet", error=type(error).__name__))]) from error
    rule = say("bound_cell", number=longest, most=_LONGEST_CELL)
    raise InputError([Problem("file", name, rule, say("bound_is_it_a_table"))])


def _is_text(column: Any) -> bool:
    return column.physical_type == "BYTE_ARRAY" and column.logical_type.type in ("STRING", "NONE")


def _of_text(text: str, name: str, columns: Mapping[str, str] | None, skip_bad: bool) -> PlaceList:
    lines = re.split(r"\r\n|\n|\r", text)
    line, delimiter = _header_of(lines, columns)
    try:
        table = list(_cells(lines, line, delimiter))
    except csv.Error as error:
        raise InputError([Problem("file", name, say("no_table_of_text", error=str(error)))]) from error
    if not table:
        raise InputError([Problem("file", name, say("has_no_rows"))])
    return _of_table(table, name, columns, skip_bad)


def _cells(lines: Sequence[str], first: int, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """Yield the cells of rows that are not empty, with the number of their first line."""
    reader = csv.reader((line + "\n" for line in lines[first:]), delimiter=delimiter, skipinitialspace=True)
    number = first
    for cells in reader:
        begun, number = number + 1, first + reader.line_num
        if any(cell.strip() for cell in cells) and not cells[0].startswith("#"):
            yield begun, cells


def _header_of(lines: Sequence[str], columns: Mapping[str, str] | None) -> tuple[int, str]:
    """Return which line is the header, and what parts its cells."""
    candidates = [i for i, line in enumerate(lines[:_HEAD]) if line.strip()]
    for i in candidates:
        fitting = []
        for delimiter in _DELIMITERS:
            cells = [cell.strip() for cell in next(csv.reader([lines[i].lstrip("# ")], delimiter=delimiter), [])]
            found = choose(cells)[0].keys() | ({"both"} if set(columns or ()) & set(cells) else set())
            if {"latitude", "longitude"} <= found or found & {"both", "wkt"}:
                fitting.append((len(cells), delimiter))
        if fitting:
            return i, max(fitting)[1]
    first = next((i for i in candidates if not lines[i].startswith("#")), candidates[0] if candidates else 0)
    counts = {delimiter: lines[first].count(delimiter) if lines else 0 for delimiter in _DELIMITERS}
    return first, max(counts, key=lambda delimiter: counts[delimiter])


def _of_sheets(
    sheets: Mapping[str, list[list[str]]], name: str, columns: Mapping[str, str] | None, skip_bad: bool
) -> PlaceList:
    """Return the places of the longest sheet that has columns of them; other sheets that have some are named."""
    having = [title for title, rows in sheets.items() if _head_of(rows) is not None] or list(sheets)
    chosen = max(having, key=lambda title: len(sheets[title]), default="")
    try:
        found = _of_cells(sheets.get(chosen, []), name, columns, skip_bad)
    except InputError as error:
        raise InputError([_of_formulas(problem) for problem in error.problems]) from error
    left = [title for title in having if title != chosen and sheets[title]]
    if not left:
        return found
    return replace(found, notes=(*found.notes, say("place_sheets_not_read", names=left, sheet=repr(chosen))))


def _of_formulas(problem: Problem) -> Problem:
    """Return what is said of empty coordinates in a file of Excel: they may be formulas that were never calculated."""
    if not isinstance(problem.rule, Text) or problem.rule.key != "coordinates_absent" or problem.suggestion:
        return problem
    return replace(problem, suggestion=say("save_formulas"))


def _head_of(rows: list[list[str]]) -> int | None:
    """Return which row of a sheet names the columns of latitude and longitude."""
    return next((i for i, row in enumerate(rows[:_HEAD]) if {"latitude", "longitude"} <= choose(row)[0].keys()), None)


def _of_cells(rows: list[list[str]], name: str, columns: Mapping[str, str] | None, skip_bad: bool) -> PlaceList:
    """Return the places of a sheet."""
    head = _head_of(rows) or 0
    table = [(i + 1, row) for i, row in enumerate(rows) if i >= head and any(cell.strip() for cell in row)]
    if not table:
        raise InputError([Problem("file", name, say("has_no_rows"))])
    return _of_table(table, name, columns, skip_bad)


def _of_table(
    table: Sequence[tuple[int, list[str]]], name: str, columns: Mapping[str, str] | None, skip_bad: bool
) -> PlaceList:
    named = (cell.strip().lstrip("# \ufeff") for cell in table[0][1])
    headers = [cell or f"#{i}" for i, cell in enumerate(named, start=1)]
    layout = layout_of(headers, columns)
    rows, problems = [], []
    checked_most(len(table) - 1)
    for number, cells in table[1:]:
        where = say("line_number", number=number)
        extra = [cell for cell in cells[len(headers) :] if cell.strip()]
        if extra:
            rule = say("more_cells_than_headers", number=len(cells), most=len(headers))
            problems.append(Problem(where, ", ".join(cells)[:80], rule, say("decimal_comma_needs_semicolon")))
        else:
            rows.append(Row(where, dict(zip(headers, cells, strict=False))))
    return _finished(rows, layout, skip_bad, name, problems)


def _finished(
    rows: Sequence[Row], layout: Layout, skip_bad: bool, name: str, problems: Sequence[Problem] = ()
) -> PlaceList:
    sites, where, found, notes = places_of(rows, layout)
    return _checked(sites, where, [*problems, *found], notes, skip_bad, name)


def _checked(
    sites: Sequence[Site],
    where: Sequence[Text],
    problems: Sequence[Problem],
    notes: Sequence[Text],
    skip_bad: bool,
    name: str,
) -> PlaceList:
    """Return the list; `InputError` with the bad rows where they shall not be left out."""
    if problems and not (skip_bad and sites):
        shown = list(problems[:_LISTED])
        if len(problems) > _LISTED:
            rest = say("and_more_rows", number=len(problems) - _LISTED)
            shown.append(Problem("file", name, rest, say("correct_or_leave_out")))
        raise InputError(shown)
    checked_count(len(sites))
    said = [*notes, *doubled(sites, where)]
    if problems:
        said.insert(0, say("rows_left_out", count=len(problems)))
    if (exchanged := swapped(sites)) is not None:
        said.append(exchanged)
    return PlaceList(tuple(sites), tuple(said), tuple(problems))
