"""No page of these tests may look for online tiles; its tabs are those of a page without the built front end."""

import pytest

from etolib.widgets import tabs
from etolib.widgets.tabs import chart, table


@pytest.fixture(autouse=True)
def _no_tiles(monkeypatch):
    monkeypatch.setenv("ETOLIB_TILES", "none")


@pytest.fixture(autouse=True)
def _plain_tabs():
    """Whether somebody has built the front end changes no test; those of the interactive tabs ask for them."""
    for plain in (chart.STATIC, table.STATIC):
        tabs.register(plain)
    yield
    for usual in (chart.TAB, table.TAB):
        tabs.register(usual)
