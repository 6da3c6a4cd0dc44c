"""Variables of a Dataset under the names of climate models, reanalyses and the CF conventions.

What a Dataset has under a canonical name is taken as it is. What is missing is looked for under usual names (CMIP and
CORDEX, ERA5, E-OBS, gridMET, Daymet) and under CF standard names with their ``cell_methods``, which `cf_xarray` finds.
A variable found so must state its unit, and a sentence says what was taken for what.

References
----------
CF conventions and standard names, https://cfconventions.org; CMIP6 data request; ERA5 documentation of ECMWF.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from etolib.equations import constants as c
from etolib.equations.air import atmospheric_pressure, wind_speed_2m
from etolib.equations.elementwise import in_canonical_unit
from etolib.equations.table_dates import holds_dates
from etolib.errors import InputError, Problem
from etolib.extras import needed
from etolib.quantities import carries_unit, without_unit
from etolib.units import convert
from etolib.words import Text, say

_TEMPERATURES = ("tas", "t2m", "tg", "T2M", "T2", "2m_temperature", "Temperature_Air_2m_Mean_24h")

USUAL: Mapping[str, tuple[str, ...]] = {
    "tmin": ("tasmin", "mn2t", "mn2t24", "tn", "tmmn", "T2M_MIN", "Temperature_Air_2m_Min_24h",
             "daily_minimum_temperature"),
    "tmax": ("tasmax", "mx2t", "mx2t24", "tx", "tmmx", "T2M_MAX", "Temperature_Air_2m_Max_24h",
             "daily_maximum_temperature"),
    "tmean": _TEMPERATURES,
    "temperature": _TEMPERATURES,
    "tdew": ("d2m", "tdps", "2m_dewpoint_temperature", "T2MDEW", "Dew_Point_Temperature_2m_Mean"),
    "rhmean": ("hurs", "hu", "RH2M"),
    "rhmin": ("hursmin", "rmin", "daily_minimum_relative_humidity"),
    "rhmax": ("hursmax", "rmax", "daily_maximum_relative_humidity"),
    "ea": ("vp", "Vapour_Pressure_Mean"),
    "rs": ("rsds", "ssrd", "qq", "srad", "ALLSKY_SFC_SW_DWN", "Solar_Radiation_Flux",
           "daily_mean_shortwave_radiation_at_surface", "surface_solar_radiation_downwards", "SWDOWN"),
    "u2": ("sfcWind", "sfcwind", "si10", "ws10", "fg", "vs", "WS2M", "Wind_Speed_10m_Mean", "daily_mean_wind_speed"),
    "pressure": ("ps", "sp", "PS", "PSFC", "surface_pressure"),
    "precipitation": ("pr", "tp", "PRECTOTCORR", "Precipitation_Flux", "precipitation_amount", "total_precipitation"),
    "cloud": ("clt", "tcc", "CLOUD_AMT"),
    "elevation": ("orog", "altitude", "HGT"),
}  # fmt: skip
"""What models and gridded data sets call a variable, by its canonical name."""

EASTWARD = ("u10", "uas", "U10", "10m_u_component_of_wind")
NORTHWARD = ("v10", "vas", "V10", "10m_v_component_of_wind")
SPECIFIC = ("huss", "sph", "q2m", "QV2M", "Q2")
"""Wind in two components, and specific humidity."""

_STANDARD: Mapping[str, tuple[str, str | None]] = {
    "tmin": ("air_temperature", "minimum"),
    "tmax": ("air_temperature", "maximum"),
    "temperature": ("air_temperature", None),
    "tdew": ("dew_point_temperature", None),
    "rhmin": ("relative_humidity", "minimum"),
    "rhmax": ("relative_humidity", "maximum"),
    "rhmean": ("relative_humidity", None),
    "ea": ("water_vapor_partial_pressure_in_air", None),
    "rs": ("surface_downwelling_shortwave_flux_in_air", None),
    "u2": ("wind_speed", None),
    "pressure": ("surface_air_pressure", None),
    "precipitation": ("precipitation_flux lwe_precipitation_rate precipitation_amount "
                      "lwe_thickness_of_precipitation_amount", None),
    "cloud": ("cloud_area_fraction", None),
    "sunshine": ("duration_of_sunshine", None),
    "elevation": ("surface_altitude", None),
}  # fmt: skip
"""CF standard name of each variable (or several), and the extreme that its ``cell_methods`` must state over time."""

GRAVITY = 9.80665
"""Standard gravity, by which a geopotential is divided. [m s-2]"""

GEOPOTENTIAL = ("z", "geopotential", "PHIS")
"""What reanalyses call the geopotential of the surface, by which they give the elevation of their cells."""

_DATED = ("time", "valid_time", "Time", "date")
_LEVELS = ("lev", "pres", "isobaric", "height")

_MODEL_WIND = 10.0  # m: of winds of models and reanalyses, unless they say otherwise
_HEIGHTS = {"WS2M": 2.0}
_GASES = 0.622  # ratio of the molecular weights of water vapour and dry air (FAO-56 Eq. 8)


@dataclass(frozen=True)
class Found:
    """A variable of a Dataset and what it is taken for."""

    name: str
    source: str
    array: Any


def understand(
    dataset: Any, wanted: tuple[str, ...], units: Mapping[str, str], elevation: float | None = None
) -> tuple[Any, list[Text]]:
    """Return a Dataset with what is understood under canonical names and in canonical units, and what was taken.

    Parameters
    ----------
    dataset : xarray.Dataset
    wanted : tuple of str
        Canonical variables that may be looked for.
    units : mapping of str to str
        What a person says of units, by canonical name.
    elevation : float, optional
        Of the place, where the Dataset has none. [m]

    Raises
    ------
    InputError
        Where a variable found so has no unit, or two could be meant.

    Examples
    --------
    >>> import xarray as xr
    >>> cmip = xr.Dataset({"tasmin": ("t", [280.15], {"units": "K"}), "sfcWind": ("t", [4.0], {"units": "m s-1"})})
    >>> found, said = understand(cmip, ("tmin", "u2"), {})
    >>> found["tmin"].values.round(2), found["u2"].values.round(2)
    (array([7.]), array([2.99]))
    >>> said[1]
    "u2 is 'sfcWind', the wind at 10 m brought to 2 m (FAO-56 Eq. 47)"
    """
    problems: list[Problem] = []
    said: list[Text] = []
    taken: dict[str, Any] = {}
    for name in (*wanted, "elevation"):
        if name in dataset.variables:
            continue
        try:
            if (found := find(dataset, name)) is None:
                continue
            array, sentence = _READERS.get(name, _plain)(dataset, found, units)
            taken[name] = array
            said.append(sentence)
        except InputError as error:
            problems += error.problems
    if "u2" in wanted and "u2" not in dataset.variables and "u2" not in taken:
        _components(dataset, taken, said, problems)
    humidity = {"ea", "tdew", "rhmin", "rhmax", "rhmean"}
    if not humidity & (set(map(str, dataset.variables)) | set(taken)):
        _specific(dataset, taken, said, problems, elevation)
    if problems:
        raise InputError(problems)
    return dataset.assign(taken) if taken else dataset, said


def geopotential_name(dataset: Any) -> str | None:
    """Return the variable that is the geopotential of the surface, by its unit; None where there is none."""
    return next((n for n in GEOPOTENTIAL if n in dataset.variables and is_geopotential(dataset[n])), None)


def is_geopotential(array: Any) -> bool:
    """Return whether a variable is in m2 s-2."""
    unit = str(array.attrs.get("units", "")).replace("*", "").replace("^", "").replace("/", " ")
    return unit.split() in (["m2", "s-2"], ["m2", "s2"])


def with_elevation(dataset: Any) -> tuple[Any, list[Text]]:
    """Return a Dataset with the ``elevation`` of its cells [m] where it has their geopotential, and what was taken.

    >>> import xarray as xr
    >>> era5 = xr.Dataset({"z": (("time", "x"), [[0.0, 980.665]], {"units": "m**2 s**-2"})})
    >>> with_elevation(era5)[0]["elevation"].values.round(3)
    array([  0., 100.])
    """
    name = geopotential_name(dataset)
    if name is None or "elevation" in dataset.variables or find(dataset, "elevation") is not None:
        return dataset, []
    surface = dataset[name].squeeze(drop=True)
    dated = [dim for dim in surface.dims if dim in _DATED or (dim in surface.coords and holds_dates(surface[dim]))]
    surface = surface.isel(dict.fromkeys(dated, 0), drop=True)  # the ground does not move
    if surface.ndim > 2 or any(word in str(dim).lower() for dim in surface.dims for word in _LEVELS):
        return dataset, []  # of the air, not of the ground
    height = _bare(surface / GRAVITY).rename("elevation").assign_attrs(units="m")
    return dataset.assign(elevation=height), [say("elevation_of_geopotential", name=repr(name))]


def latitude_of(dataset: Any) -> str | None:
    """Return what a Dataset calls its latitude, by its CF attributes; None where there are several, or none."""
    return coordinate_of(dataset, "latitude")


def coordinate_of(dataset: Any, axis: str) -> str | None:
    """Return what a Dataset calls its ``latitude`` or ``longitude``, as `latitude_of`."""
    with needed():
        import cf_xarray  # noqa: F401 (gives a Dataset its accessor `cf`)

    found = dataset.cf.standard_names.get(axis, []) or dataset.cf.coordinates.get(axis, [])
    return str(found[0]) if len(found) == 1 else None


def names_read(dataset: Any, wanted: tuple[str, ...]) -> list[str]:
    """Return the variables of a Dataset of which `understand` may take one of ``wanted``, in their order.

    >>> import xarray as xr
    >>> names_read(xr.Dataset({"tasmin": 1.0, "uas": 2.0, "zg": 3.0}), ("tmin", "u2"))
    ['tasmin', 'uas']
    """
    with needed():
        import cf_xarray  # noqa: F401 (gives a Dataset its accessor `cf`)

    known = {*wanted, *(usual for name in wanted for usual in USUAL.get(name, ()))}
    for standard, extreme in (_STANDARD[name] for name in wanted if name in _STANDARD):
        known |= {str(name) for name in _called(dataset, standard) if _extreme(dataset[name]) == extreme}
    if "u2" in wanted:
        known |= {*EASTWARD, *NORTHWARD}
    if "ea" in wanted:
        known |= {*SPECIFIC}
    if "rs" in wanted:
        known.add("dayl")
    return [str(name) for name in dataset.data_vars if name in known]


def find(dataset: Any, name: str) -> Found | None:
    """Return the variable that is meant; InputError where there are several."""
    there = [usual for usual in USUAL.get(name, ()) if usual in dataset.data_vars]
    if not there and name in _STANDARD:
        with needed():
            import cf_xarray  # noqa: F401 (gives a Dataset its accessor `cf`)

        standard, extreme = _STANDARD[name]
        there = [
            str(known) for known in _called(dataset, standard)
            if known in dataset.data_vars and known not in _STANDARD and _extreme(dataset[known]) == extreme
        ]  # fmt: skip
    if len(there) > 1:
        raise InputError(
            [Problem(name, ", ".join(there), say("may_be_any_of_these"), say("rename_the_one", name=name))]
        )
    return Found(name, there[0], dataset[there[0]]) if there else None


def _called(dataset: Any, standard: str) -> list[Any]:
    return [name for one in standard.split() for name in dataset.cf.standard_names.get(one, ())]


def _extreme(array: Any) -> str | None:
    methods = str(array.attrs.get("cell_methods", ""))
    match = re.search(r"time:\s*(maximum|minimum)", methods)
    return match[1] if match else None


def _plain(dataset: Any, found: Found, units: Mapping[str, str]) -> tuple[Any, Text]:
    return converted(found, units), say("variable_taken_for", variable=found.name, name=repr(found.source))


def converted(found: Found, units: Mapping[str, str]) -> Any:
    """Return a variable in its canonical unit, which its attribute or the user states."""
    if carries_unit(found.array):
        return _bare(without_unit(found.array, found.name).rename(found.name))
    unit = units.get(found.name, found.array.attrs.get("units"))
    if unit is None:
        raise InputError([Problem(found.source, None, say("states_no_unit"), say("give_its_unit", name=found.name))])
    return _bare(convert(found.array, found.name, str(unit)).rename(found.name))


def _bare(array: Any) -> Any:
    array = array.copy(deep=False)
    array.attrs = {}
    return array


def _radiation(dataset: Any, found: Found, units: Mapping[str, str]) -> tuple[Any, Text]:
    """Radiation: that of Daymet is the mean of the daylight, whose length stands beside it."""
    if found.source == "srad" and "dayl" in dataset.data_vars:
        day = convert(dataset["dayl"], "daylight", str(dataset["dayl"].attrs.get("units", "s")))
        array = _bare(converted(found, units) * day / c.HOURS_PER_DAY).rename("rs")
        return array, say("radiation_of_daylight", variable="rs", name=repr("srad"))
    unit = str(units.get("rs", found.array.attrs.get("units")))
    key = "radiation_total_of_day" if re.match(r"\s*[kM]?J", unit) and "d" not in unit.lower() else "variable_taken_for"
    return converted(found, units), say(key, variable="rs", name=repr(found.source))


def _wind(dataset: Any, found: Found, units: Mapping[str, str]) -> tuple[Any, Text]:
    height = _height(found.array, known=found.source in USUAL["u2"])
    array = converted(found, units)
    return _brought_down(array, height, found.source)


def _brought_down(array: Any, height: float, source: str) -> tuple[Any, Text]:
    if height == 2.0:
        return array, say("variable_taken_for", variable="u2", name=repr(source))
    return _bare(wind_speed_2m(array, height)).rename("u2"), say(
        "wind_brought_to_2_m", variable="u2", name=repr(source), height=f"{height:g}"
    )


def _height(array: Any, known: bool) -> float:
    """Return the height of a wind [m]: its words, its coordinate, else 10 m where its name is that of a model.

    A coordinate of one height stands on every variable of a Dataset: 2 m is that of the temperature.
    """
    match = re.search(r"(\d+(?:\.\d+)?)[ -]?(?:m|met(?:er|re)s?)\b", str(array.attrs.get("long_name", "")).lower())
    if match:
        return float(match[1])
    for name in ("height", "height10m"):
        if not known and name in array.coords and array.coords[name].size == 1:
            unit = str(array.coords[name].attrs.get("units", "m"))
            height = float(convert(float(array.coords[name]), "height", unit))
            if height != 2.0:
                return height
    if not known:
        raise InputError([Problem(str(array.name), None, say("wind_of_unknown_height"), say("bring_wind_to_2_m"))])
    return _HEIGHTS.get(str(array.name), _MODEL_WIND)


_Reader = Callable[[Any, Found, Mapping[str, str]], tuple[Any, Text]]
_READERS: Mapping[str, _Reader] = {"u2": _wind, "rs": _radiation}


def _components(dataset: Any, taken: dict[str, Any], said: list[Text], problems: list[Problem]) -> None:
    """Take the wind from its two components."""
    for east, north in zip(EASTWARD, NORTHWARD, strict=True):
        if east in dataset.data_vars and north in dataset.data_vars:
            try:
                both = [converted(Found("u2", name, dataset[name]), {}) for name in (east, north)]
            except InputError as error:
                problems += error.problems
                return
            speed = _bare(np.hypot(both[0], both[1]))
            taken["u2"] = _bare(wind_speed_2m(speed, _height(dataset[east], known=True))).rename("u2")
            said.append(say("wind_of_components", variable="u2", name=repr(east), name2=repr(north)))
            return


def _specific(
    dataset: Any, taken: dict[str, Any], said: list[Text], problems: list[Problem], elevation: float | None
) -> None:
    """Take the vapour pressure from specific humidity: ea = q P / (0.622 + 0.378 q)."""
    name = next((name for name in SPECIFIC if name in dataset.data_vars), None)
    if name is None:
        return
    unit = str(dataset[name].attrs.get("units")).replace("**", "").replace("^", "")
    factor = {"kg kg-1": 1.0, "kg/kg": 1.0, "1": 1.0, "g kg-1": 1e-3, "g/kg": 1e-3}.get(unit)
    if factor is None:
        problems.append(Problem(name, dataset[name].attrs.get("units"), say("states_no_unit"), say("give_kg_kg")))
        return
    pressure = taken.get("pressure")
    if pressure is None and "pressure" in dataset.variables:
        pressure = in_canonical_unit(dataset["pressure"], "pressure")
    if pressure is None:
        height = taken.get("elevation", dataset["elevation"] if "elevation" in dataset.variables else elevation)
        if height is None:
            return  # what is missing is told where the place is read
        pressure = atmospheric_pressure(height)
    q = dataset[name] * factor
    taken["ea"] = _bare(q * pressure / (_GASES + (1 - _GASES) * q)).rename("ea")
    said.append(say("vapour_from_specific_humidity", variable="ea", name=repr(name)))
