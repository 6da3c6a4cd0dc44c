"""DWD: daily observations of the nearest climate station of Germany's weather service, the last 500 days.

Asked are the open files themselves, through the same door as everything else, and not the package wetterdienst: it has
a cache, retries and an asynchronous client of its own, beside which deadlines, budgets, offline mode and the bounds of
a task would not hold. For what these files do not have (older years, hourly values, other countries) a table of
wetterdienst can be given as a file of one's own (`etolib.sources.wetterdienst`).

Formats, as described beside the data (https://opendata.dwd.de/climate_environment/CDC/observations_germany/climate/
daily/kl/, "BESCHREIBUNG" and the metadata in each archive): a list of stations in columns of text, and a ZIP archive
per station with the table ``produkt_klima_tag_*.txt``: cells between semicolons, the last one ``eor``, -999 where
there is nothing. Temperature in degC, vapour pressure in hPa, wind in m s-1, sunshine in hours, cloud in eighths.

The table states no units: its relative humidity is computed again from its vapour pressure and mean temperature, and
nothing is taken where the two do not agree. There is no radiation; sunshine stands for it.
"""

from __future__ import annotations

import datetime as dt
import io
import re
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from etolib import config
from etolib.equations.air import saturation_vapour_pressure
from etolib.equations.elementwise import checked_inputs
from etolib.errors import BadResponse
from etolib.site import Period, Site
from etolib.sources import canonical, catalogue, nearby, revision, text_table, whereabouts
from etolib.sources.base import SourceData
from etolib.sources.catalogue import SourceInfo
from etolib.sources.network import client
from etolib.sources.network.budget import Budget
from etolib.sources.shape import Anything, Number, Object, Read
from etolib.variables import VARIABLES
from etolib.words import Text, say

INFO = catalogue.SOURCES["dwd_stations"]

VARIABLE_MAP: Mapping[str, tuple[str, float]] = {
    "TNK": ("tmin", 1.0),
    "TXK": ("tmax", 1.0),
    "TMK": ("tmean", 1.0),
    "UPM": ("rhmean", 1.0),
    "VPM": ("ea", 0.1),
    "FM": ("u2", 1.0),  # at 10 m, brought to 2 m
    "SDK": ("sunshine", 1.0),
    "NM": ("cloud", 12.5),
    "PM": ("pressure", 0.1),  # at the height of the station
    "RSK": ("precipitation", 1.0),
}
"""Column of the table, its canonical name and the factor to its unit."""

FARTHEST = 100.0
"""A station farther away says nothing of a place. [km]"""

TRIED = 3
"""How many of the nearest stations are asked, where one has no file or no temperatures."""

_FOLDER = "/climate_environment/CDC/observations_germany/climate/daily/kl/recent/"
_MISSING = ("-999", "-999.0")
_LARGEST = 50_000_000  # bytes; a table of 500 days has 60 kB
_VERSION = "dwd-1"


def budget() -> Budget:
    """Return what the provider allows: open files, no limit is published."""
    return Budget(f"dwd@{client.host_of('dwd')}", spacing=0.2, in_flight=4)


@dataclass(frozen=True)
class Station:
    """A climate station: its number in five digits, days with data, place [degrees], height [m] and name."""

    identifier: str
    first: dt.date
    last: dt.date
    latitude: float
    longitude: float
    elevation: float
    name: str
    distance_km: float = np.nan


def parse_stations(body: bytes) -> tuple[Station, ...]:
    """Read the list of stations; ValueError where it is not one, or is cut off.

    >>> head = b"Stations_id von_datum bis_datum Stationshoehe geoBreite geoLaenge Stationsname\\n----- -----\\n"
    >>> parse_stations(head + b"00044 20070401 20261125 44 52.9336 8.2370 Grossenkneten Niedersachsen Frei\\n")[0].name
    'Grossenkneten'
    """
    text = body.decode("latin-1")
    lines = text.splitlines()
    if not lines or not lines[0].startswith("Stations_id von_datum bis_datum Stationshoehe geoBreite geoLaenge"):
        raise ValueError("this is no list of stations")
    if not text.endswith("\n"):
        raise ValueError("the list is cut off in its last row")
    found = []
    for line in lines[2:]:
        if not line.strip():
            continue
        cells = line.split(None, 6)
        if len(cells) < 7:
            raise ValueError("a row of the list has too few cells")
        identifier, first, last, height, latitude, longitude, rest = cells
        if not (identifier.isascii() and identifier.isdigit() and len(identifier) <= 5):
            raise ValueError("a station without a number")
        name = rest.split("  ")[0].strip()
        words = rest.split()
        found.append(
            Station(
                identifier.zfill(5), _day(first), _day(last), text_table.number(latitude),
                text_table.number(longitude), text_table.number(height), (name if "  " in rest else words[0])[:80],
            )
        )  # fmt: skip
    if not found:
        raise ValueError("the list has no stations")
    whereabouts.require_countries(
        INFO.name, ["DE"] * len(found), [one.latitude for one in found], [one.longitude for one in found]
    )
    return tuple(found)


def _day(text: str) -> dt.date:
    if len(text) != 8 or not text.isdigit():
        raise ValueError(f"{text[:20]!r} is not a date")
    return dt.date(int(text[:4]), int(text[4:6]), int(text[6:]))


def parse(body: bytes, station: Station) -> tuple[pd.DataFrame, tuple[Text, ...]]:
    """Read the archive of a station: canonical columns by day, and what to say of them.

    Raises
    ------
    ValueError
        Where the body is no such archive.
    BadResponse
        Where it is another station's, or one that stands elsewhere than the list says, or its columns contradict each
        other.
    """
    identifier = station.identifier
    table = text_table.rows(_member(body), separator=";", ends="cells", encoding="latin-1")
    if any(row[-1] != "eor" for row in table):
        raise ValueError("a row does not end with its mark")
    dates = [_day(cell) for cell in text_table.cells(table, "MESS_DATUM")]
    numbers = {cell.zfill(5) for cell in text_table.cells(table, "STATIONS_ID")}
    if numbers != {identifier}:
        said = say("answered_for_another_place", source=INFO.name, place=str(sorted(numbers)[:3]), asked=identifier)
        raise BadResponse(said, source=INFO.name)
    whereabouts.require_same(INFO.name, identifier, (station.latitude, station.longitude), _stood(body))
    columns = {
        name: text_table.column(table, column, _MISSING) * factor for column, (name, factor) in VARIABLE_MAP.items()
    }
    _consistent(columns)
    columns["u2"] = canonical.u2_from_10m(columns["u2"])
    warnings: list[Text] = []
    return canonical.table(dates, columns, warnings), tuple(warnings)


def _stood(body: bytes) -> list[tuple[float, float]]:
    """Return where the archive says that its station has stood, the newest place last; empty where it does not."""
    text = _member(body, "Metadaten_Geographie", needed=False)
    if not text:
        return []
    table = text_table.rows(text, separator=";", ends="cells", encoding="latin-1")
    places = [text_table.column(table, name) for name in ("Geogr.Breite", "Geogr.Laenge")]
    return [(float(north), float(east)) for north, east in zip(*places, strict=True)]


def _member(body: bytes, begins: str = "produkt_klima_tag", *, needed: bool = True) -> bytes:
    """Return a table out of the archive; empty where it is not there and not ``needed``."""
    try:
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            names = [one for one in archive.infolist() if one.filename.startswith(begins)]
            if not names and not needed:
                return b""
            if len(names) != 1 or names[0].file_size > _LARGEST:
                raise ValueError(f"the archive does not hold one table {begins}")
            return archive.read(names[0])
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError) as error:  # RuntimeError: encrypted
        raise ValueError(f"the archive cannot be read: {error}") from None


def _consistent(columns: Mapping[str, np.ndarray]) -> None:
    """Raise `BadResponse` where the relative humidity does not follow from vapour pressure and mean temperature."""
    air, bounds = columns["tmean"], VARIABLES["tmean"]
    usual = (air >= bounds.lower) & (air <= bounds.upper)
    with checked_inputs(), np.errstate(all="ignore"):
        humidity = 100.0 * columns["ea"] / saturation_vapour_pressure(np.where(usual, air, np.nan))
        apart = np.abs(humidity - columns["rhmean"])
        apart = np.where(np.isfinite(air) & ~usual, np.inf, apart)
        between = (air >= columns["tmin"] - 0.5) & (air <= columns["tmax"] + 0.5)
    both = ~np.isnan(apart)
    whole = np.isfinite(columns["tmin"]) & np.isfinite(columns["tmax"]) & np.isfinite(air)
    for name, wrong in (
        ("rhmean", both.any() and not np.median(apart[both]) <= 15.0),
        ("tmean", whole.any() and not between[whole].mean() >= 0.5),
    ):
        if wrong:
            raise BadResponse(
                say("columns_contradict", source=INFO.name, variable=name),
                source=INFO.name, retryable=False, suggestion=say("report_this_change"),
            )  # fmt: skip


def _get(path: str, check: Any, ttl: Any, differs: Any = None, not_covered: tuple[int, ...] = (404,)) -> client.Reply:
    return client.fetch(
        config.service_root("dwd") + _FOLDER + path, source=INFO.name, check=check, ttl=ttl, differs=differs,
        deadline=60.0, read=30.0, budget=budget(), not_covered=not_covered, version=_VERSION,
    )  # fmt: skip


def lifetime(frame: pd.DataFrame, today: dt.date) -> float:
    """Return how long a station's file may be kept: it grows by a day each morning. [s]"""
    there = frame.index[frame["tmax"].notna()]
    late = not len(there) or there[-1] < pd.Timestamp(today - dt.timedelta(days=2))
    return 6 * 3600.0 if late else 12 * 3600.0


class DwdStations:
    """Daily observations of the nearest climate station of Germany."""

    requests_per_place = 1  # about: the list is shared, neighbours share a station

    def __init__(self, info: SourceInfo = INFO) -> None:
        self.info = info

    def fetch(self, site: Site, period: Period) -> SourceData:
        """Return the days of ``period`` from the nearest station; raises a `SourceError`."""
        today, info = config.today(), self.info
        inside = info.clip(period, today)
        elsewhere = canonical.elsewhere(info, site)
        if not info.covers(site):
            raise elsewhere
        listed = _get(
            "KL_Tageswerte_Beschreibung_Stationen.txt", parse_stations, lambda data, headers: 86400.0, not_covered=()
        )  # a list that is gone says nothing of a place
        there = [one for one in listed.data if one.first <= inside.end and one.last >= inside.start]
        near = nearby.nearest(site, there, TRIED, FARTHEST)
        return nearby.first_with_days(
            near, lambda station: self._from(station, site, period, inside, today), elsewhere, unusable=True
        )

    def _from(self, station: Station, site: Site, period: Period, inside: Period, today: dt.date) -> SourceData:
        info = self.info
        warnings: list[Text] = []
        canonical.clipped(period, inside, info.title, warnings)
        reply = _get(
            f"tageswerte_KL_{station.identifier}_akt.zip", lambda body: parse(body, station),
            lambda data, headers: lifetime(data[0], today),
            lambda before, after, fetched: revision.differences(before[0], after[0], fetched),
        )  # fmt: skip
        table, said = reply.data
        warnings += [say("of_source", source=info.title, sentence=sentence) for sentence in said]
        frame = canonical.finish(table, inside, today=today, forecast=False, warnings=warnings, named=info.title)
        canonical.require(info.name, frame, ("tmin", "tmax"))
        difference = nearby.higher(station, site)
        warnings.append(say("of_source", source=info.title, sentence=nearby.told(station, difference)))
        warnings += canonical.said_of(info.title, reply)
        meta = {
            **canonical.provenance(info, site, reply),
            **nearby.provenance(station, difference),
            "day": say("day_of_dwd"),
            "wind": "10 m brought to 2 m (FAO-56 Eq. 47)",
        }  # fmt: skip
        return SourceData(info.name, frame, meta, warnings)


def _head(body: bytes) -> dict[str, str]:
    """Return the first row of the table of an archive, by column."""
    head, *rows = text_table.rows(_member(body), separator=";", ends="cells", encoding="latin-1")
    return dict(zip(head, rows[0], strict=True)) if rows else {}


SHAPES = {
    re.escape(_FOLDER) + r"KL_Tageswerte_Beschreibung_Stationen\.txt": Read(
        lambda body: {"stations": len(parse_stations(body))}, Object(stations=Number(1, 1e5))
    ),
    re.escape(_FOLDER) + r"tageswerte_KL_\d{5}_akt\.zip": Read(
        _head,
        Object(
            dict.fromkeys([*VARIABLE_MAP, "STATIONS_ID", "MESS_DATUM", "eor"], Anything()),
            optional=dict.fromkeys(["QN_3", "FX", "QN_4", "RSKF", "SHK_TAG", "TGK"], Anything()),
        ),
    ),
}
"""What answers are assumed to be; `etolib doctor` looks whether they still are."""
