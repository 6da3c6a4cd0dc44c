"""The scheduler's figures, on a scheduler that is none, and on a real one."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from distributed import Client, LocalCluster

from etolib.sources.network import counts
from etolib.tasks import cluster, figures, scheduler
from etolib.tasks.figures import Figures

KEY = "eto-" + "a" * 32


def worker(process, status="running", fit=True, **counted):
    said = {"process": process, "counts": {"asked": counted}}
    return SimpleNamespace(
        status=SimpleNamespace(name=status),
        resources={"etolib-1": 1} if fit else {},
        metrics={figures.METRIC: said},
        memory=SimpleNamespace(process=10),
    )


@pytest.fixture
def book():
    house = SimpleNamespace(workers={})
    return house, Figures(house)


def test_a_task_is_counted_from_its_submission_to_its_end(book):
    _, one = book
    one.moved(KEY, "released", "waiting")
    one.moved(KEY, "waiting", "processing")
    assert (one.all_of_them()["queued"], one.all_of_them()["running"]) == (1, 0)
    one.begun(KEY)
    one.begun(KEY)  # its worker has died, another begins
    assert (one.all_of_them()["queued"], one.all_of_them()["running"]) == (0, 1)
    one.ended(KEY, "SUCCESS")
    one.moved(KEY, "memory", "forgotten")
    found = one.all_of_them()
    assert (found["submitted"], found["ended"], found["running"]) == (1, {"SUCCESS": 1}, 0)
    assert (sum(found["queued_s"]["counts"]), sum(found["whole_s"]["counts"])) == (1, 1)


def test_one_that_is_dropped_without_an_end_is_counted_and_others_are_not(book):
    _, one = book
    one.moved(KEY, "released", "no-worker")
    one.moved(KEY, "released", "forgotten")
    for key in ("ahead-1", ("x", 1)):
        one.moved(key, "released", "waiting")
    assert (one.all_of_them()["submitted"], one.all_of_them()["ended"]) == (1, {"RELEASED": 1})


def test_counts_of_workers_are_added_and_never_become_less(book):
    house, one = book
    twice = worker("h:2", nasa_power=1)  # two workers of one process
    house.workers = {"a": worker("h:1", nasa_power=3), "b": twice, "b2": twice}
    assert one.all_of_them()["counted"] == {"asked": {"nasa_power": 4}}
    house.workers = {"b": worker("h:2", nasa_power=2), "c": worker("h:3", open_meteo=1)}
    assert one.all_of_them()["counted"] == {"asked": {"nasa_power": 5, "open_meteo": 1}}
    assert one.all_of_them()["counted"] == {"asked": {"nasa_power": 5, "open_meteo": 1}}


def test_a_paused_worker_is_not_ready_nor_one_without_our_etolib(book):
    house, one = book
    house.workers = {"a": worker("h:1"), "b": worker("h:2", status="paused"), "c": worker("h:3", fit=False)}
    assert one.all_of_them()["workers"] == {"ready": 1, "paused": 1, "unfit": 1}


def test_a_real_scheduler_tells_them_and_counts_come_with_the_heartbeat():
    with (
        LocalCluster(
            n_workers=1, threads_per_worker=1, processes=False, host="127.0.0.1", protocol="tcp", dashboard_address=":0"
        ) as own,
        Client(own, set_as_default=False) as client,
    ):
        cluster.prepare(client)
        counts.add(counts.ASKED, "a_test")
        own.sync(own.workers[0].heartbeat)
        found = scheduler.ask(client, "figures")
        assert found["workers"]["ready"] == 1
        assert found["counted"]["asked"]["a_test"] >= 1
        (resource,) = cluster.handshake.needed()
        assert scheduler.ask(client, "ready", resource=resource) == {"workers": 1, "news": 0}
