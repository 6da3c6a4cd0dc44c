"""The tests that documents name as evidence exist; each fault of the first trials is tried."""

from __future__ import annotations

import ast

import pytest

from tests.listed import PAGES, ROOT, named, rows


def named_in(path):
    tree = ast.parse((ROOT / path).read_text())
    return {one.name for one in ast.walk(tree) if isinstance(one, ast.FunctionDef) and one.name.startswith("test_")}


DOCUMENTS = sorted(
    str(path.relative_to(ROOT))
    for path in [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
    if named(path.read_text(encoding="utf-8"))
)


def test_the_pages_that_are_listed_name_tests():
    assert set(PAGES) < set(DOCUMENTS)


@pytest.mark.parametrize("page", DOCUMENTS)
def test_each_test_that_is_named_exists(page):
    found = named((ROOT / page).read_text())
    for path, _, test in (one.partition("::") for one in found):
        assert (ROOT / path).is_file(), path
        assert named_in(path), path
        if test:
            assert test in named_in(path), f"{path}::{test}"


def test_each_fault_is_tried_by_a_test_or_the_chaos_driver():
    found = rows(PAGES[0])
    assert len(found) > 30
    for fault, line in found:
        tried = line.strip("| ").split("|")[-1]
        assert named(tried) or "chaos" in tried or "benchmarks.soak" in tried, fault
