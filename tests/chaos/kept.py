"""A program that something starts again when it ends, as systemd does: scheduler, workers and providers of a stage.

It is asked to end when whoever keeps it is gone, killed too.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path

import psutil

from etolib.serve.child import PARENT

LOOK_S = 0.05


class Kept:
    """One program; `hold` keeps it from being started again.

    Parameters
    ----------
    command, environment, log
        As it is started (a Python that runs `etolib.serve.child`), and where it writes.
    begun : set of int
        Gets the number of each process that was started: the session of all its children.
    """

    def __init__(self, command: Sequence[str], environment: Mapping[str, str], log: Path, begun: set[int]) -> None:
        self._begun = begun
        self._command, self._log = list(command), log
        self._environment = {**environment, PARENT: str(os.getpid())}
        self._wanted = threading.Event()
        self._over = threading.Event()
        self.start()
        self._wanted.set()
        self._thread = threading.Thread(target=self._keep, name=f"kept-{log.stem}", daemon=True)
        self._thread.start()

    def start(self) -> None:
        """Start it."""
        with self._log.open("ab") as out:
            self.process = subprocess.Popen(
                self._command, env=self._environment, stdout=out, stderr=out, start_new_session=True
            )
        self._begun.add(self.process.pid)

    def _keep(self) -> None:
        while not self._over.wait(LOOK_S):
            if self.process.poll() is not None and self._wanted.is_set():
                self.start()

    def hold(self) -> None:
        """Do not start it again for now."""
        self._wanted.clear()

    def resume(self) -> None:
        """Start it again when it has ended."""
        self._wanted.set()

    def kill(self) -> None:
        """Kill the program itself, not what it has started."""
        self.process.kill()
        self.process.wait()

    def children(self) -> list[psutil.Process]:
        """Return what the program has started, all generations."""
        with contextlib.suppress(psutil.Error):
            return psutil.Process(self.process.pid).children(recursive=True)
        return []

    def ask_to_end(self) -> None:
        """Ask it to end for good."""
        self._family = self.children()  # it may hear of the end of the thread that started it
        self._over.set()
        self._thread.join()
        self._family += self.children()
        if self.process.poll() is None:
            self.process.terminate()

    def close(self) -> None:
        """End it for good, by force where it takes long."""
        if not self._over.is_set():
            self.ask_to_end()
        try:
            self.process.wait(15)
        except subprocess.TimeoutExpired:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
        psutil.wait_procs(self._family, timeout=5)
