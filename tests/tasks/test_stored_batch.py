"""Many places in one store: lots, counts, failures alone, resume, what is refused, exports."""

from __future__ import annotations

import asyncio
import hashlib
import json
import pickle
import queue
import shutil
import threading
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from distributed import Client, Future

import etolib
from etolib import words
from etolib.errors import InputError, MissingPackage, SourceUnavailable, TaskCancelled
from etolib.site import Site
from etolib.store import layout
from etolib.store import store as store_module
from etolib.store.order import Order
from etolib.store.store import Store
from etolib.tasks import lot, stored_batch
from tests.browser.stage import until

pytestmark = pytest.mark.slow

PERIOD = "2024-02-20/2024-02-29"
SEA = Site(-30, -30, 0, "Atlantic")


@pytest.fixture(scope="module", autouse=True)
def offline(tmp_path_factory):
    with etolib.set_options(offline=True, cache_dir=tmp_path_factory.mktemp("cache"), today="2024-07-01"):
        yield


def places(count=8):
    return [Site(-22.5 - i / 10, -47.5, 600 + i, f"farm {i}") for i in range(count)]


def arrays(path):
    """Return a checksum of the files of every array of a store."""
    return {
        str(file.relative_to(path)): hashlib.sha256(file.read_bytes()).hexdigest()
        for file in sorted(path.rglob("*"))
        if file.is_file() and "journal" not in file.parts
    }


def computed(path):
    """Return how often each lot was computed to its end."""
    ends = [line["lot"] for line in Store.open(path).log() if line["event"] == "end"]
    return {lot: ends.count(lot) for lot in ends}


@pytest.fixture(scope="module")
def finished(client, tmp_path_factory):
    """A store of eight places and one at sea, three to a lot."""
    path = tmp_path_factory.mktemp("stores") / "all.zarr"
    batch = etolib.submit_many([*places(), SEA], PERIOD, store=path, lot=3, client=client)
    batch.result(60)
    return path


def test_what_a_killed_process_had_half_written_is_swept_away_with_its_lot(client, tmp_path):
    path = tmp_path / "a.zarr"
    etolib.submit_many(places(), PERIOD, store=path, lot=4, client=client).result(60)
    undisturbed = arrays(path)
    journal = Store.open(path).journal
    (journal / "lot-000001.json").unlink()
    halves = [path / "state/c/1.0123.partial", path / "eto/c/1/0.4567.partial", journal / ".lot-000001.json.89ab"]
    for half in halves:
        half.write_text("")
    etolib.resume_batch(path, client=client).result(60)
    assert arrays(path) == undisturbed
    assert [half.exists() for half in halves] == [False] * 3


def test_a_lot_whose_end_does_not_come_holds_up_nobody_who_wants_to_stop(client, tmp_path, monkeypatch):
    asked = queue.SimpleQueue()

    def silent(future, timeout=None):
        asked.put(timeout)
        raise TimeoutError

    monkeypatch.setattr(Future, "result", silent)
    batch = etolib.submit_many(places(2), PERIOD, store=tmp_path / "a.zarr", lot=1, client=client)
    assert [asked.get(timeout=60) is not None for _ in range(3)] == [True] * 3  # again and again, never for ever
    batch.cancel()
    with pytest.raises(TaskCancelled):
        batch.result(20)


def test_a_store_holds_what_single_calculations_give(client, finished):
    data = xr.open_zarr(finished).load()
    assert dict(data.sizes) == {"place": 9, "time": 10}
    assert list(data["time"].dt.strftime("%F").values[[0, -1]]) == PERIOD.split("/")
    batch = etolib.resume_batch(finished, client=client)
    batch.wait()
    batch.save(finished.with_suffix(".parquet"))
    rows = pd.read_parquet(finished.with_suffix(".parquet"))
    for i in (0, 4, 7):
        alone = etolib.compute(places()[i], PERIOD)
        assert data["elevation"][i] == alone.site.elevation
        for name in layout.NUMBERS:
            np.testing.assert_array_equal(data[name][i], alone.table[name])
        mine = rows[rows["place"] == i].reset_index(drop=True)
        assert (mine["name"] == f"farm {i}").all()
        expected = alone.table.assign(date=alone.table["date"].astype("datetime64[ms]"))
        pd.testing.assert_frame_equal(mine[list(alone.table.columns)], expected, check_dtype=False)
        assert json.loads(str(data["provenance"][i].item()))["method"] == alone.provenance["method"]
        assert str(data["warnings"][i].item()).split("\n") == list(map(str, alone.warnings))
    assert data["state"].values.tolist() == [layout.DONE] * 8 + [layout.FAILED]
    assert np.isnan(data["eto"][8]).all()
    assert data["quality"][8].values.tolist() == [0] * 10


def test_a_store_follows_cf(finished):
    data = xr.open_zarr(finished)
    assert data.attrs["Conventions"].startswith("CF-1")
    assert {"name", "latitude", "longitude", "elevation"} <= set(data.coords)
    for name in ("quality", "kind", "state", "rs_flag"):
        assert len(data[name].attrs["flag_values"]) == len(data[name].attrs["flag_meanings"].split())
    masks = data["source"].attrs
    used = [name for mask, name in zip(masks["flag_masks"], masks["flag_meanings"].split(), strict=True)
            if (data["source"].values & mask).any()]  # fmt: skip
    assert used == ["climatology"]
    assert data["eto"].attrs["units"] == "mm day-1"
    assert set(data["eto"].attrs["ancillary_variables"].split()) <= set(data.variables)
    assert not [name for name in data.variables if "created" in str(data[name].attrs)]


@pytest.mark.filterwarnings("error")
def test_reading_a_store_warns_of_nothing(finished):
    assert "eto" in xr.open_zarr(finished)
    assert not xr.open_datatree(finished, engine="zarr").children


def test_failures_say_which_place_and_why(client, finished):
    batch = etolib.resume_batch(finished, client=client)
    assert batch.wait(30)
    (failure,) = batch.failures
    assert (failure.position, failure.error, failure.retryable, failure.partial) == (8, "NotCovered", False, False)
    assert failure.place.startswith("Atlantic")
    assert "lies at sea" in failure.message
    assert failure.suggestion
    assert list(batch) == []  # for good: not asked again
    assert set(computed(finished).values()) == {1}


def test_lots_are_the_tasks_and_counts_the_progress(client, tmp_path):
    seen = []
    batch = etolib.submit_many(places(), PERIOD, store=tmp_path / "a.zarr", lot=3, client=client)
    batch.on_progress(seen.append)
    assert len(batch) == 8
    ends = list(batch)
    assert sorted((end.number, end.places) for end in ends) == [(0, 3), (1, 3), (2, 2)]
    batch.wait()
    assert [one.computed for one in seen] == sorted(one.computed for one in seen)
    assert (seen[-1].done, seen[-1].places, seen[-1].share) == (8, 8, 1.0)
    assert not seen[-1].running  # who follows it hears of the end
    assert "8 of 8 places" in batch._repr_html_()
    assert not [key for key in client.futures if key.startswith("lot-")]


class Losing(queue.SimpleQueue):
    """Loses the result of the first lot between its end and the look at it, and has it again when the next is wanted.

    That is what dask does where a worker dies that had just told of a result.
    """

    lost = None
    again = False

    def put(self, item):
        """Queue an end; the first is lost."""
        if self.lost is None:
            self.lost = item[1]
            self.lost._state.lose()
        super().put(item)

    def get(self, timeout=None):
        """Return an end; from the second call on the lost one is there again."""
        if self.again:
            self.lost.client.loop.add_callback(self.lost._state.finish)
        end = super().get(timeout=timeout)
        self.again = True
        return end


def test_a_lot_whose_worker_dies_with_the_result_is_waited_for(client, tmp_path, monkeypatch):
    monkeypatch.setattr(stored_batch, "queue", SimpleNamespace(SimpleQueue=Losing, Empty=queue.Empty))
    batch = etolib.submit_many(places(), PERIOD, store=tmp_path / "a.zarr", lot=2, client=client)
    batch.result(60)
    assert sorted(end.number for end in batch) == [0, 1, 2, 3]


def test_it_can_be_awaited(client, tmp_path):
    async def main():
        return await etolib.submit_many(places(2), PERIOD, store=tmp_path / "a.zarr", client=client)

    assert asyncio.run(main())["eto"].notnull().all()


def test_a_table_and_a_file_of_places(client, tmp_path):
    table = pd.DataFrame({"Nome": ["A", "B"], "lat": [-22.5, -22.6], "lon": [-47.5, -47.5], "alt": [600, 610]})
    table.to_csv(tmp_path / "p.csv", index=False, sep=";", decimal=",")
    one = etolib.submit_many(table, PERIOD, store=tmp_path / "a.zarr", client=client).result(30)
    two = etolib.submit_many(tmp_path / "p.csv", PERIOD, store=tmp_path / "b.zarr", client=client).result(30)
    xr.testing.assert_identical(one.load(), two.load())
    (first, second) = etolib.submit_many(table, PERIOD, client=client).result(30)
    assert (first.site.name, second.site.elevation) == ("A", 610)


class Flaky:
    """The pipeline, with a provider that fails at some places for a while."""

    def __init__(self, monkeypatch, names, times):
        self.left = dict.fromkeys(names, times)
        self.asked = []
        self.original = lot.compute
        monkeypatch.setattr(lot, "compute", self)

    def __call__(self, requests, checkpoint):
        found = []
        for request, outcome in zip(requests, self.original(requests, checkpoint), strict=True):
            name = request.site.name
            self.asked.append(name)
            if self.left.get(name, 0):
                self.left[name] -= 1
                outcome = SourceUnavailable("no answer", source="nasa_power")
            found.append(outcome)
        return found


def test_what_failed_for_a_while_is_asked_again_alone_and_ends_the_same(client, tmp_path, monkeypatch):
    etolib.submit_many(places(), PERIOD, store=tmp_path / "a.zarr", lot=3, client=client).result(60)
    flaky = Flaky(monkeypatch, ["farm 1", "farm 5"], 1)
    etolib.submit_many(places(), PERIOD, store=tmp_path / "b.zarr", lot=3, client=client).result(60)
    assert sorted(flaky.asked) == sorted([*(site.name for site in places()), "farm 1", "farm 5"])
    assert arrays(tmp_path / "a.zarr") == arrays(tmp_path / "b.zarr")


def test_what_fails_again_is_listed_and_asked_when_resumed(client, tmp_path, monkeypatch):
    flaky = Flaky(monkeypatch, ["farm 1"], 2)
    batch = etolib.submit_many(places(4), PERIOD, store=tmp_path / "a.zarr", lot=3, client=client)
    batch.result(60)
    assert [(one.position, one.error, one.source) for one in batch.failures] == [(1, "SourceUnavailable", "nasa_power")]
    assert batch.progress.failed == 1
    flaky.asked.clear()
    again = etolib.resume_batch(tmp_path / "a.zarr", client=client)
    again.result(60)
    assert flaky.asked == ["farm 1"]
    assert again.failures == []
    assert etolib.resume_batch(tmp_path / "a.zarr", client=client).result(60)["state"].values.tolist() == [1] * 4


def test_a_source_that_did_not_answer_leaves_places_partial(client, tmp_path, monkeypatch):
    original = lot.compute

    def lacking(requests, checkpoint):
        found = list(original(requests, checkpoint))
        for result in found[:1]:
            result.provenance["failed"] = [SourceUnavailable("no answer", source="nasa_power").to_dict()]
        return found

    monkeypatch.setattr(lot, "compute", lacking)
    batch = etolib.submit_many(places(3), PERIOD, store=tmp_path / "a.zarr", client=client)
    data = batch.result(60)
    assert data["state"].values.tolist() == [layout.PARTIAL, layout.DONE, layout.DONE]
    assert data["eto"].notnull().all()
    assert [(one.position, one.partial, one.retryable) for one in batch.failures] == [(0, True, True)]


def hold_up(monkeypatch, after):
    """Let the lots after the first ``after`` wait until they are stopped."""
    gate, begun = threading.Event(), []
    original = lot.compute

    def slow(requests, checkpoint):
        begun.append(requests[0].site.name)
        while len(begun) > after and not gate.wait(0.01):
            checkpoint()
        return original(requests, checkpoint)

    monkeypatch.setattr(lot, "compute", slow)
    return gate


def test_cancel_stops_the_work_and_resume_ends_bit_identical(client, tmp_path, monkeypatch, finished):
    with monkeypatch.context() as patch:
        gate = hold_up(patch, 1)
        batch = etolib.submit_many([*places(), SEA], PERIOD, store=tmp_path / "a.zarr", lot=3, client=client)
        next(iter(batch))
        batch.cancel()
        assert batch.done
        with pytest.raises(TaskCancelled):
            batch.result()
        assert batch.progress.finished == 1
        gate.set()
    # Who was stopped lets go of the lots.
    again = etolib.submit_many([*places(), SEA], PERIOD, store=tmp_path / "a.zarr", lot=3, resume=True, client=client)
    again.result(60)
    assert set(computed(tmp_path / "a.zarr").values()) == {1}
    assert arrays(tmp_path / "a.zarr") == arrays(finished)


def test_a_batch_that_is_kept_goes_on_without_its_client_and_is_found_again(client, tmp_path, monkeypatch, finished):
    path = tmp_path / "a.zarr"
    with Client(client.scheduler.address, set_as_default=False) as one, monkeypatch.context() as patch:
        gate = hold_up(patch, 0)
        batch = etolib.submit_many([*places(), SEA], PERIOD, store=path, lot=3, client=one)
        batch.keep()

        def kept(dask_scheduler):
            keeper = dask_scheduler.clients.get("etolib-going")
            return 0 if keeper is None else len(keeper.wants_what)

        until(lambda: client.run_on_scheduler(kept) == 3, "all lots to be kept")
        one.close()
        batch.wait(20)
        assert not Store.open(path).finished()
        again = etolib.resume_batch(path, client=client)
        gate.set()
        again.result(60)
    assert computed(path) == {0: 1, 1: 1, 2: 1}
    assert arrays(path) == arrays(finished)
    until(lambda: client.run_on_scheduler(kept) == 0, "none to be kept any more")


def test_two_runs_on_one_store_are_refused(client, tmp_path, monkeypatch):
    gate = hold_up(monkeypatch, 0)
    batch = etolib.submit_many(places(2), PERIOD, store=tmp_path / "a.zarr", client=client)
    with pytest.raises(InputError, match="is being written by process"):
        etolib.resume_batch(tmp_path / "a.zarr", client=client)
    gate.set()
    batch.result(60)
    etolib.resume_batch(tmp_path / "a.zarr", client=client).result(60)


def copied(path, target):
    shutil.copytree(path, target)
    return target


@pytest.mark.parametrize("what", ["state", "journal", "journal/log.jsonl", "journal/lot-000000.json", "zarr.json"])
def test_nothing_is_written_through_a_link_in_a_store(client, finished, tmp_path, what):
    path = copied(finished, tmp_path / "a.zarr")
    (path / what).rename(tmp_path / "elsewhere")
    (path / what).symlink_to(tmp_path / "elsewhere")
    with pytest.raises(InputError, match=f"holds links .*{Path(what).name}.*nothing is written through a link"):
        etolib.resume_batch(path, client=client).result(60)


def test_a_store_that_names_a_pickle_is_none(tmp_path):
    ran = tmp_path / "ran"

    class Hostile:
        def __reduce__(self):
            return Path.touch, (ran,)

    path = tmp_path / "a.zarr"
    of_group = {"etolib_order": json.dumps({"period": PERIOD}), "etolib_sources": "nasa_power"}
    for name in ("latitude", "longitude", "elevation_asked", "name", "state"):
        (path / name).mkdir(parents=True)
        about = {"zarr_format": 2, "shape": [2], "chunks": [2], "dtype": "|O", "fill_value": None, "order": "C"}
        about |= {"compressor": {"id": "pickle", "protocol": 5}, "filters": [{"id": "vlen-utf8"}]}
        (path / name / ".zarray").write_text(json.dumps(about))
        (path / name / "0").write_bytes(pickle.dumps(Hostile()))
    (path / ".zgroup").write_text('{"zarr_format": 2}')
    (path / ".zattrs").write_text(json.dumps(of_group))
    with pytest.raises(InputError, match="is no store of etolib"):
        Store.open(path)
    assert not ran.exists()


def test_a_store_of_another_order_is_refused_with_what_differs(client, finished):
    def again(sites, period=PERIOD, **more):
        return etolib.submit_many(sites, period, store=finished, resume=True, client=client, **more)

    mine = [*places(), SEA]
    for wrong, said in [
        (lambda: again(mine, "2024-02-20/2024-02-28"), "period = '2024-02-20/2024-02-28'"),
        (lambda: again(mine, sources="climatology"), "sources"),
        (lambda: again(mine, krs="coast"), "options"),
        (lambda: again(mine[:-1]), "places"),
        (lambda: again([*mine[:-1], Site(-22, -47)]), "place 9"),
        (lambda: etolib.submit_many(mine, PERIOD, store=finished, client=client), "exists already"),
        (lambda: etolib.resume_batch(finished.parent / "none.zarr", client=client), "is no store of etolib's"),
        (lambda: again([etolib.Request(mine[0], PERIOD), etolib.Request(mine[1], "2024")], None), "differs between"),
    ]:
        with pytest.raises(InputError, match=said.replace("'", ".")):
            wrong()


def test_an_own_station_is_refused_in_a_store_and_taken_without_one(client, tmp_path):
    days = "".join(f"2024-02-{day},18,30\n" for day in range(20, 30))
    (tmp_path / "mine.csv").write_text("date,tmin,tmax\n" + days)
    station = etolib.read_station(tmp_path / "mine.csv", site=places()[0])
    with pytest.raises(InputError, match=r"station.*leave the own station away"):
        etolib.submit_many(places(2), PERIOD, store=tmp_path / "a.zarr", station=station, client=client)
    assert not (tmp_path / "a.zarr").exists()
    (one,) = etolib.submit_many(places(1), PERIOD, station=station, client=client).result(30)
    assert set(one.table["source"]) == {"station"}


@pytest.mark.parametrize("where", [
    "s3://a/b.zarr", "gs://a/b.zarr", "https://a/b.zarr", "simplecache::s3://a/b.zarr", Path("s3://a/b.zarr"),
    {"mapping": "of fsspec"},
])  # fmt: skip
@pytest.mark.parametrize("resume", [False, True])
def test_a_remote_folder_is_refused_with_what_to_do(client, where, resume):
    with pytest.raises(InputError, match=r"is no path of a folder.*write to a folder that all workers see"):
        etolib.submit_many(places(), PERIOD, store=where, resume=resume, client=client)


def test_what_another_science_computed_is_not_gone_on_with_unless_forced(client, tmp_path, monkeypatch):
    path, order = tmp_path / "a.zarr", Order.of([etolib.Request(place, PERIOD) for place in places(4)], 2)
    Store.create(path, order)
    (etolib.resume_batch(path, client=client)).result(60)
    assert Store.open(path).versions() == [etolib.science.version()]
    half = Store.open(path).journal / "lot-000001.json"
    monkeypatch.setattr(store_module.science, "version", lambda: "0123456789ab")
    etolib.resume_batch(path, client=client).result(60)  # nothing is left to compute
    half.unlink()
    for again in (lambda: etolib.resume_batch(path, client=client),
                  lambda: etolib.submit_many(places(4), PERIOD, store=path, resume=True, client=client)):  # fmt: skip
        with pytest.raises(InputError, match=r"other equations or data.*here 0123456789ab.*force=True"):
            again()
    for language, said in (("pt", "outras equações ou dados"), ("es", "otras ecuaciones o datos")):
        with pytest.raises(InputError) as caught:
            etolib.resume_batch(path, client=client)
        assert said in words.render(language, caught.value.message)
    etolib.resume_batch(path, client=client, force=True).result(60)
    assert Store.open(path).versions()[1:] == ["0123456789ab"]
    half.unlink()
    etolib.resume_batch(path, client=client).result(60)  # agreed to
    (Store.open(path).journal / "science.json").unlink()
    half.unlink()
    with pytest.raises(InputError, match=r"science \?"):
        etolib.resume_batch(path, client=client)


def test_cost_is_told_by_what_the_lots_took(client, tmp_path, monkeypatch):
    gate = hold_up(monkeypatch, 2)
    batch = etolib.submit_many(places(), PERIOD, store=tmp_path / "a.zarr", lot=2, client=client)
    ends = iter(batch)
    next(ends), next(ends)
    cost = batch.cost
    batch.cancel()
    gate.set()
    lines = [line for line in batch.store.log() if line["event"] == "end"]
    assert (cost.places, cost.lots, len(lines)) == (4, 2, 2)
    a_place = sum(line["cpu"] for line in lines) / 4
    assert cost.cpu_seconds == pytest.approx(4 * a_place)
    # Places that are asked again take another time, and lines of earlier versions lack it.
    batch.store.note("end", 2, places=1, again=True, seconds=9.0, cpu=9.0)
    batch.store.note("end", 3, places=2, again=False, seconds=9.0)
    assert batch.cost.cpu_seconds == pytest.approx(4 * a_place)
    etolib.resume_batch(batch.store.path, client=client).result(60)
    assert batch.cost.cpu_seconds == 0


def test_exports_agree(client, finished, tmp_path):
    store = Store.open(finished)
    from etolib.store import export

    for ending in export.endings():
        export.save(store, tmp_path / f"a{ending}")
    data = xr.open_zarr(finished).load()
    with xr.open_dataset(tmp_path / "a.nc", engine="h5netcdf") as netcdf:
        for name in data.variables:
            np.testing.assert_array_equal(netcdf[name].values.astype(data[name].dtype), data[name].values)
        assert netcdf["quality"].attrs["flag_meanings"] == data["quality"].attrs["flag_meanings"]
    table = pd.read_parquet(tmp_path / "a.parquet")
    assert len(table) == 90
    np.testing.assert_array_equal(table["eto"], data["eto"].values.ravel())
    text = pd.read_csv(tmp_path / "a.csv", comment="#")
    np.testing.assert_allclose(text["eto"], table["eto"], atol=0.0051)
    assert list(text.columns) == list(table.columns)
    features = json.loads((tmp_path / "a.geojson").read_text())["features"]
    assert features[2]["geometry"]["coordinates"] == [-47.5, -22.7, 602.0]
    assert features[2]["properties"]["eto_mean"] == pytest.approx(float(data["eto"][2].mean()), abs=1e-3)
    assert (features[8]["properties"]["state"], features[8]["properties"]["eto_sum"]) == ("failed", None)
    with pytest.raises(InputError, match="must end in"):
        export.save(store, tmp_path / "a.docx")


def test_a_disk_that_is_full_ends_with_a_sentence(client, tmp_path, monkeypatch):
    def full(*args, **kwargs):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Store, "write", full)
    batch = etolib.submit_many(places(), PERIOD, store=tmp_path / "a.zarr", lot=3, client=client)
    with pytest.raises(etolib.errors.TaskError, match="No space left"):
        batch.result(60)
    assert Store.open(tmp_path / "a.zarr").finished() == {}


def test_the_order_of_a_store_is_read_back(tmp_path):
    order = Order.of([etolib.Request(site, PERIOD, "climatology", krs="coast") for site in places(3)], 2)
    store = Store.create(tmp_path / "a.zarr", order)
    assert Store.open(store.path) == store
    assert [list(lot) for lot in order.lots()] == [[0, 1], [2]]


def test_zarr_that_is_absent_is_named(monkeypatch, tmp_path):
    monkeypatch.setitem(__import__("sys").modules, "zarr", None)
    with pytest.raises(MissingPackage, match=r"etolib\[grid\]"):
        Store.create(tmp_path / "a.zarr", Order.of([etolib.Request(places(1)[0], PERIOD)]))


def test_a_worker_that_does_not_see_the_store_says_so(tmp_path):
    with pytest.raises(InputError, match="is not there where the worker runs"):
        lot._store(str(tmp_path / "elsewhere.zarr"))
