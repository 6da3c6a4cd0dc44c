"""Water: the balance of a crop's root zone, its irrigation need and its degree days, with what a person chooses."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from etolib import config
from etolib.errors import EtolibError, InputError, Problem
from etolib.unit_systems import SYSTEMS, US
from etolib.widgets import water_fields
from etolib.widgets.daily import MM_PER
from etolib.widgets.tabs.normals import why
from etolib.widgets.tabs.tab import Guard, Tab, View
from etolib.words import encode, say

if TYPE_CHECKING:
    from etolib.result.result import Result
    from etolib.water.soil import Soil

SERIES = ("eto", "precipitation", "etc", "etc_adjusted", "taw", "raw", "depletion", "irrigation")
"""What is drawn of each day; [mm]."""

_DAY_AND_DEPTH = re.compile(r"^(.+?)[\s;,]+([-+−]?\d+(?:[.,]\d+)?)\s*(mm|in)?\.?$")
_FIELD_OF = {"evaporation_depth": "total_evaporable", "stages": "stage_initial", "kc": "kc_ini"}


def ask(result: Result, words: Mapping[str, str]) -> dict[str, Any]:
    """Return the water of the first choices: see `balance`."""
    return balance(result, {})


def balance(result: Result, values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the water balance of a result for what was chosen.

    Parameters
    ----------
    result : Result
    values : mapping
        Any of ``crop``, ``soil``, ``system``, ``method`` (names), ``planting`` (ISO date), and as typed the numbers of
        `etolib.widgets.water_fields.FIELDS` and the lists of depths by date ``irrigation`` and ``rain``; ``us`` names
        those that were typed in US units. What is absent or empty is that of the crop, the soil or the system.

    Returns
    -------
    dict
        ``values``; ``why``: sentences, where they cannot be used, and ``wrong``: those of each field; else ``dates``, a
        list a day for each of `SERIES`, ``states``, ``totals`` [mm], ``planned``: date, net and gross [mm];
        ``plan_from``: ISO date or None; ``degree_days``: sum and days [degC day]; ``settings``, ``source``, ``notes``;
        ``csv`` and ``file``: the table as a file, by units, and its name.
    """
    try:
        return _balance(result, values)
    except InputError as error:
        wrong: dict[str, list[Any]] = {}
        for problem in error.problems:
            wrong.setdefault(_FIELD_OF.get(problem.thing, problem.thing), []).append(encode(problem.sentence))
        return {"values": dict(values), "why": why(error), "wrong": wrong}
    except EtolibError as error:
        return {"values": dict(values), "why": why(error), "wrong": {}}


def chosen(result: Result, values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the arguments of `etolib.water_balance` beside the result, for what was chosen: see `balance`.

    Raises
    ------
    InputError
        With everything that cannot be used, by its field.
    """
    problems: list[Problem] = []
    typed = {name: water_fields.read(values, name, problems) for name in water_fields.FIELDS}
    depths = {name: _depths(values, name, problems) for name in water_fields.LISTS}
    stages = _stages(values, typed, problems)
    base, upper = 10.0 if typed["base"] is None else typed["base"], typed["upper"]
    if upper is not None and upper <= base:
        problems.append(Problem("upper", str(values["upper"]), say("must_lie_above_base")))
    if problems:
        raise InputError(problems)
    kc = [typed[name] for name in ("kc_ini", "kc_mid", "kc_end")]
    given = {name: values[name] for name in ("crop", "system", "method", "planting") if values.get(name)}
    numbers = {name: typed[name] for name in ("root_depth", "height", "p")}
    efficiency = typed["efficiency"]
    return {
        **given, **numbers, **depths,
        "soil": _soil(str(values.get("soil") or "loam"), typed, dual=values.get("method") == "dual"),
        "kc": None if kc == [None] * 3 else kc,
        "stages": stages,
        "initial_depletion": (typed["initial_depletion"] or 0.0) / 100,
        "efficiency": None if efficiency is None else efficiency / 100,
        "plan_from": _coming(result),
    }  # fmt: skip


def _balance(result: Result, values: Mapping[str, Any]) -> dict[str, Any]:
    from etolib.result import formats
    from etolib.water.crop_water import water_balance
    from etolib.widgets.remote import plain

    arguments = chosen(result, values)
    water = water_balance(result, **arguments)
    table, coming = water.table, arguments["plan_from"]
    base = water_fields.read(values, "base", [])
    irrigations = water.irrigations()
    return {
        "values": dict(values),
        "dates": [day.date().isoformat() for day in table["date"]],
        **{name: [plain(value) for value in table[name].astype(float)] for name in SERIES},
        "states": list(table["state"]),
        "totals": {name: plain(value) for name, value in water.totals().items()},
        "planned": [[row["date"].date().isoformat(), row["net"], row["gross"]] for _, row in irrigations.iterrows()],
        "plan_from": None if coming is None else coming.isoformat(),
        "degree_days": _degree_days(
            result, table, 10.0 if base is None else base, water_fields.read(values, "upper", [])
        ),
        "settings": water.settings,
        "source": encode(water.crop.source),
        "notes": [encode(note) for note in water.notes],
        "csv": {units: water.to_csv(units=units) for units in SYSTEMS},
        "file": f"{formats.file_name(result)}_water.csv",
    }


def _stages(
    values: Mapping[str, Any], typed: Mapping[str, float | None], problems: list[Problem]
) -> tuple[int, ...] | None:
    """Return the lengths of the stages, where one of them was typed; the others are those of the crop."""
    from etolib.water.crops import crop

    names = water_fields.STAGES
    if all(typed[name] is None for name in names):
        return None
    rows = crop(values.get("crop") or "maize_grain").stages or (None,) * 4
    lengths = [typed[name] if typed[name] is not None else row for name, row in zip(names, rows, strict=True)]
    for name, length in zip(names, lengths, strict=True):
        if length is None and not any(problem.thing == name for problem in problems):
            problems.append(Problem(name, None, say("is_missing"), say("give_all_four_stages")))
    known = tuple(int(length) for length in lengths if length is not None)
    if len(known) < len(names):
        return None
    if not sum(known):
        problems.append(Problem(names[0], "0", say("must_hold_a_day")))
    return known


def _soil(name: str, typed: Mapping[str, float | None], *, dual: bool) -> Soil:
    """Return a soil by its texture, with the numbers that were typed.

    Raises
    ------
    InputError
        Where they cannot be those of a soil.
    """
    from etolib.water.soil import soil

    row = soil(name)
    names = ("field_capacity", "wilting_point", "total_evaporable", "readily_evaporable")
    own: dict[str, Any] = {one: typed[one] for one in names if typed[one] is not None}
    if not own:
        return row
    capacity = own.get("field_capacity", row.field_capacity)
    point = own.get("wilting_point", row.wilting_point)
    if point >= capacity:
        if "wilting_point" in own:
            raise InputError([Problem("wilting_point", point, say("must_lie_below_field_capacity"))])
        raise InputError([Problem("field_capacity", capacity, say("must_lie_above_wilting_point"))])
    total = own.pop("total_evaporable", None)
    if total is not None:
        depth = total / (1000 * (capacity - 0.5 * point))
        if not 0.01 <= depth <= 0.5:
            least, most = (round(1000 * (capacity - 0.5 * point) * one, 1) for one in (0.01, 0.5))
            rule = say("must_be_number_between", low=least, high=most)
            raise InputError([Problem("total_evaporable", f"{total:g}", rule)])
        own["evaporation_depth"] = depth
    elif "readily_evaporable" not in own and not dual:
        # The single coefficient knows no surface: what the texture's row has for it must not forbid a thin soil.
        own["readily_evaporable"] = min(row.readily_evaporable, 50 * (capacity - 0.5 * point))
    return replace(row, **own)


def _depths(values: Mapping[str, Any], name: str, problems: list[Problem]) -> dict[dt.date, float] | None:
    """Return depths by date of lines such as ``2024-06-10 25`` [mm]; two on one day are added."""
    from etolib import dates

    lines = [line.strip() for line in str(values.get(name) or "").splitlines() if line.strip()]
    if lines and not re.search(r"\d", lines[0]):
        del lines[0]  # the heads of a table that was pasted
    if not lines:
        return None
    mm = MM_PER[US] if name in (values.get("us") or ()) else 1.0
    days, found = [], []
    for line in lines:
        parts = _DAY_AND_DEPTH.match(line)
        depth = water_fields.number(parts[2]) if parts else -1.0
        if parts is None or not depth >= 0:  # NaN too
            problems.append(Problem(name, line, say("write_day_and_depth")))
            return None
        days.append(parts[1].strip(" ;,"))
        found.append(depth * {"mm": 1.0, "in": MM_PER[US], None: mm}[parts[3]])
    try:
        read = dates.read(days, name=name).days.astype("datetime64[D]").tolist()
    except InputError as error:
        problems += [Problem(name, one.value, one.rule) for one in error.problems]  # it names the row too
        return None
    total: dict[dt.date, float] = {}
    for day, depth in zip(read, found, strict=True):
        total[day] = total.get(day, 0.0) + depth
    return total


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


def view(guard: Guard) -> View:
    """Return the fields and what follows from them."""
    from etolib.widgets.water import WaterView

    return WaterView(guard)


TAB = Tab("water", ask=ask, view=view, again=balance, lazy=True)
