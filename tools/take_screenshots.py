"""Take the pictures of the dashboard that stand in the documentation: ``python tools/take_screenshots.py [FOLDER]``.

The weather in them is simulated (``tests/simulator``): the pictures show what the page does, not what the weather was.
"""

from __future__ import annotations

import io
import os
import sys
import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

from PIL import Image
from playwright.sync_api import Browser, Page, expect, sync_playwright

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from tests.browser.stage import PATIENCE_MS, TODAY, Visitor, launch, serving, settings  # noqa: E402
from tests.simulator import WeatherServer  # noqa: E402

PETROLINA = {"lat": "-9.3986", "lon": "-40.5008", "elevation": "376", "name": "Petrolina"}


def hover(page: Page) -> None:
    """Rest the pointer on the chart, so that the values of a day are shown."""
    box = page.locator(".etolib-chart-plot").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] * 0.6, box["y"] + box["height"] * 0.5)


def tab(name: str) -> Callable[[Page], None]:
    """Return what opens a tab of the result and waits for its contents."""

    def show(page: Page) -> None:
        page.locator(f".etolib-tab-{name}").click()
        expect(page.locator(f".etolib-tab-{name}")).to_have_attribute("aria-selected", "true", timeout=PATIENCE_MS)
        expect(page.locator(".etolib-chart-plot")).to_be_hidden(timeout=PATIENCE_MS)
        page.mouse.move(0, 0)
        page.wait_for_function(
            "() => { const pane = document.querySelector('.etolib-pane'); return pane && pane.innerText.length > 200; }"
        )

    return show


def result(page: Page) -> None:
    """Bring the result to the top of a small screen."""
    page.locator(".etolib-results-head").evaluate("element => element.scrollIntoView()")
    hover(page)


def region(page: Page) -> None:
    """Wait until the map of a region is whole, and look at a place."""
    page.locator(".etolib-region-number input").fill("45")
    page.locator(".etolib-region-number input").press("Enter")
    expect(page.locator(".etolib-chart-plot")).to_be_visible(timeout=PATIENCE_MS)
    page.evaluate("document.activeElement.blur()")


@dataclass(frozen=True)
class Picture:
    """One picture: what is asked, how large the screen is, what is done once the result is there."""

    query: dict[str, str]
    then: Callable[[Page], None]
    width: int = 1440
    height: int = 900
    app: str = "eto"


PICTURES = {
    "chart": Picture(PETROLINA | {"period": "2023-07-01/2024-06-30", "theme": "light"}, hover),
    "one-day": Picture(PETROLINA | {"period": "2024-06-01/2024-06-30", "theme": "light"}, tab("day")),
    "table": Picture(PETROLINA | {"period": "2023-07-01/2024-06-30", "theme": "dark"}, tab("table")),
    "compare": Picture(PETROLINA | {"period": "2023-07-01/2024-06-30", "theme": "light"}, tab("compare"), 1024, 800),
    "water": Picture(PETROLINA | {"period": "2024-03-01/2024-06-30", "theme": "dark"}, tab("water"), 1024, 800),
    "region": Picture(
        {"box": "-48,-24,-45,-21", "spacing": "0.3", "period": "2024-05-01/2024-05-31", "theme": "light"},
        region,
        1440,
        1180,
        "region",
    ),
    "phone": Picture(PETROLINA | {"period": "2024-06-01/2024-07-06", "theme": "light"}, result, 390, 844),
}


def take(browser: Browser, url: str, picture: Picture) -> bytes:
    """Calculate what a picture asks and return it as PNG."""
    address = url.replace("eto.ipynb", f"{picture.app}.ipynb")
    visitor = Visitor(browser, address, viewport={"width": picture.width, "height": picture.height})
    page = visitor.open("?" + urlencode(picture.query | {"lang": "en"}))
    visitor.calculate()
    if picture.app == "eto":
        visitor.expect_status("SUCCESS")
    else:
        expect(page.locator(".etolib-region-progress:not([data-working])")).to_be_visible(timeout=PATIENCE_MS)
    expect(page.locator(".etolib-chart-plot")).to_be_visible(timeout=PATIENCE_MS)
    picture.then(page)
    page.wait_for_load_state("networkidle")
    page.evaluate("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
    taken = page.screenshot(animations="disabled")
    visitor.close()
    return taken


def main(folder: Path) -> None:
    """Take every picture into a folder."""
    from etolib.tasks import cluster

    folder.mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        scratch = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        weather = stack.enter_context(WeatherServer(today=TODAY))
        environment = settings(scratch / "cache", weather.environment())
        os.environ.update({name: value for name, value in environment.items() if name.startswith("ETOLIB_")})
        workers = stack.enter_context(cluster.start(2))
        url, _ = stack.enter_context(serving(workers.scheduler_address, environment, scratch))
        browser = launch(stack.enter_context(sync_playwright()))
        for name, picture in PICTURES.items():
            image = Image.open(io.BytesIO(take(browser, url, picture))).convert("RGB")
            image.quantize(256, dither=Image.Dither.NONE).save(folder / f"{name}.png", optimize=True)
            print(folder / f"{name}.png")
        browser.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "docs" / "screens")
