"""Whatever a task waits for, it ends when it is cancelled, and what it waited for is let go."""

from __future__ import annotations

import contextlib
import socket
import sqlite3
import threading
from types import SimpleNamespace

import pytest

import etolib
from etolib.errors import TaskCancelled, TaskTimeout
from etolib.sources import download
from etolib.sources.network.address import address
from etolib.sources.network.budget import Budget
from etolib.sources.network.client import Door, key_of

SITE, DAYS = etolib.Site(-22.7, -47.6, 500), etolib.Period("2024-01-01", "2024-01-03")
LONG_S = 500.0  # longer than any test: what ends before has been stopped


@contextlib.contextmanager
def silent_server():
    """The network: somebody takes the call and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"http://127.0.0.1:{server.getsockname()[1]}/"


@contextlib.contextmanager
def nothing(door, url):
    yield {}


@contextlib.contextmanager
def lock_of_the_cache(door, url):
    with door.cache.database.lock(key_of(address(url, None)[1], "1")[:3]):
        yield {}


@contextlib.contextmanager
def lock_without_a_folder(door, url):
    door.cache.database.give_up(OSError("gone"))
    with lock_of_the_cache(door, url):
        yield {}


@contextlib.contextmanager
def limit_of_requests(door, url):
    budget = Budget("limit", spacing=LONG_S, wait=2 * LONG_S)
    assert door.ledger.take(budget, 1, door.clock) is None
    yield {"budget": budget}


@contextlib.contextmanager
def place_among_those_in_flight(door, url):
    with door.cache.database.lock("slot-flight.0", timeout=0):
        yield {"budget": Budget("flight", in_flight=1)}


@contextlib.contextmanager
def pause_between_attempts(door, url):
    with socket.create_server(("127.0.0.1", 0)) as server:
        threading.Thread(target=hang_up, args=(server,), daemon=True).start()
        yield {"url": f"http://127.0.0.1:{server.getsockname()[1]}/", "waits": (LONG_S,), "attempts": 2}


def hang_up(server):
    """Take each call, and break it off: such a one is made again after a pause."""
    with contextlib.suppress(OSError):
        while True:
            server.accept()[0].close()


@contextlib.contextmanager
def disk_that_another_writes(door, url):
    with door.cache.database.connect():
        pass
    with contextlib.closing(sqlite3.connect(door.cache.database.path, isolation_level=None)) as other:
        other.execute("begin immediate")
        yield {"budget": Budget("ledger")}
        other.rollback()


WAITS = [
    nothing, lock_of_the_cache, lock_without_a_folder, limit_of_requests, place_among_those_in_flight,
    pause_between_attempts, disk_that_another_writes,
]  # fmt: skip


ROLES = ("main", "fallbacks", "beside")
"""For what a source is asked, see `etolib.sources.plan.Plan`."""


class Waiting:
    """A source that asks through the door, and the progress of a task that is told to stop."""

    def __init__(self, door, url, options, why):
        self.door, self.url, self.options, self.why = door, options.pop("url", url), options, why
        self.began, self.ended, self.stop = threading.Event(), threading.Event(), threading.Event()
        self.info = SimpleNamespace(at_height=False)

    def fetch(self, site, period):
        self.began.set()
        try:
            return self.door.fetch(
                self.url, ttl=lambda data, headers: 60.0, check=bytes.decode, source="nasa_power", deadline=10 * LONG_S,
                connect=LONG_S, read=LONG_S, **self.options,
            )  # fmt: skip
        finally:
            self.ended.set()

    def plan(self, role):
        step = SimpleNamespace(source="nasa_power", period=DAYS)
        of_role = {name: [step] if name == role else [] for name in ROLES}
        return SimpleNamespace(site=SITE, **of_role, steps=[step], provider=lambda name: self)

    def step(self, text, done, total): ...

    def source(self, name, text, percent): ...

    def check(self):
        if self.stop.is_set():
            raise self.why


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("wait", WAITS, ids=lambda one: one.__name__)
def test_a_task_that_waits_ends_when_it_is_told_to_and_lets_go(tmp_path, wait, role):
    why = TaskTimeout(after_s=1, stage="download") if role == "fallbacks" else TaskCancelled(stage="download")
    outcome = []

    def run():
        try:
            outcome.append(download.run(waiting.plan(role), waiting))
        except Exception as error:
            outcome.append(error)

    door = Door(tmp_path, "etolib tests")
    with silent_server() as url, wait(door, url) as options:
        waiting = Waiting(door, url, options, why)
        task = threading.Thread(target=run, daemon=True)
        task.start()
        assert waiting.began.wait(20)
        waiting.stop.set()
        task.join(20)
        assert outcome == [why]
        # SQLite's own wait cannot be ended from outside: it ends with the lock, or after its half minute.
        if wait is not disk_that_another_writes:
            assert waiting.ended.wait(20)
    assert waiting.ended.wait(20)
    door.close()
