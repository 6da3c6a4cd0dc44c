"""The pipeline: Request -> Result, in five reported stages. Plain functions: no dask, no widget.

start     choose sources by place and dates: the plan
download  ask every source at the same time; elevation too
check     leave out what cannot be weather, put faulty sources in quarantine
fuse      choose the inputs per variable, one Penman-Monteith, interval; learn from an own station
compute   grade: quality, kind and flags of each day
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import pandas as pd

from etolib import config, fusion
from etolib.errors import EtolibError, InputError, NoSourceError, Problem, SourceError, TaskError
from etolib.fusion import faults
from etolib.fusion.block import Block, frame_of, kinds_of, table_of
from etolib.fusion.block import Days as BlockDays
from etolib.fusion.equation import Mixed
from etolib.fusion.fuse import Checks, FusedBlock, Lessons, fuse_block, numbers
from etolib.request import STATION, Days, Place, Request
from etolib.result import grading, telling
from etolib.result.lot import Asked, GradedBlock, LotResult
from etolib.result.result import Result
from etolib.site import Period, Site
from etolib.sources import catalogue, download
from etolib.sources import plan as plans
from etolib.sources.base import Source
from etolib.sources.download import Download
from etolib.sources.plan import Plan
from etolib.words import Text, join, say

STAGES = ("start", "download", "check", "fuse", "compute")
"""Names of the stages, in order."""

SHARE = {"start": 0, "download": 5, "check": 70, "fuse": 80, "compute": 90}
"""Progress of the whole [%] at the start of each stage; downloading is most of the waiting."""


CENTURY = dt.timedelta(days=36525)
"""The longest record that an own station is judged by."""


class Report(Protocol):
    """Called with the ``data`` of a PROGRESS message."""

    def __call__(
        self, *, step: Text, stage: str, source: str | None, progress: float, current_step: int, total_steps: int
    ) -> None: ...


def compute(
    site: Request | Place,
    period: Days | None = None,
    sources: str | Sequence[str] = "auto",
    *,
    station: Source | None = None,
    **options: Any,
) -> Result:
    """Compute daily ETo of one place in this process.

    Parameters
    ----------
    site : Request, Site, (latitude, longitude) or (latitude, longitude, elevation)
        The place; without an elevation it is looked up. A `Request` says everything by itself.
    period : Period, str or (start, end)
        Inclusive days, or text as `Period.parse` reads it.
    sources : "auto", str or list of str
        Names as in `etolib.sources()`. "auto" chooses by place and dates, and falls back to the embedded
        climatology, labelled, for days nothing else answers. A list asks those and no others.
    station : StationFile, optional
        Your own station (`etolib.read_station`): the first choice for every variable and day it has; monthly
        means (CLIMWAT) only for days that have no weather. Among named ``sources`` it is called ``station``.
    **options
        See `etolib.request.OPTIONS`.

    Returns
    -------
    Result

    Raises
    ------
    InputError
        Where the request cannot be used; lists all problems.
    NoSourceError
        Where no source could answer; ``causes`` holds each one's error.

    Examples
    --------
    >>> with config.set_options(offline=True):
    ...     result = compute((-22.7, -47.6), "2024-01-01/2024-01-03")
    >>> result.table["quality"].tolist(), result.table["kind"].unique().tolist()
    (['LOW', 'LOW', 'LOW'], ['climatology'])
    """
    return run(Request.of(site, period, sources, station, **options))


def run(request: Request, *, report: Report | None = None, checkpoint: Callable[[], None] | None = None) -> Result:
    """Run the five stages; `compute` with a place to report to.

    ``report`` is called with the data of each PROGRESS message; ``checkpoint`` between steps and while waiting:
    it raises to stop the run, and downloads under way are then abandoned.
    """
    progress = _Progress(report, checkpoint)
    plan = make_plan(request, progress)
    asked = Asked(request, plan, ask(plan, progress))
    (block, place) = _found(_compute_block([asked], progress))[0]
    return block.result(place)


def run_lot(
    requests: Sequence[Request], *, report: Report | None = None, checkpoint: Callable[[], None] | None = None
) -> list[Result | EtolibError]:
    """Run the requests of a lot; a place that fails fails alone.

    Parameters
    ----------
    requests : sequence of Request
        Places that share period, sources and options.
    report, checkpoint
        As in `run`, for each place in turn; what ``checkpoint`` raises ends the lot.

    Returns
    -------
    list of Result or EtolibError
        In the order of the requests: the result of each, or why there is none.

    Examples
    --------
    >>> places = [(-22.7, -47.6), (0.0, -30.0)]
    >>> with config.set_options(offline=True):
    ...     found = run_lot([Request.of(place, "2024-01-01/2024-01-03", "auto") for place in places])
    >>> [type(one).__name__ for one in found]
    ['Result', 'NotCovered']
    """
    return list(run_lot_arrays(requests, report=report, checkpoint=checkpoint).results())


def run_lot_arrays(
    requests: Sequence[Request], *, report: Report | None = None, checkpoint: Callable[[], None] | None = None
) -> LotResult:
    """Run the requests of a lot as `run_lot` does; the results are arrays (place, day), without tables.

    Sources are asked place by place; what they answered goes through the engine in blocks of places that have the same
    sources. A place comes out the same, bit by bit, as by `run` alone.

    Raises
    ------
    InputError
        Without requests, or where their periods differ.
    """
    if len({request.period for request in requests}) != 1:
        raise InputError([Problem("requests", len(requests), say("lot_has_one_period"))])
    progress = _Progress(report, checkpoint)
    asked: dict[int, Asked] = {}
    errors: dict[int, EtolibError] = {}
    for number, request in enumerate(requests):
        try:
            plan = make_plan(request, progress)
            asked[number] = Asked(request, plan, ask(plan, progress))
        except TaskError:  # the checkpoint stops the lot
            raise
        except EtolibError as error:
            errors[number] = error
    made: dict[int, tuple[GradedBlock, int]] = {}
    for places in _blocks(asked):
        found = _compute_block([asked.pop(number) for number in places], progress)
        for number, one in zip(places, found, strict=True):
            if isinstance(one, EtolibError):
                errors[number] = one
            else:
                made[number] = one
    return LotResult.of(requests, made, errors)


# --- the engine: places that go through the stages together -----------------------------------------------------------

CELLS = 32_768
"""Most cells (places x days) of a block: its arrays stay in the cache of a core, and its memory is small."""

Made = tuple[GradedBlock, int]


def _blocks(asked: Mapping[int, Asked]) -> list[list[int]]:
    """Return the numbers of places that go through the engine together: the same sources, columns, days and options."""
    alike: dict[Hashable, list[int]] = {}
    for number, one in asked.items():
        alike.setdefault(_alike(number, one), []).append(number)
    blocks = []
    for numbers_ in alike.values():
        size = max(1, CELLS // len(asked[numbers_[0]].plan.span))
        blocks += [numbers_[start : start + size] for start in range(0, len(numbers_), size)]
    return blocks


def _alike(number: int, asked: Asked) -> Hashable:
    """Return what places of a block have in common; a station is of one place alone."""
    answers, plan = asked.answered.answers, asked.plan
    if plan.station is not None:
        return number
    columns = tuple((name, tuple(answer.frame.columns)) for name, answer in answers.items())
    return plan.span, columns, tuple(plan.at_home(answers)), tuple(sorted(asked.request.options.items()))


def _compute_block(asked: Sequence[Asked], progress: _Progress) -> list[Made | EtolibError]:
    """Return of each place its graded block and its number there, or why there is none.

    Where numbers of one place are refused, the block is halved until that place stands alone.
    """
    try:
        return _through(asked, progress)
    except (InputError, Mixed) as error:
        if len(asked) == 1:
            if isinstance(error, EtolibError):
                return [error]
            raise
    half = len(asked) // 2
    return _compute_block(asked[:half], progress) + _compute_block(asked[half:], progress)


def _through(asked: Sequence[Asked], progress: _Progress) -> list[Made | EtolibError]:
    """Check, fuse and grade a block."""
    progress.tell("check", say("checking_values"), SHARE["check"])
    checked = check(asked)
    progress.tell("fuse", say("choosing_inputs"), SHARE["fuse"])
    fused = fuse(asked, checked)
    found: list[Made | EtolibError] = [_nothing(one) for one in asked]
    if fused is not None:
        progress.tell("compute", say("quality_of_each_day"), SHARE["compute"])
        graded = grade(asked, fused)
        for place in np.flatnonzero(np.isfinite(fused.days.eto).any(axis=1)).tolist():
            found[place] = (graded, place)
        progress.tell("compute", say("done"), 100)
    return found


def _found(made: list[Made | EtolibError]) -> list[Made]:
    """Return blocks and numbers of places; raises where a place has an error."""
    for one in made:
        if isinstance(one, EtolibError):
            raise one
    return [one for one in made if not isinstance(one, EtolibError)]


def _nothing(asked: Asked) -> NoSourceError:
    """Return that no source gave a value at all."""
    place, period, answered = str(asked.answered.site), str(asked.plan.period), asked.answered
    return NoSourceError(
        join("\n", [say("no_source_could_answer", place=place, period=period), *telling.failures(answered)]),
        causes=answered.failed,
        suggestion=None if answered.failed else say("choose_other_dates_or_sources"),
    )


# --- the five stages --------------------------------------------------------------------------------------------------


def make_plan(request: Request, progress: _Progress) -> Plan:
    """Choose which sources to ask for which days."""
    progress.tell("start", say("choosing_sources"), SHARE["start"])
    plan = plans.make(request)
    progress.tell("start", say("sources_are", sources=plan.asked), SHARE["start"] + 3)
    return plan


def ask(plan: Plan, progress: _Progress) -> Download:
    """Ask the sources of the plan and settle the elevation."""
    return download.run(plan, progress)


@dataclass(frozen=True)
class Checked:
    """Tables of the sources of a block on all days of the plan without what the checks left out; None without sources.

    ``record`` is the whole record of an own station, checked by itself and without what other sources contradict, where
    days of the climatology are to be had.
    """

    block: Block | None
    checks: Checks
    record: pd.DataFrame | None = None


def check(asked: Sequence[Asked]) -> Checked:
    """Leave out what cannot be weather at the places of a block."""
    plan, answers = asked[0].plan, asked[0].answered.answers
    if not answers:
        return Checked(None, Checks([[] for _ in asked]))
    block = _gather(asked)
    taught = None if plan.teaching is None else _days(plan.teaching)
    record = _record(plan, asked[0].answered.site)  # it teaches the climatology of days that it has not, too
    whole = None if record is None or STATION not in answers else numbers(record)
    examined = faults.examine(
        block,
        None if whole is None else table_of(whole),
        None if whole is None else BlockDays(pd.DatetimeIndex(whole.index)),
        taught,
    )
    own = None
    if record is not None and any(catalogue.find(n).dateless for n in answers if n != STATION):
        own = fusion.check({STATION: record}, asked[0].answered.site, record).frames[STATION]
        if examined.record is not None and whole is not None:
            own = _uncontradicted(own, frame_of(examined.record, examined.recorded, like=whole), taught)
    return Checked(block.with_tables(examined.tables), Checks(examined.findings, examined.marked), own)


def _gather(asked: Sequence[Asked]) -> Block:
    """Return what the sources of places answered as a block, on all days of the plan; NaN on days without an answer."""
    days = BlockDays(_days(asked[0].plan.span))
    shape = (len(asked), len(days))
    tables: dict[str, dict[str, np.ndarray]] = {}
    kinds: dict[str, np.ndarray] = {}
    for name, first in asked[0].answered.answers.items():
        columns = list(numbers(first.frame.iloc[:0]).columns)
        tables[name] = {column: np.full(shape, np.nan) for column in columns}
        if "kind" in first.frame:
            kinds[name] = np.full(shape, -1, np.int8)
        for place, one in enumerate(asked):
            frame = one.answered.answers[name].frame
            theirs, here = _rows(pd.DatetimeIndex(frame.index), days)
            for column, values in tables[name].items():
                values[place, here] = frame[column].to_numpy(dtype=float, na_value=np.nan)[theirs]
            if name in kinds:
                kinds[name][place, here] = kinds_of(frame["kind"])[theirs]
    ahead = _taken_aside(tables)
    return Block(tuple(one.answered.site for one in asked), days, tables, kinds, ahead)


def _taken_aside(tables: dict[str, dict[str, np.ndarray]]) -> dict[str, np.ndarray]:
    """Take what only tells how far a forecast may err from the tables of weather, and return it."""
    names = [name for name in tables if name in catalogue.SOURCES and catalogue.find(name).spreads]
    if len(names) == len(tables):  # nobody else answered: it is all there is
        return {}
    return {column: values for name in names for column, values in tables.pop(name).items()}


def _rows(index: pd.DatetimeIndex, days: BlockDays) -> tuple[Any, Any]:
    """Return which rows of an answer are wanted, and the days they are: slices where none is missing between."""
    if not len(index) or not len(days):
        return slice(0, 0), slice(0, 0)
    day = np.timedelta64(1, "D")
    first, last = int((index[0] - days.index[0]) / day), int((index[-1] - days.index[0]) / day)
    if last - first + 1 == len(index) and index.is_monotonic_increasing and index.is_unique:
        begin, end = max(first, 0), min(last + 1, len(days))
        return slice(begin - first, end - first), slice(begin, max(begin, end))
    at = index.get_indexer(days.index)
    return at[at >= 0], at >= 0


def _uncontradicted(own: pd.DataFrame, compared_with: pd.DataFrame, taught: pd.DatetimeIndex | None) -> pd.DataFrame:
    """Return a station's record without what the comparison with other sources left out of it.

    Columns in quarantine as wholes, and those of which most days it teaches on are contradicted: what passes is chance
    there. Else the cells on these days, which are compared whatever days are asked. ``compared_with`` is the record
    with that left out.
    """
    left_out = compared_with.reindex_like(own).isna()
    compared = pd.Series(False if taught is None else own.index.isin(taught), index=own.index)
    there = own.notna().mul(compared, axis=0)
    whole = left_out.all() | ((left_out & there).sum() > there.sum() / 2)
    return own.mask(left_out.apply(lambda column: (column & compared) | whole[column.name]))


def _record(plan: Plan, site: Site) -> pd.DataFrame | None:
    """Return the whole record of an own station that is asked: by it, not by the days wanted, the station is judged."""
    asked = STATION in {step.source for step in plan.steps}
    if plan.station is None or not asked or plans.monthly(plan.station):
        return None
    first, last = plan.station.info.window(config.today())
    last = min(last, config.today())
    first = max(first, last - CENTURY)  # a source of one's own may promise all times
    try:
        return plan.station.fetch(site, Period(first, last)).frame
    except SourceError:
        return None


def fuse(asked: Sequence[Asked], checked: Checked) -> FusedBlock | None:
    """Make one series of the sources of each place, on the days wanted; None without sources."""
    if checked.block is None:
        return None
    plan, answers = asked[0].plan, asked[0].answered.answers
    teaching = None if plan.teaching is None else _days(plan.teaching)
    lessons = Lessons(None, teaching, checked.record) if len(asked) == 1 else None
    fused = fuse_block(checked.block, checked.checks, plan.at_home(answers), lessons, **asked[0].request.options)
    return fused.on(None if plan.span == plan.period else _days(plan.period))


def grade(asked: Sequence[Asked], fused: FusedBlock) -> GradedBlock:
    """Say of each day how good it is."""
    days, answers = fused.days, [one.answered.answers for one in asked]
    flags = {name: codes.copy() for name, codes in days.done.codes.items()}
    grading.mark_estimates(flags, days.inputs, answers, fused.block.days)
    grading.mark_unconfirmed(flags, days.inputs, answers, fused.block.days)
    grades = grading.grade(days.eto, days.lower, days.upper, days.inputs, flags, fused.block.kinds)
    return GradedBlock([_without_tables(one) for one in asked], fused, flags, grades, config.today())


def _without_tables(asked: Asked) -> Asked:
    """Return a place without the tables of its answers: what is needed of them is in the block."""
    answers = {
        name: dataclasses.replace(answer, frame=pd.DataFrame()) for name, answer in asked.answered.answers.items()
    }
    return Asked(asked.request, asked.plan, dataclasses.replace(asked.answered, answers=answers))


# --- what they share --------------------------------------------------------------------------------------------------


@dataclass
class _Progress:
    """Where a run reports to, and what tells it to stop."""

    report: Report | None
    checkpoint: Callable[[], None] | None

    def tell(self, stage: str, step: Text, progress: float, source: str | None = None) -> None:
        """Check whether to go on, then report ``progress`` [%] of the whole, or of one source."""
        self.check()
        if self.report is not None:
            self.report(
                step=step,
                stage=stage,
                source=source,
                progress=round(progress, 1),
                current_step=STAGES.index(stage) + 1,
                total_steps=len(STAGES),
            )

    def check(self) -> None:
        """Return, or raise where the run must stop."""
        if self.checkpoint is not None:
            self.checkpoint()

    def step(self, text: Text, done: int, total: int) -> None:
        """Report how many of the sources have answered."""
        begin, end = SHARE["download"], SHARE["check"]
        self.tell("download", text, begin + (end - begin) * done / total if done else begin)

    def source(self, name: str, text: Text, percent: float) -> None:
        """Report how far one source is."""
        self.tell("download", text, percent, source=name)


def _days(period: Period) -> pd.DatetimeIndex:
    return pd.date_range(period.start, period.end, name="date")
