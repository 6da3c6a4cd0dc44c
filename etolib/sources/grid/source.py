"""`grid_source`: a Dataset of one's own becomes a source, asked and fused like any other."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
import pandas as pd

from etolib import config
from etolib.errors import BadResponse, InputError, NotCovered, Problem
from etolib.site import Period, Site
from etolib.sources import canonical, catalogue
from etolib.sources.base import SourceData
from etolib.sources.grid import days, reading
from etolib.sources.grid.heights import LAPSE, corrected
from etolib.sources.grid.held import Held, hold
from etolib.sources.grid.lattice import Cell, Lattice, lattice_of
from etolib.sources.grid.options import Options
from etolib.sources.grid.times import Times, times_of
from etolib.sources.row import Rank, SourceInfo, Window
from etolib.words import say, verbatim

PREFIX = "grid"
"""The names of grids begin so: a link that names one says what is missing where it is not open."""

_FINE_KM, _MIDDLE_KM = 15.0, 40.0


@dataclass(frozen=True)
class GridInfo(SourceInfo):
    """The row of a grid: it holds the Dataset, or the path, that answers."""

    held: Held | None = field(default=None, compare=False, repr=False)
    options: Options = field(default_factory=Options)

    def script(self) -> str:
        """Return the line of a script that opens the grid again, or says that it must be opened."""
        if self.held is None or not self.held.paths:
            return f"# {self.name} is a Dataset that was opened in memory: dataset = xarray.open_dataset(...)\n" + (
                f'{self.name} = etolib.grid_source(dataset, name="{self.name}"{self._options()})\n'
            )
        paths = self.held.paths[0] if len(self.held.paths) == 1 else list(self.held.paths)
        return f'{self.name} = etolib.grid_source({paths!r}, name="{self.name}"{self._options()})\n'

    def _options(self) -> str:
        plain = Options()
        given = {n: getattr(self.options, n) for n in vars(plain) if getattr(self.options, n) != getattr(plain, n)}
        if self.held is not None and self.held.names:
            given = {"names": self.held.names, **given}
        return "".join(f", {name}={value!r}" for name, value in given.items())


class GridSource:
    """What answers for a grid: an ``info`` and a ``fetch``, as every source.

    Attributes
    ----------
    info : GridInfo
    name : str
        What it is called among the sources.
    """

    def __init__(self, info: GridInfo) -> None:
        self.info = info
        self._opened: tuple[Lattice, Times] | None = None

    @property
    def name(self) -> str:
        """What it is called among the sources."""
        return self.info.name

    @property
    def dataset(self) -> Any:
        """The Dataset."""
        assert self.info.held is not None
        return self.info.held.dataset

    @property
    def cells(self) -> Lattice:
        """Where its cells lie."""
        return self._parts()[0]

    @property
    def times(self) -> Times:
        """The times of its values."""
        return self._parts()[1]

    def _parts(self) -> tuple[Lattice, Times]:
        if self._opened is None:
            self._opened = lattice_of(self.dataset), times_of(self.dataset)
        return self._opened

    def __repr__(self) -> str:
        return f"GridSource({self.name!r}, {self.info.coverage})"

    def fetch(self, site: Site, period: Period) -> SourceData:
        """Return the days of ``period`` at a place.

        Raises
        ------
        NotCovered
            Where the place lies outside of the cells, or its cell has no values (sea), or this process has not got the
            Dataset.
        BadResponse
            Where the Dataset cannot be understood.
        """
        today = config.today()
        told = days.Told()
        inside = self.info.clip(period, today)
        canonical.clipped(period, inside, self.info.title, told.sentences)
        try:
            cells = self._cells(site, inside, told)
            frame, height = self._series(cells, site, inside, told)
            reading.check_radiation(frame, site.latitude)
        except InputError as error:
            raise BadResponse(error.message, source=self.name, retryable=False, suggestion=error.suggestion) from error
        frame = self._to_height(frame, height, site, told)
        said = [say("of_source", source=self.info.title, sentence=one) for one in told.sentences]
        frame = canonical.finish(
            frame, inside, today=today, forecast=inside.end >= today, warnings=said, named=self.info.title
        )
        canonical.require(self.name, frame, ("tmin", "tmax"))
        return SourceData(self.name, frame, self._meta(site, cells, height), said)

    def daily(self) -> Any:
        """Return the days of the whole grid, lazily where it is on dask: what `etolib.eto` and `eto_archive` take.

        Of hours the days of local solar time of each cell, as `fetch` has them for its centre; of days the Dataset.

        Returns
        -------
        xarray.Dataset
            For hours: canonical variables in canonical units along ``time`` and the dimensions of the cells, and their
            ``elevation`` where the grid has one.

        Raises
        ------
        InputError
            Where something can be read in two ways, as in `fetch`.

        Examples
        --------
        >>> import xarray as xr
        >>> hour = pd.date_range("2024-01-01", periods=72, freq="h")
        >>> field = ("time", "lat", "lon"), np.full((72, 2, 2), 290.0), {"units": "K"}
        >>> grid = grid_source(xr.Dataset({"t2m": field}, {"time": hour, "lat": [-23, -22], "lon": [312, 313]}))
        >>> grid.daily()["tmin"][:, 0, 0].values.round(2)
        array([16.85, 16.85,   nan])
        >>> catalogue.unregister(grid.name)
        """
        from etolib.sources.grid.whole import days_of_grid

        return self.dataset if self.times.daily else days_of_grid(self)

    def _cells(self, site: Site, period: Period, told: days.Told) -> list[Cell]:
        """Return the cells that answer for a place; `NotCovered` where there are none with values."""
        nearest = self.cells.nearest(site)
        if nearest is None:
            raise NotCovered(
                say("grid_place_outside", place=str(site)), source=self.name, suggestion=say("grid_other_place")
            )
        found = self.cells.around(site) if self.info.options.method == "bilinear" else [nearest]
        rows = reading.rows_of(self.times, period)
        empty = [cell for cell in found if not reading.has_values(self.dataset, self.times, rows, cell)]
        if not empty:
            return found
        if nearest not in empty and len(found) > 1 and all(cell.at != nearest.at for cell in empty):
            told(say("grid_cells_left_out", number=len(empty), total=len(found)))
            return reading.of_whole([cell for cell in found if cell not in empty])
        reach = self.info.options.nearest_land_km
        land = reading.nearest_with_values(self.dataset, self.times, rows, self.cells, site, reach) if reach else None
        if land is None:
            where = f"{nearest.latitude:g}, {nearest.longitude:g}"
            raise NotCovered(
                say("grid_cell_without_values", cell=where), source=self.name, suggestion=say("grid_ask_nearest_land")
            )
        told(say("grid_nearest_land", cell=f"{land.latitude:g}, {land.longitude:g}", km=f"{land.distance_km:.0f}"))
        return [land]

    def _series(
        self, cells: list[Cell], site: Site, period: Period, told: days.Told
    ) -> tuple[pd.DataFrame, float | None]:
        """Return canonical columns by day of the cells together, and their elevation."""
        told(*self.times.said(), *reading.climate(self.dataset), *reading.of_days(self.dataset, self.times, site))
        parts, heights = [], []
        for cell in cells:
            height = self.info.options.elevation
            height = days.height_of(self.dataset, cell) if height is None else height
            stand_in = site.elevation if height is None else height
            part = reading.series(self.dataset, self.times, cell, site, period, self.info.options, stand_in, told)
            parts.append(part * cell.weight)
            heights.append(None if height is None else height * cell.weight)
        frame = parts[0]
        for other in parts[1:]:
            frame = frame + other
        return frame, None if None in heights else float(np.sum([h for h in heights if h is not None]))

    def _to_height(self, frame: pd.DataFrame, height: float | None, site: Site, told: days.Told) -> pd.DataFrame:
        if not self.info.options.correct_elevation:
            return frame
        if height is None or site.elevation is None:
            told(say("grid_no_elevation" if height is None else "grid_place_without_elevation"))
            return frame
        if abs(height - site.elevation) < 1.0:
            return frame
        told(
            say(
                "grid_brought_to_elevation",
                cell=f"{height:.0f}",
                place=f"{site.elevation:.0f}",
                lapse=f"{LAPSE * 1000:g}",
                kelvin=f"{-LAPSE * (site.elevation - height):+.1f}",
            )
        )
        return corrected(frame, height, site.elevation)

    def _meta(self, site: Site, cells: list[Cell], height: float | None) -> dict[str, Any]:
        far = [cell.distance_km for cell in cells]
        solar = not self.times.daily
        return {
            **provenance(self.info, site),
            "model": str(self.dataset.attrs.get("source_id") or self.info.title)[:200],
            "method": self.info.options.method if len(cells) > 1 else "nearest",
            "latitude": float(np.sum([cell.latitude * cell.weight for cell in cells])),
            "longitude": cells[0].longitude,
            "cells": [[cell.latitude, cell.longitude, round(cell.weight, 4)] for cell in cells],
            "elevation": height,
            "distance_km": round(float(np.min(far)), 2),
            "day": canonical.solar_day(site) if solar else reading.day_of_dataset(self.dataset),
            "licence": verbatim(self.info.licence),
        }


def grid_source(
    data: Any,
    *,
    name: str | None = None,
    names: Mapping[str, str] | None = None,
    units: Mapping[str, str] | None = None,
    method: Literal["nearest", "bilinear"] = "nearest",
    elevation: float | None = None,
    correct_elevation: bool = True,
    nearest_land_km: float = 0.0,
    accumulated: Literal["step", "day", "run"] | None = None,
    label: Literal["start", "middle", "end"] | None = None,
    title: str | None = None,
    licence: str | None = None,
) -> GridSource:
    """Make a source of a gridded Dataset: ERA5, AgERA5, gridMET, CORDEX, WRF, NASA POWER ... whatever xarray opens.

    Variables are understood by canonical names, the names of models and reanalyses, and CF standard names with their
    ``cell_methods`` (`etolib.equations.model_names`); every one must state its unit. What can be read in two ways is
    refused with the question.

    Parameters
    ----------
    data : xarray.Dataset, str, path or sequence of paths
        Opened lazily; only the chunks of the cells asked are read. A path travels to workers and into scripts, a
        Dataset in memory to workers up to 20 MB.
    name : str, optional
        What the source is called: it begins with ``grid`` (put before where it does not). A grid of the same name is
        replaced.
    names : mapping of str to str, optional
        Canonical name to the Dataset's, where it is understood wrongly or not at all.
    units : mapping of str to str, optional
        Unit of a canonical variable whose attribute is missing or wrong.
    method : {"nearest", "bilinear"}
        The cell in which the place lies, or the mean of the four centres around it.
    elevation : float, optional
        Of the cells, where the Dataset has none. [m]
    correct_elevation : bool
        Bring temperature, humidity and pressure from the elevation of the cell to that of the place
        (`etolib.sources.grid.heights`); where the Dataset has no elevation nothing is done, and that is said.
    nearest_land_km : float
        How far to look for the nearest cell with values where that of the place has none (sea). 0: not at all. [km]
    accumulated : {"step", "day", "run"}, optional
        For hours: radiation and rain in amounts are those of each step, or summed up since 00 UTC (ERA5-Land), or since
        the run began. Default: as the values show; refused where they do not.
    label : {"start", "middle", "end"}, optional
        For hours: where in its interval the time of a mean or an amount stands. Default: as the bounds say; the end for
        fields of ECMWF.
    title, licence : str, optional
        Default: the attributes of the Dataset.

    Returns
    -------
    GridSource
        Give it among ``sources`` of `etolib.compute`, `etolib.submit`, `etolib.Request` ...

    Raises
    ------
    InputError
        Where the Dataset cannot be opened or understood.

    Examples
    --------
    >>> import xarray as xr
    >>> day = pd.date_range("2024-01-01", periods=3)
    >>> field = ("time", "lat", "lon"), np.full((3, 2, 2), 290.0), {"units": "K"}
    >>> cells = {"time": day, "lat": [-23, -22], "lon": [312, 313]}
    >>> grid = grid_source(xr.Dataset({"tasmin": field, "tasmax": field}, cells))
    >>> grid.fetch(Site(-22.7, -47.6), Period("2024-01-01", "2024-01-03")).frame["tmin"].round(2).tolist()
    [16.85, 16.85, 16.85]
    >>> catalogue.unregister(grid.name)
    """
    options = Options(
        method, dict(units or {}), elevation, correct_elevation, float(nearest_land_km), accumulated, label
    )
    options.check()
    held = hold(data, dict(names or {}), accumulated)
    cells, times = lattice_of(held.dataset), times_of(held.dataset)
    reading.check(held.dataset, times, options)
    row = _row(held, options, cells, times, _name(name), title, licence)
    catalogue.adopt([row])
    source: GridSource = catalogue.provider(row.name)  # type: ignore[assignment]  # the class its row names
    return source


def _name(name: str | None) -> str:
    if name is None:
        number = 1
        while (made := PREFIX if number == 1 else f"{PREFIX}_{number}") in catalogue.SOURCES:
            number += 1
        return made
    plain = "".join(letter if letter.isalnum() and letter.isascii() else "_" for letter in name)
    return plain if plain.startswith(PREFIX) else f"{PREFIX}_{plain}"


def _row(
    held: Held, options: Options, cells: Lattice, times: Times, name: str, title: str | None, licence: str | None
) -> GridInfo:
    attributes = held.dataset.attrs
    real = times.days[~np.isnat(times.days)]
    if not len(real):
        raise InputError([Problem("time", None, say("not_a_coordinate_of_dates"), say("add_time"))])
    first, last = (dt.date.fromisoformat(str(day)) for day in (real.min(), real.max()))
    spacing = cells.spacing_km
    rank = 9.0 if spacing <= _FINE_KM else 35.0 if spacing <= _MIDDLE_KM else 45.0
    shown = str(title or attributes.get("title") or name)[:200]
    area = (
        f"{np.nanmin(cells.latitude):g}..{np.nanmax(cells.latitude):g}, "
        f"{np.nanmin(cells.longitude):g}..{np.nanmax(cells.longitude):g}"
    )
    return GridInfo(
        name=name,
        title=shown,
        provides=reading.provides(held.dataset, times, options),
        window=Window(first, last),
        delay="-",
        coverage=area,
        licence=str(licence or attributes.get("license") or attributes.get("licence") or "-")[:500],
        attribution=str(attributes.get("institution") or attributes.get("references") or shown)[:500],
        homepage=str(attributes.get("homepage") or ""),
        politeness="-",
        provider="etolib.sources.grid.source:GridSource",
        settings={"token": uuid.uuid4().hex},
        rank=Rank(weather=rank, radiation=25.0),
        kinds=("observed", "forecast"),
        at_height=True,
        held=held,
        options=options,
    )


def provenance(info: SourceInfo, site: Site) -> dict[str, Any]:
    """Return the part of ``SourceData.meta`` that is the same for all that is read of a Dataset."""
    return {
        "source": info.name,
        "title": info.title,
        "requested": {"latitude": site.latitude, "longitude": site.longitude},
        "day": canonical.solar_day(site),
        "retrieved": dt.datetime.now(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "url": "",
        "from_cache": False,
        "stale": False,
        "attribution": info.attribution,
        "licence": catalogue.words(info.licence),
        "estimated": [],
    }
