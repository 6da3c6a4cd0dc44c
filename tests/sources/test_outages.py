"""A provider that dies while a place is computed: the others' result stays, the loss is named, quality falls."""

from __future__ import annotations

import threading

import pytest
from click.testing import CliRunner

import etolib
from etolib import cli
from etolib.errors import NoSourceError
from etolib.site import Site

pytestmark = pytest.mark.slow

PLACE, PERIOD = Site(-22.7, -47.6, 550.0), "2024-02-01/2024-02-29"
BOULDER = Site(40.02, -105.27, 1655.0)
DEGREES = {"HIGH": 2, "MEDIUM": 1, "LOW": 0}


def rank(result):
    return result.table["quality"].map(DEGREES).mean()


@pytest.mark.parametrize(
    ("dead", "alive"), [("nasa_power", "open_meteo_archive"), ("open_meteo_archive", "nasa_power")]
)
def test_killed_mid_run(weather_server, tmp_path, dead, alive):
    with etolib.set_options(cache_dir=tmp_path / "whole"):
        whole = etolib.compute(PLACE, PERIOD)
    before = len(weather_server.calls(dead))
    weather_server.fault(dead, "hang")
    results = []

    def run():
        with etolib.set_options(cache_dir=tmp_path / "part", deadline="30"):
            results.append(etolib.compute(PLACE, PERIOD))

    thread = threading.Thread(target=run)
    thread.start()
    weather_server.wait_for_calls(before + 1, dead, timeout=60)  # it is being asked, and now it dies
    weather_server.fault(dead, "refuse")
    weather_server.release(dead)  # the connection that hangs is closed without an answer
    thread.join(60)
    assert not thread.is_alive()
    (part,) = results
    assert part.table["eto"].notna().all()
    assert set(part.table["source"]) == {f"{alive}+open_meteo_satellite"}
    assert rank(part) < rank(whole)
    assert any(text.startswith(dead) and "cannot be reached" in text for text in part.warnings)


def test_command_line_says_3_when_nobody_answers_and_climatology_was_not_wanted(weather_server):
    for service in ("nasa_power", "open_meteo_archive"):
        weather_server.fault(service, "refuse")
    asked = ["compute", "--lat=-22.7", "--lon=-47.6", "--elevation=550", "--start=2024-02-01", "--end=2024-02-29"]
    runner = CliRunner()
    refused = runner.invoke(cli.main, [*asked, "--sources", "nasa_power,open_meteo_archive"])
    assert refused.exit_code == 3
    assert "nasa_power" in refused.stderr
    assert "open_meteo_archive" in refused.stderr
    estimate = runner.invoke(cli.main, asked)
    assert estimate.exit_code == 0
    assert "climatolog" in estimate.output


def test_all_dead_is_one_error_with_all_causes(weather_server):
    weather_server.fault("all", "503_retry_after", seconds=3600)
    with pytest.raises(NoSourceError) as caught:
        etolib.compute(PLACE, PERIOD, ["nasa_power", "open_meteo_archive"])
    assert {cause.source for cause in caught.value.causes} == {"nasa_power", "open_meteo_archive"}


def test_the_usa_are_computed_from_their_own_service(weather_server, monkeypatch):
    monkeypatch.setenv("ETOLIB_CONTACT", "test@example.org")
    result = etolib.compute(BOULDER, "2024-06-26/2024-07-05")
    assert {"nws_stations", "nws_forecast", "open_meteo_forecast"} <= set(result.provenance["sources"])
    assert result.table["eto"].notna().all()
    # An estimated radiation is never preferred to one that a provider gives.
    assert result.provenance["sources"]["nws_forecast"]["estimated"] == ["rs"]


def test_without_a_folder_for_the_cache_the_numbers_are_the_same_and_one_warning_says_so(weather_server, tmp_path):
    (tmp_path / "file").write_text("no folder")
    with etolib.set_options(cache_dir=tmp_path / "cache"):
        usual = etolib.compute(PLACE, PERIOD)
    with etolib.set_options(cache_dir=tmp_path / "file"):
        result = etolib.compute(PLACE, PERIOD)
    assert result.table.equals(usual.table)
    (warning,) = set(result.warnings) - set(usual.warnings)
    assert str(tmp_path / "file") in warning
    assert "without it" in warning
