"""FAO-56 written out anew, for checks of sources from their simulated weather to ETo."""

from __future__ import annotations

import numpy as np

from tests.simulator import sky


def sun(latitude, number):
    """Return sunset hour angle [rad] and radiation above the air [MJ m-2 day-1]; Eqs. 21 to 25."""
    phi, declination = np.radians(latitude), 0.409 * np.sin(2 * np.pi * number / 365 - 1.39)
    sunset = np.arccos(-np.tan(phi) * np.tan(declination))
    high = sunset * np.sin(phi) * np.sin(declination) + np.cos(phi) * np.cos(declination) * np.sin(sunset)
    return sunset, 24 * 60 / np.pi * 0.0820 * (1 + 0.033 * np.cos(2 * np.pi * number / 365)) * high


def eto(tmin, tmax, ea, u2, rs, ra, elevation):
    """Return ETo [mm day-1]; Eqs. 6, 7, 8, 12, 13, 37 to 40, canonical units."""
    mean = (tmin + tmax) / 2
    slope = 4098 * sky.saturation(mean) / (mean + 237.3) ** 2
    gamma = 0.665e-3 * sky.surface_pressure(elevation)
    warm = ((tmax + 273.16) ** 4 + (tmin + 273.16) ** 4) / 2
    cloud = 1.35 * np.minimum(rs / ((0.75 + 2e-5 * elevation) * ra), 1) - 0.35
    net = 0.77 * rs - 4.903e-9 * warm * (0.34 - 0.14 * np.sqrt(ea)) * cloud
    deficit = (sky.saturation(tmax) + sky.saturation(tmin)) / 2 - ea
    return (0.408 * slope * net + gamma * 900 / (mean + 273) * u2 * deficit) / (slope + gamma * (1 + 0.34 * u2))
