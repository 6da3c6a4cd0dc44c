"""What columns of one file say of each other: a minimum is below its maximum, a dew point below the air, and so on."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from etolib.equations import sun
from etolib.equations.air import atmospheric_pressure, saturation_vapour_pressure, wind_speed_2m
from etolib.equations.humidity import (
    vapour_pressure_from_dew_point,
    vapour_pressure_from_rh,
    vapour_pressure_from_rhmean,
)
from etolib.equations.radiation import solar_radiation_from_sunshine
from etolib.errors import Problem
from etolib.site import Site
from etolib.sources.station import impostors, psychrometer, steps
from etolib.sources.station.columns import Column
from etolib.sources.station.expected import (
    FAR,
    TAU,
    Days,
    day_to_day,
    departure,
    index_of,
    place_in_words,
    usual,
)
from etolib.sources.station.questions import Question
from etolib.sources.station.units import conversion
from etolib.sources.station.verdicts import Verdict
from etolib.variables import VARIABLES
from etolib.words import Text, say

MOST = 0.5
"""Share of the days from which a relation is broken throughout, and not by a slip of single days."""

WIDEST = (27.0, 36.0)
"""Median difference of maximum and minimum no place has: over ten days and more (the widest monthly means are near
22 K), and over fewer. [K]"""

NARROWEST = 0.3
"""Median difference below which both columns hold the same thing. [K]"""

DEW_ABOVE = 0.5
"""How far the median dew point cannot lie above the mean temperature (of both extremes, and the room for it). [K]"""

SATURATED = 1.1
"""Ratio to saturation at the mean temperature that a median vapour pressure cannot reach, with the same room."""

HUMIDITY_APART = (1.5, 0.25)
"""Two measures of vapour pressure contradict each other beyond this ratio *and* this difference [kPa]: routes of FAO-56
differ by up to a tenth or two, readings at one hour by some more."""

SUN_APART = 1.7
"""Ratio of radiation to that of the hours of sunshine (Eq. 35, error about a tenth) beyond which they contradict."""

SEA_LEVEL = 4.0
"""How far a median pressure may lie from that of the station's elevation (Eq. 7): weather moves it by 2 or 3. [kPa]"""

FOLLOWS, FOLLOWS_MORE = 0.5, 0.3
"""A deficit follows the range of the day's temperature and its maximum (correlations above the first), its minimum less
than the range by the second; vapour follows the minimum. Vapour of eleven stations does so in 0.2 % of 30-day windows,
their deficit in 38 %: enough to ask, not to leave it out, where the place does not speak against it as well."""

CLEARLY = 0.2
"""By how much the misfit of one of two readings must exceed the other's."""

DEFICIT_DAYS = 15
"""Days needed for that."""

SHADED = -0.3
"""Logarithm of the ratio to usual radiation below which radiation that does not follow clear days is another one."""

SHADED_DAYS = 40

SEASON = (45, 2.0)
"""Days, and standard deviation of what is usual on them [K], from which the course of the season is looked at."""

SLOPE = 0.15
"""Standard error of the slope of a year's temperatures on what is usual: the climatology's annual range errs by so
much of itself."""


@dataclass(frozen=True)
class _Columns:
    """Columns that are each possible by themselves, and what is known of them."""

    values: Mapping[str, Any]
    dates: Days
    site: Site | None
    named: Mapping[str, Column]
    scores: Mapping[str, float]

    def have(self, *variables: str) -> bool:
        return all(v in self.values for v in variables)

    def name(self, variable: str) -> str:
        return repr(self.named[variable].name)

    def out(self, variable: str, reason: Text) -> Verdict:
        column = self.named[variable].name
        text = say("column_contradicts", name=repr(column), variable=variable, reason=reason)
        return Verdict(variable, column, "leave out", text)

    def asked(self, variable: str, text: Text) -> Verdict:
        column = self.named[variable].name
        question = Question("columns", text, column, (variable, ""), variable)
        return Verdict(variable, column, "ask", text, question=question)

    def written(self, variable: str) -> Any:
        """Return the values as the file has them."""
        column = self.named[variable]
        factor, offset = conversion(variable, column.unit)
        at_2_m = variable != "u2" or (column.height or 2.0) == 2.0
        height = 1.0 if at_2_m else float(np.asarray(wind_speed_2m(1.0, column.height)))
        return (self.values[variable] / height - offset) / factor / column.scale

    def refuse(self, variables: Sequence[str], rule: Text, hint: Text) -> Verdict:
        names = ", ".join(self.named[v].name for v in variables)
        return Verdict(variables[0], names, "refuse", rule, Problem("columns", names, rule, hint))


def contradictions(
    values: Mapping[str, Any],
    dates: Days,
    site: Site | None,
    named: Mapping[str, Column],
    scores: Mapping[str, float],
) -> list[Verdict]:
    """Return the verdicts on columns that contradict each other.

    Parameters
    ----------
    values : mapping of str to ndarray, shape (days,)
        Canonical variables in canonical units, each possible by itself.
    dates : sequence of datetime.date
        Their days.
    site : Site or None
        Where the station stands.
    named : mapping of str to Column
        The column of each variable.
    scores : mapping of str to float
        The misfit of each by itself: of two that contradict each other the worse is blamed.
    """
    values = {v: _possible(v, x) for v, x in values.items()}
    columns = _Columns(values, dates, site, named, scores)
    found: list[Verdict] = []
    for check in _CHECKS:
        found += [v for v in check(columns) if v.variable not in {f.variable for f in found}]
        if any(v.action == "refuse" for v in found):
            return found
        gone = {v.variable for v in found if v.action == "leave out"}
        columns = _Columns({v: x for v, x in values.items() if v not in gone}, dates, site, named, scores)
    return found


def _possible(variable: str, values: Any) -> Any:
    """Return the values that can be weather, NaN for a single slip."""
    bounds = VARIABLES[variable]
    upper = min(bounds.upper, 100.0) if variable.startswith("rh") else bounds.upper
    series = np.where(values > bounds.upper, np.nan, np.minimum(values, upper))
    return np.where(series < bounds.lower, np.nan, series)


def _median(values: Any) -> float:
    good = values[np.isfinite(values)]
    return float(np.median(good)) if len(good) else float("nan")


def _share(broken: Any, *values: Any) -> float:
    """Return the share of days on which a relation is broken, of those that have all values."""
    there = np.all([np.isfinite(v) for v in values], axis=0)
    return float(broken[there].mean()) if there.any() else 0.0


def exchanged(values: Mapping[str, Any]) -> bool:
    """Return whether the minimum lies above the maximum on most days: each by itself may look like another unit."""
    if not {"tmin", "tmax"} <= values.keys():
        return False
    low, high = values["tmin"], values["tmax"]
    return _share(low > high, low, high) > MOST


def _range(c: _Columns) -> list[Verdict]:
    if not c.have("tmin", "tmax"):
        return []
    low, high = c.values["tmin"], c.values["tmax"]
    if exchanged(c.values):
        return [c.refuse(("tmin", "tmax"), say("wrong_way_round"), say("exchange_the_columns"))]
    apart = _median(high - low)
    days = int(np.isfinite(high - low).sum())
    if apart > WIDEST[0 if days >= 10 else 1]:
        rule = say("range_too_wide", apart=f"{apart:.0f}", name=c.name("tmin"), name2=c.name("tmax"))
        return [c.refuse(("tmin", "tmax"), rule, say("one_has_another_unit"))]
    if days >= 5 and apart < NARROWEST:
        rule = say("range_too_narrow", apart=f"{apart:.1f}", name=c.name("tmin"), name2=c.name("tmax"))
        return [c.refuse(("tmin", "tmax"), rule, say("one_is_no_extreme"))]
    return []


def _season(c: _Columns) -> list[Verdict]:
    """Find a year that runs against that of the place: another hemisphere, or dates that are shifted.

    The slope of the temperatures on what is usual is 1; that it is negative and far below 1 is no year's weather.
    """
    if c.site is None or not c.have("tmin", "tmax"):
        return []
    low, high = (usual(v, c.dates, c.site) for v in ("tmin", "tmax"))
    spread = day_to_day(c.site)
    if low is None or high is None or spread is None:
        return []
    mean, expected = (c.values["tmin"] + c.values["tmax"]) / 2, (low + high) / 2
    good = np.isfinite(mean)
    if good.sum() < SEASON[0] or float(np.std(expected[good])) < SEASON[1]:
        return []
    x = expected[good] - expected[good].mean()
    slope = float(np.sum(x * mean[good]) / np.sum(x**2))
    error = float(np.hypot(spread / (np.std(x) * np.sqrt(good.sum() / TAU["temperature"])), SLOPE))
    if slope >= min(0.0, 1.0 - FAR * error):
        return []
    rule = say("season_reversed", place=place_in_words(c.site))
    return [c.refuse(("tmin", "tmax"), rule, say("check_place_and_dates"))]


def _change_of_unit(c: _Columns) -> list[Verdict]:
    """Find a column whose unit changes within the file (`etolib.sources.station.steps`)."""
    found: list[Verdict] = []
    have = c.have("tmin", "tmax")
    mean = (c.values["tmin"] + c.values["tmax"]) / 2 if have else None
    if have and (leap := steps.jump(c.values["tmin"], c.values["tmax"], c.dates)) is not None:
        rule = say("temperature_jumps", date=str(leap[0]), apart=f"{leap[1]:+.0f} K")
        return [c.refuse(("tmin", "tmax"), rule, say("one_unit_throughout"))]
    for variable in ("u2", "rs", "ea", "rhmin", "rhmax", "rhmean"):
        if not c.have(variable) or (unit := c.named[variable].unit) is None:
            continue
        values = c.values[variable]
        if variable == "rs" and c.site is not None:
            day = index_of(c.dates).day_of_year.to_numpy(float)
            values = values / np.maximum(np.asarray(sun.extraterrestrial_radiation(c.site.latitude, day)), 0.5)
        if variable == "ea" and have:
            values = values / np.asarray(saturation_vapour_pressure(mean))
        if (step := steps.find(variable, values, c.dates, unit)) is not None:
            column, (one, other) = c.named[variable].name, step.units
            text = say("unit_changes", name=repr(column), date=str(step.day), ratio=f"{step.ratio:.2g}",
                       unit=one, unit2=other)  # fmt: skip
            found.append(c.asked(variable, text))
    for variable in steps.LARGER:
        if not c.have(variable) or any(v.variable == variable for v in found):
            continue
        if (change := steps.rewritten(variable, c.written(variable), c.dates)) is not None:
            said = {"date": str(change.day), "ratio": f"{change.ratio:.2g}", "step": f"{change.steps[0]:g}"}
            text = say("written_in_two_units", name=c.name(variable), step2=f"{change.steps[1]:g}", **said)
            found.append(c.asked(variable, text))
    return found


def _another_quantity(c: _Columns) -> list[Verdict]:
    """Find columns that may hold another quantity than their name says (`etolib.sources.station.impostors`)."""
    found = impostors.reasons(c.values, c.dates, c.site)
    if len({c.named[v].index for v in ("tmin", "tmax") if c.have(v)}) == 1:  # both made of one column of hours
        found = {v: reason for v, reason in found.items() if v not in ("tmin", "tmax")}
    found = {v: reason for v, reason in found.items() if v in c.named}
    return [c.asked(v, say("is_it_that", name=c.name(v), variable=v, reason=reason)) for v, reason in found.items()]


def _mean(c: _Columns) -> list[Verdict]:
    if not c.have("tmin", "tmax", "tmean"):
        return []
    low, high, mean = c.values["tmin"], c.values["tmax"], c.values["tmean"]
    outside = (mean < low - 0.5) | (mean > high + 0.5)
    return [c.out("tmean", say("mean_outside_extremes"))] if _share(outside, low, high, mean) > MOST else []


def _dew(c: _Columns) -> list[Verdict]:
    if not c.have("tmin", "tmax"):
        return []
    low, high = c.values["tmin"], c.values["tmax"]
    if c.have("tdew"):
        above = _median(c.values["tdew"] - (low + high) / 2)
        if above > DEW_ABOVE or _share(c.values["tdew"] > high + 0.5, c.values["tdew"], high) > MOST:
            return [c.out("tdew", say("dew_above_mean", apart=f"{above:.1f}"))]
    if c.have("ea"):
        ratio = _median(c.values["ea"] / np.asarray(saturation_vapour_pressure((low + high) / 2)))
        if ratio > SATURATED:
            return [c.out("ea", say("vapour_above_saturation", ratio=f"{ratio:.1f}"))]
    return []


def _order_of_humidity(c: _Columns) -> list[Verdict]:
    found = []
    if c.have("rhmin", "rhmax"):
        low, high = c.values["rhmin"], c.values["rhmax"]
        if _share(low > high, low, high) > MOST:
            return [c.out(v, say("humidity_wrong_way_round")) for v in ("rhmin", "rhmax")]
    if c.have("rhmin", "rhmax", "rhmean"):
        low, high, mean = c.values["rhmin"], c.values["rhmax"], c.values["rhmean"]
        if _share((mean < low - 1) | (mean > high + 1), low, high, mean) > MOST:
            found.append(c.out("rhmean", say("humidity_mean_outside")))
    return found


def _bulbs(c: _Columns) -> list[Verdict]:
    """Find readings of a psychrometer that are not of one air: both are left out."""
    if not c.have("tmin", "tmax", "tdry", "twet"):
        return []
    low, high, dry, wet = (c.values[name] for name in ("tmin", "tmax", "tdry", "twet"))
    ea = psychrometer.vapour_pressure(c.values, None if c.site is None else c.site.elevation)
    if _share(wet > dry, wet, dry) > MOST:
        reason = say("wet_bulb_above_dry", apart=f"{_median(wet - dry):.1f}")
    elif _share((dry < low - 1) | (dry > high + 1), dry, low, high) > MOST:
        reason = say("dry_bulb_outside_extremes")
    elif _share(ea <= 0, ea) > MOST:
        reason = say("bulbs_leave_no_vapour", apart=f"{_median(dry - wet):.1f}")
    else:
        return []
    return [c.out(name, reason) for name in psychrometer.BULBS]


def _ordered(low: Any, high: Any) -> tuple[Any, Any]:
    """Return both without the days on which the lower lies above."""
    crossed = low > high
    return np.where(crossed, np.nan, low), np.where(crossed, np.nan, high)


def _routes(c: _Columns) -> dict[str, Any]:
    """Return the vapour pressure by each humidity of the file. [kPa]"""
    low, high = _ordered(c.values["tmin"], c.values["tmax"])
    found: dict[str, Any] = {}
    if c.have("ea"):
        found["ea"] = c.values["ea"]
    if c.have("tdew"):
        found["tdew"] = np.asarray(vapour_pressure_from_dew_point(c.values["tdew"]))
    if c.have("rhmin", "rhmax"):
        found["rhmin"] = np.asarray(vapour_pressure_from_rh(low, high, *_ordered(c.values["rhmin"], c.values["rhmax"])))
    if c.have("tdry", "twet"):
        found["twet"] = psychrometer.vapour_pressure(c.values, None if c.site is None else c.site.elevation)
    if c.have("rhmean"):
        found["rhmean"] = np.asarray(vapour_pressure_from_rhmean(low, high, c.values["rhmean"]))
    return found


def _deficit(c: _Columns) -> list[Verdict]:
    """Find a vapour pressure that is a deficit: by another humidity, else by what it follows from day to day."""
    if not c.have("tmin", "tmax", "ea"):
        return []
    low, high, ea = c.values["tmin"], c.values["tmax"], c.values["ea"]
    es = (np.asarray(saturation_vapour_pressure(low)) + np.asarray(saturation_vapour_pressure(high))) / 2
    for route, other in _routes(c).items():
        if route == "ea":
            continue
        as_deficit, as_vapour = (
            _median(np.abs(np.log(_some(ea / (es - other))))),
            _median(np.abs(np.log(_some(ea / other)))),
        )
        as_saturation = _median(np.abs(np.log(_some(ea / es))))
        if as_saturation < 0.05 and as_vapour > as_saturation + 0.15:
            return [c.out("ea", say("is_the_saturation", name2=c.name(route)))]
        if as_deficit < 0.15 and as_vapour > as_deficit + 0.15:
            return [c.out("ea", say("is_the_deficit", name2=c.name(route)))]
    good = np.isfinite(ea) & np.isfinite(low) & np.isfinite(high)
    if good.sum() < DEFICIT_DAYS:
        return []
    span, bottom, top = (_correlation(ea[good], x[good]) for x in (high - low, low, high))
    if not (span > FOLLOWS and top > FOLLOWS and span - bottom > FOLLOWS_MORE):
        return []
    reason = say("follows_like_a_deficit", ratio=f"{span:.2f}", other=f"{bottom:.2f}")
    turned = None if c.site is None else departure("ea", es - ea, c.dates, c.site)
    if turned is not None:  # the vapour pressure it would leave, beside what is usual there
        worse = c.scores.get("ea", 0.0) - turned.score
        if abs(worse) > CLEARLY:
            return [c.out("ea", reason)] if worse > 0 else []
    return [c.asked("ea", say("is_it_that", name=c.name("ea"), variable="ea", reason=reason))]


def _some(values: Any) -> Any:
    """Return values as positive numbers, NaN where they are none."""
    return np.where(values > 1e-3, values, np.nan)


def _correlation(one: Any, two: Any) -> float:
    if min(np.std(one), np.std(two)) < 1e-6:
        return float("nan")
    return float(np.corrcoef(one, two)[0, 1])


def _humidity(c: _Columns) -> list[Verdict]:
    """Find a humidity that contradicts another: the odd one of three, else the less usual at the place, else ask."""
    if not c.have("tmin", "tmax"):
        return []
    routes = {v: _median(values) for v, values in _routes(c).items()}
    routes = {v: middle for v, middle in routes.items() if middle > 0}

    def apart(one: str, two: str) -> bool:
        ratio, difference = HUMIDITY_APART
        a, b = routes[one], routes[two]
        return max(a, b) / min(a, b) > ratio and abs(a - b) > difference

    against = {v: [o for o in routes if o != v and apart(v, o)] for v in routes}
    odd = [v for v in routes if len(against[v]) == len(routes) - 1 and len(routes) > 2]
    odd = [v for v in odd if all(len(against[o]) == 1 for o in routes if o != v)]
    if not odd and any(against.values()):
        one = max((v for v in routes if against[v]), key=lambda v: c.scores.get(v, 0.0))
        two = min(against[one], key=lambda v: c.scores.get(v, 0.0))
        if c.scores.get(one, 0.0) - c.scores.get(two, 0.0) < 0.4:
            text = say("two_humidities", name=c.name(one), name2=c.name(two), ea=f"{routes[one]:.2f}",
                       other=f"{routes[two]:.2f}")  # fmt: skip
            names = (c.named[one].name, c.named[two].name)
            return [Verdict(one, names[0], "ask", text, question=Question("columns", text, names[0], names))]
        odd = [one]
    return [
        c.out(v, say("humidity_contradicts", ea=f"{routes[v]:.2f}", name2=c.name(against[v][0]),
                     other=f"{routes[against[v][0]]:.2f}"))
        for name in odd for v in ((name, "rhmax") if name == "rhmin" else (name,))
        if v in routes or name == v
    ]  # fmt: skip


def _sunshine(c: _Columns) -> list[Verdict]:
    if c.site is None or not c.have("rs", "sunshine"):
        return []
    day = index_of(c.dates).day_of_year.to_numpy(float)
    ra = np.asarray(sun.extraterrestrial_radiation(c.site.latitude, day))
    length = np.maximum(np.asarray(sun.daylight_hours(c.site.latitude, day)), 0.1)
    bright = np.minimum(c.values["sunshine"], length)
    expected = np.asarray(solar_radiation_from_sunshine(bright, ra, length))
    ratio = float(
        np.nansum(c.values["rs"]) / max(np.nansum(np.where(np.isfinite(c.values["rs"]), expected, np.nan)), 0.1)
    )
    if 1 / SUN_APART <= ratio <= SUN_APART:
        return []
    wrong = "rs" if ratio < 1 and c.scores.get("rs", 0.0) > 0.4 else "sunshine"
    other = "sunshine" if wrong == "rs" else "rs"
    return [c.out(wrong, say("sun_contradicts", ratio=f"{ratio:.2f}", name2=c.name(other)))]


def _shade(c: _Columns) -> list[Verdict]:
    """Find radiation that is too low for the place and not larger on the days with a wide range of temperature."""
    if c.site is None or not c.have("tmin", "tmax", "rs"):
        return []
    found = departure("rs", c.values["rs"], c.dates, c.site)
    if found is None or found.apart > SHADED:
        return []
    ra = np.asarray(sun.extraterrestrial_radiation(c.site.latitude, index_of(c.dates).day_of_year.to_numpy(float)))
    clear, span = c.values["rs"] / np.maximum(ra, 0.1), c.values["tmax"] - c.values["tmin"]
    good = np.isfinite(clear) & np.isfinite(span) & (ra > 5)
    if good.sum() < SHADED_DAYS or not (linked := _correlation(clear[good], span[good])) < 0.0:
        return []
    share = f"{float(np.exp(found.apart)):.2f}"
    return [c.out("rs", say("radiation_like_diffuse", share=share, ratio=f"{linked:.2f}"))]


def _pressure(c: _Columns) -> list[Verdict]:
    if c.site is None or c.site.elevation is None or not c.have("pressure"):
        return []
    expected = float(np.asarray(atmospheric_pressure(c.site.elevation)))
    middle = _median(c.values["pressure"])
    if not abs(middle - expected) > SEA_LEVEL:  # or there is none at all
        return []
    reason = say("pressure_of_another_height", value=f"{middle:.1f}", elevation=f"{c.site.elevation:.0f}",
                 other=f"{expected:.1f}")  # fmt: skip
    return [c.out("pressure", reason)]


_CHECKS: tuple[Callable[[_Columns], list[Verdict]], ...] = (
    _range, _season, _change_of_unit, _mean, _dew, _order_of_humidity, _bulbs, _deficit, _humidity, _sunshine, _shade,
    _pressure, _another_quantity,
)  # fmt: skip
