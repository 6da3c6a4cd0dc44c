"""NASA POWER's public Zarr stores: days of local solar time, of MERRA-2 and CERES SYN1deg, read by cell.

Two stores in the bucket ``nasa-power`` (AWS Open Data, without an account), laid out for series: Zarr version 2 with
consolidated metadata, dimensions ``time``, ``lat``, ``lon``, integers packed by numcodecs. Weather is in
``merra2/temporal/power_merra2_daily_temporal_lst.zarr`` (0.5 by 0.625 degrees), radiation in
``syn1deg/temporal/power_syn1deg_daily_temporal_lst.zarr`` (1 degree, W m-2).

References
----------
https://registry.opendata.aws/nasa-power; https://power.larc.nasa.gov/docs/services/aws/; CC BY 4.0.
"""

from __future__ import annotations

import threading
from typing import Any

import pandas as pd

from etolib import config
from etolib.errors import BadResponse, EtolibError, InputError, NotCovered, SourceUnavailable
from etolib.extras import needed
from etolib.site import Period, Site
from etolib.sources import canonical
from etolib.sources.base import SourceData
from etolib.sources.grid import days, reading
from etolib.sources.grid.lattice import Cell, Lattice, lattice_of
from etolib.sources.grid.source import provenance
from etolib.sources.grid.times import Times, times_of
from etolib.sources.network import client
from etolib.sources.network.budget import Budget
from etolib.sources.row import SourceInfo
from etolib.words import say

WEATHER = "merra2/temporal/power_merra2_daily_temporal_lst.zarr"
SOLAR = "syn1deg/temporal/power_syn1deg_daily_temporal_lst.zarr"

NAMES = ("T2M_MIN", "T2M_MAX", "T2M", "T2MDEW", "RH2M", "WS2M", "PS", "PRECTOTCORR", "ALLSKY_SFC_SW_DWN")
"""The variables that are read: the names of the API."""

FILL = -999.0
"""What stands for no value where the store does not say it."""


class NasaPowerZarr:
    """The two stores as one source."""

    small_question = False  # it reads whole chunks: asked by the doctor only where it is named

    def __init__(self, info: SourceInfo) -> None:
        self.info = info
        self._opened: dict[str, tuple[Any, Lattice, Times]] = {}
        self._guard = threading.Lock()

    def fetch(self, site: Site, period: Period) -> SourceData:
        """Return the days of ``period`` within the window; raises a `SourceError`."""
        today = config.today()
        told = days.Told()
        inside = self.info.clip(period, today)
        canonical.clipped(period, inside, self.info.title, told.sentences)
        weather, at = self._series(WEATHER, site, inside, told)
        solar: pd.DataFrame | None = None
        sun: Cell | None = None
        try:
            solar, sun = self._series(SOLAR, site, inside, told)
        except (SourceUnavailable, BadResponse, NotCovered) as error:
            told(say("grid_part_failed", variable="rs", sentence=error.message))
        frame = weather if solar is None else weather.join(solar[["rs"]], how="outer")
        said = [say("of_source", source=self.info.title, sentence=one) for one in told.sentences]
        frame = canonical.finish(frame, inside, today=today, forecast=False, warnings=said, named=self.info.title)
        canonical.require(self.info.name, frame, ("tmin", "tmax"))
        return SourceData(self.info.name, frame, self._meta(site, at, sun), said)

    def _series(self, path: str, site: Site, period: Period, told: days.Told) -> tuple[pd.DataFrame, Cell]:
        """Return the days of the cell of one store that holds a place."""
        dataset, cells, times = self._open(path)
        cell = cells.nearest(site)
        if cell is None:
            raise NotCovered(say("grid_place_outside", place=str(site)), source=self.info.name)
        try:
            point = reading.point_of(dataset, times, reading.rows_of(times, period), cell, told)
            point = point.where(point > FILL + 1)
            part = times.rows(reading.rows_of(times, period))
            return days.columns_of(point, part, {}, site.elevation, days.Told()), cell
        except InputError as error:
            raise BadResponse(error.message, source=self.info.name, retryable=False) from error

    def _open(self, path: str) -> tuple[Any, Lattice, Times]:
        """Return a store, its cells and its times; its metadata is asked again once a day."""
        with needed():
            import xarray as xr

            from etolib.sources.grid.remote_store import LIFETIME, RemoteStore

        address = f"{config.service_root(self.info.service)}/{path}"
        store = RemoteStore(address, self.info.name, _budget(self.info.service))
        metadata = store.read(".zmetadata")
        if metadata is None:
            raise SourceUnavailable(say("grid_store_moved", url=address), source=self.info.name, url=address)
        key = f"{address} {int(metadata.fetched // LIFETIME)}"
        with self._guard:
            if key not in self._opened:
                try:
                    dataset = xr.open_zarr(store, consolidated=True, chunks=None, zarr_format=2)
                    dataset = dataset[[name for name in NAMES if name in dataset.data_vars]]
                    self._opened[key] = dataset, lattice_of(dataset), times_of(dataset)
                except EtolibError as error:
                    if isinstance(error, InputError):
                        raise BadResponse(error.message, source=self.info.name) from error
                    raise
                except Exception as error:  # whatever a codec or the format raises: the axes are read here
                    sentence = say("grid_cannot_be_opened", error=str(error)[:200])
                    raise BadResponse(sentence, source=self.info.name, url=address) from error
            return self._opened[key]

    def _meta(self, site: Site, at: Cell, sun: Cell | None) -> dict[str, Any]:
        return {
            **provenance(self.info, site),
            "model": "MERRA2+SYN1DEG",
            "url": f"{config.service_root(self.info.service)}/{WEATHER}",
            "latitude": at.latitude,
            "longitude": at.longitude,
            "elevation": None,
            "distance_km": round(at.distance_km, 2),
            "cells": {"weather": [at.latitude, at.longitude], "solar": [sun.latitude, sun.longitude] if sun else None},
            "wind": "modelled at 2 m (WS2M)",
        }


def _budget(service: str) -> Budget:
    """Return what the bucket is asked: chunks are some megabytes."""
    return Budget(f"{service}@{client.host_of(service)}", spacing=0.0, in_flight=8)
