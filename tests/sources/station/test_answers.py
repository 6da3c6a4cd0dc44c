"""What a person says of a file: in Python, on the command line, and in the script that repeats it."""

from __future__ import annotations

import pytest
from click.testing import CliRunner

import etolib
from etolib.cli import main
from etolib.request import Request

SITE = etolib.Site(52.1, 5.2, 10.0)
ROWS = "\n".join(f"{day:02d}/07/2023,25.{day % 10},14.0,36.0" for day in range(1, 13))
FILE = f"When,A,B,Breeze\n{ROWS}\n".encode()  # twelve days, or the first day of twelve months
SAID = {
    "columns": {"When": "date", "A": "tmax", "B": "tmin", "Breeze": "u2"},
    "units": {"A": "°C", "B": "°C", "Breeze": "km/h"},
    "wind_height": 10.0,
    "dates": "day first",
}


def test_everything_can_be_said():
    station = etolib.read_station(FILE, site=SITE, **SAID)
    assert [str(day.date()) for day in station.frame.index[[0, -1]]] == ["2023-07-01", "2023-07-12"]
    assert station.frame["u2"].tolist() == pytest.approx([10.0 * 4.87 / 6.51112] * 12, rel=1e-3)  # FAO-56 Eq. 47
    assert station.mapping.questions == ()
    assert not any(column.guessed for column in station.mapping.columns)


def test_a_unit_may_be_said_of_a_variable():
    station = etolib.read_station(FILE, site=SITE, **{**SAID, "units": {"tmax": "C", "tmin": "deg C", "u2": "kph"}})
    assert station.frame["u2"].iloc[0] == pytest.approx(7.48, abs=0.01)


def test_a_script_says_it_again():
    station = etolib.read_station(FILE, filename="mine.csv", site=SITE, **SAID)
    script = Request(SITE, "2023-07-01/2023-07-12", station=station).script()
    line = next(line for line in script.splitlines() if "read_station" in line)
    call = line.split("#")[0].split("=", 1)[1].strip().replace("'mine.csv'", "FILE")
    again = eval(call, {"etolib": etolib, "FILE": FILE, "site": SITE})  # our own script
    assert again.frame.equals(station.frame)
    assert again.mapping.known == station.mapping.known


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"columns": {"X": "tmax"}}, "columns = 'X'"),
        ({"columns": {"A": "hottest"}}, "columns = 'hottest'"),
        ({"units": {"A": "furlong"}}, "units = 'furlong'"),
        ({"units": {"Y": "°C"}}, "units = 'Y'"),
        ({"units": {"Breeze": "mm"}}, "units = 'mm'"),
        ({"wind_height": -3.0}, "wind_height = -3.0"),
        ({"format": "nobody"}, "format = 'nobody'"),
    ],
)
def test_a_wrong_answer_is_named(wrong, said):
    with pytest.raises(etolib.InputError, match=said):
        etolib.read_station(FILE, site=SITE, **{**SAID, **wrong})


OPTIONS = [
    "--column", "When=date", "--column", "A=tmax", "--column", "B=tmin", "--column", "Breeze=u2", "--unit", "A=°C",
    "--unit", "B=°C", "--unit", "Breeze=km/h", "--wind-height", "10", "--dates", "day first",
]  # fmt: skip


def test_the_command_line_says_the_same(tmp_path):
    path = tmp_path / "mine.csv"
    path.write_bytes(FILE)
    done = CliRunner().invoke(main, ["station", str(path), "--lat", "52.1", "--lon", "5.2", *OPTIONS])
    assert done.exit_code == 0, done.output
    assert "12 days, 2023-07-01 to 2023-07-12" in done.output
    assert "2023-07-05" in done.output  # the first days are shown
    assert "7.479" in done.output
    bare = CliRunner().invoke(main, ["station", str(path)])
    assert bare.exit_code == 2
    pair = CliRunner().invoke(main, ["station", str(path), "--unit", "km/h"])
    assert pair.exit_code == 2
    assert "NAME=VALUE" in pair.output
