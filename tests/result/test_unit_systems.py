"""Page, files and table say the same numbers, in metric and in US units; no column name means two units."""

from __future__ import annotations

import csv as csv_of_python
import html.parser
import io
import json
import re

import numpy as np
import openpyxl
import pandas as pd
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st

import etolib
from etolib import units
from etolib.errors import InputError
from etolib.result import formats
from etolib.result.columns import UNITS, in_units, name_in, rounded, unit_of
from etolib.result.formats import csv, report
from etolib.unit_systems import METRIC, SYSTEMS, US, unit
from etolib.widgets import daily, remote, texts
from etolib.widgets.markup.result import result_head
from tests.result.generated import NAMES, made

NUMBERS = ("eto", "eto_lower", "eto_upper", "precipitation", "tmin", "tmax", "ea", "u2", "rs")
DEPTHS = NUMBERS[:4]
OF_OTHERS = {"degC": "degF", "m s-1": "mph", "kPa": "mbar", "MJ m-2 day-1": "W m-2", "mm day-1": "in"}
seeds = st.integers(0, 10_000)


def expected(result, name, system):
    """Return a column as a person would convert it: the rounded number through the table of units, rounded."""
    values = rounded(result.table)[name].to_numpy(float)
    if system == US:
        canonical = UNITS[name]
        known = {"mm day-1": "eto"}.get(canonical, name)
        factor, offset = units.factors(known, OF_OTHERS[canonical])
        values = np.round((values - offset) / factor, unit_of(name, US).decimals)
    return values


def from_csv(text):
    return pd.read_csv(io.StringIO("".join(line for line in text.splitlines(keepends=True) if line[:2] != "# ")))


@settings(max_examples=12, deadline=None)
@given(seeds, st.sampled_from(SYSTEMS))
def test_csv_excel_and_page_hold_the_same_numbers(seed, system):
    result = made(seed)
    tables = [from_csv(result.to_csv(units=system))]
    tables.append(pd.read_excel(io.BytesIO(formats.by_ending(".xlsx").made(result, system)), sheet_name="ETo"))
    packed = daily.pack(result)
    for name in NUMBERS:
        wanted = expected(result, name, system)
        for table in tables:
            assert (name in table) == (system == METRIC)
            np.testing.assert_array_equal(table[name_in(name, system)].to_numpy(float), wanted, err_msg=name)
        if name in DEPTHS:
            shown = np.array(daily.column(packed, name, system), dtype=float)
            np.testing.assert_array_equal(shown, wanted, err_msg=name)
            for language in ("en", "pt", "es"):
                said = [texts.decimal(language, value, daily.DECIMALS[system]) for value in shown if value == value]
                back = [float(one.replace(",", ".").replace("−", "-")) for one in said]
                assert back == [value for value in wanted if value == value]
    lower, eto, upper = (tables[0][name_in(name, system)] for name in ("eto_lower", "eto", "eto_upper"))
    both = lower.notna() & eto.notna()
    assert (lower[both] <= eto[both]).all()
    assert (eto[both] <= upper[both]).all()


@settings(max_examples=6, deadline=None)
@given(seeds)
def test_formats_for_programs_are_the_same_in_both_systems(seed):
    result = made(seed)
    for ending in (".json", ".parquet"):
        one = formats.by_ending(ending)
        assert one.made(result, US) == one.content(result)
    back = pd.DataFrame(json.loads(result.to_json())["results"])
    for name in NUMBERS:
        np.testing.assert_array_equal(back[name].to_numpy(float), rounded(result.table)[name].to_numpy(float))
    assert json.loads(result.to_json())["units"]["eto"] == "mm day-1"


@settings(max_examples=8, deadline=None)
@given(seeds, st.sampled_from(SYSTEMS))
def test_sums_of_the_page_are_the_sums_of_the_files(seed, system):
    result = made(seed, days=31)
    head = remote.head(result, system)
    assert from_csv(head["csv"]).equals(from_csv(result.to_csv(units=system)))
    table = from_csv(head["csv"])
    depth = unit("mm", system)
    for name, key in (("sum_eto", "eto"), ("sum_rain", "precipitation")):
        column = table[name_in(key, system)]
        if head[name] is None:
            assert column.isna().all()
        else:
            assert head[name] / depth.factor == pytest.approx(column.sum(), abs=0.5 * 31 * 10.0**-depth.decimals + 0.16)
    shown = re.findall(r"<b>([^<]*)</b>", result_head("pt", head, system))
    if head["sum_eto"] is not None:
        assert float(shown[0].replace(",", ".").replace("\u202f", "")) == pytest.approx(
            head["sum_eto"] / depth.factor, abs=0.51 if system == METRIC else 0.0051
        )


class Cells(html.parser.HTMLParser):
    """The rows of the tables of a page, by their id."""

    def __init__(self):
        super().__init__()
        self.tables, self.name = {}, ""

    def handle_starttag(self, tag, attrs):
        if tag == "table":
            self.name = dict(attrs)["id"]
            self.tables[self.name] = []
        elif tag == "tr":
            self.tables[self.name].append([])
        elif tag in ("td", "th"):
            self.tables[self.name][-1].append("")

    def handle_data(self, data):
        if self.name and self.tables[self.name] and self.tables[self.name][-1]:
            self.tables[self.name][-1][-1] += data


@pytest.mark.parametrize("system", SYSTEMS)
@pytest.mark.parametrize("seed", [2, 7])
def test_the_report_has_them_too(seed, system, monkeypatch):
    monkeypatch.setattr(report, "_figure", lambda result, units: "")  # drawn in test_figures
    result = made(seed)
    page = Cells()
    page.feed(formats.by_ending(".html").made(result, system).decode())
    head, *rows = page.tables["days"]
    for name in NUMBERS:
        found = unit_of(name, system)
        at = head.index(f"{name_in(name, system)} [{found.text}]")
        cells = [float(row[at]) if row[at] else np.nan for row in rows]
        np.testing.assert_allclose(cells, expected(result, name, system), rtol=0, atol=1e-9)
    months = report.months(result.table)
    titles, *told = page.tables["months"]
    at = titles.index(f"{name_in('eto_sum', system)} [{unit('mm', system).text}]")
    told = [float(row[at]) if row[at] else np.nan for row in told]
    np.testing.assert_allclose(told, in_units(months, system)[name_in("eto_sum", system)], atol=1e-9)


@pytest.mark.parametrize("system", SYSTEMS)
@pytest.mark.parametrize("ending", [".csv", ".xlsx"])
@pytest.mark.parametrize("seed", [0, 6])
def test_our_own_reader_reads_them_back(seed, ending, system, tmp_path):
    result = made(seed, days=31)
    table = result.table.assign(tmin=20.123, tmax=31.456)  # a station's file has temperatures
    result.table = table
    path = tmp_path / f"eto{ending}"
    result.save(path, units=system)
    station = etolib.read_station(path, site=result.site)
    assert station.mapping.questions == ()
    assert any("not from a station" in warning for warning in station.warnings)
    assert station.frame.index.tolist() == table["date"].tolist()
    for name in station.frame.columns:
        found = unit_of(str(name), system)
        back = found.shown(station.frame[name].to_numpy(float))
        wanted = expected(result, str(name), system)
        np.testing.assert_allclose(back, wanted, rtol=0, atol=10.0**-found.decimals * 1e-6, err_msg=name)
        if found.text not in (
            "in day-1",
            "in",
        ):  # the others come back to the last digit
            canonical = unit_of(str(name)).shown(station.frame[name].to_numpy(float))
            np.testing.assert_allclose(canonical, rounded(table)[name], rtol=0, atol=1e-9, err_msg=name)


def test_the_place_of_our_file_is_read_with_its_height_in_metres_or_feet(tmp_path):
    result = made(0, days=5)
    result.table = result.table.assign(tmin=20.0, tmax=31.0)
    for system in SYSTEMS:
        result.to_csv(tmp_path / "eto.csv", units=system)
        site = etolib.read_station(tmp_path / "eto.csv").site
        assert (site.latitude, site.longitude) == (-22.7, -47.6)
        assert site.elevation == pytest.approx(554, abs=0.2)


@pytest.mark.parametrize("name", [name for name in NAMES if name])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_no_cell_of_a_csv_is_a_formula_whatever_the_place_is_called(name, separator):
    result = made(NAMES.index(name))
    head = [line for line in result.to_csv().splitlines() if line[:2] == "# "]
    shown = " ".join(name.split()).replace("'", "")
    assert any(shown in line.replace("'", "") for line in head)
    for row in csv_of_python.reader(head, delimiter=separator):
        for cell in row:
            assert not re.match(r"[=+@-]", cell.strip()) or re.fullmatch(r"-\d+(\.\d+)?", cell.strip()), cell


@pytest.mark.parametrize("seed", range(len(NAMES)))
def test_no_cell_of_a_workbook_is_a_formula_and_the_name_is_whole(seed):
    result = made(seed)
    book = openpyxl.load_workbook(io.BytesIO(formats.by_ending(".xlsx").content(result)))
    assert not [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.data_type == "f"]
    if name := NAMES[seed]:
        assert any(" ".join(name.split()) in str(row[0].value) for row in book["about"].iter_rows())


@pytest.mark.parametrize("seed", range(len(NAMES)))
def test_every_format_takes_every_name_and_place(seed, tmp_path):
    result = made(seed, days=3)
    result.table[["tmin", "tmax", "eto", "precipitation"]] = [10.0, 20.0, 3.0, 0.0]
    for one in formats.registered().values():
        if one.name in ("png", "report"):
            continue  # drawn below
        assert one.made(result, US), one.name
    result.to_netcdf(tmp_path / "x.nc")
    with xr.open_dataset(tmp_path / "x.nc", engine="h5netcdf") as data:
        assert float(data["latitude"]) == result.site.latitude
        np.testing.assert_array_equal(data["eto"], result.table["eto"])
    scope: dict[str, object] = {}
    exec(result.script(US).split("result = ")[0], scope)
    assert scope["site"] == result.site


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("seed", [7, 9])  # emoji and dollars; letters the font may lack
def test_a_picture_takes_signs_that_mean_something_to_its_maker(seed):
    assert formats.by_ending(".png").made(made(seed, days=2), US)[:4] == b"\x89PNG"


def test_script_notebook_and_link_write_and_show_the_same_units():
    result = made(0)
    assert "result.to_csv(\"eto.csv\", units='us')" in result.script(US)
    assert 'result.to_csv("eto.csv")' in result.script()
    notebook = formats.by_ending(".ipynb").made(result, US).decode()
    assert notebook.count("units='us'") == 2
    assert result.link(US) == result.link() + "&units=us"
    assert etolib.request.Request.from_query(result.link(US)).query() == result.request.query()


def test_an_unknown_system_is_refused_and_a_name_never_means_two_units():
    with pytest.raises(InputError, match="units = 'imperial': must be one of"):
        made(0).to_csv(units="imperial")
    for name in UNITS:
        metric, us = unit_of(name), unit_of(name, US)
        assert (metric.text == us.text) == (name_in(name) == name_in(name, US)), name


def test_columns_without_any_number_are_renamed_as_well():
    result = made(0)
    result.table = result.table.assign(eto=None, tmin=None)
    assert {"eto_in", "tmin_degF"} <= set(from_csv(csv.text(result, US)).columns)
