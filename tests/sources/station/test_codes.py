"""Numbers that stand for none though they could be weather, and rows that are no days: left out or refused, and told.

One row a mechanism; the numbers of every file are those of `WEATHER`.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import etolib
from etolib.errors import InputError
from etolib.site import Site
from etolib.sources.station.file import read
from tests.shared import shared_path

SITE = Site(38.5, -121.8, 18.0)
DAYS = pd.date_range("2023-07-20", periods=40)
TURN = np.arange(40)
WEATHER = {
    "Tmin (°C)": 14 + 1.5 * np.sin(TURN), "Tmax (°C)": 31 + 2 * np.sin(TURN), "Rs (MJ/m²)": 27 + np.cos(TURN),
    "Wind at 2 m (m/s)": 2.1 + 0.6 * np.cos(TURN), "Rain (mm)": np.where(TURN % 9 == 4, 3.2, 0.0),
}  # fmt: skip


def rows(dates="%Y-%m-%d", **changed):
    """Return the rows of the file; ``changed`` gives by the first letters of a column what stands on which days."""
    cells = {name: [f"{v:.1f}" for v in values] for name, values in WEATHER.items()}
    for start, days in changed.items():
        name = next(name for name in cells if name.startswith(start))
        for at, cell in days.items():
            cells[name][at] = cell
    stamps = DAYS.strftime(dates) if isinstance(dates, str) else [dates(day) for day in DAYS]
    return [list(row) for row in zip(stamps, *cells.values(), strict=True)]


def written(body, head=None):
    return "\n".join(",".join(row) for row in [head or ["Date", *WEATHER], *body]).encode()


@pytest.mark.parametrize("cell", ["0", "-9", "-1.0", "-0.1", "T"])
@pytest.mark.parametrize("column", ["Tmin", "Tmax"])
def test_temperatures_that_stand_for_none(column, cell):
    station = read(written(rows(**{column: {20: cell, 31: cell}})), site=SITE)
    empty = station.frame[column.lower()].isna().to_numpy().nonzero()[0]
    assert empty.tolist() == [20, 31]
    assert any("missing" in text for text in station.warnings)


def test_a_trace_is_one_of_rain_alone():
    station = read(written(rows(Rain={3: "T"}, Rs={3: "T"})), site=SITE)
    assert station.frame["precipitation"].iloc[3] == 0.0
    assert np.isnan(station.frame["rs"].iloc[3])
    assert any("'Rs (MJ/m²)': 1 cell" in text for text in station.warnings)


@pytest.mark.parametrize("days", [{7: "0.0"}, dict.fromkeys(range(10, 25), "0.0")])
def test_a_wind_of_zero_that_others_do_not_come_near_is_none(days):
    station = read(written(rows(Wind=days)), site=SITE)
    assert station.frame["u2"].isna().to_numpy().nonzero()[0].tolist() == list(days)
    assert any("wind is exactly zero" in text for text in station.warnings)


def test_a_calm_day_of_a_sheltered_station_is_weather():
    days = {i: f"{0.3 * (i % 5):.1f}" for i in range(40)}
    station = read(written(rows(Wind=days)), site=SITE)
    assert station.frame["u2"].notna().all()


@pytest.mark.parametrize("name", ["CAPE", "SA06", "BRKS", "TRKO"])
def test_no_frost_of_a_cold_station_is_taken_for_a_code(name):
    from etolib.sources.station import codes

    frame = pd.read_parquet(shared_path("data", "stations", f"{name}.parquet")).set_index("date")[["tmin", "tmax"]]
    said: list = []
    assert codes.without(frame, said).equals(frame)
    assert said == []


def test_a_rain_that_counts_up_over_days_is_left_out():
    total = np.cumsum(WEATHER["Rain (mm)"])
    station = read(written(rows(Rain={i: f"{v:.1f}" for i, v in enumerate(total)})), site=SITE)
    assert "precipitation" not in station.frame
    assert any("running total" in text for text in station.warnings)


def test_a_sensor_that_stands_still_in_a_short_record_is_not_taken():
    station = read(written(rows(Rs=dict.fromkeys(range(12, 32), "12.3"))), site=SITE)
    with etolib.set_options(offline=True):
        result = etolib.compute(SITE, "2023-07-30/2023-08-20", ["station", "climatology"], station=station)
    days = result.table.set_index("date").loc["2023-08-05":"2023-08-15"]
    assert days["flags"].str.contains("rs:").all()


def exchanged(day):
    return f"{day:%d/%m/%Y}" if day.day > 12 else f"{day:%m/%d/%Y}"


def with_row(at, day):
    body = rows()
    body[at][0] = day
    return body


REFUSED = {
    "weeks": (rows()[::7], r"no two days in a row.*7 days.*daily rows"),
    "every other day": (rows()[::2], "no two days in a row"),
    "months": ([[f"2023-{m:02}-01", *row[1:]] for m, row in zip(range(1, 13), rows(), strict=False)], "28 days or"),
    "day and month exchanged": (rows(exchanged), r"2023-07-31, 2023-01-08.*day first"),
    "another year": (with_row(20, "1923-08-09"), r"row 21.*1923-08-09.*between 2023-08-08 and 2023-08-10"),
    "another month": (with_row(20, "2023-09-19"), "row 21.*between 2023-08-08 and 2023-08-10"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_rows_that_are_no_days_are_refused(name):
    body, sentence = REFUSED[name]
    with pytest.raises(InputError, match=sentence):
        read(written(body), site=SITE)


@pytest.mark.parametrize("order", [slice(None, None, -1), slice(None)])
def test_days_in_any_order_and_with_gaps_are_days(order):
    body = [row for i, row in enumerate(rows()) if i not in (5, 6, 20)]
    assert len(read(written(body[order]), site=SITE).frame) == 37
    shuffled = [body[i] for i in np.random.default_rng(1).permutation(len(body))]
    assert len(read(written(shuffled), site=SITE).frame) == 37


def test_two_stations_one_below_the_other_are_refused():
    half = b"Station: A\n" + written(rows()[:20])
    for second in (b"Station: B\n", b"Estacion: B\n"):
        with pytest.raises(InputError, match=r"A; .*: B.*one below the other"):
            read(half + b"\n" + second + written(rows()[20:]), site=SITE)
    same = half + b"\nStation: A\n" + written(rows()[20:])
    assert len(read(same, site=SITE).frame) == 40


def test_a_unit_that_nobody_knows_is_asked_about():
    head = ["Date", "Tmin (°C)", "Tmax (°C)", "Solar radiation (ergs/acre)", "Wind at 2 m (m/s)", "Rain (mm)"]
    station = read(written(rows(), head), site=SITE)
    assert "rs" in station.guessed
    assert any("ergs/acre is not understood" in text for text in station.warnings)


def test_milliwatts():
    cells = {i: f"{v / 0.864:.3f}" for i, v in enumerate(WEATHER["Rs (MJ/m²)"])}
    head = ["Date", "Tmin (°C)", "Tmax (°C)", "Rs (mW/cm2)", "Wind at 2 m (m/s)", "Rain (mm)"]
    station = read(written(rows(Rs=cells), head), site=SITE)
    np.testing.assert_allclose(station.frame["rs"], WEATHER["Rs (MJ/m²)"], atol=0.01)
    assert "rs" not in station.guessed


def test_the_number_at_which_a_file_was_cut_off_is_none():
    whole = written(rows())
    station = read(whole[: whole.rindex(b"\n")] + b"\n2023-08-28,15.4,3", site=SITE)
    assert np.isnan(station.frame["tmax"].iloc[-1])
    assert any("ends within the row" in text for text in station.warnings)


def test_days_stamped_with_the_midnight_that_ends_them():
    content = written(rows(lambda day: f"{day + pd.Timedelta(days=1):%Y-%m-%d} 00:00"))
    station = read(content, site=SITE)
    assert station.frame.index[0] == DAYS[1]
    assert any('stamps="end"' in text for text in station.warnings)
    station = read(content, site=SITE, stamps="end")
    assert (station.frame.index == DAYS).all()
    assert not any("0:00" in text for text in station.warnings)


@pytest.mark.parametrize("minus", ["-", "\u2212", "\u2013", "- "])
def test_signs_of_minus(minus):
    cold = {i: f"{v - 20:.1f}".replace("-", minus) for i, v in enumerate(WEATHER["Tmin (°C)"])}
    warm = {i: f"{v - 20:.1f}" for i, v in enumerate(WEATHER["Tmax (°C)"])}
    head = ["Date", "Lo", "Hi"]
    station = read(written([row[:3] for row in rows(Tmin=cold, Tmax=warm)], head))
    np.testing.assert_allclose(station.frame["tmin"], WEATHER["Tmin (°C)"] - 20, atol=0.06)
