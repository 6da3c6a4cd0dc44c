"""The accuracy tables, and the targets on the real places."""

import dataclasses
import importlib
import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from etolib.errors import InputError
from etolib.validation import pictures
from etolib.validation.accuracy import TARGETS, Accuracy, stored, validate
from etolib.validation.constants import CONSTANTS
from etolib.validation.places import load
from etolib.validation.protocols import PROTOCOLS
from etolib.validation.scores import score
from etolib.validation.study import Study, scored_days
from tests.fusion import simulated
from tests.shared import shared_path


def test_validate_reports_every_protocol_method_and_target(data):
    tables = validate(data)
    assert set(tables.summary.protocol) >= set(PROTOCOLS)
    assert set(tables.summary.method) >= {"etolib", "published method", "NASA POWER", "Open-Meteo"}
    assert set(tables.places.city) == set(simulated.CITIES)
    assert json.loads(tables.to_json())["checks"]
    assert Accuracy.of_json(tables.to_json()).to_json() == tables.to_json()
    text = tables.to_text()
    assert all(word in text for word in ("T2005", "season DJF", "decile 10", "corrupt days", "LEVEL_WALK"))


def test_tables_of_the_documentation_are_the_stored_ones(monkeypatch):
    root = Path(__file__).resolve().parents[2]
    monkeypatch.syspath_prepend(root / "tools")
    tool = importlib.import_module("write_validation")
    found = stored()
    assert found.places.groupby("protocol").city.nunique().eq(12).all()
    assert found.checks.met.all()
    for name, text in tool.pages(dataclasses.replace(found, constants=CONSTANTS)).items():
        assert (root / "docs" / "validation" / "tables" / f"{name}.md").read_text() == text, name


def test_a_month_of_a_place_is_drawn(data):
    axes = pictures.month(data, "2007-03").axes[0]
    assert len(axes.lines[0].get_xdata()) == 31
    assert axes.get_legend_handles_labels()[1] == ["interval", "ETo", "reference"]
    with pytest.raises(InputError, match="no days of this month"):
        pictures.month(data, "1900-01")


def test_real_places_meet_the_targets():
    # Authority: the accuracy the project set itself for the twelve places of BR-DWGD that are at hand.
    data = shared_path("data", "validation")
    study = Study(load(data))
    for name in ("T2005", "S"):
        rule = PROTOCOLS[name]
        rows, inside = [], []
        for city, found in study.fuse(rule).items():
            truth = study.places[city].reference
            days = scored_days(study.places[city], rule)
            rows.append(score(found.eto[days], truth[days]))
            inside.append(((truth >= found.lower) & (truth <= found.upper))[days].mean())
        mean = pd.DataFrame(rows).mean()
        for key, (low, high) in TARGETS[name].items():
            assert low <= mean[key] <= high, (name, key, mean[key])
        assert 0.92 <= np.mean(inside) <= 0.97
        assert min(inside) >= 0.87
