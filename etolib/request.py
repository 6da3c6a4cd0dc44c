"""What a caller may ask for: names of sources and options, checked without importing what answers them.

A page's kernel only hands requests over; it must not pay for the packages of the pipeline (80 MB).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from etolib.errors import InputError, Problem

SOURCE_NAMES = (
    "nasa_power",
    "open_meteo_archive",
    "open_meteo_forecast",
    "open_meteo_historical_forecast",
    "met_norway",
    "nws_forecast",
    "nws_stations",
    "climatology",
)
"""Names of the registry of sources, in its order (a test holds the two together)."""

OPTIONS: Mapping[str, tuple[str, ...]] = {"krs": ("interior", "coast", "island")}
"""Options and their values. ``krs``: coefficient of Rs from temperature, used where no source has radiation."""


STATION = "station"
"""Name of the user's own file among the sources."""


def check_options(
    sources: str | Sequence[str], options: Mapping[str, Any], *, station: bool = False
) -> str | list[str]:
    """Return the sources asked, cleaned; raise `InputError` listing unknown sources and options.

    ``station`` tells whether an own file is given, which makes ``station`` a source.

    >>> check_options("nasa_power, climatology", {}), check_options("auto", {})
    (['nasa_power', 'climatology'], 'auto')
    """
    problems = []
    names: str | list[str]
    if isinstance(sources, str):
        names = [name.strip() for name in sources.split(",") if name.strip()]
        if names == ["auto"]:
            names = "auto"
    else:
        names = list(sources)
    if not names:
        problems.append(Problem("sources", sources, "names no source", "write auto, or names of etolib.sources()"))
    for name in [] if names == "auto" else names:
        if name == STATION and not station:
            problems.append(Problem("source", name, "is your own file, and none is given", "give station="))
        elif name not in (*SOURCE_NAMES, STATION):
            problems.append(Problem("source", name, "is not known", f"known are {', '.join(SOURCE_NAMES)}, or auto"))
    for name, value in options.items():
        if name not in OPTIONS:
            problems.append(Problem("option", name, "is not known", f"known are {', '.join(OPTIONS)}"))
        elif value not in OPTIONS[name]:
            problems.append(Problem(name, value, f"must be one of {', '.join(OPTIONS[name])}"))
    if problems:
        raise InputError(problems)
    return names if names == "auto" else list(dict.fromkeys(names))
