"""Parquet: the table in full precision with its types; provenance as metadata of the file."""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING

from etolib.extras import needed
from etolib.result.citation import header_lines
from etolib.result.columns import UNITS
from etolib.result.compared import table as with_compared
from etolib.result.formats.format import Format

if TYPE_CHECKING:
    from etolib.result.result import Result


def content(result: Result) -> bytes:
    """Return the file: the columns of the table and, as ``eto_<source>``, the ETo of each source by itself.

    The metadata ``etolib`` holds provenance, warnings and citation as JSON; each column with a unit has it as metadata
    ``units``.
    """
    with needed():
        import pyarrow as pa
        import pyarrow.parquet as pq

    each = result.source_eto.reindex(result.table["date"]).add_prefix("eto_").reset_index(drop=True)
    table = pa.Table.from_pandas(with_compared(result).reset_index(drop=True).join(each), preserve_index=False)
    fields = []
    for field in table.schema:
        units = UNITS.get(field.name) or ("mm day-1" if field.name in each.columns else "")
        fields.append(field.with_metadata({"units": units}) if units else field)
    about = {
        "provenance": result.provenance,
        "warnings": result.warnings,
        "citation": result.citation(),
        "header": header_lines(result),
    }
    metadata = (table.schema.metadata or {}) | {b"etolib": json.dumps(about, ensure_ascii=False).encode()}
    buffer = io.BytesIO()
    pq.write_table(table.cast(pa.schema(fields, metadata=metadata)), buffer, compression="zstd")
    return buffer.getvalue()


FORMAT = Format("parquet", ".parquet", content, "application/vnd.apache.parquet", needs=("pyarrow",))
