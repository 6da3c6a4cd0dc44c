"""A place comes out the same, bit by bit, alone and among others: gaps, absent sources and faults included."""

from __future__ import annotations

import functools

import numpy as np
import pandas as pd
import pytest

import etolib
from etolib import config, pipeline
from etolib.errors import EtolibError, InputError, TaskError
from etolib.request import Request
from etolib.sources import download
from tests.fusion import lots

COUNT = 36


@functools.cache
def places() -> dict[int, lots.Asked]:
    """Return the places by their number: made once, and by the process that runs these tests alone."""
    return {number: lots.asked(number) for number in range(COUNT)}


def fraction(number):
    """A place whose relative humidity is a fraction throughout: refused, and by itself only."""
    place = places()[number]
    frames = {name: answer.frame.drop(columns="kind") for name, answer in place.answered.answers.items()}
    for frame in frames.values():
        frame["rhmean"] = np.random.default_rng(0).uniform(0.4, 0.9, len(frame))
    return lots.answered(place.request, frames)


def empty(number):
    place = places()[number]
    names = [name for name in place.answered.answers if name != "climatology"]
    frames = {name: place.answered.answers[name].frame.drop(columns="kind") * np.nan for name in names}
    return lots.answered(place.request, frames)


@pytest.fixture
def replayed(monkeypatch):
    """Return what replays places: the requests of a sequence of `Asked`."""
    known = {}

    def requests(places):
        known.update({place.request.site: place for place in places})
        return [place.request for place in places]

    monkeypatch.setattr(download, "run", lambda plan, progress: known[plan.site].answered)
    monkeypatch.setattr(pipeline, "make_plan", lambda request, progress: known[request.site].plan)
    return requests


def told(result):
    if isinstance(result, EtolibError):
        return type(result).__name__, str(result)
    tables = (result.table, result.source_eto, result.flags, result.input_sources, result.weights)
    notes = {name: value for name, value in result.provenance.items() if name != "created"}
    return [list(map(str, result.warnings)), str(notes), *(bits(table) for table in tables)]


def bits(table):
    """Columns as bytes: NaN equals NaN, and nothing else equals what differs in a bit."""
    return {
        name: column.to_numpy().tobytes() if column.dtype.kind in "fM" else column.astype(object).tolist()
        for name, column in table.reset_index(drop=True).items()
    }


def test_a_place_is_the_same_alone_and_among_others(replayed, monkeypatch):
    chosen = [*places().values(), fraction(3), empty(7)]
    chosen[3], chosen[7] = chosen[-2], chosen[-1]
    requests = replayed(chosen[:COUNT])
    together = [told(result) for result in pipeline.run_lot(requests)]
    assert {type(one) for one in together} == {list, tuple}
    alone = []
    for request in requests:
        try:
            alone.append(told(pipeline.run(request)))
        except EtolibError as error:
            alone.append(told(error))
    assert [number for number in range(COUNT) if alone[number] != together[number]] == []
    assert together[3][0] == "InputError"
    assert together[7][0] == "NoSourceError"
    order = np.random.default_rng(1).permutation(COUNT)
    monkeypatch.setattr(pipeline, "CELLS", 1000)  # other neighbours, other sizes of blocks
    mixed = [told(result) for result in pipeline.run_lot([requests[number] for number in order])]
    assert [number for number, one in zip(order, mixed, strict=True) if alone[number] != one] == []


def test_what_is_left_out_of_one_place_is_not_left_out_of_its_neighbours(replayed):
    found = [result for result in pipeline.run_lot(replayed(places().values())) if not isinstance(result, EtolibError)]
    checks = {(f["check"], f["action"]) for result in found for f in result.provenance["findings"]}
    assert {check for check, _ in checks} >= {"impossible", "spike", "stuck", "other_place", "swapped_columns"}
    assert any(not result.provenance["findings"] for result in found)


def test_arrays_hold_what_the_tables_hold(replayed):
    lot = pipeline.run_lot_arrays(replayed(list(places().values())[:12]))
    words = np.array(["LOW", "MEDIUM", "HIGH", None], dtype=object)
    for number in range(len(lot)):
        table = lot.result(number).table
        for name in ("eto", "eto_lower", "eto_upper"):
            np.testing.assert_array_equal(getattr(lot, name)[number], table[name].to_numpy())
        assert words[lot.quality[number]].tolist() == table["quality"].tolist()
        assert lot.days.equals(pd.DatetimeIndex(table["date"]))


def test_a_lot_has_one_period_and_its_failures_are_its_places():
    with pytest.raises(InputError, match="share one period"):
        pipeline.run_lot_arrays([])
    two = [Request((-22.7, -47.6), "2024-01-01/2024-01-03"), Request((-22.7, -47.6), "2024-01-01/2024-01-04")]
    with pytest.raises(InputError, match="share one period"):
        pipeline.run_lot(two)
    with config.set_options(offline=True):
        requests = [Request(place, "2024-01-01/2024-01-03") for place in [(0.0, -30.0), (-22.7, -47.6)]]
        sea, land = pipeline.run_lot(requests)
    assert isinstance(sea, EtolibError)
    assert isinstance(land, etolib.Result)


def test_the_checkpoint_ends_the_lot(replayed):
    asked = 0

    def checkpoint():
        nonlocal asked
        asked += 1
        if asked > 3:
            raise TaskError("stop")

    with pytest.raises(TaskError):
        pipeline.run_lot(replayed(list(places().values())[:4]), checkpoint=checkpoint)
