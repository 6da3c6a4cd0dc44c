"""The methods beside Penman-Monteith against other codes and the values they print.

- pyet 1.5 on random days; it takes the latent heat of the mean temperature where FAO-56 takes 2.45: scaled here.
- The R package Evapotranspiration 1.x on ten days of Adelaide (2001-03-01 to 10), as its values are printed in the
  tests of pyet (tests/test_rpackage.py), to one decimal.
- McMahon et al. (2013), doi:10.5194/hess-17-1331-2013, supplement, worked examples of Alice Springs, 1980-07-20.
- PyETo and climate_indices (Thornthwaite); Thornthwaite's own table as the Newhall model carries it.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from etolib import reference
from etolib.equations import air, radiation, sun
from etolib.equations import constants as c
from etolib.equations.temperature import heat_index
from tests.oracles.rows import random_days
from tests.oracles.test_peers import pyet_days

PYET_PI = 3.141592654  # as pyet writes it in Ra


@pytest.fixture(scope="module")
def days() -> tuple[dict[str, np.ndarray], dict[str, pd.Series], pd.Series, np.ndarray]:
    """Return days, the same as Series, their mean temperature, and the ratio of latent heats."""
    kept, series, _ = pyet_days(random_days(20_000))
    tmean = (series["tmax"] + series["tmin"]) / 2
    return kept, series, tmean, air.latent_heat(tmean.to_numpy()) * c.MM_PER_MJ


def of(values: dict[str, np.ndarray], *names: str) -> dict[str, np.ndarray]:
    return {name: values[name] for name in names}


def relative_humidity(values: dict[str, np.ndarray]) -> np.ndarray:
    es = air.mean_saturation_vapour_pressure(values["tmin"], values["tmax"])
    return np.clip(100 * values["ea"] / es, 0, 100)


def test_pyet_of_temperature(days) -> None:
    pyet = pytest.importorskip("pyet")
    kept, series, tmean, latent = days
    place = of(kept, "tmin", "tmax", "latitude", "day_of_year")
    radians = np.radians(series["latitude"])
    scale = latent * PYET_PI / np.pi
    theirs = pyet.oudin(tmean, radians) * scale
    np.testing.assert_allclose(reference.eto_oudin(**place), theirs, atol=1e-9)
    theirs = pyet.mcguinness_bordne(tmean, radians, k=1 / 68) * scale
    np.testing.assert_allclose(reference.eto_mcguinness_bordne(**place), theirs, atol=1e-9)
    # Hamon: pyet's third form has the density of Lu et al. (2005); 14 (n/12)^2 / 100 is taken off it.
    hours = pd.Series(12.0, tmean.index)
    density = pyet.hamon(tmean, radians, n=hours, tmax=tmean, tmin=tmean, method=3) / 14 * 100
    daylight = sun.daylight_hours(kept["latitude"], kept["day_of_year"])
    np.testing.assert_allclose(reference.eto_hamon(**place), 0.1651 * daylight / 12 * density, atol=1e-9)
    # ... and its second form, the same equation, where the slip in its exponent (273.3 for 237.3) does not act.
    cold = pd.Series(0.0, tmean.index)
    freezing = reference.eto_hamon(tmin=0.0, tmax=0.0, **of(kept, "latitude", "day_of_year"))
    np.testing.assert_allclose(freezing, pyet.hamon(cold, radians, method=2), rtol=1e-4)


def test_pyet_of_radiation(days) -> None:
    pyet = pytest.importorskip("pyet")
    kept, series, tmean, latent = days
    given = of(kept, "tmin", "tmax", "rs")
    theirs = pyet.jensen_haise(tmean, series["rs"]) * latent
    np.testing.assert_allclose(reference.eto_jensen_haise(**given), theirs, atol=1e-9)
    np.testing.assert_allclose(reference.eto_abtew(rs=kept["rs"]), pyet.abtew(tmean, series["rs"]) * latent, atol=1e-9)
    # KNMI: pyet writes the vapour pressure as 6.107 10^(7.5 (1 - 1/(1 + T/237.3))), the same curve
    np.testing.assert_allclose(reference.eto_makkink_knmi(**given), pyet.makkink_knmi(tmean, series["rs"]), atol=1e-9)


def test_pyet_of_humidity_and_wind(days) -> None:
    pyet = pytest.importorskip("pyet")
    kept, series, tmean, latent = days
    rh = pd.Series(relative_humidity(kept), tmean.index)
    both = {"tmax": series["tmax"], "tmin": series["tmin"]}
    warm = (tmean > -25).to_numpy()  # below, (1 + T/25)^2 rises again: 0 here
    theirs = pyet.romanenko(tmean, rh, **both)
    ours = reference.eto_romanenko(**of(kept, "tmin", "tmax"), rhmean=rh.to_numpy())
    np.testing.assert_allclose(ours[warm], theirs[warm], atol=1e-9)
    assert (ours[~warm] == 0).all()
    # Penman: pyet's wind function is in mm day-1 kPa-1, so 6.43 MJ over the latent heat.
    ra = sun.extraterrestrial_radiation(kept["latitude"], kept["day_of_year"])
    rso = radiation.clear_sky_radiation(ra, kept["elevation"])
    rnl = radiation.net_longwave(*(kept[n] for n in ("tmin", "tmax", "ea", "rs")), rso)
    rn = pd.Series(radiation.net_shortwave(kept["rs"]) - rnl, tmean.index)
    how = {"rn": rn, "ea": series["ea"], "elevation": series["elevation"], "clip_zero": False, **both}
    drying = 6.43 * c.MM_PER_MJ / latent
    theirs = pyet.penman(tmean, series["u2"], aw=drying, bw=0.537 * drying, **how)
    np.testing.assert_allclose(reference.eto_penman_1963(**kept), theirs * latent, atol=1e-9)
    # FAO-24 radiation: pyet takes Rs (1 - albedo), 0.02 (RH/100) u for 0.0002 RH u, and u for u^2; without albedo and
    # wind what is left is the same but for its rounding (0.13, 0.315 for 0.12795, 0.31508 and 1.066 for 1.0656).
    calm = series["u2"] * 0
    theirs = pyet.fao_24(tmean, calm, series["rs"], rh, elevation=series["elevation"], albedo=0.0, clip_zero=False)
    given = of(kept, "tmin", "tmax", "rs", "elevation")
    ours = reference.eto_fao24_radiation(**given, u2=0.0, rhmean=rh.to_numpy())
    expected = np.maximum((theirs + 0.3) * latent - 0.3, 0)
    np.testing.assert_allclose(ours, expected, atol=0.02)
    # Blaney-Criddle: p of the hours of sunshine there, of daylight here: the same on a day of sun from dawn to dusk;
    # and the leap year 2000 (4392 h) against 4380 h.
    hours = sun.daylight_hours(kept["latitude"], kept["day_of_year"])
    use = (np.abs(kept["latitude"]) < 60) & (tmean > 0).to_numpy()
    n = pd.Series(hours, tmean.index)[use]
    rhmin = rh[use]
    total = pd.Series(sun.daylight_hours(0.0, np.arange(1.0, 367.0))).sum()
    theirs = pyet.blaney_criddle(
        tmean[use], 0.0, wind=series["u2"][use], rhmin=rhmin, n=n, nn=n, method=2, clip_zero=False
    )
    constant = 0.0043 * rhmin - 1 - 1.41
    expected = np.maximum(constant + (theirs - constant) * total / 4380, 0)
    given = {name: kept[name][use] for name in ("tmin", "tmax", "u2", "latitude", "day_of_year")}
    ours = reference.eto_blaney_criddle(**given, rhmin=rhmin.to_numpy(), sunshine=n.to_numpy(), day_night_wind=1.0)
    np.testing.assert_allclose(ours, expected, atol=2e-3)


ADELAIDE = {
    "tmax": [28.8, 27.4, 29.0, 26.3, 32.7, 35.7, 33.8, 33.8, 35.6, 27.5],
    "tmin": [15.1, 14.0, 16.3, 16.2, 17.8, 26.7, 20.6, 22.3, 22.7, 17.1],
    "rhmax": [68, 77, 69, 70, 73, 36, 51, 46, 34, 67],
    "rhmin": [30, 25, 30, 34, 29, 20, 18, 18, 10, 30],
    "rs": [20.4448, 20.3499, 20.2537, 20.1562, 20.0575, 19.9574, 19.8562, 19.7537, 19.6500, 19.5452],
    "uz": [2.6563, 2.7847, 2.4931, 3.7361, 3.3090, 4.9340, 2.9097, 4.4896, 3.9931, 4.3160],
}


@pytest.fixture(scope="module")
def adelaide() -> dict[str, np.ndarray]:
    kept = {name: np.array(values, dtype=float) for name, values in ADELAIDE.items()}
    kept["u2"] = air.wind_speed_2m(kept.pop("uz"), 10.0)
    return kept | {"latitude": np.array([np.degrees(-0.6095)]), "day_of_year": np.arange(60.0, 70.0)}


def prints(values: np.ndarray, expected: list[float], atol: float = 0.0501) -> None:
    np.testing.assert_allclose(values, expected, atol=atol)


def test_r_evapotranspiration_of_adelaide(adelaide) -> None:
    d = adelaide
    temperatures, place = of(d, "tmin", "tmax"), of(d, "latitude", "day_of_year")
    prints(reference.eto_mcguinness_bordne(**temperatures, **place), [5.8, 5.5, 5.9, 5.6, 6.4, 7.6, 6.7, 6.8, 7.0, 5.6])
    with_rs = temperatures | of(d, "rs")
    prints(reference.eto_jensen_haise(**with_rs), [5.2, 4.9, 5.3, 5.0, 5.8, 7.0, 6.1, 6.3, 6.4, 5.0])
    prints(reference.eto_makkink_knmi(**with_rs), [3.8, 3.8, 3.9, 3.8, 4.0, 4.3, 4.0, 4.1, 4.1, 3.7])
    # Abtew: 0.52 there, 0.53 (the paper's marsh) here
    abtew = reference.eto_abtew(rs=d["rs"]) * 0.52 / 0.53
    prints(abtew, [4.3, 4.3, 4.3, 4.3, 4.3, 4.2, 4.2, 4.2, 4.2, 4.1])
    ea = reference_ea(d)
    rh = 100 * ea / air.mean_saturation_vapour_pressure(d["tmin"], d["tmax"])
    romanenko = reference.eto_romanenko(**temperatures, rhmean=rh)
    prints(romanenko, [9.3, 8.9, 9.4, 8.2, 10.6, 16.8, 14.0, 14.7, 17.4, 9.2])
    # Blaney-Criddle with p of the daylight here, of the 8.6 h of sunshine there, and the wind of 24 h
    hours = sun.daylight_hours(**place)
    ours = reference.eto_blaney_criddle(
        **temperatures, **place, **of(d, "rhmin", "u2"), sunshine=np.full(10, 8.6), day_night_wind=1.0
    )
    constant = 0.0043 * d["rhmin"] - 8.6 / hours - 1.41
    theirs = constant + (ours - constant) * 8.6 / hours * 4380 / 4394.3  # hours of the leap year 2000 there
    prints(theirs, [3.0, 3.0, 3.1, 2.9, 3.6, 5.0, 4.1, 4.5, 4.9, 3.3])


def reference_ea(d: dict[str, np.ndarray]) -> np.ndarray:
    from etolib.equations import humidity

    return humidity.vapour_pressure_from_rh(d["tmin"], d["tmax"], d["rhmin"], d["rhmax"])


def test_mcmahon_alice_springs() -> None:
    # S19.93, Blaney-Criddle 3.1426 mm: n = 10.7 h, p = 0.2436 % of those hours, u2 = 0.5903 m/s, RHmin 25 %
    day = {"latitude": -23.7951, "day_of_year": 202}
    hours = sun.daylight_hours(**day)
    ours = reference.eto_blaney_criddle(
        tmin=2.0, tmax=21.0, rhmin=25.0, sunshine=10.7, u2=0.5903, day_night_wind=1.0, **day
    )
    constant = 0.0043 * 25 - 10.7 / hours - 1.41
    assert constant + (ours - constant) * 0.2436 / (100 * hours / 4380) == pytest.approx(3.1426, abs=5e-3)
    # S19.101, modified Hargreaves 4.1129 mm is 0.0135 (T + 17.8) with an estimate of Rs; with that, it is ours
    ra = sun.extraterrestrial_radiation(**day)
    rs = (0.00185 * 19**2 - 0.0433 * 19 + 0.4023) * 19**0.5 * ra
    assert reference.eto_hargreaves_1982(tmin=2.0, tmax=21.0, rs=rs) == pytest.approx(4.1129, abs=5e-3)


PYETO_T = [3.1, 3.5, 5.0, 6.7, 9.3, 12.1, 14.3, 14.1, 11.8, 8.9, 5.5, 3.8]
"""Monthly means of the example in the documentation of PyETo (57.1526 N, 2014)."""
LENGTHS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]


def thornthwaite_months(temperatures: list[float], latitude: float) -> np.ndarray:
    """Return the sums of months of `eto_thornthwaite`, day by day."""
    month = np.repeat(np.arange(12), LENGTHS)
    daily = reference.eto_thornthwaite(
        tmean=np.array(temperatures)[month],
        heat_index=heat_index(temperatures),
        latitude=latitude,
        day_of_year=np.arange(1.0, 366.0),
    )
    return np.bincount(month, daily)


def test_pyeto_thornthwaite() -> None:
    # Printed in the docstring of pyeto.thornthwaite
    expected = [11.04590543, 14.22586042, 27.80287060, 43.17886942, 70.47694910, 93.99420907, 109.69881616, 95.24491685]
    np.testing.assert_allclose(thornthwaite_months(PYETO_T, 57.1526)[:8], expected, rtol=1e-6)


def test_climate_indices_thornthwaite() -> None:
    peer = pytest.importorskip("climate_indices.eto")
    rng = np.random.default_rng(3)
    for latitude in (-35.0, 0.0, 48.0):
        temperatures = list(np.sort(rng.uniform(-5, 26.4, 12)))
        theirs = peer.eto_thornthwaite(np.array(temperatures), latitude, 2021)
        np.testing.assert_allclose(thornthwaite_months(temperatures, latitude), np.ravel(theirs), rtol=1e-6)


def test_thornthwaite_of_hot_months() -> None:
    # Willmott, Rowe and Mintz (1985), doi:10.1002/joc.3370050602, fit Thornthwaite's table by a parabola, to 2 %
    hot = np.arange(26.5, 38.01, 0.5)
    ours = reference.eto_thornthwaite(tmean=hot, heat_index=150.0, latitude=0.0, day_of_year=80) * 30
    np.testing.assert_allclose(ours, -415.85 + 32.24 * hot - 0.43 * hot**2, rtol=0.025)
    assert ours[0] == pytest.approx(135.0, abs=1e-9)


def test_droogers_allen_by_hand() -> None:
    # 0.0013 Ra (T + 17) (TD - 0.0123 P)^0.76 with Ra of FAO-56 Example 8
    # (20 S, 3 September: 32.2 MJ, 13.1 mm): T 20, TD 12, P 50 mm: 0.0013 x 13.1 x 37 x 11.385^0.76 = 4.00 mm/day
    place = {"latitude": -20.0, "day_of_year": 246}
    value = reference.eto_droogers_allen(tmin=14.0, tmax=26.0, rain_of_month=50.0, **place)
    assert value == pytest.approx(4.00, abs=0.02)
    assert reference.eto_droogers_allen(tmin=19.0, tmax=21.0, rain_of_month=500.0, **place) == 0.0
