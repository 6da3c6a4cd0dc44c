"""PNG: the figure of the days, with its numbers' origin in the metadata of the image."""

from __future__ import annotations

import io
import warnings
from typing import TYPE_CHECKING

from etolib.result.citation import header_lines
from etolib.result.formats.format import Format
from etolib.unit_systems import METRIC

if TYPE_CHECKING:
    from etolib.result.result import Result

DPI = 200


def content(result: Result, units: str = METRIC) -> bytes:
    """Return the image, in a system of units: title, ETo with its interval, rain, and whose data it is."""
    from etolib.result.figures import figure

    canvas = figure(result.table, sources=result.source_eto, units=units)
    canvas.suptitle(str(result.request), fontsize=10, x=0.01, ha="left", parse_math=False)
    lines = header_lines(result, units)
    names = ", ".join(result.provenance.get("sources", {}))
    canvas.text(0.01, 0.005, f"{lines[0]}; {names}", fontsize=6, color="#5b6b6c")
    buffer = io.BytesIO()
    about = {"Title": str(result.request), "Description": "\n".join(lines), "Software": lines[0].rpartition(", ")[2]}
    with warnings.catch_warnings():  # the name of a place may have signs that no font here has: its box says so
        warnings.filterwarnings("ignore", "Glyph", UserWarning)
        canvas.savefig(buffer, format="png", dpi=DPI, metadata=about)
    return buffer.getvalue()


FORMAT = Format("png", ".png", content, "image/png", in_units=content, needs=("matplotlib",))
