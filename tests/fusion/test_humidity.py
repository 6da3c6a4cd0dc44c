"""The best route of FAO-56 that a source's humidity allows survives the choice of inputs, for every source.

Authorities: `etolib.eto` on the same table (held against the book in tests/equations); ETo as AZMET's and AgriMet's
stations have it published (the stations of the shared data).
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import etolib
from etolib.equations.humidity import vapour_pressure_from_dew_point, vapour_pressure_from_rh
from etolib.equations.sun import extraterrestrial_radiation
from etolib.fusion.fuse import fuse_sources
from etolib.fusion.inputs import HUMIDITY, choose_inputs
from etolib.site import Site
from tests.fusion.own_station import measured, station_of
from tests.sources.station.generator import wet_bulb

SITE = Site(52.1, 5.2, 2.0)
ROUTES = {
    ("ea",): "given",
    ("tdew",): "from_dew_point",
    ("rhmin", "rhmax"): "from_rh_extremes",
    ("tdry", "twet", "a_psy"): "from_psychrometer",
    ("tdry", "twet", "a_psy", "rhmean"): "from_psychrometer",
    ("rhmin", "rhmax", "tdry", "twet", "a_psy"): "from_rh_extremes",
    ("rhmax",): "from_rh_max",
    ("rhmean",): "from_rh_mean",
    ("tdew", "rhmin", "rhmax", "rhmean"): "from_dew_point",
    ("rhmin", "rhmax", "rhmean"): "from_rh_extremes",
    ("ea", "rhmean"): "given",
    (): "estimated_tmin",
}


def weather(days=400, seed=7, latitude=52.1):
    """Simulated weather with every form of humidity."""
    chance = np.random.default_rng(seed)
    index = pd.date_range("2021-02-01", periods=days, name="date")
    season = np.cos(2 * np.pi * (index.day_of_year.to_numpy() - 200) / 365.25) * np.sign(latitude)
    tmin = 6 + 8 * season + chance.normal(0, 2, days)
    tmax = tmin + chance.uniform(2, 16, days)
    rhmax = chance.uniform(75, 100, days)
    rhmin = rhmax - chance.uniform(5, 60, days)
    ea = vapour_pressure_from_rh(tmin, tmax, rhmin, rhmax) * chance.uniform(0.95, 1.0, days)
    ra = extraterrestrial_radiation(latitude, index.day_of_year.to_numpy().astype(float))
    ratio = np.log(ea / 0.6108)
    tdry = tmax - 1.0
    twet = wet_bulb(tdry, ea, SITE.elevation)
    table = {
        "tdry": tdry, "twet": twet, "a_psy": np.full(days, 0.0008),
        "tmin": tmin, "tmax": tmax, "rhmin": rhmin, "rhmax": rhmax, "rhmean": (rhmin + rhmax) / 2, "ea": ea,
        "tdew": 237.3 * ratio / (17.27 - ratio), "rs": ra * chance.uniform(0.2, 0.75, days),
        "u2": chance.uniform(0.3, 6, days), "precipitation": chance.uniform(0, 4, days),
    }  # fmt: skip
    return pd.DataFrame(table, index=index)


WEATHER = weather()


def without(table, *kept):
    gone = [name for name in HUMIDITY if name not in kept]
    return table.drop(columns=gone, errors="ignore")


@pytest.mark.parametrize("route", ROUTES)
def test_a_station_gives_what_its_table_gives_bit_for_bit(route):
    table = without(WEATHER, *route)
    if route:
        table.loc[table.index[5:9], route[0]] = np.nan  # the next route, or the estimate, takes over
    station = station_of(table, SITE)
    result = etolib.compute(SITE, "2021-02-01/2022-03-07", ["station"], station=station)
    alone = etolib.eto(station.frame, SITE)
    np.testing.assert_array_equal(result.table["eto"].to_numpy(), alone.eto.to_numpy())
    np.testing.assert_array_equal(result.table["ea"].to_numpy(), alone.inputs["ea"].to_numpy())
    assert result.flags["ea"].tolist() == alone.flags["ea"].tolist()
    assert result.flags["ea"].iloc[0] == ROUTES[route]
    assert result.input_sources["ea"].iloc[0] == ("station" if route else None)


def test_sunshine_of_a_station_is_not_thrown_away():
    table = WEATHER.drop(columns="rs").assign(sunshine=np.linspace(0, 7, len(WEATHER)))
    station = station_of(table, SITE)
    result = etolib.compute(SITE, "2021-05-01/2021-05-31", ["station"], station=station)
    alone = etolib.eto(station.frame, SITE)
    np.testing.assert_array_equal(result.table["eto"].to_numpy(), alone.eto.loc["2021-05"].to_numpy())
    assert set(result.flags["rs"]) == {"estimated_sunshine"}
    assert set(result.input_sources["rs"]) == {"station"}


def test_the_extremes_of_one_dry_day_give_equation_17():
    day = {"tmin": 10.1, "tmax": 26.9, "rhmin": 23.0, "rhmax": 89.0, "rs": 22.31, "u2": 4.26}
    table = pd.DataFrame(day, index=pd.DatetimeIndex(["2022-06-15"], name="date"))
    result = etolib.compute(SITE, "2022-06-15/2022-06-15", ["station"], station=station_of(table, SITE))
    row = result.table.iloc[0]
    assert row["ea"] == pytest.approx((1.23621 * 0.89 + 3.54445 * 0.23) / 2, abs=1e-4)  # FAO-56 Eq. 17 by hand
    assert row["eto_lower"] < float(etolib.eto(table, SITE).eto.iloc[0]) < row["eto_upper"]
    mean = without(table.assign(rhmean=56.0), "rhmean")
    assert row["eto"] - float(etolib.eto(mean, SITE).eto.iloc[0]) > 0.8  # what Eq. 19 loses there


@pytest.mark.parametrize("name", ["open_meteo_archive", "met_norway", "nasa_power", "mine"])
@pytest.mark.parametrize("route", [route for route in ROUTES if route])
def test_any_source_alone_keeps_its_best_route(name, route):
    fused = fuse_sources({name: without(WEATHER, *route)}, SITE)
    alone = etolib.eto(without(WEATHER, *route), SITE)
    np.testing.assert_array_equal(fused.completed.eto.to_numpy(), alone.eto.to_numpy())
    assert set(fused.completed.flags["ea"]) == {ROUTES[route]}


def test_the_pair_takes_the_mean_of_mean_humidities_as_it_was_measured():
    nasa = without(WEATHER, "rhmean").assign(rhmean=50.0)
    chosen = choose_inputs({"nasa_power": nasa, "open_meteo_archive": WEATHER.assign(rhmean=60.0)})
    assert set(chosen.inputs["rhmean"]) == {55.0}
    assert set(chosen.source["ea"]) == {"nasa_power+open_meteo_archive"}
    assert set(HUMIDITY) & set(chosen.given) == {"rhmean"}


def test_a_grid_lends_its_relative_humidity_and_a_station_its_water():
    warm = WEATHER[["tmin", "tmax", "rs", "u2"]] + [5.0, 5.0, 0.0, 0.0]
    # A grid: relative humidity, so that its temperature error does not come along.
    frames = {"open_meteo_archive": warm, "met_norway": without(WEATHER, "rhmin", "rhmax")}
    lent = choose_inputs(frames).inputs
    share = vapour_pressure_from_rh(*(WEATHER[n].to_numpy() for n in ("tmin", "tmax", "rhmin", "rhmax")))
    es = [vapour_pressure_from_dew_point(WEATHER[n].to_numpy()) for n in ("tmin", "tmax")]
    np.testing.assert_allclose(lent["rhmean"], np.minimum(100 * share / ((es[0] + es[1]) / 2), 100), rtol=1e-12)
    # A station whose thermometer failed: the vapour pressure it measured.
    own = without(WEATHER, "tdew").assign(tmin=np.nan, tmax=np.nan)
    kept = choose_inputs({"open_meteo_archive": warm, "station": own})
    np.testing.assert_array_equal(kept.inputs["ea"], vapour_pressure_from_dew_point(WEATHER["tdew"].to_numpy()))
    assert set(kept.source["ea"]) == {"station"}
    assert set(kept.source["tmax"]) == {"open_meteo_archive"}


def test_humidity_whose_minimum_lies_above_its_maximum_is_left_out_and_said():
    table = without(WEATHER, "rhmin", "rhmax").iloc[:20].copy()
    table.loc[table.index[3], ["rhmin", "rhmax"]] = [90.0, 40.0]
    result = etolib.compute(SITE, "2021-02-01/2021-02-20", ["station"], station=station_of(table, SITE))
    assert result.flags["ea"].tolist() == ["estimated_tmin" if i == 3 else "from_rh_extremes" for i in range(20)]
    said = [f"station: {name} left out on 1 day (impossible)" for name in ("rhmin", "rhmax")]
    assert [str(warning) for warning in result.warnings] == said


def test_maricopa_gives_its_published_eto_from_the_dew_point():
    table, published, site = measured("Maricopa_AZ")
    table = table.drop(columns=["rhmin", "rhmax"])
    result = etolib.compute(site, "2003-01-01/2020-12-31", ["station"], station=station_of(table, site))
    found = result.table.set_index("date")["eto"]
    assert float(np.sqrt(np.mean((found - published) ** 2))) <= 0.02
    assert set(result.flags["ea"]) == {"from_dew_point"}


def test_fallon_gives_the_eto_of_its_agency():
    table, published, site = measured("Fallon_NV")
    result = etolib.compute(site, "2015-01-01/2015-12-31", ["station"], station=station_of(table, site))
    found = result.table.set_index("date")["eto"]
    assert float(np.sqrt(np.mean((found - published) ** 2))) <= 0.10
