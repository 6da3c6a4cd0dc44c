"""One task as the page knows it, followed by its messages; no widget in it."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import traitlets

from etolib import config
from etolib.tasks.messages import ASKED, State
from etolib.words import Text, decode, verbatim

if TYPE_CHECKING:
    from etolib.errors import EtolibError
    from etolib.request import Request


_LATE_S = 60.0
"""The last message of a task comes at most so long after its time was over. [s]"""


@dataclass(frozen=True)
class Bar:
    """Progress of one source: 0 to 100 [%] and its last step."""

    source: str
    progress: float
    step: Text


@dataclass(frozen=True)
class Snapshot:
    """Everything a card shows, as one value: badge, bar and text can never be seen out of step.

    ``error`` holds the data of the message, with message and suggestion as `Text`; ``reason`` is that of a CANCELLED.
    """

    status: State = State.QUEUED
    task_id: str | None = None
    stage: str | None = None
    step: Text = verbatim("")  # noqa: RUF009  (a Text cannot be changed)
    progress: float = 0.0
    current_step: int = 0
    total_steps: int = 0
    bars: tuple[Bar, ...] = ()
    error: Mapping[str, Any] | None = None
    warnings: tuple[Text, ...] = ()
    reason: str = ASKED


class TaskModel(traitlets.HasTraits):
    """One task followed by its messages.

    Messages may come twice or out of order; ``seq`` decides which is news, progress never runs backwards, and the
    first terminal message is the last word.

    Attributes
    ----------
    request : Request or None
        What can be asked again.
    about : Request or None
        What is calculated, as far as it is known: that of a task with an own file that is not here has no file.
    lacks : str
        Name of the own file without which the task cannot be asked again; empty where nothing lacks.
    """

    snapshot = traitlets.Instance(Snapshot, args=())
    elapsed = traitlets.Float(0.0)

    def __init__(self, request: Request | None = None, about: Request | None = None, lacks: str = "") -> None:
        super().__init__()
        self.request, self.about, self.lacks = request, request or about, lacks
        self.started = time.monotonic()
        self._seen: set[int] = set()
        self._latest: dict[str | None, int] = {}  # seq of the newest step, per source; None: of the whole
        self._began: dt.datetime | None = None  # by the clock of its messages

    def submitted(self, task_id: str) -> None:
        """The scheduler has taken the task."""
        self.snapshot = replace(self.snapshot, task_id=task_id)

    def row(self) -> dict[str, str] | None:
        """Return what a browser keeps of the task to find it again, or to ask for it before the scheduler has taken it.

        None where it cannot be asked for again: it has ended without ever being a task, or its own file goes with it.
        """
        now = self.snapshot
        if not now.task_id and (now.status.final or self.request is None or self.request.station is not None):
            return None
        query = self.about.query() if self.about else ""
        own = f"&{urlencode({'station': self.lacks})}" if self.lacks else ""
        return {"task": now.task_id or "", "query": query + own} | ({} if now.status.final else {"open": "yes"})

    def apply(self, message: Mapping[str, Any]) -> None:
        """Take in one message of the contract."""
        if self.snapshot.status.final or message["seq"] in self._seen:
            return
        self._seen.add(message["seq"])
        self._date(message.get("time"))
        data = message["data"]
        kind = message["type"]
        if kind == "PROGRESS":
            self.snapshot = self._progress(data, message["seq"])
        elif kind == "SUCCESS":
            self._end(status=State.SUCCESS, progress=100.0, warnings=tuple(map(decode, _said(data, "warnings") or ())))
        elif kind == "ERROR":
            self._end(status=State.ERROR, error=_error(data))
        elif kind == "TIMEOUT":
            error = {"message": _text(data, "message"), "stage": data.get("stage"), "retryable": True}
            self._end(status=State.TIMEOUT, error=error, stage=data.get("stage") or self.snapshot.stage)
        elif kind == "CANCELLED":
            reason = str(data.get("reason") or ASKED)
            self._end(status=State.CANCELLED, stage=data.get("stage") or self.snapshot.stage, reason=reason)

    def fail(self, error: EtolibError) -> None:
        """End with an error that came from no message (bad input, no scheduler)."""
        if not self.snapshot.status.final:
            self._end(status=State.ERROR, error=_error(error.to_dict()))

    def cancelled(self) -> None:
        """End because the user wanted so, before the scheduler knew of the task."""
        if not self.snapshot.status.final:
            self._end(status=State.CANCELLED)

    def tick(self) -> None:
        """Count the seconds while the task is alive."""
        if not self.snapshot.status.final:
            self.elapsed = time.monotonic() - self.started

    def _date(self, written: object) -> None:
        """Take note of the time of a message: a task that was found again has run for longer than it is known here."""
        try:
            sent = dt.datetime.fromisoformat(str(written)).astimezone(dt.UTC)
        except (ValueError, OverflowError):
            return  # of a program that gives none
        self._began = sent if self._began is None else min(sent, self._began)
        lasts = (sent - self._began).total_seconds()
        if lasts <= config.timeout() + _LATE_S:  # else the clock of a worker was set
            self.started = min(self.started, time.monotonic() - lasts)

    def _end(self, **changes: Any) -> None:
        self.elapsed = time.monotonic() - self.started
        self.snapshot = replace(self.snapshot, **changes)

    def _progress(self, data: Mapping[str, Any], seq: int) -> Snapshot:
        source = None if data.get("source") is None else str(data["source"])
        news_here = seq > self._latest.get(source, -1)
        news = seq > max(self._latest.values(), default=-1)
        self._latest[source] = max(seq, self._latest.get(source, -1))
        progress = min(100.0, max(0.0, float(data.get("progress") or 0)))
        step = _text(data, "step") or verbatim("")
        now = replace(self.snapshot, status=State.PROCESSING, step=step if news else self.snapshot.step)
        if source is None:
            now = replace(now, progress=max(now.progress, progress))
            if news_here:
                now = replace(
                    now,
                    stage=data.get("stage"),
                    current_step=int(data.get("current_step") or 0),
                    total_steps=int(data.get("total_steps") or 0),
                )
            return now
        bars = {bar.source: bar for bar in now.bars}
        before = bars.get(source, Bar(source, 0.0, verbatim("")))
        bars[source] = Bar(source, max(before.progress, progress), step if news_here else before.step)
        return replace(now, bars=tuple(bars.values()))


def _said(data: Mapping[str, Any], name: str) -> Any:
    """Return what a message says, as keys with values where it has them, else its English."""
    texts = data.get("texts")
    return texts[name] if isinstance(texts, Mapping) and name in texts else data.get(name)


def _text(data: Mapping[str, Any], name: str) -> Text | None:
    said = _said(data, name)
    return None if said is None else decode(said)


def _error(data: Mapping[str, Any]) -> dict[str, Any]:
    """Return the data of an ERROR message with its sentences as `Text`."""
    texts = {name: _text(data, name) for name in ("message", "suggestion") if name in data}
    return {name: value for name, value in data.items() if name != "texts"} | texts
