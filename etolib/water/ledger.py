"""`WaterBalance`: the water of a crop day by day, its sums, its irrigations and its file.

References
----------
FAO-56 as in `etolib.water`.
"""

from __future__ import annotations

import datetime as dt
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from etolib import spreadsheets
from etolib.glance import Glance, Told
from etolib.unit_systems import METRIC, Unit, check, unit
from etolib.water.balance import HELD, KNOWN, MISSING, UNKNOWN
from etolib.water.crops import Crop
from etolib.water.irrigation import System
from etolib.water.soil import Soil
from etolib.words import Text, say, verbatim

if TYPE_CHECKING:
    import pandas as pd

STATES = {KNOWN: "known", MISSING: "missing", UNKNOWN: "unknown", HELD: "held"}
"""Words of the column ``state``; and ``outside`` of a season."""

UNITS = {
    "eto": "mm day-1",
    "precipitation": "mm day-1",
    "irrigation": "mm day-1",
    "etc": "mm day-1",
    "etc_adjusted": "mm day-1",
    "evaporation": "mm day-1",
    "taw": "mm",
    "raw": "mm",
    "depletion": "mm",
    "percolation": "mm day-1",
    "runoff": "mm day-1",
    "root_depth": "m",
}
"""Units of the columns; coefficients (kc, kcb, ke, ks) have none."""


def state_title(state: str) -> Text:
    """Return a state of a day (column ``state``) in words.

    >>> state_title("held")
    'missing, depletion held'
    """
    return say(f"water_state_{state}")


def stage_title(stage: str) -> Text:
    """Return a stage of the season (column ``stage``) in words.

    >>> stage_title("mid")
    'mid-season'
    """
    return say(f"growth_stage_{stage}")


@dataclass(repr=False)
class WaterBalance(Glance):
    """The water of a crop, day by day.

    Attributes
    ----------
    table : pandas.DataFrame
        One row a day: ``date``, ``season_day``, ``stage`` (initial, development, mid, late, outside), ``eto``,
        ``precipitation``, ``irrigation`` (net), ``kc`` (single) or ``kcb`` and ``ke``, ``etc`` (without stress),
        ``ks``, ``etc_adjusted``, ``taw``, ``raw``, ``depletion`` (at the end of the day), ``percolation``, ``runoff``,
        ``root_depth``, ``state`` (known, missing, unknown, held, outside); units in `UNITS`. NaN is not known.
    crop : Crop
    soil : Soil
    system : System
    settings : dict
        What the balance was made with, as JSON can hold it.
    notes : list of Text
        What the reader should know.
    planned : list of date
        Days whose irrigation the balance added.
    """

    table: pd.DataFrame
    crop: Crop
    soil: Soil
    system: System
    settings: dict[str, Any]
    notes: list[Text] = field(default_factory=list)
    planned: list[dt.date] = field(default_factory=list)

    def irrigations(self) -> pd.DataFrame:
        """Return the irrigations that the balance added: ``date``, ``net`` and ``gross`` [mm]."""
        import pandas as pd

        days = self.table.set_index("date")["irrigation"].reindex(pd.DatetimeIndex(self.planned))
        gross = days.to_numpy(float) / self.settings["efficiency"]
        return pd.DataFrame({"date": days.index, "net": days.to_numpy(float), "gross": gross})

    def dry_day(self) -> dt.date | None:
        """Return the first day that ends with more than RAW depleted; None where there is none."""
        dry = self.table[self.table["depletion"] > self.table["raw"] + 1e-9]
        return None if dry.empty else dry["date"].iloc[0].date()

    def totals(self) -> dict[str, float]:
        """Return the sums of the season's known days [mm], and their number."""
        known = self.table[self.table["state"] == "known"]
        names = ("eto", "precipitation", "irrigation", "etc", "etc_adjusted", "percolation", "runoff")
        return {"days": float(len(known))} | {name: float(known[name].sum()) for name in names}

    def to_csv(self, path: str | os.PathLike[str] | None = None, *, units: str = METRIC) -> str:
        """Return the table as CSV text, also written to ``path``: ``# `` lines first, dates ISO, empty where unknown.

        The lines say with what the balance was made, the notes, and the unit of each column; water has three decimals,
        coefficients four.

        Parameters
        ----------
        path : path, optional
        units : {"metric", "us"}
            Of the numbers; US ones are named in their columns (``eto_in``, ``root_depth_ft``), and inches have four
            decimals. The settings are in SI units in both.
        """
        of = {name: unit(canonical, check(units)) for name, canonical in UNITS.items() if name in self.table}
        lines = [
            f"etolib water balance (FAO-56): {self.crop.title}; soil {self.soil.title}; irrigation {self.system.title}"
        ]
        lines += [f"setting {name}: {_plain(value)}" for name, value in self.settings.items()]
        lines += [f"note: {note}" for note in self.notes]
        lines += [
            f"planned irrigation {date:%Y-%m-%d}: net {_depth(net, units)}, gross {_depth(gross, units)}"
            for date, net, gross in zip(*(self.irrigations()[name] for name in ("date", "net", "gross")), strict=True)
        ]
        if units != METRIC:
            lines.append("settings and notes: in SI units where they name no other (m, mm, degC)")
        named = {name: of[name].name(name) if name in of else name for name in self.table.columns}
        texts = {name: of[name].text if name in of else "-" for name in self.table.columns}
        lines.append("units: " + ", ".join(f"{named[name]} [{texts[name]}]" for name in self.table.columns[1:]))
        decimals = {name: _decimals(of[name]) if name in of else 4 for name in self.table.columns if name not in _WORDS}
        table = self.table.astype(dict.fromkeys(decimals, float))
        table = table.assign(**{name: one.of(table[name]) for name, one in of.items() if one.suffix})
        table = table.round(decimals).astype({"season_day": "Int64"}).rename(columns=named)
        text = spreadsheets.comments(lines) + table.to_csv(index=False, date_format="%Y-%m-%d", lineterminator="\n")
        if path is not None:
            Path(path).write_text(text, encoding="utf-8")
        return text

    def _told(self) -> Told:
        lines = [
            verbatim(", ".join(f"{name} {value:.1f} mm" for name, value in self.totals().items() if name != "days"))
        ]
        return Told(f"{self.crop.name}, {self.soil.name}", lines, self.table[list(_SHOWN)], self.notes)


_SHOWN = (
    "date",
    "stage",
    "eto",
    "precipitation",
    "irrigation",
    "kc",
    "etc_adjusted",
    "depletion",
    "raw",
)  # fits a cell
_WORDS = ("date", "stage", "state")


def _decimals(of: Unit) -> int:
    return 4 if of.suffix == "in" else 3


def _depth(value: float, units: str) -> str:
    """Return a depth of water [mm] with its unit, in a system of units.

    >>> _depth(25.4, "metric"), _depth(25.4, "us")
    ('25.400 mm', '1.0000 in')
    """
    found = unit("mm", units)
    return f"{found.of(value):.{_decimals(found)}f} {found.text}"


def _plain(value: Any) -> str:
    if isinstance(value, list):
        return " ".join(map(_plain, value))
    return f"{value:g}" if isinstance(value, float) else str(value)
