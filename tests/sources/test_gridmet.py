"""gridMET: packed tables, their attributes, and results from them against a calculation by hand."""

from __future__ import annotations

import numpy as np
import pytest

import etolib
from etolib.errors import BadResponse, NotCovered
from etolib.site import Period, Site
from etolib.sources import catalogue, gridmet
from tests.simulator import gridmet as simulated
from tests.simulator import sky
from tests.sources import by_hand
from tests.sources.matrix import settings

KANSAS = Site(39.05, -95.68, 280.0)
MARCH = Period("2024-03-01", "2024-03-10")
HEAD = 'time,latitude[unit="degrees_north"],longitude[unit="degrees_east"],daily_maximum_temperature[unit="K"]\n'
PHOENIX = (33.4485, -112.0738)
QUOTED = (
    HEAD + "2022-07-19T00:00:00Z,33.4485,-112.0738,958.0\n2022-07-20T00:00:00Z,33.4485,-112.0738,32767.0\n"
).encode()
"""A table quoted in public code: 958 under the unit K is 315.8 K."""
PACKING = gridmet.Packing(0.1, 220.0, (32767.0,), "K")


@pytest.fixture
def server(weather_server, tmp_path):
    with settings(weather_server, tmp_path):
        yield weather_server


def test_a_quoted_table_is_unpacked_whatever_unit_its_header_names():
    values, _ = gridmet.parse(QUOTED, "tmmx", PACKING, PHOENIX)
    assert values.iloc[0] == pytest.approx(42.65)
    assert np.isnan(values.iloc[1])


@pytest.mark.parametrize(
    ("body", "error"),
    [
        (QUOTED.replace(b"958.0", b"315.8"), BadResponse),  # not packed any more
        (QUOTED.replace(b'"K"', b'"degC"'), BadResponse),
        (QUOTED.replace(b"33.4485", b"38.4485"), BadResponse),
        (QUOTED[:-4], ValueError),
        (QUOTED[: QUOTED.rindex(b"3276")], ValueError),
        (QUOTED.replace(b"daily_maximum", b"daily_largest"), ValueError),
        (QUOTED.replace(b"T00:00:00Z", b"T12:00:00Z"), ValueError),
        (b"<html>502</html>", ValueError),
    ],
)
def test_what_is_not_the_table_asked_for_is_refused(body, error):
    with pytest.raises(error):
        gridmet.parse(body, "tmmx", PACKING, PHOENIX)


@pytest.mark.parametrize("body", [b"Attributes { x { Float64 scale_factor 0.1; } }", b"Error { code = 500; }", b""])
def test_attributes_that_do_not_say_how_it_is_packed_are_refused(body):
    with pytest.raises(ValueError, match="x"):
        gridmet.parse_packing(body, "x")


def test_its_days_are_those_of_the_simulated_weather_by_hand(server):
    """Units by hand: K to degC, W m-2 to MJ, wind to 2 m; ETo by FAO-56 with the extremes of humidity (Eq. 17)."""
    result = etolib.compute(KANSAS, str(MARCH), ["gridmet"])
    days = sky.daily(KANSAS.latitude, KANSAS.longitude, MARCH.start, MARCH.end, simulated.OFFSET, "gridmet")
    tmin, tmax = (np.round((days[n] + 273.15 - 200) / 0.1) * 0.1 + 200 - 273.15 for n in ("tmin", "tmax"))
    rs = np.round(days["rs"] / 0.0864, 1) * 0.0864
    ea = (sky.saturation(tmin) * days["rhmax"] + sky.saturation(tmax) * days["rhmin"]) / 200
    u2 = np.round(days["ws10"], 1) * 4.87 / np.log(672.58)
    _, ra = by_hand.sun(KANSAS.latitude, np.arange(61, 71))
    eto = by_hand.eto(tmin, tmax, ea, u2, rs, ra, 280.0)
    assert result.table["eto"].to_numpy() == pytest.approx(eto, abs=0.03)
    assert any("10 to 20 %" in text for text in result.warnings)


def test_it_is_asked_by_name_only_each_variable_once_and_its_packing_once_for_all_places(server):
    assert catalogue.find("gridmet").role == "by name"
    source = catalogue.provider("gridmet")
    source.fetch(KANSAS, MARCH)
    source.fetch(Site(40.0, -96.0), MARCH)
    paths = [call.path for call in server.calls("gridmet")]
    assert sum(path.endswith(".das") for path in paths) == len(gridmet.VARIABLE_MAP)
    assert len(paths) == 3 * len(gridmet.VARIABLE_MAP)
    with pytest.raises(NotCovered, match="region"):
        source.fetch(Site(-22.7, -47.6), MARCH)


def test_an_unpacked_table_of_whole_kelvins_cannot_pass_for_a_packed_one(server):
    """310 K read as packed would be 251 K: with other days beside it a fraction gives it away."""
    body = QUOTED.replace(b"958.0", b"310.0").replace(b"32767.0", b"311.4")
    with pytest.raises(BadResponse, match="whole numbers"):
        gridmet.parse(body, "tmmx", PACKING, PHOENIX)


def test_a_day_that_rests_on_it_has_the_wider_interval_of_its_stated_error(server):
    alone = etolib.compute(KANSAS, str(MARCH), ["gridmet"]).table
    other = etolib.compute(KANSAS, str(MARCH), ["open_meteo_archive"]).table
    assert (alone["eto_upper"] / alone["eto"]).mean() > (other["eto_upper"] / other["eto"]).mean()
