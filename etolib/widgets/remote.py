"""What the page asks of a dask worker, so that its own kernel stays small.

The page's kernel imports neither pandas nor matplotlib nor the data sources (each open page costs one kernel);
workers have them already. Everything here returns plain dicts, lists and text.
"""

from __future__ import annotations

import logging
import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from etolib import config
from etolib.request import STATION, station_name
from etolib.unit_systems import METRIC
from etolib.widgets.tabs.tab import Again, Ask, Failed, resolve
from etolib.words import Text, encode, join

if TYPE_CHECKING:
    from etolib.result.result import Result
    from etolib.sources.row import SourceInfo
    from etolib.sources.station.columns import Mapping as StationMapping
    from etolib.sources.station.file import StationFile
    from etolib.sources.station.questions import Question

log = logging.getLogger(__name__)


def said(units: str) -> tuple[str, ...]:
    """Return units as a question has them, if they go with it: metric ones go without saying.

    >>> said("us"), said("metric")
    (('us',), ())
    """
    return (units,) if units not in ("", METRIC) else ()


def source_list(options: Mapping[str, str]) -> list[dict[str, Any]]:
    """Return what each source promises: name, title, first and last day, delay, licence, coverage."""
    from etolib.sources import catalogue

    with config.set_options(**options):
        today = config.today()
        found = []
        for name, info in catalogue.SOURCES.items():
            first, last = info.window(today)
            found.append(
                {
                    "name": name,
                    "title": info.title,
                    "first": first.isoformat(),
                    "last": last.isoformat(),
                    "delay": encode(catalogue.words(info.delay)),
                    "licence": encode(catalogue.words(info.licence)),
                    "coverage": encode(catalogue.words(info.coverage)),
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


def search(wanted: str, language: str, options: Mapping[str, str]) -> list[dict[str, Any]]:
    """Return the places that have a name, the likeliest first: name, title with its country, coordinates."""
    from etolib import places

    with config.set_options(**options):
        return [
            {
                "name": f"{place.name}, {place.country}",
                "title": place.title(language),
                "latitude": place.latitude,
                "longitude": place.longitude,
            }
            for place in places.search(wanted)
        ]


def answers(url: str) -> bool:
    """Return whether an address gives a PNG picture, asked once and briefly."""
    from etolib.errors import EtolibError
    from etolib.sources.network import client

    def check(body: bytes) -> None:
        if not body.startswith(b"\x89PNG"):
            raise ValueError("not a PNG")

    try:
        client.fetch(
            url, ttl=lambda data, headers: 600.0, check=check, source="map_tiles",
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
    place: tuple[float, float] | None,
) -> dict[str, Any]:
    """Return what a station file is taken for, what is asked or wrong, and the file itself packed for tasks.

    ``content`` comes compressed by zlib; ``known`` is what the person at the page says of columns (and of the whole
    file under ""), ``station`` which of several stations, ``place`` latitude and longitude of the form [degrees].
    The file is distrusted: but for a small and plain one it is read by a process of its own.
    """
    import zlib

    from etolib.errors import InputError
    from etolib.sources.station import apart

    data = zlib.decompress(content)
    if apart.is_harmless(data):
        return station_in(data, name, known, station, place)
    try:
        found: dict[str, Any] = apart.call(station_in, data, name, known, station, place, name=name)
    except InputError as error:
        return _nothing_of(name) | {"problem": [problem.encode() for problem in error.problems]}
    return found


def _nothing_of(name: str) -> dict[str, Any]:
    """Return what is found in a file before anything is."""
    return {
        "name": name, "columns": [], "reading": "", "notes": [], "questions": [], "stations": [], "problem": [],
        "packed": None, "facts": None,
    }  # fmt: skip


def station_in(
    data: bytes,
    name: str,
    known: Mapping[str, Mapping[str, Any]],
    station: str | None,
    place: tuple[float, float] | None,
) -> dict[str, Any]:
    """Return what `read_station` does, of the content itself."""
    from dataclasses import replace

    from etolib.errors import InputError
    from etolib.site import Site
    from etolib.sources.station import contents, names, packed, preview
    from etolib.sources.station import file as station_file
    from etolib.sources.station.guess import map_table

    found = _nothing_of(name)
    site = None if place is None else Site(*place)
    try:
        whole = known.get("", {})
        table = contents.open_table(data, name, whole.get("table"), whole.get("sheet"))
        # Should the guess end in a refusal, a person can still name the columns that nobody could guess.
        for column in table.names:
            guessed = names.classify(names.split_unit(column)[0])
            found["columns"].append(_column(column, known.get(column, {}).get("variable", guessed) or None))
        mapping = map_table(table, None if site is None else site.latitude, known)
        here = station_file.place_of(table, mapping) or site
        at = next((c.index for c in mapping.columns if c.variable == "station"), None)
        if at is not None:
            found["stations"] = list(dict.fromkeys(row[at] for row in table.rows if row[at]))[:_STATIONS]

        def told(mapping: StationMapping, questions: Sequence[Question]) -> None:
            form = mapping.date_format
            found["columns"] = [_column(c.name, c.variable, c.unit, c.height, c.reasons, form) for c in mapping.columns]
            found["reading"], found["notes"] = encode(mapping.explain()[0]), list(map(encode, mapping.notes))
            found["questions"] = [_question(asked, preview.preview(table, mapping, asked, here)) for asked in questions]

        try:
            # With the place that the file has itself the unit of its radiation may be another.
            read = mapping if here is site or here is None else map_table(table, here.latitude, known)
            file = station_file.of_table(table, name or "file", read, known, here, station)
        except InputError as error:
            asked = {str(q.text): q for q in (*mapping.questions, *getattr(error, "questions", ()))}
            told(mapping, list(asked.values()))
            raise
        told(file.mapping, file.mapping.questions)
    except InputError as error:
        said = {str(q.text) for q in getattr(error, "questions", ())}
        found["problem"] = [problem.encode() for problem in error.problems if str(problem.rule) not in said]
        return found
    said = {str(question.text) for question in file.mapping.questions}
    found["notes"] = [encode(warning) for warning in file.warnings if str(warning) not in said]
    if place is not None and file.site is site:
        file = replace(file, site=None)  # the place of the form is not the file's own
    found["packed"] = packed.pack(file)
    found["facts"] = _facts(file)
    return found


def _facts(file: StationFile) -> dict[str, Any]:
    """Return what is told of a file that can be used: its days and its place."""
    return {
        "monthly": file.monthly,
        "first": None if file.monthly else file.frame.index[0].date().isoformat(),
        "last": None if file.monthly else file.frame.index[-1].date().isoformat(),
        "days": len(file.frame),
        "place": None if file.site is None else [file.site.latitude, file.site.longitude],
    }


def own_file(result: Result) -> dict[str, Any] | None:
    """Return the own file that a result was calculated with, as `read_station` does; None where there was none.

    It is the file as it was read: nothing of its columns can be changed.
    """
    from etolib.sources.station import packed

    station = result.request.station
    if station is None:
        return None
    file = packed.unpacked(station)
    return {
        "name": station_name(station), "columns": [], "reading": "", "notes": [], "questions": [], "stations": [],
        "problem": [], "packed": packed.pack(file), "facts": _facts(file), "restored": True,
    }  # fmt: skip


def _question(asked: Question, drawn: dict[str, Any] | None) -> dict[str, Any]:
    """Return a question as the page shows it, with what is to be drawn beside it."""
    return {
        "parameter": asked.parameter, "column": asked.column, "text": encode(asked.text),
        "choices": list(asked.choices), "assumed": asked.assumed, "preview": drawn,
    }  # fmt: skip


def other_sources(
    place: tuple[float, float], first: str, last: str, options: Mapping[str, str]
) -> dict[str, dict[str, dict[str, float]]]:
    """Return what other sources say of the newest days of a file: by variable, by title, by day.

    Nothing where no source answers: it is only drawn beside a question.
    """
    from etolib.errors import EtolibError
    from etolib.request import Request
    from etolib.sources import catalogue, download, plan

    with config.set_options(**options):
        try:
            answered = download.run(plan.make(Request(place, (first, last))), download.Silent())
        except EtolibError:
            return {}
    found: dict[str, dict[str, dict[str, float]]] = {}
    for name, answer in answered.answers.items():
        if catalogue.find(name).dateless:
            continue
        for variable in answer.frame.select_dtypes("number").columns:
            values = answer.frame[variable].dropna()
            days = {str(day)[:10]: round(float(value), 3) for day, value in values.items()}
            found.setdefault(str(variable), {})[catalogue.find(name).title] = days
    return found


_STATIONS = 200  # stations of one file offered to choose from


def _column(
    name: str,
    variable: str | None,
    unit: str | None = None,
    height: float | None = None,
    reasons: Sequence[Text] = (),
    date_format: str = "",
) -> dict[str, Any]:
    return {
        "name": name, "variable": variable, "unit": unit, "height": height,
        # The name stands beside it.
        "reason": encode(join("; ", [reason for reason in reasons if reason.key != "its_name"])),
        "format": date_format if variable == "date" else None,
    }  # fmt: skip


def view(result: Result, tabs: Mapping[str, tuple[Any, ...]], units: str = METRIC) -> dict[str, Any]:
    """Return the heading of a result, and the answers of tabs by their name.

    ``tabs`` holds what each asks (`Ask`, or its path), and what goes with the question: words, and for tabs that are
    measured the units. A tab that fails takes no other with it.
    """
    answers = {}
    for name, (ask, *given) in tabs.items():
        try:
            answers[name] = resolve(ask)(result, *given)
        except Exception as error:  # of whoever wrote the tab: the others are answered all the same
            log.exception("the tab %s failed", name)
            answers[name] = Failed.of(error)
    return {"head": head(result, units), "tabs": answers}


def tab(result: Result, ask: Ask | str, words: Mapping[str, str], *units: str) -> Any:
    """Return the answer of one tab; ``units`` are given where it is measured."""
    return resolve(ask)(result, words, *units)


def again(
    result: Result,
    ask: Again | str,
    values: Mapping[str, Any],
    settings: Mapping[str, str],
    rows: Sequence[SourceInfo],
    record: Result | None = None,
) -> Any:
    """Return the answer of one tab to what a person chose in it; with the settings and sources of the page.

    ``record`` is what was calculated beside the result (`etolib.widgets.tabs.Calculating`).
    """
    from etolib.sources import catalogue

    catalogue.adopt(rows)
    with config.set_options(**settings):
        more: dict[str, Any] = {} if record is None else {"record": record}
        return resolve(ask)(result, {**values, **more})


def head(result: Result, units: str = METRIC) -> dict[str, Any]:
    """Return what stands above the tabs of a result: the numbers that matter, its CSV and its link.

    The numbers are canonical; ``units`` are those of the CSV and of the page that the link opens.
    """
    from etolib.result import formats

    table = result.table
    both = table[["eto", "precipitation"]].dropna()
    quality = table["quality"].value_counts()
    kinds = table["kind"].value_counts()
    return {
        "place": str(result.site),
        "period": str(result.period),
        "days": len(table),
        "missing": int(table["eto"].isna().sum()),
        "sum_eto": _sum(table["eto"]),
        "mean_eto": plain(table["eto"].mean()),
        "sum_rain": _sum(table["precipitation"]),
        # Over the days that have both, so that a gap in one does not look like a surplus of the other.
        "balance": plain((both["precipitation"] - both["eto"]).sum()) if len(both) else None,
        "quality": {level: int(quality[level]) for level in ("HIGH", "MEDIUM", "LOW") if level in quality},
        "kinds": {str(kind): int(count) for kind, count in kinds.items()},
        "csv": result.to_csv(units=units),
        "units": units,
        "file": formats.file_name(result),
        "link": result.link(units),
        "own_file": None if result.request.station is None else station_name(result.request.station),
        "own_days": int(table["source"].fillna("").str.split("+").map(lambda names: STATION in names).sum()),
        "learnt": _learnt(result.provenance),
    }


def _learnt(provenance: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return what an own station taught: the sentence, and station over grids by month."""
    if not provenance.get("learnt"):
        return None
    return {"text": encode(provenance["learnt"]), "months": provenance.get("learnt_ratio") or [None] * 12}


def _sum(values: Any) -> float | None:
    total: float | None = plain(values.sum(min_count=1))
    return total


def plain(value: Any) -> Any:
    """Return a value as plain Python; NaN, NaT and None are None.

    >>> plain(float("nan")), plain(1.5)
    (None, 1.5)
    """
    if value is None or value != value:
        return None
    if hasattr(value, "item"):
        value = value.item()
    return None if isinstance(value, float) and not math.isfinite(value) else value
