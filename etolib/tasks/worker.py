"""The worker's side: the functions that run there, and the line a task sends its messages on."""

from __future__ import annotations

import contextvars
import functools
import logging
import os
import threading
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from functools import partial
from typing import TYPE_CHECKING, Any

from etolib import config, logs
from etolib.errors import EtolibError, TaskCancelled, TaskTimeout
from etolib.sources import catalogue
from etolib.tasks import aside, figures, messages, scheduler, stacks, steady
from etolib.tasks.messages import State

if TYPE_CHECKING:
    from distributed import Worker

    from etolib.request import Request
    from etolib.result.result import Result
    from etolib.site import Period, Site
    from etolib.sources.row import SourceInfo

log = logging.getLogger(__name__)
told = logging.getLogger("etolib.task")

_WARM = "?lat=-22.7&lon=-47.6&elevation=550&period=2023-06-01/2023-06-30&sources=climatology"
_LOOK_S = 0.05  # how often a task that waits looks whether it is still wanted [s]


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
        self._thread = threading.get_ident()
        self._lock = threading.Lock()
        # Not the first run where a worker has died: go on counting, and say nothing where the end was sent already.
        before = scheduler.ask_from(self.worker, "begin", task_id=task_id)
        self._seq: int = before["seq"]
        self._end: str | None = before["end"]

    def send(self, kind: str, data: Mapping[str, Any]) -> None:
        """Send a message, unless the last one was sent."""
        with self._lock:  # sources report from their own threads
            if self._end is not None:
                return
            if kind in messages.FINAL:
                self._end = kind
            self._seq += 1
            event = messages.message(self.task_id, self._seq, kind, data)
            self.worker.log_event(messages.topic(self.task_id), event)

    def report(self, **data: Any) -> None:
        """Send PROGRESS; called by the pipeline."""
        if data.get("source") is None:
            if data["stage"] != self.stage:
                told.info("stage", extra={"more": {"stage": data["stage"]}})
            self.stage = data["stage"]
        self.send(messages.PROGRESS, messages.progress(data))

    def checkpoint(self) -> None:
        """Return, or raise where the task was cancelled or its time is over; called by the pipeline between steps."""
        if unwanted(self.worker, self.task_id) or self._end not in (None, State.SUCCESS):
            raise _Stopped
        if time.monotonic() > self.deadline:
            raise TaskTimeout(after_s=self.timeout, stage=self.stage)
        if threading.get_ident() == self._thread:
            aside.step(self.task_id)

    def end(self, kind: str, data: dict[str, Any]) -> str | None:
        """Send the last message, unless another was first; return why nobody wants the task, where that is known."""
        cancelled = kind == State.CANCELLED
        rows = len(data.get("results", ()))
        try:
            won = scheduler.ask_from(
                self.worker, "claim", task_id=self.task_id, kind=str(kind), rows=rows, unwanted_only=cancelled,
                from_worker=True,
            )  # fmt: skip
        except (EtolibError, OSError, TimeoutError, RuntimeError):
            return None  # the scheduler is lost; whoever holds the future sees how it ended
        if won["seq"] is not None:
            if not cancelled and won["kind"] == State.CANCELLED:
                (kind, data), cancelled = messages.cancelled(self.stage), True
            self.send(kind, {**data, "reason": won["reason"]} if cancelled else data)
        reason: str | None = won["reason"]
        return reason


def unwanted(worker: Any, key: str) -> bool:
    """Return whether the scheduler has let go of a task: dask stops no thread, the worker only marks its task."""
    state = worker.state.tasks.get(key)
    return state is None or state.state in ("cancelled", "released")


def settle_in(worker: Worker) -> None:
    """Make a worker of dask one of ours: its log, where it is told how, and what it counts.

    dask is kept from a second traceback: how a task of ours ends is told in its messages, a fault of ours is logged.
    """
    logging.getLogger("distributed.worker").addFilter(_not_told_already)
    figures.count_on(worker)
    steady.keep()
    stacks.keep()
    if logs.LEVEL in os.environ and worker.nanny is not None:  # a process of its own
        logs.start("worker")


def _not_told_already(record: logging.LogRecord) -> bool:
    return not (str(record.msg).startswith("Compute Failed") and "run_task" in record.getMessage())


@functools.cache
def warm_beside() -> None:
    """Begin once with `warm`, on a thread that ends with its process."""
    threading.Thread(target=warm, name="etolib-warm", daemon=True).start()


def warm() -> None:
    """Do once what the first task of a process would wait for: half a second of imports and of first uses.

    Asks nobody, and raises nothing: whatever is wrong here, a task will say.
    """
    from etolib import pipeline
    from etolib.request import Request
    from etolib.sources.network import client

    try:
        for name in catalogue.SOURCES:
            catalogue.provider(name)
        client.door()
        with config.set_options(offline=True):
            pipeline.run(Request.from_query(_WARM))
    except Exception:  # a courtesy: the first task does it itself, and says what is wrong
        log.debug("the worker was not made ready", exc_info=True)


def run_task(
    task_id: str,
    request: Request,
    first: object = None,
    *,
    timeout: float,
    settings: Mapping[str, str],
    rows: Sequence[SourceInfo] = (),
) -> Result:
    """Run the pipeline on a dask worker and tell about it. The function behind every task.

    Parameters
    ----------
    task_id : str
        The future's key.
    request : Request
    first : object
        What had to end before (see `run_ahead`); how it ended makes no difference.
    timeout : float
        Limit of the calculation [s].
    settings : mapping of str to str
        `etolib.config.settings` of whoever submitted it.
    rows : sequence of SourceInfo
        Sources of their own (`etolib.sources.catalogue.added`).
    """
    catalogue.adopt(rows)
    logs.hide(settings.get("contact"))
    logs.keep_private(request.site.name, request.site.latitude, request.site.longitude)
    with logs.task(task_id):
        return _run(request, Channel(task_id, timeout), settings)


def _run(request: Request, channel: Channel, settings: Mapping[str, str]) -> Result:
    from etolib import pipeline

    try:
        with config.set_options(**settings):
            result = pipeline.run(request, report=channel.report, checkpoint=channel.checkpoint)
        channel.checkpoint()
    except _Stopped:
        # Whoever cancels tells so itself; but a closed page only lets go of its task.
        reason = channel.end(*messages.cancelled(channel.stage))
        raise TaskCancelled(stage=channel.stage, reason=reason or messages.ASKED) from None
    except EtolibError as error:
        channel.end(*messages.failed(error))
        raise
    except Exception as error:
        # A fault of ours: the page must still get its one last message, and the log the traceback.
        log.exception("task %s failed", channel.task_id)
        channel.end(*messages.failed(error))
        raise
    finally:
        aside.over(channel.task_id)
    channel.end(*messages.success(result))
    return result


def run_ahead(
    key: str,
    sites: Sequence[Site],
    period: Period,
    sources: str | Sequence[str],
    before: tuple[str, ...] | None = None,
    *,
    settings: Mapping[str, str],
    rows: Sequence[SourceInfo] = (),
) -> tuple[str, ...]:
    """Bring what the places of a lot will ask for to the cache of this machine. Raises nothing: the jobs ask again.

    ``before`` are the services that gave no answer to the lots before; returned are those that gave none until now.
    """
    from distributed import get_worker, secede

    from etolib.sources.network.scope import Scope
    from etolib.sources.prefetch import prefetch

    catalogue.adopt(rows)
    worker, scope, failed = get_worker(), Scope(), set(before or ())
    secede()  # it waits for the provider's next minute, rather than works: its place is for others
    with ThreadPoolExecutor(1, thread_name_prefix="etolib-ahead") as pool, config.set_options(**settings):
        with scope:
            work = pool.submit(contextvars.copy_context().run, partial(prefetch, sites, period, sources, failed=failed))
        while not wait([work], timeout=_LOOK_S).done:
            if unwanted(worker, key):
                scope.cancel()
        if error := work.exception():
            log.debug("nothing brought for %d places: %s", len(sites), error)
    return tuple(sorted(failed))
