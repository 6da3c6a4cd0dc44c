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
    "all again at once": {},
    "all again after 50 minutes": {"met_norway": 1, "nws": 11},
    "all again after 20 hours": {"nasa_power": 3, "open_meteo_forecast": 5, "met_norway": 1, "nws": 12},
    "twenty places": {"nasa_power": 10, "open_meteo_archive": 1, "open_meteo_elevation": 1},
}  # fmt: skip
"""What `tests.sources.calls` counted on 2026-11-24 (commit adb16cc), when etolib had six sources."""

pytestmark = pytest.mark.slow


def test_no_service_is_asked_more_often_than_with_six_sources():
    found = calls.count()
    assert found.keys() == RECORDED.keys()
    more = {
        (request, service): (number, RECORDED[request].get(service, 0))
        for request, by_service in found.items()
        for service, number in by_service.items()
        if number > RECORDED[request].get(service, 0)
    }
    assert more == {}
    assert any(found.values())
