"""Score the embedded climatology against reference ETo: ``python tools/score_climatology.py --data DIR``.

DIR holds ``world_monthly_eto.csv`` (place, latitude, longitude, twelve monthly means [mm day-1]) and
``validation/cities.csv`` with one ``validation/cities/<city>.parquet`` per city (columns ``date``, ``xavier_eto``).
The climatology is asked for one common year; nothing in it was fitted to these places.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from etolib.reference import eto_fao56
from etolib.site import Period, Site
from etolib.sources.climatology import Climatology, surface

LIMIT = 15.0  # per cent, the annual bias that counts as good
YEAR = Period("2023-01-01", "2023-12-31")


@dataclass(frozen=True)
class Reference:
    """A place with twelve monthly means of reference ETo [mm day-1]."""

    site: Site
    monthly: np.ndarray
    group: str


def world(data: Path) -> Iterator[Reference]:
    """Yield the places of ``world_monthly_eto.csv``."""
    path = data / "world_monthly_eto.csv"
    if path.exists():
        for row in pd.read_csv(path).itertuples(index=False):
            yield Reference(Site(row[1], row[2], name=row[0]), np.array(row[3:15], dtype=float), "world")


def cities(data: Path) -> Iterator[Reference]:
    """Yield the cities of ``validation/`` whose daily reference is there, as normals of all its years."""
    path = data / "validation" / "cities.csv"
    if path.exists():
        for row in pd.read_csv(path).itertuples(index=False):
            series = data / "validation" / "cities" / f"{row.city}.parquet"
            if series.exists():
                table = pd.read_parquet(series, columns=["date", "xavier_eto"])
                monthly = table["xavier_eto"].groupby(pd.to_datetime(table["date"]).dt.month).mean()
                yield Reference(Site(row.lat, row.lon, row.alt, row.city), monthly.to_numpy(float), "Brazil")


def estimate(site: Site) -> pd.Series:
    """Return daily FAO-56 ETo of the climatology at a site, over one year. [mm day-1]"""
    frame = Climatology().fetch(site, YEAR).frame
    elevation = surface(site.latitude, site.longitude)[0] if site.elevation is None else site.elevation
    inputs = {name: frame[name].to_numpy() for name in ("tmin", "tmax", "ea", "rs", "u2")}
    eto = eto_fao56(
        **inputs, latitude=site.latitude, elevation=elevation, day_of_year=frame.index.day_of_year.to_numpy()
    )
    return pd.Series(eto, index=frame.index)


def score(references: list[Reference]) -> pd.DataFrame:
    """Return one row per place: annual sums [mm], bias [%], monthly mean absolute error [mm day-1], correlation."""
    days = pd.date_range(str(YEAR.start), str(YEAR.end)).month.value_counts().sort_index().to_numpy()
    rows = []
    for reference in references:
        monthly = estimate(reference.site).groupby(lambda day: day.month).mean().to_numpy()
        annual, expected = float(monthly @ days), float(reference.monthly @ days)
        rows.append(
            {
                "place": reference.site.name,
                "group": reference.group,
                "reference": expected,
                "estimate": annual,
                "bias": 100 * (annual / expected - 1),
                "mae": float(np.abs(monthly - reference.monthly).mean()),
                "r": float(np.corrcoef(monthly, reference.monthly)[0, 1]),
            }
        )
    return pd.DataFrame(rows)


def report(table: pd.DataFrame) -> str:
    """Return the table as Markdown with a closing line that counts and names."""
    lines = [
        "| place | reference mm/year | climatology mm/year | bias % | monthly MAE mm/day | r |",
        "|---|---|---|---|---|---|",
    ]
    lines += [
        f"| {row.place} | {row.reference:.0f} | {row.estimate:.0f} | {row.bias:+.1f} | {row.mae:.2f} | {row.r:.2f} |"
        for row in table.itertuples()
    ]
    good = table["bias"].abs() <= LIMIT
    worse = ", ".join(f"{row.place} ({row.bias:+.1f} %)" for row in table[~good].itertuples())
    lines += [
        "",
        f"{int(good.sum())} of {len(table)} places within {LIMIT:g} %; mean absolute bias "
        f"{table['bias'].abs().mean():.1f} %, monthly MAE {table['mae'].mean():.2f} mm/day"
        + (f"; worse: {worse}" if worse else ""),
    ]
    return "\n".join(lines)


def main(arguments: list[str] | None = None) -> int:
    """Print the report; exit status 2 where the folder holds no reference."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="folder of the reference data")
    options = parser.parse_args(arguments)
    references = [*world(options.data), *cities(options.data)]
    if not references:
        print(f"{options.data}: holds neither world_monthly_eto.csv nor validation/cities.csv", file=sys.stderr)
        return 2
    print(report(score(references)))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
