"""What people call their columns and units."""

from __future__ import annotations

import pytest

from etolib.sources.station.names import classify, height_of, split_unit
from etolib.sources.station.units import UNITS, unit_of


@pytest.mark.parametrize(
    ("name", "variable"),
    [
        ("Tmax", "tmax"),
        ("TMIN", "tmin"),
        ("Temp. mínima", "tmin"),
        ("T2M_MAX", "tmax"),
        ("Dew Point", "tdew"),
        ("Relative humidity (max)", "rhmax"),
        ("UR_med", "rhmean"),
        ("ALLSKY_SFC_SW_DWN", "rs"),
        ("PRECTOTCORR", "precipitation"),
        ("Vap Pres", "ea"),
        ("Insolação", "sunshine"),
        ("ETo", "eto"),
        ("Wind direction", None),
        ("Max wind speed", None),
        ("Wind gust", None),
        ("Soil temperature", None),
        ("Net radiation", None),
        ("WS2M", "u2"),
        ("Tageshöchsttemperatur", "tmax"),
        ("Lufttemperatur Minimum", "tmin"),
        ("Bodentemperatur", None),
        ("Windspitze", None),
        ("Sonnenscheindauer", "sunshine"),
        ("Taupunkt", "tdew"),
        ("Luftdruck", "pressure"),
        ("TXK", "tmax"),
        ("UPM", "rhmean"),
        ("SHK_TAG", None),
        ("MESS_DATUM", "date"),
        ("Temperatura minima", "tmin"),
        ("Pioggia", "precipitation"),
        ("Température moyenne", "tmean"),
        ("Event", None),
        ("Fecha", "date"),
        ("CLRSKY_SFC_SW_DWN", None),
        ("Sea level pressure", None),
    ],
)
def test_names(name, variable):
    assert classify(name) == variable


def test_units_are_exact():
    assert UNITS["temperature"]["°F"][0] * 212 + UNITS["temperature"]["°F"][1] == pytest.approx(100.0)
    assert UNITS["wind"]["mph"][0] == 0.44704
    assert UNITS["wind"]["kn"][0] == pytest.approx(0.514444, abs=1e-6)
    assert UNITS["water"]["in"][0] == 25.4
    assert UNITS["radiation"]["Ly"][0] == 0.04184  # 1 Ly = 1 cal(th) cm-2 = 41.84 kJ m-2
    assert split_unit("Wind speed, m/s") == ("Wind speed", "m/s")
    assert unit_of("W m-2") == "W/m²"
    assert height_of("Wind 10m (m/s)") == 10.0
