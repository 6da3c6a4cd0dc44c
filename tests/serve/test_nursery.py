"""Kernels that are forked: their own selves, children of the server, and gone when they should be."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import psutil
import pytest

pytest.importorskip("ipykernel", reason="ipykernel is not installed (extra: app)")
if sys.platform != "linux":
    pytest.skip("kernels are forked on Linux only", allow_module_level=True)

from jupyter_client import BlockingKernelClient
from jupyter_client.connect import write_connection_file

from etolib.serve.voila import kernel, nursery
from tests.browser.stage import until


def born(house, folder, **environment):
    """Fork a kernel and talk to it; return its process and what evaluates an expression in it."""
    path, _ = write_connection_file(str(folder / f"kernel-{len(list(folder.iterdir()))}.json"))
    mine = os.environ | environment | {"JPY_PARENT_PID": str(os.getpid())}
    child = house.fork(["-f", path], mine, str(folder))
    client = BlockingKernelClient()
    client.load_connection_file(path)
    client.start_channels()
    client.wait_for_ready(timeout=60)

    def value(expression):
        answer = client.execute("", user_expressions={"it": expression}, reply=True, timeout=30)
        return answer["content"]["user_expressions"]["it"]["data"]["text/plain"]

    return SimpleNamespace(child=child, client=client, value=value)


@pytest.fixture(scope="module")
def house():
    made = nursery.Nursery()
    yield made
    made.close()


@pytest.fixture(scope="module")
def pair(house, tmp_path_factory):
    folder = tmp_path_factory.mktemp("kernels")
    two = [born(house, folder, WHICH=which) for which in "ab"]
    yield two
    for one in two:
        one.client.stop_channels()
        one.child.kill()
        one.child.wait(10)


def test_each_has_its_own_environment_folder_session_and_random_numbers(pair):
    def both(expression):
        return [one.value(expression) for one in pair]

    assert both("__import__('os').environ['WHICH']") == ["'a'", "'b'"]
    assert both("__import__('os').getpid()") == [str(one.child.pid) for one in pair]
    assert both("__import__('os').getsid(0)") == [str(one.child.pid) for one in pair]
    assert both("__import__('os').getppid()") == [str(os.getpid())] * 2
    assert "kernels" in both("__import__('os').getcwd()")[0]
    for numbers in ("__import__('random').random()", "__import__('numpy').random.rand()", "__import__('uuid').uuid4()"):
        first, second = both(numbers)
        assert first != second, numbers
    assert all("ipykernel_launcher" in " ".join(psutil.Process(one.child.pid).cmdline()) for one in pair)


def test_it_has_no_history_no_debugger_and_no_line_to_anybody_else(house, pair):
    one = pair[0]
    assert one.value("get_ipython().history_manager.enabled") == "False"
    assert one.value("'debugpy' in __import__('sys').modules and __import__('sys').modules['debugpy']") == "None"
    # What a process that was forked must not have: sockets of the one before it.
    assert not [name for name in os.listdir(f"/proc/{house.pid}/task") if name != str(house.pid)]
    assert os.readlink(f"/proc/{one.child.pid}/fd/0") == os.devnull


def test_it_looks_after_its_memory_when_the_browser_has_said_something(pair):
    one = pair[0]
    one.value("get_ipython().user_ns.setdefault('heard', [])")
    one.value("setattr(get_ipython().kernel.settled, 'stirred', lambda: heard.append(1))")
    before = int(one.value("len(heard)"))
    assert int(one.value("len(heard)")) > before


def test_a_page_gets_the_state_of_all_its_widgets_in_one_message(pair):
    # Where the kernel does not know this comm, the page asks for each of some 400 widgets: seconds instead of tenths.
    client = pair[0].client
    comm = {"comm_id": "all-at-once", "data": {}}
    opened = comm | {"target_name": "jupyter.widget.control"}
    client.shell_channel.send(client.session.msg("comm_open", opened, metadata={"version": "1.0.0"}))
    client.shell_channel.send(client.session.msg("comm_msg", comm | {"data": {"method": "request_states"}}))
    while (message := client.get_iopub_msg(timeout=30))["msg_type"] != "comm_msg":
        assert message["msg_type"] != "comm_close"
    assert message["content"]["data"]["method"] == "update_states"


def test_pages_share_memory(pair):
    def megabytes(pid):
        rows = [line.split() for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()]
        return {row[0]: int(row[1]) / 1000 for row in rows if len(row) == 3}

    for one in pair:
        sizes = megabytes(one.child.pid)
        assert sizes["Private_Dirty:"] + sizes["Private_Clean:"] < 0.5 * sizes["Rss:"]


def test_one_that_is_asked_to_end_ends_well_and_one_that_is_killed_is_seen(house, tmp_path):
    asked, killed = born(house, tmp_path), born(house, tmp_path)
    asked.client.shutdown()
    assert asked.child.wait(20) == 0
    os.kill(killed.child.pid, signal.SIGKILL)
    assert killed.child.wait(10) == -signal.SIGKILL
    for one in (asked, killed):
        one.client.stop_channels()
        assert not psutil.pid_exists(one.child.pid)  # no zombie either


def test_pages_outlive_the_process_they_came_from_and_the_next_comes_from_another(house, pair, tmp_path):
    before = house.pid
    os.kill(before, signal.SIGKILL)
    other = born(house, tmp_path)
    assert house.pid != before
    assert other.value("1 + 1") == pair[0].value("1 + 1") == "2"
    other.client.stop_channels()
    other.child.kill()
    other.child.wait(10)


SERVER = """
import os, signal, sys
from jupyter_client.connect import write_connection_file
from etolib.serve.voila.nursery import Nursery
house = Nursery()
path, _ = write_connection_file(sys.argv[1])
child = house.fork(["-f", path], os.environ | {"JPY_PARENT_PID": str(os.getpid())}, ".")
print(house.pid, child.pid, flush=True)
signal.pause()
"""


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_a_server_that_is_killed_leaves_nothing(tmp_path, number):
    words = [sys.executable, "-c", SERVER, str(tmp_path / "kernel.json")]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as server:
        left = [psutil.Process(int(pid)) for pid in server.stdout.readline().split()]
        server.send_signal(number)
        server.wait(10)
        assert psutil.wait_procs(left, timeout=5)[1] == []


def test_where_another_thread_runs_nothing_is_forked():
    code = (
        "import threading, time\n"
        "from etolib.serve.voila import kernel, nursery\n"
        "kernel.load = lambda: threading.Thread(target=time.sleep, args=(60,), daemon=True).start()\n"
        "nursery.main()\n"
    )
    ours, theirs = socket.socketpair()
    with ours, theirs, subprocess.Popen([sys.executable, "-c", code], stdin=theirs) as process:
        ours.settimeout(30)
        assert b"2 threads" in ours.recv(4096)
        assert process.wait(10) == 0


def test_one_that_ends_again_and_again_is_given_up(monkeypatch):
    start = subprocess.Popen
    started = []
    monkeypatch.setattr(nursery.sys, "executable", "/bin/false")
    monkeypatch.setattr(nursery.subprocess, "Popen", lambda *a, **k: started.append(a) or start(*a, **k))
    house = nursery.Nursery()
    for _ in range(nursery._DEATHS):
        with pytest.raises(nursery.Lost):
            house.fork([], {}, ".")
    assert len(started) == nursery._DEATHS
    assert house.pid is None


def test_where_none_is_forked_the_program_is_started(monkeypatch, tmp_path):
    from etolib.serve.voila.kernels import Kernels

    def refuse(*anything):
        raise nursery.Lost("none today")

    async def whole():
        manager = Kernels(connection_dir=str(tmp_path))
        manager.nursery.close()
        monkeypatch.setattr(manager.nursery, "fork", refuse)
        kernel_id = await manager.start_kernel()
        process = manager.get_kernel(kernel_id).provisioner.process
        words = psutil.Process(process.pid).cmdline()
        # Its own command, or the title that it gives itself as soon as it runs.
        assert kernel.__name__ in words or words[0].startswith(kernel.NAME)
        await manager.shutdown_kernel(kernel_id, now=True)
        return process

    process = asyncio.run(whole())
    until(lambda: not psutil.pid_exists(process.pid), "the kernel to end")
