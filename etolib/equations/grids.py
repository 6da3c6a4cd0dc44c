"""Reference evapotranspiration of a Dataset, lazily where it is on dask."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from etolib.equations import filling
from etolib.equations.calculation import OWN, Calculation
from etolib.equations.daily import TERMS
from etolib.equations.elementwise import as_float, in_canonical_unit
from etolib.equations.eto_result import EtoResult
from etolib.equations.formula import WEATHER
from etolib.equations.model_names import latitude_of, understand, with_elevation
from etolib.equations.months import OF_MONTHS, of_months
from etolib.equations.table_dates import day_of_year, time_coordinate
from etolib.errors import InputError, Problem
from etolib.quantities import carries_unit
from etolib.site import Site
from etolib.units import UNITS, convert
from etolib.variables import VARIABLES
from etolib.words import Text, say

READ = ("tmin", "tmax", "ea", "tdew", "rhmin", "rhmax", "tdry", "twet", "a_psy", "rhmean", "rs", "sunshine",
        "u2", "pressure", "rso", "soil_heat_flux")  # fmt: skip
"""The variables of a table or a Dataset that are read."""


_TERM_OF = {"soil_heat_flux": "g"}


def unused_units(units: Mapping[str, str], there: Any) -> list[Problem]:
    """Return a problem for every variable that a unit was said for and that is not among the data."""
    return [
        Problem("units", name, say("variable_not_in_data")) for name in units if name in UNITS and name not in there
    ]


def two_units(values: Any, name: str, units: Mapping[str, str]) -> list[Problem]:
    """Return what is wrong where a quantity with its own unit is said to have a unit."""
    if name not in units or not carries_unit(values):
        return []
    return [Problem(say("unit_of", name=name), units[name], say("has_its_own_unit"), say("leave_out_the_unit"))]


_ETO = {"units": "mm day-1", "long_name": "reference evapotranspiration", "cell_methods": "time: mean"}


def grid_eto(
    dataset: Any,
    site: Site | None,
    calculation: Calculation,
    units: dict[str, str],
    problems: list[Problem],
    order: str | None = None,
) -> EtoResult:
    """Return the `EtoResult` of a Dataset; `InputError` with all problems, those found before included."""
    import xarray as xr

    said: list[Text] = []
    height = None if site is None else site.elevation
    try:
        before = dataset
        dataset, high = with_elevation(dataset)
        dataset, said = understand(dataset, (*READ, *calculation.unfilled), units, height)
        said = [*said, *high]
        units = {name: unit for name, unit in units.items() if (name in before) == (name in dataset)}
    except InputError as error:
        problems += error.problems
    latitude, elevation, when = _place_of(dataset, site, order, problems)
    arrays = _variables_of(dataset, (*READ, *calculation.unfilled), units, problems)
    problems += calculation.without(arrays)
    if {"tdry", "twet"} <= arrays.keys() and "a_psy" not in arrays and calculation.rules.get("psychrometer") is None:
        problems.append(filling.psychrometer_problem())  # of a grid on dask nobody knows which cells need it
    if problems:
        raise InputError(problems)
    if when.name in dataset.coords:
        dataset = dataset.assign_coords({when.name: when})
        arrays = {
            name: a.assign_coords({when.name: when}) if when.name in a.coords else a for name, a in arrays.items()
        }
    arrays |= of_months(arrays, when, calculation.method.of_months)
    if not calculation.use_pressure:
        arrays.pop("pressure", None)
    kept = (*WEATHER, *(name for name in OWN if name in arrays), *calculation.unfilled, *calculation.method.of_months)
    flagged = (*filling.FILLED, *calculation.unfilled)
    dtype = np.dtype(np.float32) if all(a.dtype == np.float32 for a in arrays.values()) else np.dtype(np.float64)
    outputs = xr.apply_ufunc(
        _GridBlock(calculation, tuple(arrays), kept, flagged, dtype, lazy=any(a.chunks for a in arrays.values())),
        *arrays.values(),
        *_in_the_blocks_of(arrays, latitude, elevation, day_of_year(when)),
        output_core_dims=[[] for _ in range(1 + len(kept) + len(flagged))],
        dask="parallelized",
        output_dtypes=[dtype, *[dtype] * len(kept), *[np.int8] * len(flagged)],
        join="exact",
    )
    result, inputs, flags = outputs[0], outputs[1 : 1 + len(kept)], outputs[1 + len(kept) :]
    result.name = "eto"
    result.attrs = _ETO | {"references": calculation.method.source}
    codes = dict(zip(flagged, flags, strict=True))
    flag_set = _described({name: codes[name] for name in calculation.method.uses}, dataset.attrs)
    filled = xr.Dataset(dict(zip(kept, inputs, strict=True)), attrs=dataset.attrs)
    for name in kept:
        filled[name].attrs = _attributes(name)
    return EtoResult(
        result, flag_set, filled, latitude, elevation, calculation.name, calculation.convention, tuple(said)
    )


def _in_the_blocks_of(weather: Mapping[str, Any], *place: Any) -> list[Any]:
    """Return latitude, elevation and day in the blocks of the weather: else dask would cut the weather into theirs."""
    blocks: dict[Any, Any] = {}
    for array in weather.values():
        blocks = {**array.chunksizes, **blocks}
    return [
        one.chunk({dim: blocks[dim] for dim in one.dims if dim in blocks}) if blocks and hasattr(one, "chunk") else one
        for one in place
    ]


def _described(flags: dict[str, Any], attributes: Any) -> Any:
    """Return the flags as a Dataset whose attributes say what the codes mean (CF flag_values, flag_meanings)."""
    import xarray as xr

    found = xr.Dataset(flags, attrs=attributes)
    for variable in found.data_vars.values():
        variable.attrs = {
            "long_name": f"where {variable.name} comes from",
            "flag_values": np.arange(len(filling.FLAGS), dtype=np.int8),
            "flag_meanings": " ".join(filling.FLAGS),
        }
    return found


def _place_of(dataset: Any, site: Site | None, order: str | None, problems: list[Problem]) -> tuple[Any, Any, Any]:
    """Return latitude, elevation and time, from the dataset or the site."""
    known = next((name for name in ("latitude", "lat") if name in dataset.variables), None) or latitude_of(dataset)
    latitude = _in_degrees_or_metres(dataset, known, "latitude", problems)
    if known is None:
        latitude = None if site is None else site.latitude
    if latitude is None and known is None:
        problems.append(Problem("latitude", None, say("not_in_the_dataset"), say("add_latitude")))
    elevation = None if site is None else site.elevation
    there = "elevation" in dataset.variables
    if there:
        elevation = _in_degrees_or_metres(dataset, "elevation", "elevation", problems)
    if elevation is None and not there:
        problems.append(Problem("elevation", None, say("not_in_the_dataset"), say("add_elevation")))
    when = time_coordinate(dataset, order, problems)
    if "step" in dataset.dims and "step" in dataset.coords and dataset["step"].dtype.kind == "m":
        # Forecast runs: their days are not those of the time at which each began.
        problems.append(Problem("step", dataset.sizes["step"], say("grid_more_dimensions"), say("make_days_of_grid")))
    return latitude, elevation, when


def _in_degrees_or_metres(dataset: Any, name: str | None, parameter: str, problems: list[Problem]) -> Any:
    """Return a variable of the place in its canonical unit; None where there is none, or a problem."""
    if name is None:
        return None
    try:
        return in_canonical_unit(dataset[name], parameter)
    except InputError as error:
        problems += error.problems
        return None


def _variables_of(
    dataset: Any, names: tuple[str, ...], units: Mapping[str, str], problems: list[Problem]
) -> dict[str, Any]:
    """Return the variables that are read, in their canonical units."""
    problems += unused_units(units, dataset.variables)
    arrays = {}
    for name in (n for n in names if n in dataset.variables):
        array = dataset[name]
        try:
            if name in units and not carries_unit(array):
                arrays[name] = convert(array, name, units[name])
            else:
                problems += two_units(array, name, units)
                arrays[name] = in_canonical_unit(array, name)
        except InputError as error:
            problems.extend(error.problems)
    problems += [
        Problem(n, None, say("is_missing"), say("add_the_variable", name=n))
        for n in ("tmin", "tmax")
        if n not in dataset
    ]
    return arrays


def _attributes(name: str) -> dict[str, str]:
    """Return the CF attributes of an input."""
    if name not in VARIABLES:
        unit, words = OF_MONTHS[name] if name in OF_MONTHS else TERMS[_TERM_OF.get(name, name)][:2]
        return {"units": unit, "long_name": words, "cell_methods": "time: mean"}
    known = VARIABLES[name]
    named = {"standard_name": known.standard_name} if known.standard_name else {}
    return {"units": known.units, "long_name": known.long_name, "cell_methods": known.cell_methods, **named}


class _GridBlock:
    """Filling and equation of one block of a grid; a class, so that it pickles into a dask graph."""

    def __init__(
        self,
        calculation: Calculation,
        names: tuple[str, ...],
        kept: tuple[str, ...],
        flagged: tuple[str, ...],
        dtype: np.dtype[Any],
        *,
        lazy: bool,
    ) -> None:
        self.calculation, self.names, self.kept, self.flagged, self.dtype = calculation, names, kept, flagged, dtype
        self.lazy = lazy  # what dask holds is nobody's to write to: it needs no copies

    def __call__(self, *arrays: Any) -> tuple[np.ndarray, ...]:
        *weather, latitude, elevation, day = (as_float(a) for a in arrays)
        shape = np.broadcast_shapes(*(a.shape for a in (*weather, latitude, elevation, day)))
        given = {name: a.astype(self.dtype, copy=False) for name, a in zip(self.names, weather, strict=True)}
        place = {
            name: a if a.ndim else a.reshape(1)
            for name, a in (("latitude", latitude), ("elevation", elevation), ("day_of_year", day))
        }
        given = {name: a if a.ndim else a.reshape(1) for name, a in given.items()}
        values, codes, result = self.calculation.run(given, place)
        outputs = [result, *(values[name] for name in self.kept)]
        numbers = [
            np.broadcast_to(a, shape or (1,)).astype(self.dtype, copy=not self.lazy).reshape(shape) for a in outputs
        ]
        return (*numbers, *(np.broadcast_to(codes[n], shape or (1,)).reshape(shape) for n in self.flagged))
