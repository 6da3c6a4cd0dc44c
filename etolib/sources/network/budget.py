"""How much a provider allows, shared by all processes of a machine.

Weighted requests in clock-aligned windows, a pause between requests, at most N at once, and the time a server asks us
to wait. The counts live in the cache's SQLite file; the N slots are lock files, which the kernel frees when a process
is killed.
"""

from __future__ import annotations

import contextlib
import math
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from filelock import Timeout

from etolib.sources.network.cache import FAULTS, Database


@dataclass(frozen=True)
class Budget:
    """What one provider allows.

    Attributes
    ----------
    name : str
        Who counts together.
    windows : tuple of (float, float)
        Width of a clock-aligned window [s] and the weight allowed in it.
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
    >>> ledger.take(budget, weight=8, now=6.0), ledger.take(budget, weight=8, now=7.0)
    (6.0, 60.0)
    """

    database: Database

    def take(self, budget: Budget, weight: float, now: float) -> float:
        """Spend ``weight`` now and return ``now``; where that is not allowed return when to come back [s].

        A weight above a limit is let through into an empty window, else 30 years of a place would never be sent. What
        was noted at a time that is still to come was noted before the clock was set back: it holds nobody up.
        """
        for _ in range(2):
            try:
                with self.database.connect(write=True) as connection:
                    return _take(connection, budget, weight, now)
            except FAULTS:
                self.database.repair()
        return now

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


def _take(connection: sqlite3.Connection, budget: Budget, weight: float, now: float) -> float:
    row = connection.execute(
        "select until, coalesce(time, 0) from blocked left join blocked_at using (name) where name = ?", (budget.name,)
    ).fetchone()
    at = row[0] if row and row[0] > now >= row[1] else now
    row = connection.execute("select next from spacing where name = ?", (budget.name,)).fetchone()
    if row and row[0] <= now + budget.spacing:
        at = max(at, row[0])
    counts = []
    for width, limit in budget.windows:
        start = float(math.floor(now / width) * width)
        row = connection.execute(
            "select weight from used_up where name = ? and width = ? and start = ?", (budget.name, width, start)
        ).fetchone()
        before = row[0] if row else 0.0
        if before and before + weight > limit + 1e-9:
            at = max(at, start + width)
        counts.append((budget.name, width, start, before + weight))
    if at > now:
        return float(at)
    connection.executemany("insert or replace into used_up values (?,?,?,?)", counts)
    connection.execute("delete from used_up where start < ? - 10 * width", (now,))
    connection.execute("insert or replace into spacing values (?,?)", (budget.name, now + budget.spacing))
    return now


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
