"""What the reader of a water balance should know: whose the numbers are, what was taken, what is not known.

References
----------
FAO-56 as in `etolib.water`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from etolib.water import weather
from etolib.water.crops import CROPS, Crop
from etolib.water.soil import SOILS, Soil
from etolib.words import Text, say

if TYPE_CHECKING:
    import pandas as pd

    from etolib.water.season import Season

_COEFFICIENTS = {"kc": ("kc_ini", "kc_mid", "kc_end"), "kcb": ("kcb_ini", "kcb_mid", "kcb_end")}


def own_of_crop(crop: Crop, row: Crop | None, *, basal: bool, root_depth: float, p: float) -> list[str]:
    """Return the names of the numbers of a crop that are not those of its row: kc_mid, stages, root_depth ...

    >>> from dataclasses import replace
    >>> row = CROPS["tomato"]
    >>> own_of_crop(replace(row, kc_mid=1.1, height=0.9), row, basal=False, root_depth=0.7, p=0.4)
    ['kc_mid', 'height']
    """
    if row is None:
        return []
    names = (*_COEFFICIENTS["kcb" if basal else "kc"], "stages", "height")
    found = [name for name in names if getattr(crop, name) not in (None, getattr(row, name))]
    taken = {"root_depth": (root_depth, row.root_depth), "p": (p, (row.p,))}
    return found + [name for name, (value, known) in taken.items() if value not in known]


def own_of_soil(soil: Soil) -> list[str]:
    """Return the names of the numbers of a soil that are not those of its texture.

    >>> own_of_soil(Soil("loam", 0.30, 0.12))
    ['field_capacity', 'wilting_point', 'total_evaporable']
    """
    row = SOILS.get(soil.name)
    names = ("field_capacity", "wilting_point", "readily_evaporable", "total_evaporable")
    return [] if row is None else [name for name in names if getattr(soil, name) != getattr(row, name)]


def all_of(account: Any, state: Season, table: pd.DataFrame, seasons: int) -> list[Text]:
    """Return the notes of an account."""
    return [*_whose(account), *state.notes, *_taken(account, state), *_unknown(account, table, seasons)]


def _names(names: list[str]) -> list[Text]:
    return [say(f"thing_{name}") for name in names]


def _whose(account: Any) -> list[Text]:
    """Return whose the numbers of crop and soil are."""
    crop, soil, roots = account.crop, account.soil, account.roots
    row = CROPS.get(crop.name)
    own = own_of_crop(crop, row, basal=account.method == "dual", root_depth=account.deepest, p=account.p)
    if row is None:
        notes = [say("water_own_crop", crop=crop.title)]
    elif own:
        notes = [say("water_own_numbers", crop=crop.title, things=_names(own), tables=crop.source)]
    else:
        notes = [say("water_crop", crop=crop.title, tables=crop.source)]
    if crop.stages is None and account.kc is None:
        notes.append(say("water_no_stages", crop=crop.title))
    elif crop.stages and crop.region:
        notes.append(say("water_stages_of", numbers=list(crop.stages), region=crop.grown))
    capacity, point = f"{soil.field_capacity:.3f}", f"{soil.wilting_point:.3f}"
    depleted = f"{100 * account.initial_depletion:.0f} %"
    depths = {"first": f"{roots[0]:.2f}", "last": f"{roots[1]:.2f}", "share": depleted}
    notes.append(say("water_soil", soil=soil.title, capacity=capacity, point=point, **depths))
    if changed := own_of_soil(soil):
        notes.append(say("water_own_soil", soil=soil.title, things=_names(changed)))
    return notes


def _taken(account: Any, state: Season) -> list[Text]:
    """Return what was taken for what nobody said."""
    notes = []
    if account.planting is None:
        notes.append(say("water_planting_not_given", date=str(account.plantings[0])))
    if account.method == "dual":
        notes.append(say("water_surface_dry"))
    begun = int(state.day[0]) - 1
    if begun > 0 and account.crop.stages is not None:
        notes.append(say("water_season_begun", count=begun))
    if account.curve_number is None:
        notes.append(say("water_no_runoff"))
    if account.gauged:
        notes.append(say("water_own_rain", count=account.gauged))
    return notes


def _unknown(account: Any, table: pd.DataFrame, seasons: int) -> list[Text]:
    """Return which days are not known, or not balanced, and what the planned irrigation is."""
    notes = []
    if usual := weather.climatology_days(account.data):
        notes.append(say("water_days_of_climatology", count=usual))
    gone = table[table["state"].isin(["missing", "held"])]
    if len(gone):
        key = "water_days_held" if account.missing == "hold" else "water_days_missing"
        notes.append(say(key, count=len(gone), date=str(gone.index[0].date())))
    if unknown := int((table["state"] == "unknown").sum()):
        notes.append(say("water_days_unknown", count=unknown))
    if outside := int((table["state"] == "outside").sum()):
        notes.append(say("water_days_outside", count=outside))
    if seasons > 1 and not account.crop.perennial:
        notes.append(say("water_seasons_begin_anew", count=seasons))
    if account.plan_from is not None:
        notes.append(say("water_gross", system=account.system.title, percent=f"{100 * account.efficiency:.0f}"))
    return notes
