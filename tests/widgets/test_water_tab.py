"""The tab of the water: its numbers are those of `etolib.water_balance`, whatever is chosen."""

from __future__ import annotations

import datetime as dt
import re

import numpy as np
import pytest

import etolib
from etolib.water.crop_water import water_balance
from etolib.water.degree_days import degree_days
from etolib.widgets.tabs import water as tab
from etolib.widgets.water import WaterView
from tests.widgets.test_tabs import finished


@pytest.fixture(scope="module")
def result():
    with etolib.config.set_options(offline=True):
        return etolib.compute((-22.7, -47.6), "2024-05-01/2024-08-31")


@pytest.fixture(autouse=True)
def today():
    with etolib.config.set_options(today="2024-08-20"):
        yield


def view_of(answer, units="metric", language="en"):
    view = WaterView()
    view.ask = lambda values: None
    view.show(language, answer, None, units)
    return view


def cells(html, name):
    found = html.split(f"etolib-figures {name}")[1].split("</div></div>")[0]
    return re.findall(r'role="cell">([^<]*)<', found)


def number(cell):
    return float(cell.replace("−", "-").replace("+", "").replace(",", "."))


CHOICES = (
    {},
    {"crop": "tomato", "soil": "sandy_loam", "method": "dual", "system": "drip", "planting": "2024-06-01",
     "initial_depletion": "30", "base": "12", "upper": "30"},
    {"crop": "citrus", "soil": "clay", "root_depth": "0,9", "efficiency": "60", "initial_depletion": "50"},
)  # fmt: skip


@pytest.mark.parametrize("units", ["metric", "us"])
@pytest.mark.parametrize("values", CHOICES)
def test_numbers_are_those_of_the_package(result, values, units):
    names = {name: values[name] for name in ("crop", "soil", "method", "system", "planting") if name in values}
    right = water_balance(
        result, **names, plan_from="2024-08-20",
        root_depth=0.9 if "root_depth" in values else None, efficiency=0.6 if "efficiency" in values else None,
        initial_depletion=float(values.get("initial_depletion", 0)) / 100,
    )  # fmt: skip
    answer = tab.balance(result, values)
    for name in tab.SERIES:
        np.testing.assert_allclose(
            np.array(answer[name], float), right.table[name].astype(float), rtol=1e-12, equal_nan=True
        )
    html, mm = view_of(answer, units).shown.value, 25.4 if units == "us" else 1
    shown, totals = cells(html, "etolib-water-sums"), right.totals()
    expected = [totals["eto"], totals["precipitation"], totals["precipitation"] - totals["eto"], totals["etc"],
                totals["etc_adjusted"], totals["percolation"]]  # fmt: skip
    assert int(shown[0]) == totals["days"]
    assert [number(one) * mm for one in shown[1:7]] == pytest.approx(expected, abs=0.051 if mm == 1 else 0.14)
    season = result.table[(right.table["state"] != "outside").to_numpy()]
    limits = (float(values.get("base", 10)), float(values["upper"]) if "upper" in values else None)
    assert number(shown[-1]) == pytest.approx(
        float(degree_days(season["tmin"], season["tmax"], *limits).sum()), abs=0.51
    )
    need = right.irrigations()
    assert len(need)
    rows = np.reshape([number(one) * mm for one in cells(html, "etolib-irrigations")], (-1, 2))
    assert rows[:-1] == pytest.approx(need[["net", "gross"]].to_numpy(float), abs=0.051 if mm == 1 else 0.14)
    assert rows[-1] == pytest.approx(need[["net", "gross"]].sum().to_numpy(float), abs=0.051 if mm == 1 else 0.14)
    assert "<table" not in html
    assert "of the climatology" in html


@pytest.mark.parametrize(
    ("values", "said"),
    [({"root_depth": "deep"}, "Depth of the roots “deep” must be"), ({"efficiency": "0"}, "from 5 to 100"),
     ({"base": "30", "upper": "10"}, "above 30"), ({"initial_depletion": "-1"}, "from 0 to 100")],
)  # fmt: skip
def test_what_cannot_be_gives_no_number(result, values, said):
    view = view_of(tab.balance(result, values))
    assert said in view.said.value
    assert view.shown.value == ""


def test_days_that_are_past_and_missing_days_are_said(result):
    with etolib.config.set_options(today="2024-12-01"):
        assert "are past" in view_of(tab.ask(result, {})).shown.value
    gap = etolib.config.set_options(today="2024-08-20")
    with gap:
        before = result.table["eto"].copy()
        result.table.loc[20:22, "eto"] = np.nan
        try:
            html = view_of(tab.ask(result, {}), language="pt").shown.value
        finally:
            result.table["eto"] = before
    assert "3 dias" in html
    assert html.count("etolib-line-depletion") == 3  # the legend, and the chart for wide and narrow pages


def test_a_choice_is_asked_of_a_worker_and_nothing_old_stands_beside_it(result):
    view, asked = view_of(tab.ask(result, {})), []
    view.ask = asked.append
    view.fields["crop"].value = "tomato"
    assert asked[-1]["crop"] == "tomato"
    assert view.shown.value == ""
    view.show("en", tab.balance(result, asked[-1]), None, "metric")
    assert "omato" in view.shown.value
    assert "p. 110" in view.shown.value
    view.show("pt", view._answer, None, "metric")
    assert len(asked) == 1
    assert view.fields["crop"].value == "tomato"
    view.show("pt", tab.ask(result, {}), None, "metric")  # another result keeps the choice
    assert len(asked) == 2
    view.failed("<gone>")
    assert "&lt;gone&gt;" in view.said.value


def test_the_page_balances_what_is_chosen(result):
    page = finished(result)
    page.shown.buttons["water"].click()
    view = page.shown._views["water"]
    assert "Maize" in view.shown.value
    view.fields["planting"].value = dt.date(2024, 6, 1)
    view.fields["soil"].value = "sand"
    assert view._answer["settings"]["planting"] == ["2024-06-01"]
    assert view._answer["settings"]["soil"] == "sand"
    assert "sand" in view.shown.value
