"""Work of a cluster on this machine is taken from nobody who has not its certificate.

A dask scheduler runs what it is sent. On loopback any user of the machine could send it something, so scheduler,
workers and pages talk TLS with one certificate that is made at the start and asks the other side for the same. It
lives in memory, and in a file of the folder of this run that its owner alone can read (`etolib.tasks.reach`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from distributed import Security

_ROLES = ("client", "scheduler", "worker")
_FOR_DASK = "DASK_DISTRIBUTED__COMM__"


def temporary() -> Security:
    """Return a certificate and key for one cluster, for this start alone."""
    from distributed import Security

    made: Security = Security.temporary()
    return made


def environment(security: Security) -> dict[str, str]:
    """Return the variables with which dask, in a process we start, finds the way in: keys, not paths.

    Only processes of the same user can read the environment of a process.
    """
    client = security.get_tls_config_for_role("client")
    found = {f"{_FOR_DASK}TLS__CA_FILE": client["ca_file"]}
    for role in _ROLES:
        one = security.get_tls_config_for_role(role)
        found |= {f"{_FOR_DASK}TLS__{role.upper()}__{part.upper()}": one[part] for part in ("cert", "key")}
    return found
