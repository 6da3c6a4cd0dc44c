"""Normals: the period against the years 1991 to 2020, or against the climatology; a calendar of its days."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from etolib.errors import EtolibError, InputError
from etolib.widgets.tabs.tab import Tab, View
from etolib.words import encode

if TYPE_CHECKING:
    from etolib.result.result import Result


def ask(result: Result, words: Mapping[str, str]) -> dict[str, Any]:
    """Return a result against the climatology, which needs no download, and the calendar of its days.

    Returns
    -------
    dict
        ``eto``, ``precipitation``: each a comparison (`etolib.result.normals.Normals` as plain values; ``months`` holds
        value and normal of the compared days of each month [mm]) or ``why`` there is none; ``calendar``: ``years``,
        and of each the ETo of 366 days [mm day-1], None where absent; ``record``: whether the years were asked for.
    """
    return _compared(result, None)


def years(result: Result, values: Mapping[str, Any]) -> dict[str, Any]:
    """Return a result against the years of the normal, as `ask`; they are downloaded, or found in the cache."""
    from etolib.pipeline import compute
    from etolib.result.normals import baseline_request

    try:
        record = compute(baseline_request(result.request))
    except EtolibError as error:
        return _compared(result, None) | {"record": True, "failed": why(error)}
    return _compared(result, record) | {"record": True}


def _compared(result: Result, record: Result | None) -> dict[str, Any]:
    from etolib.result.normals import VARIABLES, calendar
    from etolib.widgets.remote import plain

    matrix = calendar(result).round(2)
    found: dict[str, Any] = {variable: _one(result, record, variable) for variable in VARIABLES}
    return found | {
        "calendar": {
            "years": [int(year) for year in matrix.index],
            "days": [[plain(value) for value in row] for row in matrix.to_numpy(dtype=float)],
        },
        "record": False,
    }


def _one(result: Result, record: Result | None, variable: str) -> dict[str, Any]:
    """Return the comparison of one variable, or why there is none."""
    from etolib.result.normals import normals
    from etolib.widgets.remote import plain

    try:
        found = normals(result, record, variable)
    except EtolibError as error:
        return {"why": why(error)}
    known = found.table.dropna(subset=["value"])
    months = known.groupby(known["date"].dt.strftime("%Y-%m"))[["value", "normal"]].sum()
    numbers = {name: plain(getattr(found, name)) for name in ("total", "normal", "anomaly", "percent", "percentile")}
    return numbers | {
        "origin": found.origin,
        "years": found.years,
        "days": found.days,
        "months": [[month, plain(row["value"]), plain(row["normal"])] for month, row in months.iterrows()],
        "notes": [encode(note) for note in found.notes],
    }


def why(error: EtolibError) -> list[Any]:
    """Return what is wrong in sentences that can be said in another language (`etolib.words.decode`)."""
    if isinstance(error, InputError):
        return [encode(problem.sentence) for problem in error.problems]
    return [encode(error.message)]


def view() -> View:
    """Return the comparison and the calendar."""
    from etolib.widgets.normals import NormalsView

    return NormalsView()


TAB = Tab("normals", ask=ask, view=view, again=years)
