"""`Job`: one task, seen from a client.

Channel: the worker logs the messages of a task under its topic; the scheduler pushes them to every client that watches.
They are for the eye; the future's result is the truth.

Exactly one last message per task: whoever wants to send it (the worker that ends, a client that cancels, or one that
sees a task end with nobody left to say so) must first win the claim on the scheduler (`etolib.tasks.scheduler`). A task
whose worker died runs again elsewhere: its messages go on counting.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import threading
import time
import weakref
from collections import deque
from collections.abc import Callable, Generator, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from etolib.errors import EtolibError, SchedulerUnavailable
from etolib.tasks import lost_line, messages, scheduler
from etolib.tasks.bar import Shown, html_of, of_message
from etolib.tasks.messages import ASKED, Ending, Message, State
from etolib.words import say

if TYPE_CHECKING:
    from distributed import Client, Future

    from etolib.result.result import Result

Callback = Callable[[Message], None]

log = logging.getLogger(__name__)

_LOST = (OSError, TimeoutError, RuntimeError)
"""What dask raises where a scheduler cannot be reached."""

# dask knows one handler per topic and client: it hands out to all jobs that watch the task.
_watched: weakref.WeakKeyDictionary[Client, dict[str, list[Job]]] = weakref.WeakKeyDictionary()
_watch_lock = threading.Lock()


_LINES = 3  # dask keeps some lines for calls: those that were lost are found out one by one
_ON_THE_WAY_S = 10.0  # how long messages of a topic may still come that nobody watches any more
_dropped: weakref.WeakKeyDictionary[Client, deque[tuple[float, str]]] = weakref.WeakKeyDictionary()


def _ignore(event: tuple[float, Message]) -> None:
    """Take a message that nobody waits for."""


def _hand_out(jobs: list[Job], event: tuple[float, Message]) -> None:
    for job in tuple(jobs):
        job._receive(event[1])


class Job(Shown):
    """One task, seen from a client.

    Attributes
    ----------
    task_id : str
        The future's key.
    status : State
        QUEUED, PROCESSING, SUCCESS, ERROR, TIMEOUT or CANCELLED.
    theirs : bool
        Whether it is a task of another visitor of a server, whose link led here: it is looked at, and not stopped.
    """

    def __init__(
        self, client: Client, future: Future[Any] | None, task_id: str, *, watch: bool = True, theirs: bool = False
    ) -> None:
        self.client = client
        self.theirs = theirs
        self.task_id = task_id
        self._lock = threading.RLock()
        self._messages: dict[int, Message] = {}
        self._terminal: Message | None = None
        self._callbacks: list[Callback] = []
        self._ended = threading.Event()
        self._watching = False
        self._future: Future[Any] | None = None
        if client.status == "running":  # what was lost before has been given up, and is no part of the next loss
            lost_line.forget(client)
        if watch:
            self._watch()
        if future is not None:
            self.future = future

    def _catch_up(self) -> Job:
        """Take in the messages sent before we watched."""
        for _, event in self.client.get_events(messages.topic(self.task_id)):
            self._receive(event)
        return self

    @property
    def future(self) -> Future[Any]:
        """The dask future behind the job."""
        if self._future is None:  # attached to a task that had ended without a result
            raise self._why()
        return self._future

    @future.setter
    def future(self, future: Future[Any]) -> None:
        self._future = future
        future.add_done_callback(self._on_done)

    @property
    def without_result(self) -> bool:
        """Whether the task ended well, and nobody keeps its result any more."""
        return self._future is None and self._ended_well()

    def _why(self) -> EtolibError:
        """Return the error that the last message tells of."""
        if self._ended_well():  # its messages may have been let go of
            return SchedulerUnavailable(say("result_lost"), suggestion=say("result_lost_hint"))
        if self._terminal is None:
            return messages.error_of(*messages.cancelled(self._stage(), messages.RELEASED))
        return messages.error_of(self._terminal["type"], self._terminal["data"])

    @property
    def status(self) -> State:
        """QUEUED, PROCESSING, SUCCESS, ERROR, TIMEOUT or CANCELLED."""
        with self._lock:
            if self._terminal is not None:
                return State(self._terminal["type"])
            if self._ended.is_set():
                return State.SUCCESS  # of many, not watched
            return State.PROCESSING if self._messages else State.QUEUED

    def _ended_well(self) -> bool:
        return self.status == State.SUCCESS

    def messages(self) -> list[Message]:
        """Return the messages so far, in the order of ``seq``; the one that ends the task is the last."""
        self._fetch()
        return self._sorted()

    @property
    def last_message(self) -> Message | None:
        """The newest message that has come, the last one of a task that has ended; None before any."""
        with self._lock:
            return self._terminal or (self._messages[max(self._messages)] if self._messages else None)

    def _fetch(self) -> None:
        """Have the messages of a job that ended unwatched: of many, they are fetched when somebody asks."""
        if self._ended.is_set() and self._terminal is None:
            self._settle(self.future)

    def _sorted(self) -> list[Message]:
        with self._lock:
            progress = [self._messages[seq] for seq in sorted(self._messages)]
            return progress + ([self._terminal] if self._terminal else [])

    def on_message(self, callback: Callback) -> None:
        """Call ``callback(message)`` for each message, those that have already come first.

        It is called on a thread of dask (or on this one, for the past): hand over to your own loop at once.
        """
        self._fetch()  # without the lock: dask's loop may need that one
        with self._lock:
            for past in self._sorted():
                self._call(callback, past)
            if self._terminal is None:
                self._callbacks.append(callback)
        self._fetch()  # it may have ended meanwhile

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

        future, until = self.future, None if timeout is None else time.monotonic() + timeout
        try:
            result: Result = future.result(timeout=timeout)
        except CancelledError:
            # The future may know before the terminal message is here; that one tells why.
            self._await_end(future, until)
            if self._future is not future:  # the line was lost, and the task found again
                return self.result(_left(until))
            if self._ended_well() and lost_line.was_lost(future):
                back = lost_line.is_back(self.client, until)
                if not back and _left(until) == 0:
                    raise TimeoutError from None
                if back and self._attach_again():
                    return self.result(_left(until))  # the scheduler has kept it
            raise self._why() from None
        except KilledWorker as error:
            raise messages.unexpected(error) from error
        except RuntimeError:
            if self.client.status == "running":
                raise
            self._ended.wait(5)  # of a closed client: dask has no loop left to ask
            raise self._why() from None
        return result

    def _await_end(self, future: Future[Any], until: float | None) -> None:
        """Wait until the end of a task is told whose future was given up, or until it has another one."""
        late = time.monotonic() + (lost_line.BACK_S if lost_line.was_lost(future) else 0.0) + 5
        while not self._ended.wait(0.02) and self._future is future:
            if until is not None and time.monotonic() > until:
                raise TimeoutError
            if time.monotonic() > late:
                return

    def __await__(self) -> Generator[Any, None, Result]:
        """Wait without blocking the loop: ``result = await job``; raises as `result` does."""
        return self._wait().__await__()

    async def _wait(self) -> Result:
        loop, over = asyncio.get_running_loop(), asyncio.Event()
        if self._future is not None:  # no thread waits meanwhile: many may be awaited at once
            self._future.add_done_callback(lambda _: loop.call_soon_threadsafe(over.set))
            await over.wait()
        return await asyncio.to_thread(self.result)

    def cancel(self, reason: str = ASKED) -> bool:
        """Stop the task wherever it is; return whether this call ended it (False: it had ended before).

        ``reason`` is what its CANCELLED message says: "asked", "page closed", "idle", "server stopped" or your own.
        """
        return cancel_all([self], reason) == 1

    def keep(self, keep: bool = True) -> bool:
        """Let the task go on when this client ends, to be found again by `attach`; return whether it does.

        A task that has ended is not meant: its result is kept for a while anyhow. Nor is one of another visitor.
        """
        if self.theirs:
            return False
        with contextlib.suppress(EtolibError, *_LOST):
            return bool(scheduler.ask(self.client, "keep", task_id=self.task_id, keep=keep)["kept"])
        return False

    def forget(self) -> None:
        """Release the kept result: `attach` will not find it any more."""
        if not self.theirs:
            with contextlib.suppress(EtolibError, *_LOST):
                scheduler.ask(self.client, "release", task_id=self.task_id)
        self.close()
        if self._future is not None:
            self._future.release()

    def trim(self) -> None:
        """Let go of the messages of a task that has its result; they are fetched again when somebody asks.

        The last one holds every day of the result: hundreds of kilobytes, which a page with many results need not keep.
        """
        with self._lock:
            if self._terminal is not None and self._terminal["type"] == State.SUCCESS:
                self._messages, self._terminal = {}, None

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
                _unsubscribe(self.client, messages.topic(self.task_id))

    def _watch(self) -> None:
        with _watch_lock:
            jobs = _watched.setdefault(self.client, {}).setdefault(self.task_id, [])
            jobs.append(self)
            self._watching = True
            if len(jobs) == 1:
                self.client.subscribe_topic(messages.topic(self.task_id), partial(_hand_out, jobs))

    def _stage(self) -> str | None:
        with self._lock:
            return self._messages[max(self._messages)]["data"].get("stage") if self._messages else None

    def _receive(self, event: Message) -> None:
        with self._lock:
            seq = event["seq"]
            if self._terminal is not None or seq in self._messages:
                return
            if event["type"] in messages.FINAL:
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
                if self._future is None:
                    self.close()

    @staticmethod
    def _call(callback: Callback, event: Message) -> None:
        try:
            callback(event)
        except Exception:
            # A faulty listener must not stop the others, nor dask's own loop.
            log.exception("a listener of task %s failed", event.get("task_id"))

    def _on_done(self, future: Future[Any]) -> None:
        """The future is over: a terminal message must be there, or nobody was left to send it."""
        try:
            if self._ended.is_set():
                return
            if future.status == "finished" and not self._watching:
                # One of many: the messages of a thousand places and thirty years are gigabytes, and seldom read.
                self._ended.set()
                if not self._callbacks:  # whoever came while we looked must still hear of the end
                    return
            if lost_line.was_lost(future):
                lost_line.when_back(self.client, partial(self._line_was_lost, future))
            else:
                self._settle(future)
        finally:
            if self._ended.is_set():
                self.close()

    def _line_was_lost(self, future: Future[Any], back: bool) -> None:
        """The line is back, or was waited for in vain: go on with the task, or have its end."""
        try:
            if not self._ended.is_set() and not (back and self._attach_again()):
                self._settle(future)
        finally:
            if self._ended.is_set():
                self.close()

    def _attach_again(self) -> bool:
        """Go on with a task that somebody else has kept alive while our line was lost; return whether there is one."""
        from distributed import Future

        future: Future[Any] = Future(self.task_id, client=self.client)
        found = ""
        for _ in range(_LINES):
            try:
                found = scheduler.ask(self.client, "find", task_id=self.task_id, client=self.client.id)["found"]
                break
            except (SchedulerUnavailable, *_LOST):
                continue
        if found != "task":
            future.release()
            return False
        with _watch_lock:
            if self._watching:  # dask does not subscribe anew by itself
                jobs = _watched[self.client][self.task_id]
                self.client.subscribe_topic(messages.topic(self.task_id), partial(_hand_out, jobs))
        self._catch_up()
        self.future = future
        return True

    def _settle(self, future: Future[Any], again: int = _LINES) -> None:
        """Have the terminal message: the one sent, else one made from how the future ended."""
        try:
            if self.client.status in ("closing", "closed"):  # by whoever made it: no fault, and nobody else to tell
                self._end_here(messages.failed(SchedulerUnavailable(say("client_closed_meanwhile"))))
                return
            if self.client.status != "running":
                raise OSError(say("scheduler_connection_lost"))
            self._catch_up()
            if self._terminal is None and future.status == "cancelled" and not lost_line.was_lost(future):
                self._ended.wait(2)  # the message of whoever cancelled it is on the way
            if self._terminal is not None:
                return
            if future.status == "finished":
                ending = messages.success(future.result())
            elif future.status == "error":
                ending = messages.failed(future.exception())
            elif lost_line.was_lost(future):
                ending = messages.failed(_line_lost(say("scheduler_connection_lost")))
            else:
                ending = messages.cancelled(self._stage(), messages.RELEASED)
            if not _end_for_all(self.client, {self: ending}) and not self._catch_up()._terminal:
                self._end_here(ending)
        except _LOST as error:
            if again and self.client.status == "running":
                self._settle(future, again - 1)
            else:
                self._end_here(messages.failed(_line_lost(error)))
        except Exception as error:
            # What came back cannot be read here, of another version say: whoever waits must get an end all the same.
            log.exception("the end of task %s cannot be told", self.task_id)
            self._end_here(messages.failed(error))

    def _end_here(self, ending: Ending) -> None:
        """End the job in this client only: nobody else is left to tell."""
        with self._lock:
            seq = max(self._messages, default=0) + scheduler.AHEAD
            self._receive(messages.message(self.task_id, seq, *ending))

    def __repr__(self) -> str:
        return f"<Job {self.task_id} {self.status}>"

    def how_far(self) -> tuple[float, str, bool]:
        """Return the part that is done (0 to 1), words for it, and whether it has ended; `etolib.progress` shows it."""
        return of_message(str(self.status), self.last_message)

    def when_news(self, callback: Callable[[], None]) -> None:
        """Call ``callback()`` for each message; on threads as `on_message` has them."""
        self.on_message(lambda _: callback())

    def _repr_html_(self) -> str:
        return html_of(*self.how_far()[:2], self.task_id)


def _left(until: float | None) -> float | None:
    """Return how long there is until a time of the steady clock [s], None where there is no limit."""
    return None if until is None else max(0.0, until - time.monotonic())


def _line_lost(error: object) -> SchedulerUnavailable:
    return SchedulerUnavailable(say("scheduler_lost_meanwhile", error=error))


def _unsubscribe(client: Client, topic: str) -> None:
    """Drop the handler of a topic, on the scheduler and soon here, where dask keeps it for ever."""
    if client.status == "running":
        try:
            client.unsubscribe_topic(topic)
        except Exception:  # closed or lost in this moment, for which dask has several errors: nothing to drop there
            log.debug("not unsubscribed from %s", topic, exc_info=True)
    handlers: dict[str, Any] = client._event_handlers
    gone, now = _dropped.setdefault(client, deque()), time.monotonic()
    if topic in handlers:
        handlers[topic] = _ignore  # messages may be on the way, and dask prints a traceback where nobody takes them
        gone.append((now, topic))
    while gone and now - gone[0][0] >= _ON_THE_WAY_S:
        _, old = gone.popleft()
        if handlers.get(old) is _ignore:
            del handlers[old]


def _end_for_all(client: Client, endings: dict[Job, Ending]) -> list[Job]:
    """Send last messages from here, in one call; return the jobs where no other was first."""
    ends = [messages.message(job.task_id, 0, *ending) for job, ending in endings.items()]
    won = []
    for job, end, seq in zip(endings, ends, scheduler.ask(client, "finish", ends=ends)["seqs"], strict=True):
        if seq is not None:
            job._receive(end | {"seq": seq})
            won.append(job)
    return won


def cancel_all(jobs: Sequence[Job], reason: str) -> int:
    """Stop the tasks of one client that have not ended, in two calls for all; return how many this call ended."""
    going = [job for job in jobs if not job._ended.is_set() and job._future is not None and not job.theirs]
    if not going:
        return 0
    client = going[0].client
    try:
        won = _end_for_all(client, {job: messages.cancelled(job._stage(), reason) for job in going})
        # Those that had ended before keep their result.
        client.cancel([job.future for job in won], force=True, reason="cancelled", msg=messages.BY)
    except (SchedulerUnavailable, *_LOST) as error:
        for job in going:
            job._end_here(messages.failed(SchedulerUnavailable(say("scheduler_lost", error=error))))
        return 0
    return len(won)
