"""The download: all sources of a plan and the elevation asked at the same time, fallbacks for what stays empty."""

from __future__ import annotations

import contextlib
import contextvars
import functools
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import pandas as pd

from etolib import spent
from etolib.errors import SourceError, SourceUnavailable
from etolib.site import Period, Site
from etolib.sources import catalogue
from etolib.sources import elevation as elevations
from etolib.sources.base import Source, SourceData
from etolib.sources.network import client
from etolib.sources.network.scope import Scope
from etolib.sources.plan import Plan
from etolib.words import Text, say

PATIENCE = 4.0
"""How long to wait for what is asked beside the weather once all else has answered. [s]"""

LEFT_ALONE = 30.0
"""How long a service beside the weather that was not waited for is left alone, so that no other place waits. [s]"""


class Progress(Protocol):
    """Who is informed while the sources are asked."""

    def step(self, text: Text, done: int, total: int) -> None:
        """Report how many of the sources have answered."""
        ...

    def source(self, name: str, text: Text, percent: float) -> None:
        """Report how far one source is."""
        ...

    def check(self) -> None:
        """Return, or raise where the download must stop."""
        ...


class Silent:
    """Nobody waits for progress."""

    def step(self, text: Text, done: int, total: int) -> None:
        """Report nothing."""

    def source(self, name: str, text: Text, percent: float) -> None:
        """Report nothing."""

    def check(self) -> None:
        """Go on."""


@dataclass(frozen=True)
class Download:
    """What came of a plan.

    Attributes
    ----------
    site : Site
        The place with its elevation, which is settled here for everything after.
    elevation : Elevation
        Where it is from.
    answers : dict of str to SourceData
        In the order of the plan.
    failed : tuple of SourceError
        Of the sources that gave no answer, in the same order.
    cache_trouble : Text, optional
        Why the cache was done without.
    """

    site: Site
    elevation: elevations.Elevation
    answers: dict[str, SourceData]
    failed: tuple[SourceError, ...]
    cache_trouble: Text | None = None


def run(plan: Plan, progress: Progress) -> Download:
    """Ask the sources of a plan.

    The sources get the place as asked, while its elevation is looked up; those whose answer depends on the height
    (`SourceInfo.at_height`) wait for it, and the fallbacks, asked afterwards for the days that stay empty, get it too.
    """
    answers: dict[str, SourceData] = {}
    failed: list[SourceError] = []
    elevation = _together(plan, progress, answers, failed)
    site = plan.site.with_elevation(elevation.value)
    _fallbacks(plan, site, progress, answers, failed)
    # In the order of the plan, not of arrival: the same run says the same.
    order = [step.source for step in plan.steps]
    failed.sort(key=lambda error: order.index(error.source) if error.source in order else len(order))
    answered = {name: answers[name] for name in order if name in answers}
    return Download(site, elevation, answered, tuple(failed), client.door().cache.database.trouble)


def _together(
    plan: Plan, progress: Progress, answers: dict[str, SourceData], failed: list[SourceError]
) -> elevations.Elevation:
    """Ask for the main steps and the elevation at the same time; ``answers`` and ``failed`` grow."""
    steps = plan.main
    progress.step(say("asking_the_sources"), 0, len(steps))
    with _threads(len(plan.beside)) as (aside, give_up), _threads(len(steps) + 1) as (start, _):
        besides = {aside(plan.provider(step.source).fetch, plan.site, step.period): step.source for step in plan.beside}
        futures: dict[Future[Any], str] = {}
        height: Future[elevations.Elevation] = start(elevations.lookup, plan.site)
        for step in steps:
            progress.source(step.source, say("asking_source", source=step.source), 0)
            provider = plan.provider(step.source)
            ask: Callable[..., SourceData] = provider.fetch
            if provider.info.at_height:
                ask = functools.partial(_at_height, provider, height)
            futures[start(ask, plan.site, step.period)] = step.source
        pending: set[Future[Any]] = {*futures, height}
        while pending:
            done, pending = wait(pending, timeout=0.05, return_when=FIRST_COMPLETED)
            progress.check()
            for future in done - {height}:
                _take(futures[future], future, progress, answers, failed)
                finished = len(answers) + len(failed)
                text = say("sources_answered", number=finished, total=len(steps))
                progress.step(text, finished, len(steps))
        found = height.result()
        _take_beside(besides, progress, answers, failed)
        give_up()
        return found


def _take_beside(
    futures: Mapping[Future[Any], str], progress: Progress, answers: dict[str, SourceData], failed: list[SourceError]
) -> None:
    """Take what was asked beside the weather, where it comes soon; ``answers`` and ``failed`` grow."""
    pending, until = set(futures), time.monotonic() + PATIENCE
    while pending and time.monotonic() < until:
        done, pending = wait(pending, timeout=0.05, return_when=FIRST_COMPLETED)
        progress.check()
        for future in done:
            _take(futures[future], future, progress, answers, failed)
    for future in pending:
        name = futures[future]
        error = SourceUnavailable(
            say("not_waited_for", source=name, seconds=f"{PATIENCE:g}"),
            source=name,
            suggestion=say("another_stands_in"),
        )
        door, service = client.door(), catalogue.find(name).service
        door.cache.mark_host(client.host_of(service), door.clock() + LEFT_ALONE, error.message)
        failed.append(error)


@contextlib.contextmanager
def _threads(count: int) -> Iterator[tuple[Callable[..., Future[Any]], Callable[[], None]]]:
    """Yield what starts a download on a thread of its own, and what gives all of them up.

    They are given up, too, where whoever waits for them must stop.
    """
    pool = ThreadPoolExecutor(max(count, 1), thread_name_prefix="etolib-download")
    scope = Scope()

    def start(function: Callable[..., Any], *arguments: Any) -> Future[Any]:
        with scope:
            # Settings and the scope of the downloads live in context variables: carry them to the thread.
            return pool.submit(contextvars.copy_context().run, spent.part, function, *arguments)

    try:
        yield start, scope.cancel
    except BaseException:  # interrupted too: a cancelled or late task must not go on downloading
        scope.cancel()
        raise
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def _at_height(provider: Source, height: Future[elevations.Elevation], site: Site, period: Period) -> SourceData:
    """Ask a source once the elevation is known; the embedded map is too coarse to be told as the height."""
    found = height.result()
    return provider.fetch(site if found.source == "embedded" else site.with_elevation(found.value), period)


def _take(
    name: str,
    future: Future[SourceData],
    progress: Progress,
    answers: dict[str, SourceData],
    failed: list[SourceError],
) -> None:
    """Take what one source gave, an answer or an error."""
    try:
        answers[name] = future.result()
    except SourceError as error:
        error.source = error.source or name
        failed.append(error)
        progress.source(name, catalogue.of_source(name, error.message), 100)
    else:
        days = say("days_answered", number=len(answers[name].frame))
        progress.source(name, say("of_source", source=name, sentence=days), 100)


def _fallbacks(
    plan: Plan, site: Site, progress: Progress, answers: dict[str, SourceData], failed: list[SourceError]
) -> None:
    """Ask the fallbacks, one after the other, for the days nothing before them has."""
    for step in plan.fallbacks:
        empty = _empty_days(answers, step.period)
        if not len(empty):
            continue
        progress.source(step.source, say("asking_source", source=step.source), 0)
        try:
            days = Period(empty[0].date(), empty[-1].date())
            with _threads(1) as (start, _):
                future = start(plan.provider(step.source).fetch, site, days)
                while not wait([future], timeout=0.05).done:
                    progress.check()
                answer: SourceData = future.result()
        except SourceError as error:
            failed.append(error)
        else:
            # Only whole days: an estimate is never mixed into a day that has weather.
            answer.frame = answer.frame.loc[answer.frame.index.intersection(empty)]
            answers[step.source] = answer
        progress.source(step.source, say("source_alone", source=step.source), 100)


def _empty_days(answers: Mapping[str, SourceData], period: Period) -> pd.DatetimeIndex:
    """Return the days no source has temperatures for."""
    days = pd.date_range(period.start, period.end)
    have = np.zeros(len(days), bool)
    for answer in answers.values():
        if not {"tmin", "tmax"} <= set(answer.frame.columns):
            continue
        frame = answer.frame if answer.frame.index.equals(days) else answer.frame.reindex(days)
        low, high = (frame[name].to_numpy(dtype=float, na_value=np.nan) for name in ("tmin", "tmax"))
        have |= ~(np.isnan(low) | np.isnan(high))
    return days[~have]
