"""The plan of a request: which source for which days and why, and what comes first."""

from __future__ import annotations

import datetime as dt
from types import SimpleNamespace

import pytest

import etolib
from etolib.errors import InputError, NotCovered
from etolib.site import Period, Site
from etolib.sources import catalogue, listing, plan
from etolib.sources.base import SourceData
from etolib.sources.plan import choose

PLACE = Site(-22.7, -47.6, 550.0)
BOULDER = Site(40.02, -105.27, 1655.0)
OSLO = Site(59.91, 10.75)
TODAY = dt.date(2024, 7, 1)  # of the simulator


@pytest.fixture(autouse=True)
def today():
    with etolib.set_options(today=TODAY):
        yield


def chosen(site, start, end):
    return [c.source for c in choose(site, Period(start, end), today=TODAY)]


def test_history_is_nasa_and_archive_and_the_rest_is_forecast():
    assert chosen(PLACE, "2020-01-01", "2020-12-31") == [
        "nasa_power", "open_meteo_archive", "open_meteo_satellite", "climatology",
    ]  # fmt: skip
    assert chosen(BOULDER, "2020-01-01", "2020-12-31") == ["nasa_power", "open_meteo_archive", "climatology"]
    assert chosen(PLACE, "2024-07-02", "2024-07-05") == ["open_meteo_forecast", "open_meteo_ensemble", "climatology"]
    assert chosen(PLACE, "1960-01-01", "1960-01-31") == ["open_meteo_archive", "climatology"]
    assert chosen(PLACE, "2030-01-01", "2030-01-31") == ["climatology"]


def test_every_day_of_a_month_around_today_has_a_source_and_none_is_asked_outside_its_window():
    period = Period("2024-06-10", "2024-07-12")
    choices = choose(PLACE, period, today=TODAY)
    covered = {day for c in choices if c.role == "main" for day in c.period.days()}
    assert covered == set(period.days())
    for c in choices[:-1]:
        first, last = catalogue.find(c.source).window(TODAY)
        assert first <= c.period.start <= c.period.end <= last
        assert c.reason


def test_usa_and_nordic_countries_first_where_a_contact_is_set(monkeypatch):
    assert "nws_forecast" not in chosen(BOULDER, "2024-06-28", "2024-07-05")
    (reason,) = [c.reason for c in choose(BOULDER, Period("2024-06-28", "2024-07-05"), today=TODAY)
               if c.source == "open_meteo_forecast"]  # fmt: skip
    assert "ETOLIB_CONTACT" in reason
    monkeypatch.setenv("ETOLIB_CONTACT", "a@b.org")
    names = chosen(BOULDER, "2024-06-28", "2024-07-05")
    assert names.index("nws_stations") < names.index("open_meteo_forecast")
    assert names.index("nws_forecast") < names.index("open_meteo_forecast")
    names = chosen(OSLO, "2024-07-02", "2024-07-05")
    assert names.index("met_norway") < names.index("open_meteo_forecast")


def test_names_restrict_and_unknown_names_list_the_known():
    choices = choose(PLACE, Period("2024-01-01", "2024-01-31"), ["nasa_power"], today=TODAY)
    assert [c.source for c in choices] == ["nasa_power"]
    with pytest.raises(InputError, match="nasapower") as caught:
        choose(PLACE, Period("2024-01-01", "2024-01-31"), "nasapower", today=TODAY)
    assert "nasa_power" in caught.value.suggestion


def test_open_sea_is_refused_and_a_beach_is_not():
    with pytest.raises(NotCovered, match="sea"):
        choose(Site(0.0, -30.0), Period("2024-01-01", "2024-01-31"), today=TODAY)
    assert choose(Site(-22.987, -43.2), Period("2024-01-01", "2024-01-31"), today=TODAY)  # Ipanema


def test_table_of_sources():
    table = listing.sources(TODAY)
    assert set(catalogue.names()) == set(table.index)
    assert {"provides", "from", "to", "delay", "coverage", "licence", "key needed", "politeness"} <= set(table.columns)
    assert (table["from"] <= table["to"]).all()
    assert table.loc["open_meteo_forecast", "from"] == TODAY - dt.timedelta(days=92)
    assert table.loc["open_meteo_forecast", "to"] == TODAY + dt.timedelta(days=14)


# --- with a station of one's own --------------------------------------------------------------------------------------


def station(first, last, *, monthly=False):
    def fetch(site, period):
        raise NotImplementedError

    kind = type("Own", (), {"fetch": staticmethod(fetch)})
    own = kind()
    own.info = SimpleNamespace(window=lambda today: (first, last), title="own station file a.csv")
    own.monthly = monthly
    return own


def made(own, sources="auto", period="2024-03-01/2024-03-31"):
    return plan.make(etolib.Request(PLACE, period, sources, own))


def test_a_station_comes_first_and_lengthens_the_download_by_what_it_can_teach():
    own = station(dt.date(2023, 1, 1), dt.date(2024, 3, 10))
    found = made(own)
    assert str(found.span) == "2023-01-01/2024-03-31"
    assert [(step.source, str(step.period), step.role) for step in found.steps] == [
        ("station", "2023-01-01/2024-03-31", "main"),
        ("nasa_power", "2023-01-01/2024-03-31", "main"),
        ("open_meteo_archive", "2023-01-01/2024-03-31", "main"),
        ("open_meteo_satellite", "2023-01-01/2024-03-31", "beside"),
        ("climatology", "2024-03-01/2024-03-31", "fallback"),  # nothing is learnt from an estimate
    ]
    assert found.provider("station") is own


def test_monthly_means_stand_behind_the_weather_and_before_the_climatology():
    own = station(dt.date(1900, 1, 1), dt.date(2199, 12, 31), monthly=True)
    found = made(own)
    assert found.span == found.period
    assert [step.source for step in found.main] == ["nasa_power", "open_meteo_archive"]
    assert [step.source for step in found.fallbacks] == ["station", "climatology"]
    alone = made(own, ["station"])
    assert [(step.source, step.role) for step in alone.steps] == [("station", "main")]


def test_a_station_that_is_not_named_among_the_sources_is_not_asked():
    own = station(dt.date(2023, 1, 1), dt.date(2024, 3, 10))
    assert [step.source for step in made(own, ["nasa_power"]).steps] == ["nasa_power"]


# --- what answers tell ------------------------------------------------------------------------------------------------


def test_what_stands_first_at_home_is_known_with_the_answers():
    def answers(**meta):
        return {name: SourceData(name, None, dict(meta)) for name in ("nws_forecast", "nws_stations")}

    found = plan.make(etolib.Request(BOULDER, "2024-06-28/2024-07-05"))
    assert found.at_home(answers(distance_km=10.0)) == ["nws_stations", "nws_forecast"]
    assert found.at_home(answers(distance_km=30.0)) == ["nws_forecast"]
    assert found.at_home(answers(distance_km=10.0, elevation_difference=-200.0)) == ["nws_forecast"]
    assert found.at_home({}) == []
    assert plan.make(etolib.Request(PLACE, "2024-07-02")).at_home(answers(distance_km=1.0)) == []
