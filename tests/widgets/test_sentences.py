"""What the calculation says in English is said in the page's language; read out of the code, so that none is missed."""

from __future__ import annotations

import ast
import json
import re
from importlib import resources
from pathlib import Path

import pytest

import etolib
from etolib.equations.filling import ESTIMATED
from etolib.errors import TaskTimeout
from etolib.sources import registry
from etolib.widgets import sentences
from etolib.widgets.model import labels

ROOT = Path(etolib.__file__).parent
# Modules all of whose words a page may show, in the functions that say them.
FILES = (
    *(f"sources/station/{part}.py" for part in ("file", "mapping", "layout")),
    "sources/canonical.py",
    "site.py",
    "request.py",
    "errors.py",
    "tasks/jobs.py",
    "tasks/cluster.py",
    "pipeline.py",
    "widgets/model.py",
    "widgets/connection.py",
    "widgets/app.py",
)
SPEAKERS = {
    # name of what is called -> which of its arguments are sentences
    "Problem": slice(2, 4),
    "SchedulerUnavailable": slice(0, 1),
    "NoSourceError": slice(0, 1),
    "InvalidRequest": slice(0, 1),
    "TaskError": slice(0, 1),
    "BadResponse": slice(0, 1),
    "append": slice(0, 1),
    "insert": slice(1, 2),
    "tell": slice(1, 2),
    "__init__": slice(0, 1),
}
NOT_ON_A_PAGE = {
    # asked for in code only: a page makes sites, periods and batches itself
    "is not a Site", "write etolib.Site(latitude, longitude)", "give at least one Site",
    # for whoever corrects a mapping in code
    "columns are {}", "is not one of {}",
    # comes whole or cut off: both below, among the sentences as they come
    "the calculation was stopped after its limit of {} s{}",
}  # fmt: skip


def forms(node):
    """Return a text of the code with ``{}`` for what is filled in; several where it holds one of two texts."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return [node.value]
    if isinstance(node, ast.JoinedStr):
        found = [""]
        for part in node.values:
            words = forms(part.value) if isinstance(part, ast.FormattedValue) else forms(part)
            found = [before + word for before in found for word in (words or ["{}"])]
        return found
    if isinstance(node, ast.IfExp):
        return [*forms(node.body), *forms(node.orelse)]
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        left, right = forms(node.left), forms(node.right)
        return [a + b for a in left for b in right] if left and right else left or right
    return []


def said(path):
    """Return all sentences that a module says."""
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    found = set()
    for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
        name = getattr(call.func, "attr", getattr(call.func, "id", ""))
        spoken = call.args[SPEAKERS[name]] if name in SPEAKERS else []
        if name in ("append", "insert") and not re.search("warnings|questions", ast.unparse(call.func)):
            spoken = []
        hints = [word.value for word in call.keywords if word.arg in ("suggestion", "rule")]
        for node in [*spoken, *hints]:
            found.update(forms(node))
    return {form for form in found if re.search("[a-z]{3}", form)} - NOT_ON_A_PAGE


def written():
    text = resources.files("etolib.widgets").joinpath("sentences.pt.json").read_text(encoding="utf-8")
    return json.loads(text, object_pairs_hook=list)


@pytest.mark.parametrize("path", FILES)
def test_every_sentence_of_a_module_has_its_form(path):
    found = said(path)
    assert found or path == "tasks/cluster.py"
    unknown = []
    for form in sorted(found):
        # Two fillings: what stands in a place must not be what makes a form fit.
        filled = [form.replace("{}", word) for word in ("7", "Q-9")]
        if not all(sentences.sentence("pt", words) != words for words in filled):
            unknown.append(form)
    assert unknown == [], "add these to etolib/widgets/sentences.pt.json"


def test_a_sentence_that_is_new_would_be_missed():
    # the test above must be able to fail
    assert sentences.sentence("pt", "is a sentence nobody has written") == "is a sentence nobody has written"


def test_forms_are_written_once_and_hold_the_same_places():
    pairs = written()
    assert len(pairs) == len(dict(pairs))
    for english, portuguese in pairs:
        places = re.compile(r"{(\w+)}")
        assert sorted(places.findall(english)) == sorted(places.findall(portuguese)), english
        assert english != portuguese or english in ("latitude", "longitude"), english


def test_titles_are_those_of_the_registry():
    assert dict(sentences.TITLES) == {name: source.info.title for name, source in registry.SOURCES.items()}


def test_what_a_source_promises_is_said_in_both_languages():
    for source in registry.SOURCES.values():
        for words in (source.info.coverage, source.info.delay, source.info.licence):
            plain = re.fullmatch(r"(\d+ days|[A-Z].*: .*|NLOD.*)", words)
            assert plain or sentences.sentence("pt", words) != words, words


def test_every_flag_has_words():
    for language in ("en", "pt"):
        assert {f"flag_{name}" for name in ESTIMATED} <= set(labels(language))
    assert sentences.flags("pt", "rs: estimated_hargreaves") == "radiação solar: pela amplitude da temperatura"
    assert sentences.flags("en", "") == ""
    assert sentences.flags("en", None) == ""


@pytest.mark.parametrize(
    ("english", "portuguese"),
    [
        (
            "station: own station file farm.csv: monthly means drawn as a smooth year, not the weather of the dates",
            "Estação própria (farm.csv): médias mensais desenhadas como um ano suave, não o tempo das datas",
        ),
        (
            "nasa_power: rs, u2 missing on 2024-02-01..2024-02-03, 2024-02-09 and 2 more stretches",
            "NASA POWER: falta radiação solar, vento em 2024-02-01 a 2024-02-03, 2024-02-09 e mais 2 trechos",
        ),
        (
            "nasa_power: 3 value(s) of tmax cannot be weather (99 degC on 2024-01-02) and count as missing",
            "NASA POWER: 3 valor(es) de temperatura máxima não podem ser tempo real (99 degC em 2024-01-02) e contam "
            "como ausentes",
        ),
        (
            TaskTimeout(after_s=2.0, stage="download").message,
            "o cálculo foi interrompido após o limite de 2 s, na etapa Download",
        ),
        (TaskTimeout(after_s=2.0).message, "o cálculo foi interrompido após o limite de 2 s"),
        ("latitude = '': is empty", "Latitude está em branco"),
        ("longitude = 'a: b': must be a number from -180 to 180", "Longitude “a: b” deve ser um número de -180 a 180"),
        (
            "latitude comes first, degrees north; swap the two dates or correct one",
            "a latitude vem primeiro, em graus norte; troque as duas datas ou corrija uma",
        ),
        (
            "no source could answer for 1.0000°N 2.0000°E, 2024-01-01/2024-01-02\nnasa_power gave no answer within 8 s",
            "nenhuma fonte pôde responder para 1.0000°N 2.0000°E, 2024-01-01/2024-01-02\n"
            "NASA POWER não respondeu em 8 s",
        ),
        (
            "'Wind': the height of the wind is not stated, 2 m assumed; set 10 m if it is that",
            "“Wind”: a altura do vento não está escrita; supõem-se 2 m; escreva 10 m se for esse o caso",
        ),
    ],
)
def test_sentences_as_they_come(english, portuguese):
    assert sentences.sentence("pt", english) == portuguese


def test_braces_from_outside_are_text():
    assert sentences.sentence("pt", "'{0.__class__}' is used for it") == "“{0.__class__}” é usada para isso"
    assert sentences.sentence("pt", "nasa_power: {x}") == "NASA POWER: {x}"


def test_a_long_line_from_outside_costs_little():
    # Many forms with two open places and a text of the greatest length shown must not search for ever.
    for size in (150, 1000):
        line = "a (, " * size + "of on from to and"
        assert sentences.sentence("pt", line) == line
