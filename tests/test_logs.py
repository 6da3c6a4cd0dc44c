"""Logs: one line a record, the task in it, and nothing of secrets or places, whatever is logged and by whom."""

from __future__ import annotations

import ast
import functools
import io
import json
import logging
import re
import sys
import threading
import time
from pathlib import Path

import pytest

import etolib
from etolib import logs
from etolib.errors import InputError, Problem, SourceUnavailable
from etolib.site import Site
from etolib.words import say

TASK = "eto-" + "0123456789abcdef" * 2
TOKEN, KEY, MAIL = "f00dfeedf00dfeedf00d", "k3yk3yk3yk3y", "ana.b@coop.example"
PLACE = Site(-22.70831, -47.63332, name="Sítio da Planta", elevation=546)
ADDRESS = f"https://api.example/v1/daily?latitude=-22.70831&longitude=-47.63332&apikey={KEY}"
QUERY = f"/voila/render/eto.ipynb?token={TOKEN}&lat=-22.70831&lon=-47.63332&name=S%C3%ADtio"
SECRET = (TOKEN, KEY, MAIL, "ana.b")
WHERE = ("Planta", "22.708", "47.633", "22° 42", "S%C3%AD")


@pytest.fixture
def lines(monkeypatch):
    """What is logged, and the loggers as they were afterwards."""
    monkeypatch.setenv(logs.LEVEL, "debug")
    monkeypatch.setenv("ETOLIB_TOKEN", TOKEN)
    monkeypatch.setattr(logs, "_hidden", set())
    logs.keep_private(PLACE.name)
    logs.hide(KEY)
    root, ours = logging.getLogger(), logging.getLogger("etolib")
    before = (root.handlers[:], root.level, ours.level, logs._part[:])
    others = {
        name: (one.handlers[:], one.level, one.propagate)
        for name, one in logging.root.manager.loggerDict.items()
        if isinstance(one, logging.Logger)
    }
    for name, (handlers, _, _) in others.items():  # a server of an earlier test has handlers of its own
        if any(isinstance(one.formatter, logs.Line) for one in handlers):
            logging.getLogger(name).handlers.clear()
            logging.getLogger(name).propagate = True
    stream = io.StringIO()

    def start(form="text", places=False):
        monkeypatch.setenv(logs.FORMAT, form)
        monkeypatch.setenv(logs.PLACES, "1" if places else "")
        stream.truncate(stream.seek(0))
        logs.start("test", stream)
        here = threading.get_ident()
        for one in logging.getLogger().handlers:
            one.addFilter(lambda record: record.thread == here)  # a cluster of an earlier test may still speak
        return stream

    yield start
    root.handlers[:], root.level, ours.level, logs._part[:] = before
    for name, (handlers, level, propagate) in others.items():
        one = logging.getLogger(name)
        one.handlers[:], one.level, one.propagate = handlers, level, propagate


@functools.cache
def calls():
    """Return logger, level, text and number of values of every call of a log in the package."""
    found = []
    for path in sorted(Path(etolib.__file__).parent.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
                continue
            owner = ast.unparse(node.func.value)
            level = {"exception": "error", "log": "info"}.get(node.func.attr, node.func.attr)
            texts = [a.value for a in node.args if isinstance(a, ast.Constant) and isinstance(a.value, str)]
            if owner in ("log", "told", "asked", "self.log") and level in logs.LEVELS and texts:
                text = re.sub(r"%[a-z]", "%s", texts[0])
                found.append((level, text, len(re.findall("%s", text))))
    return found


def without_times(stream):
    """Return what was logged; a second of 47.633 is no longitude."""
    return re.sub(r"\d\d:\d\d:\d\d[.,]\d+", "", stream.getvalue())


def errors():
    """Return errors as they come with a record: ours, dask's words, a library's."""
    problem = Problem("latitude", "-22.70831", say("must_be_a_date"))
    return [
        SourceUnavailable(say("no_connection_to_host", source="x", host="api.example", error=MAIL), url=ADDRESS),
        InputError([problem]),
        ValueError(f"{PLACE!r} {ADDRESS} latitude: -22.70831, (-22.70831, -47.63332) {MAIL}"),
    ]


def test_no_message_of_ours_tells_a_secret_or_a_place(lines):
    stream = lines()
    assert len(calls()) > 40
    for level, text, count in calls():
        for value in (f"{PLACE} {QUERY} {ADDRESS} {MAIL} {TOKEN}", PLACE, *errors()):
            raised = value if isinstance(value, Exception) else None
            log = logging.getLogger("etolib.any")
            log.log(logging.getLevelNamesMapping()[level.upper()], text, *[value] * count, exc_info=raised)
    said = without_times(stream)
    ours = [line for line in said.splitlines() if " etolib.any " in line]  # dask of an earlier test may still speak
    assert len(ours) == len(calls()) * 5
    assert [word for word in (*SECRET, *WHERE) if word in said] == []


@pytest.mark.parametrize(
    ("logger", "text"),
    [
        ("tornado.access", f"200 GET {QUERY} (127.0.0.1) 3.1ms"),
        ("Dashboards", f"404 GET {QUERY} referer=http://127.0.0.1{QUERY}"),
        ("ServerApp", f"http://localhost:8888/lab?token={TOKEN}"),
        ("distributed.worker", f"Compute Failed\nKey: {TASK}\nargs: ({PLACE!r})\nkwargs: {{'k': '{KEY}'}}"),
        ("distributed.worker", f"Failed\nkwargs: {{'settings': {{'era5_key': 'other-{KEY}', 'contact': '{MAIL}'}}}}"),
        ("httpx2", f'HTTP Request: GET {ADDRESS} "HTTP/1.1 200 OK"'),
        ("asyncio", f"Authorization: Bearer {TOKEN}x"),
        ("voila", f"cookie=etolib-8866={TOKEN[::-1]}; _xsrf=2|{TOKEN[::-1]}"),
        ("py", "22° 42' S, 47° 38' W; lat -22.70831; (-22.70831, -47.63332); 22.70831°S"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("form", logs.FORMATS)
def test_nor_does_one_of_a_library(lines, logger, text, form):
    stream = lines(form)
    logging.getLogger(logger).critical("%s", text)  # dask sets levels
    said = without_times(stream)
    assert said.count("\n") == 1
    assert [word for word in (*SECRET, *WHERE, TOKEN[::-1]) if word in said] == []
    if TASK in text:
        assert TASK in said


def test_places_are_written_where_that_is_wanted_and_secrets_are_not(lines):
    stream = lines(places=True)
    for text in (repr(PLACE), QUERY, ADDRESS, MAIL):
        logging.getLogger("etolib.any").error(text)
    said = without_times(stream)
    assert "-22.70831" in said
    assert "Planta" in said
    assert [word for word in SECRET if word in said] == []


def test_a_line_of_json_has_its_parts_and_the_traceback(lines):
    stream = lines("json")
    with logs.task(TASK):
        try:
            raise ValueError("one\ntwo")
        except ValueError:
            logging.getLogger("etolib.tasks").exception("task failed", extra={"more": {"stage": "fuse"}})
    line = json.loads(stream.getvalue())
    assert (line["level"], line["logger"], line["part"], line["task"]) == ("error", "etolib.tasks", "test", TASK)
    assert (line["message"], line["stage"]) == ("task failed", "fuse")
    assert "ValueError: one\ntwo" in line["error"]
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", line["time"])


def test_libraries_are_one_step_quieter_and_what_they_set_up_is_taken_over(lines, monkeypatch):
    late = logging.getLogger("a.library")
    late.addHandler(logging.StreamHandler(sys.stdout))
    late.propagate = False
    late.setLevel(logging.DEBUG)
    monkeypatch.setenv(logs.LEVEL, "info")
    stream = lines()
    monkeypatch.setenv(logs.LEVEL, "info")
    logs.take_over()
    assert late.handlers == []
    late.info("chatter")
    late.error("trouble")
    assert "chatter" not in stream.getvalue()
    assert "ERROR a.library trouble" in stream.getvalue()


@pytest.mark.parametrize(("variable", "value"), [(logs.LEVEL, "loud"), (logs.FORMAT, "xml")])
def test_a_setting_that_is_none_is_told(monkeypatch, variable, value):
    monkeypatch.setenv(variable, value)
    with pytest.raises(InputError, match=variable):
        logs.start("test", io.StringIO())


@pytest.mark.parametrize(
    "text", ["a" * 20_000, "a_key" * 4_000, "1.5" * 7_000, "?=" * 10_000, "Site(" * 4_000, "1°" * 9_000]
)
def test_no_text_takes_long(text):
    began = time.thread_time()  # not the process's: a cluster of an earlier test may be at work in it
    logs.scrub(text)
    assert time.thread_time() - began < 1.0
