"""GHCN-hourly: its files, which values count, which station answers, and its days by hand."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest

import etolib
from etolib.errors import BadResponse, NotCovered
from etolib.site import Period, Site
from etolib.sources import catalogue, ghcn_hourly, lifetime, whereabouts
from tests.simulator import ghcn_hourly as simulated
from tests.simulator import sky
from tests.sources.matrix import GHCN, settings

JUNE = Period("2024-06-03", "2024-06-09")
NAMES = [f"{one}{code}" for one in ghcn_hourly.ELEMENTS for code in ("", "_Quality_Code", "_Source_Code")]
FRANKFURT = ghcn_hourly.Station("GMI0000EDDF", "Frankfurt", 50.0264, 8.5431, 110.9)
ROWS = [
    "2025-11-01T00:20:00|6.0|1|223|5.0|1|223|93|1|223|2.1|1|223",
    "2025-11-01T00:50:00|6.2|3|223|5.0|1|223|93|1|223|2.6||223",
    "2025-11-01T00:50:00|6.4||223|-None|||93|1|223|9.9|1|345",
]
"""Reports in the form of quoted ones; the temperature of the second is erroneous, the wind of the third an issue."""


def file_of(*rows: str, head: str = f"STATION|DATE|LATITUDE|LONGITUDE|{'|'.join(NAMES)}|remarks") -> bytes:
    lines = [f"GMI0000EDDF|{time}|50.0264|8.5431|{cells}|" for time, _, cells in (row.partition("|") for row in rows)]
    return ("\n".join([head, *lines]) + "\n").encode()


@pytest.fixture
def server(weather_server, tmp_path):
    with settings(weather_server, tmp_path):
        yield weather_server


def test_only_values_that_the_network_passes_count():
    year = ghcn_hourly.parse(file_of(*ROWS), FRANKFURT)
    assert [str(one)[11:16] for one in year.frame.index] == ["00:20", "00:50"]
    assert year.frame["temperature"].tolist() == [6.0, 6.4]  # of two reports of one minute the first with a value
    assert year.frame["wind10"].tolist() == [2.1, 2.6]
    assert len(year.rejected) == 2
    headed = file_of(*ROWS) + file_of().splitlines()[0] + b"\n"  # files were seen to end with their head again
    assert ghcn_hourly.parse(headed, FRANKFURT).frame.equals(year.frame)


@pytest.mark.parametrize(
    ("body", "error"),
    [
        (file_of(*ROWS)[:-20], ValueError),
        (file_of(*ROWS).replace(b"dew_point_temperature|", b"dew_point|"), ValueError),
        (file_of(ROWS[0].replace("T00:20", " 00-20")), ValueError),
        (file_of(ROWS[0].replace("|6.0|", "|6,0|")), ValueError),
        (file_of(), ValueError),
        (b"<html></html>", ValueError),
        (file_of(*ROWS).replace(b"|8.5431|", b"|-8.5431|"), BadResponse),
        (file_of(*ROWS).replace(b"GMI0000EDDF", b"GMI0000EDDM"), BadResponse),
        (file_of("2025-11-01T00:20:00|68.0|1|223|50.0|1|223|53|1|223|2.1|1|223"), BadResponse),  # degF
    ],
)
def test_what_is_not_the_file_is_refused(body, error):
    with pytest.raises(error):
        ghcn_hourly.parse(body, FRANKFURT)


def test_heights_that_stand_for_none_are_none():
    head = "GHCN_ID,LATITUDE,LONGITUDE,ELEVATION,STATE,NAME\n"
    rows = "".join(f"AOM0006611{i},-5.8,13.4,{height},,NOQUI\n" for i, height in enumerate(("-999.9", "8191.0", "12")))
    assert [one.elevation for one in ghcn_hourly.parse_stations((head + rows).encode())] == [None, None, 12.0]
    for wrong in (b"", head.encode(), (head + rows).replace("13.4", "513.4").encode()):
        with pytest.raises(ValueError, match=r"table|place"):
            ghcn_hourly.parse_stations(wrong)


def test_its_days_are_those_of_the_simulated_weather_by_hand(server):
    data = catalogue.provider("ghcn_hourly").fetch(GHCN, JUNE)
    place = simulated.place_of(data.meta["station"])
    hours = np.arange(sky.day_number(JUNE.start) * 24 - 1, (sky.day_number(JUNE.end) + 1) * 24 - 1)  # UTC+1
    air = sky.hourly(*place, hours, "ghcn_hourly")
    by_day = {name: np.round(values, 1).reshape(-1, 24) for name, values in air.items()}
    assert data.frame["tmax"].to_numpy() == pytest.approx(by_day["temperature"].max(1))
    assert data.frame["tdew"].to_numpy() == pytest.approx(by_day["dewpoint"].mean(1))
    marked = (hours % simulated.WRONG == 0).reshape(-1, 24)
    wind = np.ma.masked_array(by_day["wind"], marked).mean(1)
    assert data.frame["u2"].to_numpy() == pytest.approx(np.asarray(wind) * 4.87 / np.log(672.58))
    assert data.meta["rejected"] == marked.sum()
    assert any("reject" in text for text in data.warnings)
    result = etolib.compute(GHCN, str(JUNE), ["ghcn_hourly"])
    assert all("rs: " in text for text in result.table["flags"])
    assert "HIGH" not in set(result.table["quality"])


def test_stations_of_three_hours_and_without_the_year_are_passed_over(server):
    source = catalogue.provider("ghcn_hourly")
    slow = simulated.place_of("GMM00000804")
    data = source.fetch(Site(*slow, 80.0), JUNE)
    assert server.calls("ghcn_hourly")[1].path.endswith("GMM00000804_2024.psv")
    assert data.meta["station"] != "GMM00000804"
    assert simulated.step_of(data.meta["station"]) == 1
    server.forget()
    older = source.fetch(GHCN, Period("2022-12-25", "2023-01-05"))
    assert simulated.opened(older.meta["station"]) == simulated.FIRST
    assert [call.path.split("/")[6] for call in server.calls("ghcn_hourly")][-2:] == ["2022", "2023"]
    assert lifetime.of_year(2024, dt.date(2024, 7, 1)) < lifetime.of_year(2020, dt.date(2024, 7, 1))


def test_it_is_asked_by_name_only_and_far_from_any_station_has_nothing(server):
    assert catalogue.find("ghcn_hourly").role == "by name"
    with pytest.raises(NotCovered):
        catalogue.provider("ghcn_hourly").fetch(Site(0.0, 20.0), JUNE)


def test_a_station_on_the_wrong_side_of_the_meridian_is_left_out_and_said():
    """As the real list has some: Spanish ones east of Greenwich that lie west of it, in their files too."""

    def station(identifier, longitude, country, latitude=43.367):
        return ghcn_hourly.Station(identifier, "Somewhere", latitude, longitude, 58.0, country)

    coruna, genoa, unknown = (
        station("SPM00008001", 8.417, "ES"), station("ITM00016120", 8.9, "IT", 44.4), station("XXM00000001", 8.4, "")
    )  # fmt: skip
    kept, said = whereabouts.without_misplaced("GHCN", [coruna, genoa, unknown, station("SPM00008001", -8.417, "ES")])
    assert [one.longitude for one in kept] == [8.9, 8.4, -8.417]
    (sentence,) = said
    assert "SPM00008001" in sentence
    assert "Spain" in sentence


def test_the_next_station_is_taken_then(server, monkeypatch):
    read = ghcn_hourly.parse_stations

    def with_one_more(body):
        return (*read(body), LOST)

    monkeypatch.setattr(ghcn_hourly, "parse_stations", with_one_more)
    data = catalogue.provider("ghcn_hourly").fetch(Site(52.08, 8.49, 80.0), JUNE)
    assert data.meta["station"] != LOST.identifier
    assert any(LOST.identifier in text and "left out" in text for text in data.warnings)


LOST = ghcn_hourly.Station("IEM00000001", "Lost", 52.08, 8.5, None, "IE")
"""A station of Ireland on the wrong side; nearer than any other to the place asked for."""
