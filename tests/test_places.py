"""Places by name without network: what is found, in which order, and that nothing is read before it is asked for."""

from __future__ import annotations

import random
import subprocess
import sys
from pathlib import Path

import pytest

import etolib.data
from etolib import places

PATH = Path(next(iter(etolib.data.__path__))) / "places.zlib"


@pytest.mark.parametrize(
    ("text", "name", "country"),
    [
        ("petrolina", "Petrolina", "BR"),
        ("PETROL", "Petroleum", None),
        ("petrolna", "Petrolina", "BR"),  # a letter lost
        ("petrolian", "Petrolina", "BR"),  # two exchanged
        ("nairobbi", "Nairobi", "KE"),
        ("sao paulo", "São Paulo", "BR"),
        ("São Paulo", "São Paulo", "BR"),
        ("munchen", "Munich", "DE"),  # its other name
        ("londres", "London", "GB"),
        ("den haag", "The Hague", "NL"),
        ("roma", "Rome", "IT"),  # before the towns of that name, which are small
        ("petropolis", "Petrópolis", "BR"),  # before Saint Petersburg, which is called so too
        ("santiago", "Santiago", "CL"),  # the largest of many
        ("valencia, espanha", "Valencia", "ES"),
        ("valencia, es", "Valencia", "ES"),
        ("valencia, venezuela", "Valencia", "VE"),
        ("paris, US", "Paris", "US"),
        ("st louis", "St. Louis", "US"),
        ("bom jesus da lapa", "Bom Jesus da Lapa", "BR"),
        ("saint étienne", "Saint-Étienne", "FR"),
    ],
)
def test_the_first_is_the_one_that_is_meant(text, name, country):
    first = places.search(text)[0]
    if country is None:
        assert places.fold(first.name).startswith(places.fold(text))
    else:
        assert (first.name, first.country) == (name, country)


def test_where_it_lies():
    first = places.search("Petrolina")[0]
    assert (first.latitude, first.longitude) == (pytest.approx(-9.399, abs=0.001), pytest.approx(-40.501, abs=0.001))
    assert first.population > 300_000
    assert str(first.site) == "Petrolina (9.3990°S 40.5010°W)"
    assert [place.region for place in places.search("springfield, IL")] == ["IL"]
    assert places.search("berlin")[0].title("pt") == "Berlin, Alemanha"


def test_better_matches_stand_before_larger_towns():
    found = [place.name for place in places.search("juazeiro")]
    assert found[:2] == ["Juazeiro", "Juazeiro do Norte"]
    whole = places.search("london", 50)
    assert whole[0].population == max(place.population for place in whole)
    assert len({(place.latitude, place.longitude) for place in whole}) == len(whole) == 16
    assert [place.country for place in places.search("a, brasil", 5)] == ["BR"] * 5


@pytest.mark.parametrize(
    "text", ["", "  ", ",", ", brazil", "xqzzzzz", "москва", "\n", "-", "a\nb", "😀", "%s", "a" * 5000]
)
def test_what_is_no_name_finds_nothing_or_something_but_never_fails(text):
    assert len(places.search(text)) <= 10
    assert places.search("paris", 0) == []


def test_every_town_is_found_by_its_own_name():
    books = places._gazetteer()
    assert len(books) > 60_000
    for number in random.Random(1).sample(range(len(books)), 300):
        town = books.place(number)
        country = places.country_name(town.country)
        found = places.search(f"{town.name.replace(',', ' ')}, {town.country}", 300)
        assert town in found, town
        assert len(country) > 2
        assert -90 <= town.latitude <= 90
        assert -180 <= town.longitude <= 180
        assert town.population >= 5000


def test_nothing_is_read_before_the_first_search_and_nothing_heavy_ever():
    code = (
        "import sys\nfrom etolib import places\nassert places._gazetteer.cache_info().currsize == 0\n"
        "places.search('petrolina')\nprint([m for m in ('pandas', 'xarray') if m in sys.modules])"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout.strip() == "[]"
    assert PATH.stat().st_size < 1.05e6


def test_distance_counts_letters_of_a_beginning():
    assert places.distance("abc", "abcdef", 2) == 0
    assert places.distance("abd", "abcdef", 2) == 1
    assert places.distance("acb", "abcdef", 2) == 1
    assert places.distance("xyz", "abcdef", 2) == 3
