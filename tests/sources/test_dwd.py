"""DWD's stations: their list, their archives, which is asked, and results from them against a calculation by hand."""

from __future__ import annotations

import datetime as dt
import io
import zipfile

import numpy as np
import pytest

import etolib
from etolib.errors import BadResponse, NotCovered
from etolib.site import Period, Site
from etolib.sources import catalogue, dwd
from etolib.sources.plan import choose
from tests.simulator import dwd as simulated
from tests.simulator import sky
from tests.simulator.client import get
from tests.sources import by_hand
from tests.sources.matrix import settings

BRANDENBURG = Site(52.38, 13.06, 80.0)
JUNE = Period("2024-06-03", "2024-06-09")


@pytest.fixture
def server(weather_server, tmp_path):
    with settings(weather_server, tmp_path):
        yield weather_server


def station_of(site):
    return min(
        (f"{100 * row + column:05d}" for row in range(simulated.ROWS) for column in range(simulated.COLUMNS)),
        key=lambda one: np.hypot(simulated.place_of(one)[0] - site.latitude,
                                 (simulated.place_of(one)[1] - site.longitude) * np.cos(np.radians(site.latitude))),
    )  # fmt: skip


def test_the_nearest_station_answers_and_says_where_it_stands(server):
    data = catalogue.provider("dwd_stations").fetch(BRANDENBURG, JUNE)
    assert data.meta["station"] == station_of(BRANDENBURG)
    assert any(data.meta["station"] in text and "km" in text for text in data.warnings)
    assert data.meta["elevation_difference"] == data.meta["elevation"] - 80.0
    assert [call.path.rpartition("/")[2] for call in server.calls("dwd")] == [
        "KL_Tageswerte_Beschreibung_Stationen.txt", f"tageswerte_KL_{data.meta['station']}_akt.zip",
    ]  # fmt: skip
    catalogue.provider("dwd_stations").fetch(Site(52.40, 13.10), Period("2024-03-01", "2024-03-05"))
    assert len(server.calls("dwd")) == 2  # a neighbour and other days: what is kept answers


def test_its_days_are_those_of_the_simulated_weather_by_hand(server):
    """Units by hand: hPa to kPa, wind from 10 m to 2 m, eighths to percent; ETo by FAO-56 with sunshine (Eq. 35)."""
    data = catalogue.provider("dwd_stations").fetch(BRANDENBURG, JUNE)
    place = simulated.place_of(data.meta["station"])
    height = round(sky.elevation(*place))
    days = sky.daily(*place, JUNE.start, JUNE.end, 0, "dwd", height=height)
    frame = data.frame
    assert frame["tmax"].to_numpy() == pytest.approx(np.round(days["tmax"], 1))
    assert frame["ea"].to_numpy() == pytest.approx(np.round(10 * sky.saturation(days["tdew"]), 1) / 10)
    assert frame["u2"].to_numpy() == pytest.approx(np.round(days["ws10"], 1) * 4.87 / np.log(672.58))
    assert frame["cloud"].to_numpy() == pytest.approx(days["cloud"], abs=1.0)
    result = etolib.compute(BRANDENBURG, str(JUNE), ["dwd_stations"])
    number = np.array([day.timetuple().tm_yday for day in JUNE.days()], dtype=float)
    sunset, ra = by_hand.sun(BRANDENBURG.latitude, number)
    rs = (0.25 + 0.5 * np.minimum(frame["sunshine"] / (24 / np.pi * sunset), 1)) * ra
    tmin, tmax, ea, u2 = (frame[name].to_numpy() for name in ("tmin", "tmax", "ea", "u2"))
    eto = by_hand.eto(tmin, tmax, ea, u2, rs, ra, 80.0)
    assert result.table["eto"].to_numpy() == pytest.approx(eto.to_numpy(), abs=0.03)
    assert set(result.table["flags"]) == {"rs: estimated_sunshine"}
    assert "HIGH" not in set(result.table["quality"])


def test_it_is_asked_by_itself_in_germany_for_the_days_its_files_have(server):
    def names(site, start, end):
        return [step.source for step in choose(site, Period(start, end))]

    assert "dwd_stations" in names(BRANDENBURG, "2024-06-20", "2024-07-03")
    assert "dwd_stations" not in names(BRANDENBURG, "2020-06-20", "2020-07-03")
    assert "dwd_stations" not in names(Site(-22.7, -47.6), "2024-06-20", "2024-07-03")
    with pytest.raises(NotCovered):
        catalogue.provider("dwd_stations").fetch(Site(-22.7, -47.6), JUNE)
    assert server.calls("dwd") == []


def test_a_station_without_a_file_is_followed_by_the_next(server):
    server.fault("dwd", "404", match=f"KL_{station_of(BRANDENBURG)}_")
    data = catalogue.provider("dwd_stations").fetch(BRANDENBURG, JUNE)
    assert data.meta["station"] != station_of(BRANDENBURG)
    assert data.meta["distance_km"] < dwd.FARTHEST


def listed(identifier, north=0.0, east=0.0):
    latitude, longitude = simulated.place_of(identifier)
    first, last = dt.date(1950, 1, 1), dt.date(2024, 6, 30)
    return dwd.Station(identifier, first, last, latitude + north, longitude + east, 80.0, "Town")


def test_another_stations_table_a_cut_archive_and_a_silent_unit_are_refused(server):
    path = f"{simulated.FOLDER}tageswerte_KL_01014_akt.zip"
    body, station = get(server.url + path).body, listed("01014")
    frame, _ = dwd.parse(body, station)
    assert len(frame) == simulated.DAYS
    with pytest.raises(BadResponse, match="01014"):
        dwd.parse(body, listed("01015"))
    with pytest.raises(ValueError, match="archive"):
        dwd.parse(body[: len(body) // 2], station)
    server.fault("dwd", "silent_units", times=1)
    with pytest.raises(BadResponse, match="does not follow"):
        dwd.parse(get(server.url + path).body, station)
    assert dwd.lifetime(frame, dt.date(2024, 7, 1)) == 12 * 3600
    assert dwd.lifetime(frame, dt.date(2024, 7, 9)) == 6 * 3600


def test_a_station_that_stands_elsewhere_than_the_list_says_is_refused(server):
    body = get(f"{server.url}{simulated.FOLDER}tageswerte_KL_01014_akt.zip").body
    with pytest.raises(BadResponse, match=r"station 01014 at .*, its own file at"):
        dwd.parse(body, listed("01014", east=0.5))
    dwd.parse(body, listed("01014", north=0.15))  # where it stood until 1979
    without = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(body)) as archive, zipfile.ZipFile(without, "w") as other:
        (name,) = (name for name in archive.namelist() if name.startswith("produkt"))
        other.writestr(name, archive.read(name))
    dwd.parse(without.getvalue(), listed("01014", east=0.5))  # an archive that does not say it
