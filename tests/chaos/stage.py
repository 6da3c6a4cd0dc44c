"""Where faults happen: a simulator of the providers, a scheduler, two workers with their nannies, all processes."""

from __future__ import annotations

import contextlib
import os
import re
import sys
import threading
import uuid
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
from distributed.diskutils import WorkSpace

import etolib
from etolib.errors import EtolibError
from etolib.tasks.cluster import LITTLE
from tests.browser.stage import TODAY, free_port, settings, until
from tests.chaos.kept import Kept
from tests.chaos.proxy import Proxy
from tests.simulator import WeatherServer

LATENCY_S = 0.15  # of every answer: a task lasts long enough to be struck
MARK = "CHAOS_STAGE"
CHILD = ("-m", "etolib.serve.child")  # runs a module that ends with whoever started it
SESSIONS: dict[str, set[int]] = {}  # by mark: what the programs of a stage began


def marked(mark: str) -> list[psutil.Process]:
    """Return the processes of a stage, wherever they hang.

    They carry a variable; those that have written their title over it (dask's do) are of a session that one of them
    began.
    """
    found = []
    for one in psutil.process_iter():
        with contextlib.suppress(psutil.Error, ProcessLookupError):
            ours = one.environ().get(MARK) == mark or os.getsid(one.pid) in SESSIONS.get(mark, ())
            if ours and one.status() != psutil.STATUS_ZOMBIE:
                found.append(one)
    return found


def role(process: psutil.Process) -> str:
    """Return what a process is, whatever its number and ports."""
    with contextlib.suppress(psutil.Error):
        words = " ".join(process.cmdline())
        found = re.search(r"dask.scheduler|dask.worker|tests\.simulator|resource_tracker|forkserver", words)
        return found[0] if found else words[:60]
    return "gone"


def _variables(settings: dict[str, Any]) -> dict[str, str]:
    """Return settings of dask as the environment has them."""
    names = {name: name.upper().replace(".", "__").replace("-", "_") for name in settings}
    return {f"DASK_{names[name]}": str(value) for name, value in settings.items()}


class Stage:
    """A cluster and its client; `again` is what one trial does not leave to the next.

    Attributes
    ----------
    client : distributed.Client
        Comes to the scheduler by ``line``, the workers by ``workers_line``.
    reference : WeatherServer
        The same weather, which no fault reaches.
    """

    def __init__(
        self,
        folder: Path,
        *,
        cache: Path | None = None,
        memory: str = "0",
        provider: Stage | None = None,
        latency: float = LATENCY_S,
        **more: str,
    ) -> None:
        self._latency = latency
        self.other: Stage | None = None
        self.folder, self.mark = folder, uuid.uuid4().hex
        self.cache = cache or folder / "cache"
        self._stack, self._kept = contextlib.ExitStack(), list[Kept]()
        self.client: Any = None
        try:
            self._start(memory, provider, more)
        except BaseException:
            self.close()
            raise

    def _start(self, memory: str, provider: Stage | None, more: dict[str, str]) -> None:
        port, simulator = free_port(), free_port()
        self.reference = self._stack.enter_context(WeatherServer(today=TODAY))
        self.simulator_url = provider.simulator_url if provider else f"http://127.0.0.1:{simulator}"
        roots = {
            name: value.replace(str(self.reference.url), self.simulator_url)
            for name, value in self.reference.environment(one_port=True).items()
        }
        (self.folder / "tmp").mkdir()
        self.environment = settings(self.cache, roots) | more | {
            MARK: self.mark, "TMPDIR": str(self.folder / "tmp"), **_variables(LITTLE),
        }  # fmt: skip
        if provider is None:
            self.simulator = self._keep("simulator", "tests.simulator", "--port", str(simulator),
                                        "--today", TODAY, "--latency", str(self._latency))  # fmt: skip
        self.scheduler = self._keep("scheduler", "distributed.cli.dask_scheduler", "--host", "127.0.0.1",
                                    "--port", str(port), "--no-dashboard")  # fmt: skip
        self.line, self.workers_line = (self._stack.enter_context(contextlib.closing(Proxy(port))) for _ in range(2))
        self.workers = [
            self._keep(f"worker-{n}", "distributed.cli.dask_worker", f"tcp://127.0.0.1:{self.workers_line.port}",
                       "--host", "127.0.0.1", "--nthreads", "2", "--no-dashboard", "--memory-limit", memory,
                       "--death-timeout", "30", "--local-directory", str(self.folder / "tmp"),
                       "--preload", "etolib.pipeline", DASK_DISTRIBUTED__COMM__TIMEOUTS__CONNECT="5s")
            for n in range(2)
        ]  # fmt: skip
        self.address = f"tcp://127.0.0.1:{self.line.port}"
        until(lambda: self._ready(2), "the cluster", 60)
        self.rest = self.census()

    def _keep(self, name: str, *words: str, **more: str) -> Kept:
        command = [sys.executable, *CHILD, *words]
        kept = Kept(
            command, self.environment | more, self.folder / f"{name}.log", SESSIONS.setdefault(self.mark, set())
        )
        self._kept.append(kept)
        return self._stack.enter_context(contextlib.closing(kept))

    def _ready(self, workers: int) -> bool:
        with contextlib.suppress(OSError, RuntimeError, EtolibError):
            if self.client is None or self.client.status in ("closed", "closing"):
                self.connect()
            fit = [one for one in self.client.scheduler_info(n_workers=-1)["workers"].values() if one["resources"]]
            return len(fit) >= workers
        return False

    def whole(self) -> None:
        """Wait until both workers are there again: one that is just starting leaves its folder to the next."""
        until(lambda: self._ready(2), "both workers", 60)

    def connect(self) -> None:
        """Have a client, a new one where there was one."""
        if self.client is not None:
            with contextlib.suppress(Exception):  # dask's client may be stuck for good (see docs/validation/chaos.md)
                self.client.close(timeout=1)
        self.client = etolib.connect(self.address, timeout=5)

    @staticmethod
    def pause(seconds: float) -> None:
        """Let a fault last; nobody waits for anything here."""
        threading.Event().wait(seconds)

    def options(self) -> dict[str, str]:
        """Return the settings of its tasks."""
        prefix = "ETOLIB_"
        return {k.removeprefix(prefix).lower(): v for k, v in self.environment.items() if k.startswith(prefix)}

    def census(self) -> Counter[str]:
        """Return what runs, listens and lies about, counted by kind."""
        there = marked(self.mark)
        counted = Counter(role(one) for one in there)
        for one in there:
            with contextlib.suppress(psutil.Error):
                ports = [c for c in one.net_connections("tcp") if c.status == psutil.CONN_LISTEN]
                counted["listening"] += len(ports)
        scratch = (self.folder / "tmp" / "dask-scratch-space").glob("*")
        counted["scratch folders"] = len([path for path in scratch if path.is_dir()])
        counted["other files"] = len([p for p in (self.folder / "tmp").iterdir() if p.name != "dask-scratch-space"])
        return counted

    def quiet(self) -> bool:
        """Return whether no task of ours is left to be computed."""

        def going(dask_scheduler: Any) -> list[str]:
            over = ("memory", "erred", "released")
            return [str(task.key) for task in dask_scheduler.tasks.values() if task.state not in over]

        with contextlib.suppress(OSError, RuntimeError, TimeoutError):
            return not self.client.run_on_scheduler(going)
        return False

    def close(self) -> None:
        """End everything; all are asked to before one is waited for."""
        if self.client is not None:
            with contextlib.suppress(Exception):
                self.client.close(timeout=2)
        for one in self._kept:
            one.ask_to_end()
        self._stack.close()


@contextlib.contextmanager
def stage(folder: Path, **more: Any) -> Iterator[Stage]:
    """Yield a stage; nothing of it may be left behind."""
    one = Stage(folder, **more)
    try:
        yield one
    finally:
        one.close()
    left = [role(process) for process in marked(one.mark)]
    scratch = folder / "tmp" / "dask-scratch-space"
    # What a worker leaves that is killed while it ends goes with the next that starts in the same place.
    WorkSpace(str(scratch)).new_work_dir(prefix="next-").release()
    left += [path.name for path in scratch.glob("*") if path.is_dir()]
    if left:
        raise AssertionError(f"{left}")
