"""The daily Penman-Monteith equation rearranged for speed, written once, for arrays and for the compiler.

`etolib.equations.daily.daily_terms` is the equation by the book. Here three divisions of the vapour pressure curve are
merged into one, the last two into one, and the exponential function is made of additions and multiplications only. The
result differs from the book's order of operations by rounding only (below 1e-12 mm day-1).

It holds only operations that IEEE 754 defines to the last bit (+ - * / sqrt, comparison, shifts), so numpy and numba
give the same bits.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from etolib.equations import constants as c
from etolib.equations.conventions import Convention

WEATHER = ("tmin", "tmax", "ea", "rs", "u2")
"""The inputs of the equation that are weather, in the order of the compiled loop."""

Key = tuple[str, Convention, str]
"""Precision, convention and surface: what a formula is made for."""


class Formula(NamedTuple):
    """The equation in three steps: ETo is the balance of the weather, the powers of its exponents, and tables."""

    exponents: Callable[..., Any]
    power: Callable[..., Any]
    balance: Callable[..., Any]


def make_formula(
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
    # Long: its steps share the constants, and the compiler must find them in one closure.
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


def bit_layout(dtype: np.dtype) -> tuple[Any, Any]:
    """Return the type of whole numbers as wide as ``dtype``, and the bits behind its exponent."""
    integer = np.int64 if dtype == np.float64 else np.int32
    return integer, integer(np.finfo(dtype).nmant)


def padded(array: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """Return an array with as many dimensions as a shape."""
    return array.reshape((1,) * (len(shape) - array.ndim) + array.shape)
