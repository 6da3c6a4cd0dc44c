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
from etolib.sources import wetterdienst
from etolib.sources.station import file
from etolib.sources.station.file import guess, read
from etolib.sources.station.names import classify, height_of, split_unit
from etolib.sources.station.units import UNITS, unit_of

SITE = Site(-22.7, -47.6, 550.0)
DAYS = pd.date_range("2023-12-15", periods=60, name="date")


@pytest.fixture(scope="module")
def weather():
    rng = np.random.default_rng(1)
    n = len(DAYS)
    return pd.DataFrame(
        {
            "tmax": 28 + rng.normal(0, 2, n),
            "tmin": 18 + rng.normal(0, 1, n),
            "rhmean": 65 + rng.normal(0, 5, n),
            "u2": 1.5 + rng.random(n),
            "rs": 20 + rng.normal(0, 3, n),
            "precipitation": rng.gamma(0.3, 5, n),
        },
        index=DAYS,
    ).round(1)


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
        ("Sol Rad (Ly/day)", "Sol Rad (MJ/m2)", ["'Sol Rad (MJ/m2)'", "cannot be rs in MJ/m²"]),
        ("Avg Rel Hum (%)", "Avg Rel Hum (fraction)", ["'Avg Rel Hum (fraction)'", "look like %"]),
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


def test_radiation_in_kwh_under_another_name_is_found_out(weather):
    text = weather.assign(rs=(weather["rs"] / 3.6).round(2)).to_csv().encode()
    with pytest.raises(InputError, match="kWh"):
        read(text, site=SITE)


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


def test_hourly_rows_are_told_as_such(weather):
    times = pd.date_range("2024-01-01", periods=48, freq="h", name="date")
    table = pd.DataFrame({"tmax": 20.0, "tmin": 10.0}, index=times)
    with pytest.raises(InputError, match="not daily"):
        read(table.to_csv().encode())


@pytest.mark.parametrize("fill", ["-999", "-9999.0", "NA", "", "---", "null", "-99.9"])
def test_fill_values_are_missing(fill):
    text = f"date,tmax,tmin\n2024-02-28,30,20\n2024-02-29,{fill},21\n2024-03-01,31,19\n".encode()
    frame = read(text).frame
    assert np.isnan(frame.loc["2024-02-29", "tmax"])
    assert frame.loc["2024-03-01", "tmax"] == 31.0


def test_text_in_a_cell_is_missing_and_told():
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
        (b"<html><p>hello, world</p></html>", "no row"),
        (bytes(range(256)) * 9, "text"),
        (b"PK\x03\x04broken", "Excel"),
        (b"\xd0\xcf\x11\xe0old", "xlsx"),
        (b"only one column\n1\n2\n", "column"),
        (b"2024-01-01,3,4\n2024-01-02,3,4\n", "header"),
    ],
)
def test_what_is_no_table_is_told(content, word):
    with pytest.raises(InputError, match=word):
        read(content)


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(InputError, match="does not exist"):
        read(tmp_path / "nothing.csv")


# --- FAO formats ----------------------------------------------------------------------------------------------------

TNX = """Brussels : daily data
     1  : Daily records (1=daily, 2=10-daily and 3=monthly data)
    28  : First day of record (1, 11 or 21 for 10-day or 1 for months)
     2  : First month of record
  2024  : First year of record (1901 if not linked to a specific year)

  Tmin (C)   TMax (C)
=======================
      -1.4       4.1
       0.0       5.0
       1.5       6.2
"""


def test_aquacrop_temperatures_run_over_the_leap_day():
    frame = read(TNX.encode()).frame
    assert frame.index.strftime("%m-%d").tolist() == ["02-28", "02-29", "03-01"]
    assert frame["tmin"].tolist() == [-1.4, 0.0, 1.5]


@pytest.mark.parametrize(
    ("old", "new", "word"),
    [
        ("     1  : Daily", "     2  : 10-day", "10-day"),
        ("  2024", "  1901", "not linked to a year"),
        ("0.0 ", "x ", "numbers"),
        ("       1.5       6.2", "       1.5", "numbers|columns"),
    ],
)
def test_aquacrop_files_that_cannot_be_used(old, new, word):
    with pytest.raises(InputError, match=word):
        read(TNX.replace(old, new, 1).encode())


def test_climwat_months_become_a_smooth_year():
    rows = [f"{18 - abs(m - 6) * 0.1:.1f} 29.0 70 150 6.5 20.1 4.2" for m in range(12)]
    source = read(('"Brazil","PIRACICABA",550,22.7,"S",47.6,"W"\n' + "\n".join(rows)).encode())
    assert source.site == SITE
    assert source.reference is not None
    assert source.reference.tolist() == [4.2] * 12
    data = source.fetch(SITE, Period("2024-02-01", "2024-02-29"))
    assert (data.frame["kind"] == "climatology").all()
    assert data.frame["u2"].iloc[0] == pytest.approx(150 / 86.4)
    assert data.frame["tmin"].mean() == pytest.approx(17.5, abs=0.02)  # the month's mean
    assert any("monthly means" in text for text in data.warnings)


def test_climwat_files_as_the_programme_writes_them():
    # Widths, marks and order of the columns as CLIMWAT 2.0 writes them: the maximum first, N.L. for north; what stands
    # for the half of the longitude is a number there, so that the longitude is not taken for certain.
    rows = [f"{20 - m:10.1f}{10 - m:10.1f}      70.0     86.4      6.00     15.00      3.00" for m in range(12)]
    text = '"Location 77","SOMEWHERE",1587,34.08,"N.L.",74.83," 01"\n' + "\n".join(rows) + "\n"
    source = read(text.encode())
    assert source.site is None
    assert source.frame[["tmax", "tmin"]].iloc[0].tolist() == [20.0, 10.0]
    assert source.frame["u2"].iloc[0] == pytest.approx(1.0)
    rain = '"SOMEWHERE","","4",0,0\n' + "\n".join("      0.61\t     52.00\t     47.67" for _ in range(12))
    with pytest.raises(InputError, match="file of rain of a CLIMWAT station"):
        read(rain.encode())


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (
            TNX.replace("  Tmin (C)   TMax (C)", "  Total Rain (mm)"),
            "AquaCrop file of 'Total Rain .mm.'.*no temperatures",
        ),
        ("Farm\n 7.1 : AquaCrop Version (August 2023)\nfarm.Tnx\nfarm.ETo\nfarm.PLU\n", "list of AquaCrop files"),
    ],
)
def test_aquacrop_files_beside_the_temperatures_are_told_apart(content, words):
    with pytest.raises(InputError, match=words):
        read(content.encode())


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


# --- names and units ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "variable"),
    [
        ("Tmax", "tmax"),
        ("TMIN", "tmin"),
        ("Temp. mínima", "tmin"),
        ("T2M_MAX", "tmax"),
        ("Dew Point", "tdew"),
        ("Relative humidity (max)", "rhmax"),
        ("UR_med", "rhmean"),
        ("ALLSKY_SFC_SW_DWN", "rs"),
        ("PRECTOTCORR", "precipitation"),
        ("Vap Pres", "ea"),
        ("Insolação", "sunshine"),
        ("ETo", "eto"),
        ("Wind direction", None),
        ("Max wind speed", None),
        ("Wind gust", None),
        ("Soil temperature", None),
        ("Net radiation", None),
        ("WS2M", "u2"),
        ("Tageshöchsttemperatur", "tmax"),
        ("Lufttemperatur Minimum", "tmin"),
        ("Bodentemperatur", None),
        ("Windspitze", None),
        ("Sonnenscheindauer", "sunshine"),
        ("Taupunkt", "tdew"),
        ("Luftdruck", "pressure"),
        ("TXK", "tmax"),
        ("UPM", "rhmean"),
        ("SHK_TAG", None),
        ("MESS_DATUM", "date"),
        ("Temperatura minima", "tmin"),
        ("Pioggia", "precipitation"),
        ("Température moyenne", "tmean"),
        ("Event", None),
        ("Fecha", "date"),
        ("CLRSKY_SFC_SW_DWN", None),
        ("Sea level pressure", None),
    ],
)
def test_names(name, variable):
    assert classify(name) == variable


def test_units_are_exact():
    assert UNITS["temperature"]["°F"][0] * 212 + UNITS["temperature"]["°F"][1] == pytest.approx(100.0)
    assert UNITS["wind"]["mph"][0] == 0.44704
    assert UNITS["wind"]["kn"][0] == pytest.approx(0.514444, abs=1e-6)
    assert UNITS["water"]["in"][0] == 25.4
    assert UNITS["radiation"]["Ly"][0] == 0.04184  # 1 Ly = 1 cal(th) cm-2 = 41.84 kJ m-2
    assert split_unit("Wind speed, m/s") == ("Wind speed", "m/s")
    assert unit_of("W m-2") == "W/m²"
    assert height_of("Wind 10m (m/s)") == 10.0


# --- wetterdienst ---------------------------------------------------------------------------------------------------


def long_table(**changes):
    values = {"temperature_air_min_2m": 11.0, "temperature_air_max_2m": 23.5, "humidity_relative_mean": 0.61,
              "wind_speed_mean": 4.0, "radiation_global": 2000.0, "sunshine_duration": 36000.0}  # fmt: skip
    rows = [
        {
            "station_id": "01048",
            "resolution": "daily",
            "parameter": p,
            "timestamp": f"2024-06-0{d}T00:00:00Z",
            "value": v,
        }
        for d in (1, 2)
        for p, v in values.items()
    ]
    return pd.DataFrame(rows).assign(**changes)


def test_wetterdienst_long_table():
    row = wetterdienst.from_values(long_table()).frame.iloc[0]
    assert row[["tmin", "tmax", "rhmean", "rs", "sunshine"]].tolist() == [11.0, 23.5, 61.0, 20.0, 10.0]
    assert row["u2"] == pytest.approx(4.0 * 0.748, abs=1e-3)


def test_wetterdienst_tables_that_cannot_be_used():
    table = long_table()
    with pytest.raises(InputError, match="daily"):
        wetterdienst.from_values(long_table(resolution="hourly"))
    with pytest.raises(InputError, match="2 stations"):
        wetterdienst.from_values(table.assign(station_id=["a", "b"] * (len(table) // 2)))
    with pytest.raises(InputError, match="no column"):
        wetterdienst.from_values(table.drop(columns="value"))
    with pytest.raises(InputError, match="unit of speed"):
        wetterdienst.from_values(table, units={"speed": "bft"})
    with pytest.raises(InputError, match="least and largest"):
        wetterdienst.from_values(table[table["parameter"] == "wind_speed_mean"])


def test_the_module_shows_its_names():
    assert set(file.__all__) == {"Column", "Mapping", "StationFile", "guess", "read"}


# --- units that are not stated --------------------------------------------------------------------------------------


def unstated(weather, **columns):
    table = pd.DataFrame({"tmax (°C)": weather["tmax"], "tmin (°C)": weather["tmin"]}).assign(**columns)
    return table.to_csv().encode()


@pytest.mark.parametrize(
    ("header", "values", "variable", "unit", "median"),
    [
        ("Humidity", 0.65, "rhmean", "fraction", 65.0),
        ("Humidity", 65.0, "rhmean", "%", 65.0),
        ("Vapour pressure", 15.0, "ea", "hPa", 1.5),
        ("Vapour pressure", 1.5, "ea", "kPa", 1.5),
        ("Station pressure", 950.0, "pressure", "hPa", 95.0),
        ("Station pressure", 95000.0, "pressure", "Pa", 95.0),
        ("Station pressure", 28.05, "pressure", "inHg", 94.988),
        ("Station pressure", 95.0, "pressure", "kPa", 95.0),
        ("Wind at 2m", 180.0, "u2", "km/day", 2.0833),
        ("Wind at 2m", 2.0, "u2", "m/s", 2.0),
        ("Solar radiation", 240.0, "rs", "W/m²", 20.736),
        ("Solar radiation", 5.6, "rs", "kWh/m²", 20.16),
        ("Solar radiation", 20.0, "rs", "MJ/m²", 20.0),
        ("Solar radiation", 2000.0, "rs", "J/cm²", 20.0),
        ("Sunshine", 7.5, "sunshine", "h", 7.5),
    ],
)
def test_an_unstated_unit_is_guessed_from_the_values_and_said(weather, header, values, variable, unit, median):
    text = unstated(weather, **{header: values + np.linspace(-0.01, 0.01, len(weather)) * values})
    mapping = guess(text, latitude=-22.7)
    (column,) = [c for c in mapping.columns if c.variable == variable]
    assert column.unit == unit
    assert not column.stated
    assert any(header in question and "not stated" in question for question in mapping.questions)
    assert read(text, mapping=mapping, site=SITE).frame[variable].median() == pytest.approx(median, rel=0.01)


def test_fahrenheit_is_seen_where_no_unit_is_stated(weather):
    table = weather[["tmax", "tmin"]] * 9 / 5 + 32
    text = table.rename(columns={"tmax": "Max temp", "tmin": "Min temp"}).assign(Rain=0.1).to_csv().encode()
    source = read(text)
    assert source.frame["tmax"].tolist() == pytest.approx(weather["tmax"].tolist())
    assert source.frame["precipitation"].iloc[0] == pytest.approx(2.54)  # the rest of such a file is in US units too
    assert any("°F assumed" in text for text in source.warnings)


def test_kelvin_is_seen_where_no_unit_is_stated(weather):
    table = (weather[["tmax", "tmin"]] + 273.15).rename(columns={"tmax": "Max temp", "tmin": "Min temp"})
    assert read(table.to_csv().encode()).frame["tmax"].iloc[0] == pytest.approx(weather["tmax"].iloc[0])


def test_units_in_a_row_of_their_own():
    text = "date;tmax;tmin;wind 2m\n;degC;degC;km/h\n2024-02-28;30,1;20,0;7,2\n2024-02-29;31,0;21,5;3,6\n"
    assert read(text.encode()).frame["u2"].tolist() == pytest.approx([2.0, 1.0])


def test_a_second_column_of_the_same_kind_is_named_and_not_used(weather):
    mapping = guess(unstated(weather, **{"Max temp (°C)": 25.0}))
    assert any("'Max temp (°C)' looks like tmax too" in question for question in mapping.questions)


def test_exchanged_extremes_are_told(weather):
    text = weather.rename(columns={"tmax": "tmin", "tmin": "tmax"}).to_csv().encode()
    with pytest.raises(InputError, match="wrong way round"):
        read(text)


def test_dates_in_parts_and_doubtful_dates():
    parts = read(b"year,month,day,tmax,tmin\n2024,2,28,30,20\n2024,2,29,31,20\n")
    assert parts.frame.index.strftime("%m-%d").tolist() == ["02-28", "02-29"]
    doubtful = guess(b"date,tmax,tmin\n01/02/2024,30,20\n01/05/2024,31,20\n")
    assert any("two ways" in question for question in doubtful.questions)
    with pytest.raises(InputError, match="row 2"):
        read(b"year,month,day,tmax,tmin\n2024,2,28,30,20\n2024,2,30,31,20\n")
