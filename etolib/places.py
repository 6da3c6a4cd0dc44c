"""Places by name, without network: towns of 5 000 inhabitants and more (GeoNames, CC BY 4.0, geonames.org).

>>> [(place.name, place.country) for place in search("petrolina")]
[('Petrolina', 'BR'), ('Petrolina de Goiás', 'BR')]

Nothing is read before the first search.
"""

from __future__ import annotations

import json
import re
import unicodedata
import zlib
from array import array
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from itertools import accumulate, islice
from operator import sub
from typing import Any

from etolib.site import Site

ATTRIBUTION = "Places: GeoNames (https://www.geonames.org), CC BY 4.0"

_LETTERS = {
    "ł": "l", "ø": "o", "ß": "ss", "đ": "d", "ı": "i", "æ": "ae", "œ": "oe", "þ": "th", "ð": "d", "ə": "e", "ħ": "h",
    "'": "", "`": "", "-": " ", "–": " ", ".": " ", ",": " ", "(": " ", ")": " ", "/": " ", "\t": " ",
}  # fmt: skip
_LANGUAGES = ("en", "pt", "es")
_OTHER_NAME_COUNTS = 50  # Rome before the towns named Roma, but Petrópolis before St Petersburg, which is called so too
_FUZZY_FROM = 4  # letters; of shorter words a wrong letter makes another word


@dataclass(frozen=True)
class Place:
    """A town.

    Attributes
    ----------
    name : str
    country : str
        Its ISO 3166 code, two letters; `country_name` says it in words.
    latitude, longitude : float
        Degrees, to about 100 m.
    population : int
        Inhabitants; 0 where not known.
    region : str
        State of the USA, or what an online service says; empty where not known.
    elevation : float or None
        Metres, where an online service says it.
    """

    name: str
    country: str
    latitude: float
    longitude: float
    population: int = 0
    region: str = ""
    elevation: float | None = None

    @property
    def site(self) -> Site:
        """The place for a request."""
        return Site(self.latitude, self.longitude, self.elevation, self.name)

    def title(self, language: str = "en") -> str:
        """Return name, region and country in a language.

        >>> search("petrolina")[0].title("pt")
        'Petrolina, Brasil'
        """
        country = country_name(self.country, language)
        return ", ".join(part for part in (self.name, self.region, country) if part)


def fold(text: str) -> str:
    """Return a name as it is compared: small Latin letters without accents, apostrophes and hyphens.

    >>> fold("São João-d'Aliança")
    'sao joao dalianca'
    """
    return _plain(text).strip().decode()


def _plain(text: str) -> bytes:
    """Return a text of any length folded, its lines kept; what has no Latin letter is dropped."""
    text = unicodedata.normalize("NFKD", text.lower())
    for letter, plain in _LETTERS.items():  # much quicker on a long text than `str.translate`
        text = text.replace(letter, plain)
    return re.sub(b"  +", b" ", text.encode("ascii", "ignore"))


class _Lines:
    """Names, one a line, in one run of bytes: looking through it is as quick as the machine can."""

    def __init__(self, text: bytes, owners: array[int] | None = None) -> None:
        self.text = b"\n" + text + b"\n"
        self.starts = array("i", accumulate((len(line) + 1 for line in text.split(b"\n")), initial=1))
        self.owners = owners

    def owner(self, line: int) -> int:
        return line if self.owners is None else self.owners[line]

    def hits(self, wanted: bytes) -> Iterator[int]:
        """Yield the towns on whose lines a text stands, the largest first."""
        at = self.text.find(wanted)
        while at >= 0:
            line = bisect_right(self.starts, at + 1 if wanted[:1] == b"\n" else at) - 1
            yield self.owner(line)
            at = self.text.find(wanted, self.starts[line + 1] - 1)

    def line(self, number: int) -> str:
        return self.text[self.starts[number] : self.starts[number + 1] - 1].decode()


class _Gazetteer:
    """The file, read."""

    def __init__(self, data: bytes) -> None:
        body = zlib.decompress(data)
        end = body.index(b"\n")
        head = json.loads(body[:end])
        column: dict[str, bytes] = {}
        at = end + 1
        for name, length in head["columns"].items():
            column[name], at = body[at : at + length], at + length
        self.countries: dict[str, list[str]] = head["countries"]
        self.codes, self.states = column["countries"].decode(), column["states"].decode()
        self.latitude, self.longitude, fewer = (array("i", column[name]) for name in ("latitude", "longitude", "fewer"))
        self.population = array("i", accumulate(fewer, sub, initial=head["largest"]))
        self.own = _Lines(_plain(column["names"].decode()))
        self.others = _Lines(column["others"], array("i", column["others_of"]))
        self._names = _Lines(column["names"])
        self._pairs: tuple[Any, ...] = ()

    def __len__(self) -> int:
        return len(self.latitude)

    def place(self, number: int) -> Place:
        return Place(
            self._names.line(number), self.country(number), self.latitude[number] / 1000, self.longitude[number] / 1000,
            self.population[number], self.region(number),
        )  # fmt: skip

    def country(self, number: int) -> str:
        return self.codes[2 * number : 2 * number + 2]

    def region(self, number: int) -> str:
        return self.states[2 * number : 2 * number + 2].strip()

    def like(self, wanted: str) -> list[int]:
        """Return the towns whose names, or their beginnings, are one letter away; for long names two.

        Names without enough of the pairs of letters are left out first: all are compared at once.
        """
        import numpy as np

        if not self._pairs:
            raw = np.frombuffer(self.own.text, np.uint8).astype(np.uint64)
            bits = np.uint64(1) << ((raw[:-1] * np.uint64(31) + raw[1:]) % np.uint64(64))
            starts = np.frombuffer(self.own.starts, np.int32)
            self._pairs = (np.bitwise_or.reduceat(bits, starts[:-1]), np.diff(starts) - 1)
        pairs, lengths = self._pairs
        letters = np.frombuffer(wanted.encode(), np.uint8).astype(np.uint64)
        mask = np.bitwise_or.reduce(np.uint64(1) << ((letters[:-1] * np.uint64(31) + letters[1:]) % np.uint64(64)))
        away = 1 if len(wanted) < 8 else 2
        enough = np.bitwise_count(mask) - np.bitwise_count(pairs & mask) <= 2 * away
        few = np.flatnonzero(enough & (lengths >= len(wanted) - away))[:600]
        found = [(distance(wanted, self.own.line(n), away), n) for n in few.tolist()]
        return [n for apart, n in sorted(found) if apart <= away]


@cache
def _gazetteer() -> _Gazetteer:
    return _Gazetteer(resources.files("etolib.data").joinpath("places.zlib").read_bytes())


@cache
def _cells(size: float) -> Any:
    """Return the cells of a size [degrees] in which each country has towns, as numbers in order."""
    import numpy as np

    towns = _gazetteer()
    codes = np.frombuffer(towns.codes.encode(), dtype=">u2").astype(np.int64)
    return np.unique(_cell(codes, np.array(towns.latitude) / 1000, np.array(towns.longitude) / 1000, size))


def _cell(codes: Any, latitudes: Any, longitudes: Any, size: float, north: int = 0, east: int = 0) -> Any:
    """Return the numbers of the cells that hold places, or of cells some steps beside them."""
    rows = ((latitudes + 90) // size).astype(int) + north
    columns = (((longitudes + 180) // size).astype(int) + east) % round(360 / size)
    return (codes * 1000 + rows + 1) * 1000 + columns


def in_country(codes: Sequence[str], latitudes: Any, longitudes: Any, size: float = 2.0) -> Any:
    """Return whether places lie in a country, as far as its towns tell.

    Parameters
    ----------
    codes : sequence of str
        ISO 3166 codes of two letters; what is none, or has no towns, gives NaN.
    latitudes, longitudes : array_like, shape (n,)
        Degrees; what is no place on Earth is in no country.
    size : float
        A town must stand in the same cell of this size or in one beside it: within it surely, within twice as much
        perhaps. Half a degree or more. [degrees]

    Returns
    -------
    ndarray of float, shape (n,)
        1, 0 or NaN.

    Examples
    --------
    >>> in_country(["DE", "DE", "XX"], [50.0, 50.0, 50.0], [8.5, -8.5, 8.5])
    array([ 1.,  0., nan])
    """
    import numpy as np

    cells = _cells(size)
    plain = [code if len(code) == 2 and code.isascii() else "  " for code in codes]
    number = np.frombuffer("".join(plain).encode(), dtype=">u2").astype(np.int64)
    north, east = np.asarray(latitudes, dtype=float), np.asarray(longitudes, dtype=float)
    possible = (np.abs(north) <= 90) & (np.abs(east) <= 180)  # False where one is NaN
    north, east = np.where(possible, north, 0.0), np.where(possible, east, 0.0)
    steps = (-1, 0, 1)
    near = np.logical_or.reduce([np.isin(_cell(number, north, east, size, i, j), cells) for i in steps for j in steps])
    return np.where(np.isin(number, np.unique(cells // 1_000_000)), (near & possible).astype(float), np.nan)


def distance(wanted: str, name: str, most: int) -> int:
    """Return how many letters must change to make a text the beginning of a name; more than ``most``: most + 1.

    >>> distance("petrolna", "petrolina", 2), distance("petorl", "petrolina", 2), distance("abc", "xyz", 1)
    (1, 1, 2)
    """
    name = name[: len(wanted) + most]
    before: list[int] = []
    row = list(range(len(name) + 1))
    for i, letter in enumerate(wanted, start=1):
        older, before, row = before, row, [i]
        for j, other in enumerate(name, start=1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (letter != other))
            if i > 1 and j > 1 and letter == name[j - 2] and wanted[i - 2] == other:  # two letters exchanged
                cost = min(cost, older[j - 2] + 1)
            row.append(cost)
        if min(row) > most:
            return most + 1
    return min(*row, most + 1)


def country_name(code: str, language: str = "en") -> str:
    """Return the name of a country in a language; English where there is none in it, the code where there is none.

    >>> country_name("BR", "es"), country_name("XX")
    ('Brasil', 'XX')
    """
    names = _gazetteer().countries.get(code)
    return code if names is None else names[_LANGUAGES.index(language) if language in _LANGUAGES else 0]


def search(text: str, limit: int = 10) -> list[Place]:
    """Return towns by name, best first: the whole name, its beginning, the beginning of a word, a part, nearly so.

    Parameters
    ----------
    text : str
        A name or its beginning, accents and capitals as one likes; after a comma the country (its name in English,
        Portuguese or Spanish, or its code) or the state of the USA.
    limit : int
        How many at most.

    Returns
    -------
    list of Place
        Of equal matches the largest town first.

    >>> search("munchen")[0].name, search("springfield, IL")[0].region, search("valencia, espanha")[0].country
    ('Munich', 'IL', 'ES')
    >>> search("petrolna")[0].name, search("")
    ('Petrolina', [])
    """
    name, _, where = text.partition(",")
    wanted, limits = fold(name), fold(where)
    if not wanted or limit < 1:
        return []
    books = _gazetteer()
    inside = _filter(books, limits)
    found: dict[int, None] = {}
    for hits in _steps(books, wanted.encode()):
        for number in islice((n for n in hits if n not in found and inside(n)), limit):
            found[number] = None
        if len(found) >= limit:
            break
    if not found and len(wanted) >= _FUZZY_FROM:
        found = dict.fromkeys(filter(inside, books.like(wanted)))
    return [books.place(number) for number in islice(found, limit)]


def _steps(books: _Gazetteer, wanted: bytes) -> Iterator[Iterable[int]]:
    """Yield the towns that match, one kind of match after the other."""
    own, others = books.own, books.others
    whole = b"\n" + wanted + b"\n"
    people = {n: books.population[n] / _OTHER_NAME_COUNTS for n in islice(others.hits(whole), 50)}
    people |= {n: books.population[n] for n in islice(own.hits(whole), 50)}
    yield sorted(people, key=lambda n: -people[n])
    yield own.hits(b"\n" + wanted)
    yield others.hits(b"\n" + wanted)
    yield own.hits(b" " + wanted)
    if len(wanted) >= _FUZZY_FROM:
        yield own.hits(wanted)


def lies_in(place: Place, where: str) -> bool:
    """Return whether a place lies where a text says: a country, by its code or name, or a region; "" is everywhere.

    >>> lies_in(search("springfield, il")[0], "usa"), lies_in(search("petrolina")[0], "Brasil")
    (False, True)
    """
    wanted = fold(where)
    inside = not wanted or place.country in _codes(_gazetteer(), wanted)
    return inside or (len(wanted) > 1 and fold(place.region).startswith(wanted))


def _filter(books: _Gazetteer, where: str) -> Callable[[int], bool]:
    """Return whether a town lies where a folded text says: a country, or a state of the USA."""
    if not where:
        return lambda number: True
    state, codes = where.upper(), _codes(books, where)
    return lambda number: books.country(number) in codes or (books.region(number) == state)


def _codes(books: _Gazetteer, where: str) -> set[str]:
    """Return the countries of a code, or whose names begin with a folded text."""
    return {where.upper()} & books.countries.keys() or {
        code for code, names in books.countries.items() if any(fold(name).startswith(where) for name in names)
    }
