"""What the page asks of a dask worker, so that its own kernel stays small.

The page's kernel imports neither pandas nor matplotlib nor the data sources (each open page costs one kernel);
workers have them already. Everything here returns plain dicts, lists and text.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from etolib import config
from etolib.request import STATION

if TYPE_CHECKING:
    from etolib.result.result import Result

CHART_WORDS = (
    "axis_eto",
    "axis_rain",
    "legend_eto",
    "legend_interval",
    "legend_spread",
    "legend_rain",
    "legend_forecast",
    "months",
    "station",
)
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
    from etolib.sources.network import client

    def check(body: bytes) -> None:
        if not body.startswith(b"\x89PNG"):
            raise ValueError("not a PNG")

    try:
        client.fetch(
            url, ttl=lambda data, headers: 600.0, check=check, source="map tiles",
            deadline=4.0, connect=2.0, read=3.0, attempts=1, max_stale=0.0,
        )  # fmt: skip
    except EtolibError:
        return False
    return True


def forget_failures() -> None:
    """Let providers that have just failed be asked again."""
    from etolib.sources.network import client

    client.forget_failures()


def read_station(
    content: bytes,
    name: str,
    known: Mapping[str, Mapping[str, Any]],
    station: str | None,
    latitude: float | None,
) -> dict[str, Any]:
    """Return what a station file is taken for, what is wrong with it, and the file itself packed for tasks.

    ``content`` comes compressed by zlib; ``known`` is what the person at the page says of columns, ``station`` which
    of several stations, ``latitude`` [degrees] helps to tell the unit of radiation.
    """
    import zlib

    from etolib.errors import InputError
    from etolib.site import Site
    from etolib.sources.station import file as station_file
    from etolib.sources.station import layout, names, packed

    data = zlib.decompress(content)
    told: dict[str, Any] = {
        "name": name, "columns": [], "reading": "", "questions": [], "stations": [], "problem": [], "packed": None,
        "facts": None,
    }  # fmt: skip
    try:
        table = layout.open_table(data, name)
        # Should the guess end in a refusal, a person can still name the columns that nobody could guess.
        for column in table.names:
            guessed = names.classify(names.split_unit(column)[0])
            told["columns"].append(_column(column, known.get(column, {}).get("variable", guessed) or None))
        mapping = station_file.guess(data, filename=name, latitude=latitude, known=known)
        told["columns"] = [
            _column(c.name, c.variable, c.unit, c.height, c.reason, mapping.date_format) for c in mapping.columns
        ]
        told["reading"], told["questions"] = mapping.explain()[0], list(mapping.questions)
        at = next((c.index for c in mapping.columns if c.variable == "station"), None)
        if at is not None:
            told["stations"] = list(dict.fromkeys(row[at] for row in table.rows if row[at]))[:_STATIONS]
        file = station_file.read(data, mapping=mapping, filename=name, station=station)
        if file.site is None and latitude is not None:
            # Where the file does not tell its place, the sun of the chosen one tells radiation in a wrong unit.
            station_file.read(data, mapping=mapping, filename=name, station=station, site=Site(latitude, 0.0))
    except InputError as error:
        told["problem"] = [
            {"thing": p.thing, "value": None if p.value is None else str(p.value), "rule": p.rule,
             "suggestion": p.suggestion}
            for p in error.problems
        ]  # fmt: skip
        return told
    told["questions"] = list(file.warnings)
    told["packed"] = packed.pack(file)
    told["facts"] = {
        "monthly": file.monthly,
        "first": None if file.monthly else file.frame.index[0].date().isoformat(),
        "last": None if file.monthly else file.frame.index[-1].date().isoformat(),
        "days": len(file.frame),
        "place": None if file.site is None else [file.site.latitude, file.site.longitude],
    }
    return told


_STATIONS = 200  # stations of one file offered to choose from


def _column(
    name: str,
    variable: str | None,
    unit: str | None = None,
    height: float | None = None,
    reason: str = "",
    date_format: str = "",
) -> dict[str, Any]:
    return {
        "name": name, "variable": variable, "unit": unit, "height": height,
        # The name stands beside it.
        "reason": reason.removeprefix(f"its name {name!r}").removeprefix("; "),
        "format": date_format if variable == "date" else None,
    }  # fmt: skip


def view(result: Result) -> dict[str, Any]:
    """Return what the page shows of a result, and its CSV."""
    from etolib.result import export

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
        "own_file": export.own_file(result),
        "own_days": int(table["source"].fillna("").str.split("+").map(lambda names: STATION in names).sum()),
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
        "learnt": _learnt(result.provenance),
        "elevation": _plain(site.elevation),
        "elevation_source": result.provenance.get("elevation_source"),
    }


_SHOWN = ("date", "eto", "eto_lower", "eto_upper", "precipitation", "quality", "kind", "source", "flags")


def charts(result: Result, words: Mapping[str, str]) -> tuple[str, str]:
    """Return the figure as inline SVG for a wide and for a narrow page."""
    from etolib.result.figures import svg_for_page

    # The climatology only stands where no source has the day: it is no second opinion.
    each = result.source_eto.drop(columns="climatology", errors="ignore")
    about = result.provenance.get("sources", {})
    # The name of an own file came from outside: the page's word stands for it.
    titles = {str(n): str(about.get(n, {}).get("title", n)) for n in each} | {STATION: words["station"]}
    each = each.rename(columns=titles)
    wide, narrow = (7.8, 3.6), (4.2, 4.2)
    return svg_for_page(result.table, words, *wide, sources=each), svg_for_page(
        result.table, words, *narrow, sources=each
    )


def _learnt(provenance: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return what an own station taught: the sentence, and station over grids by month."""
    if not provenance.get("learnt"):
        return None
    return {"text": str(provenance["learnt"]), "months": provenance.get("learnt_ratio") or [None] * 12}


def _sum(values: Any) -> float | None:
    return _plain(values.sum(min_count=1))


def _plain(value: Any) -> Any:
    """Return a value as plain Python; NaN, NaT and None are None."""
    if value is None or value != value:
        return None
    if hasattr(value, "item"):
        value = value.item()
    return None if isinstance(value, float) and not math.isfinite(value) else value
