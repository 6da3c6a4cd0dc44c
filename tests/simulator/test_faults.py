"""Faults: each does what its name says, can be counted and cleared, and leaves nothing behind."""

from __future__ import annotations

import gzip
import http.client
import re
import socket
import urllib.parse
import zlib
from collections.abc import Iterator
from typing import Any

import pytest

from tests.simulator import FAULTS, WeatherServer, nws
from tests.simulator.client import (
    AGENT,
    IN_US,
    TODAY,
    URLS,
    Asking,
    Reply,
    get,
)
from tests.simulator.distortions import SILENT
from tests.simulator.formats import recording
from tests.simulator.kinds import FURTHER, SERVICES


@pytest.fixture
def server() -> Iterator[WeatherServer]:
    with WeatherServer(today=TODAY) as running:
        yield running


@pytest.mark.parametrize("service", SERVICES)
def test_every_fault_can_be_set_for_every_service(server: WeatherServer, service: str) -> None:
    """No fault breaks the simulator, each leaves the next answer genuine, and the statuses are as named."""
    genuine = get(server.url + URLS[service])
    for name, kind in FAULTS.items():
        if kind.acts == "wire":
            continue
        server.fault(service, name, times=1, size=1000)
        reply = get(server.url + URLS[service])
        if name[:3].isdigit():
            assert reply.status == int(name[:3]), name
        elif name.startswith("redirect"):
            assert reply.status == 301, name
        else:
            assert reply.status == 200, name
        assert server.calls(service)[-1].fault == name
        assert server.faults.pending() == []
    after = get(server.url + URLS[service])
    assert after.body == genuine.body
    assert server.problems == []


DATELESS = {"open_meteo_elevation", "open_meteo_geocoding", "opentopodata", "nasa_power_zarr"}
"""Services that answer without dates, or with a chunk of numbers whose dates, place and names are in other ones."""
UNITLESS = {"silo", "dwd", "meteostat", "ghcn_hourly", "nasa_power_zarr"}
"""Services whose tables state no units."""
NO_HEIGHT = {"dwd", "gridmet", "meteostat", "ghcn_hourly", "nasa_power_zarr", "nws_fret"}
"""Services whose answers have no height of the place."""
APPLIES = {
    "all_missing": set(SERVICES),
    "all_fill": set(SERVICES),
    "nan_token": set(SERVICES),
    "text_values": set(SERVICES),
    "absurd_values": set(SERVICES),
    "tail_missing": {s for s in SERVICES if s.startswith(("nasa", "open_meteo"))} - DATELESS | set(FURTHER),
    "null_day": {s for s in SERVICES if s.startswith(("nasa", "open_meteo"))} - DATELESS | set(FURTHER),
    "provisional": {"nasa_power"},
    "no_land": set(),  # of a variable that these questions do not have
    "missing_column": set(SERVICES) - DATELESS,
    "undefined_column": {s for s in SERVICES if s.startswith("open_meteo")} - DATELESS | set(FURTHER),
    "wrong_unit": set(SERVICES) - DATELESS - UNITLESS,
    "no_units": set(SERVICES) - DATELESS - UNITLESS,
    "silent_units": set(SILENT),
    "unsorted_dates": set(SERVICES) - DATELESS,
    "missing_dates": set(SERVICES) - DATELESS,
    "duplicated_dates": set(SERVICES) - DATELESS,
    "ragged_columns": {s for s in SERVICES if s.startswith(("nasa", "open_meteo"))} - DATELESS | set(FURTHER),
    "bad_dates": set(SERVICES) - DATELESS,
    "other_place": set(SERVICES) - DATELESS - {"nws"} - {"meteostat"},
    "empty_layer": {"nws"},
    "no_elevation": set(SERVICES) - {"opentopodata", "open_meteo_geocoding"} - NO_HEIGHT,
    "elevation_nan": {"open_meteo_elevation", "opentopodata", "open_meteo_geocoding"},
    "older_header": {"nasa_power"},
    "version_changed": {"nasa_power"},
    "broken_json": set(SERVICES),
    "stream_error": set(SERVICES),
}
"""Services whose answer a fault changes; elsewhere it has nothing to act on and the answer stays genuine."""
for _name in set(APPLIES) - {"broken_json", "stream_error"}:
    APPLIES[_name] -= {"meteostat_stations"}  # a list, without days
APPLIES |= {name: {"meteostat_stations"} for name in ("places_swapped", "places_mirrored", "places_shifted")}


@pytest.mark.parametrize("name", sorted(APPLIES))
def test_faults_change_the_answers_they_are_for(server: WeatherServer, name: str) -> None:
    changed = set()
    for service in SERVICES:
        genuine = get(server.url + URLS[service]).body
        server.fault(service, name, times=1)
        if get(server.url + URLS[service]).body != genuine:
            changed.add(service)
    assert changed == APPLIES[name]


def test_nasa_faults_say_what_they_mean(server: WeatherServer) -> None:
    def answer(name: str, **options: Any) -> Any:
        server.fault("nasa_power", name, times=1, **options)
        return get(server.url + URLS["nasa_power"])

    columns = answer("all_missing").json["properties"]["parameter"]
    assert {value for column in columns.values() for value in column.values()} == {-999.0}
    tail = answer("tail_missing", days=3).json["properties"]["parameter"]["T2M"]
    assert [value == -999 for value in tail.values()] == [False] * 7 + [True] * 3
    partial = answer("missing_column", variable="RH2M").json
    assert list(partial["properties"]["parameter"]) == list(partial["parameters"]) == ["T2M", "ALLSKY_SFC_SW_DWN"]
    assert "RH2M" in partial["messages"][0]
    assert answer("wrong_unit").json["parameters"]["ALLSKY_SFC_SW_DWN"]["units"] == "kW-hr/m^2/day"
    twice = answer("duplicated_dates").body.decode()
    assert twice.count('"20240206"') == 2 * 3
    assert b"NaN" in answer("nan_token").body
    backwards = list(answer("unsorted_dates").json["properties"]["parameter"]["T2M"])
    assert backwards == sorted(backwards, reverse=True)
    older = answer("older_header").json["header"]
    assert "time_standard" not in older
    assert older["sources"] == ["merra2", "syn1deg"]
    assert answer("422").json["header"].startswith("The POWER")
    lost = answer("404_html")
    assert lost.headers["content-type"].startswith("text/html")
    assert len(lost.body) > 18_000


@pytest.mark.parametrize(
    ("fault", "file"),
    [
        ("429_minutely", "open_meteo/error_429_minutely"),
        ("429_hourly", "reconstructed/429_hourly"),
        ("429_daily", "reconstructed/429_daily"),
        ("429_concurrent", "reconstructed/429_concurrent"),
        ("503_overloaded", "reconstructed/503_overloaded"),
    ],
)
def test_open_meteo_limits_speak_as_quoted(server: WeatherServer, fault: str, file: str) -> None:
    server.fault("open_meteo_archive", fault, times=1)
    reply = get(server.url + URLS["open_meteo_archive"])
    assert (reply.status, reply.json) == (int(fault[:3]), recording(f"{file}.json"))
    assert "retry-after" not in reply.headers  # the text tells the window, no header does


def test_open_meteo_faults_say_what_they_mean(server: WeatherServer) -> None:
    def answer(name: str, **options: Any) -> Any:
        server.fault("open_meteo_archive", name, times=1, **options)
        return get(server.url + URLS["open_meteo_archive"])

    stream = answer("stream_error")
    assert (stream.status, stream.body[-20:]) == (200, b"data: timeoutReached")
    duplicated = answer("duplicated_dates").json["daily"]
    assert duplicated["time"][5] == duplicated["time"][6]
    assert duplicated["temperature_2m_max"][6] == pytest.approx(duplicated["temperature_2m_max"][5] + 1)
    undefined = answer("undefined_column", variable="precipitation_sum").json
    assert undefined["daily_units"]["precipitation_sum"] == "undefined"
    assert len(answer("ragged_columns").json["daily"]["temperature_2m_max"]) == 9
    server.fault("open_meteo_elevation", "elevation_nan", times=1)
    assert get(server.url + URLS["open_meteo_elevation"]).body == b'{"elevation":[nan, nan]}'


def test_retry_after_in_its_three_forms(server: WeatherServer) -> None:
    for name, pattern in (
        ("429_retry_after", "1"),
        ("429_retry_after_long", "3600"),
        ("429_retry_after_date", r"\w{3}, .* GMT"),
    ):
        server.fault("met_norway", name, times=1)
        reply = get(server.url + URLS["met_norway"])
        assert reply.status == 429
        assert re.fullmatch(pattern, reply.headers["retry-after"])


def test_times_after_match_and_order(server: WeatherServer) -> None:
    url = server.url + URLS["nasa_power"]
    server.fault("nasa_power", "503", times=2, after=1)
    server.fault("nasa_power", "502", times=1)
    assert [get(url).status for _ in range(5)] == [502, 503, 503, 200, 200]
    server.fault("nws", "500", match="/observations")
    assert get(server.url + URLS["nws"]).status == 200
    assert get(f"{server.root('nws')}/stations/{nws.nearest(*IN_US)[0].name}/observations").status == 500
    server.fault("open_meteo", "503")
    assert {get(server.url + URLS[s]).status for s in SERVICES if s.startswith("open_meteo")} == {503}
    server.clear("nws")
    assert get(f"{server.root('nws')}/stations/{nws.nearest(*IN_US)[0].name}/observations").status == 200
    assert get(server.url + URLS["open_meteo_archive"]).status == 503
    server.clear()
    assert get(server.url + URLS["open_meteo_archive"]).status == 200
    with pytest.raises(ValueError, match="is not one of"):
        server.fault("nasa_power", "earthquake")
    with pytest.raises(ValueError, match="is not one of"):
        server.fault("nobody", "503")


def test_hang_ends_without_an_answer_when_released(server: WeatherServer) -> None:
    server.fault("nasa_power", "hang")
    asking = Asking(server.url + URLS["nasa_power"])
    (call,) = server.wait_for_calls(1, "nasa_power")
    assert call.status is None
    assert asking.result is None
    server.release("nasa_power")
    assert isinstance(asking.outcome(), http.client.RemoteDisconnected)
    second = Asking(server.url + URLS["nasa_power"])  # the fault stays until cleared
    server.wait_for_calls(2, "nasa_power")
    assert get(server.url + URLS["open_meteo_archive"]).status == 200  # the others answer meanwhile
    server.clear()
    assert isinstance(second.outcome(), http.client.RemoteDisconnected)
    assert get(server.url + URLS["nasa_power"]).status == 200


def test_slow_gives_the_genuine_answer_when_released(server: WeatherServer) -> None:
    server.fault("met_norway", "slow", times=1)
    asking = Asking(server.url + URLS["met_norway"])
    server.wait_for_calls(1, "met_norway")
    assert asking.result is None
    server.release()
    reply = asking.outcome()
    assert isinstance(reply, Reply)
    assert (reply.status, reply.headers["x-simulated"]) == (200, "1")


def test_leaving_the_server_ends_what_hangs() -> None:
    with WeatherServer(today=TODAY) as server:
        server.fault("nasa_power", "hang")
        asking = Asking(server.url + URLS["nasa_power"])
        server.wait_for_calls(1)
    assert isinstance(asking.outcome(), (OSError, http.client.HTTPException))


@pytest.mark.parametrize("name", ["drip_body", "drip_header"])
def test_drips_go_byte_by_byte_until_released(server: WeatherServer, name: str) -> None:
    genuine = get(server.url + URLS["open_meteo_elevation"]).body
    server.fault("open_meteo_elevation", name, times=1, interval=3600)
    with socket.create_connection(("127.0.0.1", server.port), timeout=10) as connection:
        request = f"GET {URLS['open_meteo_elevation']} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
        connection.sendall(request.encode())
        received = connection.recv(1)
        while name == "drip_body" and b"\r\n\r\n" not in received:
            received += connection.recv(1)
        received += connection.recv(65536) if name == "drip_body" else b""
        assert (received.partition(b"\r\n\r\n")[2] if name == "drip_body" else received) in (genuine[:1], b"H")
        server.release()
        while piece := connection.recv(65536):
            received += piece
    assert received.partition(b"\r\n\r\n")[2] == genuine


def test_opentopodata_server_error(server: WeatherServer) -> None:
    server.fault("opentopodata", "500", times=1)
    reply = get(server.url + URLS["opentopodata"])
    assert (reply.status, reply.json) == (500, recording("reconstructed/otd_500.json"))


def test_broken_transfers(server: WeatherServer) -> None:
    url = server.url + URLS["nasa_power"]
    for name, expected in (
        ("close", http.client.RemoteDisconnected),
        ("reset", ConnectionResetError),
        ("reset_body", (ConnectionResetError, http.client.IncompleteRead)),
        ("short_body", http.client.IncompleteRead),
    ):
        server.fault("nasa_power", name, times=1)
        with pytest.raises(expected):
            get(url)
    assert get(url).status == 200


def test_damaged_gzip(server: WeatherServer) -> None:
    url = server.url + URLS["nasa_power"]
    server.fault("nasa_power", "gzip_truncated", times=1)
    half = get(url)
    assert half.headers["content-encoding"] == "gzip"
    assert int(half.headers["content-length"]) == len(half.body)
    with pytest.raises(EOFError):
        gzip.decompress(half.body)
    server.fault("nasa_power", "gzip_damaged", times=1)
    with pytest.raises((OSError, zlib.error)):
        gzip.decompress(get(url).body)


def test_refuse_stops_listening_on_the_port_of_one_service(server: WeatherServer) -> None:
    def connects(service: str) -> bool:
        port = urllib.parse.urlsplit(server.root(service)).port
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", port)) == 0

    server.fault("nasa_power", "refuse")
    assert [connects("nasa_power"), connects("open_meteo_archive")] == [False, True]
    with pytest.raises(ConnectionResetError):  # on the shared port only a reset is possible
        get(server.url + URLS["nasa_power"])
    server.clear()
    assert connects("nasa_power")
    assert get(server.root("nasa_power") + URLS["nasa_power"]).status == 200


def test_garbage_is_ten_megabytes_by_default(server: WeatherServer) -> None:
    server.fault("nasa_power", "garbage", times=1)
    body = get(server.url + URLS["nasa_power"]).body
    assert len(body) == 10_000_000
    with pytest.raises(UnicodeDecodeError):
        body.decode()


def test_etag_and_not_modified(server: WeatherServer) -> None:
    server.fault("nws", "etag")
    first = get(server.url + URLS["nws"])
    again = get(server.url + URLS["nws"], AGENT | {"If-None-Match": first.headers["etag"]})
    assert (again.status, again.body) == (304, b"")
    assert server.calls("nws")[-1].headers["if-none-match"] == first.headers["etag"]


def test_redirects(server: WeatherServer) -> None:
    server.fault("nasa_power", "redirect_301", times=1)
    moved = get(server.root("nasa_power") + URLS["nasa_power"])
    assert get(moved.headers["location"]).status == 200
    server.fault("nasa_power", "redirect_away", times=1)
    assert get(server.url + URLS["nasa_power"]).headers["location"] == "http://weather.invalid/"
