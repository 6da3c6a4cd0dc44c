"""The published rate limits, where the server was asked to enforce them."""

from __future__ import annotations

import threading
from collections import defaultdict

from tests.simulator import open_meteo
from tests.simulator.answer import Answer, Query, html, many
from tests.simulator.clock import Clock

WINDOWS = (("Daily", 86_400, 10_000), ("Hourly", 3_600, 5_000), ("Minutely", 60, 600))
ADVICE = {"Minutely": "in one minute", "Hourly": "in the next hour", "Daily": "tomorrow"}
RUNNING_AND_QUEUED = 6
TOPO_PER_SECOND, TOPO_PER_DAY = 1, 1000


class Limits:
    """Counters of clock-aligned windows, one set per provider; safe for threads."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._used: defaultdict[tuple[str, int, int], float] = defaultdict(float)
        self._lock = threading.Lock()

    def refusal(self, service: str, query: Query, in_flight: int) -> Answer | None:
        """Count a request; return the 429 it gets where a window is full."""
        with self._lock:
            if service.startswith("open_meteo"):
                return self._open_meteo(service, query, in_flight)
            if service == "opentopodata":
                return self._opentopodata()
        return None

    def used(self, provider: str, seconds: int) -> float:
        """Return what was spent in the present window of a length."""
        return self._used[provider, seconds, int(self._clock.seconds() // seconds)]

    def _spend(self, provider: str, seconds: int, weight: float) -> None:
        self._used[provider, seconds, int(self._clock.seconds() // seconds)] += weight

    def _open_meteo(self, service: str, query: Query, in_flight: int) -> Answer | None:
        if in_flight > RUNNING_AND_QUEUED:
            return open_meteo.error(429, "Too many concurrent requests")
        for name, seconds, limit in WINDOWS:
            if self.used("open_meteo", seconds) >= limit:
                return open_meteo.error(429, f"{name} API request limit exceeded. Please try again {ADVICE[name]}.")
        if service == "open_meteo_elevation":
            weight = float(len(many(query, "latitude")) or 1)
        else:
            weight = open_meteo.weight(query, open_meteo.asked_days(query))
        for _, seconds, _ in WINDOWS:
            self._spend("open_meteo", seconds, weight)
        return None

    def _opentopodata(self) -> Answer | None:
        if self.used("opentopodata", 1) >= TOPO_PER_SECOND or self.used("opentopodata", 86_400) >= TOPO_PER_DAY:
            return html(429, "Too Many Requests")
        for seconds in (1, 86_400):
            self._spend("opentopodata", seconds, 1)
        return None
