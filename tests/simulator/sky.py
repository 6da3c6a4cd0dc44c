"""Simulated weather: deterministic, physically plausible, and invented.

Nothing here is an observation. One field of weather is made from hashed noise over place and time, so that a
value depends on place, hour and provider only: not on the range asked for, nor on the process that asks.
Neighbouring places and hours are alike; every provider sees the same weather with its own small error.

Physics kept: radiation never above the extraterrestrial one (FAO-56 Eq. 21), dew point never above the air
temperature, relative humidity from both (FAO-56 Eq. 11), pressure from elevation (FAO-56 Eq. 7), cloud damps
radiation and diurnal range and brings rain, seasons are mirrored between the hemispheres.
"""

from __future__ import annotations

import datetime as dt
import functools
import zlib

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Hours = NDArray[np.float64] | NDArray[np.int64]

EPOCH = dt.date(1970, 1, 1)
HOURS = 24

# Rough boxes of land [south, north, west, east]; enough that a point in mid-ocean is at sea.
_LAND = np.array(
    [
        (25, 72, -125, -66), (7, 25, -112, -77), (17, 23.5, -85, -61), (58, 71, -166, -125),
        (18.9, 22.3, -160.3, -154.8),
        (60, 83, -55, -22), (-5, 12, -81, -50), (-24, 1, -77, -34.7), (-38, -24, -73, -48), (-55, -38, -75, -63),
        (63, 66.6, -24.5, -13.4), (36, 71, -10, 40), (4, 37, -17.5, 43), (-35, 12, 9, 41), (-26, -12, 43, 50.5),
        (8, 77, 40, 145), (50, 72, 140, 180), (-11, 20, 95, 141), (31, 46, 129, 146), (-39, -10, 113, 154),
        (-44, -39, 144, 149),
        (-47.5, -34, 166, 179), (13, 13.7, 144.6, 145), (-90, -70, -180, 180),
    ],
    dtype=float,
)  # fmt: skip


def _mix(value: NDArray[np.uint64]) -> NDArray[np.uint64]:
    # splitmix64 finaliser (Steele, Lea, Flood 2014): neighbouring integers become unrelated ones
    value = (value ^ (value >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    value = (value ^ (value >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return value ^ (value >> np.uint64(31))


def _hashed(seed: int, row: int, column: int, steps: NDArray[np.int64]) -> Array:
    """Return one number in [-1, 1) per step, fixed by its four integers."""
    key = np.array(
        [(seed * 0x9E3779B97F4A7C15 + row * 0xC2B2AE3D27D4EB4F + column * 0x165667B19E3779F9) % 2**64], np.uint64
    )
    mixed = _mix(_mix(key) + steps.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15))
    return (mixed >> np.uint64(11)).astype(np.float64) * 2.0**-52 - 1.0


def noise(name: str, latitude: float, longitude: float, hours: Array, degrees: float, period: float) -> Array:
    """Return smooth noise of unit spread over a lattice of ``degrees`` and ``period`` [h].

    ``hours`` must rise. ``degrees`` divides 360, so that the lattice closes at the antimeridian.

    >>> part = noise("cloud", 10.0, 20.0, np.arange(50.0, 60.0), 5, 12)
    >>> whole = noise("cloud", 10.0, 20.0, np.arange(0.0, 100.0), 5, 12)
    >>> bool(np.allclose(part, whole[50:60]))
    True
    """
    seed = zlib.crc32(name.encode())
    y, x, t = (latitude + 90) / degrees, (longitude + 180) / degrees, hours / period
    row, column, first = int(np.floor(y)), int(np.floor(x)), int(np.floor(t[0]))
    fy, fx = y - row, x - column
    lattice = np.arange(first, int(np.floor(t[-1])) + 2, dtype=np.int64)
    columns = round(360 / degrees)
    weights = {(0, 0): (1 - fy) * (1 - fx), (0, 1): (1 - fy) * fx, (1, 0): fy * (1 - fx), (1, 1): fy * fx}
    knots = sum(w * _hashed(seed, row + i, (column + j) % columns, lattice) for (i, j), w in weights.items() if w)
    knots = knots * np.sqrt(3.0 / sum(w * w for w in weights.values()))
    step = np.floor(t)
    share = t - step
    share = share * share * (3 - 2 * share)
    index = step.astype(np.int64) - first
    return knots[index] * (1 - share) + knots[index + 1] * share


def is_land(latitude: float, longitude: float) -> bool:
    """Return whether the simulated world has land there (rough boxes).

    >>> is_land(-22.7, -47.6), is_land(0.0, -140.0)
    (True, False)
    """
    south, north, west, east = _LAND.T
    return bool(np.any((latitude >= south) & (latitude <= north) & (longitude >= west) & (longitude <= east)))


@functools.lru_cache(maxsize=4096)  # lists of stations ask for the same places under every fault
def elevation(latitude: float, longitude: float) -> float:
    """Return the height of the simulated terrain [m]; 0 at sea."""
    if not is_land(latitude, longitude):
        return 0.0
    at = np.zeros(1)
    wide = noise("terrain", latitude, longitude, at, 10, 1)[0]
    near = noise("terrain near", latitude, longitude, at, 1, 1)[0]
    return float(max(2.0, 380 + 240 * wide + 60 * near))


def saturation(temperature: Array) -> Array:
    """Return the saturation vapour pressure [kPa] at a temperature [degC] (FAO-56 Eq. 11)."""
    return 0.6108 * np.exp(17.27 * temperature / (temperature + 237.3))


def surface_pressure(height: float) -> float:
    """Return the mean pressure [kPa] at a height [m] (FAO-56 Eq. 7)."""
    return 101.3 * ((293 - 0.0065 * height) / 293) ** 5.26


def _sun(latitude: float, longitude: float, hours: Array) -> tuple[Array, Array]:
    """Return extraterrestrial radiation of each hour [MJ m-2 h-1] and local solar time at its start [h]."""
    solar = (hours + longitude / 15) % HOURS
    year_day = (hours / HOURS + 0.5) % 365.2425
    declination = 0.409 * np.sin(2 * np.pi * year_day / 365 - 1.39)
    distance = 1 + 0.033 * np.cos(2 * np.pi * year_day / 365)
    phi = np.radians(latitude)
    angle = (solar + 0.5 - 12) * np.pi / 12
    height = np.sin(phi) * np.sin(declination) + np.cos(phi) * np.cos(declination) * np.cos(angle)
    return 4.92 * distance * np.maximum(height, 0), solar


def hourly(
    latitude: float, longitude: float, hours: Hours, provider: str, height: float | None = None
) -> dict[str, Array]:
    """Return the simulated weather of whole hours as one provider sees it.

    Parameters
    ----------
    latitude, longitude : float
        Place. [degrees]
    hours : numpy.ndarray, shape (n,)
        Consecutive hours since 1970-01-01T00 UTC. Instant variables hold at the start of the hour, ``rs``,
        ``ra`` and ``rain`` are totals of the hour that begins there.
    provider : str
        Name of the provider (and model): sets the small error it makes.
    height : float, optional
        Elevation of the answering cell or station, default the simulated terrain. [m]

    Returns
    -------
    dict of numpy.ndarray, shape (n,)
        ``temperature``, ``dewpoint`` [degC], ``rh`` [%], ``wind`` at 10 m [m s-1], ``direction`` [degrees],
        ``cloud`` [%], ``rs``, ``ra`` [MJ m-2 h-1], ``rain`` [mm], ``pressure``, ``msl`` [kPa].
    """
    height = elevation(latitude, longitude) if height is None else height
    return dict(_hourly(latitude, longitude, int(hours[0]), len(hours), provider, height))


@functools.lru_cache(maxsize=64)  # a year is 0.8 MB; tests ask for the same days under many faults
def _hourly(
    latitude: float, longitude: float, first: int, count: int, provider: str, height: float
) -> dict[str, Array]:
    """Return what `hourly` does, as arrays that cannot be changed."""
    time: Array = np.arange(first, first + count, dtype=float)
    far = abs(np.sin(np.radians(latitude)))

    def field(name: str, degrees: float, period: float) -> Array:
        return noise(name, latitude, longitude, time, degrees, period)

    def error(name: str) -> Array:
        bias = noise(f"{provider} {name}", 0, 0, np.zeros(1), 90, 1)[0]
        return 0.5 * bias + 0.7 * field(f"{provider} {name}", 1, 30)

    ra, solar = _sun(latitude, longitude, time)
    season = np.cos(2 * np.pi * ((time / HOURS) % 365.2425 - 203) / 365.2425) * np.sign(latitude)
    wet = (
        0.5 * season * (1 - far)
        + 0.6 * field("synoptic", 10, 96)
        + 0.5 * field("cloud", 5, 20)
        + 0.25 * field("cloud near", 1, 7)
    )
    wet = wet - 0.7 * np.exp(-(((abs(latitude) - 25) / 9) ** 2))  # the dry belts of the subtropics
    cloud = np.clip(0.48 + 0.25 * wet + 0.02 * error("cloud"), 0, 1)

    mean = 28 - 20 * far**2 - 22 * far**6 + (0.8 + 13 * far**1.5) * season - 0.0065 * height
    mean = mean + (0.9 + 2.6 * far) * field("air mass", 10, 84) + 0.35 * error("temperature")
    swing = (
        (6.5 - 3.8 * cloud)
        * (0.35 + 0.65 * np.cos(np.radians(latitude)))
        * (1.0 if is_land(latitude, longitude) else 0.25)
    )
    temperature = mean + swing * (np.cos((solar - 14.6) * np.pi / 12) + 0.12 * np.cos((solar - 14.6) * np.pi / 6))
    dryness = np.maximum(0.4, 5.5 - 3.2 * wet + 1.5 * field("dryness", 10, 200) + 0.4 * error("dew point"))
    dewpoint = np.minimum(mean - dryness, temperature - 0.2)
    wind = np.maximum(
        0.1,
        (3.0 + 1.0 * field("wind", 10, 48) + 0.5 * field("gust", 1, 8))
        * (0.9 + 0.25 * np.cos((solar - 14) * np.pi / 12)),
    )
    wind = wind * (1 + 0.05 * np.tanh(error("wind")))
    clear = min(0.75 + 2e-5 * height, 0.87)
    rs = ra * clear * (1 - 0.68 * cloud**1.6) * (1 + 0.03 * np.tanh(error("radiation")))
    rain = np.maximum(0, cloud - 0.62) * np.maximum(0, 1.2 + field("rain", 1, 5)) * 6.0
    rain = rain * np.clip((temperature + 15) / 40, 0.15, 1)
    msl = 101.3 + (0.2 + 0.9 * far) * field("pressure", 10, 72)
    found = {
        "temperature": temperature,
        "dewpoint": dewpoint,
        "rh": 100 * saturation(dewpoint) / saturation(temperature),
        "wind": wind,
        "direction": (180 + 120 * field("direction", 10, 40)) % 360,
        "cloud": 100 * cloud,
        "rs": rs,
        "ra": ra,
        "rain": np.where(rain > 0.05, rain, 0.0),
        "pressure": msl * surface_pressure(height) / 101.3,
        "msl": msl,
    }
    for values in found.values():
        values.flags.writeable = False
    return found


def day_number(day: dt.date) -> int:
    """Return days since 1970-01-01."""
    return (day - EPOCH).days


def daily(
    latitude: float,
    longitude: float,
    first: dt.date,
    last: dt.date,
    offset: int,
    provider: str,
    *,
    height: float | None = None,
    lag: int = 0,
) -> dict[str, Array]:
    """Return simulated days: aggregates of `hourly` over days that begin at 00:00 of a fixed UTC offset.

    ``lag`` is 1 for providers whose hourly sums carry the label of the hour's end, so that their day's total
    covers 23:00 to 23:00. Keys are the canonical names of etolib plus ``tdewmax``, ``tdewmin``,
    ``ws10``, ``ws10max``, ``ws10min``, ``ws2``, ``msl``, ``ra`` and ``et0``; units are canonical.
    """
    start = day_number(first) * HOURS - offset
    days = (last - first).days + 1
    whole = hourly(latitude, longitude, np.arange(start - lag, start + days * HOURS), provider, height)
    instant = {name: values[lag:].reshape(days, HOURS) for name, values in whole.items()}
    total = {name: whole[name][: days * HOURS].reshape(days, HOURS) for name in ("rs", "ra", "rain")}
    air, dew, rh, wind = (instant[name] for name in ("temperature", "dewpoint", "rh", "wind"))
    table = {
        "tmax": air.max(1), "tmin": air.min(1), "tmean": air.mean(1),
        "tdew": dew.mean(1), "tdewmax": dew.max(1), "tdewmin": dew.min(1),
        "rhmax": rh.max(1), "rhmin": rh.min(1), "rhmean": rh.mean(1),
        "ws10": wind.mean(1), "ws10max": wind.max(1), "ws10min": wind.min(1), "ws2": wind.mean(1) * 0.735,
        "rs": total["rs"].sum(1), "ra": total["ra"].sum(1), "precipitation": total["rain"].sum(1),
        "pressure": instant["pressure"].mean(1), "msl": instant["msl"].mean(1), "cloud": instant["cloud"].mean(1),
        "sunshine": (total["rs"] > 0.432).sum(1).astype(float),  # WMO: direct beam above 120 W m-2; 0.432 MJ an hour
    }  # fmt: skip
    at = elevation(latitude, longitude) if height is None else height
    table["et0"] = _penman_monteith(table, at)
    return table


def _penman_monteith(day: dict[str, Array], height: float) -> Array:
    """Return FAO-56 Eq. 6 for the provider's own ET0 column [mm day-1]."""
    mean = (day["tmax"] + day["tmin"]) / 2
    slope = 4098 * saturation(mean) / (mean + 237.3) ** 2
    gamma = 0.665e-3 * surface_pressure(height)
    ea = saturation(day["tdew"])
    clear = np.maximum((0.75 + 2e-5 * height) * day["ra"], 1e-6)
    warm = ((day["tmax"] + 273.16) ** 4 + (day["tmin"] + 273.16) ** 4) / 2
    longwave = 4.903e-9 * warm * (0.34 - 0.14 * np.sqrt(ea)) * (1.35 * np.clip(day["rs"] / clear, 0.3, 1) - 0.35)
    net = 0.77 * day["rs"] - longwave
    u2 = day["ws10"] * 4.87 / np.log(67.8 * 10 - 5.42)
    deficit = (saturation(day["tmax"]) + saturation(day["tmin"])) / 2 - ea
    top = 0.408 * slope * net + gamma * 900 / (mean + 273) * u2 * deficit
    return np.maximum(top / (slope + gamma * (1 + 0.34 * u2)), 0)
