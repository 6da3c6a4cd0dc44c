"""A Python script that repeats several runs."""

from __future__ import annotations

from collections.abc import Sequence

from etolib.request import Request, reading, station_name
from etolib.site import Site
from etolib.unit_systems import METRIC


def script(requests: Sequence[Request], labels: Sequence[str], units: str = METRIC) -> str:
    """Return the script.

    >>> print(script([Request((-9.39, -40.5), "2024-01")], ["Petrolina"]))
    import etolib
    from etolib.result.together import Together
    <BLANKLINE>
    places = [
        etolib.Site(-9.39, -40.5, name='Petrolina'),
    ]
    results = [
        etolib.compute(places[0], '2024-01-01/2024-01-31', 'auto'),
    ]
    together = Together(results)
    print(together.summary)
    together.save("eto_places.csv")
    <BLANKLINE>
    """
    said = "" if units == METRIC else f", units={units!r}"
    places = "".join(f"    {_site(one.site, label)},\n" for one, label in zip(requests, labels, strict=True))
    runs = "".join(f"    {_run(at, one)},\n" for at, one in enumerate(requests))
    return (
        "import etolib\nfrom etolib.result.together import Together\n\n"
        f"places = [\n{places}]\nresults = [\n{runs}]\n"
        'together = Together(results)\nprint(together.summary)\ntogether.save("eto_places.csv"' + f"{said})\n"
    )


def _site(site: Site, label: str) -> str:
    high = "" if site.elevation is None else f", elevation={site.elevation!r}"
    return f"etolib.Site({site.latitude!r}, {site.longitude!r}{high}, name={label!r})"


def _run(at: int, request: Request) -> str:
    sources = request.sources if isinstance(request.sources, str) else list(request.sources)
    more = "".join(f", {name}={value!r}" for name, value in request.options.items())
    if request.station is not None:
        file = station_name(request.station)
        more += f", station=etolib.read_station({file!r}, site=places[{at}]{reading(request.station)})"
    return f"etolib.compute(places[{at}], {str(request.period)!r}, {sources!r}{more})"
