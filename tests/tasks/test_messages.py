"""Messages: JSON, one enum of states, and errors that come back from them in every language."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

import etolib
from etolib.errors import SchedulerUnavailable, SourceWindowError, TaskCancelled, TaskError, TaskTimeout
from etolib.tasks import messages
from etolib.tasks.messages import State
from etolib.words import decode, render, say


def sent(ending):
    """Return an ending as the other side reads it."""
    return json.loads(json.dumps(ending))


def test_the_final_states_are_the_types_that_end_a_task():
    assert {"SUCCESS", "ERROR", "TIMEOUT", "CANCELLED"} == messages.FINAL
    assert not messages.FINAL & {State.QUEUED, State.PROCESSING, messages.PROGRESS}


def test_a_step_is_english_and_keeps_its_key():
    data = messages.progress({"step": say("days", count=3), "stage": "download", "source": None, "progress": 5.0})
    assert type(data["step"]) is str
    assert data["step"] == "3 days"
    assert render("pt", decode(data["texts"]["step"])) == "3 dias"


def test_success_holds_rows_and_warnings_with_their_keys():
    with etolib.set_options(offline=True):
        result = etolib.compute((-22.7, -47.6), "2024-01-01/2024-01-02")
    kind, data = sent(messages.success(result))
    assert kind == "SUCCESS"
    assert data["results"] == result.messages()
    assert [set(row) for row in data["results"]] == [{"date", "eto_mm", "quality", "source"}] * 2
    assert data["warnings"] == result.warnings
    assert [decode(text) for text in data["texts"]["warnings"]] == result.warnings


@pytest.mark.parametrize(
    ("error", "kind", "back"),
    [
        (TaskTimeout(after_s=1.5, stage="fuse"), "TIMEOUT", TaskTimeout),
        (TaskCancelled(stage="check", reason="idle"), "CANCELLED", TaskCancelled),
        (SchedulerUnavailable(say("no_scheduler_known")), "ERROR", SchedulerUnavailable),
        (SourceWindowError(source="nasa_power", asked="1950", allowed="1981/2024"), "ERROR", TaskError),
        (ZeroDivisionError("by zero"), "ERROR", TaskError),
    ],
)
def test_an_error_comes_back_from_its_message(error, kind, back):
    type_, data = sent(messages.failed(error))
    assert type_ == kind
    again = messages.error_of(type_, data)
    assert type(again) is back
    if isinstance(error, ZeroDivisionError):
        assert str(again).startswith("the calculation failed unexpectedly: ZeroDivisionError: by zero (press Retry")
        return
    assert str(again) == str(error)
    assert render("pt", again.message) == render("pt", error.message) != str(error.message)
    for name in ("stage", "reason", "after_s"):
        assert getattr(again, name, None) == getattr(error, name, None)


def test_a_page_reads_messages_without_dask():
    code = "import sys, etolib.tasks.messages; print([m for m in ('distributed', 'pandas') if m in sys.modules])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"
