"""The page as a whole, driven as the browser would drive it, without one."""

from __future__ import annotations

import re

import pytest
from ipywidgets import HTML

from etolib import config
from etolib.errors import InputError, NoSourceError, Problem, SchedulerUnavailable, TooManyTasks
from etolib.request import Request
from etolib.tasks.messages import State
from etolib.widgets.connection import DOWN, RUNNING
from tests.widgets.fakes import DAY, HEAD, ROWS, SOURCES, TAKE, FakeConnection, FakeJob, make_page

NUMBERS = ("eto", "eto_lower", "eto_upper", "precipitation")


@pytest.fixture(autouse=True)
def _today():
    with config.set_options(today="2024-07-01"):
        yield


def filled(**options):
    return make_page("lat=-22.7&lon=-47.6&period=2024-01-01/2024-01-02", **options)


def status(page, index=-1):
    return page.cards[index].task.snapshot.status


def told_by(widget):
    """Return the HTML of a widget and of all it holds."""
    own = [widget.value] if isinstance(widget, HTML) else []
    return own + [html for child in getattr(widget, "children", ()) for html in told_by(child)]


def words(html):
    return re.sub(r"<[^>]+>", " ", html)


# --- calculate --------------------------------------------------------------------------------------------------------


def test_calculate_hands_over_what_the_form_says():
    page, jobs = filled()
    page.calculate.click()
    (job,) = jobs
    assert job.request == Request((-22.7, -47.6), "2024-01-01/2024-01-02")
    assert status(page) is State.QUEUED
    assert job.task_id in page.cards[0].body.value


def test_the_card_is_there_before_anything_slow_is_asked():
    seen = []

    def submit(request, client=None, timeout=None):
        seen.append([card.task.snapshot.status for card in page.cards])
        raise SchedulerUnavailable("gone")

    page, _ = filled(submit=submit)
    page.calculate.click()
    assert seen == [[State.QUEUED]]
    assert status(page) is State.ERROR


def test_a_card_follows_its_job_to_table_and_chart():
    page, jobs = filled()
    page.calculate.click()
    jobs[0].progress(40)
    jobs[0].progress(70, source="nasa_power", step="31 days")
    body = page.cards[0].body.value
    assert 'data-status="PROCESSING"' in body
    assert "Download (2 of 5)" in words(body)
    assert 'aria-valuenow="40"' in body
    assert 'aria-valuenow="70"' in body
    jobs[0].send("SUCCESS", results=[], warnings=["mind the gap"])
    assert "Mind the gap" in page.shown.head.value
    assert page.shown.panes["table"].value.count("<tr") == 3
    assert "<svg id=w>" in page.shown.panes["chart"].value
    assert 'class="etolib-download-csv' in page.shown.head.value


def press(page):
    """Press the button as a browser does."""
    page.calculate._handle_custom_msg({"event": "click"}, [])


def test_a_press_for_what_waits_or_runs_points_to_its_card_and_begins_nothing():
    page, jobs = filled()
    press(page)
    jobs[0].progress(10)
    press(page)
    assert len(jobs) == len(page.cards) == 1
    assert "being calculated already" in page.wrong.value
    assert page.semantics.sought == [".etolib-pointed-to", 1]
    assert "being calculated already" in page.semantics.said
    assert "etolib-pointed-to" in page.cards[0].widget._dom_classes
    page.form.language = "pt"
    assert "já está sendo calculado" in page.wrong.value

    # Another wish is another task, and what was said of the first is over.
    page.form.period = "2024-01-01/2024-01-03"
    assert page.wrong.value == ""
    press(page)
    assert len(jobs) == 2
    assert "etolib-pointed-to" not in page.cards[0].widget._dom_classes

    # So it is once the task is over; then a press calculates anew.
    press(page)
    assert page.wrong.layout.display is None
    jobs[1].send("CANCELLED", stage="download", reason="asked")
    assert page.wrong.layout.display == "none"
    press(page)
    assert len(jobs) == 3


def test_a_program_that_presses_twice_gets_two_tasks():
    page, jobs = filled()
    page.calculate.click()
    page.calculate.click()
    assert len(jobs) == len(page.cards) == 2


def test_cards_are_appended_never_reordered():
    # a new first child would make the browser rebuild every card
    page, _ = filled()
    page.calculate.click()
    first = page.stack.widget.children
    page.calculate.click()
    assert page.stack.widget.children[: len(first)] == first


def test_bad_input_is_said_at_its_field_until_it_is_corrected():
    page, jobs = make_page("lat=150&lon=2&period=2024-02-01/2024-01-01")
    place, when = page.place.form, page.when
    assert "etolib-invalid" not in place.fields["latitude"]._dom_classes
    page.calculate.click()
    assert jobs == page.cards == []
    assert "must be a number from -90 to 90" in place.errors.widget.value
    assert "etolib-invalid" in place.fields["latitude"]._dom_classes
    assert "etolib-invalid" not in place.fields["longitude"]._dom_classes
    assert "lies before the start" in when.errors.widget.value
    place.fields["latitude"].value = "50"
    assert place.errors.widget.value == ""
    assert "etolib-invalid" not in place.fields["latitude"]._dom_classes
    assert "lies before the start" in when.errors.widget.value
    page.form.language = "pt"
    assert "antes do início" in when.errors.widget.value
    page.form.period = "2024-01-01/2024-01-02"
    assert when.errors.widget.value == ""
    page.calculate.click()
    assert len(jobs) == len(page.cards) == 1


def test_retry_asks_the_same_again_and_the_providers_anew():
    connection = FakeConnection(elevation=(1.0, "given"), forget_failures=None)
    page, jobs = filled(connection=connection)
    page.calculate.click()
    jobs[0].send("ERROR", **NoSourceError("nobody answered").to_dict())
    page.form.latitude = "10"  # what the form says now must not matter
    page.cards[0].retry_button.click()
    assert jobs[1].request == jobs[0].request
    assert "forget_failures" in [name for name, _ in connection.asked]


def test_the_result_of_an_older_card_can_be_shown_again():
    page, jobs = filled()
    for _ in range(2):
        page.calculate.click()
        jobs[-1].send("SUCCESS", results=[], warnings=[])
    assert page.shown.answers.task_id == jobs[1].task_id
    assert [card.show_button.layout.display for card in page.cards] == [None, "none"]
    page.cards[0].show_button.click()
    assert page.shown.answers.task_id == jobs[0].task_id
    assert [card.show_button.layout.display for card in page.cards] == ["none", None]


def test_when_a_result_is_seen_every_other_is_already_offered(monkeypatch):
    page, jobs = filled()
    for _ in range(2):
        page.calculate.click()
        jobs[-1].send("SUCCESS", results=[], warnings=[])
    seen = []
    offered = lambda *given: seen.append([card.show_button.layout.display for card in page.cards])  # noqa: E731
    monkeypatch.setattr(page.shown, "show", offered)
    page.cards[0].show_button.click()
    assert seen == [["none", None]]


def test_a_result_that_somebody_reads_stays_until_he_calculates_again():
    page, jobs = filled()
    for _ in range(3):
        page.calculate.click()
    jobs[0].send("SUCCESS", results=[], warnings=[])
    jobs[1].send("SUCCESS", results=[], warnings=[])
    page.cards[0].show_button.click()
    jobs[2].send("SUCCESS", results=[], warnings=[])
    assert page.shown.answers.task_id == jobs[0].task_id
    assert [card.show_button.layout.display for card in page.cards] == ["none", None, None]
    page.calculate.click()
    jobs[3].send("SUCCESS", results=[], warnings=[])
    assert page.shown.answers.task_id == jobs[3].task_id


# --- cancel and close -------------------------------------------------------------------------------------------------


def test_cancel_stops_the_newest_that_runs():
    page, jobs = filled()
    assert page.cancel.layout.display == "none"
    for _ in range(3):
        page.calculate.click()
    jobs[2].send("SUCCESS", results=[], warnings=[])
    page.cancel.click()
    assert [job.cancelled for job in jobs] == [0, 1, 0]
    jobs[1].send("CANCELLED", stage="download")
    jobs[0].send("CANCELLED", stage="download")
    assert page.cancel.layout.display == "none"


def test_closing_a_card_stops_its_work_and_takes_it_away():
    page, jobs = filled()
    page.calculate.click()
    page.calculate.click()
    page.cards[0].close_button.click()
    assert [job.cancelled for job in jobs] == [1, 0]
    assert len(page.cards) == 1
    assert page.stack.widget.children[0].layout.display == "none"
    assert "etolib-card" not in page.stack.widget.children[0]._dom_classes


def test_closing_a_finished_card_cancels_nothing():
    page, jobs = filled()
    page.calculate.click()
    jobs[0].send("SUCCESS", results=[], warnings=[])
    page.cards[0].close_button.click()
    assert jobs[0].cancelled == 0


def test_a_job_that_comes_after_its_card_was_closed_is_cancelled():
    made = []

    def submit(request, client=None, timeout=None):
        from tests.widgets.fakes import FakeJob

        page.cards[-1].close_button.click()  # while the scheduler is still being asked
        made.append(FakeJob())
        return made[0]

    page, _ = filled(submit=submit)
    page.calculate.click()
    assert made[0].cancelled == 1
    assert page.cards == []


# --- the line to the scheduler ----------------------------------------------------------------------------------------


def test_no_scheduler_is_told_and_retry_works_when_it_is_back():
    page, jobs = filled()
    page._connection.down = True
    page.calculate.click()
    assert status(page) is State.ERROR
    assert "The dask cluster" in page.cards[0].body.value
    assert page.cards[0].retry_button.layout.display is None
    page._connection.down = False
    page.cards[0].retry_button.click()
    jobs[0].send("SUCCESS", results=[], warnings=[])
    assert status(page) is State.SUCCESS


def test_a_lost_scheduler_ends_what_runs_and_nothing_else():
    page, jobs = filled()
    page.calculate.click()
    jobs[0].send("SUCCESS", results=[], warnings=[])
    page.calculate.click()
    page._line(DOWN, 0, None)
    assert [card.task.snapshot.status for card in page.cards] == [State.SUCCESS, State.ERROR]
    assert 'data-state="down"' in page.line.value


def test_a_task_that_nobody_can_take_says_so_and_what_to_do():
    page, jobs = filled()
    page._line(RUNNING, 0, None)
    assert "no worker on the cluster" in page.line.value
    page.calculate.click()
    page._count()
    assert "The cluster has no worker" not in page.cards[0].body.value  # one may be on its way
    page.cards[0].task.started -= 60
    page._count()
    assert "The cluster has no worker" in page.cards[0].body.value
    assert "as soon as a worker joins" in page.cards[0].body.value
    page.form.language = "pt"
    assert "O cluster não tem nenhum processo de trabalho" in page.cards[0].body.value
    page._line(RUNNING, 1, None)
    page._count()
    assert "nenhum processo de trabalho" not in page.cards[0].body.value + page.line.value
    assert "1 processo pronto" in page.line.value
    page._line(RUNNING, 0, None)
    jobs[0].progress(10)  # it has begun: whoever works on it is there
    page._count()
    assert "nenhum processo de trabalho;" not in page.cards[0].body.value


def test_nobody_is_asked_for_sources_while_there_is_no_worker():
    page, _ = make_page()
    page._line(RUNNING, 0, None)
    assert "source_list" not in [name for name, _ in page._connection.asked]
    page._line(RUNNING, 1, None)
    assert "source_list" in [name for name, _ in page._connection.asked]


def test_the_time_limit_of_the_settings_goes_with_each_task():
    limits = []

    def submit(request, client=None, timeout=None):
        limits.append(timeout)
        return FakeJob(request)

    page, _ = filled(submit=submit)
    page.calculate.click()
    with config.set_options(timeout="12"):
        page.calculate.click()
    assert limits == [1800.0, 12.0]


def test_sources_are_offered_with_what_they_promise():
    page, jobs = filled()
    page._line(RUNNING, 2, "http://127.0.0.1:8787/status")
    assert list(page.which.boxes) == [source["name"] for source in SOURCES]
    assert "1981-01-01 to 2024-06-30 · delay 2 days · CC BY 4.0" in page.which.facts["nasa_power"].value
    assert "any date" in page.which.facts["climatology"].value
    page.which.automatic.value = False
    page.which.boxes["climatology"].value = True
    page.calculate.click()
    assert jobs[0].request.sources == ("climatology",)


def test_ticks_of_a_link_are_there_when_the_list_comes():
    page, _ = make_page("sources=climatology")
    page._line(RUNNING, 1, None)
    assert [name for name, box in page.which.boxes.items() if box.value] == ["climatology"]
    assert page.which.automatic.value is False


def test_the_list_of_sources_is_asked_again_after_it_failed():
    connection = FakeConnection(source_list=SchedulerUnavailable("gone"), elevation=(1.0, "given"))
    page, _ = make_page(connection=connection)
    page._line(RUNNING, 1, None)
    connection.answers["source_list"] = SOURCES
    page._line(DOWN, 0, None)
    page._line(RUNNING, 1, None)
    assert page.which.boxes


# --- place ------------------------------------------------------------------------------------------------------------


def test_a_click_on_the_map_fills_the_fields_and_moves_the_marker():
    page, _ = make_page()
    page.map._interaction(type="mousemove", coordinates=[1.0, 2.0])
    assert page.form.latitude == ""
    page.map._interaction(type="click", coordinates=[-22.7, 312.4])
    assert page.place.form.fields["longitude"].value == "-47.6000"
    assert tuple(page.map._marker.location) == (-22.7, -47.6)


def test_typing_a_place_moves_the_marker_and_nonsense_hides_it():
    page, _ = make_page()
    page.place.form.fields["latitude"].value = "10"
    page.place.form.fields["longitude"].value = "20"
    assert tuple(page.map._marker.location) == (10, 20)
    assert page.map._marker.visible
    page.place.form.fields["longitude"].value = "20 east of somewhere"
    assert not page.map._marker.visible


def test_a_pasted_pair_fills_both_fields():
    page, _ = make_page()
    page.place.form.fields["latitude"].value = "-22.7, -47.6"
    assert (page.form.latitude, page.form.longitude) == ("-22.7", "-47.6")


def test_the_elevation_is_shown_with_its_source():
    page, _ = filled()
    assert page.place.form.found.value == "530 m, from the built-in map"


@pytest.mark.parametrize(
    ("units", "typed", "metres", "other"),
    [("us", "1237", 377.04, "377"), ("us", "377 m", 377.0, "377 m"), ("us", "-280", -85.34, "-85"),
     ("metric", "377", 377.0, "1237"), ("metric", "1237 ft", 377.04, "1237"), ("metric", "554,5", 554.5, "1819")],
)  # fmt: skip
def test_an_elevation_is_typed_in_the_units_of_the_page(units, typed, metres, other):
    page, _ = filled()
    page.form.units = units
    field = page.place.form.fields["elevation"]
    assert field.description == {"us": "Elevation (ft)", "metric": "Elevation (m)"}[units]
    field.value = typed
    assert field.value == typed.removesuffix(" ft") if units == "us" else typed
    assert page.form.site().elevation == pytest.approx(metres)
    page.form.units = {"us": "metric", "metric": "us"}[units]
    assert field.value == other
    assert page.form.site().elevation == pytest.approx(metres)
    page.form.language = "es"
    assert field.description == {"us": "Altitud (m)", "metric": "Altitud (ft)"}[units]


def test_a_height_with_a_comma_of_thousands_is_no_metre_and_a_bit():
    page, _ = filled()
    page.form.units = "us"
    page.place.form.fields["elevation"].value = "1,237"
    with pytest.raises(InputError):
        page.form.request()


def test_an_elevation_that_was_found_is_told_in_the_units_of_the_page():
    page, _ = filled()
    page.form.units = "us"
    assert page.place.form.found.value == "1740 ft, from the built-in map"


def test_no_elevation_is_no_fault_of_the_page():
    connection = FakeConnection(elevation=RuntimeError("no worker"))
    page, _ = filled(connection=connection)
    assert "with the calculation" in page.place.form.found.value
    assert page.banner.layout.display == "none"


def test_an_elevation_that_comes_late_does_not_label_another_place():
    page, _ = filled()
    site = page.form.site()
    page.form.latitude = "50"
    page.place._looked_up(site, (1.0, "embedded"))
    assert "1 m" not in page.place.form.found.value


# --- period -----------------------------------------------------------------------------------------------------------


def test_presets_dates_and_text_are_one_period():
    page, _ = make_page()
    page.when.presets.value = "last-7-days"
    assert page.when.typed.value == "2024-06-25/2024-07-01"
    assert str(page.when.start.value) == "2024-06-25"
    page.when.typed.value = "2024-02"
    assert (str(page.when.start.value), str(page.when.end.value)) == ("2024-02-01", "2024-02-29")
    assert page.when.presets.value is None
    page.when.start.value = page.when.start.value.replace(day=27)
    assert page.when.typed.value == "2024-02-27/2024-02-29"
    assert "3 days" in page.when.count.value


def test_an_end_before_the_start_stays_as_typed_and_is_told_on_calculate():
    page, jobs = filled()
    page.when.end.value = page.when.start.value.replace(year=2020)
    assert page.form.period == "2024-01-01/2020-01-01"
    page.calculate.click()
    assert jobs == []
    assert "lies before the start" in page.when.errors.widget.value


# --- attach, language, theme ------------------------------------------------------------------------------------------


def test_a_task_in_the_address_is_attached_to_once():
    page, jobs = make_page("task=eto-abc")
    page._address({"new": "http://127.0.0.1/x?task=eto-abc"})
    assert [job.task_id for job in jobs] == ["eto-abc"]
    jobs[0].send("SUCCESS", results=[], warnings=[])
    assert page.shown.answers.task_id == "eto-abc"


def test_an_unknown_task_is_told_without_retry():
    def attach(task_id, client=None):
        raise InputError([Problem("task id", task_id, "is not known to the scheduler")])

    page, _ = make_page("task=<b>", attach=attach)
    assert status(page) is State.ERROR
    assert "<b>" not in page.cards[0].body.value.replace("<b>Start", "")
    assert page.cards[0].retry_button.layout.display == "none"


def test_everything_changes_its_language():
    page, jobs = filled()
    page._line(RUNNING, 2, None)
    page.calculate.click()
    jobs[0].send("SUCCESS", results=[], warnings=[])
    page.language.value = "pt"
    assert page.calculate.description == "Calcular"
    assert page.place.form.fields["elevation"].description == "Altitude (m)"
    assert "processos prontos" in page.line.value
    assert "Baixar CSV" in page.shown.head.value
    assert "Concluído" in page.cards[0].body.value
    assert "Automático" in page.which.automatic.description


def test_the_theme_is_one_class_on_the_page():
    page, _ = make_page("theme=dark")
    assert "etolib-dark" in page.widget._dom_classes
    page.dark.value = False
    assert "etolib-dark" not in page.widget._dom_classes


# --- faults -----------------------------------------------------------------------------------------------------------


def test_a_fault_of_a_callback_is_a_banner_and_a_log_line(monkeypatch, caplog):
    page, _ = filled()

    def broken(request):
        raise ZeroDivisionError("<script>")

    monkeypatch.setattr(page.stack, "start", broken)
    page.calculate.click()
    assert page.banner.layout.display is None
    assert "ZeroDivisionError: &lt;script&gt;" in page.banner_text.value
    assert "ZeroDivisionError" in caplog.text


def test_a_fault_on_a_background_thread_is_a_banner_too():
    connection = FakeConnection(view=ValueError("broken view"), elevation=(1.0, "given"))
    page, jobs = filled(connection=connection)
    page.calculate.click()
    jobs[0].send("SUCCESS", results=[], warnings=[])
    assert "broken view" in page.banner_text.value
    page.banner_close.click()
    assert page.banner.layout.display == "none"


@pytest.mark.parametrize("nasty", ["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "&lt;b&gt;"])
def test_nothing_from_outside_becomes_markup(nasty):
    head = HEAD | {"place": nasty, "period": nasty, "file": nasty, "link": f"?{nasty}", "own_file": nasty}
    rows = [dict.fromkeys(ROWS[0], nasty) | dict.fromkeys(NUMBERS, 1.0)]
    take = TAKE | {
        "script": nasty, "citation": nasty, "licences": [{"name": nasty, "attribution": nasty, "licence": nasty}],
        "files": [{"name": nasty, "file": nasty, "type": nasty, "data": ""}],
    }  # fmt: skip
    day = DAY | {name: {"u2": [nasty] * 2} for name in ("flags", "sources")}
    view = {"head": head, "tabs": {"table": {"rows": rows, "days": 2}, "day": day, "take": take}}
    sources = [dict.fromkeys(SOURCES[0], nasty)]
    connection = FakeConnection(elevation=(1.0, nasty), source_list=sources, view=view, tab=("", ""))
    page, jobs = filled(connection=connection)
    page._line(RUNNING, 2, f"http://x/{nasty}")
    page.calculate.click()
    jobs[0].task_id = nasty
    jobs[0].progress(10, source=nasty, step=nasty, stage=nasty)
    told = [page.cards[0].body.value]
    jobs[0].send("SUCCESS", results=[], warnings=[nasty])
    page.calculate.click()
    jobs[1].send("ERROR", error="X", message=nasty, suggestion=nasty, source=nasty)
    told += [card.body.value for card in page.cards]
    told += [page.shown.head.value, *(html for pane in page.shown.panes.values() for html in told_by(pane))]
    told += [page.line.value, page.place.form.found.value, page.which.hint.value]
    told += [facts.value for facts in page.which.facts.values()]
    assert any("alert" in html or "&amp;lt;b" in html for html in told)
    for html in told:
        assert "<script" not in html
        assert "<img" not in html
        assert "&lt;b&gt;" not in html or "&amp;lt;b" in html


def test_the_next_card_waits_unseen():
    page, _ = filled()
    waiting = page.stack.widget.children
    assert len(waiting) == 1
    assert "etolib-card" not in waiting[0]._dom_classes
    assert waiting[0].layout.display == "none"
    page.calculate.click()
    assert page.cards[0].widget is waiting[0]
    assert waiting[0].layout.display is None
    assert len(page.stack.widget.children) == 2


def test_online_tiles_are_added_when_their_server_answers_and_only_then(monkeypatch):
    monkeypatch.setenv("ETOLIB_TILES", "http://127.0.0.1:9/{z}/{x}/{y}.png")
    for answer in (False, True):
        connection = FakeConnection(source_list=SOURCES, answers=answer)
        page, _ = make_page(connection=connection)
        page._line(RUNNING, 1, None)
        assert ("answers", ("http://127.0.0.1:9/0/0/0.png",)) in connection.asked
        tiles = [layer for layer in page.map.widget.layers if getattr(layer, "url", "").startswith("http")]
        assert len(tiles) == answer


def test_offline_no_tile_server_is_asked(monkeypatch):
    monkeypatch.setenv("ETOLIB_TILES", "http://127.0.0.1:9/{z}/{x}/{y}.png")
    monkeypatch.setenv("ETOLIB_OFFLINE", "1")
    page, _ = make_page(connection=FakeConnection(source_list=SOURCES))
    page._line(RUNNING, 1, None)
    assert "answers" not in [name for name, _ in page._connection.asked]


def test_the_next_cell_of_a_notebook_has_the_results():
    page, jobs = filled()
    assert (page.result, page.results) == (None, [])
    for _ in range(2):
        page.calculate.click()
        jobs[-1].send("SUCCESS", results=[], warnings=[])
    page.calculate.click()  # still running
    assert page.results == [job.result() for job in jobs[:2]]
    assert page.result == jobs[1].result()
    page.cards[0].show_button.click()
    assert page.result == jobs[0].result()


# --- how many tasks, and without the page -----------------------------------------------------------------------------


def test_a_task_that_is_not_taken_leaves_no_card_and_says_why_at_the_button():
    def submit(request, *, client, timeout):
        raise TooManyTasks(most=30)

    page, _ = make_page("lat=1&lon=2&period=2024-01-01/2024-01-02", submit=submit)
    page.calculate.click()
    assert page.cards == []
    assert page.wrong.layout.display is None
    assert "30 calculations of this page are waiting" in page.wrong.value
    assert "Wait until some are done" in page.wrong.value


def test_the_tick_has_tasks_go_on_those_under_way_and_those_to_come():
    page, jobs = make_page("lat=1&lon=2&period=2024-01-01/2024-01-02")
    assert page.going.widget.layout.display == "none"
    page.calculate.click()
    assert page.going.widget.layout.display is None
    assert jobs[0].kept == []
    page.going.tick.value = True
    assert jobs[0].kept == [True]
    assert f'href="?task={jobs[0].task_id}"' in page.going.links.value
    page.calculate.click()
    assert jobs[1].kept == [True]
    page.going.tick.value = False
    assert (jobs[0].kept, jobs[1].kept, page.going.links.value) == ([True, False], [True, False], "")
