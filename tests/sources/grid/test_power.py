"""NASA POWER's Zarr stores: two stores of their layout, served over loopback HTTP."""

from __future__ import annotations

import http.server
import threading
from functools import partial

import numcodecs
import numpy as np
import pandas as pd
import pytest
import xarray as xr

import etolib
from etolib import config
from etolib.errors import BadResponse, NotCovered, SourceUnavailable
from etolib.sources import catalogue
from etolib.sources.grid import power

DAYS = pd.date_range("2023-01-01", "2023-03-31")
PERIOD = etolib.Period("2023-02-01", "2023-02-20")
SITE = etolib.Site(-22.7, -47.6, 550)
_SEED = np.random.default_rng(3)


class Handler(http.server.SimpleHTTPRequestHandler):
    """Files of a folder, each request noted."""

    seen: list[str]

    def log_message(self, *args):
        """Say nothing."""

    def do_GET(self):
        """Note the path and answer."""
        self.seen.append(self.path)
        super().do_GET()


def write(folder, path, names, latitudes, longitudes):
    shape = (len(DAYS), len(latitudes), len(longitudes))
    data, coding = {}, {}
    for name, (low, high, unit) in names.items():
        data[name] = (("time", "lat", "lon"), _SEED.uniform(low, high, shape).round(2), {"units": unit})
        coding[name] = {
            "chunks": (60, 2, 2), "_FillValue": None, "compressors": [numcodecs.Zlib(1)],
            "filters": [numcodecs.FixedScaleOffset(offset=0, scale=100, dtype="<f8", astype="<i4")],
        }  # fmt: skip
    made = xr.Dataset(data, {"time": DAYS, "lat": latitudes, "lon": longitudes})
    made.to_zarr(folder / path, zarr_format=2, consolidated=True, encoding=coding)
    return made


@pytest.fixture(scope="module")
def archive(tmp_path_factory):
    folder = tmp_path_factory.mktemp("power")
    weather = write(
        folder, power.WEATHER,
        {"T2M_MIN": (12, 18, "C"), "T2M_MAX": (25, 32, "C"), "T2MDEW": (10, 12, "C"), "WS2M": (1, 3, "m/s"),
         "PS": (94, 96, "kPa"), "PRECTOTCORR": (0, 9, "mm/day"), "WS50M": (4, 6, "m/s")},
        np.arange(-25, -20, 0.5), np.arange(-50, -45, 0.625),
    )  # fmt: skip
    solar = write(
        folder, power.SOLAR, {"ALLSKY_SFC_SW_DWN": (180, 280, "W/m^2")}, np.arange(-24.5, -20), np.arange(-49.5, -45)
    )
    seen: list[str] = []
    handler = type("Of", (Handler,), {"seen": seen})
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), partial(handler, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", weather, solar, seen
    server.shutdown()
    server.server_close()


@pytest.fixture
def provider(archive, tmp_path):
    with etolib.set_options(nasa_power_zarr_url=archive[0], cache_dir=tmp_path, today="2023-06-01"):
        yield power.NasaPowerZarr(catalogue.find("nasa_power_zarr"))


def test_a_place_has_the_values_of_its_two_cells(archive, provider):
    _, weather, solar, _ = archive
    answer = provider.fetch(SITE, PERIOD)
    at = weather.sel(lat=-22.5, lon=-47.5, time=slice("2023-02-01", "2023-02-20"))
    assert answer.frame["tmax"].to_numpy() == pytest.approx(at["T2M_MAX"].to_numpy())
    assert answer.frame["u2"].to_numpy() == pytest.approx(at["WS2M"].to_numpy())
    assert answer.frame["precipitation"].to_numpy() == pytest.approx(at["PRECTOTCORR"].to_numpy())
    sun = solar["ALLSKY_SFC_SW_DWN"].sel(lat=-22.5, lon=-47.5, time=slice("2023-02-01", "2023-02-20"))
    assert answer.frame["rs"].to_numpy() == pytest.approx(sun.to_numpy() * 0.0864)
    assert answer.meta["cells"] == {"weather": [-22.5, -47.5], "solar": [-22.5, -47.5]}
    assert answer.meta["day"] == "local solar day, UTC-3"


def test_no_more_than_the_chunks_of_the_cell_are_read_and_once(archive, provider):
    seen = archive[3]
    seen.clear()
    provider.fetch(SITE, PERIOD)
    chunks = [path for path in seen if path.rsplit("/", 1)[1][:1].isdigit()]
    fields = [path for path in chunks if "/lat/" not in path and "/lon/" not in path and "/time/" not in path]
    assert len(fields) == 7
    assert all(path.endswith("/0.2.2") or "ALLSKY" in path for path in fields)
    assert not any("WS50M" in path for path in fields)
    seen.clear()
    provider.fetch(etolib.Site(-22.6, -47.55), PERIOD)
    assert seen == []


def test_it_is_computed_by_name_and_cited(archive, provider):
    result = etolib.compute(SITE, PERIOD, "nasa_power_zarr")
    assert set(result.table["source"]) == {"nasa_power_zarr"}
    assert result.table["eto"].between(2, 9).all()
    assert "Langley" in result.to_csv()
    assert etolib.sources().loc["nasa_power_zarr", "licence"] == etolib.sources().loc["nasa_power", "licence"]


def test_outside_offline_and_absent_are_sentences(archive, provider, tmp_path):
    with pytest.raises(NotCovered, match="outside"):
        provider.fetch(etolib.Site(10, 10), PERIOD)
    with (
        config.set_options(offline=True, cache_dir=tmp_path / "empty"),
        pytest.raises(SourceUnavailable, match="offline"),
    ):
        provider.fetch(SITE, PERIOD)
    with (
        config.set_options(nasa_power_zarr_url=archive[0] + "/moved"),
        pytest.raises(SourceUnavailable, match="no Zarr store"),
    ):
        provider.fetch(SITE, PERIOD)


def test_without_the_radiation_the_rest_is_given_and_that_is_said(archive, provider, monkeypatch):
    monkeypatch.setattr(power, "SOLAR", "nowhere.zarr")
    answer = provider.fetch(SITE, PERIOD)
    assert "rs" not in answer.frame
    assert any("no rs" in text for text in answer.warnings)


def test_a_damaged_chunk_is_an_error_and_no_number(archive, tmp_path, provider, monkeypatch):
    from etolib.sources.grid import remote_store

    genuine = remote_store.RemoteStore.read

    class Cut:
        def __init__(self, reply):
            self.data = reply.data[: len(reply.data) // 2]

    def read(self, key):
        reply = genuine(self, key)
        return Cut(reply) if "T2M_MAX/0" in key else reply

    monkeypatch.setattr(remote_store.RemoteStore, "read", read)
    with pytest.raises((BadResponse, SourceUnavailable)):
        provider.fetch(SITE, PERIOD)


@pytest.mark.parametrize(
    "body",
    [
        b'{"metadata": {"T2M/.zarray": {"filters": [{"id": "pickle"}], "compressor": null}}}',
        b'{"filters": null, "compressor": {"id": "\\u0070ickle", "protocol": 5}}',
        b"[]", b"<html>", b"",
    ],
)  # fmt: skip
def test_metadata_of_a_store_that_would_run_what_it_sends_are_none(body):
    from etolib.sources.grid import remote_store

    with pytest.raises(ValueError, match=r"pickle|JSON|Expecting"):
        remote_store._metadata(body)
    assert remote_store._metadata(b'{"filters": [{"id": "shuffle"}]}')
