"""Documents with a block ``daily`` of columns by date, written as the tables in text that some services send.

The columns stay a document until they are sent, so that every fault of documents spoils them too.
"""

from __future__ import annotations

import gzip
import io
import math
import zipfile
from collections.abc import Callable, Mapping
from typing import Any


def count(daily: dict[str, list[Any]]) -> int:
    """Return the number of rows."""
    return len(daily["time"])


def cells_of(daily: dict[str, list[Any]], names: list[str], row: int) -> list[Any]:
    """Return the cells of a row; a column that is too short has none."""
    return [daily[name][row] for name in names if row < len(daily[name])]


def cell_text(value: Any, spec: str = "", missing: str = "") -> str:
    """Return a cell as a service writes it: numbers that are whole stay whole, what is absent is ``missing``.

    >>> cell_text(25, "6.1f"), cell_text(3.25, ".1f"), cell_text(None), cell_text(float("nan"))
    ('25', '3.2', '', 'NaN')
    """
    if value is None:
        return missing
    if isinstance(value, float):
        return "NaN" if math.isnan(value) else format(value, spec)
    return str(value)


def zipped(
    name: str, render: Callable[[Any], bytes], beside: Mapping[str, bytes] | None = None
) -> Callable[[Any], bytes]:
    """Return a rendering as the only data file of a ZIP archive, ``beside`` files that describe it."""

    def render_zip(document: Any) -> bytes:
        into = io.BytesIO()
        with zipfile.ZipFile(into, "w", zipfile.ZIP_DEFLATED) as archive:
            for member, content in (
                ("Metadaten_Parameter.txt", b"eor\n"),
                *(beside or {}).items(),
                (name, render(document)),
            ):
                archive.writestr(zipfile.ZipInfo(member), content)  # no time of its own: the same bytes every time
        return into.getvalue()

    return render_zip


def gzipped(render: Callable[[Any], bytes]) -> Callable[[Any], bytes]:
    """Return a rendering as a gzip file."""
    return lambda document: gzip.compress(render(document), compresslevel=1, mtime=0)
