"""Bias of one member's ETo as slow states of a Kalman filter, over many places at once.

What is filtered is the *logarithm of reference / member*, never ETo itself: weather is not noise. Seven states:

| state                    | acts through                     | meaning                                              |
|--------------------------|----------------------------------|------------------------------------------------------|
| level                    | 1                                | relative bias; a very slow random walk               |
| annual_cos, annual_sin   | cos, sin of the day of year      | seasonal bias                                        |
| semi_cos, semi_sin       | the same, twice a year           | seasonal bias of two seasons                         |
| wind                     | slope of log ETo to log2-wind    | the wind of a grid is not that of a station          |
| drift                    | 1, forgotten within months       | a wet or dry year, a sensor: returns to 0 by itself  |

The wind state is what carries over from place to place: gridded wind differs from wind measured over grass by a
factor, and the equation itself says how much that factor matters on each day.

How the constants were chosen, without the days that are scored: `etolib.validation.constants`.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

from etolib.extras import usable

STATES = ("level", "annual_cos", "annual_sin", "semi_cos", "semi_sin", "wind", "drift")
"""Names of the states, in order. All but ``wind`` are logarithms of a ratio; ``wind`` multiplies the wind slope."""

WIND = STATES.index("wind")
DRIFT = STATES.index("drift")

PRIOR_SD = (0.15, 0.05, 0.05, 0.03, 0.03, 0.5, 0.03)
"""Standard deviation of each state before anything is known."""

BETWEEN_SD = (0.05, 0.02, 0.02, 0.015, 0.015, 0.25)
"""Prior standard deviation of the states between places of one region (all but the drift)."""

BETWEEN_WEIGHT = 4
"""How many places the prior `BETWEEN_SD` counts as."""

LEVEL_WALK = 0.001  # per square root of a year
DRIFT_DAYS = 90.0
NOISE = 0.4  # mm day-1
INFLATION = 3.0
GATE = 4.0
LEAST = 0.1  # mm day-1
RANGE_KM = 500.0
NUGGET = 0.1
YEAR = 365.25


@dataclass(frozen=True)
class States:
    """Mean and covariance of the states of several places.

    Attributes
    ----------
    mean : ndarray, shape (places, 7)
    covariance : ndarray, shape (places, 7, 7)
    """

    mean: np.ndarray
    covariance: np.ndarray

    def at_rest(self) -> States:
        """Return the same with the drift forgotten: what is known of a day far from the last reference."""
        mean, covariance = self.mean.copy(), self.covariance.copy()
        mean[:, DRIFT] = 0.0
        covariance[:, DRIFT, :] = covariance[:, :, DRIFT] = 0.0
        covariance[:, DRIFT, DRIFT] = PRIOR_SD[DRIFT] ** 2
        return States(mean, covariance)


@dataclass(frozen=True)
class Track:
    """What the filter knew of each day *before* it saw that day's reference.

    Attributes
    ----------
    log_bias, variance : ndarray, shape (days, places)
        Mean and variance of log(reference / member).
    innovation : ndarray, shape (days, places)
        (seen - expected) in standard errors, NaN without a reference.
    last : States
        States after the last day.
    """

    log_bias: np.ndarray
    variance: np.ndarray
    innovation: np.ndarray
    last: States


def unknown(places: int) -> States:
    """Return the states of places of which nothing is known: no bias, with the uncertainty `PRIOR_SD`.

    >>> unknown(2).mean.shape, unknown(2).covariance.shape
    ((2, 7), (2, 7, 7))
    """
    covariance = np.repeat(np.diag(np.square(PRIOR_SD))[None], places, axis=0)
    return States(np.zeros((places, len(STATES))), covariance)


def seasons(day_of_year: np.ndarray) -> np.ndarray:
    """Return the seasonal regressors cos, sin, cos 2, sin 2 of the day of year; shape (days, 4)."""
    angle = 2 * np.pi * np.asarray(day_of_year, float) / YEAR
    return np.stack([np.cos(angle), np.sin(angle), np.cos(2 * angle), np.sin(2 * angle)], axis=1)


def track(
    eto: np.ndarray, slope: np.ndarray, reference: np.ndarray, day_of_year: np.ndarray, start: States | None = None
) -> Track:
    """Run the filter over all days of all places.

    Parameters
    ----------
    eto : ndarray, shape (days, places)
        ETo of one member. [mm day-1]
    slope : ndarray, shape (days, places)
        Its wind slope, see `etolib.fusion.members.wind_slope`. [1]
    reference : ndarray, shape (days, places)
        Reference ETo, NaN where there is none (or it is hidden). [mm day-1]
    day_of_year : ndarray, shape (days,)
        1 to 366.
    start : States, optional
        States before the first day; `unknown` by default.

    Returns
    -------
    Track

    Examples
    --------
    >>> days = np.arange(1, 366)
    >>> member = np.full((365, 1), 5.0)
    >>> found = track(member, np.zeros((365, 1)), 0.8 * member, days)
    >>> round(float(np.exp(found.log_bias[-1, 0])), 2)
    0.8
    """
    eto, slope, reference = (np.ascontiguousarray(a, dtype=float) for a in (eto, slope, reference))
    places = eto.shape[1]
    start = unknown(places) if start is None else start
    decay = np.ones(len(STATES))
    decay[DRIFT] = np.exp(-1 / DRIFT_DAYS)
    walk = np.zeros(len(STATES))
    walk[0] = LEVEL_WALK**2 / YEAR
    walk[DRIFT] = PRIOR_SD[DRIFT] ** 2 * (1 - decay[DRIFT] ** 2)
    mean, covariance = start.mean.copy(), start.covariance.copy()
    log_bias, variance, innovation = _filter()(
        eto, slope, reference, seasons(day_of_year), mean, covariance, decay, walk, NOISE**2 * INFLATION, GATE, LEAST
    )
    return Track(log_bias, variance, innovation, States(mean, covariance))


def expected(states: States, slope: np.ndarray, day_of_year: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return mean and variance of the log bias that fixed states give; shapes (days, places).

    >>> mean, variance = expected(unknown(1), np.zeros((2, 1)), np.array([1, 183]))
    >>> mean.tolist(), variance.round(3).tolist()
    ([[0.0], [0.0]], [[0.027], [0.027]])
    """
    rows = np.ones((len(STATES), slope.shape[0]))
    rows[1:5] = seasons(day_of_year).T
    mean, variance = np.zeros(slope.shape), np.zeros(slope.shape)
    for place in range(slope.shape[1]):
        rows[WIND] = slope[:, place]
        # Term by term, not as a product of matrices, whose last bit depends on how many days there are.
        for i, row in enumerate(rows):
            mean[:, place] += row * states.mean[place, i]
            for j, other in enumerate(rows):
                variance[:, place] += row * other * states.covariance[place, i, j]
    return mean, variance


def correct(eto: np.ndarray, log_bias: np.ndarray) -> np.ndarray:
    """Return a member's ETo with its bias taken off. [mm day-1]

    The mean of a log-normal lies above its median by half its variance; the noise of a day is `NOISE`.
    """
    noise = np.minimum(NOISE / np.maximum(np.abs(eto), LEAST), 0.2)
    corrected: np.ndarray = eto * np.exp(log_bias + noise**2 / 2)
    return corrected


def from_neighbours(to_place: np.ndarray, between: np.ndarray, neighbours: States) -> States:
    """Return the states expected at a place from those learnt at others (ordinary kriging, one place).

    Parameters
    ----------
    to_place : ndarray, shape (n,)
        Distance of each neighbour. [km]
    between : ndarray, shape (n, n)
        Distances between the neighbours. [km]
    neighbours : States
        What was learnt there.

    Returns
    -------
    States
        Of one place. Far from all neighbours it is their mean with the variance between places; without neighbours it
        is `unknown`. The level is never pulled to zero.

    Examples
    --------
    >>> learnt = States(np.array([[0.1] + [0.0] * 6, [0.3] + [0.0] * 6]), np.zeros((2, 7, 7)))
    >>> near = from_neighbours(np.array([0.0, 400.0]), np.array([[0.0, 400.0], [400.0, 0.0]]), learnt)
    >>> bool(0.1 <= near.mean[0, 0] < 0.2)
    True
    """
    count = len(to_place)
    if count == 0:
        return unknown(1)
    values = neighbours.mean[:, :DRIFT]
    matrix = (1 - NUGGET) * np.exp(-between / RANGE_KM) + NUGGET * np.eye(count)
    towards = (1 - NUGGET) * np.exp(-to_place / RANGE_KM)
    inverse = np.linalg.inv(matrix)
    total = inverse.sum()
    weights = inverse @ towards + inverse.sum(axis=1) * (1 - (inverse @ towards).sum()) / total
    common = inverse.sum(axis=0) @ values / total
    spread = ((values - common) ** 2).sum(axis=0) + BETWEEN_WEIGHT * np.square(BETWEEN_SD)
    spread /= max(count - 1, 0) + BETWEEN_WEIGHT
    unexplained = 1 - 2 * weights @ towards + weights @ matrix @ weights
    mean = np.zeros((1, len(STATES)))
    mean[0, :DRIFT] = weights @ values
    covariance = np.zeros((1, len(STATES), len(STATES)))
    covariance[0, :DRIFT, :DRIFT] = np.diag(spread * max(unexplained, 0.0))
    covariance[0, :DRIFT, :DRIFT] += np.einsum("k,kij->ij", weights**2, neighbours.covariance[:, :DRIFT, :DRIFT])
    covariance[0, DRIFT, DRIFT] = PRIOR_SD[DRIFT] ** 2
    return States(mean, covariance)


@cache
def _filter() -> Any:
    """Return the time loop, compiled when it is first needed where that can be: the numbers are the same."""
    if not usable("numba"):
        return _loop
    import numba

    return numba.njit(cache=True, nogil=True)(_loop)


def _loop(
    eto: np.ndarray, slope: np.ndarray, reference: np.ndarray, season: np.ndarray, mean: np.ndarray,
    covariance: np.ndarray, decay: np.ndarray, walk: np.ndarray, noise: float, gate: float, least: float,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:  # fmt: skip
    """Predict and update every place, day by day; ``mean`` and ``covariance`` are changed in place."""
    days, places = eto.shape
    log_bias = np.full((days, places), np.nan)
    variance = np.full((days, places), np.nan)
    innovation = np.full((days, places), np.nan)
    row = np.empty(7)
    gain = np.empty(7)
    row[0] = 1.0
    row[6] = 1.0
    drift = decay[6]
    for day in range(days):
        for i in range(4):
            row[1 + i] = season[day, i]
        for place in range(places):
            x = mean[place]
            p = covariance[place]
            # Only the level walks and only the drift decays.
            x[6] *= drift
            for i in range(6):
                p[i, 6] *= drift
                p[6, i] *= drift
            p[6, 6] = p[6, 6] * drift * drift + walk[6]
            p[0, 0] += walk[0]
            member = eto[day, place]
            if member != member:
                continue
            wind = slope[day, place]
            row[5] = wind if wind == wind else 0.0
            expected_bias = 0.0
            spread = 0.0
            for i in range(7):
                total = 0.0
                for j in range(7):
                    total += p[i, j] * row[j]
                gain[i] = total
                expected_bias += row[i] * x[i]
                spread += row[i] * total
            log_bias[day, place] = expected_bias
            variance[day, place] = spread
            seen = reference[day, place]
            if not (seen > least and member > least):
                continue
            error = np.log(seen / member) - expected_bias
            size = spread + noise / (member * member)
            innovation[day, place] = error / np.sqrt(size)
            if error * error > gate * gate * size:
                continue
            for i in range(7):
                share = gain[i] / size
                x[i] += share * error
                for j in range(i, 7):
                    p[i, j] -= share * gain[j]
                    p[j, i] = p[i, j]
    return log_bias, variance, innovation
