"""One place: its members day by day, their bias, weights and interval. What the product and the protocols share."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from etolib.fusion import bias, intervals, quantiles, weights
from etolib.fusion.bias import States
from etolib.fusion.inputs import Chosen, choose_inputs
from etolib.fusion.intervals import Spread
from etolib.fusion.members import Recipe, inputs_of, member, recipes
from etolib.fusion.sources import second
from etolib.site import Site

OWN_DAYS = 365
"""Days of use, and of reference, a recipe needs for bias states of its own; with less it takes the commonest's."""

Start = Callable[[Recipe], States]
"""What is known of the bias of a recipe before the first day."""


def nothing_known(recipe: Recipe) -> States:
    """Return the states of a place of which nothing is known, whatever the recipe."""
    return bias.unknown(1)


@dataclass(frozen=True)
class Series:
    """A fused series on the dates of its place.

    Attributes
    ----------
    eto, lower, upper : ndarray, shape (days,)
        [mm day-1]
    weights : ndarray, shape (2, days)
        Of the chosen inputs, and of the second member.
    """

    eto: np.ndarray
    lower: np.ndarray
    upper: np.ndarray
    weights: np.ndarray


@dataclass(frozen=True)
class Corrected:
    """Both members of a place with their bias taken off, the variance of the bias left, by day.

    Attributes
    ----------
    eto, variance : ndarray, shape (2, days)
        ETo [mm day-1] and variance of its log bias; NaN where the member is absent.
    """

    eto: np.ndarray
    variance: np.ndarray


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
    """

    def __init__(self, site: Site, frames: Mapping[str, pd.DataFrame], first: Sequence[str] = ()) -> None:
        self.site = site
        self.first = tuple(first)
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
    def chosen(self) -> Chosen:
        """Inputs chosen per variable and day."""
        return choose_inputs(self.frames, self.first)

    @cached_property
    def _recipes(self) -> tuple[np.ndarray, list[Recipe]]:
        return recipes(self.chosen.source)

    def days_of(self, recipe: Recipe) -> np.ndarray:
        """Return where a recipe is the one of the day."""
        code, known = self._recipes
        days: np.ndarray = code == known.index(recipe)
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
                self._known[recipe] = member(inputs_of(self.frames, recipe, self.first), self.site)
            else:
                nothing = np.full(len(self.dates), np.nan)
                self._known[recipe] = (nothing, nothing)
        return self._known[recipe]

    def of_each_source(self) -> pd.DataFrame:
        """Return the ETo of each source's own inputs, a column per source. [mm day-1]"""
        return pd.DataFrame({n: self.of(Recipe(n, n, n))[0] for n in self.frames}, index=self.dates)


Part = tuple[np.ndarray, np.ndarray]


def corrected(members: Members, states: Mapping[Recipe, States]) -> Corrected:
    """Return both members with the bias that fixed states give."""
    each = {recipe: _fixed(members, members.of(recipe), states[recipe]) for recipe in states}
    return _assemble(members, each, _fixed(members, (members.raw, members.slope), states[next(iter(members.used))]))


def _fixed(members: Members, member: Part, states: States) -> Part:
    """Return a member's ETo with the bias that fixed states give, and the variance of that bias."""
    eto, slope = member
    mean, variance = bias.expected(states, np.nan_to_num(slope)[:, None], members.day_of_year)
    return bias.correct(eto, mean[:, 0]), variance[:, 0]


def _assemble(members: Members, each: Mapping[Recipe, Part], rare: Part) -> Corrected:
    """Join recipes: the first member takes on each day the recipe of the day, the second its own."""
    days = len(members.dates)
    eto, variance = np.full((2, days), np.nan), np.full((2, days), np.nan)
    for recipe in members.used:
        rows = members.days_of(recipe)
        eto[0, rows], variance[0, rows] = each[recipe][0][rows], each[recipe][1][rows]
    rows = members.rare
    eto[0, rows], variance[0, rows] = rare[0][rows], rare[1][rows]
    if members.second is not None:
        eto[1], variance[1] = each[members.second]
    return Corrected(eto, variance)


def learning_recipes(members: Members) -> list[Recipe]:
    """Return the recipes bias states are wanted for: those of the days, and the second member's."""
    second = [members.second] if members.second is not None else []
    return list(dict.fromkeys([*members.used, *second]))


def learn_states(members: Members, reference: np.ndarray, start: Start) -> dict[Recipe, tuple[bias.Track, int]]:
    """Run the filter of every recipe over a reference; returns the track and the days learnt from."""
    out = {}
    for recipe in learning_recipes(members):
        eto, slope = members.of(recipe)
        found = bias.track(eto[:, None], slope[:, None], reference[:, None], members.day_of_year, start(recipe))
        out[recipe] = (found, int((np.isfinite(reference) & np.isfinite(eto)).sum()))
    return out


def fuse_with_reference(members: Members, reference: np.ndarray, start: Start = nothing_known) -> Series:
    """Fuse with the place's own reference, NaN where there is none.

    On every day the bias is what was known *before* that day's reference. With ten years of reference members are
    quantile-mapped; weights and interval come from the errors of the learnt days.
    """
    if not np.isfinite(reference).any() or not members.used:
        return fuse_without_reference(members)
    tracks = learn_states(members, reference, start)
    _lend_states(members, tracks)
    forward, hindcast, maps = {}, {}, {}
    for recipe, (found, _) in tracks.items():
        ahead = bias.correct(members.of(recipe)[0], found.log_bias[:, 0])
        back, back_variance = _fixed(members, members.of(recipe), found.last.at_rest())
        maps[recipe] = quantiles.learn(back, reference, members.month)
        forward[recipe] = (_mapped(maps[recipe], ahead, members), found.variance[:, 0])
        hindcast[recipe] = (_mapped(maps[recipe], back, members), back_variance)
    commonest = next(iter(members.used))
    rare = _fixed(members, (members.raw, members.slope), tracks[commonest][0].last.at_rest())
    rare = (_mapped(maps[commonest], rare[0], members), rare[1])
    past = _assemble(members, hindcast, rare)
    covariance = weights.error_covariance(past.eto - reference, members.month)
    joined, _ = _join(past, covariance, members.month)
    learnt_days = np.flatnonzero(np.isfinite(reference))
    last = learnt_days[-1] if learnt_days.size else 0
    age = np.abs(last - np.arange(len(reference)))
    spread = intervals.learn(joined.eto - reference, joined.eto, joined.variance, members.month, age)
    return with_interval(members, _assemble(members, forward, rare), covariance, spread)


def _mapped(mapping: quantiles.QuantileMap | None, eto: np.ndarray, members: Members) -> np.ndarray:
    return eto if mapping is None else mapping.apply(eto, members.month)


def _lend_states(members: Members, tracks: dict[Recipe, tuple[bias.Track, int]]) -> None:
    """Give recipes with too little reference the bias of the commonest recipe that has enough."""
    enough = [recipe for recipe in tracks if tracks[recipe][1] >= OWN_DAYS]
    if not enough:
        return
    states = tracks[enough[0]][0].last.at_rest()
    for recipe, (found, days) in tracks.items():
        if days < OWN_DAYS:
            _, slope = members.of(recipe)
            mean, variance = bias.expected(states, np.nan_to_num(slope)[:, None], members.day_of_year)
            tracks[recipe] = (bias.Track(mean, variance, found.innovation, states), days)


@dataclass(frozen=True)
class Joined:
    """Members joined by their weights."""

    eto: np.ndarray
    variance: np.ndarray


def _join(members: Corrected, covariance: np.ndarray | None, month: np.ndarray) -> tuple[Joined, np.ndarray]:
    if covariance is None:  # nothing known of the errors: the chosen inputs, the second where they are absent
        first = np.isfinite(members.eto[0])
        share = np.stack([first, ~first & np.isfinite(members.eto[1])]).astype(float)
        eto = np.where(first, members.eto[0], members.eto[1])
    else:
        eto, share = weights.combine(members.eto, covariance, month)
    variance = (share * np.nan_to_num(members.variance)).sum(axis=0)
    return Joined(eto, variance), share


def with_interval(members: Members, now: Corrected, covariance: np.ndarray | None, spread: Spread | None) -> Series:
    """Join corrected members and draw the interval."""
    joined, share = _join(now, covariance, members.month)
    if spread is None:
        between = members.of_each_source()
        lower, upper = intervals.without_reference(
            joined.eto, members.slope, between.std(axis=1, ddof=1).to_numpy(), between.notna().sum(axis=1).to_numpy()
        )
    else:
        lower, upper = intervals.bounds(
            joined.eto, spread.daily(joined.eto, members.month), joined.variance, spread.factor
        )
    return Series(joined.eto, lower, upper, share)


def fuse_without_reference(members: Members) -> Series:
    """Fuse with nothing learnt: chosen inputs, one Penman-Monteith, stated priors for the interval."""
    eto = np.stack([members.raw, np.full_like(members.raw, np.nan)])
    return with_interval(members, Corrected(eto, np.zeros_like(eto)), None, None)
