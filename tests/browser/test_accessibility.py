"""For everybody: what axe-core finds of every state of an app, its keyboard alone, its languages.

An app joins by a row in `APPS`: its name, and a walk that stops at every state worth looking at.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from etolib.widgets import front
from tests.browser.stage import PATIENCE_MS, Visitor

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


def walk_eto(visitor: Visitor, look: Look) -> None:
    """Empty, with everything wrong, and a result in every tab."""
    page = visitor.page
    look("empty")
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
        look(name)


def dark(page: Page, lights_out: bool) -> None:
    """Put on a theme as the page does it, without asking its kernel."""
    page.evaluate("(dark) => document.querySelector('.etolib-page').classList.toggle('etolib-dark', dark)", lights_out)


APPS: dict[str, tuple[str, Callable[[Visitor, Look], None]]] = {"eto": ("", walk_eto)}
"""By its name: the query it is opened with, and its walk."""


@pytest.mark.skipif(not AXE.is_file(), reason="axe-core is not installed (python tools/build_front.py)")
@pytest.mark.parametrize("name", APPS)
def test_axe_finds_nothing(visit, stage, weather, name):
    query, walk = APPS[name]
    visitor = visit(query)
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
