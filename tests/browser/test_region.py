"""The dashboard of a region in a real browser: many places as one batch on a map."""

from __future__ import annotations

import csv
import io
import re

from playwright.sync_api import expect

import etolib
from tests.browser.stage import PATIENCE_MS

PERIOD = "2024-05-01/2024-05-03"
HOSTILE = "<img src=x onerror=alert(1)>"
# Whether the map shows the whole picture of the places, as large as it can: at the next zoom it would be cut.
SEEN_WHOLE = """() => {
  const [map, picture] = ['.etolib-map', '.leaflet-etolib-region-pane img'].map(
    (one) => document.querySelector(one).getBoundingClientRect());
  const inside = map.left <= picture.left && picture.right <= map.right && map.top <= picture.top
    && picture.bottom <= map.bottom;
  return inside && (2 * picture.width > 0.8 * map.width || 2 * picture.height > 0.8 * map.height);
}"""
FAR = "10.25"  # latitude of the place whose provider fails


def farms(count):
    """Return a CSV of places in one degree, and one far from them."""
    rows = [f"Farm {i},{-22 - i // 20 / 10:.2f},{-48 + i % 20 / 20:.2f},{500 + i}" for i in range(count - 1)]
    return "\n".join(["name,latitude,longitude,elevation", f"{HOSTILE},{FAR},7.5,300", *rows]).encode()


def rows_of(path):
    """Return the rows of a CSV, without the lines before its header."""
    lines = path.read_text().splitlines()
    return list(csv.DictReader(io.StringIO("\n".join(line for line in lines if not line.startswith("#")))))


def ended(page, done, failed):
    bar = page.locator(".etolib-region-progress")
    expect(bar).to_have_attribute("data-failed", str(failed), timeout=PATIENCE_MS)
    expect(bar).to_have_attribute("data-done", str(done), timeout=PATIENCE_MS)
    expect(page.locator(".etolib-cancel")).to_be_hidden(timeout=PATIENCE_MS)
    return bar


def choose(page, name, content):
    with page.expect_file_chooser() as waiting:
        page.locator(".etolib-region-places").click()
    waiting.value.set_files({"name": name, "mimeType": "text/csv", "buffer": content})


def test_two_hundred_places_fill_a_map_and_the_one_that_fails_is_tried_again(visit, stage, weather):
    weather.fault("nasa_power", "500", match=f"latitude={FAR[:3]}")
    region = visit(f"?lang=en&period={PERIOD}&sources=nasa_power", "region", viewport={"width": 1440, "height": 900})
    page = region.page
    choose(page, "farms.csv", farms(200))
    expect(page.locator(".etolib-region-hint")).to_have_text("200 places of “farms.csv”", timeout=PATIENCE_MS)
    expect(page.locator(".etolib-region-cost")).to_contain_text("200 places of 3 days", timeout=PATIENCE_MS)
    expect(page.locator(".etolib-region-cost")).to_contain_text("NASA POWER")
    page.locator(".etolib-calculate").click()
    assert ended(page, 199, 1).get_attribute("data-total") == "200"
    expect(page.locator(".etolib-region-failures")).to_contain_text("1 place has no values")
    expect(page.locator(".etolib-region-failures")).to_contain_text(HOSTILE)
    expect(page.locator(".leaflet-etolib-region-pane img")).to_be_visible()
    expect(page.locator(".etolib-region-classes i").first).to_be_visible()

    weather.clear()
    page.locator(".etolib-region-retry").click()
    ended(page, 200, 0)
    expect(page.locator(".etolib-region-failures")).to_have_count(0)
    expect(page.locator(".etolib-region-retry")).to_be_hidden()
    assert page.locator(".etolib-page img[src=x]").count() == 0

    # The file has the numbers of each place as the package computes it alone.
    with page.expect_download(timeout=PATIENCE_MS) as waiting:
        page.locator(".etolib-download-csv").click()
    assert waiting.value.suggested_filename == "eto_region.csv"
    table = rows_of(waiting.value.path())
    assert len(table) == 200 * 3
    for place in ("0", "77"):
        some = [row for row in table if row["place"] == place]
        site = etolib.Site(*(float(some[0][name]) for name in ("latitude", "longitude", "elevation")))
        alone = stage.client.submit(etolib.compute, site, PERIOD, "nasa_power", pure=False).result(60).table
        for name in ("eto", "eto_lower", "eto_upper"):
            assert [float(row[name]) for row in some] == [round(value, 2) for value in alone[name]]

    # A place by its number, as a keyboard reaches it; its days as numbers.
    page.locator(".etolib-region-number input").fill("77")
    page.locator(".etolib-region-number input").press("Enter")
    expect(page.locator(".etolib-region-said")).to_contain_text("Farm 76")
    page.locator(".etolib-tab-table").click()
    cells = page.locator(".etolib-of-table tbody tr > :nth-child(2)")
    expect(cells).to_have_text([f"{value:.2f}" for value in alone["eto"]])

    # Everything is there again after a reload, and nothing is asked for it.
    weather.forget()
    page.reload()
    ended(page, 200, 0)
    expect(page.locator(".etolib-region-said")).to_contain_text("Farm", timeout=PATIENCE_MS)
    expect(page.locator(".etolib-region-mean")).to_contain_text("All places, 100 % of them")
    other = region.context.new_page()  # the page of one place leads to it
    other.goto(region.url.replace("region.ipynb", "eto.ipynb"))
    expect(other.locator(".etolib-own-batch")).to_contain_text("200 of 200 places", timeout=PATIENCE_MS)
    expect(other.locator(".etolib-own-batch a")).to_have_attribute("href", re.compile("^region.ipynb[?]batch="))
    other.locator(".etolib-own-batch a").click()  # and the places of the file are there, with their days
    expect(other.locator(".etolib-region-hint")).to_have_text("200 places of “farms.csv”", timeout=PATIENCE_MS)
    expect(other.locator(".etolib-period input")).to_have_value(PERIOD)
    expect(other.locator(".etolib-region-mean")).to_contain_text("All places, 100 % of them", timeout=PATIENCE_MS)
    other.goto("about:blank")

    # The chart looks at the day of the map; the map holds all places, however wide it is.
    expect(page.locator(".etolib-region-detail .etolib-chart")).to_have_attribute("data-day", "2024-05-03")
    page.locator(".etolib-step-of select").select_option(label="a day")
    expect(page.locator(".etolib-region-detail .etolib-chart")).to_have_attribute("data-day", "2024-05-01")
    for width, height in ((720, 450), (390, 844)):
        page.set_viewport_size({"width": width, "height": height})
        page.wait_for_function(SEEN_WHOLE)
    page.wait_for_function("document.documentElement.scrollWidth <= innerWidth")
    expect(page.locator(".etolib-map").first).to_be_in_viewport()


def test_a_region_is_typed_or_drawn_and_what_is_wrong_is_said_at_its_field(visit, weather):
    page = visit("?lang=en&period=2024", "region", viewport={"width": 1440, "height": 900}).page
    page.locator(".etolib-calculate").click()
    expect(page.locator(".etolib-field-error:visible")).to_contain_text("type a box or choose a file")
    page.locator(".etolib-region-box input").fill("-50, -18, -45, -22")
    page.locator(".etolib-region-box input").press("Enter")
    page.locator(".etolib-calculate").click()
    expect(page.locator(".etolib-field-error:visible")).to_contain_text("does not lie north of the south side")
    page.locator(".etolib-region-box input").fill("-50, -22, -45, -18")
    page.locator(".etolib-region-box input").press("Enter")
    page.locator(".etolib-region-spacing input").fill("50 km")
    page.locator(".etolib-region-spacing input").press("Enter")
    expect(page.locator(".etolib-region-apart")).to_contain_text("0.4497°: 50 km")
    expect(page.locator(".etolib-region-cost")).to_contain_text("88 places of 366 days", timeout=PATIENCE_MS)
    choose(page, "no.csv", b"a,b\n1,2\n")
    expect(page.locator(".etolib-places-refused")).to_contain_text("no.csv", timeout=PATIENCE_MS)

    page.locator(".etolib-draw-polygon").click()
    expect(page.locator(".etolib-region-hint")).to_contain_text("Click the corners")
    box = page.locator(".etolib-map").first.bounding_box()
    for across, down in ((0.4, 0.4), (0.6, 0.4), (0.6, 0.6)):
        page.mouse.click(box["x"] + box["width"] * across, box["y"] + box["height"] * down)
        page.wait_for_timeout(350)  # two clicks at once are a double one
    page.locator(".etolib-draw-finish").click()
    expect(page.locator(".etolib-region-hint")).to_have_text("Polygon with 3 corners")
    expect(page.locator(".etolib-region-cost")).to_contain_text("of 366 days", timeout=PATIENCE_MS)
    page.wait_for_function("location.search.includes('polygon=')")
