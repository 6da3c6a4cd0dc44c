"""Fixtures of all tests."""

import pytest

from tests.simulator.fixtures import replay_server, weather_server  # noqa: F401


@pytest.fixture(scope="module")
def client():
    """A client of a cluster in this process: one worker of four threads."""
    from distributed import Client, LocalCluster

    with (
        LocalCluster(n_workers=1, threads_per_worker=4, processes=False, dashboard_address=":0") as cluster,
        Client(cluster, set_as_default=False) as client,
    ):
        yield client
