"""What a crop is on each day of a table: day of its season, stage, coefficients, roots and height."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from etolib.water import single
from etolib.water.crops import Crop
from etolib.words import Text, say

if TYPE_CHECKING:
    import pandas as pd

ROOTS_AT_PLANTING = 0.2
"""Depth of the roots of a crop that is sown [m] (FAO-56 Annex 8)."""

OUTSIDE = "outside"
STAGES = (OUTSIDE, "initial", "development", "mid", "late")


@dataclass(frozen=True)
class Season:
    """A crop on each day.

    Attributes
    ----------
    day : array
        Of the season, 1 on the day of planting; 0 outside.
    stage : array of int
        1 initial to 4 late, 0 outside.
    begins : array of bool
        Days on which a season begins, or the table within one.
    kc : array
        Single or basal coefficient; NaN outside.
    root_depth, height : array
        [m]; NaN outside.
    notes : list of Text
        What was done to the coefficients.
    """

    day: np.ndarray
    stage: np.ndarray
    begins: np.ndarray
    kc: np.ndarray
    root_depth: np.ndarray
    height: np.ndarray
    notes: list[Text]


def season_days(index: pd.Index[Any], plantings: Sequence[dt.date], crop: Crop) -> np.ndarray:
    """Return the day of the season of each date, 1 on the day of planting; 0 outside of a season."""
    day = np.zeros(len(index), int)
    if crop.stages is None:
        return np.arange(1, len(index) + 1)
    total = sum(crop.stages)
    dates = index.to_numpy().astype("datetime64[D]")
    for start in sorted(plantings):
        if not crop.perennial:
            number = (dates - np.datetime64(start)).astype(int) + 1
        elif crop.is_hay:
            number = (dates - np.datetime64(start)).astype(int) % total + 1
        else:
            years = dates.astype("datetime64[Y]").astype(int) + 1970
            this = np.array([_anniversary(start, year) for year in years], "datetime64[D]")
            before = np.array([_anniversary(start, year - 1) for year in years], "datetime64[D]")
            number = (dates - np.where(this <= dates, this, before)).astype(int) + 1
        within = (number >= 1) & (number <= total)
        day[within] = number[within]
    return day


def _anniversary(start: dt.date, year: int) -> dt.date:
    try:
        return start.replace(year=year)
    except ValueError:  # 29 February
        return dt.date(year, 2, 28)


def of_crop(
    crop: Crop,
    days: pd.DataFrame,
    plantings: Sequence[dt.date],
    *,
    basal: bool,
    adjust: tuple[bool, bool],
    roots: tuple[float, float],
) -> Season:
    """Return what a crop is on each day of a table.

    Parameters
    ----------
    crop : Crop
    days : pandas.DataFrame
        Index dates, columns u2 and rhmin (`etolib.water.weather.daily`).
    plantings : sequence of date
        Days of planting; of perennials the day on which the stages begin each year.
    basal : bool
        Kcb instead of Kc.
    adjust : (bool, bool)
        Whether the coefficients of the middle and the end follow the climate of their stages (FAO-56 Eqs. 62, 65, 70).
    roots : tuple of float
        Depth of the roots at planting and at most [m].
    """
    day = season_days(days.index, plantings, crop)
    stages = crop.stages or (0, 0, 10**6, 0)
    stage = single.stage(day, stages)
    resting = (stage == 0) & crop.perennial & (not crop.is_hay)
    tabled = (crop.kcb_ini, crop.kcb_mid, crop.kcb_end) if basal else (crop.kc_ini, crop.kc_mid, crop.kc_end)
    notes: list[Text] = []
    mid, end = np.full(len(day), tabled[1]), np.full(len(day), tabled[2])
    if any(adjust):
        for number in np.unique(_season_numbers(day)):
            here = _season_numbers(day) == number
            mid[here], end[here] = _adjusted(crop, days[here], stage[here], tabled[1:], adjust, notes, basal)
    else:
        notes.append(say("water_kc_as_tabled"))
    kc = single.coefficient(day, stages, tabled[0], mid, end)
    grown = np.clip((day - stages[0]) / max(stages[1], 1), 0.0, 1.0)
    share = 1.0 if crop.perennial else grown
    depth = np.where(stage > 0, roots[0] + (roots[1] - roots[0]) * share, np.nan)
    # Annex 8: as Kcb to Kcb mid, and never smaller again.
    rising = 1.0 if crop.perennial else (crop.kcb_ini + (crop.kcb_mid - crop.kcb_ini) * grown) / max(crop.kcb_mid, 0.01)
    height = np.where(stage > 0, crop.height * rising, np.nan)
    if resting.any():
        kc = np.where(resting, tabled[0], kc)
        depth, height = np.where(resting, roots[1], depth), np.where(resting, crop.height, height)
        notes.append(say("water_days_at_rest", count=int(resting.sum()), value=f"{tabled[0]:g}"))
    begins = np.isfinite(kc) & ~np.isfinite(np.concatenate([[np.nan], kc[:-1]]))
    if not crop.perennial:
        begins |= (day == 1) & np.isfinite(kc)
    return Season(day, stage, begins, kc, depth, height, notes)


def _season_numbers(day: np.ndarray) -> np.ndarray:
    """Return a number for each season: it grows where the day of the season falls."""
    return np.cumsum(np.diff(day, prepend=0) < 0)


def _adjusted(
    crop: Crop, days: pd.DataFrame, stage: np.ndarray, tabled: tuple[float, float], adjust: tuple[bool, bool],
    notes: list[Text], basal: bool,
) -> tuple[float, float]:  # fmt: skip
    """Return the coefficients of the middle and the end in the climate of their days of one season."""
    found = []
    for number, value, follows in ((3, tabled[0], adjust[0]), (4, tabled[1], adjust[1])):
        those = days[(stage == number)][["u2", "rhmin"]].dropna()
        # Eq. 62 has no lower bound for Kc; Kcb mid below 0.45 is not adjusted (Eq. 70), and no end below it (Eq. 65).
        bound = basal or number == 4
        if not follows or not (stage == number).any() or (bound and value < single.UNADJUSTED):
            found.append(value)
            continue
        if those.empty:
            notes.append(say("water_kc_without_climate", growth=say(f"growth_stage_{STAGES[number]}")))
            found.append(value)
            continue
        u2, rhmin = float(those["u2"].mean()), float(those["rhmin"].mean())
        new = float(value + single.climate_term(u2, rhmin, crop.height))
        notes.append(
            say(
                "water_kc_of_climate",
                growth=say(f"growth_stage_{STAGES[number]}"),
                before=f"{value:.2f}",
                after=f"{new:.2f}",
                wind=f"{u2:.1f}",
                humidity=f"{rhmin:.0f}",
                count=len(those),
            )
        )
        found.append(new)
    return found[0], found[1]


def changed(crop: Crop, kc: Any, stages: Any, height: float | None, basal: bool) -> Crop:
    """Return a crop with numbers of one's own: coefficients (initial, mid, end; or one for all), stages, height."""
    if height is not None:
        crop = replace(crop, height=float(height))
    if isinstance(kc, int | float):
        kc, crop = (kc, kc, kc), replace(crop, stages=None)
    if kc is not None:
        names = ("kcb_ini", "kcb_mid", "kcb_end") if basal else ("kc_ini", "kc_mid", "kc_end")
        own: Any = {name: float(value) for name, value in zip(names, kc, strict=True) if value is not None}
        crop = replace(crop, **own)
    if stages is None:
        return crop
    first, second, third, last = (int(length) for length in stages)
    same = (first, second, third, last) == crop.stages
    return crop if same else replace(crop, stages=(first, second, third, last), region="")
