"""What a file leaves open: its days are kept and marked, left out, asked or refused, and never HIGH with nothing said.

One row a mechanism; the weather of every file is that of `weather`.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import etolib
from etolib.errors import InputError
from etolib.fusion import faults
from etolib.site import Site
from etolib.sources.station import codes, filled, steps
from etolib.sources.station.file import read
from tests.fusion.own_station import HEADERS, measured
from tests.shared import shared_path

SITE = Site(52.4, 13.1, 35.0)
DAYS = pd.date_range("2024-01-10", periods=80)
TURN = np.arange(80)
COLD = {
    "Tmin (°C)": -3.07 + 4 * np.sin(1.7 * TURN) + 0.021 * TURN, "Tmax (°C)": 4.13 + 4 * np.sin(1.7 * TURN),
    "Wind at 2 m (m/s)": 1.5 * np.exp(0.25 * np.sin(2.3 * TURN)), "RH (%)": 80 + 5 * np.cos(TURN),
}  # fmt: skip


def cells(**changed):
    """Return columns of text; ``changed`` gives by the first letters of a column what stands on which days."""
    found = {name: [f"{v:.1f}" for v in values] for name, values in COLD.items()}
    for start, days in changed.items():
        name = next(name for name in found if name.startswith(start))
        for at, cell in days.items():
            found[name][at] = cell
    return found


def written(columns, days=None, name="Date"):
    stamps = [f"{day:%Y-%m-%d}" for day in DAYS] if days is None else days
    lines = [",".join([name, *columns]), *map(",".join, zip(stamps, *columns.values(), strict=True))]
    return "\n".join(lines).encode()


def doubtful(station):
    """Return the positions of the days that are marked, by variable."""
    return {name: [DAYS.get_loc(day) for day in days] for name, days in station.doubtful.items()}


def test_the_weather_of_these_files_is_not_doubtful():
    station = read(written(cells()), site=SITE)
    assert (station.doubtful, station.guessed, station.warnings) == ({}, [], ())


def test_a_doubtful_day_is_unconfirmed_and_no_other():
    station = read(written(cells(Tmin=dict.fromkeys((20, 21, 22, 23), "-1.0"))), site=SITE)
    assert {20, 21, 22, 23} <= set(doubtful(station)["tmin"])
    assert any("exactly -1 stands there too often" in text for text in station.warnings)
    with etolib.set_options(offline=True):
        result = etolib.compute(SITE, "2024-01-28/2024-02-05", ["station", "climatology"], station=station)
    assert result.flags["tmin"].tolist() == ["given"] * 2 + ["unconfirmed"] * 4 + ["given"] * 3
    assert set(result.flags["tmax"]) == {"given"}


CODES = {
    "written without decimals": ({"Tmin": dict.fromkeys((20, 40, 60), "0")}, {}, {"tmin": [20, 40, 60]}),
    "both extremes": ({"Tmin": {30: "0.0"}, "Tmax": {30: "0.0"}}, {"tmin": [41, 57]}, {"tmin": [30], "tmax": [30]}),
    "too often": ({"Tmin": dict.fromkeys((9, 25, 33, 47, 66), "-9.9")}, {"tmin": [9, 25, 33, 47, 66]}, {}),
}


@pytest.mark.parametrize("kind", CODES)
def test_numbers_that_stand_for_none_where_they_could_be_weather(kind):
    changed, marked, gone = CODES[kind]
    station = read(written(cells(**changed)), site=SITE)
    assert doubtful(station) == marked
    empty = {name: station.frame[name].isna().to_numpy().nonzero()[0].tolist() for name in ("tmin", "tmax")}
    assert {name: days for name, days in empty.items() if days} == gone
    assert station.warnings


@pytest.mark.parametrize("name", ["CAPE", "SA06", "BRKS", "TRKO"])
def test_no_frost_of_a_cold_station_stands_there_too_often(name):
    frame = pd.read_parquet(shared_path("data", "stations", f"{name}.parquet")).set_index("date")[["tmin", "tmax"]]
    assert codes.too_often(frame, frame, []) == {}


FLAGS = {
    "rejected": ("rejected", "ok", {}, [5, 40]),
    "estimated": ("E", "", {}, []),
    "suspect": ("suspect", "", {"tmax": [5, 40]}, []),
    "a code nobody knows": ("3", "0", {"tmax": [5, 40]}, []),
    "the usual one": ("V", "V", {}, []),
}


@pytest.mark.parametrize("layout", ["beside", "by name", "long"])
@pytest.mark.parametrize("kind", FLAGS)
def test_marks_of_quality_are_carried_out(kind, layout):
    mark, usual, marked, gone = FLAGS[kind]
    marks = [mark if at in (5, 40) else usual for at in range(80)]
    columns = cells()
    if layout == "long":
        lines = ["date,element,value,flag"]
        for element, name in (("Tmax (°C)", "Tmax (°C)"), ("Tmin (°C)", "Tmin (°C)")):
            flags = marks if element.startswith("Tmax") else [usual] * 80
            lines += [f"{day:%Y-%m-%d},{element},{v},{f}" for day, v, f in zip(DAYS, columns[name], flags, strict=True)]
        content = "\n".join(lines).encode()
    else:
        names = {"beside": ("flag", "flag"), "by name": ("Tmin QC", "QC_Tmax")}[layout]
        content = written({"Tmin (°C)": columns["Tmin (°C)"], "f": [usual] * 80, "Tmax (°C)": columns["Tmax (°C)"],
                           "g": marks}).replace(b",f,", f",{names[0]},".encode()).replace(
                               b",g\n", f",{names[1]}\n".encode())  # fmt: skip
    station = read(content, site=SITE)
    assert doubtful(station) == marked
    assert station.frame["tmax"].isna().to_numpy().nonzero()[0].tolist() == gone
    assert (station.estimated == {"tmax": ("2024-01-15", "2024-02-19")}) == (kind == "estimated")
    assert any("Tmax" in text or "tmax" in text for text in station.warnings) == (mark != usual)


def in_year(change):
    return [f"{change(at, day):04d}-{day:%m-%d}" for at, day in enumerate(DAYS)]


YEARS = {
    "a century from a row on": in_year(lambda at, day: day.year - 100 * (at >= 30)),
    "the first row": in_year(lambda at, day: day.year - 100 * (at == 0)),
    "the last row": in_year(lambda at, day: day.year - 100 * (at == 79)),
    "two rows": in_year(lambda at, day: day.year - 100 * (at in (30, 31))),
    "a year from a row on": in_year(lambda at, day: day.year - (at >= 70)),
}


@pytest.mark.parametrize("kind", YEARS)
def test_a_year_that_does_not_go_on_with_its_days_is_refused(kind):
    with pytest.raises(InputError, match="the day goes on, the year does not"):
        read(written(cells(), YEARS[kind]), site=SITE)


def test_a_new_year_that_is_written_as_the_old_one_is_refused():
    days = pd.date_range("2023-11-01", periods=80)
    with pytest.raises(InputError, match=r"row 62 = '2023-01-01'.*beside 2023-12-31"):
        read(written(cells(), [f"2023-{day:%m-%d}" for day in days]), site=SITE)


def test_days_after_today_are_marked():
    station = read(written(cells(), [f"{day + pd.DateOffset(years=100):%Y-%m-%d}" for day in DAYS]), site=SITE)
    assert len(station.doubtful["tmin"]) == 80
    assert any("80 days lie after today" in text for text in station.warnings)


STAMPED = {
    "an observer's morning": ("Date", "09:00", True),
    "midnight of a logger": ("TIMESTAMP", "00:00:00", True),
    "midnight of a spreadsheet": ("Date", "00:00:00", False),
    "the end of the same day": ("Date", "23:59", False),
}


@pytest.mark.parametrize("kind", STAMPED)
def test_rows_that_may_end_a_day_are_asked_about(kind):
    name, clock, asked = STAMPED[kind]
    content = written(cells(), [f"{day:%Y-%m-%d} {clock}" for day in DAYS], name)
    station = read(content, site=SITE)
    assert (station.frame.index == DAYS).all()
    assert [question.parameter for question in station.mapping.questions] == ["stamps"] * asked
    assert (set(station.guessed) == set(station.frame)) == asked
    if asked:
        ended = read(content, site=SITE, stamps="end")
        assert (ended.frame.index == DAYS - pd.Timedelta(days=1)).all()
        assert ended.guessed == read(content, site=SITE, stamps="begin").guessed == []


def hourly(absent):
    """Return a file of thirty days of hours without some of them: by day, the hours; coldest at 5, warmest at 14."""
    moments = pd.date_range("2024-06-01", periods=24 * 30, freq="h")
    hour = moments.hour.to_numpy()
    air = 18 + np.where(hour < 14, -7 * np.cos(np.pi * (hour - 5) / 9), 7 * np.cos(np.pi * (hour - 14) / 15))
    air = np.where(hour < 5, 18 + 7 * np.cos(np.pi * (hour + 10) / 15), air)
    rows = [f"{at:%Y-%m-%d %H:%M},{v:.1f}" for at, v in zip(moments, air, strict=True)
            if at.hour not in absent.get(at.day, ())]  # fmt: skip
    return "\n".join(["Time,Temperature (°C)", *rows]).encode()


@pytest.mark.parametrize(
    ("hours", "marked"), [((4, 5, 6), {"tmin"}), ((13, 14, 15), {"tmax"}), ((9,), set()), ((21,), set())]
)
def test_missing_hours_mark_the_extreme_that_they_may_have_held(hours, marked):
    station = read(hourly({12: hours}), site=Site(52.4, 0.0), time_zone=0, stamps="begin")
    assert set(station.doubtful) - {"tmean"} == marked
    assert all(days == ("2024-06-12",) for days in station.doubtful.values())


@pytest.mark.parametrize(("factor", "asked"), [(3.6, True), (1.944, False), (1.0, False)])
@pytest.mark.parametrize("first", [True, False])
def test_a_wind_whose_unit_changes_is_asked_about(factor, asked, first):
    wind = COLD["Wind at 2 m (m/s)"] * np.where((TURN < 35) == first, factor, 1.0)
    station = read(written(cells(Wind={at: f"{v:.1f}" for at, v in enumerate(wind)})), site=SITE)
    assert ("u2" in station.guessed) == asked
    assert any("km/h" in text and "2024-02-1" in text for text in station.warnings) == asked
    assert "u2" not in read(written(cells()), site=SITE, known={"Wind at 2 m (m/s)": {"variable": "u2"}}).guessed


def test_a_wind_in_knots_from_some_day_on_shows_beside_another_source():
    days, turn = pd.date_range("2024-01-10", periods=120), np.arange(120)
    frame = pd.DataFrame({"tmin": 4 * np.sin(1.7 * turn), "tmax": 9 + 4 * np.sin(1.7 * turn)}, days)
    grid = frame.assign(u2=2.0 * np.exp(0.2 * np.sin(2.3 * turn)))
    for unit, checks in ((1.0, []), (1.944, ["wind_unit"])):
        wind = grid["u2"] * np.exp(0.15 * np.cos(turn)) * np.where(turn < 50, 1.0, unit)
        found = faults.check({"nasa_power": grid, "station": frame.assign(u2=wind)}, SITE)
        assert [finding.check for finding in found.quarantined] == checks
        assert found.frames["station"]["u2"].isna().all() == bool(checks)


def test_humidity_in_fractions_for_a_part_is_asked_about_and_a_jump_of_temperature_refused():
    half = {at: f"{v / 100:.2f}" for at, v in enumerate(COLD["RH (%)"]) if at >= 50}
    assert "rhmean" in read(written(cells(RH=half)), site=SITE).guessed
    hot = {start: {at: f"{COLD[name][at] * 1.8 + 32:.1f}" for at in range(60, 80)}
           for start, name in (("Tmin", "Tmin (°C)"), ("Tmax", "Tmax (°C)"))}  # fmt: skip
    with pytest.raises(InputError, match=r"jump by .*K on 2024-03-10"):
        read(written(cells(**hot)), site=SITE)


def test_no_wind_of_a_real_station_changes_its_unit():
    for name in ("CAPE", "UHIH", "BRKS"):
        frame = pd.read_parquet(shared_path("data", "stations", f"{name}.parquet")).set_index("date")
        for year in sorted(set(frame.index.year)):
            wind = frame.loc[str(year), "u2"]
            assert steps.find("u2", wind, pd.DatetimeIndex(wind.index), "m/s") is None, f"{name} {year}"


def test_humidity_above_saturation_counts_as_missing():
    columns = cells() | {"Dew point (°C)": [f"{v + (20 if at == 7 else -1):.1f}" for at, v in
                                            enumerate(COLD["Tmin (°C)"])]}  # fmt: skip
    data = read(written(columns), site=SITE).fetch(SITE, etolib.Period("2024-01-10", "2024-03-20"))
    assert data.frame["tdew"].isna().to_numpy().nonzero()[0].tolist() == [7]
    assert any("above saturation" in text for text in data.warnings)


def test_minima_that_may_have_lost_their_sign_are_marked():
    lost = {at: f"{abs(v):.1f}" for at, v in enumerate(COLD["Tmin (°C)"])}
    station = read(written(cells(Tmin=lost)), site=SITE)
    crossed = np.abs(COLD["Tmin (°C)"]).round(1) > COLD["Tmax (°C)"].round(1)
    assert crossed.sum() > 5
    assert any("signs may be lost" in text for text in station.warnings)
    assert set(np.flatnonzero((COLD["Tmin (°C)"] < 0) & ~crossed)) <= set(doubtful(station)["tmin"])


def test_days_on_a_straight_line_are_marked():
    line = {at: f"{-6 + 0.4 * (at - 30):.1f}" for at in range(30, 42)}
    station = read(written(cells(Tmin=line)), site=SITE)
    assert doubtful(station) == {"tmin": list(range(31, 41))}
    assert any("straight line" in text for text in station.warnings)


def test_no_temperature_of_a_real_station_lies_on_lines():
    for name in ("SA06", "UHIH", "EMSC"):
        frame = pd.read_parquet(shared_path("data", "stations", f"{name}.parquet")).set_index("date")
        assert filled.lines(frame[["tmin", "tmax"]].round(1), []) == {}, name


def test_rows_of_hours_that_repeat_in_all_columns_are_no_measurement():
    rows = [line.split(",") for line in hourly({}).decode().split("\n")]
    body = [[*row, f"{90 - float(row[1]):.1f}", f"{float(row[1]) / 9:.2f}"] for row in rows[1:]]
    for at in range(24 * 11 + 3, 24 * 11 + 9):
        body[at][1:] = body[24 * 11 + 2][1:]
    text = "\n".join(map(",".join, [[*rows[0], "RH (%)", "Wind at 2 m (m/s)"], *body])).encode()
    station = read(text, site=Site(52.4, 0.0), time_zone=0, stamps="begin")
    assert station.frame.index[station.frame["tmin"].isna()].tolist() == [pd.Timestamp("2024-06-12")]
    assert any("6 rows repeat" in text for text in station.warnings)


def test_days_filled_with_one_number_and_copied_days_are_marked():
    frame, site = measured("BRKS")[0].loc["2013", ["tmin", "tmax", "ea", "rs", "u2"]].copy(), measured("BRKS")[2]
    assert filled.numbers(frame, []) == filled.copies(frame, []) == {}
    at = np.arange(4, 360, 15)
    frame.iloc[at, 0], frame.iloc[at, 3] = round(frame["tmin"].mean(), 2), round(frame["rs"].mean(), 2)
    frame.iloc[100:107] = frame.iloc[70:77].to_numpy()
    text = frame.rename(columns=HEADERS).rename_axis("date").to_csv(date_format="%Y-%m-%d").encode()
    station = read(text, site=site)
    marked = {name: set(frame.index.get_indexer(pd.DatetimeIndex(days))) for name, days in station.doubtful.items()}
    copied = {*range(70, 77), *range(100, 107)}
    assert marked == {name: copied | (set(at) if name in ("tmin", "rs") else set()) for name in frame}
    assert any("the very values of other days in 5 columns" in text for text in station.warnings)


def test_no_day_of_a_real_station_is_a_copy():
    for name in ("CAPE", "SA06", "EMSC", "Maricopa_AZ"):
        frame = measured(name)[0].round(1)
        assert filled.copies(frame, []) == filled.copies(frame[["tmin", "tmax"]], []) == {}, name
        assert filled.numbers(frame, []) == {}, name


def test_hours_of_sunshine_whose_decimals_are_minutes_are_asked_about():
    hours = 5.5 + 4 * np.sin(1.7 * TURN)
    for minutes in (True, False):
        sun = [f"{int(h)}.{int(h % 1 * 60):02d}" if minutes else f"{h:.2f}" for h in hours]
        station = read(written({**cells(), "Sunshine (h)": sun}, pd.date_range("2024-05-01", periods=80).strftime(
            "%Y-%m-%d")))  # fmt: skip
        assert ("sunshine" in station.guessed) == minutes


def test_a_file_whose_first_numbers_have_a_sign_of_minus():
    text = written(cells()).decode().replace(",-", ",\u2212").encode()
    pd.testing.assert_frame_equal(read(text, site=SITE).frame, read(written(cells()), site=SITE).frame)


def test_hours_whose_temperature_stands_still_count_as_missing():
    rows = [line.split(",") for line in hourly({}).decode().split("\n")]
    for at in range(24 * 11 + 3, 24 * 11 + 20):
        rows[at][1] = rows[24 * 11 + 2][1]
    text = "\n".join(
        ",".join([*row, "RH (%)" if not at else f"{60 + at % 24}"]) for at, row in enumerate(rows)
    ).encode()
    station = read(text, site=Site(52.4, 0.0), time_zone=0, stamps="begin")
    assert station.frame.index[station.frame["tmin"].isna()].tolist() == [pd.Timestamp("2024-06-12")]
    assert any("stands still for half a day" in text for text in station.warnings)


def test_a_counter_of_the_day_into_which_it_rains_at_midnight_is_no_rain():
    rain = [("0.4" if hour < 9 else "1.2") if day % 3 == 0 and hour >= 5 else "0.0" for day in range(30)
            for hour in range(24)]  # fmt: skip
    rain[24 * 4 : 24 * 5] = ["0.2"] * 24
    lines = [
        f"{line},{'Rain (mm)' if not at else rain[at - 1]}" for at, line in enumerate(hourly({}).decode().split("\n"))
    ]
    assert "precipitation" not in read("\n".join(lines).encode(), site=Site(52.4, 0.0), time_zone=0).frame
