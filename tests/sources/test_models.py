"""Which model the numbers of Open-Meteo are of; how it is reached with a key and without; what it allows."""

from __future__ import annotations

import datetime as dt

import httpx2
import pytest

from etolib.errors import InvalidRequest
from etolib.site import Period
from etolib.sources import catalogue, open_meteo, open_meteo_access
from etolib.sources.network import client
from etolib.sources.network.budget import MONTH, Budget, Ledger, span
from etolib.sources.network.cache import Database
from etolib.words import render
from tests.sources import matrix

OPEN_METEO = [row for row in catalogue.SOURCES.values() if row.service.startswith("open_meteo")]
KEY = "a-key-of-one-s-own-1"
RECENT = Period("2024-05-01", "2024-06-20")


def asked(server, service):
    return [call.query for call in server.calls(service)]


@pytest.mark.parametrize("name", ["open_meteo_archive", "open_meteo_forecast", "open_meteo_historical_forecast"])
def test_every_question_names_its_model_and_every_answer_tells_it(door, server, name):
    data = catalogue.provider(name).fetch(matrix.WORLD, RECENT)
    model = catalogue.find(name).settings["model"]
    assert [f"models={model}" in query for query in asked(server, name)] == [True]
    assert data.meta["model"] == model != "best_match"
    assert data.meta["days_of_model"] == {
        "era5_land" if name == "open_meteo_archive" else model: [["2024-05-01", "2024-06-20"]]
    }


def test_the_seam_between_past_and_future_days_is_told(door):
    data = catalogue.provider("open_meteo_forecast").fetch(matrix.WORLD, Period("2024-06-25", "2024-07-14"))
    assert data.meta["days_of_kind"] == {
        "observed": [["2024-06-25", "2024-06-30"]], "forecast": [["2024-07-01", "2024-07-14"]]
    }  # fmt: skip


def test_days_filled_from_era5_are_told_in_three_languages_without_a_request_of_their_own(door, server):
    server.fault("open_meteo_archive", "no_land")
    data = catalogue.provider("open_meteo_archive").fetch(matrix.WORLD, RECENT)
    assert len(server.calls("open_meteo_archive")) == 1
    assert data.frame["tmax"].notna().all()
    assert data.meta["days_of_model"] == {
        "era5_land": [["2024-05-01", "2024-05-25"], ["2024-05-27", "2024-06-20"]], "era5": [["2024-05-26"] * 2]
    }  # fmt: skip
    (warning,) = [text for text in data.warnings if "ERA5-Land" in text]
    for language in ("en", "pt", "es"):
        assert "2024-05-26" in render(language, warning)


def test_old_days_are_not_asked_for_it_and_those_before_era5_land_are_known(door, server):
    old = catalogue.provider("open_meteo_archive").fetch(matrix.WORLD, Period("1949-12-30", "1950-01-02"))
    assert "snow_depth_max" not in str(asked(server, "open_meteo_archive"))
    assert old.meta["days_of_model"] == {
        "era5_land (not asked)": [["1950-01-01", "1950-01-02"]], "era5": [["1949-12-30", "1949-12-31"]]
    }  # fmt: skip


def test_a_settled_question_weighs_what_it_did_and_a_recent_one_a_ninth_more(door):
    provider = catalogue.provider("open_meteo_archive")
    (settled,) = provider.asks([matrix.WORLD], Period("2023-01-01", "2023-12-31"), set())
    (recent,) = provider.asks([matrix.WORLD], RECENT, set())
    assert settled == pytest.approx(1.1 * 365 / 14)
    assert recent == pytest.approx(1.2 * 51 / 14)


def test_services_of_one_provider_count_together_whichever_port_they_stand_at(monkeypatch):
    services = ("open_meteo_archive", "open_meteo_satellite", "open_meteo_ensemble", "open_meteo_forecast")
    assert len({open_meteo_access.budget(service).name for service in services}) == 1
    for port, service in enumerate(services, 8000):
        monkeypatch.setenv(f"ETOLIB_{service.upper()}_URL", f"http://127.0.0.1:{port}")
    assert {open_meteo_access.budget(service).name for service in services} == {"open_meteo@127.0.0.1"}


def test_every_service_has_its_host_for_customers(monkeypatch):
    """Names of hosts: as the server's source lists them."""
    monkeypatch.setenv(open_meteo_access.KEY, KEY)
    for row in OPEN_METEO:
        assert row.key_variable == open_meteo_access.KEY
        assert not row.key_needed
        assert open_meteo_access.root(row.service) == row.root.replace("https://", "https://customer-")
    monkeypatch.setenv("ETOLIB_OPEN_METEO_ARCHIVE_URL", "http://127.0.0.1:9")
    assert open_meteo_access.root("open_meteo_archive") == "http://127.0.0.1:9"
    monkeypatch.delenv(open_meteo_access.KEY)
    assert open_meteo_access.root("open_meteo_forecast") == "https://api.open-meteo.com"


def test_the_key_is_sent_as_a_header_to_the_customers_host_and_counted_apart(monkeypatch, make_door):
    monkeypatch.setenv(open_meteo_access.KEY, KEY)
    monkeypatch.setenv("ETOLIB_TODAY", matrix.TODAY)
    seen = []

    def handler(request):
        seen.append(request)
        return httpx2.Response(403, json={"error": True, "reason": "This API endpoint requires another plan"})

    door = make_door(handler)
    with client.use(door), pytest.raises(InvalidRequest) as caught:
        catalogue.provider("open_meteo_archive").fetch(matrix.WORLD, RECENT)
    with client.use(door), pytest.raises(InvalidRequest):
        open_meteo.elevations([matrix.WORLD])
    assert [(request.url.host, request.headers["x-api-key"]) for request in seen] == [
        ("customer-archive-api.open-meteo.com", KEY), ("customer-api.open-meteo.com", KEY)
    ]  # fmt: skip
    assert KEY not in str([request.url for request in seen]) + str(vars(caught.value))
    assert "plan" in str(caught.value.suggestion)
    assert open_meteo_access.budget("open_meteo_archive").windows == ()
    monkeypatch.delenv(open_meteo_access.KEY)
    assert open_meteo_access.headers() == {}
    assert dict(open_meteo_access.budget("open_meteo_archive").windows) == {60: 600, 3600: 5000, 86400: 10000,
                                                                          MONTH: 300000}  # fmt: skip


def test_the_free_month_is_the_calendars(tmp_path):
    ledger, budget = Ledger(Database(tmp_path)), Budget("demo", windows=((MONTH, 300),))
    late = dt.datetime(2024, 2, 29, 23, tzinfo=dt.UTC).timestamp()
    begin = dt.datetime(2024, 3, 1, tzinfo=dt.UTC).timestamp()
    assert ledger.take(budget, 299, lambda: late - 20 * 86400) is None
    assert ledger.take(budget, 2, lambda: late) == begin
    assert ledger.take(budget, 300, lambda: begin + 1) is None
    assert span(begin - 1, MONTH) == (dt.datetime(2024, 2, 1, tzinfo=dt.UTC).timestamp(), begin)


def test_terms_are_told_where_sources_are_listed():
    table = __import__("etolib").sources()
    for row in OPEN_METEO:
        assert "non-commercial" in table.loc[row.name, "licence"]
        assert "a month" in table.loc[row.name, "politeness"]
