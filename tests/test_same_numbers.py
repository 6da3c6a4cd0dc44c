"""One place, one period: in this process, on the command line and as a task on worker processes, the same numbers."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pandas as pd
import pytest
from distributed import Client

import etolib
from etolib.tasks import cluster
from tests.shared import shared_path

pytestmark = pytest.mark.slow

PERIOD = "2019-06-01/2020-05-31"


@pytest.fixture(scope="module")
def client():
    with cluster.start(1) as local, Client(local, set_as_default=False) as client:
        yield client


@pytest.mark.parametrize("city", ["Barreiras_BA", "Porto_Nacional_TO", "Tasso_Fragoso_MA"])
def test_process_command_line_and_task_agree(replay_server, client, tmp_path, city):
    row = pd.read_csv(shared_path("data", "validation", "cities.csv")).set_index("city").loc[city]
    site = etolib.Site(row.lat, row.lon)
    here = etolib.compute(site, PERIOD)
    start, end = PERIOD.split("/")
    path = tmp_path / "eto.json"
    words = ["compute", "--lat", repr(site.latitude), "--lon", repr(site.longitude), "--start", start, "--end", end]
    subprocess.run([sys.executable, "-m", "etolib", *words, "-o", str(path)], check=True, env=os.environ)
    told = pd.DataFrame(json.loads(path.read_text())["results"])
    assert told["eto"].tolist() == here.table["eto"].round(2).tolist()
    task = etolib.submit(site, PERIOD, client=client).result(120)
    pd.testing.assert_frame_equal(task.table, here.table, check_exact=True)
