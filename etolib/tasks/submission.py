"""Hand requests to a cluster: one, many, or find one again."""

from __future__ import annotations

import contextlib
import os
import uuid
import weakref
from collections.abc import Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, cast, overload

from etolib import config
from etolib.errors import InputError, Problem, SchedulerUnavailable
from etolib.request import Days, Place, Request
from etolib.sources import catalogue
from etolib.tasks import handshake, scheduler, visitor
from etolib.tasks.batch import Batch
from etolib.tasks.job import Job
from etolib.tasks.worker import run_ahead, run_task
from etolib.words import say

if TYPE_CHECKING:
    import pandas as pd
    from distributed import Client, Future

    from etolib.places_reader import PlaceList
    from etolib.sources.base import Source
    from etolib.store.order import Order
    from etolib.tasks.stored_batch import StoredBatch
    from etolib.words import Text

    Many = PlaceList | pd.DataFrame | str | os.PathLike[str] | Sequence[Request | Place]

_ID_LENGTH = 80  # characters of a task id, at most


def submit(
    site: Request | Place,
    period: Days | None = None,
    sources: str | Sequence[str] = "auto",
    *,
    client: Any = None,
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
        Or a cluster, an address, a scheduler file: whatever `etolib.connect` takes. Default:
        `etolib.tasks.cluster.get_client`.
    timeout : float
        Limit of the calculation [s]; after it the task ends with TIMEOUT. Waiting for a free worker does not count.

    Raises
    ------
    InputError
        Where the input cannot be used; nothing is submitted then.
    SchedulerUnavailable
        Where the scheduler does not answer.
    """
    (request,) = _requests([site], period, sources, station, options, timeout)
    client = _ready(client)
    job = Job(client, None, _new_id(), watch=False)
    try:
        with _handing_over():
            job._watch()  # first: no message must be missed. Messages travel in one stream, so the order holds.
            job.future = client.submit(
                run_task, job.task_id, request, timeout=timeout, settings=config.settings(), rows=catalogue.added(),
                key=job.task_id, pure=False, retries=0, resources=handshake.needed(),
            )  # fmt: skip
    except SchedulerUnavailable:
        job.close()
        raise
    return job


@overload
def submit_many(
    places: Many, period: Days | None = None, sources: str | Sequence[str] = "auto", *,
    store: None = None, client: Client | None = None, timeout: float = 1800, station: Source | None = None,
    skip_bad: bool = False, **options: Any,
) -> Batch: ...  # fmt: skip


@overload
def submit_many(
    places: Many, period: Days | None = None, sources: str | Sequence[str] = "auto", *,
    store: str | os.PathLike[str], client: Client | None = None, resume: bool = False, force: bool = False,
    lot: int | None = None, skip_bad: bool = False, **options: Any,
) -> StoredBatch: ...  # fmt: skip


def submit_many(
    places: Many,
    period: Days | None = None,
    sources: str | Sequence[str] = "auto",
    *,
    store: str | os.PathLike[str] | None = None,
    resume: bool = False,
    force: bool = False,
    lot: int | None = None,
    client: Any = None,
    timeout: float = 1800,
    station: Source | None = None,
    skip_bad: bool = False,
    **options: Any,
) -> Batch | StoredBatch:
    """Start the pipeline for many places and return at once.

    Without a store the `Batch` yields a job for each place as it completes, with its whole `Result`. With one the
    places are computed in lots and written into it as they come: the way for hundreds and thousands.

    Neighbours share requests: before a lot is computed what its places will ask for is brought to the cache in lists.
    The cache is that of a machine: on a cluster of several let ``ETOLIB_CACHE_DIR`` be a folder they share.

    Parameters
    ----------
    places : sequence of Site, (latitude, longitude) or Request; DataFrame; path
        Requests say everything by themselves and may differ in all of it. A table or a file (CSV, Excel, GeoJSON) is
        read by `etolib.read_places`; `etolib.places_in_box` makes the points of a grid.
    period, sources, client, station, **options
        As in `submit`, for every place.
    store : path, optional
        A Zarr store to write, of a folder that the workers see too. Its arrays: see `etolib.store.layout.arrays`.
    resume : bool
        Go on with a store that is there: finished lots are not computed again. Where there is none begin.
    force : bool
        Go on also where another version of etolib's science (`etolib.science.version`) computed what is there.
    lot : int, optional
        Places of a lot; by default as many as memory and a smooth progress allow.
    timeout : float
        As in `submit`; a lot has no limit.
    skip_bad : bool
        Leave out rows of a table or file that are no place.

    Raises
    ------
    InputError
        With what is wrong with any of them; nothing is submitted then. Also where the store is there, belongs to
        another order, or is being written.
    SchedulerUnavailable
        Where the scheduler does not answer.
    """
    listed, notes = _listed(places, skip_bad)
    requests = _requests(listed, period, sources, station, options, timeout)
    if store is not None:
        from etolib.store.order import Order

        return run_order(Order.of(requests, lot), store, client, notes, resume=resume, force=force)
    client, settings = _ready(client), config.settings()
    jobs = [Job(client, None, _new_id(), watch=False) for _ in requests]
    ids = [job.task_id for job in jobs]
    with _handing_over():
        first = _submit_ahead(client, requests, settings)
        # In one message: submitted one by one, a thousand take half a second.
        futures = client.map(
            run_task, ids, requests, first, timeout=timeout, settings=settings, rows=catalogue.added(),
            key=ids, pure=False, retries=0, resources=handshake.needed(),
        )  # fmt: skip
    for job, future in zip(jobs, futures, strict=True):
        job.future = future
    again = partial(submit_many, client=client, timeout=timeout)
    return Batch(jobs, requests=requests, notes=notes, again=again)


def resume_batch(store: str | os.PathLike[str], *, client: Client | None = None, force: bool = False) -> StoredBatch:
    """Go on with a store as it was ordered: what is finished is not computed again.

    Raises
    ------
    InputError
        Where there is no such store, another run writes it, or something is to compute and a version with other numbers
        computed the rest (not with ``force``).
    SchedulerUnavailable
        Where the scheduler does not answer.
    """
    from etolib.store.store import Store
    from etolib.tasks.stored_batch import StoredBatch

    found = Store.open(store)
    found.check_science(force=force)
    return StoredBatch(_ready(client), found)


def run_order(
    order: Order,
    path: str | os.PathLike[str],
    client: Client | None = None,
    notes: Sequence[Text] = (),
    *,
    resume: bool = False,
    force: bool = False,
) -> StoredBatch:
    """Begin what is ordered in a new store, or go on with the store that is there.

    Raises
    ------
    InputError
        Where the store exists (``resume`` false), was ordered for something else, another version with other numbers
        computed what is there (``force`` false), or another run writes it.
    SchedulerUnavailable
        Where the scheduler does not answer.
    """
    from etolib.store.store import Store, target_of
    from etolib.tasks.stored_batch import StoredBatch

    there = target_of(path)
    if resume and there.exists():
        store = Store.open(there)
        store.check_same(order)
        store.check_science(force=force)
        return StoredBatch(_ready(client), store, notes=notes)
    client = _ready(client)
    return StoredBatch(client, Store.create(path, order), notes=notes)


def _listed(places: Many, skip_bad: bool) -> tuple[Sequence[Request | Place], tuple[Text, ...]]:
    """Return places one by one, and what the reader of a table or file noticed."""
    if isinstance(places, (str, os.PathLike)) or hasattr(places, "iloc"):
        from etolib.places_reader import read_places

        found = read_places(cast("str", places), skip_bad=skip_bad)
        return found, found.notes
    return cast("Sequence[Request | Place]", places), tuple(getattr(places, "notes", ()))


def attach(task_id: str, client: Client | None = None) -> Job:
    """Return the `Job` of a task started elsewhere (another tab, before a page reload).

    Raises
    ------
    InputError
        Where the scheduler knows no such task (it never existed, or ended long ago).
    """
    if not isinstance(task_id, str) or not task_id.startswith("eto-") or len(task_id) > _ID_LENGTH:
        raise InputError([Problem("task id", task_id, say("not_a_task_id"), say("copy_task_id_from_card"))])
    client = _ready(client)
    from distributed import Future

    # The future comes first: the scheduler tells at once what it knows of the key, to those that hold one.
    ours = task_id in client.futures  # its submission may still be on the way to the scheduler
    future: Future[Any] = Future(task_id, client=client)
    try:
        found, theirs = "task", False
        if not ours:
            told = scheduler.ask(client, "find", task_id=task_id, client=client.id, visitor=visitor.of_this_process())
            found, theirs = told["found"], told["theirs"]
    except SchedulerUnavailable:
        future.release()
        raise
    except (OSError, TimeoutError, RuntimeError) as error:
        future.release()
        raise SchedulerUnavailable(say("scheduler_silent", error=error)) from error
    if found == "task":
        return Job(client, future, task_id, theirs=theirs)._catch_up()
    future.release()
    if found == "ended":
        return Job(
            client, None, task_id, theirs=theirs
        )._catch_up()  # watched: its last message may still be on the way
    raise InputError([Problem("task id", task_id, say("task_not_on_scheduler"), say("task_ended_with_page"))])


# --- before it is handed over -----------------------------------------------------------------------------------------


def _requests(
    sites: Sequence[Request | Place], period: Any, sources: Any, station: Any, options: dict[str, Any], timeout: Any
) -> list[Request]:
    """Return one request for each place; `InputError` with everything that is wrong with any, each thing once."""
    problems = []
    if len(sites) == 0:
        problems.append(Problem("sites", "", say("is_empty"), say("give_a_site")))
    requests = []
    for site in sites:
        try:
            requests.append(Request.of(site, period, sources, station, **options))
        except InputError as error:
            problems += error.problems
    if isinstance(timeout, bool) or not isinstance(timeout, (int, float)) or not 0 < timeout < float("inf"):
        problems.append(Problem("timeout", timeout, say("must_be_seconds")))
    if problems:
        raise InputError(list({str(problem): problem for problem in problems}.values()))
    return requests


def _ready(client: Any) -> Client:
    """Return a client that is connected to a scheduler which keeps the account of our tasks, and of its workers."""
    from etolib.tasks import cluster

    client = cluster.client_of(client)
    if client.status != "running":
        raise SchedulerUnavailable(say("scheduler_connection_is_lost"))
    line = client.scheduler_comm
    if _prepared.get(client) is line:
        cluster.prepare_beside(client)
        return cast("Client", client)
    with _handing_over():
        # A line of its own: behind it may be a scheduler that was started anew under its clients and knows nothing.
        cluster.prepare(client, patience=0 if client in _prepared else _FIRST_S)
    _prepared[client] = line
    return cast("Client", client)


_FIRST_S = (
    1.0  # a client's first call waits so long for workers that are asked what they have, to name those that differ
)
_prepared: weakref.WeakKeyDictionary[Client, Any] = weakref.WeakKeyDictionary()  # by the line to the scheduler


def _new_id() -> str:
    return f"eto-{uuid.uuid4().hex}"


@contextlib.contextmanager
def _handing_over() -> Iterator[None]:
    try:
        yield
    except (OSError, TimeoutError, RuntimeError) as error:
        raise SchedulerUnavailable(say("task_not_handed_over", error=error)) from error


def _submit_ahead(client: Client, requests: Sequence[Request], settings: dict[str, str]) -> list[Future[Any] | None]:
    """Submit what goes before the jobs of many places; return the task each must wait for, in their order.

    One lot is brought after the other, as the providers' limits want it, while the jobs of the lots before compute.
    Nobody holds these tasks but the jobs: with the last of them cancelled they stop.
    """
    from etolib.sources import grouping

    tasks: list[Future[Any] | None] = [None] * len(requests)
    alike: dict[tuple[Any, ...], list[int]] = {}
    for i, request in enumerate(requests):
        alike.setdefault((request.period, request.sources), []).append(i)
    before: Future[Any] | None = None
    for (period, sources), members in alike.items():
        sites = [requests[i].site for i in members]
        places = grouping.size(len(period))
        if places == 1 and any(site.elevation is None for site in sites):
            places = grouping.MAX_PLACES  # the weather of each is a request of its own anyhow, the elevations are not
        if len(sites) == 1 or places == 1:
            continue
        for lot in grouping.parts(sites, places):
            key = f"ahead-{uuid.uuid4().hex}"
            lot_sites = [sites[i] for i in lot]
            before = client.submit(
                run_ahead, key, lot_sites, period, sources, before, settings=settings, rows=catalogue.added(),
                key=key, pure=False, resources=handshake.needed(),
            )  # fmt: skip
            for i in lot:
                tasks[members[i]] = before
    return tasks
