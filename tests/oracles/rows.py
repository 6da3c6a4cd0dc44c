"""Random days that are weather: the rows on which the equations and their peers are compared."""

from __future__ import annotations

import numpy as np

from etolib.equations import radiation, sun


def random_days(count: int = 100_000, seed: int = 20240229) -> dict[str, np.ndarray]:
    """Return ``count`` valid days over all latitudes, days of the year and climates; Rs up to 1.05 Rso."""
    rng = np.random.default_rng(seed)
    latitude = rng.uniform(-90.0, 90.0, count)
    day = rng.integers(1, 367, count).astype(float)
    elevation = rng.uniform(-100.0, 5000.0, count)
    tmean = rng.uniform(-40.0, 40.0, count)
    spread = rng.uniform(0.5, 22.0, count)
    tmin, tmax = tmean - spread / 2, tmean + spread / 2
    ea = rng.uniform(0.05, 1.0, count) * 0.6108 * np.exp(17.27 * tmin / (tmin + 237.3))
    rso = radiation.clear_sky_radiation(sun.extraterrestrial_radiation(latitude, day), elevation)
    return {
        "tmin": tmin,
        "tmax": tmax,
        "ea": ea,
        "rs": rng.uniform(0.0, 1.05, count) * rso,
        "u2": rng.uniform(0.0, 12.0, count),
        "latitude": latitude,
        "elevation": elevation,
        "day_of_year": day,
    }
