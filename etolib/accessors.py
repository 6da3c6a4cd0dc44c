"""``import etolib.accessors`` gives tables and datasets an ``eto``: ``frame.eto(site)``, ``dataset.eto()``.

Nothing is registered by ``import etolib`` alone: pandas and xarray keep such names for the whole process.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from etolib.equations.tables import eto
from etolib.extras import usable

if TYPE_CHECKING:
    import xarray as xr

    from etolib.equations.eto_result import EtoResult
    from etolib.site import Site


class Accessor:
    """Reference evapotranspiration of the table or dataset at hand.

    Where a column or variable is named ``eto``, ``frame.eto`` is that one, as it always was.

    Examples
    --------
    >>> import pandas as pd
    >>> import etolib, etolib.accessors
    >>> days = pd.DataFrame({"tmin": [12.3], "tmax": [21.5], "ea": [1.409], "rs": [22.07], "u2": [2.078]},
    ...                     index=pd.DatetimeIndex(["2015-07-06"]))
    >>> days.eto(etolib.Site(50.8, 4.35, elevation=100)).eto.round(2).item()
    3.88
    """

    def __init__(self, data: pd.DataFrame | xr.Dataset) -> None:
        self._data = data

    def __call__(self, site: Site | None = None, method: str = "fao56", **options: Any) -> EtoResult:
        """Return the ETo of every day, as `etolib.eto` does.

        Parameters
        ----------
        site : Site, optional
            The place; a dataset may have ``latitude`` and ``elevation`` in itself.
        method : str
            As `etolib.eto` has it.
        **options
            Handed to `etolib.eto`.

        Returns
        -------
        EtoResult
            ``.eto`` [mm day-1], ``.flags`` of every input, ``.terms()``.

        Raises
        ------
        InputError
            As `etolib.eto`.
        """
        return eto(self._data, site, method, **options)


class _Eto:
    """The attribute ``eto`` of tables and datasets: a column of that name where there is one, else an `Accessor`.

    The registration of pandas and xarray would hide such a column, and keep what it once gave.
    """

    def __get__(self, data: pd.DataFrame | xr.Dataset | None, owner: type) -> Any:
        if data is None:
            return Accessor
        return data["eto"] if "eto" in data else Accessor(data)


_kinds: list[type] = [pd.DataFrame]
if usable("xarray"):
    import xarray as xr

    _kinds.append(xr.Dataset)
for _kind in _kinds:
    if getattr(_kind, "eto", Accessor) is not Accessor:
        raise ImportError(f"another package has given {_kind.__name__} an attribute eto")
    _kind.eto = _Eto()  # type: ignore[attr-defined]
