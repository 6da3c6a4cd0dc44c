"""Damaged answers by the thousand: ``python -m tests.sources.fuzz [COUNT] [SEED] [NAME...]`` prints what came of them.

Answers of the simulator and recordings are changed at random, as bytes and as JSON, and given to a source in place of
the download. Each must end in days of the asked period within what weather can be, or in one of etolib's own errors.
"""

from __future__ import annotations

import json
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, cast

import numpy as np
import pandas as pd

from etolib import config
from etolib.errors import BadResponse, EtolibError, NotCovered
from etolib.sources import catalogue, met_norway, nasa_power, nws, nws_forecast, nws_stations, open_meteo, opentopodata
from etolib.sources.network import address, client
from etolib.sources.network.keeping import Lifetime
from etolib.sources.station import file
from etolib.variables import VARIABLES
from tests.shared import shared_root
from tests.simulator import WeatherServer
from tests.sources.matrix import PROVIDERS, TODAY, settings

SOURCES = tuple(name for name in PROVIDERS if name != catalogue.STATIONS.service)
"""What is asked: every source and service, each once (a list of stations is among the answers of its source)."""

VALUES: tuple[Any, ...] = (
    None, True, False, 0, -1, -999, -999.0, 1e308, -1e308, 10**400, 1e-320, "", "x", "NaN", "2024-02-30", "9" * 50, [],
    {}, [[]], [None], {"value": None}, "1e5", 361, -9999.9, "\ud800", "2024-02-01T00:00:00+00:00/P9999D", "P1D",
)  # fmt: skip


TEXTS = (b"nan", b"null", b"-999", b"1e999", b"{", b"]", b'"', b",,", b"[" * 3000)


def damage(body: bytes, chance: random.Random) -> bytes:
    """Return a changed body: a few steps on the bytes, or on the JSON."""
    for _ in range(chance.choice((1, 1, 1, 2, 3, 6))):
        if chance.random() < 0.55:
            try:
                body = json.dumps(_change(json.loads(body), chance)).encode("utf-8", "surrogatepass")
                continue
            except (ValueError, RecursionError, TypeError, OverflowError):
                pass
        body = _bytes(body, chance)
    return body


def _bytes(body: bytes, chance: random.Random) -> bytes:
    if not body:
        return bytes([chance.randrange(256)])
    i, j = sorted((chance.randrange(len(body) + 1), chance.randrange(len(body) + 1)))
    j = min(j, i + chance.choice((1, 2, 8, 64, 4096)))
    way = chance.randrange(8)
    if way == 0:
        return body[:i]
    if way == 1:
        return body[:i] + body[j:]
    if way == 2:
        return body[:j] + body[i:]
    if way == 3:
        return body[:i] + bytes(chance.randrange(256) for _ in range(chance.randrange(1, 9))) + body[i:]
    if way == 4:
        i = min(i, len(body) - 1)
        return body[:i] + bytes([body[i] ^ (1 << chance.randrange(8))]) + body[i + 1 :]
    if way == 5:
        return (
            body[:i]
            + chance.choice((b"nan", b"null", b"-999", b"1e999", b"{", b"]", b'"', b",,", b"[" * 3000))
            + body[j:]
        )
    if way == 6:
        digits = [k for k, c in enumerate(body) if 48 <= c <= 57]
        if digits:
            k = chance.choice(digits)
            return body[:k] + bytes([48 + chance.randrange(10)]) + body[k + 1 :]
    return body.replace(b"2024", chance.choice((b"1024", b"2023", b"20x4", b"-024")), 1)


def _change(data: Any, chance: random.Random) -> Any:
    """Change one node of a JSON value somewhere."""
    place = chance.choice(list(_containers(data)) or [None])
    if place is None:
        return chance.choice(VALUES)
    way = chance.randrange(6)
    if isinstance(place, dict) and place:
        key = chance.choice(list(place))
        if way == 0:
            del place[key]
        elif way == 1:
            place[key + "x"] = place.pop(key)
        elif way == 2:
            place[key], other = place[chance.choice(list(place))], place[key]
            place[chance.choice(list(place))] = other
        else:
            place[key] = _value(place[key], chance)
    elif isinstance(place, list) and place:
        k = chance.randrange(len(place))
        if way == 0:
            del place[k]
        elif way == 1:
            place.insert(k, place[chance.randrange(len(place))])
        elif way == 2:
            chance.shuffle(place)
        else:
            place[k] = _value(place[k], chance)
    return data


def _value(old: Any, chance: random.Random) -> Any:
    if isinstance(old, (int, float)) and not isinstance(old, bool) and chance.random() < 0.5:
        return old * chance.choice((-1, 0, 10, 1000, 1e-3, 9.0 / 5.0))
    return chance.choice(VALUES)


def _containers(data: Any) -> Iterator[Any]:
    stack = [data]
    while stack:
        node = stack.pop()
        if isinstance(node, (dict, list)):
            yield node
            stack.extend(node.values() if isinstance(node, dict) else node[:50])


class Recorder(client.Door):
    """A door that keeps the bodies it has brought."""

    def fetch(self, url: str, params: Any = None, **options: Any) -> client.Reply:
        try:
            reply = super().fetch(url, params, **options)
        except NotCovered as error:
            self.__dict__.setdefault("absent", {})[address.address(url, params)[1]] = error
            raise
        self.__dict__.setdefault("bodies", {})[reply.url] = reply.body
        return reply


class Damaged:
    """A door that gives kept bodies, one of them damaged: the check and its errors are those of the real one."""

    def __init__(
        self, bodies: dict[str, bytes], chance: random.Random, read: dict[str, Any], absent: dict[str, NotCovered]
    ) -> None:
        self.bodies, self.chance, self.read, self.absent = bodies, chance, read, absent
        self.victim = chance.choice(sorted(bodies))

    clock = staticmethod(time.time)

    def fetch(self, url: str, params: Any = None, *, check: Any, ttl: Any, source: str, **options: Any) -> client.Reply:
        shown = address.address(url, params)[1]
        body = self.bodies.get(shown)
        if shown in self.absent:
            raise self.absent[shown]
        if body is None:
            raise BadResponse(f"{source}: not asked before", source=source)
        if shown == self.victim:
            body = damage(body, self.chance)
            try:
                data = client.checked(check, body)
            except ValueError as error:
                raise BadResponse(f"{source}: {error}", source=source) from error
        else:
            if shown not in self.read:  # what is not damaged is read once
                self.read[shown] = check(body)
            data = self.read[shown]
        lasting = ttl(data, {})
        seconds = lasting.first if isinstance(lasting, Lifetime) else lasting
        return client.Reply(data, body, shown, 200, time.time(), time.time() + seconds, {})


def fuzz_source(name: str, count: int, seed: int) -> Counter[str]:
    """Return how often a source under damaged answers ended in data or in which error; raises on anything else."""
    provider = PROVIDERS[name]
    found: Counter[str] = Counter()
    with (
        WeatherServer(today=TODAY) as server,
        tempfile.TemporaryDirectory() as folder,
        settings(server, Path(folder)) as plain,
    ):
        recorder = Recorder(Path(folder), client.user_agent(), clock=plain.clock, sleep=plain.sleep)
        with client.use(recorder):
            truth = provider.ask()
        bodies, absent = recorder.__dict__["bodies"], recorder.__dict__.get("absent", {})
        read: dict[str, Any] = {}
        for number in range(count):
            chance = random.Random(f"{name} {seed} {number}")
            with client.use(cast(client.Door, Damaged(bodies, chance, read, absent))):
                found[_outcome(provider.ask, truth, f"{name} seed {seed} number {number}")] += 1
    return found


def _outcome(ask: Callable[[], pd.DataFrame], truth: pd.DataFrame, label: str) -> str:
    try:
        frame = ask()
    except EtolibError as error:
        return type(error).__name__
    except Exception as error:
        raise AssertionError(f"{label}: {type(error).__name__}: {error}") from error
    assert frame.index.equals(truth.index), f"{label}: other days"
    for column in frame.columns:
        if column in VARIABLES:
            values, bounds = frame[column].to_numpy(dtype=float), VARIABLES[column]
            good = np.isnan(values) | ((values >= bounds.lower) & (values <= bounds.upper))
            assert good.all(), f"{label}: {column} = {values[~good][0]}"
    return "data"


PARSERS: dict[str, tuple[str, Callable[[bytes], Any]]] = {
    "nasa_power": (
        "nasa_power/point_daily_*.json",
        lambda b: nasa_power.parse(b, ("T2M",), standard="UTC", community="RE"),
    ),
    "met_norway": ("met_norway/*e.json", met_norway.parse),
    "nws grid": ("nws/gridpoints_TAE*.json", nws_forecast.parse_grid),
    "nws points": ("nws/points*.json", nws.parse_point),
    "nws stations": ("nws/gridpoints_stations*.json", nws_stations.parse_stations),
    "nws observations": ("nws/observations*.json", nws_stations.parse_observations),
    "open_meteo": ("open_meteo/forecast_daily*.json", lambda b: open_meteo.parse(b, ())),
    "nasa_power hourly": (
        "nasa_power/point_hourly_*.json",
        lambda b: nasa_power.parse(b, ("ALLSKY_SFC_SW_DWN",), community="RE", hourly=True),
    ),
    "open_meteo hourly": (
        "open_meteo/forecast_hourly*.json",
        lambda b: open_meteo.parse(b, ("precipitation",), hourly=True),
    ),
    "elevation": ("open_meteo/elevation*.json", lambda b: open_meteo.parse_elevations(b, 3)),
    "opentopodata": ("reconstructed/otd_ok.json", lambda b: opentopodata.parse(b, 2)),
    "station_file": ("nasa_power/csv_body_daily*.csv", file.read),
    "own_files": ("*", file.read),
}
"""Recordings by provider, and what reads them; ``own_files`` are the examples of known formats beside the tests."""

FILES = Path(__file__).parent.parent / "files"
OWN = ("station_file", "own_files")


def fuzz_recordings(name: str, count: int, seed: int) -> Counter[str]:
    """Return the outcomes of damaged recordings of a provider; raises on an exception that is not a typed one."""
    pattern, parse = PARSERS[name]
    folder = FILES if name == "own_files" else shared_root() / "fixtures"
    files = sorted(path for path in folder.glob(pattern) if path.name != "README.md")
    found: Counter[str] = Counter()
    for number in range(count if files else 0):
        chance = random.Random(f"{name} {seed} {number}")
        victim = chance.choice(files)
        body = damage(victim.read_bytes(), chance)
        try:
            # A file is read without the door, which would make a typed error of any ValueError.
            parse(body) if name in OWN else client.checked(parse, body)
            found["data"] += 1
        except EtolibError as error:
            found[type(error).__name__] += 1
        except Exception as error:
            if isinstance(error, ValueError) and name not in OWN:
                found["BadResponse"] += 1
                continue
            label = f"{name} {victim.name} seed {seed} number {number}"
            raise AssertionError(f"{label}: {type(error).__name__}: {error}") from error
    return found


def main() -> None:
    """Print a table of outcomes."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else 1
    wanted = sys.argv[3:] or [*SOURCES, *(name for name in PARSERS if name not in SOURCES)]
    with config.set_options(today=TODAY):
        for name in (n for n in SOURCES if n in wanted):
            print(f"source {name}: {dict(fuzz_source(name, count, seed))}", flush=True)
        for name in (n for n in PARSERS if n in wanted):
            print(f"recording {name}: {dict(fuzz_recordings(name, count, seed))}", flush=True)


if __name__ == "__main__":
    main()
