"""Meteostat: its files, what of them is a model's, which station answers, and its days by hand."""

from __future__ import annotations

import datetime as dt
import gzip

import numpy as np
import pytest

import etolib
from etolib.errors import BadResponse, NotCovered
from etolib.site import Period, Site
from etolib.sources import catalogue, lifetime, meteostat
from tests.simulator import meteostat as simulated
from tests.simulator import sky
from tests.sources.matrix import settings

BRANDENBURG = Site(52.38, 11.06, 80.0)
JUNE = Period("2024-06-03", "2024-06-09")
HEAD = (
    "year,month,day,temp,temp_source,tmin,tmin_source,tmax,tmax_source,rhum,rhum_source,prcp,prcp_source,"
    "snwd,snwd_source,wspd,wspd_source,pres,pres_source,cldc,cldc_source\n"
)
QUOTED = (
    HEAD + "2026,8,14,28.6,dwd_daily,20.7,dwd_daily,35.1,dwd_daily,26,dwd_daily,0.0,dwd_daily,,,12.1,metno_forecast,"
    "1017.5,metno_forecast,0,metno_forecast\n"
).encode()
"""A file quoted in public code: a station without sunshine, whose wind is a model's."""


@pytest.fixture
def server(weather_server, tmp_path):
    with settings(weather_server, tmp_path):
        yield weather_server


@pytest.mark.parametrize("body", [QUOTED, gzip.compress(QUOTED, mtime=0)])
def test_what_a_model_filled_in_is_left_out(body):
    year = meteostat.parse(body, 2026)
    day = year.frame.iloc[0]
    assert (day.tmin, day.tmax, day.rhmean) == (20.7, 35.1, 26.0)
    assert np.isnan(day.u2)
    assert np.isnan(day.cloud)
    assert year.modelled == 2
    assert "sunshine" not in year.frame


@pytest.mark.parametrize(
    ("body", "error"),
    [
        (QUOTED[:-9], ValueError),
        (gzip.compress(QUOTED, mtime=0)[:90], ValueError),
        (QUOTED.replace(b"tmax,tmax_source", b"max,max_source"), ValueError),
        (QUOTED.replace(b"2026,8,14", b"2025,8,14"), ValueError),
        (QUOTED.replace(b"tmax_source,", b"", 1), ValueError),
        (b"<html></html>", ValueError),
        (QUOTED.replace(b"28.6", b"83.5"), BadResponse),  # degF beside degC
    ],
)
def test_what_is_not_the_file_is_refused(body, error):
    with pytest.raises(error):
        meteostat.parse(body, 2026)


def test_its_days_are_those_of_the_simulated_weather_by_hand(server):
    data = catalogue.provider("meteostat").fetch(BRANDENBURG, JUNE)
    place = simulated.place_of(data.meta["station"])
    days = sky.daily(*place, JUNE.start, JUNE.end, 0, "meteostat")
    assert data.frame["tmax"].to_numpy() == pytest.approx(np.round(days["tmax"], 1))
    assert data.frame["u2"].to_numpy() == pytest.approx(np.round(days["ws10"] * 3.6, 1) / 3.6 * 4.87 / np.log(672.58))
    assert data.frame["sunshine"].to_numpy() == pytest.approx(days["sunshine"])
    assert "pressure" not in data.frame  # it is that at sea level
    result = etolib.compute(BRANDENBURG, str(JUNE), ["meteostat"])
    assert set(result.table["flags"]) == {"ea: from_rh_mean; rs: estimated_sunshine"} or all(
        "estimated_sunshine" in text for text in result.table["flags"]
    )
    assert "HIGH" not in set(result.table["quality"])


def test_days_over_two_years_take_a_file_each_and_the_newest_wind_is_missing(server):
    source = catalogue.provider("meteostat")
    source.fetch(BRANDENBURG, Period("2022-12-25", "2023-01-05"))
    assert [call.path.rpartition("/")[2] for call in server.calls("meteostat_stations")] == ["lite.json.gz"]
    assert [call.path.split("/")[2] for call in server.calls("meteostat")] == ["2022", "2023"]
    newest = source.fetch(BRANDENBURG, Period("2024-06-20", "2024-06-30"))
    assert newest.frame["u2"].isna().sum() == simulated.MODELLED
    assert any("models" in text for text in newest.warnings)
    assert lifetime.of_year(2024, dt.date(2024, 7, 1)) < lifetime.of_year(2020, dt.date(2024, 7, 1))


def test_it_is_asked_by_name_only_and_far_from_any_station_has_nothing(server):
    assert catalogue.find("meteostat").role == "by name"
    with pytest.raises(NotCovered):
        catalogue.provider("meteostat").fetch(Site(0.0, 20.0), JUNE)
