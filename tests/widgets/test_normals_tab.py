"""The tab of the normals: its numbers are those of `etolib.result.normals`, and what it cannot compare it says."""

from __future__ import annotations

import base64
import re
from copy import copy

import numpy as np
import pandas as pd
import pytest

import etolib
from etolib.request import Request
from etolib.result.normals import normals
from etolib.tasks.messages import State
from etolib.unit_systems import SYSTEMS
from etolib.widgets.markup import calendar as markup
from etolib.widgets.normals import NormalsView
from etolib.widgets.tabs import normals as tab
from etolib.widgets.task import Snapshot
from etolib.words import say
from tests.widgets.fakes import FakeJob, make_page, unguarded
from tests.widgets.test_tabs import working


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


def view_of(answer, units="metric", language="en"):
    view = NormalsView(unguarded)
    view.asked, view.stopped = [], []
    view.begin, view.cancel = view.asked.append, lambda: view.stopped.append(True)
    view.show(language, answer, None, units)
    return view


def html_of(answer, units="metric", language="en"):
    return view_of(answer, units, language).shown.value


def link(html, variable):
    found = re.search(rf'etolib-download-normals-{variable} [^>]*base64,([^"]*)"', html)
    return base64.b64decode(found[1]).decode()


def hidden(widget):
    return widget.layout.display == "none"


def cells(html, name="etolib-sums"):
    table = html.split(f"etolib-figures {name}")[1].split("</div></div>")[0]
    found = re.findall(r'role="cell">([^<]*)<', table)
    return [float("nan") if cell == "–" else float(cell.replace("−", "-").replace(",", ".")) for cell in found]


@pytest.mark.parametrize(("units", "mm"), [("metric", 1.0), ("us", 25.4)])
@pytest.mark.parametrize("span", [(1991, 2020), (1999, 2013), (2015, 2020), None])
def test_sums_are_those_of_the_package(result, units, mm, span):
    record = years(*span) if span else None
    answer = tab.years(result, {"record": record}) if span else tab.ask(result, {})
    shown = np.reshape(cells(html_of(answer, units)), (2, 5))
    for row, variable in zip(shown, ("eto", "precipitation"), strict=True):
        right = normals(result, record, variable)
        numbers = [right.total / mm, right.normal / mm, right.anomaly / mm]
        assert row[:3] == pytest.approx(numbers, abs=0.051 if mm == 1 else 0.0051)
        assert row[3:] == pytest.approx([right.percent, right.percentile], abs=0.51, nan_ok=True)
        assert answer[variable]["origin"] == right.origin
        assert answer[variable]["csv"] == {system: right.to_csv(units=system) for system in SYSTEMS}
        assert link(html_of(answer, units), variable) == right.to_csv(units=units)
        months = np.array([[value, normal] for _, value, normal in answer[variable]["months"]])
        assert months.sum(axis=0)[0] == pytest.approx(right.total)


def test_days_few_years_and_the_climatology_are_said_once(result):
    html = html_of(tab.years(result, {"record": years(1999, 2013).assign(source="nasa_power")}))
    assert html.count("The normal is of 14 years, 1999 to 2012, from NASA POWER") == 1
    assert html.count("one wants 80 % of the 30 from 1991 to 2020") == 1
    assert "days of the period have no value" in html
    usual = html_of(tab.ask(result, {}))
    assert usual.count("no percentile") == 1
    assert "ERA5, 2000 to 2025" in usual
    assert "dos arredores" in html_of(tab.ask(result, {}), language="pt")


def test_a_result_of_the_climatology_alone_has_no_normals_but_calendars(usual):
    view = view_of(tab.ask(usual, {}), language="pt")
    html = view.shown.value
    assert html.count("Nenhum dia deste período") == 1
    assert "etolib-sums" not in html + view.calendar.value
    assert "<table" not in html + view.calendar.value
    assert [kind for _, kind in view.kind.options] == ["eto", "precipitation"]
    assert view.calendar.value.count("<span") - view.calendar.value.count("etolib-absent") == len(usual.table)
    assert hidden(view.again)
    assert view.asked == []


@pytest.mark.parametrize(("units", "mm"), [("metric", 1.0), ("us", 25.4)])
def test_calendars_have_every_day_once_with_the_shade_of_its_value(result, units, mm):
    answer = tab.years(result, {"record": years(1991, 2020)})
    view = view_of(answer, units)
    right = normals(result, years(1991, 2020)).table.set_index("date")
    for kind, values in (
        ("eto", result.table.set_index("date")["eto"]), ("anomaly", right["anomaly"]),
        ("precipitation", result.table.set_index("date")["precipitation"]),
    ):  # fmt: skip
        view.kind.value = kind
        html, known = view.calendar.value, values.dropna()
        assert [*dict(markup.days_of(answer["calendars"][kind]))] == [day.date() for day in known.index]
        cells = re.findall(r'class="etolib-(?:shade|apart|wet)-(\d)"[^>]* title="(\S+): ([^"]+)"', html)
        assert [day for _, day, _ in cells] == [f"{day:%Y-%m-%d}" for day in known.index]
        shown = np.array([float(value.replace("−", "-")) for _, _, value in cells])
        assert shown * mm == pytest.approx(known.round(2).to_numpy(), abs=0.0051 if mm == 1 else 0.0128)
        shades = np.array([int(shade) for shade, _, _ in cells])
        order = np.argsort(shown)
        assert (np.diff(shades[order]) >= 0).all()  # more is never paler
        if kind == "anomaly":
            bounds = [float(one.replace("−", "-")) for one in re.findall(r"<small>([^<]*)</small>", html)]
            assert bounds == pytest.approx([-one for one in bounds[::-1]])
            assert (shades[shown < bounds[2]] < 3).all()
            assert (shades[shown > bounds[3]] > 3).all()
        assert 'role="img" aria-label="' in html
        assert ("in/day" if mm > 1 else "mm/day") in html


def test_a_calendar_of_many_years_has_months():
    long = {"years": [2001, 2002, 2003, 2004], "days": [[2.0] * 366] * 3 + [[None] * 300 + [4.0] * 66]}
    days = [[None if i == 59 else v for i, v in enumerate(row)] for row in long["days"]]
    drawn = markup.calendar("en", "eto", {**long, "days": days}, "metric")
    assert drawn.count("<span") == 48
    assert drawn.count("etolib-absent") == 9
    assert 'title="Dec 2004: 4.00"' in drawn
    assert markup.calendar("en", "eto", {"years": [2001], "days": [[None] * 366]}, "metric") == ""


def test_years_are_asked_for_once_for_each_result(result, monkeypatch):
    monkeypatch.delenv("ETOLIB_OFFLINE", raising=False)
    answer = tab.ask(result, {})
    view = view_of(None)
    assert "is being compared" in view.state.value
    assert view.asked == []
    for language, task in (("en", "eto-1"), ("pt", "eto-1"), ("en", "eto-2"), ("en", "eto-1")):
        view.show(language, answer, task, "metric")
    assert view.asked == [answer["request"]] * 2
    view.asked.clear()
    view.show("en", answer, "eto-3", "metric")
    asked = Request.from_query(answer["request"])
    assert (str(asked.period), asked.site) == ("1991-01-01/2020-12-31", result.request.site)
    view.progress(Snapshot(status=State.PROCESSING, progress=40.0))
    assert "are being calculated" in view.state.value
    assert 'aria-valuenow="40"' in view.state.value
    assert (hidden(view.stop), hidden(view.again)) == (False, True)
    view.stop.click()
    assert view.stopped
    view.progress(Snapshot(status=State.CANCELLED))
    assert "were cancelled" in view.state.value
    assert (hidden(view.stop), hidden(view.again)) == (True, False)
    view.again.click()
    assert view.asked == [answer["request"]] * 2
    view.progress(Snapshot(status=State.ERROR, error={"message": say("result_no_longer_here")}))
    view.show("pt", answer, None, "metric")
    assert "não está mais na página" in view.state.value
    view.failed("<no> worker")
    assert "&lt;no&gt; worker" in view.state.value
    assert not hidden(view.again)
    monkeypatch.setenv("ETOLIB_OFFLINE", "1")
    view.show("en", tab.ask(result, {}), None, "metric")
    assert "Without network" in view.state.value
    assert hidden(view.again)


def test_the_page_calculates_the_years_as_a_task_when_the_tab_is_opened(result, monkeypatch):
    monkeypatch.delenv("ETOLIB_OFFLINE", raising=False)
    jobs = []

    def submit(request, client=None, timeout=None):
        jobs.append(FakeJob(request, task_id=f"eto-{len(jobs):032d}"))
        jobs[-1].future, jobs[-1].forget = years(1991, 2020), lambda: None
        return jobs[-1]

    connection = working(result)
    page, _ = make_page("lat=-22.7&lon=-47.6&period=2024-01-01/2024-01-10", connection=connection, submit=submit)
    page.calculate.click()
    jobs[0].send("SUCCESS", results=[], warnings=[])
    view = page.shown._views.get("normals")
    assert (view.shown.value, len(jobs)) == ("", 1)  # it waits until somebody opens the tab
    page.shown.buttons["normals"].click()
    assert "no percentile" in view.shown.value
    page.shown.buttons["chart"].click()
    page.shown.buttons["normals"].click()
    assert [str(job.request.period) for job in jobs[1:]] == ["1991-01-01/2020-12-31"]
    jobs[1].progress(30)
    assert 'aria-valuenow="30"' in view.state.value
    view.stop.click()
    assert jobs[1].cancelled == 1
    assert "were cancelled" in view.state.value
    view.again.click()
    jobs[2].send("ERROR", error="SourceError", message="no answer", suggestion=None, source=None, retryable=True)
    assert "could not be had (no answer)" in view.state.value
    before = [name for name, _ in connection.asked].count("forget_failures")
    view.again.click()
    assert [name for name, _ in connection.asked].count("forget_failures") == before + 1
    jobs[3].send("SUCCESS", results=[], warnings=[])
    assert "of 29 years, 1991 to 2019" in view.shown.value
    assert hidden(view.state)
    page.stack.scheduler_lost()
    assert len(page.cards) == 1  # a calculation beside a result has no card


def test_years_that_no_source_had_are_said_and_asked_for_again_by_hand_only(result, monkeypatch):
    monkeypatch.delenv("ETOLIB_OFFLINE", raising=False)
    view = view_of(tab.years(result, {"record": years(1991, 2020).assign(kind="climatology")}))
    assert view.shown.value.count("has 0 whole years") == 1
    assert not hidden(view.again)
    assert view.asked == []
    view.again.click()
    assert len(view.asked) == 1


def test_a_card_that_is_closed_gives_up_what_was_asked_beside_it(result, monkeypatch):
    monkeypatch.delenv("ETOLIB_OFFLINE", raising=False)
    page, jobs = make_page("lat=-22.7&lon=-47.6&period=2024-01-01/2024-01-10", connection=working(result))
    page.calculate.click()
    jobs[0].send("SUCCESS", results=[], warnings=[])
    page.shown.buttons["normals"].click()
    page.cards[0].close_button.click()
    assert jobs[1].cancelled == 1
