"""Reference evapotranspiration of a table or a grid with gaps: `eto` fills by FAO-56, flags, and computes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from etolib.equations import filling
from etolib.equations.calculation import Calculation, Options, takes_options
from etolib.equations.eto_result import EtoResult
from etolib.equations.grids import READ, grid_eto, two_units, unused_units
from etolib.equations.months import SHARE, of_months
from etolib.equations.table_dates import day_of_year, days_of, twice_warnings, with_dates
from etolib.errors import InputError, Problem
from etolib.extras import needed
from etolib.quantities import without_unit
from etolib.site import Site
from etolib.units import UNITS, convert
from etolib.words import Text, say


@takes_options
def eto(
    data: Any,
    site: Site | None = None,
    method: str = "fao56",
    *,
    units: Mapping[str, str] | None = None,
    dates: str | None = None,
    **options: Any,
) -> EtoResult:
    """Return the reference evapotranspiration of a table or grid with what is there; the rest is filled by FAO-56.

    Parameters
    ----------
    data : pandas.DataFrame or xarray.Dataset
        A DataFrame with an index of dates, a column of dates (``date``, ``time``, ``datetime`` ... in any case) or
        columns of year, month and day, or year and day of the year (``doy``); or a Dataset with a coordinate ``time``
        (or ``date``). What is no date, or can be read in two ways, is refused. Canonical names: ``tmin`` and
        ``tmax``, and any of ``ea tdew rhmin rhmax tdry twet rhmean rs sunshine u2 pressure``; ``rso`` (clear-sky
        radiation) and ``soil_heat_flux`` [MJ m-2 day-1] (else 0, FAO-56 Eq. 42) are taken where they have a number.
        Others are ignored. Columns and variables that carry their unit (pint, astropy) are converted. A Dataset may be
        on dask: nothing is computed here; it may have the names of models and reanalyses (``tasmin``, ``rsds``,
        ``sfcWind``, ``d2m`` ...) or CF standard names instead (`etolib.equations.model_names`).
    site : Site, optional
        Latitude and elevation. A Dataset may bring its own: a coordinate ``latitude`` (or ``lat``) and a variable
        ``elevation``.
    method : {"fao56", "asce2005", "asce2005_tall", "hargreaves", "priestley_taylor", "makkink", "turc", \
"penman_1963", "fao24_radiation", "blaney_criddle", "thornthwaite", "hamon", "oudin", "jensen_haise", \
"mcguinness_bordne", "abtew", "romanenko", "hargreaves_1982", "makkink_knmi", "droogers_allen"}
        The equation; `etolib.equations.methods.METHODS` says what each takes and where it is printed. Humidity,
        sunshine and the wind by day that an equation wants follow from the completed inputs. ``thornthwaite`` and
        ``droogers_allen`` are equations for months: they take the means of the calendar months of the data, of which
        80 % of the days must be known, and give each day its month's value under its own sun; Thornthwaite needs all
        twelve months, Droogers-Allen a column ``precipitation``.
    units : mapping, optional
        Units of columns that are not canonical, for example ``{"tmax": "degF", "rs": "W m-2"}``. The attribute
        ``units`` of a variable of a Dataset is read by itself.
    krs : {"interior", "coast", "island"} or float
        How missing radiation is estimated (FAO-56 Eqs. 50, 51).
    dew_point_offset : float
        How far the dew point lies below Tmin where humidity is missing; 2 to 3 in arid places. [degC]
    psychrometer : {"ventilated", "natural", "indoor"}, optional
        How air moves past the wet bulb ``twet`` beside the dry bulb ``tdry``: Asmann type with some 5 m s-1, natural
        with some 1 m s-1, or indoors (FAO-56 Eq. 16). Must be said where these are the best humidity and no column
        ``a_psy`` [degC-1] holds the coefficient.
    use_pressure : bool
        Take ``pressure`` [kPa] where it has a number. By default pressure is computed from the elevation, as FAO-56
        does, so that places and sources compare.
    convention : Convention or str, optional
        Other numbers and bounds than those of the method, see `etolib.equations.conventions`.
    rso : {"simple", "full"}, optional
        How the clear-sky radiation is computed where the data have no number of it: from the elevation, or by
        ASCE-2005 Appendix D. As the convention does by default.
    dates : str, optional
        How dates are written where they can be read in several ways: ``"day first"``, ``"month first"``, ``"year
        first"``, ``"excel"``, ``"unix"`` or a form of ``strptime`` (`etolib.dates.read`).

    Returns
    -------
    EtoResult
        ``eto``, ``flags``, ``inputs``, ``terms(date)``, ``warnings``.

    Raises
    ------
    InputError
        With all problems found.

    Notes
    -----
    The routes and their order stand in `etolib.equations.filling`.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"tmin": [14.8], "tmax": [26.6]}, index=pd.to_datetime(["2023-07-15"]))
    >>> lyon = eto(table, Site(45.717, 4.9, elevation=200))
    >>> round(float(lyon.eto.iloc[0]), 2), lyon.flags.loc["2023-07-15", "u2"]
    (4.56, 'default_wind')
    """
    problems = [
        Problem("units", name, say("names_no_variable", names=list(UNITS))) for name in units or {} if name not in UNITS
    ]
    calculation = Options(**options).calculation(method, problems)
    types = [t.__name__ for t in type(data).__mro__]
    if "DataFrame" in types:
        return _table_eto(data, site, calculation, dict(units or {}), problems, dates)
    if "Dataset" in types:
        return grid_eto(data, site, calculation, dict(units or {}), problems, dates)
    problems.append(Problem("data", type(data).__name__, say("neither_table_nor_dataset")))
    raise InputError(problems)


def _table_eto(
    frame: Any,
    site: Site | None,
    calculation: Calculation,
    units: dict[str, str],
    problems: list[Problem],
    order: str | None,
) -> EtoResult:
    import pandas as pd

    if site is None:
        problems.append(Problem("site", None, say("needed_for_a_table"), say("give_site_with_elevation")))
    elif site.elevation is None:
        problems.append(Problem("elevation", None, say("needed_for_pressure"), say("give_site_with_elevation")))
    table = with_dates(frame, order, (*READ, *calculation.unfilled), problems)
    problems += unused_units(units, table.columns)
    arrays = {}
    if not table.columns.is_unique:
        table = table.loc[:, ~table.columns.duplicated()]
    for name in (n for n in (*READ, *calculation.unfilled) if n in table.columns):
        try:
            problems += two_units(table[name], name, units)
            values = pd.to_numeric(without_unit(table[name], name)).to_numpy(dtype=float, na_value=np.nan)
            arrays[name] = convert(values, name, units[name]) if name in units else values
        except InputError as error:
            problems.extend(error.problems)
        except (TypeError, ValueError):
            dtype = str(table[name].dtype)
            problems.append(Problem(name, dtype, say("not_a_column_of_numbers"), say("give_nan_for_none")))
    problems += calculation.without(table.columns)
    if problems or site is None or site.elevation is None:
        raise InputError(problems)
    arrays |= _of_months(arrays, table.index, calculation.method.of_months)
    place = {
        "latitude": np.array([site.latitude]),
        "elevation": np.array([site.elevation]),
        "day_of_year": day_of_year(table.index),
    }
    values, codes, result = calculation.run(arrays, place)
    names = np.array(list(filling.FLAGS), dtype=object)
    used = calculation.method.uses
    return EtoResult(
        eto=pd.Series(result, index=table.index, name="eto"),
        flags=pd.DataFrame({name: names[codes[name]] for name in used}, index=table.index),
        inputs=pd.DataFrame(values, index=table.index),
        latitude=site.latitude,
        elevation=site.elevation,
        method=calculation.name,
        convention=calculation.convention,
        warnings=(
            *twice_warnings(table.index),
            *filling.summary({name: codes[name] for name in used}),
            *_months_told(calculation, values),
        ),
    )


def _of_months(arrays: Mapping[str, np.ndarray], index: Any, names: tuple[str, ...]) -> dict[str, np.ndarray]:
    """Return the inputs of months of a table."""
    if not names or not {"tmin", "tmax"} <= set(arrays):  # what is missing is told where the rest is checked
        return {}
    with needed():
        import xarray as xr

    days = days_of(index)
    time = xr.DataArray(days, dims="time", name="time", coords={"time": days})
    given = {name: xr.DataArray(values, dims="time") for name, values in arrays.items()}
    return {
        name: np.broadcast_to(array.to_numpy(), len(index)) for name, array in of_months(given, time, names).items()
    }


def _months_told(calculation: Calculation, values: Mapping[str, np.ndarray]) -> list[Text]:
    """Return what must be said of a method for months."""
    method = calculation.method
    told = [say("method_is_for_months")] if method.for_months else []
    if method.of_months:
        absent = np.zeros(values["tmin"].shape, dtype=bool)
        for name in method.of_months:
            absent |= np.isnan(values[name])
        if count := int(absent.sum()):
            told.append(say("months_not_complete", count=count, total=absent.size, percent=round(100 * SHARE)))
    return told
