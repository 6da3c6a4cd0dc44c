"""US National Weather Service: what its forecast grid and its stations share, the service that knows both by place.

Neither has radiation (estimated, and said so). Everything is asked with an agent that names a contact.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from etolib import config
from etolib.site import Site
from etolib.sources import canonical
from etolib.sources.catalogue import SourceInfo
from etolib.sources.network import client
from etolib.sources.network.budget import Budget
from etolib.sources.shape import Anything, Is, Object, Words

CELSIUS = {"degC": canonical.SAME}
PERCENT = {"percent": canonical.SAME}
SPEED = {"km_h-1": (1 / 3.6, 0.0), "m_s-1": canonical.SAME}  # both were recorded
WATER = {"mm": canonical.SAME}


def budget() -> Budget:
    """Return what the provider allows (the limit is not published)."""
    return Budget(f"nws@{client.host_of('nws')}", spacing=0.2, in_flight=4)


def get(
    info: SourceInfo, path: str, check: Any, ttl: Any, params: Mapping[str, Any] | None = None, differs: Any = None
) -> client.Reply:
    """Ask the service for a path; raises a `SourceError`."""
    return client.fetch(
        config.service_root("nws") + path, params, source=info.name, check=check, ttl=ttl, differs=differs or _same,
        deadline=60.0, read=30.0, waits=(5.0, 10.0, 20.0), budget=budget(), not_covered=(404,),
        max_stale=7 * 86400.0, headers={"Accept": "application/geo+json"}, version="nws-1",
    )  # fmt: skip


def _same(before: Any, after: Any, fetched: float) -> dict[str, Any] | None:
    """Return None where the same answer came again, which may then be kept for longer; empty: it is another."""
    return None if before == after else {}


def unit(name: str, text: Any, known: Mapping[str, canonical.Conversion]) -> canonical.Conversion:
    """Return the conversion of ``wmoUnit:degC``, older ``unit:degC``."""
    bare = text.partition(":")[2] if isinstance(text, str) else text
    return canonical.conversion("nws", name, bare, known)


@dataclass(frozen=True)
class Point:
    """What the service says about a place: paths of its grid cell and of its stations."""

    grid: str
    stations: str
    name: str


def parse_point(body: bytes) -> Point:
    """Read a ``/points`` answer; ValueError where it is not one."""
    properties = canonical.read_json(body)["properties"]
    paths = [urlsplit(properties[name]).path for name in ("forecastGridData", "observationStations")]
    if not all(path.startswith("/gridpoints/") for path in paths):
        raise ValueError("the links to the grid are missing")
    near = properties.get("relativeLocation", {}).get("properties", {})
    return Point(paths[0], paths[1], ", ".join(str(near[k]) for k in ("city", "state") if k in near)[:80])


def point(info: SourceInfo, site: Site) -> Point:
    """Return the grid cell of a place; `NotCovered` outside of the USA."""

    def short(value: float) -> str:
        # More than four decimals, and zeros at the end, are answered by a redirect.
        return f"{value:.4f}".rstrip("0").rstrip(".")

    reply = get(
        info, f"/points/{short(site.latitude)},{short(site.longitude)}", parse_point, lambda data, headers: 86400.0
    )
    found: Point = reply.data
    return found


def units(known: Mapping[str, canonical.Conversion]) -> Is:
    """Return the shape of a unit: ``wmoUnit:degC``, older ``unit:degC``."""
    return Is(*(f"{prefix}:{name}" for prefix in ("wmoUnit", "unit") for name in known))


def _path(text: str) -> None:
    if not urlsplit(text).path.startswith("/gridpoints/"):
        raise ValueError(text)


POINTS = {
    r"/points/[-.\d]+,[-.\d]+": Object(
        properties=Object(forecastGridData=Words(_path), observationStations=Words(_path), others=Anything()),
        others=Anything(),
    )
}
"""What an answer is assumed to be; `etolib doctor` looks whether it still is."""
