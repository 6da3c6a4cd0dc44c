"""The program of a page's kernel: ``python -m etolib.serve.voila.kernel -f FILE``.

It is ipykernel without what only a person at a notebook has use for: a debugger, a history of what was typed, a cache
of outputs. Every open page costs one such process.
"""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import importlib
import os
import sys
import threading
from collections.abc import Callable, Sequence
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

_QUIET_S = 3.0
"""A page is quiet when its browser has said nothing for so long [s]."""

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
    importlib.import_module("etolib.widgets.map").offline_data()  # the same for all: a process that is forked shares it


def give_back() -> None:
    """Give back what a page needed for a moment only; for a C library that keeps it."""
    with contextlib.suppress(AttributeError, TypeError):  # another library than glibc
        ctypes.CDLL(None).malloc_trim(0)


class Settled:
    """Does something each time a page has become quiet: made, drawn by its browser, done with what somebody has asked.

    Parameters
    ----------
    act : callable
        Called on a thread of its own: the page waits for nothing.
    """

    def __init__(self, act: Callable[[], None] = give_back) -> None:
        self._act = act
        self._due: asyncio.TimerHandle | None = None

    @property
    def due(self) -> bool:
        """Whether it will be done, unless something happens before."""
        return self._due is not None

    def stirred(self) -> None:
        """Something has happened; called on the page's event loop."""
        if self._due is not None:
            self._due.cancel()
        self._due = asyncio.get_running_loop().call_later(_QUIET_S, self._begin)

    def _begin(self) -> None:
        self._due = None
        threading.Thread(target=self._act, name="etolib-give-back", daemon=True).start()


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
    from ipykernel.ipkernel import IPythonKernel
    from ipykernel.kernelapp import IPKernelApp

    class Output(IOPubThread):
        """Listens to no port for what processes print that a kernel forks: pages fork none, and others could speak."""

        def __init__(self, socket: Any, pipe: bool = False, session: Any = False) -> None:
            super().__init__(socket, session=session)  # type: ignore[no-untyped-call]

    class PageKernel(IPythonKernel):
        """Gives back memory when the page is quiet."""

        settled = Settled()

        def post_handler_hook(self) -> None:
            super().post_handler_hook()  # type: ignore[no-untyped-call]
            self.settled.stirred()

    class Page(IPKernelApp):
        """Loses nothing of what it says: a socket of zmq drops what comes after 1,000 messages that wait.

        A first result makes as many within a tenth of a second; a server that is busy got no more of them then, and
        a tab of the page stayed empty.
        """

        def init_iopub(self, context: Any) -> None:
            context.sndhwm = 0  # no limit, for the sockets made from here on
            super().init_iopub(context)  # type: ignore[no-untyped-call]

    kernelapp.IOPubThread = Output  # type: ignore[attr-defined]
    OutStream.flush_timeout = _FLUSH_S  # type: ignore[assignment]  # 10 by default, so an int for mypy
    sys.argv = ["ipykernel", *arguments]
    # Both are read when ipykernel and ipywidgets are imported, which was elsewhere if this process was forked.
    parent = {"parent_handle": int(os.environ.get("JPY_PARENT_PID") or 0), "extensions": ["ipywidgets"]}
    more = {"IPKernelApp": parent | {"kernel_class": PageKernel}, "Application": {"logging_config": logs.CONFIGURATION}}
    Page.launch_instance([*arguments], config=Config(_SETTINGS | more))


if __name__ == "__main__":
    run(sys.argv[1:])
