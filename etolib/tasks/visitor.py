"""Whose page this is: the visitor of a server, as its scheduler knows him.

The server of the pages gives each browser a cookie, and tells the process of a page who has it by a file that lies
beside the page's connection file, in a folder that only its owner can enter. What is told is made of the cookie, and
does not tell it. Scripts and notebooks have no visitor.
"""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

VARIABLE = "ETOLIB_VISITOR_FILE"
"""Variable with the path of the file, in the process of a page."""

_known: dict[str, str] = {}


def file_of(connection_file: str | os.PathLike[str]) -> Path:
    """Return where the visitor of a page is told.

    >>> file_of("/run/kernel-1.json").name
    'kernel-1.visitor'
    """
    return Path(connection_file).with_suffix(".visitor")


def of_this_process() -> str:
    """Return the visitor whose page this process is; empty where there is none, or none yet (a page kept ready)."""
    path = os.environ.get(VARIABLE, "")
    if path and path not in _known:
        with contextlib.suppress(OSError):
            _known[path] = Path(path).read_text(encoding="ascii").strip()
    return _known.get(path, "")
