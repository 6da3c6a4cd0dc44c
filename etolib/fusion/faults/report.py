"""What the checks of one place found, and its tables with that left out."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from etolib.fusion.inputs import HUMIDITY, TEMPERATURE
from etolib.words import Text, say

WHOLE = "all"
"""In a `Finding`: every variable of the source."""


@dataclass(frozen=True)
class Finding:
    """One fault.

    Attributes
    ----------
    source, variable : str
        Where; variable `WHOLE` for all.
    check : str
        Name of the check.
    action : str
        ``quarantine`` (column left out), ``mask`` (cells left out) or ``note``.
    value, limit : float
        What was found, and the threshold it passed.
    days : int
        Days concerned.
    message : Text
        One sentence.
    """

    source: str
    variable: str
    check: str
    action: str
    value: float
    limit: float
    days: int
    message: Text


@dataclass
class Report:
    """Findings, and the tables with what was found left out.

    Attributes
    ----------
    frames : dict of str to pandas.DataFrame
    findings : list of Finding
    """

    frames: dict[str, pd.DataFrame]
    findings: list[Finding] = field(default_factory=list)

    @property
    def quarantined(self) -> list[Finding]:
        """Findings that put a column or a source in quarantine."""
        return [finding for finding in self.findings if finding.action == "quarantine"]

    def masked(self, source: str) -> int:
        """Return how many cells of a source single-day checks left out."""
        return sum(f.days for f in self.findings if f.source == source and f.action == "mask")

    def quarantine(self, source: str, variable: str, check: str, value: float, limit: float, sentence: Text) -> None:
        """Leave out a column, or with `WHOLE` all of a source, and say why."""
        frame = self.frames[source]
        numeric = [column for column in frame if pd.api.types.is_numeric_dtype(frame[column])]
        columns: list[Any] = numeric if variable == WHOLE else [variable]
        if variable == "tmax":  # a day's extremes belong together, and humidity is read at them
            columns = [column for column in TEMPERATURE if column in frame]
        if variable == "rhmean":
            columns = [column for column in HUMIDITY if column in frame]
        days = int(frame[columns].notna().any(axis=1).sum())
        self.frames[source] = frame.assign(**dict.fromkeys(columns, np.nan))
        self._add(source, variable, check, "quarantine", value, limit, days, sentence)

    def mask(
        self, source: str, variable: str, rows: Any, check: str, value: float, limit: float, sentence: Text
    ) -> None:
        """Leave out a column on the days ``rows`` (True where), and say why."""
        self.frames[source].loc[rows, variable] = np.nan
        self._add(source, variable, check, "mask", value, limit, int(rows.sum()), sentence)

    def note(self, source: str, variable: str, check: str, value: float, limit: float, sentence: Text) -> None:
        """Leave nothing out, but say what was found."""
        self._add(source, variable, check, "note", value, limit, 0, sentence)

    def _add(
        self, source: str, variable: str, check: str, action: str, value: float, limit: float, days: int,
        sentence: Text,
    ) -> None:  # fmt: skip
        message = say("of_source", source=source, sentence=sentence)
        self.findings.append(Finding(source, variable, check, action, float(value), float(limit), days, message))
