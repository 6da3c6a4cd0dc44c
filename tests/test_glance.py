"""Objects at a glance: short, whole, escaped, in the colours of the notebook's own theme."""

from __future__ import annotations

import re
import types
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

import etolib
from etolib.errors import EtolibError
from etolib.glance import Told, as_html, as_text
from etolib.result.together import Together
from etolib.sources.base import SourceData
from etolib.tasks.bar import html_of
from etolib.tasks.batch_progress import Progress
from etolib.tasks.batch_progress import html_of as batch_html
from etolib.tasks.job import Job
from etolib.validation.own_record import OwnStudy

BAD = "<script>alert('x')</script>&\"<img src=x onerror=y>"
SITE = etolib.Site(-9.4, -40.5, elevation=376, name=BAD)
DAYS = pd.date_range("2024-01-01", periods=40, name="date")
OWN_CSV = f"date,tmax,tmin,{BAD.replace(',', '')}\n" + "".join(f"{day:%Y-%m-%d},30,18,1\n" for day in DAYS)


def station() -> Any:
    return etolib.read_station(OWN_CSV.encode(), site=SITE, filename=f"{BAD}.csv", columns={})


def result() -> etolib.Result:
    return etolib.compute(SITE, "2024", sources="climatology")


def balance() -> etolib.WaterBalance:
    return etolib.water_balance(result(), "tomato", "sandy loam", "2024-04-01")


def weather() -> pd.DataFrame:
    return pd.DataFrame({"tmin": 18.0, "tmax": 30.0, "ea": 1.4, "rs": 20.0, "u2": 2.0, BAD: 1.0}, index=DAYS)


def normals() -> etolib.Normals:
    table = pd.DataFrame({"date": DAYS, "value": 4.0, "normal": 3.9, "anomaly": np.nan})
    sums = pd.Series({2001: 155.0, 2002: 160.0})
    return etolib.Normals("eto", "archive", [2001, 2002], table, sums, 40, 160.0, 156.0, 4.0, 102.6, 90.0, [], [BAD])


def job() -> Job:
    return Job(types.SimpleNamespace(status="closed"), None, BAD, watch=False)  # type: ignore[arg-type]


def study() -> OwnStudy:
    scores = pd.DataFrame({"n": [3], "r2": [0.5], "rmse": [0.4]}, index=[BAD])
    return OwnStudy(BAD, SITE, pd.DataFrame(), scores, pd.Series(dtype=int), (BAD,))  # type: ignore[arg-type]


def mean() -> etolib.AreaMean:
    table = pd.DataFrame({"date": DAYS, "eto": np.nan, "eto_lower": np.nan, "eto_upper": np.nan})
    return etolib.AreaMean(table, pd.DataFrame({"weight": [1.0]}), BAD, (BAD,))  # type: ignore[arg-type]


SHOWN: dict[str, Callable[[], Any]] = {
    "Site": lambda: SITE,
    "Site, height unknown": lambda: etolib.Site(0, 0, name=BAD),
    "Period": lambda: etolib.Period("2024-01-01", "2024-12-31"),
    "Request": lambda: etolib.Request(SITE, "2024", "nasa_power, climatology", krs="coast"),
    "Request, own station": lambda: etolib.Request(SITE, "2024", station=station()),
    "Plan": lambda: etolib.plan(SITE, "2024"),
    "Plan, own station": lambda: etolib.plan(SITE, "2024-01", station=station()),
    "Result": result,
    "EtoResult": lambda: etolib.eto(weather(), SITE),
    "EtoResult, hourless grid": lambda: etolib.eto(
        weather()[["tmin", "tmax", "ea", "rs", "u2"]].rename_axis("time").to_xarray(), SITE
    ),
    "PlaceList": lambda: etolib.PlaceList((SITE,) * 500, notes=(BAD,)),  # type: ignore[arg-type]
    "StationFile": station,
    "SourceData": lambda: SourceData(BAD, weather(), warnings=[BAD]),  # type: ignore[list-item]
    "Normals": normals,
    "AreaMean": mean,
    "Together": lambda: Together([result(), result()]),
    "WaterBalance": balance,
    "OwnStudy": study,
    "Job": job,
}


@pytest.mark.parametrize("name", SHOWN)
def test_an_object_is_short_and_escaped(name):
    one = SHOWN[name]()
    text, page = repr(one), one._repr_html_()
    assert len(text) < 1500
    assert len(text.splitlines()) <= 9
    assert len(page) < 12_000
    assert not re.search(r"<(script|img)", page)
    assert not re.search(r"#[0-9a-f]{3,6}\b|rgb\(", page), "a colour of its own: it would not follow the theme"
    assert page.count("<div") == page.count("</div>")
    assert "nan" not in re.sub(r"<[^>]*>", "", page).lower().split()
    assert "&lt;na&gt;" not in page.lower()


@pytest.mark.parametrize("make", [etolib.Site, etolib.Period, etolib.Request], ids=lambda one: one.__name__)
def test_what_can_be_typed_is_written_as_one_types_it(make):
    one = {"Site": SITE, "Period": etolib.Period("2024-01-01", "2024-01-31")}.get(
        make.__name__, etolib.Request(SITE, "2024", "climatology", krs="coast")
    )
    assert (
        eval(repr(one), vars(etolib) | {name: getattr(etolib, name) for name in ("Site", "Period", "Request")}) == one
    )


@pytest.mark.parametrize(
    "page",
    [
        html_of(0.5, BAD, BAD),
        batch_html(Progress(3, 1, 0, 1, 3, 2, 0, None, True), BAD, [BAD]),
        as_html(BAD, Told(BAD, [BAD], pd.DataFrame({BAD: [BAD]}), [BAD])),
    ],
    ids=["bar of a task", "bar of a batch", "anything"],
)
def test_bars_are_escaped_too(page):
    assert not re.search(r"<(script|img)", page)


def test_words_of_a_table_stand_left_and_dates_in_one_line():
    frame = pd.DataFrame({"days": ["2024-01-01/2024-01-31"], "why": ["because " * 9], "eto": [4.0], "n": [31]})
    page = as_html("Plan", Told("2024", table=frame))
    assert '<td style="text-align:left;white-space:nowrap">2024-01-01/2024-01-31</td>' in page
    assert '<td style="text-align:left">because' in page
    assert page.count("<td") == 4
    assert '<td style="white-space:nowrap">4.00</td>' in page
    assert '<td style="white-space:nowrap">31</td>' in page


def test_days_of_places_side_by_side_are_whole_numbers():
    assert re.search(r">366</td>", Together([result(), result()])._repr_html_())
    assert "366.00" not in Together([result(), result()])._repr_html_()


def test_a_long_text_is_cut():
    text = as_text("etolib.X", Told("x" * 1000, ["y" * 1000] * 20))
    assert len(text.splitlines()) == 8
    assert max(map(len, text.splitlines())) < 220


def test_a_plan_tells_who_is_asked_for_which_days_and_why_and_asks_nobody():
    plan = etolib.plan((-22.7, -47.6), "2024-01", sources="nasa_power, climatology")
    assert [step.source for step in plan.steps] == ["nasa_power", "climatology"]
    assert "nasa_power 2024-01-01/2024-01-31 (main)" in repr(plan)
    assert "asked for by name" in plan._repr_html_()
    request = etolib.Request((-22.7, -47.6), "2024-01", "nasa_power, climatology")
    assert etolib.plan(request) == plan


@pytest.mark.parametrize("name", ["Page", "Comparison", "Region"])
def test_a_page_outside_of_a_notebook_is_an_error_in_words(name):
    with pytest.raises(EtolibError, match="event loop") as refused:
        getattr(etolib, name)()
    assert "etolib serve" in str(refused.value.suggestion)
