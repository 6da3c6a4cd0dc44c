"""A clock that is set back holds up no message of dask's."""

from __future__ import annotations

import time

from distributed import LocalCluster, batched

import etolib
from tests.browser.stage import until

DAY_S = 86_400


def test_messages_go_on_when_the_clock_is_set_on_and_back(monkeypatch):
    monkeypatch.setattr(batched, "time", lambda: time.time())  # dask's own, but to be patched below
    with (
        LocalCluster(
            n_workers=1, threads_per_worker=1, processes=False, protocol="tcp://", host="127.0.0.1",
            dashboard_address=":0",
        ) as cluster,
        etolib.connect(cluster.scheduler_address) as client,
    ):  # fmt: skip
        real = time.time
        monkeypatch.setattr(time, "time", lambda: real() + DAY_S)
        beats = [cluster.workers[0].periodic_callbacks["heartbeat"], client._periodic_callbacks["heartbeat"]]
        for _ in range(20):
            assert client.submit(abs, -1, pure=False).result(10) == 1
        monkeypatch.setattr(time, "time", real)
        for _ in range(20):
            assert client.submit(abs, -1, pure=False).result(10) == 1
        assert all(beat._next_timeout - beat.io_loop.time() < 60 for beat in beats)
        until(lambda: all(beat._next_timeout < real() + 60 for beat in beats), "heartbeats of today", 5)
