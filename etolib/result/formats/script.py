"""Python: the script that repeats the run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from etolib.result.formats.format import Format

if TYPE_CHECKING:
    from etolib.result.result import Result


def content(result: Result) -> bytes:
    """Return the script as a file."""
    return result.script().encode()


FORMAT = Format("script", ".py", content, "text/x-python;charset=utf-8")
