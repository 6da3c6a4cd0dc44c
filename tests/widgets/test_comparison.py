"""The dashboard of several places, driven as the browser would drive it, without one."""

from __future__ import annotations

import base64
import html
import io
import re

import numpy as np
import openpyxl
import pandas as pd
import pytest
import xarray as xr

import etolib
from etolib import config, words
from etolib.result.columns import rounded
from etolib.result.together import Together
from etolib.result.together import files as together_files
from etolib.site import Site
from etolib.tasks.messages import PAGE_CLOSED, State
from etolib.widgets import daily
from etolib.widgets.comparison import answers, markup, view
from etolib.widgets.comparison.app import Comparison
from etolib.widgets.comparison.model import MOST, ComparisonModel
from etolib.widgets.comparison.series import STEPS
from etolib.widgets.connection import DOWN
from tests.widgets.fakes import SOURCES, Direct, FakeConnection, FakeJob, Inline

PERIOD = "2024-01-25/2024-02-05"
HOSTILE = "<img src=x onerror=alert(1)>"
TWELVE = [
    Site(-9.39, -40.5, name="Petrolina"), Site(-22.7, -47.6, name="Piracicaba"), Site(48.14, 11.58, name="Munich"),
    Site(6.5, 3.4, name="Lagos"), Site(-34.6, -58.4, name="Lagos"), Site(35.68, 139.7),
    Site(30.04, 31.23, name=HOSTILE), Site(-1.29, 36.82, 1700.0, name="Nairobi; hill"), Site(51.5, -0.12, name="=1+1"),
    Site(39.74, -104.99, name="50 %"),
    Site(28.6, 77.2, name="a, b"), Site(-33.87, 151.2, name="Sydney"),
]  # fmt: skip


@pytest.fixture(autouse=True)
def _today():
    with config.set_options(today="2024-07-01"):
        yield


@pytest.fixture(scope="module")
def computed():
    """The twelve places, each calculated alone."""
    with config.set_options(offline=True, today="2024-07-01"):
        return [etolib.compute(site, PERIOD) for site in TWELVE]


class FakeBatch:
    def __init__(self, jobs):
        self.jobs = jobs

    def on_message(self, callback):
        for job in self.jobs:
            job.on_message(callback)


def make(query="", results=(), **options):
    """Return a page and what it has handed over: a list of jobs for each time."""
    handed = []
    by_place = {(one.site.latitude, one.site.longitude): one for one in results}

    def submit_many(requests, client=None, timeout=None):
        jobs = []
        for request in requests:
            job = FakeJob(request)
            job.task_id = f"eto-{sum(map(len, handed)) + len(jobs):032d}"
            job.future = by_place.get((request.site.latitude, request.site.longitude))
            job.result = lambda job=job: job.future
            jobs.append(job)
        handed.append(jobs)
        return FakeBatch(jobs)

    def attach(task_id, client=None):
        job = FakeJob(task_id=task_id)
        job.future = results[0] if results else None
        handed.append([job])
        return job

    connection = FakeConnection(
        source_list=SOURCES, tab=lambda future, ask, words: ask(future, words), forget_failures=None, answers=False,
        files=answers.files, places_of=answers.places_of,
        **options.pop("answers", {}),
        search=[{"name": "Lima, PE", "title": "Lima, Peru", "latitude": -12.05, "longitude": -77.04}],
    )  # fmt: skip
    page = Comparison(
        query, submit_many=submit_many, attach=options.pop("attach", attach), connection=connection, loop=Direct(),
        pool=Inline(), **options,
    )  # fmt: skip
    return page, handed


def add(page, *sites):
    page.form.add(sites)
    page.form.period = PERIOD


def states(page):
    return {number: run.status for number, run in page.runs.by_number.items()}


def text(html):
    return re.sub(r"<[^>]+>", " ", html)


@pytest.fixture
def done(computed):
    """The page with all twelve places calculated."""
    page, handed = make(results=computed)
    add(page, *TWELVE)
    page.calculate.click()
    for job in handed[0]:
        job.send("SUCCESS", results=[], warnings=[])
    return page


# --- places -----------------------------------------------------------------------------------------------------------


def test_places_come_by_search_map_list_and_browser():
    page, _ = make()
    page.search.field.value = "lima"
    page.search.answers[0].click()
    page.map.on_click(-9.39, 319.5)  # the map counts on beyond the date line
    page.typed.field.value = "48.14, 11.58, Munich\n6,5; 3,4; 40 m; Lagos"
    page.typed.add.click()
    page.form.recall({"lat": "51.5", "lon": "-0.12", "name": "London"})
    assert [m.site for m in page.form.members] == [
        Site(-12.05, -77.04, name="Lima, PE"), Site(-9.39, -40.5), Site(48.14, 11.58, name="Munich"),
        Site(6.5, 3.4, 40, "Lagos"), Site(51.5, -0.12, name="London"),
    ]  # fmt: skip
    assert [m.number for m in page.form.members] == [1, 2, 3, 4, 5]
    assert page.typed.field.value == ""


def test_a_table_that_is_pasted_and_a_file_are_read_by_the_reader_of_lists():
    page, _ = make()
    page.typed.field.value = "Fazenda;Latitude;Longitude;Altitude (m)\nBoa Vista;-22,7;47°36'W;554"
    page.typed.add.click()
    content = b"name,latitude,longitude\nFarm,-9.39,-40.5\nFarm,-9.5,-40.5\n"
    page.typed._came({"new": ({"name": "farms.csv", "content": memoryview(content)},)})
    assert [m.site for m in page.form.members] == [
        Site(-22.7, -47.6, 554, "Boa Vista"), Site(-9.39, -40.5, name="Farm"), Site(-9.5, -40.5, name="Farm"),
    ]  # fmt: skip
    assert "1 name stands for several places" in text(page.typed.said.value)


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("", "is empty"),
        ("Petrolina", "has no latitude beside a longitude"),
        ("95, 10", "has no latitude beside a longitude|must be a number from"),
        ("1,2\n3,4\nnowhere", "Places “nowhere” line 3: has no latitude"),
        ("latitude,longitude\n91,0", "Line 2"),
    ],
)
def test_what_is_no_place_is_said_and_nothing_is_added(typed, said):
    page, _ = make()
    page.typed.field.value = typed
    page.typed.add.click()
    assert re.search(said, text(page.typed.errors.widget.value + page.typed.said.value))
    assert page.form.members == ()
    page.typed.field.value = "1, 2"  # corrected: no longer said
    assert page.typed.errors.widget.value == ""


def test_the_thirteenth_is_refused_with_a_sentence_and_a_removed_number_is_given_again():
    page, _ = make()
    add(page, *TWELVE)
    assert len(page.form.members) == MOST == 12
    page.map.on_click(10, 10)
    assert len(page.form.members) == 12
    assert "12 places can be compared" in text(page.typed.said.value)
    page.rows.by_number[5].away.click()
    assert page.typed.said.value == ""
    page.map.on_click(10, 10)
    assert page.form.members[-1].number == 5
    page.map.on_click(10, 10)
    assert "in the list already" in text(page.typed.said.value)


def test_a_name_is_changed_in_its_row_and_one_that_no_file_could_hold_is_refused():
    page, _ = make()
    add(page, *TWELVE[:2])
    row = page.rows.by_number[1]
    row.name.value = "Farm"
    assert page.form.members[0].name == "Farm"
    row.name.value = "x" * 300
    assert "etolib-invalid" in row.name._dom_classes
    assert page.form.members[0].name == "Farm"
    assert page.typed.said.value
    row.name.value = ""
    assert page.form.members[0].name == "9.3900°S 40.5000°W"


# --- calculations -----------------------------------------------------------------------------------------------------


def test_all_are_handed_over_at_once_and_each_ends_by_itself(computed):
    page, handed = make(results=computed)
    add(page, *TWELVE[:3])
    page.calculate.click()
    assert [len(jobs) for jobs in handed] == [3]
    assert page.cancel.layout.display is None
    first, second, third = handed[0]
    first.progress(40)
    assert 'aria-valuenow="40"' in page.rows.by_number[1].facts.value
    first.send("SUCCESS", results=[], warnings=[])
    assert [one.label for one in page.view.series] == ["Petrolina"]  # results appear as they come
    second.send("ERROR", error="NoSourceError", message="no source <b>", suggestion="later", retryable=True)
    page.runs.cancel(3)
    assert third.cancelled == 1
    third.send("CANCELLED", stage="download", reason="asked")
    second.send("SUCCESS", results=[], warnings=[])  # too late: the first end counts
    assert states(page) == {1: State.SUCCESS, 2: State.ERROR, 3: State.CANCELLED}
    assert "No source &lt;b&gt;" in page.rows.by_number[2].facts.value
    assert [one.label for one in page.view.series] == ["Petrolina"]
    assert page.cancel.layout.display == "none"
    page.again.click()  # the failed alone
    assert [job.request.site.name for job in handed[1]] == ["Piracicaba", "Munich"]
    assert "forget_failures" in [name for name, _ in page._connection.asked]
    for job in handed[1]:
        job.send("SUCCESS", results=[], warnings=[])
    assert [one.label for one in page.view.series] == ["Petrolina", "Piracicaba", "Munich"]
    assert page.semantics.said == "3 places calculated, 0 failed."


def test_only_what_has_no_result_of_what_is_asked_is_calculated(computed):
    page, handed = make(results=computed)
    add(page, *TWELVE[:2])
    page.calculate.click()
    for job in handed[0]:
        job.send("SUCCESS", results=[], warnings=[])
    page.form.rename(1, "Another name")
    add(page, TWELVE[2])
    page.calculate.click()
    assert [job.request.site.name for job in handed[1]] == ["Munich"]
    assert page.view.series[0].label == "Another name"
    page.form.period = "2024-03"
    page.calculate.click()
    assert len(handed[2]) == 3
    assert handed[1][0].cancelled == 1  # it was still under way


def test_a_place_that_is_removed_is_stopped_and_its_end_changes_nothing(computed):
    page, handed = make(results=computed)
    add(page, *TWELVE[:2])
    page.calculate.click()
    page.rows.by_number[1].away.click()
    assert handed[0][0].cancelled == 1
    handed[0][0].send("SUCCESS", results=[], warnings=[])
    assert list(page.runs.by_number) == [2]
    assert page.view.series == ()


def test_what_is_wrong_with_the_form_is_said_and_taken_back():
    page, handed = make()
    page.form.period = "soon"
    page.calculate.click()
    assert handed == []
    assert "search for a place" in text(page.typed.errors.widget.value).lower()
    assert page.when.errors.widget.value
    add(page, TWELVE[0])
    assert page.when.errors.widget.value == page.typed.errors.widget.value == ""


def test_a_scheduler_that_goes_ends_what_runs_and_another_try_is_offered():
    page, handed = make()
    add(page, *TWELVE[:2])
    page.calculate.click()
    page._line(DOWN, 0, None)
    assert set(states(page).values()) == {State.ERROR}
    assert page.rows.by_number[1].again.layout.display is None
    page._connection.down = True
    page.calculate.click()
    assert set(states(page).values()) == {State.ERROR}
    assert len(handed) == 1


def test_a_result_that_cannot_be_had_is_told_in_its_row(computed):
    page, handed = make(results=computed)
    page._connection.answers["tab"] = RuntimeError("the worker is gone")
    add(page, TWELVE[0])
    page.calculate.click()
    handed[0][0].send("SUCCESS", results=[], warnings=[])
    assert "the worker is gone" in page.rows.by_number[1].facts.value
    assert page.runs.failed == [1]


# --- an own station ---------------------------------------------------------------------------------------------------


def test_an_own_station_becomes_a_place_beside_the_others():
    page, handed = make()
    add(page, TWELVE[0])

    class Packed:
        filename = "farm.csv"

        def fetch(self, site, period):
            return None

    page.own.found = {"facts": {"place": None}, "packed": Packed()}
    page.form.station = Packed()
    assert page.station.widget.layout.display is None
    assert page._here() == (-9.39, -40.5)
    page.own.found = None
    page.station.add.click()
    assert [m.name for m in page.form.members] == ["Petrolina", "farm"]
    assert page.form.members[1].file == "farm.csv"
    page.calculate.click()
    assert [job.request.station is None for job in handed[0]] == [True, False]
    assert "farm" not in page.form.fields()["places"]  # a link cannot bring it
    assert "own station farm.csv" in text(page.rows.by_number[2].facts.value)


# --- links and reload -------------------------------------------------------------------------------------------------


def test_a_link_fills_the_page_with_every_name():
    page, _ = make()
    add(page, *TWELVE)
    page.form.krs = "coast"
    page.form.automatic, page.form.sources = False, ["nasa_power"]
    page.view.show([], "")
    other, _ = make(page._link() + "&theme=dark&units=us")
    assert [m.site for m in other.form.members] == TWELVE
    assert (other.form.period, other.form.krs, other.form.sources) == (PERIOD, "coast", ["nasa_power"])
    assert (other.form.theme, other.form.units) == ("dark", "us")


@pytest.mark.parametrize("places", ["", ";;", "x", "91,0", "1", "1,2,3,4;" * 40, "%", "1,2,\x00"])
def test_a_link_never_breaks_the_page(places):
    page, _ = make("?places=" + places)
    assert len(page.form.members) <= MOST


def test_a_reload_finds_places_tasks_and_results_again(computed):
    page, handed = make(results=computed)
    page.browser.ready = True
    add(page, *TWELVE[:2])
    page.calculate.click()
    handed[0][0].send("SUCCESS", results=[], warnings=[])
    kept, fields = page.browser.session, page.browser.fields
    assert fields["places"].startswith("-9.39,-40.5,Petrolina;")
    again, found = make("?places=" + fields["places"], results=computed)
    again.browser.session = kept
    again.browser.ready = True
    assert [m.site for m in again.form.members] == TWELVE[:2]
    assert [jobs[0].task_id for jobs in found] == [job.task_id for job in handed[0]]
    found[0][0].send("SUCCESS", results=[], warnings=[])
    assert [one.label for one in again.view.series] == ["Petrolina"]
    found[1][0].send("CANCELLED", stage=None, reason=PAGE_CLOSED)  # the end of the page has stopped it
    assert [job.request.site.name for job in found[2]] == ["Piracicaba"]


def test_the_tick_has_all_places_go_on_and_a_link_finds_them_again(computed):
    page, handed = make(results=computed)
    page.browser.ready = True
    add(page, *TWELVE[:3])
    assert page.going.widget.layout.display == "none"
    page.going.tick.value = True
    page.calculate.click()
    assert page.going.widget.layout.display is None
    assert [job.kept for job in handed[0]] == [[True]] * 3
    handed[0][0].send("SUCCESS", results=[], warnings=[])
    (link,) = re.findall(r'href="([^"]+)"', page.going.links.value)
    other, found = make(html.unescape(link), results=computed)
    assert [m.site for m in other.form.members] == TWELVE[:3]
    assert [jobs[0].task_id for jobs in found] == [job.task_id for job in handed[0]]
    found[0][0].send("SUCCESS", results=[], warnings=[])
    assert [one.label for one in other.view.series] == ["Petrolina"]
    found[1][0].send("CANCELLED", stage=None, reason=PAGE_CLOSED)
    assert len(found) == 3  # of a link nothing is begun anew
    again, _ = reopened(page)
    assert again.going.tick.value is True
    page.going.tick.value = False
    assert ([job.kept for job in handed[0][1:]], page.going.links.value) == ([[True, False]] * 2, "")


@pytest.mark.parametrize("tasks", ["x", "eto-1", f"eto-{0:032d}", f"eto-{0:032d},,", f"eto-{0:032d}," * 50])
def test_a_link_that_names_no_task_of_each_place_names_none(tasks):
    page, found = make(f"?places=1,2;3,4&period={PERIOD}&tasks={tasks}")
    assert (len(page.form.members), found) == (2, [])


def test_another_link_in_the_same_tab_wins_over_what_the_tab_had():
    page, _ = make()
    page.browser.ready = True
    add(page, *TWELVE[:2])
    page.calculate.click()
    again, found = make("?places=48.14,11.58,Munich")
    again.browser.session = page.browser.session
    again.browser.ready = True
    assert [m.name for m in again.form.members] == ["Munich"]
    assert found == []


def reopened(page, address="", **options):
    """Return the page as its tab opens it again at an address, and what it has handed over."""
    again, handed = make(**options)
    again.browser.session, again.browser.address = page.browser.session, address
    again.browser.ready = True
    return again, handed


def test_another_dashboard_in_between_loses_nothing_that_was_typed_or_looked_at():
    page, _ = make()
    page.browser.ready = True
    add(page, *TWELVE[:2])  # never calculated
    page.form.krs, page.form.automatic, page.form.sources = "coast", False, ["nasa_power"]
    page.typed.field.value = "48.14, 11"
    page.view.quantity.value, page.view.step.value = "rain", "month"
    page.view.choice.buttons["summary"].click()
    again, _ = reopened(page)  # the links of the header hold no query
    assert [m.site for m in again.form.members] == TWELVE[:2]
    assert (again.form.period, again.form.krs, again.form.sources) == (PERIOD, "coast", ["nasa_power"])
    assert (again.view.quantity.value, again.view.step.value, again.view.choice.open) == ("rain", "month", "summary")
    assert again.typed.field.value == "48.14, 11"
    linked, _ = reopened(page, "?period=2023&lang=es")
    assert (linked.form.period, linked.form.krs) == ("2023", "interior")


@pytest.mark.parametrize("row", [{"quantity": "<b>"}, {"held": "9" * 90}, {"pane": "x", "list": "\x00"}, {"krs": "no"}])
def test_what_a_browser_has_kept_is_distrusted(row):
    page, _ = make()
    page.browser.session = {"comparison_typed": [row], "comparison": [{"query": "?", "task": "x"}, "no"]}
    page.browser.ready = True
    assert (page.form.members, page.view.quantity.value, page.view.choice.open) == ((), "eto", "chart")


def test_an_own_file_comes_back_with_the_result_it_was_calculated_with(computed):
    file = etolib.read_station(b"date,tmax_C,tmin_C\n2024-01-25,30,20\n2024-01-26,31,20\n", filename="farm.csv")
    page, _ = make(results=computed)
    page.browser.ready = True
    add(page, TWELVE[1])
    page.form.add([Site(-9.39, -40.5, name="farm")], file)
    page.calculate.click()
    again, found = reopened(page, results=computed, answers={"own_file": {"packed": file}})
    assert again.form.members[1].station is None
    with pytest.raises(etolib.InputError, match=r"lost when the page was loaded anew"):  # and not without the file
        again.form.requests()
    found[1][0].send("SUCCESS", results=[], warnings=[])
    assert again.form.members[1].station is file
    again.calculate.click()
    assert len(found) == 2  # what is asked is what the result was calculated of
    again.form.period = "2024-02"
    again.calculate.click()
    assert [job.request.station for job in found[2]] == [None, file]
    cancelled, seen = reopened(page, results=computed)
    seen[1][0].send("CANCELLED", stage=None, reason=PAGE_CLOSED)
    cancelled.calculate.click()
    assert "Choose the file again" in text(cancelled.wrong.value + cancelled.typed.errors.widget.value)
    cancelled.form.remove(2)
    assert cancelled.form.requests().keys() == {1}


def test_a_marker_is_dragged_and_an_elevation_typed_and_numbers_of_before_go(done):
    run = done.runs.by_number[1]
    done.map._markers[1].location = (-9.12345678, 319.25)
    assert done.form.members[0].site == Site(-9.1235, -40.75)
    assert done.runs.by_number.get(1) is None
    assert [one.number for one in done.view.series] == [*range(2, 13)]
    row = done.rows.by_number[8]
    assert row.elevation.value == "1700"
    row.elevation.value = "1650.5"
    assert done.form.members[7].site == Site(-1.29, 36.82, 1650.5, "Nairobi; hill")
    assert 8 not in done.runs.by_number
    row.elevation.value = "high"
    assert "etolib-invalid" in row.elevation._dom_classes
    assert done.form.members[7].site.elevation == 1650.5
    assert done.form.said is not None
    row.elevation.value = ""
    assert done.form.members[7].site.elevation is None
    assert run.answer is not None
    assert done.rows.by_number[3].elevation.placeholder.endswith(" m")  # what was looked up


# --- numbers ----------------------------------------------------------------------------------------------------------


def test_chart_and_table_have_the_numbers_of_each_place_bit_for_bit(done, computed):
    assert len(done.view.series) == 12
    for one, result in zip(done.view.series, computed, strict=True):
        shown, exact = rounded(result.table), result.table
        for name in ("eto", "eto_lower", "eto_upper", "precipitation"):
            assert one.rows[name].tobytes() == shown[name].to_numpy(float).tobytes()
        assert one.values("eto", exact=True).tobytes() == exact["eto"].to_numpy(float).tobytes()
        row = done.view.rows[f"place:{one.number}"]
        assert row.tobytes() == shown["eto"].to_numpy(float).tobytes()
        assert done.view.rows[f"lower:{one.number}"].tobytes() == shown["eto_lower"].to_numpy(float).tobytes()


def test_what_the_browser_gets_is_the_block_of_these_rows(done):
    for drawn in (done.view.chart, done.view.table):
        block = np.frombuffer(drawn.data).reshape(len(drawn.meta["rows"]), -1)
        for name, row in zip(drawn.meta["rows"], block, strict=True):
            assert row.tobytes() == done.view.rows[name].tobytes()
    done.form.units = "us"
    rows = dict(zip(done.view.table.meta["rows"], np.frombuffer(done.view.table.data).reshape(-1, 12), strict=False))
    mm = done.view.rows["place:1"]
    assert rows["place:1"].tolist() == [round(value / 25.4, 3) for value in mm]
    assert rows["day"].tolist() == done.view.rows["day"].tolist()


def test_means_and_sums_are_those_of_pandas(done, computed):
    for step in STEPS:
        for quantity in ("eto", "rain", "balance"):
            done.view.quantity.value, done.view.step.value = quantity, step
            same_as_pandas(done, computed, step, quantity)


def same_as_pandas(done, computed, step, quantity):
    for one, result in zip(done.view.series, computed, strict=True):
        table = result.table.set_index("date")
        values = {"eto": table["eto"], "rain": table["precipitation"], "balance": table["precipitation"] - table["eto"]}
        if step == "day" and quantity != "balance":
            expected = values[quantity]
        else:
            expected = {
                "day": lambda s: s, "week": lambda s: s.rolling(7).mean(), "sum": lambda s: s.cumsum(),
                "month": lambda s: s.resample("MS").mean(),
            }[step](values[quantity])  # fmt: skip
        shown = done.view.rows[f"place:{one.number}"]
        np.testing.assert_allclose(shown, expected.to_numpy(), atol=0.0051, rtol=0)
        assert len(shown) == {"month": 2}.get(step, 12)


def test_the_summary_is_that_of_the_package_and_follows_the_reference(done, computed):
    labels = [one.label for one in done.view.series]
    for number in (1, 7):
        done.view.reference.value = number
        expected = Together(computed, labels, number - 1).summary
        meta = done.view.summary.meta
        block = np.frombuffer(done.view.summary.data).reshape(len(meta["rows"]), -1)
        rows = dict(zip(meta["rows"], block, strict=True))
        for name in ("mean", "sum", "least", "most", "rain", "balance", "bias", "rmse", "r", "LOW", "n"):
            assert rows[name].tobytes() == expected[name].to_numpy(float).tobytes(), name
        assert np.isnan(rows["bias"][number - 1])
        assert (rows["missing"] == 0).all()
    truth, other = computed[6].table["eto"], computed[0].table["eto"]
    assert rows["bias"][0] == pytest.approx((other - truth).mean(), rel=1e-12)
    assert rows["rmse"][0] == pytest.approx(((other - truth) ** 2).mean() ** 0.5, rel=1e-12)


def test_two_places_of_one_name_are_told_apart(done):
    labels = [one.label for one in done.view.series]
    assert labels[3:5] == ["Lagos", "Lagos (2)"]
    assert len(set(labels)) == 12


def test_files_have_the_numbers_of_the_page(done, computed):
    done.view.choice.buttons["take_away"].click()
    files = {one["name"]: base64.b64decode(one["data"]) for one in done.view._away["files"]}
    for name in files:
        assert f"etolib-download-{name}" in done.view.away.value
    lines = files["csv"].decode().splitlines()
    assert any("FAO-56" in line for line in lines if line.startswith("#"))
    wide = pd.read_csv(io.StringIO("\n".join(line for line in lines if not line.startswith("#"))), index_col="date")
    book = openpyxl.load_workbook(io.BytesIO(files["xlsx"]))
    sheet = [*book["ETo"].values]
    data = xr.open_dataset(io.BytesIO(files["netcdf"]), engine="h5netcdf")
    days = pd.read_csv(io.StringIO("\n".join(r for r in files["days"].decode().splitlines() if r[:1] != "#")))
    assert data.attrs["featureType"] == "timeSeries"
    for at, (one, result) in enumerate(zip(done.view.series, computed, strict=True)):
        shown = rounded(result.table)["eto"].to_numpy(float)
        assert wide.iloc[:, at].to_numpy(float).tolist() == shown.tolist()
        assert [row[at + 1] for row in sheet[1:]] == shown.tolist()
        assert days["eto"][days["place"].str.lstrip("'") == one.label.lstrip("'")].tolist() == shown.tolist()
        part = data.isel(place=at)
        assert str(part["place_name"].item()) == one.label
        for name in ("eto", "eto_lower", "eto_upper", "precipitation", "tmax", "u2"):
            assert part[name].to_numpy().tobytes() == result.table[name].to_numpy(float).tobytes()
        assert '"sources"' in str(part["provenance"].item())
    assert [*wide.columns][8].startswith("'")  # a spreadsheet would run what begins like a formula


def test_files_are_in_the_units_of_the_page(done):
    done.form.units = "us"
    done.view.choice.buttons["take_away"].click()
    found = {one["name"]: base64.b64decode(one["data"]).decode(errors="ignore") for one in done.view._away["files"]}
    table = pd.read_csv(io.StringIO("\n".join(r for r in found["csv"].splitlines() if r[:1] != "#")))
    assert table["Petrolina_in"].tolist() == [round(v / 25.4, 3) for v in done.view.rows["place:1"]]
    assert "units='us'" in found["script"]


def test_the_script_makes_the_same_file(done, tmp_path, monkeypatch):
    done.view.choice.buttons["take_away"].click()
    files = {one["name"]: base64.b64decode(one["data"]) for one in done.view._away["files"]}
    monkeypatch.chdir(tmp_path)
    with config.set_options(offline=True):
        exec(compile(files["script"], "script.py", "exec"), {})

    def numbers(content):
        return [line for line in content.decode().splitlines() if not line.startswith("#")]

    assert numbers((tmp_path / "eto_places.csv").read_bytes()) == numbers(files["csv"])


def test_files_are_made_anew_when_something_has_changed(done):
    done.view.choice.buttons["take_away"].click()
    first = done.view.asked
    done.form.rename(1, "Farm")
    assert done.view.asked != first
    assert "Farm" in base64.b64decode(done.view._away["files"][0]["data"]).decode()
    done._connection.answers["files"] = RuntimeError("disk <full>")
    done.form.remove(2)
    assert "disk &lt;full&gt;" in done.view.away.value


def test_the_next_cell_gets_the_results(done, computed):
    assert [*done.results] == computed
    assert done.result.table.shape == (12, 12)


# --- what is said -----------------------------------------------------------------------------------------------------


def test_climatology_and_gaps_are_said_by_name(done):
    said = text(done.view.said.value)
    assert "12 days are climatology" in said
    assert HOSTILE not in done.view.said.value
    values = done.view.series[0].rows["exact_eto"].copy()
    values[3] = np.nan
    assert view._gap(values)


def test_a_sum_stops_where_a_day_is_missing():
    from etolib.result.together.figures import cumulative, running

    values = np.array([1.0, 2.0, np.nan, 4.0])
    assert cumulative(values)[:2].tolist() == [1.0, 3.0]
    assert np.isnan(cumulative(values)[2:]).all()
    assert np.isnan(running(values, 3)).all()


def test_names_from_outside_stay_words(done):
    row = done.rows.by_number[7]
    html = row.facts.value + row.state.value + done.view.head.value + done.view.said.value + done.view.away.value
    assert "<img" not in html
    plain = markup.plain_table(done.view.summary.meta, done.view.summary.data)
    assert "<img" not in plain
    assert "&lt;img" in plain


def test_every_text_follows_the_language(done):
    said = {}
    for language in words.languages():
        done.form.language = language
        said[language] = [
            done.heading.value, done.view.head.value, done.view.said.value, done.typed.field.description,
            done.typed.field.placeholder, done.view.about.value, done.view.chart.meta["summary"],
            done.view.table.meta["columns"][0]["title"], done.rows.by_number[1].away.tooltip,
            done.station.add.description, done.view.choice.buttons["summary"].description,
        ]  # fmt: skip
        assert done.view.table.meta["columns"][0]["title"] == words.look_up(language, "column_date")
    assert all(map(all, said.values()))
    for here, there in zip(said["en"], said["pt"], strict=True):
        assert here != there
    for here, there in zip(said["en"], said["es"], strict=True):
        assert here != there


def test_without_the_built_front_end_there_are_plain_tables(monkeypatch, computed):
    monkeypatch.setattr(view.front, "widget_files", lambda name: None)
    page, handed = make(results=computed)
    add(page, *TWELVE[:2])
    page.calculate.click()
    for job in handed[0]:
        job.send("SUCCESS", results=[], warnings=[])
    assert page.view.table.value.count("<tr>") == 13
    assert "6.77" in page.view.table.value or "<td>" in page.view.table.value
    assert "Petrolina" in page.view.summary.value


def test_a_model_without_places_asks_for_some():
    with pytest.raises(etolib.InputError, match="places"):
        ComparisonModel().requests()


def test_other_formats_are_refused(computed):
    with pytest.raises(etolib.InputError, match="must end in"):
        Together(computed[:1]).save("x.doc")
    with pytest.raises(etolib.InputError, match="labels"):
        Together(computed[:1], ["a", "b"])
    assert together_files.csv(Together(computed[:1])).startswith(b"# ETo of each place [mm day-1]")
    assert daily.DECIMALS["metric"] == 2


def test_the_map_is_fitted_once_more_when_a_browser_has_told_its_size():
    page, _ = make("?places=-9.39,-40.5,A;-22.7,-47.6,B;40.4,-3.7,C")
    guessed = page.map.widget.zoom
    page.map.widget.set_trait("pixel_bounds", ((0, 0), (360, 300)))  # a phone
    assert page.map.widget.zoom < guessed
    page.map.widget.zoom = 7  # somebody looks closer
    page.map.widget.set_trait("pixel_bounds", ((0, 0), (380, 300)))
    assert page.map.widget.zoom == 7
