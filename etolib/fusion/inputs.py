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
from numpy.typing import NDArray

from etolib.equations.air import saturation_vapour_pressure
from etolib.equations.elementwise import checked_inputs
from etolib.equations.filling import vapour_pressure
from etolib.fusion.block import Array, Mask, Table, columns_of, one_index, rows_of
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

_READ = (*dict.fromkeys((*INPUT_COLUMNS, *GIVEN)),)

EVIDENCE = (
    "why_temperature",
    "why_wind",
    "why_radiation",
    "why_humidity",
    "why_humidity_route",
    "why_together",
)
"""Why each choice is as it is: keys of the sentences in the result's provenance, where satellites answered."""


Codes = NDArray[np.int8]
"""Sources of cells as positions in `Inputs.names`, -1 where absent."""


@dataclass(frozen=True)
class Inputs:
    """The inputs chosen for the places of a block.

    Attributes
    ----------
    values, given : Table
        Columns `INPUT_COLUMNS`, and those of `GIVEN` that a place has, as in `Chosen`; shape (places, days).
    source : dict of str to ndarray, shape (places, days)
        Of each of `INPUT_COLUMNS`: the source of each cell.
    names : tuple of str
        What the codes mean: the sources, then the pairs of sources whose mean gives the humidity.
    evidence : tuple of Text
    """

    values: Table
    given: Table
    source: dict[str, Codes]
    names: tuple[str, ...]
    evidence: tuple[Text, ...]

    def of(self, variable: str, name: str) -> Mask:
        """Return where the value of a variable is of a source; shape (places, days)."""
        codes = self.source[variable]
        return codes == self.names.index(name) if name in self.names else np.zeros(codes.shape, bool)

    def on(self, rows: Any) -> Inputs:
        """Return the same on some of the days."""
        source = {name: codes[:, rows] for name, codes in self.source.items()}
        return Inputs(rows_of(self.values, rows), rows_of(self.given, rows), source, self.names, self.evidence)

    def words(self, variable: str, place: int = 0) -> NDArray[np.object_]:
        """Return the name of the source of each day of a place, None where absent; shape (days,)."""
        return np.asarray(np.array([*self.names, None], dtype=object)[self.source[variable][place]])


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
    index = one_index(frames)
    tables = {name: columns_of(frame, _READ) for name, frame in frames.items()}
    height = None if elevation is None else np.array([[elevation]])
    return labelled(choose(tables, (1, len(index)), first, height), index)


def labelled(inputs: Inputs, index: pd.Index, place: int = 0) -> Chosen:
    """Return the inputs of one place as tables by date."""
    return Chosen(
        pd.DataFrame({name: inputs.values[name][place] for name in INPUT_COLUMNS}, index=index),
        pd.DataFrame({name: values[place] for name, values in inputs.given.items()}, index=index),
        pd.DataFrame({name: inputs.words(name, place) for name in INPUT_COLUMNS}, index=index),
        inputs.evidence,
    )


def choose(
    tables: Mapping[str, Table], shape: tuple[int, int], first: Sequence[str] = (), elevation: Array | None = None
) -> Inputs:
    """Choose the source of every input, day by day, at many places (`choose_inputs` says how).

    Parameters
    ----------
    tables : mapping of str to Table
        By source, canonical units, NaN where absent.
    shape : tuple of int
        (places, days).
    first : sequence of str
        As in `choose_inputs`.
    elevation : ndarray, shape (places, 1), optional
        A psychrometer needs it. [m]
    """
    fine, radiant = catalogue.ranked(list(tables), "weather", first), catalogue.ranked(list(tables), "radiation")
    table = _Choice(shape, elevation, tuple(tables))
    for name in fine:  # a day's extremes belong together: two grids can put one's minimum above the other's maximum
        source = tables[name]
        if "tmin" in source and "tmax" in source:
            free = ~(table.there("tmin") & table.there("tmax"))
            whole = np.isfinite(source["tmin"]) & np.isfinite(source["tmax"]) & free
            for variable in TEMPERATURE:
                table.put(variable, source, name, whole)
    unpaired = ~(table.there("tmin") & table.there("tmax"))
    for variable in TEMPERATURE if unpaired.any() else ():
        for name in fine:
            table.put(variable, tables[name], name, unpaired & ~table.there(variable))
    for variable, names in (("u2", fine), ("precipitation", fine), ("rs", radiant)):
        for name in names:
            table.put(variable, tables[name], name)
    for name in radiant:
        table.put("sunshine", tables[name], name, ~table.there("rs"))
    if STATION in tables:  # of the months of an own file (FAO-56 Eq. 43), with its temperature only
        table.put("soil_heat_flux", tables[STATION], STATION, table.codes("tmax") == table.code(STATION))
    _choose_humidity(tables, fine, first, table)
    evidence = list(EVIDENCE)
    if "open_meteo_satellite" not in tables:
        evidence[evidence.index("why_radiation")] = "why_radiation_of_cells"
    reasons = [_national(name, radiant) for name in first if name in tables]
    return table.done((*map(say, evidence), *reasons))


def _national(name: str, radiant: Sequence[str]) -> Text:
    """Return why a national source stands where it does, in what it gives. A prior that is stated, not measured: no
    recordings of both forecasts with a reference were at hand."""
    row, before = catalogue.find(name), [other for other in radiant if other != STATION]
    before = before[: before.index(name)]
    if "rs" in row.estimates:
        radiation = say("its_radiation_is_estimated")
    elif "rs" in row.provides:
        radiation = say("its_radiation_comes_after", sources=before) if before else say("its_radiation_comes_first")
    else:
        radiation = say("its_sunshine_for_radiation" if "sunshine" in row.provides else "it_gives_no_radiation")
    given = say("weather_of_a_service" if "u2" in row.provides else "weather_without_wind")
    reason = catalogue.words(row.prior or name)
    return say("national_service_first", variables=given, source=name, reason=reason, radiation=radiation)


class _Choice:
    """Inputs under construction: a value and the code of its source per cell; humidity in the form it was given in."""

    def __init__(self, shape: tuple[int, int], elevation: Array | None, sources: Sequence[str]) -> None:
        self.shape, self.elevation = shape, elevation
        self.names = list(sources)
        self.values: Table = {}
        self.source: dict[str, Codes] = {}
        self.humidity = np.full(shape, -1, np.int8)

    def code(self, name: str) -> int:
        """Return the code of a source, or of a pair, which gets one where it has none."""
        if name not in self.names:
            self.names.append(name)
        return self.names.index(name)

    def codes(self, variable: str) -> Codes:
        """Return the source of each cell of a variable."""
        return self.source[variable] if variable in self.source else np.full(self.shape, -1, np.int8)

    def column(self, variable: str) -> Array:
        """Return the values of a variable."""
        return self.values[variable] if variable in self.values else np.full(self.shape, np.nan)

    def there(self, variable: str) -> Mask:
        """Return where a variable has a value."""
        return np.isfinite(self.column(variable))

    def put(self, variable: str, source: Table, name: str, free: Mask | None = None) -> None:
        """Write values where the cell is ``free`` (empty by default) and there is one, and note their source."""
        if variable not in source:
            return
        values = source[variable]
        take = (~self.there(variable) if free is None else free) & np.isfinite(values)
        self._write(variable, values, take)
        self.source[variable] = np.where(take, np.int8(self.code(name)), self.codes(variable))

    def _write(self, variable: str, values: Array, take: Mask) -> None:
        if variable in self.values:
            np.copyto(self.values[variable], values, where=take)
        else:
            self.values[variable] = np.where(take, values, np.nan)

    def put_humidity(self, columns: Table, name: str, where: Mask | bool = True) -> None:
        """Write the humidity of a source in its own columns, where none is yet and any of them has a value."""
        if not columns:
            return
        there = np.logical_or.reduce([np.isfinite(values) for values in columns.values()])
        take = (self.humidity < 0) & where & there
        for variable, values in columns.items():
            self._write(variable, values, take)
        self.humidity[take] = self.code(name)

    def done(self, evidence: tuple[Text, ...]) -> Inputs:
        """Return what was chosen, with the vapour pressure of the humidity chosen. [kPa]"""
        found = {name: self.values[name] for name in ("tmin", "tmax", *HUMIDITY) if name in self.values}
        ea = vapour_pressure({name: self.column(name) for name in ("tmin", "tmax")} | found, self.elevation)
        values = {name: self.column(name) for name in INPUT_COLUMNS} | {"ea": ea}
        source = {name: self.codes(name) for name in INPUT_COLUMNS}
        source["rs"] = np.where(self.there("rs"), source["rs"], self.codes("sunshine"))
        for name in ("ea", "rhmean"):
            source[name] = np.where(np.isfinite(values[name]), self.humidity, np.int8(-1))
        given = {
            name: self.column(name) for name in GIVEN if name in TEMPERATURE or np.isfinite(self.column(name)).any()
        }
        return Inputs(values, given, source, tuple(self.names), evidence)


def _choose_humidity(tables: Mapping[str, Table], fine: Sequence[str], first: Sequence[str], table: _Choice) -> None:
    """Choose the humidity of every day, in the form that holds at the temperature chosen (see the module)."""
    at = table.codes("tmax")
    carried = {
        name: relative_humidity_of(source, table.elevation) for name, source in tables.items() if name != STATION
    }
    if STATION in tables:
        table.put_humidity(_humidity(tables[STATION]), STATION)
    for name in (name for name in first if name in tables):
        table.put_humidity(_humidity(tables[name]), name, at == table.code(name))
    for one, other in catalogue.humidity_pairs(list(carried)):
        if (a := carried[one]) is not None and (b := carried[other]) is not None:
            table.put_humidity({"rhmean": (a + b) / 2}, f"{one}+{other}")
    for name in (name for name in fine if name != STATION):
        table.put_humidity(_humidity(tables[name]), name, at == table.code(name))
        if (own := carried[name]) is not None:
            table.put_humidity({"rhmean": own}, name)


def _humidity(source: Table) -> Table:
    """Return the columns of humidity of a source, NaN on days none of which an equation takes."""
    columns = {name: source[name] for name in HUMIDITY if name in source}
    bulbs = ("tdry", "twet", "a_psy")
    if all(name in columns for name in bulbs):
        whole = np.logical_and.reduce([np.isfinite(columns[name]) for name in bulbs])
        columns |= {name: np.where(whole, columns[name], np.nan) for name in bulbs}
    else:
        columns = {name: values for name, values in columns.items() if name not in bulbs}
    enough = [np.isfinite(columns[name]) for name in _ENOUGH if name in columns]
    if not enough:
        return {}
    usable = np.logical_or.reduce(enough)
    return columns if usable.all() else {name: np.where(usable, values, np.nan) for name, values in columns.items()}


def relative_humidity(frame: pd.DataFrame, elevation: float | None = None) -> pd.Series:
    """Return the mean relative humidity of a source's labelled table (`relative_humidity_of`). [%]"""
    height = None if elevation is None else np.array([[elevation]])
    found = relative_humidity_of(columns_of(frame, _READ), height)
    return pd.Series(np.nan if found is None else found[0], index=frame.index)


def relative_humidity_of(source: Table, elevation: Array | None = None) -> Array | None:
    """Return the mean relative humidity of a source, to be read at another temperature. [%]

    Taken as given (``rhmean``), else vapour pressure by the best route over the mean saturation pressure of the
    source's own extremes (FAO-56 Eqs. 12, 14 to 18): that makes the vapour pressure formed from it later the
    source's own. Bounded to 100 %. A psychrometer needs the ``elevation``, shape (places, 1) [m]. None where the source
    has no column of humidity.
    """
    humidity = source.get("rhmean")
    others = {name: source[name] for name in HUMIDITY[1:] if name in source}
    if others and {"tmin", "tmax"} <= set(source) and (humidity is None or np.isnan(humidity).any()):
        low, high = source["tmin"], source["tmax"]
        own = vapour_pressure({"tmin": low, "tmax": high, **others}, elevation)
        formed = 100 * own / ((saturation_pressure(low) + saturation_pressure(high)) / 2)
        humidity = formed if humidity is None else np.where(np.isnan(humidity), formed, humidity)
    return None if humidity is None else np.minimum(humidity, 100.0)


def saturation_pressure(temperature: Any) -> Any:
    """Return the saturation vapour pressure [kPa] at a temperature [degC]; NaN where absent, nothing refused."""
    with checked_inputs():  # tables of sources are judged by `etolib.fusion.faults`, cell by cell
        return saturation_vapour_pressure(temperature)
