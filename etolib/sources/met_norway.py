"""MET Norway Locationforecast: about nine days ahead, anywhere; best in the Nordic countries.

The duties of its terms are kept here: an agent that names a contact, at most four decimals, nothing asked before
``Expires``, then ``If-Modified-Since``. It has no radiation (estimated, and said so) and gives pressure at sea level
only (not used: the equations take it from the elevation).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from etolib import config
from etolib.errors import BadResponse
from etolib.site import Period, Site
from etolib.sources import canonical, catalogue, daily, no_radiation
from etolib.sources.base import SourceData
from etolib.sources.catalogue import SourceInfo
from etolib.sources.network import address, client
from etolib.sources.network.agent import require_contact
from etolib.sources.network.budget import Budget
from etolib.sources.shape import Anything, Each, Is, List, Nearby, Number, Object, Words
from etolib.words import Text, say, verbatim

INFO = catalogue.SOURCES["met_norway"]

_C = {"celsius": canonical.SAME}
_PERCENT = {"%": canonical.SAME}
_INSTANT: Mapping[str, tuple[str, Mapping[str, canonical.Conversion]]] = {
    "air_temperature": ("temperature", _C),
    "dew_point_temperature": ("dewpoint", _C),
    "relative_humidity": ("rh", _PERCENT),
    "wind_speed": ("wind10", {"m/s": canonical.SAME}),
    "cloud_area_fraction": ("cloud", _PERCENT),
}


def budget() -> Budget:
    """Return what the provider allows (20 requests a second for an application; we stay far below)."""
    return Budget(f"met_norway@{client.host_of('met_norway')}", windows=((1, 10),), in_flight=4)


@dataclass(frozen=True)
class Answer:
    """Hours and extremes of a forecast, and where it is for."""

    hours: pd.DataFrame
    maxima: tuple[daily.Interval, ...]
    minima: tuple[daily.Interval, ...]
    latitude: float
    longitude: float
    elevation: float | None
    updated: str


def parse(body: bytes, *, at: tuple[float, float] | None = None) -> Answer:
    """Read a Locationforecast answer, ``complete`` or ``compact``; ValueError where it is not one.

    Instants are joined by straight lines; precipitation is taken from ``next_1_hours`` as long as it is there, then
    from ``next_6_hours``: never both. Where steps are six hours apart the temperature counts only inside blocks with a
    maximum and a minimum: the instants alone would hide most of the day's range. An answer for another place than
    ``at`` (latitude, longitude) is refused.
    """
    data = canonical.read_json(body)
    place = [canonical.number(v) for v in data["geometry"]["coordinates"]]
    if len(place) < 2 or any(math.isnan(v) for v in place[:2]):
        raise ValueError("the place is missing")
    if at is not None and canonical.distance_km(*at, place[1], place[0]) > 5:
        raise BadResponse(say("answered_for_place", source=INFO.title, place=str(place[:2])), source=INFO.name)
    units, series = data["properties"]["meta"]["units"], data["properties"]["timeseries"]
    if not isinstance(series, list) or not series:
        raise ValueError("there are no time steps")
    scale = {name: canonical.conversion(INFO.name, name, units[name], known)
             for name, (_, known) in _INSTANT.items() if name in units}  # fmt: skip
    if "precipitation_amount" in units:
        canonical.conversion(INFO.name, "precipitation_amount", units["precipitation_amount"], {"mm": canonical.SAME})
    warm = {name: canonical.conversion(INFO.name, name, units[name], _C)
            for name in ("air_temperature_max", "air_temperature_min") if name in units}  # fmt: skip
    times: list[pd.Timestamp] = []
    reach: list[float] = []
    instants: dict[str, list[float]] = {name: [] for name in scale}
    wet: list[daily.Interval] = []
    extremes: dict[str, list[daily.Interval]] = {"air_temperature_max": [], "air_temperature_min": []}
    seen: dict[pd.Timestamp, Any] = {}
    for step in sorted(series, key=lambda item: daily.parse_time(item["time"])):
        time, parts = daily.parse_time(step["time"]), step["data"]
        if time in seen:
            if seen[time] != parts:
                raise ValueError(f"the step {step['time']} is given twice with different values")
            continue
        seen[time] = parts
        times.append(time)
        # A step speaks for as long as what it says of the time after it.
        reach.append(1.0 if "next_1_hours" in parts else 6.0)
        details = parts["instant"]["details"]
        for name, (factor, offset) in scale.items():
            instants[name].append(canonical.number(details.get(name)) * factor + offset)
        for name, length in (("next_1_hours", 1), ("next_6_hours", 6)):
            amount = canonical.number(parts.get(name, {}).get("details", {}).get("precipitation_amount"))
            if math.isfinite(amount) and "precipitation_amount" in units:
                wet.append(daily.Interval(time, time + length * daily.HOUR, amount))
                break
        block = parts.get("next_6_hours", {}).get("details", {})
        for name, (factor, offset) in warm.items():
            value = canonical.number(block.get(name)) * factor + offset
            if math.isfinite(value):
                extremes[name].append(daily.Interval(time, time + 6 * daily.HOUR, value))
    hours = _hours(times, instants, reach, wet, extremes)
    return Answer(
        hours=hours,
        maxima=tuple(extremes["air_temperature_max"]),
        minima=tuple(extremes["air_temperature_min"]),
        latitude=place[1],
        longitude=place[0],
        elevation=place[2] if len(place) > 2 and math.isfinite(place[2]) else None,
        updated=str(data["properties"]["meta"].get("updated_at", ""))[:40],
    )


def _hours(
    times: list[pd.Timestamp],
    instants: Mapping[str, list[float]],
    reach: list[float],
    wet: list[daily.Interval],
    extremes: Mapping[str, list[daily.Interval]],
) -> pd.DataFrame:
    """Return the hours of instants [that speak for ``reach`` hours], of rain, and of six-hour extremes."""
    hours = daily.axis(times[0], times[-1] + daily.HOUR)
    columns = {
        _INSTANT[name][0]: daily.from_instants(times, values, hours, reach=reach) for name, values in instants.items()
    }
    columns["precipitation"] = daily.from_intervals(wet, hours, total=True)
    if "temperature" in columns:
        dense = np.isfinite(daily.from_instants(times, instants["air_temperature"], hours, reach=1))
        blocks = [np.isfinite(daily.from_intervals(found, hours, total=False)) for found in extremes.values()]
        columns["temperature"][~(dense | (blocks[0] & blocks[1]))] = np.nan
    return pd.DataFrame(columns, index=hours)


def lifetime(headers: Mapping[str, str], now: float) -> float:
    """Return how long the answer must be kept: until ``Expires`` [s]; half an hour where there is none."""
    until = address.parse_http_date(headers.get("expires"))
    return 1800.0 if until is None else min(max(until - now, 60.0), 86400.0)


class MetNorway:
    """MET Norway Locationforecast 2.0, ``complete``."""

    def __init__(self, info: SourceInfo = INFO) -> None:
        self.info = info

    def fetch(self, site: Site, period: Period) -> SourceData:
        """Return the whole days of ``period`` that the forecast covers; raises a `SourceError`."""
        today = config.today()
        info = self.info
        inside = info.clip(period, today)
        require_contact(info, verbatim(info.title))
        warnings: list[Text] = []
        canonical.clipped(period, inside, info.title, warnings)
        params = {"lat": f"{site.latitude:.4f}", "lon": f"{site.longitude:.4f}"}
        if site.elevation is not None:
            params["altitude"] = f"{site.elevation:.0f}"
        door = client.door()
        reply = client.fetch(
            f"{config.service_root('met_norway')}/weatherapi/locationforecast/2.0/complete", params, source=info.name,
            check=lambda body: parse(body, at=(site.latitude, site.longitude)),
            ttl=lambda answer, headers: lifetime(headers, door.clock()),
            deadline=60.0, read=30.0, budget=budget(), not_covered=(422,), max_stale=86400.0, version="met-1",
        )  # fmt: skip
        if reply.status == 203:
            warnings.append(say("version_going_away", source=info.title))
        answer: Answer = reply.data
        days = daily.forecast_days(
            answer.hours, site, maxima=answer.maxima, minima=answer.minima, named=info.title, warnings=warnings
        )
        return no_radiation.source_data(info, site, inside, today, days, answer.elevation, reply, warnings, {
            "model": "Locationforecast 2.0 " + answer.updated,
            "latitude": answer.latitude,
            "longitude": answer.longitude,
            "elevation": answer.elevation,
            "distance_km": round(
                canonical.distance_km(site.latitude, site.longitude, answer.latitude, answer.longitude), 2
            ),
        })  # fmt: skip


_BLOCK = Object(optional={"summary": Anything(), "details": Object(others=Number())})
SHAPES = {
    "/weatherapi/locationforecast/2.0/complete": Object(
        type=Is("Feature"),
        geometry=Object(
            type=Is("Point"),
            coordinates=Each(Nearby("longitude", 0.05), Nearby("latitude", 0.05), Number(-500, 9000)),
        ),
        properties=Object(
            meta=Object(
                updated_at=Words(daily.parse_time),
                units=Object(
                    {name: Is(*known) for name, (_, known) in _INSTANT.items()}
                    | {
                        "precipitation_amount": Is("mm"),
                        "air_temperature_max": Is(*_C),
                        "air_temperature_min": Is(*_C),
                    },
                    others=Words(),
                ),
            ),
            timeseries=List(
                Object(
                    time=Words(daily.parse_time),
                    data=Object(
                        instant=Object(details=Object(dict.fromkeys(_INSTANT, Number()), others=Number())),
                        optional={f"next_{hours}_hours": _BLOCK for hours in (1, 6, 12)},
                    ),
                ),
                least=40,
            ),
        ),
    ),
}
"""What an answer is assumed to be; `etolib doctor` looks whether it still is."""
