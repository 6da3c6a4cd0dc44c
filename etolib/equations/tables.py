"""Reference evapotranspiration of a table or a grid with gaps: `eto` fills by FAO-56, flags, and computes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from etolib.equations import air, filling, kernel
from etolib.equations.conventions import ASCE2005, FAO56, Convention
from etolib.equations.daily import TERMS, daily_terms, eto_hargreaves, eto_makkink, eto_priestley_taylor, eto_turc
from etolib.equations.elementwise import as_float, checked_inputs
from etolib.errors import InputError, Problem
from etolib.site import Site
from etolib.units import UNITS, convert
from etolib.variables import VARIABLES

_WEATHER = kernel.WEATHER


@dataclass(frozen=True)
class Method:
    """One way to compute `eto`: the equation on completed inputs, which of them it uses, and where it is printed."""

    equation: Callable[[Mapping[str, Any], Mapping[str, Any]], Any]
    uses: tuple[str, ...]
    source: str
    convention: Convention = FAO56
    surface: str = "short"
    has_terms: bool = True


def _penman_monteith(convention: Convention, surface: str) -> Callable[[Mapping[str, Any], Mapping[str, Any]], Any]:
    def equation(values: Mapping[str, Any], place: Mapping[str, Any]) -> Any:
        weather = {name: values[name] for name in _WEATHER}
        if "pressure" in values:
            terms = daily_terms(**weather, **place, convention=convention, surface=surface, pressure=values["pressure"])
            return terms["eto"]
        return kernel.daily(**weather, **place, convention=convention, surface=surface, checked=True)

    return equation


def _hargreaves(values: Mapping[str, Any], place: Mapping[str, Any]) -> Any:
    return eto_hargreaves(
        tmin=values["tmin"], tmax=values["tmax"], latitude=place["latitude"], day_of_year=place["day_of_year"]
    )


def _priestley_taylor(values: Mapping[str, Any], place: Mapping[str, Any]) -> Any:
    return eto_priestley_taylor(**{name: values[name] for name in ("tmin", "tmax", "ea", "rs")}, **place)


def _makkink(values: Mapping[str, Any], place: Mapping[str, Any]) -> Any:
    return eto_makkink(tmin=values["tmin"], tmax=values["tmax"], rs=values["rs"], elevation=place["elevation"])


def _turc(values: Mapping[str, Any], place: Mapping[str, Any]) -> Any:
    humidity = 100 * values["ea"] / air.mean_saturation_vapour_pressure(values["tmin"], values["tmax"])
    return eto_turc(tmin=values["tmin"], tmax=values["tmax"], rs=values["rs"], rhmean=np.minimum(humidity, 100.0))


METHODS: dict[str, Method] = {
    "fao56": Method(_penman_monteith(FAO56, "short"), _WEATHER, "FAO-56 Eq. 6"),
    "asce2005": Method(_penman_monteith(ASCE2005, "short"), _WEATHER, "ASCE-2005 Eq. 1", ASCE2005),
    "asce2005_tall": Method(_penman_monteith(ASCE2005, "tall"), _WEATHER, "ASCE-2005 Eq. 1", ASCE2005, "tall"),
    "hargreaves": Method(_hargreaves, ("tmin", "tmax"), "FAO-56 Eq. 52", has_terms=False),
    "priestley_taylor": Method(
        _priestley_taylor, ("tmin", "tmax", "ea", "rs"), "Priestley and Taylor (1972)", has_terms=False
    ),
    "makkink": Method(_makkink, ("tmin", "tmax", "rs"), "Makkink (1957), de Bruin (1987)", has_terms=False),
    "turc": Method(_turc, ("tmin", "tmax", "ea", "rs"), "Turc (1961)", has_terms=False),
}
"""Methods of `eto` by name."""


@dataclass(frozen=True)
class EtoResult:
    """Reference evapotranspiration of a table or a grid, and where every number comes from.

    Attributes
    ----------
    eto : pandas.Series or xarray.DataArray
        Reference evapotranspiration. [mm day-1]
    flags : pandas.DataFrame or xarray.Dataset
        A column (variable) for each input the method uses, of the same shape as the inputs: in every cell a name of
        `etolib.equations.filling.FLAGS`; in a Dataset its code, with CF ``flag_values`` and ``flag_meanings``.
    inputs : pandas.DataFrame or xarray.Dataset
        What the equation was given, after filling: tmin, tmax, ea, rs, u2 (and pressure where it was used).
    latitude, elevation : float or xarray.DataArray
        The place. [degrees], [m]
    method : str
        The equation, a name of `METHODS`.
    warnings : tuple of str
        One sentence per input that had to be filled or could not (tables only: a grid is not computed here).
    """

    eto: Any
    flags: Any
    inputs: Any
    latitude: Any
    elevation: Any
    method: str
    warnings: tuple[str, ...] = field(default=())

    def terms(self, date: Any = None) -> Any:
        """Return every term of the equation.

        Parameters
        ----------
        date : date-like, optional
            One day of the table.

        Returns
        -------
        pandas.DataFrame or xarray.Dataset
            Of a table, for a date: index term; columns value, units, description, equation, flag. Without a date:
            index date, a column per term. Of a grid: a Dataset with a variable per term (lazy where the grid is).
        """
        if hasattr(self.inputs, "data_vars"):
            return self._grid_terms(date)
        import pandas as pd

        inputs, day = self.inputs, None
        if date is not None:
            day = pd.Timestamp(date)
            if day not in inputs.index:
                raise InputError([Problem("date", str(date), "is not in the table")])
            inputs = inputs.loc[[day]]
        arrays = _terms_block(
            self.method,
            {name: inputs[name].to_numpy() for name in inputs},
            {
                "latitude": np.array([self.latitude]),
                "elevation": np.array([self.elevation]),
                "day_of_year": _day_of_year(inputs.index),
            },
        )
        table = pd.DataFrame(
            {name: np.broadcast_to(values, len(inputs)) for name, values in arrays.items()}, index=inputs.index
        )
        if day is None:
            return table
        described = {name: TERMS[name] for name in _term_names(self.method)}
        described["eto"] = (*TERMS["eto"][:2], METHODS[self.method].source)
        rows = pd.DataFrame.from_dict(described, orient="index", columns=["units", "description", "equation"])
        rows.insert(0, "value", table.iloc[0])
        rows["flag"] = self.flags.loc[[day]].iloc[0].reindex(rows.index).fillna("")
        rows.index.name = "term"
        return rows

    def _grid_terms(self, date: Any) -> Any:
        import xarray as xr

        inputs, when = self.inputs, _time_of(self.inputs)
        if date is not None:
            try:
                inputs = inputs.sel({when: date})
            except KeyError:
                raise InputError([Problem("date", str(date), "is not in the grid")]) from None
        names = list(_term_names(self.method))
        arrays = xr.apply_ufunc(
            _GridTerms(self.method, tuple(inputs.data_vars)),
            *inputs.data_vars.values(),
            self.latitude,
            self.elevation,
            inputs[when].dt.dayofyear,
            output_core_dims=[[] for _ in names],
            dask="parallelized",
            output_dtypes=[float] * len(names),
        )
        terms = xr.Dataset(dict(zip(names, arrays, strict=True)))
        for name in names:
            units, words, equation = TERMS[name]
            terms[name].attrs = {"units": units, "long_name": words, "references": equation}
        terms["eto"].attrs["references"] = METHODS[self.method].source
        return terms


def _term_names(method: str) -> tuple[str, ...]:
    parts = ("radiation_term", "aerodynamic_term")
    return tuple(name for name in TERMS if METHODS[method].has_terms or name not in parts)


def _terms_block(method: str, values: Mapping[str, Any], place: Mapping[str, Any]) -> dict[str, Any]:
    how = METHODS[method]
    with checked_inputs():
        terms = daily_terms(
            **{name: values[name] for name in _WEATHER},
            **place,
            convention=how.convention,
            surface=how.surface,
            pressure=values.get("pressure"),
        )
        if not how.has_terms:
            terms["eto"] = how.equation(values, place)
    return {name: terms[name] for name in _term_names(method)}


class _GridTerms:
    """The terms of one block of a grid; a class, so that it pickles into a dask graph."""

    def __init__(self, method: str, names: tuple[str, ...]) -> None:
        self.method, self.names = method, names

    def __call__(self, *arrays: Any) -> tuple[np.ndarray, ...]:
        *weather, latitude, elevation, day = (np.asarray(a, dtype=float) for a in arrays)
        place = {"latitude": latitude, "elevation": elevation, "day_of_year": day}
        terms = _terms_block(self.method, dict(zip(self.names, weather, strict=True)), place)
        shape = np.broadcast_shapes(*(a.shape for a in (*weather, latitude, elevation, day)))
        return tuple(np.broadcast_to(values, shape).copy() for values in terms.values())


def eto(
    data: Any,
    site: Site | None = None,
    method: str = "fao56",
    *,
    units: Mapping[str, str] | None = None,
    krs: str | float = "interior",
    dew_point_offset: float = 0.0,
    use_pressure: bool = False,
) -> EtoResult:
    """Return the reference evapotranspiration of a table or grid with what is there; the rest is filled by FAO-56.

    Parameters
    ----------
    data : pandas.DataFrame or xarray.Dataset
        A DataFrame with an index of dates (or a column ``date``), or a Dataset with a coordinate ``time`` (or
        ``date``); canonical names: ``tmin`` and ``tmax``, and any of ``ea tdew rhmin rhmax rhmean rs sunshine u2
        pressure``. Others are ignored. A Dataset may be on dask: nothing is computed here.
    site : Site, optional
        Latitude and elevation. A Dataset may bring its own: a coordinate ``latitude`` (or ``lat``) and a variable
        ``elevation``.
    method : {"fao56", "asce2005", "asce2005_tall", "hargreaves", "priestley_taylor", "makkink", "turc"}
        The equation.
    units : mapping, optional
        Units of columns that are not canonical, for example ``{"tmax": "degF", "rs": "W m-2"}``. The attribute
        ``units`` of a variable of a Dataset is read by itself.
    krs : {"interior", "coast", "island"} or float
        How missing radiation is estimated (FAO-56 Eqs. 50, 51).
    dew_point_offset : float
        How far the dew point lies below Tmin where humidity is missing; 2 to 3 in arid places. [degC]
    use_pressure : bool
        Take ``pressure`` [kPa] where it has a number. By default pressure is computed from the elevation, as FAO-56
        does, so that places and sources compare.

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
    problems = []
    if method not in METHODS:
        problems.append(Problem("method", method, f"must be one of {', '.join(METHODS)}"))
    problems += [
        Problem("units", name, f"names no variable; known: {', '.join(UNITS)}")
        for name in units or {}
        if name not in UNITS
    ]
    rules = {"krs": krs, "dew_point_offset": dew_point_offset}
    problems += filling.rule_problems(**rules)  # type: ignore[arg-type]
    kind = [t.__name__ for t in type(data).__mro__]
    if "DataFrame" in kind:
        return _table_eto(data, site, method, dict(units or {}), rules, use_pressure, problems)
    if "Dataset" in kind:
        return _grid_eto(data, site, method, dict(units or {}), rules, use_pressure, problems)
    problems.append(Problem("data", type(data).__name__, "is neither a pandas DataFrame nor an xarray Dataset"))
    raise InputError(problems)


_READ = ("tmin", "tmax", "ea", "tdew", "rhmin", "rhmax", "rhmean", "rs", "sunshine", "u2", "pressure")
_NO_ELEVATION = Problem(
    "elevation", None, "is needed for pressure and clear-sky radiation", "give Site(latitude, longitude, elevation=...)"
)


def _day_of_year(index: Any) -> np.ndarray:
    return index.day_of_year.to_numpy().astype(float)


def _table_eto(
    frame: Any,
    site: Site | None,
    method: str,
    units: dict[str, str],
    rules: Mapping[str, Any],
    use_pressure: bool,
    problems: list[Problem],
) -> EtoResult:
    import pandas as pd

    if site is None:
        problems.append(Problem("site", None, "is needed for a table", "give Site(latitude, longitude, elevation=...)"))
    elif site.elevation is None:
        problems.append(_NO_ELEVATION)
    table = frame.set_index("date") if "date" in frame.columns else frame
    if not isinstance(table.index, pd.DatetimeIndex):
        try:
            table = table.set_axis(pd.DatetimeIndex(table.index), axis=0)
        except (TypeError, ValueError):
            problems.append(
                Problem("index", str(table.index.dtype), "is not dates", "give a DatetimeIndex or a column date")
            )
    problems += _unused_units(units, table.columns)
    arrays = {}
    for name in (n for n in _READ if n in table.columns):
        try:
            values = pd.to_numeric(table[name]).to_numpy(dtype=float, na_value=np.nan)
            arrays[name] = convert(values, name, units[name]) if name in units else values
        except InputError as error:
            problems.extend(error.problems)
        except (TypeError, ValueError):
            dtype = str(table[name].dtype)
            problems.append(Problem(name, dtype, "is not a column of numbers", "give NaN for no value"))
    if problems or site is None or site.elevation is None:
        raise InputError(problems)
    place = {
        "latitude": np.array([site.latitude]),
        "elevation": np.array([site.elevation]),
        "day_of_year": _day_of_year(table.index),
    }
    values, codes, result = _fill_and_compute(arrays, place, method, rules, use_pressure)
    names = np.array(list(filling.FLAGS), dtype=object)
    used = METHODS[method].uses
    return EtoResult(
        eto=pd.Series(result, index=table.index, name="eto"),
        flags=pd.DataFrame({name: names[codes[name]] for name in used}, index=table.index),
        inputs=pd.DataFrame(values, index=table.index),
        latitude=site.latitude,
        elevation=site.elevation,
        method=method,
        warnings=tuple(filling.summary({name: codes[name] for name in used})),
    )


def _unused_units(units: Mapping[str, str], there: Any) -> list[Problem]:
    return [
        Problem("units", name, "names a variable that is not in the data")
        for name in units
        if name in UNITS and name not in there
    ]


def _fill_and_compute(
    arrays: Mapping[str, np.ndarray],
    place: Mapping[str, np.ndarray],
    method: str,
    rules: Mapping[str, Any],
    use_pressure: bool,
) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray], np.ndarray]:
    done = filling.complete(
        arrays,
        latitude=place["latitude"],
        elevation=place["elevation"],
        day_of_year=place["day_of_year"],
        **rules,
    )
    values = dict(done.values)
    with checked_inputs():
        if use_pressure and "pressure" in arrays:
            computed = air.atmospheric_pressure(place["elevation"])
            values["pressure"] = np.where(np.isnan(arrays["pressure"]), computed, arrays["pressure"])
        result = METHODS[method].equation(values, place)
    return values, done.codes, np.broadcast_to(result, values["tmin"].shape)


def _time_of(data: Any) -> str:
    return "time" if "time" in data.coords else "date"


def _grid_eto(
    dataset: Any,
    site: Site | None,
    method: str,
    units: dict[str, str],
    rules: Mapping[str, Any],
    use_pressure: bool,
    problems: list[Problem],
) -> EtoResult:
    import xarray as xr

    latitude = next((dataset[name] for name in ("latitude", "lat") if name in dataset.variables), None)
    if latitude is None:
        latitude = None if site is None else site.latitude
    if latitude is None:
        problems.append(Problem("latitude", None, "is not in the dataset", "add a coordinate latitude, or give a Site"))
    elevation = dataset["elevation"] if "elevation" in dataset.variables else None if site is None else site.elevation
    if elevation is None:
        problems.append(
            Problem(
                "elevation", None, "is not in the dataset", "add a variable elevation [m], or give Site(elevation=)"
            )
        )
    when = dataset.coords.get(_time_of(dataset))
    if when is None or not (np.issubdtype(when.dtype, np.datetime64) or when.dtype == object):
        problems.append(Problem("time", None, "is not a coordinate of dates", "add a coordinate time"))
    problems += _unused_units(units, dataset.variables)
    arrays = {}
    for name in (n for n in _READ if n in dataset.variables):
        unit = units.get(name, dataset[name].attrs.get("units"))
        try:
            arrays[name] = dataset[name] if unit is None else convert(dataset[name], name, str(unit))
        except InputError as error:
            problems.extend(error.problems)
    problems += [Problem(n, None, "is missing", f"add the variable {n}") for n in ("tmin", "tmax") if n not in dataset]
    if problems:
        raise InputError(problems)
    if not use_pressure:
        arrays.pop("pressure", None)
    kept = (*_WEATHER, "pressure") if "pressure" in arrays else _WEATHER
    flagged = filling.FILLED
    dtype = np.dtype(np.float32) if all(a.dtype == np.float32 for a in arrays.values()) else np.dtype(np.float64)
    block = _GridBlock(method, tuple(arrays), kept, dict(rules), use_pressure, dtype)
    outputs = xr.apply_ufunc(
        block,
        *arrays.values(),
        latitude,
        elevation,
        when.dt.dayofyear,
        output_core_dims=[[] for _ in range(1 + len(kept) + len(flagged))],
        dask="parallelized",
        output_dtypes=[dtype, *[dtype] * len(kept), *[np.int8] * len(flagged)],
        join="exact",
    )
    result, inputs, flags = outputs[0], outputs[1 : 1 + len(kept)], outputs[1 + len(kept) :]
    result.name = "eto"
    result.attrs = {
        "units": "mm day-1",
        "long_name": "reference evapotranspiration",
        "cell_methods": "time: mean",
        "references": METHODS[method].source,
    }
    codes = dict(zip(flagged, flags, strict=True))
    flag_set = xr.Dataset({name: codes[name] for name in METHODS[method].uses}, attrs=dataset.attrs)
    for variable in flag_set.data_vars.values():
        variable.attrs = {
            "long_name": f"where {variable.name} comes from",
            "flag_values": np.arange(len(filling.FLAGS), dtype=np.int8),
            "flag_meanings": " ".join(filling.FLAGS),
        }
    filled = xr.Dataset(dict(zip(kept, inputs, strict=True)), attrs=dataset.attrs)
    for name in kept:
        variable, known = filled[name], VARIABLES[name]
        variable.attrs = {"units": known.units, "long_name": known.long_name, "cell_methods": known.cell_methods}
        if known.standard_name:
            variable.attrs["standard_name"] = known.standard_name
    return EtoResult(result, flag_set, filled, latitude, elevation, method)


class _GridBlock:
    """Filling and equation of one block of a grid; a class, so that it pickles into a dask graph."""

    def __init__(
        self,
        method: str,
        names: tuple[str, ...],
        kept: tuple[str, ...],
        rules: dict[str, Any],
        use_pressure: bool,
        dtype: np.dtype[Any],
    ) -> None:
        self.method, self.names, self.kept, self.rules = method, names, kept, rules
        self.use_pressure, self.dtype = use_pressure, dtype

    def __call__(self, *arrays: Any) -> tuple[np.ndarray, ...]:
        *weather, latitude, elevation, day = (as_float(a) for a in arrays)
        shape = np.broadcast_shapes(*(a.shape for a in (*weather, latitude, elevation, day)))
        given = {name: a.astype(self.dtype, copy=False) for name, a in zip(self.names, weather, strict=True)}
        place = {
            name: a if a.ndim else a.reshape(1)
            for name, a in (("latitude", latitude), ("elevation", elevation), ("day_of_year", day))
        }
        given = {name: a if a.ndim else a.reshape(1) for name, a in given.items()}
        values, codes, result = _fill_and_compute(given, place, self.method, self.rules, self.use_pressure)
        outputs = [result, *(values[name] for name in self.kept)]
        numbers = [np.broadcast_to(a, shape or (1,)).astype(self.dtype).reshape(shape) for a in outputs]
        return (*numbers, *(np.broadcast_to(codes[n], shape or (1,)).reshape(shape) for n in filling.FILLED))
