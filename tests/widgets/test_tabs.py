"""The tabs of a result: those of the package, and one that somebody adds while the program runs."""

from __future__ import annotations

import base64
import re
from array import array

import cloudpickle
import ipywidgets as widgets
import pytest
from traitlets import HasTraits, Unicode

from etolib import Site, config
from etolib.pipeline import compute
from etolib.result.columns import rounded
from etolib.widgets import front, remote, tabs
from etolib.widgets.markup.base import text
from etolib.widgets.tabs import chart, table, take_away
from etolib.widgets.wording import say
from etolib.words import encode
from etolib.words import say as text_of
from tests.widgets.fakes import FakeConnection, make_page


@pytest.fixture(scope="module")
def result():
    with config.set_options(offline=True):
        return compute(Site(-22.7, -47.6), "2024-01-01/2024-01-10")


def working(result):
    """Return a connection whose workers answer for themselves; functions travel as dask sends them."""

    def view(future, asks, *units):
        return remote.view(result, cloudpickle.loads(cloudpickle.dumps(asks)), *units)

    def head(future, *units):
        return remote.head(result, *units)

    def tab(future, ask, words, *units):
        return remote.tab(result, cloudpickle.loads(cloudpickle.dumps(ask)), words, *units)

    def again(future, ask, values, settings, rows, *record):
        return remote.again(result, cloudpickle.loads(cloudpickle.dumps(ask)), values, settings, rows, *record)

    return FakeConnection(elevation=(1.0, "given"), view=view, head=head, tab=tab, again=again, forget_failures=None)


def finished(result):
    page, jobs = make_page("lat=-22.7&lon=-47.6&period=2024-01-01/2024-01-10", connection=working(result))
    page.calculate.click()
    jobs[0].send("SUCCESS", results=[], warnings=[])
    return page


@pytest.fixture(params=["function", "import path", "slow"])
def toy(request):
    """A tab that shows the warmest day, asked in three ways."""

    def ask(result, words):
        table = result.table.set_index("date")
        return {"day": f"{table['tmax'].idxmax():%Y-%m-%d}", "word": words["var_tmax"]}

    def look(language, answer, task_id):
        return "" if answer is None else f"<p>{text(answer['word'])}: {text(answer['day'])}</p>"

    asked = "tests.widgets.toy_tab:ask" if request.param == "import path" else ask
    slow = request.param == "slow"
    yield tabs.register(tabs.Tab("toy", look, asked, words=("var_tmax",), title="Warmest", slow=slow))
    tabs.remove("toy")


def test_a_look_that_fails_is_said_in_its_own_tab(result):
    def look(language, answer, task_id):
        raise RuntimeError("no look")

    tabs.register(tabs.Tab("broken", look))
    tabs.register(tabs.Tab("after", lambda language, answer, task_id: "<p>still here</p>"))
    try:
        page = finished(result)
        assert "no look" in page.shown.panes["broken"].value
        assert page.shown.panes["after"].value == "<p>still here</p>"
        assert "<table>" in page.shown.panes["table"].value
    finally:
        tabs.remove("broken")
        tabs.remove("after")


def shown_tabs(page):
    """Return the tabs that show something."""
    return [
        name for name, pane in page.shown.panes.items() if getattr(pane, "children", ()) or getattr(pane, "value", "")
    ]


def test_a_press_comes_between_the_tabs_of_a_result(result, monkeypatch):
    page, jobs = make_page("lat=-22.7&lon=-47.6&period=2024-01-01/2024-01-10", connection=working(result))
    waiting = []
    monkeypatch.setattr(page.shown, "_between", waiting.append)
    page.calculate.click()
    jobs[0].send("SUCCESS", results=[], warnings=[])
    assert shown_tabs(page) == ["chart"]  # the others follow, one each time that nobody wants anything
    page.shown.buttons["water"].click()
    assert shown_tabs(page) == ["chart", "water"]  # somebody wants to see it now
    waiting.pop()()
    assert shown_tabs(page) == ["chart", "table", "water"]
    page.calculate.click()
    jobs[1].send("SUCCESS", results=[], warnings=[])
    assert len(waiting) == 1  # the new result takes over the turns of the old one
    while waiting:
        waiting.pop()()
    assert shown_tabs(page) == list(page.shown.panes)


def test_a_tab_that_was_added_is_shown_with_the_others(result, toy):
    page = finished(result)
    assert list(page.shown.buttons) == ["chart", "table", "day", "compare", "normals", "water", "take_away", "toy"]
    assert page.shown.buttons["toy"].description == "Warmest"
    assert "etolib-tab-toy" in page.shown.buttons["toy"]._dom_classes
    warmest = result.table.set_index("date")["tmax"].idxmax()
    assert page.shown.panes["toy"].value == f"<p>maximum temperature: {warmest:%Y-%m-%d}</p>"
    assert "etolib-toy" in page.shown.panes["toy"]._dom_classes


def test_a_tab_that_was_added_follows_the_language(result, toy):
    page = finished(result)
    page.form.language = "pt"
    assert "temperatura máxima" in page.shown.panes["toy"].value


def taken(html):
    """Return the files offered in HTML, by the name of their format."""
    found = re.findall(r'class="etolib-download-([a-z]+)[^>]*?base64,([^"]*)"', html)
    return {name: base64.b64decode(data) for name, data in found}


def test_files_link_and_script_follow_the_units_and_say_which(result):
    page = finished(result)
    page.shown.buttons["take_away"].click()
    pane = page.shown.panes["take_away"]
    assert 'data-units="metric"' in pane.value
    assert "etolib-files-units" in pane.value
    page.form.units = "us"
    assert 'data-units="us"' in pane.value
    assert "inches, °F, mph" in pane.value
    head, files = taken(page.shown.head.value), taken(pane.value)
    assert head["csv"].decode() == result.to_csv(units="us")
    assert "&amp;units=us" in page.shown.head.value
    assert files["script"].decode() == result.script("us")
    assert b"units='us'" in files["notebook"]
    assert b'"eto": ' in files["json"]  # for programs, in SI units
    page.form.language = "es"
    assert "pulgadas" in pane.value
    page.form.units = "metric"
    assert taken(page.shown.head.value)["csv"].decode() == result.to_csv()
    assert "units=us" not in page.shown.head.value


def test_a_result_that_comes_while_the_page_is_in_us_units_has_them(result):
    page, jobs = make_page("lat=-22.7&lon=-47.6&period=2024-01-01/2024-01-10&units=us", connection=working(result))
    page.calculate.click()
    jobs[0].send("SUCCESS", results=[], warnings=[])
    assert taken(page.shown.head.value)["csv"].decode() == result.to_csv(units="us")


def test_a_tab_that_fails_says_so_in_its_place_and_the_others_stand(result, caplog):
    def broken(result, words):
        raise ValueError("no <b>column</b>")

    tabs.register(tabs.Tab("toy", lambda language, answer, task_id: "shown", broken))
    try:
        page = finished(result)
    finally:
        tabs.remove("toy")
    assert "ValueError: no &lt;b&gt;column" in page.shown.panes["toy"].value
    assert page.shown.panes["table"].value.count("<tr") == 11
    assert page.banner.layout.display == "none"


def test_only_the_open_tab_is_seen(result):
    page = finished(result)
    seen = [name for name, pane in page.shown.panes.items() if "etolib-aside" not in pane._dom_classes]
    page.shown.buttons["table"].click()
    after = [name for name, pane in page.shown.panes.items() if "etolib-aside" not in pane._dom_classes]
    assert (seen, after) == (["chart"], ["table"])
    assert [name for name, pane in page.shown.panes.items() if "etolib-pane" in pane._dom_classes] == ["table"]


def test_every_tab_has_its_title_in_the_catalogues():
    for name in tabs.registered():
        assert say("pt", f"tab_{name}") != f"tab_{name}"


# --- tabs made of widgets ---------------------------------------------------------------------------------------------


class Shown:
    """A view that notes what it is shown."""

    def __init__(self):
        self.widget = widgets.Label()
        self.seen = []

    def show(self, language, answer, task_id, units):
        if answer == "broken":
            raise RuntimeError("no view")
        self.seen.append((language, answer, units))


@pytest.fixture
def viewed():
    """A tab with a view; the views that were made."""
    made = []

    def view(guard):
        made.append(Shown())
        return made[-1]

    tabs.register(tabs.Tab("toy", ask=lambda result, words: "of the worker", view=view))
    yield made
    tabs.remove("toy")


def test_a_view_is_made_once_and_shown_everything(result, viewed):
    made = viewed
    page = finished(result)
    pane = page.shown.panes["toy"]
    assert pane.children == (made[0].widget,)
    page.form.language = "pt"
    page.shown.measure("us")
    assert len(made) == 1
    assert made[0].seen == [
        ("en", "of the worker", "metric"),
        ("pt", "of the worker", "metric"),
        ("pt", "of the worker", "us"),
    ]


def test_a_view_that_fails_says_so_and_comes_back(result, viewed):
    made = viewed
    page = finished(result)
    answers = page.shown.answers
    answers.tabs["toy"] = "broken"
    page.shown.update(answers, "toy")
    assert "no view" in page.shown.panes["toy"].children[0].value
    answers.tabs["toy"] = tabs.Failed("<i>gone</i>")
    page.shown.update(answers, "toy")
    assert "&lt;i&gt;gone" in page.shown.panes["toy"].children[0].value
    answers.tabs["toy"] = "well"
    page.shown.update(answers, "toy")
    assert page.shown.panes["toy"].children == (made[0].widget,)


def test_a_callback_that_fails_ends_in_a_sentence_above_its_view_and_goes_when_something_works(result, caplog):
    class Pressed(Shown):
        def __init__(self, guard):
            super().__init__()
            self.good, self.bad, self.both = widgets.Button(), widgets.Button(), widgets.Button()
            self.good.on_click(guard(lambda _: self.seen.append("good")))
            self.bad.on_click(guard(lambda _: self.seen.nothing))
            self.both.on_click(guard(lambda _: self.bad.click()))  # which goes on after what failed in it

    tabs.register(tabs.Tab("toy", view=Pressed))
    try:
        page = finished(result)
    finally:
        tabs.remove("toy")
    view, pane = page.shown._views["toy"], page.shown.panes["toy"]
    for button in (view.bad, view.both):
        button.click()
        said, beside = pane.children
        assert 'role="alert"' in said.value
        assert "nothing" in said.value
        assert beside is view.widget
        view.good.click()
        assert pane.children == (view.widget,)
    assert page.banner.layout.display == "none"
    assert "the tab toy failed" in caplog.text


@pytest.mark.parametrize(
    "tab", [tab for tab in tabs.registered().values() if tab.view is not None], ids=lambda t: t.name
)
def test_every_callback_of_a_view_is_guarded(tab):
    """What a person can press or change is heard by guarded callbacks alone."""
    heard = set()

    def guard(callback):
        def guarded(*args):
            return callback(*args)

        heard.add(guarded)
        return guarded

    view = tab.view(guard)
    for one in all_widgets(view.widget):
        listening = [*getattr(getattr(one, "_click_handlers", None), "callbacks", ())]
        for trait in ("value", "index"):
            listening += one._trait_notifiers.get(trait, {}).get("change", [])
        modules = {hear: getattr(getattr(hear, "func", hear), "__module__", "") for hear in listening}
        ours = {hear for hear, module in modules.items() if module.startswith(("etolib", "tests"))}
        assert ours <= heard, (type(one).__name__, ours)


def all_widgets(widget):
    yield widget
    for child in getattr(widget, "children", ()):
        yield from all_widgets(child)


def test_a_day_that_is_chosen_in_one_tab_is_the_day_of_the_others(result):
    class Chosen(Shown, HasTraits):
        day = Unicode()

    class Follows(Shown):
        def go(self, day):
            self.seen.append(day)

    chosen, follows = Chosen(), Follows()
    for name, view in (("toy", chosen), ("toy2", follows)):
        tabs.register(tabs.Tab(name, view=lambda guard, view=view: view))
    try:
        page = finished(result)
        page.form.language = "pt"  # shown again, listened to once
        follows.seen.clear()
        chosen.day = "2024-01-05"
        assert follows.seen == ["2024-01-05"]
    finally:
        tabs.remove("toy")
        tabs.remove("toy2")


def test_chart_and_table_show_the_same_numbers_where_the_front_end_is_built(result):
    if not front.widget_files("chart"):
        pytest.skip("the front end is not built (python tools/build_front.py)")
    for one in (chart.INTERACTIVE, table.INTERACTIVE):
        tabs.register(one)
    page = finished(result)
    drawn, listed = (page.shown.panes[name].children[0] for name in ("chart", "table"))
    assert drawn.meta["days"] == listed.meta["days"] == 10
    for widget in (drawn, listed):
        numbers = array("d", widget.data)
        at = widget.meta["rows"].index("eto") * 10
        assert list(numbers[at : at + 10]) == list(rounded(result.table)["eto"])
    page.form.language = "pt"
    assert drawn.meta["words"]["legend_rain"] == "chuva"
    assert listed.meta["words"]["column_precipitation"] == "Chuva"
    page.shown.measure("us")
    assert (drawn.meta["unit"], drawn.meta["decimals"]) == ("pol/dia", 3)


def test_a_lazy_tab_is_asked_when_it_is_opened_and_once(result):
    def late(result, words):
        return "made"

    def lost(result, words):
        raise ValueError("gone")

    for ask in (late, lost):
        look = lambda language, answer, task_id: f"<b>{answer}</b>"  # noqa: E731
        tabs.register(tabs.Tab(ask.__name__, look=look, ask=ask, lazy=True))
    try:
        page = finished(result)

        def asked():
            return [args[1].__name__ for name, args in page._connection.asked if name == "tab"]

        assert "late" not in asked()
        for name in ("late", "chart", "late", "lost"):
            page.shown.buttons[name].click()
        assert [name for name in asked() if name.startswith("l")] == ["late", "lost"]
        assert page.shown.panes["late"].value == "<b>made</b>"
        assert "gone" in page.shown.panes["lost"].value
        assert page.banner.layout.display == "none"
        page.shown.buttons["late"].click()
        page.calculate.click()  # the next result is asked at once: its tab is open
        page.cards[-1].job.send("SUCCESS", results=[], warnings=[])
        assert [name for name in asked() if name.startswith("l")] == ["late", "lost", "late"]
    finally:
        for name in ("late", "lost"):
            tabs.remove(name)


def test_sources_of_one_licence_stand_under_it_once():
    free = encode(text_of("days", count=3))  # words of ours
    sources = [
        {"name": "openmeteo_archive", "attribution": "Data by <A>", "licence": free},
        {"name": "openmeteo_forecast", "attribution": "Data by <A>", "licence": free},
        {"name": "nasa_power", "attribution": "NASA", "licence": free},
        {"name": "met_norway", "attribution": "MET", "licence": "CC BY 4.0"},
        {"name": "climatology", "attribution": "none", "licence": ""},
    ]
    answer = {"files": [], "script": "", "citation": "", "licences": sources}
    drawn = take_away.look("pt", answer, None)
    assert drawn.count("3 dias") == 1
    assert drawn.count('<span lang="en">Data by &lt;A&gt;</span>') == 1
    assert drawn.count("<li>") == 6  # two licences, four credits
    assert '<span lang="en">CC BY 4.0</span><ul><li><b>MET Norway' in drawn
