"""What must not matter and what must, for every valid day (hypothesis)."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from etolib import reference
from etolib.equations import air, kernel, radiation, sun
from etolib.equations.elementwise import checked_inputs
from etolib.errors import InputError
from etolib.units import LIMITS

# The same examples on every run; no time limit: the first example may compile.
repeatable = settings(deadline=None, derandomize=True)

CONVENTIONS = ("fao56", "asce2005")
WEATHER = ("tmin", "tmax", "ea", "rs", "u2")


def number(low: float, high: float) -> st.SearchStrategy[float]:
    return st.floats(low, high, allow_nan=False, width=64)


@st.composite
def days(draw: st.DrawFn) -> dict[str, float]:
    """Any day whose numbers lie within their ranges, however unlikely together."""
    tmin = draw(number(-95.0, 60.0))
    return {
        "tmin": tmin,
        "tmax": draw(number(max(tmin, -90.0), 60.0)),
        "ea": draw(number(0.0, 10.0)),
        "rs": draw(number(0.0, 50.0)),
        "u2": draw(number(0.0, 40.0)),
        "latitude": draw(number(-90.0, 90.0)),
        "elevation": draw(number(-450.0, 9000.0)),
        "day_of_year": float(draw(st.integers(1, 366))),
    }


@repeatable
@given(days(), st.sampled_from(CONVENTIONS))
def test_every_valid_day_has_a_number(day: dict[str, float], convention: str) -> None:
    assert np.isfinite(reference.eto_fao56(**day, convention=convention))
    assert np.isfinite(reference.eto_asce(**day, surface="tall"))
    assert np.isfinite(reference.eto_hargreaves(**{k: day[k] for k in ("tmin", "tmax", "latitude", "day_of_year")}))


@repeatable
@given(days(), st.sampled_from(CONVENTIONS))
def test_the_fast_formula_is_the_book(day: dict[str, float], convention: str) -> None:
    # asked for: float64 within 1e-12 mm/day of the equations by the book, for weather; the bound grows with the result
    with checked_inputs():
        book = reference.daily_terms(**{k: np.array([v]) for k, v in day.items()}, convention=convention)["eto"][0]
    assert reference.eto_fao56(**day, convention=convention) == pytest.approx(book, abs=1e-12, rel=2e-13)


@repeatable
@given(days(), number(0.0, 10.0))
def test_more_radiation_evaporates_more(day: dict[str, float], more: float) -> None:
    # Net radiation rises with Rs as long as 1 - albedo outweighs the clearer sky: where Rs is above Rso already,
    # or in the ratio's own range for a sky that radiates less than it gains.
    ra = sun.extraterrestrial_radiation(day["latitude"], day["day_of_year"])
    rso = radiation.clear_sky_radiation(ra, day["elevation"])
    sunny = day | {"rs": min(day["rs"] + more, 50.0)}
    loss = [radiation.net_longwave(d["tmin"], d["tmax"], d["ea"], d["rs"], rso) for d in (day, sunny)]
    assume(loss[1] - loss[0] <= 0.77 * (sunny["rs"] - day["rs"]))
    assert reference.eto_fao56(**sunny) >= reference.eto_fao56(**day) - 1e-9


@repeatable
@given(days(), number(0.0, 1.0))
def test_clear_day_rises_with_radiation(day: dict[str, float], more: float) -> None:
    # From a clear sky on, the longwave term is bounded: more Rs is more evaporation, without a condition.
    ra = sun.extraterrestrial_radiation(day["latitude"], day["day_of_year"])
    rso = radiation.clear_sky_radiation(ra, day["elevation"])
    low, high = day | {"rs": min(rso, 50.0)}, day | {"rs": min(rso + more, 50.0)}
    assert reference.eto_fao56(**high) >= reference.eto_fao56(**low) - 1e-12


@repeatable
@given(days(), number(0.0, 3.0))
def test_drier_air_evaporates_more(day: dict[str, float], deficit: float) -> None:
    # The aerodynamic term rises with the vapour pressure deficit (the longwave loss, which also depends on ea, aside)
    drier = day | {"ea": max(day["ea"] - deficit, 0.0)}
    terms = [reference.daily_terms(**d)["aerodynamic_term"] for d in (day, drier)]
    assert terms[1] >= terms[0] - 1e-12


@repeatable
@given(days())
def test_hemispheres_are_mirrored(day: dict[str, float]) -> None:
    # The declination half a year later has the other sign; Ra then differs by the distance to the sun only (Eq. 23)
    j = day["day_of_year"]
    declination = sun.solar_declination(j)
    lat = day["latitude"]
    north = sun.extraterrestrial_radiation(lat, j) / sun.inverse_relative_distance(j)
    other = np.degrees(declination)
    # Eq. 24 mirrored: the day whose declination is the negative, within the year of Eq. 24
    mirrored = (2 * 1.39 * 365 / (2 * np.pi) - j) % 365
    assume(1 <= mirrored <= 366)
    assert sun.solar_declination(mirrored) == pytest.approx(-declination, abs=1e-12)
    south = sun.extraterrestrial_radiation(-lat, mirrored) / sun.inverse_relative_distance(mirrored)
    assert south == pytest.approx(north, abs=1e-9), other


def types_of(table: dict[str, np.ndarray], place: dict[str, float]) -> dict[str, np.ndarray]:
    """Return the result of every array type as an array."""
    index = pd.RangeIndex(5, 5 + len(table["tmin"]))
    arrays = {k: xr.DataArray(v, dims="x", coords={"x": index}) for k, v in table.items()}
    size = len(index)
    lazy = reference.eto_fao56(**{k: v.chunk({"x": max(size // 3, 1)}) for k, v in arrays.items()}, **place)

    def one(i: int) -> float:
        return reference.eto_fao56(**{k: v[i].item() for k, v in table.items()}, **place)

    dask_arrays = {k: v.chunk({"x": max(size // 2, 1)}).data for k, v in arrays.items()}
    return {
        "scalar": np.array(
            [reference.eto_fao56(**{k: v[i].item() for k, v in table.items()}, **place) for i in range(size)]
        ),
        "array": reference.eto_fao56(**table, **place),
        "list": reference.eto_fao56(**{k: list(v) for k, v in table.items()}, **place),
        "column": reference.eto_fao56(**{k: v[:, None] for k, v in table.items()}, **place)[:, 0],
        "strided": reference.eto_fao56(**{k: np.repeat(v, 2)[::2] for k, v in table.items()}, **place),
        "series": reference.eto_fao56(**{k: pd.Series(v, index) for k, v in table.items()}, **place).to_numpy(),
        "data array": reference.eto_fao56(**arrays, **place).to_numpy(),
        "lazy data array": lazy.compute().to_numpy(),
        "dask": reference.eto_fao56(**dask_arrays, **place).compute(),
        "compiled": kernel.daily(**table, **{k: np.array([v]) for k, v in place.items()}, compiled=True),
    }


@settings(repeatable, max_examples=20)
@given(st.lists(days(), min_size=1, max_size=40))
def test_every_array_type_gives_the_same_bits(rows: list[dict[str, float]]) -> None:
    table = {k: np.array([row[k] for row in rows]) for k in (*WEATHER, "day_of_year")}
    place = {"latitude": rows[0]["latitude"], "elevation": rows[0]["elevation"]}
    results = types_of(table, place)
    for array_type, values in results.items():
        np.testing.assert_array_equal(values, results["scalar"], err_msg=array_type)


@settings(repeatable, max_examples=30)
@given(st.lists(days(), min_size=2, max_size=40), st.randoms(use_true_random=False))
def test_order_of_rows_is_irrelevant(rows: list[dict[str, float]], random: Any) -> None:
    order = list(range(len(rows)))
    random.shuffle(order)
    table = {k: np.array([row[k] for row in rows]) for k in rows[0]}
    plain = reference.eto_fao56(**table)
    np.testing.assert_array_equal(reference.eto_fao56(**{k: v[order] for k, v in table.items()}), plain[order])


@settings(repeatable, max_examples=50)
@given(days(), st.sampled_from([*WEATHER, "latitude", "elevation", "day_of_year"]), st.sampled_from(CONVENTIONS))
def test_missing_stays_in_its_cell(day: dict[str, float], name: str, convention: str) -> None:
    table = {k: np.full(3, v) for k, v in day.items()}
    table[name] = np.array([day[name], np.nan, day[name]])
    for compiled in (False, True):
        eto = kernel.daily(**table, convention=convention, compiled=compiled)
        assert np.isnan(eto).tolist() == [False, True, False]


@repeatable
@given(days(), st.sets(st.sampled_from(["tmax", "ea", "rs", "u2", "latitude", "elevation", "day_of_year"]), min_size=1))
def test_all_problems_are_listed(day: dict[str, float], wrong: set[str]) -> None:
    bad = day | {name: LIMITS[name][1] * 1.01 + 1.0 for name in wrong}
    with pytest.raises(InputError) as caught:
        reference.eto_fao56(**bad)
    assert {p.thing for p in caught.value.problems} == wrong


@settings(repeatable, max_examples=25)
@given(days(), st.sampled_from(WEATHER), st.booleans())
def test_one_bad_cell_is_refused_by_both_paths(day: dict[str, float], name: str, high: bool) -> None:
    value = LIMITS[name][1] + 1.0 if high else LIMITS[name][0] - 1.0
    table = {k: np.full(5, v) for k, v in day.items()}
    table[name] = np.array([day[name], value, np.nan, day[name], day[name]])
    for compiled in (False, True):
        with pytest.raises(InputError) as caught:
            kernel.daily(**table, compiled=compiled)
        assert name in {p.thing for p in caught.value.problems}


@repeatable
@given(number(-60.0, 50.0), number(0.0, 50.0))
def test_swapped_extremes_are_refused(tmin: float, below: float) -> None:
    assume(below > 1e-6 and tmin - below > -90)
    day = {"ea": 1.0, "rs": 10.0, "u2": 2.0, "latitude": 40.0, "elevation": 0.0, "day_of_year": 100}
    with pytest.raises(InputError, match="swapped"):
        reference.eto_fao56(tmin=tmin, tmax=tmin - below, **day)


@repeatable
@given(days())
def test_whole_numbers_are_numbers(day: dict[str, float]) -> None:
    assume(-90 <= int(day["tmin"]) <= int(day["tmax"]) <= 60)
    whole = {k: int(v) for k, v in day.items()}
    as_float = reference.eto_fao56(**{k: float(v) for k, v in whole.items()})
    assert reference.eto_fao56(**whole) == as_float
    integers = {k: np.array([v], dtype=np.int32) for k, v in whole.items()}
    assert reference.eto_fao56(**integers)[0] == as_float


def test_29_february_and_the_last_day_of_a_leap_year() -> None:
    day = {"tmin": 5.0, "tmax": 15.0, "ea": 0.8, "rs": 10.0, "u2": 2.0, "latitude": 45.0, "elevation": 100.0}
    values = reference.eto_fao56(**day, day_of_year=np.array([59, 60, 61, 365, 366]))
    assert np.isfinite(values).all()
    assert values[0] < values[1] < values[2] or values[0] > values[1] > values[2]


def test_equator_and_longitude_free_zero_latitude() -> None:
    # 0 is a latitude, not an absent one
    day = {"tmin": 20.0, "tmax": 30.0, "ea": 2.0, "rs": 20.0, "u2": 2.0, "elevation": 0.0, "day_of_year": 80}
    assert reference.eto_fao56(**day, latitude=0.0) == pytest.approx(
        reference.eto_fao56(**day, latitude=1e-9), abs=1e-9
    )
    assert np.isnan(reference.eto_fao56(**day, latitude=float("nan")))


def test_polar_night() -> None:
    # The rule of etolib.equations.daily: Rs = 0 and Rso = 0 count as a clear sky; the result is finite, here negative
    night = {"tmin": -30.0, "tmax": -20.0, "ea": 0.05, "rs": 0.0, "u2": 3.0, "latitude": 85.0, "elevation": 0.0}
    for convention in CONVENTIONS:
        eto = reference.eto_fao56(**night, day_of_year=355, convention=convention)
        terms = reference.daily_terms(**night, day_of_year=355, convention=convention)
        assert terms["relative_shortwave"] == pytest.approx(1.0)
        assert np.isfinite(eto)
        assert eto == pytest.approx(terms["eto"], abs=1e-12)


@pytest.mark.parametrize("function", [air.saturation_vapour_pressure, air.vapour_pressure_slope])
def test_single_equations_keep_the_array_type(function: Any) -> None:
    values = np.linspace(-20.0, 40.0, 7)
    index = pd.date_range("2024-02-26", periods=7)
    expected = np.array([function(float(v)) for v in values])
    series = function(pd.Series(values, index, name="tmax"))
    assert series.index.equals(index)
    grid = function(xr.DataArray(values, dims="time", coords={"time": index}, attrs={"units": "degC"}))
    assert grid.attrs["units"].startswith("kPa")
    lazy = function(xr.DataArray(values, dims="time").chunk({"time": 2}))
    for result in (function(values), series.to_numpy(), grid.to_numpy(), lazy.to_numpy()):
        np.testing.assert_array_equal(result, expected)
    assert isinstance(function(20.0), float)
    assert function(np.float32(20.0)).dtype == np.float32
    assert function(values.astype(np.float32)).dtype == np.float32
