"""Faults on demand: what can go wrong with an answer, by name.

A fault belongs to one service (or all), and applies ``times`` times or until cleared. Faults of a service queue
up: the first that matches a request is used, and when it is used up the next one counts. `FAULTS` lists them.
"""

from __future__ import annotations

import copy
import threading
from dataclasses import dataclass, field, replace
from typing import Any

from tests.simulator import distortions, refusals  # noqa: F401 - they fill the list of faults
from tests.simulator.answer import Answer
from tests.simulator.kinds import FAULTS, GROUPS, SERVICES, Kind


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
        """Return the fault for a request and count it.

        The copy keeps the gate of this moment: a later `release` opens it, whenever the request comes to wait.
        """
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
                    return replace(fault, options=dict(fault.options))
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
