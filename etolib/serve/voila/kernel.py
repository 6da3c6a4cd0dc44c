"""The program of a page's kernel: ``python -m etolib.serve.voila.kernel -f FILE``.

It is ipykernel without what only a person at a notebook has use for: a debugger, a history of what was typed, a cache
of outputs. Every open page costs one such process.
"""

from __future__ import annotations

import contextlib
import ctypes
import importlib
import os
import sys
from collections.abc import Sequence
from typing import Any

from setproctitle import getproctitle, setproctitle
from traitlets.config import Config

from etolib.tasks import visitor

USED = ("ipykernel.kernelapp", "ipykernel.ipkernel", "ipywidgets", "etolib.widgets.app", "etolib.tasks", "distributed")
"""What every page imports before its first view, or soon after."""

NAME = "etolib-page"
"""Begins the title of the process of a page."""

_LEFT_OUT = ("debugpy",)  # 90 modules; ipykernel imports it where it can
_FLUSH_S = 0.1
"""How long a kernel that ends waits for what it has printed [s]. ipykernel waits ten seconds, more than once, where the
thread that sends it has ended first."""

_SETTINGS = {
    "HistoryManager": {"enabled": False},  # a database and a thread
    "InteractiveShell": {"cache_size": 0},
}


def leave_out() -> None:
    """See to it that modules no page needs are not imported."""
    for name in _LEFT_OUT:
        sys.modules.setdefault(name, None)  # type: ignore[arg-type]  # Python's own sign: not to be imported


def load() -> None:
    """Import what every page uses."""
    leave_out()
    getproctitle()  # finds the place of the title in memory, which a changed environment would hide
    for name in USED:
        importlib.import_module(name)


def give_back(*_: object) -> None:
    """Give back what a page needed for a moment only, some 6 MB after it was made; for a C library that keeps it."""
    with contextlib.suppress(AttributeError, TypeError):  # another library than glibc
        ctypes.CDLL(None).malloc_trim(0)


def run(arguments: Sequence[str]) -> None:
    """Be the kernel of a page until it is told to end; ``arguments`` are those of ipykernel."""
    leave_out()
    from etolib import logs

    logs.start("page")
    connection = next((one for one in arguments if one.endswith(".json")), "")
    os.environ[visitor.VARIABLE] = str(visitor.file_of(connection)) if connection else ""
    # A forked process shows the command of the one it came from; `ps` and tools that look for kernels read this.
    setproctitle(f"{NAME}: ipykernel_launcher {' '.join(arguments)}")
    from ipykernel import kernelapp
    from ipykernel.iostream import IOPubThread, OutStream
    from ipykernel.kernelapp import IPKernelApp

    class Output(IOPubThread):
        """Listens to no port for what processes print that a kernel forks: pages fork none, and others could speak."""

        def __init__(self, socket: Any, pipe: bool = False, session: Any = False) -> None:
            super().__init__(socket, session=session)  # type: ignore[no-untyped-call]

    class Page(IPKernelApp):
        """Loses nothing of what it says: a socket of zmq drops what comes after 1,000 messages that wait.

        A first result makes as many within a tenth of a second; a server that is busy got no more of them then, and
        a tab of the page stayed empty.
        """

        def init_iopub(self, context: Any) -> None:
            context.sndhwm = 0  # no limit, for the sockets made from here on
            super().init_iopub(context)  # type: ignore[no-untyped-call]

        def init_shell(self) -> None:
            super().init_shell()  # type: ignore[no-untyped-call]
            if self.shell is not None:
                self.shell.events.register("post_run_cell", give_back)

    kernelapp.IOPubThread = Output  # type: ignore[attr-defined]
    OutStream.flush_timeout = _FLUSH_S  # type: ignore[assignment]  # 10 by default, so an int for mypy
    sys.argv = ["ipykernel", *arguments]
    # Both are read when ipykernel and ipywidgets are imported, which was elsewhere if this process was forked.
    parent = {"parent_handle": int(os.environ.get("JPY_PARENT_PID") or 0), "extensions": ["ipywidgets"]}
    more = {"IPKernelApp": parent, "Application": {"logging_config": logs.CONFIGURATION}}
    Page.launch_instance([*arguments], config=Config(_SETTINGS | more))


if __name__ == "__main__":
    run(sys.argv[1:])
