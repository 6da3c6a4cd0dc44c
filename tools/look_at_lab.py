"""Run the dashboards in a real JupyterLab in Chromium: errors of its console, requests elsewhere, pictures.

    make look-at-lab ARGS="01 apps", or python tools/look_at_lab.py FOLDER [NAME ...]

Starts ``etolib lab`` offline on a free port in an empty folder. Opens a notebook with each dashboard in JupyterLab's
light and dark theme and calculates a month of the climatology; opens the copies of the notebooks that ``etolib lab``
has made, and runs all cells. Writes a picture each into FOLDER. Ends with 1 where a console said an error, a cell
failed, a request left the machine, a page was wider than its cell or did not follow the theme, no map was drawn, or a
bar stood still. No test of the suite: some minutes in all. Names after FOLDER choose: ``apps``, ``01`` ... ``07``.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import sys
import tempfile
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
from playwright.sync_api import expect, sync_playwright

from etolib.serve.notebooks import FOLDER
from tests.browser.stage import PATIENCE_MS, launch, process, settings, until

APPS = {"Page": "lat=-9.39&lon=-40.5", "Comparison": "places=-9.39,-40.5,Petrolina;48.14,11.58,Munich"}
ROOT = Path(__file__).resolve().parents[1]
WITH_BAR = ("01", "06")
WITH_MAPS = {"01": 2, "06": 1}
SETTINGS = {  # every cell is drawn, wherever it is; no news are asked for
    "@jupyterlab/notebook-extension/tracker.jupyterlab-settings": {"windowingMode": "none"},
    "@jupyterlab/apputils-extension/notification.jupyterlab-settings": {"fetchNews": "false", "checkForUpdates": False},
}


def notebook(app: str, query: str, home: Path) -> Path:
    """Write a notebook that shows a dashboard where JupyterLab sees it."""
    code = f"import etolib\netolib.{app}('?{query}&period=2024-03&sources=climatology')"
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    path = home / f"look-{uuid.uuid4().hex[:8]}.ipynb"
    nbformat.write(nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(code)], metadata=kernel), path)
    return path


@contextlib.contextmanager
def opened(browser: Any, lab: str, path: str, theme: str, height: int) -> Iterator[tuple[Any, list[str]]]:
    """Open a notebook in a theme; yield its page, and what is wrong so far."""
    wrong: list[str] = []
    context = browser.new_context(viewport={"width": 1440, "height": height})
    page = context.new_page()
    page.set_default_timeout(PATIENCE_MS)
    page.on("console", lambda said: said.type == "error" and wrong.append(f"console: {said.text[:200]}"))
    page.on("pageerror", lambda error: wrong.append(f"page: {str(error)[:200]}"))
    page.on("request", lambda asked: re.match(r"https?://(?!127\.0\.0\.1[:/])", asked.url) and wrong.append(asked.url))
    where, _, token = lab.partition("?")
    page.goto(f"{where}/workspaces/{Path(path).stem}-{theme}/tree/{path}?{token}")
    page.locator(".jp-Notebook .jp-Cell").first.wait_for()
    light = str(theme == "Light").lower()  # the server keeps what was chosen last
    if page.locator("body").get_attribute("data-jp-theme-light") != light:
        page.get_by_text("Settings", exact=True).first.click()
        page.get_by_text("Theme", exact=True).first.hover()
        page.get_by_text(f"JupyterLab {theme}", exact=True).first.click()
        expect(page.locator("body")).to_have_attribute("data-jp-theme-light", light)
    page.get_by_text("| Idle").wait_for()  # the kernel
    yield page, wrong
    context.close()


def calculate(page: Any, wrong: list[str], theme: str, picture: Path) -> None:
    """Show a dashboard, calculate, take a picture; add what is wrong."""
    page.locator(".jp-Notebook .jp-Cell").first.click()
    page.keyboard.press("Control+Enter")
    page.locator('.etolib-dot[data-state="running"]').wait_for()
    page.locator(".etolib-calculate").click()
    page.locator(".etolib-chart-plot canvas").first.wait_for()
    page.screenshot(path=picture)
    wide, room = page.evaluate(
        "() => [...document.querySelectorAll('.etolib-page')].map(e => [e.scrollWidth, e.clientWidth])[0]"
    )
    wrong += [f"{wide} px in {room} px"] if wide > room else []
    dark = page.locator(".etolib-page.etolib-dark").count() == 1
    wrong += [] if dark == (theme == "Dark") else ["the page has not the theme of JupyterLab"]


def run_all(page: Any, wrong: list[str], name: str, picture: Path) -> None:
    """Run all cells of a notebook and take a picture; add what is wrong."""
    page.get_by_text("Run", exact=True).first.click()
    page.get_by_role("menuitem", name="Run All Cells", exact=True).click()
    waits = page.locator(".jp-InputPrompt", has_text="[*]")
    waits.first.wait_for()
    seen: dict[str, None] = {}
    for _ in range(PATIENCE_MS * 3 // 100):
        values = page.evaluate("() => [...document.querySelectorAll('.jp-OutputArea progress')].map(e => e.value)")
        seen |= dict.fromkeys(map(str, values))
        if waits.count() == 0:
            break
        page.wait_for_timeout(100)
    else:
        wrong.append("cells were still waiting")
    page.wait_for_timeout(1500)  # what is drawn after the last cell
    page.screenshot(path=picture)
    failed = page.locator('[data-mime-type="application/vnd.jupyter.error"]')
    wrong += [f"a cell failed: {text[:300]}" for text in failed.all_inner_texts()]
    if name[:2] in WITH_BAR and len(seen) < 2:
        wrong.append(f"the bar stood still: {list(seen)}")
    maps = page.locator(".etolib-page .leaflet-container").count()
    if maps != WITH_MAPS.get(name[:2], 0):
        wrong.append(f"{maps} maps")


def main(folder: Path, names: list[str]) -> int:
    """Look at every dashboard in both themes, and at every notebook in one of them."""
    folder = folder.resolve()
    folder.mkdir(parents=True, exist_ok=True)
    bad = 0
    with tempfile.TemporaryDirectory() as own, sync_playwright() as playwright:
        home, choices = Path(own) / "home", Path(own) / "settings"
        home.mkdir()
        for plugin, choice in SETTINGS.items():
            (choices / plugin).parent.mkdir(parents=True, exist_ok=True)
            (choices / plugin).write_text(json.dumps(choice))
        jupyter = {f"JUPYTER_{name}_DIR": str(Path(own) / name) for name in ("CONFIG", "DATA", "RUNTIME")}
        more = {"ETOLIB_OFFLINE": "1", "PYTHONPATH": str(ROOT), "JUPYTERLAB_SETTINGS_DIR": str(choices)}
        environment = settings(Path(own) / "cache", more) | jupyter
        log = folder / "lab.log"
        command = [sys.executable, "-m", "etolib.cli", "lab", "--port", "0", "--no-browser", "--workers", "1"]
        os.chdir(home)
        with process(command, environment, log):
            found = until(lambda: re.search(r"^lab\t(\S+)$", log.read_text(), re.MULTILINE), "JupyterLab", 120)
            browser = launch(playwright)
            wanted = [(theme, app) for theme in ("Light", "Dark") for app in APPS if not names or "apps" in names]
            for theme, app in wanted:
                path = notebook(app, APPS[app], home)
                with opened(browser, found[1], path.name, theme, 900) as (page, wrong):
                    calculate(page, wrong, theme, folder / f"{app.lower()}_{theme.lower()}.png")
                print(app, theme, *(wrong or ["as it should be"]), sep="\n  ", flush=True)
                bad += len(wrong)
            for number, path in enumerate(sorted((home / FOLDER).glob("*.ipynb"))):
                if names and path.name[:2] not in names:
                    continue
                theme = "Dark" if number % 2 else "Light"
                with opened(browser, found[1], f"{FOLDER}/{path.name}", theme, 8000) as (page, wrong):
                    run_all(page, wrong, path.name, folder / f"{path.stem}_{theme.lower()}.png")
                print(path.stem, theme, *(wrong or ["as it should be"]), sep="\n  ", flush=True)
                bad += len(wrong)
            browser.close()
        os.chdir(ROOT)
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), sys.argv[2:]))
