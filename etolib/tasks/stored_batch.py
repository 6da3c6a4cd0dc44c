"""`StoredBatch`: many places as lots, written into one store as they come.

A thread of the client hands lots over, a few more than the workers have threads, and takes in how each ended. Nothing
but counts comes back: the numbers go from the worker into the store. So the memory of client and scheduler depends on
the number of workers, not of places.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import queue
import threading
import time
import uuid
from collections.abc import Callable, Collection, Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from etolib import config
from etolib.errors import EtolibError, SchedulerUnavailable, TaskCancelled, TaskError
from etolib.sources import catalogue
from etolib.store import layout
from etolib.tasks import batch_progress, handshake, messages, scheduler
from etolib.tasks.bar import Counted
from etolib.tasks.batch_progress import Progress
from etolib.tasks.lot import LotEnd, run_stored_lot
from etolib.words import Text, decode, say, verbatim

if TYPE_CHECKING:
    from pathlib import Path

    import xarray as xr
    from distributed import Client, Future

    from etolib.store.store import Store
    from etolib.tasks.cost import Cost

log = logging.getLogger(__name__)

_AHEAD = 2  # lots handed over for each thread of the workers: while one is written the next is there
_LEAST_AHEAD = 4  # ... and at least so many, that an adaptive cluster sees that there is work
_LOOK_S = 0.5  # how often to look whether the scheduler is still there [s]
_FETCH_S = 5.0  # how long to wait for the end of a lot that is over, before it is looked whether anybody wants it [s]
_MOST_BROKEN = 3  # lots in a row that may fail for a reason of their own before the rest is not tried any more


@dataclass(frozen=True)
class Failure:
    """Why a place has no values, or lacks a source.

    Attributes
    ----------
    position : int
        Of the place in its list, from 0.
    place : str
    error : str
        Class of the error (`etolib.errors`).
    message, suggestion : str
    source : str or None
    retryable : bool
        Whether the same may succeed later without a change.
    partial : bool
        Whether there are values, of the sources that did answer.
    """

    position: int
    place: str
    error: str
    message: Text
    suggestion: Text
    source: str | None
    retryable: bool
    partial: bool

    def __str__(self) -> str:
        return f"{self.place}: {self.error}: {self.message}" + (f" ({self.suggestion})" if self.suggestion else "")


def id_of(store: Path) -> str:
    """Return what the lots of a store are called by on the scheduler: ``lot-ID-NUMBER-...``."""
    return uuid.uuid5(uuid.NAMESPACE_URL, str(store.resolve())).hex


class StoredBatch(Counted):
    """Many places on their way into a store; iterate over it to get each lot's `LotEnd` as it completes.

    Attributes
    ----------
    store : Store
    notes : tuple of str
        What was noticed when the places were read.
    """

    def __init__(
        self, client: Client, store: Store, *, notes: Sequence[Text] = (), retries: int = 1, hold: bool = True
    ) -> None:
        self.client = client
        self.store = store
        self.notes = tuple(notes)
        self._retries = retries
        self._rows, self._settings = catalogue.added(), config.settings() | {"today": store.order.today.isoformat()}
        self._lock = threading.RLock()
        self._ends: list[LotEnd] = []
        self._news = threading.Condition(self._lock)
        self._callbacks: list[Callable[[Progress], None]] = []
        self._at_end: list[Callable[[], None]] = []
        self._over = False
        self._cancelled, self._kept = threading.Event(), threading.Event()
        self._id = id_of(store.path)  # names its lots on the scheduler
        self._error: EtolibError | None = None
        self._holding = contextlib.ExitStack()
        if hold:
            self._holding.enter_context(store.held())
        self._begun = time.monotonic()
        self._threads_seen = float("-inf"), _LEAST_AHEAD  # when, and how many lots that makes
        self._count = batch_progress.Count.of(store)
        self._thread = threading.Thread(target=self._run, name="etolib-batch", daemon=True)
        self._thread.start()

    # --- what one sees ------------------------------------------------------------------------------------------------

    @property
    def progress(self) -> Progress:
        """How far it is: places by their state, lots, remaining time."""
        with self._lock:
            return self._count.progress(time.monotonic() - self._begun, running=not self._over)

    @property
    def done(self) -> bool:
        """Whether nothing more will be computed."""
        return self._over

    @property
    def error(self) -> EtolibError | None:
        """Why lots are missing, None where nothing has gone wrong by now; `result` raises it."""
        return self._error

    @property
    def failures(self) -> list[Failure]:
        """Places without values and those that lack a source, in the order of the places."""
        return failures_of(self.store)

    @property
    def cost(self) -> Cost:
        """What the places that are not computed yet cost: requests, quotas, time, memory, disk.

        The time of computing is that of the lots finished so far.
        """
        from etolib.tasks.cost import cost_of

        return cost_of(self.store.order, without=self.store.finished().keys(), cpu_seconds=self._cpu_of_a_place())

    def _cpu_of_a_place(self) -> float | None:
        """Return what a place took by the lots that are finished, None without any. [s]"""
        ends = [line for line in self.store.log() if line["event"] == "end" and not line["again"] and "cpu" in line]
        return sum(line["cpu"] for line in ends) / sum(line["places"] for line in ends) if ends else None

    def on_progress(self, callback: Callable[[Progress], None]) -> None:
        """Call ``callback(progress)`` after each lot, on the batch's thread, and once now."""
        with self._lock:
            self._callbacks.append(callback)
        callback(self.progress)

    def when_done(self, callback: Callable[[], None]) -> None:
        """Call ``callback()`` on the batch's thread when nothing more is computed, at once where that is so."""
        with self._lock:
            if not self._over:
                self._at_end.append(callback)
                return
        callback()

    def __len__(self) -> int:
        """Number of places."""
        return len(self.store.order.sites)

    def __iter__(self) -> Iterator[LotEnd]:
        i = 0
        while True:
            with self._news:
                while i >= len(self._ends) and not self._over:
                    self._news.wait(_LOOK_S)
                if i >= len(self._ends):
                    return
                end = self._ends[i]
            yield end
            i += 1

    # --- waiting, stopping, again -------------------------------------------------------------------------------------

    def wait(self, timeout: float | None = None) -> bool:
        """Wait until nothing more is computed; return whether that is so."""
        self._thread.join(timeout)
        return self.done

    def result(self, timeout: float | None = None) -> xr.Dataset:
        """Wait for all lots and return the store as a Dataset, lazily.

        Raises
        ------
        TimeoutError
            Where ``timeout`` [s] passes first; the batch goes on.
        TaskCancelled, SchedulerUnavailable, TaskError
            Where lots are missing. What is finished stays in the store; `etolib.resume_batch` goes on with the rest.
        """
        if not self.wait(timeout):
            raise TimeoutError(f"{self.store.path} is not finished")
        if self._error is not None:
            raise self._error
        return self.store.dataset()

    def __await__(self) -> Generator[Any, None, xr.Dataset]:
        return asyncio.to_thread(self.result).__await__()

    def to_dataset(self) -> xr.Dataset:
        """Return what is in the store now, lazily."""
        return self.store.dataset()

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write what is in the store as ``.nc``, ``.parquet``, ``.csv`` or ``.geojson``, lot by lot."""
        from etolib.store.export import save

        save(self.store, path)

    def cancel(self) -> None:
        """Stop the work, wherever it is. What is finished stays in the store."""
        self._cancelled.set()
        self._thread.join()

    def keep(self, keep: bool = True) -> None:
        """Let what is left go on when this client ends, or no longer; `etolib.resume_batch` finds it again.

        All lots are handed over for that; their turns are those of one owner.
        """
        (self._kept.set if keep else self._kept.clear)()

    def retry(self) -> StoredBatch:
        """Wait for the end, then compute again, alone, the places that failed for a while; return the batch of that."""
        self._thread.join()
        return StoredBatch(self.client, self.store, retries=1)

    def __repr__(self) -> str:
        return f"<StoredBatch {self.store.path.name} {self.progress}>"

    def _repr_html_(self) -> str:
        return batch_progress.html_of(self.progress, self.store.path.name, [str(f) for f in self.failures[:5]])

    def when_news(self, callback: Callable[[], None]) -> None:
        """Call ``callback()`` after each lot and at the end, on the batch's thread, and once now."""
        self.on_progress(lambda _: callback())
        self.when_done(callback)

    # --- the thread ---------------------------------------------------------------------------------------------------

    def _run(self) -> None:
        try:
            self._hand_over(self._unfinished())
            for _ in range(self._retries):
                again = self._failed() if self._error is None else {}
                if not again:
                    break
                self._hand_over(again, again=True)
        except EtolibError as error:
            self._error = error
        except Exception as error:  # a fault of ours: whoever waits must hear of it
            log.exception("the batch of %s failed", self.store.path)
            self._error = messages.unexpected(error)
        finally:
            self._holding.close()
            with self._news:
                self._over = True
                self._news.notify_all()
        self._tell()
        for callback in self._at_end:
            callback()

    def _unfinished(self) -> dict[int, list[int]]:
        """Return the places of every lot without a marker."""
        finished = self.store.finished()
        order = self.store.order
        return {number: list(order.positions(number)) for number in range(order.count) if number not in finished}

    def _failed(self) -> dict[int, list[int]]:
        """Return the places to ask again, by their lots."""
        found: dict[int, list[int]] = {}
        for i, said in self.store.failures((layout.FAILED, layout.PARTIAL)).items():
            if said.get("retryable"):
                found.setdefault(i // self.store.order.lot, []).append(i)
        return found

    def _hand_over(self, lots: dict[int, list[int]], *, again: bool = False) -> None:
        """Compute lots: a few at a time on the cluster, until none is left."""
        waiting, ended = iter(lots.items()), queue.SimpleQueue[tuple[int, Any]]()
        going: dict[int, Future[LotEnd]] = {}
        broken, more, held = 0, True, set[str]()
        there = {} if again else self._under_way()
        try:
            while True:
                while more and (self._kept.is_set() or len(going) < self._window()):
                    number, positions = next(waiting, (-1, []))
                    more = number >= 0
                    if more:
                        going[number] = self._submit(number, positions, again, there)
                        self._tell_end(number, going[number], ended)
                if not going:
                    return
                self._check()
                self._hold(going.values(), held)
                try:
                    number, future = ended.get(timeout=_LOOK_S)
                except queue.Empty:
                    continue
                status = future.status
                end = self._fetched(future) if status == "finished" else None
                if status == "lost" or (status == "finished" and end is None):
                    self._tell_end(number, future, ended)
                    continue
                if going.pop(number, None) is None:
                    continue
                broken = self._take(number, future, status, end, broken)
        finally:
            if going and self.client.status == "running":
                with contextlib.suppress(OSError, TimeoutError, RuntimeError):
                    self.client.cancel(list(going.values()), force=True)

    def _tell_end(self, number: int, future: Future[LotEnd], ended: queue.SimpleQueue[tuple[int, Any]]) -> None:
        """Queue a lot once it has ended; one whose worker died with the result is lost, and dask runs it again."""
        state: Any = future._state
        loop: Any = self.client.loop

        async def tell() -> None:
            while future.status in ("pending", "lost"):  # dask's own callbacks take a lost one for one that has ended
                await state.wait()
            ended.put((number, future))

        loop.add_callback(tell)

    def _window(self) -> int:
        """Return how many lots to hand over; the scheduler is asked now and then, not for each lot."""
        looked, window = self._threads_seen
        if time.monotonic() - looked < _LOOK_S:
            return window
        window = _LEAST_AHEAD
        with contextlib.suppress(OSError, TimeoutError, RuntimeError, ValueError):
            threads: int = sum(self.client.nthreads().values())
            window = max(_LEAST_AHEAD, _AHEAD * threads)
        self._threads_seen = time.monotonic(), window
        return window

    def _under_way(self) -> dict[int, str]:
        """Return the lots that go on since another client has kept them, and what each is called."""
        found, prefix = self._ask("tasks", places=False) or {"tasks": []}, f"lot-{self._id}-"
        ours = [row["task_id"] for row in found["tasks"] if row["task_id"].startswith(prefix)]
        return {int(one.removeprefix(prefix).partition("-")[0]): one for one in ours}

    def _hold(self, going: Collection[Future[LotEnd]], held: set[str]) -> None:
        """Have the lots that were handed over go on without us, or no longer; ``held`` are those that do."""
        keep = self._kept.is_set()
        for key in [str(one.key) for one in going if (one.key in held) != keep]:
            if (self._ask("keep", task_id=key, keep=keep) or {}).get("kept") is keep:  # it may be on its way there
                (held.add if keep else held.discard)(key)

    def _ask(self, handler: str, **arguments: Any) -> dict[str, Any] | None:
        """Ask the scheduler; None where it does not answer, which `_check` finds out."""
        with contextlib.suppress(EtolibError, OSError, TimeoutError, RuntimeError):
            return scheduler.ask(self.client, handler, **arguments)
        return None

    def _submit(self, number: int, positions: list[int], again: bool, there: Mapping[int, str]) -> Future[LotEnd]:
        if number in there and (found := self._found(there[number])) is not None:
            return found
        key = f"lot-{self._id}-{number}-{uuid.uuid4().hex}"
        requests = self.store.order.requests(positions)
        try:
            future: Future[LotEnd] = self.client.submit(
                run_stored_lot, key, str(self.store.path), number, positions, requests, again=again,
                settings=self._settings, rows=self._rows, key=key, pure=False, retries=0, resources=handshake.needed(),
            )  # fmt: skip
        except (OSError, TimeoutError, RuntimeError) as error:
            raise SchedulerUnavailable(
                say("scheduler_lost_meanwhile", error=error), suggestion=say("resume_when_scheduler_is_back")
            ) from error
        return future

    def _found(self, key: str) -> Future[LotEnd] | None:
        """Return the future of a lot that goes on, None where it has just ended."""
        from distributed import Future

        future: Future[LotEnd] = Future(key, client=self.client)  # first: what is told of it must not be missed
        if (self._ask("find", task_id=key, client=self.client.id) or {}).get("found") == "task":
            return future
        future.release()
        return None

    def _check(self) -> None:
        if self._cancelled.is_set():
            raise TaskCancelled()
        if self.client.status != "running":  # dask forgets what was handed over, even where it finds its way back
            self._lost(self.client.status)

    def _lost(self, error: object) -> None:
        raise SchedulerUnavailable(
            say("scheduler_lost_meanwhile", error=error), suggestion=say("resume_when_scheduler_is_back")
        )

    def _fetched(self, future: Future[LotEnd]) -> LotEnd | None:
        """Return how a lot ended; None where that does not come: its worker died with it, or its line is silent."""
        from distributed import CancelledError

        try:
            end: LotEnd = future.result(_FETCH_S)
        except (TimeoutError, CancelledError):
            self._check()
            return None
        return end

    def _take(self, number: int, future: Future[LotEnd], status: str, end: LotEnd | None, broken: int) -> int:
        """Take in how a lot ended; return how many in a row were broken."""
        if end is not None:
            with self._news:
                self._ends.append(end)
                self._count.add(end, self.store.marker(number))
                self._news.notify_all()
            self._tell()
            return 0
        if status == "cancelled":
            self._check()
            state: Any = future._state
            if getattr(state.exception, "msg", "") == messages.BY:  # as when its visitor stops it elsewhere
                raise TaskCancelled()
            self._lost(status)
        failure = future.exception()
        log.warning("lot %d of %s: %s", number, self.store.path, failure)
        error = failure if isinstance(failure, EtolibError) else _broken(number, failure)
        with self._news:
            self._count.broken += 1
            self._error = error
        if broken + 1 >= _MOST_BROKEN:
            raise error
        return broken + 1

    def _tell(self) -> None:
        progress = self.progress
        for callback in tuple(self._callbacks):
            try:
                callback(progress)
            except Exception:  # somebody else's: the batch goes on without it
                log.exception("a listener of the batch failed")


def failures_of(store: Store) -> list[Failure]:
    """Return the places of a store without values and those that lack a source, in the order of the places."""
    found, states = store.failures((layout.FAILED, layout.PARTIAL)), store.states()
    return [
        _failure(i, str(store.order.sites[i]), said, bool(states[i] == layout.PARTIAL)) for i, said in found.items()
    ]


def _broken(number: int, error: BaseException | None) -> TaskError:
    what = f"{type(error).__name__}: {error}"
    return TaskError(say("lot_failed", lot=number + 1, error=what), suggestion=say("resume_or_report"), retryable=True)


def _failure(position: int, place: str, said: dict[str, Any], partial: bool) -> Failure:
    texts = said.get("texts") or {}
    message, hint = (decode(texts.get(name) or said.get(name) or "") for name in ("message", "suggestion"))
    return Failure(
        position, place, str(said.get("error")), message, hint if hint else verbatim(""),
        said.get("source"), bool(said.get("retryable")), partial,
    )  # fmt: skip
