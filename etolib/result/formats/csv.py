"""CSV: ``# `` lines of provenance, a header row, ISO dates, empty where absent."""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING

from etolib.result.citation import header_lines
from etolib.result.columns import in_units
from etolib.result.formats.format import Format
from etolib.unit_systems import METRIC

if TYPE_CHECKING:
    from etolib.result.result import Result

# A spreadsheet cuts the lines of provenance into cells too, and would run one that begins like a formula: the name of a
# place may be anybody's.
_FORMULA = re.compile(r"(?<=[,;\t|])(?P<before>\s*)(?=[\s\"]*(?:[=+@]|-(?!\d+(?:\.\d+)?\s*(?:[,;\t|]|$))))")


def text(result: Result, units: str = METRIC) -> str:
    """Return the file as text, in a system of units."""
    buffer = io.StringIO()
    buffer.writelines(f"# {harmless(line)}\n" for line in header_lines(result, units))
    in_units(result.table, units).to_csv(buffer, index=False, date_format="%Y-%m-%d", lineterminator="\n")
    return buffer.getvalue()


def harmless(line: str) -> str:
    """Return a line of which no spreadsheet makes a formula: an apostrophe marks what would begin one as text.

    >>> harmless("place: latitude 1, longitude -2, =1+1")
    "place: latitude 1, longitude -2, '=1+1"
    """
    return _FORMULA.sub(r"\g<before>'", line)


def content(result: Result, units: str = METRIC) -> bytes:
    """Return the file."""
    return text(result, units).encode()


FORMAT = Format("csv", ".csv", content, "text/csv;charset=utf-8", in_units=content)
