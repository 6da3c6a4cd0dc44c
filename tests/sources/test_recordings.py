"""Recorded answers of the providers, read to values that were looked up in the files by hand."""

from __future__ import annotations

import json
import re

import pandas as pd
import pytest

from etolib.errors import BadResponse, InputError
from etolib.site import Period, Site
from etolib.sources import (
    canonical,
    daily,
    met_norway,
    nasa_power,
    nws,
    nws_forecast,
    nws_stations,
    open_meteo,
    opentopodata,
)
from etolib.sources.network import address, client
from etolib.sources.station import file
from tests.shared import shared_path


def body(*parts: str) -> bytes:
    return shared_path("fixtures", *parts).read_bytes()


# --- NASA POWER -----------------------------------------------------------------------------------------------------


def test_nasa_ag_of_the_older_version_without_time_standard():
    answer = nasa_power.parse(body("nasa_power", "point_daily_ag_v2.5.9_raw.json"), ("T2M",), at=(12.9716, 77.5946))
    assert len(answer.frame) == 30
    assert answer.frame.loc["2024-01-01", "tmean"] == 21.79
    assert answer.frame.loc["2024-01-22", "tmean"] == 24.69
    assert answer.elevation == 841.72
    assert answer.version == "v2.5.9"
    assert answer.sources == ("merra2",)


def test_nasa_utc_days_are_read_as_such_and_refused_where_solar_days_were_asked():
    raw = body("nasa_power", "point_daily_utc_raw.json")
    answer = nasa_power.parse(raw, ("T2M",), standard="UTC")
    assert answer.frame["tmean"].tolist() == [-10.15, -10.91, -11.25, -11.52, -11.18, -10.53, -9.23]
    assert answer.elevation == 720.75
    with pytest.raises(BadResponse, match="UTC days where LST"):
        nasa_power.parse(raw, ("T2M",))


def test_nasa_wind_at_10_m_is_not_taken_for_the_wind_at_2_m():
    answer = nasa_power.parse(body("nasa_power", "point_daily_utc_raw.json"), ("T2M", "WS2M"), standard="UTC")
    assert "u2" not in answer.frame
    assert answer.missing == ("WS2M",)


def test_nasa_re_radiation_is_kwh_and_refused_as_ag():
    raw = body("nasa_power", "point_daily_2param_re_utc.json")
    names = ("T2M", "ALLSKY_SFC_SW_DWN")
    answer = nasa_power.parse(raw, names, standard="UTC", community="RE")
    # 3.5455, 2.7302 and 2.8867 kWh m-2 day-1
    assert answer.frame["rs"].round(4).tolist() == [12.7638, 9.8287, 10.3921]
    assert answer.frame["tmean"].tolist() == [7.25, 3.78, 0.67]
    with pytest.raises(BadResponse, match="kW-hr"):
        nasa_power.parse(raw, names, standard="UTC")


def test_nasa_solar_of_2000():
    raw = body("nasa_power", "point_daily_solar_2000_srb.json")
    answer = nasa_power.parse(raw, ("ALLSKY_SFC_SW_DWN",), standard="UTC", community="RE")
    assert answer.frame["rs"].round(5).tolist() == [3.79296, 9.02376]
    assert answer.sources == ("SRB",)


def test_nasa_may_leave_a_parameter_out_with_200():
    raw = body("nasa_power", "point_daily_1983_partial.json")
    answer = nasa_power.parse(raw, ("T2M", "ALLSKY_SFC_SW_DWN"), standard="UTC", community="RE")
    assert answer.missing == ("ALLSKY_SFC_SW_DWN",)
    assert answer.frame["tmean"].tolist() == [11.47, 13.35, 11.81]
    assert "not available until 1984-1-1" in answer.messages[0]


def test_nasa_hourly_sum_of_a_day():
    answer = nasa_power.parse(
        body("nasa_power", "point_hourly_solar_lst.json"), ("ALLSKY_SFC_SW_DWN",), hourly=True, community="RE"
    )
    assert len(answer.frame) == 24
    assert answer.frame.index[10] == pd.Timestamp("2024-06-01 10:00")
    assert answer.frame["rs"].iloc[10] == pytest.approx(911.15 * 0.0036)
    # 6971.44 Wh m-2, added up by hand
    assert answer.frame["rs"].sum() == pytest.approx(25.0972, abs=5e-5)


def test_nasa_422_is_told_in_its_own_words(make_door):
    import httpx2

    raw = body("nasa_power", "error_422_bbox_too_small.json")
    door = make_door(lambda request: httpx2.Response(422, content=raw))
    with pytest.raises(Exception, match="at least a 2 degree range in latitude"):
        door.fetch("http://x.test", check=json.loads, ttl=lambda d, h: 1.0, source="nasa_power")


def test_nasa_fill_values_never_enter_a_number():
    raw = body("reconstructed", "nasa_point_daily_ag_tail_fill.json")
    names = ("T2M", "RH2M", "WS2M", "PRECTOTCORR", "ALLSKY_SFC_SW_DWN")
    answer = nasa_power.parse(raw, names)
    assert answer.frame.iloc[-1].isna().all()
    assert answer.frame.iloc[:-1].notna().all().all()
    assert answer.frame.min().min() > -50


@pytest.mark.parametrize(
    "name", ["daily_ag_point", "daily_sb_point_UTC", "adjusted_air_pressure", "adjusted_wind_elevation"]
)
def test_nasa_csv_as_an_own_file(name):
    source = file.read(shared_path("fixtures", "nasa_power", f"csv_body_{name}.csv"))
    row = source.frame.loc["1983-01-01"]
    assert (row["tmean"], row["tmin"], row["tmax"], row["rhmean"]) == (-24.36, -25.37, -22.7, 92.61)
    assert row["u2"] == pytest.approx(1.93 * 0.748, abs=5e-4)  # WS10M, FAO-56 Eq. 47
    assert source.site == Site(-89.5, -179.5, 2885.03)


def test_nasa_csv_of_the_solar_day_and_of_a_climatology():
    source = file.read(shared_path("fixtures", "nasa_power", "csv_body_daily_sb_point_LST.csv"))
    assert source.frame.iloc[0][["tmean", "tmin", "tmax"]].tolist() == [-25.24, -25.67, -24.88]
    with pytest.raises(InputError, match="holds monthly records; daily ones are needed"):
        file.read(shared_path("fixtures", "nasa_power", "csv_body_climatology_ag_point.csv"))


def test_nasa_cassettes_hold_the_same_bodies():
    folder = shared_path("fixtures", "nasa_power")
    for cassette in sorted(folder.glob("vcr_csv_*.json")):
        text = cassette.read_text()
        plain = (folder / cassette.name.replace("vcr_csv_", "csv_body_").replace(".json", ".csv")).read_text()
        last = plain.strip().splitlines()[-1]
        assert last in text or last in json.dumps(json.loads(text))


# --- Open-Meteo -----------------------------------------------------------------------------------------------------


def test_open_meteo_forecast_recording():
    raw = body("open_meteo", "forecast_daily_et0_zurich_2026.json")
    (answer,) = open_meteo.parse(raw, ("precipitation_sum",))
    assert answer.frame["precipitation"].tolist() == [5.6, 2.9, 0.0, 3.8, 0.7, 4.4, 0.0]
    assert (answer.latitude, answer.longitude, answer.elevation) == (47.56, 8.26, 390.0)
    with pytest.raises(BadResponse, match="Europe/Zurich"):  # a political zone, not the solar day
        open_meteo.parse(raw, ("precipitation_sum",), places=[Site(47.5546, 23.0)])


def test_open_meteo_variables_that_are_absent_are_named():
    (answer,) = open_meteo.parse(body("open_meteo", "forecast_daily_et0_zurich_2026.json"))
    assert set(answer.missing) == set(open_meteo.VARIABLE_MAP) - {"precipitation_sum"}


def test_open_meteo_hourly_recording_is_labelled_by_the_begin_of_the_hour():
    raw = body("open_meteo", "forecast_hourly_past_days_manila_2026.json")
    (answer,) = open_meteo.parse(raw, ("precipitation",), hourly=True)
    told = json.loads(raw)["hourly"]
    assert told["time"][0] == "2026-08-22T00:00"
    rain = answer.frame["precipitation"]
    assert rain.index[0] == pd.Timestamp("2026-08-21 23:00")  # the sum labelled 00:00 fell in the hour before
    assert rain.iloc[: len(told["time"])].tolist() == told["precipitation"]
    assert (answer.latitude, answer.longitude, answer.elevation) == (14.586995, 121.002785, 9.0)
    with pytest.raises(ValueError, match="daily"):
        client.checked(open_meteo.parse, raw)


def test_open_meteo_two_places_in_order():
    names = ("temperature_2m_max", "temperature_2m_min", "shortwave_radiation_sum")
    berlin, brasilia = open_meteo.parse(body("reconstructed", "archive_two_locations.json"), names)
    assert berlin.frame.index.strftime("%Y-%m-%d").tolist() == ["2024-02-28", "2024-02-29", "2024-03-01"]
    assert berlin.frame["tmax"].tolist() == [10.1, 11.6, 12.0]
    assert berlin.frame["rs"].isna().tolist() == [False, False, True]
    assert brasilia.elevation == 1092.0
    assert brasilia.frame["tmin"].tolist() == [18.8, 18.9, 19.0]


@pytest.mark.parametrize(
    "name",
    ["open_meteo/error_400_archive_end_date.json", "open_meteo/error_400_archive_start_date_1939.json",
     "open_meteo/error_400_forecast_start_date.json", "open_meteo/error_429_minutely.json"],
)  # fmt: skip
def test_open_meteo_errors_are_told_in_its_own_words(name):
    raw = body(*name.split("/"))
    assert address.reason_of(raw) == json.loads(raw)["reason"]


@pytest.mark.parametrize(
    ("name", "until"),
    [("429_hourly", 7200.0), ("429_daily", 86400.0), ("429_concurrent", 3602.0)],
)
def test_open_meteo_limit_tells_its_window(name, until):
    assert open_meteo.limited_until(body("reconstructed", f"{name}.json"), 3600.0) == until


def test_open_meteo_minutely_limit():
    assert open_meteo.limited_until(body("open_meteo", "error_429_minutely.json"), 61.0) == 120.0


def test_elevations():
    assert open_meteo.parse_elevations(body("open_meteo", "elevation_quoted_2026.json"), 3) == [640.0, 640.0, 627.0]
    assert open_meteo.parse_elevations(body("reconstructed", "elevation_berlin.json"), 1) == [38.0]
    assert open_meteo.parse_elevations(body("reconstructed", "elevation_nan.txt"), 1) == [None]
    assert opentopodata.parse(body("reconstructed", "otd_ok.json"), 2)[0] is not None
    assert opentopodata.parse(body("reconstructed", "otd_null.json"), 1) == [None]
    for name in ("otd_400_too_many", "otd_400_unknown_dataset", "otd_400_bad_latitude", "otd_500"):
        with pytest.raises(ValueError, match="status"):
            opentopodata.parse(body("reconstructed", f"{name}.json"), 1)


def test_half_written_body_is_broken():
    with pytest.raises(ValueError, match=r"delimiter|Expecting|value"):
        open_meteo.parse(body("reconstructed", "200_then_stream_error.txt"))


# --- MET Norway -----------------------------------------------------------------------------------------------------

LONDON = Site(51.5, -0.1, 25)


def london():
    answer = met_norway.parse(body("met_norway", "lat51.5lon-0.1altitude25_complete.json"), at=(51.5, -0.1))
    return answer, daily.to_days(answer.hours, LONDON, maxima=answer.maxima, minima=answer.minima)


def test_met_complete_days():
    answer, days = london()
    assert answer.elevation == 25
    assert days.index[0] == pd.Timestamp("2020-07-20")
    assert days.iloc[[0, -1]].isna().all().all()  # the running day, and the last stump
    whole = days.iloc[1:-1]
    assert whole[["tmin", "tmax", "tdew", "rhmean", "u2", "cloud", "precipitation"]].notna().all().all()
    # 23 July: instants at 0, 6, 12, 18 h reach 22.5 at most; the block maximum of 12-18 h is 22.9
    assert days.loc["2020-07-23", "tmax"] == 22.9


def test_met_tmax_of_the_six_hour_part_is_not_that_of_the_instants():
    raw = json.loads(body("met_norway", "lat51.5lon-0.1altitude25_complete.json"))
    for step in raw["properties"]["timeseries"]:
        for name in ("air_temperature_max", "air_temperature_min"):
            step["data"].get("next_6_hours", {}).get("details", {}).pop(name, None)
    answer = met_norway.parse(json.dumps(raw).encode())
    days = daily.to_days(answer.hours, LONDON, maxima=answer.maxima, minima=answer.minima)
    assert days["tmax"].notna().tolist() == [False, True] + [False] * 8  # hourly until 22 July, 17 UTC


def test_met_precipitation_is_counted_once():
    _, days = london()
    raw = json.loads(body("met_norway", "lat51.5lon-0.1altitude25_complete.json"))
    wanted = 0.0
    for step in raw["properties"]["timeseries"]:
        if "2020-07-25T00" <= step["time"] < "2020-07-26T00":
            parts = step["data"]
            wanted += parts.get("next_1_hours", parts.get("next_6_hours"))["details"]["precipitation_amount"]
    assert days.loc["2020-07-25", "precipitation"] == pytest.approx(wanted)
    assert wanted > 0


def test_met_compact_has_days_only_in_its_hourly_part():
    answer = met_norway.parse(body("met_norway", "lat39.9lon116.4altitudeNone_compact.json"))
    days = daily.to_days(answer.hours, Site(39.9, 116.4), maxima=answer.maxima, minima=answer.minima)
    assert days["tmax"].dropna().round(1).to_dict() == {
        pd.Timestamp("2020-07-21"): 33.8,
        pd.Timestamp("2020-07-22"): 34.4,
    }


def test_met_lifetime_is_its_expires():
    kept = json.loads(body("met_norway", "lat51.5lon-0.1altitude25_complete.headers.json"))["headers"]
    headers = {name.lower(): value for name, value in kept.items()}
    now = address.parse_http_date(headers["date"])
    assert met_norway.lifetime(headers, now) == 31 * 60 + 52  # 11:44:31 to 12:16:23


def test_met_step_told_twice():
    raw = json.loads(body("met_norway", "lat51.5lon-0.1altitude25_complete.json"))
    steps = raw["properties"]["timeseries"]
    steps.insert(10, json.loads(json.dumps(steps[10])))
    _, truth = london()
    answer = met_norway.parse(json.dumps(raw).encode())
    days = daily.to_days(answer.hours, LONDON, maxima=answer.maxima, minima=answer.minima)
    pd.testing.assert_frame_equal(days, truth)
    steps[10]["data"]["instant"]["details"]["air_temperature"] += 1
    with pytest.raises(ValueError, match="twice"):
        met_norway.parse(json.dumps(raw).encode())


def test_met_for_another_place_is_refused():
    with pytest.raises(BadResponse, match="for the place"):
        met_norway.parse(body("met_norway", "lat51.5lon-0.1altitude25_complete.json"), at=(51.5, 1.0))


# --- US National Weather Service ------------------------------------------------------------------------------------

FLORIDA = Site(30.0, -85.0)


def test_nws_point():
    point = nws.parse_point(body("nws", "points_30_-85.json"))
    assert (point.grid, point.stations) == ("/gridpoints/TAE/58,65", "/gridpoints/TAE/58,65/stations")
    assert point.name == "Sumatra, FL"


def test_nws_grid_days():
    grid = nws_forecast.parse_grid(body("nws", "gridpoints_TAE_58_65.json"))
    assert grid.elevation == pytest.approx(3.9624)
    days = daily.to_days(grid.hours, FLORIDA, maxima=grid.maxima, minima=grid.minima)
    assert days.iloc[[0, -1]].isna().all().all()
    # Layers of the file: maxTemperature 12-01 UTC 22.22 and 12.78, minTemperature 00-14 UTC 3.89 and 3.33
    assert days.loc["2022-02-04", "tmax"] == pytest.approx(22.2222, abs=1e-4)
    assert days.loc["2022-02-05", ["tmax", "tmin"]].tolist() == pytest.approx([12.7778, 3.8889], abs=1e-4)
    assert days.loc["2022-02-06", "tmin"] == pytest.approx(3.3333, abs=1e-4)


def test_nws_wind_and_rain():
    raw = json.loads(body("nws", "gridpoints_TAE_58_65.json"))
    grid = nws_forecast.parse_grid(json.dumps(raw).encode())
    assert grid.hours["wind10"].iloc[0] == pytest.approx(20.372 / 3.6)
    days = daily.to_days(grid.hours, FLORIDA)
    # 4 February, UTC-6: intervals of 6 h from 06 UTC lie wholly inside; summed from the file
    start, total = pd.Timestamp("2022-02-04 06:00"), 0.0
    for item in raw["properties"]["quantitativePrecipitation"]["values"]:
        interval = daily.parse_interval(item["validTime"], item["value"])
        if start <= interval.start < start + pd.Timedelta(days=1):
            assert interval.end <= start + pd.Timedelta(days=1)
            total += interval.value
    assert days.loc["2022-02-04", "precipitation"] == pytest.approx(total)


def test_nws_durations_of_the_recording_are_all_read():
    text = body("nws", "gridpoints_TAE_58_65.json").decode()
    found = set(re.findall(r"/(P[0-9DTHM]+)\"", text))
    assert {"PT1H", "PT17H", "P1DT3H", "P6DT4H"} <= found
    hours = {d: (daily.parse_interval(f"2022-02-03T21:00:00+00:00/{d}", 1.0)) for d in found}
    assert (hours["P1DT3H"].end - hours["P1DT3H"].start) == pd.Timedelta(hours=27)


def test_nws_stations():
    stations = nws_stations.parse_stations(body("nws", "gridpoints_stations_ILN.json"))
    assert len(stations) == 41
    assert stations[0].identifier == "KCMH"
    assert stations[0].elevation == 245.9736


def test_nws_observation_with_the_older_units():
    frame = nws_stations.parse_observations(body("nws", "observations_KFLL_values_edited.json"))
    row = frame.loc["2019-06-27 10:53"]
    assert row["wind10"] == 10.0  # unit:m_s-1
    assert row["temperature"] == 10.0
    assert row["rh"] == 10.0
    assert row.isna()["precipitation"]
    assert row["cloud"] == 18.75  # FEW: 1 to 2 oktas


@pytest.mark.parametrize(
    ("name", "time"), [("PHNL", "2024-03-14T12:53:00+00:00"), ("PARC", "2026-06-02T15:35:00+00:00")]
)
def test_nws_observations_null_with_code_z(name, time):
    """Their author replaced the time stamp by a text; the true one stands in the id."""
    raw = json.loads(body("nws", f"observations_{name}_timestamp_edited.json"))
    assert raw["features"][0]["id"].endswith(time)
    raw["features"][0]["properties"]["timestamp"] = time
    row = nws_stations.parse_observations(json.dumps(raw).encode()).iloc[0]
    if name == "PHNL":
        assert row[["temperature", "rh", "wind10"]].isna().all()
    else:
        assert row[["temperature", "dewpoint", "wind10"]].tolist() == [7.0, 1.0, 0.0]
        assert row["rh"] == pytest.approx(65.625930527634)
        assert row["cloud"] == 75.0  # BKN
    # barometricPressure is the altimeter setting and must not appear anywhere.
    assert "pressure" not in row


@pytest.mark.parametrize("code", ["X", "B", "Q", "Z", "T", None])
def test_nws_values_that_did_not_pass_are_not_used(code):
    raw = json.loads(body("nws", "observations_KFLL_values_edited.json"))
    raw["features"][0]["properties"]["temperature"]["qualityControl"] = code
    assert nws_stations.parse_observations(json.dumps(raw).encode())["temperature"].isna().all()


@pytest.mark.parametrize(
    ("name", "words"),
    [("error_404_points_outside_us", "Unable to provide data"), ("error_500_hourly_unexpected_problem", "unexpected"),
     ("error_503_unavailable", ""), ("error_503_grid_expired", ""), ("error_503_missing_data", ""),
     ("error_400_alerts_point_out_of_bounds", ""), ("error_301_adjust_precision", "4 decimal digits")],
)  # fmt: skip
def test_nws_problems_are_told_in_its_own_words(name, words):
    assert words in (address.reason_of(body("nws", f"{name}.json")) or "")
    assert address.reason_of(body("nws", f"{name}.json"))


def test_solar_day_of_a_recording_is_the_solar_day():
    """Boulder, -105.27 degrees: LST is UTC-7 (verified in the recording collection)."""
    assert canonical.solar_day(Site(40.02, -105.27)) == "local solar day, UTC-7"
    assert len(Period("2024-06-01", "2024-06-01")) == 1
