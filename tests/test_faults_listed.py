"""The tests that docs name as evidence exist: of the faults of the first trials, and of the attacks."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
LISTS = ("docs/validation/faults_of_trials.md", "SECURITY.md")
_NAMED = re.compile(r"`(tests/[\w/]+\.py)(?:::(\w+))?`")


def rows(path):
    """Return the rows of the tables of a page: what stands first, and the whole line."""
    lines = (ROOT / path).read_text().splitlines()
    cells = [line.strip("| ").split("|")[0].strip() for line in lines if line.startswith("|")]
    whole = [line for line in lines if line.startswith("|")]
    return [(cell, line) for cell, line in zip(cells, whole, strict=True) if not set(cell) <= set("-: ")][1:]


def named_in(path):
    tree = ast.parse((ROOT / path).read_text())
    return {one.name for one in ast.walk(tree) if isinstance(one, ast.FunctionDef) and one.name.startswith("test_")}


@pytest.mark.parametrize("page", LISTS)
def test_each_test_that_is_named_exists(page):
    named = _NAMED.findall((ROOT / page).read_text())
    assert named
    for path, test in named:
        assert (ROOT / path).is_file(), path
        assert named_in(path), path
        if test:
            assert test in named_in(path), f"{path}::{test}"


def test_each_fault_is_tried_by_a_test_or_the_chaos_driver():
    found = rows(LISTS[0])
    assert len(found) > 30
    for fault, line in found:
        tried = line.strip("| ").split("|")[-1]
        assert _NAMED.search(tried) or "chaos" in tried or "benchmarks.soak" in tried, fault
