"""A client whose line to the scheduler is reset: it goes on with what somebody keeps, all else ends once for all."""

from __future__ import annotations

import contextlib

import pytest
from distributed import LocalCluster

import etolib
from etolib import tasks
from etolib.errors import SchedulerUnavailable
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


def test_a_reset_line_is_taken_up_again_and_what_nobody_keeps_ends_once(lines, course):  # noqa: F811
    one, other, line = lines
    kept, alone = (tasks.submit(SITE, PERIOD, client=one) for _ in range(2))
    until(lambda: len(kept.messages()) == 5 and len(alone.messages()) == 5, "both to be on the way")
    watched = tasks.attach(kept.task_id, client=other)
    line.cut(reset=True)
    line.mend()
    ended(alone)
    assert alone.status in ("ERROR", "CANCELLED")
    with pytest.raises(etolib.EtolibError):
        alone.result(5)
    assert ends(topic_messages(other, alone)) == [alone.status]
    until(lambda: one.status == "running", "the line")
    course.gate.set()
    assert kept.result(20).table["eto"].equals(watched.result(20).table["eto"])
    assert ends(ended(kept).messages()) == ["SUCCESS"]


def test_a_result_that_went_with_its_cluster_is_said_to_be_lost(lines, course):  # noqa: F811
    one, _, _ = lines
    course.gate.set()
    job = tasks.submit(SITE, PERIOD, client=one)
    ended(job)
    job.future.result(20)
    job.future._state.cancel(reason="scheduler-connection-lost")
    with pytest.raises(SchedulerUnavailable, match="its result was lost"):
        job.result(5)
    assert job.status == "SUCCESS"
