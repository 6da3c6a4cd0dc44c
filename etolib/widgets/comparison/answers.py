"""What a worker says of the results of a comparison, so that the page's own kernel stays small."""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from etolib.request import STATION
from etolib.widgets import daily

if TYPE_CHECKING:
    from etolib.result.result import Result

ROUNDED = ("day", "eto", "eto_lower", "eto_upper", "precipitation", "quality", "kind")
"""Rows of a block as files have them."""

EXACT = ("eto", "precipitation")
"""Rows of a block with every digit, named ``exact_..``: what sums, means and scores are made of."""


def ask(result: Result, words: Mapping[str, str]) -> dict[str, Any]:
    """Return the days of a result as one block of numbers.

    Returns
    -------
    dict
        ``data``, ``rows``, ``days``, ``kinds``, ``place``, ``period`` as `etolib.widgets.daily.pack` has them, of the
        rows `ROUNDED` and `EXACT`; ``elevation`` [m]; ``own_days``: days of the own station; ``sources``: titles.
    """
    import numpy as np

    packed = daily.pack(result)
    exact = [result.table[name].to_numpy("<f8").tobytes() for name in EXACT]
    own = result.table["source"].fillna("").str.split("+").map(lambda names: STATION in names)
    return {
        "data": daily.numbers(packed, ROUNDED) + b"".join(exact),
        "rows": [*ROUNDED, *(f"exact_{name}" for name in EXACT)],
        **{name: packed[name] for name in ("days", "kinds", "sources", "place", "period")},
        "elevation": result.site.elevation,
        "own_days": int(np.count_nonzero(own)),
    }


def files(results: Sequence[Result], labels: Sequence[str], reference: int, units: str) -> dict[str, Any]:
    """Return what lets a reader take a comparison away: files in base64 in the units of the page, script,
    citation, licences.
    """
    from etolib.result.citation import citation
    from etolib.result.together import Together
    from etolib.result.together import files as contents
    from etolib.words import encode

    together = Together(results, labels, reference)
    name = f"eto_{len(results)}_places_{results[0].period.start}_{results[0].period.end}"
    made = [
        ("csv", ".csv", "text/csv;charset=utf-8", contents.csv(together, units)),
        ("days", "_days.csv", "text/csv;charset=utf-8", contents.days_csv(together, units)),
        ("xlsx", ".xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
         contents.xlsx(together, units)),
        ("netcdf", ".nc", "application/x-netcdf", contents.netcdf(together)),
        ("script", ".py", "text/x-python", together.script(units).encode()),
    ]  # fmt: skip
    licences: dict[str, dict[str, Any]] = {}
    for one in results:
        for source, meta in one.provenance.get("sources", {}).items():
            facts = {key: encode(meta.get(key) or "") for key in ("attribution", "licence")}
            licences.setdefault(str(source), {"name": str(source), **facts})
    return {
        "units": units,
        "files": [
            {
                "name": kind,
                "about": f"places_{kind}",
                "file": name + ending,
                "type": media,
                "data": base64.b64encode(content).decode("ascii"),
            }
            for kind, ending, media, content in made
        ],
        "script": together.script(units),
        "citation": citation(*results),
        "licences": [*licences.values()],
    }


def places_of(content: bytes, name: str) -> dict[str, Any]:
    """Return the places of a file or a pasted table: ``sites``, ``notes``; or ``problems``, what is wrong with it.

    ``content`` comes compressed by zlib; its name only tells the kind of file. It is distrusted: but for a small and
    plain one it is read by a process of its own.
    """
    import zlib

    from etolib.errors import InputError
    from etolib.sources.station import apart

    data = zlib.decompress(content)
    if apart.is_harmless(data):
        return places_in(data, name)
    try:
        found: dict[str, Any] = apart.call(places_in, data, name, name=name or "csv")
    except InputError as error:
        return {"problems": [problem.encode() for problem in error.problems]}
    return found


def places_in(data: bytes, name: str) -> dict[str, Any]:
    """Return what `places_of` does, of the content itself."""
    import tempfile
    from pathlib import Path

    from etolib.errors import InputError
    from etolib.places_reader import read_places
    from etolib.words import encode

    ending = re.sub(r"[^.a-z]", "", Path(name).suffix.lower())[:10]
    with tempfile.TemporaryDirectory(prefix="etolib-") as folder:
        path = Path(folder) / f"places{ending or '.csv'}"
        path.write_bytes(data)
        try:
            found = read_places(path)
        except InputError as error:
            return {"problems": [problem.encode() for problem in error.problems]}
    return {"sites": list(found.sites), "notes": [encode(note) for note in found.notes], "problems": []}
