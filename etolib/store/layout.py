"""What stands in a store: its arrays, their CF attributes, and how a result becomes rows of them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from etolib.equations.filling import CODES, FILLED, FLAGS
from etolib.errors import EtolibError
from etolib.result.columns import UNITS
from etolib.sources.row import KINDS
from etolib.variables import VARIABLES

if TYPE_CHECKING:
    import pandas as pd

    from etolib.result.result import Result

TO_DO, DONE, PARTIAL, FAILED = range(4)
STATES = ("to_do", "done", "partial", "failed")
"""Of a place. ``partial``: there are values, but a source that should have answered did not; asking again may help."""

QUALITIES = ("no_value", "low", "medium", "high")
NUMBERS = ("eto", "eto_lower", "eto_upper", "precipitation", "tmin", "tmax", "ea", "u2", "rs")
"""Variables of numbers, in the order in which they are written."""

TEXTS = ("provenance", "warnings", "failure")
"""Texts of a place: JSON; sentences by line; JSON."""

_TIMES = frozenset(("created", "retrieved", "from_cache"))
"""What differs between two runs of the same, and stands in the journal instead."""


@dataclass(frozen=True)
class Array:
    """One array of a store: its name, dimensions, type, value of what is not written, attributes."""

    name: str
    dims: tuple[str, ...]
    dtype: str
    fill: Any
    attrs: Mapping[str, Any]


def arrays(sources: Sequence[str]) -> list[Array]:
    """Return the arrays of a store whose results may come from ``sources``.

    >>> [array.name for array in arrays(["nasa_power"])][:4]
    ['time', 'place', 'name', 'latitude']
    """
    day = ("place", "time")
    found = [
        Array("time", ("time",), "i4", 0, {"units": "days since 1970-01-01", "calendar": "proleptic_gregorian",
              "standard_name": "time", "long_name": "local solar day"}),
        Array("place", ("place",), "i4", 0, {"long_name": "number of the place in its list, from 0",
              "cf_role": "timeseries_id"}),
        Array("name", ("place",), "str", "", {"long_name": "name of the place"}),
        Array("latitude", ("place",), "f8", 0.0, {"units": "degrees_north", "standard_name": "latitude"}),
        Array("longitude", ("place",), "f8", 0.0, {"units": "degrees_east", "standard_name": "longitude"}),
        Array("elevation_asked", ("place",), "f8", np.nan, {"units": "m",
              "long_name": "elevation as it was given, absent where it was looked up"}),
        Array("elevation", ("place",), "f8", np.nan, {"units": "m", "standard_name": "surface_altitude"}),
    ]  # fmt: skip
    beside = {"coordinates": "name latitude longitude elevation"}
    found += [Array(name, day, "f8", np.nan, _of_number(name) | beside) for name in NUMBERS]
    found += [
        Array("quality", day, "i1", 0, _coded("quality of the day's eto", QUALITIES) | beside),
        Array("kind", day, "i1", 0, _coded("kind of the day's weather", ("no_value", *KINDS)) | beside),
        Array("source", day, "i4", 0, beside | {
            "long_name": "sources of the day's inputs",
            "flag_masks": [1 << i for i in range(len(sources))], "flag_meanings": " ".join(sources),
        }),
    ]  # fmt: skip
    found += [
        Array(f"{name}_flag", day, "i1", 0, _coded(f"where {name} comes from", FLAGS) | beside) for name in FILLED
    ]
    found += [
        Array("provenance", ("place",), "str", "", {"long_name": "how the place was computed, JSON"}),
        Array("warnings", ("place",), "str", "", {"long_name": "what the reader should know, a line each"}),
        Array("failure", ("place",), "str", "", {"long_name": "why the place has no values, JSON"}),
        Array("state", ("place",), "i1", TO_DO, _coded("state of the place", STATES)),
    ]
    return found


def _of_number(name: str) -> dict[str, Any]:
    if name not in VARIABLES:
        end = name.removeprefix("eto_")
        return {"units": UNITS[name], "long_name": f"{end} limit of the 95 % interval of eto"}
    variable = VARIABLES[name]
    attrs = {"units": variable.units, "long_name": variable.long_name, "cell_methods": variable.cell_methods}
    if variable.standard_name:
        attrs["standard_name"] = variable.standard_name
    if name == "eto":
        flags = " ".join(f"{one}_flag" for one in FILLED)
        attrs["ancillary_variables"] = f"eto_lower eto_upper quality kind source {flags}"
    return attrs


def _coded(long_name: str, meanings: Sequence[str]) -> dict[str, Any]:
    return {"long_name": long_name, "flag_values": list(range(len(meanings))), "flag_meanings": " ".join(meanings)}


def blocks(
    outcomes: Iterable[Result | EtolibError], count: int, days: int, sources: Sequence[str]
) -> tuple[dict[str, np.ndarray], list[dict[str, Any] | None]]:
    """Return the rows of some places for every array that a lot writes, the state last; and the times of each.

    Parameters
    ----------
    outcomes : iterable of Result or EtolibError
        Taken one by one: none is kept.
    count, days : int
        Places, and days of the period.
    sources : sequence of str
        The masks of ``source``, in the order of their bits.

    Returns
    -------
    rows : dict of str to numpy.ndarray
        Shape (places, days) or (places,).
    made : list of dict or None
        When each was made and its answers fetched; None where it has no result.
    """
    found: dict[str, np.ndarray] = {"elevation": np.full(count, np.nan)}
    found |= {name: np.full((count, days), np.nan) for name in NUMBERS}
    found |= {name: np.zeros((count, days), np.int8) for name in ("quality", "kind")}
    found["source"] = np.zeros((count, days), np.int32)
    found |= {f"{name}_flag": np.zeros((count, days), np.int8) for name in FILLED}
    found |= {name: np.full(count, "", object) for name in TEXTS}
    found["state"] = np.zeros(count, np.int8)
    bits = {name: 1 << i for i, name in enumerate(sources)}
    made: list[dict[str, Any] | None] = []
    for i, outcome in enumerate(outcomes):
        found["state"][i] = state_of(outcome)
        if isinstance(outcome, EtolibError):
            found["failure"][i] = text_of(outcome.to_dict())
            made.append(None)
            continue
        _fill(found, i, outcome, bits)
        made.append(times(outcome))
    return found, made


_QUALITY = {None: 0, "LOW": 1, "MEDIUM": 2, "HIGH": 3}
_KIND = {None: 0} | {kind: i for i, kind in enumerate(KINDS, start=1)}


def _fill(found: dict[str, np.ndarray], i: int, result: Result, bits: Mapping[str, int]) -> None:
    """Write the rows of one result."""
    table = result.table
    elevation = result.site.elevation
    found["elevation"][i] = np.nan if elevation is None else elevation
    for name in NUMBERS:
        found[name][i] = table[name].to_numpy(dtype=float, na_value=np.nan)
    found["quality"][i] = _codes(table["quality"], _QUALITY)
    found["kind"][i] = _codes(table["kind"], _KIND)
    masks: dict[Any, int] = {
        text: sum(bits[name] for name in text.split("+")) for text in set(table["source"]) if isinstance(text, str)
    }
    found["source"][i] = _codes(table["source"], masks)
    for name in FILLED:
        found[f"{name}_flag"][i] = _codes(result.flags[name], CODES) if name in result.flags else CODES["missing"]
    found["provenance"][i] = text_of(timeless(result.provenance))
    found["warnings"][i] = "\n".join(map(str, result.warnings))


def _codes(values: pd.Series, table: Mapping[Any, int]) -> list[int]:
    words = values.to_numpy(dtype=object)
    return [table.get(word if isinstance(word, str) else None, 0) for word in words]


def state_of(outcome: Result | EtolibError) -> int:
    """Return DONE, PARTIAL or FAILED. A source that failed for a while leaves a place partial."""
    if isinstance(outcome, EtolibError):
        return FAILED
    failed = outcome.provenance.get("failed", ())
    return PARTIAL if any(error.get("retryable") for error in failed) else DONE


def text_of(document: Any) -> str:
    """Return a document as JSON, the same for the same."""
    return json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=str)


def timeless(document: Any) -> Any:
    """Return provenance without what differs between two runs of the same.

    >>> timeless({"created": "now", "sources": {"a": {"retrieved": "then", "url": "x"}}})
    {'sources': {'a': {'url': 'x'}}}
    """
    if isinstance(document, Mapping):
        return {key: timeless(value) for key, value in document.items() if key not in _TIMES}
    if isinstance(document, (list, tuple)):
        return [timeless(value) for value in document]
    return document


def times(result: Result) -> dict[str, Any]:
    """Return when a result was made and its answers fetched."""
    sources = result.provenance.get("sources", {})
    return {
        "created": result.provenance.get("created"),
        "retrieved": {name: meta.get("retrieved") for name, meta in sources.items() if meta.get("retrieved")},
    }
