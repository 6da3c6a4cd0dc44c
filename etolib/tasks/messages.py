"""What a task says: the states, the messages and how an error becomes one. Without dask: a page's model reads it too.

Every message is JSON: ``task_id``, ``seq`` (strictly increasing), ``time``, ``type`` and ``data``. Each sentence stands
in ``data`` in English, and under ``texts`` by the same name as `etolib.words.encode` gives it, for other languages.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from etolib.errors import EtolibError, SchedulerUnavailable, TaskCancelled, TaskError, TaskTimeout
from etolib.words import decode, encode, say

if TYPE_CHECKING:
    from etolib.result.result import Result

Message = dict[str, Any]

PROGRESS = "PROGRESS"
"""The type of a message that says how far a task is; the other types are the final states."""

ASKED, PAGE_CLOSED, SERVER_STOPPED, RELEASED = "asked", "page closed", "server stopped", "released"
"""Reasons of a CANCELLED: somebody wanted it; the client that wanted the result went away, or `etolib serve` that had
started it; dask was told to drop the task."""

BY = "by etolib"
"""What dask tells the clients of a task that was stopped by us."""


class State(StrEnum):
    """Where a task stands. The final ones are the types of its last message."""

    QUEUED = "QUEUED"
    PROCESSING = "PROCESSING"
    SUCCESS = "SUCCESS"
    ERROR = "ERROR"
    TIMEOUT = "TIMEOUT"
    CANCELLED = "CANCELLED"

    @property
    def final(self) -> bool:
        """Whether nothing more will come.

        >>> State.QUEUED.final, State("TIMEOUT").final
        (False, True)
        """
        return self not in (State.QUEUED, State.PROCESSING)


FINAL = frozenset(state.value for state in State if state.final)
"""Types of the messages that end a task."""


def topic(task_id: str) -> str:
    """Return the dask event topic of a task."""
    return f"eto/{task_id}"


def message(task_id: str, seq: int, kind: str, data: Mapping[str, Any]) -> Message:
    """Return one message of the contract.

    >>> message("t1", 3, *cancelled("download"))["type"]
    'CANCELLED'
    """
    now = dt.datetime.now(dt.UTC).isoformat(timespec="milliseconds")
    return {"task_id": task_id, "seq": seq, "time": now, "type": str(kind), "data": dict(data)}


def progress(data: Mapping[str, Any]) -> dict[str, Any]:
    """Return the data of a PROGRESS message from what the pipeline reports.

    >>> progress({"step": say("days", count=3), "progress": 5})
    {'step': '3 days', 'progress': 5, 'texts': {'step': {'key': 'days', 'values': {'count': 3}}}}
    """
    # Plain text only: dask's events hold no other kind.
    return {**data, "step": str(data["step"]), "texts": {"step": encode(data["step"])}}


Ending = tuple[State, dict[str, Any]]
"""Type and data of a last message."""


def success(result: Result) -> Ending:
    """Return what ends a task that has a result: its rows and warnings."""
    texts = {"warnings": [encode(warning) for warning in result.warnings]}
    data = {"results": result.messages(), "warnings": [str(warning) for warning in result.warnings], "texts": texts}
    return State.SUCCESS, data


def cancelled(stage: str | None, reason: str = ASKED) -> Ending:
    """Return what ends a task that somebody stopped."""
    return State.CANCELLED, {"stage": stage, "reason": reason}


def failed(error: BaseException) -> Ending:
    """Return what ends a task with an error."""
    if isinstance(error, TaskTimeout):
        texts = {"message": encode(error.message)}
        data = {"after_s": error.after_s, "stage": error.stage, "message": str(error.message), "texts": texts}
        return State.TIMEOUT, data
    if isinstance(error, TaskCancelled):
        return cancelled(error.stage, error.reason)
    known = error if isinstance(error, EtolibError) else unexpected(error)
    return State.ERROR, known.to_dict()


def unexpected(error: BaseException) -> TaskError:
    """Return the error that stands for a fault of ours."""
    return fault(f"{type(error).__name__}: {error}")


def fault(what: str) -> TaskError:
    """Return the error that stands for a fault of which only the text is known."""
    return TaskError(
        say("task_failed_unexpectedly", error=what),
        suggestion=say("retry_or_report_task"),
        retryable=True,
    )


def error_of(kind: str, data: Mapping[str, Any]) -> EtolibError:
    """Return the error that a last message tells of; there is no other trace of a task that ended long ago.

    >>> error_of("CANCELLED", {"stage": "fuse", "reason": "idle"}).reason
    'idle'
    """
    if kind == State.TIMEOUT:
        return TaskTimeout(after_s=data["after_s"], stage=data["stage"])
    if kind == State.ERROR:
        texts = data.get("texts") or {}
        sentence, hint = (decode(texts.get(name) or data[name] or "") for name in ("message", "suggestion"))
        known = SchedulerUnavailable if data["error"] == "SchedulerUnavailable" else TaskError
        return known(sentence, suggestion=hint or None)
    return TaskCancelled(stage=data.get("stage"), reason=data.get("reason", ASKED))
