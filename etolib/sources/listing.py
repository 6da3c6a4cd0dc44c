"""`etolib.sources()`: the catalogue as a table."""

from __future__ import annotations

import datetime as dt

import pandas as pd

from etolib import config
from etolib.sources import catalogue


def sources(today: dt.date | None = None) -> pd.DataFrame:
    """Return what each source promises: one row per source.

    >>> sources(dt.date(2026, 11, 21)).loc["nasa_power", "to"]
    datetime.date(2026, 11, 18)
    """
    now = config.today() if today is None else today
    rows = []
    for name, info in catalogue.SOURCES.items():
        first, last = info.window(now)
        rows.append(
            {
                "name": name,
                "title": info.title,
                "provides": ", ".join(info.provides),
                "from": first,
                "to": last,
                "delay": str(catalogue.words(info.delay)),
                "coverage": str(catalogue.words(info.coverage)),
                "licence": str(catalogue.words(info.licence)),
                "attribution": info.attribution,
                "politeness": info.politeness,
                "key needed": info.key_needed,
                "contact needed": info.contact_needed,
                "homepage": info.homepage,
                "package": info.package or "etolib",
            }
        )
    return pd.DataFrame(rows).set_index("name", drop=False).rename_axis(None)
