"""`Together`: several results side by side."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from etolib.errors import InputError, Problem
from etolib.glance import Glance, Told
from etolib.result.together import figures
from etolib.unit_systems import METRIC, check
from etolib.words import say

if TYPE_CHECKING:
    import xarray as xr

    from etolib.result.result import Result


class Together(Glance):
    """Results of several places in one table.

    Parameters
    ----------
    results : sequence of Result
    labels : sequence of str, optional
        What they are called; default: the names of their places, else the coordinates. The second of a name is
        numbered.
    reference : int
        Which of them the others are held against.

    Raises
    ------
    InputError
        Where there is no result, or another number of labels.
    """

    def __init__(self, results: Sequence[Result], labels: Sequence[str] | None = None, reference: int = 0) -> None:
        names = [one.site.name or str(one.site) for one in results] if labels is None else list(labels)
        if not results or len(names) != len(results):
            raise InputError([Problem("results", len(results), say("together_counts", number=len(names)))])
        self.results, self.labels = tuple(results), figures.labels(names)
        self.reference = reference

    def _told(self) -> Told:
        shown = self.summary.reset_index().astype({"n": "Int64"})  # the reference has none: no reason for 31.00 days
        return Told(", ".join(self.labels), [str(one.period) for one in self.results[:1]], shown)

    @cached_property
    def table(self) -> pd.DataFrame:
        """ETo, unrounded: index ``date``, a column a place. [mm day-1]"""
        return self.column("eto")

    def column(self, name: str) -> pd.DataFrame:
        """Return a column of every result's table: index ``date``, a column a place."""
        series = [one.table.set_index("date")[name] for one in self.results]
        return pd.concat(series, axis=1, keys=self.labels).sort_index().rename_axis("date")

    @cached_property
    def days(self) -> pd.DataFrame:
        """Every row of every table, below each other; what the place is in front."""
        parts = []
        for label, one in zip(self.labels, self.results, strict=True):
            site, table = one.site, one.table
            about = {"place": label, "latitude": site.latitude, "longitude": site.longitude}
            about["elevation"] = np.nan if site.elevation is None else site.elevation
            parts.append(pd.concat([pd.DataFrame(about, index=table.index), table], axis=1))
        return pd.concat(parts, ignore_index=True)

    @cached_property
    def places(self) -> tuple[figures.Place, ...]:
        """The places as `figures` takes them."""
        return tuple(
            figures.Place(
                label,
                one.table["date"].to_numpy("datetime64[D]").astype("int64"),
                one.table["eto"].to_numpy(float),
                one.table["precipitation"].to_numpy(float),
                list(one.table["quality"]),
            )
            for label, one in zip(self.labels, self.results, strict=True)
        )

    @cached_property
    def summary(self) -> pd.DataFrame:
        """A row a place: see `etolib.result.together.figures.summary`; against the reference."""
        reference = self.places[self.reference]
        rows = [figures.summary(place, None if place is reference else reference) for place in self.places]
        return pd.DataFrame(rows, index=pd.Index(self.labels, name="place"))

    @cached_property
    def by_month(self) -> pd.DataFrame:
        """Mean ETo of each month of the year over its known days: index place, columns 1 to 12. [mm day-1]"""
        rows = [figures.by_month(place)[0] for place in self.places]
        return pd.DataFrame(rows, index=pd.Index(self.labels, name="place"), columns=range(1, 13))

    @cached_property
    def dataset(self) -> xr.Dataset:
        """The results as an xarray Dataset of dimensions ``place`` and ``time``, with CF attributes."""
        from etolib.result.together.files import dataset

        return dataset(self)

    def script(self, units: str = METRIC) -> str:
        """Return a Python script that repeats the runs and puts them together; own files are read by their names."""
        from etolib.result.together.script import script

        return script([one.request for one in self.results], self.labels, units)

    def save(self, path: str | os.PathLike[str], *, units: str = METRIC) -> None:
        """Write the places to a file, whole or not at all: ``.csv`` (a column a place), ``.xlsx``, ``.nc``.

        Parameters
        ----------
        path : path
        units : {"metric", "us"}
            Of the numbers people read; NetCDF is always in canonical ones.

        Raises
        ------
        InputError
            Where no format has that ending.
        """
        from etolib.result.formats import write

        write(path, self.content(Path(path).suffix, units))

    def content(self, ending: str, units: str = METRIC) -> bytes:
        """Return the file of an ending, as `save` writes it."""
        from etolib.result.together import files

        contents: dict[str, Callable[[Together, str], bytes]] = {
            ".csv": files.csv, ".xlsx": files.xlsx, ".nc": files.netcdf,
        }  # fmt: skip
        if ending.lower() not in contents:
            raise InputError([Problem("output", ending, say("must_end_in", endings=" ".join(contents)))])
        return contents[ending.lower()](self, check(units))
