"""What the page asks of a dask worker, so that its own kernel stays small.

The page's kernel imports neither pandas nor matplotlib nor the data sources (each open page costs one kernel);
workers have them already. Everything here returns plain dicts, lists and text.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from etolib import config

if TYPE_CHECKING:
    from etolib.result import Result

CHART_WORDS = ("axis_eto", "axis_rain", "legend_eto", "legend_interval", "legend_rain", "legend_forecast")
"""Labels a figure needs."""

SHOWN_ROWS = 1100
"""Rows of the table in the page (three years); the CSV always holds all."""


def source_list(options: Mapping[str, str]) -> list[dict[str, Any]]:
    """Return what each source promises: name, title, first and last day, delay, licence, coverage."""
    from etolib.sources import registry

    with config.set_options(**options):
        today = config.today()
        found = []
        for name, source in registry.SOURCES.items():
            info = source.info
            first, last = info.window(today)
            found.append(
                {
                    "name": name,
                    "title": info.title,
                    "first": first.isoformat(),
                    "last": last.isoformat(),
                    "delay": info.delay,
                    "licence": info.licence,
                    "coverage": info.coverage,
                }
            )
        return found


def elevation(latitude: float, longitude: float, options: Mapping[str, str]) -> tuple[float | None, str | None]:
    """Return the elevation [m] of a place and where it comes from."""
    from etolib.site import Site
    from etolib.sources.elevation import lookup

    with config.set_options(**options):
        found = lookup(Site(latitude, longitude))
    return found.value, found.source


def answers(url: str) -> bool:
    """Return whether an address gives a PNG picture, asked once and briefly."""
    from etolib.errors import EtolibError
    from etolib.sources import http

    def check(body: bytes) -> None:
        if not body.startswith(b"\x89PNG"):
            raise ValueError("not a PNG")

    try:
        http.fetch(
            url, ttl=lambda data, headers: 600.0, check=check, source="map tiles",
            deadline=4.0, connect=2.0, read=3.0, attempts=1, max_stale=0.0,
        )  # fmt: skip
    except EtolibError:
        return False
    return True


def forget_failures() -> None:
    """Let providers that have just failed be asked again."""
    from etolib.sources import http

    http.forget_failures()


def view(result: Result) -> dict[str, Any]:
    """Return what the page shows of a result, and its CSV."""
    table = result.table
    shown = table.head(SHOWN_ROWS)
    about = result.provenance.get("sources", {})
    eto, rain = _sum(table["eto"]), _sum(table["precipitation"])
    both = table[["eto", "precipitation"]].dropna()
    quality = table["quality"].value_counts()
    kinds = table["kind"].value_counts()
    site = result.site
    return {
        "place": str(site),
        "period": str(result.period),
        "days": len(table),
        "missing": int(table["eto"].isna().sum()),
        "sum_eto": eto,
        "mean_eto": _plain(table["eto"].mean()),
        "sum_rain": rain,
        # Over the days that have both, so that a gap in one does not look like a surplus of the other.
        "balance": _plain((both["precipitation"] - both["eto"]).sum()) if len(both) else None,
        "quality": {level: int(quality[level]) for level in ("HIGH", "MEDIUM", "LOW") if level in quality},
        "kinds": {str(kind): int(count) for kind, count in kinds.items()},
        "rows": [
            {name: _plain(value) for name, value in row.items()} | {"date": row["date"].date().isoformat()}
            for row in shown[[*_SHOWN]].to_dict("records")
        ],
        "warnings": [str(warning) for warning in result.warnings],
        "csv": result.to_csv(),
        "file": f"eto_{site.latitude:.4f}_{site.longitude:.4f}_{result.period.start}_{result.period.end}",
        "link": result.link(),
        "script": result.script(),
        "citation": result.citation(),
        "licences": [
            {
                "name": str(name),
                "attribution": str(meta.get("attribution") or ""),
                "licence": str(meta.get("licence") or ""),
            }
            for name, meta in about.items()
        ],
        "elevation": _plain(site.elevation),
        "elevation_source": result.provenance.get("elevation_source"),
    }


_SHOWN = ("date", "eto", "eto_lower", "eto_upper", "precipitation", "quality", "kind", "source", "flags")


def charts(result: Result, words: Mapping[str, str]) -> tuple[str, str]:
    """Return the figure as inline SVG for a wide and for a narrow page."""
    from etolib.plots import svg_for_page

    return svg_for_page(result.table, words, 7.8, 3.6), svg_for_page(result.table, words, 4.2, 4.0)


def _sum(values: Any) -> float | None:
    return _plain(values.sum(min_count=1))


def _plain(value: Any) -> Any:
    """Return a value as plain Python; NaN, NaT and None are None."""
    if value is None or value != value:
        return None
    if hasattr(value, "item"):
        value = value.item()
    return None if isinstance(value, float) and not math.isfinite(value) else value
