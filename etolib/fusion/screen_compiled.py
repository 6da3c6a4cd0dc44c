"""The compiled loop of `etolib.fusion.screen`: numba makes vectors of single precision of it.

It need not give the bits that numpy gives, so it may fuse additions and products, and has its own exponential and
logarithm; what it finds is computed again.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from etolib.equations import constants as c
from etolib.equations.compiled import compile_formula
from etolib.equations.conventions import FAO56
from etolib.fusion.weathers import DAY, WEATHERS, make_steps


def make_loop(of_maps: bool, steps_of_mm: int, most: int) -> Callable[..., None]:
    """Compile the loop over days; what it writes is told by `etolib.fusion.screen.Screen`."""
    import numba

    evaluate = _evaluation(of_maps)
    single, whole = numba.types.Array(numba.float32, 1, "C", readonly=True), np.int32
    scale, bound, unknown, weathers = np.float32(steps_of_mm), np.float32(most), np.float32(-most), np.int32(WEATHERS)

    @numba.njit(numba.void(single, single, numba.int32[:, ::1]), nogil=True, error_model="numpy")
    def loop(table: Any, points: Any, out: Any) -> None:
        work = np.empty(5 * WEATHERS, np.float32)
        for day in range(out.shape[0]):
            evaluate(table, np.uint64(day * DAY), points, work)
            row = out[day]
            for i in range(np.uint64(WEATHERS)):
                steps = work[i] * scale
                known = steps if abs(steps) < bound else unknown
                row[i] = whole(whole(known) * weathers + whole(i))

    return loop


def _evaluation(of_maps: bool) -> Callable[..., Any]:
    """Return the ETo of all weathers of a day."""
    # Long: the compiler must find functions and constants in one closure.
    import numba

    single = np.float32
    exponents, power, balance = compile_formula(("float32", FAO56, "short"))
    inline = numba.njit(inline="always", error_model="numpy")
    log2_e, of_power, ln2 = single(math.log2(math.e)), single(2 / c.TETENS_E0), single(math.log(2))
    third, fifth, seventh, ninth = (single(1 / n) for n in (3, 5, 7, 9))
    one, two, zero = single(1), single(2), single(0)
    many = np.uint64(WEATHERS)  # indices have no sign: numba asks of others whether they count from the end
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
    loop = numba.njit(inline="never", nogil=True, error_model="numpy", fastmath={"contract", "nsz"})

    @loop
    def evaluate(table: Any, first: Any, p: Any, work: Any) -> None:
        """Write the ETo of all weathers of a day to the start of ``work``."""
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
