"""The progress card of a task."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable

from etolib import words
from etolib.errors import InputError
from etolib.request import Request, without_own_file
from etolib.tasks.messages import ASKED, State
from etolib.widgets import wording
from etolib.widgets.markup.base import bar, label, sentence, text
from etolib.widgets.task import Bar, Snapshot
from etolib.widgets.wording import say, say_or


def card(
    language: str,
    request: Request | None,
    now: Snapshot,
    seconds: float,
    *,
    no_worker: bool = False,
    lacks: str = "",
) -> str:
    """Return everything a progress card shows, except its buttons and its clock.

    ``no_worker`` says that the cluster has no worker to take the task, ``lacks`` names the own file without which the
    task cannot be repeated.
    """
    told = f'<div class="etolib-step">{step(language, now, seconds)}</div>'
    foot = ""
    if now.task_id:
        identity = f'<code class="etolib-task-id">{text(now.task_id)}</code>'
        foot = f'<div class="etolib-card-foot">{label(language, "task")} {identity}</div>'
    body = _body(language, request, now, no_worker=no_worker)
    if lacks:
        body += f'<p class="etolib-notice">{label(language, "task_lacks_own_file", name=lacks)}</p>'
    return f'{_head(language, request, now)}<div class="etolib-card-line">{told}{foot}</div>{body}'


def links_of_tasks(language: str, links: Iterable[tuple[str, str]]) -> str:
    """Return the links that find tasks again, with their texts; nothing where there are none."""
    rows = "".join(f'<li><a href="{text(there)}"><code>{text(said)}</code></a></li>' for there, said in links)
    return f'<p class="etolib-muted">{label(language, "tasks_found_again")}</p><ul>{rows}</ul>' if rows else ""


def other(language: str, state: str, query: str, task_id: str) -> str:
    """Return what is said of a task that stands on no card of the page."""
    request = None
    with contextlib.suppress(InputError):  # of another version, or with an own file
        request = Request.from_query(without_own_file(query)[0])
    return _head(language, request, Snapshot(status=State(state), task_id=task_id))


def news(language: str, request: Request | None, now: Snapshot) -> str:
    """Return what has become of a task as a sentence to be read aloud."""
    place = f"{request.site}, {request.period}" if request else str(now.task_id or "")
    why = wording.translate(language, (now.error or {}).get("message") or "")
    return say(language, f"news_{now.status.lower()}", place=place, error=why)


def _head(language: str, request: Request | None, now: Snapshot) -> str:
    place = text(words.decimals(language, str(request.site))) if request else label(language, "error_input")
    if now.task_id and request is None:
        place = text(now.task_id[:12])
    period = text(request.period) if request else ""
    return (
        f'<div class="etolib-card-head">{badge(language, now.status)}'
        f'<span class="etolib-card-place">{place}</span><span class="etolib-card-period">{period}</span></div>'
    )


def _body(language: str, request: Request | None, now: Snapshot, *, no_worker: bool) -> str:
    bars = _bars(language, now) if request or now.task_id else ""
    if no_worker and now.status is State.QUEUED:
        lines = "<br>".join(sentence(language, say(language, key)) for key in ("no_worker", "no_worker_next"))
        return f'<div class="etolib-notice" role="alert">{lines}</div>'
    if now.error is not None:
        return error(language, now) + (bars if now.bars else "")
    if now.status is State.SUCCESS or (now.status.final and not now.bars):
        return ""
    return bars


def badge(language: str, status: State) -> str:
    """Return a state as a badge.

    Its text is the state itself, for programs that drive the page; the style sheet shows the word.
    """
    word = text(say_or(language, f"state_{status}", status))
    return (
        f'<span class="etolib-status" data-status="{status}" data-word="{word}" role="img" aria-label="{word}">'
        f"{status}</span>"
    )


def step(language: str, now: Snapshot, seconds: float) -> str:
    """Return what a task is doing, as HTML."""
    if now.status is State.QUEUED:
        return label(language, "step_queued" if now.task_id else "step_connecting")
    if now.status is State.SUCCESS:
        return label(language, "step_done", seconds=f"{seconds:.1f}")
    if now.status is State.CANCELLED:
        return text(_why_cancelled(language, now.reason))
    if now.status.final:
        return label(language, "step_failed" if now.task_id else "error_not_started")
    stage = wording.stage(language, now.stage)
    if now.total_steps:
        stage = say(language, "stage_of", name=stage, current=now.current_step, total=now.total_steps)
    return f"<b>{text(stage)}</b> {text(wording.translate(language, now.step))}"


def _why_cancelled(language: str, reason: str) -> str:
    if reason == ASKED:
        return say(language, "step_cancelled")
    other = say(language, "step_cancelled_because", reason=reason)
    return say_or(language, f"step_cancelled_{reason.replace(' ', '_')}", other)


def _bars(language: str, now: Snapshot) -> str:
    if now.status is State.QUEUED:
        whole = bar("etolib-progress etolib-waiting", say(language, "whole"), 0)
    else:
        whole = bar("etolib-progress", say(language, "whole"), now.progress)
    rows = "".join(_source_bar(language, one) for one in now.bars)
    return f'{whole}<div class="etolib-source-bars">{rows}</div>' if rows else whole


def _source_bar(language: str, one: Bar) -> str:
    title = wording.source(language, one.source)
    return (
        f'<div class="etolib-source-bar" data-source="{text(one.source)}"><span>{text(title)}</span>'
        f"{bar('etolib-source-progress', title, one.progress)}<span>{one.progress:.0f} %</span></div>"
    )


def error(language: str, now: Snapshot) -> str:
    """Return what went wrong with a task, where, and what to do next."""
    told = now.error or {}
    default = "error_next_timeout" if now.status is State.TIMEOUT else "error_next_default"
    rows = [
        ("error_what", told.get("message") or told.get("error")),
        ("error_where", _where(language, now)),
        ("error_next", told.get("suggestion") or say(language, default)),
    ]
    shown = "".join(
        f"<dt>{label(language, key)}</dt><dd>{sentence(language, value)}</dd>" for key, value in rows if value
    )
    return f'<dl class="etolib-error" data-status="{now.status}">{shown}</dl>'


def _where(language: str, now: Snapshot) -> str:
    error = now.error or {}
    if error.get("error") == "InputError":
        return say(language, "error_where_input")
    if error.get("error") == "SchedulerUnavailable":
        return say(language, "error_where_cluster")
    if error.get("source"):
        return say(language, "error_where_sources", sources=str(error["source"]).split(", "))
    stage = error.get("stage") or now.stage
    return say(language, "error_where_stage", stage=stage) if stage else ""
