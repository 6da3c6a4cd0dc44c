"""A task as the page knows it: what messages make of it, without a widget."""

from __future__ import annotations

import random

import pytest

from etolib.errors import InputError, Problem, TaskError, TaskTimeout
from etolib.tasks.messages import State
from etolib.widgets.markup.card import card
from etolib.widgets.task import TaskModel
from etolib.widgets.wording import translate
from etolib.words import encode, say


def message(seq, kind="PROGRESS", **data):
    return {"task_id": "eto-1", "seq": seq, "time": "2026-11-02T09:30:00.000+00:00", "type": kind, "data": data}


def step(seq, progress, source=None, stage="download", words="asking"):
    return message(seq, progress=progress, source=source, stage=stage, step=words, current_step=2, total_steps=5)


def test_a_task_follows_its_messages():
    task = TaskModel()
    assert task.snapshot.status is State.QUEUED
    task.submitted("eto-1")
    task.apply(step(1, 5, words="choosing", stage="start"))
    task.apply(step(2, 0, source="nasa_power"))
    task.apply(step(3, 100, source="nasa_power", words="31 days"))
    now = task.snapshot
    assert (now.status, now.progress, now.stage, now.step) == (State.PROCESSING, 5, "start", "31 days")
    assert [(bar.source, bar.progress, bar.step) for bar in now.bars] == [("nasa_power", 100, "31 days")]
    task.apply(message(4, "SUCCESS", results=[], warnings=["one"]))
    assert (task.snapshot.status, task.snapshot.progress, task.snapshot.warnings) == (State.SUCCESS, 100, ("one",))


def test_order_and_repetition_do_not_matter():
    messages = [step(i, 10 * i, words=f"step {i}") for i in range(1, 8)]
    messages += [step(i, 20 * (i - 8), source="a", words=f"a {i}") for i in range(8, 13)]
    straight = TaskModel()
    for one in messages:
        straight.apply(one)
    random.Random(5).shuffle(messages)
    shuffled = TaskModel()
    for one in messages + messages[:4]:
        shuffled.apply(one)
    assert shuffled.snapshot == straight.snapshot


def test_progress_never_runs_backwards():
    task = TaskModel()
    seen = []
    task.observe(lambda change: seen.append(change["new"].progress), "snapshot")
    for seq, progress in enumerate((10, 60, 30, float("nan"), None, 250, -5), 1):
        task.apply(step(seq, progress if progress == progress else 0))
    assert seen == sorted(seen)
    assert max(seen) == 100


@pytest.mark.parametrize("kind", ["SUCCESS", "ERROR", "TIMEOUT", "CANCELLED"])
def test_the_first_terminal_message_is_the_last_word(kind):
    task = TaskModel()
    task.apply(message(5, kind))
    before = task.snapshot
    for late in (step(6, 90), message(7, "SUCCESS"), message(8, "ERROR", message="late")):
        task.apply(late)
    task.fail(TaskError("late"))
    task.cancelled()
    assert task.snapshot == before
    assert before.status == kind


def test_an_error_carries_what_where_and_what_next():
    task = TaskModel()
    told = {"error": "SourceUnavailable", "message": "m", "suggestion": "s", "source": "nasa_power", "retryable": True}
    task.apply(message(1, "ERROR", **told))
    assert task.snapshot.error == told


def test_the_clock_stops_with_the_task():
    task = TaskModel()
    task.apply(message(1, "SUCCESS"))
    stopped = task.elapsed
    task.started -= 100
    task.tick()
    assert task.elapsed == stopped


def test_a_task_that_is_found_again_took_as_long_as_its_messages_say():
    task = TaskModel()
    for seq, kind, second in ((2, "PROGRESS", 31), (1, "PROGRESS", 30), (3, "SUCCESS", 42)):
        task.apply(message(seq, kind, progress=1) | {"time": f"2026-11-02T09:30:{second}.000+00:00"})
    assert task.elapsed == pytest.approx(12, abs=0.5)


@pytest.mark.parametrize("written", ["", "yesterday", None, "2026-11-03T09:30:05.000+00:00", "2026-11-02T09:30:01"])
def test_times_that_are_none_or_of_a_clock_that_was_set_are_not_believed(written):
    task = TaskModel()
    task.apply(step(1, 10))
    task.apply(message(2, "SUCCESS") | {"time": written})
    assert task.snapshot.status == "SUCCESS"
    assert task.elapsed < 60


def test_messages_with_texts_can_be_said_in_another_language():
    task = TaskModel()
    days = say("days", count=3)
    task.apply(message(1, step=str(days), stage="download", source=None, progress=1, texts={"step": encode(days)}))
    assert (task.snapshot.step, translate("pt", task.snapshot.step)) == ("3 days", "3 dias")
    warning = say("must_be_one_of", names=["a", "b"])
    task.apply(message(2, "SUCCESS", results=[], warnings=[str(warning)], texts={"warnings": [encode(warning)]}))
    assert [translate("pt", one) for one in task.snapshot.warnings] == [translate("pt", warning)]


def test_an_error_is_said_by_its_texts_line_by_line():
    task = TaskModel()
    problems = [
        Problem("latitude", "", say("is_empty"), say("click_or_type")),
        Problem("end", "x", say("is_not_known")),
    ]
    task.fail(InputError(problems))
    assert translate("pt", task.snapshot.error["message"]) == "Latitude está em branco\nFim “x” não existe"
    assert translate("pt", task.snapshot.error["suggestion"]) == "clique no mapa, ou digite"
    assert "texts" not in task.snapshot.error


def test_a_timeout_is_said_by_its_texts():
    error = TaskTimeout(after_s=2.0, stage="download")
    task = TaskModel()
    data = error.to_dict()
    task.apply(message(1, "TIMEOUT", after_s=2.0, stage="download", message=data["message"], texts=data["texts"]))
    told = translate("pt", task.snapshot.error["message"])
    assert told == "o cálculo foi interrompido após o limite de 2 s, na etapa Coleta"


@pytest.mark.parametrize("texts", [None, "x", {"step": None}, {"step": {"key": "of a later version", "values": {}}}])
def test_texts_that_cannot_be_read_break_nothing(texts):
    task = TaskModel()
    task.apply(message(1, step="asking", stage="download", source=None, progress=1, texts=texts))
    assert task.snapshot.status is State.PROCESSING


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({"reason": "asked"}, "Interrompido por você"),
        ({}, "Interrompido por você"),
        ({"reason": "page closed"}, "Interrompido porque a página foi fechada"),
        ({"reason": "server stopped"}, "Interrompido porque o servidor parou"),
        ({"reason": "<b>"}, "Interrompido: &lt;b&gt;"),
    ],
)
def test_a_cancelled_task_says_why(data, said):
    task = TaskModel()
    task.apply(message(1, "CANCELLED", stage="download", **data))
    assert said in card("pt", None, task.snapshot, 1.0)
