"""The numbers that can be typed of a water balance: units, bounds, and where a table has them.

The page fills its fields from here, and the worker reads with it what was typed.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from etolib.errors import Problem
from etolib.unit_systems import METRIC, US, unit
from etolib.water.checks import BOUNDS
from etolib.water.crops import CROPS
from etolib.water.irrigation import SYSTEMS
from etolib.water.soil import SOILS
from etolib.words import say


@dataclass(frozen=True)
class Field:
    """A number that can be typed.

    Parameters
    ----------
    name : str
    of : str
        Whose number it is: ``crop``, ``soil``, ``system``, ``balance`` or ``warmth``.
    low, high : float
        Least and largest, in the canonical unit.
    decimals : int
        Shown of the table's number.
    canonical : str
        Its unit as `etolib.unit_systems` knows it; ``1`` for none.
    """

    name: str
    of: str
    low: float
    high: float
    decimals: int = 2
    canonical: str = "1"

    def unit(self, units: str) -> str:
        """Return the unit in the page's units, as a page writes it; empty for none.

        >>> FIELDS["root_depth"].unit("us"), FIELDS["base"].unit("us"), FIELDS["p"].unit("us")
        ('ft', '°F', '')
        """
        return unit(self.canonical, units).sign

    def shown(self, value: float, units: str) -> float:
        """Return a number of the canonical unit in the page's units.

        >>> round(FIELDS["base"].shown(10.0, "us"), 9)
        50.0
        """
        found: float = unit(self.canonical, units).of(value)
        return found

    def taken(self, value: float, units: str) -> float:
        """Return a number of the page's units in the canonical unit."""
        return unit(self.canonical, units).canonical(value)


FIELDS: Mapping[str, Field] = {
    one.name: one
    for one in (
        *(Field(name, "crop", *BOUNDS["kc"]) for name in ("kc_ini", "kc_mid", "kc_end")),
        *(Field(f"stage_{name}", "crop", *BOUNDS["stages"], 0) for name in ("initial", "development", "mid", "late")),
        *(Field(name, "crop", *BOUNDS[name], 2, "m") for name in ("root_depth", "height")),
        Field("p", "crop", *BOUNDS["p"]),
        Field("field_capacity", "soil", *BOUNDS["field_capacity"], 3),
        Field("wilting_point", "soil", *BOUNDS["wilting_point"], 3),
        Field("total_evaporable", "soil", 1, 150, 1, "mm"),
        Field("readily_evaporable", "soil", 0, 30, 1, "mm"),
        Field("initial_depletion", "balance", 0, 100, 0, "%"),
        Field("efficiency", "system", 5, 100, 0, "%"),
        Field("base", "warmth", -20, 40, 1, "degC"),
        Field("upper", "warmth", -20, 60, 1, "degC"),
    )
}
"""Numbers that can be typed, in the order they are shown."""

LISTS = ("irrigation", "rain")
"""Depths by date, typed or pasted: a date and a depth on each line."""

STAGES = tuple(name for name in FIELDS if name.startswith("stage_"))


def of_row(name: str, chosen: Mapping[str, str]) -> float | None:
    """Return the number that the chosen row of a table has, None where it has none.

    Parameters
    ----------
    name : str
        Of a field.
    chosen : mapping
        Names of ``crop``, ``soil``, ``system`` and ``method``.

    >>> chosen = {"crop": "tomato", "soil": "loam", "system": "drip", "method": "dual"}
    >>> of_row("kc_mid", chosen), of_row("stage_mid", chosen), of_row("efficiency", chosen), of_row("upper", chosen)
    (1.1, 45, 90.0, None)
    """
    crop, of = CROPS[chosen["crop"]], FIELDS[name].of
    if name.startswith("kc_"):
        value: float = getattr(crop, name.replace("kc_", "kcb_") if chosen["method"] == "dual" else name)
        return value
    if name in STAGES:
        return None if crop.stages is None else crop.stages[STAGES.index(name)]
    if name == "root_depth":
        return crop.root_depth[0]
    if name == "efficiency":
        return 100 * SYSTEMS[chosen["system"]].efficiency
    if of in ("crop", "soil"):
        found: float = getattr(crop if of == "crop" else SOILS[chosen["soil"]], name)
        return found
    return {"initial_depletion": 0.0, "base": 10.0}.get(name)


def number(typed: Any) -> float:
    """Return a number as people type it, with a point or a comma; NaN where it is none.

    >>> number("1,15"), number("−3"), number("deep")
    (1.15, -3.0, nan)
    """
    try:
        value = float(str(typed).strip().replace(",", ".").replace("−", "-"))
    except ValueError:
        return math.nan
    return value if math.isfinite(value) else math.nan


def read(values: Mapping[str, Any], name: str, problems: list[Problem]) -> float | None:
    """Return what was typed into a field in its canonical unit, None where nothing was; what is none is a problem.

    ``values["us"]`` names the fields that were typed in US units.

    >>> wrong = []
    >>> read({"root_depth": "3", "us": ["root_depth"]}, "root_depth", wrong), read({"kc_mid": "12"}, "kc_mid", wrong)
    (0.9144, None)
    >>> wrong[0].sentence
    "kc_mid = '12': must be a number from 0.0 to 2.0"
    """
    typed = str("" if values.get(name) is None else values[name]).strip()
    if not typed:
        return None
    field, units = FIELDS[name], US if name in (values.get("us") or ()) else METRIC
    value = field.taken(number(typed), units)
    if not field.low - 1e-9 <= value <= field.high + 1e-9:
        low, high = (float(f"{field.shown(bound, units):.4g}") for bound in (field.low, field.high))
        key = "must_be_number_between_in" if field.unit(units) else "must_be_number_between"
        problems.append(Problem(name, typed, say(key, low=low, high=high, unit=field.unit(units))))
        return None
    if name in STAGES and value != round(value):
        problems.append(Problem(name, typed, say("must_be_whole_days")))
        return None
    return value
