"""Own station files as people have them: recognised, shown, read to the same numbers, or refused with a reason."""

from __future__ import annotations

import datetime as dt
import io

import numpy as np
import pandas as pd
import pytest

import etolib
from etolib.errors import InputError, SourceWindowError
from etolib.site import Period, Site
from etolib.sources.station import file
from etolib.sources.station.file import guess, read
from tests.sources.station.conftest import DAYS

SITE = Site(-22.7, -47.6, 550.0)


def canonical(weather):
    return weather.to_csv().encode()


def american(weather):
    table = pd.DataFrame(
        {
            "Date": DAYS.strftime("%m/%d/%Y"),
            "Max Air Temp (F)": (weather["tmax"] * 9 / 5 + 32).round(2),
            "Min Air Temp (F)": (weather["tmin"] * 9 / 5 + 32).round(2),
            "Avg Rel Hum (%)": weather["rhmean"],
            "Avg Wind Speed (mph)": (weather["u2"] / 0.44704).round(5),
            "Sol Rad (Ly/day)": (weather["rs"] / 0.04184).round(3),
            "Precip (in)": (weather["precipitation"] / 25.4).round(6),
        }
    )
    return table.to_csv(index=False).encode()


def brazilian(weather):
    head = "Estação: X\nLatitude: -22,7\nLongitude: -47,6\nAltitude: 550\n"
    table = pd.DataFrame(
        {
            "Data": DAYS.strftime("%d/%m/%Y"),
            "Temperatura Máxima (°C)": weather["tmax"],
            "Temperatura Mínima (°C)": weather["tmin"],
            "Umidade Relativa Média (%)": weather["rhmean"],
            "Vento a 2 m (m/s)": weather["u2"],
            "Radiação Solar (MJ/m²)": weather["rs"],
            "Precipitação (mm)": weather["precipitation"],
        }
    )
    return (head + table.to_csv(index=False, sep=";", decimal=",")).encode("cp1252")


def excel(weather):
    book = io.BytesIO()
    weather.reset_index().to_excel(book, index=False)
    return book.getvalue()


def tabulated(weather):
    return weather.rename(columns={"tmax": "TX [°C]", "tmin": "TN [°C]"}).to_csv(sep="\t").encode("utf-16")


def spaced(weather):
    table = weather.assign(year=DAYS.year, doy=DAYS.day_of_year).reset_index(drop=True)
    return table.to_string(index=False).encode()


WRITERS = {f.__name__: f for f in (canonical, american, brazilian, excel, tabulated, spaced)}


def eto(data):
    return etolib.eto(data.frame.drop(columns="kind"), SITE).eto


@pytest.mark.parametrize("writer", WRITERS)
def test_every_way_to_write_the_same_weather_gives_the_same_eto(weather, writer):
    """The canonical file is the authority."""
    period = Period("2023-12-20", "2024-02-01")
    truth = eto(read(canonical(weather), site=SITE).fetch(SITE, period))
    source = read(WRITERS[writer](weather), site=SITE)
    data = source.fetch(SITE, period)
    np.testing.assert_allclose(eto(data), truth, atol=0.002)
    assert truth.notna().all()
    assert data.source == "station"
    assert (data.frame["kind"] == "observed").all()


def test_the_mapping_is_shown_with_reasons(weather):
    mapping = guess(american(weather))
    table = mapping.table()
    assert table.set_index("column").loc["Sol Rad (Ly/day)", ["taken for", "unit"]].tolist() == ["rs", "Ly"]
    assert table["reason"].str.len().gt(0).all()
    words = "\n".join(mapping.explain())
    assert "decimal point" in words
    assert "height of the wind is not stated, 2 m assumed" in words
    assert "decimal comma" in guess(brazilian(weather)).explain()[0]


def test_the_mapping_can_be_corrected(weather):
    text = american(weather)
    mapping = guess(text).change("Avg Wind Speed (mph)", height=10.0)
    high, low = read(text, mapping=mapping), read(text)
    np.testing.assert_allclose(high.frame["u2"], low.frame["u2"] * 4.87 / np.log(67.8 * 10 - 5.42))
    without = read(text, mapping=guess(text).change("Sol Rad (Ly/day)", variable=""))
    assert "rs" not in without.frame
    with pytest.raises(InputError, match="furlong"):
        mapping.change("Avg Wind Speed (mph)", unit="furlong")
    with pytest.raises(InputError, match="is not in the file"):
        mapping.change("nothing", unit="mph")


def test_latitude_and_height_are_taken_from_the_file(weather):
    assert read(brazilian(weather)).site == SITE
    assert read(canonical(weather)).site is None


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("Max Air Temp (F)", "Max Air Temp (C)", ["'Max Air Temp (C)'", "cannot be tmax in °C", "look like °F"]),
        ("Min Air Temp (F)", "Soil Temp (F)", ["no column for the minimum temperature"]),
        ("Max Air Temp (F)", "x", ["no column for the maximum temperature"]),
        ("Date", "Remark", ["no column for the date"]),
    ],
)
def test_a_wrong_file_gets_a_sentence_that_says_which(weather, old, new, words):
    text = american(weather).decode().replace(old, new).encode()
    with pytest.raises(InputError) as caught:
        read(text, site=SITE, filename="farm.csv")
    for word in words:
        assert word in str(caught.value)
    assert caught.value.suggestion


@pytest.mark.parametrize(
    ("old", "new", "variable", "words"),
    [
        ("Sol Rad (Ly/day)", "Sol Rad (MJ/m2)", "rs", ["'Sol Rad (MJ/m2)'", "cannot be rs in MJ/m²"]),
        ("Avg Rel Hum (%)", "Avg Rel Hum (fraction)", "rhmean", ["'Avg Rel Hum (fraction)'", "look like %"]),
    ],
)
def test_a_column_that_cannot_be_is_left_out_and_said_and_the_file_is_read(weather, old, new, variable, words):
    source = read(american(weather).decode().replace(old, new).encode(), site=SITE)
    assert variable not in source.frame
    said = "\n".join(source.warnings)
    for word in words:
        assert word in said


def test_radiation_in_kwh_under_another_name_is_found_out(weather):
    source = read(weather.assign(rs=(weather["rs"] / 3.6).round(2)).to_csv().encode(), site=SITE)
    assert "rs" not in source.frame
    assert any("'rs' is left out" in text and "kWh" in text for text in source.warnings)


def test_two_stations(weather):
    both = pd.concat([weather.assign(station="A"), weather.assign(station="B", tmax=weather["tmax"] + 1)])
    text = both.to_csv().encode()
    with pytest.raises(InputError, match=r"A, B.*2 stations"):
        read(text)
    assert read(text, station="B").frame["tmax"].tolist() == pytest.approx((weather["tmax"] + 1).tolist())
    with pytest.raises(InputError, match="is not in"):
        read(text, station="C")
    with pytest.raises(InputError, match="two rows for 2023-12-15"):
        read(pd.concat([weather, weather]).to_csv().encode())


def test_hourly_rows_become_days(weather):
    times = pd.date_range("2024-01-01", periods=48, freq="h", name="date")
    table = pd.DataFrame({"tmax": 20.0, "tmin": 10.0}, index=times)
    table.loc["2024-01-02 05:00", "tmin"] = 8.5
    frame = read(table.to_csv().encode(), stamps="begin").frame
    assert frame["tmax"].tolist() == [20.0, 20.0]
    assert frame["tmin"].tolist() == [10.0, 8.5]


@pytest.mark.parametrize("fill", ["-999", "-9999.0", "NA", "", "---", "null", "-99.9"])
def test_fill_values_are_missing(fill):
    text = f"date,tmax,tmin\n2024-02-28,30,20\n2024-02-29,{fill},21\n2024-03-01,31,19\n".encode()
    frame = read(text).frame
    assert np.isnan(frame.loc["2024-02-29", "tmax"])
    assert frame.loc["2024-03-01", "tmax"] == 31.0


def test_text_in_a_cell_is_missing_and_said_to_be():
    source = read(b"date,tmax,tmin\n2024-02-28,30,20\n2024-02-29,broken,21\n2024-03-01,31,19\n")
    assert any("broken" in text for text in source.warnings)


@pytest.mark.parametrize(
    "dates",
    [
        ["03/02/2024", "04/02/2024", "05/02/2024"],
        ["2/28/2024", "2/29/2024", "3/1/2024"],
        ["20240228", "20240229", "20240301"],
    ],
)
def test_day_and_month_are_told_apart_by_their_steps(dates):
    text = "date,tmax,tmin\n" + "".join(f"{d},30,20\n" for d in dates)
    frame = read(text.encode()).frame
    assert (frame.index[-1] - frame.index[0]).days == 2


def test_a_date_that_is_none_names_its_row():
    with pytest.raises(InputError, match=r"date|row"):
        read(b"date,tmax,tmin\n2024-02-28,30,20\n2024-02-30,30,21\n2024-03-01,31,19\n")


@pytest.mark.parametrize(
    ("content", "word"),
    [
        (b"", "empty"),
        (b"   \n", "empty"),
        (b"<html><p>hello, world</p></html>", "web page"),
        (bytes(range(256)) * 9, "text"),
        (b"PK\x03\x04broken", "Excel"),
        (b"\xd0\xcf\x11\xe0old", "xlsx"),
        (b"only one column\n1\n2\n", "column"),
        (b"2024-01-01,3,4\n2024-01-02,3,4\n", "header"),
    ],
)
def test_what_is_no_table_is_refused(content, word):
    with pytest.raises(InputError, match=word):
        read(content)


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(InputError, match="does not exist"):
        read(tmp_path / "nothing.csv")


def test_own_eto_is_a_reference_and_never_an_input():
    source = read(b"date,tmax,tmin,eto\n2024-02-28,30,20,5.1\n2024-02-29,31,20,5.2\n")
    assert source.reference.tolist() == [5.1, 5.2]
    assert "eto" not in source.fetch(SITE, Period("2024-02-28", "2024-02-29")).frame


def test_a_file_has_a_window_like_any_source(weather):
    source = read(canonical(weather), site=Site(-22.0, -47.6))
    with pytest.raises(SourceWindowError, match="2023-12-15"):
        source.fetch(SITE, Period("2020-01-01", "2020-01-31"))
    data = source.fetch(SITE, Period("2023-12-10", "2023-12-20"))
    assert data.frame.index[0].date() == dt.date(2023, 12, 15)
    assert any("outside its window" in text for text in data.warnings)
    assert any("km from the place" in text for text in data.warnings)


def test_the_module_shows_its_names():
    assert set(file.__all__) == {"Column", "Mapping", "StationFile", "guess", "read"}
