"""Where the page's work is done: callbacks on its own thread, slow work on others, and no fault unseen."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import wraps
from typing import Any, Protocol


class Loop(Protocol):
    """What the page needs of an event loop."""

    def call_soon_threadsafe(self, callback: Callable[..., Any], *args: Any) -> Any:
        """Run ``callback(*args)`` soon, on the loop's own thread."""

    def call_later(self, delay: float, callback: Callable[..., Any]) -> Any:
        """Run ``callback()`` after so many seconds; called on the loop's own thread."""


class Pool(Protocol):
    """What the page needs of an executor."""

    def submit(self, work: Callable[..., Any], /, *args: Any) -> Any:
        """Run ``work(*args)`` on another thread."""


_BREATH_S = 0.01
"""What a browser has sent takes some turns of the loop to reach the page. [s]"""


class Background:
    """Runs the work of one page.

    Parameters
    ----------
    fault : callable
        Called on the page's own thread with an exception that nobody expected.
    loop : Loop
        Where callbacks run.
    pool : Pool, optional
        Where slow work runs; default: threads of its own.
    """

    def __init__(self, fault: Callable[[BaseException], None], loop: Loop, pool: Pool | None = None) -> None:
        self.fault, self.loop = fault, loop
        self.pool: Pool = pool or ThreadPoolExecutor(max_workers=8, thread_name_prefix="etolib-page")

    def guard(self, callback: Callable[..., Any]) -> Callable[..., Any]:
        """Wrap a callback so that an exception is shown and logged: Jupyter would swallow it."""

        @wraps(callback)
        def guarded(*args: Any, **kwargs: Any) -> Any:
            try:
                return callback(*args, **kwargs)
            except Exception as error:  # of any part of the page: its banner says so, and the others go on
                self.fault(error)
                return None

        return guarded

    def later(self, callback: Callable[..., Any], *args: Any) -> None:
        """Run a callback on the page's own thread; from any thread."""
        # A loop that is closed belongs to a kernel that is going down: there is no page left.
        with contextlib.suppress(RuntimeError):
            self.loop.call_soon_threadsafe(self.guard(callback), *args)

    def between(self, callback: Callable[[], None]) -> None:
        """Run a callback a moment later, after what a person has pressed meanwhile; on the page's own thread."""
        self.loop.call_later(_BREATH_S, self.guard(callback))

    def run(self, work: Callable[..., Any], *args: Any) -> None:
        """Run slow work on a background thread; what it did not expect is a fault."""

        def guarded() -> None:
            try:
                work(*args)
            except Exception as error:  # a thread that dies here would be silent: the page says that it is a fault
                self.later(self.fault, error)

        self.pool.submit(guarded)
