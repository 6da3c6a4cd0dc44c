"""What is asked after every fault: one end each, the numbers of the calculation alone, usable again, nothing left."""

from __future__ import annotations

import contextlib
import random
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field
from typing import Any

import etolib
from etolib.errors import EtolibError, SchedulerUnavailable
from etolib.result.result import Result
from etolib.tasks.job import Job
from etolib.tasks.messages import FINAL, State, topic
from tests.browser.stage import until
from tests.chaos.stage import Stage

PERIOD = "2024-02-01/2024-02-10"
TASKS = 6
MESSAGES = 40  # of all tasks together, about: the fault comes after so many at most
ENDED_S = 120.0
USABLE_S = 15.0
GIVEN_UP_S = 5.0  # a client that has no line after so long is replaced


@dataclass
class Verdict:
    """What one trial showed; ``wrong`` is empty where all is well."""

    fault: str
    number: int
    after: int = 0
    states: dict[str, int] = field(default_factory=dict)
    fewer: int = 0
    usable: float = 0.0
    gone: float = 0.0  # after how long what was left alone had gone [s]
    seconds: float = 0.0
    load: float = 0.0
    wrong: list[str] = field(default_factory=list)

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


def places(rng: random.Random, count: int = TASKS) -> list[etolib.Site]:
    """Return places that no other trial has, all on land."""
    return [
        etolib.Site(round(rng.uniform(-20, -8), 3), round(rng.uniform(-56, -46), 3), rng.randint(100, 900))
        for _ in range(count)
    ]


def alone(stage: Stage, site: etolib.Site, dead: frozenset[str] = frozenset()) -> Result:
    """Return what a place gives by itself, with no fault but providers that do not answer."""
    with tempfile.TemporaryDirectory() as folder:
        roots = {name.removeprefix("ETOLIB_").lower(): value for name, value in stage.reference.environment().items()}
        for service in dead:
            stage.reference.fault(service, "refuse")
        try:
            with etolib.set_options(cache_dir=folder, **roots):
                return etolib.compute(site, PERIOD)
        finally:
            for service in dead:
                stage.reference.clear(service)


def all_alone(stage: Stage, sites: list[etolib.Site]) -> list[Result]:
    """Return what the places of a trial give by themselves."""
    with ThreadPoolExecutor(3) as pool:
        return list(pool.map(lambda site: alone(stage, site), sites))


class Story:
    """What a client heard of a task, in the order in which it came."""

    def __init__(self, job: Job, expected: Result) -> None:
        self.job, self.expected = job, expected
        self.heard: list[dict[str, Any]] = []
        self.ended = threading.Event()
        job.on_message(self._hear)

    def _hear(self, message: dict[str, Any]) -> None:
        self.heard.append(message)
        if message["type"] in FINAL:
            self.ended.set()

    def ends(self) -> list[str]:
        return [message["type"] for message in self.heard if message["type"] in FINAL]


def begin(stage: Stage, rng: random.Random, expected: Sequence[Result] = ()) -> list[Story]:
    """Hand over the tasks of a trial: new places, or those whose results are expected."""
    expected = expected or all_alone(stage, places(rng))
    with etolib.set_options(**stage.options()):
        jobs = [etolib.submit(one.site, PERIOD, client=stage.client) for one in expected]
    return [Story(job, one) for job, one in zip(jobs, expected, strict=True)]


def moment(stories: list[Story], rng: random.Random) -> int:
    """Wait for the moment of the fault: so many messages have come, or all tasks have ended; return how many."""
    wanted = rng.randint(0, MESSAGES)

    def come() -> bool:
        return sum(len(one.heard) for one in stories) >= wanted or all(one.ended.is_set() for one in stories)

    until(come, f"{wanted} messages", ENDED_S)
    return wanted


def one_end(stage: Stage, stories: list[Story]) -> list[str]:
    """Return what is wrong with how the tasks ended: at the client, in its job, on the scheduler."""
    late = time.monotonic() + ENDED_S
    wrong = []
    for story in stories:
        if not story.ended.wait(max(0.0, late - time.monotonic())):
            wrong.append(f"{story.job.task_id}: no end within {ENDED_S:g} s, {story.job.status}")
            continue
        ends = story.ends()
        if len(ends) != 1:
            wrong.append(f"{story.job.task_id}: {len(ends)} ends, {ends}")
        if any(message["task_id"] != story.job.task_id for message in story.heard):
            wrong.append(f"{story.job.task_id}: a message of another task")
        numbers = [message["seq"] for message in story.heard]
        if len(set(numbers)) != len(numbers):
            wrong.append(f"{story.job.task_id}: a message twice")
        if str(story.job.status) != ends[0]:
            wrong.append(f"{story.job.task_id}: job says {story.job.status}, message {ends[0]}")
        told = [event["type"] for _, event in stage.client.get_events(topic(story.job.task_id))]
        told = [kind for kind in told if kind in FINAL]
        if told not in ([], [ends[0]]):  # a scheduler that was started again knows nothing
            wrong.append(f"{story.job.task_id}: scheduler says {told}, client {ends[0]}")
    return wrong


def answering(result: Result) -> set[str]:
    """Return the sources that gave something."""
    return set(result.source_eto.columns)


def compared(stage: Stage, result: Result, expected: Result) -> tuple[str, bool]:
    """Return what is wrong with a result, and whether it is right with fewer sources than alone."""
    if (result.site.latitude, result.site.longitude) != (expected.site.latitude, expected.site.longitude):
        return "the result of another place", False
    if result.table.equals(expected.table):
        return "", False
    missing = answering(expected) - answering(result)
    if not missing:
        return "other numbers than alone", False
    if not all(any(source in str(warning) for warning in result.warnings) for source in missing):
        return "fewer sources and no word of it", False
    if not result.table.equals(alone(stage, expected.site, frozenset(missing)).table):
        return "other numbers than alone with the same sources", False
    return "", True


def numbers(stage: Stage, story: Story, verdict: Verdict, allowed: str) -> list[str]:
    """Return what is wrong with the numbers of a task that ended well."""
    name = story.job.task_id
    try:
        result = story.job.result(20)
    except (EtolibError, TimeoutError) as error:
        told = list(story.heard[-1]["data"]["results"]) == story.expected.messages()
        if "ERROR" in allowed and isinstance(error, SchedulerUnavailable) and told:
            return []  # its numbers were told; the whole result went with the cluster that held it, and it says so
        return [f"{name}: SUCCESS without a result: {type(error).__name__}: {error}"]
    if list(story.heard[-1]["data"]["results"]) != result.messages():
        return [f"{name}: the message has other numbers than the result"]
    wrong, fewer = compared(stage, result, story.expected)
    verdict.fewer += fewer
    return [f"{name}: {wrong}"] if wrong else []


def failures(story: Story, allowed: str) -> list[str]:
    """Return what is wrong with how a task failed."""
    name, last = story.job.task_id, story.heard[-1]
    said = str(last["data"].get("message") or last["data"].get("reason"))
    if last["type"] not in allowed.split():
        return [f"{name}: {last['type']}: {said}"]
    if "unexpectedly" in said:
        return [f"{name}: {said}"]
    try:
        story.job.result(20)
    except EtolibError:
        return []
    return [f"{name}: {last['type']} with a result"]


def usable(stage: Stage, rng: random.Random) -> float:
    """Return after how long a new task has its right result; `TimeoutError` where that is too long. [s]"""
    (site,) = places(rng, 1)
    expected = alone(stage, site)
    began = time.monotonic()
    late = began + USABLE_S

    def calculated() -> Result | None:
        with contextlib.suppress(EtolibError, TimeoutError, OSError):
            if stage.client.status != "running" and time.monotonic() - began > GIVEN_UP_S:
                stage.connect()  # as a page does
            with etolib.set_options(**stage.options()):
                job = etolib.submit(site, PERIOD, client=stage.client)
            try:
                return job.result(max(0.1, late - time.monotonic()))
            finally:
                job.close()
        return None

    result = until(calculated, "a task that ends well", USABLE_S)
    took = time.monotonic() - began
    wrong, _ = compared(stage, result, expected)
    if wrong:
        raise ValueError(f"the next task: {wrong}")
    return took


def left(stage: Stage) -> list[str]:
    """Return what a trial left behind, once it has had time to go."""

    def gone() -> bool:
        return not stage.census() - stage.rest and stage.quiet()

    with contextlib.suppress(TimeoutError):
        until(gone, "nothing to be left", USABLE_S, 0.3)
        return []
    return [f"left behind: {dict(stage.census() - stage.rest)}, tasks at rest: {stage.quiet()}"]


def judge(stage: Stage, stories: list[Story], verdict: Verdict, allowed: str) -> None:
    """Ask everything but what is left behind."""
    verdict.wrong += one_end(stage, stories)
    ended = [story for story in stories if story.ended.is_set()]
    verdict.states = dict(Counter(story.heard[-1]["type"] for story in ended))
    for story in ended:
        if story.heard[-1]["type"] == State.SUCCESS:
            verdict.wrong += numbers(stage, story, verdict, allowed)
        else:
            verdict.wrong += failures(story, allowed)
