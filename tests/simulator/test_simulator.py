"""The simulator as a server: windows and delays of the services, replay, limits, record, control, transport."""

from __future__ import annotations

import datetime as dt
import gzip
import http.client
import json
import math
import os
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pandas as pd
import pytest

from tests.shared import ROOT, shared_path
from tests.simulator import WeatherServer, nws, open_meteo
from tests.simulator.client import (
    AGENT,
    DAILY,
    IN_US,
    NASA_PARAMETERS,
    TODAY,
    URLS,
    Asking,
    Reply,
    get,
    meteo,
    nasa,
)
from tests.simulator.kinds import SERVICES
from tests.simulator.nasa import cells as nasa_cells


@pytest.fixture(scope="module")
def quiet() -> Iterator[WeatherServer]:
    """A simulator on 2024-07-01 that nobody sets faults on."""
    with WeatherServer(today=TODAY) as server:
        yield server


@pytest.fixture
def server() -> Iterator[WeatherServer]:
    with WeatherServer(today=TODAY) as running:
        yield running


def test_nasa_tail_is_fill_and_radiation_lags_behind(quiet: WeatherServer) -> None:
    columns = nasa(quiet, start="20240615", end="20240701").json["properties"]["parameter"]
    assert [day for day, v in columns["T2M"].items() if v == -999] == ["20240629", "20240630", "20240701"]
    assert next(day for day, v in columns["ALLSKY_SFC_SW_DWN"].items() if v == -999) == "20240625"
    assert nasa(quiet, end="20240702").status == 422


def test_nasa_before_radiation_began(quiet: WeatherServer) -> None:
    mixed = nasa(quiet, start="19830601", end="19830603")
    assert "ALLSKY_SFC_SW_DWN" not in mixed.json["properties"]["parameter"]
    assert "1984-1-1" in mixed.json["messages"][0]
    assert nasa(quiet, parameters="ALLSKY_SFC_SW_DWN", start="19830601", end="19830603").status == 422
    across = nasa(quiet, start="19831230", end="19840102").json["properties"]["parameter"]["ALLSKY_SFC_SW_DWN"]
    assert [value == -999 for value in across.values()] == [True, True, False, False]
    assert nasa(quiet, start="19801231", end="19810105").status == 422


def test_leap_day_is_a_normal_day(quiet: WeatherServer) -> None:
    assert "20240229" in nasa(quiet, start="20240228", end="20240301").json["properties"]["parameter"]["T2M"]
    assert nasa(quiet, start="20230229", end="20230301").status == 422
    dates = meteo(quiet, start_date="2024-02-28", end_date="2024-03-01").json["daily"]["time"]
    assert dates == ["2024-02-28", "2024-02-29", "2024-03-01"]


@pytest.mark.parametrize(("model", "newest"), [("era5_seamless", "2024-06-25"), ("best_match", "2024-06-30")])
def test_archive_ends_in_null(quiet: WeatherServer, model: str, newest: str) -> None:
    daily = meteo(quiet, start_date="2024-06-20", end_date="2024-07-01", models=model).json["daily"]
    known = [day for day, value in zip(daily["time"], daily["temperature_2m_max"], strict=True) if value is not None]
    assert known[-1] == newest
    assert len(daily["time"]) == 12
    assert meteo(quiet, end_date="2024-07-02").status == 400


def test_forecast_windows(quiet: WeatherServer) -> None:
    edge = meteo(quiet, "forecast", start_date="2024-03-30", end_date="2024-07-16").json["daily"]
    assert edge["temperature_2m_max"][0] is None  # D-93 is accepted, and empty
    assert edge["temperature_2m_max"][1] is not None
    assert edge["temperature_2m_max"][-1] is not None
    assert meteo(quiet, "forecast", start_date="2024-03-29", end_date="2024-07-01").status == 400
    assert meteo(quiet, "forecast", start_date="2024-07-01", end_date="2024-07-17").status == 400
    assert meteo(quiet, "forecast", forecast_days=1).json["daily"]["time"] == [TODAY]  # counts today
    both = meteo(quiet, "forecast", forecast_days=1, start_date=TODAY, end_date=TODAY)
    assert both.status == 400
    assert meteo(quiet, "forecast", past_days=93).status == 400
    old = meteo(quiet, "historical", start_date="2017-12-31", end_date="2018-01-01").json["daily"]["temperature_2m_max"]
    assert [value is None for value in old] == [True, False]
    assert meteo(quiet, "historical", start_date="2015-12-31", end_date="2018-01-01").status == 400


def test_offset_of_the_request_is_used_for_all_days() -> None:
    # utc_offset_seconds is that of the moment of the request, also for days of the other season
    offsets = []
    for today in ("2024-01-15", "2024-07-15"):
        with WeatherServer(today=today) as server:
            offsets.append(
                meteo(server, timezone="Europe/Berlin", start_date="2023-07-01", end_date="2023-12-31").json[
                    "utc_offset_seconds"
                ]
            )
    assert offsets == [3600, 7200]


def test_day_boundaries_follow_the_fixed_zone(quiet: WeatherServer) -> None:
    local = meteo(quiet, timezone="Etc/GMT+3").json
    assert (local["utc_offset_seconds"], local["timezone"]) == (-10800, "Etc/GMT+3")
    hours = meteo(
        quiet, daily="", hourly="temperature_2m", timezone="GMT", start_date="2024-02-01", end_date="2024-02-02"
    )
    series = hours.json["hourly"]["temperature_2m"]
    assert max(series[3:27]) == local["daily"]["temperature_2m_max"][0]


def test_open_meteo_units_follow_the_query(quiet: WeatherServer) -> None:
    metres = meteo(quiet).json
    default = meteo(quiet, wind_speed_unit="").json
    assert metres["daily_units"]["wind_speed_10m_mean"] == "m/s"
    assert default["daily_units"]["wind_speed_10m_mean"] == "km/h"
    pairs = zip(metres["daily"]["wind_speed_10m_mean"], default["daily"]["wind_speed_10m_mean"], strict=True)
    assert all(b == pytest.approx(a * 3.6, abs=0.1) for a, b in pairs)
    imperial = meteo(quiet, temperature_unit="fahrenheit", precipitation_unit="inch", wind_speed_unit="mph").json
    assert {imperial["daily_units"][n] for n in ("temperature_2m_max", "precipitation_sum", "wind_speed_10m_mean")} == {
        "°F",
        "inch",
        "mp/h",
    }
    both = meteo(quiet, models="era5,era5_land").json["daily"]
    assert "temperature_2m_max_era5_land" in both
    assert "elevation" not in meteo(quiet, elevation="nan").json
    times = meteo(quiet, timeformat="unixtime", start_date="2024-02-01", end_date="2024-02-02").json["daily"]["time"]
    assert times[1] - times[0] == 86400


def test_met_norway_duties(quiet: WeatherServer) -> None:
    url = quiet.url + "/weatherapi/locationforecast/2.0/complete?lat=59.9139&lon=10.7522"
    first = get(url)
    again = get(url, AGENT | {"If-Modified-Since": first.headers["last-modified"]})
    assert (first.status, again.status, again.body) == (200, 304, b"")
    assert "expires" in again.headers
    quiet.renew_forecast()
    assert get(url, AGENT | {"If-Modified-Since": first.headers["last-modified"]}).status == 200
    assert get(url, {"User-Agent": "python-requests/2.34"}).status == 403
    assert get(url, {"User-Agent": ""}).status == 403
    assert get(url.replace("59.9139", "59.91391")).status == 403
    assert get(url + "&altitude=10.5").status == 400
    assert get(url.replace("59.9139", "x")).status == 400
    compact = get(url.replace("complete", "compact")).json["properties"]["timeseries"][0]["data"]
    assert "dew_point_temperature" not in compact["instant"]["details"]
    assert "air_temperature_max" not in compact["next_6_hours"]["details"]


def test_nws_chain_stays_on_this_server(quiet: WeatherServer) -> None:
    moved = get(f"{quiet.root('nws')}/points/39.74560,-97.0892")
    assert moved.status == 301
    point = get(moved.headers["location"]).json["properties"]
    stations = get(point["observationStations"]).json["observationStations"]
    start = "2024-06-24T12:00:00Z"
    for url in stations[:3]:
        reply = get(f"{url}/observations?start={start}&limit=500")
        assert reply.status == 200
    assert {url.split("/stations")[0] for url in stations} == {quiet.root("nws")}


def test_nws_observations_are_capped_and_newest_first(quiet: WeatherServer) -> None:
    station = next(s for s in nws.nearest(*IN_US) if s.kind == "automatic")
    base = f"{quiet.root('nws')}/stations/{station.name}/observations"
    rows = get(f"{base}?start=2024-06-24T12:00:00Z").json["features"]
    times = [dt.datetime.fromisoformat(row["properties"]["timestamp"]) for row in rows]
    assert len(rows) == 500  # less than two days of seven
    assert times[0] - times[-1] < dt.timedelta(days=2)
    assert times[0] <= quiet.clock.now() - dt.timedelta(minutes=20)
    older = get(get(f"{base}?start=2024-06-24T12:00:00Z").json["pagination"]["next"]).json["features"]
    assert older[0]["properties"]["timestamp"] < rows[-1]["properties"]["timestamp"]
    assert get(f"{base}?start=2024-06-01T00:00:00Z&end=2024-06-10T00:00:00Z").json["features"] == []
    assert get(f"{base}?limit=501").status == 400
    assert get(f"{base}?start=yesterday").status == 400
    latest = get(f"{base}/latest").json["properties"]["timestamp"]
    assert latest == rows[0]["properties"]["timestamp"]
    codes = {row["properties"]["temperature"]["qualityControl"] for row in rows}
    assert codes == {"V", "X", "Z"}


def test_nws_stations_differ_in_what_they_measure() -> None:
    kinds = {station.kind for station in nws.nearest(*IN_US)}
    assert kinds >= {"airport", "automatic", "no_wind", "no_humidity", "silent"}
    assert all(nws.station_named(station.name) == station for station in nws.nearest(*IN_US))


@pytest.fixture(scope="module")
def replay() -> Iterator[WeatherServer]:
    with WeatherServer(shared_path("data", "validation"), "2020-06-30") as server:
        yield server


@pytest.fixture(scope="module")
def barreiras() -> pd.DataFrame:
    return pd.read_parquet(shared_path("data", "validation", "cities", "Barreiras_BA.parquet")).set_index("date")


def test_replay_gives_nasa_columns(replay: WeatherServer, barreiras: pd.DataFrame) -> None:
    reply = nasa(replay, latitude=-12.1449, longitude=-45.0042, start="20190601", end="20200531")
    columns = reply.json["properties"]["parameter"]
    part = barreiras.loc["2019-06-01":"2020-05-31"]
    for name, source in (
        ("T2M_MAX", "nasa_tmax"),
        ("T2M_MIN", "nasa_tmin"),
        ("T2M", "nasa_tmean"),
        ("RH2M", "nasa_rh"),
        ("WS2M", "nasa_ws2"),
        ("ALLSKY_SFC_SW_DWN", "nasa_rs"),
        ("PRECTOTCORR", "nasa_pr"),
    ):
        assert list(columns[name].values()) == pytest.approx(part[source].to_list(), abs=0.0051)
    assert list(columns["T2M"]) == [f"{day:%Y%m%d}" for day in part.index]
    assert reply.headers["x-replayed"] == "1"
    assert "x-simulated" not in reply.headers
    assert set(NASA_PARAMETERS.split(",")) - set(columns) == {"T2MDEW", "WS10M", "PS"}  # not in the data: not invented
    assert "T2MDEW" in reply.json["messages"][0]
    assert reply.json["geometry"]["coordinates"][2] == pytest.approx(442.0, abs=0.01)


def test_replay_gives_open_meteo_columns(replay: WeatherServer, barreiras: pd.DataFrame) -> None:
    variables = DAILY + ",relative_humidity_2m_max,et0_fao_evapotranspiration"
    query: dict[str, Any] = {
        "latitude": -12.1449,
        "longitude": -45.0042,
        "daily": variables,
        "start_date": "2019-06-01",
        "end_date": "2020-05-31",
    }
    answer = meteo(replay, **query).json
    part = barreiras.loc["2019-06-01":"2020-05-31"]
    for name, source, tolerance in (
        ("temperature_2m_max", "om_tmax", 0.051),
        ("temperature_2m_min", "om_tmin", 0.051),
        ("temperature_2m_mean", "om_tmean", 0.051),
        ("relative_humidity_2m_mean", "om_rh", 0.51),
        ("wind_speed_10m_mean", "om_ws10", 0.0051),
        ("shortwave_radiation_sum", "om_rs", 0.0051),
        ("precipitation_sum", "om_pr", 0.0051),
        ("et0_fao_evapotranspiration", "om_et0_api", 0.0051),
    ):
        assert answer["daily"][name] == pytest.approx(part[source].to_list(), abs=tolerance)
    for name in ("dew_point_2m_mean", "relative_humidity_2m_max"):
        assert answer["daily_units"][name] == "undefined"
        assert set(answer["daily"][name]) == {None}


def test_replay_days_outside_the_data_are_empty(replay: WeatherServer) -> None:
    with WeatherServer(shared_path("data", "validation"), "2021-02-01") as later:
        query: dict[str, Any] = {"latitude": -12.1449, "longitude": -45.0042}
        column = nasa(later, **query, start="20201230", end="20210102").json["properties"]["parameter"]["T2M"]
        assert [value == -999 for value in column.values()] == [False, False, True, True]
        daily = meteo(later, **query, start_date="2020-12-30", end_date="2021-01-02").json["daily"]
        assert [value is None for value in daily["temperature_2m_max"]] == [False, False, True, True]
    assert nasa(replay, **query, start="20200625", end="20200701").status == 422


def test_replay_answers_a_whole_nasa_cell_with_its_city(replay: WeatherServer) -> None:
    # A client may ask for the middle of the cells instead of the place: the answer must be that of the same city.
    assert replay.weather.replay
    for city in replay.weather.replay.cities:
        (south, west), (sun_south, sun_west) = nasa_cells(city.latitude, city.longitude)
        latitude = (max(south - 0.25, sun_south - 0.5) + min(south + 0.25, sun_south + 0.5)) / 2
        longitude = (max(west - 0.3125, sun_west - 0.5) + min(west + 0.3125, sun_west + 0.5)) / 2
        query: dict[str, Any] = {"start": "20200101", "end": "20200131"}
        exact = nasa(replay, latitude=city.latitude, longitude=city.longitude, **query).json
        middle = nasa(replay, latitude=latitude, longitude=longitude, **query).json
        assert middle["properties"] == exact["properties"], city.name


def test_replay_places(replay: WeatherServer) -> None:
    elevation = get(replay.url + "/v1/elevation?latitude=-12.1449,-10.7&longitude=-45.0042,-48.4")
    assert elevation.json == {"elevation": [442.0, 234.0]}
    assert get(replay.url + "/v1/srtm30m?locations=-12.1449,-45.0042").json["results"][0]["elevation"] == 442.0
    far = nasa(replay, latitude=50, longitude=10, start="20200101", end="20200103")
    assert far.headers["x-simulated"] == "1"
    with WeatherServer(shared_path("data", "validation"), "2020-06-30", fallback="none") as strict:
        empty = nasa(strict, latitude=50, longitude=10, start="20200101", end="20200103")
        assert {v for column in empty.json["properties"]["parameter"].values() for v in column.values()} == {-999.0}
        assert "x-simulated" not in empty.headers
        assert meteo(strict, latitude=50, longitude=10, start_date="2020-01-01", end_date="2020-01-02").status == 400
        assert get(strict.url + URLS["met_norway"]).status == 422
        assert get(f"{strict.root('nws')}/points/39.7456,-97.0892").status == 404
        assert get(strict.url + "/v1/srtm30m?locations=50,10").json["results"][0]["elevation"] is None


def test_open_meteo_limits_count_weights_in_clock_windows() -> None:
    now = [dt.datetime(2024, 7, 1, 10, 0, 30, tzinfo=dt.UTC).timestamp()]
    with WeatherServer(today=TODAY, limits=True, seconds=lambda: now[0]) as server:
        # 9 variables x 30 years weigh about 704 calls: one such request uses up the minute
        assert open_meteo.weight({"latitude": ["1"], "daily": ["a,b,c,d,e,f,g,h,i"]}, 10957) == pytest.approx(
            704, abs=1
        )
        heavy = {"daily": ",".join(["rain_sum"] * 300), "start_date": "2023-07-01", "end_date": "2024-06-29"}
        assert meteo(server, **heavy).status == 200  # 300 names x 365 days weigh 782
        refused = meteo(server)
        assert (refused.status, refused.json["reason"].split()[0]) == (429, "Minutely")
        now[0] += 29
        assert meteo(server).status == 429
        now[0] += 1  # the next minute of the clock
        assert meteo(server).status == 200
        for _ in range(6):
            now[0] += 60
            meteo(server, **heavy)
        now[0] += 60
        assert meteo(server).json["reason"].startswith("Hourly")
        assert get(server.url + "/v1/elevation?latitude=1&longitude=2").status == 429


def test_opentopodata_limits() -> None:
    now = [1000.2]
    with WeatherServer(today=TODAY, limits=True, seconds=lambda: now[0]) as server:
        url = server.url + URLS["opentopodata"]
        assert [get(url).status for _ in range(2)] == [200, 429]
        now[0] += 1
        assert get(url).status == 200


def test_too_many_at_once() -> None:
    with WeatherServer(today=TODAY, limits=True) as server:
        server.fault("open_meteo_archive", "slow")
        asking = [Asking(server.url + URLS["open_meteo_archive"]) for _ in range(7)]
        server.wait_for_calls(7)
        server.release()
        statuses = sorted(reply.status for a in asking if isinstance(reply := a.outcome(), Reply))
    assert statuses == [200] * 6 + [429]
    assert max(call.in_flight for call in server.calls()) == 7


def test_record_keeps_what_politeness_needs(server: WeatherServer) -> None:
    headers = {
        "User-Agent": "etolib/1 (me@example.org)",
        "Accept-Encoding": "gzip",
        "Cookie": "secret",
        "X-Key": "secret",
    }
    get(server.root("met_norway") + URLS["met_norway"], headers)
    get(server.url + "/nowhere")
    (call,) = server.calls("met_norway")
    assert call.headers == {"user-agent": "etolib/1 (me@example.org)", "accept-encoding": "gzip"}
    assert (call.method, call.path, call.query) == (
        "GET",
        "/weatherapi/locationforecast/2.0/complete",
        "lat=59.91&lon=10.75",
    )
    assert (call.status, call.origin, call.in_flight, call.fault) == (200, "simulated", 1, None)
    assert call.finished is not None
    assert call.finished >= call.time
    assert [c.provider for c in server.calls()] == ["met_norway", "unknown"]
    assert server.calls()[1].status == 404
    server.forget()
    for _ in range(20):
        get(server.url + URLS["open_meteo_elevation"])
    assert {call.in_flight for call in server.calls()} == {1}  # one after another is never two at once
    server.forget()
    assert server.calls() == []
    with pytest.raises(TimeoutError):
        server.wait_for_calls(1, timeout=0)


def test_every_service_has_a_root_that_replaces_scheme_and_host(server: WeatherServer) -> None:
    from etolib.sources import catalogue

    configured = tuple(catalogue.services())
    for one_port in (False, True):
        environment = server.environment(one_port=one_port)
        assert set(environment) == {f"ETOLIB_{name.upper()}_URL" for name in configured} | {"ETOLIB_TODAY"}
        server.forget()
        for service in configured:
            root = environment[f"ETOLIB_{service.upper()}_URL"]
            assert get(root + URLS[service].removeprefix("/historical").removeprefix("/satellite")).status == 200
        assert [call.provider for call in server.calls()] == list(configured)
        assert environment["ETOLIB_TODAY"] == TODAY


def test_connections_are_kept_alive_and_bodies_compressed(quiet: WeatherServer) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", quiet.port, timeout=10)
    for _ in range(3):
        connection.request("GET", URLS["nasa_power"], headers=AGENT | {"Accept-Encoding": "gzip, deflate"})
        answer = connection.getresponse()
        body = answer.read()
        assert answer.version == 11
        assert answer.getheader("Content-Encoding") == "gzip"
        assert "T2M" in json.loads(gzip.decompress(body))["properties"]["parameter"]
    first = connection.sock
    connection.request("HEAD", URLS["nasa_power"], headers=AGENT)
    assert connection.getresponse().read() == b""
    assert connection.sock is first
    connection.close()


def test_two_hundred_clients_at_once(quiet: WeatherServer) -> None:
    asking = [Asking(quiet.url + URLS["open_meteo_elevation"]) for _ in range(200)]
    assert {reply.status for a in asking if isinstance(reply := a.outcome(), Reply)} == {200}
    assert not [a.result for a in asking if isinstance(a.result, Exception)]


def test_a_failure_of_the_simulator_itself_is_not_hidden(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError("own fault")

    monkeypatch.setattr(open_meteo, "answer", broken)
    with pytest.raises(RuntimeError, match="own fault"), WeatherServer(today=TODAY) as server:  # noqa: PT012
        with pytest.raises(http.client.RemoteDisconnected):
            get(server.url + URLS["open_meteo_archive"])
        server.wait_for_calls(1, finished=True)


def test_stand_alone_process_is_driven_over_http() -> None:
    environment = {k: v for k, v in os.environ.items() if not k.startswith("ETOLIB_")}
    command = [sys.executable, "-m", "tests.simulator", "--today", TODAY, "--port", "0"]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, env=environment)
    try:
        assert process.stdout
        url = process.stdout.readline().strip()
        lines = [process.stdout.readline() for _ in range(len(SERVICES) + 1)]
        exports = dict(line.strip().removeprefix("export ").split("=", 1) for line in lines)
        assert exports["ETOLIB_NASA_POWER_URL"] == url
        assert exports["ETOLIB_OPEN_METEO_HISTORICAL_FORECAST_URL"] == f"{url}/historical"
        assert exports["ETOLIB_TODAY"] == TODAY
        fault = json.dumps({"service": "nasa_power", "name": "503", "times": 1, "options": {}})
        assert get(f"{url}/_control/fault", AGENT, "POST", fault).status == 200
        assert get(url + URLS["nasa_power"]).status == 503
        assert get(url + URLS["nasa_power"]).status == 200
        calls = get(f"{url}/_control/record?service=nasa_power").json["calls"]
        assert [(c["status"], c["fault"]) for c in calls] == [(503, "503"), (200, None)]
        get(f"{url}/_control/fault?service=nws&name=hang")
        assert [f["name"] for f in get(f"{url}/_control/state").json["pending"]] == ["hang"]
        assert get(f"{url}/_control/clear", AGENT, "POST", "{}").json["pending"] == []
        assert get(f"{url}/_control/today?today=2024-07-03").json == {"today": "2024-07-03"}
        assert nasa_end(url, "20240703") == 200
        assert get(f"{url}/_control/forget").json == {"calls": []}
        assert get(f"{url}/_control/fault?service=nws&name=earthquake").status == 400
        assert get(f"{url}/_control/nothing").status == 404
    finally:
        process.terminate()
        process.communicate(timeout=10)
    assert process.returncode == 0


def nasa_end(url: str, end: str) -> int:
    query = f"parameters=T2M&community=AG&latitude=1&longitude=2&start=20240101&end={end}"
    return get(f"{url}/api/temporal/daily/point?{query}").status


def test_elevation_is_one_truth(quiet: WeatherServer) -> None:
    cell = get(quiet.url + "/v1/archive?latitude=-15.8&longitude=-47.9&start_date=2024-02-01&end_date=2024-02-01").json
    asked = get(quiet.url + "/v1/elevation?latitude=-15.8&longitude=-47.9").json["elevation"][0]
    topo = get(quiet.url + "/v1/mapzen?locations=-15.8,-47.9").json["results"][0]["elevation"]
    assert cell["elevation"] == asked
    assert math.isclose(topo, asked, abs_tol=0.51)
    assert "daily" not in cell  # no variable asked: metadata only
