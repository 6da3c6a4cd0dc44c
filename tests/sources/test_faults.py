"""Every provider under every fault, and damaged answers by the hundred: data, or one typed error, never a wrong number.

`tests.sources.matrix` and `tests.sources.fuzz` say what is allowed and print the whole; ``ETOLIB_FUZZ=10000`` sets the
number of damaged answers here.
"""

from __future__ import annotations

import os

import pytest

from etolib import config
from tests.simulator import FAULTS
from tests.sources import fuzz, matrix

pytestmark = pytest.mark.slow

COUNT = int(os.environ.get("ETOLIB_FUZZ", "250"))
FEW_FAULTS = ("nws_stations", "gridmet")
# These ask a dozen times and more: a fault of each sort there, the whole in `python -m tests.sources.matrix`.
STATION_FAULTS = (
    "503", "429_retry_after_long", "404", "hang", "refuse", "reset_body", "garbage", "broken_json", "no_units",
    "wrong_unit", "missing_dates", "absurd_values", "no_features", "duplicated_dates",
    "silent_units",
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
WEATHER = (
    "nasa_power", "open_meteo_archive", "open_meteo_forecast", "met_norway", "nws_forecast", "silo", "dwd_stations",
)  # fmt: skip
ONCE = ("500", "502_html", "503", "503_retry_after", "429_retry_after", "close", "reset", "reset_body", "short_body",
        "gzip_truncated", "broken_json", "stream_error", "redirect_301")  # fmt: skip


@pytest.mark.parametrize("name", matrix.PROVIDERS)
def test_no_fault_makes_a_wrong_number_or_another_exception(name):
    provider = matrix.PROVIDERS[name]
    faults = [*(STATION_FAULTS if name in FEW_FAULTS else sorted(FAULTS)), *matrix.ELSEWHERE]
    for fault, outcome in matrix.row(provider, faults).items():
        assert outcome.allowed, f"{name} x {fault}: {outcome}"
        assert outcome.kind == ERRORS.get(fault, outcome.kind), f"{name} x {fault}: {outcome}"
        if fault in matrix.HANGING:
            assert outcome.calls <= provider.requests, f"{name} x {fault}: asked again after the total time-out"


@pytest.mark.parametrize("name", WEATHER)
def test_a_fault_that_passes_is_not_seen(name):
    """A second attempt brings the right data."""
    for fault, outcome in matrix.row(matrix.PROVIDERS[name], ONCE, times=1).items():
        assert outcome.kind == "data", f"{name} x {fault}: {outcome}"


@pytest.mark.parametrize("name", WEATHER)
@pytest.mark.parametrize("fault", ["503", "refuse", "garbage"])
def test_a_kept_answer_is_used_and_marked_while_the_provider_is_down(name, fault):
    outcome = matrix.run_after(matrix.PROVIDERS[name], fault)
    assert outcome.kind == "stale", outcome
    assert "kept answer" in outcome.text


@pytest.mark.parametrize("name", matrix.PROVIDERS)
def test_damaged_answers_end_in_data_or_a_typed_error(name):
    count = COUNT if name not in FEW_FAULTS or COUNT > 250 else COUNT // 4
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
