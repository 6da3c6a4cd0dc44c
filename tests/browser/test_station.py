"""The own station file in a real browser: chosen, shown, used; a wrong one is told."""

from __future__ import annotations

import math

from playwright.sync_api import expect

from etolib.site import Period
from tests.browser.stage import PATIENCE_MS

PERIOD = "2024-01-01/2024-03-20"  # 80 days: enough to learn from
HEADER = "Date,Max Air Temp (F),Min Air Temp (F),Avg Rel Hum (%),Sol Rad (Ly/day),Avg Wind Speed (mph),Precip (in),qc"


def american(hottest=88.0):
    """Return a station in US units as CSV: bytes."""
    rows = [HEADER]
    for number, day in enumerate(Period.parse(PERIOD).days()):
        wave = math.sin(number / 5)
        rows.append(
            f"{day:%m/%d/%Y},{hottest + 4 * wave:.1f},{73 + 3 * wave:.1f},{62 - 9 * wave:.0f},{470 + 70 * wave:.0f},"
            f"{4.5 + wave:.1f},0.00,A"
        )
    return "\n".join(rows).encode()


def choose(page, name, content, button="Choose a file"):
    """Choose a file as a person does: by the button."""
    with page.expect_file_chooser() as waiting:
        page.get_by_role("button", name=button).click()
    waiting.value.set_files({"name": name, "mimeType": "text/csv", "buffer": content})


def test_a_station_in_us_units_is_shown_and_names_the_result(visit, weather):
    visitor = visit()
    page = visitor.page
    visitor.fill("-12.12", "-45.02", PERIOD)
    choose(page, "<i>farm.csv", american())
    station = page.locator(".etolib-station")
    expect(station.get_by_label("<i>farm.csv")).to_be_checked(timeout=PATIENCE_MS)
    expect(station.locator(".etolib-station-facts")).to_have_text("2024-01-01 to 2024-03-20 · 80 days")
    for column, variable, unit in (
        ("Date", "date", "MM/DD/YYYY"),
        ("Max Air Temp (F)", "maximum temperature", "°F"),
        ("Sol Rad (Ly/day)", "solar radiation", "Ly"),
        ("Avg Wind Speed (mph)", "wind", "mph"),
    ):
        for what, shown in (("taken for", variable), ("unit", unit)):
            chosen = station.get_by_label(f"{column}: {what}", exact=True).locator("option:checked")
            expect(chosen).to_have_text(shown)
    question = station.locator(".etolib-question")
    expect(question).to_contain_text("Until it is answered 2 m is taken")
    expect(question.locator("svg").first).to_be_visible()

    # The anemometer stands at 10 m: said once, not asked again.
    height = station.locator(".etolib-station-height:visible input")
    height.fill("10")
    height.press("Enter")
    expect(question).to_have_count(0, timeout=PATIENCE_MS)
    expect(station.get_by_label("<i>farm.csv")).to_be_checked(timeout=PATIENCE_MS)

    visitor.calculate()
    visitor.expect_status("SUCCESS")
    rows = page.locator(".etolib-results table tbody tr")
    expect(rows).to_have_count(80, timeout=PATIENCE_MS)
    expect(rows.first.locator(".c-source")).to_contain_text("Own station")
    expect(page.locator(".etolib-learnt")).to_contain_text("80 days of reference")
    notes = page.locator(".etolib-results .etolib-notes")
    notes.locator("summary").click()
    expect(notes).to_contain_text("80 days of reference")
    expect(page.locator('[data-series="source:station"]')).to_contain_text("Own station", timeout=PATIENCE_MS)

    station.get_by_role("button", name="Remove").click()
    expect(station.locator(".etolib-station-line")).to_be_hidden()
    visitor.calculate()
    visitor.expect_status("SUCCESS", 1)
    expect(page.locator(".etolib-learnt")).to_have_count(0, timeout=PATIENCE_MS)


def test_a_wrong_file_is_told_and_the_next_one_is_taken(visit, weather):
    visitor = visit()
    page = visitor.page
    visitor.fill("-12.12", "-45.02", "2024-01-01/2024-01-10")
    choose(page, "kelvin.csv", american(hottest=300.0))
    told = page.locator(".etolib-station-said")
    expect(told).to_contain_text("cannot be maximum temperature in °F", timeout=PATIENCE_MS)
    expect(told).to_contain_text("The values look like K")
    visitor.calculate()  # nothing else is blocked
    visitor.expect_status("SUCCESS")
    choose(page, "good.csv", american())
    expect(page.get_by_label("good.csv")).to_be_checked(timeout=PATIENCE_MS)
    expect(told).to_have_count(0)


def test_a_file_beyond_the_limit_costs_a_sentence_and_not_the_page(visit, weather):
    visitor = visit()
    page = visitor.page
    choose(page, "big.csv", b"x" * (21 << 20))
    expect(page.locator(".etolib-station-said")).to_contain_text("up to 20 MB can be taken", timeout=PATIENCE_MS)
    visitor.fill("-12.12", "-45.02", "2024-01-01/2024-01-10")
    visitor.calculate()
    visitor.expect_status("SUCCESS")
