"""The faults of a cluster, by name; each is told what it may do to tasks, everything else is the same for all."""

from __future__ import annotations

import contextlib
import json
import os
import random
import shutil
import subprocess
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import psutil

from tests.browser.stage import until
from tests.chaos import judge
from tests.chaos.judge import Story, Verdict
from tests.chaos.stage import Stage, role, stage

Harm = Callable[[Stage, random.Random, Sequence[Story]], AbstractContextManager[None]]
DAY_S = 86_400


class NotHere(Exception):
    """This machine or its user cannot do this harm."""


@dataclass(frozen=True)
class Fault:
    """One line of the table.

    Attributes
    ----------
    harm : callable
        Entering does it, leaving it is over (of what mends itself: at once).
    lasts : float
        How long it lasts. [s]
    allowed : str
        States besides SUCCESS in which tasks may end.
    quick : bool
        Whether `make test` tries it.
    stage : str
        Where it is done: a name in `STAGES`.
    """

    harm: Harm
    lasts: float = 0.0
    allowed: str = ""
    quick: bool = False
    stage: str = "plain"


# --- processes ----------------------------------------------------------------------------------------------------


def worker(stage: Stage, rng: random.Random) -> psutil.Process:
    """Return one of the processes that nannies have started; a nanny whose worker has just died is waited for."""

    def there() -> list[psutil.Process]:
        return [one for kept in stage.workers for one in kept.children() if role(one) == "dask worker"]

    return rng.choice(until(there, "a worker"))


@contextlib.contextmanager
def worker_killed(stage: Stage, rng: random.Random, stories: Sequence[Story]) -> Iterator[None]:
    worker(stage, rng).kill()
    yield


@contextlib.contextmanager
def worker_frozen(stage: Stage, rng: random.Random, stories: Sequence[Story]) -> Iterator[None]:
    one = worker(stage, rng)
    one.suspend()
    yield
    with contextlib.suppress(psutil.Error):
        one.resume()


@contextlib.contextmanager
def worker_out_of_memory(stage: Stage, rng: random.Random, stories: Sequence[Story]) -> Iterator[None]:
    def fill(size: int, dask_worker: Any) -> int:
        import os
        import threading

        def work() -> None:
            dask_worker.chaos = [b"\1" * (1 << 20) for _ in range(size)]

        threading.Thread(target=work, daemon=True).start()
        return os.getpid()

    addresses = list(stage.client.scheduler_info(n_workers=-1)["workers"])
    (number,) = stage.client.run(fill, 1000, workers=[rng.choice(addresses)]).values()
    until(lambda: not psutil.pid_exists(number), "the nanny to end a worker that takes too much", 20)
    yield


@contextlib.contextmanager
def nanny_killed(stage: Stage, rng: random.Random, stories: Sequence[Story]) -> Iterator[None]:
    rng.choice(stage.workers).kill()
    yield


@contextlib.contextmanager
def scheduler_killed(stage: Stage, rng: random.Random, stories: Sequence[Story]) -> Iterator[None]:
    stage.scheduler.hold()
    stage.scheduler.kill()
    stage.pause(rng.uniform(1, 6))
    stage.scheduler.resume()
    yield


# --- lines --------------------------------------------------------------------------------------------------------


@contextlib.contextmanager
def lines(stage: Stage, rng: random.Random, stories: Sequence[Story], how: str, workers: bool = True) -> Iterator[None]:
    """Hold, cut or reset the line of the client, that of the workers too."""
    both = [stage.line, stage.workers_line] if workers else [stage.line]
    for line in both:
        if how == "hold":
            line.hold()
        else:
            line.cut(reset=how == "reset")
    yield
    for line in both:
        line.mend()


# --- providers ----------------------------------------------------------------------------------------------------


@contextlib.contextmanager
def provider_killed(stage: Stage, rng: random.Random, stories: Sequence[Story]) -> Iterator[None]:
    stage.simulator.hold()
    stage.simulator.kill()
    yield
    stage.simulator.resume()
    until(lambda: control(stage, "state"), "the simulator")


def control(stage: Stage, action: str, **body: Any) -> bool:
    """Tell the simulator something; return whether it answered."""
    asked = urllib.request.Request(f"{stage.simulator_url}/_control/{action}", json.dumps(body).encode())
    with contextlib.suppress(OSError), urllib.request.urlopen(asked, timeout=5) as answer:
        return bool(answer.status == 200)
    return False


@contextlib.contextmanager
def provider_slow(stage: Stage, rng: random.Random, stories: Sequence[Story]) -> Iterator[None]:
    service = rng.choice(["nasa_power", "open_meteo_archive"])
    assert control(stage, "fault", service=service, name="slow", options={"seconds": rng.uniform(2, 20)})
    yield
    assert control(stage, "clear")


# --- the cache ----------------------------------------------------------------------------------------------------


@contextlib.contextmanager
def on_a_small_disk(folder: Path) -> Iterator[Stage]:
    """Yield a stage whose cache lies on a disk of its own, of four megabytes."""
    disk = folder / "disk"
    disk.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", str(disk)], check=False)
    if mounted.returncode:
        raise NotHere("a file system of its own can only be mounted by root")
    try:
        with stage(folder, cache=disk / "cache") as one:
            yield one
    finally:
        subprocess.run(["umount", "--lazy", str(disk)], check=True)


@contextlib.contextmanager
def disk_full(stage: Stage, rng: random.Random, stories: Sequence[Story]) -> Iterator[None]:
    filler = stage.cache.parent / "filler"

    def full() -> bool:
        try:
            with filler.open("ab", buffering=0) as out:
                while out.write(b"\0" * 4096):
                    pass
        except OSError:
            return True
        return False

    until(full, "a full disk")
    yield
    filler.unlink()


@contextlib.contextmanager
def read_only(stage: Stage, rng: random.Random, stories: Sequence[Story]) -> Iterator[None]:
    def remounted(how: str) -> bool:
        command = ["mount", "-o", f"remount,{how}", str(stage.cache.parent)]
        return subprocess.run(command, check=False, stderr=subprocess.DEVNULL).returncode == 0

    until(lambda: remounted("ro"), "nobody to write in this moment")
    yield
    until(lambda: remounted("rw"), "a disk that can be written")


@contextlib.contextmanager
def cache_deleted(stage: Stage, rng: random.Random, stories: Sequence[Story]) -> Iterator[None]:
    shutil.rmtree(stage.cache, ignore_errors=True)
    yield


@contextlib.contextmanager
def cache_corrupted(stage: Stage, rng: random.Random, stories: Sequence[Story]) -> Iterator[None]:
    for path in stage.cache.glob("downloads.sqlite*"):
        with contextlib.suppress(OSError), path.open("r+b") as file:
            size = os.fstat(file.fileno()).st_size
            for _ in range(20):
                file.seek(rng.randrange(max(1, size)))
                file.write(rng.randbytes(50))
            if rng.random() < 0.3:
                file.truncate(size // 2)
    yield


def two_clusters(folder: Path) -> AbstractContextManager[Stage]:
    """Return a stage with another beside it, on the same cache."""

    @contextlib.contextmanager
    def both() -> Iterator[Stage]:
        for name in ("one", "other"):
            (folder / name).mkdir()
        with stage(folder / "one") as one, stage(folder / "other", cache=one.cache, provider=one) as other:
            one.other = other
            yield one

    return both()


@contextlib.contextmanager
def the_other_too(stage: Stage, rng: random.Random, stories: Sequence[Story]) -> Iterator[None]:
    """Have the cluster beside this one compute the same places at the same time."""
    other = stage.other
    assert other is not None
    theirs = judge.begin(other, rng, [story.expected for story in stories])
    yield
    verdict = Verdict("", 0)
    judge.judge(other, theirs, verdict, "")
    if verdict.wrong:
        raise ValueError(f"the other cluster: {verdict.wrong}")


# --- the clock ----------------------------------------------------------------------------------------------------


@contextlib.contextmanager
def with_a_clock(folder: Path) -> Iterator[Stage]:
    """Yield a stage whose processes have a clock of their own."""
    library, shift = folder / "clock.so", folder / "shift"
    compiler = shutil.which("cc")
    if compiler is None:
        raise NotHere("without a C compiler there is no clock to step")
    source = Path(__file__).with_name("clock.c")
    subprocess.run([compiler, "-shared", "-fPIC", "-O1", "-o", str(library), str(source), "-ldl"], check=True)
    shift.write_bytes((0).to_bytes(8, "little", signed=True))
    with stage(folder, LD_PRELOAD=str(library), CHAOS_CLOCK=str(shift)) as one:
        yield one


@contextlib.contextmanager
def clock_stepped(stage: Stage, rng: random.Random, stories: Sequence[Story]) -> Iterator[None]:
    def step(seconds: int) -> None:
        with (stage.folder / "shift").open("r+b") as file:
            file.write(seconds.to_bytes(8, "little", signed=True))

    step(rng.choice([-DAY_S, DAY_S]))
    yield
    step(0)


STAGES: dict[str, Callable[[Path], AbstractContextManager[Stage]]] = {
    "plain": stage,
    "little memory": partial(stage, memory="900MB"),
    "small disk": on_a_small_disk,
    "two clusters": two_clusters,
    "own clock": with_a_clock,
}

FAULTS: dict[str, Fault] = {
    "worker killed": Fault(worker_killed, quick=True),
    "worker frozen 20 s": Fault(worker_frozen, lasts=20),
    "worker out of memory": Fault(worker_out_of_memory, stage="little memory"),
    "nanny killed": Fault(nanny_killed, quick=True),
    "scheduler killed": Fault(scheduler_killed, allowed="ERROR"),
    "line to the scheduler held 20 s": Fault(partial(lines, how="hold"), lasts=20, allowed="ERROR"),
    "line to the scheduler cut 20 s": Fault(partial(lines, how="cut"), lasts=20, allowed="ERROR"),
    "line to the scheduler reset": Fault(partial(lines, how="reset", workers=False)),
    "provider killed": Fault(provider_killed, lasts=5),
    "provider slow": Fault(provider_slow, lasts=5),
    "disk full": Fault(disk_full, lasts=5, stage="small disk"),
    "cache read-only": Fault(read_only, lasts=5, stage="small disk"),
    "cache deleted": Fault(cache_deleted, quick=True),
    "cache corrupted": Fault(cache_corrupted, quick=True),
    "two clusters on one cache": Fault(the_other_too, stage="two clusters"),
    "clock stepped by a day and back": Fault(clock_stepped, lasts=3, stage="own clock"),
}
