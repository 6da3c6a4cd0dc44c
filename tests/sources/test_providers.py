"""Each provider through the simulator: windows, warnings, provenance, politeness."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
import multiprocessing
import urllib.parse
import urllib.request
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pandas as pd
import pytest

import etolib
from etolib import config
from etolib.errors import BadResponse, InvalidRequest, NotCovered, SourceWindowError
from etolib.site import Period, Site
from etolib.sources import (
    catalogue,
    climatology,
    elevation,
    nasa_power,
    nws_forecast,
    nws_stations,
    open_meteo,
    opentopodata,
)
from etolib.sources.network import client
from etolib.sources.prefetch import prefetch

pytestmark = pytest.mark.slow

PLACE = Site(-22.7, -47.6, 550.0)
BOULDER = Site(40.02, -105.27, 1655.0)
OSLO = Site(59.91, 10.75)
TODAY = dt.date(2024, 7, 1)  # of the simulator


@pytest.fixture
def server(weather_server, monkeypatch):
    monkeypatch.setenv("ETOLIB_CONTACT", "test@example.org")
    yield weather_server
    client.door().close()


def ask(name, site=PLACE, start="2024-02-27", end="2024-03-02"):
    return catalogue.provider(name).fetch(site, Period(start, end))


def query(call):
    return dict(urllib.parse.parse_qsl(call.query))


# --- every weather source -------------------------------------------------------------------------------------------

CASES = {
    "nasa_power": (PLACE, "2024-02-27", "2024-03-02"),
    "open_meteo_archive": (PLACE, "2024-02-27", "2024-03-02"),
    "open_meteo_forecast": (PLACE, "2024-06-28", "2024-07-05"),
    "open_meteo_historical_forecast": (PLACE, "2024-02-27", "2024-03-02"),
    "met_norway": (OSLO, "2024-07-02", "2024-07-06"),
    "nws_forecast": (BOULDER, "2024-07-02", "2024-07-05"),
    "nws_stations": (BOULDER, "2024-06-28", "2024-06-29"),
}


@pytest.mark.parametrize("name", CASES)
def test_what_a_source_gives(server, name):
    site, start, end = CASES[name]
    data = ask(name, site, start, end)
    period = Period(start, end)
    assert data.source == name
    assert list(data.frame.index) == list(pd.date_range(start, end))
    assert data.frame[["tmin", "tmax", "u2", "rs"]].notna().all().all()
    assert set(data.frame.columns) <= {*catalogue.find(name).provides, "kind"}
    for key in ("model", "requested", "latitude", "longitude", "elevation", "distance_km", "day", "retrieved", "url",
                "from_cache", "stale", "attribution", "licence", "wind", "estimated"):  # fmt: skip
        assert key in data.meta, key
    json.dumps(data.meta)
    assert data.meta["day"] == f"local solar day, UTC{site.utc_offset:+d}"
    future = [day >= TODAY for day in period.days()]
    forecasts = name in ("open_meteo_forecast", "met_norway", "nws_forecast")
    assert list(data.frame["kind"] == "forecast") == [forecasts and f for f in future]


@pytest.mark.parametrize("name", CASES)
def test_days_outside_the_window_are_refused_without_a_call(server, name):
    site = CASES[name][0]
    first, last = catalogue.find(name).window(TODAY)
    for start in (first - dt.timedelta(days=20), last + dt.timedelta(days=1)):
        with pytest.raises(SourceWindowError, match=str(first)) as caught:
            ask(name, site, start, start + dt.timedelta(days=9 if start < first else 0))
        assert caught.value.suggestion
    assert server.calls() == []


@pytest.mark.parametrize("name", ["nasa_power", "open_meteo_archive", "open_meteo_forecast", "met_norway"])
def test_a_period_across_the_edge_gives_the_days_inside_and_says_which_are_not(server, name):
    site = CASES[name][0]
    _, last = catalogue.find(name).window(TODAY)
    data = ask(name, site, last - dt.timedelta(days=3), last + dt.timedelta(days=4))
    assert data.frame.index[-1].date() == last
    assert any(f"{last + dt.timedelta(days=1)}..{last + dt.timedelta(days=4)}" in text for text in data.warnings)


@pytest.mark.parametrize(("longitude", "zone"), [(179.99, "Etc/GMT-12"), (-180.0, "Etc/GMT+12"), (77.5, "Etc/GMT-5")])
def test_the_day_is_the_solar_day_at_any_longitude(server, longitude, zone):
    site = Site(10.0, longitude)
    assert open_meteo.zone(site) == zone
    data = ask("open_meteo_archive", site)
    assert query(server.calls()[0])["timezone"] == zone
    assert data.meta["distance_km"] < 25
    assert ask("nasa_power", site).frame["tmax"].notna().all()


@pytest.mark.parametrize("latitude", [90.0, -90.0, 89.99, -89.99, 0.0, -15.0])
def test_poles_equator_and_whole_degrees(server, latitude):
    for name in ("nasa_power", "open_meteo_archive"):
        assert ask(name, Site(latitude, 0.0)).frame["tmax"].notna().all()


@pytest.mark.parametrize("year", [2023, 2024, 2000])
def test_leap_day(server, year):
    for name in ("nasa_power", "open_meteo_archive"):
        data = ask(name, start=f"{year}-02-27", end=f"{year}-03-02")
        assert len(data.frame) == (5 if year % 4 == 0 else 4)
        assert data.frame["tmax"].notna().all()


# --- NASA POWER -----------------------------------------------------------------------------------------------------


def test_nasa_asks_as_agreed(server):
    ask("nasa_power")
    (call,) = server.calls()
    asked = query(call)
    assert asked["community"] == "AG"
    assert asked["time-standard"] == "LST"
    assert set(asked["parameters"].split(",")) >= {"T2MDEW", "RH2M", "WS2M", "ALLSKY_SFC_SW_DWN"}
    assert (asked["start"], asked["end"]) == ("20240227", "20240302")
    assert call.headers["user-agent"].endswith("(test@example.org)")
    assert "user" not in asked


def test_thirty_years_are_one_call(server):
    data = ask("nasa_power", start="1990-01-01", end="2019-12-31")
    assert len(data.frame) == 10957
    assert len(server.calls()) == 1


def test_nasa_wind_is_the_model_s_at_2_m(server):
    data = ask("nasa_power")
    (call,) = server.calls()
    url = f"{config.service_root('nasa_power')}{call.path}?{call.query}"
    told = json.loads(urllib.request.urlopen(url).read())["properties"]["parameter"]["WS2M"]
    assert data.frame["u2"].tolist() == list(told.values())


def test_radiation_of_re_times_3_6_is_that_of_ag(server):
    """1 kWh = 3.6 MJ; AG has two decimals, RE four."""
    ask("nasa_power")
    (call,) = server.calls()
    bodies = {}
    for community in ("AG", "RE"):
        asked = query(call) | {"community": community}
        url = f"{config.service_root('nasa_power')}{call.path}?{urllib.parse.urlencode(asked)}"
        bodies[community] = urllib.request.urlopen(url).read()
    ag = nasa_power.parse(bodies["AG"]).frame["rs"]
    re = nasa_power.parse(bodies["RE"], community="RE").frame["rs"]
    np.testing.assert_allclose(ag, re, atol=0.0051)


def test_nasa_before_1984_has_no_radiation_and_says_so(server):
    data = ask("nasa_power", start="1983-06-01", end="1983-06-03")
    assert "rs" not in data.frame
    assert data.frame["tmax"].notna().all()
    assert any("rs" in text for text in data.warnings)


def test_nasa_newest_days_lack_radiation(server):
    data = ask("nasa_power", start="2024-06-20", end="2024-06-28")
    assert data.frame["rs"].isna().any()
    assert data.frame["tmax"].notna().all()
    assert any("rs missing on" in text for text in data.warnings)


def test_neighbours_in_the_same_cells_share_one_answer(server):
    rng = np.random.default_rng(1)
    farms = [Site(-22.7 + a, -47.6 + b) for a, b in rng.uniform(-0.02, 0.02, (50, 2))]
    frames = [ask("nasa_power", farm) for farm in farms]
    assert len(server.calls()) == 1
    assert all(f.frame.equals(frames[0].frame) for f in frames)
    assert frames[1].meta["cells"] == {"weather": [-22.5, -47.5], "solar": [-22.5, -47.5]}
    assert frames[1].meta["requested"] != frames[2].meta["requested"]


def test_cells_contain_their_place_and_their_representative():
    rng = np.random.default_rng(2)
    for lat, lon in zip(rng.uniform(-90, 90, 3000), rng.uniform(-180, 180, 3000), strict=True):
        site = Site(lat, lon)
        found = nasa_power.cells(site)
        assert abs(found.latitude - lat) <= 0.5
        assert abs(found.longitude - lon) <= 0.625
        same = nasa_power.cells(Site(found.latitude, found.longitude))
        assert same == found
        assert Site(found.latitude, found.longitude).utc_offset == site.utc_offset
        # A cell of MERRA-2 is centred on multiples of 0.5 and 0.625 degrees, one of CERES on half degrees.
        assert found.weather[0] % 0.5 == 0
        assert found.solar[0] % 1 == 0.5


def test_nasa_hourly_adds_up_to_the_day(server):
    hours = nasa_power.fetch_hourly(PLACE, Period("2024-02-27", "2024-03-02")).frame
    assert len(hours) == 5 * 24
    assert hours.columns.tolist() == ["temperature", "dewpoint", "rh", "wind2", "pressure", "rs", "precipitation"]
    assert hours["rs"].between(0, 5).all()
    with pytest.raises(SourceWindowError):
        nasa_power.fetch_hourly(PLACE, Period("2000-01-01", "2000-01-02"))


# --- Open-Meteo -----------------------------------------------------------------------------------------------------


def test_open_meteo_asks_as_agreed(server):
    ask("open_meteo_archive")
    asked = query(server.calls()[0])
    assert asked["wind_speed_unit"] == "ms"
    assert asked["models"] == "era5_seamless"
    assert asked["timezone"] == "Etc/GMT+3"
    assert "cell_selection" not in asked
    assert {"wind_speed_10m_mean", "dew_point_2m_mean"} <= set(asked["daily"].split(","))
    assert "wind_speed_10m_max" not in asked["daily"]  # the day's largest wind is not its mean


def test_open_meteo_hours_make_the_days(server):
    """The provider's own daily values come from labels 00 to 23; ours from the hours themselves."""
    source = catalogue.provider("open_meteo_archive")
    hours = source.fetch_hourly(PLACE, Period("2024-02-27", "2024-03-02"))
    days = ask("open_meteo_archive").frame
    assert len(hours.frame) == 5 * 24
    assert hours.frame.notna().all().all()
    by_day = hours.frame.groupby(hours.frame.index.normalize())
    np.testing.assert_allclose(by_day["temperature"].max(), days["tmax"], atol=0.06)
    np.testing.assert_allclose(by_day["wind2"].mean(), days["u2"], atol=0.01)
    # An hour at midnight is dark: the day's sum is the same wherever it is counted.
    np.testing.assert_allclose(by_day["rs"].sum(), days["rs"], atol=0.05)
    newest = source.fetch_hourly(PLACE, Period("2024-06-25", "2024-06-25")).frame
    assert newest[["rs", "precipitation"]].isna().sum().tolist() == [1, 1]


def test_open_meteo_wind_comes_down_from_10_m(server):
    data = ask("open_meteo_archive")
    call = server.calls()[0]
    url = f"{config.service_root('open_meteo_archive')}{call.path}?{call.query}"
    told = json.loads(urllib.request.urlopen(url).read())["daily"]["wind_speed_10m_mean"]
    # FAO-56 Eq. 47, z = 10 m
    np.testing.assert_allclose(data.frame["u2"], np.array(told) * 4.87 / np.log(67.8 * 10 - 5.42))


def test_many_places_are_one_request_and_the_same_as_each_alone(server):
    sites = [Site(-22.7, -47.6), Site(-21.2, -47.8), Site(40.0, -105.0), Site(-20.0, -49.0)]
    source = catalogue.provider("open_meteo_archive")
    together = source.fetch_many(sites, Period("2024-02-27", "2024-03-02"))
    assert len(server.calls()) == 2  # two solar days: UTC-3 and UTC-7
    for site, data in zip(sites, together, strict=True):
        alone = source.fetch(site, Period("2024-02-27", "2024-03-02"))
        pd.testing.assert_frame_equal(data.frame, alone.frame)
        assert data.meta["requested"]["latitude"] == site.latitude


def test_prefetch_of_many_farms_is_a_handful_of_calls(server):
    """Requests of a hundred places; then each farm finds its own days and its elevation without a call."""
    rng = np.random.default_rng(3)
    farms = [Site(round(-22.7 + a, 4), round(-47.6 + b, 4)) for a, b in rng.uniform(-0.2, 0.2, (250, 2))]
    period = Period("2024-02-27", "2024-03-02")
    count = prefetch(farms, period)
    calls = server.calls()
    assert len(calls) == count == 9  # three of weather, three of radiation, three of elevation
    assert prefetch(farms, period) == 0
    alone = [catalogue.provider("open_meteo_archive").fetch(farm, period) for farm in farms[:20]]
    assert all(np.isfinite(elevation.lookup(farm).value) for farm in farms[:20])
    assert len(server.calls()) == len(calls)
    assert all(data.meta["from_cache"] for data in alone)
    client.door().cache.clear()
    fresh = catalogue.provider("open_meteo_archive").fetch(farms[7], period)
    pd.testing.assert_frame_equal(fresh.frame, alone[7].frame)
    assert fresh.meta["elevation"] == alone[7].meta["elevation"]


def test_prefetch_leaves_errors_to_the_places(server):
    server.fault("open_meteo", "refuse")
    assert prefetch([PLACE, Site(0.0, -30.0)], Period("2024-02-27", "2024-03-02")) == 0


def test_weighted_budget_counts_as_the_provider_does(server):
    ask("open_meteo_archive", start="2000-01-01", end="2000-12-31")
    with client.door().cache.database.connect() as connection:
        spent = connection.execute("select max(weight) from used_up where name like 'open_meteo%'").fetchone()[0]
    assert spent == pytest.approx(11 / 10 * 366 / 14)


def test_undefined_column_is_an_absent_one(server):
    server.fault("open_meteo_archive", "undefined_column", variable="shortwave_radiation_sum")
    data = ask("open_meteo_archive")
    assert "rs" not in data.frame
    assert any("left out rs" in text for text in data.warnings)


def test_elevation_of_many_places_is_one_call(server):
    assert len(open_meteo.elevations([PLACE, BOULDER, OSLO])) == 3
    assert len(opentopodata.elevations([PLACE, BOULDER])) == 2
    assert len(server.calls()) == 2


# --- MET Norway, NWS ------------------------------------------------------------------------------------------------


def test_met_duties(server):
    data = ask("met_norway", Site(59.913868, 10.752245), "2024-07-02", "2024-07-06")
    (call,) = server.calls()
    asked = query(call)
    assert (asked["lat"], asked["lon"]) == ("59.9139", "10.7522")
    assert call.headers["user-agent"].endswith("(test@example.org)")
    assert call.path.endswith("/complete")
    assert data.meta["estimated"] == ["rs"]
    assert any("estimated" in text for text in data.warnings)


def test_met_is_asked_only_whether_it_changed_once_expired(server):
    server.fault("met_norway", "expired", times=1)
    clock = [0.0]
    import time

    door = client.Door(config.cache_dir() / "met", client.user_agent(), clock=lambda: time.time() + clock[0])
    with client.use(door):
        first = ask("met_norway", OSLO, "2024-07-02", "2024-07-06")
        clock[0] = 61.0
        second = ask("met_norway", OSLO, "2024-07-02", "2024-07-06")
    door.close()
    calls = server.calls()
    assert [call.status for call in calls] == [200, 304]
    assert "if-modified-since" in calls[1].headers
    pd.testing.assert_frame_equal(first.frame, second.frame)


@pytest.mark.parametrize("name", ["met_norway", "nws_forecast", "nws_stations"])
def test_without_a_contact_nobody_is_asked(weather_server, name):
    site, start, end = CASES[name]
    with pytest.raises(InvalidRequest, match="contact") as caught:
        ask(name, site, start, end)
    assert "ETOLIB_CONTACT" in caught.value.suggestion
    assert weather_server.calls() == []


def test_nws_outside_of_the_usa(server):
    for name in ("nws_forecast", "nws_stations"):
        with pytest.raises(NotCovered):
            ask(name, PLACE, *CASES[name][1:])
    assert server.calls() == []


def test_nws_coordinates_are_short(server):
    ask("nws_forecast", Site(40.0200009, -105.1000004, 1600.0), *CASES["nws_forecast"][1:])
    assert server.calls()[0].path == "/points/40.02,-105.1"
    assert all(call.status == 200 for call in server.calls())


def test_nws_grid_of_another_place_is_refused(server, monkeypatch):
    ask("nws_forecast", *CASES["nws_forecast"])
    body = next(c for c in server.calls() if c.path.startswith("/gridpoints"))
    raw = json.loads(urllib.request.urlopen(server.root("nws") + body.path).read())
    raw["geometry"]["coordinates"] = [[[x, y + 5] for x, y in ring] for ring in raw["geometry"]["coordinates"]]
    monkeypatch.setattr(
        nws_forecast, "parse_grid", lambda _, parse=nws_forecast.parse_grid: parse(json.dumps(raw).encode())
    )
    client.door().cache.clear()
    with pytest.raises(BadResponse, match="away"):
        ask("nws_forecast", *CASES["nws_forecast"])


@pytest.mark.parametrize("holes", [1, 3, 4])
def test_null_hours_of_the_nws_grid_do_not_lose_their_day(server, monkeypatch, holes):
    """Up to three hours of a day may have no value, as for stations; the day is named, and one of fewer is left out."""
    whole = ask("nws_forecast", *CASES["nws_forecast"]).frame
    read = nws_forecast.parse_grid

    def with_holes(body):
        grid = read(body)
        local = grid.hours.index + pd.Timedelta(hours=BOULDER.utc_offset)
        hours = grid.hours.copy()
        hours.loc[(local.strftime("%Y-%m-%d") == "2024-07-03") & (local.hour < holes), "temperature"] = np.nan
        return dataclasses.replace(grid, hours=hours)

    monkeypatch.setattr(nws_forecast, "parse_grid", with_holes)
    client.door().cache.clear()
    data = ask("nws_forecast", *CASES["nws_forecast"])
    kept = data.frame.loc["2024-07-03", "tmax"] == whole.loc["2024-07-03", "tmax"]
    assert kept == (holes <= 3)
    others = data.frame.drop(pd.Timestamp("2024-07-03"))
    pd.testing.assert_frame_equal(others, whole.drop(pd.Timestamp("2024-07-03")))
    assert any(f"2024-07-03 from {24 - holes} of 24 hours" in text for text in data.warnings) == kept


def test_null_values_in_the_answer_of_the_nws_grid(server, monkeypatch):
    read = nws_forecast.parse_grid

    def with_null(body):
        raw = json.loads(body)
        values = raw["properties"]["temperature"]["values"]
        first = next(i for i, v in enumerate(values) if v["validTime"].startswith("2024-07-03T1"))
        values[first]["value"] = None
        return read(json.dumps(raw).encode())

    monkeypatch.setattr(nws_forecast, "parse_grid", with_null)
    assert ask("nws_forecast", *CASES["nws_forecast"]).frame["tmax"].notna().all()


def test_met_norway_is_told_the_elevation_that_was_looked_up(server):
    with config.set_options(contact="test@example.org"):
        result = etolib.compute((59.91, 10.75), "2024-07-02/2024-07-04", ["met_norway"])
    assert result.provenance["elevation_source"] == "open_meteo"
    (call,) = server.calls("met_norway")
    assert float(query(call)["altitude"]) == pytest.approx(result.site.elevation, abs=0.5)
    server.fault("open_meteo_elevation", "refuse")
    server.fault("opentopodata", "refuse")
    with config.set_options(contact="test@example.org"):
        result = etolib.compute((60.91, 10.75), "2024-07-02/2024-07-04", ["met_norway"])
    assert result.provenance["elevation_source"] == "embedded"  # too coarse to be told
    assert "altitude" not in query(server.calls("met_norway")[-1])


def test_station_finder(server):
    stations = nws_stations.find_stations(BOULDER, count=3)
    assert 1 <= len(stations) <= 3
    assert [s.distance_km for s in stations] == sorted(s.distance_km for s in stations)
    assert all(not s.lacking and s.elevation_difference is not None for s in stations)
    everything = nws_stations.survey_stations(BOULDER)
    assert {s.identifier for s in stations} <= {s.identifier for s in everything}
    lacking = [s for s in everything if s.lacking]
    assert lacking  # the simulator has stations without humidity or wind
    assert {word for s in lacking for word in s.lacking} <= {"temperature", "humidity", "wind"}
    assert nws_stations.stations_table(everything).index.name == "identifier"


def test_station_observations_are_paged_by_the_day(server):
    ask("nws_stations", BOULDER, "2024-06-26", "2024-06-29")
    for call in server.calls():
        if call.path.endswith("/observations"):
            asked = query(call)
            span = pd.Timestamp(asked["end"]) - pd.Timestamp(asked["start"])
            assert span <= pd.Timedelta(days=1)  # 500 rows are two days of a 5-minute station
            assert int(asked["limit"]) <= 500


# --- politeness of many workers -------------------------------------------------------------------------------------


def _work(folder, environment, numbers):
    import os

    os.environ.update(environment)
    with config.set_options(cache_dir=folder, contact="test@example.org"):
        for number in numbers:
            ask("open_meteo_archive", Site(-10.0 - number / 10, -47.6))
            opentopodata.elevations([Site(-10.0 - number / 10, -47.6)])


def test_four_workers_together_keep_the_stated_rate(server, tmp_path):
    """OpenTopoData: one request a second, one at a time; Open-Meteo: four at once."""
    spawn = multiprocessing.get_context("spawn")
    environment = dict(server.environment())
    workers = [spawn.Process(target=_work, args=(str(tmp_path), environment, range(n, 8, 4))) for n in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(120)
    assert [worker.exitcode for worker in workers] == [0] * 4
    heights = server.calls("opentopodata")
    assert len(heights) == 8
    times = sorted(call.time for call in heights)
    assert times[-1] - times[0] > 7 * 1.0  # eight requests, 1.1 s apart when sent
    assert max(call.in_flight for call in heights) == 1
    assert max(call.in_flight for call in server.calls("open_meteo_archive")) <= 4


def test_threads_of_one_place_make_one_call(server):
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: ask("nasa_power"), range(8)))
    assert len(server.calls("nasa_power")) == 1


# --- elevation ------------------------------------------------------------------------------------------------------


def test_elevation_goes_from_one_provider_to_the_next(server):
    assert elevation.lookup(Site(-22.7, -47.6, 123.0)).source == "given"
    assert elevation.lookup(Site(-22.7, -47.6)).source == "open_meteo"
    server.fault("open_meteo_elevation", "refuse")
    assert elevation.lookup(Site(-22.7, -47.7)).source == "opentopodata"
    server.fault("opentopodata", "refuse")
    found = elevation.lookup(Site(-22.7, -47.8))
    assert found.source == "embedded"
    assert found.value == climatology.surface(-22.7, -47.8)[0]
    assert "can be far off" in found.warning


def test_elevation_of_the_pole_is_not_nan(server):
    assert np.isfinite(elevation.lookup(Site(90.0, 0.0)).value)


@pytest.mark.parametrize("fault", ["garbage", "broken_json", "text_values", "elevation_nan", "absurd_values", "500"])
def test_no_fault_of_an_elevation_service_stops_anything(server, fault):
    server.fault("open_meteo_elevation", fault)
    server.fault("opentopodata", fault)
    with config.set_options(deadline="1"):
        assert elevation.lookup(Site(-22.7, -47.6)).source == "embedded"
