"""Every source of the catalogue under every fault: what comes out. ``python -m tests.sources.matrix`` prints the table.

The authority is the same request without the fault. An outcome is

data      every value equals that of the undisturbed run
near      (stations) a day from 21 to 23 hours, said so, within 10 % of the day of 24; (satellites) of another model
partial   values are missing, each of the others equals; a warning says so
ERROR     one typed error with a suggestion
stale     (second half) a kept answer, marked, when the provider fails after its lifetime

and nothing else is allowed: no other number or place, no other exception, no wait beyond the total time-out.
"""

from __future__ import annotations

import contextlib
import dataclasses
import datetime as dt
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from unittest import mock

import numpy as np
import pandas as pd

from etolib import config
from etolib.errors import EtolibError
from etolib.site import Period, Site
from etolib.sources import catalogue, doctor
from etolib.sources.base import SourceData
from etolib.sources.catalogue import ServiceInfo, SourceInfo, Window
from etolib.sources.network import client
from etolib.sources.testing import compare
from tests.simulator import FAULTS, WeatherServer

TODAY = "2024-07-01"
DEADLINE = 0.1
"""Total time-out of a download that is made to hang: none of those answers in any time, so it may be short. [s]"""
SECOND = 0.25
"""The same where another service is asked before it: longer than the pause between two requests. [s]"""
SLACK = 2.0
"""What else a fetch may take on a busy machine: parsing 10 MB, several requests of one source. [s]"""

USA, WORLD = Site(40.02, -105.27, 1655.0), Site(-22.7, -47.6, 550.0)
METEOSTAT, GHCN = Site(52.38, 11.06, 80.0), Site(52.08, 10.57, 80.0)
SETTLED, AROUND = Period("2024-03-02", "2024-03-31"), 7
CHEAPER = {"meteostat": (METEOSTAT, SETTLED), "ghcn_hourly": (GHCN, Period("2024-06-01", "2024-06-20"))}
"""Places whose nearest station answers at once. Every other source is asked where the doctor asks it, for days of its
window: long settled ones where it begins on a date, else those `AROUND` today."""
UNTOLD = {("meteostat_stations", "places_shifted"): "its files do not repeat where their stations stand"}
"""What nothing in the answers of a provider can tell: such cells are counted apart."""
ELSEWHERE = ("dns_failure", "tls_error")
"""Faults of the way there and not of the server: the root is another one."""
HANGING = ("hang", "slow", "drip_body", "drip_header")


@dataclasses.dataclass(frozen=True)
class Provider:
    """What is asked of a provider: its service in the simulator, and a call that returns a table or raises."""

    name: str
    service: str
    ask: Callable[[], pd.DataFrame]


def question(row: SourceInfo) -> tuple[Site, Period]:
    """Return the place and the days that a source is asked for."""
    if row.name in CHEAPER:
        return CHEAPER[row.name]
    today = dt.date.fromisoformat(TODAY)
    first, last = row.window(today)
    far = dt.timedelta(days=AROUND)
    settled = isinstance(row.window, Window) and isinstance(row.window.first, dt.date)
    return doctor.place_of(row), SETTLED if settled else Period(max(first, today - far), min(last, today + far))


def _source(row: SourceInfo) -> Callable[[], pd.DataFrame]:
    site, period = question(row)

    def ask() -> pd.DataFrame:
        keys = {row.key_variable: "matrix@example.org"} if row.key_needed else {}  # read from the environment only
        with mock.patch.dict(os.environ, keys):
            data: SourceData = catalogue.load(row.provider)(row).fetch(site, period)  # which has nothing of before
        place = {name: data.meta.get(name) for name in ("station", "latitude", "longitude")}
        data.frame.attrs = {"warnings": data.warnings, "stale": data.meta["stale"], "place": place}
        return data.frame

    return ask


def _heights(service: ServiceInfo) -> Callable[[], pd.DataFrame]:
    def ask() -> pd.DataFrame:
        values = catalogue.load(service.provider)([WORLD, USA])
        frame = pd.DataFrame({"elevation": [np.nan if v is None else v for v in values]})
        # A missing height is None, not a sentence: whoever asks goes on to the next provider.
        frame.attrs = {"warnings": ["no height"] if None in values else [], "stale": False}
        return frame

    return ask


def _towns() -> pd.DataFrame:
    found = catalogue.load(catalogue.PLACES.provider)("petr")
    values = {name: [getattr(place, name) for place in found] for name in ("latitude", "longitude", "population")}
    heights = [np.nan if place.elevation is None else place.elevation for place in found]
    frame = pd.DataFrame(values | {"elevation": heights}).reindex(range(4))  # a list cut short has no wrong number
    # A height that is not known is None, not a sentence: the calculation looks it up.
    frame.attrs = {"warnings": ["no height"] if frame.isna().any(axis=None) else [], "stale": False}
    return frame


def _of_the_catalogue() -> Iterator[Provider]:
    """Yield every source with a service, and the services beside them."""
    rows = [row for row in catalogue.SOURCES.values() if row.service and not row.package]
    rows += catalogue.COMPARED.values()
    yield from (Provider(row.name, row.service, _source(row)) for row in rows)
    lists = catalogue.STATIONS  # asked by the source of the same module
    (row,) = (row for row in rows if row.provider.partition(":")[0] == lists.provider.partition(":")[0])
    yield Provider(lists.service, lists.service, _source(row))
    yield from (Provider(one.service, one.service, _heights(one)) for one in catalogue.ELEVATIONS)
    yield Provider(catalogue.PLACES.service, catalogue.PLACES.service, _towns)


PROVIDERS = {one.name: one for one in _of_the_catalogue()}


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
    """What came of a provider under a fault; ``calls`` that it took, and the ``usual`` ones of the undisturbed run."""

    kind: str
    text: str
    seconds: float
    calls: int
    usual: int = 0

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
        if frame.attrs.get("place") != truth.attrs.get("place"):
            kind, text = "WRONG place!", f"{frame.attrs['place']} instead of {truth.attrs['place']}"
    except EtolibError as error:
        kind, text = type(error).__name__, error.message
        if not error.suggestion or not error.source:
            kind, text = "no suggestion or source!", error.message
    except Exception as error:
        kind, text = f"not typed: {type(error).__name__}!", str(error)
    taken = len(server.calls()) - before
    return Outcome(kind, text, time.perf_counter() - begun, taken, truth.attrs.get("calls", 0))


def _first(provider: Provider, server: WeatherServer) -> tuple[pd.DataFrame, float]:
    """Return the undisturbed answer, and how long a download that hangs may take. [s]"""
    server.forget()
    truth = provider.ask()
    truth.attrs["calls"] = len(server.calls())
    return truth, DEADLINE if server.calls()[0].provider == provider.service else SECOND


def row(provider: Provider, faults: Iterable[str], times: int | None = None) -> dict[str, Outcome]:
    """Return the outcomes of one provider under faults, each ``times`` times or lasting, each with an empty cache."""
    found = {}
    with WeatherServer(today=TODAY) as server, tempfile.TemporaryDirectory() as folder:
        with settings(server, Path(folder) / "truth"):
            truth, patience = _first(provider, server)
        for fault in faults:
            with settings(server, Path(folder) / fault, patience if fault in HANGING else None):
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
            truth, patience = _first(provider, server)
            with door.cache.database.connect(write=True) as connection:
                connection.execute("update entry set expires = fetched")
        with settings(server, Path(folder) / "kept", patience if fault in HANGING else None):
            server.fault(provider.service, fault)
            return judge(provider.ask, truth, server)


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
    """Print the page, and what breaks the rule; ``NAME...`` restricts it to some columns."""
    os.environ.pop("ETOLIB_CACHE_DIR", None)
    wanted = sys.argv[1:] or list(PROVIDERS)
    columns = {}
    for name in wanted:
        begun = time.process_time()
        columns[name] = row(PROVIDERS[name], [*sorted(FAULTS), *ELSEWHERE])
        print(f"{name}: {time.process_time() - begun:.1f} s", file=sys.stderr, flush=True)
    found = pd.DataFrame(columns)
    print(markdown(found))
    cells = [(str(fault), str(name), one) for fault, line in found.iterrows() for name, one in line.items()]
    untold = [cell for cell in cells if not cell[2].allowed and (cell[1], cell[0]) in UNTOLD]
    broken = [cell for cell in cells if not cell[2].allowed and cell not in untold]
    slow = [cell for cell in cells if cell[0] in HANGING and cell[2].seconds > SECOND + SLACK]
    print(f"\n{found.size} cells, {len(broken)} break the rule, {len(slow)} were late, {len(untold)} cannot be told")
    for fault, provider, outcome in broken + slow + untold:
        print(f"  {provider} x {fault}: {outcome.kind} {outcome.text} ({outcome.seconds:.1f} s)")


if __name__ == "__main__":
    main()
