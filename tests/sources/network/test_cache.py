"""The cache and the shared counts: damage is a miss, killed writers leave a sound file, windows follow the clock."""

from __future__ import annotations

import errno
import multiprocessing
import os
import pickle
import shutil
import signal
import sqlite3
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from filelock import Timeout

from etolib.sources.network.budget import Budget, Ledger
from etolib.sources.network.cache import Cache, Database, Entry


def entry(body=b"x" * 5000, expires=1e12):
    return Entry("http://a/b", 200, {"date": "today"}, body, 1.0, expires)


@pytest.fixture
def cache(tmp_path):
    return Cache(Database(tmp_path / "c"))


def test_what_is_kept_comes_back(cache):
    cache.store("k", entry(), 1.0)
    assert cache.load("k", 2.0) == entry()
    assert cache.load("other", 2.0) is None


def test_a_changed_body_is_a_miss(cache):
    cache.store("k", entry(), 1.0)
    with cache.database.connect(write=True) as connection:
        connection.execute("update entry set body = ?", (b"y" * 5000,))
    assert cache.load("k", 2.0) is None
    assert cache.load("k", 2.0) is None  # and it is gone


@pytest.mark.parametrize("headers", ["{", "\x00", "[1, 2"])
def test_damaged_columns_are_a_miss(cache, headers):
    cache.store("k", entry(), 1.0)
    with cache.database.connect(write=True) as connection:
        connection.execute("update entry set headers = ?", (headers,))
    assert cache.load("k", 2.0) is None


class Pickled:
    """Makes a folder wherever it is unpickled."""

    def __init__(self, made):
        self.made = made

    def __reduce__(self):
        return os.mkdir, (str(self.made),)


def test_a_pickle_that_somebody_put_into_the_cache_is_not_run(cache, tmp_path):
    made = tmp_path / "made"
    harm = pickle.dumps(Pickled(made))
    cache.store("k", entry(harm), 1.0)  # with the sum that belongs to it
    assert cache.load("k", 2.0) == entry(harm)  # for who reads it as the answer of a service: no JSON, no table
    with cache.database.connect(write=True) as connection:
        connection.execute("update entry set headers = ?", (harm,))
    assert cache.load("k", 2.0) is None
    assert not made.exists()
    pickle.loads(harm)
    assert made.exists()  # it would have


def fill(cache, count=40):
    for n in range(count):
        cache.store(f"k{n}", entry(), 1.0)


@pytest.mark.parametrize("harm", ["header", "middle", "half", "text", "empty", "names"])
def test_a_damaged_file_is_begun_again(cache, harm):
    fill(cache)
    with sqlite3.connect(cache.database.path) as connection:
        connection.execute("pragma wal_checkpoint(truncate)")
    connection.close()
    path = cache.database.path
    data = bytearray(path.read_bytes())
    if harm == "header":
        data[:100] = b"\xff" * 100
    elif harm == "middle":
        data[len(data) // 2 : len(data) // 2 + 5000] = os.urandom(5000)
    elif harm == "half":
        data = data[: len(data) // 2]
    elif harm == "text":
        data = bytearray(b"this is not a database\n" * 300)
    elif harm == "names":  # sqlite3 fails to say what is wrong
        data = data.replace(b"tableentryentry", b"table\xff\xfetry\xff\xfetry")
    else:
        data = bytearray()
    path.write_bytes(data)
    other = Cache(Database(cache.database.folder))
    for n in range(40):
        found = other.load(f"k{n}", 2.0)
        assert found is None or found == entry()
    other.store("new", entry(), 3.0)
    assert other.load("new", 4.0) == entry()


def test_the_least_used_go_first(tmp_path):
    cache = Cache(Database(tmp_path), max_bytes=20_000)
    for n in range(33):
        cache.store(f"k{n}", entry(), float(n))
    with cache.database.connect() as connection:
        keys = [row[0] for row in connection.execute("select key from entry order by used")]
    assert keys == ["k29", "k30", "k31", "k32"]


def test_a_folder_that_cannot_be_used_is_replaced_by_a_private_one(tmp_path):
    (tmp_path / "file").write_text("no folder")
    database = Database(tmp_path / "file" / "cache")
    cache = Cache(database)
    cache.store("k", entry(), 1.0)
    assert cache.load("k", 2.0) == entry()


def test_the_folder_is_private(tmp_path):
    Database(tmp_path / "new")
    assert (tmp_path / "new").stat().st_mode & 0o077 == 0


def test_clear_forgets_everything(cache):
    fill(cache, 3)
    cache.mark_failure("k", 1.0, "down")
    cache.mark_host("h", 100.0, "silent")
    cache.clear()
    assert cache.load("k1", 2.0) is None
    assert cache.failure_since("k", 0.0) is None
    assert cache.host_failure("h", 2.0) is None


def test_a_failure_counts_for_those_who_waited_for_it_only(cache):
    cache.mark_failure("k", 10.0, "down")
    assert cache.failure_since("k", 9.0) == "down"
    assert cache.failure_since("k", 11.0) is None


def _write_for_ever(folder):
    cache = Cache(Database(Path(folder)))
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda n: cache.store(f"k{n % 50}", entry(os.urandom(20_000)), 1.0), range(10**9)))


@pytest.mark.parametrize("round_", range(3))
def test_killed_writers_leave_a_sound_file(tmp_path, round_):
    child = multiprocessing.get_context("spawn").Process(target=_write_for_ever, args=(str(tmp_path),))
    child.start()
    cache = Cache(Database(tmp_path))
    end = time.monotonic() + 60
    while time.monotonic() < end and cache.load(f"k{20 + round_}", 2.0) is None:
        pass
    os.kill(child.pid, signal.SIGKILL)
    child.join(30)
    with sqlite3.connect(cache.database.path) as connection:
        assert connection.execute("pragma integrity_check").fetchone()[0] == "ok"
    connection.close()
    assert cache.load(f"k{20 + round_}", 2.0) is not None


# --- budgets --------------------------------------------------------------------------------------------------------


def take(ledger, budget, weight, now):
    """Return ``now`` where the weight was granted, else when to come back."""
    at = ledger.take(budget, weight, lambda: now)
    return now if at is None else at


def _spend(folder, results):
    ledger = Ledger(Database(Path(folder)))
    budget = Budget("p", windows=((60, 40),))
    granted = []
    for second in range(0, 180, 3):
        if take(ledger, budget, 3.9, float(second)) == second:
            granted.append(second)
    results.put(granted)


def test_four_processes_share_one_window(tmp_path):
    spawn = multiprocessing.get_context("spawn")
    results = spawn.Queue()
    children = [spawn.Process(target=_spend, args=(str(tmp_path), results)) for _ in range(4)]
    for child in children:
        child.start()
    granted = [second for _ in children for second in results.get(timeout=60)]
    for child in children:
        child.join(30)
    for window in range(3):
        inside = [s for s in granted if s // 60 == window]
        assert len(inside) == 10  # 39 of 40, whoever asked


def test_weights_fill_a_window_exactly(tmp_path):
    ledger, budget = Ledger(Database(tmp_path)), Budget("p", windows=((60, 40), (3600, 100)))
    taken = [take(ledger, budget, 3.9, 5.0) for _ in range(12)]
    assert taken == [5.0] * 10 + [60.0] * 2
    for start in (60.0, 120.0):
        taken = [take(ledger, budget, 3.9, start) for _ in range(11)]
    assert taken[-1] == 3600.0  # 25 requests of 3.9 are an hour's 100


def test_a_block_holds_for_all_and_only_as_long(tmp_path):
    ledger, budget = Ledger(Database(tmp_path)), Budget("p")
    ledger.block("p", 100.0, "hourly")
    ledger.block("p", 50.0, "shorter")
    assert take(ledger, budget, 1.0, 10.0) == 100.0
    assert ledger.blocked_text("p", 10.0) is not None
    assert take(ledger, budget, 1.0, 101.0) == 101.0
    assert take(Ledger(Database(tmp_path)), Budget("other"), 1.0, 10.0) == 10.0


def test_a_clock_set_back_stops_nobody(tmp_path):
    ledger, budget = Ledger(Database(tmp_path)), Budget("p", spacing=1.0)
    take(ledger, budget, 1.0, 1e9)
    assert take(ledger, budget, 1.0, 5.0) <= 6.0


@pytest.mark.parametrize("step", [60.0, 99_000.0])
def test_a_clock_set_back_is_waited_for_no_longer_than_a_pause(tmp_path, step):
    ledger, budget = Ledger(Database(tmp_path)), Budget("x", spacing=0.2)
    now = 100_000.0
    take(ledger, budget, 1, now)
    ledger.block("x", now + 30, "slower", now)
    now -= step
    waits = []
    for _ in range(3):
        at = take(ledger, budget, 1, now)
        waits.append(at - now)
        now = at if at > now else now
        if at == now:
            now += 0.01
    assert sum(waits) <= 2 * budget.spacing


def test_what_others_note_while_we_wait_for_our_turn_counts(tmp_path):
    """The clock is read in our turn, and a clock that is trimmed by a second is not one set back."""
    budget, database = Budget("p", spacing=1.1), Database(tmp_path)
    ledger, times = Ledger(database), iter((200.0, 201.0))
    held, asked = threading.Event(), threading.Event()
    first = []

    def clock():
        held.set()
        assert asked.wait(10)  # the other one asks for its turn meanwhile
        return next(times)

    other = threading.Thread(target=lambda: first.append(ledger.take(budget, 1, clock)))
    other.start()
    assert held.wait(10)
    asked.set()
    second = ledger.take(budget, 1, clock)
    other.join(10)
    assert (first, second) == ([None], 201.1)
    ledger.block("q", 230.0, "slower", 200.0)
    assert take(ledger, budget, 1, 199.0) == 201.1
    assert take(ledger, Budget("q"), 1, 199.9) == 230.0


def test_a_busy_file_is_neither_counted_past_nor_given_up(tmp_path, monkeypatch):
    database = Database(tmp_path)
    ledger, cache, connected = Ledger(database), Cache(database), sqlite3.connect
    assert take(ledger, Budget("p"), 1, 5.0) == 5.0
    monkeypatch.setattr(sqlite3, "connect", lambda *args, **options: connected(*args, **{**options, "timeout": 0.01}))
    other = connected(database.path, isolation_level=None)
    other.execute("begin immediate")
    assert take(ledger, Budget("p"), 1, 6.0) > 6.0
    cache.store("k", entry(), 6.0)
    assert database.trouble is None
    other.execute("rollback")
    other.close()
    assert take(ledger, Budget("p"), 1, 7.0) == 7.0


def test_marks_of_before_the_clock_was_set_back_hold_nobody_up(cache):
    cache.mark_failure("k", 100_000.0, "down")
    cache.mark_host("h", 100_030.0, "silent")
    assert cache.failure_since("k", 999.0, 1000.0) is None
    assert cache.host_failure("h", 1000.0) is None
    assert cache.failure_since("k", 99_999.0, 100_001.0) == "down"
    assert cache.host_failure("h", 100_000.0) == "silent"


# --- a folder that cannot be used ------------------------------------------------------------------------------------


def refuse(database, harm, monkeypatch):
    """Harm the folder as a disk does; root may write everywhere, so the calls themselves fail."""
    if harm == "gone":
        shutil.rmtree(database.folder)
        return
    code = {"read-only": errno.EROFS, "full": errno.ENOSPC}[harm]
    opened = os.open

    def no_lock(path, flags, *more, **options):
        if str(path).startswith(str(database.folder)) and flags & (os.O_CREAT | os.O_RDWR):
            raise OSError(code, os.strerror(code), str(path))
        return opened(path, flags, *more, **options)

    monkeypatch.setattr(os, "open", no_lock)
    connected = sqlite3.connect

    def no_writing(path, *more, **options):
        if str(path) != str(database.path):
            return connected(path, *more, **options)
        connection = connected(f"file:{path}?mode=ro", *more, uri=True, **options)
        if harm == "full":  # the file of a full disk is there and empty: no page for the tables
            connection.execute("pragma query_only=on")
        return connection

    monkeypatch.setattr(sqlite3, "connect", no_writing)


@pytest.mark.parametrize("harm", ["read-only", "full", "gone"])
@pytest.mark.parametrize("begun", [True, False])
def test_a_folder_that_cannot_be_used_is_done_without(cache, harm, begun, monkeypatch):
    budget, ledger = Budget("p", windows=((60, 2),)), Ledger(cache.database)
    if begun:
        cache.store("before", entry(), 1.0)
    refuse(cache.database, harm, monkeypatch)
    cache.store("k", entry(), 1.0)
    assert cache.load("k", 2.0) == entry()
    assert [take(ledger, budget, 1, 5.0) for _ in range(3)] == [5.0, 5.0, 60.0]  # the limits hold in this process
    cache.mark_failure("k", 10.0, "down")
    assert cache.failure_since("k", 5.0) == "down"
    with cache.database.lock("k", timeout=1), pytest.raises(Timeout), cache.database.lock("k", timeout=0):
        pass
    if harm == "gone":
        assert cache.database.trouble is None  # made again
        return
    assert str(cache.database.folder) in cache.database.trouble
    monkeypatch.undo()
    cache.database._again = 0.0  # half a minute later
    cache.store("after", entry(), 1.0)
    assert cache.database.trouble is None
    assert cache.load("after", 2.0) == entry()


def test_a_lock_that_somebody_replaced_by_a_link_is_not_followed(cache, tmp_path):
    other = tmp_path / "of somebody else"
    other.write_text("kept")
    locks = cache.database.folder / "locks"
    locks.mkdir()
    (locks / "k").symlink_to(other)
    with cache.database.lock("k", timeout=1):
        cache.store("k", entry(), 1.0)
    assert "without it" in cache.database.trouble
    assert cache.load("k", 2.0) == entry()
    assert other.read_text() == "kept"


def test_what_is_kept_in_memory_is_bounded(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("no folder")
    cache = Cache(Database(tmp_path / "file"))
    monkeypatch.setattr("etolib.sources.network.cache.MEMORY_BYTES", 20_000)
    for n in range(10):
        cache.store(f"k{n}", entry(), float(n))
    assert [n for n in range(10) if cache.load(f"k{n}", 20.0)] == [6, 7, 8, 9]
