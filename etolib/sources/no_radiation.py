"""Providers without radiation (MET Norway, NWS): it is estimated from temperature and cloud, and said to be."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from etolib.equations import radiation, sun
from etolib.equations.constants import ANGSTROM_A, ANGSTROM_B
from etolib.site import Period, Site
from etolib.sources import canonical
from etolib.sources.base import SourceData
from etolib.sources.catalogue import SourceInfo
from etolib.sources.network import client
from etolib.variables import VARIABLES
from etolib.words import Text, say


def estimate_radiation(days: pd.DataFrame, site: Site, elevation: float) -> pd.Series:
    """Estimate Rs where a provider has none. [MJ m-2 day-1]

    The mean of three estimates: from the range of temperature (FAO-56 Eq. 50, k = 0.16), and two from the cloud cover
    of the daylight hours: FAO-56 Eq. 35 with n/N = 1 - cloud, and Kasten and Czeplak (1980, Solar Energy 24, 177-189:
    G / G0 = 1 - 0.75 N^3.4, with G0 = Rso of FAO-56 Eq. 37). Eq. 50 alone where no day has cloud cover; a single day
    without it is left open: what fills it is flagged as what it is.

    Chosen on weather files of twelve places on five continents (``tools/score_radiation.py``;
    docs/validation/sources.md tells how their radiation was made): mean RMSE 2.0 MJ m-2 day-1, against 3.8 for Eq. 50
    alone, 2.5 for Eq. 35, 3.3 for Kasten and Czeplak, 2.3 for the mean of the first and the last, and smaller than
    that one in eleven of the twelve.

    Examples
    --------
    >>> days = pd.DataFrame({"tmin": [10.0], "tmax": [26.0], "cloud_by_day": [0.0]}, pd.DatetimeIndex(["2024-06-21"]))
    >>> round(float(estimate_radiation(days, Site(40.0, -90.0), 0.0).iloc[0]), 1)
    29.9
    """
    number = pd.DatetimeIndex(days.index).day_of_year.to_numpy().astype(float)
    ra = sun.extraterrestrial_radiation(site.latitude, number)
    rso = radiation.clear_sky_radiation(ra, elevation)
    tmin, tmax = days["tmin"].to_numpy(), days["tmax"].to_numpy()
    usable = (tmax >= tmin) & (tmin > VARIABLES["tmin"].lower) & (tmax < VARIABLES["tmax"].upper)
    warm = radiation.solar_radiation_from_temperature(
        np.where(usable, tmin, np.nan), np.where(usable, tmax, np.nan), ra, rso=rso
    )
    if "cloud_by_day" not in days:
        return pd.Series(warm, index=days.index)
    share = np.clip(days["cloud_by_day"].to_numpy() / 100.0, 0.0, 1.0)
    sunny = np.minimum((ANGSTROM_A + ANGSTROM_B * (1.0 - share)) * ra, rso)
    sky = (1.0 - 0.75 * share**3.4) * rso
    alone = np.where(ra > 0, np.nan, warm)
    return pd.Series(np.where(np.isnan(share), alone, (warm + sunny + sky) / 3), index=days.index)


def source_data(
    info: SourceInfo, site: Site, inside: Period, today: dt.date, days: pd.DataFrame, elevation: float | None,
    reply: client.Reply, warnings: list[Text], more: Mapping[str, Any],
) -> SourceData:  # fmt: skip
    """Return the `SourceData` of a provider without radiation: days that are not whole are left out, Rs estimated."""
    height = site.elevation if site.elevation is not None else elevation
    estimated: dict[str, Text] = {}
    if {"tmin", "tmax"} <= set(days.columns):
        days = days.assign(rs=estimate_radiation(days, site, height or 0.0))
        estimated = {"rs": say("temperature_range_and_cloud" if "cloud_by_day" in days else "temperature_range")}
    frame = canonical.finish(days, inside, today=today, forecast=True, warnings=warnings, named=info.title)
    canonical.require(info.name, frame, ("tmin", "tmax"))
    if estimated:
        warnings.append(say("has_no_radiation", source=info.title, basis=estimated["rs"]))
    warnings += canonical.said_of(info.title, reply)
    meta = {
        **canonical.provenance(info, site, reply), **more,
        "wind": "10 m brought to 2 m (FAO-56 Eq. 47)",
        "estimated": sorted(estimated),
        "estimated_from": estimated,
    }  # fmt: skip
    return SourceData(info.name, frame, meta, warnings)
