"""`etolib tasks`: what is under way, what a task says, and its end."""

from __future__ import annotations

import contextlib
import json

import pytest
from click.testing import CliRunner
from distributed import Client

from etolib import cli
from etolib.errors import SchedulerUnavailable
from etolib.serve.folder import RunFolder
from etolib.tasks import cluster, reach, security
from tests.tasks.test_turns import hanging, weather  # noqa: F401


@pytest.fixture
def run(client, monkeypatch):
    monkeypatch.setattr("etolib.cli_tasks._client", lambda address: contextlib.nullcontext(client))
    return lambda *given: CliRunner().invoke(cli.main, ["tasks", *given])


def test_tasks_are_listed_shown_and_cancelled_and_places_are_said_only_where_asked(run, client, weather):  # noqa: F811
    with Client(client.scheduler.address, set_as_default=False) as page:
        (job,) = hanging(1, page)
        assert weather.began.acquire(timeout=20)
        while not client.get_events(f"eto/{job.task_id}"):
            pass
        (row,) = json.loads(run("--json").output)
        assert row | {"age_s": 0, "owner": ""} == {
            "task_id": job.task_id, "state": "PROCESSING", "age_s": 0, "stage": "download", "owner": "",
        }  # fmt: skip
        assert run().output.startswith(f"{job.task_id}\tPROCESSING\t")
        assert "lat=10" not in run().output
        assert "lat=10" in run("--places").output
        assert "\tPROGRESS\tdownload\tasks\n" in run("show", job.task_id).output
        assert run("cancel", job.task_id).output == f"{job.task_id}\tCANCELLED\n"
        assert job._ended.wait(20)
        assert [row["state"] for row in json.loads(run("--json").output)] == ["CANCELLED"]
        assert json.loads(run("show", job.task_id, "--json").output)[-1]["data"]["reason"] == "asked"
        assert run("cancel", "eto-nothing").exit_code == 2


def test_the_cluster_of_a_running_server_is_found_by_its_owner(monkeypatch, tmp_path):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    assert reach.newest() is None
    assert CliRunner().invoke(cli.main, ["tasks"], env={"DASK_SCHEDULER_ADDRESS": ""}).exit_code == 1
    folder = RunFolder()
    reach.tell(folder.path, "tls://127.0.0.1:1", security.environment(security.temporary()))
    found = reach.newest()
    assert (found.address, found.security.require_encryption) == ("tls://127.0.0.1:1", True)
    assert (folder.path / "cluster.json").stat().st_mode & 0o077 == 0
    with pytest.raises(SchedulerUnavailable):
        cluster.connect(found.address, security=found.security, timeout=0.1)
    assert reach.newest(8866) is None
    assert CliRunner().invoke(cli.main, ["tasks", "--port", "8866"]).exit_code == 1
    assert CliRunner().invoke(cli.main, ["tasks", "--port", "8866", "--scheduler", "tcp://127.0.0.1:1"]).exit_code == 2
    beside = RunFolder()
    reach.tell(beside.path, "tcp://127.0.0.1:2", {}, 8866)
    assert reach.newest(8866) == reach.Reach("tcp://127.0.0.1:2", None)
    beside.close()
    folder.close()
    assert reach.newest() is None


def test_a_cluster_that_somebody_else_has_put_there_is_not_gone_to(monkeypatch, tmp_path):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    mine = tmp_path / "mine.json"  # a file of this user that holds what somebody else has written
    mine.write_text(json.dumps({"address": "tcp://127.0.0.1:1", "certificate": {}, "port": 1}))
    theirs = tmp_path / "etolib-0-theirs"
    theirs.mkdir()
    (theirs / "cluster.json").symlink_to(mine)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    reach.tell(elsewhere, "tcp://127.0.0.1:2", {})
    (tmp_path / "etolib-0-linked").symlink_to(elsewhere)
    assert reach.newest() is None
    ours = tmp_path / "etolib-0-ours"
    ours.mkdir()
    reach.tell(ours, "tcp://127.0.0.1:3", {})
    assert reach.newest() == reach.Reach("tcp://127.0.0.1:3", None)
