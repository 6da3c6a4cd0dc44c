"""Run the dashboards in a real JupyterLab in Chromium: errors of its console, requests elsewhere, pictures.

    python tools/look_at_lab.py FOLDER

Starts ``etolib lab`` offline on a free port, opens a notebook with each dashboard in JupyterLab's light and dark theme,
calculates a month of the climatology and writes a picture each into FOLDER. Ends with 1 where a console said an error,
a request left the machine, the page was wider than its cell or did not follow the theme. No test of the suite: a
minute in all.
"""

from __future__ import annotations

import re
import sys
import tempfile
import uuid
from pathlib import Path
from typing import Any

import nbformat
from playwright.sync_api import expect, sync_playwright

from tests.browser.stage import PATIENCE_MS, launch, process, settings, until

APPS = {"Page": "lat=-9.39&lon=-40.5", "Comparison": "places=-9.39,-40.5,Petrolina;48.14,11.58,Munich"}
ROOT = Path(__file__).parents[1]


def notebook(app: str, query: str) -> Path:
    """Write a notebook that shows a dashboard where JupyterLab sees it."""
    code = f"import etolib\netolib.{app}('?{query}&period=2024-03&sources=climatology')"
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    path = ROOT / f"look-{uuid.uuid4().hex[:8]}.ipynb"
    nbformat.write(nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(code)], metadata=kernel), path)
    return path


def walk(browser: Any, lab: str, path: Path, theme: str, picture: Path) -> list[str]:
    """Run a notebook, calculate, take a picture; return what is wrong."""
    wrong: list[str] = []
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    page = context.new_page()
    page.set_default_timeout(PATIENCE_MS)
    page.on("console", lambda said: said.type == "error" and wrong.append(f"console: {said.text[:200]}"))
    page.on("pageerror", lambda error: wrong.append(f"page: {str(error)[:200]}"))
    page.on("request", lambda asked: re.match(r"https?://(?!127\.0\.0\.1[:/])", asked.url) and wrong.append(asked.url))
    where, _, token = lab.partition("?")
    page.goto(f"{where}/workspaces/{path.stem}/tree/{path.name}?{token}")
    page.locator(".jp-Notebook .jp-Cell").first.wait_for()
    if theme == "Dark":
        page.get_by_text("Settings", exact=True).first.click()
        page.get_by_text("Theme", exact=True).first.hover()
        page.get_by_text("JupyterLab Dark", exact=True).first.click()
        expect(page.locator("body")).to_have_attribute("data-jp-theme-light", "false")
    page.get_by_text("| Idle").wait_for()  # the kernel
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
    context.close()
    return wrong


def main(folder: Path) -> int:
    """Look at every dashboard in both themes."""
    folder.mkdir(parents=True, exist_ok=True)
    bad = 0
    with tempfile.TemporaryDirectory() as own, sync_playwright() as playwright:
        jupyter = {f"JUPYTER_{name}_DIR": str(Path(own) / name) for name in ("CONFIG", "DATA", "RUNTIME")}
        environment = settings(Path(own) / "cache", {"ETOLIB_OFFLINE": "1"}) | jupyter
        log = folder / "lab.log"
        command = [sys.executable, "-m", "etolib.cli", "lab", "--port", "0", "--no-browser", "--workers", "1"]
        with process(command, environment, log):
            found = until(lambda: re.search(r"^lab\t(\S+)$", log.read_text(), re.MULTILINE), "JupyterLab", 120)
            browser = launch(playwright)
            for theme in ("Light", "Dark"):
                for app, query in APPS.items():
                    path = notebook(app, query)
                    try:
                        wrong = walk(browser, found[1], path, theme, folder / f"{app.lower()}_{theme.lower()}.png")
                    finally:
                        path.unlink()
                    print(app, theme, *(wrong or ["as it should be"]), sep="\n  ")
                    bad += len(wrong)
            browser.close()
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
