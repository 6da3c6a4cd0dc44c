"""Put AquaCrop (FAO's crop model, package `aquacrop`) beside the water balance, in five simple cases.

It is no dependency of etolib: make it an environment of its own, which needs no more of etolib than this checkout.

    python -m venv aquacrop-env && aquacrop-env/bin/pip install aquacrop==3.1.0
    PYTHONPATH=. aquacrop-env/bin/python tools/compare_aquacrop.py --write docs/validation/tables/aquacrop.md

What differs and why is told in docs/validation/water.md.
"""

from __future__ import annotations

import argparse
import os
from pathlib import Path
from typing import Any

os.environ.setdefault("DEVELOPMENT", "1")  # aquacrop: no compilation ahead of time

import numpy as np
import pandas as pd
from aquacrop import AquaCropModel, Crop, FieldMngt, InitialWaterContent, IrrigationManagement, Soil

from etolib.water import balance
from etolib.water.crop_water import water_balance
from etolib.water.soil import Soil as OwnSoil
from etolib.water.soil import total_available_water, total_evaporable_water

ETO = 4.5  # of every day [mm day-1]
CAPACITY, POINT, REW = 0.31, 0.15, 9.0  # AquaCrop's loam: field capacity, wilting point [m3 m-3], REW [mm]
TEW = float(total_evaporable_water(CAPACITY, POINT))
START, DAYS = "2021-05-01", 132  # the season of AquaCrop's maize


def aquacrop(days: int, *, rain: Any = 0.0, planting: str = "05/01", irrigated: float | None = None) -> pd.DataFrame:
    """Return AquaCrop's days of maize on loam at field capacity: its flows [mm], cover, depth of the roots [m]."""
    dates = pd.date_range(START, periods=max(days, 250))
    fallen = np.zeros(len(dates)) + (rain if np.isscalar(rain) else np.pad(rain, (0, len(dates) - len(rain))))
    weather = pd.DataFrame(
        {"MinTemp": 15.0, "MaxTemp": 28.0, "Precipitation": fallen, "ReferenceET": ETO, "Date": dates}
    )
    model = AquaCropModel(
        f"{dates[0]:%Y/%m/%d}", f"{dates[-1]:%Y/%m/%d}", weather, Soil("Loam"), Crop("Maize", planting_date=planting),
        InitialWaterContent(value=["FC"]), off_season=True,
        irrigation_management=IrrigationManagement(4, NetIrrSMT=irrigated) if irrigated else IrrigationManagement(0),
        field_management=FieldMngt(sr_inhb=True), fallow_field_management=FieldMngt(sr_inhb=True),
    )  # fmt: skip
    model.run_model(till_termination=True)
    flows, growth = model._outputs.water_flux, model._outputs.crop_growth
    return flows.join(growth[["canopy_cover", "z_root"]]).iloc[:days]


def bare(largest: float) -> np.ndarray:
    """Return the evaporation of bare soil that was wetted, day by day [mm] (FAO-56 Eqs. 71 and 74)."""
    layer = balance.SurfaceLayer(TEW, REW, np.full(40, largest), np.zeros(40), initial=0.0)
    evaporation: np.ndarray = balance.root_zone(np.full(40, ETO), 0.0, 0.0, 1e4, 0.5, layer=layer)["evaporation"]
    return evaporation


def season(**changes: Any) -> pd.DataFrame:
    """Return our days of maize on the same loam, never short of water: it rises from below as fast as it is taken."""
    frame = pd.DataFrame({"date": pd.date_range(START, periods=DAYS), "eto": ETO, "precipitation": 0.0})
    soil = OwnSoil("loam", CAPACITY, POINT, REW)
    return water_balance(frame, "maize_grain", soil, method="dual", capillary_rise=10.0, **changes).table


def bare_soil() -> list[tuple[str, float, float]]:
    """Return the evaporation of bare soil from the day after a rain of 30 mm."""
    rain = np.zeros(41)
    rain[0] = 30.0
    theirs = aquacrop(41, rain=rain, planting="10/01")["Es"].to_numpy(float)[1:]
    rows = [("bare soil, first day after rain, largest coefficient 1.10 in both [mm]", theirs[0], bare(1.1)[0])]
    for days in (2, 5, 10, 20, 40):
        rows.append((f"bare soil, sum of {days} days [mm]", theirs[:days].sum(), bare(1.1)[:days].sum()))
    rows.append(("the same 10 days with the 1.20 of FAO-56 Eq. 72 here [mm]", theirs[:10].sum(), bare(1.2)[:10].sum()))
    return rows


def full_cover() -> list[tuple[str, float, float]]:
    """Return what a full cover that lacks nothing takes: AquaCrop's coefficient is 1.05 and ages, FAO-56 has 1.15."""
    theirs = aquacrop(DAYS, irrigated=100)
    full = theirs["canopy_cover"].to_numpy(float) > 0.95
    first = int(np.flatnonzero(full)[0])
    own, same = season(), season(kc=(0.15, 1.05, 0.15))
    middle = own["stage"].to_numpy() == "mid"
    kcb = {name: table["kcb"].to_numpy(float) for name, table in (("own", own), ("same", same))}
    coefficient = theirs["Tr"].to_numpy(float) / ETO
    return [
        ("full cover, Tr / ETo on its first day; Kcb mid 1.05 typed", coefficient[first], kcb["same"][middle].mean()),
        ("full cover, mean Tr / ETo; Kcb mid of Table 17", coefficient[full].mean(), kcb["own"][middle].mean()),
        ("Tr of the season; Kcb of Table 17 [mm]", theirs["Tr"].sum(), ETO * kcb["own"].sum()),
        ("Tr of the season; Kcb mid 1.05 typed [mm]", theirs["Tr"].sum(), ETO * kcb["same"].sum()),
    ]


def percolation() -> list[tuple[str, float, float]]:
    """Return what a rain of 60 mm on soil at field capacity loses to the depth within days."""
    rain = np.zeros(15)
    rain[0] = 60.0
    theirs = aquacrop(15, rain=rain, planting="10/01")
    layer = balance.SurfaceLayer(TEW, REW, np.full(15, 1.1), np.zeros(15), initial=0.0)
    available = total_available_water(CAPACITY, POINT, 1.2)  # all of AquaCrop's profile
    own = balance.root_zone(np.full(15, ETO), rain, 0.0, float(available), 0.5, layer=layer)["percolation"]
    lost = theirs["DeepPerc"].to_numpy(float)
    return [
        ("60 mm of rain at field capacity, percolation of the first day [mm]", float(lost[0]), float(own[0])),
        ("the same within 15 days [mm]", float(lost.sum()), float(own.sum())),
    ]


def stress() -> list[tuple[str, float, float]]:
    """Return when a season without rain comes under stress: AquaCrop's roots and potential, our balance and Ks."""
    theirs = aquacrop(DAYS)
    roots, taken = theirs["z_root"].to_numpy(float), theirs["Es"].to_numpy(float)
    potential = theirs["TrPot"].to_numpy(float)
    available = total_available_water(CAPACITY, POINT, roots)
    grown = (theirs["dap"].to_numpy() > 40) & (potential > 1)
    share = np.divide(theirs["Tr"].to_numpy(float), potential, out=np.ones(len(theirs)), where=potential > 0)
    rows = []
    for p, about in ((0.55, "p 0.55 of Table 22"), (0.69, "p 0.69, AquaCrop's threshold")):
        # Its evaporation is taken from the root zone as it is; only the transpiration is under stress.
        own = balance.root_zone(
            np.full(DAYS, ETO), 0.0, potential / ETO, available, p, capillary_rise=-taken, adjust_p=True
        )
        lost, there = int(np.flatnonzero(grown & (own["ks"] < 0.99))[0]), available > 0
        rows += [
            (f"no rain, first day of stress ({about})", int(np.flatnonzero(grown & (share < 0.99))[0]) + 1, lost + 1),
            (f"Tr of the season as a share of the potential ({about})", theirs["Tr"].sum() / potential.sum(),
             (own["ks"] * potential)[there].sum() / potential.sum()),
        ]  # fmt: skip
    return rows


def main() -> None:
    """Print the table, or write it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--write", type=Path, help="a Markdown file")
    where = parser.parse_args().write
    lines = ["| case | AquaCrop 3.1.0 | etolib |", "|---|---|---|"]
    for rows in (bare_soil(), full_cover(), percolation(), stress()):
        lines += [f"| {name} | {theirs:.2f} | {own:.2f} |" for name, theirs, own in rows]
    text = "\n".join(lines) + "\n"
    print(text)
    if where is not None:
        page = "docs/validation/tables/aquacrop.md"
        command = f"PYTHONPATH=. aquacrop-env/bin/python tools/compare_aquacrop.py --write {page}"
        head = f"# Water of a crop, beside AquaCrop\n\nMade by `{command}`.\n\n"
        where.write_text(head + text, encoding="utf-8")


if __name__ == "__main__":
    main()
