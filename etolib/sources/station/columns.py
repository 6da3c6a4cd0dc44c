"""What the columns of a station file are taken for, to be shown, confirmed and changed by hand."""

from __future__ import annotations

from collections.abc import Mapping as MappingOf
from dataclasses import dataclass, field, replace
from typing import Any

import pandas as pd

from etolib.errors import InputError, Problem
from etolib.sources.station.dates import format_in_words
from etolib.sources.station.questions import Question
from etolib.sources.station.units import QUANTITY, UNITS
from etolib.words import Text, join, say, verbatim

Known = MappingOf[str, MappingOf[str, Any]]
"""What a person says of columns, by name: ``variable`` ("" for none), ``unit``, ``height`` [m], ``format`` (dates)."""

_SEPARATORS = {"\t": "by_tabulators", " ": "by_spaces", "": "by_cells"}


@dataclass(frozen=True)
class Column:
    """What one column of the file is taken for.

    Attributes
    ----------
    name : str
        As the file has it.
    index : int
        Of the column in the file, from 0.
    variable : str or None
        A canonical name, a part of the date, ``station``, or None (not used).
    unit : str or None
        Of its values.
    stated : bool
        Whether the file names the unit.
    height : float or None
        Of a wind. [m]
    reasons : tuple of Text
        Why.
    scale : float
        What its numbers are multiplied by to be in the unit.
    missing : tuple of float
        Numbers that mean that there is none.
    choices : tuple of str
        Units it may be in, where its format does not tell.
    unknown : tuple of str
        Words of its name that are not understood.
    guessed : bool
        Whether it rests on a guess that nobody has confirmed: its days carry the flag ``unconfirmed``.
    """

    name: str
    index: int
    variable: str | None
    unit: str | None = None
    stated: bool = False
    height: float | None = None
    reasons: tuple[Text, ...] = ()
    guessed: bool = False
    scale: float = 1.0
    missing: tuple[float, ...] = ()
    choices: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()

    @property
    def reason(self) -> Text:
        """The reasons in one text."""
        return self.reasons[0] if len(self.reasons) == 1 else join("; ", self.reasons)


@dataclass(frozen=True)
class Mapping:
    """What a file is taken for; change it with `change`, then hand it to `read`.

    Attributes
    ----------
    columns : tuple of Column
    delimiter, decimal : str
        What separates the columns (nothing in Excel), and the decimal sign.
    date_format : str
        As ``strptime`` takes it, or one of `etolib.sources.station.dates.IN_PARTS`.
    questions : tuple of Question
        What is uncertain, and how it is answered.
    notes : tuple of Text
        Columns that are left out although they look like a variable, and why.
    station : str or None
        Which of several stations was read.
    known : mapping
        What a person said of columns.
    """

    columns: tuple[Column, ...]
    delimiter: str
    decimal: str
    date_format: str
    questions: tuple[Question, ...] = ()
    notes: tuple[Text, ...] = ()
    station: str | None = None
    known: Known = field(default_factory=dict)

    def table(self) -> pd.DataFrame:
        """Return one row per column of the file: its name, what it is taken for, unit, reason."""
        return pd.DataFrame(
            [
                {
                    "column": c.name,
                    "taken for": c.variable or say("not_used"),
                    "unit": c.unit or "",
                    "unit stated": c.stated,
                    "reason": c.reason,
                }
                for c in self.columns
            ]
        )

    def change(
        self, column: str, *, variable: str | None = None, unit: str | None = None, height: float | None = None
    ) -> Mapping:
        """Return the mapping with one column taken for something else; ``variable=""`` leaves it out.

        Raises
        ------
        InputError
            Where the column or the unit is not known.
        """
        names = [c.name for c in self.columns]
        if column not in names:
            raise InputError([Problem("column", column, say("not_in_the_file"), say("columns_are", names=names))])
        changed = []
        for c in self.columns:
            if c.name == column:
                target = c.variable if variable is None else variable or None
                units = UNITS.get(QUANTITY.get(target or "", ""), {})
                if target is not None and unit is not None and unit not in units:
                    thing = say("unit_of", name=repr(column))
                    raise InputError([Problem(thing, unit, say("not_one_of", names=list(units)))])
                c = replace(
                    c, variable=target, unit=unit or c.unit, stated=c.stated or unit is not None,
                    height=height or c.height, reasons=(say("set_by_hand"),),
                )  # fmt: skip
            changed.append(c)
        return replace(self, columns=tuple(changed))

    def explain(self) -> list[Text]:
        """Return the mapping in sentences, what is uncertain last."""
        separator = _SEPARATORS.get(self.delimiter)
        sentences = [
            say(
                "how_it_is_read",
                separator=say(separator) if separator else verbatim(repr(self.delimiter)),
                decimal=say("decimal_comma" if self.decimal == "," else "decimal_point"),
                dates=format_in_words(self.date_format),
            )
        ]
        asked = {question.column for question in self.questions if question.parameter == "wind_height"}
        for c in self.columns:
            if c.variable and c.unit:
                sentences.append(
                    say("taken_for_in", name=repr(c.name), variable=c.variable, unit=c.unit, reason=c.reason)
                )
                if c.height and c.name not in asked:
                    key = "wind_is_of_2_m" if c.height == 2.0 else "wind_measured_at"
                    sentences.append(say(key, name=repr(c.name), height=f"{c.height:g}"))
            elif c.variable:
                sentences.append(say("taken_for", name=repr(c.name), variable=c.variable, reason=c.reason))
        if ignored := [c.name for c in self.columns if not c.variable and c.name]:
            sentences.append(say("columns_not_used", names=ignored))
        return [*sentences, *self.notes, *(question.text for question in self.questions)]
