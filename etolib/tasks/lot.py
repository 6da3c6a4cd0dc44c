"""The worker's side of a batch in a store: one task computes a lot and writes it."""

from __future__ import annotations

import contextvars
import logging
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from etolib import config
from etolib.errors import InputError, Problem, RateLimited, TaskCancelled, TaskError
from etolib.sources import catalogue
from etolib.spent import Spent, part
from etolib.words import say

if TYPE_CHECKING:
    from etolib.errors import EtolibError
    from etolib.request import Request
    from etolib.result.result import Result
    from etolib.sources.row import SourceInfo
    from etolib.store.store import Store

log = logging.getLogger(__name__)

_LOOK_S = 0.05  # how often a lot that waits looks whether it is still wanted [s]
_WITHOUT_TIME_S = 60.0  # how long to wait where a provider does not say until when [s]


@dataclass(frozen=True)
class LotEnd:
    """What a finished lot says of itself.

    Attributes
    ----------
    number : int
        Of the lot.
    places : int
        Places it holds.
    done, partial, failed : int
        How many have values; have values but lack a source that should have answered; have none.
    computed : bool
        Whether this task computed it; False where it was finished already.
    seconds : float
        What the task took. [s]
    """

    number: int
    places: int
    done: int
    partial: int
    failed: int
    computed: bool = True
    seconds: float = 0.0


class _Stopped(BaseException):
    """The scheduler no longer wants this lot; a BaseException, so that no `except Exception` can hold it up."""


def run_stored_lot(
    key: str,
    path: str,
    number: int,
    positions: Sequence[int],
    requests: Sequence[Request],
    *,
    again: bool = False,
    settings: Mapping[str, str],
    rows: Sequence[SourceInfo] = (),
) -> LotEnd:
    """Compute a lot on a dask worker and write it into its store. The function behind every task of a batch.

    Parameters
    ----------
    key : str
        Of the task.
    path : str
        The store: a folder that the worker sees too.
    number, positions, requests
        The lot, the places to compute in it, and what is wanted of each.
    again : bool
        Whether the places failed before, in a lot that is finished.
    settings, rows
        As of `etolib.tasks.worker.run_task`.
    """
    from distributed import get_worker

    from etolib.tasks.worker import unwanted

    catalogue.adopt(rows)
    worker, begun = get_worker(), time.monotonic()

    def checkpoint() -> None:
        if unwanted(worker, key):
            raise _Stopped

    store = _store(path)
    try:
        with store.lot_held(number), config.set_options(**settings):
            marker = store.marker(number)
            computed = again or marker is None
            if computed:
                store.note("begin", number, worker=worker.name, places=len(positions), again=again)
                with Spent() as spent:
                    outcomes = compute(requests, checkpoint)
                    checkpoint()
                    took = round(time.monotonic() - begun, 3)
                    marker = store.write(number, positions, outcomes, worker=str(worker.name), seconds=took)
                cpu = round(spent.seconds, 3)
                store.note("end", number, worker=worker.name, places=len(positions), again=again, seconds=took, cpu=cpu)
    except _Stopped:
        raise TaskCancelled(stage="download") from None
    except OSError as error:
        reason = error.strerror or str(error)
        raise TaskError(
            say("lot_not_written", lot=number + 1, path=path, error=reason), suggestion=say("make_room_and_resume")
        ) from error
    assert marker is not None
    counts = {name: int(marker[name]) for name in ("places", "done", "partial", "failed")}
    return LotEnd(number, **counts, computed=computed, seconds=round(time.monotonic() - begun, 3))


def _store(path: str) -> Store:
    from etolib.store.store import Store

    try:
        return Store.open(Path(path))
    except InputError:
        raise InputError([Problem("store", path, say("worker_sees_no_store"), say("share_a_folder"))]) from None


def compute(requests: Sequence[Request], checkpoint: Callable[[], None]) -> Iterator[Result | EtolibError]:
    """Return the results of a lot, made one by one as they are taken.

    What its places ask for is brought first, in lists, and waits for limits.
    """
    from etolib import pipeline

    _bring(requests, checkpoint)
    return map(_unlimited, pipeline.run_lot_arrays(requests, checkpoint=checkpoint).results())


def _unlimited(outcome: Result | EtolibError) -> Result | EtolibError:
    """Return an outcome; an error where a source was left out because its limit was used up at that moment.

    A place would else have other numbers than its neighbours for no reason that lies in it.
    """
    from etolib.errors import EtolibError

    if isinstance(outcome, EtolibError):
        return outcome
    limited = [error for error in outcome.provenance["failed"] if error.get("error") == RateLimited.__name__]
    return RateLimited(limited[0]["message"], source=limited[0].get("source")) if limited else outcome


def _bring(requests: Sequence[Request], checkpoint: Callable[[], None]) -> None:
    """Bring what a lot will ask for to the cache of this machine; stop at once where nobody wants it any more."""
    from etolib.sources.network.scope import Scope
    from etolib.sources.prefetch import prefetch

    first, sites = requests[0], [request.site for request in requests]
    if config.is_offline():
        return
    scope = Scope()
    ask = partial(prefetch, sites, first.period, first.sources, wait=_patience)
    with ThreadPoolExecutor(1, thread_name_prefix="etolib-bring") as pool:
        with scope:
            work: Future[Any] = pool.submit(contextvars.copy_context().run, part, ask)
        try:
            while not wait([work], timeout=_LOOK_S).done:
                checkpoint()
        except BaseException:  # cancelled or interrupted: the download ends with the lot
            scope.cancel()
            raise
        if error := work.exception():
            log.debug("nothing brought for %d places: %s", len(sites), error)


def _patience(error: RateLimited) -> None:
    """Wait until a provider may be asked again; abandoned with the lot."""
    from etolib.sources.network import scope

    until = error.retry_at if error.retry_at is not None else time.time() + _WITHOUT_TIME_S
    scope.sleep(max(0.1, until - time.time()))


def plain_failure(error: Any) -> dict[str, Any]:
    """Return why a lot was not finished, as the failures of places say it."""
    from etolib.errors import EtolibError
    from etolib.tasks import messages

    known = error if isinstance(error, EtolibError) else messages.unexpected(error)
    return known.to_dict()
