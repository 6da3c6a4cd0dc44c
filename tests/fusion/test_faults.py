"""Every named check finds its fault in simulated files, says which source, and leaves good files alone."""

import numpy as np
import pandas as pd
import pytest

from etolib.fusion import faults
from etolib.validation import places, trials
from etolib.words import render
from tests.fusion import simulated
from tests.shared import shared_path

OM = "open_meteo_archive"
FRAMES, _ = simulated.place()


def broken(change):
    frames = {name: frame.copy() for name, frame in FRAMES.items()}
    frames[OM] = change(frames[OM])
    return faults.check(frames, simulated.SITE)


def named(report, action="quarantine"):
    return {(f.source, f.check) for f in report.findings if f.action == action}


def test_good_files_are_left_alone():
    report = faults.check(FRAMES, simulated.SITE)
    assert report.quarantined == []
    lost = sum(int((FRAMES[n].notna() & report.frames[n].isna()).to_numpy().sum()) for n in FRAMES)
    assert lost / sum(frame.size for frame in FRAMES.values()) < 0.002


def test_a_finding_is_one_sentence_with_its_parts():
    (found,) = broken(lambda f: f.assign(u2=f.u2 * 3.6)).quarantined
    assert found.message.startswith(f"{OM}: u2 ")
    inner = found.message.values["sentence"]
    assert (found.message.key, inner.key) == ("of_source", "wind_level")
    assert render("pt", found.message).startswith(f"{OM}: vento mediano de ")


def test_given_tables_are_not_changed():
    before = {name: frame.copy() for name, frame in FRAMES.items()}
    broken(lambda f: f.assign(u2=f.u2 * 5))
    for name, frame in FRAMES.items():
        pd.testing.assert_frame_equal(frame, before[name])


def other_climate(frame):
    return simulated.grid(simulated.truth(frame.index, seed=77), 1.3, seed=5)


def at_sea(frame):
    rng = np.random.default_rng(3)
    days = len(frame)
    mean = 26 + simulated.ar1(rng, days, 1.0)
    half = 0.6 + 0.1 * rng.random(days)
    return frame.assign(
        tmin=mean - half,
        tmax=mean + half,
        tmean=mean,
        rhmean=78 + simulated.ar1(rng, days, 4),
        rs=20 + simulated.ar1(rng, days, 4),
        u2=np.abs(3 + simulated.ar1(rng, days, 1)),
    )


@pytest.mark.parametrize(
    ("change", "check"),
    [
        (lambda f: f.assign(u2=1.6 * f.u2.median() + 0.9 * f.u2), "wind_maximum"),
        (lambda f: f.assign(u2=3.6 * f.u2), "wind_level"),
        (lambda f: f.assign(u10=f.u2), "wind_height"),
        (lambda f: f.assign(rs=f.rs / 0.0864), "radiation_units"),
        (lambda f: f.assign(rs=f.rs / 3.6), "radiation_units"),
        (lambda f: f.assign(tmin=f.tmax, tmax=f.tmin), "swapped_columns"),
        (lambda f: f.assign(tmax=f.rhmean, rhmean=f.tmax), "swapped_columns"),
        (lambda f: f.assign(u2=f.rs, rs=f.u2), "swapped_columns"),
        (lambda f: f.assign(tmax=f.tmax.iloc[0].repeat(len(f))), "stuck"),
        (other_climate, "other_place"),
        (at_sea, "other_place"),
        (lambda f: f.shift(1), "day_shift"),
        (lambda f: f.shift(-1), "day_shift"),
    ],
)
def test_a_persistent_fault_is_put_in_quarantine(change, check):
    report = broken(change)
    assert (OM, check) in named(report)
    assert {source for source, _ in named(report)} == {OM}


def test_exchanged_columns_are_blamed_on_the_source_that_has_them():
    nasa = FRAMES["nasa_power"]
    frames = {**FRAMES, "nasa_power": nasa.assign(u2=nasa.rs, rs=nasa.u2)}
    assert named(faults.check(frames, simulated.SITE)) == {("nasa_power", "swapped_columns")}


def test_wind_at_two_metres_from_ten_is_right():
    report = broken(lambda f: f.assign(u10=f.u2 / places.WIND_AT_2M))
    assert report.quarantined == []


@pytest.mark.parametrize(
    ("variable", "value", "check"),
    [
        ("tmax", -999.0, "impossible"),
        ("tmax", 52.0, "spike"),
        ("u2", 14.0, "spike"),
        ("rs", 44.0, "impossible"),
        ("rhmean", 5.0, "spike"),
    ],
)
def test_a_wild_day_is_masked_and_only_that_cell(variable, value, check):
    day = pd.Timestamp("2005-01-20")

    def spoil(frame):
        frame.loc[day, variable] = value
        return frame

    report = broken(spoil)
    assert (OM, check) in named(report, "mask")
    assert np.isnan(report.frames[OM].loc[day, variable])
    assert report.frames[OM].loc[day].notna().sum() >= len(report.frames[OM].columns) - 3
    assert report.quarantined == []


def test_a_sensor_that_stands_still_is_masked_while_it_does():
    def spoil(frame):
        frame.loc["2005-03-01":"2005-03-20", "rs"] = 17.3
        return frame

    report = broken(spoil)
    assert (OM, "stuck") in named(report, "mask")
    assert report.frames[OM].loc["2005-03-02":"2005-03-19", "rs"].isna().all()


def test_where_two_sources_contradict_the_one_unlike_land_goes_whichever_it_is():
    frames = {"nasa_power": at_sea(FRAMES["nasa_power"]), OM: FRAMES[OM]}
    assert {f.source for f in faults.check(frames, simulated.SITE).quarantined} == {"nasa_power"}


def test_three_sources_outvote_the_trusted_one():
    frames = {"nasa_power": other_climate(FRAMES[OM]), OM: FRAMES[OM], "third": FRAMES["nasa_power"]}
    assert {f.source for f in faults.check(frames, simulated.SITE).quarantined} == {"nasa_power"}


def test_a_station_is_not_condemned_by_one_grid():
    frames = {"station": other_climate(FRAMES[OM]), OM: FRAMES[OM]}
    report = faults.check(frames, simulated.SITE)
    assert report.quarantined == []
    assert ("station", "other_place") in named(report, "note")


def test_a_month_is_too_short_to_judge_a_source_and_no_days_are_nothing():
    frames = {n: f.iloc[:30] for n, f in {**FRAMES, OM: other_climate(FRAMES[OM])}.items()}
    assert faults.check(frames, simulated.SITE).quarantined == []
    assert faults.check({n: f.iloc[:0] for n, f in FRAMES.items()}, simulated.SITE).findings == []
    assert faults.check({}, simulated.SITE).frames == {}


def test_published_files_defective_files_are_found_and_repaired_ones_pass():
    # Authority: the data pack's README names the files and what is wrong with each.
    data = shared_path("data", "validation")
    found = {}
    for place in places.load(data):
        assert faults.check(place.frames, place.site).quarantined == [], place.name
        if (wrong := trials.as_published(place, data)) is not None:
            report = faults.check(wrong.frames, wrong.site)
            found[place.name] = {(f.source, f.check, f.variable) for f in report.quarantined}
    assert found.pop("Formosa_do_Rio_Preto_BA", {(OM, "other_place", faults.WHOLE)}) == {
        (OM, "other_place", faults.WHOLE)
    }
    assert set(map(frozenset, found.values())) <= {frozenset({(OM, "wind_maximum", "u2")})}
