"""Run the pipeline as a task on a dask cluster: submit, watch, attach, cancel, many.

Channel: the worker logs JSON messages under the topic ``eto/<task id>``; the scheduler pushes them to every client
that watches. They are for the eye; the future's result is the truth.

Exactly one terminal message per task: whoever wants to write it (the worker that ends, or a client that cancels)
must first win `_claim`, which runs inside the scheduler's event loop and so can be won once only.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import logging
import threading
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from etolib import config
from etolib.errors import (
    EtolibError,
    InputError,
    Problem,
    SchedulerUnavailable,
    TaskCancelled,
    TaskError,
    TaskTimeout,
)
from etolib.request import check_options
from etolib.site import Period, Site

if TYPE_CHECKING:
    from distributed import Client, Future

    from etolib.result import Result
    from etolib.sources.base import Source

Message = dict[str, Any]
Callback = Callable[[Message], None]

log = logging.getLogger(__name__)

TERMINAL = frozenset({"SUCCESS", "ERROR", "TIMEOUT", "CANCELLED"})
KEPT_RESULTS = 100  # finished results the scheduler keeps for `attach`; older ones are forgotten
KEPT_TOPICS = 1000  # finished tasks whose messages the scheduler keeps (dask never deletes a topic by itself)


def topic(task_id: str) -> str:
    """Return the dask event topic of a task."""
    return f"eto/{task_id}"


def message(task_id: str, seq: int, kind: str, data: dict[str, Any]) -> Message:
    """Return one message of the contract.

    >>> message("t1", 3, "CANCELLED", {"stage": "download"})["type"]
    'CANCELLED'
    """
    now = dt.datetime.now(dt.UTC).isoformat(timespec="milliseconds")
    return {"task_id": task_id, "seq": seq, "time": now, "type": kind, "data": data}


def submit(
    site: Site,
    period: Period | str,
    sources: str | Sequence[str] = "auto",
    client: Client | None = None,
    timeout: float = 1800,
    *,
    station: Source | None = None,
    **options: Any,
) -> Job:
    """Start the pipeline for one place on the cluster and return at once.

    Parameters
    ----------
    site : Site
    period : Period or str
    sources : "auto" or list of str
        As in `etolib.compute`.
    client : distributed.Client, optional
        Default: `etolib.cluster.get_client`.
    timeout : float
        Limit of the calculation [s]; after it the task ends with TIMEOUT.
    station, **options
        As in `etolib.compute`.

    Raises
    ------
    InputError
        Where the input cannot be used; nothing is submitted then.
    SchedulerUnavailable
        Where the scheduler does not answer.
    """
    payload = _payload(site, period, sources, timeout, options, station)
    return _submit(_client(client), payload)


def submit_many(
    sites: Sequence[Site],
    period: Period | str,
    sources: str | Sequence[str] = "auto",
    client: Client | None = None,
    timeout: float = 1800,
    **options: Any,
) -> Batch:
    """Start the pipeline for many places; the `Batch` yields jobs as they complete."""
    if not sites:
        raise InputError([Problem("sites", "", "is empty", "give at least one Site")])
    client = _client(client)
    return Batch([_submit(client, _payload(site, period, sources, timeout, options), watch=False) for site in sites])


def attach(task_id: str, client: Client | None = None) -> Job:
    """Return the `Job` of a task started elsewhere (another tab, before a page reload).

    Raises
    ------
    InputError
        Where the scheduler knows no such task (it never existed, or ended long ago).
    """
    if not isinstance(task_id, str) or not task_id.startswith("eto-") or len(task_id) > 80:
        raise InputError([Problem("task id", task_id, "is not a task id", "copy it from the progress card")])
    client = _client(client)
    try:
        found = "task" if task_id in client.futures else _on_scheduler(client, _find(), task_id)
    except (OSError, TimeoutError) as error:
        raise SchedulerUnavailable(f"the dask scheduler does not answer: {error}") from error
    if not found:
        raise InputError(
            [Problem("task id", task_id, "is not known to the scheduler", "it ended with its page: calculate again")]
        )
    if found == "ended":
        return Job(client, None, task_id, watch=False)._catch_up()
    from distributed import Future

    future: Future[Any] = Future(task_id, client=client)
    # A future made from a key does not tell the scheduler that we want it; dask's own queues do it like this.
    client._send_to_scheduler({"op": "client-desires-keys", "keys": [task_id]})
    return Job(client, future, task_id)._catch_up()


def _payload(
    site: Site,
    period: Period | str,
    sources: str | Sequence[str],
    timeout: float,
    options: dict[str, Any],
    station: Source | None = None,
) -> dict[str, Any]:
    problems = []
    if not isinstance(site, Site):
        problems.append(Problem("site", site, "is not a Site", "write etolib.Site(latitude, longitude)"))
    if isinstance(timeout, bool) or not isinstance(timeout, (int, float)) or not 0 < timeout < float("inf"):
        problems.append(Problem("timeout", timeout, "must be seconds above 0"))
    if problems:
        raise InputError(problems)
    return {
        "site": site,
        "period": Period.parse(period),
        "sources": check_options(sources, options, station=station is not None),
        "station": station,
        "timeout": timeout,
        "options": options,
        # The worker may live on another machine, or have been started before a variable was set.
        "config": {name: value for name in config.OPTIONS if (value := config.get(name)) is not None},
    }


def _client(client: Client | None) -> Client:
    if client is None:
        from etolib import cluster

        client = cluster.get_client()
    if client.status != "running":
        raise SchedulerUnavailable("the connection to the dask scheduler is lost")
    return client


def _submit(client: Client, payload: dict[str, Any], *, watch: bool = True) -> Job:
    task_id = f"eto-{uuid.uuid4().hex}"
    # Watch first: the first messages must not be missed. Messages travel in one stream, so the order holds.
    job = Job(client, None, task_id, watch=watch)
    try:
        job.future = client.submit(run_task, task_id, payload, key=task_id, pure=False, retries=0)
    except (OSError, TimeoutError, RuntimeError) as error:
        job.close()
        raise SchedulerUnavailable(f"the task could not be handed to the scheduler: {error}") from error
    return job


# --- on the worker ------------------------------------------------------------------------------------------------


class _Stopped(BaseException):
    """The scheduler no longer wants this task; a BaseException, so that no `except Exception` can hold it up."""


class Channel:
    """The worker's end of a task: sends its messages, and tells when it must stop."""

    def __init__(self, task_id: str, timeout: float) -> None:
        from distributed import get_worker

        self.worker = get_worker()
        self.task_id = task_id
        self.deadline = time.monotonic() + timeout
        self.timeout = timeout
        self.stage = "start"
        self._seq = 0
        self._lock = threading.Lock()

    def send(self, kind: str, data: dict[str, Any]) -> None:
        with self._lock:  # sources report from their own threads
            self._seq += 1
            self.worker.log_event(topic(self.task_id), message(self.task_id, self._seq, kind, data))

    def report(self, **data: Any) -> None:
        """Send PROGRESS; called by the pipeline."""
        if data.get("source") is None:
            self.stage = data["stage"]
        self.send("PROGRESS", data)

    def checkpoint(self) -> None:
        """Return, or raise where the task was cancelled or its time is over; called by the pipeline between steps."""
        # A running thread is not stopped by dask: the worker only marks its task.
        state = self.worker.state.tasks.get(self.task_id)
        if state is None or state.state in ("cancelled", "released"):
            raise _Stopped
        if time.monotonic() > self.deadline:
            raise TaskTimeout(after_s=self.timeout, stage=self.stage)

    def end(self, kind: str, data: dict[str, Any]) -> bool:
        """Send the terminal message, unless another was first."""
        from distributed.protocol.pickle import dumps
        from distributed.utils import sync

        answer = sync(
            self.worker.loop,
            self.worker.scheduler.run_function,
            function=dumps(_claim()),
            args=dumps((self.task_id,)),
            kwargs=dumps({"keep": kind == "SUCCESS"}),
            wait=True,
        )
        won = answer.get("status") == "OK" and bool(answer.get("result"))
        if won:
            self.send(kind, data)
        return won


def run_task(task_id: str, payload: dict[str, Any]) -> Result:
    """Run the pipeline on a dask worker and tell about it. The function behind every task."""
    from etolib import pipeline

    channel = Channel(task_id, payload["timeout"])
    try:
        with config.set_options(**payload["config"]):
            result = pipeline.run(
                payload["site"],
                payload["period"],
                payload["sources"],
                report=channel.report,
                station=payload["station"],
                checkpoint=channel.checkpoint,
                **payload["options"],
            )
        channel.checkpoint()
    except _Stopped:
        raise TaskCancelled(stage=channel.stage) from None
    except TaskTimeout as error:
        channel.end("TIMEOUT", {"after_s": error.after_s, "stage": error.stage, "message": error.message})
        raise
    except EtolibError as error:
        channel.end("ERROR", error.to_dict())
        raise
    except Exception as error:
        # A fault of ours: the page must still get its one terminal message, and the log the traceback.
        log.exception("task %s failed", task_id)
        channel.end("ERROR", _unexpected(error).to_dict())
        raise
    channel.end("SUCCESS", {"results": result.messages(), "warnings": result.warnings})
    return result


def _unexpected(error: BaseException) -> TaskError:
    return TaskError(
        f"the calculation failed unexpectedly: {type(error).__name__}: {error}",
        suggestion="press Retry; if it happens again, report it with the task id",
        retryable=True,
    )


# --- on the scheduler -----------------------------------------------------------------------------------------------
# These are made by a function so that cloudpickle sends them by value: a scheduler of somebody's cluster
# need not have etolib installed.


def _claim() -> Callable[..., bool]:
    kept_results, kept_topics = KEPT_RESULTS, KEPT_TOPICS

    def claim(task_id: str, keep: bool = False, dask_scheduler: Any = None) -> bool:
        """Let the first caller end a task; keep the result of a success; forget the oldest ones."""
        closed = vars(dask_scheduler).setdefault("_etolib_closed", {})
        if task_id in closed:
            return False
        closed[task_id] = keep
        holder = "etolib-results"
        if keep and task_id in dask_scheduler.tasks:
            dask_scheduler.client_desires_keys([task_id], holder)
        held = [key for key, kept in closed.items() if kept]
        for key in held[: max(0, len(held) - kept_results)]:
            closed[key] = False
            if holder in dask_scheduler.clients:
                dask_scheduler.client_releases_keys([key], holder)
        for key in list(closed)[: max(0, len(closed) - kept_topics)]:
            del closed[key]
            dask_scheduler._broker._topics.pop(f"eto/{key}", None)
        return True

    return claim


def _release() -> Callable[..., None]:
    def release(task_id: str, dask_scheduler: Any = None) -> None:
        """Forget the kept result of a task."""
        closed = vars(dask_scheduler).setdefault("_etolib_closed", {})
        if closed.get(task_id) and "etolib-results" in dask_scheduler.clients:
            closed[task_id] = False
            dask_scheduler.client_releases_keys([task_id], "etolib-results")

    return release


def _find() -> Callable[..., str]:
    def find(task_id: str, dask_scheduler: Any = None) -> str:
        """Return "task" for one that runs or whose result is kept, "ended" for one whose story is kept, else ""."""
        if task_id in dask_scheduler.tasks:
            return "task"
        return "ended" if task_id in vars(dask_scheduler).get("_etolib_closed", {}) else ""

    return find


def _on_scheduler(client: Client, function: Callable[..., Any], *args: Any) -> Any:
    return client.run_on_scheduler(function, *args)


# --- on the client --------------------------------------------------------------------------------------------------


class Job:
    """One task, seen from a client.

    Attributes
    ----------
    task_id : str
        The future's key.
    status : str
        QUEUED, PROCESSING, SUCCESS, ERROR, TIMEOUT or CANCELLED.
    """

    def __init__(self, client: Client, future: Future | None, task_id: str, *, watch: bool = True) -> None:
        self.client = client
        self.task_id = task_id
        self._lock = threading.RLock()
        self._messages: dict[int, Message] = {}
        self._terminal: Message | None = None
        self._callbacks: list[Callback] = []
        self._ended = threading.Event()
        self._watching = False
        self._future: Future | None = None
        if watch:
            self._watch()
        if future is not None:
            self.future = future

    def _catch_up(self) -> Job:
        """Take in the messages sent before we watched."""
        for _, event in self.client.get_events(topic(self.task_id)):
            self._receive(event)
        return self

    @property
    def future(self) -> Future:
        """The dask future behind the job."""
        if self._future is None:  # attached to a task that had ended without a result
            raise self._why()
        return self._future

    @future.setter
    def future(self, future: Future) -> None:
        self._future = future
        future.add_done_callback(self._on_done)

    def _why(self) -> EtolibError:
        """Return the error that the terminal message tells of."""
        end = self._terminal or {"type": "CANCELLED", "data": {"stage": self._stage()}}
        data = end["data"]
        if end["type"] == "TIMEOUT":
            return TaskTimeout(after_s=data["after_s"], stage=data["stage"])
        if end["type"] == "ERROR":
            kind = SchedulerUnavailable if data["error"] == "SchedulerUnavailable" else TaskError
            return kind(data["message"], suggestion=data["suggestion"])
        return TaskCancelled(stage=data.get("stage"))

    @property
    def status(self) -> str:
        """QUEUED, PROCESSING, SUCCESS, ERROR, TIMEOUT or CANCELLED."""
        with self._lock:
            if self._terminal is not None:
                return str(self._terminal["type"])
            return "PROCESSING" if self._messages else "QUEUED"

    def messages(self) -> list[Message]:
        """Return the messages so far, in the order of ``seq``; the terminal one is the last."""
        with self._lock:
            progress = [self._messages[seq] for seq in sorted(self._messages)]
            return progress + ([self._terminal] if self._terminal else [])

    def on_message(self, callback: Callback) -> None:
        """Call ``callback(message)`` for each message, those that have already come first.

        It is called on a thread of dask (or on this one, for the past): hand over to your own loop at once.
        """
        with self._lock:
            for past in self.messages():
                self._call(callback, past)
            if self._terminal is None:
                self._callbacks.append(callback)

    def result(self, timeout: float | None = None) -> Result:
        """Wait for the result; raise the task's own error where it failed.

        Raises
        ------
        EtolibError
            Any error of the pipeline, `TaskTimeout`, `TaskCancelled`, `SchedulerUnavailable`.
        TimeoutError
            Where ``timeout`` [s] passes first; the task goes on.
        """
        from distributed import CancelledError
        from distributed.scheduler import KilledWorker

        try:
            return self.future.result(timeout=timeout)
        except CancelledError:
            # The future may know before the terminal message is here; that one tells why.
            self._ended.wait(5)
            raise self._why() from None
        except KilledWorker as error:
            raise _unexpected(error) from error

    def cancel(self) -> bool:
        """Stop the task wherever it is; return whether this call ended it (False: it had ended before)."""
        with self._lock:
            if self._terminal is not None:
                return False
        try:
            won = _on_scheduler(self.client, _claim(), self.task_id)
            self.client.cancel([self.future], force=True, reason="cancelled", msg="by etolib")
        except (OSError, TimeoutError, RuntimeError) as error:
            self._end_here("ERROR", SchedulerUnavailable(f"the dask scheduler is lost: {error}").to_dict())
            return False
        if won:
            seq = max(self._messages, default=0) + 1000  # above whatever the worker may still send
            self.client.log_event(
                topic(self.task_id), message(self.task_id, seq, "CANCELLED", {"stage": self._stage()})
            )
        return won

    def forget(self) -> None:
        """Release the kept result: `attach` will not find it any more."""
        with contextlib.suppress(OSError, TimeoutError, RuntimeError):
            _on_scheduler(self.client, _release(), self.task_id)
        self.close()
        if self._future is not None:
            self._future.release()

    def close(self) -> None:
        """Stop watching; the task goes on."""
        if self._watching:
            self._watching = False
            with contextlib.suppress(OSError, ValueError, RuntimeError):
                self.client.unsubscribe_topic(topic(self.task_id))

    def _watch(self) -> None:
        self.client.subscribe_topic(topic(self.task_id), lambda event: self._receive(event[1]))
        self._watching = True

    def _stage(self) -> str | None:
        with self._lock:
            stages = [m["data"].get("stage") for m in self.messages() if m["type"] == "PROGRESS"]
            return stages[-1] if stages else None

    def _receive(self, event: Message) -> None:
        with self._lock:
            seq = event["seq"]
            if self._terminal is not None or seq in self._messages:
                return
            if event["type"] in TERMINAL:
                self._terminal = event
            else:
                self._messages[seq] = event
            callbacks = list(self._callbacks)
            # Called under the lock, so that a callback sees the messages one by one and in order.
            for callback in callbacks:
                self._call(callback, event)
            if self._terminal is not None:
                self._callbacks.clear()
                self._ended.set()

    @staticmethod
    def _call(callback: Callback, event: Message) -> None:
        try:
            callback(event)
        except Exception:
            # A faulty listener must not stop the others, nor dask's own loop.
            log.exception("a listener of task %s failed", event.get("task_id"))

    def _on_done(self, future: Future) -> None:
        """The future is over: a terminal message must be there, or nobody was left to send it."""
        if self._ended.is_set():
            self.close()
            return
        if future.status == "finished" or future.status == "error":
            with contextlib.suppress(OSError, TimeoutError, RuntimeError):
                self._catch_up()
            if not self._ended.is_set() and future.status == "error":
                error = future.exception()
                known = error if isinstance(error, EtolibError) else _unexpected(error)
                self._end_here("ERROR", known.to_dict())
        elif self.client.status == "running":
            # Cancelled by a client: its message is on the way, or was sent before we watched.
            with contextlib.suppress(OSError, TimeoutError, RuntimeError):
                self._catch_up()
            if not self._ended.wait(2):
                self._end_here("CANCELLED", {"stage": self._stage()})
        else:
            self._end_here("ERROR", SchedulerUnavailable("the dask scheduler was lost while the task ran").to_dict())
        self.close()

    def _end_here(self, kind: str, data: dict[str, Any]) -> None:
        """End the job in this client only: nobody else is left to tell."""
        with self._lock:
            self._receive(message(self.task_id, max(self._messages, default=0) + 1000, kind, data))

    def __repr__(self) -> str:
        return f"<Job {self.task_id} {self.status}>"


class Batch:
    """Many jobs; iterate over it to get each `Job` as it completes.

    >>> len(Batch([]))
    0
    """

    def __init__(self, jobs: Sequence[Job]) -> None:
        self.jobs = list(jobs)

    def __len__(self) -> int:
        return len(self.jobs)

    def __iter__(self) -> Iterator[Job]:
        from distributed import as_completed

        by_key = {job.task_id: job for job in self.jobs}
        if not self.jobs:
            return
        for future in as_completed([job.future for job in self.jobs], loop=self.jobs[0].client.loop):
            yield by_key[future.key]

    @property
    def task_ids(self) -> list[str]:
        """The task ids, in the order of the places."""
        return [job.task_id for job in self.jobs]

    @property
    def status(self) -> dict[str, int]:
        """Number of jobs by the state of their future: pending, finished, error, cancelled."""
        counts: dict[str, int] = {}
        for job in self.jobs:
            state = str(job.future.status)
            counts[state] = counts.get(state, 0) + 1
        return counts

    def messages(self) -> list[Message]:
        """Return the messages of all jobs that are watched (see `on_message`)."""
        return [m for job in self.jobs for m in job.messages()]

    def on_message(self, callback: Callback) -> None:
        """Call ``callback(message)`` for the messages of every job from now on."""
        for job in self.jobs:
            if not job._watching and not job._ended.is_set():
                job._watch()
            job.on_message(callback)

    def result(self, timeout: float | None = None) -> list[Result | EtolibError]:
        """Wait for all; each place gives its `Result`, or the error that ended it, in the order of the places."""
        deadline = None if timeout is None else time.monotonic() + timeout
        results: list[Result | EtolibError] = []
        for job in self.jobs:
            left = None if deadline is None else max(0.0, deadline - time.monotonic())
            try:
                results.append(job.result(left))
            except EtolibError as error:
                results.append(error)
        return results

    def cancel(self) -> int:
        """Stop all that have not ended; return how many this call ended."""
        return sum(job.cancel() for job in self.jobs)
