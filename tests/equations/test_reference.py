"""Reference evapotranspiration against the worked examples of FAO-56 and the Greeley example of ASCE-2005."""

from __future__ import annotations

import inspect

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from etolib import reference
from etolib.equations import air, humidity, radiation, soil, sun
from etolib.errors import InputError
from tests.digits import prints_as


def prints(terms: dict[str, float], printed: dict[str, str]) -> list[str]:
    """Return the terms that do not round to the printed digits."""
    return [f"{k}: {float(terms[k])} is not {v}" for k, v in printed.items() if not prints_as(terms[k], v)]


def test_example_17_bangkok_monthly() -> None:
    # FAO-56 Example 17, p. 70: 13 44' N, 2 m, April, monthly means
    latitude, elevation, day = 13 + 44 / 60, 2.0, 105
    ra = sun.extraterrestrial_radiation(latitude, day)
    daylight = sun.daylight_hours(latitude, day)
    rs = radiation.solar_radiation_from_sunshine(8.5, ra, daylight)
    g = soil.soil_heat_flux_month(29.2, 30.2)
    weather = {"tmin": 25.6, "tmax": 34.8, "ea": 2.85, "rs": rs, "u2": 2.0}
    place = {"latitude": latitude, "elevation": elevation, "day_of_year": day}
    terms = reference.daily_terms(**weather, **place, g=g)
    assert not prints(
        terms,
        {
            "tmean": "30.2",
            "delta": "0.246",
            "pressure": "101.3",
            "es": "4.42",
            "vpd": "1.57",
            "ra": "38.06",
            "daylight": "12.31",
            "rs": "22.65",
            "rso": "28.54",
            "relative_shortwave": "0.79",
            "rns": "17.44",
            "rnl": "3.11",
            "rn": "14.33",
            "g": "0.14",
            "radiation_term": "3.97",
            "aerodynamic_term": "1.75",
            "eto": "5.72",
        },
    )
    # The book rounds gamma from 0.665e-3 * 101.3 up to 0.0674; unrounded pressure gives 0.0673.
    assert terms["gamma"] == pytest.approx(0.067349, abs=5e-7)
    assert prints_as(8.5 / daylight, "0.69")
    assert prints_as(radiation.energy_to_water(terms["rn"] - g), "5.79")
    assert reference.eto_fao56(**weather, **place, g=g) == pytest.approx(5.71612, abs=5e-6)


def test_example_18_uccle_daily() -> None:
    # FAO-56 Example 18, p. 72: 50 48' N, 100 m, 6 July
    latitude, elevation, day = 50.8, 100.0, 187
    u2 = air.wind_speed_2m(10 / 3.6, 10.0)
    ea = humidity.vapour_pressure_from_rh(12.3, 21.5, 63.0, 84.0)
    ra = sun.extraterrestrial_radiation(latitude, day)
    daylight = sun.daylight_hours(latitude, day)
    rs = radiation.solar_radiation_from_sunshine(9.25, ra, daylight)
    weather = {"tmin": 12.3, "tmax": 21.5, "ea": ea, "rs": rs, "u2": u2}
    place = {"latitude": latitude, "elevation": elevation, "day_of_year": day}
    terms = reference.daily_terms(**weather, **place)
    assert not prints(
        terms,
        {
            "pressure": "100.1",
            "tmean": "16.9",
            "delta": "0.122",
            "gamma": "0.0666",
            "es": "1.997",
            "ea": "1.409",
            "vpd": "0.589",
            "ra": "41.09",
            "daylight": "16.1",
            "rs": "22.07",
            "rso": "30.90",
            "relative_shortwave": "0.71",
            "rns": "17.00",
            "rnl": "3.71",
            "rn": "13.28",
            "g": "0",
            "radiation_term": "2.81",
            "aerodynamic_term": "1.07",
            "eto": "3.88",
        },
    )
    assert u2 == pytest.approx(2.078, abs=1.5e-3)  # the book multiplies the rounded 2.78 m/s by the rounded 0.748
    assert prints_as(radiation.energy_to_water(terms["rn"]), "5.42")
    assert reference.eto_fao56(**weather, **place) == pytest.approx(3.88026, abs=5e-6)


def test_example_20_lyon_missing_data() -> None:
    # FAO-56 Example 20, p. 77: 45 43' N, 200 m, July, only temperature; u2 = 2, Tdew = Tmin, kRs = 0.16
    latitude, elevation, day = 45 + 43 / 60, 200.0, 196
    ra = sun.extraterrestrial_radiation(latitude, day)
    weather = {
        "tmin": 14.8,
        "tmax": 26.6,
        "ea": humidity.vapour_pressure_from_tmin(14.8),
        "rs": radiation.solar_radiation_from_temperature(14.8, 26.6, ra),
    }
    place = {"latitude": latitude, "elevation": elevation, "day_of_year": day}
    terms = reference.daily_terms(**weather, u2=2.0, **place)
    assert not prints(
        terms,
        {
            "tmean": "20.7",
            "delta": "0.150",
            "gamma": "0.066",
            "es": "2.58",
            "ea": "1.68",
            "vpd": "0.90",
            "ra": "40.55",
            "rs": "22.29",
            "rso": "30.58",
            "relative_shortwave": "0.73",
            "rns": "17.16",
            "rnl": "3.68",
            "rn": "13.48",
            "radiation_term": "3.17",
            "aerodynamic_term": "1.39",
            "eto": "4.56",
        },
    )
    assert reference.eto_fao56(**weather, u2=2.0, **place) == pytest.approx(4.56044, abs=5e-6)
    # The book's sensitivity: 1 and 3 m/s
    assert prints_as(reference.eto_fao56(**weather, u2=1.0, **place), "4.2")
    assert prints_as(reference.eto_fao56(**weather, u2=3.0, **place), "4.8")
    hargreaves = reference.eto_hargreaves(tmin=14.8, tmax=26.6, latitude=latitude, day_of_year=day)
    assert prints_as(hargreaves, "5.0")
    assert hargreaves == pytest.approx(5.03306, abs=5e-6)


def example_19(hour: float, **weather: float) -> dict[str, float]:
    """FAO-56 Example 19, p. 75: N'Diaye, 16 13' N, 16 15' W, 8 m, 1 October, clock at 15 W."""
    place = {"latitude": 16 + 13 / 60, "longitude": -16.25, "elevation": 8.0, "day_of_year": 274.0, "utc_offset": -1.0}
    arrays = {k: np.array([float(v)]) for k, v in {**place, **weather, "hour": hour}.items()}
    return {k: float(v[0]) for k, v in reference.hourly_terms(**arrays, convention="fao56").items()}


def test_example_19_day() -> None:
    ea = humidity.vapour_pressure_hourly(38.0, 52.0)
    terms = example_19(14.5, temperature=38.0, ea=ea, u2=3.3, rs=2.45)
    assert not prints(
        terms,
        {
            "delta": "0.358",
            "gamma": "0.0673",
            "es": "6.625",
            "vpd": "3.180",
            "ra": "3.543",
            "rso": "2.658",
            "cloud_term": "0.894",
            "rnl": "0.137",
            "rn": "1.749",
            "g": "0.175",
            "radiation_term": "0.46",
            "aerodynamic_term": "0.17",
            "eto": "0.63",
        },
    )
    assert terms["rns"] == pytest.approx(1.88650, abs=5e-6)  # printed 1.887: 1.8865 rounds either way
    assert terms["eto"] == pytest.approx(0.626927, abs=5e-7)


def test_example_19_night() -> None:
    ea = humidity.vapour_pressure_hourly(28.0, 90.0)
    terms = example_19(2.5, temperature=28.0, ea=ea, u2=1.9, rs=0.0)
    assert not prints(
        terms,
        {
            "delta": "0.220",
            "gamma": "0.0673",
            "es": "3.780",
            "vpd": "0.378",
            "ra": "0",
            "rso": "0",
            "cloud_term": "0.730",
            "rnl": "0.100",
            "rn": "-0.100",
            "g": "-0.050",
            "radiation_term": "-0.01",
            "eto": "0.00",
        },
    )
    # The book prints 0.01 for the aerodynamic term; its own numbers give 0.018. The sum still prints as 0.00.
    assert terms["aerodynamic_term"] == pytest.approx(0.017958, abs=5e-7)
    assert terms["eto"] == pytest.approx(0.004344, abs=5e-7)


GREELEY_DAILY = """
183 32.4 10.9 1.27 22.4 1.94 32.43 3.96 13.31 5.71 7.34 5.690 7.321
184 33.6 12.2 1.19 26.8 2.14 32.39 5.45 15.20 6.71 8.68 6.706 8.684
185 32.6 14.8 1.40 23.3 2.06 32.36 4.15 13.78 5.98 7.65 5.981 7.647
186 33.8 11.8 1.18 29.0 1.97 32.32 6.14 16.19 6.86 8.73 6.857 8.724
187 32.7 15.9 1.59 27.9 2.98 32.27 5.15 16.33 7.03 9.07 7.045 9.095
188 36.3 15.8 1.58 29.2 2.37 32.23 5.67 16.83 7.50 9.60 7.509 9.620
189 35.5 16.7 1.13 23.2 2.43 32.18 4.71 13.15 7.03 9.56 7.032 9.555
190 34.4 18.3 1.38 22.1 1.95 32.13 4.02 13.00 6.16 7.99 6.146 7.973
191 32.7 15.1 1.38 26.5 1.75 32.08 5.16 15.27 6.20 7.68 6.202 7.676
192 32.7 15.7 1.59 27.7 2.31 32.02 5.15 16.15 6.61 8.28 6.614 8.279
"""


def test_greeley_daily() -> None:
    # ASCE-2005 Appendix C, Greeley, Colorado, 1 to 10 July 2000: 40.41 N, 1462.4 m, wind at 3 m
    rows = np.array([line.split() for line in GREELEY_DAILY.strip().splitlines()], dtype=float).T
    day, tmax, tmin, ea, rs, u3, rso, rnl, rn, short, tall, short_exact, tall_exact = rows
    place = {"latitude": np.array([40.41]), "elevation": np.array([1462.4]), "day_of_year": day}
    weather = {"tmin": tmin, "tmax": tmax, "ea": ea, "rs": rs, "u2": air.wind_speed_2m(u3, 3.0)}
    terms = reference.daily_terms(**weather, **place, convention="asce2005")
    assert terms["pressure"] == pytest.approx(85.17, abs=5e-3)
    assert terms["gamma"] == pytest.approx(0.0566, abs=5e-5)
    assert terms["rso"] == pytest.approx(rso, abs=0.02)  # printed from a latitude of more digits
    assert terms["rnl"] == pytest.approx(rnl, abs=0.06)  # the book's inputs had more digits than it prints
    assert terms["rn"] == pytest.approx(rn, abs=0.06)
    for surface, printed, exact in (("short", short, short_exact), ("tall", tall, tall_exact)):
        eto = reference.eto_asce(**weather, **place, surface=surface)
        assert eto == pytest.approx(printed, abs=0.03)
        assert eto == pytest.approx(exact, abs=6e-4)  # two independent codes from the same inputs


GREELEY_HOURLY = """
1 15 30.9 1.09 2.24 4.07 3.26 2.54 0.284 1.441 0.61 0.82 0.6129 0.8218
1 16 31.2 1.15 1.65 3.58 2.52 1.96 0.262 1.009 0.48 0.66 0.4803 0.6625
1 17 29.1 1.21 0.34 1.15 1.68 1.31 0.017 0.244 0.14 0.19 0.1369 0.1946
1 18 28.3 1.21 0.32 3.04 0.81 0.63 0.017 0.229 0.22 0.35 0.2205 0.3491
1 19 26.0 1.13 0.08 2.21 0.09 0.07 0.017 0.044 0.12 0.21 0.1239 0.2120
1 20 22.9 1.20 0.00 1.04 0.00 0.00 0.016 -0.016 0.04 0.06 0.0369 0.0578
1 21 20.1 1.35 0.00 0.58 0.00 0.00 0.015 -0.015 0.01 0.02 0.0147 0.0242
1 22 19.9 1.35 0.00 0.95 0.00 0.00 0.015 -0.015 0.02 0.04 0.0228 0.0358
1 23 18.4 1.32 0.00 0.30 0.00 0.00 0.015 -0.015 0.01 0.01 0.0058 0.0102
2 0 16.5 1.26 0.00 0.50 0.00 0.00 0.014 -0.014 0.01 0.01 0.0085 0.0141
2 1 15.4 1.34 0.00 1.00 0.00 0.00 0.014 -0.014 0.01 0.02 0.0111 0.0170
2 2 15.5 1.31 0.00 0.68 0.00 0.00 0.014 -0.014 0.01 0.01 0.0085 0.0137
2 3 13.5 1.26 0.00 0.69 0.00 0.00 0.014 -0.014 0.01 0.01 0.0055 0.0088
2 4 13.2 1.24 0.03 0.29 0.05 0.04 0.014 0.009 0.01 0.01 0.0055 0.0083
2 5 16.2 1.31 0.46 1.24 0.72 0.56 0.014 0.340 0.10 0.12 0.1005 0.1235
2 6 20.0 1.36 1.09 1.28 1.59 1.24 0.223 0.616 0.19 0.23 0.1887 0.2278
2 7 22.9 1.39 1.74 0.88 2.43 1.90 0.244 1.096 0.32 0.37 0.3214 0.3665
2 8 26.4 1.25 2.34 0.72 3.19 2.49 0.278 1.524 0.46 0.52 0.4607 0.5179
2 9 28.2 1.17 2.84 1.52 3.81 2.97 0.299 1.888 0.60 0.70 0.6041 0.7047
2 10 29.8 1.03 3.25 1.97 4.26 3.32 0.331 2.171 0.72 0.85 0.7195 0.8532
2 11 30.9 1.02 3.21 2.07 4.49 3.50 0.308 2.164 0.73 0.88 0.7345 0.8770
2 12 31.8 0.98 3.34 2.76 4.51 3.51 0.332 2.239 0.79 0.97 0.7945 0.9740
2 13 32.5 0.87 2.96 2.90 4.29 3.34 0.315 1.964 0.74 0.93 0.7391 0.9280
2 14 32.9 0.86 2.25 3.10 3.87 3.01 0.248 1.485 0.62 0.81 0.6222 0.8146
2 15 32.4 0.93 1.35 2.77 3.26 2.54 0.134 0.905 0.44 0.60 0.4379 0.5998
2 16 30.2 1.14 0.88 3.41 2.52 1.96 0.084 0.593 0.35 0.52 0.3534 0.5164
2 17 30.6 1.27 0.79 2.78 1.68 1.31 0.147 0.461 0.29 0.42 0.2852 0.4181
2 18 28.3 1.27 0.27 2.95 0.81 0.63 0.143 0.065 0.17 0.29 0.1704 0.2905
2 19 25.9 1.17 0.03 3.27 0.09 0.07 0.143 -0.120 0.10 0.14 0.0981 0.1360
2 20 23.9 1.20 0.00 2.86 nan nan nan nan 0.07 0.10 0.0736 0.1035
"""


def greeley_hours() -> tuple[dict[str, np.ndarray], np.ndarray]:
    """Return the weather and the printed columns; hours by their start, 1 and 2 July 2000 (J 183, 184)."""
    rows = np.array([line.split() for line in GREELEY_HOURLY.strip().splitlines()], dtype=float).T
    date, start, temperature, ea, rs, u3 = rows[:6]
    weather = {
        "temperature": temperature,
        "ea": ea,
        "rs": rs,
        "u2": air.wind_speed_2m(u3, 3.0),
        "latitude": np.array([40.41]),
        "longitude": np.array([-104.78]),
        "elevation": np.array([1462.4]),
        "day_of_year": 182.0 + date,
        "hour": start + 0.5,
        "utc_offset": np.array([-7.0]),
    }
    return weather, rows[6:]


def test_greeley_hourly() -> None:
    # ASCE-2005 Appendix C, Greeley, hourly: every printed intermediate, nights and low sun included
    weather, (ra, rso, rnl, rn, short, tall, short_exact, tall_exact) = greeley_hours()
    terms = reference.hourly_terms(**weather, convention="asce2005")
    printed = ~np.isnan(ra)
    assert terms["ra"][printed] == pytest.approx(ra[printed], abs=5.01e-3)
    assert terms["rso"][printed] == pytest.approx(rso[printed], abs=5.01e-3)
    assert terms["rnl"][printed] == pytest.approx(rnl[printed], abs=6e-4)
    assert terms["rn"][printed] == pytest.approx(rn[printed], abs=6e-4)
    for surface, book, exact in (("short", short, short_exact), ("tall", tall, tall_exact)):
        eto = reference.eto_hourly(**weather, surface=surface, convention="asce2005")
        assert eto == pytest.approx(book, abs=5.01e-3)
        assert eto == pytest.approx(exact, abs=6e-5)


def test_fao56_night_takes_the_evening() -> None:
    # FAO-56 p. 75: the night takes Rs/Rso of the hour 2 to 3 h before sunset
    weather, _ = greeley_hours()
    terms = reference.hourly_terms(**weather, convention="fao56")
    start = weather["hour"] - 0.5
    first_night = (weather["day_of_year"] == 183) & (start >= 20)
    evening = terms["cloud_term"][1]  # 16 to 17 h: its middle lies 2 to 3 h before sunset
    assert terms["cloud_term"][first_night] == pytest.approx(evening)
    assert np.unique(terms["g"][first_night] / terms["rn"][first_night]) == pytest.approx([0.5])


def hour_where(function: object, target: float, low: float, high: float) -> float:
    """Return the clock hour at which a falling function of the hour has the value ``target``."""
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if function(middle) > target else (low, middle)  # type: ignore[operator]
    return (low + high) / 2


def two_hours(hour: float, convention: str) -> tuple[float, float]:
    """Return the cloud terms of a late hour and of the middle of the night after a clear noon and that cloudy hour."""
    given = {"temperature": 20.0, "ea": 1.0, "u2": 2.0, "latitude": 40.0, "longitude": 0.0, "elevation": 0.0}
    arrays = {k: np.array([v]) for k, v in (given | {"day_of_year": 172.0, "utc_offset": 0.0}).items()}
    hours = np.array([12.5, hour, 23.5])
    terms = reference.hourly_terms(**arrays, hour=hours, rs=np.array([3.2, 0.4, 0.0]), convention=convention)
    return float(terms["cloud_term"][1] - terms["cloud_term"][0]), float(
        terms["cloud_term"][2] - terms["cloud_term"][0]
    )


def test_low_sun_is_0_3_radian() -> None:
    # ASCE-2005 Eq. 62: the hour keeps its own cloud term down to an altitude of 0.3 rad
    def altitude(hour: float) -> float:
        return sun.solar_altitude(40.0, 0.0, 172, hour, 0)

    above, _ = two_hours(hour_where(altitude, 0.3 * 1.003, 12.0, 20.0), "asce2005")
    below, _ = two_hours(hour_where(altitude, 0.3 * 0.997, 12.0, 20.0), "asce2005")
    assert above < -0.1
    assert below == 0.0


@pytest.mark.parametrize(
    ("before_sunset", "counts"),
    [(0.79 * 1.003, False), (0.79 * 0.997, True), (0.52 * 1.003, True), (0.52 * 0.997, False)],
)
def test_evening_is_0_79_to_0_52_radian_before_sunset(before_sunset: float, counts: bool) -> None:
    # FAO-56 p. 75: the night takes the hour whose middle lies there; else there is none, and 0.8 is assumed
    def remaining(hour: float) -> float:
        return sun.sunset_hour_angle(40.0, 172) - sun.solar_time_angle(0.0, 172, hour, 0)

    late, night = two_hours(hour_where(remaining, before_sunset, 12.0, 20.0), "fao56")
    assert (night == late) == counts


def test_hours_without_an_evening() -> None:
    # Rule of the module: no hour to take the clouds from, Rs/Rso = 0.8; an hour before gives way to one after
    weather, _ = greeley_hours()
    asce = {"convention": "asce2005"}
    night = {k: v[5:8] if v.size > 1 else v for k, v in weather.items()}
    assert reference.hourly_terms(**night, **asce)["cloud_term"] == pytest.approx(1.35 * 0.8 - 0.35)
    assert reference.hourly_terms(**night, **asce, relative_shortwave=np.array([0.5]))["cloud_term"] == pytest.approx(
        0.325
    )
    morning = {k: v[5:16] if v.size > 1 else v for k, v in weather.items()}
    cloud = reference.hourly_terms(**morning, **asce)["cloud_term"]
    assert (cloud == cloud[-1]).all()
    # A missing hour stays missing and gives nothing to its neighbours.
    gap = weather | {"rs": np.where(np.arange(30) == 2, np.nan, weather["rs"])}
    eto = reference.eto_hourly(**gap, **asce)
    assert np.isnan(eto).tolist() == (np.arange(30) == 2).tolist()
    assert (
        reference.hourly_terms(**gap, **asce)["cloud_term"][3] == reference.hourly_terms(**gap, **asce)["cloud_term"][1]
    )


def test_hourly_kinds() -> None:
    import pandas as pd
    import xarray as xr

    weather, _ = greeley_hours()
    asce = {"convention": "asce2005"}
    expected = reference.eto_hourly(**weather, **asce)
    index = pd.date_range("2000-07-01 15:00", periods=30, freq="h")
    series = reference.eto_hourly(
        **{k: pd.Series(v, index) if v.size > 1 else float(v[0]) for k, v in weather.items()}, **asce
    )
    assert series.index.equals(index)
    np.testing.assert_array_equal(series.to_numpy(), expected)
    names = ("temperature", "ea", "rs", "u2", "day_of_year", "hour")
    grid = {
        k: xr.DataArray(np.stack([v, v]), dims=("place", "time"), coords={"time": index})
        for k, v in weather.items()
        if k in names
    }
    lazy = {k: v.chunk({"place": 1}) for k, v in grid.items()}
    place = {k: float(v[0]) for k, v in weather.items() if k not in names}
    for arrays in (grid, lazy):
        out = reference.eto_hourly(**arrays, **place, **asce)
        assert out.dims == ("place", "time")
        assert out.attrs["units"] == "mm h-1"
        np.testing.assert_array_equal(out.to_numpy(), np.stack([expected, expected]))


def test_hourly_refusals() -> None:
    weather, _ = greeley_hours()
    with pytest.raises(InputError, match="looks like W m-2"):
        reference.eto_hourly(**(weather | {"rs": weather["rs"] * 277.8}))
    with pytest.raises(InputError, match="surface"):
        reference.eto_hourly(**weather, surface="tall", convention="fao56")
    with pytest.raises(InputError, match="hour"):
        reference.eto_hourly(**(weather | {"hour": weather["hour"] + 100}))


def test_priestley_taylor() -> None:
    # Priestley and Taylor (1972): 1.26 times the radiation term without wind, Example 18's day
    terms = reference.daily_terms(
        tmin=12.3, tmax=21.5, ea=1.409, rs=22.07, u2=2.0, latitude=50.8, elevation=100.0, day_of_year=187
    )
    expected = 1.26 * 0.408 * terms["rn"] * terms["delta"] / (terms["delta"] + terms["gamma"])
    given = {"tmin": 12.3, "tmax": 21.5, "ea": 1.409, "rs": 22.07, "latitude": 50.8, "elevation": 100.0}
    assert reference.eto_priestley_taylor(**given, day_of_year=187) == pytest.approx(expected, rel=1e-12)


def test_makkink() -> None:
    # de Bruin (1987): 0.65 Delta / (Delta + gamma) Rs / lambda
    delta, gamma = air.vapour_pressure_slope(16.9), air.psychrometric_constant(air.atmospheric_pressure(100.0))
    expected = 0.65 * delta / (delta + gamma) * 0.408 * 22.07
    assert reference.eto_makkink(tmin=12.3, tmax=21.5, rs=22.07, elevation=100.0) == pytest.approx(expected, rel=1e-12)


def test_turc() -> None:
    # Turc (1961): 0.013 T / (T + 15) (23.88 Rs + 50), more where the air is drier than 50 %
    humid = 0.013 * 16.9 / 31.9 * (23.88 * 22.07 + 50)
    assert reference.eto_turc(tmin=12.3, tmax=21.5, rs=22.07, rhmean=70.0) == pytest.approx(humid, rel=1e-12)
    dry = humid * (1 + (50 - 30) / 70)
    assert reference.eto_turc(tmin=12.3, tmax=21.5, rs=22.07, rhmean=30.0) == pytest.approx(dry, rel=1e-12)
    assert reference.eto_turc(tmin=-20.0, tmax=-1.0, rs=10.0, rhmean=70.0) == 0.0


def test_hargreaves_in_deep_cold_is_nothing() -> None:
    assert reference.eto_hargreaves(tmin=-40.0, tmax=-20.0, latitude=60.0, day_of_year=100) == 0.0


DAY = {
    "tmin": 12.3,
    "tmax": 21.5,
    "tmean": 16.9,
    "ea": 1.4,
    "rs": 20.0,
    "u2": 2.0,
    "rhmean": 70.0,
    "rhmin": 55.0,
    "sunshine": 8.0,
    "heat_index": 45.0,
    "rain_of_month": 60.0,
    "latitude": 50.8,
    "elevation": 100.0,
    "day_of_year": 187.0,
}
BESIDE = [name for name in reference.__all__ if name.startswith("eto_") and name not in ("eto_hourly", "eto_asce")]


def day_of(function: object) -> dict[str, float]:
    parameters = inspect.signature(function).parameters.values()
    return {p.name: DAY[p.name] for p in parameters if p.default is p.empty}


@pytest.mark.parametrize("name", BESIDE)
def test_every_method_takes_and_gives_every_array_type(name: str) -> None:
    function = getattr(reference, name)
    day = day_of(function)
    one = function(**day)
    assert isinstance(one, float)
    assert 0.5 < one < 9
    index = pd.date_range("2023-07-06", periods=3)
    series = function(**{k: pd.Series([v, np.nan, v], index) for k, v in day.items()})
    assert series.index.equals(index)
    np.testing.assert_allclose(series, [one, np.nan, one], rtol=1e-14)
    grid = {k: xr.DataArray([[v, v], [v, np.nan]], dims=("time", "x")).astype("float32") for k, v in day.items()}
    lazy = function(**{k: v.chunk(time=1) for k, v in grid.items()})
    assert lazy.chunks is not None
    assert lazy.dtype == np.float32
    assert lazy.attrs["units"] == "mm day-1"
    np.testing.assert_allclose(lazy.to_numpy(), [[one, one], [one, np.nan]], rtol=2e-6)


@pytest.mark.parametrize(
    ("name", "tmean", "nothing"),
    [
        ("eto_oudin", -5.0, True),
        ("eto_oudin", -4.9, False),
        ("eto_mcguinness_bordne", -6.0, True),
        ("eto_jensen_haise", -3.5, True),
        ("eto_jensen_haise", -2.5, False),
        ("eto_hargreaves_1982", -18.0, True),
        ("eto_droogers_allen", -17.5, True),
        ("eto_romanenko", -30.0, True),
        ("eto_thornthwaite", 0.0, True),
        ("eto_thornthwaite", 0.1, False),
        ("eto_hamon", -30.0, False),
        ("eto_makkink_knmi", -30.0, False),
        ("eto_blaney_criddle", -17.0, True),
    ],
)
def test_where_cold_ends_a_method(name: str, tmean: float, nothing: bool) -> None:
    cold = DAY | {"tmin": tmean - 4, "tmax": tmean + 4, "tmean": tmean}
    function = getattr(reference, name)
    value = function(**{k: cold[k] for k in day_of(function)})
    assert value == 0.0 if nothing else value > 0.0


@pytest.mark.parametrize("latitude", [-90.0, -70.0, 75.0, 90.0])
def test_methods_in_the_polar_night_and_day(latitude: float) -> None:
    for name in BESIDE:
        function = getattr(reference, name)
        given = day_of(function)
        if "latitude" in given:
            values = function(**(given | {"latitude": latitude, "day_of_year": np.array([1.0, 172.0, 355.0])}))
            assert np.isfinite(values).all()
