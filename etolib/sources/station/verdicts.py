"""What is said of a column that contradicts weather, the place or the other columns."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from etolib.errors import Problem
from etolib.sources.station.questions import Question
from etolib.words import Text

ESSENTIAL = ("tmin", "tmax")
"""Without these there is no ETo: a file in which one is wrong is refused. It can do without any other."""

Action = Literal["refuse", "leave out", "ask", "say"]


@dataclass(frozen=True)
class Verdict:
    """What becomes of a column, and why.

    Attributes
    ----------
    variable, column : str
        What it is taken for, and its name in the file.
    action : {"refuse", "leave out", "ask", "say"}
        The file is refused with ``problem``; the column is not used; ``question`` is put; it is used and ``text`` said.
    text : Text
        One sentence, with the numbers.
    problem : Problem or None
        Of ``refuse``.
    question : Question or None
        Of ``ask``.
    """

    variable: str
    column: str
    action: Action
    text: Text
    problem: Problem | None = None
    question: Question | None = None
