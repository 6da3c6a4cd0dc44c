"""The page as somebody meets it who has never seen it: one walk from a name to files, and back another day."""

from __future__ import annotations

import io
import json
import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from playwright.sync_api import expect

from tests.browser.stage import PATIENCE_MS

FILES = ("xlsx", "netcdf", "json", "parquet", "aquacrop", "png", "report", "script", "notebook")


def saved(page, name, folder):
    with page.expect_download() as waiting:
        page.locator(f".etolib-download-{name}").click()
    file = folder / waiting.value.suggested_filename
    waiting.value.save_as(file)
    return file


def days_of(file: Path) -> pd.DataFrame:
    text = "".join(line for line in file.read_text(encoding="utf-8").splitlines(keepends=True) if line[:2] != "# ")
    return pd.read_csv(io.StringIO(text), parse_dates=["date"], index_col="date")


def eto_of(name: str, file: Path) -> np.ndarray | None:
    """Return the ETo of a file, None where it is no file of numbers."""
    if name == "xlsx":
        sheets = pd.read_excel(file, sheet_name=None)
        return next(sheet["eto"].to_numpy(float) for sheet in sheets.values() if "eto" in sheet)
    if name == "netcdf":
        with xr.open_dataset(file) as dataset:
            return dataset["eto"].to_numpy().astype(float)
    if name == "parquet":
        return pd.read_parquet(file)["eto"].to_numpy(float)
    if name == "json":
        found = json.loads(file.read_text(encoding="utf-8"))
        rows = next(value for value in found.values() if isinstance(value, list) and value and "eto" in value[0])
        return np.array([row["eto"] for row in rows], dtype=float)
    if name == "aquacrop":
        with zipfile.ZipFile(file) as archive:
            inside = next(one for one in archive.namelist() if one.lower().endswith(".eto"))
            lines = archive.read(inside).decode().splitlines()
        start = next(at for at, line in enumerate(lines) if set(line.strip()) == {"="})
        return np.array([float(line) for line in lines[start + 1 :] if line.strip()])
    return None


@pytest.mark.usefixtures("weather")
def test_a_newcomer_walks_from_a_name_to_files_and_comes_back(visit, stage, tmp_path):
    visitor = visit()
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
    box = page.locator(".etolib-chart-plot").bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    day = chart.get_attribute("data-day")
    table = days_of(saved(page, "csv", tmp_path))
    expect(page.locator(".etolib-chart")).to_contain_text(f"{table['eto'][day]:.2f}")

    # one day, with another wind
    page.locator(".etolib-tab-day").click()
    expect(page.locator(".etolib-day-eto")).to_have_text(f"{table['eto'].iloc[-1]:.2f}")
    page.locator(".etolib-day-input.etolib-day-u2 input").fill("9")
    page.keyboard.press("Enter")
    expect(page.locator(".etolib-day-answer")).to_contain_text(f"it was {table['eto'].iloc[-1]:.2f}")

    # another language, dark
    page.locator(".etolib-language button", has_text="PT").click()
    expect(page.locator("html")).to_have_attribute("lang", "pt")
    page.locator(".etolib-theme").click()
    expect(page.locator(".etolib-page.etolib-dark")).to_be_visible()

    # every file, opened again
    page.locator(".etolib-tab-take-away").click()
    expect(page.locator(".etolib-download-notebook")).to_be_visible(timeout=PATIENCE_MS)
    files = {name: saved(page, name, tmp_path) for name in FILES}
    for name, file in files.items():
        assert file.stat().st_size > 200, name
        numbers = eto_of(name, file)
        if numbers is not None:
            np.testing.assert_allclose(np.round(numbers, 2), table["eto"], atol=0.051 if name == "aquacrop" else 0.0101)
    page.locator(".etolib-tab-table").click()
    shown = page.locator(".etolib-results table tbody tr").nth(3)
    expect(shown).to_contain_text(f"{table['eto'].iloc[3]:.2f}".replace(".", ","))

    # the link, in another browser; the page itself, loaded again
    link = page.locator(".etolib-share").get_attribute("href")
    other = visit(link)
    other.calculate()
    other.expect_status("SUCCESS")
    expect(other.page.locator(".etolib-results table tbody tr")).to_have_count(30, timeout=PATIENCE_MS)
    pd.testing.assert_frame_equal(days_of(saved(other.page, "csv", tmp_path)), table)
    page.reload()
    expect(page.locator(".etolib-results-title")).to_contain_text("Petrolina", timeout=PATIENCE_MS)
    expect(page.locator(".etolib-results table tbody tr")).to_have_count(30, timeout=PATIENCE_MS)
    expect(page.locator("html")).to_have_attribute("lang", "pt")
    expect(page.locator(".etolib-page.etolib-dark")).to_be_visible()

    # the script gives the same numbers
    code = files["script"].read_text(encoding="utf-8") + f"\nresult.to_csv({str(tmp_path / 'script.csv')!r})\n"
    done = subprocess.run(
        [sys.executable, "-c", code], env=os.environ | stage.environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    pd.testing.assert_frame_equal(days_of(tmp_path / "script.csv"), table)
