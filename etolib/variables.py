"""The one table of variables: canonical name, unit, words, CF name and plausible range.

Everything inside etolib uses these names and units; only `etolib.sources` and the explicit unit
conversion at the edge know others. Temperature in degC, pressure in kPa, radiation in MJ m-2 day-1,
wind in m s-1 **at 2 m**, water in mm day-1.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Variable:
    """One variable of the canonical table.

    ``lower`` and ``upper`` bound what a daily value on Earth can be (records with some room): outside
    them a number is not weather but a unit, a fill value or a broken sensor.
    """

    name: str
    units: str
    long_name: str
    standard_name: str | None
    lower: float
    upper: float
    cell_methods: str
    decimals: int = 2


_TABLE = (
    Variable("tmin", "degC", "minimum air temperature at 2 m", "air_temperature", -95, 60, "time: minimum", 1),
    Variable("tmax", "degC", "maximum air temperature at 2 m", "air_temperature", -90, 60, "time: maximum", 1),
    Variable("tmean", "degC", "mean air temperature at 2 m", "air_temperature", -93, 55, "time: mean", 1),
    Variable("tdew", "degC", "mean dew point at 2 m", "dew_point_temperature", -100, 38, "time: mean", 1),
    Variable("rhmin", "%", "minimum relative humidity at 2 m", "relative_humidity", 0, 100, "time: minimum", 0),
    Variable("rhmax", "%", "maximum relative humidity at 2 m", "relative_humidity", 0, 110, "time: maximum", 0),
    Variable("rhmean", "%", "mean relative humidity at 2 m", "relative_humidity", 0, 105, "time: mean", 0),
    Variable("tdry", "degC", "dry bulb of a psychrometer", "air_temperature", -90, 60, "time: mean", 1),
    Variable("twet", "degC", "wet bulb of a psychrometer", "wet_bulb_temperature", -90, 40, "time: mean", 1),
    Variable("a_psy", "degC-1", "coefficient of a psychrometer", None, 0.0004, 0.002, "time: point", 6),
    Variable("ea", "kPa", "actual vapour pressure", "water_vapor_partial_pressure_in_air", 0, 6.7, "time: mean", 3),
    Variable("u2", "m s-1", "mean wind speed at 2 m", "wind_speed", 0, 40, "time: mean", 2),
    Variable("rs", "MJ m-2 day-1", "global solar radiation", "surface_downwelling_shortwave_flux_in_air",
             0, 50, "time: mean", 2),
    Variable("precipitation", "mm day-1", "precipitation", "lwe_precipitation_rate", 0, 2000, "time: mean", 1),
    Variable("pressure", "kPa", "mean air pressure at the surface", "surface_air_pressure", 30, 110, "time: mean", 2),
    Variable("sunshine", "h", "bright sunshine", "duration_of_sunshine", 0, 24, "time: sum", 1),
    Variable("cloud", "%", "mean cloud cover", "cloud_area_fraction", 0, 100, "time: mean", 0),
    Variable("eto", "mm day-1", "reference evapotranspiration", None, 0, 30, "time: mean", 2),
)  # fmt: skip

VARIABLES: dict[str, Variable] = {v.name: v for v in _TABLE}
"""Canonical variables by name, in the order tables show them."""

INPUTS: tuple[str, ...] = tuple(name for name in VARIABLES if name != "eto")
"""Names of the weather variables a source can provide."""
