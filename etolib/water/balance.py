"""The daily water balance of the root zone, and of the surface layer above it.

References
----------
FAO-56 as in `etolib.water`: Eqs. 69 to 88, Examples 35 to 38 and Annex 8.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from etolib.water import dual, soil
from etolib.water.runoff import curve_number_of_wetness, curve_number_runoff

KNOWN, MISSING, UNKNOWN, HELD = 0, 1, 2, 3
"""States of a day: balanced; its weather is missing; a day before it was missing; missing, depletion held."""

WETTING_RAIN = 3.0
"""Rain that wets the whole surface [mm] (FAO-56 p. 149: more than 3 to 4 mm)."""

Array = np.ndarray


@dataclass(frozen=True)
class SurfaceLayer:
    """The layer that dries by evaporation, for Kc = Kcb + Ke.

    Attributes
    ----------
    total, readily : float or array
        TEW and REW [mm].
    largest : array
        Kc max of each day.
    covered : array
        fc of each day.
    wetted : float
        fw of the irrigation (FAO-56 Table 20).
    beneath_canopy : bool
        Drippers below the leaves: see `etolib.water.dual.exposed_and_wetted`.
    initial : float or None
        De before the first day [mm]; None: TEW, all dry.
    """

    total: Any
    readily: Any
    largest: Array
    covered: Array
    wetted: float = 1.0
    beneath_canopy: bool = False
    initial: Any = None


@dataclass(frozen=True)
class Plan:
    """Irrigation that the balance decides: on the morning after a day that ends at or below the trigger.

    Attributes
    ----------
    share : float
        Of RAW that may be depleted; 1: no stress, and no more water than needed (FAO-56 Annex 8).
    depth : float or None
        Net depth of one irrigation [mm]; None: up to field capacity.
    first, last : int
        Days on which it may happen; ``last`` is not one of them.
    """

    share: float = 1.0
    depth: float | None = None
    first: int = 0
    last: int = 2**31


@dataclass
class _State:
    """What the balance carries from day to day."""

    depletion: Array
    surface: Array
    wetted: Array
    due: Array
    days: dict[str, list[Array]] = field(default_factory=dict)


def root_zone(
    eto: Any,
    rain: Any,
    kc: Any,
    available: Any,
    p: Any,
    *,
    initial: Any = 0.0,
    irrigation: Any = 0.0,
    capillary_rise: Any = 0.0,
    subsoil: float = 1.0,
    curve_number: float | None = None,
    layer: SurfaceLayer | None = None,
    plan: Plan | None = None,
    adjust_p: bool = True,
    early: bool = True,
    hold: bool = False,
) -> dict[str, Array]:
    """Balance the water of the root zone day by day; nothing is made up for a day whose weather is missing.

    Parameters
    ----------
    eto, rain : array_like
        Reference evapotranspiration and precipitation [mm day-1]; days along the first axis, places along others.
    kc : array_like
        Single crop coefficient, or the basal one where ``layer`` is given.
    available : array_like
        TAW of each day [mm].
    p : array_like
        Depletion fraction for ETc of 5 mm day-1.
    initial : float or array
        Depletion before the first day [mm]; 0 is field capacity.
    irrigation, capillary_rise : array_like
        Net depths that infiltrate or rise [mm day-1].
    subsoil : float
        Share of the available water in the soil into which the roots grow; 1 is field capacity.
    curve_number : float, optional
        Of `etolib.water.runoff`; with a layer it follows the wetness of the surface. None: no runoff.
    layer : SurfaceLayer, optional
        For the dual coefficient.
    plan : Plan, optional
        Irrigations that are added where water is short.
    adjust_p : bool
        Whether p follows each day's ETc (FAO-56 Table 22, note 2).
    early : bool
        Rain and irrigation come early in the day, as in FAO-56 Examples 35 and 38; False: late, so that the depletion
        of the evening before decides about stress and evaporation.
    hold : bool
        A missing day leaves the depletion as it is, and is marked. False: from it on the depletion is unknown (NaN)
        until a day whose water fills the root zone whatever it held.

    Returns
    -------
    dict of str to numpy.ndarray
        Per day: ``etc`` (without stress), ``ks``, ``etc_adjusted``, ``raw``, ``p``, ``runoff``, ``percolation``,
        ``irrigation`` (with what the plan added), ``depletion`` (at the end of the day), ``state`` (`KNOWN`,
        `MISSING`, `UNKNOWN`, `HELD`); with a layer also ``ke``, ``kr``, ``few``, ``evaporation`` and
        ``surface_depletion``.

    Examples
    --------
    FAO-56 Example 37:

    >>> days = root_zone([5.0] * 10, 0.0, 1.2, 160.0, 0.4, initial=55.0, adjust_p=False)
    >>> days["depletion"].round(1).tolist()
    [61.0, 67.0, 72.8, 78.3, 83.4, 88.2, 92.6, 96.9, 100.8, 104.5]
    """
    eto = np.asarray(eto, float)
    rain, kc, available, p, irrigation, rise = (
        np.broadcast_to(np.asarray(a, float), eto.shape) for a in (rain, kc, available, p, irrigation, capillary_rise)
    )
    shape = eto.shape[1:]
    first = np.broadcast_to(np.asarray(initial, float), shape)
    dry = 0.0 if layer is None else (layer.total if layer.initial is None else layer.initial)
    state = _State(
        depletion=first,
        surface=np.broadcast_to(np.asarray(dry, float), shape),
        wetted=np.ones(shape),
        due=first >= (np.inf if plan is None else plan.share * p[0] * available[0]) if len(eto) else np.zeros(shape),
    )
    growth = (1 - subsoil) * np.maximum(np.diff(available, axis=0, prepend=available[:1]), 0.0)
    with np.errstate(invalid="ignore", divide="ignore"):
        for i in range(len(eto)):
            state.depletion = state.depletion + growth[i]
            given = irrigation[i]
            if plan is not None and plan.first <= i < plan.last:
                wanted = state.depletion if plan.depth is None else plan.depth
                given = given + np.where(state.due, wanted, 0.0)
            day = {"eto": eto[i], "rain": rain[i], "kc": kc[i], "available": available[i], "p": p[i], "rise": rise[i]}
            now = _day(i, day | {"irrigation": given}, state, layer, curve_number, adjust_p, early)
            _carry(now, state, day, hold)
            if plan is not None:
                state.due = now["depletion"] >= plan.share * now["raw"] - 1e-9
            for name, value in now.items():
                state.days.setdefault(name, []).append(value)
    return {name: np.stack(values) for name, values in state.days.items()}


def _day(
    i: int,
    day: dict[str, Array],
    state: _State,
    layer: SurfaceLayer | None,
    curve_number: float | None,
    adjust_p: bool,
    early: bool,
) -> dict[str, Array]:
    """Return one day of the balance; NaN where something of it is not known."""
    eto, available, irrigation, before = day["eto"], day["available"], day["irrigation"], state.depletion
    flow = np.zeros_like(eto)
    if curve_number is not None:
        number: Any = curve_number
        if layer is not None:
            number = curve_number_of_wetness(curve_number, state.surface, layer.total, layer.readily)
        flow = curve_number_runoff(day["rain"], number)
    infiltrated = day["rain"] - flow
    now: dict[str, Array] = {"runoff": flow, "irrigation": irrigation}
    ke: Any = 0.0
    if layer is not None:
        now |= _surface(i, day, state, layer, infiltrated, early)
        ke = now["ke"]
    water = infiltrated + irrigation + day["rise"]
    etc = (day["kc"] + ke) * eto
    p = soil.depletion_fraction(day["p"], etc) if adjust_p else day["p"]
    # A day whose water fills the whole root zone is known whatever was before it.
    full = early & (water >= available)
    start = np.where(full, 0.0, np.maximum(before - water, 0.0) if early else before)
    ks = soil.stress_coefficient(start, available, p)
    taken = (ks * day["kc"] + ke) * eto
    if early:
        percolation, end = np.maximum(water - before, 0.0), start + taken
    else:
        percolation = np.maximum(water - taken - before, 0.0)
        end = np.maximum(before - water + taken + percolation, 0.0)  # not -1e-15
    beyond = np.maximum(end - available, 0.0)  # Eq. 86: no crop takes more than there is
    return now | {
        "etc": etc,
        "p": p,
        "raw": p * available,
        "ks": ks,
        "etc_adjusted": taken - beyond,
        "percolation": percolation,
        "depletion": end - beyond,
    }


def _surface(
    i: int, day: dict[str, Array], state: _State, layer: SurfaceLayer, infiltrated: Array, early: bool
) -> dict[str, Array]:
    """Return evaporation and the depletion of the surface layer on one day (FAO-56 Eqs. 71 and 74 to 79)."""
    rain, irrigation = day["rain"], day["irrigation"]
    state.wetted = np.where(rain >= WETTING_RAIN, 1.0, np.where(irrigation > 0, layer.wetted, state.wetted))
    water = infiltrated + irrigation / state.wetted
    few = dual.exposed_and_wetted(layer.covered[i], state.wetted, beneath_canopy=layer.beneath_canopy)
    full = early & (water >= layer.total)
    start = np.where(full, 0.0, np.maximum(state.surface - water, 0.0) if early else state.surface)
    kr = dual.evaporation_reduction(start, layer.total, layer.readily)
    ke = np.maximum(dual.evaporation_coefficient(kr, layer.largest[i], day["kc"], few), 0.0)
    evaporation = ke * day["eto"]
    percolation = np.maximum(water - state.surface, 0.0)
    after = start + evaporation / few if early else state.surface - water + evaporation / few + percolation
    return {
        "ke": ke,
        "kr": kr,
        "few": few,
        "evaporation": evaporation,
        "surface_depletion": np.clip(after, 0.0, layer.total),
    }


def _carry(now: dict[str, Array], state: _State, day: dict[str, Array], hold: bool) -> None:
    """Take a day's end over as the next day's beginning, and say what is known of the day."""
    missing = ~(np.isfinite(day["eto"]) & np.isfinite(day["rain"]) & np.isfinite(day["kc"]))
    lost = ~missing & ~np.isfinite(now["depletion"])
    now["state"] = np.where(missing, HELD if hold else MISSING, np.where(lost, UNKNOWN, KNOWN)).astype(np.int8)
    if hold:
        now["depletion"] = np.where(missing, state.depletion, now["depletion"])
        if "surface_depletion" in now:
            now["surface_depletion"] = np.where(missing, state.surface, now["surface_depletion"])
    state.depletion = now["depletion"]
    state.surface = now.get("surface_depletion", state.surface)
