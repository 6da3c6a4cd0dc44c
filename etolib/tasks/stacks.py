"""Stacks of other threads, asked for without the risk that the process stands still for ever.

dask's profiler asks a hundred times a second where the tasks of a worker are. In Python before 3.11.9 that may never
end (https://github.com/python/cpython/issues/106883): `sys._current_frames` holds a lock of the interpreter, what it
makes may set off a collection of garbage, and a thread that begins or ends meanwhile waits for the lock while it keeps
the interpreter. The worker then answers nobody. Newer Pythons collect no garbage in there.
"""

from __future__ import annotations

import gc
import sys
import threading
from collections.abc import Callable
from functools import wraps
from types import FrameType

MENDED = (3, 11, 9)
"""The first Python that cannot stand still there."""

Frames = Callable[[], dict[int, FrameType]]


def without_collection(frames: Frames) -> Frames:
    """Return a function that asks for the stacks with the collector of garbage at rest.

    >>> threading.get_ident() in without_collection(sys._current_frames)()
    True
    """

    one = threading.RLock()

    @wraps(frames)
    def guarded() -> dict[int, FrameType]:
        with one:  # of two at once the second would take the rest for what the program wants
            collecting = gc.isenabled()
            gc.disable()
            try:
                return frames()
            finally:
                if collecting:
                    gc.enable()

    return guarded


def keep() -> None:
    """Have this process ask for stacks only so, where its Python needs it."""
    if sys.version_info < MENDED and not hasattr(sys._current_frames, "__wrapped__"):
        sys._current_frames = without_collection(sys._current_frames)
