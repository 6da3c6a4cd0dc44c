"""Catalogues and texts: keys with values, several languages, pickles and JSON."""

from __future__ import annotations

import ast
import json
import os
import pickle
import re
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from etolib import words
from etolib.equations.filling import FLAGS
from etolib.words import Text, decode, encode, join, render, say, verbatim

FOLDER = Path(words.__file__).parent


def entries(language: str) -> dict[str, tuple[str, ...]]:
    """Return the texts of a catalogue by key, all forms of each."""
    text = (FOLDER / f"{language}.po").read_text(encoding="utf-8")
    keys = re.findall(r'^msgid "(.+)"$', text, re.M)
    assert len(keys) == len(set(keys)), sorted({key for key in keys if keys.count(key) > 1})
    with (FOLDER / f"{language}.po").open("rb") as file:
        found = {m.id: m.string for m in read_po(file) if m.id}
    return {key if isinstance(key, str) else key[0]: s if isinstance(s, tuple) else (s,) for key, s in found.items()}


def places(forms: tuple[str, ...]) -> set[str]:
    """Return the names of the places of a text."""
    return {name for form in forms for name in re.findall(r"{(\w+)", form)}


@pytest.mark.parametrize("language", [code for code in words.languages() if code != "en"])
def test_a_language_has_every_key_with_the_same_places(language):
    english, other = entries("en"), entries(language)
    assert set(other) == set(english)
    assert [key for key, forms in other.items() if not all(forms)] == []  # not translated yet
    assert {k for k in english if places(english[k]) != places(other[k])} == set()


def test_a_text_is_english_and_knows_its_parts():
    text = say("outside_window", source="nasa_power", asked="1950", allowed="1981/2026")
    assert text == "nasa_power has no data for 1950; it covers 1981/2026"
    assert text.key == "outside_window"
    assert render("pt", text) == "nasa_power não tem dados para 1950; cobre 1981/2026"
    assert render("pt", text, {"source": lambda language, name: name.upper()}).startswith("NASA_POWER")


def test_a_text_survives_pickle_and_json():
    inner = say("choose_dates_within", allowed="1981/2026")
    text = join("; ", [say("problem", thing="x", value="'{y}'", rule=inner), verbatim("<b>{z}")])
    again = pickle.loads(pickle.dumps(text))
    assert (again, again.key, again.values) == (text, text.key, text.values)
    sent = json.loads(json.dumps(encode(text)))
    assert decode(sent) == text
    assert render("pt", decode(sent)) == render("pt", text)
    assert render("pt", text).endswith("<b>{z}")


def test_plural_follows_the_language():
    assert [render("pt", say("days", count=n)) for n in (1, 2)] == ["1 dia", "2 dias"]


def test_what_has_no_key_stays_as_it_is():
    assert render("pt", "plain") == "plain"
    assert decode({"key": "of a later version", "values": {}}) == "of a later version"
    assert decode(None) == "None"
    assert isinstance(verbatim("x"), Text)


def test_a_language_can_be_added_while_running(tmp_path):
    catalogue = tmp_path / "xx.po"
    catalogue.write_text(
        'msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\n"\n\nmsgid "calculate"\nmsgstr "XX"\n'
    )
    words.add_language("xx", catalogue)
    try:
        assert "xx" in words.languages()
        assert render("xx", say("calculate")) == "XX"
        assert render("xx", say("days", count=2)) == "2 days"
    finally:
        words.remove_language("xx")
    assert "xx" not in words.languages()


def test_a_text_may_be_equal_to_its_key():
    assert words.look_up("pt", "mm") == "mm"
    assert words.has("en", "to")


def test_a_catalogue_is_compiled_once_and_anew_after_a_change(tmp_path):
    source = tmp_path / "xx.po"
    head = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\n"\n\nmsgid "a"\nmsgstr "{}"\n'
    source.write_text(head.format("one"))
    assert words.catalogue._compiled(source, keep=True) == source.with_suffix(".mo").read_bytes()
    assert words.catalogue._fresh(source, source.with_suffix(".mo"))
    written = source.stat().st_mtime_ns
    source.write_text(head.format("two"))
    os.utime(source, ns=(written + 1, written + 1))
    assert not words.catalogue._fresh(source, source.with_suffix(".mo"))
    assert [path.name for path in tmp_path.iterdir() if path.suffix == ".part"] == []


def test_the_reader_may_put_a_text_together_in_its_own_way():
    inner = say("problem", thing="x", value="1", rule=say("is_empty"))
    forms = {"problem": lambda language, values: f"{values['thing']}!"}
    assert render("pt", join("; ", [inner, say("days", count=2)]), None, forms) == "x!; 2 dias"


# --- the code and its catalogues --------------------------------------------------------------------------------------


def code():
    """Return every node of the package's code."""
    return [node for path in FOLDER.parent.rglob("*.py") for node in ast.walk(ast.parse(path.read_text("utf-8")))]


def test_every_key_that_is_said_has_its_text():
    # A key that is missing would be seen only when its error happens.
    known, unknown = set(entries("en")), set()
    for node in code():
        name = getattr(node, "func", None) and getattr(node.func, "attr", getattr(node.func, "id", ""))
        if name in ("say", "label"):  # say("key", ...) makes a text, say(language, "key", ...) shows one
            keys = [arg.value for arg in node.args[:2] if isinstance(arg, ast.Constant) and isinstance(arg.value, str)]
            unknown |= set(keys[:1]) - known
    assert unknown == set()


def test_every_text_is_said_somewhere():
    said = {node.value for node in code() if isinstance(node, ast.Constant) and isinstance(node.value, str)}
    families = {text for text in said if re.fullmatch(r"[a-z_]+_", text)}  # f"stage_{name}"
    unused = [key for key in entries("en") if key not in said and not key.startswith(tuple(families))]
    assert unused == []


def test_every_flag_has_its_words():
    keys = set(entries("en"))
    assert [flag for flag in FLAGS if f"meaning_{flag}" not in keys] == []
    assert [flag for flag in FLAGS if f"flag_{flag}" not in keys] == ["given"]  # nothing was done: nothing is said
