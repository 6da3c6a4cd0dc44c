"""The full clear-sky radiation of ASCE-2005 Appendix D, and a clear sky of one's own."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from etolib import Site, reference
from etolib.equations import air, hourly, kernel, radiation, sun
from etolib.equations.conventions import ASCE2005, ASCE2005_FULL, FAO56, REFET, Convention
from etolib.equations.elementwise import checked_inputs
from etolib.errors import InputError
from tests.oracles.rows import random_days
from tests.shared import shared_path

FALLON = {"latitude": np.array([39.4575]), "elevation": np.array([1208.5])}
PRINTED = Path(__file__).parent / "files" / "fallon_2015_refet.csv"


def fallon() -> tuple[dict[str, np.ndarray], pd.DataFrame]:
    """Return the weather of Fallon 2015, and what REF-ET printed for it."""
    weather = pd.read_parquet(shared_path("data", "stations", "Fallon_NV.parquet")).set_index("date")
    given = {name: weather[name].to_numpy() for name in ("tmin", "tmax", "rs")}
    given["ea"] = air.saturation_vapour_pressure(weather["tdew"].to_numpy())
    given["u2"] = air.wind_speed_2m(weather["wind_3m"].to_numpy(), 3.0)
    given["day_of_year"] = pd.DatetimeIndex(weather.index).day_of_year.to_numpy().astype(float)
    printed = pd.read_csv(PRINTED, comment="#", index_col="date", dtype={"etr": str, "eto": str})
    assert list(pd.to_datetime(printed.index)) == list(weather.index)
    return given | FALLON, printed


@pytest.mark.parametrize(("surface", "column"), [("short", "eto"), ("tall", "etr")])
def test_fallon_is_what_ref_et_printed(surface: str, column: str) -> None:
    # REF-ET 4.1, 365 days (one without wind); the tolerance of the tests of RefET
    weather, printed = fallon()
    text = printed[column]
    tolerance = np.where(text.str.split(".").str[1].str.len() == 1, 0.05, 0.008)

    def hits(**how: object) -> int:
        eto = reference.eto_asce(**weather, surface=surface, **how)
        return int((np.abs(eto - text.astype(float).to_numpy()) <= tolerance).sum())

    assert hits(rso="full") >= 360
    assert hits(convention=REFET) >= 360
    # The rounded declination of the book costs some days more, the simple clear sky most of them.
    assert 350 <= hits(convention=ASCE2005.with_(rso="full")) < 360
    assert hits() < 120


def test_fallon_1_july_2015() -> None:
    # RefET (WSWUP), tests: Rso 31.56594 with the Ra of REF-ET and its pressure
    sine = sun.mean_sine_of_altitude(39.4575, 182)
    pressure = air.atmospheric_pressure(1208.5, convention=REFET)
    ra = sun.extraterrestrial_radiation(39.4575, 182, convention=REFET)
    assert ra == pytest.approx(41.67611, abs=5e-6)
    assert radiation.clear_sky_radiation_full(ra, 1.22067, pressure, sine) == pytest.approx(31.56594, abs=5e-4)


def test_full_clear_sky_by_hand() -> None:
    # ASCE-2005 Eqs. D.1 to D.5; FAO-56 Annex 3 has other numbers
    sine = np.sin(0.85 + 0.3 * np.radians(-20.0) * np.sin(2 * np.pi / 365 * 100 - 1.39) - 0.42 * np.radians(20.0) ** 2)
    assert sun.mean_sine_of_altitude(-20.0, 100) == pytest.approx(sine, rel=1e-14)
    water = 0.14 * 2.0 * 95.0 + 2.1
    for convention, factor, power, slope in ((ASCE2005, 0.075, 0.4, 0.36), (FAO56, 0.091, 0.25, 0.33)):
        beam = 0.98 * np.exp(-0.00146 * 95.0 / sine - factor * (water / sine) ** power)
        expected = (beam + 0.35 - slope * beam) * 30.0
        result = radiation.clear_sky_radiation_full(30.0, 2.0, 95.0, sine, convention=convention)
        assert result == pytest.approx(expected, rel=1e-14)
    beam = 0.98 * np.exp(-0.00146 * 95.0 / 0.05 - 0.075 * (water / 0.05) ** 0.4)  # a low sun
    assert beam < 0.15
    low = radiation.clear_sky_radiation_full(1.0, 2.0, 95.0, 0.05)
    assert low == pytest.approx(beam + 0.18 + 0.82 * beam, rel=1e-14)


@pytest.mark.parametrize(("convention", "slope"), [(ASCE2005, 0.36), (FAO56, 0.33)], ids=str)
def test_diffuse_light_of_a_weak_beam_begins_below_its_book_value(convention: Convention, slope: float) -> None:
    # ASCE-2005 Eq. D.4, FAO-56 Eq. 3-20: KD = 0.35 - slope KB from KB = 0.15 on, 0.18 + 0.82 KB below
    sine = np.linspace(0.02, 0.3, 20_000)
    water = (0.14 * 1.0 * 100.0 + 2.1) / sine
    beam = 0.98 * np.exp(-0.146 / sine - convention.beam_water * water**convention.beam_power)
    assert np.abs(beam - 0.15).min() < 1e-4  # both sides of the bound are seen from near
    expected = beam + np.where(beam >= 0.15, 0.35 - slope * beam, 0.18 + 0.82 * beam)
    result = radiation.clear_sky_radiation_full(1.0, 1.0, 100.0, sine, convention=convention)
    np.testing.assert_allclose(result, expected, rtol=1e-13)


def test_the_sun_of_a_day_stands_at_least_as_high_as_in_ref_et() -> None:
    # RefET (WSWUP), calcs.rso_daily: np.maximum(sin_beta_24, 0.1)
    latitude, day = np.meshgrid(np.linspace(50.0, 70.0, 41), np.arange(1.0, 60.0))
    phi = np.radians(latitude)
    unbound = np.sin(0.85 + 0.3 * phi * np.sin(2 * np.pi / 365 * day - 1.39) - 0.42 * phi**2)
    assert (unbound < 0.0999).any()
    assert ((unbound > 0.1) & (unbound < 0.105)).any()
    np.testing.assert_allclose(sun.mean_sine_of_altitude(latitude, day), np.maximum(unbound, 0.1), rtol=1e-13)


def test_the_sun_of_an_hour_stands_at_least_as_high_as_in_ref_et() -> None:
    # RefET (WSWUP), calcs.rso_hourly: np.maximum(sin_beta, 0.01)
    hours = np.arange(4.0, 20.0, 0.02)
    sine = np.sin(sun.solar_altitude(40.0, -105.0, 172.0, hours, -7.0, convention=ASCE2005))
    assert ((sine > 0.0101) & (sine < 0.015)).any()
    assert ((sine > 0) & (sine < 0.0099)).any()
    water = (0.14 * 1.0 * 80.0 + 2.1) / np.maximum(sine, 0.01)
    beam = 0.98 * np.exp(-0.00146 * 80.0 / np.maximum(sine, 0.01) - 0.075 * water**0.4)
    expected = beam + np.where(beam >= 0.15, 0.35 - 0.36 * beam, 0.18 + 0.82 * beam)
    full = ASCE2005.with_(rso="full")
    result = hourly._clear_sky(1.0, 1.0, 80.0, 40.0, -105.0, 1500.0, (172.0, hours, -7.0), full)
    np.testing.assert_allclose(result, expected, rtol=1e-13)


def test_all_ways_give_the_same_full_sky() -> None:
    days = random_days(5000, seed=11)
    with checked_inputs():
        book = reference.daily_terms(**days, convention=ASCE2005_FULL)
    compiled = kernel.daily(**days, convention=ASCE2005_FULL, compiled=True)
    plain = reference.eto_asce(**days, rso="full")
    np.testing.assert_array_equal(compiled, plain)
    assert np.abs(plain - book["eto"]).max() <= 1e-12
    own = reference.eto_asce(**days, rso=book["rso"])
    np.testing.assert_array_equal(own, plain)
    one = {name: float(values[7]) for name, values in days.items()}
    assert reference.eto_fao56(**one, convention="asce2005_full") == plain[7]
    single = {k: v.astype(np.float32) if k in kernel.WEATHER else v for k, v in days.items()}
    assert kernel.daily(**single, convention=ASCE2005_FULL, compiled=True).dtype == np.float32


def test_own_clear_sky_in_a_table_and_a_grid() -> None:
    dates = pd.date_range("2024-06-01", periods=3)
    table = pd.DataFrame({"tmin": 12.0, "tmax": 25.0, "ea": 1.2, "rs": [10.0, 12.0, 14.0], "u2": 2.0}, index=dates)
    table["rso"] = [30.0, np.nan, 27.0]
    site = Site(45.0, 5.0, elevation=200.0)
    result = reference.eto(table, site)
    simple = reference.eto(table.drop(columns="rso"), site)
    assert (result.eto != simple.eto).tolist() == [True, False, True]
    assert result.inputs["rso"].iloc[[0, 2]].tolist() == [30.0, 27.0]
    assert result.inputs["rso"].iloc[1] == simple.terms()["rso"].iloc[1]
    assert result.terms()["rso"].tolist() == result.inputs["rso"].tolist()
    day = table.iloc[0].to_dict()
    alone = reference.eto_fao56(**day, latitude=45.0, elevation=200.0, day_of_year=153)
    assert result.eto.iloc[0] == alone
    grid = table.to_xarray().rename(index="time")
    lazy = reference.eto(grid.chunk(time=1), site)
    np.testing.assert_array_equal(lazy.eto.to_numpy(), result.eto.to_numpy())
    assert lazy.inputs["rso"].attrs["units"] == "MJ m-2 day-1"
    grid["rso"] = (grid["rso"] / 0.0864).assign_attrs(units="W m-2")
    in_watt = reference.eto(grid, site)
    assert in_watt.eto.to_numpy() == pytest.approx(result.eto.to_numpy(), abs=1e-12)
    full = reference.eto(table.drop(columns="rso"), site, rso="full")
    expected = reference.eto_fao56(
        **{k: table[k].to_numpy() for k in kernel.WEATHER},
        latitude=45.0,
        elevation=200.0,
        day_of_year=np.array([153.0, 154.0, 155.0]),
        rso="full",
    )
    np.testing.assert_array_equal(full.eto.to_numpy(), expected)


def test_polar_night_has_a_full_clear_sky() -> None:
    night = {"tmin": -30.0, "tmax": -20.0, "ea": 0.05, "rs": 0.0, "u2": 3.0, "latitude": 85.0, "elevation": 0.0}
    assert np.isfinite(reference.eto_asce(**night, day_of_year=355, rso="full"))
    assert reference.eto_asce(**night, day_of_year=355, rso="full") == reference.eto_asce(**night, day_of_year=355)


def test_missing_latitude_stays_missing() -> None:
    day = {"tmin": 12.0, "tmax": 25.0, "ea": 1.2, "rs": 10.0, "u2": 2.0, "elevation": 0.0, "day_of_year": 100}
    assert np.isnan(reference.eto_asce(**day, latitude=float("nan"), rso=25.0))
    assert np.isnan(reference.eto_asce(**day, latitude=45.0, rso=float("nan")))


def test_refusals() -> None:
    day = {"tmin": 12.0, "tmax": 25.0, "ea": 1.2, "rs": 10.0, "u2": 2.0, "elevation": 0.0, "day_of_year": 100}
    with pytest.raises(InputError, match="rso = 'clear': must be one of simple, full"):
        reference.eto_asce(**day, latitude=45.0, rso="clear")
    with pytest.raises(InputError, match="rso = 400"):
        reference.eto_asce(**day, latitude=45.0, rso=400.0)
    with pytest.raises(InputError, match="rso = 'clear'"):
        reference.eto(pd.DataFrame({"tmin": [1.0], "tmax": [2.0]}, index=pd.to_datetime(["2024-01-01"])), rso="clear")
