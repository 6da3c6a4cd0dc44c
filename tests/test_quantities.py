"""Numbers that carry their unit: converted or refused, never read as bare numbers."""

from __future__ import annotations

import dask.array as da
import numpy as np
import pandas as pd
import pytest
import xarray as xr

from etolib import eto, eto_fao56, eto_hargreaves, eto_hourly
from etolib.equations.air import saturation_vapour_pressure, wind_speed_2m
from etolib.errors import InputError
from etolib.site import Site
from etolib.units import convert

pint = pytest.importorskip("pint")
Q = pint.get_application_registry().Quantity

# FAO-56 Example 18
GIVEN = {"tmin": 12.3, "tmax": 21.5, "ea": 1.409, "rs": 22.07, "u2": 2.078,
         "latitude": 50.8, "elevation": 100.0, "day_of_year": 187}  # fmt: skip
RIGHT = eto_fao56(**GIVEN)

SAME = [
    ("u2", 2.078 * 3.6, "km/h"), ("u2", 2.078 / 0.44704, "mph"), ("u2", 2.078 * 86.4, "km/day"),
    ("tmin", 285.45, "kelvin"), ("tmax", 70.7, "degF"), ("ea", 14.09, "hPa"), ("ea", 1409.0, "Pa"),
    ("rs", 22.07 / 0.0864, "W/m**2"), ("rs", 22.07e6, "J/m**2/day"), ("rs", 22.07, "MJ/m**2"),
    ("latitude", np.radians(50.8), "radian"), ("elevation", 0.1, "km"),
    ("elevation", 100 / 0.3048, "foot"), ("day_of_year", 187, "dimensionless"),
]  # fmt: skip


def forms(value, unit):
    """Return one quantity as people hold it: alone, in arrays, lists, columns and grids."""
    yield Q(value, unit)
    yield Q(np.array([value, value]), unit)
    yield [Q(value, unit)] * 2
    yield pd.Series([Q(value, unit)] * 2)
    yield xr.DataArray(Q(np.array([value, value]), unit), dims="time")
    yield Q(da.from_array(np.array([value, value]), chunks=1), unit)


@pytest.mark.parametrize(("name", "value", "unit"), SAME)
def test_quantities_are_converted(name, value, unit):
    for form in forms(value, unit):
        found = eto_fao56(**{**GIVEN, name: form})
        np.testing.assert_allclose(np.asarray(found), RIGHT, rtol=1e-12)
        assert not hasattr(found, "magnitude")
    pytest.importorskip("pint_pandas")
    if name != "day_of_year":
        column = pd.Series([value, np.nan], dtype=f"pint[{unit}]", index=["a", "b"])
        found = eto_fao56(**{**GIVEN, name: column})
        assert found["a"] == pytest.approx(RIGHT, rel=1e-6)
        assert np.isnan(found["b"])


@pytest.mark.parametrize(
    ("name", "value", "word"),
    [
        ("u2", Q(2.0, "kg"), "unit of u2 = 'kilogram'"),
        ("u2", Q([2.0], "mm/day**2"), "unit of something else"),
        ("rs", Q(22.0, "lux"), "unit of rs"),
        ("tmin", Q(12.3, "delta_degC"), "unit of tmin"),
        ("ea", Q(65.0, "percent"), "unit of ea"),
        ("day_of_year", Q(187, "day"), "unit of day_of_year"),
        ("u2", [Q(2.0, "m/s"), 3.0], "has no unit, and others"),
        ("u2", xr.DataArray([2.0], dims="x", attrs={"units": "furlong"}), "unit of u2"),
        ("elevation", xr.DataArray([2.0], dims="x", attrs={"units": "hPa"}), "unit of elevation"),
    ],
)
def test_units_of_something_else_are_refused(name, value, word):
    with pytest.raises(InputError, match=word):
        eto_fao56(**{**GIVEN, name: value})


def test_every_door():
    assert eto_hargreaves(tmin=Q(285.45, "K"), tmax=Q(294.65, "K"), latitude=50.8, day_of_year=187) == pytest.approx(
        eto_hargreaves(tmin=12.3, tmax=21.5, latitude=50.8, day_of_year=187)
    )
    hour = {"temperature": 38.0, "ea": 3.445, "u2": 3.3, "latitude": 16.217, "longitude": -16.25, "elevation": 8.0,
            "day_of_year": 274, "hour": 14.5, "utc_offset": -1.0}  # fmt: skip
    assert eto_hourly(**hour, rs=Q(2.45e6 / 3600, "W/m**2")) == pytest.approx(eto_hourly(**hour, rs=2.45))
    assert saturation_vapour_pressure(Q(293.15, "K")) == pytest.approx(saturation_vapour_pressure(20.0))
    assert wind_speed_2m(Q(36.0, "km/h"), Q(1000, "cm")) == pytest.approx(wind_speed_2m(10.0, 10.0))
    assert Site(Q(45, "degree"), Q(0.1, "radian"), Q(1, "km")) == Site(45.0, float(np.degrees(0.1)), 1000.0)
    with pytest.raises(InputError, match="unit of elevation"):
        Site(45.0, 5.0, Q(1, "kPa"))
    with pytest.raises(InputError, match="carry their own unit"):
        convert(Q(5.0, "km/h"), "u2", "m/s")


def test_tables_and_grids_with_quantities():
    site = Site(50.8, 4.35, elevation=100)
    days = pd.date_range("2023-07-06", periods=2)
    plain = pd.DataFrame({name: GIVEN[name] for name in ("tmin", "tmax", "ea", "rs", "u2")}, index=days)
    right = eto(plain, site).eto
    quantities = plain.assign(u2=pd.Series([Q(2.078 * 3.6, "km/h")] * 2, index=days))
    pd.testing.assert_series_equal(eto(quantities, site).eto, right)
    pytest.importorskip("pint_pandas")
    typed = plain.assign(
        u2=pd.array([2.078 * 3.6] * 2, dtype="pint[km/h]"), tmin=pd.array([285.45] * 2, dtype="pint[K]")
    )
    pd.testing.assert_series_equal(eto(typed, site).eto, right)
    with pytest.raises(InputError, match="carry their own unit"):
        eto(typed, site, units={"u2": "km/h"})
    grid = plain.rename_axis("time").to_xarray()
    grid["u2"] = xr.DataArray(Q(grid["u2"].values * 3.6, "km/h"), dims="time")
    grid["elevation"] = xr.DataArray(328.0839895, attrs={"units": "ft"})
    grid["latitude"] = xr.DataArray(np.radians(50.8), attrs={"units": "radians"})
    np.testing.assert_allclose(eto(grid).eto, right, rtol=1e-9)


class Astropy:
    """What astropy's Quantity has of what is used here."""

    def __init__(self, value, unit):
        self.value, self.unit = value, unit

    def to(self, target, equivalencies=()):
        if (self.unit, target) == ("km / h", "m/s"):
            return Astropy(self.value / 3.6, target)
        raise ValueError(target)


def test_other_libraries_of_quantities():
    assert eto_fao56(**{**GIVEN, "u2": Astropy(2.078 * 3.6, "km / h")}) == pytest.approx(RIGHT)
    with pytest.raises(InputError, match="unit of u2 = 'parsec'"):
        eto_fao56(**{**GIVEN, "u2": Astropy(2.0, "parsec")})
