"""Grids of hours: days of local solar time, whatever the amounts are summed up to."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import etolib
from etolib.errors import InputError
from etolib.sources import catalogue
from etolib.sources.grid import amounts, grid_source
from tests.sources.grid import hourly_kinds as kinds

SITE = etolib.Site(-23.02, -47.97)  # UTC-3, cell 0, 0
PERIOD = etolib.Period("2023-03-02", "2023-03-04")
NAMES = {"tmin": 1e-6, "tmax": 1e-6, "u2": 1e-6, "rs": 1e-6, "precipitation": 1e-6}


@pytest.fixture(autouse=True)
def registered():
    """Take away what a test has opened."""
    yield
    for row in catalogue.added():
        catalogue.unregister(row.name)


def expected(name, offset=-3):
    """Return the days of the truth, by the plainest way there is."""
    index = kinds.HOURS + pd.Timedelta(hours=offset)
    if name in ("tmin", "tmax", "u2"):
        source, how = {"tmin": ("temperature", "min"), "tmax": ("temperature", "max"), "u2": ("wind", "mean")}[name]
        series = pd.Series(kinds.TRUTH[source][:, 0, 0], index=index)
    else:
        source, how = {"rs": ("rs", "sum"), "precipitation": ("rain", "sum")}[name]
        series = pd.Series(kinds.TRUTH[source][:, 0, 0], index=index - pd.Timedelta("1h"))
    return series.groupby(series.index.normalize()).agg(how).loc["2023-03-02":"2023-03-04"].to_numpy()


@pytest.mark.parametrize("kind", kinds.KINDS)
def test_the_truth_comes_out_of_every_convention(kind):
    answer = grid_source(kinds.KINDS[kind]()).fetch(SITE, PERIOD)
    for name in (name for name in NAMES if not (kind == "wrf" and name == "rs")):
        assert answer.frame[name].to_numpy() == pytest.approx(expected(name), abs=1e-6), name
    assert answer.meta["day"] == "local solar day, UTC-3"
    assert any("since 00 UTC" in text for text in answer.warnings) == (kind == "era5_land")
    assert any("since the run began" in text for text in answer.warnings) == (kind == "wrf")


def test_radiation_of_moments_is_the_mean_of_both_ends():
    data = kinds.wrf()
    data["SWDOWN"] = (data["T2"].dims, kinds.TRUTH["rs"] / 0.0036, {"units": "W m-2"})
    answer = grid_source(data).fetch(SITE, PERIOD)
    series = pd.Series(kinds.TRUTH["rs"][:, 0, 0], index=kinds.HOURS - pd.Timedelta("3h"))
    hours = (series + series.shift(-1)) / 2
    days = hours.groupby(hours.index.normalize()).sum().loc["2023-03-02":"2023-03-04"]
    assert answer.frame["rs"].to_numpy() == pytest.approx(days.to_numpy())
    assert any("known at moments" in text for text in answer.warnings)


def test_the_mean_of_speeds_is_not_the_speed_of_means():
    data = kinds.era5()
    speeds = grid_source(data).fetch(SITE, PERIOD).frame["u2"]
    day = np.hypot(*(data[name].resample(valid_time="1D").mean()[1, 0, 0] for name in ("u10", "v10")))
    assert speeds.iloc[0] > 1.5 * float(day)


@pytest.mark.parametrize("hours", [2, 3])
def test_steps_of_hours_have_the_same_sums(hours):
    data = kinds.era5_land().isel(time=slice(hours - 1, None, hours))
    answer = grid_source(data).fetch(SITE, PERIOD)
    rain = expected("precipitation")
    assert answer.frame["rs"].to_numpy() == pytest.approx(expected("rs"), rel=0.02)
    # Where midnight parts a step its rain is shared out by hours.
    assert answer.frame["precipitation"].to_numpy() == pytest.approx(rain, abs=0.01 if hours == 3 else 4.0)
    assert any(f"every {hours} h" in text for text in answer.warnings)


def test_a_day_that_lacks_an_hour_has_no_value_and_is_counted():
    data = kinds.era5().drop_isel(valid_time=[40])
    answer = grid_source(data).fetch(SITE, PERIOD)
    assert answer.frame["tmax"].isna().tolist() == [True, False, False]
    assert answer.frame["rs"].isna().tolist() == [True, False, False]
    assert any("1 of its days lack" in text for text in answer.warnings)


def test_a_missing_hour_of_a_sum_takes_two_differences_away():
    data = kinds.era5_land().drop_isel(time=[40])
    answer = grid_source(data).fetch(SITE, PERIOD)
    assert answer.frame["rs"].isna().tolist() == [True, False, False]


def test_the_end_of_the_record_is_no_whole_day():
    answer = grid_source(kinds.era5()).fetch(SITE, etolib.Period("2023-03-01", "2023-03-05"))
    assert answer.frame["tmax"].notna().tolist() == [True, True, True, True, False]  # it begins at 22 h of 28 February


def dry(data):
    return data.assign(tp=data["tp"] * 0)


def rising(data):
    """Rain of one afternoon that rises hour by hour, and no radiation that would tell."""
    hour = (kinds.HOURS - pd.Timestamp("2023-03-03")) / pd.Timedelta("1h")
    wet = np.where((hour > 12) & (hour <= 24), hour / 1000, 0.0)
    return data.drop_vars("ssrd").assign(tp=(data["tp"].dims, np.broadcast_to(wet[:, None, None], data["tp"].shape),
                                             data["tp"].attrs))  # fmt: skip


def test_what_the_values_do_not_tell_is_asked():
    with pytest.raises(etolib.BadResponse, match="may be the amount of each step or a sum"):
        grid_source(rising(kinds.era5())).fetch(SITE, PERIOD)
    said = grid_source(rising(kinds.era5()), accumulated="step").fetch(SITE, PERIOD)
    assert said.frame["precipitation"].sum() == pytest.approx(sum(range(13, 25)))
    nothing = grid_source(dry(kinds.era5_land())).fetch(SITE, PERIOD)
    assert nothing.frame["precipitation"].tolist() == [0.0, 0.0, 0.0]


REFUSED = {
    "where labels stand": (lambda: kinds.cordex().drop_vars("time_bnds"), "does not say where in its interval"),
    "six hours": (lambda: kinds.era5().isel(valid_time=slice(5, None, 6)), "too far apart for the extremes"),
    "no temperature": (lambda: kinds.era5().drop_vars("t2m"), "not found among the variables"),
    "half hours": (lambda: kinds.era5().assign_coords(
        valid_time=pd.date_range("2023-03-01", periods=len(kinds.HOURS), freq="30min")), "whole hours"),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_be_known_is_refused(case):
    make, said = REFUSED[case]
    with pytest.raises((InputError, etolib.BadResponse), match=said):
        grid_source(make()).fetch(SITE, PERIOD)


@pytest.mark.parametrize("label", ["start", "middle", "end"])
def test_a_person_says_where_labels_stand(label):
    shift = {"start": pd.Timedelta("1h"), "middle": pd.Timedelta("30min"), "end": pd.Timedelta(0)}[label]
    data = kinds.cordex().drop_vars("time_bnds")[["tas", "rsds"]]
    del data.time.attrs["bounds"]
    if label == "middle":
        data["tas"].attrs["cell_methods"] = "time: mean"
    data = data.assign_coords(time=data.time - shift)
    answer = grid_source(data, label=label).fetch(SITE, PERIOD)
    assert answer.frame["rs"].to_numpy() == pytest.approx(expected("rs"))


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("step", [1, 3])
def test_sums_are_told_from_amounts_in_any_weather(seed, step):
    made = np.random.default_rng(seed)
    moments = np.datetime64("2023-06-01", "ns") + np.arange(1, 24 * 6 // step + 1) * np.timedelta64(step, "h")
    solar = (np.arange(1, len(moments) + 1) * step - step / 2 + made.uniform(-12, 12)) % 24
    hourly = np.maximum(0, np.sin((solar - 6) / 12 * np.pi)) * made.uniform(0.2, 1.0, len(moments))
    sums = np.concatenate([hourly[i : i + 24 // step].cumsum() for i in range(0, len(hourly), 24 // step)])
    packed = np.round(sums / sums.max() * 60000) / 60000 * sums.max()
    for kind, values in {"step": hourly, "day": sums, "run": hourly.cumsum()}.items():
        assert amounts.kind_of(values, moments, float(step), radiation=True) == kind
        found = amounts.per_step(values, moments, float(step), kind)
        assert found[1:] == pytest.approx(hourly[1:], abs=1e-9)
    assert amounts.kind_of(packed, moments, float(step), radiation=True) == "day"
