"""The dashboard of several places in a real browser: one walk of somebody who compares."""

from __future__ import annotations

import csv
import io
from urllib.parse import urlsplit

from playwright.sync_api import expect

import etolib
from tests.browser.stage import PATIENCE_MS
from tests.browser.test_station import american

HOSTILE = "<img src=x onerror=alert(1)>"
PERIOD = "2024-01-01/2024-01-31"


def column(page, n):
    return page.locator(f".etolib-of-table tbody tr > :nth-child({n})").all_inner_texts()


def test_somebody_compares_places(visit, stage, weather):
    compare = visit("?lang=en", "compare", viewport={"width": 1440, "height": 900})
    page = compare.page
    # Places: by name, by a click on the map, typed, as a file.
    page.locator(".etolib-search input").fill("petrolina")
    page.locator(".etolib-search-result").first.click()
    rows = page.locator(".etolib-place-row:visible")
    expect(rows).to_have_count(1, timeout=PATIENCE_MS)
    expect(page.locator(".etolib-map .etolib-number")).to_be_visible()
    box = page.locator(".etolib-map").first.bounding_box()
    page.mouse.click(box["x"] + box["width"] * 0.45, box["y"] + box["height"] * 0.6)
    expect(rows).to_have_count(2)
    page.locator(".etolib-places-typed textarea").fill(f"-22.7, -47.6, {HOSTILE}\n-12.12; -45.02; Barreiras")
    page.locator(".etolib-places-add").click()
    expect(rows).to_have_count(4)
    content = b"name,latitude,longitude\nLuis Eduardo,-12.09,-45.8\n" + b"".join(
        b"P%d,-%d.5,-45.5\n" % (n, n) for n in range(2, 10)
    )
    with page.expect_file_chooser() as waiting:
        page.locator(".etolib-places-file").click()
    waiting.value.set_files({"name": "places.csv", "mimeType": "text/csv", "buffer": content})
    expect(rows).to_have_count(12, timeout=PATIENCE_MS)
    expect(page.locator(".etolib-places-refused")).to_contain_text("12 places can be compared")  # the thirteenth
    expect(page.locator(".etolib-map .etolib-number")).to_have_count(12)
    page.locator(".etolib-place-remove:visible").nth(11).click()
    expect(rows).to_have_count(11)

    # All at once; one fails alone and is tried again.
    page.locator(".etolib-period input").fill(PERIOD)
    page.locator(".etolib-calculate").click()
    page.wait_for_function(
        "() => { const all = [...document.querySelectorAll('.etolib-place-row .etolib-status')]"
        ".filter((one) => one.getClientRects().length);"
        " return all.length === 11 && all.every((one) => one.textContent === 'SUCCESS'); }",
        timeout=PATIENCE_MS,
    )
    keys = page.locator(".etolib-chart-key[data-place]")
    expect(keys).to_have_count(11, timeout=PATIENCE_MS)
    expect(page.locator(".etolib-chart")).to_have_attribute("data-points", "31")
    expect(page.locator(".etolib-page img[src=x]")).to_have_count(0)

    # Hover: a place is brought out, with its interval and the value of the day.
    over = page.locator(".etolib-chart-plot .u-over").bounding_box()
    page.mouse.move(over["x"] + over["width"] * 0.5, over["y"] + over["height"] * 0.3)
    keys.first.hover()
    expect(page.locator(".etolib-chart-about")).to_contain_text("Petrolina, BR:")
    expect(page.locator(".etolib-chart-about")).to_contain_text("(95 %)")
    keys.nth(2).click()
    expect(keys.nth(2)).to_have_attribute("aria-pressed", "false")

    # The table has the numbers of each place as the package computes them.
    page.locator(".etolib-tab-table").click()
    expect(page.locator(".etolib-of-table tbody tr")).to_have_count(31)
    site = etolib.Site(-12.12, -45.02, name="Barreiras")
    alone = stage.client.submit(etolib.compute, site, PERIOD, pure=False).result(60).table["eto"]
    assert column(page, 5) == [f"{value:.2f}" for value in alone]
    head = page.locator(".etolib-of-table thead button").nth(4)
    head.click()
    expect(page.locator(".etolib-of-table thead th").nth(4)).to_have_attribute("aria-sort", "ascending")
    assert column(page, 5) == [f"{value:.2f}" for value in sorted(alone)]

    # The summary follows the reference.
    page.locator(".etolib-tab-summary").click()
    page.locator(".etolib-reference select").select_option(label="Barreiras")
    summary = page.locator(".etolib-of-summary .etolib-days").first
    expect(summary.locator("tbody tr")).to_have_count(11)
    expect(page.locator(".etolib-of-summary")).to_contain_text("bias and RMSE against Barreiras")
    expect(summary.locator("tbody tr").nth(3).locator("td").first).to_have_text(f"{alone.mean():.2f}")

    # Away with it: the file is the table.
    page.locator(".etolib-tab-take-away").click()
    with page.expect_download(timeout=PATIENCE_MS) as waiting:
        page.locator(".etolib-download-csv").click()
    lines = waiting.value.path().read_text().splitlines()
    table = list(csv.DictReader(io.StringIO("\n".join(line for line in lines if not line.startswith("#")))))
    assert [row["Barreiras"] for row in table] == [str(round(value, 2)) for value in alone]

    # Everything is there again after a reload, and at the end of its link.
    labels = keys.locator("span").all_text_contents()
    link = page.locator(".etolib-share").get_attribute("href")
    page.reload()
    page.locator(".etolib-tab-chart").click(timeout=PATIENCE_MS)
    expect(keys).to_have_count(11, timeout=PATIENCE_MS)
    expect(keys.locator("span")).to_have_text(labels)
    expect(page.locator(".etolib-place-row:visible .etolib-status")).to_have_text(["SUCCESS"] * 11)
    assert urlsplit(link).query
    other = compare.context.new_page()
    other.goto(compare.url + link)
    expect(other.locator(".etolib-place-row:visible")).to_have_count(11, timeout=PATIENCE_MS)
    expect(other.locator(".etolib-period input")).to_have_value(PERIOD)
    other.goto("about:blank")


def test_one_place_that_fails_harms_no_other_and_is_tried_again_alone(visit, weather):
    weather.fault("nasa_power", "500", match="latitude=-22.")
    places = "-9.39,-40.5,Petrolina;-22.71,-47.61,Piracicaba"
    page = visit(f"?lang=pt&places={places}&period=2024-02-01/2024-02-10&sources=nasa_power", "compare").page
    status = page.locator(".etolib-place-row:visible .etolib-status")
    page.locator(".etolib-calculate").click()
    expect(status).to_have_text(["SUCCESS", "ERROR"], timeout=PATIENCE_MS)
    keys = page.locator(".etolib-chart-key[data-place]")
    expect(keys).to_have_count(1, timeout=PATIENCE_MS)
    expect(page.locator(".etolib-place-row:visible").nth(1)).to_contain_text("NASA POWER")
    weather.clear()
    page.get_by_role("button", name="Repetir", exact=True).click()
    expect(status).to_have_text(["SUCCESS", "SUCCESS"], timeout=PATIENCE_MS)
    expect(keys).to_have_count(2, timeout=PATIENCE_MS)
    page.set_viewport_size({"width": 390, "height": 844})
    page.wait_for_function("document.documentElement.scrollWidth <= innerWidth")


def test_an_own_station_stands_beside_the_sources(visit, weather):
    page = visit("?lang=en&places=-12.12,-45.02,Barreiras&period=2024-01-01/2024-01-10&theme=dark", "compare").page
    with page.expect_file_chooser() as waiting:
        page.get_by_role("button", name="Choose a file").click()
    waiting.value.set_files({"name": "farm.csv", "mimeType": "text/csv", "buffer": american()})
    page.locator(".etolib-station-add").click(timeout=PATIENCE_MS)
    rows = page.locator(".etolib-place-row:visible")
    expect(rows).to_have_count(2)
    expect(rows.nth(1)).to_contain_text("own station farm.csv")
    page.locator(".etolib-calculate").click()
    expect(page.locator(".etolib-chart-key[data-place]")).to_have_count(2, timeout=PATIENCE_MS)
    page.locator(".etolib-tab-table").click()
    expect(page.locator(".etolib-of-table tbody tr")).to_have_count(10)
    assert column(page, 2) != column(page, 3)
