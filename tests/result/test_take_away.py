"""Every format is opened again and compared number by number with the table."""

from __future__ import annotations

import ast
import dataclasses
import html.parser
import io
import json
import zipfile
from types import SimpleNamespace

import numpy as np
import openpyxl
import pandas as pd
import pyarrow.parquet as pq
import pytest
import xarray as xr
from PIL import Image

import etolib
from etolib.errors import InputError
from etolib.result import formats
from etolib.result.citation import citation
from etolib.result.columns import DECIMALS, rounded
from etolib.result.formats import aquacrop
from etolib.site import Site

NUMBERS = ["eto", "eto_lower", "eto_upper", "precipitation", "tmin", "tmax", "ea", "u2", "rs"]


@pytest.fixture(scope="module")
def result():
    with etolib.set_options(offline=True, today="2024-07-01"):
        answer = etolib.compute(Site(-22.7, -47.6, name="<b>Piracicaba & SP"), "2024-02-20/2024-04-02")
    answer.table.loc[30, ["eto", "eto_lower", "eto_upper", "tmin"]] = np.nan
    answer.table.loc[30, ["quality", "source", "kind"]] = None
    return answer


def from_csv(data):
    return pd.read_csv(io.BytesIO(data), comment="#", parse_dates=["date"])


def from_excel(data):
    rows = list(openpyxl.load_workbook(io.BytesIO(data))["ETo"].values)
    return pd.DataFrame(rows[1:], columns=rows[0])


def from_netcdf(data):
    with xr.open_dataset(io.BytesIO(data), engine="h5netcdf") as found:
        return found[NUMBERS].to_dataframe().reset_index().rename(columns={"time": "date"})


def from_json(data):
    return pd.DataFrame(json.loads(data)["results"])


def from_parquet(data):
    return pq.read_table(io.BytesIO(data)).to_pandas()


class Tables(html.parser.HTMLParser):
    """Reads the cells of the tables of a page, and what it would fetch or run."""

    def __init__(self):
        super().__init__()
        self.tables, self.name, self.text, self.bad = {}, None, None, []

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        if tag in ("script", "link", "iframe", "img") or any(key.startswith("on") for key in given):
            self.bad.append(tag)
        self.bad += [value for key, value in attrs if key in ("src", "href") and not value.startswith("#")]
        if tag == "table":
            self.name = given["id"]
            self.tables[self.name] = []
        elif tag == "tr" and self.name:
            self.tables[self.name].append([])
        elif tag in ("td", "th"):
            self.text = ""

    def handle_data(self, data):
        if self.text is not None:
            self.text += data

    def handle_endtag(self, tag):
        if tag in ("td", "th"):
            self.tables[self.name][-1].append(self.text)
            self.text = None


def from_report(data):
    page = Tables()
    page.feed(data.decode())
    head, *rows = page.tables["days"]
    frame = pd.DataFrame(rows, columns=[name.partition(" [")[0] for name in head]).replace("", np.nan)
    return frame.assign(**{name: frame[name].astype(float) for name in NUMBERS})


READERS = {
    ".csv": from_csv, ".nc": from_netcdf, ".xlsx": from_excel, ".json": from_json, ".parquet": from_parquet,
    ".html": from_report,
}  # fmt: skip


@pytest.mark.parametrize("ending", READERS)
def test_numbers_come_back_and_absent_stays_absent(result, ending):
    back = READERS[ending](formats.by_ending(ending).content(result))
    assert pd.to_datetime(back["date"]).tolist() == result.table["date"].tolist()
    full = ending in (".nc", ".parquet")
    wanted = result.table if full else rounded(result.table)
    for name in NUMBERS:
        apart = 1e-12 if full else 1e-9 + (0.5 * 10.0 ** -DECIMALS[name] if ending == ".html" else 0)
        np.testing.assert_allclose(back[name].astype(float), wanted[name], rtol=0, atol=apart, err_msg=name)
    assert np.isnan(back["eto"].astype(float)[30])


def test_formats_of_the_page_are_all_here(result):
    assert set(formats.endings()) == {*READERS, ".zip", ".png", ".py", ".ipynb", ".txt"}
    for one in formats.registered().values():
        content = one.content(result)
        assert len(content) > 100, one.name
        assert "/" in one.media_type


def test_parquet_says_units_and_origin(result):
    table = pq.read_table(io.BytesIO(formats.by_ending(".parquet").content(result)))
    assert table.schema.field("rs").metadata[b"units"] == b"MJ m-2 day-1"
    about = json.loads(table.schema.metadata[b"etolib"])
    assert about["provenance"]["sources"] == result.provenance["sources"]
    assert about["warnings"] == result.warnings
    assert "FAO Irrigation" in about["citation"]
    each = result.source_eto["climatology"]
    np.testing.assert_array_equal(table.column("eto_climatology").to_numpy(), each.to_numpy())


def test_aquacrop_files_are_read_by_our_own_reader_and_agree(result, tmp_path):
    path = tmp_path / "climate.zip"
    result.save(path)
    with zipfile.ZipFile(path) as archive:
        archive.extractall(tmp_path)
        names = archive.namelist()
    assert [name[-4:] for name in names] == [".CLI", ".Tnx", ".ETo", ".PLU", ".txt"]
    listed = (tmp_path / names[0]).read_text().splitlines()
    assert listed[2:5] == names[1:4]
    station = etolib.read_station(tmp_path / names[1], site=result.site)
    first = rounded(result.table).iloc[:30]  # the longer run of whole days ends before the gap
    assert station.frame.index[0] == first["date"].iloc[0]
    for name in ("tmin", "tmax"):
        np.testing.assert_allclose(station.frame[name], first[name], atol=1e-9)
    for name, column in ((names[2], "eto"), (names[3], "precipitation")):
        lines = (tmp_path / name).read_text().splitlines()
        assert [int(line.split(":")[0]) for line in lines[1:5]] == [1, 20, 2, 2024]
        assert lines[5] == ""
        assert set(lines[7]) == {"="}
        np.testing.assert_allclose([float(line) for line in lines[8:]], first[column], atol=1e-9)
    assert "13 days of the period are left out" in (tmp_path / "README.txt").read_text()


def test_aquacrop_without_a_whole_day_is_refused(result):
    empty = dataclasses.replace(result, table=result.table.assign(precipitation=np.nan))
    with pytest.raises(InputError, match="precipitation"):
        aquacrop.content(empty)


def test_png_is_a_picture_that_knows_its_origin(result):
    image = Image.open(io.BytesIO(formats.by_ending(".png").content(result)))
    assert image.size[0] > 1500
    assert "FAO-56 Penman-Monteith" in image.info["Description"]
    assert np.asarray(image.convert("L")).std() > 5  # something is drawn


def test_report_holds_all_and_fetches_nothing(result):
    data = formats.by_ending(".html").content(result).decode()
    page = Tables()
    page.feed(data)
    assert page.bad == []
    assert "@media print" in data
    assert "<b>Piracicaba" not in data
    assert "&lt;b&gt;Piracicaba &amp; SP" in data
    assert result.citation().split(".")[0] in data
    month = {row[0]: row[1:] for row in page.tables["months"][1:]}
    march = result.table[result.table["date"].dt.month == 3]
    assert month["2024-03"][:2] == ["31", "30"]  # one day has no value
    assert float(month["2024-03"][3]) == pytest.approx(march["eto"].sum(), abs=0.005)


def test_script_repeats_the_numbers(result, tmp_path, monkeypatch):
    path = tmp_path / "again.py"
    result.save(path)
    monkeypatch.chdir(tmp_path)
    names: dict = {}
    with etolib.set_options(offline=True, today="2024-07-01"):
        exec(compile(path.read_text(), "again.py", "exec"), names)
    np.testing.assert_array_equal(names["result"].table["eto"].drop(30), result.table["eto"].drop(30))


def test_notebook_is_valid_and_repeats_the_numbers(result, tmp_path, monkeypatch):
    import nbformat  # here: it builds a grammar for more than a second, and every process of the tests reads this file

    path = tmp_path / "again.ipynb"
    result.save(path)
    book = nbformat.read(path, as_version=4)
    nbformat.validate(book)
    monkeypatch.chdir(tmp_path)
    names: dict = {}
    with etolib.set_options(offline=True, today="2024-07-01"):
        for cell in book.cells:
            if cell.cell_type == "code":
                exec(compile(ast.parse(cell.source), path.name, "exec"), names)
    np.testing.assert_array_equal(names["result"].table["eto"].drop(30), result.table["eto"].drop(30))
    assert (tmp_path / "eto.csv").exists()
    assert path.read_bytes() == formats.by_ending(".ipynb").content(result)  # the same result, the same file


def test_a_licence_of_several_makers_is_cited_once():
    def result(**sources):
        told = {name: {"attribution": who, "licence": licence} for name, (who, licence) in sources.items()}
        return SimpleNamespace(provenance={"sources": told})

    one = result(a=("Data by A", "CC BY 4.0"), b=("Data by B", "public domain"), c=("Data by C", "CC BY 4.0"))
    two = result(a=("Data by A", "CC BY 4.0"), station=("own data", "-"))
    text = citation(one, two)
    assert text.endswith(" Data by A. Data by C (each: CC BY 4.0). Data by B (public domain). own data.")


def test_citation_names_every_source_with_its_licence(result):
    text = formats.by_ending(".txt").content(result).decode()
    for name, source in result.provenance["sources"].items():
        assert f"{name}: {source['attribution']}" in text
        assert f"licence: {source['licence']}" in text
    assert text.startswith(result.citation())
