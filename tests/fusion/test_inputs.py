"""Choice of inputs: the stated order, gaps, and provenance per cell."""

import numpy as np
import pandas as pd
import pytest

from etolib.errors import InputError
from etolib.fusion.inputs import choose_inputs, relative_humidity, saturation_pressure

DAYS = pd.date_range("2020-01-01", periods=4)


def table(**changes):
    """A simulated source."""
    base = {"tmin": 20.0, "tmax": 30.0, "tmean": 25.0, "rhmean": 60.0, "u2": 2.0, "rs": 20.0, "precipitation": 1.0}
    return pd.DataFrame({**base, **changes}, index=DAYS)


def test_each_variable_comes_from_its_first_source():
    chosen = choose_inputs(
        {"nasa_power": table(tmin=10.0, tmax=40.0, rs=25.0, u2=9.0, rhmean=80.0), "open_meteo_archive": table()}
    )
    row, where = chosen.inputs.iloc[0], chosen.source.iloc[0]
    assert (row.tmin, row.tmax, row.u2, row.rs, row.rhmean) == (20.0, 30.0, 2.0, 25.0, 70.0)
    assert where.tmin == where.u2 == "open_meteo_archive"
    assert where.rs == "nasa_power"
    assert where.rhmean == where.ea == "nasa_power+open_meteo_archive"
    # FAO-56 Eq. 19 with the chosen temperatures
    assert row.ea == pytest.approx(0.7 * (saturation_pressure(20.0) + saturation_pressure(30.0)) / 2)
    assert chosen.source.shape == chosen.inputs.shape


def test_gaps_are_filled_by_the_next_source_and_stay_nan_without_one():
    nasa, om = table(rhmean=80.0), table()
    om.loc[DAYS[1]] = np.nan
    nasa.loc[DAYS[2]] = np.nan
    nasa.loc[DAYS[3]] = om.loc[DAYS[3]] = np.nan
    chosen = choose_inputs({"open_meteo_archive": om, "nasa_power": nasa})
    assert chosen.source.tmin.tolist()[:3] == ["open_meteo_archive", "nasa_power", "open_meteo_archive"]
    assert chosen.inputs.rhmean.tolist()[:3] == [70.0, 80.0, 60.0]
    assert chosen.source.rs.tolist()[:3] == ["nasa_power", "nasa_power", "open_meteo_archive"]
    assert chosen.inputs.iloc[3].isna().all()
    assert chosen.source.iloc[3].isna().all()


def test_extremes_of_a_day_come_from_one_source():
    om = table(tmin=[np.nan, 20, 20, 20])
    chosen = choose_inputs({"open_meteo_archive": om, "nasa_power": table(tmin=12.0, tmax=18.0)})
    assert chosen.inputs.loc[DAYS[0], ["tmin", "tmax"]].tolist() == [12.0, 18.0]
    alone = choose_inputs({"open_meteo_archive": om})
    assert np.isnan(alone.inputs.tmin.iloc[0])
    assert alone.inputs.tmax.iloc[0] == 30.0


def test_the_order_of_the_mapping_does_not_matter():
    frames = {name: table(u2=float(i), rs=10.0 + i) for i, name in enumerate(["met_norway", "nasa_power", "x", "y"])}
    one, other = choose_inputs(frames), choose_inputs(dict(reversed(frames.items())))
    pd.testing.assert_frame_equal(one.inputs, other.inputs)
    pd.testing.assert_frame_equal(one.source, other.source)


def test_forecast_stands_in_for_the_archive_and_the_station_before_all():
    archive = table(u2=[1.0, np.nan, np.nan, 1.0])
    station = table(u2=[np.nan, np.nan, 7.0, 7.0])
    chosen = choose_inputs({"open_meteo_forecast": table(u2=3.0), "open_meteo_archive": archive, "station": station})
    assert chosen.inputs.u2.tolist() == [1.0, 3.0, 7.0, 7.0]


def test_humidity_from_dew_point_gives_back_the_dew_points_vapour_pressure():
    frame = table().drop(columns="rhmean").assign(tdew=15.0)
    chosen = choose_inputs({"met_norway": frame})
    assert chosen.inputs.ea.iloc[0] == pytest.approx(saturation_pressure(15.0))
    assert relative_humidity(table(rhmean=103.0)).iloc[0] == 100.0


def test_uneven_dates_and_no_frames_are_refused():
    with pytest.raises(InputError, match="same date index"):
        choose_inputs({"a": table(), "b": table().iloc[1:]})
    with pytest.raises(InputError, match="no source"):
        choose_inputs({})


def test_a_national_service_at_home_comes_before_the_forecast_but_not_before_the_archive():
    archive = table(u2=[1.0, np.nan, np.nan, np.nan], tmin=[20.0, np.nan, np.nan, np.nan], rhmean=50.0)
    national = table(tmin=18.0, tmax=28.0, rhmean=40.0, u2=4.0, rs=11.0, precipitation=9.0)
    national.loc[DAYS[3]] = np.nan
    frames = {"open_meteo_archive": archive, "open_meteo_forecast": table(), "nws_forecast": national}
    chosen = choose_inputs(frames, ["nws_forecast"])
    expected = ["open_meteo_archive", "nws_forecast", "nws_forecast", "open_meteo_forecast"]
    assert chosen.source.tmax.tolist() == chosen.source.tmin.tolist() == chosen.source.u2.tolist() == expected
    # A day's humidity belongs to its temperature.
    assert chosen.inputs.rhmean.tolist() == [50.0, 40.0, 40.0, 50.0]
    assert chosen.source.ea.tolist()[1:3] == ["nws_forecast"] * 2
    # Its radiation is an estimate: never before one that is given.
    assert "nws_forecast" not in set(chosen.source.rs)
    assert any("nws_forecast before Open-Meteo's forecast" in sentence for sentence in chosen.evidence)
    elsewhere = choose_inputs(frames)
    assert "nws_forecast" not in set(elsewhere.source.tmax)
    assert not any("nws_forecast" in sentence for sentence in elsewhere.evidence)


@pytest.mark.parametrize(
    ("name", "said", "radiation"),
    [
        ("met_norway", "temperature, wind, humidity and rain: met_norway", "an estimate is taken only where no other"),
        ("silo", "temperature, humidity and rain: silo", "comes after that of nasa_power, open_meteo_archive"),
        ("dwd_stations", "temperature, wind, humidity and rain: dwd_stations", "its sunshine stands for it"),
    ],
)
def test_a_reason_names_what_the_source_gives(name, said, radiation):
    chosen = choose_inputs({"open_meteo_archive": table(), "nasa_power": table(), name: table()}, [name])
    (sentence,) = (text for text in chosen.evidence if text.startswith(said))
    assert radiation in sentence
    (of_radiation,) = (text for text in chosen.evidence if text.startswith("rs:"))
    assert "geostationary" not in of_radiation  # none answered
    seen = choose_inputs({"nasa_power": table(), "open_meteo_satellite": table()}).evidence
    assert any(text.startswith("rs: geostationary satellites") for text in seen)
