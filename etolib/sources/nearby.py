"""Stations near a place: which come first, which of them answers, and what is said of the one that was taken."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar, Protocol, TypeVar

from etolib.errors import BadResponse, NotCovered, SourceError
from etolib.site import Site
from etolib.sources import canonical
from etolib.words import Text, say

if TYPE_CHECKING:
    from etolib.sources.base import SourceData
    from etolib.sources.network.client import Reply


class Station(Protocol):
    """What every station has; a dataclass. Coordinates [degrees], height [m, None where unknown], distance [km]."""

    __dataclass_fields__: ClassVar[dict[str, Any]]

    @property
    def identifier(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def latitude(self) -> float: ...
    @property
    def longitude(self) -> float: ...
    @property
    def elevation(self) -> float | None: ...
    @property
    def distance_km(self) -> float: ...


S = TypeVar("S", bound=Station)


def nearest(site: Site, stations: Iterable[S], most: int, farthest: float = float("inf")) -> list[S]:
    """Return stations by their distance from a place, which is set in each.

    Parameters
    ----------
    site : Site
    stations : iterable of Station
    most : int
        How many.
    farthest : float
        None beyond it. [km]
    """
    found = [
        replace(one, distance_km=round(
            canonical.distance_km(site.latitude, site.longitude, one.latitude, one.longitude), 2))
        for one in stations
    ]  # fmt: skip
    near = sorted((one for one in found if one.distance_km <= farthest), key=lambda one: one.distance_km)
    return near[:most]


def first_with_days(
    near: Iterable[S], days: Callable[[S], SourceData], otherwise: SourceError, *, unusable: bool = False
) -> SourceData:
    """Return the days of the first station that has some; raises what the nearest said, ``otherwise`` without any.

    Parameters
    ----------
    near : iterable of Station
        As `nearest` returns them.
    days : callable
        Asks a station; `NotCovered` where it has none.
    otherwise : SourceError
        Of a place without a station.
    unusable : bool
        Pass over also a station whose days are of no use (`BadResponse` without a status). What was sent broken raises
        in any case: it will be broken for the next as well.
    """
    failure: SourceError | None = None
    for station in near:
        try:
            return days(station)
        except NotCovered as error:
            failure = failure or error
        except BadResponse as error:
            if not unusable or error.status is not None:
                raise
            failure = failure or error
    raise failure or otherwise


def files_of_years(years: Iterable[int], ask: Callable[[int], Reply]) -> list[Reply]:
    """Return the files of a station that there are, one a year; raises `NotCovered` where there is none."""
    replies: list[Reply] = []
    absent: NotCovered | None = None
    for year in years:
        try:
            replies.append(ask(year))
        except NotCovered as error:
            absent = error
    if absent is not None and not replies:
        raise absent
    return replies


def higher(station: Station, site: Site) -> float | None:
    """Return how much higher than a place a station stands; None where a height is unknown. [m]"""
    if station.elevation is None or site.elevation is None:
        return None
    return round(station.elevation - site.elevation, 1)


def told(station: Station, difference: float | None) -> Text:
    """Return which station it is, how far it is and, where known, how much higher it stands.

    Parameters
    ----------
    station : Station
    difference : float or None
        As `higher` returns it. [m]
    """
    named, distance = f"{station.identifier} {station.name}", f"{station.distance_km:.1f}"
    if difference is None:
        return say("station_away", station=named, distance=distance)
    return say("station_away_and_higher", station=named, distance=distance, difference=f"{difference:+.0f}")


def provenance(station: Station, difference: float | None) -> dict[str, Any]:
    """Return what the provenance of a result says of its station; ``difference`` as in `told`."""
    return {
        "model": f"station {station.identifier}",
        "station": station.identifier, "station_name": station.name,
        "latitude": station.latitude, "longitude": station.longitude, "elevation": station.elevation,
        "elevation_difference": difference, "distance_km": station.distance_km,
    }  # fmt: skip
