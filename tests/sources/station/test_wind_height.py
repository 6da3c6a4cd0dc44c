"""The height of the wind of a network is known, or asked for: never taken for 2 m without a word.

The height of each network is what its own pages or WMO-No. 8 state (the row of the format names which).
"""

from __future__ import annotations

import pandas as pd
import pytest

import etolib
from etolib.equations.air import wind_speed_2m
from etolib.site import Site
from etolib.sources import wetterdienst
from etolib.sources.station import formats
from etolib.sources.station.file import read
from tests.fusion.test_humidity import weather
from tests.sources.station.expected import HEIGHT, WITHOUT_WIND


def test_every_format_with_a_wind_has_a_height_or_asks():
    assert set(HEIGHT) | WITHOUT_WIND == {row.name for row in formats.FORMATS}
    for row in formats.FORMATS:
        winds = [spec for spec in row.columns.values() if spec.variable == "u2"]
        if row.name in WITHOUT_WIND:
            assert not winds, row.name
        for spec in winds:  # one that its name states may differ (FF2M, WS10M)
            assert spec.height or row.wind_height == HEIGHT[row.name], row.name


PLACE = Site(52.1, 5.2, 2.0)


@pytest.fixture(scope="module")
def simulated():
    """A year of simulated weather as a station of the DWD would write it: its units and its decimals."""
    table = weather(days=365).assign(sunshine=lambda t: (t["rs"] / 2.5).clip(upper=7.0))
    return {
        "FM": (table["u2"] / wind_speed_2m(1.0, 10.0)).round(1),
        "RSK": table["precipitation"].round(1), "SDK": table["sunshine"].round(3), "VPM": (10 * table["ea"]).round(1),
        "TMK": ((table["tmin"] + table["tmax"]) / 2).round(1), "UPM": table["rhmean"].round(0),
        "TXK": table["tmax"].round(1), "TNK": table["tmin"].round(1), "FG_STRAHL": (100 * table["rs"]).round(0),
    }  # fmt: skip


def kl_file(columns, drop=()):
    """The file of the daily KL product, with the radiation of the SOLAR product joined to it."""
    kept = {name: values for name, values in columns.items() if name not in drop}
    lines = [";".join(["STATIONS_ID", "MESS_DATUM", "QN_3", "FX", *kept, "eor"])]
    for i, day in enumerate(columns["FM"].index):
        cells = [f"{values.iloc[i]:.1f}" for values in kept.values()]
        cells = [f"{columns['SDK'].iloc[i]:.3f}" if n == "SDK" else c for n, c in zip(kept, cells, strict=True)]
        lines.append(";".join(["9990", f"{day:%Y%m%d}", "10", "-999", *cells, "eor"]))
    return "\n".join(lines).encode()


PARAMETERS = {
    "FM": ("wind_speed_mean", 1.0), "RSK": ("precipitation_amount", 1.0), "SDK": ("sunshine_duration", 3600.0),
    "VPM": ("pressure_vapor_mean", 1.0), "TMK": ("temperature_air_mean_2m", 1.0),
    "UPM": ("humidity_relative_mean", 0.01), "TXK": ("temperature_air_max_2m", 1.0),
    "TNK": ("temperature_air_min_2m", 1.0), "FG_STRAHL": ("radiation_global", 1.0),
}  # fmt: skip
"""Columns of the file as wetterdienst 0.175 names and converts them."""


def long_table(columns, drop=()):
    parts = [
        columns[name].rename_axis("timestamp").rename("value").mul(factor).reset_index().assign(parameter=parameter)
        for name, (parameter, factor) in PARAMETERS.items()
        if name not in drop
    ]
    return pd.concat(parts).assign(station_id="09990", resolution="daily")


@pytest.mark.parametrize("drop", [(), ("FG_STRAHL",), ("VPM",), ("VPM", "FG_STRAHL")])
def test_a_station_of_the_dwd_has_one_eto_by_file_and_by_wetterdienst(simulated, drop):
    by_file = read(kl_file(simulated, drop), filename="produkt_klima_tag_20210201_20220131_09990.txt")
    assert by_file.site is None  # the file of the DWD does not say where its station stands
    assert not by_file.mapping.questions
    by_adapter = wetterdienst.from_values(long_table(simulated, drop))
    results = [
        etolib.compute(PLACE, "2021-02-01/2022-01-31", ["station"], station=station)
        for station in (by_file, by_adapter)
    ]
    one, other = (result.table.set_index("date")[["eto", "eto_lower", "eto_upper", "u2", "ea"]] for result in results)
    assert (one - other).abs().to_numpy().max() < 1e-9
    assert results[0].flags.equals(results[1].flags)
