"""Start a dask cluster, or adopt one, ready to run etolib tasks."""

from __future__ import annotations

import contextlib
import copy
import json
import os
import threading
import time
import warnings
import weakref
from pathlib import Path
from typing import TYPE_CHECKING, Any

from etolib import config, logs
from etolib.errors import InputError, Problem, SchedulerUnavailable
from etolib.tasks import handshake, priority, scheduler, workers
from etolib.tasks.handshake import Description
from etolib.words import Text, join, say

if TYPE_CHECKING:
    from distributed import Client, LocalCluster, Security

_lock = threading.Lock()
_own: dict[int, tuple[LocalCluster, Client]] = {}  # by process id: a forked child must not use its parent's cluster


SAMPLES = 600
"""Looks at its memory and load that a process of dask remembers, one each half second: else an hour's, 2 MB."""

LITTLE: dict[str, Any] = {
    "distributed.worker.profile.enabled": False,
    "distributed.admin.system-monitor.log-length": SAMPLES,
}
"""Settings for the processes of dask that run for long: what its profiler keeps of each task grows for ever (170 MB in
1,000 tasks), and it has stopped workers for ever (`etolib.tasks.stacks`)."""


def start(
    workers: int | None = None,
    *,
    threads_per_worker: int = 2,
    dashboard: str | None = "127.0.0.1:0",
    port: int = 0,
    security: Security | None = None,
    give_way: bool = False,
) -> LocalCluster:
    """Start a cluster of worker processes on this machine, with the pipeline imported in each.

    Parameters
    ----------
    workers : int, optional
        Number of worker processes; default: the number of cores, 4 at most (the work is mostly waiting for sources).
    threads_per_worker : int
        Tasks each worker runs at once.
    dashboard : str
        Where dask's own dashboard listens; port 0 takes a free one, None: there is none.
    port : int
        Where the scheduler listens; 0: a free one.
    security : distributed.Security, optional
        Certificates, as `etolib.tasks.security.temporary` makes them: no other user of the machine can send it work.
    give_way : bool
        Run the workers with a lower priority than what serves pages on the same machine (`etolib.tasks.priority`).

    Notes
    -----
    Everything listens on 127.0.0.1 only. The importing beforehand matters: the first task took 17 s without. `LITTLE`
    is what keeps its processes from growing. A worker that is killed is started again (`etolib.tasks.local`).
    """
    import dask
    from distributed import Client

    from etolib.tasks import local

    _keep_script_from_workers()
    with dask.config.set(LITTLE):
        cluster = local.Cluster(  # type: ignore[no-untyped-call]
            n_workers=workers or min(os.cpu_count() or 1, 4),
            threads_per_worker=threads_per_worker,
            processes=True,
            host="127.0.0.1",
            scheduler_port=port,
            dashboard_address=dashboard or "127.0.0.1:0",
            **({} if dashboard else {"scheduler_kwargs": {"dashboard": False}}),
            env=config.environment(),
            config=copy.deepcopy(dask.config.config),  # of each worker, whenever it begins; above its variables
            preload=[*dask.config.get("distributed.worker.preload"), *([priority.__name__] if give_way else [])],
            silence_logs=logs.others(),
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


def prepare(client: Client, *, patience: float = 120.0, **more: Any) -> dict[str, Description]:
    """Look at every worker, now and at those that join later, and import the pipeline there; return what each has.

    Workers that differ get no task of ours, and a warning names them (`etolib.tasks.handshake`).

    Parameters
    ----------
    client : distributed.Client
    patience : float
        How long to wait for the workers' answers. [s]
    wait, warm, upload
        As of `etolib.tasks.workers.Workers.hello`.
    """
    asked = {"wait": workers.WAIT_S, "warm": False, "upload": None} | more
    ours = handshake.mine()
    if client.status == "running" and client not in _registered:  # dask prints a traceback of a name it does not know
        client.sync(scheduler.register, client.scheduler)
        _registered.add(client)
    answer = scheduler.ask(client, "hello", client=client.id, ours=ours, patience=patience, **asked)
    found: dict[str, Description] = answer["workers"]
    _tell(client, found)
    return found


def prepare_beside(client: Client) -> None:
    """Do what `prepare` does for a client that is known, without waiting: once a second, told at the next call."""
    if (news := _news.pop(client, None)) is not None:
        _tell(client, news)
    now = time.monotonic()
    if now - _asked_at.get(client, 0.0) > _AGAIN_S:
        _asked_at[client] = now
        loop: Any = client.loop
        loop.add_callback(loop.call_later, _BESIDE_S, _ask_beside, client)


async def _ask_beside(client: Client) -> None:
    asked = {"client": client.id, "ours": handshake.mine(), "wait": workers.WAIT_S, "warm": False, "upload": None}
    # Lost or closed meanwhile: whoever hands over the next task will be told.
    with contextlib.suppress(SchedulerUnavailable, OSError, TimeoutError, RuntimeError):
        _news[client] = (await scheduler.ask_beside(client, "hello", patience=0, **asked))["workers"]


def _tell(client: Client, found: dict[str, Description]) -> None:
    """Warn of workers that differ, once of each."""
    ours = handshake.mine()
    told = handshake.told(ours, {address: one for address, one in found.items() if (client.id, address) not in _told})
    _told.update((client.id, address) for address in found)
    if told:
        sentence = join("\n", [say("workers_get_no_task"), *told, handshake.advice(ours)])
        warnings.warn(str(sentence), UserWarning, stacklevel=4)


_AGAIN_S = 1.0  # how often a client asks again what workers there are [s]
_BESIDE_S = 0.05  # how long after a task was handed over, whose way it shall not cross [s]
_asked_at: weakref.WeakKeyDictionary[Client, float] = weakref.WeakKeyDictionary()
_news: weakref.WeakKeyDictionary[Client, dict[str, Description]] = weakref.WeakKeyDictionary()

_registered: weakref.WeakSet[Client] = weakref.WeakSet()
_told: set[tuple[str, str]] = set()  # workers that a client was told about


def warm(client: Client) -> None:
    """Have every worker, also those that join later, do beforehand what its first task would wait for.

    Returns at once; it is done beside the worker's tasks, on a thread that ends with its process.
    """
    prepare(client, warm=True, patience=0)


SERVER = "ETOLIB_SERVER"
"""Variable by which `etolib serve` marks the processes it starts, so that it can cancel their tasks when it stops."""


NO_DASHBOARD = "ETOLIB_NO_DASHBOARD"
"""Variable by which `etolib serve` says that dask's dashboard answers nothing."""


def client_name(server: str | None = None) -> str:
    """Return how clients are called on a scheduler: those of a server's pages, by default those of this process."""
    server = server or os.environ.get(SERVER)
    return f"etolib-{server}" if server else "etolib"


RECONNECT_S = 600.0
"""How long a client looks for a scheduler that it has lost. [s]"""


def connect(
    where: Any = None,
    *,
    security: Any = None,
    timeout: float = 5.0,
    wait: float | str | None = "auto",
    install: bool = False,
) -> Client:
    """Return a client of an existing cluster, whose workers have been looked at.

    Parameters
    ----------
    where : cluster, client, str or path, optional
        A cluster object (``LocalCluster``, ``SSHCluster``, ``SLURMCluster`` and the others of dask-jobqueue,
        ``KubeCluster``, ``GatewayCluster``, ``coiled.Cluster``: anything with ``scheduler_address`` or
        ``get_client()``), a client, the address of a scheduler, or a scheduler file (JSON). Default:
        ``DASK_SCHEDULER_ADDRESS`` (dask's own variable), else dask's current client.
    security : distributed.Security, dict, optional
        Certificates, where the scheduler wants TLS; a cluster object brings its own.
    timeout : float
        For the scheduler to answer. [s]
    wait : float or None
        How long tasks wait where no worker is there before they end with an error [s]; None: for ever. "auto": for
        ever where the cluster object can bring workers (adaptive, or a queue of jobs), else a minute.
    install : bool
        Send this etolib (the package alone, some 8 MB, without the libraries it needs) to workers that have none; they
        unpack it into their scratch folder. What they have installed is never replaced.

    Raises
    ------
    InputError
        Where ``where`` is nothing that leads to a cluster, or asynchronous.
    SchedulerUnavailable
        Where the scheduler does not answer, or has no etolib.

    Warns
    -----
    UserWarning
        With the workers that get no task because they differ from this process, and in what.
    """
    client = _client_of(where, security, timeout)
    try:
        prepare(client, wait=_patience(where, wait), upload=handshake.package() if install else None)
    except (OSError, TimeoutError, RuntimeError) as error:
        raise SchedulerUnavailable(say("scheduler_silent", error=error)) from error
    return client


def _patience(where: Any, wait: float | str | None) -> float | None:
    if wait != "auto":
        return None if wait is None else float(wait)
    # dask-jobqueue and the like say how many workers were asked for; `adapt` keeps its object.
    brings = getattr(where, "_adaptive", None) is not None or hasattr(where, "job_cls") or hasattr(where, "gateway")
    return None if brings else workers.WAIT_S


def _client_of(where: Any, security: Any, timeout: float) -> Client:
    from distributed import Client

    from etolib.tasks import line

    if where is None:
        where = os.environ.get("DASK_SCHEDULER_ADDRESS") or _current()
    if where is None:
        raise SchedulerUnavailable(say("no_scheduler_known"), suggestion=say("set_scheduler_address"))
    if isinstance(where, Client):
        return usable(where)
    if getattr(where, "asynchronous", False):
        raise InputError([Problem("cluster", type(where).__name__, say("is_asynchronous"), say("make_it_synchronous"))])
    if isinstance(where, (str, os.PathLike)):
        return _by_address(os.fspath(where), security, timeout)
    name = client_name()
    try:
        if isinstance(getattr(where, "scheduler_address", None), str) and hasattr(where, "status"):
            return line.Client(where, security=security, timeout=timeout, set_as_default=False, name=name)
        if callable(getattr(where, "get_client", None)):
            return usable(where.get_client())
        if isinstance(getattr(where, "scheduler_address", None), str):
            security = security or getattr(where, "security", None)
            return _by_address(where.scheduler_address, security, timeout)
    except (OSError, TimeoutError, ValueError, RuntimeError) as error:
        what = getattr(where, "scheduler_address", None) or type(where).__name__
        raise SchedulerUnavailable(say("scheduler_at_address_silent", address=what, error=error)) from error
    raise InputError([Problem("cluster", type(where).__name__, say("leads_to_no_cluster"), say("give_a_cluster"))])


def _current() -> Client | None:
    from distributed import Client

    try:
        current: Client = Client.current(allow_global=True)
    except ValueError:
        return None
    return current


def usable(client: Client) -> Client:
    """Return a client that can be used from here; raises where it is asynchronous."""
    if client.asynchronous:
        raise InputError([Problem("client", "asynchronous", say("is_asynchronous"), say("make_it_synchronous"))])
    return client


def _by_address(address: str, security: Any, timeout: float) -> Client:
    from distributed.comm.addressing import get_address_host, parse_address, parse_host_port

    from etolib.tasks import line

    try:
        if address.endswith(".json") or Path(address).is_file():
            found = json.loads(Path(address).read_text())["address"]
            return _by_address(found, security, timeout)
        # Looked at first: a client that could not read its address ends with a traceback of its own.
        scheme, place = parse_address(address)
        if scheme in ("tcp", "tls", "ws", "wss"):
            parse_host_port(place)
        else:
            get_address_host(address)
        client = line.Client(address, timeout=timeout, security=security, set_as_default=False, name=client_name())
        client._timeout = max(timeout, RECONNECT_S)  # dask takes that of the first answer, and then closes for good
        return client
    except (OSError, TimeoutError, ValueError, KeyError, TypeError, RuntimeError) as error:
        silent = say("scheduler_at_address_silent", address=address, error=error)
        raise SchedulerUnavailable(silent, suggestion=_about_tls(address, security, error)) from error


def _about_tls(address: str, security: Any, error: Exception) -> Text | None:
    """Return what to do where a scheduler and this process do not agree on TLS; None where it is something else."""
    import dask
    from distributed.comm.core import CommClosedError

    if address.startswith("tls://") and security is None and dask.config.get("distributed.comm.tls.ca-file") is None:
        return say("give_certificates")
    answered = "ConnectionRefusedError" not in str(error)  # dask names it in its own error: nobody listens there
    closed = answered and isinstance(error, (ConnectionResetError, CommClosedError))
    return say("try_tls_address") if address.startswith("tcp://") and closed else None


def address_of(client: Client) -> str:
    """Return the address by which a client reaches its scheduler: the one it was given.

    The scheduler may announce another one that leads nowhere from here (a tunnel, NAT).
    """
    remote: Any = client.scheduler
    return str(remote.address)


_given: dict[tuple[int, str], Client] = {}  # by process, as above


def client_of(where: Any) -> Client:
    """Return the client of what a caller gives as ``client=``: one of dask's, or anything that `connect` takes.

    For the same cluster or address it is the same client again.
    """
    from distributed import Client

    if where is None:
        return get_client()
    if isinstance(where, Client):
        return usable(where)
    name = where if isinstance(where, str) else str(getattr(where, "scheduler_address", None) or id(where))
    key = (os.getpid(), name)
    with _lock:
        if key not in _given or _given[key].status != "running":
            _given[key] = connect(where)
        return _given[key]


def get_client() -> Client:
    """Return the client to use where none is given.

    In this order: the client the caller has made (dask's current one), the scheduler of
    ``DASK_SCHEDULER_ADDRESS``, or a cluster of this process, started once.
    """
    from distributed import Client

    if (current := _current()) is not None:
        return usable(current)
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
    """Close the clients (and cluster) that `get_client` and `client_of` have made in this process."""
    with _lock:
        cluster, client = _own.pop(os.getpid(), (None, None))
        given = [_given.pop(key) for key in list(_given) if key[0] == os.getpid()]
    for one in given:
        one.close()
    if client is not None:
        client.close()
    if cluster is not None:
        cluster.close()
