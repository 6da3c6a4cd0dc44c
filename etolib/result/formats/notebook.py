"""Notebook: the run again, its table and its chart, in cells (nbformat 4.5)."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

from etolib.result.citation import header_lines
from etolib.result.formats.format import Format
from etolib.unit_systems import METRIC

if TYPE_CHECKING:
    from etolib.result.result import Result


def document(result: Result, units: str = METRIC) -> dict[str, Any]:
    """Return the notebook as JSON can hold it; nothing is run in it yet. What it draws and writes is in ``units``."""
    said = "" if units == METRIC else f", units={units!r}"
    head, _, rest = result.script().partition("\nresult = ")
    call = rest.partition("\nprint(")[0]
    about = "\n".join(f"- {line}" for line in header_lines(result, units)[1:])
    cells = [
        ("markdown", f"# ETo: {result.request}\n\n{about}"),
        ("code", head.strip()),
        ("code", f"result = {call.strip()}\nresult.table"),
        ("code", f"from etolib.result.figures import figure\n\nfigure(result.table, sources=result.source_eto{said})"),
        ("code", f"result.terms({str(result.table['date'].iloc[0].date())!r})"),
        ("code", f'result.save("eto.csv"{said})\nresult.citation()'),
    ]
    return {
        "cells": [_cell(number, kind, text) for number, (kind, text) in enumerate(cells)],
        "metadata": {
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
            "language_info": {"name": "python"},
        },
        "nbformat": 4,
        "nbformat_minor": 5,
    }


def _cell(number: int, kind: str, text: str) -> dict[str, Any]:
    """Return a cell; its id follows from its text, so that the same result gives the same file."""
    mark = hashlib.sha256(f"{number}{text}".encode()).hexdigest()[:8]
    cell: dict[str, Any] = {"cell_type": kind, "id": mark, "metadata": {}, "source": text.splitlines(keepends=True)}
    return cell | ({"execution_count": None, "outputs": []} if kind == "code" else {})


def content(result: Result, units: str = METRIC) -> bytes:
    """Return the file."""
    return (json.dumps(document(result, units), indent=1, ensure_ascii=False) + "\n").encode()


FORMAT = Format("notebook", ".ipynb", content, "application/x-ipynb+json", in_units=content)
