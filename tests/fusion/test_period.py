"""The result of a day does not depend on the days around it that were asked: every column of its row is the same.

The whole record is asked once, then stretches of 1 to 365 days of it at random (seeded); all compared to the last bit.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import etolib
from etolib import config
from etolib.site import Period, Site
from etolib.sources import catalogue
from tests.fusion.own_station import measured, station_of
from tests.fusion.test_humidity import weather
from tests.shared import shared_path

LENGTHS = (1, 7, 31, 91, 365)


def stretches(first, last, each, seed):
    """Return random stretches of every length that fits."""
    chance = np.random.default_rng(seed)
    days = (pd.Timestamp(last) - pd.Timestamp(first)).days + 1
    for length in LENGTHS:
        for _ in range(each if length < days else 0):
            start = pd.Timestamp(first) + pd.Timedelta(days=int(chance.integers(0, days - length + 1)))
            yield start, start + pd.Timedelta(days=length - 1)


def same(whole, result):
    days = result.table["date"]
    for name in ("flags", "input_sources", "weights", "source_eto"):
        pd.testing.assert_frame_equal(
            getattr(result, name).dropna(axis=1, how="all"),
            getattr(whole, name).loc[days].dropna(axis=1, how="all"),
            check_exact=True,
        )
    expected = whole.table.set_index("date").loc[days]
    pd.testing.assert_frame_equal(result.table.set_index("date"), expected, check_exact=True, check_dtype=False)


def troubled(days=1200, seed=3):
    """Simulated weather of a station with gaps, wild values, sensors that stand still, and what cannot be."""
    chance = np.random.default_rng(seed)
    table = weather(days, seed).drop(columns=["ea", "tdew"])
    table["u2"] = 2 * np.exp(chance.normal(0, 0.2, days))
    for name in table:
        table.loc[chance.random(days) < 0.05, name] = np.nan
    gap = table.index[400:430]
    table.loc[gap, ["tmin", "tmax"]] = np.nan  # a failed thermometer: other columns go on
    table.iloc[600:615] = np.nan
    table.loc[table.index[200:240], "u2"] = 1.7
    table.loc[table.index[[50, 700]], "tmax"] = 55.0
    table.loc[table.index[[90, 900]], "u2"] = 30.0
    table.loc[table.index[[120, 1000]], "rs"] = 49.0
    table.loc[table.index[[130]], ["rhmin", "rhmax"]] = [80.0, 20.0]
    return table


@pytest.mark.parametrize("sources", [["station"], "auto"])
def test_of_a_lone_station(sources):
    site = Site(52.1, 5.2, 2.0)
    table = troubled()
    station = station_of(table, site)
    first, last = table.index[0].date(), table.index[-1].date()
    with config.set_options(offline=True):
        whole = etolib.compute(site, Period(first, last), sources, station=station)
        for start, end in stretches(first, last, 2, 1):
            if sources == "auto" or table.loc[start:end, ["tmin", "tmax"]].notna().all(axis=1).any():
                same(whole, etolib.compute(site, Period(start.date(), end.date()), sources, station=station))
    marked = whole.flags.eq("suspect_unlikely")
    assert marked.loc[table.index[[90, 900]], "u2"].all()
    assert marked.loc[table.index[205:235], "u2"].any()


def test_of_maricopa():
    table, _, site = measured("Maricopa_AZ")
    station = station_of(table, site)
    whole = etolib.compute(site, "2003-01-01/2020-12-31", ["station"], station=station)
    for start, end in stretches("2003-01-01", "2020-12-31", 2, 2):
        same(whole, etolib.compute(site, Period(start.date(), end.date()), ["station"], station=station))


def test_a_true_storm_of_a_lone_station_is_kept_whatever_is_asked():
    # 37 mm of rain and 98 % humidity: 6.58 MJ m-2 day-1 is what was measured.
    table, _, site = measured("Maricopa_AZ")
    for record in (table, table.loc["2008"]):  # also where the record is one year, in which that day stands out
        station = station_of(record, site)
        expected = float(etolib.eto(record.loc[["2008-05-22"]], site).eto.iloc[0])
        for period in ("2008-05-22/2008-05-22", "2008-05-19/2008-05-25", "2008-05", "2008-04-01/2008-06-30", "2008"):
            row = etolib.compute(site, period, ["station"], station=station).table.set_index("date").loc["2008-05-22"]
            assert row["rs"] == 6.58
            assert row["eto"] == expected
            assert row["quality"] != "HIGH"


@pytest.mark.slow
@pytest.mark.parametrize(("city", "own"), [("Barreiras_BA", False), ("Tasso_Fragoso_MA", True)])
def test_of_replayed_grids(replay_server, city, own):
    row = pd.read_csv(shared_path("data", "validation", "cities.csv")).set_index("city").loc[city]
    site = Site(row.lat, row.lon, float(row.alt))
    first, last = "2019-01-01", "2020-05-31"
    station = None
    if own:  # half a year of less wind, with gaps: it teaches the days it has not
        grid = catalogue.provider("open_meteo_archive").fetch(site, Period("2019-03-01", "2019-10-31")).frame
        table = grid[["tmin", "tmax", "rhmean", "u2", "rs"]].assign(u2=grid["u2"] * 0.6)
        table.loc[np.random.default_rng(5).random(len(table)) < 0.2, ["tmin", "tmax", "u2"]] = np.nan
        station = station_of(table, site)
    whole = etolib.compute(site, Period(first, last), station=station)
    if own:
        assert whole.provenance["learnt"]
    for start, end in stretches(first, last, 1, 3):
        same(whole, etolib.compute(site, Period(start.date(), end.date()), station=station))
