"""The process of a page: what it imports, and what it does without."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import threading

import pytest

pytest.importorskip("ipykernel", reason="ipykernel is not installed (extra: app)")

# Each open page costs one process; what is named here belongs on the workers, or to a person at a notebook.
HEAVY = (
    "pandas", "xarray", "matplotlib", "numba", "llvmlite", "scipy", "h5py", "h5netcdf", "netCDF4", "pyarrow", "zarr",
    "openpyxl", "xlsxwriter", "httpx2", "bokeh", "sympy", "sklearn", "dask.array", "dask.dataframe", "numpy.testing",
    "debugpy", "_pydevd_bundle", "jedi", "prompt_toolkit", "nbformat", "nbconvert", "voila", "jupyter_server",
    "etolib.pipeline", "etolib.fusion", "etolib.validation", "etolib.store",
    "etolib.sources.network.client",
)  # fmt: skip

SHOWN = """
import json, sys
from etolib.serve.voila import kernel
kernel.load()
loaded = set(sys.modules)
from ipykernel.ipkernel import IPythonKernel
from tests.widgets.fakes import Direct, FakeConnection, Inline, make_page
from etolib.widgets.comparison.app import Comparison
from etolib.widgets.region.app import Region
parts = dict(connection=FakeConnection(source_list=[], answers=False), loop=Direct(), pool=Inline())
seen = {"eto": make_page, "compare": lambda: Comparison(**parts), "region": lambda: Region(**parts)}
for make in seen.values():
    make()
import distributed
modules = {m for m, held in sys.modules.items() if held is not None}
print(json.dumps({"modules": sorted(modules), "late": sorted(modules - loaded)}))
"""


@pytest.fixture(scope="module")
def imported():
    done = subprocess.run([sys.executable, "-c", SHOWN], capture_output=True, text=True, check=True)
    return json.loads(done.stdout.splitlines()[-1])


def test_no_dashboard_imports_what_only_workers_or_notebooks_need(imported):
    assert sorted(set(HEAVY) & set(imported["modules"])) == []


def test_few_modules_are_imported_before_the_first_view(imported):
    # 1,190 with ipykernel's debugger; whoever adds a hundred shall notice.
    assert len(imported["modules"]) <= 1150


def test_a_page_gives_back_memory_once_it_is_quiet_and_waits_for_nothing(monkeypatch):
    from etolib.serve.voila import kernel

    began, may_end, acted = threading.Event(), threading.Event(), []

    def act():
        began.set()
        acted.append(threading.current_thread())
        may_end.wait(30)

    class Loop:
        """Runs what is due when it is told to."""

        def __init__(self):
            self.due = []

        def call_later(self, delay, callback):
            self.due.append(asyncio.TimerHandle(delay, callback, (), self))
            return self.due[-1]

        def get_debug(self):
            return False

        def _timer_handle_cancelled(self, handle):
            self.due.remove(handle)

    loop = Loop()
    monkeypatch.setattr(kernel.asyncio, "get_running_loop", lambda: loop)
    settled = kernel.Settled(act)
    assert not settled.due
    for _ in range(3):
        settled.stirred()
    (only,) = loop.due
    assert settled.due
    assert not acted  # while something happens nothing is done
    only._run()  # comes back though what is done has not ended
    assert began.wait(30)
    assert not may_end.is_set()
    assert acted[0] is not threading.current_thread()
    assert not settled.due  # once, until something happens again
    settled.stirred()
    assert settled.due
    may_end.set()
    acted[0].join(30)


def test_nothing_that_a_kernel_says_is_lost_while_nobody_listens():
    """More messages than zmq keeps by itself, said while the other side takes one at a time."""
    import zmq
    from jupyter_client.manager import KernelManager

    from etolib.serve.voila.kernels import Kernels

    said, long = 3_000, 20_000  # more than the line holds by itself
    context = zmq.Context()
    manager = KernelManager(context=context)
    manager.format_kernel_cmd = lambda **_: [
        sys.executable, "-m", "etolib.serve.voila.kernel", "-f", manager.connection_file
    ]  # fmt: skip
    manager.start_kernel()
    try:
        context.rcvhwm = 1
        client = manager.client()
        client.start_channels()
        client.wait_for_ready(timeout=60)
        code = f"for i in range({said}):\n    get_ipython().kernel.session.send"
        code += f"(get_ipython().kernel.iopub_socket, 'comm_msg', {{'i': i, 'text': 'x' * {long}}})"
        reply = client.execute(code)
        while client.get_shell_msg(timeout=60)["parent_header"].get("msg_id") != reply:
            pass  # all is said before anything is heard
        heard = []
        while len(heard) < said:
            message = client.get_iopub_msg(timeout=10)
            if message["msg_type"] == "comm_msg":
                heard.append(message["content"]["i"])
        client.stop_channels()
    finally:
        manager.shutdown_kernel(now=True)
        context.destroy(linger=0)
    assert heard == list(range(said))
    kernels = Kernels(forked=False)
    with kernels.context.socket(zmq.SUB) as socket:
        assert socket.rcvhwm == 0
