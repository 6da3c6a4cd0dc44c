"""What a page hands over: as anybody, within what a page, its visitor and all together may have."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from etolib.errors import EtolibError, SchedulerUnavailable, TooManyTasks, TooMuch
from etolib.tasks import limits, scheduler, submission, visitor
from etolib.tasks.messages import State
from etolib.tasks.owners import BESIDE
from etolib.words import say

if TYPE_CHECKING:
    import os
    from collections.abc import Sequence
    from pathlib import Path

    from distributed import Client

    from etolib.request import Request
    from etolib.site import Site
    from etolib.tasks.batch import Batch
    from etolib.tasks.job import Job
    from etolib.tasks.stored_batch import StoredBatch

_GOING = (State.QUEUED, State.PROCESSING)
_ANSWER_S = 3.0  # the scheduler may take so long to list tasks [s]


def submit(request: Request, *, client: Client, timeout: float) -> Job:
    """Start a request of a page; as `etolib.submit`.

    Raises
    ------
    TooManyTasks
        Where as many tasks wait as may.
    """
    take(client, limits.TASKS, 1)
    return submission.submit(request, client=client, timeout=timeout)


def submit_beside(request: Request, *, client: Client, timeout: float) -> Job:
    """Start what a result of a page wants beside it; as `submit`, but it is no calculation of its own (`mine`)."""
    import dask

    with dask.annotate(**{BESIDE: True}):  # type: ignore[attr-defined]
        return submit(request, client=client, timeout=timeout)


def submit_many(requests: Sequence[Request], *, client: Client, timeout: float) -> Batch:
    """Start several requests of a page; as `etolib.submit_many`.

    Raises
    ------
    TooManyTasks
        Where there is no room for all of them.
    """
    take(client, limits.TASKS, len(requests))
    return submission.submit_many(requests, client=client, timeout=timeout)


def submit_stored(
    sites: Sequence[Site], period: Any, sources: Any, *, store: str | os.PathLike[str], client: Client
) -> StoredBatch:
    """Start the batch of a page; as `etolib.submit_many` with a store.

    Raises
    ------
    TooMuch
        Where there is no room for so many places.
    """
    return _counted(client, len(sites), store, lambda: submission.submit_many(
        sites, period, sources, store=store, client=client
    ))  # fmt: skip


def resume_stored(store: str | os.PathLike[str], *, client: Client) -> StoredBatch:
    """Go on with the batch of a page; as `etolib.resume_batch`, with the limit of `submit_stored`."""
    from etolib.store.store import Store

    places = len(Store.open(store).order.sites)
    return _counted(client, places, store, lambda: submission.resume_batch(store, client=client))


def uploaded(client: Client, size: int) -> None:
    """Count a file that a page has been given. [bytes]

    Raises
    ------
    TooMuch
        Where so much has come lately that it is not read.
    """
    take(client, limits.UPLOADED, size)


def mine(client: Client) -> list[dict[str, Any]]:
    """Return the tasks of this page's visitor, newest first: ``task_id state query here age_s``.

    ``here`` are those that this page has handed over. What results want beside them is not listed.
    """
    found = scheduler.ask_within(_ANSWER_S, client, "mine", visitor=visitor.of_this_process(), client=client.id)
    return list(found["tasks"])


def batches_under_way(client: Client, stores: Iterable[Path]) -> list[Path]:
    """Return those of some stores for which lots wait or run."""
    from etolib.tasks.stored_batch import id_of

    found = scheduler.ask_within(_ANSWER_S, client, "tasks", places=False)["tasks"]
    lots = (one["task_id"] for one in found if one["state"] in _GOING and one["task_id"].startswith("lot-"))
    going = {lot.split("-")[1] for lot in lots}
    return [store for store in stores if id_of(store) in going]


def stop(client: Client, task_id: str) -> bool:
    """Cancel a task of this page's visitor, whatever page of his has it; return whether this call ended it."""
    return bool(scheduler.ask(client, "stop_mine", visitor=visitor.of_this_process(), task_id=task_id)["ended"])


def stop_batch(client: Client, store: Path) -> bool:
    """Cancel what is left of a batch of this page's visitor, whatever page of his has it; return whether there was any.

    What is finished stays in its store.
    """
    from etolib.tasks.stored_batch import id_of

    whose = visitor.of_this_process()
    return bool(scheduler.ask(client, "stop_batch", visitor=whose, batch=id_of(store))["count"])


def take(client: Any, what: str, amount: int, batch: str = "") -> None:
    """Take so much for this page; ``batch`` is the id of the one that it is for.

    Raises
    ------
    TooMuch
        Where there is no room for it.
    SchedulerUnavailable
        Where the scheduler does not answer.
    """
    whose = visitor.of_this_process()
    try:
        found = scheduler.ask(client, "room", client=client.id, visitor=whose, what=what, amount=amount, batch=batch)
    except (OSError, TimeoutError, RuntimeError) as error:
        raise SchedulerUnavailable(say("task_not_handed_over", error=error)) from error
    if not found["room"]:
        if what == limits.TASKS:
            raise TooManyTasks(most=found["most"], whose=found["whose"])
        raise TooMuch(what, most=found["most"], whose=found["whose"])


def _counted(client: Any, places: int, store: str | os.PathLike[str], begin: Callable[[], StoredBatch]) -> StoredBatch:
    """Begin a batch whose places count until it is done."""
    from pathlib import Path

    from etolib.tasks.stored_batch import id_of

    take(client, limits.PLACES, places, id_of(Path(store)))
    try:
        batch = begin()
    except BaseException:  # interrupted as well: places that no batch has must not count for ever
        _give_back(client, places)
        raise
    batch.when_done(lambda: _give_back(client, places))
    return batch


def _give_back(client: Any, places: int) -> None:
    # A scheduler that is gone counts nothing any more.
    with contextlib.suppress(EtolibError, OSError, TimeoutError, RuntimeError):
        scheduler.ask(client, "give_back", client=client.id, what=limits.PLACES, amount=places)
