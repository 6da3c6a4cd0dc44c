"""Rows after each other of which the same is true."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray


def lengths(true: NDArray[np.bool_], begins: NDArray[np.bool_] | None = None) -> NDArray[np.int64]:
    """Return by row how many rows the run has that it is in; where it is not true the run before it, which it ends.

    ``begins`` tells where one begins, which else is after each row where it is not true.

    >>> true = np.array([True, True, False, True])
    >>> lengths(true).tolist()
    [2, 2, 1, 1]
    >>> lengths(true, np.array([True, True, True, True])).tolist()
    [1, 1, 0, 1]
    """
    begins = ~true if begins is None else begins
    return np.asarray(pd.Series(true).groupby(begins.cumsum()).transform("sum").to_numpy())
