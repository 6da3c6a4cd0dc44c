"""The view of the normals: first against the climatology, and against years of a record once somebody looks."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import ipywidgets as widgets

from etolib import config, words
from etolib.unit_systems import METRIC
from etolib.widgets.form import marked
from etolib.widgets.markup import normals as markup


class NormalsView:
    """A period against its normal.

    Attributes
    ----------
    ask : callable
        See `etolib.widgets.tabs.Asking`.
    """

    ask: Callable[[Mapping[str, Any]], None]

    def __init__(self) -> None:
        self._language, self._units = words.ENGLISH, METRIC
        self._answer: Mapping[str, Any] | None = None
        self._asked: Mapping[str, Any] | None = None  # the answer after which the years were asked for
        self._error = ""
        self.widget = marked(widgets.HTML(), "etolib-normals")

    def show(self, language: str, answer: Mapping[str, Any] | None, task_id: str | None, units: str) -> None:
        """Show a result against its normal."""
        self._language, self._units = language, units
        if answer is not self._answer:
            self._answer, self._error = answer, ""
        self._draw()

    def opened(self) -> None:
        """Ask for the years of the normal, once for each result, where there is a network."""
        answer = self._answer
        if answer is None or answer is self._asked or answer["record"] or config.is_offline():
            return
        if all("why" in answer[variable] for variable in markup.VARIABLES):
            return
        self._asked = answer
        self._draw()
        self.ask({})

    def failed(self, error: str) -> None:
        """Say that the years could not be asked for."""
        self._error = error
        self._draw()

    def _draw(self) -> None:
        if self._answer is None:
            self.widget.value = ""
            return
        waiting = self._answer is self._asked and not self._error
        self.widget.value = markup.page(
            self._language, self._answer, self._units,
            waiting=waiting, offline=config.is_offline(), error=self._error,
        )  # fmt: skip
