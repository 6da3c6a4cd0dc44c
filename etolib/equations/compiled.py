"""The compiled run of the daily equation: numba makes one loop over cells for each precision and convention.

numba is imported and the formula compiled (1 to 3 s) with the first call. The compiled code holds no lock and starts no
thread: dask runs it in as many threads as it has.
"""

# What numba compiles has no annotations: the signature of the loop says the types.

from __future__ import annotations

import functools
import math
import threading
from collections.abc import Callable
from typing import Any

import numpy as np

from etolib.equations.formula import WEATHER, Formula, Key, bit_layout, make_formula, padded
from etolib.extras import needed
from etolib.units import LIMITS

_BLOCK = 4224  # cells: half of it is no multiple of a page, or both halves would share a place in the cache

_lock = threading.Lock()
_compiled: dict[Key, Callable[..., bool]] = {}


def run_compiled(
    weather: list[np.ndarray],
    sun: list[np.ndarray],
    air: list[np.ndarray],
    shape: tuple[int, ...],
    dtype: np.dtype,
    key: Key,
) -> tuple[np.ndarray, bool]:
    """Return the result, and whether a cell may hold an impossible number."""
    if all(a.shape == shape and a.dtype == dtype and a.flags.c_contiguous for a in weather):
        cells = [a.reshape(-1) for a in weather]
        order, turned = None, shape
    else:
        order = _memory_order(weather, shape)
        turned = tuple(shape[axis] for axis in order)
        full = (padded(a, shape).transpose(order).astype(dtype, copy=False) for a in weather)
        cells = [np.ascontiguousarray(np.broadcast_to(a, turned)).reshape(-1) for a in full]
    out = np.empty(math.prod(turned), dtype)
    bad = driver(key)(*cells, *_in_runs(sun, shape, order), *_in_runs(air, shape, order), out)
    out = out.reshape(turned)
    return (out if order is None else out.transpose(np.argsort(order))), bad


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
    arrays = [padded(a, shape) for a in arrays]
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


def is_ready(key: Key) -> bool:
    """Return whether the loop is compiled already."""
    return key in _compiled


def driver(key: Key) -> Callable[..., bool]:
    """Return the compiled loop, compiling it where this is the first call."""
    if key in _compiled:
        return _compiled[key]
    with _lock:
        if key not in _compiled:
            _compiled[key] = _compile(key)
        return _compiled[key]


def _compile(key: Key) -> Callable[..., bool]:
    """Compile the loop over rows for one precision, convention and surface.

    No disk cache: numba's does not see that a constant changed, and a stale number is worse than two seconds.
    """
    with needed():
        import numba

    dtype = np.dtype(key[0])
    number = dtype.type
    integer, _ = bit_layout(dtype)
    whole = np.uint64
    evaluate, look_up = _compile_evaluate(compile_formula(key), dtype), _compile_look_up()
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


def compile_formula(key: Key) -> Formula:
    """Return the three steps of the equation as numba inlines them into a loop."""
    with needed():
        import numba

    dtype = np.dtype(key[0])
    number = dtype.type
    integer, mantissa = bit_layout(dtype)
    # inline="always": LLVM vectorises a loop only when the formula stands in it before its first pass.
    # error_model="numpy": no branch for a division by zero. No fastmath: NaN and every bit stay.
    inline = numba.njit(inline="always", error_model="numpy")

    @inline
    def scale(value, shifted):
        return integer(number(value).view(integer) + (number(shifted).view(integer) << mantissa)).view(number)

    @inline
    def choose(condition, yes, no):
        return yes if condition else no

    return make_formula(dtype, key[1], key[2], scale=scale, choose=choose, inline=inline)


# Longer than a function should be: the compiler makes vectors of the loop only where it sees all of it at once.
def _compile_evaluate(formula: Formula, dtype: np.dtype[Any]) -> Callable[..., Any]:
    """Return the loop over the cells of a block."""
    import numba

    exponents, power, balance = formula
    number = dtype.type
    integer, _ = bit_layout(dtype)
    inline = numba.njit(inline="always", error_model="numpy")
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

    return evaluate


def _compile_look_up() -> Callable[..., Any]:
    """Return the copy of a table's rows into the numbers of a block."""
    import numba

    whole = np.uint64

    @numba.njit(inline="never", nogil=True, error_model="numpy")
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

    return look_up
