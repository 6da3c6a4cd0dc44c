"""What an input that FAO-56 estimates is worth: the equation at the bounds of what it may truly be.

- **Vapour pressure from Tmin**: dew point from 12 K below to 6 K above Tmin. FAO-56 (p. 58) has it 2 to 3 K below in
  arid places in the mean; days go three times as far, and above it where the air of the day is another than that of
  the night.
- **Radiation from temperature, or of an island**: clearness Rs/Ra 0.3 either way, within 0.08 and 0.78. Rs by
  Hargreaves errs by 3 to 5 MJ m-2 day-1 (root mean square of days), where Ra is some 30.
- **Radiation from sunshine**: 15 % either way, by Angstrom's formula with coefficients that are not the place's own.
- **Wind of 2 m/s**: a factor of 3.5 either way (`etolib.fusion.wind`).

Bounds are those of 95 % of days: round numbers, the same in all climates. An interval by them is lopsided where nature
is. What it covers at stations: `docs/validation/fusion.md`.
"""

from __future__ import annotations

import numpy as np

from etolib.equations.filling import vapour_pressure
from etolib.fusion.block import Array, Block
from etolib.fusion.equation import Done, evapotranspiration
from etolib.fusion.intervals import Z95

DEW_POINT = (-12.0, 6.0)
"""Bounds of dew point less Tmin. [K]"""

CLEARNESS, DARKEST, CLEAREST = 0.3, 0.08, 0.78
"""How far clearness estimated from temperature may be off, and the bounds of any day's. [1]"""

SUNSHINE = 0.15
"""How far radiation estimated from sunshine may be off. [1]"""

BOUNDED = ("estimated_tmin", "estimated_hargreaves", "estimated_island", "estimated_sunshine", "default_wind")
"""Flags of the estimates whose error is told here or, of wind, in `etolib.fusion.wind`."""


def estimate_error(done: Done, block: Block) -> tuple[Array, Array]:
    """Return the standard error of ETo for estimated humidity and radiation, upwards and downwards.

    Parameters
    ----------
    done : Done
        Completed inputs, their flags and ETo.
    block : Block

    Returns
    -------
    up, down : ndarray, shape (places, days)
        0 where neither is estimated. [mm day-1]
    """
    up, down = np.zeros(done.eto.shape), np.zeros(done.eto.shape)
    humid = done.flagged("ea", ["estimated_tmin"])
    radiant = done.flagged("rs", ["estimated_hargreaves", "estimated_island", "estimated_sunshine"])
    for rows, variable, bounds in ((humid, "ea", _vapour), (radiant, "rs", _radiation)):
        if not rows.any():
            continue
        off = [evapotranspiration({**done.values, variable: bound}, block) - done.eto for bound in bounds(done, block)]
        up = np.where(rows, np.hypot(up, np.fmax(np.fmax(*off), 0.0) / Z95), up)
        down = np.where(rows, np.hypot(down, np.fmax(np.fmax(-off[0], -off[1]), 0.0) / Z95), down)
    return up, down


def _vapour(done: Done, block: Block) -> tuple[Array, Array]:
    """Return the driest and the most humid vapour pressure. [kPa]"""
    low, high = done.values["tmin"], done.values["tmax"]
    dry, wet = (
        vapour_pressure({"tmin": low, "tmax": high, "tdew": np.minimum(low + shift, high)}) for shift in DEW_POINT
    )
    return dry, wet


def _radiation(done: Done, block: Block) -> tuple[Array, Array]:
    """Return the least and the most solar radiation. [MJ m-2 day-1]"""
    rs, ra = done.values["rs"], block.ra
    dark = np.minimum(np.maximum(rs - CLEARNESS * ra, DARKEST * ra), rs)
    clear = np.maximum(np.minimum(rs + CLEARNESS * ra, CLEAREST * ra), rs)
    sunny = done.flagged("rs", ["estimated_sunshine"])
    return np.where(sunny, (1 - SUNSHINE) * rs, dark), np.where(sunny, (1 + SUNSHINE) * rs, clear)
