"""Results made up at random: gaps, mixed qualities and kinds, sources, a station, hostile names, odd places."""

from __future__ import annotations

import numpy as np
import pandas as pd

from etolib.result.result import Result
from etolib.site import Period, Site

NAMES = (None, 'O\'Hara "Farm", Lot 5', "=1+1", "x,=HYPERLINK(1)", '+A1;"=2"', "@SUM(A1)", "-2+3",
         "São João 🌵 $x$ \\n", "<b>&amp;", "名前", "a  b", "x,-1+cmd|' /C calc'!A0")  # fmt: skip
PLACES = (
    (-22.7, -47.6, 554.0),
    (90.0, 0.0, None),
    (-90.0, 180.0, 2835.0),
    (-0.00001, -180.0, -430.5),
    (47.1, 8.5, 0.0),
)
STARTS = ("2024-02-20", "2023-12-28", "1981-01-01", "1899-12-20", "2024-02-29")
KINDS = ("observed", "forecast", "climatology")
FLAGS = ("", "u2: default_wind", "rs: estimated_hargreaves; u2: default_wind")


def made(seed: int, days: int | None = None) -> Result:
    """Return the result of a seed: the same one each time."""
    rng = np.random.default_rng(seed)
    days = days or int(rng.choice([1, 2, 5, 31]))
    dates = pd.date_range(STARTS[seed % len(STARTS)], periods=days)

    def values(low: float, high: float, gaps: float) -> np.ndarray:
        found = rng.uniform(low, high, days)
        return np.where(rng.random(days) < gaps, np.nan, found)

    gaps = float(rng.choice([0.0, 0.2, 1.0], p=[0.5, 0.4, 0.1]))
    eto = values(0, 12, gaps)
    half = values(0, 2, 0.2)
    rain = values(0, 40, gaps) * (rng.random(days) < rng.choice([0.0, 0.5, 1.0]))
    tmin = values(-50, 30, gaps)
    absent = np.isnan(eto)

    def words(choices: tuple[str, ...]) -> pd.Series:
        return pd.Series(np.where(absent, None, rng.choice(choices, days)), dtype=object)

    table = pd.DataFrame(
        {
            "date": dates, "eto": eto, "eto_lower": np.maximum(eto - half, 0), "eto_upper": eto + half,
            "quality": words(("HIGH", "MEDIUM", "LOW")),
            "source": words(("nasa_power", "nasa_power+station", "station")),
            "kind": words(KINDS), "precipitation": rain, "tmin": tmin, "tmax": tmin + values(0, 25, 0.1),
            "ea": values(0, 4, gaps), "u2": values(0, 30, gaps), "rs": values(0, 35, gaps),
            "flags": rng.choice(FLAGS, days),
        }
    )  # fmt: skip
    index = pd.DatetimeIndex(dates, name="date")
    each = pd.DataFrame({"nasa_power": values(0, 12, 0.3), "station": values(0, 12, 0.6)}, index=index)
    latitude, longitude, elevation = PLACES[seed % len(PLACES)]
    return Result(
        Site(latitude, longitude, elevation, NAMES[seed % len(NAMES)]),
        Period(dates[0].date(), dates[-1].date()),
        table,
        each,
        provenance={"sources": {"nasa_power": {"attribution": "NASA", "licence": "open, =free"}}, "day": "local"},
        warnings=["made up"],
    )
