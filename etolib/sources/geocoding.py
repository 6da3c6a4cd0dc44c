"""Places by name of the online service of Open-Meteo (GeoNames); `find` falls back on the embedded places.

References
----------
https://open-meteo.com/en/docs/geocoding-api
"""

from __future__ import annotations

from typing import Any

from etolib import config, places
from etolib.errors import SourceError
from etolib.places import Place
from etolib.sources import canonical, lifetime
from etolib.sources.network import client
from etolib.sources.open_meteo_access import budget, limited_until
from etolib.sources.shape import Anything, List, Number, Object, Words

SERVICE = "open_meteo_geocoding"
ATTRIBUTION = "Places: Open-Meteo.com and GeoNames (https://www.geonames.org), CC BY 4.0"
_MOST = 100  # of one answer, the server's limit
_LETTERS = 2  # fewer find nothing there


def parse(body: bytes) -> list[Place]:
    """Read an answer; what has no name or no place on Earth makes the whole of it wrong.

    >>> parse(b'{"results": [{"name": "Oslo", "latitude": 59.9, "longitude": 10.7, "country_code": "NO"}]}')[0].country
    'NO'
    >>> parse(b'{"generationtime_ms": 0.5}')
    []
    """
    data = canonical.read_json(body)
    if not isinstance(data, dict) or not {"results", "generationtime_ms"} & data.keys():
        raise ValueError("neither results nor the time they took")
    rows = data.get("results", [])
    if not isinstance(rows, list):
        raise ValueError("results are no list")
    return [_place(row) for row in rows]


def _place(row: Any) -> Place:
    if not isinstance(row, dict) or not isinstance(row.get("name"), str) or not row["name"].strip():
        raise ValueError("a result without a name")
    latitude, longitude = canonical.numbers([row.get("latitude"), row.get("longitude")], 2)
    if not (abs(latitude) <= 90 and abs(longitude) <= 180):
        raise ValueError("a place that is not on Earth")
    (elevation,) = canonical.numbers([row.get("elevation")], 1)
    (population,) = canonical.numbers([row.get("population")], 1)
    country, region = row.get("country_code"), row.get("admin1")
    return Place(
        _one_line(row["name"]),
        country.upper() if isinstance(country, str) and len(country) == 2 else "",
        round(float(latitude), 5),
        round(float(longitude), 5),
        int(population) if 0 <= population < 1e9 else 0,
        _one_line(region) if isinstance(region, str) else "",
        float(elevation) if -450 <= elevation <= 9000 else None,  # the service writes 9999 where it knows none
    )


def _one_line(text: str) -> str:
    return "".join(c if c.isprintable() else " " for c in text).strip()[:200]


def search(text: str, limit: int = 10, language: str = "en") -> list[Place]:
    """Return places by name of the online service, best first, named in a language.

    Raises
    ------
    SourceError
        Where it does not answer.
    """
    name = " ".join(text.split())
    if len(name) < _LETTERS or limit < 1:
        return []
    reply = client.fetch(
        f"{config.service_root(SERVICE)}/v1/search",
        {"name": name, "count": min(limit, _MOST), "language": language, "format": "json"},
        source=SERVICE,
        check=parse,
        ttl=lambda data, headers: lifetime.FOUND if data else lifetime.NOT_FOUND,
        differs=lambda before, after, fetched: None if before == after else {},
        deadline=6.0,
        connect=1.7,
        read=5.0,
        attempts=1,
        budget=budget(SERVICE),
        limited_until=limited_until,
        version="geocoding-1",
    )
    return list(reply.data)


def find(text: str, limit: int = 10, language: str = "en") -> list[Place]:
    """Return places by name: the embedded ones first where the name is theirs, then those of the online service.

    Without network, and where the service does not answer, the embedded ones alone; nothing is raised.
    """
    embedded = places.search(text, limit)
    name, _, where = text.partition(",")
    try:
        online = [place for place in search(name, limit, language) if places.lies_in(place, where)]
    except SourceError:
        return embedded
    new = [place for place in online if not any(_same(place, other) for other in embedded)]
    whole = [place for place in embedded if places.fold(place.name) == places.fold(name)]
    return [*whole, *new, *(place for place in embedded if place not in whole)][:limit]


def _same(one: Place, other: Place) -> bool:
    """Return whether two places are one: within about 11 km, and of the same country where both say it."""
    apart = abs(one.latitude - other.latitude) < 0.1 and abs(one.longitude - other.longitude) < 0.1
    return apart and (one.country == other.country or not one.country or not other.country)


SHAPES = {
    "/v1/search": Object(
        results=List(
            Object(
                name=Words(), latitude=Number(-90, 90), longitude=Number(-180, 180), country_code=Words(),
                optional={"elevation": Number(-500, 9999), "population": Number(0, 1e9), "admin1": Words()},
                others=Anything(),
            )
        ),
        generationtime_ms=Number(0),
    ),
}  # fmt: skip
"""What an answer is assumed to be; `etolib doctor` looks whether it still is."""
