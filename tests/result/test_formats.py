"""What people take away: CSV, Excel, NetCDF, JSON, script, link, citation."""

from __future__ import annotations

import base64
import dataclasses
import io
import json
import re

import numpy as np
import openpyxl
import pandas as pd
import pytest
import xarray as xr

import etolib
from etolib.errors import InputError
from etolib.result import formats
from etolib.site import Site


@pytest.fixture(scope="module")
def result():
    with etolib.set_options(offline=True, today="2024-07-01"):
        answer = etolib.compute(Site(-22.7, -47.6, name="Piracicaba, SP"), "2024-02-27/2024-03-02")
    # A gap, to see that it stays one everywhere.
    answer.table.loc[1, ["eto", "eto_lower", "eto_upper", "tmin"]] = np.nan
    answer.table.loc[1, ["quality", "source", "kind"]] = None
    return answer


def test_csv_has_provenance_lines_then_header_then_iso_dates(result):
    lines = result.to_csv().splitlines()
    head = [line for line in lines if line.startswith("# ")]
    assert lines[: len(head)] == head
    assert any("licence" in line for line in head)
    assert any(line.startswith("# warning: all days are a climatological estimate") for line in head)
    assert lines[len(head)].startswith("date,eto,eto_lower,eto_upper,quality,source,kind,precipitation")
    assert lines[len(head) + 1].startswith("2024-02-27,")


def test_csv_reads_back_and_absent_is_empty(result):
    back = pd.read_csv(io.StringIO(result.to_csv()), comment="#", parse_dates=["date"])
    assert back["date"].tolist() == result.table["date"].tolist()
    assert back["eto"].isna().tolist() == [False, True, False, False, False]
    np.testing.assert_allclose(back["eto"], result.table["eto"], atol=0.005)
    assert pd.isna(back.loc[1, "quality"])


def test_csv_file_is_whole_or_not_there(result, tmp_path):
    path = tmp_path / "eto.csv"
    assert path.write_bytes(b"old") == 3
    assert result.to_csv(path) == path.read_text()
    assert [p.name for p in tmp_path.iterdir()] == ["eto.csv"]


def test_excel_has_three_sheets_with_real_dates_and_empty_gaps(result, tmp_path):
    path = tmp_path / "eto.xlsx"
    result.to_excel(path)
    book = openpyxl.load_workbook(path)
    assert book.sheetnames == ["ETo", "sources", "about"]
    sheet = book["ETo"]
    assert sheet["A2"].is_date
    assert sheet["B3"].value is None
    assert any("FAO Irrigation" in str(row[0].value) for row in book["about"].iter_rows())
    assert [cell.value for cell in sheet[1]] == list(result.table.columns)
    assert (sheet.freeze_panes, sheet["A1"].font.bold, round(book["about"].column_dimensions["A"].width)) == (
        "A2",
        True,
        121,
    )


def test_excel_reads_back_as_the_table(result, tmp_path):
    path = tmp_path / "eto.xlsx"
    result.to_excel(path)
    back = pd.read_excel(path, sheet_name=None)
    shown = result.table.replace({"flags": {"": None}})
    pd.testing.assert_frame_equal(
        back["ETo"].astype(object).fillna(np.nan), shown.astype(object).fillna(np.nan), check_dtype=False, atol=0.005
    )
    assert back["sources"]["climatology"].tolist() == pytest.approx(result.source_eto["climatology"].round(2).tolist())


def test_excel_takes_what_is_text_as_text_and_days_before_its_calendar(result, tmp_path):
    dates = pd.to_datetime(["1899-12-31", "1900-02-28", "1900-03-01", "2024-02-29", "2024-03-01"])
    # No formula comes out of a file.
    result = dataclasses.replace(result, table=result.table.assign(flags="=1+1", date=dates))
    path = tmp_path / "eto.xlsx"
    result.to_excel(path)
    sheet = openpyxl.load_workbook(path)["ETo"]
    assert sheet.cell(2, len(result.table.columns)).data_type == "s"
    days = [sheet.cell(row, 1).value for row in range(2, 7)]
    assert days[:2] == ["1899-12-31", "1900-02-28"]
    assert [day.date().isoformat() for day in days[2:]] == ["1900-03-01", "2024-02-29", "2024-03-01"]


def test_netcdf_is_cf_and_carries_each_source(result, tmp_path):
    path = tmp_path / "eto.nc"
    result.to_netcdf(path)
    with xr.open_dataset(path, engine="h5netcdf") as data:
        assert data.attrs["Conventions"].startswith("CF-")
        assert data["eto"].attrs["units"] == "mm day-1"
        assert data["tmin"].attrs["standard_name"] == "air_temperature"
        assert data["tmin"].attrs["cell_methods"] == "time: minimum"
        assert data["latitude"].attrs["units"] == "degrees_north"
        assert list(data["source_name"].values) == ["climatology"]
        np.testing.assert_allclose(data["eto"], result.table["eto"])
        assert np.isnan(data["eto"][1])


def test_json_is_strict_and_null_where_absent(result, tmp_path):
    path = tmp_path / "eto.json"
    text = result.to_json(path)
    data = json.loads(text, parse_constant=lambda name: pytest.fail(f"{name} is not JSON"))
    assert path.read_text() == text
    assert data["results"][1]["eto"] is None
    assert data["results"][0]["date"] == "2024-02-27"
    assert data["warnings"] == result.warnings


def test_script_repeats_the_run(result):
    names: dict = {}
    script = result.script()
    body = script.split("print(")[0]
    with etolib.set_options(offline=True, today="2024-07-01"):
        exec(compile(body, "script", "exec"), names)
    np.testing.assert_allclose(names["result"].table["eto"].drop(1), result.table["eto"].drop(1))
    assert "name='Piracicaba, SP'" in script


def test_script_keeps_a_given_elevation_and_options():
    with etolib.set_options(offline=True):
        answer = etolib.compute(Site(-22.7, -47.6, 0), "2024-01-01/2024-01-01", krs="coast")
    assert "elevation=0.0" in answer.script()
    assert "krs='coast'" in answer.script()


def test_link_fills_the_form_with_absolute_dates(result):
    assert result.link() == "?lat=-22.7&lon=-47.6&name=Piracicaba,+SP&period=2024-02-27/2024-03-02&sources=auto"


def test_citation_names_method_and_licences(result):
    text = result.citation()
    assert "FAO Irrigation and Drainage Paper 56" in text
    assert result.provenance["sources"]["climatology"]["licence"] in text


def test_messages_hold_none_for_absent(result):
    assert result.messages()[1] == {"date": "2024-02-28", "eto_mm": None, "quality": None, "source": None}


def test_html_of_a_notebook_escapes_the_name():
    with etolib.set_options(offline=True):
        answer = etolib.compute(Site(-22.7, -47.6, 0, "<script>x</script>"), "2024-01-01/2024-01-01")
    assert "<script>" not in answer._repr_html_()


def test_terms_of_a_day_without_value_are_refused(result):
    with pytest.raises(etolib.InputError, match="has no value"):
        result.terms("2024-02-28")


def test_netcdf_is_whole_or_not_there(result, tmp_path, monkeypatch):
    path = tmp_path / "eto.nc"
    assert path.write_bytes(b"old") == 3

    def broken(self, part, **options):
        part.write_bytes(b"half")
        raise OSError("the disk is full")

    monkeypatch.setattr(xr.Dataset, "to_netcdf", broken)
    with pytest.raises(OSError, match="full"):
        result.to_netcdf(path)
    assert [p.name for p in tmp_path.iterdir()] == ["eto.nc"]
    assert path.read_bytes() == b"old"


def test_file_with_the_longest_name_a_disk_takes(result, tmp_path):
    path = tmp_path / ("e" * 251 + ".csv")
    result.to_csv(path)
    assert path.exists()


def test_netcdf_coordinates_have_no_fill_value(result, tmp_path):
    # CF-1.11, section 2.5.1: coordinates hold no missing data.
    result.to_netcdf(tmp_path / "eto.nc")
    with xr.open_dataset(tmp_path / "eto.nc") as data:
        for name in ("time", "latitude", "longitude", "elevation"):
            assert "_FillValue" not in data[name].encoding


@pytest.mark.parametrize("date", ["no date", "2024-13-45", [1], {}])
def test_terms_of_no_date_are_bad_input(result, date):
    with pytest.raises(InputError, match="date = "):
        result.terms(date)


def station_result(folder, weather_server):
    """A result corrected by what an own station of half the wind has taught."""
    site, period = Site(-22.7, -47.6), "2024-01-01/2024-06-20"
    columns = ["date", "tmin", "tmax", "ea", "u2", "rs"]
    own = etolib.compute(site, period).table[columns].iloc[:120].assign(u2=lambda table: table["u2"] / 2)
    own.to_csv(folder / "own.csv", index=False)
    return etolib.compute(site, period, station=etolib.read_station(folder / "own.csv", site=site))


def test_work_of_a_corrected_day_leads_to_the_number_in_the_table(weather_server, tmp_path):
    result = station_result(tmp_path, weather_server)
    last = result.table.iloc[-1]
    work = result.terms(last["date"])
    assert work.index[-1] == "eto_corrected"
    assert work.loc["eto_corrected", "value"] == pytest.approx(last["eto"])
    assert work.loc["eto", "value"] > last["eto"]
    assert "eto_corrected" not in result.terms(result.table["date"].iloc[0]).index  # measured at the place


def test_script_of_a_run_with_a_station_repeats_it(weather_server, tmp_path, monkeypatch):
    result = station_result(tmp_path, weather_server)
    monkeypatch.chdir(tmp_path)
    names = {}
    exec(result.script(), names)
    pd.testing.assert_frame_equal(names["result"].table, result.table)


# --- the registry -----------------------------------------------------------------------------------------------------


@pytest.fixture
def toy():
    """A format that somebody has added: a line for each day."""

    def content(result):
        rows = zip(result.table["date"], result.table["eto"], strict=True)
        return "\n".join(f"{day:%d.%m.} {eto:.1f}" for day, eto in rows).encode()

    yield formats.register(formats.Format("toy", ".toy", content, "text/plain"))
    formats.remove("toy")


def test_each_format_is_found_by_its_ending_and_writes_what_its_method_writes(result, tmp_path):
    methods = {".csv": result.to_csv, ".json": result.to_json, ".nc": result.to_netcdf, ".xlsx": result.to_excel}
    assert set(methods) <= set(formats.endings())
    for ending, method in methods.items():
        one, other = tmp_path / f"one{ending}", tmp_path / f"other{ending.upper()}"
        method(one)
        result.save(other)
        assert other.exists()
        if ending in (".csv", ".json"):  # the others hold the time of writing
            assert one.read_bytes() == other.read_bytes()


def test_an_ending_that_nobody_writes_is_refused_with_those_there_are(result, tmp_path, toy):
    with pytest.raises(InputError, match=r"must end in \.csv \.nc .* \.txt \.toy"):
        result.save(tmp_path / "eto.doc")


def test_a_format_that_was_added_is_offered_by_result_and_command_line(result, tmp_path, toy):
    from click.testing import CliRunner

    from etolib import cli

    result.save(tmp_path / "eto.toy")
    assert (tmp_path / "eto.toy").read_text().startswith("27.02. ")
    command = "compute --lat -22.7 --lon -47.6 --start 2024-02-27 --end 2024-02-28 --sources climatology -o"
    with etolib.set_options(offline=True, today="2024-07-01"):
        done = CliRunner().invoke(cli.main, [*command.split(), str(tmp_path / "cli.toy")])
    assert done.exit_code == 0, done.output
    assert len((tmp_path / "cli.toy").read_text().splitlines()) == 2


def test_a_format_that_was_added_is_offered_on_the_page(result, toy):
    from etolib.widgets.tabs import take_away

    html = take_away.look("pt", take_away.ask(result, {}), None)
    assert 'class="etolib-download-toy' in html
    assert 'download="eto_-22.7000_-47.6000_2024-02-27_2024-03-02.toy"' in html
    data = re.search(r'href="data:text/plain;base64,([^"]*)"', html)[1]
    assert base64.b64decode(data) == toy.content(result)
    assert ">toy<" in html
