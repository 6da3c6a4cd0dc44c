"""Reference evapotranspiration: one equation on any kind (`eto_fao56` ...), and `eto` on a table with gaps.

Conventions, by name:

- ``fao56``: Rs/Rso at most 1, Stefan-Boltzmann 4.903e-9, slope 4098 x 0.6108, vapour pressure deficit as it comes.
- ``asce2005``: Rs/Rso within 0.3 to 1, Stefan-Boltzmann 4.901e-9, slope constant 2503, deficit not below 0.

Both: Rs/Rso is 1 where Rso is 0 (polar night). Negative results (polar night, dew) are left as the equation gives
them. Pressure is computed from the elevation, as the book does, unless the caller asks otherwise.

References
----------
FAO-56 and ASCE-2005 as in `etolib.meteo`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from etolib import constants as c
from etolib import meteo, quality, radiation
from etolib.errors import InputError, Problem
from etolib.kinds import checked_inputs, elementwise
from etolib.site import Site
from etolib.units import UNITS, convert

if TYPE_CHECKING:
    import pandas as pd

TERMS: dict[str, tuple[str, str, str]] = {
    "tmean": ("degC", "mean air temperature", "FAO-56 Eq. 9"),
    "pressure": ("kPa", "atmospheric pressure", "FAO-56 Eq. 7"),
    "gamma": ("kPa degC-1", "psychrometric constant", "FAO-56 Eq. 8"),
    "delta": ("kPa degC-1", "slope of the vapour pressure curve", "FAO-56 Eq. 13"),
    "es": ("kPa", "saturation vapour pressure", "FAO-56 Eq. 12"),
    "ea": ("kPa", "actual vapour pressure", "FAO-56 Eqs. 14-19, 48"),
    "vpd": ("kPa", "vapour pressure deficit", "FAO-56 Eq. 6"),
    "u2": ("m s-1", "wind speed at 2 m", "FAO-56 Eq. 47"),
    "dr": ("1", "inverse relative distance of Earth and Sun", "FAO-56 Eq. 23"),
    "declination": ("radian", "solar declination", "FAO-56 Eq. 24"),
    "sunset_hour_angle": ("radian", "sunset hour angle", "FAO-56 Eq. 25"),
    "daylight": ("h", "maximum duration of sunshine", "FAO-56 Eq. 34"),
    "ra": ("MJ m-2 day-1", "extraterrestrial radiation", "FAO-56 Eq. 21"),
    "rs": ("MJ m-2 day-1", "global solar radiation", "FAO-56 Eqs. 35, 50, 51"),
    "rso": ("MJ m-2 day-1", "clear-sky solar radiation", "FAO-56 Eq. 37"),
    "relative_shortwave": ("1", "Rs/Rso as the longwave term takes it", "FAO-56 Eq. 39"),
    "rns": ("MJ m-2 day-1", "net shortwave radiation", "FAO-56 Eq. 38"),
    "rnl": ("MJ m-2 day-1", "net longwave radiation", "FAO-56 Eq. 39"),
    "rn": ("MJ m-2 day-1", "net radiation", "FAO-56 Eq. 40"),
    "g": ("MJ m-2 day-1", "soil heat flux", "FAO-56 Eq. 42"),
    "radiation_term": ("mm day-1", "radiation term", "FAO-56 Eq. 6"),
    "aerodynamic_term": ("mm day-1", "aerodynamic term", "FAO-56 Eq. 6"),
    "eto": ("mm day-1", "reference evapotranspiration", "FAO-56 Eq. 6"),
}
"""What an agronomist wants to see for one day: unit, words and equation of every term."""

SURFACES = {"short": (c.PM_CN, c.PM_CD), "tall": (c.PM_CN_TALL, c.PM_CD_TALL)}


def daily_terms(
    *,
    tmin: Any,
    tmax: Any,
    ea: Any,
    rs: Any,
    u2: Any,
    latitude: Any,
    elevation: Any,
    day_of_year: Any,
    convention: str = "fao56",
    surface: str = "short",
    pressure: Any = None,
    g: Any = 0.0,
) -> dict[str, Any]:
    """Return every term of the daily Penman-Monteith equation, by the book, equation by equation.

    Parameters
    ----------
    tmin, tmax : ndarray
        Daily minimum and maximum air temperature at 2 m. [degC]
    ea : ndarray
        Actual vapour pressure. [kPa]
    rs : ndarray
        Solar radiation. [MJ m-2 day-1]
    u2 : ndarray
        Wind speed at 2 m. [m s-1]
    latitude, elevation, day_of_year : ndarray
        [degrees], [m], 1 to 366.
    convention : {"fao56", "asce2005"}
        See the module.
    surface : {"short", "tall"}
        Grass or alfalfa.
    pressure : ndarray, optional
        Atmospheric pressure; from the elevation by default. [kPa]
    g : ndarray
        Soil heat flux. [MJ m-2 day-1]

    Returns
    -------
    dict
        The names of `TERMS`.

    Examples
    --------
    >>> terms = daily_terms(tmin=12.3, tmax=21.5, ea=1.409, rs=22.07, u2=2.078, latitude=50.8, elevation=100,
    ...                     day_of_year=187)
    >>> round(terms["radiation_term"], 2), round(terms["aerodynamic_term"], 2)
    (2.81, 1.07)
    """
    cn, cd = surface_constants(surface)
    tmean = meteo.mean_temperature(tmin, tmax)
    given_pressure = meteo.atmospheric_pressure(elevation) if pressure is None else pressure
    gamma = meteo.psychrometric_constant(given_pressure)
    delta = meteo.vapour_pressure_slope(tmean, convention=convention)
    es = meteo.mean_saturation_vapour_pressure(tmin, tmax)
    vpd = es - ea
    if convention == "asce2005":
        vpd = np.maximum(vpd, 0.0)
    ra = radiation.extraterrestrial_radiation(latitude, day_of_year, convention=convention)
    rso = radiation.clear_sky_radiation(ra, elevation)
    cloud = radiation.cloud_term(rs, rso, convention)
    rns = radiation.net_shortwave(rs)
    rnl = radiation.net_longwave(tmin, tmax, ea, rs, rso, convention=convention)
    rn = rns - rnl
    denominator = delta + gamma * (1 + cd * u2)
    radiation_term = c.MM_PER_MJ * delta * (rn - g) / denominator
    aerodynamic_term = gamma * cn / (tmean + c.PM_KELVIN) * u2 * vpd / denominator
    return {
        "tmean": tmean,
        "pressure": given_pressure,
        "gamma": gamma,
        "delta": delta,
        "es": es,
        "ea": ea,
        "vpd": vpd,
        "u2": u2,
        "dr": radiation.inverse_relative_distance(day_of_year),
        "declination": radiation.solar_declination(day_of_year),
        "sunset_hour_angle": radiation.sunset_hour_angle(latitude, day_of_year),
        "daylight": radiation.daylight_hours(latitude, day_of_year),
        "ra": ra,
        "rs": rs,
        "rso": rso,
        "relative_shortwave": (cloud + c.CLOUD_B) / c.CLOUD_A,
        "rns": rns,
        "rnl": rnl,
        "rn": rn,
        "g": g,
        "radiation_term": radiation_term,
        "aerodynamic_term": aerodynamic_term,
        "eto": radiation_term + aerodynamic_term,
    }


def surface_constants(surface: str) -> tuple[float, float]:
    """Return numerator and denominator constant of a daily reference surface.

    >>> surface_constants("short")
    (900.0, 0.34)
    """
    if surface not in SURFACES:
        raise InputError([Problem("surface", surface, f"must be one of {', '.join(SURFACES)}")])
    return SURFACES[surface]


@elementwise(
    units="mm day-1",
    long_name="reference evapotranspiration (FAO-56 Penman-Monteith)",
    cell_methods="time: sum",
    options=("convention",),
    dtype_of=("tmin", "tmax", "ea", "rs", "u2"),
    relations=meteo.ordered("tmin", "tmax"),
)
def eto_fao56(
    *,
    tmin: Any,
    tmax: Any,
    ea: Any,
    rs: Any,
    u2: Any,
    latitude: Any,
    elevation: Any,
    day_of_year: Any,
    convention: str = "fao56",
) -> Any:
    """Return the daily reference evapotranspiration of grass by FAO-56 Penman-Monteith.

    Parameters
    ----------
    tmin, tmax : numeric
        Daily minimum and maximum air temperature at 2 m. [degC]
    ea : numeric
        Actual vapour pressure. [kPa]
    rs : numeric
        Solar radiation. [MJ m-2 day-1]
    u2 : numeric
        Wind speed at 2 m. [m s-1]
    latitude : numeric
        -90 to 90, north positive. [degrees]
    elevation : numeric
        Height above sea level. [m]
    day_of_year : numeric
        1 to 366.
    convention : {"fao56", "asce2005"}
        The book of 1998 or the standardized short reference of 2005, see the module.

    Returns
    -------
    numeric
        Reference evapotranspiration, of the kind of the inputs; NaN in any input gives NaN in that cell only.
        [mm day-1]

    Raises
    ------
    InputError
        With every parameter that holds an impossible number and the likely cause.

    Notes
    -----
    FAO-56 Eq. 6 with the soil heat flux of a day, 0 (Eq. 42).

    Examples
    --------
    >>> round(eto_fao56(tmin=12.3, tmax=21.5, ea=1.409, rs=22.07, u2=2.078, latitude=50.8, elevation=100,
    ...                 day_of_year=187), 1)
    3.9
    """
    return daily_terms(
        tmin=tmin,
        tmax=tmax,
        ea=ea,
        rs=rs,
        u2=u2,
        latitude=latitude,
        elevation=elevation,
        day_of_year=day_of_year,
        convention=convention,
    )["eto"]


@dataclass(frozen=True)
class EtoResult:
    """Reference evapotranspiration of a table, and where every number comes from.

    Attributes
    ----------
    eto : pandas.Series
        Reference evapotranspiration by date. [mm day-1]
    flags : pandas.DataFrame
        Columns tmin, tmax, ea, rs, u2; in every cell a name of `etolib.quality.FLAGS`.
    inputs : pandas.DataFrame
        The inputs the equation was given, filled (same shape as ``flags``).
    site : Site
        The place.
    method : str
        The equation.
    warnings : tuple of str
        One sentence per variable that had to be filled or could not.
    """

    eto: Any
    flags: Any
    inputs: Any
    site: Site
    method: str
    warnings: tuple[str, ...] = ()
    settings: dict[str, Any] = field(default_factory=dict)

    def terms(self, date: Any = None) -> pd.DataFrame:
        """Return every term of the equation: for one date with unit, words and equation, else a column per term.

        Parameters
        ----------
        date : date-like, optional
            One day of the table.

        Returns
        -------
        pandas.DataFrame
            For a date: index term; columns value, units, description, equation, flag. Else: index date.
        """
        import pandas as pd

        inputs = self.inputs
        if date is not None:
            day = pd.Timestamp(date)
            if day not in inputs.index:
                raise InputError([Problem("date", str(date), "is not in the table")])
            inputs = inputs.loc[[day]]
        with checked_inputs():
            arrays = daily_terms(
                **{name: inputs[name].to_numpy() for name in quality.FILLED},
                latitude=np.array([self.site.latitude]),
                elevation=np.array([self.site.elevation]),
                day_of_year=inputs.index.day_of_year.to_numpy(),
                convention=self.settings["convention"],
                surface=self.settings["surface"],
                pressure=inputs["pressure"].to_numpy() if "pressure" in inputs else None,
            )
        table = pd.DataFrame(
            {name: np.broadcast_to(values, len(inputs)) for name, values in arrays.items()}, index=inputs.index
        )
        if date is None:
            return table
        rows = pd.DataFrame.from_dict(TERMS, orient="index", columns=["units", "description", "equation"])
        rows.insert(0, "value", table.iloc[0])
        rows["flag"] = self.flags.loc[day].astype(object).reindex(rows.index).fillna("")
        rows.index.name = "term"
        return rows


METHODS: dict[str, tuple[str, str]] = {
    "fao56": ("fao56", "short"),
    "asce2005": ("asce2005", "short"),
    "asce2005_tall": ("asce2005", "tall"),
}
"""Penman-Monteith methods of `eto`: convention and surface."""


def eto(
    frame: Any,
    site: Site,
    method: str = "fao56",
    *,
    units: dict[str, str] | None = None,
    krs: str | float = "interior",
    dew_point_offset: float = 0.0,
    use_pressure: bool = False,
) -> EtoResult:
    """Return the reference evapotranspiration of a table with what is there; the rest is filled by FAO-56.

    Parameters
    ----------
    frame : pandas.DataFrame
        Index of dates (or a column ``date``); canonical columns: ``tmin`` and ``tmax``, and any of ``ea tdew rhmin
        rhmax rhmean rs sunshine u2 pressure``. Other columns are ignored.
    site : Site
        Latitude and elevation are needed.
    method : {"fao56", "asce2005", "asce2005_tall"}
        The equation.
    units : dict, optional
        Units of columns that are not canonical, for example ``{"tmax": "degF", "rs": "W m-2"}``.
    krs : {"interior", "coast", "island"} or float
        How missing radiation is estimated (FAO-56 Eqs. 50, 51).
    dew_point_offset : float
        How far the dew point lies below Tmin where humidity is missing; 2 to 3 in arid places. [degC]
    use_pressure : bool
        Take the column ``pressure`` [kPa] where it has a number. By default pressure is computed from the elevation,
        as FAO-56 does, so that places and sources compare.

    Returns
    -------
    EtoResult
        ``eto``, ``flags``, ``inputs``, ``terms(date)``, ``warnings``.

    Raises
    ------
    InputError
        With all problems found.

    Notes
    -----
    The routes and their order are the table in `etolib.quality`.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"tmin": [14.8], "tmax": [26.6]}, index=pd.to_datetime(["2023-07-15"]))
    >>> lyon = eto(table, Site(45.717, 4.9, elevation=200))
    >>> round(float(lyon.eto.iloc[0]), 2), lyon.flags.loc["2023-07-15", "u2"]
    (4.56, 'default_wind')
    """
    import pandas as pd

    table, arrays = _table_arrays(frame, site, method, units)
    assert site.elevation is not None
    place = {
        "latitude": np.array([site.latitude]),
        "elevation": np.array([site.elevation]),
        "day_of_year": table.index.day_of_year.to_numpy().astype(float),
    }
    done = quality.complete(arrays, **place, krs=krs, dew_point_offset=dew_point_offset)
    values = dict(done.values)
    pressure = None
    if use_pressure and "pressure" in arrays:
        computed = meteo.atmospheric_pressure(place["elevation"])
        pressure = np.where(np.isnan(arrays["pressure"]), computed, arrays["pressure"])
        values["pressure"] = pressure
    convention, surface = METHODS[method]
    with checked_inputs():
        terms = daily_terms(**done.values, **place, convention=convention, surface=surface, pressure=pressure)
    names = np.array(list(quality.FLAGS), dtype=object)
    return EtoResult(
        eto=pd.Series(terms["eto"], index=table.index, name="eto"),
        flags=pd.DataFrame({name: names[code] for name, code in done.codes.items()}, index=table.index),
        inputs=pd.DataFrame(values, index=table.index),
        site=site,
        method=method,
        warnings=tuple(quality.summary(done.codes)),
        settings={"convention": convention, "surface": surface},
    )


_READ = ("tmin", "tmax", "ea", "tdew", "rhmin", "rhmax", "rhmean", "rs", "sunshine", "u2", "pressure")


def _table_arrays(
    frame: Any, site: Site, method: str, units: dict[str, str] | None
) -> tuple[pd.DataFrame, dict[str, np.ndarray]]:
    import pandas as pd

    problems = []
    if method not in METHODS:
        problems.append(Problem("method", method, f"must be one of {', '.join(METHODS)}"))
    if site.elevation is None:
        problems.append(
            Problem("elevation", None, "is needed for pressure and clear-sky radiation", "give Site(..., elevation=)")
        )
    if not isinstance(frame, pd.DataFrame):
        problems.append(Problem("frame", type(frame).__name__, "is not a pandas DataFrame"))
        raise InputError(problems)
    table = frame.set_index("date") if "date" in frame.columns else frame
    if not isinstance(table.index, pd.DatetimeIndex):
        try:
            table = table.set_axis(pd.DatetimeIndex(table.index), axis=0)
        except (TypeError, ValueError):
            problems.append(
                Problem("index", str(table.index.dtype), "is not dates", "give a DatetimeIndex or a column date")
            )
    for name in units or {}:
        if name not in UNITS:
            problems.append(Problem("units", name, f"names no variable; known: {', '.join(UNITS)}"))
        elif name not in table.columns:
            problems.append(Problem("units", name, "names a column that is not in the table"))
    if problems:
        raise InputError(problems)
    arrays = {}
    for name in _READ:
        if name not in table.columns:
            continue
        try:
            values = pd.to_numeric(table[name]).to_numpy(dtype=float, na_value=np.nan)
        except (TypeError, ValueError):
            problems.append(
                Problem(name, table[name].dtype.name, "is not a column of numbers", "give NaN for no value")
            )
            continue
        try:
            arrays[name] = convert(values, name, units[name]) if units and name in units else values
        except InputError as error:
            problems.extend(error.problems)
    if problems:
        raise InputError(problems)
    return table, arrays
