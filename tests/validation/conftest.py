"""What the tests of validation share."""

from __future__ import annotations

import pytest

from tests.fusion import simulated


@pytest.fixture(scope="session")
def data(tmp_path_factory):
    """A simulated folder of four places; nobody changes it."""
    return simulated.folder(tmp_path_factory.mktemp("study") / "data")
