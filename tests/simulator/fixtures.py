"""Pytest fixtures: import them into a ``conftest.py`` (``from tests.simulator.fixtures import *``)."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.simulator.server import WeatherServer

__all__ = ["replay_server", "weather_server"]

TODAY = "2024-07-01"


@pytest.fixture
def weather_server(monkeypatch: pytest.MonkeyPatch) -> Iterator[WeatherServer]:
    """A simulator of its own weather on 2024-07-01, with ``ETOLIB_*`` leading to it."""
    with WeatherServer(today=TODAY) as server:
        for name, value in server.environment().items():
            monkeypatch.setenv(name, value)
        yield server


@pytest.fixture
def replay_server(monkeypatch: pytest.MonkeyPatch) -> Iterator[WeatherServer]:
    """A replay of the validation cities on 2020-06-30; skipped where the data folder is absent."""
    from tests.shared import shared_path

    with WeatherServer(shared_path("data", "validation"), "2020-06-30") as server:
        for name, value in server.environment().items():
            monkeypatch.setenv(name, value)
        yield server
