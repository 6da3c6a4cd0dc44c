"""Source, kind, quality and flags of each day: the last step to a table that says how good its numbers are.

Days are arrays (places, days) of codes here; words are made where a table is (`Grades.words_of_sources` ...).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from etolib.equations.filling import CODES, ESTIMATED, FLAGS, UNCONFIRMED
from etolib.fusion.block import Array, Days, Mask
from etolib.fusion.inputs import Inputs
from etolib.fusion.sources import beside
from etolib.sources.base import SourceData
from etolib.sources.row import KINDS
from etolib.words import Text, say

USED = ("tmin", "tmax", "ea", "u2", "rs")
"""Inputs of the equation, in the order tables show them."""

QUALITIES = ("LOW", "MEDIUM", "HIGH")
"""Quality of a day; its code is the position, -1 where there is no value."""

NARROW, NARROW_MM = 0.6, 1.5
"""An interval counts as narrow where its full width is at most this share of ETo, or this much. [1; mm day-1]"""

CLIMATOLOGY = KINDS[-1]

Codes = NDArray[np.int8]
Flags = dict[str, Codes]
"""Flag of each input cell, as a position in `etolib.equations.filling.FLAGS`; shapes (places, days)."""

_ESTIMATED = np.array([flag in ESTIMATED for flag in FLAGS])
_SAID = np.array([flag in ESTIMATED or flag == UNCONFIRMED for flag in FLAGS])


@dataclass(frozen=True)
class Grades:
    """How good each day is; arrays of shape (places, days).

    Attributes
    ----------
    quality : ndarray
        Position in `QUALITIES`, -1 where there is no value.
    kind : ndarray
        Position in `etolib.sources.row.KINDS`, -1 where there is no value.
    source : ndarray
        Sources used, a bit for each of ``sources``; 0 where there is no value.
    sources : tuple of str
        In the order of the alphabet.
    flags : ndarray
        What was estimated or is unconfirmed: a digit of base ``len(FLAGS)`` for each of ``inputs``, 0 where neither.
    inputs : tuple of str
    """

    quality: Codes
    kind: Codes
    source: NDArray[np.int64]
    sources: tuple[str, ...]
    flags: NDArray[np.int64]
    inputs: tuple[str, ...]

    def words_of_quality(self, place: int) -> NDArray[np.object_]:
        """Return HIGH, MEDIUM, LOW or None for each day of a place."""
        return np.asarray(np.array([*QUALITIES, None], dtype=object)[self.quality[place]])

    def words_of_kind(self, place: int) -> NDArray[np.object_]:
        """Return observed, forecast, climatology or None for each day of a place."""
        return np.asarray(np.array([*KINDS, None], dtype=object)[self.kind[place]])

    def words_of_source(self, place: int) -> list[str | None]:
        """Return the names of the sources of each day of a place, joined by ``+``; None where there is none."""
        return [joined(self.sources, bits) for bits in self.source[place].tolist()]

    def words_of_flags(self, place: int) -> list[str]:
        """Return what is estimated or unconfirmed on each day of a place: ``rs: estimated_hargreaves``."""
        return [_flags_of_day(self.inputs, digits) for digits in self.flags[place].tolist()]


@lru_cache(maxsize=4096)  # a few combinations make all the days of thirty years
def joined(sources: tuple[str, ...], bits: int) -> str | None:
    """Return the names of a set of sources.

    >>> joined(("a", "b", "c"), 5), joined(("a",), 0)
    ('a+c', None)
    """
    return "+".join(name for place, name in enumerate(sources) if bits >> place & 1) or None


@lru_cache(maxsize=4096)
def _flags_of_day(inputs: tuple[str, ...], digits: int) -> str:
    found = []
    for name in inputs:
        digits, code = divmod(digits, len(FLAGS))
        if code:
            found.append(f"{name}: {FLAGS[code]}")
    return "; ".join(found)


def mark_estimates(flags: Flags, inputs: Inputs, answers: Sequence[Mapping[str, SourceData]], days: Days) -> None:
    """Flag the cells whose source says that it estimated that variable (MET Norway and NWS have no radiation).

    A station's network may say so of single days. ``answers`` are those of each place.
    """
    for place, answered in enumerate(answers):
        for name, answer in answered.items():
            for variable in set(answer.meta.get("estimated") or ()) & set(flags):
                flags[variable][place, inputs.of(variable, name)[place]] = CODES["estimated_by_source"]
            if by_day := answer.meta.get("estimated_days"):
                own = {variable: inputs.of(variable, name)[place] for variable in flags}
                _mark(flags, place, own, _on_days(by_day, days), "estimated_by_source")


def _mark(flags: Flags, place: int, own: Mapping[str, Mask], rests: Callable[[Sequence[str]], Any], mark: str) -> None:
    """Flag the cells ``own`` of a source that are given, where ``rests``, by the columns that they rest on."""
    for variable, rows in own.items():
        for flag, columns in COLUMNS_OF.get(variable, {"given": (variable,)}).items():
            if flag not in ESTIMATED:
                here = rows & (flags[variable][place] == CODES[flag]) & rests(columns)
                flags[variable][place, here] = CODES[mark]


def _on_days(told: Mapping[str, Sequence[str]], days: Days) -> Callable[[Sequence[str]], Mask]:
    """Return what says on which days columns are ``told``, by column as ISO text."""
    return lambda columns: days.index.isin(pd.DatetimeIndex(sorted({d for c in columns for d in told.get(c, ())})))


def _on_any(names: Set[str]) -> Callable[[Sequence[str]], bool]:
    """Return what says whether some columns are among ``names``."""
    return lambda columns: not names.isdisjoint(columns)


COLUMNS_OF: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "ea": {"given": ("ea",), "from_dew_point": ("tdew",), "from_rh_extremes": ("rhmin", "rhmax"),
           "from_psychrometer": ("tdry", "twet", "a_psy"), "from_rh_max": ("rhmax",), "from_rh_mean": ("rhmean",)},
    "rs": {"given": ("rs",), "estimated_sunshine": ("sunshine",)},
}  # fmt: skip
"""Columns that an input rests on, by its flag; the others rest on the column of their own name."""


def mark_unconfirmed(flags: Flags, inputs: Inputs, answers: Sequence[Mapping[str, SourceData]], days: Days) -> None:
    """Flag the cells that rest on a guess about an own file that nobody has confirmed (``meta["guessed"]``).

    Of single days it is ``meta["doubtful_days"]``, by column. An estimate keeps the flag that says how it was made.
    ``answers`` are those of each place.
    """
    for place, answered in enumerate(answers):
        for name, answer in answered.items():
            guessed = set(answer.meta.get("guessed") or ())
            doubtful = answer.meta.get("doubtful_days") or {}
            if not guessed and not doubtful:
                continue
            having = np.array([name in known.split("+") for known in inputs.names] + [False])
            own = {variable: having[inputs.source[variable][place]] for variable in flags}
            _mark(flags, place, own, _on_days(doubtful, days), UNCONFIRMED)
            _mark(flags, place, own, _on_any(guessed), UNCONFIRMED)


def grade(eto: Array, lower: Array, upper: Array, inputs: Inputs, flags: Flags, kinds: Mapping[str, Codes]) -> Grades:
    """Return source, kind, quality and flags of each day.

    Parameters
    ----------
    eto, lower, upper : ndarray, shape (places, days)
        [mm day-1]
    inputs : Inputs
    flags : Flags
        With what sources say themselves marked (`mark_estimates`, `mark_unconfirmed`).
    kinds : mapping of str to ndarray, shape (places, days)
        Kind of each source's days, see `etolib.fusion.block.Block`.
    """
    source, sources = sources_of_day(inputs)
    kind = kind_of_day(source, sources, kinds)
    whole = sum(1 << place for place, name in enumerate(sources) if not beside(name))
    quality = quality_of_day(eto, upper - lower, source & whole, kind, flags)
    absent = np.isnan(eto)
    digits = np.zeros(eto.shape, np.int64)
    for place, codes in enumerate(flags.values()):
        digits += np.where(_SAID[codes], codes, 0).astype(np.int64) * len(FLAGS) ** place
    nothing = np.int8(-1)
    return Grades(
        np.where(absent, nothing, quality),
        np.where(absent, nothing, kind),
        np.where(absent, 0, source),
        sources,
        digits,
        tuple(flags),
    )


def quality_of_day(eto: Array, width: Array, source: NDArray[np.int64], kind: Codes, flags: Flags) -> Codes:
    """Return the quality of each day, a position in `QUALITIES`; shapes (places, days).

    LOW: from the climatology, or two or more inputs estimated. HIGH: two or more sources of the date, no input
    estimated or resting on an unconfirmed guess, and the interval narrow (full width <= max(1.5 mm/day, 60 % of ETo)).
    MEDIUM: the rest.

    Parameters
    ----------
    eto, width : ndarray
        And the full width of its interval. [mm day-1]
    source : ndarray
        Sources of the day, a bit for each; without those that give radiation alone, which confirm no other input.
    kind : ndarray
        Position in `etolib.sources.row.KINDS`.
    flags : Flags
    """
    estimated = np.zeros(eto.shape, np.int8)
    sure = np.ones(eto.shape, bool)
    for codes in flags.values():
        estimated += _ESTIMATED[codes]
        sure &= codes != CODES[UNCONFIRMED]
    several = (source & (source - 1)) != 0
    narrow = width <= np.maximum(NARROW_MM, NARROW * eto)
    low = (kind == KINDS.index(CLIMATOLOGY)) | (estimated >= 2)
    high = several & (estimated == 0) & narrow & sure
    return np.where(low, np.int8(0), np.where(high, np.int8(2), np.int8(1)))


def sources_of_day(inputs: Inputs) -> tuple[NDArray[np.int64], tuple[str, ...]]:
    """Return the sources whose inputs a day's ETo used, a bit for each; and which bit is which."""
    names = tuple(sorted({name for pair in inputs.names for name in pair.split("+")}))
    bits = [sum(1 << names.index(name) for name in pair.split("+")) for pair in inputs.names]
    of_code = np.array([*bits, 0], dtype=np.int64)
    return np.bitwise_or.reduce([of_code[inputs.source[variable]] for variable in USED]), names


def kind_of_day(source: NDArray[np.int64], sources: Sequence[str], kinds: Mapping[str, Codes]) -> Codes:
    """Return the weakest kind among the sources used on each day: climatology, then forecast, then observed."""
    weakest = np.full(source.shape, -1, np.int8)
    for place, name in enumerate(sources):
        if name in kinds:
            used: Mask = (source >> place & 1).astype(bool)
            weakest = np.where(used, np.maximum(weakest, kinds[name]), weakest)
    return weakest


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
