"""The doctor names what has changed in an answer: some seventy changes of format, one table; and what is no change."""

from __future__ import annotations

import copy
import datetime as dt
import gzip
import json
import re
from collections.abc import Callable
from urllib.parse import parse_qs, unquote, urlsplit

import httpx2
import pytest
from click.testing import CliRunner

import etolib
from etolib import config
from etolib.cli import main
from etolib.errors import InputError
from etolib.sources import catalogue, doctor
from etolib.sources.shape import Asked, compare
from tests.shared import shared_root
from tests.simulator import WeatherServer
from tests.simulator.answer import Answer

TODAY = "2024-07-01"
SERVICES = dict(catalogue.services())


class World:
    """Every service of the simulator behind a transport, without a server; ``change`` spoils its answers."""

    def __init__(self, change: Callable[[Answer], object] = lambda answer: None, only: str = "") -> None:
        self.server, self.change, self.only = WeatherServer(today=TODAY), change, only
        self.asked: list[str] = []

    def __call__(self, request: httpx2.Request) -> httpx2.Response:
        parts = urlsplit(str(request.url))
        self.asked.append(str(request.url))
        service = next(
            name for name, root in SERVICES.items() if root.partition("://")[2] == parts.netloc
            and (name != "open_meteo_elevation" or "elevation" in parts.path)
            and (name != "open_meteo_forecast" or "elevation" not in parts.path)
        )  # fmt: skip
        service, path = self.server.route(service, unquote(parts.path))
        headers = {name.lower(): value for name, value in request.headers.items()}
        answer = copy.deepcopy(self.server.answer(service, path, parse_qs(parts.query), headers))
        if self.only in path:
            self.change(answer)
        sent = {"content-type": answer.content_type} | {name.lower(): v for name, v in answer.headers.items()}
        return httpx2.Response(answer.status, headers=sent, content=answer.payload())

    @property
    def transport(self) -> httpx2.MockTransport:
        return httpx2.MockTransport(self)


@pytest.fixture(autouse=True)
def at_home(tmp_path, monkeypatch):
    for row in catalogue.SOURCES.values():
        if row.key_needed:
            monkeypatch.setenv(row.key_variable, "doctor@example.org")
    with config.set_options(today=TODAY, contact="doctor@example.org", cache_dir=tmp_path):
        yield


def examined(source: str, world: World) -> doctor.Checkup:
    (found,) = doctor.examine([source], transport=world.transport)
    return found


def at(document: object, path: str) -> tuple[object, object]:
    """Return the holder and the key of a path like ``daily_units.rs`` or ``coordinates[0]``."""
    steps = [int(step) if step.isdigit() and len(step) < 8 else step for step in re.findall(r"[^.\[\]]+", path)]
    for step in steps[:-1]:
        document = document[step]
    return document, steps[-1]


def put(path: str, value: object) -> Callable[[Answer], None]:
    def change(answer: Answer) -> None:
        holder, key = at(answer.document, path)
        holder[key] = value(holder[key]) if callable(value) else value

    return change


def drop(path: str) -> Callable[[Answer], None]:
    def change(answer: Answer) -> None:
        holder, key = at(answer.document, path)
        del holder[key]

    return change


def renamed(path: str, name: str) -> Callable[[Answer], None]:
    def change(answer: Answer) -> None:
        holder, key = at(answer.document, path)
        holder[name] = holder.pop(key)

    return change


def whole(make: Callable[[object], object]) -> Callable[[Answer], None]:
    def change(answer: Answer) -> None:
        answer.document = make(answer.document)

    return change


def header(name: str, value: str) -> Callable[[Answer], None]:
    def change(answer: Answer) -> None:
        answer.headers[name] = value

    return change


def status(code: int, body: bytes | None = None) -> Callable[[Answer], None]:
    def change(answer: Answer) -> None:
        answer.status, answer.body = code, answer.body if body is None else body

    return change


def body(change_bytes: Callable[[bytes], bytes]) -> Callable[[Answer], None]:
    def change(answer: Answer) -> None:
        answer.body = change_bytes(answer.payload())

    return change


def both(*changes: Callable[[Answer], None]) -> Callable[[Answer], None]:
    def change(answer: Answer) -> None:
        for one in changes:
            one(answer)

    return change


def all_values(value: object) -> Callable[[Answer], None]:
    def change(answer: Answer) -> None:
        for name, column in answer.document["daily"].items():
            if name != "time":
                answer.document["daily"][name] = [value(one) if callable(value) else value for one in column]

    return change


def nasa_values(name: str, value: Callable[[float], float]) -> Callable[[Answer], None]:
    def change(answer: Answer) -> None:
        column = answer.document["properties"]["parameter"][name]
        column.update({day: value(one) for day, one in column.items()})

    return change


def nasa_fill(answer: Answer) -> None:
    answer.document["header"]["fill_value"] = -9999.0
    for column in answer.document["properties"]["parameter"].values():
        column.update({day: -9999.0 if one == -999.0 else one for day, one in column.items()})


HTML = b"<!DOCTYPE html><html><body>We have moved</body></html>"
NASA, ARCHIVE, FORECAST = "nasa_power", "open_meteo_archive", "open_meteo_forecast"
CHANGES = {
    # NASA POWER
    "nasa_unit": (NASA, "", put("parameters.WS2M.units", "mph"), "parameters.WS2M.units is 'mph', expected 'm/s'"),
    "nasa_variable": (
        NASA, "", renamed("properties.parameter.T2MDEW", "TDEW2M"), "properties.parameter.T2MDEW is missing"),
    "nasa_utc": (NASA, "", put("header.time_standard", "UTC"), "header.time_standard is 'UTC', expected 'LST'"),
    "nasa_fill": (NASA, "", nasa_fill, "header.fill_value is -9999.0, expected -999.0"),
    "nasa_fill_untold": (NASA, "", nasa_values("T2MDEW", lambda v: -8888.0), "-8888 degC"),
    "nasa_sources": (NASA, "", put("header.sources", ["MERRA3", "SYN1DEG"]), "header.sources[] is 'MERRA3'"),
    "nasa_days": (NASA, "", drop("properties.parameter.RH2M.20240625"), "properties.parameter.RH2M has other days"),
    "nasa_place": (NASA, "", put("geometry.coordinates[1]", -17.0), "within 0.6 degrees of -22.71"),
    "nasa_order": (NASA, "", put("geometry.coordinates", lambda c: [c[1], c[0], c[2]]), "geometry.coordinates[0] is"),
    "nasa_nested": (NASA, "", whole(lambda d: {"data": d}), "properties is missing"),
    "nasa_list": (NASA, "", whole(lambda d: [d]), "expected an object with members"),
    "nasa_version": (NASA, "", drop("header.api"), "header.api is missing"),
    "nasa_texts": (
        NASA, "", nasa_values("T2M", lambda v: f"{v:.1f}"), "properties.parameter.T2M.* is"),
    "nasa_kelvin": (
        NASA, "", both(nasa_values("T2M_MIN", lambda v: v + 25), nasa_values("T2M_MAX", lambda v: v + 25)),
        "the mean of tmin is"),
    "nasa_late": (NASA, "", nasa_values("PS", lambda v: -999.0), "it has no values of pressure"),
    "nasa_refused": (NASA, "", status(422, b'{"messages": ["T2M_MIN is now TMIN2M"]}'), "T2M_MIN is now TMIN2M"),
    # Open-Meteo
    "meteo_unit": (
        ARCHIVE, "", put("daily_units.wind_speed_10m_mean", "km/h"),
        "daily_units.wind_speed_10m_mean is 'km/h', expected 'm/s'"),
    "meteo_variable": (
        ARCHIVE, "", both(renamed("daily.shortwave_radiation_sum", "ghi_sum"),
        renamed("daily_units.shortwave_radiation_sum", "ghi_sum")), "daily.shortwave_radiation_sum is missing"),
    "meteo_shorter": (ARCHIVE, "", put("daily.temperature_2m_max", lambda v: v[:-1]), "has 9 values, expected 10"),
    "meteo_utc": (
        FORECAST, "", both(put("utc_offset_seconds", 0), put("timezone", "GMT")), "utc_offset_seconds is 0, expected"),
    "meteo_nulls": (ARCHIVE, "", all_values(None), "daily.temperature_2m_min has no values"),
    "meteo_far": (ARCHIVE, "", put("latitude", -26.0), "latitude is -26.0, expected within 0.5 degrees"),
    "meteo_nested": (ARCHIVE, "", put("daily", lambda d: {"best_match": d}), "daily.time is missing"),
    "meteo_html": (ARCHIVE, "", body(lambda b: HTML), "answers with a page (HTML) where data should be"),
    "meteo_cut": (ARCHIVE, "", body(lambda b: b[:-200]), "answers with what cannot be read"),
    "meteo_dates": (
        FORECAST, "", put("daily.time", lambda v: [d.replace("-", "/") for d in v]), "daily.time has other days"),
    "meteo_times": (FORECAST, "", put("daily_units.time", "unixtime"), "daily_units.time is 'unixtime'"),
    "meteo_delay": (
        ARCHIVE, "", all_values(None) and (lambda a: [c.__setitem__(slice(-3, None), [None] * 3)
        for n, c in a.document["daily"].items() if n != "time"]), "the newest day of tmax"),
    "meteo_sunset": (ARCHIVE, "", header("Sunset", "Wed, 01 Jan 2025 00:00:00 GMT"), "the header sunset says: Wed"),
    "meteo_400": (
        ARCHIVE, "", status(400, b'{"error": true, "reason": "Unknown variable dew_point_2m_mean"}'),
        "Unknown variable dew_point_2m_mean"),
    "meteo_past": (
        "open_meteo_historical_forecast", "", put("daily_units.surface_pressure_mean", "Pa"),
        "daily_units.surface_pressure_mean is 'Pa', expected 'hPa'"),
    "elevation": ("open_meteo_elevation", "", renamed("elevation", "heights"), "elevation is missing"),
    "heights": ("opentopodata", "", put("status", "OKAY"), "status is 'OKAY', expected 'OK'"),
    "dataset": ("opentopodata", "", put("results[0].dataset", "copernicus"), "results[].dataset is 'copernicus'"),
    "places": ("open_meteo_geocoding", "", put("results[0].latitude", "9.4S"), "results[].latitude is '9.4S'"),
    "satellite_unit": (
        "open_meteo_satellite", "", put("hourly_units.shortwave_radiation_satellite_radiation_seamless", "MJ/m²"),
        "hourly_units.shortwave_radiation_satellite_radiation_seamless is 'MJ/m²', expected 'W/m²'"),
    "ensemble_spread": (
        "open_meteo_ensemble", "", renamed("hourly.wind_speed_10m_spread", "wind_speed_10m_sd"),
        "hourly.wind_speed_10m_spread is missing"),
    "silo_column": (
        "silo", "", both(renamed("daily.vp", "vapour"), renamed("daily.vp_source", "vapour_source")), "vp is missing"),
    "silo_words": ("silo", "", body(lambda b: b"Sorry, this service has moved.\n"), "answers with what cannot be read"),
    "gridmet_unit": (
        "gridmet", "/ncss/", body(lambda b: b.replace(b'unit="K"', b'unit="degF"')),
        "columns.daily_maximum_temperature is 'degF', expected 'K'"),
    "gridmet_day": (
        "gridmet", ".das", body(lambda b: b.replace(b"Mountain Standard Time (7 UTC", b"local time (24 h")),
        "day is 'Days correspond approximately"),
    "dwd_column": ("dwd_stations", "zip", renamed("daily.TXK", "TX_K"), "TXK is missing"),
    "dwd_page": ("dwd_stations", "zip", body(lambda b: HTML), "answers with a page (HTML) where data should be"),
    "meteostat_column": (
        "meteostat", "/daily/", renamed("daily.tmin", "tmn"), "columns.tmin is missing"),
    "meteostat_origin": (
        "meteostat", "/daily/", body(lambda b: gzip.compress(gzip.decompress(b).replace(b"dwd_daily", b"icon_d2"))),
        "origins[] is 'icon_d2'"),
    "meteostat_list": (
        "meteostat", "/stations/", put("list[0].location", lambda v: {"lat": v["latitude"], "lon": v["longitude"]}),
        "first.location.latitude is missing"),
    "meteostat_gone": ("meteostat", "/stations/", status(404, b"<html>Not Found</html>"), "404"),
    "ghcn_column": (
        "ghcn_hourly", "/psv/", body(lambda b: b.replace(b"dew_point_temperature|", b"dew_point|")),
        "dew_point_temperature is missing"),
    "ghcn_codes": (
        "ghcn_hourly", "/psv/", body(lambda b: b.replace(b"|1|FM15", b"|passed|FM15")),
        "temperature_Quality_Code is 'passed'"),
    "ghcn_list": (
        "ghcn_hourly", "station-list", body(lambda b: b.replace(b"GHCN_ID", b"ID")),
        "answers with what cannot be read"),
    "ghcn_late": (
        "ghcn_hourly", "/psv/", body(lambda b: b"\n".join(b.split(b"\n")[:-150]) + b"\n"), "the newest day of tmin"),
    # MET Norway
    "met_203": ("met_norway", "", status(203), "is going away (HTTP 203)"),
    "met_unit": (
        "met_norway", "", put("properties.meta.units.air_temperature", "kelvin"),
        "properties.meta.units.air_temperature is 'kelvin', expected 'celsius'"),
    "met_steps": (
        "met_norway", "", put("properties.timeseries", lambda v: v[:20]), "has 20 values, expected 40"),
    "met_times": (
        "met_norway", "", put("properties.timeseries[3].time", "tomorrow"), "timeseries[].time is 'tomorrow'"),
    "met_403": ("met_norway", "", status(403, b"<html>Forbidden</html>"), "refused the request"),
    # NWS
    "nws_point": ("nws_forecast", "/points/", drop("properties.forecastGridData"), "forecastGridData is missing"),
    "nws_unit": (
        "nws_forecast", "/gridpoints/", put("properties.windSpeed.uom", "wmoUnit:kt"),
        "properties.windSpeed.uom is 'wmoUnit:kt'"),
    "nws_layer": (
        "nws_forecast", "/gridpoints/", renamed("properties.skyCover", "cloudCover"), "properties.skyCover is missing"),
    "nws_interval": (
        "nws_forecast", "/gridpoints/", put("properties.dewpoint.values[0].validTime", "now"),
        "properties.dewpoint.values[].validTime is 'now'"),
    "nws_code": (
        "nws_stations", "/observations", lambda answer: [
            one["properties"]["temperature"].update(qualityControl="good") for one in answer.document["features"]],
        "features[].properties.temperature.qualityControl is 'good'"),
    # FRET
    "fret_unit": ("nws_fret", "", put("daily_units.evp24", "tenths of mm"), "elements[].units is 'tenths of mm'"),
    "fret_units_gone": ("nws_fret", "", drop("daily_units.evp24"), "elements[].units is None"),
    "fret_hours": ("nws_fret", "", put("hours", 168), "elements[].hours[] is 168.0, expected 24.0"),
    "fret_name": (
        "nws_fret", "", put("name", "Departure from Normal of Daily Reference Crop Evapotranspiration"),
        "elements[].name is"),
    "fret_element": ("nws_fret", "", drop("daily.evp24"), "elements has 0 values, expected 1"),
    "fret_place": ("nws_fret", "", put("latitude", 35.0), "latitude is 35.0, expected within 0.05 degrees of 40.02"),
    "fret_page": ("nws_fret", "", body(lambda b: HTML), "answers with a page (HTML) where data should be"),
    "fret_error": (
        "nws_fret", "", body(lambda b: b"<error><pre><problem>Element evp24 is gone</problem></pre></error>"),
        "the service answers: Element evp24 is gone"),
    "nws_gone": ("nws_stations", "/stations", status(404, b'{"title": "Gone"}'), "Gone"),
}  # fmt: skip


@pytest.mark.parametrize("name", CHANGES)
def test_a_change_of_format_is_named(name):
    source, only, change, sentence = CHANGES[name]
    found = examined(source, World(change, only))
    assert found.state == "changed", found
    assert any(sentence in text for text in found.changed), found.changed
    assert doctor.status([found]) == 1
    assert any(f"changed: {text}" in line for line in doctor.told(found) for text in found.changed)


def test_every_source_that_is_examined_has_a_change():
    assert {source for source, *_ in CHANGES.values()} == {name for name, *_ in doctor._chosen(())}


def test_without_a_change_every_source_agrees_and_is_asked_once():
    world = World()
    found = list(doctor.examine(transport=world.transport))
    assert {one.name for one in found} >= {row.name for row in catalogue.SOURCES.values() if row.service} - {
        "nasa_power_zarr"
    }
    assert {one.name: (one.state, one.changed, one.news) for one in found if one.state != "agrees"} == {}
    for one in found:
        assert one.agrees or one.notes, one
        assert len(one.asked) <= doctor.MOST, one.asked
    assert sum(len(one.asked) > 1 for one in found) <= 6  # the US service; stations and archives of files
    assert len(world.asked) == len(set(world.asked))
    assert doctor.status(found) == 0


@pytest.mark.parametrize(
    ("source", "change", "sentence"),
    [
        (NASA, put("header.licence", "CC BY 4.0"), "header.licence is new"),
        (NASA, put("quality", {"flags": [1, 2]}), "quality is new"),
        (ARCHIVE, put("daily_model", "ifs"), "daily_model is new"),
        (ARCHIVE, header("X-RateLimit-Remaining", "599"), "the header x-ratelimit-remaining says: 599"),
        ("met_norway", put("properties.warnings", []), "properties.warnings is new"),
    ],
)
def test_what_nobody_thought_of_is_news_and_no_fault(source, change, sentence):
    found = examined(source, World(change))
    assert (found.state, found.news) == ("agrees", [sentence])
    assert any("no fault" in line for line in doctor.told(found))


@pytest.mark.parametrize(
    ("code", "text"), [(503, b"<html>busy</html>"), (429, b'{"reason": "Daily API request limit exceeded."}')]
)
def test_a_source_that_is_down_or_asks_to_wait_has_not_changed(code, text):
    world = World(status(code, text))
    found = examined(ARCHIVE, world)
    assert (found.state, found.changed) == ("unanswered", [])
    assert found.notes
    assert len(world.asked) == 1  # no second attempt
    assert doctor.status([found]) == 3


def test_the_cache_is_not_used_and_not_filled(tmp_path):
    world = World()
    for _ in range(2):
        assert examined(NASA, world).state == "agrees"
    assert len(world.asked) == 2


def test_offline_nothing_is_asked_and_a_sentence_says_so():
    with config.set_options(offline=True):
        done = CliRunner().invoke(main, ["doctor", "--source", NASA])
    assert done.exit_code == 3
    assert "nasa_power (NASA POWER): was not asked" in done.output
    assert "there is no network to ask it" in done.output


def test_without_a_contact_met_norway_is_not_asked(monkeypatch):
    monkeypatch.delenv("ETOLIB_CONTACT", raising=False)
    with config.set_options(contact=""):
        found = examined("met_norway", World())
    assert found.state == "not_asked"
    assert "ETOLIB_CONTACT" in found.notes[0]


def test_the_command_line_prints_json_and_takes_names(monkeypatch):
    world = World(put("header.time_standard", "UTC"), "/api/")
    asked = doctor.examine
    monkeypatch.setattr(doctor, "examine", lambda names: asked(names, transport=world.transport))
    done = CliRunner().invoke(main, ["doctor", "--source", NASA, "--source", ARCHIVE, "--json"])
    assert done.stdout, (done.stderr, done.exception)
    report = json.loads(done.stdout)
    assert [one["name"] for one in report["sources"]] == [NASA, ARCHIVE]
    assert report["sources"][0]["state"] == "changed"
    assert report["etolib"] == etolib.__version__
    assert done.exit_code == 1
    done = CliRunner().invoke(main, ["doctor", "--source", NASA])
    assert "report what has changed" in done.stderr
    wrong = CliRunner().invoke(main, ["doctor", "--source", "nasa"])
    assert wrong.exit_code != 0


def test_an_unknown_name_is_refused():
    with pytest.raises(InputError, match="is not known"):
        list(doctor.examine(["nasa"]))


def test_no_secret_is_printed(monkeypatch):
    monkeypatch.setenv("ETOLIB_DOCTORS_KEY", "k-12345678")
    world = World(both(put("header.time_standard", "k-12345678"), header("Sunset", "doctor@example.org k-12345678")))
    monkeypatch.setenv("ETOLIB_CONTACT", "doctor@example.org")
    found = examined(NASA, world)
    shown = json.dumps(found.as_dict()) + "\n".join(doctor.told(found))
    assert "time_standard" in shown
    assert "k-12345678" not in shown
    assert "doctor@example.org" not in shown


RECORDINGS = {
    "open_meteo/forecast_daily_et0_zurich_2026.json": ("etolib.sources.open_meteo", "/v1/forecast"),
    "nasa_power/point_daily_utc_raw.json": ("etolib.sources.nasa_power", "/api/temporal/daily/point"),
    "met_norway/lat51.5lon-0.1altitude25_complete.json": (
        "etolib.sources.met_norway", "/weatherapi/locationforecast/2.0/complete"),
    "nws/gridpoints_TAE_58_65.json": ("etolib.sources.nws_forecast", "/gridpoints/TAE/58,65"),
    "nws/points_30_-85.json": ("etolib.sources.nws_forecast", "/points/30,-85"),
    "nws/gridpoints_stations_ILN.json": ("etolib.sources.nws_stations", "/gridpoints/ILN/1,1/stations"),
    "nws/observations_KFLL_values_edited.json": ("etolib.sources.nws_stations", "/stations/KFLL/observations"),
}  # fmt: skip
EXPECTED_THERE = re.compile(
    r"within .* degrees|has other days|is missing|time_standard is 'UTC'|header\.(start|end) is|utc_offset_seconds is"
    r"|timezone is|'precipitation_sum'|has \d+ values"
)
"""What a recording of another place, of other days and of other variables must differ in."""


@pytest.mark.parametrize("name", RECORDINGS)
def test_recordings_have_the_shapes(name):
    path = shared_root() / "fixtures" / name
    if not path.exists():
        pytest.skip("needs the recordings, which are not beside this checkout")
    module, address = RECORDINGS[name]
    shapes = catalogue.load(f"{module}:SHAPES")
    shape = next(shape for pattern, shape in shapes.items() if re.fullmatch(pattern, address))
    today = dt.date(2024, 7, 1)
    asked = Asked(etolib.Site(0, 0), etolib.Period(today, today))
    found = compare(shape, json.loads(path.read_text(encoding="utf-8")), asked)
    told = [one.sentence for one in found if one.state == "changed" and not EXPECTED_THERE.search(one.sentence)]
    assert told == []
    assert sum(one.state == "agrees" for one in found) >= 3
