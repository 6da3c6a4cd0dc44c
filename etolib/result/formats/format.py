"""`Format`: a kind of file a result can be written as."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

from etolib.unit_systems import METRIC, check

if TYPE_CHECKING:
    from etolib.result.result import Result

PathLike = str | os.PathLike[str]


@dataclass(frozen=True)
class Format:
    """A kind of file.

    Parameters
    ----------
    name : str
        Short, in small letters: ``csv``.
    ending : str
        Of the file's name, with its dot: ``.csv``.
    content : callable
        Takes a `etolib.result.result.Result`, returns the bytes of the file.
    media_type : str
        For browsers and servers.
    in_units : callable, optional
        Of a format that people read: takes the result and a system of units (`etolib.unit_systems.SYSTEMS`), returns
        the bytes of the file in that system. The others are exchange formats: canonical units, named in the file.
    needs : tuple of str
        Packages beyond a plain installation that it is written with, as they are imported: what is absent is told
        before anything is computed for it.
    """

    name: str
    ending: str
    content: Callable[[Result], bytes]
    media_type: str = "application/octet-stream"
    in_units: Callable[[Result, str], bytes] | None = None
    needs: tuple[str, ...] = ()

    def made(self, result: Result, units: str = METRIC) -> bytes:
        """Return the bytes of the file in a system of units, where the format has several; else ``content``."""
        if units == METRIC or self.in_units is None:
            return self.content(result)
        return self.in_units(result, check(units))


def write(path: PathLike, data: bytes) -> None:
    """Write a file whole or not at all."""
    target = Path(path)
    part = target.with_name(f".etolib-{uuid4().hex}.part")  # short: the name itself may be as long as names can be
    try:
        part.write_bytes(data)
        part.replace(target)
    finally:
        with suppress(OSError):  # a folder that went away has no rest in it
            part.unlink(missing_ok=True)
