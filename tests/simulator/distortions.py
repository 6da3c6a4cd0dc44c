"""Faults that change an answer and leave its shape: wrong data, wrong units, wrong dates."""

from __future__ import annotations

import copy
import email.utils
import hashlib
import math
from collections.abc import Callable, Iterator
from typing import Any

from tests.simulator.answer import Answer
from tests.simulator.kinds import kind
from tests.simulator.open_meteo_text import Fixed

# ---------------------------------------------------------------- genuine shape, wrong data

Slot = tuple[Any, Any]


def parts(document: Any) -> list[dict[str, Any]]:
    """Return the places of an answer: several for Open-Meteo lists, else one."""
    return document if isinstance(document, list) else [document]


def slots(document: Any) -> Iterator[Slot]:
    """Yield (holder, key) of every measured value of any service's answer."""
    for part in parts(document):
        for column in part.get("properties", {}).get("parameter", {}).values():
            yield from ((column, key) for key in column)
        for block in ("daily", "hourly"):
            for name, column in part.get(block, {}).items():
                if name != "time":
                    yield from ((column, i) for i in range(len(column)))
        if isinstance(part.get("elevation"), list):
            yield from ((part["elevation"], i) for i in range(len(part["elevation"])))
        if isinstance(part.get("chunk"), list):
            yield from ((part["chunk"], i) for i in range(len(part["chunk"])))
        for row in part.get("results", []):
            yield row, "elevation"
        for step in part.get("properties", {}).get("timeseries", []):
            for section in step["data"].values():
                yield from ((section["details"], key) for key in section.get("details", {}))
        for layer in part.get("properties", {}).values():
            if isinstance(layer, dict) and isinstance(layer.get("values"), list):
                yield from ((row, "value") for row in layer["values"] if not isinstance(row["value"], list))
        for feature in part.get("features", []):
            for value in feature["properties"].values():
                if isinstance(value, dict) and "qualityControl" in value:
                    yield value, "value"


def _fill(answer: Answer) -> float | None:
    """Return what the service writes for a missing value."""
    document = answer.document
    return (
        document["header"]["fill_value"]
        if isinstance(document, dict) and "fill_value" in document.get("header", {})
        else None
    )


@kind("all_missing", "answer", "every value is missing: -999 (NASA POWER) or null")
def _all_missing(answer: Answer, service: str, options: dict[str, Any]) -> Answer:
    fill = _fill(answer)
    for holder, key in list(slots(answer.document)):
        holder[key] = fill
    return answer


@kind("all_fill", "answer", "every value is -999, also where the service should write null")
def _all_fill(answer: Answer, service: str, options: dict[str, Any]) -> Answer:
    for holder, key in list(slots(answer.document)):
        holder[key] = -999.0
    return answer


@kind("nan_token", "answer", "every seventh value is the bare token NaN, which is not JSON")
def _nan(answer: Answer, service: str, options: dict[str, Any]) -> Answer:
    for holder, key in list(slots(answer.document))[::7]:
        holder[key] = math.nan
    return answer


@kind("text_values", "answer", "every seventh value is a text")
def _text(answer: Answer, service: str, options: dict[str, Any]) -> Answer:
    for holder, key in list(slots(answer.document))[::7]:
        holder[key] = "n/a"
    return answer


@kind("absurd_values", "answer", "every value is a thousand times what it should be")
def _absurd(answer: Answer, service: str, options: dict[str, Any]) -> Answer:
    for holder, key in list(slots(answer.document)):
        if isinstance(holder[key], (int, float)) and holder[key] != _fill(answer):
            holder[key] = float(holder[key]) * 1000
    return answer


@kind("tail_missing", "answer", "the last `days` (5) are missing in every column")
def _tail(answer: Answer, service: str, options: dict[str, Any]) -> Answer:
    days, fill = int(options.get("days", 5)), _fill(answer)
    for part in parts(answer.document):
        for column in part.get("properties", {}).get("parameter", {}).values():
            for key in list(column)[-days:]:
                column[key] = fill
        for block, per_day in (("daily", 1), ("hourly", 24)):
            for name, column in part.get(block, {}).items():
                if name != "time":
                    column[-days * per_day :] = [None] * len(column[-days * per_day :])
    return answer


@kind("null_day", "answer", "the middle day is there, and missing in every column (archives were so for days)")
def _null_day(answer: Answer, service: str, options: dict[str, Any]) -> Answer:
    fill = _fill(answer)
    for part in parts(answer.document):
        for column in part.get("properties", {}).get("parameter", {}).values():
            days = sorted({key[:8] for key in column})
            column.update({key: fill for key in column if key[:8] == days[len(days) // 2]})
        for block in ("daily", "hourly"):
            times = part.get(block, {}).get("time", [])
            days = sorted({str(one)[:10] for one in times})
            for name, column in part.get(block, {}).items():
                if name != "time" and days:
                    middle = days[len(days) // 2]
                    column[:] = [None if str(one)[:10] == middle else v for one, v in zip(times, column, strict=True)]
    return answer


@kind("no_land", "answer", "ERA5-Land has nothing of the middle day: filled from ERA5, only the snow is null")
def _no_land(answer: Answer, service: str, options: dict[str, Any]) -> Answer:
    for part in parts(answer.document):
        snow = part.get("daily", {}).get("snow_depth_max", [])
        snow[len(snow) // 2 : len(snow) // 2 + 1] = [None] * bool(snow)
    return answer


@kind("provisional", "answer", "NASA POWER before the final products came: `sources` says so, `shift` is added (0)")
def _provisional(answer: Answer, service: str, options: dict[str, Any]) -> Answer:
    if "header" in answer.document:
        answer.document["header"]["sources"] = ["FLASHFLUX", "GEOSIT", "POWER"]
        for holder, key in list(slots(answer.document)) if options.get("shift") else ():
            if holder[key] != _fill(answer):
                holder[key] = round(holder[key] + float(options["shift"]), 2)
    return answer


@kind(
    "missing_column",
    "answer",
    "the first variable (or option `variable`) is absent, with NASA POWER's message or without a word",
)
def _missing_column(answer: Answer, service: str, options: dict[str, Any]) -> Answer:
    for part in parts(answer.document):
        if "parameter" in part.get("properties", {}):
            name = options.get("variable") or next(iter(part["properties"]["parameter"]))
            part["properties"]["parameter"].pop(name, None)
            part["parameters"].pop(name, None)
            part["messages"].append(
                f"The parameter(s) {name} are removed; the requested parameters would have returned no data."
            )
        for block in ("daily", "hourly"):
            names = [name for name in part.get(block, {}) if name != "time"]
            if names:
                name = options.get("variable") or names[0]
                part[block].pop(name, None)
                part[f"{block}_units"].pop(name, None)
        for step in part.get("properties", {}).get("timeseries", []):
            step["data"]["instant"]["details"].pop(options.get("variable") or "air_temperature", None)
        if "gridId" in part.get("properties", {}):
            part["properties"].pop(options.get("variable") or "temperature", None)
        for feature in part.get("features", []):
            feature["properties"].pop(options.get("variable") or "temperature", None)
        for name in [name for name in part.get("metadata", {}) if name.startswith("T2M_MAX/")]:
            del part["metadata"][name]  # of a store of files
    return answer


@kind(
    "undefined_column",
    "answer",
    "the first variable (or option `variable`) is all null, its unit `undefined` (Open-Meteo)",
)
def _undefined(answer: Answer, service: str, options: dict[str, Any]) -> Answer:
    for part in parts(answer.document):
        for block in ("daily", "hourly"):
            names = [name for name in part.get(block, {}) if name != "time"]
            if names:
                name = options.get("variable") or names[0]
                part[block][name] = [None] * len(part[block]["time"])
                part[f"{block}_units"][name] = "undefined"
    return answer


@kind("wrong_unit", "answer", "units of another system are declared (°F, mph, kW-hr, inch, K) over unchanged numbers")
def _wrong_unit(answer: Answer, service: str, options: dict[str, Any]) -> Answer:
    other = {
        "C": "K", "MJ/m^2/day": "kW-hr/m^2/day", "m/s": "mph", "mm/day": "in", "kPa": "hPa", "%": "1",
        "°C": "°F", "MJ/m²": "Wh/m²", "mm": "inch", "hPa": "Pa", "W/m²": "MJ/m²", "celsius": "fahrenheit",
        "wmoUnit:degC": "wmoUnit:degF", "wmoUnit:km_h-1": "wmoUnit:kt", "wmoUnit:percent": "wmoUnit:1",
        "wmoUnit:mm": "wmoUnit:in", "wmoUnit:Pa": "wmoUnit:inHg",
    }  # fmt: skip
    for part in parts(answer.document):
        for entry in part.get("parameters", {}).values():
            entry["units"] = other.get(entry["units"], "furlong")
        for block in ("daily_units", "hourly_units"):
            for name, unit in part.get(block, {}).items():
                part[block][name] = unit if name == "time" else other.get(unit, "furlong")
        units = part.get("properties", {}).get("meta", {}).get("units", {})
        units.update({name: other.get(unit, "furlong") for name, unit in units.items()})
        for layer in part.get("properties", {}).values():
            if isinstance(layer, dict) and "uom" in layer:
                layer["uom"] = other.get(layer["uom"], "furlong")
        for feature in part.get("features", []):
            for value in feature["properties"].values():
                if isinstance(value, dict) and "unitCode" in value:
                    value["unitCode"] = other.get(value["unitCode"], "furlong")
        for attributes in part.get("metadata", {}).values():
            if "units" in attributes and " since " not in attributes["units"]:
                attributes["units"] = other.get(attributes["units"], "furlong")
    return answer


@kind("no_units", "answer", "the members that hold the units are absent")
def _no_units(answer: Answer, service: str, options: dict[str, Any]) -> Answer:
    for part in parts(answer.document):
        for name in ("parameters", "daily_units", "hourly_units"):
            part.pop(name, None)
        part.get("properties", {}).get("meta", {}).pop("units", None)
        for layer in part.get("properties", {}).values():
            if isinstance(layer, dict):
                layer.pop("uom", None)
        for feature in part.get("features", []):
            for value in feature["properties"].values():
                if isinstance(value, dict):
                    value.pop("unitCode", None)
        for attributes in part.get("metadata", {}).values():
            if " since " not in attributes.get("units", ""):
                attributes.pop("units", None)
    return answer


@kind("silent_units", "answer", "numbers of another system (degF, kPa, kWh) in a table that states no units")
def _silent_units(answer: Answer, service: str, options: dict[str, Any]) -> Answer:
    for part in parts(answer.document):
        if not part.get("states_no_units"):
            continue
        for name, change in options.get("units", SILENT.get(service, {})).items():
            block = part["daily"] if "daily" in part else part["hourly"]
            block[name] = [None if value is None else change(value) for value in block[name]]
    return answer


def _fahrenheit(value: float) -> float:
    return round(value * 1.8 + 32, 1)


SILENT: dict[str, dict[str, Callable[[float], float]]] = {
    "silo": {"max_temp": _fahrenheit, "min_temp": _fahrenheit},
    "dwd": {"TMK": _fahrenheit, "TXK": _fahrenheit, "TNK": _fahrenheit},
    "ghcn_hourly": {"temperature": _fahrenheit, "dew_point_temperature": _fahrenheit},
}
"""What `silent_units` does to which columns, unless option ``units`` says otherwise."""


def _reorder(answer: Answer, order: Callable[[int], list[int]]) -> Answer:
    """Rearrange time steps of any service's answer; ``order`` gives the indices to keep for a length."""
    for part in parts(answer.document):
        parameter = part.get("properties", {}).get("parameter", {})
        for name, column in parameter.items():
            keys = list(column)
            parameter[name] = {keys[i]: column[keys[i]] for i in order(len(keys))}
        for block in ("daily", "hourly"):
            for name, column in part.get(block, {}).items():
                part[block][name] = [column[i] for i in order(len(column))]
        properties = part.get("properties", {})
        if "timeseries" in properties:
            properties["timeseries"] = [properties["timeseries"][i] for i in order(len(properties["timeseries"]))]
        for layer in properties.values():
            if isinstance(layer, dict) and isinstance(layer.get("values"), list):
                layer["values"] = [layer["values"][i] for i in order(len(layer["values"]))]
        if "features" in part:
            part["features"] = [part["features"][i] for i in order(len(part["features"]))]
    return answer


@kind("unsorted_dates", "answer", "time steps in reverse order, data with them")
def _unsorted(answer: Answer, service: str, options: dict[str, Any]) -> Answer:
    return _reorder(answer, lambda n: list(range(n))[::-1])


@kind("missing_dates", "answer", "one time step in the middle is left out")
def _gap(answer: Answer, service: str, options: dict[str, Any]) -> Answer:
    return _reorder(answer, lambda n: [i for i in range(n) if i != n // 2])


class _Twice(str):
    """A JSON key that may stand twice in one object."""

    __hash__ = object.__hash__

    def __eq__(self, other: object) -> bool:
        return self is other


@kind("duplicated_dates", "answer", "the middle time step comes twice, the second time with another value")
def _duplicated(answer: Answer, service: str, options: dict[str, Any]) -> Answer:
    for part in parts(answer.document):
        parameter = part.get("properties", {}).get("parameter", {})
        for name, column in parameter.items():
            keys = list(column)
            middle = keys[len(keys) // 2]
            doubled: dict[str, Any] = {}
            for key in keys:
                doubled[key] = column[key]
                if key == middle:
                    doubled[_Twice(key)] = _changed(column[key])
            parameter[name] = doubled
    return _reorder_lists(answer)


def _changed(value: Any) -> Any:
    if isinstance(value, Fixed):
        return Fixed(value + 1, value.decimals)
    return value + 1 if isinstance(value, (int, float)) else value


def _reorder_lists(answer: Answer) -> Answer:
    for part in parts(answer.document):
        for block in ("daily", "hourly"):
            for name, column in part.get(block, {}).items():
                i = len(column) // 2
                part[block][name] = [
                    *column[: i + 1],
                    column[i] if name == "time" else _changed(column[i]),
                    *column[i + 1 :],
                ]
        rows = [part.get("properties", {}).get("timeseries"), part.get("features")]
        rows += [layer.get("values") for layer in part.get("properties", {}).values() if isinstance(layer, dict)]
        for row in rows:
            if isinstance(row, list) and row:
                twin = copy.deepcopy(row[len(row) // 2])
                row.insert(len(row) // 2, twin)
    return answer


@kind("ragged_columns", "answer", "the first column is one value shorter than the dates")
def _ragged(answer: Answer, service: str, options: dict[str, Any]) -> Answer:
    for part in parts(answer.document):
        for column in list(part.get("properties", {}).get("parameter", {}).values())[:1]:
            column.pop(next(reversed(column)))
        for block in ("daily", "hourly"):
            for name in [n for n in part.get(block, {}) if n != "time"][:1]:
                part[block][name].pop()
    return answer


@kind("bad_dates", "answer", "the middle date is no date")
def _bad_dates(answer: Answer, service: str, options: dict[str, Any]) -> Answer:
    for part in parts(answer.document):
        parameter = part.get("properties", {}).get("parameter", {})
        for name, column in parameter.items():
            keys = list(column)
            parameter[name] = {("20249999" if i == len(keys) // 2 else key): column[key] for i, key in enumerate(keys)}
        for block in ("daily", "hourly"):
            if part.get(block):
                part[block]["time"][len(part[block]["time"]) // 2] = "2024-99-99"
        steps = part.get("properties", {}).get("timeseries") or []
        for step in steps[len(steps) // 2 : len(steps) // 2 + 1]:
            step["time"] = "2024-99-99T00:00:00Z"
        for layer in part.get("properties", {}).values():
            if isinstance(layer, dict) and layer.get("values"):
                layer["values"][len(layer["values"]) // 2]["validTime"] = "2024-99-99T00:00:00+00:00/PT1H"
        rows = part.get("features", [])
        for row in rows[len(rows) // 2 : len(rows) // 2 + 1]:
            row["properties"]["timestamp"] = "2024-99-99T00:00:00+00:00"
    return answer


@kind("other_place", "answer", "the answer is for another place: its coordinates are 5 degrees off")
def _elsewhere(answer: Answer, service: str, options: dict[str, Any]) -> Answer:
    for part in parts(answer.document):
        if isinstance(part.get("geometry"), dict) and part["geometry"]["type"] == "Point":
            part["geometry"]["coordinates"][1] += 5 if part["geometry"]["coordinates"][1] < 0 else -5
        if "latitude" in part:
            part["latitude"] += 5 if part["latitude"] < 0 else -5
    return answer


@kind(
    "empty_layer",
    "answer",
    "a layer without values and without `uom`: `variable` (temperature) of the raw grid (US NWS)",
)
def _empty_layer(answer: Answer, service: str, options: dict[str, Any]) -> Answer:
    properties = answer.document.get("properties", {}) if isinstance(answer.document, dict) else {}
    name = options.get("variable") or "temperature"
    if isinstance(properties.get(name), dict):
        properties[name] = {"values": []}
    return answer


@kind("no_features", "answer", "an empty list of stations or observations (US NWS)")
def _no_features(answer: Answer, service: str, options: dict[str, Any]) -> Answer:
    if "features" in answer.document:
        answer.document["features"] = []
        answer.document.pop("observationStations", None)
    return answer


@kind("no_elevation", "answer", "the height of the answering cell is left out")
def _no_elevation(answer: Answer, service: str, options: dict[str, Any]) -> Answer:
    for part in parts(answer.document):
        part.pop("elevation", None)
        part.get("properties", {}).pop("elevation", None)
        if len(part.get("geometry", {}).get("coordinates", [])) == 3:
            part["geometry"]["coordinates"].pop()
    return answer


@kind("elevation_nan", "answer", "every elevation is the bare token nan (Open-Meteo), or null (OpenTopoData)")
def _elevation_nan(answer: Answer, service: str, options: dict[str, Any]) -> Answer:
    for part in parts(answer.document):
        if isinstance(part.get("elevation"), list):
            part["elevation"] = [math.nan] * len(part["elevation"])
        for row in part.get("results", []):
            row["elevation"] = None
    return answer


@kind("older_header", "answer", "NASA POWER v2.5.9: no time_standard, other title, sources in lower case")
def _older(answer: Answer, service: str, options: dict[str, Any]) -> Answer:
    header = answer.document.get("header")
    if header:
        header.pop("time_standard", None)
        header["title"] = "NASA/POWER CERES/MERRA2 Native Resolution Daily Data"
        header["api"]["version"] = "v2.5.9"
        header["sources"] = [name.lower() for name in header["sources"]]
    return answer


@kind("version_changed", "answer", "NASA POWER v9.0.0 with a new member, members in another order, empty times")
def _newer(answer: Answer, service: str, options: dict[str, Any]) -> Answer:
    if "header" in answer.document:
        answer.document["header"]["api"]["version"] = "v9.0.0"
        answer.document["header"]["notice"] = "a member of tomorrow"
        answer.document["times"] = {}
        answer.document = dict(reversed(answer.document.items()))
    return answer


@kind("203", "answer", "genuine data with status 203: deprecated version (MET Norway)")
def _deprecated(answer: Answer, service: str, options: dict[str, Any]) -> Answer:
    answer.status = 203
    return answer


@kind("etag", "answer", "genuine data with an ETag; a request with If-None-Match gets 304")
def _etag(answer: Answer, service: str, options: dict[str, Any]) -> Answer:
    answer.headers["ETag"] = f'W/"{hashlib.sha256(answer.payload()).hexdigest()[:16]}"'
    return answer


@kind("expired", "answer", "Expires in the past, so that the next run must ask with If-Modified-Since")
def _expired(answer: Answer, service: str, options: dict[str, Any]) -> Answer:
    answer.headers["Expires"] = email.utils.formatdate(options["now"] - 60, usegmt=True)
    return answer


# ---------------------------------------------------------------- lists of stations

Place = tuple[Any, Any, Any]


def places(document: Any) -> Iterator[Place]:
    """Yield (holder, key of the latitude, key of the longitude) of every station of a list."""
    for part in parts(document):
        yield from ((row, "latitude", "longitude") for row in part.get("stations", []))
        yield from ((row["location"], "latitude", "longitude") for row in part.get("list", []))
        for feature in part.get("features", []):
            if "stationIdentifier" in feature["properties"]:
                yield feature["geometry"]["coordinates"], 1, 0


@kind("places_swapped", "answer", "a list of stations with latitude and longitude exchanged")
def _swapped(answer: Answer, service: str, options: dict[str, Any]) -> Answer:
    for place, latitude, longitude in places(answer.document):
        place[latitude], place[longitude] = place[longitude], place[latitude]
    return answer


@kind("places_mirrored", "answer", "a list of stations whose longitudes have the other sign")
def _mirrored(answer: Answer, service: str, options: dict[str, Any]) -> Answer:
    for place, _, longitude in places(answer.document):
        place[longitude] = -place[longitude]
    return answer


@kind("places_shifted", "answer", "a list of stations in which each stands where the one before it stands")
def _shifted(answer: Answer, service: str, options: dict[str, Any]) -> Answer:
    listed = list(places(answer.document))
    before = [(place[latitude], place[longitude]) for place, latitude, longitude in listed]
    for (place, latitude, longitude), values in zip(listed, before[-1:] + before[:-1], strict=True):
        place[latitude], place[longitude] = values
    return answer
