"""Chart and table by themselves in a browser: they show what was packed, by pointer, by keyboard, in any theme."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import expect

from etolib.unit_systems import METRIC, US
from etolib.widgets import daily, front
from tests.browser import alone

if not (front.widget_files("chart") and front.widget_files("table")):
    pytest.skip("the front end is not built (python tools/build_front.py)", allow_module_level=True)

from etolib.widgets.chart import Chart
from etolib.widgets.daytable import DayTable

YEAR = alone.packed(365)
LONG = alone.packed(11_000, first="1990-01-01")


@pytest.fixture(scope="module")
def tab(browser: Any) -> Iterator[Any]:
    """One tab for all; it may not complain nor ask for anything."""
    page = browser.new_page(viewport={"width": 860, "height": 620})
    told: list[str] = []
    page.on("pageerror", lambda error: told.append(str(error)))
    page.on("console", lambda message: told.append(message.text) if message.type == "error" else None)
    yield page
    page.close()
    assert told == []


def shown(page: Any, kind: Any, packed: Any = YEAR, language: str = "en", units: str = METRIC, **how: Any) -> Any:
    widget = kind()
    widget.show(language, packed, None, units)
    page.set_viewport_size(how.pop("size", {"width": 860, "height": 620}))
    alone.show(page, widget, **how)
    if kind is Chart:
        expect(page.locator(".etolib-chart")).to_have_attribute("data-points", str(packed["days"]))
    return page


def values(page: Any) -> dict[str, str]:
    return dict(page.eval_on_selector_all(
        ".etolib-chart-key[data-series]", "all => all.map(one => [one.dataset.series, one.children[2].textContent])"
    ))  # fmt: skip


def expected(packed: Any, i: int, name: str) -> str:
    value = daily.column(packed, name)[i]
    return "–" if value is None else f"{value:,.2f}".replace(",", "\u202f").replace("-", "−")


def ink(page: Any) -> int:
    """Return how many pixels of the drawing are not empty."""
    return int(page.evaluate(
        "() => { const c = document.querySelector('.etolib-chart canvas');"
        "const d = c.getContext('2d').getImageData(0, 0, c.width, c.height).data; let n = 0;"
        "for (let i = 3; i < d.length; i += 4) if (d[i]) n += 1; return n; }"
    ))  # fmt: skip


def points(page: Any) -> int:
    return int(page.locator(".etolib-chart").get_attribute("data-points"))


def has_points(page: Any, n: int) -> None:
    expect(page.locator(".etolib-chart")).to_have_attribute("data-points", str(n))


# --- chart ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("share", [0.1, 0.34, 0.7, 0.99])
def test_hover_shows_every_value_of_the_day(tab, share):
    page = shown(tab, Chart)
    over = page.locator(".etolib-chart .u-over")
    box = over.bounding_box()
    over.hover(position={"x": share * box["width"], "y": 90})
    day = str(page.locator(".etolib-chart").get_attribute("data-day"))
    days = [alone.iso(value) for value in daily.column(YEAR, "day")]
    i = days.index(day)
    assert abs(i - share * 365) <= 1.5
    expect(page.locator(".etolib-chart-day time")).to_have_text(day)
    lower, upper = expected(YEAR, i, "eto_lower"), expected(YEAR, i, "eto_upper")
    said = values(page)
    assert said["eto"] == expected(YEAR, i, "eto")
    assert said["interval"] == (f"{lower}–{upper}" if upper != "–" else "–")
    assert said["rain"] == expected(YEAR, i, "precipitation")
    assert said["balance"] == expected(YEAR, i, "balance")
    for source in ("nasa_power", "open_meteo_archive", "station"):
        assert said[f"source:{source}"] == expected(YEAR, i, f"source:{source}")
    kind = daily.column(YEAR, "kind")[i]
    if kind is not None:
        expect(page.locator(".etolib-chart-about")).to_contain_text(YEAR["kinds"][int(kind)])
        quality = daily.QUALITIES[int(daily.column(YEAR, "quality")[i])]
        expect(page.locator(".etolib-chart-day .etolib-quality")).to_have_text(quality)


def test_drag_wheel_and_buttons_zoom_and_all_days_come_back(tab):
    page = shown(tab, Chart)
    box = page.locator(".etolib-chart .u-over").bounding_box()
    y = box["y"] + 100
    page.mouse.move(box["x"] + 100, y)
    page.mouse.down()
    page.mouse.move(box["x"] + 200, y, steps=4)
    page.mouse.up()
    expect(page.locator(".etolib-chart")).not_to_have_attribute("data-points", "365")
    dragged = points(page)
    assert dragged == pytest.approx(365 * 100 / box["width"], abs=2)
    page.get_by_role("button", name="All days").click()
    has_points(page, 365)
    page.mouse.move(box["x"] + 300, y)
    page.mouse.wheel(0, -200)
    page.wait_for_function("document.querySelector('.etolib-chart').dataset.points < 365")
    page.mouse.dblclick(box["x"] + 300, y)
    has_points(page, 365)
    page.get_by_role("button", name="Zoom in").click()
    expect(page.locator(".etolib-chart")).to_have_attribute("data-points", re.compile("^18[234]$"))
    page.get_by_role("button", name="Zoom out").click()
    has_points(page, 365)


def test_keys_go_from_day_to_day_and_say_it(tab):
    page = shown(tab, Chart)
    chart, plot = page.locator(".etolib-chart"), page.locator(".etolib-chart-plot")
    plot.focus()
    page.keyboard.press("Home")
    expect(chart).to_have_attribute("data-day", "2024-01-01")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    expect(chart).to_have_attribute("data-day", "2024-01-03")
    expect(page.locator(".etolib-chart-said")).to_contain_text(f"2024-01-03: ETo {expected(YEAR, 2, 'eto')} mm/day")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("+")
    expect(page.locator(".etolib-chart")).not_to_have_attribute("data-points", "365")
    near = points(page)
    assert near < 365
    page.keyboard.press("End")  # the days that are seen follow
    expect(chart).to_have_attribute("data-day", "2024-12-30")
    expect(page.locator(".etolib-chart-cursor")).to_be_visible()
    page.keyboard.press("Escape")
    has_points(page, 365)
    page.keyboard.press("Enter")
    page.wait_for_function("window.saved.day === '2024-12-30'")
    assert re.match(r"Chart of 365 days, 2024-01-01 to 2024-12-30: mean ETo \d", plot.get_attribute("aria-label"))


def test_what_is_drawn_is_switched(tab):
    page = shown(tab, Chart)
    before = ink(page)
    for name in ("balance", "source:station", "spread"):
        key = page.locator(f'[data-series="{name}"]')
        expect(key).to_have_attribute("aria-pressed", "false")
        key.click()
        expect(key).to_have_attribute("aria-pressed", "true")
        after = ink(page)
        assert after != before, name
        before = after
    page.locator('[data-series="rain"]').click()
    assert ink(page) < before


def test_the_picture_opens(tab, tmp_path):
    page = shown(tab, Chart)
    with page.expect_download() as waiting:
        page.locator(".etolib-chart-png").click()
    file = tmp_path / "chart.png"
    waiting.value.save_as(file)
    assert waiting.value.suggested_filename == "eto_-9.3900_-40.5000_2024-01-01_2024-12-30.png"
    content = file.read_bytes()
    assert content.startswith(b"\x89PNG")
    width, height = (int.from_bytes(content[at : at + 4], "big") for at in (16, 20))
    assert width > 1400
    assert height > 620
    expect(page.locator(".etolib-chart-sheet")).to_have_count(0)


def test_a_change_of_theme_draws_anew_and_keeps_the_view(tab):
    page = shown(tab, Chart)
    page.locator(".etolib-chart-plot").focus()
    page.keyboard.press("Home")
    page.keyboard.press("+")
    expect(page.locator(".etolib-chart")).not_to_have_attribute("data-points", "365")
    near = points(page)
    middle = "() => { const u = document.querySelector('.etolib-chart canvas'); return u.toDataURL().length; }"
    light = page.evaluate(middle)
    page.evaluate("document.querySelector('.etolib-page').classList.add('etolib-dark')")
    page.wait_for_function(f"({middle})() !== {light}")
    has_points(page, near)
    expect(page.locator(".etolib-chart")).to_have_attribute("data-day", "2024-01-01")
    expect(page.locator(".etolib-chart canvas")).to_have_count(1)


def test_it_fits_a_phone_and_follows_the_width(tab):
    page = shown(tab, Chart, size={"width": 390, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    narrow = page.locator(".etolib-chart canvas").bounding_box()["width"]
    page.set_viewport_size({"width": 860, "height": 620})
    page.wait_for_function(f"document.querySelector('.etolib-chart canvas').clientWidth > {narrow} + 300")


def test_it_draws_when_its_tab_is_opened(tab):
    widget = Chart()
    widget.show("en", YEAR, None, METRIC)
    tab.set_viewport_size({"width": 860, "height": 620})
    alone.show(tab, widget, style="display: none")
    expect(tab.locator(".etolib-chart canvas")).to_have_count(0)
    tab.evaluate("document.getElementById('widget').style.display = ''")
    expect(tab.locator(".etolib-chart")).to_have_attribute("data-points", "365")


def test_another_language_and_other_units_keep_the_day_and_the_view(tab):
    page = shown(tab, Chart)
    page.locator(".etolib-chart-plot").focus()
    page.keyboard.press("Home")
    page.keyboard.press("+")
    expect(page.locator(".etolib-chart")).not_to_have_attribute("data-points", "365")
    near = points(page)
    widget = Chart()
    widget.show("pt", YEAR, None, US)
    alone.give(page, widget)
    inches = f"{daily.column(YEAR, 'eto', US)[0]:.3f}".replace(".", ",")
    expect(page.locator('[data-series="eto"] b')).to_have_text(inches)
    expect(page.locator('[data-series="rain"] span')).to_have_text("chuva")
    has_points(page, near)


def test_a_long_record_and_one_day_are_drawn(tab):
    page = shown(tab, Chart, LONG)
    assert ink(page) > 10_000
    one = alone.packed(1, forecast=0)
    one = one | {"days": 1}
    page = shown(tab, Chart, one)
    assert ink(page) > 100


def test_days_without_any_value_are_said_and_drawn_as_nothing(tab):
    none = alone.result(5, forecast=0)
    none.table[["eto", "eto_lower", "eto_upper", "precipitation"]] = float("nan")
    none.table[["kind", "quality", "source", "flags"]] = None
    none.source_eto[:] = float("nan")
    page = shown(tab, Chart, daily.pack(none))
    expect(page.locator(".etolib-chart-key")).to_have_count(0)
    expect(page.get_by_role("application")).to_have_attribute("aria-label", re.compile("no day has a value"))
    page.locator(".etolib-chart-plot").focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator(".etolib-chart-said")).to_contain_text("2024-01-02: ETo –")
    page = shown(tab, DayTable, daily.pack(none))
    assert column(page, 2) == ["–"] * 5


# --- table ------------------------------------------------------------------------------------------------------------


def column(page: Any, n: int) -> list[str]:
    texts: list[str] = page.eval_on_selector_all(
        f".etolib-days tbody tr:not(.spacer) > :nth-child({n})", "all => all.map(one => one.textContent)"
    )
    return texts


def test_every_row_is_in_the_page_with_the_numbers_of_the_file(tab):
    page = shown(tab, DayTable)
    rows = page.locator(".etolib-results table tbody tr")
    expect(rows).to_have_count(365)
    for n, name in ((2, "eto"), (3, "eto_lower"), (4, "eto_upper"), (5, "precipitation")):
        assert column(page, n) == [expected(YEAR, i, name) for i in range(365)], name
    assert column(page, 1)[:2] == ["2024-01-01", "2024-01-02"]
    low = [row for row in column(page, 9) if row]
    assert set(low) == {"solar radiation: from the range of temperature; wind: 2 m/s assumed"}
    table = page.locator(".etolib-days table")
    expect(table).to_have_attribute("aria-rowcount", "366")
    expect(page.locator("thead th[scope=col]")).to_have_count(9)
    expect(rows.nth(4).locator("th[scope=row]")).to_have_text("2024-01-05")


@pytest.mark.parametrize(("head", "n"), [("ETo", 2), ("Rain", 5)])
def test_a_header_sorts_by_key_and_by_click(tab, head, n):
    page = shown(tab, DayTable)
    button = page.get_by_role("button", name=head, exact=True)
    button.focus()
    page.keyboard.press("Enter")
    up = [float(v) for v in column(page, n) if v != "–"]
    assert up == sorted(up)
    assert column(page, n)[-3:] == ["–"] * 3  # absent ones last, whichever way
    header = page.locator(f"thead th:nth-child({n})")
    expect(header).to_have_attribute("aria-sort", "ascending")
    button.click()
    expect(header).to_have_attribute("aria-sort", "descending")
    assert [float(v) for v in column(page, n) if v != "–"] == up[::-1]
    assert column(page, n)[-3:] == ["–"] * 3
    expect(page.locator("[aria-sort]")).to_have_count(1)


def test_days_of_one_quality_or_with_an_estimate_alone(tab):
    page = shown(tab, DayTable)
    page.get_by_label("Quality").select_option(label="LOW")
    low = daily.column(YEAR, "quality").count(2)
    expect(page.locator("tbody tr")).to_have_count(low)
    assert set(column(page, 6)) == {"LOW"}
    expect(page.locator(".etolib-table-count")).to_have_text(f"{low} of 365 days")
    page.get_by_label("Quality").select_option(label="all")
    page.get_by_label("only days with an estimated input").check()
    estimated = sum(flag is not None for flag in daily.column(YEAR, "flags"))
    expect(page.locator("tbody tr")).to_have_count(estimated)
    page.get_by_label("Quality").select_option(label="HIGH")
    expect(page.locator("tbody tr")).to_have_count(0)
    expect(page.get_by_text("No day is like that.")).to_be_visible()


def test_of_a_long_record_the_rows_that_are_seen_are_drawn(tab):
    page = shown(tab, DayTable, LONG)
    frame = page.locator(".etolib-table-frame")
    assert page.locator("tbody tr").count() < 80
    expect(page.locator(".etolib-days table")).to_have_attribute("aria-rowcount", "11001")
    days = [alone.iso(value) for value in daily.column(LONG, "day")]
    for share in (0.5, 1.0, 0.0):
        frame.evaluate("(one, share) => { one.scrollTop = share * one.scrollHeight; }", share)
        page.wait_for_function(
            """(share) => { const frame = document.querySelector('.etolib-table-frame');
            const rows = [...frame.querySelectorAll('tbody tr:not(.spacer)')].map((row) => row.getBoundingClientRect());
            const { top, bottom } = frame.getBoundingClientRect();
            return rows.length && rows[0].top <= top + 33 && rows.at(-1).bottom >= bottom - 20; }""",
            arg=share,
        )
        first = page.locator("tbody tr:not(.spacer)").first
        at = int(first.get_attribute("aria-rowindex")) - 2
        expect(first.locator("th")).to_have_text(days[at])
    heights = page.eval_on_selector_all(
        "tbody tr:not(.spacer)", "all => [...new Set(all.map(one => one.offsetHeight))]"
    )
    assert heights == [30]


def test_a_table_that_is_not_seen_takes_no_focus(tab):
    page = shown(tab, DayTable)
    page.evaluate("document.getElementById('widget').className = 'etolib-aside etolib-of-table'")
    page.wait_for_function("document.querySelector('.etolib-days thead button').tabIndex === -1")
    expect(page.locator("tbody tr")).to_have_count(365)  # still read aloud


def test_words_from_outside_stay_words(tab):
    odd = alone.packed(5, forecast=0)
    odd = odd | {"sources": ["<img src=x onerror=alert(1)>"] * 9, "place": "<b>x</b>"}
    page = shown(tab, DayTable, odd)
    expect(page.locator("tbody img")).to_have_count(0)
    page = shown(tab, Chart, odd)
    expect(page.locator(".etolib-chart img")).to_have_count(0)
