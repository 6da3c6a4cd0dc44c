"""Work on a file that is distrusted, in a process of its own with limits of time and memory.

A dask worker runs threads, so it cannot fork, and a new Python needs a second to import pandas. Hence a server between
them: a process that has imported what reading needs, runs nothing beside, and forks for each file. It is started with
the first file that needs it and ends when none has come for `IDLE_S`. What comes back is bounded too, and read only
when its process has ended.

It keeps a file from eating the machine. It is no jail: what reads a file there may do what its user may.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import io
import os
import pickle
import select
import signal
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from typing import Any, NoReturn

from etolib.errors import InputError, Problem
from etolib.words import say

CPU_S = 20
"""Longest a file may keep a processor busy. [s]"""

WALL_S = 50.0
"""Longest it may take in all. [s]"""

MEMORY = 256 << 20
"""Bytes that reading a file may take beyond those of the server (some 140 MB)."""

MOST_ANSWER = 64 << 20
"""Bytes of what comes back."""

SMALL, SHORT = 64 << 10, 1_000
"""Text so small, with lines so short, is read where it is: nothing that takes the square of that takes long."""

IDLE_S = 300.0

_HEAD = struct.Struct("!cQ")
_RESULT, _RAISED, _TIME, _MEMORY, _SIZE, _DIED = b"r", b"e", b"t", b"m", b"s", b"d"
_MODULES = ("etolib.widgets.remote", "etolib.sources.station.preview", "etolib.sources.station.packed", "openpyxl",
            "etolib.sources.station.file", "etolib.places_reader")  # fmt: skip


def is_harmless(data: bytes) -> bool:
    """Return whether a file is so small and plain that reading it needs no process of its own.

    >>> is_harmless(b"date,tmax\\n2024-01-01,30\\n"), is_harmless(b"PK\\x03\\x04"), is_harmless(b"," * 2000)
    (True, False, False)
    """
    plain = len(data) <= SMALL and not data.startswith((b"PK", b"\xd0\xcf", b"PAR1")) and b"\0" not in data
    return plain and max(map(len, io.BytesIO(data)), default=0) <= SHORT


def call(function: Callable[..., Any], *args: Any, name: str) -> Any:
    """Return what a function of a module returns, run apart; where processes cannot fork it is run here.

    Parameters
    ----------
    function : callable
        Of the top of a module.
    *args
        What can be pickled.
    name : str
        Of the file, for messages.

    Raises
    ------
    InputError
        Where it took too long, too much memory, or its process has died.

    Examples
    --------
    >>> call(len, b"abc", name="a.csv")
    3
    """
    if not hasattr(os, "fork"):
        return function(*args)
    kind, answer = _server.ask(pickle.dumps((function.__module__, function.__qualname__, args, CPU_S, MEMORY)))
    if kind == _RESULT:
        return pickle.loads(answer)
    if kind == _RAISED:
        raise pickle.loads(answer)
    rule = {
        _TIME: say("apart_time", seconds=CPU_S),
        _MEMORY: say("apart_memory", size=MEMORY >> 20),
        _SIZE: say("apart_memory", size=MOST_ANSWER >> 20),
    }.get(kind, say("apart_died"))
    raise InputError([Problem("file", name, rule, say("bound_keep_less"))])


class _Server:
    """The worker's end; one file at a time."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._child: subprocess.Popen[bytes] | None = None

    def ask(self, work: bytes) -> tuple[bytes, bytes]:
        with self._lock:
            for _ in range(2):  # it may have ended for want of work, or have been killed
                try:
                    return self._asked(work)
                except (OSError, EOFError):
                    self._end()
            return _DIED, b""

    def _asked(self, work: bytes) -> tuple[bytes, bytes]:
        child = self._child or self._start()
        assert child.stdin is not None
        assert child.stdout is not None
        child.stdin.write(_HEAD.pack(_RESULT, len(work)) + work)
        child.stdin.flush()
        end = time.monotonic() + 2 * WALL_S  # it keeps the time itself; a server that is stopped does not
        kind, size = _HEAD.unpack(_read(child.stdout.fileno(), _HEAD.size, end))
        return kind, _read(child.stdout.fileno(), size, end)

    def _start(self) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", __name__]
        own = os.environ | {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
        self._child = subprocess.Popen(command, env=own, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        return self._child

    def _end(self) -> None:
        child, self._child = self._child, None
        if child is not None:
            child.kill()
            child.wait()
            for stream in (child.stdin, child.stdout):
                with contextlib.suppress(OSError):
                    if stream is not None:
                        stream.close()


_server = _Server()
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_server.__init__)  # type: ignore[misc]  # a fork must not share its pipes


def _read(descriptor: int, size: int, end: float) -> bytes:
    """Return so many bytes; EOFError where there are less until a time."""
    found = bytearray()
    while len(found) < size:
        ready, _, _ = select.select([descriptor], [], [], max(0.0, end - time.monotonic()))
        part = os.read(descriptor, min(1 << 20, size - len(found))) if ready else b""
        if not part:
            raise EOFError
        found += part
    return bytes(found)


# --- the server -------------------------------------------------------------------------------------------------------


def _serve() -> None:
    """Fork for each piece of work that comes on the standard input, until it ends or nothing comes."""
    for module in _MODULES:
        importlib.import_module(module)
    answers = os.dup(1)
    os.dup2(2, 1)  # what prints by mistake is no answer
    gc.collect()
    gc.freeze()
    while select.select([0], [], [], IDLE_S)[0]:
        try:
            _, size = _HEAD.unpack(_read(0, _HEAD.size, time.monotonic() + 10))
            work = _read(0, size, time.monotonic() + 60)
        except EOFError:
            return
        kind, answer = _apart(work)
        with open(answers, "wb", closefd=False) as out:
            out.write(_HEAD.pack(kind, len(answer)))
            out.write(answer)


def _apart(work: bytes) -> tuple[bytes, bytes]:
    """Have the work done by a child; return how it ended and what it gave."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        _work(work, writing)
    os.close(writing)
    end, found = time.monotonic() + WALL_S, bytearray()
    late = False
    while len(found) <= MOST_ANSWER + _HEAD.size:
        ready, _, _ = select.select([reading, 0], [], [], max(0.0, end - time.monotonic()))
        late = not ready
        if late or 0 in ready:  # the worker has gone, for it asks one thing at a time
            break
        part = os.read(reading, 1 << 20)
        if not part:
            break
        found += part
    os.close(reading)
    with contextlib.suppress(ProcessLookupError):
        os.kill(child, signal.SIGKILL)  # what has ended is not there to be killed
    _, status = os.waitpid(child, 0)
    if len(found) > MOST_ANSWER + _HEAD.size:
        return _SIZE, b""
    if len(found) >= _HEAD.size:
        kind, size = _HEAD.unpack(bytes(found[: _HEAD.size]))
        if size == len(found) - _HEAD.size:
            return kind, bytes(found[_HEAD.size :])
    out_of_time = late or (os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGXCPU)
    return (_TIME if out_of_time else _DIED), b""


def _work(work: bytes, writing: int) -> NoReturn:
    """Do the work within the limits, write what it gave, and end."""
    kind, answer = _DIED, b""
    try:
        nothing = os.open(os.devnull, os.O_RDONLY)
        os.dup2(nothing, 0)
        module, function, args, seconds, memory = pickle.loads(work)
        _limit(seconds, memory)
        try:
            kind, answer = _RESULT, pickle.dumps(getattr(importlib.import_module(module), function)(*args))
        except MemoryError:
            kind, answer = _MEMORY, b""
        except Exception as error:  # whatever it is, the parent raises it
            kind, answer = _RAISED, pickle.dumps(error)
        with open(writing, "wb") as out:
            out.write(_HEAD.pack(kind, len(answer)))
            out.write(answer)
    finally:
        os._exit(0)


def _limit(seconds: int, memory: int) -> None:
    """Set the limits of processor time [s] and of memory beyond that of now [bytes] of this process."""
    import resource

    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with contextlib.suppress(OSError):  # Linux alone says how much there is
        with open("/proc/self/statm") as told:
            now = int(told.read().split()[0]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_AS, (now + memory, now + memory))


if __name__ == "__main__":
    _serve()
