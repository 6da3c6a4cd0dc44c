"""Where stations stand: what a list of them says, held against their countries and against their own files.

A list with exchanged coordinates, or with a sign lost, is as whole as the right one: it has no station where there are
some, and takes those of elsewhere for near.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Protocol, TypeVar

import numpy as np

from etolib import places
from etolib.errors import BadResponse
from etolib.words import Text, say

JUDGED = 500
"""So many stations of a list are looked at: those of all its parts."""

LEAST = 20
"""Of fewer nothing is said: a few stand on islands and ships."""

SAME = 0.1
"""How far the place in a list may lie from that in the station's own file. [degrees]"""


def require_countries(
    source: str, countries: Sequence[str], latitudes: Sequence[float], longitudes: Sequence[float]
) -> None:
    """Raise `BadResponse` where more than half of the stations of a list stand outside of their countries.

    Parameters
    ----------
    source : str
        Named in the error.
    countries : sequence of str
        ISO 3166 codes of two letters; stations without one are not judged.
    latitudes, longitudes : sequence of float
        Degrees.

    Examples
    --------
    >>> require_countries("demo", ["BR"] * 30, [-22.7] * 30, [-47.6] * 30)
    >>> require_countries("demo", ["BR"] * 30, [-22.7] * 30, [47.6] * 30)
    Traceback (most recent call last):
    ...
    etolib.errors.BadResponse: demo: 30 of 30 stations that were looked at stand outside of the country its list...
    """
    some = slice(None, None, -(-len(countries) // JUDGED) or 1)
    inside = places.in_country(countries[some], latitudes[some], longitudes[some])
    known = inside[~np.isnan(inside)]
    outside = int((known == 0).sum())
    if len(known) >= LEAST and outside > len(known) / 2:
        raise BadResponse(
            say("stations_outside_countries", source=source, number=outside, count=len(known)),
            source=source, retryable=False, suggestion=say("report_this_change"),
        )  # fmt: skip


class Listed(Protocol):
    """A station of a list. Degrees; its country as an ISO 3166 code, empty where unknown."""

    @property
    def identifier(self) -> str: ...
    @property
    def latitude(self) -> float: ...
    @property
    def longitude(self) -> float: ...
    @property
    def country(self) -> str: ...


S = TypeVar("S", bound=Listed)


def without_misplaced(source: str, stations: Sequence[S]) -> tuple[list[S], list[Text]]:
    """Return stations without those of a lost sign or exchanged coordinates, and a sentence on each that is left out.

    Lists are known to hold some, and so do the files of those stations. One is left out where its country has no town
    within half a degree, and has one where the longitude or the latitude has the other sign, or both are exchanged.
    What stands so near the meridian that both places are in the country is not found.

    Parameters
    ----------
    source : str
        Named in the sentences.
    stations : sequence of Listed
    """
    kept, said = [], []
    for one in stations:
        north, east = one.latitude, one.longitude
        # here; the longitude or the latitude of the other sign; both exchanged
        norths, easts = (north, north, -north, east), (east, -east, east, north)
        here, *there = places.in_country([one.country] * 4, norths, easts, size=0.5)
        if here == 0 and any(there):
            told = _words((north, east))
            said.append(say("station_misplaced", source=source, station=one.identifier, listed=told,
                            country=places.country_name(one.country)))  # fmt: skip
        else:
            kept.append(one)
    return kept, said


def require_same(source: str, station: str, listed: tuple[float, float], own: Iterable[tuple[float, float]]) -> None:
    """Raise `BadResponse` where a station's own file says that it has never stood where the list has it.

    Parameters
    ----------
    source, station : str
        Named in the error.
    listed : tuple of float
        Latitude and longitude in the list. [degrees]
    own : iterable of tuple of float
        Those of its file, several where it has moved; none: the file does not say it.

    Examples
    --------
    >>> require_same("demo", "A1", (50.0, 8.5), [(50.03, 8.54)])
    """
    stood = list(own)
    if stood and not any(max(abs(a - b) for a, b in zip(listed, one, strict=True)) <= SAME for one in stood):
        told = say("station_elsewhere", source=source, station=station, listed=_words(listed), own=_words(stood[-1]))
        raise BadResponse(told, source=source, retryable=False, suggestion=say("report_this_change"))


def _words(place: tuple[float, float]) -> str:
    return ", ".join(f"{value:.4f}" for value in place)
