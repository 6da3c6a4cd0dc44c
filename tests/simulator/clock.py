"""The simulator's clock: a fixed date for replays, or the real one."""

from __future__ import annotations

import datetime as dt
import os
import time
from collections.abc import Callable


class Clock:
    """Date and time as the simulated services see them.

    Parameters
    ----------
    today : datetime.date or str, optional
        The date taken as today, at noon UTC. Without it ``ETOLIB_TODAY`` counts, without that the real time.
    seconds : callable, optional
        Epoch seconds for rate windows and HTTP dates, which stay real even when the date is fixed.

    >>> Clock("2020-06-30").now().isoformat()
    '2020-06-30T12:00:00+00:00'
    """

    def __init__(self, today: dt.date | str | None = None, seconds: Callable[[], float] = time.time) -> None:
        chosen = today or os.environ.get("ETOLIB_TODAY") or None
        self._fixed = dt.date.fromisoformat(chosen) if isinstance(chosen, str) else chosen
        self.seconds = seconds

    def now(self) -> dt.datetime:
        """Return the time of the simulated services (UTC, aware)."""
        if self._fixed is None:
            return dt.datetime.fromtimestamp(self.seconds(), dt.UTC)
        return dt.datetime.combine(self._fixed, dt.time(12), dt.UTC)

    def today(self, offset_hours: float = 0) -> dt.date:
        """Return the date at an offset from UTC."""
        return (self.now() + dt.timedelta(hours=offset_hours)).date()

    def move(self, today: dt.date | str | None) -> None:
        """Set another date as today; None goes back to the real time."""
        self._fixed = dt.date.fromisoformat(today) if isinstance(today, str) else today
