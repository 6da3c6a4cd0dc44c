"""Fixtures of all tests."""

from tests.weatherserver.fixtures import replay_server, weather_server  # noqa: F401
