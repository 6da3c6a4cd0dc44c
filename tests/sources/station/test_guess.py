"""Units, dates and columns that a file leaves open: guessed, said, and set by a person."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from etolib.errors import InputError
from etolib.site import Site
from etolib.sources.station.file import guess, read
from etolib.words import decode, render

SITE = Site(-22.7, -47.6, 550.0)
TEXT = b"""when,A,B,C,wind
01/02/2024,86,68,0,10
02/02/2024,88,70,0.5,12
"""


def unstated(weather, **columns):
    table = pd.DataFrame({"tmax (°C)": weather["tmax"], "tmin (°C)": weather["tmin"]}).assign(**columns)
    return table.to_csv().encode()


@pytest.mark.parametrize(
    ("header", "values", "variable", "unit", "median"),
    [
        ("Humidity", 0.65, "rhmean", "fraction", 65.0),
        ("Humidity", 65.0, "rhmean", "%", 65.0),
        ("Vapour pressure", 15.0, "ea", "hPa", 1.5),
        ("Vapour pressure", 1.5, "ea", "kPa", 1.5),
        ("Station pressure", 950.0, "pressure", "hPa", 95.0),
        ("Station pressure", 95000.0, "pressure", "Pa", 95.0),
        ("Station pressure", 28.05, "pressure", "inHg", 94.988),
        ("Station pressure", 95.0, "pressure", "kPa", 95.0),
        ("Wind at 2m", 180.0, "u2", "km/day", 2.0833),
        ("Wind at 2m", 2.0, "u2", "m/s", 2.0),
        ("Solar radiation", 240.0, "rs", "W/m²", 20.736),
        ("Solar radiation", 5.6, "rs", "kWh/m²", 20.16),
        ("Solar radiation", 20.0, "rs", "MJ/m²", 20.0),
        ("Solar radiation", 2000.0, "rs", "J/cm²", 20.0),
        ("Sunshine", 7.5, "sunshine", "h", 7.5),
    ],
)
def test_an_unstated_unit_is_guessed_from_the_values_and_said(weather, header, values, variable, unit, median):
    text = unstated(weather, **{header: values + np.linspace(-0.01, 0.01, len(weather)) * values})
    mapping = guess(text, latitude=-22.7)
    (column,) = [c for c in mapping.columns if c.variable == variable]
    assert column.unit == unit
    assert not column.stated
    asked = any(header in question.text and "not stated" in question.text for question in mapping.questions)
    # Where no other unit could be, the reason says how the unit was found, and nothing is asked.
    assert asked == column.guessed
    assert "unit from" in column.reason
    assert read(text, mapping=mapping, site=SITE).frame[variable].median() == pytest.approx(median, rel=0.01)


def test_fahrenheit_is_seen_where_no_unit_is_stated(weather):
    table = weather[["tmax", "tmin"]] * 9 / 5 + 32
    text = table.rename(columns={"tmax": "Max temp", "tmin": "Min temp"}).assign(Rain=0.1).to_csv().encode()
    source = read(text)
    assert source.frame["tmax"].tolist() == pytest.approx(weather["tmax"].tolist())
    assert source.frame["precipitation"].iloc[0] == pytest.approx(2.54)  # the rest of such a file is in US units too
    assert any("in °F" in text and "unit from" in text for text in source.mapping.explain())


def test_kelvin_is_seen_where_no_unit_is_stated(weather):
    table = (weather[["tmax", "tmin"]] + 273.15).rename(columns={"tmax": "Max temp", "tmin": "Min temp"})
    assert read(table.to_csv().encode()).frame["tmax"].iloc[0] == pytest.approx(weather["tmax"].iloc[0])


def test_units_in_a_row_of_their_own():
    text = "date;tmax;tmin;wind 2m\n;degC;degC;km/h\n2024-02-28;30,1;20,0;7,2\n2024-02-29;31,0;21,5;3,6\n"
    assert read(text.encode()).frame["u2"].tolist() == pytest.approx([2.0, 1.0])


def test_a_second_column_of_the_same_kind_is_named_and_not_used(weather):
    mapping = guess(unstated(weather, **{"Max temp (°C)": 25.0}))
    assert any("'Max temp (°C)' looks like tmax too" in note for note in mapping.notes)


def test_exchanged_extremes_are_refused(weather):
    text = weather.rename(columns={"tmax": "tmin", "tmin": "tmax"}).to_csv().encode()
    with pytest.raises(InputError, match="wrong way round"):
        read(text)


def test_dates_in_parts_and_doubtful_dates():
    parts = read(b"year,month,day,tmax,tmin\n2024,2,28,30,20\n2024,2,29,31,20\n")
    assert parts.frame.index.strftime("%m-%d").tolist() == ["02-28", "02-29"]
    doubtful = guess(b"date,tmax,tmin\n01/02/2024,30,20\n01/05/2024,31,20\n")
    assert any("two ways" in question.text for question in doubtful.questions)
    with pytest.raises(InputError, match="row 2"):
        read(b"year,month,day,tmax,tmin\n2024,2,28,30,20\n2024,2,30,31,20\n")


def named(**more):
    return {"when": {"variable": "date"}, "A": {"variable": "tmax"}, "B": {"variable": "tmin"}, **more}


def test_columns_nobody_could_guess_are_named_by_a_person():
    with pytest.raises(InputError, match="no column for the date"):
        guess(TEXT, known={"A": {"variable": "tmax"}, "B": {"variable": "tmin"}})
    mapping = guess(TEXT, known=named())
    # The units are still found from the values: 86 and 68 cannot be degC.
    assert {c.name: c.unit for c in mapping.columns if c.variable in ("tmin", "tmax")} == {"A": "°F", "B": "°F"}
    assert read(TEXT, mapping=mapping).frame["tmax"].tolist() == pytest.approx([30.0, 31.1111], abs=1e-4)


def test_what_a_person_says_is_not_asked_again():
    guessed = guess(TEXT, known=named())
    set_by_hand = guess(TEXT, known=named(wind={"unit": "km/h", "height": 10.0}))
    assert [q for q in guessed.questions if "wind" in q.text]
    assert not [q for q in set_by_hand.questions if "wind" in q.text]
    wind = next(c for c in set_by_hand.columns if c.name == "wind")
    assert (wind.variable, wind.unit, wind.height, wind.reason) == ("u2", "km/h", 10.0, "set by hand")


def test_a_column_set_by_hand_goes_before_one_that_was_guessed():
    text = b"date,tmin,tmax,tmax corrected\n2024-02-01,20,30,31\n"
    assert read(text).frame["tmax"].tolist() == [30.0]
    mapping = guess(text, known={"tmax corrected": {"variable": "tmax"}})
    assert read(text, mapping=mapping).frame["tmax"].tolist() == [31.0]
    assert any("it is not used" in note for note in mapping.notes)


def test_a_column_can_be_left_out():
    text = b"date,tmin,tmax,rs\n2024-02-01,20,30,21\n"
    assert "rs" not in read(text, mapping=guess(text, known={"rs": {"variable": ""}})).frame


def test_the_order_of_day_and_month_can_be_set():
    first = read(TEXT, mapping=guess(TEXT, known=named())).frame.index[1]
    known = named(when={"variable": "date", "format": "%m/%d/%Y"})
    other = read(TEXT, mapping=guess(TEXT, known=known)).frame.index[1]
    assert {(first.month, first.day), (other.month, other.day)} == {(2, 2)}
    assert read(TEXT, mapping=guess(TEXT, known=known)).frame.index[0].month == 1


def test_nonsense_about_columns_changes_nothing():
    known = {"no such column": {"variable": "tmax"}, "tmax": {"unit": "parsec", "format": "%Q"}}
    text = b"date,tmin,tmax\n2024-02-01,20,30\n"
    assert read(text, mapping=guess(text, known=known)).frame["tmax"].tolist() == [30.0]


def test_every_sentence_of_a_mapping_can_be_said_in_another_language():
    mapping = guess(TEXT, known=named())
    english, other = mapping.explain(), [render("pt", sentence) for sentence in mapping.explain()]
    assert len(english) == len(other)
    assert not set(english) & set(other)
    assert other[0] == "colunas separadas por ',', ponto decimal, datas como DD/MM/YYYY"


def test_what_is_wrong_with_a_column_can_be_said_in_another_language():
    with pytest.raises(InputError) as caught:
        read(b"date,tmax_C,tmin_C\n2024-02-01,86,68\n2024-02-02,88,70\n")
    problem = caught.value.problems[0].encode()
    said = {name: render("pt", decode(part)) for name, part in problem.items()}
    assert said == {
        "thing": "a coluna 'tmax_C'",
        "value": "86 a 88",
        "rule": "não pode ser tmax em °C",
        "suggestion": "os valores parecem estar em °F",
    }
