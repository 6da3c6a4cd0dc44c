"""Search of places online: what it gives, what is broken, and the embedded places where it does not answer."""

from __future__ import annotations

import pytest

from etolib import config, places
from etolib.errors import SourceError
from etolib.sources import geocoding
from etolib.sources.network import client
from tests.simulator import WeatherServer
from tests.sources import matrix


@pytest.fixture
def server(tmp_path):
    with WeatherServer(today=matrix.TODAY) as server, matrix.settings(server, tmp_path):
        yield server


def test_places_have_region_height_and_country(server):
    first = geocoding.search("petrolina")[0]
    assert (first.name, first.country, first.region, first.elevation) == ("Petrolina", "BR", "Pernambuco", 380.0)
    assert first.population == 386791
    assert first.site.elevation == 380.0
    assert first.title("en") == "Petrolina, Pernambuco, Brazil"
    assert [place.name for place in geocoding.search("Petr", 3)] == ["Petrolina", "Petrolina de Goiás", "Petrolândia"]
    call = server.calls("open_meteo_geocoding")[-1]
    assert "count=3" in call.query
    assert "name=Petr" in call.query


def test_nothing_found_and_nothing_asked(server):
    assert geocoding.search("xqzz") == []
    before = len(server.calls())
    assert geocoding.search("p") == []
    assert geocoding.search("berlin", 0) == []
    assert len(server.calls()) == before
    geocoding.search("berlin")
    geocoding.search("berlin")
    assert len(server.calls()) == before + 1  # kept


def test_both_together_without_doubles(server):
    found = geocoding.find("petrolina")
    assert [place.name for place in found[:1]] == ["Petrolina"]
    assert len([place for place in found if place.name == "Petrolina"]) == 1
    assert geocoding.find("sitio do meio") == places.search("sitio do meio")  # the simulator knows it with its accent
    assert geocoding.find("sítio do")[0].name == "Sítio do Meio"  # too small for the embedded ones
    assert geocoding.find("berlin, us")[0].country == "US"


@pytest.mark.parametrize("fault", ["503", "refuse", "garbage", "429", "null_json", "html_200", "broken_json"])
def test_where_the_service_fails_the_embedded_places_answer(server, fault):
    server.fault("open_meteo_geocoding", fault)
    with pytest.raises(SourceError):
        geocoding.search("petrolina")
    assert geocoding.find("petrolina") == places.search("petrolina")


def test_offline_nobody_is_asked(server):
    with config.set_options(offline=True):
        assert geocoding.find("petrolina") == places.search("petrolina")
    assert server.calls() == []


@pytest.mark.parametrize(
    "body",
    [
        b"[]",
        b"{}",
        b'{"results": {}}',
        b'{"results": [{}]}',
        b'{"results": [{"name": " ", "latitude": 1, "longitude": 2}]}',
        b'{"results": [{"name": "x", "latitude": 91, "longitude": 2}]}',
        b'{"results": [{"name": "x", "latitude": "n/a", "longitude": 2}]}',
        b'{"results": [{"name": "x", "longitude": 2}]}',
        b'{"results": [{"name": "x", "latitude": NaN, "longitude": 2}]}',
    ],
)
def test_what_is_no_answer_is_refused(body):
    with pytest.raises((ValueError, SourceError)):
        client.checked(geocoding.parse, body)


def test_what_is_odd_in_an_answer_is_left_out():
    body = (
        '{"results": [{"name": "A\\nB", "latitude": 1, "longitude": 2, "elevation": 9999, "population": -5, '
        '"country_code": 7, "admin1": null}]}'
    )
    (place,) = geocoding.parse(body.encode())
    assert (place.name, place.elevation, place.population, place.country, place.region) == ("A B", None, 0, "", "")
    assert place.site.name == "A B"
