"""A source added while the program runs, without a change of the package: a row and a class are all it takes."""

from __future__ import annotations

import dataclasses
import datetime as dt
import multiprocessing
import pickle
from concurrent.futures import ProcessPoolExecutor

import pytest

import etolib
from etolib import config
from etolib.errors import InputError
from etolib.sources import catalogue, plan
from etolib.sources.row import Box, Rank
from etolib.widgets import remote, wording
from tests.sources.toy import ROW

PLACE = etolib.Site(-22.7, -47.6)
BOULDER = etolib.Site(40.02, -105.27, 1655.0)
HISTORY = "2024-03-01/2024-03-10"


@pytest.fixture
def toy():
    with catalogue.registered(ROW) as row:
        yield row


def test_it_is_listed_for_people_and_for_the_page(toy):
    assert etolib.sources().loc["toy_weather", "title"] == "Toy weather"
    assert catalogue.names()[-1] == "toy_weather"
    (shown,) = [one for one in remote.source_list({}) if one["name"] == "toy_weather"]
    assert (shown["coverage"], shown["licence"]) == ("the nursery", "do as you like")


def test_it_is_planned_with_its_reason(toy):
    made = plan.make(etolib.Request(PLACE, "2024-03-01/2024-07-05"), today=dt.date(2024, 7, 1))
    assert made.asked == ["nasa_power", "open_meteo_archive", "toy_weather", "open_meteo_forecast"]
    (step,) = [step for step in made.steps if step.source == "toy_weather"]
    assert step.reason == "history: weather made in memory; it covers 2024-03-01/2024-07-05"


def test_it_is_asked_ranked_and_cited(toy, weather_server):
    result = etolib.compute(PLACE, HISTORY)
    assert set(result.input_sources["tmax"]) == {"toy_weather"}  # its rank is before Open-Meteo's ...
    assert set(result.input_sources["rs"]) == {"toy_weather"}  # ... and before the satellites'
    assert result.table["tmax"].tolist() == [28 + day / 10 for day in range(1, 11)]
    assert result.source_eto["toy_weather"].notna().all()
    assert result.provenance["sources"]["toy_weather"]["attribution"] == ROW.attribution
    assert ROW.attribution in result.to_csv()
    assert any(text.startswith("toy_weather: history: weather made") for text in result.provenance["choice"])


def test_its_rank_decides_where_it_stands(weather_server):
    last = dataclasses.replace(ROW, rank=Rank(weather=90, radiation=90))
    with catalogue.registered(last):
        result = etolib.compute(PLACE, HISTORY)
        assert "toy_weather" not in {name for column in result.input_sources for name in result.input_sources[column]}
        alone = etolib.compute(PLACE, HISTORY, ["toy_weather"])
    assert set(alone.table["source"]) == {"toy_weather"}


def test_it_is_named_in_two_languages(toy, weather_server):
    result = etolib.compute(PLACE, HISTORY, "toy_weather")
    assert wording.source("en", "toy_weather") == "Toy weather"
    assert wording.source("pt", "toy_weather") == "Tempo de brinquedo"
    warning, of_its_wind = result.warnings
    assert of_its_wind.startswith("toy_weather: ")
    assert warning == "Toy weather: no data on -"
    assert wording.translate("pt", warning) == "Tempo de brinquedo: sem dados em -"


def test_its_service_has_a_setting(toy):
    assert config.service_root("toy") == "https://api.toys.example"
    with etolib.set_options(toy_url="http://localhost:1"):
        assert config.service_root("toy") == "http://localhost:1"


def test_without_the_key_it_wants_it_is_not_asked_and_that_is_said(monkeypatch):
    wants_key = dataclasses.replace(ROW, key_needed=True)
    today = dt.date(2024, 7, 1)
    request = etolib.Request(PLACE, "2024-03-01/2024-07-05")
    with catalogue.registered(wants_key):
        without = plan.make(request, today)
        monkeypatch.setenv("ETOLIB_TOY_KEY", "secret")
        assert "toy_weather" in plan.make(request, today).asked
        assert etolib.sources().loc["toy_weather", "key needed"]
    assert "toy_weather" not in without.asked
    (newest,) = [step.reason for step in without.steps if step.source == "open_meteo_forecast"]
    assert newest.endswith("Toy weather not asked, they want a key (set ETOLIB_TOY_KEY)")


def test_a_national_source_comes_first_at_home_only(weather_server):
    home = (Box(39.0, 41.0, -106.0, -104.0),)
    national = dataclasses.replace(
        ROW, role="national", home=home, reach=home, rank=Rank(weather=95, radiation=95, at_home=10.5)
    )
    days = "2024-07-02/2024-07-04"
    with catalogue.registered(national):
        here = etolib.compute(BOULDER, days)
        assert set(here.input_sources["tmax"]) == {"toy_weather"}
        assert set(here.input_sources["rs"]) == {"open_meteo_forecast"}
        assert "toy_weather" not in plan.make(etolib.Request(PLACE, days), dt.date(2024, 7, 1)).asked


def test_without_it_nothing_is_left(toy):
    catalogue.unregister("toy_weather")
    try:
        assert "toy_weather" not in catalogue.names()
        assert catalogue.title("toy_weather") == "toy_weather"
        with pytest.raises(InputError, match="is not known"):
            etolib.Request(PLACE, HISTORY, "toy_weather")
    finally:
        catalogue.register(ROW)


@pytest.mark.parametrize("name", ["nasa_power", "station", "auto", "two words"])
def test_a_name_that_is_taken_or_none_is_refused(name):
    with pytest.raises(InputError, match="choose another name"):
        catalogue.register(dataclasses.replace(ROW, name=name))


def _asked_elsewhere(row: bytes) -> tuple[str, int]:
    catalogue.adopt([pickle.loads(row)])
    catalogue.adopt([pickle.loads(row)])
    with etolib.set_options(offline=True):
        result = etolib.compute(etolib.Site(-22.7, -47.6, 550), HISTORY, "toy_weather")
    return result.table["source"].iloc[0], len(catalogue.added())


@pytest.mark.slow
def test_another_process_finds_the_provider_by_the_row():
    assert pickle.loads(pickle.dumps(ROW)) == ROW
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        assert pool.submit(_asked_elsewhere, pickle.dumps(ROW)).result(120) == ("toy_weather", 1)


def test_a_task_has_it_on_its_worker(toy, client, weather_server):
    task = etolib.submit(PLACE, HISTORY, "toy_weather", client=client)
    assert set(task.result(60).table["source"]) == {"toy_weather"}
