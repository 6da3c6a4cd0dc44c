"""What days that begin some hours later or earlier change in ETo, on hours of a weather file; prints a table.

    python tools/score_day.py FILE.CSV

FILE is TMY3 (hourly, local standard time; `pvlib` brings 723170TYA.CSV, Greensboro NC). docs/contributing/sources.md
tells what the day of gridMET, to midnight of Mountain Standard Time, changes at the east coast.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pandas as pd

import etolib
from etolib.equations.air import saturation_vapour_pressure, wind_speed_2m

NAMES = {"temperature": "Dry-bulb (", "dewpoint": "Dew-point (", "wind": "Wspd (", "ghi": "GHI ("}


def days(hours: pd.DataFrame, later: int, latitude: float, elevation: float) -> np.ndarray:
    """Return ETo of days that begin so many hours later. (365,) [mm day-1]"""
    by_day = {name: np.roll(hours[name].to_numpy(float), -later).reshape(-1, 24) for name in NAMES}
    vapour = np.asarray(saturation_vapour_pressure(by_day["dewpoint"]))
    found = etolib.eto_fao56(
        tmin=by_day["temperature"].min(1),
        tmax=by_day["temperature"].max(1),
        ea=vapour.mean(1),
        rs=by_day["ghi"].sum(1) * 0.0036,
        u2=wind_speed_2m(by_day["wind"].mean(1), 10.0),
        latitude=latitude,
        elevation=elevation,
        day_of_year=np.arange(1, len(vapour) + 1),
    )
    return np.asarray(found)


def main() -> None:
    """Print RMSE and bias of ETo by how much later the days begin."""
    path = Path(sys.argv[1])
    head = path.open(encoding="latin-1").readline().split(",")
    table = pd.read_csv(path, skiprows=1)
    hours = pd.DataFrame({name: table[next(c for c in table if c.startswith(start))] for name, start in NAMES.items()})
    latitude, elevation = float(head[4]), float(head[6])
    truth = days(hours, 0, latitude, elevation)
    print(f"{head[1]}: mean ETo {truth.mean():.2f} mm/day")
    for later in (-1, 1, 2, 3):
        error = days(hours, later, latitude, elevation) - truth
        print(f"{later:+d} h: RMSE {np.sqrt((error**2).mean()):.2f}, bias {error.mean():+.2f} mm/day")


if __name__ == "__main__":
    main()
