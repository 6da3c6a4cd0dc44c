"""Whose turn it is on a shared cluster: nobody is kept waiting by tasks of another that do not end."""

from __future__ import annotations

import contextlib
import threading
import time
import uuid
from types import SimpleNamespace

import pytest
from distributed import Client

import etolib
from etolib import pipeline, tasks, words
from etolib.errors import TaskCancelled, TooManyTasks, TooMuch
from etolib.tasks import cluster, figures, handshake, limited, limits, lot, scheduler, turns, visitor
from etolib.tasks.messages import topic
from etolib.widgets.connection import Connection
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
    monkeypatch.setitem(limits.LIMITS, limits.TASKS, limits.Limit(3, 100, 100))
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


@contextlib.contextmanager
def pages_of(client, *whose):
    """Clients that are pages of visitors, each with the visitor's own name."""
    run = uuid.uuid4().hex
    whose = [f"{one} {run}" for one in whose]
    with contextlib.ExitStack() as stack:
        found = [stack.enter_context(Client(client.scheduler.address, set_as_default=False)) for _ in whose]
        yield list(zip(found, whose, strict=True))


@contextlib.contextmanager
def visitor_is(name):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(visitor, "of_this_process", lambda: name)
        yield


REQUEST = etolib.Request(etolib.Site(*HANGING, 0, name="hang"), PERIOD)


def hand_over(page, whose, count):
    with visitor_is(whose):
        return limited.submit_many([REQUEST] * count, client=page, timeout=60).jobs


@pytest.mark.parametrize(
    ("limit", "whose", "said"),
    [
        (limits.Limit(9, 4, 99), "visitor", "4 calculations of the pages of this browser are waiting"),
        (limits.Limit(9, 99, 4), "all", "4 calculations of all visitors are waiting on this server"),
    ],
)
def test_a_visitor_and_all_together_may_have_so_many_tasks_waiting(weather, client, monkeypatch, limit, whose, said):
    monkeypatch.setitem(limits.LIMITS, limits.TASKS, limit)
    others = ("ana", "bob") if whose == "all" else ("ana", "ana")
    with pages_of(client, *others, "eva") as found:
        (one, first), (two, second), (three, third) = found
        assert whose == "all" or first == second != third
        jobs = hand_over(one, first, 3)
        for _ in jobs:
            assert weather.began.acquire(timeout=20)
        jobs += hand_over(one, first, 1)  # the last free thread
        assert weather.began.acquire(timeout=20)
        jobs += hand_over(one, first, 2) + hand_over(two, second, 2)
        with pytest.raises(TooManyTasks, match=said) as caught:
            hand_over(two, second, 1)
        assert (caught.value.whose, caught.value.most, caught.value.retryable) == (whose, 4, True)
        if whose == "visitor":  # another is not concerned
            jobs += hand_over(three, third, 1)
        weather.gate.set()
        assert len([job.result(60) for job in jobs]) == len(jobs)
        assert len(hand_over(two, second, 2)) == 2  # what is over counts no more


def test_pages_of_one_visitor_have_one_share(weather, client):
    with pages_of(client, "ana", "ana", "ana", "bob") as found:
        stuck = [job for page, who in found[:3] for job in hand_over(page, who, 4)]
        for _ in range(4):
            assert weather.began.acquire(timeout=20)
        late = hand_over(*found[3], 1) + hand_over(*found[3], 1)
        # The visitor with one page and two tasks has as many running as the one with three pages: some step aside.
        for _ in late:
            assert weather.began.acquire(timeout=20)
        assert all(client.get_events(topic(job.task_id)) for job in late)
        weather.gate.set()
        assert len([job.result(60) for job in (*stuck, *late)]) == 14


def test_a_visitor_runs_no_more_than_two_tasks_a_thread_while_they_step_aside(client, weather, monkeypatch):
    monkeypatch.setattr(limits, "RUNNING_PER_THREAD", 0.5)
    with pages_of(client, "ana") as ((page, who),):
        jobs = hand_over(page, who, 4)
        assert weather.began.acquire(timeout=20)
        assert weather.began.acquire(timeout=20)
        assert not weather.began.acquire(timeout=0.5)
        weather.gate.set()
        assert len([job.result(60) for job in jobs]) == 4
    assert weather.most == 2


def test_a_worker_near_the_limit_of_its_files_gets_no_task_until_it_has_closed_some(weather, client):
    def say(share):
        def tell(dask_scheduler):
            for one in dask_scheduler.workers.values():
                one.metrics[figures.FILES] = share
            dask_scheduler.plugins[scheduler.TaskPlugin.name]._turns.soon()

        for worker in client.cluster.workers.values():  # what it will say with its next heartbeat
            worker.metrics[figures.FILES] = lambda worker: share
        client.run_on_scheduler(tell)

    (resource,) = handshake.needed()
    cluster.prepare(client)
    weather.gate.set()
    say(0.81)
    try:
        job = tasks.submit(SITE, PERIOD, client=client)
        assert scheduler.ask(client, "ready", resource=resource)["workers"] == 0
        assert not weather.began.acquire(timeout=0.5)
        say(0.5)
        assert len(job.result(60).table) == 3
        assert scheduler.ask(client, "ready", resource=resource)["workers"] == 1
    finally:
        say(0.0)


def test_a_worker_near_the_limit_of_its_memory_gets_no_task_until_it_has_let_go_of_some(weather, client, monkeypatch):
    (resource,) = handshake.needed()
    (worker,) = client.cluster.workers.values()
    cluster.prepare(client)
    weather.gate.set()
    used = worker.memory_manager.memory_limit * 0.9
    monkeypatch.setattr(worker.monitor, "get_process_memory", lambda: int(used))
    while scheduler.ask(client, "ready", resource=resource)["workers"]:
        pass
    job = tasks.submit(SITE, PERIOD, client=client)
    assert not weather.began.acquire(timeout=0.5)
    monkeypatch.setattr(worker.monitor, "get_process_memory", lambda: 1000)
    assert len(job.result(60).table) == 3
    assert scheduler.ask(client, "ready", resource=resource)["workers"] == 1


@pytest.mark.parametrize("what", [limits.PLACES, limits.UPLOADED])
@pytest.mark.parametrize(
    ("limit", "whose"),
    [(limits.Limit(9, 99, 99), "page"), (limits.Limit(99, 15, 99), "visitor"), (limits.Limit(99, 99, 15), "all")],
)
def test_places_and_uploads_have_limits_for_a_page_a_visitor_and_in_all(monkeypatch, what, limit, whose):
    monkeypatch.setitem(limits.LIMITS, what, limit)
    account = limits.Account(what, limits.WINDOW_S if what == limits.UPLOADED else None)
    page, who = {"page": ("1", "ana"), "visitor": ("2", "ana"), "all": ("3", "bob")}[whose]
    assert account.take("1", "ana", 9).room
    found = account.take(page, who, 9)
    assert (found.room, found.whose, found.most) == (False, whose, getattr(limit, whose))
    assert account.take("4", "eva", 1).room
    account.left("1")
    if what == limits.UPLOADED:  # what was sent was sent, whether its page is there or not
        assert not account.take(page, who, 9).room
        later = time.monotonic() + limits.WINDOW_S + 1
        # not the clock of the process: a message that dask is about to send would wait as long
        monkeypatch.setattr(limits, "time", SimpleNamespace(monotonic=lambda: later))
    assert account.take(page, who, 9).room
    account.back(page, 9)
    assert account.take(page, who, 9).room


def test_each_limit_has_its_sentence_in_every_language():
    for what, limit in limits.LIMITS.items():
        for whose in (limits.PAGE, limits.VISITOR, limits.ALL):
            error = TooMuch(what, whose=whose, most=getattr(limit, whose))
            shown = {words.render(error.message, language) for language in words.languages()}
            assert len(shown) == 3
            assert not any("{" in text or "_" in text for text in shown)


def test_what_a_page_uploads_is_counted_where_it_goes_to_a_worker(client, monkeypatch):
    monkeypatch.setitem(limits.LIMITS, limits.UPLOADED, limits.Limit(5, 99, 99))
    with pages_of(client, "ina") as ((page, who),), visitor_is(who):
        line = Connection(lambda *told: None, lambda: page)
        line._client = page
        line._settled.set()
        assert line.ask(len, b"1234") == 4
        with pytest.raises(TooMuch, match="this page has sent"):
            line.ask(len, b"1234")
        assert line.ask(len, "1234") == 4  # no file


def test_the_places_of_a_batch_count_until_it_is_done_and_its_page_may_go(client, monkeypatch, tmp_path):
    monkeypatch.setitem(limits.LIMITS, limits.PLACES, limits.Limit(4, 4, 4))
    monkeypatch.setenv("ETOLIB_OFFLINE", "1")
    sites = [etolib.Site(10 + i, 10, 0) for i in range(3)]
    with pages_of(client, "ana") as ((page, who),), visitor_is(who):
        batch = limited.submit_stored(sites, PERIOD, "auto", store=tmp_path / "a", client=page)
        with pytest.raises(TooMuch, match="4 places"):
            limited.submit_stored(sites, PERIOD, "auto", store=tmp_path / "b", client=page)
        assert not (tmp_path / "b").exists()
        batch.wait(60)
        batch._thread.join()
        limited.submit_stored(sites, PERIOD, "auto", store=tmp_path / "b", client=page).wait(60)


# --- tasks of others --------------------------------------------------------------------------------------------------


def news(client, visitor):
    return scheduler.ask(client, "ready", resource="", visitor=visitor)["news"]


def test_a_visitor_sees_his_tasks_and_nobody_elses(weather, client):
    with pages_of(client, "ana", "ana", "bob") as ((one, ana), (two, _), (other, bob)):
        before = news(two, ana), news(other, bob)
        (job,) = hand_over(one, ana, 1)
        assert weather.began.acquire(timeout=20)
        begun = news(two, ana)
        assert (begun > before[0], news(other, bob)) == (True, before[1])
        assert job.keep()
        with visitor_is(ana):
            (row,) = limited.mine(two)
            assert (row["task_id"], row["state"], row["here"]) == (job.task_id, "PROCESSING", False)
            assert etolib.Request.from_query(row["query"]).site.latitude == HANGING[0]
        with visitor_is(bob):
            assert limited.mine(other) == []
            assert not limited.stop(other, job.task_id)
            found = tasks.attach(job.task_id, client=other)  # who was given the link may look
            assert found.theirs
            assert not found.cancel()
            assert not found.keep(False)
            found.forget()
        with visitor_is(""):
            assert limited.mine(other) == []
            assert not limited.stop(other, job.task_id)
        assert not job.status.final
        with visitor_is(ana):
            assert limited.stop(two, job.task_id)
        assert job._ended.wait(20)
        assert news(two, ana) > begun
        assert job.messages()[-1]["type"] == "CANCELLED"
        assert weather.stopped.wait(20)
        with visitor_is(ana):
            assert limited.mine(two) == []


def test_a_finished_task_is_listed_for_its_visitor_until_its_result_is_let_go(weather, client):
    with pages_of(client, "ana", "ana") as ((one, ana), (two, _)):
        weather.gate.set()
        (job,) = hand_over(one, ana, 1)
        job.result(60)
        assert job._ended.wait(20)
        one.close()
        with visitor_is(ana):
            assert [row["state"] for row in limited.mine(two)] == ["SUCCESS"]
            found = tasks.attach(job.task_id, client=two)
            assert len(found.result(60).table) == 3
            assert not found.theirs
            found.forget()
            assert limited.mine(two) == []


def test_what_a_result_wants_beside_it_is_no_calculation_of_its_own(weather, client):
    with pages_of(client, "ana", "ana") as ((one, ana), (two, _)), visitor_is(ana):
        before = news(two, ana)
        job = limited.submit_beside(REQUEST, client=one, timeout=60)
        assert weather.began.acquire(timeout=20)
        assert (limited.mine(two), news(two, ana)) == ([], before)
        assert job.cancel()


def test_what_is_left_of_a_batch_is_stopped_by_its_visitor_whatever_page_has_it(client, monkeypatch, tmp_path):
    gate, begun = threading.Event(), threading.Event()
    original = lot.compute

    def slow(requests, checkpoint):
        begun.set()
        while not gate.wait(0.01):
            checkpoint()
        return original(requests, checkpoint)

    monkeypatch.setattr(lot, "compute", slow)
    monkeypatch.setenv("ETOLIB_OFFLINE", "1")
    sites = [etolib.Site(10 + i, 10, 0) for i in range(3)]
    with pages_of(client, "ana", "ana", "bob") as ((one, ana), (two, _), (other, bob)):
        with visitor_is(ana):
            batch = limited.submit_stored(sites, PERIOD, "auto", store=tmp_path / "a", client=one)
        assert begun.wait(20)
        for name, page in ((bob, other), ("", two)):
            with visitor_is(name):
                assert not limited.stop_batch(page, tmp_path / "a")
        assert not batch.done
        with visitor_is(ana):
            assert limited.stop_batch(two, tmp_path / "a")
            assert batch.wait(20)
            assert not limited.stop_batch(two, tmp_path / "a")
        with pytest.raises(TaskCancelled):  # and not that the scheduler was lost
            batch.result()
    gate.set()


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
    assert types[-1] == ("SUCCESS" if keep else "CANCELLED")
    assert types[:-1] in ([], ["PROGRESS"])  # what is cancelled at once need not have told how far it was
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
