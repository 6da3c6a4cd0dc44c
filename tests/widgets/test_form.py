"""The rules of the form, without a widget."""

from __future__ import annotations

from urllib.parse import parse_qs

import pytest
import traitlets

import etolib
from etolib import config
from etolib.errors import InputError
from etolib.request import Request
from etolib.site import Period
from etolib.widgets.form_model import PRESETS, FormModel


def test_everything_wrong_is_told_at_once():
    form = FormModel(latitude="150", longitude="east", elevation="high", period="2024-03-31/2024-03-01")
    form.automatic = False
    with pytest.raises(InputError) as caught:
        form.request()
    assert [problem.thing for problem in caught.value.problems] == [
        "latitude",
        "longitude",
        "elevation",
        "end",
        "sources",
    ]


def test_an_empty_place_is_told_with_what_else_is_wrong():
    with pytest.raises(InputError) as caught:
        FormModel(latitude="", longitude="200000", period="").request()
    assert [problem.thing for problem in caught.value.problems] == ["latitude", "longitude", "period"]


@pytest.mark.parametrize(
    ("latitude", "longitude", "elevation"),
    [("-22.7", "-47.6", None), ("-22,7", "312.4", "530 m"), ("22°42' S", "47°36'W", "530,0")],
)
def test_people_type_coordinates_in_many_ways(latitude, longitude, elevation):
    request = FormModel(latitude=latitude, longitude=longitude, elevation=elevation or "", period="2024").request()
    assert request.site.latitude == pytest.approx(-22.7)
    assert request.site.longitude == pytest.approx(-47.6)
    assert request.site.elevation == (530 if elevation else None)
    assert request.sources == "auto"


def test_zero_is_a_place():
    assert FormModel(latitude="0", longitude="0", elevation="0", period="2024").request().site.elevation == 0


@pytest.mark.parametrize("longitude", [-47.6, 312.4, -407.6])
def test_a_click_on_any_copy_of_the_world_is_the_same_place(longitude):
    form = FormModel()
    form.place(-22.7, longitude)
    assert (form.latitude, form.longitude) == ("-22.7000", "-47.6000")


def test_a_click_beyond_the_pole_is_the_pole():
    form = FormModel()
    form.place(91.3, 10)
    assert form.latitude == "90.0000"


def test_a_click_forgets_the_elevation_of_the_place_before():
    form = FormModel(elevation="800")
    form.place(1, 2)
    assert form.elevation == ""


def test_presets_are_periods_that_end_or_begin_today():
    with config.set_options(today="2024-02-29"):
        spans = {name: Period.parse(name) for name in PRESETS}
    assert str(spans["last-year"]) == "2023-01-01/2023-12-31"
    assert str(spans["this-year"]) == "2024-01-01/2024-02-29"
    assert str(spans["next-6-days"]) == "2024-02-29/2024-03-05"
    assert {len(span) for name, span in spans.items() if name.startswith("last-2")} == {21}


def test_the_link_of_a_result_fills_the_form_with_the_same_request():
    form = FormModel(latitude="-22.7", longitude="-47.6", elevation="530", period="2024-02", krs="coast")
    form.automatic, form.sources = False, ["climatology"]
    asked = form.request()
    with config.set_options(offline=True):
        result = etolib.compute(asked)
    other = FormModel()
    assert other.fill(result.link()) is None
    assert other.request() == asked


def test_what_the_form_does_not_say_is_in_no_link():
    form = FormModel(latitude="-22.7", longitude="-47.6", period="2024-02-01/2024-02-02")
    asked = form.request()
    with config.set_options(offline=True):
        result = etolib.compute(asked)
    assert result.site.elevation is not None  # looked up: the next one looks it up too
    assert set(parse_qs(result.link().lstrip("?"))) == {"lat", "lon", "period", "sources"}
    assert form.fill("?krs=moon") is None
    assert form.krs == "interior"


@pytest.mark.parametrize(
    "query",
    ["", "?", "lat", "lat=&lon=", "lang=xx&theme=neon", "a=1&" * 40, "a=1&" * 5000, "%ff=%00&lat=1"],
)
def test_no_link_breaks_the_form(query):
    form = FormModel()
    assert form.fill(query) is None
    assert form.language == "en"
    assert form.theme == "system"


def test_a_novel_in_the_address_is_cut():
    form = FormModel()
    form.fill("lat=" + "9" * 10_000)
    assert len(form.latitude) == 200


def test_a_request_has_absolute_days():
    with config.set_options(today="2024-03-10"):
        form = FormModel(latitude="1", longitude="2", period="last-3-days")
        request = form.request()
    assert request == Request((1, 2), "2024-03-08/2024-03-10")


def test_a_language_without_a_catalogue_is_refused():
    with pytest.raises(traitlets.TraitError, match="tlh"):
        FormModel(language="tlh")
