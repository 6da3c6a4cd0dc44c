"""The dates of station files: found in their columns, asked where two readings fit, answered by a form or an order."""

from __future__ import annotations

import datetime as dt

import pytest

from etolib.errors import InputError
from etolib.sources.station.dates import date_form, dates_of
from etolib.sources.station.file import read
from etolib.sources.station.guess import guess
from etolib.sources.station.layout import Table


def table(*rows, names=("date",)):
    return Table(list(names), [None] * len(names), [list(row) for row in rows], ",", ".")


def test_a_question_has_its_choices_and_what_is_assumed_of_daily_rows():
    daily = table(*[[f"0{day}/02/2024"] for day in (3, 4, 5)])
    found = date_form(daily, {"date": 0})
    assert (found.form, found.choices, found.assumed) == ("%d/%m/%Y", ("day first", "month first"), "day first")
    open_ = date_form(table(["01/02/2024"], ["01/05/2024"]), {"date": 0})
    assert open_.assumed is None
    assert "two ways" in open_.question
    assert date_form(table(["13/02/2024"], ["01/05/2024"]), {"date": 0}).question is None


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        ("day first", (2024, 2, 1)),
        ("%d/%m/%Y", (2024, 2, 1)),
        ("month first", (2024, 1, 2)),
        ("%m/%d/%Y", (2024, 1, 2)),
    ],
)
def test_an_order_or_a_form_answers(order, expected):
    rows = table(["01/02/2024"], ["01/05/2024"])
    found = date_form(rows, {"date": 0}, order)
    assert found.question is None
    assert dates_of(rows, {"date": 0}, found.form)[0][0] == dt.date(*expected)
    mapping = guess(b"date,tmax,tmin\n01/02/2024,30,20\n01/05/2024,31,20\n", known={"date": {"format": order}})
    assert not [q for q in mapping.questions if q.parameter == "dates"]


def test_an_answer_that_does_not_fit_names_the_cell():
    with pytest.raises(InputError, match=r"row 2 = '01/13/2024': cannot be read as 'day first'"):
        date_form(table(["01/02/2024"], ["01/13/2024"]), {"date": 0}, "day first")


def test_the_row_without_a_date_is_named():
    with pytest.raises(InputError, match=r"'date'.*row 3 = 'Average'"):
        date_form(table(["2024-02-01"], ["2024-02-02"], ["Average"]), {"date": 0})
    with pytest.raises(InputError, match="names months and no days"):
        date_form(table(["202401"], ["202402"]), {"date": 0})


def test_serials_of_excel_are_taken_where_no_other_reading_is_of_our_time():
    found = date_form(table(*([str(45108 + i)] for i in range(8))), {"date": 0})  # else 108 days into 1945
    assert (found.assumed, set(found.choices)) == ("excel", {"%y%j", "excel"})
    file = "date,tmax (C),tmin (C)\n" + "".join(f"{45108 + i},30.{i},15\n" for i in range(8))
    station = read(file.encode())
    assert station.guessed == ["tmax", "tmin"]  # every day may be another
    assert read(file.encode(), dates="excel").guessed == []


def test_hours_in_a_second_column_settle_days_and_months():
    rows = [[f"{m:02}/{d:02}/23", f"{h}:00"] for m, d in ((6, 30), (7, 1), (7, 2), (7, 3)) for h in range(24)]
    assert date_form(table(*rows[24:]), {"date": 0, "hour": 1}).form == "%m/%d/%y"
    assert date_form(table(*rows[24:]), {"date": 0, "hour": 1}).question is None
    assert date_form(table(*rows[24::24]), {"date": 0, "hour": 1}).question is not None


def test_numbers_of_days_are_asked():
    rows = table(["24001"], ["24002"])
    assert set(date_form(rows, {"date": 0}).choices) == {"%y%j", "excel"}
    assert date_form(rows, {"date": 0}).assumed is None
    assert dates_of(rows, {"date": 0}, date_form(rows, {"date": 0}, "%y%j").form)[0][1] == dt.date(2024, 1, 2)
