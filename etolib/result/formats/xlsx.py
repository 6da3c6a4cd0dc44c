"""Excel: sheets ``ETo``, ``sources`` (ETo of each source by itself) and ``about`` (provenance)."""

from __future__ import annotations

import io
import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from etolib.extras import needed
from etolib.result.citation import header_lines
from etolib.result.columns import in_units
from etolib.result.compared import table
from etolib.result.formats.format import Format
from etolib.unit_systems import METRIC

if TYPE_CHECKING:
    import pandas as pd

    from etolib.result.result import Result

_ORIGIN = "1899-12-30"  # Excel's day 0
_FIRST = 61  # 1 March 1900; Excel believes in a 29 February of that year, and counts wrongly before it
_LONGEST = 32767  # characters a cell can hold


def content(result: Result, units: str = METRIC) -> bytes:
    """Return the workbook, in a system of units."""
    import pandas as pd

    about = pd.DataFrame({"about": header_lines(result, units)})
    each = in_units(result.source_eto, units, "mm day-1").rename_axis("date").reset_index()
    return workbook({"ETo": in_units(table(result), units), "sources": each, "about": about})


def workbook(sheets: Mapping[str, pd.DataFrame]) -> bytes:
    """Return a workbook with a sheet for each table, by its name."""
    with needed():
        import xlsxwriter

    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer) as book:
        head = book.add_format({"bold": True, "bottom": 1})
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        for name, table in sheets.items():
            sheet = book.add_worksheet(name)
            sheet.freeze_panes(1, 0)
            sheet.set_column(0, 0, 120 if name == "about" else 12)
            for at, (title, values) in enumerate(table.items()):
                sheet.write_string(0, at, str(title), head)
                _fill(sheet, at, values, day)
    return buffer.getvalue()


def _fill(sheet: Any, at: int, values: pd.Series, day: Any) -> None:
    """Write a column under its title: numbers, dates in the format ``day``, text; nothing where a value is absent."""
    import pandas as pd

    if pd.api.types.is_datetime64_any_dtype(values):
        for row, number in enumerate((values - pd.Timestamp(_ORIGIN)).dt.days.tolist(), start=1):
            if number >= _FIRST:
                sheet.write_number(row, at, number, day)
            else:
                sheet.write_string(row, at, values.iloc[row - 1].date().isoformat())
    elif pd.api.types.is_numeric_dtype(values):
        for row, number in enumerate(values.tolist(), start=1):
            if math.isfinite(number):
                sheet.write_number(row, at, number)
    else:
        for row, text in enumerate(values.tolist(), start=1):
            if isinstance(text, str) and text:
                sheet.write_string(row, at, text[:_LONGEST])


_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FORMAT = Format("xlsx", ".xlsx", content, _TYPE, in_units=content, needs=("xlsxwriter",))
