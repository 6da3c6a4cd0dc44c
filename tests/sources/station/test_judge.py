"""Is a column weather, and what it is taken for? Real stations pass; other units, places and quantities do not."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from etolib.equations.air import saturation_vapour_pressure
from etolib.equations.humidity import dew_point
from etolib.errors import InputError
from etolib.site import Site
from etolib.sources.station.columns import Column
from etolib.sources.station.expected import departure
from etolib.sources.station.file import read
from etolib.sources.station.judge import misfit
from etolib.sources.station.relations import contradictions
from tests.shared import shared_path

BERLIN = Site(52.4, 13.1, 35.0)
JANUARY = pd.date_range("2023-01-05", periods=20)


def written(frame, names):
    return frame.rename(columns=names).rename_axis("date").to_csv().encode()


def winter(**columns):
    rng = np.random.default_rng(3)
    tmax = 5 + rng.normal(0, 3, 20)
    frame = pd.DataFrame({"tmax": tmax, "tmin": tmax - 5 + rng.normal(0, 1, 20)}, index=JANUARY)
    return frame.assign(**columns).round(2)


def test_fahrenheit_called_celsius_in_winter_is_refused_with_numbers_month_and_place():
    frame = winter() * 1.8 + 32
    with pytest.raises(InputError) as caught:
        read(written(frame, {"tmax": "Tmax (°C)", "tmin": "Tmin (°C)"}), site=BERLIN)
    words = str(caught.value)
    assert "'Tmax (°C)'" in words
    assert "°C in January at 52 N" in words
    assert "K above what is usual there" in words
    assert "look like °F" in words
    assert caught.value.suggestion


def test_what_is_odd_but_set_by_hand_is_used_and_said():
    text = written(winter() * 1.8 + 32, {})
    source = read(text, site=BERLIN, known={"tmax": {"unit": "°C"}, "tmin": {"unit": "°C"}})
    assert source.frame["tmax"].median() > 30
    assert sum("set by hand" in text for text in source.warnings) == 2


@pytest.mark.parametrize(
    ("columns", "gone", "word"),
    [
        ({"sunshine": 8000.0}, "sunshine", "cannot be sunshine"),
        ({"rs": 39.0}, "rs", "cannot be rs"),
        ({"tdew": 12.0}, "tdew", "above the mean temperature"),
        ({"tmean": 14.0}, "tmean", "outside the minimum and maximum"),
        ({"rhmin": 90.0, "rhmax": 60.0}, "rhmin", "above the maximum"),
        ({"rhmin": 60.0, "rhmax": 90.0, "rhmean": 30.0}, "rhmean", "outside the minimum and maximum humidity"),
        ({"u2": 90.0}, "u2", "cannot be u2"),
        ({"ea": 8.0}, "ea", "look like hPa"),
        ({"pressure": 85.0}, "pressure", "another place"),
    ],
)
def test_a_dispensable_column_that_contradicts_is_left_out_with_a_sentence(columns, gone, word):
    source = read(written(winter(**columns), {}), site=BERLIN)
    assert gone not in source.frame
    assert any(repr(gone) in text and "left out" in text and word in text for text in source.warnings)
    assert {"tmin", "tmax"} <= set(source.frame)


@pytest.mark.parametrize(
    ("change", "word"),
    [
        (lambda f: f.rename(columns={"tmin": "tmax", "tmax": "tmin"}), "wrong way round"),
        (lambda f: f.assign(tmax=f["tmax"] * 1.8 + 32), "tmax"),
        (lambda f: f.assign(tmax=f["tmin"]), "one of them is a mean"),
    ],
)
def test_temperatures_that_contradict_each_other_refuse_the_file(change, word):
    with pytest.raises(InputError, match=word):
        read(written(change(winter()), {}), site=BERLIN)
    with pytest.raises(InputError):
        read(written(change(winter()), {}))


def warm(days=30):
    rng = np.random.default_rng(6)
    dates = pd.date_range("2023-07-01", periods=days)
    clear = rng.uniform(0.3, 1.0, days)
    tmin = 18 + rng.normal(0, 1.2, days)
    tmax = tmin + 6 + 9 * clear
    ea = np.asarray(saturation_vapour_pressure(tmin)) * rng.uniform(0.8, 0.95, days)
    return pd.DataFrame({"tmin": tmin, "tmax": tmax, "ea": ea, "rs": 30 * (0.25 + 0.55 * clear)}, index=dates)


def deficit(frame):
    es = (saturation_vapour_pressure(frame["tmin"]) + saturation_vapour_pressure(frame["tmax"])) / 2
    return es - frame["ea"]


def test_a_deficit_called_vapour_pressure_is_known_by_what_it_follows_and_by_another_humidity():
    frame = warm()
    assert "ea" in read(written(frame, {}), site=BERLIN).frame
    wrong = read(written(frame.assign(ea=deficit(frame)), {}))
    assert any("as a deficit does" in text for text in wrong.warnings)
    desert = read(written(frame.assign(ea=3 * deficit(frame)), {}), site=Site(33.07, -111.97, 361.0))
    assert "ea" not in desert.frame
    few = frame.iloc[:6].assign(tdew=dew_point(frame["ea"].to_numpy())[:6], ea=deficit(frame).iloc[:6])
    assert any("it is the deficit" in text for text in read(written(few, {}), site=BERLIN).warnings)


def test_two_humidities_that_cannot_both_be_are_asked_about():
    frame = warm().assign(ea=1.6, tdew=1.0)
    with pytest.raises(InputError, match="contradict each other") as caught:
        read(written(frame, {}))
    assert "columns" in str(caught.value)


def test_radiation_in_another_unit_or_diffuse_is_found_by_the_sun_and_the_climate_of_the_place():
    place, dates = Site(33.07, -111.97, 361.0), pd.date_range("2023-05-01", periods=60)
    rs = np.random.default_rng(1).uniform(22, 30, 60)
    assert misfit("rs", rs, dates, place) < 0.5
    for factor in (1 / 0.0864, 1 / 3.6, 0.3, 0.45, 24.0):  # W m-2, kWh, diffuse, photosynthetic, cal cm-2
        assert misfit("rs", rs * factor, dates, place) >= 1, factor


def test_two_winters_of_the_wrong_half_of_the_globe():
    assert misfit("tmax", np.full(30, 30.0), pd.date_range("2023-01-01", periods=30), Site(54.0, 69.0, 100.0)) > 1
    assert misfit("tmax", np.full(30, 30.0), pd.date_range("2023-07-01", periods=30), Site(54.0, 69.0, 100.0)) < 0.5


def test_where_the_place_is_unknown_or_not_covered_only_physics_judges():
    assert misfit("tmax", np.full(20, 39.0), JANUARY) == 0
    assert misfit("tmax", np.full(20, 86.0), JANUARY) > 1
    assert misfit("tmax", np.full(20, 39.0), JANUARY, Site(0.0, -30.0)) == 0
    assert misfit("tmax", np.full(20, np.nan), JANUARY, BERLIN) == 0
    assert misfit("cloud", np.full(20, 1000.0), JANUARY, BERLIN) == 0


def test_what_is_asked_of_temperatures_that_are_odd():
    frame = winter() + 15.5
    source = read(written(frame, {}), site=BERLIN)
    assert any("is its unit °C?" in text for text in source.warnings)


FAULTY = {"UHIH"}
"""Stations whose file holds stretches that are no weather: radiation of 5 MJ m-2 day-1 in May, wind of zero."""


@pytest.mark.parametrize("length", [3, 20, 120])
def test_no_temperature_or_radiation_of_a_real_station_is_called_impossible(length):
    """Every hundredth window of all stations: the limits come from elsewhere, this is their trial."""
    places = pd.read_csv(shared_path("data", "stations", "stations.csv")).set_index("station")
    odd = judged = 0
    for name, row in places.iterrows():
        frame = pd.read_parquet(shared_path("data", "stations", f"{name}.parquet"))
        frame = frame.set_index("date") if "date" in frame else frame
        index = pd.DatetimeIndex(frame.index)
        site = Site(row["latitude"], row["longitude"], row["elevation"])
        for start in range(0, len(frame) - length, max(length, len(frame) // 40)):
            days = slice(start, start + length)
            for variable in ("tmin", "tmax", "rs", "tdew", "ea", "u2"):
                if variable not in frame or (variable in ("rs", "u2") and name in FAULTY):
                    continue
                judged += 1
                score = misfit(variable, frame[variable].to_numpy(float)[days], index[days], site)
                assert score < 1, (name, variable, index[start])
                odd += score > 0.8
    assert odd <= 0.003 * judged


def test_the_columns_of_real_stations_do_not_contradict_each_other():
    places = pd.read_csv(shared_path("data", "stations", "stations.csv")).set_index("station")
    asked = windows = 0
    for name, row in places.iterrows():
        frame = pd.read_parquet(shared_path("data", "stations", f"{name}.parquet"))
        frame = frame.set_index("date") if "date" in frame else frame
        index = pd.DatetimeIndex(frame.index)
        site = Site(row["latitude"], row["longitude"], row["elevation"])
        for start in range(0, len(frame) - 30, max(30, len(frame) // 40)):
            part = frame.iloc[start : start + 30]
            values = {
                v: part[v].to_numpy(float)
                for v in ("tmin", "tmax", "tdew", "rhmin", "rhmax", "ea", "rs")
                if v in part and not (v == "rs" and name in FAULTY)
            }
            named = {v: Column(v, i, v) for i, v in enumerate(values)}
            scores = {v: misfit(v, x, index[start : start + 30], site) for v, x in values.items()}
            found = contradictions(values, index[start : start + 30], site, named, scores)
            assert not [v for v in found if v.action != "ask"], (name, index[start], [v.text for v in found])
            asked += len(found)
            windows += 1
    assert asked <= 0.01 * windows


def test_a_departure_of_a_ratio_is_its_logarithm():
    found = departure("u2", np.full(20, 50.0), JANUARY, BERLIN)
    assert found is not None
    assert found.apart == pytest.approx(np.log(50.0 / found.usual))


@pytest.mark.parametrize("site", [None, Site(38.5, -121.8, 18.0), Site(-15.8, -47.9, 1100.0), Site(52.4, 13.1, 35.0)])
def test_exchanged_temperatures_are_named_as_such_and_not_as_another_unit(site):
    rows = "".join(f"2023-07-{day:02},{14 + day % 3},{32 + day % 4}\n" for day in range(1, 21))
    with pytest.raises(InputError, match="wrong way round") as caught:
        read(f"date,tmax (C),tmin (C)\n{rows}".encode(), site=site)
    assert "look like" not in str(caught.value)
