"""Systems of irrigation: the share of the surface they wet, and the share of the water that reaches the roots.

References
----------
FAO-56 as in `etolib.water`: Table 20 (the middle of each range).
Brouwer, C., Prins, K., Heibloem, M. (1989): Irrigation water management: irrigation scheduling. FAO Training Manual 4,
Annex I, Table 8 (field application efficiency: surface 60 %, sprinkler 75 %, drip 90 %).
"""

from __future__ import annotations

from dataclasses import dataclass

from etolib.water.rows import named
from etolib.words import Text, say


@dataclass(frozen=True)
class System:
    """A system of irrigation.

    Attributes
    ----------
    name : str
    wetted : float
        fw, share of the surface that is wetted.
    efficiency : float
        Share of the water applied that is stored in the root zone.
    """

    name: str
    wetted: float
    efficiency: float

    @property
    def title(self) -> Text:
        """Its name in words."""
        return say(f"irrigation_{self.name}")


SYSTEMS: dict[str, System] = {
    one.name: one
    for one in (
        System("sprinkler", 1.0, 0.75),
        System("basin", 1.0, 0.60),
        System("border", 1.0, 0.60),
        System("furrow_narrow", 0.8, 0.60),
        System("furrow_wide", 0.5, 0.60),
        System("furrow_alternate", 0.4, 0.60),
        System("drip", 0.35, 0.90),
    )
}
"""Systems by name."""


def system(name: str | System) -> System:
    """Return a system by its name; a `System` comes back as it is.

    Raises
    ------
    InputError
        Where there is none of that name.

    >>> system("drip").efficiency
    0.9
    """
    return name if isinstance(name, System) else named("system", name, SYSTEMS)
