"""What people expect of such a page and no other test of a browser does: my location, limits told, units, layers.

`docs/contributing/features.md` says which test stands for which feature.
"""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.stage import PATIENCE_MS

pytestmark = pytest.mark.usefixtures("weather")


def test_my_location_is_taken_and_its_elevation_comes_with_its_source(visit):
    visitor = visit(geolocation={"latitude": 48.21, "longitude": 16.37}, permissions=["geolocation"])
    page = visitor.page
    page.locator(".etolib-locate").click()
    expect(page.locator(".etolib-latitude input")).to_have_value(re.compile("^48[.]21"), timeout=PATIENCE_MS)
    expect(page.locator(".etolib-longitude input")).to_have_value(re.compile("^16[.]37"))
    expect(page.locator(".etolib-elevation-source")).to_contain_text(re.compile(r"\d m, from Open-Meteo"))


def test_a_location_that_is_refused_says_what_to_do(visit):
    page = visit(permissions=[]).page
    page.locator(".etolib-locate").click()
    said = page.locator(".etolib-search-said")
    expect(said).to_contain_text("click the map", timeout=PATIENCE_MS)
    expect(page.locator(".etolib-latitude input")).to_have_value("")


def test_sources_are_told_with_days_delay_and_licence_before_they_are_asked(visit):
    page = visit("?lat=-22.7&lon=-47.6&period=2024-03").page
    page.locator(".etolib-auto input").uncheck()
    rows = page.locator(".etolib-source")
    expect(rows.filter(has_text=re.compile("NASA POWER(?! archive)"))).to_contain_text(
        "1981-01-01", timeout=PATIENCE_MS
    )
    expect(rows.filter(has_text=re.compile("NASA POWER(?! archive)"))).to_contain_text("open data")
    for title, reason in (("NWS stations", "not for this place"), ("MET Norway", "has 2024-07-01 to 2024-07-10 only")):
        row = rows.filter(has_text=title)
        expect(row).to_contain_text(reason)
        expect(row.locator("input[type=checkbox]")).to_be_disabled()
    page = visit("?lat=40&lon=-100&period=next-6-days").page
    page.locator(".etolib-auto input").uncheck()
    rows = page.locator(".etolib-source")
    expect(rows.filter(has_text="NWS forecast").locator("input[type=checkbox]")).to_be_enabled(timeout=PATIENCE_MS)


def test_units_are_those_of_the_united_states_once_they_are_chosen(visit):
    visitor = visit("?lat=-22.7&lon=-47.6&period=2024-03")
    page = visitor.page
    visitor.calculate()
    visitor.expect_status("SUCCESS")
    total = page.locator(".etolib-tile:visible").first
    expect(total).to_contain_text("mm", timeout=PATIENCE_MS)
    metric = float(re.findall(r"[\d.]+", total.inner_text())[0])
    page.locator(".etolib-units").get_by_text("in", exact=True).click()
    expect(total).to_contain_text(re.compile(r"\d\s*in\b"), timeout=PATIENCE_MS)
    inches = float(re.findall(r"[\d.]+", total.inner_text())[0])
    assert inches == pytest.approx(metric / 25.4, abs=0.051)


def test_past_and_forecast_are_one_curve_and_the_cluster_says_its_size(visit):
    visitor = visit("?lat=-22.7&lon=-47.6&period=2024-06-20/2024-07-06")
    page = visitor.page
    expect(page.locator(".etolib-page")).to_contain_text("2 workers ready")
    visitor.calculate()
    visitor.expect_status("SUCCESS")
    expect(page.locator(".etolib-chart")).to_have_attribute("data-points", "17", timeout=PATIENCE_MS)
    rows = page.locator(".etolib-results table tbody tr")
    expect(rows).to_have_count(17)
    expect(rows.first).to_contain_text("observed")
    expect(rows.last).to_contain_text("forecast")


def test_a_double_click_begins_one_task(visit):
    visitor = visit("?lat=-22.7&lon=-47.6&period=2024-06-20/2024-06-26")
    visitor.page.locator(".etolib-calculate").dblclick()
    visitor.expect_status("SUCCESS")
    expect(visitor.page.locator(".etolib-card")).to_have_count(1)


def test_one_more_press_while_it_runs_shows_its_card(visit, weather):
    weather.fault("nasa_power", "hang")
    visitor = visit("?lang=en&lat=-22.7&lon=-47.6&period=2024-06-18/2024-06-26", viewport={"width": 390, "height": 600})
    visitor.calculate()
    visitor.expect_status("PROCESSING")
    visitor.calculate()
    expect(visitor.page.locator(".etolib-buttons")).to_contain_text("being calculated already")
    expect(visitor.card()).to_be_in_viewport()
    weather.release()
    visitor.expect_status("SUCCESS")
    expect(visitor.page.locator(".etolib-buttons")).not_to_contain_text("being calculated already")
    expect(visitor.page.locator(".etolib-card")).to_have_count(1)


def test_the_dashboards_lead_to_each_other(visit):
    page = visit("?lang=es&theme=dark&units=us").page
    page.locator(".etolib-apps a").get_by_text("Comparar lugares").click()
    expect(page.locator(".etolib-heading h1")).to_have_text("Comparar lugares", timeout=PATIENCE_MS)
    page.locator(".etolib-apps a").get_by_text("Un lugar").click()
    expect(page.locator(".etolib-heading h1")).to_have_text("Evapotranspiración de referencia", timeout=PATIENCE_MS)
    expect(page.locator(".etolib-page.etolib-dark")).to_be_visible(timeout=PATIENCE_MS)
    expect(page.locator(".etolib-units .mod-active")).to_have_text("in", timeout=PATIENCE_MS)
