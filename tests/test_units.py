"""Units at the edge: known equivalents, kinds kept, and the likely cause of strange numbers."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from etolib import units
from etolib.errors import InputError
from etolib.variables import INPUTS, VARIABLES


@pytest.mark.parametrize(
    ("name", "value", "unit", "expected"),
    [
        # Definitions of the units (BIPM SI brochure; NIST SP 811 for the others)
        ("tmin", 32.0, "degF", 0.0),
        ("tmax", 212.0, "degF", 100.0),
        ("tmean", 273.15, "K", 0.0),
        ("tdew", 10.0, "°C", 10.0),
        ("u2", 36.0, "km h-1", 10.0),
        ("u2", 86.4, "km day-1", 1.0),
        ("u2", 1.0, "mph", 0.44704),
        ("u2", 3600.0, "knot", 1852.0),
        ("ea", 10.0, "hPa", 1.0),
        ("pressure", 101325.0, "Pa", 101.325),
        ("pressure", 760.0, "mmHg", 101.325),
        ("rhmax", 0.82, "fraction", 82.0),
        ("rs", 100.0, "W m-2", 8.64),
        ("rs", 1.0, "kWh m-2 day-1", 3.6),
        ("rs", 1e6, "J m-2", 1.0),
        ("rs", 1.0, "langley day-1", 0.04184),
        ("rs", 1.0, "mm day-1", 2.45),
        ("rs_hourly", 1000.0, "W m-2", 3.6),
        ("precipitation", 1.0, "inch", 25.4),
        ("precipitation", 1 / 86400, "kg m-2 s-1", 1.0),
        ("sunshine", 30.0, "min", 0.5),
        ("sunshine", 7200.0, "s", 2.0),
    ],
)
def test_equivalents(name: str, value: float, unit: str, expected: float) -> None:
    assert units.convert(value, name, unit) == pytest.approx(expected, rel=1e-6, abs=1e-9)


@pytest.mark.parametrize("name", INPUTS)
def test_every_input_has_its_canonical_unit(name: str) -> None:
    assert units.factors(name, VARIABLES[name].units) == (1.0, 0.0)


@pytest.mark.parametrize("unit", ["m s-1", "m s**-1", "m s^-1", " m s⁻¹ "])
def test_spellings_of_powers(unit: str) -> None:
    assert units.factors("u2", unit) == (1.0, 0.0)


def test_kinds_are_kept() -> None:
    index = pd.date_range("2024-01-01", periods=2)
    series = units.convert(pd.Series([50.0, np.nan], index), "tmin", "degF")
    assert series.index.equals(index)
    assert series.iloc[0] == pytest.approx(10.0)
    assert np.isnan(series.iloc[1])
    lazy = units.convert(xr.DataArray([50.0, 68.0], dims="x").chunk({"x": 1}), "tmin", "degF")
    assert lazy.chunks == ((1, 1),)
    assert lazy.compute().to_numpy() == pytest.approx([10.0, 20.0])
    assert units.convert([50.0, 68.0], "tmin", "degF") == pytest.approx([10.0, 20.0])
    array = np.array([1.0])
    assert units.convert(array, "u2", "m s-1") is array


@pytest.mark.parametrize(("name", "unit"), [("rs", "lux"), ("humour", "degC"), ("u2", None), ("tmin", "")])
def test_unknown_units_are_refused(name: str, unit: object) -> None:
    with pytest.raises(InputError):
        units.convert(1.0, name, unit)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("name", "values", "cause"),
    [
        ("tmax", [295.0, 301.0], "looks like K"),
        ("tmax", [77.0, 95.0], "looks like degF"),
        ("rs", [240.0], "looks like W m-2"),
        ("rs", [21000.0], "looks like kJ m-2 day-1"),
        ("rs", [2.1e7], "looks like J m-2 day-1"),
        ("ea", [14.1], "looks like hPa"),
        ("ea", [1409.0], "looks like Pa"),
        ("pressure", [1013.0], "looks like hPa"),
        ("pressure", [101300.0], "looks like Pa"),
        ("u2", [60.0], "looks like km h-1"),
        ("sunshine", [540.0], "looks like min"),
        ("sunshine", [32000.0], "looks like s"),
        ("tmin", [-9999.0, -9999.0], "fill value"),
        ("u2", [-999.0], "fill value"),
        ("tmin", [-99.9], "fill value"),
    ],
)
def test_likely_causes(name: str, values: list[float], cause: str) -> None:
    assert cause in (units.likely_cause(name, values) or "")


def test_no_guess_where_nothing_fits() -> None:
    assert units.likely_cause("latitude", [150.0]) is None
    assert units.likely_cause("rs", [-5.0]) is None
