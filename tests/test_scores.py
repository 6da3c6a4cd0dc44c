"""Agreement of two series: by hand, and equal to the other scores."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from etolib.scores import agreement, monthly_bias, score

SERIES = st.lists(st.one_of(st.floats(0, 12), st.just(float("nan"))), min_size=0, max_size=60)


@given(SERIES, SERIES, st.randoms())
@settings(max_examples=60, deadline=None)
def test_agreement_is_that_of_the_scores(one, other, chance):
    length = min(len(one), len(other))
    mine, truth = np.array(one[:length]), np.array(other[:length])
    both = np.isfinite(mine) & np.isfinite(truth)
    found = agreement(mine, truth)
    with np.errstate(all="ignore"):
        right = score(mine, truth)
    assert found["n"] == both.sum()
    assert found["rmse"] == pytest.approx(right["rmse"], nan_ok=True)
    if not np.isnan(found["r"]):
        assert found["r"] ** 2 == pytest.approx(right["r2"])
        assert found["kge"] == pytest.approx(right["kge"], nan_ok=True)
    month = np.array([chance.randint(1, 12) for _ in range(length)], dtype=int)
    bias, days = monthly_bias(mine, truth, month)
    assert days.sum() == both.sum()
    if both.sum() > 1:
        assert np.nansum(bias * days) / days.sum() == pytest.approx(found["bias"], abs=1e-9)


def test_by_hand():
    found = agreement(np.array([3.0, 2.0, np.nan, 1.0]), np.array([1.0, 2.0, 3.0, 3.0]))
    assert (found["n"], found["bias"], found["r"]) == (3, 0.0, pytest.approx(-1))
    flat = agreement(np.array([0.1, 0.1, 0.1]), np.array([1.0, 2.0, 3.0]))
    assert np.isnan(flat["r"])
    assert np.isnan(flat["kge"])
    assert flat["bias"] == pytest.approx(-1.9)
    assert np.isnan(agreement(np.array([1.0]), np.array([1.0]))["rmse"])
