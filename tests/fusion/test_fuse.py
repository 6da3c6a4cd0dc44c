"""The interface of the product: no reference, a reference, a station of one's own. All data simulated."""

import numpy as np
import pandas as pd
import pytest

from etolib.errors import InputError
from etolib.fusion import fuse_sources
from etolib.site import Site
from tests.fusion import simulated

FRAMES, REFERENCE = simulated.place("2019-01-01", "2021-12-31")
SITE = simulated.SITE


def rmse(eto, days=slice(None)):
    return float(np.sqrt(((eto - REFERENCE)[days] ** 2).mean()))


def test_without_a_reference_nothing_is_learnt_and_all_is_named():
    fused = fuse_sources(FRAMES, SITE)
    assert fused.learnt is None
    assert fused.quarantined == []
    assert fused.weights.chosen.eq(1).all()
    assert set(fused.inputs_source.rs.dropna()) == {"nasa_power", "open_meteo_archive"} or set(
        fused.inputs_source.rs
    ) == {"nasa_power"}
    assert (fused.lower <= fused.eto).all()
    assert (fused.eto <= fused.upper).all()
    assert list(fused.source_eto) == list(FRAMES)
    pd.testing.assert_series_equal(fused.eto, fused.completed.eto)


def test_a_reference_teaches_and_the_result_says_what():
    known = REFERENCE.where(REFERENCE.index < "2020-07-01")
    fused = fuse_sources(FRAMES, SITE, reference=known)
    late = slice("2020-07-01", None)
    assert rmse(fused.eto, late) < 0.6 * rmse(fuse_sources(FRAMES, SITE).eto, late)
    assert fused.learnt.used
    assert fused.learnt.days > 500
    assert fused.learnt.rmse_after < fused.learnt.rmse_before
    # The chosen wind is Open-Meteo's, simulated 1.3 times too strong.
    assert fused.learnt.wind_factor == pytest.approx(1 / 1.3, abs=0.15)
    assert fused.learnt.ratio.mean() < 1
    assert fused.learnt.ratio.index.tolist() == list(range(1, 13))
    assert "days of reference" in fused.learnt.text
    inside = REFERENCE.between(fused.lower, fused.upper)[late].mean()
    assert 0.88 < inside < 0.99
    assert fused.weights.sum(axis=1).round(6).eq(1).all()


def test_a_reference_that_does_not_help_is_not_used():
    # A reference that is the grids' own ETo with noise: there is nothing to learn, only noise to learn from.
    plain = fuse_sources(FRAMES, SITE)
    noise = np.random.default_rng(5).normal(0, 1.0, len(REFERENCE))
    fused = fuse_sources(FRAMES, SITE, reference=(plain.eto + noise).iloc[:100])
    assert not fused.learnt.used
    assert "not used" in fused.learnt.text
    pd.testing.assert_series_equal(fused.eto, plain.eto)


def test_too_little_reference_teaches_nothing():
    fused = fuse_sources(FRAMES, SITE, reference=REFERENCE.iloc[:40])
    assert fused.learnt is None
    pd.testing.assert_series_equal(fused.eto, fuse_sources(FRAMES, SITE).eto)


def test_an_own_station_is_taken_where_it_measured_and_teaches_elsewhere():
    weather = simulated.truth(REFERENCE.index)
    station = weather.copy()
    station.loc["2020-07-01":] = np.nan
    fused = fuse_sources({**FRAMES, "station": station}, SITE)
    early, late = slice(None, "2020-06-30"), slice("2020-07-01", None)
    assert fused.weights.station[early].eq(1).all()
    assert fused.weights.station[late].eq(0).all()
    assert rmse(fused.eto, early) < 0.01
    assert fused.learnt.used
    assert rmse(fused.eto, late) < 0.6 * rmse(fuse_sources(FRAMES, SITE).eto, late)
    plain = fuse_sources(FRAMES, SITE)
    assert (fused.upper - fused.lower).mean() < (plain.upper - plain.lower).mean()


def test_a_gap_is_nan_and_a_filled_input_widens():
    frames = {name: frame.copy() for name, frame in FRAMES.items()}
    days = REFERENCE.index[10:12]
    for frame in frames.values():
        frame.loc[days[0]] = np.nan
        frame.loc[days[1], "rs"] = np.nan
    fused = fuse_sources(frames, SITE)
    assert np.isnan(fused.eto[days[0]])
    assert np.isnan(fused.upper[days[0]])
    assert fused.weights.loc[days[0]].sum() == 0
    whole = fuse_sources(FRAMES, SITE)
    assert fused.completed.flags.loc[days[1], "rs"] == "estimated_hargreaves"
    relative = (fused.upper / fused.eto)[days[1]], (whole.upper / whole.eto)[days[1]]
    assert relative[0] > relative[1]


def test_a_faulty_source_is_named_and_left_out():
    frames = {**FRAMES, "open_meteo_archive": FRAMES["open_meteo_archive"].assign(u2=lambda f: 3.6 * f.u2)}
    fused = fuse_sources(frames, SITE)
    assert [f.check for f in fused.quarantined] == ["wind_level"]
    assert any("open_meteo_archive" in text for text in fused.warnings)
    assert set(fused.inputs_source.u2) == {"nasa_power"}


def test_text_columns_are_ignored_and_the_order_of_sources_does_not_matter():
    frames = {name: frame.assign(kind="observed") for name, frame in FRAMES.items()}
    one, other = fuse_sources(frames, SITE), fuse_sources(dict(reversed(FRAMES.items())), SITE)
    pd.testing.assert_series_equal(one.eto, other.eto)
    pd.testing.assert_series_equal(one.lower, other.lower)


def test_an_elevation_is_needed():
    with pytest.raises(InputError, match="elevation"):
        fuse_sources(FRAMES, Site(-10, -46))


def test_dark_and_cold_days_stay_finite():
    days = pd.date_range("2020-12-10", periods=20, name="date")
    table = pd.DataFrame({"tmin": -30.0, "tmax": -20.0, "rhmean": 80.0, "u2": 3.0, "rs": 0.0}, index=days)
    fused = fuse_sources({"nasa_power": table, "open_meteo_archive": table}, Site(80.0, 20.0, 10.0))
    assert np.isfinite(fused.eto).all()
    assert (fused.upper > fused.lower).all()


def test_a_negative_day_is_left_as_the_equation_gives_it():
    """Near-saturated air in the dark; the interval of a day above 0 does not fall below 0, that of this one does."""
    days = pd.date_range("2023-12-20", periods=2)
    weather = pd.DataFrame(
        {"tmin": [-12.0, 5.0], "tmax": [-8.0, 12.0], "ea": [0.27, 0.6], "u2": [1.0, 1.9], "rs": 0.2}, index=days
    )
    fused = fuse_sources({"open_meteo_archive": weather}, Site(65.6, 22.1, 10.0))
    pd.testing.assert_series_equal(fused.eto, fused.completed.eto)
    assert fused.lower.iloc[0] < fused.eto.iloc[0] < min(0.0, fused.upper.iloc[0])
    assert 0 == fused.lower.iloc[1] < fused.eto.iloc[1]
