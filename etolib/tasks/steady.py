"""A clock for dask's messages that nobody can set.

tornado's loop and the batches of messages that dask sends count by the clock of the machine. Set back by a day, it
holds up what is about to be sent, heartbeats and all, for that day.
"""

from __future__ import annotations

import time
from typing import Any

_OFFSET = time.time() - time.monotonic()


def now() -> float:
    """Return the POSIX time [s] as it was when this process began, and has gone on since.

    >>> before = now()
    >>> before <= now() < before + 60
    True
    """
    return _OFFSET + time.monotonic()


def _of_loop(loop: Any) -> float:
    return now()


def keep() -> None:
    """Have the loops and messages of this process go by it; deadlines that were set before stay what they were."""
    from distributed import batched
    from tornado.ioloop import IOLoop

    IOLoop.time = _of_loop  # type: ignore[assignment, method-assign]
    batched.time = now  # type: ignore[attr-defined]
