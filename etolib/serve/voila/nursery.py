"""Where the kernels of pages come from: forked from one process that has imported everything a page needs.

A kernel of its own program takes seconds to import what all pages import, and holds a copy of it; a forked one is there
at once and shares those pages of memory. ``python -m etolib.serve.voila.nursery`` is the process they are forked from;
`Nursery` is what the server has of it.

What makes it sound:

- It forks before there is a thread, a socket of a kernel, an event loop or a context of zmq; where a second thread runs
  after the imports, it forks nothing.
- The line to the server is a pair of sockets that no other process can reach; when the server is gone, however it
  went, the line ends and so does this process.
- A kernel is forked twice, and so becomes a child of the server (a "subreaper"): the server sees it end, and it ends
  with the server. It does not depend on this process: pages outlive it.
- Folder, environment, session and random numbers are a kernel's own.

Linux only; elsewhere, and whenever something fails here, kernels are started as programs.
"""

from __future__ import annotations

import contextlib
import ctypes
import gc
import json
import os
import random
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from typing import Any

from etolib.serve import access
from etolib.serve.voila import kernel

_DEATH_SIGNAL, _SUBREAPER = 1, 36  # PR_SET_PDEATHSIG and PR_SET_CHILD_SUBREAPER of prctl(2)
_READY_S = 60.0  # a cold disk may take long to import everything
_FORK_S = 10.0
_DEATHS = 5  # in a row; after so many, kernels are started as programs


class Lost(OSError):
    """No kernel can be forked."""


class Nursery:
    """The process that kernels are forked from, seen from the server; its methods may be called on any thread.

    Raises
    ------
    Lost
        Where this system knows no way to adopt a grandchild.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._line: socket.socket | None = None
        self._deaths = 0
        self._ready = False
        if sys.platform != "linux" or ctypes.CDLL(None).prctl(_SUBREAPER, 1, 0, 0, 0):
            raise Lost("grandchildren cannot be adopted here")
        with self._lock:
            self._start()

    @property
    def pid(self) -> int | None:
        """The process id of the process, None where there is none."""
        return self._process.pid if self._process is not None else None

    def fork(self, arguments: Sequence[str], environment: Mapping[str, str], folder: str) -> Child:
        """Return a new kernel; it waits for the process to be ready, where it has just begun.

        Raises
        ------
        Lost
            Where none came, though a new process was tried.
        """
        wanted = {"arguments": [*arguments], "environment": dict(environment), "folder": folder, "parent": os.getpid()}
        with self._lock:
            try:
                return self._fork(wanted)
            except (OSError, ValueError, KeyError):
                self._drop()  # it may just have been killed
            try:
                return self._fork(wanted)
            except (OSError, ValueError, KeyError) as error:
                self._drop()
                raise Lost(f"no kernel was forked: {error!r}") from error

    def _fork(self, wanted: Mapping[str, Any]) -> Child:
        if self._process is None:
            self._start()
        if not self._ready:
            self._ready = self._hear(_READY_S)["ready"]
        _tell(self._the_line(), wanted)
        child = Child(int(self._hear(_FORK_S)["pid"]))
        self._deaths = 0
        return child

    def close(self) -> None:
        """End the process; kernels stay."""
        self._deaths = _DEATHS  # no other is started
        if (process := self._process) is not None:
            process.kill()  # before the lock: whoever waits for it to be ready waits no longer
        with self._lock:
            self._drop()

    def _start(self) -> None:
        if self._deaths >= _DEATHS:
            raise Lost("the process that kernels are forked from has ended too often")
        self._line, theirs = socket.socketpair()
        words = [sys.executable, "-P", "-m", __name__]
        # BLAS would start threads; no page multiplies matrices.
        environment = os.environ | {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
        environment.pop(access.TOKEN, None)
        with theirs:
            self._process = subprocess.Popen(words, stdin=theirs.fileno(), env=environment)
        self._ready = False

    def _drop(self) -> None:
        if self._line is not None:
            self._line.close()
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._deaths += 1
        self._process = self._line = None

    def _the_line(self) -> socket.socket:
        assert self._line is not None
        return self._line

    def _hear(self, patience: float) -> dict[str, Any]:
        line = self._the_line()
        line.settimeout(patience)
        said = b""
        while not said.endswith(b"\n"):
            part = line.recv(4096)
            if not part:
                raise Lost("the line has ended")
            said += part
        answer: dict[str, Any] = json.loads(said)
        if "error" in answer:
            raise Lost(answer["error"])
        return answer


class Child:
    """A process that was not started by `subprocess` but behaves as its ``Popen`` towards jupyter_client."""

    stdin = stdout = stderr = None

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self.returncode: int | None = None

    def poll(self) -> int | None:
        """Return how the process ended, None while it runs."""
        if self.returncode is None:
            try:
                pid, status = os.waitpid(self.pid, os.WNOHANG)
            except ChildProcessError:  # somebody else has asked
                self.returncode = -1
            else:
                self.returncode = os.waitstatus_to_exitcode(status) if pid else None
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """Return how the process ended, once it has."""
        limit = None if timeout is None else time.monotonic() + timeout
        while (code := self.poll()) is None:
            if limit is not None and time.monotonic() > limit:
                raise subprocess.TimeoutExpired(kernel.NAME, timeout or 0.0)
            time.sleep(0.01)
        return code

    def send_signal(self, number: int) -> None:
        """Send a signal, unless the process has ended."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def terminate(self) -> None:
        """Ask the process to end."""
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """End the process."""
        self.send_signal(signal.SIGKILL)


def _tell(line: socket.socket, message: Mapping[str, Any]) -> None:
    line.sendall(json.dumps(message).encode() + b"\n")


def main() -> None:
    """Import, then fork a kernel for each message that comes, until the server is gone; in a kernel, be one."""
    line = socket.socket(fileno=os.dup(0))
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the server
    kernel.load()
    threads = len(os.listdir("/proc/self/task"))
    if threads > 1:
        _tell(line, {"error": f"{threads} threads run after the imports"})
        return
    gc.collect()
    gc.freeze()  # what is there now is not looked at again: looking would copy it into each kernel
    with contextlib.suppress(OSError):  # the server is gone
        _tell(line, {"ready": True})
        wanted = _wait(line)
        if wanted is not None:
            _settle_in(line, wanted)
            kernel.run(wanted["arguments"])


def _wait(line: socket.socket) -> dict[str, Any] | None:
    """Fork at each message; return the message in the kernel, None here when the server is gone."""
    with line.makefile("rb") as messages:
        for message in messages:
            try:
                if between := os.fork():
                    os.waitpid(between, 0)
                    continue
            except OSError as error:
                _tell(line, {"error": str(error)})
                continue
            try:
                if os.fork():
                    os._exit(0)
            except OSError as error:
                _tell(line, {"error": str(error)})
                os._exit(1)
            wanted: dict[str, Any] = json.loads(message)
            return wanted
    return None


def _settle_in(line: socket.socket, wanted: Mapping[str, Any]) -> None:
    """Become a process of one's own, and tell the server once it is the parent."""
    os.setsid()
    limit = time.monotonic() + _FORK_S / 2
    while os.getppid() != wanted["parent"]:
        if time.monotonic() > limit:
            _tell(line, {"error": "the server did not become the parent"})
            os._exit(1)
        time.sleep(0.001)
    # ipykernel's own watch would not see that the server is gone before it has begun to look.
    ctypes.CDLL(None).prctl(_DEATH_SIGNAL, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != wanted["parent"]:
        os._exit(1)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    os.environ.clear()
    os.environ.update(wanted["environment"])
    os.chdir(wanted["folder"])
    random.seed()
    if (numpy := sys.modules.get("numpy")) is not None:
        numpy.random.seed()
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    _tell(line, {"pid": os.getpid()})
    line.close()


if __name__ == "__main__":
    main()
