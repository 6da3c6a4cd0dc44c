"""gridMET: daily weather of the contiguous United States since 1979, on cells of 1/24 degree (4 km).

Asked is the point service of its THREDDS server (NetCDF Subset Service), one table for each variable. The values of
those tables are **packed**: whole numbers, to be multiplied by ``scale_factor`` and raised by ``add_offset``, while
their header names the unit of the value unpacked (958 under ``unit="K"`` is 315.8 K). The packing is read from the
attributes of the data set itself (OPeNDAP's ``.das``), not assumed, and a table that is not of whole numbers is not
unpacked.

Asked by name only: the server is slow, its variables are there without it, and its reference evapotranspiration lies
10 to 20 % above that of stations at most cropland sites, the wind before all, and below it in parts of the arid West
(793 agricultural stations; abstract of the preprint doi:10.31223/X54F38). That product is not asked for; the ETo made
of its weather carries the excess as a stated error (`SourceInfo.error`).

Relative humidity is taken as its two extremes (FAO-56 Eq. 17), wind at 10 m is brought to 2 m (Eq. 47), the mean
radiation in W m-2 times 0.0864 is MJ m-2 day-1.

Its days end at midnight of Mountain Standard Time (7 UTC): note 5 among the global attributes of its files, quoted by
many who read them. Within the USA that lies at most two hours from the local solar day
(docs/contributing/sources.md: what it changes).
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from etolib import config
from etolib.errors import BadResponse
from etolib.site import Period, Site
from etolib.sources import canonical, catalogue, lifetime, revision, text_table
from etolib.sources.base import SourceData
from etolib.sources.catalogue import SourceInfo
from etolib.sources.network import client
from etolib.sources.network.budget import Budget
from etolib.sources.network.keeping import Lifetime
from etolib.sources.shape import Anything, Days, Is, Object, Read
from etolib.words import Text, say

INFO = catalogue.SOURCES["gridmet"]

_KELVIN = {"K": (1.0, -273.15)}
_PERCENT = {"%": canonical.SAME}
VARIABLE_MAP: Mapping[str, tuple[str, str, Mapping[str, canonical.Conversion]]] = {
    "tmmx": ("daily_maximum_temperature", "tmax", _KELVIN),
    "tmmn": ("daily_minimum_temperature", "tmin", _KELVIN),
    "rmax": ("daily_maximum_relative_humidity", "rhmax", _PERCENT),
    "rmin": ("daily_minimum_relative_humidity", "rhmin", _PERCENT),
    "srad": ("daily_mean_shortwave_radiation_at_surface", "rs", {"W m-2": (0.0864, 0.0), "W/m^2": (0.0864, 0.0)}),
    "vs": ("daily_mean_wind_speed", "u2", {"m/s": canonical.SAME, "m s-1": canonical.SAME}),  # at 10 m
    "pr": ("precipitation_amount", "precipitation", {"mm": canonical.SAME}),
}
"""Data set, its variable, the canonical name and the way to its unit."""

_VERSION = "gridmet-1"
_HEADER = re.compile(r'^(\w+)(?:\[unit="([^"]*)"\])?$')


def budget() -> Budget:
    """Return what the provider allows: a server of a university, no limit is published."""
    return Budget(f"gridmet@{client.host_of('gridmet')}", spacing=0.5, in_flight=2)


@dataclass(frozen=True)
class Packing:
    """How a data set writes its values: ``scale`` and ``offset`` to the unit, and what stands for nothing."""

    scale: float
    offset: float
    missing: tuple[float, ...]
    units: str | None


def parse_packing(body: bytes, variable: str) -> Packing:
    """Read how a variable is packed out of the attributes of its data set; ValueError where they do not say.

    >>> text = b'Attributes { x { String units "K"; Int16 _FillValue 32767; Float64 scale_factor 0.1;'
    >>> parse_packing(text + b' Float64 add_offset 220.0; } }', "x")
    Packing(scale=0.1, offset=220.0, missing=(32767.0,), units='K')
    """
    text = body.decode("utf-8")
    block = re.search(rf"\b{re.escape(variable)}\s*\{{([^{{}}]*)\}}", text)
    if not text.lstrip().startswith("Attributes") or block is None:
        raise ValueError(f"the attributes of {variable} are missing")
    found = dict(
        re.findall(r'\w+\s+(scale_factor|add_offset|_FillValue|missing_value|units)\s+"?([^";]*)"?;', block[1])
    )
    if "scale_factor" not in found or "add_offset" not in found:
        raise ValueError(f"it is not said how {variable} is packed")
    scale, offset = text_table.number(found["scale_factor"]), text_table.number(found["add_offset"])
    if not (np.isfinite(offset) and 0 < scale < 100):
        raise ValueError(f"{variable} cannot be packed like that")
    missing = tuple(dict.fromkeys(text_table.number(found[k]) for k in ("_FillValue", "missing_value") if k in found))
    return Packing(scale, offset, missing, found.get("units"))


def parse(body: bytes, dataset: str, packing: Packing, at: tuple[float, float]) -> tuple[pd.Series, tuple[Text, ...]]:
    """Read a point's table of one variable: canonical values by day, and what to say of them.

    Raises
    ------
    ValueError
        Where the body is not such a table, or is cut off.
    BadResponse
        Where the unit is another one, the place is, or the values are not packed as the data set says.
    """
    variable, name, known = VARIABLE_MAP[dataset]
    table = text_table.rows(body, ends="line")
    heads = [_HEADER.match(cell) for cell in table[0]]
    if not all(heads):
        raise ValueError("the header of the table is another one")
    units = {head[1]: head[2] for head in heads if head}
    table[0] = [head[1] for head in heads if head]
    packed = text_table.column(table, variable)
    packed[np.isin(packed, packing.missing)] = np.nan
    factor, offset = canonical.conversion(INFO.name, variable, units[variable], known)
    if packing.units is not None and packing.units not in known:
        canonical.conversion(INFO.name, variable, packing.units, known)
    for column, asked in zip(("latitude", "longitude"), at, strict=True):
        places = text_table.column(table, column)
        if not (np.abs(places - asked) < 0.05).all():
            said = say("answered_for_another_place", source=INFO.name, place=f"{places[0]:g}", asked=str(at))
            raise BadResponse(said, source=INFO.name)
    with np.errstate(invalid="ignore"):
        if (np.abs(packed - np.round(packed)) > 1e-6).any():
            raise BadResponse(
                say("not_packed_as_said", source=INFO.name, variable=variable),
                source=INFO.name, retryable=False, suggestion=say("report_this_change"),
            )  # fmt: skip
    dates = [_day(cell) for cell in text_table.cells(table, "time")]
    values = (packed * packing.scale + packing.offset) * factor + offset
    warnings: list[Text] = []
    found = canonical.table(dates, {name: canonical.u2_from_10m(values) if name == "u2" else values}, warnings)
    return found[name], tuple(warnings)


def _day(text: str) -> dt.date:
    day, _, hour = text.partition("T")
    if not hour.startswith("00:00:00"):
        raise ValueError(f"{text[:30]!r} is not the time of a day")
    return dt.date.fromisoformat(day)


def lasting(values: pd.Series, period: Period, today: dt.date) -> float | Lifetime:
    """Return how long a table may be kept: the newest two months are early, then provisional, then settled. [s]"""
    age = (today - period.end).days
    if lifetime.has_holes(values.to_frame(), period):
        return lifetime.of_holes(age)
    return 12 * lifetime.HOUR if age <= 60 else 7 * lifetime.DAY if age <= 365 else 60 * lifetime.DAY


class GridMet:
    """gridMET by the point."""

    requests_per_place = len(VARIABLE_MAP)  # about: the packing is shared by all places

    def __init__(self, info: SourceInfo = INFO) -> None:
        self.info = info

    def fetch(self, site: Site, period: Period) -> SourceData:
        """Return the days of ``period`` within the window; raises a `SourceError`."""
        today, info = config.today(), self.info
        warnings: list[Text] = []
        inside = canonical.within(info, site, period, today, warnings)
        columns: dict[str, pd.Series] = {}
        replies: list[client.Reply] = []
        for dataset, (_, name, _) in VARIABLE_MAP.items():
            reply = _ask(dataset, site, inside, today)
            columns[name], said = reply.data
            warnings += [say("of_source", source=info.title, sentence=sentence) for sentence in said]
            replies.append(reply)
        frame = canonical.finish(
            pd.DataFrame(columns), inside, today=today, forecast=False, warnings=warnings, named=info.title
        )
        canonical.require(info.name, frame, ("tmin", "tmax"))
        warnings += canonical.said_of_all(info.title, replies)
        warnings.append(say("gridmet_lies_high", source=info.title))
        meta = {
            **canonical.provenance_of_all(info, site, replies),
            "model": "gridMET (METDATA)",
            "latitude": site.latitude, "longitude": site.longitude, "elevation": None,
            "day": say("day_of_gridmet"),
            "wind": "10 m brought to 2 m (FAO-56 Eq. 47)",
        }  # fmt: skip
        return SourceData(info.name, frame, meta, warnings)


def _ask(dataset: str, site: Site, period: Period, today: dt.date) -> client.Reply:
    """Ask for a variable of a place, and before it how the variable is packed."""
    variable = VARIABLE_MAP[dataset][0]
    file, at = f"agg_met_{dataset}_1979_CurrentYear_CONUS.nc", (round(site.latitude, 4), round(site.longitude, 4))

    def ask(path: str, params: Mapping[str, str] | None, check: Any, ttl: Any, differs: Any = None) -> client.Reply:
        return client.fetch(
            config.service_root("gridmet") + path, params, source=INFO.name, check=check, ttl=ttl, differs=differs,
            deadline=180.0, read=120.0, budget=budget(), version=_VERSION,
        )  # fmt: skip

    packing: Packing = ask(
        f"/thredds/dodsC/{file}.das", None, lambda body: parse_packing(body, variable), lambda data, headers: 86400.0
    ).data
    asked = {
        "var": variable, "latitude": f"{at[0]:g}", "longitude": f"{at[1]:g}", "accept": "csv",
        "time_start": f"{period.start}T00:00:00Z", "time_end": f"{period.end}T00:00:00Z",
    }  # fmt: skip
    return ask(
        f"/thredds/ncss/grid/{file}", asked, lambda body: parse(body, dataset, packing, at),
        lambda data, headers: lasting(data[0], period, today),
        lambda before, after, fetched: revision.differences(before[0].to_frame(), after[0].to_frame(), fetched),
    )  # fmt: skip


def _heads(body: bytes) -> dict[str, Any]:
    """Return the units of a table by column, and its days."""
    head, *rows = text_table.rows(body, ends="line")
    found = [_HEADER.match(cell) for cell in head]
    units = {one[1]: one[2] for one in found if one}
    return {"columns": units, "days": [row[[*units].index("time")] for row in rows]}


def _packed(body: bytes) -> dict[str, str]:
    """Return the unit of the variable of a data set that says how it is packed, and what it says of its days."""
    text = body.decode("utf-8")
    day = _DAY.search(text)
    for variable, _, _ in VARIABLE_MAP.values():
        if re.search(rf"\b{variable}\s*\{{", text):
            return {variable: str(parse_packing(body, variable).units)} | ({"day": day[1]} if day else {})
    raise ValueError("the attributes name none of the variables")


_DAY = re.compile(r'"(Days correspond [^"]*)"')
_ENDS = (
    "Days correspond approximately to calendar days ending at midnight, Mountain Standard Time "
    "(7 UTC the next calendar day)"
)
_UNITS = {variable: Is(*known) for variable, _, known in VARIABLE_MAP.values()}
_TABLE = Object(
    columns=Object({"latitude": Anything(), "longitude": Anything(), "time": Anything()}, optional=_UNITS),
    days=Days("%Y-%m-%dT00:00:00Z"),
)
SHAPES = {
    r"/thredds/dodsC/agg_met_\w+_1979_CurrentYear_CONUS\.nc\.das": Read(
        _packed, Object(optional=_UNITS | {"day": Is(_ENDS)})
    ),
    r"/thredds/ncss/grid/agg_met_\w+_1979_CurrentYear_CONUS\.nc": Read(_heads, _TABLE),
}
"""What answers are assumed to be; `etolib doctor` looks whether they still are."""
