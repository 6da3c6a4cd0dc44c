"""The dates of a table and of a grid: found where people put them, refused where they are none."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from etolib.equations import sun
from etolib.equations.tables import eto
from etolib.errors import InputError
from etolib.site import Site

SITE = Site(48.2, 16.4, elevation=200)
DAYS = pd.date_range("2023-07-10", periods=5)
BODY = pd.DataFrame(
    {
        "tmin": [14.8, 13.0, 12.5, 16.0, 15.1],
        "tmax": [31.6, 30.1, 28.8, 33.0, 32.2],
        "u2": 3.0,
        "rhmean": 40.0,
        "rs": 25.0,
    }
)
RIGHT = eto(BODY.set_axis(DAYS), SITE).eto.to_numpy()

SHORT = ["10/07/2023", "11/07/2023", "12/07/2023", "12/08/2023", "12/09/2023"]  # days and months to 12


def dated(**columns):
    return BODY.assign(**columns)


GOOD = {
    "index of dates": BODY.set_axis(DAYS),
    "index with a zone": BODY.set_axis(DAYS.tz_localize("America/Sao_Paulo")),
    "index at noon": BODY.set_axis(DAYS + pd.Timedelta(hours=12)),
    "index of periods": BODY.set_axis(DAYS.to_period("D")),
    "index of text": BODY.set_axis(DAYS.strftime("%Y-%m-%d")),
    "index of text, day first": BODY.set_axis(DAYS.strftime("%d/%m/%Y")),
    "index of numbers": BODY.set_axis([20230710 + i for i in range(5)]),
    "index of year and day": BODY.set_axis([2023191 + i for i in range(5)]),
    "index of date objects": BODY.set_axis(pd.Index(DAYS.date, dtype=object)),
    "index of cftime": BODY.set_axis(xr.date_range("2023-07-10", periods=5, calendar="noleap", use_cftime=True)),
    "Date": dated(Date=DAYS.strftime("%Y-%m-%d")),
    "DATE": dated(DATE=[20230710 + i for i in range(5)]),
    "time": dated(time=DAYS),
    "Datetime": dated(Datetime=DAYS.strftime("%m/%d/%Y %H:%M")),
    "day": dated(day=DAYS.date),
    " Timestamp ": dated(**{" Timestamp ": DAYS.tz_localize("UTC")}),
    "date beside a time of day": dated(date=DAYS, time="09:00"),
    "date and the same index": dated(date=DAYS).set_axis(DAYS),
    "index beside a time of day": dated(time="14:20").set_axis(DAYS),
    "year, month, day": dated(year=2023, Month=7, DAY=DAYS.day),
    "year, name of month, day": dated(year=2023, month="Jul", day=DAYS.day),
    "year and doy": dated(YEAR=2023, DOY=DAYS.day_of_year),
    "two columns of the same dates": dated(date=DAYS, time=DAYS),
    "a note twice": pd.concat([BODY.set_axis(DAYS), pd.DataFrame("", DAYS, ["note", "remark"])], axis=1).rename(
        columns={"remark": "note"}),
}  # fmt: skip

BAD = {
    "no dates": (BODY, "not dates"),
    "day of year alone": (BODY.set_axis(DAYS.day_of_year), "has no date"),
    "a column of days of year": (dated(doy=DAYS.day_of_year), "not dates"),
    "a column of days of month": (dated(day=DAYS.day), "not dates"),
    "a counter": (BODY.set_axis([5, 6, 7, 8, 9]), "index in row 1 = '5': has no date"),
    "Excel numbers": (BODY.set_axis([45117 + i for i in range(5)]), "say which with dates="),
    "seconds": (BODY.set_axis((DAYS.astype("int64") // 10**9 // 10**3).astype("int64")), r"dates=|has no date"),
    "two readings": (dated(date=SHORT), "several ways"),
    "a date that is none": (dated(date=["2023-07-10", "2023-07-11", "2023-07-32", "2023-07-13", "2023-07-14"]),
                            "date in row 3 = '2023-07-32'"),
    "a hole": (dated(date=[*DAYS[:2], pd.NaT, *DAYS[3:]]), "date in row 3"),
    "a hole in the index": (BODY.set_axis(pd.DatetimeIndex([*DAYS[:2], pd.NaT, *DAYS[3:]])), "index in row 3"),
    "hours": (BODY.set_axis(pd.date_range("2023-07-10", periods=5, freq="h")), "several times of day"),
    "months": (BODY.set_axis(pd.period_range("2023-01", periods=5, freq="M")), "are no days"),
    "text of months": (BODY.set_axis(["2023-07", "2023-08", "2023-09", "2023-10", "2023-11"]), r"several ways|no days"),
    "several levels": (BODY.set_axis(pd.MultiIndex.from_product([["a"], DAYS])), "MultiIndex"),
    "two different columns": (dated(date=DAYS, time=DAYS + pd.Timedelta(days=1)), "date, time"),
    "date against the index": (dated(date=DAYS[::-1]).set_axis(DAYS), "differs from the index"),
    "tmin twice": (pd.concat([BODY, BODY[["tmin"]]], axis=1).set_axis(DAYS), "columns = 'tmin': stands there twice"),
    "year twice off": (dated(year=2023, doy=366), "year, doy in row 1"),
}  # fmt: skip


@pytest.mark.parametrize("name", GOOD)
def test_dates_are_found_where_people_put_them(name):
    result = eto(GOOD[name], SITE)
    np.testing.assert_array_equal(result.eto.to_numpy(), RIGHT)
    assert round(float(result.terms("2023-07-12").loc["eto", "value"]), 6) == round(RIGHT[2], 6)
    assert not result.warnings


@pytest.mark.parametrize("name", BAD)
def test_what_is_no_date_is_refused(name):
    table, word = BAD[name]
    with pytest.raises(InputError, match=word):
        eto(table, SITE)


def test_dates_in_two_readings_are_answered_by_dates():
    table = dated(date=["01/05/2023", "01/06/2023", "01/07/2023", "01/08/2023", "01/09/2023"])
    table = table.drop(columns="rs")  # more than the sun gives in September
    assert eto(table, SITE, dates="day first").eto.index.month.tolist() == [5, 6, 7, 8, 9]
    assert eto(table, SITE, dates="%m/%d/%Y").eto.index.day.tolist() == [5, 6, 7, 8, 9]
    with pytest.raises(InputError, match="several ways"):
        eto(BODY.set_axis(DAYS), SITE).terms("10/07/2023")


def test_days_that_stand_twice_are_said():
    result = eto(pd.concat([BODY.set_axis(DAYS)] * 2), SITE)
    np.testing.assert_array_equal(result.eto.to_numpy(), np.tile(RIGHT, 2))
    assert "5 days stand in the table more than once" in result.warnings[0]


def grid(time, name="time"):
    weather = {v: (("when", "x"), np.tile(BODY[v].to_numpy()[:, None], 2)) for v in BODY}
    return xr.Dataset(weather).rename(when=name).assign_coords({name: time})


@pytest.mark.parametrize(
    ("time", "name"),
    [
        (DAYS, "time"), (DAYS, "date"), (DAYS, "valid_time"), (DAYS, "day"), (DAYS + pd.Timedelta(hours=12), "time"),
        (DAYS.strftime("%Y-%m-%d"), "time"), (DAYS.strftime("%d/%m/%Y").astype(object), "time"),
        ([20230710 + i for i in range(5)], "time"),
        (xr.date_range("2023-07-10", periods=5, calendar="noleap", use_cftime=True), "time"),
        (xr.date_range("2023-07-10", periods=5, calendar="standard", use_cftime=True), "time"),
    ],
)  # fmt: skip
def test_dates_of_grids(time, name):
    result = eto(grid(time, name), SITE)
    np.testing.assert_allclose(result.eto.isel(x=1), RIGHT, rtol=1e-12)
    np.testing.assert_allclose(result.terms()["eto"].isel(x=1), RIGHT, rtol=1e-12)


@pytest.mark.parametrize(
    ("dataset", "word"),
    [
        (grid(range(5)), "time in row 1 = '0': has no date"),
        (grid([10957, 10958, 10959, 10960, 10961]), "dates="),
        (grid(xr.DataArray([0, 1, 2, 3, 4], dims="time", attrs={"units": "days since 2000-01-01"})), "decode"),
        (grid(pd.date_range("2023-07-10", periods=5, freq="6h")), "several times of day"),
        (grid(DAYS).drop_vars("time"), "coordinate of dates"),
        (grid(SHORT), "several ways"),
        (grid(DAYS, "a").assign_coords(b=("a", DAYS)), "coordinate of dates"),
    ],
)
def test_grids_without_dates_are_refused(dataset, word):
    with pytest.raises(InputError, match=word):
        eto(dataset, SITE)


def test_a_year_of_360_days_goes_once_round_the_sun():
    year = xr.date_range("2023-01-01", periods=360, calendar="360_day", use_cftime=True)
    weather = {name: ("time", np.full(360, value)) for name, value in {"tmin": 8.0, "tmax": 20.0}.items()}
    ra = eto(xr.Dataset(weather, {"time": year}), SITE).terms()["ra"].to_numpy()
    expected = sun.extraterrestrial_radiation(48.2, (np.arange(360) + 0.5) / 360 * 365 + 0.5)
    np.testing.assert_allclose(ra, expected, rtol=1e-12)
