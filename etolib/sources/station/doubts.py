"""Days of which a file leaves open what was measured: they are kept, told, and never graded HIGH."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import pandas as pd

from etolib import config
from etolib.site import Period
from etolib.sources.canonical import in_words
from etolib.words import Text, say

Doubts = Mapping[str, tuple[str, ...]]
"""By variable the days, as ISO text."""


def of_days(days: Any, doubtful: Mapping[str, np.ndarray]) -> dict[str, tuple[str, ...]]:
    """Return the days that masks by variable point at.

    >>> of_days(["2024-01-01", "2024-01-02"], {"tmax": np.array([False, True]), "tmin": np.array([False, False])})
    {'tmax': ('2024-01-02',)}
    """
    index = pd.DatetimeIndex(pd.to_datetime(list(days))).normalize()
    return {
        name: tuple(day.date().isoformat() for day in index[rows].unique())
        for name, rows in doubtful.items()
        if rows.any()
    }


def merged(found: Iterable[Doubts]) -> dict[str, tuple[str, ...]]:
    """Return all of several.

    >>> merged([{"tmax": ("2024-01-02",)}, {"tmax": ("2024-01-01",)}])
    {'tmax': ('2024-01-01', '2024-01-02')}
    """
    days: dict[str, set[str]] = {}
    for one in found:
        for name, some in one.items():
            days.setdefault(name, set()).update(some)
    return {name: tuple(sorted(some)) for name, some in days.items()}


def within(told: Doubts, period: Period) -> dict[str, list[str]]:
    """Return those of a period.

    >>> within({"tmax": ("2024-01-01", "2024-02-01")}, Period("2024-01-01", "2024-01-31"))
    {'tmax': ['2024-01-01']}
    """
    return {name: [day for day in days if str(period.start) <= day <= str(period.end)] for name, days in told.items()}


def after_today(frame: pd.DataFrame, warnings: list[Text]) -> dict[str, tuple[str, ...]]:
    """Return the days after tomorrow, which nobody has measured; ``warnings`` grow by a sentence where there are any.

    >>> frame = pd.DataFrame({"tmax": [30.0, 31.0]}, pd.DatetimeIndex(["2024-06-01", "2124-06-02"]))
    >>> after_today(frame, [])
    {'tmax': ('2124-06-02',)}
    """
    days = pd.DatetimeIndex(frame.index)
    late = days > pd.Timestamp(config.today()) + pd.Timedelta(days=1)
    if late.any():
        warnings.append(say("days_after_today", count=int(late.sum()), days=in_words(days[late])))
    return of_days(days, {str(name): late & frame[name].notna().to_numpy() for name in frame.columns})
