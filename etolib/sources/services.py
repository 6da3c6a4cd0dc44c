"""Services beside the weather: elevations, and places by name."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class ServiceInfo:
    """A service beside the weather: name, the function that asks it, service and root as of `SourceInfo`."""

    name: str
    provider: str
    service: str
    root: str


ELEVATIONS = (
    ServiceInfo(
        "open_meteo", "etolib.sources.open_meteo:elevations", "open_meteo_elevation", "https://api.open-meteo.com"
    ),
    ServiceInfo(
        "opentopodata", "etolib.sources.opentopodata:elevations", "opentopodata", "https://api.opentopodata.org"
    ),
)
"""Services of elevations in the order in which they are asked."""

PLACES = ServiceInfo(
    "open_meteo",
    "etolib.sources.geocoding:search",
    "open_meteo_geocoding",
    "https://geocoding-api.open-meteo.com",
)
"""The service that finds places by name."""
