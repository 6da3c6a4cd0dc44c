"""A client of dask that finds its scheduler again soon, whatever happens to its line.

What dask's own (2026.8) does with a line that is lost: it pauses longer and longer between attempts, up to a minute
where it may look for ten; and it gives up for good, without a word, where the scheduler's first answer comes together
with a message (``assert len(msg) == 1``).
"""

from __future__ import annotations

from typing import Any

import distributed

from etolib.tasks import steady

ATTEMPT_S = 2.0
"""How long one attempt to reconnect may take; dask's pauses within one are shorter. [s]"""

MOST_S = 16.0
"""How long it may take where a scheduler is there and slow. [s]"""


class Client(distributed.Client):
    """Reconnects by short attempts, after any error."""

    _lost = False
    _attempt_s = ATTEMPT_S

    def __init__(self, *args: Any, **more: Any) -> None:
        steady.keep()
        super().__init__(*args, **more)  # type: ignore[no-untyped-call]

    async def _reconnect(self) -> None:
        self._lost, self._attempt_s = True, ATTEMPT_S
        try:
            await super()._reconnect()
        finally:
            self._lost = False

    async def _ensure_connected(self, timeout: Any = None) -> None:
        if self._lost and timeout is not None:
            timeout = min(timeout, self._attempt_s)
        try:
            await super()._ensure_connected(timeout=timeout)  # type: ignore[no-untyped-call]
        except TimeoutError:
            self._attempt_s = min(2 * self._attempt_s, MOST_S)
            raise
        except (OSError, ImportError):
            raise
        except Exception as error:  # of dask's own: it would end the look-out for the scheduler
            raise OSError(f"{type(error).__name__}: {error}") from error
