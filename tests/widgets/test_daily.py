"""The block of numbers that chart and table are drawn from: equal to the file, in both units, absent is absent."""

from __future__ import annotations

import csv
import io
import pickle
from array import array

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from etolib import Period, Site, config
from etolib.pipeline import compute
from etolib.result.columns import rounded
from etolib.result.result import TABLE_COLUMNS, Result
from etolib.unit_systems import METRIC, US
from etolib.widgets import daily, texts


@pytest.fixture(scope="module")
def result():
    """Five days: two sources, a gap, an own station, a forecast."""
    with config.set_options(offline=True):
        found = compute(Site(-22.7, -47.6), "2024-01-01/2024-01-05")
    table = found.table.copy()
    table["eto"] = [4.125, 5.0, np.nan, 3.335, 2.0]
    table["precipitation"] = [0.0, 12.345, 1.0, np.nan, 25.4]
    table["kind"] = ["observed", "observed", None, "observed", "forecast"]
    table["quality"] = ["HIGH", "MEDIUM", None, "LOW", "LOW"]
    table["source"] = ["a+b", "a", None, "station", "a"]
    table["flags"] = ["", "u2: default_wind", "", "rs: estimated_hargreaves; u2: default_wind", ""]
    found.table = table
    found.source_eto = pd.DataFrame(
        {"a": [4.0, 5.0, np.nan, np.nan, 2.0], "b": [4.3, np.nan, np.nan, np.nan, np.nan], "climatology": 1.0},
        index=pd.DatetimeIndex(table["date"], name="date"),
    )
    return found


def test_every_depth_is_that_of_the_file(result):
    packed = daily.pack(result)
    lines = [line for line in result.to_csv().splitlines() if not line.startswith("#")]
    rows = list(csv.DictReader(lines))
    for name in ("eto", "eto_lower", "eto_upper", "precipitation"):
        assert daily.column(packed, name) == [float(row[name]) if row[name] else None for row in rows], name


def test_inches_are_those_of_the_file(result):
    packed = daily.pack(result)
    for name in ("eto", "precipitation", "spread_upper", "balance", "source:a"):
        mm, inches = daily.column(packed, name), daily.column(packed, name, US)
        assert inches == [None if value is None else round(value / 25.4, 3) for value in mm], name
    assert daily.column(packed, "day") == daily.column(packed, "day", US)
    assert daily.column(packed, "precipitation", US)[4] == 1.0


def test_words_are_numbered_and_absent_ones_are_absent(result):
    packed = daily.pack(result)
    assert daily.column(packed, "quality") == [0, 1, None, 2, 2]
    for name, key in (("kind", "kinds"), ("source", "sources"), ("flags", "flags")):
        said = [None if n is None else packed[key][int(n)] for n in daily.column(packed, name)]
        assert said == [text if isinstance(text, str) and text else None for text in result.table[name]], name


def test_the_spread_needs_two_sources_and_no_climatology(result):
    packed = daily.pack(result)
    assert daily.column(packed, "spread_lower") == [4.0, None, None, None, None]
    assert daily.column(packed, "spread_upper") == [4.3, None, None, None, None]
    assert [row for row in packed["rows"] if row.startswith("source:")] == ["source:a", "source:b"]


def test_the_balance_is_summed_over_days_that_have_both(result):
    balance = daily.column(daily.pack(result), "balance")
    assert balance == [-4.12, 3.22, None, None, pytest.approx(26.62, abs=0.011)]


def test_a_packed_result_is_plain(result):
    packed = daily.pack(result)
    assert b"pandas" not in pickle.dumps(packed)
    assert len(array("d", packed["data"])) == len(packed["rows"]) * packed["days"]


def test_a_result_of_no_source_at_all_is_packed(result):
    bare = pickle.loads(pickle.dumps(result))
    bare.source_eto = bare.source_eto[["climatology"]]
    packed = daily.pack(bare)
    assert daily.column(packed, "spread_lower") == [None] * 5


def test_a_summary_says_the_numbers_of_the_table(result):
    packed = daily.pack(result)
    said = texts.summary("en", packed, METRIC)
    assert "5 days, 2024-01-01 to 2024-01-05" in said
    assert "least 2.00 on 2024-01-05, most 5.00 on 2024-01-02" in said
    assert "a maior 5,00 em 2024-01-02" in texts.summary("pt", packed, METRIC)
    assert "0.197 on 2024-01-02" in texts.summary("en", packed, US)


def test_flags_and_sources_are_words_of_the_language(result):
    common = texts.common("pt", daily.pack(result), METRIC)
    assert any(flags.startswith("vento: ") for flags in common["flags"])
    assert "Estação própria" in common["sources"]
    assert common["unit"] == "mm/dia"


depth = st.one_of(st.none(), st.floats(0, 400, allow_subnormal=False), st.integers(0, 40_000).map(lambda n: n / 1000))


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(depth, depth), min_size=1, max_size=12))
def test_the_page_shows_what_the_file_says_in_either_unit(rows):
    days = pd.date_range("2024-02-27", periods=len(rows))
    table = pd.DataFrame(dict.fromkeys(TABLE_COLUMNS), index=range(len(rows)), dtype=object)
    table["date"] = days
    for n, name in enumerate(("eto", "precipitation")):
        table[name] = np.array([row[n] for row in rows], dtype=float)
    table[["eto_lower", "eto_upper"]] = np.nan
    site, period = Site(-22.7, -47.6), Period(days[0].date(), days[-1].date())
    packed = daily.pack(Result(site, period, table, pd.DataFrame(index=pd.DatetimeIndex(days, name="date"))))
    buffer = io.StringIO()
    rounded(table).to_csv(buffer, index=False)
    buffer.seek(0)
    lines = list(csv.DictReader(buffer))
    for name in ("eto", "precipitation"):
        mm = [float(line[name]) if line[name] else None for line in lines]
        assert daily.column(packed, name) == mm
        inches = [None if value is None else float(f"{value / 25.4:.3f}") for value in mm]
        assert daily.column(packed, name, US) == pytest.approx(inches, abs=1e-12)
        shown = [texts.decimal("en", value, 2) for value in daily.column(packed, name)]
        assert shown == ["–" if value is None else f"{value:.2f}" for value in mm]
