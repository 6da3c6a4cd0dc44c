"""What is uncertain of a file, as questions a person can answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from etolib.errors import InputError, Problem
from etolib.words import Text, say


@dataclass(frozen=True)
class Question:
    """What is uncertain of a file, and how it is answered.

    Attributes
    ----------
    parameter : str
        Of `etolib.read_station`, the one that answers it: ``columns``, ``units``, ``wind_height``, ``dates``,
        ``time_zone``, ``stamps``, ``psychrometer``, ``sheet``, ``station`` or ``site``.
    text : Text
        One sentence: what is uncertain, and what it would change.
    column : str or None
        Name of the column it is about.
    choices : tuple
        Answers to choose from, as far as they can be listed.
    assumed : str, float or None
        What is taken until it is answered: days that use it carry the flag ``unconfirmed``. None: nothing is, and the
        file is not read before it is answered.
    """

    parameter: str
    text: Text
    column: str | None = None
    choices: tuple[str | float, ...] = ()
    assumed: str | float | None = None


class Unanswered(InputError):
    """Something must be known of a file before it is read; ``questions`` holds what, beside what else is wrong."""

    def __init__(self, questions: Sequence[Question], problems: Sequence[Problem] = ()) -> None:
        self.questions = tuple(questions)
        super().__init__([*problems, *map(_to_answer, self.questions)])


def _to_answer(question: Question) -> Problem:
    """Return what is said of a question that must be answered before the file can be read."""
    answers = say("answer_with_one_of", name=question.parameter, answers=list(map(repr, question.choices)))
    return Problem(question.parameter, question.column, question.text, answers)
