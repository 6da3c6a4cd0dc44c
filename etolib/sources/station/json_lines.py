"""JSON of weather services and of programs, written as the lines of the table that the same service gives as CSV.

So that nothing is known twice: an answer of NASA POWER or Open-Meteo becomes the lines of its download, a list of
records (Visual Crossing, Meteostat, AEMET, one record a line) or of columns a table under its names. Nothing is taken
out of values that are nested deeper: what they mean, their names alone do not say.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import math
import re
from collections.abc import Mapping, Sequence
from typing import Any

from etolib.errors import InputError, Problem
from etolib.sources.station import bounds
from etolib.words import Text, say

_POWER_KEY = re.compile(r"\d{8}(?:\d\d)?$")
_PLACES = ("latitude", "longitude", "elevation", "utc_offset_seconds", "timezone", "timezone_abbreviation")
_LISTS_OF_RECORDS = ("data", "days", "results", "values", "records", "observations", "rows", "items", "list")


def is_json(text: str) -> bool:
    """Return whether a text begins as JSON does.

    >>> is_json(' {"a": 1}'), is_json("[weather.met.weather]"), is_json("[ {"), is_json("date,tmax")
    (True, False, True, False)
    """
    return bool(re.match(r"\s*(?:\{\s*[\"}]|\[\s*[\[{\]])", text[:1000]))


def lines_of(text: str, name: str) -> list[str]:
    """Return the lines of the table in JSON.

    Parameters
    ----------
    text : str
        Of the file.
    name : str
        Of the file, for messages.

    Raises
    ------
    InputError
        Where it is cut off, or holds no records of days or hours, or nested ones.

    Examples
    --------
    >>> lines_of('[{"date": "2024-01-01", "tmax": 30.5}, {"date": "2024-01-02", "tmax": null}]', "a.json")
    ['date,tmax', '2024-01-01,30.5', '2024-01-02,']
    """
    found = _loaded(text, name)
    if isinstance(found, Mapping):
        if isinstance(parameters := _within(found, "properties", "parameter"), Mapping):
            return _of_power(found, parameters, name)
        if "latitude" in found and any(isinstance(found.get(part), Mapping) for part in ("daily", "hourly")):
            return _of_open_meteo([found], name)
        if (columns := _columns(found)) is not None:
            return _written(*columns, name)
        found = _records_in(found)
    if isinstance(found, list) and found and all(isinstance(one, Mapping) for one in found):
        if all("latitude" in one and isinstance(one.get("daily", one.get("hourly")), Mapping) for one in found):
            return _of_open_meteo(found, name)
        return _of_records(found, name)
    raise _refused(name, say("json_without_records"), say("json_save_records"))


def _refused(name: str, rule: Text, hint: Text | None = None) -> InputError:
    return InputError([Problem("file", name, rule, hint)])


def _loaded(text: str, name: str) -> Any:
    """Return what JSON holds, of one record a line a list."""
    bounds.of_json(text.encode(), name)
    try:
        return json.loads(text)
    except ValueError as error:
        lines = [line for line in text.splitlines() if line.strip()]
        if len(lines) > 1 and all(line.strip()[:1] == "{" and line.strip()[-1:] == "}" for line in lines):
            try:
                return [json.loads(line) for line in lines]
            except ValueError:
                pass
        raise _refused(name, say("json_cut_off", error=str(error)), say("download_again_whole")) from None
    except RecursionError:
        raise _refused(name, say("json_without_records"), say("json_save_records")) from None


def _within(found: Mapping[str, Any], *path: str) -> Any:
    value: Any = found
    for key in path:
        value = value.get(key) if isinstance(value, Mapping) else None
    return value


def _plain(value: Any) -> bool:
    return value is None or isinstance(value, (str, int, float))


def _columns(found: Mapping[str, Any]) -> tuple[list[str], list[list[Any]]] | None:
    """Return names and rows of columns: lists of one length, or mappings from dates; None where they are not that."""
    if len(found) < 2:
        return None
    values = list(found.values())
    if all(isinstance(value, list) and len(value) == len(values[0]) and all(map(_plain, value)) for value in values):
        return list(found), [list(row) for row in zip(*values, strict=True)]
    if all(isinstance(value, Mapping) and value and all(map(_plain, value.values())) for value in values):
        keys = list(values[0])
        if all(list(value) == keys for value in values) and all(re.match(r"\d{4}", key) for key in keys):
            return ["date", *found], [[key, *(value[key] for value in values)] for key in keys]
    return None


def _records_in(found: Mapping[str, Any]) -> Any:
    """Return the list of records under one of the names that services give it."""
    there = [found[key] for key in _LISTS_OF_RECORDS if isinstance(found.get(key), list)]
    return there[0] if len(there) == 1 else None


def _of_records(records: Sequence[Mapping[str, Any]], name: str) -> list[str]:
    """Return the table of records; lists inside them are other tables and are left alone."""
    if nested := next((key for one in records for key, value in one.items() if isinstance(value, Mapping)), None):
        raise _refused(name, say("json_nested", key=repr(nested)), say("json_save_records"))
    names = [key for key in dict.fromkeys(key for one in records for key in one)
             if all(_plain(one.get(key)) for one in records)]  # fmt: skip
    bounds.of_cells(len(names) * len(records), name)
    return _written(names, [[one.get(key) for key in names] for one in records], name)


def _written(names: Sequence[str], rows: Sequence[Sequence[Any]], name: str) -> list[str]:
    """Return names and rows as the lines of a CSV file."""
    if not rows:
        raise _refused(name, say("has_no_rows"))
    if len(names) > bounds.MOST_COLUMNS:
        raise _refused(name, say("json_without_records"), say("json_save_records"))
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([_cell(key) for key in names])
    writer.writerows([[_cell(value) for value in row] for row in rows])
    return text.getvalue().splitlines()


def _cell(value: Any) -> str:
    if value is None or (isinstance(value, float) and not math.isfinite(value)):
        return ""
    return " ".join(str(value).split())


def _of_power(found: Mapping[str, Any], parameters: Mapping[str, Any], name: str) -> list[str]:
    """Return the download of NASA POWER that holds what an answer does."""
    series = {key: values for key, values in parameters.items() if isinstance(values, Mapping)}
    stamps = list(dict.fromkeys(stamp for values in series.values() for stamp in values))
    if not stamps or not all(_POWER_KEY.match(stamp) for stamp in stamps):
        rule = say("records_not_daily", word=say("records_monthly")) if stamps else say("has_no_rows")
        raise _refused(name, rule, say("choose_daily_power"))
    fill = _within(found, "header", "fill_value")
    standard = _within(found, "header", "time_standard") or "LST"
    place = _within(found, "geometry", "coordinates")
    lines = ["-BEGIN HEADER-", f"Dates (month/day/year): in {standard}"]
    if isinstance(place, list) and len(place) >= 2:
        lines.append(f"Location: latitude {place[1]} longitude {place[0]}")
        lines += [f"elevation = {place[2]} meters"] if len(place) > 2 else []
    for key in series:
        unit = _within(found, "parameters", key, "units")
        lines += [f"{key} of NASA POWER ({unit})"] if unit else []
    hourly = any(len(stamp) == 10 for stamp in stamps)
    rows = [
        [stamp[:4], stamp[4:6], stamp[6:8], *([stamp[8:]] if hourly else []),
         *(None if values.get(stamp) == fill else values.get(stamp) for values in series.values())]
        for stamp in sorted(stamps)
    ]  # fmt: skip
    names = ["YEAR", "MO", "DY", *(["HR"] if hourly else []), *series]
    return [*lines, "-END HEADER-", *_written(names, rows, name)]


def _of_open_meteo(places: Sequence[Mapping[str, Any]], name: str) -> list[str]:
    """Return the download of Open-Meteo that holds what its answers do: days, where there are any."""
    part = "daily" if all(isinstance(place.get("daily"), Mapping) for place in places) else "hourly"
    many = ["location_id"] if len(places) > 1 else []
    facts = [[*([i] if many else []), *(place.get(key) for key in _PLACES)] for i, place in enumerate(places)]
    names: list[str] = []
    rows: list[list[Any]] = []
    for i, place in enumerate(places):
        table, units = place.get(part) or {}, place.get(f"{part}_units") or {}
        units = units if isinstance(units, Mapping) else {}
        times = table.get("time") if isinstance(table, Mapping) else None
        columns = [key for key in table if key != "time"] if isinstance(table, Mapping) else []
        if not isinstance(times, list) or any(
            not isinstance(table[key], list) or len(table[key]) != len(times) for key in columns
        ):
            raise _refused(name, say("json_without_records"), say("json_save_records"))
        titles = [*many, "time", *(f"{key} ({units[key]})" if units.get(key) else key for key in columns)]
        if names and titles != names:
            raise _refused(name, say("json_other_columns"), say("keep_one_place"))
        names = titles
        stamps = _stamps(times, units.get("time"), place.get("utc_offset_seconds") or 0, part)
        rows += [[*([i] if many else []), *row] for row in zip(stamps, *(table[key] for key in columns), strict=True)]
    return [*_written([*many, *_PLACES], facts, name), "", *_written(names, rows, name)]


def _stamps(times: Sequence[Any], unit: Any, offset: float, part: str) -> list[Any]:
    """Return local times as text, of ``timeformat=unixtime`` too: seconds of UTC."""
    if unit != "unixtime":
        return list(times)
    form = "%Y-%m-%d" if part == "daily" else "%Y-%m-%dT%H:%M"
    zero = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
    return [(zero + dt.timedelta(seconds=int(moment) + int(offset))).strftime(form) for moment in times]
