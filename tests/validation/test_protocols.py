"""Protocols on a simulated folder: what is hidden cannot matter, what is shown does, and the answer gets better."""

import shutil

import numpy as np
import pandas as pd
import pytest

from etolib.errors import InputError
from etolib.fusion import bias, series
from etolib.validation import protocols
from etolib.validation.places import load
from etolib.validation.scores import score
from etolib.validation.study import Study, fuse
from tests.fusion import simulated

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def fused(data):
    """The series of the untouched folder under each protocol."""
    return {name: fuse(data, name) for name in protocols.PROTOCOLS}


def of(table, city):
    return table[table.city == city].reset_index(drop=True)


def changed(data, target, change):
    """A copy of the folder with every file changed by ``change(name, table)``."""
    shutil.copytree(data, target)
    for path in (target / "cities").glob("*.parquet"):
        table = pd.read_parquet(path)
        change(path.stem, table)
        table.to_parquet(path)
    return target


def test_columns_and_rows(data, fused):
    found = fused["G"]
    assert list(found.columns) == ["city", "date", "eto", "lower", "upper"]
    assert len(found) == 4 * 1277
    assert found.notna().all().all()
    assert (found.lower <= found.eto).all()
    assert (found.eto <= found.upper).all()
    assert fuse(data, "G", ["B"])["city"].unique().tolist() == ["B"]


def test_t2005_cannot_have_looked_past_2005(data, fused, tmp_path):
    def hide(name, table):
        table.loc[table["date"] > "2005-12-31", "xavier_eto"] = np.nan

    pd.testing.assert_frame_equal(fused["T2005"], fuse(changed(data, tmp_path / "d", hide), "T2005"), check_exact=True)


@pytest.mark.parametrize("name", ["S", "S200", "ST2005"])
def test_s_cannot_have_looked_at_its_own_reference(data, fused, tmp_path, name):
    def hide(city, table):
        if city == "C":
            table["xavier_eto"] = np.nan

    hidden = changed(data, tmp_path / "d", hide)
    found = fuse(hidden, name, ["A", "C"])
    pd.testing.assert_frame_equal(of(fused[name], "C"), of(found, "C"), check_exact=True)
    assert not of(fused[name], "A").equals(of(found, "A"))


def test_s200_does_not_look_at_near_places_and_s_does(data, fused, tmp_path):
    def hide(city, table):
        if city == "B":  # 64 km from A
            table["xavier_eto"] *= 2

    other = changed(data, tmp_path / "d", hide)
    pd.testing.assert_frame_equal(of(fused["S200"], "A"), fuse(other, "S200", ["A"]), check_exact=True)
    assert not of(fused["S"], "A").equals(fuse(other, "S", ["A"]))


def test_g_looks_at_no_reference_at_all(data, fused, tmp_path):
    def hide(city, table):
        table["xavier_eto"] = np.nan

    hidden = changed(data, tmp_path / "d", hide)
    for name in ("G", "T2005", "S"):  # where there is nothing to learn from: the same as without a reference
        pd.testing.assert_frame_equal(fuse(hidden, name), fused["G"], check_exact=True)


def test_learning_helps_and_never_smooths(data, fused):
    places = {p.name: p for p in load(data)}

    def rmse(name):
        out = []
        for city, found in places.items():
            rows = of(fused[name], city)
            late = (rows.date >= "2006-01-01").to_numpy()
            out.append(score(rows.eto.to_numpy()[late], found.reference[late])["rmse"])
        return np.mean(out)

    assert rmse("T2005") < 0.6 * rmse("G")
    assert rmse("S") < 0.7 * rmse("G")
    for city, found in places.items():
        eto = of(fused["T2005"], city).eto.to_numpy()
        # A smoothed series has smaller steps from day to day than the weather.
        assert np.diff(eto).std() > 0.9 * np.diff(found.reference).std()


def test_neighbours_are_a_prior_that_the_own_reference_sharpens(data):
    study = Study(load(data))
    own, late = study.places["C"].reference, slice(500, None)
    short = np.where((np.arange(len(own)) >= 400) & (np.arange(len(own)) < 430), own, np.nan)
    members = study.members["C"]
    prior = study.prior("C", protocols.PROTOCOLS["S"])

    def rmse(found):
        return score(found.eto[late], own[late])["rmse"]

    raw = rmse(series.fuse_without_reference(members))
    month_alone = rmse(series.fuse_with_reference(members, short, lambda recipe: bias.unknown(1)))
    month_and_prior = rmse(series.fuse_with_reference(members, short, prior))
    assert month_and_prior < month_alone < raw


def test_one_place_alone_is_the_same_as_among_others(data, fused):
    pd.testing.assert_frame_equal(fuse(data, "T2005", ["D"]), of(fused["T2005"], "D"), check_exact=True)


def test_a_place_without_neighbours_gets_stated_priors(tmp_path):
    lonely = simulated.folder(tmp_path / "d", end="2004-12-31", cities={"A": (-10.0, -46.0)})
    pd.testing.assert_frame_equal(fuse(lonely, "S"), fuse(lonely, "G"), check_exact=True)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [({"protocol": "X"}, "must be one of"), ({"protocol": "G", "cities": ["Q"]}, "no file")],
)
def test_bad_requests_are_refused(data, arguments, words):
    with pytest.raises(InputError, match=words):
        fuse(data, **arguments)


def test_a_folder_that_is_none_is_refused(data, tmp_path):
    with pytest.raises(InputError, match=r"cities\.csv"):
        fuse(tmp_path, "G")

    def spoil(name, table):
        del table["om_rs"]

    with pytest.raises(InputError, match="om_rs"):
        fuse(changed(data, tmp_path / "d", spoil), "G")
