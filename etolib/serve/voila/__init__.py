"""How the dashboards are served: Voila with etolib's own front page, found inside the package.

`command` gives what a program (`etolib serve`) runs; ``python -m etolib.serve.voila APPS`` is the server itself.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from pathlib import Path

from etolib import logs
from etolib.serve import access

READY = "/etolib/ready"
"""Answers 200 when the first visitor will find a kernel ready, 503 before."""


HEALTH = "/healthz"
"""Answers 200 while the server answers, for whoever watches over it."""

METRICS = "/metrics"
"""Figures in the form of Prometheus."""

MEMORY = {"MALLOC_ARENA_MAX": "2", "MALLOC_TRIM_THRESHOLD_": "131072"}
"""What the C library (glibc) of the server and its pages is told, where the environment does not say otherwise.

The threads of a page need little: without the first, each of them keeps memory of its own. The second is what glibc
begins with; once it is set it stays, and with it from what size on a block is given back when it is freed. Else that
size grows with the blocks a page has had, and what a first view needed for a moment is kept (6 MB a page).
"""


def apps_folder() -> Path:
    """Return the folder of the dashboards: beside the package in a checkout, inside it in an installation."""
    package = Path(__file__).resolve().parent.parent.parent
    for folder in (package.parent / "apps", package / "apps"):
        if (folder / "eto.ipynb").is_file():
            return folder
    raise FileNotFoundError(f"no dashboards beside or inside {package}")


def app_names() -> list[str]:
    """Return the names of the dashboards, the main one first.

    >>> app_names()[0]
    'eto'
    """
    names = sorted(path.stem for path in apps_folder().glob("*.ipynb"))
    return sorted(names, key=lambda name: name != "eto")


def url(name: str, host: str, port: int, base_url: str = "/", token: str = "") -> str:
    """Return the address of a dashboard, with what its door asks for.

    >>> url("eto", "127.0.0.1", 8866)
    'http://127.0.0.1:8866/voila/render/eto.ipynb'
    """
    asked = f"?token={token}" if token else ""
    return f"{origin(host, port)}{base_url.rstrip('/')}/voila/render/{name}.ipynb{asked}"


def origin(host: str, port: int) -> str:
    """Return scheme, host and port; a server that listens everywhere is reached on this machine."""
    shown = "127.0.0.1" if host in ("", "0.0.0.0", "::") else host
    return f"http://[{shown}]:{port}" if ":" in shown else f"http://{shown}:{port}"


def pages_each(host: str, pages: int, names: Iterable[str] = ()) -> int:
    """Return how many of the pages one visitor may have open: all where only one person comes, else a third.

    >>> pages_each("127.0.0.1", 30), pages_each("127.0.0.1", 30, ["eto.example.org"]), pages_each("0.0.0.0", 6)
    (30, 10, 3)
    """
    alone = access.is_loopback(host) and not any(names)
    return pages if alone else max(min(3, pages), pages // 3)


def command(
    apps: Path | None = None,
    *,
    host: str = "127.0.0.1",
    port: int = 8866,
    base_url: str = "/",
    token: str | None = None,
    pool: int = 1,
    pages: int = 30,
    names: Iterable[str] = (),
    folder: Path | None = None,
) -> tuple[list[str], dict[str, str]]:
    """Return the command line of the server, and what to add to its environment.

    Parameters
    ----------
    apps : Path, optional
        Folder of the dashboards; default: `apps_folder`.
    host, port, base_url
        Where it listens. A port in use is an error: another one would not be the one that was told.
    token : str, optional
        Asked of every visitor. It goes by the environment: others could read a command line.
    pool : int
        Kernels kept ready for the next visitor (about 50 MB each); 0: none, a visitor then waits for a kernel.
    pages : int
        Pages that may be open at once.
    names : iterable of str
        Host names the server answers to beside those of its machine, as a proxy passes them on.
    folder : Path, optional
        Where kernels have the files and sockets by which they are talked to; default: a folder of the server's own.
    """
    words = [
        # -P: a file named voila.py in the current folder must not be taken for the package.
        sys.executable, "-P", "-m", "etolib.serve.voila", str(apps or apps_folder()),
        f"--Voila.ip={host}", f"--port={port}", "--Voila.port_retries=0", f"--base_url={base_url}",
        f"--preheat_kernel={pool > 0}", f"--pool_size={max(pool, 0)}", "--no-browser",
        f"--Voila.log_level={logs.others()}",
        f"--Visits.most={pages}", f"--Visits.most_each={pages_each(host, pages, names)}",
    ]  # fmt: skip
    if folder is not None:
        words.append(f"--Voila.connection_dir_root={folder}")
    more = {name: os.environ.get(name, value) for name, value in MEMORY.items()} | {access.TOKEN: token or ""}
    if others := ",".join(filter(None, [*names, os.environ.get(access.NAMES, "")])):
        more[access.NAMES] = others
    return words, more
