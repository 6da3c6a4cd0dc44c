"""What a provider changed: an answer beside the one to the same question that was kept before."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from etolib.variables import VARIABLES
from etolib.words import Text, join, say

ENOUGH = 1e-6
"""Less is not a difference: answers are written with two decimals."""

MARGIN = dt.timedelta(days=1)
"""A day that was not over everywhere when it was fetched is completed, not revised."""


def differences(before: pd.DataFrame, after: pd.DataFrame, fetched: float) -> dict[str, Any] | None:
    """Return what a second answer changed of the days that were over when the first was fetched; None: nothing.

    Parameters
    ----------
    before, after : pandas.DataFrame
        Columns by day, in canonical units.
    fetched : float
        When the first was fetched. [POSIX s]

    Returns
    -------
    dict or None
        ``before`` (ISO time of the first answer), ``first`` and ``last`` (days), ``days`` (how many), ``variables``:
        by column ``changed``, ``filled``, ``lost`` (numbers of days) and ``most`` (largest difference).

    Examples
    --------
    >>> days = pd.to_datetime(["2024-01-01", "2024-01-02"])
    >>> one, other = pd.DataFrame({"rs": [10.0, np.nan]}, days), pd.DataFrame({"rs": [11.5, 9.0]}, days)
    >>> differences(one, other, 1.8e9)["variables"]
    {'rs': {'changed': 1, 'filled': 1, 'lost': 0, 'most': 1.5}}
    """
    then = dt.datetime.fromtimestamp(fetched, dt.UTC)
    over = pd.Timestamp(then.date() - MARGIN)
    index = before.index.union(after.index)
    index = index[index < over]
    variables: dict[str, Any] = {}
    touched = np.zeros(len(index), dtype=bool)
    for name in [column for column in after.columns if column in before.columns or after[column].notna().any()]:
        old = before[name].reindex(index).to_numpy(float) if name in before else np.full(len(index), np.nan)
        new = after[name].reindex(index).to_numpy(float)
        filled, lost = np.isnan(old) & ~np.isnan(new), ~np.isnan(old) & np.isnan(new)
        moved = np.abs(new - old)
        changed = moved > ENOUGH
        if (filled | lost | changed).any():
            variables[str(name)] = {
                "changed": int(changed.sum()), "filled": int(filled.sum()), "lost": int(lost.sum()),
                "most": round(float(moved[changed].max()), 3) if changed.any() else 0.0,
            }  # fmt: skip
            touched |= filled | lost | changed
    if not variables:
        return None
    days = index[touched]
    return {
        "before": then.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "first": f"{days[0]:%Y-%m-%d}", "last": f"{days[-1]:%Y-%m-%d}",
        "days": int(pd.DatetimeIndex(days).normalize().nunique()), "variables": variables,
    }  # fmt: skip


def told(note: Mapping[str, Any]) -> Text:
    """Return a revision as a sentence: which days, since when, and what of each variable.

    >>> note = {"before": "2026-01-01T00:00:00Z", "first": "2025-12-01", "last": "2025-12-02", "days": 2,
    ...         "variables": {"rs": {"changed": 2, "filled": 0, "lost": 0, "most": 1.5}}}
    >>> told(note).rpartition(": ")[2]
    'rs changed by up to 1.5 MJ m-2 day-1'
    """
    parts: list[Text] = []
    for name, counts in note["variables"].items():
        if counts["changed"]:
            units = VARIABLES[name].units if name in VARIABLES else ""
            parts.append(say("revised_changed", variable=name, most=f"{counts['most']:g} {units}".strip()))
        if counts["filled"]:
            parts.append(say("revised_filled", variable=name, count=counts["filled"]))
        if counts["lost"]:
            parts.append(say("revised_lost", variable=name, count=counts["lost"]))
    return say(
        "answer_revised", count=note["days"], first=note["first"], last=note["last"], time=note["before"],
        what=join("; ", parts),
    )  # fmt: skip


def changed_numbers(note: Mapping[str, Any]) -> bool:
    """Return whether numbers that were given are others now, or gone: what a reader must hear of."""
    return any(counts["changed"] or counts["lost"] for counts in note["variables"].values())
