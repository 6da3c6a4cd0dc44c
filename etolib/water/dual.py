"""Evaporation from the soil beside the crop: Kc = Kcb + Ke.

References
----------
FAO-56 as in `etolib.water`: chapter 7, with the errata of 2006.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from etolib.water.single import climate_term

KC_MIN = 0.15
"""Coefficient of dry bare soil (FAO-56 p. 149)."""


def kc_max(u2: Any, rhmin: Any, height: Any, kcb: Any) -> Any:
    """Return the largest coefficient after wetting (FAO-56 Eq. 72).

    Parameters
    ----------
    u2, rhmin, height : numeric
        Wind speed at 2 m [m s-1], minimum relative humidity [%], height of the crop [m]; see
        `etolib.water.single.climate_term`. Here a height below 0.1 m counts too.
    kcb : numeric
        Basal coefficient.

    >>> round(float(kc_max(3.0, 20, 1.0, 0.9)), 2)
    1.3
    """
    tall = np.maximum(np.asarray(height, float), 0.1)
    low = (np.clip(height, 1e-3, 0.1) / 0.1) ** 0.3  # climate_term adds nothing below 0.1 m; Eq. 72 knows no such bound
    return np.maximum(1.2 + climate_term(u2, rhmin, tall) * low, np.asarray(kcb) + 0.05)


def cover(kcb: Any, largest: Any, height: Any, smallest: Any = KC_MIN) -> Any:
    """Return fc, the share of the ground that is covered, 0 to 0.99 (FAO-56 Eq. 76).

    Parameters
    ----------
    kcb, largest, smallest : numeric
        Basal coefficient, Kc max, and Kc min of dry bare soil.
    height : numeric
        Of the crop [m].

    >>> round(float(cover(0.9, 1.3, 1.0)), 2)
    0.53
    """
    share = np.maximum(np.asarray(kcb) - smallest, 0.01) / np.maximum(np.asarray(largest) - smallest, 0.01)
    return np.clip(share ** (1 + 0.5 * np.asarray(height)), 0.0, 0.99)


def exposed_and_wetted(covered: Any, wetted: Any, *, beneath_canopy: bool = False) -> Any:
    """Return few, the share of the ground that is bare and wet, 0.01 to 1 (FAO-56 Eq. 75).

    Parameters
    ----------
    covered, wetted : numeric
        fc, and fw of Table 20.
    beneath_canopy : bool
        Whether drippers stand below the leaves: fw counts only by 1 - 2/3 fc (FAO-56 p. 147).

    >>> round(float(exposed_and_wetted(0.53, 0.3, beneath_canopy=True)), 2)
    0.19
    """
    wet = np.asarray(wetted) * (1 - 2 / 3 * np.asarray(covered)) if beneath_canopy else np.asarray(wetted)
    return np.clip(np.minimum(1 - np.asarray(covered), wet), 0.01, 1.0)


def evaporation_reduction(depletion: Any, total: Any, readily: Any) -> Any:
    """Return Kr, the share of the evaporation that is left as the surface dries, 0 to 1 (FAO-56 Eq. 74).

    Parameters
    ----------
    depletion : numeric
        De, water lost by the surface layer [mm].
    total, readily : numeric
        TEW and REW [mm].

    >>> round(float(evaporation_reduction(13.98, 20.0, 9.0)), 2)
    0.55
    """
    return np.clip((np.asarray(total) - depletion) / (np.asarray(total) - readily), 0.0, 1.0)


def evaporation_coefficient(reduction: Any, largest: Any, kcb: Any, share: Any) -> Any:
    """Return Ke (FAO-56 Eq. 71).

    Parameters
    ----------
    reduction : numeric
        Kr.
    largest, kcb : numeric
        Kc max and basal coefficient.
    share : numeric
        few, bare and wet.

    >>> round(float(evaporation_coefficient(1.0, 1.3, 0.9, 0.3)), 2)
    0.39
    """
    return np.minimum(np.asarray(reduction) * (np.asarray(largest) - kcb), np.asarray(share) * largest)
