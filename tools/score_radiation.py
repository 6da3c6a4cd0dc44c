"""Score estimates of solar radiation from temperature and cloud against weather files; prints two tables.

    python tools/score_radiation.py FOLDER

FOLDER holds hourly weather files, any depth: EPW (EnergyPlus), TMY3 and TM2. Files with cloud cover
judge all estimates; files without judge FAO-56 Eq. 50 alone. Which files were used, and how their radiation was made,
is told in docs/validation/sources.md; none is part of this project.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from etolib.equations import radiation, sun
from etolib.site import Site
from etolib.sources import no_radiation

MJ = 0.0036  # W m-2 over an hour


@dataclass
class File:
    """Hours of a year: ``ghi`` [W m-2], ``temperature`` [degC], ``cloud`` [0..1] and the day of the year of each."""

    name: str
    site: Site
    hours: pd.DataFrame


def read(path: Path) -> File | None:
    """Return a file's hours; None where it is not one of the known kinds, or not a whole year of hours."""
    with path.open(encoding="latin-1") as file:
        head = file.readline().split(",")
    if path.suffix == ".epw":
        found = _epw(path, head)
    elif path.suffix == ".tm2":
        found = _tm2(path)
    elif len(head) >= 7 and head[3].strip().lstrip("-").replace(".", "").isdigit() and path.suffix.lower() == ".csv":
        found = _tmy3(path, head)
    else:
        return None
    return found if len(found.hours) in (8760, 8784) else None


def _epw(path: Path, head: list[str]) -> File:
    table = pd.read_csv(path, skiprows=8, header=None, encoding="latin-1")
    # Some headers hold a field too many; latitude comes after the station number everywhere.
    site = Site(float(head[6]), float(head[7]), float(head[-1]), f"{head[1].strip().title()} ({head[4]})")
    cloud = table[22].astype(float)
    return File(site.name or "", site, _hours(table[1], table[2], table[13], table[6], cloud.where(cloud <= 10) / 10))


def _tmy3(path: Path, head: list[str]) -> File:
    table = pd.read_csv(path, skiprows=1)
    pick = {
        key: next((c for c in table if str(c).startswith(key)), None) for key in ("GHI (", "TotCld (", "Dry-bulb (")
    }
    date = pd.to_datetime(table.iloc[:, 0], format="%m/%d/%Y")
    cloud = table[pick["TotCld ("]].astype(float)
    name = head[1].strip().strip(chr(34)).strip().title()
    site = Site(float(head[4]), float(head[5]), float(head[6]), f"{name} (TMY3)")
    return File(
        site.name or "", site,
        _hours(date.dt.month, date.dt.day, table[pick["GHI ("]], table[pick["Dry-bulb ("]], cloud / 10),
    )  # fmt: skip


def _tm2(path: Path) -> File:
    first, *rows = path.read_text(encoding="latin-1").splitlines()
    # ... N 25 48 W  80 16  2: degrees and minutes, elevation
    *name, _, _, north, d1, m1, east, d2, m2, elevation = first.split()
    latitude, longitude = float(d1) + float(m1) / 60, float(d2) + float(m2) / 60
    signs = (1 if north == "N" else -1), (1 if east == "E" else -1)
    place = " ".join(name[1:]).title()
    site = Site(signs[0] * latitude, signs[1] * longitude, float(elevation), f"{place} (TMY2)")
    columns = {"month": (3, 5), "day": (5, 7), "ghi": (17, 21), "cloud": (59, 61), "temperature": (67, 71)}
    table = pd.DataFrame({n: [float(row[i:j]) for row in rows] for n, (i, j) in columns.items()})
    return File(
        site.name or "", site, _hours(table.month, table.day, table.ghi, table.temperature / 10, table.cloud / 10)
    )


def _hours(*columns: pd.Series) -> pd.DataFrame:
    table = pd.DataFrame(dict(zip(("month", "day", "ghi", "temperature", "cloud"), columns, strict=True)))
    dates = pd.to_datetime({"year": 2001, "month": table.month, "day": table.day}, errors="coerce")
    return table.assign(date=dates).dropna(subset=["date"])


def days_of(file: File) -> pd.DataFrame:
    """Return days: measured ``rs`` [MJ m-2 day-1], ``tmin``, ``tmax`` [degC], ``cloud_by_day`` [%]."""
    groups = file.hours.groupby("date")
    lit = file.hours[file.hours.ghi > 0].groupby("date").cloud.mean()
    return pd.DataFrame(
        {
            "rs": groups.ghi.sum() * MJ,
            "tmin": groups.temperature.min(),
            "tmax": groups.temperature.max(),
            "cloud_by_day": 100 * lit.reindex(groups.ghi.sum().index).fillna(groups.cloud.mean()),
        }
    )


def estimates(days: pd.DataFrame, site: Site) -> dict[str, np.ndarray]:
    """Return what each method makes of the days. [MJ m-2 day-1]"""
    ra = sun.extraterrestrial_radiation(
        site.latitude, pd.DatetimeIndex(days.index).day_of_year.to_numpy().astype(float)
    )
    rso = radiation.clear_sky_radiation(ra, site.elevation or 0.0)
    cloud = days.cloud_by_day.to_numpy() / 100
    low, high = days.tmin.to_numpy(), days.tmax.to_numpy()
    warm = {k: radiation.solar_radiation_from_temperature(low, high, ra, k, rso) for k in (0.16, 0.19)}
    out = {"Eq. 50, k 0.16": warm[0.16], "Eq. 50, k 0.19": warm[0.19]}
    if np.isfinite(cloud).any():
        kasten = (1 - 0.75 * cloud**3.4) * rso
        angstrom = np.minimum((0.25 + 0.5 * (1 - cloud)) * ra, rso)
        out |= {
            "Kasten-Czeplak": kasten,
            "Eq. 35, n/N = 1 - cloud": angstrom,
            "mean of Eq. 50 and Eq. 35": (warm[0.16] + angstrom) / 2,
            "mean of Eq. 50 and Kasten": (warm[0.16] + kasten) / 2,
        }
        out["mean of the three (taken)"] = no_radiation.estimate_radiation(days, site, site.elevation or 0.0).to_numpy()
    return out


def score(file: File) -> tuple[dict[str, tuple[float, float]], float]:
    """Return RMSE and bias of each method, and the mean of the file's radiation. [MJ m-2 day-1]"""
    days = days_of(file)
    truth = days.rs.to_numpy()
    errors = {name: values - truth for name, values in estimates(days, file.site).items()}
    return {n: (float(np.sqrt(np.nanmean(e**2))), float(np.nanmean(e))) for n, e in errors.items()}, float(truth.mean())


def files(folder: Path) -> Iterator[File]:
    """Yield the files of a folder, one for each place."""
    seen = set()
    for path in sorted(folder.rglob("*")):
        file = read(path) if path.suffix.lower() in (".epw", ".csv", ".tm2") else None
        if file is not None and file.name not in seen:
            seen.add(file.name)
            yield file


def main() -> None:
    """Print the tables."""
    found = [(file, *score(file)) for file in files(Path(sys.argv[1]))]
    for title, cloudy in (("with cloud", True), ("temperature only", False)):
        rows = {f.name: {n: f"{rmse:.2f} ({bias:+.2f})" for n, (rmse, bias) in s.items()} | {"mean": round(mean, 1)}
                for f, s, mean in found if (len(s) > 2) == cloudy}  # fmt: skip
        scores = pd.DataFrame({f.name: {n: v[0] for n, v in s.items()} for f, s, _ in found if (len(s) > 2) == cloudy})
        print(f"\n{title}: RMSE (bias) [MJ m-2 day-1]\n{pd.DataFrame(rows).T.to_string()}")
        print(pd.DataFrame({"mean RMSE": scores.mean(axis=1), "worst": scores.max(axis=1)}).round(2).T.to_string())


if __name__ == "__main__":
    main()
