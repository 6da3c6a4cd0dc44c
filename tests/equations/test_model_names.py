"""Grids under the names of models and of the CF conventions: understood, converted, said; or refused."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from etolib.equations.air import wind_speed_2m
from etolib.equations.tables import eto
from etolib.errors import InputError
from etolib.site import Site

SITE = Site(50.8, 4.35, elevation=100)
DAYS = pd.date_range("2023-07-06", periods=2)
CANONICAL = {"tmin": 12.3, "tmax": 21.5, "ea": 1.409, "rs": 22.07, "u2": 2.078}


def grid(**variables):
    return xr.Dataset(
        {name: ("time", np.full(2, float(value)), attrs) for name, (value, attrs) in variables.items()}, {"time": DAYS}
    )


def unit(value, text, **attrs):
    return value, {"units": text, **attrs}


def right(**other):
    given = {k: v for k, v in {**CANONICAL, **other}.items() if v is not None}
    return eto(grid(**{name: (value, {}) for name, value in given.items()}), SITE).eto


TEMPERATURES = {"tasmin": unit(285.45, "K"), "tasmax": unit(294.65, "K")}
WIND = 2.078 / float(wind_speed_2m(1.0, 10.0))
REST = {"hurs": unit(68.0, "%"), "rsds": unit(22.07 / 0.0864, "W m-2"), "sfcWind": unit(WIND, "m s-1")}
STANDARD = {
    "a": unit(285.45, "K", standard_name="air_temperature", cell_methods="area: mean time: minimum"),
    "b": unit(294.65, "K", standard_name="air_temperature", cell_methods="time: maximum (interval: 1 h)"),
    "mean": unit(290.0, "K", standard_name="air_temperature", cell_methods="time: mean"),
    "c": unit(255.4398148148, "W m-2", standard_name="surface_downwelling_shortwave_flux_in_air"),
    "d": unit(1409.0, "Pa", standard_name="water_vapor_partial_pressure_in_air"),
    "e": unit(WIND, "m s-1", standard_name="wind_speed", long_name="10 metre wind speed"),
}


@pytest.mark.parametrize(
    ("variables", "expected"),
    [
        ({**TEMPERATURES, **REST}, {"ea": None, "rhmean": 68.0}),
        ({**TEMPERATURES, **REST, "hurs": unit(0.68, "1")}, {"ea": None, "rhmean": 68.0}),
        ({"mn2t": unit(285.45, "K"), "mx2t": unit(294.65, "K"), "d2m": unit(284.15, "K"),
          "ssrd": unit(22.07e6, "J m**-2"), "u10": unit(WIND * 0.6, "m s**-1"), "v10": unit(-WIND * 0.8, "m s**-1")},
         {"ea": None, "tdew": 11.0}),
        ({"tmmn": unit(285.45, "K"), "tmmx": unit(294.65, "K"), "rmin": unit(50, "%"), "rmax": unit(90, "%"),
          "srad": unit(22.07 / 0.0864, "W m-2"), "vs": unit(WIND, "m/s")}, {"ea": None, "rhmin": 50, "rhmax": 90}),
        ({"tn": unit(12.3, "Celsius"), "tx": unit(21.5, "Celsius"), "hu": unit(68, "%"), "fg": unit(WIND, "m/s"),
          "qq": unit(22.07 / 0.0864, "W/m2")}, {"ea": None, "rhmean": 68.0}),
        ({"tmin": unit(12.3, "degrees C"), "tmax": unit(21.5, "degrees C"), "vp": unit(1409.0, "Pa"),
          "srad": unit(22.07e6 / 54000, "W/m2"), "dayl": unit(54000, "s"), "u2": unit(2.078, "m s-1")}, {}),
        ({**TEMPERATURES, **REST, "hurs": unit(1, "K"), "ea": (1.409, {})}, {}),  # a canonical name comes first
        (STANDARD, {}),
        ({**{k: v for k, v in STANDARD.items() if k != "e"}, "u2": (2.078, {})}, {}),
    ],
)  # fmt: skip
def test_usual_names_give_the_right_number(variables, expected):
    if "hurs" in variables and "ea" in variables:
        variables = {k: v for k, v in variables.items() if k != "hurs"}
    result = eto(grid(**variables), SITE)
    np.testing.assert_allclose(result.eto, right(**expected), rtol=1e-9)
    taken = [name for name in variables if name not in (*CANONICAL, "dayl", "mean", "v10")]
    for name in taken:
        assert any(repr(name) in text for text in result.warnings), name
    assert any("10 m" in t or "components" in t for t in result.warnings) == ("u2" not in variables)


def test_specific_humidity():
    pressure = 101.3 * ((293 - 0.0065 * 100) / 293) ** 5.26
    q = 0.622 * 1.409 / (pressure - 0.378 * 1.409)
    variables = {**TEMPERATURES, "huss": unit(q, "kg kg-1"), "rsds": REST["rsds"], "sfcWind": REST["sfcWind"]}
    np.testing.assert_allclose(eto(grid(**variables), SITE).eto, right(), rtol=1e-9)
    variables |= {"huss": unit(q * 1000, "g kg-1"), "ps": unit(pressure * 1000, "Pa")}
    np.testing.assert_allclose(eto(grid(**variables), SITE).eto, right(), rtol=1e-9)


def test_elevation_and_latitude_by_their_attributes():
    dataset = grid(**TEMPERATURES, **REST).assign(orog=((), 100.0, {"units": "m"}))
    dataset = dataset.assign_coords(nav_lat=((), 50.8, {"units": "degrees_north", "standard_name": "latitude"}))
    np.testing.assert_allclose(eto(dataset).eto, right(ea=None, rhmean=68.0), rtol=1e-9)


@pytest.mark.parametrize(
    ("variables", "word"),
    [
        ({"tasmin": (285.45, {}), "tasmax": unit(294.65, "K")}, "tasmin = None: states no unit"),
        ({**TEMPERATURES, "mx2t": unit(294.65, "K")}, "tasmax, mx2t.*could be any of these"),
        ({**TEMPERATURES, "rsds": unit(22.07, "lux")}, "unit of rs = 'lux'"),
        ({**TEMPERATURES, "w": unit(3.0, "m s-1", standard_name="wind_speed")}, "wind of unknown height"),
        ({**TEMPERATURES, "huss": (0.008, {})}, "huss = None: states no unit"),
        ({"tas": unit(290.0, "K")}, "tmin"),
    ],
)
def test_what_is_uncertain_is_refused(variables, word):
    with pytest.raises(InputError, match=word):
        eto(grid(**variables), SITE)


def test_units_can_be_said_and_dask_stays_lazy():
    dataset = grid(**{**TEMPERATURES, **REST, "rsds": (22.07 / 0.0864, {})}).chunk()
    result = eto(dataset, SITE, units={"rs": "W m-2"})
    assert result.eto.chunks is not None
    np.testing.assert_allclose(result.eto, right(ea=None, rhmean=68.0), rtol=1e-9)


def test_the_height_of_the_temperature_is_not_that_of_the_wind():
    dataset = grid(**TEMPERATURES, **REST).assign_coords(height=((), 2.0, {"units": "m"}))
    np.testing.assert_allclose(eto(dataset, SITE).eto, right(ea=None, rhmean=68.0), rtol=1e-9)
    dataset = grid(**{k: v for k, v in STANDARD.items() if k != "e"}, w=unit(WIND, "m s-1", standard_name="wind_speed"))
    with pytest.raises(InputError, match="unknown height"):
        eto(dataset.assign_coords(height=((), 2.0, {"units": "m"})), SITE)
    np.testing.assert_allclose(
        eto(dataset.assign_coords(height=((), 10.0, {"units": "m"})), SITE).eto, right(), rtol=1e-9
    )


@pytest.mark.parametrize("spelling", ["W m-2", "W/m2", "W/m^2", "W m**-2", "W m⁻²", "watt / meter ** 2", "W·m-2"])
def test_spellings_of_units(spelling):
    variables = {**TEMPERATURES, **REST, "rsds": unit(22.07 / 0.0864, spelling)}
    np.testing.assert_allclose(eto(grid(**variables), SITE).eto, right(ea=None, rhmean=68.0), rtol=1e-9)


def test_the_geopotential_of_the_ground_is_its_elevation() -> None:
    cells = grid(**{name: (value, {}) for name, value in CANONICAL.items()}).assign_coords(latitude=50.8)
    ground = ("time", np.full(2, 980.665), {"units": "m**2 s**-2"})
    found = eto(cells.assign(z=ground))
    assert found.eto.to_numpy() == pytest.approx(right().to_numpy(), rel=1e-12)
    assert any("geopotential" in text for text in found.warnings)
    # A height of one's own goes before, and the geopotential of the air is none of the ground.
    assert eto(cells.assign(z=ground, elevation=100.0)).warnings == ()
    air = (("level", "time"), np.full((3, 2), 980.665), {"units": "m**2 s**-2"})
    with pytest.raises(InputError, match="elevation"):
        eto(cells.assign(z=air))
