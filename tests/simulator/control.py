"""Control over HTTP, for tests that drive a simulator in another process.

``POST /_control/fault`` {"service", "name", "times", "after", "match", "options"}; ``POST /_control/clear`` and
``/_control/release`` {"service"}; ``GET /_control/record?service=``; ``POST /_control/forget``; ``POST
/_control/today`` {"today"}; ``POST /_control/renew_forecast`` (MET Norway); ``GET /_control/state``. Every POST may
also be a GET with a query, for the command line.
"""

from __future__ import annotations

import json
import urllib.parse
from typing import TYPE_CHECKING, Any

from tests.simulator.answer import Answer
from tests.simulator.kinds import FAULTS

if TYPE_CHECKING:
    from tests.simulator.server import WeatherServer


def answer(server: WeatherServer, method: str, path: str, query: str, body: bytes) -> Answer:
    """Return the answer to a control request."""
    asked: dict[str, Any] = dict(urllib.parse.parse_qsl(query))
    try:
        if body:
            asked |= json.loads(body)
        action = _ACTIONS[path.removeprefix("/_control/")]
    except KeyError:
        return Answer(404, {"error": f"no such control; there are {', '.join(_ACTIONS)}"})
    except ValueError:
        return Answer(400, {"error": "the body is not a JSON object"})
    try:
        return Answer(document=action(server, asked))
    except (KeyError, ValueError) as problem:
        return Answer(400, {"error": str(problem)})


def _fault(server: WeatherServer, asked: dict[str, Any]) -> Any:
    times = asked.get("times")
    options = asked.get("options") or {}
    server.fault(
        asked["service"],
        asked["name"],
        None if times in (None, "") else int(times),
        after=int(asked.get("after") or 0),
        match=asked.get("match") or "",
        **options,
    )
    return _state(server, asked)


def _clear(server: WeatherServer, asked: dict[str, Any]) -> Any:
    server.clear(asked.get("service") or None)
    return _state(server, asked)


def _release(server: WeatherServer, asked: dict[str, Any]) -> Any:
    server.release(asked.get("service") or None)
    return _state(server, asked)


def _record(server: WeatherServer, asked: dict[str, Any]) -> Any:
    return {"calls": [call.as_dict() for call in server.calls(asked.get("service") or asked.get("provider") or None)]}


def _forget(server: WeatherServer, asked: dict[str, Any]) -> Any:
    server.forget()
    return {"calls": []}


def _today(server: WeatherServer, asked: dict[str, Any]) -> Any:
    server.clock.move(asked.get("today") or None)
    return {"today": server.clock.today().isoformat()}


def _renew(server: WeatherServer, asked: dict[str, Any]) -> Any:
    server.renew_forecast()
    return _state(server, asked)


def _state(server: WeatherServer, asked: dict[str, Any]) -> Any:
    return {
        "today": server.clock.today().isoformat(),
        "environment": server.environment(),
        "pending": [fault.as_dict() for fault in server.faults.pending()],
        "faults": {kind.name: kind.meaning for kind in FAULTS.values()},
    }


_ACTIONS = {
    "fault": _fault,
    "clear": _clear,
    "release": _release,
    "record": _record,
    "forget": _forget,
    "today": _today,
    "renew_forecast": _renew,
    "state": _state,
}
