"""The compiled loops of `etolib.fusion.screen`: numba makes vectors of single precision of them.

They need not give the bits that numpy gives, so they may fuse additions and products, and have their own exponential
and logarithm; what they find is computed again.
"""

from __future__ import annotations

import math
import threading
from collections.abc import Callable
from functools import cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from etolib.equations import constants as c
from etolib.equations.compiled import compile_formula
from etolib.equations.conventions import FAO56
from etolib.fusion.contenders import MOST, STEPS, STRAY, Mask, Screen, Single, Whole, ends_of
from etolib.fusion.weathers import DAY, WEATHERS, Expected, make_steps, points


def _every(expected: Expected) -> Whole:
    out = np.empty((expected.days, WEATHERS), np.int32)
    _loops(expected.of_maps).every(_flat(expected), points("float32").ravel(), out)
    return out


def _some(expected: Expected, day: NDArray[np.int64], which: NDArray[np.int64]) -> Single:
    out = np.empty((*day.shape, which.shape[1]), np.float32)
    _loops(expected.of_maps).some(_flat(expected), points("float32"), day, which, out)
    return out


def _flat(expected: Expected) -> Single:
    return expected.table.T.astype(np.float32, order="C").ravel()


def _mark(
    known: NDArray[np.int64], left: NDArray[np.int64], every: Whole, lowest: Single, highest: Single
) -> tuple[Mask, Single, NDArray[np.int64]]:
    contend, stray = np.empty((len(left), WEATHERS), bool), np.empty((len(left), WEATHERS), np.float32)
    below = np.empty((len(lowest), len(left)), np.int64)
    gaps = np.diff(known).astype(np.float32)
    _marking()(every, gaps, left, *ends_of(left), lowest, highest, contend, stray, below)
    return contend, stray, below


compiled = Screen(_every, _some, _mark)
"""The screen compiled, at its first use."""

_lock = threading.Lock()  # numba compiles one thing at a time


def _loops(of_maps: bool) -> _Loops:
    with _lock:
        return _make_loops(of_maps)


def _marking() -> Callable[..., None]:
    with _lock:
        return _make_marking()


class _Loops(NamedTuple):
    """The loops of `Screen`, which write what they find to their last argument."""

    every: Callable[..., None]
    some: Callable[..., None]


@cache
def _make_loops(of_maps: bool) -> _Loops:
    """Compile the loops over days."""
    import numba

    evaluate = _evaluation(of_maps)
    single, whole = numba.types.Array(numba.float32, 1, "C", readonly=True), np.int32
    table = numba.types.Array(numba.float32, 2, "C", readonly=True)
    scale, bound, unknown, weathers = np.float32(STEPS), np.float32(MOST), np.float32(-MOST), np.int32(WEATHERS)

    @numba.njit(numba.void(single, single, numba.int32[:, ::1]), nogil=True, error_model="numpy")
    def every(days: Any, points: Any, out: Any) -> None:
        work = np.empty(5 * WEATHERS, np.float32)
        for day in range(out.shape[0]):
            evaluate(days, np.uint64(day * DAY), points, np.uint64(WEATHERS), work)
            row = out[day]
            for i in range(np.uint64(WEATHERS)):
                steps = work[i] * scale
                known = steps if abs(steps) < bound else unknown
                row[i] = whole(whole(known) * weathers + whole(i))

    @numba.njit(
        numba.void(single, table, numba.int64[:, ::1], numba.int64[:, ::1], numba.float32[:, :, ::1]),
        nogil=True,
        error_model="numpy",
    )
    def some(days: Any, points: Any, day: Any, which: Any, out: Any) -> None:
        work, chosen = np.empty(5 * WEATHERS, np.float32), np.empty(8 * WEATHERS, np.float32)
        spans, length, many = out.shape
        for span in range(spans):
            for number in range(points.shape[0]):
                for i in range(many):
                    chosen[number * WEATHERS + i] = points[number, which[span, i]]
            for d in range(length):
                evaluate(days, np.uint64(day[span, d] * DAY), chosen, np.uint64(many), work)
                row = out[span, d]
                for i in range(many):
                    row[i] = work[i] * scale

    return _Loops(every, some)


@cache
def _make_marking() -> Callable[..., None]:
    """Compile what `etolib.fusion.contenders.mark` finds of spans; both ways may differ in the last bit."""
    # Long: one pass for each thing that is found of a span, so that each becomes vectors.
    import numba

    f, days = numba.float32, numba.int64[::1]
    edges, bits, many = f[:, :, ::1], np.int32(WEATHERS.bit_length() - 1), np.uint64(WEATHERS)
    half, one, least = np.float32(0.5), np.float32(1), np.float32(STRAY * STEPS)

    @numba.njit(
        numba.void(
            numba.int32[:, ::1], f[::1], days, days, days, edges, edges, numba.boolean[:, ::1], f[:, ::1],
            numba.int64[:, ::1],
        ),
        nogil=True,
        error_model="numpy",
    )  # fmt: skip
    def mark(
        every: Any, gaps: Any, left: Any, first: Any, last: Any, lowest: Any, highest: Any, contend: Any, stray: Any,
        below: Any,
    ) -> None:  # fmt: skip
        for span in range(len(left)):
            day, a, b = left[span], first[span], last[span]
            a0, a1, a2 = every[a - 1], every[a], every[a + 1]
            b0, b1, b2 = every[b - 1], every[b], every[b + 1]
            start, end = every[day], every[day + 1]
            before_a, after_a, before_b, after_b = one / gaps[a - 1], one / gaps[a], one / gaps[b - 1], one / gaps[b]
            wide = gaps[day] * half
            room, found = stray[span], contend[span]
            for i in range(many):
                x0, x1, x2 = a0[i] >> bits, a1[i] >> bits, a2[i] >> bits
                y0, y1, y2 = b0[i] >> bits, b1[i] >> bits, b2[i] >> bits
                bend = abs(np.float32(x2 - x1) * after_a - np.float32(x1 - x0) * before_a)
                bend += abs(np.float32(y2 - y1) * after_b - np.float32(y1 - y0) * before_b)
                room[i] = bend * wide + least
                found[i] = False
            for rank in range(len(lowest)):
                low0, low1 = lowest[rank, span, 0], lowest[rank, span, 1]
                high0, high1 = highest[rank, span, 0], highest[rank, span, 1]
                for i in range(many):
                    x, y = np.float32(start[i] >> bits), np.float32(end[i] >> bits)
                    most = x - low0 if x - low0 > y - low1 else y - low1
                    fewest = x - high0 if x - high0 < y - high1 else y - high1
                    found[i] = found[i] | ((most >= -room[i]) & (fewest <= room[i]))
            for rank in range(len(lowest)):
                low0, low1 = lowest[rank, span, 0], lowest[rank, span, 1]
                count = np.int32(0)
                for i in range(many):
                    x, y = np.float32(start[i] >> bits), np.float32(end[i] >> bits)
                    most = x - low0 if x - low0 > y - low1 else y - low1
                    count += np.int32((most < -room[i]) & (not found[i]))
                below[rank, span] = count

    return mark


def _evaluation(of_maps: bool) -> Callable[..., Any]:
    """Return what computes the ETo of weathers of a day."""
    # Long: the compiler must find functions and constants in one closure.
    import numba

    single = np.float32
    exponents, power, balance = compile_formula(("float32", FAO56, "short"))
    inline = numba.njit(inline="always", error_model="numpy")
    log2_e, of_power, ln2 = single(math.log2(math.e)), single(2 / c.TETENS_E0), single(math.log(2))
    third, fifth, seventh, ninth = (single(1 / n) for n in (3, 5, 7, 9))
    one, two, zero = single(1), single(2), single(0)
    # Indices have no sign: numba asks of others whether they count from the end.
    n1, n2, n3, n4, n5, n6, n7 = (np.uint64(WEATHERS * i) for i in range(1, 8))
    half_root, mantissa = np.int32(np.float32(math.sqrt(0.5)).view(np.int32)), np.int32(23)

    @inline
    def exp(x: Any) -> Any:
        return power(x * log2_e) * of_power

    @inline
    def log(x: Any) -> Any:
        # x = 2**k m with m from sqrt(1/2) to sqrt(2), and log m by the series of the inverse hyperbolic tangent.
        bits = single(x).view(np.int32)
        k = np.int32((bits - half_root) >> mantissa)
        m = np.int32(bits - (k << mantissa)).view(single)
        s = (m - one) / (m + one)
        s2 = s * s
        return single(k) * ln2 + two * s * (one + s2 * (third + s2 * (fifth + s2 * (seventh + s2 * ninth))))

    @inline
    def least(a: Any, b: Any) -> Any:
        return a if a < b else single(b)

    @inline
    def most(a: Any, b: Any) -> Any:
        return a if a > b else single(b)

    radiation, temperatures, humidity, wind, vapour = make_steps(
        single, of_maps, exp=exp, log=log, least=least, most=most, inline=inline
    )
    # One loop for each step: a processor looks ahead only so far, and the operations of a step wait for each other.
    # Flat arrays: the compiler sees that their parts do not overlap.
    given, whole = numba.types.Array(numba.float32, 1, "C", readonly=True), numba.uint64
    signature = numba.void(given, whole, given, whole, numba.float32[::1])

    @numba.njit(signature, inline="never", nogil=True, error_model="numpy", fastmath={"contract", "nsz"})
    def evaluate(table: Any, first: Any, p: Any, many: Any, work: Any) -> None:
        """Write the ETo of the first weathers of ``p`` on a day to the start of ``work``."""
        t = first
        day = (table[t], table[t + 1], table[t + 2], table[t + 3], table[t + 4])
        for i in range(many):
            work[i] = radiation(day, p[i], p[i + n6])
        t = first + 5
        heat = (
            table[t], table[t + 1], table[t + 2], table[t + 3], table[t + 4], table[t + 5], table[t + 6],
            table[t + 7], table[t + 8],
        )  # fmt: skip
        for i in range(many):
            low, high = temperatures(heat, p[i + n1], p[i + n2], p[i + n3], p[i + n7])
            work[i + n1], work[i + n2] = low, high
        t = first + 14
        damp = (table[t], table[t + 1], table[t + 2], table[t + 3], table[t + 4], table[t + 5])
        for i in range(many):
            work[i + n3] = humidity(damp, p[i + n1], p[i + n2], p[i + n3], p[i + n4], p[i + n7])
        t = first + 20
        air = (table[t], table[t + 1], table[t + 2], table[t + 3], table[t + 4], table[t + 5], table[t + 6])
        for i in range(many):
            work[i + n4] = wind(air, p[i + n1], p[i + n2], p[i + n3], p[i + n4], p[i + n5], p[i + n7])
        of_sun, gamma, clear = table[first + 27], table[first + 28], table[first + 29]
        for i in range(many):
            low, high = work[i + n1], work[i + n2]
            at_max, at_min, at_mean, square = exponents(low, high)
            es_max, es_min, es_mean = power(at_max), power(at_min), power(at_mean)
            ea = vapour(work[i + n3], es_max + es_min)
            work[i] = balance(
                low, high, ea, work[i], work[i + n4], es_max, es_min, es_mean, square, of_sun, gamma, clear, zero
            )

    return evaluate
