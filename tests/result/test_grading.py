"""Quality, kind and source of each day; the authority is the documented rule (`grading.quality_of_day`)."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from etolib.equations.filling import CODES
from etolib.fusion.block import kinds_of
from etolib.fusion.inputs import Inputs
from etolib.result import grading
from etolib.result.grading import USED
from etolib.sources.row import KINDS

DAYS = pd.date_range("2024-03-01", periods=3, name="date")


@pytest.mark.parametrize(
    ("source", "kind", "width", "estimated", "quality"),
    [
        ("a+b", "observed", 1.4, 0, "HIGH"),
        ("a+b", "observed", 2.5, 0, "HIGH"),  # 60 % of 5 mm/day
        ("a+b", "observed", 3.5, 0, "MEDIUM"),
        ("a", "observed", 1.0, 0, "MEDIUM"),
        ("a+b", "forecast", 1.0, 1, "MEDIUM"),
        ("a+b", "observed", 1.0, 2, "LOW"),
        ("a+b", "climatology", 1.0, 0, "LOW"),
    ],
)
def test_quality_follows_its_rule(source, kind, width, estimated, quality):
    sources, kinds = sorted(source.split("+")), {"a": kind, "b": kind}
    eto, half = np.array([[5.0]]), width / 2
    flags = {name: np.array([[CODES["default_wind" if i < estimated else "given"]]]) for i, name in enumerate(USED)}
    codes = {name: kinds_of(pd.Series([kinds[name]]))[None] for name in sources}
    inputs = chosen(tuple(sources), [[code % len(sources) for code in range(5)]])
    graded = grading.grade(eto, eto - half, eto + half, inputs, flags, codes)
    assert graded.words_of_quality(0).tolist() == [quality]
    assert graded.words_of_kind(0).tolist() == [kind]
    assert graded.words_of_source(0) == [source]


def chosen(names, days):
    """Inputs of one place whose five sources are given day by day, as positions in ``names``."""
    codes = np.array(days, dtype=np.int8).T[:, None, :]
    return Inputs({}, {}, dict(zip(USED, codes, strict=True)), names, ())


def test_the_kind_of_a_day_is_the_weakest_of_the_sources_it_used():
    kinds = {
        "a": kinds_of(pd.Series(["observed", "observed", "forecast", "observed"]))[None],
        "b": kinds_of(pd.Series(["observed", "forecast", "climatology", "climatology"]))[None],
    }
    found = grading.kind_of_day(np.array([[3, 3, 1, 0]]), ("a", "b"), kinds)
    assert [KINDS[code] if code >= 0 else None for code in found[0]] == ["observed", "forecast", "forecast", None]
    found = grading.kind_of_day(np.array([[0, 2, 2, 2]]), ("a", "b"), kinds)
    assert [KINDS[code] if code >= 0 else None for code in found[0]] == [None, "forecast", *["climatology"] * 2]


def test_the_sources_of_a_day_are_those_of_its_inputs():
    bits, names = grading.sources_of_day(chosen(("b", "a+b"), [[0, 0, 1, 0, -1], [-1] * 5, [0] * 5]))
    assert [grading.joined(names, one) for one in bits[0].tolist()] == ["a+b", None, "b"]


def test_gaps_and_climatological_days_are_said_in_their_number():
    table = pd.DataFrame({"date": DAYS, "eto": [1.0, np.nan, 1.0], "kind": ["climatology", None, "observed"]})
    gap, share = grading.notes(table)
    assert gap == "no value for 2024-03-02: no source had the data; these rows are empty"
    assert str(share).startswith("1 of 3 days are a climatological estimate")
    assert grading.notes(table.iloc[2:]) == (None, None)
