"""The disk cache of the network door: one SQLite file shared by all processes of a machine.

Only answers that passed their check come here. A damaged entry is a miss; a damaged file is deleted once and begun
again. Bodies are plain bytes with a checksum beside them: nothing is unpickled, so a shared folder runs no code.
The folder must be on a local disk (SQLite's write-ahead log does not work on network file systems).
"""

from __future__ import annotations

import contextlib
import json
import os
import sqlite3
import tempfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from filelock import FileLock

from etolib.words import Text, decode, encode, verbatim

_SCHEMA = """
create table if not exists entry (
    key text primary key, url text, status integer, headers text, body blob, size integer, crc integer,
    fetched real, expires real, used real);
create table if not exists failure (key text primary key, time real, text text);
create table if not exists host_failure (host text primary key, until real, text text);
create table if not exists used_up (name text, width real, start real, weight real, primary key (name, width, start));
create table if not exists blocked (name text primary key, until real, text text);
create table if not exists spacing (name text primary key, next real);
"""
_DAY = 86400.0


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
        self.folder = _usable(folder)
        self.path = self.folder / "downloads.sqlite"
        self._ready_for: tuple[int, int] | None = None

    @contextlib.contextmanager
    def connect(self, *, write: bool = False) -> Iterator[sqlite3.Connection]:
        """Yield a connection; with ``write`` inside one immediate transaction, rolled back on any error."""
        connection = self._open()
        try:
            if write:
                connection.execute("begin immediate")
            yield connection
            if connection.in_transaction:
                connection.commit()
        except BaseException:
            if connection.in_transaction:
                connection.rollback()
            raise
        finally:
            connection.close()

    def _open(self) -> sqlite3.Connection:
        try:
            return self._connection()
        except sqlite3.OperationalError as error:
            if "locked" in str(error):
                raise
        except sqlite3.DatabaseError:
            pass
        self.repair()
        return self._connection()

    def _connection(self) -> sqlite3.Connection:
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
        except BaseException:
            connection.close()
            raise
        return connection

    def repair(self) -> None:
        """Delete the file if it is damaged; under a lock, so that one process does it once."""
        with FileLock(self.folder / "repair.lock", is_singleton=False):
            try:
                with contextlib.closing(sqlite3.connect(self.path, timeout=30)) as connection:
                    sound = connection.execute("pragma quick_check").fetchone()[0] == "ok"
                    connection.executescript(_SCHEMA)
            except sqlite3.DatabaseError as error:
                if "locked" in str(error):
                    return
                sound = False
            if not sound:
                for name in ("downloads.sqlite", "downloads.sqlite-wal", "downloads.sqlite-shm"):
                    # Windows does not delete an open file: another process is then at work on it.
                    with contextlib.suppress(FileNotFoundError, PermissionError):
                        (self.folder / name).unlink()
            self._ready_for = None


def _usable(folder: Path) -> Path:
    """Return ``folder`` made and writable, else a private temporary one: no disk is no reason to give no answer."""
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        if os.access(folder, os.W_OK):
            return folder
    except OSError:
        pass
    return Path(tempfile.mkdtemp(prefix="etolib-"))


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
        except (sqlite3.DatabaseError, ValueError, TypeError):
            self.database.repair()
            return None

    def store(self, key: str, entry: Entry, now: float) -> None:
        """Keep an answer: one statement, so that it is there wholly or not at all."""
        values = (key, entry.url, entry.status, json.dumps(entry.headers), entry.body, len(entry.body))
        times = (zlib.crc32(entry.body), entry.fetched, entry.expires, now)
        try:
            with self.database.connect(write=True) as connection:
                connection.execute("insert or replace into entry values (?,?,?,?,?,?,?,?,?,?)", (*values, *times))
                connection.execute("delete from failure where key = ? or time < ?", (key, now - _DAY))
                self._stored += 1
                if self._stored % 32 == 1:
                    self._evict(connection)
        except sqlite3.DatabaseError:
            # A full or damaged disk costs a later download, never this answer.
            self.database.repair()

    def _evict(self, connection: sqlite3.Connection) -> None:
        total = connection.execute("select coalesce(sum(size), 0) from entry").fetchone()[0]
        for key, size in connection.execute("select key, size from entry order by used").fetchall():
            if total <= self.max_bytes:
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
        with contextlib.suppress(sqlite3.DatabaseError), self.database.connect(write=True) as connection:
            connection.execute("insert or replace into failure values (?,?,?)", (key, time, _written(text)))

    def failure_since(self, key: str, begun: float) -> Text | None:
        """Return why the download of ``key`` failed after ``begun``, None where it did not."""
        with contextlib.suppress(sqlite3.DatabaseError), self.database.connect() as connection:
            row = connection.execute("select text from failure where key = ? and time > ?", (key, begun)).fetchone()
            return _read(row[0]) if row else None
        return None

    def mark_host(self, host: str, until: float, text: Text) -> None:
        """Note that ``host`` cannot be reached, and need not be tried again before ``until``."""
        with contextlib.suppress(sqlite3.DatabaseError), self.database.connect(write=True) as connection:
            connection.execute("insert or replace into host_failure values (?,?,?)", (host, until, _written(text)))

    def host_failure(self, host: str, now: float) -> Text | None:
        """Return why ``host`` is not tried now, None where it may be."""
        with contextlib.suppress(sqlite3.DatabaseError), self.database.connect() as connection:
            row = connection.execute("select text from host_failure where host = ? and until > ?", (host, now))
            found = row.fetchone()
            return _read(found[0]) if found else None
        return None

    def forget_failures(self) -> None:
        """Forget the marks of failures (a person asks again)."""
        with contextlib.suppress(sqlite3.DatabaseError), self.database.connect(write=True) as connection:
            connection.execute("delete from failure")
            connection.execute("delete from host_failure")


def _written(text: Text) -> str:
    return json.dumps(encode(text), ensure_ascii=False)


def _read(written: str) -> Text:
    try:
        return decode(json.loads(written))
    except ValueError:  # of a version that wrote plain text
        return verbatim(written)
