"""Rain that runs off: the curve number of the Soil Conservation Service.

References
----------
ASCE Manual 70 (2016): Evaporation, Evapotranspiration, and Irrigation Water Requirements, 2nd edition, Eqs. 14-12 to
14-20; after USDA-SCS (1972): National Engineering Handbook, section 4, Hydrology.
"""

from __future__ import annotations

from typing import Any

import numpy as np


def curve_number_runoff(rain: Any, number: Any) -> Any:
    """Return the runoff of a day [mm] (ASCE-70 Eqs. 14-12 and 14-13).

    Parameters
    ----------
    rain : numeric
        Precipitation of the day [mm].
    number : numeric
        Curve number, above 0 to 100.

    >>> round(float(curve_number_runoff(60.0, 75.0)), 2)
    14.82
    """
    storage = 250 * (100 / np.asarray(number, float) - 1)
    beyond = np.asarray(rain, float) - 0.2 * storage
    with np.errstate(invalid="ignore", divide="ignore"):
        flow = beyond**2 / (np.asarray(rain) + 0.8 * storage)
    return np.where(np.isnan(beyond), np.nan, np.where(beyond > 0, np.minimum(flow, rain), 0.0))


def curve_number_of_wetness(number: Any, depletion: Any, total: Any, readily: Any) -> Any:
    """Return the curve number for the wetness of the surface (ASCE-70 Eqs. 14-14, 14-15 and 14-18 to 14-20).

    Parameters
    ----------
    number : numeric
        For average wetness (CN II).
    depletion : numeric
        De of the surface layer [mm].
    total, readily : numeric
        TEW and REW [mm].

    >>> [round(float(curve_number_of_wetness(75, de, 20.0, 9.0)), 1) for de in (0, 8, 20)]
    [87.5, 73.7, 56.8]
    """
    number = np.asarray(number, float)
    dry, wet = number / (2.281 - 0.01281 * number), number / (0.427 + 0.00573 * number)
    low, high = 0.5 * np.asarray(readily), 0.7 * np.asarray(readily) + 0.3 * np.asarray(total)
    share = np.clip((np.asarray(depletion) - low) / (high - low), 0.0, 1.0)
    return wet + share * (dry - wet)
