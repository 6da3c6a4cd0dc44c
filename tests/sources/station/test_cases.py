"""The files of the cases of issue 10, each with its right values, and the same under other names."""

from __future__ import annotations

import pytest

from etolib.errors import InputError
from etolib.site import Site
from etolib.sources.station.file import StationFile, read
from tests.shared import shared_path

AT_10_M = 4.87 / 6.51137  # FAO-56 Eq. 47: ln(67.8 * 10 - 5.42) = 6.51137...

CASES = {
    "daymet_cloudy_winter.csv": ("2023-01-05", {"tmax": 8.2, "tmin": 1.1, "rs": 82.5 * 31500 / 1e6,
                                                "precipitation": 1.0}),
    "diffuse_as_global.csv": ("2023-01-05", {"tmax": 31.2, "tmin": 20.1, "rs": 22.5}),
    "footer_row.csv": ("2023-01-05", {"tmax": 8.2, "tmin": 1.1}),
    "ghcnd_tenths_winter.csv": ("2023-01-05", {"tmax": 4.0, "tmin": -3.5}),
    "hobo_fahrenheit_winter.csv": ("2023-01-05", {"tmax": (39 - 32) / 1.8, "tmin": (25 - 32) / 1.8,
                                                  "u2": 5 * 0.44704}),
    "openmeteo_download_4_variables.csv": ("2023-01-05", {"tmax": 8.2, "tmin": 1.1, "rs": 3.4,
                                                          "u2": 14 / 3.6 * AT_10_M}),
    "openmeteo_sunshine_seconds.csv": ("2023-01-05", {"tmax": 8.2, "tmin": 1.1, "tmean": 4.4, "precipitation": 0.2,
                                                      "rs": 3.4, "u2": 14 / 3.6 * AT_10_M, "rhmean": 80.0,
                                                      "sunshine": 8000 / 3600}),
    "toa5_daily.dat": ("2023-01-05", {"tmax": 8.2, "tmin": 1.1, "rhmax": 95.0, "rhmin": 60.0, "rs": 3.4, "u2": 2.2}),
    "visualcrossing.csv": ("2023-01-05", {"tmax": 8.2, "tmin": 1.1, "tmean": 4.4, "tdew": 1.0, "rhmean": 80.0,
                                          "precipitation": 0.2, "rs": 3.4}),
    "vpd_as_ea.csv": ("2023-01-05", {"tmax": 31.2, "tmin": 23.5, "rs": 22.5, "u2": 2.2}),
}  # fmt: skip
SAID = {"daymet_cloudy_winter.csv": "mean over the daylight",
        "diffuse_as_global.csv": "diffuse radiation only", "vpd_as_ea.csv": "a vapour pressure deficit",
        "footer_row.csv": "is no day", "visualcrossing.csv": "largest of the day"}  # fmt: skip
PLACES = {"daymet_cloudy_winter.csv": (47.5, -122.3), "ghcnd_tenths_winter.csv": (44.9, -93.2),
          "openmeteo_download_4_variables.csv": (52.40773, 13.083334),
          "openmeteo_sunshine_seconds.csv": (52.40773, 13.083334)}  # fmt: skip


def first(source: StationFile) -> dict[str, float]:
    return {str(name): float(value) for name, value in source.frame.iloc[0].items()}


@pytest.mark.parametrize("name", CASES)
def test_cases_have_their_right_values(name):
    source = read(shared_path("cases", name))
    day, values = CASES[name]
    assert source.frame.index[0].date().isoformat() == day
    assert len(source.frame) == 20
    assert first(source) == pytest.approx(values, rel=1e-4)
    if name in SAID:
        assert any(SAID[name] in text for text in source.warnings)
    if name in PLACES:
        assert source.site is not None
        assert (source.site.latitude, source.site.longitude) == PLACES[name]


def table(head: str, *cells: str) -> bytes:
    return (head + "\n" + "\n".join(f"2023-01-{day:02},{','.join(cells)}" for day in range(5, 25))).encode()


RENAMED = {
    # A file of no known format, the column that may not be taken, and what is read
    "tenths without a word": (table("date,Tmax,Tmin", "40", "-35"), {"tmax": 4.0, "tmin": -3.5}),
    "deficit in Spanish": (table("fecha,Tmax (C),Tmin (C),Déficit de presión de vapor (kPa)", "31", "23", "1.1"),
                           {"tmax": 31.0, "tmin": 23.0}),
    "wet bulb under RH": (table("date,Tmax (C),Tmin (C),RH wet bulb (°C)", "31", "23", "21"),
                          {"tmax": 31.0, "tmin": 23.0}),
    "unit of something else": (table("date,Tmax (C),Tmin (C),Humidity (°C)", "31", "23", "21"),
                               {"tmax": 31.0, "tmin": 23.0}),
    "photons": (table("date,Tmax (C),Tmin (C),Solar (µmol/m²/s)", "31", "23", "400"), {"tmax": 31.0, "tmin": 23.0}),
    "two radiations": (table("date,Tmax (C),Tmin (C),Reflected radiation (W/m2),Solar radiation (W/m2)", "31", "23",
                             "40", "220"), {"tmax": 31.0, "tmin": 23.0, "rs": 220 * 0.0864}),
    "joined words": (table("date,tempmax (C),tempmin (C),temp (C)", "31", "23", "26"),
                     {"tmax": 31.0, "tmin": 23.0, "tmean": 26.0}),
    "sunshine in seconds": (table("date,Tmax (C),Tmin (C),Sunshine (s)", "31", "23", "28800"),
                            {"tmax": 31.0, "tmin": 23.0, "sunshine": 8.0}),
    "pascals": (table("date,tmax (deg c),tmin (deg c),vp (Pa)", "31", "23", "2100"),
                {"tmax": 31.0, "tmin": 23.0, "ea": 2.1}),
    "joules and kelvin": (table("date,Tmax (Kelvin),Tmin (K),Solar radiation flux (J m-2 d-1)", "304.15", "296.15",
                                "20000000"), {"tmax": 31.0, "tmin": 23.0, "rs": 20.0}),
}  # fmt: skip


@pytest.mark.parametrize("name", RENAMED)
def test_the_same_kinds_under_names_of_no_format(name):
    content, values = RENAMED[name]
    assert first(read(content)) == pytest.approx(values)


def test_two_temperatures_that_differ_are_asked_and_a_person_answers():
    content = table("date,Tmax A (C),Tmax B (C),Tmin (C)", "31", "25", "20")
    with pytest.raises(InputError, match=r"columns.*Tmax"):
        read(content)
    assert first(read(content, columns={"Tmax A (C)": ""}))["tmax"] == 25.0


def test_a_component_of_the_wind_is_not_its_speed():
    source = read(table("date,Tmax (C),Tmin (C),U10 (m/s),V10 (m/s)", "31", "23", "3", "-1"))
    assert "u2" not in source.frame
    assert any("a component of the wind" in text for text in source.warnings)


def test_a_refusal_names_the_column_that_was_left_out():
    with pytest.raises(InputError, match=r"no column for the maximum.*'Max soil temp \(C\)' is not used"):
        read(table("date,Max soil temp (C),Min Temp (C)", "31", "23"))


def test_what_is_not_confirmed_is_marked():
    source = read(table("date,Tmax (C),Tmin (C),Wind (m/s)", "31", "23", "3"), site=Site(0.0, 0.0, 10.0))
    assert source.guessed == ["u2"]
    (question,) = source.mapping.questions
    assert (question.parameter, question.assumed) == ("wind_height", 2.0)
    assert "if it was measured at 10 m, ETo is some" in question.text
    assert read(table("date,Tmax (C),Tmin (C),Wind (m/s)", "31", "23", "3"), wind_height=10.0).guessed == []
