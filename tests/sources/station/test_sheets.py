"""Excel files of several sheets: the one that is read is said or asked for, never taken without a word."""

from __future__ import annotations

import io

import pandas as pd
import pytest

import etolib
from etolib.errors import InputError
from etolib.site import Site
from etolib.sources.station.file import read
from etolib.widgets import remote

PLACE = Site(52.0, 5.0, 10.0)


def days(tmax, count=10, start="2023-07-01"):
    dates = pd.date_range(start, periods=count).strftime("%Y-%m-%d")
    return pd.DataFrame({"date": dates, "Tmax (°C)": tmax, "Tmin (°C)": tmax - 12.0})


def workbook(**sheets):
    buffer = io.BytesIO()
    with pd.ExcelWriter(buffer) as writer:
        for title, table in sheets.items():
            table.to_excel(writer, sheet_name=title, index=False)
    return buffer.getvalue()


NOTES = pd.DataFrame({"remark": ["sensor changed", "gap"] * 30, "by": ["A", "B"] * 30})
TWO = workbook(North=days(25.0), South=days(31.0, 20))


def test_which_of_two_stations_is_asked_and_its_days_are_marked():
    station = read(TWO, site=PLACE, filename="two.xlsx")
    question = next(q for q in station.mapping.questions if q.parameter == "sheet")
    assert (question.choices, question.assumed) == (("South", "North"), "South")
    assert station.frame["tmax"].iloc[0] == 31.0
    assert station.guessed == ["tmax", "tmin"]
    result = etolib.compute(PLACE, "2023-07-01/2023-07-03", ["station"], station=station)
    assert set(result.flags["tmax"]) == {"unconfirmed"}
    assert any("several sheets" in str(text) for text in result.warnings)
    assert any("several sheets" in str(text) for text in station.explain())


def test_the_answer_chooses_the_sheet():
    for said in ("North", " north"):
        station = read(TWO, site=PLACE, sheet=said)
        assert station.frame["tmax"].iloc[0] == 25.0
        assert not station.guessed
    again = read(TWO, mapping=station.mapping, site=PLACE)
    assert again.frame["tmax"].iloc[0] == 25.0
    with pytest.raises(InputError, match=r"sheet.*West.*its sheets are North, South"):
        read(TWO, sheet="West")


def test_a_sheet_of_remarks_that_is_larger_is_not_the_station_and_is_named():
    station = read(workbook(Log=NOTES, Daily=days(25.0)), site=PLACE, filename="a.xlsx")
    assert station.frame["tmax"].iloc[0] == 25.0
    assert not station.mapping.questions
    assert any("Log: sheets without columns of temperature" in str(text) for text in station.warnings)


def test_without_any_temperature_the_largest_is_what_is_refused():
    with pytest.raises(InputError):
        read(workbook(Log=NOTES, More=NOTES.iloc[:5]))


def test_the_page_asks_it_too():
    import zlib

    found = remote.read_station(zlib.compress(TWO), "two.xlsx", {}, None, (52.0, 5.0))
    assert [q["choices"] for q in found["questions"] if q["parameter"] == "sheet"] == [["South", "North"]]
    found = remote.read_station(zlib.compress(TWO), "two.xlsx", {"": {"sheet": "North"}}, None, (52.0, 5.0))
    assert found["questions"] == []
    assert found["facts"]["days"] == 10


def test_formulas_that_were_never_calculated_are_told():
    buffer = io.BytesIO()
    with pd.ExcelWriter(buffer, engine="openpyxl") as writer:
        days(25.0).assign(**{"Tmax (°C)": "=20+5"}).to_excel(writer, index=False)
    with pytest.raises(InputError, match=r"'Tmax .*is empty throughout; if it holds formulas, open the file"):
        read(buffer.getvalue(), filename="formulas.xlsx")
