"""The fast path of the daily Penman-Monteith equation: one formula, run by numpy or compiled by numba.

`etolib.equations.daily.daily_terms` is the equation by the book. Here the same equation is rearranged for speed: three
divisions of the vapour pressure curve merged into one, the last two into one, an exponential function of additions
and multiplications only, and Ra and the psychrometric constant looked up per row instead of computed per cell. The
result differs from the book's order of operations by rounding only (below 1e-12 mm day-1).

The formula is written once. numpy runs it on arrays for small inputs; numba compiles it for large ones. It holds
only operations that IEEE 754 defines to the last bit (+ - * / sqrt, comparison, shifts) and the compiler may not
fuse or reorder them, so both ways, and therefore scalars, arrays, Series and dask blocks, give the same bits.

numba is imported and the formula compiled (1 to 3 s) with the first input of `COMPILE_FROM` cells. The compiled
code holds no lock and starts no thread: dask runs it in as many threads as it has.
"""

from __future__ import annotations

import functools
import math
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from etolib.equations import air, conventions, radiation
from etolib.equations import constants as c
from etolib.equations.conventions import Convention
from etolib.equations.elementwise import checked_inputs, range_problems
from etolib.errors import InputError, Problem
from etolib.units import LIMITS

COMPILE_FROM = 100_000
"""Cells from which numba is worth its import and compilation: the plain path takes 10 ms for them, the compiler 2 s.

Thirty years of one place are 11,000: a page or a command must not wait for a compiler.
"""
_COMPILED_FROM = 512  # cells from which the compiled formula is faster, once it is there
_BLOCK = 4224  # cells: half of it is no multiple of a page, or both halves would share a place in the cache
_KEPT_CELLS = 4096  # numbers of a place whose tables are kept for the next call
_PLAIN_BLOCK = 4096  # cells per step of the numpy path: its temporaries stay in the second-level cache

WEATHER = ("tmin", "tmax", "ea", "rs", "u2")

Key = tuple[str, Convention, str]
"""Precision, convention and surface: what a formula is made for."""

_lock = threading.Lock()
_compiled: dict[Key, Callable[..., bool]] = {}


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
    convention = conventions.get(convention)
    convention.surface(surface)
    weather = [tmin, tmax, ea, rs, u2]
    dtype = np.dtype(np.float32) if all(a.dtype == np.float32 for a in weather) else np.dtype(np.float64)
    sun = _kept(_sun_tables, (latitude, day_of_year), convention, dtype)
    height = _kept(_air_tables, (elevation,), convention, dtype)
    shape = _common_shape(weather, sun.tables[0].shape, height.tables[0].shape, () if g is None else g.shape)
    key = (dtype.name, convention, surface)
    if compiled is None:
        compiled = math.prod(shape) >= (_COMPILED_FROM if key in _compiled else COMPILE_FROM)
    compiled = compiled and g is None
    problems = [] if checked else [*sun.problems, *height.problems]
    if problems or not (compiled or checked):
        problems += _weather_problems(weather)
        if problems:
            raise InputError(problems)
    if not compiled:
        return _run_plain(weather, [*sun.tables, *height.tables], shape, dtype, g, key)
    out, suspicious = _run_compiled(weather, sun.tables, height.tables, shape, dtype, key)
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
            [Problem("shapes", shapes | {"place": others}, "do not go together", "give shapes that broadcast")]
        ) from None


def _fits(small: tuple[int, ...], shape: tuple[int, ...]) -> bool:
    """Return whether ``small`` broadcasts to ``shape`` without making it larger."""
    if len(small) > len(shape):
        return False
    return all(a in (1, b) for a, b in zip(reversed(small), reversed(shape), strict=False))


def _weather_problems(weather: list[np.ndarray]) -> list[Any]:
    given = dict(zip(WEATHER, weather, strict=True))
    return range_problems(given) + air.ordered("tmin", "tmax")(given)


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
        ra = radiation.extraterrestrial_radiation(
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
        gamma = air.psychrometric_constant(air.atmospheric_pressure(high))
        clear = 1.0 / (c.RSO_A + c.RSO_B * high)
        gamma *= (c.TETENS_A * math.log2(math.e)) ** 2 / (2 * (convention.slope / c.TETENS_E0))
    tables = [gamma.astype(dtype, copy=False), clear.astype(dtype, copy=False)]
    return Tables(tables, range_problems({"elevation": elevation}))


# The formula ----------------------------------------------------------------------------------------------------


class Formula(NamedTuple):
    """The equation in three steps: ETo is the balance of the weather, the powers of its exponents, and tables."""

    exponents: Callable[..., Any]
    power: Callable[..., Any]
    balance: Callable[..., Any]


def _make_formula(
    dtype: np.dtype,
    convention: Convention,
    surface: str,
    *,
    scale: Callable[..., Any],
    choose: Callable[..., Any],
    inline: Callable[..., Any],
) -> Formula:
    """Return the equation for one precision, convention and surface.

    What numpy (arrays) and numba (cells) write differently is given: a number times 2**k by adding to its exponent
    the k that stands in the last bits of another, a choice by a condition, and a decorator of the steps.
    """
    number = dtype.type
    zero, half, one = number(0), number(0.5), number(1)
    shift = number(1.5 * 2.0 ** np.finfo(dtype).nmant)
    double = dtype == np.float64
    t0, t1, t2, t3, t4, t5, t6, t7, t8, t9, t10 = (
        number(c.TETENS_E0 / 2 * v * math.log(2) ** power) for power, v in enumerate(_EXPONENTIAL[dtype.name])
    )

    # Constants that would meet in a product are multiplied here, once.
    tetens_a, tetens_b = number(c.TETENS_A * math.log2(math.e)), number(c.TETENS_B)  # for powers of 2
    bounded_deficit = convention.deficit_min is not None
    bounded_ratio = convention.relative_shortwave_min is not None
    least_deficit = number(convention.deficit_min if bounded_deficit else 0)
    least_ratio = number(convention.relative_shortwave_min if bounded_ratio else 0)
    kelvin, pm_kelvin = number(c.KELVIN), number(c.PM_KELVIN)
    sigma = c.MM_PER_MJ * convention.stefan_boltzmann / 2 * c.CLOUD_A
    emissivity_a, emissivity_b = number(sigma * c.EMISSIVITY_A), number(sigma * c.EMISSIVITY_B)
    cloud = number(c.CLOUD_B / c.CLOUD_A)
    absorbed, mm_per_mj = number(c.MM_PER_MJ * (1 - c.ALBEDO)), number(c.MM_PER_MJ)
    crop = convention.surface(surface)
    cn, cd = number(crop.cn), number(crop.cd)

    @inline
    def power(y: Any) -> Any:
        """Return e0/2 2**y, half of the saturation vapour pressure [kPa]."""
        # 2**y = 2**k 2**r with a whole k and |r| <= 1/2, and e0/2 2**r is a polynomial. Adding and taking away 1.5
        # times 2**(digits) rounds to a whole number, whose bits then stand at the end of the sum.
        shifted = y + shift
        r = y - (shifted - shift)
        # Two terms at a time: almost as few products as one at a time, in half as many steps that wait for each other.
        r2 = r * r
        tail = (t6 + t7 * r) + ((t8 + t9 * r) + t10 * r2) * r2 if double else t6
        high = (t4 + t5 * r) + tail * r2
        return scale((t0 + t1 * r) + ((t2 + t3 * r) + high * r2) * r2, shifted)

    @inline
    def exponents(tmin: Any, tmax: Any) -> Any:
        """Return log2(es/e0) at ``tmax``, ``tmin`` and their mean, and what delta is proportional to beside es."""
        low, high = tmin + tetens_b, tmax + tetens_b
        tmean = (tmax + tmin) * half
        middle = tmean + tetens_b
        # One division for the three 17.27 t / (t + 237.3) of the vapour pressure curve.
        both = low * high
        inverse = tetens_a / (both * middle)
        inverse_middle, inverse_both = both * inverse, middle * inverse
        return (
            tmax * (low * inverse_both),
            tmin * (high * inverse_both),
            tmean * inverse_middle,
            inverse_middle * inverse_middle,
        )

    @inline
    def balance(
        tmin: Any,
        tmax: Any,
        ea: Any,
        rs: Any,
        u2: Any,
        es_max: Any,
        es_min: Any,
        es_mean: Any,
        inverse_square: Any,
        inverse_ra: Any,
        gamma: Any,
        clear: Any,
        g: Any,
    ) -> Any:
        """Return ETo from half of es and gamma over the factor of delta."""
        tmean = (tmax + tmin) * half
        delta = es_mean * inverse_square
        deficit = es_max + es_min - ea
        ratio = rs * clear * inverse_ra
        # Comparisons let NaN through and are one instruction each.
        if bounded_deficit:
            deficit = choose(deficit < least_deficit, least_deficit, deficit)
        if bounded_ratio:
            ratio = choose(ratio < least_ratio, least_ratio, ratio)
        ratio = choose(ratio > one, one, ratio)
        ratio = choose(inverse_ra < zero, one, ratio)
        warm, cold = tmax + kelvin, tmin + kelvin
        warm, cold = warm * warm, cold * cold
        emissivity = emissivity_a - emissivity_b * np.sqrt(ea)
        rnl = (warm * warm + cold * cold) * emissivity * (ratio - cloud)
        energy = absorbed * rs - rnl - mm_per_mj * g  # as water [mm]
        t = tmean + pm_kelvin
        wind = gamma * u2
        return (delta * energy * t + wind * deficit * cn) / (t * (delta + gamma + cd * wind))

    return Formula(exponents, power, balance)


# exp(r) for |r| <= ln 2 / 2: interpolation at Chebyshev's nodes in 60 decimal digits; relative error 2.9e-16 (degree
# 10) and 2.5e-9 (degree 6), as good as the series three degrees higher.
_EXPONENTIAL = {
    "float64": (
        1.0,
        1.0000000000000067,
        0.5000000000000006,
        0.16666666666554314,
        0.041666666666573066,
        0.008333333385699212,
        0.001388888893251478,
        0.00019841170230570286,
        2.480150431378554e-05,
        2.764019739169484e-06,
        2.7626371065696354e-07,
    ),
    "float32": (
        1.0,
        1.0000000377388714,
        0.5000000047146057,
        0.16666415414041177,
        0.04166635277111221,
        0.008375134774624326,
        0.0013941118895837,
        *(0.0,) * 4,
    ),
}


@functools.cache
def _plain_formula(key: Key) -> Callable[..., Any]:
    """Return the equation on arrays: weather, tables and soil heat flux to ETo."""
    dtype = np.dtype(key[0])
    integer, mantissa = _bit_layout(dtype)

    def scale(value: Any, shifted: Any) -> Any:
        return (value.view(integer) + (shifted.view(integer) << mantissa)).view(dtype)

    exponents, power, balance = _make_formula(
        dtype, key[1], key[2], scale=scale, choose=np.where, inline=lambda function: function
    )

    def formula(tmin: Any, tmax: Any, ea: Any, rs: Any, u2: Any, *tables_and_g: Any) -> Any:
        at_max, at_min, at_mean, inverse_square = exponents(tmin, tmax)
        es = power(at_max), power(at_min), power(at_mean)
        return balance(tmin, tmax, ea, rs, u2, *es, inverse_square, *tables_and_g)

    return formula


def _bit_layout(dtype: np.dtype) -> tuple[Any, Any]:
    """Return the type of whole numbers as wide as ``dtype``, and the bits behind its exponent."""
    integer = np.int64 if dtype == np.float64 else np.int32
    return integer, integer(np.finfo(dtype).nmant)


def _run_plain(
    weather: list[np.ndarray],
    tables: list[np.ndarray],
    shape: tuple[int, ...],
    dtype: np.dtype,
    g: np.ndarray | None,
    key: Key,
) -> np.ndarray:
    formula = _plain_formula(key)
    heat = np.zeros(1, dtype) if g is None else g.astype(dtype, copy=False)
    arrays = [a.astype(dtype, copy=False) for a in weather] + tables + [heat]
    out = np.empty(shape, dtype)
    with np.errstate(all="ignore"):  # NaN cells do not warn
        if out.size <= _PLAIN_BLOCK or not out.flags.c_contiguous:
            out[...] = formula(*arrays)
            return out
        # One leading index at a time; each array is cut where it has that dimension and taken whole where not.
        padded = [_padded(a, shape) for a in arrays]
        rows = max(1, _PLAIN_BLOCK * shape[0] // out.size)
        for start in range(0, shape[0], rows):
            cut = slice(start, start + rows)
            out[cut] = formula(*(a[cut] if a.shape[0] > 1 else a for a in padded))
    return out


# The compiled path -----------------------------------------------------------------------------------------------


def _run_compiled(
    weather: list[np.ndarray],
    sun: list[np.ndarray],
    air: list[np.ndarray],
    shape: tuple[int, ...],
    dtype: np.dtype,
    key: Key,
) -> tuple[np.ndarray, bool]:
    if all(a.shape == shape and a.dtype == dtype and a.flags.c_contiguous for a in weather):
        cells = [a.reshape(-1) for a in weather]
        order, turned = None, shape
    else:
        order = _memory_order(weather, shape)
        turned = tuple(shape[axis] for axis in order)
        full = (_padded(a, shape).transpose(order).astype(dtype, copy=False) for a in weather)
        cells = [np.ascontiguousarray(np.broadcast_to(a, turned)).reshape(-1) for a in full]
    out = np.empty(math.prod(turned), dtype)
    bad = _driver(key)(*cells, *_in_runs(sun, shape, order), *_in_runs(air, shape, order), out)
    out = out.reshape(turned)
    return (out if order is None else out.transpose(np.argsort(order))), bad


def _padded(array: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    return array.reshape((1,) * (len(shape) - array.ndim) + array.shape)


def _memory_order(weather: list[np.ndarray], shape: tuple[int, ...]) -> tuple[int, ...]:
    """Return the order of axes in which the weather lies in memory (so that it need not be copied)."""
    for array in weather:
        if array.shape == shape and not array.flags.c_contiguous:
            return tuple(sorted(range(len(shape)), key=lambda axis: (-abs(array.strides[axis]), axis)))
    return tuple(range(len(shape)))


def _in_runs(arrays: list[np.ndarray], shape: tuple[int, ...], order: tuple[int, ...] | None) -> tuple[Any, ...]:
    """Return the tables as (rows, run or 1), the row of every run of cells, and the cells of a run.

    A run is as many cells in memory order as one row of the table serves: with a value each, or with one for all.
    """
    arrays = [_padded(a, shape) for a in arrays]
    if order is not None:
        arrays = [a.transpose(order) for a in arrays]
        shape = tuple(shape[axis] for axis in order)
    own = arrays[0].shape
    one_value = own[-1] == 1
    first = len(shape)
    while first and own[first - 1] == (1 if one_value else shape[first - 1]):
        first -= 1
    tables = [np.ascontiguousarray(a).reshape(math.prod(own[:first]), -1) for a in arrays]
    return *tables, _table_rows(own[:first], shape[:first]), math.prod(shape[first:])


@functools.lru_cache(maxsize=8)
def _table_rows(ahead: tuple[int, ...], shape: tuple[int, ...]) -> np.ndarray:
    index = np.arange(math.prod(ahead), dtype=np.int64).reshape(ahead)
    return np.ascontiguousarray(np.broadcast_to(index, shape)).reshape(-1)


def _driver(key: Key) -> Callable[..., bool]:
    if key in _compiled:
        return _compiled[key]
    with _lock:
        if key not in _compiled:
            _compiled[key] = _compile(*key)
        return _compiled[key]


def _compile(dtype_name: str, convention: Convention, surface: str) -> Callable[..., bool]:
    """Compile the loop over rows for one precision and convention.

    No disk cache: numba's does not see that a constant changed, and a stale number is worse than two seconds.
    """
    import numba

    dtype = np.dtype(dtype_name)
    number = dtype.type
    integer, mantissa = _bit_layout(dtype)
    # inline="always": LLVM vectorises a loop only when the formula stands in it before its first pass.
    # error_model="numpy": no branch for a division by zero. No fastmath: NaN and every bit stay.
    inline = numba.njit(inline="always", error_model="numpy")

    @inline
    def scale(value, shifted):
        return integer(number(value).view(integer) + (number(shifted).view(integer) << mantissa)).view(number)

    @inline
    def choose(condition, yes, no):
        return yes if condition else no

    exponents, power, balance = _make_formula(dtype, convention, surface, scale=scale, choose=choose, inline=inline)
    zero = number(0)
    bounds = [number(v) for name in WEATHER for v in LIMITS[name][:2]]
    tmin_low, tmin_high, tmax_low, tmax_high, ea_low, ea_high, rs_low, rs_high, u2_low, u2_high = bounds

    @inline
    def sign(difference):
        return number(difference).view(integer)

    @inline
    def outside(value, low, high):
        # Negative where the value lies outside: signs of differences, put together, cost less than comparisons. NaN and
        # -0 may seem to lie outside, too.
        return sign(value - low) | sign(high - value)

    # Loops over the cells of a block take whole arrays and where to begin: views would be counted, one by one. Indices
    # have no sign: numba asks of others whether they count from the end, and such a loop does not become vectors.
    whole = np.uint64
    loop = numba.njit(inline="never", nogil=True, error_model="numpy")

    @inline
    def result(tmin, tmax, ea, rs, u2, cell, es_max, es_min, es_mean, square, inverse_ra, gamma, clear, i):
        low, high, vapour, sun, wind = tmin[cell], tmax[cell], ea[cell], rs[cell], u2[cell]
        ra, psychrometric, clear_sky = inverse_ra[i], gamma[i], clear[i]
        return balance(
            low, high, vapour, sun, wind, es_max, es_min, es_mean, square, ra, psychrometric, clear_sky, zero
        )

    @inline
    def impossible(tmin, tmax, ea, rs, u2, cell):
        low, high, vapour, sun, wind = tmin[cell], tmax[cell], ea[cell], rs[cell], u2[cell]
        temperature = outside(low, tmin_low, tmin_high) | outside(high, tmax_low, tmax_high) | sign(high - low)
        others = outside(vapour, ea_low, ea_high) | outside(sun, rs_low, rs_high) | outside(wind, u2_low, u2_high)
        return integer(temperature | others)

    @loop
    def evaluate(tmin, tmax, ea, rs, u2, first, size, inverse_ra, gamma, clear, out, again):
        """Write the result and return a negative number where a cell may hold an impossible one.

        Two cells at a time, because a processor looks ahead about as far as the equation is long, and its steps wait
        for each other. ``again`` is ``out``: of one array the compiler would not know that the two places differ.
        """
        bad = integer(0)  # as wide as a cell: the loop stays in full vectors
        half = size // whole(2)
        for i in range(half):
            a, k = first + i, i + half
            b = a + half
            max_a, min_a, mean_a, square_a = exponents(tmin[a], tmax[a])
            max_b, min_b, mean_b, square_b = exponents(tmin[b], tmax[b])
            max_a, max_b = power(max_a), power(max_b)
            min_a, min_b = power(min_a), power(min_b)
            mean_a, mean_b = power(mean_a), power(mean_b)
            out[a] = result(tmin, tmax, ea, rs, u2, a, max_a, min_a, mean_a, square_a, inverse_ra, gamma, clear, i)
            again[b] = result(tmin, tmax, ea, rs, u2, b, max_b, min_b, mean_b, square_b, inverse_ra, gamma, clear, k)
            bad = integer(bad | impossible(tmin, tmax, ea, rs, u2, a) | impossible(tmin, tmax, ea, rs, u2, b))
        for i in range(half + half, size):  # the last of an odd number
            a = first + i
            max_a, min_a, mean_a, square_a = exponents(tmin[a], tmax[a])
            max_a, min_a, mean_a = power(max_a), power(min_a), power(mean_a)
            out[a] = result(tmin, tmax, ea, rs, u2, a, max_a, min_a, mean_a, square_a, inverse_ra, gamma, clear, i)
            bad = integer(bad | impossible(tmin, tmax, ea, rs, u2, a))
        return bad

    @loop
    def look_up(table, rows, run, first, size, values):
        """Write the table's value of ``size`` cells from ``first`` on."""
        segment, offset, done = first // run, first % run, whole(0)
        while done < size:
            take, row = min(run - offset, size - done), whole(rows[segment])
            if table.shape[1] > 1:
                for i in range(take):
                    values[done + i] = table[row, offset + i]
            else:
                value = table[row, whole(0)]
                for i in range(take):
                    values[done + i] = value
            segment, offset, done = segment + whole(1), whole(0), done + take

    element = numba.from_dtype(dtype)
    cells = numba.types.Array(element, 1, "C", readonly=True)
    table = numba.types.Array(element, 2, "C", readonly=True)
    index = numba.types.Array(numba.int64, 1, "C", readonly=True)
    target = numba.types.Array(element, 1, "C")
    signature = numba.boolean(*[cells] * 5, table, index, numba.uint64, table, table, index, numba.uint64, target)

    @numba.njit(signature, nogil=True, error_model="numpy")
    def driver(tmin, tmax, ea, rs, u2, inverse_ra, sun_rows, sun_run, gamma, clear, air_rows, air_run, out):
        width = min(out.size, _BLOCK)
        block_inverse_ra, block_gamma, block_clear = (
            np.empty(width, number),
            np.empty(width, number),
            np.empty(width, number),
        )
        bad, first, end = integer(0), whole(0), whole(out.size)
        while first < end:
            size = min(whole(_BLOCK), end - first)
            if first == whole(0) or inverse_ra.size > 1:
                look_up(inverse_ra, sun_rows, sun_run, first, size, block_inverse_ra)
            if first == whole(0) or gamma.size > 1:
                look_up(gamma, air_rows, air_run, first, size, block_gamma)
                look_up(clear, air_rows, air_run, first, size, block_clear)
            bad |= evaluate(tmin, tmax, ea, rs, u2, first, size, block_inverse_ra, block_gamma, block_clear, out, out)
            first += size
        return bad < 0

    return driver
