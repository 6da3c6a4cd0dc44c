"""Panes of which one is seen, and the buttons that open them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import ipywidgets as widgets

from etolib.widgets.form import marked


class Panes:
    """Panes by name; the first is open.

    Parameters
    ----------
    panes : mapping
        The widget below the buttons, by name. One of the class ``etolib-of-table`` stays readable for those who do not
        see; the style sheet takes out the others.
    opened : callable
        Called when a person opens one.
    guard : callable
        Wraps callbacks.

    Attributes
    ----------
    open : str
        The name of the one that is seen.
    buttons : dict
    bar : Box
        The buttons.
    """

    def __init__(
        self, panes: Mapping[str, widgets.DOMWidget], opened: Callable[[], None], guard: Callable[..., Any]
    ) -> None:
        self.panes, self._opened, self._guard = panes, opened, guard
        self.open = next(iter(panes))
        self.buttons = {name: self._button(name) for name in panes}
        self.bar = marked(widgets.Box([*self.buttons.values()]), "etolib-tabs")
        self.turn(self.open)

    def turn(self, name: str) -> None:
        """Open a pane."""
        self.open = name
        for one, pane in self.panes.items():
            seen = one == name
            for part, shut in ((self.buttons[one], "etolib-shut"), (pane, "etolib-aside")):
                (part.remove_class if seen else part.add_class)(shut)
                (part.add_class if seen else part.remove_class)("etolib-pane" if part is pane else "etolib-open")

    def _open(self, name: str) -> None:
        self.turn(name)
        self._opened()

    def _button(self, name: str) -> widgets.Button:
        button = marked(widgets.Button(), "etolib-tab", f"etolib-tab-{name.replace('_', '-')}")
        button.on_click(self._guard(lambda _: self._open(name)))
        return button
