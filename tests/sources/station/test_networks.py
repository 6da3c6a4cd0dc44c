"""What networks say of their own values, several stations in one file, and what is filled: it is said, or asked."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import etolib
from etolib.equations.air import saturation_vapour_pressure
from etolib.errors import InputError
from etolib.site import Site
from etolib.sources.station.file import read

FILES = Path(__file__).parents[2] / "files"


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("meteo_france.csv", "3 values of TX, TNTXM, TAMPLI are left out: the network itself marks them"),
        ("cimis.csv", "4 values of ETo (mm), Avg Wind Speed (m/s), Wind Run (km), Avg Vap Pres (kPa) are left out"),
        ("ghcnd.csv", "1 value of TMIN is left out"),
        ("ghcnd_long.csv", "1 value of TMIN is left out"),
        ("ghcnd.dly", "1 value of TMIN is left out"),
        ("agrimet.csv", "values of ym, sr are left out"),
        ("inmet.csv", "solar radiation is left empty at night: 0 is taken for 12 hours"),
    ],
)
def test_what_a_network_rejects_or_leaves_empty_is_said(name, sentence):
    station = read(FILES / name)
    assert any(sentence in str(text) for text in station.warnings), station.warnings
    assert any(sentence in str(text) for text in station.explain())


def lines(name):
    return (FILES / name).read_text().splitlines()


def twice(name, old, new, head=0):
    """A file with the rows of a second station below those of the first."""
    rows = lines(name)
    return "\n".join([*rows, *(row.replace(old, new) for row in rows[head:])]).encode()


SEVERAL = {
    "ghcnd_long": (twice("ghcnd_long.csv", "USC00099999", "USC00088888"), "USC00088888"),
    "dly": (twice("ghcnd.dly", "USC00099999", "USC00088888"), "USC00088888"),
    "op": (twice("gsod_old.op", "999990 99999", "888880 99999", 1), "888880 99999"),
    "agrimet": (
        b"DateTime,abcd_mn,abcd_mx,efgh_mn,efgh_mx\n2023-07-01,59.0,95.0,41.0,77.0\n2023-07-02,60.8,96.8,42.8,78.8\n",
        "efgh",
    ),
}


@pytest.mark.parametrize("kind", SEVERAL)
def test_which_of_several_stations_is_asked(kind):
    content, other = SEVERAL[kind]
    with pytest.raises(InputError, match=r"names 2 stations in one file.*station="):
        read(content)
    with pytest.raises(InputError, match="station"):
        read(content, station="nobody")
    found = read(content, station=other)
    assert found.mapping.station == other
    if kind == "agrimet":
        assert found.frame[["tmin", "tmax"]].iloc[0].tolist() == pytest.approx([5.0, 25.0])
    else:
        assert found.frame["tmax"].notna().any()


def test_days_of_fluxnet_send_to_its_half_hours():
    with pytest.raises(InputError, match=r"no columns for the minimum and the maximum.*half-hours.*_HH_.*same site"):
        read(FILES / "fluxnet.csv")


def test_half_hours_of_fluxnet_without_humidity_have_that_of_their_deficit():
    site = Site(50.0, 8.0, 100.0)
    rows = [line.split(",") for line in lines("fluxnet_hh.csv")]
    at = rows[0].index("RH")
    content = "\n".join(",".join(row[:at] + row[at + 1 :]) for row in rows).encode()
    found = read(content, site=site, time_zone=1, wind_height=20.0)
    whole = read(FILES / "fluxnet_hh.csv", site=site, time_zone=1, wind_height=20.0)
    assert any("made of 'VPD_F'" in str(text) for text in found.warnings)
    for name in ("rhmin", "rhmax", "rhmean"):
        np.testing.assert_allclose(found.frame[name], whole.frame[name], atol=0.5)
    first = dict(zip(rows[0], rows[1], strict=True))  # the deficit of the file's first half-hour by hand
    saturated = 10 * float(saturation_vapour_pressure(float(first["TA_F"])))
    assert 100 * (1 - float(first["VPD_F"]) / saturated) == pytest.approx(float(first["RH"]), abs=0.1)


def test_without_a_mean_wind_the_largest_hour_is_no_wind():
    station = read(FILES / "visualcrossing.csv")
    assert "u2" not in station.frame
    assert any("'windspeed'" in str(text) and "largest" in str(text) for text in station.explain())
    assert set(etolib.eto(station.frame, Site(48.0, 8.0, 100.0)).flags["u2"]) == {"default_wind"}


def test_estimates_of_canada_are_marked_on_their_days():
    site = Site(45.38, -75.72, 79.0)
    station = read(FILES / "eccc.csv", site=site)
    assert station.estimated == {"tmax": ("2023-07-02",)}
    assert any("1 value of tmax is an estimate of the network itself" in str(text) for text in station.warnings)
    result = etolib.compute(site, "2023-07-01/2023-07-02", ["station"], station=station)
    assert result.flags["tmax"].tolist() == ["given", "estimated_by_source"]
    assert set(result.flags["tmin"]) == {"given"}


def test_long_term_means_of_silo_are_marked_and_interpolated_days_are_not():
    content = "\n".join(lines("silo_station.csv")).replace(" 20.1,0", " 20.1,75").replace("7.7,0", "7.7,25").encode()
    assert read(content).estimated == {"tmax": ("2023-06-02",)}
    assert read(FILES / "silo.txt").estimated == {}
    spaced = "\n".join(lines("silo.txt")).replace("35.2  25", "35.2   7").encode()
    assert read(spaced).estimated == {"tmax": ("2023-01-11",)}


def test_days_of_a_tower_whose_hours_fill_gaps_are_marked():
    site = Site(50.0, 8.0, 100.0)
    rows = [line.split(",") for line in lines("fluxnet_hh.csv")]
    at = rows[0].index("WS_F_QC")
    filled = [rows[0], *([*row[:at], "2", *row[at + 1 :]] for row in rows[1:])]
    content = "\n".join(map(",".join, filled)).encode()
    assert set(read(content, site=site, time_zone=1, wind_height=20.0).estimated) == {"u2"}
    assert "u2" not in read(FILES / "fluxnet_hh.csv", site=site, time_zone=1, wind_height=20.0).estimated
