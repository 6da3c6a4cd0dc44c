"""Tables of pages that follow from the code or from another page, as lines of Markdown."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from pathlib import Path

from etolib import config
from etolib.equations.daily import TERMS
from etolib.equations.methods import METHODS
from etolib.variables import VARIABLES
from etolib.widgets.markup import formulas

ROOT = Path(__file__).resolve().parents[2]


def _table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> list[str]:
    titles = list(head)
    lines = [titles, ["---"] * len(titles), *map(list, rows)]
    return [f"| {' | '.join(cells)} |" for cells in lines]


def variables() -> list[str]:
    """Return the variables with their units and what a value of a day can be."""
    rows = (
        (f"`{one.name}`", one.long_name, one.units, f"{one.lower:g} to {one.upper:g}") for one in VARIABLES.values()
    )
    return _table(("name", "what", "unit", "a day's value"), rows)


def settings() -> list[str]:
    """Return the settings, from the words of `etolib.config`."""
    lines = re.findall(r"^\|.*\|$", config.__doc__ or "", re.M)
    return [line.replace("``", "`") for line in lines]


def symbols() -> list[str]:
    """Return the symbols of the equation of a day, with names in tables and numbers of equations."""
    rows = (
        (formulas.mathml(formulas.TERMS[name][0]), words, units, f"`{name}`", number)
        for name, (units, words, number) in TERMS.items()
    )
    return _table(("symbol", "what", "unit", "in code", "where"), rows)


def methods() -> list[str]:
    """Return the equations of `etolib.eto` with what each takes."""
    rows = ((f"`{name}`", one.source, ", ".join(f"`{x}`" for x in one.uses)) for name, one in METHODS.items())
    return _table(("method", "where it is printed", "takes"), rows)


def nomenclature() -> list[str]:
    """Return the words of the project, from the table in CONTRIBUTING.md."""
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8").partition("## Nomenclature")[2].partition("\n## ")[0]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in re.findall(r"^\|.*\|$", text, re.M)]
    return _table(("word", "what it means"), ((f"**{row[0]}**", row[1]) for row in rows[2:] if row[1]))


DERIVED: dict[str, Callable[[], list[str]]] = {
    "variables": variables,
    "settings": settings,
    "symbols": symbols,
    "methods": methods,
    "nomenclature": nomenclature,
}
"""What a page asks for by the name of a directive: ``{variables}``."""
