"""Source, kind, quality and flags of each day: the last step to a table that says how good its numbers are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache

import numpy as np
import pandas as pd

from etolib.equations.filling import ESTIMATED, UNCONFIRMED
from etolib.sources.base import SourceData
from etolib.sources.row import KINDS
from etolib.words import Text, say

USED = ("tmin", "tmax", "ea", "u2", "rs")
"""Inputs of the equation, in the order tables show them."""

NARROW, NARROW_MM = 0.6, 1.5
"""An interval counts as narrow where its full width is at most this share of ETo, or this much. [1; mm day-1]"""

CLIMATOLOGY = KINDS[-1]


def mark_estimates(flags: pd.DataFrame, used: pd.DataFrame, answers: Mapping[str, SourceData]) -> None:
    """Flag the cells whose source says that it estimated that variable (MET Norway and NWS have no radiation).

    A station's network may say so of single days.
    """
    for name, answer in answers.items():
        for variable in set(answer.meta.get("estimated") or ()) & set(flags.columns):
            flags.loc[used[variable] == name, variable] = "estimated_by_source"
        by_day = answer.meta.get("estimated_days") or {}
        for variable in flags.columns if by_day else ():
            for flag, columns in COLUMNS_OF.get(variable, {"given": (variable,)}).items():
                days = pd.DatetimeIndex(sorted({day for column in columns for day in by_day.get(column, ())}))
                rows = (used[variable] == name) & (flags[variable] == flag) & flags.index.isin(days)
                if flag not in ESTIMATED:
                    flags.loc[rows, variable] = "estimated_by_source"


COLUMNS_OF: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "ea": {"given": ("ea",), "from_dew_point": ("tdew",), "from_rh_extremes": ("rhmin", "rhmax"),
           "from_psychrometer": ("tdry", "twet", "a_psy"), "from_rh_max": ("rhmax",), "from_rh_mean": ("rhmean",)},
    "rs": {"given": ("rs",), "estimated_sunshine": ("sunshine",)},
}  # fmt: skip
"""Columns that an input rests on, by its flag; the others rest on the column of their own name."""


def mark_unconfirmed(flags: pd.DataFrame, used: pd.DataFrame, answers: Mapping[str, SourceData]) -> None:
    """Flag the cells that rest on a guess about an own file that nobody has confirmed (``meta["guessed"]``).

    An estimate keeps the flag that says how it was made.
    """
    for name, answer in answers.items():
        guessed = set(answer.meta.get("guessed") or ())
        if not guessed:
            continue
        for variable in flags.columns:
            from_it = used[variable].fillna("").str.split("+").map(lambda names: name in names)  # noqa: B023 (used here)
            for flag, columns in COLUMNS_OF.get(variable, {"given": (variable,)}).items():
                if guessed & set(columns) and flag not in ESTIMATED:
                    flags.loc[from_it & (flags[variable] == flag), variable] = UNCONFIRMED


def quality_of_day(table: pd.DataFrame, flags: pd.DataFrame) -> pd.Series:
    """Return HIGH, MEDIUM or LOW for each day.

    LOW: from the climatology, or two or more inputs estimated. HIGH: two or more sources of the date, no input
    estimated or resting on an unconfirmed guess, and the interval narrow (full width <= max(1.5 mm/day, 60 % of ETo)).
    MEDIUM: the rest.
    """
    estimated = flags.isin(list(ESTIMATED)).sum(axis=1).to_numpy()
    several = table["source"].fillna("").str.contains("+", regex=False).to_numpy()
    width = (table["eto_upper"] - table["eto_lower"]).to_numpy()
    narrow = width <= np.maximum(NARROW_MM, NARROW * table["eto"].to_numpy())
    low = (table["kind"] == CLIMATOLOGY).to_numpy() | (estimated >= 2)
    sure = ~(flags == UNCONFIRMED).any(axis=1).to_numpy()
    high = several & (estimated == 0) & narrow & sure
    return pd.Series(np.select([low, high], ["LOW", "HIGH"], "MEDIUM"), index=table.index, dtype=object)


def source_of_day(source: pd.DataFrame) -> list[str | None]:
    """Join the names of all sources whose inputs a day's ETo used, by ``+``."""
    rows = map(tuple, source[list(USED)].fillna("").to_numpy())
    return [_joined(row) for row in rows]


@lru_cache(maxsize=1024)  # a few combinations make all the days of thirty years
def _joined(cells: tuple[str, ...]) -> str | None:
    return "+".join(sorted({name for cell in cells for name in cell.split("+") if name})) or None


def kind_of_day(sources: Sequence[str | None], frames: Mapping[str, pd.DataFrame]) -> np.ndarray:
    """Return the weakest kind among the sources used on each day: climatology, then forecast, then observed."""
    kinds = np.full(len(sources), None, dtype=object)
    names = {text: text.split("+") if text else [] for text in set(sources)}
    used = {name: np.array([name in names[text] for text in sources], dtype=bool) for name in frames}
    for kind in KINDS:  # the weaker ones later: they overwrite
        for name, frame in frames.items():
            kinds[used[name] & (frame["kind"] == kind).to_numpy()] = kind
    return kinds


def flag_words(flags: pd.DataFrame) -> list[str]:
    """Return what was estimated or is unconfirmed on each day: ``rs: estimated_hargreaves; u2: default_wind``."""
    marked = flags.where(flags.isin([*ESTIMATED, UNCONFIRMED]), "")
    columns = tuple(marked.columns)
    return [_flags_of_day(columns, tuple(row)) for row in marked.to_numpy()]


@lru_cache(maxsize=1024)
def _flags_of_day(columns: tuple[str, ...], row: tuple[str, ...]) -> str:
    return "; ".join(f"{name}: {flag}" for name, flag in zip(columns, row, strict=True) if flag)


def notes(table: pd.DataFrame) -> tuple[Text | None, Text | None]:
    """Return what to say of days without a value, and of days of the climatology; None where there are none."""
    absent = table["eto"].isna().to_numpy()
    gap = _gap(table.loc[absent, "date"].dt.date.tolist()) if absent.any() else None
    count = int((table["kind"] == CLIMATOLOGY).sum())
    if not count:
        return gap, None
    share = say("all_days_are") if count == len(table) else say("some_days_are", number=count, total=len(table))
    return gap, say("share_is_climatological", share=share)


def _gap(dates: Sequence[object]) -> Text:
    if len(dates) == 1:
        return say("no_value_for_day", day=str(dates[0]))
    return say("no_value_for_days", number=len(dates), first=str(dates[0]), last=str(dates[-1]))
