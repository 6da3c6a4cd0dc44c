"""Nothing of the first six sources is asked more often than it was before there were further ones."""

from __future__ import annotations

import pytest

from tests.sources import calls

RECORDED = {
    "a year": {"nasa_power": 1, "open_meteo_archive": 1, "open_meteo_elevation": 1},
    "next door, the same year": {"open_meteo_archive": 1, "open_meteo_elevation": 1},
    "the last month": {"nasa_power": 1, "open_meteo_archive": 1, "open_meteo_forecast": 1},
    "days around today": {"nasa_power": 1, "open_meteo_archive": 1, "open_meteo_forecast": 1},
    "days to come": {"open_meteo_forecast": 1, "met_norway": 1, "open_meteo_elevation": 1},
    "days to come in the USA": {"open_meteo_forecast": 1, "nws": 2, "open_meteo_elevation": 1},
    "the last days in the USA": {"nasa_power": 1, "open_meteo_forecast": 1, "nws": 15},
    "past forecasts, by name": {"open_meteo_historical_forecast": 1},
    "all again at once": {},
    "all again after 50 minutes": {"met_norway": 1, "nws": 11},
    "all again after 20 hours": {"nasa_power": 3, "open_meteo_forecast": 5, "met_norway": 1, "nws": 12},
    "twenty places": {"nasa_power": 10, "open_meteo_archive": 1, "open_meteo_elevation": 1},
    "twenty places, days to come": {"open_meteo_forecast": 1},
}
"""What `tests.sources.calls` counted on 2026-11-27 in a checkout of commit adb16cc, when etolib had six sources."""

SATELLITE, ENSEMBLE = "open_meteo_satellite", "open_meteo_ensemble"
BESIDE = {
    "a year": {SATELLITE: 1},
    "next door, the same year": {SATELLITE: 1},
    "the last month": {SATELLITE: 1},
    "days around today": {SATELLITE: 1, ENSEMBLE: 1},
    "days to come": {ENSEMBLE: 1},
    "days to come in the USA": {ENSEMBLE: 1},
    "all again after 20 hours": {SATELLITE: 2, ENSEMBLE: 3},
    "twenty places": {SATELLITE: 1},
    "twenty places, days to come": {ENSEMBLE: 1},
}
"""What is asked besides since then: once for each question that has days of it, once for a list of places, not again
while the answer is kept, and never where no satellite looks (USA) or a source was named."""

pytestmark = pytest.mark.slow


def test_no_service_is_asked_more_often_than_with_six_sources():
    found = calls.count()
    assert found.keys() == RECORDED.keys()
    more = {
        (request, service): (number, RECORDED[request].get(service, 0))
        for request, by_service in found.items()
        for service, number in by_service.items()
        if service not in calls.BESIDE and number > RECORDED[request].get(service, 0)
    }
    assert more == {}
    beside = {
        request: {service: number for service, number in by_service.items() if service in calls.BESIDE}
        for request, by_service in found.items()
    }
    assert {request: counts for request, counts in beside.items() if counts} == BESIDE
