"""A tab that is loaded again: what was typed, calculated, open and shown is there; what cannot be there is said."""

from __future__ import annotations

import pytest

import etolib
from etolib.errors import InputError, Problem
from etolib.request import Request
from etolib.tasks.messages import PAGE_CLOSED, State
from etolib.widgets import remote
from etolib.widgets.task import TaskModel
from tests.result.generated import made
from tests.widgets.fakes import HEAD, SOURCES, VIEW, FakeConnection, chart, make_page

QUERY = "lat=1&lon=2&period=2024-01-01/2024-01-02"
OWN = "?lat=1&lon=2&name=Farm&period=2024-01-01/2024-01-02&sources=auto&station=my+farm.csv"


@pytest.fixture(scope="module")
def station():
    rows = "".join(f"2024-01-{day:02d},30.5,20.1,0.2\n" for day in range(1, 13))
    return etolib.read_station(f"date,tmax (°C),tmin (°C),rain (mm)\n{rows}".encode(), filename="my farm.csv")


def opened(session=None, address="", query="", **answers):
    """Return a page in a tab that has kept something, and its jobs."""
    answers = {"elevation": (530.4, "embedded"), "source_list": SOURCES, "view": VIEW, "tab": chart} | answers
    page, jobs = make_page(query, connection=FakeConnection(forget_failures=None, answers=False, **answers))
    page.browser.session = session or {}
    page.browser.address = address
    page.browser.ready = True
    return page, jobs


def reloaded(page, **answers):
    """Return the page as the browser loads it again: with what it has kept, from the address as it stands."""
    fields = {name: value for name, value in page.browser.fields.items() if value}
    address = "?" + "&".join(f"{name}={value}" for name, value in fields.items()) if fields else page.browser.address
    return opened(page.browser.session, address, **answers)


def test_what_was_typed_is_there_calculated_or_not():
    page, _ = opened()
    page.form.latitude, page.form.longitude, page.form.elevation = "-9,4", "40°30' W", "37"
    page.form.named("Petrolina")
    page.form.period, page.form.krs = "2024-02", "coast"
    page.form.automatic, page.form.sources = False, ["nasa_power"]
    again, _ = reloaded(page)
    for name in ("latitude", "longitude", "elevation", "period", "krs", "automatic", "sources"):
        assert getattr(again.form, name) == getattr(page.form, name), name
    assert again.form.site().name == "Petrolina"


def test_what_was_typed_after_a_calculation_counts_more_than_the_address_it_left():
    page, _ = opened(query=QUERY, address=f"?{QUERY}")
    page.calculate.click()
    page.form.elevation = "12"
    again, _ = reloaded(page)
    assert (again.form.latitude, again.form.elevation) == ("1", "12")


def test_another_link_in_the_same_tab_counts_more_than_what_was_typed_before():
    page, jobs = opened(query=QUERY, address=f"?{QUERY}")
    page.form.latitude = "55"
    page.calculate.click()
    again, seen = opened(page.browser.session, "?lat=3&lon=4&period=2023")
    assert (again.form.latitude, again.form.period) == ("3", "2023")
    assert [job.task_id for job in seen] == [jobs[0].task_id]  # and the results of the tab are there all the same


def test_another_dashboard_in_between_loses_nothing_that_was_typed():
    page, _ = opened(query=QUERY, address=f"?{QUERY}")
    page.calculate.click()
    page.form.latitude, page.form.period = "7", "2022"
    again, _ = opened(page.browser.session)  # the links of the header hold no query
    assert (again.form.latitude, again.form.longitude, again.form.period) == ("7", "2", "2022")


def test_the_address_is_followed_once_and_not_over_what_came_back():
    page, _ = opened(address=f"?{QUERY}")
    page.form.elevation = "77"
    again, _ = reloaded(page)
    again.map.widget.set_trait("window_url", f"http://127.0.0.1/?{QUERY}")  # the map tells of it later
    assert again.form.elevation == "77"


def test_a_period_that_nobody_chose_is_that_of_the_day():
    page, _ = opened()
    page.form.latitude = "5"
    assert "period" not in page.browser.kept("typed", tab=True)[0]


def test_the_result_and_the_tab_that_were_open_are_open_again():
    page, jobs = opened(query=QUERY, address=f"?{QUERY}")
    for _ in range(2):
        page.calculate.click()
        jobs[-1].send("SUCCESS", results=[], warnings=[])
    page.cards[0].show_button.click()
    page.shown.buttons["table"].click()
    again, seen = reloaded(page)
    for job in seen:
        job.send("SUCCESS", results=[], warnings=[])
    assert again.shown.open == "table"
    assert again.shown.answers.task_id == jobs[0].task_id
    assert again.cards[1].answers is None  # an older one is fetched when somebody wants it
    assert again.cards[1].show_button.layout.display is None


def test_results_to_compare_with_are_fetched_when_the_tab_is_opened():
    page, jobs = opened(query=QUERY, address=f"?{QUERY}")
    for _ in range(2):
        page.calculate.click()
        jobs[-1].send("SUCCESS", results=[], warnings=[])
    again, seen = reloaded(page)
    for job in seen:
        job.send("SUCCESS", results=[], warnings=[])
    assert again.cards[0].answers is None
    again.shown.buttons["compare"].click()
    if again.shown.compares("compare"):
        assert again.cards[0].answers is not None
    assert again.shown.answers.task_id == jobs[1].task_id


def test_a_task_with_an_own_file_has_its_place_and_its_file_again(station):
    result = made(0)
    result.request = Request.from_query(OWN, station)
    session = {
        "tasks": [{"task": "eto-1", "query": OWN}],
        "typed": [{"latitude": "1", "longitude": "2", "automatic": "yes", "station": "my farm.csv", "address": ""}],
    }
    view = {"head": HEAD | {"own_file": "my farm.csv"}, "tabs": {}}
    page, (job,) = opened(session, view=view, own_file=lambda future: remote.own_file(result))
    assert "Farm" in page.cards[0].body.value
    assert "eto-1</span>" not in page.cards[0].body.value
    assert "choose it again to calculate with it" in page.own.problem.value  # until the result has come
    job.send("SUCCESS", results=[], warnings=[])
    assert page.own.use.description == "my farm.csv"
    assert "as it was read before the page was loaded again" in page.own.problem.value
    assert "12 days" in page.own.facts.value
    assert page.form.request().station.filename == "my farm.csv"
    assert page.own.details.layout.display == "none"  # its columns cannot be changed
    page.own.remove.click()
    assert page.form.request().station is None
    assert page.own.name == ""
    # and once more
    page.own.restore(remote.own_file(result))
    again, _ = reloaded(page, view=view, own_file=lambda future: remote.own_file(result))
    assert "Farm" in again.cards[0].body.value


@pytest.mark.parametrize(
    ("kind", "data"),
    [
        ("ERROR", {"error": "NoSourceError", "message": "nobody answered", "retryable": True}),
        ("CANCELLED", {"stage": "download", "reason": PAGE_CLOSED}),
    ],
)
@pytest.mark.parametrize(("language", "said"), [("en", "choose the file again"), ("es", "elija el archivo de nuevo")])
def test_a_task_that_cannot_be_repeated_without_its_file_says_so(kind, data, language, said):
    page, (job,) = opened({"tasks": [{"task": "eto-1", "query": OWN}]})
    page.form.language = language
    job.send(kind, **data)
    (card,) = page.cards
    assert card.retry_button.layout.display == "none"
    assert "my farm.csv" in card.body.value
    assert said in card.body.value


def test_what_a_tab_has_kept_is_distrusted():
    session = {
        "tasks": [{"task": "eto-1", "query": "<b>"}, {"task": 5}, {"query": "x"}, {"task": "eto-2", "query": "?lat=a"}],
        "typed": [{"latitude": "<b>", "krs": "hill", "automatic": "?", "sources": ",,", "address": ""}, 7],
        "shown": [{"tab": "nonsense", "task": "eto-9"}],
    }
    page, jobs = opened(session)
    assert [job.task_id for job in jobs] == ["eto-1", "eto-2"]
    assert page.form.latitude == "<b>"
    assert page.form.krs == "interior"
    assert page.shown.open == "chart"


def test_what_was_pressed_and_not_handed_over_when_the_page_went_is_begun_by_the_next():
    asked = TaskModel(Request.from_query(f"?{QUERY}"))
    assert asked.row() == {"task": "", "query": asked.request.query(), "open": "yes"}
    page, (job,) = opened({"tasks": [asked.row(), {"task": "", "query": "<b>", "open": "yes"}]})
    assert [card.task.request for card in page.cards] == [asked.request]
    assert page.browser.kept("tasks", tab=True) == [{**asked.row(), "task": job.task_id}]
    asked.fail(InputError([Problem("task", "", "not taken")]))
    assert asked.row() is None


def test_a_task_with_an_own_file_is_not_kept_before_it_is_one(station):
    assert TaskModel(Request.from_query(OWN, station)).row() is None  # the browser keeps no file


def test_a_result_that_nobody_keeps_any_more_is_calculated_once_more():
    page, jobs = opened({"tasks": [{"task": "eto-1", "query": QUERY}]})
    jobs[0].without_result = True
    jobs[0].send("SUCCESS", results=[], warnings=[])
    assert len(jobs) == 2
    jobs[1].send("SUCCESS", results=[], warnings=[])
    assert [card.job for card in page.cards] == [jobs[1]]
    assert page.shown.answers.task_id == jobs[1].task_id
    assert page.banner.layout.display == "none"


def test_of_many_tasks_the_newest_are_kept():
    page, jobs = opened(query=QUERY)
    for _ in range(33):
        page.calculate.click()
    assert page.browser.kept("tasks", tab=True)[-1]["task"] == jobs[-1].task_id


def test_what_another_tab_keeps_is_not_undone_here():
    page, _ = opened(query=QUERY)
    page.browser.local = {"saved": [{"lat": "5", "lon": "6"}]}  # as the browser tells of the other tab
    page.form.language = "pt"
    assert page.browser.local == {"saved": [{"lat": "5", "lon": "6"}], "language": "pt"}


@pytest.mark.parametrize("over", [False, True], ids=["it was running", "its result was seen"])
def test_what_a_scheduler_that_was_started_again_does_not_know_is_begun_anew_once(over):
    page, jobs = opened(query=QUERY)
    for _ in range(3):
        page.calculate.click()
    jobs[0].send("SUCCESS", results=[], warnings=[])
    if over:
        jobs[1].send("SUCCESS", results=[], warnings=[])
        jobs[2].send("SUCCESS", results=[], warnings=[])

    def attach(task_id, client=None):
        raise InputError([Problem("task id", task_id, "is not known")])

    answers = {"elevation": (530.4, "embedded"), "source_list": SOURCES, "view": VIEW, "tab": chart}
    again, begun = make_page(connection=FakeConnection(forget_failures=None, answers=False, **answers), attach=attach)
    again.browser.session = page.browser.session
    again.browser.ready = True
    assert [job.request for job in begun] == [jobs[0].request] * (1 if over else 3)
    states = [card.task.snapshot.status for card in again.cards]
    assert states.count(State.ERROR) == (2 if over else 0)  # older results wait for their Retry
    assert all(
        card.retry_button.layout.display is None for card in again.cards if card.task.snapshot.status is State.ERROR
    )
