"""The simulator's answers against the recorded and documented ones of the genuine services."""

from __future__ import annotations

import datetime as dt
import gzip
import json
import re
from collections.abc import Iterator

import pytest

from tests.shared import shared_path
from tests.simulator import WeatherServer, nws
from tests.simulator.client import (
    AGENT,
    IN_US,
    TODAY,
    URLS,
    get,
    meteo,
    nasa,
)
from tests.simulator.formats import recording, request_of, shape


@pytest.fixture(scope="module")
def quiet() -> Iterator[WeatherServer]:
    """A simulator on 2024-07-01 that nobody sets faults on."""
    with WeatherServer(today=TODAY) as server:
        yield server


@pytest.fixture
def server() -> Iterator[WeatherServer]:
    with WeatherServer(today=TODAY) as running:
        yield running


@pytest.mark.parametrize(
    "name",
    [
        "point_daily_1983_partial",
        "point_daily_2param_re_utc",
        "point_daily_solar_2000_srb",
        "point_hourly_solar_lst",
        "point_daily_utc_raw",
        "point_daily_ag_v2.5.9_raw",
    ],
)
def test_nasa_answers_have_the_recorded_shape(server: WeatherServer, name: str) -> None:
    genuine = recording(f"nasa_power/{name}.json")
    if "time_standard" not in genuine["header"]:
        server.fault("nasa_power", "older_header")
    server.clock.move("2026-09-30")
    answer = get(server.url + request_of(f"nasa_power/{name}.json")).json
    assert shape(answer) == shape(genuine)
    assert list(answer) == list(genuine)
    assert answer["parameters"] == genuine["parameters"]
    assert answer["messages"] == genuine["messages"]
    for member in ("fill_value", "start", "end", "time_standard", "title", "api"):
        assert answer["header"].get(member) == genuine["header"].get(member)
    for column in answer["properties"]["parameter"].values():
        assert all(value == round(value, 4) for value in column.values())


def test_nasa_radiation_has_the_recorded_decimals(quiet: WeatherServer) -> None:
    # RE radiation is recorded with 4 decimals, temperature with 2 (point_daily_2param_re_utc.json)
    answer = nasa(quiet, community="RE").body.decode()
    radiation = re.search(r'"ALLSKY_SFC_SW_DWN":\{(.*?)\}', answer)
    temperature = re.search(r'"T2M":\{(.*?)\}', answer)
    assert radiation
    assert temperature
    assert max(len(n) for n in re.findall(r"\.(\d+)", radiation[1])) == 4
    assert max(len(n) for n in re.findall(r"\.(\d+)", temperature[1])) == 2


def test_nasa_refuses_as_recorded(quiet: WeatherServer) -> None:
    name = "nasa_power/error_422_bbox_too_small.json"
    answer = get(quiet.url + request_of(name))
    assert (answer.status, answer.json) == (422, recording(name))


@pytest.mark.parametrize(
    ("name", "query"),
    [
        ("nasa_422_bad_parameter", {"parameters": "FOO"}),
        ("nasa_422_start_format", {"start": "2026-11-01"}),
        ("nasa_422_end_out_of_range", {"end": "20270101"}),
    ],
)
def test_nasa_refuses_in_the_documented_words(name: str, query: dict[str, str]) -> None:
    with WeatherServer(today="2026-11-20") as server:
        answer = nasa(server, **query)
    assert (answer.status, answer.json) == (422, recording(f"reconstructed/{name}.json"))


def test_open_meteo_daily_has_the_recorded_shape_and_decimals(quiet: WeatherServer) -> None:
    path = shared_path("fixtures", "open_meteo", "forecast_daily_et0_zurich_2026.json")
    query = "latitude=47.5546&longitude=8.2623&daily=et0_fao_evapotranspiration,precipitation_sum&timezone=auto"
    answer = get(f"{quiet.url}/v1/forecast?{query}")
    genuine = json.loads(path.read_text())
    assert shape(answer.json) == shape(genuine)
    assert list(answer.json) == list(genuine)
    assert answer.json["daily_units"] == genuine["daily_units"]
    assert answer.json["utc_offset_seconds"] == genuine["utc_offset_seconds"]
    assert len(answer.json["daily"]["time"]) == len(genuine["daily"]["time"]) == 7

    def number_forms(text: str) -> set[str]:
        return {re.sub(r"\d", "0", n) for n in re.findall(r"-?\d+\.\d+", text.split('"daily":')[1])}

    assert {form[-3:] for form in number_forms(answer.body.decode())} == {
        f[-3:] for f in number_forms(path.read_text())
    }


def test_open_meteo_hourly_has_the_recorded_shape(quiet: WeatherServer) -> None:
    genuine = recording("open_meteo/forecast_hourly_past_days_manila_2026.json")
    answer = get(quiet.url + "/v1/forecast?latitude=14.6&longitude=121&hourly=precipitation&past_days=3").json
    assert shape(answer) == shape(genuine)
    assert list(answer) == list(genuine)
    assert answer["hourly_units"] == genuine["hourly_units"]
    assert answer["hourly"]["time"][0] == "2024-06-28T00:00"


@pytest.mark.parametrize(
    ("name", "today", "query"),
    [
        ("error_400_archive_end_date", "2026-09-29", "archive?start_date=2026-09-01&end_date=2026-09-30"),
        ("error_400_archive_start_date_1939", "2026-07-27", "archive?start_date=1939-01-01&end_date=2024-01-01"),
        ("error_400_forecast_start_date", "2026-09-12", "forecast?start_date=2026-06-10&end_date=2026-09-01"),
    ],
)
def test_open_meteo_refuses_dates_as_quoted(name: str, today: str, query: str) -> None:
    with WeatherServer(today=today) as server:
        answer = get(f"{server.url}/v1/{query}&latitude=1&longitude=2&daily=temperature_2m_max")
    assert (answer.status, answer.json) == (400, recording(f"open_meteo/{name}.json"))


@pytest.mark.parametrize(
    ("name", "query"),
    [
        ("400_latitude", {"latitude": 91, "longitude": 1}),
        ("400_end_before_start", {"start_date": "2024-06-02", "end_date": "2024-06-01"}),
        ("400_timezone", {"timezone": "Mars/Olympus"}),
        ("400_unknown_daily_variable", {"daily": "temperature_2m_maxx"}),
    ],
)
def test_open_meteo_refuses_in_the_words_of_its_source(
    quiet: WeatherServer, name: str, query: dict[str, object]
) -> None:
    answer = meteo(quiet, "forecast", **query)
    assert (answer.status, answer.json) == (400, recording(f"reconstructed/{name}.json"))


def test_open_meteo_lists_have_the_documented_shape(quiet: WeatherServer) -> None:
    genuine = recording("reconstructed/archive_two_locations.json")
    answer = get(quiet.url + request_of("reconstructed/archive_two_locations.json")).json
    assert shape(answer) == shape(
        json.loads(json.dumps(genuine).replace("null", "1.0"))
    )  # the quoted gap is at the end of the data then
    assert [list(part) for part in answer] == [list(part) for part in genuine]
    assert answer[1]["location_id"] == 1


def test_open_meteo_elevation_is_written_as_quoted(quiet: WeatherServer) -> None:
    quoted = shared_path("fixtures", "open_meteo", "elevation_quoted_2026.json").read_text()
    answer = get(quiet.url + "/v1/elevation?latitude=1,2,3&longitude=4,5,6").body.decode()
    assert re.sub(r"\d+\.", "0.", answer) == re.sub(r"\d+\.", "0.", quoted)
    nan = get(quiet.url + "/v1/elevation?latitude=90&longitude=0").body.decode()
    assert nan == shared_path("fixtures", "reconstructed", "elevation_nan.txt").read_text().strip()


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("lat39.9lon116.4altitudeNone_compact", "compact?lat=39.9&lon=116.4&altitude=50"),
        ("lat51.5lon-0.1altitude25_complete", "complete?lat=51.5&lon=-0.1&altitude=25"),
    ],
)
def test_met_norway_has_the_recorded_axis_and_members(name: str, path: str) -> None:
    genuine = recording(f"met_norway/{name}.json")
    recorded_headers = recording(f"met_norway/{name}.headers.json")["headers"]
    moment = dt.datetime(2020, 7, 20, 11, 20, tzinfo=dt.UTC).timestamp()
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("ETOLIB_TODAY", raising=False)
        with WeatherServer(seconds=lambda: moment) as server:
            reply = get(f"{server.url}/weatherapi/locationforecast/2.0/{path}", AGENT | {"Accept-Encoding": "gzip"})
    answer = json.loads(gzip.decompress(reply.body))
    assert shape(answer["geometry"]) == shape(genuine["geometry"])
    assert answer["geometry"] == genuine["geometry"]
    assert answer["properties"]["meta"]["units"] == genuine["properties"]["meta"]["units"]
    steps, recorded = answer["properties"]["timeseries"], genuine["properties"]["timeseries"]
    assert [step["time"] for step in steps] == [step["time"] for step in recorded]
    for step, other in zip(steps, recorded, strict=True):
        # one recorded step has fog and ultraviolet index a little beyond the hourly part
        assert shape(step["data"]) == shape(other["data"]), step["time"]
    numbers = [n for step in steps for n in step["data"]["instant"]["details"].values()]
    assert all(n == round(n, 1) for n in numbers)
    sent = ("content-type", "content-encoding", "last-modified", "expires", "vary")
    assert {name: name in reply.headers for name in sent} == {name: name.title() in recorded_headers for name in sent}


def test_nws_point_has_the_recorded_members(quiet: WeatherServer) -> None:
    genuine = recording("nws/points_30_-85.json")
    answer = get(f"{quiet.root('nws')}/points/30,-85").json
    assert shape(answer["properties"]) == shape(genuine["properties"])
    assert shape(answer["geometry"]) == shape(genuine["geometry"])
    assert list(answer) == list(genuine)
    assert answer["properties"]["forecastGridData"].startswith(quiet.root("nws"))


def test_nws_raw_grid_has_the_recorded_layers(quiet: WeatherServer) -> None:
    genuine = recording("nws/gridpoints_TAE_58_65.json")["properties"]
    answer = get(quiet.url + URLS["nws"]).json["properties"]
    assert set(answer) <= set(genuine)
    assert shape(answer["elevation"]) == shape(genuine["elevation"])
    assert type(answer["gridX"]) is type(genuine["gridX"])
    pattern = r"\d{4}-\d\d-\d\dT\d\d:00:00\+00:00/P(\d+D)?(T\d+H)?"
    for name, layer in answer.items():
        if isinstance(layer, dict) and "values" in layer:
            if layer["values"]:  # the recorded day may have had nothing where ours has
                assert layer.get("uom") == genuine[name].get("uom"), name
            assert all(re.fullmatch(pattern, entry["validTime"]) for entry in layer["values"])
            assert all(set(entry) == {"validTime", "value"} for entry in layer["values"])
    assert answer["pressure"] == genuine["pressure"] == {"values": []}
    assert re.fullmatch(pattern, answer["validTimes"])
    assert len(answer["windSpeed"]["values"]) < len(answer["temperature"]["values"]) < 182  # runs are merged


def test_nws_stations_have_the_recorded_members(quiet: WeatherServer) -> None:
    genuine = recording("nws/gridpoints_stations_ILN.json")
    answer = get(f"{quiet.url}{URLS['nws']}/stations").json
    assert set(answer) == set(genuine)
    theirs, ours = genuine["features"][0], answer["features"][0]
    assert set(ours) == set(theirs)
    assert set(ours["properties"]) - set(theirs["properties"]) == {"distance", "bearing", "provider", "subProvider"}
    assert set(theirs["properties"]) <= set(ours["properties"])
    assert len(answer["observationStations"]) == len(answer["features"])
    distances = [f["properties"]["distance"]["value"] for f in answer["features"]]
    assert distances == sorted(distances)
    following = get(answer["pagination"]["next"]).json  # the next page is always announced, and at the end empty
    assert following["features"] == []


def test_nws_observations_have_the_recorded_members(quiet: WeatherServer) -> None:
    genuine = recording("nws/observations_PARC_timestamp_edited.json")
    station = next(s for s in nws.nearest(*IN_US) if s.kind == "automatic")
    answer = get(f"{quiet.root('nws')}/stations/{station.name}/observations?limit=40").json
    assert set(answer) == set(genuine)
    theirs = genuine["features"][0]["properties"]
    for feature in answer["features"]:
        ours = feature["properties"]
        assert set(ours) | {"icon"} == set(theirs)
        for name, value in theirs.items():
            if isinstance(value, dict):
                assert set(ours[name]) == set(value), name
                assert ours[name]["unitCode"] == value["unitCode"], name
                assert (ours[name]["value"] is None) <= (ours[name].get("qualityControl", "Z") == "Z"), name
    times = [feature["properties"]["timestamp"] for feature in answer["features"]]
    assert times == sorted(times, reverse=True)


@pytest.mark.parametrize(
    ("name", "path", "status"),
    [
        ("error_301_adjust_precision", "/points/39.74561,-97.08921", 301),
        ("error_404_points_outside_us", "/points/25.048,-77.3554", 404),
        ("error_400_alerts_point_out_of_bounds", "/points/95,-77.3554", 400),
    ],
)
def test_nws_problems_are_those_recorded(quiet: WeatherServer, name: str, path: str, status: int) -> None:
    genuine = recording(f"nws/{name}.json")
    reply = get(quiet.root("nws") + path)
    random_parts = ("correlationId", "instance")
    assert reply.status == status
    assert reply.headers["content-type"] == "application/problem+json"
    assert {k: v for k, v in reply.json.items() if k not in random_parts} == {
        k: v for k, v in genuine.items() if k not in random_parts
    }


@pytest.mark.parametrize(
    ("fault", "name"),
    [
        ("500", "error_500_hourly_unexpected_problem"),
        ("503", "error_503_unavailable"),
        ("503_grid_expired", "error_503_grid_expired"),
        ("503_missing_data", "error_503_missing_data"),
    ],
)
def test_nws_server_problems_are_those_recorded(server: WeatherServer, fault: str, name: str) -> None:
    genuine = recording(f"nws/{name}.json")
    server.fault("nws", fault, times=1)
    reply = get(server.url + URLS["nws"])
    assert reply.status == genuine["status"]
    assert {k: reply.json[k] for k in ("title", "type", "status")} == {
        k: genuine[k] for k in ("title", "type", "status")
    }
    assert shape(reply.json) == shape(genuine)
    assert get(server.url + URLS["nws"]).status == 200


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("otd_400_bad_latitude", "/v1/srtm30m?locations=91,1"),
        ("otd_400_unknown_dataset", "/v1/foo?locations=1,1"),
        ("otd_400_too_many", "/v1/srtm30m?locations=" + "|".join(["1,1"] * 101)),
        ("otd_null", "/v1/srtm30m?locations=70,20"),
    ],
)
def test_opentopodata_answers_in_the_documented_words(quiet: WeatherServer, name: str, path: str) -> None:
    reply = get(quiet.url + path)
    assert reply.json == recording(f"reconstructed/{name}.json")
    assert reply.status == (200 if name == "otd_null" else 400)


def test_opentopodata_keeps_order_and_gives_zero_at_sea(quiet: WeatherServer) -> None:
    results = get(quiet.url + "/v1/srtm30m,mapzen?locations=-22.7,-47.6|0,-140|70,20").json["results"]
    assert [r["dataset"] for r in results] == ["srtm30m", "mapzen", "mapzen"]
    assert results[1]["elevation"] == 0
    assert results[2]["elevation"] > 0
    assert get(quiet.url + "/v1/srtm30m?locations=0,-140").json["results"][0]["elevation"] is None
    posted = get(
        quiet.url + "/v1/mapzen",
        AGENT | {"Content-Type": "application/x-www-form-urlencoded"},
        "POST",
        "locations=-22.7%2C-47.6",
    )
    assert posted.json["results"][0]["elevation"] == results[0]["elevation"]
