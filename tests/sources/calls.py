"""How often services are asked for typical requests: ``python -m tests.sources.calls`` prints the counts.

Reads no more of etolib than what it had when the counts of `tests.sources.test_calls` were taken.
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections import Counter
from pathlib import Path

import etolib
from etolib import config, pipeline
from etolib.sources import prefetch
from tests.simulator import WeatherServer
from tests.sources import matrix

PIRACICABA, NEXT_DOOR, BOULDER, OSLO = (-22.71, -47.65), (-22.74, -47.6), (40.02, -105.27), (59.91, 10.75)
REQUESTS = {
    "a year": (PIRACICABA, "2023-01-01/2023-12-31"),
    "next door, the same year": (NEXT_DOOR, "2023-01-01/2023-12-31"),
    "the last month": (PIRACICABA, "2024-06-01/2024-06-30"),
    "days around today": (PIRACICABA, "2024-06-20/2024-07-06"),
    "days to come": (OSLO, "2024-07-02/2024-07-08"),
    "days to come in the USA": (BOULDER, "2024-07-02/2024-07-06"),
    "the last days in the USA": (BOULDER, "2024-06-27/2024-06-30"),
    "past forecasts, by name": (PIRACICABA, "2024-03-01/2024-03-31", "open_meteo_historical_forecast"),
}
AGAIN = {"at once": 0.0, "after 50 minutes": 3000.0, "after 20 hours": 68400.0}
"""When each is asked once more. [s after the time before]"""

LISTS = {"twenty places": ("2024-05-01", "2024-05-31"), "twenty places, days to come": ("2024-07-02", "2024-07-08")}
"""Days of lists of places that are asked together."""

FIRST_SIX = ("nasa_power", "open_meteo_archive", "open_meteo_forecast", "open_meteo_historical_forecast", "met_norway",
             "nws", "open_meteo_elevation", "opentopodata")  # fmt: skip
"""Services of the first six sources, and the elevations."""

BESIDE = ("open_meteo_satellite", "open_meteo_ensemble")
"""Services of what is asked beside the weather; there were none of them then."""


def count() -> dict[str, dict[str, int]]:
    """Return the calls of each request by service, first and again; and of lists of twenty places."""
    found: dict[str, dict[str, int]] = {}
    with WeatherServer(today=matrix.TODAY) as server, tempfile.TemporaryDirectory() as folder:

        def told(name: str) -> None:
            calls = Counter(call.provider for call in server.calls())
            found[name] = {service: calls[service] for service in (*FIRST_SIX, *BESIDE) if calls[service]}
            server.forget()

        with matrix.settings(server, Path(folder)) as door, config.set_options(today=matrix.TODAY):
            for name, (place, period, *sources) in REQUESTS.items():
                etolib.compute(place, period, *sources)
                told(name)
            for when, seconds in AGAIN.items():
                door.clock.slept += seconds
                for place, period, *sources in REQUESTS.values():
                    etolib.compute(place, period, *sources)
                told(f"all again {when}")
            places = [etolib.Site(-10.0 - i / 10, -50.0 + i / 7) for i in range(20)]
            for name, days in LISTS.items():
                period = etolib.Period(*days)
                prefetch.prefetch(places, period)
                for site in places:
                    pipeline.compute(etolib.Request(site, period))
                told(name)
    return found


if __name__ == "__main__":
    json.dump(count(), sys.stdout, indent=1)
