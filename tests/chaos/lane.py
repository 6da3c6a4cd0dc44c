"""One of several lines of trials at once: a process of its own, with stages and ports of its own.

``python -m tests.chaos.lane`` reads what to try from a line of JSON (``[stage, seed, [[fault, number], ...]]``), and
writes a line of JSON a verdict. Asked to stop (SIGTERM; its driver is gone) it ends its stage first. Of one that is
killed the programs end by themselves, and its folder goes with the next.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import psutil

from etolib.serve.child import PARENT, follow_parent
from etolib.serve.folder import RunFolder, in_use
from tests.chaos import trial
from tests.chaos.faults import NotHere

SILENT_S = 420.0  # no trial takes so long
ENDING_S = 60.0
UNTRIED = "not tried"
NAME = "chaos"  # of the folders of lanes


def main() -> None:
    """Try what the line on the standard input says."""
    follow_parent()
    signal.signal(signal.SIGTERM, _stop)
    kind, seed, trials = json.loads(sys.stdin.readline())
    with folder() as place:
        try:
            for verdict in trial.several(place, kind, [(name, number) for name, number in trials], seed):
                print(json.dumps(verdict.as_dict() | {"seed": seed}), flush=True)
        except NotHere as error:
            print(json.dumps({UNTRIED: f"{kind}: {error}"}), flush=True)


@contextlib.contextmanager
def folder() -> Iterator[Path]:
    """Yield a folder that goes at the end; that of a lane that was killed goes first, with the disks in it."""
    for disk in psutil.disk_partitions(all=True):
        owner = next((one for one in Path(disk.mountpoint).parents if one.name.startswith(f"{NAME}-")), None)
        if owner is not None and owner.parent == Path(tempfile.gettempdir()) and not in_use(owner):
            subprocess.run(["umount", "--lazy", disk.mountpoint], check=False)
    run = RunFolder(NAME)
    try:
        yield run.path
    finally:
        run.close()


def _stop(number: int, frame: object) -> None:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    raise SystemExit(1)


class Lane:
    """A lane, as its driver sees it: one process after the other, each of which tries a lot of one stage."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[str] | None = None
        self._over, self._guard = threading.Event(), threading.Lock()
        self._last = time.monotonic()

    def work(self, lots: Callable[[], Any], keep: Callable[[dict[str, Any]], None]) -> None:
        """Try one lot after the other until none is left or `stop` was called."""
        while not self._over.is_set() and (lot := lots()) is not None:
            self._try(lot, keep)

    def _try(self, lot: Sequence[Any], keep: Callable[[dict[str, Any]], None]) -> None:
        command = [sys.executable, "-m", "tests.chaos.lane"]
        environment = os.environ | {PARENT: str(os.getpid())}
        with self._guard:
            if self._over.is_set():
                return
            self._process = process = subprocess.Popen(
                command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
                start_new_session=True,
            )  # fmt: skip
        assert process.stdin is not None
        assert process.stdout is not None
        self._last = time.monotonic()
        with process:
            with contextlib.suppress(BrokenPipeError):
                process.stdin.write(json.dumps(lot) + "\n")
                process.stdin.close()
            for line in process.stdout:
                self._last = time.monotonic()
                with contextlib.suppress(ValueError):  # of a program that writes where it should not
                    keep(json.loads(line))

    def look(self) -> None:
        """End a process that says nothing any more; its lot is tried by the next run."""
        if time.monotonic() - self._last > SILENT_S:
            self._end()

    def stop(self) -> None:
        """Try no more; what is under way is ended in order."""
        with self._guard:
            self._over.set()
        self._end()

    def _end(self) -> None:
        process = self._process
        if process is not None and process.poll() is None:
            process.terminate()
            try:
                process.wait(ENDING_S)
            except subprocess.TimeoutExpired:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)


if __name__ == "__main__":
    main()
