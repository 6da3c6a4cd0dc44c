"""Radiation at the ground, one function per equation.

Where the clear-sky radiation is 0 (polar night) the ratio Rs/Rso of the longwave term has no meaning and is taken as 1,
a clear sky: the same rule as RefET.

References
----------
FAO-56 and ASCE-2005 as in `etolib.equations.air`.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from etolib.equations import constants as c
from etolib.equations import conventions, sun
from etolib.equations.conventions import Convention
from etolib.equations.elementwise import elementwise, ordered


@elementwise(
    units="MJ m-2 day-1",
    long_name="global solar radiation",
    standard_name="surface_downwelling_shortwave_flux_in_air",
)
def solar_radiation_from_sunshine(
    sunshine: Any, ra: Any, daylight: Any, a: Any = c.ANGSTROM_A, b: Any = c.ANGSTROM_B
) -> Any:
    """Return the solar radiation from the duration of bright sunshine.

    Parameters
    ----------
    sunshine : numeric
        Bright sunshine n, 0 to 24. [h]
    ra : numeric
        Extraterrestrial radiation. [MJ m-2 day-1]
    daylight : numeric
        Daylight N; n/N is bounded to 1, and is 0 where N is 0. [h]
    a, b : numeric
        Angstrom coefficients; 0.25 and 0.50 where no calibration exists.

    Returns
    -------
    numeric
        Solar radiation. [MJ m-2 day-1]

    Notes
    -----
    FAO-56 Eq. 35.

    Examples
    --------
    >>> round(solar_radiation_from_sunshine(220 / 31, 25.1, 10.9), 1)
    14.4
    """
    sunshine, daylight = np.broadcast_arrays(sunshine, daylight)
    ratio = np.minimum(sunshine / np.where(daylight > 0, daylight, 1.0), 1.0)
    return (a + b * np.where(daylight == 0, sunshine * 0, ratio + daylight * 0)) * ra


@elementwise(
    units="MJ m-2 day-1",
    long_name="global solar radiation",
    standard_name="surface_downwelling_shortwave_flux_in_air",
    relations=ordered("tmin", "tmax"),
)
def solar_radiation_from_temperature(tmin: Any, tmax: Any, ra: Any, krs: Any = c.KRS_INTERIOR, rso: Any = None) -> Any:
    """Return the solar radiation estimated from the range of temperature.

    Parameters
    ----------
    tmin, tmax : numeric
        Daily minimum and maximum air temperature at 2 m. [degC]
    ra : numeric
        Extraterrestrial radiation. [MJ m-2 day-1]
    krs : numeric
        0.16 inland, 0.19 at a coast. [degC-0.5]
    rso : numeric, optional
        Clear-sky radiation, the upper bound where given. [MJ m-2 day-1]

    Returns
    -------
    numeric
        Estimated solar radiation. [MJ m-2 day-1]

    Notes
    -----
    FAO-56 Eq. 50 and p. 61 (bounded by Rso; not for islands).

    Examples
    --------
    >>> round(solar_radiation_from_temperature(14.8, 26.6, 40.6), 1)
    22.3
    """
    rs = krs * np.sqrt(tmax - tmin) * ra
    return rs if rso is None else np.minimum(rs, rso)


@elementwise(
    units="MJ m-2 day-1",
    long_name="global solar radiation",
    standard_name="surface_downwelling_shortwave_flux_in_air",
)
def solar_radiation_island(ra: Any) -> Any:
    """Return the solar radiation estimated for a small island.

    Parameters
    ----------
    ra : numeric
        Extraterrestrial radiation. [MJ m-2 day-1]

    Returns
    -------
    numeric
        Estimated solar radiation, not below 0. [MJ m-2 day-1]

    Notes
    -----
    FAO-56 Eq. 51: monthly values, islands up to 20 km wide, 0 to 100 m above the sea.

    Examples
    --------
    >>> round(solar_radiation_island(38.0), 1)
    22.6
    """
    return np.maximum(c.RS_ISLAND_A * ra - c.RS_ISLAND_B, 0.0)


@elementwise(units="MJ m-2 day-1", long_name="clear-sky solar radiation")
def clear_sky_radiation(ra: Any, elevation: Any) -> Any:
    """Return the clear-sky solar radiation Rso.

    Parameters
    ----------
    ra : numeric
        Extraterrestrial radiation, of a day or an hour. [MJ m-2 period-1]
    elevation : numeric
        Height above sea level; the book gives the equation below 6000 m. [m]

    Returns
    -------
    numeric
        Clear-sky radiation of the same period. [MJ m-2 period-1]

    Notes
    -----
    FAO-56 Eq. 37 (Eq. 36 is the same at sea level), ASCE-2005 Eqs. 19 and 47.

    Examples
    --------
    >>> round(clear_sky_radiation(41.09, 100.0), 2)
    30.9
    """
    return (c.RSO_A + c.RSO_B * elevation) * ra


@elementwise(units="MJ m-2 day-1", long_name="clear-sky solar radiation", options=("convention",))
def clear_sky_radiation_full(
    ra: Any, ea: Any, pressure: Any, sine: Any, *, convention: Convention | str = "asce2005"
) -> Any:
    """Return the clear-sky solar radiation from humidity, pressure and the height of the sun.

    Parameters
    ----------
    ra : numeric
        Extraterrestrial radiation, of a day or an hour. [MJ m-2 period-1]
    ea : numeric
        Actual vapour pressure. [kPa]
    pressure : numeric
        Atmospheric pressure. [kPa]
    sine : numeric
        Sine of the height of the sun, above 0: of a day `etolib.equations.sun.mean_sine_of_altitude`, of an hour that
        in its middle. [1]
    convention : Convention or str
        ASCE-2005 Appendix D, or the older numbers of FAO-56 Annex 3.

    Returns
    -------
    numeric
        Clear-sky radiation of the same period, the air without dust (turbidity 1). [MJ m-2 period-1]

    Notes
    -----
    ASCE-2005 Eqs. D.1 to D.4; FAO-56 Eqs. 3-18 to 3-20. Beam and diffuse radiation have an index each; the water in
    the air follows from vapour pressure and pressure.

    Examples
    --------
    >>> round(clear_sky_radiation_full(41.64825, 1.22067, 87.807, 0.754), 1)
    31.5
    """
    numbers = conventions.get(convention)
    water = c.WATER_A * ea * pressure + c.WATER_B
    dry = c.BEAM_PRESSURE * pressure / (c.TURBIDITY * sine)
    beam = c.BEAM_CLEAN * np.exp(-dry - numbers.beam_water * (water / sine) ** numbers.beam_power)
    weak = c.DIFFUSE_WEAK + c.DIFFUSE_SLOPE_WEAK * beam
    diffuse = np.where(beam >= c.BEAM_WEAK, c.DIFFUSE - numbers.diffuse_slope * beam, weak)
    return (beam + diffuse) * ra


def clear_sky_of_day(
    ra: Any,
    elevation: Any,
    *,
    latitude: Any,
    day_of_year: Any,
    ea: Any,
    pressure: Any,
    convention: Convention,
) -> Any:
    """Return the clear-sky radiation of days as a convention computes it, for arrays. [MJ m-2 day-1]"""
    if convention.rso == "simple":
        return clear_sky_radiation(ra, elevation)
    sine = sun.mean_sine_of_altitude(latitude, day_of_year)
    return clear_sky_radiation_full(ra, ea, pressure, sine, convention=convention)


@elementwise(units="MJ m-2 day-1", long_name="net shortwave radiation")
def net_shortwave(rs: Any, albedo: Any = c.ALBEDO) -> Any:
    """Return the net shortwave radiation Rns.

    Parameters
    ----------
    rs : numeric
        Solar radiation. [MJ m-2 period-1]
    albedo : numeric
        Of the surface, 0.23 for the reference crop. [1]

    Returns
    -------
    numeric
        Net shortwave radiation. [MJ m-2 period-1]

    Notes
    -----
    FAO-56 Eq. 38, ASCE-2005 Eq. 16.

    Examples
    --------
    >>> round(net_shortwave(22.07), 2)
    16.99
    """
    return (1 - albedo) * rs


def cloud_term(rs: Any, rso: Any, convention: Convention | str = "fao56") -> Any:
    """Return the cloud term 1.35 Rs/Rso - 0.35 of the longwave equation, for arrays.

    FAO-56 Eq. 39 bounds Rs/Rso to at most 1; ASCE-2005 Eq. 18 to 0.3..1 (its bounds of the
    term itself, 0.05..1, follow from that). Where Rso is 0 the ratio is taken as 1 (see the module).
    """
    least = conventions.get(convention).relative_shortwave_min
    rs, rso = np.broadcast_arrays(rs, rso)
    ratio = np.minimum(rs / np.where(rso > 0, rso, 1.0), 1.0)
    ratio = np.where(rso == 0, 1.0 + rs * 0, ratio + rso * 0)
    if least is not None:
        ratio = np.maximum(ratio, least)
    return c.CLOUD_A * ratio - c.CLOUD_B


@elementwise(
    units="MJ m-2 day-1",
    long_name="net longwave radiation",
    options=("convention",),
    relations=ordered("tmin", "tmax"),
)
def net_longwave(tmin: Any, tmax: Any, ea: Any, rs: Any, rso: Any, *, convention: Convention | str = "fao56") -> Any:
    """Return the outgoing net longwave radiation Rnl of a day.

    Parameters
    ----------
    tmin, tmax : numeric
        Daily minimum and maximum air temperature at 2 m. [degC]
    ea : numeric
        Actual vapour pressure. [kPa]
    rs, rso : numeric
        Solar radiation and clear-sky solar radiation. [MJ m-2 day-1]
    convention : Convention or str
        Bounds of Rs/Rso and the Stefan-Boltzmann constant, see Notes.

    Returns
    -------
    numeric
        Net longwave radiation, positive upwards. [MJ m-2 day-1]

    Notes
    -----
    FAO-56 Eq. 39: Rs/Rso at most 1, 4.903e-9. ASCE-2005 Eqs. 17, 18: 0.3 to 1, 4.901e-9. Rs/Rso is 1 where
    Rso = 0.

    Examples
    --------
    >>> round(net_longwave(19.1, 25.1, 2.1, 14.5, 18.8), 1)
    3.5
    """
    fourth = ((tmax + c.KELVIN) ** 4 + (tmin + c.KELVIN) ** 4) / 2
    emissivity = c.EMISSIVITY_A - c.EMISSIVITY_B * np.sqrt(ea)
    convention = conventions.get(convention)
    return convention.stefan_boltzmann * fourth * emissivity * cloud_term(rs, rso, convention)


@elementwise(units="MJ m-2 h-1", long_name="net longwave radiation", options=("convention",))
def net_longwave_hourly(temperature: Any, ea: Any, cloud_factor: Any, *, convention: Convention | str = "fao56") -> Any:
    """Return the outgoing net longwave radiation of an hour.

    Parameters
    ----------
    temperature : numeric
        Mean air temperature of the hour. [degC]
    ea : numeric
        Actual vapour pressure. [kPa]
    cloud_factor : numeric
        1.35 Rs/Rso - 0.35, at night that of the hours before sunset. [1]
    convention : Convention or str
        Which Stefan-Boltzmann constant, divided by 24.

    Returns
    -------
    numeric
        Net longwave radiation, positive upwards. [MJ m-2 h-1]

    Notes
    -----
    FAO-56 Eq. 39 with 2.043e-10 (p. 74), ASCE-2005 Eq. 44.

    Examples
    --------
    >>> round(net_longwave_hourly(38.0, 3.445, 1.35 * 0.922 - 0.35), 3)
    0.137
    """
    emissivity = c.EMISSIVITY_A - c.EMISSIVITY_B * np.sqrt(ea)
    sigma = conventions.get(convention).stefan_boltzmann / c.HOURS_PER_DAY
    return sigma * (temperature + c.KELVIN) ** 4 * emissivity * cloud_factor


@elementwise(units="MJ m-2 day-1", long_name="net radiation")
def net_radiation(rns: Any, rnl: Any) -> Any:
    """Return the net radiation Rn.

    Parameters
    ----------
    rns, rnl : numeric
        Net shortwave (downwards) and net longwave (upwards) radiation. [MJ m-2 period-1]

    Returns
    -------
    numeric
        Net radiation. [MJ m-2 period-1]

    Notes
    -----
    FAO-56 Eq. 40, ASCE-2005 Eq. 15.

    Examples
    --------
    >>> round(net_radiation(11.1, 3.5), 1)
    7.6
    """
    return rns - rnl


@elementwise(units="mm", long_name="equivalent depth of water")
def energy_to_water(energy: Any) -> Any:
    """Return the depth of water that an amount of energy evaporates.

    Parameters
    ----------
    energy : numeric
        Energy. [MJ m-2 period-1]

    Returns
    -------
    numeric
        Depth of water. [mm period-1]

    Notes
    -----
    FAO-56 Eq. 20 and Table 1: 0.408, the rounded inverse of 2.45.

    Examples
    --------
    >>> round(energy_to_water(32.2), 1)
    13.1
    """
    return c.MM_PER_MJ * energy
