"""Many places at once: neighbours share requests, and neither a failing nor a cancelled download of lists is felt."""

from __future__ import annotations

import asyncio
import threading

import numpy as np
import pandas as pd
import pytest

import etolib
from etolib import tasks
from etolib.site import Site
from etolib.sources import catalogue, grouping, nasa_power, open_meteo, prefetch
from etolib.tasks import scheduler
from etolib.tasks.messages import FINAL, topic
from etolib.tasks.submission import _submit_ahead

pytestmark = pytest.mark.slow

PERIOD = "2024-02-20/2024-02-29"


def district(count, seed=3):
    """Farms around a town, in one pair of NASA POWER's cells."""
    spread = np.random.default_rng(seed).uniform(-0.15, 0.15, (count, 2))
    farms = [Site(round(-22.5 + a, 4), round(-47.5 + b, 4)) for a, b in spread]
    assert len({nasa_power.cells(farm) for farm in farms}) == 1
    return farms


def ends(client, batch):
    """Return the terminal messages of each task, as the scheduler keeps them."""
    events = [client.get_events(topic(task_id)) for task_id in batch.task_ids]
    return [[m["type"] for _, m in story if m["type"] in FINAL] for story in events]


def aheads():
    return [thread for thread in threading.enumerate() if thread.name.startswith("etolib-ahead")]


def test_a_district_costs_a_call_or_two(client, weather_server, tmp_path, monkeypatch):
    monkeypatch.setattr(grouping, "MAX_PLACES", 15)  # the provider's own limit makes the same parts, only longer ones
    count = grouping.size(10) + 5  # more than one list holds
    farms = district(count)
    with etolib.set_options(cache_dir=tmp_path / "many"):
        batch = tasks.submit_many(farms, PERIOD, client=client)
        results = batch.result(120)
    calls = {name: len(weather_server.calls(name)) for name in catalogue.services()}
    shared = 2
    assert {name: n for name, n in calls.items() if n} == {
        "nasa_power": 1, "open_meteo_archive": shared, "open_meteo_satellite": shared, "open_meteo_elevation": shared,
    }  # fmt: skip
    assert ends(client, batch) == [["SUCCESS"]] * count
    # A place alone, asked anew, has the same numbers.
    with etolib.set_options(cache_dir=tmp_path / "alone"):
        for i in (0, 9, count - 1):
            alone = etolib.compute(farms[i], PERIOD)
            assert results[i].site == alone.site
            assert set(alone.table["source"]) == {"nasa_power+open_meteo_archive+open_meteo_satellite"}
            pd.testing.assert_frame_equal(results[i].table, alone.table)


def test_submission_does_not_wait_for_the_lists(client, weather_server):
    weather_server.fault("open_meteo_archive", "hang")
    batch = tasks.submit_many(district(3), PERIOD, client=client)
    weather_server.wait_for_calls(1, "open_meteo_archive")
    assert {job.status for job in batch.jobs} == {"QUEUED"}
    weather_server.clear()
    weather_server.release("open_meteo_archive")
    assert [len(result.table) for result in batch.result(60)] == [10] * 3


@pytest.mark.parametrize("wrong", [RuntimeError("a fault of ours"), MemoryError()])
def test_a_failing_list_fails_no_job(client, weather_server, monkeypatch, wrong):
    def fail(*args, **kwargs):
        raise wrong

    monkeypatch.setattr(prefetch, "prefetch", fail)
    batch = tasks.submit_many(district(3), PERIOD, client=client)
    assert all(result.table["eto"].notna().all() for result in batch.result(60))
    assert ends(client, batch) == [["SUCCESS"]] * 3
    assert len(weather_server.calls("open_meteo_archive")) == 3


def test_a_dead_provider_is_asked_for_one_list_and_left_to_the_jobs(client, weather_server, monkeypatch):
    asked = []
    original = open_meteo.OpenMeteo.prefetch

    def counted(source, sites, period):
        if source.info.name == "open_meteo_archive":
            asked.append(len(sites))
        return original(source, sites, period)

    monkeypatch.setattr(open_meteo.OpenMeteo, "prefetch", counted)
    monkeypatch.setattr(grouping, "MAX_PLACES", 2)
    weather_server.fault("open_meteo_archive", "refuse")
    results = tasks.submit_many(district(6), PERIOD, client=client).result(60)
    assert asked == [2]
    assert {source for result in results for source in result.table["source"]} == {"nasa_power+open_meteo_satellite"}
    assert all(any(text.startswith("open_meteo_archive") for text in result.warnings) for result in results)


def test_cancel_of_all_is_one_call_and_stops_the_list(client, weather_server, monkeypatch):
    weather_server.fault("open_meteo_archive", "hang")
    batch = tasks.submit_many(district(150), PERIOD, client=client)
    seen = []
    for job in batch.jobs[:2]:
        job._watch()
        job.on_message(seen.append)
    weather_server.wait_for_calls(1, "open_meteo_archive")
    trips = []
    original = scheduler.ask
    monkeypatch.setattr(scheduler, "ask", lambda *a, **k: trips.append(a) or original(*a, **k))
    assert batch.cancel() == 150
    assert len(trips) == 1
    assert {job.status for job in batch.jobs} == {"CANCELLED"}
    assert batch.cancel() == 0
    for thread in aheads():
        thread.join(20)
        assert not thread.is_alive()
    assert ends(client, batch) == [["CANCELLED"]] * 150
    assert [m["type"] for m in seen] == ["CANCELLED"] * 2
    assert len(weather_server.calls("open_meteo_archive")) == 1
    assert weather_server.calls("nasa_power") == []


def test_those_that_had_ended_keep_their_result_when_the_rest_is_cancelled(client, weather_server):
    batch = tasks.submit_many(district(2), PERIOD, client=client)
    first = batch.jobs[0].result(60)
    batch.jobs[0]._ended.clear()  # as for a page that has not heard of the end yet
    assert batch.jobs[1].result(60)
    assert batch.cancel() == 0
    assert batch.jobs[0].result(60).table.equals(first.table)


def test_lots_are_of_one_solar_day_and_long_periods_share_elevations_only(client, weather_server):
    far = [Site(-22.5, -47.5), Site(47.0, 8.0), Site(-22.4, -47.4), Site(47.1, 8.1)]
    assert all(result.table["eto"].notna().all() for result in tasks.submit_many(far, PERIOD, client=client).result(60))
    assert len(weather_server.calls("open_meteo_archive")) == 2
    before = len(weather_server.calls())
    years = [Site(-22.55, -47.5), Site(-22.56, -47.5)]
    tasks.submit_many(years, "2018-01-01/2023-12-31", client=client).result(60)
    assert len(weather_server.calls("open_meteo_archive")) == 4
    assert len(weather_server.calls("open_meteo_elevation")) == 3
    assert len(weather_server.calls()) == before + 6  # six years: two calls a place, and one of NASA POWER for both


def test_one_place_has_nothing_before_it(client):
    assert _submit_ahead(client, [etolib.Request(Site(0, 10, 0), PERIOD)], {}) == [None]


def test_what_failed_is_retried_alone(client, weather_server):
    farms = [Site(-22.5, -47.5, 600, "a"), Site(-30, -30, 0, "sea"), Site(-22.4, -47.5, 600, "b")]
    batch = tasks.submit_many(farms, PERIOD, "nasa_power", client=client)
    weather_server.clear()
    batch.result(60)
    assert batch.failures() == []
    weather_server.fault("nasa_power", "404")
    other = [Site(-10.5, -47.5, 600, "a"), Site(-12.4, -47.5, 600, "b")]
    batch = tasks.submit_many(other, PERIOD, "nasa_power", client=client)
    batch.result(60)
    assert [(i, type(error).__name__) for i, error in batch.failures()] == [(0, "NoSourceError"), (1, "NoSourceError")]
    weather_server.clear()
    again = batch.retry()
    assert [len(result.table) for result in again.result(60)] == [10, 10]
    assert again.retry().jobs == []


def test_a_batch_is_indexed_awaited_shown_and_one_table(client, weather_server):
    batch = tasks.submit_many(district(3), PERIOD, client=client)
    cost = batch.cost
    assert (cost.places, cost.days) == (3, 10)

    async def main():
        return await batch

    assert len(asyncio.run(main())) == 3
    assert (batch[1], batch[1:]) == (batch.jobs[1], batch.jobs[1:])
    assert "3 of 3 places" in batch._repr_html_()
    table, data = batch.to_dataframe(), batch.to_dataset()
    assert len(table) == 30
    np.testing.assert_array_equal(data["eto"].values.ravel(), table["eto"])
    assert data["latitude"].values.tolist() == [result.site.latitude for result in batch.result()]
