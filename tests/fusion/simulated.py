"""Simulated weather with known faults: a true climate, two grids that err in known ways, and its reference ETo."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from etolib.equations.air import mean_saturation_vapour_pressure
from etolib.equations.sun import extraterrestrial_radiation
from etolib.fusion.members import penman_monteith
from etolib.site import Site

SITE = Site(-10.0, -46.0, 300.0, "simulated")
WIND = {"nasa_power": 1.5, "open_meteo_archive": 1.3}


def ar1(rng, days, deviation, memory=0.6):
    """Noise of a given standard deviation that remembers the day before."""
    out = np.empty(days)
    value = 0.0
    for day in range(days):
        value = memory * value + rng.normal(0, deviation * np.sqrt(1 - memory**2))
        out[day] = value
    return out


def truth(dates: pd.DatetimeIndex, site: Site = SITE, seed: int = 0) -> pd.DataFrame:
    """A climate with a wet and a dry season; clear days are hot and dry and have cool nights."""
    rng = np.random.default_rng(seed)
    days = len(dates)
    dry = np.cos(2 * np.pi * (dates.day_of_year.to_numpy() - 210) / 365.25)
    cloud = np.clip(0.35 - 0.2 * dry + ar1(rng, days, 0.18), 0.02, 0.95)
    ra = np.asarray(extraterrestrial_radiation(site.latitude, dates.day_of_year.to_numpy().astype(float)))
    warm = ar1(rng, days, 1.2)
    tmax = 33 + 1.5 * dry + warm - 5 * (cloud - 0.35)
    tmin = 21 - 1.5 * dry + warm * 0.6 + 4 * (cloud - 0.35)
    humidity = np.clip(70 - 14 * dry + 35 * (cloud - 0.35) + ar1(rng, days, 4), 15, 99)
    wind = np.exp(np.log(1.2) + 0.15 * dry + ar1(rng, days, 0.3, 0.4))
    frame = {"tmin": np.minimum(tmin, tmax - 2), "tmax": tmax, "rhmean": humidity, "u2": wind}
    return pd.DataFrame({**frame, "rs": ra * (0.77 - 0.6 * cloud)}, index=dates)


def grid(weather: pd.DataFrame, wind: float, seed: int, cloudy: float = 0.05) -> pd.DataFrame:
    """What a reanalysis makes of it: noise of its own, wind too strong by a factor."""
    rng = np.random.default_rng(seed)
    days = len(weather)
    tmax = weather.tmax + ar1(rng, days, 0.8)
    frame = {
        "tmin": np.minimum(weather.tmin + ar1(rng, days, 0.7), tmax - 1),
        "tmax": tmax,
        "rhmean": np.clip(weather.rhmean + ar1(rng, days, 3), 5, 100),
        "u2": weather.u2 * wind * np.exp(ar1(rng, days, 0.15)),
        "rs": weather.rs * np.exp(ar1(rng, days, cloudy)),
    }
    out = pd.DataFrame(frame, index=weather.index)
    return out.assign(tmean=(out.tmin + out.tmax) / 2, precipitation=0.0)


def place(start="2003-01-01", end="2007-12-31", site: Site = SITE, seed: int = 0):
    """Frames by source, and the reference ETo."""
    weather = truth(pd.date_range(start, end, name="date"), site, seed)
    frames = {
        "nasa_power": grid(weather, WIND["nasa_power"], seed + 100, 0.04),
        "open_meteo_archive": grid(weather, WIND["open_meteo_archive"], seed + 200, 0.12),
    }
    saturation = np.asarray(mean_saturation_vapour_pressure(weather.tmin.to_numpy(), weather.tmax.to_numpy()))
    reference = penman_monteith(weather.assign(ea=weather.rhmean / 100 * saturation), site)
    return frames, pd.Series(reference, index=weather.index)


CITIES = {"A": (-10.0, -46.0), "B": (-10.5, -46.3), "C": (-12.5, -45.0), "D": (-7.5, -44.0)}


def folder(root: Path, start="2004-01-01", end="2007-06-30", cities=CITIES) -> Path:
    """A folder laid out as the data pack, of simulated places."""
    (root / "cities").mkdir(parents=True)
    rows = []
    for number, (name, (latitude, longitude)) in enumerate(cities.items()):
        site = Site(latitude, longitude, 300.0, name)
        frames, reference = place(start, end, site, seed=number)
        nasa, other = frames["nasa_power"], frames["open_meteo_archive"]
        table = pd.DataFrame(
            {"date": nasa.index, "xavier_eto": reference.to_numpy(), "om_et0_api": reference.to_numpy()}
        )
        for short, frame in (("nasa", nasa), ("om", other)):
            for column, canonical in {"rh": "rhmean", "pr": "precipitation"}.items():
                table[f"{short}_{column}"] = frame[canonical].to_numpy()
            for column in ("tmin", "tmax", "tmean", "rs"):
                table[f"{short}_{column}"] = frame[column].to_numpy()
        table["nasa_ws2"] = nasa.u2.to_numpy()
        table["om_ws10"] = other.u2.to_numpy() / 0.7479510
        table.astype({c: "float32" for c in table.columns if c != "date"}).to_parquet(
            root / "cities" / f"{name}.parquet"
        )
        rows.append({"city": name, "lat": latitude, "lon": longitude, "alt": 300.0})
    rows.append({"city": "not_here", "lat": 0.0, "lon": 0.0, "alt": 0.0})
    pd.DataFrame(rows).to_csv(root / "cities.csv", index=False)
    return root
