"""What workers tell the page is plain: no pandas in it, nothing that JSON would refuse."""

from __future__ import annotations

import json
import pickle

import numpy as np
import pytest

from etolib import Site, config
from etolib.pipeline import compute
from etolib.widgets import remote
from etolib.widgets.tabs import Failed, chart, table
from etolib.widgets.wording import say


@pytest.fixture(scope="module")
def result():
    with config.set_options(offline=True):
        return compute(Site(-22.7, -47.6), "2024-01-01/2024-01-10")


ASKS = {"table": (table.ask, {}), "take_away": ("etolib.widgets.tabs.take_away:ask", {})}


def test_a_view_holds_what_the_table_says(result):
    answers = remote.view(result, ASKS)
    view, rows = answers["head"], answers["tabs"]["table"]["rows"]
    table = result.table
    assert view["days"] == answers["tabs"]["table"]["days"] == len(rows) == 10
    assert view["sum_eto"] == pytest.approx(table["eto"].sum())
    assert view["mean_eto"] == pytest.approx(table["eto"].mean())
    assert view["balance"] == pytest.approx(table["precipitation"].sum() - table["eto"].sum())
    assert rows[3]["date"] == "2024-01-04"
    assert rows[3]["eto"] == pytest.approx(table["eto"][3])
    assert view["kinds"] == {"climatology": 10}
    assert view["quality"] == {"LOW": 10}
    assert view["csv"] == result.to_csv()
    assert view["link"] == result.link()


def test_a_view_is_plain(result):
    view = remote.view(result, ASKS)
    assert json.loads(json.dumps(view, allow_nan=False)) == view
    assert b"pandas" not in pickle.dumps(view)


def test_what_is_absent_is_none_and_not_zero(result):
    table = result.table.copy()
    table.loc[2:4, ["eto", "eto_lower", "eto_upper", "precipitation"]] = np.nan
    table.loc[2:4, ["quality", "kind", "source"]] = None
    gaps = pickle.loads(pickle.dumps(result))
    gaps.table = table
    answers = remote.view(gaps, ASKS)
    view, rows = answers["head"], answers["tabs"]["table"]["rows"]
    assert view["missing"] == 3
    assert rows[2]["eto"] is None
    assert rows[2]["kind"] is None
    assert sum(view["quality"].values()) == 7
    assert view["sum_eto"] == pytest.approx(table["eto"].sum())


def test_the_balance_counts_only_days_that_have_both(result):
    gaps = pickle.loads(pickle.dumps(result))
    gaps.table = result.table.copy()
    gaps.table.loc[5:, "precipitation"] = np.nan
    first = gaps.table[:5]
    assert remote.head(gaps)["balance"] == pytest.approx((first["precipitation"] - first["eto"]).sum())


def test_nothing_at_all_is_no_number(result):
    empty = pickle.loads(pickle.dumps(result))
    empty.table = result.table.assign(eto=np.nan, precipitation=np.nan, quality=None, kind=None)
    view = remote.head(empty)
    assert [view[name] for name in ("sum_eto", "mean_eto", "sum_rain", "balance")] == [None] * 4


def test_a_long_series_is_cut_in_the_page_and_whole_in_the_file(monkeypatch, result):
    monkeypatch.setattr(table, "SHOWN_ROWS", 4)
    shown = table.ask(result, {})
    assert (len(shown["rows"]), shown["days"]) == (4, 10)
    assert remote.head(result)["csv"].count("\n2024-01-") == 10


def test_charts_come_in_two_widths(result):
    wide, narrow = chart.ask(result, {name: say("pt", name) for name in chart.STATIC.words})
    assert wide != narrow
    assert all(svg.startswith("<svg") for svg in (wide, narrow))


def test_a_tab_that_fails_takes_no_other_with_it(result, caplog):
    def broken(result, words):
        raise ValueError("no such column")

    answers = remote.view(result, {"toy": (broken, {}), **ASKS})["tabs"]
    assert answers["toy"] == Failed("ValueError: no such column")
    assert len(answers["table"]["rows"]) == 10
    assert "the tab toy failed" in caplog.text


def test_the_list_of_sources_is_that_of_the_catalogue_on_the_given_day():
    from etolib.sources import catalogue

    found = remote.source_list({"today": "2024-07-01"})
    assert [source["name"] for source in found] == list(catalogue.names())
    assert all(source["first"] <= source["last"] for source in found)
    nasa = next(source for source in found if source["name"] == "nasa_power")
    assert nasa["last"] < "2024-07-01"
    json.dumps(found)


def test_an_elevation_tells_its_source():
    metres, source = remote.elevation(-22.7, -47.6, {"offline": "1"})
    assert source == "embedded"
    assert 300 < metres < 900  # Piracicaba lies at about 540 m


def test_tiles_are_taken_only_from_a_server_that_gives_pictures(weather_server):
    # The simulator gives JSON, an unused port gives nothing.
    assert not remote.answers(f"{weather_server.url}/v1/elevation?latitude=1&longitude=1")
    assert not remote.answers("http://127.0.0.1:9/0/0/0.png")


def test_tiles_are_not_asked_for_offline(weather_server):
    with config.set_options(offline=True):
        assert not remote.answers(f"{weather_server.url}/0/0/0.png")
    assert weather_server.calls() == []
