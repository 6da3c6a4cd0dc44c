"""What a service publishes itself, beside a result: shown and written for comparison, never a part of it.

Nothing here is asked in a calculation; `Result.compared_with` asks, when somebody wants to see it.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import TYPE_CHECKING

from etolib.errors import InputError, Problem
from etolib.site import Period, Site
from etolib.sources import catalogue
from etolib.sources.obstacle import obstacle
from etolib.words import say

if TYPE_CHECKING:
    import pandas as pd

    from etolib.result.result import Result


def offered(site: Site, period: Period, today: dt.date | None = None) -> list[str]:
    """Return the names of what can be had for a place and days.

    >>> offered(Site(40.02, -105.27), Period("2026-11-20", "2026-11-23"), dt.date(2026, 11, 21))
    ['nws_fret']
    >>> offered(Site(-22.7, -47.6), Period("2026-11-20", "2026-11-23"), dt.date(2026, 11, 21))
    []
    """
    return [row.name for row in catalogue.COMPARED.values() if obstacle(row, site, period, today) is None]


def known(name: str) -> None:
    """Raise `InputError` where nothing of that name is published."""
    if name not in catalogue.COMPARED:
        hint = say("known_are", names=list(catalogue.COMPARED))
        raise InputError([Problem("compare", name, say("is_not_known"), hint)])


def with_published(result: Result, name: str) -> Result:
    """Ask a service for what it publishes, and return a copy of a result that has it; see `Result.compared_with`."""
    known(name)
    data = catalogue.provider(name).fetch(result.site, result.period)
    dates = result.table["date"]
    eto = data.frame["eto"].reindex(dates).to_numpy(dtype=float)
    told = [text for text in data.warnings if text not in result.warnings]
    return dataclasses.replace(
        result,
        published=result.published.reindex(dates).assign(**{name: eto}),
        warnings=[*result.warnings, *told],
        provenance={**result.provenance, "compared": {**result.provenance.get("compared", {}), name: data.meta}},
    )


def table(result: Result) -> pd.DataFrame:
    """Return the table of a result with ``eto_<name>`` after its columns for what it is compared with."""
    if result.published.empty:
        return result.table
    beside = result.published.reindex(result.table["date"]).add_prefix("eto_")
    return result.table.assign(**{str(name): beside[name].to_numpy(dtype=float) for name in beside})
