"""Conventions: the numbers and bounds in which the books of the reference equation differ, as one object each.

- `FAO56`: Rs/Rso at most 1, Stefan-Boltzmann 4.903e-9, slope 4098 x 0.6108, vapour pressure deficit as it comes.
- `ASCE2005`: Rs/Rso within 0.3 to 1, Stefan-Boltzmann 4.901e-9, slope constant 2503, deficit not below 0.
- `ASCE2005_FULL`: the same with the clear-sky radiation of Appendix D, which knows the humidity and the sun's height.
- `REFET`: the numbers of the REF-ET program.

Both books: Rs/Rso is 1 where Rso is 0 (polar night). What the books share stands in `etolib.equations.constants`.

Every equation takes a convention or its name. One of your own needs no name that is known here:

>>> from etolib.reference import eto_fao56
>>> dry = ASCE2005.with_(name="dry", relative_shortwave_min=0.25)
>>> round(eto_fao56(tmin=12.3, tmax=21.5, ea=1.409, rs=4.0, u2=2.078, latitude=50.8, elevation=100, day_of_year=187,
...                 convention=dry), 2)
1.74

References
----------
FAO-56 and ASCE-2005 as in `etolib.equations.air`.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any, Literal

from etolib.equations import constants as c
from etolib.errors import InputError, Problem
from etolib.words import say

CLEAR_SKIES = ("simple", "full")
"""How the clear-sky radiation is computed: from the elevation, or with humidity, pressure and the sun's height."""


@dataclass(frozen=True)
class Surface:
    """The numbers of a reference surface.

    Attributes
    ----------
    cn, cd : float
        Numerator and denominator constant of a day. [K mm s3 Mg-1 day-1], [s m-1]
    cn_hour : float or None
        Numerator constant of an hour; None where the convention has no hourly equation for the surface.
    cd_day, cd_night : float
        Denominator constant of an hour of daylight and of the night. [s m-1]
    soil_heat_day, soil_heat_night : float
        Soil heat flux over net radiation in such hours. [1]
    """

    cn: float
    cd: float
    cn_hour: float | None
    cd_day: float
    cd_night: float
    soil_heat_day: float
    soil_heat_night: float


@dataclass(frozen=True)
class Convention:
    """Every number and bound in which the conventions differ.

    Attributes
    ----------
    name : str
        What it is called in tables and messages.
    slope : float
        Factor of the slope of the vapour pressure curve. [kPa degC]
    pressure_exponent : float
        Of the pressure in the temperature, up a standard atmosphere. [1]
    solar_constant : float
        [MJ m-2 h-1]
    declination, declination_phase : float
        Largest declination of the sun, and how long after New Year it passes the equator. [radian]
    stefan_boltzmann : float
        [MJ K-4 m-2 day-1]
    relative_shortwave_min : float or None
        Least Rs/Rso of the longwave term; None: no bound. [1]
    deficit_min : float or None
        Least vapour pressure deficit; None: no bound. [kPa]
    short, tall : Surface
        Grass and alfalfa; ``tall`` None where there is none.
    clip_at_horizon : bool
        Ra of an hour counts the part of it with the sun up; else an hour whose middle lies in the night has none.
    day_by_net_radiation : bool
        An hour is day where its net radiation is not negative; else where it has any Ra.
    cloud_from_altitude : float or None
        Height of the sun from which an hour has a cloud term of its own; None: wherever it has any Ra. [radian]
    evening : (float, float) or None
        Least and largest hour angle before sunset of the hours whose cloud term the night takes; None: the night takes
        that of the last hour that has its own. [radian]
    rso : {"simple", "full"}
        Clear-sky radiation from the elevation alone, or with the next three numbers.
    beam_water, beam_power, diffuse_slope : float
        Of the full clear-sky radiation: factor and power of the water in the index of the beam, and how fast the
        diffuse index falls with it. [1]
    full_sky_sun : (float, float) or None
        ``declination`` and ``declination_phase`` that come with a full clear sky asked for by ``rso="full"``, where the
        book's own are too rounded for it; None: its own. [radian]
    """

    name: str
    slope: float
    pressure_exponent: float
    solar_constant: float
    declination: float
    declination_phase: float
    stefan_boltzmann: float
    relative_shortwave_min: float | None
    deficit_min: float | None
    short: Surface
    tall: Surface | None
    clip_at_horizon: bool
    day_by_net_radiation: bool
    cloud_from_altitude: float | None
    evening: tuple[float, float] | None
    beam_water: float
    beam_power: float
    diffuse_slope: float
    full_sky_sun: tuple[float, float] | None = None
    rso: Literal["simple", "full"] = "simple"

    def __post_init__(self) -> None:
        if self.rso not in CLEAR_SKIES:
            raise InputError([Problem("rso", self.rso, say("must_be_one_of_or_numbers", names=CLEAR_SKIES))])

    def __hash__(self) -> int:
        # It is the key of compiled formulas and kept tables: two texts, whose hashes are kept, instead of all numbers.
        return hash((self.name, self.rso))

    def __str__(self) -> str:
        return self.name

    @property
    def surfaces(self) -> dict[str, Surface]:
        """The surfaces it has, by name."""
        both = {"short": self.short, "tall": self.tall}
        return {name: surface for name, surface in both.items() if surface is not None}

    def surface(self, name: str) -> Surface:
        """Return a surface by its name; `InputError` where there is none.

        >>> FAO56.surface("short").cn, FAO56.surface("short").cd
        (900.0, 0.34)
        """
        surface = self.short if name == "short" else self.tall if name == "tall" else None
        if surface is None:
            raise InputError([Problem("surface", name, say("must_be_one_of", names=list(self.surfaces)))])
        return surface

    def full_sky(self) -> Convention:
        """Return the convention with the full clear-sky radiation, and the sun that goes with it.

        ``with_(rso="full")`` keeps the sun of the book.

        >>> ASCE2005.full_sky().rso, ASCE2005.full_sky().declination > ASCE2005.declination
        ('full', True)
        """
        if self.full_sky_sun is None:
            return self.with_(rso="full")
        declination, phase = self.full_sky_sun
        return self.with_(rso="full", declination=declination, declination_phase=phase)

    def with_(self, **changes: Any) -> Convention:
        """Return a convention with some numbers changed.

        >>> ASCE2005.with_(rso="full").rso
        'full'
        """
        return dataclasses.replace(self, **changes)


_TALL = Surface(
    cn=c.PM_CN_TALL,
    cd=c.PM_CD_TALL,
    cn_hour=c.PM_CN_HOURLY_TALL,
    cd_day=c.PM_CD_DAY_TALL,
    cd_night=c.PM_CD_NIGHT_TALL,
    soil_heat_day=c.SOIL_HEAT_DAY_TALL,
    soil_heat_night=c.SOIL_HEAT_NIGHT_TALL,
)

FAO56 = Convention(
    name="fao56",
    slope=c.SLOPE_FAO56 * c.TETENS_E0,
    pressure_exponent=c.PRESSURE_EXPONENT,
    solar_constant=c.MINUTES_PER_HOUR * c.SOLAR_CONSTANT,
    declination=c.DECLINATION,
    declination_phase=c.DECLINATION_PHASE,
    stefan_boltzmann=c.STEFAN_BOLTZMANN,
    relative_shortwave_min=None,
    deficit_min=None,
    short=Surface(
        cn=c.PM_CN,
        cd=c.PM_CD,
        cn_hour=c.PM_CN_HOURLY,
        cd_day=c.PM_CD,
        cd_night=c.PM_CD,
        soil_heat_day=c.SOIL_HEAT_DAY,
        soil_heat_night=c.SOIL_HEAT_NIGHT,
    ),
    tall=dataclasses.replace(_TALL, cn_hour=None),  # the book has grass only: its hours are refused
    clip_at_horizon=False,
    day_by_net_radiation=False,
    cloud_from_altitude=None,
    evening=(c.EVENING_TO, c.EVENING_FROM),
    beam_water=c.BEAM_WATER,
    beam_power=c.BEAM_POWER,
    diffuse_slope=c.DIFFUSE_SLOPE,
)
"""The book of 1998."""

ASCE2005 = Convention(
    name="asce2005",
    slope=c.SLOPE_ASCE,
    pressure_exponent=c.PRESSURE_EXPONENT,
    solar_constant=c.SOLAR_CONSTANT_ASCE,
    declination=c.DECLINATION,
    declination_phase=c.DECLINATION_PHASE,
    stefan_boltzmann=c.STEFAN_BOLTZMANN_ASCE,
    relative_shortwave_min=c.RELATIVE_SHORTWAVE_MIN_ASCE,
    deficit_min=0.0,
    short=Surface(
        cn=c.PM_CN,
        cd=c.PM_CD,
        cn_hour=c.PM_CN_HOURLY,
        cd_day=c.PM_CD_DAY_ASCE,
        cd_night=c.PM_CD_NIGHT_ASCE,
        soil_heat_day=c.SOIL_HEAT_DAY,
        soil_heat_night=c.SOIL_HEAT_NIGHT,
    ),
    tall=_TALL,
    clip_at_horizon=True,
    day_by_net_radiation=True,
    cloud_from_altitude=c.LOW_SUN,
    evening=None,
    beam_water=c.BEAM_WATER_ASCE,
    beam_power=c.BEAM_POWER_ASCE,
    diffuse_slope=c.DIFFUSE_SLOPE_ASCE,
    full_sky_sun=(c.DECLINATION_REFET, c.DECLINATION_PHASE_REFET),
)
"""The standardized equation of 2005, with its simple clear-sky radiation (Eqs. 19, 47)."""

ASCE2005_FULL = ASCE2005.full_sky().with_(name="asce2005_full")
"""The standardized equation of 2005, with the clear-sky radiation of Appendix D.

Its sun is that of REF-ET, whose authors wrote the book: with the book's 0.409 rad, which is 23.45 degrees rounded, ETo
of Fallon 2015 is up to 0.011 mm/day off what REF-ET prints (`tests/equations/test_clear_sky.py`)."""

REFET = ASCE2005_FULL.with_(
    name="refet",
    slope=c.SLOPE_FAO56 * c.TETENS_E0,
    pressure_exponent=c.PRESSURE_EXPONENT_REFET,
    solar_constant=c.SOLAR_CONSTANT_REFET,
)
"""The REF-ET program of the University of Idaho: `ASCE2005_FULL` with its less rounded numbers."""

CONVENTIONS: dict[str, Convention] = {}
"""Conventions that have a name here; `register` adds one."""


def register(convention: Convention) -> Convention:
    """Make a convention known by its name, in this process.

    >>> _ = register(ASCE2005.with_(name="mine", stefan_boltzmann=4.9e-9))
    >>> get("mine").stefan_boltzmann
    4.9e-09
    >>> _ = CONVENTIONS.pop("mine")
    """
    CONVENTIONS[convention.name] = convention
    return convention


for _convention in (FAO56, ASCE2005, ASCE2005_FULL, REFET):
    register(_convention)


def get(convention: Convention | str) -> Convention:
    """Return a convention by its name, or as it is; `InputError` where there is none of that name.

    >>> get("fao56") is FAO56, get(ASCE2005) is ASCE2005
    (True, True)
    """
    if isinstance(convention, Convention):
        return convention
    if convention not in CONVENTIONS:
        raise InputError([Problem("convention", convention, say("must_be_one_of", names=list(CONVENTIONS)))])
    return CONVENTIONS[convention]


def with_clear_sky(convention: Convention | str, rso: Any) -> tuple[Convention, Any]:
    """Return the convention with the clear sky a caller asks for, and the caller's own numbers of it or None.

    >>> str(with_clear_sky("asce2005", "full")[0].rso), with_clear_sky("asce2005", 30.0)[1]
    ('full', 30.0)
    """
    convention = get(convention)
    if not isinstance(rso, str):
        return convention, rso
    if rso == convention.rso:
        return convention, None
    return (convention.full_sky() if rso == "full" else convention.with_(rso=rso)), None
