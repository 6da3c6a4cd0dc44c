"""Faults in place of an answer: error statuses in each provider's own words, and bodies that are no answer."""

from __future__ import annotations

import email.utils
from typing import Any

from tests.simulator import nasa, nws, open_meteo, opentopodata
from tests.simulator.answer import Answer, html
from tests.simulator.kinds import OPEN_METEO, Change, kind

GARBAGE_BYTES = 10_000_000

# ---------------------------------------------------------------- errors in each provider's own words

_PROBLEMS = {
    400: ("InvalidParameter", "Invalid Parameter", 'Parameter "point" is invalid: out of bounds'),
    404: ("InvalidPoint", "Data Unavailable For Requested Point", "Unable to provide data for requested point"),
    500: ("UnexpectedProblem", "Unexpected Problem", "An unexpected problem has occurred."),
    503: (
        "UnavailableWebService",
        "Unavailable Resource",
        "The resource you requested is currently unavailable. Please try again later.",
    ),
}


def error(service: str, status: int, title: str) -> Answer:
    """Return an error with the body this service gives to it."""
    if service in OPEN_METEO and status < 500:
        return open_meteo.error(status, title)
    if service == "nasa_power" and status == 422:
        return nasa.refusal("daily", [title])
    if service == "opentopodata" and status in (400, 500):
        if status == 400:
            return opentopodata.error(400, "INVALID_REQUEST", title)
        return opentopodata.error(500, "SERVER_ERROR", "Unhandled server error, see server logs for details.")
    if service == "nws" and status in _PROBLEMS:
        return nws.problem(status, *_PROBLEMS[status])
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
    kind(str(_status), "instead", f"HTTP {_status} in the words of the service")(_fixed(_status, _title))


@kind("502_html", "instead", "HTML page of a gateway, whatever the service")
def _gateway(answer: Answer, service: str, options: dict[str, Any]) -> Answer:
    return html(502, "Bad Gateway")


@kind("404_html", "instead", "HTML page of about 19 kB, as NASA POWER gives to a wrong path")
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
    kind(_name, "instead", "too many requests, no Retry-After; the text tells the window (Open-Meteo)")(
        _limited(_reason)
    )


@kind("429_retry_after", "instead", "too many requests, Retry-After in `seconds` (1)")
def _retry_seconds(answer: Answer, service: str, options: dict[str, Any]) -> Answer:
    limited = _limited(MINUTELY)(answer, service, options)
    limited.headers["Retry-After"] = str(options.get("seconds", 1))
    return limited


@kind("429_retry_after_long", "instead", "too many requests, Retry-After: 3600")
def _retry_long(answer: Answer, service: str, options: dict[str, Any]) -> Answer:
    return _retry_seconds(answer, service, {"seconds": 3600})


@kind("429_retry_after_date", "instead", "too many requests, Retry-After as an HTTP date `seconds` (60) ahead")
def _retry_date(answer: Answer, service: str, options: dict[str, Any]) -> Answer:
    limited = _limited(MINUTELY)(answer, service, options)
    limited.headers["Retry-After"] = email.utils.formatdate(options["now"] + options.get("seconds", 60), usegmt=True)
    return limited


@kind("503_retry_after", "instead", "unavailable, Retry-After in `seconds` (1)")
def _unavailable(answer: Answer, service: str, options: dict[str, Any]) -> Answer:
    busy = error(service, 503, "Service Unavailable")
    busy.headers["Retry-After"] = str(options.get("seconds", 1))
    return busy


@kind("503_overloaded", "instead", "Open-Meteo's JSON body of an overloaded service")
def _overloaded(answer: Answer, service: str, options: dict[str, Any]) -> Answer:
    return open_meteo.error(503, "The service is overloaded")


def _problem(name: str, title: str, detail: str) -> Change:
    return lambda answer, service, options: nws.problem(503, name, title, detail)


kind("503_grid_expired", "instead", "the forecast grid is too old (US NWS)")(
    _problem(
        "ForecastGridExpired",
        "Forecast Grid Expired",
        "The requested forecast grid was issued long ago and has expired.",
    )
)
kind("503_missing_data", "instead", "the forecast grid has a hole (US NWS)")(
    _problem("ForecastMissingData", "Forecast Grid Invalid", "The forecast grid is missing data for the time asked.")
)
kind("404_marine", "instead", "marine forecasts are not supported (US NWS)")(
    lambda answer, service, options: nws.problem(
        404,
        "MarineForecastNotSupported",
        "Marine Forecast Not Supported",
        "Forecasts for marine areas are not yet supported by this API.",
    )
)


@kind("redirect_301", "instead", "moved: Location leads to the same path on this server, which then answers")
def _moved(answer: Answer, service: str, options: dict[str, Any]) -> Answer:
    moved = html(301, "Moved Permanently")
    moved.headers["Location"] = options["url"]
    return moved


@kind("redirect_away", "instead", "moved to a host that does not exist")
def _away(answer: Answer, service: str, options: dict[str, Any]) -> Answer:
    return _moved(answer, service, {"url": "http://weather.invalid/"})


@kind("304", "instead", "not modified, to a client that may have nothing stored")
def _not_modified(answer: Answer, service: str, options: dict[str, Any]) -> Answer:
    return Answer(304)


@kind("redirect_loop", "instead", "moved to itself, for ever")
def _loop(answer: Answer, service: str, options: dict[str, Any]) -> Answer:
    return _moved(answer, service, options)


# ---------------------------------------------------------------- status 200 with a body that is no answer


@kind("broken_json", "answer", "status 200, JSON cut in the middle")
def _broken(answer: Answer, service: str, options: dict[str, Any]) -> Answer:
    whole = answer.payload()
    answer.body = whole[: len(whole) // 2]
    return answer


@kind("stream_error", "answer", "status 200, half a body and then the text of an error (Open-Meteo)")
def _stream_error(answer: Answer, service: str, options: dict[str, Any]) -> Answer:
    whole = answer.payload()
    answer.body = whole[: len(whole) // 2] + b"Unexpected error while streaming data: timeoutReached"
    return answer


@kind("empty_body", "instead", "status 200 and nothing")
def _empty(answer: Answer, service: str, options: dict[str, Any]) -> Answer:
    return Answer(200, body=b"")


@kind("garbage", "instead", "status 200, 10 MB (`size`) of bytes that are no JSON")
def _garbage(answer: Answer, service: str, options: dict[str, Any]) -> Answer:
    size = int(options.get("size", GARBAGE_BYTES))
    return Answer(200, body=(bytes(range(1, 252)) * (size // 251 + 1))[:size])


@kind("html_200", "instead", "status 200, an HTML page (captive portal)")
def _portal(answer: Answer, service: str, options: dict[str, Any]) -> Answer:
    page = html(200, "Please log in")
    page.content_type = "text/html; charset=utf-8"
    return page


@kind("other_json", "instead", "status 200, valid JSON of another shape")
def _other(answer: Answer, service: str, options: dict[str, Any]) -> Answer:
    return Answer(200, {"hello": ["world", 1, None, {"a": []}]})


@kind("empty_list", "instead", "status 200, the JSON value []")
def _empty_list(answer: Answer, service: str, options: dict[str, Any]) -> Answer:
    return Answer(200, [])


@kind("null_json", "instead", "status 200, the JSON value null")
def _null(answer: Answer, service: str, options: dict[str, Any]) -> Answer:
    return Answer(200, body=b"null")
