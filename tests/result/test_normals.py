"""A period against its normal: sums by hand, honest where years or days are few, and the calendar of a heat map."""

from __future__ import annotations

import io

import numpy as np
import pandas as pd
import pytest

import etolib
from etolib.errors import InputError
from etolib.result.normals import BASELINE, baseline_request, calendar, climatology_days, normals, of_result
from etolib.site import Period, Site

PLACE = Site(-22.7, -47.6, 550)


def years(first=1991, last=2020, value=lambda dates: 3.0 + (dates.year - 1991) * 0.1) -> pd.DataFrame:
    """Return a record in which every day of a year has one value, which grows from year to year."""
    dates = pd.date_range(f"{first}-01-01", f"{last}-12-31")
    return pd.DataFrame({"date": dates, "eto": value(dates), "precipitation": 1.0, "kind": "observed"})


def days(start, end, eto=4.45, **more) -> pd.DataFrame:
    return pd.DataFrame({"date": pd.date_range(start, end), "eto": eto, "precipitation": 2.0, **more})


def test_sums_anomaly_and_percentile_by_hand():
    found = normals(days("2024-03-01", "2024-03-31", 5.0), years())
    assert found.origin == "archive"
    assert found.years == list(range(BASELINE[0], BASELINE[1] + 1))
    assert found.total == pytest.approx(155.0)
    assert found.normal == pytest.approx(31 * (3.0 + 14.5 * 0.1))
    assert found.anomaly == pytest.approx(31 * (5.0 - 4.45))
    assert found.percent == pytest.approx(100 * 5.0 / 4.45)
    assert found.percentile == pytest.approx(100 * 20.5 / 30)  # 20 years below, 2011 the same
    assert found.sums[2011] == pytest.approx(155.0)
    assert found.table["p90"].to_numpy() == pytest.approx(3 + 0.1 * 26.1)
    assert found.table["anomaly"].to_numpy() == pytest.approx(0.55)
    assert found.notes == []
    rain = normals(days("2024-03-01", "2024-03-31"), years(), "precipitation")
    assert (rain.total, rain.normal, rain.percentile) == (62, pytest.approx(31), 100)


def test_over_the_turn_of_the_year_and_a_leap_day():
    level = years(value=lambda dates: np.where(dates.month == 2, 2.0, 4.0))
    turn = normals(days("2023-12-20", "2024-01-10"), level)
    assert turn.years[-1] == 2019  # the winter of 2020 would end in 2021, which is no year of the baseline
    assert turn.normal == pytest.approx(22 * 4.0)
    assert any("not all of the 30 years" in note for note in turn.notes)
    assert turn.base == "the normal is of 29 years, 1991 to 2019"
    leap = normals(days("2024-02-28", "2024-03-01"), level)
    whole, short = leap.sums[2000], leap.sums[2001]
    assert whole == pytest.approx(2 + 2 + 4)
    assert short == pytest.approx(2 + (2 + 4) / 2 + 4)  # the mean of its neighbours


def test_few_years_are_said_and_too_few_are_not_used():
    fewer = normals(days("2024-03-01", "2024-03-31"), years(1996))
    assert len(fewer.years) == 25
    assert any("not all of the 30 years" in note for note in fewer.notes)
    poor = normals(days("2024-03-01", "2024-03-31"), years(2006))
    assert any("80 %" in note for note in poor.notes)
    assert "15 years, 2006 to 2020" in poor.base
    none = normals(days("2024-03-01", "2024-03-31"), years(2015), site=PLACE)
    assert none.origin == "climatology"
    assert np.isnan(none.percentile)
    assert any("6 whole years" in note for note in none.notes)
    assert len(none.sums) == 0


def test_gaps_of_the_record_and_of_the_period():
    record = years()
    march = (record["date"].dt.month == 3).to_numpy()
    record.loc[march & (record["date"].dt.year == 2000).to_numpy() & (record["date"].dt.day <= 2).to_numpy(), "eto"] = (
        np.nan
    )
    record.loc[march & (record["date"].dt.year == 2001).to_numpy() & (record["date"].dt.day <= 9).to_numpy(), "eto"] = (
        np.nan
    )
    found = normals(days("2024-03-01", "2024-03-31"), record)
    assert 2000 in found.years  # 29 of 31 days
    assert 2001 not in found.years  # 22 of 31
    assert any("2 missing days" in note for note in found.notes)
    assert found.sums[2000] == pytest.approx(
        29 * 3.9 + 2 * np.mean([3 + 0.1 * k for k in range(30) if k not in (9, 10)])
    )
    period = days("2024-03-01", "2024-03-31").assign(kind="observed")
    period.loc[:9, "eto"] = np.nan
    period.loc[20:, "kind"] = "climatology"
    found = normals(period, years())
    assert found.days == 10
    assert found.normal == pytest.approx(10 * 4.45)
    assert len(found.notes) == 2
    estimates = years().assign(kind=["climatology"] * 5000 + ["observed"] * (len(years()) - 5000))
    assert normals(days("2024-03-01", "2024-03-31"), estimates).years[0] == 2005


def test_against_the_climatology():
    with etolib.set_options(offline=True, today="2024-07-01"):
        usual = etolib.compute(PLACE, "2024-01-01/2024-03-31", sources=["climatology"])
        wetter = usual.table.assign(kind="observed", eto=usual.table["eto"] + 0.5)
        found = normals(wetter, site=PLACE)
        assert found.anomaly == pytest.approx(0.5 * 91, abs=0.02)
        expected = climatology_days(PLACE, Period("2024-01-01", "2024-03-31"))
        assert expected["eto"].to_numpy() == pytest.approx(usual.table["eto"].to_numpy(), abs=1e-9)
        with pytest.raises(InputError, match="no day"):
            normals(usual)  # all its days are the climatology itself
        assert "embedded climatology" in found.base


def test_of_a_result_both_variables_and_the_request_for_its_record():
    with etolib.set_options(offline=True, today="2024-07-01"):
        answer = etolib.compute(PLACE, "2024-01-01/2024-01-31", sources=["climatology"])
    answer.table["kind"] = "observed"
    both = of_result(answer)
    assert set(both) == {"eto", "precipitation"}
    asked = baseline_request(answer.request)
    assert asked.site == answer.request.site
    assert str(asked.period) == "1991-01-01/2020-12-31"
    assert asked.sources == answer.request.sources


def test_calendar_has_a_column_for_each_day_of_every_year():
    matrix = calendar(years(2019, 2021).drop(index=[5]))
    assert matrix.shape == (3, 366)
    assert matrix.notna().sum(axis=1).tolist() == [364, 366, 365]
    assert matrix.loc[2019, "01-06"] != matrix.loc[2019, "01-06"]  # NaN: absent
    assert matrix.loc[2020, "02-29"] == pytest.approx(5.9)
    assert matrix.columns[59] == "02-29"


def test_what_cannot_be_compared_is_refused():
    for wrong, match in (("rs", "not one of"), ("precipitation", "is missing")):
        with pytest.raises(InputError, match=match):
            normals(days("2024-03-01", "2024-03-02").drop(columns="precipitation"), years(), wrong)
    with pytest.raises(InputError, match="site"):
        normals(days("2024-03-01", "2024-03-02"))
    with pytest.raises(InputError, match="stands there twice"):
        normals(pd.concat([days("2024-03-01", "2024-03-02")] * 2), years())


def test_the_sources_of_the_record_and_the_file_say_what_the_normal_is_of(tmp_path):
    record = years().assign(source="nasa_power+open_meteo_archive")
    record.loc[:3000, "source"] = "nasa_power"
    record.loc[200:400, "kind"] = "climatology"
    found = normals(days("2024-03-01", "2024-03-31", 5.0), record)
    assert found.sources == ["nasa_power", "open_meteo_archive"]
    assert found.base.endswith("1991 to 2020, from nasa_power, open_meteo_archive")
    text = found.to_csv(tmp_path / "a.csv")
    assert (tmp_path / "a.csv").read_text() == text
    assert f"# base: {found.base}\n" in text
    assert "# percentile: 68.33\n" in text
    assert "mm day-1" in text
    table = pd.read_csv(tmp_path / "a.csv", comment="#", parse_dates=["date"])
    pd.testing.assert_frame_equal(table, found.table, check_dtype=False, atol=0.0005, rtol=0)
    inches = found.to_csv(units="us")
    table = pd.read_csv(io.StringIO(inches), comment="#", parse_dates=["date"])
    assert [*table] == ["date", *(f"{name}_in" for name in found.table if name != "date")]
    np.testing.assert_allclose(25.4 * table["value_in"], found.table["value"], atol=0.0013)
    assert f"# total: {found.total / 25.4:.3f}\n" in inches
    assert "# percentile: 68.33\n" in inches
    assert "# units: in day-1 of days, in of sums" in inches
    usual = normals(days("2024-03-01", "2024-03-31"), site=PLACE).to_csv()
    assert "# percentile: unknown\n" in usual
    assert "2024-03-01,4.45," in usual
    assert ",,,," in usual
