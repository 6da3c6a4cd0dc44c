"""Docstrings as sphinx reads them: tables drawn with bars, literals that end with a blank."""

from __future__ import annotations

import re
from typing import Any

_ROW = re.compile(r"^\s*\|.*\|\s*$")
_RULE = re.compile(r"^\s*\|[\s:|-]+\|\s*$")


def prepare(app: Any, what: str, name: str, thing: Any, options: Any, lines: list[str]) -> None:
    """Rewrite the lines of a docstring in place (sphinx's ``autodoc-process-docstring``)."""
    lines[:] = prepared(lines)


def prepared(lines: list[str]) -> list[str]:
    """Return lines with tables of bars as ``list-table``, and without a blank at the end of a literal.

    >>> prepared(["| a | b |", "|---|---|", "| 1 | 2 |"])[:2]
    ['.. list-table::', '   :header-rows: 1']
    >>> prepared(["``path``: ``# `` lines"])
    ['``path``: ``#`` lines']
    """
    made: list[str] = []
    table: list[str] = []
    for line in [*lines, ""]:
        if _ROW.match(line):
            table.append(line)
            continue
        if table:
            made += _table(table)
            table = []
        made.append(re.sub(r"(?<![^\s(])``([^\s`]+) ``", r"``\1``", line))
    return made[:-1]


def _table(rows: list[str]) -> list[str]:
    """Return rows of bars as a table; with fewer than two rows and a rule they are no table."""
    if len(rows) < 2 or not _RULE.match(rows[1]):
        return rows
    indent = rows[0][: len(rows[0]) - len(rows[0].lstrip())]
    made = [".. list-table::", "   :header-rows: 1", ""]
    for row in [rows[0], *rows[2:]]:
        cells = [cell.strip() for cell in re.split(r"(?<!\\)\|", row.strip())[1:-1]]
        made += [f"   {'* -' if at == 0 else '  -'} {cell}" for at, cell in enumerate(cells)]
    return [indent + line for line in [*made, ""]]
