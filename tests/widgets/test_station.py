"""The own station file in the page: uploaded, shown, corrected, used; without a browser."""

from __future__ import annotations

import dataclasses
import datetime as dt
import io
import re
import subprocess
import sys
import zlib

import numpy as np
import pandas as pd
import pytest

import etolib
from etolib import config
from etolib.errors import InputError, NoSourceError, SchedulerUnavailable
from etolib.site import Period, Site
from etolib.widgets import remote
from etolib.widgets.form_model import FormModel
from etolib.widgets.markup.result import result_head
from etolib.widgets.tabs import chart
from etolib.widgets.wording import say
from etolib.words import decode
from tests.widgets.fakes import VIEW, FakeConnection, FakeJob, make_page

DAYS = pd.date_range("2024-01-01", periods=90)
WAVE = np.sin(np.arange(90) / 5)
# A station in US units, as a person would have it: Fahrenheit, mph, Langley, inches.
US = pd.DataFrame(
    {
        "Date": DAYS.strftime("%m/%d/%Y"),
        "Max Air Temp (F)": (86 + 4 * WAVE).round(1),
        "Min Air Temp (F)": (66 + 3 * WAVE).round(1),
        "Avg Rel Hum (%)": (65 - 8 * WAVE).round(),
        "Sol Rad (Ly/day)": (480 + 60 * WAVE).round(),
        "Avg Wind Speed (mph)": 4.0,
        "note": "ok",
    }
)


@pytest.fixture(autouse=True)
def _today():
    with config.set_options(today="2024-07-01"):
        yield


class Working(FakeConnection):
    """A line whose worker is this process: it reads files for real."""

    def ask(self, function, *args, timeout=60):
        if function.__name__ == "read_station" and "read_station" not in self.answers:
            self.client()
            self.asked.append((function.__name__, args))
            return function(*args)
        return super().ask(function, *args, timeout=timeout)


def page_with(file, name="mine.csv", **answers):
    """Return a page to which a file was uploaded, and the requests that it submits."""
    asked = []

    def submit(request, client=None, timeout=None):
        asked.append(request)
        return FakeJob(request)

    answers = {"elevation": (1.0, "given"), "view": VIEW, "tab": ("", ""), "forget_failures": None,
               "other_sources": {}} | answers  # fmt: skip
    page, _ = make_page("lat=-12.1&lon=-45&period=2024-01-01/2024-01-20", Working(**answers), submit=submit)
    upload(page, file, name)
    return page, asked


def upload(page, file, name="mine.csv"):
    """Give the page a file as the browser does."""
    content = file.to_csv(index=False).encode() if isinstance(file, pd.DataFrame) else file
    now = dt.datetime(2024, 1, 1, tzinfo=dt.UTC)
    page.own.choose.value = (
        {"name": name, "type": "", "size": len(content), "content": memoryview(content), "last_modified": now},
    )


def row(page, column):
    return page.own._rows[column]


def said(page):
    return re.sub(r"<[^>]+>", " ", page.own.problem.value)


# --- what is shown ----------------------------------------------------------------------------------------------------


def test_a_file_in_us_units_is_shown_column_by_column():
    page, _ = page_with(US)
    assert said(page) == ""
    shown = {name: (line.variable.value, line.unit.value) for name, line in page.own._rows.items()}
    assert shown == {
        "Date": ("date", "%m/%d/%Y"),
        "Max Air Temp (F)": ("tmax", "°F"),
        "Min Air Temp (F)": ("tmin", "°F"),
        "Avg Rel Hum (%)": ("rhmean", "%"),
        "Sol Rad (Ly/day)": ("rs", "Ly"),
        "Avg Wind Speed (mph)": ("u2", "mph"),
    }
    assert row(page, "Avg Wind Speed (mph)").height.value == 2.0
    assert page.own.more_column.options == (("note (not used)", "note"),)
    (asked,) = page.own.questions.cards
    assert asked.question["parameter"] == "wind_height"
    assert "Until it is answered 2 m is taken" in asked.text.value
    assert "<svg" in asked.picture.value
    assert "2024-01-01 to 2024-03-30 · 90 days" in page.own.facts.value


CANONICAL = pd.DataFrame(
    {
        "date": DAYS.strftime("%Y-%m-%d"),
        "tmax": (30 + 2 * WAVE).round(1),
        "tmin": (19 + 1.5 * WAVE).round(1),
        "rhmean": (65 - 8 * WAVE).round(),
        "u2": (1.8 + 0.4 * WAVE).round(1),
        "rs": (20 + 3 * WAVE).round(1),
        "precipitation": np.where(WAVE > 0.9, 7.6, 0.0),
    }
)


def american():
    temperatures = {f"{word} Air Temp (F)": CANONICAL[name] * 9 / 5 + 32 for word, name in EXTREMES}
    others = {
        "Avg Rel Hum (%)": CANONICAL["rhmean"],
        "Avg Wind Speed at 2 m (mph)": (CANONICAL["u2"] / 0.44704).round(5),
        "Sol Rad (Ly/day)": (CANONICAL["rs"] / 0.04184).round(3),
        "Precip (in)": (CANONICAL["precipitation"] / 25.4).round(6),
    }
    return pd.DataFrame({"Date": DAYS.strftime("%m/%d/%Y"), **temperatures, **others}).to_csv(index=False).encode()


def american_watts():
    table = american().decode().replace("Sol Rad (Ly/day)", "Avg Sol Rad (W/m2)")
    frame = pd.read_csv(io.StringIO(table)).assign(**{"Avg Sol Rad (W/m2)": (CANONICAL["rs"] / 0.0864).round(3)})
    return frame.to_csv(index=False).encode()


def with_decimal_commas(dates, *names):
    table = CANONICAL.set_axis(names, axis=1).assign(**{names[0]: DAYS.strftime(dates)})
    return table.to_csv(index=False, sep=";", decimal=",").encode("cp1252")


def german():
    return with_decimal_commas(
        "%d.%m.%Y", "Datum", "Höchsttemperatur (°C)", "Tiefsttemperatur (°C)", "Relative Luftfeuchtigkeit (%)",
        "Windgeschwindigkeit in 2 m (m/s)", "Globalstrahlung (MJ/m²)", "Niederschlag (mm)",
    )  # fmt: skip


def portuguese():
    return with_decimal_commas(
        "%d/%m/%Y", "Data", "Temperatura Máxima (°C)", "Temperatura Mínima (°C)", "Umidade Relativa Média (%)",
        "Vento a 2 m (m/s)", "Radiação Solar (MJ/m²)", "Precipitação (mm)",
    )  # fmt: skip


def french():
    return with_decimal_commas(
        "%d/%m/%Y", "Date", "Température maximale (°C)", "Température minimale (°C)", "Humidité relative (%)",
        "Vent à 2 m (m/s)", "Rayonnement global (MJ/m²)", "Précipitations (mm)",
    )  # fmt: skip


EXTREMES = (("Max", "tmax"), ("Min", "tmin"))


@pytest.mark.parametrize("write", [american, american_watts, german, portuguese, french], ids=lambda f: f.__name__)
def test_as_a_new_user_would_every_file_is_recognised_shown_and_gives_the_same_eto(write):
    """The file in canonical names and units is the authority."""
    results = []
    for file in (CANONICAL, write()):
        page, _ = page_with(file)
        assert said(page) == ""
        # Shown for confirmation: every column with what it is taken for.
        assert [line.variable.value for line in map(page.own._rows.get, page.own._rows)] == list(CANONICAL)
        with config.set_options(offline=True):
            site = Site(-12.1, -45.0, 440.0)
            results.append(etolib.compute(site, "2024-01-01/2024-03-30", "station", station=page.form.station))
    truth, other = (result.table for result in results)
    np.testing.assert_allclose(other["eto"], truth["eto"], atol=0.001)
    assert truth["eto"].notna().all()
    np.testing.assert_allclose(other["precipitation"], truth["precipitation"], atol=0.001)


def test_nothing_is_shown_before_a_file():
    page, _ = make_page()
    hidden = (page.own.line, page.own.details, page.own.which)
    assert [part.layout.display for part in hidden] == ["none"] * 3
    assert page.form.station is None


def test_the_dates_of_the_file_become_the_period():
    page, _ = page_with(US)
    page.own.dates.click()
    assert page.form.period == "2024-01-01/2024-03-30"


def test_the_kernel_keeps_the_file_once_and_small():
    page, _ = page_with(US)
    assert page.own.choose.value == ()
    assert len(page.own.upload.content) < len(US.to_csv(index=False)) / 2


def test_both_languages():
    page, _ = page_with(US)
    page.form.language = "pt"
    assert ("vento", "u2") in row(page, "Avg Wind Speed (mph)").variable.options
    assert "Estação própria" in page.own.title.value
    assert "2024-01-01 a 2024-03-30 · 90 dias" in page.own.facts.value


# --- what a person corrects -------------------------------------------------------------------------------------------


def test_a_correction_is_read_again_and_kept_with_the_others():
    page, _ = page_with(US)
    before = page.form.station.fetch(Site(-12.1, -45, 440), Period("2024-01-01", "2024-01-02")).frame["u2"]
    row(page, "Avg Wind Speed (mph)").height.value = 10.0
    row(page, "Avg Wind Speed (mph)").unit.value = "km/h"
    row(page, "Sol Rad (Ly/day)").variable.value = ""
    data = page.form.station.fetch(Site(-12.1, -45, 440), Period("2024-01-01", "2024-01-02"))
    # FAO-56 Eq. 47 from 10 m: factor 0.748; km/h instead of mph: 1 / 1.609344
    assert data.frame["u2"].to_numpy() == pytest.approx(before.to_numpy() * 0.748 / 1.609344, rel=1e-3)
    assert "rs" not in data.frame
    assert "Sol Rad (Ly/day)" in [name for _, name in page.own.more_column.options]
    assert "height of the wind is not stated" not in page.own.notes.value


def test_rows_that_stay_are_not_rebuilt():
    # a new list of children would take the focus from whoever corrects with the keyboard
    page, _ = page_with(US)
    before = page.own.columns.children
    row(page, "Avg Wind Speed (mph)").unit.value = "km/h"
    assert page.own.columns.children is before


def test_a_file_whose_columns_nobody_could_guess_is_named_by_hand():
    file = US.iloc[:, :3].copy()
    file.columns = ["when", "A", "B"]
    page, _ = page_with(file)
    assert "has no column for the date" in said(page)
    assert page.form.station is None
    for column, variable in (("when", "date"), ("A", "tmax"), ("B", "tmin")):
        page.own.more_column.value = column
        page.own.more_variable.value = variable
    assert said(page) == ""
    assert page.form.station is not None
    assert row(page, "A").unit.value == "°F"


def test_day_and_month_can_be_exchanged():
    page, _ = page_with(US.iloc[:1])
    first = row(page, "Date").unit
    other = {"%m/%d/%Y": "%d/%m/%Y", "%d/%m/%Y": "%m/%d/%Y"}[first.value]
    first.value = other
    assert page.own.upload.known["Date"] == {"format": other}
    assert row(page, "Date").unit.value == other


def test_one_of_two_stations_is_chosen_in_the_page():
    page, _ = page_with(pd.concat([US.assign(Station="north"), US.assign(Station="south")]))
    assert "names 2 stations in one file" in said(page)
    assert "Choose one of them below" in said(page)
    assert page.own.which.layout.display is None
    page.own.which.value = "south"
    assert said(page) == ""
    assert page.form.station is not None


# --- files that are wrong ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("file", "words"),
    [
        (US.assign(**{"Max Air Temp (F)": 300.0}), "cannot be maximum temperature in °F"),
        (US.drop(columns="Min Air Temp (F)"), "has no column for the minimum temperature"),
        (pd.concat([US, US]), "two stations, or a row twice"),
        (b"\x00\x01\x02 no table", "is not text and not Excel"),
        (b"", "is empty"),
        (b"PK\x03\x04 broken", "cannot be read as Excel"),
    ],
    ids=["unit", "column", "two stations", "binary", "empty", "broken Excel"],
)
def test_a_wrong_file_gets_its_sentence_and_blocks_nothing(file, words):
    page, asked = page_with(file)
    assert words in said(page)
    assert page.own.use.layout.display == "none"
    page.calculate.click()
    assert [request.station for request in asked] == [None]  # calculated without it
    assert page.banner.layout.display == "none"


def test_radiation_in_a_wrong_unit_is_left_out_by_the_sun_of_the_place():
    # 5.6 kWh/m2 called MJ/m2: a fine winter day at 60 degrees, and dark noon in the tropics
    file = US.drop(columns="Sol Rad (Ly/day)").assign(**{"Solar (MJ/m2)": 4.9 + 0.7 * WAVE})
    page, _ = page_with(file)
    assert "kWh/m²" in page.own.notes.value
    assert "Solar (MJ/m2)" not in [c["name"] for c in page.own.found["columns"] if c["variable"]]


# --- what is asked ----------------------------------------------------------------------------------------------------

SPARSE = pd.DataFrame(
    {"Date": ["02/03/2023", "04/05/2023", "06/07/2023"], "Tmax (C)": [30.0, 31.0, 30.5], "Tmin (C)": 19.5}
)


def test_dates_that_can_be_read_in_two_ways_are_asked_and_nothing_is_used_before():
    page, _ = page_with(SPARSE)
    (asked,) = page.own.questions.cards
    assert asked.question["parameter"] == "dates"
    assert "The file is not used before this is answered" in asked.text.value
    assert page.form.station is None
    asked.choice.value = "day first"
    assert page.own.questions.cards == []
    assert "2023-03-02 to 2023-07-06" in page.own.facts.value
    assert page.form.station is not None


def test_a_height_is_answered_in_the_question():
    page, _ = page_with(US)
    (asked,) = page.own.questions.cards
    asked.choice.value = 10.0
    assert page.own.questions.cards == []
    assert row(page, "Avg Wind Speed (mph)").height.value == 10.0
    assert page.form.station.mapping.questions == ()


def test_other_sources_are_drawn_beside_a_question_and_none_is_waited_for():
    days = {day.strftime("%Y-%m-%d"): 2.0 for day in DAYS}
    page, _ = page_with(US, other_sources={"u2": {"<i>NASA POWER": days}})
    (asked,) = page.own.questions.cards
    assert "&lt;i&gt;NASA POWER" in asked.picture.value
    assert asked.picture.value.count("<path") >= 3


def test_a_large_file_is_refused_before_anybody_reads_it():
    page, _ = page_with(bytes((20 << 20) + 1), "big.csv")
    assert "big.csv has 20 MB; up to 20 MB can be taken" in said(page)
    assert "read_station" not in [name for name, _ in page._connection.asked]
    assert page.own.upload is None


def test_a_worker_that_cannot_read_for_now_is_told_and_the_next_try_works():
    page, _ = page_with(US, read_station=SchedulerUnavailable("the dask scheduler does not answer"))
    assert "could not be read for now: the dask scheduler does not answer" in said(page)
    del page._connection.answers["read_station"]
    upload(page, US)
    assert said(page) == ""


def test_an_answer_for_an_older_file_is_left_alone():
    page, _ = page_with(US)
    old = page.own.upload
    upload(page, US.rename(columns={"note": "remark"}), "new.csv")
    page.own.show(old, {"problem": {"message": "old", "suggestion": ""}})
    assert page.own.found["name"] == "new.csv"


@pytest.mark.parametrize("nasty", ["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "&lt;b&gt;"])
def test_nothing_of_a_file_becomes_markup(nasty):
    file = US.rename(columns={"Max Air Temp (F)": f"Max Air Temp {nasty} (F)"})
    file = file.assign(Station=nasty.replace(";", ""))  # a semicolon in every row would separate columns
    page, _ = page_with(file, f"C:\\folder\\{nasty}.csv")
    bad = file.assign(**{"Min Air Temp (F)": nasty})
    other, _ = page_with(bad, nasty)
    for shown in (page, other):
        rows = [line.title.value for line in shown.own._rows.values()]
        for html in (shown.own.problem.value, shown.own.facts.value, shown.own.notes.value, *rows):
            assert "<script" not in html
            assert "<img" not in html
            assert "&lt;b&gt;" not in html or "&amp;lt;b" in html
    assert len(page.own._rows) == 7


def test_a_file_name_is_no_path():
    page, _ = page_with(US, "../../etc/passwd")
    assert page.own.use.description == "passwd"


# --- a source like any other ------------------------------------------------------------------------------------------


def test_the_file_goes_with_the_calculation_and_its_retry():
    page, asked = page_with(US)
    page.calculate.click()
    (given,) = asked
    assert given.station.info.title == "own station file mine.csv"
    job = page.cards[0].job
    assert given.sources == "auto"
    page.own.remove.click()  # what the form says now must not matter
    job.send("ERROR", **NoSourceError("nobody answered").to_dict())
    page.cards[0].retry_button.click()
    assert asked[1].station is given.station


def test_the_file_beside_ticked_sources_and_alone():
    page, asked = page_with(US)
    page.form.automatic = False
    page.calculate.click()
    page.form.sources = ["nasa_power"]
    page.calculate.click()
    assert [request.sources for request in asked] == [("station",), ("nasa_power", "station")]
    page.own.use.value = False
    page.calculate.click()
    assert asked[-1].sources == ("nasa_power",)
    assert asked[-1].station is None


def test_removed_means_gone():
    page, asked = page_with(US)
    page.own.remove.click()
    assert page.form.station is None
    assert page.own.line.layout.display == "none"
    page.calculate.click()
    assert [request.station for request in asked] == [None]


def test_while_a_correction_is_read_the_old_reading_is_not_used():
    page, _ = page_with(US)
    page._background.run = lambda work, *args: None  # a worker that takes its time
    row(page, "Avg Wind Speed (mph)").unit.value = "km/h"
    assert page.form.station is None
    assert "Reading mine.csv" in said(page)


def test_a_link_made_with_a_file_asks_for_it():
    page, _ = make_page("lat=1&lon=2&period=2024-01&sources=station&station=..%2F%3Cb%3Efarm.csv")
    assert "own station file &lt;b&gt;farm.csv" in page.own.problem.value
    assert "choose it here, or calculate without it" in page.own.problem.value
    assert (page.form.automatic, page.form.sources) == (False, [])
    page.form.language = "pt"
    assert "Um link não pode trazer um arquivo" in page.own.problem.value


def test_the_file_a_link_asked_for_is_taken_and_the_request_is_whole():
    page, asked = page_with(US)
    page.own.remove.click()
    page.form.fill("sources=station,climatology&station=mine.csv&krs=coast")
    assert "mine.csv" in said(page)
    upload(page, US)
    assert said(page) == ""
    page.calculate.click()
    assert asked[0].sources == ("climatology", "station")
    assert dict(asked[0].options) == {"krs": "coast"}
    assert asked[0].station is page.form.station


def test_no_source_at_all_is_still_a_problem():
    form = FormModel(latitude="1", longitude="2", period="2024-01", automatic=False)
    with pytest.raises(InputError, match="none is ticked"):
        form.request()


def test_the_page_with_a_file_imports_no_pandas():
    # each open page costs one kernel; pandas alone is 70 MB
    code = (
        "import sys, etolib.widgets.station, etolib.widgets.remote, etolib.sources.station.packed;"
        "sys.exit('pandas' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


# --- what was learnt --------------------------------------------------------------------------------------------------


def grid(name, factor):
    """Return a provider that says the same wherever it is asked: the station's weather with more wind and sun."""
    from etolib.sources.base import SourceData, SourceInfo

    class Grid:
        info = SourceInfo(
            name=name, title=name, provides=("tmin", "tmax"), window=lambda today: (dt.date(1990, 1, 1), today),
            delay="", coverage="", licence="", attribution="", homepage="", politeness="",
        )  # fmt: skip

        def fetch(self, site, period):
            index = pd.date_range(period.start, period.end, name="date")
            wave = np.sin((index - DAYS[0]).days.to_numpy() / 5)
            wind = np.random.default_rng(int(10 * factor)).uniform(0.9, 1.1, len(index))  # none is the same twice
            frame = pd.DataFrame(
                {"tmin": 19 + 1.7 * wave, "tmax": 30 + 2.2 * wave, "rhmean": 65 - 8 * wave, "u2": 1.79 * factor * wind,
                 "rs": 20.1 + 2.5 * wave, "precipitation": 0.0, "kind": "observed"}, index=index,
            )  # fmt: skip
            return SourceData(name, frame, {"title": name, "attribution": "", "licence": ""}, [])

    return Grid()


@pytest.fixture(scope="module")
def learnt():
    """A result of 90 days with a station of 75 and two grids whose wind is too high."""
    from etolib import pipeline
    from etolib.sources import catalogue
    from etolib.sources.station.file import read

    names = {"nasa_power": grid("nasa_power", 2.0), "open_meteo_archive": grid("open_meteo_archive", 1.8)}
    with pytest.MonkeyPatch.context() as patch, config.set_options(today="2024-07-01"):
        for name, source in names.items():
            patch.setitem(catalogue.PROVIDERS, name, source)
        days = US.iloc[:75].assign(**{"Avg Wind Speed (mph)": 4 + 0.1 * (np.arange(75) % 7)})  # else it stands still
        station = read(days.to_csv(index=False).encode(), filename="mine.csv")
        site = Site(-12.1, -45.0, 440.0)
        return pipeline.compute(site, "2024-01-01/2024-03-30", ["station", *names], station=station)


def test_what_the_station_taught_is_in_result_and_page(learnt):
    # 60 days are the least that teaches (etolib.fusion.learnt.LEARN_DAYS); here 75 are shared.
    head = remote.head(learnt)
    sentence = decode(head["learnt"]["text"])
    assert sentence.startswith("75 days of reference")
    assert sentence in learnt.warnings
    months = head["learnt"]["months"]
    assert all(ratio < 1 for ratio in months[:3])  # the grids' wind is too high, and so is their ETo
    assert months[3:] == [None] * 9
    page, _ = page_with(US, view={"head": head, "tabs": VIEW["tabs"]})
    page.calculate.click()
    page.cards[0].job.send("SUCCESS", results=[], warnings=learnt.warnings)
    head = page.shown.head.value
    assert "75 days of reference" in head
    assert f"<small>Jan</small>{months[0]:.2f}" in head
    assert "Apr" not in head


def test_without_a_station_nothing_is_said_to_be_learnt():
    page, _ = page_with(US)
    page.calculate.click()
    page.cards[0].job.send("SUCCESS", results=[], warnings=[])
    assert "etolib-learnt" not in page.shown.head.value


def test_the_chart_names_each_source_and_no_file(learnt):
    words = {key: say("en", key) for key in chart.STATIC.words}
    for svg in chart.ask(learnt, words):
        assert "Own station" in svg
        assert ">nasa_power<" in svg
        assert "mine.csv" not in svg


def test_content_travels_compressed_and_comes_back_as_it_was():
    text = US.to_csv(index=False).encode()
    found = remote.read_station(zlib.compress(text), "mine.csv", {}, None, None)
    assert found["packed"].info.provides == ("tmax", "tmin", "rhmean", "rs", "u2")
    assert found["facts"]["days"] == 90


def test_script_and_link_of_a_result_with_an_own_file(learnt):
    asked = learnt.request
    mapping = dataclasses.replace(asked.station.mapping, station="north", known={"rs": {"unit": "W/m²"}})
    station = dataclasses.replace(asked.station, mapping=mapping)
    copy = dataclasses.replace(learnt, request=etolib.Request(asked.site, asked.period, asked.sources, station))
    call = "etolib.read_station('mine.csv', site=site, station='north', known={'rs': {'unit': 'W/m²'}})"
    assert call in copy.script()
    assert "etolib.read_station('mine.csv', site=site)" in learnt.script()
    assert learnt.link().endswith("sources=station,nasa_power,open_meteo_archive&station=mine.csv")
    form = FormModel()
    form.fill(learnt.link())
    assert (form.asked_station, form.sources) == ("mine.csv", ["nasa_power", "open_meteo_archive"])
    assert form.elevation == "440"


def test_the_page_says_that_the_link_lacks_the_file_and_whether_it_was_used(learnt):
    view = remote.head(learnt)
    assert (view["own_file"], view["own_days"]) == ("mine.csv", 75)
    head = result_head("en", view)
    assert "The link does not hold your own station (mine.csv)" in head
    assert "was not used" not in head
    unused = dataclasses.replace(learnt, table=learnt.table.assign(source="nasa_power"))
    assert "não foi usada" not in result_head("pt", remote.head(unused))  # it taught, and that is told
    unused.provenance = learnt.provenance | {"learnt": None}
    head = result_head("pt", remote.head(unused))
    assert "A sua estação (mine.csv) não foi usada em nenhum destes dias" in head
