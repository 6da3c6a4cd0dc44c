"""The counts of a batch, which are kept from lot to lot."""

from __future__ import annotations

from etolib.tasks.batch_progress import Count
from etolib.tasks.lot import LotEnd


def test_a_lot_that_is_computed_again_counts_once():
    count = Count(places=30, lots=3)
    count.add(LotEnd(0, 10, 9, 0, 1), None)
    count.add(LotEnd(1, 10, 5, 2, 3), None)
    now = count.progress(10.0, running=True)
    assert (now.done, now.partial, now.failed, now.finished, now.seconds_left) == (14, 2, 4, 2, 5.0)
    count.add(LotEnd(1, 10, 5, 2, 3), {"done": 8, "partial": 1, "failed": 1})
    now = count.progress(10.0, running=True)
    assert (now.done, now.partial, now.failed, now.finished, now.computed) == (17, 1, 2, 2, 20)
