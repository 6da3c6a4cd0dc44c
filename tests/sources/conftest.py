"""What the tests of sources share: a door without a network, a clock that does not wait."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import httpx2
import pytest

from etolib.sources.network import client
from tests.simulator import WeatherServer
from tests.sources import matrix


class Clock:
    """A wall clock and a steady one that move only when somebody sleeps."""

    def __init__(self, now: float = 1_700_000_040.0) -> None:
        self.now = now
        self.waits: list[float] = []

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.waits.append(round(seconds, 6))
        self.now += seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def make_door(tmp_path, clock) -> Iterator[Callable[..., client.Door]]:
    """Return a maker of doors whose answers come from a function of the request."""

    def make(handler, **options) -> client.Door:
        options = {"clock": clock, "monotonic": clock, "sleep": clock.sleep, "jitter": lambda: 0.0} | options
        door = client.Door(tmp_path / "cache", "etolib/test (none)", transport=httpx2.MockTransport(handler), **options)
        opened.append(door)
        return door

    opened: list[client.Door] = []
    yield make
    for door in opened:
        door.close()


@pytest.fixture(scope="module")
def server() -> Iterator[WeatherServer]:
    """A weather server of a module's own."""
    with WeatherServer(today=matrix.TODAY) as running:
        yield running


@pytest.fixture
def door(server, tmp_path) -> Iterator[client.Door]:
    """Settings that ask it, with a cache of a test's own and nothing left of the test before."""
    server.clear()
    server.forget()
    with matrix.settings(server, tmp_path) as opened:
        yield opened
    server.clear()
