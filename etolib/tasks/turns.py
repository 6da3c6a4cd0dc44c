"""Whose turn it is: the tasks of several owners share the threads of a cluster fairly.

Lives in `etolib.tasks.scheduler.TaskPlugin`, the one place that sees every task of every client. An owner is a
visitor with all his pages, or a client of dask: a script, a notebook. A task that arrives is given a resource that no
worker has (`TURN`), so dask holds it; the resource is taken off it when its turn comes, and it goes to a worker that
has a thread free. Turns go to the owner who has fewest, so that a lone owner has all threads and several have the
same share.

Threads that are taken already cannot be taken back, but a task that waits for its sources needs none: where somebody
has waited for a while, the task that has run longest of the owner who has most is asked to step aside (dask's
``secede``). It goes on beside the worker's threads, and another has its place.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import distributed  # noqa: F401  (see etolib.tasks.scheduler)
from distributed.protocol.pickle import dumps

from etolib.tasks import aside, limits, look
from etolib.tasks.figures import takes_more

if TYPE_CHECKING:
    from distributed import Scheduler
    from distributed.scheduler import TaskState, WorkerState

log = logging.getLogger(__name__)

TURN = "turn of etolib"
"""The resource that no worker has."""

PATIENCE_S = 1.0
"""How long somebody waits before a task of another is asked to step aside. [s]"""

LONG_S = 2.0
"""A task that has run for less is not asked to: most end by themselves. [s]"""

ASIDE_PER_THREAD = 3
"""Tasks that have stepped aside, at most: each needs some 44 MB."""

_ARRIVES_S = 60.0  # what was not handed over within this time will not come [s]
_TAKES_TURNS = ("eto-", "lot-")  # the rest are questions of pages, and what is brought for many: short, or aside


class Turns:
    """Gives the tasks on a scheduler their turns."""

    def __init__(self, scheduler: Scheduler) -> None:
        self._scheduler = scheduler
        self._owner: dict[str, str] = {}  # of tasks that are not over
        self._client: dict[str, str] = {}  # that has handed them over
        self.visitors: dict[str, str] = {}  # by client: whose page it is
        self._at: dict[str, float] = {}  # when they arrived (steady clock) [s]
        self._held: dict[str, dict[str, None]] = {}  # by owner, oldest first: what waits for its turn
        self._out: dict[str, set[str]] = {}  # by owner: what has had it
        self._aside: set[str] = set()  # those that were asked to step aside
        self._asked: dict[str, float] = {}  # questions that no thread has taken up: since when [s]
        self._promised: dict[str, list[float]] = {}  # by owner: when a place was kept for what has not arrived yet [s]
        self._about_to = False
        self._calls: set[asyncio.Task[Any]] = set()

    # --- told by dask -------------------------------------------------------------------------------------------------

    def arrived(self, client: str, keys: Iterable[Any]) -> None:
        """Take in tasks that a client has submitted, before dask does anything with them."""
        for key in keys:
            task = self._scheduler.tasks.get(key)
            if task is None or task.state != "released" or key in self._owner or not _takes_turns(task):
                continue
            self._owner[key], self._client[key] = self.visitors.get(client) or client, client
            self._at[key] = time.monotonic()
            if promised := self._promised.get(client):
                promised.pop(0)
            task.resource_restrictions = {**(task.resource_restrictions or {}), TURN: 1}

    def moved(self, key: Any, start: str, finish: str) -> None:
        """Take note of a task that dask moved on."""
        owner = self._owner.get(key)
        if owner is None:
            return
        if finish in ("memory", "erred", "forgotten"):
            self._over(key, owner)
        elif finish == "no-worker" and key not in self._out.get(owner, ()):
            self._held.setdefault(owner, {})[key] = None
        elif start == "processing":
            self._aside.discard(key)  # its worker was lost: it begins anew
        self.soon()

    def _over(self, key: str, owner: str) -> None:
        del self._owner[key], self._client[key], self._at[key]
        self._aside.discard(key)
        for table in (self._held, self._out):
            if (keys := table.get(owner)) is not None:
                keys.pop(key, None) if isinstance(keys, dict) else keys.discard(key)
                if not keys:
                    del table[owner]

    # --- turns --------------------------------------------------------------------------------------------------------

    def promise(self, client: str, visitor: str, count: int) -> limits.Room:
        """Keep places for tasks of a page that are about to arrive, where there is room for them."""
        if visitor:
            self.visitors[client] = visitor
        now = time.monotonic()
        for one in {*self._promised, client}:
            self._promised[one] = [at for at in self._promised.get(one, ()) if now - at < _ARRIVES_S]
        owner = visitor or client
        pages = [one for one in self._promised if self.visitors.get(one, one) == owner]
        out = {key for keys in self._out.values() for key in keys}
        waiting = [key for key in self._owner if key not in out]
        has = {
            limits.PAGE: sum(self._client[key] == client for key in waiting) + len(self._promised[client]),
            limits.VISITOR: sum(self._owner[key] == owner for key in waiting)
            + sum(len(self._promised[one]) for one in pages),
            limits.ALL: sum(self._is_of_page(key) for key in waiting) + sum(map(len, self._promised.values())),
        }
        found = limits.room_for(limits.TASKS, count, has)
        if found.room:
            self._promised[client] += [now] * count
        return found

    def _is_of_page(self, key: str) -> bool:
        """Return whether a task was handed over by a page, which may be gone, and not by a script."""
        client = self._client[key]
        return client in self._promised or self._owner[key] != client

    def rows(self) -> list[tuple[str, str, float]]:
        """Return the tasks that are not over, newest first: id, the client that handed it over, age [s]."""
        now = time.monotonic()
        return [(key, client, now - self._at[key]) for key, client in reversed(self._client.items())]

    def left(self, client: str) -> None:
        """Forget what was promised to a client that went away."""
        self._promised.pop(client, None)
        self.visitors.pop(client, None)

    def soon(self) -> None:
        """Give turns once dask has done what it is at."""
        if not self._about_to:
            self._about_to = True
            asyncio.get_running_loop().call_soon(self._give_all)

    def _give_all(self) -> None:
        self._about_to = False
        try:
            free = {one: count for one in self._ours() if (count := one.nthreads - self._busy(one)) > 0}
            while free and (owner := self._next()) is not None:
                best = max(free, key=lambda one: free[one])
                free = free | {best: free[best] - 1} if free[best] > 1 else {k: v for k, v in free.items() if k != best}
                self._give(owner, best)
        except Exception:  # the scheduler is everybody's: whatever is wrong here must not harm it
            log.exception("turns could not be given")

    def _next(self) -> str | None:
        """Return the owner whose turn it is: who has fewest; of several, who has waited longest.

        A visitor, or a page without one, who has as many as one may (`limits.RUNNING_PER_THREAD`) has none.
        """
        most = limits.RUNNING_PER_THREAD * sum(one.nthreads for one in self._ours())
        able = [
            one
            for one, keys in self._held.items()
            if not self._is_of_page(next(iter(keys))) or len(self._out.get(one, ())) < most
        ]
        return min(able, key=lambda owner: (len(self._out.get(owner, ())), self._since(owner)), default=None)

    def _give(self, owner: str, where: WorkerState) -> None:
        """Send the oldest task of an owner to a worker."""
        key = next(iter(self._held[owner]))
        del self._held[owner][key]
        if not self._held[owner]:
            del self._held[owner]
        self._out.setdefault(owner, set()).add(key)
        task = self._scheduler.tasks[key]
        needed = dict(task.resource_restrictions or {})
        needed.pop(TURN, None)
        task.resource_restrictions, wished = needed, task.worker_restrictions
        if not wished and any(where.address in self._scheduler.resources.get(name, ()) for name in needed):
            task.worker_restrictions = {where.address}  # for this decision only
        try:
            self._scheduler.transitions({key: "processing"}, f"etolib-turn-{time.time()}")
        finally:
            task.worker_restrictions = wished

    def able(self) -> list[WorkerState]:
        """Return the workers that would take a task now."""
        return self._ours()

    def _ours(self) -> list[WorkerState]:
        """Return the workers that take tasks of etolib at present."""
        return [one for one in self._scheduler.running if look.ours(one.resources) and takes_more(one)]

    @staticmethod
    def _busy(worker: WorkerState) -> int:
        """Return how many threads of a worker tasks of etolib have, or will have."""
        return sum(task not in worker.long_running and bool(_resources(task)) for task in worker.processing)

    # --- stepping aside -----------------------------------------------------------------------------------------------

    def watch(self) -> None:
        """Let a task step aside where others have waited for too long; called again and again."""
        try:
            self.soon()  # what has stepped aside tells nobody
            if len(self._aside) < ASIDE_PER_THREAD * sum(one.nthreads for one in self._ours()):
                self._let_questions_in()
                self._let_owners_in()
        except Exception:  # as above
            log.exception("nobody could be asked to step aside")

    def _let_owners_in(self) -> None:
        if not self._held or any(one.nthreads > self._busy(one) for one in self._ours()):
            return
        needy = self._next()
        if needy is None or time.monotonic() - self._since(needy) < PATIENCE_S:
            return
        has = len(self._out.get(needy, ()))
        for owner in sorted(self._out, key=lambda one: -len(self._out[one])):
            if owner == needy or (has and len(self._out[owner]) <= has + 1):
                continue
            if self._ask_longest(self._scheduler.tasks[key] for key in self._out[owner]):
                return

    def _let_questions_in(self) -> None:
        """Questions of pages wait on a worker; where tasks have all its threads they would wait as long as those."""
        stuck, now = {}, time.monotonic()
        for worker in self._ours():
            for task in worker.processing:
                if _resources(task) and task.key not in self._owner and task not in worker.executing:
                    stuck[str(task.key)] = worker
        self._asked = {key: self._asked.get(key, now) for key in stuck}
        for worker in {one for key, one in stuck.items() if now - self._asked[key] >= PATIENCE_S}:
            self._ask_longest(worker.processing)

    def _ask_longest(self, candidates: Iterable[TaskState]) -> bool:
        """Ask the task that has run longest to step aside; return whether there was one."""
        ran = {}
        for task in candidates:
            worker = task.processing_on
            if worker is not None and str(task.key).startswith("eto-") and task.key not in self._aside:
                ran[task] = 0.0 if task in worker.long_running else worker.executing.get(task, 0.0)
        longest = max(ran, key=lambda task: ran[task], default=None)
        if longest is None or ran[longest] < LONG_S:
            return False
        self._aside.add(str(longest.key))
        assert longest.processing_on is not None
        call = asyncio.ensure_future(self._ask_aside(longest.processing_on.address, str(longest.key)))
        self._calls.add(call)
        call.add_done_callback(self._calls.discard)
        return True

    async def _ask_aside(self, address: str, key: str) -> None:
        try:
            await self._scheduler.rpc(address).run(function=dumps(aside.ask), args=dumps((key,)), kwargs=None)
        except Exception:  # the worker may be gone, and the task with it
            log.debug("%s was not asked to step aside", key, exc_info=True)

    def _since(self, owner: str) -> float:
        oldest = self._scheduler.tasks.get(next(iter(self._held[owner])))
        return self._scheduler.unrunnable.get(oldest, float("inf")) if oldest is not None else float("inf")


def _resources(task: TaskState) -> list[str]:
    return look.ours(task.resource_restrictions)


def _takes_turns(task: TaskState) -> bool:
    return str(task.key).startswith(_TAKES_TURNS) and bool(_resources(task))
