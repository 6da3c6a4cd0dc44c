"""Sources that other packages bring: entry points of the group ``etolib.sources``, see docs/own_source.md.

Each names a row (`SourceInfo`), or several. They are read when somebody first asks for more than the sources of etolib
itself. What is wrong with a package is kept as a sentence (`Rows.refused`) and never stops anything.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import logging
import os
import re
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from etolib.sources.row import KINDS, SourceInfo
from etolib.variables import INPUTS
from etolib.words import Text, say

if TYPE_CHECKING:
    from _collections_abc import dict_items, dict_keys, dict_values
    from importlib.metadata import EntryPoint

GROUP = "etolib.sources"
"""Of the entry points."""

WITHOUT = "ETOLIB_WITHOUT"
"""The variable with the names of packages whose sources are not wanted, separated by commas; ``all``: of none."""

log = logging.getLogger(__name__)


class Rows(dict[str, SourceInfo]):
    """The rows of the catalogue by name; those of other packages join when more than etolib's own are asked for.

    Parameters
    ----------
    own : iterable of SourceInfo
        The rows of etolib itself.
    services : mapping
        Names and roots that no package may have for its own.
    changed : callable
        Called after rows have joined.
    """

    def __init__(
        self, own: Iterable[SourceInfo], services: Mapping[str, str], changed: Callable[[], None] | None = None
    ) -> None:
        super().__init__({row.name: row for row in own})
        self._services = dict(services)
        self._changed = changed
        self._refused: list[Text] = []
        self._asked = False
        self._guard = threading.RLock()

    @property
    def own(self) -> tuple[SourceInfo, ...]:
        """The rows of etolib itself and of this process; packages are not looked for."""
        return tuple(row for row in self._here() if not row.package)

    @property
    def refused(self) -> tuple[Text, ...]:
        """What was wrong with packages, a sentence each."""
        self._bring()
        return tuple(self._refused)

    def forget(self) -> None:
        """Leave the rows of packages out again, until they are asked for anew."""
        with self._guard:
            for row in [row for row in self._here() if row.package]:
                super().__delitem__(row.name)
            self._refused, self._asked = [], False

    def _here(self) -> list[SourceInfo]:
        return [super(Rows, self).__getitem__(name) for name in super().__iter__()]

    def _bring(self) -> None:
        if self._asked:
            return
        with self._guard:
            if self._asked:
                return
            self._asked = True  # a package that looks at the catalogue while it is read sees what is there
            for entry in installed():
                try:
                    for row in _rows(entry):
                        self._take(row, entry)
                except (Exception, SystemExit) as error:  # whatever a package of others raises, we go on without it
                    self._refuse(entry, say("package_not_read", error=f"{type(error).__name__}: {error}"[:300]))
            if self._changed is not None:
                self._changed()

    def _take(self, row: SourceInfo, entry: EntryPoint) -> None:
        row = dataclasses.replace(row, package=_named(entry), places=1)  # lists ask more of a provider than `fetch`
        services = self._services | {other.service: other.root for other in self._here() if other.service}
        if reason := _wrong(row, self._here(), services):
            self._refuse(entry, reason)
        else:
            super().__setitem__(row.name, row)

    def _refuse(self, entry: EntryPoint, reason: Text) -> None:
        sentence = say("package_refused", package=_named(entry), entry=entry.name, sentence=reason)
        self._refused.append(sentence)
        log.warning("%s", sentence)

    def __missing__(self, name: str) -> SourceInfo:
        self._bring()
        if super().__contains__(name):
            return super().__getitem__(name)
        raise KeyError(name)

    def get(self, name: str, default: Any = None) -> Any:
        """Return a row, or ``default``."""
        try:
            return self[name]
        except KeyError:
            return default

    def __contains__(self, name: object) -> bool:
        if not super().__contains__(name):
            self._bring()
        return super().__contains__(name)

    def __iter__(self) -> Iterator[str]:
        self._bring()
        return super().__iter__()

    def __len__(self) -> int:
        self._bring()
        return super().__len__()

    def keys(self) -> dict_keys[str, SourceInfo]:
        """Return the names."""
        self._bring()
        return super().keys()

    def values(self) -> dict_values[str, SourceInfo]:
        """Return the rows."""
        self._bring()
        return super().values()

    def items(self) -> dict_items[str, SourceInfo]:
        """Return names and rows."""
        self._bring()
        return super().items()


def installed() -> list[EntryPoint]:
    """Return the entry points of packages whose sources are wanted, in a lasting order."""
    from importlib.metadata import entry_points  # some 20 ms that not every program needs

    unwanted = {_plain(name) for name in os.environ.get(WITHOUT, "").split(",") if name.strip()}
    if "all" in unwanted:
        return []
    found = [entry for entry in entry_points(group=GROUP) if _plain(_package(entry)) not in unwanted]
    return sorted(found, key=lambda entry: (_plain(_package(entry)), entry.name))


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name.strip()).lower()


def _package(entry: EntryPoint) -> str:
    return entry.value.partition(":")[0] if entry.dist is None else str(entry.dist.name)


def _named(entry: EntryPoint) -> str:
    return _package(entry) + ("" if entry.dist is None else f" {entry.dist.version}")


def _rows(entry: EntryPoint) -> list[SourceInfo]:
    found = entry.load()
    rows = [found] if isinstance(found, SourceInfo) else [*found]
    for row in rows:
        if not isinstance(row, SourceInfo):
            raise TypeError(f"{entry.value} is no etolib.sources.row.SourceInfo")
    return rows


_TEXTS = ("title", "delay", "coverage", "licence", "attribution", "homepage", "politeness", "reason")


def _wrong(row: SourceInfo, others: Iterable[SourceInfo], services: Mapping[str, str]) -> Text | None:
    """Return what keeps a row from standing in the catalogue, None where nothing does."""
    names = {other.name: other for other in others}
    if row.name in names or row.name in ("station", "auto"):
        taken = names[row.name].package if row.name in names else ""
        return say("package_name_taken", name=repr(row.name), package=taken or "etolib")
    if not row.name.isidentifier() or not row.name.isascii():
        return say("package_name_is_none", name=repr(row.name))
    if row.service and services.get(row.service, row.root) != row.root:
        return say("package_service_taken", name=repr(row.service))
    if bool(row.service) != bool(row.root) or (row.service and not row.service.isidentifier()):
        return say("package_service_without_root", name=repr(row.name))
    module, _, attribute = row.provider.partition(":")
    if not module or not attribute:
        return say("package_without_provider", name=repr(row.name))
    unknown = [name for name in (*row.provides, *row.estimates) if name not in INPUTS]
    if unknown or not row.provides:
        return say("package_variables_unknown", name=repr(row.name), names=unknown or ["-"])
    lacking = [name for name in _TEXTS if not isinstance(getattr(row, name), str) or not getattr(row, name).strip()]
    lacking += [] if row.kinds and {*row.kinds} <= {*KINDS} else ["kinds"]
    lacking += ["home"] if row.role == "national" and (not row.home or row.rank.at_home is None) else []
    first, last = row.window(dt.date(2026, 11, 26))
    lacking += [] if isinstance(first, dt.date) and isinstance(last, dt.date) and first <= last else ["window"]
    return say("package_row_incomplete", name=repr(row.name), names=lacking) if lacking else None
