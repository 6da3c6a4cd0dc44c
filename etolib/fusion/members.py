"""Members of a place: the ETo of one recipe (which source gives temperature, wind, radiation) and its wind slope."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import NamedTuple

import numpy as np
import pandas as pd

from etolib.fusion.block import Block
from etolib.fusion.equation import wind_slope
from etolib.fusion.inputs import (
    HUMIDITY,
    TEMPERATURE,
    Chosen,
    Inputs,
    choose,
    choose_inputs,
    labelled,
    relative_humidity,
)
from etolib.fusion.sources import second
from etolib.reference import eto_fao56
from etolib.site import Site

OWN_DAYS = 365
"""Days of use, and of reference, a recipe needs for bias states of its own; with less it takes the commonest's."""


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


def inputs_of(
    frames: Mapping[str, pd.DataFrame], recipe: Recipe, first: Sequence[str] = (), elevation: float | None = None
) -> pd.DataFrame:
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
            frame = frame.assign(rhmean=relative_humidity(frame, elevation))
        if name == recipe.wind:
            keep.append("u2")
        if name == recipe.radiation:
            keep.append("rs")
        trimmed[name] = frame[[column for column in keep if column in frame]]
    return choose_inputs(trimmed, first, elevation).inputs if trimmed else pd.DataFrame()


def penman_monteith(inputs: pd.DataFrame, site: Site, wind_factor: float = 1.0) -> np.ndarray:
    """Return FAO-56 ETo of a table of chosen inputs. [mm day-1]"""
    return np.asarray(
        eto_fao56(
            tmin=inputs["tmin"].to_numpy(float),
            tmax=inputs["tmax"].to_numpy(float),
            ea=inputs["ea"].to_numpy(float),
            rs=inputs["rs"].to_numpy(float),
            u2=inputs["u2"].to_numpy(float) * wind_factor,
            g=inputs["soil_heat_flux"].to_numpy(float) if "soil_heat_flux" in inputs else None,
            latitude=site.latitude,
            elevation=site.elevation,
            day_of_year=pd.DatetimeIndex(inputs.index).day_of_year.to_numpy().astype(float),
        )
    )


def member(inputs: pd.DataFrame, site: Site) -> tuple[np.ndarray, np.ndarray]:
    """Return ETo [mm day-1] and wind slope [1] of a table of inputs; each shape (days,)."""
    eto = penman_monteith(inputs, site)
    return eto, wind_slope(eto, penman_monteith(inputs, site, wind_factor=0.5))


class Members:
    """The members of one place, computed when first asked for.

    Parameters
    ----------
    site : Site
        With an elevation.
    frames : mapping of str to pandas.DataFrame
        Canonical tables, already checked (`etolib.fusion.faults`), on one date index.
    first : sequence of str
        See `choose_inputs`.
    like : Members, optional
        Members of the same place on other days, whose recipes count here too.
    """

    def __init__(
        self,
        site: Site,
        frames: Mapping[str, pd.DataFrame],
        first: Sequence[str] = (),
        like: Members | None = None,
    ) -> None:
        self.site = site
        self.first = tuple(first)
        self.like = like
        self.frames = dict(frames)
        self._known: dict[Recipe, tuple[np.ndarray, np.ndarray]] = {}

    @cached_property
    def dates(self) -> pd.DatetimeIndex:
        """Dates of all arrays."""
        return pd.DatetimeIndex(next(iter(self.frames.values())).index)

    @cached_property
    def month(self) -> np.ndarray:
        """Month of each day, 1 to 12."""
        return self.dates.month.to_numpy()

    @cached_property
    def day_of_year(self) -> np.ndarray:
        """Day of the year of each day."""
        return self.dates.day_of_year.to_numpy()

    @cached_property
    def block(self) -> Block:
        """The tables as arrays."""
        return Block.of_frames(self.frames, self.site)

    @cached_property
    def inputs(self) -> Inputs:
        """Inputs chosen per variable and day."""
        return choose(self.block.tables, (1, len(self.dates)), self.first, self.block.elevation)

    @cached_property
    def chosen(self) -> Chosen:
        """The same by date."""
        return labelled(self.inputs, self.dates)

    @cached_property
    def _recipes(self) -> tuple[np.ndarray, list[Recipe]]:
        return recipes(self.chosen.source)

    def days_of(self, recipe: Recipe) -> np.ndarray:
        """Return where a recipe is the one of the day."""
        code, known = self._recipes
        days: np.ndarray = code == known.index(recipe) if recipe in known else np.zeros(len(code), bool)
        return days

    @cached_property
    def raw(self) -> np.ndarray:
        """ETo of the chosen inputs, nothing learnt. [mm day-1]"""
        return self._raw[0]

    @cached_property
    def slope(self) -> np.ndarray:
        """Wind slope of the chosen inputs. [1]"""
        return self._raw[1]

    @cached_property
    def _raw(self) -> tuple[np.ndarray, np.ndarray]:
        return member(self.chosen.inputs, self.site)

    @cached_property
    def used(self) -> dict[Recipe, int]:
        """Days of each recipe with at least `OWN_DAYS` of them, commonest first; the commonest in any case."""
        if self.like is not None:
            return self.like.used
        code, known = self._recipes
        counts = {recipe: int((code == i).sum()) for i, recipe in enumerate(known)}
        ranked = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
        return dict(item for rank, item in enumerate(ranked) if rank == 0 or item[1] >= OWN_DAYS)

    @cached_property
    def rare(self) -> np.ndarray:
        """Where a day has inputs by a recipe too rare to be learnt for (a masked cell): the commonest one stands in."""
        known = np.zeros(len(self.dates), bool)
        for recipe in self.used:
            known |= self.days_of(recipe)
        rare: np.ndarray = np.isfinite(self.raw) & ~known
        return rare

    @property
    def second(self) -> Recipe | None:
        """The pure recipe of the second member, where its source is there."""
        name = second(self.frames)
        return Recipe(name, name, name) if name is not None and any(name in r for r in self.used) else None

    def of(self, recipe: Recipe) -> tuple[np.ndarray, np.ndarray]:
        """Return ETo [mm day-1] and wind slope [1] of a recipe on all days; NaN where its sources have none."""
        if recipe not in self._known:
            if set(recipe) <= set(self.frames):
                self._known[recipe] = member(inputs_of(self.frames, recipe, self.first, self.site.elevation), self.site)
            else:
                nothing = np.full(len(self.dates), np.nan)
                self._known[recipe] = (nothing, nothing)
        return self._known[recipe]

    def of_each_source(self) -> pd.DataFrame:
        """Return the ETo of each source's own inputs, a column per source. [mm day-1]"""
        return pd.DataFrame({n: self.of(Recipe(n, n, n))[0] for n in self.frames}, index=self.dates)
