"""The files a result can be taken away as: a registry by ending, and a module for each.

>>> [one.ending for one in registered().values()]
['.csv', '.nc', '.xlsx', '.json', '.parquet', '.zip', '.png', '.html', '.py', '.ipynb', '.txt']
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from etolib.errors import InputError, Problem
from etolib.result.formats import aquacrop, citation, csv, json, netcdf, notebook, parquet, png, report, script, xlsx
from etolib.result.formats.format import Format, PathLike, write
from etolib.unit_systems import METRIC, check
from etolib.words import say

if TYPE_CHECKING:
    from etolib.result.result import Result

__all__ = ["Format", "by_ending", "endings", "file_name", "register", "registered", "remove", "save", "write"]

_MODULES = (csv, netcdf, xlsx, json, parquet, aquacrop, png, report, script, notebook, citation)
_FORMATS: dict[str, Format] = {one.FORMAT.name: one.FORMAT for one in _MODULES}


def register(one: Format) -> Format:
    """Add a format, or replace the one of its name: `Result.save`, the command line and the page offer it at once.

    >>> register(Format("toy", ".toy", content=lambda result: b"toy")).ending
    '.toy'
    >>> remove("toy")
    """
    _FORMATS[one.name] = one
    return one


def remove(name: str) -> None:
    """Take a format away."""
    _FORMATS.pop(name, None)


def registered() -> Mapping[str, Format]:
    """Return the formats by name."""
    return dict(_FORMATS)


def endings() -> tuple[str, ...]:
    """Return the endings of file names that can be written."""
    return tuple(one.ending for one in _FORMATS.values())


def by_ending(ending: str) -> Format:
    """Return the format of an ending, capital or small; of two the one registered last.

    >>> by_ending(".CSV").name
    'csv'
    >>> by_ending(".doc")
    Traceback (most recent call last):
    ...
    etolib.errors.InputError: output = '.doc': must end in .csv .nc .xlsx .json .parquet .zip .png .html .py .ipynb .txt
    """
    for one in reversed(_FORMATS.values()):
        if one.ending == ending.lower():
            return one
    raise InputError([Problem("output", ending, say("must_end_in", endings=" ".join(endings())))])


def save(result: Result, path: PathLike, units: str = METRIC) -> None:
    """Write a result to a file, whole or not at all, in the format of its ending and a system of units."""
    write(path, by_ending(Path(path).suffix).made(result, check(units)))


def file_name(result: Result) -> str:
    """Return a name for the file of a result: place and days, no ending."""
    site, period = result.site, result.period
    return f"eto_{site.latitude:.4f}_{site.longitude:.4f}_{period.start}_{period.end}"
