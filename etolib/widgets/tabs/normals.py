"""Normals: the period against the years 1991 to 2020, or against the climatology; a calendar of its days."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from etolib.errors import EtolibError, InputError
from etolib.unit_systems import SYSTEMS
from etolib.widgets.tabs.tab import Guard, Tab, View
from etolib.words import encode

if TYPE_CHECKING:
    from etolib.result.normals import Normals
    from etolib.result.result import Result


def ask(result: Result, words: Mapping[str, str]) -> dict[str, Any]:
    """Return a result against the climatology, which needs no download, and the calendars of its days.

    Returns
    -------
    dict
        ``eto``, ``precipitation``: each a comparison (`etolib.result.normals.Normals` as plain values; ``months`` holds
        value and normal of the compared days of each month [mm]; ``csv`` its days as a file, by units) or ``why`` there
        is none; ``calendars``: of ``eto``, ``anomaly`` (ETo less its normal) and ``precipitation`` ``years``, and of
        each 366 days [mm day-1], None where absent; ``asked``: whether years were calculated, ``record``: whether any
        is compared with them; ``request``: the years of the normal as a query; ``file``: the name of a file of it.
    """
    return _compared(result, None)


def years(result: Result, values: Mapping[str, Any]) -> dict[str, Any]:
    """Return a result against the years of the normal, as `ask`: ``values`` holds them as ``record``."""
    return _compared(result, values["record"])


def _compared(result: Result, record: Result | None) -> dict[str, Any]:
    from etolib.result import formats
    from etolib.result.normals import VARIABLES, baseline_request, normals

    found: dict[str, Any] = {}
    calendars = {name: _calendar(result, name) for name in VARIABLES}
    for variable in VARIABLES:
        try:
            compared = normals(result, record, variable)
        except EtolibError as error:
            found[variable] = {"why": why(error)}
            continue
        found[variable] = _one(compared)
        if variable == "eto":
            calendars["anomaly"] = _calendar(compared, "anomaly")
    return found | {
        "calendars": {name: days for name, days in calendars.items() if days is not None},
        "asked": record is not None,
        "record": any(found[variable].get("origin") == "archive" for variable in VARIABLES),
        "request": baseline_request(result.request).query(),
        "file": f"{formats.file_name(result)}_normals",
    }


def _calendar(data: Any, variable: str) -> dict[str, Any] | None:
    """Return a variable by year and day of the year; None where no day has it."""
    from etolib.result.normals import calendar
    from etolib.widgets.remote import plain

    matrix = calendar(data, variable).round(2)
    if not matrix.notna().to_numpy().any():
        return None
    return {
        "years": [int(year) for year in matrix.index],
        "days": [[plain(value) for value in row] for row in matrix.to_numpy(dtype=float)],
    }


def _one(found: Normals) -> dict[str, Any]:
    """Return the comparison of one variable."""
    from etolib.widgets.remote import plain

    known = found.table.dropna(subset=["value"])
    months = known.groupby(known["date"].dt.strftime("%Y-%m"))[["value", "normal"]].sum()
    numbers = {name: plain(getattr(found, name)) for name in ("total", "normal", "anomaly", "percent", "percentile")}
    return numbers | {
        "origin": found.origin,
        "base": encode(found.base),
        "years": found.years,
        "days": found.days,
        "months": [[month, plain(row["value"]), plain(row["normal"])] for month, row in months.iterrows()],
        "notes": [encode(note) for note in found.notes],
        "csv": {units: found.to_csv(units=units) for units in SYSTEMS},
    }


def why(error: EtolibError) -> list[Any]:
    """Return what is wrong in sentences that can be said in another language (`etolib.words.decode`)."""
    if isinstance(error, InputError):
        return [encode(problem.sentence) for problem in error.problems]
    return [encode(error.message)]


def view(guard: Guard) -> View:
    """Return the comparison and the calendar."""
    from etolib.widgets.normals import NormalsView

    return NormalsView(guard)


TAB = Tab("normals", ask=ask, view=view, again=years, lazy=True)
