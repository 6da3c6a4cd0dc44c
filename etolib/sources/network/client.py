"""The only door to the network: one download, with everything a public service needs around it.

A total deadline that holds against slow bodies, slow headers and slow name servers (an asynchronous client on one
private thread per process); retries of what is worth retrying; a disk cache of *checked* answers shared by all
processes; one download per answer however many ask at once; budgets; offline mode; a stale answer, marked, when the
provider is down.
"""

from __future__ import annotations

import os
import random
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx2
from filelock import Timeout

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
from etolib.keys import Secret
from etolib.sources.network import counts, scope
from etolib.sources.network.address import address, key_of, may_carry_secrets, secrets_of
from etolib.sources.network.agent import user_agent
from etolib.sources.network.budget import Budget, Ledger
from etolib.sources.network.cache import Cache, Database, Entry
from etolib.sources.network.call import Call, Reply, checked
from etolib.sources.network.keeping import Differs, Ttl, settle
from etolib.sources.network.wire import Net
from etolib.words import say

__all__ = ["Call", "Door", "Reply", "checked", "door", "fetch", "forget_failures", "host_of", "use", "user_agent"]


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

    def network(self) -> Net:
        with self._guard:
            if self._net is None or self._net[0] != os.getpid():  # a forked child has no loop thread
                self._net = (os.getpid(), Net(self.user_agent, self.transport))
            return self._net[1]

    def fetch(
        self,
        url: str,
        params: Mapping[str, Any] | None = None,
        *,
        ttl: Ttl,
        differs: Differs | None = None,
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
        headers: Mapping[str, str | Secret] | None = None,
        version: str = "1",
    ) -> Reply:
        """Return a checked answer, from disk where it is still good.

        Parameters
        ----------
        url, params
            Address and query; the query of both is used. A value of ``params`` or ``headers`` that is a `Secret` is
            sent and nothing else: no address shown, no key of the cache, no error has it, and an answer that repeats it
            is kept without it.
        ttl : callable
            ``(data, headers)`` -> lifetime [s] or `Lifetime`; called when the body has been seen.
        differs : callable, optional
            How an answer differs from the one that was kept before (`etolib.sources.network.keeping.Differs`).
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
        secrets = secrets_of(params, headers)
        if secrets and not may_carry_secrets(shown):
            raise InvalidRequest(say("key_not_sent_in_clear", source=source), source=source, url=shown)
        key = key_of(shown, version)
        deadline = min(deadline, config.deadline() or deadline)
        call = Call(
            self, full, shown, key, source, ttl, check, connect, read, attempts, waits, budget, weight, limited_until,
            not_covered, dict(headers or {}), self.clock(), self.monotonic() + deadline, deadline, secrets, differs,
        )  # fmt: skip
        reply, entry = call.look()
        counts.add(counts.MISSED if reply is None else counts.KEPT, source)
        if reply is not None:
            return reply
        if config.is_offline():
            error = SourceUnavailable(
                say("not_asked_offline", source=source),
                source=source, url=shown, retryable=False, suggestion=say("unset_offline"),
            )  # fmt: skip
            return self._stale(call, entry, max_stale, error)
        try:
            return self._answer(call, entry, max_stale)
        except EtolibError as error:
            if not secrets:
                raise
            told = error
        # What lies behind an error holds the request as it was sent, and goes with the error to other processes.
        told.__cause__ = told.__context__ = None
        raise told.with_traceback(None)

    def _answer(self, call: Call, entry: Entry | None, max_stale: float) -> Reply:
        """Have the answer, or the one that was kept where it may stand in."""
        try:
            return self._alone(call)
        except Timeout:
            if scope.cancelled():
                raise scope.Abandoned from None
            return self._stale(call, entry, max_stale, call.too_late())
        except scope.Abandoned:
            raise
        except (SourceUnavailable, RateLimited, BadResponse) as error:
            return self._stale(call, entry, max_stale, error)

    def _alone(self, call: Call) -> Reply:
        """Download, or take what another thread or process brought meanwhile: one download per answer at a time."""
        with self.cache.database.lock(call.key[:3], timeout=max(0.0, call.remaining()), cancel_check=scope.cancelled):
            # Whoever held the lock may have brought the answer, or the news that there is none.
            reply, entry = call.look()
            if reply is not None:
                return reply
            if failed := self.cache.failure_since(call.key, call.begun, self.clock()):
                raise SourceUnavailable(failed, source=call.source, url=call.shown)
            if failed := self.cache.host_failure(urlsplit(call.url).netloc, self.clock()):
                raise SourceUnavailable(failed, source=call.source, url=call.shown)
            try:
                return call.download(entry)
            except scope.Abandoned:
                raise  # says nothing about the provider
            except SourceError as error:
                if not isinstance(error, NotCovered):  # that is an answer
                    counts.add(counts.FAILED, call.source)
                if isinstance(error, (SourceUnavailable, BadResponse)):
                    self.cache.mark_failure(call.key, self.clock(), error.message)
                raise

    def has(self, url: str, params: Mapping[str, Any] | None = None, *, version: str = "1") -> bool:
        """Return whether a fresh answer is kept."""
        now = self.clock()
        entry = self.cache.load(key_of(address(url, params)[1], version), now)
        return entry is not None and entry.fetched - 86400 <= now < entry.expires

    def count_absent(
        self, url: str, asked: Iterable[Mapping[str, Any]], known: set[object], *, version: str = "1"
    ) -> int:
        """Return how many of the questions have no fresh answer kept and are not in ``known``, where they are added."""
        count = 0
        for params in asked:
            if (key := tuple(params.values())) not in known and not self.has(url, params, version=version):
                known.add(key)
                count += 1
        return count

    def put(
        self,
        url: str,
        params: Mapping[str, Any] | None,
        body: bytes,
        *,
        like: Reply,
        data: Any,
        ttl: Ttl,
        check: Callable[[bytes], Any],
        differs: Differs | None = None,
        version: str = "1",
    ) -> None:
        """Keep ``body`` as the answer to another address, as old as ``like``, of which it is a part.

        ``data`` is what ``check`` makes of it; the rest as in `fetch`.
        """
        shown = address(url, params)[1]
        key, now = key_of(shown, version), self.clock()
        old = None if differs is None else self.cache.load(key, now)
        lifetime, headers = settle(data, like.headers, ttl, differs, old, check)
        entry = Entry(shown, like.status, headers, body, like.fetched, like.fetched + lifetime)
        self.cache.store(key, entry, now)

    def _stale(self, call: Call, entry: Entry | None, max_stale: float, error: SourceError) -> Reply:
        if entry is not None and self.clock() - entry.expires <= max_stale:
            try:
                return call.reply(entry, call.check(entry.body), from_cache=True, stale=True, error=error.message)
            except (ValueError, EtolibError):
                pass
        raise error


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
