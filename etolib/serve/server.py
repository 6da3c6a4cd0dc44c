"""`etolib serve` and `etolib lab`: one dask cluster for all pages, and the server of the pages beside it."""

from __future__ import annotations

import contextlib
import http.client
import json
import logging
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
import uuid
import webbrowser
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import psutil  # type: ignore[import-untyped]

from etolib import extras, logs
from etolib.errors import EtolibError, InputError, Problem
from etolib.serve import access, account, voila
from etolib.serve.child import PARENT
from etolib.serve.entrance import Entrance, path_of
from etolib.serve.folder import RunFolder
from etolib.serve.supervisor import Supervisor
from etolib.tasks import cluster, reach
from etolib.tasks.cluster import NO_DASHBOARD
from etolib.tasks.messages import SERVER_STOPPED
from etolib.words import say

if TYPE_CHECKING:
    from distributed import LocalCluster

log = logging.getLogger(__name__)

# What the processes of pages, and the cluster, import.
_NEEDS = "distributed", "ipywidgets", "ipyleaflet", "anywidget", "setproctitle", "prometheus_client", "cryptography"
_MOST_ENDS, _WHILE_S = 5, 600.0  # a server that ends more often within so many seconds is not started again
_STOP_S = 2.0  # the scheduler may take so long to hear that we stop [s]
_TELL_S = 0.3  # pages may take so long to hear of it [s]
_ENDING_S = 4.0  # a server that ends may hold its address so long [s]
PATIENCE = 120.0  # s; a cold disk may take long to import everything


def free_port(host: str) -> int:
    """Return a port nobody listens on."""
    with socket.socket(_family(host)) as probe:
        probe.bind((host, 0))
        return int(probe.getsockname()[1])


def _family(host: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in host else socket.AF_INET


def serve(
    kind: str,
    *,
    port: int,
    host: str,
    workers: int | None,
    scheduler: str | None,
    browser: bool,
    token: bool = True,
    insecure: bool = False,
    base_url: str = "/",
    names: Sequence[str] = (),
    pages: int = 30,
    dashboard: bool = False,
    as_json: bool = False,
) -> int:
    """Start or adopt a cluster, start Voila (``voila``) or JupyterLab (``lab``), and stay until stopped.

    Prints one line ``name<TAB>url`` for each page once it answers, or one line of JSON. Returns the exit status.
    Everything started here ends with it.
    """
    below = path_of(base_url)
    secret = access.token_for(host, wanted=token, insecure=insecure)
    if not access.is_loopback(host):
        click.echo(say("open_to_others"), err=True)
    _refuse(kind, host, port)
    entrance = Entrance(host, port or free_port(host), below, secret, tuple(names), pages)
    child = watch = None
    address, mark = "", uuid.uuid4().hex[:12]
    # From the first process on: none may stay behind.
    before = _hear(dict.fromkeys(_SIGNALS, _stop))
    folder = RunFolder()
    told = folder.path / "account.json"
    try:
        more, certificate = account.environment(told), dict[str, str]()
        if scheduler or os.environ.get("DASK_SCHEDULER_ADDRESS"):
            address = _adopt(scheduler)
            watch = Supervisor(told, address)
        else:
            own, certificate, start = _own_cluster(workers, folder, dashboard=dashboard)
            address = str(own.scheduler_address)
            watch = Supervisor(told, address, own, start)
            more |= certificate | ({} if dashboard else {NO_DASHBOARD: "1"})
        reach.tell(folder.path, address, certificate, entrance.port)
        environment = os.environ | more | {"DASK_SCHEDULER_ADDRESS": address, cluster.SERVER: mark}
        watch.watch()
        child, pages_of = _start(kind, entrance, folder, environment)
        _tell(pages_of, as_json)
        if browser:
            webbrowser.open(next(iter(pages_of.values())))
        ends: list[float] = []
        while (status := child.wait()) and _again(ends):
            log.error("the server of the pages has ended with status %d and is started again", status)
            watch.restarts["server"] += 1
            _bury(child)
            child, _ = _start(kind, entrance, folder, environment)
        return status
    except _Stopped:
        return 0
    finally:
        _hear_no_more()
        if watch is not None:
            watch.stop()
        _close(child, None if watch is None else watch.own, address, mark)
        folder.close()
        _hear(before)


def _tell(pages: Mapping[str, str], as_json: bool) -> None:
    """Print the address of each page."""
    lines = [json.dumps(pages)] if as_json else [f"{name}\t{url}" for name, url in pages.items()]
    print(*lines, sep="\n", flush=True)


def _again(ends: list[float]) -> bool:
    """Return whether a server that has ended is started again: not if it does so again and again."""
    now = time.monotonic()
    ends[:] = [one for one in ends if now - one < _WHILE_S] + [now]
    return len(ends) <= _MOST_ENDS


def _bury(child: subprocess.Popen[bytes]) -> None:
    """End what a server that was killed has left; its kernels end by themselves, and soon."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(child.pid, signal.SIGKILL)


def _adopt(scheduler: str | None) -> str:
    """Get a scheduler of somebody else ready; return its address."""
    client = cluster.connect(scheduler)
    try:
        address = cluster.address_of(client)
        cluster.warm(client)
    finally:
        client.close()
    if not address.startswith(("tls://", "inproc://")):
        click.echo(say("adopted_in_clear", address=address), err=True)
    return address


def _own_cluster(
    workers: int | None, folder: RunFolder, *, dashboard: bool
) -> tuple[LocalCluster, dict[str, str], Callable[[int], LocalCluster]]:
    """Start a cluster that only we can talk to.

    Returns it, what a process we start must know to talk to it, and how to start it again on the same port.
    """
    import dask
    import distributed  # noqa: F401  (its import sets up a log of its own)

    from etolib.tasks import security

    click.echo(say("starting_cluster"), err=True)
    logs.take_over()
    dask.config.set({"temporary-directory": str(folder.path)})
    if not dashboard:  # dask's HTTP servers cannot be left out, but they need not answer anything
        dask.config.set({f"distributed.{one}.http.routes": [] for one in ("scheduler", "worker")})
    certificate = security.temporary()

    def start(port: int = 0) -> LocalCluster:
        where = "127.0.0.1:0" if dashboard else None
        own = cluster.start(workers, security=certificate, port=port, dashboard=where, give_way=True)
        with own.get_client() as client:
            cluster.warm(client)
        return own

    own = start()
    if dashboard:
        click.echo(f"dask dashboard\t{own.dashboard_link}", err=True)
    return own, security.environment(certificate), start


def _start(
    kind: str, entrance: Entrance, folder: RunFolder, environment: Mapping[str, str]
) -> tuple[subprocess.Popen[bytes], dict[str, str]]:
    """Start the server of the pages; return its process and the address of each page, when they answer."""
    where: dict[str, Any] = {
        "host": entrance.host, "port": entrance.port, "base_url": entrance.base_url, "token": entrance.token,
    }  # fmt: skip
    if kind == "voila":
        command, more = voila.command(**where, pages=entrance.pages, names=entrance.names, folder=folder.path)
        pages = {name: voila.url(name, **where) for name in voila.app_names()}
        probe = entrance.root + voila.READY
    else:
        command, more = _lab(entrance)
        asked = f"?token={entrance.token}" if entrance.token else ""
        pages, probe = {"lab": f"{entrance.root}/lab{asked}"}, f"{entrance.root}/api{asked}"
    # A session of its own: Ctrl-C reaches us alone, and we end the child in order.
    known = {**environment, **more, PARENT: str(os.getpid())}
    child = subprocess.Popen(command, env=known, start_new_session=True)
    try:
        _await(child, probe)
    except BaseException:  # interrupted too: no server stays behind
        _end(child)
        raise
    return child, pages


def _close(child: subprocess.Popen[bytes] | None, own: LocalCluster | None, address: str, mark: str) -> None:
    """End what was started, the cluster while the server ends."""
    family = _family_of(child)
    if child is not None:
        _cancel_tasks(own, address, mark)
        if child.poll() is None:
            with contextlib.suppress(subprocess.TimeoutExpired):
                child.wait(_TELL_S)  # pages hear why their tasks are over
            child.terminate()
    if own is not None:
        own.close()
    if child is not None:
        _end(child)
    for one in family:
        with contextlib.suppress(psutil.Error):
            one.kill()


def _family_of(child: subprocess.Popen[bytes] | None) -> list[psutil.Process]:
    """Return what a process has started: kernels have sessions of their own."""
    if child is None:
        return []
    with contextlib.suppress(psutil.Error):
        found: list[psutil.Process] = psutil.Process(child.pid).children(recursive=True)
        return found
    return []


class _Stopped(SystemExit):
    """Asked to stop, by a signal.

    Not KeyboardInterrupt: Python ends a process as killed where that passed through an ``exec``, caught or not, and
    importing dask is full of them (each dataclass is one).
    """


def _stop(number: int, frame: object) -> None:
    _hear_no_more()
    raise _Stopped(0)


_SIGNALS = (signal.SIGTERM, signal.SIGINT)


def _hear(handlers: Mapping[int, Any]) -> dict[int, Any]:
    """Set what becomes of signals; return what became of them before."""
    return {number: signal.signal(number, handler) for number, handler in handlers.items()}


def _hear_no_more() -> None:
    """Take no second Ctrl-C: it must not break off what ends everything, which takes some seconds at most."""
    _hear(dict.fromkeys(_SIGNALS, signal.SIG_IGN))


def _refuse(kind: str, host: str, port: int) -> None:
    """Refuse what cannot be served: a package is absent, or somebody listens there already."""
    extras.check(*_NEEDS, "voila" if kind == "voila" else "jupyterlab", extra="app")
    _refuse_taken(host, port)


def _refuse_taken(host: str, port: int) -> None:
    """Refuse an address that is in use; one of ours that is just ending is waited for."""
    late = time.monotonic() + _ENDING_S
    while True:
        try:
            with socket.socket(_family(host)) as probe:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                probe.bind((host, port))
            return
        except OSError as error:
            ours = bool(port) and _is_etolib(host, port)
            if ours and time.monotonic() < late:
                time.sleep(0.1)
                continue
            rule = say("port_taken", host=host, error=say("port_ours") if ours else error.strerror)
            raise InputError([Problem("port", port, rule, say("choose_other_port"))]) from None


def _is_etolib(host: str, port: int) -> bool:
    """Return whether it is etolib that answers at a port."""
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with direct.open(voila.origin(host, port) + voila.HEALTH, timeout=1) as answer:
            return bool(answer.headers.get("Server") == "etolib")
    except urllib.error.HTTPError as error:
        return bool(error.headers.get("Server") == "etolib")
    except (OSError, http.client.HTTPException):
        return False


def _lab(entrance: Entrance) -> tuple[list[str], dict[str, str]]:
    options = {
        "ip": entrance.host, "port": entrance.port, "port_retries": 0, "root_dir": Path.cwd(), "open_browser": False,
        "base_url": entrance.base_url,
    }  # fmt: skip
    arguments = [f"--ServerApp.{name}={value}" for name, value in options.items()] + [f"--log-level={logs.others()}"]
    arguments.append(f"--Application.logging_config={logs.CONFIGURATION!r}")
    arguments += [f"--ServerApp.local_hostnames={name}" for name in ("localhost", *entrance.names)]
    if not entrance.token:
        arguments.append("--IdentityProvider.token=")
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        arguments.append("--allow-root")
    # By the environment: others could read a command line.
    more = {"JUPYTER_TOKEN": entrance.token} if entrance.token else {}
    return [sys.executable, "-P", "-m", "etolib.serve.child", "etolib.serve.lab", *arguments], more


def _await(child: subprocess.Popen[bytes], url: str) -> None:
    """Wait until the page answers; a child that ends first ends us too."""
    limit = time.monotonic() + PATIENCE
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))  # a proxy does not know this machine
    while time.monotonic() < limit:
        if child.poll() is not None:
            raise SystemExit(child.returncode or 1)
        with contextlib.suppress(OSError), direct.open(url, timeout=PATIENCE):
            return
        time.sleep(0.1)
    raise SystemExit(f"error: {say('server_silent', seconds=f'{PATIENCE:g}')}")


def _cancel_tasks(own: LocalCluster | None, address: str, mark: str) -> None:
    """Cancel what the pages of this server have under way, so that their messages say why."""
    from etolib.tasks import scheduler

    # A scheduler that is lost has no task to cancel.
    with contextlib.suppress(EtolibError, OSError, TimeoutError, RuntimeError):
        client = cluster.connect(address, timeout=_STOP_S) if own is None else own.get_client()
        with client:
            scheduler.ask(client, "stop", client=cluster.client_name(mark), reason=SERVER_STOPPED)


def _end(child: subprocess.Popen[bytes]) -> None:
    """End the server, by force where it does not end by itself; its kernels end with it."""
    if child.poll() is not None:
        return
    child.terminate()
    try:
        child.wait(15)
    except subprocess.TimeoutExpired:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGKILL)
        child.wait()
