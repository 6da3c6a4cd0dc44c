"""Workers that differ get no task and are named; where no worker is good the task ends with a sentence at once."""

from __future__ import annotations

import asyncio
import contextlib
import subprocess
import sys
import threading
import time
import warnings
from pickle import loads
from types import SimpleNamespace

import pytest
from distributed import Client, LocalCluster
from distributed.core import Status
from distributed.protocol.serialize import ToPickle

import etolib
from etolib import science
from etolib.errors import InputError, SchedulerUnavailable
from etolib.tasks import cluster, handshake, look, workers
from tests.browser.stage import until

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore:These dask workers get no task:UserWarning")]

PLACE, DAYS = (-22.7, -47.6), "2024-01-01/2024-01-03"

WORKERS = {
    "bare": 'sys.modules["etolib"] = None',
    "older": 'import etolib; etolib.__version__ = "0.0.9"',
    "wrong": "import etolib.reference as r; right = r.eto_fao56; r.eto_fao56 = lambda **a: 1.1 * right(**a)",
    "poor": "",
    "good": "",
}
"""What is done in a worker before it starts."""

DIFFERS = {
    "bare": "has no etolib",
    "older": f"has etolib 0.0.9, not {etolib.__version__}",
    "wrong": "computes 4.27 mm for example 18 of FAO-56, not 3.9 mm",
    "poor": "may take 170 MB of memory",
}


@contextlib.contextmanager
def worker(address, kind):
    """A worker in a process of its own; SIGKILL in the end."""
    program = f"import sys\n{WORKERS[kind]}\nfrom distributed.cli.dask_worker import main\nmain()"
    options = "--no-nanny", "--nthreads", "2", "--no-dashboard", "--host", "127.0.0.1", "--name", kind
    memory = ("--memory-limit", "170MB") if kind == "poor" else ()
    command = [sys.executable, "-c", program, address, *options, *memory]
    child = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    try:
        yield child
    finally:
        child.kill()
        child.wait()


def scheduler():
    """A scheduler without workers, in this process."""
    return LocalCluster(n_workers=0, processes=False, host="127.0.0.1", protocol="tcp", dashboard_address=":0")


@pytest.fixture(scope="module")
def head():
    with scheduler() as made:
        yield made


@pytest.fixture(scope="module")
def client(head):
    with etolib.set_options(offline=True), etolib.connect(head) as client:
        yield client


def test_without_a_worker_the_task_waits_and_then_says_so(head):
    with etolib.connect(head, wait=0.2) as impatient:
        job = etolib.submit(PLACE, DAYS, client=impatient)
        assert job.status == "QUEUED"
        with pytest.raises(SchedulerUnavailable, match=r"has no worker, and none came.*dask worker"):
            job.result(20)
        assert job._ended.wait(10)
        assert job.status == "ERROR"
        assert "none came" in job.messages()[-1]["data"]["message"]


@pytest.fixture(scope="module")
def bad(client):
    """One worker of each kind that gets no task: their processes by kind."""
    with contextlib.ExitStack() as stack:
        address = client.scheduler.address
        made = {kind: stack.enter_context(worker(address, kind)) for kind in DIFFERS}
        client.wait_for_workers(len(made), timeout=60)
        yield made


def test_workers_that_differ_are_named_with_what_differs_and_what_to_do(client, bad):
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        found = cluster.prepare(client)
    told = {said["name"]: handshake.differences(handshake.mine(), said) for said in found.values()}
    assert told.keys() == DIFFERS.keys()
    for kind, sentences in told.items():
        assert DIFFERS[kind] in sentences[0], kind
    (warning,) = (str(one.message) for one in caught if one.category is UserWarning)
    assert "get no task" in warning
    assert "Install etolib" in warning
    assert "and 1 other worker" in warning


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"science": "0123456789ab"}, "same version whose equations or data differ (0123456789ab, not "),
        ({"numpy": "1.26.4"}, "has numpy 1.26.4, not 2."),
        ({"python": "3.8.1"}, "has python 3.8.1, not 3."),
        ({"dask": None}, "has dask None, not 20"),
        ({"etolib": None, "science": None, "error": "ImportError: no numba"}, "cannot import etolib (ImportError: no"),
        ({"silent": "TimeoutError: "}, "did not say what it has (TimeoutError: )"),
        ({"memory_limit": 0}, None),
        ({"numpy": "2.999.1"}, None),
    ],
)
def test_what_differs_is_said(changes, sentence):
    said = handshake.differences(handshake.mine(), handshake.mine() | {"example": 3.88} | changes)
    assert len(said) == (sentence is not None)
    assert sentence is None or sentence in said[0]


def test_where_no_worker_is_good_the_task_ends_at_once_and_kills_none(client, bad):
    begun = time.monotonic()
    job = etolib.submit(PLACE, DAYS, client=client)
    batch = etolib.submit_many([PLACE, (-23, -47)], DAYS, client=client)
    with pytest.raises(SchedulerUnavailable, match=r"can run this:\n.*(has no etolib|MB of memory|0.0.9)"):
        job.result(30)
    assert {type(one) for one in batch.result(30)} == {SchedulerUnavailable}
    assert time.monotonic() - begun < workers.WAIT_S / 2
    assert job._ended.wait(10)
    assert [m["type"] for m in job.messages()] == ["ERROR"]
    assert all(process.poll() is None for process in bad.values())
    assert len(client.scheduler_info()["workers"]) == len(bad)


def test_a_good_worker_that_joins_gets_all_tasks(client, bad):
    with worker(client.scheduler.address, "good"):
        client.wait_for_workers(len(bad) + 1, timeout=60)
        cluster.prepare(client)
        sites = [(-22.7, -47.6 + i / 10) for i in range(6)]
        results = etolib.submit_many(sites, DAYS, client=client).result(60)
        with etolib.set_options(offline=True):
            for site, result in zip(sites, results, strict=True):
                assert result.table.equals(etolib.compute(site, DAYS).table)
        assert results[0].provenance["science"] == science.version()
        names = client.run(lambda dask_worker: (dask_worker.name, dask_worker.state.executed_count))
        assert {name for name, count in names.values() if count} == {"good"}
        assert all(process.poll() is None for process in bad.values())


def test_a_bare_worker_gets_the_package_where_that_is_asked_for():
    # Hidden as on a machine without it: not on the path, no finder of an editable install.
    WORKERS["lacking"] = (
        "import os\n"
        "sys.path[:] = [p for p in sys.path if not os.path.isfile(os.path.join(p, 'etolib', '__init__.py'))]\n"
        "sys.meta_path[:] = [f for f in sys.meta_path if 'editable' not in repr(f).lower()]"
    )
    with scheduler() as own, worker(own.scheduler_address, "lacking"), etolib.connect(own, install=True) as client:
        client.wait_for_workers(1, timeout=60)
        ((address, said),) = cluster.prepare(client).items()
        assert handshake.differences(handshake.mine(), said) == []
        assert "etolib-of-the-client" in client.run(lambda: __import__("etolib").__file__)[address]


def test_a_package_that_comes_while_a_worker_is_looked_at_is_brought_there():
    # As where the worker was there before the client: its first look, without a package, has not ended by then.
    asked = []

    async def main():
        wanted = asyncio.Event()

        async def run(function, args, kwargs):
            upload = loads(args)[1]["arguments"]["upload"]
            asked.append(upload)
            await wanted.wait()
            found = dict.fromkeys(("science", "error", "example", *look.COMPARED))
            return {"status": "OK", "result": ToPickle(found | {"etolib": "0.0.9" if upload else None})}

        one = SimpleNamespace(memory_limit=0, host="here", name="lacking")
        scheduler = SimpleNamespace(workers={"a": one}, rpc=lambda address: SimpleNamespace(run=run))
        known = workers.Workers(scheduler, lambda: None)
        await asyncio.sleep(0)
        hello = asyncio.ensure_future(known.hello("client", handshake.mine(), None, False, b"package", 10))
        while known._upload is None or not asked:
            await asyncio.sleep(0)
        wanted.set()
        return await hello

    answer = asyncio.run(main())
    assert asked == [None, b"package"]
    assert answer["workers"]["a"]["etolib"] == "0.0.9"
    assert answer["asked"] == 0


# --- what leads to a cluster ------------------------------------------------------------------------------------------


class OnlyAddress:
    """A cluster of another package: an address and nothing of distributed."""

    def __init__(self, address):
        self.scheduler_address = address


class OnlyClient:
    def __init__(self, client):
        self.get_client = lambda: client


def test_whatever_leads_to_a_scheduler_is_taken(head, tmp_path):
    import json

    file = tmp_path / "scheduler.json"
    file.write_text(json.dumps({"address": head.scheduler_address}))
    with Client(head, set_as_default=False) as own:
        for where in (head, own, head.scheduler_address, file, str(file), OnlyAddress(head.scheduler_address),
                      OnlyClient(own)):  # fmt: skip
            client = etolib.connect(where)
            assert cluster.address_of(client) == head.scheduler_address
            if client is not own:
                client.close()
        assert cluster.client_of(own) is own
        assert cluster.client_of(head) is cluster.client_of(head.scheduler_address)
        cluster.close()


@pytest.mark.parametrize("where", [3, object(), ["tcp://127.0.0.1:1"]])
def test_what_leads_to_no_cluster_is_refused(where):
    with pytest.raises(InputError, match="is no dask cluster, client, address or scheduler file"):
        etolib.connect(where)


def test_an_asynchronous_client_is_refused_with_a_sentence(head):
    class Asynchronous:
        asynchronous = True
        scheduler_address = head.scheduler_address

    with pytest.raises(InputError, match="is asynchronous"):
        etolib.connect(Asynchronous())


def test_a_scheduler_file_that_is_none_is_one_line(tmp_path):
    (tmp_path / "broken.json").write_text("{")
    for path in ("missing.json", "broken.json"):
        with pytest.raises(SchedulerUnavailable, match=r"json does not answer"):
            etolib.connect(tmp_path / path)


def test_the_address_that_was_given_is_kept_where_the_scheduler_announces_another(head):
    # As through a tunnel: a port that passes everything on.
    import socket

    def pass_on(left, right):
        with contextlib.suppress(OSError):
            while data := left.recv(65536):
                right.sendall(data)
        for end in (left, right):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def accept(door, target):
        with contextlib.suppress(OSError):
            while True:
                near, _ = door.accept()
                far = socket.create_connection(target)
                for ends in ((near, far), (far, near)):
                    threading.Thread(target=pass_on, args=ends, daemon=True).start()

    host, port = head.scheduler_address.removeprefix("tcp://").split(":")
    with socket.create_server(("127.0.0.1", 0)) as door:
        threading.Thread(target=accept, args=(door, (host, int(port))), daemon=True).start()
        given = f"tcp://127.0.0.1:{door.getsockname()[1]}"
        with etolib.connect(given) as client:
            assert cluster.address_of(client) == given != client.scheduler_info()["address"]


def test_the_text_for_workers_reads_on_other_pythons():
    import ast
    from inspect import getsource

    ast.parse(getsource(look), feature_version=(3, 8))


GATE = threading.Event()


def waits_at_the_gate():
    return GATE.wait(20)


def test_what_has_not_begun_on_a_worker_that_pauses_does_not_lie_there_for_ever():
    with (
        LocalCluster(n_workers=1, threads_per_worker=1, processes=False, memory_limit=0, dashboard_address=":0") as one,
        etolib.connect(one, wait=0.2) as client,
    ):
        (paused,) = one.workers.values()
        begun, waits = (
            client.submit(waits_at_the_gate, pure=False, resources=handshake.needed(), retries=0) for _ in range(2)
        )
        until(lambda: len(one.scheduler.workers[paused.address].processing) == 2, "both on the worker")
        paused.status = Status.paused
        GATE.set()
        assert begun.result(10)
        with pytest.raises(SchedulerUnavailable, match="paused"):
            waits.result(10)


def test_a_worker_whose_line_breaks_while_it_is_asked_is_asked_again_and_one_that_was_silent_later(monkeypatch):
    monkeypatch.setattr(workers, "_PAUSES_S", (0.0,) * 3)
    tries, joined = [], []

    async def ask(address, warm, upload):
        tries.append(address)
        if address == "gone" or len(tries) < 3:
            raise OSError("the line of one who was there before")
        return {"etolib": "1"}

    async def look():
        book = workers.Workers(SimpleNamespace(workers={}), lambda: None)
        book._scheduler.workers |= {"a": None, "gone": None}
        monkeypatch.setattr(book, "_ask", ask)
        found = [await book._look_patiently(one) for one in ("a", "gone")]
        book._silent = {"a": time.monotonic(), "gone": time.monotonic() - workers._SILENT_S}
        monkeypatch.setattr(book, "joined", joined.append)
        book._ask_the_silent()
        return found

    good, silent = asyncio.run(look())
    assert (good, tries) == ({"etolib": "1"}, ["a"] * 3 + ["gone"] * 4)
    assert "the line of one" in silent["silent"]
    assert joined == ["gone"]
