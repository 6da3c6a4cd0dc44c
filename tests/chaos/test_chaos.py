"""The short form of chaos: the faults that are quickest, once, on one stage; all of them, often: `make chaos`."""

from __future__ import annotations

import pytest

from tests.chaos import trial
from tests.chaos.faults import FAULTS
from tests.chaos.stage import stage

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    with stage(tmp_path_factory.mktemp("chaos")) as one:
        yield one


@pytest.mark.parametrize("name", [name for name, fault in FAULTS.items() if fault.quick])
def test_a_fault_loses_nothing(place, name):
    assert trial.run(place, name, 7, 0).wrong == []
