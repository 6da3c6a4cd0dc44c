"""A station file on its way to a task, and what a person says of its columns."""

from __future__ import annotations

import io
import pickle
import zipfile

import pytest

from etolib.errors import InputError
from etolib.site import Period, Site
from etolib.sources.station.file import read
from etolib.sources.station.packed import pack

TEXT = b"""when,A,B,C,wind
01/02/2024,86,68,0,10
02/02/2024,88,70,0.5,12
"""


def named(**more):
    return {"when": {"variable": "date"}, "A": {"variable": "tmax"}, "B": {"variable": "tmin"}, **more}


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
    with pytest.raises(InputError, match="holds more than 120 MB"):
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
