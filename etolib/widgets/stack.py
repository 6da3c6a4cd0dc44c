"""The cards of the page: each is given its task, followed to its result, cancelled, repeated, closed."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

import ipywidgets as widgets

from etolib import config
from etolib.errors import EtolibError, InputError, SchedulerUnavailable, TaskError, TooManyTasks
from etolib.request import Request, without_own_file
from etolib.sources import catalogue
from etolib.tasks.messages import PAGE_CLOSED, RELEASED, State
from etolib.unit_systems import METRIC
from etolib.widgets import remote
from etolib.widgets.aside import Asides, forget_failures
from etolib.widgets.cards import Card
from etolib.widgets.form import marked
from etolib.widgets.hands import Hands
from etolib.widgets.markup.card import news
from etolib.widgets.results import Answers, Manner, Results
from etolib.widgets.tabs import Failed, Tab
from etolib.widgets.task import TaskModel
from etolib.widgets.wording import say as say_in
from etolib.words import say

if TYPE_CHECKING:
    from etolib.result.result import Result
    from etolib.widgets.background import Background

log = logging.getLogger("etolib.page")

_PATIENCE_S = 300.0  # a tab that asks for years of weather waits so long [s]
_ABOVE = 3  # tasks that run or wait stand above the result, and no more
WORKER_PATIENCE_S = 4.0  # a task may wait so long before the page says that there is no worker [s]


class CardStack:
    """The cards of one page, and the result that is shown.

    Parameters
    ----------
    language : str
    background : Background
        Runs callbacks and slow work.
    connection : object
        As `etolib.widgets.connection.Connection`.
    changed : callable
        Called when a task has begun or moved.
    submit, attach : callable, optional
        As `etolib.submit` and `etolib.attach`.

    Attributes
    ----------
    cards : list of Card
        One per task, oldest first.
    tell : callable
        Called with a sentence when a task has begun or is over.
    succeeded : callable
        Called with a card whose task has its result.
    taken, refused : callable
        Called with the card of a task that the cluster has taken, and with the error where it was not.
    """

    def __init__(
        self,
        language: str,
        background: Background,
        connection: Any,
        changed: Callable[[], None],
        *,
        submit: Callable[..., Any] | None = None,
        attach: Callable[..., Any] | None = None,
    ) -> None:
        self.language = language
        self.cards: list[Card] = []
        self.results = Results(language, background.guard, self._opened, background.between)
        self.results.again = self._again
        self.tell: Callable[[str], None] = lambda sentence: None
        hands = Hands(submit, attach)
        beside = Hands(submit, attach, "submit_beside")
        self._asides = Asides(background, connection, beside.submitter, self.results.progress, self._calculated)
        self.results.calculate, self.results.give_up = self._asides.begin, self._asides.cancel
        self.succeeded: Callable[[Card], None] = lambda card: None
        self.refused: Callable[[EtolibError], None] = lambda error: None
        self.taken: Callable[[Card], None] = lambda card: None
        self.widget = marked(widgets.VBox(), "etolib-cards")
        self._background, self._connection, self._changed = background, connection, changed
        self._hands = hands
        self._spare: Card | None = None
        self._begun = 0  # tasks so far
        self._picked: tuple[Card | None, int] = (None, 0)  # what somebody has chosen to see; tasks begun by then
        self._prepare()

    @property
    def unfinished(self) -> list[Card]:
        """The cards of tasks that wait or run, oldest first."""
        return [card for card in self.cards if not card.task.snapshot.status.final]

    @property
    def finished(self) -> list[Card]:
        """The cards of tasks that have a result, oldest first."""
        return [card for card in self.cards if card.task.snapshot.status is State.SUCCESS and card.job is not None]

    @property
    def result(self) -> Result | None:
        """The result on show."""
        card = self._card_of(self.results.answers)
        found: Result | None = None if card is None else card.job.result()
        return found

    def translate(self, language: str) -> None:
        """Show the words of a language; tabs whose words went with the question are asked again."""
        self.language = language
        for card in filter(None, [*self.cards, self._spare]):
            card.translate(language)
        self.results.translate(language)
        self._ask_again(self.results.answers)

    def measure(self, units: str) -> None:
        """Show numbers in units; files and tabs that were made in others are asked for again."""
        self.results.measure(units)
        self._ask_again(self.results.answers)

    # --- begin --------------------------------------------------------------------------------------------------------

    def warm(self) -> None:
        """Do, while the first view is being read, what the first click would wait for."""
        self._hands.warm()

    def start(self, request: Request, *, again: bool = False) -> None:
        """Submit a request; ``again`` lets providers that have just failed be asked anew."""
        card = self._add(TaskModel(request))
        self._background.run(self._hand_over, card, request, again)

    def attach(self, task_id: str, query: str = "") -> None:
        """Follow a task that somebody has submitted; ``query`` is what it calculates, where that is known."""
        self._restore(task_id, query, older=False, wanted=False)

    def _follow(self, task_id: str, task: TaskModel, *, older: bool = False, wanted: bool = False) -> None:
        task.submitted(task_id)
        card = self._add(task)
        card.older = older
        if task.request is not None:
            task.observe(self._background.guard(partial(self._go_on, card, wanted)), "snapshot")
        self._background.run(self._watch, card, lambda client: self._hands.attacher()(task_id, client=client))

    def tasks(self) -> list[dict[str, str]]:
        """Return what `restore` needs of every task, oldest first."""
        return [row for card in self.cards if (row := card.task.row()) is not None]

    def restore(self, rows: Sequence[Mapping[str, str]], shown: str = "") -> None:
        """Show tasks of `tasks` again, unless they are here.

        What its page's end has stopped is begun anew, and so is what a scheduler that was started again does not know:
        a task that was not over, and that whose result is to be seen.

        The result of the task ``shown`` is shown, or of the last one; the others wait until somebody wants them.
        """
        here = {card.task.snapshot.task_id for card in self.cards}
        new = {row["task"]: row for row in rows if row.get("task") and row["task"] not in here}
        seen = shown if shown in new else next(reversed(new), "")
        for other in self.cards:
            other.older = other.older or bool(new)
        for task_id, row in new.items():
            older = task_id != seen
            self._restore(task_id, row.get("query", ""), older=older, wanted="open" in row or not older)

    def _restore(self, task_id: str, query: str, *, older: bool, wanted: bool) -> None:
        about, lacks = None, ""
        with contextlib.suppress(InputError):  # the browser may hold anything
            about, lacks = Request.from_query((parts := without_own_file(query))[0]), parts[1]
        # The browser keeps no file: without its own one a task is shown, and not repeated.
        self._follow(task_id, TaskModel(None if lacks else about, about, lacks), older=older, wanted=wanted)

    def _go_on(self, card: Card, wanted: bool, change: dict[str, Any]) -> None:
        now, request = change["new"], card.task.request
        stopped = now.status is State.CANCELLED and now.reason in (PAGE_CLOSED, RELEASED)
        unknown = now.status is State.ERROR and (now.error or {}).get("error") == InputError.__name__
        if (stopped or (unknown and wanted)) and request is not None:
            self._begin_anew(card)

    def _prepare(self) -> None:
        """Make the next card, unless it waits already."""
        if self._spare is not None:
            return
        guard = self._background.guard
        self._spare = Card(
            self.language, on_close=guard(self._close), on_retry=guard(self._retry), on_show=guard(self._pick)
        )
        # Appended; the style sheet shows the newest first. A new first child would rebuild every card in the browser.
        self.widget.children = (*self.widget.children, self._spare.widget)

    def _add(self, task: TaskModel) -> Card:
        """Show a task on the card that waits."""
        self._prepare()
        assert self._spare is not None
        card, self._spare = self._spare, None
        self.cards.append(card)
        self._begun += 1
        card.begin(task, self._begun)
        task.observe(self._background.guard(partial(self._moved, card)), "snapshot")
        self._sort()
        self._changed()
        return card

    def _sort(self) -> None:
        """What runs, and the newest task if it failed, stands above the result; all others are lines below it.

        So are those that wait behind `_ABOVE` others: a queue must not push the result out of sight.
        """
        running = [card for card in self.cards if not card.task.snapshot.status.final]
        newest = self.cards[-1:] if self.cards and self.cards[-1].task.snapshot.status is not State.SUCCESS else []
        above = {id(card) for card in (*running[:_ABOVE], *(newest if len(running) < _ABOVE else []))}
        for card in self.cards:
            card.compact(id(card) not in above)

    def _hand_over(self, card: Card, request: Request, again: bool) -> None:
        """Submit a task; on a background thread, because the line to the scheduler may not be up yet."""
        if again:
            forget_failures(self._connection)
        self._watch(card, lambda client: self._hands.submitter()(request, client=client, timeout=config.timeout()))

    def _watch(self, card: Card, get: Callable[[Any], Any]) -> None:
        try:
            self._take_over(card, get)
        finally:
            self._background.later(self._prepare)

    def _take_over(self, card: Card, get: Callable[[Any], Any]) -> None:
        later = self._background.later
        try:
            job = get(self._connection.client())
        except TooManyTasks as error:
            later(self._not_taken, card, error)
            return
        except EtolibError as error:
            later(card.task.fail, error)
            return
        except Exception as error:  # of dask, which has many: the card must say that there is nothing to wait for
            later(card.task.fail, SchedulerUnavailable(say("task_not_handed_over", error=str(error))))
            log.exception("the task could not be handed over")
            return
        later(self._handed_over, card, job)
        job.on_message(partial(later, card.task.apply))

    def _handed_over(self, card: Card, job: Any) -> None:
        card.job = job
        card.task.submitted(job.task_id)
        if card not in self.cards or card.task.snapshot.status is State.CANCELLED:
            self._background.run(job.cancel)  # closed or cancelled before the scheduler had taken it
        else:
            self.taken(card)

    def _not_taken(self, card: Card, error: TooManyTasks) -> None:
        """Take the card off again and say at the button why."""
        card.task.fail(error)
        if card in self.cards:
            self._close(card)
        self.refused(error)

    # --- result -------------------------------------------------------------------------------------------------------

    def _moved(self, card: Card, change: dict[str, Any]) -> None:
        now, before = change["new"], change["old"]
        if now.status is not before.status:
            self._sort()
            if not card.older:
                self.tell(news(self.language, card.task.about, now))
        self._changed()
        if now.status is State.SUCCESS and before.status is not State.SUCCESS:
            self.succeeded(card)
            card.job.trim()  # what it said has been shown
            if card.older:
                return
            self.results.prepare()
            self._background.run(self._fetch, card)

    def _fetch(self, card: Card) -> None:
        """Have everything that is shown of a result made on a worker, where it lies."""
        if card.job.without_result:
            self._background.later(self._begin_anew, card)
            return
        registered = self.results.registered.values()
        units = self.results.units
        quick = {tab.name: tab for tab in registered if tab.ask and not tab.slow and not tab.lazy}
        manners = {name: self._manner(tab) for name, tab in quick.items()}
        asks = {name: (tab.ask, *self._given(tab, manners[name])) for name, tab in quick.items()}
        view = self._connection.ask(remote.view, card.job.future, asks, *remote.said(units))
        now = card.task.snapshot
        head = {**view["head"], "warnings": now.warnings}
        answers = Answers(now.task_id, head, dict(view["tabs"]), manners)
        card.answers = answers
        self._background.later(self._fetched, card)
        for tab in registered:
            if tab.ask and tab.slow:
                self._ask_or_say(card, answers, tab.name, self._manner(tab))

    def _begin_anew(self, card: Card) -> None:
        """Calculate once more what has ended and is kept nowhere; where that cannot be asked for, say so."""
        if card.task.request is None:
            self.refused(SchedulerUnavailable(say("result_lost"), suggestion=say("result_lost_hint")))
        elif card in self.cards:
            self._close(card)
            self.start(card.task.request)

    def _fetched(self, card: Card) -> None:
        """Show what was fetched; where somebody has chosen another result meanwhile, offer it."""
        picked, begun = self._picked
        if card.older or (picked in self.cards and picked is not card and card.number <= begun):
            card.shown(False)
            self.results.compare(self._finished())
        else:
            self._show(card)

    def _opened(self) -> None:
        """Ask what the open tab wants to know, if it is one that waits until it is opened."""
        answers, name = self.results.answers, self.results.open
        self._changed()
        if self.results.compares(name):
            for other in self.finished:
                if other.answers is None and other.older:
                    self._background.run(self._fetch, other)
        card = self._card_of(answers)
        if card is None or answers is None or not self.results.registered[name].lazy or name in answers.asked:
            return
        answers.asked.add(name)
        self._background.run(self._ask_or_say, card, answers, name, self._manner(self.results.registered[name]))

    def _card_of(self, answers: Answers | None) -> Card | None:
        """Return the card that a result belongs to, None where it was closed."""
        return next((card for card in self.cards if answers is not None and card.answers is answers), None)

    def _manner(self, tab: Tab) -> Manner:
        """Return the language and the units that an answer to a tab is made in now."""
        return self.language if tab.words else "", self.results.units if tab.measured else ""

    def _given(self, tab: Tab, manner: Manner) -> tuple[Any, ...]:
        """Return what goes with the question of a tab: its words, and the units where it is measured."""
        language, units = manner
        words = {key: say_in(language, key) for key in tab.words}
        return (words, *remote.said(units)) if tab.measured else (words,)

    def _ask(self, card: Card, answers: Answers, name: str, manner: Manner) -> None:
        """Ask a worker what a tab wants to know; on a background thread."""
        tab = self.results.registered[name]
        answer = self._connection.ask(remote.tab, card.job.future, tab.ask, *self._given(tab, manner))
        self._background.later(self._answered, answers, name, manner, answer)

    def _ask_or_say(self, card: Card, answers: Answers, name: str, manner: Manner) -> None:
        """Ask what a tab wants to know; what fails is said in its pane."""
        try:
            self._ask(card, answers, name, manner)
        except Exception as error:  # the tab asks on a thread: whatever it was is said in the tab
            log.exception("the tab %s failed", name)
            failed = Failed.of(error)
            self._background.later(self._answered, answers, name, manner, failed)

    def _answered(self, answers: Answers, name: str, manner: Manner, answer: Any) -> None:
        if answers.manners.get(name) == self._manner(self.results.registered[name]) != manner:
            return  # an answer in the page's language and units was quicker
        answers.tabs[name], answers.manners[name] = answer, manner
        self.results.update(answers, name)
        self._ask_again(answers)  # the page may have changed its language or units meanwhile

    def _ask_again(self, answers: Answers | None) -> None:
        """Ask anew for what was answered in another language or in other units; the old answer stays until then."""
        card = self._card_of(answers)
        if card is None or answers is None:
            return
        if answers.head.get("units", METRIC) != self.results.units:
            self._background.run(self._ask_head, card, answers, self.results.units)
        for name, tab in self.results.registered.items():
            if answers.manners.get(name, manner := self._manner(tab)) != manner:
                self._background.run(self._ask_quietly, card, answers, name, manner)

    def _ask_quietly(self, card: Card, answers: Answers, name: str, manner: Manner) -> None:
        try:
            self._ask(card, answers, name, manner)
        except Exception as error:  # the result or the cluster may be gone: what is shown stays
            log.info("the tab %s keeps its words: %s", name, error)

    def _ask_head(self, card: Card, answers: Answers, units: str) -> None:
        """Ask for the head of a result with its file in other units."""
        try:
            head = self._connection.ask(remote.head, card.job.future, *remote.said(units))
        except Exception as error:  # the result is there: it is shown in the units it was asked in
            log.info("the file of the result keeps its units: %s", error)
        else:
            self._background.later(self._headed, answers, head)

    def _headed(self, answers: Answers, head: Mapping[str, Any]) -> None:
        if head["units"] == self.results.units:
            answers.head = {**answers.head, **head}
            self.results.head_changed(answers)

    def _again(self, answers: Answers, name: str, values: Mapping[str, Any]) -> None:
        """Ask a worker again for a tab with what a person chose in it; only the newest question counts."""
        number = answers.questions[name] = answers.questions.get(name, 0) + 1
        self._background.run(self._ask_with, answers, name, values, number)

    def _calculated(self, answers: Answers, name: str, record: Any) -> None:
        """Ask a worker again for a tab whose calculation beside the result is there; on a background thread."""
        number = answers.questions[name] = answers.questions.get(name, 0) + 1
        self._ask_with(answers, name, {}, number, record)

    def _ask_with(self, answers: Answers, name: str, values: Mapping[str, Any], number: int, *more: Any) -> None:
        card = self._card_of(answers)
        ask = self.results.registered[name].again
        try:
            if card is None:
                raise SchedulerUnavailable(say("result_no_longer_here"))
            answer = self._connection.ask(
                remote.again, card.job.future, ask, values, config.settings(), catalogue.added(), *more,
                timeout=_PATIENCE_S,
            )  # fmt: skip
        except Exception as error:  # the tab asks on a thread: whatever it was is said in the tab
            log.info("the tab %s got no answer: %s", name, error)
            answer = Failed.of(error)
        if answers.questions[name] == number:
            self._background.later(self._answered_again, answers, name, answer)

    def _answered_again(self, answers: Answers, name: str, answer: Any) -> None:
        if isinstance(answer, Failed):
            self.results.failed(answers, name, answer.error)
        else:
            answers.tabs[name] = answer
            self.results.update(answers, name)

    def _pick(self, card: Card) -> None:
        """Show the result that somebody has chosen: what is still being calculated does not take its place."""
        self._picked = card, self._begun
        self._show(card)

    def _show(self, card: Card) -> None:
        card.older = False
        if card.answers is None:
            self._background.run(self._fetch, card)
            return
        for other in self.cards:  # "show" is offered on cards whose result is not the one shown; before it is seen
            other.shown(other.task.snapshot.task_id == card.answers.task_id)
        self.results.show(card.answers, self._finished())
        self._opened()
        self._ask_again(card.answers)
        self._changed()

    def _finished(self) -> list[Answers]:
        """Return every result of the page, oldest first."""
        return [card.answers for card in self.cards if card.answers is not None]

    # --- end ----------------------------------------------------------------------------------------------------------

    def cancel_newest(self) -> None:
        """Stop the newest task that is not over."""
        for card in reversed(self.cards):
            if not card.task.snapshot.status.final:
                self._stop(card)
                return

    def scheduler_lost(self) -> None:
        """End every task that was handed over: nobody will say what became of it."""
        lost = SchedulerUnavailable(say("scheduler_lost_while_running"))
        for card in self.cards:
            if card.job is not None:
                card.task.fail(lost)
        self._asides.scheduler_lost()

    def count(self, *, no_worker: bool) -> None:
        """Count the seconds of what runs; say so where a task waits for a worker in vain."""
        for card in self.cards:
            card.task.tick()
            card.no_worker(no_worker and card.task.elapsed >= WORKER_PATIENCE_S)

    def _retry(self, card: Card) -> None:
        if card.task.request is not None:
            self.start(card.task.request, again=True)

    def _close(self, card: Card) -> None:
        if not card.task.snapshot.status.final and not card.theirs:
            self._stop(card)
        if card.answers is not None:
            self._asides.cancel(card.answers)
        self.cards.remove(card)
        card.close()
        self.results.compare(self._finished())
        self._sort()
        self._changed()

    def _stop(self, card: Card) -> None:
        if card.theirs:
            self.refused(TaskError(say("task_of_other_visitor"), suggestion=say("only_its_visitor_stops_it")))
        elif card.job is not None:
            self._background.run(card.job.cancel)
        else:
            card.task.cancelled()
