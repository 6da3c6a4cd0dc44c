"""What is asked beside the weather: it never spoils a result, and nobody waits long for it."""

from __future__ import annotations

import time

import numpy as np
import pandas as pd
import pytest

import etolib
from etolib.sources import catalogue, download

PLACE = (-22.7, -47.6, 550.0)
PERIOD = "2024-06-20/2024-07-05"
BESIDE = [row.name for row in catalogue.SOURCES.values() if row.role == "beside"]
FIRST_SIX = (
    "nasa_power",
    "open_meteo_archive",
    "open_meteo_forecast",
    "open_meteo_historical_forecast",
    "met_norway",
    "nws",
)


def without(cache, period=PERIOD):
    """Return the result as it was before there was anything beside the weather."""
    with etolib.set_options(cache_dir=cache, beside=False):
        result = etolib.compute(PLACE, period)
    assert not set(BESIDE) & set(result.provenance["sources"])
    return result


# A day's limit that is reached is no fault of one service: it is that of all of Open-Meteo.
@pytest.mark.parametrize("fault", ["503", "garbage", "refuse", "all_missing", "wrong_unit", "other_place"])
def test_its_failure_leaves_the_result_that_would_be_without_it(weather_server, tmp_path, fault):
    plain = without(tmp_path / "plain").table
    for service in BESIDE:
        weather_server.fault(service, fault)
    with etolib.set_options(cache_dir=tmp_path / fault):
        result = etolib.compute(PLACE, PERIOD)
    pd.testing.assert_frame_equal(result.table, plain)
    assert {error["source"] for error in result.provenance["failed"]} == set(BESIDE)
    assert not any("open_meteo_satellite" in text for text in result.provenance["choice"])


def test_a_silent_one_is_waited_for_once_and_then_left_alone(weather_server, tmp_path, monkeypatch):
    monkeypatch.setattr(download, "PATIENCE", 0.3)
    plain = without(tmp_path / "plain").table
    for service in BESIDE:
        weather_server.fault(service, "hang")
    with etolib.set_options(cache_dir=tmp_path / "hang"):
        result = etolib.compute(PLACE, PERIOD)
        pd.testing.assert_frame_equal(result.table, plain)
        assert sum("was not waited for" in text for text in result.warnings) == len(BESIDE)
        asked = {name: len(weather_server.calls(name)) for name in BESIDE}
        assert set(asked.values()) == {1}
        begun = time.perf_counter()
        again = etolib.compute((-22.9, -47.9, 550.0), PERIOD)  # another place does not wait
        assert {name: len(weather_server.calls(name)) for name in BESIDE} == asked
        assert again.table["eto"].notna().all()
        assert time.perf_counter() - begun < 20


def test_the_others_are_asked_as_often_as_before(weather_server, tmp_path):
    def asked():
        return {name: len(weather_server.calls(name)) for name in FIRST_SIX}

    without(tmp_path / "plain")
    before = asked()
    weather_server.forget()
    with etolib.set_options(cache_dir=tmp_path / "all"):
        etolib.compute(PLACE, PERIOD)
    assert asked() == before
    assert {name: len(weather_server.calls(name)) for name in BESIDE} == dict.fromkeys(BESIDE, 1)
    weather_server.forget()
    with etolib.set_options(cache_dir=tmp_path / "all"):
        etolib.compute(PLACE, PERIOD)
    assert weather_server.calls() == []


def test_days_it_lacks_are_nasas_and_each_day_says_whose_radiation_it_is(weather_server, tmp_path):
    weather_server.fault("open_meteo_satellite", "tail_missing")
    with etolib.set_options(cache_dir=tmp_path):
        table = etolib.compute(PLACE, "2024-03-01/2024-03-31").table
    lacking = ~table["source"].str.contains("open_meteo_satellite")
    assert lacking.tolist() == [False] * 26 + [True] * 5
    assert table["eto"].notna().all()


def test_where_no_satellite_looks_none_is_asked(weather_server, tmp_path):
    with etolib.set_options(cache_dir=tmp_path):
        for place in ((40.0, -105.3, 1655.0), (64.1, -21.9, 50.0)):
            result = etolib.compute(place, "2024-03-01/2024-03-05")
            assert result.table["eto"].notna().all()
    assert weather_server.calls("open_meteo_satellite") == []


def test_radiation_confirms_no_temperature(weather_server, tmp_path):
    """A day of one weather source and a satellite is no better graded than one of the source alone."""
    with etolib.set_options(cache_dir=tmp_path):
        table = etolib.compute(PLACE, "2024-03-01/2024-03-10", ["open_meteo_archive", "open_meteo_satellite"]).table
    assert set(table["source"]) == {"open_meteo_archive+open_meteo_satellite"}
    assert set(table["quality"]) == {"MEDIUM"}
    assert np.isfinite(table["eto"]).all()
