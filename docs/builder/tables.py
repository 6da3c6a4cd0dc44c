"""Tables of pages that follow from the code or from another page, as lines of Markdown."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterable
from pathlib import Path

from etolib import config
from etolib.equations.daily import TERMS
from etolib.equations.methods import METHODS
from etolib.sources import catalogue
from etolib.sources.row import SourceInfo, Window
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


MEASURED = {
    "temperature": ("tmin", "tmax", "tmean"),
    "humidity": ("ea", "tdew", "rhmean", "rhmax", "rhmin"),
    "wind": ("u2",),
    "radiation": ("rs", "sunshine"),
    "rain": ("precipitation",),
}


def _own() -> list[SourceInfo]:
    return [row for row in catalogue.SOURCES.values() if not row.package]


def _titled(row: SourceInfo) -> str:
    return f"{row.title} `{row.name}`"


def sources_asked() -> list[str]:
    """Return the sources that the automatic choice asks, and its reasons, as a plan tells them."""
    rows = ((_titled(row), str(catalogue.words(row.coverage)), _why(row)) for row in _own() if row.role != "by name")
    return _table(("source", "where", "why it is asked"), rows)


def _why(row: SourceInfo) -> str:
    values: dict[str, object] = {}
    if row.follows:
        before = _window(catalogue.find(row.follows)).last
        values = {"day": f"the day {-before} days ago" if isinstance(before, int) else before}
    elif row.near:
        values = {"kilometres": f"{row.near.kilometres:g}", "metres": f"{row.near.metres:g}"}
    text = str(catalogue.words(row.reason, **values))
    needs = ["`ETOLIB_CONTACT`"] * row.contact_needed + [f"`{row.key_variable}`"] * row.key_needed
    return f"{text}; needs {', '.join(needs)}" if needs else text


def sources_named() -> list[str]:
    """Return the sources that are asked only where somebody names them."""
    rows = ((_titled(row), str(catalogue.words(row.coverage))) for row in _own() if row.role == "by name")
    return _table(("source", "where"), rows)


def sources_weather() -> list[str]:
    """Return what each source has of the weather, and of which days."""
    rows = ((f"`{row.name}` {_days(row)}", *(_has(row, names) for names in MEASURED.values())) for row in _own())
    return _table(("source and days", *MEASURED), rows)


def _has(row: SourceInfo, names: tuple[str, ...]) -> str:
    """Return how a source has one of some variables; the first that it has tells."""
    found = next((name for name in names if name in row.provides), None)
    if found is None:
        return ""
    if row.spreads:
        return "spread"
    if row.kinds == ("climatology",):
        return "usual"
    if found in row.estimates:
        return "estimated"
    return found if found == "sunshine" else "yes"


def _days(row: SourceInfo) -> str:
    if row.kinds == ("climatology",):
        return "any"
    window = _window(row)
    return f"{_day(window.first)} to {_day(window.last)}"


def _window(row: SourceInfo) -> Window:
    assert isinstance(row.window, Window)
    return row.window


def _day(value: dt.date | int) -> str:
    if isinstance(value, dt.date):
        return str(value.year)
    return {0: "today", -1: "yesterday"}.get(value, f"{abs(value)} days {'ago' if value < 0 else 'ahead'}")


def sources_licences() -> list[str]:
    """Return the licence of each source and what to cite."""
    rows = ((f"[{row.title}]({row.homepage})", str(catalogue.words(row.licence)), row.attribution) for row in _own())
    return _table(("source", "licence", "cite"), rows)


def features() -> list[str]:
    """Return what the dashboard and the package can do, from the table that names the test of each."""
    text = (ROOT / "docs/contributing/features.md").read_text(encoding="utf-8")
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in re.findall(r"^\|.*\|$", text, re.M)]
    return _table(rows[0][:2], (row[:2] for row in rows[2:]))


DERIVED: dict[str, Callable[[], list[str]]] = {
    "variables": variables,
    "settings": settings,
    "symbols": symbols,
    "methods": methods,
    "nomenclature": nomenclature,
    "sources-asked": sources_asked,
    "sources-named": sources_named,
    "sources-weather": sources_weather,
    "sources-licences": sources_licences,
    "features": features,
}
"""What a page asks for by the name of a directive: ``{variables}``."""
