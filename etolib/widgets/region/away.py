"""Files of a region: made on a worker when asked for, and handed to the browser."""

from __future__ import annotations

from collections.abc import Callable
from importlib import resources
from typing import Any

import anywidget
import ipywidgets as widgets
import traitlets

from etolib.widgets.comparison.markup import share
from etolib.widgets.form import marked
from etolib.widgets.markup.base import label, sentence
from etolib.widgets.region.answers import ENDINGS
from etolib.widgets.wording import say


class Saver(anywidget.AnyWidget):
    """Hands bytes to the browser, which saves them as a file."""

    _esm = resources.files("etolib.widgets").joinpath("region/saver.js").read_text(encoding="utf-8")
    file: Any = traitlets.Dict().tag(sync=True)
    content = traitlets.Bytes().tag(sync=True)

    def save(self, name: str, content: bytes) -> None:
        """Have the browser save a file."""
        with self.hold_sync():
            self.content = content
            self.file = {"name": name, "number": self.file.get("number", 0) + 1}
        self.content = b""  # the browser has it


class Away:
    """The buttons of the files.

    Parameters
    ----------
    language : str
    guard : callable
        Wraps callbacks.
    make : callable
        Called with the name of a file: has it made, and hands it to `save`, or why it was not to `failed`.
    """

    def __init__(self, language: str, guard: Callable[..., Any], make: Callable[[str], None]) -> None:
        self.language = language
        self._making, self._failed, self._link = "", "", ""
        self.link = marked(widgets.HTML(), "etolib-actions")
        self.title = widgets.HTML()
        self.buttons = {name: marked(widgets.Button(), f"etolib-download-{name}", "etolib-second") for name in ENDINGS}
        self.said = marked(widgets.HTML(), "etolib-muted")
        self.saver = Saver()
        head = marked(widgets.Box([self.title, self.link]), "etolib-section-head")
        row = marked(widgets.Box([*self.buttons.values()]), "etolib-region-files")
        self.widget = marked(
            widgets.VBox([head, row, self.said, marked(widgets.Box([self.saver]), "etolib-style")]),
            "etolib-panel", "etolib-region-away",
        )  # fmt: skip
        for name, button in self.buttons.items():
            button.on_click(guard(lambda _, name=name: self._asked(name, make)))
        self.offer(False, "")

    def offer(self, there: bool, link: str) -> None:
        """Offer the files, and the link of the page, where there is something to take away."""
        self.widget.layout.display = None if there else "none"
        if link != self._link:
            self._link = link
            self._show()

    def _asked(self, name: str, make: Callable[[str], None]) -> None:
        if not self._making:
            self._making, self._failed = name, ""
            self._show()
            make(name)

    def save(self, name: str, content: bytes) -> None:
        """Hand a file to the browser."""
        self._making = ""
        self._show()
        self.saver.save(name, content)

    def failed(self, why: str) -> None:
        """Say why a file was not made."""
        self._making, self._failed = "", why
        self._show()

    def _show(self) -> None:
        self.link.value = share(self.language, self._link) if self._link else ""
        self.link.tooltip = say(self.language, "region_link_lacks")
        for button in self.buttons.values():
            button.disabled = bool(self._making)
        self.said.value = label(self.language, "take_away_making") if self._making else (
            f'<p class="etolib-notice" role="alert">{sentence(self.language, self._failed)}</p>'
            if self._failed else label(self.language, "region_files_about")
        )  # fmt: skip

    def translate(self, language: str) -> None:
        """Show the words of a language."""
        self.language = language
        self.title.value = f"<h2>{label(language, 'files')}</h2>"
        for name, button in self.buttons.items():
            button.description = say(language, f"region_file_{name}")
        self._show()
