"""What a batch costs, said before anything is asked: requests, quotas, time, memory, room on disk."""

from __future__ import annotations

import html
from collections.abc import Collection
from dataclasses import dataclass

from etolib import config
from etolib.sources import cost as requests
from etolib.sources.cost import Asked
from etolib.store.order import Order
from etolib.tasks.batch_progress import duration
from etolib.words import Text, join, say

SECONDS_PER_PLACE, SECONDS_PER_PLACE_DAY = 0.011, 0.000015
"""Of one core, before any lot has told: places of 30 and of 365 days on a busy machine (``python -m benchmarks.batch``)
take 11 and 14 to 18 ms. [s]"""

BASE_BYTES, BYTES_PER_PLACE_DAY = 350e6, 2600.0
"""What a worker holds with the pipeline imported (300 MB in a lot of 10 places; the compiler, where it comes to be
used, takes the rest), and for each place-day of a lot in work (100 MB in a lot of 109 places of a year). [byte]"""

DISK_PER_PLACE, DISK_PER_PLACE_DAY = 3000.0, 60.0
"""What a place takes in a store, compressed, and each of its days. [byte]"""


@dataclass(frozen=True)
class Cost:
    """What is still to be paid for a batch.

    Attributes
    ----------
    places, days, lots : int
        To compute.
    asked : tuple of Asked
        By provider; what is in the cache of this machine is not asked for.
    cpu_seconds : float
        Of one core; estimate. [s]
    memory : float
        Of each thread of a worker; estimate. [byte]
    disk : float
        Of the whole store; estimate. [byte]
    """

    places: int
    days: int
    lots: int
    asked: tuple[Asked, ...]
    cpu_seconds: float
    memory: float
    disk: float

    @property
    def seconds(self) -> float:
        """The least time, on one core, that computing and the limits of the providers allow; estimate. [s]"""
        return max(self.cpu_seconds, *(one.seconds for one in self.asked), 0.0)

    @property
    def sentences(self) -> list[Text]:
        """It in words, a line each."""
        sizes = {"number": say("days", count=self.days), "lots": say("lots_counted", count=self.lots)}
        lines = [say("cost_places", places=say("places_count", count=self.places), **sizes)]
        for one in self.asked:
            key = "cost_requests_about" if one.about else "cost_requests"
            line = say(key, provider=one.provider, count=one.requests)
            if one.per_day is not None and one.quota_days is not None:
                counted = {"calls": f"{one.weight:.0f}", "most": f"{one.per_day:.0f}"}
                if one.quota_days < 1.05:  # "1 days"
                    quota = say("cost_quota_share", share=f"{100 * one.quota_days:.2g} %", **counted)
                else:
                    quota = say("cost_quota", number=f"{one.quota_days:.2g}", **counted)
                line = join("; ", [line, quota])
            lines.append(line)
            # One source is told by its provider; not what the provider is asked for beside sources (elevations).
            if len(one.parts) > 1 or any(isinstance(part.source, Text) for part in one.parts):
                lines += [
                    say("cost_part", source=part.source, count=part.requests, calls=_calls(part.weight))
                    for part in one.parts
                ]
        if not self.asked:
            lines.append(say("cost_no_requests"))
        if self.seconds < 0.5:
            lines.append(say("cost_time_short"))
        else:
            lines.append(say("cost_time", duration=duration(self.seconds), cpu=duration(self.cpu_seconds)))
        lines.append(say("cost_room", memory=f"{self.memory / 1e6:.0f}", disk=_megabytes(self.disk)))
        return lines

    def __str__(self) -> str:
        return "\n".join(self.sentences)

    def _repr_html_(self) -> str:
        return "".join(f"<div>{html.escape(line)}</div>" for line in self.sentences)


def _calls(weight: float) -> Text:
    return say("cost_calls", count=round(weight))


def _megabytes(size: float) -> str:
    """Return a size in MB: a tenth at least, whole ones from ten on."""
    return f"{max(size / 1e6, 0.1):.1f}" if size < 1e7 else f"{size / 1e6:.0f}"


def cost_of(order: Order, without: Collection[int] = (), cpu_seconds: float | None = None) -> Cost:
    """Return what an order costs; ``without`` are lots that are finished, ``cpu_seconds`` what a place took.

    >>> from etolib import Request, Site
    >>> with config.set_options(offline=True):
    ...     print(cost_of(Order.of([Request(Site(0, 10), "2024", "climatology")])))
    1 place of 366 days, in 1 lot.
    No provider is asked.
    ...
    """
    lots = [order.positions(number) for number in range(order.count) if number not in without]
    sites = [[order.sites[i] for i in lot] for lot in lots]
    places, days = sum(map(len, sites)), len(order.period)
    with config.set_options(today=order.today):
        asked = [] if config.is_offline() else requests.asked(sites, order.period, order.sources)
    return Cost(
        places, days, len(lots), tuple(asked),
        cpu_seconds=places * (SECONDS_PER_PLACE + days * SECONDS_PER_PLACE_DAY if cpu_seconds is None else cpu_seconds),
        memory=BASE_BYTES + min(order.lot, len(order.sites)) * days * BYTES_PER_PLACE_DAY,
        disk=len(order.sites) * (DISK_PER_PLACE + days * DISK_PER_PLACE_DAY),
    )  # fmt: skip
