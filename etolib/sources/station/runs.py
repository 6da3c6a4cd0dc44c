"""Rows after each other of which the same is true."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray


def lengths(true: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Return by row how many rows the run has that it is in; where it is not true the run before it, which it ends.

    >>> lengths(np.array([True, True, False, True])).tolist()
    [2, 2, 1, 1]
    """
    return np.asarray(pd.Series(true).groupby((~true).cumsum()).transform("sum").to_numpy())
