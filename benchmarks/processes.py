"""A scheduler, workers and clients as processes of their own: started, killed, looked at."""

from __future__ import annotations

import contextlib
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

_QUIET = ("--no-dashboard",)


class Cluster:
    """A scheduler and its workers as processes of their own.

    Attributes
    ----------
    peaks : dict of str to float
        Peak memory of each process by its name. [MB]
    now : dict of str to float
        Resident memory at the last look. [MB]
    cpu : dict of str to float
        CPU time of each process at the last look. [s]
    """

    def __init__(self, workers: int) -> None:
        self.peaks: dict[str, float] = {}
        self.now: dict[str, float] = {}
        self.cpu: dict[str, float] = {}
        self.workers: list[Any] = []
        self._left: list[Any] = []
        self._started = 0
        self.start(workers)

    def start(self, workers: int) -> None:
        """Start a scheduler and workers."""
        self.scheduler = process("distributed.cli.dask_scheduler", "--host", "127.0.0.1", "--port", "0", *_QUIET)
        line = next(line for line in self.scheduler.stderr if "Scheduler at:" in line)
        self.address = re.search(r"tcp://\S+", line)[0]  # type: ignore[index]
        for _ in range(workers):
            self.add()

    def add(self) -> None:
        """Start one more worker."""
        self._started += 1
        command = ("distributed.cli.dask_worker", self.address, "--no-nanny", "--nthreads", "1", *_QUIET)
        started = process(*command, "--name", f"worker {self._started}", "--preload", "etolib.pipeline", silent=True)
        started.known_as = f"worker {self._started}"
        self.workers.append(started)

    def kill_worker(self) -> None:
        """Kill the first worker, and start another."""
        _kill(self.workers.pop(0))
        self.add()

    def kill_scheduler(self) -> None:
        """Kill the scheduler; its workers are left to themselves, with the lots they have in hand."""
        _kill(self.scheduler)
        self._left += self.workers
        self.workers = []

    def look(self, client: Any = None) -> None:
        """Note memory and CPU time of each process."""
        self.now = {}
        known = [("scheduler", self.scheduler), *((worker.known_as, worker) for worker in self.workers)]
        for name, one in known if client is None else [*known, ("client", client)]:
            with contextlib.suppress(OSError):
                status = Path(f"/proc/{one.pid}/status").read_text()
                found = re.search(r"VmHWM:\s+(\d+) kB\s+VmRSS:\s+(\d+) kB", status)
                if found is None:  # it ends just now
                    continue
                peak, now = (int(text) / 1024 for text in found.groups())
                self.peaks[name] = max(self.peaks.get(name, 0.0), peak)
                self.now[name] = now
                times = Path(f"/proc/{one.pid}/stat").read_text().rpartition(")")[2].split()
                self.cpu[name] = (int(times[11]) + int(times[12])) / os.sysconf("SC_CLK_TCK")

    @property
    def alive(self) -> bool:
        """Whether the scheduler runs."""
        return self.scheduler.poll() is None

    def stop(self) -> None:
        """Kill all."""
        for one in (self.scheduler, *self.workers, *self._left):
            _kill(one)
        self.workers, self._left = [], []


def process(*command: str, silent: bool = False) -> Any:
    """Start a module of Python as a process."""
    error = subprocess.DEVNULL if silent else subprocess.PIPE
    return subprocess.Popen([sys.executable, "-m", *command], stderr=error, text=True)


def _kill(one: Any) -> None:
    one.kill()
    one.wait()
