"""The list of a visitor's batches, on the page of a region and on that of one place."""

from __future__ import annotations

import io
import json
import time
import zipfile

import pytest

from etolib import config
from etolib.tasks import limited, visitor
from etolib.tasks.stored_batch import id_of
from etolib.widgets.region import answers, record
from etolib.widgets.region.record import Record
from tests.widgets.fakes import make_page
from tests.widgets.test_region import LINK
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
    said = batches.list.value
    assert said.count("etolib-own-batch") == 3
    assert "&lt;b&gt;Farms&lt;/b&gt;" in said
    assert [said.index(f'href="region.ipynb?batch={name}"') for name in NAMES[:3]] == sorted(
        said.index(f'href="region.ipynb?batch={name}"') for name in NAMES[:3]
    )
    assert [one.split('"')[0] for one in said.split('data-status="')[1:]] == ["SUCCESS", "PROCESSING", "CANCELLED"]
    assert "Region −50, −22, −45, −18" in said
    assert "3 days · 9 of 20 places · begun 2 min ago" in said
    page.form.language = "pt"
    assert "Suas regiões" in batches.list.value


def test_batches_are_looked_at_again_while_one_runs_and_nobody_else_sees_them(going, monkeypatch):
    store(NAMES[0], lots=(5,))
    going.append(NAMES[0])
    page, _ = make_page()
    batches = served(page, "eto", "region")
    assert 'data-status="PROCESSING"' in batches.list.value
    going.clear()
    for _ in range(11):
        batches.passed()
    assert 'data-status="CANCELLED"' in batches.list.value
    monkeypatch.setattr(visitor, "of_this_process", lambda: "bea")
    assert served(make_page()[0], "eto", "region").widget.layout.display == "none"
    monkeypatch.setattr(visitor, "of_this_process", str)
    assert served(make_page()[0], "eto", "region").widget.layout.display == "none"


def test_a_scheduler_that_does_not_answer_is_asked_again(going, monkeypatch):
    store(NAMES[0])
    monkeypatch.setattr(limited, "batches_under_way", lambda client, stores: 1 / 0)
    page, _ = make_page()
    batches = served(page, "eto", "region")
    assert batches.widget.layout.display == "none"
    monkeypatch.setattr(limited, "batches_under_way", lambda client, stores: [])
    batches.passed()
    assert 'data-status="SUCCESS"' in batches.list.value


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
    assert f'href="?batch={page.runner.name}"' in other.others.list.value
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
