"""The reference of the documentation has a place for every public name; both sides are read from the code."""

from __future__ import annotations

import ast
import re

import pytest

import etolib
from docs.builder import equations
from docs.builder.names import modules, of_package, public
from docs.builder.reader import read
from docs.builder.reference import page_of, write_reference
from etolib.equations import air, radiation, sun
from etolib.water import dual, single


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    """The pages as they are made before a build: the page of each name that is described."""
    folder = tmp_path_factory.mktemp("docs")
    write_reference(folder / "api")
    found: dict[str, list[str]] = {}
    for path in folder.rglob("*.rst"):
        for name in re.findall(r"^\.\. auto\w+:: (\S+)", path.read_text(encoding="utf-8"), re.M):
            found.setdefault(name, []).append(path.relative_to(folder).with_suffix("").as_posix())
    return found


def test_every_name_of_the_package_has_its_page(pages):
    gone = [name for name in etolib.__all__ if f"etolib.{name}" not in pages and not name.startswith("__")]
    assert gone == []


def test_every_public_name_has_one_page_which_is_the_one_the_table_says(pages):
    table = {name.shown: [page_of(name)] for name in public()}
    named = {name: page for name, page in pages.items() if name not in modules()}
    assert named == table


def test_every_name_that_a_module_hands_on_is_described_where_it_is_defined():
    described = {(name.module, name.name) for name in public()}
    known = described | {(module, "") for module in modules()}
    assert {home for home in of_package().values() if home not in known} == set()


def test_functions_and_classes_for_others_have_words():
    bare = []
    for module, tree in modules().items():
        for node in tree.body:
            if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_"):
                overload = any("overload" in ast.unparse(one) for one in node.decorator_list)
                if not overload and not ast.get_docstring(node):
                    bare.append(f"{module}.{node.name}")
    assert bare == []


def test_the_page_of_equations_has_a_formula_for_every_equation_of_a_book():
    assert equations.unread() == []
    assert equations.needless() == []
    assert len([name for module in equations.SECTIONS for name, *_ in equations.numbered(f"etolib.{module}")]) > 60


@pytest.mark.parametrize(
    ("function", "lines"),
    [
        (air.mean_saturation_vapour_pressure, ["e_s = {e°(T_max) + e°(T_min)}/{2}"]),
        (sun.solar_declination, ["δ = 0.409 sin ({2 π}/{365} J − 1.39)"]),
        (radiation.clear_sky_radiation, ["R_so = (0.75 + 0.00002 z) R_a"]),
        (etolib.eto_hargreaves, ["ET_o = 0.0023 w sqrt{T_max − T_min} · 0.408 R_a", 'w = T + 17.8 ", at least "0']),
        (dual.evaporation_reduction, ['K_r = {TEW − D_e}/{TEW − REW} ", at least "0", at most "1']),
        (single.kc_end, ['K_c,end = K_c,Tab " where " K_c,Tab < 0.45", else " K_c,Tab + ΔK_c']),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_a_formula_is_read_from_the_code(function, lines):
    assert read(function) == lines
