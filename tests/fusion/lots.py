"""Lots of simulated places with what goes wrong in files: gaps, whole sources absent, units, spikes, still sensors."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd

from etolib.request import Request
from etolib.result.lot import Asked
from etolib.site import Site
from etolib.sources import catalogue, plan
from etolib.sources.base import SourceData
from etolib.sources.download import Download
from etolib.sources.elevation import Elevation
from tests.fusion import simulated

NASA, OPEN_METEO, FORECAST = "nasa_power", "open_meteo_archive", "open_meteo_forecast"
TODAY = dt.date(2026, 11, 1)
VARIABLES = ("tmin", "tmax", "rhmean", "u2", "rs")


def _gap(frame, variable, rng):
    frame.loc[frame.index[rng.random(len(frame)) < 0.3], variable] = np.nan


def _no_days(frame, variable, rng):
    first, last = sorted(rng.integers(0, len(frame), 2))
    frame.iloc[first:last] = np.nan


def _fill_value(frame, variable, rng):
    frame.loc[frame.index[rng.random(len(frame)) < 0.02], variable] = -999.0


def _still(frame, variable, rng):
    first = int(rng.integers(0, len(frame)))
    frame.iloc[first : first + 25, frame.columns.get_loc(variable)] = frame[variable].iloc[first]


def _spikes(frame, variable, rng):
    frame.loc[frame.index[rng.random(len(frame)) < 0.02], "tmax"] += 16.0
    frame.loc[frame.index[rng.random(len(frame)) < 0.02], "u2"] *= 8.0


def _unit(frame, variable, rng):
    frame[variable] *= rng.choice([3.6, 1 / 3.6])


def _exchanged(frame, variable, rng):
    frame[["tmin", "tmax"]] = frame[["tmax", "tmin"]].to_numpy()


def _late(frame, variable, rng):
    frame[:] = frame.shift(1)


def _elsewhere(frame, variable, rng):
    other = simulated.grid(simulated.truth(frame.index, seed=int(rng.integers(1000, 2000))), 1.3, seed=5)
    frame[list(VARIABLES)] = other[list(VARIABLES)]


def _height(frame, variable, rng):
    frame["u10"] = frame["u2"] / rng.choice([1.0, 0.748])


def _humid(frame, variable, rng):
    frame["rhmin"], frame["rhmax"] = 0.7 * frame["rhmean"], np.minimum(1.3 * frame["rhmean"], 100.0)
    frame["tdew"] = frame["tmin"] - 2


FAULTS = (_gap, _no_days, _fill_value, _still, _spikes, _unit, _exchanged, _late, _elsewhere, _height, _humid)


def asked(number: int, days: int = 200, faults: int = 3) -> Asked:
    """Return a place of the lot whose sources have answered; the same number gives the same place."""
    rng = np.random.default_rng(number)
    site = Site(float(rng.uniform(-28, -3)), float(rng.uniform(-62, -50)), float(rng.uniform(0, 1500)))
    request = Request(site, ("2023-01-01", str((pd.Timestamp("2023-01-01") + pd.Timedelta(days=days - 1)).date())))
    frames, _ = simulated.place(request.period.start, request.period.end, site, number)
    absent = rng.integers(0, 6)
    if absent == 0:
        del frames[NASA]
    elif absent == 1:
        del frames[OPEN_METEO]
    elif absent == 2:
        frames[FORECAST] = simulated.grid(frames[NASA], 1.2, number + 300)
    for _ in range(int(rng.integers(0, faults + 1))):
        spoil = FAULTS[int(rng.integers(0, len(FAULTS)))]
        spoil(frames[str(rng.choice(list(frames)))], str(rng.choice(VARIABLES)), rng)
    return answered(request, frames, fallback=bool(rng.random() < 0.5))


def answered(request: Request, frames, *, fallback: bool = False) -> Asked:
    """Return a place with given tables, and with the climatology where there is to be a ``fallback``."""
    answers = {}
    for name, frame in frames.items():
        kind = "forecast" if name == FORECAST else "observed"
        estimated = ["rs"] if name == FORECAST else []
        answers[name] = SourceData(name, frame.assign(kind=kind), {"estimated": estimated}, [])
    if fallback:
        answers["climatology"] = catalogue.provider("climatology").fetch(request.site, request.period)
    return Asked(
        request,
        plan.make(request, TODAY),
        Download(request.site, Elevation(request.site.elevation, "given"), answers, ()),
    )
