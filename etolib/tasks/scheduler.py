"""What must be decided in one place, on the scheduler: who ends a task, what is kept of it, and for how long.

`TaskPlugin` lives in the scheduler, as dask's own semaphores do: an object with named handlers, called one at a time by
its event loop, so that a claim can be won once only. Clients and workers call it with `ask`.

It is registered by whoever finds it missing: a client when it submits first, and anybody else whose call has no answer
(dask answers None for a name it does not know), so a scheduler that was started again gets it again. Tried on a
`LocalCluster`, in one process and in several, on a ``dask scheduler`` with a ``dask worker`` started by hand, and with
that scheduler killed and started anew. A scheduler that cannot import etolib cannot run its tasks anyhow, because dask
reads the graph there (2026.8); sending the plugin by value would not help, so `ask` says what is missing.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

# The whole first: another thread may be importing it (a page connects while it gets ready), and Python waits for
# what is half imported only where that is imported by its own name.
import distributed  # noqa: F401
from distributed.diagnostics.plugin import SchedulerPlugin
from distributed.protocol.pickle import dumps

from etolib.errors import SchedulerUnavailable
from etolib.request import Request
from etolib.tasks import limits, stacks, steady, workers
from etolib.tasks.figures import Figures
from etolib.tasks.grace import WAITER, Grace
from etolib.tasks.messages import ASKED, BY, PAGE_CLOSED, RELEASED, Message, State, cancelled, fault, message, topic
from etolib.tasks.owners import BESIDE, Owner, Owners
from etolib.tasks.turns import Turns
from etolib.tasks.workers import Workers
from etolib.words import say

if TYPE_CHECKING:
    from distributed import Client, Scheduler, Worker

KEPT_RESULTS = 100
"""Finished results the scheduler keeps for `attach`; older ones are forgotten."""

KEPT_TASKS = 1000
"""Ended tasks whose messages the scheduler keeps (dask never deletes a topic by itself)."""

MOST_LISTED = 30
"""Tasks of a visitor that are listed."""

KEPT_S = 86_400.0
"""How long an ended task is kept at most. [s]"""

SWEEP_S = 60.0
"""How often what is too old is looked for. [s]"""

KEPT_SUBMISSIONS = 1000
"""Submissions that dask's spans remember, as many as its other logs hold."""

KEPT_ROWS = 200_000
"""Days in the messages kept altogether: 405 bytes each in the scheduler's memory, 4.4 MB for a place of thirty years.
What is said on the way counts too: a message as `ROWS_A_MESSAGE`.
(Compressed they would be 64 kB, but then who reads the topic would not find the rows that the contract promises.)"""

ROWS_A_MESSAGE = 6
"""A PROGRESS takes the memory of so many days of a result: 2.6 kB with its texts."""

HOLDER, KEEPER = "etolib-results", "etolib-going"
"""The clients, in the eyes of dask, that want the results that are kept, and the tasks that shall go on by themselves.
"""

AHEAD = 1000
"""How far above a task's last ``seq`` an end told by a client lies: the worker may still be sending."""

_HANDLERS = (
    "hello", "room", "give_back", "begin", "claim", "finish", "stop", "release", "find", "keep", "figures", "ready",
    "tasks", "mine", "stop_mine", "stop_batch",
)  # fmt: skip


@dataclass
class Ended:
    """What is known of a task that has ended."""

    kind: str
    kept: bool
    rows: int
    at: float = field(default_factory=time.monotonic)


class TaskPlugin(SchedulerPlugin):
    """Keeps the account of etolib's tasks on a scheduler. Its handlers answer dicts, never None."""

    name = "etolib-tasks"

    def __init__(self) -> None:
        self._ended: dict[str, Ended] = {}  # oldest first
        self._wanted: dict[str, set[str]] = {}  # clients that wanted a task when it began
        self._scheduler: Scheduler
        self._workers: Workers
        self._turns: Turns
        self._grace: Grace
        self._figures: Figures
        self._accounts = {
            limits.PLACES: limits.Account(limits.PLACES),
            limits.UPLOADED: limits.Account(limits.UPLOADED, limits.WINDOW_S),
        }
        self._owners = Owners()
        self._gone: set[str] = set()  # topics that nobody needed at the last sweep

    async def start(self, scheduler: Scheduler) -> None:
        """Take the scheduler; called by dask when the plugin is registered."""
        from tornado.ioloop import PeriodicCallback

        steady.keep()
        stacks.keep()
        self._scheduler = scheduler
        self._turns = Turns(scheduler)
        self._grace = Grace(scheduler)
        self._figures = Figures(scheduler)
        self._workers = Workers(scheduler, self._turns.soon)
        self._watching = PeriodicCallback(self._watch, workers.LOOK_S * 1000)
        self._watching.start()
        self._sweeping = PeriodicCallback(self.sweep, SWEEP_S * 1000)
        self._sweeping.start()
        scheduler.handlers.update({f"etolib_{name}": getattr(self, name) for name in _HANDLERS})

    def add_worker(self, scheduler: Scheduler, worker: str) -> None:
        """Look at a worker that joins; called by dask."""
        self._workers.joined(worker)

    def remove_worker(self, scheduler: Scheduler, worker: str, **more: Any) -> None:
        """Forget a worker that left; called by dask."""
        self._workers.left(worker)

    def update_graph(self, scheduler: Scheduler, *, client: str, tasks: list[Any], **more: Any) -> None:
        """Take in tasks that were submitted; called by dask."""
        self._turns.arrived(client, tasks)
        if (visitor := self._turns.visitors.get(client)) is not None:
            for key in tasks:
                task = scheduler.tasks.get(key)
                if task is not None and str(key).startswith("eto-") and BESIDE not in (task.annotations or {}):
                    self._owners.add(key, Owner(visitor, client, self._what(key) or ""))
        self._grace.arrived(tasks)

    def transition(self, key: Any, start: str, finish: str, *args: Any, **more: Any) -> None:
        """Take note of a task that moved on; called by dask."""
        self._turns.moved(key, start, finish)
        if key not in self._ended:  # a kept result that is lost with its worker is computed again: no task of anybody
            self._figures.moved(key, start, finish)
        if finish in ("memory", "erred") and str(key).startswith("lot-") and self._is_going(key):
            asyncio.get_running_loop().call_soon(self._let_go, key)  # what it says is in its store
        if finish == "erred" and str(key).startswith("eto-") and self._is_going(key) and key not in self._ended:
            asyncio.get_running_loop().call_soon(self._end_alone, key)

    def _watch(self) -> None:
        self._workers.watch()
        self._turns.watch()
        self._grace.watch()

    async def close(self) -> None:
        """Stop looking; called by dask when the scheduler ends."""
        self._watching.stop()
        self._sweeping.stop()

    # --- handlers -----------------------------------------------------------------------------------------------------

    async def hello(self, client: str, **arguments: Any) -> dict[str, Any]:
        """Take in a client; see `etolib.tasks.workers.Workers.hello`."""
        return await self._workers.hello(client, **arguments)

    def room(self, client: str, visitor: str, what: str, amount: int, batch: str = "") -> dict[str, Any]:
        """Take so much for a page, its ``batch``, where there is room; else say whose limit stands in the way."""
        self._owners.add_batch(batch, visitor)
        if what == limits.TASKS:
            return asdict(self._turns.promise(client, visitor, amount))
        return asdict(self._accounts[what].take(client, visitor, amount))

    def give_back(self, client: str, what: str, amount: int) -> dict[str, Any]:
        """Take back so much of what a page had taken."""
        self._accounts[what].back(client, amount)
        return {}

    def add_client(self, scheduler: Scheduler, client: str) -> None:
        """Take in a client that comes, or comes back; called by dask."""
        self._grace.came(client)

    def remove_client(self, scheduler: Scheduler, client: str) -> None:
        """Forget a client that went away; called by dask."""
        self._turns.left(client)
        for account in self._accounts.values():
            account.left(client)
        self._grace.left(client)

    def begin(self, task_id: str) -> dict[str, Any]:
        """Return the highest ``seq`` of a task's messages, and the type of its end if it has one."""
        self._figures.begun(task_id)
        self._owners.moved(task_id)
        task = self._scheduler.tasks.get(task_id)
        wanted = {client.client_key for client in task.who_wants or ()} if task is not None else set()
        self._wanted[task_id] = wanted - {WAITER}
        end = self._ended.get(task_id)
        return {"seq": self._last_seq(task_id), "end": None if end is None else end.kind}

    def claim(
        self, task_id: str, kind: str, rows: int = 0, unwanted_only: bool = False, from_worker: bool = False
    ) -> dict[str, Any]:
        """Let the first caller end a task: it gets the highest ``seq`` so far, all others None.

        With ``unwanted_only`` nobody may want the task any more; ``reason`` says how that came about. A worker that has
        a result which nobody wanted any more when it came is told by ``kind`` that it was CANCELLED.
        """
        task = self._scheduler.tasks.get(task_id)
        if from_worker and kind == State.SUCCESS and task is None:
            kind, rows = str(State.CANCELLED), 0
        if task_id in self._ended or (unwanted_only and task is not None and task.who_wants):
            return {"seq": None, "reason": None}
        self._figures.ended(task_id, kind)
        self._owners.moved(task_id)
        wanted = self._wanted.pop(task_id, set())
        gone = bool(wanted) and not wanted & self._scheduler.clients.keys()
        rows += ROWS_A_MESSAGE * len(self._scheduler.get_events(topic(task_id)))
        self._ended[task_id] = Ended(kind, kind == State.SUCCESS and task is not None, rows)
        if self._ended[task_id].kept:
            self._scheduler.client_desires_keys([task_id], HOLDER)
        self._let_go(task_id)
        self._grace.over(task_id)
        self._forget_results()
        self._forget_messages(task_id)
        return {"seq": self._last_seq(task_id), "reason": PAGE_CLOSED if gone else RELEASED, "kind": kind}

    def finish(self, ends: Sequence[Message]) -> dict[str, Any]:
        """Send the last messages of many tasks; return the ``seq`` each got, None where another was first."""
        seqs: list[int | None] = []
        for end in ends:
            seq = self.claim(end["task_id"], end["type"], len(end["data"].get("results", ())))["seq"]
            if seq is not None:
                seq += AHEAD
                self._scheduler.log_event(topic(end["task_id"]), {**end, "seq": seq})
            seqs.append(seq)
        return {"seqs": seqs}

    def stop(self, client: str, reason: str) -> dict[str, Any]:
        """Cancel what only the clients of that name want; return how many tasks that were."""
        named = {key for key in self._scheduler.clients if f"-{client}-" in key}  # dask puts more around a name
        wanted = {task.key: task for key in named for task in self._scheduler.clients[key].wants_what}
        alone = [
            key
            for key, task in wanted.items()
            if isinstance(key, str)
            and key.startswith("eto-")
            and key not in self._ended
            and {one.client_key for one in task.who_wants or ()} <= named | {WAITER}
        ]
        self.finish([message(key, 0, *cancelled(self._last_stage(key), reason)) for key in alone])
        for key in named:
            self._scheduler.client_releases_keys(alone, key)
        return {"count": len(alone)}

    def release(self, task_id: str) -> dict[str, Any]:
        """Forget the kept result of a task."""
        if (end := self._ended.get(task_id)) is not None:
            self._release([(task_id, end)])
        return {}

    def find(self, task_id: str, client: str, visitor: str = "") -> dict[str, Any]:
        """Return "task" for one that runs or whose result is kept, "ended" for one whose messages are kept, else "".

        A task found is wanted by the client from now on, in the same step: it cannot vanish in between. ``theirs`` is
        true where it is a task of another visitor: who was given its link may look, and not stop it.
        """
        owner = self._owners.get(task_id)
        theirs = owner is not None and bool(visitor) and owner.visitor != visitor
        if task_id in self._scheduler.tasks:
            self._scheduler.client_desires_keys([task_id], client)
            return {"found": "task", "theirs": theirs}
        return {"found": "ended" if task_id in self._ended else "", "theirs": theirs}

    def mine(self, visitor: str, client: str) -> dict[str, Any]:
        """Return the tasks of a visitor that can be looked at, newest first; ``here``: handed over by this client."""
        rows, now = [], time.monotonic()
        for task_id, owner in self._owners.of(visitor) if visitor else ():
            end = self._ended.get(task_id)
            if end is None and task_id not in self._scheduler.tasks:
                continue
            if end is not None and (end.kind == State.CANCELLED or (end.kind == State.SUCCESS and not end.kept)):
                continue
            begun = bool(self._scheduler.get_events(topic(task_id)))
            state = end.kind if end is not None else State.PROCESSING if begun else State.QUEUED
            rows.append({
                "task_id": task_id, "state": str(state), "query": owner.query, "here": owner.client == client,
                "age_s": round(now - (owner.at if end is None else end.at), 1),
            })  # fmt: skip
        return {"tasks": rows[:MOST_LISTED]}

    def stop_mine(self, visitor: str, task_id: str) -> dict[str, Any]:
        """Cancel a task of a visitor, whatever page of his has it; return whether this call ended it."""
        owner, task = self._owners.get(task_id), self._scheduler.tasks.get(task_id)
        if owner is None or not visitor or owner.visitor != visitor or task is None or task_id in self._ended:
            return {"ended": False}
        (seq,) = self.finish([message(task_id, 0, *cancelled(self._last_stage(task_id), ASKED))])["seqs"]
        if seq is not None:
            self._cancel([task_id])
        return {"ended": seq is not None}

    def stop_batch(self, visitor: str, batch: str) -> dict[str, Any]:
        """Cancel what is left of a visitor's batch, whatever page of his has it; return how many lots that were."""
        lots = self._owners.lots(visitor, batch, [*map(str, self._scheduler.tasks)])
        self._cancel(lots)
        return {"count": len(lots)}

    def _cancel(self, keys: Iterable[str]) -> None:
        for key in keys:
            task = self._scheduler.tasks.get(key)  # it may have gone with whoever kept it
            if task is not None and (wants := next(iter(task.who_wants or ()), None)) is not None:
                self._scheduler.stimulus_cancel([key], wants.client_key, force=True, reason="cancelled", msg=BY)

    def figures(self) -> dict[str, Any]:
        """Return what `etolib.tasks.figures.Figures` counts."""
        return self._figures.all_of_them()

    def ready(self, resource: str, visitor: str = "") -> dict[str, Any]:
        """Return how many workers would take a task now: that have what it needs, and are not near their limits.

        ``news`` is another number than before where something has become of the visitor's tasks (`mine`).
        """
        able = [one for one in self._turns.able() if resource in one.resources]
        return {"workers": len(able), "news": self._owners.news(visitor)}

    def keep(self, task_id: str, keep: bool) -> dict[str, Any]:
        """Let a task go on when nobody wants it any more, or no longer; return whether it does."""
        task = self._scheduler.tasks.get(task_id)
        if keep and task is not None and task_id not in self._ended:
            self._scheduler.client_desires_keys([task_id], KEEPER)
            return {"kept": True}
        self._let_go(task_id)
        return {"kept": False}

    def tasks(self, places: bool) -> dict[str, Any]:
        """Return the tasks that are known, newest first; ``places`` has them say what is calculated."""
        now, rows = time.monotonic(), []
        for task_id, owner, age in self._turns.rows():
            if task_id in self._ended:  # a moment ago: it is on its way out
                continue
            begun = bool(self._scheduler.get_events(topic(task_id)))
            state = State.PROCESSING if begun else State.QUEUED
            rows.append(self._row(task_id, state, age, owner.rpartition("-")[2], places))
        for task_id, end in reversed(self._ended.items()):
            rows.append(self._row(task_id, end.kind, now - end.at, None, places))
        return {"tasks": rows}

    def _row(self, task_id: str, state: str, age: float, owner: str | None, places: bool) -> dict[str, Any]:
        row = {
            "task_id": task_id, "state": str(state), "age_s": round(age, 1), "stage": self._last_stage(task_id),
            "owner": owner,
        }  # fmt: skip
        return row | ({"place": self._what(task_id)} if places else {})

    def _what(self, task_id: str) -> str | None:
        """Return what a task calculates, as a query; None where that is not known any more."""
        task = self._scheduler.tasks.get(task_id)
        given = getattr(task.run_spec, "args", ()) if task is not None else ()
        return next((one.query() for one in given if isinstance(one, Request)), None)

    def _is_going(self, task_id: str) -> bool:
        task = self._scheduler.tasks.get(task_id)
        return task is not None and any(client.client_key == KEEPER for client in task.who_wants or ())

    def _let_go(self, task_id: str) -> None:
        if self._is_going(task_id):
            self._scheduler.client_releases_keys([task_id], KEEPER)

    def _end_alone(self, task_id: str) -> None:
        """Tell the end of a task that nobody watches, and whose worker could not tell it."""
        task = self._scheduler.tasks.get(task_id)
        if task is not None and task_id not in self._ended and self._is_going(task_id):
            what = task.exception_text or str(task.key)
            self.finish([message(task_id, 0, State.ERROR, fault(what).to_dict())])

    # --- what is kept -------------------------------------------------------------------------------------------------

    def _last_seq(self, task_id: str) -> int:
        return max((event["seq"] for _, event in self._scheduler.get_events(topic(task_id))), default=0)

    def _last_stage(self, task_id: str) -> str | None:
        events = [event for _, event in self._scheduler.get_events(topic(task_id))]
        return max(events, key=lambda event: event["seq"])["data"].get("stage") if events else None

    def _release(self, ends: Iterable[tuple[str, Ended]]) -> None:
        for task_id, end in ends:
            if end.kept and HOLDER in self._scheduler.clients:
                self._scheduler.client_releases_keys([task_id], HOLDER)
            end.kept = False
            self._owners.moved(task_id)

    def _forget_results(self) -> None:
        held = [(task_id, end) for task_id, end in self._ended.items() if end.kept]
        self._release(held[: max(0, len(held) - KEPT_RESULTS)])

    def _forget_messages(self, newest: str) -> None:
        """Forget the oldest messages; a task whose result is kept stays known, as the result holds the rows."""
        rows = sum(end.rows for end in self._ended.values())
        for task_id, end in list(self._ended.items()):
            if task_id == newest or (len(self._ended) <= KEPT_TASKS and rows <= KEPT_ROWS):
                return
            rows -= end.rows
            end.rows = 0
            self._scheduler._broker._topics.pop(topic(task_id), None)  # dask has no public way to delete a topic
            if not end.kept:
                del self._ended[task_id]

    def sweep(self) -> None:
        """Forget what ended long ago, and topics of tasks that vanished without an end (of a client that went away)."""
        now, topics, tasks = time.monotonic(), self._scheduler._broker._topics, self._scheduler.tasks
        old = [(task_id, end) for task_id, end in self._ended.items() if now - end.at > KEPT_S]
        self._release(old)
        for task_id, _ in old:
            del self._ended[task_id]
            topics.pop(topic(task_id), None)
        ids = {name: name.removeprefix(topic("")) for name in topics if name.startswith(topic(""))}
        gone = {
            name
            for name, task_id in ids.items()
            if task_id not in tasks and task_id not in self._ended and not topics[name].subscribers
        }
        for name in gone & self._gone:  # twice: a task may just be on its way
            del topics[name]
        self._gone = gone
        self._owners.forget_but({*map(str, tasks), *self._ended})
        self._wanted = {task_id: wanted for task_id, wanted in self._wanted.items() if task_id in tasks}
        self._forget_submissions()

    def _forget_submissions(self) -> None:
        """Shorten what dask notes of each submission in its spans, without a limit of its own (0.2 kB each)."""
        spans = self._scheduler.extensions.get("spans")
        for span in () if spans is None else spans.spans.values():
            if span.metadata:
                del span.metadata["collections"][:-KEPT_SUBMISSIONS]


# --- calling it -------------------------------------------------------------------------------------------------------


async def register(scheduler: Any) -> None:
    """Bring the plugin to a scheduler, given as dask's remote object; where it is there already it stays."""
    try:
        await scheduler.register_scheduler_plugin(plugin=dumps(TaskPlugin()), name=TaskPlugin.name, idempotent=True)
    except ImportError as error:
        raise SchedulerUnavailable(
            say("scheduler_lacks_etolib", error=error), suggestion=say("install_etolib_on_scheduler")
        ) from error


async def _call(scheduler: Any, handler: str, arguments: dict[str, Any]) -> dict[str, Any]:
    call = partial(getattr(scheduler, f"etolib_{handler}"), **arguments)
    answer = await call()
    if answer is None:  # dask's answer to a name it does not know
        await register(scheduler)
        answer = await call()
    if answer is None:
        raise SchedulerUnavailable(say("scheduler_has_other_etolib"), suggestion=say("install_etolib_on_scheduler"))
    found: dict[str, Any] = answer
    return found


def ask(client: Client, handler: str, /, **arguments: Any) -> dict[str, Any]:
    """Call a handler from a client.

    Raises
    ------
    SchedulerUnavailable
        Where the scheduler lacks etolib, or has a version without this handler; where the client is closed.
    OSError, TimeoutError, RuntimeError
        Where it cannot be reached.
    """
    if client.status != "running":
        raise SchedulerUnavailable(say("scheduler_connection_is_lost"))
    answer: dict[str, Any] = client.sync(_call, client.scheduler, handler, arguments)
    return answer


async def ask_beside(client: Client, handler: str, /, **arguments: Any) -> dict[str, Any]:
    """Call a handler on the loop of a client; as `ask`."""
    return await _call(client.scheduler, handler, arguments)


def ask_within(patience: float, client: Client, handler: str, /, **arguments: Any) -> dict[str, Any]:
    """Call a handler from a client as `ask` does; TimeoutError after so many seconds, whatever the line does. [s]"""
    if client.status != "running":
        raise SchedulerUnavailable(say("scheduler_connection_is_lost"))
    answer: dict[str, Any] = client.sync(_call, client.scheduler, handler, arguments, callback_timeout=patience)
    return answer


def ask_from(worker: Worker, handler: str, /, **arguments: Any) -> dict[str, Any]:
    """Call a handler from a task's thread on a worker; as `ask`."""
    from distributed.utils import sync

    answer: dict[str, Any] = sync(worker.loop, _call, worker.scheduler, handler, arguments)
    return answer
