"""The catalogue: one light row per source with everything that is known of it before it is asked.

Names, titles, services, ranks, regions and windows everywhere in etolib are read here; nothing heavier than the
standard library is imported, so that a page's kernel can read it too. A row names the class that answers for it
(``provider``), which is imported when the source is first asked: on a worker process as well, where the row pickles.

To add a source, add a row, a file with its provider, and a simulator; `register` adds one to this process at run time.
"""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from importlib import import_module
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal

from etolib.errors import InputError, Problem
from etolib.sources import beside, compared, national
from etolib.sources.packages import Rows
from etolib.sources.row import KINDS, LAST, Box, Near, Rank, SourceInfo, Window
from etolib.sources.services import ELEVATIONS, PLACES, ServiceInfo
from etolib.words import Text, has, say, verbatim
from etolib.words.catalogue import ENGLISH

if TYPE_CHECKING:
    from etolib.sources.base import Source

__all__ = [
    "COMPARED",
    "ELEVATIONS",
    "KINDS",
    "LAST",
    "OWN",
    "PLACES",
    "PROVIDERS",
    "SOURCES",
    "STATION",
    "STATIONS",
    "Box",
    "Near",
    "Rank",
    "ServiceInfo",
    "SourceInfo",
    "Window",
    "added",
    "adopt",
    "find",
    "humidity_pairs",
    "key_variables",
    "load",
    "names",
    "of_source",
    "provider",
    "ranked",
    "register",
    "registered",
    "services",
    "title",
    "unregister",
    "words",
]  # fmt: skip

STATION = "station"
"""Name of the user's own file among the sources."""

_POWER: dict[str, Any] = {
    "provides": ("tmin", "tmax", "tmean", "tdew", "rhmean", "u2", "pressure", "rs", "precipitation"),
    "coverage": "coverage_nasa_power",
    "licence": "licence_nasa_power",
    "attribution": "Data from the NASA Langley Research Center POWER Project, funded through the NASA Earth Science "
    "Directorate Applied Science Program",
}
_OPEN_METEO = "etolib.sources.open_meteo:OpenMeteo"
_OPEN_METEO_PROVIDES = (
    "tmax", "tmin", "tmean", "tdew", "rhmax", "rhmin", "rhmean", "u2", "rs", "precipitation", "pressure",
)  # fmt: skip
_OPEN_METEO_CREDIT = "Weather data by Open-Meteo.com (https://open-meteo.com/), CC BY 4.0"
_OPEN_METEO_KEY = "ETOLIB_OPEN_METEO_KEY"
_OPEN_METEO_MODEL = {"path": "/v1/forecast", "model": "ecmwf_ifs"}
"""IFS HRES, 9 km, everywhere the same and of the house that makes ERA5; the provider's own choice changes unsaid."""
_OPEN_METEO_POLITENESS = (
    "600 weighted calls a minute, 5 000 an hour, 10 000 a day, 300 000 a month per address; at most 4 at once"
)
_OPEN_METEO_PLACES = 100
"""The server takes 1000, an address takes some 8 kB."""

_ROWS = (
    SourceInfo(
        name="nasa_power",
        title="NASA POWER",
        window=Window(dt.date(1981, 1, 1), -3),
        delay="delay_nasa_power",
        **_POWER,
        homepage="https://power.larc.nasa.gov",
        politeness="at most 4 requests at once, 0.2 s between them; one request for the whole period; "
        "one answer for all places in the same cells",
        provider="etolib.sources.nasa_power:NasaPower",
        service="nasa_power",
        root="https://power.larc.nasa.gov",
        role="history",
        reason="history_by_satellite",
        rank=Rank(weather=40, radiation=10),
        humidity="first",
        trusted=True,
    ),
    SourceInfo(
        name="open_meteo_archive",
        title="Open-Meteo archive (ERA5)",
        provides=_OPEN_METEO_PROVIDES,
        window=Window(dt.date(1940, 1, 1), -6),
        delay="delay_six_days",
        coverage="coverage_open_meteo_archive",
        licence="licence_open_meteo",
        attribution=_OPEN_METEO_CREDIT + "; contains modified Copernicus Climate Change Service information (ERA5)",
        homepage="https://open-meteo.com/en/docs/historical-weather-api",
        politeness=_OPEN_METEO_POLITENESS,
        provider=_OPEN_METEO,
        # Without a named model the series changes its model in 2017.
        settings={"path": "/v1/archive", "model": "era5_seamless"},
        key=_OPEN_METEO_KEY,
        service="open_meteo_archive",
        root="https://archive-api.open-meteo.com",
        role="history",
        reason="history_by_reanalysis",
        rank=Rank(weather=10, radiation=20),
        humidity="second",
        places=_OPEN_METEO_PLACES,
    ),
    SourceInfo(
        name="open_meteo_forecast",
        title="Open-Meteo forecast",
        provides=_OPEN_METEO_PROVIDES,
        window=Window(-92, 14),  # a run ends 360 hours after midnight UTC
        delay="delay_none",
        coverage="coverage_open_meteo_forecast",
        licence="licence_open_meteo",
        attribution=_OPEN_METEO_CREDIT,
        homepage="https://open-meteo.com/en/docs",
        politeness=_OPEN_METEO_POLITENESS,
        provider=_OPEN_METEO,
        settings=_OPEN_METEO_MODEL,
        key=_OPEN_METEO_KEY,
        service="open_meteo_forecast",
        root="https://api.open-meteo.com",
        role="newest",
        reason="newest_after_reanalysis",
        follows="open_meteo_archive",
        rank=Rank(weather=30, radiation=40),
        humidity="second",
        kinds=("observed", "forecast"),
        places=_OPEN_METEO_PLACES,
    ),
    SourceInfo(
        name="open_meteo_historical_forecast",
        title="Open-Meteo historical forecast",
        provides=_OPEN_METEO_PROVIDES,
        window=Window(dt.date(2022, 1, 1), 0),
        delay="delay_none",
        coverage="coverage_open_meteo_historical_forecast",
        licence="licence_open_meteo",
        attribution=_OPEN_METEO_CREDIT,
        homepage="https://open-meteo.com/en/docs/historical-forecast-api",
        politeness=_OPEN_METEO_POLITENESS,
        provider=_OPEN_METEO,
        settings=_OPEN_METEO_MODEL,
        key=_OPEN_METEO_KEY,
        service="open_meteo_historical_forecast",
        root="https://historical-forecast-api.open-meteo.com",
        rank=Rank(weather=20, radiation=30),
        humidity="second",
        kinds=("observed", "forecast"),
        places=_OPEN_METEO_PLACES,
    ),
    *beside.ROWS,
    *national.ROWS,
    SourceInfo(
        name="nasa_power_zarr",
        title="NASA POWER archive (Zarr)",
        window=Window(dt.date(1981, 1, 1), -3),
        delay="delay_nasa_power_zarr",
        **_POWER,
        homepage="https://registry.opendata.aws/nasa-power",
        politeness="at most 8 chunks at once; what was read is kept for a day",
        provider="etolib.sources.grid.power:NasaPowerZarr",
        service="nasa_power_zarr",
        root="https://nasa-power.s3.us-west-2.amazonaws.com",
        rank=Rank(weather=41, radiation=11),
    ),
    SourceInfo(
        name="climatology",
        title="Embedded climatology",
        provides=("tmin", "tmax", "tmean", "ea", "rs", "u2", "precipitation"),
        estimates=("tmin", "tmax", "tmean", "ea", "rs", "u2", "precipitation"),
        window=Window(dt.date(1700, 1, 1), dt.date(2261, 12, 31)),  # any date a pandas index can hold
        delay="delay_none",
        coverage="coverage_climatology",
        licence="licence_climatology",
        attribution="Contains modified Copernicus Climate Change Service information (ERA5); NASA GLDAS-2.1 through "
        "pvcz; SoDa Linke turbidity and surface height through pvlib; Natural Earth",
        homepage="https://cds.climate.copernicus.eu",
        politeness="no network",
        provider="etolib.sources.climatology:Climatology",
        role="fallback",
        reason="only_where_nothing_else",
        rank=Rank(weather=LAST, radiation=LAST),
        kinds=("climatology",),
    ),
)

OWN = SourceInfo(
    name=STATION,
    title="own station file",
    provides=(),
    window=Window(dt.date(1900, 1, 1), dt.date(2199, 12, 31)),
    delay="delay_none",
    coverage="own_file_coverage",
    licence="as_its_owner_says",
    attribution="own data",
    homepage="",
    politeness="no network",
    reason="own_file",
    rank=Rank(weather=0, radiation=0),
    error=0.05,  # of its own complete record: instruments and siting; a round prior
)
"""The row of the user's own file; what a file makes of it tells its title, window and columns."""


STATIONS = ServiceInfo(
    "meteostat", "etolib.sources.meteostat:parse_stations", "meteostat_stations", "https://bulk.meteostat.net"
)
"""The list of Meteostat's stations, on a host of its own."""

COMPARED: Mapping[str, SourceInfo] = MappingProxyType({row.name: row for row in compared.ROWS})
"""What publishes an ETo of its own, by name: asked when somebody wants to see it, never among the sources."""

SOURCES = Rows(
    _ROWS, {row.service: row.root for row in (*ELEVATIONS, PLACES, STATIONS, *compared.ROWS)}, lambda: _changed()
)
"""The row of every source by name, in the order tables show them. `register` adds one, and other packages may."""

PROVIDERS: dict[str, Source] = {}
"""What answers for the sources that were asked already, by name; `provider` makes them."""


def names() -> tuple[str, ...]:
    """Return the names of all sources.

    >>> names()[0], names()[-1]
    ('nasa_power', 'climatology')
    """
    return tuple(SOURCES)


def find(name: str) -> SourceInfo:
    """Return the row of a source, of the user's own file or of what is only compared; KeyError where there is none."""
    return OWN if name == STATION else COMPARED.get(name) or SOURCES[name]


def title(name: str, language: str = "en") -> str:
    """Return the title of a source in a language, by its name or its English title; another name as it is.

    >>> title("nasa_power"), title("Embedded climatology", "pt"), title("own station file a.csv")
    ('NASA POWER', 'Climatologia embutida', 'own station file a.csv')
    """
    known = COMPARED.get(name) or SOURCES.get(name)
    row = known or next((row for row in SOURCES.values() if row.title == name), None)
    return name if row is None else row.title_in(language)


def of_source(name: str | None, sentence: str) -> Text:
    """Return a sentence with its source before it, once.

    >>> of_source("nasa_power", say("asked_for_by_name")), of_source("nasa_power", verbatim("NASA POWER: no data"))
    ('nasa_power: asked for by name', 'NASA POWER: no data')
    """
    if not name or sentence.startswith((name, title(name))):
        return verbatim(sentence)
    return say("of_source", source=name, sentence=verbatim(sentence))


def words(text: str, **values: Any) -> Text:
    """Return what a row says: the text of a key, or plain text as it is.

    >>> words("delay_six_days"), words("two weeks")
    ('6 days', 'two weeks')
    """
    return say(text, **values) if has(ENGLISH, text) else verbatim(text)


def provider(name: str) -> Source:
    """Return what answers for a source: its class is imported when it is first asked.

    >>> provider("climatology").info.name
    'climatology'
    """
    if name not in PROVIDERS:
        row = find(name)
        PROVIDERS[name] = load("etolib.sources.guard:Guard" if row.package else row.provider)(row)
    return PROVIDERS[name]


def load(path: str) -> Any:
    """Return what ``module:name`` names."""
    module, _, attribute = path.partition(":")
    return getattr(import_module(module), attribute)


@cache
def services() -> Mapping[str, str]:
    """Return scheme and host of every service by its name in ``ETOLIB_<SERVICE>_URL``.

    >>> services()["nws"]
    'https://api.weather.gov'
    """
    rows: tuple[SourceInfo | ServiceInfo, ...] = (
        *SOURCES.values(), *COMPARED.values(), *ELEVATIONS, PLACES, STATIONS,
    )  # fmt: skip
    modules = list(dict.fromkeys(row.provider.partition(":")[0] for row in rows))
    together = sorted(rows, key=lambda row: modules.index(row.provider.partition(":")[0]))  # those of one provider
    return MappingProxyType({row.service: row.root for row in together if row.service})


@cache
def key_variables() -> tuple[str, ...]:
    """Return the variables of keys of one's own that sources want or take."""
    return tuple(dict.fromkeys(row.key_variable for row in SOURCES.values() if row.key_variable))


def ranked(names: Sequence[str], group: Literal["weather", "radiation"], at_home: Sequence[str] = ()) -> list[str]:
    """Return names of sources in the order in which they give a group of variables.

    Parameters
    ----------
    names : sequence of str
        Names, also of sources that are not in the catalogue.
    group : {"weather", "radiation"}
        Temperature, wind and rain; or radiation.
    at_home : sequence of str
        National sources that stand at home, see `Rank`.

    Examples
    --------
    >>> ranked(["open_meteo_forecast", "nws_forecast", "open_meteo_archive"], "weather", ["nws_forecast"])
    ['open_meteo_archive', 'nws_forecast', 'open_meteo_forecast']
    >>> ranked(["climatology", "zeta", "nasa_power", "station"], "radiation")
    ['station', 'nasa_power', 'zeta', 'climatology']
    """

    def key(name: str) -> tuple[float, str]:
        rank = find(name).rank if name == STATION or name in SOURCES else Rank()
        if group == "radiation":
            return rank.radiation, name
        return rank.at_home if name in at_home and rank.at_home is not None else rank.weather, name

    return sorted(names, key=key)


def humidity_pairs(names: Sequence[str]) -> list[tuple[str, str]]:
    """Return the pairs of sources whose mean gives the humidity, the best first.

    >>> humidity_pairs(["open_meteo_forecast", "open_meteo_archive", "nasa_power"])
    [('nasa_power', 'open_meteo_archive'), ('nasa_power', 'open_meteo_forecast')]
    """
    rows = [find(name) for name in ranked([name for name in names if name in SOURCES], "weather")]
    return [
        (one.name, other.name)
        for one in rows
        if one.humidity == "first"
        for other in rows
        if other.humidity == "second"
    ]


# --- sources of one's own -------------------------------------------------------------------------------------------

_added: dict[str, SourceInfo] = {}
_adopting = threading.Lock()


def register(row: SourceInfo, provider: Source | None = None) -> None:
    """Add a source to this process: it is listed, chosen, asked and ranked as its row says.

    Parameters
    ----------
    row : SourceInfo
        Of a new name, with a ``provider`` that can be imported; tasks carry `added` rows to worker processes.
    provider : Source, optional
        What answers, in place of the class the row names; stays in this process.

    Raises
    ------
    InputError
        Where the name is taken, or no name of its own.
    """
    taken = {*SOURCES, *COMPARED, STATION, "auto"}
    if row.name in taken or not row.name.isidentifier():
        raise InputError([Problem("source", row.name, say("source_name_taken"), say("choose_another_name"))])
    SOURCES[row.name] = _added[row.name] = row
    _changed()
    if provider is not None:
        PROVIDERS[row.name] = provider


def unregister(name: str) -> None:
    """Take a source away again that `register` added; KeyError where it did not."""
    del _added[name], SOURCES[name]
    _changed()
    PROVIDERS.pop(name, None)


def _changed() -> None:
    """Forget what was derived from the rows."""
    services.cache_clear()
    key_variables.cache_clear()


@contextmanager
def registered(row: SourceInfo, provider: Source | None = None) -> Iterator[SourceInfo]:
    """Have one more source inside a ``with`` block."""
    register(row, provider)
    try:
        yield row
    finally:
        unregister(row.name)


def added() -> tuple[SourceInfo, ...]:
    """Return the rows that `register` added, for a task that may run in another process."""
    return tuple(_added.values())


def adopt(rows: Sequence[SourceInfo]) -> None:
    """Have the rows that another process added in this one too; they stay, a newer row takes the place of an older."""
    with _adopting:  # tasks of one worker run in threads
        for row in rows:
            if _added.get(row.name) != row:
                if row.name in _added:
                    unregister(row.name)
                register(row)
