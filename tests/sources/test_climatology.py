"""The embedded climatology as a source: what it gives, where it refuses, and how it is scored."""

from __future__ import annotations

import datetime as dt
import importlib
import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from etolib import config
from etolib.errors import NotCovered, SourceUnavailable, SourceWindowError
from etolib.reference import eto_fao56
from etolib.site import Period, Site
from etolib.sources import climatology
from etolib.sources.climatology import COLUMNS, LAPSE_RATE, MONTH_DAYS, Climatology, nearest_land, surface, year_curve
from etolib.variables import VARIABLES
from tests.shared import shared_path

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[2]
PIRACICABA = Site(-22.7, -47.6, 530.0)
YEAR = Period("2023-01-01", "2023-12-31")
SOURCE = Climatology()


@pytest.fixture
def score_climatology(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.syspath_prepend(str(ROOT / "tools"))
    return importlib.import_module("score_climatology")


def test_gives_every_promised_column_for_every_day():
    data = SOURCE.fetch(PIRACICABA, Period("2024-02-20", "2024-03-05"))
    assert tuple(data.frame.columns) == (*COLUMNS, "kind") == (*SOURCE.info.provides, "kind")
    assert list(data.frame.index) == list(pd.date_range("2024-02-20", "2024-03-05", name="date"))
    assert data.frame.index.name == "date"
    assert (data.frame["kind"] == "climatology").all()
    assert data.frame.notna().all(axis=None)
    for name in COLUMNS:
        assert data.frame[name].between(VARIABLES[name].lower, VARIABLES[name].upper).all()


def test_says_what_it_is():
    data = SOURCE.fetch(PIRACICABA, Period("2024-01-01", "2024-01-01"))
    assert "not the weather of this date" in data.warnings[0]
    assert "climatological estimate" in data.warnings[0]
    assert set(COLUMNS) <= set(data.meta["estimated"])
    assert "Copernicus" in data.meta["attribution"]
    assert "CC BY 4.0" in data.meta["licence"]
    assert json.loads(json.dumps(data.meta)) == data.meta


def test_the_date_matters_and_the_year_does_not():
    a = SOURCE.fetch(PIRACICABA, Period("1961-07-01", "1961-07-31")).frame
    b = SOURCE.fetch(PIRACICABA, Period("2050-07-01", "2050-07-31")).frame
    assert np.array_equal(a[list(COLUMNS)].to_numpy(), b[list(COLUMNS)].to_numpy())
    summer = SOURCE.fetch(PIRACICABA, Period("2050-01-01", "2050-01-31")).frame
    assert summer["tmean"].mean() > b["tmean"].mean() + 3


def test_29_february_lies_between_its_neighbours():
    frame = SOURCE.fetch(PIRACICABA, Period("2024-02-28", "2024-03-01")).frame
    numbers = frame[list(COLUMNS)].to_numpy()
    assert np.allclose(numbers[1], (numbers[0] + numbers[2]) / 2)


def test_part_of_a_period_is_the_same_as_the_whole():
    whole = SOURCE.fetch(PIRACICABA, YEAR).frame
    part = SOURCE.fetch(PIRACICABA, Period("2023-05-10", "2023-05-20")).frame
    pd.testing.assert_frame_equal(part, whole.loc["2023-05-10":"2023-05-20"], check_freq=False)


@pytest.mark.parametrize("period", ["1600-01-01/1600-12-31", "2262-01-01/2262-01-31"])
def test_dates_no_index_can_hold_are_refused(period):
    with pytest.raises(SourceWindowError):
        SOURCE.fetch(PIRACICABA, Period.parse(period))


def test_dates_at_the_edge_of_the_window():
    first, last = SOURCE.info.window(dt.date(2024, 1, 1))
    assert len(SOURCE.fetch(PIRACICABA, Period(first, first)).frame) == 1
    assert len(SOURCE.fetch(PIRACICABA, Period(last, last)).frame) == 1


# ------------------------------------------------------------------------------------------------- the year's curve

means = st.lists(st.floats(-50, 50), min_size=12, max_size=12).map(np.array)


def monthly(curve: np.ndarray) -> np.ndarray:
    ends = np.cumsum(MONTH_DAYS)
    return np.array([curve[end - length : end].mean() for end, length in zip(ends, MONTH_DAYS, strict=True)])


@given(means)
def test_curve_keeps_the_monthly_means(values):
    assert np.allclose(monthly(year_curve(values)), values, atol=1e-6)


@given(means)
def test_bounded_curve_keeps_them_too_and_its_bound(values):
    values = np.abs(values)
    curve = year_curve(values, lower=0.0)
    assert (curve >= 0).all()
    assert np.allclose(monthly(curve), values, atol=1e-6)


def test_curve_of_a_constant_is_that_constant():
    assert np.allclose(year_curve(np.full(12, 7.5)), 7.5)


def test_curve_closes_at_new_year():
    curve = year_curve(10 * np.sin(np.arange(12) / 12 * 2 * np.pi))
    steps = np.abs(np.diff(curve))
    assert abs(curve[0] - curve[-1]) <= steps.max() * 1.01


# ------------------------------------------------------------------------------------------------- place and height


def test_higher_is_colder_at_the_same_relative_humidity():
    low = SOURCE.fetch(Site(-22.7, -47.6, 100.0), YEAR)
    high = SOURCE.fetch(Site(-22.7, -47.6, 1100.0), YEAR)
    assert np.allclose(low.frame["tmean"] - high.frame["tmean"], 1000 * LAPSE_RATE)

    def humidity(frame):
        return (frame["ea"] / (0.6108 * np.exp(17.27 * frame["tmean"] / (frame["tmean"] + 237.3)))).mean()

    assert humidity(low.frame) == pytest.approx(humidity(high.frame), abs=0.005)
    correction = high.meta["height_correction"]
    assert correction["site_elevation"] == 1100
    assert correction["temperature_shift"] == pytest.approx(
        LAPSE_RATE * (correction["cell_elevation"] - 1100), abs=0.01
    )


def test_without_elevation_the_embedded_one_is_taken():
    given_height, _ = surface(-22.7, -47.6)
    a = SOURCE.fetch(Site(-22.7, -47.6), YEAR).frame
    b = SOURCE.fetch(Site(-22.7, -47.6, given_height), YEAR).frame
    pd.testing.assert_frame_equal(a, b)


def test_elevation_zero_is_a_height_and_not_absent():
    data = SOURCE.fetch(Site(-22.7, -47.6, 0.0), YEAR)
    assert data.meta["height_correction"]["site_elevation"] == 0


def test_longitude_runs_round():
    a = SOURCE.fetch(Site(66.5, 181.0, 200.0), YEAR).frame
    b = SOURCE.fetch(Site(66.5, -179.0, 200.0), YEAR).frame
    pd.testing.assert_frame_equal(a, b)


@pytest.mark.parametrize(("latitude", "longitude"), [(67.0, 180.0), (-15.0, -45.0), (50.0, 10.0), (50.25, 10.25)])
def test_no_step_between_neighbours(latitude, longitude):
    near = [SOURCE.fetch(Site(latitude + d, longitude + d, 300.0), YEAR).frame["tmean"] for d in (-1e-4, 1e-4)]
    assert np.abs(near[0] - near[1]).max() < 0.05


def test_seasons_of_the_hemispheres():
    for latitude, longitude, warm, cold in ((48.0, 10.0, 7, 1), (-33.0, 20.0, 1, 7)):
        frame = SOURCE.fetch(Site(latitude, longitude), YEAR).frame
        by_month = frame.groupby(frame.index.month)["rs"].mean()
        assert by_month[warm] > by_month[cold] * 1.5


# Annual means of temperature [degC] and rain [mm], rounded as encyclopaedias give them; wide tolerances: this holds
# units, orientation and months, not skill.
CLIMATES = {
    "Moscow": (55.75, 37.62, 150, 5.8, 700),
    "London": (51.5, -0.12, 20, 11.5, 620),
    "Manaus": (-3.1, -60.0, 70, 27.0, 2300),
    "Cairo": (30.05, 31.25, 25, 22.0, 25),
    "Nairobi": (-1.29, 36.82, 1795, 18.5, 900),
    "Denver": (39.74, -104.99, 1609, 10.3, 370),
    "Yakutsk": (62.03, 129.7, 100, -8.5, 240),
}


@pytest.mark.parametrize("name", CLIMATES)
def test_known_climates(name):
    latitude, longitude, height, temperature, rain = CLIMATES[name]
    frame = SOURCE.fetch(Site(latitude, longitude, height), YEAR).frame
    assert frame["tmean"].mean() == pytest.approx(temperature, abs=2.0)
    assert frame["precipitation"].sum() == pytest.approx(rain, rel=0.55, abs=60)


def test_physics_over_the_whole_land():
    generator = np.random.default_rng(56)
    tried = 0
    while tried < 150:
        latitude, longitude = generator.uniform(-56, 82), generator.uniform(-180, 180)
        if not surface(latitude, longitude)[1]:
            continue
        tried += 1
        site = Site(latitude, longitude)
        frame = SOURCE.fetch(site, YEAR).frame
        assert (frame["tmin"] < frame["tmean"]).all(), site
        assert (frame["tmean"] < frame["tmax"]).all(), site
        saturated = 0.6108 * np.exp(17.27 * frame["tmax"] / (frame["tmax"] + 237.3))
        assert (frame["ea"] < saturated).all(), site
        eto = eto_fao56(
            **{name: frame[name].to_numpy() for name in ("tmin", "tmax", "ea", "rs", "u2")},
            latitude=latitude,
            elevation=surface(latitude, longitude)[0],
            day_of_year=frame.index.day_of_year.to_numpy(),
        )
        assert np.isfinite(eto).all(), site
        assert eto.max() < 16, site
        assert eto.min() > -1, site


# ------------------------------------------------------------------------------------------------- refusals


@pytest.mark.parametrize(
    ("latitude", "longitude", "direction"),
    [(45.0, -30.0, "south"), (0.0, -25.0, "north-west"), (89.9, 0.0, "south"), (20.0, -140.0, "west")],
)
def test_open_sea_is_refused_with_the_way_to_land(latitude, longitude, direction):
    with pytest.raises(NotCovered) as caught:
        SOURCE.fetch(Site(latitude, longitude), YEAR)
    assert caught.value.source == "climatology"
    assert " km to the " in caught.value.suggestion
    assert not caught.value.retryable
    distance, word = nearest_land(latitude, longitude)
    assert 50 < distance < 3000
    assert direction in word or word in direction


def test_nearest_land_of_a_coast():
    # Land's End to the open sea 0.5 degree west of it: about 36 km at 50 N.
    distance, word = nearest_land(50.07, -6.22)
    assert word in ("east", "south", "south-east")
    assert distance < 40


@pytest.mark.parametrize(("latitude", "longitude"), [(-90.0, 0.0), (-75.0, 20.0), (-80.0, -120.0)])
def test_antarctica_is_refused(latitude, longitude):
    site = Site(latitude, longitude)
    assert surface(site.latitude, site.longitude)[1]
    with pytest.raises(NotCovered, match="no data at"):
        SOURCE.fetch(site, YEAR)


def test_small_islands_say_what_is_assumed():
    data = SOURCE.fetch(Site(-17.55, -149.55), YEAR)  # Tahiti, which GLDAS does not have
    assert data.meta["origin"] == "defaults"
    assert any("small island" in text for text in data.warnings)
    assert (data.frame["u2"] == 2.0).all()


def test_missing_grid_is_one_clear_error(monkeypatch, tmp_path):
    monkeypatch.setattr(climatology, "FILE", tmp_path / "none.nc")
    climatology._cell.cache_clear()
    try:
        with pytest.raises(SourceUnavailable, match="embedded climatology") as caught:
            SOURCE.fetch(Site(-10.123, -50.321), YEAR)
        assert not caught.value.retryable
    finally:
        climatology._cell.cache_clear()


def test_network_is_not_asked_and_xarray_not_imported():
    code = (
        "import sys, socket\n"
        "socket.socket = None\n"
        "from etolib.sources.climatology import Climatology\n"
        "from etolib.site import Period, Site\n"
        "frame = Climatology().fetch(Site(-22.7, -47.6), Period('2024-01-01', '2024-12-31')).frame\n"
        "print(len(frame), 'xarray' in sys.modules)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout.split() == ["366", "False"]


# ------------------------------------------------------------------------------------------------- surface

# Known heights [m]; the embedded steps are 28 m over 9 km, so 150 m is asked in open country.
HEIGHTS = {
    "Madrid": (40.42, -3.70, 667),
    "Denver": (39.74, -104.99, 1609),
    "Johannesburg": (-26.20, 28.05, 1753),
    "Mexico City": (19.43, -99.13, 2240),
    "Brasilia": (-15.79, -47.88, 1172),
    "Addis Ababa": (9.03, 38.74, 2355),
    "Beijing": (39.9, 116.4, 44),
    "Manaus": (-3.1, -60.02, 72),
}


@pytest.mark.parametrize("name", HEIGHTS)
def test_known_heights(name):
    latitude, longitude, height = HEIGHTS[name]
    found, is_land = surface(latitude, longitude)
    assert is_land
    assert found == pytest.approx(height, abs=150)


@pytest.mark.parametrize(
    ("latitude", "longitude"),
    [(21.31, -157.86), (38.72, -9.14), (-22.91, -43.18), (1.29, 103.85), (19.0, 72.85), (4.175, 73.51), (45.44, 12.33)],
)
def test_harbours_stand_on_land_near_sea_level(latitude, longitude):
    found, is_land = surface(latitude, longitude)
    assert is_land
    assert 0 <= found < 150


@pytest.mark.parametrize(
    ("latitude", "longitude"), [(0.0, 0.0), (-40.0, 100.0), (35.0, 18.0), (90.0, 0.0), (0.0, -180.0)]
)
def test_sea_is_sea(latitude, longitude):
    assert surface(latitude, longitude) == (0.0, False)


@pytest.mark.parametrize(("latitude", "longitude"), [(90.0, 180.0), (-90.0, -180.0), (0.0, 179.9999999), (66.5, 180.0)])
def test_corners_of_the_map_answer(latitude, longitude):
    elevation, _ = surface(latitude, longitude)
    assert np.isfinite(elevation)


# ------------------------------------------------------------------------------------------------- the score


def monthly_eto(score, site: Site) -> list[float]:
    return score.estimate(site).groupby(lambda day: day.month).mean().tolist()


def test_score_counts_and_names(score_climatology, tmp_path, capsys):
    near, far = Site(-22.7, -47.6), Site(50.0, 10.0)
    months = [str(m) for m in range(1, 13)]
    rows = [
        ["Same", near.latitude, near.longitude, *monthly_eto(score_climatology, near)],
        ["Twice", far.latitude, far.longitude, *(2 * v for v in monthly_eto(score_climatology, far))],
    ]
    table = pd.DataFrame(rows, columns=["place", "latitude", "longitude", *months])
    table.to_csv(tmp_path / "world_monthly_eto.csv", index=False)
    assert score_climatology.main(["--data", str(tmp_path)]) == 0
    text = capsys.readouterr().out
    assert "1 of 2 places within 15 %" in text
    assert "worse: Twice (-50.0 %)" in text


def test_score_reads_daily_cities(score_climatology, tmp_path):
    folder = tmp_path / "validation" / "cities"
    folder.mkdir(parents=True)
    site = Site(-12.1, -45.0, 440.0, "Here")
    daily = score_climatology.estimate(site)
    pd.DataFrame({"date": daily.index, "xavier_eto": daily.to_numpy()}).to_parquet(folder / "Here.parquet")
    cities = "city,lat,lon,alt\nHere,-12.1,-45.0,440\nAbsent,-10,-45,400\n"
    (tmp_path / "validation" / "cities.csv").write_text(cities)
    found = list(score_climatology.cities(tmp_path))
    assert [reference.site.name for reference in found] == ["Here"]
    row = score_climatology.score(found).iloc[0]
    assert row["bias"] == pytest.approx(0, abs=1e-9)
    assert row["r"] == pytest.approx(1)


def test_score_without_references_is_refused(score_climatology, tmp_path, capsys):
    assert score_climatology.main(["--data", str(tmp_path)]) == 2
    assert "holds neither" in capsys.readouterr().err


def test_annual_bias_at_the_reference_places(score_climatology):
    """Within 15 % at 14 of 17 places at least: 5 of the world, 12 Brazilian cities (BR-DWGD normals)."""
    data = shared_path("data")
    table = score_climatology.score([*score_climatology.world(data), *score_climatology.cities(data)])
    assert len(table) == 17
    assert (table["bias"].abs() <= 15).sum() >= 14
    assert (table["r"] > 0.9).all()


def test_clock_does_not_matter():
    with config.set_options(today="1999-01-01"):
        a = SOURCE.fetch(PIRACICABA, Period("2030-01-01", "2030-01-05")).frame
    pd.testing.assert_frame_equal(a, SOURCE.fetch(PIRACICABA, Period("2030-01-01", "2030-01-05")).frame)


def test_the_yearly_curve_does_not_depend_on_the_threads_of_a_worker():
    code = "from etolib.sources import climatology as c; print(hash(c._year_operator().tobytes()))"
    said = {
        subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=True,
            env=os.environ | {"OPENBLAS_NUM_THREADS": count, "OMP_NUM_THREADS": count, "PYTHONHASHSEED": "0"},
        ).stdout
        for count in ("1", "2")
    }  # fmt: skip
    assert len(said) == 1
