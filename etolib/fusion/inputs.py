"""Choice of the input per variable: which source gives temperature, wind, radiation and humidity of a day.

The four inputs of the Penman-Monteith equation are not equally good in one source, so they are chosen one
by one and the equation is applied **once**, instead of averaging the results of several equations. The
choice needs no reference series ("mode G"): it is a stated prior. What it is worth was measured against
BR-DWGD (Xavier et al. 2022, doi:10.1002/joc.7731) in twelve Brazilian cities, 1991-2020: RMSE 0.64 mm/day
against 0.84 for the mean of the two sources' ETo.

Humidity keeps the form in which its source has it, so that the best route of FAO-56 survives (`etolib.eto`: vapour
pressure, dew point, both extremes of relative humidity, a psychrometer, the maximum, the mean). What carries over to
the temperature of another source is another matter:

- **Temperature and humidity of one source**: its columns are taken as they are.
- **A station's humidity without its temperature**: as it is too. Vapour pressure and dew point are amounts of water in
  the air, measured at the place, whatever thermometer is read beside them; a relative humidity has no other
  temperature to be read at than the one chosen.
- **A grid's humidity with the temperature of another source**: as relative humidity (its mean; else its vapour pressure
  over the saturation pressure of its own extremes). A cell that is too warm or too high is so in its dew point as well;
  the relative humidity carries least of that over.
- **The pair of NASA POWER and Open-Meteo**: the mean of their mean relative humidities, as it was measured.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from etolib.equations.air import saturation_vapour_pressure
from etolib.equations.elementwise import checked_inputs
from etolib.equations.filling import vapour_pressure
from etolib.errors import InputError, Problem
from etolib.sources import catalogue
from etolib.sources.catalogue import STATION
from etolib.words import Text, say

INPUT_COLUMNS = ("tmin", "tmax", "tmean", "rhmean", "ea", "u2", "rs", "precipitation")
"""Columns of a chosen table, canonical units."""

TEMPERATURE = ("tmin", "tmax", "tmean")
HUMIDITY = ("rhmean", "rhmin", "rhmax", "tdew", "tdry", "twet", "a_psy", "ea")
_ENOUGH = ("rhmean", "rhmax", "tdew", "twet", "ea")
"""Columns one of which a humidity needs, beside others or alone."""

GIVEN = ("tmin", "tmax", *HUMIDITY, "u2", "rs", "sunshine", "soil_heat_flux")
"""Columns of `Chosen.given`."""

EVIDENCE = (
    "why_temperature",
    "why_wind",
    "why_radiation",
    "why_humidity",
    "why_humidity_route",
    "why_together",
)
"""Why each choice is as it is: keys of the sentences in the result's provenance."""


@dataclass(frozen=True)
class Chosen:
    """The inputs chosen, where each came from, and why.

    Attributes
    ----------
    inputs : pandas.DataFrame
        Columns `INPUT_COLUMNS`, canonical units, NaN where no source has the day. ``ea`` is formed by the best route
        that the chosen humidity allows. [kPa]
    given : pandas.DataFrame
        What `etolib.eto` is to be given, columns of `GIVEN` that have a value: humidity in the form its source has it,
        sunshine on days without radiation, and the soil heat flux of own months.
    source : pandas.DataFrame
        The shape of ``inputs``: name of the source of each cell (``a+b`` for a mean of two), None where absent.
        Radiation that is only to be had from sunshine counts as its source's.
    evidence : tuple of Text
        The reasons, one sentence each.
    """

    inputs: pd.DataFrame
    given: pd.DataFrame
    source: pd.DataFrame
    evidence: tuple[Text, ...]


def choose_inputs(
    frames: Mapping[str, pd.DataFrame], first: Sequence[str] = (), elevation: float | None = None
) -> Chosen:
    """Choose the source of every input, day by day.

    Parameters
    ----------
    frames : mapping of str to pandas.DataFrame
        Canonical daily tables by source name, all with the same date index; NaN or a missing column is absent.
    first : sequence of str
        National sources that are at home at the place (`etolib.sources.plan`): they give temperature, wind, rain and,
        on days their temperature is taken, humidity before Open-Meteo's forecast does (never before its archive). Not
        radiation: they have none, and an estimate does not come before a value.
    elevation : float, optional
        Of the place: a psychrometer needs its air pressure. [m]

    Returns
    -------
    Chosen
        One value per day and variable; minimum and maximum temperature of a day come from one source wherever one
        source has both.

    Raises
    ------
    InputError
        Without frames, or where the date indexes differ.

    Examples
    --------
    >>> day = pd.date_range("2020-01-01", periods=1)
    >>> table = {"tmin": 20.0, "tmax": 30.0, "rhmean": 60.0, "u2": 2.0, "rs": 20.0}
    >>> a, b = pd.DataFrame(table, index=day), pd.DataFrame({**table, "rhmean": 70.0, "rs": 22.0}, index=day)
    >>> chosen = choose_inputs({"open_meteo_archive": a, "nasa_power": b})
    >>> float(chosen.inputs.rs.iloc[0]), float(chosen.inputs.rhmean.iloc[0]), chosen.source.rhmean.iloc[0]
    (22.0, 65.0, 'nasa_power+open_meteo_archive')
    """
    if not frames:
        raise InputError([Problem("frames", {}, say("holds_no_source"))])
    index = next(iter(frames.values())).index
    if uneven := [name for name, frame in frames.items() if not frame.index.equals(index)]:
        raise InputError([Problem("frames", uneven, say("must_have_one_date_index"), say("reindex_to_one"))])
    table = _Table(len(index), elevation)
    fine = catalogue.ranked(list(frames), "weather", first)
    for name in fine:  # a day's extremes belong together: two grids can put one's minimum above the other's maximum
        values = {variable: _column(frames[name], variable).to_numpy() for variable in TEMPERATURE}
        free = ~(table.there("tmin") & table.there("tmax"))
        whole = np.isfinite(values["tmin"]) & np.isfinite(values["tmax"]) & free
        for variable in TEMPERATURE:
            table.put(variable, values[variable], name, whole)
    unpaired = ~(table.there("tmin") & table.there("tmax"))
    for variable in TEMPERATURE:
        for name in fine:
            table.put(variable, _column(frames[name], variable).to_numpy(), name, unpaired & ~table.there(variable))
    for variable, names in (
        ("u2", fine),
        ("precipitation", fine),
        ("rs", catalogue.ranked(list(frames), "radiation")),
    ):
        for name in names:
            table.put(variable, _column(frames[name], variable).to_numpy(), name)
    for name in catalogue.ranked(list(frames), "radiation"):
        table.put("sunshine", _column(frames[name], "sunshine").to_numpy(), name, ~table.there("rs"))
    if STATION in frames:  # of the months of an own file (FAO-56 Eq. 43), with its temperature only
        heat = _column(frames[STATION], "soil_heat_flux").to_numpy()
        table.put("soil_heat_flux", heat, STATION, table.source["tmax"] == STATION)
    _choose_humidity(frames, fine, first, table)
    reasons = [say("national_service_first", source=name, reason=_prior(name)) for name in first if name in frames]
    inputs = {name: table.values[name] for name in INPUT_COLUMNS} | {"ea": table.pressure()}
    source = {name: table.source[name] for name in INPUT_COLUMNS}
    source["rs"] = np.where(table.there("rs"), source["rs"], table.source["sunshine"])
    source["ea"] = _where(np.isfinite(inputs["ea"]), table.humidity)
    source["rhmean"] = _where(table.there("rhmean"), table.humidity)
    given = {name: table.values[name] for name in GIVEN if name in TEMPERATURE or table.there(name).any()}
    return Chosen(
        pd.DataFrame(inputs, index=index),
        pd.DataFrame(given, index=index),
        pd.DataFrame(source, index=index),
        (*map(say, EVIDENCE), *reasons),
    )


def _where(there: np.ndarray, names: np.ndarray) -> np.ndarray:
    out = names.copy()
    out[~there] = None
    return out


def _prior(name: str) -> Text:
    """Return why a national source stands where it does. A prior that is stated, not measured: no recordings of both
    forecasts with a reference were at hand."""
    return catalogue.words(catalogue.find(name).prior or name)


class _Table:
    """Inputs under construction: a value and the name of its source per cell; humidity in the form it was given in."""

    def __init__(self, days: int, elevation: float | None) -> None:
        self.elevation = elevation
        columns = dict.fromkeys((*INPUT_COLUMNS, *GIVEN))
        self.values = {variable: np.full(days, np.nan) for variable in columns}
        self.source = {variable: np.full(days, None, dtype=object) for variable in columns}
        self.humidity = np.full(days, None, dtype=object)
        self.no_humidity = np.ones(days, bool)

    def there(self, variable: str) -> np.ndarray:
        """Return where a variable has a value."""
        there: np.ndarray = np.isfinite(self.values[variable])
        return there

    def put(self, variable: str, values: np.ndarray, name: str, free: np.ndarray | None = None) -> None:
        """Write values where the cell is ``free`` (empty by default) and there is one, and note their source."""
        take = (~self.there(variable) if free is None else free) & np.isfinite(values)
        self.values[variable][take] = values[take]
        self.source[variable][take] = name

    def put_humidity(self, columns: Mapping[str, np.ndarray], name: str, where: np.ndarray | bool = True) -> None:
        """Write the humidity of a source in its own columns, where none is yet and any of them has a value."""
        there = np.logical_or.reduce([np.isfinite(values) for values in columns.values()])
        take = self.no_humidity & where & there
        for variable, values in columns.items():
            self.values[variable][take] = values[take]
        self.humidity[take] = name
        self.no_humidity &= ~take

    def pressure(self) -> np.ndarray:
        """Return the vapour pressure of the humidity chosen. [kPa]"""
        return vapour_pressure({name: self.values[name] for name in ("tmin", "tmax", *HUMIDITY)}, self.elevation)


def _choose_humidity(
    frames: Mapping[str, pd.DataFrame], fine: Sequence[str], first: Sequence[str], table: _Table
) -> None:
    """Choose the humidity of every day, in the form that holds at the temperature chosen (see the module)."""
    at = table.source["tmax"]
    carried = {
        name: relative_humidity(frame, table.elevation).to_numpy() for name, frame in frames.items() if name != STATION
    }
    if STATION in frames:
        table.put_humidity(_humidity(frames[STATION]), STATION)
    for name in (name for name in first if name in frames):
        table.put_humidity(_humidity(frames[name]), name, at == name)
    for one, other in catalogue.humidity_pairs(list(carried)):
        table.put_humidity({"rhmean": (carried[one] + carried[other]) / 2}, f"{one}+{other}")
    for name in (name for name in fine if name != STATION):
        table.put_humidity(_humidity(frames[name]), name, at == name)
        table.put_humidity({"rhmean": carried[name]}, name)


def _humidity(frame: pd.DataFrame) -> dict[str, np.ndarray]:
    """Return the columns of humidity of a source, NaN on days none of which an equation takes."""
    columns = {name: _column(frame, name).to_numpy() for name in HUMIDITY}
    bulbs = ("tdry", "twet", "a_psy")
    whole = np.logical_and.reduce([np.isfinite(columns[name]) for name in bulbs])
    columns |= {name: np.where(whole, columns[name], np.nan) for name in bulbs}
    usable = np.logical_or.reduce([np.isfinite(columns[name]) for name in _ENOUGH])
    return {name: np.where(usable, values, np.nan) for name, values in columns.items()}


def relative_humidity(frame: pd.DataFrame, elevation: float | None = None) -> pd.Series:
    """Return the mean relative humidity of a source's table, to be read at another temperature. [%]

    Taken as given (``rhmean``), else vapour pressure by the best route over the mean saturation pressure of the
    source's own extremes (FAO-56 Eqs. 12, 14 to 18): that makes the vapour pressure formed from it later the
    source's own. Bounded to 100 %. A psychrometer needs the ``elevation`` [m].
    """
    columns = {name: _column(frame, name) for name in ("tmin", "tmax", *HUMIDITY)}
    es = (saturation_pressure(columns["tmin"]) + saturation_pressure(columns["tmax"])) / 2
    humidity = columns.pop("rhmean")
    if humidity.isna().any():
        own = vapour_pressure({name: values.to_numpy() for name, values in columns.items()}, elevation)
        humidity = humidity.fillna(100 * pd.Series(own, index=frame.index) / es)
    return humidity.clip(upper=100.0)


def saturation_pressure(temperature: Any) -> Any:
    """Return the saturation vapour pressure [kPa] at a temperature [degC]; NaN where absent, nothing refused."""
    with checked_inputs():  # tables of sources are judged by `etolib.fusion.faults`, cell by cell
        return saturation_vapour_pressure(temperature)


def _column(frame: pd.DataFrame, name: str) -> pd.Series:
    if name in frame:
        return pd.to_numeric(frame[name], errors="coerce").astype(float)
    return pd.Series(np.nan, index=frame.index)
