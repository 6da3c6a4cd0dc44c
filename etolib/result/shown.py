"""A result as a notebook or a terminal shows it: its place, its days in numbers, where they come from."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING

from etolib.sources import catalogue
from etolib.words import Text, say

if TYPE_CHECKING:
    from etolib.result.result import Result

_ROWS = 8  # of the table that a notebook shows
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
    head = f"<etolib.Result> {where(result)}, {result.period}"
    return "\n".join([head, *(f"  {line}" for line in lines(result))])


def as_html(result: Result) -> str:
    """Return the same as HTML, with the first days of the table; colours are those of the notebook's own theme.

    Parameters
    ----------
    result : Result
    """
    head = f"<strong>ETo</strong> {html.escape(where(result))}, {html.escape(str(result.period))}"
    told = "".join(f"<li>{html.escape(line)}</li>" for line in lines(result))
    notes = "".join(f"<li>{html.escape(warning)}</li>" for warning in result.warnings)
    warned = f"<details><summary>{html.escape(say('shown_notes'))}</summary><ul>{notes}</ul></details>" if notes else ""
    table = (
        result.table[_COLUMNS].head(_ROWS).to_html(index=False, escape=True, float_format="{:.2f}".format, na_rep="")
    )
    rest = len(result.table) - _ROWS
    more = f"<p>{html.escape(say('shown_more_days', count=rest))}</p>" if rest > 0 else ""
    return f"<div><p>{head}</p><ul>{told}</ul>{warned}{table}{more}</div>"
