"""The kernels of the pages: those of visits that never come to talk to theirs are ended soon."""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from jupyter_client.connect import KernelConnectionInfo
from jupyter_client.provisioning.local_provisioner import LocalProvisioner
from jupyter_server.services.kernels.kernelmanager import AsyncMappingKernelManager, ServerKernelManager
from traitlets import Bool, Float, default

from etolib.serve.voila.nursery import Lost, Nursery


class Forked(LocalProvisioner):
    """Starts the process of a kernel: forks it where that can be done, else runs its program."""

    def __init__(self, nursery: Nursery, **options: Any) -> None:
        super().__init__(**options)
        self._nursery = nursery

    async def launch_kernel(self, cmd: list[str], **options: Any) -> KernelConnectionInfo:
        """Start the process; ``cmd`` is the command of its program."""
        environment = options.get("env", os.environ) | {"JPY_PARENT_PID": str(os.getpid())}
        folder = str(options.get("cwd") or Path.cwd())
        arguments = cmd[cmd.index("-f") :]
        try:
            # Not on the loop: the first one waits until everything is imported.
            child = await asyncio.to_thread(self._nursery.fork, arguments, environment, folder)
        except Lost as error:
            self.log.warning("%s", error)
            return await super().launch_kernel(cmd, **options)
        self.process = child  # type: ignore[assignment]  # what it takes of a Popen, a Child has
        self.pid = self.pgid = child.pid  # it leads a session of its own
        self.cwd = folder
        return self.connection_info


class PageKernel(ServerKernelManager):
    """The kernel of one page."""

    async def _async_pre_start_kernel(self, **options: Any) -> Any:
        nursery = getattr(self.parent, "nursery", None)
        if self.provisioner is None and nursery is not None:
            kernel_id = self.kernel_id or options.get("kernel_id", "")
            self.provisioner = Forked(nursery, kernel_id=kernel_id, kernel_spec=self.kernel_spec, parent=self)
        return await super()._async_pre_start_kernel(**options)

    def format_kernel_cmd(self, extra_arguments: list[str] | None = None) -> list[str]:
        """Return the command of our own program, with the arguments ipykernel's would have got."""
        words: list[str] = super().format_kernel_cmd(extra_arguments)
        # -P, as for the server: no file of the folder of the dashboards is taken for a package.
        return [sys.executable, "-P", "-m", "etolib.serve.voila.kernel", *words[words.index("-f") :]]


class Kernels(AsyncMappingKernelManager):
    """Kernels of pages.

    A crawler or a link preview takes the HTML of a page, and with it a kernel, and never opens the line to it; nobody
    says farewell either. Whoever has connected once may come back: his line may be cut. A browser that has crashed says
    no farewell; one whose computer sleeps comes back later, and its page then asks for another kernel by itself.

    Attributes
    ----------
    visitors : dict
        Who has got a kernel, by its id; the kernels kept ready are not among them.
    """

    unmet_timeout = Float(
        50.0, config=True, help="how long a kernel waits for its page to connect for the first time [s]"
    )

    gone_timeout = Float(45.0, config=True, help="how long a kernel waits for a page that has gone without a word [s]")

    forked = Bool(True, config=True, help="whether kernels are forked from one process, where the system allows it")

    @default("kernel_manager_class")
    def _class_of_one(self) -> str:
        return f"{__name__}.{PageKernel.__name__}"

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.context.rcvhwm = 0  # drops nothing of what a kernel says while this process is busy; see kernel.py
        self.visitors: dict[str, str] = {}
        self._left: dict[str, float] = {}  # when the last line to a kernel was closed
        self.nursery: Nursery | None = None
        if self.forked:
            with contextlib.suppress(Lost):
                self.nursery = Nursery()
        self._met: set[str] = set()
        self._burials: set[asyncio.Future[None]] = set()
        self._given: dict[str, float] = {}  # when a kernel was first seen outside the pool of those kept ready

    def _handle_kernel_died(self, kernel_id: str) -> None:
        """Leave nothing of a kernel that was killed: its page asks for another, and so does the pool of those ready."""
        manager = self.get_kernel(kernel_id)
        super()._handle_kernel_died(kernel_id)
        burial = asyncio.ensure_future(self._bury(kernel_id, manager))
        self._burials.add(burial)
        burial.add_done_callback(self._burials.discard)

    async def _bury(self, kernel_id: str, manager: Any) -> None:
        self._kernel_connections.pop(kernel_id, None)
        self._kernel_ports.pop(kernel_id, None)
        if (stream := getattr(manager, "_activity_stream", None)) is not None and not stream.closed():
            stream.close()
        with contextlib.suppress(Exception):
            await manager.cleanup_resources()
        for notebook, pool in getattr(self, "_pools", {}).items():
            kept = [task for task in pool if not (task.done() and kernel_id in _ids([task]))]
            if len(kept) != len(pool):
                pool[:] = kept
                self.fill_if_needed(notebook_name=notebook)  # type: ignore[attr-defined]

    def notify_connect(self, kernel_id: str) -> None:
        """Remember that the page of a kernel has connected."""
        self._met.add(kernel_id)
        self._left.pop(kernel_id, None)
        super().notify_connect(kernel_id)

    def notify_disconnect(self, kernel_id: str) -> None:
        """Remember when the page of a kernel has gone."""
        super().notify_disconnect(kernel_id)
        if not self._kernel_connections.get(kernel_id):
            self._left[kernel_id] = time.monotonic()

    def unmet(self) -> list[str]:
        """Return the kernels of visitors that have not connected yet."""
        return [one for one in self.visitors if one not in self._met]

    def remove_kernel(self, kernel_id: str) -> Any:
        """Forget a kernel that has ended."""
        self.visitors.pop(kernel_id, None)
        self._left.pop(kernel_id, None)
        return super().remove_kernel(kernel_id)

    async def cull_kernels(self) -> None:
        """Look after all kernels; jupyter_server does so every ``cull_interval`` seconds."""
        kept_ready = pooled(self)
        self._met = {one for one in self._met if one in self}
        self.visitors = {one: who for one, who in self.visitors.items() if one in self}
        self._given = {one: since for one, since in self._given.items() if one in self and one not in kept_ready}
        await super().cull_kernels()

    async def cull_kernel_if_idle(self, kernel_id: str) -> None:
        """End a kernel that nobody has met for too long. Voila does not ask about those kept ready."""
        if kernel_id not in self._met:
            since = self._given.setdefault(kernel_id, time.monotonic())
            if time.monotonic() - since >= self.unmet_timeout:
                self.log.info("kernel %s was never connected to", kernel_id)
                await self.shutdown_kernel(kernel_id, now=True)
                return
        left = self._left.get(kernel_id)
        if left is not None and time.monotonic() - left >= self.gone_timeout:
            self.log.info("the page of kernel %s has gone", kernel_id)
            await self.shutdown_kernel(kernel_id, now=True)
            return
        await super().cull_kernel_if_idle(kernel_id)


def pooled(manager: Any) -> set[str]:
    """Return the ids of the kernels that Voila keeps ready for the next visitors."""
    pools: dict[str, list[asyncio.Task[Any]]] = getattr(manager, "_pools", {})
    return _ids(task for pool in pools.values() for task in pool)


def _ids(tasks: Iterable[asyncio.Task[Any]]) -> set[str]:
    done = [task for task in tasks if task.done() and not task.cancelled()]
    return {task.result()["kernel_id"] for task in done if not task.exception()}
