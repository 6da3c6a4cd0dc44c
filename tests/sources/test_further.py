"""What the sources added later leave alone: the first six are asked no more often, and elsewhere nothing is asked."""

from __future__ import annotations

from collections import Counter
from functools import partial

import pytest

import etolib
from etolib.errors import BadResponse, InvalidRequest, NotCovered
from etolib.site import Period, Site
from etolib.sources import catalogue
from etolib.sources.plan import choose
from etolib.widgets import wording
from tests.simulator import WeatherServer
from tests.simulator.kinds import FURTHER
from tests.sources import matrix
from tests.sources.matrix import METEOSTAT, TODAY, settings

PERIOD = "2024-06-15/2024-07-03"
PLACES = {
    "Queensland": Site(-27.18, 151.26, 340.0),
    "Kansas": Site(39.05, -95.68, 280.0),
    "Brandenburg": Site(52.38, 13.06, 80.0),
    "Lapland": Site(66.5, 25.7, 195.0),
    "São Paulo": Site(-22.7, -47.6, 550.0),
}
FIRST = {row.name for row in catalogue.SOURCES.values() if row.service not in FURTHER}


@pytest.fixture
def asked(weather_server, tmp_path, monkeypatch):
    """Return a counter of the calls of a calculation by service."""

    def count(site, folder):
        with settings(weather_server, tmp_path / folder):
            weather_server.forget()
            etolib.compute(site, PERIOD)
            return Counter(call.provider for call in weather_server.calls())

    monkeypatch.setenv("ETOLIB_SILO_EMAIL", "grower@example.org")
    return count


@pytest.mark.parametrize("name", ["Queensland", "Kansas", "Brandenburg"])
def test_the_first_six_are_asked_no_more_often(asked, monkeypatch, name):
    with_them = asked(PLACES[name], "with")
    rows = {key: row for key, row in catalogue.SOURCES.items() if key in FIRST}
    monkeypatch.setattr(catalogue, "SOURCES", rows)
    without = asked(PLACES[name], "without")
    assert {service: n for service, n in with_them.items() if service not in FURTHER} == dict(without)


def test_elsewhere_none_of_them_is_asked(asked):
    assert not set(asked(PLACES["São Paulo"], "elsewhere")) & set(FURTHER)


LISTS = {
    "dwd_stations": ("dwd", PLACES["Brandenburg"]),
    "ghcn_hourly": ("ghcn_hourly", matrix.GHCN),
    "meteostat": ("meteostat_stations", METEOSTAT),
    "nws_stations": ("nws", matrix.USA),
}


@pytest.mark.parametrize("fault", ["places_swapped", "places_mirrored", "places_shifted"])
@pytest.mark.parametrize("name", LISTS)
def test_a_list_that_places_its_stations_wrongly_is_told(weather_server, tmp_path, name, fault):
    """It would have no station where there is one, or take one of elsewhere for near."""
    service, site = LISTS[name]
    if (service, fault) in matrix.UNTOLD:
        pytest.skip(matrix.UNTOLD[service, fault])
    period = Period("2024-06-26", "2024-06-28")
    with settings(weather_server, tmp_path):
        weather_server.fault(service, fault)
        with pytest.raises(BadResponse) as caught:
            catalogue.provider(name).fetch(site, period)
        # The other side of the list that is mirrored: stations of elsewhere lie near.
        mirrored = Site(site.latitude, -site.longitude, site.elevation)
        with pytest.raises((BadResponse, NotCovered)):
            catalogue.provider(name).fetch(mirrored, period)
    assert caught.value.source == name
    assert caught.value.suggestion


def test_every_source_of_stations_is_among_them():
    known = {row.name for row in catalogue.SOURCES.values() if row.service and row.title.endswith("stations")}
    assert known == set(LISTS)


@pytest.mark.parametrize("name", ["dwd_stations", "ghcn_hourly", "meteostat"])
def test_a_list_that_is_gone_says_nothing_of_a_place(weather_server, tmp_path, name):
    service, site = LISTS[name]
    with settings(weather_server, tmp_path):
        weather_server.fault(service, "404", times=1)
        with pytest.raises(InvalidRequest, match="404"):
            catalogue.provider(name).fetch(site, Period("2024-06-26", "2024-06-28"))


@pytest.mark.parametrize("language", ["en", "pt", "es"])
def test_every_step_of_a_plan_gives_its_reason_in_words(weather_server, language):
    for site in PLACES.values():
        for step in choose(site, Period("2024-06-15", "2024-07-03")):
            told = wording.translate(language, step.reason)
            assert told
            assert "{" not in told
            assert language == "en" or told != str(step.reason)


@pytest.mark.parametrize("name", ["silo", "dwd_stations", "meteostat", "gridmet"])
def test_a_later_answer_that_differs_is_told_in_the_provenance(name, tmp_path, monkeypatch):
    """The first answer is past its time, the second lacks a day."""
    monkeypatch.setenv("ETOLIB_SILO_EMAIL", "somebody@example.org")
    row, place = catalogue.find(name), {"silo": "Queensland", "gridmet": "Kansas"}.get(name, "Brandenburg")
    site = METEOSTAT if name == "meteostat" else PLACES[place]
    with WeatherServer(today=TODAY) as server, settings(server, tmp_path) as door:
        ask = partial(catalogue.provider(name).fetch, site, Period("2024-05-01", "2024-05-20"))
        ask()
        with door.cache.database.connect(write=True) as connection:
            connection.execute("update entry set expires = fetched")
        server.fault(row.service, "null_day")
        told = ask().meta["revised"]["variables"]
    assert any(counts["lost"] or counts["changed"] for counts in told.values())
