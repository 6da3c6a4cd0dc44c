"""What a plain installation leaves out: which extra brings a package, and the sentence where it is absent.

``pip install etolib`` brings what computes; charts, files of other programs, grids, clusters and the page are extras
(``pip install "etolib[plot]"``). A package of an extra is imported where it is used, under `needed`. Which extra has it
is read where it is declared: in ``pyproject.toml`` of a checkout, in the metadata of an installed package.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

from etolib.errors import MissingPackage

OF_DEVELOPERS = frozenset({"bench", "build", "docs", "test"})
"""Extras that nobody is asked to install for a package."""


@contextmanager
def needed(extra: str | None = None) -> Iterator[None]:
    """Say which extra to install where an import inside finds a package of one absent.

    Parameters
    ----------
    extra : str, optional
        The one that is meant, where several bring the package; the smallest by default.

    Raises
    ------
    MissingPackage
        In place of the ``ImportError``; one that has another reason is passed on.

    Examples
    --------
    >>> with needed():
    ...     import numpy
    """
    try:
        yield
    except ImportError as error:
        if isinstance(error, MissingPackage) or (name := _absent(error)) is None:
            raise
        raise _missing(name, extra) from error


def check(*names: str, extra: str | None = None) -> None:
    """Raise `MissingPackage` where one of the packages, which another process will import, is not installed."""
    for name in names:
        if not _found(name) and name in homes():
            raise _missing(name, extra)


@cache
def usable(name: str) -> bool:
    """Return whether a package without which it goes more slowly can be imported; it is, to know.

    A package may be there and refuse to work with its neighbours: numba does beside a numpy newer than it knows.
    """
    try:
        import_module(name)
    except ImportError:
        return False
    return True


@cache
def homes() -> Mapping[str, str]:
    """Return the extra of each package that is not of the core, by the name under which it is imported.

    Of several extras the smallest.
    """
    largest_first = sorted(_packages().items(), key=lambda one: len(one[1]), reverse=True)
    return {name: extra for extra, names in largest_first for name in names}


@cache
def _packages() -> Mapping[str, tuple[str, ...]]:
    """Return what each extra for people brings by itself, by the names under which it is imported."""
    return {
        extra: tuple(name for line in lines if (name := _name(line)) != "etolib")  # `all` brings other extras
        for extra, lines in _declared().items()
        if extra not in OF_DEVELOPERS
    }


def _declared() -> dict[str, list[str]]:
    """Return the lines of each extra: of the checkout that this file stands in, else of the installed package."""
    import tomllib
    from importlib import metadata

    checkout = Path(__file__).parent.parent / "pyproject.toml"
    if checkout.is_file():
        project = tomllib.loads(checkout.read_text(encoding="utf-8"))["project"]
        if project["name"] == "etolib":
            return dict(project["optional-dependencies"])
    found: dict[str, list[str]] = {}
    for line in metadata.requires("etolib") or ():
        if extra := re.search(r"""extra == ['"]([\w-]+)""", line):
            found.setdefault(extra[1], []).append(line)
    return found


def _name(requirement: str) -> str:
    return re.split(r"[^\w.-]", requirement, maxsplit=1)[0].lower().replace("-", "_")


def _missing(name: str, extra: str | None) -> MissingPackage:
    meant = extra is not None and name in _packages().get(extra, ())
    return MissingPackage(name, extra if meant and extra else homes()[name])


def _absent(error: BaseException | None) -> str | None:
    """Return the package of an extra that an error, or what it came from, did not find."""
    while error is not None:
        if isinstance(error, ModuleNotFoundError) and error.name:
            name = error.name.partition(".")[0]
            if name in homes() and not _found(name):  # there, but too old or too new for another: no extra mends that
                return name
        error = error.__cause__ or error.__context__
    return None


def _found(name: str) -> bool:
    try:
        return find_spec(name) is not None
    except (ImportError, ValueError):
        return False
