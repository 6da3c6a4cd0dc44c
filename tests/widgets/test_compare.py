"""Compare: the numbers of the tab are those of the package's scores, whatever is compared with whatever."""

from __future__ import annotations

import base64
import io
import re

import numpy as np
import pandas as pd
import pytest

import etolib
from etolib import Site, config
from etolib.pipeline import compute
from etolib.scores import agreement, monthly_bias
from etolib.widgets import tabs
from etolib.widgets.compare import CompareView
from etolib.widgets.tabs import compare as tab
from etolib.widgets.tabs.tab import Comparing, Other
from tests.widgets.fakes import FakeConnection, make_page, unguarded
from tests.widgets.test_tabs import working


@pytest.fixture(scope="module")
def offline():
    with config.set_options(offline=True):
        return compute(Site(-22.7, -47.6), "2024-01-20/2024-03-10")


def with_sources(result, *, station=False, shift=0.0, first=0):
    """Return a copy of a result with two sources and gaps; a station on request."""
    from dataclasses import replace

    table = result.table.iloc[first:].copy()
    chance = np.random.default_rng(7)
    wave = chance.normal(4, 1, len(result.table))[first:]
    table["eto"], table["kind"] = wave + shift, "observed"
    each = {
        "nasa_power": wave + chance.normal(0.3, 0.4, len(wave)),
        "open_meteo_archive": np.where(np.arange(len(wave)) % 5 == 0, np.nan, wave * 0.9),
        "climatology": 1.0,
    }
    if station:
        each["station"] = np.where(np.arange(len(wave)) < 12, np.nan, wave + 0.5)
    frame = pd.DataFrame(each, index=pd.DatetimeIndex(table["date"], name="date"))
    return replace(result, table=table, source_eto=frame)


def view_of(result, *others, language="en", units="metric"):
    view = CompareView(unguarded)
    assert isinstance(view, Comparing)
    view.offer([Other(f"eto-{at}", tab.ask(one, {})) for at, one in enumerate(others)])
    view.ask = lambda values: view.show(language, tab.more(result, values), None, units)  # a worker, at once
    view.show(language, tab.ask(result, {}), None, units)
    return view


def cells(html, row):
    found = re.search(rf'data-series="{row}".*?</div>', html)[0]
    return [re.sub("<small>.*?</small>", "", one) for one in re.findall(r'role="cell">(.*?)</span>', found)]


def scored(eto, reference, mm=1.0, decimals=2):
    found = agreement(np.asarray(eto, dtype=float), np.asarray(reference, dtype=float))
    shown = [f"{found['n']:.0f}", *(f"{found[name] / mm:.{decimals}f}" for name in ("bias", "rmse"))]
    return [one.replace("-", "−") for one in (*shown, f"{found['kge']:.3f}", f"{found['r']:.3f}")]


@pytest.mark.parametrize(("units", "mm", "decimals"), [("metric", 1.0, 2), ("us", 25.4, 3)])
def test_sources_against_the_result_have_the_scores_of_the_package(offline, units, mm, decimals):
    result = with_sources(offline)
    view = view_of(result, units=units)
    fused, each = result.table["eto"].to_numpy(), result.source_eto
    assert [pair.row for pair in view.pairs] == ["source:nasa_power", "source:open_meteo_archive"]
    for name in ("nasa_power", "open_meteo_archive"):
        assert cells(view.scores.value, f"source:{name}") == scored(each[name], fused, mm, decimals)
        bias, days = monthly_bias(each[name].to_numpy(), fused, result.table["date"].dt.month.to_numpy())
        right = [f"{value / mm:.{decimals}f}".replace("-", "−") for value in bias[:3]]
        assert cells(view.months.value, f"source:{name}") == right
        assert days.sum() == agreement(each[name].to_numpy(), fused)["n"]
    assert "does not prove" in view.said.value
    assert "<table" not in view.scores.value + view.months.value


def test_the_own_station_is_the_reference_and_the_result_is_not_judged_by_it(offline):
    result = with_sources(offline, station=True)
    view = view_of(result)
    assert view.reference.value == "source:station"
    assert [pair.row for pair in view.pairs] == ["source:nasa_power", "source:open_meteo_archive"]
    assert cells(view.scores.value, "source:nasa_power") == scored(
        result.source_eto["nasa_power"], result.source_eto["station"]
    )
    view.reference.value = "eto"
    assert "source:station" in [pair.row for pair in view.pairs]


def test_another_result_is_compared_on_the_days_both_have(offline):
    result, other = with_sources(offline), with_sources(offline, shift=0.7, first=20)
    other.table.loc[other.table.index[:3], "kind"] = "climatology"
    view = view_of(result, other, other)
    assert [title.endswith(" (2)") for title, _ in view.reference.options] == [False, False, True]
    view = view_of(result, other)
    assert [key for _, key in view.reference.options] == ["eto", "eto-0"]
    view.reference.value = "eto-0"
    right = scored(result.table["eto"].iloc[20:], other.table["eto"])
    assert cells(view.scores.value, "eto") == right
    assert right[:2] == ["31", "−0.70"]
    assert "3 of the days" in view.said.value
    view.shown.value = "source:nasa_power"
    assert 'data-points="31"' in view.scatter.value
    assert "NASA POWER [mm/day]" in view.scatter.value


def test_a_result_without_days_in_common_is_not_offered(offline):
    from dataclasses import replace

    far = with_sources(offline)
    far = replace(far, table=far.table.assign(date=far.table["date"] + pd.Timedelta(days=4000)))
    assert [key for _, key in view_of(with_sources(offline), far).reference.options] == ["eto"]


def test_where_only_the_climatology_answered_it_says_what_to_do(offline):
    view = view_of(offline)
    assert view.pairs == []
    assert "Only the climatology has answered" in view.said.value
    assert (view.scores.value, view.scatter.value, view.months.value) == ("", "", "")
    beside = view_of(offline, with_sources(offline))
    assert cells(beside.scores.value, "eto")[0] == "51"
    assert "51 of the days" in beside.said.value


def test_words_and_choice_follow(offline):
    result = with_sources(offline)
    view = CompareView(unguarded)
    answer = tab.ask(result, {})
    view.show("en", answer, None, "metric")
    view.shown.value = "source:open_meteo_archive"
    view.show("pt", answer, None, "us")
    assert view.shown.value == "source:open_meteo_archive"
    assert "não prova" in view.said.value
    assert "pol/dia" in view.scatter.value
    assert "0,9" in view.scores.value


def test_many_days_are_thinned_in_the_drawing_alone(offline):
    day = np.arange(11_000.0)
    wave = 4 + np.sin(day / 58)
    block = np.stack([day, 0 * day, wave, wave + 0.1])
    answer = {"data": block.astype("<f8").tobytes(), "rows": ["day", "usual", "eto", "source:nasa_power"],
              "days": 11_000, "place": "p", "period": "q", "latitude": 0.0, "longitude": 0.0, "file": "f",
              "equations": None, "offered": [], "published": None}  # fmt: skip
    view = CompareView(unguarded)
    view.show("en", answer, None, "metric")
    assert cells(view.scores.value, "source:nasa_power")[:2] == ["11000", "0.10"]
    assert 'data-points="2000"' in view.scatter.value
    assert "2000 of 11000 days are drawn" in view.scatter.value


def test_the_page_offers_its_other_results_until_they_are_closed(offline):
    results = [with_sources(offline), with_sources(offline, shift=0.5)]
    connection = working(results[0])
    turns = iter(results)
    connection = FakeConnection(
        **{**connection.answers, "view": lambda future, asks: working(next(turns)).answers["view"](future, asks)}
    )
    page, jobs = make_page("lat=-22.7&lon=-47.6&period=2024-01-20/2024-03-10", connection=connection)
    for at in range(2):
        page.calculate.click()
        jobs[at].send("SUCCESS", results=[], warnings=[])
    (shown,) = page.shown.panes["compare"].children
    pick = next(one for one in shown.children[0].children if "etolib-compare-with" in one._dom_classes)
    assert [key for _, key in pick.options] == ["eto", jobs[0].task_id]
    pick.value = jobs[0].task_id
    scores = next(one for one in shown.children if "etolib-compare-scores" in one._dom_classes)
    assert cells(scores.value, "eto")[1] == "0.50"
    page.cards[0].close_button.click()
    assert [key for _, key in pick.options] == ["eto"]
    assert pick.value == "eto"
    assert "compare" in tabs.registered()


def test_other_equations_are_shown_on_request_with_the_numbers_of_the_package(offline):
    result = with_sources(offline)
    view = view_of(result)
    assert not any(pair.row.startswith("equation:") for pair in view.pairs)
    view.equations.value = True
    rows = {pair.row: pair for pair in view.pairs}
    assert {"equation:hargreaves", "equation:asce2005_tall", "equation:priestley_taylor"} <= set(rows)
    inputs = result.calculation().inputs
    for name in ("hargreaves", "turc", "asce2005_tall"):
        right = etolib.eto(inputs, result.site, name).eto.to_numpy()
        np.testing.assert_array_equal(rows[f"equation:{name}"].eto, right)
        assert cells(view.scores.value, f"equation:{name}") == scored(right, result.table["eto"])
    assert "ASCE-2005 Eq. 1, alfalfa" in view.scores.value
    assert "FAO-56 Eq. 52" in view.scores.value
    assert "the equation differs, not the weather" in view.said.value


@pytest.fixture
def counted(monkeypatch):
    """The names of the equations that are computed for a tab."""
    from etolib import reference

    computed, eto = [], reference.eto

    def counting(given, site, method="fao56", **more):
        computed.append(method)
        return eto(given, site, method, **more)

    monkeypatch.setattr(reference, "eto", counting)
    return computed


def test_the_other_equations_are_computed_for_those_who_want_them_and_for_nobody_else(offline, counted):
    result = with_sources(offline)
    page, jobs = make_page("lat=-22.7&lon=-47.6&period=2024-01-20/2024-03-10", connection=working(result))
    page.calculate.click()
    jobs[0].send("SUCCESS", results=[], warnings=[])
    for name in page.shown.buttons:
        page.shown.buttons[name].click()
    page.form.language = "es"
    page.form.units = "us"
    assert set(counted) <= {"fao56"}
    view = page.shown._views["compare"]
    view.equations.value = True
    assert len(set(counted)) > 12
    assert any(pair.row == "equation:hargreaves" for pair in view.pairs)
    asked = len(counted)
    view.equations.value = False
    view.equations.value = True  # they are there
    page.form.language = "en"
    assert len(counted) == asked


def test_equations_that_could_not_be_had_are_said_and_asked_for_again(offline):
    view, asked = view_of(with_sources(offline)), []
    view.ask = asked.append
    view.equations.value = True
    assert "are being computed" in view.said.value
    assert [pair.row for pair in view.pairs] == ["source:nasa_power", "source:open_meteo_archive"]
    view.failed("<no> worker")
    assert "&lt;no&gt; worker" in view.said.value
    assert not view.equations.value
    view.equations.value = True
    assert (len(asked), "&lt;no&gt;" in view.said.value) == (2, False)


def test_a_result_of_the_climatology_alone_can_be_compared_by_equation(offline):
    view = view_of(offline)
    assert view.pairs == []
    view.equations.value = True
    assert [pair.row for pair in view.pairs][:2] == ["equation:asce2005", "equation:asce2005_tall"]
    view.equations.value = False
    assert view.pairs == []


def test_other_places_periods_and_few_days_are_said_and_the_file_is_what_is_shown(offline):
    from dataclasses import replace

    result = with_sources(offline)
    other = replace(with_sources(offline, shift=0.3, first=40), site=Site(-22.7, -46.6, 700))
    other = replace(other, period=type(other.period)("2024-02-29", "2024-03-10"))
    view = view_of(result, other, units="us")
    assert "say little" not in view.said.value
    view.reference.value = "eto-0"
    said = view.said.value
    assert "22.7000°S 46.6000°W, 64 mi away" in said
    assert "2024-01-20/2024-03-10 and 2024-02-29/2024-03-10" in said
    assert re.search(r"Fewer than 30 days in common, so that scores say little: [^.]*\(11\)", said)
    same = view_of(result, with_sources(offline, shift=0.3), language="pt")
    same.reference.value = "eto-0"
    assert "mesmo lugar e período" in same.said.value
    link = re.search(
        r'download="([^"]*_compare.csv)" href="data:text/csv;charset=utf-8;base64,([^"]+)"', view.months.value
    )
    text = base64.b64decode(link[2]).decode()
    table = pd.read_csv(io.StringIO(text), comment="#", index_col="date", parse_dates=True)
    assert [*table] == ["reference_in", *(f"{pair.row}_in" for pair in view.pairs)]  # in the units of the page
    for pair in view.pairs:
        eto = 25.4 * table[f"{pair.row}_in"].to_numpy()
        assert eto == pytest.approx(pair.eto, abs=0.0013, nan_ok=True)
        found = agreement(eto, 25.4 * table["reference_in"].to_numpy())
        assert found["rmse"] == pytest.approx(pair.scores["rmse"], abs=0.002)
        assert f"# {pair.row}: n {pair.scores['n']:.0f}, bias {pair.scores['bias'] / 25.4:.4f}" in text
    assert cells(view.scores.value, "eto") == scored(table["eto_in"], table["reference_in"], 1, 3)
    assert "# units: in day-1" in text


@pytest.fixture
def ahead(monkeypatch):
    """A result of days ahead in the USA, and the names that were asked for: a service of 5 mm a day."""
    from dataclasses import replace

    asked = []

    def published(result, name):
        asked.append(name)
        eto = np.full(len(result.table), 5.0)
        return replace(result, published=pd.DataFrame({name: eto}, index=pd.DatetimeIndex(result.table["date"])))

    monkeypatch.setattr("etolib.result.compared.with_published", published)
    with config.set_options(offline=True, today="2024-03-01"):
        yield compute(Site(40.02, -105.27), "2024-03-01/2024-03-06"), asked


def test_what_a_service_publishes_is_offered_where_it_is_and_asked_for_on_request(offline, ahead):
    assert view_of(offline).published.layout.display == "none"
    result, asked = ahead
    view = view_of(result)
    assert (view.published.layout.display, view.pairs, asked) == (None, [], [])
    view.published.value = True
    assert asked == ["nws_fret"]
    assert cells(view.scores.value, "published:nws_fret")[:3] == scored(np.full(6, 5.0), result.table["eto"])[:3]
    assert "NWS forecast of reference ET (FRET)" in view.scores.value
    assert "for comparison only" in view.said.value
    view.equations.value = True
    rows = [pair.row for pair in view.pairs]
    assert "published:nws_fret" in rows
    assert "equation:hargreaves" in rows
    view.published.value = False
    assert "published:nws_fret" not in [pair.row for pair in view.pairs]


def test_what_a_service_refused_is_said_and_asked_for_again(ahead):
    view, asked = view_of(ahead[0]), []
    view.ask = asked.append
    view.published.value = True
    assert "is being asked for" in view.said.value
    view.failed("the answer states no unit")
    assert "could not be had (the answer states no unit)" in view.said.value
    assert not view.published.value
    view.published.value = True
    assert asked == [{"equations": False, "published": True}] * 2
