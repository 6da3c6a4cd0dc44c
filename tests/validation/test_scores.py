"""Scores by hand."""

import numpy as np
import pytest

from etolib.validation.scores import score


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
