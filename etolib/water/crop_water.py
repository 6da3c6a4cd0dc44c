"""`water_balance`: from daily ETo and rain to crop water use, soil water, stress and irrigation need.

References
----------
FAO-56 as in `etolib.water`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from etolib.errors import InputError, Problem
from etolib.water import dual, season, weather
from etolib.water.balance import HELD, KNOWN, MISSING, UNKNOWN, Plan, SurfaceLayer, root_zone
from etolib.water.crops import Crop
from etolib.water.crops import crop as find_crop
from etolib.water.irrigation import System
from etolib.water.irrigation import system as find_system
from etolib.water.season import OUTSIDE, ROOTS_AT_PLANTING, STAGES
from etolib.water.soil import Soil, total_available_water
from etolib.water.soil import soil as find_soil
from etolib.words import Text, say

if TYPE_CHECKING:
    import pandas as pd

STATES = {KNOWN: "known", MISSING: "missing", UNKNOWN: "unknown", HELD: "held"}
"""Words of the column ``state``; and ``outside`` of a season."""

UNITS = {
    "eto": "mm day-1",
    "precipitation": "mm day-1",
    "irrigation": "mm day-1",
    "etc": "mm day-1",
    "etc_adjusted": "mm day-1",
    "evaporation": "mm day-1",
    "taw": "mm",
    "raw": "mm",
    "depletion": "mm",
    "percolation": "mm day-1",
    "runoff": "mm day-1",
    "root_depth": "m",
}
"""Units of the columns; coefficients (kc, kcb, ke, ks) have none."""

_COLUMNS = (
    "season_day", "stage", "eto", "precipitation", "irrigation", "kc", "kcb", "ke", "etc", "ks", "etc_adjusted",
    "evaporation", "taw", "raw", "depletion", "percolation", "runoff", "root_depth", "state",
)  # fmt: skip


def state_title(state: str) -> Text:
    """Return a state of a day (column ``state``) in words.

    >>> state_title("held")
    'missing, depletion held'
    """
    return say(f"water_state_{state}")


def stage_title(stage: str) -> Text:
    """Return a stage of the season (column ``stage``) in words.

    >>> stage_title("mid")
    'mid-season'
    """
    return say(f"growth_stage_{stage}")


@dataclass
class WaterBalance:
    """The water of a crop, day by day.

    Attributes
    ----------
    table : pandas.DataFrame
        One row a day: ``date``, ``season_day``, ``stage`` (initial, development, mid, late, outside), ``eto``,
        ``precipitation``, ``irrigation`` (net), ``kc`` (single) or ``kcb`` and ``ke``, ``etc`` (without stress),
        ``ks``, ``etc_adjusted``, ``taw``, ``raw``, ``depletion`` (at the end of the day), ``percolation``, ``runoff``,
        ``root_depth``, ``state`` (known, missing, unknown, held, outside); units in `UNITS`. NaN is not known.
    crop : Crop
    soil : Soil
    system : System
    settings : dict
        What the balance was made with, as JSON can hold it.
    notes : list of Text
        What the reader should know.
    planned : list of date
        Days whose irrigation the balance added.
    """

    table: pd.DataFrame
    crop: Crop
    soil: Soil
    system: System
    settings: dict[str, Any]
    notes: list[Text] = field(default_factory=list)
    planned: list[dt.date] = field(default_factory=list)

    def irrigations(self) -> pd.DataFrame:
        """Return the irrigations that the balance added: ``date``, ``net`` and ``gross`` [mm]."""
        import pandas as pd

        days = self.table.set_index("date")["irrigation"].reindex(pd.DatetimeIndex(self.planned))
        gross = days.to_numpy(float) / self.settings["efficiency"]
        return pd.DataFrame({"date": days.index, "net": days.to_numpy(float), "gross": gross})

    def dry_day(self) -> dt.date | None:
        """Return the first day that ends with more than RAW depleted; None where there is none."""
        dry = self.table[self.table["depletion"] > self.table["raw"] + 1e-9]
        return None if dry.empty else dry["date"].iloc[0].date()

    def totals(self) -> dict[str, float]:
        """Return the sums of the season's known days [mm], and their number."""
        known = self.table[self.table["state"] == "known"]
        names = ("eto", "precipitation", "irrigation", "etc", "etc_adjusted", "percolation", "runoff")
        return {"days": float(len(known))} | {name: float(known[name].sum()) for name in names}

    def _repr_html_(self) -> str:
        import html

        notes = "".join(f"<li>{html.escape(note)}</li>" for note in self.notes)
        return f"<ul>{notes}</ul>{self.table.head(10).to_html(index=False, escape=True)}"


def water_balance(
    data: Any,
    crop: str | Crop = "maize_grain",
    soil: str | Soil = "loam",
    planting: dt.date | str | Sequence[dt.date | str] | None = None,
    *,
    method: str = "single",
    kc: float | Sequence[float] | None = None,
    stages: Sequence[int] | None = None,
    root_depth: float | tuple[float, float] | None = None,
    p: float | None = None,
    initial_depletion: float = 0.0,
    irrigation: Mapping[Any, float] | pd.Series | float | None = None,
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
        and end. They are not adjusted to the climate.
    stages : four numbers, optional
        Lengths of the stages of your own [days].
    root_depth : float or (float, float), optional
        Depth of the roots at most, or at planting and at most [m]. None: the smaller of Table 22, which FAO-56 gives
        for planning irrigation; from 0.2 m for what is sown.
    p : float, optional
        Depletion fraction of your own.
    initial_depletion : float
        At planting, as a share of TAW; 0 is field capacity.
    irrigation : mapping, Series or float, optional
        Net depths that were given [mm], by date.
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
        data, crop, soil, planting, method, kc, stages, root_depth, p, initial_depletion, irrigation, system,
        efficiency, plan_from, allowed, depth, curve_number, capillary_rise, subsoil, adjust_kc, adjust_p, early,
        missing,
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
    p: Any
    initial_depletion: float
    irrigation: Any
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
        problems = _numbers(self)
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
        self.crop = season.changed(self.crop, self.kc, self.stages, self.method == "dual")
        self.days = weather.daily(self.data)
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
        end = float(last) if self.soil.depth is None else min(float(last), self.soil.depth)
        return (end if self.crop.perennial else min(float(first), end)), end

    def balance(self) -> WaterBalance:
        """Balance each season by itself, and put the days together."""
        crop, days = self.crop, self.days
        state = season.of_crop(
            crop,
            days,
            self.plantings,
            basal=self.method == "dual",
            adjust=self.adjust_kc and self.kc is None,
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
        notes = self._notes(state, table, len(starts))
        dates = [day.date() for day in days.index[planned]]
        return WaterBalance(table.reset_index(), crop, self.soil, self.system, self._settings(), notes, dates)

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
        return {
            "crop": self.crop.name,
            "soil": self.soil.name,
            "planting": [str(day) for day in self.plantings],
            "method": self.method,
            "kc": [self.crop.kc_ini, self.crop.kc_mid, self.crop.kc_end],
            "kcb": [self.crop.kcb_ini, self.crop.kcb_mid, self.crop.kcb_end],
            "stages": None if self.crop.stages is None else list(self.crop.stages),
            "root_depth": list(self.roots),
            "p": self.p,
            "field_capacity": self.soil.field_capacity,
            "wilting_point": self.soil.wilting_point,
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

    def _notes(self, state: season.Season, table: pd.DataFrame, seasons: int) -> list[Text]:
        """Return what the reader should know."""
        crop, soil = self.crop, self.soil
        notes = [say("water_crop", crop=crop.title, tables=crop.source)]
        if self.kc is not None:
            notes = [say("water_own_kc", crop=crop.title, tables=crop.source)]
        if crop.stages is None and self.kc is None:
            notes.append(say("water_no_stages", crop=crop.title))
        elif crop.stages and crop.region:
            notes.append(say("water_stages_of", numbers=list(crop.stages), region=crop.grown))
        capacity, point = f"{soil.field_capacity:.2f}", f"{soil.wilting_point:.2f}"
        depths = {
            "first": f"{self.roots[0]:.2f}",
            "last": f"{self.roots[1]:.2f}",
            "share": f"{self.initial_depletion:.0%}",
        }
        notes.append(say("water_soil", soil=soil.title, capacity=capacity, point=point, **depths))
        notes += state.notes
        if self.planting is None:
            notes.append(say("water_planting_not_given", date=str(self.plantings[0])))
        if self.method == "dual":
            notes.append(say("water_surface_dry"))
        begun = int(state.day[0]) - 1
        if begun > 0 and crop.stages is not None:
            notes.append(say("water_season_begun", count=begun))
        if self.curve_number is None:
            notes.append(say("water_no_runoff"))
        if usual := weather.climatology_days(self.data):
            notes.append(say("water_days_of_climatology", count=usual))
        gone = table[table["state"].isin(["missing", "held"])]
        if len(gone):
            key = "water_days_held" if self.missing == "hold" else "water_days_missing"
            notes.append(say(key, count=len(gone), date=str(gone.index[0].date())))
        unknown = int((table["state"] == "unknown").sum())
        if unknown:
            notes.append(say("water_days_unknown", count=unknown))
        outside = int((table["state"] == OUTSIDE).sum())
        if outside:
            notes.append(say("water_days_outside", count=outside))
        if seasons > 1 and not crop.perennial:
            notes.append(say("water_seasons_begin_anew", count=seasons))
        if self.plan_from is not None:
            notes.append(say("water_gross", system=self.system.title, percent=f"{100 * self.efficiency:.0f}"))
        return notes


def _end(inside: np.ndarray, begins: np.ndarray, start: int) -> int:
    """Return the end of a season: where the crop is gone, or the next one begins."""
    stop = np.flatnonzero(~inside[start:] | np.concatenate([[False], begins[start + 1 :]]))
    return start + int(stop[0]) if len(stop) else len(inside)


def _numbers(account: _Account) -> list[Problem]:
    """Return what is wrong with the numbers."""
    bounds = {
        "p": (0.05, 0.95), "initial_depletion": (0.0, 1.0), "efficiency": (0.05, 1.0), "allowed": (0.05, 3.0),
        "depth": (0.1, 500.0), "curve_number": (1.0, 100.0), "subsoil": (0.0, 1.0),
    }  # fmt: skip
    given = [(name, getattr(account, name), *bounds[name]) for name in bounds if getattr(account, name) is not None]
    for name, count, low, high in (("kc", 3, 0.0, 2.0), ("stages", 4, 0, 3000)):
        values = getattr(account, name)
        if values is not None:
            many = isinstance(values, list | tuple | np.ndarray)
            values = list(values) if many else [values]
            given += [(name, one, low, high) for one in values]
            if len(values) != count and (many or name == "stages"):
                return [Problem(name, values, say("must_have_values", number=count))]
    roots = account.root_depth
    if isinstance(roots, list | tuple) and len(roots) != 2:
        return [Problem("root_depth", list(roots), say("must_have_values", number=2))]
    if isinstance(account.planting, list | tuple) and not account.planting:
        return [Problem("planting", None, say("is_missing"), say("write_date_like"))]
    if roots is not None:
        given += [("root_depth", one, 0.01, 20.0) for one in (roots if isinstance(roots, list | tuple) else [roots])]
    return [
        Problem(name, value, say("must_be_number_between", low=low, high=high))
        for name, value, low, high in given
        if isinstance(value, bool | str) or not low <= value <= high
    ]
