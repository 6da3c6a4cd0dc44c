"""Weights, quantile maps, intervals and scores on simulated errors with known answers."""

import numpy as np
import pytest

from etolib.fusion import intervals, quantiles, weights
from etolib.validation.scores import interval_score, score

RNG = np.random.default_rng(8)
DAYS = 8000
MONTH = np.arange(DAYS) // 30 % 12 + 1


def test_weights_are_those_of_least_variance():
    # Authority: Gauss-Markov; for uncorrelated errors weights go as the inverse variance.
    variance = np.array([0.1, 0.3, 0.6])
    expected = (1 / variance) / (1 / variance).sum()
    np.testing.assert_allclose(weights.blue(np.diag(variance)), expected)


def test_correlated_errors_are_not_counted_twice():
    shared = RNG.normal(size=DAYS)
    errors = np.stack([shared, shared + 0.01 * RNG.normal(size=DAYS), RNG.normal(size=DAYS)])
    share = weights.blue(errors @ errors.T / DAYS)
    assert share[2] == pytest.approx(0.5, abs=0.05)
    assert share.sum() == pytest.approx(1)
    assert (share >= 0).all()


def test_a_missing_member_leaves_its_weight_to_the_others_and_no_member_gives_nan():
    members = np.array([[1.0, np.nan, 1.0, np.nan], [3.0, 3.0, np.nan, np.nan]])
    joined, share = weights.combine(members, np.tile(np.diag([1.0, 3.0]), (12, 1, 1)), np.array([1, 5, 9, 12]))
    np.testing.assert_allclose(joined, [1.5, 3.0, 1.0, np.nan])
    np.testing.assert_allclose(share.sum(axis=0), [1, 1, 1, 0])


def test_covariance_knows_the_month_and_needs_enough_days():
    errors = RNG.normal(size=(2, DAYS)) * np.where(MONTH == 7, 3.0, 1.0)
    found = weights.error_covariance(errors, MONTH)
    assert found[6, 0, 0] > 2 * found[0, 0, 0]
    assert weights.error_covariance(errors[:, :50], MONTH[:50]) is None


def test_quantile_map_restores_the_spread_and_keeps_the_order():
    truth = RNG.gamma(20, 0.2, DAYS)
    flat = truth.mean() + 0.6 * (truth - truth.mean())
    found = quantiles.learn(flat, truth, MONTH)
    mapped = found.apply(flat, MONTH)
    assert mapped.std() == pytest.approx(truth.std(), rel=0.05)
    january = MONTH == 1
    assert (np.argsort(mapped[january]) == np.argsort(flat[january])).all()
    assert np.isnan(found.apply(np.array([np.nan]), np.array([1]))[0])


def test_quantile_map_needs_ten_years():
    eto = RNG.gamma(20, 0.2, DAYS)
    reference = np.where(np.arange(DAYS) < 3000, eto, np.nan)
    assert quantiles.learn(eto, reference, MONTH) is None


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
            np.array([4.0]), np.array([slope]), np.array([spread]), np.array([sources])
        )
        assert lower[0] < 4 < upper[0]
        return float((upper - lower)[0])

    assert width() < width(slope=0.4)
    assert width() < width(spread=1.0)
    assert width() < width(sources=1)


def test_scores_by_hand():
    # By hand: errors 1, -1, 0 around 1, 2, 3; mean error 0.
    found = score(np.array([2.0, 1.0, 3.0]), np.array([1.0, 2.0, 3.0]))
    assert found["rmse"] == pytest.approx(np.sqrt(2 / 3))
    assert found["mae"] == pytest.approx(2 / 3)
    assert found["nse"] == pytest.approx(0.0)
    assert found["pbias"] == pytest.approx(0.0)
    assert found["kge"] == pytest.approx(0.5)
    assert found["r2"] == pytest.approx(0.25)
    assert score(np.array([1.0, np.nan]), np.array([1.0, 2.0]))["n"] == 1
    assert np.isnan(score(np.array([np.nan]), np.array([2.0]))["rmse"])
