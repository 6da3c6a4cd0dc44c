"""What only the browser knows: places and tasks it has kept, its system's theme, where it stands, its address line."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import resources
from typing import Any

import anywidget
import traitlets

from etolib import words

_MOST = 30  # places or tasks that are kept
_LONGEST = 2000  # characters of any text that is taken from the browser


class Browser(anywidget.AnyWidget):
    """A widget without a look; what it holds comes from outside and is checked where it is taken.

    Attributes
    ----------
    ready : bool
        Whether the browser has answered.
    visible : bool
        Whether somebody can see the page: its tab is in front.
    dark : bool
        Whether its system prefers dark colours, in JupyterLab whether that is dark.
    languages : list of str
        What its person reads, best first: ``pt-BR``.
    local, session : dict
        What is kept in this browser, and in this tab; assign a new dict to change it.
    asked : int
        Add one to ask where the browser stands; ``found`` then holds ``latitude`` and ``longitude`` [degrees], or
        ``error``: denied, unavailable, timeout, unsupported.
    address : str
        The query of the address line as the page was loaded.
    fields : dict
        Fields of the address line, empty to take one out; left alone in JupyterLab, whose address it is.
    """

    _esm = resources.files("etolib.widgets").joinpath("browser.js").read_text(encoding="utf-8")
    ready = traitlets.Bool(False).tag(sync=True)
    visible = traitlets.Bool(True).tag(sync=True)
    dark = traitlets.Bool(False).tag(sync=True)
    languages: Any = traitlets.List().tag(sync=True)
    local: Any = traitlets.Dict().tag(sync=True)
    session: Any = traitlets.Dict().tag(sync=True)
    asked = traitlets.Int(0).tag(sync=True)
    found: Any = traitlets.Dict().tag(sync=True)
    address = traitlets.Unicode().tag(sync=True)
    fields: Any = traitlets.Dict().tag(sync=True)

    def kept(self, name: str, *, tab: bool = False) -> list[dict[str, str]]:
        """Return a kept list: of texts by name, whatever else is in it left out.

        >>> browser = Browser(local={"places": [{"lat": "1", "lon": 2}, "x", {"lat": "3", "lon": "4"}]})
        >>> browser.kept("places")
        [{'lat': '1'}, {'lat': '3', 'lon': '4'}]
        """
        found = (self.session if tab else self.local).get(name)
        rows = [row for row in found if isinstance(row, Mapping)] if isinstance(found, list) else []
        return [
            {str(key): value for key, value in row.items() if isinstance(value, str) and len(value) <= _LONGEST}
            for row in rows[:_MOST]
        ]

    def keep(self, name: str, rows: list[dict[str, str]], *, tab: bool = False) -> None:
        """Keep a list, its first `_MOST` rows."""
        if tab:
            self.session = self.session | {name: rows[:_MOST]}
        else:
            self.local = self.local | {name: rows[:_MOST]}

    def language(self) -> str | None:
        """Return the language of its person that the page speaks best; None where it speaks none of them.

        >>> Browser(languages=["tlh", "pt-BR", "en"]).language(), Browser(languages=["tlh"]).language()
        ('pt', None)
        """
        wishes = [wish for wish in self.languages if isinstance(wish, str)]
        return next(filter(None, map(words.best_language, wishes)), None)

    def keep_all(self, lists: Mapping[str, list[dict[str, str]]]) -> None:
        """Keep several lists in this tab, the last `_MOST` rows of each."""
        self.session = self.session | {name: rows[-_MOST:] for name, rows in lists.items()}

    def locate(self) -> None:
        """Ask where the browser stands; the answer arrives in ``found``."""
        self.asked += 1
