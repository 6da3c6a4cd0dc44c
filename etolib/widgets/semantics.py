"""What the page's widgets cannot say of themselves to people who do not see it, or have no pointer."""

from __future__ import annotations

from importlib import resources
from typing import Any

import anywidget
import traitlets

from etolib.widgets.wording import say

_PARTS: tuple[tuple[str, dict[str, str], str], ...] = (
    (".etolib-header", {"role": "banner"}, ""),
    (".etolib-main", {"role": "main"}, ""),
    (".etolib-map .leaflet-container, .etolib-map.leaflet-container", {"role": "region"}, "map_name"),
    (".etolib-results > .etolib-tabs", {}, "tabs_name"),
    (".etolib-language", {"role": "group"}, "language"),
    (".etolib-units", {"role": "group"}, "units"),
    (".etolib-presets", {"role": "group"}, "period"),
    (".etolib-region-day .noUi-handle", {}, "region_day"),
    (".etolib-day-answer", {"aria-live": "polite"}, ""),
)
"""Parts of the page by a selector: the attributes they have, and the key of their name."""


class Semantics(anywidget.AnyWidget):
    """Roles, names and states for screen readers, the keys of the tabs, and a line that says what has happened.

    Attributes
    ----------
    parts : list
        A selector and the attributes of what it finds.
    said : str
        The last thing that happened, read aloud once.
    sought : list
        A selector, and how often something was brought into view.
    """

    _esm = resources.files("etolib.widgets").joinpath("semantics.js").read_text(encoding="utf-8")
    parts: Any = traitlets.List().tag(sync=True)
    said = traitlets.Unicode().tag(sync=True)
    sought: Any = traitlets.List(["", 0]).tag(sync=True)

    def translate(self, language: str) -> None:
        """Name the parts in a language; what was said in another one is over."""
        self.said = ""
        self.parts = [
            [selector, attributes | ({"aria-label": say(language, key)} if key else {})]
            for selector, attributes, key in _PARTS
        ]

    def bring(self, selector: str) -> None:
        """Bring a part of the page into view, where it is out of it."""
        self.sought = [selector, self.sought[1] + 1]

    def tell(self, sentence: str) -> None:
        """Have a sentence read aloud."""
        self.said = sentence
