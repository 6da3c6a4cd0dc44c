"""Trials: tasks, a fault at a seeded moment, the verdict; many on one stage, until something is wrong with it."""

from __future__ import annotations

import os
import random
import shutil
import time
import traceback
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

from tests.chaos import judge, pages
from tests.chaos.faults import FAULTS, STAGES
from tests.chaos.judge import Verdict
from tests.chaos.stage import Stage

HOUSE = "house"
EVERY = [*FAULTS, *pages.PAGE_FAULTS]


def stage_of(name: str) -> str:
    """Return where a fault is done."""
    return FAULTS[name].stage if name in FAULTS else HOUSE


def run(stage: Stage, name: str, seed: int, number: int) -> Verdict:
    """Do a fault to a stage."""
    fault, rng = FAULTS[name], random.Random(f"{name} {seed} {number}")
    verdict, began = Verdict(name, number), time.monotonic()
    try:
        stories = judge.begin(stage, rng)
        verdict.after = judge.moment(stories, rng)
        with fault.harm(stage, rng, stories):
            stage.pause(fault.lasts)
        verdict.usable = round(judge.usable(stage, rng), 1)
        judge.judge(stage, stories, verdict, fault.allowed)
        stage.whole()
        verdict.wrong += judge.left(stage)
        for story in stories:
            story.job.forget()
    except Exception as error:
        where = traceback.extract_tb(error.__traceback__)[-1]
        verdict.wrong.append(f"{type(error).__name__}: {error} ({where.name}:{where.lineno})")
    verdict.seconds = round(time.monotonic() - began, 1)
    return verdict


def several(folder: Path, kind: str, trials: Sequence[tuple[str, int]], seed: int) -> Iterator[Verdict]:
    """Do faults, by name and number, one after the other to one stage, to a new one after a trial that went wrong.

    What the stage leaves behind at its end is told of the last one.
    """
    make: Callable[[Path], AbstractContextManager[Any]] = pages.house if kind == HOUSE else STAGES[kind]
    one: Callable[..., Verdict] = pages.run if kind == HOUSE else run
    waiting, begun = deque(trials), 0
    while waiting:
        place, verdict, begun = folder / f"stage{begun}", None, begun + 1
        place.mkdir()
        try:
            with make(place) as stage:
                while waiting and not (verdict is not None and verdict.wrong):
                    if verdict is not None:
                        yield verdict
                    name, number = waiting.popleft()
                    verdict = one(stage, name, seed, number)
                    verdict.load = round(os.getloadavg()[0], 1)
        except AssertionError as error:
            if verdict is None:
                raise
            verdict.wrong.append(f"left behind at the end of the stage: {error}")
        if verdict is not None:
            yield verdict
        shutil.rmtree(place, ignore_errors=True)
