"""The folder of one run of a server: sockets, scratch space of its workers, what must not outlive it."""

from __future__ import annotations

import contextlib
import getpass
import os
import shutil
import tempfile
from pathlib import Path

_LOCK = "in-use"


class RunFolder:
    """A folder that only its owner can enter; ``close`` removes it.

    One that was left behind by a server that was killed is removed by the next `RunFolder`: its lock is free, because
    the system lets a lock go with its process.

    Parameters
    ----------
    name : str
        Of what runs; only folders of the same are removed.
    """

    def __init__(self, name: str = "etolib") -> None:
        root = Path(tempfile.gettempdir())
        prefix = f"{name}-{_who()}-"
        for old in root.glob(f"{prefix}*"):
            _remove_stale(old)
        self.path = Path(tempfile.mkdtemp(prefix=prefix))
        self._lock = (self.path / _LOCK).open("w")
        _try_lock(self._lock.fileno())

    def close(self) -> None:
        """Remove the folder with all that is in it."""
        self._lock.close()
        shutil.rmtree(self.path, ignore_errors=True)


def _who() -> str:
    return str(os.getuid()) if hasattr(os, "getuid") else getpass.getuser()


def _remove_stale(folder: Path) -> None:
    """Remove a folder of ours that nobody uses."""
    with contextlib.suppress(OSError):
        if hasattr(os, "getuid") and folder.lstat().st_uid != os.getuid():
            return
        if not in_use(folder):
            shutil.rmtree(folder, ignore_errors=True)


def in_use(folder: Path) -> bool:
    """Return whether the process whose `RunFolder` this is lives; OSError where it is none."""
    with (folder / _LOCK).open("r+") as lock:
        return not _try_lock(lock.fileno())


def _try_lock(number: int) -> bool:
    """Return whether a file could be locked; where the system has no such locks (Windows) nothing is ever stale."""
    try:
        import fcntl
    except ImportError:
        return False
    try:
        fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
