"""Intervals on simulated errors with known answers."""

import numpy as np
import pytest

from etolib.fusion import intervals
from etolib.validation.scores import interval_score

RNG = np.random.default_rng(8)
DAYS = 8000
MONTH = np.arange(DAYS) // 30 % 12 + 1


@pytest.mark.parametrize("tails", ["normal", "heavy"])
def test_intervals_hold_what_they_say(tails):
    eto = RNG.uniform(2, 8, DAYS)
    noise = RNG.normal(size=DAYS) if tails == "normal" else RNG.standard_t(4, DAYS)
    errors = 0.3 * noise * np.where(MONTH > 6, 2, 1)
    half = DAYS // 2
    spread = intervals.learn(errors[:half], eto[:half], np.zeros(half), MONTH[:half], np.zeros(half))
    lower, upper = intervals.bounds(eto, spread.daily(eto, MONTH), np.zeros(DAYS), spread.factor)
    for part in (MONTH <= 5, (MONTH > 7) & (MONTH < 12)):
        rows = part & (np.arange(DAYS) >= half)
        found = interval_score(lower[rows], upper[rows], (eto - errors)[rows])
        assert 92.5 < found["coverage"] < 97.5


def test_what_is_not_known_of_the_bias_widens():
    eto = np.full(3, 4.0)
    narrow = intervals.bounds(eto, np.full(3, 0.3), np.zeros(3), 2.0)
    wide = intervals.bounds(eto, np.full(3, 0.3), np.full(3, 0.01), 2.0)
    assert (wide[1] - wide[0] > narrow[1] - narrow[0]).all()
    assert (intervals.bounds(np.array([0.1]), np.array([1.0]), np.zeros(1), 2.0)[0] == 0).all()


def test_few_errors_teach_no_spread():
    few = np.zeros(50)
    assert intervals.learn(few, few + 4, few, MONTH[:50], few) is None


def test_interval_without_reference_follows_wind_spread_and_number_of_sources():
    def width(slope=0.2, spread=0.1, sources=2):
        lower, upper = intervals.without_reference(
            np.array([4.0]), (np.array([slope]), np.array([slope])), np.array([spread]), np.array([sources])
        )
        assert lower[0] < 4 < upper[0]
        return float((upper - lower)[0])

    assert width() < width(slope=0.4)
    assert width() < width(spread=1.0)
    assert width() < width(sources=1)
