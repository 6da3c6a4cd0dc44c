"""What people call their columns and units: from a header to a canonical variable and a conversion.

English, Portuguese, Spanish, German, French and Italian words, and the names of a few services whose files are common
(NASA POWER, CIMIS, INMET, GHCN, DWD). Nothing is taken silently: every guess carries its reason, to be shown before it
is used.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping

Conversion = tuple[float, float]

UNITS: Mapping[str, Mapping[str, Conversion]] = {
    "temperature": {"°C": (1.0, 0.0), "°F": (5 / 9, -160 / 9), "K": (1.0, -273.15)},
    "humidity": {"%": (1.0, 0.0), "fraction": (100.0, 0.0)},
    "vapour pressure": {"kPa": (1.0, 0.0), "hPa": (0.1, 0.0), "mmHg": (0.1333224, 0.0)},
    "wind": {
        "m/s": (1.0, 0.0), "km/h": (1 / 3.6, 0.0), "mph": (0.44704, 0.0), "kn": (1852 / 3600, 0.0),
        "km/day": (1 / 86.4, 0.0), "mi/day": (1609.344 / 86400, 0.0), "ft/s": (0.3048, 0.0),
    },
    "radiation": {
        "MJ/m²": (1.0, 0.0), "W/m²": (0.0864, 0.0), "kWh/m²": (3.6, 0.0), "Wh/m²": (0.0036, 0.0),
        "Ly": (0.04184, 0.0), "J/cm²": (0.01, 0.0), "kJ/m²": (0.001, 0.0),
    },
    "water": {"mm": (1.0, 0.0), "in": (25.4, 0.0), "cm": (10.0, 0.0)},
    "pressure": {
        "kPa": (1.0, 0.0), "hPa": (0.1, 0.0), "Pa": (0.001, 0.0), "mmHg": (0.1333224, 0.0), "inHg": (3.386389, 0.0),
    },
    "duration": {"h": (1.0, 0.0), "min": (1 / 60, 0.0)},
}  # fmt: skip
"""Factor and offset to the canonical unit, by quantity and unit. Exact, or the thermochemical calorie for Ly."""

QUANTITY: Mapping[str, str] = {
    "tmin": "temperature", "tmax": "temperature", "tmean": "temperature", "tdew": "temperature",
    "rhmin": "humidity", "rhmax": "humidity", "rhmean": "humidity", "ea": "vapour pressure", "u2": "wind",
    "rs": "radiation", "precipitation": "water", "pressure": "pressure", "sunshine": "duration", "eto": "water",
}  # fmt: skip

CANONICAL: Mapping[str, str] = {
    name: next(unit for unit, change in UNITS[quantity].items() if change == (1.0, 0.0))
    for name, quantity in QUANTITY.items()
}
"""The unit of a column that has the canonical name exactly."""

_SPELLINGS: Mapping[str, tuple[str, ...]] = {
    "°C": ("c", "degc", "deg c", "celsius", "oc", "°c", "ºc", "graus c"),
    "°F": ("f", "degf", "deg f", "fahrenheit", "of", "°f", "ºf"),
    "K": ("k", "kelvin"),
    "%": ("%", "percent", "pct", "porcento"),
    "fraction": ("fraction", "0-1", "frac"),
    "m/s": ("m/s", "ms-1", "m s-1", "m.s-1", "mps", "m/sec", "ms"),
    "km/h": ("km/h", "kmh", "km h-1", "kph", "kmph"),
    "mph": ("mph", "mi/h", "miles/h", "miles per hour"),
    "kn": ("kn", "kt", "kts", "knots", "knot"),
    "km/day": ("km/day", "km/d", "km d-1", "km/dia"),
    "mi/day": ("mi/day", "miles/day", "mi/d"),
    "ft/s": ("ft/s", "fps"),
    "MJ/m²": ("mj/m2", "mj/m²", "mj m-2", "mj/m^2", "mj/m2/day", "mj/m²/day", "mj m-2 day-1", "mj m-2 d-1",
              "mj/m^2/day", "mj/m2/d", "mj/m²/d", "mj"),
    "W/m²": ("w/m2", "w/m²", "w m-2", "w/m^2", "wm-2", "watt/m2"),
    "kWh/m²": ("kwh/m2", "kwh/m²", "kw-hr/m^2/day", "kwh/m2/day", "kwh m-2", "kwh/m²/day", "kwh"),
    "Wh/m²": ("wh/m2", "wh/m²", "wh/m^2"),
    "Ly": ("ly", "ly/day", "langley", "langleys", "cal/cm2", "cal/cm²", "cal/cm2/day"),
    "J/cm²": ("j/cm2", "j/cm²"),
    "kJ/m²": ("kj/m2", "kj/m²", "kj m-2", "kj/m^2"),
    "mm": ("mm", "mm/day", "mm/d", "mm day-1", "mm d-1", "mm/dia", "millimeters"),
    "in": ("in", "inch", "inches", "in/day", "in.", "\""),
    "cm": ("cm",),
    "kPa": ("kpa",),
    "hPa": ("hpa", "mbar", "mb", "mbars", "millibar", "millibars"),
    "Pa": ("pa",),
    "mmHg": ("mmhg",),
    "inHg": ("inhg", "in hg"),
    "h": ("h", "hr", "hrs", "hour", "hours", "horas"),
    "min": ("min", "minutes", "mins"),
}  # fmt: skip
_UNIT = {spelling: unit for unit, spellings in _SPELLINGS.items() for spelling in spellings}

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


def unit_of(text: str) -> str | None:
    """Return the unit a text means, None where it means none.

    >>> unit_of("Deg F"), unit_of("MJ m-2 day-1"), unit_of("daily")
    ('°F', 'MJ/m²', None)
    """
    bare = " ".join(text.strip().strip("().[]").lower().replace("⁻", "-").replace("¹", "1").split())
    return _UNIT.get(bare) or _UNIT.get(bare.replace(" ", ""))


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
    """Return the height of a wind [m] that its name tells, None where it tells none.

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
