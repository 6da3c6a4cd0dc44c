"""`Result`: the daily ETo of one place with everything that explains it."""

from __future__ import annotations

import datetime as dt
import os
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from etolib.errors import InputError, Problem
from etolib.request import Request
from etolib.site import Period, Site
from etolib.unit_systems import METRIC, check
from etolib.words import say

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr
    from matplotlib.axes import Axes

    from etolib.equations.eto_result import EtoResult

TABLE_COLUMNS = (
    "date",
    "eto",
    "eto_lower",
    "eto_upper",
    "quality",
    "source",
    "kind",
    "precipitation",
    "tmin",
    "tmax",
    "ea",
    "u2",
    "rs",
    "flags",
)
"""Columns of `Result.table`, in order; units as in `etolib.variables`."""


# pandas is imported where it is used: dask tells every client the type of a result, and a page's kernel that
# only passes results on must not pay 70 MB for knowing the type.
def _empty_frame() -> pd.DataFrame:
    import pandas as pd

    return pd.DataFrame()


@dataclass(repr=False)
class Result:
    """Daily reference evapotranspiration of one place.

    Attributes
    ----------
    site : Site
        The place, with the elevation that was used.
    period : Period
        The days asked for; ``table`` has one row for each.
    table : pandas.DataFrame
        Columns `TABLE_COLUMNS`: ``date``, ``eto`` with ``eto_lower`` and ``eto_upper`` [mm day-1], ``quality``
        (HIGH, MEDIUM, LOW, None where there is no value), ``source``, ``kind`` (observed, forecast, climatology),
        the inputs as used, and ``flags`` in words. NaN and None are absent; nothing is silently filled.
    source_eto : pandas.DataFrame
        ETo of each source by itself [mm day-1]; index ``date``, one column a source.
    flags : pandas.DataFrame
        Flag of every input cell (`etolib.equations.filling.FLAGS`); index ``date``, columns tmin tmax ea rs u2.
    input_sources : pandas.DataFrame
        Source of every input cell, the same shape; ``a+b`` for a mean of two, empty where estimated.
    weights : pandas.DataFrame
        Share of each member in each day's ETo (see `etolib.fusion.Fused`); index ``date``.
    warnings : list of str
        What the reader should know.
    provenance : dict
        JSON-able: versions, time, place, elevation and its source, day definition, choice of sources with reasons,
        what each source answered, rules used.
    request : Request
        What was asked, as it was asked; of site and period where none is given.
    published : pandas.DataFrame
        ETo that a service publishes itself [mm day-1], where it was asked for (`compared_with`); index ``date``, one
        column a service. Files have it as ``eto_<name>``; no number of the result is made of it.
    """

    site: Site
    period: Period
    table: pd.DataFrame
    source_eto: pd.DataFrame
    flags: pd.DataFrame = field(default_factory=_empty_frame)
    input_sources: pd.DataFrame = field(default_factory=_empty_frame)
    weights: pd.DataFrame = field(default_factory=_empty_frame)
    warnings: list[str] = field(default_factory=list)
    provenance: dict[str, Any] = field(default_factory=dict)
    request: Request = field(default=None)  # type: ignore[assignment]
    published: pd.DataFrame = field(default_factory=_empty_frame)

    def __post_init__(self) -> None:
        if self.request is None:
            self.request = Request(self.site, self.period)

    @cached_property
    def dataset(self) -> xr.Dataset:
        """The result as an xarray Dataset with CF attributes, values of each source included."""
        from etolib.result.formats.netcdf import dataset

        return dataset(self)

    def terms(self, date: dt.date | str) -> pd.DataFrame:
        """Return the work for one day: every term of the equation, from the inputs to the two parts of ETo.

        Returns
        -------
        pandas.DataFrame
            Index ``term``; columns value, units, description, equation, flag, source. Where the table's value was
            corrected by what an own station taught, a last row ``eto_corrected`` holds that one.

        Raises
        ------
        InputError
            Where the day is not in the result, or has no value.
        """
        import pandas as pd

        try:
            day = pd.Timestamp(date)
        except (TypeError, ValueError):
            raise InputError([Problem("date", date, say("day_not_readable"), say("write_day"))]) from None
        row = self.table.set_index("date").loc[[day]] if day in self.flags.index else self.table.iloc[:0]
        if row.empty:
            raise InputError(
                [Problem("date", str(date), say("day_not_in_result", period=str(self.period)), say("choose_day_of_it"))]
            )
        if row["eto"].isna().all():
            raise InputError([Problem("date", str(date), say("day_has_no_value"), say("no_source_had_the_day"))])
        work: Any = self.calculation(row).terms(day)
        work["flag"] = self.flags.loc[day].reindex(work.index).fillna("")
        work["source"] = self.input_sources.loc[day].reindex(work.index).fillna("")
        in_table = float(row["eto"].iloc[0])
        if abs(in_table - work.loc["eto", "value"]) > 1e-6:
            text = "ETo in the table: the equation's, corrected by what the own station taught"
            work.loc["eto_corrected", ["value", "units", "description"]] = [in_table, "mm day-1", text]
            work.loc["eto_corrected", ["equation", "flag", "source"]] = ["", "learnt", "station"]
        table: pd.DataFrame = work
        return table

    def calculation(self, days: pd.DataFrame | None = None) -> EtoResult:
        """Return the calculation of days by the equation: their inputs as used, and every term on demand.

        Parameters
        ----------
        days : pandas.DataFrame, optional
            Rows of ``table`` by date; default: all that have an ETo.
        """
        import pandas as pd

        from etolib.reference import eto
        from etolib.sources.station.months import of_days

        rows = self.table.set_index("date").dropna(subset="eto") if days is None else days
        given = rows[list(self.flags.columns)].astype(float)
        heat = self.provenance.get("sources", {}).get("station", {}).get("soil_heat_flux_of_months")
        if heat:
            own = self.input_sources.loc[rows.index, "tmax"] == "station"
            flux = pd.Series(of_days(heat, pd.DatetimeIndex(rows.index)), rows.index)
            given["soil_heat_flux"] = flux.where(own, 0.0)
        result: EtoResult = eto(given, self.site)
        return result

    def compared_with(self, name: str = "nws_fret") -> Result:
        """Return a copy that has beside its own ETo what a service publishes; it is asked now, for the days it has.

        Parameters
        ----------
        name : str
            ``nws_fret``: the forecast reference ET of the US National Weather Service (contiguous USA, days ahead).

        Returns
        -------
        Result
            With a column in ``published``, and its origin in ``provenance["compared"]``. ETo and all else are the same.

        Raises
        ------
        InputError
            Where the name is not known.
        SourceError
            Where it has nothing for the place or the days, or answers otherwise than its reader believes.
        """
        from etolib.result.compared import with_published

        return with_published(self, name)

    def to_csv(self, path: str | os.PathLike[str] | None = None, *, units: str = METRIC) -> str:
        """Return the table as CSV text, with the provenance as ``# `` lines first; also write it to ``path``.

        Parameters
        ----------
        path : str or path, optional
        units : {"metric", "us"}
            Columns that are not in their canonical unit have it in their name: ``eto_in``, ``tmin_degF``.
        """
        from etolib.result.formats import csv, write

        text = csv.text(self, check(units))
        if path is not None:
            write(path, text.encode())
        return text

    def to_excel(self, path: str | os.PathLike[str], *, units: str = METRIC) -> None:
        """Write an Excel workbook: table, values of each source, provenance; ``units`` as `to_csv` has them."""
        from etolib.result.formats import write, xlsx

        write(path, xlsx.content(self, check(units)))

    def to_netcdf(self, path: str | os.PathLike[str]) -> None:
        """Write `dataset` as NetCDF-4."""
        from etolib.result.formats import netcdf, write

        write(path, netcdf.content(self))

    def to_json(self, path: str | os.PathLike[str] | None = None) -> str:
        """Return table, warnings and provenance as JSON text; also write it to ``path``."""
        from etolib.result.formats import json, write

        text = json.text(self)
        if path is not None:
            write(path, text.encode())
        return text

    def save(self, path: str | os.PathLike[str], *, units: str = METRIC) -> None:
        """Write the result in the format of the file's ending: .csv .nc .xlsx .json .parquet, .zip (AquaCrop),
        .png, .html (report), .py, .ipynb, .txt (citation), and what else is registered.

        Parameters
        ----------
        path : str or path
        units : {"metric", "us"}
            Of files that people read (CSV, Excel, picture, report, what script and notebook write). NetCDF, Parquet,
            JSON and AquaCrop are for exchange: always in SI units, named in the file.

        Raises
        ------
        InputError
            Where no format has that ending (see `etolib.result.formats`).
        """
        from etolib.result import formats

        formats.save(self, path, units)

    def script(self, units: str = METRIC) -> str:
        """Return a Python script that repeats this run, and writes its file in ``units``."""
        return self.request.script(check(units))

    def link(self, units: str = METRIC) -> str:
        """Return the query string that makes the page ask the same again, and show it in ``units``.

        The dates are absolute, so that the link means the same days tomorrow.
        """
        return self.request.query() + ("" if check(units) == METRIC else f"&units={units}")

    def citation(self) -> str:
        """Return how to cite the numbers: etolib, the method, and the data of each source used."""
        from etolib.result.citation import citation

        return citation(self)

    def messages(self) -> list[dict[str, Any]]:
        """Return the rows of a SUCCESS message: date, eto_mm (None where absent), quality, source."""
        import pandas as pd

        columns = (self.table[name] for name in ("date", "eto", "quality", "source"))
        return [
            {
                "date": day.date().isoformat(),
                "eto_mm": None if pd.isna(eto) else round(float(eto), 3),
                "quality": None if pd.isna(quality) else quality,
                "source": None if pd.isna(source) else source,
            }
            for day, eto, quality, source in zip(*columns, strict=True)
        ]

    def to_dataframe(self) -> pd.DataFrame:
        """Return a copy of the table; the same name as a batch has it."""
        return self.table.copy()

    def plot(self, ax: Axes | None = None, *, units: str = METRIC) -> Axes:
        """Draw daily ETo with its interval by matplotlib; days to come are dashed.

        Parameters
        ----------
        ax : matplotlib.axes.Axes, optional
            Where to draw; default: the current axes of pyplot, as xarray and pandas have it.
        units : {"metric", "us"}

        Returns
        -------
        matplotlib.axes.Axes
        """
        from etolib.result.drawing import draw

        return draw(self.table, ax, check(units))

    def __repr__(self) -> str:
        from etolib.result import shown

        return shown.text(self)

    def _repr_html_(self) -> str:
        from etolib.result import shown

        return shown.as_html(self)
