"""`Scope`: downloads that belong together and can be abandoned together.

A thread that waits for a download cannot be stopped from outside; what it waits *for* can. A cancelled task
cancels its scope, every download in it ends at once, and nothing goes on behind the user's back.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from concurrent.futures import CancelledError, Future
from contextlib import contextmanager
from contextvars import ContextVar, Token
from typing import TypeVar

from etolib.errors import SourceUnavailable
from etolib.words import say

T = TypeVar("T")


class Abandoned(SourceUnavailable):
    """The scope of this download was cancelled."""

    def __init__(self) -> None:
        super().__init__(say("download_abandoned"), retryable=True, suggestion=say("calculate_again"))


class Scope:
    """A ``with`` block whose downloads `cancel` ends, from any thread.

    >>> with Scope() as scope:
    ...     scope.cancel()
    ...     sleep(10)
    Traceback (most recent call last):
    ...
    etolib.sources.network.scope.Abandoned: the download was abandoned (calculate again)
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._cancelled = threading.Event()
        self._futures: set[Future[object]] = set()
        self._token: Token[Scope | None] | None = None

    def __enter__(self) -> Scope:
        self._token = _current.set(self)
        return self

    def __exit__(self, *exc: object) -> None:
        if self._token is not None:
            _current.reset(self._token)

    def cancel(self) -> None:
        """Abandon all downloads of this scope, those under way and those to come."""
        with self._lock:
            self._cancelled.set()
            futures = list(self._futures)
        for future in futures:
            future.cancel()

    def cancelled(self) -> bool:
        """Return whether the scope was cancelled."""
        return self._cancelled.is_set()

    @contextmanager
    def _watch(self, future: Future[object]) -> Iterator[None]:
        with self._lock:
            self._futures.add(future)
            if self._cancelled.is_set():
                future.cancel()
        try:
            yield
        finally:
            with self._lock:
                self._futures.discard(future)


_current: ContextVar[Scope | None] = ContextVar("etolib_scope", default=None)


def result(future: Future[T]) -> T:
    """Wait for a future within the current scope; `Abandoned` where the scope is cancelled."""
    scope = _current.get()
    if scope is None:
        return future.result()
    with scope._watch(future):  # type: ignore[arg-type]
        try:
            return future.result()
        except CancelledError:
            raise Abandoned from None


def sleep(seconds: float) -> None:
    """Sleep within the current scope; `Abandoned` where the scope is cancelled."""
    scope = _current.get()
    if scope is None:
        time.sleep(seconds)
    elif scope._cancelled.wait(seconds):
        raise Abandoned


def cancelled() -> bool:
    """Return whether the current scope was cancelled (False outside of any)."""
    scope = _current.get()
    return scope is not None and scope.cancelled()
