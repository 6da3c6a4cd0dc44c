"""Run the notebooks and dashboards in a real JupyterLab in Chromium: a table of what works, and pictures to look at.

    make look-at-lab ARGS="01 apps --theme dark", or python tools/look_at_lab.py FOLDER [NAME ...] [--theme THEME]

Starts ``etolib lab`` offline on a free port in an empty folder. Opens a notebook with each dashboard in JupyterLab's
light and dark theme and calculates a month of the climatology; opens the copies of the notebooks that ``etolib lab``
has made, runs all cells, clicks the maps, and looks at the outputs in one theme, then in the other. ``shown`` is a
notebook of every object that shows itself (``tools/shown_in_lab.py``), ``launcher`` the card of jupyter-server-proxy,
where that is installed. Names after FOLDER choose among ``apps``, ``01`` ... ``07``, ``shown``, ``launcher``.

Writes pictures into FOLDER, cut so that they can be read, and prints a row for each notebook. Ends with 1 where a
console said an error, a cell failed or wrote to standard error, a request left the machine, an output had a scroll bar,
a text had too little contrast, a page was wider than its cell or did not follow the theme, a click on a map did
nothing, or a bar stood still. No test of the suite: some minutes in all.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import re
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import nbformat
from playwright.sync_api import Error, expect, sync_playwright
from shown_in_lab import CELLS, LEAST_CONTRAST, contrasts, kept_bars, scrolled, watch_bars

from etolib.serve.notebooks import FOLDER
from tests.browser.stage import PATIENCE_MS, launch, process, settings, until

APPS = {"Page": "lat=-9.39&lon=-40.5", "Comparison": "places=-9.39,-40.5,Petrolina;48.14,11.58,Munich"}
ROOT = Path(__file__).resolve().parents[1]
THEMES = ("Light", "Dark")
BARS = {"01": 1, "06": 1, "shown": 3}
MAPS = {"01": 2, "06": 1}
SETTINGS = {  # every cell is drawn, wherever it is; no news are asked for
    "@jupyterlab/notebook-extension/tracker.jupyterlab-settings": {"windowingMode": "none"},
    "@jupyterlab/apputils-extension/notification.jupyterlab-settings": {"fetchNews": "false", "checkForUpdates": False},
}
_TALL, _PIECE = 9000, 1500  # of the window, so that all outputs are drawn; of a picture [px]


@dataclass
class Row:
    """What was seen of a notebook."""

    name: str
    cells: int = 0
    console: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    maps: str = "-"
    bars: str = "-"
    contrast: str = "-"
    seconds: float = 0.0

    HEAD = ("notebook", "cells", "wrong", "console errors", "maps clicked", "bars", "least contrast", "seconds")

    def columns(self) -> tuple[str, ...]:
        """Return the cells of its row."""
        wrong, console = str(len(self.wrong)), str(len(self.console))
        return (self.name, str(self.cells), wrong, console, self.maps, self.bars, self.contrast, f"{self.seconds:.0f}")

    def told(self) -> str:
        """Return its row, and below it what is wrong."""
        return "\n    ".join([" | ".join(self.columns()), *self.console, *self.wrong])


def notebook(cells: list[str], home: Path) -> Path:
    """Write a notebook where JupyterLab sees it."""
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    path = home / f"look-{uuid.uuid4().hex[:8]}.ipynb"
    code = [nbformat.v4.new_code_cell(cell) for cell in cells]
    nbformat.write(nbformat.v4.new_notebook(cells=code, metadata=kernel), path)
    return path


@contextlib.contextmanager
def opened(browser: Any, lab: str, path: str, row: Row, theme: str, height: int) -> Iterator[Any]:
    """Open a notebook in a theme; yield its page, whose complaints go into the row."""
    start = time.monotonic()
    context = browser.new_context(viewport={"width": 1440, "height": height})
    page = context.new_page()
    page.set_default_timeout(PATIENCE_MS)
    page.on("console", lambda said: said.type == "error" and row.console.append(f"console: {said.text[:200]}"))
    page.on("pageerror", lambda error: row.console.append(f"page: {str(error)[:200]}"))
    page.on(
        "request",
        lambda asked: re.match(r"https?://(?!127\.0\.0\.1[:/])", asked.url) and row.wrong.append(f"asked {asked.url}"),
    )
    where, _, token = lab.partition("?")
    page.goto(f"{where}/workspaces/{Path(path).stem}-{theme}/tree/{path}?{token}")
    page.locator(".jp-Notebook .jp-Cell").first.wait_for()
    wear(page, theme)
    page.get_by_text("| Idle").wait_for()  # the kernel
    try:
        yield page
    except (AssertionError, Error) as error:
        row.wrong.append(str(error).splitlines()[0][:300])
    row.seconds += time.monotonic() - start
    context.close()


def wear(page: Any, theme: str) -> None:
    """Give JupyterLab a theme; the server keeps what was chosen last."""
    light = str(theme == "Light").lower()
    if page.locator("body").get_attribute("data-jp-theme-light") != light:
        page.get_by_text("Settings", exact=True).first.click()
        page.get_by_text("Theme", exact=True).first.hover()
        page.get_by_text(f"JupyterLab {theme}", exact=True).first.click()
        expect(page.locator("body")).to_have_attribute("data-jp-theme-light", light)


def calculate(page: Any, row: Row, theme: str, picture: Path) -> None:
    """Show a dashboard, calculate, take a picture, click its map."""
    page.locator(".jp-Notebook .jp-Cell").first.click()
    page.keyboard.press("Control+Enter")
    page.locator('.etolib-dot[data-state="running"]').wait_for()
    page.locator(".etolib-calculate").click()
    page.locator(".etolib-chart-plot canvas").first.wait_for()
    page.screenshot(path=picture)
    row.cells = 1
    row.maps = clicked(page, row, 1)
    dressed(page, row, theme)


def dressed(page: Any, row: Row, theme: str) -> None:
    """Add what is wrong with the dashboards of a page: wider than their cell, or of the other theme."""
    for wide, room, dark in page.evaluate(
        "() => [...document.querySelectorAll('.etolib-page')]"
        ".map(e => [e.scrollWidth, e.clientWidth, e.classList.contains('etolib-dark')])"
    ):
        row.wrong += [f"{wide} px in {room} px"] if wide > room else []
        row.wrong += [] if dark == (theme == "Dark") else ["a dashboard has not the theme of JupyterLab"]


def clicked(page: Any, row: Row, wanted: int) -> str:
    """Click the map of each dashboard and see that its form has heard it; return how many did, of how many."""
    worked = 0
    dashboards = page.locator(".etolib-page")
    for at in range(dashboards.count()):
        one = dashboards.nth(at)
        chart = one.locator(".etolib-map").first
        try:
            expect(chart.locator(".leaflet-pane img, .leaflet-pane path, .leaflet-pane canvas").first).to_be_attached()
            if one.locator(".etolib-draw-polygon").count():
                _polygon(page, one, chart)
            elif one.locator(".etolib-places-typed").count():
                before = chart.locator(".etolib-number").count()
                _click(chart, 0.45, 0.6)
                expect(chart.locator(".etolib-number")).to_have_count(before + 1)
            else:
                field = one.locator(".etolib-latitude input")
                before = field.input_value()
                _click(chart, 0.3, 0.7)
                expect(field).not_to_have_value(before)
            worked += 1
        except AssertionError as error:
            row.wrong.append(f"a click on the map did nothing: {str(error).splitlines()[0]}")
    if dashboards.count() != wanted:
        row.wrong.append(f"{dashboards.count()} dashboards instead of {wanted}")
    return f"{worked} of {wanted}" if wanted else "-"


def _click(chart: Any, across: float, down: float) -> None:
    """Click a point of a map, of which that part may have to be scrolled to."""
    box = chart.bounding_box()
    chart.click(position={"x": box["width"] * across, "y": box["height"] * down})


def _polygon(page: Any, one: Any, chart: Any) -> None:
    """Draw three corners."""
    one.locator(".etolib-draw-polygon").click()
    for across, down in ((0.3, 0.4), (0.6, 0.4), (0.6, 0.7)):
        _click(chart, across, down)
        page.wait_for_timeout(350)  # two clicks at once are a double one
    one.locator(".etolib-draw-finish").click()
    expect(one.locator(".etolib-region-hint")).to_have_text("Polygon with 3 corners")


def run_all(page: Any, row: Row, key: str) -> None:
    """Run all cells of a notebook; add what is wrong, and whether bars moved."""
    row.cells = page.locator(".jp-Notebook .jp-CodeCell").count()
    watch_bars(page)
    page.get_by_text("Run", exact=True).first.click()
    page.get_by_role("menuitem", name="Run All Cells", exact=True).click()
    waits = page.locator(".jp-InputPrompt", has_text="[*]")
    waits.first.wait_for()
    expect(waits).to_have_count(0, timeout=PATIENCE_MS * 4)
    page.wait_for_timeout(1500)  # what is drawn after the last cell
    failed = page.locator('[data-mime-type="application/vnd.jupyter.error"]').all_inner_texts()
    row.wrong += [f"a cell failed: {text[:300]}" for text in failed]
    alarm = page.locator('[data-mime-type="application/vnd.jupyter.stderr"]').all_inner_texts()
    row.wrong += [f"a cell wrote to standard error: {text[:300]}" for text in alarm]
    moved = [values for values in kept_bars(page) if len(set(values)) > 1 and values[-1] == max(values)]
    if key in BARS:
        row.bars = f"{len(moved)} of {BARS[key]}"
        row.wrong += [] if len(moved) == BARS[key] else [f"bars stood still: {kept_bars(page)}"]


def look(page: Any, row: Row, theme: str, folder: Path, stem: str) -> None:
    """Take pictures of a notebook in a theme; add what does not fit or cannot be read."""
    wear(page, theme)
    page.wait_for_timeout(500)  # colours fade from theme to theme
    dressed(page, row, theme)
    row.wrong += [f"{theme}: an output has a scroll bar: {text}" for text in scrolled(page)]
    found = contrasts(page)
    if found:
        least, _ = found[0]
        row.contrast = f"{'' if row.contrast == '-' else row.contrast + ', '}{least:.1f} {theme.lower()}"
        row.wrong += [f"{theme}: contrast {c:.1f} of {t!r}" for c, t in found if c < LEAST_CONTRAST]
    panel = page.locator(".jp-NotebookPanel:visible").bounding_box()
    end = page.locator(".jp-Notebook .jp-Cell").last.bounding_box()
    bottom = min(end["y"] + end["height"], panel["y"] + panel["height"])
    for number, top in enumerate(range(int(panel["y"]), int(bottom), _PIECE), start=1):
        clip = {"x": panel["x"], "y": top, "width": panel["width"], "height": min(_PIECE, bottom - top)}
        page.screenshot(path=folder / f"{stem}_{theme.lower()}_{number}.png", clip=clip)


def card(browser: Any, lab: str, row: Row, folder: Path) -> None:
    """Click the card of the launcher; the dashboard opens in a tab of its own, and its map can be clicked."""
    where, _, token = lab.partition("?")
    context = browser.new_context(viewport={"width": 1440, "height": 1000})
    page = context.new_page()
    page.set_default_timeout(PATIENCE_MS)
    start = time.monotonic()
    page.goto(f"{where}/workspaces/launcher?{token}")
    for theme in THEMES:
        page.locator(".jp-Launcher").first.wait_for()
        wear(page, theme)
        page.locator(".jp-LauncherCard", has_text="ETo dashboard").wait_for()
        page.screenshot(path=folder / f"launcher_{theme.lower()}.png")
    try:
        with context.expect_page(timeout=PATIENCE_MS * 3) as tab:  # it is there when what it starts answers
            page.locator(".jp-LauncherCard", has_text="ETo dashboard").click()
        board = tab.value
        board.on("console", lambda said: said.type == "error" and row.console.append(f"console: {said.text[:200]}"))
        board.locator('.etolib-dot[data-state="running"]').wait_for(timeout=PATIENCE_MS * 3)
        row.maps = clicked(board, row, 1)
    except Error as error:
        row.wrong.append(f"{str(error).splitlines()[0]}; it shows {context.pages[-1].inner_text('body')[:300]!r}")
    context.pages[-1].screenshot(path=folder / "launcher_dashboard.png")
    row.seconds = time.monotonic() - start
    context.close()


def main(arguments: list[str]) -> int:
    """Look at what was named, else at everything."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("names", nargs="*", help="apps, 01 ... 07, shown, launcher; default: all")
    parser.add_argument("--theme", choices=("light", "dark", "both"), default="both")
    given = parser.parse_args(arguments)
    folder = given.folder.resolve()
    folder.mkdir(parents=True, exist_ok=True)
    themes = [theme for theme in THEMES if given.theme in (theme.lower(), "both")]
    rows: list[Row] = []

    def done(row: Row) -> None:
        print(row.told(), flush=True)
        rows.append(row)

    def wanted(name: str) -> bool:
        return not given.names or name in given.names

    with tempfile.TemporaryDirectory() as own, sync_playwright() as playwright:
        home = Path(own) / "home"
        home.mkdir()
        log = folder / "lab.log"
        command = [sys.executable, "-m", "etolib.cli", "lab", "--port", "0", "--no-browser", "--workers", "1"]
        os.chdir(home)
        with process(command, _environment(Path(own)), log):
            lab = until(lambda: re.search(r"^lab\t(\S+)$", log.read_text(), re.MULTILINE), "JupyterLab", 120)[1]
            browser = launch(playwright)
            print(" | ".join(Row.HEAD), flush=True)
            for theme, app in [(theme, app) for theme in themes for app in APPS if wanted("apps")]:
                query = f"?{APPS[app]}&period=2024-03&sources=climatology"
                path = notebook([f"import etolib\netolib.{app}({query!r})"], home)
                row = Row(f"{app}, {theme.lower()}")
                with opened(browser, lab, path.name, row, theme, 1700) as page:
                    calculate(page, row, theme, folder / f"{app.lower()}_{theme.lower()}.png")
                done(row)
            found = {path.name[:2]: f"{FOLDER}/{path.name}" for path in sorted((home / FOLDER).glob("*.ipynb"))}
            if wanted("shown"):
                found["shown"] = notebook(CELLS, home).name
            for key, name in found.items():
                if wanted(key):
                    stem = "shown" if key == "shown" else Path(name).stem
                    row = Row(stem)
                    with opened(browser, lab, name, row, themes[0], _TALL) as page:
                        run_all(page, row, key)
                        for theme in themes:
                            look(page, row, theme, folder, stem)
                        row.maps = clicked(page, row, MAPS.get(key, 0))
                    done(row)
            if wanted("launcher") and find_spec("jupyter_server_proxy"):
                row = Row("launcher")
                card(browser, lab, row, folder)
                done(row)
            browser.close()
        os.chdir(ROOT)
    return 1 if any(row.wrong or row.console for row in rows) else 0


def _environment(own: Path) -> dict[str, str]:
    """Return the environment of a JupyterLab with no settings but ours."""
    choices = own / "settings"
    for plugin, choice in SETTINGS.items():
        (choices / plugin).parent.mkdir(parents=True, exist_ok=True)
        (choices / plugin).write_text(json.dumps(choice))
    jupyter = {f"JUPYTER_{name}_DIR": str(own / name) for name in ("CONFIG", "DATA", "RUNTIME")}
    more = {"ETOLIB_OFFLINE": "1", "PYTHONPATH": str(ROOT), "JUPYTERLAB_SETTINGS_DIR": str(choices)}
    return settings(own / "cache", more) | jupyter


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
