"""For everybody: what axe-core finds of every state of an app, its keyboard alone, its languages.

An app joins by a row in `APPS`: its name, and a walk that stops at every state worth looking at.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from etolib.widgets import front
from tests.browser.stage import PATIENCE_MS, Visitor, until

AXE = front.BUILT.parent / "node_modules" / "axe-core" / "axe.min.js"

SIZES = {"wide": (1440, 900), "narrow": (390, 844)}
COLOURS = ("color-contrast", "link-in-text-block")
"""Rules of which the theme changes the answer: the dark one changes colours and nothing else (`style.css`)."""

TABS = ("chart", "table", "day", "compare", "normals", "water", "take-away")

_RUN = """
async ([only, where]) => {
  const options = {resultTypes: ['violations'], ...(only.length ? {runOnly: only} : {})};
  const {violations} = await axe.run(where, options);
  return violations.map(({impact, id, nodes}) => [impact, id, nodes.map(({target, any, all, none}) =>
    `${target.join(' ')}: ${[...any, ...all, ...none].map((one) => one.message).join('; ')}`)]);
}
"""


def found(page: Page, only: tuple[str, ...] = (), where: str = "html") -> list[Any]:
    """Return what axe-core finds wrong, but what it calls minor: impact, rule, places."""
    if not page.evaluate("typeof axe !== 'undefined'"):
        page.evaluate(AXE.read_text(encoding="utf-8"))
    return [one for one in page.evaluate(_RUN, [list(only), where]) if one[0] != "minor"]


Look = Callable[[str], None]


_MAKING = ".etolib-pane .etolib-making"


def made(page: Page) -> None:
    """Wait until a worker has made what the open tab shows."""
    expect(page.locator(_MAKING)).to_have_count(0, timeout=PATIENCE_MS)


def walk_eto(visitor: Visitor, look: Look) -> None:
    """Empty, with everything wrong, and a result in every tab."""
    page = visitor.page
    page.locator(".etolib-search input").fill("xqzxqz")
    expect(page.locator(".etolib-search-said")).not_to_have_text("", timeout=PATIENCE_MS)
    look("empty")
    page.locator(".etolib-search input").fill("")
    visitor.fill("150", "west", "2024-07-40")
    visitor.calculate()
    expect(page.locator(".etolib-field-error .etolib-error").first).to_be_visible()
    page.locator(".etolib-auto input").uncheck()
    look("wrong")
    page.locator(".etolib-auto input").check()
    visitor.fill("-22.7", "-47.6", "2024-05-20/2024-07-06")
    visitor.calculate()
    visitor.expect_status("SUCCESS")
    for name in TABS:
        page.locator(f".etolib-tab-{name}").click()
        expect(page.locator(f".etolib-tab-{name}.etolib-open")).to_be_visible(timeout=PATIENCE_MS)
        expect(page.locator(".etolib-pane")).not_to_have_text("", timeout=PATIENCE_MS)
        made(page)
        look(name)


def walk_compare(visitor: Visitor, look: Look) -> None:
    """With nothing to compare, and two places in every tab."""
    page = visitor.page
    page.locator(".etolib-places-typed textarea").fill("nowhere")
    page.locator(".etolib-places-add").click()
    page.locator(".etolib-period input").fill("2024-07-40")
    page.locator(".etolib-calculate").click()
    expect(page.locator(".etolib-field-error .etolib-error").first).to_be_visible()
    look("wrong")
    page.locator(".etolib-places-typed textarea").fill("-22.7, -47.6\n-9.39, -40.5")
    page.locator(".etolib-places-add").click()
    page.locator(".etolib-period input").fill("2024-05-20/2024-07-06")
    page.locator(".etolib-calculate").click()
    expect(page.locator(".etolib-chart-key[data-place]")).to_have_count(2, timeout=PATIENCE_MS)
    for name in ("chart", "table", "summary", "take-away"):
        page.locator(f".etolib-tab-{name}").click()
        expect(page.locator(".etolib-pane")).not_to_have_text("", timeout=PATIENCE_MS)
        made(page)
        look(name)


def walk_region(visitor: Visitor, look: Look) -> None:
    """With everything wrong, and four places of a box as a map and in both tabs."""
    page = visitor.page
    page.locator(".etolib-region-box input").fill("1, 2, 3")
    page.locator(".etolib-period input").fill("2024-07-40")
    page.locator(".etolib-calculate").click()
    expect(page.locator(".etolib-field-error .etolib-error").first).to_be_visible()
    look("wrong")
    page.locator(".etolib-region-box input").fill("-48, -23, -47, -22")
    page.locator(".etolib-region-box input").press("Enter")
    page.locator(".etolib-region-spacing input").fill("0.5")
    page.locator(".etolib-region-spacing input").press("Enter")
    page.locator(".etolib-period input").fill("2024-05-01/2024-05-05")
    page.locator(".etolib-calculate").click()
    expect(page.locator('.etolib-region-progress[data-done="4"]')).to_be_visible(timeout=PATIENCE_MS)
    expect(page.locator(".etolib-region-classes i").first).to_be_visible()
    expect(page.locator(".etolib-region-mean")).to_contain_text("100 %", timeout=PATIENCE_MS)
    page.locator(".etolib-step-of select").select_option(label="a day")
    expect(page.locator(".etolib-region-days")).to_be_visible()
    for name in ("chart", "table"):
        page.locator(f".etolib-tab-{name}").click()
        expect(page.locator(".etolib-pane")).not_to_have_text("", timeout=PATIENCE_MS)
        made(page)
        look(name)


def dark(page: Page, lights_out: bool) -> None:
    """Put on a theme as the page does it, without asking its kernel."""
    page.evaluate("(dark) => document.querySelector('.etolib-page').classList.toggle('etolib-dark', dark)", lights_out)


APPS: dict[str, tuple[str, Callable[[Visitor, Look], None]]] = {
    "eto": ("", walk_eto), "compare": ("", walk_compare), "region": ("?sources=climatology", walk_region),
}  # fmt: skip
"""By its name: the query it is opened with, and its walk."""


@pytest.mark.skipif(not AXE.is_file(), reason="axe-core is not installed (python tools/build_front.py)")
@pytest.mark.parametrize("name", APPS)
def test_axe_finds_nothing(visit, stage, weather, name):
    query, walk = APPS[name]
    visitor = visit(query, name)
    page = visitor.page
    wrong: dict[str, Any] = {}

    def look(state: str) -> None:
        for size, (width, height) in SIZES.items():
            page.set_viewport_size({"width": width, "height": height})
            for theme in ("light", "dark"):
                dark(page, theme == "dark")
                where = ".etolib-right" if state in TABS[1:] and (size, theme) != ("wide", "light") else "html"
                if bad := found(page, COLOURS if theme == "dark" else (), where):
                    wrong[f"{state}, {size}, {theme}"] = bad
            dark(page, False)

    walk(visitor, look)
    assert wrong == {}


# --- languages --------------------------------------------------------------------------------------------------------

SAME = {
    "pt": "Latitude|Longitude|Eqs?[.]",
    "es": "Cacao",
    "all": "CC BY|GeoNames|Piracicaba|Petrolina|MET Norway|NASA POWER|ipyleaflet|EN|ES|PT|last-30-days|ETo?|P|PNG|KGE"
    "|RMSE|Kc ini|Kcb|Ke|gridMET|SILO Data Drill|Meteostat"
    "|Dual|FAO-56|Normal|total|mm|in|km|kB|kPa|MJ|rad|m²|d|HTML|IPYNB|JSON|NC|PARQUET|PY|TXT|XLSX|ZIP|CSV|NetCDF|GeoJSON|([?]task=)?eto-[0-9a-f]{32}",
}
"""What is written as English writes it: names, symbols, units, endings of files, and words that are the same."""

_TEXTS = """
() => {
  const found = new Set();
  const take = (text) => { if (/\\p{L}{2}/u.test(text ?? '')) found.add(text.replace(/\\s+/g, ' ').trim()); };
  const skipped = '.etolib-said, style, script, pre, code, math, .etolib-page [lang=en]';
  const names = ['title', 'aria-label', 'aria-roledescription', 'placeholder', 'alt', 'data-word', 'data-done'];
  const page = document.querySelector('.etolib-page');
  const walk = document.createTreeWalker(page, NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_TEXT);
  for (let node = walk.nextNode(); node; node = walk.nextNode()) {
    if ((node.parentElement ?? page).closest(skipped)) continue;
    if (node.nodeType === Node.TEXT_NODE) {
      if (!node.parentElement.matches('.etolib-status')) take(node.data); // for programs; data-word is shown
    } else {
      for (const name of names) take(node.getAttribute(name));
    }
  }
  return [...found];
}
"""


def own(texts: set[str], language: str) -> set[str]:
    """Return the texts that have a word which a language writes in its own way."""
    same = re.compile(rf"(?<![^\W_])({SAME['all']}|{SAME[language]})(?![^\W_])")
    return {one for one in texts if re.search(r"[^\W\d_]{2}", same.sub("", one))}


_VERSIONS = re.compile(r"(CC BY(?:-NC)?|NLOD|etolib) [\d.]+|-?[\d.]+, -?[\d.]+")


def pointed(texts: set[str]) -> set[str]:
    """Return the texts with a number that has a decimal point; versions and typed places keep theirs."""
    return {one for one in texts if re.search(r"\d[.]\d", _VERSIONS.sub("", one))}


def turn(page: Page, language: str, others: set[str]) -> tuple[set[str], set[str]]:
    """Turn the page to a language; return its texts, and those of them that are others."""
    page.locator(".etolib-language button", has_text=language.upper()).click()
    expect(page.locator("html")).to_have_attribute("lang", language)
    texts: set[str] = set()

    def changed() -> bool:
        nonlocal texts
        texts = set(page.evaluate(_TEXTS))
        return not texts & others and not page.locator(_MAKING).count()

    with contextlib.suppress(TimeoutError):  # what has not changed by then will not
        until(changed, "the page to change its language", 4)
    return texts, texts & others


@pytest.mark.parametrize("name", APPS)
def test_no_english_is_left_in_another_language(visit, stage, weather, name):
    query, walk = APPS[name]
    visitor = visit(query, name)
    page = visitor.page
    wrong: dict[str, set[str]] = {}

    def look(state: str) -> None:
        english = set(page.evaluate(_TEXTS))
        assert len(english) > 40
        for language in ("pt", "es"):
            texts, left = turn(page, language, own(english, language))
            left |= pointed(texts) if language == "pt" else set()
            if left:
                wrong[f"{state}, {language}"] = left
        turn(page, "en", own(texts - english, "es"))

    walk(visitor, look)
    assert wrong == {}
    page.evaluate("document.querySelector('.etolib-main').append('Left in English')")
    english = own(set(page.evaluate(_TEXTS)), "pt")
    texts, left = turn(page, "pt", english - {"Left in English"})
    assert not left
    assert texts & english == {"Left in English"}


# --- the keyboard alone -----------------------------------------------------------------------------------------------

_FOCUS = """
() => {
  const one = document.activeElement;
  const {outlineStyle, outlineWidth} = getComputedStyle(one);
  const {x, y, width, height} = one.getBoundingClientRect();
  return {
    name: `${one.tagName} ${one.className} ${one.textContent.slice(0, 30)}`, body: one === document.body,
    ring: outlineStyle !== 'none' && parseFloat(outlineWidth) >= 1, seen: width > 4 && height > 4, place: [x, y],
  };
}
"""


class Hands:
    """Somebody without a pointer: every stop of the focus is looked at."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.unseen: list[str] = []  # stops where nothing shows that the focus is there
        self.stops: list[str] = []

    def press(self, key: str) -> None:
        """Press a key; the focus must be somewhere afterwards, and be seen."""
        self.page.keyboard.press(key)
        at = self.page.evaluate(_FOCUS)
        self.stops.append(at["name"])
        if not (at["ring"] and at["seen"]):
            self.unseen.append(at["name"])

    def go(self, target: str, key: str = "Tab", most: int = 45) -> None:
        """Press a key until the focus has come to what a selector finds."""
        for _ in range(most):
            self.press(key)
            if self.page.evaluate("(target) => document.activeElement.matches(target)", target):
                return
        raise AssertionError(f"{most} times {key} did not lead to {target}: {self.stops[-most:]}")


@pytest.mark.usefixtures("weather")
def test_a_calculation_by_keyboard_alone(visit):
    visitor = visit()
    page = visitor.page
    hands = Hands(page)
    focused = page.locator(":focus")

    # the place by its name, the period, the calculation
    hands.go(".etolib-search input")
    page.keyboard.type("Petrolina")
    expect(page.locator(".etolib-search-result:visible").first).to_contain_text("Petrolina, ", timeout=PATIENCE_MS)
    hands.go(".etolib-search-result")
    page.keyboard.press("Enter")
    expect(page.locator(".etolib-latitude input")).to_have_value(re.compile("^-9[.]"))
    expect(focused).to_have_count(1)  # the button of the answer has gone, the focus has not gone with it
    hands.go(".etolib-presets button[aria-pressed=false]:nth-of-type(2)")
    page.keyboard.press("Space")
    expect(page.locator(".etolib-day-count")).to_contain_text("14 days")
    hands.go(".etolib-calculate")
    page.keyboard.press("Enter")
    visitor.expect_status("SUCCESS")
    expect(page.locator(".etolib-said")).to_contain_text("calculated", timeout=PATIENCE_MS)
    expect(page.locator(".etolib-chart")).to_have_attribute("data-points", "14", timeout=PATIENCE_MS)

    # the chart: its day follows the arrows, and Tab leads out again
    hands.go(".etolib-tab[aria-selected=true]")
    hands.go(".etolib-chart-plot")
    day = page.locator(".etolib-chart").get_attribute("data-day")
    hands.press("ArrowLeft")
    expect(page.locator(".etolib-chart")).not_to_have_attribute("data-day", day)
    expect(page.locator(".etolib-chart-said")).to_contain_text("mm")
    hands.press("Tab")
    expect(page.locator(".etolib-chart-plot:focus")).to_have_count(0)

    # the tabs: arrows go, Enter opens
    hands.go(".etolib-tab[aria-selected=true]", "Shift+Tab")
    for name in TABS[1:]:
        hands.press("ArrowRight")
        expect(page.locator(f".etolib-tab-{name}")).to_be_focused()
        page.keyboard.press("Enter")
        expect(page.locator(f".etolib-tab-{name}")).to_have_attribute("aria-selected", "true")
    hands.press("Home")
    expect(page.locator(".etolib-tab-chart")).to_be_focused()
    hands.press("ArrowRight")
    page.keyboard.press("Enter")
    expect(page.locator(".etolib-tab-table")).to_have_attribute("aria-selected", "true")

    # the table is sorted
    hands.go(".etolib-days .c-eto button")
    page.keyboard.press("Enter")
    expect(page.locator(".etolib-days th.c-eto")).to_have_attribute("aria-sort", "ascending")

    # the card is closed, and the focus stays in the page
    hands.go(".etolib-close", most=20)
    page.keyboard.press("Enter")
    expect(page.locator(".etolib-card")).to_have_count(0)
    expect(focused).to_have_count(1)
    assert hands.unseen == []


# --- which language ---------------------------------------------------------------------------------------------------


def test_the_language_is_that_of_the_browser_until_somebody_chooses_one_and_a_change_loses_nothing(visit, weather):
    weather.fault("nasa_power", "slow")
    visitor = visit(locale="pt-BR")
    page = visitor.page
    html = page.locator("html")
    expect(html).to_have_attribute("lang", "pt")
    expect(page.locator(".etolib-calculate")).to_have_text("Calcular")
    assert "lang=" not in page.url
    assert "language" not in page.evaluate("JSON.parse(localStorage.getItem('etolib') ?? '{}')")

    # while it is being calculated
    visitor.fill("-22,7", "-47,6", "2024-05-01/2024-05-10")
    visitor.calculate()
    visitor.expect_status("PROCESSING")
    page.locator(".etolib-language button", has_text="ES").click()
    expect(page.locator(".etolib-cancel")).to_have_text("Cancelar")
    expect(page.locator(".etolib-longitude input")).to_have_value("-47,6")
    weather.clear()
    visitor.expect_status("SUCCESS")
    expect(page.locator(".etolib-results table tbody tr")).to_have_count(10, timeout=PATIENCE_MS)

    # with what was chosen in the tabs
    page.locator(".etolib-days .c-eto button").dispatch_event("click")
    page.locator(".etolib-tab-day").click()
    wind = page.locator(".etolib-day-input.etolib-day-u2 input")
    wind.fill("9")
    wind.press("Enter")
    expect(page.locator(".etolib-day-reset")).to_be_visible()
    expect(page.locator(".etolib-day-answer")).to_contain_text(
        "era"
    )  # what it was: the number beside it is the new one
    changed = page.locator(".etolib-day-eto").inner_text()
    page.locator(".etolib-language button", has_text="PT").click()
    expect(html).to_have_attribute("lang", "pt")
    expect(page.locator(".etolib-day-eto")).to_have_text(changed.replace(".", ","))
    expect(wind).to_have_value("9")
    expect(page.locator(".etolib-tab-day")).to_have_attribute("aria-selected", "true")
    expect(page.locator(".etolib-days th.c-eto")).to_have_attribute("aria-sort", "ascending")

    # what was chosen counts more than the browser from then on
    page.locator(".etolib-language button", has_text="ES").click()
    expect(html).to_have_attribute("lang", "es")
    page.wait_for_function("JSON.parse(localStorage.getItem('etolib')).language === 'es'")
    page.goto(visitor.url)
    expect(page.locator(".etolib-calculate")).to_have_text("Calcular", timeout=PATIENCE_MS)
    expect(html).to_have_attribute("lang", "es")


def test_a_language_that_the_page_does_not_speak_is_english(visit):
    page = visit(locale="de-DE").page
    expect(page.locator(".etolib-calculate")).to_have_text("Calculate")
    expect(page.locator("html")).to_have_attribute("lang", "en")
