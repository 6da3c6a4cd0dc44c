"""What the wind of a single grid is worth: the interval carries it, and a sentence says it.

Authority: winds as reported (NASA POWER at 0.2 to 1.0 m s-1 where stations have 1.5 to 3.1; grids 1.2 to 2 times too
strong over the Cerrado), and BR-DWGD's ETo at the places of the validation.
"""

from __future__ import annotations

import numpy as np
import pytest

import etolib
from etolib.fusion.fuse import fuse_sources
from etolib.site import Site
from etolib.validation.places import load
from etolib.words import render
from tests.fusion.own_station import station_of
from tests.fusion.test_humidity import weather
from tests.shared import shared_path

TOLEDO = Site(-24.7, -53.7, 560.0)


def days_in_parana(wind, days=200):
    """Simulated days with a mean wind [m s-1]; the same days but for that."""
    table = weather(days, 11, TOLEDO.latitude)
    gusts = np.exp(np.random.default_rng(2).normal(0, 0.3, days))
    table = table.assign(tmin=table["tmin"] + 8, tmax=table["tmax"] + 8, u2=wind * gusts / gusts.mean())
    return table[["tmin", "tmax", "rhmean", "rs", "u2"]]


@pytest.mark.parametrize(("grid", "truth"), [(0.2, 1.5), (0.5, 2.2), (1.0, 3.1), (0.2, 3.1), (2.4, 1.2), (3.0, 1.5)])
def test_the_interval_holds_the_eto_of_the_wind_that_stations_have(grid, truth):
    fused = fuse_sources({"nasa_power": days_in_parana(grid)}, TOLEDO)
    measured = etolib.eto(days_in_parana(truth), TOLEDO).eto
    assert ((measured > fused.lower) & (measured < fused.upper)).mean() >= 0.95


def test_it_is_said_with_its_effect_and_only_where_the_wind_stands_alone():
    calm = days_in_parana(0.5)
    (said,) = fuse_sources({"nasa_power": calm}, TOLEDO).warnings
    assert said.startswith("nasa_power: the wind on 200 days comes from this grid alone (0.5 m/s in the mean)")
    assert render("pt", said).startswith("nasa_power: o vento de 200 dias vem apenas desta grade")
    effect = said.values["sentence"].values
    strong = (
        etolib.eto(calm.assign(u2=np.maximum(4.0, 2.5 * calm["u2"])), TOLEDO).eto.sum()
        / etolib.eto(calm, TOLEDO).eto.sum()
        - 1
    )
    assert effect["high"] == f"{100 * strong:+.0f}"
    assert float(effect["low"]) < 0
    assert fuse_sources({"nasa_power": calm, "open_meteo_archive": days_in_parana(0.7)}, TOLEDO).warnings == []
    other_gone = calm.assign(u2=calm["u2"].where(np.arange(200) < 150))
    (half,) = fuse_sources({"nasa_power": calm, "open_meteo_archive": other_gone}, TOLEDO).warnings
    assert "on 50 days" in half


def test_measured_wind_is_not_questioned_and_a_grids_beside_a_stations_temperature_is():
    table = days_in_parana(2.0)
    station = station_of(table, TOLEDO)
    alone = etolib.compute(TOLEDO, "2021-02-01/2021-03-02", ["station"], station=station)
    assert alone.warnings == []
    bare = table.drop(columns="u2")
    fused = fuse_sources({"nasa_power": days_in_parana(0.5), "station": bare}, TOLEDO)
    assert any("comes from this grid alone" in text for text in fused.warnings)
    width = (fused.upper - fused.lower) / fused.eto
    assert (width > 0.3).all()
    assert set(fused.inputs_source["tmax"]) == {"station"}


def test_where_nasas_wind_is_too_strong_and_where_it_is_all_but_calm_the_reference_is_held():
    places = load(shared_path("data", "validation"), ["Campos_Lindos_TO", "Tasso_Fragoso_MA", "Porto_Nacional_TO"])
    for place in places:
        frame = place.frames["nasa_power"]
        for wind in (frame["u2"], 0.2 * frame["u2"]):
            fused = fuse_sources({"nasa_power": frame.assign(u2=wind)}, place.site)
            there = np.isfinite(place.reference)
            held = (place.reference > fused.lower) & (place.reference < fused.upper)
            assert held[there].mean() >= 0.94, place.name


def test_a_storm_of_a_single_grid_is_weather_and_has_its_interval():
    """2.5 times 18 m/s, tried for the interval, is more than any day's wind: it must not be refused as an input."""
    table = days_in_parana(2.0, 30).assign(u2=18.0)
    fused = fuse_sources({"nasa_power": table}, TOLEDO)
    assert (fused.lower < fused.eto).all()
    assert (fused.eto < fused.upper).all()
