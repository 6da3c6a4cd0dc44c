"""What the catalogue says of the sources of a place; one that is not in it is an ordinary source."""

from __future__ import annotations

from collections.abc import Iterable

from etolib.sources import catalogue
from etolib.sources.catalogue import KINDS, STATION, SourceInfo

CLIMATOLOGY = KINDS[-1]
"""Kind of a day that holds no weather of a date."""


def row(name: str) -> SourceInfo | None:
    """Return the row of a source, None where the catalogue has none."""
    return catalogue.find(name) if name == STATION or name in catalogue.SOURCES else None


def dateless(name: str) -> bool:
    """Return whether a source holds no weather of a date, so that it cannot be compared.

    >>> dateless("climatology"), dateless("nasa_power"), dateless("mine")
    (True, False, False)
    """
    known = row(name)
    return known is not None and known.dateless


def beside(name: str) -> bool:
    """Return whether a source gives only some of the weather, beside others: it is neither judge nor judged as a whole.

    >>> beside("open_meteo_satellite"), beside("nasa_power"), beside("mine")
    (True, False, False)
    """
    known = row(name)
    return known is not None and known.role == "beside"


def trusted(name: str) -> bool:
    """Return whether a source is kept where two contradict each other and nothing else decides.

    Today the one with satellite radiation, because its loss costs more (RMSE 0.58 against 0.40 mm/day when the other is
    left alone, learnt to 2005).

    >>> trusted("nasa_power"), trusted("open_meteo_archive")
    (True, False)
    """
    known = row(name)
    return known is not None and known.trusted


def second(names: Iterable[str]) -> str | None:
    """Return the source that makes a second member by itself, None where it is not there.

    The trusted one: it shares the satellite radiation of the first member, but neither its temperature nor its wind.
    Modelled radiation makes a member whose errors are half as large again (RMSE 0.55 against 0.40 mm/day, learnt to
    1998, scored 1999-2005); it stands by for days that have nothing else.

    >>> second(["open_meteo_archive", "nasa_power"]), second(["open_meteo_archive"])
    ('nasa_power', None)
    """
    return next((name for name in catalogue.ranked(list(names), "radiation") if trusted(name)), None)


def own_error() -> float:
    """Return the relative standard error of ETo from a station's own complete record. [1]"""
    return catalogue.OWN.error or 0.0
