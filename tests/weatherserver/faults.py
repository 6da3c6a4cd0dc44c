"""Faults on demand: what can go wrong with an answer, by name.

A fault belongs to one service (or all), and applies ``times`` times or until cleared. Faults of a service queue
up: the first that matches a request is used, and when it is used up the next one counts. `FAULTS` lists them.
"""

from __future__ import annotations

import copy
import email.utils
import math
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from tests.weatherserver import nasa, open_meteo
from tests.weatherserver.answer import Answer, html

OPEN_METEO = ("open_meteo_archive", "open_meteo_forecast", "open_meteo_historical_forecast", "open_meteo_elevation")
SERVICES = ("nasa_power", *OPEN_METEO, "met_norway", "nws", "opentopodata")
GROUPS = {"all": SERVICES, "open_meteo": OPEN_METEO}
GARBAGE_BYTES = 10_000_000

Change = Callable[[Answer, str, dict[str, Any]], Answer]


@dataclass(frozen=True)
class Kind:
    """One sort of fault: how it acts, and what a client should make of it."""

    name: str
    acts: str  # "wire": done by the server while sending; "answer": the answer is changed; "instead": replaced
    meaning: str
    change: Change | None = None


FAULTS: dict[str, Kind] = {}
"""Every fault by name."""


def _kind(name: str, acts: str, meaning: str) -> Callable[[Change], Change]:
    def register(change: Change) -> Change:
        FAULTS[name] = Kind(name, acts, meaning, change)
        return change

    return register


for _name, _meaning in {
    "hang": "request read, no answer until released or cleared; then the connection is closed",
    "slow": "genuine answer, held back until released (or for `seconds`)",
    "drip_body": "headers at once, then one byte of the body every `interval` seconds (0.2)",
    "drip_header": "one byte of the headers every `interval` seconds (0.2)",
    "close": "connection closed without an answer",
    "reset": "connection reset (RST) without an answer",
    "reset_body": "connection reset (RST) after half of the body",
    "short_body": "connection closed after half of the body: fewer bytes than Content-Length",
    "gzip_truncated": "gzip body cut in half, Content-Length correct for the half",
    "gzip_damaged": "gzip body with bytes overwritten in the middle",
    "refuse": "not listening: connections refused until cleared",
}.items():
    FAULTS[_name] = Kind(_name, "wire", _meaning)


@dataclass
class Fault:
    """A fault set for a service."""

    kind: Kind
    service: str
    times: int | None = None
    after: int = 0
    match: str = ""
    options: dict[str, Any] = field(default_factory=dict)
    gate: threading.Event = field(default_factory=threading.Event)

    def as_dict(self) -> dict[str, Any]:
        """Return the fault for JSON."""
        return {
            "name": self.kind.name,
            "service": self.service,
            "times": self.times,
            "after": self.after,
            "match": self.match,
            "options": self.options,
        }


class Faults:
    """The faults set at the moment; safe for threads."""

    def __init__(self) -> None:
        self._queue: list[Fault] = []
        self._used: list[Fault] = []
        self._lock = threading.Lock()

    def add(
        self, service: str, name: str, times: int | None, after: int, match: str, options: dict[str, Any]
    ) -> list[Fault]:
        """Queue a fault for one service or a group; `ValueError` names what is unknown."""
        if name not in FAULTS:
            raise ValueError(f"fault {name!r} is not one of {', '.join(sorted(FAULTS))}")
        found = [Fault(FAULTS[name], one, times, after, match, dict(options)) for one in members(service)]
        with self._lock:
            self._queue += found
        return found

    def take(self, service: str, path: str) -> Fault | None:
        """Return the fault for a request and count it."""
        with self._lock:
            for fault in self._queue:
                if fault.service == service and fault.match in path:
                    if fault.after > 0:
                        fault.after -= 1
                        continue
                    if fault.times is not None:
                        fault.times -= 1
                        if fault.times <= 0:
                            self._queue.remove(fault)
                            self._used.append(fault)
                    return fault
        return None

    def pending(self, service: str | None = None) -> list[Fault]:
        """Return the faults still to come."""
        with self._lock:
            return [f for f in self._queue if service is None or f.service in members(service)]

    def release(self, service: str | None = None, *, drop: bool = False) -> None:
        """Let go what hangs or is slow; ``drop`` also removes the faults."""
        with self._lock:
            chosen = [f for f in self._queue + self._used if service is None or f.service in members(service)]
            for fault in chosen:
                fault.gate.set()
            if drop:
                self._queue = [f for f in self._queue if f not in chosen]
                self._used = [f for f in self._used if f not in chosen]
            else:
                for fault in self._queue:
                    if fault in chosen:
                        fault.gate = threading.Event()


def members(service: str) -> tuple[str, ...]:
    """Return the services a name stands for: itself, ``open_meteo`` or ``all``."""
    if service in GROUPS:
        return GROUPS[service]
    if service not in SERVICES:
        raise ValueError(f"service {service!r} is not one of {', '.join((*SERVICES, *GROUPS))}")
    return (service,)


def apply(fault: Fault, answer: Answer, service: str) -> Answer:
    """Return the answer as the fault leaves it."""
    if fault.kind.change is None or (fault.kind.acts == "answer" and (answer.status != 200 or answer.document is None)):
        return answer
    changed = copy.copy(answer)
    changed.headers = dict(answer.headers)
    changed.document = copy.deepcopy(answer.document)
    return fault.kind.change(changed, service, fault.options)


# ---------------------------------------------------------------- errors in each provider's own words


def error(service: str, status: int, title: str) -> Answer:
    """Return an error with the body this service gives to it."""
    if service in OPEN_METEO and status < 500:
        return open_meteo.error(status, title)
    if service == "nasa_power" and status == 422:
        return nasa.refusal("daily", [title])
    if service == "opentopodata" and status in (400, 500):
        name = "INVALID_REQUEST" if status == 400 else "SERVER_ERROR"
        return Answer(status, {"status": name, "error": title})
    return html(status, title)


_STATUS = {
    400: "Bad Request",
    401: "Unauthorized",
    403: "Forbidden",
    404: "Not Found",
    422: "Unprocessable Entity",
    500: "Internal Server Error",
    501: "Not Implemented",
    502: "Bad Gateway",
    503: "Service Unavailable",
    504: "Gateway Timeout",
}


def _fixed(status: int, title: str) -> Change:
    return lambda answer, service, options: error(service, status, title)


for _status, _title in _STATUS.items():
    _kind(str(_status), "instead", f"HTTP {_status} in the words of the service")(_fixed(_status, _title))


@_kind("502_html", "instead", "HTML page of a gateway, whatever the service")
def _gateway(answer: Answer, service: str, options: dict[str, Any]) -> Answer:
    return html(502, "Bad Gateway")


@_kind("404_html", "instead", "HTML page of about 19 kB, as NASA POWER gives to a wrong path")
def _lost(answer: Answer, service: str, options: dict[str, Any]) -> Answer:
    return html(404, "Not Found", size=19_000)


def _limited(reason: str) -> Change:
    def change(answer: Answer, service: str, options: dict[str, Any]) -> Answer:
        return open_meteo.error(429, reason) if service in OPEN_METEO else html(429, "Too Many Requests")

    return change


MINUTELY = "Minutely API request limit exceeded. Please try again in one minute."
for _name, _reason in {
    "429": MINUTELY,
    "429_minutely": MINUTELY,
    "429_hourly": "Hourly API request limit exceeded. Please try again in the next hour.",
    "429_daily": "Daily API request limit exceeded. Please try again tomorrow.",
    "429_concurrent": "Too many concurrent requests",
}.items():
    _kind(_name, "instead", "too many requests, no Retry-After; the text tells the window (Open-Meteo)")(
        _limited(_reason)
    )


@_kind("429_retry_after", "instead", "too many requests, Retry-After in `seconds` (1)")
def _retry_seconds(answer: Answer, service: str, options: dict[str, Any]) -> Answer:
    limited = _limited(MINUTELY)(answer, service, options)
    limited.headers["Retry-After"] = str(options.get("seconds", 1))
    return limited


@_kind("429_retry_after_long", "instead", "too many requests, Retry-After: 3600")
def _retry_long(answer: Answer, service: str, options: dict[str, Any]) -> Answer:
    return _retry_seconds(answer, service, {"seconds": 3600})


@_kind("429_retry_after_date", "instead", "too many requests, Retry-After as an HTTP date `seconds` (60) ahead")
def _retry_date(answer: Answer, service: str, options: dict[str, Any]) -> Answer:
    limited = _limited(MINUTELY)(answer, service, options)
    limited.headers["Retry-After"] = email.utils.formatdate(options["now"] + options.get("seconds", 60), usegmt=True)
    return limited


@_kind("503_retry_after", "instead", "unavailable, Retry-After in `seconds` (1)")
def _unavailable(answer: Answer, service: str, options: dict[str, Any]) -> Answer:
    busy = error(service, 503, "Service Unavailable")
    busy.headers["Retry-After"] = str(options.get("seconds", 1))
    return busy


@_kind("503_overloaded", "instead", "Open-Meteo's JSON body of an overloaded service")
def _overloaded(answer: Answer, service: str, options: dict[str, Any]) -> Answer:
    return open_meteo.error(503, "The service is overloaded")


@_kind("redirect_301", "instead", "moved: Location leads to the same path on this server, which then answers")
def _moved(answer: Answer, service: str, options: dict[str, Any]) -> Answer:
    moved = html(301, "Moved Permanently")
    moved.headers["Location"] = options["url"]
    return moved


@_kind("redirect_loop", "instead", "moved to itself, for ever")
def _loop(answer: Answer, service: str, options: dict[str, Any]) -> Answer:
    return _moved(answer, service, options)


@_kind("203", "answer", "genuine data with status 203: deprecated version (MET Norway)")
def _deprecated(answer: Answer, service: str, options: dict[str, Any]) -> Answer:
    answer.status = 203
    return answer


@_kind("expired", "answer", "Expires in the past, so that the next run must ask with If-Modified-Since")
def _expired(answer: Answer, service: str, options: dict[str, Any]) -> Answer:
    answer.headers["Expires"] = email.utils.formatdate(options["now"] - 60, usegmt=True)
    return answer


# ---------------------------------------------------------------- status 200 with a body that is no answer


@_kind("broken_json", "answer", "status 200, JSON cut in the middle")
def _broken(answer: Answer, service: str, options: dict[str, Any]) -> Answer:
    whole = answer.payload()
    answer.body = whole[: len(whole) // 2]
    return answer


@_kind("stream_error", "answer", "status 200, half a body and then the text of an error (Open-Meteo)")
def _stream_error(answer: Answer, service: str, options: dict[str, Any]) -> Answer:
    whole = answer.payload()
    answer.body = whole[: len(whole) // 2] + b"Unexpected error while streaming data: timeoutReached"
    return answer


@_kind("empty_body", "instead", "status 200 and nothing")
def _empty(answer: Answer, service: str, options: dict[str, Any]) -> Answer:
    return Answer(200, body=b"")


@_kind("garbage", "instead", "status 200, 10 MB (`size`) of bytes that are no JSON")
def _garbage(answer: Answer, service: str, options: dict[str, Any]) -> Answer:
    size = int(options.get("size", GARBAGE_BYTES))
    return Answer(200, body=(bytes(range(1, 252)) * (size // 251 + 1))[:size])


@_kind("html_200", "instead", "status 200, an HTML page (captive portal)")
def _portal(answer: Answer, service: str, options: dict[str, Any]) -> Answer:
    page = html(200, "Please log in")
    page.content_type = "text/html; charset=utf-8"
    return page


@_kind("other_json", "instead", "status 200, valid JSON of another shape")
def _other(answer: Answer, service: str, options: dict[str, Any]) -> Answer:
    return Answer(200, {"hello": ["world", 1, None, {"a": []}]})


@_kind("empty_list", "instead", "status 200, the JSON value []")
def _empty_list(answer: Answer, service: str, options: dict[str, Any]) -> Answer:
    return Answer(200, [])


@_kind("null_json", "instead", "status 200, the JSON value null")
def _null(answer: Answer, service: str, options: dict[str, Any]) -> Answer:
    return Answer(200, body=b"null")


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


@_kind("all_missing", "answer", "every value is missing: -999 (NASA POWER) or null")
def _all_missing(answer: Answer, service: str, options: dict[str, Any]) -> Answer:
    fill = _fill(answer)
    for holder, key in list(slots(answer.document)):
        holder[key] = fill
    return answer


@_kind("all_fill", "answer", "every value is -999, also where the service should write null")
def _all_fill(answer: Answer, service: str, options: dict[str, Any]) -> Answer:
    for holder, key in list(slots(answer.document)):
        holder[key] = -999.0
    return answer


@_kind("nan_token", "answer", "every seventh value is the bare token NaN, which is not JSON")
def _nan(answer: Answer, service: str, options: dict[str, Any]) -> Answer:
    for holder, key in list(slots(answer.document))[::7]:
        holder[key] = math.nan
    return answer


@_kind("text_values", "answer", "every seventh value is a text")
def _text(answer: Answer, service: str, options: dict[str, Any]) -> Answer:
    for holder, key in list(slots(answer.document))[::7]:
        holder[key] = "n/a"
    return answer


@_kind("absurd_values", "answer", "every value is a thousand times what it should be")
def _absurd(answer: Answer, service: str, options: dict[str, Any]) -> Answer:
    for holder, key in list(slots(answer.document)):
        if isinstance(holder[key], (int, float)) and holder[key] != _fill(answer):
            holder[key] = float(holder[key]) * 1000
    return answer


@_kind("tail_missing", "answer", "the last `days` (5) are missing in every column")
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


@_kind(
    "missing_column", "answer", "the first (or `name`d) variable is absent, with NASA POWER's message or without a word"
)
def _missing_column(answer: Answer, service: str, options: dict[str, Any]) -> Answer:
    for part in parts(answer.document):
        if "parameter" in part.get("properties", {}):
            name = options.get("name") or next(iter(part["properties"]["parameter"]))
            part["properties"]["parameter"].pop(name, None)
            part["parameters"].pop(name, None)
            part["messages"].append(
                f"The parameter(s) {name} are removed; the requested parameters would have returned no data."
            )
        for block in ("daily", "hourly"):
            names = [name for name in part.get(block, {}) if name != "time"]
            if names:
                name = options.get("name") or names[0]
                part[block].pop(name, None)
                part[f"{block}_units"].pop(name, None)
        for step in part.get("properties", {}).get("timeseries", []):
            step["data"]["instant"]["details"].pop(options.get("name") or "air_temperature", None)
        if "gridId" in part.get("properties", {}):
            part["properties"].pop(options.get("name") or "temperature", None)
        for feature in part.get("features", []):
            feature["properties"].pop(options.get("name") or "temperature", None)
    return answer


@_kind("undefined_column", "answer", "the first (or `name`d) variable is all null, its unit `undefined` (Open-Meteo)")
def _undefined(answer: Answer, service: str, options: dict[str, Any]) -> Answer:
    for part in parts(answer.document):
        for block in ("daily", "hourly"):
            names = [name for name in part.get(block, {}) if name != "time"]
            if names:
                name = options.get("name") or names[0]
                part[block][name] = [None] * len(part[block]["time"])
                part[f"{block}_units"][name] = "undefined"
    return answer


@_kind("wrong_unit", "answer", "units of another system are declared (°F, mph, kW-hr, inch, K) over unchanged numbers")
def _wrong_unit(answer: Answer, service: str, options: dict[str, Any]) -> Answer:
    other = {
        "C": "K", "MJ/m^2/day": "kW-hr/m^2/day", "m/s": "mph", "mm/day": "in", "kPa": "hPa", "%": "1", "°C": "°F", "MJ/m²": "Wh/m²", "mm": "inch",
        "hPa": "Pa", "celsius": "fahrenheit", "wmoUnit:degC": "wmoUnit:degF", "wmoUnit:km_h-1": "wmoUnit:kt", "wmoUnit:percent": "wmoUnit:1",
        "wmoUnit:mm": "wmoUnit:in", "wmoUnit:Pa": "wmoUnit:inHg", "W/m²": "MJ/m²",
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
    return answer


@_kind("no_units", "answer", "the members that hold the units are absent")
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
    return answer


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


@_kind("unsorted_dates", "answer", "time steps in reverse order, data with them")
def _unsorted(answer: Answer, service: str, options: dict[str, Any]) -> Answer:
    return _reorder(answer, lambda n: list(range(n))[::-1])


@_kind("missing_dates", "answer", "one time step in the middle is left out")
def _gap(answer: Answer, service: str, options: dict[str, Any]) -> Answer:
    return _reorder(answer, lambda n: [i for i in range(n) if i != n // 2])


class _Twice(str):
    """A JSON key that may stand twice in one object."""

    __hash__ = object.__hash__

    def __eq__(self, other: object) -> bool:
        return self is other


@_kind("duplicated_dates", "answer", "the middle time step comes twice, the second time with another value")
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
    answer = _reorder_lists(answer)
    return answer


def _changed(value: Any) -> Any:
    if isinstance(value, open_meteo.Fixed):
        return open_meteo.Fixed(value + 1, value.decimals)
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


@_kind("ragged_columns", "answer", "the first column is one value shorter than the dates")
def _ragged(answer: Answer, service: str, options: dict[str, Any]) -> Answer:
    for part in parts(answer.document):
        for column in list(part.get("properties", {}).get("parameter", {}).values())[:1]:
            column.pop(next(reversed(column)))
        for block in ("daily", "hourly"):
            for name in [n for n in part.get(block, {}) if n != "time"][:1]:
                part[block][name].pop()
    return answer


@_kind("bad_dates", "answer", "the middle date is no date")
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


@_kind("other_place", "answer", "the answer is for another place: its coordinates are 5 degrees off")
def _elsewhere(answer: Answer, service: str, options: dict[str, Any]) -> Answer:
    for part in parts(answer.document):
        if isinstance(part.get("geometry"), dict) and part["geometry"]["type"] == "Point":
            part["geometry"]["coordinates"][1] += 5 if part["geometry"]["coordinates"][1] < 0 else -5
        if "latitude" in part:
            part["latitude"] += 5 if part["latitude"] < 0 else -5
    return answer


@_kind("no_elevation", "answer", "the height of the answering cell is left out")
def _no_elevation(answer: Answer, service: str, options: dict[str, Any]) -> Answer:
    for part in parts(answer.document):
        part.pop("elevation", None)
        part.get("properties", {}).pop("elevation", None)
        if len(part.get("geometry", {}).get("coordinates", [])) == 3:
            part["geometry"]["coordinates"].pop()
    return answer


@_kind("elevation_nan", "answer", "every elevation is the bare token nan (Open-Meteo), or null (OpenTopoData)")
def _elevation_nan(answer: Answer, service: str, options: dict[str, Any]) -> Answer:
    for part in parts(answer.document):
        if isinstance(part.get("elevation"), list):
            part["elevation"] = [math.nan] * len(part["elevation"])
        for row in part.get("results", []):
            row["elevation"] = None
    return answer


@_kind("older_header", "answer", "NASA POWER v2.5.9: no time_standard, other title, sources in lower case")
def _older(answer: Answer, service: str, options: dict[str, Any]) -> Answer:
    header = answer.document.get("header")
    if header:
        header.pop("time_standard", None)
        header["title"] = "NASA/POWER CERES/MERRA2 Native Resolution Daily Data"
        header["api"]["version"] = "v2.5.9"
        header["sources"] = [name.lower() for name in header["sources"]]
    return answer


@_kind("version_changed", "answer", "NASA POWER v9.0.0 with a new member, members in another order, empty times")
def _newer(answer: Answer, service: str, options: dict[str, Any]) -> Answer:
    if "header" in answer.document:
        answer.document["header"]["api"]["version"] = "v9.0.0"
        answer.document["header"]["notice"] = "a member of tomorrow"
        answer.document["times"] = {}
        answer.document = dict(reversed(answer.document.items()))
    return answer
