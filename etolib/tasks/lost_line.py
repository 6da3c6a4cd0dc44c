"""What becomes of the tasks of a client whose line to the scheduler is lost: nobody says so before it could be asked.

dask gives up every future of such a client at once. The tasks may go on for a moment (`etolib.tasks.grace`), or have
ended: the scheduler knows how each did. Where the line stays away, they end with an error.
"""

from __future__ import annotations

import threading
import time
import weakref
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from distributed import Client, Future

BACK_S = 30.0
"""How long a line that was lost is waited for. [s]"""

_since: weakref.WeakKeyDictionary[Client, float] = weakref.WeakKeyDictionary()
_waiting: weakref.WeakKeyDictionary[Client, list[Callable[[bool], None]]] = weakref.WeakKeyDictionary()
_lock = threading.Lock()


def was_lost(future: Future[Any]) -> bool:
    """Return whether a future was given up because the line to the scheduler was lost, for good or for a moment."""
    return (
        getattr(getattr(getattr(future, "_state", None), "exception", None), "reason", None)
        == "scheduler-connection-lost"
    )


def forget(client: Client) -> None:
    """Forget a loss that is over: it is no part of the next one."""
    _since.pop(client, None)


def is_back(client: Client, until: float | None = None) -> bool:
    """Return whether the client has its scheduler again, after `BACK_S` at most for all that it has lost.

    Whoever waits for less gives a time of the steady clock. [s]
    """
    since, pause = _since.setdefault(client, time.monotonic()), threading.Event()
    while client.status == "connecting" and time.monotonic() - since < BACK_S:
        if until is not None and time.monotonic() >= until:
            return False
        pause.wait(0.02)
    if client.status == "running":
        forget(client)
        return True
    return False


def when_back(client: Client, go_on: Callable[[bool], None]) -> None:
    """Call ``go_on(True)`` once the line is back, ``go_on(False)`` where it was waited for in vain; returns at once.

    One thread waits for all that a client has lost: dask has one for the callbacks of all clients, which must go on.
    """
    with _lock:
        waiting = _waiting.get(client)
        if waiting is not None:
            waiting.append(go_on)
            return
        _waiting[client] = [go_on]
    threading.Thread(target=_wait, args=(client,), name="etolib-line", daemon=True).start()


def _wait(client: Client) -> None:
    back = is_back(client)
    with _lock:
        waiting = _waiting.pop(client)
    for go_on in waiting:
        go_on(back)
