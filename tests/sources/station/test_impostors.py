"""Columns that hold another quantity, or change it within the file: asked about, and no real year of a station is."""

from __future__ import annotations

from functools import cache

import numpy as np
import pandas as pd
import pytest

from etolib.equations.air import saturation_vapour_pressure
from etolib.equations.humidity import dew_point
from etolib.fusion import faults
from etolib.site import Site
from etolib.sources.station import steps
from etolib.sources.station.file import read
from etolib.sources.station.impostors import reasons, wet_bulb
from tests.fusion import simulated
from tests.fusion.own_station import HEADERS, measured

STATIONS = ("Maricopa_AZ", "Fallon_NV", "BRKS", "CAPE", "EMSC", "SA06", "SMKO", "TRKO", "UFBA", "UFQU", "UHIH")


def written(frame, name="date", form="%Y-%m-%d"):
    table = frame.rename(columns=HEADERS).rename_axis(name).round(2)
    return table.to_csv(date_format=form).encode()


@cache
def year(name):
    """Return the last whole year of a station with its mean and dew point, and its place."""
    table, _, site = measured(name)
    whole = [y for y, part in table.groupby(table.index.year) if len(part) >= 365]
    frame = table.loc[str(whole[-1])] if whole else table.iloc[:365]
    dew = frame["tdew"] if "tdew" in frame else dew_point(frame["ea"].to_numpy())
    mean = (frame["tmin"] + frame["tmax"]) / 2
    return frame[["tmin", "tmax", "rs", "u2"]].assign(tmean=mean, tdew=dew).dropna(), site


def wet(frame, site):
    mean = frame["tmean"].to_numpy()
    dew = np.minimum(frame["tdew"].to_numpy(), mean)
    return frame.assign(tdew=wet_bulb(mean, np.asarray(saturation_vapour_pressure(dew)), site))


def with_humidity(frame, site):
    humidity = 100 * saturation_vapour_pressure(frame["tdew"]) / saturation_vapour_pressure(frame["tmean"])
    return wet(frame, site).assign(rhmean=np.clip(humidity, 5, 100))


def gusts(frame, site):
    chance = np.random.default_rng(1).uniform(2.2, 3.4, len(frame))
    return frame.assign(u2=frame["u2"] * chance * (frame["u2"].median() / np.maximum(frame["u2"], 0.1)) ** 0.3)


def monthly(frame, site):
    return frame.assign(rs=frame["rs"].groupby(frame.index.month).transform("mean"))


KINDS = {
    # the mistake, the variable that is asked about, and at how many of the eleven stations at least
    "none": (lambda frame, site: frame, "", 11),
    "mean as maximum": (lambda frame, site: frame.drop(columns="tmean").assign(tmax=frame["tmean"]), "tmax", 9),
    "mean as minimum": (lambda frame, site: frame.drop(columns="tmean").assign(tmin=frame["tmean"]), "tmax", 9),
    "maximum as mean": (lambda frame, site: frame.assign(tmean=frame["tmax"]), "tmax", 11),
    "minimum as mean": (lambda frame, site: frame.assign(tmean=frame["tmin"]), "tmin", 11),
    "wet bulb as dew point": (wet, "tdew", 4),
    "wet bulb beside humidity": (with_humidity, "tdew", 9),
    "gusts as wind": (gusts, "u2", 8),
    "humidity of 100": (lambda frame, site: frame.drop(columns="tdew").assign(rhmean=100.0), "rhmean", 11),
    "means of months": (monthly, "rs", 10),
}


@pytest.mark.parametrize("kind", KINDS)
def test_another_quantity_at_real_stations(kind):
    change, variable, least = KINDS[kind]
    found = []
    for name in STATIONS:
        frame, site = year(name)
        frame = change(frame, site)
        told = reasons({str(c): frame[c].to_numpy(float) for c in frame}, frame.index, site)
        found.append(variable in told if variable else not told)
    assert sum(found) >= least, dict(zip(STATIONS, found, strict=True))


def test_a_file_is_asked_about_and_answered():
    frame, site = year("Maricopa_AZ")
    wrong = written(KINDS["mean as maximum"][0](frame, site).drop(columns="tdew"))
    station = read(wrong, site=site)
    assert station.guessed == ["tmax"]
    assert any("may be the mean of the day" in text for text in station.warnings)
    assert read(wrong, site=site, columns={"tmax (degC)": "tmax"}).guessed == []


@pytest.mark.parametrize("loss", [0.0, 0.2])
def test_a_sensor_that_drifts_over_years(loss):
    for name in ("Maricopa_AZ", "BRKS", "SA06"):
        table, _, site = measured(name)
        part = table.iloc[-3 * 365 :][["tmin", "tmax", "rs"]]
        part = part.assign(rs=part["rs"] * np.linspace(1.0, 1.0 - loss, len(part)))
        told = reasons({str(c): part[c].to_numpy(float) for c in part}, part.index, site)
        assert set(told) == ({"rs"} if loss else set()), name


RAIN = {"inches": (1 / 25.4, 2, True), "cm": (0.1, 2, True), "tenths": (10.0, 0, True), "none": (1.0, 1, False)}


@pytest.mark.parametrize("first", [True, False])
@pytest.mark.parametrize("kind", RAIN)
def test_rain_whose_unit_changes_within_the_file(kind, first):
    factor, decimals, asked = RAIN[kind]
    days = pd.date_range("2023-04-01", periods=160)
    chance = np.random.default_rng(3)
    rain = np.where(chance.random(160) < 0.35, np.round(chance.gamma(0.8, 9.0, 160), 1), 0.0)
    part = (np.arange(160) < 80) == first
    rain = np.where(part, np.round(rain * factor, decimals), rain)
    air = pd.DataFrame({"tmin": 11 + np.sin(np.arange(160.0)), "tmax": 22 + 2 * np.cos(np.arange(160.0))}, days)
    station = read(written(air.assign(precipitation=rain)), site=Site(-23.5, -47.0, 600.0))
    assert station.guessed == ["precipitation"] * asked
    assert any("as one part in another unit would be" in text for text in station.warnings) == asked


def test_wind_that_turns_to_whole_knots():
    frame, site = year("TRKO")
    wind = frame["u2"].round(1).to_numpy(copy=True)
    wind[200:] = np.round(wind[200:] * 1.944)
    assert read(written(frame.assign(u2=wind)), site=site).guessed == ["u2"]
    rounded = frame["u2"].round(1).to_numpy(copy=True)
    rounded[200:] = np.round(rounded[200:])
    assert read(written(frame.assign(u2=rounded)), site=site).guessed == []


def test_the_end_of_a_cold_spell_is_no_change_of_unit():
    table, _, _ = measured("SA06")
    for chosen in (1986, 1996, 2003):
        part = table.loc[str(chosen)]
        low, high = part["tmin"].to_numpy(), part["tmax"].to_numpy()
        assert steps.jump(low, high, part.index) is None, chosen
        late = np.arange(len(part)) >= 150
        low, high = (np.where(late, x * 1.8 + 32, x) for x in (low, high))
        assert steps.jump(low, high, part.index) is not None, chosen


@pytest.mark.parametrize(
    ("first", "days", "asked"),
    [("2023-01-02", 365, True), ("2024-02-02", 29, True), ("2023-01-01", 365, False), ("2023-01-02", 100, False)],
)
def test_midnights_that_make_whole_months_of_the_days_before(first, days, asked):
    turn = np.arange(days, dtype=float)
    frame = pd.DataFrame({"tmin": 5 + np.sin(turn), "tmax": 14 + 2 * np.cos(turn)}, pd.date_range(first, periods=days))
    content = written(frame, "Date", "%Y-%m-%d 00:00:00")
    station = read(content)
    assert [question.parameter for question in station.mapping.questions] == ["stamps"] * asked
    assert set(station.guessed) == ({"tmin", "tmax"} if asked else set())
    assert read(content, stamps="end").frame.index[0] == pd.Timestamp(first) - pd.Timedelta(days=1)


def shifted(frame, from_row, lag):
    moved, values = frame.copy(), frame.shift(lag).to_numpy()
    moved.iloc[from_row:] = values[from_row:]
    return moved


@pytest.mark.parametrize(("from_row", "lag"), [(None, 0), (0, 1), (160, 1), (220, -1)])
@pytest.mark.parametrize("number", [1, 2])
def test_rows_of_a_station_that_are_a_day_late(from_row, lag, number):
    frames, _ = simulated.place("2004-01-01", "2004-12-31")
    chance = np.random.default_rng(2)
    own = frames["open_meteo_archive"] + chance.normal(0, 0.2, frames["open_meteo_archive"].shape)
    own = own.assign(u2=own["u2"].clip(0.2), rhmean=own["rhmean"].clip(upper=100))
    if from_row is not None:
        own = shifted(own, from_row, lag)
    others = dict(list(frames.items())[:number])
    report = faults.check({**others, "station": own}, simulated.SITE)
    told = [found for found in report.findings if found.check == "day_shift"]
    assert bool(told) == (from_row is not None)
    assert {found.source for found in told} <= {"station"}
    if from_row and number == 2:
        when = "a day late" if lag > 0 else "a day early"
        left = report.frames["station"]["tmax"].isna().to_numpy()
        assert left[from_row + 12 :].mean() > 0.95
        assert left[: from_row - 12].sum() == 0
        assert all(when in str(found.message) for found in told)
    if from_row and number == 1:
        marked = report.marked["station", "tmax"]
        assert marked[from_row + 12 :].mean() > 0.95
        assert marked[: from_row - 12].sum() == 0
