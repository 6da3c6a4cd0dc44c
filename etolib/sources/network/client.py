"""The only door to the network: one download, with everything a public service needs around it.

A total deadline that holds against slow bodies, slow headers and slow name servers (an asynchronous client on one
private thread per process); retries of what is worth retrying; a disk cache of *checked* answers shared by all
processes; one download per answer however many ask at once; budgets; offline mode; a stale answer, marked, when the
provider is down.

Retried: broken transport, 429, 500, 502 to 504, a body that fails its check. Not retried: a host that refuses or does
not resolve or does not let itself be reached (no network: fail at once), any other 4xx, TLS errors, an HTML page where
data should be (a hotel's log-in page stays one).
"""

from __future__ import annotations

import os
import random
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlsplit

import httpx2
import tenacity
from filelock import FileLock, Timeout

from etolib import config
from etolib.errors import (
    BadResponse,
    EtolibError,
    InvalidRequest,
    NotCovered,
    RateLimited,
    SourceError,
    SourceUnavailable,
)
from etolib.sources.network import scope
from etolib.sources.network.address import address, kept, key_of, reason_of, retry_after
from etolib.sources.network.agent import user_agent
from etolib.sources.network.budget import Budget, Ledger, slot
from etolib.sources.network.cache import Cache, Database, Entry
from etolib.sources.network.wire import Net

RETRIED = frozenset({408, 429, 500, 502, 503, 504, 520, 521, 522, 523, 524})
HOST_MARK = 30.0  # s; how long a host that let us wait in vain is left alone


@dataclass(frozen=True)
class Reply:
    """An answer that passed its check.

    Attributes
    ----------
    data : object
        What ``check`` made of the body.
    body : bytes
        The body itself.
    url : str
        Where it came from, without secrets.
    status : int
        HTTP status.
    fetched, expires : float
        POSIX times. [s]
    headers : dict
        The few headers that were kept, lower case.
    from_cache, stale : bool
        Whether it was on disk, and whether it is there past its time because the provider is down.
    error : str, optional
        Why a stale answer is given.
    """

    data: Any
    body: bytes
    url: str
    status: int
    fetched: float
    expires: float
    headers: Mapping[str, str]
    from_cache: bool = False
    stale: bool = False
    error: str | None = None


class _Again(Exception):
    """A failed attempt that may be repeated, after ``wait`` seconds if the server said so."""

    def __init__(self, error: SourceError, wait: float | None = None) -> None:
        super().__init__(str(error))
        self.error = error
        self.wait = wait


@dataclass
class Door:
    """The door with its settings; everything that touches the world can be replaced.

    Parameters
    ----------
    folder : pathlib.Path
        Cache, budgets and locks.
    user_agent : str
        Sent with every request.
    transport : httpx2.AsyncBaseTransport, optional
        Replaces the network in tests (``httpx2.MockTransport``).
    clock, monotonic : callable
        Wall clock for lifetimes and windows, steady clock for the deadline. [s]
    sleep : callable
        Waits between attempts.
    jitter : callable
        0..1; stretches a wait by up to a quarter.
    """

    folder: Path
    user_agent: str
    transport: httpx2.AsyncBaseTransport | None = None
    clock: Callable[[], float] = time.time
    monotonic: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = scope.sleep
    jitter: Callable[[], float] = random.random
    _net: tuple[int, Net] | None = field(default=None, init=False, repr=False)
    _guard: Any = field(default_factory=threading.Lock, init=False, repr=False)

    def __post_init__(self) -> None:
        database = Database(Path(self.folder))
        self.cache = Cache(database)
        self.ledger = Ledger(database)

    def __getstate__(self) -> dict[str, Any]:
        # A door travels to another process as its settings; the thread and the client stay here.
        return {k: v for k, v in self.__dict__.items() if k not in ("_net", "_guard")}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state, _net=None, _guard=threading.Lock())

    def close(self) -> None:
        """Close the connections; the next download opens new ones."""
        with self._guard:
            if self._net is not None and self._net[0] == os.getpid():
                self._net[1].close()
            self._net = None

    def _network(self) -> Net:
        with self._guard:
            if self._net is None or self._net[0] != os.getpid():  # a forked child has no loop thread
                self._net = (os.getpid(), Net(self.user_agent, self.transport))
            return self._net[1]

    def fetch(
        self,
        url: str,
        params: Mapping[str, Any] | None = None,
        *,
        ttl: Callable[[Any, Mapping[str, str]], float],
        check: Callable[[bytes], Any],
        source: str,
        deadline: float = 60.0,
        connect: float = 3.5,
        read: float = 30.0,
        attempts: int = 4,
        waits: tuple[float, ...] = (1.0, 4.0, 15.0),
        budget: Budget | None = None,
        weight: float = 1.0,
        limited_until: Callable[[bytes, float], float | None] | None = None,
        not_covered: tuple[int, ...] = (),
        max_stale: float = 30 * 86400.0,
        headers: Mapping[str, str] | None = None,
        version: str = "1",
    ) -> Reply:
        """Return a checked answer, from disk where it is still good.

        Parameters
        ----------
        url, params
            Address and query; the query of both is used.
        ttl : callable
            ``(data, headers)`` -> lifetime [s]; called when the body has been seen.
        check : callable
            Body -> data. ValueError: broken, is retried. `EtolibError`: wrong, is not retried. Neither is stored.
        source : str
            Named in errors.
        deadline, connect, read : float
            Total time, time to connect (name look-up included), longest silence. [s]
        attempts, waits
            How often, and the pauses between. [s]
        budget, weight
            What the provider allows and what this request costs.
        limited_until : callable, optional
            ``(body, now)`` of a 429 -> POSIX time [s] when the provider's own text says to come back.
        not_covered : tuple of int
            Statuses by which this provider says that it has nothing for the place.
        max_stale : float
            How long past its time an answer may be used while the provider is down. [s]
        headers : mapping, optional
            More request headers.
        version : str
            Changes when the client reads answers differently.

        Raises
        ------
        SourceUnavailable, RateLimited, BadResponse, InvalidRequest, NotCovered
        """
        full, shown = address(url, params)
        key = key_of(shown, version)
        deadline = min(deadline, config.deadline() or deadline)
        call = _Call(
            self, full, shown, key, source, ttl, check, connect, read, attempts, waits, budget, weight,
            limited_until, not_covered, dict(headers or {}), self.clock(), self.monotonic() + deadline, deadline,
        )  # fmt: skip
        reply, entry = call.look()
        if reply is not None:
            return reply
        if config.is_offline():
            error = SourceUnavailable(
                f"{source} was not asked: offline mode is on and the answer is not in the cache",
                source=source, url=shown, retryable=False, suggestion="unset ETOLIB_OFFLINE to use the network",
            )  # fmt: skip
            return self._stale(call, entry, max_stale, error)
        lock = FileLock(self._lock_path(key), is_singleton=False, thread_local=False)
        try:
            with lock.acquire(timeout=max(0.0, call.remaining()), cancel_check=scope.cancelled):
                # Whoever held the lock may have brought the answer, or the news that there is none.
                reply, entry = call.look()
                if reply is not None:
                    return reply
                if failed := self.cache.failure_since(key, call.begun):
                    raise SourceUnavailable(failed, source=source, url=shown)
                if failed := self.cache.host_failure(urlsplit(full).netloc, self.clock()):
                    raise SourceUnavailable(failed, source=source, url=shown)
                try:
                    return call.download(entry)
                except scope.Abandoned:
                    raise  # says nothing about the provider
                except (SourceUnavailable, BadResponse) as error:
                    self.cache.mark_failure(key, self.clock(), error.message)
                    raise
        except Timeout:
            if scope.cancelled():
                raise scope.Abandoned from None
            return self._stale(call, entry, max_stale, call.too_late())
        except scope.Abandoned:
            raise
        except (SourceUnavailable, RateLimited, BadResponse) as error:
            return self._stale(call, entry, max_stale, error)

    def has(self, url: str, params: Mapping[str, Any] | None = None, *, version: str = "1") -> bool:
        """Return whether a fresh answer is kept."""
        now = self.clock()
        entry = self.cache.load(key_of(address(url, params)[1], version), now)
        return entry is not None and entry.fetched - 86400 <= now < entry.expires

    def put(self, url: str, params: Mapping[str, Any] | None, body: bytes, *, like: Reply, version: str = "1") -> None:
        """Keep ``body`` as the answer to another address, as fresh as ``like``, of which it is a part."""
        shown = address(url, params)[1]
        entry = Entry(shown, like.status, dict(like.headers), body, like.fetched, like.expires)
        self.cache.store(key_of(shown, version), entry, self.clock())

    def _lock_path(self, key: str) -> Path:
        folder = self.cache.database.folder / "locks"
        folder.mkdir(exist_ok=True)
        return folder / key[:3]

    def _stale(self, call: _Call, entry: Entry | None, max_stale: float, error: SourceError) -> Reply:
        if entry is not None and self.clock() - entry.expires <= max_stale:
            try:
                return call.reply(entry, call.check(entry.body), from_cache=True, stale=True, error=error.message)
            except (ValueError, EtolibError):
                pass
        raise error


@dataclass
class _Call:
    """One `Door.fetch` under way."""

    door: Door
    url: str
    shown: str
    key: str
    source: str
    ttl: Callable[[Any, Mapping[str, str]], float]
    check_body: Callable[[bytes], Any]
    connect: float
    read: float
    attempts: int
    waits: tuple[float, ...]
    budget: Budget | None
    weight: float
    limited_until: Callable[[bytes, float], float | None] | None
    not_covered: tuple[int, ...]
    headers: dict[str, str]
    begun: float
    end: float
    deadline: float

    def remaining(self) -> float:
        return self.end - self.door.monotonic()

    def check(self, body: bytes) -> Any:
        return checked(self.check_body, body)

    def reply(self, entry: Entry, data: Any, **marks: Any) -> Reply:
        return Reply(data, entry.body, entry.url, entry.status, entry.fetched, entry.expires, entry.headers, **marks)

    def look(self) -> tuple[Reply | None, Entry | None]:
        """Return a fresh answer from disk, or the expired entry."""
        now = self.door.clock()
        entry = self.door.cache.load(self.key, now)
        if entry is None or not entry.fetched - 86400 <= now < entry.expires:
            return None, entry
        try:
            return self.reply(entry, self.check(entry.body), from_cache=True), entry
        except (ValueError, EtolibError):
            return None, None

    def download(self, old: Entry | None) -> Reply:
        """Ask until there is an answer, a final error, or no time."""
        retrying = tenacity.Retrying(
            retry=tenacity.retry_if_exception_type(_Again),
            wait=self._wait,
            stop=self._stop,
            sleep=self.door.sleep,
            reraise=True,
        )
        try:
            return retrying(self._attempt, old)
        except _Again as last:
            if isinstance(last.error, RateLimited) and last.error.retry_at is None and last.wait is not None:
                last.error.retry_at = self.door.clock() + last.wait
            raise last.error from last.__cause__

    def _wait(self, state: tenacity.RetryCallState) -> float:
        assert state.outcome is not None
        error = state.outcome.exception()
        if isinstance(error, _Again) and error.wait is not None:
            return error.wait
        pause = self.waits[min(state.attempt_number, len(self.waits)) - 1] if self.waits else 0.0
        return pause * (1 + 0.25 * self.door.jitter())

    def _stop(self, state: tenacity.RetryCallState) -> bool:
        # Never sleep only to find that there is no time left.
        return state.attempt_number >= self.attempts or state.upcoming_sleep >= self.remaining()

    def _attempt(self, old: Entry | None) -> Reply:
        self._spend()
        if self.budget is None:
            return self._ask(old)
        folder = self.door.cache.database.folder / "slots"
        try:
            with slot(folder, self.budget, until=self.end, monotonic=self.door.monotonic, sleep=self.door.sleep):
                return self._ask(old)
        except TimeoutError:
            raise self.too_late() from None

    def _spend(self) -> None:
        if self.budget is None:
            return
        patience = self.door.clock() + self.budget.wait
        while True:
            now = self.door.clock()
            at = self.door.ledger.take(self.budget, self.weight, now)
            if at <= now:
                return
            if at > patience or at - now >= self.remaining():
                said = self.door.ledger.blocked_text(self.budget.name, now)
                raise RateLimited(
                    f"{self.source}: the limit of requests is used up for another {at - now:.0f} s"
                    + (f" ({said})" if said else ""),
                    retry_at=at, source=self.source, url=self.shown,
                )  # fmt: skip
            self.door.sleep(at - now)

    def _ask(self, old: Entry | None) -> Reply:
        if scope.cancelled():
            raise scope.Abandoned
        left = self.remaining()
        if left <= 0:
            raise self.too_late()
        headers = dict(self.headers)
        if old is not None and "last-modified" in old.headers:
            headers["If-Modified-Since"] = old.headers["last-modified"]
        if old is not None and "etag" in old.headers:
            headers["If-None-Match"] = old.headers["etag"]
        asked = self.door.monotonic()
        try:
            status, answered, body = self.door._network().get(
                self.url, headers, total=left, connect=self.connect, read=self.read
            )
        except (httpx2.ConnectError, httpx2.ConnectTimeout) as error:
            raise self._unreachable(error, self.door.monotonic() - asked) from error
        except (TimeoutError, httpx2.TimeoutException) as error:
            if self.remaining() <= 0 or isinstance(error, TimeoutError):
                raise self.too_late() from error
            raise _Again(self._error(SourceUnavailable, f"gave no answer for {self.read:g} s")) from error
        except httpx2.TooManyRedirects as error:
            raise self._error(BadResponse, "sent us round in circles (redirects)") from error
        except (httpx2.HTTPError, httpx2.StreamError, httpx2.InvalidURL, OSError) as error:
            text = f"broke off while answering ({type(error).__name__}: {error})"
            raise _Again(self._error(SourceUnavailable, text)) from error
        return self._classify(status, answered, body, old)

    def _classify(self, status: int, headers: Mapping[str, str], body: bytes, old: Entry | None) -> Reply:
        now = self.door.clock()
        if status == 304 and old is not None:
            return self._keep(status, {**old.headers, **kept(headers)}, old.body, now)
        if status in (200, 203):
            return self._keep(status, kept(headers), body, now)
        reason = reason_of(body)
        told = f": {reason}" if reason else ""
        details: dict[str, Any] = {"status": status, "body": body[:500].decode("utf-8", "replace")}
        after = retry_after(headers.get("retry-after"), now)
        if status == 429:
            until = self.limited_until(body, now) if self.limited_until else None
            if until is None:
                until = now + after if after is not None else None
            error: SourceError = self._error(
                RateLimited, f"asks us to wait (HTTP 429{told})", retry_at=until, **details
            )
            if until is not None and self.budget is not None:
                self.door.ledger.block(self.budget.name, until, reason or "HTTP 429")
            raise _Again(error, None if until is None else max(0.0, until - now))
        if status in RETRIED:
            raise _Again(self._error(SourceUnavailable, f"failed on its side (HTTP {status}{told})", **details), after)
        if status in self.not_covered:
            text = f"has no data for this place (HTTP {status}{told})"
            raise self._error(NotCovered, text, suggestion="choose another source for this place", **details)
        if 400 <= status < 500:
            hint = "set ETOLIB_CONTACT to your e-mail or site" if status == 403 else "check the request"
            raise self._error(InvalidRequest, f"refused the request (HTTP {status}{told})", suggestion=hint, **details)
        if status >= 500:
            raise self._error(SourceUnavailable, f"failed on its side (HTTP {status}{told})", **details)
        raise self._error(BadResponse, f"answered with the unexpected status {status}", **details)

    def _keep(self, status: int, headers: dict[str, str], body: bytes, now: float) -> Reply:
        details: dict[str, Any] = {"status": status, "body": body[:500].decode("utf-8", "replace")}
        try:
            data = self.check(body)
        except ValueError as error:
            wrong = self._error(BadResponse, f"sent an answer that cannot be read ({str(error)[:200]})", **details)
            if body.lstrip()[:1] == b"<":
                raise wrong from error
            raise _Again(wrong) from error
        except SourceError as error:
            error.source, error.url, error.status = error.source or self.source, self.shown, status
            error.body = error.body or details["body"]
            raise
        lifetime = max(0.0, self.ttl(data, headers))
        entry = Entry(self.shown, 200 if status == 304 else status, headers, body, now, now + lifetime)
        self.door.cache.store(self.key, entry, now)
        return self.reply(entry, data)

    def _unreachable(self, error: Exception, took: float) -> SourceUnavailable:
        host = urlsplit(self.url).netloc
        cause = error.__cause__ or error.__context__
        while cause is not None and not isinstance(cause, ssl.SSLError) and (cause.__cause__ or cause.__context__):
            cause = cause.__cause__ or cause.__context__
        if isinstance(cause, ssl.SSLError) or "SSL" in str(error) or "certificate" in str(error).lower():
            found = self._error(
                SourceUnavailable, f"could not be trusted: the secure connection failed ({error})", retryable=False,
                suggestion="check the clock and the certificates of this machine (package ca-certificates)",
            )  # fmt: skip
        elif isinstance(error, httpx2.ConnectTimeout):
            found = self._error(SourceUnavailable, f"cannot be reached: {host} did not answer within {took:.0f} s")
        else:
            found = self._error(SourceUnavailable, f"cannot be reached: no connection to {host} ({error})")
        if took > 1.0:
            # A refusal costs nothing and may be asked again at once; a silence must not be paid for by each place.
            self.door.cache.mark_host(host, self.door.clock() + HOST_MARK, found.message)
        return cast(SourceUnavailable, found)

    def too_late(self) -> SourceUnavailable:
        return cast(SourceUnavailable, self._error(SourceUnavailable, f"gave no answer within {self.deadline:g} s"))

    def _error(self, kind: type[SourceError], text: str, **details: Any) -> SourceError:
        return kind(f"{self.source} {text}", source=self.source, url=self.shown, **details)


def checked(check: Callable[[bytes], Any], body: bytes) -> Any:
    """Return what ``check`` makes of a body; ValueError, or an `EtolibError`, where it is not what was promised."""
    try:
        return check(body)
    except (RecursionError, ArithmeticError, LookupError, TypeError, AttributeError) as error:
        # A body of another shape than promised; what exactly broke is no help to the reader.
        raise ValueError(f"unexpected shape: {type(error).__name__}: {error}") from error


_replaced: ContextVar[Door | None] = ContextVar("etolib_door", default=None)
_doors: dict[tuple[str, str], Door] = {}
_doors_guard = threading.Lock()


def door() -> Door:
    """Return the door of the present settings (cache folder and contact)."""
    chosen = _replaced.get()
    if chosen is not None:
        return chosen
    key = (str(config.cache_dir()), user_agent())
    with _doors_guard:
        if key not in _doors:
            _doors[key] = Door(Path(key[0]), key[1])
        return _doors[key]


@contextmanager
def use(chosen: Door) -> Iterator[Door]:
    """Go through another door inside a ``with`` block (tests, other transports)."""
    token = _replaced.set(chosen)
    try:
        yield chosen
    finally:
        _replaced.reset(token)


def fetch(url: str, params: Mapping[str, Any] | None = None, **options: Any) -> Reply:
    """Fetch through the present `door`; see `Door.fetch`."""
    return door().fetch(url, params, **options)


def forget_failures() -> None:
    """Try hosts again that were left alone for half a minute: call it when a person presses Retry."""
    door().cache.forget_failures()


def host_of(service: str) -> str:
    """Return the host that stands for ``service`` now; budgets are counted per host.

    >>> host_of("nasa_power")
    'power.larc.nasa.gov'
    """
    return urlsplit(config.service_root(service)).netloc
