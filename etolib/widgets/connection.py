"""The page's line to the dask scheduler: opened in the background, watched, and opened again when it was lost."""

from __future__ import annotations

import contextlib
import logging
import os
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from etolib.errors import EtolibError, SchedulerUnavailable
from etolib.tasks import handshake, limited, scheduler, visitor
from etolib.tasks.cluster import NO_DASHBOARD
from etolib.tasks.workers import CHANGED
from etolib.words import say

if TYPE_CHECKING:
    from distributed import Client

log = logging.getLogger(__name__)

CONNECTING, RUNNING, DOWN, SILENT = "connecting", "running", "down", "silent"
"""What a line can be; a scheduler that is silent may be there still, and what runs may go on."""

_WATCH_S = 0.5  # how often the line is looked at where the scheduler tells no news of its workers [s]
_COUNT_EVERY = 2  # the scheduler is asked for its workers every so many looks
_ANSWER_S = 1.0  # a scheduler that says nothing for so long is silent [s]
_AGAIN_S = 2.0  # pause before the next attempt [s]
_CONNECT_S = 2.0  # limit of one attempt [s]


class Connection:
    """A client of the scheduler, kept alive by one background thread.

    Parameters
    ----------
    on_change : callable
        Called with (state, workers, dashboard) on the watching thread whenever one of them changes.
    connect : callable, optional
        Makes a client; default: `open_client`.

    Attributes
    ----------
    news : object
        Another value than before where something has become of the tasks of this page's visitor.
    """

    news: Any = None

    def __init__(
        self, on_change: Callable[[str, int, str | None], None], connect: Callable[[], Client] | None = None
    ) -> None:
        self.on_change = on_change
        self._connect = connect or open_client
        self._client: Client | None = None
        self._error: EtolibError | None = None
        self._linked: Client | None = None
        self._link: str | None = None
        self._announced: tuple[str, int, str | None] | None = None
        self._settled = threading.Event()  # the first attempt is over, well or not
        self._stop = threading.Event()
        self._moved = threading.Event()  # a worker came or left: the scheduler is asked at once
        self._thread = threading.Thread(target=self._watch, name="etolib-connection", daemon=True)

    def start(self) -> None:
        """Begin to connect; returns at once."""
        self._thread.start()

    def stop(self) -> None:
        """Close the line for good."""
        self._stop.set()
        self._moved.set()

    def client(self) -> Client:
        """Return the running client; waits for the first attempt only.

        Raises
        ------
        SchedulerUnavailable
            Where there is no scheduler, at once if that is known already.
        """
        self._settled.wait()
        client = self._client
        if client is None or client.status != "running":
            raise SchedulerUnavailable(self._error.message if self._error else say("scheduler_connection_lost"))
        return client

    def ask(self, function: Callable[..., Any], *args: Any, timeout: float = 60.0) -> Any:
        """Run a function on a worker and return what it returns; futures among the arguments are resolved there.

        Bytes among the arguments are a file that somebody has given to the page: it counts as uploaded.

        Raises
        ------
        SchedulerUnavailable
            Where there is no scheduler, or no worker answered within ``timeout`` [s].
        TooMuch
            Where so much was uploaded lately that no file is read just now.
        """
        needed, client = handshake.needed(), self.client()
        if size := sum(len(one) for one in args if isinstance(one, bytes)):
            limited.uploaded(client, size)
        future = client.submit(function, *args, pure=False, priority=10, retries=0, resources=needed)
        try:
            return future.result(timeout)
        except TimeoutError as error:
            if future.done():  # the function's own
                raise
            raise SchedulerUnavailable(
                say("no_worker_answered", seconds=f"{timeout:g}"), suggestion=say("see_whether_workers")
            ) from error
        finally:
            # The scheduler may be gone by now; then there is nothing to let go of.
            with contextlib.suppress(Exception):
                future.release()

    def _announce(self, state: str, workers: int = 0, dashboard: str | None = None) -> None:
        now = (state, workers, dashboard)
        if now != self._announced:
            self._announced = now
            self.on_change(*now)

    def _watch(self) -> None:
        while not self._stop.is_set():
            client = self._open()
            self._settled.set()
            if client is None:
                self._stop.wait(_AGAIN_S)
                continue
            with contextlib.suppress(Exception):  # lost already: the loop finds it out
                client.subscribe_topic(CHANGED, lambda event: self._moved.set())
            while not self._stop.is_set() and client.status == "running":
                self._moved.clear()
                self._announce(*self._seen(client))
                for _ in range(_COUNT_EVERY):
                    if client.status == "running" and not self._stop.is_set() and not self._moved.is_set():
                        self._moved.wait(_WATCH_S)
            self._client = None
            if not self._stop.is_set():
                self._error = SchedulerUnavailable(say("scheduler_connection_lost"))
                self._announce(DOWN)
            with contextlib.suppress(Exception):
                client.close(timeout=0.1)

    def _seen(self, client: Client) -> tuple[str, int, str | None]:
        """Return the state of a line, the workers that would take a task now (none that is paused), the dashboard."""
        (resource,) = handshake.needed()
        try:
            found = scheduler.ask_within(
                _ANSWER_S, client, "ready", resource=resource, visitor=visitor.of_this_process()
            )
        except (EtolibError, OSError, TimeoutError, RuntimeError):
            # One that is lost is told by the status of its client, at the next look.
            return (SILENT, 0, None) if client.status == "running" else (DOWN, 0, None)
        if self._linked is not client:  # asked once: that call has no limit
            self._linked, self._link = client, _dashboard(client)
        self.news = found["news"]
        return RUNNING, int(found["workers"]), self._link

    def _open(self) -> Client | None:
        try:
            self._client = self._connect()
        except EtolibError as error:
            self._error = error
            self._announce(DOWN)
        except Exception as error:
            # A thread that dies here would leave the page "connecting" for ever.
            if threading.main_thread().is_alive():  # else the program has ended, and what it was starting with it
                log.exception("the scheduler could not be reached")
            self._error = SchedulerUnavailable(say("scheduler_not_reached", error=str(error)))
            self._announce(DOWN)
        return self._client


def open_client() -> Client:
    """Return a new client of the scheduler named by the environment, else one of this process's own cluster."""
    from etolib.tasks import cluster

    if os.environ.get("DASK_SCHEDULER_ADDRESS"):
        return cluster.connect(timeout=_CONNECT_S)
    client = cluster.get_client()
    cluster.prepare(client, patience=0)
    return client


def _dashboard(client: Client) -> str | None:
    if os.environ.get(NO_DASHBOARD):
        return None
    with contextlib.suppress(Exception):
        return str(client.dashboard_link)
    return None
