"""What the form says: of the sources, of an elevation, of what is wrong with its fields."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from etolib.unit_systems import unit
from etolib.widgets import wording
from etolib.widgets.markup.base import label, sentence, text
from etolib.widgets.wording import say, say_or, translate
from etolib.words import Text, decode

if TYPE_CHECKING:
    from etolib.errors import EtolibError, Problem

_ALWAYS = "1800-01-01"  # a window that opens before this has no first day worth telling


def source_line(language: str, source: Mapping[str, Any], obstacle: Text | None = None) -> str:
    """Return what is known of a source before it is asked: why it has nothing, else window, delay, licence."""
    if source["first"] <= _ALWAYS:
        parts = [say(language, "source_always")]
    else:
        parts = [say(language, "source_window", first=source["first"], last=source["last"])]
    if source.get("delay"):
        parts.append(say(language, "source_delay", delay=decode(source["delay"])))
    if source.get("licence"):
        parts.append(translate(language, decode(source["licence"])))
    facts = text(" · ".join(parts))
    coverage = text(translate(language, decode(source.get("coverage") or "")))
    shown = facts if obstacle is None else f"<b>{text(translate(language, obstacle))}</b> {facts}"
    return f'<span class="etolib-source-facts" title="{facts}; {coverage}">{shown}</span>'


def source_names(language: str, sources: Sequence[Mapping[str, Any]]) -> str:
    """Return what the automatic choice chooses from."""
    if not sources:
        return label(language, "sources_auto_hint")
    names = ", ".join(wording.source(language, source["name"]) for source in sources)
    return f'<span title="{text(names)}">{label(language, "sources_auto_of", names=names)}</span>'


def elevation(language: str, units: str, metres: float, source: str | None) -> str:
    """Return an elevation that was looked up, and where it comes from.

    >>> elevation("en", "metric", 256.4, "embedded"), elevation("en", "us", 256.4, "embedded")
    ('256 m, from the built-in map', '841 ft, from the built-in map')
    """
    place = say_or(language, f"elevation_{source}", str(source))
    # Not named source: where an elevation comes from has words of its own.
    height = unit("m", units)
    return label(language, "elevation_found", elevation=f"{height.of(metres):.0f}", unit=height.sign, origin=place)


def field_errors(language: str, problems: Sequence[Problem]) -> str:
    """Return what is wrong with fields and what to do, a paragraph for each; nothing where nothing is."""
    if not problems:
        return ""
    rows = "".join(
        f"<p><b>{sentence(language, problem.sentence)}</b>{_next(language, problem)}</p>" for problem in problems
    )
    return f'<div class="etolib-error" role="alert">{rows}</div>'


def refusal(language: str, error: EtolibError) -> str:
    """Return what was not taken and what to do."""
    hint = f"<br>{sentence(language, error.suggestion)}" if error.suggestion else ""
    return f'<div class="etolib-error" role="alert"><p><b>{sentence(language, error.message)}</b>{hint}</p></div>'


def under_way(language: str) -> str:
    """Return that what is asked for runs already.

    >>> under_way("en")
    '<p class="etolib-muted">This is being calculated already; its card shows how far it is.</p>'
    """
    return f'<p class="etolib-muted">{label(language, "calculated_already")}</p>'


def _next(language: str, problem: Problem) -> str:
    return f"<br>{sentence(language, problem.suggestion)}" if problem.suggestion else ""
