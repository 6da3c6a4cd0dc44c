"""The fast path of the daily Penman-Monteith equation: one formula, run by numpy or compiled by numba.

The formula (`etolib.equations.formula`) is written once; Ra, the psychrometric constant and the clear sky are looked up
per row instead of computed per cell. numpy runs it on arrays for small inputs, numba compiles it for large ones
(`etolib.equations.compiled`). The compiler may not fuse or reorder its operations, so both ways, and therefore scalars,
arrays, Series and dask blocks, give the same bits.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from etolib.equations import air, conventions, radiation, sun
from etolib.equations import constants as c
from etolib.equations.compiled import is_ready, run_compiled
from etolib.equations.conventions import Convention
from etolib.equations.elementwise import checked_inputs, ordered, range_problems
from etolib.equations.formula import WEATHER, Key, bit_layout, make_formula, padded
from etolib.errors import InputError, Problem
from etolib.extras import usable
from etolib.units import LIMITS
from etolib.words import say

COMPILE_FROM = 100_000
"""Cells from which numba is worth its import and compilation: the plain path takes 10 ms for them, the compiler 2 s.

Thirty years of one place are 11,000: a page or a command must not wait for a compiler.
"""
_COMPILED_FROM = 512  # cells from which the compiled formula is faster, once it is there
_KEPT_CELLS = 4096  # numbers of a place whose tables are kept for the next call
_PLAIN_BLOCK = 4096  # cells per step of the numpy path: its temporaries stay in the second-level cache


def daily(
    *,
    tmin: np.ndarray,
    tmax: np.ndarray,
    ea: np.ndarray,
    rs: np.ndarray,
    u2: np.ndarray,
    latitude: np.ndarray,
    elevation: np.ndarray,
    day_of_year: np.ndarray,
    convention: Convention | str = "fao56",
    surface: str = "short",
    g: np.ndarray | None = None,
    rso: np.ndarray | str | None = None,
    compiled: bool | None = None,
    checked: bool = False,
) -> np.ndarray:
    """Return the daily reference evapotranspiration of arrays that broadcast.

    Parameters
    ----------
    tmin, tmax, ea, rs, u2 : ndarray
        Weather [degC, degC, kPa, MJ m-2 day-1, m s-1]; float32 stays float32 where all five are.
    latitude, elevation, day_of_year : ndarray
        [degrees], [m], 1 to 366; best given with the dimensions they vary along only.
    convention : Convention or str
        One of `etolib.equations.conventions`, or its name.
    surface : {"short", "tall"}
        Grass or alfalfa.
    g : ndarray, optional
        Soil heat flux, 0 by default. [MJ m-2 day-1]
    rso : ndarray, "simple" or "full", optional
        Clear-sky radiation, or how it is computed; as the convention does by default. [MJ m-2 day-1]
    compiled : bool, optional
        Force or forbid numba; by size when None.
    checked : bool
        The numbers are plausible already: do not check them.

    Returns
    -------
    ndarray
        Reference evapotranspiration [mm day-1]; NaN where an input of the cell is NaN.

    Raises
    ------
    InputError
        With every impossible number.

    Examples
    --------
    >>> one = {"tmin": 12.3, "tmax": 21.5, "ea": 1.409, "rs": 22.07, "u2": 2.078}
    >>> one |= {"latitude": 50.8, "elevation": 100.0, "day_of_year": 187.0}
    >>> daily(**{name: np.array([value]) for name, value in one.items()}).round(2)
    array([3.88])
    """
    convention, sky = conventions.with_clear_sky(convention, rso)
    convention.surface(surface)
    weather = [tmin, tmax, ea, rs, u2]
    dtype = np.dtype(np.float32) if all(a.dtype == np.float32 for a in weather) else np.dtype(np.float64)
    light = _kept(_sun_tables, (latitude, day_of_year), convention, dtype)
    height = _kept(_air_tables, (elevation,), convention, dtype)
    others = [() if g is None else g.shape, *([] if sky is None else [sky.shape])]
    shape = _common_shape(weather, light.tables[0].shape, height.tables[0].shape, *others)
    key = (dtype.name, convention, surface)
    if compiled is None:
        cells = math.prod(shape)
        compiled = cells >= _COMPILED_FROM and (is_ready(key) or (cells >= COMPILE_FROM and usable("numba")))
    compiled = compiled and g is None
    problems = [] if checked else [*light.problems, *height.problems]
    if sky is not None and not checked:
        problems += range_problems({"rso": sky})
    if problems or not (compiled or checked):
        problems += _weather_problems(weather)
        if problems:
            raise InputError(problems)
    above, ground = light.tables, height.tables
    if sky is not None or convention.rso != "simple":
        above, ground = _of_clear_sky(sky, ea, latitude, elevation, day_of_year, ground[0], convention)
    if not compiled:
        return _run_plain(weather, [*above, *ground], shape, dtype, g, key)
    out, suspicious = run_compiled(weather, above, ground, shape, dtype, key)
    if suspicious and not checked and (problems := _weather_problems(weather)):
        raise InputError(problems)
    return out


def _common_shape(weather: list[np.ndarray], *others: tuple[int, ...]) -> tuple[int, ...]:
    shape = weather[0].shape
    if all(a.shape == shape for a in weather) and all(_fits(other, shape) for other in others):
        return shape
    try:
        return np.broadcast_shapes(*(a.shape for a in weather), *others)
    except ValueError:
        shapes = {name: a.shape for name, a in zip(WEATHER, weather, strict=True)}
        raise InputError(
            [
                Problem(
                    "shapes", shapes | {"place": others}, say("do_not_go_together"), say("give_shapes_that_broadcast")
                )
            ]
        ) from None


def _fits(small: tuple[int, ...], shape: tuple[int, ...]) -> bool:
    """Return whether ``small`` broadcasts to ``shape`` without making it larger."""
    if len(small) > len(shape):
        return False
    return all(a in (1, b) for a, b in zip(reversed(small), reversed(shape), strict=False))


def _weather_problems(weather: list[np.ndarray]) -> list[Problem]:
    given = dict(zip(WEATHER, weather, strict=True))
    return [*range_problems(given), *ordered("tmin", "tmax")(given)]


@dataclass(frozen=True)
class Tables:
    """What a place and a day contribute to a cell, and what is wrong with them."""

    tables: list[np.ndarray]
    problems: list[Problem]


def _kept(
    make: Callable[..., Tables], arrays: tuple[np.ndarray, ...], convention: Convention, dtype: np.dtype[Any]
) -> Tables:
    """Return ``make(*arrays)``; of small arrays it is kept, because grids come block by block and day by day."""
    if sum(a.size for a in arrays) > _KEPT_CELLS:
        return make(*arrays, convention, dtype)
    return _remembered(make, tuple((a.tobytes(), a.dtype.str, a.shape) for a in arrays), convention, dtype)


@functools.lru_cache(maxsize=64)
def _remembered(
    make: Callable[..., Tables],
    frozen: tuple[tuple[bytes, str, Any], ...],
    convention: Convention,
    dtype: np.dtype[Any],
) -> Tables:
    arrays = (np.frombuffer(data, kind).reshape(shape) for data, kind, shape in frozen)
    return make(*arrays, convention, dtype)


def _sun_tables(latitude: np.ndarray, day_of_year: np.ndarray, convention: Convention, dtype: np.dtype[Any]) -> Tables:
    """Return 1/Ra, or `_NIGHT` where the sun does not rise, on the shape of latitude and day together."""
    problems = range_problems({"latitude": latitude, "day_of_year": day_of_year})
    if latitude.size == 1 and day_of_year.size > 2 * _LAST_DAY:
        with np.errstate(invalid="ignore"):
            index = day_of_year.astype(np.intp)
        if not problems and np.array_equal(index, day_of_year):
            # Many years of one place: 366 different days.
            year = _sun_tables(latitude.reshape(1), np.arange(_LAST_DAY + 1.0), convention, dtype)
            return Tables([table[index] for table in year.tables], problems)
    with checked_inputs():
        # Angles in float64 whatever the weather is: the table is small.
        ra = sun.extraterrestrial_radiation(
            latitude.astype(float, copy=False), day_of_year.astype(float, copy=False), convention=convention
        )
        inverse = np.where(ra == 0, _NIGHT, 1.0 / ra)
    return Tables([inverse.astype(dtype, copy=False)], problems)


_LAST_DAY = int(LIMITS["day_of_year"][1])
_NIGHT = -1.0  # in place of 1/Ra: Rs/Rso counts as 1


def _air_tables(elevation: np.ndarray, convention: Convention, dtype: np.dtype[Any]) -> Tables:
    """Return the psychrometric constant over the factor of delta, and Ra/Rso, on the shape of elevation."""
    high = elevation.astype(float, copy=False)
    with checked_inputs():
        gamma = air.psychrometric_constant(air.atmospheric_pressure(high, convention=convention))
        clear = 1.0 / (c.RSO_A + c.RSO_B * high)
        gamma *= (c.TETENS_A * math.log2(math.e)) ** 2 / (2 * (convention.slope / c.TETENS_E0))
    tables = [gamma.astype(dtype, copy=False), clear.astype(dtype, copy=False)]
    return Tables(tables, range_problems({"elevation": elevation}))


def _of_clear_sky(
    rso: np.ndarray | None,
    ea: np.ndarray,
    latitude: np.ndarray,
    elevation: np.ndarray,
    day_of_year: np.ndarray,
    gamma: np.ndarray,
    convention: Convention,
) -> tuple[list[np.ndarray], list[np.ndarray]]:
    """Return the tables for a clear sky that differs from cell to cell: 1/Rso takes the place of 1/Ra times Ra/Rso."""
    latitude, elevation, day_of_year = (a.astype(float, copy=False) for a in (latitude, elevation, day_of_year))
    with checked_inputs():
        ra = sun.extraterrestrial_radiation(latitude, day_of_year, convention=convention)
        if rso is None:
            rso = radiation.clear_sky_of_day(
                ra,
                elevation,
                latitude=latitude,
                day_of_year=day_of_year,
                ea=ea.astype(float, copy=False),
                pressure=air.atmospheric_pressure(elevation, convention=convention),
                convention=convention,
            )
        inverse = np.where(rso == 0, _NIGHT, 1.0 / rso) + 0.0 * ra  # a day without a latitude has no result
    return [inverse.astype(gamma.dtype, copy=False)], [gamma, np.ones_like(gamma)]


def tables_of(latitude: np.ndarray, elevation: np.ndarray, day_of_year: np.ndarray) -> list[np.ndarray]:
    """Return what place and day contribute to `plain_formula` in FAO-56, of float arrays of one shape."""
    return [table for each in (_sun_tables(latitude, day_of_year, conventions.FAO56, np.dtype(np.float64)),
            _air_tables(elevation, conventions.FAO56, np.dtype(np.float64))) for table in each.tables]  # fmt: skip


@functools.cache
def plain_formula(key: Key) -> Callable[..., Any]:
    """Return the equation on arrays: weather, tables and soil heat flux to ETo."""
    dtype = np.dtype(key[0])
    integer, mantissa = bit_layout(dtype)

    def scale(value: Any, shifted: Any) -> Any:
        return (value.view(integer) + (shifted.view(integer) << mantissa)).view(dtype)

    exponents, power, balance = make_formula(
        dtype, key[1], key[2], scale=scale, choose=np.where, inline=lambda function: function
    )

    def formula(tmin: Any, tmax: Any, ea: Any, rs: Any, u2: Any, *tables_and_g: Any) -> Any:
        at_max, at_min, at_mean, inverse_square = exponents(tmin, tmax)
        es = power(at_max), power(at_min), power(at_mean)
        return balance(tmin, tmax, ea, rs, u2, *es, inverse_square, *tables_and_g)

    return formula


def _run_plain(
    weather: list[np.ndarray],
    tables: list[np.ndarray],
    shape: tuple[int, ...],
    dtype: np.dtype,
    g: np.ndarray | None,
    key: Key,
) -> np.ndarray:
    formula = plain_formula(key)
    heat = np.zeros(1, dtype) if g is None else g.astype(dtype, copy=False)
    arrays = [a.astype(dtype, copy=False) for a in weather] + tables + [heat]
    out = np.empty(shape, dtype)
    with np.errstate(all="ignore"):  # NaN cells do not warn
        if out.size <= _PLAIN_BLOCK or not out.flags.c_contiguous:
            out[...] = formula(*arrays)
            return out
        # One leading index at a time; each array is cut where it has that dimension and taken whole where not.
        full = [padded(a, shape) for a in arrays]
        rows = max(1, _PLAIN_BLOCK * shape[0] // out.size)
        for start in range(0, shape[0], rows):
            cut = slice(start, start + rows)
            out[cut] = formula(*(a[cut] if a.shape[0] > 1 else a for a in full))
    return out
