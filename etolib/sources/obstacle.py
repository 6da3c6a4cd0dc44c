"""Why a source cannot be asked for a place and days, as far as that is known before it is asked.

As light as the catalogue: the page says it beside each source while somebody still chooses.
"""

from __future__ import annotations

import datetime as dt

from etolib import config
from etolib.site import Period, Site
from etolib.sources.row import SourceInfo
from etolib.words import Text, say


def missing_setting(row: SourceInfo) -> str | None:
    """Return the setting that a source wants before it may be asked and that is not there, None where nothing is."""
    if row.contact_needed and not config.get("contact"):
        return "ETOLIB_CONTACT"
    if row.key_needed and config.key(row) is None:
        return row.key_variable
    return None


def obstacle(row: SourceInfo, site: Site | None, period: Period | None, today: dt.date | None = None) -> Text | None:
    """Return why a source has nothing for a place and days, None where it may have.

    Parameters
    ----------
    row : SourceInfo
        Of the catalogue.
    site, period : optional
        What is not known yet is no obstacle.
    today : datetime.date, optional
        Default: `etolib.config.today`.

    Examples
    --------
    >>> from etolib.sources import catalogue
    >>> today, brazil = dt.date(2026, 11, 21), Site(-22.7, -47.6)
    >>> print(obstacle(catalogue.find("nws_stations"), brazil, None, today))
    not for this place
    >>> print(obstacle(catalogue.find("met_norway"), brazil, Period("2024-01-01", "2024-01-31"), today))
    has 2026-11-21 to 2026-11-30 only
    >>> obstacle(catalogue.find("nasa_power"), brazil, Period("2024-01-01", "2024-01-31"), today)
    """
    if site is not None and not row.covers(site):
        return say("obstacle_place")
    first, last = row.window(config.today() if today is None else today)
    if period is not None and period.intersection(first, last) is None:
        return say("obstacle_days", first=str(first), last=str(last))
    # Who names a source that wants a contact gets it; without its key none answers.
    setting = missing_setting(row) if row.key_needed else None
    return None if setting is None else say("obstacle_setting", setting=setting)
