"""How a running `etolib serve` is: the figures of its /metrics, and what they say in words."""

from __future__ import annotations

import http.client
import urllib.request
from collections.abc import Iterator, Mapping

from etolib.errors import EtolibError
from etolib.serve import access, voila
from etolib.serve.entrance import Entrance, path_of
from etolib.tasks.batch_progress import duration
from etolib.words import Text, say, verbatim

_PREFIX = "etolib_"
_COUNTS = {"workers": "status_workers", "tasks_under_way": "status_tasks", "tasks_total": "status_ended"}


def figures(host: str, port: int, base_url: str = "/") -> dict[str, float]:
    """Return the figures of a running server, by name.

    Raises
    ------
    EtolibError
        Where none answers, or with another token than that of this user.
    """
    entrance = Entrance(host, port, path_of(base_url), access.token_for(host))
    asked = urllib.request.Request(entrance.root + voila.METRICS, headers={"Authorization": f"token {entrance.token}"})
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with direct.open(asked, timeout=10) as answer:
            lines = answer.read().decode().splitlines()
    except (OSError, http.client.HTTPException) as error:
        reason = getattr(error, "reason", error)  # of a refused connection, of a status that is no 200
        told = say("server_gives_no_status", address=entrance.root, error=getattr(reason, "strerror", None) or reason)
        raise EtolibError(told, suggestion=say("start_or_name_the_server")) from error
    return {
        name.removeprefix(_PREFIX): float(value)
        for name, _, value in (line.rpartition(" ") for line in lines if not line.startswith("#"))
    }


def rows(found: Mapping[str, float]) -> Iterator[tuple[Text, Text]]:
    """Yield what the figures say, a pair of words a line.

    >>> [f"{name}: {text}" for name, text in rows({"pages_open": 2, "pages_most": 30, 'kernels{state="ready"}': 1})]
    ['state: well', 'pages: 2 of 30 open, kernels ready for the next: 1']
    """
    reasons = list(_some(found, "reason"))
    yield say("status_state"), say("status_degraded", reasons=reasons) if reasons else say("status_well")
    counts = {"open": found["pages_open"], "most": found["pages_most"], "ready": _by(found, "kernels").get("ready", 0)}
    yield say("status_pages"), say("status_pages_are", **{name: _whole(number) for name, number in counts.items()})
    for name, key in _COUNTS.items():
        if some := _some(found, name):
            yield say(key), verbatim(_counted(some))
    if asked := sum(_by(found, "provider_requests_total").values()):
        yield say("status_requests"), verbatim(_whole(asked))
    if again := _some(found, "restarts_total"):
        yield say("status_restarts"), verbatim(_counted(again))
    if memory := {part: number / 1e6 for part, number in _by(found, "memory_bytes").items()}:
        yield say("status_memory"), say("status_memory_is", total=_whole(sum(memory.values())), parts=_counted(memory))
    if "uptime_seconds" in found:
        yield say("status_since"), duration(found["uptime_seconds"])


def _by(found: Mapping[str, float], name: str) -> dict[str, float]:
    """Return the figures of a family by their label."""
    return {one.split('"')[1]: value for one, value in found.items() if one.startswith(f"{name}{{")}


def _some(found: Mapping[str, float], name: str) -> dict[str, float]:
    return {part: number for part, number in _by(found, name).items() if number}


def _counted(counts: Mapping[str, float]) -> str:
    return ", ".join(f"{part} {_whole(number)}" for part, number in counts.items())


def _whole(number: float) -> str:
    return f"{number:.0f}"
