"""Months of a CLIMWAT station: the soil heat of FAO-56 Eq. 43 enters, the file's own ETo stands beside ours."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import etolib
from etolib.equations.tables import eto
from etolib.reference import eto_fao56
from etolib.site import Site
from etolib.sources.station import months
from etolib.sources.station.file import read

SITE = Site(45.0, 10.0, 30.0)
TMEAN = np.array([2.0, 4.5, 9.0, 13.5, 18.0, 22.0, 24.5, 24.0, 20.0, 14.0, 8.0, 3.5])
RS = np.array([5.0, 8.5, 13.0, 17.5, 21.0, 23.0, 23.5, 20.5, 15.5, 9.5, 5.5, 4.2])


@pytest.fixture(scope="module")
def station():
    own = [0.5, 0.9, 1.7, 2.8, 3.9, 4.8, 5.2, 4.5, 3.0, 1.6, 0.8, 0.5]
    rows = [f"{t + 5:.1f} {t - 5:.1f} 75 160 6.0 {r:.1f} {e}" for t, r, e in zip(TMEAN, RS, own, strict=True)]
    return read(('"Italy","PO",30,45.0,"N.L.",10.0,"E.L."\n' + "\n".join(rows)).encode())


def test_soil_heat_of_months(station):
    flux = months.soil_heat_flux(station.frame)
    assert flux[3] == pytest.approx(0.07 * (18.0 - 9.0))  # April: May less March
    assert flux[0] == pytest.approx(0.07 * (4.5 - 3.5))  # January: February less December
    assert flux.sum() == pytest.approx(0.0)


def test_a_given_soil_heat_flux_enters_the_equation():
    day = pd.to_datetime(["2023-04-15", "2023-04-16"])
    table = pd.DataFrame({"tmin": 8.0, "tmax": 19.0, "ea": 1.1, "rs": 17.5, "u2": 1.9}, index=day)
    with_flux = eto(table.assign(soil_heat_flux=[0.63, np.nan]), SITE)
    given = {name: float(table[name].iloc[0]) for name in table}
    place = {"latitude": 45.0, "elevation": 30.0}
    assert with_flux.eto.iloc[0] == pytest.approx(eto_fao56(**given, **place, day_of_year=105, g=0.63), rel=1e-12)
    assert with_flux.eto.iloc[1] == pytest.approx(eto_fao56(**given, **place, day_of_year=106), rel=1e-12)
    assert with_flux.terms("2023-04-15").loc["g", "value"] == 0.63
    np.testing.assert_allclose(eto(table.rename_axis("time").to_xarray().assign(
        soil_heat_flux=("time", [0.63, 0.0])), SITE).eto, with_flux.eto, rtol=1e-12)  # fmt: skip


def test_compute_takes_the_soil_heat_of_the_months(station):
    with etolib.set_options(offline=True):
        result = etolib.compute(SITE, "2023-04-10/2023-04-20", ["station"], station=station)
    day = result.terms("2023-04-15")
    assert day.loc["g", "value"] == pytest.approx(0.63, abs=0.05)
    assert "eto_corrected" not in day.index
    row = result.table.set_index("date").loc["2023-04-15"]
    without = eto_fao56(**row[["tmin", "tmax", "ea", "rs", "u2"]].astype(float), latitude=45.0, elevation=30.0,
                        day_of_year=105)  # fmt: skip
    assert without - row["eto"] == pytest.approx(0.408 * 0.63 * 0.5, abs=0.06)


def test_the_files_own_eto_stands_beside(station):
    table = months.compare(station.frame, SITE)
    assert (table["file"] == station.reference).all()
    assert (table["computed"] - table["file"]).abs().max() < 1.0
    with etolib.set_options(offline=True):
        result = etolib.compute(SITE, "2023-04-10/2023-04-20", ["station"], station=station)
    assert any("the file's own ETo is 2.52 mm/day over the year" in text for text in result.warnings)
