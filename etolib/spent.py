"""Processor time of work whose parts run on threads of their own."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextvars import ContextVar, Token
from typing import Any, TypeVar

R = TypeVar("R")


class Spent:
    """A ``with`` block that counts the processor time of its thread, and of the parts that go through `part`.

    Examples
    --------
    >>> with Spent() as spent:
    ...     number = sum(range(100_000))
    >>> spent.seconds > 0
    True
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._parts = 0.0
        self._begun = 0.0
        self._before: Token[Spent | None] | None = None

    def __enter__(self) -> Spent:
        self._begun, self._before = time.thread_time(), _counting.set(self)
        return self

    def __exit__(self, *_: Any) -> None:
        self._add(time.thread_time() - self._begun)
        if self._before is not None:
            _counting.reset(self._before)

    def _add(self, seconds: float) -> None:
        with self._lock:
            self._parts += seconds

    @property
    def seconds(self) -> float:
        """What was spent by the end of the block. [s]"""
        return self._parts


_counting: ContextVar[Spent | None] = ContextVar("etolib_spent", default=None)


def part(function: Callable[..., R], *arguments: Any) -> R:
    """Call a function on the thread that runs a part of what is counted; the context of the block must be there."""
    counting, begun = _counting.get(), time.thread_time()
    try:
        return function(*arguments)
    finally:
        if counting is not None:
            counting._add(time.thread_time() - begun)
