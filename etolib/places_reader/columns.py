"""Which column of a table of places is which: by its name, in the words of several languages."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace

_WORDS = {
    "latitude": """
        latitude latitudes lat latitud latitudine breite breitengrad geobreite breedtegraad breedte breddgrad breddegrad
        leveysaste szerokosc latituda sirka enlem 纬度 緯度 위도 широта
    """,
    "longitude": """
        longitude longitudes lon long lng longitud longitudine laenge lange laengengrad langengrad geolaenge lengtegraad
        lengte langdgrad lengdegrad pituusaste dlugosc delka boylam 经度 經度 経度 경도 долгота
    """,
    "elevation": """
        elevation elev elevacao elevacion altitude altitud altitudine alt height hoehe hohe meereshoehe seehoehe hoogte
        hojd hoyde korkeus wysokosc vyska yukseklik quota cota altura masl asl msnm hgt 海拔 高度 标高 標高 고도 высота
    """,
    "name": """
        name nome nombre nom naam namn navn nimi nazwa nazev isim label rotulo etiqueta title titulo titel station
        estacao estacion stazione stationname place lugar local localidade localidad ort luogo lieu plaats site sitio
        city cidade ciudad ville citta stadt town municipio municipality commune gemeinde comune farm fazenda finca
        granja ferme fundo parcela talhao field campo 名称 地点 站名 地名 名前 이름 지점 название
    """,
    "code": "id code codigo codice cod key chave ident identifier wmo stationid kennung 编号 번호",
    "both": "coordinates coordenadas coordinate coord coords latlon latlong latlng position posicao posicion",
    "wkt": "wkt geometry geom geometria the_geom shape",
}
_ROLE = {word: role for role, words in _WORDS.items() for word in words.split()}
_AXES = {"y": "latitude", "x": "longitude", "z": "elevation"}
_SIDES = {
    "ns": "latitude",
    "sn": "latitude",
    "ew": "longitude",
    "we": "longitude",
    "eo": "longitude",
    "lo": "longitude",
}
"""Columns that hold the letter of the hemisphere alone."""
_PARTS = {
    "deg": "degrees", "degree": "degrees", "degrees": "degrees", "graus": "degrees", "grados": "degrees",
    "grad": "degrees", "d": "degrees", "g": "degrees",
    "min": "minutes", "minute": "minutes", "minutes": "minutes", "minutos": "minutes", "minuten": "minutes",
    "m": "minutes",
    "sec": "seconds", "second": "seconds", "seconds": "seconds", "segundos": "seconds", "seg": "seconds",
    "sekunden": "seconds", "s": "seconds",
    "hem": "hemisphere", "hemi": "hemisphere", "hemisphere": "hemisphere", "hemisferio": "hemisphere",
    "dir": "hemisphere", "ns": "hemisphere", "ew": "hemisphere", "we": "hemisphere",
}  # fmt: skip
_FEET = {"ft", "feet", "foot", "pes", "pies"}
_RADIANS = {"rad", "radian", "radians", "radianos", "radianes", "radianti", "radiant", "bogenmass"}
_LETTERS = {
    "latitude": {"south": "S", "sul": "S", "sur": "S", "sud": "S", "sued": "S", "zuid": "S"},
    "longitude": {"w": "W", "west": "W", "oeste": "W", "ouest": "W", "ovest": "W"},
}  # fmt: skip
_OTHER_SIDE = {"north", "norte", "nord", "noord", "n", "east", "leste", "este", "est", "ost", "oost", "e", "negative",
               "negativo", "negativa", "neg", "minus"}  # fmt: skip
"""Words beside which a hemisphere in a header tells how signs are meant, and not where all places are."""
_PROJECTED = {"utm", "easting", "northing", "este", "norte", "rechtswert", "hochwert", "epsg3857", "mercator"}
_GERMANIC = {"breite", "breitengrad", "geobreite", "laenge", "lange", "laengengrad", "langengrad", "geolaenge",
             "breedtegraad", "breedte", "lengtegraad", "lengte"}  # fmt: skip
"""Headers of languages in which O is east (Ost, oost)."""


@dataclass(frozen=True)
class Column:
    """What a header says of its column.

    Attributes
    ----------
    name : str
        The header.
    role : str or None
        latitude, longitude, elevation, name, code, both (a pair in one cell), wkt; None where it says nothing.
    part : str or None
        degrees, minutes, seconds or hemisphere, where the coordinate is spread over columns.
    rank : int
        The smaller, the surer.
    feet, germanic, projected : bool
        Whether it says feet; is German or Dutch; names a projection.
    letter : str
        S or W where the header says that numbers without a sign are of that hemisphere ("Longitude W").
    radians : bool
        Whether it says radians.
    """

    name: str
    role: str | None
    part: str | None = None
    rank: int = 0
    feet: bool = False
    germanic: bool = False
    projected: bool = False
    letter: str = ""
    radians: bool = False


def read_header(name: str) -> Column:
    """Return what a header says of its column.

    >>> read_header("Longitude (W)").letter, read_header("Longitude (E+, W-)").letter, read_header("lat_rad").radians
    ('W', '', True)
    >>> read_header("Latitude (°)").role, read_header("COORD_X").role, read_header("Höhe [m ü. NN]").role
    ('latitude', 'longitude', 'elevation')
    >>> read_header("lat_min").part, read_header("altitude_ft").feet, read_header("tmax").role
    ('minutes', True, None)
    """
    words = _words(name)
    column = _role(name, words)
    if column.role not in _LETTERS or column.part == "hemisphere":
        return column
    letters = {_LETTERS[column.role][word] for word in words if word in _LETTERS[column.role]}
    letter = letters.pop() if letters and not _OTHER_SIDE & set(words) else ""
    return replace(column, letter=letter, radians=bool(_RADIANS & set(words)))


def _role(name: str, words: Sequence[str]) -> Column:
    """Return what a header is of, by its words."""
    feet, germanic = bool(_FEET & set(words)), bool(_GERMANIC & set(words))
    projected = bool(_PROJECTED & set(words))
    joined = "".join(words)
    if joined in _SIDES:
        return Column(name, _SIDES[joined], "hemisphere")
    axes = [_AXES[word] for word in words if word in _AXES]
    if len(axes) == 1 and not {"lat", "lon", "latitude", "longitude"} & set(words):
        return Column(name, axes[0], None, 2, feet, germanic, projected)
    if joined in _ROLE:
        return Column(name, _ROLE[joined], None, 0, feet, germanic, projected)
    roles = [(_ROLE[word], i) for i, word in enumerate(words) if word in _ROLE]
    # A place's name ("name of station") and what stands beside a coordinate ("station latitude") are no rivals.
    strong = [role for role, _ in roles if role in ("latitude", "longitude", "elevation")]
    if len(set(strong)) == 1:
        role = strong[0]
        return Column(name, role, _part(words, role), 1, feet, germanic, projected)
    if not strong and roles:
        role = next((role for role, _ in roles if role == "code"), roles[0][0])
        return Column(name, role, None, 1, feet, germanic, projected)
    return Column(name, None, projected=projected)


def _words(name: str) -> list[str]:
    """Return the words of a header, lower case, without accents.

    >>> _words("GPS_Latitude(decimal)"), _words("stationName")
    (['gps', 'latitude', 'decimal'], ['station', 'name'])
    """
    text = (
        unicodedata.normalize("NFC", name)
        .replace("ß", "ss")
        .replace("ä", "ae")
        .replace("Ä", "Ae")
        .replace("ö", "oe")
        .replace("Ö", "Oe")
    )
    text = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", text)
    bare = "".join(sign for sign in unicodedata.normalize("NFKD", text) if not unicodedata.combining(sign))
    bare = unicodedata.normalize("NFC", bare)
    return [word for word in re.split(r"[^\w]+|_", bare.lower()) if word]


def _part(words: Sequence[str], role: str) -> str | None:
    """Return which part of a coordinate a column holds; of heights m is no minute."""
    if role == "elevation":
        return None
    parts = [_PARTS[word] for word in words if word in _PARTS]
    return parts[-1] if parts else None


def choose(headers: Sequence[str]) -> tuple[dict[str, list[Column]], list[Column]]:
    """Return the columns of each role, the surest first, and all columns as read.

    >>> found, _ = choose(["id", "Nome", "y", "lat", "lon"])
    >>> {role: [column.name for column in columns] for role, columns in found.items()}
    {'code': ['id'], 'name': ['Nome'], 'latitude': ['lat', 'y'], 'longitude': ['lon']}
    """
    read = [read_header(str(name)) for name in headers]
    found: dict[str, list[Column]] = {}
    for column in read:
        if column.role is not None:
            found.setdefault(column.role, []).append(column)
    return {role: sorted(columns, key=lambda column: column.rank) for role, columns in found.items()}, read
