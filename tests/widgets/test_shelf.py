"""What a page keeps of a result that is not on show, and of a card that was closed."""

from __future__ import annotations

import ipywidgets as widgets

from etolib.widgets.cards import Card
from etolib.widgets.results import Answers
from etolib.widgets.shelf import Shelf
from etolib.widgets.task import TaskModel

DAYS = [{"day": day, "eto": 4.25} for day in range(366)]


def test_what_is_large_is_packed_and_comes_back_as_it_was():
    shelf = Shelf({"table": DAYS, "note": "short", "chart": DAYS})
    shelf.fold(but=["chart"])
    assert set(shelf._packed) == {"table"}
    assert len(shelf._packed["table"]) < 4000  # bytes
    assert len(shelf) == 3
    assert shelf == {"table": DAYS, "note": "short", "chart": DAYS}
    shelf.fold()
    shelf["table"] = "new"
    assert shelf["table"] == "new"
    del shelf["chart"]
    assert {**shelf} == {"table": "new", "note": "short"}


def test_answers_that_were_folded_are_the_same():
    answers = Answers("eto-1", {"csv": "a,b\n" * 2000, "days": 2}, {"table": DAYS})
    answers.fold(())
    answers.fold(())
    assert answers.head["csv"] == "a,b\n" * 2000
    assert answers.tabs["table"] == DAYS
    assert {**answers.head, "days": 3}["days"] == 3


def test_a_closed_card_leaves_its_empty_box_and_no_other_widget():
    before = set(widgets.widget._instances)
    card = Card("en", on_close=print, on_retry=print, on_show=print)
    card.begin(TaskModel())
    card.close()
    left = [widgets.widget._instances[one] for one in set(widgets.widget._instances) - before]
    assert {id(one) for one in left} == {id(card.widget), id(card.widget.layout)}
