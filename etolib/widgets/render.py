"""HTML of the page, as pure functions: the only place where outside text meets markup, and all of it is escaped."""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from etolib.widgets import sentences
from etolib.widgets.model import Request, Snapshot, Status, say

_ALWAYS = "1800-01-01"  # a window that opens before this has no first day worth telling
_COMMAND = re.compile("`([^`]+)`")
_MAX_TEXT = 2000  # characters shown of any text that came from outside


def text(value: Any) -> str:
    """Return a value as escaped text, shortened where somebody sent a novel.

    >>> text("<b>&")
    '&lt;b&gt;&amp;'
    """
    words = "" if value is None else str(value)
    return escape(words if len(words) <= _MAX_TEXT else words[:_MAX_TEXT] + " …", quote=True)


def sentence(language: str, told: Any) -> str:
    """Return lines of the calculation in the page's language, as HTML: a capital first, commands marked as such.

    >>> sentence("en", "restart `etolib serve` <now>")
    'Restart <code>etolib serve</code> &lt;now&gt;'
    """
    lines = sentences.sentence(language, told).splitlines()
    return "<br>".join(_COMMAND.sub(r"<code>\1</code>", text(sentences.capital(line))) for line in lines)


# --- the card of a task ----------------------------------------------------------------------------------------------


def card(
    language: str,
    request: Request | None,
    now: Snapshot,
    seconds: float,
    *,
    shown: bool = True,
    forlorn: bool = False,
) -> str:
    """Return everything a progress card shows, except its buttons and its clock.

    ``shown`` tells whether the result on show is that of this card: the notes of another are left out;
    ``forlorn`` that the cluster has no worker to take the task.
    """
    place = text(request.site) if request else text(say(language, "error_input"))
    if now.task_id and request is None:
        place = text(now.task_id[:12])
    period = text(request.period) if request else ""
    head = (
        f'<div class="etolib-card-head"><span class="etolib-status" data-status="{now.status}">{now.status}</span>'
        f'<span class="etolib-card-place">{place}</span><span class="etolib-card-period">{period}</span></div>'
    )
    body = _bars(language, now) if request or now.task_id else ""
    if now.error is not None:
        body = _error(language, now) + (body if now.bars else "")
    elif now.status is Status.SUCCESS or (now.status.final and not now.bars):
        body = ""
    if forlorn and now.status is Status.QUEUED:
        told = (say(language, key) for key in ("no_worker", "no_worker_next"))
        body = f'<div class="etolib-notice" role="alert">{"<br>".join(sentence(language, part) for part in told)}</div>'
    step = f'<div class="etolib-step" role="status" aria-live="polite">{_step(language, now, seconds)}</div>'
    foot = ""
    if now.task_id:
        identity = f'<code class="etolib-task-id">{text(now.task_id)}</code>'
        foot = f'<div class="etolib-card-foot">{text(say(language, "task"))} {identity}</div>'
    notes = _notes(language, now.warnings) if shown else ""
    return f'{head}<div class="etolib-card-line">{step}{foot}</div>{body}{notes}'


def _step(language: str, now: Snapshot, seconds: float) -> str:
    if now.status is Status.QUEUED:
        return text(say(language, "step_queued" if now.task_id else "step_connecting"))
    if now.status is Status.SUCCESS:
        return text(say(language, "step_done", seconds=f"{seconds:.1f}"))
    if now.status is Status.CANCELLED:
        return text(say(language, "step_cancelled"))
    if now.status.final:
        return text(say(language, "step_failed" if now.task_id else "error_not_started"))
    stage = stage_name(language, now.stage)
    if now.total_steps:
        stage = say(language, "stage_of", name=stage, current=now.current_step, total=now.total_steps)
    return f"<b>{text(stage)}</b> {text(sentences.sentence(language, now.step))}"


def elevation_source(language: str, source: str | None) -> str:
    """Return where an elevation comes from, in words.

    >>> elevation_source("en", "embedded")
    'the built-in map'
    """
    try:
        return say(language, f"elevation_{source}")
    except KeyError:
        return str(source)


def stage_name(language: str, stage: str | None) -> str:
    """Return a stage in words; an unknown one as it is."""
    try:
        return say(language, f"stage_{stage}")
    except KeyError:
        return str(stage or "")


def _bars(language: str, now: Snapshot) -> str:
    if now.status is Status.QUEUED:
        whole = bar("etolib-progress etolib-waiting", say(language, "whole"), 0)
    else:
        whole = bar("etolib-progress", say(language, "whole"), now.progress)
    rows = "".join(
        f'<div class="etolib-source-bar" data-source="{text(one.source)}">'
        f"<span>{text(sentences.source(language, one.source))}</span>"
        f"{bar('etolib-source-progress', one.source, one.progress)}<span>{one.progress:.0f} %</span></div>"
        for one in now.bars
    )
    return f'{whole}<div class="etolib-source-bars">{rows}</div>' if rows else whole


def bar(classes: str, name: str, percent: float) -> str:
    """Return one progress bar, 0 to 100 [%]."""
    return (
        f'<div class="{classes} etolib-bar" role="progressbar" aria-label="{text(name)}" aria-valuemin="0" '
        f'aria-valuemax="100" aria-valuenow="{percent:.0f}"><i style="width:{percent:.1f}%"></i></div>'
    )


def _error(language: str, now: Snapshot) -> str:
    error = now.error or {}
    if error.get("error") == "InputError":
        where = say(language, "error_where_input")
    elif error.get("error") == "SchedulerUnavailable":
        where = say(language, "error_where_cluster")
    elif error.get("source"):
        names = ", ".join(sentences.source(language, name) for name in str(error["source"]).split(", "))
        where = say(language, "error_where_source", source=names)
    else:
        stage = error.get("stage") or now.stage
        where = say(language, "error_where_stage", stage=stage_name(language, stage)) if stage else ""
    default = "error_next_timeout" if now.status is Status.TIMEOUT else "error_next_default"
    rows = [
        ("error_what", error.get("message") or error.get("error")),
        ("error_where", where),
        ("error_next", error.get("suggestion") or say(language, default)),
    ]
    told = "".join(
        f"<dt>{text(say(language, key))}</dt><dd>{sentence(language, value)}</dd>" for key, value in rows if value
    )
    return f'<dl class="etolib-error" data-status="{now.status}" role="alert">{told}</dl>'


def _notes(language: str, warnings: Sequence[str]) -> str:
    if not warnings:
        return ""
    rows = "".join(f"<li>{sentence(language, warning)}</li>" for warning in warnings)
    return (
        f'<details class="etolib-notes"><summary>{text(say(language, "warnings"))} ({len(warnings)})</summary>'
        f"<ul>{rows}</ul></details>"
    )


# --- the result ------------------------------------------------------------------------------------------------------


def result_head(language: str, view: Mapping[str, Any]) -> str:
    """Return the heading of a result: place, the numbers that matter, download and link."""
    tiles = [
        (say(language, "sum_eto"), _number(view["sum_eto"], 0), say(language, "mm")),
        (say(language, "mean_eto"), _number(view["mean_eto"], 2), say(language, "mm_day")),
        (say(language, "sum_rain"), _number(view["sum_rain"], 0), say(language, "mm")),
        (say(language, "balance"), _number(view["balance"], 0, signed=True), say(language, "mm")),
    ]
    cells = "".join(
        f'<div class="etolib-tile"><span>{text(name)}</span><b>{number}</b><small>{text(unit)}</small></div>'
        for name, number, unit in tiles
    )
    levels = "".join(
        f'<span class="etolib-quality" data-quality="{text(level)}">{text(_level(language, level))} '
        f"<b>{count}</b></span>"
        for level, count in view["quality"].items()
    )
    cells += f'<div class="etolib-tile"><span>{text(say(language, "quality"))}</span><div>{levels}</div></div>'
    notices = []
    if view["missing"]:
        notices.append(say(language, "missing_days", count=view["missing"], total=view["days"]))
    if view["kinds"].get("climatology"):
        notices.append(say(language, "climatology_days", count=view["kinds"]["climatology"]))
    if view.get("own_file") and not view["own_days"] and not view["learnt"]:
        notices.append(say(language, "station_unused", name=view["own_file"]))
    told = "".join(f'<p class="etolib-notice">{text(notice)}</p>' for notice in notices)
    if view.get("own_file"):
        lacks = say(language, "link_without_station", name=view["own_file"])
        told = f'<p class="etolib-muted etolib-link-note">{text(lacks)}</p>{told}'
    data = base64.b64encode(view["csv"].encode()).decode("ascii")
    links = (
        f'<a class="etolib-download-csv etolib-action" download="{text(view["file"])}.csv" '
        f'href="data:text/csv;charset=utf-8;base64,{data}">{text(say(language, "download_csv"))}</a>'
        f'<a class="etolib-share etolib-link" href="{text(view["link"])}">{text(say(language, "share"))}</a>'
        '<button type="button" class="etolib-copy etolib-link" onclick="'
        "navigator.clipboard.writeText(this.previousElementSibling.href);this.textContent=this.dataset.done"
        f'" data-done="{text(say(language, "copied"))}">{text(say(language, "copy"))}</button>'
    )
    return (
        f'<div class="etolib-results-title"><div><h2>{text(view["place"])}</h2><p>{text(view["period"])} · '
        f'{text(day_count(language, view["days"]))}</p></div><div class="etolib-actions">{links}</div></div>'
        f'<div class="etolib-tiles">{cells}</div>{told}{learnt(language, view)}'
    )


def day_count(language: str, days: int) -> str:
    """Return a number of days in words.

    >>> day_count("en", 1), day_count("pt", 30)
    ('1 day', '30 dias')
    """
    return say(language, "day") if days == 1 else say(language, "days", count=days)


def _number(value: float | None, decimals: int, *, signed: bool = False) -> str:
    if value is None:
        return "–"
    return f"{value:{'+' if signed else ''},.{decimals}f}".replace(",", "\u202f").replace("-", "−")


def table(language: str, view: Mapping[str, Any]) -> str:
    """Return the daily values as a real ``<table>``."""
    noted = any(row["flags"] for row in view["rows"])
    names = ("date", "eto", "interval", "precipitation", "quality", "kind", "source", *(("flags",) if noted else ()))
    head = "".join(f'<th scope="col" class="c-{n}">{text(say(language, f"column_{n}"))}</th>' for n in names)
    rows = "".join(
        f'<tr data-kind="{text(row["kind"])}"><th scope="row">{text(row["date"])}</th>'
        f'<td class="n">{_number(row["eto"], 2)}</td><td class="n">{_interval(row)}</td>'
        f'<td class="n">{_number(row["precipitation"], 1)}</td>'
        f"<td>{_quality(language, row['quality'])}</td><td>{_kind(language, row['kind'])}</td>"
        f'<td class="c-source">{_sources(language, row["source"])}</td>'
        + (f'<td class="c-flags">{text(sentences.flags(language, row["flags"]))}</td></tr>' if noted else "</tr>")
        for row in view["rows"]
    )
    cut = ""
    if len(view["rows"]) < view["days"]:
        words = say(language, "table_cut", shown=len(view["rows"]), total=view["days"])
        cut = f'<p class="etolib-muted">{text(words)}</p>'
    return (
        f'<div class="etolib-table-frame" tabindex="0"><table><caption>{text(say(language, "table_caption"))}</caption>'
        f"<thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>{cut}"
    )


def _interval(row: Mapping[str, Any]) -> str:
    if row["eto_lower"] is None or row["eto_upper"] is None:
        return "–"
    return f"{_number(row['eto_lower'], 2)} – {_number(row['eto_upper'], 2)}"


def _sources(language: str, names: str | None) -> str:
    return text(" + ".join(sentences.source(language, name) for name in names.split("+"))) if names else ""


def _level(language: str, level: str) -> str:
    try:
        return say(language, f"quality_{level}")
    except KeyError:
        return level


def _quality(language: str, level: str | None) -> str:
    if not level:
        return "–"
    return f'<span class="etolib-quality" data-quality="{text(level)}">{text(_level(language, level))}</span>'


def _kind(language: str, kind: str | None) -> str:
    try:
        return text(say(language, f"kind_{kind}"))
    except KeyError:
        return text(kind or "–")


def take_away(language: str, view: Mapping[str, Any], task_id: str | None) -> str:
    """Return what lets a reader repeat, pass on and cite a result."""
    parts = []
    if task_id:
        href = f"?task={text(task_id)}"
        parts.append(f'<h3>{text(say(language, "link_task"))}</h3><p><a href="{href}">{href}</a></p>')
    parts.append(f"<h3>{text(say(language, 'script'))}</h3><pre>{text(view['script'])}</pre>")
    parts.append(f"<h3>{text(say(language, 'citation'))}</h3><p>{text(view['citation'])}</p>")
    about = ("attribution", "licence")
    items = "".join(
        f"<li><b>{text(sentences.source(language, one['name']))}</b> "
        f"{text(' · '.join(sentences.sentence(language, one[what]) for what in about if one[what]))}</li>"
        for one in view["licences"]
    )
    parts.append(f"<h3>{text(say(language, 'licences'))}</h3><ul>{items}</ul>")
    return "".join(parts)


# --- small parts -----------------------------------------------------------------------------------------------------


def source_line(language: str, source: Mapping[str, Any]) -> str:
    """Return what is told of a source before it is asked: window, delay, licence."""
    if source["first"] <= _ALWAYS:
        parts = [say(language, "source_always")]
    else:
        parts = [say(language, "source_window", first=source["first"], last=source["last"])]
    if source.get("delay"):
        parts.append(say(language, "source_delay", delay=sentences.sentence(language, source["delay"])))
    if source.get("licence"):
        parts.append(sentences.sentence(language, source["licence"]))
    facts = text(" · ".join(parts))
    coverage = text(sentences.sentence(language, source.get("coverage") or ""))
    return f'<span class="etolib-source-facts" title="{facts}; {coverage}">{facts}</span>'


def station_sentence(level: str, sentence: str) -> str:
    """Return a sentence about the own file; ``level`` is busy, note or bad."""
    return f'<div class="etolib-station-said" data-level="{text(level)}" role="status">{text(sentence)}</div>'


def station_problem(
    language: str, name: str, problems: Sequence[Mapping[str, Any]], suggestion: str | None = None
) -> str:
    """Return what is wrong with a file: what, and what next; ``suggestion`` is the page's own.

    >>> wrong = {"thing": "column '<b>'", "value": "9 to 12", "rule": "cannot be u2 in mph", "suggestion": None}
    >>> "Column “&lt;b&gt;” (9 to 12) cannot be wind in mph" in station_problem("en", "a.csv", [wrong])
    True
    """
    told = "".join(f"<p>{text(sentences.problem(language, one))}.</p>" for one in problems)
    hints = dict.fromkeys(sentences.sentence(language, one["suggestion"]) for one in problems if one["suggestion"])
    after = "".join(f"<p>{text(hint[:1].upper() + hint[1:])}.</p>" for hint in ([suggestion] if suggestion else hints))
    return f'<div class="etolib-station-said" data-level="bad" role="alert"><b>{text(name)}</b>{told}{after}</div>'


def station_facts(language: str, found: Mapping[str, Any]) -> str:
    """Return what a file holds: its name where it cannot be used, its days."""
    facts = found["facts"]
    if facts is None:
        return f"<b>{text(found['name'])}</b>" if not found["problem"] else ""
    if facts["monthly"]:
        return text(say(language, "station_months"))
    days = day_count(language, facts["days"])
    return text(say(language, "station_facts", first=facts["first"], last=facts["last"], days=days))


def station_notes(language: str, found: Mapping[str, Any]) -> str:
    """Return how the file was read, and what is uncertain about it."""
    lines = [found["reading"], *found["questions"]]
    items = (f"<li>{sentence(language, line)}</li>" for line in lines if line)
    return f"<ul>{''.join(items)}</ul>"


def station_column(language: str, name: str, reason: str) -> str:
    """Return the name of a column of a file, and why it is taken for what it is."""
    reason = sentences.sentence(language, reason)
    why = f"<small>{text(reason)}</small>" if reason else ""
    return f'<span title="{text(name)}. {text(reason)}">{text(name)}{why}</span>'


def variable_name(language: str, name: str) -> str:
    """Return what a column can be, in words; one without words as it is.

    >>> variable_name("pt", "rs"), variable_name("en", "latitude")
    ('radiação solar', 'latitude')
    """
    try:
        return say(language, f"var_{name}")
    except KeyError:
        return name


def date_words(form: str) -> str:
    """Return a date format as people write it.

    >>> date_words("%d/%m/%Y")
    'DD/MM/YYYY'
    """
    for sign, word in (("%Y", "YYYY"), ("%m", "MM"), ("%d", "DD"), ("%y", "YY"), ("%b", "MON")):
        form = form.replace(sign, word)
    return form


def learnt(language: str, view: Mapping[str, Any]) -> str:
    """Return what was learnt from the own station: the sentence, and the bias of each month."""
    told = view.get("learnt")
    if not told:
        return ""
    months = "".join(
        f"<span><small>{text(month)}</small>{text(_number(ratio, 2))}</span>"
        for month, ratio in zip(say(language, "months").split(), told["months"], strict=True)
        if ratio is not None
    )
    strip = (
        f'<div class="etolib-months" role="group" aria-label="{text(say(language, "station_months_ratio"))}">'
        f"<em>{text(say(language, 'station_months_ratio'))}</em>{months}</div>"
    )
    head = f"<b>{text(say(language, 'station_learnt'))}</b>"
    said = sentence(language, told["text"])
    return f'<div class="etolib-learnt">{head}<p>{said}</p>{strip if months else ""}</div>'


def source_names(language: str, sources: Sequence[Mapping[str, Any]]) -> str:
    """Return what the automatic choice chooses from."""
    if not sources:
        return text(say(language, "sources_auto_hint"))
    names = ", ".join(sentences.source(language, source["name"]) for source in sources)
    return f'<span title="{text(names)}">{text(say(language, "sources_auto_of", names=names))}</span>'


def banner(message: str) -> str:
    """Return a fault of the page itself, in words."""
    return f'<div class="etolib-banner-text" role="alert">{text(message)}</div>'
