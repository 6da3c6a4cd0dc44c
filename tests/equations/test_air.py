"""Equations of air against the worked examples and tables of FAO-56 (pages of the 1998 print)."""

from __future__ import annotations

import numpy as np
import pytest

from etolib.equations import air, humidity
from etolib.errors import InputError
from tests.digits import prints_as


def test_example_2_pressure_and_psychrometric_constant() -> None:
    # FAO-56 Example 2, p. 32: 1800 m
    pressure = air.atmospheric_pressure(1800)
    assert prints_as(pressure, "81.8")
    assert prints_as(air.psychrometric_constant(pressure), "0.054")
    assert pressure == pytest.approx(81.756, abs=5e-4)
    assert air.psychrometric_constant(pressure) == pytest.approx(0.054368, abs=5e-7)


def test_example_3_saturation() -> None:
    # FAO-56 Example 3, p. 36: 24.5 and 15 degC, and its note on the mean temperature
    assert prints_as(air.saturation_vapour_pressure(24.5), "3.075")
    assert prints_as(air.saturation_vapour_pressure(15.0), "1.705")
    assert prints_as(air.mean_saturation_vapour_pressure(15.0, 24.5), "2.39")
    assert prints_as(air.saturation_vapour_pressure(19.75), "2.30")
    assert air.saturation_vapour_pressure(24.5) == pytest.approx(3.07465, abs=5e-6)


def test_example_4_psychrometer() -> None:
    # FAO-56 Example 4, p. 38: aspirated, 1200 m, 25.6 and 19.5 degC
    pressure = air.atmospheric_pressure(1200)
    assert prints_as(pressure, "87.9")
    assert prints_as(air.saturation_vapour_pressure(19.5), "2.267")
    ea = humidity.vapour_pressure_from_psychrometer(25.6, 19.5, pressure)
    assert prints_as(ea, "1.91")
    assert ea == pytest.approx(1.91194, abs=5e-6)


@pytest.mark.parametrize(("ventilation", "coefficient"), [("ventilated", 662e-6), ("natural", 8e-4), ("indoor", 12e-4)])
def test_psychrometer_coefficients(ventilation: str, coefficient: float) -> None:
    # FAO-56 Eq. 16: the coefficients as printed
    ea = humidity.vapour_pressure_from_psychrometer(20.0, 15.0, 100.0, ventilation=ventilation)
    assert air.saturation_vapour_pressure(15.0) - ea == pytest.approx(coefficient * 100.0 * 5.0, rel=1e-9)


def test_examples_5_and_6_humidity_and_deficit() -> None:
    # FAO-56 Examples 5 and 6, p. 39
    assert prints_as(air.saturation_vapour_pressure(18.0), "2.064")
    assert prints_as(air.saturation_vapour_pressure(25.0), "3.168")
    ea = humidity.vapour_pressure_from_rh(18.0, 25.0, 54.0, 82.0)
    assert prints_as(ea, "1.70")
    assert ea == pytest.approx(1.70154, abs=5e-6)
    assert prints_as(humidity.vapour_pressure_from_rhmean(18.0, 25.0, 68.0), "1.78")
    assert humidity.vapour_pressure_from_rhmax(18.0, 82.0) == pytest.approx(1.69247, abs=5e-6)
    assert humidity.vapour_pressure_deficit(18.0, 25.0, ea) == pytest.approx(0.91435, abs=5e-6)
    assert prints_as(humidity.vapour_pressure_deficit(18.0, 25.0, ea), "0.91")


def test_example_14_wind() -> None:
    # FAO-56 Example 14, p. 56: 3.2 m/s at 10 m, factor 0.75
    assert prints_as(air.wind_speed_2m(1.0, 10.0), "0.75")
    assert prints_as(air.wind_speed_2m(3.2, 10.0), "2.4")
    assert air.wind_speed_2m(3.2, 10.0) == pytest.approx(2.39344, abs=5e-6)


@pytest.mark.parametrize(
    ("elevation", "pressure"),
    [
        (0, "101.3"),
        (100, "100.1"),
        (500, "95.5"),
        (1000, "90.0"),
        (1200, "87.9"),
        (1800, "81.8"),
        (2000, "79.8"),
        (3000, "70.5"),
        (4000, "62.1"),
    ],
)
def test_table_2_1_pressure(elevation: float, pressure: str) -> None:
    # FAO-56 Annex 2, Table 2.1
    assert prints_as(air.atmospheric_pressure(elevation), pressure)


@pytest.mark.parametrize(
    ("elevation", "gamma"),
    [(0, "0.067"), (200, "0.066"), (1000, "0.060"), (1800, "0.054"), (2000, "0.053"), (3000, "0.047"), (4000, "0.041")],
)
def test_table_2_2_psychrometric_constant(elevation: float, gamma: str) -> None:
    # FAO-56 Annex 2, Table 2.2
    assert prints_as(air.psychrometric_constant(air.atmospheric_pressure(elevation)), gamma)


@pytest.mark.parametrize(
    ("temperature", "es"),
    [
        (1, "0.657"),
        (10, "1.228"),
        (20, "2.338"),
        (25, "3.168"),
        (30, "4.243"),
        (35, "5.623"),
        (40, "7.376"),
        (45, "9.582"),
        (48.5, "11.447"),
    ],
)
def test_table_2_3_saturation(temperature: float, es: str) -> None:
    # FAO-56 Annex 2, Table 2.3
    assert prints_as(air.saturation_vapour_pressure(temperature), es)


@pytest.mark.parametrize(
    ("temperature", "slope"),
    [
        (1, "0.047"),
        (10, "0.082"),
        (20, "0.145"),
        (25, "0.189"),
        (30, "0.243"),
        (35, "0.311"),
        (40, "0.393"),
        (45, "0.493"),
        (48.5, "0.574"),
    ],
)
def test_table_2_4_slope(temperature: float, slope: str) -> None:
    # FAO-56 Annex 2, Table 2.4
    assert prints_as(air.vapour_pressure_slope(temperature), slope)


@pytest.mark.parametrize(("height", "factor"), [(1, "1.178"), (2, "1.000"), (3, "0.921"), (5, "0.838"), (10, "0.748")])
def test_table_2_9_wind_factor(height: float, factor: str) -> None:
    # FAO-56 Annex 2, Table 2.9
    assert prints_as(air.wind_speed_2m(1.0, height), factor)


def test_slope_of_the_standardized_equation() -> None:
    # ASCE-2005 Eq. 5: 2503 in place of 4098 times 0.6108 (2503.06)
    ratio = air.vapour_pressure_slope(20.0, convention="asce2005") / air.vapour_pressure_slope(20.0)
    assert ratio == pytest.approx(2503.0 / (4098.0 * 0.6108), rel=1e-12)


def test_slope_is_the_derivative() -> None:
    # The slope is what it says, within the rounding of 4098 (exact: 17.27 * 237.3 = 4098.171)
    step = 1e-4
    for temperature in (-20.0, 0.0, 20.0, 40.0):
        above, below = temperature + step, temperature - step
        rise = air.saturation_vapour_pressure(above) - air.saturation_vapour_pressure(below)
        assert air.vapour_pressure_slope(temperature) == pytest.approx(rise / (2 * step), rel=1e-4)


def test_latent_heat() -> None:
    # FAO-56 Annex 3, Eq. 3-1: 2.501 - 2.361e-3 T
    assert air.latent_heat(20.0) == pytest.approx(2.45378, abs=1e-9)
    assert air.latent_heat(0.0) == pytest.approx(2.501, abs=1e-9)


def test_dew_point_is_the_inverse() -> None:
    tdew = np.linspace(-40.0, 35.0, 76)
    assert humidity.dew_point(humidity.vapour_pressure_from_dew_point(tdew)) == pytest.approx(tdew, abs=1e-9)
    assert np.isnan(humidity.dew_point(0.0))


def test_tmin_as_dew_point() -> None:
    # FAO-56 Eq. 48 and Example 20, p. 77: 14.8 degC gives 1.68 kPa; p. 58: 2 to 3 degC lower where it is arid
    assert prints_as(humidity.vapour_pressure_from_tmin(14.8), "1.68")
    assert humidity.vapour_pressure_from_tmin(14.8, 2.0) == humidity.vapour_pressure_from_dew_point(12.8)


def test_hourly_humidity() -> None:
    # FAO-56 Example 19, p. 75
    assert prints_as(humidity.vapour_pressure_hourly(28.0, 90.0), "3.402")
    assert prints_as(humidity.vapour_pressure_hourly(38.0, 52.0), "3.445")


def test_all_problems_are_listed() -> None:
    with pytest.raises(InputError) as caught:
        humidity.vapour_pressure_from_rh(290.0, np.array([25.0, 400.0]), -5.0, 200.0)
    assert {p.thing for p in caught.value.problems} == {"tmin", "tmax", "rhmin", "rhmax"}
    assert "looks like K" in str(caught.value)


def test_swapped_extremes_are_refused() -> None:
    with pytest.raises(InputError, match="swapped"):
        air.mean_saturation_vapour_pressure(25.0, 15.0)
    with pytest.raises(InputError, match="rhmin and rhmax are swapped"):
        humidity.vapour_pressure_from_rh(15.0, 25.0, 90.0, 50.0)


@pytest.mark.parametrize(
    "call",
    [
        lambda: air.vapour_pressure_slope(20.0, convention="fao24"),
        lambda: humidity.vapour_pressure_from_psychrometer(20.0, 15.0, 100.0, ventilation="storm"),
        lambda: humidity.vapour_pressure_from_psychrometer(15.0, 20.0, 100.0),
        lambda: air.atmospheric_pressure("high"),
        lambda: air.atmospheric_pressure(np.inf),
        lambda: air.wind_speed_2m(np.ones(3), np.ones(4)),
    ],
)
def test_what_cannot_be_is_refused(call: object) -> None:
    with pytest.raises(InputError):
        call()  # type: ignore[operator]
