"""`etolib batch`: what it writes, says and returns."""

from __future__ import annotations

import os
import subprocess
import sys

import pandas as pd
import pytest
import xarray as xr
from click.testing import CliRunner

import etolib
from etolib import cli
from etolib.store.store import Store

pytestmark = pytest.mark.slow

PLACES = "Fazenda;lat;lon;alt\nA;-22,5;-47,5;600\nB;-22,6;-47,5;610\n"


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name, value in {"OFFLINE": "1", "TODAY": "2024-07-01", "CACHE_DIR": str(tmp_path / "cache")}.items():
        monkeypatch.setenv(f"ETOLIB_{name}", value)
    (tmp_path / "places.csv").write_text(PLACES)
    return tmp_path


@pytest.fixture
def run(folder, client):
    """Run the command on the cluster of the tests."""

    def call(*arguments, scheduler=True):
        with pytest.MonkeyPatch.context() as patch:
            if scheduler:
                patch.setattr("etolib.cli_batch._client", lambda address, workers: _Kept(client))
            return CliRunner().invoke(cli.main, ["batch", *map(str, arguments)])

    return call


class _Kept:
    def __init__(self, client):
        self.client = client

    def __enter__(self):
        return self.client

    def __exit__(self, *why):
        pass


def test_a_run_its_files_and_its_resumption(run, folder):
    done = run("places.csv", "--period", "2024-02", "-o", "out.zarr", "--to", "csv", "--to", "parquet")
    assert (done.exit_code, done.stdout) == (0, "")
    assert "out.zarr: 2 of 2 places" in done.stderr
    assert "\x1b" not in done.stderr  # no terminal
    assert xr.open_zarr(folder / "out.zarr")["name"].values.tolist() == ["A", "B"]
    assert len(pd.read_csv(folder / "out.csv", comment="#")) == len(pd.read_parquet(folder / "out.parquet")) == 58
    again = run("places.csv", "--period", "2024-02", "-o", "out.zarr")
    assert (again.exit_code, "--resume" in again.stderr) == (2, True)
    for arguments in (["places.csv", "--period", "2024-02"], ["places.csv"], []):
        assert run(*arguments, "-o", "out.zarr", "--resume").exit_code == 0
    assert [line["event"] for line in Store.open(folder / "out.zarr").log()] == ["begin", "end"]
    other = run("places.csv", "--period", "2024-03", "-o", "out.zarr", "--resume")
    assert (other.exit_code, "2024-02-01/2024-02-29" in other.stderr) == (2, True)


def test_places_without_values_are_listed_and_end_with_3(run, folder):
    (folder / "places.csv").write_text(PLACES + "sea;-30;-30;0\n")
    done = run("places.csv", "--period", "2024-02", "-o", "out.zarr")
    assert done.exit_code == 3
    assert "error: sea (30.0000°S 30.0000°W): NotCovered" in done.stderr
    assert "3 of 3 places, 1 failed" in done.stderr


def test_a_dry_run_writes_and_asks_nothing(run, folder):
    done = run("places.csv", "--period", "2023", "-o", "out.zarr", "--dry-run", scheduler=False)
    assert done.exit_code == 0
    assert "2 places of 365 days" in done.stdout
    assert not (folder / "out.zarr").exists()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["none.csv", "--period", "2024"], "does not exist"),
        (["places.csv"], "--period"),
        (["--period", "2024"], "--box"),
        (["places.csv", "--period", "20x4"], "period"),
        (["places.csv", "--period", "2024", "--sources", "nobody"], "is not known"),
        (["bad.csv", "--period", "2024"], "line 3"),
        (["--box", "1", "2", "1", "4", "--spacing", "1", "--period", "2024"], "east"),
        (["places.csv", "--period", "2024", "--scheduler", "nonsense"], "nonsense"),
        (["places.csv", "--period", "2024", "--resume", "-o", "empty"], "is no store of etolib's"),
    ],
)
def test_bad_input_ends_with_2_and_a_line_that_says_what(run, folder, arguments, said):
    (folder / "bad.csv").write_text("lat,lon\n-22,-47\nx,y\n")
    (folder / "empty").mkdir()
    output = [] if "-o" in arguments else ["-o", "out.zarr"]
    done = run(*arguments, *output, scheduler=False)
    assert done.exit_code == (1 if "--scheduler" in arguments else 2), done.output
    assert said in done.output
    assert "Traceback" not in done.output
    assert not (folder / "out.zarr").exists()


def test_rows_left_out_are_told_and_a_box_needs_no_file(run, folder):
    (folder / "places.csv").write_text(PLACES + "C;x;y;\n")
    done = run("places.csv", "--period", "2024-02-01", "-o", "out.zarr", "--skip-bad")
    assert done.exit_code == 0
    assert "left out: line 4" in done.stderr
    done = run("--box", "-48", "-23", "-47", "-22.5", "--spacing", "0.5", "--period", "2024-02-01", "-o", "box.zarr")
    assert done.exit_code == 0
    assert xr.open_zarr(folder / "box.zarr").sizes["place"] == 2


def test_the_command_with_a_cluster_of_its_own(folder):
    command = [sys.executable, "-m", "etolib", "batch", "places.csv", "--period", "2024-02-01", "-o", "out.zarr"]
    done = subprocess.run([*command, "--workers", "1"], capture_output=True, text=True, env=os.environ, check=False)
    assert (done.returncode, done.stdout) == (0, ""), done.stderr
    assert " INFO " not in done.stderr  # what dask says to itself
    alone = etolib.compute((-22.5, -47.5, 600), "2024-02-01")
    assert alone.table["eto"][0] == xr.open_zarr(folder / "out.zarr")["eto"].values[0, 0]
