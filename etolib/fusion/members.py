"""Members: the ETo of one recipe (which source gives temperature, wind and radiation) and its wind slope."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd

from etolib.fusion.inputs import choose_inputs, relative_humidity
from etolib.reference import eto_fao56
from etolib.site import Site
from etolib.variables import VARIABLES

TEMPERATURE = ("tmin", "tmax", "tmean")
HUMIDITY = ("rhmean", "rhmin", "rhmax", "tdew", "ea")
LEAST = 0.1  # mm day-1; below it a logarithm means nothing


class Recipe(NamedTuple):
    """Sources of one member."""

    temperature: str
    wind: str
    radiation: str

    @property
    def pure(self) -> bool:
        """Whether all comes from one source."""
        return len(set(self)) == 1

    def __str__(self) -> str:
        return self.temperature if self.pure else f"T {self.temperature}, u {self.wind}, Rs {self.radiation}"


def recipes(source: pd.DataFrame) -> tuple[np.ndarray, list[Recipe]]:
    """Return the recipe of each day of a `Chosen.source` table as a code, and the recipes; -1 where an input is absent.

    A day whose extremes had to come from two sources counts as that of its maximum.

    >>> table = pd.DataFrame({"tmin": ["a", "a"], "tmax": ["a", None], "u2": ["b", "b"], "rs": ["a", "a"]})
    >>> code, known = recipes(table)
    >>> code.tolist(), str(known[0])
    ([0, -1], 'T a, u b, Rs a')
    """
    rows = zip(source["tmin"], source["tmax"], source["u2"], source["rs"], strict=True)
    known: dict[Recipe, int] = {}
    code = np.full(len(source), -1)
    for i, (low, high, wind, radiation) in enumerate(rows):
        if all(isinstance(name, str) for name in (low, high, wind, radiation)):
            code[i] = known.setdefault(Recipe(high, wind, radiation), len(known))
    return code, list(known)


def inputs_of(frames: Mapping[str, pd.DataFrame], recipe: Recipe, first: Sequence[str] = ()) -> pd.DataFrame:
    """Return the inputs of one recipe on all days; NaN where its sources have none.

    The humidity is chosen as in `choose_inputs`; a pure recipe takes its own only, so that it stays independent.
    """
    trimmed = {}
    for name, frame in frames.items():
        if recipe.pure and name != recipe.temperature:
            continue
        keep = list(HUMIDITY)
        if name == recipe.temperature:
            keep += TEMPERATURE
        elif set(HUMIDITY[1:]) & set(frame.columns):
            # Extremes are needed to form a humidity from a dew point, but must not be chosen: form it here.
            frame = frame.assign(rhmean=relative_humidity(frame))
        if name == recipe.wind:
            keep.append("u2")
        if name == recipe.radiation:
            keep.append("rs")
        trimmed[name] = frame[[column for column in keep if column in frame]]
    return choose_inputs(trimmed, first).inputs if trimmed else pd.DataFrame()


def possible(frame: pd.DataFrame) -> pd.DataFrame:
    """Return a table with impossible values (outside the variable table, or Tmin above Tmax) set to NaN."""
    out = frame.copy()
    for name in out.columns.intersection(list(VARIABLES)):
        variable = VARIABLES[name]
        values = pd.to_numeric(out[name], errors="coerce").astype(float)
        out[name] = values.where((values >= variable.lower) & (values <= variable.upper))
    if {"tmin", "tmax"} <= set(out.columns):
        crossed = out["tmin"] > out["tmax"]
        out.loc[crossed, [c for c in TEMPERATURE if c in out]] = np.nan
    return out


def penman_monteith(inputs: pd.DataFrame, site: Site, wind_factor: float = 1.0) -> np.ndarray:
    """Return FAO-56 ETo of a table of chosen inputs. [mm day-1]"""
    return np.asarray(
        eto_fao56(
            tmin=inputs["tmin"].to_numpy(float),
            tmax=inputs["tmax"].to_numpy(float),
            ea=inputs["ea"].to_numpy(float),
            rs=inputs["rs"].to_numpy(float),
            u2=inputs["u2"].to_numpy(float) * wind_factor,
            latitude=site.latitude,
            elevation=site.elevation,
            day_of_year=pd.DatetimeIndex(inputs.index).day_of_year.to_numpy().astype(float),
        )
    )


def wind_slope(eto: np.ndarray, eto_half_wind: np.ndarray) -> np.ndarray:
    """Return by how much log ETo falls when the wind is halved, per doubling. [1]

    A secant, because grids are wrong by factors of about two: the correction is then exact at half the wind.

    >>> wind_slope(np.array([4.0, 0.05]), np.array([3.0, 0.05])).round(3).tolist()
    [0.415, 0.0]
    """
    usable = (eto > LEAST) & (eto_half_wind > LEAST)
    ratio = np.where(usable, eto, 1.0) / np.where(usable, eto_half_wind, 1.0)
    slope = np.clip(np.log2(ratio), -0.5, 1.0)
    return np.where(np.isnan(eto), np.nan, slope)


def member(inputs: pd.DataFrame, site: Site) -> tuple[np.ndarray, np.ndarray]:
    """Return ETo [mm day-1] and wind slope [1] of a table of inputs; each shape (days,)."""
    eto = penman_monteith(inputs, site)
    return eto, wind_slope(eto, penman_monteith(inputs, site, wind_factor=0.5))
