"""Quantile maps on simulated members with known answers."""

import numpy as np
import pytest

from etolib.fusion import quantiles

RNG = np.random.default_rng(8)
DAYS = 8000
MONTH = np.arange(DAYS) // 30 % 12 + 1


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
