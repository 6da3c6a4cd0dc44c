"""SILO (Australia): its table, its codes of origin, its e-mail, and results from it against a calculation by hand."""

from __future__ import annotations

import logging
import urllib.parse

import numpy as np
import pytest

import etolib
from etolib.errors import BadResponse, InvalidRequest, NotCovered
from etolib.site import Period, Site
from etolib.sources import catalogue, lifetime, silo
from etolib.sources.plan import choose
from tests.simulator import sky
from tests.sources import by_hand
from tests.sources.matrix import settings

DALBY = Site(-27.18, 151.26, 340.0)
EMAIL = "grower.of.dalby@example.org"
FEBRUARY = Period("2024-02-01", "2024-02-10")

NAMES = ("daily_rain", "max_temp", "min_temp", "vp", "radiation", "rh_tmin", "rh_tmax", "et_short_crop")
QUOTED = "\n".join(
    (
        "latitude,longitude,YYYY-MM-DD," + ",".join(f"{name},{name}_source" for name in NAMES) + ",metadata",
        ' -23.00, 135.00,2011-01-01,4.5,25,32.0,25,23.0,25,27.0,25,17.0,25,96.1,26,56.8,26,4.4,26,"elevation= 480.0 m"',
        ' -23.00, 135.00,2011-01-02,1.3,25,37.0,25,22.0,25,24.0,25,28.0,42,90.8,26,38.2,26,7.2,26,"reference=r"',
        ' -23.00, 135.00,2011-01-03,0.0,25,38.5,75,20.0,25,16.0,25,30.0,42,68.5,26,23.5,26,8.1,26,"dataset=BoM Only"',
        " -23.00, 135.00" + "," * 17 + ',"extracted=20260927"',
    )
).encode()
"""The numbers of the API's tutorial (https://www.longpaddock.qld.gov.au/silo/api-documentation/tutorial/)."""


@pytest.fixture
def server(weather_server, tmp_path, monkeypatch):
    monkeypatch.setenv("ETOLIB_SILO_EMAIL", EMAIL)
    with settings(weather_server, tmp_path):
        yield weather_server


def test_the_numbers_of_its_tutorial_pass_its_own_checks():
    """Humidity and ETo computed from its columns agree with those it prints, at a wind of 2 m s-1."""
    answer = silo.parse(QUOTED, (-23.0, 135.0))
    assert answer.elevation == 480.0
    first = answer.frame.iloc[0]
    assert (first.tmax, first.tmin, first.ea, first.rs, first.precipitation) == (32.0, 23.0, 2.7, 17.0, 4.5)


def test_a_long_term_mean_is_no_weather_of_its_date():
    answer = silo.parse(QUOTED, (-23.0, 135.0))
    assert np.isnan(answer.frame.tmax.iloc[2])
    assert answer.frame.tmin.iloc[2] == 20.0
    assert answer.replaced == {"tmax": 1}


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b"32.0,25,23.0,", b"89.6,25,73.4,"),  # degF
        (b"27.0,25,17.0", b"2.7,25,17.0"),  # kPa
        (b"25,17.0,", b"25,4.7,"),  # kWh m-2
    ],
)
def test_a_unit_that_changed_without_a_word_is_found(before, after):
    lines = QUOTED.splitlines(keepends=True)
    table = b"".join([lines[0], lines[1].replace(before, after)])
    assert table != lines[0] + lines[1]
    with pytest.raises(BadResponse, match="does not follow from its other columns"):
        silo.parse(table, (-23.0, 135.0))


@pytest.mark.parametrize(
    "body",
    [
        QUOTED[: len(QUOTED) // 2],
        QUOTED[:-4],
        QUOTED.replace(b"max_temp,", b"tmax,", 1),
        QUOTED.replace(b"4.5,25,32.0", b"4.5,25,x"),
        b"<html>Request Rejected</html>",
        b"",
    ],
)
def test_what_is_not_the_table_is_refused(body):
    with pytest.raises(ValueError, match=r"cut off|cells|there once|rows|table|could not convert"):
        silo.parse(body, (-23.0, 135.0))


def test_eto_of_its_days_is_that_of_the_simulated_weather_by_hand(server):
    """The whole way, against FAO-56 Eq. 6 written out for the simulated weather as SILO rounds it."""
    result = etolib.compute(DALBY, str(FEBRUARY), ["silo", "open_meteo_archive"])
    alone = etolib.compute(DALBY, str(FEBRUARY), ["silo"])
    cell = silo.cell(DALBY)
    days = sky.daily(*cell, FEBRUARY.start, FEBRUARY.end, 10, "silo", height=sky.elevation(*cell))
    rounded = {name: np.round(days[name], 1) for name in ("tmax", "tmin", "rs", "ra")}
    _, ra = by_hand.sun(DALBY.latitude, np.arange(32, 42))
    ea = np.round(10 * sky.saturation(days["tdew"]), 1) / 10
    eto = by_hand.eto(rounded["tmin"], rounded["tmax"], ea, 2.0, rounded["rs"], ra, 340.0)
    assert alone.table["eto"].to_numpy() == pytest.approx(eto, abs=0.03)
    # Without a wind the world mean is taken, and no day that rests on it is HIGH.
    assert set(alone.table["flags"]) == {"u2: default_wind"}
    assert not set(alone.table["quality"]) & {"HIGH"}
    assert set(result.input_sources["u2"]) == {"open_meteo_archive"}
    meta = alone.provenance["sources"]["silo"]
    assert meta["own_eto"]["mean"] == pytest.approx(float(alone.table["eto"].mean()), abs=0.1)
    assert "9 am" in meta["day"]


def test_radiation_that_no_satellite_saw_and_days_before_1957_count_as_estimated(server):
    early = catalogue.provider("silo").fetch(DALBY, Period("1950-03-01", "1950-03-03"))
    assert set(early.meta["estimated_days"]) == {"tmin", "tmax", "ea", "rs"}
    late = catalogue.provider("silo").fetch(DALBY, FEBRUARY)
    assert late.meta["estimated_days"] == {}
    middle = catalogue.provider("silo").fetch(DALBY, Period("2000-03-01", "2000-03-03"))
    assert list(middle.meta["estimated_days"]) == ["rs"]


def test_the_maximum_of_yesterday_is_left_out_and_asked_for_again_soon(server):
    data = catalogue.provider("silo").fetch(DALBY, Period("2024-06-28", "2024-06-30"))
    assert np.isnan(data.frame.tmax.iloc[-1])
    assert any("no weather of their date" in text for text in data.warnings)
    answer = silo.parse(QUOTED.replace(b"2011-01", b"2024-06"), (-23.0, 135.0))
    june = Period("2024-06-01", "2024-06-03")
    assert silo.lasting(answer, june, june.end + (june.end - june.start)) is lifetime.NEWEST


def test_places_of_one_cell_share_one_request_and_the_address_is_shown_nowhere(server, caplog):
    near = [Site(-27.18, 151.26), Site(-27.19, 151.24), Site(-27.21, 151.26)]
    source = catalogue.provider("silo")
    assert source.asks(near, FEBRUARY, set()) == [1.0]
    with caplog.at_level(logging.DEBUG):
        found = [source.fetch(site, FEBRUARY) for site in near]
    (call,) = server.calls("silo")
    assert urllib.parse.parse_qs(call.query)["username"] == [EMAIL]
    assert EMAIL not in caplog.text
    assert EMAIL not in repr([data.meta for data in found])
    assert source.asks(near, FEBRUARY, set()) == []


def test_the_address_is_needed_and_without_it_nothing_is_asked(weather_server, tmp_path, monkeypatch):
    monkeypatch.delenv("ETOLIB_SILO_EMAIL", raising=False)
    with settings(weather_server, tmp_path):
        with pytest.raises(InvalidRequest, match="e-mail") as caught:
            catalogue.provider("silo").fetch(DALBY, FEBRUARY)
        assert "ETOLIB_SILO_EMAIL" in caught.value.suggestion
        assert weather_server.calls("silo") == []
        steps = choose(DALBY, Period("2024-06-01", "2024-07-03"))
    assert "silo" not in [step.source for step in steps]
    assert any("ETOLIB_SILO_EMAIL" in step.reason for step in steps)


def test_it_is_asked_by_itself_in_australia_only(server):
    names = [step.source for step in choose(DALBY, Period("2024-06-01", "2024-07-03"))]
    beside = ["open_meteo_satellite", "open_meteo_ensemble"]
    assert names == ["nasa_power", "open_meteo_archive", "silo", "open_meteo_forecast", *beside, "climatology"]
    assert "silo" not in [step.source for step in choose(Site(-22.7, -47.6), Period("2024-06-01", "2024-07-03"))]
    with pytest.raises(NotCovered, match="region"):
        catalogue.provider("silo").fetch(Site(-22.7, -47.6), FEBRUARY)


def test_what_it_says_in_words_is_passed_on(server):
    with pytest.raises(NotCovered, match="no data are available for this location"):
        catalogue.provider("silo").fetch(Site(-30.0, 112.5), FEBRUARY)  # at sea
