"""The one batch of a region page: handed over, followed lot by lot, cancelled, tried again, found again."""

from __future__ import annotations

import contextlib
import datetime as dt
import logging
import shutil
import time
import uuid
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from etolib import config
from etolib.errors import EtolibError, InputError, SchedulerUnavailable, TaskCancelled
from etolib.extras import needed
from etolib.site import Period, Site
from etolib.tasks import visitor
from etolib.widgets import remote
from etolib.widgets.region import answers
from etolib.widgets.region.about import About
from etolib.widgets.region.model import Asked
from etolib.widgets.region.record import NAME, Record, folder, is_stopped, mark_stopped
from etolib.widgets.region.values import DONE, FAILED, PARTIAL, Values
from etolib.words import Text, say

if TYPE_CHECKING:
    from etolib.tasks.batch_progress import Progress
    from etolib.tasks.stored_batch import Failure, StoredBatch
    from etolib.widgets.background import Background

log = logging.getLogger("etolib.page")

KEPT_STORES = 20
"""Stores that stay; those of before are deleted when another is made."""

KEPT_S = 7 * 86400.0
"""How long a store is kept at least, where there are not too many. [s]"""

_ARRAYS = ("eto", "eto_lower", "eto_upper", "quality", "kind", "elevation", "state")
_LOOK_ON_S = 1.0  # how often to look at a store on which another page works [s]
_USUAL_LOT = 60  # places whose climatology is asked for at once: workers share them, and the map fills in
_USUAL_S = 300.0  # what is usual at so many places may take so long [s]


class Runner:
    """The batch of one page.

    Parameters
    ----------
    background : Background
        Runs callbacks and slow work.
    connection : object
        As `etolib.widgets.connection.Connection`.
    changed : callable
        Called with nothing whenever something here has changed.
    submit_many, resume_batch : callable, optional
        As those of `etolib`.

    Attributes
    ----------
    sites : tuple of Site
    values : Values or None
        What is known by now.
    batch : StoredBatch or None
    progress : Progress or None
    failures : list of Failure
        In the order of the places.
    error : EtolibError or None
        Why the whole batch ended.
    name : str
        Of the store; empty where there is none.
    about : About or None
        The region it is of; None of a store that does not say it.
    found : tuple or None
        Days and sources of a batch that was found, as of an `etolib.store.order.Order`; None of one of this page.
    working, stopping : bool
        Whether something is being calculated, and whether somebody has said that it shall end.
    """

    def __init__(
        self,
        background: Background,
        connection: Any,
        changed: Callable[[], None],
        *,
        submit_many: Callable[..., Any] | None = None,
        resume_batch: Callable[..., Any] | None = None,
    ) -> None:
        self._background, self._connection, self._changed = background, connection, changed
        self._submit_many, self._resume_batch = submit_many, resume_batch
        self.taken: Callable[[Any], None] = lambda runner: None
        self._forget()

    def _forget(self) -> None:
        self.sites: tuple[Site, ...] = ()
        self.values: Values | None = None
        self.batch: StoredBatch | None = None
        self.progress: Progress | None = None
        self.failures: list[Failure] = []
        self.error: EtolibError | None = None
        self.name = ""
        self.about: About | None = None
        self.found: tuple[Period, Any] | None = None
        self.working = self.stopping = False
        self._theirs = False  # whether another page has the batch, and this one looks on
        self._seen: dict[int, str] = {}
        self._reading = self._again = False
        self._usual_asked: np.ndarray | None = None  # places whose climatology was asked for
        self._run = object()  # what comes of another run is not of this one

    @property
    def path(self) -> Path | None:
        """The store, None where there is none."""
        return folder() / self.name if self.name else None

    # --- begin --------------------------------------------------------------------------------------------------------

    def start(self, sites: Sequence[Site], asked: Asked, about: About) -> None:
        """Calculate places as one batch into a new store."""
        self.cancel()
        self._forget()
        self.sites, self.name, self.working, self.about = tuple(sites), uuid.uuid4().hex, True, about
        self._new_values(len(sites), len(asked.period), (asked.period.start - EPOCH).days)
        self._background.run(self._hand_over, self._run, self.name, tuple(sites), asked, about)
        self._changed()

    def _new_values(self, places: int, days: int, first: int) -> None:
        self.values = Values.none(places, days, first)

    def _hand_over(self, run: object, name: str, sites: tuple[Site, ...], asked: Asked, about: About) -> None:
        if self._submit_many is None:
            from etolib.tasks.limited import submit_stored

            self._submit_many = submit_stored
        try:
            client = self._connection.client()
            folder().mkdir(parents=True, exist_ok=True)
            sweep(folder())
            path = folder() / name
            batch = self._submit_many(sites, asked.period, asked.sources, store=path, client=client)
            about.write(path)
            with contextlib.suppress(OSError):  # without it the list of batches lacks this one, and nothing else
                self._record(about, asked, len(sites), batch).write(path)
        except Exception as error:  # whatever it is must be told: the page says that it works
            self._background.later(self._failed, run, _known(error))
        else:
            self._take_up(run, batch)

    @staticmethod
    def _record(about: About, asked: Asked, places: int, batch: StoredBatch) -> Record:
        period, box = asked.period, ", ".join(f"{degrees:.4g}" for degrees in about.area.bounds)
        return Record(
            visitor.of_this_process(), about.area.name, box, str(period), len(period), places, batch.store.order.count,
            time.time(),
        )  # fmt: skip

    def _take_up(self, run: object, batch: StoredBatch) -> None:
        """Follow a batch; on a background thread."""
        later = self._background.later
        later(self._handed_over, run, batch)
        batch.on_progress(lambda progress: later(self._moved, run, batch, progress))

    def _handed_over(self, run: object, batch: StoredBatch) -> None:
        if run is not self._run:
            self._background.run(batch.cancel)  # another was begun meanwhile
            return
        self.batch, self._theirs = batch, False
        if self.stopping:  # pressed before the batch was there
            mark_stopped(batch.store.path, True)
            self._background.run(batch.cancel)
        else:
            self.taken(self)
        self._changed()

    @property
    def job(self) -> StoredBatch | None:
        """What may go on without the page."""
        return self.batch

    def find(self, name: str) -> None:
        """Go on with the store of a page before this one; while another page still works on it, show what is there."""
        if not NAME.fullmatch(name) or name == self.name:
            return
        self._forget()
        self.name, self.working = name, True
        self._background.run(self._find, self._run, name)
        self._changed()

    def _find(self, run: object, name: str) -> None:
        path, seen = folder() / name, False
        while run is self._run:
            if is_stopped(path) and self._look_at(run, path):
                return
            try:
                batch = self._resumer()(path, client=self._connection.client())
                break
            except InputError as error:  # another page has it, or the store is gone
                if not (path / "journal" / "run.json").exists():
                    self._background.later(self._lost_store, run, error)
                    return
                seen = self._look_on(run, path, seen)
                time.sleep(_LOOK_ON_S)
            except Exception as error:  # as when it is handed over
                self._background.later(self._failed, run, _known(error))
                return
        else:
            return
        if not seen:
            self._tell_found(run, batch.store)
        self._take_up(run, batch)

    def _look_at(self, run: object, path: Path) -> bool:
        """Show what there is of a batch that was stopped; return whether its store is there."""
        from etolib.store.store import Store
        from etolib.tasks.batch_progress import Count
        from etolib.tasks.stored_batch import failures_of

        try:
            store = Store.open(path)
            progress = Count.of(store).progress(0.0, running=False)
            found, failures = new_lots(store, {}), failures_of(store)
        except (EtolibError, OSError, ValueError, KeyError):
            return False
        self._tell_found(run, store)
        self._background.later(self._looked_at, run, found, failures, progress)
        return True

    def _looked_at(self, run: object, found: list[Any], failures: list[Failure], progress: Progress) -> None:
        if run is self._run:
            self.progress, self.failures = progress, failures
            self.working = self.stopping = self._theirs = False
            self._put(found)
            self._changed()

    def _look_on(self, run: object, path: Path, seen: bool) -> bool:
        """Show what another page has put into a store by now; return whether the store is known."""
        from etolib.store.store import Store
        from etolib.tasks.batch_progress import Count

        try:
            store = Store.open(path)
            if not seen:
                self._tell_found(run, store)
            found = new_lots(store, dict(self._seen))
            progress = Count.of(store).progress(0.0, running=True)
        except (EtolibError, OSError, ValueError, KeyError):  # it is being written or taken away just now
            return seen
        self._background.later(self._looked_on, run, found, progress)
        return True

    def _looked_on(self, run: object, found: list[Any], progress: Progress) -> None:
        if run is self._run and self.values is not None:
            self.progress, self._theirs = progress, True
            self._put(found)
            self._changed()

    def _tell_found(self, run: object, store: Any) -> None:
        order = store.order
        first = (order.period.start - EPOCH).days
        about = About.read(store.path, len(order.sites))
        self._background.later(self._found, run, tuple(order.sites), order.period, order.sources, first, about)

    def _found(
        self, run: object, sites: tuple[Site, ...], period: Period, sources: Any, first: int, about: About | None
    ) -> None:
        if run is self._run:
            self.sites, self.about, self.found = sites, about, (period, sources)
            self._new_values(len(sites), len(period), first)
            self._changed()

    def _lost_store(self, run: object, error: EtolibError) -> None:
        if run is self._run:
            log.info("the store of before is not there: %s", error)
            self._forget()
            self._changed()

    def _failed(self, run: object, error: EtolibError) -> None:
        if run is self._run:
            self.error, self.working = error, False
            self._changed()

    # --- what comes ---------------------------------------------------------------------------------------------------

    def _moved(self, run: object, batch: StoredBatch, progress: Progress) -> None:
        if run is not self._run:
            return
        self.progress = progress
        self.working = progress.running
        self._read(run, batch)
        self._changed()

    def _read(self, run: object, batch: StoredBatch) -> None:
        """Have what is new in the store read; one at a time, and once more where something came meanwhile."""
        if self._reading:
            self._again = True
            return
        self._reading, self._again = True, False
        self._background.run(self._look, run, batch, dict(self._seen))

    def _look(self, run: object, batch: StoredBatch, seen: dict[int, str]) -> None:
        try:
            found = new_lots(batch.store, seen)
            failures = batch.failures if batch.done or found else None
            error = batch.error if batch.done and not isinstance(batch.error, TaskCancelled) else None
        except Exception:  # passed on; what comes next must be read all the same
            self._background.later(self._unread, run)
            raise
        self._background.later(self._looked, run, batch, found, failures, error)

    def _unread(self, run: object) -> None:
        if run is self._run:
            self._reading = False

    def _looked(
        self, run: object, batch: StoredBatch, found: list[Any], failures: list[Failure] | None,
        error: EtolibError | None,
    ) -> None:  # fmt: skip
        if run is not self._run or self.values is None:
            return
        self._reading = False
        self._put(found)
        if failures is not None:
            self.failures = failures
        if batch.done:
            self.working, self.error, self.progress = False, error, batch.progress
        self._changed()
        if self._again:
            self._read(run, batch)

    def _put(self, found: list[Any]) -> None:
        """Take in what was read of lots."""
        for number, stamp, rows, arrays in found:
            self._seen[number] = stamp
            if self.values is not None:
                put(self.values, rows, arrays)

    # --- what is usual ------------------------------------------------------------------------------------------------

    def find_usual(self) -> None:
        """Have workers find what is usual at the places that have values by now."""
        known = self.values
        if known is None:
            return
        if known.usual is None or self._usual_asked is None:
            known.usual = np.full_like(known.eto, np.nan)
            self._usual_asked = np.zeros(len(known.state), bool)
        wanted = np.flatnonzero(((known.state == DONE) | (known.state == PARTIAL)) & ~self._usual_asked)
        self._usual_asked[wanted] = True
        first = EPOCH + dt.timedelta(days=known.first)
        period = f"{first}/{first + dt.timedelta(days=known.days - 1)}"
        for begin in range(0, len(wanted), _USUAL_LOT):
            rows = wanted[begin : begin + _USUAL_LOT]
            high = [float(known.elevation[i]) for i in rows]
            sites = [
                Site(self.sites[i].latitude, self.sites[i].longitude, None if h != h else h)
                for i, h in zip(rows, high, strict=True)
            ]
            self._background.run(self._ask_usual, self._run, rows, sites, period)

    def _ask_usual(self, run: object, rows: np.ndarray, sites: list[Site], period: str) -> None:
        found = self._connection.ask(answers.usual, sites, period, config.settings(), timeout=_USUAL_S)
        self._background.later(self._usual, run, rows, found)

    def _usual(self, run: object, rows: np.ndarray, found: bytes) -> None:
        if run is self._run and self.values is not None and self.values.usual is not None:
            self.values.usual[rows] = np.frombuffer(found, dtype="<f8").reshape(len(rows), -1)
            self._changed()

    # --- end ----------------------------------------------------------------------------------------------------------

    def cancel(self) -> None:
        """Stop what runs; what is finished stays."""
        self.stopping = self.working
        if self.batch is not None and not self.batch.done:
            self._background.run(self.batch.cancel)

    def stop(self) -> None:
        """Stop what runs because somebody wants that, also where another page of the same visitor has it."""
        if self.name and self.working and not self._theirs:
            mark_stopped(folder() / self.name, True)
        self.cancel()
        if self._theirs:
            self._background.run(self._stop_there, self._run, self.name)

    def _stop_there(self, run: object, name: str) -> None:
        from etolib.tasks import limited

        if limited.stop_batch(self._connection.client(), folder() / name):
            mark_stopped(folder() / name, True)
        else:
            self._background.later(self._look_away, run)  # of another visitor, or it has just ended

    def _look_away(self, run: object) -> None:
        if run is self._run and self._theirs:
            self._run, self.working, self.stopping, self._theirs = object(), False, False, False
            self._changed()

    def retry(self) -> None:
        """Calculate again, alone, the places that failed for a while, and what is not finished."""
        if not self.name or self.working or self.values is None:
            return
        self.working, self.error, self._reading, self._run = True, None, False, object()
        self.stopping = False
        self._background.run(self._retry, self._run, self.name)
        self._changed()

    def _retry(self, run: object, name: str) -> None:
        with contextlib.suppress(Exception):
            self._connection.client().run(remote.forget_failures)  # those that have just failed are asked anew
        mark_stopped(folder() / name, False)
        try:
            # With the line of now: that of the batch may be gone.
            again = self._resumer()(folder() / name, client=self._connection.client())
        except Exception as error:  # as when it is handed over
            self._background.later(self._failed, run, _known(error))
        else:
            self._take_up(run, again)

    def _resumer(self) -> Callable[..., Any]:
        if self._resume_batch is None:
            from etolib.tasks.limited import resume_stored

            self._resume_batch = resume_stored
        return self._resume_batch

    def lost(self) -> None:
        """Take note that the scheduler is gone."""
        if self.working and self.batch is None:
            self._failed(self._run, SchedulerUnavailable(say("scheduler_lost_while_running")))

    @property
    def partial(self) -> int:
        """Places that lack a source that should have answered."""
        return 0 if self.values is None else int((self.values.state == PARTIAL).sum())

    @property
    def failed(self) -> int:
        """Places without values."""
        return 0 if self.values is None else int((self.values.state == FAILED).sum())


EPOCH = dt.date(1970, 1, 1)


def new_lots(store: Any, seen: dict[int, str]) -> list[tuple[int, str, slice, dict[str, np.ndarray]]]:
    """Return what is new in a store: number of the lot, stamp of its marker, its places, its arrays."""
    with needed():
        import zarr

    found = []
    group: Any = None
    for number, marker in store.finished().items():
        stamp = f"{marker.get('finished')} {marker.get('done')} {marker.get('failed')} {marker.get('seconds')}"
        if seen.get(number) == stamp:
            continue
        group = zarr.open_group(store.path, mode="r") if group is None else group
        positions = store.order.positions(number)
        rows = slice(positions.start, positions.stop)
        found.append((number, stamp, rows, {name: np.asarray(group[name][rows]) for name in _ARRAYS}))
    return found


def put(values: Values, rows: slice, arrays: dict[str, np.ndarray]) -> None:
    """Write what was read of a lot into what is known."""
    for name in _ARRAYS:
        getattr(values, name.removeprefix("eto_"))[rows] = arrays[name]


def sweep(there: Path) -> None:
    """Delete stores that are old, and the oldest of too many; one that is being written stays."""
    stores = sorted(
        (path for path in there.iterdir() if NAME.fullmatch(path.name) and path.is_dir()),
        key=lambda path: path.stat().st_mtime, reverse=True,
    )  # fmt: skip
    for i, path in enumerate(stores):
        old = i >= KEPT_STORES - 1 or time.time() - path.stat().st_mtime > KEPT_S
        if old and not (path / "journal" / "run.json").exists():
            shutil.rmtree(path, ignore_errors=True)


def reasons(failures: Sequence[Failure]) -> list[tuple[Text, Text, list[Failure]]]:
    """Return failures by what they say: message, suggestion, the places; those without values first."""
    found: dict[tuple[bool, str, str], tuple[Text, Text, list[Failure]]] = {}
    for one in failures:
        key = (one.partial, str(one.message), str(one.suggestion))
        found.setdefault(key, (one.message, one.suggestion, []))[2].append(one)
    return [found[key] for key in sorted(found, key=lambda key: key[0])]


def _known(error: Exception) -> EtolibError:
    if isinstance(error, EtolibError):
        return error
    log.exception("the batch could not be handed over")
    return SchedulerUnavailable(say("task_not_handed_over", error=str(error)))
