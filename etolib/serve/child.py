"""What `etolib serve` starts ends with it, however it ends.

``python -m etolib.serve.child MODULE ARGUMENTS`` runs a module that knows nothing of this.
"""

from __future__ import annotations

import ctypes
import os
import runpy
import signal
import sys
import threading

PARENT = "ETOLIB_PARENT"
"""Variable with the process id of `etolib serve`."""

_PR_SET_PDEATHSIG = 1
_LOOK_S = 0.5


def follow_parent() -> None:
    """Have this process asked to stop (SIGTERM) when the one that started it has ended.

    Linux does so by itself; elsewhere a thread looks. Nothing happens where nobody asked for it.
    """
    parent = int(os.environ.pop(PARENT, "0") or 0)
    if not parent:
        return
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
    else:
        threading.Thread(target=_look, args=(parent,), name="etolib-parent", daemon=True).start()
    if os.getppid() != parent:  # it has ended meanwhile
        sys.exit(0)


def _look(parent: int) -> None:
    pause = threading.Event()
    while os.getppid() == parent:
        pause.wait(_LOOK_S)
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    follow_parent()
    module = sys.argv[1]
    sys.argv = [module, *sys.argv[2:]]
    runpy.run_module(module, run_name="__main__", alter_sys=True)
