"""`etolib serve` and `etolib lab`: one dask cluster for all pages, and the server of the pages beside it."""

from __future__ import annotations

import contextlib
import logging
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
import uuid
import webbrowser
from pathlib import Path

import click

from etolib.errors import EtolibError, InputError, Problem
from etolib.serve import voila
from etolib.tasks import cluster
from etolib.tasks.messages import SERVER_STOPPED
from etolib.words import say

_STOP_S = 2.0  # the scheduler may take so long to hear that we stop [s]
PATIENCE = 120.0  # s; a cold disk may take long to import everything


def free_port(host: str) -> int:
    """Return a port nobody listens on."""
    with socket.socket(_family(host)) as probe:
        probe.bind((host, 0))
        return int(probe.getsockname()[1])


def _family(host: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in host else socket.AF_INET


def serve(kind: str, *, port: int, host: str, workers: int | None, scheduler: str | None, browser: bool) -> int:
    """Start or adopt a cluster, start Voila (``voila``) or JupyterLab (``lab``), and stay until stopped.

    Prints one line ``name<TAB>url`` for each page once it answers. Returns the exit status. Everything started here
    ends with it.
    """
    _refuse_taken(host, port)
    port = port or free_port(host)
    own = child = None
    address, mark = "", uuid.uuid4().hex[:12]
    # From the first process on: none may stay behind.
    before = {number: signal.signal(number, _stop) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        if scheduler or os.environ.get("DASK_SCHEDULER_ADDRESS"):
            client = cluster.connect(scheduler)
            address = str(client.scheduler_info()["address"])
            cluster.prepare(client)
            cluster.warm(client)
            client.close()
        else:
            click.echo(say("starting_cluster"), err=True)
            _quiet_dask()
            own = cluster.start(workers)
            address = str(own.scheduler_address)
            with own.get_client() as client:
                cluster.warm(client)
            click.echo(f"dask dashboard\t{own.dashboard_link}", err=True)
        environment = os.environ | {"DASK_SCHEDULER_ADDRESS": address, cluster.SERVER: mark}
        command, more = voila.command(host=host, port=port) if kind == "voila" else _lab(host, port)
        # A session of its own: Ctrl-C reaches us alone, and we end the child in order.
        child = subprocess.Popen(command, env=environment | more, start_new_session=True)
        root = voila.origin(host, port)
        if kind == "voila":
            pages = {name: voila.url(name, host, port) for name in voila.app_names()}
            _await(child, root + voila.READY)
        else:
            pages = {"lab": f"{root}/lab"}
            _await(child, root + "/api")
        for name, url in pages.items():
            print(f"{name}\t{url}", flush=True)
        if browser:
            webbrowser.open(next(iter(pages.values())))
        return child.wait()
    except _Stopped:
        return 0
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        if child is not None:
            _cancel_tasks(address, mark)
            _end(child)
        if own is not None:
            own.close()


def _quiet_dask() -> None:
    """Keep dask's notes off the terminal, also while a cluster starts and stops: dask itself does so in between."""
    import distributed  # noqa: F401  (its import sets the level)

    logging.getLogger("distributed").setLevel(logging.ERROR)


class _Stopped(SystemExit):
    """Asked to stop, by a signal.

    Not KeyboardInterrupt: Python ends a process as killed where that passed through an ``exec``, caught or not, and
    importing dask is full of them (each dataclass is one).
    """


def _stop(number: int, frame: object) -> None:
    raise _Stopped(0)


def _refuse_taken(host: str, port: int) -> None:
    try:
        with socket.socket(_family(host)) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((host, port))
    except OSError as error:
        raise InputError(
            [Problem("port", port, say("port_taken", host=host, error=error.strerror), say("choose_other_port"))]
        ) from None


def _lab(host: str, port: int) -> tuple[list[str], dict[str, str]]:
    checkout = voila.apps_folder().parent
    root = checkout if (checkout / "notebooks").is_dir() else Path.cwd()
    options = {"ip": host, "port": port, "port_retries": 0, "root_dir": root, "open_browser": False}
    arguments = [f"--ServerApp.{name}={value}" for name, value in options.items()] + ["--log-level=ERROR"]
    # Loopback only: whoever can reach it is this user. Anywhere else JupyterLab's own token protects it.
    if host in ("127.0.0.1", "localhost", "::1"):
        arguments.append("--IdentityProvider.token=")
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        arguments.append("--allow-root")
    return [sys.executable, "-m", "jupyterlab", *arguments], {}


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


def _cancel_tasks(address: str, mark: str) -> None:
    """Cancel what the pages of this server have under way, so that their messages say why."""
    from etolib.tasks import scheduler

    # A scheduler that is lost has no task to cancel.
    with contextlib.suppress(EtolibError, OSError, TimeoutError, RuntimeError):
        client = cluster.connect(address, timeout=_STOP_S)
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
