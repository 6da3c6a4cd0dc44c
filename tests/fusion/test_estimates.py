"""The interval of a station with gaps that FAO-56 fills: it holds the ETo of the whole record, and no more than that.

Authority: ETo of the complete records of stations in four climates (the stations of the shared data).
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import etolib
from etolib.fusion.fuse import fuse_sources
from etolib.fusion.sources import own_error
from tests.fusion.own_station import measured
from tests.fusion.test_humidity import SITE, WEATHER, without

HUMIDITY = ("tdew", "ea", "rhmin", "rhmax")


@pytest.mark.parametrize("name", ["Fallon_NV", "SA06", "UHIH", "UFBA"])
@pytest.mark.parametrize("gone", [("rs",), ("u2",), HUMIDITY, ("rs", "u2"), ("rs", "u2", *HUMIDITY)])
def test_it_holds_what_the_whole_record_gives(name, gone):
    table, _, site = measured(name)
    table = table.iloc[-1095:]
    whole = etolib.eto(table, site).eto
    days = pd.date_range(table.index[0], table.index[-1])
    found = fuse_sources({"station": table.drop(columns=gone, errors="ignore").reindex(days)}, site)
    there = whole.notna() & found.eto.notna()
    held = (whole >= found.lower.reindex(whole.index)) & (whole <= found.upper.reindex(whole.index))
    assert held[there].mean() > 0.89, held[there].mean()
    if gone == ("rs",):
        assert (found.upper - found.lower).mean() < 0.7 * whole.mean()


def test_more_gaps_are_wider_and_a_measured_day_is_narrow():
    def width(*gone):
        found = fuse_sources({"station": without(WEATHER, "tdew").drop(columns=list(gone))}, SITE)
        return float(((found.upper - found.lower) / found.eto)[found.eto > 2.6].mean())

    full = width()
    assert full == pytest.approx(2 * np.sinh(1.959964 * own_error()), abs=1e-6)
    assert full < width("rs") < width("rs", "u2") < width("rs", "u2", "tdew")
    lesser = fuse_sources({"station": without(WEATHER, "rhmean")}, SITE)
    assert ((lesser.upper - lesser.lower) / lesser.eto)[lesser.eto > 2.6].mean() > 1.3 * full
