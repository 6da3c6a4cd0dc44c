"""One trial: tasks, a fault at a seeded moment, the verdict."""

from __future__ import annotations

import random
import time
import traceback
from collections.abc import Iterator, Sequence
from pathlib import Path

from tests.chaos import judge, pages
from tests.chaos.faults import FAULTS
from tests.chaos.judge import Verdict
from tests.chaos.stage import Stage


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
        verdict.wrong += judge.left(stage)
        for story in stories:
            story.job.forget()
    except Exception as error:
        where = traceback.extract_tb(error.__traceback__)[-1]
        verdict.wrong.append(f"{type(error).__name__}: {error} ({where.name}:{where.lineno})")
    verdict.seconds = round(time.monotonic() - began, 1)
    return verdict


def several(folder: Path, name: str, seed: int, numbers: Sequence[int]) -> Iterator[Verdict]:
    """Do a fault again and again to one stage, of a page to one server.

    What the stage leaves behind at its end is the last one's fault.
    """
    if name in pages.PAGE_FAULTS:
        yield from pages.several(folder, name, seed, numbers)
        return
    verdict = None
    try:
        with FAULTS[name].stage(folder) as stage:
            for number in numbers:
                if verdict is not None:
                    yield verdict
                verdict = run(stage, name, seed, number)
    except AssertionError as error:
        if verdict is None:
            raise
        verdict.wrong.append(f"left behind at the end: {error}")
    if verdict is not None:
        yield verdict
