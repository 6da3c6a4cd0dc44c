"""Whose a store of the page is, and what a list of stores says of it: a small file beside its lots.

A store outlives its page, the server and the scheduler; so does this, which tells a visitor of his own stores only.
"""

from __future__ import annotations

import contextlib
import json
import re
import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from etolib import config
from etolib.tasks.messages import State

FOLDER = "regions"
"""Of the cache folder: the stores of the page."""

FILE = "whose.json"
"""Of the journal of a store; no file that is taken away holds it."""
STOPPED = "stopped"
"""Of the journal as well: the batch was stopped by its visitor, and goes on when he says so and not before."""

_LONGEST = 200  # characters of a text
NAME = re.compile(r"[0-9a-f]{32}")
"""The name of a store of the page."""


def folder() -> Path:
    """Return where the stores of the page lie; workers must see it too."""
    return config.cache_dir() / FOLDER


@dataclass(frozen=True)
class Record:
    """A batch of a visitor.

    Attributes
    ----------
    visitor : str
        As `etolib.tasks.visitor.of_this_process`.
    title : str
        What the region is called; empty where it has no name.
    box : str
        Its west, south, east and north. [degrees]
    period : str
        ``2024-05-01/2024-05-31``
    days, places, lots : int
    begun : float
        Seconds since 1970.
    """

    visitor: str
    title: str
    box: str
    period: str
    days: int
    places: int
    lots: int
    begun: float

    def write(self, store: Path) -> None:
        """Write it into the journal of a store; of nobody's store nothing is written."""
        if self.visitor:
            (store / "journal" / FILE).write_text(json.dumps(asdict(self)), encoding="utf-8")

    @classmethod
    def read(cls, store: Path) -> Record | None:
        """Return what a store says; None where it says nothing.

        Examples
        --------
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     (Path(folder) / "journal").mkdir()
        ...     Record("ana", "Farms", "1, 2, 3, 4", "2024-05-01/2024-05-03", 3, 40, 4, 1.7e9).write(Path(folder))
        ...     Record.read(Path(folder)).title
        'Farms'
        """
        try:
            said = json.loads((store / "journal" / FILE).read_text(encoding="utf-8"))
            return cls(
                visitor=str(said["visitor"]),
                title=str(said["title"])[:_LONGEST],
                box=str(said["box"])[:_LONGEST],
                period=str(said["period"])[:_LONGEST],
                days=int(said["days"]),
                places=int(said["places"]),
                lots=int(said["lots"]),
                begun=float(said["begun"]),
            )
        except (OSError, ValueError, KeyError, TypeError):
            return None


def is_stopped(store: Path) -> bool:
    """Return whether a batch was stopped by its visitor."""
    return (store / "journal" / STOPPED).exists()


def mark_stopped(store: Path, stopped: bool) -> None:
    """Note that a batch was stopped by its visitor, or that it shall go on."""
    with contextlib.suppress(OSError):  # the store is being deleted, or may not be written to any more
        mark = store / "journal" / STOPPED
        mark.touch() if stopped else mark.unlink(missing_ok=True)


@dataclass(frozen=True)
class Row:
    """A batch as a list shows it: ``name`` of its store, ``age`` since it was begun [s], places computed by now."""

    name: str
    record: Record
    computed: int
    state: State
    age: float


def stores_of(
    folder: Path, visitor: str, under_way: Callable[[Sequence[Path]], Collection[Path]] = lambda stores: ()
) -> list[Row]:
    """Return the batches of a visitor, the newest first.

    Parameters
    ----------
    folder : Path
        Of the stores.
    visitor : str
        Whose; of nobody there are none.
    under_way : callable
        Returns those of some stores for which the cluster works; called only where a store is not finished.
    """
    known = {path: record for path in _stores(folder) if (record := Record.read(path)) and record.visitor == visitor}
    marked = {path: _marked(path) for path in known if visitor}
    left = [path for path, lots in marked.items() if len(lots) < known[path].lots and not is_stopped(path)]
    going = set(under_way(left)) if left else set()
    for path in left:  # once more: it may have ended while the cluster was asked
        marked[path] = _marked(path)
    found = []
    for path, lots in marked.items():
        record = known[path]
        whole = len(lots) >= record.lots
        state = State.SUCCESS if whole else State.PROCESSING if path in going else State.CANCELLED
        found.append(Row(path.name, record, sum(lots), state, max(time.time() - record.begun, 0.0)))
    return sorted(found, key=lambda row: row.age)


def _stores(folder: Path) -> list[Path]:
    return [path for path in folder.iterdir() if NAME.fullmatch(path.name)] if folder.is_dir() else []


def _marked(store: Path) -> list[int]:
    """Return how many places of each finished lot have values."""
    return [count for one in (store / "journal").glob("lot-*.json") if (count := _marker(one)) is not None]


def _marker(path: Path) -> int | None:
    """Return how many places of a finished lot have values, None where it is not finished."""
    try:
        said: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        return int(said["done"]) + int(said["partial"])
    except (OSError, ValueError, KeyError, TypeError):
        return None
