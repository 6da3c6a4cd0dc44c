"""The pipeline: (Site, Period, sources) -> Result, in five reported stages. Plain functions: no dask, no widget.

start     check the request, choose sources by place and dates
download  ask every source at the same time; elevation too
check     leave out what cannot be weather, put faulty sources in quarantine
fuse      choose the inputs per variable, one Penman-Monteith, interval; learn from an own station
compute   quality, kind and flags of each day
"""

from __future__ import annotations

import contextvars
import dataclasses
import datetime as dt
import platform
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Protocol

import numpy as np
import pandas as pd

from etolib import config, fusion
from etolib._version import __version__
from etolib.equations.filling import ESTIMATED
from etolib.errors import EtolibError, NoSourceError, SourceError
from etolib.request import STATION, Days, Place, Request
from etolib.result.result import TABLE_COLUMNS, Result
from etolib.site import Period, Site
from etolib.sources import catalogue
from etolib.sources import elevation as elevations
from etolib.sources import plan as plans
from etolib.sources.base import KINDS, Source, SourceData
from etolib.sources.network.scope import Scope

STAGES = ("start", "download", "check", "fuse", "compute")
"""Names of the stages, in order."""

SHARE = {"start": 0, "download": 5, "check": 70, "fuse": 80, "compute": 90}
"""Progress of the whole [%] at the start of each stage; downloading is most of the waiting."""

NARROW = 0.6
"""An interval counts as narrow where its full width is at most this share of ETo (or 1.5 mm/day)."""

FALLBACK = "climatology"


class Report(Protocol):
    """Called with the ``data`` of a PROGRESS message."""

    def __call__(
        self, *, step: str, stage: str, source: str | None, progress: float, current_step: int, total_steps: int
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
    ...     result = compute(Site(-22.7, -47.6), "2024-01-01/2024-01-03")
    >>> result.table["quality"].tolist(), result.table["kind"].unique().tolist()
    (['LOW', 'LOW', 'LOW'], ['climatology'])
    """
    return run(Request.of(site, period, sources, station, **options))


@dataclass
class _Run:
    """What the stages of one run share: where to report, and when to stop."""

    report: Report | None
    checkpoint: Callable[[], None] | None

    def tell(self, stage: str, step: str, progress: float, source: str | None = None) -> None:
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
        if self.checkpoint is not None:
            self.checkpoint()


def run(request: Request, *, report: Report | None = None, checkpoint: Callable[[], None] | None = None) -> Result:
    """Run the five stages; `compute` with a place to report to.

    ``report`` is called with the data of each PROGRESS message; ``checkpoint`` between steps and while waiting:
    it raises to stop the run, and downloads under way are then abandoned.
    """
    site, period, station = request.site, request.period, request.station
    this = _Run(report, checkpoint)
    warnings: list[str] = []

    this.tell("start", "choosing sources", SHARE["start"])
    plan = plans.make(request)
    span, choices = plan.span, plan.steps
    this.tell("start", f"sources: {', '.join(plan.asked)}", SHARE["start"] + 3)

    answers, height, causes = _download(this, plan)
    site = site.with_elevation(height.value)
    if height.warning:
        warnings.append(height.warning)
    warnings += [_named(cause.source, cause.message) for cause in causes]

    this.tell("check", "checking values", SHARE["check"])
    days = pd.date_range(period.start, period.end, name="date")
    whole = pd.date_range(span.start, span.end, name="date")
    frames = {name: answer.frame.reindex(whole) for name, answer in answers.items()}
    warnings += [_named(name, note) for name, answer in answers.items() for note in answer.warnings]
    if (
        station is not None
        and plans.monthly(station)
        and STATION not in answers
        and STATION in {c.source for c in choices}
    ):
        warnings.append("your own monthly means were not needed: all days have weather; choose them alone to see them")
    report_of_checks = fusion.check(frames, site) if frames else None

    this.tell("fuse", "choosing the best input for each variable", SHARE["fuse"])
    first = plan.at_home(answers)
    fused = (
        fusion.fuse_sources(frames, site, checked=report_of_checks, first=first, **request.options) if frames else None
    )
    if fused is None or not fused.eto.loc[days].notna().any():
        raise NoSourceError(
            f"no source could answer for {site}, {period}"
            + "".join(f"\n{_named(cause.source, cause.message)}" for cause in causes),
            causes=causes,
            suggestion=None if causes else "choose other dates or sources",
        )
    warnings += fused.warnings
    warnings += [
        f"{f.source}: {f.variable} left out on {f.days} day{'s' if f.days > 1 else ''} ({f.check.replace('_', ' ')})"
        for f in fused.findings
        if f.action == "mask"
    ]

    this.tell("compute", "quality of each day", SHARE["compute"])
    fused = _crop(fused, days)
    work = fused.completed
    _mark_estimates(work.flags, fused.inputs_source, answers)
    sources_of_day = _source_of_day(fused.inputs_source)
    table = pd.DataFrame(
        {
            "date": days,
            "eto": fused.eto.to_numpy(),
            "eto_lower": fused.lower.to_numpy(),
            "eto_upper": fused.upper.to_numpy(),
            "source": sources_of_day,
            "kind": _kind_of_day(sources_of_day, {name: frame.loc[days] for name, frame in frames.items()}),
            "precipitation": fused.inputs["precipitation"].to_numpy(),
            **{name: work.inputs[name].to_numpy() for name in USED},
            "flags": _words(work.flags),
        }
    )
    table["quality"] = quality_of_day(table, work.flags)
    absent = table["eto"].isna()
    table[["source", "kind", "quality"]] = table[["source", "kind", "quality"]].mask(absent, None)
    if absent.any():
        warnings.append(_gap_sentence(table, absent.to_numpy()))
    if count := int((table["kind"] == FALLBACK).sum()):
        share = "all days are" if count == len(table) else f"{count} of {len(table)} days are"
        warnings.insert(0, f"{share} a climatological estimate, not the weather of the date; quality LOW")
    this.tell("compute", "done", 100)
    return Result(
        site=site,
        period=period,
        table=table[list(TABLE_COLUMNS)],
        source_eto=fused.source_eto,
        flags=work.flags,
        input_sources=fused.inputs_source[list(USED)],
        weights=fused.weights,
        warnings=list(dict.fromkeys(warnings)),
        provenance=_provenance(site, height, choices, answers, causes, fused),
        request=request,
    )


# --- download -------------------------------------------------------------------------------------------------------


def _download(this: _Run, plan: plans.Plan) -> tuple[dict[str, SourceData], elevations.Elevation, list[SourceError]]:
    """Ask all chosen sources and the elevation at the same time; the fallback only for days that stay empty."""
    site, choices, wanted = plan.site, plan.steps, plan.main
    answers: dict[str, SourceData] = {}
    causes: list[SourceError] = []
    this.tell("download", "asking the sources", SHARE["download"])
    pool = ThreadPoolExecutor(max_workers=len(wanted) + 1, thread_name_prefix="etolib-download")
    scope = Scope()
    try:
        with scope:
            futures: dict[Future[Any], str] = {}
            for choice in wanted:
                this.tell("download", f"asking {choice.source}", 0, source=choice.source)
                fetch = plan.provider(choice.source).fetch
                # Settings and the scope of the downloads live in context variables: carry them to the thread.
                futures[pool.submit(contextvars.copy_context().run, fetch, site, choice.period)] = choice.source
            height_future = pool.submit(contextvars.copy_context().run, elevations.lookup, site)
            pending: set[Future[Any]] = {*futures, height_future}
            while pending:
                done, pending = wait(pending, timeout=0.05, return_when=FIRST_COMPLETED)
                this.check()
                for future in done - {height_future}:
                    name = futures[future]
                    try:
                        answers[name] = future.result()
                    except SourceError as error:
                        error.source = error.source or name
                        causes.append(error)
                        this.tell("download", _named(name, error.message), 100, source=name)
                    else:
                        this.tell("download", f"{name}: {len(answers[name].frame)} days", 100, source=name)
                    finished = len(answers) + len(causes)
                    share = SHARE["check"] - SHARE["download"]
                    this.tell(
                        "download",
                        f"{finished} of {len(wanted)} sources answered",
                        SHARE["download"] + share * finished / len(wanted),
                    )
            height = height_future.result()
    except BaseException:
        scope.cancel()  # a cancelled or late task must not go on downloading
        raise
    finally:
        pool.shutdown(wait=False, cancel_futures=True)

    for choice in choices:
        if choice.role == "fallback" and len(empty := _empty_days(answers, choice.period)):
            this.tell("download", f"asking {choice.source}", 0, source=choice.source)
            try:
                place = site.with_elevation(height.value)  # the height found counts for its temperature too
                answer = plan.provider(choice.source).fetch(place, Period(empty[0].date(), empty[-1].date()))
            except SourceError as error:
                causes.append(error)
            else:
                # Only whole days: an estimate is never mixed into a day that has weather.
                answer.frame = answer.frame.loc[answer.frame.index.intersection(empty)]
                answers[choice.source] = answer
            this.tell("download", choice.source, 100, source=choice.source)
    # In the order of the choice, not of arrival: the same run says the same.
    order = [choice.source for choice in choices]
    causes.sort(key=lambda cause: order.index(cause.source) if cause.source in order else len(order))
    return {c.source: answers[c.source] for c in choices if c.source in answers}, height, causes


def _empty_days(answers: Mapping[str, SourceData], period: Period) -> pd.DatetimeIndex:
    """Return the days no source has temperatures for."""
    days = pd.date_range(period.start, period.end)
    have = pd.Series(False, index=days)
    for answer in answers.values():
        have |= answer.frame.reindex(days)[["tmin", "tmax"]].notna().all(axis=1)
    return days[~have]


# --- words and ranks per day ------------------------------------------------------------------------------------------


def _mark_estimates(flags: pd.DataFrame, used: pd.DataFrame, answers: Mapping[str, SourceData]) -> None:
    """Flag the cells whose source says that it estimated that variable (MET Norway and NWS have no radiation)."""
    for name, answer in answers.items():
        for variable in set(answer.meta.get("estimated") or ()) & set(flags.columns):
            flags.loc[used[variable] == name, variable] = "estimated_by_source"


def _crop(fused: fusion.Fused, days: pd.DatetimeIndex) -> fusion.Fused:
    """Return the fused series on the days asked, without those that were only learnt from."""
    work = fused.completed
    work = dataclasses.replace(work, eto=work.eto.loc[days], flags=work.flags.loc[days], inputs=work.inputs.loc[days])
    names = ("eto", "lower", "upper", "weights", "inputs", "inputs_source", "source_eto")
    return dataclasses.replace(fused, completed=work, **{name: getattr(fused, name).loc[days] for name in names})


def quality_of_day(table: pd.DataFrame, flags: pd.DataFrame) -> pd.Series:
    """Return HIGH, MEDIUM or LOW for each day.

    LOW: from the climatology, or two or more inputs estimated. HIGH: two or more sources of the date, no input
    estimated, and the interval narrow (full width <= max(1.5 mm/day, 60 % of ETo)). MEDIUM: the rest.
    """
    estimated = flags.isin(list(ESTIMATED)).sum(axis=1).to_numpy()
    several = table["source"].fillna("").str.contains("+", regex=False).to_numpy()
    width = (table["eto_upper"] - table["eto_lower"]).to_numpy()
    narrow = width <= np.maximum(1.5, NARROW * table["eto"].to_numpy())
    low = (table["kind"] == FALLBACK).to_numpy() | (estimated >= 2)
    high = several & (estimated == 0) & narrow
    return pd.Series(np.select([low, high], ["LOW", "HIGH"], "MEDIUM"), index=table.index, dtype=object)


USED = ("tmin", "tmax", "ea", "u2", "rs")
"""Inputs of the equation, in the order tables show them."""


def _source_of_day(source: pd.DataFrame) -> list[str | None]:
    """Join the names of all sources whose inputs a day's ETo used: ``nasa_power+open_meteo_archive``."""
    rows = map(tuple, source[list(USED)].fillna("").to_numpy())
    return [_joined(row) for row in rows]


@lru_cache(maxsize=1024)  # a few combinations make all the days of thirty years
def _joined(cells: tuple[str, ...]) -> str | None:
    return "+".join(sorted({name for cell in cells for name in cell.split("+") if name})) or None


def _kind_of_day(sources: Sequence[str | None], frames: Mapping[str, pd.DataFrame]) -> np.ndarray:
    """Return the weakest kind among the sources used on each day: climatology, then forecast, then observed."""
    kinds = np.full(len(sources), None, dtype=object)
    names = {text: text.split("+") if text else [] for text in set(sources)}
    used = {name: np.array([name in names[text] for text in sources], dtype=bool) for name in frames}
    for kind in KINDS:  # the weaker ones later: they overwrite
        for name, frame in frames.items():
            kinds[used[name] & (frame["kind"] == kind).to_numpy()] = kind
    return kinds


def _words(flags: pd.DataFrame) -> list[str]:
    """Return what was estimated on each day: ``rs: estimated_hargreaves; u2: default_wind``."""
    marked = flags.where(flags.isin(list(ESTIMATED)), "")
    columns = tuple(marked.columns)
    return [_flag_words(columns, tuple(row)) for row in marked.to_numpy()]


@lru_cache(maxsize=1024)
def _flag_words(columns: tuple[str, ...], row: tuple[str, ...]) -> str:
    return "; ".join(f"{name}: {flag}" for name, flag in zip(columns, row, strict=True) if flag)


def _named(source: str | None, sentence: str) -> str:
    """Return the sentence with its source before it, once."""
    if not source:
        return sentence
    title = catalogue.title(source)
    return sentence if sentence.startswith((source, title)) else f"{source}: {sentence}"


def _gap_sentence(table: pd.DataFrame, absent: np.ndarray) -> str:
    dates = table.loc[absent, "date"].dt.date
    where = f"{dates.iloc[0]}" if len(dates) == 1 else f"{len(dates)} days from {dates.iloc[0]} to {dates.iloc[-1]}"
    return f"no value for {where}: no source had the data; these rows are empty"


def _months(ratio: pd.Series) -> list[float | None]:
    """Return one number for each month; None where nothing was learnt."""
    return [None if pd.isna(value) else round(float(value), 3) for value in ratio]


def _provenance(
    site: Site,
    height: elevations.Elevation,
    choices: Sequence[plans.Step],
    answers: Mapping[str, SourceData],
    causes: Sequence[EtolibError],
    fused: fusion.Fused,
) -> dict[str, Any]:
    return {
        "etolib": __version__,
        "python": platform.python_version(),
        "created": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
        "today": config.today().isoformat(),
        "latitude": site.latitude,
        "longitude": site.longitude,
        "elevation": site.elevation,
        "elevation_source": height.source,
        "day": f"local solar day, UTC{site.utc_offset:+d}",
        "method": "FAO-56 Penman-Monteith, Eq. 6",
        "choice": [f"{c.source}: {c.reason}" for c in choices if c.source in answers or c.role != "fallback"],
        "evidence": list(fused.evidence),
        "findings": [dataclasses.asdict(finding) for finding in fused.findings],
        "learnt": None if fused.learnt is None else fused.learnt.text,
        "learnt_ratio": None if fused.learnt is None else _months(fused.learnt.ratio),
        "sources": {name: answer.meta for name, answer in answers.items()},
        "failed": [cause.to_dict() for cause in causes],
    }
