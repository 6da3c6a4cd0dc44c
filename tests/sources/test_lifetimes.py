"""What is kept for how long: nothing that was provisional, absent or empty is frozen, and what changed is told.

Each line is a replay against the simulator: a first answer that is not the last word, the second one that is, and the
time within which the second must be seen. Until then the first comes from the cache, without a call.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

from etolib.site import Period
from etolib.sources import catalogue, lifetime, nasa_power, open_meteo, opentopodata, revision
from etolib.sources.lifetime import DAY, HOUR
from etolib.words import render
from tests.sources import matrix

OLD, RECENT = Period("2023-11-01", "2024-01-31"), Period("2024-04-01", "2024-05-15")


def daily(name: str, period: Period) -> Callable[[], tuple[pd.DataFrame, dict[str, Any], list[Any]]]:
    place, _ = matrix.question(catalogue.find(name))

    def ask() -> tuple[pd.DataFrame, dict[str, Any], list[Any]]:
        data = catalogue.provider(name).fetch(place, period)
        return data.frame, data.meta, data.warnings

    return ask


def heights(service: Any) -> Callable[[], tuple[pd.DataFrame, dict[str, Any], list[Any]]]:
    return lambda: (pd.DataFrame({"m": pd.Series(service.elevations([matrix.WORLD]), dtype=float)}), {}, [])


@dataclasses.dataclass(frozen=True)
class Replay:
    """A first answer (a fault of the simulator), what is asked, and when the second must be seen."""

    what: str
    service: str
    fault: str
    ask: Callable[[], tuple[pd.DataFrame, dict[str, Any], list[Any]]]
    within: float
    options: dict[str, Any] = dataclasses.field(default_factory=dict)
    told: bool = True
    gaps: bool = False
    """Whether the source has days and columns that are absent for good: a station's."""


NASA, ARCHIVE, PAST = "nasa_power", "open_meteo_archive", "open_meteo_historical_forecast"
REPLAYS = [
    Replay("NASA, old: provisional -> final", NASA, "provisional", daily(NASA, OLD), 3 * DAY, {"shift": 0.4}),
    Replay("NASA, recent: provisional -> final", NASA, "provisional", daily(NASA, RECENT), 12 * HOUR, {"shift": 0.4}),
    Replay("NASA, old: null -> filled", NASA, "null_day", daily(NASA, OLD), 1 * DAY),
    Replay("NASA, recent: null -> filled", NASA, "null_day", daily(NASA, RECENT), 12 * HOUR),
    Replay("NASA, old: no radiation -> there", NASA, "missing_column", daily(NASA, OLD), 6 * HOUR,
           {"variable": "ALLSKY_SFC_SW_DWN"}),
    Replay("NASA, old: a day left out -> there", NASA, "missing_dates", daily(NASA, OLD), 1 * DAY),
    Replay("archive, old: null -> filled", ARCHIVE, "null_day", daily(ARCHIVE, OLD), 1 * DAY),
    Replay("archive, recent: null -> filled", ARCHIVE, "null_day", daily(ARCHIVE, RECENT), 1 * DAY),
    Replay("archive, old: a variable undefined -> there", ARCHIVE, "undefined_column", daily(ARCHIVE, OLD), 1 * DAY,
           {"variable": "shortwave_radiation_sum"}),
    Replay("archive, old: the end is null -> filled", ARCHIVE, "tail_missing", daily(ARCHIVE, OLD), 1 * DAY),
    Replay("past forecasts, old: null -> filled", PAST, "null_day", daily(PAST, OLD), 1 * DAY),
    Replay("forecast: null -> filled", "open_meteo_forecast", "null_day",
           daily("open_meteo_forecast", Period("2024-06-20", "2024-07-05")), 1 * HOUR),
    Replay("satellite, old: null -> filled", "open_meteo_satellite", "null_day", daily("open_meteo_satellite", OLD),
           1 * DAY),
    Replay("ensemble: null -> filled", "open_meteo_ensemble", "null_day",
           daily("open_meteo_ensemble", Period("2024-07-01", "2024-07-05")), 3 * HOUR, told=False),
    Replay("SILO, two years old: null -> filled", "silo", "null_day",
           daily("silo", Period("2022-05-01", "2022-05-31")), 1 * DAY),
    Replay("SILO, newest: null -> filled", "silo", "null_day",
           daily("silo", Period("2024-06-10", "2024-06-28")), 6 * HOUR),
    Replay("gridMET, two years old: null -> filled", "gridmet", "null_day",
           daily("gridmet", Period("2022-05-01", "2022-05-31")), 1 * DAY),
    Replay("gridMET, newest: null -> filled", "gridmet", "null_day",
           daily("gridmet", Period("2024-06-10", "2024-06-28")), 6 * HOUR),
    Replay("DWD: null -> filled", "dwd", "null_day", daily("dwd_stations", Period("2023-10-01", "2023-11-30")),
           12 * HOUR, gaps=True),
    Replay("Meteostat, this year: null -> filled", "meteostat", "null_day", daily("meteostat", RECENT), 12 * HOUR,
           gaps=True),
    Replay("Meteostat, last year: null -> filled", "meteostat", "null_day",
           daily("meteostat", Period("2023-06-01", "2023-07-31")), 7 * DAY, gaps=True),
    Replay("GHCN-hourly, this year: null -> filled", "ghcn_hourly", "null_day",
           daily("ghcn_hourly", Period("2024-03-10", "2024-04-20")), 12 * HOUR, gaps=True),
    Replay("elevation: none -> there", "open_meteo_elevation", "elevation_nan", heights(open_meteo), 1 * DAY,
           told=False),
    Replay("elevation, second service: none -> there", "opentopodata", "elevation_nan", heights(opentopodata), 1 * DAY,
           told=False),
]  # fmt: skip


@pytest.mark.parametrize("replay", REPLAYS, ids=lambda replay: replay.what)
def test_the_second_answer_is_seen_in_time(door, server, replay, monkeypatch):
    monkeypatch.setenv("ETOLIB_SILO_EMAIL", "somebody@example.org")
    server.fault(replay.service, replay.fault, **replay.options)
    first = replay.ask()[0]
    server.clear()
    calls = len(server.calls())
    door.clock.slept += replay.within - 60
    again = replay.ask()[0]
    assert len(server.calls()) == calls, "asked before its time"
    pd.testing.assert_frame_equal(first, again)
    door.clock.slept += 61
    second, meta, warnings = replay.ask()
    assert len(server.calls()) > calls, "a frozen first"
    absent = [table.drop(columns="kind", errors="ignore").isna().to_numpy().sum() for table in (first, second)]
    assert absent[1] == 0 or (replay.gaps and absent[1] < absent[0])
    assert not first.equals(second)
    if replay.told:
        note = meta["revised"]
        assert note["days"] >= 1
        said = [text.values["sentence"] for text in warnings if "as the provider gave" in text]
        assert meta["revision"] in (said or [meta["revision"]])
        for language in ("en", "pt", "es"):
            assert note["first"] in render(language, meta["revision"])
    # What changed stays told while the answer is kept, and after it was asked again.
    assert replay.ask()[1].get("revised") == meta.get("revised")


def test_a_change_of_numbers_is_a_warning_and_a_filled_day_is_not(door, server):
    ask = daily(NASA, OLD)
    server.fault(NASA, "provisional", shift=0.4)
    _, meta, _ = ask()
    assert meta["provisional"] == ["FLASHFLUX", "GEOSIT"]
    server.clear()
    door.clock.slept += 3 * DAY + 1
    _, meta, warnings = ask()
    assert meta["provisional"] == []
    assert meta["revised"]["products"] == [["FLASHFLUX", "GEOSIT", "POWER"], ["MERRA2", "SYN1DEG"]]
    assert meta["revised"]["variables"]["rs"] == {"changed": 92, "filled": 0, "lost": 0, "most": 0.4}
    assert sum("not as the provider gave" in text for text in warnings) == 1
    door.clock.slept += 91 * DAY
    server.fault(NASA, "null_day")
    _, meta, warnings = ask()
    assert "withdrawn for 1 day" in meta["revision"]
    server.clear()
    door.clock.slept += 1 * DAY + 1
    _, meta, warnings = ask()
    assert {counts["filled"] for counts in meta["revised"]["variables"].values()} == {1}
    assert not any("not as the provider gave" in text for text in warnings)


def test_what_stays_absent_is_asked_less_and_less_often(door, server):
    ask = daily(ARCHIVE, OLD)
    server.fault(ARCHIVE, "null_day")
    asked = []
    for day in range(100):
        before = len(server.calls(ARCHIVE))
        ask()
        if len(server.calls(ARCHIVE)) > before:
            asked.append(day)
        door.clock.slept += DAY + 1
    assert asked == [0, 1, 3, 7, 15, 31, 61, 91]


def test_what_is_final_and_whole_is_asked_once_in_ninety_days(door, server):
    for name in (NASA, ARCHIVE, PAST):
        ask = daily(name, OLD)
        ask()
        calls = len(server.calls())
        door.clock.slept += 89 * DAY
        ask()
        assert len(server.calls()) == calls


def test_an_empty_or_stale_day_of_a_station_is_asked_again_within_an_hour(door, server):
    ask = daily("nws_stations", Period("2024-06-26", "2024-06-28"))
    server.fault("nws", "no_features", match="start=2024-06-28")
    first, _, _ = ask()
    assert first["tmax"].isna().any()
    server.clear()
    door.clock.slept += HOUR + 1
    second, meta, _ = ask()
    assert second["tmax"].notna().all()
    assert "temperature" in meta["revised"]["variables"]
    calls = len(server.calls("nws"))
    door.clock.slept += 2 * DAY
    ask()
    days = [call for call in server.calls("nws")[calls:] if "start=2024-06-28" in call.path + str(call.query)]
    assert days == []


@pytest.mark.parametrize(
    ("hours", "age", "kept"),
    [
        (24, 1, lifetime.STATION_NOW), (24, 2, lifetime.STATION_DAY), (0, 2, lifetime.STATION_THIN),
        (12, 2, lifetime.STATION_THIN), (20, 3, lifetime.STATION_THIN), (0, 1, lifetime.STATION_NOW),
        (0, 0, lifetime.STATION_NOW), (24, 6, lifetime.STATION_DAY),
    ],
)  # fmt: skip
def test_a_day_of_reports_is_kept_by_how_whole_it_is(hours, age, kept):
    from etolib.sources.nws_stations import lasting

    today = pd.Timestamp(matrix.TODAY).date()
    day = today - pd.Timedelta(days=age)
    times = pd.Timestamp(day) + pd.Timedelta(minutes=53) + np.arange(hours) * pd.Timedelta(hours=1)
    reports = pd.DataFrame({"temperature": 20.0}, index=pd.DatetimeIndex(times))
    assert lasting(reports, day, today) == kept


@pytest.mark.parametrize(
    ("sources", "kept"),
    [
        (["MERRA2", "SYN1DEG", "POWER"], lifetime.FINAL), (["merra2", "power"], lifetime.FINAL),
        (["FLASHFLUX", "GEOSIT", "POWER"], lifetime.PROVISIONAL), (["MERRA2", "FLASHFLUX"], lifetime.PROVISIONAL),
        (["MERRA2", "SYN1DEG", "GEOS-IT"], lifetime.PROVISIONAL), (["FLASHFlux"], lifetime.PROVISIONAL),
        (["GEOSFP"], lifetime.PROVISIONAL), ([], lifetime.FINAL), (["SOMETHING"], lifetime.FINAL),
    ],
)  # fmt: skip
def test_products_decide_how_long_an_old_answer_of_nasa_is_kept(sources, kept):
    days = pd.date_range(OLD.start, OLD.end, name="date")
    frame = pd.DataFrame({name: 1.0 for name, _ in nasa_power.VARIABLE_MAP.values()}, index=days)
    answer = nasa_power.Answer(frame, (), 500.0, "v2", tuple(sources), ())
    assert nasa_power.lasting(answer, OLD, pd.Timestamp(matrix.TODAY).date()) == kept


def test_days_before_radiation_was_seen_are_no_holes():
    period = Period("1983-12-01", "1984-01-31")
    days = pd.date_range(period.start, period.end, name="date")
    frame = pd.DataFrame({"tmax": 1.0, "rs": np.where(days.year < 1984, np.nan, 1.0)}, index=days)
    assert not lifetime.has_holes(frame, period, {"rs": nasa_power.FIRST_SOLAR_DAY})
    assert lifetime.has_holes(frame, period)


def test_a_day_that_was_not_over_is_not_revised_when_it_is_completed():
    days = pd.date_range("2026-01-01", "2026-01-10")
    before, after = pd.DataFrame({"tmax": 1.0}, days), pd.DataFrame({"tmax": 2.0}, days)
    fetched = pd.Timestamp("2026-01-06T09:00", tz="UTC").timestamp()
    note = revision.differences(before, after, fetched)
    assert note is not None
    assert (note["first"], note["last"], note["days"]) == ("2026-01-01", "2026-01-04", 4)
    assert revision.differences(before, before, fetched) is None


def test_a_lot_is_kept_place_by_place(door, server):
    """A hole of one place does not shorten the others' time, and is told of that place only."""
    sites = [matrix.WORLD, dataclasses.replace(matrix.WORLD, latitude=-21.7)]
    provider = catalogue.provider(ARCHIVE)
    assert provider.prefetch(sites, OLD) == 1
    calls = len(server.calls())
    door.clock.slept += 89 * DAY
    for site in sites:
        provider.fetch(site, OLD)
    assert len(server.calls()) == calls
    door.clock.slept += 2 * DAY
    server.fault(ARCHIVE, "null_day")
    provider.prefetch(sites, OLD)
    data = provider.fetch(sites[1], OLD)
    assert data.meta["revised"]["variables"]["rs"]["lost"] == 1
    server.clear()
    door.clock.slept += DAY + 1
    assert provider.prefetch(sites, OLD) == 1
    assert provider.fetch(sites[1], OLD).frame["rs"].notna().all()
