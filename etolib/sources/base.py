"""What every weather source is: `SourceInfo` (its row of the catalogue) and `SourceData` (what it gave)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Protocol

import pandas as pd

from etolib.glance import ROWS, Glance, Told
from etolib.site import Period, Site
from etolib.sources.catalogue import KINDS, SourceInfo
from etolib.words import Text, say, verbatim

__all__ = ["KINDS", "Source", "SourceData", "SourceInfo"]


@dataclass(repr=False)
class SourceData(Glance):
    """Daily weather from one source for one place.

    Attributes
    ----------
    source : str
        Name in the catalogue.
    frame : pandas.DataFrame
        Index ``date`` (datetime64, daily, no gaps, within the asked period); columns: canonical names, float;
        NaN where the source has none; column ``kind`` (one of `KINDS`) per day.
    meta : dict
        JSON-able provenance: ``model``, ``latitude``/``longitude``/``elevation`` of the answering cell, ``day``
        (day definition), ``retrieved`` (ISO time), ``url``, ``from_cache``, ``stale``, ``attribution``,
        ``licence``, ``wind`` (how u2 was made), ``estimated`` (variables that are estimates).
    warnings : list of Text
        What the reader should know.
    """

    source: str
    frame: pd.DataFrame
    meta: dict[str, Any] = field(default_factory=dict)
    warnings: list[Text] = field(default_factory=list)

    def _told(self) -> Told:
        shown = self.frame.head(ROWS).reset_index()
        lines = [say("days", count=len(self.frame)), verbatim(", ".join(map(str, self.frame.columns)))]
        return Told(self.source, lines, shown, self.warnings, len(self.frame))


class Source(Protocol):
    """A source: an ``info`` and a ``fetch``. Implementations hold no state."""

    @property
    def info(self) -> SourceInfo:
        """What the source promises."""
        ...

    def fetch(self, site: Site, period: Period) -> SourceData:
        """Return the days of ``period`` within the window; raises a `SourceError`."""
        ...
