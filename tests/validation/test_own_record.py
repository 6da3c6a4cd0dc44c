"""A station's record as the judge: simulated weather whose truth is known, and grids that err in known ways."""

from __future__ import annotations

from html.parser import HTMLParser

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner

import etolib
from etolib.cli import main
from etolib.sources import download
from etolib.sources.base import SourceData
from etolib.sources.elevation import Elevation
from etolib.validation import own_record, own_report
from etolib.validation.own_record import NOTHING_LEARNT, SEASONAL, TAUGHT
from etolib.words import render
from tests.fusion import simulated

DAYS = pd.date_range("2021-01-01", "2022-12-31", name="date")


@pytest.fixture(scope="module")
def weather():
    return simulated.truth(DAYS)


def answers(weather):
    """Two grids whose wind is too strong by known factors."""
    frames = {
        name: simulated.grid(weather, wind, seed).rename_axis("date").assign(kind="observed")
        for seed, (name, wind) in enumerate(simulated.WIND.items(), start=1)
    }
    return {name: SourceData(name, frame, {"distance_km": 0.0}, []) for name, frame in frames.items()}


@pytest.fixture
def grids(weather, monkeypatch):
    found = answers(weather)

    def run(plan, progress):
        return download.Download(plan.site.with_elevation(300.0), Elevation(300.0, "given"), found, ())

    monkeypatch.setattr(download, "run", run)


def station_file(weather) -> bytes:
    return weather.rename_axis("date").reset_index().to_csv(index=False, float_format="%.4f").encode()


@pytest.fixture
def station(weather):
    return etolib.read_station(station_file(weather), filename="mine.csv", site=simulated.SITE)


def test_teaching_is_scored_on_hidden_days(station, grids):
    study = own_record.study(station)
    rmse = study.scores["rmse"]
    assert rmse[TAUGHT] < 0.8 * rmse[NOTHING_LEARNT]  # the wind is too strong by a third to a half
    assert rmse[TAUGHT] < rmse[SEASONAL]
    assert abs(study.scores.loc[TAUGHT, "pbias"]) < 3 < study.scores.loc[NOTHING_LEARNT, "pbias"]
    assert 90 <= study.scores.loc[TAUGHT, "coverage"] <= 99
    assert study.scores["n"].min() == len(DAYS)
    assert {note.key for note in study.notes} >= {"best_source_alone", "teaching_changes", "interval_held"}


def test_what_is_hidden_teaches_nothing(weather, station, grids):
    """Other values on the hidden days of one part leave what is foreseen for them as it was, to the bit."""
    first = own_record.study(station)
    mine = (first.hidden == 2).to_numpy()
    other = weather.copy()
    other.loc[mine, "u2"] *= 3.0
    changed = etolib.read_station(station_file(other), filename="mine.csv", site=simulated.SITE)
    second = own_record.study(changed)
    for name in (TAUGHT, SEASONAL):
        np.testing.assert_array_equal(first.series.loc[mine, name], second.series.loc[mine, name])
    assert not first.series.loc[mine, "station"].equals(second.series.loc[mine, "station"])


def test_scores_are_those_of_the_series(station, grids):
    study = own_record.study(station)
    error = (study.series[TAUGHT] - study.series["station"]).to_numpy()
    assert study.scores.loc[TAUGHT, "rmse"] == pytest.approx(np.sqrt((error**2).mean()), rel=1e-12)
    august = error[DAYS.month == 8].mean()
    assert study.scores.loc[TAUGHT, "bias_8"] == pytest.approx(august, rel=1e-9)


class Checked(HTMLParser):
    """Counts what a page holds; refuses what comes from elsewhere."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: dict[str, int] = {}

    def handle_starttag(self, tag, attributes):
        self.tags[tag] = self.tags.get(tag, 0) + 1
        for name, value in attributes:
            assert name not in ("src", "href") or value.startswith("data:image/png;base64,")


def test_report_is_one_page(station, grids):
    study = own_record.study(station)
    page = own_report.to_html(study)
    checked = Checked()
    checked.feed(page)
    assert checked.tags["img"] == 2
    assert checked.tags["table"] == 2
    assert "script" not in checked.tags
    for note in study.notes:
        assert len(render("pt", note)) > 20
    assert f"{study.scores.loc[TAUGHT, 'rmse']:.2f}" in own_report.to_text(study)


def test_name_of_a_file_is_text(weather, grids):
    named = etolib.read_station(station_file(weather), filename="<script>x.csv", site=simulated.SITE)
    assert "<script>" not in own_report.to_html(own_record.study(named))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda t: t.drop(columns="u2"), "0 days on which everything was measured"),
        (lambda t: t.iloc[:40], "40 days on which everything was measured"),
    ],
)
def test_too_little_is_refused(weather, grids, change, said):
    short = etolib.read_station(station_file(change(weather)), filename="mine.csv", site=simulated.SITE)
    with pytest.raises(etolib.InputError, match=said):
        own_record.study(short)


def test_command(weather, grids, tmp_path):
    (tmp_path / "mine.csv").write_bytes(station_file(weather))
    words = ["validate", "--station", str(tmp_path / "mine.csv"), "--lat", "-10", "--lon", "-46"]
    for ending, start in ((".html", "<!doctype html>"), (".json", "{"), (".csv", "date,station,")):
        output = tmp_path / f"report{ending}"
        done = CliRunner().invoke(main, [*words, "-o", str(output)])
        assert done.exit_code == 0, done.output
        assert output.read_text().startswith(start)
        assert TAUGHT in done.output
    done = CliRunner().invoke(main, ["validate"])
    assert done.exit_code == 2
    assert "--station" in done.output
