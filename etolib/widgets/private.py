"""What a person types into a page is kept out of the log of its process, as places are of every other."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from etolib import logs

_NAMING = ("name", "place", "label", "list", "file", "station", "note")
"""Fields of what a browser keeps whose values were typed, or are names."""

_PARTS = re.compile(r"[\n\t;,]+")
_ENDING = re.compile(r"\.\w{1,5}$")
_WORD = re.compile(r"[^\W\d_]{3}")


def keep_typed(*texts: object) -> None:
    """Keep texts out of the log: each whole, and in the parts that a list of places is made of.

    Numbers are left to the forms that places have (`etolib.logs`): a lone one may be anything.
    """
    for text in texts:
        if not isinstance(text, str):
            continue
        parts = {one.strip() for one in (text, *_PARTS.split(text))}
        parts |= {_ENDING.sub("", one) for one in parts}  # a file may be named without
        logs.keep_private(*sorted(one for one in parts if _WORD.search(one)))


def keep_named(rows: Mapping[str, Any] | Iterable[Any]) -> None:
    """Keep out of the log what is named in what a browser has kept, however deep it lies."""
    if isinstance(rows, Mapping):
        keep_typed(*(value for name, value in rows.items() if name in _NAMING))
        rows = rows.values()
    for one in rows:
        if isinstance(one, Mapping | list):
            keep_named(one)


def listen() -> None:
    """Hear from now on what the browser says of every field for text, before anything in the page does."""
    from ipywidgets import FileUpload
    from ipywidgets.widgets.widget_string import _String

    for kind in (_String, FileUpload):
        if kind.set_state.__module__ != __name__:
            kind.set_state = _hearing(kind.set_state)


def _hearing(take: Callable[[Any, dict[str, Any]], None]) -> Callable[[Any, dict[str, Any]], None]:
    def set_state(self: Any, sync_data: dict[str, Any]) -> None:
        value = sync_data.get("value")
        keep_typed(value)
        if isinstance(value, list | tuple):  # files
            keep_named(value)
        take(self, sync_data)

    return set_state
