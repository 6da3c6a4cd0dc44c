"""`etolib serve` and `etolib lab` as a user starts them: what they print, where they listen, what they leave behind."""

from __future__ import annotations

import contextlib
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import urllib.error
import urllib.parse
import urllib.request
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest
from distributed import Client

from etolib.serve import server
from etolib.tasks import priority
from tests.browser.stage import until

pytestmark = pytest.mark.browser


@contextmanager
def started(*words, log=subprocess.DEVNULL, **environment):
    command = [sys.executable, "-m", "etolib.cli", *words]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, text=True, env=os.environ | environment)
    try:
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        process.wait()
        process.stdout.close()


def page_of(process):
    name, url = process.stdout.readline().rstrip("\n").split("\t")
    return name, url


def answers(url):
    with contextlib.suppress(OSError), urllib.request.urlopen(url, timeout=60) as answer:
        return answer.read()
    return None


def family(process):
    return psutil.Process(process.pid).children(recursive=True)


def assert_ends_with_nothing_left(process, number=signal.SIGTERM, again=None):
    children = family(process)
    assert children
    process.send_signal(number)
    if again is not None:
        until(lambda: not all(child.is_running() for child in children), "the first that ends", 20)
        process.send_signal(again)
    assert process.wait(60) == 0
    _, alive = psutil.wait_procs(children, timeout=20)
    assert alive == []


def test_serve_prints_the_page_listens_on_loopback_and_leaves_nothing(tmp_path):
    secret = {"ETOLIB_TOKEN": "planted-in-the-token", "ETOLIB_CONTACT": "planted@example.org"}
    loud = "--log-level", "debug", "--log-format", "json"
    with (
        (tmp_path / "log").open("w") as log,
        started("serve", "--port", "0", "--no-browser", "--workers", "1", *loud, log=log, **secret) as process,
    ):
        name, url = page_of(process)
        assert name == "eto"
        with urllib.request.urlopen(url, timeout=60) as answer:
            assert answer.status == 200
        listening = [
            connection.laddr.ip
            for member in [psutil.Process(process.pid), *family(process)]
            for connection in member.net_connections(kind="tcp")
            if connection.status == psutil.CONN_LISTEN
        ]
        assert listening
        assert set(listening) <= {"127.0.0.1", "::1"}
        (pages,) = (one for one in psutil.Process(process.pid).children() if "etolib.serve.voila" in one.cmdline())
        ours = psutil.Process(process.pid).nice()
        assert pages.nice() == ours
        lower = [one for one in family(process) if one.nice() != ours]
        assert [one.nice() for one in lower] == [min(ours + priority.NICE, 19)]  # the worker gives way to the pages
        if sys.platform == "linux":  # Ctrl-C in a terminal reaches the workers too: the server alone shall hear it
            (ignored,) = re.findall(r"SigIgn:\s*(\w+)", Path(f"/proc/{lower[0].pid}/status").read_text())
            assert int(ignored, 16) >> (signal.SIGINT - 1) & 1
        left = pages.children(recursive=True)
        pages.kill()  # a server of pages that is killed is started again
        assert psutil.wait_procs(left, timeout=20)[1] == []
        until(lambda: answers(url), "the page to come back", 60)
        health = url.partition("/voila/")[0] + "/healthz"
        assert json.loads(answers(health))["state"] in ("ok", "degraded")
        assert_ends_with_nothing_left(process)
    text = (tmp_path / "log").read_text()
    lines = [json.loads(line) for line in text.splitlines() if line.startswith("{")]
    assert {"serve", "server"} <= {line["part"] for line in lines}
    assert "/voila/render/eto.ipynb" in text
    assert "planted" not in text


def test_serve_that_is_killed_leaves_nothing():
    with started("serve", "--port", "0", "--no-browser", "--workers", "1") as process:
        assert page_of(process)[0] == "eto"
        children = family(process)
        assert any("ipykernel_launcher" in " ".join(child.cmdline()) for child in children)
        process.kill()
        assert psutil.wait_procs(children, timeout=10)[1] == []


def test_lab_answers_and_leaves_nothing(tmp_path):
    own = {"JUPYTER_RUNTIME_DIR": str(tmp_path), "ETOLIB_TOKEN": "planted-in-the-token"}
    tmp_path.chmod(0o755)
    with started("lab", "--port", "0", "--no-browser", "--workers", "1", **own) as process:
        name, url = page_of(process)
        assert name == "lab"
        told = [one for one in tmp_path.iterdir() if b"planted" in one.read_bytes()]
        assert [one.name for one in told if one.stat().st_mode & 0o077] == []  # other users read along
        with urllib.request.urlopen(url, timeout=60) as answer:
            assert b"JupyterLab" in answer.read()
        for path in ("/api/terminals", "/api/contents", "/api/kernels"):  # who has no token has no terminal
            with pytest.raises(urllib.error.HTTPError, match="403"):
                urllib.request.urlopen(urllib.parse.urljoin(url, path), timeout=60)
        assert_ends_with_nothing_left(process)


def test_serve_adopts_a_scheduler_and_leaves_it_running():
    port = server.free_port("127.0.0.1")
    command = [sys.executable, "-m", "distributed.cli.dask_scheduler", "--host", "127.0.0.1", "--port", str(port)]
    scheduler = subprocess.Popen([*command, "--no-dashboard"], stderr=subprocess.DEVNULL)
    try:
        address = f"tcp://127.0.0.1:{port}"
        with started("serve", "--port", "0", "--no-browser", "--scheduler", address) as process:
            assert page_of(process)[0] == "eto"
            names = [" ".join(child.cmdline()) for child in family(process)]
            assert not any("nanny" in name or "dask" in name for name in names)
            assert_ends_with_nothing_left(process)
        assert scheduler.poll() is None
    finally:
        scheduler.kill()
        scheduler.wait()


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        (("serve", "--port", "70000"), 2, "70000"),
        (("serve", "--base-url", "a b"), 2, "base_url = 'a b'"),
        (("serve", "--scheduler", "tcp://127.0.0.1:1"), 1, "does not answer"),
    ],
)
def test_what_cannot_start_says_why(words, status, said):
    command = [sys.executable, "-m", "etolib.cli", *words, "--no-browser"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == status
    assert said in done.stderr


def test_taken_port_is_told():
    import socket

    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        command = [sys.executable, "-m", "etolib.cli", "serve", "--port", str(port), "--no-browser"]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 2
    assert f"port = {port}" in done.stderr


def test_stopped_while_the_cluster_starts_it_leaves_nothing():
    command = [sys.executable, "-m", "etolib.cli", "serve", "--port", "0", "--no-browser", "--workers", "1"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    with process:
        assert process.stderr.readline() == "starting the cluster ...\n"
        children = family(process)
        process.send_signal(signal.SIGTERM)
        assert process.wait(60) == 0
        assert process.stderr.read() == ""
    assert psutil.wait_procs(children, timeout=20)[1] == []


def test_serve_on_ipv6_and_behind_a_proxy():
    import socket

    try:
        with socket.socket(socket.AF_INET6) as probe:
            probe.bind(("::1", 0))
    except OSError:
        pytest.skip("this machine has no IPv6")
    proxy = {"http_proxy": "http://127.0.0.1:9", "no_proxy": ""}  # nobody listens there
    with started("serve", "--host", "::1", "--port", "0", "--no-browser", "--workers", "1", **proxy) as process:
        assert page_of(process)[1].startswith("http://[::1]:")
        assert_ends_with_nothing_left(process, signal.SIGINT, again=signal.SIGINT)  # a second Ctrl-C


def scheduler_of(process):
    try:
        return process.environ().get("DASK_SCHEDULER_ADDRESS")
    except psutil.Error:
        return None


def test_a_server_that_is_killed_takes_everything_along_and_its_folder_goes_with_the_next():
    with tempfile.TemporaryDirectory(prefix="eto") as name:  # a short name, for sockets in it
        killed_and_started_again(Path(name))


def killed_and_started_again(tmp_path):
    port = str(server.free_port("127.0.0.1"))
    own = {"TMPDIR": str(tmp_path), "XDG_STATE_HOME": str(tmp_path / "state")}
    with started("serve", "--port", port, "--no-browser", "--workers", "1", **own) as process:
        _, url = page_of(process)
        # another user of the machine knows where the scheduler is, and has no certificate
        (address,) = {one for member in family(process) if (one := scheduler_of(member))}
        assert address.startswith("tls://127.0.0.1:")
        with pytest.raises(OSError, match=r"timed out|closed|connect"):
            Client(address.replace("tls", "tcp"), timeout=2, set_as_default=False)
        # nobody else can read what a command line holds
        token = url.partition("?token=")[2]
        assert token
        assert not any(token in " ".join(member.cmdline()) for member in family(process))
        left = family(process)
        process.kill()
        assert psutil.wait_procs(left, timeout=20)[1] == []
    assert [*tmp_path.glob("etolib-*")]
    with started("serve", "--port", port, "--no-browser", "--workers", "1", **own) as process:
        assert page_of(process)[1] == url  # the same address, the same token: open pages come back
        (folder,) = tmp_path.glob("etolib-*")
        assert folder.stat().st_mode & 0o077 == 0
        command = [sys.executable, "-m", "etolib.cli", "serve", "--port", port, "--no-browser"]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
        assert (done.returncode, "etolib serves there already" in done.stderr) == (2, True)
        assert_ends_with_nothing_left(process)
    assert not [*tmp_path.glob("etolib-*")]
