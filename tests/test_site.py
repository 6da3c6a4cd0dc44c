"""Site and Period: what is accepted, what is refused, and with which words."""

from __future__ import annotations

import datetime as dt
import math
import pickle

import pytest

from etolib import config
from etolib.errors import InputError
from etolib.site import Period, Site, parse_angle


@pytest.mark.parametrize(
    ("given", "kept"), [(181, -179), (-179, -179), (180, -180), (-180, -180), (360, 0), (312.4, -47.6), (0, 0)]
)
def test_longitude_is_wrapped_to_half_open_interval(given, kept):
    assert Site(0, given).longitude == pytest.approx(kept, abs=1e-9)


def test_zero_is_a_place_and_an_elevation_not_an_absence():
    site = Site(0, 0, 0)
    assert (site.latitude, site.longitude, site.elevation) == (0, 0, 0)
    assert Site(0, 0).elevation is None


@pytest.mark.parametrize("bad", [150, -90.01, "12", None, math.nan, math.inf, True, "", [], 10**400])
def test_bad_latitude_is_refused(bad):
    with pytest.raises(InputError, match="latitude"):
        Site(bad, 0)


def test_all_problems_are_listed_at_once():
    with pytest.raises(InputError) as caught:
        Site(150, "west", elevation=99999)
    assert [p.thing for p in caught.value.problems] == ["latitude", "longitude", "elevation"]


@pytest.mark.parametrize(
    ("longitude", "offset"),
    [(-105.27, -7), (0, 0), (7.49, 0), (7.5, 1), (-7.5, 0), (-47.6, -3), (179.9, 12), (-180, -12)],
)
def test_solar_offset(longitude, offset):
    # NASA POWER's LST: bands of 15 degrees; Boulder (-105.27) is verified as -7.
    assert Site(0, longitude).utc_offset == offset


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("-22.7", -22.7),
        ("22,7", 22.7),
        (" +3 ", 3),
        ("22°43'30\"S", -22.725),
        ("47°36'W", -47.6),
        ("47 O", -47),
        ("10 E", 10),
        ("−5", -5),
        ("abc", None),
        ("", None),
        ("1e3", None),
        ("-10 S", None),
        ("10°75'N", None),
        ("12 34", None),
    ],
)
def test_angles_as_people_type_them(text, value):
    assert parse_angle(text) == (value if value is None else pytest.approx(value))


@pytest.mark.parametrize(("text", "radians"), [("13°44'N", 0.240), ("22°54'S", -0.400)])
def test_fao56_example_7_degrees_to_radians(text, radians):
    # FAO-56 Example 7, p. 46: Bangkok and Rio de Janeiro
    assert round(math.radians(parse_angle(text)), 3) == radians


def test_site_and_period_survive_pickling():
    site, period = Site(-22.7, -47.6, 500, "Piracicaba"), Period("2024-01-01", "2024-02-01")
    assert pickle.loads(pickle.dumps((site, period))) == (site, period)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2024-01-01/2024-03-31", "2024-01-01/2024-03-31"),
        (" 2024-02-29 ", "2024-02-29/2024-02-29"),
        ("today", "2024-03-01/2024-03-01"),
        ("yesterday", "2024-02-29/2024-02-29"),
        ("last-30-days", "2024-02-01/2024-03-01"),
        ("last-1-day", "2024-03-01/2024-03-01"),
        ("next-6-days", "2024-03-01/2024-03-06"),
        ("2024-02", "2024-02-01/2024-02-29"),
        ("2023-12", "2023-12-01/2023-12-31"),
        ("2023", "2023-01-01/2023-12-31"),
    ],
)
def test_period_words(text, expected):
    with config.set_options(today="2024-03-01"):
        assert str(Period.parse(text)) == expected


@pytest.mark.parametrize(
    "text",
    ["", "soon", "2024-13", "2023-02-29", "2024-01-01/", "last-0-days", "last-99999-days", "2024-01-02/2024-01-01",
     "0000", "1/2/3", "01/02/2024"],
)  # fmt: skip
def test_bad_periods_are_refused(text):
    with config.set_options(today="2024-03-01"), pytest.raises(InputError):
        Period.parse(text)


def test_period_length_days_and_intersection():
    period = Period("2024-02-28", "2024-03-01")
    assert list(period.days()) == [dt.date(2024, 2, 28), dt.date(2024, 2, 29), dt.date(2024, 3, 1)]
    assert dt.date(2024, 2, 29) in period
    assert period.intersection(dt.date(2024, 3, 1), dt.date(2025, 1, 1)) == Period("2024-03-01", "2024-03-01")
    assert period.intersection(dt.date(2024, 3, 2), dt.date(2025, 1, 1)) is None


def test_end_before_start_names_both_dates():
    with pytest.raises(InputError, match=r"2024-01-01.*before the start 2024-02-01"):
        Period("2024-02-01", "2024-01-01")


@pytest.mark.parametrize(
    ("text", "axis", "value"),
    [
        ("47 W", "latitude", None), ("22 S", "longitude", None), ("47 W", "longitude", -47), ("22 S", "latitude", -22),
        ("10 m", None, None), ("105'", None, None), ("45\"", None, None), ("10 5'", None, 10 + 5 / 60),
        (".5", None, 0.5), ("-5.", None, -5),
    ],
)  # fmt: skip
def test_angles_that_could_be_taken_for_another(text, axis, value):
    assert parse_angle(text, axis) == (value if value is None else pytest.approx(value))


@pytest.mark.parametrize("longitude", [180, -180, 180 - 1e-12, -180 - 1e-12, 540 - 360, 179.99999999999])
def test_longitude_never_reaches_180(longitude):
    assert Site(0, longitude).longitude == -180.0


@pytest.mark.parametrize("name", ["a\x07b", "a\x00b", "two\nlines", "\udcff", "x" * 201, 5, ["P"]])
def test_name_that_no_file_could_hold_is_refused(name):
    with pytest.raises(InputError, match="name = "):
        Site(0, 0, name=name)


def test_not_a_time_is_not_a_date():
    import pandas as pd

    with pytest.raises(InputError, match="start = NaT: is not a date"):
        Period(pd.NaT, "2024-01-01")
