"""What is wrong with the numbers that a water balance is asked with.

References
----------
FAO-56 as in `etolib.water`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from etolib.errors import Problem
from etolib.words import say

BOUNDS: Mapping[str, tuple[float, float]] = {
    "kc": (0.0, 2.0), "stages": (0, 3000), "root_depth": (0.01, 20.0), "height": (0.01, 40.0), "p": (0.05, 0.95),
    "initial_depletion": (0.0, 1.0), "efficiency": (0.05, 1.0), "allowed": (0.05, 3.0), "depth": (0.1, 500.0),
    "curve_number": (1.0, 100.0), "subsoil": (0.0, 1.0), "field_capacity": (0.01, 0.8), "wilting_point": (0.0, 0.6),
}  # fmt: skip
"""Least and largest of each number: coefficients, days, m, shares, mm, m3 m-3."""

_SINGLE = ("height", "p", "initial_depletion", "efficiency", "allowed", "depth", "curve_number", "subsoil")


def numbers(account: Any) -> list[Problem]:
    """Return what is wrong with the numbers of an account, by their argument."""
    given = [(name, getattr(account, name)) for name in _SINGLE if getattr(account, name) is not None]
    for name, count in (("kc", 3), ("stages", 4)):
        values = getattr(account, name)
        if values is not None:
            many = isinstance(values, list | tuple | np.ndarray)
            values = list(values) if many else [values]
            given += [(name, one) for one in values if one is not None or name == "stages"]
            if len(values) != count and (many or name == "stages"):
                return [Problem(name, values, say("must_have_values", number=count))]
    roots = account.root_depth
    if isinstance(roots, list | tuple) and len(roots) != 2:
        return [Problem("root_depth", list(roots), say("must_have_values", number=2))]
    if isinstance(account.planting, list | tuple) and not account.planting:
        return [Problem("planting", None, say("is_missing"), say("write_date_like"))]
    if roots is not None:
        given += [("root_depth", one) for one in (roots if isinstance(roots, list | tuple) else [roots])]
    problems = [
        Problem(name, value, say("must_be_number_between", low=BOUNDS[name][0], high=BOUNDS[name][1]))
        for name, value in given
        if isinstance(value, bool | str | None) or not BOUNDS[name][0] <= value <= BOUNDS[name][1]
    ]
    return problems or _lengths(account.stages)


def _lengths(stages: Any) -> list[Problem]:
    """Return what is wrong with lengths of stages that are numbers of days each."""
    if stages is None:
        return []
    lengths = list(stages)
    if any(length != int(length) for length in lengths):
        return [Problem("stages", lengths, say("must_be_whole_days"))]
    return [] if sum(lengths) else [Problem("stages", lengths, say("must_hold_a_day"))]
