"""Text: how to cite the numbers, the licences of their data, and where each is from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from etolib.result.citation import header_lines
from etolib.result.formats.format import Format

if TYPE_CHECKING:
    from etolib.result.result import Result


def text(result: Result) -> str:
    """Return the file as text."""
    parts = [result.citation(), ""]
    for name, source in result.provenance.get("sources", {}).items():
        parts += [f"{name}: {source.get('attribution')}", f"    licence: {source.get('licence')}"]
    return "\n".join([*parts, "", *header_lines(result)]) + "\n"


FORMAT = Format("citation", ".txt", lambda result: text(result).encode(), "text/plain;charset=utf-8")
