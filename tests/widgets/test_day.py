"""One day: the terms of the page are those of the package, whatever is typed."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import etolib
from etolib.equations.daily import TERMS
from etolib.widgets.day import DayView
from etolib.widgets.markup import formulas
from etolib.widgets.tabs import day as tab
from tests.widgets.fakes import DAY


@pytest.fixture(scope="module")
def result():
    with etolib.config.set_options(offline=True):
        return etolib.compute((-22.7, -47.6), "2024-01-30/2024-02-02")


@pytest.fixture(scope="module")
def packed(result):
    return tab.ask(result, {})


def shown(view):
    return float(re.search(r'class="etolib-day-eto">([^<]*)<', view.answer.value)[1].replace(",", "."))


def view_of(answer, units="metric", language="en"):
    view = DayView()
    view.show(language, answer, None, units)
    return view


def test_every_day_has_the_eto_of_the_table_and_the_terms_of_the_package(result, packed):
    view = view_of(packed)
    assert packed["dates"] == ["2024-01-30", "2024-01-31", "2024-02-01", "2024-02-02"]
    for at, date in enumerate(packed["dates"]):
        view.go(date)
        assert view.eto == pytest.approx(result.table["eto"].iloc[at], abs=1e-9)
        assert shown(view) == round(view.eto, 2)
        terms = result.terms(date)["value"]
        mine = view._calculate(view._inputs())
        assert {name: terms[name] for name in TERMS} == pytest.approx(mine, rel=1e-9)


@given(
    st.fixed_dictionaries(
        {"tmax": st.floats(15, 45), "tmin": st.floats(-10, 14), "ea": st.floats(0.2, 1.2), "rs": st.floats(2, 35),
         "u2": st.floats(0, 12)}
    ),
    st.sampled_from(["metric", "us"]),
)  # fmt: skip
@settings(max_examples=25, deadline=None)
def test_a_changed_input_gives_what_the_equation_gives(packed, typed, units):
    view = view_of(packed, units)
    for name, value in typed.items():
        view.inputs[name].value = value
    right = etolib.eto_fao56(**typed, latitude=-22.7, elevation=packed["elevation"], day_of_year=33)
    assert view.eto == pytest.approx(float(right), abs=1e-9)
    assert shown(view) == pytest.approx(round(float(right), 2) / (25.4 if units == "us" else 1), abs=0.0006)
    assert "it was" in view.answer.value
    view.reset.click()
    assert view.inputs["u2"].value == round(packed["values"]["u2"][-1], 3)
    assert "it was" not in view.answer.value


@pytest.mark.parametrize(("name", "value", "said"), [("tmin", 31.0, "above the maximum"), ("u2", -1.0, "below 0")])
def test_what_cannot_be_gives_no_number(name, value, said):
    view = view_of(DAY)
    view.inputs[name].value = value
    assert view.eto is None
    assert ">–<" in view.answer.value
    assert view.terms.value == ""
    assert said in view.said.value


def test_days_follow_each_other_and_a_day_without_eto_is_said():
    view = view_of(DAY)
    assert str(view.date.value) == "2024-01-02"
    view.on.click()
    assert str(view.date.value) == "2024-01-02"
    view.back.click()
    assert str(view.date.value) == "2024-01-01"
    assert "2 m/s assumed" in view.origins["u2"].value
    view.go("1999-01-01")
    assert "1999-01-01" in view.said.value
    assert "Nenhum" in view_of(DAY | {"dates": []}, language="pt").said.value


def test_a_language_change_keeps_day_and_inputs():
    view = view_of(DAY)
    view.back.click()
    view.inputs["u2"].value = 5
    view.show("pt", DAY, None, "metric")
    assert (str(view.date.value), view.inputs["u2"].value) == ("2024-01-01", 5)
    assert "era" in view.answer.value
    assert "5," in view.answer.value


def test_every_term_is_a_formula():
    assert set(formulas.TERMS) == set(TERMS)
    for term in TERMS:
        root = ET.fromstring(formulas.formula(term).replace("&#8289;", ""))
        text = "".join(root.itertext())
        assert text.count("(") == text.count(")")
        assert "{" not in text
        assert "}" not in text
