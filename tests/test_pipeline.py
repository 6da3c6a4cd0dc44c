"""The pipeline against the simulator (simulated weather) and the replay of real data."""

from __future__ import annotations

import math
import threading

import numpy as np
import pandas as pd
import pytest

import etolib
from etolib import pipeline
from etolib.equations import kernel
from etolib.equations.humidity import vapour_pressure_from_rhmean
from etolib.errors import InputError, NoSourceError, SourceUnavailable
from etolib.reference import eto_fao56
from etolib.site import Period, Site
from etolib.sources import plan
from tests.shared import shared_path

pytestmark = pytest.mark.slow

PLACE = Site(-22.7, -47.6)
HISTORY = "2024-03-01/2024-03-31"
HISTORY_SOURCES = "nasa_power+open_meteo_archive+open_meteo_satellite"


def steps():
    seen = []
    return seen, lambda **data: seen.append(data)


def test_history_comes_from_two_sources_and_says_so(weather_server):
    result = etolib.compute(PLACE, HISTORY)
    table = result.table
    assert list(table.columns) == list(etolib.result.result.TABLE_COLUMNS)
    assert len(table) == 31
    assert table["eto"].between(1, 9).all()
    assert (table["eto_lower"] < table["eto"]).all()
    assert (table["eto"] < table["eto_upper"]).all()
    assert set(table["source"]) == {HISTORY_SOURCES}
    assert set(table["kind"]) == {"observed"}
    assert set(table["quality"]) <= {"HIGH", "MEDIUM"}
    assert set(result.provenance["sources"]) == {"nasa_power", "open_meteo_archive", "open_meteo_satellite"}
    assert result.site.elevation is not None
    assert result.provenance["elevation_source"] == "open_meteo"


@pytest.mark.parametrize(
    ("period", "sources"), [("2022-01-01/2023-12-31", "auto"), ("2015-01-01/2023-12-31", "climatology")]
)
def test_no_calculation_waits_for_a_compiler(weather_server, monkeypatch, period, sources):
    """It takes seconds, and saves milliseconds at a place."""
    monkeypatch.setattr(kernel, "is_ready", lambda key: False)
    monkeypatch.setattr(kernel, "run_compiled", lambda *args: pytest.fail("compiled"))
    assert etolib.compute(PLACE, period, sources).table["eto"].notna().all()


def test_newest_days_and_future_come_from_the_forecast(weather_server):
    # The simulator's today is 2024-07-01.
    result = etolib.compute(PLACE, "2024-06-20/2024-07-07")
    by_day = result.table.set_index("date")
    assert by_day.loc["2024-06-20", "kind"] == "observed"
    assert set(by_day.loc["2024-07-02":, "kind"]) == {"forecast"}
    assert by_day["eto"].notna().all()
    assert "open_meteo_forecast" in by_day.loc["2024-07-05", "source"]


def test_stages_are_reported_in_order_and_progress_never_falls(weather_server):
    seen, report = steps()
    pipeline.run(etolib.Request(PLACE, HISTORY), report=report)
    assert list(dict.fromkeys(d["stage"] for d in seen)) == list(pipeline.STAGES)
    whole = [d["progress"] for d in seen if d["source"] is None]
    assert whole == sorted(whole)
    assert (whole[0], whole[-1]) == (0, 100)
    for name in ("nasa_power", "open_meteo_archive"):
        assert [d["progress"] for d in seen if d["source"] == name] == [0, 100]


def test_second_run_asks_nobody(weather_server):
    first = etolib.compute(PLACE, HISTORY)
    calls = len(weather_server.calls())
    second = etolib.compute(PLACE, HISTORY)
    assert len(weather_server.calls()) == calls
    pd.testing.assert_frame_equal(first.table, second.table)


def test_one_source_down_leaves_the_other_and_lowers_quality(weather_server):
    weather_server.fault("nasa_power", "404_html")
    result = etolib.compute(PLACE, HISTORY)
    assert set(result.table["source"]) == {"open_meteo_archive+open_meteo_satellite"}
    assert set(result.table["quality"]) == {"MEDIUM"}  # radiation alone confirms no temperature and no wind
    assert any("nasa_power" in w for w in result.warnings)
    assert result.provenance["failed"][0]["source"] == "nasa_power"


def test_all_down_falls_back_to_labelled_climatology(weather_server):
    weather_server.fault("all", "refuse")
    result = etolib.compute(PLACE, HISTORY)
    assert set(result.table["kind"]) == {"climatology"}
    assert set(result.table["quality"]) == {"LOW"}
    assert "climatological estimate" in result.warnings[0]


def test_named_sources_down_are_an_error_not_an_estimate(weather_server):
    weather_server.fault("all", "refuse")
    with pytest.raises(NoSourceError) as caught:
        etolib.compute(PLACE, HISTORY, ["nasa_power"])
    assert isinstance(caught.value.causes[0], SourceUnavailable)
    assert caught.value.retryable
    assert "nasa_power" in str(caught.value)


def test_dates_outside_every_named_source_are_refused_with_the_window(weather_server):
    with pytest.raises(NoSourceError, match=r"nasa_power has no data for 1950-01-01/1950-01-31; it covers 1981-01-01"):
        etolib.compute(PLACE, "1950-01", ["nasa_power"])


def test_far_future_is_climatology_per_day_never_mixed_into_a_day_with_weather(weather_server):
    result = etolib.compute(PLACE, "2024-07-10/2024-07-31")
    kinds = result.table["kind"]
    assert set(kinds) == {"forecast", "climatology"}
    only = result.table[kinds == "climatology"]
    assert set(only["source"]) == {"climatology"}
    assert not result.table[kinds == "forecast"]["source"].str.contains("climatology").any()
    assert any("are a climatological estimate" in w for w in result.warnings)


def test_open_sea_is_refused(weather_server):
    with pytest.raises(etolib.NotCovered, match="sea"):
        etolib.compute(Site(-30, -30), HISTORY)


@pytest.mark.parametrize(
    ("sources", "options", "words"),
    [
        ("nasa_pwer", {}, "nasa_pwer"),
        ([], {}, "names no source"),
        ("auto", {"krs": "hill"}, "krs"),
        ("auto", {"colour": 1}, "colour"),
        (["nasa_power", 7], {}, "7"),
    ],
)
def test_bad_requests_are_refused(sources, options, words):
    with pytest.raises(InputError, match=words):
        etolib.compute(PLACE, HISTORY, sources, **options)


def test_site_must_be_a_site():
    with pytest.raises(InputError, match="Site"):
        etolib.compute("Piracicaba", HISTORY)


def test_checkpoint_stops_the_run_and_its_downloads(weather_server):
    weather_server.fault("nasa_power", "hang")
    seen = threading.Event()

    class Stop(BaseException):
        pass

    def checkpoint():
        if weather_server.calls("nasa_power"):
            seen.set()
            raise Stop

    with pytest.raises(Stop):
        pipeline.run(etolib.Request(PLACE, HISTORY), checkpoint=checkpoint)
    assert seen.is_set()
    for thread in threading.enumerate():
        if thread.name.startswith("etolib-download"):
            thread.join(10)
            assert not thread.is_alive()


def spoil(monkeypatch, source, change):
    """Let a source's answers pass through ``change`` before the pipeline sees them."""
    from etolib.sources import catalogue

    original = catalogue.provider(source)

    class Spoilt:
        info = original.info

        @staticmethod
        def fetch(site, period):
            data = original.fetch(site, period)
            change(data.frame)
            return data

    monkeypatch.setitem(catalogue.PROVIDERS, source, Spoilt())


@pytest.mark.parametrize("value", [-999.0, math.inf, 1e20])
def test_values_that_are_no_weather_are_left_out_and_told(weather_server, monkeypatch, value):
    def change(frame):
        frame.loc["2024-03-05", "u2"] = value

    spoil(monkeypatch, "open_meteo_archive", change)
    result = etolib.compute(PLACE, HISTORY)
    assert result.table["u2"].between(0, 20).all()
    assert result.input_sources.loc["2024-03-05", "u2"] == "nasa_power"
    assert any(w.startswith("open_meteo_archive: u2 left out on 1 day") for w in result.warnings)


def test_swapped_extremes_are_left_out_and_told(weather_server, monkeypatch):
    def change(frame):
        frame.loc["2024-03-05", ["tmin", "tmax"]] = [30.0, 20.0]

    spoil(monkeypatch, "open_meteo_archive", change)
    result = etolib.compute(PLACE, HISTORY)
    assert (result.table["tmin"] < result.table["tmax"]).all()
    assert result.input_sources.loc["2024-03-05", "tmax"] == "nasa_power"
    assert any("open_meteo_archive: tm" in w for w in result.warnings)


def test_radiation_in_watts_is_put_in_quarantine(weather_server, monkeypatch):
    def change(frame):
        frame["rs"] = 49.0  # within what can be somewhere, but above what reaches this place in June

    spoil(monkeypatch, "nasa_power", change)
    result = etolib.compute(Site(-35, -60), "2024-06-01/2024-06-10", ["nasa_power", "open_meteo_archive"])
    assert set(result.input_sources["rs"]) == {"open_meteo_archive"}
    assert any(w.startswith("nasa_power: rs left out on 10 days") for w in result.warnings)


def test_what_a_source_estimated_is_flagged_and_lowers_quality(weather_server):
    with etolib.set_options(contact="tests@example.org"):
        result = etolib.compute(PLACE, "2024-07-02/2024-07-04", ["met_norway"])
    assert set(result.flags["rs"]) == {"estimated_by_source"}
    assert result.table["flags"].str.contains("rs: estimated_by_source").all()
    assert "HIGH" not in set(result.table["quality"])


def test_terms_show_the_work_of_one_day(weather_server):
    result = etolib.compute(PLACE, HISTORY)
    work = result.terms("2024-03-10")
    row = result.table.set_index("date").loc["2024-03-10"]
    assert work.loc["eto", "value"] == pytest.approx(row["eto"], abs=1e-9)
    assert work.loc["rs", "source"] == "open_meteo_satellite"
    assert work.loc["ra", "equation"]
    with pytest.raises(InputError, match="not in the result"):
        result.terms("2023-01-01")


def own_station(site, period, factor):
    """A station file whose air is as the simulator's archive, with the wind ``factor`` times as strong."""
    from etolib.sources import catalogue
    from etolib.sources.station import file

    frame = catalogue.provider("open_meteo_archive").fetch(site, Period.parse(period)).frame
    table = frame[["tmin", "tmax", "rhmean", "u2", "rs"]].assign(u2=frame["u2"] * factor)
    return file.read(table.to_csv().encode(), filename="own.csv", site=site)


def test_own_station_is_used_where_it_has_days_and_teaches_the_others(weather_server):
    site = Site(-22.7, -47.6, 550)
    station = own_station(site, "2024-01-01/2024-04-30", 0.4)
    with_station = etolib.compute(site, "2024-04-25/2024-05-10", station=station)
    without = etolib.compute(site, "2024-04-25/2024-05-10")
    by_day = with_station.table.set_index("date")
    assert len(by_day) == 16
    assert set(by_day.loc[:"2024-04-30", "source"]) == {"station"}
    assert not by_day.loc["2024-05-01":, "source"].str.contains("station").any()
    assert "121 days of reference" in with_station.provenance["learnt"]
    # Less wind, less ETo: what the station taught is applied after its record has ended.
    later = by_day.loc["2024-05-01":, "eto"].to_numpy()
    assert (later < without.table.set_index("date").loc["2024-05-01":, "eto"].to_numpy()).all()


def monthly_station():
    """A CLIMWAT file of Piracicaba, half as windy as the grids."""
    from etolib.sources.station import file

    rows = [f"{18 - abs(m - 6) * 0.1:.1f} 29.0 70 75 6.5 20.1 4.2" for m in range(12)]
    text = '"Brazil","PIRACICABA",550,22.7,"S",47.6,"W"\n' + "\n".join(rows)
    return file.read(text.encode(), filename="piracicaba.pen")


def test_monthly_means_of_an_own_station_do_not_displace_weather(weather_server):
    result = etolib.compute(PLACE, "2024-01-01/2024-01-10", station=monthly_station())
    assert result.table["kind"].unique().tolist() == ["observed"]
    assert not result.table["source"].str.contains("station").any()
    assert any("monthly means were not needed" in text for text in result.warnings)


def test_monthly_means_of_an_own_station_come_before_the_embedded_climatology(weather_server):
    # No weather of 2031 yet; a smooth year of the station, with the interval and the label of a climatology.
    result = etolib.compute(PLACE, "2031-01-01/2031-01-10", station=monthly_station())
    assert set(result.table["source"]) == {"station"}
    assert set(result.table["kind"]) == {"climatology"}
    assert set(result.table["quality"]) == {"LOW"}
    assert "learnt" not in result.provenance or not result.provenance["learnt"]
    alone = etolib.compute(PLACE, "2024-01-01/2024-01-10", ["station"], station=monthly_station())
    assert set(alone.table["source"]) == {"station"}
    for table in (result.table, alone.table):
        width = (table["eto_upper"] - table["eto_lower"]) / table["eto"]
        assert (width > 0.8).all()  # +- 1.96 times 25 % and more, not the 5 % of a measured day


def test_far_or_yearless_station_does_not_lengthen_the_download(weather_server):
    site = Site(-22.7, -47.6, 550)
    station = own_station(site, "2010-01-01/2010-12-31", 1.0)
    asked = Period.parse("2024-03")
    assert plan.learning_span(asked, station) == asked
    assert plan.learning_span(asked, None) == asked
    near = own_station(site, "2023-12-01/2024-02-15", 1.0)
    assert str(plan.learning_span(asked, near)) == "2023-12-01/2024-03-31"


# The three cities and the RMSE of an independent calculation with the same choice of inputs [mm/day].
REPLAY = {"Barreiras_BA": 0.30, "Porto_Nacional_TO": 0.47, "Tasso_Fragoso_MA": 0.66}


@pytest.fixture
def city(request):
    row = pd.read_csv(shared_path("data", "validation", "cities.csv")).set_index("city").loc[request.param]
    data = pd.read_parquet(shared_path("data", "validation", "cities", f"{request.param}.parquet"))
    return request.param, row, data.set_index("date").loc["2019-06-01":"2020-05-31"]


@pytest.mark.parametrize("city", REPLAY, indirect=True)
def test_replay_of_real_data_agrees_with_reference_and_with_a_calculation_by_hand(city, replay_server):
    name, row, data = city
    result = etolib.compute(Site(row.lat, row.lon), "2019-06-01/2020-05-31")
    eto = result.table.set_index("date")["eto"]
    rmse = float(np.sqrt(((eto - data["xavier_eto"]) ** 2).mean()))
    assert rmse == pytest.approx(REPLAY[name], abs=0.05)
    by_hand = eto_fao56(
        tmin=data["om_tmin"].to_numpy(float),
        tmax=data["om_tmax"].to_numpy(float),
        ea=vapour_pressure_from_rhmean(
            data["om_tmin"].to_numpy(float),
            data["om_tmax"].to_numpy(float),
            ((data["nasa_rh"] + data["om_rh"]) / 2).to_numpy(float),
        ),
        rs=data["nasa_rs"].to_numpy(float),
        u2=data["om_ws10"].to_numpy(float) * 4.87 / math.log(67.8 * 10 - 5.42),
        latitude=row.lat,
        elevation=row.alt,
        day_of_year=data.index.day_of_year.to_numpy(),
    )
    # Quality control may leave out a wild value; on all other days only the rounding of the providers differs.
    sources = result.input_sources
    usual = (sources["rs"] == "nasa_power") & (sources[["tmax", "u2"]] == "open_meteo_archive").all(axis=1)
    usual &= sources["ea"].str.contains("+", regex=False)
    assert usual.mean() > 0.98
    assert np.abs(eto.to_numpy() - by_hand)[usual.to_numpy()].max() < 0.06


def test_failures_are_told_in_the_order_of_the_sources(weather_server):
    weather_server.fault("all", "refuse")
    with pytest.raises(NoSourceError) as caught:
        etolib.compute(PLACE, HISTORY, ["open_meteo_archive", "nasa_power"])
    assert [cause.source for cause in caught.value.causes] == ["open_meteo_archive", "nasa_power"]


def test_the_height_found_counts_for_the_estimate_too(weather_server, monkeypatch):
    from etolib.sources import elevation

    for name in ("nasa_power", "open_meteo_archive"):
        weather_server.fault(name, "refuse")
    high = elevation.Elevation(3000.0, "open_meteo")
    low = elevation.Elevation(500.0, "open_meteo")
    monkeypatch.setattr(elevation, "lookup", lambda site: high)
    cold = etolib.compute(PLACE, "2024-03-01").table["tmax"].iloc[0]
    monkeypatch.setattr(elevation, "lookup", lambda site: low)
    assert etolib.compute(PLACE, "2024-03-01").table["tmax"].iloc[0] > cold + 10


def used_for(result, column, days):
    return set(result.input_sources.loc[days, column])


@pytest.mark.parametrize(
    ("site", "national", "country"),
    [
        (Site(40.02, -105.27, 1655.0), "nws_forecast", "USA"),
        (Site(59.91, 10.75, 20.0), "met_norway", "Nordic countries"),
    ],
)
def test_forecast_is_the_national_services_where_it_is_at_home(weather_server, site, national, country):
    with etolib.set_options(contact="tests@example.org"):
        result = etolib.compute(site, "2024-07-02/2024-07-04")
    days = slice("2024-07-02", "2024-07-04")
    for column in ("tmin", "tmax", "ea", "u2"):
        assert used_for(result, column, days) == {national}
    assert used_for(result, "rs", days) == {"open_meteo_forecast"}
    assert set(result.table["source"]) == {f"{national}+open_meteo_forecast"}
    # The words of the choice, and of the fusion.
    (reason,) = [text for text in result.provenance["choice"] if text.startswith(national)]
    assert country in reason
    assert "first" in reason
    assert any(f"{national} before Open-Meteo's forecast" in text for text in result.provenance["evidence"])
    # Without a contact it is not asked, and the days are Open-Meteo's; the words say why.
    plain = etolib.compute(site, "2024-07-02/2024-07-04")
    assert set(plain.table["source"]) == {"open_meteo_forecast"}
    assert not any(national in text for text in plain.provenance["evidence"])
    assert any("not asked" in text for text in plain.provenance["choice"])


def test_elsewhere_met_norway_asked_by_name_comes_after_open_meteo(weather_server):
    with etolib.set_options(contact="tests@example.org"):
        result = etolib.compute(PLACE, "2024-07-02/2024-07-04", ["met_norway", "open_meteo_forecast"])
    assert used_for(result, "tmax", slice("2024-07-02", "2024-07-04")) == {"open_meteo_forecast"}


@pytest.mark.parametrize(
    ("distance", "height", "near"), [(12.0, 80.0, True), (12.0, None, True), (26.0, 0.0, False), (5.0, -400.0, False)]
)
def test_a_station_stands_for_the_place_only_where_it_is_near(weather_server, monkeypatch, distance, height, near):
    from etolib.sources import catalogue

    original = catalogue.provider("nws_stations")

    class Moved:
        info = original.info

        @staticmethod
        def fetch(site, period):
            data = original.fetch(site, period)
            data.meta |= {"distance_km": distance, "elevation_difference": height}
            return data

    monkeypatch.setitem(catalogue.PROVIDERS, "nws_stations", Moved())
    with etolib.set_options(contact="tests@example.org"):
        result = etolib.compute(Site(40.02, -105.27, 1655.0), "2024-06-27/2024-06-29")
    expected = "nws_stations" if near else "open_meteo_forecast"
    assert used_for(result, "tmax", slice("2024-06-27", "2024-06-29")) == {expected}
