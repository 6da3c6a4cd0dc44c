"""From rows of cells to places: one table, whatever it came from."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from etolib.errors import InputError, Problem
from etolib.places_reader import coordinates
from etolib.places_reader.columns import Column, choose
from etolib.site import Site
from etolib.words import Text, say, verbatim

ROLES = ("name", "latitude", "longitude", "elevation")
_SCALE = {"degrees": 1.0, "minutes": 60.0, "seconds": 3600.0}


@dataclass(frozen=True)
class Row:
    """A row of a table: where it stands, for messages, and its cells by header."""

    where: Text
    cells: Mapping[str, Any]


@dataclass(frozen=True)
class Layout:
    """Which columns hold what, and how they are written."""

    latitude: tuple[Column, ...] = ()
    longitude: tuple[Column, ...] = ()
    elevation: Column | None = None
    name: Column | None = None
    both: Column | None = None
    wkt: Column | None = None
    comma: bool | None = None
    east_is_o: bool = False


@dataclass(frozen=True)
class _Bad(Exception):
    """Why a row is no place."""

    value: Any
    rule: Text
    hint: Text | None = None


def layout_of(headers: Sequence[str], columns: Mapping[str, str] | None = None) -> Layout:
    """Return which columns of a table hold what.

    Parameters
    ----------
    headers : sequence of str
    columns : mapping of str to str, optional
        What the reader says of columns: their headers to name, latitude, longitude or elevation.

    Raises
    ------
    InputError
        Where none holds the latitude, or the longitude, or where ``columns`` names what is not there.

    Examples
    --------
    >>> layout = layout_of(["Farm", "lat", "lng", "alt (ft)"])
    >>> layout.latitude[0].name, layout.elevation.feet
    ('lat', True)
    """
    found, read = choose(headers)
    by_name = {column.name: column for column in read}
    for header, role in _said(columns or {}, headers).items():
        kept = {key: [c for c in group if c.name != header] for key, group in found.items()}
        found = {**kept, role: [replace(by_name[header], role=role, part=None, rank=-1, projected=False)]}
    latitude, longitude = (_of_axis(found.get(axis, [])) for axis in ("latitude", "longitude"))
    both, wkt, elevation, name, code = (_first(found, role) for role in ("both", "wkt", "elevation", "name", "code"))
    if not (latitude and longitude) and both is None and wkt is None:
        absent = [axis for axis, group in (("latitude", latitude), ("longitude", longitude)) if not group]
        shown = ", ".join(map(str, headers))[:200]
        hint = say("convert_from_projection") if any(c.projected for c in read) else say("name_place_columns")
        raise InputError([Problem("columns", shown, say("no_column_of", names=absent), hint)])
    east_is_o = any(column.germanic for column in (*latitude, *longitude))
    return Layout(latitude, longitude, elevation, name or code, both, wkt, None, east_is_o)


def _first(found: Mapping[str, Sequence[Column]], role: str) -> Column | None:
    return next(iter(found.get(role, ())), None)


def _said(columns: Mapping[str, str], headers: Sequence[str]) -> Mapping[str, str]:
    problems = [
        Problem("columns", header, say("no_such_column"), say("known_are", names=[str(h) for h in headers][:30]))
        for header in columns
        if header not in headers
    ]
    problems += [
        Problem("columns", role, say("must_be_one_of", names=list(ROLES)))
        for role in columns.values()
        if role not in ROLES
    ]
    if problems:
        raise InputError(problems)
    return columns


def _of_axis(columns: Sequence[Column]) -> tuple[Column, ...]:
    """Return the column of an axis, or its degrees, minutes and seconds where they stand apart."""
    parts = {column.part: column for column in columns if column.part}
    if "minutes" in parts:
        degrees = parts.get("degrees") or next((c for c in columns if c.part is None), None)
        if degrees is not None:
            rest = [parts[name] for name in ("minutes", "seconds", "hemisphere") if name in parts]
            return (degrees, *rest)
    plain = [column for column in columns if column.part in (None, "degrees")]
    signs = [column for column in columns if column.part == "hemisphere"]
    return (plain[0], *signs[:1]) if plain else ()


def places_of(rows: Sequence[Row], layout: Layout) -> tuple[list[Site], list[Text], list[Problem], list[Text]]:
    """Return the places of rows and where each stands, what is wrong with the others, and notes."""
    comma = _writes_commas(rows, layout)
    layout = _with_letters_beside(replace(layout, comma=comma), rows)
    sites: list[Site] = []
    where: list[Text] = []
    problems = _letters(rows, layout)
    swapped = 0
    for row in rows if not problems else ():
        try:
            sites.append(_place(row, layout))
            where.append(row.where)
        except _Bad as bad:
            swapped += bad.hint is not None and bad.hint.key == "coordinates_look_swapped"
            problems.append(Problem(row.where, bad.value, bad.rule, bad.hint))
        except InputError as error:
            problems += [Problem(row.where, f"{p.thing} {p.value}", p.rule, p.suggestion) for p in error.problems]
    if swapped and swapped == len(rows) and len(rows) > 1:
        rule = say("all_rows_look_swapped", number=len(rows))
        problems = [Problem("columns", ", ".join(_headers(layout)), rule, say("exchange_columns"))]
    notes = []
    if layout.elevation is not None and (absent := sum(site.elevation is None for site in sites)):
        notes.append(say("elevations_absent", count=absent))
    return sites, where, problems, notes


_LETTERS = {"latitude": {"N", "S"}, "longitude": {"E", "W", "O", "L"}}


def _with_letters_beside(layout: Layout, rows: Sequence[Row]) -> Layout:
    """Return the layout with columns of hemispheres that no header tells: N and S alone beside the latitude, say."""
    if not rows:
        return layout
    headers = list(rows[0].cells)
    known = {*_headers(layout), *(column.name for column in (layout.elevation, layout.name) if column is not None)}
    for axis, letters in _LETTERS.items():
        columns: tuple[Column, ...] = getattr(layout, axis)
        if not columns or any(column.part == "hemisphere" for column in columns):
            continue
        last = max(headers.index(column.name) for column in columns if column.name in headers)
        beside = headers[last + 1 : last + 2]
        for name in beside:
            cells = {str(row.cells.get(name) or "").strip().upper() for row in rows} - {""}
            if name not in known and cells and cells <= letters:
                both = (*columns, Column(name, axis, "hemisphere"))
                layout = replace(layout, latitude=both) if axis == "latitude" else replace(layout, longitude=both)
    return layout


def _headers(layout: Layout) -> list[str]:
    columns = (*layout.latitude, *layout.longitude, layout.both, layout.wkt)
    return [column.name for column in columns if column is not None]


def _writes_commas(rows: Sequence[Row], layout: Layout) -> bool | None:
    """Return whether decimals of the coordinates are written with a comma, None where nothing tells."""
    points = commas = 0
    for row in rows[:1000]:
        for column in (*layout.latitude, *layout.longitude):
            text = row.cells.get(column.name)
            points += isinstance(text, float) or (isinstance(text, str) and "." in text)
            commas += isinstance(text, str) and "," in text
    return None if points == commas == 0 else commas > points


def _letters(rows: Sequence[Row], layout: Layout) -> list[Problem]:
    """Return a problem where both W and O stand in the longitudes: O is then east, or both are west."""
    last = {
        str(row.cells.get(column.name) or "").strip().upper()[-1:] for row in rows for column in layout.longitude[:1]
    }
    if {"O", "W"} <= last and not layout.east_is_o:
        name = layout.longitude[0].name
        return [Problem("column", name, say("both_o_and_w"), say("write_east_and_west"))]
    return []


def _place(row: Row, layout: Layout) -> Site:
    """Return the place of a row; `_Bad` or `InputError` where it is none."""
    latitude, longitude, high = _coordinates(row, layout)
    elevation = high
    if layout.elevation is not None:
        cell = row.cells.get(layout.elevation.name)
        if not coordinates.is_absent(cell):
            elevation = coordinates.height(cell, feet=layout.elevation.feet, comma=layout.comma)
            if elevation is None:
                raise _Bad(str(cell)[:60], say("not_a_height"), say("write_metres_like"))
            if coordinates.no_height(elevation):
                elevation = None
    name = None if layout.name is None else row.cells.get(layout.name.name)
    text = None if name is None or coordinates.is_absent(name) else _label(name)
    return Site(latitude, longitude, elevation, text)


def _label(name: Any) -> str:
    """Return a name as text of one line; a number of a code without an idle fraction."""
    if isinstance(name, float) and name.is_integer():
        name = int(name)
    return " ".join(str(name).split())


def _coordinates(row: Row, layout: Layout) -> tuple[float, float, float | None]:
    high = None
    if layout.latitude and layout.longitude:
        cells = [[row.cells.get(column.name) for column in columns] for columns in (layout.latitude, layout.longitude)]
        found = [
            _angle(parts, columns, axis, layout.east_is_o)
            for parts, columns, axis in zip(cells, (layout.latitude, layout.longitude), ("latitude", "longitude"),
                                            strict=True)
        ]  # fmt: skip
        shown = " / ".join(
            " ".join("" if coordinates.is_absent(c) else str(c) for c in parts).strip() for parts in cells
        )
    elif layout.both is not None:
        cell = row.cells.get(layout.both.name)
        shown, halves = str(cell), coordinates.pair(cell) or ("", "")
        found = [
            coordinates.angle(t, axis, east_is_o=layout.east_is_o)
            for t, axis in zip(halves, ("latitude", "longitude"), strict=True)
        ]
    else:
        assert layout.wkt is not None
        cell = row.cells.get(layout.wkt.name)
        shown, place = str(cell), coordinates.point(cell)
        found = [None, None] if place is None else list(place[:2])
        high = None if place is None else place[2]
    latitude, longitude = found
    if latitude is None or longitude is None:
        empty = not shown.replace("/", "").strip()
        rule = say("coordinates_absent") if empty else say("coordinates_not_readable")
        raise _Bad(shown[:80], rule, None if empty else say("write_coordinates_like"))
    if abs(latitude) > 90 and abs(longitude) <= 90 and abs(latitude) <= 180:
        raise _Bad(shown[:80], say("latitude_beyond_90"), say("coordinates_look_swapped"))
    if abs(latitude) > 400 or abs(longitude) > 400:
        raise _Bad(shown[:80], say("coordinates_are_no_degrees"), say("convert_from_projection"))
    return latitude, longitude, high


def _angle(parts: Sequence[Any], columns: Sequence[Column], axis: str, east_is_o: bool) -> float | None:
    """Return an angle of one cell, or of cells of degrees, minutes, seconds and hemisphere."""
    if coordinates.is_absent(parts[0]):
        return None
    sign_of = next((p for p, c in zip(parts, columns, strict=True) if c.part == "hemisphere"), None)
    letter = "" if sign_of is None or coordinates.is_absent(sign_of) else str(sign_of).strip()
    numbers = [(p, c) for p, c in zip(parts, columns, strict=True) if c.part != "hemisphere"]
    if len(numbers) == 1:
        value = coordinates.angle(f"{parts[0]} {letter}" if letter else parts[0], axis, east_is_o=east_is_o)
        if value is not None and columns[0].radians:
            value = math.degrees(value)
        # What a cell says of its side counts more than its header: only a bare number is meant by that.
        bare = not letter and not any(sign.isalpha() for sign in str(parts[0]))
        return -value if columns[0].letter and bare and value is not None and value > 0 else value
    total = 0.0
    for cell, column in numbers:
        value = 0.0 if coordinates.is_absent(cell) else coordinates.angle(cell, axis)
        scale = _SCALE[column.part or "degrees"]
        if value is None or (scale > 1 and not 0 <= value < 60):
            return None
        total += abs(value) / scale
    negative = str(parts[0]).strip().startswith(("-", "\u2212"))
    if letter:
        mark = coordinates.angle(f"1 {letter}", axis, east_is_o=east_is_o)
        if mark is None or negative:
            return None
        negative = mark < 0
    elif columns[0].letter:
        negative = True
    return -total if negative else total


def rows_of_frame(frame: Any) -> tuple[list[str], Iterator[Row]]:
    """Return the headers and rows of a DataFrame; an index of text without a column of names gives the names."""
    headers = [str(name) for name in frame.columns]
    labels = frame.index
    named = labels.dtype == object or str(labels.dtype) in ("str", "string")
    if named and not {"name", "code"} & choose(headers)[0].keys():
        frame = frame.rename_axis(None).reset_index(names="name")
        headers = ["name", *headers]
    columns = [frame.iloc[:, i].tolist() for i in range(frame.shape[1])]

    def rows() -> Iterator[Row]:
        for label, cells in zip(labels, zip(*columns, strict=True), strict=True):
            yield Row(say("row_of_index", index=verbatim(str(label))), dict(zip(headers, cells, strict=True)))

    return headers, rows()
