"""A convention made at run time, with its own number in every field: every way of computing takes all of them."""

from __future__ import annotations

import dataclasses
import math
import pickle
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from etolib import Site, reference
from etolib.equations import conventions, kernel, soil
from etolib.equations.conventions import ASCE2005, FAO56, Convention, Surface
from etolib.errors import InputError

OWN = Convention(
    name="own",
    slope=2600.0,
    pressure_exponent=5.1,
    solar_constant=5.0,
    declination=0.4,
    declination_phase=1.3,
    stefan_boltzmann=5.1e-9,
    relative_shortwave_min=0.45,
    deficit_min=0.05,
    short=Surface(cn=1000.0, cd=0.3, cn_hour=40.0, cd_day=0.27, cd_night=0.8, soil_heat_day=0.12, soil_heat_night=0.4),
    tall=Surface(cn=1500.0, cd=0.37, cn_hour=60.0, cd_day=0.22, cd_night=1.5, soil_heat_day=0.05, soil_heat_night=0.3),
    clip_at_horizon=True,
    day_by_net_radiation=False,
    cloud_from_altitude=0.2,
    evening=(0.4, 0.9),
    beam_water=0.08,
    beam_power=0.35,
    diffuse_slope=0.34,
    full_sky_sun=(0.41, 1.2),
    rso="full",
)
SITE = Site(35.0, 30.0, elevation=400.0)
CLOCK = {"latitude": 35.0, "longitude": 30.0, "elevation": 400.0, "utc_offset": 2.0}
DATES = pd.date_range("2024-02-27", periods=8)


def table() -> pd.DataFrame:
    """Return eight days: clear, overcast, saturated, dry, calm, windy, cold, hot."""
    return pd.DataFrame(
        {
            "tmin": [5.0, 8.0, 9.0, 2.0, 4.0, 6.0, -12.0, 25.0],
            "tmax": [19.0, 11.0, 9.5, 24.0, 18.0, 17.0, -3.0, 41.0],
            "ea": [0.9, 0.8, 1.3, 0.3, 0.8, 0.9, 0.2, 1.5],
            "rs": [19.0, 2.0, 4.0, 20.0, 12.0, 14.0, 15.0, 22.0],
            "u2": [2.0, 3.0, 1.0, 4.0, 0.0, 9.0, 2.0, 3.0],
        },
        index=DATES,
    )


def sun_by_hand(day: float) -> tuple[float, float, float]:
    """Return latitude [radian], declination and inverse distance."""
    turn = 2 * math.pi * day / 365
    return (
        math.radians(SITE.latitude),
        OWN.declination * math.sin(turn - OWN.declination_phase),
        1 + 0.033 * math.cos(turn),
    )


def clear_by_hand(ra: float, ea: float, pressure: float, sine: float) -> float:
    """Return the full clear-sky radiation."""
    water = 0.14 * ea * pressure + 2.1
    beam = 0.98 * math.exp(-0.00146 * pressure / sine - OWN.beam_water * (water / sine) ** OWN.beam_power)
    return ra * (beam + (0.35 - OWN.diffuse_slope * beam if beam >= 0.15 else 0.18 + 0.82 * beam))


def saturation(t: float) -> float:
    return 0.6108 * math.exp(17.27 * t / (t + 237.3))


def pressure_by_hand() -> float:
    return 101.3 * ((293 - 0.0065 * 400.0) / 293) ** OWN.pressure_exponent


def slope_by_hand(t: float) -> float:
    return OWN.slope * math.exp(17.27 * t / (t + 237.3)) / (t + 237.3) ** 2


def day_by_hand(row: pd.Series, day: float, surface: Surface) -> float:
    """Return the daily equation, written out. [mm day-1]"""
    phi, delta_sun, near = sun_by_hand(day)
    omega = math.acos(-math.tan(phi) * math.tan(delta_sun))
    swept = omega * math.sin(phi) * math.sin(delta_sun) + math.cos(phi) * math.cos(delta_sun) * math.sin(omega)
    ra = 24 / math.pi * OWN.solar_constant * near * swept
    sine = math.sin(0.85 + 0.3 * phi * math.sin(2 * math.pi * day / 365 - 1.39) - 0.42 * phi**2)
    rso = clear_by_hand(ra, row.ea, pressure_by_hand(), sine)
    ratio = min(max(row.rs / rso, OWN.relative_shortwave_min), 1.0)
    fourth = ((row.tmax + 273.16) ** 4 + (row.tmin + 273.16) ** 4) / 2
    rnl = OWN.stefan_boltzmann * fourth * (0.34 - 0.14 * math.sqrt(row.ea)) * (1.35 * ratio - 0.35)
    rn = 0.77 * row.rs - rnl
    tmean = (row.tmin + row.tmax) / 2
    gamma = 0.665e-3 * pressure_by_hand()
    deficit = max((saturation(row.tmin) + saturation(row.tmax)) / 2 - row.ea, OWN.deficit_min)
    delta = slope_by_hand(tmean)
    wind = gamma * surface.cn / (tmean + 273) * row.u2 * deficit
    return (0.408 * delta * rn + wind) / (delta + gamma * (1 + surface.cd * row.u2))


@pytest.fixture
def by_hand() -> np.ndarray:
    return np.array([day_by_hand(row, float(i.day_of_year), OWN.short) for i, row in table().iterrows()])


def given() -> dict[str, np.ndarray]:
    days = {name: values.to_numpy() for name, values in table().items()}
    where = {"latitude": np.array([35.0]), "elevation": np.array([400.0])}
    return {**days, **where, "day_of_year": DATES.day_of_year.to_numpy().astype(float)}


def place() -> dict[str, object]:
    """Return the place of the same days as a grid has it."""
    day = xr.DataArray(DATES.day_of_year.to_numpy().astype(float), dims="time", coords={"time": DATES})
    return {"latitude": 35.0, "elevation": 400.0, "day_of_year": day}


def test_days(by_hand: np.ndarray) -> None:
    # scalar = array = table = grid = dask = compiled = by hand
    array = reference.eto_fao56(**given(), convention=OWN)
    assert array == pytest.approx(by_hand, abs=1e-12)
    assert np.abs(array - reference.eto_fao56(**given())).min() > 0.01
    assert reference.daily_terms(**given(), convention=OWN)["eto"] == pytest.approx(by_hand, abs=1e-12)
    first = {name: float(values[0]) for name, values in given().items()}
    assert reference.eto_fao56(**first, convention=OWN) == array[0]
    compiled = kernel.daily(**given(), convention=OWN, compiled=True)
    np.testing.assert_array_equal(compiled, array)
    of_table = reference.eto(table(), SITE, convention=OWN)
    np.testing.assert_array_equal(of_table.eto.to_numpy(), array)
    assert of_table.terms()["eto"].to_numpy() == pytest.approx(by_hand, abs=1e-12)
    grid = table().to_xarray().rename(index="time")
    for dataset in (grid, grid.chunk(time=3)):
        result = reference.eto(dataset, SITE, convention=OWN)
        np.testing.assert_array_equal(result.eto.to_numpy(), array)
        assert result.terms()["eto"].to_numpy() == pytest.approx(by_hand, abs=1e-12)
    arrays = {name: xr.DataArray(values, dims="time") for name, values in given().items() if values.size > 1}
    lazy = reference.eto_fao56(
        **{k: v.chunk(time=3) for k, v in arrays.items()}, latitude=35.0, elevation=400.0, convention=OWN
    )
    np.testing.assert_array_equal(lazy.to_numpy(), array)
    tall = np.array([day_by_hand(row, float(i.day_of_year), OWN.tall) for i, row in table().iterrows()])
    assert reference.eto_asce(**given(), convention=OWN, surface="tall") == pytest.approx(tall, abs=1e-12)
    without_humidity = OWN.with_(name="simple", rso="simple")
    compiled = kernel.daily(**given(), convention=without_humidity, compiled=True)
    np.testing.assert_array_equal(compiled, reference.eto_fao56(**given(), convention=without_humidity))
    assert np.abs(compiled - array).max() > 0.01


def hours_by_hand(hours: dict[str, np.ndarray], surface: Surface) -> list[float]:
    """Return the hourly equation, written out, the hours without clouds of their own included. [mm h-1]"""
    day = hours["day_of_year"][0]
    phi, delta_sun, near = sun_by_hand(day)
    b = 2 * math.pi * (day - 81) / 364
    seasonal = 0.1645 * math.sin(2 * b) - 0.1255 * math.cos(b) - 0.025 * math.sin(b)
    sunset = math.acos(-math.tan(phi) * math.tan(delta_sun))
    gamma = 0.665e-3 * pressure_by_hand()
    rows = []
    for t, ea, rs, u2, hour in zip(*(hours[k] for k in ("temperature", "ea", "rs", "u2", "hour")), strict=True):
        omega = math.pi / 12 * (hour + 0.06667 * (30.0 - 30.0) + seasonal - 12)
        first, last = (min(max(omega + sign * math.pi / 24, -sunset), sunset) for sign in (-1, 1))
        swept = (last - first) * math.sin(phi) * math.sin(delta_sun)
        swept += math.cos(phi) * math.cos(delta_sun) * (math.sin(last) - math.sin(first))
        ra = max(12 / math.pi * OWN.solar_constant * near * swept, 0.0)
        sine = math.sin(phi) * math.sin(delta_sun) + math.cos(phi) * math.cos(delta_sun) * math.cos(omega)
        rso = clear_by_hand(ra, ea, pressure_by_hand(), max(sine, 0.01))
        ratio = min(rs / rso, 1.0) if rso else 1.0
        cloud = 1.35 * max(ratio, OWN.relative_shortwave_min) - 0.35
        own, evening = math.asin(sine) >= OWN.cloud_from_altitude, OWN.evening[0] <= sunset - omega <= OWN.evening[1]
        rows.append((t, ea, rs, u2, ra, cloud, own, evening))
    found = []
    for i, (t, ea, rs, u2, ra, cloud, own, _) in enumerate(rows):
        before = [r[5] for r in rows[: i + 1] if r[7]]
        after = [r[5] for r in rows[i:] if r[7]]
        taken = cloud if own else (before[-1] if before else after[0])
        sigma = OWN.stefan_boltzmann / 24
        rn = 0.77 * rs - sigma * (t + 273.16) ** 4 * (0.34 - 0.14 * math.sqrt(ea)) * taken
        is_day = ra > 0
        g = rn * (surface.soil_heat_day if is_day else surface.soil_heat_night)
        cd = surface.cd_day if is_day else surface.cd_night
        delta, deficit = slope_by_hand(t), max(saturation(t) - ea, OWN.deficit_min)
        wind = gamma * surface.cn_hour / (t + 273) * u2 * deficit
        found.append((0.408 * delta * (rn - g) + wind) / (delta + gamma * (1 + cd * u2)))
    return found


def hours() -> dict[str, np.ndarray]:
    """Return a day of hours at the meridian of its clock."""
    hour = np.arange(24) + 0.5
    light = np.maximum(np.cos((hour - 12) / 12 * np.pi), 0.0)
    return {
        "temperature": 18.0 + 7.0 * light,
        "ea": np.where(hour < 6, 2.2, 1.1),
        "rs": 2.6 * light * np.where(hour > 15, 0.5, 1.0),
        "u2": 2.0 + light,
        "hour": hour,
        "day_of_year": np.full(24, 100.0),
    }


@pytest.mark.parametrize("surface", ["short", "tall"])
def test_hours(surface: str) -> None:
    how = {"convention": OWN, "surface": surface}
    expected = hours_by_hand(hours(), OWN.surface(surface))
    array = reference.eto_hourly(**hours(), **CLOCK, **how)
    assert array == pytest.approx(expected, abs=1e-12)
    index = pd.date_range("2024-04-09 00:30", periods=24, freq="h")
    series = reference.eto_hourly(**{k: pd.Series(v, index) for k, v in hours().items()}, **CLOCK, **how)
    np.testing.assert_array_equal(series.to_numpy(), array)
    grid = {k: xr.DataArray(np.stack([v, v]), dims=("place", "time")) for k, v in hours().items()}
    for arrays in (grid, {k: v.chunk(place=1) for k, v in grid.items()}):
        result = reference.eto_hourly(**arrays, **CLOCK, **how)
        np.testing.assert_array_equal(result.to_numpy(), np.stack([array, array]))
    noon = {k: float(v[12]) for k, v in hours().items()}
    assert reference.eto_hourly(**noon, **CLOCK, **how) == pytest.approx(expected[12], abs=1e-12)


NO_CONVENTION = ("turc", "jensen_haise", "abtew", "romanenko", "hargreaves_1982", "makkink_knmi")
"""Methods that have none of the numbers, where the radiation is given."""


def test_methods_take_a_convention() -> None:
    for method in (name for name, row in reference.METHODS.items() if not row.of_months):  # shorter than a year
        usual, other = reference.eto(table(), SITE, method), reference.eto(table(), SITE, method, convention=OWN)
        differs = bool((usual.eto != other.eto).any())
        assert differs == (method not in NO_CONVENTION), method


def test_a_registered_name_works_everywhere(by_hand: np.ndarray) -> None:
    conventions.register(OWN)
    try:
        assert reference.eto_fao56(**given(), convention="own") == pytest.approx(by_hand, abs=1e-12)
        grid = table().to_xarray().rename(index="time").chunk(time=3)
        lazy = [
            reference.eto(grid, SITE, convention="own").eto,
            reference.eto_fao56(**dict(grid.data_vars), **place(), convention="own"),
        ]
    finally:
        conventions.CONVENTIONS.pop("own")
    # The name was looked up above: a worker process need not know it.
    for result in lazy:
        assert result.to_numpy() == pytest.approx(by_hand, abs=1e-12)
    with pytest.raises(InputError, match="convention = 'own': must be one of fao56, asce2005, asce2005_full, refet"):
        reference.eto_fao56(**given(), convention="own")


def test_conventions_are_values() -> None:
    copy = pickle.loads(pickle.dumps(OWN))
    assert copy == OWN
    assert hash(copy) == hash(OWN)
    assert copy != OWN.with_(slope=1.0)
    every_field = dataclasses.fields(Convention)
    assert all(
        getattr(OWN, f.name) not in (getattr(FAO56, f.name), getattr(ASCE2005, f.name))
        for f in every_field
        if f.name not in ("clip_at_horizon", "day_by_net_radiation")
    )  # yes or no: it has one of each


def test_surfaces_a_convention_lacks() -> None:
    grass = OWN.with_(tall=None)
    with pytest.raises(InputError, match="surface = 'tall': must be one of short"):
        reference.eto_asce(**given(), convention=grass, surface="tall")
    with pytest.raises(InputError, match="must be one of short"):
        soil.soil_heat_flux_hourly(1.0, 1, surface="tall", convention=grass)
    with pytest.raises(InputError, match="is not known for fao56; known: short"):
        reference.eto_hourly(**hours(), **CLOCK, surface="tall")


def test_no_convention_is_known_by_its_name() -> None:
    # A third convention would run half of each: names are looked up in one place, `conventions.get`
    names = "|".join(conventions.CONVENTIONS)
    compared = re.compile(rf"""[!=]=\s*["'](?:{names})["']|["'](?:{names})["']\s*[!=]=|\bin \(["'](?:{names})["']""")
    for path in Path(conventions.__file__).parent.glob("*.py"):
        assert not compared.search(path.read_text()), path.name
