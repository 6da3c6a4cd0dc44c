"""The tab of the normals: its numbers are those of `etolib.result.normals`, and what it cannot compare it says."""

from __future__ import annotations

import re
from copy import copy

import numpy as np
import pandas as pd
import pytest

import etolib
from etolib import pipeline
from etolib.result.normals import normals
from etolib.widgets.markup import normals as markup
from etolib.widgets.normals import NormalsView
from etolib.widgets.tabs import normals as tab
from tests.widgets.test_tabs import finished


@pytest.fixture(scope="module")
def usual():
    """Days of the climatology alone: there is nothing to compare."""
    with etolib.config.set_options(offline=True):
        return etolib.compute((-22.7, -47.6), "2023-12-20/2024-02-10")


@pytest.fixture(scope="module")
def result(usual):
    found = copy(usual)
    found.table = usual.table.assign(kind="observed")
    found.table["eto"] += 0.5 * np.sin(np.arange(len(found.table)))
    found.table["precipitation"] = np.arange(len(found.table)) % 7
    found.table.loc[50:, "eto"] = np.nan
    return found


def years(first, last):
    dates = pd.date_range(f"{first}-01-01", f"{last}-12-31")
    rng = np.random.default_rng(1)
    return pd.DataFrame({"date": dates, "eto": 4 + rng.random(len(dates)), "precipitation": 8 * rng.random(len(dates))})


def html_of(answer, units="metric", language="en"):
    view = NormalsView()
    view.ask = lambda values: None
    view.show(language, answer, None, units)
    return view.widget.value


def cells(html, name="etolib-sums"):
    table = html.split(f"etolib-figures {name}")[1].split("</div></div>")[0]
    found = re.findall(r'role="cell">([^<]*)<', table)
    return [float("nan") if cell == "–" else float(cell.replace("−", "-").replace(",", ".")) for cell in found]


@pytest.mark.parametrize(("units", "mm"), [("metric", 1.0), ("us", 25.4)])
@pytest.mark.parametrize("span", [(1991, 2020), (1999, 2013), (2015, 2020), None])
def test_sums_are_those_of_the_package(result, monkeypatch, units, mm, span):
    record = years(*span) if span else None
    monkeypatch.setattr(pipeline, "compute", lambda request: record)
    answer = tab.years(result, {}) if span else tab.ask(result, {})
    shown = np.reshape(cells(html_of(answer, units)), (2, 5))
    for row, variable in zip(shown, ("eto", "precipitation"), strict=True):
        right = normals(result, record, variable)
        numbers = [right.total / mm, right.normal / mm, right.anomaly / mm]
        assert row[:3] == pytest.approx(numbers, abs=0.051 if mm == 1 else 0.0051)
        assert row[3:] == pytest.approx([right.percent, right.percentile], abs=0.51, nan_ok=True)
        assert answer[variable]["origin"] == right.origin
        months = np.array([[value, normal] for _, value, normal in answer[variable]["months"]])
        assert months.sum(axis=0)[0] == pytest.approx(right.total)


def test_days_few_years_and_the_climatology_are_said(result, monkeypatch):
    monkeypatch.setattr(pipeline, "compute", lambda request: years(1999, 2013))
    html = html_of(tab.years(result, {}))
    assert "14 years only" in html
    assert "days of the period have no value" in html
    assert "no percentile" in html_of(tab.ask(result, {}))


def test_a_result_of_the_climatology_alone_has_no_normals_but_a_calendar(usual):
    html = html_of(tab.ask(usual, {}), language="pt")
    assert "não pode ser comparada" in html
    assert html.count("<rect") == len(usual.table)
    assert "etolib-sums" not in html
    assert "<table" not in html


def test_the_calendar_has_every_day_once_and_months_of_many_years(result):
    answer = tab.ask(result, {})
    days = dict(markup.days_of(answer["calendar"]))
    right = result.table.dropna(subset=["eto"])
    assert [*days] == [day.date() for day in right["date"]]
    assert [*days.values()] == list(right["eto"].round(2))
    assert re.search(r'<svg[^>]*aria-label="ETo of each day \[mm/day\]: 50 values', html_of(answer))
    long = {"years": [2001, 2002, 2003, 2004], "days": [[2.0] * 366] * 3 + [[None] * 300 + [4.0] * 66]}
    drawn = markup.calendar("en", {**long, "days": [[None if i == 59 else v for i, v in enumerate(r)]
                                                    for r in long["days"]]}, "metric")  # fmt: skip
    assert drawn.count("<rect") == 36 + 3


def test_years_are_asked_for_once_and_only_when_the_tab_is_opened(result, monkeypatch):
    monkeypatch.delenv("ETOLIB_OFFLINE", raising=False)
    view, asked = NormalsView(), []
    view.ask = asked.append
    answer = tab.ask(result, {})
    view.show("en", answer, None, "metric")
    assert asked == []
    view.opened()
    view.opened()
    assert asked == [{}]
    assert "are being asked for" in view.widget.value
    view.failed("<no> worker")
    assert "&lt;no&gt; worker" in view.widget.value
    assert "are being asked for" not in view.widget.value


def test_the_page_asks_a_worker_when_the_tab_is_opened(result, monkeypatch):
    monkeypatch.delenv("ETOLIB_OFFLINE", raising=False)
    monkeypatch.setattr(pipeline, "compute", lambda request: years(1991, 2020))
    page = finished(result)
    pane = page.shown.panes["normals"].children[0]
    assert "no percentile" in pane.value
    page.shown.buttons["normals"].click()
    assert "of 29 years, 1991 to 2019" in pane.value
    page.shown.buttons["chart"].click()
    page.shown.buttons["normals"].click()
    assert [name for name, _ in page.stack._connection.asked].count("again") == 1
    monkeypatch.setattr(pipeline, "compute", lambda request: 1 / 0)
    page.shown.answers.tabs["normals"] = tab.ask(result, {})
    page.shown.update(page.shown.answers, "normals")
    page.shown.buttons["normals"].click()
    assert "could not be had" in pane.value
