"""Answers for many places brought to a cache, and the time of only reading them."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any
from unittest import mock

SOURCES = ("nasa_power", "open_meteo_archive")
_PART = 100


def fill(places: Path, period: str, processes: int) -> None:
    """Bring what the sources say of the places to the cache; a weather server without limits answers."""
    with _pool(processes) as pool:
        for _ in pool.map(_fill, *_parts(places, period)):
            pass


def read(places: Path, period: str, processes: int) -> dict[str, float]:
    """Return how long the same processes take to read all answers: as bytes, and as the tables of the sources. [s]"""
    parts = _parts(places, period)
    with _pool(processes) as pool:
        keys = list(pool.map(_keys, *parts))
        found = _timed("bytes", pool.map, _bytes, keys)
        return found | _timed("tables", pool.map, _tables, *parts)


def _timed(name: str, call: Callable[..., Iterator[float]], *work: Any) -> dict[str, float]:
    begun = time.monotonic()
    cpu = sum(call(*work))
    return {
        f"reading {name}, wall [s]": round(time.monotonic() - begun, 1),
        f"reading {name}, CPU [s]": round(cpu, 1),
    }


@contextlib.contextmanager
def _pool(processes: int) -> Iterator[ProcessPoolExecutor]:
    import multiprocessing

    with ProcessPoolExecutor(processes, multiprocessing.get_context("spawn")) as pool:
        list(pool.map(_ready, range(4 * processes)))
        yield pool


def _ready(_: int) -> None:
    import etolib.pipeline  # noqa: F401  # its import is no reading


def _parts(places: Path, period: str) -> tuple[list[Path], list[str], list[int]]:
    count = len(places.read_text().splitlines()) - 1
    begins = list(range(0, count, _PART))
    return [places] * len(begins), [period] * len(begins), begins


def _sites(places: Path, begin: int) -> Sequence[Any]:
    from etolib.site import Site

    rows = [line.split(",") for line in places.read_text().splitlines()[1 + begin : 1 + begin + _PART]]
    return [Site(float(latitude), float(longitude), float(high), name) for name, latitude, longitude, high in rows]


def _each(places: Path, period: str, begin: int) -> None:
    from etolib.site import Period
    from etolib.sources import catalogue

    days = Period.parse(period)
    for site in _sites(places, begin):
        for name in SOURCES:
            catalogue.provider(name).fetch(site, days)


def _fill(places: Path, period: str, begin: int) -> None:
    from etolib.site import Period
    from etolib.sources import nasa_power, open_meteo
    from etolib.sources.network.budget import Budget
    from etolib.sources.prefetch import prefetch

    def free(*service: str) -> Budget:
        return Budget("free", in_flight=8)

    with mock.patch.object(open_meteo, "budget", free), mock.patch.object(nasa_power, "budget", free):
        prefetch(_sites(places, begin), Period.parse(period), SOURCES)
        _each(places, period, begin)


def _tables(places: Path, period: str, begin: int) -> float:
    before = time.process_time()
    _each(places, period, begin)
    return time.process_time() - before


def _keys(places: Path, period: str, begin: int) -> list[str]:
    """Return which answers the sources read."""
    from etolib.sources.network import client

    keys: list[str] = []
    load = client.door().cache.load

    def noted(key: str, now: float) -> Any:
        keys.append(key)
        return load(key, now)

    with mock.patch.object(client.door().cache, "load", noted):
        _each(places, period, begin)
    return keys


def _bytes(keys: list[str]) -> float:
    """Read answers and make nothing of them."""
    from etolib.sources.network import client

    before, now = time.process_time(), time.time()
    for key in keys:
        client.door().cache.load(key, now)
    return time.process_time() - before
