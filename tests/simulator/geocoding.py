"""Open-Meteo's geocoding: ``/v1/search``."""

from __future__ import annotations

from typing import Any

from tests.simulator.answer import Answer, Query, one
from tests.simulator.open_meteo import error

# name, latitude, longitude, height, country, its code, region, inhabitants
_TOWNS = (
    ("Petrolina", -9.39861, -40.50083, 380.0, "Brazil", "BR", "Pernambuco", 386791),
    ("Petrolina de Goiás", -16.095, -49.33806, 740.0, "Brazil", "BR", "Goiás", 9573),
    ("Petrolândia", -8.97917, -38.21944, 282.0, "Brazil", "BR", "Pernambuco", 32492),
    ("Petroșani", 45.41667, 23.36667, 615.0, "Romania", "RO", "Hunedoara", 37160),
    ("Berlin", 52.52437, 13.41053, 74.0, "Germany", "DE", "State of Berlin", 3426354),
    ("Berlin", 44.46867, -71.18508, 311.0, "United States", "US", "New Hampshire", 9367),
    ("Sítio do Meio", -9.41, -40.3, 370.0, "Brazil", "BR", "Bahia", 0),
)
MAX_COUNT = 100


def answer(query: Query) -> Answer:
    """Return the answer to a query: nothing at all where nothing is found, as the service does."""
    name = (one(query, "name") or "").strip().lower()
    try:
        count = int(one(query, "count", "10") or 10)
    except ValueError:
        return error(400, "Data corrupted at path 'count'. Cannot convert string to Int.")
    if not 1 <= count <= MAX_COUNT:
        return error(400, f"Parameter count must be between 1 and {MAX_COUNT}.")
    if one(query, "format", "json") != "json":
        return error(400, "This simulator answers in the format json only.")
    found = [row for row in _TOWNS if len(name) > 2 and row[0].lower().startswith(name)] if len(name) > 1 else []
    found += [row for row in _TOWNS if len(name) == 2 and row[0].lower() == name]
    document: dict[str, Any] = {"results": [_result(number, row) for number, row in enumerate(found[:count])]}
    if not found:
        document = {}
    return Answer(
        document=document | {"generationtime_ms": 0.5},
        content_type="application/json; charset=utf-8",
        origin="simulated",
    )


def _result(number: int, row: tuple[Any, ...]) -> dict[str, Any]:
    name, latitude, longitude, height, country, code, region, people = row
    result = {
        "id": 3392242 + number, "name": name, "latitude": latitude, "longitude": longitude, "elevation": height,
        "feature_code": "PPL", "country_code": code, "timezone": "GMT", "country": country, "admin1": region,
    }  # fmt: skip
    return result | ({"population": people} if people else {})
