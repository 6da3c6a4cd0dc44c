"""Quantiles of which only some cases are computed: those of all cases, to the bit."""

from __future__ import annotations

import numpy as np
import pytest

from etolib.errors import SourceError
from etolib.fusion import departures, narrowing
from etolib.site import Period, Site
from etolib.sources.climatology import Climatology, annual_range

YEAR = Period("2023-07-01", "2024-06-30")  # the days come sorted by the day of the year, of two years


def places(count: int) -> list[departures.Place]:
    """Places all over the world, some where the sun does not rise in winter."""
    random, found = np.random.default_rng(5), []
    sites = [Site(70.0, 25.0, 100.0), Site(67.0, 50.0, 100.0), Site(0.0, -60.0, 60.0), Site(23.0, 12.0, 500.0)]
    while len(found) < count:
        site = sites.pop() if sites else Site(random.uniform(-55, 75), random.uniform(-180, 180), 200.0)
        try:
            usual = Climatology().fetch(site, YEAR).frame
        except SourceError:
            continue
        weather = {name: usual[name].to_numpy(float) for name in departures.USUAL}
        found.append((usual.index.day_of_year.to_numpy().astype(float), weather, site, annual_range(site)))
    return found


@pytest.mark.parametrize("of_maps", [True, False])
def test_intervals_are_those_of_all_weathers(monkeypatch, of_maps):
    asked = places(6)
    computed = 0
    of_all = departures.Expected.eto

    def counted(self, rows, which=None):
        nonlocal computed
        computed += (found := of_all(self, rows, which)).size
        return found

    monkeypatch.setattr(departures.Expected, "eto", counted)
    narrow = np.array(departures.intervals_of(asked, of_maps=of_maps))
    assert computed < 0.5 * narrow.shape[0] * narrow.shape[2] * departures.WEATHERS
    monkeypatch.setattr(narrowing, "LEAST_DAYS", 10**9)
    assert np.array_equal(narrow, np.array(departures.intervals_of(asked, of_maps=of_maps)))
    assert np.array_equal(narrow[3], departures.interval_of(*asked[3], of_maps=of_maps))


@pytest.mark.parametrize("what", ["noise", "step", "spike", "none"])
def test_days_that_do_not_change_smoothly_are_computed_whole(what):
    days = np.arange(300)
    slope = np.random.default_rng(1).normal(size=501)
    course = np.sin(days / 50)
    if what == "noise":
        course = course + np.random.default_rng(2).normal(0, 0.3, 300)
    elif what == "step":
        course = course + 2.0 * (days > 70)
    elif what == "spike":
        course[145] += 3.0
    elif what == "none":
        course[64] = np.nan

    def evaluate(rows, which=None):
        by = slope if which is None else slope[which]
        return course[rows][:, None] * by + (1 + course[rows][:, None]) * by**2

    levels = (0.025, 0.975)
    runs = narrowing.runs_of(0, narrowing.rough(course[:, None], [0.05]))
    found = narrowing.quantiles(evaluate, runs, 501, levels)
    assert np.array_equal(found, np.quantile(evaluate(days), levels, axis=1), equal_nan=True)
