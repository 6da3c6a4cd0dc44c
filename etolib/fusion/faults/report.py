"""What the checks of one place found, and its tables with that left out."""

from __future__ import annotations

from collections.abc import Callable
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
        ``quarantine`` (column left out), ``mask`` (cells left out) or ``note`` (nothing left out; with days: marked).
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
    records : dict of str to pandas.DataFrame
        By source what it is judged by where that is more than its days in ``frames``: the whole record of a station.
        What is left out of the one is left out of the other; findings tell of the days of ``frames`` only.
    marked : dict of (str, str) to pandas.Series
        By source and variable where a value is doubtful and was kept, True by date.
    """

    frames: dict[str, pd.DataFrame]
    findings: list[Finding] = field(default_factory=list)
    records: dict[str, pd.DataFrame] = field(default_factory=dict)
    marked: dict[tuple[str, str], pd.Series] = field(default_factory=dict)

    def record(self, source: str) -> pd.DataFrame:
        """Return what a source is judged by."""
        return self.records.get(source, self.frames[source])

    def here(self, source: str, rows: pd.Series) -> pd.Series:
        """Return rows of the record as rows of the days at hand."""
        return rows if source not in self.records else rows.reindex(self.frames[source].index, fill_value=False)

    @property
    def quarantined(self) -> list[Finding]:
        """Findings that put a column or a source in quarantine."""
        return [finding for finding in self.findings if finding.action == "quarantine"]

    def masked(self, source: str) -> int:
        """Return how many cells of a source single-day checks left out."""
        return sum(f.days for f in self.findings if f.source == source and f.action == "mask")

    def quarantine(self, source: str, variable: str, check: str, value: float, limit: float, sentence: Text) -> None:
        """Leave out a column, or with `WHOLE` all of a source, and say why."""
        for tables in (self.records, self.frames):
            if source not in tables:
                continue
            frame = tables[source]
            numeric = [column for column in frame if pd.api.types.is_numeric_dtype(frame[column])]
            columns: list[Any] = numeric if variable == WHOLE else [variable]
            if variable == "tmax":  # a day's extremes belong together, and humidity is read at them
                columns = [column for column in TEMPERATURE if column in frame]
            if variable == "rhmean":
                columns = [column for column in HUMIDITY if column in frame]
            days = int(frame[columns].notna().any(axis=1).sum())
            tables[source] = frame.assign(**dict.fromkeys(columns, np.nan))
        self._add(source, variable, check, "quarantine", value, limit, days, sentence)

    def mask(
        self, source: str, variable: str, rows: pd.Series, check: str, value: float, limit: float,
        sentence: Callable[[int], Text],
    ) -> None:  # fmt: skip
        """Leave out a column on the days ``rows`` (True where, by date of its record), and say why.

        ``sentence`` gets the number of days at hand; where there are none, nothing is said.
        """
        here = self.here(source, rows)
        if source in self.records:
            self.records[source].loc[rows, variable] = np.nan
        self.frames[source].loc[here, variable] = np.nan
        if (count := int(here.sum())) > 0:
            self._add(source, variable, check, "mask", value, limit, count, sentence(count))

    def mark(
        self, source: str, variable: str, rows: pd.Series, check: str, value: float, limit: float,
        sentence: Callable[[pd.DatetimeIndex], Text],
    ) -> None:  # fmt: skip
        """Keep what is doubtful on the days ``rows`` (by date of the frame), mark it, and say which days."""
        if not rows.any():
            return
        before = self.marked.get((source, variable))
        self.marked[source, variable] = rows if before is None else rows | before
        days = pd.DatetimeIndex(rows.index[rows.to_numpy(bool)])
        self._add(source, variable, check, "note", value, limit, len(days), sentence(days))

    def note(self, source: str, variable: str, check: str, value: float, limit: float, sentence: Text) -> None:
        """Leave nothing out, but say what was found."""
        self._add(source, variable, check, "note", value, limit, 0, sentence)

    def _add(
        self, source: str, variable: str, check: str, action: str, value: float, limit: float, days: int,
        sentence: Text,
    ) -> None:  # fmt: skip
        message = say("of_source", source=source, sentence=sentence)
        self.findings.append(Finding(source, variable, check, action, float(value), float(limit), days, message))
