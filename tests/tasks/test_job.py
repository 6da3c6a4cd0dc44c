"""Tasks on dask: messages, exactly one end, cancel, time-out, attach, many. In-process cluster, pipeline replaced."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import dask
import pandas as pd
import pytest
from distributed import CancelledError, Client

import etolib
from etolib import pipeline, tasks
from etolib.errors import (
    InputError,
    NoSourceError,
    SchedulerUnavailable,
    SourceUnavailable,
    TaskCancelled,
    TaskError,
    TaskTimeout,
)
from etolib.result.result import TABLE_COLUMNS, Result
from etolib.serve import server
from etolib.tasks import cluster, lost_line, scheduler, worker
from etolib.tasks import job as job_module
from etolib.tasks.messages import FINAL, message, topic
from etolib.tasks.worker import run_task

pytestmark = pytest.mark.slow

SITE = etolib.Site(-22.7, -47.6, 500)
PERIOD = etolib.Period("2024-01-01", "2024-01-03")


def make_result(site=SITE, period=PERIOD):
    days = pd.date_range(period.start, period.end)
    table = pd.DataFrame(dict.fromkeys(TABLE_COLUMNS), index=range(len(days)))
    table["date"], table["eto"], table["quality"], table["source"] = days, [3.0, float("nan"), 4.25], "HIGH", "a+b"
    return Result(site, period, table, pd.DataFrame(index=days), warnings=["one warning"])


class Pipeline:
    """A pipeline whose course the test decides: reports, then waits at a gate while it looks at its checkpoint."""

    def __init__(self):
        self.started = threading.Event()
        self.gate = threading.Event()
        self.stopped = threading.Event()
        self.error = None
        self.calls = []

    def __call__(self, request, *, report, checkpoint):
        self.calls.append((request, etolib.config.get("today")))
        for i, stage in enumerate(pipeline.STAGES, 1):
            report(step=f"{stage} ...", stage=stage, source=None, progress=i * 20, current_step=i, total_steps=5)
        self.started.set()
        try:
            while not self.gate.wait(0.01):
                checkpoint()
        except BaseException:
            self.stopped.set()
            raise
        if self.error:
            raise self.error
        return make_result(request.site, request.period)


@pytest.fixture
def course(monkeypatch):
    fake = Pipeline()
    monkeypatch.setattr(pipeline, "run", fake)
    yield fake
    fake.gate.set()


def seqs(messages):
    return [m["seq"] for m in messages]


def ends(messages):
    return [m["type"] for m in messages if m["type"] in FINAL]


def topic_messages(client, job):
    return [event for _, event in client.get_events(topic(job.task_id))]


def ended(job):
    """Wait for the terminal message."""
    assert job._ended.wait(20)
    return job


def test_success_gives_progress_then_one_success_and_the_result(client, course):
    course.gate.set()
    job = tasks.submit(SITE, PERIOD, client=client)
    result = job.result(20)
    ended(job)
    messages = job.messages()
    assert [m["type"] for m in messages] == ["PROGRESS"] * 5 + ["SUCCESS"]
    assert seqs(messages) == sorted(set(seqs(messages)))
    assert {m["task_id"] for m in messages} == {job.task_id}
    assert set(messages[0]["data"]) == {"step", "stage", "source", "progress", "current_step", "total_steps", "texts"}
    texts = {"warnings": ["one warning"]}
    assert messages[-1]["data"] == {"results": result.messages(), "warnings": ["one warning"], "texts": texts}
    assert messages[-1]["data"]["results"][1] == {
        "date": "2024-01-02", "eto_mm": None, "quality": "HIGH", "source": "a+b",
    }  # fmt: skip
    assert job.status == "SUCCESS"
    assert topic_messages(client, job) == messages


def test_task_id_is_the_key_and_input_reaches_the_worker(client, course):
    course.gate.set()
    with etolib.set_options(today="2020-06-30"):
        job = tasks.submit(SITE, "2024-01-01/2024-01-03", ["nasa_power"], client=client, krs="coast")
    assert job.future.key == job.task_id
    job.result(20)
    assert course.calls == [(etolib.Request(SITE, PERIOD, ["nasa_power"], krs="coast"), "2020-06-30")]


@pytest.mark.parametrize(
    "call",
    [
        lambda c: tasks.submit("here", PERIOD, client=c),
        lambda c: tasks.submit(SITE, "never", client=c),
        lambda c: tasks.submit(SITE, PERIOD, "no_such_source", client=c),
        lambda c: tasks.submit(SITE, PERIOD, client=c, timeout=0),
        lambda c: tasks.submit(SITE, PERIOD, client=c, timeout="long"),
        lambda c: tasks.submit(SITE, PERIOD, client=c, colour="red"),
        lambda c: tasks.submit_many([], PERIOD, client=c),
    ],
)
def test_bad_input_submits_nothing(client, course, call):
    with pytest.raises(InputError):
        call(client)
    assert course.calls == []


def test_error_of_the_pipeline_is_the_message_and_the_exception(client, course):
    course.error = NoSourceError("nobody answered", causes=[SourceUnavailable("down", source="nasa_power")])
    course.gate.set()
    job = tasks.submit(SITE, PERIOD, client=client)
    with pytest.raises(NoSourceError, match="nobody answered"):
        job.result(20)
    assert ends(ended(job).messages()) == ["ERROR"]
    assert job.messages()[-1]["data"] == course.error.to_dict()
    assert ends(topic_messages(client, job)) == ["ERROR"]


def test_fault_of_ours_ends_as_an_error_that_names_it(client, course):
    course.error = ZeroDivisionError("by zero")
    course.gate.set()
    job = tasks.submit(SITE, PERIOD, client=client)
    with pytest.raises(ZeroDivisionError):
        job.result(20)
    data = ended(job).messages()[-1]["data"]
    assert data["error"] == "TaskError"
    assert "ZeroDivisionError: by zero" in data["message"]


def test_an_end_that_cannot_be_told_is_an_error_and_nobody_waits_for_ever(client, course, monkeypatch):
    def catch_up(self):
        raise ValueError("a message of another version")

    monkeypatch.setattr(tasks.Job, "_catch_up", catch_up)
    course.error = SourceUnavailable("down", source="x")
    course.gate.set()
    batch = tasks.submit_many([SITE], PERIOD, client=client)
    (outcome,) = batch.result(20)
    assert isinstance(outcome, SourceUnavailable)
    (job,) = batch.jobs
    assert ends(job.messages()) == ["ERROR"]
    assert "another version" in job.messages()[-1]["data"]["message"]


def test_cancel_stops_the_work_and_leaves_nothing(client, course):
    job = tasks.submit(SITE, PERIOD, client=client)
    assert course.started.wait(20)
    assert job.status in ("PROCESSING", "QUEUED")
    assert job.cancel()
    assert course.stopped.wait(20)
    ended(job)
    assert job.status == "CANCELLED"
    assert not job.cancel()
    with pytest.raises(TaskCancelled):
        job.result(20)
    assert ends(topic_messages(client, job)) == ["CANCELLED"]
    key = job.task_id
    assert client.run_on_scheduler(lambda dask_scheduler: key in dask_scheduler.tasks) is False


@pytest.mark.parametrize("reason", ["idle", "server stopped"])
def test_whoever_cancels_says_why(client, course, reason):
    job = tasks.submit(SITE, PERIOD, client=client)
    arrived = threading.Event()
    job.on_message(lambda m: arrived.set() if m["data"].get("stage") == "compute" else None)
    assert arrived.wait(20)
    assert job.cancel(reason)
    assert ended(job).messages()[-1]["data"] == {"stage": "compute", "reason": reason}
    with pytest.raises(TaskCancelled) as caught:
        job.result(20)
    assert (caught.value.stage, caught.value.reason) == ("compute", reason)


def test_a_task_that_dask_was_told_to_drop_says_so(client, course):
    job = tasks.submit(SITE, PERIOD, client=client)
    assert course.started.wait(20)
    job.future.cancel()
    assert course.stopped.wait(20)
    assert ended(job).messages()[-1]["data"]["reason"] == "released"
    assert ends(topic_messages(client, job)) == ["CANCELLED"]


def test_cancel_before_it_starts(client, course):
    busy = [tasks.submit(SITE, PERIOD, client=client) for _ in range(4)]
    waiting = tasks.submit(SITE, PERIOD, client=client)
    assert course.started.wait(20)
    assert waiting.status == "QUEUED"
    assert waiting.cancel()
    assert ended(waiting).status == "CANCELLED"
    for job in busy:
        job.cancel()
        ended(job)


def test_timeout_is_told_with_the_stage(client, course):
    job = tasks.submit(SITE, PERIOD, client=client, timeout=0.05)
    with pytest.raises(TaskTimeout):
        job.result(20)
    message = ended(job).messages()[-1]
    assert message["type"] == "TIMEOUT"
    assert message["data"]["after_s"] == 0.05
    assert message["data"]["stage"] == "compute"
    assert ends(topic_messages(client, job)) == ["TIMEOUT"]


def test_cancel_against_success_has_one_winner(client, course):
    for _ in range(10):
        course.started.clear()
        course.gate.clear()
        job = tasks.submit(SITE, PERIOD, client=client)
        assert course.started.wait(20)
        with ThreadPoolExecutor(2) as pool:
            pool.submit(course.gate.set)
            won = pool.submit(job.cancel).result()
        ended(job)
        assert ends(job.messages()) == (["CANCELLED"] if won else ["SUCCESS"])
        assert ends(topic_messages(client, job)) == ends(job.messages())


def test_attach_sees_the_whole_story_and_the_result(client, course):
    job = tasks.submit(SITE, PERIOD, client=client)
    assert course.started.wait(20)
    with Client(client.scheduler.address, set_as_default=False) as other:
        watcher = tasks.attach(job.task_id, client=other)
        seen = []
        watcher.on_message(seen.append)
        course.gate.set()
        assert watcher.result(20).warnings == ["one warning"]
        ended(watcher)
        assert [m["type"] for m in seen] == ["PROGRESS"] * 5 + ["SUCCESS"]
    ended(job)


def test_attach_after_the_first_client_is_gone(client, course):
    course.gate.set()
    with Client(client.scheduler.address, set_as_default=False) as first:
        task_id = tasks.submit(SITE, PERIOD, client=first).task_id
        ended(tasks.attach(task_id, client=first))
    job = tasks.attach(task_id, client=client)
    assert job.result(20).warnings == ["one warning"]
    assert ended(job).status == "SUCCESS"
    job.forget()


def test_cancel_through_attach_ends_it_for_all(client, course):
    job = tasks.submit(SITE, PERIOD, client=client)
    assert course.started.wait(20)
    with Client(client.scheduler.address, set_as_default=False) as other:
        assert tasks.attach(job.task_id, client=other).cancel()
        assert course.stopped.wait(20)
        assert ended(job).status == "CANCELLED"


def test_attach_to_a_task_that_failed_tells_its_story(client, course):
    course.error = NoSourceError("nobody answered")
    course.gate.set()
    with Client(client.scheduler.address, set_as_default=False) as first:
        task_id = ended(tasks.submit(SITE, PERIOD, client=first)).task_id
    job = tasks.attach(task_id, client=client)
    assert job.status == "ERROR"
    with pytest.raises(TaskError, match="nobody answered"):
        job.result(20)


@pytest.mark.parametrize("bad", ["eto-unknown", "nonsense", "", None, "eto-" + "x" * 100])
def test_attach_to_nothing_is_refused(client, bad):
    with pytest.raises(InputError, match="task id"):
        tasks.attach(bad, client=client)


def test_faulty_listener_stops_neither_others_nor_the_task(client, course):
    seen = []
    job = tasks.submit(SITE, PERIOD, client=client)
    job.on_message(lambda m: 1 / 0)
    job.on_message(seen.append)
    course.gate.set()
    job.result(20)
    ended(job)
    assert seen == job.messages()


def test_batch_yields_jobs_as_they_complete(client, course):
    course.gate.set()
    sites = [etolib.Site(lat, 10, 0) for lat in (1, 2, 3)]
    batch = tasks.submit_many(sites, PERIOD, client=client)
    assert {job.task_id for job in batch} == set(batch.task_ids)
    assert [r.site.latitude for r in batch.result(20)] == [1, 2, 3]
    assert batch.status == {"finished": 3}


def test_batch_result_keeps_errors_in_place(client, course):
    course.error = SourceUnavailable("down", source="x")
    course.gate.set()
    outcome = tasks.submit_many([SITE, SITE], PERIOD, client=client).result(20)
    assert [type(o).__name__ for o in outcome] == ["SourceUnavailable"] * 2


def test_batch_result_waits_no_longer_than_asked_and_the_tasks_go_on(client, course):
    batch = tasks.submit_many([SITE, SITE], PERIOD, client=client)
    assert course.started.wait(20)
    with pytest.raises(TimeoutError):
        batch.result(0.01)
    course.gate.set()
    assert [len(result.table) for result in batch.result(20)] == [3, 3]


def test_batch_result_of_some_that_ended_well(client, course):
    course.gate.set()
    whole = tasks.submit_many([SITE], PERIOD, client=client)
    whole.result(20)
    course.gate.clear()
    rest = tasks.submit_many([SITE], PERIOD, client=client)
    both = tasks.Batch([*rest.jobs, *whole.jobs])
    assert both.cancel() == 1
    assert [type(outcome).__name__ for outcome in both.result(20)] == ["TaskCancelled", "Result"]


def test_batch_messages_and_cancel(client, course):
    batch = tasks.submit_many([SITE, SITE], PERIOD, client=client)
    seen = []
    batch.on_message(seen.append)
    assert course.started.wait(20)
    batch.cancel()
    for job in batch.jobs:
        ended(job)
    assert ends(seen) == ["CANCELLED"] * 2
    assert ends(batch.messages()) == ["CANCELLED"] * 2


def test_kept_results_are_limited(client, course, monkeypatch):
    monkeypatch.setattr(scheduler, "KEPT_RESULTS", 2)
    course.gate.set()
    done = [tasks.submit(SITE, PERIOD, client=client) for _ in range(4)]
    for job in done:
        job.result(20)
        ended(job)
    held = client.run_on_scheduler(lambda dask_scheduler: len(dask_scheduler.clients["etolib-results"].wants_what))
    assert held <= 2


def test_lost_scheduler_is_an_error_that_says_so(monkeypatch):
    monkeypatch.setattr(lost_line, "BACK_S", 0.5)
    port = server.free_port("127.0.0.1")
    command = [sys.executable, "-m", "distributed.cli.dask_scheduler", "--host", "127.0.0.1", "--port", str(port)]
    scheduler = subprocess.Popen([*command, "--no-dashboard"], stderr=subprocess.DEVNULL)
    try:
        client = Client(f"tcp://127.0.0.1:{port}", set_as_default=False, timeout=30)
        job = tasks.submit(SITE, PERIOD, client=client)  # no worker: it stays queued
        assert job.status == "QUEUED"
    finally:
        scheduler.kill()
        scheduler.wait()
    assert ended(job).messages()[-1]["data"]["error"] == "SchedulerUnavailable"
    assert job.status is tasks.State.ERROR
    with pytest.raises(SchedulerUnavailable):
        job.result(20)
    with pytest.raises(SchedulerUnavailable):
        tasks.submit(SITE, PERIOD, client=client)
    client.close()


def test_connect_to_nothing_says_so():
    with pytest.raises(SchedulerUnavailable, match="does not answer"):
        cluster.connect(f"tcp://127.0.0.1:{server.free_port('127.0.0.1')}", timeout=0.5)


# --- when a worker dies, or whoever was to tell the end ---------------------------------------------------------------


def run_again(client, task_id):
    """Hand a task to the cluster as dask does again after a worker's death."""
    job = tasks.Job(client, None, task_id)
    request = etolib.Request(SITE, PERIOD)
    job.future = client.submit(run_task, task_id, request, timeout=60, settings={}, key=task_id, pure=False)
    return job


def test_a_second_run_goes_on_counting_and_its_end_is_not_lost(client, course):
    course.gate.set()
    for seq in range(1, 10):
        client.log_event("eto/eto-second", message("eto-second", seq, "PROGRESS", {"stage": "download"}))
    job = run_again(client, "eto-second")._catch_up()
    job.result(20)
    assert ended(job).status == "SUCCESS"
    assert seqs(topic_messages(client, job)) == list(range(1, 16))
    assert job.messages() == topic_messages(client, job)


def test_success_whose_message_was_lost_is_told_from_the_result(client, course):
    course.gate.set()
    scheduler.ask(client, "claim", task_id="eto-lost", kind="SUCCESS")
    job = run_again(client, "eto-lost")
    assert len(job.result(20).table) == 3
    assert ends(ended(job).messages()) == ["SUCCESS"]
    assert [row["date"] for row in job.messages()[-1]["data"]["results"]] == ["2024-01-01", "2024-01-02", "2024-01-03"]


def test_a_task_cancelled_before_its_turn_does_not_run(client, course):
    scheduler.ask(client, "claim", task_id="eto-before", kind="CANCELLED")
    job = run_again(client, "eto-before")
    with pytest.raises(TaskCancelled):
        job.result(20)
    assert topic_messages(client, job) == []


def test_a_result_that_nobody_wanted_any_more_when_it_came_is_no_success(client, course, monkeypatch):
    course.gate.set()
    monkeypatch.setattr(worker, "unwanted", lambda *task: False)  # let go of after the worker has looked
    request = etolib.Request(SITE, PERIOD)
    client.submit(run_task, "eto-gone", request, timeout=60, settings={}, key="of another name", pure=False).result(20)
    job = tasks.attach("eto-gone", client=client)
    assert ends(job.messages()) == ends(topic_messages(client, job)) == ["CANCELLED"]
    with pytest.raises(TaskCancelled) as caught:
        job.result(20)
    assert caught.value.reason == "released"


def test_a_job_whose_messages_were_let_go_of_says_that_its_result_is_lost(client):
    scheduler.ask(client, "finish", ends=[message("eto-old", 0, "SUCCESS", {"results": [], "warnings": []})])
    job = tasks.attach("eto-old", client=client)
    assert job.without_result
    job.trim()
    with pytest.raises(SchedulerUnavailable, match="its result was lost"):
        job.result(20)


def test_a_page_that_goes_away_is_told_as_cancelled(client, course):
    with Client(client.scheduler.address, set_as_default=False) as page:
        task_id = tasks.submit(SITE, PERIOD, client=page).task_id
        assert course.started.wait(20)
        told = threading.Event()
        client.subscribe_topic(topic(task_id), lambda event: event[1]["type"] in FINAL and told.set())
    assert course.stopped.wait(20)
    assert told.wait(20)
    client.unsubscribe_topic(topic(task_id))
    job = tasks.attach(task_id, client=client)
    assert ends(job.messages()) == ["CANCELLED"]
    assert job.status == "CANCELLED"
    assert job.messages()[-1]["data"] == {"stage": "compute", "reason": "page closed"}
    with pytest.raises(TaskCancelled) as caught:
        job.result(20)
    assert caught.value.reason == "page closed"


def test_a_kept_result_is_fetched_within_what_is_left_of_the_time(client, course, monkeypatch):
    course.gate.set()
    job = ended(tasks.submit(SITE, PERIOD, client=client))
    clock, asked = [100.0], []

    class Lost:
        def result(self, timeout):
            asked.append(timeout)
            clock[0] += 3
            if len(asked) == 1:
                raise CancelledError("its line was lost")
            return "kept"

    monkeypatch.setattr(job_module, "time", SimpleNamespace(monotonic=lambda: clock[0]))
    monkeypatch.setattr(job, "_future", Lost())
    monkeypatch.setattr(job, "_attach_again", lambda: True)
    monkeypatch.setattr(lost_line, "was_lost", lambda future: True)
    assert job.result(10) == "kept"
    assert asked == [10, 7]


def test_who_waits_for_less_does_not_wait_for_a_line_that_is_away(client, course, monkeypatch):
    course.gate.set()
    job = ended(tasks.submit(SITE, PERIOD, client=client))
    monkeypatch.setattr(lost_line, "was_lost", lambda future: True)
    monkeypatch.setattr(job, "_future", SimpleNamespace(result=lost))
    monkeypatch.setattr(job, "client", line := Line())
    monkeypatch.setitem(lost_line._since, line, float("inf"))  # it is looked for without end
    with pytest.raises(TimeoutError):
        job.result(0.1)


class Line:
    status = "connecting"


def lost(timeout):
    """Stand for a future whose line was lost."""
    raise CancelledError


def suicidal_station(marker, times):
    """Return a source that kills its worker's process the first ``times`` times."""
    from etolib.sources.climatology import Climatology

    class Station(Climatology):  # local: it travels to the worker by value
        def fetch(self, site, period):
            died = len(marker.read_bytes()) if marker.exists() else 0
            if died < times:
                with marker.open("ab") as file:
                    file.write(b"x")
                os.kill(os.getpid(), signal.SIGKILL)
            return super().fetch(site, period)

    return Station()


@pytest.fixture
def processes():
    # However long it takes to start a worker again: dask waits for so long only, and then ends it for good.
    settings = {"distributed.scheduler.allowed-failures": 1, "distributed.deploy.lost-worker-timeout": "1ms"}
    with (
        dask.config.set(settings),
        cluster.start(1, threads_per_worker=1) as own,
        Client(own, set_as_default=False) as client,
    ):
        yield client


def test_killed_worker_costs_a_second_run_then_an_error_for_all(processes, tmp_path):
    with etolib.set_options(offline=True):
        job = tasks.submit(SITE, PERIOD, client=processes, station=suicidal_station(tmp_path / "once", 1))
        assert len(job.result(120).table) == 3
        story = topic_messages(processes, ended(job))
        assert ends(story) == ["SUCCESS"]
        assert seqs(story) == sorted(set(seqs(story)))

        job = tasks.submit(SITE, PERIOD, client=processes, station=suicidal_station(tmp_path / "always", 99))
        with pytest.raises(TaskError, match="KilledWorker"):
            job.result(120)
        assert ends(ended(job).messages()) == ["ERROR"]
        assert ends(topic_messages(processes, job)) == ["ERROR"]


# --- several who watch, many tasks ------------------------------------------------------------------------------------


def test_two_jobs_of_one_client_watch_the_same_task(client, course):
    first = tasks.submit(SITE, PERIOD, client=client)
    assert course.started.wait(20)
    second = tasks.attach(first.task_id, client=client)
    third = tasks.attach(first.task_id, client=client)
    told = [[], []]
    first.on_message(told[0].append)
    second.on_message(told[1].append)
    third.close()
    course.gate.set()
    ended(first)
    ended(second)
    assert told[0] == told[1]
    assert ends(told[0]) == ["SUCCESS"]


def test_an_ended_job_is_not_held_by_its_client(client, course):
    import gc
    import weakref

    course.gate.set()
    job = tasks.submit(SITE, PERIOD, client=client)
    job.result(20)
    ended(job).close()
    gone = threading.Event()
    weakref.finalize(job, gone.set)
    del job
    for _ in range(200):  # dask's callback thread lets go of the job when it has returned from it
        gc.collect()
        if gone.wait(0.05):
            break
    assert gone.is_set()


def test_story_of_many_is_fetched_when_asked(client, course):
    course.gate.set()
    batch = tasks.submit_many([SITE], PERIOD, client=client)
    batch.result(20)
    job = ended(batch.jobs[0])
    assert job.status == "SUCCESS"
    assert job._messages == {}
    assert [m["type"] for m in job.messages()] == ["PROGRESS"] * 5 + ["SUCCESS"]


def test_long_stories_are_forgotten_and_told_again_from_the_result(client, course, monkeypatch):
    monkeypatch.setattr(scheduler, "KEPT_ROWS", 5)
    course.gate.set()
    done = []
    for _ in range(3):  # three days each
        done.append(tasks.submit(SITE, PERIOD, client=client))
        done[-1].result(20)
        ended(done[-1])
    assert [len(topic_messages(client, job)) > 0 for job in done] == [False, False, True]
    for job in done:
        assert ends(ended(tasks.attach(job.task_id, client=client)).messages()) == ["SUCCESS"]


@pytest.mark.parametrize("first", ["listener", "end"])
def test_a_listener_that_comes_while_a_job_ends_hears_of_the_end(monkeypatch, first):
    job = tasks.Job(SimpleNamespace(status="closed"), None, "eto-1", watch=False)
    job._future = SimpleNamespace(status="finished")
    told = []
    monkeypatch.setattr(job, "_settle", told.append)
    steps = [lambda: job.on_message(print), lambda: job._on_done(job._future)]
    for step in steps if first == "listener" else reversed(steps):
        step()
    assert told[0] is job._future


def test_a_client_that_is_closed_ends_its_jobs_quietly(course, caplog, client):
    with Client(client.scheduler.address, set_as_default=False) as own:
        jobs = [tasks.submit(SITE, PERIOD, client=own) for _ in range(3)]
        many = tasks.submit_many([SITE] * 2, PERIOD, client=own)
        assert course.started.wait(20)
    for job in (*jobs, *many.jobs):
        ended(job)
        assert job.messages()[-1]["data"]["message"] == "the dask client was closed while the task ran"
        with pytest.raises(SchedulerUnavailable, match="was closed"):
            job.result(5)
        assert not job.cancel()
        job.forget()
    tracebacks = [record.name for record in caplog.records if record.exc_info]
    assert not {name for name in tracebacks if name.startswith(("distributed.client", "etolib"))}
    with pytest.raises(SchedulerUnavailable):
        tasks.submit(SITE, PERIOD, client=own)


def test_a_task_that_has_ended_leaves_no_handler_behind(client, course, monkeypatch):
    monkeypatch.setattr(job_module, "_ON_THE_WAY_S", 0.0)
    course.gate.set()
    before = len(client._event_handlers)
    for _ in range(5):
        job = tasks.submit(SITE, PERIOD, client=client)
        job.result(20)
        ended(job)
        job.close()
    assert len(client._event_handlers) <= before
