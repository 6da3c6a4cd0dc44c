"""Everyday files of other tongues and habits: each ends in the right numbers, or in a sentence that says what is "
"wrong.

One row a mechanism; the numbers of every file are those of `WEATHER`.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from etolib.errors import InputError
from etolib.site import Site
from etolib.sources.station.east_asia import western
from etolib.sources.station.file import read
from etolib.sources.station.headers import take_apart
from etolib.sources.station.names import read_name

SITE = Site(38.5, -121.8, 18.0)
DAYS = pd.date_range("2023-07-01", periods=12)
TMIN = np.array([13.1, 12.4, 14.0, 15.2, 13.8, 12.9, 14.4, 15.0, 13.3, 12.2, 14.9, 13.7])
TMAX = np.array([31.0, 30.2, 33.1, 34.4, 32.5, 29.8, 31.7, 35.2, 30.9, 28.7, 33.3, 32.0])
RS = np.array([28.1, 27.3, 29.4, 28.8, 27.9, 25.2, 28.3, 29.1, 26.6, 24.8, 28.7, 28.0])
HEAD = ["Date", "Tmin (°C)", "Tmax (°C)", "Rs (MJ/m²)"]


def text(head=HEAD, rows=None, sep=",", before=(), after=(), dates=None):
    dates = DAYS.strftime("%Y-%m-%d") if dates is None else dates
    rows = rows or [[d, f"{a}", f"{b}", f"{c}"] for d, a, b, c in zip(dates, TMIN, TMAX, RS, strict=True)]
    heads = [head] if isinstance(head[0], str) else head
    return "\n".join([*before, *(sep.join(h) for h in heads), *(sep.join(row) for row in rows), *after]) + "\n"


def changed(column, at, cell):
    """Return the rows with one cell changed on some days."""
    rows = [[d, f"{a}", f"{b}", f"{c}"] for d, a, b, c in zip(DAYS.strftime("%Y-%m-%d"), TMIN, TMAX, RS, strict=True)]
    for i in at:
        rows[i][column] = cell
    return rows


def with_units(*units):
    rows = changed(0, (), "")
    return [[row[0], *(f"{cell} {unit}" for cell, unit in zip(row[1:], units, strict=True))] for row in rows]


RIGHT = {
    "dutch": text(["Datum", "Minimumtemperatuur (°C)", "Maximumtemperatuur (°C)", "Globale straling (MJ/m²)"]),
    "danish": text(["Dato", "Min. temperatur (°C)", "Maks. temperatur (°C)", "Globalstråling (MJ/m²)"]),
    "chinese": text(["日期", "日最低气温(℃)", "日最高气温(℃)", "总辐射(MJ/㎡)"],
    dates=DAYS.strftime("%Y年%m月%d日")).encode("gb18030"),
    "chinese without units": text(["日期", "最低气温", "最高气温", "太阳辐射"]),
    "japanese": text(["年月日", "最低気温(℃)", "最高気温(℃)", "合計全天日射量(MJ/㎡)"],
    dates=DAYS.strftime("%Y/%m/%d")).encode("cp932"),
    "korean": text(["일시", "최저기온(°C)", "최고기온(°C)", "합계 일사량(MJ/m2)"]).encode("cp949"),
    "old encoding": text().encode("cp850"),
    "units in cells": text(["Date", "Tmin", "Tmax", "Rs"], with_units("°C", "°C", "MJ/m²")),
    "merged groups, units below": text(
        [["Datum", "Lufttemperatur", "", "Globalstrahlung"], ["", "Min °C", "Max °C", "MJ/m²"]]
    ),
    "merged groups, dates below": text(
        [["Fecha", "Temperatura", "", "Radiación"], ["dd/mm/aaaa", "Mín. (ºC)", "Máx. (ºC)", "MJ/m2"]]
    ),
    "points and commas": text(
        rows=[[row[0], row[1].replace(".", ",") if i % 3 else row[1], *row[2:]]
              for i, row in enumerate(changed(0, (), ""))], sep=";",
    ),
    "marks at numbers": text(rows=changed(1, (3,), "15.2*")),
    "sums between": text(rows=[*changed(0, (), "")[:6], ["Total", "", "", "166.7"], *changed(0, (), "")[6:]]),
    "words between": text(
        rows=[*changed(0, (), "")[:6], ["Month: August 2023", "", "", ""], HEAD, *changed(0, (), "")[6:]]
    ),
    "thousands of J/cm²": text(
        ["Datum", "Tmin (°C)", "Tmax (°C)", "Globalstrahlung (J/cm²)"], sep=";",
        rows=[[d, f"{a}".replace(".", ","), f"{b}".replace(".", ","), f"{c * 100:,.0f}".replace(",", ".")]
         for d, a, b, c in zip(DAYS.strftime("%Y-%m-%d"), TMIN, TMAX, RS, strict=True)],
    ),
    "numbered columns": text([HEAD, ["(1)", "(2)", "(3)", "(4)"]]),
    "statistics and units in one line": text(
        [["Data", "Temperatura (°C)", "", "Rs"], ["", "Mín", "Máx", "MJ/m²"]]
    ),
    "year and month in one column": text(
        ["YYYYMM", "DD", *HEAD[1:]], [["202307", f"{i + 1}", *row[1:]] for i, row in enumerate(changed(0, (), ""))]
    ),
    "dates in parts, another column of time": text(
        ["Year", "Mon", "Day", *HEAD[1:], "PRE_Time_2020"],
        [["2023", "7", f"{i + 1}", *row[1:], "1.2"] for i, row in enumerate(changed(0, (), ""))],
    ),
    "units under fixed columns": "Date          Tmin     Tmax     Rs\n               (C)      (C)    (MJ/m2)\n"
    + "".join(f"{row[0]} {row[1]:>8} {row[2]:>8} {row[3]:>8}\n" for row in changed(0, (), "")),
    "what columns are, above": text(
        ["date", "AB1", "AB2", "AB3"],
        before=["AB1 : température minimale (°C)", "AB2 : température maximale (°C)", "AB3 : rayonnement global "
        "(MJ/m2)"],
    ),
    "units above, the quantity first": text(
        ["Date", "Tmin", "Tmax", "Rs (MJ/m2)"],
        [[row[0], f"{float(row[1]) * 1.8 + 32:.2f}", f"{float(row[2]) * 1.8 + 32:.2f}", row[3]]
         for row in changed(0, (), "")],
        before=["Temperature units: °F"],
    ),
    "unit of a logger": text(
        ["Date", "Tmin (°C)", "Tmax (°C)", "SR_Wm2"],
        [[*row[:3], f"{float(row[3]) / 0.0864:.2f}"] for row in changed(0, (), "")],
    ),
    "the unit first": text(
        ["Date", "°F Min", "°F Max", "Rs (MJ/m2)"],
        [[row[0], f"{float(row[1]) * 1.8 + 32:.2f}", f"{float(row[2]) * 1.8 + 32:.2f}", row[3]]
         for row in changed(0, (), "")],
    ),
    "insolation that is energy": text(
        ["Data", "Tmin (°C)", "Tmax (°C)", "Insolation kWh/m2/d"],
        [[*row[:3], f"{float(row[3]) / 3.6:.4f}"] for row in changed(0, (), "")],
    ),
    "mWh/cm²": text(
        ["Date", "Tmin (°C)", "Tmax (°C)", "Rs (mWh/cm2)"],
        [[*row[:3], f"{float(row[3]) / 0.036:.2f}"] for row in changed(0, (), "")],
    ),
    "ESALQ": text(
        ["AÑO / MES / DÍA", "tar_min", "tar_max", "R.GLOBAL cal/cm.d"],
        [[*row[:3], f"{float(row[3]) / 0.04184:.2f}"] for row in changed(0, (), "")],
    ),
    "digits of full width": text(
        ["日付", "最低気温(℃)", "最高気温(℃)", "日射量(MJ/m2)"],
        [[row[0], *("".join(chr(ord(c) + 0xFEE0) for c in cell) for cell in row[1:3]), row[3]]
         for row in changed(0, (), "")],
    ),
    "the unit before each name": text(
        ["Timestamps", "°F Min Air Temperature", "°F Max Air Temperature", "W/m² Solar Radiation"],
        [[row[0], f"{float(row[1]) * 1.8 + 32:.2f}", f"{float(row[2]) * 1.8 + 32:.2f}", f"{float(row[3]) / 0.0864:.2f}"]
         for row in changed(0, (), "")],
    ),
    "high and low": text(["Date", "Low (°C)", "High (°C)", "Rs (MJ/m²)"]),
    "gridMET with a column day": text(
        ["day", "daily_minimum_temperature(K)", "daily_maximum_temperature(K)",
         "daily_mean_shortwave_radiation_at_surface(W m-2)"],
        [[d, f"{a + 273.15:.2f}", f"{b + 273.15:.2f}", f"{c / 0.0864:.2f}"]
         for d, a, b, c in zip(DAYS.strftime("%Y-%m-%d"), TMIN, TMAX, RS, strict=True)],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", RIGHT)
def test_right_numbers(name):
    content = RIGHT[name]
    station = read(content if isinstance(content, bytes) else content.encode(), site=SITE)
    frame = station.frame
    assert (frame.index == DAYS).all()
    for variable, values in (("tmin", TMIN), ("tmax", TMAX), ("rs", RS)):
        np.testing.assert_allclose(frame[variable], values, atol=0.01, err_msg=variable)


@pytest.mark.parametrize("cell", ["9999", "999.9", "-7999", "6999", "-888", "32767", "9.96921E+36", "-9.99e+08", "///"])
@pytest.mark.parametrize("column", [1, 3])
def test_numbers_that_stand_for_none(cell, column):
    station = read(text(rows=changed(column, (2, 7), cell)).encode(), site=SITE)
    variable = {1: "tmin", 3: "rs"}[column]
    assert station.frame[variable].isna().to_numpy().nonzero()[0].tolist() == [2, 7]
    assert any("2 cells" in str(warning) for warning in station.warnings)


@pytest.mark.parametrize(
    ("lines", "latitude", "longitude"),
    [
        (["Latitude: 34.24 S", "Longitude: 142.09 E"], -34.24, 142.09),
        (["Latitude: 34°14'24\"S", "Longitude: 142°05'24\"E"], -34.24, 142.09),
        (["Lat. 22° 42' 30\" S  Long. 47° 38' 00\" W"], -22.70833, -47.63333),
        (["Latitude: -34.24", "Longitude: 142.09"], -34.24, 142.09),
        (["Latitud: S 34,24", "Longitud: E 142,09"], -34.24, 142.09),
    ],
)
def test_hemisphere_of_the_lines_above(lines, latitude, longitude):
    place = read(text(head=HEAD[:3], rows=[row[:3] for row in changed(0, (), "")], before=lines).encode()).site
    assert (place.latitude, place.longitude) == pytest.approx((latitude, longitude), abs=1e-4)


@pytest.mark.parametrize("line", ["Anemometer height: 10 m", "Höhe Windmesser: 10 m", "Altura do vento = 10 m"])
def test_height_of_the_anemometer_above(line):
    rows = [[*row[:3], "3.0"] for row in changed(0, (), "")]
    station = read(text([*HEAD[:3], "Wind (m/s)"], rows, before=[line]).encode(), site=SITE)
    assert station.frame["u2"].iloc[0] == pytest.approx(3.0 * 0.748, abs=0.002)
    assert "u2" not in station.guessed


@pytest.mark.parametrize(
    ("name", "factor"),
    [
        ("Wind speed at 33 ft (mph)", 0.44704 * 0.747),
        ("u10m (m/s)", 0.748),
        ("Wind run 24h miles, 2 m", 1609.344 / 86400),
    ],
)
def test_winds_with_height_and_way(name, factor):
    rows = [[*row[:3], "80" if "run" in name else "5.0"] for row in changed(0, (), "")]
    station = read(text([*HEAD[:3], f'"{name}"'], rows).encode(), site=SITE)
    assert station.frame["u2"].iloc[0] == pytest.approx(factor * float(rows[0][3]), rel=0.002)


def test_beaufort_is_left_out():
    rows = [[*row[:3], "3"] for row in changed(0, (), "")]
    station = read(text([*HEAD[:3], "Wind (Bft)"], rows).encode(), site=SITE)
    assert "u2" not in station.frame
    assert any("Bft" in str(sentence) for sentence in station.explain())


@pytest.mark.parametrize(
    ("name", "variable", "other"),
    [
        ("H.R. Mín.", "rhmin", None), ("U.R.", "rhmean", None), ("Radiaz. globale", "rs", None),
        ("Relative Pressure", None, "sea_level"), ("Absolute Pressure", "pressure", None),
        ("POA irradiance", None, "tilted"), ("RH 1500", None, "moment"),
        ("Windstoten", None, "gust"), ("Natteboltemperatuur", None, "wet_bulb"), ("Bodemtemperatuur", None, "soil"),
        ("Verzadigingsdeficit", None, "deficit"), ("Nedbør (mm)", "precipitation", None), ("海面気圧", None,
        "sea_level"),
        ("最大瞬間風速(m/s)", None, "gust"), ("饱和水汽压差(kPa)", None, "deficit"), ("평균 지면온도(°C)", None,
        "surface"),
        ("最小相对湿度(%)", "rhmin", None), ("平均 이슬점온도", "tdew", None), ("散射辐射", None, "diffuse"),
        ("年", "year", None),
    ],
)  # fmt: skip
def test_words_of_other_tongues(name, variable, other):
    found = read_name(take_apart(name).text)
    assert found.variable == variable
    assert other is None or found.other is not None


def test_western_leaves_others_alone():
    assert western("Temperatura Máxima (°C)") == "Temperatura Máxima (°C)"


def test_a_date_that_is_none_is_still_refused():
    rows = changed(0, (5,), "2023-13-45")
    with pytest.raises(InputError, match="2023-13-45"):
        read(text(rows=rows).encode(), site=SITE)


@pytest.mark.parametrize(("at", "file_latitude"), [(-34.2, 45.0), (45.0, -34.2)])
def test_a_year_of_the_other_hemisphere_is_refused(at, file_latitude):
    days = pd.date_range("2023-01-01", periods=365)
    warm = -np.cos(2 * np.pi * (days.day_of_year.to_numpy() - 15) / 365) * (1 if file_latitude > 0 else -1)
    rows = [[f"{d:%Y-%m-%d}", f"{8 + 10 * x:.1f}", f"{18 + 11 * x:.1f}"] for d, x in zip(days, warm, strict=True)]
    with pytest.raises(InputError, match="other way round") as refused:
        read(text(HEAD[:3], rows).encode(), site=Site(at, 142.0 if at < 0 else -93.0, 100.0))
    assert "sign of the latitude" in str(refused.value)


def test_tenths_of_a_degree_that_look_like_a_missing_one():
    rows = [[row[0], f"{-90 - 3 * i}", "20"] for i, row in enumerate(changed(0, (), ""))]
    station = read(text(["Date", "Tmin (0.1 °C)", "Tmax (0.1 °C)"], rows).encode())
    assert station.frame["tmin"].iloc[3] == pytest.approx(-9.9)


def test_days_of_zeros_are_missing():
    rows = changed(0, (), "")
    rows[4] = [rows[4][0], "0", "0", "0"]
    station = read(text(rows=rows).encode(), site=SITE)
    assert station.frame.iloc[4].isna().all()
    assert any("zeros" in str(warning) for warning in station.warnings)


def test_two_heights_of_one_wind_are_asked_about():
    rows = [[*row[:3], "3.0"] for row in changed(0, (), "")]
    content = text([*HEAD[:3], "Wind at 2 m (m/s)"], rows, before=["Anemometer height: 10 m"])
    station = read(content.encode(), site=SITE)
    assert "u2" in station.guessed
    assert [q.choices for q in station.mapping.questions if q.parameter == "wind_height"] == [(2.0, 10.0)]


def test_a_vapour_pressure_at_saturation_is_left_out():
    es = 0.3054 * (np.exp(17.27 * TMIN / (TMIN + 237.3)) + np.exp(17.27 * TMAX / (TMAX + 237.3)))
    rows = [[*row[:3], "45", f"{e:.3f}"] for row, e in zip(changed(0, (), ""), es, strict=True)]
    station = read(text([*HEAD[:3], "RH (%)", "Vapour pressure (kPa)"], rows).encode(), site=SITE)
    assert "ea" not in station.frame
    assert "rhmean" in station.frame


def hours(unit, factor, counter=False, dates=None):
    """Return a file of hours in UTC-8 with the sun of the place."""
    index = pd.date_range("2023-07-01", periods=24 * 6, freq="h")
    sun = np.clip(np.sin((index.hour.to_numpy() + 0.5 - 6.1) / 12 * np.pi), 0, None) * 2.6
    rain = np.where(index.hour == 15, 3.0, 0.0)
    rain = pd.Series(rain, index).groupby(index.normalize()).cumsum().to_numpy() if counter else rain
    rows = [
        [d, f"{20 + 6 * np.sin((h - 9) / 12 * np.pi):.2f}", f"{s * factor:.4f}", f"{r:.1f}"]
        for d, h, s, r in zip(dates(index) if dates else index.strftime("%Y-%m-%d %H:%M"), index.hour, sun, rain,
                              strict=True)
    ]  # fmt: skip
    content = text(["Time", "Temp (°C)", f"Solar ({unit})", "Rain (mm)"], rows).encode()
    frame = read(content, site=SITE, time_zone=-8, stamps="begin", dates="excel" if dates else None).frame
    return frame.iloc[1:-1], sun.reshape(6, 24).sum(axis=1)[1:-1]


@pytest.mark.parametrize(
    ("unit", "factor"),
    [("MJ/m2/h", 1.0), ("kJ/m2/h", 1000.0), ("ly/min", 1 / 0.04184 / 60), ("cal/cm2/h", 1 / 0.04184)],
)
def test_radiation_of_hours_by_the_hour_and_the_minute(unit, factor):
    frame, energy = hours(unit, factor)
    np.testing.assert_allclose(frame["rs"], energy, rtol=0.01)


def test_hours_of_excel_and_a_counter_of_rain():
    frame, energy = hours("MJ/m2", 1.0, True, lambda i: [f"{v:.6f}" for v in (i - pd.Timestamp("1899-12-30")).days
                                                        + i.hour / 24])  # fmt: skip
    np.testing.assert_allclose(frame["rs"], energy, rtol=0.01)
    assert "precipitation" not in frame
