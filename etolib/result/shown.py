"""A result as a notebook or a terminal shows it: its place, its days in numbers, where they come from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from etolib import glance
from etolib.glance import Told
from etolib.sources import catalogue
from etolib.words import Text, say

if TYPE_CHECKING:
    from etolib.result.result import Result

_COLUMNS = ["date", "eto", "eto_lower", "eto_upper", "quality", "source", "kind"]


def lines(result: Result) -> list[Text]:
    """Return what is worth knowing at a glance, a sentence each: days and sums, qualities, sources, warnings.

    Parameters
    ----------
    result : Result
    """
    table = result.table
    eto = table["eto"].dropna()
    said = [say("shown_days", count=len(table), with_value=len(eto))]
    if len(eto):
        said.append(say("shown_sums", mean=f"{eto.mean():.2f}", total=f"{eto.sum():.1f}"))
    counts = table["quality"].value_counts()
    if kinds := ", ".join(f"{name} {counts[name]}" for name in ("HIGH", "MEDIUM", "LOW") if name in counts):
        said.append(say("shown_quality", counts=kinds))
    names = dict.fromkeys(name for cell in table["source"].dropna() for name in str(cell).split("+"))
    if names:
        said.append(say("shown_sources", sources=", ".join(map(catalogue.title, names))))
    if result.warnings:
        said.append(say("shown_warnings", count=len(result.warnings)))
    return said


def where(result: Result) -> str:
    """Return the place: its name where it has one, its coordinates and elevation."""
    site = result.site
    named = f"{site.name}, " if site.name else ""
    high = "" if site.elevation is None else f" ({site.elevation:g} m)"
    return f"{named}{site.latitude:g}, {site.longitude:g}{high}"


def text(result: Result) -> str:
    """Return the result in some lines.

    Parameters
    ----------
    result : Result
    """
    return glance.as_text("etolib.Result", Told(f"{where(result)}, {result.period}", lines(result)))


def as_html(result: Result) -> str:
    """Return the same as HTML, with the first days of the table; colours are those of the notebook's own theme.

    Parameters
    ----------
    result : Result
    """
    head = f"{where(result)}, {result.period}"
    return glance.as_html("ETo", Told(head, lines(result), result.table[_COLUMNS], result.warnings))
