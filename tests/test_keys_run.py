"""Keys of services in a whole calculation: sent, and in nothing that etolib shows, logs, keeps or hands out."""

from __future__ import annotations

import json
import pickle
from pathlib import Path

import pytest

import etolib
from etolib import keys
from etolib.errors import EtolibError
from etolib.result import formats
from etolib.sources import catalogue
from etolib.widgets import tabs

CANARY = "cAn4ry+k3y@nobody.example"
"""An address, too: one service takes that for its key."""

DALBY, PERIOD = (-27.18, 151.26, 340.0), "2024-06-20/2024-07-04"


def handed_out(result: etolib.Result, folder: Path) -> list[bytes]:
    """Return all that a person gets of a result: files, link, script, pages, messages, provenance, and itself."""
    request = result.request
    texts = [repr(result), result._repr_html_(), request.query(), request.script(), repr(request)]
    texts += [json.dumps(result.provenance, default=str), *map(str, result.warnings)]
    for tab in tabs.registered().values():
        try:
            answer = tab.ask(result, {}, "metric") if tab.measured else tab.ask(result, {})
        except EtolibError as error:
            answer = {"error": str(error)}
        texts.append(repr(answer))
    for ending in formats.endings():
        path = folder / f"result{ending}"
        try:
            result.save(path)
        except (EtolibError, ImportError) as error:
            texts.append(str(error))
    files = [str(path).encode() + path.read_bytes() for path in folder.rglob("*") if path.is_file()]
    return [*(text.encode() for text in texts), pickle.dumps(result), *files]


@pytest.mark.parametrize("fault", [None, "404_html"])
def test_a_whole_calculation_shows_them_nowhere(weather_server, tmp_path, caplog, monkeypatch, fault):
    for variable in catalogue.key_variables():
        monkeypatch.setenv(variable, CANARY)
    caplog.set_level("DEBUG")
    if fault:
        for service in ("silo", "open_meteo_archive"):
            weather_server.fault(service, fault)
    with etolib.set_options(cache_dir=tmp_path / "cache"):
        result = etolib.compute(DALBY, PERIOD)
    (tmp_path / "out").mkdir()
    shown = [*handed_out(result, tmp_path / "out"), caplog.text.encode()]
    shown += [str(path).encode() + path.read_bytes() for path in (tmp_path / "cache").rglob("*") if path.is_file()]
    assert any("nobody" in call.query for call in weather_server.calls("silo"))  # sent
    everything = b"\n".join(shown)
    assert [form for form in keys.forms(CANARY) if form.encode() in everything] == []
