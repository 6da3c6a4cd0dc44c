"""A client whose line to the scheduler is reset: nothing is lost where it is back soon, all ends once where not."""

from __future__ import annotations

import asyncio
import contextlib
import time

import distributed
import pytest
from distributed import LocalCluster

import etolib
from etolib import tasks
from etolib.errors import SchedulerUnavailable
from etolib.tasks import grace, lost_line
from etolib.tasks.line import ATTEMPT_S
from tests.browser.stage import until
from tests.chaos.proxy import Proxy
from tests.tasks.test_job import PERIOD, SITE, course, ended, ends, topic_messages  # noqa: F401

pytestmark = pytest.mark.slow


@pytest.fixture
def lines():
    """Two clients of one scheduler, each on a line of its own, and the first line."""
    with (
        LocalCluster(
            n_workers=1, threads_per_worker=2, processes=False, protocol="tcp://", host="127.0.0.1",
            dashboard_address=":0",
        ) as cluster,
        contextlib.closing(Proxy(int(cluster.scheduler_address.rpartition(":")[2]))) as line,
        etolib.connect(f"tcp://127.0.0.1:{line.port}") as one,
        etolib.connect(cluster.scheduler_address) as other,
    ):  # fmt: skip
        yield one, other, line


def test_a_line_that_is_reset_costs_no_task(lines, course):  # noqa: F811
    one, other, line = lines
    kept, alone = (tasks.submit(SITE, PERIOD, client=one) for _ in range(2))
    until(lambda: len(kept.messages()) == 5 and len(alone.messages()) == 5, "both to be on the way")
    watched = tasks.attach(kept.task_id, client=other)
    line.cut(reset=True)
    line.mend()
    until(lambda: one.status == "running", "the line")
    course.gate.set()
    assert kept.result(20).table["eto"].equals(watched.result(20).table["eto"])
    assert alone.result(20).table["eto"].equals(watched.result(20).table["eto"])
    for job in (kept, alone):
        assert ends(ended(job).messages()) == ends(topic_messages(other, job)) == ["SUCCESS"]
    until(lambda: not held(other), "nothing to be held for its clients")


def test_nobody_says_an_end_before_it_is_known_while_the_line_is_cut(lines, course, monkeypatch):  # noqa: F811
    monkeypatch.setattr(grace, "GRACE_S", 600)
    one, other, line = lines
    done, going = (tasks.submit(SITE, PERIOD, client=one) for _ in range(2))
    until(lambda: len(done.messages()) == 5 and len(going.messages()) == 5, "both to be on the way")
    line.cut()
    until(lambda: done.future.cancelled() and going.future.cancelled(), "the loss to be seen")
    course.gate.set()
    until(lambda: ends(topic_messages(other, done)) == ends(topic_messages(other, going)) == ["SUCCESS"], "both ends")
    assert {done.status, going.status} == {"PROCESSING"}
    with pytest.raises(TimeoutError):
        done.result(0.1)
    line.mend()
    for job in (done, going):
        assert len(job.result(20).table)
        assert ends(ended(job).messages()) == ends(topic_messages(other, job)) == ["SUCCESS"]


def test_a_loss_long_ago_takes_no_patience_from_the_next(lines, course, monkeypatch):  # noqa: F811
    one, _, line = lines
    monkeypatch.setitem(lost_line._since, one, time.monotonic() - 60)  # given up then, and back since
    monkeypatch.setattr(distributed.Client, "_ensure_connected", slowly(distributed.Client._ensure_connected))
    job = tasks.submit(SITE, PERIOD, client=one)
    until(lambda: len(job.messages()) == 5, "it to be on the way")
    line.cut(reset=True)
    line.mend()
    course.gate.set()
    assert len(job.result(20).table)
    assert ends(ended(job).messages()) == ["SUCCESS"]


def test_a_task_that_was_not_sent_when_the_line_broke_ends_in_words(lines, course, monkeypatch):  # noqa: F811
    one, other, line = lines
    kept = []
    with monkeypatch.context() as unsent:
        unsent.setattr(one.scheduler_comm, "send", lambda *messages: kept.extend(messages))
        job = tasks.submit(SITE, PERIOD, client=one)
        until(lambda: any(one["op"] == "update-graph" for one in kept), "it to be on its way")
    line.cut(reset=True)
    line.mend()
    with pytest.raises(SchedulerUnavailable, match="lost"):
        job.result(60)
    assert ends(ended(job).messages()) == ["ERROR"]
    assert job.task_id not in other.run_on_scheduler(lambda dask_scheduler: list(dask_scheduler.tasks))


def slowly(connect):
    """Return a way to connect that takes half a second."""

    async def connected(self, timeout=None):
        await asyncio.sleep(0.5)
        await connect(self, timeout=timeout)

    return connected


def test_a_result_that_was_there_is_found_again_after_a_reset(lines, course):  # noqa: F811
    one, _, line = lines
    course.gate.set()
    job = ended(tasks.submit(SITE, PERIOD, client=one))
    line.cut(reset=True)
    line.mend()
    until(lambda: one.status == "running" and job.future.cancelled(), "the line")
    assert len(job.result(20).table)


def test_tasks_of_a_client_that_does_not_come_back_end_once(lines, course, monkeypatch):  # noqa: F811
    monkeypatch.setattr(grace, "GRACE_S", 0.2)
    one, other, line = lines
    job = tasks.submit(SITE, PERIOD, client=one)
    until(lambda: len(job.messages()) == 5, "it to be on the way")
    line.cut(reset=True)
    until(lambda: ends(topic_messages(other, job)) == ["CANCELLED"], "its end on the scheduler")
    line.mend()
    ended(job)
    assert ends(topic_messages(other, job)) == ["CANCELLED"]
    with pytest.raises(etolib.EtolibError):
        job.result(5)
    assert not held(other)


@pytest.mark.parametrize("how", ["released", "cancelled", "closed"])
def test_what_a_client_lets_go_of_on_purpose_stops_at_once(lines, course, how, monkeypatch):  # noqa: F811
    monkeypatch.setattr(grace, "GRACE_S", 600)
    one, other, _ = lines
    job = tasks.submit(SITE, PERIOD, client=one)
    until(lambda: len(job.messages()) == 5, "it to be on the way")
    assert held(other) == [job.task_id]
    {"released": lambda: job.future.release(), "cancelled": lambda: job.future.cancel(), "closed": one.close}[how]()
    until(lambda: ends(topic_messages(other, job)) == ["CANCELLED"], "its end")
    assert not held(other)


def held(client):
    """Return what is held for clients that may come back."""

    def of(dask_scheduler):
        return [key for key, task in dask_scheduler.tasks.items() if grace.is_held(task)]

    return client.run_on_scheduler(of)


def test_a_client_comes_back_whatever_dask_stumbles_over(lines, monkeypatch):
    one, _, line = lines
    connected, tries = distributed.Client._ensure_connected, []

    async def stumbles(self, timeout=None):
        tries.append(timeout)
        if len(tries) == 1:
            raise AssertionError  # more than one message in the first answer
        await connected(self, timeout=timeout)

    monkeypatch.setattr(distributed.Client, "_ensure_connected", stumbles)
    line.cut(reset=True)
    line.mend()
    until(lambda: one.status == "running" and len(tries) > 1, "the line")
    assert max(tries) <= ATTEMPT_S  # dask pauses longer and longer within an attempt


def test_a_result_that_went_with_its_cluster_is_said_to_be_lost(lines, course):  # noqa: F811
    one, _, _ = lines
    course.gate.set()
    job = tasks.submit(SITE, PERIOD, client=one)
    ended(job)
    job.future.result(20)
    tasks.scheduler.ask(one, "release", task_id=job.task_id)  # of a scheduler that was started anew
    job.future._state.cancel(reason="scheduler-connection-lost")
    job.future.release()
    with pytest.raises(SchedulerUnavailable, match="its result was lost"):
        job.result(5)
    assert job.status == "SUCCESS"
