"""Fit `etolib.fusion.usual.Errors`: how wrong the usual ETo of a day is expected to be (build time only).

    python tools/fit_usual.py --weather DIR --cities DIR [--scored stations.csv]

``--weather`` holds typical years as `tools/fit_departures.py` reads them: level and course of the climatology's error.
``--cities`` is the validation folder (`etolib.validation.places`): spells and years, of daily ETo of decades. Each is
the place where the likelihood of the monthly errors is greatest, found by steps along one constant after the other.
"""

from __future__ import annotations

import argparse
import math
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from fit_departures import eto_of, places

from etolib.fusion import usual
from etolib.fusion.usual import Blocks, Errors
from etolib.validation.places import load

MONTH = 365.25 / 12  # d; such blocks from 1970 on are the months of 2023 but for a day or two
STEPS = (1.5, 1.25, 1.1)


def typical_years(folder: Path, scored: Path | None) -> list[Blocks]:
    """Return the monthly errors of the climatology at the places of typical years."""
    return [
        Blocks.of(usual.of_weather(place.usual, place.site), eto_of(place.own, place.site), MONTH)
        for place in places(folder, scored)
    ]


def decades(folder: Path) -> list[Blocks]:
    """Return the monthly errors of the climatology at the cities of the validation."""
    found = []
    for place in load(folder):
        there = np.isfinite(place.reference)
        said = usual.of_dates(pd.DatetimeIndex(place.dates[there]), place.site)
        if said is not None:
            found.append(Blocks.of(said, place.reference[there], MONTH))
    return found


def likelihood(errors: Errors, found: Sequence[Blocks], *, months_apart: bool) -> float:
    """Return the logarithm of the likelihood; a typical year's months are of different years (``months_apart``)."""
    of_place = replace(errors, spells=0.0, years=0.0) if months_apart else errors
    total = 0.0
    for blocks in found:
        own = of_place.together(blocks.middle, blocks.middle) + np.diag(errors.days * blocks.variance)
        root = np.linalg.cholesky(own)
        rest = np.linalg.solve(root, blocks.error)
        total -= 0.5 * float(rest @ rest) + float(np.log(np.diag(root)).sum())
    return total


def fit(errors: Errors, names: Sequence[str], found: Sequence[Blocks], *, months_apart: bool) -> tuple[Errors, float]:
    """Return the constants at the greatest likelihood, ``names`` being free, and the likelihood."""
    best = likelihood(errors, found, months_apart=months_apart)
    for step in STEPS:
        moved = True
        while moved:
            moved = False
            for name in names:
                for factor in (step, 1 / step):
                    tried = replace(errors, **{name: getattr(errors, name) * factor})
                    value = likelihood(tried, found, months_apart=months_apart)
                    if value > best + 0.05:
                        errors, best, moved = tried, value, True
    return errors, best


def main() -> None:
    """Print the constants."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--weather", type=Path, required=True)
    parser.add_argument("--cities", type=Path, required=True)
    parser.add_argument("--scored", type=Path)
    given = parser.parse_args()
    start = Errors()
    years = typical_years(given.weather, given.scored)
    names = ("level", "wave", "course", "course_days", "days")
    for errors, best in ((start, math.nan), fit(start, names, years, months_apart=True)):
        print(
            f"{len(years)} typical years, log likelihood {best:.1f}:", {n: round(getattr(errors, n), 3) for n in names}
        )
    cities = decades(given.cities)
    names = ("spells", "spell_days", "years", "years_days", "days")
    errors, best = fit(start, names, cities, months_apart=False)
    print(f"{len(cities)} cities, log likelihood {best:.1f}:", {n: round(getattr(errors, n), 3) for n in names})


if __name__ == "__main__":
    main()
