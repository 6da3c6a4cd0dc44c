"""The files that leave a server running: of systemd, nginx and Caddy, and the versions the tests ran with."""

from __future__ import annotations

import re
from pathlib import Path

from etolib.errors import InputError, Problem
from etolib.words import say

FILES = {
    "constraints": "constraints.txt",
    "systemd": "docs/deploy/etolib.service",
    "nginx": "docs/deploy/nginx.conf",
    "caddy": "docs/deploy/Caddyfile",
}
"""What can be had, and where it lies in a checkout."""

NAMELESS = ("constraints",)
"""What holds no name of a host."""

EXAMPLE = "eto.example.org"
"""The host in the files as they lie in a checkout."""

_NAME = re.compile(r"(?=.{1,253}\Z)[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*", re.IGNORECASE)


def text(what: str, host: str = EXAMPLE) -> str:
    """Return one of `FILES`, with the name by which visitors call the server in it.

    >>> "server_name eto.farm.example;" in text("nginx", "eto.farm.example")
    True

    Raises
    ------
    InputError
        Where ``host`` is no name of a host: an address with ``https://``, a port or a path.
    """
    if not _NAME.fullmatch(host):
        raise InputError([Problem("name", host, say("no_host_name"))])
    package = Path(__file__).resolve().parent.parent
    inside = package / "deploy" / Path(FILES[what]).name  # of an installation; in a checkout it lies beside the package
    found = inside if inside.is_file() else package.parent / FILES[what]
    return found.read_text(encoding="utf-8").replace(EXAMPLE, host)
