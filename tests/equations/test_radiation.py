"""Equations of sun and radiation against the worked examples and tables of FAO-56 (pages of the 1998 print)."""

from __future__ import annotations

import numpy as np
import pytest

from etolib.equations import air, constants, radiation, soil, sun
from etolib.errors import InputError
from tests.digits import prints_as


def test_example_1_energy_as_water() -> None:
    # FAO-56 Example 1, p. 4: 80 % of 15 MJ
    assert prints_as(radiation.energy_to_water(0.8 * 15.0), "4.9")
    assert radiation.energy_to_water(1.0) == pytest.approx(1 / constants.LATENT_HEAT, abs=5e-4)


def test_example_8_extraterrestrial_radiation() -> None:
    # FAO-56 Example 8, p. 47: 3 September (J 246), 20 S
    assert prints_as(sun.inverse_relative_distance(246), "0.985")
    assert prints_as(sun.solar_declination(246), "0.120")
    assert prints_as(sun.sunset_hour_angle(-20.0, 246), "1.527")
    ra = sun.extraterrestrial_radiation(-20.0, 246)
    assert prints_as(ra, "32.2")
    assert prints_as(radiation.energy_to_water(ra), "13.1")
    assert ra == pytest.approx(32.1940, abs=5e-5)
    assert sun.inverse_relative_distance(246) == pytest.approx(0.984829, abs=5e-7)
    assert sun.solar_declination(246) == pytest.approx(0.119655, abs=5e-7)
    assert sun.sunset_hour_angle(-20.0, 246) == pytest.approx(1.527022, abs=5e-7)


def test_example_9_daylight() -> None:
    # FAO-56 Example 9, p. 49
    assert prints_as(sun.daylight_hours(-20.0, 246), "11.7")


def test_examples_10_to_12_rio() -> None:
    # FAO-56 Examples 10 to 12, p. 50 to 53: 22 54' S, May (J 135), 220 h of sunshine, 25.1/19.1 degC, ea 2.1
    latitude = -(22 + 54 / 60)
    ra = sun.extraterrestrial_radiation(latitude, 135)
    daylight = sun.daylight_hours(latitude, 135)
    assert prints_as(ra, "25.1")
    assert prints_as(daylight, "10.9")
    rs = radiation.solar_radiation_from_sunshine(220 / 31, ra, daylight)
    assert prints_as(rs, "14.5")
    assert prints_as(radiation.energy_to_water(rs), "5.9")
    assert rs == pytest.approx(14.4561, abs=5e-5)
    rso = radiation.clear_sky_radiation(ra, 0.0)
    assert prints_as(rso, "18.8")
    assert prints_as(rs / rso, "0.77")
    assert prints_as(radiation.cloud_term(rs, rso), "0.69")
    rnl = radiation.net_longwave(19.1, 25.1, 2.1, rs, rso)
    assert prints_as(rnl, "3.5")
    assert rnl == pytest.approx(3.5085, abs=5e-5)
    rns = radiation.net_shortwave(rs)
    assert prints_as(rns, "11.1")
    rn = radiation.net_radiation(rns, rnl)
    assert prints_as(rn, "7.6")
    assert prints_as(radiation.energy_to_water(rn), "3.1")
    assert rn == pytest.approx(7.6227, abs=5e-5)


@pytest.mark.parametrize(
    ("temperature", "radiated"),
    [(1, "27.70"), (10, "31.52"), (20, "36.21"), (25, "38.75"), (30, "41.41"), (40, "47.15"), (48.5, "52.49")],
)
def test_table_2_8_black_body(temperature: float, radiated: str) -> None:
    # FAO-56 Annex 2, Table 2.8; a clear sky and an emissivity of 0.34 - 0.14 sqrt(0) leave sigma T4 times 0.34
    rnl = radiation.net_longwave(temperature, temperature, 0.0, 20.0, 20.0)
    assert prints_as(rnl / 0.34, radiated)


def test_example_13_soil_heat_flux() -> None:
    # FAO-56 Example 13, p. 55: Algiers, March to May 14.1, 16.1, 18.8 degC
    g = soil.soil_heat_flux_monthly(14.1, 18.8)
    assert prints_as(g, "0.33")
    assert prints_as(radiation.energy_to_water(g), "0.13")
    assert soil.soil_heat_flux_month(14.1, 16.1) == pytest.approx(0.28, abs=1e-9)


def test_example_15_lyon() -> None:
    # FAO-56 Example 15, p. 61: 45 43' N, July (J 196), 26.6/14.8 degC
    ra = sun.extraterrestrial_radiation(45 + 43 / 60, 196)
    assert prints_as(ra, "40.6")
    rs = radiation.solar_radiation_from_temperature(14.8, 26.6, ra)
    assert prints_as(rs, "22.3")
    assert prints_as(radiation.energy_to_water(rs), "9.1")
    assert rs == pytest.approx(22.2896, abs=5e-5)


def test_example_16_bangkok() -> None:
    # FAO-56 Example 16, p. 62: 13 44' N, coast, 2 m, April (J 105), 34.8/25.6 degC, ea 2.85
    ra = sun.extraterrestrial_radiation(13 + 44 / 60, 105)
    assert prints_as(ra, "38.1")
    rs = radiation.solar_radiation_from_temperature(25.6, 34.8, ra, constants.KRS_COASTAL)
    assert prints_as(rs, "21.9")
    rso = radiation.clear_sky_radiation(ra, 0.0)
    assert prints_as(rso, "28.5")
    assert prints_as(radiation.net_shortwave(rs), "16.9")
    rnl = radiation.net_longwave(25.6, 34.8, 2.85, rs, rso)
    assert prints_as(rnl, "3.0")
    rn = radiation.net_radiation(radiation.net_shortwave(rs), rnl)
    assert prints_as(rn, "13.9")
    assert prints_as(radiation.energy_to_water(rn), "5.7")
    assert rn == pytest.approx(13.9257, abs=5e-5)


def test_radiation_from_temperature_is_bounded_by_the_clear_sky() -> None:
    # FAO-56 p. 61
    assert radiation.solar_radiation_from_temperature(0.0, 36.0, 40.0, 0.19, 30.0) == 30.0


def test_island() -> None:
    # FAO-56 Eq. 51
    assert radiation.solar_radiation_island(38.0) == pytest.approx(22.6, abs=1e-9)
    assert radiation.solar_radiation_island(2.0) == 0.0


DAYS = np.array([15, 46, 74, 105, 135, 166, 196, 227, 258, 288, 319, 349])

TABLE_2_6 = {
    0: "36.2 37.5 37.9 36.8 34.8 33.4 33.9 35.7 37.2 37.4 36.3 35.6",
    20: "26.8 30.6 34.7 37.9 39.3 39.5 39.3 38.3 35.8 31.8 27.7 25.6",
    40: "15.0 20.4 27.2 34.7 39.7 41.9 40.8 36.7 30.0 22.5 16.3 13.6",
    -20: "41.9 40.0 36.6 31.3 26.6 24.1 25.0 28.9 34.2 38.6 41.2 42.1",
    -40: "43.4 38.1 30.9 22.3 15.8 12.8 13.9 19.1 27.1 35.3 41.8 44.6",
}
TABLE_2_7 = {
    40: "9.5 10.5 11.7 13.1 14.2 14.8 14.6 13.6 12.2 10.9 9.7 9.2",
    50: "8.3 9.8 11.6 13.5 15.2 16.1 15.7 14.3 12.3 10.4 8.7 7.9",
    -20: "13.1 12.7 12.1 11.5 11.1 10.8 10.9 11.3 11.9 12.5 13.0 13.2",
}


@pytest.mark.parametrize("latitude", TABLE_2_6)
def test_table_2_6_extraterrestrial_radiation(latitude: int) -> None:
    # FAO-56 Annex 2, Table 2.6, read from two independent codes; the table itself is rounded up to 0.11 off Eq. 21
    printed = np.array(TABLE_2_6[latitude].split(), dtype=float)
    assert sun.extraterrestrial_radiation(latitude, DAYS) == pytest.approx(printed, abs=0.15)


@pytest.mark.parametrize("latitude", TABLE_2_7)
def test_table_2_7_daylight(latitude: int) -> None:
    # FAO-56 Annex 2, Table 2.7; one entry (20 S, May: 11.1 for 11.049) is rounded from another digit
    printed = np.array(TABLE_2_7[latitude].split(), dtype=float)
    assert sun.daylight_hours(latitude, DAYS) == pytest.approx(printed, abs=0.052)


def test_poles_and_polar_night() -> None:
    # The rule stated in the module: Ra = 0 and N = 0 where the sun does not rise, N = 24 where it does not set
    for pole, winter, summer in ((90.0, 355, 172), (-90.0, 172, 355)):
        assert sun.extraterrestrial_radiation(pole, winter) == 0.0
        assert sun.daylight_hours(pole, winter) == 0.0
        assert sun.daylight_hours(pole, summer) == pytest.approx(24.0)
        assert sun.extraterrestrial_radiation(pole, summer) > 40.0
    assert radiation.solar_radiation_from_sunshine(0.0, 0.0, 0.0) == 0.0
    assert radiation.solar_radiation_from_temperature(-30.0, -20.0, 0.0, 0.16, 0.0) == 0.0
    # Rs/Rso counts as 1 there: the cloud term is that of a clear sky, in both conventions
    assert radiation.cloud_term(0.0, 0.0) == 1.0
    assert radiation.cloud_term(0.0, 0.0, "asce2005") == 1.0


def test_relative_shortwave_bounds() -> None:
    # FAO-56 p. 52: at most 1, nothing below; ASCE-2005 Eq. 18: 0.3 to 1
    assert radiation.cloud_term(40.0, 20.0) == pytest.approx(1.0)
    assert radiation.cloud_term(2.0, 20.0) == pytest.approx(1.35 * 0.1 - 0.35)
    assert radiation.cloud_term(2.0, 20.0, "asce2005") == pytest.approx(1.35 * 0.3 - 0.35)
    assert radiation.cloud_term(40.0, 20.0, "asce2005") == pytest.approx(1.0)


def test_conventions_of_net_longwave() -> None:
    # Stefan-Boltzmann 4.903e-9 (FAO-56 p. 52) and 4.901e-9 (ASCE-2005 Eq. 17); hourly, 1/24 of each
    book = radiation.net_longwave(10.0, 20.0, 1.0, 15.0, 20.0)
    standard = radiation.net_longwave(10.0, 20.0, 1.0, 15.0, 20.0, convention="asce2005")
    assert standard / book == pytest.approx(4.901 / 4.903, rel=1e-12)
    hourly = radiation.net_longwave_hourly(20.0, 1.0, 0.5)
    assert hourly * 24 == pytest.approx(4.903e-9 * 293.16**4 * (0.34 - 0.14) * 0.5, rel=1e-12)


def test_missing_stays_missing() -> None:
    nan = float("nan")
    assert np.isnan(radiation.cloud_term(nan, 20.0))
    assert np.isnan(radiation.cloud_term(nan, 0.0))
    assert np.isnan(radiation.cloud_term(10.0, nan))
    assert np.isnan(radiation.solar_radiation_from_sunshine(nan, 30.0, 0.0))
    assert np.isnan(radiation.solar_radiation_from_sunshine(5.0, 30.0, nan))
    assert np.isnan(soil.soil_heat_flux_hourly(1.0, nan))
    assert np.isnan(sun.extraterrestrial_radiation_hourly(nan, 0.0, 100, 12.0, 0))


def test_solar_time() -> None:
    # FAO-56 Example 19, p. 75: 16.25 W, zone 15 W, J 274
    assert sun.solar_time_angle(-16.25, 274, 2.5, -1) == pytest.approx(-2.459447, abs=5e-7)
    assert prints_as(sun.solar_time_angle(-16.25, 274, 14.5, -1), "0.682")


def test_hours_add_up_to_the_day() -> None:
    # Eq. 28 over 24 hours with the horizon cut (ASCE-2005 Eq. 56) is Eq. 21, also in the midnight sun
    hours = np.arange(24) + 0.5
    for latitude, day in ((40.0, 100), (-35.0, 20), (75.0, 172), (-75.0, 172)):
        parts = sun.extraterrestrial_radiation_hourly(latitude, 0.0, day, hours, 0, convention="asce2005")
        assert parts.sum() == pytest.approx(sun.extraterrestrial_radiation(latitude, day), abs=1e-9)


def test_solar_altitude_at_noon() -> None:
    # Geometry: at solar noon the altitude is 90 degrees less the distance of latitude and declination
    day = 100
    noon = 12.0 - sun.solar_time_angle(0.0, day, 12.0, 0) * 12 / np.pi
    expected = np.pi / 2 - abs(np.radians(50.0) - sun.solar_declination(day))
    assert sun.solar_altitude(50.0, 0.0, day, noon, 0) == pytest.approx(expected, abs=1e-9)


def test_hourly_soil_heat_flux() -> None:
    # FAO-56 Eqs. 45, 46; ASCE-2005 Eqs. 65, 66
    assert soil.soil_heat_flux_hourly(1.0, 1) == pytest.approx(0.1)
    assert soil.soil_heat_flux_hourly(-1.0, 0) == pytest.approx(-0.5)
    assert soil.soil_heat_flux_hourly(1.0, 1, surface="tall") == pytest.approx(0.04)
    assert soil.soil_heat_flux_hourly(-1.0, 0, surface="tall") == pytest.approx(-0.2)


@pytest.mark.parametrize(
    "call",
    [
        lambda: sun.extraterrestrial_radiation(95.0, 100),
        lambda: sun.extraterrestrial_radiation(45.0, 0),
        lambda: sun.extraterrestrial_radiation(45.0, 367),
        lambda: sun.extraterrestrial_radiation(45.0, 100, convention="other"),
        lambda: soil.soil_heat_flux_hourly(1.0, 1, surface="water"),
        lambda: radiation.net_shortwave(400.0),
        lambda: radiation.clear_sky_radiation(30.0, 20000.0),
    ],
)
def test_what_cannot_be_is_refused(call: object) -> None:
    with pytest.raises(InputError):
        call()  # type: ignore[operator]


def test_psychrometric_chain_is_consistent() -> None:
    # Eq. 37 at sea level is Eq. 36
    assert radiation.clear_sky_radiation(25.1110, 0.0) == pytest.approx(0.75 * 25.1110, rel=1e-12)
    assert air.atmospheric_pressure(0.0) == pytest.approx(101.3, rel=1e-12)
