"""The Dataset of a grid, and how it travels to another process: by its path, or as it is where it is small."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from etolib.errors import InputError, MissingPackage, NotCovered, Problem
from etolib.sources.grid.amounts import Kind
from etolib.sources.grid.runs import flat
from etolib.words import Text, say

TRAVELS = 20_000_000
"""A Dataset in memory goes to the workers with every task up to this size. [bytes]"""


class Held:
    """A Dataset, or the paths it is opened from when it is first asked.

    Parameters
    ----------
    dataset : xarray.Dataset, optional
    paths : tuple of str
        Files or a store, from which every process opens it by itself; empty where the Dataset was given.
    names : mapping of str to str
        Canonical name to the Dataset's own, where a person says it.
    accumulated : str, optional
        How amounts of forecast runs are summed up, where a person says it.
    """

    def __init__(
        self, dataset: Any, paths: tuple[str, ...], names: Mapping[str, str], accumulated: Kind | None = None
    ) -> None:
        self._dataset, self.paths, self.names, self.accumulated = dataset, paths, dict(names), accumulated
        self.left_behind: Text | None = None

    @property
    def dataset(self) -> Any:
        """The Dataset under the names that were given; `NotCovered` where this process has not got it."""
        if self._dataset is None:
            if self.left_behind is not None:
                raise NotCovered(self.left_behind, suggestion=say("grid_give_a_path"))
            try:
                self._dataset = _named(opened(self.paths), self.names, self.accumulated)
            except InputError as error:
                raise NotCovered(error.message, suggestion=say("grid_shared_path")) from error
        return self._dataset

    def __getstate__(self) -> dict[str, Any]:
        state = self.__dict__.copy()
        if self.paths:
            state["_dataset"] = None
        elif self._dataset is not None and (size := _bytes(self._dataset)) > TRAVELS:
            state["_dataset"] = None
            state["left_behind"] = say("grid_too_large_to_travel", megabytes=f"{size / 1e6:.0f}")
        return state


def hold(data: Any, names: Mapping[str, str], accumulated: Kind | None = None) -> Held:
    """Return a Dataset, a path or several, held; `InputError` where it cannot be opened or a name is not in it."""
    if hasattr(data, "data_vars"):
        return Held(_named(data, names, accumulated), (), names, accumulated)
    several = isinstance(data, (list, tuple))
    paths = tuple(str(path) for path in (data if several else [data]))
    return Held(_named(opened(paths), names, accumulated), paths, names, accumulated)


def opened(paths: tuple[str, ...]) -> Any:
    """Return the Dataset of paths, lazily, as `etolib.archive.open_archive` opens it.

    Raises
    ------
    InputError
        Where there is nothing, it is no such file, or a package is missing to reach it.
    """
    from etolib.equations.archive import open_archive

    shown = ", ".join(paths)
    try:
        return open_archive(paths[0] if len(paths) == 1 else list(paths))
    except (InputError, MissingPackage):
        raise
    except ImportError as error:
        raise InputError(
            [Problem("grid", shown, say("grid_package_missing", error=error), say("grid_install"))]
        ) from None
    except (OSError, ValueError, KeyError, TypeError) as error:
        reason = say("grid_cannot_be_opened", error=str(error)[:200])
        raise InputError([Problem("grid", shown, reason, say("check_the_path"))]) from None


def _named(dataset: Any, names: Mapping[str, str], accumulated: Kind | None) -> Any:
    absent = [own for own in names.values() if own not in dataset.variables]
    if absent:
        there = [str(name) for name in dataset.data_vars]
        raise InputError(
            [Problem("names", own, say("variable_not_in_data"), say("known_are", names=there)) for own in absent]
        )
    return flat(dataset.rename({own: name for name, own in names.items() if own != name}), accumulated)


def _bytes(dataset: Any) -> int:
    """Return how much of a Dataset is in memory. [bytes]"""
    return sum(int(v.nbytes) for v in dataset.variables.values() if getattr(v, "_in_memory", True))
