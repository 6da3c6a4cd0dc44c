"""A study: the places of a folder, each fused with what a protocol lets it see.

A hidden reference value is set to NaN before anything else happens, so what comes out cannot depend on it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from etolib.errors import InputError, Problem
from etolib.fusion import bias, faults, intervals, series
from etolib.fusion.bias import States
from etolib.fusion.members import OWN_DAYS, Members, Recipe
from etolib.fusion.series import Series
from etolib.validation.places import Place, distances, load
from etolib.validation.protocols import Protocol, by_name
from etolib.words import say


def fuse(data: str | Path, protocol: str, cities: Iterable[str] | None = None) -> pd.DataFrame:
    """Fuse every place of a folder under a protocol.

    Parameters
    ----------
    data : path
        Folder as `etolib.validation.places` reads it.
    protocol : str
        One of `PROTOCOLS`.
    cities : iterable of str, optional
        Places to return; all by default. All places of the folder may be learnt from, as the protocol allows.

    Returns
    -------
    pandas.DataFrame
        Columns city, date, eto, lower, upper [mm day-1]; all days, also those before the scored ones.

    Raises
    ------
    InputError
        For an unknown protocol or city, or a folder that cannot be read.
    """
    rule = by_name(protocol)
    places = load(data)
    wanted = [p.name for p in places] if cities is None else list(dict.fromkeys(cities))
    if unknown := [name for name in wanted if name not in {p.name for p in places}]:
        raise InputError([Problem("city", name, say("city_has_no_file_in_folder")) for name in unknown])
    study = Study(places)
    tables = [
        pd.DataFrame(
            {"city": name, "date": study.members[name].dates, "eto": s.eto, "lower": s.lower, "upper": s.upper}
        )
        for name, s in study.fuse(rule, wanted).items()
    ]
    return pd.concat(tables, ignore_index=True)


def scored_days(place: Place, rule: Protocol) -> np.ndarray:
    """Return where a protocol scores a place."""
    dates = place.dates.to_numpy()
    return np.ones(len(dates), bool) if rule.scored_from is None else dates >= rule.scored_from


class Study:
    """Places that can be fused under any protocol, with their members computed once.

    Parameters
    ----------
    places : sequence of Place
    check : bool
        Whether faulty sources and cells are found and left out first (`etolib.fusion.faults`).
    """

    def __init__(self, places: Sequence[Place], *, check: bool = True) -> None:
        self.places = {p.name: p for p in places}
        self.distance = distances([p.site for p in places])
        self.reports = {p.name: faults.check(p.frames, p.site) for p in places} if check else {}
        self.members = {p.name: Members(p.site, self.reports[p.name].frames if check else p.frames) for p in places}

    def fuse(self, rule: Protocol, names: Iterable[str] | None = None) -> dict[str, Series]:
        """Return the fused series of the named places (all by default)."""
        names = list(self.places) if names is None else list(names)
        if rule.own:
            return {name: series.fuse_with_reference(self.members[name], self.visible(name, rule)) for name in names}
        if not rule.others:
            return {name: series.fuse_without_reference(self.members[name]) for name in names}
        neighbours = _Neighbours(self, rule)
        return {name: neighbours.fuse(name) for name in names}

    def prior(self, name: str, rule: Protocol) -> series.Start:
        """Return what other places say of a place: the start of `etolib.fusion.series.fuse_with_reference` there."""
        neighbours = _Neighbours(self, rule)
        near = neighbours.of(name)
        return lambda recipe: neighbours.states(name, recipe, near)

    def visible(self, name: str, rule: Protocol) -> np.ndarray:
        """Return the reference of a place with what the rule hides set to NaN."""
        reference = self.places[name].reference
        if rule.until is None:
            return reference
        return np.where(self.members[name].dates.to_numpy() <= rule.until, reference, np.nan)


class _Neighbours:
    """Fusion of a place from the references of others; what was learnt at each is kept, so it is learnt once."""

    def __init__(self, study: Study, rule: Protocol) -> None:
        self.study = study
        self.rule = rule
        self.names = list(study.places)
        self.visible = {name: study.visible(name, rule) for name in self.names}
        self._learnt: dict[tuple[str, Recipe], States | None] = {}

    def fuse(self, name: str) -> Series:
        """Return the series of one place; its own reference is not looked at."""
        members = self.study.members[name]
        near = self.of(name)
        if not near or not members.used:
            return series.fuse_without_reference(members)
        now = series.corrected(members, self._each_recipe(members, name, near))
        return series.with_interval(members, now, None, self._spread(near))

    def of(self, name: str) -> list[str]:
        """Return the places that may be learnt from for one."""
        row = self.study.distance[self.names.index(name)]
        return [
            other
            for other, km in zip(self.names, row, strict=True)
            if other != name and km >= self.rule.nearest_km and np.isfinite(self.visible[other]).any()
        ]

    def _each_recipe(self, members: Members, name: str, near: list[str]) -> dict[Recipe, States]:
        return {r: self.states(name, r, near) for r in series.learning_recipes(members)}

    def states(self, name: str, recipe: Recipe, near: list[str]) -> States:
        """Return the states of a recipe at a place from those its neighbours have learnt."""
        known = [(t, s) for t in near if (s := self._learnt_at(t, recipe)) is not None]
        rows = [self.names.index(t) for t, _ in known]
        here = self.names.index(name)
        return bias.from_neighbours(
            self.study.distance[here, rows],
            self.study.distance[np.ix_(rows, rows)] if rows else np.empty((0, 0)),
            States(
                np.concatenate([s.mean for _, s in known]) if known else np.empty((0, len(bias.STATES))),
                np.concatenate([s.covariance for _, s in known]) if known else np.empty((0,) + (len(bias.STATES),) * 2),
            ),
        )

    def _learnt_at(self, name: str, recipe: Recipe) -> States | None:
        """Return what a place has learnt of a recipe, None with too few days."""
        key = (name, recipe)
        if key not in self._learnt:
            eto, slope = self.study.members[name].of(recipe)
            reference = self.visible[name]
            enough = (np.isfinite(eto) & np.isfinite(reference)).sum() >= OWN_DAYS
            self._learnt[key] = (
                bias.track(
                    eto[:, None], slope[:, None], reference[:, None], self.study.members[name].day_of_year
                ).last.at_rest()
                if enough
                else None
            )
        return self._learnt[key]

    def _spread(self, near: list[str]) -> intervals.Spread | None:
        """Return the spread of errors a place can expect: how its neighbours fare when each is fused from
        the others.

        Under a protocol that ends before the scored days, late errors count more; else all days count the same.
        """
        eto, errors, variance, month, age = [], [], [], [], []
        for neighbour in near:
            others = [name for name in self.of(neighbour) if name in near]
            if not others:
                continue
            there = self.study.members[neighbour]
            if not there.used:
                continue
            corrected = series.corrected(there, self._each_recipe(there, neighbour, others))
            reference = self.visible[neighbour]
            days = np.arange(len(reference))
            eto.append(corrected.eto[0])
            errors.append(corrected.eto[0] - reference)
            variance.append(np.nan_to_num(corrected.variance[0]))
            month.append(there.month)
            age.append(np.abs(days - days[np.isfinite(reference)][-1]) if self.rule.until is not None else 0 * days)
        if not eto:
            return None
        return intervals.learn(*(np.concatenate(part) for part in (errors, eto, variance, month, age)))
