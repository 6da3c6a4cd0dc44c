"""How a grid is read, as `etolib.grid_source` is told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from etolib.errors import InputError, Problem
from etolib.units import factors
from etolib.words import say


@dataclass(frozen=True)
class Options:
    """How a grid is read; see `grid_source`."""

    method: Literal["nearest", "bilinear"] = "nearest"
    units: Mapping[str, str] = field(default_factory=dict)
    elevation: float | None = None
    correct_elevation: bool = True
    nearest_land_km: float = 0.0
    accumulated: Literal["step", "day", "run"] | None = None
    label: Literal["start", "middle", "end"] | None = None

    def check(self) -> None:
        """Raise `InputError` with every option that is not one."""
        problems = []
        choices = {"method": ("nearest", "bilinear"), "accumulated": (None, "step", "day", "run"),
                   "label": (None, "start", "middle", "end")}  # fmt: skip
        for name, known in choices.items():
            if getattr(self, name) not in known:
                allowed = [str(one) for one in known if one is not None]
                problems.append(Problem(name, getattr(self, name), say("must_be_one_of", names=allowed)))
        for name, unit in self.units.items():
            try:
                factors(name, unit)
            except InputError as error:
                problems += error.problems
        if problems:
            raise InputError(problems)
