"""What is uncertain of an own file: each question with its answers and a drawing of the column it is about."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import ipywidgets as widgets

from etolib.widgets.form import marked
from etolib.widgets.markup import preview as drawings
from etolib.widgets.markup.station import answer_words, question_text
from etolib.widgets.wording import say

Answer = str | float


class Questions:
    """The open questions of a file.

    Parameters
    ----------
    guard : callable
        Wraps callbacks.
    answer : callable
        Called with parameter, column (or None) and answer, where somebody has chosen one.
    """

    def __init__(self, guard: Callable[..., Any], answer: Callable[[str, str | None, Answer], None]) -> None:
        self._guard, self._answer = guard, answer
        self.cards: list[_Card] = []
        self.widget = marked(widgets.VBox(), "etolib-questions")

    def show(self, language: str, asked: Sequence[Mapping[str, Any]], others: Mapping[str, Mapping[str, Any]]) -> None:
        """Show questions as `etolib.widgets.own_file.read_station` gives them.

        ``others`` holds what other sources say of the same days: by variable, by their titles.
        """
        same = [card.question for card in self.cards] == list(asked)
        if not same:  # a new list would take away the focus
            self.cards = [_Card(question, self._guard, self._answer) for question in asked]
            self.widget.children = [card.widget for card in self.cards]
        for card in self.cards:
            card.draw(language, others)
        self.widget.layout.display = None if self.cards else "none"


class _Card:
    """One question."""

    def __init__(
        self,
        question: Mapping[str, Any],
        guard: Callable[..., Any],
        answer: Callable[[str, str | None, Answer], None],
    ) -> None:
        self.question, self._answer = question, answer
        self._filling = False
        self.text = marked(widgets.HTML(), "etolib-question-text")
        self.picture = widgets.HTML()
        self.choice: Any = marked(widgets.Dropdown(options=[("", None)]), "etolib-field", "etolib-question-answer")
        if not question["choices"]:
            self.choice = marked(widgets.Text(continuous_update=False), "etolib-field", "etolib-question-answer")
        self.choice.observe(guard(self._chosen), "value")
        needed = "etolib-question-needed" if question["assumed"] is None else "etolib-question-assumed"
        self.widget = marked(widgets.VBox([self.text, self.picture, self.choice]), "etolib-question", needed)

    def _chosen(self, change: Mapping[str, Any]) -> None:
        if not self._filling and change["new"] not in (None, ""):
            self._answer(self.question["parameter"], self.question["column"], change["new"])

    def draw(self, language: str, others: Mapping[str, Mapping[str, Any]]) -> None:
        """Draw the card in a language."""
        asked = self.question
        self.text.value = question_text(language, asked)
        shown = asked["preview"]
        self.picture.value = "" if shown is None else drawings.drawing(language, shown, _same_days(shown, others))
        self._filling = True
        try:
            self.choice.description = say(language, "question_answer")
            if asked["choices"]:
                self.choice.options = [
                    (say(language, "question_choose"), None),
                    *((answer_words(language, asked, one), one) for one in asked["choices"]),
                ]
                self.choice.value = None
        finally:
            self._filling = False


def _same_days(preview: Mapping[str, Any], others: Mapping[str, Mapping[str, Any]]) -> dict[str, list[float | None]]:
    """Return what other sources say on the days of a drawing."""
    return {
        title: [values.get(day) for day in preview["dates"]]
        for title, values in others.get(preview["variable"], {}).items()
    }
