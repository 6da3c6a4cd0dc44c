"""The six scenarios of the main job, as a user meets them: real browser, real Voila, real worker processes."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from etolib.site import Period
from tests.browser.stage import PATIENCE_MS, Visitor, kernels, serving, until, wait_ready

TASK_ID = re.compile(r"^eto-[0-9a-f]{32}$")


def tasks_on(client):
    """Return the keys of the tasks of etolib that the scheduler knows."""

    def keys(dask_scheduler=None):
        return sorted(key for key in dask_scheduler.tasks if str(key).startswith("eto-"))

    return client.run_on_scheduler(keys)


def running_on(client):
    """Return the keys of the tasks that workers still hold."""

    def keys(dask_worker=None):
        return [str(key) for key in dask_worker.state.tasks if str(key).startswith("eto-")]

    return sorted(key for held in client.run(keys).values() for key in held)


def threads_on(client):
    """Return the names of the threads by which workers download."""

    def names():
        import threading

        return [thread.name for thread in threading.enumerate() if thread.name.startswith("etolib-download")]

    return sorted(name for held in client.run(names).values() for name in held)


def key_of(card):
    """Return the key of the task of a card, once it is written there."""
    expect(card.locator(".etolib-task-id")).to_have_text(TASK_ID)
    return card.locator(".etolib-task-id").inner_text()


def downloaded(page):
    """Return header comments and rows of the CSV that the page's link saves."""
    with page.expect_download() as waiting:
        page.locator(".etolib-download-csv").click()
    text = Path(waiting.value.path()).read_text(encoding="utf-8")
    comments = [line for line in text.splitlines() if line.startswith("# ")]
    rows = list(csv.DictReader(io.StringIO("".join(f"{line}\n" for line in text.splitlines() if line[:2] != "# "))))
    return comments, rows


# --- 1 ----------------------------------------------------------------------------------------------------------------


def test_click_calculate_watch_and_take_away(visit, weather):
    weather.fault("nasa_power", "slow")
    visitor = visit("?period=2024-03-01/2024-03-31")
    page = visitor.page
    page.locator(".etolib-map").click(position={"x": 200, "y": 220})
    for field in ("latitude", "longitude"):  # both, or what the map still has to say comes after what is typed
        expect(page.locator(f".etolib-{field} input")).not_to_have_value("")
    latitude = page.locator(".etolib-latitude input").input_value()
    visitor.fill("-22.7", "-47.6", "2024-03-01/2024-03-31")
    assert latitude != "-22.7"
    visitor.calculate()
    card = visitor.expect_status("PROCESSING")
    expect(card.locator(".etolib-task-id")).to_have_text(TASK_ID)
    expect(card.locator(".etolib-step")).to_contain_text("Download (2 of 5)", timeout=PATIENCE_MS)
    expect(card.locator(".etolib-source-bar[data-source=nasa_power]")).to_be_visible()
    expect(card.locator(".etolib-source-bar[data-source=open_meteo_archive]")).to_contain_text(
        "100 %", timeout=PATIENCE_MS
    )
    weather.clear()
    visitor.expect_status("SUCCESS")
    rows = page.locator(".etolib-results table tbody tr")
    expect(rows).to_have_count(31, timeout=PATIENCE_MS)
    page.get_by_role("tab", name="Table").click()
    expect(rows.first).to_contain_text("2024-03-01")
    expect(page.locator(".etolib-pane .etolib-days")).to_be_visible()
    page.get_by_role("tab", name="Chart").click()
    expect(page.locator(".etolib-pane .etolib-chart")).to_have_attribute("data-points", "31", timeout=PATIENCE_MS)
    chart = page.locator(".etolib-chart")
    last = str(chart.get_attribute("data-day"))
    page.locator(".etolib-chart .u-over").click(position={"x": 150, "y": 90})
    expect(chart).not_to_have_attribute("data-day", last)
    day = str(chart.get_attribute("data-day"))
    page.locator(".etolib-tab-day").click()
    expect(page.locator(".etolib-day-date input")).to_have_value(day)  # the day that was chosen in the chart
    comments, saved = downloaded(page)
    assert [row["date"] for row in saved] == [str(day) for day in Period("2024-03-01", "2024-03-31").days()]
    assert all(0 < float(row["eto"]) < 15 for row in saved)
    assert any("nasa_power" in line for line in comments)
    # The table shows what the file holds.
    shown = rows.nth(4).locator("td").first.inner_text()
    assert float(shown) == pytest.approx(float(saved[4]["eto"]), abs=0.006)
    href = page.locator(".etolib-share").get_attribute("href")
    assert "lat=-22.7" in href
    assert "period=2024-03-01" in href


# --- 2 ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("latitude", "longitude", "period", "reason"),
    [
        ("150", "-47.6", "2024-03", "must be a number from -90 to 90"),
        ("<b>north</b>", "-47.6", "2024-03", "<b>north</b>"),
        ("", "", "2024-03", "is empty"),
        ("-22.7", "-47.6", "2024-03-31/2024-03-01", "lies before the start"),
    ],
    ids=["latitude 150", "text", "empty", "end before start"],
)
def test_bad_input_is_told_and_nothing_is_started(visit, stage, weather, latitude, longitude, period, reason):
    visitor = visit()
    before = tasks_on(stage.client)
    visitor.fill(latitude, longitude, period)
    visitor.calculate()
    wrong = visitor.page.locator(".etolib-field-error .etolib-error")
    expect(wrong.first).to_contain_text(reason)
    expect(visitor.page.locator(".etolib-card")).to_have_count(0)
    assert set(tasks_on(stage.client)) <= set(before)  # those of tests before may still be leaving
    visitor.fill("-22.7", "-47.6", "2024-03")
    expect(wrong).to_have_count(0)
    assert weather.calls("nasa_power") == []


# --- 3 ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("fault", ["refuse", "hang"], ids=["provider down", "provider hanging"])
def test_a_provider_that_fails_is_told_and_retry_works(visit, weather, fault):
    place = {"refuse": ("-10.0", "-50.0"), "hang": ("-11.0", "-51.0")}[fault]
    weather.fault("nasa_power", fault)
    visitor = visit("?sources=nasa_power")
    visitor.fill(*place, "2024-02-01/2024-02-10")
    visitor.calculate()
    card = visitor.expect_status("ERROR")
    expect(card.locator(".etolib-error")).to_contain_text("NASA POWER")
    weather.clear()
    card.locator(".etolib-retry").click()
    visitor.expect_status("SUCCESS", 1)
    expect(visitor.page.locator(".etolib-results table tbody tr")).to_have_count(10, timeout=PATIENCE_MS)


@pytest.fixture
def hurried(browser, stage, weather, tmp_path):
    """A visitor of a server whose calculations may take five seconds, and whose downloads a minute."""
    limits = {"ETOLIB_TIMEOUT": "5", "ETOLIB_DEADLINE": "60"}
    with serving(stage.scheduler, stage.environment | limits, tmp_path) as (url, _):
        visitor = Visitor(browser, url)
        visitor.open()
        yield visitor
        visitor.close()
    assert (visitor.errors, visitor.outside) == ([], [])


def test_a_calculation_that_takes_too_long_ends_in_time_and_retry_works(hurried, stage, weather):
    weather.fault("nasa_power", "hang")
    hurried.fill("-13.0", "-52.0", "2024-02-01/2024-02-10")
    hurried.calculate()
    card = hurried.expect_status("TIMEOUT")
    expect(card.locator(".etolib-error")).to_contain_text("stopped after its limit of 5 s in stage Download")
    expect(card.locator(".etolib-error")).to_contain_text("choose a shorter period")
    until(lambda: not threads_on(stage.client), "the downloads to end")
    weather.clear()
    card.locator(".etolib-retry").click()
    hurried.expect_status("SUCCESS", 1)
    expect(hurried.page.locator(".etolib-results table tbody tr")).to_have_count(10, timeout=PATIENCE_MS)


# --- 4 ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("way", ["cancel", "close"])
def test_cancel_and_close_stop_the_work(visit, stage, weather, way):
    weather.fault("nasa_power", "slow")
    visitor = visit()
    visitor.fill(*{"cancel": ("5.0", "20.0"), "close": ("6.0", "21.0")}[way], "2024-01-01/2024-01-31")
    visitor.calculate()
    card = visitor.expect_status("PROCESSING")
    weather.wait_for_calls(1, "nasa_power", timeout=30)
    key = key_of(card)
    assert key in tasks_on(stage.client)
    if way == "cancel":
        visitor.page.set_viewport_size({"width": 1280, "height": 700})  # lower than the form
        visitor.page.evaluate("scrollTo(0, 0)")
        expect(visitor.page.locator(".etolib-cancel")).to_be_in_viewport(ratio=1)
        visitor.page.locator(".etolib-cancel").click()
        visitor.expect_status("CANCELLED")
        expect(visitor.page.locator(".etolib-cancel")).to_be_hidden()
        expect(visitor.page.locator(".etolib-calculate")).to_be_focused()  # beside it, and the page stays where it was
        assert visitor.page.evaluate("scrollY") == 0
    else:
        card.locator(".etolib-close").click()
        expect(visitor.page.locator(".etolib-card")).to_have_count(0)
    until(lambda: key not in tasks_on(stage.client), "the scheduler to forget the task")
    until(lambda: key not in running_on(stage.client), "the workers to forget the task")
    until(lambda: not threads_on(stage.client), "the downloads to end")


# --- 5 ----------------------------------------------------------------------------------------------------------------


def test_two_tabs_show_only_their_own(visit, weather, stage):
    weather.fault("nasa_power", "slow")
    places = [("12.5", "3.5", "12.5000°N 3.5000°E"), ("-33.5", "151.0", "33.5000°S 151.0000°E")]
    visitors = []
    for _ in places:
        visitors.append(visit())
        wait_ready(stage.url)
    for visitor, (latitude, longitude, _) in zip(visitors, places, strict=True):
        visitor.fill(latitude, longitude, "2024-04-01/2024-04-15")
        visitor.calculate()
    for visitor in visitors:
        visitor.expect_status("PROCESSING")
    weather.clear()
    for visitor, (latitude, _, words) in zip(visitors, places, strict=True):
        card = visitor.expect_status("SUCCESS")
        expect(visitor.page.locator(".etolib-card")).to_have_count(1)
        expect(card).to_contain_text(words)
        expect(visitor.page.locator(".etolib-results-title")).to_contain_text(words, timeout=PATIENCE_MS)
        comments, rows = downloaded(visitor.page)
        assert any(f"latitude {float(latitude):.5f}" in line for line in comments)
        assert len(rows) == 15
    identities = {key_of(visitor.card()) for visitor in visitors}
    assert len(identities) == 2


# --- 6: no error in any console and no address outside is checked for every visitor of every test, in `visit` ---------


def test_the_link_of_a_task_brings_it_back(visit, weather):
    first = visit("?lat=40&lon=-3.5&period=2024-05-01/2024-05-05")
    first.calculate()
    card = first.expect_status("SUCCESS")
    key = key_of(card)
    second = visit(f"?task={key}")
    second.expect_status("SUCCESS")
    expect(second.page.locator(".etolib-results table tbody tr")).to_have_count(5, timeout=PATIENCE_MS)
    expect(second.page.locator(".etolib-results-title")).to_contain_text("40.0000°N 3.5000°W")


def test_everything_shown_changes_its_language_at_once(visit, weather):
    visitor = visit("?lat=-22.7&lon=-47.6&period=2024-03-01/2024-03-10")
    page = visitor.page
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page.locator(".etolib-elevation-source")).to_contain_text("m, from Open-Meteo")
    visitor.calculate()
    visitor.expect_status("SUCCESS")
    chart = page.locator(".etolib-chart")
    expect(chart).to_contain_text("interval", timeout=PATIENCE_MS)
    expect(chart.get_by_role("application")).to_have_attribute("aria-label", re.compile("^Chart of 10 days"))
    page.locator(".etolib-language button", has_text="PT").click()
    expect(page.locator("html")).to_have_attribute("lang", "pt")
    expect(page.locator(".etolib-elevation-source")).to_contain_text("m, segundo Open-Meteo")
    expect(page.locator(".leaflet-control-zoom-in")).to_have_attribute("title", "Aproximar")
    expect(chart).to_contain_text("chuva", timeout=PATIENCE_MS)
    expect(chart).not_to_contain_text("rain")
    expect(chart).to_contain_text("intervalo")
    expect(chart.get_by_role("application")).to_have_attribute("aria-label", re.compile("^Gráfico de 10 dias"))


def test_the_address_fills_the_form_and_outside_text_stays_text(visit, weather):
    visitor = visit(
        "?lat=%3Cimg%20src=x%20onerror=alert(1)%3E&lon=10&period=2024&sources=nasa_power&lang=pt&theme=dark"
    )
    page = visitor.page
    expect(page.locator(".etolib-longitude input")).to_have_value("10")
    expect(page.locator(".etolib-latitude input")).to_have_value("<img src=x onerror=alert(1)>")
    expect(page.locator(".etolib-calculate")).to_have_text("Calcular")
    expect(page.locator(".etolib-page.etolib-dark")).to_be_visible()
    expect(page.get_by_label("NASA POWER", exact=True)).to_be_checked()
    visitor.calculate()
    expect(page.locator(".etolib-field-error .etolib-error").first).to_contain_text("<img src=x onerror=alert(1)>")
    expect(page.locator(".etolib-page img[src=x]")).to_have_count(0)


def test_a_closed_tab_takes_its_kernel_and_its_work_along(visit, stage, weather):
    weather.fault("nasa_power", "slow")
    visitor = visit()
    visitor.fill("7.0", "22.0", "2024-01-01/2024-01-31")
    visitor.calculate()
    card = visitor.expect_status("PROCESSING")
    key = key_of(card)
    wait_ready(stage.url)  # the pool is full again: no kernel is about to be started for it
    before = kernels(stage.server)
    visitor.page.goto("about:blank")  # leaving is what sends the page's farewell
    until(lambda: len(kernels(stage.server)) < len(before), "the kernel to end with its tab")
    until(lambda: key not in tasks_on(stage.client), "the scheduler to forget the task of a closed tab")
    until(lambda: key not in running_on(stage.client), "the workers to forget it")


def test_a_task_that_shall_go_on_does_so_without_its_tab_and_is_found_by_its_link(visit, stage, weather):
    weather.fault("nasa_power", "slow")
    visitor = visit()
    visitor.fill("8.0", "23.0", "2024-01-01/2024-01-05")
    visitor.calculate()
    key = key_of(visitor.expect_status("PROCESSING"))
    visitor.page.get_by_label("Keep running when this page is closed").check()
    expect(visitor.page.locator(".etolib-going a")).to_have_attribute("href", f"?task={key}")
    before = kernels(stage.server)
    visitor.page.goto("about:blank")
    until(lambda: len(kernels(stage.server)) < len(before), "the kernel to end with its tab")
    assert key in tasks_on(stage.client)
    weather.release("nasa_power")
    again = visit(f"?task={key}")
    again.expect_status("SUCCESS")
    expect(again.page.locator(".etolib-results table tbody tr")).to_have_count(5, timeout=PATIENCE_MS)


def test_a_visitor_finds_his_tasks_in_another_tab_and_nobody_else_does(visit, weather):
    visitor = visit("?lat=9&lon=24&period=2024-01-01/2024-01-05")
    visitor.calculate()
    visitor.expect_status("SUCCESS")
    stranger = visit()
    page = visitor.page.context.new_page()
    page.goto(visitor.page.url.partition("?")[0])
    line = page.locator(".etolib-other:visible").filter(has_text="9.0000°N 24.0000°E")
    line.locator(".etolib-other-open").click(timeout=PATIENCE_MS)
    expect(page.locator(".etolib-results table tbody tr")).to_have_count(5, timeout=PATIENCE_MS)
    expect(page.locator(".etolib-other:visible")).to_have_count(0)
    expect(stranger.page.locator(".etolib-other:visible")).to_have_count(0)
    page.close()


def test_a_session_that_has_ended_says_so(visit):
    visitor = visit("?lang=pt")
    page = visitor.page
    # What the server does to a kernel that was idle for half an hour, asked for by the page's own means.
    ended = page.evaluate(
        """async () => {
          const id = JSON.parse(document.getElementById('jupyter-config-data').textContent).kernelId;
          const token = /_xsrf=([^;]+)/.exec(document.cookie)[1];
          const answer = await fetch(`/voila/api/shutdown/${id}`, {method: 'POST', headers: {'X-XSRFToken': token}});
          return answer.status;
        }"""
    )
    assert ended == 204
    expect(page.locator(".etolib-lost")).to_contain_text("A sessão terminou", timeout=PATIENCE_MS)
    page.locator(".etolib-lost button").click()
    expect(page.locator('.etolib-dot[data-state="running"]')).to_be_visible(timeout=PATIENCE_MS)
    expect(page.locator(".etolib-lost")).to_have_count(0)
    # The page may look for its kernel once more before it knows: the browser notes that 404, and it alone, as an error.
    assert len(visitor.errors) <= 1
    visitor.errors[:] = [error for error in visitor.errors if "404 (Not Found)" not in error]
