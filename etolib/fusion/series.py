"""The fused series of one place: its members, their bias, weights and interval. Shared by product and protocols."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from etolib.fusion import bias, intervals, quantiles, weights
from etolib.fusion.bias import States
from etolib.fusion.intervals import Spread
from etolib.fusion.members import OWN_DAYS, Members, Recipe
from etolib.fusion.wind import unquestioned, wind_error

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


@dataclass(frozen=True)
class Taught:
    """What a reference has taught of a place, on the days of ``members`` and for any other day.

    Attributes
    ----------
    members : Members
        Of the days learnt from.
    tracks : dict of Recipe to Track
        Bias of each recipe on those days, and its states after them.
    maps : dict of Recipe to QuantileMap or None
    covariance : ndarray or None, shape (12, 2, 2)
        Of the members' errors, by month.
    spread : Spread or None
    """

    members: Members
    tracks: Mapping[Recipe, bias.Track]
    maps: Mapping[Recipe, quantiles.QuantileMap | None]
    covariance: np.ndarray | None
    spread: Spread | None


def teach(members: Members, reference: np.ndarray, start: Start = nothing_known) -> Taught | None:
    """Learn from a place's own reference, NaN where there is none; None without a reference or inputs.

    With ten years of reference members are quantile-mapped; weights and interval come from the errors of the learnt
    days.
    """
    if not np.isfinite(reference).any() or not members.used:
        return None
    found = learn_states(members, reference, start)
    _lend_states(members, found)
    tracks = {recipe: track for recipe, (track, _) in found.items()}
    hindcast, maps = {}, {}
    for recipe, track in tracks.items():
        back, variance = _fixed(members, members.of(recipe), track.last.at_rest())
        maps[recipe] = quantiles.learn(back, reference, members.month)
        hindcast[recipe] = (_mapped(maps[recipe], back, members), variance)
    past = _assemble(members, hindcast, _rare(members, tracks, maps))
    covariance = weights.error_covariance(past.eto - reference, members.month)
    joined, _ = _join(past, covariance, members.month)
    learnt_days = np.flatnonzero(np.isfinite(reference))
    last = learnt_days[-1] if learnt_days.size else 0
    age = np.abs(last - np.arange(len(reference)))
    spread = intervals.learn(joined.eto - reference, joined.eto, joined.variance, members.month, age)
    return Taught(members, tracks, maps, covariance, spread)


def fuse_taught(members: Members, taught: Taught) -> Series:
    """Fuse days with what was taught, which may have been on other days of the same place.

    The bias of a day learnt from is what was known *before* that day's reference; later, what is left of it; before
    them, what was known in the end. So a day comes out the same whatever days stand around it.
    """
    forward = {}
    for recipe in taught.tracks:
        log_bias, variance = _bias_of_days(members, taught, recipe)
        ahead = bias.correct(members.of(recipe)[0], log_bias)
        forward[recipe] = (_mapped(taught.maps[recipe], ahead, members), variance)
    now = _assemble(members, forward, _rare(members, taught.tracks, taught.maps))
    return with_interval(members, now, taught.covariance, taught.spread)


def fuse_with_reference(members: Members, reference: np.ndarray, start: Start = nothing_known) -> Series:
    """Fuse with the place's own reference on the same days, NaN where there is none (`teach`, `fuse_taught`)."""
    taught = teach(members, reference, start)
    return fuse_without_reference(members) if taught is None else fuse_taught(members, taught)


def _bias_of_days(members: Members, taught: Taught, recipe: Recipe) -> Part:
    """Return mean and variance of a recipe's log bias on the days of ``members``."""
    track = taught.tracks[recipe]
    if members is taught.members:
        return track.log_bias[:, 0], track.variance[:, 0]
    learnt, days = taught.members.dates, members.dates
    slope = members.of(recipe)[1]
    mean, variance = bias.expected(track.last.at_rest(), np.nan_to_num(slope)[:, None], members.day_of_year)
    mean, variance = mean[:, 0], variance[:, 0]
    at = learnt.get_indexer(days)
    inside = at >= 0
    mean[inside], variance[inside] = track.log_bias[at[inside], 0], track.variance[at[inside], 0]
    after = np.flatnonzero(days > learnt[-1])
    if after.size:
        ahead = pd.date_range(learnt[-1] + pd.Timedelta(days=1), days[-1])
        eto, slopes = (pd.Series(part, index=days).reindex(ahead).to_numpy() for part in members.of(recipe))
        none = np.full((len(ahead), 1), np.nan)
        later = bias.track(eto[:, None], slopes[:, None], none, ahead.day_of_year.to_numpy(), track.last)
        where = ahead.get_indexer(days[after])
        mean[after], variance[after] = later.log_bias[where, 0], later.variance[where, 0]
    return mean, variance


def _rare(
    members: Members, tracks: Mapping[Recipe, bias.Track], maps: Mapping[Recipe, quantiles.QuantileMap | None]
) -> Part:
    """Return the chosen inputs with the bias of the commonest recipe: it stands in for recipes too rare to learn."""
    commonest = next(iter(members.used))
    eto, variance = _fixed(members, (members.raw, members.slope), tracks[commonest].last.at_rest())
    return _mapped(maps[commonest], eto, members), variance


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
        alone = unquestioned(members.block.tables, members.inputs)
        up, down = wind_error(
            members.inputs.values, members.block, members.raw[None], members.slope[None], alone, np.zeros_like(alone)
        )
        lower, upper = intervals.without_reference(
            joined.eto, (up[0], down[0]), between.std(axis=1, ddof=1).to_numpy(), between.notna().sum(axis=1).to_numpy()
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
