"""Forms of files beside tables of columns: long tables, JSON, and files that are no tables at all."""

from __future__ import annotations

import gzip
import io
import json
import zipfile

import numpy as np
import pandas as pd
import pytest

from etolib.errors import InputError
from etolib.site import Site
from etolib.sources.station.file import read

SITE = Site(38.5, -121.8, 18.0)
DAYS = pd.date_range("2023-07-01", periods=8)
TMIN = [13.1, 12.4, 14.0, 15.2, 13.8, 12.9, 14.4, 15.0]
TMAX = [31.0, 30.2, 33.1, 34.4, 32.5, 29.8, 31.7, 35.2]
RS = [28.1, 27.3, 29.4, 28.8, 27.9, 25.2, 28.3, 29.1]
NAMES = {"Tmin (°C)": TMIN, "Tmax (°C)": TMAX, "Rs (MJ/m²)": RS}


def long(header, names=NAMES, row="{day:%Y-%m-%d},{name},{value}", more=()):
    rows = [row.format(day=d, name=n, value=values[i]) for i, d in enumerate(DAYS) for n, values in names.items()]
    return "\n".join([header, *rows, *more])


RECORDS = [dict(zip(["date", *NAMES], [f"{d:%Y-%m-%d}", *v], strict=True))
           for d, *v in zip(DAYS, TMIN, TMAX, RS, strict=True)]  # fmt: skip
FAHRENHEIT = {"tmin": [t * 1.8 + 32 for t in TMIN], "tmax": [t * 1.8 + 32 for t in TMAX]}
RIGHT = {
    "date, element, value": long("date,element,value"),
    "a station in front": long("station;Datum;Parameter;Wert", row="X1;{day:%d.%m.%Y};{name};{value}"),
    "day, month, year, flags": long(
        "year,month,day,variable,value,flag", row="{day:%Y},{day:%m},{day:%d},{name},{value},A"
    ),
    "codes and tenths": long(
        "ID,DATE,ELEMENT,DATA_VALUE,M_FLAG,Q_FLAG,S_FLAG",
        {"TMIN": [round(10 * t) for t in TMIN], "TMAX": [round(10 * t) for t in TMAX]},
        "USW00099999,{day:%Y%m%d},{name},{value},,,S",
    ),
    "a unit in a column": long(
        "date,parameter,value,unit", FAHRENHEIT, "{day:%Y-%m-%d},{name},{value:.2f},°F"
    ),
    "a statistic in a column": long(
        "date,variable,statistic,value,unit", {"max": TMAX, "min": TMIN},
        "{day:%Y-%m-%d},air temperature,{name},{value},°C",
    ),
    "a sheet": "excel",
    "records of JSON": json.dumps(RECORDS),
    "records within": json.dumps({"meta": {"source": "x"}, "data": RECORDS}, indent=1),
    "a record a line": "\n".join(map(json.dumps, RECORDS)),
    "columns of JSON": json.dumps({name: [one[name] for one in RECORDS] for name in RECORDS[0]}),
    "columns by date": json.dumps({n: {f"{d:%Y-%m-%dT00:00:00.000}": v for d, v in zip(DAYS, values, strict=True)}
                                   for n, values in NAMES.items()}),
}  # fmt: skip


def content(name):
    if RIGHT[name] != "excel":
        return RIGHT[name].encode()
    made = io.BytesIO()
    frame = pd.DataFrame(RECORDS).melt("date", var_name="Variable", value_name="Value")
    frame.to_excel(made, index=False)
    return made.getvalue()


@pytest.mark.parametrize("name", RIGHT)
def test_right_numbers(name):
    station = read(content(name), site=SITE)
    assert (station.frame.index == DAYS).all()
    assert station.guessed == []
    np.testing.assert_allclose(station.frame["tmin"], TMIN, atol=0.01)
    np.testing.assert_allclose(station.frame["tmax"], TMAX, atol=0.01)
    if "rs" in station.frame:
        np.testing.assert_allclose(station.frame["rs"], RS, atol=0.01)


HOURS = pd.date_range("2023-07-01", periods=96, freq="h")
OPEN_METEO = {
    "latitude": 38.5, "longitude": -121.8, "elevation": 18.0, "utc_offset_seconds": -28800, "timezone": "Etc/GMT+8",
    "hourly_units": {"time": "unixtime", "temperature_2m": "°F"},
    "hourly": {"time": [int(h.timestamp()) + 28800 for h in HOURS],
               "temperature_2m": [73.4 - 9 * np.cos((h.hour - 4) / 12 * np.pi) for h in HOURS]},
}  # fmt: skip


def test_hours_of_open_meteo_in_seconds_of_utc():
    station = read(json.dumps(OPEN_METEO).encode())
    assert station.frame["tmin"].iloc[1] == pytest.approx(18.0)
    assert station.frame["tmax"].iloc[1] == pytest.approx(28.0)
    assert station.guessed == []


PLACES = [
    {**{key: OPEN_METEO[key] for key in ("latitude", "longitude", "elevation", "utc_offset_seconds")},
     "daily_units": {"temperature_2m_max": "°C", "temperature_2m_min": "°C"},
     "daily": {"time": [f"{d:%Y-%m-%d}" for d in DAYS], "temperature_2m_max": TMAX, "temperature_2m_min": TMIN}}
] * 2  # fmt: skip
POWER = {"properties": {"parameter": {"T2M_MAX": {"202301": 30.0}, "T2M_MIN": {"202301": 20.0}}}, "header": {}}


def archive(part):
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as packed:
        packed.writestr(part, "date,tmax,tmin")
    return made.getvalue()


REFUSED = {
    "two values for one day": (long("date,element,value", more=["2023-07-03,Tmin (°C),19"]), r"14.0, 19.*two values"),
    "two units of one element": (
        long("date,element,value,unit", row="{day:%Y-%m-%d},{name},{value},C",
             more=["2023-07-30,Tmin (°C),59,F"]), "two units of 'Tmin",
    ),
    "two stations": (
        long("station,date,element,value", row="A,{day:%Y-%m-%d},{name},{value}", more=["B,2023-07-03,Tmin (°C),19"]),
        "2 stations",
    ),
    "two places of Open-Meteo": (json.dumps(PLACES), "2 stations"),
    "months of NASA POWER": (json.dumps(POWER), "daily ones are needed"),
    "values inside values": (json.dumps([{"dt": 1, "main": {"temp": 280.1}}] * 3), "inside 'main'"),
    "JSON of no table": (json.dumps({"error": True, "reason": "limit"}), "no table of days or hours"),
    "JSON cut off": (json.dumps(RECORDS)[:-20], "cannot be read to its end"),
    "a web page": ("<html><table><tr><td>1</td></tr></table></html>", "web page.*spreadsheet"),
    "XML": ("<?xml version='1.0'?><data/>", "is XML"),
    "a typical year": (
        "LOCATION,X,CA,USA,TMY3,1,38.5,-121.8,-8.0,18.0\nDESIGN CONDITIONS,0\n2001,1,1,1,60,x,10\n", "typical year",
    ),
    "a PDF": (b"%PDF-1.4\n%\xe2\xe3\n", "is a PDF"),
    "compressed": (gzip.compress(b"date,tmax,tmin"), "unpack"),
    "an archive": (archive("a.csv"), "archive"),
    "OpenDocument": (archive("content.xml"), r"save the table as CSV or \.xlsx"),
    "a grid": (b"\x89HDF\r\n\x1a\n\x00\x00", "grids"),
    "rain of SWAT": (
        "x\nnbyr tstep lat lon elev\n1 0 38.5 -121.8 18\n2023 191 0.0\n2023 192 4.1\n", "SWAT file without",
    ),
    "two stations of SWAT": (
        "Station  a,b,\nLati    29.63   30.1\nLong   -82.37   -82\nElev      40     40\n2023191033.1022.4030.0020.0\n",
        "several stations",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_refused_says_what_it_is(name):
    content, sentence = REFUSED[name]
    with pytest.raises(InputError, match=sentence):
        read(content if isinstance(content, bytes) else content.encode(), site=SITE)


def test_columns_beside_long_values_are_named():
    station = read(RIGHT["day, month, year, flags"].replace(",flag", ",remark").encode(), site=SITE)
    assert any("'remark' was not looked at" in text for text in station.warnings)
