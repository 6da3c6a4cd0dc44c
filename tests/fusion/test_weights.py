"""Weights on simulated errors with known answers."""

import numpy as np
import pytest

from etolib.fusion import weights

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
