"""Where and when: `Site` (a place on Earth) and `Period` (inclusive days)."""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from etolib import config
from etolib.errors import InputError, Problem
from etolib.glance import Told, as_html
from etolib.quantities import without_unit
from etolib.words import say

# Degrees end with a sign or a space where minutes or seconds follow: "10 m" is no angle of 1° 0'.
_DMS = re.compile(
    r"""^\s*(?P<sign>[-+\u2212])?\s*(?P<deg>\d+(?:[.,]\d*)?|[.,]\d+)
        (?:(?:\s*[°d]\s*|\s+)(?:(?P<min>\d+(?:[.,]\d+)?)\s*['′m]\s*)?(?:(?P<sec>\d+(?:[.,]\d+)?)\s*(?:["″s]|'')\s*)?)?
        \s*(?P<hemisphere>[NSEWO])?\s*$""",
    re.VERBOSE | re.IGNORECASE,
)
_LETTERS = {"latitude": "NS", "longitude": "EWO"}
_NAME_LENGTH = 200


def _number(value: Any) -> float | None:
    """Return a finite float, or None for anything else (text, bool, NaN, infinity)."""
    if value is None or isinstance(value, (bool, str, bytes)):
        return None
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        return None
    return number if math.isfinite(number) else None


def parse_angle(text: str, axis: str | None = None) -> float | None:
    """Read an angle in degrees as people type it; None where it is not one.

    Decimal point or comma, degrees-minutes-seconds, and a hemisphere letter (``O`` is west, as in Portuguese)
    are understood. With ``axis`` ("latitude" or "longitude") a letter of the other one is no such angle.

    >>> parse_angle("47 W", "latitude") is None, parse_angle("47 W", "longitude")
    (True, -47.0)
    >>> parse_angle("-22,7"), parse_angle("22°43'30\\" S"), parse_angle("abc")
    (-22.7, -22.725, None)
    """
    match = _DMS.match(text)
    if match is None:
        return None
    parts = [float((match[name] or "0").replace(",", ".")) for name in ("deg", "min", "sec")]
    if parts[1] >= 60 or parts[2] >= 60:
        return None
    # Decimal degrees as they stand: the way through seconds would change the last digit.
    value = (parts[0] * 3600 + parts[1] * 60 + parts[2]) / 3600 if any(parts[1:]) else parts[0]
    hemisphere = (match["hemisphere"] or "").upper()
    if (match["sign"] and hemisphere) or (axis and hemisphere not in _LETTERS[axis]):
        return None
    negative = match["sign"] not in (None, "+") or hemisphere in ("S", "W", "O")
    return -value if negative else value


@dataclass(frozen=True, init=False)
class Site:
    """A place: latitude and longitude in degrees, elevation in metres.

    Parameters
    ----------
    latitude : float
        Degrees north, -90 to 90.
    longitude : float
        Degrees east, -360 to 360; kept wrapped to [-180, 180).
    elevation : float, optional
        Metres above sea level, -450 to 9000. None: the pipeline looks it up.
    name : str, optional
        A label of one line, 200 characters at most.

    Raises
    ------
    InputError
        Listing every value that cannot be used.

    Examples
    --------
    >>> Site(-22.7, 312.4).longitude
    -47.6
    >>> Site(150, float("nan"))
    Traceback (most recent call last):
    ...
    etolib.errors.InputError: latitude = 150: must be a number from -90 to 90; latitude comes first, degrees north
    longitude = nan: must be a number from -180 to 180; degrees east, negative west of Greenwich
    """

    latitude: float
    longitude: float
    elevation: float | None
    name: str | None

    def __init__(
        self, latitude: float, longitude: float, elevation: float | None = None, name: str | None = None
    ) -> None:
        problems = []
        # Degrees of a quantity are radians to float(): they are converted, as metres are.
        latitude, longitude = without_unit(latitude, "latitude"), without_unit(longitude, "longitude")
        elevation = without_unit(elevation, "elevation")
        lat, lon = _number(latitude), _number(longitude)
        if lat is None or not -90 <= lat <= 90:
            problems.append(
                Problem(
                    "latitude", latitude, say("must_be_number_between", low=-90, high=90), say("latitude_comes_first")
                )
            )
        if lon is None or not -360 <= lon <= 360:
            problems.append(
                Problem(
                    "longitude",
                    longitude,
                    say("must_be_number_between", low=-180, high=180),
                    say("degrees_east"),
                )
            )
        height = None if elevation is None else _number(elevation)
        if elevation is not None and (height is None or not -450 <= height <= 9000):
            problems.append(
                Problem(
                    "elevation",
                    elevation,
                    say("must_be_metres_between", low=-450, high=9000),
                    say("leave_out_to_look_up"),
                )
            )
        # It goes into every file and page: what one of them cannot hold is refused here, where one can say so.
        if name is not None and not (isinstance(name, str) and len(name) <= _NAME_LENGTH and name.isprintable()):
            shown = name[:40] if isinstance(name, str) else name
            rule = say("must_be_printable", number=_NAME_LENGTH)
            problems.append(Problem("name", shown, rule, say("write_plain_name")))
        if problems or lat is None or lon is None:
            raise InputError(problems)
        wrapped = round(lon if -180 <= lon < 180 else (lon + 180) % 360 - 180, 10)
        object.__setattr__(self, "latitude", lat)
        object.__setattr__(self, "longitude", wrapped if wrapped < 180 else -180.0)
        object.__setattr__(self, "elevation", height)
        object.__setattr__(self, "name", name)

    @property
    def utc_offset(self) -> int:
        """Whole hours of the local *solar* day against UTC: round(longitude / 15), as NASA POWER's LST.

        >>> Site(40.0, -105.27).utc_offset
        -7
        """
        return math.floor(self.longitude / 15 + 0.5)

    def with_elevation(self, elevation: float | None) -> Site:
        """Return the same place at another elevation [m]."""
        return Site(self.latitude, self.longitude, elevation, self.name)

    def _repr_html_(self) -> str:
        high = say("glance_elevation_unknown")
        if self.elevation is not None:
            high = say("glance_elevation", number=f"{self.elevation:g}")
        return as_html("Site", Told(str(self), [high]))

    def __str__(self) -> str:
        text = f"{abs(self.latitude):.4f}°{'N' if self.latitude >= 0 else 'S'} "
        text += f"{abs(self.longitude):.4f}°{'E' if self.longitude >= 0 else 'W'}"
        return f"{self.name} ({text})" if self.name else text


_RELATIVE = re.compile(r"^(last|next)-(\d{1,5})-days?$")
_MAX_DAYS = 366 * 200


@dataclass(frozen=True, init=False, repr=False)
class Period:
    """Inclusive days from ``start`` to ``end``.

    Parameters
    ----------
    start, end : datetime.date or str
        Dates, or text YYYY-MM-DD.

    Raises
    ------
    InputError
        Where a date is none, or the end lies before the start.

    Examples
    --------
    >>> len(Period("2024-02-28", "2024-03-01"))
    3
    """

    start: dt.date
    end: dt.date

    def __init__(self, start: dt.date | str, end: dt.date | str) -> None:
        problems: list[Problem] = []
        first, last = _date("start", start, problems), _date("end", end, problems)
        if first and last and last < first:
            problems.append(
                Problem(
                    "end", last.isoformat(), say("lies_before_start", date=str(first)), say("swap_or_correct_dates")
                )
            )
        elif first and last and (last - first).days >= _MAX_DAYS:
            problems.append(
                Problem("period", f"{first}/{last}", say("longer_than_200_years"), say("choose_shorter_one"))
            )
        if problems or first is None or last is None:
            raise InputError(problems)
        object.__setattr__(self, "start", first)
        object.__setattr__(self, "end", last)

    def _repr_html_(self) -> str:
        return as_html("Period", Told(str(self), [say("days", count=len(self))]))

    def __repr__(self) -> str:
        return f"Period('{self.start}', '{self.end}')"

    @classmethod
    def parse(cls, text: str | Period) -> Period:
        """Read a period from text.

        ``2024-01-01/2024-03-31``, one date, ``2024-03`` (a month), ``2024`` (a year), ``today``, ``yesterday``,
        ``last-30-days`` (30 days that end today), ``next-6-days`` (6 days that begin today), ``this-year`` (until
        today) or ``last-year``.

        >>> with config.set_options(today="2024-03-01"):
        ...     str(Period.parse("last-3-days")), str(Period.parse("next-6-days"))
        ('2024-02-28/2024-03-01', '2024-03-01/2024-03-06')
        >>> with config.set_options(today="2024-03-01"):
        ...     str(Period.parse("this-year")), str(Period.parse("last-year"))
        ('2024-01-01/2024-03-01', '2023-01-01/2023-12-31')
        """
        if isinstance(text, Period):
            return text
        word = str(text).strip().lower()
        now = config.today()
        if word == "today":
            return cls(now, now)
        if word == "yesterday":
            return cls(now - dt.timedelta(days=1), now - dt.timedelta(days=1))
        if word == "this-year":
            return cls(now.replace(month=1, day=1), now)
        if word == "last-year":
            return cls.parse(f"{now.year - 1:04}")
        if match := _RELATIVE.match(word):
            count = int(match[2])
            if 1 <= count <= _MAX_DAYS:
                reach = dt.timedelta(days=count - 1)
                try:
                    return cls(now - reach, now) if match[1] == "last" else cls(now, now + reach)
                except OverflowError:
                    pass
        elif match := re.fullmatch(r"(\d{4})-(\d{2})", word):
            year, month = int(match[1]), int(match[2])
            if 1 <= month <= 12 and year >= 1:
                following = dt.date(year + month // 12, month % 12 + 1, 1)
                return cls(dt.date(year, month, 1), following - dt.timedelta(days=1))
        elif re.fullmatch(r"[1-9]\d{3}", word):
            return cls(dt.date(int(word), 1, 1), dt.date(int(word), 12, 31))
        elif word.count("/") == 1:
            return cls(*(part.strip() for part in word.split("/")))
        elif re.fullmatch(r"\d{4}-\d{2}-\d{2}", word):
            return cls(word, word)
        raise InputError(
            [
                Problem(
                    "period",
                    text,
                    say("not_a_period"),
                    say("write_period_like"),
                )
            ]
        )

    def intersection(self, start: dt.date, end: dt.date) -> Period | None:
        """Return the days shared with ``start``..``end``, None where there are none."""
        first, last = max(self.start, start), min(self.end, end)
        return Period(first, last) if first <= last else None

    def days(self) -> Iterator[dt.date]:
        """Yield every day."""
        for i in range(len(self)):
            yield self.start + dt.timedelta(days=i)

    def __len__(self) -> int:
        return (self.end - self.start).days + 1

    def __contains__(self, day: object) -> bool:
        return isinstance(day, dt.date) and self.start <= day <= self.end

    def __str__(self) -> str:
        return f"{self.start}/{self.end}"


def _date(thing: str, value: Any, problems: list[Problem]) -> dt.date | None:
    if isinstance(value, dt.datetime) and value == value:  # NaT is a datetime that does not equal itself
        return value.date()
    if isinstance(value, dt.date) and value == value:
        return value
    try:
        if isinstance(value, str) and re.fullmatch(r"\d{4}-\d{2}-\d{2}", value.strip()):
            return dt.date.fromisoformat(value.strip())
    except ValueError:
        pass
    problems.append(Problem(thing, value, say("is_not_a_date"), say("write_date_like")))
    return None


def distance_km(latitude: float, longitude: float, other_latitude: float, other_longitude: float) -> float:
    """Return the great-circle distance [km] (haversine, sphere of 6371 km).

    >>> round(distance_km(0, 0, 0, 1), 1)
    111.2
    """
    a, b = math.radians(latitude), math.radians(other_latitude)
    step = math.radians(other_longitude - longitude)
    h = math.sin((b - a) / 2) ** 2 + math.cos(a) * math.cos(b) * math.sin(step / 2) ** 2
    return 2 * 6371.0 * math.asin(min(1.0, math.sqrt(h)))
