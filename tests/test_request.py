"""Requests are checked without the packages that answer them."""

import subprocess
import sys

import pytest

from etolib.equations.filling import KRS
from etolib.errors import InputError
from etolib.request import OPTIONS, SOURCE_NAMES, check_options
from etolib.sources import registry


def test_the_names_are_those_of_the_registry():
    assert tuple(registry.SOURCES) == SOURCE_NAMES
    assert tuple(KRS) == OPTIONS["krs"]


def test_all_problems_are_told_at_once():
    with pytest.raises(InputError) as caught:
        check_options(["nasa_power", "nonsense"], {"krs": "lunar", "colour": "red"})
    assert [problem.thing for problem in caught.value.problems] == ["source", "krs", "option"]


def test_a_page_can_submit_without_the_packages_of_the_pipeline():
    heavy = "{'pandas', 'matplotlib', 'numba', 'xarray', 'httpx2'}"
    code = (
        f"import sys, etolib.tasks.jobs, etolib.result, etolib.widgets.app; print(sorted({heavy} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
