"""An own record teaches the climatology of its place, for days that have nothing else."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import etolib
from etolib import config
from etolib.fusion import fuse_sources, usual
from etolib.site import Period, Site
from etolib.sources import download
from etolib.sources.base import SourceData
from etolib.sources.climatology import Climatology
from etolib.sources.elevation import Elevation
from etolib.validation.own_record import seasonal_means
from etolib.validation.stations import halves, records
from etolib.validation.stations import usual as said_of
from tests.fusion import simulated
from tests.fusion.own_station import measured, station_of
from tests.shared import shared_path

SITE = Site(-22.7, -47.6, 550.0)


def weather(first: str, last: str, site: Site = SITE) -> pd.DataFrame:
    return Climatology().fetch(site, Period(first, last)).frame


def record(first: str, last: str, factor: float, seed: int = 0) -> pd.Series:
    """A station whose ETo is the climatology's times a factor, give or take the weather."""
    eto = fuse_sources({"climatology": weather(first, last)}, SITE).eto
    return eto * factor * np.exp(np.random.default_rng(seed).normal(0, 0.2, len(eto)))


def harmonics(known: pd.Series, count: int) -> pd.Series:
    """Return waves of a year and its parts, fitted to the known days."""
    angle = 2 * np.pi * pd.DatetimeIndex(known.index).day_of_year.to_numpy() / 365.25
    waves = [part(k * angle) for k in range(1, count + 1) for part in (np.cos, np.sin)]
    waves = np.column_stack([np.ones(len(angle)), *waves])
    there = known.notna().to_numpy()
    return pd.Series(waves @ np.linalg.lstsq(waves[there], known[there], rcond=None)[0], index=known.index)


@pytest.mark.parametrize("name", ["Maricopa_AZ", "SA06", "CAPE"])
def test_half_a_record_does_as_well_as_its_own_seasonal_means(name):
    station = next(one for one in records(shared_path("data", "stations")) if one.name == name)
    untaught = said_of(station)
    for half in ("first half", "second half"):
        rows = halves(station.reference)[half]
        known, other = station.reference.where(rows), station.reference.where(~rows)
        taught = said_of(station, known)

        def rmse(eto, other=other):
            return float(np.sqrt(((eto - other) ** 2).mean()))

        # The means that go wrong least on the other half are not known before: a thousandth is chance.
        assert rmse(taught.eto) <= rmse(seasonal_means(known, 15)) + 0.001
        assert rmse(taught.eto) < rmse(seasonal_means(known, 7)) - 0.001
        assert rmse(taught.eto) < rmse(seasonal_means(known, 3)) - 0.005
        assert rmse(taught.eto) < rmse(untaught.eto)
        if half == "first half":
            assert rmse(taught.eto) < min(rmse(harmonics(known, count)) for count in (1, 2, 3, 4)) - 0.002
        inside = (other >= taught.lower) & (other <= taught.upper)
        assert 92 <= 100 * inside[~rows & other.notna()].mean() <= 97


def years_of(seed: int, years: int = 8) -> tuple[pd.Series, np.ndarray]:
    """Return a simulated record: the climatology with a level, a course, and spells of its own; and its true means."""
    rng = np.random.default_rng(seed)
    days = pd.date_range("2001-01-01", periods=years * 365, name="date")
    said = usual.of_dates(days, SITE)
    angle = 2 * np.pi * days.day_of_year.to_numpy() / 365.25
    normal = 0.85 + 0.08 * np.cos(angle - rng.uniform(0, 6)) + 0.05 * np.cos(3 * angle - rng.uniform(0, 6))
    weather = np.convolve(rng.normal(0, 1, len(days) + 400), np.exp(-np.arange(400) / 60), "valid")[: len(days)]
    day = np.convolve(rng.normal(0, 1, len(days) + 9), 0.5 ** np.arange(10), "valid")[: len(days)]
    eto = said.eto * (normal + 0.01 * weather + 0.18 * day)
    return pd.Series(eto, index=days), said.eto * normal


def test_of_simulated_years_the_taught_is_nearer_the_truth_than_the_means_are():
    square = []
    for seed in range(4):
        eto, truth = years_of(seed)
        first = np.arange(len(eto)) < len(eto) // 2
        lesson = usual.learn(eto[first], SITE)
        said = usual.of_dates(pd.DatetimeIndex(eto.index[~first]), SITE)
        means = [seasonal_means(eto.where(first), days)[~first] for days in (7, 15)]
        square.append([float(((found - truth[~first]) ** 2).mean()) for found in (lesson.corrected(said)[0], *means)])
    taught, short, long = np.mean(square, axis=0)
    assert taught < 0.9 * long < 0.9 * short


def test_a_level_is_learnt_the_more_days_the_more():
    asked = weather("2022-01-01", "2022-12-31")
    found = []
    for last in ("2019-03-31", "2019-12-31", "2021-12-31"):
        fused = fuse_sources({"climatology": asked}, SITE, record("2019-01-01", last, 0.75))
        plain = fuse_sources({"climatology": asked}, SITE)
        found.append(float((fused.eto / plain.eto).mean()))
        assert fused.learnt_usual.used
    assert (fused.upper - fused.lower).mean() < 0.92 * (plain.upper - plain.lower).mean()
    assert 0.95 > found[0] > found[1] > found[2] > 0.745
    assert found[2] == pytest.approx(0.77, abs=0.02)
    assert "days of the climatology are corrected" in " ".join(map(str, fused.warnings))


def test_a_season_without_days_is_said_and_hardly_corrected():
    asked = weather("2022-01-01", "2022-12-31")
    fused = fuse_sources({"climatology": asked}, SITE, record("2021-06-01", "2021-08-31", 0.7))
    ratio = fused.eto / fuse_sources({"climatology": asked}, SITE).eto
    assert ratio.loc["2022-07-15"] < 0.85 < 0.87 < ratio.loc["2022-01-15"] < 1.0
    assert any("in a season of which the own record has no day" in str(text) for text in fused.warnings)
    width = (fused.upper - fused.lower) / fused.eto
    assert width.loc["2022-01-15"] > width.loc["2022-07-15"]


@pytest.mark.parametrize("days", [0, 59])
def test_too_few_days_are_said(days):
    own = record("2021-01-01", "2021-12-31", 0.8)
    own.iloc[days:] = np.nan
    fused = fuse_sources({"climatology": weather("2022-01-01", "2022-01-05")}, SITE, own)
    assert fused.learnt_usual is None
    assert f"the own record has {days} complete days, fewer than 60" in " ".join(map(str, fused.warnings))


def test_a_correction_that_does_harm_is_not_used_one_that_may_be_chance_is():
    lessons = [usual.learn(record("2020-01-01", "2021-12-31", 1.0, seed), SITE) for seed in range(6)]
    worse = [lesson for lesson in lessons if lesson.learnt.rmse_after >= lesson.learnt.rmse_before]
    chance, harm = [lesson for lesson in worse if lesson.used], [lesson for lesson in worse if not lesson.used]
    assert chance
    assert harm
    assert all("may be chance, so days of the climatology are corrected" in str(lesson.text) for lesson in chance)
    assert all("days of the climatology are not corrected" in str(lesson.text) for lesson in harm)


def test_a_record_whose_level_changes_is_told_from_one_of_dry_and_wet_years():
    steady = record("2010-01-01", "2019-12-31", 1.1)
    assert usual.learn(steady, SITE).doubt is None
    assert all(usual.learn(years_of(seed, 12)[0], SITE).doubt is None for seed in range(2))
    moved = steady.where(steady.index < pd.Timestamp("2014-03-01"), steady * 1.3)
    asked = weather("2022-01-01", "2022-01-05")
    said = " ".join(map(str, fuse_sources({"climatology": asked}, SITE, moved).warnings))
    assert "the own record's ETo changes by +3" in said
    assert "about 2014-0" in said


def test_nothing_is_said_where_no_day_is_the_climatology_s():
    days = weather("2021-01-01", "2021-06-30").assign(kind="observed")
    fused = fuse_sources({"station": days.iloc[:, :-1]}, SITE)
    assert fused.learnt_usual is None
    assert not any("climatology" in str(text) for text in fused.warnings)


def test_through_compute_the_whole_record_teaches_whatever_days_are_asked():
    table, _, site = measured("Maricopa_AZ")
    station = station_of(table.loc["2003":"2005"], site)
    with config.set_options(offline=True):
        whole = etolib.compute(site, "2005-12-01/2007-03-31", station=station).table.set_index("date")
        for period in ("2006-01-03/2006-01-03", "2005-12-30/2006-01-05", "2006-06-01/2006-08-31"):
            part = etolib.compute(site, period, station=station).table.set_index("date")
            pd.testing.assert_frame_equal(part, whole.loc[part.index], check_exact=True, check_dtype=False)
        far = etolib.compute(site, "2019-07-01/2019-07-02", station=station)
        plain = etolib.compute(site, "2019-07-01/2019-07-02")
    assert (far.table.kind == "climatology").all()
    assert (far.table.quality == "LOW").all()
    assert "of the own record" in str(far.provenance["learnt_climatology"])
    assert not np.allclose(far.table.eto, plain.table.eto)
    assert far.terms("2019-07-01").loc["eto_corrected", "value"] == far.table.eto[0]


def beside_grids(monkeypatch, table, periods):
    """Return what is computed with a station beside two grids of 2021 and 2022 that measure `simulated.truth`, and the
    climatology for January 2023."""
    grids = {
        name: simulated.grid(simulated.truth(pd.date_range("2021-01-01", "2022-12-31", name="date")), 1.0, seed)
        for seed, name in enumerate(simulated.WIND, 1)
    }
    station = station_of(table, simulated.SITE)

    def run(plan, progress):
        site = plan.site.with_elevation(300.0)
        found = {"station": station.fetch(site, Period("2021-01-01", "2022-12-31"))}
        for name, grid in grids.items():
            found[name] = SourceData(name, grid.assign(kind="observed"), {"distance_km": 0.0}, [])
        found["climatology"] = Climatology().fetch(site, Period("2023-01-01", "2023-01-31"))
        return download.Download(site, Elevation(300.0, "given"), found, ())

    monkeypatch.setattr(download, "run", run)
    return [etolib.compute(simulated.SITE, period, station=station) for period in periods]


def test_what_other_sources_contradict_does_not_teach(monkeypatch):
    days = pd.date_range("2021-01-01", "2022-12-31", name="date")
    weather = simulated.truth(days)
    january = ("2023-01-01/2023-01-31",)
    (right,) = beside_grids(monkeypatch, weather, january)
    assert "730 days of the own record" in str(right.provenance["learnt_climatology"])

    elsewhere = simulated.truth(days, seed=50)  # the same climate, other days: the place or the dates are wrong
    (result,) = beside_grids(monkeypatch, elsewhere, january)
    assert any(f["check"] == "other_place" for f in result.provenance["findings"])
    assert any("0 complete days" in str(text) for text in result.warnings)

    # Most days are masked: the rest of them, which passed by chance, does not teach either.
    hot = weather.assign(tmin=weather.tmin + 9, tmax=weather.tmax + 9)
    results = beside_grids(monkeypatch, hot, (*january, "2022-12-01/2023-01-31", "2021-01-01/2023-01-31"))
    assert any("0 complete days" in str(text) for text in results[0].warnings)
    same = [result.table.set_index("date").loc["2023-01", ["eto", "eto_lower", "eto_upper"]] for result in results]
    for other in same[1:]:
        pd.testing.assert_frame_equal(same[0], other, check_exact=True)


def test_days_too_far_from_those_that_taught_are_counted():
    days = pd.date_range("2015-01-01", "2019-12-31", name="date")
    weather = simulated.truth(days)
    frames = {name: simulated.grid(weather, 1.8, seed) for seed, name in enumerate(simulated.WIND, 1)}
    frames["station"] = weather.loc["2015"].reindex(days)
    taught = pd.date_range("2015-01-01", "2015-12-31", name="date")
    said = " ".join(map(str, fuse_sources(frames, simulated.SITE, teaching=taught).warnings))
    assert "days lie more than three years from those on which the own station taught" in said
    near = days <= "2018-12-30"
    frames = {name: frame[near] for name, frame in frames.items()}
    said = " ".join(map(str, fuse_sources(frames, simulated.SITE, teaching=taught).warnings))
    assert "three years" not in said
