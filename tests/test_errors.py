"""Errors carry their data, and survive the way from a worker to the page."""

from __future__ import annotations

import pickle

import pytest

from etolib import errors

EXAMPLES = [
    errors.EtolibError("m", suggestion="s", source="x", retryable=True),
    errors.InputError([errors.Problem("latitude", 150, "too far", "turn round"), errors.Problem("b", None, "r")]),
    errors.SourceError("m", source="x", url="http://h", status=500, body="b" * 600),
    errors.NotCovered("m", source="x"),
    errors.SourceWindowError(source="x", asked="1930", allowed="1940/2020"),
    errors.InvalidRequest("m"),
    errors.RateLimited("m", retry_at=12.0, source="x"),
    errors.SourceUnavailable("m", source="x"),
    errors.BadResponse("m", source="x"),
    errors.NoSourceError("m", causes=[errors.SourceUnavailable("c", source="y")]),
    errors.TaskTimeout(after_s=2, stage="download"),
    errors.TaskCancelled(stage="check"),
    errors.SchedulerUnavailable("m"),
]


@pytest.mark.parametrize("error", EXAMPLES, ids=lambda e: type(e).__name__)
def test_pickling_keeps_everything(error):
    copy = pickle.loads(pickle.dumps(error))
    assert type(copy) is type(error)
    assert str(copy) == str(error)
    assert copy.to_dict() == error.to_dict()
    assert set(vars(copy)) == set(vars(error))


@pytest.mark.parametrize("error", EXAMPLES, ids=lambda e: type(e).__name__)
def test_data_of_a_message(error):
    assert set(error.to_dict()) == {"error", "message", "suggestion", "source", "retryable", "texts"}


def test_body_is_cut_to_500_characters():
    assert len(EXAMPLES[2].body) == 500


def test_no_source_error_speaks_for_its_causes():
    error = EXAMPLES[9]
    assert error.retryable
    assert error.source == "y"
    assert error.suggestion == error.causes[0].suggestion


def test_input_error_lists_every_problem_on_a_line():
    assert str(EXAMPLES[1]).splitlines() == ["latitude = 150: too far; turn round", "b = None: r"]


def test_input_error_is_a_value_error():
    assert isinstance(EXAMPLES[1], ValueError)
