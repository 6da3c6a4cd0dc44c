"""What region a store of the page is of, kept beside its lots, so that whoever has its link finds it whole."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from etolib.errors import InputError
from etolib.widgets.region.area import Area, checked, ring_of
from etolib.widgets.region.values import Array

_FILE = "region.json"
_LONGEST = 200  # characters of a name


@dataclass(frozen=True)
class About:
    """The region of a batch.

    Attributes
    ----------
    area : Area
        Its places are those of the store.
    half : float
        Half a cell, 0 where places are no cells. [degrees]
    weights : ndarray, shape (places,)
        Share of the region of each place.
    """

    area: Area
    half: float
    weights: Array

    def write(self, store: Path) -> None:
        """Write it into the journal of a store."""
        area = {"box": self.area.box, "polygons": self.area.polygons, "name": self.area.name}
        said = {"area": area, "half": self.half, "weights": self.weights.tolist()}
        (store / "journal" / _FILE).write_text(json.dumps(said), encoding="utf-8")

    @classmethod
    def read(cls, store: Path, places: int) -> About | None:
        """Return what a store says; None where it says nothing that fits its places.

        Examples
        --------
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     (Path(folder) / "journal").mkdir()
        ...     About(Area(box=(0.0, 0.0, 1.0, 1.0)), 0.5, np.array([1.0])).write(Path(folder))
        ...     found = About.read(Path(folder), 1), About.read(Path(folder), 2)
        >>> found[0].area.box, found[1]
        ((0.0, 0.0, 1.0, 1.0), None)
        """
        try:
            said = json.loads((store / "journal" / _FILE).read_text(encoding="utf-8"))
            area, half, weights = said["area"], float(said["half"]), np.asarray(said["weights"], dtype=float)
            box = None if area["box"] is None else checked(*map(float, area["box"]))
            polygons = tuple(tuple(map(ring_of, rings)) for rings in area["polygons"])
            name = str(area["name"])[:_LONGEST]
        except (OSError, ValueError, KeyError, TypeError, InputError):
            return None
        fits = weights.shape == (places,) and bool(np.isfinite(weights).all()) and 0 <= half <= 90
        return cls(Area(box, polygons, (), name), half, weights) if fits else None
