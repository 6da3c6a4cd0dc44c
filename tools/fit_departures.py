"""Fit the constants of `etolib.fusion.weathers` to hourly typical-year weather files (build time only).

    python tools/fit_departures.py --weather DIR [--scored stations.csv]

DIR holds EnergyPlus (``*.epw``) and TMY3 (``*.tmy3``, ``*.csv``) files; which were used stands in
``docs/validation/climatology.md``. Places within 150 km of one in ``--scored`` are left out, so are second files of a
place, and files without wind. It prints the constants, the error of each relation at places left out one by one, and
what the interval with the constants of the package holds at these places.
"""

from __future__ import annotations

import argparse
import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from etolib.equations.air import saturation_vapour_pressure, wind_speed_2m
from etolib.equations.sun import extraterrestrial_radiation
from etolib.errors import NotCovered
from etolib.fusion import departures, weathers
from etolib.reference import eto_fao56
from etolib.site import Period, Site
from etolib.sources.climatology import Climatology, annual_range
from etolib.validation.scores import interval_score

YEAR = Period("2023-01-01", "2023-12-31")
FAR = 150.0  # km from a scored place
MEASURED = weathers.VARIED[1:]


@dataclass(frozen=True)
class Place:
    """Daily weather of a typical year and of the climatology, the same columns, on the same dates."""

    site: Site
    own: pd.DataFrame
    usual: pd.DataFrame


def read_epw(path: Path) -> tuple[Site, pd.DataFrame]:
    """Return place and hours (t, dew, ghi, wind) of an EnergyPlus file."""
    head, *lines = path.read_text(encoding="latin-1").splitlines()
    field = head.split(",")  # Meteonorm writes the time zone with a decimal comma: the height is the last field
    hours = pd.read_csv(io.StringIO("\n".join(lines[7:])), header=None)
    columns = {"t": hours[6], "dew": hours[7], "ghi": hours[13], "wind": hours[21]}
    return Site(float(field[6]), float(field[7]), float(field[-1]), field[1]), pd.DataFrame(columns)


def read_tmy3(path: Path) -> tuple[Site, pd.DataFrame]:
    """Return place and hours (t, dew, ghi, wind) of a TMY3 file."""
    head, *lines = path.read_text(encoding="latin-1").splitlines()
    field = head.split(",")
    hours = pd.read_csv(io.StringIO("\n".join(lines)))
    names = {"t": "Dry-bulb (C)", "dew": "Dew-point (C)", "ghi": "GHI (W/m^2)", "wind": "Wspd (m/s)"}
    site = Site(float(field[4]), float(field[5]), float(field[6]), field[1].strip('"'))
    return site, pd.DataFrame({name: hours[column] for name, column in names.items()})


def daily(hours: pd.DataFrame) -> pd.DataFrame:
    """Return 365 days of ``tmin tmax ea rs u2`` of an hourly year; wind from 10 m."""
    day = np.arange(len(hours)) // 24
    by = hours.groupby(day)
    vapour = pd.Series(saturation_vapour_pressure(hours["dew"].to_numpy(float)))
    days = {
        "tmin": by["t"].min(),
        "tmax": by["t"].max(),
        "ea": vapour.groupby(day).mean(),
        "rs": by["ghi"].sum() * 3600e-6,
        "u2": by["wind"].mean() * float(wind_speed_2m(1.0, 10.0)),
    }
    return pd.DataFrame(days).set_axis(pd.date_range(str(YEAR.start), str(YEAR.end)))


def distance(a: Site, latitude: np.ndarray, longitude: np.ndarray) -> np.ndarray:
    """Return great-circle distances. [km]"""
    there = np.radians(latitude)
    step = np.sin((there - np.radians(a.latitude)) / 2) ** 2
    turn = np.sin(np.radians(longitude - a.longitude) / 2) ** 2
    return 2 * 6371 * np.arcsin(np.sqrt(step + np.cos(there) * np.cos(np.radians(a.latitude)) * turn))


def places(folder: Path, scored: Path | None) -> Iterator[Place]:
    """Yield the places of a folder; says which files are left out."""
    judged = pd.read_csv(scored) if scored is not None else pd.DataFrame({"latitude": [], "longitude": []})
    seen = np.empty((0, 2))
    for path in sorted(path for path in folder.rglob("*") if path.suffix.lower() in (".epw", ".tmy3", ".csv")):
        site, hours = (read_epw if path.suffix.lower() == ".epw" else read_tmy3)(path)
        if len(seen) and distance(site, seen[:, 0], seen[:, 1]).min() < 30:
            print(f"left out, second file of a place: {path.name}")
        elif len(judged) and distance(site, judged["latitude"], judged["longitude"]).min() < FAR:
            print(f"left out, near a scored place: {path.name}")
        elif hours["wind"].std() < 0.1:
            print(f"left out, no wind: {path.name}")
        else:
            seen = np.vstack([seen, [site.latitude, site.longitude]])
            try:
                yield Place(site, daily(hours), Climatology().fetch(site, YEAR).frame)
            except NotCovered:
                print(f"left out, not in the maps: {path.name}")


def eto_of(days: pd.DataFrame, site: Site) -> np.ndarray:
    """Return FAO-56 ETo of daily weather. [mm day-1]"""
    inputs = {name: days[name].to_numpy(float) for name in departures.USUAL}
    return np.asarray(
        eto_fao56(
            **inputs,
            latitude=site.latitude,
            elevation=site.elevation,
            day_of_year=days.index.day_of_year.to_numpy(float),
        )
    )


def quantities(days: pd.DataFrame, site: Site) -> pd.DataFrame:
    """Return what departs, in the scale in which it does, see `weathers.VARIED`."""
    low, high = days["tmin"].to_numpy(float), days["tmax"].to_numpy(float)
    saturated = (saturation_vapour_pressure(low) + saturation_vapour_pressure(high)) / 2
    odds = np.clip(days["ea"].to_numpy(float) / saturated, *weathers.ODDS)
    extra = extraterrestrial_radiation(site.latitude, days.index.day_of_year.to_numpy(float))
    return pd.DataFrame(
        {
            "clearness": days["rs"].to_numpy(float) / np.maximum(extra, 0.5),
            "temperature": (low + high) / 2,
            "span": high - low,
            "humidity": np.log(odds / (1 - odds)),
            "wind": np.log(np.maximum(days["u2"].to_numpy(float), 0.15)),
        },
        index=days.index,
    )


def months(found: list[Place]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return a row for each place and month (spread, error of the maps, predictors), and all daily departures."""
    rows, departed = [], []
    for number, place in enumerate(found):
        own, usual = quantities(place.own, place.site), quantities(place.usual, place.site)
        month = own.index.month
        error = own.groupby(month).mean() - usual.groupby(month).mean()
        error["clearness"] = np.log(own["clearness"].groupby(month).mean() / usual["clearness"].groupby(month).mean())
        away = (own - usual) - (own - usual).groupby(month).transform("mean")
        spread = away.groupby(month).std()
        row = spread.add_prefix("sd_").join(error.add_prefix("error_"))
        rows.append(
            row.assign(
                place=number,
                usual=usual["temperature"].groupby(month).mean(),
                annual=annual_range(place.site),
                alike=away["temperature"].groupby(month).agg(lambda x: x.autocorr()),
            )
        )
        departed.append(away / spread.reindex(month).to_numpy())
    return pd.concat(rows, ignore_index=True), pd.concat(departed, ignore_index=True)


def left_out(table: pd.DataFrame, columns: list[str], y: np.ndarray) -> tuple[np.ndarray, float]:
    """Return least-squares coefficients over all places, and the error at each place left out."""
    x = np.column_stack([np.ones(len(table)), *(table[name] for name in columns)])
    predicted = np.empty(len(y))
    for place in table["place"].unique():
        here = (table["place"] == place).to_numpy()
        predicted[here] = x[here] @ np.linalg.lstsq(x[~here], y[~here], rcond=None)[0]
    return np.linalg.lstsq(x, y, rcond=None)[0], float(np.sqrt(((y - predicted) ** 2).mean()))


def held(found: list[Place]) -> pd.DataFrame:
    """Return what the interval of the package holds at the places, and its width."""
    rows = {}
    for place in found:
        bounds = departures.interval(place.usual, place.site, annual_range(place.site))
        own = eto_of(place.own, place.site)
        rows[place.site.name] = interval_score(np.maximum(bounds[0], 0), bounds[1], own) | {
            "bias": 100 * float(eto_of(place.usual, place.site).sum() / own.sum() - 1)
        }
    return pd.DataFrame(rows).T


def main() -> None:
    """Print constants, errors and the check."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--weather", type=Path, required=True)
    parser.add_argument("--scored", type=Path)
    given = parser.parse_args()
    found = list(places(given.weather, given.scored))
    table, departed = months(found)
    print(f"{len(found)} places: {'; '.join(str(place.site.name) for place in found)}")
    for name in MEASURED:
        columns = [] if name == "wind" else ["usual", "annual"]
        fitted, error = left_out(table, columns, np.log(table[f"sd_{name}"].to_numpy()))
        print("SPREAD", name, fitted.round(4).tolist(), f"error of the logarithm {error:.2f}")
    print("OF_MAPS", {name: round(float(table[f"error_{name}"].std()), 3) for name in weathers.VARIED})
    print("  mean error", {name: round(float(table[f"error_{name}"].mean()), 3) for name in weathers.VARIED})
    print("TOGETHER\n", departed[list(weathers.VARIED)].corr().round(2).to_string())
    r = float(table["alike"].mean())
    print(f"YEARS {1 + (1 + r) / (1 - r) / 30:.2f} (r = {r:.2f})")
    check = held(found)
    print(check.round(1).to_string())
    print(check.mean().round(2).to_string())


if __name__ == "__main__":
    main()
