"""What this process has asked of the network and found in its cache, counted since it began."""

from __future__ import annotations

import os
import socket
import threading
from collections import Counter
from typing import Any

ASKED, FAILED, KEPT, MISSED = "asked", "failed", "kept", "missed"
"""A request that was sent; a download that brought nothing in the end; an answer found in the cache, and none found."""

_counts: Counter[tuple[str, str]] = Counter()
_guard = threading.Lock()


def add(what: str, source: str) -> None:
    """Count one."""
    with _guard:
        _counts[what, source] += 1


def all_of_them() -> dict[str, Any]:
    """Return the counts by what and source, and the process they are of: plain, so that they can be sent.

    >>> add(KEPT, "an_example")
    >>> all_of_them()["counts"]["kept"]["an_example"]
    1
    """
    found: dict[str, dict[str, int]] = {}
    with _guard:
        for (what, source), number in _counts.items():
            found.setdefault(what, {})[source] = number
    return {"process": f"{socket.gethostname()}:{os.getpid()}", "counts": found}
