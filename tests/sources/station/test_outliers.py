"""Values that are no weather of the place: days and hours that are left out, and files read before it was known."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import etolib
from etolib.errors import InputError
from etolib.site import Period, Site
from etolib.sources import plan
from etolib.sources.station.file import StationFile, read
from etolib.sources.station.packed import pack

DAVIS, BERLIN = Site(38.5, -121.8, 18.0), Site(52.4, 13.1, 35.0)
DAYS = pd.date_range("2023-07-01", periods=20)
USUAL = {"Tmin (°C)": 14.0, "Tmax (°C)": 32.0, "RH (%)": 45.0, "Wind at 2 m (m/s)": 2.4, "Rs (MJ/m²)": 28.0}


def days(changed: dict[str, float]) -> StationFile:
    """Return twenty July days at Davis, the tenth with other values, read without their place."""
    table = pd.DataFrame({name: value + 0.1 * (np.arange(20) % 7) for name, value in USUAL.items()}, index=DAYS)
    for name, value in changed.items():
        table.loc[DAYS[9], name] = value
    table.index.name = "Date"
    return read(table.to_csv(date_format="%Y-%m-%d").encode())


@pytest.mark.parametrize(
    ("changed", "gone"),
    [
        ({"Tmin (°C)": -40.0}, {"tmin"}),
        ({"Rs (MJ/m²)": 0.0}, {"rs"}),
        ({"RH (%)": 0.0}, {"rhmean"}),
        ({"Tmin (°C)": 25.0, "Tmax (°C)": 25.0}, {"tmin", "tmax"}),
        ({"Tmin (°C)": 3.0, "Tmax (°C)": 46.0}, set()),  # a record day is weather
        ({"Rs (MJ/m²)": 1.5}, set()),  # so is thick smoke
    ],
)
def test_a_day_that_cannot_be_counts_as_missing_and_is_said_to(changed, gone):
    station = days(changed)
    data = station.fetch(DAVIS, Period("2023-07-01", "2023-07-20"))
    missing = {name for name in data.frame.columns if name != "kind" and pd.isna(data.frame[name].iloc[9])}
    assert missing == gone
    assert data.frame.drop(index=DAYS[9]).notna().all(axis=None)
    assert any("2023-07-10" in text for text in data.warnings) == bool(gone)


@pytest.mark.parametrize(
    ("changed", "marked"),
    [
        ({"Wind at 2 m (m/s)": 25.0}, "u2: suspect_unlikely"),
        ({"Wind at 2 m (m/s)": 11.0}, ""),  # a storm
        ({"Tmax (°C)": 55.0}, "tmax: suspect_unlikely"),
        ({"Tmax (°C)": 46.0, "Tmin (°C)": 25.0}, ""),
    ],
)
def test_a_day_far_from_usual_is_kept_and_marked(changed, marked):
    result = etolib.compute(DAVIS, "2023-07-09/2023-07-11", sources="station", station=days(changed))
    assert list(result.table["flags"]) == ["", marked, ""]
    assert any("2023-07-10 is far from what is usual" in text for text in result.warnings) == bool(marked)


@pytest.mark.parametrize(
    ("site", "first", "tmin", "tmax", "wind"),
    [  # Lytton and Forks in June 2021, Oymyakon in February 1933, a storm on St Kilda
        (
            Site(50.23, -121.58, 230.0),
            "2021-06-18",
            15.0,
            [26, 28, 30, 31, 33, 35, 37, 41, 43, 46.6, 47.9, 49.6],
            2.0,
        ),
        (Site(47.9, -124.4, 90.0), "2021-06-18", 9.0, [17, 18, 17, 19, 18, 20, 22, 26, 33.0, 39.0, 43.3, 25.0], 2.0),
        (Site(63.46, 142.77, 740.0), "1990-02-01", [-52.0] * 11 + [-67.7], [-43] * 12, 0.5),
        (Site(57.8, -8.57, 10.0), "2023-01-01", 4.0, [8] * 12, [8, 9, 7, 10, 12, 9, 8, 25, 14, 9, 7, 8]),
    ],
)
def test_days_of_records_are_weather(site, first, tmin, tmax, wind):
    table = pd.DataFrame({"Tmin (°C)": tmin, "Tmax (°C)": tmax, "Wind at 2 m (m/s)": wind})
    table.index = pd.date_range(first, periods=12).rename("Date")
    period = f"{table.index[0].date()}/{table.index[-1].date()}"
    station = read(table.to_csv(date_format="%Y-%m-%d").encode())
    result = etolib.compute(site, period, sources="station", station=station)
    assert (result.table["tmax"].to_numpy() == tmax).all()
    assert not result.table["flags"].str.contains("suspect").any()


def test_an_hour_that_cannot_be_is_left_out_of_its_day():
    hours = pd.date_range("2023-07-01", periods=24 * 4, freq="h")
    course = 23 - 9 * np.cos(2 * np.pi * (np.arange(len(hours)) - 3) / 24)
    course[40] = -40.0
    table = pd.DataFrame({"Temp (°C)": course}, index=hours.rename("Date Time")).to_csv().encode()
    station = read(table, site=DAVIS, time_zone=-8, stamps="begin")
    assert station.frame["tmin"].min() == pytest.approx(14.0, abs=0.3)
    assert any("-40" in text and "left out" in text for text in station.warnings)


FAHRENHEIT = "date,tmax (C),tmin (C)\n" + "".join(f"2023-01-{d:02},{41 + d % 3},{28 + d % 3}\n" for d in range(5, 25))


def test_a_file_that_says_no_place_is_judged_where_it_is_used():
    station = read(FAHRENHEIT.encode())  # of Arabia it could be
    for own in (station, pack(station)):
        with pytest.raises(InputError, match=r"in January at 52 N.*look like °F"):
            plan.make(etolib.Request(BERLIN, "2023-01-05/2023-01-20", station=own))
    assert station.at(Site(24.5, 54.4, 5.0)).frame.equals(station.frame)


def test_a_column_that_cannot_be_of_the_place_is_left_out_there():
    table = pd.DataFrame(
        {"Tmax (°C)": 8.0 + DAYS.day % 3, "Tmin (°C)": 2.0, "Rs (MJ/m²)": 27.0}, index=(DAYS - pd.Timedelta(days=180))
    )
    station = read(table.rename_axis("Date").to_csv().encode())
    assert "rs" in station.frame
    there = station.at(BERLIN)
    assert "rs" not in there.frame
    assert any("Rs (MJ/m²)" in text for text in there.warnings)
