"""The tab of the water: its numbers are those of `etolib.water_balance`, whatever is chosen."""

from __future__ import annotations

import base64
import datetime as dt
import io
import re
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import etolib
from etolib.unit_systems import METRIC, SYSTEMS, unit
from etolib.water import season
from etolib.water.crop_water import water_balance
from etolib.water.crops import CROPS
from etolib.water.degree_days import degree_days
from etolib.water.ledger import UNITS
from etolib.water.notes import own_of_crop
from etolib.water.soil import soil
from etolib.widgets import water_fields
from etolib.widgets.markup import water as markup
from etolib.widgets.tabs import water as tab
from etolib.widgets.water import WaterView
from tests.widgets.fakes import unguarded
from tests.widgets.test_tabs import finished


@pytest.fixture(scope="module")
def result():
    with etolib.config.set_options(offline=True):
        return etolib.compute((-22.7, -47.6), "2024-05-01/2024-08-31")


@pytest.fixture(scope="module")
def first(result):
    with etolib.config.set_options(today="2024-08-20"):
        return tab.ask(result, {})


@pytest.fixture(autouse=True)
def today():
    with etolib.config.set_options(today="2024-08-20"):
        yield


def view_of(answer, units="metric", language="en"):
    view = WaterView(unguarded)
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
     "initial_depletion": "30", "base": "12", "upper": "30", "total_evaporable": "22", "kc_mid": "1,02"},
    {"crop": "citrus", "soil": "clay", "root_depth": "0,9", "efficiency": "60", "initial_depletion": "50"},
    {"crop": "tomato", "kc_mid": "1.3", "stage_initial": "20", "root_depth": "3", "height": "2", "p": "0.5",
     "field_capacity": "0.3", "irrigation": "date;mm\n2024-05-20; 1\n2024-05-21\t10 mm\n2024-05-21, 0.5",
     "rain": "2024-06-03 2\n2024-06-04 0", "us": ["root_depth", "height", "irrigation", "rain"]},
)  # fmt: skip
ROW = soil("loam")
GIVEN = (
    {},
    {"crop": "tomato", "method": "dual", "system": "drip", "planting": "2024-06-01", "initial_depletion": 0.3,
     "soil": replace(soil("sandy_loam"), evaporation_depth=0.022 / (soil("sandy_loam").total_evaporable / 100)),
     "kc": (None, 1.02, None)},
    {"crop": "citrus", "soil": "clay", "root_depth": 0.9, "efficiency": 0.6, "initial_depletion": 0.5},
    {"crop": "tomato", "kc": (None, 1.3, None), "stages": (20, 40, 45, 30), "root_depth": 0.9144, "height": 0.6096,
     "p": 0.5, "soil": replace(ROW, field_capacity=0.3), "irrigation": {"2024-05-20": 25.4, "2024-05-21": 22.7},
     "rain": {"2024-06-03": 50.8, "2024-06-04": 0.0}},
)  # fmt: skip


@pytest.mark.parametrize("units", ["metric", "us"])
@pytest.mark.parametrize(("values", "given"), [*zip(CHOICES, GIVEN, strict=True)])
def test_numbers_are_those_of_the_package(result, values, given, units):
    right = water_balance(result, **given, plan_from="2024-08-20")
    answer = tab.balance(result, values)
    for name in tab.SERIES:
        np.testing.assert_allclose(
            np.array(answer[name], float), right.table[name].astype(float), rtol=1e-12, equal_nan=True
        )
    for system in SYSTEMS:
        assert days_of(answer["csv"][system]) == days_of(right.to_csv(units=system))
    view = view_of(answer, units)
    html, mm = view.shown.value, 25.4 if units == "us" else 1
    shown, totals = cells(html, "etolib-water-sums"), right.totals()
    expected = [totals["eto"], totals["precipitation"], totals["precipitation"] - totals["eto"], totals["irrigation"],
                totals["etc"], totals["etc_adjusted"], totals["percolation"]]  # fmt: skip
    assert int(shown[0]) == totals["days"]
    assert [number(one) * mm for one in shown[1:8]] == pytest.approx(expected, abs=0.051 if mm == 1 else 0.14)
    season = result.table[(right.table["state"] != "outside").to_numpy()]
    limits = (float(values.get("base", 10)), float(values["upper"]) if "upper" in values else None)
    warm = 9 / 5 if units == "us" else 1
    assert number(shown[-1]) == pytest.approx(
        warm * float(degree_days(season["tmin"], season["tmax"], *limits).sum()), abs=0.51
    )
    need = right.irrigations()
    assert len(need)
    rows = np.reshape([number(one) * mm for one in cells(html, "etolib-irrigations")], (-1, 2))
    assert rows[:-1] == pytest.approx(need[["net", "gross"]].to_numpy(float), abs=0.051 if mm == 1 else 0.14)
    assert rows[-1] == pytest.approx(need[["net", "gross"]].sum().to_numpy(float), abs=0.051 if mm == 1 else 0.14)
    assert "<table" not in html
    assert "of the climatology" in html
    link = re.search(r'download="([^"]+_water.csv)" href="data:text/csv;charset=utf-8;base64,([^"]+)"', html)
    assert base64.b64decode(link[2]).decode() == answer["csv"][units]


def test_the_file_in_us_units_is_the_metric_one_and_names_its_units(first):
    metric, us = (pd.read_csv(io.StringIO(first["csv"][units]), comment="#") for units in SYSTEMS)
    for name, canonical in UNITS.items():
        if name in metric:
            found = unit(canonical, "us")
            assert name not in us
            back = us[f"{name}_{found.suffix}"] * found.factor
            np.testing.assert_allclose(back, metric[name], atol=0.0005 + 0.00051 * found.factor, equal_nan=True)
            assert f"{name}_{found.suffix} [{found.text}]" in first["csv"]["us"]
    for name in {*metric} - {*UNITS}:
        pd.testing.assert_series_equal(metric[name], us[name])
    assert re.search(r"# planned irrigation \S+: net \d+\.\d{4} in, gross \d+\.\d{4} in\n", first["csv"]["us"])


def days_of(text):
    """Return the rows of a file, and its lines but for the place."""
    return [line for line in text.splitlines() if not line.startswith("# note: on ")]


@pytest.mark.parametrize(
    ("values", "field", "said"),
    [
        ({"root_depth": "deep"}, "root_depth", "Depth of the roots “deep” must be a number from 0.01 to 20"),
        ({"root_depth": "99", "us": ["root_depth"]}, "root_depth", "from 0.03281 to 65.62 ft"),
        ({"efficiency": "0"}, "efficiency", "from 5.0 to 100.0 %"),
        ({"base": "30", "upper": "10"}, "upper", "above the base"),
        ({"base": "200", "us": ["base"]}, "base", "104.0 °F"),
        ({"initial_depletion": "-1"}, "initial_depletion", "from 0.0 to 100.0 %"),
        ({"kc_mid": "12"}, "kc_mid", "from 0.0 to 2.0"),
        ({"kc_end": "nan"}, "kc_end", "from 0.0 to 2.0"),
        ({"stage_mid": "-5"}, "stage_mid", "from 0.0 to 3000"),
        ({"stage_mid": "4.5"}, "stage_mid", "whole days"),
        ({f"stage_{name}": "0" for name in ("initial", "development", "mid", "late")}, "stage_initial", "one day"),
        ({"crop": "coffee", "stage_mid": "40"}, "stage_late", "missing"),
        ({"height": "0"}, "height", "from 0.01"),
        ({"p": "2"}, "p", "from 0.05"),
        ({"field_capacity": "0.05"}, "field_capacity", "above the wilting point"),
        ({"wilting_point": "0.5"}, "wilting_point", "below the field capacity"),
        ({"total_evaporable": "149"}, "total_evaporable", "must be a number"),
        ({"readily_evaporable": "29"}, "readily_evaporable", "must lie below"),
        ({"irrigation": "2023-01-01 20"}, "irrigation", "2023-01-01"),
        ({"irrigation": "2024-05-20 -3"}, "irrigation", "a date and a depth"),
        ({"irrigation": "2024-05-20 25000"}, "irrigation", "from 0 to 2000"),
        ({"irrigation": "soon 20\n2024-05-20 20"}, "irrigation", "no date that can be read"),
        ({"irrigation": "1 soon 20"}, "irrigation", "1 soon"),
        ({"rain": "2024-05-20"}, "rain", "a date and a depth"),
        ({"rain": "2024-09-20 5"}, "rain", "2024-09-20"),
        ({"planting": "2025-01-01"}, "planting", "no day within 2024-05-01/2024-08-31"),
        ({"planting": "2023-01-01"}, "planting", "no day within"),
    ],
    ids=str,
)
def test_what_cannot_be_is_said_at_its_field_and_gives_no_number(result, first, values, field, said):
    answer = tab.balance(result, values)
    assert [*answer["wrong"]][-1] == field
    view = view_of(answer)
    assert said in view.wrong[field].value
    assert "etolib-invalid" in view.fields[field]._dom_classes
    assert view.shown.value == ""
    assert "etolib-folded" not in view.numbers._dom_classes
    view.show("pt", first, None, "metric")
    assert view.wrong[field].layout.display == "none"
    assert "etolib-invalid" not in view.fields[field]._dom_classes


def test_a_row_fills_the_fields_and_what_is_changed_is_yours(result, first):
    view, asked = view_of(first), []
    view.ask = asked.append
    fields = view.fields
    assert (fields["kc_mid"].value, fields["stage_mid"].value, fields["root_depth"].value) == ("1.20", "50", "1.00")
    fields["crop"].value = "tomato"
    assert (fields["kc_mid"].value, fields["height"].value) == ("1.15", "0.60")
    fields["kc_mid"].value, fields["root_depth"].value = "1.05", "0.8"
    assert fields["kc_mid"].description == "Kc mid · yours"
    assert "etolib-own" in fields["kc_mid"]._dom_classes
    assert "etolib-own" not in fields["kc_ini"]._dom_classes
    assert {name: asked[-1].get(name) for name in ("kc_mid", "root_depth", "kc_ini", "us")} == {
        "kc_mid": "1.05", "root_depth": "0.8", "kc_ini": None, "us": []}  # fmt: skip
    answer = tab.balance(result, asked[-1])
    view.show("en", answer, None, "metric")
    assert "Tomato: Kc mid, depth of the roots are yours; everything else of FAO-56: Table 11" in view.shown.value
    count = len(asked)
    view.show("pt", answer, None, "us")
    assert fields["root_depth"].value == "2,62"
    assert fields["root_depth"].description == "Raízes mais fundas [ft] · seu"
    assert fields["base"].value == "50,0"
    assert "Tabela 12 p. 110" in view.shown.value
    assert "raízes de 0,66 a 2,62 ft" in view.shown.value
    assert len(asked) == count
    fields["height"].value = "2"
    assert (asked[-1]["root_depth"], asked[-1]["us"]) == ("0.8", ["height"])  # what was typed keeps its digits
    fields["kc_mid"].value = ""
    assert fields["kc_mid"].value == "1,15"
    fields["method"].value = "dual"
    assert fields["kc_mid"].value == "1,10"
    assert fields["kc_mid"].description == "Kcb médio"
    fields["soil"].value = "clay"
    assert asked[-1]["root_depth"] == "0.8"
    fields["crop"].value = "dry_bean"
    assert "root_depth" not in asked[-1]


def test_every_row_fills_and_means_what_no_number_means(result):
    for method in ("single", "dual"):
        for name in CROPS:
            rows = {"crop": name, "soil": "clay", "system": "drip", "method": method}
            typed = {one: water_fields.of_row(one, rows) for one in water_fields.FIELDS}
            typed = {one: f"{value:.6g}" for one, value in typed.items() if value is not None}
            arguments = tab.chosen(result, rows | typed)
            given = arguments["soil"]
            assert given.total_evaporable == pytest.approx(soil("clay").total_evaporable)
            assert own_of_crop(
                season.changed(CROPS[name], *(arguments[one] for one in ("kc", "stages", "height")), method == "dual"),
                CROPS[name], basal=method == "dual", root_depth=arguments["root_depth"], p=arguments["p"],
            ) == []  # fmt: skip


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


def test_a_plan_of_one_day_is_one_day():
    answer = {"plan_from": "2024-07-01", "dates": ["2024-06-30", "2024-07-01"], "planned": []}
    assert "No irrigation is needed on 2024-07-01." in markup._irrigations("en", answer, METRIC)
    longer = answer | {"plan_from": "2024-06-30"}
    assert "from 2024-06-30 to 2024-07-01" in markup._irrigations("en", longer, METRIC)
