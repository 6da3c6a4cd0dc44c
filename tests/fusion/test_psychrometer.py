"""The psychrometer's route to vapour pressure, from a file to ETo.

Authority: FAO-56 Example 4 with its Tables 2.1 (pressure) and 2.3 (saturation vapour pressure) of Annex 2, and Eq. 16.
"""

from __future__ import annotations

import zlib

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner

import etolib
from etolib import cli
from etolib.equations.air import atmospheric_pressure, saturation_vapour_pressure
from etolib.equations.humidity import vapour_pressure_from_psychrometer
from etolib.errors import InputError
from etolib.fusion.fuse import fuse_sources
from etolib.fusion.inputs import choose_inputs
from etolib.site import Site
from etolib.widgets import remote
from etolib.widgets.markup.station import answer_words

PLACE = Site(10.0, 20.0, 1200.0)
BY_HAND = {"ventilated": 2.267 - 0.000662 * 87.9 * 6.1, "natural": 2.267 - 0.0008 * 87.9 * 6.1,
           "indoor": 2.267 - 0.0012 * 87.9 * 6.1}  # fmt: skip


def days(dry=25.6, wet=19.5, count=20, **more):
    index = pd.date_range("2023-07-01", periods=count, name="date")
    return pd.DataFrame({"tmin": 17.0, "tmax": 31.0, "u2": 2.0, "rs": 22.0, "tdry": dry, "twet": wet, **more}, index)


def file(dry="Dry bulb (°C)", wet="Wet bulb (°C)", values=("25.6", "19.5"), more="", cells=""):
    head = f"date,Tmax (°C),Tmin (°C),{dry},{wet}{more}\n"
    return (head + "".join(f"2023-07-{d:02},31,17,{','.join(values)}{cells}\n" for d in range(1, 21))).encode()


def test_example_4_of_the_book():
    assert float(atmospheric_pressure(1200.0)) == pytest.approx(87.9, abs=0.05)  # Table 2.1
    assert float(saturation_vapour_pressure(19.5)) == pytest.approx(2.267, abs=0.0005)  # Table 2.3
    assert vapour_pressure_from_psychrometer(25.6, 19.5, 87.9) == pytest.approx(1.91, abs=0.005)
    assert vapour_pressure_from_psychrometer(25.6, 19.5, 87.9, ventilation=0.000662) == pytest.approx(1.91, abs=0.005)
    for how, ea in BY_HAND.items():
        found = etolib.eto(days(), PLACE, psychrometer=how)
        assert found.inputs["ea"].to_numpy() == pytest.approx(ea, abs=0.001)
        assert set(found.flags["ea"]) == {"from_psychrometer"}


def test_the_ventilation_is_asked_for_only_where_it_decides():
    with pytest.raises(InputError, match=r"psychrometer.*how air moves.*'ventilated', 'natural', 'indoor'"):
        etolib.eto(days(), PLACE)
    with pytest.raises(InputError, match="must be one of ventilated, natural, indoor"):
        etolib.eto(days(), PLACE, psychrometer="windy")
    for better in ({"tdew": 15.0}, {"ea": 1.7}, {"rhmin": 40.0, "rhmax": 90.0}):
        assert "from_psychrometer" not in set(etolib.eto(days(**better), PLACE).flags["ea"])
    with pytest.raises(InputError, match="how air moves"):
        etolib.eto(days(tdew=[np.nan, *[15.0] * 19]), PLACE)
    assert set(etolib.eto(days(a_psy=0.0008, rhmean=60.0), PLACE).flags["ea"]) == {"from_psychrometer"}


def test_grids_and_pressure_that_was_measured():
    table = days(pressure=80.0)
    measured = etolib.eto(table, PLACE, psychrometer="natural", use_pressure=True).inputs["ea"]
    assert measured.to_numpy() == pytest.approx(2.267 - 0.0008 * 80 * 6.1, abs=0.001)
    grid = table.rename_axis("time").to_xarray()
    with pytest.raises(InputError, match="how air moves"):
        etolib.eto(grid, PLACE)
    for data in (grid, grid.chunk({"time": 7})):
        found = etolib.eto(data, PLACE, psychrometer="natural")
        alone = etolib.eto(table, PLACE, psychrometer="natural")
        np.testing.assert_array_equal(found.eto.to_numpy(), alone.eto.to_numpy())


def test_readings_that_cannot_be_are_no_humidity():
    with pytest.raises(InputError, match="twet"):
        etolib.eto(days(wet=26.0), PLACE, psychrometer="natural")
    dry_air = etolib.eto(days(dry=31.0, wet=4.0), PLACE, psychrometer="natural")  # less than no vapour
    assert set(dry_air.flags["ea"]) == {"estimated_tmin"}
    table = days(wet=[26.0, *[19.5] * 19], a_psy=0.0008)
    station = etolib.read_station(table.drop(columns="a_psy").to_csv().encode(), site=PLACE, psychrometer="natural")
    result = etolib.compute(PLACE, "2023-07-01/2023-07-20", ["station"], station=station)
    assert result.flags["ea"].tolist() == ["estimated_tmin", *["from_psychrometer"] * 19]
    assert any("twet left out on 1 day (impossible)" in str(text) for text in result.warnings)


def test_a_file_without_the_ventilation_asks_and_marks():
    station = etolib.read_station(file(), site=PLACE, filename="a.csv")
    question = next(q for q in station.mapping.questions if q.parameter == "psychrometer")
    assert (question.choices, question.assumed) == (("ventilated", "natural", "indoor"), "natural")
    assert "kPa higher, indoors some" in str(question.text)
    result = etolib.compute(PLACE, "2023-07-01/2023-07-05", ["station"], station=station)
    assert set(result.flags["ea"]) == {"unconfirmed"}
    told = etolib.read_station(file(), site=PLACE, psychrometer="ventilated")
    assert not told.guessed
    result = etolib.compute(PLACE, "2023-07-01/2023-07-05", ["station"], station=told)
    assert result.table["ea"].to_numpy() == pytest.approx(1.91, abs=0.005)
    assert set(result.flags["ea"]) == {"from_psychrometer"}
    alone = etolib.eto(told.frame, PLACE).eto.to_numpy()[:5]
    np.testing.assert_array_equal(result.table["eto"].to_numpy(), alone)


def test_a_person_says_which_columns_are_the_bulbs():
    content = file("T 9h (°C)", "Tw 9h (°C)")
    columns = {"T 9h (°C)": "tdry", "Tw 9h (°C)": "twet"}
    found = etolib.read_station(content, site=PLACE, columns=columns, psychrometer="indoor")
    assert found.frame["a_psy"].tolist() == [0.0012] * 20


def test_a_dry_bulb_of_another_name_is_told_and_the_wet_bulb_follows():
    content = file(dry="Temp (°C)")
    assert "a_psy" not in etolib.read_station(content, site=PLACE).frame
    found = etolib.read_station(content, site=PLACE, columns={"Temp (°C)": "tdry"}, psychrometer="natural")
    assert found.frame[["tdry", "twet"]].iloc[0].tolist() == [25.6, 19.5]


NAMES = (
    ("Dry bulb (°C)", "Wet bulb (°C)"), ("DryBulbTemp (C)", "WetBulbTemp (C)"), ("tdry", "twet"),
    ("Temperatura de bulbo seco (°C)", "Temperatura de bulbo úmido (°C)"), ("Bulbo seco", "Bulbo húmedo"),
    ("Termómetro seco (°C)", "Termómetro húmedo (°C)"), ("Trockentemperatur (°C)", "Feuchttemperatur (°C)"),
    ("Thermomètre sec", "Thermomètre mouillé"), ("Temperatura bulbo asciutto (°C)", "Temperatura bulbo bagnato (°C)"),
    ("Psychrometer dry (°C)", "Psychrometer wet (°C)"),
)  # fmt: skip


@pytest.mark.parametrize("names", NAMES)
def test_names_in_six_languages(names):
    station = etolib.read_station(file(*names), site=PLACE, psychrometer="natural")
    assert station.frame[["tdry", "twet", "a_psy"]].iloc[0].tolist() == [25.6, 19.5, 0.0008]
    assert "tmean" not in station.frame


def test_fahrenheit():
    station = etolib.read_station(file("Dry bulb (°F)", "Wet bulb (°F)", ("78.08", "67.1")), psychrometer="natural")
    assert station.frame[["tdry", "twet"]].iloc[0].tolist() == pytest.approx([25.6, 19.5])


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (file(dry="Remark"), "the dry bulb read beside it is not in the file"),
        (file(wet="RH wet bulb (°C)"), "it is a wet bulb temperature"),
        (file(more=",Wet bulb (°C) 2", cells=",19"), "several psychrometers"),
        (file(values=("19.5", "25.6")), "wet bulb lies above the dry bulb"),
        (file(values=("41", "19")), "dry bulb lies outside minimum and maximum"),
        (file(values=("30.5", "3")), "leave no vapour"),
        (file(wet="Wet bulb (km/h)"), "the wet bulb read beside it is not there"),
    ],
)
def test_what_is_left_out_is_said(content, sentence):
    station = etolib.read_station(content, site=PLACE, psychrometer="natural")
    assert not {"tdry", "twet", "a_psy", "rhmean"} & set(station.frame)
    assert any(sentence in str(line) for line in station.explain()), station.explain()


def test_a_humidity_that_the_bulbs_contradict_is_asked_about():
    with pytest.raises(InputError, match=r"Wet bulb|Dew point"):
        etolib.read_station(file(more=",Dew point (°C)", cells=",-8"), psychrometer="natural")


def test_hours_of_a_psychrometer_are_days_of_their_means():
    stamps = pd.date_range("2023-07-01", periods=72, freq="h")
    dry = 24 - 7 * np.cos(2 * np.pi * (stamps.hour - 3) / 24)
    table = pd.DataFrame({"time": stamps, "Dry bulb (°C)": dry, "Wet bulb (°C)": dry - 4.0})
    station = etolib.read_station(
        table.to_csv(index=False).encode(), site=PLACE, stamps="begin", time_zone=1, psychrometer="ventilated"
    )
    day = station.frame.loc["2023-07-02"]
    assert (day["tmin"], day["tmax"]) == pytest.approx((17.0, 31.0), abs=0.1)
    assert day["tdry"] - day["twet"] == pytest.approx(4.0)
    assert day["a_psy"] == 0.000662


def test_bulbs_of_a_source_that_says_nothing_of_its_psychrometer_are_not_used():
    fused = fuse_sources({"mine": days(rhmean=60.0)}, PLACE)
    assert set(fused.completed.flags["ea"]) == {"from_rh_mean"}


def test_a_grid_lends_the_relative_humidity_of_its_psychrometer():
    other = days()[["tmin", "tmax", "rs", "u2"]] + 2.0
    chosen = choose_inputs({"open_meteo_archive": other, "mine": days(a_psy=0.0008)}, elevation=1200.0)
    saturated = (saturation_vapour_pressure(17.0) + saturation_vapour_pressure(31.0)) / 2
    assert chosen.inputs["rhmean"].to_numpy() == pytest.approx(100 * BY_HAND["natural"] / saturated, abs=0.05)


def test_the_page_and_the_command_line_ask_and_take_the_answer(tmp_path):
    asked = remote.read_station(zlib.compress(file()), "a.csv", {}, None, (10.0, 20.0))["questions"]
    assert [(q["parameter"], q["column"]) for q in asked] == [("psychrometer", "Wet bulb (°C)")]
    assert answer_words("pt", asked[0], "natural") == "natural (abrigo, cerca de 1 m/s)"
    answered = {"": {"psychrometer": "ventilated"}}
    assert remote.read_station(zlib.compress(file()), "a.csv", answered, None, (10.0, 20.0))["questions"] == []
    path = tmp_path / "a.csv"
    path.write_bytes(file())
    run = CliRunner().invoke(cli.main, ["station", str(path), "--psychrometer", "indoor"])
    assert run.exit_code == 0
    assert "0.0012" in run.output
    assert "psychrometer=" not in run.output
