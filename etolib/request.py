"""`Request`: what is wanted, checked; the only form in which a wish travels from a click to the script that repeats it.

Light on purpose: a page's kernel hands requests over and must not pay for the packages that answer them (80 MB).
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import parse_qs, urlencode

from etolib.errors import InputError, Problem
from etolib.glance import Told, as_html
from etolib.site import Period, Site, parse_angle
from etolib.sources import catalogue
from etolib.unit_systems import METRIC, US, unit
from etolib.words import say, verbatim

if TYPE_CHECKING:
    from etolib.sources.base import Source

OPTIONS: Mapping[str, tuple[str, ...]] = {"krs": ("interior", "coast", "island")}
"""Options and their values. ``krs``: coefficient of Rs from temperature, used where no source has radiation."""

STATION = catalogue.STATION
"""Name of the user's own file among the sources."""

PAGE_FIELDS = ("lang", "theme", "units", "task")
"""Fields of a link that say how the page looks, or which task it shows; they are no part of a request."""

Place = Site | Sequence[Any]
"""A `Site`, or what becomes one: (latitude, longitude) or (latitude, longitude, elevation)."""

Days = Period | str | dt.date | Sequence[Any]
"""A `Period`, or what becomes one: text as `Period.parse` reads it, a date, or (start, end)."""

FEET = re.compile(r"\s*([-+]?[\d.,]+)\s*(?:ft|feet|')\.?\s*$", re.IGNORECASE)
"""A height in feet, as people type it."""

_T = TypeVar("_T")
_THOUSANDS = re.compile(r"\s*[-+]?\d{1,3}(,\d{3})+(?!\d)")
_MAX_TYPED = 200  # characters of a field of a link that are looked at
_MAX_SOURCES = 1000  # ... of the names of sources: all are some 300
_MAX_DIGITS = 40  # longer ones are written with an exponent
_MAX_FIELDS = 50  # of a link: ours have seven
_EXPONENT = re.compile(r"-?\d(\.\d+)?e-\d+")
_DATE = re.compile(r"\s*\d{4}-\d{2}(-\d{2})?\s*")


@dataclass(frozen=True, init=False, eq=False)
class Request:
    """What is wanted: a place, days, sources, an own station, options. Checked when it is made, never changed.

    Parameters
    ----------
    site : Site or (latitude, longitude) or (latitude, longitude, elevation)
        Degrees and metres. Without an elevation it is looked up.
    period : Period, str or (start, end)
        Inclusive days, or text as `Period.parse` reads it.
    sources : "auto", str or sequence of str
        Names as in `etolib.sources()`, in a sequence or parted by commas; grids (`etolib.grid_source`) by themselves.
        "auto" chooses by place and dates.
    station : StationFile or PackedStation, optional
        Your own station (`etolib.read_station`). Among named ``sources`` it is called ``station``.
    **options
        See `OPTIONS`; kept only where given.

    Attributes
    ----------
    sources : "auto" or tuple of str
    options : mapping

    Raises
    ------
    InputError
        Listing everything that cannot be used.

    Examples
    --------
    >>> request = Request((-22.7, -47.6), "2024-01-01/2024-03-31", "nasa_power, climatology", krs="coast")
    >>> request.site, request.sources
    (Site(latitude=-22.7, longitude=-47.6, elevation=None, name=None), ('nasa_power', 'climatology'))
    >>> request.query()
    '?lat=-22.7&lon=-47.6&period=2024-01-01/2024-03-31&sources=nasa_power,climatology&krs=coast'
    >>> Request.from_query(request.query()) == request
    True
    """

    site: Site
    period: Period
    sources: str | tuple[str, ...]
    station: Source | None
    options: Mapping[str, Any]

    def __init__(
        self,
        site: Place,
        period: Days,
        sources: str | Sequence[str] = "auto",
        station: Source | None = None,
        **options: Any,
    ) -> None:
        self._check(partial(_site, site), period, sources, station, options)

    def _check(
        self,
        make_site: Callable[[], Site],
        period: Days,
        sources: str | Sequence[str],
        station: Source | None,
        options: Mapping[str, Any],
        found: Sequence[Problem] = (),
    ) -> None:
        """Check and keep the parts; ``found`` are problems of those who read them."""
        problems = list(found)
        place = _collect(problems, make_site)
        days = _collect(problems, partial(_period, period))
        names: str | tuple[str, ...] | None = None
        if second := _second_date(period, sources):
            problems.append(second)
        else:
            names = _collect(problems, partial(_sources, sources, own=station is not None))
        if station is not None and not hasattr(type(station), "fetch"):
            problems.append(Problem("station", station, say("not_a_station_file"), say("read_it_with_read_station")))
        problems += _wrong_options(options)
        if problems or place is None or days is None or names is None:
            raise InputError(problems)
        self._set(place, days, names, station, options)

    def _set(
        self,
        site: Site,
        period: Period,
        sources: str | tuple[str, ...],
        station: Source | None,
        options: Mapping[str, str],
    ) -> None:
        for name, value in (("site", site), ("period", period), ("sources", sources), ("station", station)):
            object.__setattr__(self, name, value)
        object.__setattr__(self, "options", MappingProxyType(dict(options)))

    @classmethod
    def of(
        cls,
        site: Request | Place,
        period: Days | None = None,
        sources: str | Sequence[str] = "auto",
        station: Source | None = None,
        **options: Any,
    ) -> Request:
        """Return a request as it is, or make one of its parts: what `etolib.compute` and `etolib.submit` take.

        >>> Request.of(Request((0, 10), "2024")) == Request.of((0, 10), "2024")
        True
        """
        if not isinstance(site, Request):
            return cls(site, period, sources, station, **options)  # type: ignore[arg-type]  # None is refused there
        if period is not None or not _is_auto(sources) or station is not None or options:
            raise InputError(
                [Problem("request", str(site), say("request_says_everything"), say("give_nothing_beside_it"))]
            )
        return site

    # --- as text ------------------------------------------------------------------------------------------------------

    @classmethod
    def from_text(
        cls,
        latitude: str,
        longitude: str,
        period: Days,
        sources: str | Sequence[str] = "auto",
        *,
        elevation: str | None = None,
        name: str | None = None,
        station: Source | None = None,
        **options: Any,
    ) -> Request:
        """Return the request that was typed: coordinates as people write them, metres with a comma or a unit.

        >>> Request.from_text("22°42'S", "47,6 O", "2024", elevation="554 m").site
        Site(latitude=-22.7, longitude=-47.6, elevation=554.0, name=None)
        """
        request = object.__new__(cls)
        request._check(partial(_typed_site, latitude, longitude, elevation, name), period, sources, station, options)
        return request

    def query(self) -> str:
        """Return ``?lat=..&lon=..&period=..&sources=..``, that `from_query` reads and that fills the page's form.

        Dates are absolute, so that it means the same days tomorrow; numbers with all their digits. An own file cannot
        travel in a link: ``station=`` names it.
        """
        site = self.site
        fields = {"lat": _decimals(site.latitude), "lon": _decimals(site.longitude)}
        if site.elevation is not None:
            fields["elevation"] = _decimals(site.elevation)
        if site.name:
            fields["name"] = site.name
        fields["period"] = str(self.period)
        fields["sources"] = self.sources if isinstance(self.sources, str) else ",".join(self.sources)
        fields |= {name: str(value) for name, value in self.options.items()}
        if self.station is not None:
            fields["station"] = station_name(self.station)
        return "?" + urlencode(fields, safe="/,")

    @classmethod
    def from_query(cls, text: str, station: Source | None = None) -> Request:
        """Return the request of a query string; `InputError` lists everything that is wrong or not known.

        Parameters
        ----------
        text : str
            As `query` writes it, with or without ``?``. The fields of the page (`PAGE_FIELDS`) may be among them.
        station : StationFile or PackedStation, optional
            The own file that ``station=`` names; needed where it names one.
        """
        fields = {name: value for name, value in query_fields(text).items() if name not in PAGE_FIELDS}
        found = [Problem(name, "", say("is_empty")) for name in ("lat", "lon", "period") if not fields.get(name)]
        latitude, longitude = fields.pop("lat", "0"), fields.pop("lon", "0")  # stand in, so that the rest is checked
        period, sources = fields.pop("period", "today"), fields.pop("sources", "auto")
        if (file := fields.pop("station", None)) and station is None:
            found.append(Problem("station", file, say("own_file_not_given"), say("give_station")))
            sources = ",".join(name for name in sources.split(",") if name.strip() != STATION) or "auto"
        place = partial(_typed_site, latitude, longitude, fields.pop("elevation", None), fields.pop("name", None))
        request = object.__new__(cls)
        request._check(place, period, sources, station, fields, found)
        return request

    def script(self, units: str = METRIC) -> str:
        """Return a Python script that asks the same again; an own file is read by its name.

        What it writes is in ``units`` (`etolib.unit_systems.SYSTEMS`).
        """
        site, period = self.site, self.period
        place = f"{site.latitude!r}, {site.longitude!r}"
        if site.elevation is not None:
            place += f", elevation={site.elevation!r}"
        if site.name:
            place += f", name={site.name!r}"
        sources = self.sources if isinstance(self.sources, str) else list(self.sources)
        options = "".join(f", {name}={value!r}" for name, value in self.options.items())
        station = ""
        if self.station is not None:
            file = station_name(self.station)
            station = f"station = etolib.read_station({file!r}, site=site{reading(self.station)})  # your own file\n"
            options += ", station=station"
        rows = [] if isinstance(sources, str) else [catalogue.SOURCES.get(name) for name in sources]
        grids = "".join(line() for row in rows if (line := getattr(row, "script", None)) is not None)
        brought = dict.fromkeys(row.package for row in rows if row is not None and row.package)
        needs = "".join(f"# its source is of another package: {package}\n" for package in brought)
        return (
            f"{needs}import etolib\n\n"
            f"site = etolib.Site({place})\n"
            f"{station}"
            f"{grids}"
            f'period = etolib.Period("{period.start}", "{period.end}")\n'
            f"result = etolib.compute(site, period, sources={sources!r}{options})\n"
            "print(result.table)\n"
            f'result.to_csv("eto.csv"{"" if units == METRIC else f", units={units!r}"})\n'
        )

    # --- as a value ---------------------------------------------------------------------------------------------------

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Request):
            return NotImplemented
        return self._plain() == other._plain() and _same_station(self.station, other.station)

    def __hash__(self) -> int:
        return hash(self._plain())

    def _plain(self) -> tuple[Any, ...]:
        return self.site, self.period, self.sources, tuple(sorted(self.options.items()))

    def __reduce__(self) -> tuple[Any, ...]:
        # It was checked when it was made; a worker takes it as it is.
        return _restore, (self.site, self.period, self.sources, self.station, dict(self.options))

    def __repr__(self) -> str:
        more = "".join(f", {name}={value!r}" for name, value in self.options.items())
        own = "" if self.station is None else f", station=<{type(self.station).__name__}>"
        return f"Request({self.site!r}, {self.period!r}, sources={self.sources!r}{own}{more})"

    def _repr_html_(self) -> str:
        names = [self.sources] if isinstance(self.sources, str) else list(self.sources)
        lines = [say("days", count=len(self.period)), say("shown_sources", sources=", ".join(names))]
        if self.station is not None:
            lines.append(say("glance_station", name=station_name(self.station)))
        lines += [verbatim(f"{name} = {value}") for name, value in self.options.items()]
        return as_html("Request", Told(str(self), lines))

    def __str__(self) -> str:
        return f"{self.site}, {self.period}"


def _restore(*parts: Any) -> Request:
    request = object.__new__(Request)
    request._set(*parts)
    return request


def without_own_file(query: str) -> tuple[str, str]:
    """Return a query string without its own station file, and the name of that; empty where it has none.

    >>> without_own_file("?lat=1&lon=2&period=2024&sources=nasa_power,station&station=farm.csv")
    ('?lat=1&lon=2&period=2024&sources=nasa_power', 'farm.csv')
    """
    fields = query_fields(query)
    name = fields.pop("station", "")
    if "sources" in fields:
        names = [one for one in fields["sources"].split(",") if one.strip() != STATION]
        fields["sources"] = ",".join(names) or "auto"
    return "?" + urlencode(fields, safe="/,"), name


def query_fields(text: str) -> dict[str, str]:
    """Return the fields of a query string: the first value of each, stripped and shortened.

    >>> query_fields("?lat=-22.7&lon=-47.6&lat=3")
    {'lat': '-22.7', 'lon': '-47.6'}
    """
    try:
        given = parse_qs(text.strip().lstrip("?"), max_num_fields=_MAX_FIELDS)
    except ValueError:
        raise InputError([Problem("link", text[:40], say("link_has_too_many_fields", number=_MAX_FIELDS))]) from None
    first = {name: values[0][: _MAX_SOURCES if name == "sources" else _MAX_TYPED] for name, values in given.items()}
    return {name: value if name == "name" else value.strip() for name, value in first.items()}


def _decimals(number: float) -> str:
    """Return all digits of a number, as people write it: no exponent (but for next to nothing), no idle zero.

    >>> _decimals(554.0), _decimals(-22.7), _decimals(1e-05)
    ('554', '-22.7', '0.00001')
    """
    text = f"{Decimal(repr(number)):f}"
    if len(text) > _MAX_DIGITS:
        return repr(number)
    return text.rstrip("0").rstrip(".") if "." in text else text


def metres(text: str) -> float | None:
    """Read a height [m] as people type it: decimal point or comma, metres or feet; None where it is not one.

    A comma before three digits may be that of thousands, so it is not read.

    >>> metres("554,5 m"), metres("1000 ft"), metres("high"), metres("1,237")
    (554.5, 304.8, None, None)
    """
    if _THOUSANDS.match(text):
        return None
    if match := FEET.match(text):
        feet = metres(match[1])
        return None if feet is None else round(unit("m", US).canonical(feet), 2)
    try:
        return float(text.lower().removesuffix("m").strip().replace(",", "."))
    except ValueError:
        return None


def station_name(station: Source) -> str:
    """Return the name of the file that an own station was read from."""
    return str(getattr(station, "filename", "")) or "station.csv"


# --- the parts, checked -----------------------------------------------------------------------------------------------


def _collect(problems: list[Problem], make: Callable[[], _T]) -> _T | None:
    """Return what was made, or None and its problems with the others."""
    try:
        return make()
    except InputError as error:
        problems.extend(error.problems)
        return None


def _listed(value: Any) -> list[Any] | None:
    """Return a tuple, a list or a row of an array as a list; None for anything else."""
    values = value.tolist() if hasattr(value, "tolist") else value
    return list(values) if isinstance(values, (tuple, list)) else None


def _site(value: Any) -> Site:
    if isinstance(value, Site):
        return value
    parts = _listed(value)
    if parts is None or not 2 <= len(parts) <= 3:
        raise InputError([Problem("site", value, say("not_a_site"), say("write_a_site"))])
    return Site(*parts)


def _period(value: Any) -> Period:
    parts = _listed(value)
    return Period(*parts) if parts is not None and len(parts) == 2 else Period.parse(value)


def _typed_site(latitude: str, longitude: str, elevation: str | None, name: str | None) -> Site:
    def number(text: str, read: Callable[[str], float | None]) -> float | str:
        value = float(text) if _EXPONENT.fullmatch(text) else read(text)
        return text if value is None else value

    return Site(
        number(latitude, partial(parse_angle, axis="latitude")),  # type: ignore[arg-type]  # text is refused there
        number(longitude, partial(parse_angle, axis="longitude")),  # type: ignore[arg-type]
        None if elevation is None else number(elevation, metres),  # type: ignore[arg-type]
        name,
    )


def _is_auto(sources: Any) -> bool:
    return isinstance(sources, str) and sources.strip() == "auto"


def _second_date(period: Any, sources: Any) -> Problem | None:
    """Return what to say where the end of a period was given as the sources."""
    if not (isinstance(sources, dt.date) or (isinstance(sources, str) and _DATE.fullmatch(sources))):
        return None
    whole = f"{str(period)[:10]}/{str(sources).strip()[:10]}"
    return Problem("sources", str(sources), say("period_is_one_argument"), say("write_period_whole", period=whole))


def _sources(sources: Any, *, own: bool) -> str | tuple[str, ...]:
    """Return the names asked, each once, or "auto"; ``own`` tells whether there is a station."""
    if isinstance(sources, str):
        names = [name.strip() for name in sources.split(",") if name.strip()]
    else:
        names = list(sources) if isinstance(sources, Sequence) or hasattr(sources, "__iter__") else [sources]
    if names == ["auto"]:
        return "auto"
    names = [_name_of(name) for name in names]
    problems = []
    if not names:
        problems.append(Problem("sources", sources, say("no_source_named"), say("write_auto_or_names")))
    for name in names:
        if name == STATION and not own:
            problems.append(Problem("source", name, say("own_file_not_given"), say("give_station")))
        elif isinstance(name, str) and name.startswith("grid") and name not in catalogue.names():
            problems.append(Problem("source", name, say("own_grid_not_open"), say("open_the_grid", name=name)))
        elif name not in (*catalogue.names(), STATION):
            known = say("known_sources_or_auto", sources=list(catalogue.names()))
            problems.append(Problem("source", name, say("is_not_known"), known))
    if problems:
        raise InputError(problems)
    return tuple(dict.fromkeys(names))


def _name_of(source: Any) -> Any:
    """Return the name of a source that is given itself (a grid), which is then known here; a name as it is."""
    row = getattr(source, "info", None)
    if isinstance(row, catalogue.SourceInfo) and row.name != STATION and hasattr(type(source), "fetch"):
        catalogue.adopt([row])
        return row.name
    return source


def _wrong_options(options: Mapping[str, Any]) -> Iterator[Problem]:
    for name, value in options.items():
        if name not in OPTIONS:
            yield Problem("option", name, say("is_not_known"), say("known_are", names=list(OPTIONS)))
        elif value not in OPTIONS[name]:
            yield Problem(name, value, say("must_be_one_of", names=list(OPTIONS[name])))


def reading(station: Source) -> str:
    """Return the arguments that a person gave to have a file read: which station, what the columns are."""
    mapping = getattr(station, "mapping", None)
    if mapping is None:
        return ""
    known = {name: dict(facts) for name, facts in mapping.known.items()}
    whole = known.pop("", {})  # what is said of the whole file has parameters of its own
    names = {"format": "dates", "table": "format"}
    given = {"station": mapping.station, "known": known} | {names.get(name, name): said for name, said in whole.items()}
    return "".join(f", {name}={value!r}" for name, value in given.items() if value)


def _same_station(one: Any, other: Any) -> bool:
    if one is other or type(one) is not type(other):
        return one is other
    if not hasattr(one, "frame"):
        return bool(one == other)
    names = ("filename", "site", "mapping", "monthly", "warnings")
    return bool(one.frame.equals(other.frame)) and all(getattr(one, n) == getattr(other, n) for n in names)
