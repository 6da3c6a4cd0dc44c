"""Commands of one kind: their order, JSON, completion, exit statuses, colours, and the drawing in a terminal."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import click
import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner

import etolib
from etolib.cli import main
from etolib.cli_batch import _ended
from etolib.cli_group import ORDER, SHELLS, STATUSES
from etolib.cli_line import Line, busy
from etolib.result import terminal
from etolib.tasks.batch_progress import Progress
from etolib.tasks.stored_batch import Failure
from etolib.words import verbatim

HERE = ["--lat", "-22.7", "--lon", "-47.6", "--period", "2024-01"]
OFFLINE = {"ETOLIB_OFFLINE": "1"}


def run(*words, **options):
    return CliRunner(env=OFFLINE).invoke(main, list(words), **options)


def commands():
    """Return every command, those within another too, by its words."""
    for name, one in main.commands.items():
        yield (name,), one
        for inner, command in getattr(one, "commands", {}).items():
            yield (name, inner), command


def test_help_shows_all_commands_in_the_order_of_use_and_what_a_status_says():
    shown = run("--help").output
    names = [name for group in ORDER.values() for name in group]
    assert sorted(names) == sorted(main.commands)
    assert [shown.index(f"\n  {name} ") for name in names] == sorted(shown.index(f"\n  {name} ") for name in names)
    assert all(f"{status}  {text[:20]}" in shown for status, text in STATUSES.items())
    assert "..." not in shown.partition("Options:")[2]  # nothing is cut off in 80 columns
    assert max(map(len, shown.splitlines())) <= 80


TEXTS = ("completion",), ("deploy",)  # what they print is a file of another program


@pytest.mark.parametrize("words", [words for words, _ in commands() if words not in TEXTS], ids=" ".join)
def test_every_command_can_print_json_and_has_help(words):
    shown = run(*words, "--help")
    assert shown.exit_code == 0
    assert "--json" in shown.output


def test_every_option_has_a_word_of_help():
    for words, command in commands():
        for option in command.params:
            assert not isinstance(option, click.Option) or option.help, (words, option.name)


def station(folder):
    path = folder / "farm.csv"
    days = pd.date_range("2024-01-01", periods=20)
    pd.DataFrame({"date": days, "tmin": 12.0, "tmax": 25.0 + np.arange(20) % 3}).to_csv(path, index=False)
    return str(path)


JSON = {
    "compute": (lambda folder: ["compute", *HERE, "--json"], lambda found: len(found["results"]) == 31),
    "compute with a picture": (lambda folder: ["compute", *HERE, "--json", "--plot"], lambda found: "results" in found),
    "sources": (lambda folder: ["sources", "--json"], lambda found: found[0]["name"] == "nasa_power"),
    "station": (
        lambda folder: ["station", station(folder), "--json", "--rows", "2"],
        lambda found: (found["rows"], len(found["shown"]), found["columns"][2]["variable"]) == (20, 2, "tmax"),
    ),
    "batch, its cost": (
        lambda folder: ["batch", "--box", "-48", "-23", "-47", "-22", "--spacing", "0.5", "--period", "2024-01", "-o",
                        str(folder / "a.zarr"), "--dry-run", "--json"],
        lambda found: (found["places"], found["days"]) == (4, 31),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", JSON)
def test_what_is_printed_is_json_and_nothing_else(name, tmp_path):
    words, right = JSON[name]
    done = run(*words(tmp_path))
    assert done.exit_code == 0, done.stderr
    found = json.loads(done.stdout)
    assert right(found), found


def test_the_end_of_a_batch_as_json():
    bad = Failure(3, "A", "NotCovered", verbatim("at sea"), verbatim(""), None, False, False)
    found = json.loads(json.dumps(_ended("a.zarr", Progress(5, 4, 0, 1, 1, 1, 0, None, False), [bad])))
    assert (found["done"], found["failed"], found["failures"][0]["place"]) == (4, 1, "A")


@pytest.mark.parametrize("value", [[], ["table.json"]], ids=["to standard output", "to a file"])
def test_validate_takes_json_with_and_without_a_file(value, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    done = run("validate", "--json", *value, "--data", str(tmp_path / "nothing"))
    assert done.exit_code == 2
    assert "No such option" not in done.stderr
    assert "nothing" in done.stderr


@pytest.mark.parametrize("shell", SHELLS)
def test_a_shell_is_told_how_to_complete(shell):
    done = run("completion", shell)
    assert done.exit_code == 0
    assert "_ETOLIB_COMPLETE" in done.stdout


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("etolib comp", {"compute", "completion"}),
        ("etolib compute --sources nasa", {"nasa_power"}),
        ("etolib compute --sources climatology,nasa", {"climatology,nasa_power"}),
        ("etolib batch --sources au", {"auto"}),
        ("etolib completion ", set(SHELLS)),
        ("etolib tasks ", {"show", "cancel"}),
    ],
)
def test_what_is_completed(words, expected):
    typed = words.split(" ")
    env = {"_ETOLIB_COMPLETE": "bash_complete", "COMP_WORDS": words, "COMP_CWORD": str(len(typed) - 1)}
    done = CliRunner(env=OFFLINE | env).invoke(main, [], prog_name="etolib", complete_var="_ETOLIB_COMPLETE")
    assert {line.partition(",")[2] for line in done.stdout.split()} >= expected


def test_no_colours_where_nobody_can_see_them_or_nobody_wants_them():
    assert "\x1b" not in run("sources").output
    assert "\x1b[1m" in run("sources", color=True).output
    assert "\x1b" not in CliRunner(env=OFFLINE | {"NO_COLOR": "1"}).invoke(main, ["sources"], color=True).output
    assert run("compute", "--lat", "x", "--lon", "1", "--period", "2024").stderr.startswith("error: ")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is always full")
@pytest.mark.parametrize("words", [("sources",), ("compute", *HERE)])
def test_an_output_that_takes_no_more_is_one_line(words):
    command = [sys.executable, "-m", "etolib", *words]
    with open("/dev/full", "w") as full:
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, env=os.environ | OFFLINE,
                              check=False)  # fmt: skip
    assert done.returncode == 1
    assert [line for line in done.stderr.splitlines() if not line.startswith("warning: ")] == [
        "error: No space left on device"
    ]


def test_a_line_of_progress_is_silent_where_it_is_no_terminal(capsys):
    line = Line(quiet=True)
    line.show(0.5, "half")
    line.end()
    with busy("going on"):
        pass
    assert capsys.readouterr() == ("", "")
    loud = Line()
    for share in (0.0, 0.01, 0.1, 0.12, 1.0):
        loud.show(share, f"{share:.0%}")
    assert capsys.readouterr().err.split() == ["0%", "10%", "100%"]


# --- the drawing ----------------------------------------------------------------------------------------------------


def series(count, kind="observed", missing=()):
    eto = 4 + np.sin(np.arange(count) / 20)
    eto[list(missing)] = np.nan
    days = pd.date_range("2024-01-01", periods=count)
    return pd.DataFrame({"date": days, "eto": eto, "eto_upper": eto + 1, "kind": kind})


@pytest.mark.parametrize("plain", [False, True], ids=["blocks", "ASCII"])
@pytest.mark.parametrize("width", [24, 40, 80, 200])
@pytest.mark.parametrize("count", [1, 2, 31, 366, 10_958])
def test_a_picture_is_as_wide_as_the_terminal_and_no_wider(count, width, plain):
    *picture, legend = terminal.draw(series(count), width, 8, plain=plain).splitlines()
    assert len(picture) == 10
    assert max(map(len, picture)) <= max(width, 35 if count > 1 else 24)
    assert "2024-01-01" in picture[-1]
    assert not plain or legend.isascii()
    assert not plain or all(line.isascii() for line in picture)


def test_the_height_of_a_column_is_its_value():
    table = series(4).assign(eto=[0.0, 2.0, 4.0, np.nan], eto_upper=[0.0, 2.0, 4.0, np.nan])
    rows = terminal.draw(table, 10 + 4, 8, plain=True).splitlines()
    bars = ["".join(row[6:].ljust(20)[at] for row in rows[:8]).count("#") for at in (0, 5, 10, 15)]
    assert bars == [0, 4, 8, 0]


@pytest.mark.parametrize(
    ("table", "words"),
    [
        (series(31, "forecast"), ["~", "forecast"]),
        (series(31, "climatology"), ["c", "climatology"]),
        (series(31, missing=range(31)), ["ETo [mm day-1]"]),
        (series(400), ["mean of"]),
    ],
    ids=["forecast", "climatology", "no value", "many days"],
)
def test_what_is_drawn_is_named(table, words):
    picture = terminal.draw(table, 80, 6)
    assert all(word in picture for word in words)
    assert "nan" not in picture


def test_compute_draws_in_the_units_that_are_asked_for():
    metric, us = (run("compute", *HERE, "--plot", "--units", units).stdout for units in ("metric", "us"))
    assert "ETo [mm day-1]" in metric
    assert "in" in us.splitlines()[-1]
    assert re.search(r"0\.\d", us.splitlines()[1])
    assert "date,eto" not in metric
    assert etolib.Site(-22.7, -47.6).__str__() in metric
