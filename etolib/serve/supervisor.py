"""Looks after what `etolib serve` has started, and keeps its account.

Every few seconds: the scheduler is asked for its figures (a call with a deadline), workers that dask has given up are
started again, a scheduler that is gone too; disk, memory and open files are looked at. What is found is written into a
file of the run's folder, from which the server of the pages answers ``/healthz`` and ``/metrics``: no request waits for
a scheduler or a worker.
"""

from __future__ import annotations

import contextlib
import logging
import shutil
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psutil  # type: ignore[import-untyped]

from etolib import config
from etolib.errors import EtolibError
from etolib.serve import account
from etolib.tasks import cluster, scheduler

if TYPE_CHECKING:
    from distributed import Client, LocalCluster

log = logging.getLogger(__name__)

LOOK_S = 2.0
"""How often everything is looked at. [s]"""

FILES_S = 30.0
"""How often every process is asked how many files it has open: that costs more than all the rest. [s]"""

LEAST_DISK = 500e6
"""Free bytes of the cache's or the temporary folder's disk under which a warning is given."""

LEAST_MEMORY = 0.03
"""Share of the memory (of this machine, or of the limit of our control group) that should be free."""

MOST_FILES = 0.8
"""Share of the file descriptors a process may have that it should not pass."""

_ANSWER_S = 3.0  # the scheduler may take so long for its figures [s]
_LATE_S = 20.0  # a worker's process may be gone for so long before its nanny is taken for lost [s]
_CGROUP = Path("/sys/fs/cgroup")


class Supervisor:
    """Looks after a cluster and its server, on a thread of its own.

    Parameters
    ----------
    path : Path
        Where the account is written.
    address : str
        Of the scheduler.
    own : LocalCluster, optional
        Our own cluster; None: somebody else's.
    start : callable, optional
        Starts our own cluster anew, on the port it is given.
    """

    def __init__(
        self,
        path: Path,
        address: str,
        own: LocalCluster | None = None,
        start: Callable[[int], LocalCluster] | None = None,
    ) -> None:
        self.path, self.address = path, address
        self.own, self._start_own = own, start
        self.restarts = {"workers": 0, "scheduler": 0, "server": 0}
        self._client: Client | None = None
        self._told: frozenset[str] = frozenset()
        self._files = (float("-inf"), 0.0)  # when open files were counted (steady clock) [s], and the share
        self._without: dict[Any, float] = {}  # nannies without a worker: since when
        self._stop = threading.Event()
        self._guard = threading.Lock()
        self._thread = threading.Thread(target=self._run, name="etolib-supervisor", daemon=True)

    def watch(self) -> None:
        """Begin to look."""
        self.look()
        self._thread.start()

    def stop(self) -> None:
        """End looking; nothing is started from now on."""
        self._stop.set()
        with self._guard:  # what is being mended is done, or was not begun
            client, self._client = self._client, None
        if client is not None:
            with contextlib.suppress(Exception):  # of a lost scheduler
                client.close(timeout=0.2)

    def _run(self) -> None:
        while not self._stop.wait(LOOK_S):
            try:
                self.look()
            except Exception:  # a look that fails must not be the last
                log.exception("what was started could not be looked at")

    def look(self) -> None:
        """Look once."""
        with self._guard:
            if self._stop.is_set():
                return
            self._mend()
            figures = self._figures()
            reasons = dict(self._reasons(figures))
        self._tell(reasons)
        found = {
            "at": time.time(), "state": "degraded" if reasons else "ok", "reasons": sorted(reasons), "figures": figures,
            "restarts": self.restarts, "scheduler_bytes": psutil.Process().memory_info().rss if self.own else None,
        }  # fmt: skip
        account.write(self.path, found)

    def _tell(self, reasons: dict[str, str]) -> None:
        """Log what is new, once."""
        for reason in sorted(reasons.keys() - self._told):
            log.warning("degraded: %s (%s)", reason, reasons[reason])
        for reason in sorted(self._told - reasons.keys()):
            log.warning("no longer degraded: %s", reason)
        self._told = frozenset(reasons)

    # --- the cluster --------------------------------------------------------------------------------------------------

    def _figures(self) -> dict[str, Any] | None:
        """Return what the scheduler tells; None where it does not answer."""
        try:
            client = self._client or cluster.connect(self._where(), timeout=_ANSWER_S)
            self._client = client
            return scheduler.ask_within(_ANSWER_S, client, "figures")
        except (EtolibError, OSError, TimeoutError, RuntimeError) as error:
            log.debug("no figures of the scheduler: %s", error)
            lost, self._client = self._client, None
            if lost is not None:
                with contextlib.suppress(Exception):  # as above
                    lost.close(timeout=0.2)
            return None

    def _where(self) -> Any:
        return self.own if self.own is not None else self.address

    def _mend(self) -> None:
        """Start again what is gone of our own cluster."""
        own: Any = self.own
        if own is None or self._start_own is None:
            return
        if own.scheduler.status.name not in ("running", "init", "starting"):
            log.error("the scheduler is gone and is started again")
            self.restarts["scheduler"] += 1
            with contextlib.suppress(Exception):  # whatever is left of it
                own.close(timeout=5)
            self._client = None
            self.own = self._start_own(int(self.address.rpartition(":")[2]))
            return
        lost = [name for name, nanny in own.workers.items() if self._is_lost(name, nanny)]
        missing = own.worker_spec.keys() - own.workers.keys()
        if lost or missing:
            log.error("%d workers are gone and are started again", len(lost) + len(missing))
            self.restarts["workers"] += len(lost) + len(missing)
            own.sync(_start_workers, own, lost)

    def _is_lost(self, name: Any, nanny: Any) -> bool:
        """Return whether nobody will start a worker again: dask's nanny does so once, and gives up where that fails."""
        if nanny.status.name in ("closed", "failed"):
            return True
        if nanny.is_alive():
            self._without.pop(name, None)
            return False
        return time.monotonic() - self._without.setdefault(name, time.monotonic()) > _LATE_S

    # --- what may run out ---------------------------------------------------------------------------------------------

    def _reasons(self, figures: dict[str, Any] | None) -> Iterator[tuple[str, str]]:
        if figures is None:
            yield "scheduler_lost", self.address
        else:
            workers = figures["workers"]
            if not workers["ready"]:
                yield "no_worker", f"{workers['paused']} are paused, {workers['unfit']} have another etolib or none"
            elif workers["paused"]:
                yield "workers_paused", f"{workers['paused']} are near the limit of their memory and take no more"
        for name, folder in (("cache", config.cache_dir()), ("temporary", Path(tempfile.gettempdir()))):
            if (free := free_disk(folder)) is not None and free < LEAST_DISK:
                yield f"disk_low_{name}", f"{free / 1e6:.0f} MB are free"
        if (share := free_memory()) < LEAST_MEMORY:
            yield "memory_low", f"{100 * share:.1f} % are free"
        if (used := self._used_files()) > MOST_FILES:
            yield "files_low", f"a process has {100 * used:.0f} % of the files it may have open"

    def _used_files(self) -> float:
        """Return the share of `used_files`, counted now and then; while it is too large, at every look."""
        counted, share = self._files
        if share > MOST_FILES or time.monotonic() - counted >= FILES_S:
            share = used_files()
            self._files = (time.monotonic(), share)
        return share


async def _start_workers(own: Any, lost: list[Any]) -> None:
    for name in lost:
        nanny = own.workers.pop(name, None)
        if nanny is not None:
            with contextlib.suppress(Exception):  # it is given up anyhow
                await nanny.close(timeout=2)
    await own._correct_state()  # dask has no public way to have missing workers started


def free_disk(folder: Path) -> float | None:
    """Return the free bytes where a folder is, or would be; None where that cannot be told."""
    for one in (folder, *folder.parents):
        with contextlib.suppress(OSError):
            return float(shutil.disk_usage(one).free)
    return None


def free_memory() -> float:
    """Return the share of memory that is free: of this machine, or of our control group's limit if that is less."""
    memory = psutil.virtual_memory()
    share = float(memory.available / memory.total)
    with contextlib.suppress(OSError, ValueError, KeyError, IndexError):
        own = _CGROUP / Path("/proc/self/cgroup").read_text().strip().rpartition("::/")[2]
        folder = own if (own / "memory.max").is_file() else _CGROUP
        most = float((folder / "memory.max").read_text())  # "max" is no number: no limit
        kept = dict(line.split() for line in (folder / "memory.stat").read_text().splitlines())
        used = float((folder / "memory.current").read_text()) - float(kept["inactive_file"])
        share = min(share, 1 - used / most)
    return share


def used_files() -> float:
    """Return the largest share that a process of ours has open of the files it may; 0 where that is unknown."""
    shares = [0.0]
    own = psutil.Process()
    for process in (own, *own.children(recursive=True)):
        with contextlib.suppress(psutil.Error, AttributeError, OSError):  # it may have ended; Linux knows the limit
            most = process.rlimit(psutil.RLIMIT_NOFILE)[0]
            if most > 0:
                shares.append(process.num_fds() / most)
    return max(shares)
