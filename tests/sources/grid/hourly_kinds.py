"""Small Datasets of hours, of every convention, from the same truth at the ends of the hours."""

from __future__ import annotations

import numpy as np
import pandas as pd
import xarray as xr

from tests.sources.grid.kinds import TEN

HOURS = pd.date_range("2023-03-01T01:00", "2023-03-06T00:00", freq="h")
"""The ends of the hours; states are those of these moments."""

LATITUDES, LONGITUDES = np.array([-23.0, -23.25]), np.array([-48.0, -47.75])
_SEED = np.random.default_rng(11)
_SHAPE = (len(HOURS), 2, 2)
_UTC = np.asarray(HOURS.hour, dtype=float)
_DAY = np.maximum(0.0, np.sin((((_UTC - 0.5 - 3.0) % 24) - 6) / 12 * np.pi))


def _course(shape, noise):
    return shape[:, None, None] + _SEED.uniform(0, noise, _SHAPE)


TRUTH = {
    "temperature": _course(20 + 6 * np.sin((_UTC - 3 - 9) / 24 * 2 * np.pi), 1.0),
    "dew": _course(12 + 0 * _UTC, 1.0),
    "wind": _course(1.5 + _DAY, 0.5),
    "direction": _SEED.uniform(0, 2 * np.pi, _SHAPE),
    "pressure": _course(95 + 0 * _UTC, 0.2),
    "rs": (2.5 * _DAY[:, None, None] * _SEED.uniform(0.6, 1.0, _SHAPE)).round(4),
    "rain": np.where(_SEED.uniform(0, 1, _SHAPE) > 0.8, _SEED.uniform(0, 3, _SHAPE), 0.0),
}


def u(values, unit, **attributes):
    return values, {"units": unit, **attributes}


def dataset(variables, times=HOURS, time="time"):
    return xr.Dataset(
        {name: ((time, "latitude", "longitude"), values, attrs) for name, (values, attrs) in variables.items()},
        {time: times, "latitude": LATITUDES, "longitude": LONGITUDES},
    )


def since_midnight(values):
    """Return sums that begin again after 00 UTC."""
    return np.concatenate([values[i : i + 24].cumsum(axis=0) for i in range(0, len(values), 24)])


def states():
    t = TRUTH
    return {
        "t2m": u(t["temperature"] + 273.15, "K"), "d2m": u(t["dew"] + 273.15, "K"),
        "u10": u(t["wind"] / TEN * np.cos(t["direction"]), "m s**-1"),
        "v10": u(t["wind"] / TEN * np.sin(t["direction"]), "m s**-1"), "sp": u(t["pressure"] * 1000, "Pa"),
    }  # fmt: skip


def era5():
    """ERA5: amounts of the hour before, dimension valid_time."""
    return dataset({**states(), "ssrd": u(TRUTH["rs"] * 1e6, "J m**-2"), "tp": u(TRUTH["rain"] / 1000, "m")},
                   time="valid_time")  # fmt: skip


def era5_land():
    """ERA5-Land: amounts since 00 UTC."""
    return dataset({
        **states(), "ssrd": u(since_midnight(TRUTH["rs"]) * 1e6, "J m**-2"),
        "tp": u(since_midnight(TRUTH["rain"]) / 1000, "m"),
    })  # fmt: skip


def wrf():
    """WRF: states at moments, rain since the simulation began in two parts, times in XTIME, cells of two dimensions."""
    t = TRUTH
    east, north = np.meshgrid(LONGITUDES, LATITUDES)
    dims = ("Time", "south_north", "west_east")
    made = xr.Dataset({
        "T2": (dims, t["temperature"] + 273.15, {"units": "K"}),
        "Q2": (dims, q_of(t), {"units": "kg kg-1"}), "PSFC": (dims, t["pressure"] * 1000, {"units": "Pa"}),
        "U10": (dims, t["wind"] / TEN * np.cos(t["direction"]), {"units": "m s-1"}),
        "V10": (dims, t["wind"] / TEN * np.sin(t["direction"]), {"units": "m s-1"}),
        "RAINC": (dims, (0.3 * t["rain"]).cumsum(axis=0), {"units": "mm"}),
        "RAINNC": (dims, (0.7 * t["rain"]).cumsum(axis=0), {"units": "mm"}),
        "HGT": (dims, np.full(_SHAPE, 550.0), {"units": "m"}),
    })  # fmt: skip
    return made.assign_coords(
        XTIME=("Time", HOURS), XLAT=(dims, np.broadcast_to(north, _SHAPE), {"units": "degree_north"}),
        XLONG=(dims, np.broadcast_to(east, _SHAPE), {"units": "degree_east"}),
    )  # fmt: skip


def q_of(t):
    ea = 0.6108 * np.exp(17.27 * t["dew"] / (t["dew"] + 237.3))
    return 0.622 * ea / (t["pressure"] - 0.378 * ea)


def cordex():
    """Rates with bounds and labels in the middle, states at moments."""
    t = TRUTH
    made = dataset({
        "tas": u(t["temperature"] + 273.15, "K", cell_methods="time: point"), "huss": u(q_of(t), "1"),
        "ps": u(t["pressure"] * 1000, "Pa"), "sfcWind": u(t["wind"] / TEN, "m s-1"),
        "rsds": u(t["rs"] / 0.0036, "W m-2", cell_methods="time: mean"),
        "pr": u(t["rain"] / 3600, "kg m-2 s-1", cell_methods="time: mean"),
    })  # fmt: skip
    made["time_bnds"] = (("time", "bnds"), np.stack([HOURS - pd.Timedelta("1h"), HOURS], axis=1))
    made.time.attrs["bounds"] = "time_bnds"
    return made


KINDS = {"era5": era5, "era5_land": era5_land, "wrf": wrf, "cordex": cordex}
