"""Satellite radiation and the spread of ensembles: what is made of hours, of absent ones, and of two models."""

from __future__ import annotations

import datetime as dt
import json
import urllib.parse

import numpy as np
import pandas as pd
import pytest

from etolib.errors import BadResponse, NotCovered
from etolib.site import Period, Site
from etolib.sources import catalogue
from etolib.sources.open_meteo_ensemble import SPREAD
from etolib.sources.open_meteo_hours import daily, sunlight
from etolib.sources.open_meteo_satellite import HIMAWARI, METEOSAT, SELECTION, models, read

PLACE = Site(-22.7, -47.6, 550.0)
DAYS = pd.date_range("2024-03-01", periods=20)


def answer(site, columns, days=DAYS, **more):
    """Return a body: hours labelled with their end, in the zone of the place."""
    hours = pd.date_range(days[0], periods=24 * len(days), freq="h")
    named = {f"shortwave_radiation_{model}": values for model, values in columns.items()}
    return {
        "latitude": site.latitude, "longitude": site.longitude, "utc_offset_seconds": site.utc_offset * 3600,
        "timezone": "x", "hourly_units": {"time": "iso8601"} | dict.fromkeys(named, "W/m²"),
        "hourly": {"time": [str(h)[:16].replace(" ", "T") for h in hours]} | named,
    } | more  # fmt: skip


def clear(site, days=DAYS, share=0.7):
    """Return W m-2 of the hours before their labels, whose days hold ``share`` of what is above the air."""
    light = sunlight(site, days).ravel()
    return [None if np.isnan(v) else float(v) for v in np.append(0.0, share * light[:-1] / 0.0036)]


@pytest.mark.parametrize(
    "site",
    [
        PLACE,
        Site(59.9, 10.7),
        Site(-59.0, -60.0),
        Site(0.0, 37.4),
        Site(-41.3, 174.8),
        Site(35.7, 139.7),
        Site(52.5, 13.4),
    ],
    ids=str,
)
@pytest.mark.parametrize("month", ["03", "06", "12"])
def test_hours_make_the_day_of_the_sun(site, month):
    days = pd.date_range(f"2024-{month}-10", periods=12)
    first, _ = models(site)
    found = read(answer(site, {first: clear(site, days)}, days), site)
    np.testing.assert_allclose(found.frame[first], 0.7 * sunlight(site, days).sum(axis=1), rtol=2e-3)
    assert found.missing == (SELECTION,)


def test_a_day_with_an_hour_of_sun_absent_is_no_day_and_the_dark_may_be_absent():
    light = sunlight(PLACE, DAYS)
    whole = 0.6 * light
    dark = np.where(light < 0.02, np.nan, whole)
    np.testing.assert_allclose(daily(dark, light), whole.sum(axis=1), rtol=5e-3)
    for hour in range(8, 17):
        for gap in (np.nan, -999.0 * 0.0036):
            broken = whole.copy()
            broken[3, hour] = gap
            assert np.flatnonzero(np.isnan(daily(broken, light))).tolist() == [3]
    zeros = np.zeros_like(light)
    assert np.isnan(daily(zeros, light)).all()  # a satellite that sees nothing is not a night of twenty days
    assert np.isnan(daily(np.full_like(light, np.nan), light)).all()
    unfinished = whole.copy()
    unfinished[-1, 14:] = np.nan  # today so far
    assert np.isnan(daily(unfinished, light)[-1])


def test_hours_of_another_zone_are_refused():
    values = clear(PLACE)
    for shift in (-3, 3, 5):
        body = answer(PLACE, {METEOSAT: list(np.roll(values, shift)), SELECTION: values})
        with pytest.raises(BadResponse, match="hours are not those of this place"):
            read(body, PLACE)
    with pytest.raises(BadResponse, match="days"):
        read(answer(PLACE, {METEOSAT: values}, utc_offset_seconds=0), PLACE)
    body = answer(PLACE, {METEOSAT: values})
    body["hourly_units"][f"shortwave_radiation_{METEOSAT}"] = "MJ/m²"
    with pytest.raises(BadResponse, match="unit"):
        read(body, PLACE)


def test_models_of_a_place():
    assert models(Site(50.0, 60.0))[0] == models(Site(-34.0, 18.4))[0] == METEOSAT
    assert models(Site(28.6, 77.2))[0] == models(Site(-36.8, 174.8))[0] == models(Site(-14.0, -171.0))[0] == HIMAWARI


def query(call):
    return dict(urllib.parse.parse_qsl(call.query))


def test_the_provenance_says_which_model_gave_which_days(weather_server):
    data = catalogue.provider("open_meteo_satellite").fetch(PLACE, Period("2024-06-21", "2024-06-30"))
    (call,) = weather_server.calls()
    asked = query(call)
    assert asked["models"] == f"{METEOSAT},{SELECTION}"
    assert asked["hourly"] == "shortwave_radiation"
    assert asked["timezone"] == "Etc/GMT+3"
    assert "daily" not in asked
    # The long record ends two days ago; the last day is the selection's.
    last = str(dt.date(2024, 6, 30))
    assert data.meta["days_of_model"] == {METEOSAT: [["2024-06-21", "2024-06-29"]], SELECTION: [[last, last]]}
    assert data.frame["rs"].between(5, 25).all()
    assert list(data.frame.columns) == ["rs", "kind"]
    json.dumps(data.meta)
    again = catalogue.provider("open_meteo_satellite").fetch(PLACE, Period("2024-06-21", "2024-06-30"))
    assert again.meta["from_cache"]
    assert len(weather_server.calls()) == 1


def test_it_agrees_with_the_daily_sums_of_the_same_sky(weather_server):
    """The simulator's satellite and its archive see one simulated sky, each with a small error of its own."""
    period = Period("2024-03-01", "2024-03-31")
    for site in (PLACE, Site(52.5, 13.4, 40.0), Site(-33.9, 151.2, 30.0)):
        seen = catalogue.provider("open_meteo_satellite").fetch(site, period).frame["rs"]
        modelled = catalogue.provider("open_meteo_archive").fetch(site, period).frame["rs"]
        assert abs(seen.mean() / modelled.mean() - 1) < 0.05
        assert np.corrcoef(seen, modelled)[0, 1] > 0.9


def test_no_satellite_over_north_america(weather_server):
    row = catalogue.find("open_meteo_satellite")
    for place, covered in {
        (40.0, -105.3): False, (45.5, -73.6): False, (19.4, -99.1): False, (-22.7, -47.6): True, (52.5, 13.4): True,
        (-33.9, 151.2): True, (35.7, 139.7): True, (64.1, -21.9): False, (-36.8, 174.8): True, (71.0, 25.0): False,
    }.items():  # fmt: skip
        assert row.at_home(Site(*place)) == covered, place
    with pytest.raises(NotCovered):
        catalogue.provider("open_meteo_satellite").fetch(Site(40.0, -105.3), Period("2024-03-01", "2024-03-05"))


def test_many_places_share_a_request(weather_server):
    sites = [Site(-22.7 + i / 10, -47.6, 550.0) for i in range(5)]
    provider = catalogue.provider("open_meteo_satellite")
    period = Period("2024-03-01", "2024-03-10")
    together = provider.fetch_many(sites, period)
    assert len(weather_server.calls()) == 1
    assert provider.prefetch(sites, period) == 1
    before = len(weather_server.calls())
    for site, data in zip(sites, together, strict=True):
        pd.testing.assert_frame_equal(provider.fetch(site, period).frame, data.frame)
    assert len(weather_server.calls()) == before
    (weight,) = provider.asks([Site(10.0, 10.0)], Period("2020-01-01", "2023-12-31"), set())
    assert weight == pytest.approx(0.2 * 1461 / 14)


def test_the_spread_of_an_ensemble_grows(weather_server):
    data = catalogue.provider("open_meteo_ensemble").fetch(PLACE, Period("2024-07-01", "2024-07-15"))
    assert len(weather_server.calls()) == 1
    frame = data.frame
    assert (frame["kind"] == "forecast").all()
    for name in ("tmean", "rhmean", "u2"):
        assert (frame[name + SPREAD].diff().dropna() > 0).all()
        assert frame[name].notna().all()
    assert frame["rs" + SPREAD].between(0.1, 10).all()
    assert frame["rs"].between(5, 25).all()
    assert "tmin" not in frame  # it is no weather to choose
    assert data.meta["model"] == "ecmwf_ifs025_ensemble_mean"


def test_an_ensemble_whose_members_all_agree_says_nothing(weather_server):
    weather_server.fault("open_meteo_ensemble", "missing_column", variable="temperature_2m_spread")
    data = catalogue.provider("open_meteo_ensemble").fetch(PLACE, Period("2024-07-01", "2024-07-05"))
    assert "tmean" + SPREAD not in data.frame
    assert any("no spread between members" in text for text in data.warnings)
