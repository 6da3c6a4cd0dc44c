"""Processor time of work on several threads."""

from __future__ import annotations

import time

from etolib.sources.download import _threads
from etolib.spent import Spent, part


def burn(seconds):
    begun = time.thread_time()
    while time.thread_time() - begun < seconds:
        pass


def test_downloads_are_counted_with_what_waits_for_them():
    with Spent() as spent:
        with _threads(2) as (start, _):
            for one in [start(burn, 0.01), start(burn, 0.02)]:
                one.result()
        burn(0.01)
    assert spent.seconds >= 0.04


def test_what_nobody_counts_is_only_called():
    assert part(max, 1, 2) == 2
