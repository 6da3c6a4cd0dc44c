"""Water: the balance of a crop's root zone, its irrigation need and its degree days, with what a person chooses."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from etolib import config
from etolib.errors import EtolibError, InputError, Problem
from etolib.widgets.tabs.normals import why
from etolib.widgets.tabs.tab import Tab, View
from etolib.words import encode, say

if TYPE_CHECKING:
    from etolib.result.result import Result

SERIES = ("eto", "precipitation", "etc", "etc_adjusted", "taw", "raw", "depletion", "irrigation")
"""What is drawn of each day; [mm]."""


def ask(result: Result, words: Mapping[str, str]) -> dict[str, Any]:
    """Return the water of the first choices: see `balance`."""
    return balance(result, {})


def balance(result: Result, values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the water balance of a result for what was chosen.

    Parameters
    ----------
    result : Result
    values : mapping
        Any of ``crop``, ``soil``, ``system``, ``method`` (names), ``planting`` (ISO date), and as typed ``root_depth``
        [m], ``initial_depletion`` [%], ``efficiency`` [%], ``base`` and ``upper`` [degC]; what is absent or empty is
        that of the crop, the soil or the system.

    Returns
    -------
    dict
        ``values``; ``why``: sentences, where they cannot be used; else ``dates``, a list a day for each of `SERIES`,
        ``states``, ``totals`` [mm], ``planned``: date, net and gross [mm]; ``plan_from``: ISO date or None;
        ``degree_days``: sum and days [degC day]; ``settings``, ``source``, ``notes``.
    """
    try:
        return _balance(result, values)
    except EtolibError as error:
        return {"values": dict(values), "why": why(error)}


def _balance(result: Result, values: Mapping[str, Any]) -> dict[str, Any]:
    from etolib.water.crop_water import water_balance
    from etolib.widgets.remote import plain

    problems: list[Problem] = []
    root_depth = _number(values, "root_depth", 1, (0.01, 20), problems)
    initial = _number(values, "initial_depletion", 100, (0, 100), problems)
    efficiency = _number(values, "efficiency", 100, (5, 100), problems)
    base = _number(values, "base", 1, (-20, 40), problems)
    upper = _number(values, "upper", 1, (-20, 60), problems)
    if problems:
        raise InputError(problems)
    coming = _coming(result)
    names = {name: values[name] for name in ("crop", "soil", "system", "method", "planting") if values.get(name)}
    water = water_balance(
        result, root_depth=root_depth, initial_depletion=initial or 0.0, efficiency=efficiency, plan_from=coming,
        **names,
    )  # fmt: skip
    table = water.table
    irrigations = water.irrigations()
    return {
        "values": dict(values),
        "dates": [day.date().isoformat() for day in table["date"]],
        **{name: [plain(value) for value in table[name].astype(float)] for name in SERIES},
        "states": list(table["state"]),
        "totals": {name: plain(value) for name, value in water.totals().items()},
        "planned": [[row["date"].date().isoformat(), row["net"], row["gross"]] for _, row in irrigations.iterrows()],
        "plan_from": None if coming is None else coming.isoformat(),
        "degree_days": _degree_days(result, table, 10.0 if base is None else base, upper),
        "settings": water.settings,
        "source": encode(water.crop.source),
        "notes": [encode(note) for note in water.notes],
    }


def _number(
    values: Mapping[str, Any], name: str, scale: float, bounds: tuple[float, float], problems: list[Problem]
) -> float | None:
    """Return a number as typed, with a point or a comma, None where nothing is; what is none is a problem."""
    typed = str(values.get(name) or "").strip()
    if not typed:
        return None
    try:
        value = float(typed.replace(",", ".").replace("−", "-"))
    except ValueError:
        value = float("nan")
    if not bounds[0] <= value <= bounds[1]:
        problems.append(Problem(name, typed, say("must_be_number_between", low=bounds[0], high=bounds[1])))
    return value / scale


def _coming(result: Result) -> dt.date | None:
    """Return the first day of the result that is still to come, today included; None where all are past."""
    today = config.today()
    if result.period.end < today:
        return None
    return max(today, result.period.start)


def _degree_days(result: Result, table: Any, base: float, upper: float | None) -> dict[str, Any]:
    """Return the degree days of the season's days with both temperatures, and how many these are [degC day]."""
    import numpy as np

    from etolib.water.degree_days import degree_days

    inside = set(table.loc[table["state"] != "outside", "date"])
    days = result.table[result.table["date"].isin(inside)]
    found = degree_days(days["tmin"].to_numpy(float), days["tmax"].to_numpy(float), base, upper)
    known = int(np.isfinite(found).sum())
    return {
        "sum": float(np.nansum(found)) if known else None, "days": known, "of": len(days), "base": base, "upper": upper,
    }  # fmt: skip


def view() -> View:
    """Return the fields and what follows from them."""
    from etolib.widgets.water import WaterView

    return WaterView()


TAB = Tab("water", ask=ask, view=view, again=balance, lazy=True)
