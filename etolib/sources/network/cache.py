"""The disk cache of the network door: one SQLite file shared by all processes of a machine.

Only answers that passed their check come here. A damaged entry is a miss; a damaged file is deleted once and begun
again. Bodies are plain bytes with a checksum beside them: nothing is unpickled, so a shared folder runs no code.
The folder must be on a local disk (SQLite's write-ahead log does not work on network file systems).

A folder that cannot be read or written (read-only, full, gone) is done without: for half a minute counts and a few
answers are kept in the memory of this process, then the folder is tried again. `Database.trouble` says why.
"""

from __future__ import annotations

import contextlib
import json
import math
import os
import sqlite3
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from filelock import FileLock, Timeout

from etolib.words import Text, decode, encode, say, verbatim

_SCHEMA = """
create table if not exists entry (
    key text primary key, url text, status integer, headers text, body blob, size integer, crc integer,
    fetched real, expires real, used real);
create table if not exists failure (key text primary key, time real, text text);
create table if not exists host_failure (host text primary key, until real, text text);
create table if not exists used_up (name text, width real, start real, weight real, primary key (name, width, start));
create table if not exists blocked (name text primary key, until real, text text);
create table if not exists blocked_at (name text primary key, time real);
create table if not exists spacing (name text primary key, next real);
"""
_DAY = 86400.0

AGAIN_S = 30.0
"""How long a folder that cannot be used is left alone. [s]"""

MARK_S = 600.0
"""Longest time for which a host is marked as silent. [s]"""

MEMORY_BYTES = 64 << 20
"""Bodies kept in memory at most where there is no folder. [byte]"""

FAULTS = (sqlite3.DatabaseError, OSError, UnicodeDecodeError)
"""What goes wrong with a file; whoever uses the cache does without it then. The last: sqlite3 quotes a damaged name."""


class Database:
    """One SQLite file; a connection per use, so that forks and threads need no care.

    Examples
    --------
    >>> import tempfile
    >>> database = Database(Path(tempfile.mkdtemp()))
    >>> with database.connect() as connection:
    ...     connection.execute("select count(*) from entry").fetchone()[0]
    0
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.path = self.folder / "downloads.sqlite"
        self.trouble: Text | None = None
        self._again = 0.0  # when the folder is tried again (steady clock) [s]
        self._ready_for: tuple[int, int] | None = None
        self._memory = _Memory()
        with contextlib.suppress(OSError):
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)

    def __getstate__(self) -> dict[str, object]:
        return {"folder": self.folder}

    def __setstate__(self, state: dict[str, Path]) -> None:
        self.__init__(state["folder"])  # type: ignore[misc]

    @property
    def in_memory(self) -> bool:
        """Whether the folder is done without at the moment."""
        return self.trouble is not None and time.monotonic() < self._again

    @contextlib.contextmanager
    def connect(self, *, write: bool = False) -> Iterator[sqlite3.Connection]:
        """Yield a connection; with ``write`` inside one immediate transaction, rolled back on any error.

        Where the folder cannot be used it is one to the memory of this process.
        """
        connection = None if self.in_memory else self._open()
        if connection is None:
            with self._memory.connect() as connection, _transaction(connection, write):
                yield connection
            return
        try:
            with _transaction(connection, write):
                yield connection
        except sqlite3.OperationalError as error:
            if _of_the_disk(error):
                self.give_up(error)
            raise
        finally:
            connection.close()

    def _open(self) -> sqlite3.Connection | None:
        """Return a connection to the file; None where there can be none."""
        for attempt in (1, 2):
            try:
                connection = self._connection()
            except sqlite3.OperationalError as error:
                if busy(error):
                    raise
                if attempt == 2 or _of_the_disk(error):
                    self.give_up(error)
                    return None
            except FAULTS as error:
                if attempt == 2:
                    self.give_up(error)
                    return None
            else:
                self.trouble = None
                return connection
            self.repair()
            if self.in_memory:
                return None
        return None

    def give_up(self, error: Exception) -> None:
        """Do without the folder for a while."""
        reason = getattr(error, "strerror", None) or str(error)
        self.trouble = say("cache_not_used", path=str(self.folder), error=reason)
        self._again = time.monotonic() + AGAIN_S
        self._ready_for = None

    def _connection(self) -> sqlite3.Connection:
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)  # it may have been deleted meanwhile
        connection = sqlite3.connect(self.path, timeout=30, isolation_level=None)
        try:
            # A cache need not survive a power cut: damage is found and is a miss. Killed processes lose nothing.
            connection.execute("pragma synchronous=off")
            # Schema and journal mode are looked at once per file, not once per call.
            identity = (os.getpid(), self.path.stat().st_ino)
            if self._ready_for != identity:
                connection.execute("pragma journal_mode=wal")
                connection.executescript(_SCHEMA)
                self._ready_for = identity
        except BaseException:  # a cancelled task too leaves no file open
            connection.close()
            raise
        return connection

    def repair(self, error: Exception | None = None) -> None:
        """Delete the file if it is damaged; under a lock, so that one process does it once.

        After an ``error`` that only says that others are at work there is nothing to mend.
        """
        if self.in_memory or busy(error):
            return
        try:
            with FileLock(self.folder / "repair.lock", is_singleton=False).acquire(timeout=10):
                self._mend()
        except Timeout:  # another process is still at it: busy is not unusable
            return
        except OSError as fault:  # read-only, full, gone
            self.give_up(fault)

    def _mend(self) -> None:
        try:
            with contextlib.closing(sqlite3.connect(self.path, timeout=30)) as connection:
                sound = connection.execute("pragma quick_check").fetchone()[0] == "ok"
                connection.executescript(_SCHEMA)
        except (sqlite3.DatabaseError, UnicodeDecodeError) as error:
            if busy(error):
                return
            if _of_the_disk(error):
                self.give_up(error)
                return
            sound = False
        if not sound:
            for name in ("downloads.sqlite", "downloads.sqlite-wal", "downloads.sqlite-shm"):
                # Windows does not delete an open file: another process is then at work on it.
                with contextlib.suppress(FileNotFoundError, PermissionError):
                    (self.folder / name).unlink()
        self._ready_for = None

    @contextlib.contextmanager
    def lock(self, name: str, *, timeout: float = -1, cancel_check: Callable[[], bool] | None = None) -> Iterator[None]:
        """Hold a lock of this machine, without a folder one of this process.

        Raises
        ------
        filelock.Timeout
            Where it is not free within ``timeout`` [s], or ``cancel_check`` says so.
        """
        path = self.folder / "locks" / name
        if not self.in_memory:
            try:
                path.parent.mkdir(parents=True, exist_ok=True)
                lock = FileLock(path, is_singleton=False, thread_local=False)
                lock.acquire(timeout=timeout, cancel_check=cancel_check)
            except Timeout:
                raise
            except OSError as error:
                self.give_up(error)
            else:
                try:
                    yield
                finally:
                    lock.release()
                return
        with self._memory.lock(path, timeout, cancel_check):
            yield


class _Memory:
    """A database in the memory of this process, of one connection that its threads take in turn."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._turns: dict[str, threading.Lock] = {}
        self._connection: tuple[int, sqlite3.Connection] | None = None

    @contextlib.contextmanager
    def lock(self, path: Path, timeout: float, cancel_check: Callable[[], bool] | None) -> Iterator[None]:
        with self._lock:
            turn = self._turns.setdefault(path.name, threading.Lock())
        end = None if timeout < 0 else time.monotonic() + timeout
        while not turn.acquire(timeout=0.05):
            if (end is not None and time.monotonic() > end) or (cancel_check is not None and cancel_check()):
                raise Timeout(str(path))
        try:
            yield
        finally:
            turn.release()

    @contextlib.contextmanager
    def connect(self) -> Iterator[sqlite3.Connection]:
        with self._lock:
            if self._connection is None or self._connection[0] != os.getpid():
                connection = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
                connection.executescript(_SCHEMA)
                self._connection = (os.getpid(), connection)
            yield self._connection[1]


@contextlib.contextmanager
def _transaction(connection: sqlite3.Connection, write: bool) -> Iterator[None]:
    try:
        if write:
            connection.execute("begin immediate")
        yield
        if connection.in_transaction:
            connection.commit()
    except BaseException:  # a cancelled task too leaves no lock
        if connection.in_transaction:
            connection.rollback()
        raise


def busy(error: Exception | None) -> bool:
    """Return whether others are at work on the file: it is neither damaged nor out of use.

    >>> busy(sqlite3.OperationalError("no such table")), busy(None)
    (False, False)
    """
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    return code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)


def _of_the_disk(error: Exception) -> bool:
    """Return whether a file is not damaged but cannot be written or opened: nothing that deleting it would mend."""
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    return code in (sqlite3.SQLITE_FULL, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM)


@dataclass(frozen=True)
class Entry:
    """A stored answer. ``fetched`` and ``expires`` are POSIX times [s]."""

    url: str
    status: int
    headers: dict[str, str]
    body: bytes
    fetched: float
    expires: float


@dataclass
class Cache:
    """Answers by key.

    Parameters
    ----------
    database : Database
        Where they are kept.
    max_bytes : int
        Bodies beyond this total are evicted, the least recently used first. [byte]
    """

    database: Database
    max_bytes: int = 1 << 30
    _stored: int = field(default=0, init=False)

    def load(self, key: str, now: float) -> Entry | None:
        """Return the entry, None where there is none or where it is damaged."""
        try:
            with self.database.connect() as connection:
                row = connection.execute(
                    "select url, status, headers, body, crc, fetched, expires, used from entry where key = ?", (key,)
                ).fetchone()
                if row is None:
                    return None
                url, status, headers, body, crc, fetched, expires, used = row
                if not isinstance(body, bytes) or zlib.crc32(body) != crc:
                    connection.execute("delete from entry where key = ?", (key,))
                    return None
                if now - used > _DAY:  # a rough order of use is enough to evict by
                    connection.execute("update entry set used = ? where key = ?", (now, key))
                return Entry(url, status, json.loads(headers), body, fetched, expires)
        except (*FAULTS, ValueError, TypeError) as error:
            self.database.repair(error)
            return None

    def store(self, key: str, entry: Entry, now: float) -> None:
        """Keep an answer: one statement, so that it is there wholly or not at all."""
        values = (key, entry.url, entry.status, json.dumps(entry.headers), entry.body, len(entry.body))
        times = (zlib.crc32(entry.body), entry.fetched, entry.expires, now)
        for _ in range(2):  # a full or damaged disk costs a later download, never this answer
            try:
                with self.database.connect(write=True) as connection:
                    connection.execute("insert or replace into entry values (?,?,?,?,?,?,?,?,?,?)", (*values, *times))
                    connection.execute("delete from failure where key = ? or time < ?", (key, now - _DAY))
                    self._stored += 1
                    if self._stored % 32 == 1 or self.database.in_memory:
                        self._evict(connection)
                return
            except FAULTS as error:
                self.database.repair(error)

    def _evict(self, connection: sqlite3.Connection) -> None:
        total = connection.execute("select coalesce(sum(size), 0) from entry").fetchone()[0]
        for key, size in connection.execute("select key, size from entry order by used").fetchall():
            if total <= (MEMORY_BYTES if self.database.in_memory else self.max_bytes):
                break
            connection.execute("delete from entry where key = ?", (key,))
            total -= size

    def clear(self) -> None:
        """Forget every stored answer and every mark of a failure."""
        with self.database.connect(write=True) as connection:
            for table in ("entry", "failure", "host_failure"):
                connection.execute(f"delete from {table}")

    def mark_failure(self, key: str, time: float, text: Text) -> None:
        """Note that the download of ``key`` failed at ``time``."""
        with contextlib.suppress(*FAULTS), self.database.connect(write=True) as connection:
            connection.execute("insert or replace into failure values (?,?,?)", (key, time, _written(text)))

    def failure_since(self, key: str, begun: float, now: float = math.inf) -> Text | None:
        """Return why the download of ``key`` failed after ``begun``, None where it did not.

        What is later than ``now`` was noted before the clock was set back, and is long over.
        """
        with contextlib.suppress(*FAULTS), self.database.connect() as connection:
            row = connection.execute(
                "select text from failure where key = ? and time > ? and time <= ?", (key, begun, now)
            ).fetchone()
            return _read(row[0]) if row else None
        return None

    def mark_host(self, host: str, until: float, text: Text) -> None:
        """Note that ``host`` cannot be reached, and need not be tried again before ``until``."""
        with contextlib.suppress(*FAULTS), self.database.connect(write=True) as connection:
            connection.execute("insert or replace into host_failure values (?,?,?)", (host, until, _written(text)))

    def host_failure(self, host: str, now: float) -> Text | None:
        """Return why ``host`` is not tried now, None where it may be."""
        with contextlib.suppress(*FAULTS), self.database.connect() as connection:
            # Later than any mark lasts: the clock was set back.
            row = connection.execute(
                "select text from host_failure where host = ? and until > ? and until <= ?", (host, now, now + MARK_S)
            )
            found = row.fetchone()
            return _read(found[0]) if found else None
        return None

    def forget_failures(self) -> None:
        """Forget the marks of failures (a person asks again)."""
        with contextlib.suppress(*FAULTS), self.database.connect(write=True) as connection:
            connection.execute("delete from failure")
            connection.execute("delete from host_failure")


def _written(text: Text) -> str:
    return json.dumps(encode(text), ensure_ascii=False)


def _read(written: str) -> Text:
    try:
        return decode(json.loads(written))
    except ValueError:  # of a version that wrote plain text
        return verbatim(written)
