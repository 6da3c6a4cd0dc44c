"""Loggers and small stations, a row each. Their wind stands where its owner put it: the height is asked."""

from __future__ import annotations

from etolib.sources.station.formats import instruments_tables as tables
from etolib.sources.station.formats.row import Format, Spec

NOT = Spec(None)


def _campbell() -> dict[str, Spec]:
    """Return the names that Short Cut, Campbell's generator of programmes, gives to what it measures."""
    columns = dict.fromkeys(("record", "recnbr", "rn"), NOT)
    columns |= {"timestamp": Spec("date"), "tmstamp": Spec("date")}
    means, extremes = ("", " avg", " smp"), ("max", "min")
    for stem, unit in (("airtc", "°C"), ("airtf", "°F"), ("airtk", "K")):
        columns |= {f"{stem}{how}": Spec("tmean", unit) for how in means}
        columns |= {f"{stem} {how}": Spec(f"t{how}", unit) for how in extremes}
    columns |= {f"rh{how}": Spec("rhmean", "%") for how in means} | {
        f"rh {how}": Spec(f"rh{how}", "%") for how in extremes
    }
    for stem, unit in (("tdc", "°C"), ("tdf", "°F")):
        columns |= {f"{stem}{how}": Spec("tdew", unit) for how in means}
    for stem, unit in (("bp mbar", "hPa"), ("bp kpa", "kPa"), ("bp mmhg", "mmHg"), ("bp inhg", "inHg")):
        columns |= {f"{stem}{how}": Spec("pressure", unit) for how in means}
    for stem, unit in (("ws ms", "m/s"), ("ws mph", "mph"), ("ws kph", "km/h"), ("ws knots", "kn")):
        columns |= {f"{stem}{how}": Spec("u2", unit) for how in (*means, " s wvt", " u wvt")}
        columns |= {f"{stem} {how}": NOT for how in extremes}
    columns |= {"slrw": Spec("rs", "W/m²"), "slrw avg": Spec("rs", "W/m²"), "slrkj tot": Spec("rs", "kJ/m²"),
                "slrmj tot": Spec("rs", "MJ/m²"), "rain mm tot": Spec("precipitation", "mm"),
                "rain in tot": Spec("precipitation", "in"), "etos tot": Spec("eto", "mm"),
                "eto mm tot": Spec("eto", "mm")}  # fmt: skip
    for stem in ("battv", "batt volt", "ptemp", "ptemp c", "ptemp f", "panel temp", "twc", "twf", "potslrw", "rso"):
        columns |= {f"{stem}{how}": NOT for how in (*means, " min", " max", " tot")}
    return columns


_CAMPBELL = _campbell()

TOA5 = Format(
    name="toa5",
    title="Campbell Scientific TOA5",
    recognise=lambda head: bool(head.lines) and head.lines[0].lstrip("\ufeff").lstrip('"').startswith("TOA5"),
    table=tables.toa5,
    columns=_CAMPBELL,
    stamps="end",
    source="Campbell Scientific, TOA5 in the LoggerNet manual (file formats): four lines of header; "
    "a record is stamped at the end of its interval",
)

TOACI1 = Format(
    name="toaci1",
    title="Campbell Scientific TOACI1",
    recognise=lambda head: bool(head.lines) and head.lines[0].lstrip("\ufeff").lstrip('"').startswith("TOACI1"),
    table=tables.toaci1,
    columns=_CAMPBELL,
    stamps="end",
    source="Campbell Scientific, TOACI1 in the LoggerNet manual: two lines of header, no units",
)

HOBO = Format(
    name="hobo",
    title="HOBOware export",
    recognise=lambda head: tables.hobo_header(head.lines) is not None,
    table=tables.hobo,
    columns={"": NOT},
    source="HOBOware User's Guide, export of tables: title, then # and date with the offset from UTC, names with units "
    "and serial numbers; readings are of the moment, statistics of the interval before",
)

_DAVIS = {
    "date": Spec("date"), "time": Spec("hour"), "temp out": Spec("tmean"), "hi temp": Spec("tmax"),
    "low temp": Spec("tmin"), "out hum": Spec("rhmean", "%"), "dew pt": Spec("tdew"),
    "wind speed": Spec("u2", choices=("km/h", "mph", "m/s", "kn")),
    "rain": Spec("precipitation"), "solar rad": Spec("rs", "W/m²"), "et": Spec("eto"),
}  # fmt: skip

DAVIS = Format(
    name="davis",
    title="Davis WeatherLink text",
    recognise=lambda head: tables.davis_header(head.lines) is not None,
    table=tables.davis,
    columns=_DAVIS,
    closed=True,
    stamps="end",
    source="Davis WeatherLink, Help, Export Records: tabulators, two lines of header, units as the user has set them; "
    "a record is stamped at the end of its interval (Vantage serial protocol, archive record); Bar is at sea level",
)

_TEMPERATURE = {"c": "°C", "f": "°F"}
_SPEED = {"m s": "m/s", "km h": "km/h", "mph": "mph", "knots": "kn", "kts": "kn", "kt": "kn"}
_RAIN = {"mm": "mm", "in": "in"}
_BAR = {"hpa": "hPa", "mb": "hPa", "in hg": "inHg", "inhg": "inHg", "mm hg": "mmHg", "mmhg": "mmHg"}

DAVIS_COM = Format(
    name="davis_weatherlink_com",
    title="WeatherLink.com export",
    recognise=lambda head: tables.is_weatherlink_com(head.lines),
    columns={
        "date time": Spec("date"), "hum": Spec("rhmean", "%"), "high hum": Spec("rhmax", "%"),
        "low hum": Spec("rhmin", "%"), "solar rad w m 2": Spec("rs", "W/m²"),
        **{f"temp {u}": Spec("tmean", unit) for u, unit in _TEMPERATURE.items()},
        **{f"high temp {u}": Spec("tmax", unit) for u, unit in _TEMPERATURE.items()},
        **{f"low temp {u}": Spec("tmin", unit) for u, unit in _TEMPERATURE.items()},
        **{f"dew point {u}": Spec("tdew", unit) for u, unit in _TEMPERATURE.items()},
        **{f"wind speed {u}": Spec("u2", unit) for u, unit in _SPEED.items()},
        **{f"avg wind speed {u}": Spec("u2", unit) for u, unit in _SPEED.items()},
        **{f"rain {u}": Spec("precipitation", unit) for u, unit in _RAIN.items()},
        **{f"et {u}": Spec("eto", unit) for u, unit in _RAIN.items()},
        **{f"absolute pressure {u}": Spec("pressure", unit) for u, unit in _BAR.items()},
    },
    closed=True,
    stamps="end",
    source="WeatherLink.com, Data, Export: names with units (Temp - °C), indoor as Inside, Barometer at sea level",
)  # fmt: skip


def _outdoor(*names: str) -> dict[str, Spec]:
    """Return the columns of an Ecowitt file; ``names`` of wind, radiation and absolute pressure before their units."""
    wind, sun, pressure = names
    return {
        "time": Spec("date"), "outdoor humidity": Spec("rhmean", "%"), f"{sun} w m2": Spec("rs", "W/m²"),
        **{f"outdoor temperature {u}": Spec("tmean", unit) for u, unit in _TEMPERATURE.items()},
        **{f"outdoor dew point {u}": Spec("tdew", unit) for u, unit in _TEMPERATURE.items()},
        **{f"dew point {u}": Spec("tdew", unit) for u, unit in _TEMPERATURE.items()},
        **{f"{wind} {u}": Spec("u2", unit) for u, unit in _SPEED.items()},
        **{f"{pressure} {u}": Spec("pressure", unit) for u, unit in _BAR.items()},
    }  # fmt: skip


ECOWITT = Format(
    name="ecowitt_gateway",
    title="Ecowitt console or gateway",
    recognise=lambda head: tables.is_ecowitt_gateway(head.lines),
    columns=_outdoor("wind", "solar rad", "abs pressure"),
    closed=True,
    stamps="end",
    source="Ecowitt and EasyWeather consoles, files of the SD card, as CumulusMX reads them (EcowittLogFile): rain is "
    "a running total and left out",
)

ECOWITT_NET = Format(
    name="ecowitt_net",
    title="ecowitt.net export",
    recognise=lambda head: tables.ecowitt_net_header(head.lines) is not None,
    table=tables.ecowitt_net,
    columns=_outdoor("wind wind speed", "solar and uvi solar", "pressure absolute"),
    closed=True,
    stamps="end",
    source="ecowitt.net, export of a device: a line of groups (Outdoor, Indoor ...) over one of quantities with units",
)

FORMATS: tuple[Format, ...] = (TOA5, TOACI1, HOBO, DAVIS, DAVIS_COM, ECOWITT, ECOWITT_NET)
