"""How other programs of the same user find the cluster of a running server: a file in the folder of its run.

The folder can be entered by its owner alone and goes with the run; the file holds the address and the certificate.
"""

from __future__ import annotations

import contextlib
import json
import os
import stat
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_FILE = "cluster.json"


@dataclass(frozen=True)
class Reach:
    """Where a cluster is, and what lets us in (`distributed.Security`; None where it asks for nothing)."""

    address: str
    security: Any


def tell(folder: Path, address: str, environment: Mapping[str, str], port: int = 0) -> None:
    """Write the address and the certificate (`etolib.tasks.security.environment`) of a cluster.

    ``port`` is where the server of the pages listens.
    """
    path = folder / _FILE
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        json.dump({"address": address, "certificate": dict(environment), "port": port}, file)


def newest(port: int | None = None) -> Reach | None:
    """Return the cluster of the server of this user that was started last; None where none runs.

    With ``port`` that of the server whose pages are there.
    """
    found = []
    for path in Path(tempfile.gettempdir()).glob(f"etolib-*/{_FILE}"):
        with contextlib.suppress(OSError):
            # Whoever is at a scheduler has us run what he says: neither a folder of another user, nor a link in it.
            about, folder = path.lstat(), path.parent.lstat()
            ours = not hasattr(os, "getuid") or about.st_uid == folder.st_uid == os.getuid()
            if ours and stat.S_ISREG(about.st_mode) and stat.S_ISDIR(folder.st_mode):
                found.append((about.st_mtime, path))
    for _, path in sorted(found, reverse=True):
        with contextlib.suppress(OSError, ValueError, KeyError):
            said = json.loads(path.read_text())
            if port is not None and said.get("port") != port:
                continue
            return Reach(said["address"], _security(said["certificate"]))
    return None


def _security(environment: Mapping[str, str]) -> Any:
    from distributed import Security

    given = {name.rpartition("TLS__")[2].lower(): value for name, value in environment.items() if "TLS__" in name}
    if not given:
        return None
    return Security(
        require_encryption=True, tls_ca_file=given["ca_file"], tls_client_cert=given["client__cert"],
        tls_client_key=given["client__key"],
    )  # fmt: skip
