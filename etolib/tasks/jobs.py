"""Run the pipeline as a task on a dask cluster: submit, watch, attach, cancel, many.

Channel: the worker logs JSON messages under the topic ``eto/<task id>``; the scheduler pushes them to every client
that watches. They are for the eye; the future's result is the truth.

Exactly one terminal message per task: whoever wants to write it (the worker that ends, a client that cancels, or
one that sees a task end with nobody left to tell) must first win `_claim`, which runs inside the scheduler's event
loop and so can be won once only. A task whose worker died runs again elsewhere: its messages go on counting.
"""

from __future__ import annotations

import contextlib
import contextvars
import datetime as dt
import logging
import threading
import time
import uuid
import weakref
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from functools import partial
from typing import TYPE_CHECKING, Any

from etolib import config
from etolib.errors import EtolibError, InputError, Problem, SchedulerUnavailable, TaskCancelled, TaskError, TaskTimeout
from etolib.request import Days, Place, Request
from etolib.words import say

if TYPE_CHECKING:
    from distributed import Client, Future

    from etolib.result.result import Result
    from etolib.site import Period, Site
    from etolib.sources.base import Source

Message = dict[str, Any]
Callback = Callable[[Message], None]

log = logging.getLogger(__name__)

TERMINAL = frozenset({"SUCCESS", "ERROR", "TIMEOUT", "CANCELLED"})
KEPT_RESULTS = 100  # finished results the scheduler keeps for `attach`; older ones are forgotten
KEPT_TOPICS = 1000  # finished tasks whose messages the scheduler keeps (dask never deletes a topic by itself)
KEPT_ROWS = 200_000  # days in those messages altogether: about 400 bytes each, and a thousand places have millions


def topic(task_id: str) -> str:
    """Return the dask event topic of a task."""
    return f"eto/{task_id}"


def message(task_id: str, seq: int, kind: str, data: dict[str, Any]) -> Message:
    """Return one message of the contract.

    >>> message("t1", 3, "CANCELLED", {"stage": "download"})["type"]
    'CANCELLED'
    """
    now = dt.datetime.now(dt.UTC).isoformat(timespec="milliseconds")
    return {"task_id": task_id, "seq": seq, "time": now, "type": kind, "data": _sent(data)}


def _sent(value: Any) -> Any:
    """Return a value as dask's messages can hold it: texts as plain text."""
    if isinstance(value, Mapping):
        return {name: _sent(part) for name, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [_sent(part) for part in value]
    return str(value) if isinstance(value, str) else value


def submit(
    site: Request | Place,
    period: Days | None = None,
    sources: str | Sequence[str] = "auto",
    *,
    client: Client | None = None,
    timeout: float = 1800,
    station: Source | None = None,
    **options: Any,
) -> Job:
    """Start the pipeline for one place on the cluster and return at once.

    Parameters
    ----------
    site, period, sources, station, **options
        As in `etolib.compute`; or a `Request` alone.
    client : distributed.Client, optional
        Default: `etolib.tasks.cluster.get_client`.
    timeout : float
        Limit of the calculation [s]; after it the task ends with TIMEOUT. Waiting for a free worker does not count.

    Raises
    ------
    InputError
        Where the input cannot be used; nothing is submitted then.
    SchedulerUnavailable
        Where the scheduler does not answer.
    """
    problems = _wrong_timeout(timeout)
    try:
        request = Request.of(site, period, sources, station, **options)
    except InputError as error:
        raise InputError([*error.problems, *problems]) from None
    if problems:
        raise InputError(problems)
    return _submit(_client(client), _payload(request, timeout))


def submit_many(
    sites: Sequence[Request | Place],
    period: Days | None = None,
    sources: str | Sequence[str] = "auto",
    *,
    client: Client | None = None,
    timeout: float = 1800,
    station: Source | None = None,
    **options: Any,
) -> Batch:
    """Start the pipeline for many places and return at once; the `Batch` yields jobs as they complete.

    Neighbours share requests: places are put in lots, and before the jobs of a lot a task brings what they will ask for
    to the cache in a list. Where it fails the jobs ask for themselves. The cache is that of a machine: on a cluster of
    several let ``ETOLIB_CACHE_DIR`` be a folder they share.

    Parameters
    ----------
    sites : sequence of Site, (latitude, longitude) or Request
        Requests say everything by themselves and may differ in all of it.
    period, sources, client, timeout, station, **options
        As in `submit`, for every place.

    Raises
    ------
    InputError
        With what is wrong with any of them; nothing is submitted then.
    SchedulerUnavailable
        Where the scheduler does not answer.
    """
    problems = _wrong_timeout(timeout)
    if len(sites) == 0:
        problems.append(Problem("sites", "", say("is_empty"), say("give_a_site")))
    requests = []
    for site in sites:
        try:
            requests.append(Request.of(site, period, sources, station, **options))
        except InputError as error:
            problems += error.problems
    if problems:
        raise InputError(list({str(problem): problem for problem in problems}.values()))
    payloads = [_payload(request, timeout) for request in requests]
    client = _client(client)
    jobs = [Job(client, None, _new_id(), watch=False) for _ in payloads]
    ids = [job.task_id for job in jobs]
    with _handing_over():
        first = _submit_ahead(client, payloads)
        # In one message: submitted one by one, a thousand take half a second.
        futures = client.map(run_task, ids, payloads, first, key=ids, pure=False, retries=0)
    for job, future in zip(jobs, futures, strict=True):
        job.future = future
    return Batch(jobs)


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
    from distributed import Future

    # The future comes first: the scheduler tells at once what it knows of the key, to those that hold one.
    ours = task_id in client.futures  # its submission may still be on the way to the scheduler
    future: Future[Any] = Future(task_id, client=client)
    try:
        found = "task" if ours else _on_scheduler(client, _find(), task_id, client.id)
    except (OSError, TimeoutError, RuntimeError) as error:
        future.release()
        raise SchedulerUnavailable(f"the dask scheduler does not answer: {error}") from error
    if found == "task":
        return Job(client, future, task_id)._catch_up()
    future.release()
    if found == "ended":
        return Job(client, None, task_id, watch=False)._catch_up()
    raise InputError(
        [Problem("task id", task_id, "is not known to the scheduler", "it ended with its page: calculate again")]
    )


def _wrong_timeout(timeout: Any) -> list[Problem]:
    if isinstance(timeout, bool) or not isinstance(timeout, (int, float)) or not 0 < timeout < float("inf"):
        return [Problem("timeout", timeout, say("must_be_seconds"))]
    return []


def _payload(request: Request, timeout: float) -> dict[str, Any]:
    return {"request": request, "timeout": timeout, "config": config.settings()}


def _client(client: Client | None) -> Client:
    if client is None:
        from etolib.tasks import cluster

        client = cluster.get_client()
    if client.status != "running":
        raise SchedulerUnavailable("the connection to the dask scheduler is lost")
    return client


def _new_id() -> str:
    return f"eto-{uuid.uuid4().hex}"


@contextlib.contextmanager
def _handing_over() -> Iterator[None]:
    try:
        yield
    except (OSError, TimeoutError, RuntimeError) as error:
        raise SchedulerUnavailable(f"the task could not be handed to the scheduler: {error}") from error


def _submit(client: Client, payload: dict[str, Any]) -> Job:
    job = Job(client, None, _new_id(), watch=False)
    try:
        with _handing_over():
            job._watch()  # first: no message must be missed. Messages travel in one stream, so the order holds.
            job.future = client.submit(run_task, job.task_id, payload, key=job.task_id, pure=False, retries=0)
    except SchedulerUnavailable:
        job.close()
        raise
    return job


def _submit_ahead(client: Client, payloads: Sequence[dict[str, Any]]) -> list[Future | None]:
    """Submit what goes before the jobs of many places; return the task each must wait for, in their order.

    One lot is brought after the other, as the providers' limits want it, while the jobs of the lots before compute.
    Nobody holds these tasks but the jobs: with the last of them cancelled they stop.
    """
    from etolib.sources import grouping

    tasks: list[Future | None] = [None] * len(payloads)
    alike: dict[tuple[Any, ...], list[int]] = {}
    for i, payload in enumerate(payloads):
        alike.setdefault((payload["request"].period, payload["request"].sources), []).append(i)
    before: Future | None = None
    for (period, sources), members in alike.items():
        sites = [payloads[i]["request"].site for i in members]
        places = grouping.size(len(period))
        if places == 1 and any(site.elevation is None for site in sites):
            places = grouping.MAX_PLACES  # the weather of each is a request of its own anyhow, the elevations are not
        if len(sites) == 1 or places == 1:
            continue
        for lot in grouping.parts(sites, places):
            key = f"ahead-{uuid.uuid4().hex}"
            work = [sites[i] for i in lot], period, sources, payloads[0]["config"]
            before = client.submit(run_ahead, key, *work, before, key=key, pure=False)
            for i in lot:
                tasks[members[i]] = before
    return tasks


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
        # Not the first run where a worker has died: go on counting, and say nothing where the end was told already.
        self._seq, self._end = self._ask(_begin(), task_id=task_id)
        self._lock = threading.Lock()

    def _ask(self, function: Callable[..., Any], **arguments: Any) -> Any:
        """Run one of the functions below on the scheduler."""
        from distributed.protocol.pickle import dumps
        from distributed.utils import sync

        answer = sync(
            self.worker.loop,
            self.worker.scheduler.run_function,
            function=dumps(function),
            args=dumps(()),
            kwargs=dumps(arguments),
            wait=True,
        )
        if answer["status"] != "OK":
            raise RuntimeError(f"the scheduler could not be asked: {answer.get('exception')}")
        return answer["result"]

    def send(self, kind: str, data: dict[str, Any]) -> None:
        with self._lock:  # sources report from their own threads
            if self._end is not None:
                return
            if kind in TERMINAL:
                self._end = kind
            self._seq += 1
            self.worker.log_event(topic(self.task_id), message(self.task_id, self._seq, kind, data))

    def report(self, **data: Any) -> None:
        """Send PROGRESS; called by the pipeline."""
        if data.get("source") is None:
            self.stage = data["stage"]
        self.send("PROGRESS", data)

    def checkpoint(self) -> None:
        """Return, or raise where the task was cancelled or its time is over; called by the pipeline between steps."""
        if _unwanted(self.worker, self.task_id) or self._end not in (None, "SUCCESS"):
            raise _Stopped
        if time.monotonic() > self.deadline:
            raise TaskTimeout(after_s=self.timeout, stage=self.stage)

    def end(self, kind: str, data: dict[str, Any]) -> bool:
        """Send the terminal message, unless another was first."""
        try:
            won = self._ask(
                _claim(),
                task_id=self.task_id,
                kind=kind,
                rows=len(data.get("results", ())),
                unwanted_only=kind == "CANCELLED",
            )
        except (OSError, TimeoutError, RuntimeError):
            return False  # the scheduler is lost; whoever holds the future sees how it ended
        if won is None:
            return False
        self.send(kind, data)
        return True


def _unwanted(worker: Any, key: str) -> bool:
    """Return whether the scheduler has let go of a task: dask stops no thread, the worker only marks its task."""
    state = worker.state.tasks.get(key)
    return state is None or state.state in ("cancelled", "released")


def run_ahead(
    key: str,
    sites: Sequence[Site],
    period: Period,
    sources: str | Sequence[str],
    settings: Mapping[str, str],
    before: tuple[str, ...] | None = None,
) -> tuple[str, ...]:
    """Bring what the places of a lot will ask for to the cache of this machine. Raises nothing: the jobs ask again.

    ``before`` are the services that gave no answer to the lots before; returned are those that gave none until now.
    """
    from distributed import get_worker, secede

    from etolib.sources import registry
    from etolib.sources.network.scope import Scope

    worker, scope, failed = get_worker(), Scope(), set(before or ())
    secede()  # it waits for the provider's next minute, rather than works: its place is for others
    with ThreadPoolExecutor(1, thread_name_prefix="etolib-ahead") as pool, config.set_options(**settings):
        with scope:
            work = pool.submit(
                contextvars.copy_context().run,
                partial(registry.prefetch, sites, period, sources, failed=failed),
            )
        while not wait([work], timeout=0.05).done:
            if _unwanted(worker, key):
                scope.cancel()
        if error := work.exception():
            log.debug("nothing brought for %d places: %s", len(sites), error)
    return tuple(sorted(failed))


def run_task(task_id: str, payload: dict[str, Any], first: object = None) -> Result:
    """Run the pipeline on a dask worker and tell about it. The function behind every task.

    ``first`` is what had to end before (see `run_ahead`); how it ended makes no difference.
    """
    from etolib import pipeline

    channel = Channel(task_id, payload["timeout"])
    try:
        with config.set_options(**payload["config"]):
            result = pipeline.run(payload["request"], report=channel.report, checkpoint=channel.checkpoint)
        channel.checkpoint()
    except _Stopped:
        # Whoever cancels tells so; but a closed page only lets go of its task.
        channel.end("CANCELLED", {"stage": channel.stage})
        raise TaskCancelled(stage=channel.stage) from None
    except TaskTimeout as error:
        channel.end(*_ending(error))
        raise
    except EtolibError as error:
        channel.end(*_ending(error))
        raise
    except Exception as error:
        # A fault of ours: the page must still get its one terminal message, and the log the traceback.
        log.exception("task %s failed", task_id)
        channel.end(*_ending(error))
        raise
    channel.end("SUCCESS", _success(result))
    return result


def _success(result: Result) -> dict[str, Any]:
    return {"results": result.messages(), "warnings": result.warnings}


def _ending(error: BaseException) -> tuple[str, dict[str, Any]]:
    """Return type and data of the terminal message that tells of an error."""
    if isinstance(error, TaskTimeout):
        return "TIMEOUT", {"after_s": error.after_s, "stage": error.stage, "message": error.message}
    if isinstance(error, TaskCancelled):
        return "CANCELLED", {"stage": error.stage}
    known = error if isinstance(error, EtolibError) else _unexpected(error)
    return "ERROR", known.to_dict()


def _unexpected(error: BaseException) -> TaskError:
    return TaskError(
        f"the calculation failed unexpectedly: {type(error).__name__}: {error}",
        suggestion="press Retry; if it happens again, report it with the task id",
        retryable=True,
    )


# --- on the scheduler -----------------------------------------------------------------------------------------------
# These are made by a function so that cloudpickle sends them by value: a scheduler of somebody's cluster
# need not have etolib installed.


def _begin() -> Callable[..., tuple[int, str | None]]:
    def begin(task_id: str, dask_scheduler: Any = None) -> tuple[int, str | None]:
        """Return the highest ``seq`` of a task's messages, and the type of its end if it has one."""
        seqs = [event["seq"] for _, event in dask_scheduler.get_events(f"eto/{task_id}")]
        ended = vars(dask_scheduler).get("_etolib_ended", {})
        return max(seqs, default=0), ended[task_id]["kind"] if task_id in ended else None

    return begin


def _claim() -> Callable[..., int | None]:
    kept_results, kept_topics, kept_rows = KEPT_RESULTS, KEPT_TOPICS, KEPT_ROWS

    def claim(
        task_id: str, kind: str, rows: int = 0, unwanted_only: bool = False, dask_scheduler: Any = None
    ) -> int | None:
        """Let the first caller end a task: it gets the highest ``seq`` so far, all others None.

        The result of a success is kept; the oldest results and stories are forgotten.
        """
        ended = vars(dask_scheduler).setdefault("_etolib_ended", {})
        task = dask_scheduler.tasks.get(task_id)
        if task_id in ended or (unwanted_only and task is not None and task.who_wants):
            return None
        kept = kind == "SUCCESS"
        ended[task_id] = {"kind": kind, "kept": kept, "rows": rows}
        holder = "etolib-results"
        if kept and task is not None:
            dask_scheduler.client_desires_keys([task_id], holder)
        held = [key for key, entry in ended.items() if entry["kept"]]
        for key in held[: max(0, len(held) - kept_results)]:
            ended[key]["kept"] = False
            if holder in dask_scheduler.clients:
                dask_scheduler.client_releases_keys([key], holder)
        total = sum(entry["rows"] for entry in ended.values())
        for key in list(ended):
            if key == task_id or (len(ended) <= kept_topics and total <= kept_rows):
                break
            if ended[key]["kept"]:
                total -= ended[key]["rows"]
                ended[key]["rows"] = 0  # its result can tell the story again
                dask_scheduler._broker._topics.pop(f"eto/{key}", None)
                continue
            total -= ended.pop(key)["rows"]
            dask_scheduler._broker._topics.pop(f"eto/{key}", None)
        seqs = [event["seq"] for _, event in dask_scheduler.get_events(f"eto/{task_id}")]
        return max(seqs, default=0)

    return claim


def _finish() -> Callable[..., list[int | None]]:
    claim = _claim()

    def finish(ends: list[Message], dask_scheduler: Any = None) -> list[int | None]:
        """Send the terminal messages of many tasks; return the ``seq`` each got, None where another was first."""
        told: list[int | None] = []
        for end in ends:
            rows = len(end["data"].get("results", ()))
            seq = claim(end["task_id"], end["type"], rows, dask_scheduler=dask_scheduler)
            if seq is not None:
                seq += 1000  # above whatever the worker may still send
                dask_scheduler.log_event(f"eto/{end['task_id']}", end | {"seq": seq})
            told.append(seq)
        return told

    return finish


def _release() -> Callable[..., None]:
    def release(task_id: str, dask_scheduler: Any = None) -> None:
        """Forget the kept result of a task."""
        entry = vars(dask_scheduler).get("_etolib_ended", {}).get(task_id)
        if entry and entry["kept"] and "etolib-results" in dask_scheduler.clients:
            entry["kept"] = False
            dask_scheduler.client_releases_keys([task_id], "etolib-results")

    return release


def _find() -> Callable[..., str]:
    def find(task_id: str, client_id: str, dask_scheduler: Any = None) -> str:
        """Return "task" for one that runs or whose result is kept, "ended" for one whose story is kept, else "".

        A task found is wanted by the client from now on, in the same step: it cannot vanish in between.
        """
        if task_id in dask_scheduler.tasks:
            dask_scheduler.client_desires_keys([task_id], client_id)
            return "task"
        return "ended" if task_id in vars(dask_scheduler).get("_etolib_ended", {}) else ""

    return find


def _on_scheduler(client: Client, function: Callable[..., Any], *args: Any) -> Any:
    return client.run_on_scheduler(function, *args)


# --- on the client --------------------------------------------------------------------------------------------------

# dask knows one handler per topic and client, and never forgets it: it hands out to all jobs that watch the task.
_watched: weakref.WeakKeyDictionary[Client, dict[str, list[Job]]] = weakref.WeakKeyDictionary()
_watch_lock = threading.Lock()


def _hand_out(jobs: list[Job], event: tuple[float, Message]) -> None:
    for job in tuple(jobs):
        job._receive(event[1])


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
        self._late = False  # ended well, its story not fetched yet
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
            if self._late:
                return "SUCCESS"
            return "PROCESSING" if self._messages else "QUEUED"

    def messages(self) -> list[Message]:
        """Return the messages so far, in the order of ``seq``; the terminal one is the last."""
        if self._late:
            self._late = False
            self._settle(self.future)
        with self._lock:
            progress = [self._messages[seq] for seq in sorted(self._messages)]
            return progress + ([self._terminal] if self._terminal else [])

    def on_message(self, callback: Callback) -> None:
        """Call ``callback(message)`` for each message, those that have already come first.

        It is called on a thread of dask (or on this one, for the past): hand over to your own loop at once.
        """
        self.messages()  # a story not fetched yet is fetched without the lock: dask's loop may need that one
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
        return _cancel([self]) == 1

    def forget(self) -> None:
        """Release the kept result: `attach` will not find it any more."""
        with contextlib.suppress(OSError, TimeoutError, RuntimeError):
            _on_scheduler(self.client, _release(), self.task_id)
        self.close()
        if self._future is not None:
            self._future.release()

    def close(self) -> None:
        """Stop watching; the task goes on."""
        with _watch_lock:
            if not self._watching:
                return
            self._watching = False
            table = _watched[self.client]
            table[self.task_id].remove(self)
            if not table[self.task_id]:
                del table[self.task_id]
                with contextlib.suppress(OSError, ValueError, RuntimeError):
                    self.client.unsubscribe_topic(topic(self.task_id))

    def _watch(self) -> None:
        with _watch_lock:
            jobs = _watched.setdefault(self.client, {}).setdefault(self.task_id, [])
            jobs.append(self)
            self._watching = True
            if len(jobs) == 1:
                self.client.subscribe_topic(topic(self.task_id), partial(_hand_out, jobs))

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
        try:
            if self._ended.is_set():
                return
            if future.status == "finished" and not self._watching:
                # One of many: a thousand stories of thirty years are gigabytes, and seldom read.
                self._late = True
                self._ended.set()
                return
            self._settle(future)
        finally:
            self.close()

    def _settle(self, future: Future) -> None:
        """Have the terminal message: the one sent, else one made from how the future ended."""
        try:
            if self.client.status != "running":
                raise OSError("the connection is closed")
            self._catch_up()
            if self._terminal is None and future.status == "cancelled":
                self._ended.wait(2)  # the message of whoever cancelled it is on the way
            if self._terminal is not None:
                return
            if future.status == "finished":
                ending = "SUCCESS", _success(future.result())
            elif future.status == "error":
                ending = _ending(future.exception())
            else:
                ending = "CANCELLED", {"stage": self._stage()}
            if not _end_for_all(self.client, {self: ending}) and not self._catch_up()._terminal:
                self._end_here(*ending)
        except (OSError, TimeoutError, RuntimeError) as error:
            lost = SchedulerUnavailable(f"the dask scheduler was lost while the task ran: {error}")
            self._end_here("ERROR", lost.to_dict())
        except Exception as error:
            # What came back cannot be read here, of another version say: whoever waits must be told all the same.
            log.exception("the end of task %s cannot be told", self.task_id)
            self._end_here(*_ending(error))

    def _end_here(self, kind: str, data: dict[str, Any]) -> None:
        """End the job in this client only: nobody else is left to tell."""
        with self._lock:
            self._receive(message(self.task_id, max(self._messages, default=0) + 1000, kind, data))

    def __repr__(self) -> str:
        return f"<Job {self.task_id} {self.status}>"


def _end_for_all(client: Client, endings: dict[Job, tuple[str, dict[str, Any]]]) -> list[Job]:
    """Send terminal messages from here, in one call; return the jobs where no other was first."""
    ends = [message(job.task_id, 0, kind, data) for job, (kind, data) in endings.items()]
    won = []
    for job, end, seq in zip(endings, ends, _on_scheduler(client, _finish(), ends), strict=True):
        if seq is not None:
            job._receive(end | {"seq": seq})
            won.append(job)
    return won


def _cancel(jobs: Sequence[Job]) -> int:
    """Stop the tasks of one client that have not ended, in two calls for all; return how many this call ended."""
    going = [job for job in jobs if not job._ended.is_set() and job._future is not None]
    if not going:
        return 0
    client = going[0].client
    try:
        won = _end_for_all(client, {job: ("CANCELLED", {"stage": job._stage()}) for job in going})
        # Those that had ended before keep their result.
        client.cancel([job.future for job in won], force=True, reason="cancelled", msg="by etolib")
    except (OSError, TimeoutError, RuntimeError) as error:
        for job in going:
            job._end_here("ERROR", SchedulerUnavailable(f"the dask scheduler is lost: {error}").to_dict())
        return 0
    return len(won)


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
        """Wait for all; each place gives its `Result`, or the error that ended it, in the order of the places.

        Raises
        ------
        TimeoutError
            Where ``timeout`` [s] passes first; the tasks go on.
        """
        deadline = None if timeout is None else time.monotonic() + timeout

        def left() -> float | None:
            return None if deadline is None else max(0.0, deadline - time.monotonic())

        for job in self.jobs:
            if not job._ended.wait(left()):
                raise TimeoutError(f"{job.task_id} has not ended")
        done = [job for job in self.jobs if job._future is not None and job._future.status == "finished"]
        values: dict[Job, Result] = {}
        if done:  # in one call: one by one, a thousand take seconds
            values = dict(zip(done, done[0].client.gather([job.future for job in done]), strict=True))
        results: list[Result | EtolibError] = []
        for job in self.jobs:
            try:
                results.append(values[job] if job in values else job.result(left()))
            except EtolibError as error:
                results.append(error)
        return results

    def cancel(self) -> int:
        """Stop all that have not ended; return how many this call ended."""
        return _cancel(self.jobs)
