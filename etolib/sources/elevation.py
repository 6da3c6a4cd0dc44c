"""The height of a place: given by the user, else of the services of the catalogue, else of the embedded map.

It never fails: 100 m of error change ETo by about 0.05 %, which is no reason to give no answer.
"""

from __future__ import annotations

from dataclasses import dataclass

from etolib.errors import SourceError
from etolib.site import Site
from etolib.sources import catalogue, climatology
from etolib.sources.network.scope import Abandoned
from etolib.words import Text, say


@dataclass(frozen=True)
class Elevation:
    """Height above sea level [m], where it is from, and what to know about it."""

    value: float
    source: str
    warning: Text | None = None


def lookup(site: Site) -> Elevation:
    """Return the elevation of a place; raises nothing but the abandonment of the whole calculation.

    Examples
    --------
    >>> lookup(Site(50.8, 4.35, 100))
    Elevation(value=100.0, source='given', warning=None)
    """
    if site.elevation is not None:
        return Elevation(site.elevation, "given")
    for service in catalogue.ELEVATIONS:
        try:
            value = catalogue.load(service.provider)([site])[0]
        except Abandoned:
            raise
        except SourceError:
            continue
        if value is not None:
            return Elevation(value, service.name)
    value = climatology.surface(site.latitude, site.longitude)[0]
    return Elevation(
        value,
        "embedded",
        say("elevation_from_embedded_map", metres=f"{value:.0f}"),
    )
