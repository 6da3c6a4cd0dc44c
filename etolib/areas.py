"""The mean ETo of an area: every cell of a grid that has a part of it computed as a place, and averaged by area."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from etolib.errors import EtolibError, InputError, NoSourceError, Problem
from etolib.glance import Glance, Told
from etolib.pipeline import run_lot
from etolib.request import Days, Request
from etolib.result.result import Result
from etolib.site import Site
from etolib.sources import catalogue
from etolib.sources.grid import GridSource
from etolib.sources.grid.areas import covered, polygons_of, shares
from etolib.sources.grid.days import height_of
from etolib.weighted import mean_of
from etolib.words import Text, say, verbatim

LARGEST = 400
"""Cells of an area at most: each is computed as a place."""

WHOLE = 0.999


@dataclass(frozen=True, repr=False)
class AreaMean(Glance):
    """The mean of an area.

    Attributes
    ----------
    table : pandas.DataFrame
        ``date``, ``eto``, ``eto_lower``, ``eto_upper`` [mm day-1]: the means of the cells by their weights. The errors
        of cells of one grid are taken as wholly alike, so that the interval is as wide as theirs: no average of many
        cells makes it narrower.
    cells : pandas.DataFrame
        ``latitude``, ``longitude``, ``elevation``, ``weight`` of the cells, and ``eto`` of the whole period [mm].
    weighting : {"area", "centres"}
        By the area of each cell inside, or the cells whose centres lie inside (curved grids).
    warnings : tuple of Text
    """

    table: pd.DataFrame
    cells: pd.DataFrame
    weighting: str
    warnings: tuple[Text, ...]

    def _told(self) -> Told:
        eto = self.table["eto"].dropna()
        lines = [say("shown_days", count=len(self.table), with_value=len(eto))]
        if len(eto):
            lines.append(say("shown_sums", mean=f"{eto.mean():.2f}", total=f"{eto.sum():.1f}"))
        lines.append(say("glance_cells", count=len(self.cells)))
        return Told(verbatim(self.weighting), lines, self.table, self.warnings)


def area_mean(grid: GridSource, polygon: Any, period: Days, sources: Sequence[str] = (), **options: Any) -> AreaMean:
    """Return the mean ETo of a polygon from the cells of a grid.

    Parameters
    ----------
    grid : GridSource
        Of `etolib.grid_source`; its cells are what is averaged.
    polygon : mapping, str or path
        GeoJSON with polygons (longitude, latitude), holes and several parts included.
    period : Period, str or (start, end)
        Inclusive days.
    sources : sequence of str, optional
        Others to fuse with the grid at each cell.
    **options
        As of `etolib.compute`.

    Returns
    -------
    AreaMean
        A day on which a cell has no value has none.

    Raises
    ------
    InputError
        Where there is no polygon, it has no cells, or too many.
    NoSourceError
        Where no cell has values.

    Examples
    --------
    >>> import etolib, xarray as xr
    >>> field = ("time", "lat", "lon"), np.full((2, 2, 2), 20.0), {"units": "degC"}
    >>> cells = {"time": pd.date_range("2024-01-01", periods=2), "lat": [-23.0, -22.0], "lon": [-48.0, -47.0]}
    >>> data = xr.Dataset({"tmin": field, "tmax": (field[0], field[1] + 10, field[2])}, cells)
    >>> grid = etolib.grid_source(data, elevation=500)
    >>> box = {"type": "Polygon", "coordinates": [[[-48, -23], [-47, -23], [-47, -22], [-48, -22], [-48, -23]]]}
    >>> found = area_mean(grid, box, "2024-01-01/2024-01-02")
    >>> found.cells["weight"].round(2).tolist(), found.table["eto"].notna().tolist()
    ([0.25, 0.25, 0.25, 0.25], [True, True])
    """
    polygons = polygons_of(polygon)
    parts = shares(grid.cells, polygons)
    if not parts:
        raise InputError([Problem("polygon", grid.name, say("area_without_cells"), say("area_other_polygon"))])
    if len(parts) > LARGEST:
        rule = say("area_too_many_cells", number=len(parts), most=LARGEST)
        raise InputError([Problem("polygon", grid.name, rule, say("area_take_archive"))])
    heights = [grid.info.options.elevation or height_of(grid.dataset, cell) for cell in parts]
    catalogue.adopt([grid.info])
    places = [Site(cell.latitude, cell.longitude, height) for cell, height in zip(parts, heights, strict=True)]
    found = run_lot([Request(place, period, [grid.name, *sources], **options) for place in places])
    share = covered(grid.cells, polygons)
    warnings = [] if share > WHOLE else [say("area_beyond_grid", percent=f"{100 * (1 - share):.1f}")]
    return _mean(grid, parts, found, warnings)


def _mean(grid: GridSource, parts: list[Any], found: Sequence[Result | EtolibError], warnings: list[Text]) -> AreaMean:
    """Return the mean of results; cells without any are left out, and that is said."""
    there = [(cell, result) for cell, result in zip(parts, found, strict=True) if isinstance(result, Result)]
    failed = [error for error in found if not isinstance(error, Result)]
    if not there:
        raise NoSourceError(failed[0].message, causes=failed)
    columns = ("eto", "eto_lower", "eto_upper")
    eto, lower, upper = (
        np.stack([result.table[name].to_numpy(dtype=float) for _, result in there]) for name in columns
    )
    mean = mean_of(eto, lower, upper, np.array([cell.weight for cell, _ in there]))
    if empty := len(failed) + int((mean.weights == 0).sum()):
        lost = f"{100 * (1 - mean.share):.1f}"
        warnings.append(say("area_cells_without_values", number=empty, total=len(parts), percent=lost))
    table = pd.DataFrame({"date": there[0][1].table["date"]})
    table["eto"], table["eto_lower"], table["eto_upper"] = mean.eto, mean.lower, mean.upper
    for _, result in there:
        warnings += [verbatim(note) for note in result.warnings if note not in warnings]
    cells = pd.DataFrame(
        {
            "latitude": [cell.latitude for cell, _ in there],
            "longitude": [cell.longitude for cell, _ in there],
            "elevation": [result.site.elevation for _, result in there],
            "weight": mean.weights,
            "eto": [float(result.table["eto"].sum()) for _, result in there],
        }
    )
    return AreaMean(table, cells, "area" if grid.cells.axes else "centres", tuple(warnings))
