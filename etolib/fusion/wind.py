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

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from etolib.fusion.intervals import WIND_SD, Z95
from etolib.fusion.members import LEAST, penman_monteith
from etolib.fusion.sources import dateless
from etolib.site import Site
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


def unquestioned(frames: Mapping[str, pd.DataFrame], source: pd.Series) -> np.ndarray:
    """Return where the wind of a day is a grid's that no other source of the day has a wind beside, shape (days,).

    Parameters
    ----------
    frames : mapping of str to pandas.DataFrame
        Checked tables by source name.
    source : pandas.Series
        The source of each day's wind.
    """
    count = np.zeros(len(source), int)
    for name, frame in frames.items():
        if not dateless(name) and "u2" in frame:
            count += frame["u2"].notna().to_numpy()
    grid = np.array([isinstance(name, str) and not dateless(name) for name in source], bool)
    alone: np.ndarray = grid & (count == 1)
    return alone


def wind_error(
    inputs: pd.DataFrame, site: Site, eto: np.ndarray, slope: np.ndarray, alone: np.ndarray, unknown: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return the relative standard error of ETo for its wind, upwards and downwards; shapes (days,). [1]

    Parameters
    ----------
    inputs : pandas.DataFrame
        Chosen inputs.
    site : Site
    eto : ndarray, shape (days,)
        Their ETo. [mm day-1]
    slope : ndarray, shape (days,)
        Its wind slope, see `etolib.fusion.members.wind_slope`; 0 where the wind was measured at the place. [1]
    alone : ndarray, shape (days,)
        Where the wind is a single grid's.
    unknown : ndarray, shape (days,)
        Where nothing is known of it, and 2 m s-1 were taken.
    """
    up = np.abs(WIND_SD * np.nan_to_num(slope))
    down = up.copy()
    for rows, known in ((alone, True), (unknown, False)):
        if rows.any():
            strong, weak = (np.log(ratio) for ratio in _of_bounds(inputs.loc[rows], site, eto[rows], known))
            up[rows] = np.maximum(up[rows], np.maximum(strong, weak) / Z95)
            down[rows] = np.maximum(down[rows], np.maximum(-strong, -weak) / Z95)
    return up, down


def _of_bounds(inputs: pd.DataFrame, site: Site, eto: np.ndarray, known: bool = True) -> tuple[np.ndarray, np.ndarray]:
    """Return ETo with the strongest and the weakest wind over that with the grid's; 1 where it is next to nothing."""
    wind = inputs["u2"].to_numpy(float)
    ratios = []
    bounds = (np.maximum(STRONGER * wind, MODERATE), WEAKER * wind) if known else (UNKNOWN * wind, wind / UNKNOWN)
    for bound in bounds:
        other = penman_monteith(inputs.assign(u2=bound), site)
        usable = (eto > LEAST) & (other > LEAST)
        ratios.append(np.where(usable, other, 1.0) / np.where(usable, eto, 1.0))
    return ratios[0], ratios[1]


def said(inputs: pd.DataFrame, site: Site, eto: np.ndarray, source: pd.Series, alone: np.ndarray) -> Sequence[Text]:
    """Return a sentence for each grid whose wind stands alone: on how many days, and what that may change here."""
    sentences = []
    for name in dict.fromkeys(source[alone]):
        days = alone & (source == name).to_numpy() & np.isfinite(eto)
        if not days.any():
            continue
        strong, weak = (ratio * eto[days] for ratio in _of_bounds(inputs.loc[days], site, eto[days]))
        total = eto[days].sum()
        low, high = sorted(100 * (float(part.sum()) / total - 1) for part in (weak, strong))
        sentence = say(
            "wind_of_a_single_grid",
            count=int(days.sum()),
            wind=f"{float(inputs.loc[days, 'u2'].mean()):.1f}",
            low=f"{low:+.0f}",
            high=f"{high:+.0f}",
        )
        sentences.append(say("of_source", source=name, sentence=sentence))
    return sentences
