"""One run of `etolib batch` into a store, through kills, to its end; and what it computed more than once."""

from __future__ import annotations

import hashlib
import itertools
import random
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.processes import Cluster, process

VICTIMS = ("client", "worker", "scheduler")
_TENTHS = 10


@dataclass(frozen=True)
class Kill:
    """Who is killed once so many lots are finished, and how long after the last of them. [s]"""

    victim: str
    after: int
    later: float


def moments(count: int, lots: int, seed: int) -> list[Kill]:
    """Return kills at random lots and moments within a lot; client, worker and scheduler in turn.

    >>> [kill.victim for kill in moments(3, 40, 1)], len({kill.after for kill in moments(3, 40, 1)})
    (['client', 'scheduler', 'worker'], 3)
    """
    chance = random.Random(seed)
    victims = itertools.cycle(chance.sample(VICTIMS, len(VICTIMS)))
    after = sorted(chance.sample(range(1, lots), count))
    return [Kill(victim, lot, chance.uniform(0, 1)) for victim, lot in zip(victims, after, strict=False)]


@dataclass
class Run:
    """One run of the command, started again where a kill ended it.

    Attributes
    ----------
    cluster : Cluster
    arguments : sequence of str
        Of ``etolib batch``, without the store.
    store : Path
    lots : int
        Lots it will have.
    kills : list of Kill
        Still to come.
    killed : list of str
        What was killed when.
    killed_at : list of float
        POSIX times. [s]
    course : list of int
        Memory of the largest worker at each tenth of the lots. [MB]
    markers : dict of str to bytes
        Markers of lots that were finished at a kill.
    """

    cluster: Cluster = field(init=False)
    arguments: Sequence[str]
    store: Path
    lots: int
    kills: list[Kill] = field(default_factory=list)
    killed: list[str] = field(default_factory=list)
    killed_at: list[float] = field(default_factory=list)
    course: list[int] = field(default_factory=list)
    markers: dict[str, bytes] = field(default_factory=dict)

    def to_its_end(self) -> float:
        """Start the command until it ends by itself; return how long that took. [s]"""
        begun = time.monotonic()
        workers = len(self.cluster.workers)  # so many again after a scheduler is lost
        while not self._once():
            if not self.cluster.alive:
                self.cluster.start(workers)
        return time.monotonic() - begun

    def _once(self) -> bool:
        """Run the command once; return whether it ended by itself with all places tried."""
        where = "-o", str(self.store), "--resume", "--scheduler", self.cluster.address
        client = process("etolib", "batch", *self.arguments, *where, silent=True)
        victims = []
        while client.poll() is None:
            time.sleep(0.05)
            done = self.finished()
            self.cluster.look(client)
            self._note(len(done))
            if self.kills and len(done) >= self.kills[0].after and "scheduler" not in victims:
                kill = self.kills.pop(0)
                time.sleep(kill.later)
                victims.append(kill.victim)
                self._kill(kill.victim, client)
        if "scheduler" in victims:
            self.killed.append(f"its client ended with status {client.returncode}")
        elif client.returncode not in (0, 3) and "client" not in victims:
            raise RuntimeError(f"etolib batch ended with status {client.returncode}")
        return client.returncode in (0, 3)

    def _kill(self, victim: str, client: Any) -> None:
        self.killed_at.append(time.time())
        if victim == "client":
            client.kill()
            client.wait()
        elif victim == "worker":
            self.cluster.kill_worker()
        else:
            self.cluster.kill_scheduler()
        found = self.finished()
        self.markers |= {name: (self.store / "journal" / name).read_bytes() for name in found}
        self.killed.append(f"{victim} with {len(found)} of {self.lots} lots finished")

    def finished(self) -> list[str]:
        """Return the markers of lots."""
        return [path.name for path in (self.store / "journal").glob("lot-*.json")]

    def _note(self, done: int) -> None:
        workers = [now for name, now in self.cluster.now.items() if name.startswith("worker")]
        if workers and done * _TENTHS >= (len(self.course) + 1) * self.lots:
            self.course.append(round(max(workers)))

    def computed(self) -> dict[str, int]:
        """Return how many lots were begun and ended, and what was computed though it was finished.

        A lot that is computed again gets another marker: its times differ.
        """
        from etolib.store.store import Store

        log = [line for line in Store.open(self.store).log() if not line["again"]]
        begins, ends = (Counter(line["lot"] for line in log if line["event"] == event) for event in ("begin", "end"))
        now = {name: (self.store / "journal" / name).read_bytes() for name in self.markers}
        return {
            "lots begun": sum(begins.values()),
            "lots ended": sum(ends.values()),
            "lots ended twice": sum(ends.values()) - len(ends),
            "lots finished at a kill": len(self.markers),
            "of them computed again": sum(text != now[name] for name, text in self.markers.items()),
        }


def checksums(store: Path) -> dict[str, str]:
    """Return a checksum of every file of a store but the journal."""
    files = (file for file in sorted(store.rglob("*")) if file.is_file() and "journal" not in file.parts)
    return {str(file.relative_to(store)): hashlib.sha256(file.read_bytes()).hexdigest() for file in files}
