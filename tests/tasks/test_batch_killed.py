"""Client, worker or scheduler killed on the way: nothing finished is computed again, the bytes are the same."""

from __future__ import annotations

import contextlib
import os
import random
import re
import subprocess
import sys

import pytest
from distributed import Client

import etolib
from etolib.errors import SchedulerUnavailable
from etolib.site import Site
from etolib.store.store import Store
from tests.tasks.test_stored_batch import arrays, computed

pytestmark = pytest.mark.slow

PERIOD = "2024-02-20/2024-02-24"
PLACES = [Site(-22.5 - i / 10, -47.5, 600 + i, f"farm {i}") for i in range(24)]
LOT = 2
MOMENTS = random.Random(12)


@contextlib.contextmanager
def process(*command):
    """Run a dask command until the block ends; SIGKILL, as for everything here."""
    started = subprocess.Popen([sys.executable, "-m", *command], stderr=subprocess.PIPE, text=True)
    try:
        yield started
    finally:
        started.kill()
        started.wait()
        started.stderr.close()


def line_with(stream, pattern):
    """Return what a process says once it matches."""
    for line in stream:
        if match := re.search(pattern, line):
            return match[1]
    raise AssertionError(f"ended without {pattern}")


def scheduler(port=0):
    return process("distributed.cli.dask_scheduler", "--host", "127.0.0.1", "--port", str(port), "--no-dashboard")


def worker(address):
    return process("distributed.cli.dask_worker", address, "--no-nanny", "--nthreads", "2", "--no-dashboard",
                   "--preload", "etolib.pipeline")  # fmt: skip


@pytest.fixture(scope="module")
def settings(tmp_path_factory):
    """Settings of all runs."""
    chosen = {"offline": "1", "today": "2024-07-01", "cache_dir": str(tmp_path_factory.mktemp("cache"))}
    with etolib.set_options(**chosen):
        yield {f"ETOLIB_{name.upper()}": value for name, value in chosen.items()}


@pytest.fixture
def cluster(settings):
    """Address of a scheduler of its own with one worker, and both processes."""
    with scheduler() as head:
        address = line_with(head.stderr, r"Scheduler at:\s+(tcp://\S+)")
        with worker(address) as hand:
            yield address, head, hand


@pytest.fixture(scope="module")
def undisturbed(settings, tmp_path_factory, client):
    """The arrays of a run that nothing happened to."""
    path = tmp_path_factory.mktemp("undisturbed") / "a.zarr"
    etolib.submit_many(PLACES, PERIOD, store=path, lot=LOT, client=client).result(60)
    return arrays(path)


def ended_the_same(path, undisturbed):
    assert set(computed(path).values()) == {1}
    assert len(computed(path)) == len(PLACES) // LOT
    assert arrays(path) == undisturbed


RUN = """
import sys, etolib
from distributed import Client
from tests.tasks.test_batch_killed import LOT, PERIOD, PLACES
with Client(sys.argv[1], set_as_default=False) as client:
    for end in etolib.submit_many(PLACES, PERIOD, store=sys.argv[2], lot=LOT, client=client):
        print(end.number, flush=True)
"""


def test_client_killed(cluster, undisturbed, settings, tmp_path):
    address, _, _ = cluster
    path = tmp_path / "a.zarr"
    command = [sys.executable, "-c", RUN, address, path]
    started = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=os.environ | settings)
    for _ in range(MOMENTS.randint(2, 6)):
        assert started.stdout.readline()
    started.kill()
    started.wait()
    started.stdout.close()
    assert 2 <= len(Store.open(path).finished()) < len(PLACES) // LOT
    with Client(address, set_as_default=False) as client:
        batch = etolib.submit_many(PLACES, PERIOD, store=path, lot=LOT, resume=True, client=client)
        batch.result(60)
    ended_the_same(path, undisturbed)


def test_worker_killed(cluster, undisturbed, tmp_path):
    address, _, hand = cluster
    with Client(address, set_as_default=False) as client:
        batch = etolib.submit_many(PLACES, PERIOD, store=tmp_path / "a.zarr", lot=LOT, client=client)
        ends = iter(batch)
        for _ in range(MOMENTS.randint(1, 6)):
            next(ends)
        hand.kill()
        with worker(address):
            batch.result(60)
    ended_the_same(tmp_path / "a.zarr", undisturbed)


def test_scheduler_killed(cluster, undisturbed, tmp_path):
    address, head, hand = cluster
    with Client(address, set_as_default=False, timeout=2) as client:  # so long it looks for a lost scheduler
        batch = etolib.submit_many(PLACES, PERIOD, store=tmp_path / "a.zarr", lot=LOT, client=client)
        ends = iter(batch)
        for _ in range(MOMENTS.randint(1, 6)):
            next(ends)
        head.kill()
        with pytest.raises(SchedulerUnavailable, match="resume"):
            batch.result(60)
    hand.kill()
    with scheduler() as again:
        other = line_with(again.stderr, r"Scheduler at:\s+(tcp://\S+)")
        with worker(other), Client(other, set_as_default=False) as client:
            etolib.resume_batch(tmp_path / "a.zarr", client=client).result(60)
    ended_the_same(tmp_path / "a.zarr", undisturbed)
