"""A result, a period and a table of days as a notebook shows them."""

from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from matplotlib.figure import Figure

import etolib
import etolib.accessors
from etolib.result.result import Result
from etolib.site import Period, Site

SITE = Site(-9.4, -40.5, elevation=376, name="Sítio <b>Alegre</b>")


@pytest.fixture(scope="module")
def year() -> Result:
    return etolib.compute(SITE, "2024", sources="climatology")


def test_a_result_is_told_in_a_few_lines(year):
    text = repr(year)
    assert len(text) < 500
    assert "366 days, 366 with a value" in text
    assert f"mean {year.table['eto'].mean():.2f} mm/day" in text
    assert "LOW 366" in text


def test_a_result_without_values_says_so_and_has_no_mean(year):
    empty = Result(
        SITE, Period("2024-01-01", "2024-01-02"), year.table.head(2).assign(eto=np.nan, quality=None), year.source_eto
    )
    assert "2 days, 0 with a value" in repr(empty)
    assert "mean" not in repr(empty)
    assert "nan" not in empty._repr_html_()


def test_html_of_a_result_is_short_escaped_and_without_colours_of_its_own(year):
    shown = year._repr_html_()
    assert len(shown) < 8000
    assert "<b>Alegre" not in shown
    assert "var(--jp-" in shown
    assert "#" not in shown
    assert "and 358 more rows" in shown


def test_a_plot_is_drawn_on_the_axes_given_and_returned(year):
    axes = Figure().add_subplot()
    assert year.plot(axes) is axes
    assert np.allclose(axes.lines[0].get_ydata(), year.table["eto"])
    inches = year.plot(Figure().add_subplot(), units="us")
    assert np.allclose(inches.lines[0].get_ydata(), year.table["eto"] / 25.4)
    assert inches.get_ylabel() == "ETo [in/day]"
    assert axes.get_ylabel() == "ETo [mm/day]"
    assert axes.get_legend_handles_labels()[1] == ["ETo", "interval"]


def test_months_of_a_plot_stand_at_their_ticks_and_the_year_beside_them(year):
    figure = Figure()
    axes = dataclasses.replace(year, table=year.table[30:60]).plot(figure.add_subplot())
    figure.draw_without_rendering()
    assert axes.xaxis.get_major_formatter().get_offset() == "2024"


def test_a_table_as_a_copy(year):
    copy = year.to_dataframe()
    copy.loc[0, "eto"] = -1.0
    assert year.table.loc[0, "eto"] > 0


def test_a_period_is_written_as_one_types_it():
    period = Period.parse("2024-02")
    assert repr(period) == "Period('2024-02-01', '2024-02-29')"
    assert eval(repr(period)) == period


def test_tables_and_datasets_have_an_eto_of_their_own(year):
    days = year.table.set_index("date")[["tmin", "tmax", "ea", "u2", "rs"]].astype(float)
    expected = etolib.eto(days, SITE).eto
    pd.testing.assert_series_equal(days.eto(SITE).eto, expected)
    grid = xr.Dataset.from_dataframe(days.rename_axis("time"))
    assert np.allclose(grid.eto(SITE).eto, expected)


def test_a_column_of_the_name_stays_what_it_was(year):
    table = year.table.copy()
    pd.testing.assert_series_equal(table.eto, year.table["eto"])
    table["eto"] = 1.0
    assert (table.eto == 1.0).all()
    data = xr.Dataset({"eto": ("x", [1.0, 2.0])})
    assert data.eto.values.tolist() == [1.0, 2.0]
