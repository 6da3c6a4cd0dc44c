"""The form of a region: where, how dense, which days and sources; no widget in it."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs

import traitlets

from etolib.errors import InputError, Problem
from etolib.request import STATION
from etolib.site import Period
from etolib.widgets.form_model import FormModel
from etolib.widgets.region.area import (
    MOST_PLACES,
    MOST_VALUES,
    Area,
    box_text,
    from_field,
    read_box,
    read_spacing,
    to_field,
)
from etolib.words import say


@dataclass(frozen=True)
class Asked:
    """What is to be calculated of a region: all that a worker needs to find its places and their cost."""

    area: Area
    spacing: float
    period: Period
    sources: str | tuple[str, ...]


class RegionModel(FormModel):
    """The form of a region.

    Attributes
    ----------
    area : Area or None
        Where; what is typed into ``box`` makes another of it.
    box : str
        West, south, east, north as typed.
    spacing : str
        As typed; empty for the usual one.
    looked_at : tuple of float
        Latitude and longitude of the town that was looked for last. [degrees]
    """

    area: Any = traitlets.Any(None, allow_none=True)
    box = traitlets.Unicode()
    spacing = traitlets.Unicode()
    looked_at: Any = traitlets.Tuple()

    _setting = False

    def place(self, latitude: float, longitude: float, name: str = "") -> None:
        """Have a place looked at that was found by its name; it changes no region."""
        self.looked_at = (latitude, longitude)

    @traitlets.observe("area")
    def _centred(self, change: Any) -> None:
        """Have the middle as the place for which sources are told."""
        if self.area is None:
            self.latitude = self.longitude = ""
            return
        west, south, east, north = self.area.bounds
        with self.hold_trait_notifications():
            self.latitude = f"{(south + north) / 2:.4f}"
            self.longitude = f"{((west + east) / 2 + 180) % 360 - 180:.4f}"

    @traitlets.observe("box")
    def _typed_box(self, change: Any) -> None:
        if self._setting:
            return
        self.area = None
        with contextlib.suppress(InputError):
            self.area = read_box(self.box)

    def have(self, area: Area | None) -> None:
        """Take a region that was drawn, linked or read from a file."""
        self._setting = True
        try:
            with self.hold_trait_notifications():
                self.box = box_text(area.box) if area is not None and area.box is not None else ""
                self.area = area
        finally:
            self._setting = False

    def asked(self) -> Asked:
        """Return what to calculate; `InputError` with everything that is wrong with the form."""
        problems: list[Problem] = []
        area, period, spacing = self.area, None, 0.0
        try:
            area = area or read_box(self.box)
            spacing = read_spacing(self.spacing, area)
        except InputError as error:
            problems.extend(error.problems)
        try:
            period = self.days()
        except InputError as error:
            problems.extend(error.problems)
        names = tuple(name for name in self.sources if name != STATION)
        problems.extend(self.nothing_ticked(names))
        if not problems and area is not None and period is not None:
            problems.extend(too_many(area, spacing, len(period)))
        if problems or area is None or period is None:
            raise InputError(problems)
        return Asked(area, spacing, period, "auto" if self.automatic else names)

    # --- links --------------------------------------------------------------------------------------------------------

    def fields(self) -> dict[str, str]:
        """Return the fields of the link that fills this page."""
        return to_field(self.area) | {
            "spacing": self.spacing.strip()[:40],
            "period": self.period,
            "sources": "" if self.automatic else ",".join(self.sources),
        }

    def fill(self, query: str) -> str | None:
        """Fill the form from a query string; return the batch it asks for, if any; else as `FormModel.fill`.

        >>> model = RegionModel()
        >>> model.fill("?box=-48,-23,-47,-22&spacing=0.25&period=2024")
        >>> model.box, model.spacing, len(model.asked().period)
        ('-48, -23, -47, -22', '0.25', 366)
        """
        task = super().fill(query)
        try:
            given = parse_qs(query.strip().lstrip("?"), max_num_fields=50)
        except ValueError:
            return task
        area = from_field(given.get("box", [""])[0], given.get("polygon", [""])[0])
        if area is not None:
            self.have(area)
        if "spacing" in given:
            self.spacing = given["spacing"][0][:40]
        return given.get("batch", [""])[0] or task


def too_many(area: Area, spacing: float, days: int) -> list[Problem]:
    """Return what is wrong where a region has more places or values than a page can show.

    >>> [str(one.thing) for one in too_many(Area(box=(0, 0, 10, 10)), 0.1, 30)]
    ['spacing']
    """
    west, south, east, north = area.bounds
    places = len(area.sites) or max(1, (east - west) / spacing) * max(1, (north - south) / spacing)
    thing = "places" if area.sites else "spacing"
    if places > 4 * MOST_PLACES or (area.kind != "polygon" and places > MOST_PLACES):
        rule = say("region_too_many", number=f"{places:.0f}", most=MOST_PLACES)
        return [Problem(thing, "" if area.sites else f"{spacing:g}", rule, say("region_take_batch"))]
    if days * min(places, MOST_PLACES) > MOST_VALUES:
        rule = say("region_too_much", number=f"{places:.0f}", length=days, most=MOST_VALUES)
        return [Problem("period", "", rule, say("region_take_batch"))]
    return []
