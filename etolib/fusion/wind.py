"""What wind that was not measured at the place is worth: how far ETo may be off for it.

Two grids that both have the day are worth a factor of two either way (`WIND_SD`): each is seen beside the other, and
the checks have compared them. The wind of a single grid is questioned by nothing. What is known of it:

- At seven towns of Parana and Mato Grosso do Sul NASA POWER has 0.2 to 1.0 m s-1 where stations measure 1.5 to 3.1,
  over the Cerrado the grids blow 1.2 to 2 times too hard in the mean: grids between 0.4 and 2 times the stations as a
  rule, and less where they are all but calm.
- No place is calm all year: FAO-56 calls 1 to 3 m s-1 light to moderate (its table of general classes of wind), and
  takes 2 m s-1 where nothing is known.

So the wind of a single grid may truly be from `WEAKER` to `STRONGER` times as strong, and in any case as strong as
`MODERATE`. Nothing is corrected by that: it widens the interval and is said.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from etolib.fusion.block import Array, Block, Mask, Table, places_where
from etolib.fusion.equation import LEAST, evapotranspiration
from etolib.fusion.inputs import Inputs
from etolib.fusion.intervals import WIND_SD, Z95
from etolib.fusion.sources import dateless
from etolib.words import Text, say

WEAKER, STRONGER = 0.25, 2.5
"""Bounds (95 %) of the true wind of a day over that of a single grid. [1]

Downwards a factor of two for the place, as above, and of two for the day: a grid knows no sheltered calm (two grids of
one place agree within two on 95 % of days, their mean ratio taken off). Upwards 2.5 for the place, and `MODERATE`."""

UNKNOWN = 3.5
"""Factor, either way, between the wind of a day (95 %) and the 2 m s-1 that FAO-56 takes where nothing is known."""

MODERATE = 4.0
"""Wind that a day of any place may have, however calm a single grid is: the upper end of FAO-56's light to moderate, 3
for months, and a third more for the day. [m s-1]"""


def unquestioned(tables: Mapping[str, Table], inputs: Inputs) -> Mask:
    """Return where the wind of a day is a grid's that no other source of the day has a wind beside.

    Parameters
    ----------
    tables : mapping of str to Table
        Checked, by source.
    inputs : Inputs
        What was chosen of them.

    Returns
    -------
    ndarray, shape (places, days)
    """
    codes = inputs.source["u2"]
    number = np.zeros(codes.shape, np.int8)
    for name, table in tables.items():
        if not dateless(name) and "u2" in table:
            number += ~np.isnan(table["u2"])
    grid = np.array([not dateless(name) for name in inputs.names] + [False])[codes]
    alone: Mask = grid & (number == 1)
    return alone


def wind_error(
    values: Mapping[str, Array], block: Block, eto: Array, slope: Array, alone: Mask, unknown: Mask
) -> tuple[Array, Array]:
    """Return the relative standard error of ETo for its wind, upwards and downwards; shapes (places, days). [1]

    Parameters
    ----------
    values : mapping of str to ndarray, shape (places, days)
        Chosen inputs.
    block : Block
    eto : ndarray, shape (places, days)
        Their ETo. [mm day-1]
    slope : ndarray, shape (places, days)
        Its wind slope, see `etolib.fusion.equation.wind_slope`; 0 where the wind was measured at the place. [1]
    alone : ndarray, shape (places, days)
        Where the wind is a single grid's.
    unknown : ndarray, shape (places, days)
        Where nothing is known of it, and 2 m s-1 were taken.
    """
    up = np.abs(WIND_SD * np.nan_to_num(slope))
    down = up.copy()
    for rows, known in ((alone, True), (unknown, False)):
        if rows.any():
            strong, weak = (np.log(ratio) for ratio in _of_bounds(values, block, eto, known))
            up = np.where(rows, np.maximum(up, np.maximum(strong, weak) / Z95), up)
            down = np.where(rows, np.maximum(down, np.maximum(-strong, -weak) / Z95), down)
    return up, down


def _of_bounds(values: Mapping[str, Array], block: Block, eto: Array, known: bool = True) -> tuple[Array, Array]:
    """Return ETo with the strongest and the weakest wind over that with the grid's; 1 where it is next to nothing."""
    wind = values["u2"]
    bounds = (np.maximum(STRONGER * wind, MODERATE), WEAKER * wind) if known else (UNKNOWN * wind, wind / UNKNOWN)
    strong, weak = (evapotranspiration(values, block, bound) for bound in bounds)
    return _over(strong, eto), _over(weak, eto)


def _over(other: Array, eto: Array) -> Array:
    usable = (eto > LEAST) & (other > LEAST)
    return np.where(usable, other, 1.0) / np.where(usable, eto, 1.0)


def said(values: Mapping[str, Array], block: Block, eto: Array, inputs: Inputs, alone: Mask) -> list[list[Text]]:
    """Return for each place a sentence for each grid whose wind stands alone: on how many days, and what it may change.

    ``eto`` is that of the result; ``alone`` where the wind of a day that nothing has corrected is a single grid's.
    """
    sentences: list[list[Text]] = [[] for _ in block.sites]
    days = alone & np.isfinite(eto)
    if not days.any():
        return sentences
    strong, weak = _of_bounds(values, block, eto)
    for place in places_where(days.any(axis=1)):
        codes = inputs.source["u2"][place]
        for code in dict.fromkeys(codes[alone[place]].tolist()):
            rows = days[place] & (codes == code)
            if rows.any():
                own = eto[place, rows]
                if not own.sum() > LEAST * len(own):
                    continue  # next to nothing evaporates: a share of it says nothing
                parts = [float((ratio[place, rows] * own).sum()) / own.sum() - 1 for ratio in (weak, strong)]
                low, high = sorted(100 * part for part in parts)
                sentence = say(
                    "wind_of_a_single_grid",
                    count=int(rows.sum()),
                    wind=f"{float(values['u2'][place, rows].mean()):.1f}",
                    low=f"{low:+.0f}",
                    high=f"{high:+.0f}",
                )
                sentences[place].append(say("of_source", source=inputs.names[code], sentence=sentence))
    return sentences
