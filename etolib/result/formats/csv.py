"""CSV: ``# `` lines of provenance, a header row, ISO dates, empty where absent."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from etolib import spreadsheets
from etolib.result.citation import header_lines
from etolib.result.columns import in_units
from etolib.result.compared import table
from etolib.result.formats.format import Format
from etolib.unit_systems import METRIC

if TYPE_CHECKING:
    from etolib.result.result import Result


def text(result: Result, units: str = METRIC) -> str:
    """Return the file as text, in a system of units."""
    buffer = io.StringIO()
    buffer.write(spreadsheets.comments(header_lines(result, units)))
    in_units(table(result), units).to_csv(buffer, index=False, date_format="%Y-%m-%d", lineterminator="\n")
    return buffer.getvalue()


def content(result: Result, units: str = METRIC) -> bytes:
    """Return the file."""
    return text(result, units).encode()


FORMAT = Format("csv", ".csv", content, "text/csv;charset=utf-8", in_units=content)
