"""Whose turn it is on a shared cluster: nobody is kept waiting by tasks of another that do not end."""

from __future__ import annotations

import threading

import pytest
from distributed import Client

import etolib
from etolib import pipeline, tasks
from etolib.tasks import handshake, turns
from tests.tasks.test_job import PERIOD, SITE, make_result

HANGING = (10.0, 10.0)


class Weather:
    """A pipeline in which places named "hang" wait until the test lets them go."""

    def __init__(self):
        self.gate = threading.Event()
        self.lock = threading.Lock()
        self.began = threading.Semaphore(0)
        self.running = self.most = 0

    def __call__(self, request, *, report, checkpoint):
        with self.lock:
            self.running += 1
            self.most = max(self.most, self.running)
        self.began.release()
        try:
            report(step="asks", stage="download", source=None, progress=20, current_step=2, total_steps=5)
            while (request.site.name or "").startswith("hang") and not self.gate.wait(0.01):
                checkpoint()
        finally:
            with self.lock:
                self.running -= 1
        return make_result(request.site, request.period)


@pytest.fixture
def weather(monkeypatch):
    fake = Weather()
    monkeypatch.setattr(pipeline, "run", fake)
    monkeypatch.setattr(turns, "PATIENCE_S", 0.1)
    monkeypatch.setattr(turns, "LONG_S", 0.1)
    yield fake
    fake.gate.set()


@pytest.fixture
def pages(client):
    """Two clients, as two pages are."""
    with (
        Client(client.scheduler.address, set_as_default=False) as one,
        Client(client.scheduler.address, set_as_default=False) as other,
    ):
        yield one, other


def hanging(count, client):
    return [tasks.submit(etolib.Site(*HANGING, 0, name=f"hang {i}"), PERIOD, client=client) for i in range(count)]


def test_a_second_owner_ends_while_twelve_tasks_of_the_first_hang(weather, pages):
    one, other = pages
    stuck = hanging(12, one)
    job = tasks.submit(SITE, PERIOD, client=other)
    assert len(job.result(60).table) == 3
    # A question of a page, too.
    future = other.submit(abs, -3, priority=10, pure=False, resources=handshake.needed())
    assert future.result(60) == 3
    assert not any(one.status.final for one in stuck)
    weather.gate.set()
    assert {len(one.result(60).table) for one in stuck} == {3}
    assert {one.messages()[-1]["type"] for one in stuck} == {"SUCCESS"}


def test_a_lone_owner_has_all_threads_and_no_more(weather, client):
    stuck = hanging(6, client)
    assert all(weather.began.acquire(timeout=20) for _ in range(4))
    weather.gate.set()
    for one in stuck:
        one.result(60)
    assert weather.most == 4
