"""How many pages a server has open: each has a kernel, and their number has an end."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Any

from traitlets import Float, Int
from traitlets.config import Configurable

from etolib.serve import account

_SHORT = {"memory_low": "server_short_of_memory", "files_low": "server_short_of_files"}
"""What `etolib.serve.supervisor` finds short that a page needs, and the sentence."""


class Full(Exception):
    """There is no kernel for one more page; ``key`` is that of the sentence."""

    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.key = key


class Visits(Configurable):
    """Lets visitors to a kernel, one after the other where many come at once."""

    most = Int(30, config=True, help="pages that are open at once")
    most_each = Int(10, config=True, help="pages that one visitor has open at once")
    starting = Int(6, config=True, help="pages that have a kernel and have not connected to it yet")
    patience = Float(30.0, config=True, help="how long a visitor waits for his turn before he is told to [s]")

    def __init__(self, kernels: Any, **options: Any) -> None:
        super().__init__(**options)
        self._kernels, self._entering, self._waiting = kernels, 0, 0

    @contextlib.asynccontextmanager
    async def turn(self, visitor: str) -> AsyncIterator[None]:
        """Wait for one's turn to get a kernel; `Full` where none comes."""
        await self._wait(visitor)
        self._entering += 1
        try:
            yield
        finally:
            self._entering -= 1

    async def _wait(self, visitor: str) -> None:
        if self._waiting >= self.most:
            raise Full("server_full")
        self._waiting += 1
        try:
            late = asyncio.get_running_loop().time() + self.patience
            while True:
                if short := next(filter(None, map(_SHORT.get, account.of_this_process().get("reasons", ()))), None):
                    raise Full(short)
                if len(self._kernels.visitors) + self._entering >= self.most:
                    raise Full("server_full")
                if sum(one == visitor for one in self._kernels.visitors.values()) >= self.most_each:
                    raise Full("visitor_full")
                if len(self._kernels.unmet()) + self._entering < self.starting:
                    return
                if asyncio.get_running_loop().time() >= late:
                    raise Full("server_full")
                await asyncio.sleep(0.2)
        finally:
            self._waiting -= 1
