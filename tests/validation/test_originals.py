"""Fetching the public originals: checksums, layout, and a reason where they cannot be had. Loopback only."""

import functools
import hashlib
import http.server
import threading

import pandas as pd
import pytest

from etolib import config
from etolib.errors import SourceUnavailable
from etolib.validation import originals, places
from tests.fusion import simulated


@pytest.fixture
def served(tmp_path):
    """A server of simulated originals of two cities, and their list."""
    pack = simulated.folder(tmp_path / "pack", "2005-01-01", "2005-12-31", dict(list(simulated.CITIES.items())[:2]))
    root = tmp_path / "root" / "commit"
    rows = []

    def write(role, name, text):
        path = root / role / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        rows.append((role, "commit", f"{role}/{name}", len(text), hashlib.sha256(text.encode()).hexdigest()))

    cities = pd.read_csv(pack / "cities.csv").iloc[:2]
    write("cities", "info_cities.csv", cities.to_csv(index=False))
    for city in cities.city:
        table = pd.read_parquet(pack / "cities" / f"{city}.parquet").set_index("date")
        for role, names in originals.PARTS.items():
            back = {new: old for old, new in names.items()}
            write(role, f"{city}_1991.csv", table[list(back)].rename(columns=back).to_csv())
    listed = tmp_path / "list.csv"
    pd.DataFrame(rows, columns=["role", "commit", "path", "bytes", "sha256"]).to_csv(listed, index=False)
    handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=tmp_path / "root")
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", listed, pack
    server.shutdown()
    server.server_close()
    thread.join()


def test_originals_become_a_folder_that_can_be_read(served, tmp_path):
    home, listed, pack = served
    ready = originals.fetch(tmp_path / "cache", home, listed)
    for mine, theirs in zip(places.load(ready), places.load(pack), strict=True):
        assert mine.name == theirs.name
        for source in mine.frames:
            pd.testing.assert_frame_equal(mine.frames[source], theirs.frames[source], rtol=1e-6, check_freq=False)
    assert originals.fetch(tmp_path / "cache", "http://127.0.0.1:9", listed) == ready


def test_a_changed_file_is_refused(served, tmp_path):
    home, listed, _ = served
    table = pd.read_csv(listed)
    table["sha256"] = "0" * 64
    table.to_csv(listed, index=False)
    with pytest.raises(SourceUnavailable, match="could not be had"):
        originals.fetch(tmp_path / "cache", home, listed)


def test_a_reason_is_given_where_there_are_no_data(tmp_path, monkeypatch):
    monkeypatch.delenv(originals.VARIABLE, raising=False)
    with config.set_options(cache_dir=tmp_path, offline=True):
        folder, reason = originals.find()
    assert folder is None
    assert "switched off" in reason
    monkeypatch.setenv(originals.VARIABLE, str(tmp_path))
    assert originals.find() == (None, f"{originals.VARIABLE} names {tmp_path}, which holds no cities.csv")


def test_the_list_names_every_part_of_every_city():
    listed = pd.read_csv(originals.LIST)
    counts = listed.groupby("role").size()
    assert all(counts[role] == 17 for role in originals.PARTS)
    assert counts["cities"] == 1
    assert listed.sha256.str.fullmatch("[0-9a-f]{64}").all()
