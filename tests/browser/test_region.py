"""The dashboard of a region in a real browser: many places as one batch on a map."""

from __future__ import annotations

import csv
import io

from playwright.sync_api import expect

import etolib
from tests.browser.stage import PATIENCE_MS

PERIOD = "2024-05-01/2024-05-03"


def rows_of(path):
    """Return the rows of a CSV and the lines before its header."""
    lines = path.read_text().splitlines()
    table = "\n".join(line for line in lines if not line.startswith("#"))
    return list(csv.DictReader(io.StringIO(table)))


def ended(page, done, failed):
    bar = page.locator(".etolib-region-progress")
    expect(bar).to_have_attribute("data-failed", str(failed), timeout=PATIENCE_MS)
    expect(bar).to_have_attribute("data-done", str(done), timeout=PATIENCE_MS)
    expect(page.locator(".etolib-cancel")).to_be_hidden(timeout=PATIENCE_MS)
    return bar


def test_a_box_becomes_a_map_and_a_file_with_the_numbers_of_each_place_alone(visit, stage, weather):
    region = visit(f"?lang=en&period={PERIOD}&sources=nasa_power", "region", viewport={"width": 1440, "height": 900})
    page = region.page
    page.locator(".etolib-region-box input").fill("-50, -22, -45, -18")
    page.locator(".etolib-region-box input").press("Enter")
    page.locator(".etolib-region-spacing input").fill("1/3")
    page.locator(".etolib-region-spacing input").press("Enter")
    page.locator(".etolib-calculate").click()
    expect(page.locator(".etolib-field-error:visible")).to_contain_text("25 km")
    page.locator(".etolib-region-spacing input").fill("0,32")
    page.locator(".etolib-region-spacing input").press("Enter")
    expect(page.locator(".etolib-region-apart")).to_contain_text("0.32°: 36 km")
    expect(page.locator(".etolib-region-cost")).to_contain_text("180 places of 3 days", timeout=PATIENCE_MS)
    expect(page.locator(".etolib-region-cost")).to_contain_text("NASA POWER")
    page.locator(".etolib-calculate").click()
    assert ended(page, 180, 0).get_attribute("data-total") == "180"
    expect(page.locator(".etolib-region-classes i").first).to_be_visible()
    expect(page.locator(".leaflet-etolib-region-pane img")).to_be_visible()

    with page.expect_download(timeout=PATIENCE_MS) as waiting:
        page.locator(".etolib-download-csv").click()
    assert waiting.value.suggested_filename == "eto_region.csv"
    table = rows_of(waiting.value.path())
    assert len(table) == 180 * 3
    some = [row for row in table if row["place"] == "77"]
    site = etolib.Site(float(some[0]["latitude"]), float(some[0]["longitude"]))
    alone = stage.client.submit(etolib.compute, site, PERIOD, "nasa_power", pure=False).result(60).table
    assert [float(row["eto"]) for row in some] == [round(value, 2) for value in alone["eto"]]
    assert [float(row["eto_upper"]) for row in some] == [round(value, 2) for value in alone["eto_upper"]]
