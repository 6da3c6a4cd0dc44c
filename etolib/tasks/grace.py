"""A client that has lost its line for a moment keeps its tasks.

Lives in `etolib.tasks.scheduler.TaskPlugin`. dask's scheduler drops at once what a client wanted whose line is lost,
and its tasks stop; a line that is reset is back within a fraction of a second. So each of our tasks has a second holder
from the moment it arrives. It lets go with the client that lets go on purpose (released, cancelled, closed), and some
seconds after one that vanished.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Collection, Iterable
from typing import TYPE_CHECKING, Any

import distributed  # noqa: F401  (see etolib.tasks.scheduler)

if TYPE_CHECKING:
    from distributed import Scheduler
    from distributed.scheduler import TaskState

log = logging.getLogger(__name__)

WAITER = "etolib-grace"
"""The client, in the eyes of dask, that wants every task that has not ended."""

GRACE_S = 2.0
"""How long the tasks of a client that vanished go on. [s]"""

BACK_S = 10.0
"""How long those of one that came back wait to be found again. [s]"""


class Grace:
    """Holds the tasks of clients on a scheduler."""

    def __init__(self, scheduler: Scheduler) -> None:
        self._scheduler = scheduler
        self._alone: dict[str, tuple[str, float]] = {}  # tasks nobody else wants: whose they were, until when (steady)
        for operation in ("client-releases-keys", "cancel-keys", "close-client"):
            scheduler.stream_handlers[operation] = self._on_purpose(scheduler.stream_handlers[operation])

    # --- told by dask -------------------------------------------------------------------------------------------------

    def arrived(self, keys: Iterable[Any]) -> None:
        """Hold tasks that a client has submitted."""
        found = {key: self._scheduler.tasks.get(key) for key in keys if str(key).startswith("eto-")}
        ours = [key for key, task in found.items() if task is not None and task.state == "released"]
        if ours:
            self._scheduler.client_desires_keys(ours, WAITER)

    def came(self, client: str) -> None:
        """Give a client that is back the time to find its tasks again."""
        late = time.monotonic() + BACK_S
        self._alone |= {key: (client, late) for key, (owner, _) in self._alone.items() if owner == client}

    def left(self, client: str) -> None:
        """Let the tasks of a client that went away go on for a while."""
        late = time.monotonic() + GRACE_S
        self._alone |= {key: (client, late) for key in self._nobodys() if key not in self._alone}

    def over(self, task_id: str) -> None:
        """Let go of a task that has ended, or that nobody shall wait for."""
        self._alone.pop(task_id, None)
        if is_held(self._scheduler.tasks.get(task_id)):
            self._scheduler.client_releases_keys([task_id], WAITER)

    def watch(self) -> None:
        """Let go of what nobody came back for; called again and again."""
        try:
            now = time.monotonic()
            tasks = self._scheduler.tasks
            self._alone = {key: one for key, one in self._alone.items() if _is_alone(tasks.get(key))}
            self._drop([key for key, (_, late) in self._alone.items() if now >= late])
        except Exception:  # the scheduler is everybody's: whatever is wrong here must not harm it
            log.exception("tasks that nobody wants could not be dropped")

    def _on_purpose(self, handler: Callable[..., Any]) -> Callable[..., Any]:
        """Return a handler of what a client tells, after which nothing it wanted is held for it."""

        def handle(client: str, **more: Any) -> Any:
            before = set(self._alone)
            wanted = self._wanted_by(client, more.get("keys"))
            if "force" in more:  # cancelled: dask looks whether anybody else wants it
                self._drop([key for key in wanted if _wants(self._scheduler.tasks[key]) == {client, WAITER}])
            done = handler(client=client, **more)
            tasks = self._scheduler.tasks
            self._drop([key for key in wanted if key not in before and _is_alone(tasks.get(key))])
            return done

        return handle

    def _wanted_by(self, client: str, keys: Collection[Any] | None) -> list[Any]:
        state = self._scheduler.clients.get(client)
        if state is None:
            return []
        tasks = state.wants_what if keys is None else filter(None, map(self._scheduler.tasks.get, keys))
        return [task.key for task in tasks if is_held(task)]

    def _nobodys(self) -> list[str]:
        state = self._scheduler.clients.get(WAITER)
        return [] if state is None else [str(task.key) for task in state.wants_what if _is_alone(task)]

    def _drop(self, keys: list[str]) -> None:
        for key in keys:
            self._alone.pop(key, None)
        if keys:
            self._scheduler.client_releases_keys(keys, WAITER)


def _wants(task: TaskState) -> set[str]:
    return {one.client_key for one in task.who_wants or ()}


def is_held(task: TaskState | None) -> bool:
    """Return whether a task is held for its clients."""
    return task is not None and WAITER in _wants(task)


def _is_alone(task: TaskState | None) -> bool:
    return task is not None and _wants(task) == {WAITER}
