"""Numbers that carry their unit: quantities of pint, astropy and unyt, alone or within pandas and xarray.

They are converted to the canonical unit or refused, never read as bare numbers. No library of quantities is imported
here: a value is one where it has ``units`` (or ``unit``) and ``to``.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from etolib.errors import InputError, Problem
from etolib.units import LIMITS
from etolib.words import say

_TARGETS: dict[str, tuple[tuple[str, float], ...]] = {
    "degC": (("degC", 1.0), ("deg_C", 1.0)),
    "%": (("percent", 1.0), ("%", 1.0)),
    "kPa": (("kPa", 1.0),),
    "m s-1": (("m/s", 1.0),),
    "MJ m-2 day-1": (("MJ/m**2/day", 1.0), ("MJ m-2 d-1", 1.0), ("MJ/m**2", 1.0), ("mm/day", 2.45), ("mm d-1", 2.45)),
    "MJ m-2 h-1": (("MJ/m**2/hour", 1.0), ("MJ m-2 h-1", 1.0), ("MJ/m**2", 1.0)),
    "mm day-1": (("mm/day", 1.0), ("mm d-1", 1.0), ("mm", 1.0), ("kg/m**2/day", 1.0), ("kg m-2 d-1", 1.0)),
    "h": (("hour", 1.0), ("h", 1.0)),
    "m": (("m", 1.0),),
    "degrees": (("degree", 1.0), ("deg", 1.0)),
    "": (("dimensionless", 1.0), ("", 1.0)),
}
"""What a quantity is asked to become, by canonical unit, each with its factor to that; libraries spell differently."""

_OTHERS = {"g": "MJ m-2 day-1", "alpha": "", "relative_shortwave": ""}


def carries_unit(value: Any) -> bool:
    """Return whether a value carries its unit: a quantity, or a column, grid or list of quantities.

    >>> carries_unit(1.0), carries_unit(np.arange(3)), carries_unit("mm")
    (False, False, False)
    """
    if _is_quantity(value):
        return True
    dtype = getattr(value, "dtype", None)
    if _is_quantity(dtype) or (dtype is not None and hasattr(dtype, "units")):  # a column of pint-pandas
        return True
    if hasattr(value, "dims") and hasattr(value, "data"):  # a DataArray
        return _is_quantity(value.data)
    if hasattr(value, "to_numpy") and getattr(dtype, "kind", "") == "O":
        return any(map(_is_quantity, value.to_numpy(dtype=object)))
    if isinstance(value, np.ndarray) and value.dtype.kind == "O":
        return any(map(_is_quantity, value.ravel()))
    return isinstance(value, list | tuple) and any(map(_is_quantity, value))


def without_unit(value: Any, name: str) -> Any:
    """Return a value that carries its unit as bare numbers in the canonical unit of a parameter.

    Parameters
    ----------
    value : quantity, Series, DataArray, array or list of quantities
    name : str
        A variable, or a parameter of `etolib.units.LIMITS`.

    Returns
    -------
    numeric
        Of the same array type; ``value`` itself where it carries none.

    Raises
    ------
    InputError
        Where the unit is of something else, or the parameter has none.
    """
    if not carries_unit(value):
        return value
    if hasattr(value, "dims") and hasattr(value, "data"):
        bare = value.copy(data=_bare(value.data, name))
        bare.attrs.pop("units", None)
        return bare
    if hasattr(value, "index") and hasattr(value, "array"):  # a Series
        numbers = _numbers(value.array.quantity, name) if hasattr(value.array, "quantity") else _each(value, name)
        import pandas as pd

        return pd.Series(numbers, index=value.index, name=value.name)
    if _is_quantity(value):
        return _bare(value, name)
    return _each(value, name)


def _is_quantity(value: Any) -> bool:
    if isinstance(value, str | bytes | type) or value is None:
        return False
    return hasattr(value, "to") and (hasattr(value, "units") or hasattr(value, "unit")) and not hasattr(value, "dims")


def _each(values: Any, name: str) -> np.ndarray:
    """Return the numbers of single quantities side by side; a bare number among them is refused."""
    cells = np.asarray(values, dtype=object) if not isinstance(values, list | tuple) else _objects(values)
    found = np.full(cells.shape, np.nan)
    for at, cell in np.ndenumerate(cells):
        if _is_quantity(cell):
            found[at] = float(_bare(cell, name))
        elif cell is not None and cell == cell:
            raise InputError([Problem(name, cell, say("has_no_unit_among_quantities"), say("give_all_with_units"))])
    return found


def _objects(values: Any) -> np.ndarray:
    cells = np.empty(len(values), dtype=object)
    for i, value in enumerate(values):
        cells[i] = value
    return cells


def _numbers(quantity: Any, name: str) -> np.ndarray:
    bare = _bare(quantity, name)
    if hasattr(bare, "to_numpy"):
        return np.asarray(bare.to_numpy(dtype=float, na_value=np.nan))
    return np.asarray(bare, dtype=float)


def _bare(quantity: Any, name: str) -> Any:
    """Return the numbers of a quantity in the canonical unit of a parameter."""
    unit = getattr(quantity, "units", None)
    unit = getattr(quantity, "unit", None) if unit is None else unit
    canonical = _OTHERS.get(name, LIMITS[name][2] if name in LIMITS else None)
    if canonical is None or canonical not in _TARGETS:
        raise InputError([Problem(name, str(unit), say("takes_no_unit"), say("give_numbers"))])
    for target, factor in _TARGETS[canonical]:
        for options in _ways(quantity, canonical):
            try:
                converted = quantity.to(target, **options)
            except Exception:  # each library raises its own, for an unknown word as for another dimension
                continue
            numbers = next(getattr(converted, part) for part in ("magnitude", "value", "m") if hasattr(converted, part))
            return numbers if factor == 1.0 else numbers * factor
    hint = say("give_in_unit", unit=canonical) if canonical else say("give_numbers")
    raise InputError([Problem(say("unit_of", name=name), str(unit), say("is_not_of_this_quantity"), hint)])


def _ways(quantity: Any, canonical: str) -> list[dict[str, Any]]:
    """Return the options of ``to``: astropy turns kelvin into degrees Celsius only where told that it may."""
    if canonical == "degC" and type(quantity).__module__.startswith("astropy"):
        import importlib

        return [{"equivalencies": importlib.import_module("astropy.units").temperature()}]
    return [{}]
