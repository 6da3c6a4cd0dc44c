"""What is known of a running server: written by `etolib.serve.supervisor`, read by the server of the pages.

A file of the run's folder, which only its owner can enter. The two processes share nothing else, and the server of the
pages needs nothing of dask.
"""

from __future__ import annotations

import contextlib
import json
import os
import time
from pathlib import Path
from typing import Any

VARIABLE = "ETOLIB_ACCOUNT"
"""Variable with the path of the file, for the server of the pages."""

OLD_S = 30.0
"""An account that is older was left behind. [s]"""


def write(path: Path, account: dict[str, Any]) -> None:
    """Write the account in one step; on a full disk the old one stays, and its age is told."""
    with contextlib.suppress(OSError):
        new = path.with_suffix(".new")
        new.write_text(json.dumps(account))
        new.replace(path)


def read(path: str | None, now: float | None = None) -> dict[str, Any]:
    """Return the account that a supervisor keeps; empty where there is none.

    Where it is old, ``unwatched`` is among its reasons.

    >>> read(None)
    {}
    """
    if not path:
        return {}
    try:
        found: dict[str, Any] = json.loads(Path(path).read_text())
    except (OSError, ValueError):
        found = {"at": 0.0, "reasons": []}
    if (time.time() if now is None else now) - found["at"] > OLD_S:
        found |= {"state": "degraded", "reasons": [*found["reasons"], "unwatched"]}
    return found


def environment(path: Path) -> dict[str, str]:
    """Return what the server of the pages must know to find the account."""
    return {VARIABLE: str(path)}


def of_this_process() -> dict[str, Any]:
    """Return the account that this process was told of."""
    return read(os.environ.get(VARIABLE))
