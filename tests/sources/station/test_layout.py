"""Where a table stands in a file: header lines, units, statistics, places, footers, encodings; no value is shifted."""

from __future__ import annotations

import io

import pandas as pd
import pytest

from etolib.errors import InputError
from etolib.sources.station.contents import open_table
from etolib.sources.station.file import read

DAYS = ("2023-07-10", "2023-07-11", "2023-07-12", "2023-07-13")
HIGH, LOW = (28.4, 29.6, 27.7, 28.0), (14.2, 15.1, 13.8, 14.0)


def rows(form="{day},{high},{low}"):
    return "\n".join(form.format(day=d, high=h, low=w) for d, h, w in zip(DAYS, HIGH, LOW, strict=True)) + "\n"


COMMA = rows().replace(",", ";").replace(".", ",")
FILES = {
    "plain": "date,tmax (C),tmin (C)\n" + rows(),
    "footer": "date,tmax (C),tmin (C)\n" + rows() + "Average,28.4,14.3\nTotal,,\n",
    "footer in Portuguese": "data;tmax (C);tmin (C)\n" + COMMA + "Média;28,4;14,3\nFonte: eu;;\n",
    "header behind a sign": "# a note\n#date,tmax (C),tmin (C)\n" + rows(),
    "header behind a sign and a space": "# date;tmax (C);tmin (C)\n" + COMMA,
    "unnamed index": ",tmax (C),tmin (C)\n" + rows(),
    "pandas index": "Unnamed: 0,tmax (C),tmin (C)\n" + rows(),
    "header without the index": "tmax (C),tmin (C)\n" + rows(),
    "two lines of header": ",Temperature (C),Temperature (C)\nDate,Max,Min\n" + rows(),
    "groups over statistics": "Date,Temperature,\n,Max,Min\n,degC,degC\n" + rows(),
    "units in a row": "date,tmax,tmin\n,deg C,deg C\n" + rows(),
    "units and statistics": "date,AirT,AirT\nTS,Deg C,Deg C\n,Max,Min\n" + rows(),
    "place before": "latitude,longitude,elevation,zone\n52.4,13.1,35,1\n\ntime,tmax (C),tmin (C)\n" + rows(),
    "trailing delimiter": "date,tmax (C),tmin (C),\n" + rows("{day},{high},{low},"),
    "blank rows": "date,tmax (C),tmin (C)\n" + rows().replace("\n", "\n,,\n"),
    "header again": "date,tmax (C),tmin (C)\n" + rows() + "date,tmax (C),tmin (C)\n",
    "quoted": '"date","tmax (C)","tmin (C)"\n' + rows('"{day}","{high}","{low}"'),
    "fixed width": "date        tmax_C  tmin_C\n" + rows("{day:12s}{high:6.1f}{low:8.1f}"),
    "preamble": "Station: X\nUnits: Temperature in deg C\n\ndate,tmax,tmin\n" + rows(),
    "joined dates": "YYYYMMDD,tmax (C),tmin (C)\n" + rows().replace("2023-07-", "202307"),
    "year and day": "Year-DOY,tmax (C),tmin (C)\n" + rows().replace("07-10", "191").replace("07-11", "192")
    .replace("07-12", "193").replace("07-13", "194"),
}  # fmt: skip


@pytest.mark.parametrize("name", FILES)
def test_the_same_days_in_every_layout(name):
    source = read(FILES[name].encode())
    assert [str(day)[:10] for day in source.frame.index] == list(DAYS)
    assert source.frame["tmax"].tolist() == pytest.approx(HIGH)
    assert source.frame["tmin"].tolist() == pytest.approx(LOW)
    if name == "place before":
        assert source.site is not None
        assert (source.site.latitude, source.site.elevation) == (52.4, 35.0)
    if "footer" in name:
        assert sum("is no day and is left out" in text for text in source.warnings) == 2


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252"])
def test_encodings(encoding):
    text = "data;Temperatura máxima (°C);Temperatura mínima (°C)\n" + COMMA
    assert read(text.encode(encoding)).frame["tmax"].tolist() == pytest.approx(HIGH)


@pytest.mark.parametrize(
    ("encoding", "words"),
    [("cp932", ("年月日", "最高気温(℃)", "最低気温(℃)")), ("cp949", ("일시", "최고기온", "최저기온"))],
)
def test_east_asian_headers_are_text_and_are_named_by_a_person(encoding, words):
    data = (",".join(words) + "\n" + rows()).encode(encoding)
    assert open_table(data, None).names == list(words)
    known = dict(zip(words, ({"variable": v} for v in ("date", "tmax", "tmin")), strict=True))
    known[words[1]]["unit"] = known[words[2]]["unit"] = "°C"
    assert read(data, known=known).frame["tmin"].tolist() == pytest.approx(LOW)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("date,tmax,tmin\n2023-07-10,28,4,14,2\n2023-07-11,29,6,15,1\n", "row 1.*5 columns under 3 titles"),
        ("date tmax tmin rh\n2023-07-10 28.4 14.2 60\n2023-07-11 29.6 60\n2023-07-12 27.7 13.8 61\n", "row 3|row 2"),
        ("date,tmax,tmin\n2023-07-10,28.4,14.2\nx,29.6,15.1\n2023-07-12,27.7,13.8\n", "row 2 = 'x'"),
    ],
)  # fmt: skip
def test_rows_that_would_shift_are_refused_by_their_number(text, words):
    with pytest.raises(InputError, match=words):
        read(text.encode())


def test_a_row_with_a_blank_in_columns_of_letters_is_cut_by_them():
    text = "date          tmax    tmin    rh\n2023-07-10    28.4    14.2    60\n2023-07-11    29.6            61\n"
    text += "2023-07-12    27.7    13.8    62\n"
    frame = read(text.encode()).frame
    assert frame["rhmean"].tolist() == [60.0, 61.0, 62.0]
    assert frame["tmin"].isna().tolist() == [False, True, False]


def test_thousands_and_columns_of_one_name():
    text = 'date,tmax (C),tmin (C),Station pressure (hPa)\n2023-07-10,28.4,14.2,"1,003.2"\n2023-07-11,29.6,15.1,998.0\n'
    assert read(text.encode()).frame["pressure"].tolist() == pytest.approx([100.32, 99.8])
    twice = "date,tmax (C),tmax (C),tmin (C)\n2023-07-10,28.4,21.0,14.2\n2023-07-11,29.6,22.0,15.1\n"
    with pytest.raises(InputError, match=r"columns.*'tmax \(C\)'.*'tmax \(C\) \(2\)'"):
        read(twice.encode())
    assert read(twice.encode(), columns={"tmax (C) (2)": ""}).frame["tmax"].tolist() == [28.4, 29.6]


def test_an_empty_column_never_beats_a_full_one():
    text = "date,tmax (C),Max temp corrected (C),tmin (C)\n2023-07-10,,28.4,14.2\n2023-07-11,,29.6,15.1\n"
    assert read(text.encode()).frame["tmax"].tolist() == [28.4, 29.6]


def test_a_sheet_with_a_title_and_a_row_of_units():
    book = io.BytesIO()
    cells = [["Farm", None, None], ["date", "tmax", "tmin"], [None, "°C", "°C"], *zip(DAYS, HIGH, LOW, strict=True)]
    pd.DataFrame(cells).to_excel(book, index=False, header=False)
    assert read(book.getvalue()).frame["tmax"].tolist() == pytest.approx(HIGH)


def test_headers_of_a_hundred_thousand_brackets_are_read_at_once():
    text = f"date,tmax (C),tmin (C),{'(' * 100_000}\n" + rows("{day},{high},{low},1")
    assert len(read(text.encode()).frame) == 4
