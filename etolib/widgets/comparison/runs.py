"""The calculations of a comparison: one task a place, all at once, each followed to its own end."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from etolib import config
from etolib.errors import EtolibError, InputError, SchedulerUnavailable
from etolib.request import Request
from etolib.tasks.messages import PAGE_CLOSED, RELEASED, State
from etolib.widgets import remote
from etolib.widgets.aside import forget_failures
from etolib.widgets.comparison import answers
from etolib.widgets.comparison.model import same_place
from etolib.widgets.hands import Hands
from etolib.widgets.stack import WORKER_PATIENCE_S
from etolib.widgets.task import TaskModel
from etolib.words import say

if TYPE_CHECKING:
    from etolib.widgets.background import Background

log = logging.getLogger("etolib.page")


class Run:
    """The calculation of one place.

    Attributes
    ----------
    task : TaskModel
    answer : mapping or None
        As `etolib.widgets.comparison.answers.ask` gives it, once it is here.
    trouble : str
        Why the answer of a finished task could not be had.
    waiting : bool
        Whether it waits for a cluster that has no worker.
    restored : bool
        Whether it was found again after a reload.
    lost : str
        The query of a request whose own file a reload has lost, until the file is back.
    """

    def __init__(self, request: Request | None, lost: str = "") -> None:
        self.lost = lost
        self.task = TaskModel(request)
        self.job: Any = None
        self.answer: Mapping[str, Any] | None = None
        self.trouble, self.waiting, self.restored = "", False, False

    @property
    def request(self) -> Request | None:
        """What is calculated; None where a reload has lost an own file."""
        return self.task.request

    @property
    def status(self) -> State:
        """Where it stands."""
        return self.task.snapshot.status

    @property
    def failed(self) -> bool:
        """Whether it has ended without numbers to show."""
        return bool(self.trouble) or (self.status.final and self.status is not State.SUCCESS)

    def does(self, request: Request) -> bool:
        """Return whether it is what a request asks for, whatever the place is called."""
        mine = self.request
        return (
            mine is not None
            and same_place(mine.site, request.site)
            and mine == Request(mine.site, request.period, request.sources, request.station, **request.options)
        )


class Runs:
    """The calculations of one page, by the number of their place.

    Parameters
    ----------
    background : Background
        Runs callbacks and slow work.
    connection : object
        As `etolib.widgets.connection.Connection`.
    changed : callable
        Called with the number of a place whose calculation has moved.
    recovered : callable
        Called with the number of a place and the own file that its result has brought back.
    submit_many, attach : callable, optional
        As `etolib.submit_many` and `etolib.attach`.

    Attributes
    ----------
    taken : callable
        Called with a calculation that the cluster has taken.
    """

    def __init__(
        self,
        background: Background,
        connection: Any,
        changed: Callable[[int], None],
        recovered: Callable[[int, Any], None],
        *,
        submit_many: Callable[..., Any] | None = None,
        attach: Callable[..., Any] | None = None,
    ) -> None:
        self.by_number: dict[int, Run] = {}
        self._background, self._connection, self._changed = background, connection, changed
        self._recovered = recovered
        self.taken: Callable[[Run], None] = lambda run: None
        self._hands = Hands(submit_many, attach, "submit_many")

    @property
    def active(self) -> bool:
        """Whether any is waiting or running."""
        return bool(self.unfinished)

    @property
    def unfinished(self) -> list[Run]:
        """The calculations that wait or run."""
        return [run for run in self.by_number.values() if not run.status.final]

    @property
    def failed(self) -> list[int]:
        """Numbers of the places whose calculation has ended without numbers."""
        return [number for number, run in self.by_number.items() if run.failed]

    @property
    def shown(self) -> dict[int, Run]:
        """The calculations whose numbers are here."""
        return {number: run for number, run in self.by_number.items() if run.answer is not None}

    # --- begin --------------------------------------------------------------------------------------------------------

    def start(self, requests: Mapping[int, Request], *, again: bool = False) -> None:
        """Calculate places together; ``again`` lets providers that have just failed be asked anew."""
        runs = []
        for number, request in requests.items():
            self.drop(number)
            self.by_number[number] = run = Run(request)
            self._follow(number, run)
            runs.append(run)
            self._changed(number)
        if runs:
            self._background.run(self._hand_over, runs, again)

    def restore(
        self, number: int, task_id: str, request: Request | None, lost: str = "", *, linked: bool = False
    ) -> None:
        """Follow a task that this page had before it was loaded anew; what its end has stopped is begun anew.

        ``lost`` is the query of a request with an own file; the file comes back with the result. Of a task that a link
        names (``linked``) nothing is begun anew.
        """
        self.by_number[number] = run = Run(request, lost)
        run.restored = not linked
        run.task.submitted(task_id)
        self._follow(number, run)
        self._background.run(self._find, number, run, task_id)
        self._changed(number)

    def warm(self) -> None:
        """Import what the first click would wait for."""
        self._hands.warm()

    def _follow(self, number: int, run: Run) -> None:
        guard = self._background.guard
        run.task.observe(guard(partial(self._moved, number, run)), "snapshot")
        run.task.observe(guard(lambda change: self._told(number, run)), "elapsed")

    def _hand_over(self, runs: list[Run], again: bool) -> None:
        """Submit places together; on a background thread, because the line to the scheduler may not be up yet."""
        later = self._background.later
        if again:
            forget_failures(self._connection)
        try:
            client = self._connection.client()
            requests = [run.request for run in runs]
            batch = self._hands.submitter()(requests, client=client, timeout=config.timeout())
        except Exception as error:  # of dask, which has many: no place may stay QUEUED
            known = isinstance(error, EtolibError)
            if not known:
                log.exception("the tasks could not be handed over")
            lost = error if known else SchedulerUnavailable(say("task_not_handed_over", error=str(error)))
            for run in runs:
                later(run.task.fail, lost)
            return
        by_task = {}
        for run, job in zip(runs, batch.jobs, strict=True):
            later(self._handed_over, run, job)
            by_task[job.task_id] = run
        batch.on_message(lambda message: later(by_task[message["task_id"]].task.apply, message))

    def _find(self, number: int, run: Run, task_id: str) -> None:
        later = self._background.later
        try:
            job = self._hands.attacher()(task_id, client=self._connection.client())
        except InputError:
            later(self._forgotten, number, run)  # it ended long ago: whoever wants it calculates again
            return
        except EtolibError as error:
            later(run.task.fail, error)
            return
        later(self._handed_over, run, job)
        job.on_message(partial(later, run.task.apply))

    def _forgotten(self, number: int, run: Run) -> None:
        if self.by_number.get(number) is run:
            del self.by_number[number]
            if run.restored and run.request is not None:
                self.start({number: run.request})
            else:
                self._changed(number)

    def _handed_over(self, run: Run, job: Any) -> None:
        run.job = job
        run.task.submitted(job.task_id)
        if run not in self.by_number.values() or run.status is State.CANCELLED:
            self._background.run(job.cancel)  # taken away before the scheduler had it
        else:
            self.taken(run)

    # --- what comes ---------------------------------------------------------------------------------------------------

    def _moved(self, number: int, run: Run, change: Mapping[str, Any]) -> None:
        if self.by_number.get(number) is not run:
            return  # of a place that was taken away, or is calculated anew
        now, before = change["new"], change["old"]
        stopped = now.status is State.CANCELLED and now.reason in (PAGE_CLOSED, RELEASED)
        if run.restored and stopped and run.request is not None:
            self.start({number: run.request})
            return
        if now.status is State.SUCCESS and before.status is not State.SUCCESS:
            self._background.run(self._fetch, number, run)
        self._changed(number)

    def _told(self, number: int, run: Run) -> None:
        if self.by_number.get(number) is run:
            self._changed(number)

    def _fetch(self, number: int, run: Run) -> None:
        try:
            answer = self._connection.ask(remote.tab, run.job.future, answers.ask, {})
        except Exception as error:  # whatever a worker raises: the card must not wait for ever
            log.exception("the result of a place could not be had")
            self._background.later(self._answered, number, run, None, f"{type(error).__name__}: {error}")
        else:
            self._background.later(self._answered, number, run, answer, "")
            if run.lost:
                self._recover(number, run)

    def _recover(self, number: int, run: Run) -> None:
        """Take the own file back out of the result that was calculated with it."""
        try:
            found = self._connection.ask(remote.own_file, run.job.future)
            station = None if found is None else found["packed"]
            request = None if station is None else Request.from_query(run.lost, station)
        except Exception as error:  # the file is to be chosen again, as its row says
            log.info("the own file did not come back: %s", error)
            return
        if request is not None:
            self._background.later(self._back, number, run, request)

    def _back(self, number: int, run: Run, request: Request) -> None:
        if self.by_number.get(number) is run and run.lost:
            run.task.request, run.lost = request, ""
            self._recovered(number, request.station)
            self._changed(number)

    def _answered(self, number: int, run: Run, answer: Mapping[str, Any] | None, trouble: str) -> None:
        run.answer, run.trouble = answer, trouble
        if self.by_number.get(number) is run:
            self._changed(number)

    # --- end ----------------------------------------------------------------------------------------------------------

    def cancel(self, number: int) -> None:
        """Stop the calculation of a place."""
        run = self.by_number.get(number)
        if run is None or run.status.final:
            return
        if run.job is not None:
            self._background.run(run.job.cancel)
        else:
            run.task.cancelled()

    def cancel_all(self) -> None:
        """Stop all that run."""
        for number in list(self.by_number):
            self.cancel(number)

    def drop(self, number: int) -> None:
        """Forget the calculation of a place; what runs is stopped."""
        self.cancel(number)
        self.by_number.pop(number, None)

    def lost(self) -> None:
        """End every task that was handed over: nobody will say what became of it."""
        error = SchedulerUnavailable(say("scheduler_lost_while_running"))
        for run in list(self.by_number.values()):
            if run.job is not None:
                run.task.fail(error)

    def passed(self, *, no_worker: bool) -> None:
        """Count the seconds of what runs; note what waits for a worker in vain."""
        for run in list(self.by_number.values()):
            run.waiting = no_worker and run.task.elapsed >= WORKER_PATIENCE_S
            run.task.tick()
