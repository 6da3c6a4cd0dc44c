"""Months of a station without years (CLIMWAT): a smooth year of days, its soil heat, the file's own ETo beside ours.

A month is long enough for the soil to store heat: FAO-56 Eq. 43 gives the flux of a month from the mean temperature of
its neighbours, in a year that goes round.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from etolib.equations.soil import soil_heat_flux_monthly
from etolib.equations.tables import eto
from etolib.site import Period, Site
from etolib.sources.climatology import year_curve
from etolib.words import Text, say

SOIL_HEAT = "soil_heat_flux"
_LOWER = {"u2": 0.0, "rs": 0.0, "sunshine": 0.0, "rhmean": 0.0}
_A_YEAR = 2001  # any year without 29 February


def days_of_months(months: pd.DataFrame, period: Period) -> pd.DataFrame:
    """Return daily values of a smooth year with the given monthly means; 29 February as the 28th.

    Parameters
    ----------
    months : pandas.DataFrame
        Index 1 to 12; canonical columns.
    period : Period
        The days wanted.
    """
    days = pd.date_range(period.start, period.end, freq="D", name="date")
    return pd.DataFrame(
        {name: of_days(months[name], days, _LOWER.get(str(name))) for name in months.columns}, index=days
    )


def of_days(months: Sequence[float] | pd.Series, days: pd.DatetimeIndex, lower: float | None = None) -> np.ndarray:
    """Return the values on days of the smooth year that has twelve monthly means."""
    leap = days.is_leap_year & (days.day_of_year > 59)
    curve: np.ndarray = year_curve(np.asarray(months, dtype=float), lower)[days.day_of_year.to_numpy() - leap - 1]
    return curve


def soil_heat_flux(months: pd.DataFrame) -> np.ndarray:
    """Return the soil heat flux of each month, by FAO-56 Eq. 43. [MJ m-2 day-1]

    Examples
    --------
    >>> year = pd.DataFrame({"tmin": [5.0] * 6 + [7.0] * 6, "tmax": [15.0] * 6 + [17.0] * 6}, index=range(1, 13))
    >>> soil_heat_flux(year).round(2).tolist()
    [-0.14, 0.0, 0.0, 0.0, 0.0, 0.14, 0.14, 0.0, 0.0, 0.0, 0.0, -0.14]
    """
    mean = (months["tmin"].to_numpy(dtype=float) + months["tmax"].to_numpy(dtype=float)) / 2
    found: np.ndarray = soil_heat_flux_monthly(np.roll(mean, 1), np.roll(mean, -1))
    return found


def compare(months: pd.DataFrame, site: Site) -> pd.DataFrame:
    """Return the file's own ETo of each month beside that of its means, with the soil heat flux of the month.

    Parameters
    ----------
    months : pandas.DataFrame
        Index 1 to 12; canonical columns and ``eto``.
    site : Site
        With an elevation.

    Returns
    -------
    pandas.DataFrame
        Index month; ``file`` and ``computed`` [mm day-1].
    """
    middle = pd.DatetimeIndex([f"{_A_YEAR}-{month:02d}-15" for month in months.index])
    weather: Any = months.drop(columns="eto").assign(**{SOIL_HEAT: soil_heat_flux(months)}).set_axis(middle)
    return pd.DataFrame({"file": months["eto"].to_numpy(), "computed": eto(weather, site).eto.to_numpy()}, months.index)


def compared(months: pd.DataFrame, site: Site) -> Text:
    """Return a sentence on the file's own ETo beside that of its means; see `compare`."""
    table = compare(months, site)
    file, computed = table["file"].mean(), table["computed"].mean()
    apart = (table["computed"] - table["file"]).abs()
    month = int(table.index[int(apart.to_numpy().argmax())])
    return say(
        "own_eto_compared", file=f"{file:.2f}", computed=f"{computed:.2f}", ratio=f"{100 * (computed / file - 1):+.1f}",
        month=month, most=f"{apart.max():.2f}",
    )  # fmt: skip
