"""Trials of a fusion: sources that fail, single corrupt days, files that are wrong throughout."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from etolib.validation.places import OPEN_METEO, Place, canonical

SEED = 20251121
"""Of all random choices; the days are the same in every run."""

FAULTS: tuple[tuple[str, Callable[[float], float]], ...] = (
    ("tmax", lambda v: v + 12.0),
    ("tmax", lambda v: v - 12.0),
    ("tmin", lambda v: v - 10.0),
    ("rhmean", lambda v: 100.0 - v),
    ("rhmean", lambda v: 0.3 * v),
    ("u2", lambda v: 4.0 * v),
    ("u2", lambda v: 3.6 * v + 2.0),
    ("rs", lambda v: 0.0),
    ("rs", lambda v: 2.0 * v),
    ("rs", lambda v: 0.2 * v),
    ("rs", lambda v: 11.57 * v),
    ("tmax", lambda v: -999.0),
)
"""Simulated faults of a single value: variable, and what becomes of the value."""


def outage(place: Place, source: str, share: float) -> Place:
    """Return a place one of whose sources is missing on a random share of days."""
    gone = _chosen_days(place, source, share)
    frame = place.frames[source].copy()
    frame.loc[gone] = np.nan
    return replace(place, frames={**place.frames, source: frame})


def corruption(place: Place, share: float) -> Place:
    """Return a place where, on a random share of days, one value of one source is wrong (`FAULTS`, simulated)."""
    chance = np.random.default_rng([SEED, _number(place.name)])
    days = np.flatnonzero(_chosen_days(place, "corruption", share))
    sources = list(place.frames)
    columns = {name: {v: frame[v].to_numpy(float).copy() for v in frame} for name, frame in place.frames.items()}
    for day in days:
        values = columns[sources[chance.integers(len(sources))]]
        variable, change = FAULTS[chance.integers(len(FAULTS))]
        values[variable][day] = change(values[variable][day])
    return replace(place, frames={name: pd.DataFrame(values, index=place.dates) for name, values in columns.items()})


def as_published(place: Place, data: str | Path) -> Place | None:
    """Return a place with the Open-Meteo columns as they were published, None where there is no such file."""
    path = Path(data) / "as_published_openmeteo" / f"{place.name}.parquet"
    if not path.is_file():
        return None
    table = pd.read_parquet(path).set_index("date").astype(float)
    frame = canonical(table.reindex(place.dates), OPEN_METEO)
    return replace(place, frames={**place.frames, OPEN_METEO: frame})


def _chosen_days(place: Place, label: str, share: float) -> np.ndarray:
    chance = np.random.default_rng([SEED, _number(place.name), _number(label)])
    return chance.random(len(place.dates)) < share


def _number(text: str) -> int:
    return int.from_bytes(text.encode()[:6], "little")
