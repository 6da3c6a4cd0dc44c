"""A station file on its way to a task, and what a person says of its columns."""

from __future__ import annotations

import io
import pickle
import zipfile

import pytest

from etolib.errors import InputError
from etolib.site import Period, Site
from etolib.sources.station.file import guess, read
from etolib.sources.station.packed import pack

TEXT = b"""when,A,B,C,wind
01/02/2024,86,68,0,10
02/02/2024,88,70,0.5,12
"""


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
    assert [q for q in guessed.questions if "wind" in q]
    assert not [q for q in set_by_hand.questions if "wind" in q]
    wind = next(c for c in set_by_hand.columns if c.name == "wind")
    assert (wind.variable, wind.unit, wind.height, wind.reason) == ("u2", "km/h", 10.0, "set by hand")


def test_a_column_set_by_hand_goes_before_one_that_was_guessed():
    text = b"date,tmin,tmax,tmax corrected\n2024-02-01,20,30,31\n"
    assert read(text).frame["tmax"].tolist() == [30.0]
    mapping = guess(text, known={"tmax corrected": {"variable": "tmax"}})
    assert read(text, mapping=mapping).frame["tmax"].tolist() == [31.0]
    assert any("it is not used" in question for question in mapping.questions)


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


def test_a_packed_station_is_the_station_wherever_it_is_opened():
    file = read(b"date,tmax_F,tmin_F\n2024-02-28,86,68\n2024-02-29,77,59\n", filename="mine.csv")
    packed = pickle.loads(pickle.dumps(pack(file)))
    site, period = Site(10, 20), Period("2024-02-28", "2024-02-29")
    assert packed.info.title == file.info.title == "own station file mine.csv"
    assert packed.fetch(site, period).frame.equals(file.fetch(site, period).frame)
    # Opened once, it still travels as small as before.
    assert len(pickle.dumps(packed)) < len(packed.content) + 200


def test_an_excel_file_that_is_mostly_air_is_refused_unopened():
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as parts, parts.open("xl/sheet1.xml", "w") as sheet:
        for _ in range(420):
            sheet.write(bytes(1 << 20))
    assert len(bomb.getvalue()) < 1 << 20
    with pytest.raises(InputError, match="holds more than 400 MB"):
        read(bomb.getvalue(), filename="bomb.xlsx")


def test_what_a_person_said_is_kept_with_the_data():
    site, period = Site(10, 20), Period("2024-02-01", "2024-02-02")
    known = named(wind={"unit": "km/h"})
    file = read(TEXT, known=known)
    meta = file.fetch(site, period).meta
    assert meta["known"] == known
    assert read(TEXT, known=meta["known"]).frame.equals(file.frame)


def test_the_station_read_out_of_several_is_kept_with_the_data():
    text = b"date,tmin,tmax,station\n2024-02-01,20,30,N\n2024-02-01,22,32,S\n"
    data = read(text, station="S").fetch(Site(10, 20), Period("2024-02-01", "2024-02-01"))
    assert (data.frame["tmax"].tolist(), data.meta["station"]) == ([32.0], "S")
