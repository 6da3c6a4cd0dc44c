"""The times of a Dataset: which interval each value speaks for, by real dates.

Calendars of climate models have days that never were and lack days that were (noleap, 360_day): a day is the one that
is called the same; 30 February is none, and 31 March is then missing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from etolib.equations.table_dates import holds_dates
from etolib.errors import InputError, Problem
from etolib.words import Text, say

NAMES = ("valid_time", "time", "date", "day", "XTIME", "Time")
"""What the coordinate of dates is called, where there are several."""

HOUR = np.timedelta64(1, "h")

Label = Literal["start", "middle", "end"]


@dataclass(frozen=True)
class Times:
    """The times of a Dataset.

    Attributes
    ----------
    dim : str
        The dimension they lie along.
    moments : ndarray of datetime64[ns], shape (n,)
        As they are written (UTC, or the days as the Dataset counts them); NaT where there is no such date.
    step : float
        Hours between neighbours: 24 for days.
    starts : ndarray of datetime64[ns] or None
        Where the intervals begin, as far as their bounds or the place of the labels (in the middle) say it.
    calendar : str
        ``standard`` or that of the model.
    """

    dim: str
    moments: np.ndarray
    step: float
    starts: np.ndarray | None
    calendar: str

    @property
    def daily(self) -> bool:
        """Whether each value is that of a day."""
        return self.step == 24.0

    @property
    def days(self) -> np.ndarray:
        """The day of each value, by the middle of its bounds where there are any. datetime64[D]"""
        middle = (
            self.moments if self.starts is None else self.starts + (self.step / 2 * 3600e9) * np.timedelta64(1, "ns")
        )
        return middle.astype("datetime64[D]")

    def rows(self, rows: slice) -> Times:
        """Return some of them."""
        return Times(self.dim, self.moments[rows], self.step, None if self.starts is None else self.starts[rows],
                     self.calendar)  # fmt: skip

    def said(self) -> list[Text]:
        """Return what the reader should know of the calendar."""
        if self.calendar in ("standard", "gregorian", "proleptic_gregorian"):
            return []
        return [say("grid_calendar", name=self.calendar)]


def times_of(dataset: Any) -> Times:
    """Return the times of a Dataset; `InputError` where there are none, or its values are of months or years.

    >>> import pandas as pd, xarray as xr
    >>> times_of(xr.Dataset(coords={"time": pd.date_range("2024-01-01", periods=3, freq="3h")})).step
    3.0
    """
    when = _coordinate(dataset)
    if " since " in str(when.attrs.get("units", "")):
        raise InputError([Problem(str(when.name), when.attrs["units"], say("is_not_decoded"), say("decode_times"))])
    calendar = str(getattr(when.dt, "calendar", "standard"))
    moments = _moments(when.to_numpy())
    step = _step(moments)
    if step > 24.0:
        raise InputError([Problem(str(when.name), f"{step / 24:g} d", say("grid_of_months"), say("grid_give_days"))])
    if step < 1.0 or 24.0 % step:
        raise InputError([Problem(str(when.name), f"{step:g} h", say("grid_odd_step"), say("grid_resample"))])
    return Times(str(when.dims[0]), moments, step, _starts(dataset, when, moments, step), calendar)


def _coordinate(dataset: Any) -> Any:
    there = [str(n) for n in dataset.coords if dataset.coords[n].ndim == 1 and holds_dates(dataset.coords[n])]
    undecoded = [n for n in NAMES if n in dataset.variables and " since " in str(dataset[n].attrs.get("units", ""))]
    chosen = next((name for name in NAMES if name in there), there[0] if len(there) == 1 else None)
    if chosen is None and undecoded:
        return dataset[undecoded[0]]
    if chosen is None:
        shown = ", ".join(there) or None
        raise InputError([Problem("time", shown, say("not_a_coordinate_of_dates"), say("add_time"))])
    return dataset.coords[chosen]


def _moments(values: np.ndarray) -> np.ndarray:
    """Return dates of numpy or of cftime as those of the same name; NaT where no day is called so."""
    if values.dtype.kind == "M":
        return values.astype("datetime64[ns]")
    found = np.empty(len(values), dtype="datetime64[ns]")
    for i, date in enumerate(values):
        try:
            found[i] = np.datetime64(date.isoformat()[:19], "ns")
        except ValueError:
            found[i] = np.datetime64("NaT")
    return found


def _step(moments: np.ndarray) -> float:
    """Return the usual distance of neighbours in whole minutes. [h]"""
    there = np.sort(moments[~np.isnat(moments)])
    if len(there) < 2:
        return 24.0
    gaps = np.diff(there).astype("timedelta64[m]").astype(int)
    gaps = gaps[gaps > 0]
    if not len(gaps):
        return 24.0
    values, counts = np.unique(gaps, return_counts=True)
    return float(values[np.argmax(counts)]) / 60.0


def _starts(dataset: Any, when: Any, moments: np.ndarray, step: float) -> np.ndarray | None:
    name = when.attrs.get("bounds") or when.encoding.get("bounds")
    bounds = dataset.variables.get(name)
    if bounds is not None and bounds.ndim == 2 and bounds.shape == (len(moments), 2) and bounds.dtype.kind in "MO":
        both = np.stack([_moments(np.asarray(bounds.to_numpy())[:, k]) for k in (0, 1)])
        length = (both[1] - both[0]) / HOUR
        if np.allclose(length[~np.isnan(length)], step, atol=1e-3):
            return np.asarray(both[0])
    if step < 24.0 and len(moments):
        minutes = moments[~np.isnat(moments)].astype("datetime64[m]").astype(int)
        if len(minutes) and ((minutes % round(step * 60)) == round(step * 30)).all():
            return moments - np.timedelta64(round(step * 30), "m")
    return None
