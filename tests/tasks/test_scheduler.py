"""The plugin on the scheduler: one end for each task, limits of what is kept, and schedulers started by hand."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys

import pytest
from distributed import Client

import etolib
from etolib import tasks
from etolib.errors import SchedulerUnavailable
from etolib.serve import server
from etolib.tasks import cluster, scheduler
from etolib.tasks.messages import topic
from tests.browser.stage import until

PLACE, DAYS = (-22.7, -47.6), "2024-01-01/2024-01-03"

WITHOUT_ETOLIB = """
import sys
sys.modules["etolib"] = None
from distributed.cli.dask_scheduler import main
main()
"""


@contextlib.contextmanager
def process(*command):
    child = subprocess.Popen([sys.executable, *map(str, command)], stderr=subprocess.DEVNULL)
    try:
        yield child
    finally:
        child.kill()
        child.wait()


@contextlib.contextmanager
def by_hand(port, *program, worker=True):
    """A scheduler and a worker as their own processes, and a client of them."""
    where = "--host", "127.0.0.1", "--no-dashboard"
    address = f"tcp://127.0.0.1:{port}"
    with contextlib.ExitStack() as stack:
        stack.enter_context(process(*(program or ("-m", "distributed.cli.dask_scheduler")), *where, "--port", port))
        if worker:
            options = "--nthreads", "2", "--no-nanny", "--death-timeout", "10"
            stack.enter_context(process("-m", "distributed.cli.dask_worker", address, *where, *options))
        client = stack.enter_context(Client(address, timeout=30, set_as_default=False))
        if worker:
            client.wait_for_workers(1, timeout=60)
        yield client


@pytest.fixture
def offline(monkeypatch):
    monkeypatch.setitem(os.environ, "ETOLIB_OFFLINE", "1")


def test_a_scheduler_and_a_worker_started_by_hand_and_one_that_comes_after(offline):
    port = server.free_port("127.0.0.1")
    for _ in range(2):  # the second on the port of the first, which was killed
        with by_hand(port) as client:
            job = tasks.submit(PLACE, DAYS, client=client)
            assert len(job.result(60).table) == 3
            assert job._ended.wait(20)
            assert [m["type"] for m in job.messages()][-1] == "SUCCESS"
            with Client(client.scheduler.address, set_as_default=False) as other:
                assert tasks.attach(job.task_id, client=other).status == "SUCCESS"


def test_a_scheduler_that_is_started_again_has_lost_its_tasks_each_says_so_once_and_its_client_goes_on(offline):
    port = server.free_port("127.0.0.1")
    where = "--host", "127.0.0.1", "--no-dashboard"
    alone = "-m", "distributed.cli.dask_scheduler", *where, "--port", port
    with contextlib.ExitStack() as stack:
        with process(*alone):
            client = stack.enter_context(cluster.connect(f"tcp://127.0.0.1:{port}", timeout=30))
            waiting = [tasks.submit(PLACE, DAYS, client=client) for _ in range(3)]
            assert {job.status for job in waiting} == {"QUEUED"}
        assert {job.status for job in waiting} == {"QUEUED"}  # whoever knows how they ended cannot be asked
        stack.enter_context(process(*alone))
        until(lambda: client.status == "running", "the client to find its scheduler")
        for job in waiting:
            assert job._ended.wait(20)
            (end,) = job.messages()
            assert (end["type"], end["data"]["error"]) == ("ERROR", "SchedulerUnavailable")
        job = tasks.submit(PLACE, DAYS, client=client)

        def listed():
            return {one["task_id"]: one["state"] for one in scheduler.ask(client, "tasks", places=False)["tasks"]}

        until(lambda: job.task_id in listed(), "the task to be there")
        assert listed() == {job.task_id: "QUEUED"} | {lost.task_id: "ERROR" for lost in waiting}
        assert tasks.attach(waiting[0].task_id, client=client).status is tasks.State.ERROR


def test_a_scheduler_without_etolib_says_what_it_needs():
    with (
        by_hand(server.free_port("127.0.0.1"), "-c", WITHOUT_ETOLIB, worker=False) as client,
        pytest.raises(SchedulerUnavailable, match=r"cannot run tasks of etolib.*install this version"),
    ):
        tasks.submit(PLACE, DAYS, client=client)


def test_a_server_that_stops_cancels_the_tasks_of_its_pages_and_no_others(monkeypatch):
    with by_hand(server.free_port("127.0.0.1"), worker=False) as client, contextlib.ExitStack() as pages:
        jobs = {}
        for mark in ("a1", "a1", "b2"):
            monkeypatch.setenv(cluster.SERVER, mark)
            page = pages.enter_context(cluster.connect(client.scheduler.address))
            jobs.setdefault(mark, []).append(tasks.submit(PLACE, DAYS, client=page))
        shared, own = jobs["a1"]
        attached = tasks.attach(shared.task_id, client=jobs["b2"][0].client)
        server._cancel_tasks(None, client.scheduler.address, "a1")
        assert own._ended.wait(20)
        assert own.messages()[-1]["data"] == {"stage": None, "reason": "server stopped"}
        assert {job.status for job in (shared, attached, *jobs["b2"])} == {"QUEUED"}
        server._cancel_tasks(None, "tcp://127.0.0.1:1", "a1")  # nobody there


def test_whoever_finds_the_plugin_missing_brings_it(client, offline):
    with etolib.set_options(offline=True):
        tasks.submit(PLACE, DAYS, client=client).result(60)
        # As on a scheduler that was started anew under a client that stayed: dask answers None for an unknown name.
        client.run_on_scheduler(forget_plugin)
        job = tasks.submit(PLACE, DAYS, client=client)
        assert len(job.result(60).table) == 3
        assert job._ended.wait(20)
        assert job.messages()[-1]["type"] == "SUCCESS"
    assert client.run_on_scheduler(lambda dask_scheduler: "etolib-tasks" in dask_scheduler.plugins)


def forget_plugin(dask_scheduler):
    for name in [name for name in dask_scheduler.handlers if name.startswith("etolib_")]:
        del dask_scheduler.handlers[name]
    dask_scheduler.remove_plugin("etolib-tasks")


def test_a_plugin_of_another_version_is_said_to_be_one(client):
    with pytest.raises(SchedulerUnavailable, match="another version"):
        scheduler.ask(client, "no_such_handler")


def test_a_claim_is_won_once(client):
    claims = [scheduler.ask(client, "claim", task_id="eto-once", kind=kind)["seq"] for kind in ("ERROR", "CANCELLED")]
    assert claims == [0, None]
    assert scheduler.ask(client, "begin", task_id="eto-once") == {"seq": 0, "end": "ERROR"}


def test_the_oldest_tasks_are_forgotten_with_their_messages(client, monkeypatch):
    monkeypatch.setattr(scheduler, "KEPT_RESULTS", 0)
    monkeypatch.setattr(scheduler, "KEPT_TASKS", 3)
    names = [f"eto-old-{i}" for i in range(5)]
    for name in names:
        client.log_event(topic(name), {"seq": 1})
        scheduler.ask(client, "claim", task_id=name, kind="ERROR")
    found = [scheduler.ask(client, "find", task_id=name, client=client.id)["found"] for name in names]
    assert found == ["", "", "ended", "ended", "ended"]
    topics = client.run_on_scheduler(lambda dask_scheduler: [t for t in dask_scheduler.get_events() if "eto-old" in t])
    assert topics == [topic(name) for name in names[2:]]


def test_what_ended_long_ago_and_topics_of_tasks_that_vanished_are_forgotten(client, monkeypatch):
    plugin = scheduler.TaskPlugin.name
    scheduler.ask(client, "claim", task_id="eto-kept", kind="ERROR")
    for name in ("eto-kept", "eto-vanished"):
        client.log_event(topic(name), {"seq": 1})

    def topics(dask_scheduler):
        return {t for t in dask_scheduler._broker._topics if t.endswith(("-kept", "-vanished"))}

    def sweep(dask_scheduler):
        dask_scheduler.plugins[plugin].sweep()

    client.run_on_scheduler(sweep)
    assert client.run_on_scheduler(topics) == {topic("eto-kept"), topic("eto-vanished")}
    client.run_on_scheduler(sweep)
    assert client.run_on_scheduler(topics) == {topic("eto-kept")}
    monkeypatch.setattr(scheduler, "KEPT_S", -1.0)
    client.run_on_scheduler(sweep)
    assert client.run_on_scheduler(topics) == set()
    assert scheduler.ask(client, "find", task_id="eto-kept", client=client.id)["found"] == ""


def test_what_dask_notes_of_submissions_is_shortened(client, monkeypatch):
    scheduler.ask(client, "find", task_id="eto-none", client=client.id)  # the plugin is there
    held = [client.submit(abs, i, pure=False) for i in range(8)]  # dask begins a new span where all is let go of
    client.gather(held)
    monkeypatch.setattr(scheduler, "KEPT_SUBMISSIONS", 5)

    def noted(dask_scheduler):
        dask_scheduler.plugins[scheduler.TaskPlugin.name].sweep()
        spans = dask_scheduler.extensions["spans"].spans.values()
        return [len(span.metadata["collections"]) for span in spans if span.metadata]

    assert max(client.run_on_scheduler(noted)) == 5
