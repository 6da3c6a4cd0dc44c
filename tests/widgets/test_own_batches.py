"""The list of a visitor's batches, on the page of a region and on that of one place."""

from __future__ import annotations

import contextlib
import io
import json
import time
import zipfile
from types import SimpleNamespace

import pytest

from etolib import config
from etolib.tasks import limited, visitor
from etolib.tasks.stored_batch import id_of
from etolib.widgets.region import answers, record, runner
from etolib.widgets.region.record import Record
from tests.widgets.fakes import make_page
from tests.widgets.test_region import LINK, choose, resume_where_free
from tests.widgets.test_region import make as make_region

NAMES = ["a" * 32, "b" * 32, "c" * 32, "d" * 32]


@pytest.fixture
def going(tmp_path, monkeypatch):
    """Whose the page is, and the stores for which the cluster works."""
    names = []
    monkeypatch.setattr(visitor, "of_this_process", lambda: "ana")
    monkeypatch.setattr(
        limited, "batches_under_way", lambda client, stores: [one for one in stores if one.name in names]
    )
    with config.set_options(cache_dir=tmp_path, today="2024-07-01"):
        yield names


def store(name, *, whose="ana", title="Farms", lots=(10, 10), begun=60.0):
    """Make the journal of a store of two lots: how many places each has by now."""
    journal = record.folder() / name / "journal"
    journal.mkdir(parents=True)
    Record(whose, title, "-50, -22, -45, -18", "2024-05-01/2024-05-03", 3, 20, 2, time.time() - begun).write(
        journal.parent
    )
    for number, done in enumerate(lots):
        (journal / f"lot-{number}.json").write_text(json.dumps({"done": done, "partial": 0, "failed": 10 - done}))


def said_of(batches):
    """Return the list as HTML: its title and the lines that are seen."""
    lines = [line for line in batches.lines if line.widget.layout.display is None]
    return batches.title.value + "".join(f"<p>{line.said.value}</p>" for line in lines)


def stops(batches):
    """Return the names of the batches that can be stopped."""
    seen = [one for one in batches.lines if (one.widget.layout.display, one.stop.layout.display) == (None, None)]
    return [one.what.name for one in seen]


def served(page, *names):
    page._served = ("eto", list(names))
    page._count()
    return page.batches


def test_batches_of_closed_pages_are_found_and_lead_to_the_page_of_a_region(going):
    store(NAMES[0], title="<b>Farms</b>", begun=3.0)
    store(NAMES[1], lots=(10,), title="", begun=60.0)
    store(NAMES[2], lots=(9,), begun=120.0)
    store(NAMES[3], whose="bea")
    (record.folder() / "not a store").mkdir()
    (record.folder() / NAMES[3] / "journal" / "whose.json").write_text("[")
    going.append(NAMES[1])
    page, _ = make_page("lang=en")
    batches = served(page, "eto", "region")
    said = said_of(batches)
    assert said.count("<p>") == 3
    assert "&lt;b&gt;Farms&lt;/b&gt;" in said
    assert [said.index(f'href="region.ipynb?lang=en&amp;batch={name}"') for name in NAMES[:3]] == sorted(
        said.index(f'href="region.ipynb?lang=en&amp;batch={name}"') for name in NAMES[:3]
    )
    assert [one.split('"')[0] for one in said.split('data-status="')[1:]] == ["SUCCESS", "PROCESSING", "CANCELLED"]
    assert "Region −50, −22, −45, −18" in said
    assert "3 days · 9 of 20 places · begun 2 min ago" in said
    assert stops(batches) == [NAMES[1]]
    page.form.language = "pt"
    assert "Suas regiões" in said_of(batches)


def test_batches_are_looked_at_again_while_one_runs_and_nobody_else_sees_them(going, monkeypatch):
    store(NAMES[0], lots=(5,))
    going.append(NAMES[0])
    page, _ = make_page()
    batches = served(page, "eto", "region")
    assert 'data-status="PROCESSING"' in said_of(batches)
    going.clear()
    for _ in range(11):
        batches.passed()
    assert 'data-status="CANCELLED"' in said_of(batches)
    monkeypatch.setattr(visitor, "of_this_process", lambda: "bea")
    assert served(make_page()[0], "eto", "region").widget.layout.display == "none"
    monkeypatch.setattr(visitor, "of_this_process", str)
    assert served(make_page()[0], "eto", "region").widget.layout.display == "none"


def test_a_scheduler_that_does_not_answer_is_asked_again(going, monkeypatch):
    store(NAMES[0], lots=(5,))
    monkeypatch.setattr(limited, "batches_under_way", lambda client, stores: 1 / 0)
    page, _ = make_page()
    batches = served(page, "eto", "region")
    assert batches.widget.layout.display == "none"
    monkeypatch.setattr(limited, "batches_under_way", lambda client, stores: [])
    batches.passed()
    assert batches.widget.layout.display == "none"  # not each second
    for _ in range(10):
        batches.passed()
    assert 'data-status="CANCELLED"' in said_of(batches)


def test_one_that_runs_can_be_stopped_from_the_list_and_does_not_go_on_when_it_is_opened(going, monkeypatch):
    page, handed = make_region(LINK)
    page.calculate.click()
    handed[0].compute(0)
    name = page.runner.name
    going.append(name)
    asked = []

    def stop(client, path):
        asked.append(path.name)
        return True

    monkeypatch.setattr(limited, "stop_batch", stop)
    batches = served(make_page("lang=en")[0], "eto", "region")
    assert stops(batches) == [name]
    batches.lines[0].stop.click()
    assert (asked, stops(batches)) == ([name], [])
    assert 'data-status="CANCELLED"' in said_of(batches)

    going.clear()
    other, found = make_region(f"?batch={name}&lang=en")
    assert (found, other.runner.working) == ([], False)
    assert 'data-done="2"' in other.progress.value
    assert (other.cancel.layout.display, other.again.layout.display) == ("none", None)
    other.again.click()
    found[0].compute(1)
    assert 'data-done="4"' in other.progress.value
    assert not record.is_stopped(record.folder() / name)


def test_one_that_was_cancelled_on_its_page_does_not_go_on_when_the_page_is_loaded_again(going):
    page, handed = make_region(LINK)
    page.browser.ready = True
    page.calculate.click()
    handed[0].compute(0)
    page.cancel.click()
    again, found = make_region()
    again.browser.session, again.browser.address = page.browser.session, page._link()
    again.browser.ready = True
    assert (found, again.runner.name) == ([], page.runner.name)
    assert 'data-done="2"' in again.progress.value
    assert again.again.layout.display is None
    path = record.folder() / page.runner.name
    with zipfile.ZipFile(io.BytesIO(answers.files(str(path), "zarr")["content"])) as file:
        assert not any(name.endswith("/stopped") for name in file.namelist())


@pytest.mark.parametrize("mine", [True, False])
def test_one_on_which_another_page_works_is_stopped_there_or_no_longer_followed(going, monkeypatch, mine):
    page, handed = make_region(LINK)
    page.calculate.click()
    handed[0].compute(0)
    asked = []

    def stop(client, path):
        asked.append(path.name)
        return mine

    monkeypatch.setattr(limited, "stop_batch", stop)

    def wait(seconds):
        if not asked:
            other.cancel.click()
            holding.close()

    monkeypatch.setattr(runner, "time", SimpleNamespace(time=time.time, sleep=wait))
    other, found = make_region("?lang=en")
    resume_where_free(other)
    holding = contextlib.ExitStack()
    holding.enter_context(handed[0].store.held())
    other._filled(page.runner.name)
    assert asked == [page.runner.name]
    assert (found, other.runner.working) == ([], False)
    assert 'data-done="2"' in other.progress.value
    assert not handed[0].stopped  # that is for the cluster to do


def test_a_page_that_is_seen_again_shows_new_states_and_asks_the_cluster_no_more_than_it_must(going, monkeypatch):
    store(NAMES[0], lots=(10,))
    going.append(NAMES[0])
    asked = []

    def under_way(client, stores):
        asked.append([one.name for one in stores])
        return [one for one in stores if one.name in going]

    monkeypatch.setattr(limited, "batches_under_way", under_way)
    page, _ = make_page()
    batches = served(page, "eto", "region")
    assert asked == [[NAMES[0]]]
    page.browser.visible = False
    for _ in range(30):
        batches.passed()
    assert len(asked) == 1  # nobody can see it
    (record.folder() / NAMES[0] / "journal" / "lot-1.json").write_text('{"done": 10, "partial": 0}')
    page.browser.visible = True
    assert 'data-status="SUCCESS"' in said_of(batches)
    assert len(asked) == 1  # what is whole needs no cluster


def test_the_places_of_a_file_are_there_again_with_their_days_and_sources(going):
    page, handed = make_region("?period=2024-01-30/2024-02-02&sources=climatology")
    rows = "name,latitude,longitude\nA,-22.0,-47.0\nB,-22.5,-47.5\nC,-23.0,-47.2\n"
    choose(page.where, rows.encode(), "farms.csv")
    page.calculate.click()
    handed[0].compute(0, 1)
    again, _ = make_region(f"?batch={page.runner.name}&lang=en")
    assert again.form.area == page.form.area
    assert [site.name for site in again.form.area.sites] == ["A", "B", "C"]
    assert "3 places of “farms.csv”" in again.where.hint.value
    assert again.form.asked() == page.form.asked()
    assert again.detail.mean.value == page.detail.mean.value
    assert again.map._picture.bounds == page.map._picture.bounds
    assert f"batch={page.runner.name}" in again._link()


def test_where_no_page_of_a_region_is_served_nothing_leads_to_it(going):
    store(NAMES[0])
    page, _ = make_page()
    assert served(page, "eto").widget.layout.display == "none"
    assert served(page, "eto", "region").widget.layout.display is None  # the address came later


def test_a_batch_of_the_page_is_recorded_and_listed_on_other_pages(going):
    page, handed = make_region(LINK)
    page.calculate.click()
    page._count()
    assert page.others.widget.layout.display == "none"  # it stands on the page itself
    other, _ = make_region()
    other._count()
    assert f'href="?batch={page.runner.name}"' in said_of(other.others)
    path = record.folder() / page.runner.name
    with zipfile.ZipFile(io.BytesIO(answers.files(str(path), "zarr")["content"])) as file:
        names = file.namelist()
    assert any(name.endswith("journal/region.json") for name in names)
    assert not any(name.endswith("journal/whose.json") for name in names)  # it is nobody else's business
    (row,) = record.stores_of(record.folder(), "ana")
    assert (row.record.places, row.computed) == (len(handed[0].store.order.sites), 0)


def test_the_scheduler_says_for_which_stores_it_works(tmp_path, monkeypatch):
    one, two, three = (tmp_path / name for name in NAMES[:3])
    rows = [
        {"task_id": f"lot-{id_of(one)}-3-x", "state": "PROCESSING"},
        {"task_id": f"lot-{id_of(two)}-0-x", "state": "SUCCESS"},
        {"task_id": "eto-1", "state": "QUEUED"},
    ]
    monkeypatch.setattr(limited.scheduler, "ask_within", lambda *args, **more: {"tasks": rows})
    assert limited.batches_under_way(None, [one, two, three]) == [one]
