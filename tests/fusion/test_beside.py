"""A station that every other source contradicts is left out with the numbers, in few days; a good one never is."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from etolib.fusion.block import Block
from etolib.fusion.faults import check
from etolib.fusion.faults.beside import contradicted_by_all
from etolib.fusion.faults.examined import Examined
from etolib.site import Period, Site
from etolib.sources.climatology import Climatology
from tests.fusion.own_station import measured
from tests.shared import shared_path

PLACE = Site(52.4, 13.1, 35.0)


def winter(days, offset=0.0, **change):
    rng = np.random.default_rng(days)
    tmax = 4 + rng.normal(0, 3, days)
    frame = {"tmax": tmax, "tmin": tmax - 5, "rhmean": 85.0, "u2": 3.0, "rs": 2.5}
    frame = pd.DataFrame(frame, index=pd.date_range("2023-01-05", periods=days, name="date")) + offset
    return frame.assign(**{name: make(frame[name]) for name, make in change.items()})


def fahrenheit(celsius):
    return celsius * 1.8 + 32


def found(station, **others):
    return [f for f in check({"station": station, **others}, PLACE).findings if f.check == "contradicted"]


@pytest.mark.parametrize("days", [3, 20, 120])
def test_fahrenheit_read_as_celsius_is_found_beside_two_sources_and_said_with_numbers(days):
    station = winter(days, tmax=fahrenheit, tmin=fahrenheit)
    both = {"nasa_power": winter(days), "open_meteo_archive": winter(days) + 0.5}
    report = check({"station": station, **both}, PLACE)
    gone = [f for f in report.findings if f.check == "contradicted"]
    assert {f.variable for f in gone} == {"tmin", "tmax"}
    assert report.frames["station"]["tmax"].isna().all()
    words = next(str(f.message) for f in gone if f.variable == "tmax")
    assert "at 52 N" in words
    assert "K above both other sources on every day" in words
    assert "in January" in words or days == 120


def test_one_source_needs_the_climate_as_a_witness():
    station = winter(5, tmax=fahrenheit, tmin=fahrenheit)
    assert {f.variable for f in found(station, nasa_power=winter(5))} == {"tmin", "tmax"}
    hot = winter(5) + 20  # both agree against the climate, or the grid alone is odd
    assert not found(hot, nasa_power=winter(5) + 19)
    assert not found(winter(5), nasa_power=winter(5) + 20)


@pytest.mark.parametrize(
    ("variable", "make"),
    [
        ("rs", lambda x: x / 3.6),
        ("rs", lambda x: x * 4.1868),
        ("u2", lambda x: x * 3.6),
        ("u2", lambda x: x * 0.05),
        ("rhmean", lambda x: x / 100),
    ],
)
def test_other_columns_are_judged_by_the_factors_of_units(variable, make):
    both = {"nasa_power": winter(20), "open_meteo_archive": winter(20)}
    assert [f.variable for f in found(winter(20, **{variable: make}), **both)] == [variable]
    assert not found(winter(5, **{variable: make}), **{name: frame.iloc[:5] for name, frame in both.items()})


def test_a_station_on_a_mountain_in_a_windy_or_sheltered_place_is_kept():
    mine = (winter(30) - 8).assign(u2=0.8, rhmean=60.0, rs=4.0)
    assert not found(mine, nasa_power=winter(30), open_meteo_archive=winter(30))


def alone(frames, site):
    examined = Examined(Block.of_frames(frames, site))
    contradicted_by_all(examined, list(frames))
    return examined.findings[0]


def test_grids_and_real_stations_are_never_condemned():
    """Real stations against the climatology as sources, real grids of twelve cities as stations."""
    judged = 0
    for name in ("Maricopa_AZ", "Fallon_NV", "CAPE", "SA06", "UFBA", "TRKO"):
        table, _, site = measured(name)

        year = Climatology().fetch(site, Period("2023-01-01", "2023-12-31")).frame.drop(columns="kind")
        for start in range(0, len(table) - 30, max(30, len(table) // 25)):
            own = table.iloc[start : start + 30]
            usual = year.iloc[np.minimum(own.index.day_of_year.to_numpy() - 1, 364)].set_index(own.index)
            frames = {"station": own, "one": usual, "two": usual}
            assert not alone(frames, site), (name, own.index[0])
            judged += 1
    for path in sorted(shared_path("data", "validation", "cities").glob("*.parquet"))[::3]:
        table = pd.read_parquet(path).set_index("date")
        nasa, era = (
            table.filter(like=f"{source}_").rename(
                columns={f"{source}_{a}": b for a, b in (("tmax", "tmax"), ("tmin", "tmin"), ("rh", "rhmean"),
                                                         ("rs", "rs"), ("ws2", "u2"), ("ws10", "u2"))}
            )[["tmin", "tmax", "rhmean", "rs", "u2"]]
            for source in ("nasa", "om")
        )  # fmt: skip
        for start in range(0, len(table) - 10, 400):
            days = slice(start, start + 10)
            for one, two in ((nasa, era), (era, nasa)):
                frames = {"station": one.iloc[days], "grid": two.iloc[days], "grid2": two.iloc[days]}
                where = Site(-12.0, -45.0, 400.0)
                assert not alone(frames, where), (path, start)
                judged += 1
    assert judged > 300
