"""Days of files of hours: one simulated truth, written at every step, stamp and zone, gives the same days."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from etolib import reference
from etolib.equations import air, sun
from etolib.errors import InputError
from etolib.site import Site
from etolib.sources.station.clock import read_clock, zone_in
from etolib.sources.station.hourly import Days, to_days

CHICAGO = Site(41.5, -90.4, elevation=180)
DELHI = Site(28.6, 77.2, elevation=216)
SUMMER = pd.Timestamp("2023-07-03")
DAYS = 9  # of truth; the first and the last are cut by clocks that are not UTC


def truth(site: Site, start: pd.Timestamp = SUMMER, days: int = DAYS) -> pd.DataFrame:
    """Return minutes of UTC of a made-up weather: radiation by the sun, cloudier every other day."""
    minutes = pd.date_range(start, periods=days * 1440, freq="min")
    hour = minutes.hour.to_numpy() + (minutes.minute.to_numpy() + 0.5) / 60
    day = minutes.day_of_year.to_numpy().astype(float)
    altitude = sun.solar_altitude(
        latitude=site.latitude, longitude=site.longitude, day_of_year=day, hour=hour, utc_offset=0.0
    )
    number = np.floor((np.arange(len(minutes)) + site.longitude * 4) / 1440)
    clear = np.where(number % 2 == 0, 0.75, 0.55)
    flux = 1000 * clear * np.maximum(np.sin(altitude), 0)
    after_midnight = (hour + site.longitude / 15) % 24
    phase = 2 * np.pi * (hour + site.longitude / 15 - 15) / 24
    temperature = 22 + 7 * np.cos(phase) + 0.4 * (number % 3)
    return pd.DataFrame(
        {
            "tmean": temperature,
            "rhmean": 62 - 25 * np.cos(phase),
            "u2": 2.2 + np.cos(phase - 0.5),
            "rs": flux * 0.0864,  # as a mean flux [MJ m-2 day-1]
            "precipitation": np.where((number % 4 == 1) & (np.floor(after_midnight) == 13), 0.1, 0.0),
        },
        index=minutes,
    )


def rows(weather: pd.DataFrame, minutes: int, stamps: str, zone: float) -> pd.DataFrame:
    """Return the truth as a logger writes it: means over rows by its own clock, rain summed."""
    local = weather.set_axis(weather.index + pd.Timedelta(hours=zone))
    groups = local.groupby(local.index.floor(f"{minutes}min"))
    table = groups.mean()
    table["precipitation"] = groups["precipitation"].sum()
    table = table[groups.size() == minutes]
    return table.set_axis(table.index + pd.Timedelta(minutes=minutes if stamps == "end" else 0))


def read(table: pd.DataFrame, site: Site | None, **how: object) -> Days:
    return to_days(table.index.to_numpy(), {n: table[n].to_numpy() for n in table}, site=site, **how)


def expected(weather: pd.DataFrame, site: Site, least: int = 21) -> pd.DataFrame:
    """Return the days of the truth by hours, from the definition."""
    local = weather.set_axis(weather.index + pd.Timedelta(hours=site.utc_offset))
    hours = local.resample("h").mean()
    groups = hours.groupby(hours.index.normalize())
    days = groups.mean()
    days["rs"] = groups["rs"].mean()
    days["precipitation"] = groups["precipitation"].mean() * 60 * 24
    days["tmin"], days["tmax"] = groups["tmean"].min(), groups["tmean"].max()
    days["rhmin"], days["rhmax"] = groups["rhmean"].min(), groups["rhmean"].max()
    return days[groups.size() == 24]


@pytest.fixture(scope="module")
def weather() -> pd.DataFrame:
    return truth(CHICAGO)


@pytest.fixture(scope="module")
def days(weather: pd.DataFrame) -> pd.DataFrame:
    return expected(weather, CHICAGO)


TOLERANCE = {"tmean": 1e-6, "tmin": 0.08, "tmax": 0.08, "rhmean": 1e-6, "rhmin": 0.27, "rhmax": 0.27, "u2": 1e-6,
             "rs": 1e-6, "precipitation": 1e-6}  # fmt: skip
"""The extremes of minutes lie outside those of hours."""


def same(found: pd.DataFrame, days: pd.DataFrame, tolerance: dict[str, float] = TOLERANCE) -> None:
    whole = found.dropna().index
    assert list(whole) == list(days.index)
    for name, bound in tolerance.items():
        np.testing.assert_allclose(found.loc[whole, name], days[name], atol=bound, err_msg=name)


@pytest.mark.parametrize("minutes", [1, 5, 10, 15, 20, 30, 60])
@pytest.mark.parametrize("stamps", ["begin", "end"])
@pytest.mark.parametrize("zone", [-6, 0, -5])
def test_every_step_stamp_and_zone_gives_the_same_days(weather, days, minutes, stamps, zone) -> None:
    found = read(rows(weather, minutes, stamps, zone), CHICAGO, stamps=stamps, time_zone=zone)
    assert found.clock.step == pytest.approx(minutes / 60)
    assert found.questions == ()
    same(found.frame, days)


@pytest.mark.parametrize("minutes", [10, 30, 60])
@pytest.mark.parametrize("stamps", ["begin", "end"])
@pytest.mark.parametrize("zone", [-6, 0, -5])
def test_the_sun_tells_a_clock_that_is_not_given(weather, days, minutes, stamps, zone) -> None:
    table = rows(weather, minutes, stamps, zone)
    found = read(table, CHICAGO)
    assert found.questions == ()
    assert any("solar noon" in note for note in found.notes)
    # Which end of ten minutes is stamped the sun does not tell: a day may begin ten minutes off
    bounds = TOLERANCE | ({"tmean": 0.005, "rhmean": 0.02, "u2": 1e-3, "rs": 1e-3} if minutes == 10 else {})
    same(found.frame, days, bounds)
    same(read(table, CHICAGO, time_zone=zone).frame, days, bounds)
    same(read(table, CHICAGO, stamps=stamps).frame, days)


@pytest.mark.parametrize(("minutes", "stamps"), [(60, "end"), (30, "begin"), (15, "end")])
def test_a_zone_of_half_hours(minutes: int, stamps: str) -> None:
    # India's clock is 5:30 ahead, its solar day is taken as UTC+5: rows of an hour lie across two hours of it
    weather = truth(DELHI)
    days = expected(weather, DELHI)
    table = rows(weather, minutes, stamps, 5.5)
    loose = TOLERANCE | {"tmin": 0.12, "tmax": 0.12, "rhmin": 0.5, "rhmax": 0.5}
    if minutes == 60:
        loose |= {"tmean": 0.05, "rhmean": 0.2, "u2": 0.01, "rs": 0.01}  # half of a row at each end of a day
    same(read(table, DELHI, stamps=stamps, time_zone="Asia/Kolkata").frame, days, loose)
    unknown = read(table, DELHI)
    assert unknown.questions == ()  # UTC+5 stamped half an hour later is the same clock
    same(unknown.frame, days, loose)


def test_stamps_that_say_their_zone(weather, days) -> None:
    table = rows(weather, 60, "end", -6)
    offsets = np.full(len(table), -6.0)
    same(read(table, CHICAGO, stamps="end", offsets=offsets).frame, days)


def test_rows_in_any_order_and_given_twice(weather, days) -> None:
    table = rows(weather, 60, "end", -6)
    same(read(table.iloc[::-1], CHICAGO, stamps="end", time_zone=-6).frame, days)
    same(read(pd.concat([table, table.iloc[40:60]]), CHICAGO, stamps="end", time_zone=-6).frame, days)
    twice = pd.concat([table, table.iloc[40:46] + 1]).sort_index()
    with pytest.raises(InputError, match="two different rows"):
        read(twice, CHICAGO, stamps="end", time_zone=-6)


def test_irregular_stamps(weather, days) -> None:
    rng = np.random.default_rng(4)
    table = rows(weather, 10, "end", -6)
    late = table.set_axis(table.index + pd.to_timedelta(rng.integers(-40, 41, len(table)), unit="s"))
    loose = {name: max(bound, 0.02) for name, bound in TOLERANCE.items()}
    found = read(late, CHICAGO, stamps="end", time_zone=-6).frame
    for name, bound in loose.items():
        if name != "precipitation":
            np.testing.assert_allclose(found.loc[days.index[1:-1], name], days[name].iloc[1:-1], atol=bound)


# --- what is not known ------------------------------------------------------------------------------------------------


def test_without_radiation_the_clock_is_asked_for(weather, days) -> None:
    table = rows(weather, 60, "begin", -6).drop(columns="rs")
    found = read(table, CHICAGO)
    assert {q.parameter: q.assumed for q in found.questions} == {"stamps": "end", "time_zone": -6.0}
    whole = table.loc["2023-07-04":"2023-07-09"]  # 00:00 to 23:00: the begin of the rows
    assert {q.parameter: q.assumed for q in read(whole, CHICAGO).questions}["stamps"] == "begin"
    answered = read(table, CHICAGO, stamps="begin", time_zone=-6)
    assert answered.questions == ()
    tolerance = {k: v for k, v in TOLERANCE.items() if k != "rs"}
    same(answered.frame, days.drop(columns="rs"), tolerance)
    nowhere = read(table, None, stamps="begin")
    assert [q.parameter for q in nowhere.questions] == ["time_zone"]
    assert nowhere.clock.zone is None


def test_a_wrong_zone_is_told_by_the_sun(weather) -> None:
    found = read(rows(weather, 60, "end", -6), CHICAGO, stamps="end", time_zone=0)
    assert any("centred -6.0 h away" in note for note in found.notes)


@pytest.fixture(scope="module")
def a_year() -> pd.DataFrame:
    weather = truth(CHICAGO, pd.Timestamp("2023-01-01"), 365)
    return rows(weather, 60, "end", 0)


def daylight_saving(table: pd.DataFrame) -> pd.DataFrame:
    """Return hours of UTC by the clock on the wall of Chicago."""
    return table.set_axis(table.index.tz_localize("UTC").tz_convert("America/Chicago").tz_localize(None))


def test_daylight_saving_is_seen_and_undone(a_year) -> None:
    truly = read(a_year, CHICAGO, stamps="end", time_zone=0).frame
    wall = daylight_saving(a_year)
    named = read(wall, CHICAGO, stamps="end", time_zone="America/Chicago").frame
    pd.testing.assert_frame_equal(named, truly, check_freq=False)
    found = read(wall, CHICAGO, stamps="end")
    assert found.questions == ()
    assert any("forward on 2023-03-12 at 02:00, back on 2023-11-05 at 01:00" in note for note in found.notes)
    pd.testing.assert_frame_equal(found.frame, truly, check_freq=False)
    # A file that leaves out one of the two hours gives itself away by the sun
    once = wall[~wall.index.duplicated()]
    for how in ({}, {"time_zone": -6}):
        with pytest.raises(InputError, match="follows daylight saving"):
            read(once, CHICAGO, stamps="end", **how)
    assert read(once, CHICAGO, stamps="end", time_zone="America/Chicago").frame["tmax"].notna().all()


@pytest.mark.parametrize("around", [("2023-03-06", "2023-03-19"), ("2023-10-30", "2023-11-12")])
@pytest.mark.parametrize(
    ("without", "site", "asked"), [([], CHICAGO, False), (["rs"], CHICAGO, True), (["rs"], None, True)]
)
def test_weeks_of_a_clock_that_changes(a_year, around, without, site, asked) -> None:
    truly = read(a_year, CHICAGO, stamps="end", time_zone=0).frame
    few = a_year.loc[around[0] : around[1]].drop(columns=without)
    found = read(daylight_saving(few), site, stamps="end")
    assert [question.parameter for question in found.questions] == ["time_zone"] * asked
    said = [*found.notes, *(question.text for question in found.questions)]
    assert any("the clock of the file goes" in text and "standard time" in text for text in said)
    whole = found.frame.iloc[1:-1]
    pd.testing.assert_frame_equal(whole, truly.loc[whole.index, whole.columns], check_freq=False, atol=1e-9)


def test_an_hour_that_is_missing_or_written_twice_is_no_daylight_saving(a_year) -> None:
    local = a_year.set_axis(a_year.index - pd.Timedelta(hours=6))
    few = local.loc["2023-03-06":"2023-03-19"]
    for hour in ("2023-03-12 02:00", "2023-03-10 02:00", "2023-03-12 14:00"):  # the sun stays where it was
        found = read(few.drop(pd.Timestamp(hour)), CHICAGO, stamps="end")
        assert not any("the clock of the file" in note for note in found.notes)
        assert np.isnan(found.frame.loc[hour[:10], "precipitation"])
    again = few.loc[["2023-03-10 02:00"]] + 1.0
    with pytest.raises(InputError, match="2023-03-10"):
        read(pd.concat([few, again]).sort_index(), CHICAGO, stamps="end")


def test_a_logger_on_standard_time_under_the_name_of_its_zone(a_year) -> None:
    # it has rows in the hour that the clock on the wall leaves out, so it does not follow it
    standard = a_year.set_axis(a_year.index - pd.Timedelta(hours=6))
    truly = read(a_year, CHICAGO, stamps="end", time_zone=0).frame
    found = read(standard, CHICAGO, stamps="end", time_zone="America/Chicago").frame
    pd.testing.assert_frame_equal(found, truly, check_freq=False)


def test_the_sun_tells_the_clock_all_the_year(a_year) -> None:
    clock = read_clock(a_year.index.to_numpy(), a_year["rs"].to_numpy(), site=CHICAGO)
    assert clock.zone in ("UTC", "UTC+1")  # stamped at the end, or the same rows an hour on stamped at their begin
    begin = (clock.begin * 3600).astype("datetime64[s]")
    assert (begin == (a_year.index - pd.Timedelta(hours=1)).to_numpy().astype("datetime64[s]")).all()


# --- incomplete days --------------------------------------------------------------------------------------------------


def test_incomplete_days_are_nan_and_counted(weather, days) -> None:
    table = rows(weather, 60, "end", -6)
    hours = table.index.normalize()
    three = table.drop(table.index[(hours == "2023-07-05") & table.index.hour.isin([9, 10, 11])])
    found = read(three, CHICAGO, stamps="end", time_zone=-6)
    day = found.frame.loc["2023-07-05"]
    assert day[["tmin", "tmax", "rhmean", "u2"]].notna().all()  # 21 of 24 hours
    assert day[["rs", "precipitation"]].isna().all()  # a sum needs all
    assert any("1 of" in n and "rs" in n and "precipitation" in n for n in found.notes)
    four = table.drop(table.index[(hours == "2023-07-05") & table.index.hour.isin([8, 9, 10, 11])])
    found = read(four, CHICAGO, stamps="end", time_zone=-6)
    assert found.frame.loc["2023-07-05"].isna().all()
    same(found.frame, days.drop(pd.Timestamp("2023-07-05")))


def test_minutes_missing_within_an_hour(weather) -> None:
    table = rows(weather, 10, "end", -6)
    whole = read(table, CHICAGO, stamps="end", time_zone=-6).frame
    one = table.drop(pd.Timestamp("2023-07-05 12:30"))
    found = read(one, CHICAGO, stamps="end", time_zone=-6).frame
    assert found.loc["2023-07-05", "rs"] == pytest.approx(whole.loc["2023-07-05", "rs"], rel=1e-3)
    assert np.isnan(found.loc["2023-07-05", "precipitation"])
    two = table.drop(pd.to_datetime(["2023-07-05 12:30", "2023-07-05 12:40"]))
    assert np.isnan(read(two, CHICAGO, stamps="end", time_zone=-6).frame.loc["2023-07-05", "rs"])


def test_radiation_that_is_empty_at_night(weather, days) -> None:
    # as INMET and others leave it; an hour by day stays a gap
    table = rows(weather, 60, "end", 0)
    dark = table.assign(rs=table["rs"].where(table["rs"] > 0))
    found = read(dark, CHICAGO, stamps="end", time_zone=0).frame
    same(found, days, TOLERANCE)
    noon = dark.copy()
    noon.loc["2023-07-05 18:00", "rs"] = np.nan
    assert np.isnan(read(noon, CHICAGO, stamps="end", time_zone=0).frame.loc["2023-07-05", "rs"])
    nothing = dark.copy()
    nothing.loc["2023-07-05 06:00":"2023-07-06 06:00", "rs"] = np.nan
    assert np.isnan(read(nothing, CHICAGO, stamps="end", time_zone=0).frame.loc["2023-07-05", "rs"])
    assert read(dark, None, stamps="end", time_zone=0).frame["rs"].isna().all()  # no place, no sun
    # Where nights have their zeros, one that is missing is a gap
    gap = table.copy()
    gap.loc["2023-07-05 06:00", "rs"] = np.nan
    assert np.isnan(read(gap, CHICAGO, stamps="end", time_zone=0).frame.loc["2023-07-04", "rs"])


def test_no_complete_day_is_refused(weather) -> None:
    with pytest.raises(InputError, match=r"farm\.csv.*no complete day"):
        read(rows(weather, 60, "end", -6).iloc[30:45], CHICAGO, stamps="end", time_zone=-6, named="farm.csv")


# --- what a row holds -------------------------------------------------------------------------------------------------


def test_extremes_within_rows_are_used(weather) -> None:
    local = weather.set_axis(weather.index - pd.Timedelta(hours=6))
    groups = local.groupby(local.index.floor("h"))
    table = rows(weather, 60, "begin", -6).assign(tmin=groups["tmean"].min() - 0.5, tmax=groups["tmean"].max() + 0.8)
    found = read(table, CHICAGO, stamps="begin", time_zone=-6)
    by_day = local.groupby(local.index.normalize())["tmean"]
    for day in ("2023-07-04", "2023-07-08"):
        assert found.frame.loc[day, "tmin"] == pytest.approx(by_day.min().loc[day] - 0.5, abs=1e-9)
        assert found.frame.loc[day, "tmax"] == pytest.approx(by_day.max().loc[day] + 0.8, abs=1e-9)
    assert not any("hourly values" in note for note in found.notes)
    means = read(rows(weather, 60, "begin", -6), CHICAGO, stamps="begin", time_zone=-6)
    assert any("hourly values" in note for note in means.notes)


@pytest.mark.parametrize("minutes", [120, 180])
def test_rows_of_hours_need_their_extremes(weather, days, minutes: int) -> None:
    table = rows(weather, minutes, "end", -6)
    with pytest.raises(InputError, match="too long to tell the extremes"):
        read(table, CHICAGO, stamps="end", time_zone=-6)
    local = weather.set_axis(weather.index - pd.Timedelta(hours=6))
    groups = local.groupby(local.index.floor(f"{minutes}min"))["tmean"]
    end = pd.Timedelta(minutes=minutes)
    table = table.assign(tmin=groups.min().rename(lambda t: t + end), tmax=groups.max().rename(lambda t: t + end))
    found = read(table, CHICAGO, stamps="end", time_zone=-6).frame
    assert "rhmin" not in found
    same(found, days, {k: v for k, v in TOLERANCE.items() if k not in ("rhmin", "rhmax")})
    with pytest.raises(InputError, match="at most 3 h"):
        read(rows(weather, 360, "end", -6), CHICAGO, stamps="end", time_zone=-6)


@pytest.mark.parametrize("minutes", [10, 60])
def test_amounts_of_radiation_are_summed(weather, days, minutes: int) -> None:
    table = rows(weather, minutes, "end", -6)
    table["rs"] *= minutes / 1440
    same(read(table, CHICAGO, stamps="end", time_zone=-6, amounts=("rs",)).frame, days)


@pytest.mark.parametrize("clears", ["never", "at midnight"])
@pytest.mark.parametrize("minutes", [10, 60])
def test_counters_are_left_out(weather, minutes: int, clears: str) -> None:
    table = rows(weather, minutes, "end", -6)
    for name in ("rs", "precipitation"):
        counted = table.copy()
        groups = counted[name].groupby((counted.index - pd.Timedelta(seconds=1)).normalize())
        counted[name] = groups.cumsum() if clears == "at midnight" else counted[name].cumsum()
        if name == "precipitation" and clears == "at midnight":
            counted[name] = rain_of_many_days(counted.index)
        found = read(counted, CHICAGO, stamps="end", time_zone=-6)
        assert name not in found.frame
        assert any("counts up" in note and name in note for note in found.notes)
    assert not any("counts up" in note for note in read(table, CHICAGO, stamps="end", time_zone=-6).notes)


def rain_of_many_days(index: pd.DatetimeIndex) -> np.ndarray:
    """Return rain of three hours of each day, as a counter that is cleared at midnight."""
    hour = (index - pd.Timedelta(seconds=1)).hour.to_numpy()
    return np.clip(hour - 6, 0, 3) * 1.5


def test_values_that_no_hour_has_are_left_out_and_counted(weather, days) -> None:
    table = rows(weather, 10, "end", -6)
    spoilt = table.copy()
    spoilt.loc["2023-07-05 12:30", "tmean"] = 85.0
    spoilt.loc["2023-07-06 12:30", ["tmean", "rs", "u2"]] = [-100.0, 500.0, 99.0]
    spoilt["rs"] -= 0.1  # a pyranometer at night
    found = read(spoilt, CHICAGO, stamps="end", time_zone=-6)
    assert sum("cannot be weather" in note for note in found.notes) == 3
    assert any("2 rows" in note and "tmean" in note for note in found.notes)
    loose = TOLERANCE | {"tmean": 0.02, "rhmean": 0.01, "u2": 0.02, "rs": 0.15}
    same(found.frame, days, loose)


def test_a_total_that_never_ends_is_a_counter(weather) -> None:
    table = rows(weather, 60, "end", -6).assign(precipitation=12.1)
    found = read(table, CHICAGO, stamps="end", time_zone=-6)
    assert "precipitation" not in found.frame


def test_a_rainy_week_is_no_counter(weather) -> None:
    rng = np.random.default_rng(1)
    table = rows(weather, 10, "end", -6)
    wet = table.assign(precipitation=np.where(rng.random(len(table)) < 0.4, rng.gamma(1, 0.4, len(table)), 0.0))
    assert "precipitation" in read(wet, CHICAGO, stamps="end", time_zone=-6).frame
    sunny = table.assign(sunshine=np.where(table["rs"] > 10, 10 / 60, table["rs"] / 60))
    found = read(sunny, CHICAGO, stamps="end", time_zone=-6).frame
    assert found["sunshine"].between(10, 15).sum() >= 7
    counted = table.assign(sunshine=sunny["sunshine"].cumsum())
    assert "sunshine" not in read(counted, CHICAGO, stamps="end", time_zone=-6).frame


# --- ETo of hours -----------------------------------------------------------------------------------------------------


def test_the_eto_of_hours_summed(weather) -> None:
    table = rows(weather, 60, "end", -6)
    found = read(table, CHICAGO, stamps="end", time_zone=-6, hourly="sum").frame
    hours = rows(weather, 60, "begin", -6)
    by_hand = reference.eto_hourly(
        temperature=hours["tmean"].to_numpy(),
        ea=(hours["rhmean"] / 100).to_numpy() * air.saturation_vapour_pressure(hours["tmean"].to_numpy()),
        rs=(hours["rs"] / 24).to_numpy(),
        u2=hours["u2"].to_numpy(),
        latitude=CHICAGO.latitude,
        longitude=CHICAGO.longitude,
        elevation=CHICAGO.elevation,
        day_of_year=hours.index.day_of_year.to_numpy().astype(float),
        hour=hours.index.hour.to_numpy() + 0.5,
        utc_offset=-6.0,
    )
    sums = pd.Series(by_hand, hours.index).groupby(hours.index.normalize()).sum()
    for day in found.index[found["eto"].notna()]:
        assert found.loc[day, "eto"] == pytest.approx(sums[day], abs=2e-3)  # the day of the year is that of UTC
    daily = reference.eto(found.drop(columns="eto"), CHICAGO).eto
    assert found["eto"].sub(daily).abs().max() < 0.5  # two equations, one weather
    utc = read(rows(weather, 10, "begin", 0), CHICAGO, stamps="begin", time_zone=0, hourly="sum").frame
    assert utc["eto"].to_numpy() == pytest.approx(found["eto"].to_numpy(), abs=1e-9, nan_ok=True)


@pytest.mark.parametrize(
    ("change", "site", "how", "thing"),
    [
        (lambda t: t.drop(columns="u2"), CHICAGO, {"time_zone": -6}, "u2"),
        (lambda t: t.drop(columns="rhmean"), CHICAGO, {"time_zone": -6}, "rhmean"),
        (lambda t: t.drop(columns="rs"), CHICAGO, {"time_zone": -6}, "rs"),
        (lambda t: t.drop(columns="rs"), CHICAGO, {}, "time_zone"),
        (lambda t: t, Site(41.5, -90.4), {"time_zone": -6}, "site"),
        (lambda t: t, None, {"time_zone": -6}, "site"),
    ],
)
def test_what_the_eto_of_hours_needs(
    weather, change: Callable[[pd.DataFrame], pd.DataFrame], site: Site | None, how: dict[str, object], thing: str
) -> None:
    with pytest.raises(InputError) as caught:
        read(change(rows(weather, 60, "end", -6)), site, stamps="end", hourly="sum", **how)
    assert thing in {problem.thing for problem in caught.value.problems}


def test_refusals(weather) -> None:
    table = rows(weather, 60, "end", -6)
    for how, name in (({"stamps": "middle"}, "stamps"), ({"time_zone": "Mars/Olympus"}, "time_zone"),
                      ({"time_zone": 20}, "time_zone"), ({"hourly": "mean"}, "hourly")):  # fmt: skip
        with pytest.raises(InputError, match=name):
            read(table, CHICAGO, **how)
    with pytest.raises(InputError, match="too few different times"):
        read(table.iloc[:1], CHICAGO)
    with pytest.raises(InputError, match="no columns for the minimum"):
        read(table.drop(columns="tmean"), CHICAGO, stamps="end", time_zone=-6)


@pytest.mark.parametrize(
    ("text", "zone"),
    [
        ("Date Time, GMT-06:00", -6.0),
        ("Date Time, GMT+05:30 (LGR S/N: 1)", 5.5),
        ("Hora UTC", 0.0),
        ("HORA (UTC)", 0.0),
        ("time (UTC-3)", -3.0),
        ("Timezone: UTC+1", 1.0),
        ("utc_offset_seconds: -10800", -3.0),
        ("America/Sao_Paulo", "America/Sao_Paulo"),
        ("Data/Hora", None),
        ("TIMESTAMP", None),
        ("Air/Temperature", None),
    ],
)
def test_zones_in_headers(text: str, zone: float | str | None) -> None:
    assert zone_in(text) == zone
