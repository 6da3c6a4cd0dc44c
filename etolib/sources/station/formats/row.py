"""The row of a format: a network or a logger whose files are known by their look."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from etolib.sources.station.layout import Table
from etolib.sources.station.names import plain


@dataclass(frozen=True)
class Head:
    """What a format is recognised by: the first lines of a file, and its name."""

    lines: Sequence[str]
    name: str = ""


@dataclass(frozen=True)
class Spec:
    """What a column of a known format holds.

    Attributes
    ----------
    variable : str or None
        A canonical name, a part of the date, ``station``, or None: known, and of no use.
    unit : str or None
        As in `etolib.sources.station.units.UNITS`; None: the file states it (`Table.units`, made by ``table``).
    height : float or None
        Of a wind. [m]
    scale : float
        What the number of the file is multiplied by to be in ``unit`` (0.1 for tenths).
    missing : tuple of float
        Numbers of the file that mean that there is none.
    choices : tuple of str
        Units the column may be in, where a file of the format does not tell: ``unit`` is taken until it is answered,
        and without one the file is not read before.
    why : str or None
        Key of the sentence why a column that looks wanted is of no use.
    """

    variable: str | None
    unit: str | None = None
    height: float | None = None
    scale: float = 1.0
    missing: tuple[float, ...] = ()
    choices: tuple[str, ...] = ()
    why: str | None = None


UNUSED = Spec(None)
"""A column that is known, and of no use."""


@dataclass(frozen=True)
class Format:
    """A network or a logger whose files are known by their look.

    Attributes
    ----------
    name, title : str
        ``cimis``; its proper name.
    recognise : callable
        Says of a `Head` whether it is this format; must not fire on another's file.
    source : str
        The public description the row was made from.
    table : callable or None
        Makes the `Table` of the lines and the name of a file whose layout is its own; None: the general finder does.
    columns : mapping of str to Spec
        By header, compared without case, accents and signs. A header that is not here is taken by its words, unless the
        format is ``closed``. Where several columns hold one variable, the first named here that is not empty is taken.
    closed : bool
        Whether columns that are not named here are of no use.
    dates : str or None
        How its dates are written, as ``strptime`` takes it or ``day first``, ``month first``; None: it is found out.
    wind_height : float or None
        Where the network measures wind; a height that the file states (`Table.facts`) comes first. [m]
    stamps : str or None
        ``begin`` or ``end`` of the interval of a row.
    time_zone : float or None
        Of the stamps, hours from UTC; None: local standard time, or said by the file (`Table.facts`).
    day : str or None
        What the network's day is, where it is not midnight to midnight local time.
    without_extremes : str or None
        Key of the sentence what to do with a file of days that have no extremes of temperature.
    """

    name: str
    title: str
    recognise: Callable[[Head], bool]
    source: str
    table: Callable[[Sequence[str], str], Table] | None = None
    columns: Mapping[str, Spec] = field(default_factory=dict)
    closed: bool = False
    dates: str | None = None
    wind_height: float | None = None
    stamps: str | None = None
    time_zone: float | None = None
    day: str | None = None
    without_extremes: str | None = None

    def spec(self, header: str) -> Spec | None:
        """Return what the column of a header holds, None where the format leaves it to its words.

        >>> row = Format("mine", "Mine", lambda head: True, "", columns={"tx c": Spec("tmax", "°C")}, closed=True)
        >>> row.spec("TX (°C)").variable, row.spec("TN (°C)").variable
        ('tmax', None)
        """
        return self.columns.get(plain(header), UNUSED if self.closed else None)
