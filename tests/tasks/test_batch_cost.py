"""What a batch costs is said beforehand, and is what providers were asked; limits are waited for."""

from __future__ import annotations

import re
import urllib.parse
from dataclasses import replace

import pytest

import etolib
from etolib.errors import RateLimited
from etolib.site import Period, Site
from etolib.sources import grouping, open_meteo, prefetch
from etolib.store.order import Order
from etolib.tasks import lot
from etolib.tasks.cost import cost_of
from tests.simulator.open_meteo import asked_days, weight

pytestmark = pytest.mark.slow

PERIOD = "2024-05-01/2024-05-20"


def paid(server):
    """Return requests and weight by provider, as the simulator counted them."""
    found = {"NASA POWER": (len(server.calls("nasa_power")), float(len(server.calls("nasa_power"))))}
    weights = []
    services = ("archive", "forecast", "satellite", "ensemble")
    for call in [call for service in services for call in server.calls(f"open_meteo_{service}")]:
        query = urllib.parse.parse_qs(call.query)
        weights.append(weight(query, asked_days(query)))
    for call in server.calls("open_meteo_elevation"):
        weights.append(float(len(urllib.parse.parse_qs(call.query)["latitude"][0].split(","))))
    found["Open-Meteo"] = (len(weights), sum(weights))
    return found


DISTRICT = [
    *[Site(-22.5 - i / 10, -47.5) for i in range(7)],  # two pairs of cells
    Site(-22.5, -47.5, name="again"),
    Site(-22.6, -52.4),  # of another solar day
    Site(-22.7, -52.6, 400),
]
LONG = [Site(-22.5, -47.5), Site(-22.51, -47.5)]


# Eight years are so long that no list holds them.
@pytest.mark.parametrize(("period", "places"), [(PERIOD, DISTRICT), ("2016-01-01/2023-12-31", LONG)])
def test_cost_is_what_is_asked_and_what_is_known_costs_nothing(client, weather_server, tmp_path, period, places):
    with etolib.set_options(cache_dir=tmp_path / "cache"):
        order = Order.of([etolib.Request(place, period) for place in places], 4)
        cost = cost_of(order)
        assert weather_server.calls() == []
        etolib.submit_many(places, period, store=tmp_path / "a.zarr", lot=4, client=client).result(120)
        told = {one.provider: (one.requests, pytest.approx(one.weight)) for one in cost.asked}
        assert told == paid(weather_server)
        assert not any(one.about for one in cost.asked)
        assert cost_of(order).asked == ()
        weather_server.forget()
        etolib.submit_many(places, period, store=tmp_path / "b.zarr", lot=3, client=client).result(120)
        assert weather_server.calls() == []


def test_cost_in_words(weather_server, tmp_path):
    with etolib.set_options(cache_dir=tmp_path):
        order = Order.of([etolib.Request((-22.5 + i / 100, -47.5), "2023") for i in range(1000)])
        cost = cost_of(order)
    (meteo,) = (one for one in cost.asked if one.provider == "Open-Meteo")
    satellite = grouping.weight(2, 365)  # of the archive's 28.7 calls a place and year: 5.2 more
    assert meteo.weight == pytest.approx(1000 * (grouping.weight(11, 365) + satellite) + 1000)
    assert meteo.quota_days == pytest.approx(meteo.weight / 10_000)
    assert meteo.seconds >= 2 * 86400  # 34 893 calls of which 10 000 a day are free
    said = str(cost)
    assert "1000 places of 365 days" in said
    alone = replace(cost, places=1, days=1, lots=1, asked=(replace(meteo, requests=1, parts=()),))
    assert str(alone).startswith("1 place of 1 day, in 1 lot.")
    assert "Open-Meteo: 1 request" in str(alone)
    assert "1 requests" not in str(alone)
    assert "as many as are free in 3.5 days (10000 a day)" in said
    little = replace(cost, asked=(replace(meteo, weight=182.0, parts=()),))
    assert "182 of its calls, 1.8 % of the 10000 that are free in a day" in str(little)
    assert re.search(r"and [1-9]\d* MB on disk", said)
    # The satellite counts together with the archive, and has its own line.
    parts = {part.source: part for part in meteo.parts}
    assert sum(part.weight for part in meteo.parts) == pytest.approx(meteo.weight)
    assert sum(part.requests for part in meteo.parts) == meteo.requests
    assert parts["Open-Meteo satellite radiation"].weight == pytest.approx(1000 * satellite)
    assert "of these Open-Meteo satellite radiation: 100 requests, 5214 calls" in said
    assert "of these NASA POWER" not in said
    assert cost.seconds >= meteo.seconds
    assert "<div>" in cost._repr_html_()


def test_a_source_without_a_count_is_estimated_and_says_so(weather_server, monkeypatch, tmp_path):
    monkeypatch.setenv("ETOLIB_CONTACT", "me@example.org")
    with etolib.set_options(cache_dir=tmp_path):
        order = Order.of([etolib.Request(Site(60 + i, 10, 5), "2024-07-02/2024-07-03") for i in range(3)])
        (norway,) = (one for one in cost_of(order).asked if one.provider == "MET Norway")
    assert (norway.requests, norway.about, norway.quota_days) == (3, True, None)


def test_a_limit_is_waited_for_and_nothing_is_asked_twice(weather_server, monkeypatch, tmp_path):
    refused, waited = [True], []
    original = open_meteo.OpenMeteo.prefetch

    def limited(self, sites, period):
        if refused:
            refused.clear()
            raise RateLimited("hourly", retry_at=0.0, source="open_meteo_archive")
        return original(self, sites, period)

    monkeypatch.setattr(open_meteo.OpenMeteo, "prefetch", limited)
    sites = [Site(-22.5 - i / 10, -47.5, 500) for i in range(3)]
    with etolib.set_options(cache_dir=tmp_path):
        prefetch.prefetch(sites, Period.parse(PERIOD), wait=waited.append)
    assert len(waited) == 1
    assert len(weather_server.calls("open_meteo_archive")) == 1


def test_a_place_that_a_limit_left_without_a_source_counts_as_failed():
    with etolib.set_options(offline=True):
        result = etolib.compute((-22.5, -47.5), PERIOD)
    assert lot._unlimited(result) is result
    result.provenance["failed"] = [RateLimited("hourly", source="open_meteo_archive").to_dict()]
    error = lot._unlimited(result)
    assert (type(error), error.source, error.retryable) == (RateLimited, "open_meteo_archive", True)
