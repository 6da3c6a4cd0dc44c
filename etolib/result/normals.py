"""Normals: a period against the same days of the years 1991 to 2020, or against the embedded climatology.

References
----------
WMO (2017): Guidelines on the calculation of climate normals, WMO-No. 1203: 30 years, 1991-2020; at least 80 % of the
years.
Hazen, A. (1914): Storage to be provided in impounding reservoirs. Trans. ASCE 77, 1539-1640 (the plotting position of
the percentiles).
"""

from __future__ import annotations

import datetime as dt
import os
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from etolib import spreadsheets
from etolib.errors import InputError, Problem
from etolib.glance import Glance, Told
from etolib.request import Request
from etolib.site import Period, Site
from etolib.unit_systems import METRIC, check, unit
from etolib.words import Text, say, verbatim

if TYPE_CHECKING:
    from etolib.result.result import Result

BASELINE = (1991, 2020)
"""First and last year of the normal."""

ENOUGH = 0.8
"""Share of the years of the baseline that a normal wants (WMO-No. 1203)."""

LEAST = 10
"""Years below which nothing is said of percentiles and the climatology stands in."""

WHOLE = 0.9
"""Share of the days of a year's period that must be known; the others are taken as normal."""

SMOOTH = 15
"""Days over which the daily normal is a running mean."""

VARIABLES = ("eto", "precipitation")


@dataclass(repr=False)
class Normals(Glance):
    """A period against its normal.

    Attributes
    ----------
    variable : str
        ``eto`` or ``precipitation``.
    origin : str
        ``archive``: years of a record; ``climatology``: the embedded one, which knows no years.
    years : list of int
        Years of the baseline that were used; of a period over the turn of the year the one in which it begins.
    table : pandas.DataFrame
        A row a day of the period: ``date``, ``value``, ``normal``, ``p10``, ``p50``, ``p90`` (of the years; NaN of the
        climatology), ``anomaly`` [mm day-1]. NaN is absent.
    sums : pandas.Series
        Sum of the period's known days in each year of the baseline [mm], by year.
    days : int
        Days that are compared: with a value that is not of the climatology.
    total, normal : float
        Sum of these days, and its mean of the years [mm].
    anomaly, percent : float
        Their difference [mm], and the total as a share of the normal [%]; NaN where the normal is 0.
    percentile : float
        Of the total among the sums of the years [%]; NaN of the climatology.
    notes : list of Text
        What the reader should know.
    sources : list of str
        Of the days of the record that were used, where it says them.
    """

    variable: str
    origin: str
    years: list[int]
    table: pd.DataFrame
    sums: pd.Series
    days: int
    total: float
    normal: float
    anomaly: float
    percent: float
    percentile: float
    notes: list[Text] = field(default_factory=list)
    sources: list[str] = field(default_factory=list)

    def _told(self) -> Told:
        sums = f"{self.total:.1f} mm, normal {self.normal:.1f} mm, {self.anomaly:+.1f} mm ({self.percent:.0f} %)"
        lines = [self.base, say("days", count=self.days), verbatim(sums), *self.notes]
        return Told(verbatim(self.variable), lines, self.table)

    @property
    def base(self) -> Text:
        """Of which years and sources the normal is, in words."""
        if self.origin == "climatology":
            return say("normal_of_climatology")
        first, last, count = self.years[0], self.years[-1], len(self.years)
        if not self.sources:
            return say("normal_of_years", count=count, first=first, last=last)
        return say("normal_of_years_and_sources", count=count, first=first, last=last, sources=self.sources)

    def to_csv(self, path: str | os.PathLike[str] | None = None, *, units: str = METRIC) -> str:
        """Return the days as CSV text, also written to ``path``: ``# `` lines first, dates ISO, empty where absent.

        The lines say what the normal is of, the sums of the period, the notes, and the unit.

        Parameters
        ----------
        path : path, optional
        units : {"metric", "us"}
            Of the numbers; inches are named in their columns (``value_in``) and have a decimal more.
        """
        day, depth = unit("mm day-1", check(units)), unit("mm", units)
        more = int(bool(depth.suffix))
        lines = [f"etolib normals of {self.variable}", f"base: {self.base}"]
        for name in ("days", "total", "normal", "anomaly", "percent", "percentile"):
            value, decimals = float(getattr(self, name)), 2
            if name in _SUMS:
                value, decimals = depth.of(value), 2 + more
            lines.append(f"{name}: {'unknown' if np.isnan(value) else f'{value:.{decimals}f}'.removesuffix('.00')}")
        lines += [f"note: {note}" for note in self.notes]
        lines += [f"sum of {year}: {depth.of(value):.{2 + more}f}" for year, value in self.sums.items()]
        lines.append(f"units: {day.text} of days, {depth.text} of sums, % of percent and percentile; empty = absent")
        names = self.table.columns.drop("date")
        shown = self.table.assign(**{name: day.of(self.table[name]).round(3 + more) for name in names})
        shown = shown.rename(columns={name: day.name(name) for name in names})
        table = shown.to_csv(index=False, date_format="%Y-%m-%d", lineterminator="\n")
        text = spreadsheets.comments(lines) + table
        if path is not None:
            from etolib.result.formats import write

            write(path, text.encode())
        return text


_SUMS = ("total", "normal", "anomaly")
"""What of a `Normals` is a depth of water."""


def baseline_request(request: Request) -> Request:
    """Return the request for the years of the normal at the place of another: its answer is the ``record``.

    >>> str(baseline_request(Request(Site(-9.4, -40.5), Period("2024-01-01", "2024-03-31"))).period)
    '1991-01-01/2020-12-31'
    """
    period = Period(dt.date(BASELINE[0], 1, 1), dt.date(BASELINE[1], 12, 31))
    return Request(request.site, period, request.sources, **dict(request.options))


def normals(result: Any, record: Any = None, variable: str = "eto", *, site: Site | None = None) -> Normals:
    """Compare a period with its normal.

    Parameters
    ----------
    result : Result or pandas.DataFrame
        The period: ``date`` and the variable [mm day-1]; days of the kind ``climatology`` are not compared.
    record : Result or pandas.DataFrame, optional
        Many years of the place: ``date`` and the variable. Days of 1991 to 2020 are used that are no estimate of the
        climatology. None, or fewer than `LEAST` whole years: the embedded climatology stands in.
    variable : {"eto", "precipitation"}
        Which of the two.
    site : Site, optional
        The place, for the climatology, where ``result`` is a table.

    Returns
    -------
    Normals

    Raises
    ------
    InputError
        Where no day of the period has a value, or the variable is none of these.
    NotCovered
        Where the climatology is needed and has nothing for the place.
    """
    period = _series(result, variable, observed=True)
    if not period.notna().any():
        raise InputError([Problem(variable, None, say("no_day_to_compare"), say("choose_period_with_values"))])
    notes: list[Text] = []
    every = _series(result, variable, observed=False)
    apart = int(every.notna().sum() - period.notna().sum())
    if apart:
        notes.append(say("climatology_days_not_compared", count=apart))
    missing = int(every.isna().sum())
    if missing:
        notes.append(say("days_without_value_not_compared", count=missing))
    if record is not None:
        years = _years(_series(record, variable, observed=True), period)
        if len(years.columns) >= LEAST:
            return replace(_of_years(variable, period, years, notes), sources=_sources(record, variable))
        notes.append(say("too_few_years_for_normal", count=len(years.columns), least=LEAST))
    place = site or getattr(result, "site", None)
    if place is None:
        raise InputError([Problem("site", None, say("is_missing"), say("write_a_site"))])
    return _of_climatology(variable, period, place, notes)


def _series(data: Any, variable: str, *, observed: bool) -> pd.Series:
    """Return a variable by day, every day from the first to the last; without days of the climatology if so wished."""
    if variable not in VARIABLES:
        raise InputError([Problem("variable", variable, say("not_one_of", names=list(VARIABLES)))])
    table = getattr(data, "table", data)
    if "date" not in table or variable not in table:
        lost = "date" if "date" not in table else variable
        raise InputError([Problem(lost, None, say("is_missing"), say("columns_are", names=list(map(str, table))))])
    dates = pd.DatetimeIndex(pd.to_datetime(table["date"])).normalize()
    values = pd.Series(table[variable].to_numpy(float, na_value=np.nan), dates)
    if observed and "kind" in table:
        values = values.mask((table["kind"] == "climatology").to_numpy())
    if not values.index.is_unique:
        twice = values.index[values.index.duplicated()][0]
        raise InputError([Problem("date", str(twice.date()), say("stands_there_twice"), say("keep_one_row_a_day"))])
    return values.sort_index().asfreq("D")


def _sources(record: Any, variable: str) -> list[str]:
    """Return the sources of a record's days of the baseline, by how many days each gave."""
    table = getattr(record, "table", record)
    if "source" not in table:
        return []
    dates = pd.DatetimeIndex(pd.to_datetime(table["date"]))
    used = table[variable].notna().to_numpy() & (dates.year >= BASELINE[0]) & (dates.year <= BASELINE[1])
    if "kind" in table:
        used &= (table["kind"] != "climatology").to_numpy()
    counted = table.loc[used, "source"].dropna().astype(str).str.split("+").explode().value_counts()
    return [str(name) for name in counted.index]


def _years(record: pd.Series, period: pd.Series) -> pd.DataFrame:
    """Return the same days of each whole year of the baseline: a row a day of the period, a column a year.

    29 February is the mean of its neighbours in years that have none.
    """
    first = period.index[0].year
    found = {}
    for year in range(BASELINE[0], BASELINE[1] + 1):
        days, repeated = zip(*(_same_day(day, day.year - first + year) for day in period.index), strict=True)
        values = record.reindex(pd.DatetimeIndex(days)).to_numpy(float)
        if any(repeated):
            march = record.reindex(pd.DatetimeIndex(days) + pd.Timedelta(days=1)).to_numpy(float)
            values = np.where(repeated, (values + march) / 2, values)
        found[year] = values
    table = pd.DataFrame(found, index=period.index)
    asked = period.notna()
    return table.loc[:, table[asked].notna().mean() >= WHOLE]


def _same_day(day: pd.Timestamp, year: int) -> tuple[dt.date, bool]:
    """Return a day in another year, and whether it is 28 February for a 29th that is not there."""
    try:
        return dt.date(year, day.month, day.day), False
    except ValueError:
        return dt.date(year, 2, 28), True


def _of_years(variable: str, period: pd.Series, years: pd.DataFrame, notes: list[Text]) -> Normals:
    asked = period.notna().to_numpy()
    mean = years.mean(axis=1)
    filled = years.apply(lambda column: column.fillna(mean))
    gaps = int(years[asked].isna().sum().sum())
    if gaps:
        notes.append(say("missing_days_taken_as_normal", count=gaps))
    wanted = BASELINE[1] - BASELINE[0] + 1
    if len(years.columns) < wanted:
        key = "normal_of_fewer_years" if len(years.columns) >= ENOUGH * wanted else "normal_of_too_few_years"
        notes.append(say(key, count=len(years.columns), number=wanted, first=BASELINE[0], last=BASELINE[1]))
    sums = filled[asked].sum()
    table = pd.DataFrame({"date": period.index, "value": period.to_numpy(), "normal": _running(filled).mean(axis=1)})
    for share in (10, 50, 90):
        table[f"p{share}"] = np.percentile(_running(filled), share, axis=1)
    total, normal = float(period.sum()), float(sums.mean())
    below, same = float((sums < total - 1e-9).sum()), float((np.abs(sums - total) <= 1e-9).sum())
    return _put(
        variable, "archive", [int(year) for year in years.columns], table, sums, int(asked.sum()), total, normal,
        100 * (below + 0.5 * same) / len(sums) if len(sums) else np.nan, notes,
    )  # fmt: skip


def _running(years: pd.DataFrame) -> np.ndarray:
    """Return the running mean over `SMOOTH` days of each year; at both ends over the days there are."""
    smooth: np.ndarray = years.rolling(SMOOTH, center=True, min_periods=1).mean().to_numpy()
    return smooth


def _of_climatology(variable: str, period: pd.Series, site: Site, notes: list[Text]) -> Normals:
    """Compare with the embedded climatology, which has a mean of each day and no years."""
    days = climatology_days(site, Period(period.index[0].date(), period.index[-1].date()))
    asked = period.notna().to_numpy()
    usual = days[variable].to_numpy(float)
    table = pd.DataFrame({"date": period.index, "value": period.to_numpy(), "normal": usual})
    table[["p10", "p50", "p90"]] = np.nan
    return _put(
        variable, "climatology", [], table, pd.Series(dtype=float), int(asked.sum()), float(period.sum()),
        float(usual[asked].sum()), np.nan, notes,
    )  # fmt: skip


def climatology_days(site: Site, period: Period) -> pd.DataFrame:
    """Return ``eto`` and ``precipitation`` of days [mm day-1] of the embedded climatology, index ``date``."""
    from etolib.equations.tables import eto
    from etolib.sources import catalogue

    frame = catalogue.provider("climatology").fetch(site, period).frame
    usual = eto(frame[["tmin", "tmax", "ea", "u2", "rs"]], site)
    return pd.DataFrame({"eto": np.asarray(usual.eto, float), "precipitation": frame["precipitation"]}, frame.index)


def _put(
    variable: str, origin: str, years: list[int], table: pd.DataFrame, sums: pd.Series, days: int, total: float,
    normal: float, percentile: float, notes: list[Text],
) -> Normals:  # fmt: skip
    table = table.reset_index(drop=True).assign(anomaly=lambda rows: rows["value"] - rows["normal"])
    percent = 100 * total / normal if normal > 0 else np.nan
    return Normals(
        variable, origin, years, table, sums, days, total, normal, total - normal, percent, percentile, notes
    )


def calendar(data: Any, variable: str = "eto") -> pd.DataFrame:
    """Return a variable as a matrix for a heat map: a row a year, a column a day of the year.

    Parameters
    ----------
    data : Result or pandas.DataFrame
        ``date`` and the variable; any column of numbers.
    variable : str

    Returns
    -------
    pandas.DataFrame
        Index ``year``; columns ``MM-DD`` from 01-01 to 12-31 with 02-29, so that a day stands under the same column in
        every year. NaN: absent, not 0.

    >>> days = pd.DataFrame({"date": pd.date_range("2023-12-31", "2024-03-01"), "eto": 4.0})
    >>> matrix = calendar(days)
    >>> matrix.shape, matrix.loc[2024, "02-29"], matrix.loc[2023].notna().sum()
    ((2, 366), np.float64(4.0), np.int64(1))
    """
    table = getattr(data, "table", data)
    dates = pd.DatetimeIndex(pd.to_datetime(table["date"]))
    columns = [f"{day:%m-%d}" for day in pd.date_range("2000-01-01", "2000-12-31")]
    values = pd.Series(table[variable].to_numpy(float, na_value=np.nan), [dates.year, dates.strftime("%m-%d")])
    matrix = values.unstack().reindex(columns=columns)
    years = range(int(dates.year.min()), int(dates.year.max()) + 1)
    return matrix.reindex(years).rename_axis(index="year", columns="day")


def of_result(result: Result, record: Result | None = None) -> dict[str, Normals]:
    """Return the normals of ETo and rain of a result; of one that has no value the other alone."""
    found = {}
    for variable in VARIABLES:
        if result.table[variable].notna().any():
            found[variable] = normals(result, record, variable)
    return found
