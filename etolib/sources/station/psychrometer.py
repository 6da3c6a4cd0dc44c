"""The dry and the wet bulb of a psychrometer among the columns of a file, and the air that moves past them.

A wet bulb says nothing without the dry bulb that was read beside it, and how much it says depends on its ventilation
(FAO-56 Eq. 16), which no file states: it is asked for. One reading, or the mean, of a day is taken; of several
instruments, or readings at several hours in columns of their own, none.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from etolib.equations.air import atmospheric_pressure, saturation_vapour_pressure
from etolib.equations.humidity import VENTILATION
from etolib.sources.station import columns as station_columns
from etolib.sources.station.columns import Column
from etolib.sources.station.headers import take_apart
from etolib.sources.station.layout import Table
from etolib.sources.station.names import read_name, words_of
from etolib.sources.station.questions import Question
from etolib.sources.station.units import conversion
from etolib.sources.station.vocabulary import DRY_BULB, OTHERS, PSYCHROMETER
from etolib.words import Text, say

BULBS = ("tdry", "twet")
ASSUMED = "natural"
"""Ventilation that is taken until it is said: that of a screen."""

_WORDS = {"twet": OTHERS["wet_bulb"][1], "tdry": DRY_BULB}


def bulb_of(header: str) -> str | None:
    """Return ``twet`` or ``tdry`` where a header means such a reading of a psychrometer, else None.

    >>> bulb_of("Wet bulb (°C)"), bulb_of("Bulbo seco"), bulb_of("Wet bulb 9am"), bulb_of("Wet bulb globe")
    ('twet', 'tdry', None, None)
    """
    return _bulb(take_apart(header).text) or _bulb(header)  # "sec" is dry in French, and a unit


def _bulb(text: str) -> str | None:
    words = words_of(text)
    for variable, phrases in _WORDS.items():
        parts = [set(phrase.split("+")) for phrase in phrases]
        found = [part for part in parts if part <= set(words) and not part <= PSYCHROMETER]
        if not found:
            continue
        rest = [word for word in words if word not in PSYCHROMETER and word not in set().union(*found)]
        if variable == "twet" and any(part <= set(rest) for part in map(set, map(_parts, DRY_BULB))):
            continue
        name = read_name(" ".join(["temperature", *rest]))
        return variable if name.variable == "tmean" and not name.unknown else None
    return None


def _parts(phrase: str) -> list[str]:
    return phrase.split("+")


def pair(names: Sequence[str], taken: Mapping[str, str], notes: list[Text]) -> dict[str, str]:
    """Return ``tdry`` and ``twet`` by header where a file has one of each.

    Where it has more, they are of no use: their headers have "", and ``notes`` grows. ``taken`` is what somebody says
    of headers, which are not among those returned.

    >>> pair(["Date", "Dry bulb (C)", "Wet bulb (C)", "Tmax"], {}, [])
    {'Dry bulb (C)': 'tdry', 'Wet bulb (C)': 'twet'}
    >>> pair(["Date", "T 9h", "Wet bulb (C)", "Tmax"], {"T 9h": "tdry"}, [])
    {'Wet bulb (C)': 'twet'}
    """
    told = {variable for variable in taken.values() if variable in BULBS}
    found = {
        name: variable
        for name in names
        if name not in taken and (variable := bulb_of(name)) is not None and variable not in told
    }
    count = Counter(found.values())
    if set(count) | told != set(BULBS):
        return {}
    if count and max(count.values()) > 1:
        notes.append(say("several_psychrometers", names=list(found)))
        return dict.fromkeys(found, "")
    return found


def question(table: Table, columns: Sequence[Column], known: station_columns.Known) -> Question | None:
    """Return the question for the ventilation, None where there is no psychrometer or it is said."""
    found = {c.variable: c for c in columns if c.variable in BULBS}
    if len(found) < 2 or said(known) is not None:
        return None
    dry, wet = (_celsius(table, found[name]) for name in BULBS)
    apart = dry - wet
    apart = apart[np.isfinite(apart)]
    mean = float(np.mean(apart)) if len(apart) else 5.0
    pressure = float(np.asarray(atmospheric_pressure(min(max(table.facts.get("elevation", 0.0), -400.0), 8000.0))))
    more = {how: (VENTILATION[ASSUMED] - VENTILATION[how]) * pressure * mean for how in VENTILATION}
    name = found["twet"].name
    text = say("ventilation_and_its_effect", name=repr(name), apart=f"{mean:.1f}",
               more=f"{more['ventilated']:.2f}", less=f"{-more['indoor']:.2f}")  # fmt: skip
    return Question("psychrometer", text, name, tuple(VENTILATION), ASSUMED)


def _celsius(table: Table, column: Column) -> np.ndarray:
    factor, offset = conversion(column.variable, column.unit)
    return np.asarray(table.numbers(column) * factor + offset)


def said(known: station_columns.Known) -> str | None:
    """Return what a person says of the ventilation."""
    return next((str(facts["psychrometer"]) for facts in known.values() if facts.get("psychrometer")), None)


def both_or_neither(columns: Sequence[Column], notes: list[Text]) -> list[Column]:
    """Return the columns without a bulb whose fellow is not there; ``notes`` grows."""
    alone = {c.variable for c in columns} & set(BULBS)
    if len(alone) != 1:
        return list(columns)
    out = []
    for c in columns:
        if c.variable in alone:
            text = say("wet_bulb_without_dry" if c.variable == "twet" else "dry_bulb_without_wet", name=repr(c.name))
            notes.append(text)
            c = replace(c, variable=None, unit=None, guessed=False, reasons=(text,))
        out.append(c)
    return out


def completed(frame: pd.DataFrame, mapping: station_columns.Mapping) -> tuple[pd.DataFrame, station_columns.Mapping]:
    """Return days with the coefficient of their psychrometer beside its readings; without these where one is absent."""
    there = [name for name in BULBS if name in frame]
    if not there:
        return frame, mapping
    if len(there) == 1:
        notes = list(mapping.notes)
        columns = both_or_neither(mapping.columns, notes)
        kept = tuple(q for q in mapping.questions if q.parameter != "psychrometer")
        mapping = replace(mapping, columns=tuple(columns), notes=tuple(notes), questions=kept)
        return frame.drop(columns=there), mapping
    whole = frame[list(BULBS)].notna().all(axis=1)
    coefficient = VENTILATION[said(mapping.known) or ASSUMED]
    return frame.assign(a_psy=np.where(whole, coefficient, np.nan)), mapping


def vapour_pressure(columns: Mapping[str, Any], elevation: float | None) -> np.ndarray:
    """Return the vapour pressure of readings with the ventilation that is assumed, negative where they leave none.

    [kPa]
    """
    pressure = np.asarray(atmospheric_pressure(0.0 if elevation is None else elevation))
    apart = columns["tdry"] - columns["twet"]
    return np.asarray(saturation_vapour_pressure(columns["twet"]) - VENTILATION[ASSUMED] * pressure * apart)
