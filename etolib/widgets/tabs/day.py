"""One day: the whole calculation, with inputs that can be changed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from etolib.widgets.markup.day import INPUTS, OWN
from etolib.widgets.tabs.tab import Guard, Tab, View

if TYPE_CHECKING:
    from etolib.result.result import Result


def ask(result: Result, words: Mapping[str, str]) -> dict[str, Any]:
    """Return the inputs of every day as the equation took them, and where each came from.

    Returns
    -------
    dict
        ``dates``; ``latitude``, ``elevation`` [degrees, m]; ``values``: a list a day for each of `INPUTS` and `OWN`;
        ``eto``: that of the table [mm day-1]; ``flags`` and ``sources``: by input, a text a day; ``corrected``:
        whether what an own station taught was applied.
    """
    import numpy as np

    work = result.calculation()
    days = work.inputs.index
    terms = work.terms()
    values = {name: work.inputs[name] for name in INPUTS} | {name: terms[name] for name in OWN}
    eto = result.table.set_index("date").loc[days, "eto"].to_numpy(dtype=float)

    def texts(frame: Any) -> dict[str, list[str]]:
        known = [name for name in INPUTS if name in frame]
        return {name: [str(one or "") for one in frame.loc[days, name].fillna("")] for name in known}

    return {
        "dates": [day.date().isoformat() for day in days],
        "latitude": float(result.site.latitude),
        "elevation": float(np.asarray(work.elevation)),
        "values": {name: np.asarray(values[name], dtype=float).tolist() for name in values},
        "eto": eto.tolist(),
        "flags": texts(work.flags) | texts(result.flags),
        "sources": texts(result.input_sources),
        "corrected": (np.abs(eto - terms["eto"].to_numpy()) > 1e-6).tolist(),
    }


def view(guard: Guard) -> View:
    """Return the calculation of a day."""
    from etolib.widgets.day import DayView

    return DayView(guard)


TAB = Tab("day", ask=ask, view=view)
