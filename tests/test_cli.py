"""The command line: what it prints, writes, and with which status it ends."""

from __future__ import annotations

import io
import json

import pandas as pd
import pytest
from click.testing import CliRunner

import etolib
from etolib._version import __version__
from etolib.cli import main

PLACE = ["--lat", "-22.7", "--lon", "-47.6"]
DATES = ["--start", "2024-03-01", "--end", "2024-03-05"]


def run(*words):
    return CliRunner().invoke(main, list(words))


def test_version_and_help():
    assert __version__ in run("--version").output
    for command in ("compute", "sources", "serve", "lab"):
        assert run(command, "--help").exit_code == 0
        assert command in run("--help").output


def test_compute_prints_csv_and_warns_on_standard_error(weather_server):
    done = run("compute", *PLACE, *DATES)
    assert done.exit_code == 0
    table = pd.read_csv(io.StringIO(done.stdout), comment="#")
    assert len(table) == 5
    assert table["eto"].notna().all()


@pytest.mark.parametrize("ending", ["csv", "nc", "xlsx", "json"])
def test_compute_writes_files(weather_server, tmp_path, ending):
    path = tmp_path / f"out.{ending}"
    done = run("compute", *PLACE, *DATES, "-o", str(path))
    assert done.exit_code == 0
    assert path.stat().st_size > 500
    assert done.stdout == ""


def test_us_units_are_in_the_name_of_each_column_and_are_the_metric_ones(weather_server, tmp_path):
    metric, us = (run("compute", *PLACE, *DATES, "--units", units) for units in ("metric", "us"))
    one, other = (pd.read_csv(io.StringIO(done.stdout), comment="#") for done in (metric, us))
    assert other["eto_in"].tolist() == (one["eto"] / 25.4).round(3).tolist()
    assert other["tmin_degF"].tolist() == (one["tmin"] * 1.8 + 32).round(2).tolist()
    done = run("compute", *PLACE, *DATES, "--units", "us", "-o", str(tmp_path / "eto.nc"))
    assert "SI units, named in the file" in done.stderr
    assert "in/day" in done.stderr
    assert run("compute", *PLACE, *DATES, "--units", "imperial").exit_code == 2


def test_place_as_people_type_it(weather_server):
    done = run("compute", "--lat", "22°42'S", "--lon", "47,6 O", *DATES)
    assert done.exit_code == 0
    assert "latitude -22.70000, longitude -47.60000" in done.stdout


@pytest.mark.parametrize(
    ("words", "lines"),
    [
        (["--lat", "150", "--lon", "x", "--start", "2024-03-05", "--end", "2024-03-01"], 3),
        ([*PLACE, *DATES, "--sources", "nasa,era"], 2),
        ([*PLACE, *DATES, "-o", "eto.doc"], 1),
        ([*PLACE, *DATES, "-o", "no/such/folder/eto.csv"], 1),
        ([*PLACE, *DATES, "--krs", "hill"], 1),
        ([*PLACE, *DATES, "--elevation", "high"], 1),
        ([*PLACE, "--start", "", "--end", "2024-02-30"], 2),
    ],
)
def test_bad_input_is_status_2_and_a_line_for_each_problem(words, lines):
    done = run("compute", *words)
    assert done.exit_code == 2
    assert len(done.stderr.splitlines()) == lines
    assert all(line.startswith("error: ") for line in done.stderr.splitlines())
    assert done.stdout == ""


@pytest.mark.parametrize(
    "words",
    [["--period", "2024-03-01/2024-03-05"], DATES, ["--period", "last-5-days"]],
)
def test_days_as_a_period_or_as_two_dates(words):
    with etolib.set_options(offline=True, today="2024-03-05"):
        done = run("compute", *PLACE, *words)
    assert done.exit_code == 0
    assert "# period: 2024-03-01/2024-03-05;" in done.stdout


@pytest.mark.parametrize("words", [[], ["--start", "2024-03-01"], ["--period", "2024", *DATES]])
def test_days_are_given_once(words):
    done = run("compute", *PLACE, *words)
    assert done.exit_code == 2
    assert done.stderr == "error: give --period, or --start and --end (see --help)\n"


def test_everything_wrong_is_said_at_once():
    words = ["--lat", "95", "--lon", "x", "--period", "never", "--sources", "era", "--krs", "hill"]
    done = run("compute", *words)
    assert [line.split(" = ")[0] for line in done.stderr.splitlines()] == [
        "error: latitude", "error: longitude", "error: period", "error: source", "error: krs",
    ]  # fmt: skip


def test_no_source_is_status_3(weather_server):
    weather_server.fault("all", "refuse")
    done = run("compute", *PLACE, *DATES, "--sources", "nasa_power")
    assert done.exit_code == 3
    assert "nasa_power" in done.stderr


def test_all_down_is_a_labelled_estimate_and_status_0(weather_server):
    weather_server.fault("all", "refuse")
    done = run("compute", *PLACE, *DATES)
    assert done.exit_code == 0
    assert "climatological estimate" in done.stderr
    assert ",LOW,climatology,climatology," in done.stdout


def test_sea_is_told(weather_server):
    done = run("compute", "--lat", "-30", "--lon", "-30", *DATES)
    assert done.exit_code == 3
    assert "sea" in done.stderr


def test_the_same_numbers_as_compute(weather_server, tmp_path):
    import etolib

    path = tmp_path / "out.json"
    run("compute", *PLACE, *DATES, "-o", str(path))
    here = etolib.compute(etolib.Site(-22.7, -47.6), "2024-03-01/2024-03-05")
    told = [row["eto"] for row in json.loads(path.read_text())["results"]]
    assert told == here.table["eto"].round(2).tolist()


def test_sources_lists_each_with_its_window():
    done = run("sources")
    assert done.exit_code == 0
    for word in ("nasa_power", "open_meteo_archive", "licence", "1981-01-01"):
        assert word in done.stdout


@pytest.mark.parametrize(
    "words",
    [
        ("compute", "--lat", "-22.7"),
        ("compute", *PLACE, *DATES, "--colour", "red"),
        ("compute", *PLACE, *DATES, "--name", "a\x07b"),
        ("compute", "--lat", "47 W", "--lon", "20", *DATES),
        ("serve", "--workers", "0"),
        ("completion",),
        ("nonsense",),
    ],
)
def test_wrong_use_is_one_line_too(words):
    done = run(*words)
    assert done.exit_code == 2
    assert len(done.stderr.splitlines()) == 1
    assert done.stderr.startswith("error: ")


def test_output_that_is_a_folder_is_told_before_the_work(weather_server, tmp_path):
    (tmp_path / "eto.csv").mkdir()
    done = run("compute", *PLACE, *DATES, "-o", str(tmp_path / "eto.csv"))
    assert done.exit_code == 2
    assert len(done.stderr.splitlines()) == 1
    assert weather_server.calls() == []


def test_a_name_longer_than_names_can_be_is_told_before_the_work(weather_server, tmp_path):
    done = run("compute", *PLACE, *DATES, "-o", str(tmp_path / ("a" * 300 + ".csv")))
    assert done.exit_code == 2
    assert len(done.stderr.splitlines()) == 1
    assert "output" in done.stderr
    assert weather_server.calls() == []


def test_full_disk_is_one_line_and_leaves_the_old_file(weather_server, tmp_path, monkeypatch):
    import errno
    import os
    from pathlib import Path

    def full(self, data):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    path = tmp_path / "eto.csv"
    assert path.write_bytes(b"old") == 3
    monkeypatch.setattr(Path, "write_bytes", full)
    done = run("compute", *PLACE, *DATES, "-o", str(path))
    assert done.exit_code == 2
    assert done.stderr.splitlines()[-1].startswith("error: output = ")
    assert "No space left" in done.stderr
    assert [p.name for p in tmp_path.iterdir()] == ["eto.csv"]
    assert path.read_text() == "old"


@pytest.mark.parametrize("variable", ["ETOLIB_NASA_POWER_URL", "ETOLIB_TODAY"])
def test_wrong_setting_is_one_line(weather_server, monkeypatch, variable):
    monkeypatch.setenv(variable, "http://[::1")
    done = run("compute", *PLACE, *DATES)
    assert done.exit_code == 2
    assert done.stderr.startswith(f"error: {variable} = ")
    assert len(done.stderr.splitlines()) == 1


def test_what_is_uncertain_of_a_station_is_answered_by_options(tmp_path):
    rows = "".join(f"2023-07-{d:02},{30 + d % 3},{14 + d % 2},{300 + d}\n" for d in range(1, 21))
    (tmp_path / "a.csv").write_text("date,tmax (C),tmin (C),Rs\n" + rows)
    said = run("station", str(tmp_path / "a.csv"), "--lat", "38.5", "--lon=-121.8")
    assert "(answered by --unit)" in said.output
    (tmp_path / "b.csv").write_text("station,date,tmax (C),tmin (C)\nA,2023-07-01,30,14\nB,2023-07-01,31,15\n")
    refused = run("station", str(tmp_path / "b.csv"))
    assert refused.exit_code == 2
    assert "say which with --which" in refused.output
