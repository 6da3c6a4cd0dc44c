"""Quantiles of which only the weathers that matter are computed in full: those of all weathers, to the bit."""

from __future__ import annotations

import numpy as np
import pytest

from etolib.fusion import contenders, departures, screen
from etolib.fusion.screen_compiled import compiled
from etolib.fusion.statistics import Ordered
from etolib.fusion.weathers import Expected
from etolib.site import Period, Site
from etolib.sources.climatology import Climatology, annual_range

LEVELS = (0.025, 0.975)
YEAR = Period("2023-07-01", "2024-06-30")  # the days come sorted by the day of the year, of two years
SITES = (
    Site(70.0, 25.0, 100.0),  # no sun in winter
    Site(0.0, -60.0, 60.0),
    Site(23.0, 12.0, 500.0),
    Site(52.15, -106.6, 497.0),
)


def place(site: Site) -> departures.Place:
    usual = Climatology().fetch(site, YEAR).frame
    weather = {name: usual[name].to_numpy(float) for name in departures.USUAL}
    return usual.index.day_of_year.to_numpy().astype(float), weather, site, annual_range(site)


@pytest.fixture(scope="module")
def asked() -> list[departures.Place]:
    return [place(site) for site in SITES]


def expected(asked: list[departures.Place], of_maps: bool, step: int = 1) -> Expected:
    rows = [np.column_stack([day, *(usual[n] for n in departures.USUAL)])[::step] for day, usual, _, _ in asked]
    return Expected.of(rows, [one[2:] for one in asked], of_maps)


def of_all(days: Expected) -> np.ndarray:
    every = Ordered(days.eto(slice(None)))
    return np.array([every.quantile(level) for level in LEVELS])


@pytest.mark.parametrize("of_maps", [True, False])
@pytest.mark.parametrize("which", [screen.by_numpy, compiled], ids=["numpy", "compiled"])
def test_quantiles_are_those_of_all_weathers(asked, of_maps, which, monkeypatch):
    days = expected(asked, of_maps, step=4)
    computed = 0
    in_full = Expected.eto

    def counted(self, rows, which=None, precision="float64"):
        nonlocal computed
        found = in_full(self, rows, which, precision)
        computed += found.size if precision == "float64" else 0
        return found

    wanted = of_all(days)
    monkeypatch.setattr(Expected, "eto", counted)
    assert np.array_equal(screen.quantiles(days, LEVELS, which), wanted)
    assert computed < 0.05 * screen.WEATHERS * days.table.shape[1]


@pytest.mark.parametrize("which", [screen.by_numpy, compiled], ids=["numpy", "compiled"])
def test_single_precision_errs_by_less_than_a_tenth_of_what_is_allowed(asked, which):
    days = expected(asked, True, step=4)
    steps = which.every(days) // screen.WEATHERS
    steady = np.abs(days.table[0]) >= screen.LEAST_RATE
    off = np.abs(steps / screen.STEPS - days.eto(slice(None)))[steady]
    assert off.max() < 1 / screen.STEPS + 0.1 * screen.MARGIN / 4


@pytest.mark.parametrize("what", ["jump", "odd day", "steps", "no order", "few days"])
@pytest.mark.parametrize("which", [screen.by_numpy, compiled], ids=["numpy", "compiled"])
def test_weather_that_does_not_move_slowly_is_noticed(asked, what, which):
    days = expected(asked[1:3], False)
    table = days.table[:, : days.runs[1]].copy()
    odd = days.table[:, days.runs[1]]
    if what == "jump":
        table[:, 180:] = days.table[:, days.runs[1] + 180 :]
    elif what == "odd day":
        table[:, 100] = odd
    elif what == "steps":
        table = table[:, 15 + 30 * (np.arange(table.shape[1]) // 30).clip(0, 11)]
    elif what == "no order":
        table = table[:, np.random.default_rng(3).permutation(table.shape[1])]
    else:
        table = table[:, 50:70]
    changed = Expected(table, False)
    assert np.array_equal(screen.quantiles(changed, LEVELS, which), of_all(changed))


@pytest.mark.parametrize("what", ["no elevation", "even clearness", "wrong screen", "no room"])
@pytest.mark.parametrize("which", [screen.by_numpy, compiled], ids=["numpy", "compiled"])
def test_a_day_that_cannot_be_screened_is_computed_whole(asked, what, which, monkeypatch):
    days = expected(asked[1:2], True, step=12)
    if what == "no elevation":
        days.table[28:, 5] = np.nan
    elif what == "even clearness":
        days.table[:3, 5] = np.array([1e-3, np.exp(1e-3 * 0.05), np.exp(1e-3 * 0.75)])
    elif what == "wrong screen":
        of = which.every
        which = which._replace(every=lambda days: of(Expected(days.table * 1.001, days.of_maps)))
    else:
        monkeypatch.setattr(screen, "MARGIN", 0.2)
        monkeypatch.setattr(contenders, "MARGIN", 0.2)
    assert np.array_equal(screen.quantiles(days, LEVELS, which), of_all(days), equal_nan=True)


def test_a_place_is_the_same_alone_among_others_and_whichever_way_it_is_screened(asked, monkeypatch):
    together = np.array(departures.intervals_of(asked))
    monkeypatch.setattr(screen, "_days_seen", screen.MANY_DAYS)
    assert np.array_equal(np.array(departures.intervals_of(asked)), together)
    assert np.array_equal(departures.interval_of(*asked[3]), together[3])
