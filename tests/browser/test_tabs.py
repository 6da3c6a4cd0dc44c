"""The tabs Water, Normals and Compare in a real browser: typed, measured, taken away, and the same as in Python."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from playwright.sync_api import expect

import etolib
from etolib.result.normals import baseline_request
from etolib.unit_systems import METRIC, US
from etolib.widgets.markup.normals import depth
from etolib.widgets.tabs import water as water_tab
from tests.browser.stage import PATIENCE_MS, TODAY
from tests.browser.test_station import american, choose

PLACE, PERIOD = (-12.12, -45.02), "2024-04-01/2024-07-06"  # past days and coming ones
LETTERS = """frame => Math.min(...[...frame.querySelectorAll('*')].filter(
  one => one.checkVisibility() && [...one.childNodes].some(node => node.nodeType === 3 && node.data.trim())
).map(one => {
  const scale = one.ownerSVGElement ? one.getScreenCTM().a : 1;
  return scale * parseFloat(getComputedStyle(one).fontSize);
}))"""
"""The size of the smallest letters below an element, as they are drawn [px]."""


def text_of(page, name):
    with page.expect_download() as waiting:
        page.locator(f".etolib-download-{name}").click()
    return Path(waiting.value.path()).read_text(encoding="utf-8")


def seen(locator):
    """Return the number of a cell, once a person sees it."""
    expect(locator).to_be_visible()
    return number(locator.inner_text())


def number(text):
    return float(text.replace("−", "-").replace("+", "").replace(",", "."))


def type_in(page, name, value):
    """Type into a field of the water, and leave it."""
    field = page.locator(f".etolib-water-{name}").locator("input, textarea")
    field.fill(value)
    field.blur()


def need(page):
    """Return where the net irrigation need of all days is shown."""
    return page.locator(".etolib-irrigations [role=row]").last.locator("[role=cell]").first


def computed(stage, *request):
    """Return what `etolib.compute` gives, on a worker: it has the network of this stage."""
    return stage.client.submit(etolib.compute, *request, pure=False).result(60)


def calculated(visit, query):
    visitor = visit(query)
    visitor.calculate()
    visitor.expect_status("SUCCESS")
    return visitor.page


@pytest.mark.usefixtures("weather")
def test_a_typed_coefficient_and_an_irrigation_change_the_need_and_the_file_is_the_balance(visit, stage):
    page = calculated(visit, f"?lat={PLACE[0]}&lon={PLACE[1]}&period={PERIOD}")
    result = computed(stage, PLACE, PERIOD)

    def python_water(values):
        with etolib.set_options(today=TODAY):
            return etolib.water_balance(result, **water_tab.chosen(result, values))

    page.locator(".etolib-tab-water").click()
    before = seen(need(page))
    expect(page.locator(".etolib-water-kc-mid input")).to_have_value("1.20")

    type_in(page, "kc-mid", "12")
    wrong = page.locator(".etolib-water-cell:has(.etolib-water-kc-mid) [role=alert]")
    expect(wrong).to_contain_text("from 0.0 to 2.0", timeout=PATIENCE_MS)
    expect(page.locator(".etolib-water-sums")).to_have_count(0)

    type_in(page, "kc-mid", "1.5")
    expect(page.locator(".etolib-water-kc-mid.etolib-own label")).to_have_text("Kc mid · yours")
    expect(page.locator(".etolib-water-shown")).to_contain_text("Kc mid are yours", timeout=PATIENCE_MS)
    thirsty = seen(need(page))
    assert thirsty > before + 5
    type_in(page, "irrigation", "2024-06-28 30")
    values = {"kc_mid": "1.5", "irrigation": "2024-06-28 30"}
    right = python_water(values)
    net = right.irrigations()["net"].sum()
    expect(need(page)).to_have_text(depth("en", net, METRIC))
    assert seen(need(page)) < thirsty - 20
    assert text_of(page, "water") == right.to_csv()

    # inches, feet, degrees Fahrenheit, in Spanish: the same water
    page.locator(".etolib-units button", has_text="in").click()
    page.locator(".etolib-language button", has_text="ES").click()
    expect(page.locator(".etolib-water-root-depth label")).to_have_text("Raíces más hondas [ft]")
    expect(page.locator(".etolib-water-root-depth input")).to_have_value("3.28")
    expect(page.locator(".etolib-water-base input")).to_have_value("50.0")
    expect(page.locator(".etolib-water-shown")).to_contain_text("Tabla 11 pág. 106")
    expect(need(page)).to_have_text(depth("es", net, US))
    type_in(page, "root-depth", "3")
    expect(page.locator(".etolib-water-root-depth.etolib-own")).to_be_visible()
    right = python_water({**values, "root_depth": "0.9144"})
    expect(need(page)).to_have_text(depth("es", right.irrigations()["net"].sum(), US))
    assert text_of(page, "water") == right.to_csv(units=US)


def test_a_period_against_1991_to_2020_that_were_a_task_which_can_be_cancelled(visit, weather, stage):
    page = calculated(visit, f"?lat={PLACE[0]}&lon={PLACE[1]}&period=2024-03-01/2024-04-20&sources=nasa_power")
    weather.fault("nasa_power", "slow")
    page.locator(".etolib-tab-normals").click()
    state = page.locator(".etolib-normals-state")
    expect(state).to_contain_text("are being calculated", timeout=PATIENCE_MS)
    page.locator(".etolib-tab-water").click()  # the page does not wait for it
    expect(page.locator(".etolib-water-sums")).to_be_visible(timeout=PATIENCE_MS)
    page.locator(".etolib-tab-normals").click()
    page.locator(".etolib-normals-cancel").click()
    expect(state).to_contain_text("were cancelled")
    weather.clear()
    page.locator(".etolib-normals-ask").click()
    shown = page.locator(".etolib-normals-shown")
    expect(shown).to_contain_text("of 30 years, 1991 to 2020, from", timeout=PATIENCE_MS)
    expect(page.locator(".etolib-card")).to_have_count(1)  # no card of its own

    result = computed(stage, PLACE, "2024-03-01/2024-04-20", ["nasa_power"])
    right = etolib.normals(result, computed(stage, baseline_request(result.request)))
    cells = page.locator(".etolib-sums [role=row]").nth(1).locator("[role=cell]")
    expected = [right.total, right.normal, right.anomaly, right.percent, right.percentile]
    for at, value in enumerate(expected):
        assert seen(cells.nth(at)) == pytest.approx(value, abs=0.051 if at < 3 else 0.51)
    saved = text_of(page, "normals-eto")
    assert saved == right.to_csv()

    # on a phone every letter can be read, in each calendar
    page.set_viewport_size({"width": 390, "height": 844})
    kinds = page.locator(".etolib-normals-kind select")
    table = pd.read_csv(io.StringIO(saved), comment="#")
    captions = {"ETo": "ETo of each day [", "ETo less its normal": "less its normal [", "Rain": "Rain of each day ["}
    for kind, caption in captions.items():
        kinds.select_option(kind)
        calendar = page.locator(".etolib-calendar")
        expect(calendar.locator("figcaption")).to_contain_text(caption)
        assert page.locator(".etolib-normals").evaluate(LETTERS) >= 10
        left, right_edge = calendar.evaluate("one => (b => [b.left, b.right])(one.getBoundingClientRect())")
        assert 0 <= left < right_edge <= 390
        if kind == "ETo less its normal":
            day, anomaly = table["date"][12], f"{table['anomaly'][12]:+.2f}".replace("-", "−")
            expect(calendar.locator(f'span[title^="{day}"]')).to_have_attribute("title", f"{day}: {anomaly}")
    page.locator(".etolib-units button", has_text="in").click()
    page.locator(".etolib-language button", has_text="PT").click()
    expect(cells.nth(0)).to_have_text(f"{right.total / 25.4:.2f}".replace(".", ","))
    expect(shown).to_contain_text("a normal é de 30 anos", ignore_case=True)


def test_years_that_cannot_be_had_leave_the_climatology_and_say_so(visit, weather):
    page = calculated(visit, "?lat=-11.3&lon=-44.4&period=2024-03-01/2024-03-31&sources=nasa_power")
    weather.fault("nasa_power", "refuse")
    page.locator(".etolib-tab-normals").click()
    expect(page.locator(".etolib-normals-state")).to_contain_text("could not be had", timeout=PATIENCE_MS)
    expect(page.locator(".etolib-normals-shown")).to_contain_text("embedded climatology")
    weather.clear()
    page.locator(".etolib-normals-ask").click()
    expect(page.locator(".etolib-normals-shown")).to_contain_text("of 30 years, 1991 to 2020", timeout=PATIENCE_MS)


def test_an_own_station_is_compared_with_the_sources(visit, weather):
    visitor = visit()
    page = visitor.page
    choose(page, "farm.csv", american())
    expect(page.locator(".etolib-station-facts")).to_contain_text("80 days", timeout=PATIENCE_MS)
    visitor.fill("-12.12", "-45.02", "2024-01-01/2024-03-20")
    visitor.calculate()
    visitor.expect_status("SUCCESS")
    page.locator(".etolib-tab-compare").click()
    expect(page.locator(".etolib-compare-said")).to_contain_text("The reference is your own station")
    row = page.locator('.etolib-compare-scores [data-series="source:nasa_power"] [role=cell]')
    expect(row.nth(0)).to_have_text("80")
    table = pd.read_csv(io.StringIO(text_of(page, "compare")), comment="#")
    error = (table["source:nasa_power"] - table["reference"]).to_numpy()
    assert seen(row.nth(1)) == pytest.approx(error.mean(), abs=0.0056)
    assert seen(row.nth(2)) == pytest.approx(np.sqrt((error**2).mean()), abs=0.0056)
    page.locator(".etolib-units button", has_text="in").click()
    page.locator(".etolib-language button", has_text="PT").click()
    expect(row.nth(2)).to_have_text(f"{np.sqrt((error**2).mean()) / 25.4:.3f}".replace(".", ","))
    assert table["reference"].notna().sum() == 80


def test_the_us_service_s_own_forecast_is_asked_for_by_who_wants_it(visit, weather):
    """Offered where it is, asked once, and named."""
    page = visit("?lang=en&lat=40.02&lon=-105.27&elevation=1655&period=2024-07-01/2024-07-06").page
    page.locator(".etolib-calculate").click()
    page.locator(".etolib-tab-compare").click()
    box = page.locator(".etolib-compare-published input")
    expect(box).to_be_visible()
    assert weather.calls("nws_fret") == []
    box.check()
    row = page.locator('.etolib-compare-scores [data-series="published:nws_fret"]')
    expect(row.locator("[role=rowheader]")).to_have_text("NWS forecast of reference ET (FRET)")
    expect(row.locator("[role=cell]").first).to_have_text("6")
    expect(page.locator(".etolib-compare-said")).to_contain_text("for comparison only")
    assert len(weather.calls("nws_fret")) == 1
