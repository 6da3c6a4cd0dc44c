"""Figures: what they draw, and that they leave nothing behind."""

from __future__ import annotations

import sys
import xml.etree.ElementTree as ET

import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_rgba

from etolib.result import figures


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
    rain, eto = figures.figure(frame).axes
    np.testing.assert_array_equal(eto.lines[0].get_ydata(), frame["eto"])
    assert [bar.get_height() for bar in rain.patches if bar.get_width() < 2] == frame["precipitation"].tolist()


def test_rain_hangs_from_above_and_eto_stands_on_zero():
    rain, eto = figures.figure(table()).axes
    assert rain.get_ylim()[0] > rain.get_ylim()[1] == 0
    assert eto.get_ylim()[0] == 0
    assert eto.get_ylim()[1] > table()["eto_upper"].max()


def test_only_what_is_there_is_named():
    assert names(figures.figure(table())) == ["ETo", "interval", "rain"]
    bare = table(eto_lower=np.nan, eto_upper=np.nan, precipitation=np.nan)
    assert names(figures.figure(bare)) == ["ETo"]


def test_an_unknown_rain_has_no_axis():
    rain, _ = figures.figure(table(precipitation=np.nan)).axes
    assert rain.get_ylabel() == ""
    assert len(rain.get_yticks()) == 0


def test_what_is_forecast_is_shaded():
    frame = table()
    frame.loc[25:, "kind"] = "forecast"
    figure = figures.figure(frame)
    assert names(figure)[-1] == "forecast"
    (span,) = figure.axes[1].patches
    assert span.get_x() == pytest.approx(19723 + 25 - 0.5)  # 2024-01-01 is day 19723 since 1970


@pytest.mark.parametrize("days", [1, 2])
def test_a_day_alone_can_be_seen(days):
    figure = figures.figure(table(days))
    assert figure.axes[1].lines[0].get_marker() == "o"


def test_gaps_stay_gaps():
    frame = table()
    frame.loc[10:12, ["eto", "eto_lower", "eto_upper", "precipitation"]] = np.nan
    frame.loc[10:12, "kind"] = None
    figure = figures.figure(frame)
    assert np.isnan(figure.axes[1].lines[0].get_ydata()[10:13]).all()


def test_nothing_at_all_is_still_a_figure():
    nothing = table(5, eto=np.nan, eto_lower=np.nan, eto_upper=np.nan, precipitation=np.nan, kind=None)
    assert "<svg" in figures.svg_for_page(nothing)


def test_svg_for_a_page_has_its_colours_as_variables_and_its_words_as_text():
    frame = table()
    frame.loc[25:, "kind"] = "forecast"
    svg = figures.svg_for_page(frame, figures.LABELS | {"legend_eto": "Verdunstung"})
    root = ET.fromstring(svg)
    assert "width" not in root.attrib
    assert root.attrib["viewBox"]
    assert ">Verdunstung<" in svg
    for name in ("ink", "muted", "grid", "paper", "eto", "rain", "forecast"):
        assert f"var(--eto-{name})" in svg, name
    assert "#01010" not in svg
    assert "<style" not in svg  # matplotlib's own reaches beyond the figure


def test_words_from_outside_stay_words():
    svg = figures.svg_for_page(table(), figures.LABELS | {"legend_eto": "<script>alert(1)</script>"})
    assert "<script" not in svg


def test_two_sizes_can_stand_in_one_page():
    ids = [set(ET.fromstring(figures.svg_for_page(table(), width=w)).iter()) for w in (4.0, 9.0)]
    clips = [{e.attrib["id"] for e in one if e.tag.endswith("clipPath")} for one in ids]
    assert clips[0]
    assert not clips[0] & clips[1]


def test_a_long_series_stays_light():
    svg = figures.svg_for_page(table(11_000))
    assert len(svg) < 3_000_000


def test_the_dark_palette_is_drawn():
    figure = figures.figure(table(), palette=figures.DARK)
    assert figure.get_facecolor() == to_rgba(figures.DARK.paper)


def test_no_state_of_pyplot_is_touched():
    sys.modules.pop("matplotlib.pyplot", None)
    figures.svg_for_page(table())
    assert "matplotlib.pyplot" not in sys.modules


# --- the spread of the sources ----------------------------------------------------------------------------------------


def each(frame, **columns):
    return pd.DataFrame(columns, index=pd.DatetimeIndex(frame["date"], name="date"))


def test_each_source_has_a_line_of_its_own():
    frame = table()
    sources = each(frame, One=frame["eto"].to_numpy() + 0.3, Two=frame["eto"].to_numpy() - 0.2)
    eto = figures.figure(frame, sources=sources).axes[1]
    np.testing.assert_array_equal(eto.lines[1].get_ydata(), sources["One"])
    assert len({line.get_linestyle() for line in eto.lines[1:]} | {line.get_color() for line in eto.lines[1:]}) > 1
    assert names(figures.figure(frame, sources=sources)) == ["ETo", "interval", "One", "Two", "rain"]


def test_a_year_is_a_band_and_no_thicket():
    frame = table(365)
    values = frame["eto"].to_numpy()
    sources = each(frame, One=values + 0.3, Two=values - 0.2, Three=np.where(np.arange(365) < 100, np.nan, values))
    sources.iloc[200:, :2] = np.nan  # from here on one source only: no spread
    figure = figures.figure(frame, sources=sources)
    eto = figure.axes[1]
    assert len(eto.lines) == 1
    assert names(figure) == ["ETo", "interval", "spread of the sources", "rain"]
    band = eto.collections[-1].get_paths()
    corners = np.concatenate([path.vertices for path in band])
    assert corners[:, 1].max() == pytest.approx((values + 0.3)[:200].max())
    assert corners[:, 1].min() == pytest.approx((values - 0.2)[:200].min())
    assert corners[:, 0].max() == pytest.approx((frame["date"][199] - pd.Timestamp(0)).days)


def test_one_source_has_no_spread():
    frame = table()
    values = frame["eto"].to_numpy()
    alone = each(frame, One=values, Two=np.nan)
    in_turn = each(
        frame,
        One=np.where(np.arange(30) < 15, values, np.nan),
        Two=np.where(np.arange(30) < 15, np.nan, values),
    )
    for sources in (None, alone, in_turn):
        assert names(figures.figure(frame, sources=sources)) == ["ETo", "interval", "rain"]


def test_what_a_source_says_stays_within_the_figure():
    frame = table()
    sources = each(frame, One=frame["eto"].to_numpy() + 9, Two=frame["eto"].to_numpy())
    eto = figures.figure(frame, sources=sources).axes[1]
    assert eto.get_ylim()[1] > sources["One"].max()


def test_months_are_in_the_words_given():
    days = table(60)
    months = "jan fev mar abr mai jun jul ago set out nov dez"
    picture = figures.svg_for_page(days, {**figures.LABELS, "months": months}, 7.8, 3.6)
    assert "fev" in picture
    assert "Feb" not in picture


@pytest.mark.parametrize("names", [[], ["NASA POWER", "Open-Meteo archive (ERA5)", "Open-Meteo forecast"]])
def test_the_legend_fits_its_figure(names):
    days = pd.date_range("2024-06-20", periods=20)
    frame = pd.DataFrame(
        {"date": days, "eto": 4.0, "eto_lower": 3.0, "eto_upper": 5.0, "precipitation": 1.0, "kind": "forecast"}
    )
    sources = pd.DataFrame({name: 4.0 + at for at, name in enumerate(names)}, index=days) if names else None
    for width, height in ((7.8, 3.6), (4.2, 4.2)):
        drawn = figures.figure(frame, sources=sources, width=width, height=height)
        drawn.draw_without_rendering()
        box = drawn.legends[0].get_window_extent()
        assert box.x0 >= 0
        assert box.x1 <= drawn.bbox.x1


def test_a_notebook_can_show_the_figure_without_pyplot():
    from IPython.core.formatters import DisplayFormatter

    data, _ = DisplayFormatter().format(figures.figure(table(10)))
    assert data["image/png"].startswith(b"\x89PNG")
