"""The process of a page: what it imports, and what it does without."""

from __future__ import annotations

import json
import subprocess
import sys

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
