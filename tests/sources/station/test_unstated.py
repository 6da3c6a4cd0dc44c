"""Units that a file does not state, where the weather of its place leaves one only."""

from __future__ import annotations

import pandas as pd
import pytest

from etolib.errors import InputError
from etolib.site import Site
from etolib.sources.station.file import read

WINTER = "\n".join(f"2023-01-{day:02d},{39 + day % 5},{25 + day % 4}" for day in range(1, 21))
MINNEAPOLIS = Site(44.9, -93.2, 265.0)


def test_an_unstated_unit_is_the_only_one_that_can_be_at_the_place():
    station = read(f"date,max temp,min temp\n{WINTER}\n".encode(), site=MINNEAPOLIS)
    assert station.frame["tmax"].iloc[0] == pytest.approx((40 - 32) / 1.8)
    assert station.guessed == ["tmax", "tmin"]  # until somebody says so
    assert [(q.parameter, q.column, q.assumed) for q in station.mapping.questions] == [
        ("units", "max temp", "°F"),
        ("units", "min temp", "°F"),
    ]
    sure = read(f"date,max temp,min temp\n{WINTER}\n".encode(), site=MINNEAPOLIS, units={"tmax": "°F", "tmin": "°F"})
    assert sure.guessed == []
    pd.testing.assert_frame_equal(sure.frame, station.frame)


def test_a_unit_that_is_stated_or_said_is_not_exchanged():
    with pytest.raises(InputError, match="cannot be right"):
        read(f"date,max temp (C),min temp (C)\n{WINTER}\n".encode(), site=MINNEAPOLIS)
    said = read(f"date,max temp,min temp\n{WINTER}\n".encode(), site=MINNEAPOLIS, units={"tmax": "°C", "tmin": "°C"})
    assert said.frame["tmax"].iloc[0] == 40.0
    assert read(f"date,max temp,min temp\n{WINTER}\n".encode()).frame["tmax"].iloc[0] == 40.0  # no place, and asked


def test_an_unstated_unit_of_hours_is_the_only_one_that_can_be_at_the_place():
    rows = [f"2023-01-{day:02d} {hour:02d}:00,{27 + 10 * (hour > 11)}" for day in range(1, 8) for hour in range(24)]
    station = read("\n".join(["time,temp", *rows]).encode(), site=MINNEAPOLIS, time_zone=-6, stamps="begin")
    assert station.frame["tmax"].iloc[1] == pytest.approx((37 - 32) / 1.8)
    assert station.guessed == ["tmin", "tmax", "tmean"] or set(station.guessed) == {"tmin", "tmax", "tmean"}
