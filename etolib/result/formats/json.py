"""JSON: the rows of the table, their units, warnings and provenance; null where absent."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from etolib.result.columns import UNITS, rounded
from etolib.result.compared import table as with_compared
from etolib.result.formats.format import Format

if TYPE_CHECKING:
    from etolib.result.result import Result


def text(result: Result) -> str:
    """Return the file as text."""
    given = with_compared(result)
    table = rounded(given).assign(date=given["date"].dt.strftime("%Y-%m-%d")).astype(object)
    rows = table.where(table.notna(), None).to_dict("records")
    content = {
        "results": rows,
        "units": {name: UNITS[name] for name in table.columns if name in UNITS},
        "warnings": result.warnings,
        "provenance": result.provenance,
    }
    return json.dumps(content, indent=1, ensure_ascii=False)


FORMAT = Format("json", ".json", lambda result: text(result).encode(), "application/json")
