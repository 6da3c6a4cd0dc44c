"""Tables of the package wetterdienst as a station: units, one station, daily values."""

from __future__ import annotations

import pandas as pd
import pytest

from etolib.errors import InputError
from etolib.sources import wetterdienst


def long_table(**changes):
    values = {"temperature_air_min_2m": 11.0, "temperature_air_max_2m": 23.5, "humidity_relative_mean": 0.61,
              "wind_speed_mean": 4.0, "radiation_global": 2000.0, "sunshine_duration": 36000.0}  # fmt: skip
    rows = [
        {
            "station_id": "01048",
            "resolution": "daily",
            "parameter": p,
            "timestamp": f"2024-06-0{d}T00:00:00Z",
            "value": v,
        }
        for d in (1, 2)
        for p, v in values.items()
    ]
    return pd.DataFrame(rows).assign(**changes)


def test_a_long_table_becomes_a_station():
    row = wetterdienst.from_values(long_table()).frame.iloc[0]
    assert row[["tmin", "tmax", "rhmean", "rs", "sunshine"]].tolist() == [11.0, 23.5, 61.0, 20.0, 10.0]
    assert row["u2"] == pytest.approx(4.0 * 0.748, abs=1e-3)


def test_tables_that_cannot_be_used():
    table = long_table()
    with pytest.raises(InputError, match="daily"):
        wetterdienst.from_values(long_table(resolution="hourly"))
    with pytest.raises(InputError, match="2 stations"):
        wetterdienst.from_values(table.assign(station_id=["a", "b"] * (len(table) // 2)))
    with pytest.raises(InputError, match="no column"):
        wetterdienst.from_values(table.drop(columns="value"))
    with pytest.raises(InputError, match="unit of speed"):
        wetterdienst.from_values(table, units={"speed": "bft"})
    with pytest.raises(InputError, match="least and largest"):
        wetterdienst.from_values(table[table["parameter"] == "wind_speed_mean"])
