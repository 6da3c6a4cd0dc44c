"""OpenTopoData: elevation from SRTM, and from a global mix where SRTM ends; the second choice for elevation."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

from etolib import config
from etolib.site import Site
from etolib.sources import canonical, lifetime
from etolib.sources.network import client
from etolib.sources.network.budget import Budget
from etolib.sources.shape import Is, List, Nearby, Number, Object

DATASETS = "srtm30m,mapzen"  # the first that is not null answers; SRTM ends at 60 degrees
ATTRIBUTION = "OpenTopoData (opentopodata.org): SRTM (NASA), Mapzen terrain tiles"
MAX_PLACES = 100  # in one request, the public server's limit


def budget() -> Budget:
    """Return what the public server allows: one request a second, 1000 a day."""
    name = f"opentopodata@{client.host_of('opentopodata')}"
    return Budget(name, windows=((86400, 1000),), spacing=1.1, in_flight=1, wait=10.0)


def parse(body: bytes, count: int) -> list[float | None]:
    """Read an answer: heights [m] in the order asked, None where there is no data.

    >>> parse(b'{"results": [{"elevation": 45.0}, {"elevation": null}], "status": "OK"}', 2)
    [45.0, None]
    """
    data = canonical.read_json(body)
    if data["status"] != "OK":
        raise ValueError(f"status {data['status']!r}")
    values = canonical.numbers([item["elevation"] for item in data["results"]], count)
    if ((values < -500) | (values > 9000)).any():
        raise ValueError("an elevation that is not on Earth")
    return [None if math.isnan(v) else float(v) for v in values]


def elevations(sites: Sequence[Site]) -> list[float | None]:
    """Return the elevations of at most 100 places [m], None where there is no data; raises a `SourceError`."""
    locations = "|".join(f"{s.latitude:.5f},{s.longitude:.5f}" for s in sites)
    reply = client.fetch(
        f"{config.service_root('opentopodata')}/v1/{DATASETS}", {"locations": locations}, source="opentopodata",
        check=lambda body: parse(body, len(sites)), ttl=lifetime.of_heights, differs=lifetime.heights_differ,
        deadline=20.0, connect=1.7, read=10.0, attempts=2, waits=(1.2,), budget=budget(), version="otd-1",
    )  # fmt: skip
    return list(reply.data)


SHAPES = {
    "/v1/" + re.escape(DATASETS): Object(
        results=List(
            Object(
                elevation=Number(-500, 9000, or_null=True), dataset=Is(*DATASETS.split(",")),
                location=Object(lat=Nearby("latitude", 0.001), lng=Nearby("longitude", 0.001)),
            )
        ),
        status=Is("OK"),
    ),
}  # fmt: skip
"""What an answer is assumed to be; `etolib doctor` looks whether it still is."""
