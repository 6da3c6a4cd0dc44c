"""What people call their columns: from a header to a canonical variable, a unit and a height.

English, Portuguese, Spanish, German, French and Italian words, and the names of a few services whose files are common
(NASA POWER, CIMIS, INMET, GHCN, DWD). Nothing is taken silently: every guess carries its reason, to be shown before it
is used.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping

from etolib.sources.station.units import unit_of

_MAX = {"max", "maximum", "maxima", "maximo", "maximale", "maximal", "massima", "massimo", "mx", "high", "hi"}
_MIN = {"min", "minimum", "minima", "minimo", "minimale", "minimal", "mn", "low", "lo"}
_NOT_WANTED = ("qc", "flag", "quality", "soil", "solo", "suelo", "boden", "erdboden", "direction", "direcao",
               "direccion", "dir", "windrichtung", "gust", "rajada", "rafaga", "raffica", "boe", "windspitze", "snow",
               "shk", "net", "netto", "longwave", "gegenstrahlung", "clear", "clrsky", "wet", "sea")  # fmt: skip
_DIRECT: Mapping[str, str] = {
    "tmax": "tmax", "tx": "tmax", "t2m max": "tmax", "tmin": "tmin", "tn": "tmin", "t2m min": "tmin", "tmean": "tmean",
    "tavg": "tmean", "tmed": "tmean", "tm": "tmean", "t2m": "tmean", "tg": "tmean", "tdew": "tdew", "td": "tdew",
    "tdp": "tdew", "t2mdew": "tdew", "rhmax": "rhmax", "rhmin": "rhmin", "rhmean": "rhmean", "rh2m": "rhmean",
    "rhx": "rhmax", "rhn": "rhmin", "urmax": "rhmax", "urmin": "rhmin", "urmed": "rhmean", "hrmax": "rhmax",
    "hrmin": "rhmin", "rhavg": "rhmean", "ea": "ea", "vp": "ea", "u2": "u2", "ws2m": "u2", "ws10m": "u2", "u10": "u2",
    "uz": "u2", "rs": "rs", "srad": "rs", "ghi": "rs", "solrad": "rs", "rg": "rs", "allsky sfc sw dwn": "rs",
    "prcp": "precipitation", "pr": "precipitation", "ppt": "precipitation", "pcp": "precipitation",
    "prectotcorr": "precipitation", "ps": "pressure", "patm": "pressure", "eto": "eto", "et0": "eto", "etref": "eto",
    # Daily values of the German weather service (DWD)
    "txk": "tmax", "tnk": "tmin", "tmk": "tmean", "upm": "rhmean", "vpm": "ea", "fm": "u2", "rsk": "precipitation",
    "sdk": "sunshine", "pm": "pressure",
}  # fmt: skip


def plain(text: str) -> str:
    """Return lower-case words without accents and signs.

    >>> plain("TEMPERATURA MÁXIMA, DIÁRIA")
    'temperatura maxima diaria'
    """
    bare = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return " ".join(re.sub(r"[^a-z0-9]+", " ", bare.lower()).split())


def split_unit(header: str) -> tuple[str, str | None]:
    """Return name and unit of a header: in brackets, after a comma or as the last word.

    >>> split_unit("Tmax (°F)"), split_unit("wind_mph"), split_unit("Rain")
    (('Tmax', '°F'), ('wind', 'mph'), ('Rain', None))
    """
    for inside in re.findall(r"[(\[{]([^)\]}]*)[)\]}]", header)[::-1]:
        unit = unit_of(inside)
        if unit:
            return re.sub(r"[(\[{][^)\]}]*[)\]}]", " ", header).strip(" ,_-"), unit
    match = re.match(r"^(.*\S)[\s,_\-]+([^\s,_]+)$", header.strip())
    # One bare letter may be part of a name (T_c is a unit, wind_k is not).
    if match and (unit := unit_of(match[2])) and (len(match[2]) > 1 or match[2].lower() in "cf%"):
        if unit in ("min", "h") and not set(plain(match[1]).split()) & {"sunshine", "sun", "insolacao"}:
            return header.strip(), None
        return match[1].strip(" ,_-"), unit
    return header.strip(), None


def classify(name: str) -> str | None:
    """Return what a column holds: a canonical variable, a part of the date, ``station``, ``latitude``...; else None.

    >>> classify("Max Air Temp"), classify("UMIDADE RELATIVA DO AR, MEDIA DIARIA"), classify("Wind gust")
    ('tmax', 'rhmean', None)
    """
    text = plain(name)
    words = set(text.split())
    joined = text.replace(" ", "")
    if text in _DIRECT or joined in _DIRECT:
        return _DIRECT.get(text) or _DIRECT[joined]

    def some(*stems: str) -> bool:
        return any(word.startswith(stem) for word in words for stem in stems)

    if some(*_NOT_WANTED):
        return None

    def within(*stems: str) -> bool:
        """Languages that join words: "tageshochsttemperatur" has its stem inside."""
        return any(stem in word for word in words for stem in stems)

    high = bool(words & _MAX) or within("hochst", "maximal")
    low = bool(words & _MIN) or within("tiefst", "minimal")
    extreme = "max" if high else "min" if low else "mean"
    if some("evapotransp", "verdunstung") or words & {"eto", "et0"}:
        return "eto"
    if some("dew", "orvalho", "rocio", "rosee", "rugiada") or within("taupunkt"):
        return "tdew" if extreme == "mean" else None
    if some("vap") or within("dampfdruck") or words & {"vp", "ea"}:
        return "ea"
    if some("humid", "umid", "humed") or within("feucht") or words & {"rh", "ur", "hr", "hum"}:
        return f"rh{extreme}"
    if some("wind", "vento", "viento") or words & {"ws", "u2", "u10", "ff", "vent"}:
        return None if extreme != "mean" else "u2"  # the day's largest wind is not its mean
    if some("sunshine", "insolacao", "insolation", "heliofania", "soleggiamento") or within("sonnenschein"):
        return "sunshine"
    if {"sun", "hours"} <= words:
        return "sunshine"
    if some("solar", "radiation", "radiacao", "radiacion", "radiazione", "rayonnement", "irradiance", "shortwave"):
        return "rs"
    if within("globalstrahlung", "sonnenstrahlung") or {"sol", "rad"} <= words:
        return "rs"
    if some("rain", "precip", "chuva", "lluvia", "pluie", "pioggia", "prcp") or within("niederschlag") or text == "rr":
        return "precipitation"
    if some("pressure", "pressao", "presion", "pression") or within("luftdruck"):
        return "pressure"
    if some("temp") or within("temperatur") or words & {"t", "tair", "t2m"} or joined in {"tmaxc", "tminc"}:
        return f"t{extreme}"
    return _part(words)


def _part(words: set[str]) -> str | None:
    for part, names in (
        ("date", {"date", "data", "fecha", "datum", "time", "timestamp", "datetime"}),
        ("year", {"year", "ano", "anio", "jahr", "annee", "anno", "yyyy", "yr"}),
        ("month", {"month", "mes", "monat", "mois", "mese", "mo", "mm"}),
        ("doy", {"doy", "julian", "jul", "jday", "yday"}),
        ("day", {"day", "dia", "tag", "jour", "giorno", "dy", "dd"}),
        ("hour", {"hour", "hora", "stunde", "heure", "ora", "hr"}),
        ("latitude", {"lat", "latitude", "breite", "breitengrad", "latitudine"}),
        ("longitude", {"lon", "long", "longitude", "lange", "langengrad", "longitudine"}),
        ("elevation", {"elev", "elevation", "alt", "altitude", "altitud", "stationshohe", "quota"}),
        (
            "station",
            {"station", "stations", "stn", "estacao", "estacion", "stazione", "wetterstation", "codigo", "id", "stid",
             "site", "name"},
        ),
    ):  # fmt: skip
        if words & names:
            return part
    return None


def height_of(name: str) -> float | None:
    """Return the height of a wind [m] that its name states, None where it states none.

    >>> height_of("WS10M"), height_of("wind speed at 2 m"), height_of("vento")
    (10.0, 2.0, None)
    """
    match = re.search(r"(?<![\d.])(\d{1,2}(?:\.\d)?)\s*m(?![a-z/])", plain_height(name)) or re.search(
        r"\bu(2|10)\b", plain_height(name)
    )
    return float(match[1]) if match else None


def plain_height(name: str) -> str:
    """Return a name in lower case with its units taken out of the way of its height.

    >>> plain_height("WS10M (m/s)")
    'ws10m '
    """
    return re.sub(r"[(\[{][^)\]}]*[)\]}]", "", name.lower()).replace("_", " ")
