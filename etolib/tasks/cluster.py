"""Start a dask cluster, or adopt one, ready to run etolib tasks."""

from __future__ import annotations

import os
import threading
from typing import TYPE_CHECKING, Any

from etolib import config
from etolib.errors import SchedulerUnavailable
from etolib.words import say

if TYPE_CHECKING:
    from distributed import Client, LocalCluster, Security

_PRELOADED = ("etolib.pipeline", "etolib.tasks.worker")
_lock = threading.Lock()
_own: dict[int, tuple[LocalCluster, Client]] = {}  # by process id: a forked child must not use its parent's cluster


def start(
    workers: int | None = None,
    *,
    threads_per_worker: int = 2,
    dashboard: str = "127.0.0.1:0",
    security: Security | None = None,
) -> LocalCluster:
    """Start a cluster of worker processes on this machine, with the pipeline imported in each.

    Parameters
    ----------
    workers : int, optional
        Number of worker processes; default: the number of cores, 4 at most (the work is mostly waiting for sources).
    threads_per_worker : int
        Tasks each worker runs at once.
    dashboard : str
        Where dask's own dashboard listens; port 0 takes a free one.
    security : distributed.Security, optional
        Certificates, as `etolib.tasks.security.temporary` makes them: no other user of the machine can send it work.

    Notes
    -----
    Everything listens on 127.0.0.1 only. The importing beforehand matters: the first task took 17 s without.
    """
    from distributed import Client, LocalCluster

    _keep_script_from_workers()
    cluster = LocalCluster(
        n_workers=workers or min(os.cpu_count() or 1, 4),
        threads_per_worker=threads_per_worker,
        processes=True,
        host="127.0.0.1",
        dashboard_address=dashboard,
        env=config.environment(),
        silence_logs=40,
        **({} if security is None else {"security": security, "protocol": "tls://"}),
    )
    try:
        with Client(cluster, set_as_default=False) as client:
            prepare(client)
    except BaseException:
        cluster.close()  # interrupted, or the pipeline cannot be imported: no process stays behind
        raise
    return cluster


def _keep_script_from_workers() -> None:
    """Let dask's workers start without running the caller's script a second time.

    Python's spawn does that for the sake of functions defined there; dask sends those by value. A script of ten lines
    without ``if __name__ == "__main__":`` would else start a cluster in every worker, and fail.
    """
    from multiprocessing import spawn

    make = spawn.get_preparation_data
    if make.__module__ == __name__:
        return

    def get_preparation_data(name: str) -> dict[str, Any]:
        data = make(name)
        if name.startswith("Dask Worker process"):
            data.pop("init_main_from_name", None)
            data.pop("init_main_from_path", None)
        return data

    spawn.get_preparation_data = get_preparation_data


def prepare(client: Client) -> None:
    """Import the pipeline on every worker, now and on those that join later."""
    from distributed.diagnostics.plugin import WorkerPlugin

    modules = _PRELOADED

    class Preload(WorkerPlugin):  # defined here so that it travels by value: the scheduler need not have etolib
        name = "etolib-preload"

        def setup(self, worker: Any) -> None:
            import importlib
            import logging

            for module in modules:
                importlib.import_module(module)
            # How a task of ours ends is told in its messages, and a fault of ours logged there: no second traceback.
            logging.getLogger("distributed.worker").addFilter(
                lambda record: not (record.msg.startswith("Compute Failed") and "run_task" in record.getMessage())
            )

    client.register_plugin(Preload())


def warm(client: Client) -> None:
    """Have every worker, also those that join later, do beforehand what its first task would wait for.

    Returns at once; it is done beside the worker's tasks, on a thread that ends with its process.
    """
    from distributed.diagnostics.plugin import WorkerPlugin

    class Warm(WorkerPlugin):  # by value, as above
        name = "etolib-warm"

        def setup(self, worker: Any) -> None:
            import threading

            from etolib.tasks.worker import warm

            threading.Thread(target=warm, name="etolib-warm", daemon=True).start()

    client.register_plugin(Warm())


SERVER = "ETOLIB_SERVER"
"""Variable by which `etolib serve` marks the processes it starts, so that it can cancel their tasks when it stops."""


def client_name(server: str | None = None) -> str:
    """Return how clients are called on a scheduler: those of a server's pages, by default those of this process."""
    server = server or os.environ.get(SERVER)
    return f"etolib-{server}" if server else "etolib"


def connect(address: str | None = None, *, timeout: float = 5.0) -> Client:
    """Return a client of an existing scheduler; `SchedulerUnavailable` where it does not answer.

    ``address`` defaults to ``DASK_SCHEDULER_ADDRESS`` (dask's own variable).
    """
    from distributed import Client
    from distributed.comm.addressing import get_address_host, parse_address, parse_host_port

    address = address or os.environ.get("DASK_SCHEDULER_ADDRESS")
    if not address:
        raise SchedulerUnavailable(say("no_scheduler_known"), suggestion=say("set_scheduler_address"))
    try:
        # Looked at first: a client that could not read its address ends with a traceback of its own.
        scheme, place = parse_address(address)
        if scheme in ("tcp", "tls", "ws", "wss"):
            parse_host_port(place)
        else:
            get_address_host(address)
        return Client(address, timeout=timeout, set_as_default=False, name=client_name())
    except (OSError, TimeoutError, ValueError) as error:
        raise SchedulerUnavailable(say("scheduler_at_address_silent", address=address, error=error)) from error


def get_client() -> Client:
    """Return the client to use where none is given.

    In this order: the client the caller has made (dask's current one), the scheduler of
    ``DASK_SCHEDULER_ADDRESS``, or a cluster of this process, started once.
    """
    from distributed import Client

    try:
        current: Client = Client.current(allow_global=True)
    except ValueError:
        pass
    else:
        return current
    with _lock:
        pid = os.getpid()
        if pid in _own and _own[pid][1].status != "closed":
            return _own[pid][1]
        if os.environ.get("DASK_SCHEDULER_ADDRESS"):
            client = connect()
            _own[pid] = (None, client)  # type: ignore[assignment]
        else:
            cluster = start()
            client = Client(cluster, set_as_default=False, name=client_name())
            _own[pid] = (cluster, client)
        return client


def close() -> None:
    """Close the client (and cluster) that `get_client` has made in this process."""
    with _lock:
        cluster, client = _own.pop(os.getpid(), (None, None))
    if client is not None:
        client.close()
    if cluster is not None:
        cluster.close()
