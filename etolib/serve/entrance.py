"""Where a server is found, and who may come in."""

from __future__ import annotations

import re
from dataclasses import dataclass

from etolib.errors import InputError, Problem
from etolib.serve import voila
from etolib.words import say


@dataclass(frozen=True)
class Entrance:
    """Where a server is found and who may come in.

    Attributes
    ----------
    host, port, base_url
        Where it listens; ``base_url`` begins and ends with ``/``.
    token : str
        Asked of every visitor; empty: of none.
    names : tuple of str
        Host names it answers to beside those of its machine.
    pages : int
        Dashboards that may be open at once.
    """

    host: str
    port: int
    base_url: str = "/"
    token: str = ""
    names: tuple[str, ...] = ()
    pages: int = 30

    @property
    def root(self) -> str:
        """The address, without ``/`` at its end."""
        return voila.origin(self.host, self.port) + self.base_url.rstrip("/")


def path_of(base_url: str) -> str:
    """Return the path below which everything is served: it begins and ends with ``/``.

    >>> path_of("eto"), path_of("/")
    ('/eto/', '/')
    """
    path = f"/{base_url.strip('/')}/".replace("//", "/")
    if not re.fullmatch(r"[\w.~%@+:/-]+", path, re.ASCII):
        raise InputError([Problem("base_url", base_url, say("is_no_path"), say("give_a_path"))])
    return path
