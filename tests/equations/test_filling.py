"""Filling by FAO-56 chapter 3 with a mark on every cell, and refusals; `etolib.eto` on tables and grids."""

from __future__ import annotations

import dataclasses
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from etolib import reference
from etolib.equations import air, filling, humidity, radiation, sun
from etolib.equations.methods import METHODS
from etolib.equations.tables import eto
from etolib.equations.temperature import heat_index
from etolib.errors import InputError
from etolib.site import Site
from etolib.variables import VARIABLES

SITE = Site(50.8, 4.35, elevation=100.0)


def table(days: int = 6, **columns: object) -> pd.DataFrame:
    """Return days from 4 July 2023 around Uccle, FAO-56 Example 18, with more columns on request."""
    index = pd.date_range("2023-07-04", periods=days, name="date")
    frame = pd.DataFrame({"tmin": 12.3, "tmax": 21.5}, index=index)
    return frame.assign(**columns)


def whole_year(**columns: object) -> pd.DataFrame:
    """Return the days of 2023, all alike."""
    index = pd.date_range("2023-01-01", "2023-12-31", name="date")
    return pd.DataFrame({"tmin": 12.3, "tmax": 21.5}, index=index).assign(**columns)


PARTS = ("eto", "flags", "inputs")


def test_example_18_by_table() -> None:
    # FAO-56 Example 18, p. 72
    frame = table(rhmin=63.0, rhmax=84.0, sunshine=9.25, u2=air.wind_speed_2m(10 / 3.6, 10.0))
    result = eto(frame, SITE)
    assert result.eto.loc["2023-07-06"] == pytest.approx(3.88026, abs=5e-6)
    assert result.flags.loc["2023-07-06"].to_dict() == {
        "tmin": "given",
        "tmax": "given",
        "ea": "from_rh_extremes",
        "rs": "estimated_sunshine",
        "u2": "given",
    }
    terms = result.terms("2023-07-06")
    assert terms.loc["eto", "value"] == pytest.approx(3.88026, abs=5e-6)
    assert terms.loc["ra", "value"] == pytest.approx(41.0884, abs=5e-5)
    assert terms.loc["rs", "flag"] == "estimated_sunshine"
    assert terms.loc["ra", "units"] == "MJ m-2 day-1"
    assert terms.loc["eto", "equation"] == "FAO-56 Eq. 6"
    assert list(result.terms().columns) == list(reference.TERMS)
    assert len(result.terms()) == 6
    with pytest.raises(InputError, match="not in the table"):
        result.terms("2020-01-01")


def test_example_20_by_table() -> None:
    # FAO-56 Example 20, p. 77: temperature only
    index = pd.to_datetime(["2023-07-15"])
    result = eto(pd.DataFrame({"tmin": [14.8], "tmax": [26.6]}, index=index), Site(45 + 43 / 60, 4.9, elevation=200))
    assert result.eto.iloc[0] == pytest.approx(4.56044, abs=5e-6)
    flags = result.flags.iloc[0]
    assert (flags["ea"], flags["rs"], flags["u2"]) == ("estimated_tmin", "estimated_hargreaves", "default_wind")
    assert len(result.warnings) == 3
    assert any("2 m s-1" in w and "1 of 1" in w for w in result.warnings)


def test_humidity_routes_in_order() -> None:
    # One more source is lost every day: ea, dew point, both extremes, RHmax, RHmean, nothing (FAO-56 p. 36 to 39, 58)
    n = np.nan
    frame = table(
        7,
        ea=[1.4, n, n, n, n, n, n],
        tdew=[11.0, 11.0, n, n, n, n, n],
        rhmax=[84.0, 84.0, 84.0, 84.0, n, n, n],
        rhmin=[63.0, 63.0, 63.0, n, n, n, 63.0],
        rhmean=[73.0, 73.0, 73.0, 73.0, 73.0, n, n],
    )
    result = eto(frame, SITE)
    assert result.flags["ea"].tolist() == [
        "given",
        "from_dew_point",
        "from_rh_extremes",
        "from_rh_max",
        "from_rh_mean",
        "estimated_tmin",
        "estimated_tmin",
    ]
    assert result.inputs["ea"].tolist() == pytest.approx(
        [
            1.4,
            humidity.vapour_pressure_from_dew_point(11.0),
            humidity.vapour_pressure_from_rh(12.3, 21.5, 63.0, 84.0),
            humidity.vapour_pressure_from_rhmax(12.3, 84.0),
            humidity.vapour_pressure_from_rhmean(12.3, 21.5, 73.0),
            humidity.vapour_pressure_from_tmin(12.3),
            humidity.vapour_pressure_from_tmin(12.3),
        ],
        rel=1e-12,
    )
    arid = eto(frame, SITE, dew_point_offset=2.0)
    assert arid.inputs["ea"].iloc[5] == pytest.approx(humidity.vapour_pressure_from_dew_point(10.3), rel=1e-12)


def test_radiation_routes_in_order() -> None:
    n = np.nan
    frame = table(3, rs=[22.07, n, n], sunshine=[9.25, 9.25, n])
    result = eto(frame, SITE)
    assert result.flags["rs"].tolist() == ["given", "estimated_sunshine", "estimated_hargreaves"]
    ra = sun.extraterrestrial_radiation(50.8, 187)
    rso = radiation.clear_sky_radiation(ra, 100.0)
    assert result.inputs["rs"].iloc[2] == pytest.approx(
        radiation.solar_radiation_from_temperature(12.3, 21.5, ra, 0.16, rso), rel=1e-12
    )
    for krs, expected in (
        ("coast", radiation.solar_radiation_from_temperature(12.3, 21.5, ra, 0.19, rso)),
        (0.17, radiation.solar_radiation_from_temperature(12.3, 21.5, ra, 0.17, rso)),
        ("island", radiation.solar_radiation_island(ra)),
    ):
        other = eto(frame, SITE, krs=krs)
        assert other.inputs["rs"].iloc[2] == pytest.approx(expected, rel=1e-12)
    assert other.flags["rs"].iloc[2] == "estimated_island"


def test_every_fill_stays_in_its_cell() -> None:
    n = np.nan
    frame = table(4, rs=[20.0, n, 20.0, 20.0], u2=[2.5, 2.5, n, 2.5], ea=[1.4, 1.4, 1.4, 1.4])
    result = eto(frame, SITE)
    marked = result.flags.isin(filling.ESTIMATED)
    assert [(str(i.date()), c) for i, c in marked.stack()[lambda s: s].index] == [
        ("2023-07-05", "rs"),
        ("2023-07-06", "u2"),
    ]
    assert result.inputs["u2"].tolist() == [2.5, 2.5, 2.0, 2.5]
    assert result.flags.shape == result.inputs.shape


def test_no_temperature_no_number() -> None:
    short, long = table(3, ea=1.4, rs=20.0, u2=2.0), whole_year(ea=1.4, rs=20.0, u2=2.0, precipitation=1.0)
    for method, row in METHODS.items():
        frame = (long if row.of_months else short).copy()
        frame.iloc[1, 0] = np.nan
        result = eto(frame, SITE, method)
        assert np.isnan(result.eto).tolist() == [i == 1 for i in range(len(frame))]
        assert result.flags["tmin"].tolist()[:3] == ["given", "missing", "given"]
        assert any("tmin" in w and f"1 of {len(frame)}" in w for w in result.warnings)
    frame = short
    frame.iloc[1, 0] = np.nan
    island = eto(frame.drop(columns="rs"), SITE, krs="island")
    assert np.isnan(island.inputs["rs"]).tolist() == [False, True, False]
    assert island.flags["rs"].tolist() == ["estimated_island", "missing", "estimated_island"]


def test_pressure_is_the_elevation_s_unless_asked() -> None:
    # FAO-56 computes pressure from the elevation (Eq. 7)
    frame = table(2, pressure=[90.0, np.nan])
    assert eto(frame, SITE).eto.equals(eto(table(2), SITE).eto)
    used = eto(frame, SITE, use_pressure=True)
    assert used.terms()["pressure"].tolist() == pytest.approx([90.0, air.atmospheric_pressure(100.0)])
    assert used.eto.iloc[0] != eto(table(2), SITE).eto.iloc[0]
    assert used.eto.iloc[1] == pytest.approx(eto(table(2), SITE).eto.iloc[1], abs=1e-12)


@pytest.mark.parametrize("method", METHODS)
def test_methods_are_their_equations(method: str) -> None:
    frame = table(3, ea=1.4, rs=20.0, u2=2.0)
    if METHODS[method].of_months:
        frame = whole_year(ea=1.4, rs=20.0, u2=2.0, precipitation=1.0)
    day = {"latitude": 50.8, "day_of_year": np.array([185, 186, 187])}
    t = {"tmin": 12.3, "tmax": 21.5}
    rhmin = 100 * 1.4 / air.saturation_vapour_pressure(21.5)
    ra = sun.extraterrestrial_radiation(**day)
    hours = (20.0 / ra - 0.25) / 0.5 * sun.daylight_hours(**day)
    weather = {"tmin": 12.3, "tmax": 21.5, "ea": 1.4, "rs": 20.0}
    humidity = 100 * 1.4 / air.mean_saturation_vapour_pressure(12.3, 21.5)
    expected = {
        "fao56": lambda: reference.eto_fao56(**weather, u2=2.0, elevation=100.0, **day),
        "asce2005": lambda: reference.eto_asce(**weather, u2=2.0, elevation=100.0, **day),
        "asce2005_tall": lambda: reference.eto_asce(**weather, u2=2.0, elevation=100.0, **day, surface="tall"),
        "hargreaves": lambda: reference.eto_hargreaves(tmin=12.3, tmax=21.5, **day),
        "priestley_taylor": lambda: reference.eto_priestley_taylor(**weather, elevation=100.0, **day),
        "makkink": lambda: np.full(3, reference.eto_makkink(tmin=12.3, tmax=21.5, rs=20.0, elevation=100.0)),
        "turc": lambda: np.full(3, reference.eto_turc(tmin=12.3, tmax=21.5, rs=20.0, rhmean=humidity)),
        "penman_1963": lambda: reference.eto_penman_1963(**weather, u2=2.0, elevation=100.0, **day),
        "fao24_radiation": lambda: np.full(
            3, reference.eto_fao24_radiation(**t, rs=20.0, rhmean=humidity, u2=2.0, elevation=100.0)
        ),
        "blaney_criddle": lambda: reference.eto_blaney_criddle(**t, rhmin=rhmin, sunshine=hours, u2=2.0, **day),
        "thornthwaite": lambda: reference.eto_thornthwaite(tmean=16.9, heat_index=heat_index(np.full(12, 16.9)), **day),
        "hamon": lambda: reference.eto_hamon(**t, **day),
        "oudin": lambda: reference.eto_oudin(**t, **day),
        "jensen_haise": lambda: np.full(3, reference.eto_jensen_haise(**t, rs=20.0)),
        "mcguinness_bordne": lambda: reference.eto_mcguinness_bordne(**t, **day),
        "abtew": lambda: np.full(3, reference.eto_abtew(rs=20.0)),
        "romanenko": lambda: np.full(3, reference.eto_romanenko(**t, rhmean=humidity)),
        "hargreaves_1982": lambda: np.full(3, reference.eto_hargreaves_1982(**t, rs=20.0)),
        "makkink_knmi": lambda: np.full(3, reference.eto_makkink_knmi(**t, rs=20.0)),
        "droogers_allen": lambda: reference.eto_droogers_allen(**t, rain_of_month=31.0, **day),
    }[method]()
    result = eto(frame, SITE, method)
    if METHODS[method].of_months:
        result = dataclasses.replace(result, **{n: getattr(result, n).loc["2023-07-04":"2023-07-06"] for n in PARTS})
    np.testing.assert_allclose(result.eto.to_numpy(), expected, rtol=1e-15 if METHODS[method].of_months else 0)
    terms = result.terms("2023-07-04")
    assert terms.loc["eto", "value"] == pytest.approx(expected[0], abs=1e-12)
    assert terms.loc["eto", "equation"] == METHODS[method].source
    assert set(result.flags.columns) == set(METHODS[method].uses)


def test_units_are_converted_at_the_edge() -> None:
    frame = table(2, ea=1.4, rs=20.0, u2=2.0)
    odd = pd.DataFrame(
        {
            "tmin": frame["tmin"] * 9 / 5 + 32,
            "tmax": frame["tmax"] + 273.15,
            "ea": frame["ea"] * 10,
            "rs": frame["rs"] / 0.0864,
            "u2": frame["u2"] * 3.6,
        }
    )
    spoken = {"tmin": "degF", "tmax": "K", "ea": "hPa", "rs": "W m-2", "u2": "km/h"}
    assert eto(odd, SITE, units=spoken).eto.to_numpy() == pytest.approx(eto(frame, SITE).eto.to_numpy(), abs=1e-9)
    with pytest.raises(InputError) as caught:
        eto(odd, SITE)
    assert {p.thing for p in caught.value.problems} >= {"tmax", "ea", "rs"}
    assert "looks like K" in str(caught.value)
    assert "looks like W m-2" in str(caught.value)


def test_wrong_units_that_look_like_numbers() -> None:
    # Relative humidity as a fraction, radiation of a winter day in W m-2, below the limit of 50 MJ m-2
    with pytest.raises(InputError, match="looks like a fraction"):
        eto(table(3, rhmin=0.5, rhmax=0.9), SITE)
    winter = table(5, rs=45.0).set_axis(pd.date_range("2023-12-20", periods=5))
    with pytest.raises(InputError, match=r"extraterrestrial(.|\n)*looks like W m-2"):
        eto(winter, SITE)


def test_one_impossible_radiation_is_suspect() -> None:
    winter = table(5, rs=[3.0, 3.0, 20.0, 3.0, 3.0]).set_axis(pd.date_range("2023-12-20", periods=5))
    result = eto(winter, SITE)
    assert result.flags["rs"].tolist() == ["given", "given", "suspect_above_ra", "given", "given"]
    assert eto(winter.iloc[2:3], SITE).flags["rs"].tolist() == ["suspect_above_ra"]
    assert "suspect_above_ra" in filling.ESTIMATED
    assert any("top of the atmosphere" in w for w in result.warnings)


def test_all_problems_are_listed() -> None:
    with pytest.raises(InputError) as caught:
        eto(table(2, u2="calm", rs=20.0), Site(50.8, 4.35), "fao24", units={"rs": "lux", "wind": "m/s"}, krs="moon")
    things = [p.thing for p in caught.value.problems]
    assert set(things) == {"method", "units", "krs", "elevation", "u2", "unit of rs"}
    with pytest.raises(InputError, match="tmax"):
        eto(table(2).drop(columns="tmax"), SITE)
    with pytest.raises(InputError, match="Site"):
        eto(table(2))
    with pytest.raises(InputError, match="neither"):
        eto({"tmin": [1.0]}, SITE)
    with pytest.raises(InputError, match="row 1 = 'monday': has no date"):
        eto(table(2).set_axis(["monday", "tuesday"]), SITE)
    with pytest.raises(InputError, match="not in the data"):
        eto(table(2), SITE, units={"rs": "W m-2"})
    with pytest.raises(InputError, match="swapped"):
        eto(table(2).assign(tmin=30.0), SITE)
    with pytest.raises(InputError, match="dew_point_offset"):
        eto(table(2), SITE, dew_point_offset=-3.0)
    with pytest.raises(InputError, match="krs"):
        eto(table(2), SITE, krs=16.0)


def test_shapes_of_tables() -> None:
    frame = table(3, ea=[1.4, None, 1.5])
    by_column = eto(frame.reset_index(), SITE)
    assert by_column.eto.index.equals(frame.index)
    assert by_column.flags["ea"].tolist() == ["given", "estimated_tmin", "given"]
    by_text = eto(frame.set_axis([str(d.date()) for d in frame.index]), SITE)
    np.testing.assert_array_equal(by_text.eto.to_numpy(), by_column.eto.to_numpy())
    nullable = eto(frame.astype("Float64"), SITE)
    np.testing.assert_array_equal(nullable.eto.to_numpy(), by_column.eto.to_numpy())
    shuffled = frame.iloc[[2, 0, 1]]
    np.testing.assert_array_equal(eto(shuffled, SITE).eto.to_numpy(), by_column.eto.to_numpy()[[2, 0, 1]])
    assert eto(frame.iloc[:0], SITE).eto.empty


def cube(frames: dict[float, pd.DataFrame]) -> xr.Dataset:
    """Return tables of several latitudes as one Dataset, with an elevation of its own each."""
    parts = [frame.to_xarray().rename(date="time").expand_dims(latitude=[lat]) for lat, frame in frames.items()]
    dataset = xr.concat(parts, "latitude")
    dataset["elevation"] = ("latitude", [100.0 * i for i in range(len(frames))])
    return dataset.assign_attrs(title="a grid")


def test_grids_are_tables_side_by_side() -> None:
    n = np.nan
    frames = {
        50.8: table(4, rs=[20.0, n, 20.0, 20.0], rhmean=[70.0, 70.0, n, 70.0], u2=2.5),
        -30.0: table(4, rs=[10.0, 10.0, n, 10.0], rhmean=[60.0, n, 60.0, 60.0], u2=n),
    }
    dataset = cube(frames)
    for data in (dataset, dataset.chunk({"time": 2, "latitude": 1})):
        result = eto(data)
        assert (result.eto.chunks is None) == (data is dataset)
        assert result.eto.attrs["units"] == "mm day-1"
        assert result.flags.attrs == {"title": "a grid"}
        names = result.flags["rs"].attrs["flag_meanings"].split()
        assert names == list(filling.FLAGS)
        for i, (latitude, frame) in enumerate(frames.items()):
            one = eto(frame, Site(latitude, 0.0, elevation=100.0 * i))
            np.testing.assert_array_equal(result.eto.sel(latitude=latitude).to_numpy(), one.eto.to_numpy())
            for name in filling.FILLED:
                codes = result.flags[name].sel(latitude=latitude).to_numpy()
                assert codes.dtype == np.int8
                assert [names[c] for c in codes] == one.flags[name].tolist()
                np.testing.assert_array_equal(
                    result.inputs[name].sel(latitude=latitude).to_numpy(), one.inputs[name].to_numpy()
                )
            terms = result.terms("2023-07-05")
            day = one.terms("2023-07-05")
            for name in ("ra", "rn", "eto"):
                assert float(terms[name].sel(latitude=latitude)) == pytest.approx(day.loc[name, "value"], abs=1e-12)
            assert terms["ra"].attrs["units"] == "MJ m-2 day-1"


def test_grids_read_units_and_sites() -> None:
    frame = table(3, ea=1.4, rs=20.0, u2=2.0)
    dataset = frame.to_xarray()
    expected = eto(frame, SITE).eto.to_numpy()
    np.testing.assert_array_equal(eto(dataset, SITE).eto.to_numpy(), expected)
    celsius = dataset.assign(tmax=(dataset["tmax"] + 273.15).assign_attrs(units="K"))
    assert eto(celsius, SITE).eto.to_numpy() == pytest.approx(expected, abs=1e-9)
    single = eto(dataset.astype(np.float32), SITE)
    assert single.eto.dtype == np.float32
    assert single.eto.to_numpy() == pytest.approx(expected, abs=5e-5)
    with pytest.raises(InputError) as caught:
        eto(dataset.drop_vars("tmin"))
    assert {p.thing for p in caught.value.problems} == {"latitude", "elevation", "tmin"}
    with pytest.raises(InputError, match="unit of tmax"):
        eto(dataset.assign(tmax=dataset["tmax"].assign_attrs(units="furlong")), SITE)


def test_flags_of_grids_compute_nothing_early() -> None:
    import dask

    lazy = cube({50.8: table(4, u2=2.0), 20.0: table(4, u2=2.0)}).chunk({"time": 2})

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("computed while the graph was built")

    with dask.config.set(scheduler=refuse):
        result = eto(lazy)
        result.terms("2023-07-05")
    assert result.eto.chunks == lazy["tmin"].transpose(*result.eto.dims).chunks


def test_a_long_table_waits_for_no_compiler() -> None:
    # 40 years of days in a fresh process: the page's path stays without numba
    code = (
        "import sys, pandas as pd; from etolib import Site; from etolib.equations.tables import eto;"
        "days = pd.date_range('1984-01-01', periods=14_610);"
        "eto(pd.DataFrame({'tmin': 5.0, 'tmax': 15.0}, index=days), Site(45, 5, 100)); print('numba' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_flag_table_is_consistent() -> None:
    assert list(filling.CODES.values()) == list(range(len(filling.FLAGS)))
    assert set(filling.FLAGS) > filling.ESTIMATED
    assert not {f for f in filling.ESTIMATED if f.startswith("from_")}
    assert set(filling.FILLED) <= set(VARIABLES)


def test_methods_for_months_tell_what_they_lack() -> None:
    year = whole_year(precipitation=1.0)
    with pytest.raises(InputError, match=r"all twelve months of the year.*there are only 11"):
        eto(year.loc["2023-01-20":], SITE, "thornthwaite")
    with pytest.raises(InputError, match=r"precipitation.*is missing, and the method droogers_allen"):
        eto(year.drop(columns="precipitation"), SITE, "droogers_allen")
    with pytest.raises(InputError, match="tmax"):
        eto(year.drop(columns="tmax"), SITE, "thornthwaite")
    part = eto(year.loc["2023-03-04":"2023-05-10"], SITE, "droogers_allen")
    assert part.eto.notna().sum() == 28 + 30  # 28 of 31 days are enough, 10 of 31 are not
    assert part.eto.loc["2023-05-01":].isna().all()
    assert any("10 of 68 days have no value" in w for w in part.warnings)
    assert any("made for means of a month" in w for w in eto(year, SITE, "blaney_criddle").warnings)
    dry = year.assign(precipitation=np.nan)
    dry.loc["2023-02", "precipitation"] = 2.0
    rain = eto(dry, SITE, "droogers_allen")
    assert rain.eto.notna().sum() == 28
    assert rain.inputs.loc["2023-02-03", "rain_of_month"] == pytest.approx(56.0)
    assert rain.flags["precipitation"].value_counts().to_dict() == {"missing": 337, "given": 28}


def test_months_of_several_years_have_one_heat_index() -> None:
    index = pd.date_range("2021-01-01", "2023-12-31", name="date")
    warm = 10 + 8 * np.sin(2 * np.pi * (index.day_of_year - 110) / 365) + (index.year - 2022)
    frame = pd.DataFrame({"tmin": warm - 5, "tmax": warm + 5}, index=index)
    result = eto(frame, SITE, "thornthwaite")
    assert result.inputs["heat_index"].nunique() == 1
    means = frame.mean(axis=1).groupby([index.year, index.month]).mean().unstack(0).mean(axis=1)
    assert result.inputs["heat_index"].iloc[0] == pytest.approx(heat_index(means.to_numpy()), rel=1e-12)
    assert result.terms("2022-07-05").loc["eto", "value"] == pytest.approx(result.eto.loc["2022-07-05"], abs=1e-12)


@pytest.mark.parametrize("method", [name for name, row in METHODS.items() if row.of_months])
def test_months_of_grids_are_those_of_tables(method: str) -> None:
    index = pd.date_range("2022-11-01", "2024-02-10", name="date")
    warm = 10 + 8 * np.sin(2 * np.pi * (index.day_of_year - 110) / 365)
    frames = {
        lat: pd.DataFrame({"tmin": warm - 5 + lat / 50, "tmax": warm + 5, "precipitation": 1.5}, index=index)
        for lat in (50.8, -30.0)
    }
    dataset = cube(frames)
    for data in (dataset, dataset.chunk({"time": 300})):
        result = eto(data, method=method)
        assert set(result.flags.data_vars) == set(METHODS[method].uses)
        computed = result.eto.compute()
        for i, (latitude, frame) in enumerate(frames.items()):
            one = eto(frame, Site(latitude, 0.0, elevation=100.0 * i), method)
            ours = computed.sel(latitude=latitude).to_numpy()
            assert np.isnan(ours).sum() == 10  # February 2024 has 10 of 29 days
            np.testing.assert_allclose(ours, one.eto.to_numpy(), rtol=1e-12)
