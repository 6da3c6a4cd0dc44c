"""A tab that is left and comes back: loaded again, by the back button, beside another tab; nothing is lost or jumps."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from etolib.widgets import front
from tests.browser.stage import PATIENCE_MS, kernel_of, kernels, until, wait_ready

BANNER = ".etolib-lost.etolib-banner"
PERIOD = "2024-06-10/2024-06-16"
# What the page looks like at the moment at which the shell goes.
WATCH = """
new MutationObserver((changes) => {
  for (const change of changes) for (const gone of change.removedNodes) {
    if (gone.id !== 'loading') continue;
    const map = document.querySelector('.etolib-map-frame')?.getBoundingClientRect();
    window.seen = {
      shell: gone.classList.contains('etolib-returning'),
      page: document.querySelector('.etolib-page').classList.contains('etolib-working'),
      map: map && [map.left, map.top, map.height].map(Math.round),
    };
  }
}).observe(document, { childList: true, subtree: true });
"""
MAP = """() => { const map = document.querySelector('.etolib-map-frame').getBoundingClientRect();
  return [map.left, map.top, map.height].map(Math.round); }"""


def shows(page, place, rows=7):
    expect(page.locator(".etolib-results-title")).to_contain_text(place, timeout=PATIENCE_MS)
    expect(page.locator(".etolib-results table tbody tr")).to_have_count(rows, timeout=PATIENCE_MS)


def kept(page, *what, store="sessionStorage"):
    """Wait until the browser keeps it: what was clicked and typed goes by the kernel."""
    for one in what:
        page.wait_for_function(f"() => JSON.parse({store}.getItem('etolib')).{one}")


@pytest.mark.usefixtures("weather")
def test_nothing_is_lost_and_nothing_jumps(visit):
    visitor = visit()
    page = visitor.page
    page.add_init_script(WATCH)
    visitor.fill("-12.1", "-45", PERIOD)
    visitor.calculate()
    visitor.expect_status("SUCCESS")
    shows(page, "12.1000°S 45.0000°W")
    page.locator(".etolib-tab-table").click()
    page.locator(".etolib-elevation input").fill("741")
    page.locator(".etolib-period input").fill("2024-05")
    kept(page, "shown[0].tab === 'table'", "typed[0].elevation === '741'", "typed[0].period === '2024-05'")

    # loaded again: the shell keeps the place of the result, and the map stays where it was first seen
    page.reload()
    shows(page, "12.1000°S 45.0000°W")
    seen = page.evaluate("window.seen")
    assert (seen["shell"], seen["page"]) == (True, True)
    assert seen["map"] == page.evaluate(MAP)
    expect(page.locator(".etolib-tab-table.etolib-open")).to_be_visible()
    expect(page.locator(".etolib-elevation input")).to_have_value("741")
    expect(page.locator(".etolib-period input")).to_have_value("2024-05")

    # a link of somebody else in the same tab, and back
    visitor.open("?lat=40&lon=-3.5&period=2024-06-01/2024-06-03&lang=pt")
    expect(page.locator(".etolib-latitude input")).to_have_value("40")
    expect(page.locator(".etolib-elevation input")).to_have_value("")
    shows(page, "12,1000°S 45,0000°W")  # what the tab had calculated is there as well
    page.go_back()
    expect(page.locator(".etolib-latitude input")).to_have_value("-12.1", timeout=PATIENCE_MS)
    shows(page, "12.1000°S 45.0000°W")

    # another tab of the same browser has no results, and does not undo what this one keeps
    other = visitor.context.new_page()
    other.goto(visitor.url)
    expect(other.locator('.etolib-dot[data-state="running"]')).to_be_visible(timeout=PATIENCE_MS)
    expect(other.locator(".etolib-card")).to_have_count(0)
    page.locator(".etolib-save-place:visible").click()
    kept(page, "saved?.length === 1", store="localStorage")
    other.locator(".etolib-language button", has_text="ES").click()
    expect(other.locator("html")).to_have_attribute("lang", "es")
    other.goto("about:blank")
    other.close()
    page.locator(".etolib-tab-take-away").click()  # asked of the worker: the result has outlived the other tab
    expect(page.locator(".etolib-files")).to_be_visible(timeout=PATIENCE_MS)
    page.reload()
    shows(page, "12.1000°S 45.0000°W")
    expect(page.locator(".etolib-places option").filter(has_text="★")).to_have_count(1, timeout=PATIENCE_MS)
    expect(page.locator("html")).to_have_attribute("lang", re.compile("es|en"))


@pytest.mark.usefixtures("weather")
def test_language_and_units_that_change_on_the_way_cost_nothing(visit):
    visitor = visit()
    page = visitor.page
    visitor.fill("-12.1", "-45", PERIOD)
    visitor.calculate()
    page.locator(".etolib-language button", has_text="PT").click()
    page.locator(".etolib-units button", has_text="in").click()
    visitor.expect_status("SUCCESS")
    shows(page, "12,1000°S 45,0000°W")
    expect(page.locator('.etolib-download-csv[data-units="us"]')).to_be_visible(timeout=PATIENCE_MS)
    first = page.locator(".etolib-results table tbody tr td").first
    expect(first).to_have_text(re.compile(r"0,\d{3}"))


@pytest.fixture
def slim():
    if front.manifest() is None:
        pytest.skip("the front end is not built here (python tools/build_front.py)")


@pytest.mark.parametrize("running", [False, True], ids=["idle", "while a task runs"])
def test_a_page_whose_kernel_is_killed_says_so_and_comes_back_by_itself(slim, visit, stage, weather, running):
    wait_ready(stage.url)
    visitor = visit("?lang=pt")
    page = visitor.page
    loads = []
    page.on("domcontentloaded", lambda _: loads.append(page.url))
    visitor.fill("-13.7", "-52.2" if running else "-46.3", PERIOD)
    if running:
        weather.fault("nasa_power", "slow")
    visitor.calculate()
    if running:
        visitor.expect_status("PROCESSING")
    else:
        visitor.expect_status("SUCCESS")
        shows(page, "13,7000°S 46,3000°W")
        kept(page, "tasks[0].open === undefined")
    kept(page, "tasks?.length === 1 && JSON.parse(sessionStorage.etolib).tasks[0].task")
    wait_ready(stage.url)  # no kernel is about to be started for the next visitor
    there = set(kernels(stage.server))
    kernel_of(stage.server, page).kill()
    expect(page.locator(BANNER)).to_contain_text("terminou de forma inesperada")
    visitor.seen(".etolib-elevation input").fill("741")  # nobody hears it but the page
    visitor.seen(".etolib-units button:has-text('in')").click()
    expect(page.locator(BANNER)).to_contain_text("A página voltou", timeout=PATIENCE_MS)
    expect(page.locator(".etolib-calculate")).to_have_text("Calcular")
    expect(page.locator(".etolib-units .mod-active")).to_have_text("in")
    expect(page.locator(".etolib-elevation input")).to_have_value("2431")  # the 741 m in feet
    weather.clear()
    visitor.expect_status("SUCCESS")
    expect(page.locator(".etolib-card")).to_have_count(1)
    shows(page, "13,7000°S 52,2000°W" if running else "13,7000°S 46,3000°W")
    page.get_by_role("button", name="ES", exact=True).click()
    expect(page.locator("html")).to_have_attribute("lang", "es")
    assert loads == []
    until(lambda: len(kernels(stage.server)) <= len(there), "no kernel to be left behind", 20)


@pytest.mark.parametrize("heard", [False, True], ids=["before it has heard", "after it has heard"])
@pytest.mark.usefixtures("slim", "weather")
def test_a_press_is_done_once_whether_the_kernel_that_is_killed_has_heard_it_or_not(visit, stage, heard):
    wait_ready(stage.url)
    visitor = visit()
    page = visitor.page
    kernel = kernel_of(stage.server, page)
    if heard:
        visitor.fill("-14.2", "-47.1", PERIOD)
        visitor.calculate()
        kept(page, "tasks?.length === 1")
    else:
        kernel.suspend()
        visitor.fill("-14.2", "-47.1", PERIOD)  # the two dates follow when a kernel has read it
        visitor.seen(".etolib-elevation input").fill("741")
        visitor.calculate()
        visitor.calculate()  # somebody who sees nothing come of it
    kernel.kill()
    expect(page.locator(BANNER)).to_contain_text("The page is back, with", timeout=PATIENCE_MS)
    visitor.expect_status("SUCCESS")
    shows(page, "14.2000°S 47.1000°W")
    expect(page.locator(".etolib-card .etolib-status:not(:empty)")).to_have_count(1)
    if not heard:
        page.wait_for_url("**elevation=741**")
    visitor.fill("-14.3", "-47.1", PERIOD)
    visitor.calculate()  # a press right after it says so
    visitor.expect_status("SUCCESS", 1)


@pytest.mark.parametrize(("field", "value"), [("latitude", "-14.5"), ("start", "2024-06-11")])
@pytest.mark.usefixtures("slim", "weather")
def test_a_press_for_which_the_form_is_another_by_now_is_not_done_and_that_is_said(visit, stage, field, value):
    wait_ready(stage.url)
    visitor = visit()
    page = visitor.page
    visitor.fill("-14.4", "-47.1", PERIOD)
    kernel = kernel_of(stage.server, page)
    kernel.suspend()
    visitor.calculate()
    visitor.seen(f".etolib-{field} input").fill(value)
    kernel.kill()
    expect(page.locator(BANNER)).to_contain_text("press again", timeout=PATIENCE_MS)
    expect(page.locator(".etolib-card .etolib-status:not(:empty)")).to_have_count(0)
    visitor.fill("-14.5", "-47.1", PERIOD)
    visitor.calculate()
    visitor.expect_status("SUCCESS")
    shows(page, "14.5000°S 47.1000°W")


@pytest.mark.usefixtures("slim", "weather")
def test_what_was_typed_on_the_page_of_a_region_while_no_kernel_heard_it_is_what_its_press_calculates(visit, stage):
    wait_ready(stage.url)
    region = visit("?period=2024-05-01/2024-05-03&sources=nasa_power&box=-48,-22,-47,-21", "region")
    kernel = kernel_of(stage.server, region.page)
    kernel.suspend()
    region.calculate()
    region.seen(".etolib-period input").fill("2024-05-02/2024-05-03")
    region.calculate()  # another press: it asks for other days
    kernel.kill()
    expect(region.page.locator(BANNER)).to_contain_text("The page is back, with", timeout=PATIENCE_MS)
    expect(region.page.locator(".etolib-region-cost")).to_contain_text("of 2 days", timeout=PATIENCE_MS)
    expect(region.seen(".etolib-region-progress")).to_be_visible(timeout=PATIENCE_MS)
    expect(region.seen(".etolib-period input")).to_have_value("2024-05-02/2024-05-03")


@pytest.mark.usefixtures("slim", "weather")
def test_a_press_does_not_overtake_what_was_typed_before_it(visit, stage):
    wait_ready(stage.url)
    visitor = visit()
    visitor.fill("-14.6", "-47.1", PERIOD)
    kernel = kernel_of(stage.server, visitor.page)
    kernel.suspend()  # it is busy
    visitor.seen(".etolib-elevation input").press_sequentially("741")
    visitor.calculate()
    kernel.resume()
    visitor.expect_status("SUCCESS")
    visitor.page.wait_for_url("**elevation=741**")


@pytest.mark.usefixtures("slim", "weather")
def test_a_click_that_no_kernel_has_heard_is_said(visit, stage):
    wait_ready(stage.url)
    visitor = visit()
    visitor.fill("-14.6", "-47.1", PERIOD)
    kept(visitor.page, "typed[0].period === '2024-06-10/2024-06-16'")
    kernel = kernel_of(stage.server, visitor.page)
    kernel.suspend()
    visitor.seen(".etolib-presets button").first.click()
    kernel.kill()
    expect(visitor.page.locator(BANNER)).to_contain_text("may not have been received", timeout=PATIENCE_MS)
    expect(visitor.seen(".etolib-period input")).to_have_value(PERIOD)


MENDER = """
async (source) => {
  window.told = []; window.renewals = [];
  window.etolib = { tell: (key) => told.push(key), say: (key) => key };
  window.fetch = async (path) => ({ ok: true, status: 200, json: async () => ({ ready: true }) });
  const { Mender } = await import(URL.createObjectURL(new Blob([source], { type: 'text/javascript' })));
  window.mender = new Mender({
    base: '/', kernel: () => ({ id: '1', isDisposed: false, reconnect: async () => 0 }),
    renew: () => new Promise((done, fail) => renewals.push({ done, fail })),
  });
  mender.heard('open', 'first');
}
"""


@pytest.fixture
def mender(browser):
    """What mends a page, alone: a server that always answers, and renewals that the test ends."""
    page = browser.new_page()
    page.evaluate(MENDER, (front.BUILT.parent / "src" / "page" / "mend.js").read_text(encoding="utf-8"))
    yield page
    page.close()


def test_a_new_kernel_that_ends_before_the_page_has_it_is_followed_by_another(mender):
    mender.evaluate("mender.heard('dead', 'first')")
    mender.wait_for_function("renewals.length === 1")
    mender.evaluate("mender.heard('open', 'second'); mender.heard('dead', 'second')")
    mender.evaluate("renewals[0].fail(new Error('its kernel is gone'))")
    mender.wait_for_function("renewals.length === 2")
    assert "page_back" not in mender.evaluate("told")
    mender.evaluate("mender.heard('open', 'third'); renewals[1].done({ look: false })")
    mender.wait_for_function("told.at(-1) === 'page_back'")
    assert mender.evaluate("[renewals.length, mender.busy]") == [2, False]


def test_a_kernel_that_ends_while_its_line_is_being_opened_again_is_not_missed(mender):
    mender.evaluate("mender.heard('cut', 'first')")  # it waits a moment before it asks
    mender.evaluate("mender.heard('open', 'second'); mender.heard('dead', 'second')")
    mender.wait_for_function("renewals.length === 1")
    mender.evaluate("mender.heard('open', 'third'); renewals[0].done({ look: true })")
    mender.wait_for_function("told.at(-1) === 'press_again'")


ASKED = """
<div id="rendered_cells"><div class="etolib-left"><div class="etolib-field etolib-quantity"><select><option>a<option>b
</select></div></div><div class="etolib-right"><div class="etolib-field etolib-region-box"><input value="1,2,3,4"></div>
<button class="etolib-calculate">Calculate</button></div></div>
"""
PRESSES = """
async (source) => {
  const { Presses } = await import(URL.createObjectURL(new Blob([source], { type: 'text/javascript' })));
  window.presses = new Presses(); window.went = 0;
  addEventListener('click', event => presses.clicked(event), { capture: true });
  document.querySelector('.etolib-calculate').onclick = () => { went += 1; presses.listen(); };
}
"""


ACTED = """
<div id="rendered_cells"><button class="etolib-play">Play</button><select><option>a<option>b</select>
<input type="checkbox"><button class="etolib-calculate">Calculate</button><button id="zoom">+</button>
<div class="etolib-period"><input id="period"></div></div><button id="outside">Reload</button>
"""
ACTS = """
async (source) => {
  const { Presses } = await import(URL.createObjectURL(new Blob([source], { type: 'text/javascript' })));
  window.presses = new Presses(); window.told = [];
  for (const kind of ['click', 'change']) addEventListener(kind, event => presses.acted(event), { capture: true });
  const tell = (event) => told.push(presses.listen({}, event.target.matches('button')));
  document.querySelectorAll('button:not(#zoom), input, select').forEach(one => one.addEventListener(
    one.matches('button') ? 'click' : 'change', tell));
  window.answer = (told) => told.iopub?.status({ content: { execution_state: 'idle' } });
}
"""


def test_clicks_and_choices_count_until_the_kernel_has_answered_what_it_was_told(browser):
    page = browser.new_page()
    page.set_content(ACTED)
    page.evaluate(ACTS, (front.BUILT.parent / "src" / "page" / "presses.js").read_text(encoding="utf-8"))
    for unconcerned in (
        ".etolib-calculate",
        "#zoom",
        "#outside",
    ):  # its own; tells nobody; no part
        page.click(unconcerned)
    page.fill("#period", "2024")
    page.locator("#period").blur()
    assert not page.evaluate("presses.missed()")
    page.click(".etolib-play")
    page.evaluate("answer(told.at(-1))")
    assert not page.evaluate("presses.missed()")
    page.select_option("select", "b")
    page.check("input[type=checkbox]")
    page.evaluate("answer(told.at(-2))")  # the choice, and not the tick
    assert page.evaluate("presses.missed()")
    assert not page.evaluate("presses.missed()")  # it is said once
    page.close()


def test_the_fields_of_a_region_stand_beside_its_map_and_make_another_press(browser):
    page = browser.new_page()
    page.set_content(ASKED)
    page.evaluate(PRESSES, (front.BUILT.parent / "src" / "page" / "presses.js").read_text(encoding="utf-8"))
    page.click("button")
    page.click("button")  # for the same
    page.select_option("select", "b")  # what the map shows is not what is asked
    page.click("button")
    assert page.evaluate("went") == 1
    page.fill("input", "1,2,3,5")
    page.click("button")
    assert page.evaluate("went") == 2
    page.fill("input", "1,2,3,6")
    assert page.evaluate("presses.again(document.getElementById('rendered_cells'))")
    page.close()
