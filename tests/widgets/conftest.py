"""No page of these tests may look for online tiles."""

import pytest


@pytest.fixture(autouse=True)
def _no_tiles(monkeypatch):
    monkeypatch.setenv("ETOLIB_TILES", "none")
