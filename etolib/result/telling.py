"""What the reader should know of a result: its warnings, and where everything came from."""

from __future__ import annotations

import dataclasses
import datetime as dt
import platform
from typing import Any

import pandas as pd

from etolib import science
from etolib._version import __version__
from etolib.errors import NotCovered, SourceError
from etolib.fusion.fuse import FusedBlock
from etolib.result import grading
from etolib.sources import catalogue
from etolib.sources import plan as plans
from etolib.sources.catalogue import STATION
from etolib.sources.download import Download
from etolib.sources.plan import Plan
from etolib.words import Text, say


def failures(answered: Download) -> list[Text]:
    """Return a sentence for each source that gave no answer."""
    return [
        catalogue.of_source(error.source, error.message)
        for error in answered.failed
        if not (isinstance(error, NotCovered) and _beside(error.source))
    ]


def _beside(name: str | None) -> bool:
    """Return whether a source is asked beside others, which stand in where it has nothing for a place."""
    return name in catalogue.SOURCES and catalogue.find(str(name)).role == "beside"


def warnings(plan: Plan, answered: Download, fused: FusedBlock, place: int, table: pd.DataFrame) -> list[Text]:
    """Return what the reader should know, in the order of the stages; that days are no weather stands first.

    Parameters
    ----------
    plan, answered : Plan, Download
        Of the place.
    fused : FusedBlock
        Its block, and ``place`` its number there.
    table : pandas.DataFrame
        Its result.
    """
    gap, climatology = grading.notes(table)
    told = [] if climatology is None else [climatology]
    if answered.elevation.warning is not None:
        told.append(answered.elevation.warning)
    told += failures(answered)
    for name, answer in answered.answers.items():
        told += [catalogue.of_source(name, note) for note in answer.warnings]
    unused = STATION not in answered.answers and STATION in {step.source for step in plan.steps}
    if plans.monthly(plan.station) and unused:
        told.append(say("own_monthly_means_not_needed"))
    told += fused.warnings[place]
    for finding in fused.findings[place]:
        if finding.action == "mask":
            left_out = say(
                "left_out_on_days",
                variable=finding.variable,
                count=finding.days,
                reason=say(f"left_out_as_{finding.check}"),
            )
            told.append(say("of_source", source=finding.source, sentence=left_out))
    if gap is not None:
        told.append(gap)
    if answered.cache_trouble is not None:
        told.append(answered.cache_trouble)
    return list(dict.fromkeys(told))


def provenance(plan: Plan, answered: Download, fused: FusedBlock, place: int, today: dt.date) -> dict[str, Any]:
    """Return versions, place, day definition, choices with reasons, findings, what was learnt; parameters as there."""
    site, learnt = answered.site, fused.learnt or fused.learnt_usual
    reported = [step for step in plan.steps if step.source in answered.answers or step.role == "main"]
    return {
        "etolib": __version__,
        "science": science.version(),
        "python": platform.python_version(),
        "created": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
        "today": today.isoformat(),
        "latitude": site.latitude,
        "longitude": site.longitude,
        "elevation": site.elevation,
        "elevation_source": answered.elevation.source,
        "day": f"local solar day, UTC{site.utc_offset:+d}",
        "method": "FAO-56 Penman-Monteith, Eq. 6",
        "choice": [say("of_source", source=step.source, sentence=step.reason) for step in reported],
        "evidence": [*fused.days.inputs.evidence, *fused.ahead],
        "findings": [dataclasses.asdict(finding) for finding in fused.findings[place]],
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
