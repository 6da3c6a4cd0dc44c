"""FRET: an answer in DWML is believed where it states unit and hours, else refused with what was met; never a source.

No answer of the service was ever seen: the documents are written by the specification of DWML (7 May 2009).
"""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest

import etolib
from etolib.errors import BadResponse, InputError, NotCovered, SourceWindowError
from etolib.site import Period, Site
from etolib.sources import catalogue, dwml, fret, lifetime
from etolib.sources.network import client
from tests.simulator import ndfd
from tests.sources.matrix import TODAY

BOULDER = Site(40.02, -105.27, 1655.0)
WEEK = Period("2024-07-01", "2024-07-07")

START = dt.datetime.fromisoformat("2024-07-01T05:00:00-07:00")


def document(values=(5.1, None, 4.0), *, units=' units="millimeters"', hours=24, start=START, step=24, first=None,
             tag="evapotranspiration", name="Daily Reference Crop Evapotranspiration", key="k-p24h-n3-1",
             place=(40.02, -105.27), ends=True, more="", before="", entity=""):  # fmt: skip
    """Return a document: values [in ``units``] a day."""
    times = ""
    for at in range(len(values)):
        begin = start + dt.timedelta(hours=step * at)
        end = begin + dt.timedelta(hours=first if at == 0 and first else hours)
        times += f"<start-valid-time>{begin.isoformat()}</start-valid-time>"
        times += f"<end-valid-time>{end.isoformat()}</end-valid-time>" if ends else ""
    cells = "".join('<value xsi:nil="true"/>' if v is None else f"<value>{v}</value>" for v in values)
    return (
        f'<?xml version="1.0"?>{before}<dwml xmlns:xsi="{dwml._XSI}"><head><product><creation-date>'
        "2024-07-01T12:00:00Z</creation-date></product></head><data><location><location-key>point1</location-key>"
        f'<point latitude="{place[0]}" longitude="{place[1]}"/></location><time-layout time-coordinate="local">'
        f"<layout-key>k-p24h-n3-1</layout-key>{times}</time-layout><parameters>"
        f'<{tag}{units} time-layout="{key}"><name>{name}{entity}</name>{cells}</{tag}>{more}</parameters></data></dwml>'
    ).encode()


def refused(body, sentence, site=BOULDER):
    with pytest.raises(BadResponse) as caught:
        fret.parse(body, site)
    assert sentence in caught.value.message
    assert "etolib doctor --source nws_fret" in str(caught.value.suggestion)
    assert caught.value.source == "nws_fret"


@pytest.mark.parametrize(("units", "mm"), [("inches", 25.4), ("millimeters", 1), ("kg m-2", 1), ("centimeters", 10)])
def test_unit_and_hours_are_those_that_the_answer_states(units, mm):
    found = fret.parse(document((0.2, None, 0.25), units=f' units="{units}"'), BOULDER)
    assert found.days.index.strftime("%Y-%m-%d").tolist() == ["2024-07-01", "2024-07-02", "2024-07-03"]
    np.testing.assert_allclose(found.days, [0.2 * mm, np.nan, 0.25 * mm])
    assert (found.units, found.begins) == (units, "12:00")


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"units": ' units="hundredths of inches"'}, "'hundredths of inches', which is not one of"),
        ({"units": ' units="Inches"'}, "'Inches'"),
        ({"units": ""}, "states no unit"),
        ({"ends": False}, "does not state from when to when"),
        ({"key": "k-p24h-n9-9"}, "does not state from when to when"),
        ({"hours": 12}, "for 12 hours"),
        ({"hours": 168}, "for 168 hours"),
        ({"step": 12}, "two values for 2024-07-02"),
        ({"step": 12, "values": (5, 4)}, "two values for 2024-07-02"),
        ({"step": 0}, "two values for 2024-07-01"),
        ({"start": dt.datetime.fromisoformat("2024-07-01T12:00:00-07:00")}, "halves of two days"),
        ({"units": ' units="inches"'}, "5.1 inches on 2024-07-01 is no evapotranspiration"),
        ({"values": (20, 510, 400)}, "510 millimeters"),
        ({"values": (-0.1, 5, 4)}, "-0.1 millimeters"),
        ({"values": (-999, 5, 4)}, "-999 millimeters"),
        ({"values": ()}, "holds 0: -"),
        ({"name": "Weekly Reference Crop Evapotranspiration"}, "holds 1: evapotranspiration Weekly"),
        ({"name": "Departure from Normal"}, "Departure from Normal"),
        ({"tag": "temperature", "name": "Daily Maximum"}, "temperature Daily Maximum"),
        ({"more": "<temperature><value>30</value></temperature>"}, "holds 2: evapotranspiration"),
        ({"place": (35.02, -105.27)}, "35.02, -105.27"),
    ],
    ids=lambda value: None if isinstance(value, str) else ", ".join(f"{k}={v}" for k, v in value.items())[:50],
)
def test_what_it_does_not_state_is_refused_by_name(changes, sentence):
    refused(document(**changes), sentence)


def test_as_many_values_as_times():
    refused(document().replace(b"<value>4.0</value>", b""), "2 values for 3 times")


def test_the_words_of_the_service_are_told():
    refused(ndfd.error("No data were found").body, "the service answers: No data were found")


def test_a_first_stump_is_left_out_and_said():
    body = document((0.4, 5.0), first=4, step=4)
    found = fret.parse(body.replace(b"2024-07-01T09:00:00-07:00</start", b"2024-07-02T05:00:00-07:00</start").replace(
        b"2024-07-02T09:00:00-07:00</end", b"2024-07-03T05:00:00-07:00</end"), BOULDER)  # fmt: skip
    assert found.days.tolist() == [5.0]
    assert "for 4 hours only" in found.warnings[0]


BOMB = '<!DOCTYPE d [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]>'
LAYOUT = b"<time-layout><layout-key>k-p24h-n3-1</layout-key></time-layout>"
OUTSIDE = '<!DOCTYPE d [<!ENTITY a SYSTEM "file:///etc/hostname">]>'


@pytest.mark.parametrize(
    "body",
    [
        document(before=BOMB, entity="&b;"), document(before=OUTSIDE, entity="&a;"), document(entity="&a;"),
        document(before="<!DOCTYPE dwml>"), b"<dwml/>", b"", b"{}", document()[:-9], b"<dwml>" * 5000,
        document().replace(b"5.1", b""), document().replace(b"5.1", b"nan"), document().replace(b"5.1", b"1e999"),
        document().replace(b"5.1", b"n/a"), document().replace(b"-07:00", b""),
        document().replace(b"2024-07", b"2024-13"),
        document().replace(b"</location>", b'<point latitude="1" longitude="2"/></location>'),
        document().replace(b"<parameters>", LAYOUT + b"<parameters>"),
    ],
)  # fmt: skip
def test_what_is_no_document_is_refused(body):
    with pytest.raises(ValueError, match=r"\w"):
        client.checked(lambda text: fret.parse(text, BOULDER), body)


def test_days_ahead_are_asked_once_and_kept_for_hours(server, door):
    first = fret.Fret().fetch(BOULDER, WEEK)
    assert first.frame["eto"].between(1, 9).all()
    assert set(first.frame["kind"]) == {"forecast"}
    assert first.meta["unit"] == "millimeters"
    assert str(first.meta["day"]) == "24 hours from 12:00 UTC, as the answer says"
    assert str(first.meta["licence"]) == "public domain"
    (call,) = server.calls()
    assert "evp24=evp24" in call.query
    fret.Fret().fetch(BOULDER, Period("2024-07-02", "2024-07-03"))
    door.clock.slept += lifetime.FRET.first - 60
    fret.Fret().fetch(BOULDER, WEEK)
    assert len(server.calls()) == 1
    door.clock.slept += 120
    fret.Fret().fetch(BOULDER, WEEK)
    assert len(server.calls()) == 2


@pytest.mark.parametrize(("unit", "factor"), [("inches", 1 / 3), ("kg m-2", 3.94), ("mm", 1 / 25.4)])
def test_a_stated_unit_that_the_climate_contradicts_is_refused(server, door, monkeypatch, unit, factor):
    genuine = ndfd.render

    def lying(content):
        content["daily"]["evp24"] = [round(value * factor, 3) for value in content["daily"]["evp24"]]
        return genuine(content | {"daily_units": {"evp24": unit}})

    monkeypatch.setattr(ndfd, "render", lying)
    with pytest.raises(BadResponse, match="unit may be another one"):
        fret.Fret().fetch(BOULDER, WEEK)


def test_elsewhere_and_on_other_days_nothing_is_asked(server, door):
    with pytest.raises(NotCovered):
        fret.Fret().fetch(Site(-22.7, -47.6, 550.0), WEEK)
    with pytest.raises(SourceWindowError):
        fret.Fret().fetch(BOULDER, Period("2024-01-01", "2024-01-03"))
    assert server.calls() == []


def test_it_is_shown_beside_a_result_and_is_no_part_of_it(server, door, tmp_path):
    plain = etolib.compute(BOULDER, Period("2024-06-30", "2024-07-02"))
    assert server.calls("nws_fret") == []
    before = len(server.calls())
    result = plain.compared_with("nws_fret")
    assert len(server.calls()) == before + 1
    assert result.table.equals(plain.table)
    assert result.source_eto.equals(plain.source_eto)
    assert result.published["nws_fret"].isna().tolist() == [True, False, False]
    assert plain.published.empty
    assert "nws_fret" not in result.provenance["sources"]
    assert result.provenance["compared"]["nws_fret"]["unit"] == "millimeters"
    assert "eto_nws_fret" in result.to_csv()
    assert "eto_nws_fret_in [in day-1]" in result.to_csv(units="us")
    assert '"eto_nws_fret": null' in result.to_json()
    assert "for comparison only" in result.to_csv()
    assert "Forecast Reference Evapotranspiration" in result.citation()
    assert "fret" not in plain.to_csv() + plain.to_json() + plain.citation()
    np.testing.assert_array_equal(result.dataset["eto_nws_fret"], result.published["nws_fret"])
    for ending in ("xlsx", "parquet"):
        result.save(tmp_path / f"eto.{ending}")


def test_it_is_no_source_and_its_name_is_taken():
    assert "nws_fret" not in catalogue.SOURCES
    for named in (["nws_fret"], "nws_fret, nasa_power"):
        with pytest.raises(InputError, match="nws_fret"):
            etolib.Request(BOULDER, WEEK, named)
    with pytest.raises(InputError):
        catalogue.register(catalogue.COMPARED["nws_fret"])
    with pytest.raises(InputError, match="nws_fret"):
        etolib.Result.compared_with(None, "ndfd")
    assert catalogue.title("nws_fret", "pt") == "Previsão de ET de referência do NWS (FRET)"
    assert TODAY in str(WEEK)
