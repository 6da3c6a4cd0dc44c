"""Finding a place: by its name, where the browser stands, among those of before; and what a tab remembers."""

from __future__ import annotations

import pytest

from etolib import config
from etolib.errors import InputError
from etolib.tasks.messages import PAGE_CLOSED, State
from etolib.widgets.browser import Browser
from tests.widgets.fakes import SOURCES, VIEW, FakeConnection, chart, make_page

PLACES = [
    {"name": f"{name}, BR", "title": f"{name}, Brazil", "latitude": latitude, "longitude": -40.5}
    for name, latitude in (("Petrolina", -9.39), ("Petrolândia", -8.98))
]


@pytest.fixture(autouse=True)
def _today():
    with config.set_options(today="2024-07-01"):
        yield


def page_with(search=PLACES, query="period=2024-01-01/2024-01-02", **options):
    connection = FakeConnection(
        elevation=(376.0, "embedded"), source_list=SOURCES, view=VIEW, tab=chart, forget_failures=None, answers=False,
        search=search,
    )  # fmt: skip
    return make_page(query, connection=connection, **options)


def offered(page):
    return [button.description for button in page.place.search.answers if button.layout.display is None]


def test_a_name_is_looked_up_and_its_place_chosen():
    page, jobs = page_with()
    page.place.search.field.value = "Petrol"
    assert offered(page) == ["Petrolina, Brazil", "Petrolândia, Brazil"]
    page.place.search.answers[0].click()
    assert (page.form.latitude, page.form.longitude) == ("-9.3900", "-40.5000")
    assert offered(page) == []
    page.calculate.click()
    assert jobs[0].request.site.name == "Petrolina, BR"
    assert "Petrolina, BR" in page.cards[0].body.value
    page.form.latitude = "10"  # another place has not its name
    assert page.form.site().name is None


def test_enter_takes_the_first_and_one_letter_asks_nobody():
    page, _ = page_with()
    search = page.place.search
    search.field.value = "P"
    assert offered(page) == []
    search.field.value = "Pe"
    search.field._handle_custom_msg({"event": "submit"}, [])
    assert page.form.latitude == "-9.3900"


@pytest.mark.parametrize(("answer", "said"), [([], "No town of this name"), (RuntimeError("no worker"), "cannot be")])
def test_what_is_not_found_is_said(answer, said):
    page, _ = page_with(answer)
    page.place.search.field.value = "Xyzzy"
    assert said in page.place.search.said.value
    assert page.banner.layout.display == "none"


def test_an_answer_to_what_is_no_longer_asked_is_left_alone():
    page, _ = page_with([])
    page.place.search.field.value = "Recife"
    page.place.search.show("Petrol", PLACES)
    assert offered(page) == []


def test_the_browser_says_where_it_stands_or_why_not():
    page, _ = page_with()
    page.place.search.locate.click()
    assert page.browser.asked == 1
    page.browser.found = {"latitude": 47.5, "longitude": 190.25, "asked": 1}
    assert (page.form.latitude, page.form.longitude) == ("47.5000", "-169.7500")
    page.browser.found = {"error": "denied"}
    assert "does not let this page know where you are" in page.place.search.said.value
    page.browser.found = {"error": "<b>"}
    assert "does not know" in page.place.search.said.value


def test_places_used_and_saved_come_back():
    page, _ = page_with(query="lat=-9.39&lon=-40.5&period=2024-01-01/2024-01-02")
    page.browser.ready = True
    page.calculate.click()
    assert page.browser.local["recent"] == [{"lat": "-9.39", "lon": "-40.5", "name": ""}]
    page.place.search.save.value = True
    assert page.browser.local["saved"] == [{"lat": "-9.39", "lon": "-40.5", "name": ""}]

    again, _ = page_with()
    again.browser.local = page.browser.local
    again.browser.ready = True
    assert [title for title, _ in again.place.search.before.options][1:] == ["★ -9.39, -40.5"]
    again.place.search.before.value = 0
    assert again.form.latitude == "-9.39"
    assert again.place.search.save.value is True
    again.place.search.save.value = False
    assert again.browser.local["saved"] == []


def test_what_the_browser_kept_is_distrusted():
    rows = [{"lat": "1" * 5000, "lon": "<b>"}, 5, {"lat": 3}, *({"lat": str(i)} for i in range(99))]
    browser = Browser(local={"recent": rows, "saved": "no list"})
    assert browser.kept("saved") == []
    assert browser.kept("recent")[:2] == [{"lon": "<b>"}, {}]
    assert len(browser.kept("recent")) < 31


def test_a_tab_that_is_loaded_again_has_its_results():
    page, jobs = page_with(query="lat=1&lon=2&period=2024-01-01/2024-01-02")
    page.browser.ready = True
    for _ in range(2):
        page.calculate.click()
        jobs[-1].send("SUCCESS", results=[], warnings=[])
    kept = page.browser.session

    again, attached = page_with()
    again.browser.session = kept
    again.browser.ready = True
    assert [job.task_id for job in attached] == [job.task_id for job in jobs]
    for job in attached:
        job.send("SUCCESS", results=[], warnings=[])
    assert again.shown.answers.task_id == jobs[1].task_id
    assert again.cards[0].answers is None  # an older one is fetched when somebody wants it
    again.cards[0].show_button.click()
    assert again.shown.answers.task_id == jobs[0].task_id


def test_what_the_reload_has_stopped_is_begun_anew():
    page, jobs = page_with(query="lat=1&lon=2&period=2024-01-01/2024-01-02")
    page.browser.ready = True
    page.calculate.click()
    again, seen = page_with()
    again.browser.session = page.browser.session
    again.browser.ready = True
    seen[0].send("CANCELLED", stage="download", reason=PAGE_CLOSED)
    assert [card.task.snapshot.status for card in again.cards] == [State.QUEUED]
    assert seen[1].request == jobs[0].request


def test_a_task_that_is_gone_can_be_repeated():
    def attach(task_id, client=None):
        raise InputError([])

    page, jobs = page_with(attach=attach)
    rows = [{"task": f"eto-{n}", "query": f"?lat={n}&lon=2&period=2024-01-01/2024-01-02"} for n in (1, 2)]
    page.browser.session = {"tasks": rows, "shown": [{"task": "eto-2"}]}
    page.browser.ready = True
    card = page.cards[0]
    assert jobs.pop().request.site.latitude == 2  # what is to be seen is calculated anew
    assert card.task.snapshot.status is State.ERROR
    card.retry_button.click()
    assert jobs[0].request.site.latitude == 1


def test_the_theme_is_the_systems_until_somebody_chooses():
    page, _ = page_with()
    page.browser.dark = True
    assert "etolib-dark" in page.widget._dom_classes
    page.dark.value = False
    assert (page.form.theme, "etolib-dark" in page.widget._dom_classes) == ("light", False)
    page.dark.value = True
    assert page.form.theme == "system"


def test_language_and_theme_come_back_but_a_link_counts_more():
    page, _ = page_with()
    page.browser.local = {"language": "pt", "theme": "dark"}
    page.browser.ready = True
    assert (page.form.language, page.form.theme) == ("pt", "dark")
    other, _ = page_with(query="lang=en&theme=light")
    other.browser.local = {"language": "pt", "theme": "dark"}
    other.browser.ready = True
    assert (other.form.language, other.form.theme) == ("en", "light")


def test_finished_calculations_are_lines_and_what_runs_stands_above():
    page, jobs = page_with(query="lat=1&lon=2&period=2024-01-01/2024-01-02")

    def lines():
        return ["etolib-compact" in card.widget._dom_classes for card in page.cards]

    page.calculate.click()
    jobs[0].send("ERROR", error="NoSourceError", message="nobody answered", retryable=True)
    assert lines() == [False]
    page.calculate.click()
    assert lines() == [True, False]
    jobs[1].send("SUCCESS", results=[], warnings=[])
    assert lines() == [True, True]
    orders = [int(card.widget.layout.order) for card in page.cards]
    assert orders[1] < orders[0]  # the newest first
    assert min(orders) > 1  # below the result and its heading

    for _ in range(5):  # a queue does not push the result out of sight
        page.calculate.click()
    assert lines() == [True, True, False, False, False, True, True]
    jobs[2].send("SUCCESS", results=[], warnings=[])
    jobs[4].send("ERROR", error="NoSourceError", message="nobody answered", retryable=True)
    assert lines() == [True, True, True, False, True, False, False]
    jobs[6].send("ERROR", error="NoSourceError", message="nobody answered", retryable=True)
    assert lines() == [True, True, True, False, True, False, False]  # the newest, though it failed
