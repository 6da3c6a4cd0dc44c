"""The built front end: pinned to the Python packages whose widgets it draws, and whole."""

from __future__ import annotations

import json
import os
import re
from importlib import metadata

import pytest

from etolib.widgets import front
from etolib.widgets.app import Page

SOURCES = front.BUILT.parent


@pytest.fixture(scope="module")
def built():
    found = front.manifest()
    if found is None and not os.environ.get("CI"):
        pytest.skip("the front end is not built here (python tools/build_front.py)")
    assert found is not None, "the build left no front end"
    return found


def wanted():
    return json.loads((SOURCES / "package.json").read_text())


def test_the_bundle_speaks_to_the_installed_python_packages(built):
    assert front.other_versions() == {}


def test_npm_packages_are_those_that_the_python_packages_ship():
    ours = wanted()["dependencies"]
    assert ours["jupyter-leaflet"] == metadata.version("jupyter-leaflet")
    assert ours["anywidget"] == metadata.version("anywidget")


def test_every_npm_package_is_pinned_and_the_lock_names_no_address():
    packages = wanted()
    for name, version in (packages["dependencies"] | packages["devDependencies"]).items():
        assert re.fullmatch(r"\d+\.\d+\.\d+", version), name
    lock = json.loads((SOURCES / "package-lock.json").read_text())
    assert not [name for name, entry in lock["packages"].items() if "resolved" in entry]
    assert all("integrity" in entry for name, entry in lock["packages"].items() if name)


def test_a_page_of_another_minor_version_is_noticed(built, monkeypatch):
    other = built | {"modules": built["modules"] | {"anywidget": "0.1.0"}}
    monkeypatch.setattr(front, "manifest", lambda: other)
    assert front.other_versions() == {"anywidget": ("0.1.0", metadata.version("anywidget"))}


def test_every_widget_of_the_page_is_in_the_bundle(built):
    page = Page(loop=Loop(), connection=Nobody())
    widgets, waiting = {}, [page.widget]
    while waiting:
        one = waiting.pop()
        if one.model_id in widgets:
            continue
        widgets[one.model_id] = one
        for value in (getattr(one, name) for name in one.keys):
            held = value if isinstance(value, (list, tuple)) else value.values() if isinstance(value, dict) else [value]
            waiting += [inner for inner in held if hasattr(inner, "model_id")]
    assert len(widgets) > 100
    for one in widgets.values():
        assert one._model_module in built["modules"]
        assert not one._model_name.startswith(tuple(built["left_out"]))


class Loop:
    def call_soon_threadsafe(self, callback, *args):
        callback(*args)


class Nobody:
    """A connection that never answers."""

    def start(self):
        pass

    def client(self):
        raise TimeoutError

    ask = client
