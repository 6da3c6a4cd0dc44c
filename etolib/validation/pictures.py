"""Pictures of a validation: a month of a place."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from etolib.errors import InputError, Problem
from etolib.result.figures import LABELS
from etolib.validation.own_report import canvas_of
from etolib.validation.places import load
from etolib.validation.study import fuse
from etolib.words import say

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def month(data: str | Path, when: str, city: str | None = None, protocol: str = "T2005") -> Figure:
    """Draw a month of a place: the fused series, its interval, and the reference that was hidden from it.

    Parameters
    ----------
    data : path
        Folder as `etolib.validation.places` reads it.
    when : str
        The month, as ``"2015-09"``; the protocol says which days are hidden.
    city : str, optional
        Default: the second by name.
    protocol : str
        One of `etolib.validation.protocols.PROTOCOLS`.

    Returns
    -------
    matplotlib.figure.Figure
        ETo in mm/day.

    Raises
    ------
    InputError
        For a folder, city or protocol that is not there, and a month without days.
    """
    places = load(data)[:2] if city is None else load(data, [city])
    place = places[-1]
    fused = fuse(data, protocol, [place.name]).set_index("date")
    reference = pd.Series(place.reference, place.dates)
    first = pd.Timestamp(when)
    days = fused.index[(fused.index >= first) & (fused.index < first + pd.offsets.MonthBegin())]
    if not len(days):
        raise InputError([Problem("month", when, say("month_not_in_data"))])
    shown = fused.loc[days]
    canvas = canvas_of(9.0, 3.6)
    axes = canvas.add_subplot()
    axes.fill_between(days, shown["lower"], shown["upper"], alpha=0.3, linewidth=0, label=LABELS["legend_interval"])
    axes.plot(days, shown["eto"], label=LABELS["legend_eto"])
    axes.plot(days, np.asarray(reference.loc[days]), "k.", label="reference")
    axes.set(title=f"{place.name}, {when}", xlabel="day of the month", ylabel=LABELS["axis_eto"])
    axes.margins(x=0.01)
    axes.set_xticks(days[::5], [f"{day.day}" for day in days[::5]])
    axes.legend(frameon=False)
    return canvas
