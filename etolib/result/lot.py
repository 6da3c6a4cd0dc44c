"""`LotResult`: the results of the places of a lot as arrays; a `Result` with its tables is made of one when asked."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from etolib.equations.filling import FLAGS
from etolib.errors import EtolibError
from etolib.fusion.block import Array
from etolib.fusion.fuse import FusedBlock
from etolib.request import Request
from etolib.result import telling
from etolib.result.grading import USED, Flags, Grades
from etolib.result.result import TABLE_COLUMNS, Result
from etolib.sources.download import Download
from etolib.sources.plan import Plan


@dataclass(frozen=True)
class Asked:
    """A place whose sources have answered."""

    request: Request
    plan: Plan
    answered: Download


@dataclass(frozen=True)
class GradedBlock:
    """The graded days of the places of a block, on the days wanted.

    Attributes
    ----------
    asked : sequence of Asked
        Of each place.
    fused : FusedBlock
    flags : Flags
        Of each input cell, with what sources say themselves.
    grades : Grades
    today : datetime.date
        The day of the run.
    """

    asked: Sequence[Asked]
    fused: FusedBlock
    flags: Flags
    grades: Grades
    today: dt.date

    def result(self, place: int) -> Result:
        """Return the result of one place with its tables."""
        asked, days, index = self.asked[place], self.fused.days, self.fused.block.days.index
        words = np.array(FLAGS, dtype=object)
        columns = {
            "date": index,
            "eto": days.eto[place],
            "eto_lower": days.lower[place],
            "eto_upper": days.upper[place],
            "source": self.grades.words_of_source(place),
            "kind": self.grades.words_of_kind(place),
            "precipitation": days.inputs.values["precipitation"][place],
            **{name: days.done.values[name][place] for name in USED},
            "flags": self.grades.words_of_flags(place),
            "quality": self.grades.words_of_quality(place),
        }
        table = pd.DataFrame({name: columns[name] for name in TABLE_COLUMNS})
        return Result(
            site=asked.answered.site,
            period=asked.plan.period,
            table=table,
            source_eto=pd.DataFrame({name: eto[place] for name, eto in days.each.items()}, index=index),
            flags=pd.DataFrame({name: words[codes[place]] for name, codes in self.flags.items()}, index=index),
            input_sources=pd.DataFrame({name: days.inputs.words(name, place) for name in USED}, index=index),
            weights=pd.DataFrame({name: share[place] for name, share in days.weights.items()}, index=index),
            warnings=list(telling.warnings(asked.plan, asked.answered, self.fused, place, table)),
            provenance=telling.provenance(asked.plan, asked.answered, self.fused, place, self.today),
            request=asked.request,
        )


@dataclass(frozen=True)
class LotResult:
    """What came of the requests of a lot, in their order.

    Attributes
    ----------
    requests : tuple of Request
    days : pandas.DatetimeIndex
        The days wanted, the same of all.
    eto, eto_lower, eto_upper : ndarray, shape (places, days)
        NaN where there is no value, and at places that failed. [mm day-1]
    quality : ndarray of int8, shape (places, days)
        0 LOW, 1 MEDIUM, 2 HIGH (`etolib.result.grading.QUALITIES`), -1 where there is no value.
    kind : ndarray of int8, shape (places, days)
        0 observed, 1 forecast, 2 climatology, -1 where there is no value.
    errors : dict of int to EtolibError
        By the number of the place, why it has no result.

    Examples
    --------
    >>> from etolib import config, pipeline
    >>> requests = [Request(place, "2024-01-01/2024-01-03") for place in [(-22.7, -47.6), (0.0, -30.0)]]
    >>> with config.set_options(offline=True):
    ...     lot = pipeline.run_lot_arrays(requests)
    >>> lot.eto.shape, lot.quality.tolist(), list(lot.errors)
    ((2, 3), [[0, 0, 0], [-1, -1, -1]], [1])
    >>> lot.result(0).table["quality"].tolist()
    ['LOW', 'LOW', 'LOW']
    """

    requests: tuple[Request, ...]
    days: pd.DatetimeIndex
    eto: Array
    eto_lower: Array
    eto_upper: Array
    quality: NDArray[np.int8]
    kind: NDArray[np.int8]
    errors: dict[int, EtolibError]
    _made: dict[int, tuple[GradedBlock, int]]

    @classmethod
    def of(
        cls, requests: Sequence[Request], made: dict[int, tuple[GradedBlock, int]], errors: dict[int, EtolibError]
    ) -> LotResult:
        """Gather the blocks of a lot; ``made`` says of each place its block, and its number there."""
        period = requests[0].period
        days = pd.date_range(period.start, period.end, name="date")
        shape = (len(requests), len(days))
        eto, lower, upper = (np.full(shape, np.nan) for _ in range(3))
        quality, kind = (np.full(shape, -1, np.int8) for _ in range(2))
        for number, (block, place) in made.items():
            of_block = block.fused.days
            eto[number], lower[number], upper[number] = (
                of_block.eto[place],
                of_block.lower[place],
                of_block.upper[place],
            )
            quality[number], kind[number] = block.grades.quality[place], block.grades.kind[place]
        return cls(tuple(requests), days, eto, lower, upper, quality, kind, errors, made)

    def __len__(self) -> int:
        return len(self.requests)

    def result(self, number: int) -> Result | EtolibError:
        """Return the result of a place with its tables, or why there is none."""
        if number in self.errors:
            return self.errors[number]
        block, place = self._made[number]
        return block.result(place)

    def results(self) -> Iterator[Result | EtolibError]:
        """Return the results of all places, made one by one."""
        return (self.result(number) for number in range(len(self)))
