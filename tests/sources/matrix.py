"""Every provider under every fault: what comes out. ``python -m tests.sources.matrix`` prints the table.

The authority is the same request without the fault. An outcome is

data      every value equals that of the undisturbed run
near      (stations) a day from 21 to 23 hours, said so, within 10 % of the day of 24; (satellites) of another model
partial   values are missing, each of the others equals; a warning says so
ERROR     one typed error with a suggestion
stale     (second half) a kept answer, marked, when the provider fails after its lifetime

and nothing else is allowed: no other number, no other exception, no wait beyond the total time-out.
"""

from __future__ import annotations

import contextlib
import dataclasses
import os
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any
from unittest import mock

import numpy as np
import pandas as pd

from etolib import config
from etolib.errors import EtolibError
from etolib.site import Period, Site
from etolib.sources import catalogue, geocoding, open_meteo, opentopodata
from etolib.sources.base import SourceData
from etolib.sources.network import client
from etolib.sources.testing import compare
from tests.simulator import FAULTS, WeatherServer

TODAY = "2024-07-01"
DEADLINE = 0.1
"""Total time-out of a download that is made to hang: none of those answers in any time, so it may be short. [s]"""
SLACK = 2.0
"""What else a fetch may take on a busy machine: parsing 10 MB, several requests of one source. [s]"""

USA, WORLD = Site(40.02, -105.27, 1655.0), Site(-22.7, -47.6, 550.0)
AUSTRALIA, GERMANY = Site(-27.18, 151.26, 340.0), Site(52.38, 13.06, 80.0)
KANSAS, METEOSTAT, GHCN = Site(39.05, -95.68, 280.0), Site(52.38, 11.06, 80.0), Site(52.08, 10.57, 80.0)
ELSEWHERE = ("dns_failure", "tls_error")
"""Faults of the way there and not of the server: the root is another one."""
HANGING = ("hang", "slow", "drip_body", "drip_header")


@dataclasses.dataclass(frozen=True)
class Provider:
    """What is asked of a provider: its service in the simulator, and a call that returns a table or raises.

    ``patience`` is its total time-out under a fault that hangs; longer than the pause before the request that does. [s]
    """

    name: str
    service: str
    ask: Callable[[], pd.DataFrame]
    requests: int = 1
    patience: float = DEADLINE


def _source(name: str, site: Site, period: Period) -> Callable[[], pd.DataFrame]:
    def ask() -> pd.DataFrame:
        row = catalogue.find(name)
        keys = {row.key_variable: "matrix@example.org"} if row.key_needed else {}  # read from the environment only
        with mock.patch.dict(os.environ, keys):
            data: SourceData = catalogue.provider(name).fetch(site, period)
        data.frame.attrs = {"warnings": data.warnings, "stale": data.meta["stale"]}
        return data.frame

    return ask


def _heights(service: Any) -> Callable[[], pd.DataFrame]:
    def ask() -> pd.DataFrame:
        values = service.elevations([WORLD, USA])
        frame = pd.DataFrame({"elevation": [np.nan if v is None else v for v in values]})
        # A missing height is None, not a sentence: whoever asks goes on to the next provider.
        frame.attrs = {"warnings": ["no height"] if None in values else [], "stale": False}
        return frame

    return ask


def _towns() -> pd.DataFrame:
    found = geocoding.search("petr")
    values = {name: [getattr(place, name) for place in found] for name in ("latitude", "longitude", "population")}
    heights = [np.nan if place.elevation is None else place.elevation for place in found]
    frame = pd.DataFrame(values | {"elevation": heights}).reindex(range(4))  # a list cut short has no wrong number
    # A height that is not known is None, not a sentence: the calculation looks it up.
    frame.attrs = {"warnings": ["no height"] if frame.isna().any(axis=None) else [], "stale": False}
    return frame


PROVIDERS = {
    p.name: p
    for p in (
        Provider("nasa_power", "nasa_power", _source("nasa_power", WORLD, Period("2024-02-01", "2024-03-31"))),
        Provider(
            "open_meteo_archive",
            "open_meteo_archive",
            _source("open_meteo_archive", WORLD, Period("2024-02-01", "2024-03-31")),
        ),
        Provider(
            "open_meteo_forecast",
            "open_meteo_forecast",
            _source("open_meteo_forecast", WORLD, Period("2024-06-20", "2024-07-07")),
        ),
        Provider(
            "open_meteo_historical_forecast",
            "open_meteo_historical_forecast",
            _source("open_meteo_historical_forecast", WORLD, Period("2024-02-01", "2024-03-31")),
        ),
        Provider(
            "open_meteo_satellite",
            "open_meteo_satellite",
            _source("open_meteo_satellite", WORLD, Period("2024-02-01", "2024-03-31")),
        ),
        Provider(
            "open_meteo_ensemble",
            "open_meteo_ensemble",
            _source("open_meteo_ensemble", WORLD, Period("2024-07-01", "2024-07-12")),
        ),
        Provider("met_norway", "met_norway", _source("met_norway", WORLD, Period("2024-07-02", "2024-07-08"))),
        Provider("nws_forecast", "nws", _source("nws_forecast", USA, Period("2024-07-02", "2024-07-06")), 2),
        Provider("nws_stations", "nws", _source("nws_stations", USA, Period("2024-06-28", "2024-06-29")), 20),
        Provider("silo", "silo", _source("silo", AUSTRALIA, Period("2024-02-01", "2024-03-31"))),
        Provider("dwd_stations", "dwd", _source("dwd_stations", GERMANY, Period("2024-05-01", "2024-06-10")), 2),
        Provider("gridmet", "gridmet", _source("gridmet", KANSAS, Period("2024-02-01", "2024-03-10")), 14),
        Provider(
            "meteostat", "meteostat", _source("meteostat", METEOSTAT, Period("2024-02-01", "2024-03-10")), 2, 0.25
        ),
        Provider("ghcn_hourly", "ghcn_hourly", _source("ghcn_hourly", GHCN, Period("2024-06-01", "2024-06-20")), 2),
        Provider("open_meteo_elevation", "open_meteo_elevation", _heights(open_meteo)),
        Provider("opentopodata", "opentopodata", _heights(opentopodata)),
        Provider("open_meteo_geocoding", "open_meteo_geocoding", _towns),
    )
}


@contextlib.contextmanager
def settings(server: WeatherServer, folder: Path, deadline: float | None = None) -> Iterator[client.Door]:
    """Lead etolib to the simulator, with waits that take no time."""
    roots = {
        name.removeprefix("ETOLIB_").lower(): value
        for name, value in server.environment().items()
        if name.startswith("ETOLIB_")
    }
    limit = {} if deadline is None else {"deadline": str(deadline)}
    with config.set_options(**roots, **limit, contact="test@example.org", cache_dir=folder):
        clock = Clock()
        door = client.Door(folder, client.user_agent(), clock=clock, sleep=clock.sleep, jitter=lambda: 0.0)
        try:
            with client.use(door):
                yield door
        finally:
            door.close()


class Clock:
    """The real time plus what was slept: waiting moves it on at once."""

    def __init__(self) -> None:
        self.slept = 0.0
        self.waits: list[float] = []

    def __call__(self) -> float:
        return time.time() + self.slept

    def sleep(self, seconds: float) -> None:
        self.slept += seconds
        self.waits.append(seconds)


@dataclasses.dataclass(frozen=True)
class Outcome:
    """What came of a provider under a fault."""

    kind: str
    text: str
    seconds: float
    calls: int

    @property
    def allowed(self) -> bool:
        """Whether this is one of the outcomes a user may get."""
        return self.kind in ("data", "partial", "near", "stale") or (
            self.kind.isidentifier() and self.kind[0].isupper()
        )


def judge(ask: Callable[[], pd.DataFrame], truth: pd.DataFrame, server: WeatherServer) -> Outcome:
    """Return what ``ask`` gives, held against the undisturbed run."""
    before = len(server.calls())
    begun = time.perf_counter()
    try:
        frame = ask()
        kind, text = compare(frame, truth)
    except EtolibError as error:
        kind, text = type(error).__name__, error.message
        if not error.suggestion or not error.source:
            kind, text = "no suggestion or source!", error.message
    except Exception as error:
        kind, text = f"not typed: {type(error).__name__}!", str(error)
    return Outcome(kind, text, time.perf_counter() - begun, len(server.calls()) - before)


def row(provider: Provider, faults: Iterable[str], times: int | None = None) -> dict[str, Outcome]:
    """Return the outcomes of one provider under faults, each ``times`` times or lasting, each with an empty cache."""
    found = {}
    with WeatherServer(today=TODAY) as server, tempfile.TemporaryDirectory() as folder:
        with settings(server, Path(folder) / "truth"):
            truth = provider.ask()
        for fault in faults:
            with settings(server, Path(folder) / fault, provider.patience if fault in HANGING else None):
                if fault in ELSEWHERE:
                    root = server.root(provider.service).replace("http:", "https:")
                    root = "https://no-such-host.invalid" if fault == "dns_failure" else root
                    with config.set_options(**{f"{provider.service}_url": root}):
                        found[fault] = judge(provider.ask, truth, server)
                    continue
                server.fault(provider.service, fault, times)
                found[fault] = judge(provider.ask, truth, server)
                server.clear()
    return found


def run_after(provider: Provider, fault: str) -> Outcome:
    """Return the outcome where the provider fails after it has answered, and the answer's lifetime is over."""
    with WeatherServer(today=TODAY) as server, tempfile.TemporaryDirectory() as folder:
        with settings(server, Path(folder) / "kept") as door:
            truth = provider.ask()
            with door.cache.database.connect(write=True) as connection:
                connection.execute("update entry set expires = fetched")
        with settings(server, Path(folder) / "kept", provider.patience if fault in HANGING else None):
            server.fault(provider.service, fault)
            return judge(provider.ask, truth, server)


def table(faults: Iterable[str] | None = None, times: int | None = None) -> pd.DataFrame:
    """Return the outcomes, one row per fault, one column per provider."""
    chosen = [*sorted(FAULTS), *ELSEWHERE] if faults is None else list(faults)
    return pd.DataFrame({name: row(provider, chosen, times) for name, provider in PROVIDERS.items()})


SHORT = {
    "BadResponse": "Bad", "InvalidRequest": "Invalid", "RateLimited": "Limited", "SourceUnavailable": "Unavailable",
}  # fmt: skip


def markdown(found: pd.DataFrame) -> str:
    """Return outcomes as a page; faults with the same outcomes share a line."""
    lines: dict[tuple[str, ...], list[str]] = {}
    for fault, outcomes in found.iterrows():
        lines.setdefault(tuple(SHORT.get(one.kind, one.kind) for one in outcomes), []).append(str(fault))
    head = ["faults", *(str(name).replace("open_meteo", "om") for name in found.columns)]
    rows = [head, ["---"] * len(head), *([", ".join(faults), *kinds] for kinds, faults in lines.items())]
    title = (
        "# Provider x fault\n\nMade by `python -m tests.sources.matrix`. Faults with the same outcomes share a line.\n"
    )
    return "\n".join([title, *(f"| {' | '.join(row)} |" for row in rows)])


def main() -> None:
    """Print the page, and what breaks the rule."""
    os.environ.pop("ETOLIB_CACHE_DIR", None)
    found = table()
    print(markdown(found))
    broken = [(f, p, o) for f, row in found.iterrows() for p, o in row.items() if not o.allowed]
    slow = [
        (f, p, o)
        for f, row in found.iterrows()
        for p, o in row.items()
        if f in HANGING and o.seconds > DEADLINE + SLACK
    ]
    print(f"\n{found.size} cells, {len(broken)} break the rule, {len(slow)} were late")
    for fault, provider, outcome in broken + slow:
        print(f"  {provider} x {fault}: {outcome.kind} {outcome.text} ({outcome.seconds:.1f} s)")


if __name__ == "__main__":
    main()
