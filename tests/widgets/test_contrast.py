"""Can be seen: the colours of the charts against what they are drawn on, in both themes, by the formula of WCAG 2.2."""

from __future__ import annotations

import re
from importlib import resources

import pytest

from etolib.widgets import front

SHEETS = (
    resources.files("etolib.widgets").joinpath("style.css").read_text(encoding="utf-8"),
    *((front.BUILT.parent / "src" / name / f"{name}.css").read_text(encoding="utf-8") for name in ("chart", "lines")),
)
LAB = {"dark": {"jp-layout-color0": "#111111", "jp-content-font-color1": "#ffffff"}, "light": {}}
"""What JupyterLab's own themes have of what the charts take from them."""

PLACES = {"in the page": True, "in JupyterLab": False}
TEXTS = {"muted": "axes, keys", "eto": "title of the axis", "rain-text": "axis of rain", "balance": "its axis"}
LINES = ("eto", "balance", "forecast", *(f"source-{n}" for n in range(1, 7)), *(f"place-{n}" for n in range(1, 13)))


def variables(theme, in_page):
    """Return every variable of the style sheets that holds for a chart, later rules over earlier ones."""
    found = {} if in_page else dict(LAB[theme])
    for sheet in SHEETS:
        for selector, body in re.findall(r"([^{}]+)\{([^{}]*)\}", re.sub(r"/\*.*?\*/|@import[^;]*;", "", sheet)):
            if "--" not in body:
                continue
            of_page = bool(re.search(r"\.etolib-page(?![^,]*\*)|\.etolib-dark", selector))
            only_lab = ":not(.etolib-page *)" in selector
            dark = "dark" in selector or 'light="false"' in selector
            if (dark and theme == "light") or (of_page and not in_page) or (only_lab and in_page):
                continue
            found |= dict(re.findall(r"--([\w-]+):\s*([^;]+)", body))
    return found


def resolved(found, name):
    value = found[name].strip()
    while match := re.fullmatch(r"var\(--([\w-]+)(?:,\s*(.*))?\)", value):
        value = found.get(match[1], match[2] or "").strip()
    return tuple(int(value.lstrip("#")[at : at + 2], 16) for at in (0, 2, 4))


def mixed(tone, share, below):
    return tuple(share * one + (1 - share) * other for one, other in zip(tone, below, strict=True))


def contrast(one, other):
    def luminance(colour):
        parts = [value / 255 for value in colour]
        red, green, blue = (v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4 for v in parts)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def test_the_formula():
    assert contrast((0, 0, 0), (255, 255, 255)) == pytest.approx(21)
    assert contrast((119, 119, 119), (255, 255, 255)) == pytest.approx(4.48, abs=0.005)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("where", PLACES)
def test_letters_and_lines_of_the_charts_can_be_seen(theme, where):
    found = variables(theme, PLACES[where])
    paper, forecast = (resolved(found, f"c-{name}") for name in ("paper", "forecast"))
    weak = {}
    for name in TEXTS:
        weak[name] = contrast(resolved(found, f"c-{name}"), paper), 4.5
    weak["word of the forecast"] = contrast(forecast, mixed(forecast, 0.13, paper)), 4.5
    for name in LINES:
        for ground in (paper, mixed(forecast, 0.13, paper)):
            weak[f"line {name} on {ground}"] = contrast(resolved(found, f"c-{name}"), ground), 3
    weak["bars of rain"] = contrast(mixed(resolved(found, "c-rain"), 0.8, paper), paper), 3
    assert {name: round(one, 2) for name, (one, least) in weak.items() if one < least} == {}
