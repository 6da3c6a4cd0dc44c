"""The table of formats: each row has an example in `tests/files`, is read right, and takes no other row's file."""

from __future__ import annotations

import csv
import importlib
import pkgutil
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from etolib.errors import InputError
from etolib.sources.station import formats, json_lines
from etolib.sources.station.file import read
from etolib.sources.station.formats import HEAD
from etolib.sources.station.formats.row import Head
from tests.sources.station import expected
from tests.sources.station.expected import HEIGHT, STATED, Expected

FILES = Path(__file__).parents[2] / "files"
MODULES = [importlib.import_module(f"{expected.__name__}.{m.name}") for m in pkgutil.iter_modules(expected.__path__)]
EXPECTED: dict[str, dict[str, Expected]] = {name: files for m in MODULES for name, files in m.EXPECTED.items()}
FORMATS = {row.name: row for row in formats.FORMATS}
EXAMPLES = [(name, file) for name in FORMATS for file in EXPECTED.get(name, ())]


def lines_of(file: Path) -> list[str]:
    """Return the lines of a file, as the reader decodes them."""
    data = file.read_bytes()
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("cp1252")
    return json_lines.lines_of(text, file.name) if json_lines.is_json(text) else re.split(r"\r\n|\n|\r", text)


HEADS = {file.name: Head(lines_of(file)[:HEAD], file.name) for file in sorted(FILES.iterdir()) if file.suffix != ".md"}


@pytest.mark.parametrize("name", FORMATS)
def test_each_row_has_an_example(name):
    files = EXPECTED.get(name)
    assert files, f"no example of {name}: a file in tests/files and its values in tests/sources/station/expected"
    assert all((FILES / file).is_file() for file in files)


def test_a_row_takes_its_own_files_and_no_other():
    taken = {file: [row.name for row in formats.FORMATS if row.recognise(head)] for file, head in HEADS.items()}
    own = {file: [name] for name, files in EXPECTED.items() if name in FORMATS for file in files}
    assert {file: taken[file] for file in own} == own
    assert [file for file, names in taken.items() if names and file not in own] == []


PLAIN = (
    "date,temp_mx,temp_mn\n2023-01-05,8.2,1.1\n",
    "date,tmax,tmin\n2023-01-05,8.2,1.1\n", "date;Tmax (C);Tmin (C)\n01/02/2024;30,1;19,5",
    "date,Max temp,Min temp\n2023-01-05,301.85,291.25\n", "Date,air_max,air_min,wind_mph\n2023-01-05,46,34,5\n",
    "station,date,tmax,tmin,prcp\nfarm,2023-01-05,46,34,5\n", "time,tmax (C),tmin (C),srad (W/m2)\n2023-01-05,8,1,90\n",
    "2023,5,8.2,1.1,3\n2023,6,8.4,1.0,2\n", "Date Time,Temp - outside,RH\n2023-01-05 00:00,8.2,80\n",
    "Data;Hora;Temp max;Temp min\n05/01/2023;0000;28,1;18,0\n", "Timestamp,AirTC_Max,AirTC_Min\n2023-01-05,8.2,1.1\n",
)  # fmt: skip


@pytest.mark.parametrize("text", PLAIN)
def test_a_plain_table_is_nobodys(text):
    assert not any(row.recognise(Head(text.splitlines(), "station.csv")) for row in formats.FORMATS)


@pytest.mark.parametrize(("name", "file"), EXAMPLES)
def test_an_example_is_read_right(name, file):
    wanted = EXPECTED[name][file]
    if wanted.refused or not (wanted.first or wanted.hourly):
        if wanted.refused:
            with pytest.raises(InputError, match=re.escape(wanted.refused)):
                read(FILES / file)
        return
    if wanted.answers:
        with pytest.raises(InputError, match="units"):
            read(FILES / file)
    source = read(FILES / file, known=wanted.answers or None)
    assert source.mapping.questions == () or wanted.hourly or wanted.asked
    _has_the_height_of_its_wind(source.mapping, name, file)
    if not wanted.first:
        assert len(source.frame) >= 1
        return
    assert source.frame.index[0].date().isoformat() == wanted.first
    assert len(source.frame) == wanted.days
    if not wanted.hourly:
        assert set(source.frame.columns) == set(wanted.columns)
        assert {question.parameter for question in source.mapping.questions} == set(wanted.asked)
    for variable, values in wanted.columns.items():
        np.testing.assert_allclose(source.frame[variable], values, rtol=1e-3, atol=1e-6, err_msg=variable)
    if wanted.site is not None:
        assert source.site is not None
        assert (source.site.latitude, source.site.longitude, source.site.elevation) == wanted.site


def _has_the_height_of_its_wind(mapping, name, file):
    """The height of a wind is what the network has or the file states, and is said; else it is asked for."""
    wind = next((c for c in mapping.columns if c.variable == "u2"), None)
    asked = any(question.parameter == "wind_height" for question in mapping.questions)
    if wind is None:
        assert not asked
        return
    height = STATED.get(file, HEIGHT[name])
    assert asked == (height is None)
    if height is None:
        assert wind.guessed
        return
    assert wind.height == height
    said = "is the wind at 2 m" if height == 2 else f"was measured at {height:g} m and is brought to 2 m"
    assert any(said in line for line in map(str, mapping.explain()))


def test_a_wind_that_is_the_largest_of_the_day_is_left_out_with_a_sentence():
    source = read(FILES / "visualcrossing.csv")
    assert any("windspeed" in note and "largest of the day" in note for note in source.mapping.notes)


@pytest.mark.parametrize(
    ("file", "column", "words"),
    [
        ("open_meteo_wind_max.csv", "wind_speed_10m_max", "largest of the day"),
        ("silo.txt", "RHmaxT", "one time of the day"),
        ("agera5.csv", "Relative_Humidity_2m_15h", "one time of the day"),
        ("bom_observations.csv", "3pm wind speed", "one time of the day"),
        ("knmi.txt", "EV24", "another evapotranspiration"),
        ("apsim.met", "evap", "of a pan"),
    ],
)
def test_what_looks_like_ours_and_is_not_is_left_out_with_a_sentence(file, column, words):
    assert any(column in note and words in note for note in read(FILES / file).mapping.notes)


def test_one_of_several_stations_stands_where_its_own_rows_say():
    head, *rows = (FILES / "meteo_france.csv").read_text().splitlines()
    other = [row.replace("99999001", "99999002").replace("43.56", "47.2") for row in rows]
    both = "\n".join([head, *rows, *other]).encode()
    assert read(both, station="99999002").site.latitude == 47.2
    assert read(both, station="99999001").site.latitude == 43.56
    assert read(FILES / "open_meteo_two_places.csv", station="1").site.latitude == 48.8


@pytest.mark.parametrize("file", ["open_meteo_hourly.csv", "nasa_power_hourly.csv"])
def test_hours_are_in_the_time_zone_that_the_file_states(file):
    assert read(FILES / file).mapping.questions == ()


def test_hours_of_nasa_power_are_those_of_the_standard_that_the_head_names():
    text = (FILES / "nasa_power_hourly.csv").read_text()
    for standard, zone in (("LST", "-3"), ("UTC", "0")):
        written = text.replace("in LST", f"in {standard}")
        told = read(written.encode(), time_zone=None).frame
        pd.testing.assert_frame_equal(told, read(written.encode(), time_zone=float(zone), stamps="begin").frame)


@pytest.mark.parametrize("file", ["cimis.csv", "noaa_cdo_standard.csv", "ecowitt_net.csv", "visualcrossing_us.csv"])
def test_a_sheet_of_a_known_format_is_known_too(file, tmp_path):
    rows = list(csv.reader((FILES / file).read_text().splitlines()))
    pd.DataFrame(rows).to_excel(tmp_path / "sheet.xlsx", header=False, index=False)
    pd.testing.assert_frame_equal(read(tmp_path / "sheet.xlsx").frame, read(FILES / file).frame)
