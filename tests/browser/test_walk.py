"""The page as somebody meets it who has never seen it: from a name to a result, to files, and back after a reload."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
from playwright.sync_api import expect

from etolib.unit_systems import METRIC, US
from etolib.words import look_up
from tests.browser import taken
from tests.browser.stage import PATIENCE_MS
from tests.browser.test_station import choose

DAYS = pd.date_range("2024-06-01", "2024-06-30")


def own_file(days=DAYS):
    """Return a station's file: thirty days of plain weather of the dry northeast."""
    wave = np.sin(np.arange(len(days)) / 4)
    table = pd.DataFrame(
        {
            "date": days.strftime("%Y-%m-%d"), "tmax (°C)": 31 + 2 * wave, "tmin (°C)": 20 + wave,
            "rhmean (%)": 62 - 8 * wave, "wind at 2 m (m/s)": 2.4 + 0.5 * wave,
            "solar radiation (MJ/m²)": 19 + 3 * wave, "rain (mm)": 0.0,
        }
    )  # fmt: skip
    return table.round(2).to_csv(index=False).encode()


def table_of(page, language="es", units=METRIC):
    """Return the numbers of the table, once it is seen in a language and in units."""
    mark, decimals = look_up(language, "decimal_mark"), 3 if units == US else 2
    page.locator(".etolib-tab-table").click()
    first = page.locator(".etolib-results table tbody tr").first
    expect(first).to_be_visible()
    expect(first.locator("td").first).to_have_text(re.compile(rf"^\d+{re.escape(mark)}\d{{{decimals}}}$"))
    return taken.shown(page, mark)


@pytest.fixture
def programs(stage, tmp_path):
    """Return a function that runs a program beside the walk; each is ended with the test."""
    running = []

    def run(folder, *command):
        folder.mkdir(exist_ok=True)
        settings = os.environ | stage.environment
        running.append(
            subprocess.Popen(command, cwd=folder, env=settings, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        )
        return running[-1]

    yield run
    for one in running:
        one.kill()
        one.wait()


def done(program):
    told, _ = program.communicate(timeout=120)
    assert program.returncode == 0, told.decode()


@pytest.mark.usefixtures("weather")
def test_a_newcomer_walks_from_a_name_to_files_and_comes_back(visit, tmp_path, programs):
    visitor = visit(permissions=["clipboard-read", "clipboard-write"])
    page = visitor.page
    page.locator(".etolib-search input").fill("Petrolina")
    page.locator(".etolib-search-result:visible").first.click()
    expect(page.locator(".etolib-latitude input")).to_have_value(re.compile("^-9[.]"))
    page.get_by_role("button", name="30 days").click()
    visitor.calculate()
    visitor.expect_status("SUCCESS")
    expect(page.locator(".etolib-results-title")).to_contain_text("Petrolina")

    # the chart, by the pointer
    chart = page.locator(".etolib-chart")
    expect(chart).to_have_attribute("data-points", "30", timeout=PATIENCE_MS)
    first = taken.csv_of(taken.saved(page, "csv", tmp_path / "first"))
    box = page.locator(".etolib-chart-plot").bounding_box()
    day = chart.get_attribute("data-day")
    for share in (0.2, 0.5, 0.8):
        page.mouse.move(box["x"] + box["width"] * share, box["y"] + box["height"] / 2)
        expect(chart).not_to_have_attribute("data-day", day)
        day = chart.get_attribute("data-day")
        for column in taken.SHOWN:
            expect(chart).to_contain_text(f"{first[column][day]:.2f}")

    # one day, with another wind
    page.locator(".etolib-tab-day").click()
    last = f"{first['eto'].iloc[-1]:.2f}"
    expect(page.locator(".etolib-day-eto")).to_have_text(last)
    page.locator(".etolib-day-input.etolib-day-u2 input").fill("9")
    page.keyboard.press("Enter")
    expect(page.locator(".etolib-day-answer")).to_contain_text(f"it was {last}")
    assert float(page.locator(".etolib-day-eto").inner_text()) > float(last)

    # Spanish, and dark
    page.locator(".etolib-language button", has_text="ES").click()
    expect(page.locator("html")).to_have_attribute("lang", "es")
    page.locator(".etolib-theme").click()
    expect(page.locator(".etolib-page.etolib-dark")).to_be_visible()

    # every file, opened again, number by number as the table has them
    table = table_of(page)
    assert table.index.tolist() == first.index.tolist()
    page.locator(".etolib-tab-take-away").click()
    expect(page.locator('.etolib-files[data-units="metric"]')).to_be_visible(timeout=PATIENCE_MS)
    files = {name: taken.saved(page, name, tmp_path / "mm") for name in taken.ALL}
    for name in (*taken.PROGRAMS, *taken.READ):
        taken.compare(name, files[name], table)
    assert files["png"].read_bytes()[:4] == b"\x89PNG"
    assert "Allen" in files["citation"].read_text(encoding="utf-8")
    script = programs(tmp_path / "script", sys.executable, str(files["script"]))
    (tmp_path / "notebook").mkdir()
    shutil.copy(files["notebook"], tmp_path / "notebook" / "run.ipynb")
    run = (sys.executable, "-m", "nbconvert", "--to", "notebook", "--execute", "run.ipynb")
    notebook = programs(tmp_path / "notebook", *run)

    # the same in inches
    page.locator(".etolib-units button", has_text="in").click()
    expect(page.locator('.etolib-files[data-units="us"]')).to_be_visible(timeout=PATIENCE_MS)
    expect(page.locator('.etolib-download-csv[data-units="us"]')).to_be_visible(timeout=PATIENCE_MS)
    american = {name: taken.saved(page, name, tmp_path / "in") for name in taken.ALL}
    inches = table_of(page, units=US)
    pd.testing.assert_frame_equal(inches, (table / 25.4).round(3))
    for name in taken.READ:
        taken.compare(name, american[name], inches, US)
    for name in taken.PROGRAMS:
        taken.compare(name, american[name], table)
    assert "units='us'" in american["script"].read_text(encoding="utf-8")

    # the link, in another browser: the same in the same units
    page.locator(".etolib-copy").click()
    copied = "async () => { const text = await navigator.clipboard.readText(); return text.includes('?') && text; }"
    link = page.wait_for_function(copied).json_value()
    other = visit("?" + link.partition("?")[2])
    other.calculate()
    other.expect_status("SUCCESS")
    expect(other.page.locator(".etolib-results table tbody tr")).to_have_count(30, timeout=PATIENCE_MS)
    pd.testing.assert_frame_equal(table_of(other.page, "en", US), inches)

    # an own station, compared
    choose(page, "mi finca.csv", own_file(), button="Elegir archivo")
    expect(page.get_by_label("mi finca.csv")).to_be_checked(timeout=PATIENCE_MS)
    visitor.calculate()
    visitor.expect_status("SUCCESS", 1)
    page.locator(".etolib-tab-compare").click()
    expect(page.locator(".etolib-compare-with option:checked")).to_have_text(re.compile("propia"), timeout=PATIENCE_MS)
    shown = page.locator(".etolib-compare-scores")
    expect(shown).to_be_visible()
    scores = shown.inner_text()
    page.locator(".etolib-elevation input").fill("377")

    # the script and the notebook in processes of their own: the same numbers
    for program, folder in ((script, "script"), (notebook, "notebook")):
        done(program)
        pd.testing.assert_frame_equal(taken.csv_of(tmp_path / folder / "eto.csv"), taken.csv_of(files["csv"]))

    # loaded again: everything is there
    page.reload()
    expect(page.locator(".etolib-results-title")).to_contain_text("Petrolina", timeout=PATIENCE_MS)
    expect(page.locator("html")).to_have_attribute("lang", "es")
    expect(page.locator(".etolib-page.etolib-dark")).to_be_visible()
    expect(page.locator(".etolib-units .mod-active")).to_have_text("in")
    expect(page.locator(".etolib-tab-compare.etolib-open")).to_be_visible()
    expect(shown).to_be_visible()
    expect(shown).to_have_text(scores, use_inner_text=True)
    expect(page.locator(".etolib-card .etolib-card-place")).to_have_text([re.compile("Petrolina")] * 2)
    expect(page.locator(".etolib-elevation input")).to_have_value("377")
    expect(page.get_by_label("mi finca.csv")).to_be_checked(timeout=PATIENCE_MS)
    expect(page.locator(".etolib-station-said")).to_contain_text("mi finca.csv")
    page.locator(".etolib-show:visible").click()
    eto = f"{inches['eto'].iloc[0]:.3f}".replace(".", look_up("es", "decimal_mark"))
    expect(page.locator(".etolib-results table tbody tr").first).to_contain_text(eto, timeout=PATIENCE_MS)
    pd.testing.assert_frame_equal(table_of(page, units=US), inches)
