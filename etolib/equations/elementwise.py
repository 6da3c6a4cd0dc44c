"""Same array type in, same array type out: numbers, arrays, Series, DataArrays and dask arrays for every equation.

An equation is written once, on numpy arrays. `elementwise` makes it public: it refuses impossible numbers with
all problems listed, hands arrays to the equation, and returns what the caller works with. Everything is turned
into arrays of at least one dimension first, so that a scalar takes the same instructions as an array and gives
the same bits.
"""

from __future__ import annotations

import functools
import importlib
import inspect
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, TypeVar

import numpy as np

from etolib.equations import conventions
from etolib.errors import InputError, Problem
from etolib.quantities import carries_unit, without_unit
from etolib.units import LIMITS, convert, has_units, likely_cause
from etolib.words import say

F = TypeVar("F", bound=Callable[..., Any])

_FLOATS = (np.dtype(np.float64), np.dtype(np.float32))

_checked: ContextVar[bool] = ContextVar("etolib_inputs_are_checked", default=False)


@contextmanager
def checked_inputs() -> Iterator[None]:
    """Mark that the inputs are checked: equations called inside do not check what was derived from them again.

    A derived number (the vapour pressure of 40 degC at 100 %) may lie outside the range of an input.
    """
    token = _checked.set(True)
    try:
        with np.errstate(invalid="ignore", divide="ignore"):
            yield
    finally:
        _checked.reset(token)


def elementwise(
    *,
    units: str,
    long_name: str,
    standard_name: str | None = None,
    cell_methods: str | None = None,
    options: Iterable[str] = (),
    words: Iterable[str] = (),
    dtype_of: Iterable[str] | None = None,
    relations: Callable[[dict[str, np.ndarray]], list[Problem]] | None = None,
    aliases: Mapping[str, str] | None = None,
    self_checking: bool = False,
    sequence: bool = False,
) -> Callable[[F], F]:
    """Make an equation on arrays public for every array type.

    Parameters
    ----------
    units, long_name, standard_name, cell_methods : str
        CF attributes of the result (given to DataArrays).
    options : iterable of str
        Parameters that are handed over as they are (names, flags).
    words : iterable of str
        Numeric parameters that may be a word instead, handed over as it is.
    dtype_of : iterable of str, optional
        Parameters that decide the precision of the result; all of them by default. Integers never decide.
    relations : callable, optional
        Further checks, given all numeric parameters as arrays.
    aliases : mapping of str to str, optional
        Variable of `etolib.units` a parameter stands for, where its own name means another.
    self_checking : bool
        The equation refuses impossible numbers itself.
    sequence : bool
        The cells of the time axis depend on each other: the equation has an option ``axis`` (0 for arrays; the
        dimension ``time``, or else the first, of DataArrays, which must lie in one chunk).
    """
    described = {"units": units, "long_name": long_name, "standard_name": standard_name, "cell_methods": cell_methods}
    attrs = {key: value for key, value in described.items() if value}
    plain, spoken = frozenset(options), frozenset(words)

    def is_setting(name: str, value: Any) -> bool:
        return value is None or name in plain or (name in spoken and isinstance(value, str))

    renamed = dict(aliases or {})
    deciding = None if dtype_of is None else frozenset(dtype_of)

    def decorate(core: F) -> F:
        signature = inspect.signature(core)

        @functools.wraps(core)
        def public(*args: Any, **kwargs: Any) -> Any:
            if _checked.get():  # called by another equation: arrays already, and checked
                return core(*args, **kwargs)
            if self_checking and not args and (arrays := plain_arrays(kwargs)) is not None:
                return core(**arrays)
            bound = signature.bind(*args, **kwargs)
            bound.apply_defaults()
            numeric = {k: v for k, v in bound.arguments.items() if not is_setting(k, v)}
            settings = {k: v for k, v in bound.arguments.items() if is_setting(k, v)}
            if "convention" in settings:  # a worker may not know the name of one made here
                settings["convention"] = conventions.get(settings["convention"])
            block = Block(core.__module__, core.__name__, tuple(numeric), settings)
            values = [in_canonical_unit(value, renamed.get(name, name)) for name, value in numeric.items()]
            return _dispatch(block, values, core.__name__, attrs, deciding, sequence)

        def plain_arrays(given: dict[str, Any]) -> dict[str, Any] | None:
            """Return the arguments if all are float arrays (single numbers besides them made arrays), else None."""
            arrays = {}
            for name, value in given.items():
                if type(value) is np.ndarray and value.ndim and value.dtype in _FLOATS:
                    arrays[name] = value
                elif type(value) in (float, int) and deciding is not None and name not in deciding:
                    arrays[name] = np.array([float(value)])
                elif is_setting(name, value):
                    arrays[name] = value
                else:
                    return None
            return arrays

        public.core = core  # type: ignore[attr-defined]
        public.aliases = renamed  # type: ignore[attr-defined]
        public.relations = relations  # type: ignore[attr-defined]
        public.self_checking = self_checking  # type: ignore[attr-defined]
        public.dtype_of = deciding  # type: ignore[attr-defined]
        return public  # type: ignore[return-value]

    return decorate


class Block:
    """One equation with its options, to be called on plain arrays; it pickles by name, so it can enter a dask graph."""

    def __init__(self, module: str, function: str, names: tuple[str, ...], settings: Mapping[str, Any]) -> None:
        self.module, self.function, self.names, self.settings = module, function, names, dict(settings)

    def along(self, axis: int) -> Block:
        """Return the same equation with its time on another axis."""
        return Block(self.module, self.function, self.names, {**self.settings, "axis": axis})

    def __call__(self, *arrays: Any, dtype: np.dtype[Any] | None = None) -> np.ndarray:
        public = getattr(importlib.import_module(self.module), self.function)
        given = {name: as_float(array, name) for name, array in zip(self.names, arrays, strict=True)}
        if dtype is not None and public.dtype_of is not None:
            given = {n: a.astype(dtype, copy=False) if n in public.dtype_of else a for n, a in given.items()}
        ndim = max((a.ndim for a in given.values()), default=0)
        given = {name: a if a.ndim else a.reshape(1) for name, a in given.items()}
        _check_shapes(given)
        if not public.self_checking:
            problems = range_problems(given, public.aliases)
            if public.relations is not None:
                problems += public.relations(given)
            if problems:
                raise InputError(problems)
        with checked_inputs():
            out: np.ndarray = public.core(**given, **self.settings)
        out = out if dtype is None else out.astype(dtype, copy=False)
        return out if ndim else out.reshape(())

    def __dask_tokenize__(self) -> tuple[Any, ...]:
        return (self.module, self.function, self.names, sorted(self.settings.items(), key=lambda item: item[0]))


def as_float(values: Any, name: str = "value") -> np.ndarray:
    """Return values as a float array: float32 and float64 kept, integers to float64, masked and None to NaN.

    >>> as_float([1, None])
    array([ 1., nan])
    """
    if carries_unit(values):
        raise InputError([Problem(name, str(values), say("takes_no_unit"), say("give_numbers"))])
    if isinstance(values, np.ma.MaskedArray):
        kept = np.float32 if values.dtype == np.float32 else np.float64
        values = np.ma.filled(values.astype(kept), np.nan)
    try:
        array = np.asarray(values)
        if array.dtype in (np.float64, np.float32):
            return array
        if array.dtype.kind in "iuf" or (array.dtype.kind == "O" and not _has_text(array)):
            return array.astype(np.float32 if array.dtype == np.float16 else np.float64)
    except (TypeError, ValueError):
        pass
    raise InputError([Problem(name, values, say("not_a_number"), say("give_numbers"))])


def _has_text(array: np.ndarray) -> bool:
    return any(isinstance(v, str | bytes | bool) for v in array.ravel())


def in_canonical_unit(value: Any, name: str) -> Any:
    """Return a quantity, or a DataArray with an attribute ``units``, in the canonical unit of variable ``name``.

    Others are returned unchanged; `InputError` where the unit is not known.
    """
    if carries_unit(value):
        return without_unit(value, name)
    unit = getattr(value, "attrs", {}).get("units") if has_units(name) else None
    return value if unit is None else convert(value, name, str(unit))


def range_problems(given: Mapping[str, np.ndarray], aliases: Mapping[str, str] | None = None) -> list[Problem]:
    """Return one `Problem` for every parameter with a number outside its plausible range; NaN is no problem.

    >>> print(range_problems({"latitude": np.array([150.0])})[0])
    latitude = 150.0: must lie within -90 to 90 degrees
    """
    problems = []
    for name, array in given.items():
        variable = (aliases or {}).get(name, name)
        limits = LIMITS.get(variable)
        if limits is None or array.size == 0:
            continue
        low, high, unit = limits
        if not (np.fmin.reduce(array, axis=None) < low or np.fmax.reduce(array, axis=None) > high):
            continue
        bad = (array < low) | (array > high)
        count = int(np.count_nonzero(bad))
        if count:
            values = array[bad]
            worst = float(values.flat[np.argmax(np.maximum(low - values, values - high))])
            bounds = {"low": f"{low:g}", "high": f"{high:g}"}
            rule = say("must_lie_within_unit", **bounds, unit=unit) if unit else say("must_lie_within", **bounds)
            if array.size > 1:
                rule = say("so_many_do_not", sentence=rule, count=count, total=array.size)
            problems.append(
                Problem(
                    name,
                    worst,
                    rule,
                    likely_cause(variable, values),
                )
            )
    return problems


def ordered(low: str, high: str) -> Any:
    """Return a check that parameter ``low`` is not above parameter ``high`` in any cell."""

    def relation(given: dict[str, np.ndarray]) -> list[Problem]:
        if low not in given or high not in given:
            return []
        above = given[low] > given[high]
        count = int(np.count_nonzero(above))
        if not count:
            return []
        first = np.broadcast_to(given[low], above.shape)[above].flat[0]
        limit = np.broadcast_to(given[high], above.shape)[above].flat[0]
        rule = say("above_another", variable=high, value=f"{float(limit):g}")
        if above.size > 1:
            rule = say("above_another_in_cells", **rule.values, count=count, total=above.size)
        return [Problem(low, float(first), rule, say("check_whether_swapped", variable=low, variable2=high))]

    return relation


def _check_shapes(given: Mapping[str, np.ndarray]) -> None:
    try:
        np.broadcast_shapes(*(a.shape for a in given.values()))
    except ValueError:
        shapes = {name: a.shape for name, a in given.items()}
        raise InputError([Problem("shapes", shapes, say("do_not_go_together"), say("give_one_shape"))]) from None


def _loaded(module: str, name: str) -> Any:
    # A value can only be of a library's type when that library is loaded: no need to import it here.
    found = sys.modules.get(module)
    return getattr(found, name, None) if found is not None else None


def _decide_dtype(block: Block, values: list[Any], deciding: frozenset[str] | None) -> np.dtype[Any]:
    """Return float32 where every deciding array is float32, else float64; single numbers decide among themselves."""
    named = [v for n, v in zip(block.names, values, strict=True) if deciding is None or n in deciding]
    arrays = [v for v in named if getattr(v, "ndim", 0)]
    dtypes = [getattr(v, "dtype", None) for v in arrays or named]
    floats = [d for d in dtypes if not (isinstance(d, np.dtype) and d.kind in "iub")]
    single = bool(floats) and all(d in (np.float32, np.float16) for d in floats)
    return np.dtype(np.float32 if single else np.float64)


def _dispatch(
    block: Block,
    values: list[Any],
    name: str,
    attrs: Mapping[str, str],
    deciding: frozenset[str] | None,
    sequence: bool,
) -> Any:
    data_array = _loaded("xarray", "DataArray")
    series = _loaded("pandas", "Series")
    index = _loaded("pandas", "Index")
    dask_array = _loaded("dask.array", "Array")
    if data_array is not None and any(isinstance(v, data_array) for v in values):
        out = _with_xarray(block, values, _decide_dtype(block, values, deciding), sequence)
        out.name = name
        out.attrs = dict(attrs)
        return out
    if dask_array is not None and any(isinstance(v, dask_array) for v in values):
        import dask.array as da

        if sequence:
            raise InputError([Problem("arrays", "dask", say("have_no_time_dimension"), say("give_data_arrays"))])
        dtype = _decide_dtype(block, values, deciding)
        return da.map_blocks(
            functools.partial(block, dtype=dtype), *_as_dask(values), dtype=dtype, meta=np.empty(0, dtype)
        )
    labels = None
    if series is not None:
        labelled = [(n, v) for n, v in zip(block.names, values, strict=True) if isinstance(v, series)]
        if labelled:
            labels = labelled[0][1].index
            different = [n for n, v in labelled if not v.index.equals(labels)]
            if different:
                raise InputError(
                    [
                        Problem(n, "Series", say("has_other_labels", name=labelled[0][0]), say("align_series_first"))
                        for n in different
                    ]
                )
        values = [_pandas_values(v) if isinstance(v, series | index) else v for v in values]
    dtype = _decide_dtype(block, values, deciding)
    out = block(*values, dtype=dtype)
    if labels is not None:
        return series(out, index=labels, name=name)
    return (out.item() if dtype == np.float64 else out[()]) if out.ndim == 0 else out


def _pandas_values(values: Any) -> np.ndarray:
    if isinstance(values.dtype, np.dtype) and values.dtype.kind in "iuf":
        return np.asarray(values.to_numpy())
    return as_float(values.to_numpy(dtype=object, na_value=np.nan), str(values.name))


def _as_dask(values: list[Any]) -> list[Any]:
    import dask.array as da

    arrays = [v if isinstance(v, da.Array) else np.asarray(v) for v in values]
    ndim = max(a.ndim for a in arrays)
    return [a[(None,) * (ndim - a.ndim)] if a.ndim else a[()] for a in arrays]


def _with_xarray(block: Block, values: list[Any], dtype: np.dtype[Any], sequence: bool) -> Any:
    import xarray as xr

    core: dict[str, Any] = {}
    dims: tuple[Any, ...] | None = None
    if sequence:
        arrays = [v for v in values if isinstance(v, xr.DataArray)]
        dims = xr.broadcast(*arrays)[0].dims
        time = "time" if "time" in dims else dims[0] if dims else None
        if time is not None:
            template = next(v for v in arrays if time in v.dims)
            values = [xr.broadcast(v, template)[0] if isinstance(v, xr.DataArray) else v for v in values]
            core = {
                "input_core_dims": [[time] if isinstance(v, xr.DataArray) else [] for v in values],
                "output_core_dims": [[time]],
            }
            block = block.along(-1)
    try:
        out = xr.apply_ufunc(
            functools.partial(block, dtype=dtype),
            *values,
            dask="parallelized",
            output_dtypes=[dtype],
            join="exact",
            keep_attrs=False,
            **core,
        )
    except xr.AlignmentError as error:
        raise InputError([Problem("coordinates", str(error), say("do_not_agree"), say("align_arrays_first"))]) from None
    return out if dims is None else out.transpose(*dims)
