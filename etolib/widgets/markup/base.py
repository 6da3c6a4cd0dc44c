"""Small parts: escaped text, sentences, numbers, bars."""

from __future__ import annotations

import re
from html import escape
from typing import Any

from etolib.widgets import wording
from etolib.widgets.wording import say

_COMMAND = re.compile("`([^`]+)`")
_MAX_TEXT = 2000  # characters shown of any text that came from outside


_STEERING = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
"""Signs that no text has need of here: controls, and those that turn the order of letters round."""


def text(value: Any) -> str:
    """Return a value as escaped text, without signs that steer, shortened where somebody sent a novel.

    >>> text("<b>&"), text("a\u202eb")
    ('&lt;b&gt;&amp;', 'ab')
    """
    words = _STEERING.sub("", "" if value is None else str(value))
    return escape(words if len(words) <= _MAX_TEXT else words[:_MAX_TEXT] + " …", quote=True)


def label(language: str, key: str, **values: Any) -> str:
    """Return a text of the catalogues, escaped."""
    return text(say(language, key, **values))


def sentence(language: str, words: str) -> str:
    """Return lines of the calculation in the page's language, as HTML: a capital first, commands marked as such.

    >>> sentence("en", "restart `etolib serve` <now>")
    'Restart <code>etolib serve</code> &lt;now&gt;'
    """
    lines = wording.translate(language, words).splitlines()
    return "<br>".join(_COMMAND.sub(r"<code>\1</code>", text(wording.capital(line))) for line in lines)


def day_count(language: str, days: int) -> str:
    """Return a number of days in words.

    >>> day_count("en", 1), day_count("pt", 30), day_count("en", 10957)
    ('1 day', '30 dias', '10\u202f957 days')
    """
    return say(language, "days", count=days).replace(str(days), number(days, 0))


def number(value: float | None, decimals: int, *, signed: bool = False) -> str:
    """Return a number with thousands apart and a true minus; a dash where it is absent.

    >>> number(-1234.5, 1), number(None, 2)
    ('−1\u202f234.5', '–')
    """
    if value is None:
        return "–"
    return f"{value:{'+' if signed else ''},.{decimals}f}".replace(",", "\u202f").replace("-", "−")


def bar(classes: str, name: str, percent: float) -> str:
    """Return one progress bar, 0 to 100 [%]."""
    return (
        f'<div class="{classes} etolib-bar" role="progressbar" aria-label="{text(name)}" aria-valuemin="0" '
        f'aria-valuemax="100" aria-valuenow="{percent:.0f}"><i style="width:{percent:.1f}%"></i></div>'
    )


def banner(message: str) -> str:
    """Return a fault of the page itself, in words."""
    return f'<div class="etolib-banner-text" role="alert">{text(message)}</div>'


def notes(language: str, warnings: tuple[str, ...], *, unfolded: bool = False) -> str:
    """Return sentences as a list that unfolds, or is ``unfolded``; nothing where there is none."""
    if not warnings:
        return ""
    rows = "".join(f"<li>{sentence(language, warning)}</li>" for warning in warnings)
    state = " open" if unfolded else ""
    return (
        f'<details class="etolib-notes"{state}><summary>{label(language, "warnings")} ({len(warnings)})</summary>'
        f"<ul>{rows}</ul></details>"
    )
