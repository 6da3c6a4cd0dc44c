"""Clusters: what cannot be adopted is told at once, and nothing stays behind."""

from __future__ import annotations

import os
import socket
import subprocess
import sys

import pytest
from distributed import LocalCluster, Security

from etolib.errors import SchedulerUnavailable
from etolib.tasks import cluster

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("address", ["garbage", "tcp://127.0.0.1:port", "tcp://127.0.0.1", "foo://127.0.0.1:1"])
def test_address_that_is_none(address, recwarn):
    with pytest.raises(SchedulerUnavailable, match="does not answer"):
        cluster.connect(address, timeout=1)


def test_no_address_says_where_one_comes_from():
    with pytest.raises(SchedulerUnavailable, match="etolib serve"):
        cluster.connect()


def test_start_that_fails_leaves_no_process(monkeypatch):
    import psutil

    before = {child.pid for child in psutil.Process().children(recursive=True)}

    def broken(client):
        raise ImportError("the pipeline cannot be imported")

    monkeypatch.setattr(cluster, "prepare", broken)
    with pytest.raises(ImportError):
        cluster.start(1)
    workers = [child for child in psutil.Process().children(recursive=True) if child.pid not in before]
    assert not [child for child in workers if "spawn_main" in " ".join(child.cmdline())]


SCRIPT = """
import etolib

print("begun")
job = etolib.submit(etolib.Site(-22.7, -47.6), "2024-01-01/2024-01-03")
print(len(job.result(60).table))
"""


def test_script_without_a_guard_runs_once(tmp_path):
    # The first lines of Python in the README are such a script.
    script = tmp_path / "ten_lines.py"
    script.write_text(SCRIPT)
    done = subprocess.run(
        [sys.executable, script],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        env=os.environ | {"ETOLIB_OFFLINE": "1"},
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == ["begun", "3"]


def test_a_scheduler_with_tls_says_what_it_wants():
    security = Security.temporary()
    with LocalCluster(n_workers=0, processes=False, dashboard_address=":0", security=security) as tls:
        address = tls.scheduler_address
        assert address.startswith("tls://")
        with pytest.raises(SchedulerUnavailable, match=r"CA_FILE"):
            cluster.connect(address, timeout=2)
        with pytest.raises(SchedulerUnavailable, match="begins with tls://"):
            cluster.connect(address.replace("tls://", "tcp://"), timeout=2)
        cluster.connect(address, security=security, timeout=30).close()


def test_a_port_without_a_scheduler_is_not_said_to_want_tls():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"tcp://127.0.0.1:{free.getsockname()[1]}"
    with pytest.raises(SchedulerUnavailable) as said:
        cluster.connect(address, timeout=1)
    assert "tls" not in str(said.value)
