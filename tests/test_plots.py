"""Figures: what they draw, and that they leave nothing behind."""

from __future__ import annotations

import sys
import xml.etree.ElementTree as ET

import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_rgba

from etolib import plots


def table(days=30, **columns):
    rng = np.random.default_rng(1)
    eto = 4 + rng.normal(0, 0.5, days)
    frame = pd.DataFrame(
        {
            "date": pd.date_range("2024-01-01", periods=days),
            "eto": eto,
            "eto_lower": eto - 0.5,
            "eto_upper": eto + 0.5,
            "precipitation": np.where(rng.random(days) < 0.3, 10.0, 0.0),
            "kind": "observed",
        }
    )
    return frame.assign(**columns)


def names(figure):
    return [text.get_text() for legend in figure.legends for text in legend.get_texts()]


def test_the_line_is_the_table():
    frame = table()
    rain, eto = plots.figure(frame).axes
    np.testing.assert_array_equal(eto.lines[0].get_ydata(), frame["eto"])
    assert [bar.get_height() for bar in rain.patches if bar.get_width() < 2] == frame["precipitation"].tolist()


def test_rain_hangs_from_above_and_eto_stands_on_zero():
    rain, eto = plots.figure(table()).axes
    assert rain.get_ylim()[0] > rain.get_ylim()[1] == 0
    assert eto.get_ylim()[0] == 0
    assert eto.get_ylim()[1] > table()["eto_upper"].max()


def test_only_what_is_there_is_named():
    assert names(plots.figure(table())) == ["ETo", "interval", "rain"]
    bare = table(eto_lower=np.nan, eto_upper=np.nan, precipitation=np.nan)
    assert names(plots.figure(bare)) == ["ETo"]


def test_what_is_forecast_is_shaded():
    frame = table()
    frame.loc[25:, "kind"] = "forecast"
    figure = plots.figure(frame)
    assert names(figure)[-1] == "forecast"
    (span,) = figure.axes[1].patches
    assert span.get_x() == pytest.approx(19723 + 25 - 0.5)  # 2024-01-01 is day 19723 since 1970


@pytest.mark.parametrize("days", [1, 2])
def test_a_day_alone_can_be_seen(days):
    figure = plots.figure(table(days))
    assert figure.axes[1].lines[0].get_marker() == "o"


def test_gaps_stay_gaps():
    frame = table()
    frame.loc[10:12, ["eto", "eto_lower", "eto_upper", "precipitation"]] = np.nan
    frame.loc[10:12, "kind"] = None
    figure = plots.figure(frame)
    assert np.isnan(figure.axes[1].lines[0].get_ydata()[10:13]).all()


def test_nothing_at_all_is_still_a_figure():
    nothing = table(5, eto=np.nan, eto_lower=np.nan, eto_upper=np.nan, precipitation=np.nan, kind=None)
    assert "<svg" in plots.svg_for_page(nothing)


def test_svg_for_a_page_has_its_colours_as_variables_and_its_words_as_text():
    frame = table()
    frame.loc[25:, "kind"] = "forecast"
    svg = plots.svg_for_page(frame, plots.LABELS | {"legend_eto": "Verdunstung"})
    root = ET.fromstring(svg)
    assert "width" not in root.attrib
    assert root.attrib["viewBox"]
    assert ">Verdunstung<" in svg
    for name in ("ink", "muted", "grid", "paper", "eto", "rain", "forecast"):
        assert f"var(--eto-{name})" in svg, name
    assert "#01010" not in svg
    assert "<style" not in svg  # matplotlib's own reaches beyond the figure


def test_words_from_outside_stay_words():
    svg = plots.svg_for_page(table(), plots.LABELS | {"legend_eto": "<script>alert(1)</script>"})
    assert "<script" not in svg


def test_two_sizes_can_stand_in_one_page():
    ids = [set(ET.fromstring(plots.svg_for_page(table(), width=w)).iter()) for w in (4.0, 9.0)]
    clips = [{e.attrib["id"] for e in one if e.tag.endswith("clipPath")} for one in ids]
    assert clips[0]
    assert not clips[0] & clips[1]


def test_a_long_series_stays_light():
    svg = plots.svg_for_page(table(11_000))
    assert len(svg) < 3_000_000


def test_the_dark_palette_is_drawn():
    figure = plots.figure(table(), palette=plots.DARK)
    assert figure.get_facecolor() == to_rgba(plots.DARK.paper)


def test_no_state_of_pyplot_is_touched():
    sys.modules.pop("matplotlib.pyplot", None)
    plots.svg_for_page(table())
    assert "matplotlib.pyplot" not in sys.modules
