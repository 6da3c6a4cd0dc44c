"""How much a provider allows, shared by all processes of a machine.

Weighted requests in clock-aligned windows, a pause between requests, at most N at once, and the time a server asks us
to wait. The counts live in the cache's SQLite file; the N slots are lock files, which the kernel frees when a process
is killed.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import math
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from filelock import Timeout

from etolib.sources.network.cache import FAULTS, Database, busy

SET_BACK_S = 5.0
"""What was noted further ahead than this was noted before the clock was set back; less is a clock being trimmed. [s]"""

MONTH = 31 * 86400.0
"""The width of a window that stands for the month of the calendar (UTC). [s]"""

BUSY_S = 0.5
"""When to come back where the counts are in use by others: what cannot be counted is not asked. [s]"""


@dataclass(frozen=True)
class Budget:
    """What one provider allows.

    Attributes
    ----------
    name : str
        Who counts together.
    windows : tuple of (float, float)
        Width of a clock-aligned window [s] and the weight allowed in it; `MONTH` is that of the calendar.
    spacing : float
        Least time between two requests. [s]
    in_flight : int
        Requests at once, over all processes of the machine.
    wait : float
        Longest time to wait for a turn before `RateLimited` is raised. [s]
    """

    name: str
    windows: tuple[tuple[float, float], ...] = ()
    spacing: float = 0.0
    in_flight: int = 4
    wait: float = 60.0


@dataclass(frozen=True)
class Ledger:
    """Where budgets are counted.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> ledger = Ledger(Database(Path(tempfile.mkdtemp())))
    >>> budget = Budget("demo", windows=((60, 10),))
    >>> ledger.take(budget, weight=8, clock=lambda: 6.0), ledger.take(budget, weight=8, clock=lambda: 7.0)
    (None, 60.0)
    """

    database: Database

    def take(self, budget: Budget, weight: float, clock: Callable[[], float]) -> float | None:
        """Spend ``weight`` now and return None; where that is not allowed return when to come back [s].

        The clock is read once it is our turn: what others noted while we waited for it is not ahead of our time.

        A weight above a limit is let through into an empty window, else 30 years of a place would never be sent. What
        was noted at a time that is still to come was noted before the clock was set back: it holds nobody up.
        """
        for attempt in range(3):
            try:
                with self.database.connect(write=True) as connection:
                    return _take(connection, budget, weight, clock())
            except FAULTS as error:
                if busy(error):
                    break
                if attempt == 0:
                    self.database.repair(error)
                else:  # it cannot be mended: counted in memory
                    self.database.give_up(error)
        return clock() + BUSY_S

    def block(self, name: str, until: float, text: str, now: float = 0.0) -> None:
        """Let nobody on this machine ask from ``now`` until ``until``: the server has said so."""
        with contextlib.suppress(*FAULTS), self.database.connect(write=True) as connection:
            connection.execute("insert or replace into blocked_at values (?,?)", (name, now))
            connection.execute(
                "insert into blocked values (?,?,?) on conflict (name) do update set"
                " until = max(until, excluded.until), text = excluded.text",
                (name, until, text),
            )

    def blocked_text(self, name: str, now: float) -> str | None:
        """Return what the server said when it asked us to wait, None where it did not."""
        with contextlib.suppress(*FAULTS), self.database.connect() as connection:
            row = connection.execute("select text from blocked where name = ? and until > ?", (name, now)).fetchone()
            return row[0] if row else None
        return None


def span(now: float, width: float) -> tuple[float, float]:
    """Return begin and end of the clock-aligned window that a time lies in. [POSIX s]

    >>> span(90.0, 60.0), span(40 * 86400.0, MONTH)
    ((60.0, 120.0), (2678400.0, 5097600.0))
    """
    if width != MONTH:
        start = float(math.floor(now / width) * width)
        return start, start + width
    first = dt.datetime.fromtimestamp(now, dt.UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    return first.timestamp(), (first + dt.timedelta(days=32)).replace(day=1).timestamp()


def _take(connection: sqlite3.Connection, budget: Budget, weight: float, now: float) -> float | None:
    row = connection.execute(
        "select until, coalesce(time, 0) from blocked left join blocked_at using (name) where name = ?", (budget.name,)
    ).fetchone()
    at = row[0] if row and row[0] > now >= row[1] - SET_BACK_S else now
    row = connection.execute("select next from spacing where name = ?", (budget.name,)).fetchone()
    if row and row[0] <= now + budget.spacing + SET_BACK_S:
        at = max(at, row[0])
    counts = []
    for width, limit in budget.windows:
        start, end = span(now, width)
        row = connection.execute(
            "select weight from used_up where name = ? and width = ? and start = ?", (budget.name, width, start)
        ).fetchone()
        before = row[0] if row else 0.0
        if before and before + weight > limit + 1e-9:
            at = max(at, end)
        counts.append((budget.name, width, start, before + weight))
    if at > now:
        return float(at)
    connection.executemany("insert or replace into used_up values (?,?,?,?)", counts)
    connection.execute("delete from used_up where start < ? - 10 * width", (now,))
    connection.execute("insert or replace into spacing values (?,?)", (budget.name, now + budget.spacing))
    return None


@contextlib.contextmanager
def slot(
    database: Database, budget: Budget, *, until: float, monotonic: Callable[[], float], sleep: Callable[[float], None]
) -> Iterator[None]:
    """Hold one of the ``in_flight`` places of a budget; TimeoutError where none is free before ``until``."""
    safe = "".join(c if c.isalnum() else "-" for c in budget.name)
    while True:
        for i in range(budget.in_flight):
            with contextlib.ExitStack() as held:
                try:
                    held.enter_context(database.lock(f"slot-{safe}.{i}", timeout=0))
                except Timeout:
                    continue
                yield
                return
        if monotonic() >= until:
            raise TimeoutError
        sleep(0.02)
