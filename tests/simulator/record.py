"""The record of calls, so that tests can assert politeness: who asked, what, how often, how many at once."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Any

KEPT_HEADERS = ("user-agent", "accept", "accept-encoding", "if-modified-since", "if-none-match", "content-type")


@dataclass
class Call:
    """One request as it arrived, and what became of it.

    Attributes
    ----------
    time : float
        Epoch seconds of arrival.
    provider : str
        Service name as in ``etolib.sources.catalogue.services``; ``unknown`` for paths of none.
    method, path, query : str
        As sent; a form body is appended to the query.
    headers : dict
        The few request headers worth a test, names in lower case.
    in_flight : int
        Requests of this provider being answered when this one arrived, itself included.
    status : int or None
        Answer status; None while it is being answered or where no status was sent.
    fault : str or None
        Fault that was applied.
    origin : str
        ``simulated``, ``replay CITY``, or empty.
    finished : float or None
        Epoch seconds at the end: when the answer is ready to be sent, so that a client that has it and asks again is
        never counted twice; for drips when the last byte is out.
    """

    time: float
    provider: str
    method: str
    path: str
    query: str
    headers: dict[str, str] = field(default_factory=dict)
    in_flight: int = 1
    status: int | None = None
    fault: str | None = None
    origin: str = ""
    finished: float | None = None

    def as_dict(self) -> dict[str, Any]:
        """Return the call for JSON."""
        return asdict(self)


class Record:
    """Calls in order of arrival; safe for threads."""

    def __init__(self, seconds: Callable[[], float] = time.time) -> None:
        self._seconds = seconds
        self._calls: list[Call] = []
        self._changed = threading.Condition()

    def arrived(
        self, provider: str, method: str, path: str, query: str, headers: dict[str, str], fault: str | None
    ) -> Call:
        """Note a request and return its entry."""
        kept = {name: headers[name] for name in KEPT_HEADERS if name in headers}
        with self._changed:
            open_calls = sum(c.finished is None and c.provider == provider for c in self._calls)
            call = Call(self._seconds(), provider, method, path, query, kept, open_calls + 1, fault=fault)
            self._calls.append(call)
            self._changed.notify_all()
        return call

    def answered(self, call: Call) -> None:
        """Note that a call is over; the first time counts."""
        with self._changed:
            if call.finished is None:
                call.finished = self._seconds()
                self._changed.notify_all()

    def calls(self, provider: str | None = None) -> list[Call]:
        """Return the calls so far, of one provider or of all."""
        with self._changed:
            return [c for c in self._calls if provider in (None, c.provider)]

    def wait(
        self, count: int, provider: str | None = None, timeout: float = 10, *, finished: bool = False
    ) -> list[Call]:
        """Return the calls once there are ``count`` of them (arrived, or finished); `TimeoutError` otherwise."""

        def found() -> list[Call]:
            return [
                c for c in self._calls if provider in (None, c.provider) and (c.finished is not None or not finished)
            ]

        with self._changed:
            if not self._changed.wait_for(lambda: len(found()) >= count, timeout):
                raise TimeoutError(f"{len(found())} of {count} calls to {provider or 'any provider'} after {timeout} s")
            return found()

    def forget(self) -> None:
        """Empty the record."""
        with self._changed:
            self._calls.clear()
