"""Water in the soil: what it holds, what a crop can use, and the stress when that is used up.

References
----------
FAO-56 as in `etolib.water`: chapter 8, Tables 19 and 22.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from etolib.errors import InputError, Problem
from etolib.water.rows import named
from etolib.words import Text, say, verbatim

EVAPORATION_DEPTH = 0.10
"""Depth of the layer that dries by evaporation [m]; FAO-56 gives 0.10 to 0.15 m."""


@dataclass(frozen=True)
class Soil:
    """A soil by the water it holds.

    Attributes
    ----------
    name : str
        Texture, or a name of one's own.
    field_capacity, wilting_point : float
        Water content [m3 m-3].
    readily_evaporable : float
        REW: water that evaporates from the surface without restriction [mm].
    depth : float or None
        Depth to which roots can grow [m], where a pan or rock ends it.
    evaporation_depth : float
        Depth of the layer that dries by evaporation [m].
    """

    name: str
    field_capacity: float
    wilting_point: float
    readily_evaporable: float = 9.0
    depth: float | None = None
    evaporation_depth: float = EVAPORATION_DEPTH

    def __post_init__(self) -> None:
        problems = [
            Problem(name, value, say("must_be_number_between", low=low, high=high))
            for name, value, low, high in (
                ("field_capacity", self.field_capacity, 0.01, 0.8),
                ("wilting_point", self.wilting_point, 0.0, 0.6),
                ("readily_evaporable", self.readily_evaporable, 0.0, 30.0),
                ("depth", 1.0 if self.depth is None else self.depth, 0.01, 20.0),
                ("evaporation_depth", self.evaporation_depth, 0.01, 0.5),
            )
            if not low <= value <= high
        ]
        if not problems and self.wilting_point >= self.field_capacity:
            problems.append(Problem("wilting_point", self.wilting_point, say("must_lie_below_field_capacity")))
        if not problems and self.readily_evaporable >= self.total_evaporable:
            most = round(self.total_evaporable, 1)
            problems.append(Problem("readily_evaporable", self.readily_evaporable, say("must_lie_below", high=most)))
        if problems:
            raise InputError(problems)

    @property
    def available(self) -> float:
        """Water between field capacity and wilting point [mm per m of soil].

        >>> round(soil("sandy_loam").available)
        130
        """
        return 1000 * (self.field_capacity - self.wilting_point)

    @property
    def total_evaporable(self) -> float:
        """TEW: all the water that can evaporate from the surface layer [mm] (FAO-56 Eq. 73)."""
        return float(total_evaporable_water(self.field_capacity, self.wilting_point, self.evaporation_depth))

    @property
    def title(self) -> Text:
        """Its name in words; a name of one's own as it is."""
        return say(f"soil_{self.name}") if self.name in SOILS else verbatim(self.name)


def soil(name: str | Soil) -> Soil:
    """Return a soil by its texture; a `Soil` comes back as it is.

    Raises
    ------
    InputError
        Where there is none of that name.

    >>> soil("silty clay").field_capacity
    0.36
    """
    return name if isinstance(name, Soil) else named("soil", name, SOILS)


def total_evaporable_water(field_capacity: Any, wilting_point: Any, depth: Any = EVAPORATION_DEPTH) -> Any:
    """Return TEW, the water that can evaporate from the surface layer [mm] (FAO-56 Eq. 73).

    Parameters
    ----------
    field_capacity, wilting_point : numeric
        Water content [m3 m-3].
    depth : numeric
        Of the layer that dries by evaporation [m].

    >>> round(total_evaporable_water(0.23, 0.10))
    18
    """
    return 1000 * (np.asarray(field_capacity) - 0.5 * np.asarray(wilting_point)) * depth


def total_available_water(field_capacity: Any, wilting_point: Any, root_depth: Any) -> Any:
    """Return TAW, the available water of the root zone [mm] (FAO-56 Eq. 82).

    Parameters
    ----------
    field_capacity, wilting_point : numeric
        Water content [m3 m-3].
    root_depth : numeric
        Zr [m].

    >>> round(float(total_available_water(0.32, 0.12, 0.8)), 1)
    160.0
    """
    return 1000 * (np.asarray(field_capacity) - wilting_point) * root_depth


def readily_available_water(p: Any, available: Any) -> Any:
    """Return RAW, the water a crop takes without stress [mm] (FAO-56 Eq. 83).

    >>> float(readily_available_water(0.4, 160.0))
    64.0
    """
    return np.asarray(p) * available


def depletion_fraction(p: Any, etc: Any) -> Any:
    """Return the depletion fraction p on a day of another ETc than 5 mm (FAO-56 Table 22, note 2; 0.1 to 0.8).

    Parameters
    ----------
    p : numeric
        Of Table 22.
    etc : numeric
        Crop evapotranspiration without stress [mm day-1].

    >>> round(float(depletion_fraction(0.4, 8.0)), 2)
    0.28
    """
    return np.clip(np.asarray(p) + 0.04 * (5 - np.asarray(etc)), 0.1, 0.8)


def stress_coefficient(depletion: Any, available: Any, p: Any) -> Any:
    """Return Ks, the share of the transpiration that is left under stress, 0 to 1 (FAO-56 Eq. 84).

    Parameters
    ----------
    depletion : numeric
        Dr of the root zone [mm].
    available : numeric
        TAW [mm].
    p : numeric
        Depletion fraction.

    >>> round(float(stress_coefficient(72.8, 160.0, 0.4)), 2)
    0.91
    """
    room = np.asarray(available) - depletion
    return np.clip(room / ((1 - np.asarray(p)) * available), 0.0, 1.0)


def initial_depletion(field_capacity: Any, water_content: Any, root_depth: Any) -> Any:
    """Return the depletion of a root zone of measured water content [mm], 0 at least (FAO-56 Eq. 87).

    >>> round(float(initial_depletion(0.32, 0.25, 0.8)), 1)
    56.0
    """
    return np.maximum(1000 * (np.asarray(field_capacity) - water_content) * root_depth, 0.0)


# Ranges of FAO-56 Table 19 (p. 144): field capacity, wilting point, available water, REW.
_TABLE_19 = {
    "sand": ((0.07, 0.17), (0.02, 0.07), (0.05, 0.11), (2, 7)),
    "loamy_sand": ((0.11, 0.19), (0.03, 0.10), (0.06, 0.12), (4, 8)),
    "sandy_loam": ((0.18, 0.28), (0.06, 0.16), (0.11, 0.15), (6, 10)),
    "loam": ((0.20, 0.30), (0.07, 0.17), (0.13, 0.18), (8, 10)),
    "silt_loam": ((0.22, 0.36), (0.09, 0.21), (0.13, 0.19), (8, 11)),
    "silt": ((0.28, 0.36), (0.12, 0.22), (0.16, 0.20), (8, 11)),
    "silty_clay_loam": ((0.30, 0.37), (0.17, 0.24), (0.13, 0.18), (8, 11)),
    "silty_clay": ((0.30, 0.42), (0.17, 0.29), (0.13, 0.19), (8, 12)),
    "clay": ((0.32, 0.40), (0.20, 0.24), (0.12, 0.20), (8, 12)),
}


def _middle(bounds: tuple[float, float]) -> float:
    return (bounds[0] + bounds[1]) / 2


SOILS: dict[str, Soil] = {
    name: Soil(
        name,
        field_capacity=round(_middle(capacity), 4),
        wilting_point=round(_middle(capacity) - _middle(available), 4),
        readily_evaporable=_middle(rew),
    )
    for name, (capacity, _, available, rew) in _TABLE_19.items()
}
"""Soils by texture: the middle of the range of field capacity, and below it the middle of the range of available water
(FAO-56 Table 19). Sandy loam and loamy sand come out as FAO-56's Examples 35 and 36 have them."""
