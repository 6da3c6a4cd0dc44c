"""The interval of days to come, on simulated ensembles: invented weather whose error and spread are known."""

from __future__ import annotations

import dataclasses
import datetime as dt

import numpy as np
import pandas as pd
import pytest

import etolib
from etolib import config
from etolib.equations.calculation import Options
from etolib.fusion import ahead
from etolib.fusion.block import Block
from etolib.fusion.inputs import choose
from etolib.fusion.untaught import by_priors
from etolib.fusion.weathers import TOGETHER, VARIED
from etolib.site import Site

TODAY = dt.date(2024, 7, 1)
PLACES = {"tropics": -5.0, "brazil": -22.7, "spain": 40.0, "germany": 52.0}


def simulated_weather(rng, count, latitude):
    """Return invented days that a forecast could give, of all seasons."""
    of_year = rng.integers(1, 366, count).astype(float)
    season = np.sin(2 * np.pi * (of_year - 105) / 365) * np.sign(latitude)
    middle = 24 - abs(latitude) / 3 + abs(latitude) / 4 * season + rng.normal(0, 2, count)
    span = rng.uniform(6, 14, count)
    saturated = 0.6108 * np.exp(17.27 * middle / (middle + 237.3))
    plain = ahead.Weather(
        middle - span / 2, middle + span / 2, rng.uniform(0.4, 0.85, count) * saturated, np.zeros(count),
        rng.uniform(0.8, 4.0, count), np.full(count, latitude), np.full(count, 300.0), of_year, np.full(count, 12.0),
    )  # fmt: skip
    return dataclasses.replace(plain, rs=rng.uniform(0.35, 0.65, count) * ahead._top(plain))


def held(weather, error, truth_error, rng):
    """Return the share of truths that the interval of each day holds [%]; they depart by ``truth_error``."""
    together = np.linalg.cholesky(np.array(TOGETHER)) @ rng.normal(size=(len(VARIED), len(weather.tmin)))
    departed = [(one * n)[:, None] for one, n in zip(truth_error, together, strict=True)]
    expected, truth = ahead.eto_of(weather, departed)
    down, up = ahead.reach(weather, error)
    inside = (truth[:, 0] >= expected - down) & (truth[:, 0] <= expected + up)
    return 100 * inside.mean()


def spreads(weather, lead, share):
    """Return the spread that an invented ensemble gives whose members depart by ``share`` of the days' own."""
    usual, humid = ahead.day_to_day(weather), weather.humidity
    per_unit = {
        "rs": ahead._top(weather), "tmean": np.ones(len(lead)), "rhmean": 100 * humid * (1 - humid), "u2": weather.u2,
    }  # fmt: skip
    return {column: share * usual[name] * per_unit[column] for name, column in ahead.COLUMN.items()}


@pytest.mark.parametrize("latitude", PLACES.values(), ids=PLACES)
@pytest.mark.parametrize("lead", [0.5, 3.5, 15.5])
def test_the_interval_holds_what_it_says_where_the_spread_is_too_small_as_stated(latitude, lead):
    """Members lie closer together than the weather that comes, by just the factor that is stated: 95 of 100 are held.

    2000 simulated days, so that 95 is 95 with a standard error of 0.5.
    """
    rng = np.random.default_rng(int(10 * lead) + abs(int(latitude)))
    weather, leads = simulated_weather(rng, 2000, latitude), np.full(2000, lead)
    share = rng.uniform(0.9, 1.1) * ahead.growth(leads, "temperature")
    given = {name: one / ahead.too_small(leads) for name, one in spreads(weather, leads, share).items()}
    error = ahead.errors(weather, ahead._top(weather), leads, given, {})
    assert held(weather, error, error, rng) == pytest.approx(95.0, abs=1.5)
    # Without the factor, members that lie too close together would hold fewer.
    if lead < 1:
        narrow = [one / ahead.too_small(leads) for one in error]
        assert held(weather, narrow, error, rng) < 88


@pytest.mark.parametrize("lead", [0.5, 5.5, 15.5])
def test_the_interval_holds_what_it_says_without_an_ensemble(lead):
    rng = np.random.default_rng(int(lead))
    weather, leads = simulated_weather(rng, 2000, 40.0), np.full(2000, lead)
    error = ahead.errors(weather, ahead._top(weather), leads, {}, {})
    assert held(weather, error, error, rng) == pytest.approx(95.0, abs=1.5)


def test_a_forecast_away_from_the_mean_of_its_ensemble_is_held_to_be_the_less_sure():
    """The truth is a member like any other; the forecast is one too: its interval must still hold it."""
    rng = np.random.default_rng(7)
    mean, leads = simulated_weather(rng, 2000, 40.0), np.full(2000, 6.5)
    given = spreads(mean, leads, np.full(2000, 0.5))
    off = {name: rng.normal(size=2000) * one for name, one in given.items()}
    error = ahead.errors(mean, ahead._top(mean), leads, given, off)
    alone = ahead.errors(mean, ahead._top(mean), leads, given, {})
    for name, one, other in zip(VARIED, error, alone, strict=True):
        assert (one >= other - 1e-12).all()
        assert name == "span" or (one > other * 1.05).mean() > 0.5


def test_the_interval_grows_with_the_days_ahead():
    rng = np.random.default_rng(3)
    weather = simulated_weather(rng, 300, 45.0)
    widths = []
    for lead in np.arange(0.5, 16.0):
        down, up = ahead.reach(weather, ahead.errors(weather, ahead._top(weather), np.full(300, lead), {}, {}))
        widths.append((down + up).mean())
    assert (np.diff(widths) > 0).all()
    assert 2.5 < widths[-1] / widths[0] < 8


# --- through the engine ---------------------------------------------------------------------------------------------


def block_of(members=None, first="2024-06-20", count=27):
    """Return a block of one place: observed days, then forecast ones of the same weather."""
    days = pd.date_range(first, periods=count, name="date")
    same = {"tmin": 12.0, "tmax": 26.0, "tmean": 19.0, "rhmean": 60.0, "u2": 2.0, "rs": 18.0}
    table = pd.DataFrame(same, index=days)
    table["kind"] = np.where(days >= pd.Timestamp(TODAY), "forecast", "observed")
    block = Block.of_frames({"open_meteo_forecast": table}, Site(-22.7, -47.6, 550.0))
    return dataclasses.replace(block, ahead=members or {})


def days_of(block):
    inputs = choose(block.tables, block.shape, (), block.elevation)
    return by_priors(block, inputs, Options().calculation(), {}, ())


def test_past_and_forecast_are_one_curve():
    block = block_of()
    plain, days = days_of(block), days_of(block)
    rows = ahead.widen(days, block, TODAY)[0]
    assert rows.tolist() == (block.days.index >= pd.Timestamp(TODAY)).tolist()
    np.testing.assert_array_equal(days.eto, plain.eto)  # no number moves: only how sure it is
    np.testing.assert_array_equal(days.lower[0, ~rows], plain.lower[0, ~rows])
    np.testing.assert_array_equal(days.upper[0, ~rows], plain.upper[0, ~rows])
    width = (days.upper - days.lower)[0]
    assert (np.diff(width[rows]) > 0).all()
    # At the seam the interval steps by what a forecast of today does not know, and by no more.
    assert 1.0 < width[rows][0] / width[~rows][-1] < 1.5
    assert (days.lower[0] >= 0).all()
    assert (days.lower < days.eto).all()
    assert (days.upper > days.eto).all()


def test_an_ensemble_that_agrees_narrows_and_one_that_does_not_widens():
    shape = block_of().shape

    def width(share):
        members = {} if share is None else {
            "tmean_spread": np.full(shape, 3.0 * share), "rhmean_spread": np.full(shape, 12.0 * share),
            "u2_spread": np.full(shape, 0.8 * share), "rs_spread": np.full(shape, 5.0 * share),
        }  # fmt: skip
        block = block_of(members)
        days = days_of(block)
        ahead.widen(days, block, TODAY)
        return (days.upper - days.lower)[0, -1]

    assert width(0.1) < width(None) < width(2.0)
    assert width(0.1) > 0.35 * width(None)  # members that agree for chance are not believed wholly
    nothing = block_of({"tmean_spread": np.full(shape, np.nan)})
    days = days_of(nothing)
    ahead.widen(days, nothing, TODAY)
    assert (days.upper - days.lower)[0, -1] == pytest.approx(width(None))


def test_what_two_models_differ_by_throughout_is_no_error_of_a_day():
    shape = block_of().shape
    spread = {f"{name}_spread": np.full(shape, value) for name, value in
              {"tmean": 2.0, "rhmean": 8.0, "u2": 0.5, "rs": 3.0}.items()}  # fmt: skip

    def upper(mean):
        block = block_of(spread | {"tmean": mean})
        days = days_of(block)
        ahead.widen(days, block, TODAY)
        return days.upper[0, -1]

    level = np.full(shape, 19.0)
    assert upper(level) == pytest.approx(upper(level - 4.0))  # a cell 600 m higher
    odd = level.copy()
    odd[0, -1] -= 6.0
    assert upper(odd) > upper(level) + 0.1


def test_the_places_of_a_block_do_not_depend_on_each_other():
    one = block_of()
    two = Block(
        (Site(45.0, 10.0, 100.0), *one.sites), one.days,
        {name: {c: np.vstack([v, v]) for c, v in t.items()} for name, t in one.tables.items()},
        {name: np.vstack([k, k]) for name, k in one.kinds.items()},
    )  # fmt: skip
    alone, both = days_of(one), days_of(two)
    ahead.widen(alone, one, TODAY)
    ahead.widen(both, two, TODAY)
    np.testing.assert_array_equal(alone.upper[0], both.upper[1])
    np.testing.assert_array_equal(alone.lower[0], both.lower[1])


def test_a_whole_calculation_says_how_its_interval_was_made(weather_server):
    with config.set_options(today=TODAY.isoformat()):
        result = etolib.compute((-22.7, -47.6, 550.0), "2024-06-25/2024-07-16")
    table = result.table
    coming = table["kind"] == "forecast"
    assert coming.sum() == 15  # a run of the model ends there: the sixteenth day is the climatology's
    assert table["kind"].iloc[-1] == "climatology"
    assert table["eto"].notna().all()
    assert any("spread between the members" in text for text in result.provenance["evidence"])
    assert result.provenance["sources"]["open_meteo_ensemble"]["model"] == "ecmwf_ifs025_ensemble_mean"
    assert not table["source"].str.contains("ensemble").any()  # it gives no weather while a forecast does
    width = (table["eto_upper"] - table["eto_lower"]).to_numpy()
    assert width[coming][-1] > width[coming][0] > np.median(width[table["kind"] == "observed"])
    weather_server.fault("open_meteo_ensemble", "503")
    with config.set_options(today=TODAY.isoformat()):
        without = etolib.compute((-22.8, -47.7, 550.0), "2024-06-25/2024-07-16")
    assert any("grows with the days ahead" in text for text in without.provenance["evidence"])
    assert without.table["eto"].notna().all()
