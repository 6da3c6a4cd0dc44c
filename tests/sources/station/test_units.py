"""Units as people write them, and where they stand in a header."""

from __future__ import annotations

import pytest

from etolib.sources.station.headers import take_apart
from etolib.sources.station.names import split_unit
from etolib.sources.station.preamble import units
from etolib.sources.station.units import UNITS, unit_of
from etolib.units import LANGLEY, factors

SPELLINGS = {
    "°C": (
        "c", "degC", "deg C", "degrees C", "Celsius", "Deg C", "°C", "ºC", "deg c", "oC", "graus C",
        "Grad Celsius", "degree Celsius",
    ),
    "°F": (
        "F", "deg F", "Fahrenheit", "degrees Fahrenheit", "°F",
    ),
    "K": (
        "K", "Kelvin",
    ),
    "MJ/m²": (
        "MJ/m2", "MJ/m²", "MJ m-2", "MJ/m^2", "MJ m-2 d-1", "MJ m-2 day-1", "MJ/m²/day", "MJ/m²/d",
        "MJ m⁻² d⁻¹", "MJ/m2 day", "MJ/m2.day", "MJm-2", "MJ m**-2", "MJ/m2/dia", "MJ·m-2·d-1",
        "megajoules per square meter", "MJ/m2d", "MJm2day",
    ),
    "W/m²": (
        "W/m2", "W/m²", "W m-2", "Wm-2", "W/m^2", "W m**-2", "watts/m2", "W/sq m", "Watts per square meter",
        "w/m²", "W/sq.m",
    ),
    "kWh/m²": (
        "kWh/m2", "kWh/m²/day", "kW-hr/m^2/day", "kWh m-2",
    ),
    "J/m²": (
        "J m-2 d-1", "J/m2", "J m**-2", "J/m^2/day",
    ),
    "kJ/m²": (
        "kJ/m2", "kJ/m²", "KJ/m²", "kJ m-2 d-1",
    ),
    "J/cm²": (
        "J/cm2", "J/cm²", "J cm-2",
    ),
    "Ly": (
        "ly", "Ly/day", "Langley", "cal/cm2/day", "cal cm-2 d-1", "cal/cm²", "langleys", "langley/day",
    ),
    "m/s": (
        "m/s", "m s-1", "ms-1", "meters/second", "m s**-1", "m/sec", "m.s-1", "meters per second", "m s⁻¹",
        "metros por segundo", "metres/sec",
    ),
    "km/h": (
        "km/h", "kmh", "km h-1", "kph", "km/hr", "km per hour",
    ),
    "mph": (
        "mph", "mi/h", "miles/hour", "miles per hour",
    ),
    "km/day": (
        "km/d", "km d-1", "km/day", "km/dia",
    ),
    "mi/day": (
        "mi/d", "miles/day",
    ),
    "kn": (
        "kn", "knots", "kt",
    ),
    "ft/s": (
        "ft/s", "fps",
    ),
    "hPa": (
        "hPa", "mb", "mbar", "millibars", "hpa",
    ),
    "kPa": (
        "kPa", "KPA",
    ),
    "Pa": (
        "Pa",
    ),
    "mmHg": (
        "mmHg", "mm Hg", "torr",
    ),
    "inHg": (
        "inHg", "in Hg", "inches of mercury", "in. Hg",
    ),
    "mm": (
        "mm", "mm/day", "mm d-1", "mm/d", "kg m-2", "L/m2", "mm day-1", "l/m²", "mm/dia",
    ),
    "in": (
        "in", "inch", "inches", "in.", "\"", "in/day",
    ),
    "cm": (
        "cm",
    ),
    "m": (
        "m",
    ),
    "0.1 °C": (
        "0.1 degC", "tenths of degC", "1/10 °C", "tenths °C", "0.1 degrees Celsius", "tenths of degrees C",
        "0,1 °C",
    ),
    "0.1 mm": (
        "0.1 mm", "1/10 mm", "tenths of mm", "tenths mm",
    ),
    "0.01 in": (
        "hundredths of inches", "0.01 in", "hundredths of an inch",
    ),
    "0.1 m/s": (
        "0.1 m/s",
    ),
    "s": (
        "s", "seconds",
    ),
    "min": (
        "min", "minutes",
    ),
    "h": (
        "h", "hours", "hrs", "horas",
    ),
    "%": (
        "%", "percent",
    ),
    "mm/s": (
        "kg m-2 s-1",
    ),
    "°": (
        "°", "deg", "degrees",
    ),
    "µmol/m²/s": (
        "µmol/m²/s", "umol m-2 s-1", "μmol m-2 s-1", "umol/s/m^2",
    ),
    "g/kg": (
        "g/kg",
    ),
    "m³/m³": (
        "m3/m3",
    ),
    "V": (
        "V", "volts",
    ),
    None: (
        "LGR S/N: 10000001", "max", "daily", "mean", "Avg", "foo", "S/N 12", "2 m", "instantaneous", "SEN 3",
        "furlong", "the air",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("unit", "text"), [(unit, text) for unit, texts in SPELLINGS.items() for text in texts])
def test_spellings(unit, text):
    assert unit_of(text) == unit


@pytest.mark.parametrize(
    ("header", "quantity", "unit", "against"),
    [
        ("Max: Temp, °F (LGR S/N: 10000001)", "temperature", "°F", None),
        ("Wind Speed, mph (LGR S/N: 10000001)", "wind", "mph", None),
        ("Temp [°C] (2 m) (daily)", "temperature", "°C", None),
        ("tmax_degC", "temperature", "°C", None),
        ("Temperature in deg F", "temperature", "°F", None),
        ("Rain (in)", "water", "in", None),
        ("rain_in", "water", "in", None),
        ("Temp - °C", "temperature", "°C", None),
        ("Temp (min)", "temperature", None, None),
        ("Relative humidity (°C)", "humidity", None, "°C"),
        ("Solar (µmol/m²/s)", "radiation", None, "µmol/m²/s"),
        ("Wind (°)", "wind", None, "°"),
        ("Sunshine (%)", "duration", None, "%"),
        ("Wind 10 m", "wind", None, None),
        ("Pressure (in)", "pressure", "inHg", None),
        ("TG (0.1 degrees Celsius)", "temperature", "0.1 °C", None),
        ("FG (in 0.1 m/s)", "wind", "0.1 m/s", None),
    ],
)
def test_where_a_unit_stands(header, quantity, unit, against):
    assert take_apart(header).unit_for(quantity) == (unit, against)


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("Units: Temperature in deg F", {"temperature": "°F"}),
        ("temperature in °F, wind in km/h, rain in inches", {"temperature": "°F", "wind": "km/h", "water": "in"}),
        ("Station: X, elevation 100 m", {}),
        ("Unidades: temperatura em °C; radiação em kJ/m²", {"temperature": "°C", "radiation": "kJ/m²"}),
    ],
)
def test_lines_above_a_table(line, found):
    assert units([line]) == found


def test_units_are_exact():
    assert UNITS["temperature"]["°F"][0] * 212 + UNITS["temperature"]["°F"][1] == pytest.approx(100.0)
    assert UNITS["wind"]["mph"][0] == 0.44704
    assert UNITS["wind"]["kn"][0] == pytest.approx(0.514444, abs=1e-6)
    assert UNITS["water"]["in"][0] == 25.4
    # A langley is a thermochemical calorie on a square centimetre, 4.184e4 J m-2 (NIST SP 811 B.8), and so the networks
    # that publish it convert: CIMIS has 1 W m-2 = 2.065 Ly day-1. FAO-56 Table 3 takes the calorie of the steam tables.
    assert UNITS["radiation"]["Ly"][0] == LANGLEY == 0.04184
    assert round(0.0864 / LANGLEY, 3) == 2.065
    for unit in ("langley day-1", "cal cm-2 day-1", "ly/day"):
        assert factors("rs", unit)[0] == 0.04184
    assert factors("rs_hourly", "langley h-1")[0] == 0.04184
    assert UNITS["radiation"]["BTU/ft²"][0] == pytest.approx(0.0113565, rel=1e-5)
    assert split_unit("Wind speed, m/s") == ("Wind speed", "m/s")
