"""The page's rules, without a widget."""

from __future__ import annotations

import json
import random
import re
from importlib import resources
from urllib.parse import parse_qs

import pytest

import etolib
from etolib import config
from etolib.errors import InputError, TaskError
from etolib.site import Period
from etolib.widgets.model import LANGUAGES, PRESETS, FormModel, Request, Status, TaskModel, labels, preset, say


def message(seq, kind="PROGRESS", **data):
    return {"task_id": "eto-1", "seq": seq, "time": "", "type": kind, "data": data}


def step(seq, progress, source=None, stage="download", words="asking"):
    return message(seq, progress=progress, source=source, stage=stage, step=words, current_step=2, total_steps=5)


# --- words ------------------------------------------------------------------------------------------------------------


def test_both_languages_say_the_same_things():
    files = {p.name.removesuffix(".json") for p in resources.files("etolib.widgets").joinpath("labels").iterdir()}
    assert files == set(LANGUAGES)
    english, portuguese = labels("en"), labels("pt")
    assert list(english) == list(portuguese)
    for key, words in english.items():
        assert words.strip(), key
        assert portuguese[key].strip(), key
        names = re.compile(r"{(\w+)}")
        assert sorted(names.findall(words)) == sorted(names.findall(portuguese[key])), key


def test_every_text_is_used():
    code = "".join(
        p.read_text(encoding="utf-8") for p in resources.files("etolib.widgets").iterdir() if p.name.endswith(".py")
    )
    prefixes = set(re.findall(r'f["\'](\w+_){', code))  # say(language, f"stage_{name}")
    unused = [key for key in labels("en") if f'"{key}"' not in code and f"'{key}'" not in code]
    assert [key for key in unused if not key.startswith(tuple(prefixes))] == []


def test_no_key_is_given_twice():
    # json takes the last of two, silently
    for language in LANGUAGES:
        text = resources.files("etolib.widgets").joinpath("labels", f"{language}.json").read_text(encoding="utf-8")
        pairs = json.loads(text, object_pairs_hook=list)
        assert len(pairs) == len(dict(pairs)), language


def test_an_unknown_language_falls_back_to_english():
    assert say("xx", "calculate") == "Calculate"


# --- the form ---------------------------------------------------------------------------------------------------------


def test_everything_wrong_is_told_at_once():
    form = FormModel(latitude="150", longitude="east", elevation="high", period="2024-03-31/2024-03-01")
    form.automatic = False
    with pytest.raises(InputError) as caught:
        form.request()
    assert [problem.thing for problem in caught.value.problems] == [
        "latitude",
        "longitude",
        "elevation",
        "end",
        "sources",
    ]


def test_an_empty_place_is_told_with_what_else_is_wrong():
    with pytest.raises(InputError) as caught:
        FormModel(latitude="", longitude="200000", period="").request()
    assert [problem.thing for problem in caught.value.problems] == ["latitude", "longitude", "period"]


@pytest.mark.parametrize(
    ("latitude", "longitude", "elevation"),
    [("-22.7", "-47.6", None), ("-22,7", "312.4", "530 m"), ("22°42' S", "47°36'W", "530,0")],
)
def test_people_type_coordinates_in_many_ways(latitude, longitude, elevation):
    request = FormModel(latitude=latitude, longitude=longitude, elevation=elevation or "", period="2024").request()
    assert request.site.latitude == pytest.approx(-22.7)
    assert request.site.longitude == pytest.approx(-47.6)
    assert request.site.elevation == (530 if elevation else None)
    assert request.sources == "auto"


def test_zero_is_a_place():
    assert FormModel(latitude="0", longitude="0", elevation="0", period="2024").request().site.elevation == 0


@pytest.mark.parametrize("longitude", [-47.6, 312.4, -407.6])
def test_a_click_on_any_copy_of_the_world_is_the_same_place(longitude):
    form = FormModel()
    form.place(-22.7, longitude)
    assert (form.latitude, form.longitude) == ("-22.7000", "-47.6000")


def test_a_click_beyond_the_pole_is_the_pole():
    form = FormModel()
    form.place(91.3, 10)
    assert form.latitude == "90.0000"


def test_a_click_forgets_the_elevation_of_the_place_before():
    form = FormModel(elevation="800")
    form.place(1, 2)
    assert form.elevation == ""


def test_presets_are_periods_that_end_or_begin_today():
    with config.set_options(today="2024-02-29"):
        spans = {name: preset(name) for name in PRESETS}
    assert str(spans["last-year"]) == "2023-01-01/2023-12-31"
    assert str(spans["this-year"]) == "2024-01-01/2024-02-29"
    assert str(spans["next-6-days"]) == "2024-02-29/2024-03-05"
    assert {len(span) for name, span in spans.items() if name.startswith("last-2")} == {21}


def test_the_link_of_a_result_fills_the_form_with_the_same_request():
    form = FormModel(latitude="-22.7", longitude="-47.6", elevation="530", period="2024-02", krs="coast")
    form.automatic, form.sources = False, ["climatology"]
    asked = form.request()
    with config.set_options(offline=True):
        result = etolib.compute(asked.site, asked.period, asked.sources, **asked.options)
    other = FormModel()
    assert other.fill(result.link()) is None
    assert other.request() == asked


def test_what_the_form_does_not_say_is_in_no_link():
    form = FormModel(latitude="-22.7", longitude="-47.6", period="2024-02-01/2024-02-02")
    asked = form.request()
    with config.set_options(offline=True):
        result = etolib.compute(asked.site, asked.period, asked.sources, **asked.options)
    assert result.site.elevation is not None  # looked up: the next one looks it up too
    assert set(parse_qs(result.link().lstrip("?"))) == {"lat", "lon", "period", "sources"}
    assert form.fill("?krs=moon") is None
    assert form.krs == "interior"


@pytest.mark.parametrize(
    "query",
    ["", "?", "lat", "lat=&lon=", "lang=xx&theme=neon", "a=1&" * 40, "a=1&" * 5000, "%ff=%00&lat=1"],
)
def test_no_link_breaks_the_form(query):
    form = FormModel()
    assert form.fill(query) is None
    assert form.language == "en"
    assert form.theme == "light"


def test_a_novel_in_the_address_is_cut():
    form = FormModel()
    form.fill("lat=" + "9" * 10_000)
    assert len(form.latitude) == 200


# --- a task -----------------------------------------------------------------------------------------------------------


def test_a_task_follows_its_messages():
    task = TaskModel()
    assert task.snapshot.status is Status.QUEUED
    task.submitted("eto-1")
    task.apply(step(1, 5, words="choosing", stage="start"))
    task.apply(step(2, 0, source="nasa_power"))
    task.apply(step(3, 100, source="nasa_power", words="31 days"))
    now = task.snapshot
    assert (now.status, now.progress, now.stage, now.step) == (Status.PROCESSING, 5, "start", "31 days")
    assert [(bar.source, bar.progress, bar.step) for bar in now.bars] == [("nasa_power", 100, "31 days")]
    task.apply(message(4, "SUCCESS", results=[], warnings=["one"]))
    assert (task.snapshot.status, task.snapshot.progress, task.snapshot.warnings) == (Status.SUCCESS, 100, ("one",))


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


def test_a_request_is_told_by_its_absolute_days():
    with config.set_options(today="2024-03-10"):
        form = FormModel(latitude="1", longitude="2", period="last-3-days")
        request = form.request()
    assert request == Request(request.site, Period("2024-03-08", "2024-03-10"))
