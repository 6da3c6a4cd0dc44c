"""`water_balance`: from daily ETo and rain to crop water use, soil water, stress and irrigation need.

References
----------
FAO-56 as in `etolib.water`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from etolib.errors import InputError, Problem
from etolib.water import checks, dual, notes, season, weather
from etolib.water.balance import Plan, SurfaceLayer, root_zone
from etolib.water.crops import Crop
from etolib.water.crops import crop as find_crop
from etolib.water.irrigation import System
from etolib.water.irrigation import system as find_system
from etolib.water.ledger import STATES, WaterBalance
from etolib.water.season import OUTSIDE, ROOTS_AT_PLANTING, STAGES
from etolib.water.soil import Soil, total_available_water
from etolib.water.soil import soil as find_soil
from etolib.words import say

if TYPE_CHECKING:
    import pandas as pd

_COLUMNS = (
    "season_day", "stage", "eto", "precipitation", "irrigation", "kc", "kcb", "ke", "etc", "ks", "etc_adjusted",
    "evaporation", "taw", "raw", "depletion", "percolation", "runoff", "root_depth", "state",
)  # fmt: skip


def water_balance(
    data: Any,
    crop: str | Crop = "maize_grain",
    soil: str | Soil = "loam",
    planting: dt.date | str | Sequence[dt.date | str] | None = None,
    *,
    method: str = "single",
    kc: float | Sequence[float | None] | None = None,
    stages: Sequence[int] | None = None,
    root_depth: float | tuple[float, float] | None = None,
    height: float | None = None,
    p: float | None = None,
    initial_depletion: float = 0.0,
    irrigation: Mapping[Any, float] | pd.Series | float | None = None,
    rain: Mapping[Any, float] | pd.Series | None = None,
    system: str | System = "sprinkler",
    efficiency: float | None = None,
    plan_from: dt.date | str | None = None,
    allowed: float = 1.0,
    depth: float | None = None,
    curve_number: float | None = None,
    capillary_rise: Mapping[Any, float] | pd.Series | float | None = None,
    subsoil: float = 1.0,
    adjust_kc: bool = True,
    adjust_p: bool = True,
    early: bool = True,
    missing: str = "stop",
) -> WaterBalance:
    """Return the water of a crop day by day: FAO-56 chapters 6 to 8.

    Parameters
    ----------
    data : Result or pandas.DataFrame
        Daily ``eto`` and ``precipitation`` [mm day-1] with their dates; where they are there also ``irrigation`` (net),
        ``u2`` [m s-1], ``rhmin`` [%] (or ``ea``, ``tdew``, ``tmin`` with ``tmax``) for the climate of the coefficients.
        A day that is not there is a missing day.
    crop : str or Crop
        A row of `etolib.water.crops.CROPS`, or your own.
    soil : str or Soil
        A texture of `etolib.water.soil.SOILS`, or your own.
    planting : date, str or several
        Day of planting, or days of several seasons; of a perennial crop the day on which its stages begin each year.
        None: the first day of the data.
    method : {"single", "dual"}
        Kc, or Kcb + Ke with the evaporation of the surface.
    kc : float or three numbers, optional
        Coefficients of your own in place of the table's (Kcb for the dual method): one for all days, or initial, mid
        and end, None for that of the table. Those of your own are not adjusted to the climate.
    stages : four numbers, optional
        Lengths of the stages of your own [days], whole numbers.
    root_depth : float or (float, float), optional
        Depth of the roots at most, or at planting and at most [m]. None: the smaller of Table 22, which FAO-56 gives
        for planning irrigation; from 0.2 m for what is sown.
    height : float, optional
        Mean maximum height of your own [m].
    p : float, optional
        Depletion fraction of your own.
    initial_depletion : float
        At planting, as a share of TAW; 0 is field capacity.
    irrigation : mapping, Series or float, optional
        Net depths that were given [mm], by date.
    rain : mapping or Series, optional
        Rain of another gauge [mm], by date: stands in place of the data's on these days.
    system : str or System
        Of irrigation: `etolib.water.irrigation.SYSTEMS` (share wetted, efficiency).
    efficiency : float, optional
        Of your own, above 0 to 1: gross = net / efficiency.
    plan_from : date or str, optional
        From this day on irrigation is added on the morning after RAW is depleted, up to field capacity.
    allowed : float
        Share of RAW that may be depleted before.
    depth : float, optional
        Net depth of each irrigation that is added [mm], in place of all that is depleted.
    curve_number : float, optional
        Of the SCS for rain that runs off; None: all rain infiltrates.
    capillary_rise : mapping, Series or float, optional
        From the groundwater [mm day-1].
    subsoil : float
        Share of the available water in the soil into which the roots grow.
    adjust_kc, adjust_p : bool
        Whether the coefficients follow the climate, and p each day's ETc.
    early : bool
        Rain and irrigation come early in the day (FAO-56 Examples 35 and 38), or late.
    missing : {"stop", "hold"}
        What a day without ETo or rain does: from it on the depletion is not known (until rain or irrigation fills the
        root zone), or it is held and the day marked. Never is it taken as 0.

    Returns
    -------
    WaterBalance

    Raises
    ------
    InputError
        With all that cannot be used.

    Examples
    --------
    >>> import pandas as pd
    >>> days = pd.DataFrame({"date": pd.date_range("2024-05-01", periods=60), "eto": 5.0, "precipitation": 1.0})
    >>> water = water_balance(days, "tomato", "sandy loam", "2024-05-01", plan_from="2024-05-20")
    >>> water.irrigations().round({"net": 1, "gross": 1}).head(2)
            date   net  gross
    0 2024-05-20  22.1   29.5
    1 2024-05-26  13.0   17.3
    """
    return _Account(
        data, crop, soil, planting, method, kc, stages, root_depth, height, p, initial_depletion, irrigation, rain,
        system, efficiency, plan_from, allowed, depth, curve_number, capillary_rise, subsoil, adjust_kc, adjust_p,
        early, missing,
    ).balance()  # fmt: skip


@dataclass
class _Account:
    """The arguments of `water_balance`, and the steps from them to the table."""

    data: Any
    crop: Any
    soil: Any
    planting: Any
    method: str
    kc: Any
    stages: Any
    root_depth: Any
    height: Any
    p: Any
    initial_depletion: float
    irrigation: Any
    rain: Any
    system: Any
    efficiency: Any
    plan_from: Any
    allowed: float
    depth: Any
    curve_number: Any
    capillary_rise: Any
    subsoil: float
    adjust_kc: bool
    adjust_p: bool
    early: bool
    missing: str

    def __post_init__(self) -> None:
        problems = checks.numbers(self)
        if self.method not in ("single", "dual"):
            problems.append(Problem("method", self.method, say("not_one_of", names=["single", "dual"])))
        if self.missing not in ("stop", "hold"):
            problems.append(Problem("missing", self.missing, say("not_one_of", names=["stop", "hold"])))
        for name, find in (("crop", find_crop), ("soil", find_soil), ("system", find_system)):
            try:
                setattr(self, name, find(getattr(self, name)))
            except InputError as error:
                problems += error.problems
        if problems:
            raise InputError(problems)
        self.crop = season.changed(self.crop, self.kc, self.stages, self.height, self.method == "dual")
        self.days, self.gauged = weather.with_rain(weather.daily(self.data), self.rain)
        first = self.days.index[0].date()
        given = self.planting if isinstance(self.planting, list | tuple) else [self.planting or first]
        self.plantings = [weather.as_date(one, "planting") for one in given]
        self.p = self.crop.p if self.p is None else float(self.p)
        self.efficiency = self.system.efficiency if self.efficiency is None else float(self.efficiency)
        self.roots = self._roots()

    def _roots(self) -> tuple[float, float]:
        """Return the depth of the roots at planting and at most [m]."""
        deepest = self.crop.root_depth[0] if self.root_depth is None else self.root_depth
        first, last = deepest if isinstance(deepest, list | tuple) else (min(ROOTS_AT_PLANTING, deepest), deepest)
        self.deepest = float(last)
        end = float(last) if self.soil.depth is None else min(float(last), self.soil.depth)
        return (end if self.crop.perennial else min(float(first), end)), end

    def balance(self) -> WaterBalance:
        """Balance each season by itself, and put the days together."""
        crop, days = self.crop, self.days
        own = self.kc if isinstance(self.kc, list | tuple | np.ndarray) else [self.kc] * 3
        state = season.of_crop(
            crop,
            days,
            self.plantings,
            basal=self.method == "dual",
            adjust=(self.adjust_kc and own[1] is None, self.adjust_kc and own[2] is None),
            roots=self.roots,
        )
        taw = total_available_water(self.soil.field_capacity, self.soil.wilting_point, state.root_depth)
        given = weather.depths(self.irrigation, days.index, "irrigation")
        given = given + np.nan_to_num(days["irrigation"].to_numpy(float))
        rise = weather.depths(self.capillary_rise, days.index, "capillary_rise")
        first = len(days) if self.plan_from is None else self._position(self.plan_from)
        table = self._empty(state, taw, given)
        planned = np.zeros(len(days), bool)
        inside = np.isfinite(state.kc)
        if not inside.any():
            raise InputError([self._no_day_in_season()])
        starts: list[int] = np.flatnonzero(state.begins).tolist()
        for start in starts:
            end = _end(inside, state.begins, start)
            here = slice(start, end)
            found = root_zone(
                days["eto"].to_numpy(float)[here], days["precipitation"].to_numpy(float)[here], state.kc[here],
                taw[here], self.p, initial=self.initial_depletion * taw[start], irrigation=given[here],
                capillary_rise=rise[here], subsoil=self.subsoil, curve_number=self.curve_number,
                layer=self._layer(state, here),
                plan=None if first >= end else Plan(self.allowed, self.depth, max(first - start, 0)),
                adjust_p=self.adjust_p, early=self.early, hold=self.missing == "hold",
            )  # fmt: skip
            planned[here] = found["irrigation"] > given[here]
            self._fill(table, here, found)
        said = notes.all_of(self, state, table, len(starts))
        dates = [day.date() for day in days.index[planned]]
        return WaterBalance(table.reset_index(), crop, self.soil, self.system, self._settings(), said, dates)

    def _no_day_in_season(self) -> Problem:
        """Return that the season and the days have nothing in common."""
        assert self.crop.stages is not None
        last = max(self.plantings) + dt.timedelta(days=sum(self.crop.stages) - 1)
        allowed = f"{self.days.index[0].date()}/{self.days.index[-1].date()}"
        given = ", ".join(map(str, self.plantings))
        return Problem("planting", given, say("season_outside_of_days", date=str(last), period=allowed))

    def _position(self, day: Any) -> int:
        return int(self.days.index.searchsorted(np.datetime64(weather.as_date(day, "plan_from"))))

    def _empty(self, state: season.Season, taw: np.ndarray, given: np.ndarray) -> pd.DataFrame:
        """Return the table before the balance: what is known of each day beforehand."""
        table = self.days.reindex(columns=list(_COLUMNS)).astype(object)
        for name in _COLUMNS:
            table[name] = np.nan
        table["eto"], table["precipitation"] = self.days["eto"], self.days["precipitation"]
        table["season_day"] = np.where(state.day > 0, state.day, np.nan)
        table["stage"] = [STAGES[number] for number in state.stage]
        table["irrigation"], table["taw"], table["root_depth"] = given, taw, state.root_depth
        table["kcb" if self.method == "dual" else "kc"] = state.kc
        table["state"] = OUTSIDE
        return table.drop(columns=["kc"] if self.method == "dual" else ["kcb", "ke", "evaporation"])

    def _fill(self, table: pd.DataFrame, here: slice, found: dict[str, np.ndarray]) -> None:
        at = table.index[here]
        for name in table.columns.intersection(list(found)).difference(["state"]):
            table.loc[at, name] = found[name]
        table.loc[at, "state"] = [STATES[int(one)] for one in found["state"]]

    def _layer(self, state: season.Season, here: slice) -> SurfaceLayer | None:
        """Return the surface layer of the dual method; wind and humidity that are absent are FAO-56's standard."""
        if self.method != "dual":
            return None
        days, kcb, height = self.days[here], state.kc[here], state.height[here]
        largest = dual.kc_max(days["u2"].fillna(2.0).to_numpy(), days["rhmin"].fillna(45.0).to_numpy(), height, kcb)
        smallest = min(dual.KC_MIN, self.crop.kcb_ini) if self.crop.kcb_ini > 0 else dual.KC_MIN
        return SurfaceLayer(
            self.soil.total_evaporable, self.soil.readily_evaporable, largest,
            dual.cover(kcb, largest, height, smallest), wetted=self.system.wetted,
            beneath_canopy=self.system.name == "drip",
        )  # fmt: skip

    def _settings(self) -> dict[str, Any]:
        site = getattr(self.data, "site", None)
        return {
            "place": None if site is None else str(site),
            "period": f"{self.days.index[0].date()}/{self.days.index[-1].date()}",
            "crop": self.crop.name,
            "soil": self.soil.name,
            "planting": [str(day) for day in self.plantings],
            "method": self.method,
            "kc": [self.crop.kc_ini, self.crop.kc_mid, self.crop.kc_end],
            "kcb": [self.crop.kcb_ini, self.crop.kcb_mid, self.crop.kcb_end],
            "stages": None if self.crop.stages is None else list(self.crop.stages),
            "root_depth": list(self.roots),
            "height": self.crop.height,
            "p": self.p,
            "field_capacity": self.soil.field_capacity,
            "wilting_point": self.soil.wilting_point,
            "total_evaporable": self.soil.total_evaporable,
            "readily_evaporable": self.soil.readily_evaporable,
            "initial_depletion": self.initial_depletion,
            "system": self.system.name,
            "efficiency": self.efficiency,
            "plan_from": None if self.plan_from is None else str(weather.as_date(self.plan_from, "plan_from")),
            "allowed": self.allowed,
            "depth": self.depth,
            "curve_number": self.curve_number,
            "subsoil": self.subsoil,
            "adjust_kc": self.adjust_kc,
            "adjust_p": self.adjust_p,
            "early": self.early,
            "missing": self.missing,
        }


def _end(inside: np.ndarray, begins: np.ndarray, start: int) -> int:
    """Return the end of a season: where the crop is gone, or the next one begins."""
    stop = np.flatnonzero(~inside[start:] | np.concatenate([[False], begins[start + 1 :]]))
    return start + int(stop[0]) if len(stop) else len(inside)
