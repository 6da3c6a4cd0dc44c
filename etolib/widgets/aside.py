"""Calculations that a tab of a result wants beside it: tasks of their own on the cluster, without a card."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from etolib import config
from etolib.errors import EtolibError, SchedulerUnavailable
from etolib.request import Request
from etolib.tasks.messages import State
from etolib.widgets import remote
from etolib.widgets.task import Snapshot, TaskModel
from etolib.words import say

if TYPE_CHECKING:
    from etolib.widgets.background import Background
    from etolib.widgets.results import Answers

log = logging.getLogger("etolib.page")

_FORGET_S = 2.0  # a Retry does not wait longer for workers to forget what has failed [s]


def forget_failures(connection: Any) -> None:
    """Have providers asked that failed a moment ago and are left alone for a while: somebody wants them tried again."""
    with contextlib.suppress(EtolibError):
        connection.ask(remote.forget_failures, timeout=_FORGET_S)


@dataclass(eq=False)
class _Running:
    """A task, and the job once the scheduler has it."""

    task: TaskModel
    job: Any = None
    unwanted: bool = False


class Asides:
    """The calculations beside the results of one page: one at a time for each tab of a result.

    Parameters
    ----------
    background : Background
    connection : object
        As `etolib.widgets.connection.Connection`.
    submitter : callable
        Returns what submits a request, as `etolib.submit`.
    moved : callable
        Called with the answers, the name of the tab and a `Snapshot` whenever something has happened.
    done : callable
        Called on a background thread with the answers, the name of the tab and the future of the result.
    """

    def __init__(
        self,
        background: Background,
        connection: Any,
        submitter: Callable[[], Callable[..., Any]],
        moved: Callable[[Answers, str, Snapshot], None],
        done: Callable[[Answers, str, Any], None],
    ) -> None:
        self._background, self._connection, self._submitter = background, connection, submitter
        self._moved, self._done = moved, done
        self._running: dict[tuple[int, str], _Running] = {}

    def begin(self, answers: Answers, name: str, query: str) -> None:
        """Calculate a request beside a result; what the tab had asked for before is given up."""
        self.cancel(answers, name)
        again = (id(answers), name) in self._running
        running = _Running(TaskModel(Request.from_query(query)))
        self._running[id(answers), name] = running
        running.task.observe(
            self._background.guard(lambda change: self._follow(answers, name, running, change["new"])), "snapshot"
        )
        self._moved(answers, name, running.task.snapshot)
        self._background.run(self._hand_over, running, again)

    def cancel(self, answers: Answers, name: str | None = None) -> None:
        """Stop what a tab of a result has asked for, or all its tabs."""
        for key in [one for one in self._running if one[0] == id(answers) and name in (None, one[1])]:
            running = self._running[key]
            if running.task.snapshot.status.final:
                continue
            running.unwanted = True
            if running.job is not None:
                self._background.run(running.job.cancel)
            running.task.cancelled()

    def scheduler_lost(self) -> None:
        """End everything: nobody will say what became of it."""
        for running in list(self._running.values()):
            running.task.fail(SchedulerUnavailable(say("scheduler_lost_while_running")))

    def _hand_over(self, running: _Running, again: bool) -> None:
        """Submit the task; on a background thread."""
        if again:
            forget_failures(self._connection)
        later = self._background.later
        try:
            job = self._submitter()(running.task.request, client=self._connection.client(), timeout=config.timeout())
        except EtolibError as error:
            later(running.task.fail, error)
            return
        except Exception as error:  # of dask, which has many: the tab must say that there is nothing to wait for
            log.exception("the calculation beside a result could not be handed over")
            later(running.task.fail, SchedulerUnavailable(say("task_not_handed_over", error=str(error))))
            return
        running.job = job
        if running.unwanted:
            job.cancel()
            return
        job.on_message(partial(later, running.task.apply))

    def _follow(self, answers: Answers, name: str, running: _Running, now: Snapshot) -> None:
        if self._running.get((id(answers), name)) is not running:
            return
        self._moved(answers, name, now)
        if now.status is State.SUCCESS:
            self._background.run(self._finish, answers, name, running)

    def _finish(self, answers: Answers, name: str, running: _Running) -> None:
        try:
            self._done(answers, name, running.job.future)
        finally:
            with contextlib.suppress(Exception):  # the scheduler may be gone by now
                running.job.forget()
