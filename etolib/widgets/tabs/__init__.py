"""The tabs of a result: a registry, and a file for each.

>>> list(registered())
['chart', 'table', 'day', 'compare', 'normals', 'water', 'take_away']
"""

from __future__ import annotations

from collections.abc import Mapping

from etolib.widgets.tabs import chart, compare, day, normals, table, take_away, water
from etolib.widgets.tabs.tab import Again, Ask, Asking, Calculating, Comparing, Failed, Guard, Look, Other, Tab, View

__all__ = [
    "Again",
    "Ask",
    "Asking",
    "Calculating",
    "Comparing",
    "Failed",
    "Guard",
    "Look",
    "Other",
    "Tab",
    "View",
    "register",
    "registered",
    "remove",
]

_SHOWN = (chart.TAB, table.TAB, day.TAB, compare.TAB, normals.TAB, water.TAB, take_away.TAB)
_TABS: dict[str, Tab] = {tab.name: tab for tab in _SHOWN}


def register(tab: Tab) -> Tab:
    """Add a tab at the end, or replace the one of its name; pages made from now on show it.

    >>> register(Tab("toy", look=lambda language, answer, task_id: "<b>toy</b>")).name
    'toy'
    >>> remove("toy")
    """
    _TABS[tab.name] = tab
    return tab


def remove(name: str) -> None:
    """Take a tab away; pages made from now on lack it."""
    _TABS.pop(name, None)


def registered() -> Mapping[str, Tab]:
    """Return the tabs by name, in the order they are shown."""
    return dict(_TABS)
