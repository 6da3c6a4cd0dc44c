"""Choice of the input per variable: which source gives temperature, wind, radiation and humidity of a day.

The four inputs of the Penman-Monteith equation are not equally good in one source, so they are chosen one
by one and the equation is applied **once**, instead of averaging the results of several equations. The
choice needs no reference series ("mode G"): it is a stated prior. What it is worth was measured against
BR-DWGD (Xavier et al. 2022, doi:10.1002/joc.7731) in twelve Brazilian cities, 1991-2020: RMSE 0.64 mm/day
against 0.84 for the mean of the two sources' ETo.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from etolib.equations.air import saturation_vapour_pressure
from etolib.equations.elementwise import checked_inputs
from etolib.errors import InputError, Problem
from etolib.sources import catalogue
from etolib.sources.catalogue import STATION
from etolib.words import Text, say

INPUT_COLUMNS = ("tmin", "tmax", "tmean", "rhmean", "ea", "u2", "rs", "precipitation")
"""Columns of a chosen table, canonical units."""

TEMPERATURE = ("tmin", "tmax", "tmean")
HUMIDITY = ("rhmean", "rhmin", "rhmax", "tdew", "ea")

EVIDENCE = (
    "why_temperature",
    "why_wind",
    "why_radiation",
    "why_humidity",
    "why_together",
)
"""Why each choice is as it is: keys of the sentences in the result's provenance."""


@dataclass(frozen=True)
class Chosen:
    """The inputs chosen, where each came from, and why.

    Attributes
    ----------
    inputs : pandas.DataFrame
        Columns `INPUT_COLUMNS`, canonical units, NaN where no source has the day. ``ea`` is formed from the
        chosen relative humidity and temperatures (FAO-56 Eq. 19). [kPa]
    source : pandas.DataFrame
        The same shape: name of the source of each cell (``a+b`` for a mean of two), None where absent.
    evidence : tuple of Text
        The reasons, one sentence each.
    """

    inputs: pd.DataFrame
    source: pd.DataFrame
    evidence: tuple[Text, ...]


def choose_inputs(frames: Mapping[str, pd.DataFrame], first: Sequence[str] = ()) -> Chosen:
    """Choose the source of every input, day by day.

    Parameters
    ----------
    frames : mapping of str to pandas.DataFrame
        Canonical daily tables by source name, all with the same date index; NaN or a missing column is absent.
    first : sequence of str
        National sources that are at home at the place (`etolib.sources.plan`): they give temperature, wind, rain and,
        on days their temperature is taken, humidity before Open-Meteo's forecast does (never before its archive). Not
        radiation: they have none, and an estimate does not come before a value.

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
    table = _Table(len(index))
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
    _choose_humidity(frames, fine, first, table)
    reasons = [say("national_service_first", source=name, reason=_prior(name)) for name in first if name in frames]
    return Chosen(
        pd.DataFrame(table.values, index=index),
        pd.DataFrame(table.source, index=index),
        (*map(say, EVIDENCE), *reasons),
    )


def _prior(name: str) -> Text:
    """Return why a national source stands where it does. A prior that is stated, not measured: no recordings of both
    forecasts with a reference were at hand."""
    return catalogue.words(catalogue.find(name).prior or name)


class _Table:
    """Inputs under construction: a value and the name of its source per cell."""

    def __init__(self, days: int) -> None:
        self.values = {variable: np.full(days, np.nan) for variable in INPUT_COLUMNS}
        self.source = {variable: np.full(days, None, dtype=object) for variable in INPUT_COLUMNS}

    def there(self, variable: str) -> np.ndarray:
        """Return where a variable has a value."""
        there: np.ndarray = np.isfinite(self.values[variable])
        return there

    def put(self, variable: str, values: np.ndarray, name: str, free: np.ndarray | None = None) -> None:
        """Write values where the cell is ``free`` (empty by default) and there is one, and note their source."""
        take = (~self.there(variable) if free is None else free) & np.isfinite(values)
        self.values[variable][take] = values[take]
        self.source[variable][take] = name


def _choose_humidity(
    frames: Mapping[str, pd.DataFrame], fine: Sequence[str], first: Sequence[str], table: _Table
) -> None:
    humidity = {name: relative_humidity(frame).to_numpy() for name, frame in frames.items()}
    if STATION in humidity:
        table.put("rhmean", humidity[STATION], STATION)
    for name in (name for name in first if name in humidity):
        here = (table.source["tmax"] == name) & ~table.there("rhmean")
        table.put("rhmean", humidity[name], name, here)
    for one, other in catalogue.humidity_pairs(list(humidity)):
        table.put("rhmean", (humidity[one] + humidity[other]) / 2, f"{one}+{other}")
    for name in fine:
        table.put("rhmean", humidity[name], name)
    extremes = [saturation_pressure(pd.Series(table.values[variable])) for variable in ("tmin", "tmax")]
    table.values["ea"] = table.values["rhmean"] / 100 * ((extremes[0] + extremes[1]) / 2).to_numpy()
    made = table.there("ea")
    table.source["ea"][made] = table.source["rhmean"][made]


def relative_humidity(frame: pd.DataFrame) -> pd.Series:
    """Return the mean relative humidity of a source's table. [%]

    Taken as given (``rhmean``), else mean of ``rhmin`` and ``rhmax``, else from ``ea`` or ``tdew`` over the mean
    saturation pressure of the source's own extremes (FAO-56 Eqs. 12, 14, 19): that makes the vapour pressure formed
    from it later the source's own. Bounded to 100 %.
    """
    es = (saturation_pressure(_column(frame, "tmin")) + saturation_pressure(_column(frame, "tmax"))) / 2
    pressure = _column(frame, "ea").fillna(saturation_pressure(_column(frame, "tdew")))
    humidity = _column(frame, "rhmean")
    humidity = humidity.fillna((_column(frame, "rhmin") + _column(frame, "rhmax")) / 2)
    return humidity.fillna(100 * pressure / es).clip(upper=100.0)


def saturation_pressure(temperature: Any) -> Any:
    """Return the saturation vapour pressure [kPa] at a temperature [degC]; NaN where absent, nothing refused."""
    with checked_inputs():  # tables of sources are judged by `etolib.fusion.faults`, cell by cell
        return saturation_vapour_pressure(temperature)


def _column(frame: pd.DataFrame, name: str) -> pd.Series:
    if name in frame:
        return pd.to_numeric(frame[name], errors="coerce").astype(float)
    return pd.Series(np.nan, index=frame.index)
