"""How far a day lies from its usual weather: the interval of the climatology and of an own station's monthly means."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from etolib.fusion import fuse_sources
from etolib.fusion.departures import USUAL, interval
from etolib.fusion.fuse import LEAST_ERROR
from etolib.fusion.intervals import Z95
from etolib.fusion.weathers import LEAST_CLEARNESS, clearness
from etolib.site import Period, Site
from etolib.sources.climatology import Climatology, annual_range
from etolib.validation.stations import SEASONS, climatology_scores
from tests.shared import shared_path

SASKATOON = Site(52.15, -106.6, 497.0)
SINGAPORE = Site(1.37, 103.98, 16.0)


def usual(site: Site, first: str, last: str) -> pd.DataFrame:
    return Climatology().fetch(site, Period(first, last)).frame


@pytest.mark.parametrize("mean", [0.15, 0.3, 0.45, 0.6, 0.75])
def test_clearness_has_its_mean_and_its_bounds(mean):
    days = clearness(np.array([mean]), (np.arange(2000) + 0.5) / 2000)
    assert days.mean() == pytest.approx(mean, abs=0.025)
    assert days.min() >= LEAST_CLEARNESS
    assert days.max() < 0.85


def test_a_day_is_the_same_whatever_days_stand_beside_it():
    year = usual(SASKATOON, "2023-11-01", "2024-03-31")
    annual = annual_range(SASKATOON)
    whole = np.stack(interval(year, SASKATOON, annual))
    rows = np.r_[3, 29:31, 60, 61, 120, 150]
    assert np.array_equal(np.stack(interval(year.iloc[rows], SASKATOON, annual)), whole[:, rows])
    for length in (1, 7, 91):
        fused = fuse_sources({"climatology": year.iloc[50 : 50 + length]}, SASKATOON)
        room = fused.eto.iloc[0] - Z95 * LEAST_ERROR  # no interval is narrower
        assert fused.lower.iloc[0] == max(min(whole[0, 50], room), 0.0)
        assert fused.upper.iloc[0] == pytest.approx(whole[1, 50], rel=1e-12)


def test_spread_knows_climate_and_season():
    def ratio(site: Site, day: str) -> float:
        frame = usual(site, day, day)
        _, upper = interval(frame, site, annual_range(site))
        return float(upper[0] / fuse_sources({"climatology": frame}, site).eto.iloc[0])

    assert ratio(SASKATOON, "2023-01-15") > 2 > ratio(SASKATOON, "2023-07-15") > 1.4
    assert ratio(SASKATOON, "2023-01-15") > ratio(SINGAPORE, "2023-01-15")


def test_own_means_have_no_error_of_maps():
    july = usual(SASKATOON, "2023-07-01", "2023-07-10")
    of_maps, own = (np.subtract(*interval(july, SASKATOON, 33.0, of_maps=m)[::-1]) for m in (True, False))
    assert (own < 0.95 * of_maps).all()


def test_an_incomplete_day_has_no_bounds_and_a_polar_night_has():
    frame = usual(SASKATOON, "2023-07-01", "2023-07-02")[list(USUAL)]
    frame.iloc[0, 0] = np.nan
    lower, _ = interval(frame, SASKATOON, None)
    assert np.isnan(lower[0])
    assert np.isfinite(lower[1])
    north = Site(78.2, 15.6, 10.0)
    lower, upper = interval(usual(north, "2023-12-20", "2023-12-21"), north, annual_range(north))
    assert (lower < upper).all()
    assert (upper < 3).all()


def test_coverage_at_the_stations():
    found = climatology_scores(shared_path("data", "stations"))
    assert 92 <= found["coverage"].mean() <= 97
    assert found["coverage"].min() >= 88
    assert (found[list(SEASONS)].min() >= 82).all()
    assert (found["bias"].abs() <= 15).sum() >= 10
    assert found["width"].mean() <= 5.1
