"""The language of the page: a catalogue is all that it takes, and everything shown follows a change at once."""

from __future__ import annotations

import re

import pytest

from etolib import config, words
from etolib.errors import InputError, Problem
from etolib.widgets.connection import RUNNING
from etolib.widgets.tabs import chart
from etolib.widgets.wording import flags, problem, say, source, translate
from etolib.words import encode
from etolib.words import say as text_of
from tests.widgets.fakes import HEAD, VIEW, FakeConnection, make_page
from tests.widgets.fakes import chart as drawn

QUERY = "lat=-22.7&lon=-47.6&period=2024-01-01/2024-01-02"


@pytest.fixture(autouse=True)
def _today():
    with config.set_options(today="2024-07-01"):
        yield


@pytest.fixture
def toy(tmp_path):
    """A language that somebody has added: every text of it is a Z with the places of the English one."""
    lines = [
        'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=utf-8\\n"\n"Plural-Forms: nplurals=1; plural=0;\\n"'
    ]
    months = "z1 z2 z3 z4 z5 z6 z7 z8 z9 z10 z11 z12"
    for key, forms in english().items():
        places = "".join(f" {{{name}}}" for name in dict.fromkeys(re.findall(r"{(\w+)}", forms[-1])))
        shown = months if key == "months" else f"Z{places}"
        plural = f'msgid_plural "{key}"\nmsgstr[0] ' if len(forms) > 1 else "msgstr "
        lines.append(f'msgid "{key}"\n{plural}"{shown}"')
    path = tmp_path / "zz.po"
    path.write_text("\n\n".join(lines) + "\n", encoding="utf-8")
    words.add_language("zz", path)
    yield "zz"
    words.remove_language("zz")


def english():
    """Return all texts of the English catalogue by key, all forms of each."""
    found = {}
    for key, text in words.catalogue._read("en")._catalog.items():
        if key:
            found.setdefault(key[0] if isinstance(key, tuple) else key, []).append(text)
    return found


def words_of(language):
    """Return the words of three letters and more of a catalogue."""
    texts = words.catalogue._read(language)._catalog.items()
    return {word for key, text in texts if key for word in re.findall(r"[^\W\d_]{3,}", text)}


def shown(page):
    """Return everything that the page says at the moment, without the markup."""
    html, labels, seen = [], [], set()

    def walk(widget):
        if widget.model_id in seen:
            return
        seen.add(widget.model_id)
        for name in ("description", "placeholder", "tooltip", "zoom_in_title", "zoom_out_title"):
            if isinstance(value := getattr(widget, name, None), str):
                labels.append(value)
        options = getattr(widget, "options", ())
        labels.extend(option[0] for option in options if isinstance(option, tuple))
        if type(widget).__name__ == "HTML":
            html.append(widget.value)
        for child in (*getattr(widget, "children", ()), *getattr(widget, "controls", ())):
            walk(child)

    walk(page.widget)
    told = " ".join(html)
    told = re.sub(r"<style>.*?</style>", " ", told, flags=re.DOTALL)
    labels += re.findall(r'(?:title|aria-label|data-done)="([^"]*)"', told)
    return " | ".join([*labels, re.sub(r"<[^>]+>", " ", told)])


def finished(**options):
    connection = FakeConnection(
        elevation=(256.4, "open_meteo"), view=VIEW, tab=drawn, forget_failures=None, source_list=[], answers=False
    )
    page, jobs = make_page(QUERY, connection=connection, **options)
    page._line(RUNNING, 2, None)
    page.calculate.click()
    step = text_of("must_be_one_of", names=["a", "b"])
    jobs[0].send("PROGRESS", step=str(step), stage="download", source="nasa_power", progress=10, current_step=2,
                 total_steps=5, texts={"step": encode(step)})  # fmt: skip
    warning = text_of("outside_window", source="nasa_power", asked="1950", allowed="1981/2026")
    jobs[0].send("SUCCESS", results=[], warnings=[str(warning)], texts={"warnings": [encode(warning)]})
    return page, jobs


def test_a_result_on_show_changes_its_language_at_once():
    page, _ = finished()
    assert "Rain [mm/day]" in page.shown.panes["chart"].value
    assert page.place.form.found.value == "256 m, from Open-Meteo"
    assert "NASA POWER has no data for 1950" in page.shown.head.value
    page.language.value = "pt"
    picture = page.shown.panes["chart"].value
    assert all(say("pt", key) in picture for key in chart.STATIC.words)
    assert "Rain" not in picture
    assert page.place.form.found.value == "256 m, segundo Open-Meteo"
    assert "NASA POWER não tem dados para 1950" in page.shown.head.value
    page.language.value = "en"
    assert "Rain [mm/day]" in page.shown.panes["chart"].value


def test_a_chart_asked_for_in_another_language_is_asked_again_when_it_comes():
    asked = []

    def late(future, ask, texts):
        asked.append(texts["axis_rain"])
        if len(asked) == 1:
            page.form.language = "pt"  # while the worker draws
        return drawn(future, ask, texts)

    connection = FakeConnection(elevation=(1.0, "given"), view=VIEW, tab=late)
    page, jobs = make_page(QUERY, connection=connection)
    page.calculate.click()
    jobs[0].send("SUCCESS", results=[], warnings=[])
    assert asked == [say("en", "axis_rain"), say("pt", "axis_rain")]
    assert say("pt", "axis_rain") in page.shown.panes["chart"].value


def test_an_older_result_shown_again_is_in_the_language_of_now():
    page, jobs = finished()
    page.calculate.click()
    jobs[1].send("SUCCESS", results=[], warnings=[])
    page.language.value = "pt"
    page.cards[0].show_button.click()
    assert "Rain" not in page.shown.panes["chart"].value


def test_a_chart_that_cannot_be_drawn_again_stays(caplog):
    page, _ = finished()
    page._connection.answers["tab"] = RuntimeError("the result is gone")
    page.language.value = "pt"
    assert "<svg" in page.shown.panes["chart"].value
    assert page.banner.layout.display == "none"


def test_the_page_names_its_language_for_the_document():
    page, _ = make_page("lang=pt-BR")
    assert "etolib-lang-pt" in page.widget._dom_classes
    page.language.value = "en"
    assert [name for name in page.widget._dom_classes if name.startswith("etolib-lang")] == ["etolib-lang-en"]


def test_a_language_that_was_added_is_offered_and_shown_everywhere(toy):
    page, jobs = finished()
    assert [code for _, code in page.language.options] == list(words.languages())
    before = shown(page)
    page.language.value = "zz"
    page.calculate.click()
    wrong = InputError([Problem("latitude", "", text_of("is_empty"), text_of("click_or_type"))])
    jobs[1].send("ERROR", **wrong.to_dict())
    page._fault(wrong)
    after = shown(page)
    left = set(re.findall(r"[^\W\d_]{3,}", after)) & words_of("en")
    # Names, codes of messages and links, the citation: the same in every language.
    assert left - {"NASA", "POWER", "Open", "Meteo", "etolib", "SUCCESS", "ERROR", "task", "this", "eto"} == set()
    assert {"Click", "Rain", "Choose", "mean"} <= set(re.findall(r"[^\W\d_]{3,}", before))


@pytest.mark.parametrize("language", [code for code in words.languages() if code != "en"])
def test_nothing_on_the_page_stays_english(language):
    page, jobs = finished()
    page.language.value = language
    page.calculate.click()
    wrong = InputError([Problem("latitude", "", text_of("is_empty"), text_of("click_or_type"))])
    jobs[1].send("ERROR", **wrong.to_dict())
    page._fault(wrong)
    ours, theirs = words_of("en"), words_of(language)
    left = set(re.findall(r"[^\W\d_]{3,}", shown(page))) & ours - theirs
    assert left - {"SUCCESS", "ERROR", "task", "this", "eto"} == set()


def test_a_fault_on_show_follows_the_language():
    page, _ = make_page()
    page._fault(InputError([Problem("latitude", "", text_of("is_empty"))]))
    assert "Latitude is empty" in page.banner_text.value
    page.language.value = "pt"
    assert "Latitude está em branco" in page.banner_text.value
    page.banner_close.click()
    page.language.value = "en"
    assert page.banner.layout.display == "none"


def test_a_link_can_wish_a_language_that_was_added(toy):
    page, _ = make_page("lang=ZZ")
    assert page.calculate.description == "Z"


# --- what stands in a text --------------------------------------------------------------------------------------------


def test_names_within_a_text_become_words():
    assert translate("pt", text_of("known_sources_or_auto", sources=["nasa_power", "climatology"])).startswith(
        "existem NASA POWER, Climatologia embutida"
    )
    own = text_of("own_station_file", name="a.csv")
    assert source("en", own) == "Own station (a.csv)"
    inner = text_of("of_source", source=own, sentence=text_of("monthly_means_as_smooth_year"))
    twice = text_of("of_source", source="station", sentence=inner)
    assert twice.startswith("station: own station file a.csv: monthly means")
    assert translate("en", twice) == translate("en", inner)
    assert translate("pt", twice).startswith("Estação própria (a.csv): médias mensais")
    assert translate("pt", text_of("of_source", source="nasa_power", sentence=text_of("is_empty"))).startswith(
        "NASA POWER: "
    )


def test_what_is_wrong_with_an_input_is_a_sentence():
    one = Problem("longitude", "a: b", text_of("must_be_one_of", names=["1"]), None)
    assert translate("en", one.sentence) == "Longitude “a: b” must be one of 1"
    assert translate("pt", Problem("task id", "", text_of("is_empty")).sentence) == "Tarefa está em branco"
    assert problem("en", "column 'x'", "", text_of("is_empty")) == "Column 'x' is empty"
    wide = Problem(text_of("column_named", name="'x'"), text_of("from_to", one="1", other="2"), text_of("not_a_number"))
    assert wide.sentence == "column 'x' = 1 to 2: is not a number"
    assert translate("pt", wide.sentence) == "A coluna “x” 1 a 2 não é um número"


def test_every_flag_has_words():
    from etolib.equations.filling import ESTIMATED

    for language in words.languages():
        assert all(words.has(language, f"flag_{name}") for name in ESTIMATED)
    assert flags("pt", "rs: estimated_hargreaves") == "radiação solar: pela amplitude da temperatura"
    assert (flags("en", ""), flags("en", None)) == ("", "")


def test_braces_from_outside_are_text():
    assert translate("pt", text_of("known_are", names=["{0.__class__}"])) == "existem {0.__class__}"
    assert translate("pt", "{x}") == "{x}"
    assert HEAD["missing"] == 1


def test_links_to_other_dashboards_keep_what_came_by_a_link_and_follow_a_choice():
    page, _ = make_page("lang=es&theme=dark")
    page._served = ("eto", ["compare", "eto", "region"])
    page._show_heading()
    page.browser.ready = True
    assert 'href="compare.ipynb?lang=es&amp;theme=dark"' in page.heading.value
    page.language.value = "pt"
    assert 'href="region.ipynb?lang=pt&amp;theme=dark"' in page.heading.value
    alone, _ = make_page()  # what a browser keeps needs no link
    alone._served = page._served
    alone._show_heading()
    assert 'href="compare.ipynb"' in alone.heading.value
