"""What a person types into a page stands in no line of its log, at any level."""

from __future__ import annotations

import io
import logging
from collections import deque

import pytest

from etolib import logs
from etolib.errors import TaskError
from etolib.widgets.form_model import FormModel
from etolib.words import verbatim
from tests.widgets.fakes import make_page
from tests.widgets.test_comparison import make as make_comparison
from tests.widgets.test_region import make as make_region

TYPED = ("Fazenda Boa Esperança", "Sítio do Zé", "Talhão Norte", "meu pivô.csv", "Vó Maria", "Roça Velha")


@pytest.fixture(params=logs.LEVELS)
def log(request, monkeypatch):
    """The log of a page at each level; what is kept out of it is of this test."""
    monkeypatch.setattr(logs, "_private", deque(maxlen=500))
    monkeypatch.setenv(logs.LEVEL, request.param)
    monkeypatch.setenv(logs.FORMAT, "json" if request.param == "debug" else "text")
    monkeypatch.delenv(logs.PLACES, raising=False)
    root, ours = logging.getLogger(), logging.getLogger("etolib")
    before = root.handlers[:], root.level, ours.level
    stream = io.StringIO()
    logs.start("page", stream)
    yield stream
    root.handlers[:], level, own = before
    root.setLevel(level)
    ours.setLevel(own)


def fields_of(widget):
    """Return all fields of a page that take text or files."""
    own = [widget] if type(widget).__name__ in ("Text", "Textarea", "Combobox", "FileUpload") else []
    return own + [one for child in getattr(widget, "children", ()) for one in fields_of(child)]


def say_all(page, texts):
    """Log texts as a page, a library and a fault would."""
    for text in texts:
        for level in logs.LEVELS:
            for name in ("etolib.page", "etolib.widgets.any", "tornado.application", "ipykernel.comm"):
                logging.getLogger(name).log(logging.getLevelNamesMapping()[level.upper()], "it was %r", text)
        page._fault(ValueError(f"cannot read {text!r}"))
        page._fault(TaskError(verbatim(f"nothing at {text}")))


def test_what_is_typed_chosen_kept_and_linked_is_in_no_line(log):
    page, _ = make_page("lat=1&lon=2&period=2024-01-01/2024-01-02&name=Fazenda+Boa+Esperan%C3%A7a")
    page.browser.local = {"places": [{"lat": "1", "lon": "2", "name": "Talhão Norte"}]}
    page.browser.session = {"typed": [{"station": "meu pivô.csv"}]}
    page.browser.ready = True
    field = page.place.search.field
    field.set_state({"value": "Sítio do Zé"})
    assert field.value == "Sítio do Zé"
    say_all(page, TYPED[:4])
    said = log.getvalue()
    assert said.count("[place]") > 20
    assert [word for word in TYPED[:4] if word in said] == []


def test_every_field_of_every_page_is_heard(log):
    for page, *_ in (make_page("lat=1&lon=2"), make_comparison("places=1,2,Vó Maria;3,4"), make_region("box=1,2,3,4")):
        fields = fields_of(page.widget)
        assert len(fields) > 3
        for number, field in enumerate(fields):
            text = f"Gleba {chr(65 + number) * 4}"
            files = [{"name": f"{text}.csv", "type": "", "size": 1, "content": memoryview(b"x"), "last_modified": 0}]
            type(field).set_state(field, {"value": files if type(field).__name__ == "FileUpload" else text})
            say_all(page, [text])
        assert "Gleba" not in log.getvalue()
    say_all(page, ["Vó Maria"])
    assert "Vó Maria" not in log.getvalue()


def test_words_that_are_no_names_stay_readable(log):
    make_page("lat=1&lon=2&period=2024-01-01/2024-01-02&lang=pt&units=us")
    logging.getLogger("etolib.page").error("no 2024 of metric, pt, 12.5 and on")
    assert "no 2024 of metric, pt, 12.5 and on" in log.getvalue()
    assert FormModel().period  # a page without a link has one
