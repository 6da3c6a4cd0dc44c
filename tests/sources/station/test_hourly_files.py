"""Files of hours and minutes through the reader: one truth in many layouts, the networks' examples, and refusals."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import etolib
from etolib import reference
from etolib.errors import InputError
from etolib.site import Site
from tests.sources.station.expected import AT_10_M
from tests.sources.station.test_hourly import CHICAGO, TOLERANCE, expected, rows, same, truth

FILES = Path(__file__).parents[2] / "files"
HEADERS = {
    "english": ("Timestamp", "Air temperature (°C)", "Relative humidity (%)", "Wind speed at 2 m (m/s)",
                "Solar radiation ({rs})", "Rainfall (mm)"),
    "portuguese": ("Data e hora", "Temperatura do ar (°C)", "Umidade relativa (%)", "Velocidade do vento 2 m (m/s)",
                   "Radiação solar ({rs})", "Chuva (mm)"),
    "american": ("Date Time", "Air Temp (°F)", "RH (%)", "Wind Speed at 2 m (mph)", "Solar Radiation ({rs})",
                 "Rain (in)"),
}  # fmt: skip
RADIATION = {"W/m²": 1 / 0.0864, "MJ/m²": 1 / 24, "kJ/m²": 1000 / 24, "Wh/m²": 1 / 0.0864}
"""What an hour's mean flux [MJ m-2 day-1] is in each unit."""


def written(
    table: pd.DataFrame, language: str, unit: str = "W/m²", form: str = "%Y-%m-%d %H:%M", step: int = 60
) -> bytes:
    """Return rows as a file."""
    names = [name.format(rs=unit) for name in HEADERS[language]]
    factor = RADIATION[unit] * (1 if unit == "W/m²" else step / 60)
    columns = [table["tmean"], table["rhmean"], table["u2"], table["rs"] * factor, table["precipitation"]]
    if language == "american":
        columns[0], columns[2], columns[4] = columns[0] * 1.8 + 32, columns[2] / 0.44704, columns[4] / 25.4
    frame = pd.DataFrame(dict(zip(names[1:], columns, strict=True)), index=table.index)
    frame.index.name = names[0]
    return frame.to_csv(date_format=form, float_format="%.5f").encode()


@pytest.fixture(scope="module")
def weather() -> pd.DataFrame:
    return truth(CHICAGO)


@pytest.fixture(scope="module")
def days(weather: pd.DataFrame) -> pd.DataFrame:
    return expected(weather, CHICAGO)


ROUNDED = {name: max(bound, 2e-3) for name, bound in TOLERANCE.items()}


@pytest.mark.parametrize("language", HEADERS)
@pytest.mark.parametrize("unit", RADIATION)
@pytest.mark.parametrize(("minutes", "stamps"), [(60, "end"), (60, "begin"), (15, "end")])
def test_one_truth_in_many_files(weather, days, language, unit, minutes, stamps) -> None:
    content = written(rows(weather, minutes, stamps, -6), language, unit, step=minutes)
    told = etolib.read_station(content, site=CHICAGO, stamps=stamps, time_zone=-6)
    same(told.frame, days, ROUNDED)
    by_the_sun = etolib.read_station(content, site=CHICAGO)
    same(by_the_sun.frame, days, ROUNDED | {"tmean": 0.01, "rhmean": 0.05, "u2": 2e-3, "rs": 2e-3})
    data = told.fetch(CHICAGO, etolib.Period("2023-07-04", "2023-07-06"))
    assert data.frame["tmax"].notna().all()


def test_the_unit_of_radiation_by_the_sums_of_days(weather, days) -> None:
    for unit, factor in RADIATION.items():
        content = written(rows(weather, 60, "end", -6), "english", unit).replace(f" ({unit})".encode(), b"")
        found = etolib.read_station(content, site=CHICAGO, stamps="end", time_zone=-6)
        column = next(c for c in found.mapping.columns if c.variable == "rs")
        assert RADIATION[column.unit] == pytest.approx(factor)  # Wh of an hour are W
        same(found.frame, days, ROUNDED)


def test_what_is_not_known_is_asked_and_unconfirmed(weather) -> None:
    table = rows(weather, 60, "end", -6)
    content = written(table, "english").replace(b"Solar radiation (W/m\xc2\xb2)", b"Soil temperature (C)")
    found = etolib.read_station(content, site=CHICAGO)
    assert {q.parameter for q in found.mapping.questions} >= {"stamps", "time_zone"}
    assert any("time zone is not known" in sentence for sentence in found.mapping.explain())
    guessed = found.fetch(CHICAGO, etolib.Period("2023-07-04", "2023-07-06")).meta["guessed"]
    assert {"tmin", "tmax"} <= set(guessed)
    answered = etolib.read_station(content, site=CHICAGO, stamps="end", time_zone=-6)
    assert not {q.parameter for q in answered.mapping.questions} & {"stamps", "time_zone"}


def test_the_zone_of_a_header(weather, days) -> None:
    table = rows(weather, 60, "end", 0)
    content = written(table, "english").replace(b"Timestamp", b"Timestamp (UTC)")
    same(etolib.read_station(content, site=CHICAGO, stamps="end").frame, days, ROUNDED)
    aware = table.set_axis(table.index.strftime("%Y-%m-%dT%H:%M:%SZ"))
    content = written(aware.rename_axis("time"), "english")
    same(etolib.read_station(content, site=CHICAGO, stamps="end").frame, days, ROUNDED)


def as_24(times: pd.DatetimeIndex) -> tuple[pd.DatetimeIndex, list[int]]:
    """Return days and hours 1 to 24."""
    return times - pd.Timedelta(hours=1), [t.hour or 24 for t in times]


TWO_COLUMNS = {
    "Date, Hour 0100 to 2400": lambda t: {
        "Date": as_24(t)[0].strftime("%m/%d/%Y"), "Hour": [f"{h:02}00" for h in as_24(t)[1]]
    },
    "Date, Time": lambda t: {"Date": t.strftime("%Y-%m-%d"), "Time": t.strftime("%H:%M")},
    "Date, Time with AM and PM": lambda t: {"Date": t.strftime("%Y-%m-%d"), "Time": t.strftime("%I:%M:%S %p")},
    "Date, Time as Davis": lambda t: {
        "Date": t.strftime("%Y-%m-%d"), "Time": [f"{x:%I:%M}{x:%p}"[:-1].lower().lstrip("0") for x in t]
    },
    "Data, Hora": lambda t: {"Data": t.strftime("%d/%m/%Y"), "Hora": t.strftime("%H%M")},
    "Time, Date": lambda t: {"Time": t.strftime("%H:%M:%S"), "Date": t.strftime("%Y-%m-%d")},
    "Date, Datetime": lambda t: {"Date": t.strftime("%Y-%m-%d"), "Datetime": t.strftime("%Y-%m-%d %H:%M")},
    "Datetime, Date": lambda t: {"Datetime": t.strftime("%Y-%m-%d %H:%M"), "Date": t.strftime("%Y-%m-%d")},
    "Year, Month, Day, Hour": lambda t: {"Year": t.year, "Month": t.month, "Day": t.day, "Hour": t.hour},
    "Year, DOY, Time": lambda t: {"Year": t.year, "DOY": t.day_of_year, "Time": t.strftime("%H:%M")},
    "Year, DOY, Hour of 24": lambda t: {
        "Year": as_24(t)[0].year, "DOY": as_24(t)[0].day_of_year, "Hour": as_24(t)[1]
    },
}  # fmt: skip


@pytest.mark.parametrize("layout", TWO_COLUMNS)
def test_date_and_hour_in_columns_of_their_own(weather, days, layout: str) -> None:
    table = rows(weather, 60, "end", -6)
    frame = pd.DataFrame(
        {
            **TWO_COLUMNS[layout](table.index),
            "Air Temp (C)": table["tmean"].to_numpy(),
            "Rel Hum (%)": table["rhmean"].to_numpy(),
            "Wind speed 2 m (m/s)": table["u2"].to_numpy(),
            "Sol Rad (W/m2)": table["rs"].to_numpy() / 0.0864,
            "Precip (mm)": table["precipitation"].to_numpy(),
        }
    )
    content = frame.to_csv(index=False, float_format="%.5f").encode()
    how = {"site": CHICAGO, "stamps": "end", "time_zone": -6, "known": {"Date": {"format": "%m/%d/%Y"}}}
    if "%m/" not in layout and "2400" not in layout:
        how.pop("known")
    same(etolib.read_station(content, **how).frame, days, ROUNDED)


def test_the_eto_of_hours_of_a_file(weather) -> None:
    content = written(rows(weather, 60, "end", -6), "english")
    how = {"site": CHICAGO, "stamps": "end", "time_zone": -6}
    usual, summed = etolib.read_station(content, **how), etolib.read_station(content, **how, hourly="sum")
    assert usual.reference is None
    assert summed.reference is not None
    daily = reference.eto(summed.frame.drop(columns="eto").dropna(), CHICAGO).eto
    assert (summed.reference.loc[daily.index] - daily).abs().max() < 0.5


def test_daily_rows_with_a_time_stay_days() -> None:
    content = b"date,tmax (C),tmin (C)\n2024-02-27 09:00,30,20\n2024-02-28 09:00,31,21\n2024-02-29 09:00,29,19\n"
    assert etolib.read_station(content).frame["tmax"].tolist() == [30.0, 31.0, 29.0]


def test_a_unit_that_cannot_be_is_refused_by_its_days(weather) -> None:
    table = rows(weather, 60, "end", -6)
    content = written(table.assign(tmean=table["tmean"] * 1.8 + 32), "english")
    with pytest.raises(InputError, match="Air temperature"):
        etolib.read_station(content, site=CHICAGO, stamps="end", time_zone=-6)


BRASILIA = Site(-15.79, -47.93, 1160)
HOURLY: dict[str, tuple[str, Site | None, dict[str, object], dict[str, float]]] = {
    "hobo_hourly.csv": (
        "2023-07-13", Site(41.0, -90.0, 200), {"stamps": "begin"},
        {"tmin": 14.0, "tmax": 28.0, "rhmin": 40.94, "rhmax": 96.8},
    ),
    # kJ of an hour are summed; nights are empty; the extremes are those within the hours; UTC by the format
    "inmet.csv": (
        "2023-01-05", None, {},
        {"tmin": 17.8, "tmax": 28.2, "rhmin": 51, "rhmax": 95, "rs": 27.5808, "pressure": 88.65, "precipitation": 0},
    ),
    "inmet_tempo.csv": ("2023-01-05", BRASILIA, {}, {"tmin": 17.8, "tmax": 28.2, "rs": 27.5808, "precipitation": 0}),
    # tenths in UTC without a header; a trace is no rain
    "isd_lite.txt": (
        "2023-07-10", Site(41.0, -90.0, 200), {}, {"tdew": 12.0, "u2": 3.1 * AT_10_M, "precipitation": 0.4},
    ),
    # K, J m-2 of the hour, Pa and m; the wind of its components, from 10 m; the hour before midnight UTC is that day's
    "era5.csv": (
        "2023-07-10", None, {}, {"tdew": 12.0, "pressure": 98.2, "u2": 2.0 * AT_10_M},
    ),
    "bdmep_horario.csv": ("2023-01-05", None, {}, {"tmin": 17.8, "tmax": 28.2, "rhmin": 51, "rs": 27.5808}),
}  # fmt: skip
"""The day of an example, where its station is, what is said of it, and what it holds, from the numbers in the file."""


@pytest.mark.parametrize("name", HOURLY)
def test_the_hours_of_networks(name: str) -> None:
    day, site, how, values = HOURLY[name]
    found = etolib.read_station(FILES / name, site=site, **how)
    assert not {q.parameter for q in found.mapping.questions} & {"stamps", "time_zone"}
    assert {n: found.frame.loc[day, n] for n in values} == pytest.approx(values, abs=1e-9)


def test_hours_before_a_logger_was_set_to_minutes_are_whole_rows(weather, days) -> None:
    hours, minutes = rows(weather, 60, "end", -6), rows(weather, 15, "end", -6)
    change = hours.index[24 * 4]
    both = pd.concat([hours[hours.index <= change], minutes[minutes.index > change]])
    station = etolib.read_station(written(both, "english"), site=CHICAGO, stamps="end", time_zone=-6)
    assert list(station.frame.index) == list(days.index)
    np.testing.assert_allclose(station.frame["tmean"], days["tmean"], atol=0.01)
    assert any("stand for 60 min, where most stand for 15" in text for text in station.warnings)


def test_days_at_an_end_that_are_incomplete_are_named(weather) -> None:
    table = rows(weather, 60, "end", -6)
    few = table[(table.index >= table.index[24 * 3]) | (table.index.hour % 12 == 1)]
    station = etolib.read_station(written(few, "english"), site=CHICAGO, stamps="end", time_zone=-6)
    first = station.frame.index[0].date()
    assert first > table.index[24].date()
    assert any("at an end of the record are incomplete" in text for text in station.warnings)


def test_nights_that_lack_three_hours_are_told(weather) -> None:
    table = rows(weather, 60, "end", -6)
    few = table[~table.index.hour.isin([3, 4, 5])]
    station = etolib.read_station(written(few, "english"), site=CHICAGO, stamps="end", time_zone=-6)
    assert any("lack 1 to 3 of their 24 hours" in text for text in station.warnings)


@pytest.mark.parametrize("name", ["Daily Rain (mm)", "Rainfall (mm)"])
def test_rain_that_counts_up_through_the_day_is_no_amount_of_a_row(weather, name) -> None:
    table = rows(weather, 60, "begin", -6)
    wet = (table.index.normalize() == pd.Timestamp("2023-07-06")) & (table.index.hour >= 9)
    rain = np.where(wet, 2.6, 0.0)  # one shower, kept to midnight
    content = written(table.assign(precipitation=rain), "english").replace(b"Rainfall (mm)", name.encode())
    station = etolib.read_station(content, site=CHICAGO, stamps="begin", time_zone=-6)
    assert "precipitation" not in station.frame
    assert any("precipitation counts up" in text for text in station.warnings)
