"""Points of GeoJSON (RFC 7946): [longitude, latitude, height], name and elevation among the properties."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from typing import Any

from etolib.errors import InputError, Problem
from etolib.places_reader import coordinates
from etolib.places_reader.columns import choose
from etolib.places_reader.place_list import checked_most
from etolib.site import Site
from etolib.words import Text, say

_WGS84 = re.compile(r"crs84|crs83|wgs ?84|(?<!\d)(?:4326|4979|4269|4258|4674|4167|7844|4283)(?!\d)", re.IGNORECASE)
"""WGS 84, and what lies within some two metres of it: NAD83, ETRS89, SIRGAS 2000, NZGD2000, GDA2020 and GDA94."""


def places_of(document: Any, name: str) -> tuple[list[Site], list[Text], list[Problem], list[Text]]:
    """Return the places of a document and where each stands, what is wrong with other features, and notes.

    Raises
    ------
    InputError
        Where it is no GeoJSON, or its coordinates are of another system.

    Examples
    --------
    >>> feature = {"type": "Feature", "properties": {"nome": "A"},
    ...            "geometry": {"type": "Point", "coordinates": [-47.6, -22.7, 554]}}
    >>> places_of(feature, "a.geojson")[0]
    [Site(latitude=-22.7, longitude=-47.6, elevation=554.0, name='A')]
    """
    if not isinstance(document, Mapping) or not isinstance(document.get("type"), str):
        raise InputError([Problem("file", name, say("no_geojson"), say("give_points_as_geojson"))])
    _check_system(document, name)
    sites: list[Site] = []
    where: list[Text] = []
    problems: list[Problem] = []
    features = _features(document)
    checked_most(len(features))
    for number, feature in enumerate(features, start=1):
        here = say("feature_number", number=number)
        properties = feature.get("properties") if isinstance(feature, Mapping) else None
        geometry = feature.get("geometry") if isinstance(feature, Mapping) else None
        points = list(_points(geometry))
        if not points:
            kind = geometry.get("type") if isinstance(geometry, Mapping) else geometry
            problems.append(Problem(here, str(kind), say("is_no_point"), say("give_points_as_geojson")))
        for position in points:
            try:
                sites.append(_site(position, properties if isinstance(properties, Mapping) else {}))
                where.append(here)
            except InputError as error:
                problems += [Problem(here, f"{p.thing} {p.value}", p.rule, p.suggestion) for p in error.problems]
    return sites, where, problems, []


def _check_system(document: Mapping[str, Any], name: str) -> None:
    """Raise where an older document names another system than longitude and latitude of WGS 84."""
    crs = document.get("crs")
    said = str(crs.get("properties", crs) if isinstance(crs, Mapping) else crs or "")
    if crs and _WGS84.search(said) is None:
        raise InputError([Problem("crs", said[:80], say("no_wgs84"), say("convert_from_projection"))])


def _features(document: Mapping[str, Any]) -> list[Any]:
    if document["type"] == "FeatureCollection":
        features = document.get("features")
        return features if isinstance(features, list) else []
    if document["type"] == "Feature":
        return [document]
    return [{"geometry": document, "properties": {}}]


def _points(geometry: Any) -> Iterator[Any]:
    """Yield the positions of a geometry of points."""
    if not isinstance(geometry, Mapping):
        return
    if geometry.get("type") == "Point":
        yield geometry.get("coordinates")
    elif geometry.get("type") == "MultiPoint" and isinstance(geometry.get("coordinates"), list):
        yield from geometry["coordinates"]
    elif geometry.get("type") == "GeometryCollection" and isinstance(geometry.get("geometries"), list):
        for part in geometry["geometries"]:
            yield from _points(part)


def _site(position: Any, properties: Mapping[str, Any]) -> Site:
    numbers: list[Any] = position if isinstance(position, list) and len(position) >= 2 else [None, None]
    found, _ = choose([str(key) for key in properties])
    elevation: Any = numbers[2] if len(numbers) > 2 else None
    for column in found.get("elevation", []):
        cell = properties[column.name]
        if not coordinates.is_absent(cell):
            elevation = coordinates.height(cell, feet=column.feet, comma=False)
            if elevation is None:
                raise InputError([Problem("elevation", cell, say("not_a_height"), say("write_metres_like"))])
            break
    if isinstance(elevation, (int, float)) and (coordinates.no_height(float(elevation)) or math.isnan(elevation)):
        elevation = None
    label = next(
        (" ".join(str(properties[c.name]).split())
         for role in ("name", "code") for c in found.get(role, []) if not coordinates.is_absent(properties[c.name])),
        None,
    )  # fmt: skip
    return Site(numbers[1], numbers[0], elevation, label)
