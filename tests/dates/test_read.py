"""The one reader of dates: every way people write them, what is refused, and whom the refusal names."""

from __future__ import annotations

import datetime as dt
import itertools
import random

import numpy as np
import pandas as pd
import pytest

from etolib import dates
from etolib.dates import cells as cell_module
from etolib.dates.cells import MONTHS
from etolib.errors import InputError

START = dt.date(2023, 6, 25)
RUN = [START + dt.timedelta(days=i) for i in range(20)]  # its days pass 12 and cross a month

FORMS = (
    "%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y %m %d", "%Y_%m_%d", "%Y%m%d", "%d/%m/%Y", "%m/%d/%Y", "%d-%m-%Y",
    "%m-%d-%Y", "%d.%m.%Y", "%d%m%Y", "%m%d%Y", "%d/%m/%y", "%m/%d/%y", "%y/%m/%d", "%y-%m-%d", "%d.%m.%y", "%y%m%d",
    "%d%m%y", "%m%d%y", "%d-%b-%Y", "%d %b %Y", "%d-%b-%y", "%d %B %Y", "%b %d, %Y", "%B %d, %Y", "%Y %b %d",
    "%a %d %b %Y", "%A, %d %B %Y", "%d%b%Y", "%Y%j", "%Y-%j", "%j-%Y", "%Y/%j", "%Y年%m月%d日", "%Y. %m. %d.",
)  # fmt: skip
TIMES = {
    "": (0, None), " 00:00": (0, None), "T06:30:15": (23415, None), " 12:00:00 AM": (0, None),
    " 01:05 PM": (47100, None),
    "T00:00Z": (0, 0.0), "T00:00:00-03:00": (0, -3.0), " 12h30": (45000, None), ":0600": (21600, None),
    " 24:00": (86400, None), " 00:00:00.000": (0, None), " 06:00 UTC": (21600, 0.0), " 6:00 p. m.": (64800, None),
}  # fmt: skip


@pytest.mark.parametrize("form", FORMS)
def test_a_run_of_days_is_read_however_it_is_written(form):
    for tail, (seconds, offset) in TIMES.items():
        found = dates.read([day.strftime(form) + tail for day in RUN])
        expected = np.array(RUN, dtype="datetime64[s]") + np.timedelta64(seconds, "s")
        assert (found.moments == expected).all(), (form, tail)
        assert found.timed == (seconds % 86400 != 0)
        assert offset is None if found.offsets is None else (found.offsets == offset).all()


def test_hours_that_go_on_over_midnight_are_days_and_no_months():
    hours = np.datetime64("2023-07-01T00:00") + np.arange(24 * 6) * np.timedelta64(1, "h")
    american = [f"{m[5:7]}/{m[8:10]}/{m[:4]} {m[11:]}" for m in map(str, hours)]
    assert dates.settled(american)
    assert (dates.read(american).moments == hours).all()
    assert not dates.settled(american[::24])  # of days nobody knows
    unix = [str(second) for second in hours.astype("datetime64[s]").astype(np.int64)]
    assert dates.settled(unix)
    assert (dates.read(unix).offsets == 0).all()
    assert not dates.settled(unix[::24])  # midnight somewhere


@pytest.mark.parametrize("cell", ["2023-07-10 24:00", "10/07/2023 24:00:00", "10 Jul 2023 24:00", "2023071024"])
def test_midnight_at_the_end_of_a_day_is_a_moment_of_the_next_and_the_day_that_stands_there(cell):
    found = dates.read([cell, ""], "day first" if "/" in cell else None, absent=True)
    assert (found.moments[0], found.days[0]) == (np.datetime64("2023-07-11T00:00:00"), np.datetime64("2023-07-10"))
    beside = dates.read_parts({"date": ["2023-07-10"], "hour": ["24"]})
    assert (beside.moments[0], beside.days[0]) == (found.moments[0], found.days[0])
    alone = dates.read_parts({"date": ["2023-07-10 24:00"]})
    assert (alone.moments[0], alone.days[0]) == (found.moments[0], found.days[0])


def test_the_quick_way_of_most_cells_is_the_long_way():
    chance = random.Random(3)
    for _ in range(300):
        year, month, day, hour, minute, second = (chance.randrange(n) for n in (10_000, 100, 100, 30, 70, 70))
        text = f"{year:04d}-{month:02d}-{day:02d}"
        for cell in (text, f"{text} {hour:02d}:{minute:02d}", f"{text}T{hour:02d}:{minute:02d}:{second:02d}"):
            assert cell_module.parse(cell) == cell_module._match(cell_module.plain(cell)), cell


def test_days_and_months_without_their_zeros():
    for form in ("{0.day}/{0.month}/{0.year}", "{0.month}/{0.day}/{0.year}", "{0.year}-{0.month}-{0.day}"):
        assert dates.read([form.format(day) for day in RUN]).days.tolist() == RUN


@pytest.mark.parametrize("language", range(7))
def test_names_of_months_in_six_languages(language):
    names = [month.split()[language % len(month.split())] for month in MONTHS]
    for cut, case in itertools.product((None, 5), (str.lower, str.title, str.upper)):
        cells = [f"5 {case(name)[:cut]} 2023" for name in names]
        assert dates.read(cells).days.tolist() == [dt.date(2023, month, 5) for month in range(1, 13)]
    assert dates.read(["5. März 2023", "1er août 2023", "3 de março de 2023"][:1]).days[0] == np.datetime64(
        "2023-03-05"
    )


@pytest.mark.parametrize(
    "values",
    [
        [20230710, 20230711], np.array([20230710, 20230711]), [20230710.0, 20230711.0], ["20230710", "20230711"],
        [2023191, 2023192], pd.to_datetime(["2023-07-10", "2023-07-11"]), pd.period_range("2023-07-10", periods=2),
        [dt.date(2023, 7, 10), pd.Timestamp("2023-07-11")], np.array(["2023-07-10", "2023-07-11"], "M8[D]"),
        pd.to_datetime(["2023-07-10", "2023-07-11"]).tz_localize("America/Sao_Paulo"),
        list(pd.to_datetime(["2023-07-10", "2023-07-11"]).tz_localize("Asia/Tokyo")),
        pd.Series(["2023-07-10", "2023-07-11"]), pd.Series(["2023-07-10", "2023-07-11"], dtype="category"),
    ],
)  # fmt: skip
def test_dates_that_are_no_text(values):
    assert dates.read(values).days.astype(str).tolist() == ["2023-07-10", "2023-07-11"]


@pytest.mark.parametrize(
    ("cells", "orders"),
    [
        (["10/07/2023", "11/07/2023", "12/07/2023"], {"day first", "month first"}),
        (["01/02/2024", "01/05/2024"], {"day first", "month first"}),
        (["01/05/2023", "01/06/2023", "01/07/2023", "01/08/2023", "01/09/2023"], {"day first", "month first"}),
        (["03/04/05"], {"day first", "month first", "year first"}),
        (["2023-5", "2023-6"], {"%Y-%j", "%Y-%m"}),
        (["44927", "44928"], {"excel"}),
        (["23001", "23002"], {"%y%j", "excel"}),
        (["1688947200"], {"unix"}),
        (["10112023", "11112023"], {"day first", "month first"}),
        ([45000.5], {"excel"}),
    ],
)
def test_what_can_be_read_in_several_ways_is_asked(cells, orders):
    assert {reading.order for reading in dates.readings(cells)} == orders
    assert not dates.settled(cells)
    with pytest.raises(InputError, match=r"say which with dates=") as error:
        dates.read(cells)
    assert all(order in str(error.value) for order in orders)
    for order in orders - {"%Y-%m"}:
        reading = next(r for r in dates.readings(cells) if r.order == order)
        assert (dates.read(cells, order).moments == reading.days).all()
        assert (dates.read(cells, reading.form).moments == reading.days).all()


def test_the_steps_settle_what_the_numbers_leave_open():
    for form, kept in (("%y/%m/%d", range(3, 13)), ("%d/%m/%y", [*range(1, 13)])):
        run = [dt.date(2011, 9, day) for day in kept]
        assert dates.read([day.strftime(form) for day in run], likely=True).days.tolist() == run
    gaps = [dt.date(2023, 7, day) for day in (3, 4, 5, 6, 8, 9, 10, 11)]  # no run of months in the other reading
    assert dates.read([day.strftime("%m/%d/%Y") for day in gaps]).days.tolist() == gaps


@pytest.mark.parametrize(
    ("cells", "culprit", "row"),
    [
        (["2024-02-28", "2024-02-30", "2024-03-01"], "2024-02-30", 2),
        (["2023-01-05", "2023-01-06", "Average"], "Average", 3),
        (["05/01/2023", "13/01/2023", "32/01/2023"], "32/01/2023", 3),
        (["2023-01-05", "", "2023-01-06"], "", 2),
        ([20230710, 20230732], "20230732", 2),
        (["2023-365", "2023-366"], "2023-366", 2),
        (["2023-01-05", "2023-01-06", "07/01/2023"], "07/01/2023", 3),
        (["2023-01-05 10:00", "2023-01-05 25:00"], "2023-01-05 25:00", 2),
        ([0, 1, 2], "0", 1), ([1, 2, 3], "1", 1), (["190", "191"], "190", 1), ([1.5, 2.5], "1.5", 1),
        ([True, False], "True", 1), (["20.5", "21.0"], "20.5", 1), (["0023-01-05"], "0023-01-05", 1),
        (["2023-00-05"], "2023-00-05", 1), (["40-20-35"], "40-20-35", 1), ([-20230710], "-20230710", 1),
        (["Station 5"], "Station 5", 1), (["Month 5 2023"], "Month 5 2023", 1), ([99999999], "99999999", 1),
    ],
)  # fmt: skip
def test_the_cell_that_is_no_date_is_named(cells, culprit, row):
    with pytest.raises(InputError) as error:
        dates.read(cells)
    problem = error.value.problems[0]
    assert problem.value == culprit
    assert f"row {row}" in problem.thing
    assert dates.readings([cell for cell in cells if cell != ""]) == [] or culprit == ""


def test_months_without_days_and_columns_without_dates_are_refused():
    with pytest.raises(InputError, match="names months and no days"):
        dates.read(["202301", "202302"])
    for nothing in ([], [None, None], [pd.NaT]):
        with pytest.raises(InputError, match=r"no dates?"):
            dates.read(nothing)
    with pytest.raises(InputError, match="must be one of"):
        dates.read(["2023-01-05"], "backwards")
    with pytest.raises(InputError, match="cannot be read as 'day first'"):
        dates.read(["01/13/2023"], "day first")


def test_years_of_two_digits_are_never_in_the_future():
    assert dates.read(["13/01/45", "14/01/45"]).days[0] == np.datetime64("1945-01-13")
    assert dates.read(["82001"], "%y%j").days[0] == np.datetime64("1982-01-01")
    assert dates.read(["13/01/45"], "%d/%m/%y").days[0] == np.datetime64("1945-01-13")


def test_absent_cells_where_they_may_be():
    found = dates.read(["2023-01-05", "NA", "2023-01-07"], absent=True)
    assert np.isnat(found.moments).tolist() == [False, True, False]


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        ({"year": ["2024"], "doy": ["366"]}, "2024-12-31"),
        ({"year": [2024.0], "month": [2], "day": [29]}, "2024-02-29"),
        ({"year": ["85"], "month": ["dez"], "day": ["1"]}, "1985-12-01"),
        ({"year": ["2024"], "month": ["März"], "day": ["1"], "hour": ["2400"]}, "2024-03-02"),
        ({"date": ["13/01/2024"], "hour": ["0100 UTC"]}, "2024-01-13T01:00:00"),
        ({"date": ["2024-01-13 00:00"], "hour": [23]}, "2024-01-13T23:00:00"),
    ],
)
def test_dates_in_parts(parts, expected):
    assert dates.read_parts(parts).moments[0] == np.datetime64(expected)


@pytest.mark.parametrize(
    ("parts", "word"),
    [
        ({"year": [2023], "doy": [366]}, "year, doy in row 1"),
        ({"doy": [190]}, "no date together"),
        ({"month": [1], "day": [3]}, "no date together"),
        ({"year": [2023, 2023], "month": [2, 2], "day": [28, 29]}, "row 2"),
        ({"year": [2023], "month": ["x"], "day": [28]}, "month in row 1"),
        ({"date": ["2023-01-05"], "hour": ["2570"]}, "is no time of day"),
    ],
)
def test_parts_that_are_no_date_are_refused(parts, word):
    with pytest.raises(InputError, match=word):
        dates.read_parts(parts)


def test_a_long_column_is_read_in_linear_time():
    hours = pd.date_range("2015-01-01", periods=60_000, freq="h")
    assert (dates.read(hours.strftime("%d/%m/%Y %H:%M").tolist()).moments == hours.to_numpy()).all()
