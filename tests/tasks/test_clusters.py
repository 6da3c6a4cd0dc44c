"""A batch on a scheduler and four workers that were started by hand: the bytes of one process."""

from __future__ import annotations

import contextlib

import pytest

import etolib
from etolib.site import Site
from etolib.store.store import Store
from tests.tasks.test_batch_killed import process
from tests.tasks.test_stored_batch import arrays, computed

pytestmark = pytest.mark.slow

PERIOD = "2024-02-20/2024-02-24"
PLACES = [Site(-22.5 - i / 50, -47.5 - (i % 7) / 10, 600 + i, f"farm {i}") for i in range(200)]
WORKERS = 4


@pytest.fixture(scope="module")
def settings(tmp_path_factory):
    with etolib.set_options(offline=True, today="2024-07-01", cache_dir=tmp_path_factory.mktemp("cache")):
        yield


def test_a_scheduler_and_four_workers_give_the_bytes_of_one_process(settings, client, tmp_path):
    etolib.submit_many(PLACES, PERIOD, store=tmp_path / "here.zarr", lot=10, client=client).result(60)
    file = tmp_path / "scheduler.json"
    where = "--scheduler-file", str(file)
    with contextlib.ExitStack() as stack:
        # The commands of docs/clusters.md.
        head = "--host", "127.0.0.1", "--port", "0", "--no-dashboard"
        first = stack.enter_context(process("distributed.cli.dask_scheduler", *where, *head))
        assert any("Scheduler at" in line for line in first.stderr)
        for _ in range(WORKERS):
            options = "--no-nanny", "--nthreads", "1", "--memory-limit", "1GB", "--no-dashboard"
            stack.enter_context(process("distributed.cli.dask_worker", *where, *options))
        there = stack.enter_context(etolib.connect(file, timeout=30))
        there.wait_for_workers(WORKERS, timeout=120)
        etolib.submit_many(PLACES, PERIOD, store=tmp_path / "there.zarr", lot=10, client=file).result(120)
        etolib.tasks.cluster.close()
    assert arrays(tmp_path / "there.zarr") == arrays(tmp_path / "here.zarr")
    assert set(computed(tmp_path / "there.zarr").values()) == {1}
    ran = {line["worker"] for line in Store.open(tmp_path / "there.zarr").log() if line["event"] == "end"}
    assert len(ran) > 1
