"""The simulated weather: plausible, deterministic, and the same for all providers but for small errors."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import numpy as np
import pytest

from tests.simulator import WeatherServer, sky
from tests.simulator.client import (
    PLACE,
    TODAY,
    URLS,
    get,
    meteo,
    nasa,
)


@pytest.fixture(scope="module")
def quiet() -> Iterator[WeatherServer]:
    """A simulator on 2024-07-01 that nobody sets faults on."""
    with WeatherServer(today=TODAY) as server:
        yield server


PLACES = [
    (-22.7, -47.6),
    (38.7, -9.1),
    (59.9, 10.75),
    (30.0, 31.2),
    (0.0, -78.5),
    (0.0, -140.0),
    (78.0, 16.0),
    (-89.99, 0.0),
    (-17.0, 179.9),
]


def fao_ra(latitude: float, first: dt.date, days: int) -> np.ndarray:
    """Extraterrestrial radiation, FAO-56 Eq. 21 to 25, written anew here as the authority [MJ m-2 day-1]."""
    day = np.array([(first + dt.timedelta(i)).timetuple().tm_yday for i in range(days)])
    phi, declination = np.radians(latitude), 0.409 * np.sin(2 * np.pi * day / 365 - 1.39)
    sunset = np.arccos(np.clip(-np.tan(phi) * np.tan(declination), -1, 1))
    inverse = 1 + 0.033 * np.cos(2 * np.pi * day / 365)
    shape_ = sunset * np.sin(phi) * np.sin(declination) + np.cos(phi) * np.cos(declination) * np.sin(sunset)
    return 24 * 60 / np.pi * 0.0820 * inverse * shape_


@pytest.mark.parametrize(("latitude", "longitude"), PLACES)
def test_simulated_days_are_plausible(latitude: float, longitude: float) -> None:
    first, last = dt.date(2023, 1, 1), dt.date(2024, 12, 31)
    day = sky.daily(latitude, longitude, first, last, round(longitude / 15), "any")
    assert all(np.isfinite(values).all() for values in day.values())
    assert (day["tmin"] <= day["tmean"]).all()
    assert (day["tmean"] <= day["tmax"]).all()
    assert (day["tdew"] < day["tmean"]).all()
    assert (day["rhmin"] <= day["rhmean"]).all()
    assert (day["rhmean"] <= day["rhmax"]).all()
    assert ((day["rhmin"] > 3) & (day["rhmax"] <= 100)).all()
    assert ((day["ws10"] > 0) & (day["ws10max"] < 15)).all()
    ra = fao_ra(latitude, first, len(day["rs"]))
    assert day["ra"] == pytest.approx(ra, abs=0.9)
    assert (day["rs"] <= day["ra"]).all()
    assert ((day["rs"] >= 0) & (day["rs"] <= 0.9 * ra + 0.9)).all()
    assert (day["precipitation"] >= 0).all()
    assert 0.02 < (day["precipitation"] > 1).mean() < 0.6
    assert ((day["pressure"] > 85) & (day["pressure"] < 106)).all()
    assert ((day["et0"] >= 0) & (day["et0"] < 13)).all()


def test_seasons_are_mirrored_and_clouds_matter() -> None:
    january = (dt.date(2023, 1, 1), dt.date(2023, 1, 31))
    july = (dt.date(2023, 7, 1), dt.date(2023, 7, 31))

    def mean(latitude: float, month: tuple[dt.date, dt.date]) -> float:
        return float(sky.daily(latitude, 20.0, *month, 1, "any", height=100)["tmean"].mean())

    assert mean(45, july) - mean(45, january) > 8
    assert mean(-45, january) - mean(-45, july) > 8
    year = sky.daily(-15.8, -47.9, dt.date(2023, 1, 1), dt.date(2023, 12, 31), -3, "any")
    assert np.corrcoef(year["cloud"], year["rs"] / year["ra"])[0, 1] < -0.8
    assert np.corrcoef(year["cloud"], year["tmax"] - year["tmin"])[0, 1] < -0.4
    assert year["cloud"][year["precipitation"] > 5].mean() > year["cloud"][year["precipitation"] == 0].mean() + 15


def test_a_value_depends_on_place_and_hour_only() -> None:
    whole = sky.daily(*PLACE, dt.date(2023, 1, 1), dt.date(2023, 12, 31), -3, "any")
    part = sky.daily(*PLACE, dt.date(2023, 5, 1), dt.date(2023, 5, 3), -3, "any")
    for name, values in part.items():
        assert values == pytest.approx(whole[name][120:123], rel=1e-12, abs=1e-9)


def test_the_antimeridian_is_no_seam() -> None:
    days = (dt.date(2023, 5, 1), dt.date(2023, 5, 20))
    east = sky.daily(-17.0, 179.999, *days, 12, "any", height=10)["tmean"]
    west = sky.daily(-17.0, -179.999, *days, 12, "any", height=10)["tmean"]
    assert east == pytest.approx(west, abs=0.1)


def test_providers_agree_but_not_exactly(quiet: WeatherServer) -> None:
    space = nasa(quiet, start="20240101", end="20240331").json["properties"]["parameter"]
    model = meteo(quiet, start_date="2024-01-01", end_date="2024-03-31", timezone="Etc/GMT+3").json["daily"]
    for theirs, ours, tolerance in (
        ("T2M", "temperature_2m_mean", 1.5),
        ("T2M_MAX", "temperature_2m_max", 2),
        ("RH2M", "relative_humidity_2m_mean", 8),
        ("WS10M", "wind_speed_10m_mean", 0.6),
        ("ALLSKY_SFC_SW_DWN", "shortwave_radiation_sum", 2.5),
    ):
        a, b = np.array(list(space[theirs].values())), np.array(model[ours])
        assert np.abs(a - b).mean() < tolerance, theirs
        assert np.corrcoef(a, b)[0, 1] > 0.8, theirs
        assert np.abs(a - b).max() > 0, theirs


def test_nasa_communities_and_hours_hold_together(quiet: WeatherServer) -> None:
    ag, re_, sb = (nasa(quiet, community=c).json for c in ("AG", "RE", "SB"))
    name = "ALLSKY_SFC_SW_DWN"
    units = [part["parameters"][name]["units"] for part in (ag, re_, sb)]
    assert units == ["MJ/m^2/day", "kW-hr/m^2/day", "W m-2"]
    for day, value in ag["properties"]["parameter"][name].items():
        assert re_["properties"]["parameter"][name][day] * 3.6 == pytest.approx(value, abs=0.006)
        assert sb["properties"]["parameter"][name][day] * 0.0864 == pytest.approx(value, abs=0.006)
    hours = nasa(quiet, "hourly", parameters=f"T2M,{name}", community="RE", start="20240201", end="20240201").json
    column = hours["properties"]["parameter"]
    assert sum(column[name].values()) * 0.0036 == pytest.approx(
        ag["properties"]["parameter"][name]["20240201"], abs=0.01
    )
    assert max(column["T2M"].values()) == ag["properties"]["parameter"]["T2M_MAX"]["20240201"]
    ratio = {ag["properties"]["parameter"]["WS2M"][d] / v for d, v in ag["properties"]["parameter"]["WS10M"].items()}
    assert all(abs(r - 0.748) > 0.004 for r in ratio)  # WS2M is modelled, not 0.748 times WS10M


def test_nasa_neighbours_share_their_cells(quiet: WeatherServer) -> None:
    # meteorology: cells 0.5 x 0.625 around multiples; radiation: 1 x 1 around halves; the grids are not aligned
    here = nasa(quiet, latitude=-15.6, longitude=-47.55).json["properties"]["parameter"]
    near = nasa(quiet, latitude=-15.7, longitude=-47.60).json["properties"]["parameter"]
    other_met = nasa(quiet, latitude=-15.8, longitude=-47.55).json["properties"]["parameter"]
    other_sun = nasa(quiet, latitude=-15.6, longitude=-48.05).json["properties"]["parameter"]
    assert here == near
    assert here["T2M"] != other_met["T2M"]
    assert here["ALLSKY_SFC_SW_DWN"] == other_met["ALLSKY_SFC_SW_DWN"]
    assert here["ALLSKY_SFC_SW_DWN"] != other_sun["ALLSKY_SFC_SW_DWN"]


def test_simulated_answers_say_so(quiet: WeatherServer) -> None:
    for path in URLS.values():
        reply = get(quiet.url + path)
        assert (reply.status, reply.headers.get("x-simulated")) == (200, "1"), path
    assert "x-simulated" not in nasa(quiet, parameters="FOO").headers
