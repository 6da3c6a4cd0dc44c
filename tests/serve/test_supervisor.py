"""Who looks after a running server: what is started again, what is told, and what the server of the pages reads."""

from __future__ import annotations

import json
import logging
import os
import time
from types import SimpleNamespace

import pytest

pytest.importorskip("voila", reason="voila is not installed (extra: app)")
from prometheus_client import CollectorRegistry, generate_latest

import etolib
from etolib.serve import account, supervisor
from etolib.serve.supervisor import Supervisor
from etolib.serve.voila.figures import Figures

ROOM = {"ready": 2, "paused": 0, "unfit": 0}
FIGURES = {
    "ended": {"SUCCESS": 3}, "submitted": 4, "queued": 1, "running": 0, "workers": ROOM, "worker_bytes": 5e8,
    "queued_s": {"bounds": [1.0], "counts": [2, 1], "sum": 7.5},
    "whole_s": {"bounds": [1.0], "counts": [0, 3], "sum": 9.0},
    "counted": {"asked": {"nasa_power": 2}, "kept": {"nasa_power": 5}},
}  # fmt: skip


class Nanny:
    def __init__(self, status="running", alive=True):
        self.status, self.alive, self.closed = SimpleNamespace(name=status), alive, False

    def is_alive(self):
        return self.alive

    async def close(self, timeout):
        self.closed = True


class Own:
    """A cluster that is none."""

    def __init__(self, *nannies, wanted=2, scheduler="running"):
        self.workers = dict(enumerate(nannies))
        self.worker_spec = dict.fromkeys(range(wanted))
        self.scheduler = SimpleNamespace(status=SimpleNamespace(name=scheduler))
        self.corrected = self.closed = 0

    def sync(self, function, *arguments):
        import asyncio

        asyncio.run(function(*arguments))

    async def _correct_state(self):
        self.corrected += 1
        for name in self.worker_spec.keys() - self.workers.keys():
            self.workers[name] = Nanny()

    def close(self, timeout):
        self.closed += 1


@pytest.fixture
def watched(tmp_path, monkeypatch):
    """A supervisor whose scheduler tells what the test says."""
    monkeypatch.setattr(supervisor, "free_disk", lambda folder: 1e12)
    monkeypatch.setattr(supervisor, "free_memory", lambda: 0.5)
    monkeypatch.setattr(supervisor, "used_files", lambda: 0.1)

    def make(own=None, figures=FIGURES, start=None):
        one = Supervisor(tmp_path / "account.json", "tcp://127.0.0.1:1234", own, start or (lambda port: own))
        monkeypatch.setattr(one, "_figures", lambda: figures)
        return one

    return make


def reasons(one):
    one.look()
    return json.loads(one.path.read_text())["reasons"]


@pytest.mark.parametrize(
    ("figures", "told"),
    [
        (None, ["scheduler_lost"]),
        (FIGURES, []),
        (FIGURES | {"workers": ROOM | {"ready": 0, "paused": 2}}, ["no_worker"]),
        (FIGURES | {"workers": ROOM | {"paused": 1}}, ["workers_paused"]),
    ],
)
def test_what_is_amiss_with_the_cluster(watched, figures, told):
    assert reasons(watched(figures=figures)) == told


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("free_disk", lambda folder: 4e8, ["disk_low_cache", "disk_low_temporary"]),
        ("free_memory", lambda: 0.01, ["memory_low"]),
        ("used_files", lambda: 0.9, ["files_low"]),
    ],
)
def test_what_runs_out_is_told_once_and_that_it_is_over(watched, monkeypatch, caplog, name, value, told):
    one, before = watched(), getattr(supervisor, name)
    monkeypatch.setattr(supervisor, name, value)
    with caplog.at_level(logging.WARNING, "etolib"):
        assert [reasons(one) for _ in range(3)] == [told] * 3
        assert [record.getMessage().partition(" (")[0] for record in caplog.records] == [f"degraded: {r}" for r in told]
        monkeypatch.setattr(supervisor, name, before)
        caplog.clear()
        assert reasons(one) == []
        assert [record.getMessage() for record in caplog.records] == [f"no longer degraded: {r}" for r in told]


@pytest.mark.parametrize("nannies", [[Nanny(), Nanny("failed")], [Nanny(), Nanny("closed")], [Nanny()]])
def test_workers_that_dask_has_given_up_are_started_again(watched, nannies):
    own = Own(*nannies)
    one = watched(own)
    one.look()
    assert (len(own.workers), own.corrected, one.restarts["workers"]) == (2, 1, 1)
    one.look()
    assert own.corrected == 1


def test_a_worker_that_its_nanny_starts_again_is_left_to_it_for_a_while(watched, monkeypatch):
    own = Own(Nanny(), Nanny(alive=False))
    one = watched(own)
    one.look()
    assert own.corrected == 0
    monkeypatch.setattr(supervisor, "_LATE_S", -1.0)
    one.look()
    assert own.corrected == 1


def test_a_scheduler_that_is_gone_is_started_again_on_its_port(watched):
    old, new, ports = Own(Nanny(), Nanny(), scheduler="closed"), Own(Nanny(), Nanny()), []
    one = watched(old, start=lambda port: ports.append(port) or new)
    one.look()
    assert (ports, one.own, old.closed, one.restarts["scheduler"]) == ([1234], new, 1, 1)


def test_nothing_is_started_once_it_was_told_to_stop(watched):
    own = Own(scheduler="closed")
    one = watched(own)
    one.stop()
    one.look()
    assert own.closed == own.corrected == 0


def test_an_account_that_is_old_or_gone_is_no_good_news(tmp_path):
    path = tmp_path / "account.json"
    account.write(path, {"at": 1000.0, "state": "ok", "reasons": []})
    assert account.read(str(path), now=1010.0)["state"] == "ok"
    assert account.read(str(path), now=1100.0)["reasons"] == ["unwatched"]
    path.write_text("{")
    assert account.read(str(path))["state"] == "degraded"
    assert account.read(None) == {}


def test_the_figures_have_the_names_and_forms_that_prometheus_wants(tmp_path, monkeypatch):
    path = tmp_path / "account.json"
    found = {
        "at": 1e12,
        "state": "degraded",
        "reasons": ["disk_low_cache"],
        "figures": FIGURES,
        "restarts": {"server": 1},
    }
    account.write(path, found)
    monkeypatch.setenv(account.VARIABLE, str(path))
    kernels = SimpleNamespace(visitors={"a": "x"}, unmet=lambda: [], _pools={})
    registry = CollectorRegistry()
    registry.register(Figures(SimpleNamespace(kernel_manager=kernels, visits=SimpleNamespace(most=30))))
    lines = generate_latest(registry).decode().splitlines()
    for line in (
        'etolib_tasks_total{state="SUCCESS"} 3.0', 'etolib_tasks_total{state="TIMEOUT"} 0.0',
        f'etolib_build_info{{version="{etolib.__version__}"}} 1.0', 'etolib_tasks_under_way{state="queued"} 1.0',
        'etolib_task_queued_seconds_bucket{le="1.0"} 2.0', 'etolib_task_queued_seconds_bucket{le="+Inf"} 3.0',
        "etolib_task_seconds_sum 9.0", 'etolib_provider_requests_total{source="nasa_power"} 2.0',
        'etolib_cache_hits_total{source="nasa_power"} 5.0', 'etolib_workers{state="ready"} 2.0',
        'etolib_kernels{state="open"} 1.0', 'etolib_memory_bytes{part="workers"} 5e+08', "etolib_degraded 1.0",
        'etolib_reason{reason="disk_low_cache"} 1.0', 'etolib_restarts_total{part="server"} 1.0',
        "# TYPE etolib_task_seconds histogram", "# TYPE etolib_tasks_total counter",
    ):  # fmt: skip
        assert line in lines


def test_shares_of_this_process_are_shares():
    assert 0 < supervisor.free_memory() < 1
    assert 0 <= supervisor.used_files() < 1
    assert supervisor.free_disk(supervisor.Path("/no/such/folder")) == pytest.approx(
        supervisor.shutil.disk_usage("/").free, rel=0.05
    )


def test_a_limit_of_the_control_group_counts(tmp_path, monkeypatch):
    if not os.path.exists("/proc/self/cgroup"):
        pytest.skip("no control groups here")
    monkeypatch.setattr(supervisor, "_CGROUP", tmp_path)
    (tmp_path / "memory.max").write_text("1000\n")
    (tmp_path / "memory.current").write_text("999\n")
    (tmp_path / "memory.stat").write_text("anon 990\ninactive_file 9\n")
    assert supervisor.free_memory() == pytest.approx(0.01)
    (tmp_path / "memory.max").write_text("max\n")
    assert supervisor.free_memory() > 0.01


def test_open_files_are_counted_now_and_then_and_at_every_look_while_they_are_too_many(monkeypatch, tmp_path):
    counted, now = [], [1000.0]
    shares = iter([0.1, 0.9, 0.9, 0.2, 0.2])
    monkeypatch.setattr(supervisor, "used_files", lambda: counted.append(now[0]) or next(shares))
    monkeypatch.setattr(supervisor, "time", SimpleNamespace(time=time.time, monotonic=lambda: now[0]))
    one = Supervisor(tmp_path / "account.json", "tcp://127.0.0.1:1")
    found = []
    for _ in range(40):
        found.append("files_low" in dict(one._reasons(FIGURES)))
        now[0] += supervisor.LOOK_S
    assert [one - 1000 for one in counted] == [0, 30, 32, 34, 64]
    assert found.index(True) == 15
    assert sum(found) == 2
