"""Small Datasets of every convention, all written from the same truth."""

from __future__ import annotations

import numpy as np
import pandas as pd
import xarray as xr

from etolib.equations.air import wind_speed_2m

DAYS = pd.date_range("2023-03-01", periods=6)
LATITUDES = np.array([-24.0, -23.5, -23.0, -22.5])
LONGITUDES = np.array([-48.5, -48.0, -47.5])
TEN = float(wind_speed_2m(1.0, 10.0))
"""Wind at 2 m for 1 m s-1 at 10 m."""

_SEED = np.random.default_rng(7)
_SHAPE = (len(DAYS), len(LATITUDES), len(LONGITUDES))


def _field(low: float, high: float) -> np.ndarray:
    return _SEED.uniform(low, high, _SHAPE).round(3)


TRUTH = {
    "tmin": _field(12, 18),
    "tmax": _field(24, 32),
    "ea": _field(1.3, 1.5),
    "rs": _field(15, 24),
    "u2": _field(1, 3),
    "precipitation": _field(0, 9),
}
HEIGHT = _SEED.uniform(400, 700, _SHAPE[1:]).round(1)

Q_OF = 0.622
PRESSURE = 95.0


def dataset(variables, *, lat="latitude", lon="longitude", time="time", height="elevation", dims=None, **attributes):
    """Return a Dataset of (name: (values, attributes)) on the common grid."""
    dims = dims or (time, lat, lon)
    made = xr.Dataset(
        {name: (dims, values, attrs) for name, (values, attrs) in variables.items()},
        {
            time: DAYS,
            lat: (lat, LATITUDES, {"units": "degrees_north"}),
            lon: (lon, LONGITUDES, {"units": "degrees_east"}),
        },
        attributes,
    )
    if height:
        made[height] = (dims[1:], HEIGHT, {"units": "m"})
    return made


def u(values, unit, **attributes):
    return values, {"units": unit, **attributes}


def cf():
    """CF standard names with cell methods, names that say nothing."""
    t = TRUTH
    return dataset({
        "a": u(t["tmin"] + 273.15, "K", standard_name="air_temperature", cell_methods="time: minimum"),
        "b": u(t["tmax"] + 273.15, "K", standard_name="air_temperature", cell_methods="time: maximum"),
        "c": u(t["ea"] * 1000, "Pa", standard_name="water_vapor_partial_pressure_in_air"),
        "d": u(t["rs"] / 0.0864, "W m-2", standard_name="surface_downwelling_shortwave_flux_in_air"),
        "e": u(t["u2"] / TEN, "m s-1", standard_name="wind_speed", long_name="wind speed at 10 m"),
        "f": u(t["precipitation"] / 86400, "kg m-2 s-1", standard_name="precipitation_flux"),
    })  # fmt: skip


def cmip():
    """CORDEX or CMIP: short names, noon labels with bounds, longitudes to 360."""
    t = TRUTH
    q = 0.622 * t["ea"] / (PRESSURE - 0.378 * t["ea"])
    made = dataset({
        "tasmin": u(t["tmin"] + 273.15, "K"), "tasmax": u(t["tmax"] + 273.15, "K"), "huss": u(q, "1"),
        "ps": u(np.full(_SHAPE, PRESSURE * 1000), "Pa"), "rsds": u(t["rs"] / 0.0864, "W m-2"),
        "sfcWind": u(t["u2"] / TEN, "m s-1"), "pr": u(t["precipitation"] / 86400, "kg m-2 s-1"),
    }, lat="lat", lon="lon", height="orog", experiment_id="evaluation")  # fmt: skip
    made = made.assign_coords(time=DAYS + pd.Timedelta("12h"), lon=made.lon % 360)
    made["time_bnds"] = (("time", "bnds"), np.stack([DAYS, DAYS + pd.Timedelta("1D")], axis=1))
    made.time.attrs["bounds"] = "time_bnds"
    return made


def agera5():
    """AgERA5: long names, latitudes that fall, J m-2 a day."""
    t = TRUTH
    return dataset({
        "Temperature_Air_2m_Min_24h": u(t["tmin"] + 273.15, "K"),
        "Temperature_Air_2m_Max_24h": u(t["tmax"] + 273.15, "K"),
        "Vapour_Pressure_Mean": u(t["ea"] * 10, "hPa"), "Solar_Radiation_Flux": u(t["rs"] * 1e6, "J m-2 d-1"),
        "Wind_Speed_10m_Mean": u(t["u2"] / TEN, "m s-1"), "Precipitation_Flux": u(t["precipitation"], "mm d-1"),
    }, lat="lat", lon="lon").isel(lat=slice(None, None, -1))  # fmt: skip


def gridmet():
    """gridMET: dimension day, longitudes before latitudes."""
    t = TRUTH
    return dataset({
        "daily_minimum_temperature": u(t["tmin"] + 273.15, "K"),
        "daily_maximum_temperature": u(t["tmax"] + 273.15, "K"), "vp": u(t["ea"], "kPa"),
        "daily_mean_shortwave_radiation_at_surface": u(t["rs"] / 0.0864, "W m-2"),
        "daily_mean_wind_speed": u(t["u2"] / TEN, "m/s"), "precipitation_amount": u(t["precipitation"], "mm"),
    }, lat="lat", lon="lon", time="day").transpose("day", "lon", "lat")  # fmt: skip


def power():
    """NASA POWER: its own names, wind at 2 m, degrees Celsius."""
    t = TRUTH
    dew = (237.3 * np.log(t["ea"] / 0.6108)) / (17.27 - np.log(t["ea"] / 0.6108))
    return dataset({
        "T2M_MIN": u(t["tmin"], "C"), "T2M_MAX": u(t["tmax"], "C"), "T2MDEW": u(dew, "C"),
        "ALLSKY_SFC_SW_DWN": u(t["rs"] / 0.0864, "W/m^2"), "WS2M": u(t["u2"], "m/s"),
        "PRECTOTCORR": u(t["precipitation"] / 86400, "mm s-1"),
    }, lat="lat", lon="lon")  # fmt: skip


def components():
    """ERA5 daily statistics: two components of the mean wind, water in metres, geopotential."""
    t = TRUTH
    dew = (237.3 * np.log(t["ea"] / 0.6108)) / (17.27 - np.log(t["ea"] / 0.6108))
    made = dataset({
        "mn2t": u(t["tmin"] + 273.15, "K"), "mx2t": u(t["tmax"] + 273.15, "K"), "d2m": u(dew + 273.15, "K"),
        "ssrd": u(t["rs"] * 1e6, "J m**-2"), "u10": u(t["u2"] / TEN * 0.6, "m s**-1"),
        "v10": u(t["u2"] / TEN * -0.8, "m s**-1"), "tp": u(t["precipitation"] / 1000, "m"),
    }, time="valid_time", height="z")  # fmt: skip
    made["z"] = (made["z"].dims, HEIGHT * 9.80665, {"units": "m**2 s**-2"})
    return made


def rotated():
    """CORDEX on a rotated pole: latitude and longitude of two dimensions."""
    made = cmip().rename(lat="rlat", lon="rlon")
    east, north = np.meshgrid(made.rlon - 360, made.rlat)
    return made.assign_coords(
        rlat=("rlat", np.arange(4.0), {"standard_name": "grid_latitude", "units": "degrees"}),
        rlon=("rlon", np.arange(3.0), {"standard_name": "grid_longitude", "units": "degrees"}),
        lat=(("rlat", "rlon"), north + 0.02 * east, {"units": "degrees_north"}),
        lon=(("rlat", "rlon"), east - 0.02 * north + 360, {"units": "degrees_east"}),
    )


def packed(folder):
    """Packed integers with a fill value, as a file."""
    path = folder / "packed.nc"
    made = agera5()
    packing = {"dtype": "int16", "_FillValue": -32767}
    coding = {name: {**packing, "scale_factor": float(np.ptp(made[name].values) / 60000 or 1e-4),
                     "add_offset": float((made[name].max() + made[name].min()) / 2)}
              for name in made.data_vars if name != "elevation"}  # fmt: skip
    made.to_netcdf(path, engine="h5netcdf", encoding=coding)
    return str(path)


DAILY = {
    "cf": cf, "cmip": cmip, "agera5": agera5, "gridmet": gridmet, "power": power, "components": components,
    "rotated": rotated,
}  # fmt: skip
