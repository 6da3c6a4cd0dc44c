"""CSV: ``# `` lines of provenance, a header row, ISO dates, empty where absent."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from etolib.result.citation import header_lines
from etolib.result.columns import rounded
from etolib.result.formats.format import Format

if TYPE_CHECKING:
    from etolib.result.result import Result


def text(result: Result) -> str:
    """Return the file as text."""
    buffer = io.StringIO()
    buffer.writelines(f"# {line}\n" for line in header_lines(result))
    rounded(result.table).to_csv(buffer, index=False, date_format="%Y-%m-%d", lineterminator="\n")
    return buffer.getvalue()


FORMAT = Format("csv", ".csv", lambda result: text(result).encode(), "text/csv;charset=utf-8")
