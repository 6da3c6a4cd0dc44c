"""What the checks of one place found, and its tables with that left out."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from etolib.words import Text

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
    marked : dict of (str, str) to ndarray, shape (days,)
        By source and variable where a value is doubtful and was kept.
    """

    frames: dict[str, pd.DataFrame]
    findings: list[Finding] = field(default_factory=list)
    records: dict[str, pd.DataFrame] = field(default_factory=dict)
    marked: dict[tuple[str, str], np.ndarray] = field(default_factory=dict)

    @property
    def quarantined(self) -> list[Finding]:
        """Findings that put a column or a source in quarantine."""
        return [finding for finding in self.findings if finding.action == "quarantine"]

    def masked(self, source: str) -> int:
        """Return how many cells of a source single-day checks left out."""
        return sum(f.days for f in self.findings if f.source == source and f.action == "mask")
