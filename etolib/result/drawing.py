"""A plain picture of daily ETo on axes that a notebook already has; the picture of files is `etolib.result.figures`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from etolib.extras import needed
from etolib.result.figures import LABELS
from etolib.unit_systems import METRIC, unit

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

_SIZE = 9.0, 3.6  # of a figure that nobody has made before [inch]


def draw(table: pd.DataFrame, ax: Axes | None = None, units: str = METRIC) -> Axes:
    """Draw a line of ETo and the band of its interval.

    Parameters
    ----------
    table : pandas.DataFrame
        `etolib.Result.table`: ``date``, ``eto``, ``eto_lower``, ``eto_upper`` [mm day-1], ``kind``. Days without a
        value are gaps.
    ax : matplotlib.axes.Axes, optional
        Default: the current axes of pyplot; where pyplot has none, those of a wide figure.
    units : {"metric", "us"}

    Returns
    -------
    matplotlib.axes.Axes

    Examples
    --------
    >>> import pandas as pd
    >>> from matplotlib.figure import Figure
    >>> days = pd.date_range("2024-01-01", periods=3)
    >>> table = pd.DataFrame({"date": days, "eto": [4.0, 4.5, 3.9], "eto_lower": 3.5, "eto_upper": 5.0,
    ...                       "kind": ["observed", "observed", "forecast"]})
    >>> axes = draw(table, Figure().add_subplot())
    >>> axes.get_ylabel(), len(axes.lines)
    ('ETo [mm/day]', 2)
    """
    if ax is None:
        with needed():
            import matplotlib.pyplot as plt

        ax = plt.gca() if plt.get_fignums() else plt.subplots(figsize=_SIZE, layout="constrained")[1]
    depth = unit("mm day-1", units)
    days = table["date"].to_numpy(dtype="datetime64[D]")
    if not ax.has_data():
        _date_axis(ax, days)
    eto, lower, upper = (
        table[name].to_numpy(dtype=float, na_value=np.nan) / depth.factor for name in ("eto", "eto_lower", "eto_upper")
    )
    ahead = (table["kind"] == "forecast").to_numpy()
    (line,) = ax.plot(days, np.where(ahead, np.nan, eto), label=LABELS["legend_eto"])
    if ahead.any():
        joined = ahead | np.append(ahead[1:], False)  # from the last day before them, so that the line does not break
        ax.plot(days, np.where(joined, eto, np.nan), linestyle="--", color=line.get_color(), label="ETo, forecast")
    ax.fill_between(days, lower, upper, color=line.get_color(), alpha=0.2, linewidth=0, label=LABELS["legend_interval"])
    ax.set_ylabel(LABELS["axis_eto" if units == METRIC else f"axis_eto_{units}"])
    ax.set_ylim(bottom=0)
    return ax


def _date_axis(ax: Axes, days: Any) -> None:
    """Let dates be written short, so that they do not run into each other."""
    from matplotlib.dates import AutoDateLocator, ConciseDateFormatter

    locator = AutoDateLocator(maxticks=9)
    ax.xaxis.set_major_locator(locator)
    formatter = ConciseDateFormatter(locator)
    if len(np.unique(days.astype("datetime64[M]"))) > 1:
        formatter.offset_formats[2] = "%Y"  # the months stand at their ticks: the last of them is not that of all days
    ax.xaxis.set_major_formatter(formatter)
    ax.margins(x=0.01)
