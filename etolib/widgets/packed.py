"""What chart and table have in common: a widget that draws the packed days of a result."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self

import anywidget
import traitlets

from etolib.unit_systems import METRIC
from etolib.widgets import daily, texts

if TYPE_CHECKING:
    from etolib.result.result import Result


class Block(anywidget.AnyWidget):
    """A widget of rows of numbers in one block, and the words beside them; ``rows`` of ``meta`` names the rows."""

    data = traitlets.Bytes().tag(sync=True)
    meta = traitlets.Dict().tag(sync=True)

    def draw(self, meta: dict[str, Any], data: bytes) -> None:
        """Draw other numbers in place; nothing changes while they are on their way."""
        with self.hold_sync():  # one message: words and numbers change together
            self.meta = meta
            self.data = data


class PackedDays(Block):
    """A widget of the days of a result (`etolib.widgets.daily.pack`).

    A subclass names its front end and says in `drawn` which rows it draws and which words it needs.
    """

    def __init__(self, result: Result | None = None, *, language: str = "en", units: str = METRIC) -> None:
        super().__init__()
        if result is not None:
            self.show(language, daily.pack(result), None, units)

    @property
    def widget(self) -> Self:
        """The widget itself, for the pane of a tab."""
        return self

    def drawn(self, language: str, answer: Mapping[str, Any], units: str) -> dict[str, Any]:
        """Return what goes with the numbers; ``rows`` names those that are drawn, in their order."""
        raise TypeError(f"{type(self).__name__} does not say what it draws")

    def show(self, language: str, answer: Mapping[str, Any] | None, task_id: str | None, units: str) -> None:
        """Draw a packed result in place; nothing changes while it is on its way."""
        if answer is None:
            return
        meta = texts.common(language, answer, units) | self.drawn(language, answer, units)
        self.draw(meta, daily.numbers(answer, meta["rows"], units))
