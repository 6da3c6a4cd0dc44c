"""Quality: named flags, filling rules that leave a mark, and refusal of numbers that betray a wrong unit.

A missing input is filled cell by cell by the rules of FAO-56 chapter 3, and every cell says where its value comes
from. Nothing is interpolated in time. What cannot be filled stays NaN.

- ``ea``: ea (given), tdew (from_dew_point), rhmax and rhmin (from_rh_extremes), tdry and twet of a psychrometer with
  the coefficient a_psy (from_psychrometer), rhmax (from_rh_max), rhmean (from_rh_mean), Tmin (estimated_tmin).
- ``rs``: rs (given), sunshine (estimated_sunshine), range of temperature (estimated_hargreaves), or on an island
  Ra (estimated_island).
- ``u2``: u2 (given), 2 m s-1 (default_wind).
- ``tmin``, ``tmax``: given or missing; nothing replaces a temperature.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from etolib.equations import air, conventions, humidity, radiation, sun
from etolib.equations import constants as c
from etolib.equations.conventions import Convention
from etolib.equations.elementwise import checked_inputs, ordered, range_problems
from etolib.errors import InputError, Problem
from etolib.words import Text, say

FLAGS: tuple[str, ...] = (
    "given",
    "missing",
    "from_dew_point",
    "from_rh_extremes",
    "from_rh_max",
    "from_rh_mean",
    "estimated_tmin",
    "estimated_sunshine",
    "estimated_hargreaves",
    "estimated_island",
    "default_wind",
    "suspect_above_ra",
    "estimated_by_source",
    "suspect_unlikely",
    "unconfirmed",
    "from_psychrometer",
)
"""Every flag; the position is the code used in grids. `meaning` says what each means."""

CODES: dict[str, int] = {name: code for code, name in enumerate(FLAGS)}
ESTIMATED: frozenset[str] = frozenset(name for name in FLAGS if name.startswith(("estimated_", "default_", "suspect_")))
"""Flags of cells whose value is an estimate, a default or doubtful (``from_*`` are measured by another route)."""

UNCONFIRMED = "unconfirmed"
"""Flag of cells that rest on a reading of an own file that nobody has confirmed."""

FILLED = ("tmin", "tmax", "ea", "rs", "u2")
"""The inputs of the Penman-Monteith equation that have a flag."""

KRS = {"interior": c.KRS_INTERIOR, "coast": c.KRS_COASTAL, "island": float("nan")}


@dataclass(frozen=True)
class Completed:
    """Inputs without gaps where a rule fills them: ``values`` and int8 ``codes`` by name (see `CODES`)."""

    values: dict[str, np.ndarray]
    codes: dict[str, np.ndarray]


def complete(
    given: Mapping[str, np.ndarray],
    *,
    latitude: np.ndarray,
    elevation: np.ndarray,
    day_of_year: np.ndarray,
    krs: str | float = "interior",
    dew_point_offset: float = 0.0,
    psychrometer: str | None = None,
    pressure: np.ndarray | None = None,
    convention: Convention | str = "fao56",
) -> Completed:
    """Fill missing inputs by FAO-56 chapter 3, cell by cell, with a mark on every cell.

    Parameters
    ----------
    given : mapping of str to ndarray
        Canonical variables in canonical units, shapes that broadcast; ``tmin`` and ``tmax`` at least.
    latitude, elevation, day_of_year : ndarray
        [degrees], [m], 1 to 366; shapes that broadcast with the variables.
    krs : {"interior", "coast", "island"} or float
        How radiation is estimated from temperature: 0.16, 0.19, Eq. 51, or a number of your own. [degC-0.5]
    dew_point_offset : float
        How far the dew point lies below Tmin, 2 to 3 in arid places. [degC]
    psychrometer : {"ventilated", "natural", "indoor"}, optional
        How air moves past the wet bulb ``twet`` where ``a_psy`` does not say it.
    pressure : ndarray, optional
        At the psychrometer; by default that of the elevation. [kPa]
    convention : Convention or str
        Whose sun.

    Returns
    -------
    Completed

    Raises
    ------
    InputError
        With all problems: ranges, swapped extremes, numbers that betray a wrong unit, and a psychrometer that is
        needed and of which nothing is said.

    Examples
    --------
    >>> day = complete({"tmin": np.array([14.8]), "tmax": np.array([26.6])},
    ...                latitude=np.array([45.717]), elevation=np.array([200.0]), day_of_year=np.array([196]))
    >>> round(float(day.values["rs"][0]), 2), list(FLAGS)[day.codes["rs"][0]]
    (22.29, 'estimated_hargreaves')
    """
    problems = [
        Problem(name, None, say("is_missing"), say("give_daily_minimum" if name == "tmin" else "give_daily_maximum"))
        for name in ("tmin", "tmax")
        if name not in given
    ]
    problems += rule_problems(krs, dew_point_offset, psychrometer)
    given = with_psychrometer(given, psychrometer)
    if _needs_psychrometer(given):
        problems.append(psychrometer_problem())
    place = {"latitude": latitude, "elevation": elevation, "day_of_year": day_of_year}
    problems += range_problems({**given, **place})
    problems += _fraction_problems(given)
    for low, high in (("tmin", "tmax"), ("rhmin", "rhmax"), ("twet", "tdry")):
        problems += ordered(low, high)(dict(given))
    if problems:
        raise InputError(problems)

    convention = conventions.get(convention)
    ra = sun.extraterrestrial_radiation(latitude, day_of_year, convention=convention)
    above = None if "rs" not in given else _above_ra(given["rs"], ra)
    if above is not None and (problems := _radiation_problems(given["rs"], above)):
        raise InputError(problems)
    with checked_inputs():
        if pressure is None and "a_psy" in given:
            pressure = air.atmospheric_pressure(elevation, convention=convention)
        return _complete(given, place, ra, above, krs, dew_point_offset, pressure, convention)


def _complete(
    given: Mapping[str, np.ndarray],
    place: Mapping[str, np.ndarray],
    ra: np.ndarray,
    above: np.ndarray | None,
    krs: str | float,
    dew_point_offset: float,
    pressure: np.ndarray | None,
    convention: Convention,
) -> Completed:
    shape = np.broadcast_shapes(*(np.shape(a) for a in (*given.values(), *place.values())))
    whole = {name: np.broadcast_to(array, shape) for name, array in given.items()}
    ra = np.broadcast_to(ra, shape)
    values: dict[str, np.ndarray] = {}
    codes: dict[str, np.ndarray] = {}
    for name in ("tmin", "tmax"):
        values[name] = whole[name]
        codes[name] = given_or_missing(np.isnan(whole[name]))
    filled = {
        "ea": _vapour_pressure(whole, dew_point_offset, None if pressure is None else np.broadcast_to(pressure, shape)),
        "rs": _solar_radiation(whole, ra, above, place, krs, convention),
        "u2": _Filling(whole.get("u2"), shape, whole["tmin"].dtype),
    }
    filled["u2"].fill_all("default_wind", c.WIND_DEFAULT)
    for name, filling in filled.items():
        values[name], codes[name] = filling.values, filling.codes
    return Completed(values, codes)


def with_psychrometer(given: Mapping[str, np.ndarray], psychrometer: str | None) -> Mapping[str, np.ndarray]:
    """Return the variables with the coefficient of a psychrometer where they have a wet bulb and none of it.

    >>> bulbs = {"tdry": np.array([25.6]), "twet": np.array([19.5])}
    >>> with_psychrometer(bulbs, "natural")["a_psy"].tolist()
    [0.0008]
    """
    if psychrometer not in humidity.VENTILATION or not {"tdry", "twet"} <= given.keys():
        return given
    said = np.array([humidity.VENTILATION[psychrometer or ""]])
    known = given.get("a_psy", said)
    return {**given, "a_psy": np.where(np.isnan(known), said, known)}


def psychrometer_problem() -> Problem:
    """Return what is said of a psychrometer of which nothing is known."""
    names = list(map(repr, humidity.VENTILATION))
    hint = say("answer_with_one_of", name="psychrometer", answers=names)
    return Problem("psychrometer", None, say("ventilation_not_said"), hint)


def _needs_psychrometer(given: Mapping[str, np.ndarray]) -> bool:
    """Return whether a cell has no better humidity than a psychrometer of which nothing is said."""
    if not {"tdry", "twet"} <= given.keys():
        return False
    nothing = np.array([np.nan])
    have = {name: np.isfinite(given.get(name, nothing)) for name in ("tdry", "twet", *_BETTER, "a_psy")}
    better = have["ea"] | have["tdew"] | (have["rhmin"] & have["rhmax"])
    return bool((have["tdry"] & have["twet"] & ~have["a_psy"] & ~better).any())


_BETTER = ("ea", "tdew", "rhmin", "rhmax")


def vapour_pressure(given: Mapping[str, np.ndarray], elevation: float | np.ndarray | None = None) -> np.ndarray:
    """Return the vapour pressure by the best route each cell's humidity allows, NaN where none; nothing is refused.

    The routes of `complete` in their order, without its estimate from Tmin: what fusion judges a source's humidity by.

    Parameters
    ----------
    given : mapping of str to ndarray
        ``tmin`` and ``tmax`` [degC], and any of ``ea`` [kPa], ``tdew`` [degC], ``rhmin``, ``rhmax`` and ``rhmean`` [%],
        ``tdry`` and ``twet`` [degC] with ``a_psy`` [degC-1]; one shape.
    elevation : float or ndarray that broadcasts, optional
        Of the psychrometer; without it ``tdry`` and ``twet`` are of no use. [m]

    Returns
    -------
    ndarray
        [kPa]

    Examples
    --------
    >>> day = {"tmin": 18.0, "tmax": 25.0, "rhmin": 54.0, "rhmax": 82.0, "rhmean": 68.0}
    >>> vapour_pressure({name: np.array([value]) for name, value in day.items()}).round(2).tolist()
    [1.7]
    """
    with checked_inputs():
        pressure = None
        if elevation is not None and {"tdry", "twet", "a_psy"} <= given.keys():
            pressure = air.atmospheric_pressure(np.full(given["tmin"].shape, elevation))
        return _measured_vapour_pressure(given, pressure).values


def _vapour_pressure(whole: Mapping[str, np.ndarray], dew_point_offset: float, pressure: np.ndarray | None) -> _Filling:
    tmin = whole["tmin"]
    ea = _measured_vapour_pressure(whole, pressure)
    ea.fill(
        "estimated_tmin",
        lambda at: humidity.vapour_pressure_from_tmin(tmin[at], np.array([dew_point_offset])),
        needs=(tmin,),
    )
    return ea


def _measured_vapour_pressure(whole: Mapping[str, np.ndarray], pressure: np.ndarray | None) -> _Filling:
    tmin, tmax = whole["tmin"], whole["tmax"]
    ea = _Filling(whole.get("ea"), tmin.shape, tmin.dtype)
    if "tdew" in whole:
        ea.fill("from_dew_point", lambda at: humidity.vapour_pressure_from_dew_point(whole["tdew"][at]))
    if "rhmax" in whole and "rhmin" in whole:
        ea.fill(
            "from_rh_extremes",
            lambda at: humidity.vapour_pressure_from_rh(tmin[at], tmax[at], whole["rhmin"][at], whole["rhmax"][at]),
            needs=(tmin, tmax),
        )
    if pressure is not None and {"tdry", "twet", "a_psy"} <= whole.keys():
        ea.fill(
            "from_psychrometer",
            lambda at: _of_bulbs(whole["tdry"][at], whole["twet"][at], whole["a_psy"][at], pressure[at]),
        )
    if "rhmax" in whole:
        ea.fill(
            "from_rh_max",
            lambda at: humidity.vapour_pressure_from_rhmax(tmin[at], whole["rhmax"][at]),
            needs=(tmin,),
        )
    if "rhmean" in whole:
        ea.fill(
            "from_rh_mean",
            lambda at: humidity.vapour_pressure_from_rhmean(tmin[at], tmax[at], whole["rhmean"][at]),
            needs=(tmin, tmax),
        )
    return ea


def _of_bulbs(tdry: np.ndarray, twet: np.ndarray, a_psy: np.ndarray, pressure: np.ndarray) -> np.ndarray:
    """Return the vapour pressure by a psychrometer, NaN where its readings leave none: they are not of one air."""
    ea = np.asarray(humidity.vapour_pressure_from_psychrometer(tdry, twet, pressure, ventilation=a_psy))
    return np.where((ea > 0) & (twet <= tdry), ea, np.nan)


def _solar_radiation(
    whole: Mapping[str, np.ndarray],
    ra: np.ndarray,
    above: np.ndarray | None,
    place: Mapping[str, np.ndarray],
    krs: str | float,
    convention: Convention,
) -> _Filling:
    tmin, tmax = whole["tmin"], whole["tmax"]
    shape = tmin.shape
    rs = _Filling(whole.get("rs"), shape, tmin.dtype)
    if above is not None:
        rs.mark("suspect_above_ra", above)
    if "sunshine" in whole:
        daylight = sun.daylight_hours(place["latitude"], place["day_of_year"], convention=convention)
        daylight = np.broadcast_to(daylight, shape)
        rs.fill(
            "estimated_sunshine",
            lambda at: radiation.solar_radiation_from_sunshine(whole["sunshine"][at], ra[at], daylight[at]),
        )
    if krs == "island":
        # The equation has no temperature in it; a day without temperature is still a day without data.
        rs.fill("estimated_island", lambda at: radiation.solar_radiation_island(ra[at]), needs=(tmin, tmax))
    else:
        factor = np.array([KRS[krs] if isinstance(krs, str) else float(krs)])
        elevation = np.broadcast_to(place["elevation"], shape)

        def of_temperature(at: np.ndarray) -> np.ndarray:
            rso = np.asarray(radiation.clear_sky_radiation(ra[at], elevation[at]))
            return np.asarray(radiation.solar_radiation_from_temperature(tmin[at], tmax[at], ra[at], factor, rso))

        rs.fill("estimated_hargreaves", of_temperature, needs=(tmin, tmax))
    return rs


def rule_problems(krs: str | float, dew_point_offset: float, psychrometer: str | None = None) -> list[Problem]:
    """Return what is wrong with the options of `complete`.

    >>> [str(problem) for problem in rule_problems("mountain", 0.0)]
    ["krs = 'mountain': must be one of interior, coast, island, or a number"]
    """
    problems = []
    if isinstance(krs, str):
        if krs not in KRS:
            problems.append(Problem("krs", krs, say("must_be_one_of_or_a_number", names=list(KRS))))
    elif not 0.05 <= krs <= 0.3:
        rule = say("must_lie_within_unit", low="0.05", high="0.3", unit="degC-0.5")
        problems.append(Problem("krs", krs, rule, say("inland_or_coast")))
    if psychrometer is not None and psychrometer not in humidity.VENTILATION:
        problems.append(Problem("psychrometer", psychrometer, say("must_be_one_of", names=list(humidity.VENTILATION))))
    if not 0.0 <= dew_point_offset <= 10.0:
        rule = say("must_lie_within_unit", low="0", high="10", unit="degC")
        problems.append(Problem("dew_point_offset", dew_point_offset, rule))
    return problems


def given_or_missing(absent: np.ndarray) -> np.ndarray:
    """Return the codes of a variable that is there but where it is ``absent``.

    >>> given_or_missing(np.array([False, True])).tolist()
    [0, 1]
    """
    return absent.astype(np.int8)  # the first two of `FLAGS`


class _Filling:
    """Values and codes of one variable while routes fill what is still absent; what is given is never written to."""

    def __init__(self, start: np.ndarray | None, shape: tuple[int, ...], dtype: np.dtype) -> None:
        self.values = np.full(shape, np.nan, dtype) if start is None else start
        self._own = start is None
        self.absent = np.isnan(self.values)
        self.codes = given_or_missing(self.absent)

    def fill(self, flag: str, route: Callable[[np.ndarray], np.ndarray], needs: tuple[np.ndarray, ...] = ()) -> None:
        """Fill where the route has a number; it is not asked where one of the arrays it ``needs`` has none."""
        if not self.absent.any():
            return
        at = self.absent
        for array in needs:
            at = at & ~np.isnan(array)
        if at.any():
            self._put(flag, at, np.asarray(route(at)))

    def fill_all(self, flag: str, value: float) -> None:
        """Fill whatever is absent with one number."""
        if self.absent.any():
            self._put(flag, self.absent, np.full(int(np.count_nonzero(self.absent)), value))

    def _put(self, flag: str, at: np.ndarray, found: np.ndarray) -> None:
        good = ~np.isnan(found)
        if not good.all():
            at, found = _among(at, good), found[good]
        if not self._own:
            self.values, self._own = np.array(self.values), True
        self.values[at] = found
        self.codes[at] = CODES[flag]
        self.absent = self.absent & ~at

    def mark(self, flag: str, where: np.ndarray) -> None:
        if where.any():
            self.codes[np.broadcast_to(where, self.codes.shape)] = CODES[flag]


def _among(at: np.ndarray, good: np.ndarray) -> np.ndarray:
    """Return where ``at`` holds and, among those cells, ``good`` does."""
    found = np.zeros_like(at)
    found[at] = good
    return found


def _fraction_problems(given: Mapping[str, np.ndarray]) -> list[Problem]:
    names = [n for n in ("rhmin", "rhmean", "rhmax") if n in given and np.isfinite(given[n]).any()]
    if not names or max(float(np.nanmax(given[n])) for n in names) > 1.0:
        return []
    return [
        Problem(
            name,
            float(np.nanmax(given[name])),
            say("at_most_1_everywhere"),
            say("looks_like_fraction", name=name),
        )
        for name in names
    ]


_RA_FACTOR = 1.2  # room for the error of Ra within a day and of a pyranometer
_RA_CELLS = 3  # fewer cells tell of one bad reading as well as of a wrong unit: they are marked, not refused
_RA_MARGIN = 1.0  # MJ m-2 day-1: twilight where Ra is almost 0


def _above_ra(rs: np.ndarray, ra: np.ndarray) -> np.ndarray:
    bound = np.asarray(_RA_FACTOR * ra + _RA_MARGIN)
    if rs.dtype == np.float32 and bound.dtype == np.float64:
        # The next number of rs below the bound is the same bound to it, and compares in half the time.
        single = bound.astype(np.float32)
        bound = np.where(single > bound, np.nextafter(single, np.float32(-np.inf)), single)
    return rs > bound


def radiation_problems(rs: np.ndarray, ra: np.ndarray) -> list[Problem]:
    """Return a problem where most solar radiation exceeds what reaches the top of the atmosphere.

    >>> print(radiation_problems(np.array([45.0, 40.0, 48.0]), np.array([12.0]))[0].suggestion)
    this looks like W m-2: convert it with etolib.units.convert(values, "rs", "W m-2")
    """
    return _radiation_problems(rs, _above_ra(rs, ra))


def _radiation_problems(rs: np.ndarray, above: np.ndarray) -> list[Problem]:
    bright = int(np.count_nonzero(above))
    if not bright:
        return []
    count = int(np.count_nonzero(~np.isnan(rs)))
    if count < _RA_CELLS or bright * 2 <= count:
        return []
    rule = say("above_extraterrestrial", count=bright, total=count)
    return [Problem("rs", float(np.nanmax(rs)), rule, say("looks_like_unit", name="rs", unit="W m-2"))]


def refused_alone(given: Mapping[str, np.ndarray], latitude: np.ndarray, day_of_year: np.ndarray) -> np.ndarray:
    """Return which places `complete` refuses by themselves for their numbers as a whole, and not among others.

    Parameters
    ----------
    given : mapping of str to ndarray, shape (places, days)
    latitude, day_of_year : ndarray, shapes (places, 1) and (1, days)

    Returns
    -------
    ndarray, shape (places,)

    Examples
    --------
    >>> weather = {"rhmean": np.array([[0.5, 0.6], [50.0, 60.0]])}
    >>> refused_alone(weather, np.zeros((2, 1)), np.array([[1.0, 2.0]])).tolist()
    [True, False]
    """
    refused = np.zeros(len(latitude), bool)
    humid = [given[name] for name in ("rhmin", "rhmean", "rhmax") if name in given]
    if humid:
        highest = np.fmax.reduce([np.fmax.reduce(values, axis=1) for values in humid])
        refused |= highest <= 1.0
    if "rs" in given:
        with checked_inputs():
            ra = sun.extraterrestrial_radiation(latitude, day_of_year)
        above, count = _above_ra(given["rs"], ra).sum(axis=1), (~np.isnan(given["rs"])).sum(axis=1)
        refused |= (count >= _RA_CELLS) & (above * 2 > count)
    return refused


def meaning(flag: str) -> Text:
    """Return what a flag means.

    >>> meaning("default_wind")
    'no wind speed: the world mean of 2 m s-1 is taken (FAO-56 p. 63)'
    """
    return say(f"meaning_{flag}")


def summary(codes: Mapping[str, np.ndarray]) -> list[Text]:
    """Return one sentence per filled or missing variable, for people.

    >>> summary({"u2": np.array([0, 10, 10], dtype=np.int8)})
    ['u2: no wind speed: the world mean of 2 m s-1 is taken (FAO-56 p. 63), 2 of 3 values']
    """
    sentences = []
    for variable, array in codes.items():
        for code, count in zip(*np.unique(array, return_counts=True), strict=True):
            flag = FLAGS[code]
            if flag in ESTIMATED or flag == "missing":
                counts = {"count": int(count), "total": array.size}
                sentences.append(say("filled_values", variable=variable, sentence=meaning(flag), **counts))
    return sentences
