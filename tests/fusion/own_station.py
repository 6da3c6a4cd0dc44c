"""A station of one's own from a table: through a file, as people give it."""

from __future__ import annotations

import pandas as pd

import etolib
from etolib.equations.air import wind_speed_2m
from etolib.site import Site
from etolib.sources.station.file import StationFile
from tests.shared import shared_path

HEADERS = {
    "tmin": "tmin (degC)",
    "tmax": "tmax (degC)",
    "tdew": "tdew (degC)",
    "tdry": "tdry (degC)",
    "twet": "twet (degC)",
    "rhmin": "rhmin (%)",
    "rhmax": "rhmax (%)",
    "rhmean": "rhmean (%)",
    "ea": "ea (kPa)",
    "rs": "rs (MJ m-2 day-1)",
    "u2": "u2 (m/s)",
    "sunshine": "sunshine (h)",
    "precipitation": "rain (mm)",
}


def station_of(table: pd.DataFrame, site: Site) -> StationFile:
    """Return the station whose file holds a table of canonical columns, index ``date``."""
    written = table.drop(columns="a_psy", errors="ignore").rename(columns=HEADERS).rename_axis("date")
    text = written.to_csv(date_format="%Y-%m-%d", float_format="%.17g").encode()
    # Of a psychrometer a file has no coefficient: a person says how it is ventilated.
    ventilation = "natural" if "a_psy" in table else None
    found = etolib.read_station(text, site=site, filename="own.csv", psychrometer=ventilation)
    assert set(found.frame.columns) == set(table.columns)
    return found


def measured(name: str) -> tuple[pd.DataFrame, pd.Series | None, Site]:
    """Return the weather of a station of the shared data, its published ETo (None where there is none) and its place;
    skips where absent."""
    folder = shared_path("data", "stations")
    table = pd.read_parquet(folder / f"{name}.parquet").set_index("date")
    if "wind_3m" in table:
        table["u2"] = wind_speed_2m(table.pop("wind_3m").to_numpy(), 3.0)
    where = pd.read_csv(folder / "stations.csv").set_index("station").loc[name]
    site = Site(float(where.latitude), float(where.longitude), float(where.elevation))
    published = table.pop("eto_published") if "eto_published" in table else None
    return table.drop(columns="etr_published", errors="ignore"), published, site
