"""Services whose downloads do not say their units, a row for each system of units."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from etolib.equations.air import saturation_vapour_pressure
from etolib.sources.station.cells import is_number
from etolib.sources.station.formats.row import Format, Head, Spec
from etolib.sources.station.formats.text import find_header, under
from etolib.sources.station.names import plain

_WANTED = ("datetime", "tempmax", "tempmin")
_SOURCE = (
    "Visual Crossing, Weather Data Documentation and Unit groups: daily windspeed is the largest of the hours and "
)
_SOURCE += "left out, windspeedmean the mean; solarenergy in MJ/m² in every group"


def visual_crossing_units(head: Head) -> str | None:
    """Return the units of temperature of a file of Visual Crossing by its values, None where it is none or is unclear.

    Kelvin are above 200. Whether temperature ``T`` and dew point ``D`` are in °C or °F shows in the humidity beside
    them, as es(D) / es(T) is another in either; without it, degrees above 60 are Fahrenheit.
    """
    if find_header(head.lines, *_WANTED) is None:
        return None
    table = under(head.lines, head.name, *_WANTED)
    at = {plain(column): i for i, column in enumerate(table.names)}

    def numbers(name: str) -> np.ndarray:
        cells = [row[at[name]] if name in at else "" for row in table.rows]
        return np.array([float(cell) if is_number(cell) else np.nan for cell in cells])

    high = numbers("tempmax")
    if not np.isfinite(high).any():
        return None
    if np.nanmedian(high) > 200:
        return "K"
    mean, dew, humidity = numbers("temp"), numbers("dew"), numbers("humidity")
    good = np.isfinite(mean) & np.isfinite(dew) & np.isfinite(humidity)
    if good.any():
        misfit = {unit: _misfit(mean[good], dew[good], humidity[good], unit) for unit in ("°C", "°F")}
        better, worse = sorted(misfit, key=lambda unit: misfit[unit])
        if misfit[better] < 4 and misfit[worse] > misfit[better] + 1.5:
            return better
    return "°F" if np.nanmax(high) > 60 else None


def _misfit(mean: np.ndarray, dew: np.ndarray, humidity: np.ndarray, unit: str) -> float:
    """Return how far a humidity of temperature and dew point is from the one given [%]."""
    if unit == "°F":
        mean, dew = (mean - 32) / 1.8, (dew - 32) / 1.8
    if mean.max() > 60 or mean.min() < -60 or dew.min() < -80:
        return float("inf")
    from_dew = 100 * np.asarray(saturation_vapour_pressure(dew)) / np.asarray(saturation_vapour_pressure(mean))
    return float(np.median(np.abs(from_dew - humidity)))


def _columns(temperature: str | None, rain: str | None, wind: str | None) -> Mapping[str, Spec]:
    return {
        "name": Spec("station"), "latitude": Spec("latitude"), "longitude": Spec("longitude"),
        "datetime": Spec("date"), "tempmax": Spec("tmax", temperature), "tempmin": Spec("tmin", temperature),
        "temp": Spec("tmean", temperature), "dew": Spec("tdew", temperature), "humidity": Spec("rhmean", "%"),
        "precip": Spec("precipitation", rain), "windspeedmean": Spec("u2", wind), "solarenergy": Spec("rs", "MJ/m²"),
    }  # fmt: skip


def _row(name: str, title: str, unit: str | None, columns: Mapping[str, Spec]) -> Format:
    return Format(
        name=name,
        title=title,
        recognise=lambda head: find_header(head.lines, *_WANTED) is not None and visual_crossing_units(head) == unit,
        columns=columns,
        closed=True,
        wind_height=10.0,
        day="midnight to midnight, local time",
        source=_SOURCE,
    )


FORMATS: tuple[Format, ...] = (
    _row("visual_crossing", "Visual Crossing", "°C", _columns("°C", "mm", None)),
    _row("visual_crossing_us", "Visual Crossing, US units", "°F", _columns("°F", "in", "mph")),
    _row("visual_crossing_base", "Visual Crossing, base units", "K", _columns("K", "mm", "m/s")),
    _row("visual_crossing_unclear", "Visual Crossing, units unclear", None, _columns(None, None, None)),
)
