"""Faults of a source: named checks that find what no single day shows, and what is then left out.

A wrong *day* is masked (one cell, the other source stands in). A wrong *column* or *source* is put in quarantine: a
gate per day is not enough for a fault that is there every day. No check needs a reference.

| check           | finds                                     | evidence                                         |
|-----------------|-------------------------------------------|--------------------------------------------------|
| impossible      | -999, humidity 300 %, Tmin above Tmax     | bounds of the variable table                     |
| swapped_columns | two columns exchanged                     | levels match crosswise, Tmin mostly above Tmax   |
| radiation_units | W m-2, kWh, cal cm-2 called MJ m-2 day-1  | clear days against extraterrestrial radiation    |
| stuck           | a sensor that repeats a value             | runs too long for chance                         |
| other_place     | the file of another place                 | anomalies do not follow those of other sources   |
| day_shift       | a file one day early or late              | anomalies follow better a day apart              |
| wind_maximum    | daily maximum called mean                 | level and shape against the other source         |
| wind_level      | wind in km/h, or otherwise far off        | level against the other source                   |
| wind_height     | wind at 10 m called 2 m                   | ratio to the column at 10 m, where there is one  |
| spike           | single wild values                        | difference to the other source, and own climate  |

Wind at 10 m called 2 m is 1.34 times too high. Two reanalyses differ by 0.66 to 1.05 over the places looked at, so
another source alone cannot prove it; `wind_height` needs the column it was made from.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from etolib.equations.air import wind_speed_2m
from etolib.equations.radiation import extraterrestrial_radiation
from etolib.fusion.members import HUMIDITY, TEMPERATURE, possible
from etolib.site import Site

WHOLE = "all"
"""In a `Finding`: every variable of the source."""

NOT_WEATHER = ("climatology",)
"""Sources that hold no single days; they are not compared."""

MIN_DAYS = 90
"""Days two sources must share before one is judged by the other: a season; below it a correlation may be chance."""

LEAST_CORRELATION = 0.3
"""Median correlation of anomalies (Tmax, Tmin, humidity, radiation, wind) below which two files are not of one place.
Two reanalyses of one place: 0.53 to 0.78 (12 places). A wrong place: 0.02. The limit lies nearer the wrong side, and a
month of days can still tell the two apart."""

LAND_LINK = 0.2
"""Least correlation of diurnal range with clearness over land: sun warms the day and clear sky cools the night.
Over 12 places 0.43 to 0.81; over sea it vanishes or turns round (-0.35)."""

SHIFT_MARGIN = 0.1
"""How much better anomalies must follow a day apart. In step they follow 0.1 to 0.3 better the same day."""

SWAP_APART, SWAP_TOGETHER = 1.5, 5.0
"""Two columns are exchanged where each median lies 1.5 robust deviations or more from its own of the other source, both
together 5, and within 1.5 of the other column's. Good files: each within 1."""

WIND_MAXIMUM = ((1.4, 0.10), (1.55, 0.05))
"""A maximum is suspected where the ratio to another source's median wind exceeds the first number and the 10th
percentile over the median exceeds the other source's by the second: maxima of a day know no calm. Two means of one
place: ratio 0.66 to 1.05 (1.5 the other way round) with -0.08 to 0.08. A daily maximum is 2.3 to 3.5 times the mean,
so 1.5 times or more the other source's, with 0.15 to 0.22; the higher the level, the less the shape has to prove."""

WIND_FAR = 2.0
"""Ratio of medians two means of one place do not reach (0.66 to 1.05, so 1.5 the other way round); km/h for m/s gives
3.6 and mph 2.2 on top of it."""

CLEAR_DAYS = 0.9
"""Quantile of Rs/Ra that stands for clear days: high enough to be clear; a tenth of the days may be wild."""

RADIATION_RATIO = (0.25, 1.0)
"""Bounds of that quantile of Rs/Ra: a clear day gives 0.65 to 0.80 anywhere. kWh gives 0.2, W m-2 gives 9."""

HEIGHT_TOLERANCE = 0.08
"""Relative tolerance of the ratio of u2 to u10 around 1 (same height) and 0.748 (FAO-56 Eq. 47)."""

SPIKE = {"tmin": 5.0, "tmax": 5.0, "tmean": 5.0, "rhmean": 5.0, "u2": 5.0, "rs": 6.0}
"""Gate on the difference of two sources, in robust standard deviations of the month. Normal errors would allow 4;
these differences have heavier tails, radiation most. Lowered until one more simulated fault found (of 5 % of days)
costs one good value: 6 and 8 find 3.9 % and lose 0.05 %, 5 and 6 find 4.5 % and lose 0.25 %, 4.5 and 5.5 find 4.7 %
and lose 0.47 %. A value lost is replaced by the other source's."""

SPIKE_OWN = 3.0
"""A spike must also be strange in its own source's climate; that decides which of the two is wrong."""

SPIKE_ALONE = 10.0
"""Gate on a source's own climate, where no other source has the day."""

STUCK_CHANCE = 1e-3
"""A run is stuck where a record of that length should hold one less often than this by chance."""

STUCK_LEAST = 5
"""Shortest run called stuck."""

MANY = 0.2
"""Share of stuck or impossible days from which a column is put in quarantine."""

TRUST = ("nasa_power",)
"""Kept where two sources contradict each other and nothing else decides: the one with satellite radiation, because
its loss costs more (RMSE 0.58 against 0.40 mm/day when the other is left alone, learnt to 2005)."""


@dataclass(frozen=True)
class Finding:
    """One fault.

    Attributes
    ----------
    source, variable : str
        Where; variable `WHOLE` for all.
    check : str
        Name of the check.
    action : str
        ``quarantine`` (column left out), ``mask`` (cells left out) or ``note``.
    value, limit : float
        What was found, and the threshold it passed.
    days : int
        Days concerned.
    message : str
        One sentence.
    """

    source: str
    variable: str
    check: str
    action: str
    value: float
    limit: float
    days: int
    message: str


@dataclass
class Report:
    """Findings, and the tables with what was found left out.

    Attributes
    ----------
    frames : dict of str to pandas.DataFrame
    findings : list of Finding
    """

    frames: dict[str, pd.DataFrame]
    findings: list[Finding] = field(default_factory=list)

    @property
    def quarantined(self) -> list[Finding]:
        """Findings that put a column or a source in quarantine."""
        return [finding for finding in self.findings if finding.action == "quarantine"]

    def masked(self, source: str) -> int:
        """Return how many cells of a source single-day checks left out."""
        return sum(f.days for f in self.findings if f.source == source and f.action == "mask")


def check(frames: Mapping[str, pd.DataFrame], site: Site) -> Report:
    """Check the sources of one place, each alone and each against the others.

    Parameters
    ----------
    frames : mapping of str to pandas.DataFrame
        Canonical daily tables on one date index.
    site : Site
        Latitude is needed.

    Returns
    -------
    Report
        Its tables have NaN where something was left out; the tables given are not changed.
    """
    report = Report({name: frame.copy() for name, frame in frames.items()})
    if not frames or len(next(iter(frames.values()))) == 0:
        return report
    weather = [name for name in frames if name not in NOT_WEATHER]
    swapped_columns(report, weather)
    for name in weather:  # before single days are judged: in a wrong unit every day is impossible
        radiation_units(report, name, site)
    impossible(report)
    for name in weather:
        wind_height(report, name)
        stuck(report, name)
    if len(next(iter(frames.values()))) < MIN_DAYS:
        return report  # what follows judges no fewer days; a forecast is spared the work
    other_place(report, weather, site)
    day_shift(report, weather)
    wind_statistic(report, weather)
    spikes(report, weather)
    return report


def impossible(report: Report) -> None:
    """Mask what cannot be weather."""
    for name, frame in report.frames.items():
        clean = possible(frame)
        gone = frame.notna() & clean.isna()
        report.frames[name] = clean
        for variable in gone.columns[gone.any()]:
            days = int(gone[variable].sum())
            text = f"{variable} holds impossible values on {days} days"
            if days > MANY * int(frame[variable].notna().sum()) and days >= MIN_DAYS:
                _quarantine(report, name, str(variable), "impossible", days, MANY, text)
            else:
                _tell(report, name, str(variable), "impossible", "mask", days, 0, days, text)


def swapped_columns(report: Report, names: Sequence[str]) -> None:
    """Put exchanged columns in quarantine: crosswise levels, or Tmin above Tmax on most days."""
    for name in names:
        frame = report.frames[name]
        if {"tmin", "tmax"} <= set(frame):
            both = frame["tmin"].notna() & frame["tmax"].notna()
            share = float((frame["tmin"] > frame["tmax"])[both].mean()) if both.any() else 0.0
            if share > 0.5:
                for variable in ("tmin", "tmax"):
                    _quarantine(
                        report, name, variable, "swapped_columns", share, 0.5, "Tmin lies above Tmax on most days"
                    )
    variables = ("tmin", "tmax", "rhmean", "u2", "rs")
    levels = {name: _levels(report.frames[name], variables) for name in names}
    for name, other in itertools.permutations(names, 2):
        mine, theirs = levels[name], levels[other]
        for first, second in itertools.combinations(variables, 2):
            if not all(v in mine and v in theirs for v in (first, second)):
                continue
            own = [_apart(mine[v], theirs[v]) for v in (first, second)]
            crossed = max(_apart(mine[first], theirs[second]), _apart(mine[second], theirs[first]))
            if min(own) > SWAP_APART and sum(own) > SWAP_TOGETHER and crossed < SWAP_APART:
                if name != _less_possible(report, name, other):
                    continue
                for variable in (first, second):
                    text = f"{first} and {second} hold each other's values"
                    _quarantine(report, name, variable, "swapped_columns", crossed, SWAP_APART, text)


def _levels(frame: pd.DataFrame, variables: Sequence[str]) -> dict[str, tuple[float, float]]:
    """Return median and robust deviation of the columns with at least `MIN_DAYS` values."""
    out = {}
    for variable in variables:
        if variable in frame and (values := frame[variable].dropna().to_numpy(float)).size >= MIN_DAYS:
            centre = float(np.median(values))
            out[variable] = (centre, 1.4826 * float(np.median(np.abs(values - centre))))
    return out


def _apart(one: tuple[float, float], two: tuple[float, float]) -> float:
    """Return the distance of two medians in robust deviations of the second."""
    return abs(one[0] - two[0]) / max(two[1], 1e-6)


def _less_possible(report: Report, one: str, two: str) -> str:
    """Return which of two sources has levels no climate has; the less trusted where that does not tell."""

    def strange(frame: pd.DataFrame) -> bool:
        level = frame.median(numeric_only=True)
        return bool(
            level.get("tmin", 0.0) >= level.get("tmax", 1.0)
            or level.get("tmax", 20.0) > 50
            or level.get("u2", 2.0) > 12
            or not 2 <= level.get("rs", 15.0) <= 38
        )

    first, second = strange(report.frames[one]), strange(report.frames[two])
    if first != second:
        return one if first else two
    return two if one in TRUST else one


def radiation_units(report: Report, name: str, site: Site) -> None:
    """Put radiation in quarantine whose clear days do not lie where clear days lie; mask days above the sun's own."""
    frame = report.frames[name]
    if "rs" not in frame:
        return
    ratio = frame["rs"] / extraterrestrial(frame, site)
    low, high = RADIATION_RATIO
    if ratio.notna().sum() >= MIN_DAYS // 3:
        clear = float(ratio.quantile(CLEAR_DAYS))
        # A month may be overcast throughout; a season is not, anywhere on land.
        if clear > high or (clear < low and ratio.notna().sum() >= MIN_DAYS):
            text = f"clear days reach {clear:.2f} of extraterrestrial radiation; {_unit_guess(clear)}"
            _quarantine(report, name, "rs", "radiation_units", clear, low if clear < low else high, text)
            return
    above = ratio > high
    if above.any():
        frame.loc[above, "rs"] = np.nan
        text = f"radiation lies above that at the top of the atmosphere on {int(above.sum())} days"
        _tell(report, name, "rs", "impossible", "mask", float(ratio.max()), high, int(above.sum()), text)


def _unit_guess(clear: float) -> str:
    factors = {"W m-2": 1 / 0.0864, "kWh m-2 day-1": 1 / 3.6, "cal cm-2 day-1": 1 / 0.041868, "J cm-2 day-1": 100.0}
    unit, factor = min(factors.items(), key=lambda item: abs(np.log(clear / (0.73 * item[1]))) if clear > 0 else 1e9)
    return (
        f"it looks like {unit}" if clear > 0 and abs(np.log(clear / (0.73 * factor))) < 0.3 else "the unit is unknown"
    )


def wind_height(report: Report, name: str) -> None:
    """Put wind in quarantine that is called 2 m and equals the column at 10 m."""
    frame = report.frames[name]
    if not {"u2", "u10"} <= set(frame):
        return
    ratio = (frame["u2"] / frame["u10"].where(frame["u10"] > 0.5)).dropna()
    if len(ratio) and abs(float(ratio.median()) - 1) < HEIGHT_TOLERANCE:
        text = f"u2 equals the wind at 10 m; it should be {float(wind_speed_2m(1.0, 10.0)):.3f} of it"
        _quarantine(report, name, "u2", "wind_height", float(ratio.median()), 1 - HEIGHT_TOLERANCE, text)


def stuck(report: Report, name: str) -> None:
    """Mask runs of one value that are too long for chance; a column that is often stuck goes in quarantine."""
    frame = report.frames[name]
    for variable in ("tmin", "tmax", "rhmean", "u2", "rs"):
        if variable not in frame or frame[variable].notna().sum() < MIN_DAYS:
            continue
        values = frame[variable].to_numpy(float)
        length = np.where(_at_rest(values, variable), 0, run_lengths(values))
        short = length < STUCK_LEAST
        equal = (length > 1) & short
        chance = min(max(float(equal.sum()) / max(int(short.sum()), 1), 0.01), 0.9)
        least = max(STUCK_LEAST, 1 + int(np.ceil(np.log(STUCK_CHANCE / len(values)) / np.log(chance))))
        bad = length >= least
        days = int(bad.sum())
        if not days:
            continue
        if days > MANY * np.isfinite(values).sum():
            text = f"repeats values for {least} days and more on {days} days"
            _quarantine(report, name, variable, "stuck", days, least, text)
        else:
            frame.loc[bad, variable] = np.nan
            text = f"{variable} stands still for {least} days or more"
            _tell(report, name, variable, "stuck", "mask", int(length[bad].max()), least, days, text)


def _at_rest(values: np.ndarray, variable: str) -> np.ndarray:
    """Return where a value may well last: fog, polar night, calm."""
    if variable == "rhmean":
        return values >= 97
    return values <= 0.1 if variable in ("rs", "u2") else np.zeros(len(values), bool)


def run_lengths(values: np.ndarray) -> np.ndarray:
    """Return for each day the length of the run of equal values it belongs to; 0 where absent.

    >>> run_lengths(np.array([1.0, 1.0, 2.0, np.nan, 2.0])).tolist()
    [2, 2, 1, 0, 1]
    """
    change = np.ones(len(values), bool)
    change[1:] = values[1:] != values[:-1]
    run = np.cumsum(change) - 1
    return np.where(np.isfinite(values), np.bincount(run)[run], 0)


def other_place(report: Report, names: Sequence[str], site: Site) -> None:
    """Put the source in quarantine whose anomalies follow those of no other."""
    follow: dict[str, list[float]] = {name: [] for name in names}
    odd = {name: anomalies(report.frames[name]) for name in names}
    for one, two in itertools.combinations(names, 2):
        if (value := agreement(odd[one], odd[two])) is not None:
            follow[one].append(value)
            follow[two].append(value)
    strangers = [name for name in names if follow[name] and max(follow[name]) < LEAST_CORRELATION]
    if len(strangers) == 2 and len([n for n in names if follow[n]]) == 2:
        strangers = _less_plausible(report, strangers, site)
    for name in strangers:
        text = f"its weather does not follow that of any other source (correlation {max(follow[name]):.2f})"
        _quarantine(report, name, WHOLE, "other_place", max(follow[name]), LEAST_CORRELATION, text)


def anomalies(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the anomalies of the variables two sources are compared by."""
    return pd.DataFrame({v: anomaly(frame[v]) for v in ("tmax", "tmin", "rhmean", "rs", "u2") if v in frame})


def agreement(one: pd.DataFrame, two: pd.DataFrame, lag: int = 0) -> float | None:
    """Return the median correlation of two tables of anomalies, None with fewer than `MIN_DAYS` shared days.

    ``lag`` moves the first table by days.
    """
    found = []
    for variable in one.columns.intersection(two.columns):
        a, b = one[variable].shift(lag).to_numpy(float), two[variable].to_numpy(float)
        both = np.isfinite(a) & np.isfinite(b)
        if both.sum() >= MIN_DAYS and a[both].std() > 0 and b[both].std() > 0:
            found.append(float(np.corrcoef(a[both], b[both])[0, 1]))
    return float(np.median(found)) if found else None


def _less_plausible(report: Report, pair: list[str], site: Site) -> list[str]:
    """Return which of two sources that contradict each other to leave out: the one less like land, else the less
    trusted; a station of the user's is never judged by one grid alone."""
    links = {name: land_link(report.frames[name], site) for name in pair}
    low = [name for name in pair if links[name] < LAND_LINK]
    if len(low) == 1:
        return low
    if "station" in pair:
        text = "the station and the only other source contradict each other; neither was left out"
        _tell(report, "station", WHOLE, "other_place", "note", 0.0, LEAST_CORRELATION, 0, text)
        return []
    return [name for name in pair if name not in TRUST] or pair[1:]


def land_link(frame: pd.DataFrame, site: Site) -> float:
    """Return the correlation of anomalies of diurnal range and clearness; NaN where it cannot be formed."""
    if not {"tmin", "tmax", "rs"} <= set(frame):
        return float("nan")
    span = anomaly(frame["tmax"] - frame["tmin"])
    clear = anomaly(frame["rs"] / extraterrestrial(frame, site))
    both = span.notna() & clear.notna()
    if both.sum() < MIN_DAYS:
        return float("nan")
    if min(span[both].std(), clear[both].std()) < 1e-6:
        return 0.0
    return float(np.corrcoef(span[both], clear[both])[0, 1])


def day_shift(report: Report, names: Sequence[str]) -> None:
    """Put the less trusted of two sources in quarantine that follow each other better a day apart."""
    odd = {name: anomalies(report.frames[name]) for name in names}
    for one, two in itertools.combinations(names, 2):
        same = agreement(odd[one], odd[two])
        if same is None:
            continue
        apart = {lag: agreement(odd[one], odd[two], lag) or -1.0 for lag in (-1, 1)}
        lag = max(apart, key=lambda k: apart[k])
        if apart[lag] - same > SHIFT_MARGIN and apart[lag] > LEAST_CORRELATION:
            blamed = two if one in TRUST or one == "station" else one
            text = f"follows {one if blamed == two else two} better a day apart ({apart[lag]:.2f} against {same:.2f})"
            _quarantine(report, blamed, WHOLE, "day_shift", apart[lag] - same, SHIFT_MARGIN, text)


def wind_statistic(report: Report, names: Sequence[str]) -> None:
    """Put wind in quarantine that is a daily maximum, or in another unit, judged by another source.

    A station's wind is measured over its own ground and may differ by a factor; it is neither judged nor a judge.
    """
    grids = [name for name in names if name != "station"]
    for name, other in itertools.permutations(grids, 2):
        mine, theirs = report.frames[name], report.frames[other]
        if "u2" not in mine or "u2" not in theirs:
            continue
        both = mine["u2"].notna() & theirs["u2"].notna()
        if both.sum() < MIN_DAYS:
            continue
        a, b = mine["u2"][both], theirs["u2"][both]
        ratio = float(a.median() / max(b.median(), 0.1))
        tilt = float(a.quantile(0.1) / max(a.median(), 0.1) - b.quantile(0.1) / max(b.median(), 0.1))
        proof = [limit for limit, shape in WIND_MAXIMUM if ratio > limit and tilt > shape]
        if proof:
            text = f"is {ratio:.2f} times that of {other} and knows no calm days; it looks like the daily maximum"
            _quarantine(report, name, "u2", "wind_maximum", ratio, proof[-1], text)
        elif ratio > WIND_FAR:
            # Of two levels so far apart the one nearer the mean of the world at 2 m (2 m/s, FAO-56 p. 63) is kept.
            blamed = name if abs(np.log(a.median() / 2)) >= abs(np.log(max(b.median(), 0.01) / 2)) else other
            text = f"median wind {a.median():.1f} m/s against {b.median():.1f} of {other}"
            _quarantine(report, blamed, "u2", "wind_level", ratio, WIND_FAR, text)


def spikes(report: Report, names: Sequence[str]) -> None:
    """Mask single values far from the other source's and strange in their own climate."""
    for variable, gate in SPIKE.items():
        own = {
            n: robust_score(_scale(report.frames[n][variable], variable)) for n in names if variable in report.frames[n]
        }
        bad = {name: pd.Series(False, index=score.index) for name, score in own.items()}
        judged = {name: pd.Series(False, index=score.index) for name, score in own.items()}
        for one, two in itertools.combinations(own, 2):
            a, b = (_scale(report.frames[name][variable], variable) for name in (one, two))
            apart = robust_score(a - b)
            for name, rival in ((one, two), (two, one)):
                judged[name] |= apart.notna()
                bad[name] |= (apart > gate) & (own[name] > SPIKE_OWN) & (own[name] >= own[rival])
        for name, score in own.items():
            hit = bad[name] | (~judged[name] & (score > SPIKE_ALONE))
            days = int(hit.sum())
            if days:
                report.frames[name].loc[hit, variable] = np.nan
                text = f"{variable} is wild on {days} days"
                _tell(report, name, variable, "spike", "mask", float(score[hit].max()), gate, days, text)


def robust_score(values: pd.Series) -> pd.Series:
    """Return how many robust standard deviations each value lies from the median of its month (absolute).

    The month of all years and its neighbours, where they hold `MIN_DAYS` values; else nothing is judged (NaN).
    """
    score = pd.Series(np.nan, index=values.index)
    month = pd.DatetimeIndex(values.index).month.to_numpy()
    array = values.to_numpy(float)
    for number in np.unique(month):
        near = np.isin(month, [(number - 2) % 12 + 1, number, number % 12 + 1]) & np.isfinite(array)
        if near.sum() < MIN_DAYS:
            continue
        centre = np.median(array[near])
        deviation = 1.4826 * np.median(np.abs(array[near] - centre))
        if deviation > 0:
            rows = month == number
            score.iloc[np.flatnonzero(rows)] = np.abs(array[rows] - centre) / deviation
    return score


def anomaly(values: pd.Series) -> pd.Series:
    """Return values less the median of their calendar month."""
    return values - values.groupby(pd.DatetimeIndex(values.index).month).transform("median")


def extraterrestrial(frame: pd.DataFrame, site: Site) -> pd.Series:
    """Return extraterrestrial radiation of each day, NaN in the dark season. [MJ m-2 day-1]"""
    day = pd.DatetimeIndex(frame.index).day_of_year.to_numpy().astype(float)
    ra = pd.Series(np.asarray(extraterrestrial_radiation(site.latitude, day)), index=frame.index)
    return ra.where(ra > 5)


def _scale(values: pd.Series, variable: str) -> pd.Series:
    """Wind errs by factors: judge its logarithm."""
    return pd.Series(np.log(values.clip(lower=0.05)), index=values.index) if variable == "u2" else values


def _quarantine(report: Report, source: str, variable: str, name: str, value: float, limit: float, text: str) -> None:
    frame = report.frames[source]
    numeric = [column for column in frame if pd.api.types.is_numeric_dtype(frame[column])]
    columns: list[Any] = numeric if variable == WHOLE else [variable]
    if variable == "tmax":  # a day's extremes belong together, and humidity is read at them
        columns = [c for c in (*TEMPERATURE,) if c in frame]
    if variable == "rhmean":
        columns = [c for c in HUMIDITY if c in frame]
    days = int(frame[columns].notna().any(axis=1).sum())
    report.frames[source] = frame.assign(**dict.fromkeys(columns, np.nan))
    label = "the source" if variable == WHOLE else variable
    _tell(
        report,
        source,
        variable,
        name,
        "quarantine",
        value,
        limit,
        days,
        f"{label} {text}" if variable == "u2" else text,
    )


def _tell(
    report: Report, source: str, variable: str, name: str, action: str, value: float, limit: float, days: int, text: str
) -> None:
    report.findings.append(
        Finding(source, variable, name, action, float(value), float(limit), days, f"{source}: {text}")
    )
