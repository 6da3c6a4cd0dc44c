"""Python: the script that repeats the run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from etolib.result.formats.format import Format
from etolib.unit_systems import METRIC

if TYPE_CHECKING:
    from etolib.result.result import Result


def content(result: Result, units: str = METRIC) -> bytes:
    """Return the script as a file; what it writes is in a system of units."""
    return result.script(units).encode()


FORMAT = Format("script", ".py", content, "text/x-python;charset=utf-8", in_units=content)
