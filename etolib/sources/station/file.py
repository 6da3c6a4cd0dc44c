"""An own weather station: CSV, TSV, Excel, NASA POWER, FAO AquaCrop and CLIMWAT files.

`guess` looks at a file and says what it takes each column for, and why; `read` applies that mapping, or the one a
person has corrected, and gives a source like any other. What cannot be right (a unit, a missing column, two stations
in one file) is refused with a sentence that says which.
"""

from __future__ import annotations

import datetime as dt
import math
from collections import Counter
from collections.abc import Iterable
from collections.abc import Mapping as MappingOf
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from etolib.dates import Dates
from etolib.equations.air import wind_speed_2m
from etolib.errors import InputError, Problem
from etolib.glance import ROWS, Glance, Told
from etolib.site import Period, Site
from etolib.sources import canonical, catalogue
from etolib.sources.base import SourceData
from etolib.sources.catalogue import KINDS, STATION, SourceInfo, Window
from etolib.sources.station import answers, codes, doubts, estimates, filled, flags, months, outliers, sequence
from etolib.sources.station import psychrometer as bulbs
from etolib.sources.station.cells import FILLS, is_empty, number, stand_ins
from etolib.sources.station.columns import Column, Known, Mapping
from etolib.sources.station.contents import content, open_table
from etolib.sources.station.dates import read_moments
from etolib.sources.station.guess import guess
from etolib.sources.station.judge import judge, judged
from etolib.sources.station.layout import Table
from etolib.sources.station.questions import Unanswered
from etolib.sources.station.rows import Clocked, days_of, several_a_day, without_running_totals
from etolib.sources.station.units import QUANTITY, UNITS
from etolib.sources.station.unstated import by_weather
from etolib.words import Text, join, say

__all__ = ["Column", "Mapping", "StationFile", "guess", "read"]


def read(
    file: str | Path | bytes,
    *,
    mapping: Mapping | None = None,
    filename: str | None = None,
    site: Site | None = None,
    station: str | None = None,
    columns: MappingOf[str, str] | None = None,
    units: MappingOf[str, str] | None = None,
    wind_height: float | None = None,
    dates: str | None = None,
    time_zone: float | str | None = None,
    stamps: str | None = None,
    hourly: str | None = None,
    psychrometer: str | None = None,
    sheet: str | None = None,
    format: str | None = None,
    known: Known | None = None,
) -> StationFile:
    """Read a file into a source like any other.

    Parameters
    ----------
    file : str, pathlib.Path or bytes
        Path, or the content itself.
    mapping : Mapping, optional
        What the columns are; default: `guess`.
    filename : str, optional
        Named in messages where ``file`` is the content.
    site : Site, optional
        Where the station stands, where the file does not say.
    station : str, optional
        Which station, where the file holds several.
    columns : mapping of str to str, optional
        What columns are, by their names in the file: a canonical variable, or "" for a column that is not to be used.
    units : mapping of str to str, optional
        Units of columns, by their names in the file, or by variable.
    wind_height : float, optional
        Height of the anemometer, where the file does not say it. [m]
    dates : str, optional
        How dates are written, where that is uncertain: ``"day first"``, ``"month first"``, ``"year first"``, or a form
        of ``strptime``.
    time_zone : float or str, optional
        Of a file of hours: from UTC (-6), or a name (``"America/Chicago"``), where neither the file nor its radiation
        tells. [h]
    stamps : {"begin", "end"}, optional
        Which end of its interval a row is stamped with, where the file does not say; of days too that are stamped 0:00.
    hourly : {"days", "sum"}, optional
        What becomes of hours: days of their means, extremes and sums; or also the ETo of each hour (FAO-56 Eq. 53,
        `etolib.eto_hourly`) summed over the day, in the column ``eto`` (and `StationFile.reference`) in the place of
        the file's own. What fusion computes is the daily equation either way.
    psychrometer : {"ventilated", "natural", "indoor"}, optional
        How air moves past the wet bulb, where the file has one beside its dry bulb: with a fan (Assmann, some 5 m/s),
        in a screen (some 1 m/s), indoors (FAO-56 Eq. 16).
    sheet : str, optional
        Which sheet of an Excel file, where several could be the station.
    format : str, optional
        Name of the format of the file (`etolib.sources.station.formats.FORMATS`), where it is not recognised.
    known : mapping, optional
        What you know of columns, all in one (`etolib.sources.station.columns.Known`), where no mapping is given.

    Returns
    -------
    StationFile

    Raises
    ------
    InputError
        Naming the column, unit, row or station that is wrong.

    Examples
    --------
    >>> source = read(b"date,tmax_F,tmin_F\\n2024-02-28,86,68\\n2024-02-29,77,59\\n")
    >>> source.frame["tmax"].tolist()
    [30.0, 25.0]
    """
    said = answers.whole(known, dates, time_zone, stamps, hourly, format, psychrometer, sheet)
    if mapping is not None:
        said = {name: dict(facts) for name, facts in mapping.known.items()}
    whole = said.get("", {})
    data, name = content(file, filename)
    table = open_table(data, name, whole.get("table"), whole.get("sheet"))
    if mapping is None:
        latitude = None if site is None else site.latitude
        mapping = answers.applied(table, latitude, said, columns or {}, units or {}, wind_height)
    return of_table(table, name, mapping, said, site, station)


def of_table(
    table: Table, name: str, mapping: Mapping, said: Known, site: Site | None = None, station: str | None = None
) -> StationFile:
    """Return the source of a table that was opened and mapped; ``name`` of its file, the others as `read` has them."""
    mapping = replace(mapping, station=station or mapping.station)
    if table.monthly is not None:
        return StationFile(table.monthly, name, place_of(table, mapping, site), mapping, monthly=True)
    if not table.rows:
        raise InputError([Problem("file", name, say("has_no_rows"))])
    if unanswered := [question for question in mapping.questions if question.assumed is None]:
        raise Unanswered(unanswered)
    flagged = flags.applied(_one_station(table, mapping, station, name), mapping)
    table = flagged.table
    place = place_of(table, mapping, site)
    moments = read_moments(table, {c.variable: c.index for c in mapping.columns if c.variable}, mapping.date_format)
    station_file = StationFile(pd.DataFrame(), name, place, mapping)
    if several_a_day(moments):
        return _from_hours(station_file, table, moments, answers.clock(said), flagged)
    return _from_days(station_file, table, moments, answers.clock(said), flagged)


def _from_days(
    station: StationFile, table: Table, moments: Dates, said: Clocked, flagged: flags.Flagged
) -> StationFile:
    """Return the station with its rows as days."""
    mapping, place = station.mapping, station.site
    warnings: list[Text] = list(flagged.notes)
    days, mapping = _days(table, mapping, moments, station.filename, said.stamps, warnings)
    values, problems = _values(table, mapping, warnings)
    if not problems and not {"tmin", "tmax"} <= values.keys():
        problems.append(Problem("file", station.filename, say("no_columns_for_tmin_and_tmax")))
    problems = problems or _without_values(mapping, values, table)
    if problems:
        raise InputError(problems)
    codes.empty_zero_days(values, warnings)
    raw = canonical.table(days, values, warnings)
    frame = codes.without(raw, warnings)
    if (likelier := by_weather(mapping, frame, place)) is not mapping:
        return _from_days(replace(station, mapping=likelier), table, moments, said, flagged)
    marked = estimates.of_rows(table, mapping, values)
    frame, mapping, odd = _judged(frame, place, mapping)
    found = (
        doubts.of_days(days, flagged.of_rows(mapping, values)),
        codes.too_often(frame, raw, warnings),
        codes.without_signs(raw, warnings),
        filled.lines(frame, warnings),
        filled.numbers(frame, warnings),
        filled.copies(frame, warnings),
    )
    station = replace(station, estimated=estimates.of_days(days, marked), doubtful=_doubtful(found, frame, warnings))
    told = (*_told(mapping), *odd, *estimates.told(marked), *warnings)
    return replace(station, frame=frame, mapping=mapping, warnings=told)


def _without_values(mapping: Mapping, values: MappingOf[str, Any], table: Table) -> list[Problem]:
    """Return what is said of extremes of temperature of which every cell is empty: no day can be computed of them."""
    names = {c.variable: c.name for c in mapping.columns}
    empty = [names.get(name, name) for name in ("tmin", "tmax") if np.isnan(values[name]).all()]
    hint = say("save_formulas") if table.delimiter == "" else say("look_at_the_column")
    return [Problem(say("column_named", name=repr(name)), None, say("is_empty_throughout"), hint) for name in empty]


def _judged(frame: pd.DataFrame, place: Site | None, mapping: Mapping) -> tuple[pd.DataFrame, Mapping, list[Text]]:
    """Return the columns that are weather, the mapping without the others, and what is said of those that are odd."""
    columns = {str(name): frame[name].to_numpy(float) for name in frame.columns}
    verdicts = judge(columns, pd.DatetimeIndex(frame.index), place, mapping)
    problems = [verdict.problem for verdict in verdicts if verdict.problem is not None]
    asked = [v.question for v in verdicts if v.question is not None and v.question.assumed is None]
    if problems or asked:
        raise Unanswered(asked, problems)
    out = [verdict.variable for verdict in verdicts if verdict.action == "leave out"]
    frame, mapping = bulbs.completed(frame.drop(columns=out), judged(mapping, verdicts))
    return frame, mapping, [v.text for v in verdicts if v.action == "say"]


def _told(mapping: Mapping) -> list[Text]:
    return [*mapping.notes, *(question.text for question in mapping.questions)]


def _from_hours(
    station: StationFile, table: Table, moments: Dates, said: Clocked, flagged: flags.Flagged
) -> StationFile:
    """Return the station with the days of its rows, and the questions of their clock."""
    mapping, place = station.mapping, station.site
    warnings: list[Text] = list(flagged.notes)
    columns, problems = _values(table, mapping, warnings)
    if problems:
        raise InputError(problems)
    marked = estimates.of_rows(table, mapping, columns)
    if "tmean" not in columns and "tdry" in columns:
        columns["tmean"] = columns["tdry"]
    warnings += without_running_totals(mapping, columns)
    sequence.refuse_year(moments.days.tolist())
    if (again := filled.repeated(columns, moments.moments)).any():
        warnings.append(say("rows_repeat", count=int(again.sum())))
        columns = {name: np.where(again, math.nan, values) for name, values in columns.items()}
    columns = filled.without_still(columns, moments.moments, warnings)
    days = days_of(table, mapping, moments, columns, place, said, station.filename)
    if (likelier := by_weather(mapping, days.frame, place, of_hours=True)) is not mapping:
        return _from_hours(replace(station, mapping=likelier), table, moments, said, flagged)
    frame, mapping, odd = _judged(days.frame, place, mapping)
    if days.questions:  # every value of a day rests on where the day begins
        mapping = replace(
            mapping,
            columns=tuple(replace(c, guessed=c.guessed or c.variable in QUANTITY) for c in mapping.columns),
            questions=(*mapping.questions, *days.questions),
        )
    mapping = replace(mapping, notes=(*mapping.notes, *days.notes))
    local = None if place is None or days.clock.zone is None else canonical.solar_day(place)
    found = (days.doubtful, doubts.of_days(moments.days, flagged.of_rows(mapping, columns)))
    doubtful = _doubtful(found, frame, warnings)
    told = (*_told(mapping), *odd, *estimates.told(marked), *warnings)
    station = replace(station, estimated=estimates.of_days(moments.days, marked), doubtful=doubtful)
    return replace(station, frame=frame, mapping=mapping, warnings=told, day=local or station.day)


def _doubtful(found: Iterable[doubts.Doubts], frame: pd.DataFrame, warnings: list[Text]) -> doubts.Doubts:
    """Return the doubtful days of a file, with those after today, of which ``warnings`` are told."""
    return doubts.merged((*found, doubts.after_today(frame, warnings)))


def _days(
    table: Table, mapping: Mapping, moments: Dates, name: str, stamps: str | None, warnings: list[Text]
) -> tuple[list[dt.date], Mapping]:
    """Return the day of each row, and the mapping with what is asked of them; InputError for several rows of a day."""
    at = {c.variable: c.index for c in mapping.columns if c.variable}
    dates = moments.days.tolist()
    if len(set(dates)) < len(dates):
        twice = next(day for day, count in Counter(dates).items() if count > 1)
        hourly = moments.timed or "hour" in at
        rule, hint = ("several_rows_for", "make_daily_values") if hourly else ("two_rows_for", "keep_one_row_a_day")
        raise InputError([Problem("file", name, say(rule, date=twice), say(hint))])
    sequence.refuse(dates, name)
    stamped = sequence.of_stamps(table, at, moments, stamps, warnings)
    asked = [stamped.question] if stamped.question else []
    return stamped.days, replace(mapping, questions=(*mapping.questions, *asked))


def _values(table: Table, mapping: Mapping, warnings: list[Text]) -> tuple[dict[str, Any], list[Problem]]:
    """Return the columns in canonical units, and what is wrong with them; ``warnings`` grows by cells left out."""
    problems: list[Problem] = []
    columns: dict[str, Any] = {}
    for c in mapping.columns:
        if c.variable is None or c.variable not in QUANTITY:
            continue
        units = UNITS[QUANTITY[c.variable]]
        if c.unit is None or c.unit not in units:
            thing = say("column_named", name=repr(c.name))
            problems.append(Problem(thing, c.unit, say("has_no_unit_of", units=list(units))))
            continue
        raw = table.written(c)
        odd = [text for text, v in zip(table.cells(c), raw, strict=True) if math.isnan(v) and not is_empty(text)]
        if odd:
            warnings.append(say("cells_without_number", name=repr(c.name), count=len(odd), example=repr(odd[0][:20])))
        if rare := [value for value in stand_ins(raw) if value not in FILLS]:
            count, example = int(np.isin(raw, rare).sum()), ", ".join(f"{v:.6g}" for v in rare[:3])
            warnings.append(say("cells_stand_for_none", name=repr(c.name), count=count, example=example))
        factor, offset = units[c.unit]
        numbers = table.numbers(c)
        if (other := codes.written_otherwise(c.variable, table.cells(c), numbers)).any():
            count, value = int(other.sum()), table.cells(c)[int(np.argmax(other))].strip()
            warnings.append(say("written_otherwise", name=repr(c.name), count=count, value=value))
        values = np.where(other, math.nan, numbers) * factor + offset
        if c.variable == "u2" and (c.height or 2.0) != 2.0:
            values = values * float(wind_speed_2m(1.0, c.height))
        columns[c.variable] = values
    return columns, problems


def place_of(table: Table, mapping: Mapping, site: Site | None = None) -> Site | None:
    """Return where the station stands: as given, else from the file."""
    if site is not None:
        return site
    facts = dict(table.facts)
    for c in mapping.columns:
        if c.variable in ("latitude", "longitude", "elevation") and table.rows:
            value = number(table.rows[0][c.index], table.decimal)
            if math.isfinite(value):
                facts[c.variable] = value
    if "latitude" not in facts or "longitude" not in facts:
        return None
    try:
        return Site(facts["latitude"], facts["longitude"], facts.get("elevation"))
    except InputError:
        return None


def _one_station(table: Table, mapping: Mapping, wanted: str | None, name: str) -> Table:
    """Return the rows of one station; InputError where the file holds several and none was named."""
    for c in (c for c in mapping.columns if c.variable == "station"):
        known = list(dict.fromkeys(row[c.index] for row in table.rows if row[c.index]))
        if wanted is not None and wanted in known:
            return replace(table, rows=[row for row in table.rows if row[c.index] == wanted])
        if wanted is not None:
            hint = say("it_holds", names=known[:10])
            raise InputError([Problem("station", wanted, say("station_not_in", name=name), hint)])
        if len(known) > 1:
            more = len(known) - 5
            shown = join(", ", known) if more <= 0 else say("names_and_more", names=known[:5], more=more)
            thing, rule = say("column_named", name=repr(c.name)), say("names_several_stations", count=len(known))
            raise InputError([Problem(thing, shown, rule, say("keep_one_station"))])
    return table


@dataclass(repr=False)
class StationFile(Glance):
    """A station's own data as a source: ``info``, ``fetch``, and the whole ``frame``.

    ``frame`` holds canonical columns by day (by month 1 to 12 where ``monthly``); a column ``eto`` of the file is its
    own ETo, a reference to compare with and never an input. ``estimated`` are by variable the days of which the network
    itself says that it estimated them, as ISO text; ``doubtful`` those of which it is not sure what was measured.
    """

    frame: pd.DataFrame
    filename: str
    site: Site | None
    mapping: Mapping
    monthly: bool = False
    warnings: tuple[Text, ...] = ()
    day: str = "as in the file"
    estimated: MappingOf[str, tuple[str, ...]] = field(default_factory=dict)
    doubtful: MappingOf[str, tuple[str, ...]] = field(default_factory=dict)

    def _told(self) -> Told:
        shown = self.frame.head(ROWS).reset_index()
        return Told(self.filename, self.explain(), shown, count=len(self.frame))

    @property
    def reference(self) -> pd.Series | None:
        """The file's own ETo [mm day-1], None where it has none."""
        return self.frame.get("eto")

    @property
    def guessed(self) -> list[str]:
        """The variables that rest on a guess nobody has confirmed."""
        if any(question.parameter in ("dates", "stamps") for question in self.mapping.questions):
            return [str(name) for name in self.frame]  # every value is that of another day
        names = {c.variable for c in self.mapping.columns if c.guessed}
        names |= {"a_psy" for question in self.mapping.questions if question.parameter == "psychrometer"}
        if "tdry" in names and "tmean" not in {c.variable for c in self.mapping.columns}:
            names.add("tmean")
        within = {"tmean": ("tmin", "tmax"), "rhmean": ("rhmin", "rhmax")}  # of rows that are hours
        names |= {name for mean, extremes in within.items() if mean in names for name in extremes}
        return [str(name) for name in self.frame if name in names]

    def at(self, site: Site) -> StationFile:
        """Return the file as judged at a place, where it does not say its own: the sun and the climate there tell more.

        Raises
        ------
        InputError
            Where a temperature cannot be one of that place, most often because it is in another unit.

        Examples
        --------
        >>> fahrenheit = read(b"date,tmax (C),tmin (C)\\n2023-01-05,39,25\\n2023-01-06,41,27\\n2023-01-07,41,27\\n")
        >>> fahrenheit.at(Site(52.0, 13.0))
        Traceback (most recent call last):
        ...
        etolib.sources.station.questions.Unanswered: column 'tmax (C)' = 39 to 41: cannot be right: 41 °C in January ...
        """
        if self.site is not None or self.monthly:
            return self
        frame, mapping, odd = _judged(self.frame, site, self.mapping)
        before = {str(text) for text in self.warnings}
        more = [text for text in (*_told(mapping), *odd) if str(text) not in before]
        return replace(self, frame=frame, mapping=mapping, warnings=(*self.warnings, *more))

    def explain(self) -> list[Text]:
        """Return everything about the file in sentences: what it was taken for, its place and days, what is uncertain.

        >>> station = read(b"date,tmax_F,tmin_F\\n2024-02-28,86,68\\n2024-02-29,77,59\\n", filename="a.csv")
        >>> for sentence in station.explain():
        ...     print(sentence)
        columns separated by ',', decimal point, dates as YYYY-MM-DD
        'date' is taken for date (its name 'date')
        'tmax_F' is taken for tmax in °F (its name 'tmax_F')
        'tmin_F' is taken for tmin in °F (its name 'tmin_F')
        where the station stands is not said in the file
        2 days, 2024-02-28 to 2024-02-29
        """
        asked = {str(question.text) for question in self.mapping.questions}  # each is told once, at the end
        lines = [line for line in self.mapping.explain() if str(line) not in asked]
        if self.site is None:
            lines.append(say("station_place_unknown"))
        else:
            lines.append(say("station_stands_at", place=str(self.site)))
        if self.monthly:
            lines.append(say("twelve_monthly_means"))
        else:
            first, last = (day.date().isoformat() for day in self.frame.index[[0, -1]])
            lines.append(say("days_of_file", count=len(self.frame), first=first, last=last))
            for name in self.frame.columns:
                if missing := int(self.frame[name].isna().sum()):
                    lines.append(say("missing_on_days", variable=str(name), count=missing))
        said = {*map(str, lines), *asked}
        lines += [line for line in self.warnings if str(line) not in said]
        return lines + [say("answered_by", name=q.parameter, text=q.text) for q in self.mapping.questions]

    @property
    def info(self) -> SourceInfo:
        """What the file promises."""
        window = catalogue.OWN.window
        if not self.monthly:
            window = Window(self.frame.index[0].date(), self.frame.index[-1].date())
        return replace(
            catalogue.OWN,
            title=say("own_station_file", name=self.filename),
            provides=tuple(name for name in self.frame.columns if name != "eto"),
            window=window,
            attribution=say("own_data", name=self.filename),
        )

    def fetch(self, site: Site, period: Period) -> SourceData:
        """Return the days of ``period`` that the file holds; `SourceWindowError` where it holds none."""
        info = self.info
        today = dt.date.max
        inside = info.clip(period, today)
        warnings = list(self.warnings)
        canonical.clipped(period, inside, info.title, warnings)
        inputs = self.frame.drop(columns="eto", errors="ignore")
        if self.monthly:
            inputs = months.days_of_months(inputs, inside)
            warnings.append(say("of_source", source=info.title, sentence=say("monthly_means_as_smooth_year")))
        else:
            inside_days = inputs.loc[str(inside.start) : str(inside.end)]
            inputs = outliers.without(inside_days, self.site or site, warnings, info.title)
        frame = canonical.finish(inputs, inside, today=today, forecast=False, warnings=warnings, named=info.title)
        if frame.drop(columns="kind").isna().all(axis=None):
            canonical.require(info.name, frame, ("tmin", "tmax"))
        frame = frame.assign(**{name: np.nan for name in ("tmin", "tmax") if name not in frame})
        soil_heat = None
        if self.monthly:
            frame["kind"] = KINDS[-1]
            soil_heat = months.soil_heat_flux(self.frame).tolist()
            frame[months.SOIL_HEAT] = months.of_days(soil_heat, pd.DatetimeIndex(frame.index))
            if self.reference is not None and site.elevation is not None:
                sentence = months.compared(self.frame, site)
                warnings.append(say("of_source", source=info.title, sentence=sentence))
        distance, place = None, self.site
        if place is not None:
            distance = round(canonical.distance_km(site.latitude, site.longitude, place.latitude, place.longitude), 2)
        if distance is not None and distance > 25:
            far = say("station_far_away", distance=f"{distance:.0f}")
            warnings.append(say("of_source", source=info.title, sentence=far))
        wind = next((c.height for c in self.mapping.columns if c.variable == "u2"), None)
        meta = {
            "source": STATION, "title": info.title, "model": "measured" if not self.monthly else "monthly means",
            "requested": {"latitude": site.latitude, "longitude": site.longitude},
            "latitude": None if place is None else place.latitude,
            "longitude": None if place is None else place.longitude,
            "elevation": None if place is None else place.elevation,
            "distance_km": distance, "day": self.day, "retrieved": None, "url": None, "from_cache": False,
            "stale": False, "attribution": info.attribution, "licence": catalogue.words(info.licence), "estimated": [],
            "wind": "none" if wind is None else "at 2 m" if wind == 2.0 else f"{wind:g} m brought to 2 m",
            "mapping": self.mapping.explain(), "station": self.mapping.station,
            "known": {name: dict(said) for name, said in self.mapping.known.items()},
            "guessed": self.guessed,
            "estimated_days": doubts.within(self.estimated, inside),
            "doubtful_days": doubts.within(self.doubtful, inside),
            "soil_heat_flux_of_months": soil_heat,
        }  # fmt: skip
        return SourceData(STATION, frame, meta, warnings)
