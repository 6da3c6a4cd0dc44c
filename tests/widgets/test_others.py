"""The list of a visitor's other tasks in the page."""

from __future__ import annotations

import pytest

from etolib.tasks import limited, visitor
from tests.widgets.fakes import make_page

QUERY = "?lat=10&lon=20&period=2024-01-01/2024-01-03&sources=auto"


def row(number, state="PROCESSING", *, here=False, query=QUERY):
    return {"task_id": f"eto-{number:032d}", "state": state, "query": query, "here": here, "age_s": 3.0}


@pytest.fixture
def page(monkeypatch):
    """A page of a visitor, its jobs, what the scheduler lists, and what was stopped."""
    listed, stopped, attached = [], [], []
    monkeypatch.setattr(visitor, "of_this_process", lambda: "ana")
    monkeypatch.setattr(limited, "mine", lambda client: list(listed))
    monkeypatch.setattr(limited, "stop", lambda client, task_id: stopped.append(task_id))
    page, jobs = make_page("lat=1&lon=2&period=2024-01-01/2024-01-02")
    return page, jobs, listed, stopped, attached


def shown(page):
    others = page.others
    assert (others.widget.layout.display is None) == any(one.widget.layout.display is None for one in others.rows)
    return [one for one in others.rows if one.widget.layout.display is None]


def test_what_runs_stands_first_and_what_is_here_is_not_listed(page):
    page, jobs, listed, *_ = page
    page._count()
    assert shown(page) == []
    page.calculate.click()
    listed += [
        row(3, "SUCCESS"),
        row(2),
        row(1, here=True),
        row(0, query="?lat=x"),
        row(9) | {"task_id": jobs[0].task_id},
    ]
    page.others.look()
    rows = shown(page)
    assert [one.what["task_id"][-1] for one in rows] == ["2", "0", "3"]
    assert "10.0000°N 20.0000°E" in rows[0].said.value
    assert "eto-00000000" in rows[1].said.value
    assert [one.stop.layout.display for one in rows] == [None, None, "none"]
    page.form.language = "pt"
    assert ("Seus outros cálculos" in page.others.title.value, rows[0].open.description) == (True, "Abrir")


def test_the_scheduler_is_asked_where_there_is_news_and_again_where_it_did_not_answer(page, monkeypatch):
    page, _, listed, *_ = page
    asked, told = [], limited.mine
    monkeypatch.setattr(limited, "mine", lambda client: asked.append(page._connection.news) or told(client))
    for page._connection.news in (None, 4, 4, 4, 5, 5, 4):
        page._count()
    assert asked == [4, 5, 4]
    monkeypatch.setattr(limited, "mine", lambda client: 1 / 0)
    page._connection.news = 6
    page._count()
    monkeypatch.setattr(limited, "mine", told)
    listed.append(row(1))
    page._count()
    assert len(shown(page)) == 1


def test_the_list_has_an_end(page):
    page, _, listed, *_ = page
    listed += [row(number) for number in range(30)]
    page.others.look()
    assert len(shown(page)) == 8


def test_a_task_is_opened_on_a_card_and_stopped(page):
    page, _, listed, stopped, _ = page
    listed += [row(1), row(2)]
    page.others.look()
    shown(page)[1].stop.click()
    assert stopped == [listed[1]["task_id"]]
    shown(page)[0].open.click()
    (card,) = page.cards
    assert card.task.snapshot.task_id == listed[0]["task_id"]
    assert card.task.about.site.latitude == 10
    assert [one.what for one in shown(page)] == [listed[1]]


def test_a_page_without_a_visitor_asks_for_none(page, monkeypatch):
    page, _, listed, *_ = page
    monkeypatch.setattr(visitor, "of_this_process", lambda: "")
    listed.append(row(1))
    page.others.look()
    assert shown(page) == []


def test_a_list_that_does_not_come_leaves_the_page_alone(page, monkeypatch):
    page, *_ = page
    monkeypatch.setattr(limited, "mine", lambda client: 1 / 0)
    page.others.look()
    assert shown(page) == []
    assert page.banner.layout.display == "none"


def test_a_task_of_another_visitor_is_looked_at_and_not_stopped(page):
    page, jobs, *_ = page
    page.calculate.click()
    jobs[0].theirs = True
    jobs[0].close = lambda: jobs[0].callbacks.clear()
    page.cancel.click()
    assert jobs[0].cancelled == 0
    assert "begun by another visitor" in page.wrong.value
    page.cards[0].close_button.click()
    assert (page.cards, jobs[0].cancelled) == ([], 0)
