"""`Guard`: what stands before a provider of another package, so that nothing it does breaks etolib or slips through.

An exception of it that is no `SourceError` becomes one that names the package. What it gives is held to the protocol of
`etolib.sources.base`: days of the period, canonical columns, values that can be weather.
"""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import pandas as pd

from etolib import config
from etolib.errors import BadResponse, SourceError, SourceUnavailable
from etolib.site import Period, Site
from etolib.sources import canonical, catalogue
from etolib.sources.base import KINDS, Source, SourceData
from etolib.sources.catalogue import SourceInfo
from etolib.variables import INPUTS
from etolib.words import Text, say, verbatim


class Guard:
    """The provider of a row that another package brings; made when it is first asked.

    Parameters
    ----------
    info : SourceInfo
        The row, with its ``package``.
    provider : Source, optional
        What answers, in place of the class that the row names.
    """

    def __init__(self, info: SourceInfo, provider: Source | None = None) -> None:
        self.info = info
        self._made = provider

    def fetch(self, site: Site, period: Period) -> SourceData:
        """Return the days of ``period`` within the window; raises a `SourceError`, whatever the package does."""
        inside = self.info.clip(period, config.today())
        try:
            if self._made is None:
                self._made = catalogue.load(self.info.provider)(self.info)
            data = self._made.fetch(site, inside)
        except SourceError as error:
            error.source = error.source or self.info.name
            raise
        except (Exception, SystemExit) as error:  # of code that is not ours: it must end in an error of the source
            raise self._error(SourceUnavailable, "package_failed", f"{type(error).__name__}: {error}"[:300]) from error
        if wrong := broken(data, self.info, inside):
            raise self._error(BadResponse, "package_broke_protocol", wrong)
        warnings = list(data.warnings)
        canonical.clipped(period, inside, self.info.title, warnings)
        kind = data.frame["kind"]
        days = Period(kind.index[0].date(), kind.index[-1].date())
        frame = canonical.finish(
            data.frame, days, today=config.today(), forecast=False, warnings=warnings, named=self.info.title
        )
        frame["kind"] = kind.reindex(frame.index).ffill()
        return SourceData(self.info.name, frame, self._meta(site, data.meta), [verbatim(text) for text in warnings])

    def _meta(self, site: Site, meta: dict[str, Any]) -> dict[str, Any]:
        """Return the provenance, with what every source says."""
        here = {
            "title": self.info.title,
            "requested": {"latitude": site.latitude, "longitude": site.longitude},
            "day": canonical.solar_day(site),
            "retrieved": dt.datetime.now(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "url": self.info.root,
            "from_cache": False,
            "stale": False,
            "attribution": self.info.attribution,
            "licence": catalogue.words(self.info.licence),
            "estimated": list(self.info.estimates),
        }
        return here | meta | {"source": self.info.name, "package": self.info.package}

    def _error(self, kind: type[SourceError], key: str, sentence: str) -> SourceError:
        text = say(key, package=self.info.package or self.info.name, sentence=verbatim(sentence))
        return kind(text, source=self.info.name, suggestion=say("tell_the_package", homepage=self.info.homepage))


def broken(data: Any, info: SourceInfo, period: Period) -> Text | None:
    """Return how what a provider gave breaks the protocol, None where it keeps it.

    >>> row = catalogue.find("climatology")
    >>> broken({"tmin": [3.0]}, row, Period("2024-01-01", "2024-01-02"))
    'it gave dict, not a `SourceData`'
    """
    if not isinstance(data, SourceData) or not isinstance(data.frame, pd.DataFrame):
        return say("protocol_no_source_data", found=type(getattr(data, "frame", data)).__name__)
    frame = data.frame
    if data.source != info.name:
        return say("protocol_another_name", found=repr(data.source), name=repr(info.name))
    if not isinstance(frame.index, pd.DatetimeIndex) or frame.index.tz is not None or not len(frame):
        return say("protocol_no_days")
    days = frame.index
    whole = bool(days.is_unique and days.is_monotonic_increasing and (days == days.normalize()).all())
    if not whole or days[0] < pd.Timestamp(period.start) or days[-1] > pd.Timestamp(period.end):
        return say("protocol_other_days", period=str(period))
    if not frame.columns.is_unique or "kind" not in frame or not {*frame["kind"]} <= {*KINDS}:
        return say("protocol_no_kind", names=list(KINDS))
    unknown = [str(name) for name in frame.columns if name not in (*INPUTS, "kind")]
    if unknown:
        return say("protocol_unknown_columns", names=unknown)
    texts = [name for name in frame.columns if name != "kind" and not pd.api.types.is_float_dtype(frame[name])]
    if texts:
        return say("protocol_no_numbers", names=texts)
    later = days > pd.Timestamp(config.today())
    if (frame["kind"].to_numpy()[later] == "observed").any():
        return say("protocol_observed_future")
    return _broken_meta(data, info)


def _broken_meta(data: SourceData, info: SourceInfo) -> Text | None:
    try:
        json.dumps(data.meta, allow_nan=False)
        if not all(isinstance(sentence, str) for sentence in data.warnings):
            raise TypeError("warnings are sentences")
        if info.near is not None:
            float(data.meta["distance_km"])
    except (TypeError, ValueError, LookupError) as error:
        return say("protocol_meta", error=f"{type(error).__name__}: {error}"[:200])
    return None
