"""Every provider under every fault, and damaged answers by the hundred: data, or one typed error, never a wrong number.

`tests.sources.matrix` and `tests.sources.fuzz` say what is allowed and print the whole; ``ETOLIB_FUZZ=10000`` sets the
number of damaged answers here.
"""

from __future__ import annotations

import os
from collections import Counter

import pytest

from etolib import config
from etolib.sources import catalogue
from tests.simulator import FAULTS, WeatherServer
from tests.sources import fuzz, matrix

pytestmark = pytest.mark.slow

COUNT = int(os.environ.get("ETOLIB_FUZZ", "250"))
FEW = ("nws_stations", "gridmet", "nasa_power_zarr")
"""These ask a dozen times and more."""
LONG = (*FEW, "ghcn_hourly", "meteostat")
"""The answers of these are files of years: a quarter of the damage takes as long as all of it elsewhere."""
SHARE = 3
"""Faults of the way there and of the server are the door's to bear, which is one for all: of those each source is tried
with one in so many, another third than its neighbours, and `python -m tests.sources.matrix` tries all. What changes an
answer is tried with each."""
DOOR = [*(name for name in sorted(FAULTS) if FAULTS[name].acts != "answer"), *matrix.ELSEWHERE]
ANSWERS = [name for name in sorted(FAULTS) if FAULTS[name].acts == "answer"]
FEW_ANSWERS = (
    "broken_json", "no_units", "wrong_unit", "missing_dates", "absurd_values", "no_features", "duplicated_dates",
    "silent_units", "text_values", "nan_token", "missing_column", "places_swapped", "places_shifted",
)  # fmt: skip
ERRORS = {
    "400": "InvalidRequest", "401": "InvalidRequest", "403": "InvalidRequest", "500": "SourceUnavailable",
    "502_html": "SourceUnavailable", "503": "SourceUnavailable", "refuse": "SourceUnavailable",
    "hang": "SourceUnavailable", "drip_body": "SourceUnavailable", "drip_header": "SourceUnavailable",
    "close": "SourceUnavailable", "reset": "SourceUnavailable", "reset_body": "SourceUnavailable",
    "short_body": "SourceUnavailable", "gzip_truncated": "BadResponse", "garbage": "BadResponse",
    "html_200": "BadResponse", "empty_body": "BadResponse", "null_json": "BadResponse", "other_json": "BadResponse",
    "broken_json": "BadResponse", "stream_error": "BadResponse", "redirect_loop": "BadResponse",
    "redirect_away": "SourceUnavailable", "429": "RateLimited", "429_daily": "RateLimited",
    "429_retry_after_long": "RateLimited", "304": "BadResponse", "dns_failure": "SourceUnavailable",
    "tls_error": "SourceUnavailable",
}  # fmt: skip
"""What a lasting fault must come to, whatever the provider."""
OTHERWISE = {("nasa_power_zarr", "403"): "SourceUnavailable"}
"""So a bucket that does not list its keys says that a file is not there: the store has moved."""
HISTORY = ("nasa_power", "open_meteo_archive", "met_norway", "nws_forecast", "silo", "dwd_stations")
"""What a wait and a kept answer are tried with: one of each way to ask."""
ONCE = ("500", "502_html", "503", "503_retry_after", "429_retry_after", "close", "reset", "reset_body", "short_body",
        "gzip_truncated", "broken_json", "stream_error", "redirect_301")  # fmt: skip


def faults_of(name):
    """Return the faults that a source is tried with here."""
    turn = list(matrix.PROVIDERS).index(name) % SHARE
    return [*DOOR[turn::SHARE], *(FEW_ANSWERS if name in FEW else ANSWERS)]


def test_every_source_and_service_of_the_catalogue_is_tried_and_every_fault(tmp_path):
    assert {one.service for one in matrix.PROVIDERS.values()} == set(catalogue.services())
    asking = {row.name for row in catalogue.SOURCES.values() if row.service}
    assert asking <= set(matrix.PROVIDERS)
    assert asking <= set(fuzz.SOURCES)
    tried = Counter(fault for name in matrix.PROVIDERS for fault in faults_of(name))
    assert set(tried) == {*FAULTS, *matrix.ELSEWHERE}
    assert min(tried.values()) >= len(matrix.PROVIDERS) // SHARE
    with WeatherServer(today=matrix.TODAY) as server, matrix.settings(server, tmp_path):
        for row in catalogue.SOURCES.values():
            if row.name not in asking:  # it asks nobody
                catalogue.provider(row.name).fetch(matrix.WORLD, matrix.SETTLED)
        assert server.calls() == []


@pytest.mark.parametrize("name", matrix.PROVIDERS)
def test_no_fault_makes_a_wrong_number_or_another_exception(name):
    for fault, outcome in matrix.row(matrix.PROVIDERS[name], faults_of(name)).items():
        assert outcome.allowed or (name, fault) in matrix.UNTOLD, f"{name} x {fault}: {outcome}"
        wanted = OTHERWISE.get((name, fault), ERRORS.get(fault, outcome.kind))
        assert outcome.kind == wanted, f"{name} x {fault}: {outcome}"
        if fault in matrix.HANGING:
            assert outcome.calls <= outcome.usual, f"{name} x {fault}: asked again after the total time-out"


@pytest.mark.parametrize("name", HISTORY)
def test_a_fault_that_passes_is_not_seen(name):
    """A second attempt brings the right data."""
    for fault, outcome in matrix.row(matrix.PROVIDERS[name], ONCE, times=1).items():
        assert outcome.kind == "data", f"{name} x {fault}: {outcome}"


@pytest.mark.parametrize("name", HISTORY)
@pytest.mark.parametrize("fault", ["503", "refuse", "garbage"])
def test_a_kept_answer_is_used_and_marked_while_the_provider_is_down(name, fault):
    outcome = matrix.run_after(matrix.PROVIDERS[name], fault)
    assert outcome.kind == "stale", outcome
    assert "kept answer" in outcome.text


@pytest.mark.parametrize("name", fuzz.SOURCES)
def test_damaged_answers_end_in_data_or_a_typed_error(name):
    count = COUNT if name not in LONG or COUNT > 250 else COUNT // 4
    found = fuzz.fuzz_source(name, count, seed=20)
    assert sum(found.values()) == count
    assert found["data"] > 0  # some damage does not matter; were there none, nothing would be tested
    assert len(found) > 1


@pytest.mark.parametrize("name", fuzz.PARSERS)
def test_damaged_recordings_end_in_data_or_a_typed_error(name):
    with config.set_options(today=matrix.TODAY):
        found = fuzz.fuzz_recordings(name, COUNT, seed=20)
    if not found:
        pytest.skip("needs the recordings, which are not beside this checkout")
    assert found["data"] > 0
    assert len(found) > 1
