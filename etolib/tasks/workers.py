"""The scheduler's account of its workers: what each has, and what becomes of tasks that no worker may run.

Lives in `etolib.tasks.scheduler.TaskPlugin`. A worker is looked at when it joins (and once when the plugin comes), by a
call whose bytes need nothing of etolib; `etolib.tasks.handshake` says why.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from inspect import getsource
from typing import TYPE_CHECKING, Any

import distributed  # noqa: F401  (see etolib.tasks.scheduler)
from distributed.protocol.pickle import dumps
from distributed.protocol.serialize import Serialized, deserialize

from etolib.errors import EtolibError, SchedulerUnavailable
from etolib.tasks import handshake, look
from etolib.tasks.handshake import Description
from etolib.words import join, say

if TYPE_CHECKING:
    from distributed import Scheduler
    from distributed.scheduler import TaskState, WorkerState

log = logging.getLogger(__name__)

WAIT_S = 60.0
"""How long a task waits for a worker where none is there, by default; a killed one is back in a few seconds. [s]"""

CHANGED = "etolib/workers"
"""The dask event topic on which it is told that a worker is ready for tasks, or has left."""

LOOK_S = 0.5
"""How often tasks without a worker are looked at. [s]"""

_ANSWER_S = 60.0  # a worker on a busy disk may take long to import everything [s]
_PAUSES_S = (0.2, 0.5, 1.0, 2.0)  # before a worker is asked again whose line broke while it was asked [s]
_SILENT_S = 15.0  # how often one that did not answer is asked again [s]
_CALL = "(exec(text, names), names['look'](**arguments))[1]"


class Workers:
    """What the scheduler knows of its workers, and of the clients that want some."""

    def __init__(self, scheduler: Scheduler, fits: Callable[[], None]) -> None:
        self._scheduler, self._fits = scheduler, fits  # called when a worker has been found fit
        self.known: dict[str, Description] = {}
        self._looking: dict[str, asyncio.Task[None]] = {}
        self._ours: dict[str, Description] = {}  # by resource: what the clients have
        self._waits: dict[str, float] = {}  # by client
        self._since: dict[Any, float] = {}  # by task: since when it has no worker (steady clock) [s]
        self._silent: dict[str, float] = {}  # workers that did not answer: since when (steady clock) [s]
        self._warm = False
        self._upload: bytes | None = None
        for address in scheduler.workers:
            self.joined(address)

    # --- looking at them ----------------------------------------------------------------------------------------------

    def joined(self, address: str) -> None:
        """Look at a worker, beside everything else."""
        self._looking[address] = asyncio.ensure_future(self._look_at(address))

    def left(self, address: str) -> None:
        """Forget a worker."""
        self.known.pop(address, None)
        self._silent.pop(address, None)
        if (task := self._looking.pop(address, None)) is not None:
            task.cancel()
        self._tell()

    def _tell(self) -> None:
        """Tell those who watch the cluster that it has changed; what it has now they ask for."""
        self._scheduler.log_event(CHANGED, {"workers": len(self._scheduler.workers)})

    async def _look_at(self, address: str) -> None:
        worker = self._scheduler.workers[address]
        said: Description = {"memory_limit": worker.memory_limit, "host": worker.host, "name": str(worker.name)}
        if not (worker.memory_limit and worker.memory_limit < handshake.LEAST_MEMORY):
            said |= await self._look_patiently(address)
        if self._scheduler.workers.get(address) is not worker:
            return
        self._looking.pop(address, None)
        self._silent.pop(address, None)
        if "silent" in said:
            self._silent[address] = time.monotonic()
        self.known[address] = said
        if "error" in said and look.fits(said):
            self._scheduler.add_resources(address, {look.name_of(said): look.PLENTY})
            if worker in self._scheduler.running:
                waiting = self._scheduler.bulk_schedule_unrunnable_after_adding_worker(worker)
                self._scheduler.transitions(waiting, f"etolib-looked-{time.time()}")
            self._fits()
            self._tell()
        else:
            what = join("; ", handshake.differences(handshake.mine(), said))
            log.warning("%s gets no task of etolib: %s", address, what)

    async def _look_patiently(self, address: str) -> Description:
        """Ask a worker; again where its line breaks, which may be that of one who was there before."""
        for pause in (*_PAUSES_S, None):
            try:
                return await self._look_until_enough(address)
            except OSError as error:
                if pause is None or isinstance(error, TimeoutError) or address not in self._scheduler.workers:
                    return {"silent": f"{type(error).__name__}: {error}"}
            except Exception as error:  # whatever it was, the worker is not known to be good
                return {"silent": f"{type(error).__name__}: {error}"}
            await asyncio.sleep(pause)
        raise AssertionError

    def _ask_the_silent(self) -> None:
        """Look again at workers that did not answer: one that was held up is no worse than others."""
        now = time.monotonic()
        for address in [one for one, since in self._silent.items() if now - since >= _SILENT_S]:
            del self._silent[address]
            if address in self._scheduler.workers and address not in self._looking:
                self.joined(address)

    async def _look_until_enough(self, address: str) -> Description:
        """Ask a worker, and again where meanwhile a client wanted more: a package, or all imported beforehand."""
        while True:
            warm, upload = self._warm, self._upload
            found = await asyncio.wait_for(self._ask(address, warm, upload), _ANSWER_S)
            if warm == self._warm and (upload is self._upload or found.get("etolib") is not None):
                return found

    async def _ask(self, address: str, warm: bool, upload: bytes | None) -> Description:
        arguments = {"address": address, "warm": warm, "upload": upload}
        names = {"text": getsource(look), "names": {"__name__": "etolib_look"}, "arguments": arguments}
        # A built-in function: nothing that a worker of another Python or etolib could not read.
        answer = await self._scheduler.rpc(address).run(function=dumps(eval), args=dumps((_CALL, names)), kwargs=None)
        if answer["status"] != "OK":
            raise RuntimeError(str(answer.get("exception_text", answer["status"])))
        found = answer["result"]  # wrapped: the scheduler reads nothing that passes through it, unless told to
        return dict(deserialize(found.header, found.frames) if isinstance(found, Serialized) else found.data)

    async def hello(
        self, client: str, ours: Description, wait: float | None, warm: bool, upload: bytes | None, patience: float
    ) -> dict[str, Any]:
        """Take in what a client has, and return what is known of the workers; waits for those that are being asked.

        ``wait`` is how long its tasks wait where no worker is there, None for ever; ``patience`` how long this call
        does. [s]
        """
        self._ours[look.name_of(ours)] = ours
        if client not in self._waits or wait != WAIT_S:
            self._waits[client] = float("inf") if wait is None else wait
        again = [a for a, said in self.known.items() if upload is not None and said.get("etolib") is None]
        if warm and not self._warm:
            again = list(self.known)
        self._warm, self._upload = self._warm or warm, upload or self._upload
        for address in again:
            if address not in self._looking:  # else that look goes on until it has what is wanted by now
                self.joined(address)
        if self._looking and patience > 0:
            await asyncio.wait(self._looking.values(), timeout=patience)
        return {"workers": self.known, "asked": len(self._looking)}

    # --- tasks that no worker may run ---------------------------------------------------------------------------------

    def watch(self) -> None:
        """End tasks for which there is no worker and none will come; called again and again."""
        try:
            for task in self._held_up():
                self._scheduler.transitions({task.key: "released"}, f"etolib-freed-{time.time()}")
            self._ask_the_silent()
            self._end_the_hopeless()
        except Exception:  # the scheduler is everybody's: whatever is wrong here must not harm it
            log.exception("tasks without a worker could not be looked at")

    def _held_up(self) -> list[TaskState]:
        """Return our tasks that lie on paused workers and have not begun: they may go elsewhere, or wait in sight."""
        paused = [one for one in self._scheduler.workers.values() if one.status.name == "paused"]
        return [task for one in paused for task in one.processing if _resource(task) and task not in one.executing]

    def _end_the_hopeless(self) -> None:
        now = time.monotonic()
        waiting = {task: name for task in self._scheduler.unrunnable if (name := _resource(task)) is not None}
        self._since = {task.key: self._since.get(task.key, now) for task in waiting}
        for task, name in waiting.items():
            able = [one for one in self._scheduler.workers.values() if name in one.resources]
            if self._looking or any(one in self._scheduler.running or one.executing for one in able):
                self._since[task.key] = now
                continue
            error = self._why_not(name, able)
            at_once = self.known and not able
            if at_once or now - self._since[task.key] > self._patience(task):
                self._end(task, error)

    def _patience(self, task: TaskState) -> float:
        wanted = (client.client_key for client in task.who_wants or ())
        waits = [self._waits[client] for client in wanted if client in self._waits]
        return max(waits, default=WAIT_S)

    def _why_not(self, name: str, able: list[WorkerState]) -> EtolibError:
        ours = self._ours.get(name, handshake.mine())
        if able:
            limits = [f"{one.memory_limit / 1e6:.0f}" for one in able if one.memory_limit]
            used = [f"{one.memory.process / 1e6:.0f}" for one in able]
            sentence = say("workers_are_paused", count=len(able), found=max(used), most=max(limits, default="-"))
            return SchedulerUnavailable(sentence, suggestion=say("give_workers_memory"))
        if not self.known:
            return SchedulerUnavailable(say("no_worker_came"), suggestion=say("start_workers"))
        told = handshake.told(ours, self.known)
        return SchedulerUnavailable(join("\n", [say("no_worker_fits"), *told]), suggestion=handshake.advice(ours))

    def _end(self, task: TaskState, error: EtolibError) -> None:
        self._since.pop(task.key, None)
        stimulus = f"etolib-no-worker-{time.time()}"
        more = self._scheduler.transition(
            task.key, "erred", stimulus, exception=dumps(error), cause=task.key, exception_text=str(error)
        )
        self._scheduler.transitions(more, stimulus)


def _resource(task: TaskState) -> str | None:
    """Return what etolib a task needs; None of tasks that are not ours."""
    return next(iter(look.ours(task.resource_restrictions)), None)
