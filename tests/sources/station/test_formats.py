"""Files with a layout of their own: FAO AquaCrop and CLIMWAT."""

from __future__ import annotations

import pytest

from etolib.errors import InputError
from etolib.site import Period, Site
from etolib.sources.station.file import read

SITE = Site(-22.7, -47.6, 550.0)

TNX = """Brussels : daily data
     1  : Daily records (1=daily, 2=10-daily and 3=monthly data)
    28  : First day of record (1, 11 or 21 for 10-day or 1 for months)
     2  : First month of record
  2024  : First year of record (1901 if not linked to a specific year)

  Tmin (C)   TMax (C)
=======================
      -1.4       4.1
       0.0       5.0
       1.5       6.2
"""


def test_aquacrop_temperatures_run_over_the_leap_day():
    frame = read(TNX.encode()).frame
    assert frame.index.strftime("%m-%d").tolist() == ["02-28", "02-29", "03-01"]
    assert frame["tmin"].tolist() == [-1.4, 0.0, 1.5]


@pytest.mark.parametrize(
    ("old", "new", "word"),
    [
        ("     1  : Daily", "     2  : 10-day", "10-day"),
        ("  2024", "  1901", "not linked to a year"),
        ("0.0 ", "x ", "numbers"),
        ("       1.5       6.2", "       1.5", "numbers|columns"),
    ],
)
def test_aquacrop_files_that_cannot_be_used(old, new, word):
    with pytest.raises(InputError, match=word):
        read(TNX.replace(old, new, 1).encode())


def test_climwat_months_become_a_smooth_year():
    rows = [f"{18 - abs(m - 6) * 0.1:.1f} 29.0 70 150 6.5 20.1 4.2" for m in range(12)]
    source = read(('"Brazil","PIRACICABA",550,22.7,"S",47.6,"W"\n' + "\n".join(rows)).encode())
    assert source.site == SITE
    assert source.reference is not None
    assert source.reference.tolist() == [4.2] * 12
    data = source.fetch(SITE, Period("2024-02-01", "2024-02-29"))
    assert (data.frame["kind"] == "climatology").all()
    assert data.frame["u2"].iloc[0] == pytest.approx(150 / 86.4)
    assert data.frame["tmin"].mean() == pytest.approx(17.5, abs=0.02)  # the month's mean
    assert any("monthly means" in text for text in data.warnings)


def test_climwat_files_as_the_programme_writes_them():
    # Widths, marks and order of the columns as CLIMWAT 2.0 writes them: the maximum first, N.L. for north; what stands
    # for the half of the longitude is a number there, so that the longitude is not taken for certain.
    rows = [f"{20 - m:10.1f}{10 - m:10.1f}      70.0     86.4      6.00     15.00      3.00" for m in range(12)]
    text = '"Location 77","SOMEWHERE",1587,34.08,"N.L.",74.83," 01"\n' + "\n".join(rows) + "\n"
    source = read(text.encode())
    assert source.site is None
    assert source.frame[["tmax", "tmin"]].iloc[0].tolist() == [20.0, 10.0]
    assert source.frame["u2"].iloc[0] == pytest.approx(1.0)
    rain = '"SOMEWHERE","","4",0,0\n' + "\n".join("      0.61\t     52.00\t     47.67" for _ in range(12))
    with pytest.raises(InputError, match="file of rain of a CLIMWAT station"):
        read(rain.encode())


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (
            TNX.replace("  Tmin (C)   TMax (C)", "  Total Rain (mm)"),
            "AquaCrop file of 'Total Rain .mm.'.*no temperatures",
        ),
        ("Farm\n 7.1 : AquaCrop Version (August 2023)\nfarm.Tnx\nfarm.ETo\nfarm.PLU\n", "list of AquaCrop files"),
    ],
)
def test_aquacrop_files_beside_the_temperatures_are_told_apart(content, words):
    with pytest.raises(InputError, match=words):
        read(content.encode())
