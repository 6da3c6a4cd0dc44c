"""What chart and table say: every word they show, made here in the page's language and units."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

from etolib import words
from etolib.unit_systems import METRIC, US
from etolib.widgets import daily, wording
from etolib.widgets.wording import say, say_or

_UNIT_WORDS = {METRIC: ("mm_day", "mm"), US: ("inch_day", "inch")}


def words_of(language: str, keys: Iterable[str]) -> dict[str, str]:
    """Return texts of the catalogues by key; the places of values stand in them as ``{name}``.

    >>> words_of("en", ["decimal_mark"])
    {'decimal_mark': '.'}
    """
    return {key: words.look_up(language, key) for key in keys}


def units_of(language: str, units: str) -> tuple[str, str]:
    """Return the unit of a depth of water a day, and of one.

    >>> units_of("en", "metric"), units_of("en", "us")
    (('mm/day', 'mm'), ('in/day', 'in'))
    """
    day, depth = _UNIT_WORDS[units]
    return say(language, day), say(language, depth)


def decimal(language: str, value: float | None, decimals: int) -> str:
    """Return a number as the language writes it, a dash where it is absent.

    >>> decimal("en", -1.25, 2), decimal("pt", 1.25, 2), decimal("en", None, 2)
    ('−1.25', '1,25', '–')
    """
    if value is None:
        return "–"
    return f"{value:.{decimals}f}".replace(".", words.look_up(language, "decimal_mark")).replace("-", "−")


def source(language: str, name: str) -> str:
    """Return the title of a source; of several that are joined by ``+``, all of theirs.

    >>> source("en", "nasa_power+station")
    'NASA POWER + Own station'
    """
    return " + ".join(wording.source(language, one) for one in name.split("+"))


def common(language: str, packed: Mapping[str, Any], units: str) -> dict[str, Any]:
    """Return what chart and table both need beside the numbers of a packed result."""
    day, depth = units_of(language, units)
    return {
        "days": packed["days"],
        "decimals": daily.DECIMALS[units],
        "mm": daily.MM_PER[units],
        "unit": day,
        "depth": depth,
        "quality_names": list(daily.QUALITIES),
        "qualities": [say(language, f"quality_{level}") for level in daily.QUALITIES],
        "kind_names": packed["kinds"],
        "kinds": [say_or(language, f"kind_{kind}", kind) for kind in packed["kinds"]],
        "sources": [source(language, names) for names in packed["sources"]],
        "flags": [wording.flags(language, flags) for flags in packed["flags"]],
        "place": words.decimals(language, packed["place"]),
        "period": packed["period"],
        "file": packed["file"],
    }


def axes(language: str, units: str) -> dict[str, str]:
    """Return the titles of the axes of a chart."""
    day, depth = units_of(language, units)
    return {
        "eto": say(language, "chart_axis_eto", unit=day),
        "rain": say(language, "chart_axis_rain", unit=day),
        "balance": say(language, "chart_axis_balance", unit=depth),
    }


def caption(language: str, units: str) -> str:
    """Return what the table is about."""
    return say(language, "table_about", unit=units_of(language, units)[0])


def summary(language: str, packed: Mapping[str, Any], units: str) -> str:
    """Return a chart in words: how many days, the mean, the least and the most."""
    day = units_of(language, units)[0]
    days = daily.column(packed, "day")
    eto = daily.column(packed, "eto", units)
    known = [(value, date or 0.0) for value, date in zip(eto, days, strict=True) if value is not None]
    about = {"length": say(language, "days", count=len(days)), "first": _iso(days[0]), "last": _iso(days[-1])}
    if not known:
        return say(language, "chart_summary_empty", **about)
    decimals = daily.DECIMALS[units]
    (least, least_day), (most, most_day) = min(known), max(known)
    mean = sum(value for value, _ in known) / len(known)
    return say(
        language, "chart_summary", **about, unit=day, mean=decimal(language, mean, decimals),
        least=decimal(language, least, decimals), least_day=_iso(least_day), most=decimal(language, most, decimals),
        most_day=_iso(most_day),
    )  # fmt: skip


def _iso(day: float | None) -> str:
    return "" if day is None else (dt.date(1970, 1, 1) + dt.timedelta(days=int(day))).isoformat()
