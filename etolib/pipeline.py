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
import platform
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import pandas as pd

from etolib import config, fusion
from etolib._version import __version__
from etolib.errors import EtolibError, NoSourceError, SourceError, TaskError
from etolib.fusion import faults
from etolib.request import STATION, Days, Place, Request
from etolib.result import grading
from etolib.result.grading import USED
from etolib.result.result import TABLE_COLUMNS, Result
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
    answered = ask(plan, progress)
    checked = check(plan, answered, progress)
    fused = fuse(request, plan, answered, checked, progress)
    return grade(request, plan, answered, checked, fused, progress)


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
    found: list[Result | EtolibError] = []
    for request in requests:
        try:
            found.append(run(request, report=report, checkpoint=checkpoint))
        except TaskError:  # the checkpoint stops the lot
            raise
        except EtolibError as error:
            found.append(error)
    return found


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
    """Tables of the sources on all days of the plan, and what the checks left out of them (None without sources).

    ``record`` is the whole record of an own station, checked by itself and without what other sources contradict, where
    days of the climatology are to be had.
    """

    frames: dict[str, pd.DataFrame]
    report: faults.Report | None
    record: pd.DataFrame | None = None


def check(plan: Plan, answered: Download, progress: _Progress) -> Checked:
    """Leave out what cannot be weather."""
    progress.tell("check", say("checking_values"), SHARE["check"])
    days = pd.date_range(plan.span.start, plan.span.end, name="date")
    frames = {name: answer.frame.reindex(days) for name, answer in answered.answers.items()}
    if not frames:
        return Checked(frames, None)
    taught = None if plan.teaching is None else _days(plan.teaching)
    record = _record(plan, answered.site)
    report = fusion.check(frames, answered.site, record if STATION in frames else None, taught)
    if record is not None and any(catalogue.find(name).dateless for name in frames if name != STATION):
        own = fusion.check({STATION: record}, answered.site, record).frames[STATION]
        return Checked(frames, report, _uncontradicted(own, report, taught))
    return Checked(frames, report)


def _uncontradicted(own: pd.DataFrame, report: faults.Report, taught: pd.DatetimeIndex | None) -> pd.DataFrame:
    """Return a station's record without what the comparison with other sources left out of it.

    Columns in quarantine as wholes, and those of which most days it teaches on are contradicted: what passes is chance
    there. Else the cells on these days, which are compared whatever days are asked.
    """
    if STATION not in report.records:
        return own
    left_out = report.records[STATION].reindex_like(own).isna()
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


def fuse(request: Request, plan: Plan, answered: Download, checked: Checked, progress: _Progress) -> fusion.Fused:
    """Make one series of the sources, on the days wanted; `NoSourceError` where there is no value at all."""
    progress.tell("fuse", say("choosing_inputs"), SHARE["fuse"])
    days = _days(plan.period)
    fused = None
    if checked.frames:
        first = plan.at_home(answered.answers)
        fused = fusion.fuse_sources(
            checked.frames,
            answered.site,
            checked=checked.report,
            first=first,
            teaching=None if plan.teaching is None else _days(plan.teaching),
            record=checked.record,
            **request.options,
        )
    if fused is None or not fused.eto.loc[days].notna().any():
        whole = say("no_source_could_answer", place=str(answered.site), period=str(plan.period))
        raise NoSourceError(
            join("\n", [whole, *_failures(answered)]),
            causes=answered.failed,
            suggestion=None if answered.failed else say("choose_other_dates_or_sources"),
        )
    return _crop(fused, days)


def grade(
    request: Request, plan: Plan, answered: Download, checked: Checked, fused: fusion.Fused, progress: _Progress
) -> Result:
    """Say of each day how good it is, and what the reader should know of all."""
    progress.tell("compute", say("quality_of_each_day"), SHARE["compute"])
    days, work = _days(plan.period), fused.completed
    grading.mark_estimates(work.flags, fused.inputs_source, answered.answers)
    grading.mark_unconfirmed(work.flags, fused.inputs_source, answered.answers)
    sources = grading.source_of_day(fused.inputs_source)
    table = pd.DataFrame(
        {
            "date": days,
            "eto": fused.eto.to_numpy(),
            "eto_lower": fused.lower.to_numpy(),
            "eto_upper": fused.upper.to_numpy(),
            "source": sources,
            "kind": grading.kind_of_day(sources, {name: frame.loc[days] for name, frame in checked.frames.items()}),
            "precipitation": fused.inputs["precipitation"].to_numpy(),
            **{name: work.inputs[name].to_numpy() for name in USED},
            "flags": grading.flag_words(work.flags),
        }
    )
    table["quality"] = grading.quality_of_day(table, work.flags)
    absent = table["eto"].isna()
    table[["source", "kind", "quality"]] = table[["source", "kind", "quality"]].mask(absent, None)
    warnings = _warnings(plan, answered, fused, table)
    progress.tell("compute", say("done"), 100)
    return Result(
        site=answered.site,
        period=plan.period,
        table=table[list(TABLE_COLUMNS)],
        source_eto=fused.source_eto,
        flags=work.flags,
        input_sources=fused.inputs_source[list(USED)],
        weights=fused.weights,
        warnings=list(dict.fromkeys(warnings)),
        provenance=_provenance(plan, answered, fused),
        request=request,
    )


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


def _crop(fused: fusion.Fused, days: pd.DatetimeIndex) -> fusion.Fused:
    """Return the fused series on the days asked, without those that were only learnt from."""
    work = fused.completed
    work = dataclasses.replace(work, eto=work.eto.loc[days], flags=work.flags.loc[days], inputs=work.inputs.loc[days])
    names = ("eto", "lower", "upper", "weights", "inputs", "inputs_source", "source_eto")
    return dataclasses.replace(fused, completed=work, **{name: getattr(fused, name).loc[days] for name in names})


def _failures(answered: Download) -> list[Text]:
    return [catalogue.of_source(error.source, error.message) for error in answered.failed]


def _warnings(plan: Plan, answered: Download, fused: fusion.Fused, table: pd.DataFrame) -> list[Text]:
    """Return what the reader should know, in the order of the stages; that days are no weather stands first."""
    gap, climatology = grading.notes(table)
    warnings = [] if climatology is None else [climatology]
    if answered.elevation.warning is not None:
        warnings.append(answered.elevation.warning)
    warnings += _failures(answered)
    for name, answer in answered.answers.items():
        warnings += [catalogue.of_source(name, note) for note in answer.warnings]
    unused = STATION not in answered.answers and STATION in {step.source for step in plan.steps}
    if plans.monthly(plan.station) and unused:
        warnings.append(say("own_monthly_means_not_needed"))
    warnings += fused.warnings
    for finding in fused.findings:
        if finding.action == "mask":
            left_out = say(
                "left_out_on_days",
                variable=finding.variable,
                count=finding.days,
                reason=say(f"left_out_as_{finding.check}"),
            )
            warnings.append(say("of_source", source=finding.source, sentence=left_out))
    return warnings if gap is None else [*warnings, gap]


def _provenance(plan: Plan, answered: Download, fused: fusion.Fused) -> dict[str, Any]:
    site, learnt = answered.site, fused.learnt or fused.learnt_usual
    reported = [step for step in plan.steps if step.source in answered.answers or step.role == "main"]
    return {
        "etolib": __version__,
        "python": platform.python_version(),
        "created": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
        "today": config.today().isoformat(),
        "latitude": site.latitude,
        "longitude": site.longitude,
        "elevation": site.elevation,
        "elevation_source": answered.elevation.source,
        "day": f"local solar day, UTC{site.utc_offset:+d}",
        "method": "FAO-56 Penman-Monteith, Eq. 6",
        "choice": [say("of_source", source=step.source, sentence=step.reason) for step in reported],
        "evidence": list(fused.evidence),
        "findings": [dataclasses.asdict(finding) for finding in fused.findings],
        "learnt": None if learnt is None else learnt.text,
        "learnt_ratio": None if learnt is None else _months(learnt.ratio),
        "learnt_climatology": None if fused.learnt_usual is None else fused.learnt_usual.text,
        "sources": {name: answer.meta for name, answer in answered.answers.items()},
        "failed": [_plain(error) for error in answered.failed],
    }


def _plain(error: SourceError) -> dict[str, Any]:
    """Return an error as it stands in files: its English, without the keys that the page reads."""
    return {name: value for name, value in error.to_dict().items() if name != "texts"}


def _months(ratio: pd.Series) -> list[float | None]:
    """Return one number for each month; None where nothing was learnt."""
    return [None if pd.isna(value) else round(float(value), 3) for value in ratio]
