"""`EtoResult`: the reference evapotranspiration of a table or a grid, with its flags, inputs and terms."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from etolib import dates
from etolib.equations.calculation import Calculation
from etolib.equations.conventions import Convention
from etolib.equations.daily import TERMS
from etolib.equations.methods import METHODS
from etolib.equations.table_dates import day_of_year, holds_dates
from etolib.errors import InputError, Problem
from etolib.glance import ROWS, Glance, Told
from etolib.words import Text, say, verbatim


@dataclass(frozen=True, repr=False)
class EtoResult(Glance):
    """Reference evapotranspiration of a table or a grid, and where every number comes from.

    Attributes
    ----------
    eto : pandas.Series or xarray.DataArray
        Reference evapotranspiration. [mm day-1]
    flags : pandas.DataFrame or xarray.Dataset
        A column (variable) for each input the method uses, of the same shape as the inputs: in every cell a name of
        `etolib.equations.filling.FLAGS`; in a Dataset its code, with CF ``flag_values`` and ``flag_meanings``.
    inputs : pandas.DataFrame or xarray.Dataset
        What the equation was given, after filling: tmin, tmax, ea, rs, u2 (and pressure and rso where
        they were used).
    latitude, elevation : float or xarray.DataArray
        The place. [degrees], [m]
    method : str
        The equation, a name of `etolib.equations.methods.METHODS`.
    convention : Convention
        The numbers it was computed with.
    warnings : tuple of Text
        What was filled or taken for something; of a grid, which is not computed here, only what its names and units
        tell.
    """

    eto: Any
    flags: Any
    inputs: Any
    latitude: Any
    elevation: Any
    method: str
    convention: Convention
    warnings: tuple[Text, ...] = field(default=())

    def _told(self) -> Told:
        shape = ", ".join(f"{name} {size}" for name, size in getattr(self.eto, "sizes", {}).items())
        head = verbatim(f"{self.method}, {shape or say('days', count=len(self.eto))}")
        if shape:  # nothing of a grid is computed to be looked at
            return Told(head, [verbatim(", ".join(map(str, self.inputs.data_vars)))], folded=self.warnings)
        known = self.eto.dropna()
        lines = [say("shown_days", count=len(self.eto), with_value=len(known))]
        if len(known):
            lines.append(say("shown_sums", mean=f"{known.mean():.2f}", total=f"{known.sum():.1f}"))
        rows = self.inputs.head(ROWS).assign(eto=self.eto.head(ROWS)).reset_index()
        return Told(head, lines, rows, self.warnings, len(self.eto))

    def terms(self, date: Any = None) -> Any:
        """Return every term of the equation.

        Parameters
        ----------
        date : date-like, optional
            One day of the table.

        Returns
        -------
        pandas.DataFrame or xarray.Dataset
            Of a table, for a date: index term; columns value, units, description, equation, flag. Without a date:
            index date, a column per term. Of a grid: a Dataset with a variable per term (lazy where the grid is).
        """
        if hasattr(self.inputs, "data_vars"):
            return self._grid_terms(date)
        import pandas as pd

        inputs = self.inputs
        chosen = np.ones(len(inputs), dtype=bool) if date is None else rows_of(inputs.index, date)
        if not chosen.any() and date is not None:
            raise InputError([Problem("date", str(date), say("not_in_the_table"))])
        inputs = inputs.loc[chosen]
        calculation = Calculation(self.method, self.convention)
        arrays = calculation.terms(
            {name: inputs[name].to_numpy() for name in inputs},
            {
                "latitude": np.array([self.latitude]),
                "elevation": np.array([self.elevation]),
                "day_of_year": day_of_year(inputs.index),
            },
        )
        table = pd.DataFrame(
            {name: np.broadcast_to(values, len(inputs)) for name, values in arrays.items()}, index=inputs.index
        )
        if date is None:
            return table
        described = {name: TERMS[name] for name in calculation.term_names}
        described["eto"] = (*TERMS["eto"][:2], METHODS[self.method].source)
        rows = pd.DataFrame.from_dict(described, orient="index", columns=["units", "description", "equation"])
        rows.insert(0, "value", table.iloc[0])
        rows["flag"] = self.flags.loc[chosen].iloc[0].reindex(rows.index).fillna("")
        rows.index.name = "term"
        return rows

    def _grid_terms(self, date: Any) -> Any:
        import xarray as xr

        inputs, when = self.inputs, time_of(self.inputs)
        if date is not None:
            try:
                inputs = inputs.sel({when: date})
            except KeyError:
                raise InputError([Problem("date", str(date), say("not_in_the_grid"))]) from None
        calculation = Calculation(self.method, self.convention)
        names = list(calculation.term_names)
        arrays = xr.apply_ufunc(
            _GridTerms(calculation, tuple(inputs.data_vars)),
            *inputs.data_vars.values(),
            self.latitude,
            self.elevation,
            day_of_year(inputs[when]),
            output_core_dims=[[] for _ in names],
            dask="parallelized",
            output_dtypes=[float] * len(names),
        )
        terms = xr.Dataset(dict(zip(names, arrays, strict=True)))
        for name in names:
            units, words, equation = TERMS[name]
            terms[name].attrs = {"units": units, "long_name": words, "references": equation}
        terms["eto"].attrs["references"] = METHODS[self.method].source
        return terms


def time_of(data: Any) -> str:
    """Return the name of the time of a Dataset."""
    names = [name for name in ("time", "date") if name in data.coords]
    return next(iter(names or (str(name) for name in data.coords if holds_dates(data.coords[name]))), "time")


def rows_of(index: Any, date: Any) -> np.ndarray:
    """Return which rows of an index of dates are of a day."""
    day = dates.read([date], name="date").days[0]
    found: np.ndarray = dates.read(index.to_timestamp() if hasattr(index, "to_timestamp") else index).days == day
    return found


class _GridTerms:
    """The terms of one block of a grid; a class, so that it pickles into a dask graph."""

    def __init__(self, calculation: Calculation, names: tuple[str, ...]) -> None:
        self.calculation, self.names = calculation, names

    def __call__(self, *arrays: Any) -> tuple[np.ndarray, ...]:
        *weather, latitude, elevation, day = (np.asarray(a, dtype=float) for a in arrays)
        place = {"latitude": latitude, "elevation": elevation, "day_of_year": day}
        terms = self.calculation.terms(dict(zip(self.names, weather, strict=True)), place)
        shape = np.broadcast_shapes(*(a.shape for a in (*weather, latitude, elevation, day)))
        return tuple(np.broadcast_to(values, shape).copy() for values in terms.values())
