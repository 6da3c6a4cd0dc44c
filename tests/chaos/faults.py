"""The faults of a cluster, by name; each is told what it may do to tasks, everything else is the same for all."""

from __future__ import annotations

import contextlib
import random
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass

import psutil

from tests.chaos.stage import Stage, role, stage

Harm = Callable[[Stage, random.Random], AbstractContextManager[None]]


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
    stage : callable
        Makes the stage in a folder.
    """

    harm: Harm
    lasts: float = 0.0
    allowed: str = ""
    quick: bool = False
    stage: Callable[..., AbstractContextManager[Stage]] = stage


def processes(stage: Stage, *roles: str) -> list[psutil.Process]:
    """Return what the nannies have started."""
    return [one for kept in stage.workers for one in kept.children() if role(one) in roles]


@contextlib.contextmanager
def worker_killed(stage: Stage, rng: random.Random) -> Iterator[None]:
    rng.choice(processes(stage, "dask worker")).kill()
    yield


FAULTS: dict[str, Fault] = {
    "worker killed": Fault(worker_killed, quick=True),
}
