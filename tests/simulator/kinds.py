"""The list of faults: their names, how they act and what they mean."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.simulator.answer import Answer

OPEN_METEO = (
    "open_meteo_archive", "open_meteo_forecast", "open_meteo_historical_forecast", "open_meteo_elevation",
    "open_meteo_geocoding", "open_meteo_satellite", "open_meteo_ensemble",
)  # fmt: skip
FURTHER = ("silo", "dwd", "gridmet", "meteostat", "ghcn_hourly", "nws_fret")
"""Services that answer in tables of text, one in XML."""
SERVICES = (
    "nasa_power", *OPEN_METEO, "met_norway", "nws", "opentopodata", *FURTHER, "meteostat_stations", "nasa_power_zarr",
)  # fmt: skip
GROUPS = {"all": SERVICES, "open_meteo": OPEN_METEO}

Change = Callable[[Answer, str, dict[str, Any]], Answer]


@dataclass(frozen=True)
class Kind:
    """One sort of fault: how it acts, and what a client should make of it."""

    name: str
    acts: str  # "wire": done by the server while sending; "answer": the answer is changed; "instead": replaced
    meaning: str
    change: Change | None = None


FAULTS: dict[str, Kind] = {}
"""Every fault by name."""


def kind(name: str, acts: str, meaning: str) -> Callable[[Change], Change]:
    """Return a decorator that puts a change of answers on the list."""

    def register(change: Change) -> Change:
        FAULTS[name] = Kind(name, acts, meaning, change)
        return change

    return register


for _name, _meaning in {
    "hang": "request read, no answer until released or cleared; then the connection is closed",
    "slow": "genuine answer, held back until released (or for `seconds`)",
    "drip_body": "headers at once, then one byte of the body every `interval` seconds (0.2)",
    "drip_header": "one byte of the headers every `interval` seconds (0.2)",
    "close": "connection closed without an answer",
    "reset": "connection reset (RST) without an answer",
    "reset_body": "connection reset (RST) after half of the body",
    "short_body": "connection closed after half of the body: fewer bytes than Content-Length",
    "gzip_truncated": "gzip body cut in half, Content-Length correct for the half",
    "gzip_damaged": "gzip body with bytes overwritten in the middle",
    "refuse": "not listening: connections refused until cleared",
}.items():
    FAULTS[_name] = Kind(_name, "wire", _meaning)
