"""What every weather source is: `SourceInfo` (what it promises) and `SourceData` (what it gave)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol

import pandas as pd

from etolib.errors import SourceWindowError
from etolib.site import Period, Site

KINDS = ("observed", "forecast", "climatology")


@dataclass(frozen=True)
class SourceInfo:
    """What a source promises, before anything is asked.

    ``window`` gives first and last day [inclusive] for a given today. ``provides`` are canonical names.
    """

    name: str
    title: str
    provides: tuple[str, ...]
    window: Callable[[dt.date], tuple[dt.date, dt.date]]
    delay: str
    coverage: str
    licence: str
    attribution: str
    homepage: str
    politeness: str
    key_needed: bool = False
    contact_needed: bool = False
    covers: Callable[[Site], bool] = field(default=lambda site: True)

    def clip(self, period: Period, today: dt.date) -> Period:
        """Return the days of ``period`` this source can have; `SourceWindowError` where there are none."""
        first, last = self.window(today)
        inside = period.intersection(first, last)
        if inside is None:
            raise SourceWindowError(source=self.name, asked=str(period), allowed=f"{first}/{last}")
        return inside


@dataclass
class SourceData:
    """Daily weather from one source for one place.

    Attributes
    ----------
    source : str
        Name in the registry.
    frame : pandas.DataFrame
        Index ``date`` (datetime64, daily, no gaps, within the asked period); columns: canonical names, float;
        NaN where the source has none; column ``kind`` (one of `KINDS`) per day.
    meta : dict
        JSON-able provenance: ``model``, ``latitude``/``longitude``/``elevation`` of the answering cell, ``day``
        (day definition), ``retrieved`` (ISO time), ``url``, ``from_cache``, ``stale``, ``attribution``,
        ``licence``, ``wind`` (how u2 was made), ``estimated`` (variables that are estimates).
    warnings : list of str
        What the reader should know.
    """

    source: str
    frame: pd.DataFrame
    meta: dict[str, Any] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)


class Source(Protocol):
    """A source: an ``info`` and a ``fetch``. Implementations hold no state."""

    @property
    def info(self) -> SourceInfo:
        """What the source promises."""
        ...

    def fetch(self, site: Site, period: Period) -> SourceData:
        """Return the days of ``period`` within the window; raises a `SourceError`."""
        ...
