"""Compare: how the sources, an own station and other results of the page agree."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from etolib.widgets.tabs.tab import Guard, Tab, View

if TYPE_CHECKING:
    from etolib.result.result import Result


def ask(result: Result, words: Mapping[str, str]) -> dict[str, Any]:
    """Return ETo of the result and of each of its sources as one block of numbers.

    Returns
    -------
    dict
        ``data``: float64, one row after the other, one number a day, absent is NaN. ``rows``: their names: ``day``
        (days since 1970-01-01); ``usual``, 1 where the day is climatology; ``eto`` [mm day-1];
        ``source:<name>``, ETo of each source by itself, unrounded [mm day-1]. ``equations``: None, see `equations`.
        ``offered``: names of what services publish themselves for the place and the days; ``published``: None, see
        `more`. ``days``, ``place``, ``period``, ``latitude``, ``longitude`` [degrees], ``file``.
    """
    return _packed(result, None)


def more(result: Result, values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the same with what somebody has asked to see beside the sources; nobody else waits or asks for it.

    Parameters
    ----------
    result : Result
    values : mapping
        ``equations``: ETo by some sixteen other equations; ``published``: what services publish themselves.

    Returns
    -------
    dict
        As `ask`; ``rows`` has also ``equation:<name>``, ETo by another equation from the inputs of the result, and
        ``published:<name>`` [mm day-1]; ``equations``: where each of these is printed and for which surface, by name;
        ``published``: names.

    Raises
    ------
    SourceError
        Where what is published could not be had.
    """
    names = _offered(result) if values.get("published") else None
    for name in names or ():
        result = result.compared_with(name)
    return _packed(result, _equations(result) if values.get("equations") else None, names)


def _offered(result: Result) -> list[str]:
    from etolib.result.compared import offered

    return offered(result.site, result.period)


def _packed(
    result: Result, others: Mapping[str, tuple[Any, str, str]] | None, published: list[str] | None = None
) -> dict[str, Any]:
    import numpy as np

    from etolib.result import formats

    table = result.table
    # The climatology only stands where no source has the day: it is no second opinion.
    each = result.source_eto.drop(columns="climatology", errors="ignore").reindex(table["date"]).astype(float)
    rows: dict[str, Any] = {
        "day": table["date"].to_numpy("datetime64[D]").astype("int64"),
        "usual": (table["kind"] == "climatology").to_numpy(dtype=float),
        "eto": table["eto"].to_numpy(dtype=float),
    }
    rows |= {f"source:{name}": each[name].to_numpy() for name in each if each[name].notna().any()}
    rows |= {f"equation:{name}": eto for name, (eto, _, _) in (others or {}).items()}
    rows |= {f"published:{name}": result.published[name].to_numpy() for name in published or ()}
    block = np.stack([np.asarray(row, dtype="<f8") for row in rows.values()])
    return {
        "data": block.tobytes(), "rows": [*rows], "days": len(table), "place": str(result.site),
        "period": str(result.period), "latitude": float(result.site.latitude),
        "longitude": float(result.site.longitude), "file": f"{formats.file_name(result)}_compare.csv",
        "offered": _offered(result), "published": published,
        "equations": None if others is None else {name: told for name, (_, *told) in others.items()},
    }  # fmt: skip


def _equations(result: Result) -> dict[str, tuple[Any, str, str]]:
    """Return ETo [mm day-1], source and surface of every other equation for days, on the inputs of the result."""
    from etolib.equations.methods import METHODS
    from etolib.reference import eto

    given = result.calculation().inputs
    dates = result.table["date"]
    return {
        name: (eto(given, result.site, name).eto.reindex(dates).to_numpy(dtype=float), method.source, method.surface)
        for name, method in METHODS.items()
        if name != "fao56" and not method.for_months and not method.of_months and set(method.uses) <= set(given)
    }


def view(guard: Guard) -> View:
    """Return the comparison, with a choice of what is compared with what."""
    from etolib.widgets.compare import CompareView

    return CompareView(guard)


TAB = Tab("compare", ask=ask, view=view, again=more)
