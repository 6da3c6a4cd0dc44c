"""Logs: one line a record, as text or as JSON, with the task it belongs to and without what must not be written down.

Every process of `etolib serve`, `lab`, `batch` and `compute` calls `start` once; servers, kernels and workers that are
started hear of it by their environment. What dask, tornado, Voila and Jupyter log goes the same way. Nothing is written
of tokens, keys and e-mail addresses; of places (names, coordinates, the query of an address) only where
``ETOLIB_LOG_PLACES`` is 1.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import logging
import os
import re
import sys
import threading
from collections import deque
from collections.abc import Iterator
from contextvars import ContextVar
from typing import Any, TextIO

from etolib import keys
from etolib.errors import InputError, Problem
from etolib.words import say

LEVEL, FORMAT, PLACES = "ETOLIB_LOG_LEVEL", "ETOLIB_LOG_FORMAT", "ETOLIB_LOG_PLACES"
"""Variables: `LEVELS`, `FORMATS`, and 1 where places may be written down."""

LEVELS = ("debug", "info", "warning", "error")
FORMATS = ("text", "json")

_OURS = "etolib"
_REMEMBERED = 500  # words of places that are kept out at once
_SHORTEST = 3  # a shorter word is in every line
_LONGEST = 20_000  # of a message; dask shows the arguments of a task that failed [characters]

_TASK = re.compile(r"eto-[0-9a-f]{32}")
_NUMBER = r"[-+−]?\d+(?:\.\d+)?"
_SECRETS: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"(?<![\w.+%-])[\w.+%-]+@[\w-]+(?:\.[\w-]+)+"), "[e-mail]"),
    (
        re.compile(
            r"""(?i)(?<!\w)(\w{0,40}?(?:token|key|secret|passw|appid|_xsrf|cookie|authorization)\w{0,9}["']?\s*[=:]\s*)(?!eto-)"""
            r"""(?:(?:token|bearer|basic)\s+)?["']?[^\s"'&,;}]+"""
        ),
        r"\1[secret]",
    ),
)
_WHERE: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"""\?[^\s"']*=[^\s"']*"""), "?[query]"),
    (re.compile(r"\b(Site|Place|Request|Order|Town)\((?:[^()]|\([^()]*\))*\)"), r"\1([place])"),
    (
        re.compile(rf"""(?i)\b(lat|lon|lng|latitude|longitude)(["']?\s*(?:[=:]|is)?\s*["']?){_NUMBER}"""),
        r"\1\2[place]",
    ),
    (
        re.compile(rf"[-+−]?\d{{1,3}}(?:\.\d+)?\s*°(?:\s*{_NUMBER}\s*['′])?(?:\s*{_NUMBER}\s*[\"″])?\s*[NSEWOL]?"),
        "[place]",
    ),
    (re.compile(r"(?<![\d.])[-+−]?\d{1,3}\.\d+\s*[,;/ ]\s*[-+−]?\d{1,3}\.\d+(?![\d.])"), "[place]"),
)  # fmt: skip

_task: ContextVar[str] = ContextVar("etolib_task", default="")
_hidden: set[str] = set()  # secrets of this process
_private: deque[str] = deque(maxlen=_REMEMBERED)  # words of places
_guard = threading.Lock()
_part: list[str] = [""]  # what this process is called in its lines


@contextlib.contextmanager
def task(task_id: str) -> Iterator[None]:
    """Say in the lines of this block (and of threads that copy its context) which task they belong to."""
    before = _task.set(task_id)
    try:
        yield
    finally:
        _task.reset(before)


def hide(*secrets: str | None) -> None:
    """Keep secrets out of every line of this process."""
    with _guard:
        _hidden.update(one for one in secrets if one and len(one) > _SHORTEST)


def keep_private(*words: object) -> None:
    """Keep words of places (what a person typed, names, coordinates) out of the lines, unless places are written."""
    with _guard:
        for word in words:
            text = "" if word is None else str(word).strip()
            shortest = 2 * _SHORTEST if isinstance(word, (int, float)) else _SHORTEST
            if len(text) >= shortest and text not in _private:
                _private.append(text)


def scrub(text: str, *, places: bool = False) -> str:
    """Return a text without secrets, and without places unless they may be written.

    >>> scrub("GET /eto.ipynb?lat=-22.7&token=0123456789abcdef from me@example.org")
    'GET /eto.ipynb?[query] from [e-mail]'
    >>> scrub("no elevation for (-22.7, -47.6)"), scrub("took 2.5 s, 3 of 4")
    ('no elevation for ([place])', 'took 2.5 s, 3 of 4')
    >>> scrub("GET /eto.ipynb?lat=-22.7&token=0123456789abcdef", places=True)
    'GET /eto.ipynb?lat=-22.7&token=[secret]'
    """
    with _guard:
        hidden, private = sorted(_hidden | keys.spoken(), key=len, reverse=True), list(_private)
    for one in hidden:
        text = text.replace(one, "[secret]")
    for pattern, instead in _SECRETS:
        text = pattern.sub(instead, text)
    if places:
        return text
    for one in sorted(private, key=len, reverse=True):
        text = text.replace(one, "[place]")
    for pattern, instead in _WHERE:
        text = pattern.sub(instead, text)
    return text


class Line(logging.Formatter):
    """Makes one line of a record."""

    def __init__(self, *unused: Any, form: str | None = None, places: bool | None = None, **more: Any) -> None:
        # Takes what dictConfig gives a formatter: libraries name this class in their configuration.
        super().__init__()
        self.form = form or os.environ.get(FORMAT, FORMATS[0])
        self.places = os.environ.get(PLACES, "") == "1" if places is None else places

    def format(self, record: logging.LogRecord) -> str:
        """Return the line.

        >>> record = logging.LogRecord("etolib.tasks", 20, "", 0, "stage %s", ("fuse",), None)
        >>> record.created, record.task = 0.0, "eto-1"
        >>> Line(form="text").format(record)
        '1970-01-01T00:00:00.000Z INFO etolib.tasks task=eto-1 stage fuse'
        >>> json.loads(Line(form="json").format(record))["task"]
        'eto-1'
        """
        try:
            said = record.getMessage()
        except (TypeError, ValueError):  # a message with other places than values
            said = str(record.msg)
        if (
            "\nargs:" in said or "\nkwargs:" in said
        ):  # dask's words about a task that failed: what it was given is a place
            said = re.sub(r"(?s)\n\s*args:.*?(?=\n\s*(?:Exception|Traceback)|\Z)", "", said)
        said = self._clean(said)
        error = self._clean(self._error(record))
        found = _TASK.search(said)
        task_id = getattr(record, "task", "") or _task.get() or (found[0] if found else "")
        time = (
            dt.datetime.fromtimestamp(record.created, dt.UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        )
        if self.form == "json":
            fields = {
                "time": time, "level": record.levelname.lower(), "logger": record.name,
                "part": _part[0], "process": record.process, "task": task_id, "message": said,
                "error": error,
            } | {name: self._clean(str(value)) for name, value in getattr(record, "more", {}).items()}  # fmt: skip
            return json.dumps({name: value for name, value in fields.items() if value != ""}, ensure_ascii=False)
        parts = [time, record.levelname, record.name, f"task={task_id}" if task_id else "", said]
        parts += [f"{name}={self._clean(str(value))}" for name, value in getattr(record, "more", {}).items()]
        return " ".join(filter(None, [*parts, f"| {error}" if error else ""])).replace("\n", " | ").replace("\r", "")

    def _clean(self, text: str) -> str:
        return scrub(text[:_LONGEST].strip(), places=self.places)

    def _error(self, record: logging.LogRecord) -> str:
        if record.exc_info and record.exc_info[0] is not None:
            return self.formatException(record.exc_info)
        return record.exc_text or ""


CONFIGURATION = {"formatters": {"console": {"()": f"{__name__}.Line"}}}
"""What a Jupyter application (traitlets) takes as its ``logging_config``."""


def level() -> str:
    """Return the level that is wanted, ``warning`` by itself.

    Raises
    ------
    InputError
        Where ``ETOLIB_LOG_LEVEL`` or ``ETOLIB_LOG_FORMAT`` is none of those there are.
    """
    return _chosen(LEVEL, LEVELS, "warning")


def _chosen(variable: str, known: tuple[str, ...], usual: str) -> str:
    text = (os.environ.get(variable) or usual).strip().lower()
    if text not in known:
        raise InputError([Problem(variable, text, say("not_one_of", names=list(known)))])
    return text


def others() -> int:
    """Return the level for what is not ours: one step less talkative."""
    return min(logging.getLevelNamesMapping()[level().upper()] + 10, logging.ERROR)


def choose(wanted: str | None, form: str | None, places: bool) -> None:
    """Set what the options of a command say, for this process and those it starts."""
    for variable, value in ((LEVEL, wanted), (FORMAT, form), (PLACES, "1" if places else None)):
        if value is not None:
            os.environ[variable] = value
    os.environ.setdefault(LEVEL, level())  # a worker or kernel that finds it there logs as we do


def start(part: str, stream: TextIO | None = None) -> None:
    """Send what this process logs to its error stream, as the environment says; may be called again.

    ``part`` (serve, server, page, worker ...) stands in the lines of JSON.
    """
    _part[0] = part
    _chosen(FORMAT, FORMATS, FORMATS[0])
    root = logging.getLogger()
    for old in [one for one in root.handlers if isinstance(one.formatter, Line)]:
        root.removeHandler(old)
    handler = logging.StreamHandler(stream or sys.__stderr__)
    handler.setFormatter(Line())
    root.addHandler(handler)
    root.setLevel(others())
    logging.getLogger(_OURS).setLevel(level().upper())
    logging.captureWarnings(False)
    take_over()


def at_least_ours() -> None:
    """Send what etolib logs to the error stream where nobody has called `start`, and leave other libraries alone.

    In a notebook: what a kernel's threads write to `sys.stderr` is lost.
    """
    ours = logging.getLogger(_OURS)
    if not ours.hasHandlers():
        handler = logging.StreamHandler(sys.__stderr__)
        handler.setFormatter(Line())
        ours.addHandler(handler)


def take_over() -> None:
    """Have what other libraries log go the same way, also of those imported since `start`."""
    quiet = others()
    for name, logger in list(logging.root.manager.loggerDict.items()):
        if not isinstance(logger, logging.Logger) or name.partition(".")[0] == _OURS:
            continue
        if logger.handlers and not any(isinstance(one.formatter, Line) for one in logger.handlers):
            logger.handlers.clear()
            logger.propagate = True
        if 0 < logger.level < quiet:
            logger.setLevel(quiet)
