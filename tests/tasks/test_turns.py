"""Whose turn it is on a shared cluster: nobody is kept waiting by tasks of another that do not end."""

from __future__ import annotations

import threading

import pytest
from distributed import Client

import etolib
from etolib import pipeline, tasks
from etolib.errors import TooManyTasks
from etolib.tasks import cluster, handshake, limited, scheduler, turns
from etolib.tasks.messages import topic
from tests.tasks.test_job import PERIOD, SITE, make_result

HANGING = (10.0, 10.0)


class Weather:
    """A pipeline in which places named "hang" wait until the test lets them go."""

    def __init__(self):
        self.gate = threading.Event()
        self.lock = threading.Lock()
        self.began = threading.Semaphore(0)
        self.stopped = threading.Event()
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
        except BaseException:
            self.stopped.set()
            raise
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


def test_a_page_may_have_so_many_tasks_waiting_and_no_more(weather, client, monkeypatch):
    monkeypatch.setattr(turns, "MOST_WAITING", 3)
    with Client(client.scheduler.address, set_as_default=False) as page:
        many = [etolib.Request(etolib.Site(*HANGING, 0, name="hang"), PERIOD)] * 3
        stuck = limited.submit_many(many, client=page, timeout=60).jobs
        for _ in stuck:
            assert weather.began.acquire(timeout=20)
        waiting = [limited.submit(many[0], client=page, timeout=60) for _ in range(2)]
        with pytest.raises(TooManyTasks, match="3 calculations of this page are waiting"):
            limited.submit_many(many, client=page, timeout=60)
        assert [job.cancel() for job in (*stuck, *waiting)] == [True] * 5
        # Another is not concerned, nor is a script: it may hand over as much as it wants.
        assert len(limited.submit(etolib.Request(SITE, PERIOD), client=client, timeout=60).result(60).table) == 3
        assert len(tasks.submit_many([SITE] * 8, PERIOD, client=page).result(60)) == 8


# --- without the page -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("keep", [True, False])
def test_a_task_goes_on_without_its_page_where_that_was_asked_for(weather, client, keep):
    with Client(client.scheduler.address, set_as_default=False) as page:
        (job,) = hanging(1, page)
        assert weather.began.acquire(timeout=20)
        assert job.keep(keep) is keep
    if not keep:
        assert weather.stopped.wait(20)
    again = tasks.attach(job.task_id, client=client)
    weather.gate.set()
    if keep:
        assert len(again.result(60).table) == 3
    assert again._ended.wait(20)
    types = [message["type"] for message in again.messages()]
    assert types == ["PROGRESS", "SUCCESS" if keep else "CANCELLED"]
    assert not client.run_on_scheduler(kept)


def kept(dask_scheduler):
    going = dask_scheduler.clients.get(scheduler.KEEPER)
    return going is not None and bool(going.wants_what)


def test_a_task_that_goes_on_alone_and_loses_its_worker_still_has_an_end(client):
    def lose(task_id, dask_scheduler):
        plugin = dask_scheduler.plugins[scheduler.TaskPlugin.name]
        dask_scheduler.client_desires_keys([task_id], scheduler.KEEPER)
        dask_scheduler.tasks[task_id].exception_text = "KilledWorker()"
        plugin._end_alone(task_id)
        plugin._end_alone(task_id)

    cluster.prepare(client, patience=0)
    future = client.submit(abs, 1, key="eto-lost", pure=False, resources={"something nobody has": 1})
    client.log_event(topic("eto-lost"), {"seq": 1, "type": "PROGRESS", "data": {}})
    while not client.run_on_scheduler(lambda dask_scheduler: "eto-lost" in dask_scheduler.tasks):
        pass
    client.run_on_scheduler(lose, "eto-lost")
    future.release()
    job = tasks.attach("eto-lost", client=client)
    assert [message["type"] for message in job.messages()] == ["PROGRESS", "ERROR"]
    assert not client.run_on_scheduler(kept)
