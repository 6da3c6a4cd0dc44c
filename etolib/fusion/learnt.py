"""What a reference says of the bias of a place's sources, tried on days held back."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from etolib.fusion import bias
from etolib.fusion.members import Members, Recipe
from etolib.words import Text, say

LEARN_DAYS = 60
"""Days a reference and the sources must share before a bias is learnt: two months; below it the trial on held-back
days says nothing."""

FOLDS = 5
"""Stretches of the reference held back in turn to see whether what is learnt helps."""


@dataclass(frozen=True)
class Learnt:
    """What a reference has shown of the grids of a place.

    Attributes
    ----------
    days : int
        Reference days learnt from.
    ratio : pandas.Series
        Reference over uncorrected ETo by month, from the bias states; index 1 to 12. [1]
    wind_factor : float
        Factor on the grid's wind that the wind state amounts to. [1]
    rmse_before, rmse_after : float
        On days held back, without and with what was learnt from the others. [mm day-1]
    used : bool
        Whether it helped there, and so is used.
    text : Text
        One sentence.
    """

    days: int
    ratio: pd.Series
    wind_factor: float
    rmse_before: float
    rmse_after: float
    used: bool
    text: Text


def learn(members: Members, reference: np.ndarray) -> Learnt | None:
    """Learn the bias of the chosen inputs from a reference, and try it on days held back.

    Parameters
    ----------
    members : Members
    reference : ndarray, shape (days,)
        NaN where absent. [mm day-1]

    Returns
    -------
    Learnt or None
        None with fewer than `LEARN_DAYS` days both have.
    """
    recipe = next(iter(members.used), None)
    if recipe is None:
        return None
    eto = members.of(recipe)[0]
    both = np.flatnonzero(np.isfinite(eto) & np.isfinite(reference))
    if len(both) < LEARN_DAYS:
        return None
    held = np.full(len(eto), np.nan)
    for part in np.array_split(both, FOLDS):
        rest = reference.copy()
        rest[part] = np.nan
        held[part] = bias.correct(eto, _states_bias(members, recipe, rest)[0])[part]
    before = float(np.sqrt(np.mean((eto - reference)[both] ** 2)))
    after = float(np.sqrt(np.mean((held - reference)[both] ** 2)))
    log_bias, states = _states_bias(members, recipe, reference)
    ratio = pd.Series(np.exp(log_bias)).groupby(members.month).mean().reindex(range(1, 13))
    factor = float(np.exp2(states.mean[0, bias.WIND]))
    used = after < before
    off = 100 * (float(np.exp(-log_bias[both].mean())) - 1)
    text = say(
        "correction_used" if used else "correction_not_used",
        count=len(both),
        off=deviation(off),
        before=f"{before:.2f}",
        after=f"{after:.2f}",
    )
    return Learnt(len(both), ratio, factor, before, after, used, text)


def deviation(percent: float) -> Text:
    """Return in words how far a mean is from the truth.

    >>> deviation(8.6), deviation(-2.1), deviation(0.3)
    ('9 % too high on average', '2 % too low on average', 'right on average')
    """
    rounded = round(percent)
    if not rounded:
        return say("eto_right")
    return say("eto_too_high" if rounded > 0 else "eto_too_low", percent=str(abs(rounded)))


def _states_bias(members: Members, recipe: Recipe, reference: np.ndarray) -> tuple[np.ndarray, bias.States]:
    eto, slope = members.of(recipe)
    found = bias.track(eto[:, None], slope[:, None], reference[:, None], members.day_of_year)
    states = found.last.at_rest()
    mean, _ = bias.expected(states, np.nan_to_num(slope)[:, None], members.day_of_year)
    return mean[:, 0], states
