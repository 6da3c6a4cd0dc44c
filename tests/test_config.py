"""Settings come from the environment, at the time of use, and can be overridden in a block."""

from __future__ import annotations

import datetime as dt

import pytest

from etolib import config
from etolib.errors import InputError


def test_variable_set_after_import_counts(monkeypatch):
    monkeypatch.setenv("ETOLIB_TODAY", "2020-06-30")
    assert config.today() == dt.date(2020, 6, 30)
    monkeypatch.setenv("ETOLIB_NASA_POWER_URL", "http://127.0.0.1:1/")
    assert config.service_root("nasa_power") == "http://127.0.0.1:1"


def test_block_wins_and_ends(monkeypatch):
    monkeypatch.setenv("ETOLIB_OFFLINE", "0")
    with config.set_options(offline=True):
        assert config.is_offline()
        with config.set_options(today=dt.date(2021, 1, 1)):
            assert config.is_offline()
            assert config.today() == dt.date(2021, 1, 1)
    assert not config.is_offline()


def test_unknown_option_is_refused():
    with pytest.raises(InputError, match="colour"):
        config.set_options(colour="red")


@pytest.mark.parametrize("value", ["soon", "0", "-3", "nan", "inf", "8 s"])
@pytest.mark.parametrize("name", ["deadline", "timeout"])
def test_seconds_that_are_none_are_refused_with_a_sentence(monkeypatch, name, value):
    monkeypatch.setenv(f"ETOLIB_{name.upper()}", value)
    with pytest.raises(InputError, match=f"ETOLIB_{name.upper()} = .*must be seconds above 0") as caught:
        getattr(config, name)()
    assert "unset it" in caught.value.suggestion


def test_seconds_that_are_some(monkeypatch):
    assert (config.deadline(), config.timeout()) == (None, 1800.0)
    monkeypatch.setenv("ETOLIB_DEADLINE", "2.5")
    monkeypatch.setenv("ETOLIB_TIMEOUT", "60")
    assert (config.deadline(), config.timeout()) == (2.5, 60.0)


def test_a_program_that_begins_is_told_all_that_is_wrong(monkeypatch):
    config.check()
    monkeypatch.setenv("ETOLIB_DEADLINE", "soon")
    monkeypatch.setenv("ETOLIB_TODAY", "tomorrow")
    monkeypatch.setenv("ETOLIB_NWS_URL", "nowhere")
    with pytest.raises(InputError) as caught:
        config.check()
    assert [problem.thing for problem in caught.value.problems] == ["ETOLIB_TODAY", "ETOLIB_DEADLINE", "ETOLIB_NWS_URL"]


def test_bad_today_is_refused(monkeypatch):
    monkeypatch.setenv("ETOLIB_TODAY", "yesterday")
    with pytest.raises(InputError, match="ETOLIB_TODAY"):
        config.today()


def test_empty_variable_is_absent(monkeypatch):
    monkeypatch.setenv("ETOLIB_NASA_POWER_URL", "")
    assert config.service_root("nasa_power") == "https://power.larc.nasa.gov"


@pytest.mark.parametrize(
    "root", ["not a url", "ftp://x", "http://", "http://127.0.0.1:99999", "http://[::1", "127.0.0.1:1", "http://a b"]
)
def test_root_that_is_none_is_bad_input(root):
    with config.set_options(nasa_power_url=root), pytest.raises(InputError, match="ETOLIB_NASA_POWER_URL"):
        config.service_root("nasa_power")
