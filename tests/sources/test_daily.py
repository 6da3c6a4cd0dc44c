"""Hours and blocks to days: coverage, sums counted once, extremes of intervals, columns in order."""

from __future__ import annotations

import datetime as dt
import warnings

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from etolib.equations import radiation, sun
from etolib.errors import BadResponse
from etolib.site import Period, Site
from etolib.sources import canonical, daily, no_radiation, nws_stations
from etolib.sources.base import SourceInfo

GREENWICH, SYDNEY, DENVER = Site(51.5, 0.0), Site(-33.9, 151.2), Site(39.7, -105.0)
START = pd.Timestamp("2024-02-27")


def hours(days=4, **columns):
    index = daily.axis(START, START + pd.Timedelta(days=days))
    return pd.DataFrame(
        {name: values if np.ndim(values) else np.full(len(index), values) for name, values in columns.items()},
        index=index,
    )


def test_a_day_is_24_hours_of_the_solar_day():
    table = hours(temperature=np.arange(96.0) % 24)
    assert daily.to_days(table, GREENWICH)["tmax"].tolist() == [23.0] * 4
    east = daily.to_days(table, SYDNEY)  # UTC+10: the day begins at 14 UTC
    assert east["tmax"].isna().tolist() == [True, False, False, False, True]
    west = daily.to_days(table, DENVER)  # UTC-7
    assert west.index[0] == pd.Timestamp("2024-02-26")
    assert west["tmean"].notna().tolist() == [False, True, True, True, False]


@pytest.mark.parametrize("needed", [24, 21])
def test_a_day_with_holes_counts_from_the_hours_needed_on(needed):
    values = np.arange(96.0)
    values[[3, 30, 31, 32, 60, 61, 62, 63]] = np.nan
    days = daily.to_days(hours(temperature=values), GREENWICH, needed=needed)
    assert days["tmean"].notna().tolist() == (
        [False, False, False, True] if needed == 24 else [True, True, False, True]
    )


def test_a_sum_with_a_hole_is_missing_however_many_hours_are_needed():
    rain = np.full(96, 0.5)
    rain[5] = np.nan
    days = daily.to_days(hours(precipitation=rain), GREENWICH, needed=20)
    assert days["precipitation"].isna().tolist() == [True, False, False, False]
    assert days["precipitation"].iloc[1] == 12.0


def test_leap_day_is_a_day():
    assert "2024-02-29" in daily.to_days(hours(temperature=1.0), GREENWICH).index.strftime("%Y-%m-%d")


def test_totals_are_spread_and_never_added_twice():
    six = [
        daily.Interval(START + pd.Timedelta(hours=6 * k), START + pd.Timedelta(hours=6 * k + 6), 6.0) for k in range(8)
    ]
    axis = daily.axis(START, START + pd.Timedelta(days=2))
    assert daily.from_intervals(six, axis, total=True).sum() == pytest.approx(48.0)
    overlapping = [*six, daily.Interval(START, START + daily.HOUR, 1.0)]
    twice = daily.from_intervals(overlapping, axis, total=True)
    assert np.isnan(twice[0])
    assert np.isfinite(twice[1:]).all()


def test_an_hour_told_twice_differently_is_missing():
    axis = daily.axis(START, START + 3 * daily.HOUR)
    told = [daily.Interval(START, START + 3 * daily.HOUR, 20.0)]
    same = daily.from_intervals([*told, daily.Interval(START, START + daily.HOUR, 20.0)], axis, total=False)
    assert same.tolist() == [20.0] * 3
    other = daily.from_intervals([*told, daily.Interval(START, START + daily.HOUR, 21.0)], axis, total=False)
    assert np.isnan(other).tolist() == [True, False, False]
    halves = [daily.Interval(START, START + daily.HOUR / 2, 10.0),
              daily.Interval(START + daily.HOUR / 2, START + daily.HOUR, 20.0)]  # fmt: skip
    assert daily.from_intervals(halves, axis, total=False)[0] == 15.0


def test_a_total_across_midnight_is_split_by_its_hours():
    night = daily.Interval(START + pd.Timedelta(hours=20), START + pd.Timedelta(hours=28), 8.0)
    axis = daily.axis(START, START + pd.Timedelta(days=2))
    spread = daily.from_intervals([night], axis, total=True)
    assert np.nansum(spread[:24]) == pytest.approx(4.0)
    assert np.nansum(spread[24:]) == pytest.approx(4.0)


def test_a_night_s_minimum_belongs_to_the_day_of_the_dawn():
    """Coldest at 6 h: an interval from 18 to 8 h ends in the next day, and so does its minimum."""
    course = 15 - 5 * np.cos((np.arange(96) - 6) / 24 * 2 * np.pi)
    night = daily.Interval(START + pd.Timedelta(hours=42), START + pd.Timedelta(hours=56), -3.0)
    days = daily.to_days(hours(temperature=course), GREENWICH, minima=[night])
    assert days.loc["2024-02-29", "tmin"] == -3.0
    assert days.loc["2024-02-28", "tmin"] > 0


def test_an_extreme_never_narrows_the_range_of_the_hours():
    block = daily.Interval(START, START + pd.Timedelta(hours=24), 10.0)
    days = daily.to_days(hours(temperature=np.arange(96.0) % 24), GREENWICH, maxima=[block], minima=[block])
    assert (days["tmax"].iloc[0], days["tmin"].iloc[0]) == (23.0, 0.0)


def test_an_extreme_of_a_day_that_is_not_whole_is_not_used():
    values = np.arange(96.0) % 24
    values[12] = np.nan
    block = daily.Interval(START + pd.Timedelta(hours=18), START + pd.Timedelta(hours=24), 40.0)
    assert np.isnan(daily.to_days(hours(temperature=values), GREENWICH, maxima=[block])["tmax"].iloc[0])


def test_wind_comes_down_from_10_m_once():
    assert daily.to_days(hours(wind10=3.0), GREENWICH)["u2"].iloc[0] == pytest.approx(3.0 * 4.87 / np.log(672.58))
    assert daily.to_days(hours(wind2=3.0), GREENWICH)["u2"].iloc[0] == 3.0


@given(st.text(max_size=40))
def test_no_text_breaks_the_duration_parser(text):
    try:
        interval = daily.parse_interval(text, 1.0)
    except ValueError:
        return
    assert interval.end > interval.start


@pytest.mark.parametrize(
    ("text", "span"),
    [("PT1H", 1), ("PT17H", 17), ("P1D", 24), ("P1DT3H", 27), ("P6DT15H", 159), ("PT30M", 0.5), ("PT1H30M", 1.5)],
)
def test_durations(text, span):
    interval = daily.parse_interval(f"2024-02-29T00:00:00+00:00/{text}", 1.0)
    assert (interval.end - interval.start) / daily.HOUR == span


@pytest.mark.parametrize("text", ["PT0H", "P9999D", "P100D", "PXH", "P", "", "1H", "P1Y", "PT-1H"])
def test_durations_that_are_none(text):
    with pytest.raises(ValueError, match=r"duration|plausible"):
        daily.parse_interval(f"2024-02-29T00:00:00+00:00/{text}", 1.0)


def test_reports_of_an_hour_weigh_as_one():
    """Twelve 5-minute reports and one of :53 are two hours, not thirteen values."""
    times = [pd.Timestamp("2024-03-01 10:00") + pd.Timedelta(minutes=5 * k) for k in range(10)]
    times.append(pd.Timestamp("2024-03-01 11:53"))
    reports = pd.DataFrame(
        {"temperature": [10.0] * 10 + [20.0], "precipitation": [np.nan] * 10 + [2.0]}, index=pd.DatetimeIndex(times)
    )
    axis = daily.axis(pd.Timestamp("2024-03-01 10:00"), pd.Timestamp("2024-03-01 13:00"))
    table = nws_stations.hourly(reports, axis)
    assert table["temperature"].tolist()[0] == 10.0
    assert table["temperature"].tolist()[2] == 20.0  # 11:53 belongs to 12 h
    assert table["precipitation"].iloc[1] == 2.0  # and its rain fell from 11 to 12 h


def test_hours_that_cannot_be_weather_warn_nobody_and_are_left_out():
    hours = daily.axis(pd.Timestamp("2024-07-01 00:00"), pd.Timestamp("2024-07-02 00:00"))
    table = pd.DataFrame({"temperature": 20.0, "dewpoint": 1e308, "rh": 50.0}, index=hours)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        days = daily.to_days(table, Site(45.0, 0.0))
        told: list[str] = []
        whole = Period("2024-07-01", "2024-07-01")
        frame = canonical.finish(days, whole, today=dt.date(2030, 1, 1), forecast=False, warnings=told, named="demo")
    assert "tdew" not in frame  # a column without a value is left out
    assert frame["tmean"].iloc[0] == 20.0
    assert any("tdew" in text for text in told)


# --- estimated radiation --------------------------------------------------------------------------------------------


def test_estimated_radiation_is_below_the_clear_sky_and_falls_with_cloud():
    days = pd.DataFrame(
        {"tmin": 10.0, "tmax": 24.0, "cloud_by_day": [0.0, 50.0, 100.0]}, index=pd.date_range("2024-06-01", periods=3)
    )
    rs = no_radiation.estimate_radiation(days, Site(40.0, -90.0), 200.0).to_numpy()
    number = days.index.day_of_year.to_numpy().astype(float)
    rso = radiation.clear_sky_radiation(sun.extraterrestrial_radiation(40.0, number), 200.0)
    assert (rs <= rso).all()
    assert rs[0] > rs[1] > rs[2] > 0


def test_estimated_radiation_is_the_mean_of_three_estimates():
    days = pd.DataFrame({"tmin": 14.8, "tmax": 26.6, "cloud_by_day": [40.0]}, index=pd.DatetimeIndex(["2024-07-15"]))
    ra = sun.extraterrestrial_radiation(45.72, np.array([197.0]))[0]
    rso = (0.75 + 2e-5 * 200) * ra  # FAO-56 Eq. 37
    by_hand = (0.16 * np.sqrt(11.8) * ra + (0.25 + 0.5 * 0.6) * ra + (1 - 0.75 * 0.4**3.4) * rso) / 3
    assert no_radiation.estimate_radiation(days, Site(45.72, 4.8), 200.0).iloc[0] == pytest.approx(by_hand)


def test_estimated_radiation_without_cloud_is_fao56_eq_50():
    days = pd.DataFrame({"tmin": [14.8], "tmax": [26.6]}, index=pd.DatetimeIndex(["2024-07-15"]))
    ra = sun.extraterrestrial_radiation(45.72, np.array([197.0]))
    assert no_radiation.estimate_radiation(days, Site(45.72, 4.8), 200.0).iloc[0] == pytest.approx(
        0.16 * np.sqrt(11.8) * ra[0]
    )


@pytest.mark.parametrize(("tmin", "tmax"), [(np.nan, 20.0), (20.0, 10.0), (-999.0, 20.0), (15.0, 9999.0)])
def test_estimated_radiation_of_what_is_no_weather_is_missing(tmin, tmax):
    days = pd.DataFrame(
        {"tmin": [tmin], "tmax": [tmax], "cloud_by_day": [50.0]}, index=pd.DatetimeIndex(["2024-07-15"])
    )
    assert no_radiation.estimate_radiation(days, Site(45.0, 4.8), 200.0).isna().all()


def test_polar_night_has_no_sun():
    days = pd.DataFrame({"tmin": [-20.0], "tmax": [-10.0]}, index=pd.DatetimeIndex(["2024-12-21"]))
    assert no_radiation.estimate_radiation(days, Site(80.0, 0.0), 0.0).iloc[0] == 0.0


# --- frames ---------------------------------------------------------------------------------------------------------


def finish(table, start="2024-02-27", end="2024-03-01", **options):
    warnings: list[str] = []
    options = {"today": dt.date(2030, 1, 1), "forecast": False, "warnings": warnings, "named": "demo"} | options
    return canonical.finish(table, Period(start, end), **options), warnings


def test_days_come_in_order_and_the_absent_ones_are_nan():
    warnings: list[str] = []
    table = canonical.table(["2024-03-01", "2024-02-27"], {"tmax": [2.0, 1.0]}, warnings)
    result, notes = finish(table)
    assert result["tmax"].tolist()[0] == 1.0
    assert result["tmax"].isna().tolist() == [False, True, True, False]
    assert any("2024-02-28..2024-02-29" in note for note in notes)


def test_a_day_that_comes_twice_counts_once_or_not_at_all():
    warnings: list[str] = []
    same = canonical.table(["2024-03-01", "2024-03-01"], {"tmax": [2.0, 2.0]}, warnings)
    assert same["tmax"].tolist() == [2.0]
    other = canonical.table(["2024-03-01", "2024-03-01"], {"tmax": [2.0, 3.0]}, warnings)
    assert other["tmax"].isna().all()
    assert len(warnings) == 2


@pytest.mark.parametrize(
    ("name", "value"), [("tmax", -999.0), ("tmax", 99.0), ("rs", 300.0), ("u2", -1.0), ("rhmean", 999)]
)
def test_what_cannot_be_weather_is_missing_and_told(name, value):
    result, notes = finish(canonical.table(["2024-02-27", "2024-02-28"], {name: [value, 1.0]}, []))
    assert np.isnan(result[name].iloc[0])
    assert any("cannot be weather" in note for note in notes)


def test_tmin_above_tmax_is_neither():
    result, notes = finish(canonical.table(["2024-02-27", "2024-02-28"], {"tmin": [9.0, 1.0], "tmax": [5.0, 5.0]}, []))
    assert result.loc["2024-02-27", ["tmin", "tmax"]].isna().all()
    assert any("above" in note for note in notes)


def test_kind_of_a_day_follows_today():
    result, _ = finish(canonical.table(["2024-02-27"], {"tmax": [1.0]}, []), today=dt.date(2024, 2, 29), forecast=True)
    assert result["kind"].tolist() == ["observed", "observed", "forecast", "forecast"]


@pytest.mark.parametrize("unit", [None, "furlong", "°F", 3, ["m/s"], ""])
def test_another_unit_text_is_an_error(unit):
    with pytest.raises(BadResponse, match="unit") as caught:
        canonical.conversion("demo", "wind", unit, {"m/s": (1.0, 0.0)})
    assert not caught.value.retryable


@pytest.mark.parametrize("value", ["1", True, [1], {"v": 1}])
def test_only_numbers_are_numbers(value):
    with pytest.raises(ValueError, match="number"):
        canonical.number(value)


def test_distance_is_the_shortest_across_the_date_line():
    assert canonical.distance_km(0, 179.9, 0, -179.9) == pytest.approx(22.24, abs=0.01)


def test_a_source_without_temperatures_is_an_error():
    info = SourceInfo("demo", "Demo", ("tmax",), lambda today: (today, today), "", "", "", "", "", "")
    with pytest.raises(BadResponse, match="tmin"):
        canonical.require(info.name, pd.DataFrame({"tmax": [1.0]}), ("tmin", "tmax"))
