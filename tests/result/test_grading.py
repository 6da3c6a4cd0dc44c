"""Quality, kind and source of each day; the authority is the documented rule (`grading.quality_of_day`)."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from etolib.result import grading

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
    table = pd.DataFrame(
        {"eto": [5.0], "eto_lower": [5 - width / 2], "eto_upper": [5 + width / 2], "source": [source], "kind": [kind]}
    )
    flags = pd.DataFrame([["default_wind"] * estimated + ["given"] * (5 - estimated)], columns=list(grading.USED))
    assert grading.quality_of_day(table, flags).tolist() == [quality]


def test_the_kind_of_a_day_is_the_weakest_of_the_sources_it_used():
    frames = {
        "a": pd.DataFrame({"kind": ["observed", "observed", "forecast"]}, index=DAYS),
        "b": pd.DataFrame({"kind": ["observed", "forecast", "climatology"]}, index=DAYS),
    }
    assert grading.kind_of_day(["a+b", "a+b", "a"], frames).tolist() == ["observed", "forecast", "forecast"]
    assert grading.kind_of_day([None, "b", "b"], frames).tolist() == [None, "forecast", "climatology"]


def test_the_sources_of_a_day_are_those_of_its_inputs():
    used = pd.DataFrame(None, index=DAYS, columns=list(grading.USED), dtype=object)
    used.loc[DAYS[0]] = ["b", "b", "a+b", "b", None]
    assert grading.source_of_day(used) == ["a+b", None, None]


def test_gaps_and_climatological_days_are_said_in_their_number():
    table = pd.DataFrame({"date": DAYS, "eto": [1.0, np.nan, 1.0], "kind": ["climatology", None, "observed"]})
    gap, share = grading.notes(table)
    assert gap == "no value for 2024-03-02: no source had the data; these rows are empty"
    assert str(share).startswith("1 of 3 days are a climatological estimate")
    assert grading.notes(table.iloc[2:]) == (None, None)
