"""The dashboard of a region, driven as the browser would drive it, without one; its batch writes a real store."""

from __future__ import annotations

import base64
import contextlib
import datetime as dt
import io
import json
import re
import time
import zipfile
import zlib
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from etolib import config
from etolib.errors import InputError, SourceUnavailable
from etolib.pipeline import run_lot
from etolib.request import Request
from etolib.site import Period, Site
from etolib.store import layout
from etolib.store.order import Order
from etolib.store.store import Store
from etolib.tasks.batch_progress import Count
from etolib.tasks.stored_batch import StoredBatch
from etolib.weighted import mean_of
from etolib.widgets import cities
from etolib.widgets.connection import DOWN
from etolib.widgets.region import answers, colours, markup, runner, values
from etolib.widgets.region.app import Region
from etolib.widgets.region.area import Area, from_field, read_box, read_spacing, to_field
from etolib.widgets.region.model import Asked, RegionModel, too_many
from etolib.widgets.region.picture import lay_out
from etolib.widgets.region.values import Values
from tests.widgets.fakes import SOURCES, Direct, FakeConnection, Inline

PERIOD = "2024-01-30/2024-02-02"
LINK = f"?box=-48,-23,-47,-22&spacing=0.5&period={PERIOD}&sources=climatology"
HOSTILE = "<img src=x onerror=alert(1)>"


@pytest.fixture(autouse=True)
def _settings(tmp_path):
    with config.set_options(today="2024-07-01", offline=True, cache_dir=tmp_path / "cache"):
        yield


class FakeBatch:
    """A stored batch whose lots are computed here, when a test asks for them; places of ``down`` fail."""

    def __init__(self, store, down=()):
        self.store, self.down = store, set(down)
        self.error, self.callbacks, self.stopped = None, [], False

    failures = StoredBatch.failures

    def on_progress(self, callback):
        self.callbacks.append(callback)
        callback(self.progress)

    @property
    def done(self):
        return self.stopped or len(self.store.finished()) == self.store.order.count

    @property
    def progress(self):
        return Count.of(self.store).progress(1.0, running=not self.done)

    def compute(self, *lots, tell=True):
        for lot in lots:
            positions = list(self.store.order.positions(lot))
            results = run_lot(self.store.order.requests(positions))
            error = SourceUnavailable("it does not answer", source="nasa_power", retryable=True)
            outcomes = [error if i in self.down else one for i, one in zip(positions, results, strict=True)]
            self.store.write(lot, positions, outcomes, seconds=float(len(self.callbacks)))
        if tell:
            self.tell()

    def tell(self):
        for callback in self.callbacks:
            callback(self.progress)

    def keep(self, keep=True):
        self.kept = [*getattr(self, "kept", []), keep]

    def cancel(self):
        self.stopped = True
        self.tell()

    def to_dataset(self):
        return self.store.dataset()


def make(query="", down=(), lot=2):
    """Return a page and the batches it has handed over."""
    handed = []

    def submit_many(sites, period, sources, store, client):
        order = Order.of([Request(site, period, sources) for site in sites], lot)
        handed.append(FakeBatch(Store.create(store, order), down))
        return handed[-1]

    def resume_batch(store, client):
        handed.append(FakeBatch(Store.open(store)))
        return handed[-1]

    connection = FakeConnection(
        source_list=SOURCES, answers=False, survey=answers.survey, read_file=answers.read_file, files=answers.files,
        usual=answers.usual, search=[{"name": "Lima, PE", "title": "Lima", "latitude": -12.05, "longitude": -77.04}],
    )  # fmt: skip
    page = Region(
        query, submit_many=submit_many, resume_batch=resume_batch, connection=connection, loop=Direct(), pool=Inline()
    )
    page.look.language = "en"
    return page, handed


def choose(where, content, name=HOSTILE):
    """Choose a file, of a hostile name where a test does not say another."""
    where._came({"new": [{"name": name, "content": content}]})


def drawn(page):
    """Return the picture on the map."""
    return base64.b64decode(page.map._picture.url.partition(",")[2]).decode()


def text(html):
    return re.sub(r"<[^>]+>", " ", html)


# --- areas, spacings, links -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "typed", ["", "1, 2, 3", "a b c d", "0, 0, 0, 1", "0, 5, 1, 5", "0, -91, 1, 0", "nan,0,1,1", "0,0,400,1"]
)
def test_what_is_no_box_is_refused_with_an_example(typed):
    with pytest.raises(InputError) as caught:
        read_box(typed)
    assert caught.value.problems[0].suggestion


@pytest.mark.parametrize("typed", ["0", "-1", "x", "1/3", "91", "nan", "inf", "0 km"])
def test_what_is_no_spacing_is_refused(typed):
    with pytest.raises(InputError):
        read_spacing(typed, Area(box=(0, 0, 1, 1)))


def test_a_link_brings_back_what_it_was_made_of_and_never_breaks():
    triangle, hole = ((0.0, 0.0), (2.5, 0.0), (2.0, 3.0)), ((1.5, 0.5), (1.75, 0.5), (1.75, 0.75))
    for area in (
        Area(box=(-48.5, -23.0, -47.0, -22.25)),
        Area(polygons=((triangle,),)),
        Area(polygons=((triangle, hole), (tuple((x + 5, y) for x, y in triangle),))),
    ):
        assert from_field(**to_field(area)) == area
    for box, polygon in (
        ("1,2,3", ""),
        ("x", "1,2"),
        ("", "1,2;3,4"),
        ("", "a;b;c"),
        ("", "0,0;1,1;2,2"),
        ("", "|"),
        ("", "/"),
        ("", "0,0;1,0;1,1/"),
    ):
        assert from_field(box, polygon) is None


def test_more_than_a_page_can_show_is_refused_with_the_way_that_has_no_limit():
    for area, spacing, days in ((Area(box=(0, 0, 50, 50)), 0.1, 10), (Area(box=(0, 0, 40, 40)), 1.0, 2000)):
        (problem,) = too_many(area, spacing, days)
        assert "etolib batch" in problem.suggestion
    form = RegionModel()
    form.fill("?box=-180,-60,180,80&spacing=0.01")
    with pytest.raises(InputError):
        form.asked()


def test_a_polygon_has_the_cells_of_the_grid_that_it_touches_by_their_share():
    ring = ((-48.0, -23.0), (-47.0, -23.0), (-47.0, -22.5), (-48.0, -22.5))
    sites, weights, _ = answers.places(Area(polygons=((ring,),)), 0.5)
    assert [(s.latitude, s.longitude) for s in sites] == [(-22.75, -47.75), (-22.75, -47.25)]
    assert weights == pytest.approx([0.5, 0.5])
    half = (*ring[:2], (-47.0, -22.75), (-48.0, -22.75))
    assert [round(w, 6) for w in answers.places(Area(polygons=((half,),)), 0.5)[1]] == [0.5, 0.5]


def box_ring(west, south, east, north):
    return [[west, south], [east, south], [east, north], [west, north], [west, south]]


def polygons_file(*polygons):
    document = {"type": "FeatureCollection", "features": [
        {"type": "Feature", "geometry": {"type": "MultiPolygon", "coordinates": polygons}}]}  # fmt: skip
    return answers.read_file(zlib.compress(json.dumps(document).encode()), "a.geojson")["area"]


SHAPES = {
    "with a hole": ([[box_ring(-50, -20, -44, -14), box_ring(-48.3, -18.2, -45.1, -15.9)]], (-50, -44)),
    "two parts that meet": ([[box_ring(-50, -20, -47, -17)], [box_ring(-47, -17, -44.5, -14.2)]], (-50, -44.5)),
    "on each other": ([[box_ring(-50, -20, -46, -16)], [box_ring(-48.4, -18.4, -44, -14)]], (-50, -44)),
    "cut at the date line": (
        [
            [box_ring(177, -20, 180, -16), box_ring(178, -19, 179.7, -18)],
            [box_ring(-180, -20, -176.5, -16), box_ring(-179, -19, -178, -17)],
        ],
        (177, 183.5),
    ),
    "across the date line": ([[box_ring(177, -20, -176.5, -16), box_ring(179.5, -19, -179.1, -17.4)]], (177, 183.5)),
}


@pytest.mark.parametrize("name", SHAPES)
def test_cells_of_polygons_are_those_of_a_count_of_points(name, monkeypatch):
    """Against a thousand points of each cell, by a rule of their own: boxes less their holes, counted once."""
    monkeypatch.setattr("etolib.sources.plan.near_land", lambda site: True)
    polygons, (west, east) = SHAPES[name]
    area = polygons_file(*polygons)
    assert area.bounds[::2] == (west, east)
    assert from_field(**to_field(area)) == Area(polygons=area.polygons)
    sites, weights, _ = answers.places(area, 0.5)

    def within(ring, x, y):
        (left, low), _, (right, high), *_ = ring
        return (np.mod(x - left, 360) < np.mod(right - left, 360)) & (y > low) & (y < high)

    step = (np.arange(32) + 0.5) / 64 - 0.25
    counted = {}
    for longitude in np.arange(np.floor(west * 2) / 2 + 0.25, east, 0.5):
        for latitude in np.arange(-19.75, -14, 0.5):
            x, y = np.meshgrid(longitude + step, latitude + step)
            inside = np.zeros(x.shape, bool)
            for outer, *holes in polygons:
                inside |= within(outer, x, y) & ~np.any([within(hole, x, y) for hole in holes], axis=0)
            if inside.any():
                turned = (longitude + 180) % 360 - 180
                counted[latitude, turned] = np.cos(np.radians(y))[inside].sum()
    assert {(s.latitude, s.longitude) for s in sites} == set(counted)
    whole = sum(counted.values())
    for site, weight in zip(sites, weights, strict=True):
        assert weight * whole == pytest.approx(counted[site.latitude, site.longitude], abs=0.04 * 32**2)
    assert sum(weights) == pytest.approx(1)
    # On the map: one picture, in the turn of the outline.
    picture = lay_out([s.latitude for s in sites], [s.longitude for s in sites], 0.25)
    assert picture.corners[0][1] <= west < east <= picture.corners[1][1]


def test_a_polygon_is_as_wide_as_it_is_drawn_and_one_may_go_round_the_world():
    ring = ((-100.0, -10.0), (100.0, -10.0), (100.0, 10.0), (-100.0, 10.0))
    sites, _, _ = answers.places(Area(polygons=((ring,),)), 5.0)
    assert {22.5} < {s.longitude for s in sites}
    assert max(abs(s.longitude) for s in sites) < 100
    world = polygons_file([box_ring(-180, -60, 180, 80)])
    assert world.bounds == (-180, -60, 180, 80)
    found = {s.longitude for s in answers.places(world, 20.0)[0]}
    assert {-110.0, 10.0, 110.0} < found


# --- numbers ----------------------------------------------------------------------------------------------------------


def test_an_area_mean_is_that_of_an_independent_calculation():
    """Against pandas and the textbook area of a cell on the sphere; the limits are those of errors wholly alike."""
    area, half = Area(box=(-50.0, -24.0, -44.0, -18.0)), 0.75
    sites, weights, _ = answers.places(area, 2 * half)
    assert len(sites) == 16
    random = np.random.default_rng(3)
    known = Values.none(len(sites), 5, 0)
    known.eto[:] = random.uniform(2, 8, known.eto.shape)
    known.lower[:], known.upper[:] = known.eto - random.uniform(0.2, 1), known.eto + random.uniform(0.2, 2)
    known.eto[3] = known.lower[3] = known.upper[3] = np.nan  # a place that failed
    found = mean_of(known.eto, known.lower, known.upper, np.asarray(weights))

    table = pd.DataFrame(
        {"lat": [s.latitude for s in sites], "eto": known.eto[:, 2], "low": known.lower[:, 2], "up": known.upper[:, 2]}
    )
    north, south = np.radians(table["lat"] + half), np.radians(table["lat"] - half)
    table["km2"] = 6371.0**2 * np.radians(2 * half) * (np.sin(north) - np.sin(south))
    share = table["km2"].drop(3).sum() / table["km2"].sum()
    table = table.dropna()
    expected = [np.average(table[name], weights=table["km2"]) for name in ("eto", "low", "up")]
    assert [found.eto[2], found.lower[2], found.upper[2]] == pytest.approx(expected, rel=1e-12)
    assert found.share == pytest.approx(share)
    # The standard error of a mean of wholly correlated errors is the mean of theirs.
    spread = np.average(table["up"] - table["low"], weights=table["km2"])
    assert found.upper[2] - found.lower[2] == pytest.approx(spread)


def test_sums_have_no_missing_day_and_a_scale_has_every_number():
    known = Values.none(3, 2, 0)
    known.eto[:] = [[1.0, 2.0], [3.0, np.nan], [np.nan, np.nan]]
    assert np.array_equal(values.shown(known, "eto", "sum", 0), [3.0, np.nan, np.nan], equal_nan=True)
    assert np.array_equal(values.shown(known, "eto", "mean", 0), [1.5, 3.0, np.nan], equal_nan=True)
    random = np.random.default_rng(1)
    for quantity in ("eto", "anomaly", "width"):
        for size in (1e-3, 0.02, 1.0, 30.0, 4000.0):
            numbers = random.uniform(-size, size, 50) if quantity == "anomaly" else random.uniform(0, size, 50)
            scale = colours.scale_of(quantity, "day", (numbers.min(), numbers.max()))
            assert 2 <= len(scale.colours) <= colours.CLASSES + 1
            assert len(set(scale.colours)) == len(scale.colours) == len(scale.limits) + 1
            assert set(scale.classes(numbers)) <= set(range(len(scale.colours)))


def test_colours_of_a_legend_rise_in_darkness_and_a_difference_is_pale_about_nothing():
    def light(colour):
        red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    for ramp in (colours.ONE_WAY, colours.WIDTHS, colours.SHARES):
        assert [light(one) for one in ramp] == sorted(map(light, ramp), reverse=True)
    middle = len(colours.TWO_WAYS) // 2
    assert max(colours.TWO_WAYS, key=light) == colours.TWO_WAYS[middle]


def test_a_provider_that_is_asked_for_elevations_alone_says_so():
    asked = Asked(Area(box=(-48.0, -23.0, -47.0, -22.0)), 0.5, Period("2024-05-01", "2024-05-04"), "nasa_power")
    with config.set_options(offline=False):
        found = answers.survey(asked, {})
    lines = [re.sub(r"\d+", "n", one) for one in text(markup.cost("en", found, "")).splitlines()]
    said = " ".join(lines)
    assert "NASA POWER: n requests" in said
    assert re.search("Open-Meteo: n requests?; .* of these elevations of the places: n requests?, n calls", said)
    assert markup.cost("en", found, "").count('class="etolib-part"') == 1


def test_a_picture_of_a_region_across_the_meridian_of_180_degrees_is_one_piece():
    picture = lay_out([-17.0, -17.0], [179.75, -179.75], 0.25)
    assert picture.corners[0][1] == pytest.approx(179.5)
    assert picture.corners[1][1] == pytest.approx(180.5)
    assert len(picture.shapes) == 2
    assert picture.width > picture.height


# --- the page ---------------------------------------------------------------------------------------------------------


def test_a_region_is_counted_calculated_and_fills_the_map():
    page, handed = make(LINK)
    assert "4 places of 4 days" in text(page.where.cost.value)
    assert drawn(page).count("M") >= 4  # where the places will be
    page.calculate.click()
    (batch,) = handed
    assert 'data-done="0"' in page.progress.value
    assert page.cancel.layout.display is None
    batch.compute(0)
    assert 'data-done="2" data-failed="0" data-total="4"' in page.progress.value
    assert "#fff" in drawn(page)
    assert page.look.scale is not None
    batch.compute(1)
    assert 'data-done="4"' in page.progress.value
    assert page.cancel.layout.display == "none"
    alone = run_lot([Request(page.runner.sites[1], PERIOD, "climatology")])[0].table
    assert np.array_equal(page.runner.values.eto[1], alone["eto"])
    assert page.dataset["eto"].sel(place=1).to_numpy() == pytest.approx(alone["eto"].to_numpy())
    assert page.batch is batch
    page.detail.number.value = 1
    assert f"{alone['eto'].mean():.2f} mm/day" in text(page.detail.head.value)
    assert "100 % of its area" in text(page.detail.mean.value)
    page.form.units = "us"
    assert "in/day" in text(page.look.legend.value)
    assert "in/day" in text(page.detail.head.value)


def test_every_view_of_the_map_in_every_language_says_what_it_shows():
    page, handed = make(LINK)
    page.calculate.click()
    handed[0].compute(0, 1)
    for language in ("en", "pt", "es"):
        page.form.language = language
        for quantity, steps in values.STEPS.items():
            page.look.quantity.value = quantity
            for step in steps:
                page.look.step.value = step
                assert text(page.look.legend.value).strip()
                assert page.look.scale is not None
    page.look.quantity.value, page.look.step.value = "anomaly", "mean"
    # The climatology less itself.
    assert np.nanmax(np.abs(values.shown(page.runner.values, "anomaly", "mean", 0))) == pytest.approx(0.0, abs=1e-9)
    page.look.quantity.value, page.look.step.value = "eto", "day"
    page.look.day.value = 2
    assert page.look.date.value == "2024-02-01"


def sized(page, width, height):
    """Have the map tell its size, as the browser does."""
    page.map.widget.set_trait("pixel_bounds", ((1000.0, 1000.0), (1000.0 + width, 1000.0 + height)))


def shows(page, width, height):
    """Return whether a map of that size shows the whole region, and how much of its larger side that takes."""
    west, south, east, north = page.form.area.bounds
    zoom = page.map.widget.zoom
    (left, top), (right, bottom) = cities.project(north, west, zoom), cities.project(south, east, zoom)
    x, y = cities.project(*page.map.widget.center, zoom)
    inside = x - width / 2 < left < right < x + width / 2 and y - height / 2 < top < bottom < y + height / 2
    return inside, max((right - left) / width, (bottom - top) / height)


def test_a_region_of_a_link_is_fitted_to_the_map_that_the_browser_has():
    page, _ = make("?box=-50,-22,-45,-18&spacing=0.5&period=2024")
    sized(page, 690, 330)  # at a zoom of 200 per cent
    inside, share = shows(page, 690, 330)
    assert inside
    assert share > 0.4
    sized(page, 358, 330)
    assert shows(page, 358, 330)[0]
    sized(page, 1400, 700)
    assert shows(page, 1400, 700)[1] > 0.4


def test_a_map_that_somebody_has_moved_is_left_alone_when_its_size_changes():
    page, _ = make(LINK)
    sized(page, 690, 330)
    latitude, longitude = page.map.widget.center
    page.map.widget.center = latitude + 0.001, longitude  # a browser rounds to pixels
    sized(page, 640, 300)
    assert tuple(page.map.widget.center) == (latitude, longitude)
    page.map.widget.set_state({"zoom": page.map.widget.zoom - 2})
    zoom = page.map.widget.zoom
    sized(page, 1400, 900)
    assert page.map.widget.zoom == zoom
    page.form.box = "-60, -30, -40, -10"
    sized(page, 690, 330)
    assert shows(page, 690, 330)[0]
    page.map.widget.set_state({"center": [10.0, 10.0]})
    sized(page, 640, 300)
    assert tuple(page.map.widget.center) == (10.0, 10.0)


def test_the_chart_looks_at_the_day_that_the_map_shows():
    page, handed = make(LINK)
    page.calculate.click()
    handed[0].compute(0, 1)
    chart = page.detail.chart
    assert chart.cursor is None  # the mean of all days
    page.look.step.value = "day"
    page.look.day.value = 2
    assert dt.date(1970, 1, 1) + dt.timedelta(days=chart.cursor) == dt.date(2024, 2, 1)
    sent = []
    chart.observe(lambda change: sent.append(change["name"]))
    page.look.day.value = 3
    assert sent == ["cursor"]  # a day of the playback draws nothing anew
    page.look.step.value = "mean"
    assert chart.cursor is None


def test_the_tick_has_the_batch_go_on_and_a_link_finds_it_again():
    page, handed = make(LINK)
    page.going.tick.value = True
    page.calculate.click()
    assert (handed[0].kept, page.going.widget.layout.display) == ([True], None)
    assert f'href="?batch={page.runner.name}"' in page.going.links.value
    page.going.tick.value = False
    assert (handed[0].kept, page.going.links.value) == ([True, False], "")
    other, found = make(f"?batch={page.runner.name}")
    assert (len(found), other.runner.name) == (1, page.runner.name)
    handed[0].cancel()
    assert page.going.widget.layout.display == "none"


@pytest.mark.parametrize("link", ["?lang=en", "{batch}"])
def test_the_tick_stays_over_a_reload(link):
    page, _ = make(LINK)
    page.browser.ready = True
    page.calculate.click()
    page.going.tick.value = True
    again, found = make(link.format(batch=page._link()))
    again.browser.session, again.browser.address = page.browser.session, LINK
    again.browser.ready = True
    assert (again.going.tick.value, found[0].kept) == (True, [True])
    again.going.tick.value = False
    assert again.browser.session["region"][0]["going"] == ""
    assert again.browser.session["region"][0]["task"] == page.runner.name


def test_what_failed_is_listed_with_its_reason_and_tried_again_alone():
    page, handed = make(LINK, down=[1])
    page.calculate.click()
    handed[0].compute(0, 1)
    assert 'data-failed="1"' in page.progress.value
    assert "1 place has no values" in text(page.failures.value)
    assert "does not answer" in text(page.failures.value)
    assert "url(#h)" in drawn(page)
    assert page.again.layout.display is None
    page.detail.number.value = 1
    assert "does not answer" in text(page.detail.head.value).lower()
    assert "75" in text(page.detail.mean.value)  # per cent of the area, about
    page.again.click()
    again = handed[1]
    again.store.write(0, [1], run_lot(again.store.order.requests([1])), seconds=9.0)
    again.tell()
    assert 'data-done="4" data-failed="0"' in page.progress.value
    assert page.failures.value == ""
    assert page.again.layout.display == "none"


def test_what_is_cancelled_keeps_what_it_has_and_can_go_on():
    page, handed = make(LINK)
    page.calculate.click()
    handed[0].compute(0)
    page.cancel.click()
    assert page.cancel.layout.display == "none"
    assert page.again.layout.display is None
    assert page.runner.error is None
    assert 'data-done="2"' in page.progress.value
    page.again.click()
    handed[1].compute(1)
    assert 'data-done="4"' in page.progress.value


def test_a_press_whose_kernel_is_lost_while_the_places_are_counted_is_done_by_the_next_one():
    page, handed = make()
    page.browser.ready = True
    page.form.fill(LINK)
    page._background.pool.submit = lambda work, *args: None  # the places are never counted
    page.form.period = "2024-01-30/2024-02-01"
    page.calculate.click()
    assert handed == []
    (row,) = page.browser.session["region"]
    assert (row["task"], row["open"]) == ("", "yes")
    again, handed = make()
    again.browser.session, again.browser.address = page.browser.session, row["query"]
    again.browser.ready = True
    assert len(handed) == 1
    assert again.browser.session["region"][0]["task"] == again.runner.name
    assert "open" not in again.browser.session["region"][0]

    # What is not wanted any more is not kept either.
    page.form.period = "2024-01-30/2024-02-02"
    assert "open" not in page.browser.session["region"][0]


def test_a_second_press_for_what_runs_begins_nothing_anew_and_another_question_does():
    page, handed = make(LINK)
    page.calculate.click()
    page.calculate.click()
    assert len(handed) == 1
    assert not handed[0].stopped
    page.form.period = "2024-01-30/2024-02-01"
    page.calculate.click()
    assert len(handed) == 2
    assert handed[0].stopped
    page.cancel.click()
    page.calculate.click()  # what was cancelled may be asked for again
    assert len(handed) == 3


def test_a_batch_that_is_cancelled_before_it_is_handed_over_ends():
    page, handed = make(LINK)
    held = []
    page._background.pool.submit = lambda work, *args: held.append((work, args))
    page.calculate.click()
    page.cancel.click()
    while held:
        work, args = held.pop(0)
        work(*args)
    assert handed[0].stopped
    assert page.cancel.layout.display == "none"
    assert page.again.layout.display is None


def test_a_reload_finds_the_batch_again_and_a_lost_one_is_no_fault():
    page, handed = make(LINK)
    page.browser.ready = True
    page.calculate.click()
    handed[0].compute(0)
    kept = page.browser.session
    other, found = make("?lang=en")
    other.browser.session, other.browser.address = kept, LINK
    other.browser.ready = True
    assert 'data-done="2"' in other.progress.value
    found[0].compute(1)
    assert 'data-done="4"' in other.progress.value
    assert "100 %" in text(other.detail.mean.value)
    assert other.form.box == "-48, -23, -47, -22"
    # The page is closed, and its link opened elsewhere: in another browser, that knows nothing of the tab.
    link = page._link()
    assert f"batch={page.runner.name}" in link
    elsewhere, _ = make(link)
    assert 'data-done="4"' in elsewhere.progress.value
    assert elsewhere.form.box == "-48, -23, -47, -22"
    assert "100 % of its area" in text(elsewhere.detail.mean.value)
    assert elsewhere._link() == link
    elsewhere.form.spacing = "0.25"  # another region than that of the batch
    assert "batch" not in elsewhere._link()
    for name in ("0" * 32, "../../etc", "x"):
        assert make(f"{LINK}&batch={name}")[0].runner.name == ""
        lost, _ = make("?lang=en")
        lost.browser.session = {"region": [{"task": name, "query": LINK}]}
        lost.browser.ready = True
        assert lost.runner.name == ""
        assert lost.banner.layout.display == "none"


def test_a_link_has_the_polygon_of_a_file_and_its_weights_whatever_its_size():
    """More corners than a link holds, and a hole: the store says what region it is of."""
    turn = np.linspace(0, 2 * np.pi, 900)[:-1]
    corners = [[round(-47.5 + 0.45 * np.cos(a), 6), round(-22.5 + 0.45 * np.sin(a), 6)] for a in turn]
    document = {"type": "Polygon", "coordinates": [[*corners, corners[0]], box_ring(-47.7, -22.7, -47.55, -22.55)]}
    page, handed = make(f"?period={PERIOD}&sources=climatology&spacing=0.5")
    choose(page.where, json.dumps(document).encode())
    page.calculate.click()
    handed[0].compute(0, 1)
    link = page._link()
    assert "polygon" not in link
    other, _ = make(link)
    assert other.form.area == page.form.area
    assert np.array_equal(other.runner.about.weights, page.runner.about.weights)
    assert len(set(page.runner.about.weights.round(6))) > 1
    assert other.detail.mean.value == page.detail.mean.value
    assert other._link() == link


def resume_where_free(page):
    """Let a page go on with a batch only where nobody else holds its store, as with a real cluster."""
    resume = page.runner._resume_batch

    def resume_held(path, client):
        with Store.open(path).held():
            return resume(path, client)

    page.runner._resume_batch = resume_held


def test_a_batch_on_which_another_page_works_is_looked_at_and_taken_over(monkeypatch):
    """The link of a page that is still open: what it has put there is shown; when it has closed, this one goes on."""
    page, handed = make(LINK)
    page.calculate.click()
    handed[0].compute(0)
    store = handed[0].store
    waits = []

    def wait(seconds):
        waits.append(other.progress.value)
        if len(waits) == 2:
            holding.close()

    monkeypatch.setattr(runner, "time", SimpleNamespace(time=time.time, sleep=wait))
    holding = contextlib.ExitStack()
    holding.enter_context(store.held())
    other, found = make("?lang=en")
    resume_where_free(other)
    other._filled(page.runner.name)
    assert len(waits) == 2
    assert 'data-done="2"' in waits[0]
    found[0].compute(1)
    assert 'data-done="4"' in other.progress.value


def test_files_are_those_of_the_store():
    page, handed = make(LINK)
    page.calculate.click()
    handed[0].compute(0, 1)
    contents = {}
    page.away.saver.save = lambda name, content: contents.update({name: content})
    for button in page.away.buttons.values():
        button.click()
    assert sorted(contents) == ["eto_region.csv", "eto_region.geojson", "eto_region.nc", "eto_region.zarr.zip"]
    table = pd.read_csv(io.BytesIO(contents["eto_region.csv"]), comment="#")
    assert len(table) == 16
    assert len(json.loads(contents["eto_region.geojson"])["features"]) == 4
    eto = xr.open_dataset(io.BytesIO(contents["eto_region.nc"]), engine="h5netcdf")["eto"].to_numpy()
    assert np.array_equal(eto, page.runner.values.eto)
    assert "eto.zarr/zarr.json" in zipfile.ZipFile(io.BytesIO(contents["eto_region.zarr.zip"])).namelist()


def test_large_text_comes_in_a_zip(monkeypatch):
    page, handed = make(LINK)
    page.calculate.click()
    handed[0].compute(0, 1)
    contents = {}
    page.away.saver.save = lambda name, content: contents.update({name: content})
    page.away.buttons["csv"].click()
    monkeypatch.setattr(answers, "LARGEST_PLAIN", 100)
    for name in ("csv", "netcdf"):
        page.away.buttons[name].click()
    assert sorted(contents) == ["eto_region.csv", "eto_region.csv.zip", "eto_region.nc"]
    packed = zipfile.ZipFile(io.BytesIO(contents["eto_region.csv.zip"]))
    assert packed.read("eto.csv") == contents["eto_region.csv"]


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("a.csv", "name,lat,lon\n" + HOSTILE + ",-22,-47\nB,-23,-47\n", ("places", 2)),
        ("a.geojson", '{"type":"Polygon","coordinates":[[[0,0],[1,0],[1,1],[0,0]]]}', ("polygon", 1)),
        ("a.geojson", '{"type":"Point","coordinates":[10,5]}', ("places", 1)),
        (
            "a.geojson",
            '{"type":"Polygon","coordinates":[[[0,0],[1,0],[1,1],[0,0]],[[0,0],[1,0],[1,1],[0,0]]]}',
            ("polygon", 1),
        ),
        ("a.geojson", '{"type":"Polygon","coordinates":[[[0,0],[1,0],[1,1],[0,0]],[[2,0],[2,0],[2,0],[2,0]]]}', None),
        ("a.geojson", '{"type":"Polygon","coordinates":[[[0,0],[1e9,0],[1,1],[0,0]]]}', None),
        ("a.geojson", "{" * 5000, None),
        ("a.csv", "a,b\n1,2\n", None),
        ("a.csv", "", None),
        ("a.xlsx", "no table", None),
    ],
)
def test_files_are_distrusted(name, content, expected):
    found = answers.read_file(zlib.compress(content.encode()), name)
    if expected is None:
        assert found["problems"]
    else:
        area = found["area"]
        assert (area.kind, len(area.sites) or len(area.polygons)) == expected


def test_a_file_of_places_is_shown_and_its_names_do_no_harm():
    page, handed = make(f"?period={PERIOD}&sources=climatology")
    content = f"name,lat,lon\n{HOSTILE},-22,-47\nB,-23,-47\n".encode()
    choose(page.where, content)
    assert page.form.area.kind == "places"
    assert page.where.spacing.disabled
    page.calculate.click()
    handed[0].compute(0)
    shown = [one.value for one in (page.where.hint, page.where.said, page.detail.head, page.failures, page.progress)]
    assert not any("<img" in one for one in shown)
    assert "Every place counts the same" in text(page.detail.mean.value)


def test_drawing_on_the_map_and_clicking_a_place():
    page, handed = make(f"?period={PERIOD}&sources=climatology&spacing=0.5")
    page.where.rectangle.value = True
    for x, y in ((-47.0, -22.0), (-48.0, -23.0)):
        page.map._interaction(type="click", coordinates=(y, x))
        page.map._interaction(type="mousemove", coordinates=(y, x))
    assert page.form.area.box == (-48.0, -23.0, -47.0, -22.0)
    assert not page.where.rectangle.value
    page.calculate.click()
    handed[0].compute(0, 1)
    page.map._interaction(type="click", coordinates=(-22.2, -47.3))
    assert page.detail.number.value == 3
    page.map._interaction(type="click", coordinates=(10.0, 10.0))
    assert page.detail.number.value == 3


def test_without_a_scheduler_the_page_says_so_and_stays():
    page, _ = make(LINK)
    page._connection.down = True
    page._line(DOWN, 0, None)
    page.calculate.click()
    assert "scheduler does not answer" in text(page.failures.value)
    assert page.banner.layout.display == "none"


def test_old_stores_are_swept_and_those_in_use_stay(tmp_path):
    for i in range(runner.KEPT_STORES + 3):
        path = tmp_path / f"{i:032x}"
        (path / "journal").mkdir(parents=True)
        if i < 2:
            (path / "journal" / "run.json").write_text("{}")
    (tmp_path / "mine").mkdir()
    runner.sweep(tmp_path)
    left = [path.name for path in tmp_path.iterdir()]
    assert len(left) <= runner.KEPT_STORES + 2
    assert "mine" in left
    assert {f"{i:032x}" for i in (0, 1)} <= {*left}


def test_states_are_those_of_a_store():
    assert (values.TO_DO, values.DONE, values.PARTIAL, values.FAILED) == (
        layout.TO_DO, layout.DONE, layout.PARTIAL, layout.FAILED,
    )  # fmt: skip
    assert Site(0, 0) == Site(0.0, 0.0)
