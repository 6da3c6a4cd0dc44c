"""The weather of a station that the tests write in many ways."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

DAYS = pd.date_range("2023-12-15", periods=60, name="date")


@pytest.fixture(scope="session")
def weather():
    """Sixty days of plausible values in canonical units; simulated."""
    rng = np.random.default_rng(1)
    n = len(DAYS)
    return pd.DataFrame(
        {
            "tmax": 28 + rng.normal(0, 2, n),
            "tmin": 18 + rng.normal(0, 1, n),
            "rhmean": 65 + rng.normal(0, 5, n),
            "u2": 1.5 + rng.random(n),
            "rs": 20 + rng.normal(0, 3, n),
            "precipitation": rng.gamma(0.3, 5, n),
        },
        index=DAYS,
    ).round(1)
