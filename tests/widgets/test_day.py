"""One day: the terms of the page are those of the package, whatever is typed."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import etolib
from etolib.equations.daily import TERMS
from etolib.result.columns import in_units, name_in
from etolib.unit_systems import SYSTEMS, unit
from etolib.variables import VARIABLES
from etolib.widgets.day import DayView
from etolib.widgets.markup import formulas
from etolib.widgets.tabs import day as tab
from tests.widgets.fakes import DAY, unguarded


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
    view = DayView(unguarded)
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
    st.sampled_from(SYSTEMS),
)  # fmt: skip
@settings(max_examples=25, deadline=None)
def test_a_changed_input_gives_what_the_equation_gives_in_whatever_units_it_is_typed(packed, typed, units):
    view = view_of(packed, units)
    other = next(one for one in SYSTEMS if one != units)
    there = {name: unit(VARIABLES[name].units, units).of(value) for name, value in typed.items()}
    for name, value in there.items():
        view.inputs[name].value = value
    right = etolib.eto_fao56(**typed, latitude=-22.7, elevation=packed["elevation"], day_of_year=33)
    view.show("en", packed, None, other)  # the other units change what is shown, and no number of the calculation
    assert view.eto == pytest.approx(float(right), abs=1e-6)
    for name, value in typed.items():
        assert view.inputs[name].value == pytest.approx(unit(VARIABLES[name].units, other).of(value), abs=0.051)
    view.show("en", packed, None, units)
    assert {name: field.value for name, field in view.inputs.items()} == there  # as it was typed, to the last digit
    assert view.eto == pytest.approx(float(right), abs=1e-6)
    assert shown(view) == pytest.approx(round(view.eto, 2) / (25.4 if units == "us" else 1), abs=0.0006)
    assert "it was" in view.answer.value
    view.reset.click()
    assert view.eto == pytest.approx(packed["eto"][-1], abs=1e-9)
    assert "it was" not in view.answer.value


@pytest.mark.parametrize("units", SYSTEMS)
def test_inputs_and_terms_stand_in_the_units_of_the_page_with_the_numbers_of_the_file(result, packed, units):
    view = view_of(packed, units)
    file = in_units(result.table, units).iloc[-1]
    for name, field in view.inputs.items():
        assert field.value == file[name_in(name, units)]
        assert f"[{unit(VARIABLES[name].units, units).sign}]" in field.description
    signs = {"metric": ("°C", "kPa", "m/s", "MJ/m²/d", "mm/day"), "us": ("°F", "mbar", "mph", "W/m²", "in/day")}
    for sign in signs[units]:
        assert f"<small>{sign}</small>" in view.terms.value
    assert ("take SI units" in view.terms.value) == (units == "us")
    terms = result.terms(packed["dates"][-1])["value"]
    for name, (canonical, *_) in TERMS.items():
        html = view.terms.value.split(f'data-term="{name}"')[1].split('role="cell" class="n">')[1]
        row, found = html.split('<span role="cell"')[0], unit(canonical, units)
        rounding = 0.005 if not found.suffix else 0.5 * 10.0**-found.decimals + 0.005 / found.factor
        number = float(re.match(r"[−\d.]+", row)[0].replace("−", "-"))
        assert number == pytest.approx(found.of(terms[name]), abs=1.01 * rounding)
        below = f"{terms[name]:.{2 if abs(terms[name]) >= 1 else 4}f}".replace("-", "−")
        assert (f'etolib-si">{below}' in row) == bool(found.suffix)  # what the formula takes


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


def test_a_power_belongs_to_the_whole_bracket():
    for term, (_, rule) in formulas.TERMS.items():
        root = ET.fromstring(formulas.formula(term).replace("&#8289;", ""))
        for power in root.iter("msup"):
            base = "".join(power[0].itertext())
            assert base.count("(") == base.count(")"), (term, base)
        assert len([*root.iter("msup")]) == rule.count("^")
