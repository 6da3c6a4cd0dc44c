"""`Store`: one Zarr store of many places on disk, its lots and their markers.

A lot is a range of places and a row of chunks of every array, so that two lots never share a chunk. It is finished when
its marker is there: a file of the folder ``journal``, written after its data and put in its place by renaming. Chunks
come into their place the same way. So a process may die at any moment: what is not marked is computed again, into the
same bytes.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import os
import re
import shutil
import socket
import uuid
import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from operator import eq
from pathlib import Path
from typing import TYPE_CHECKING, Any, overload

import numpy as np
from filelock import FileLock, Timeout

from etolib import science
from etolib._version import __version__
from etolib.errors import EtolibError, InputError, Problem
from etolib.extras import needed
from etolib.result.citation import METHOD
from etolib.site import Site
from etolib.sources import catalogue
from etolib.store import layout
from etolib.store.order import Order, restored
from etolib.words import Text, say

if TYPE_CHECKING:
    import xarray as xr

    from etolib.result.result import Result

JOURNAL = "journal"
_OF_PLACES = "latitude", "longitude", "elevation_asked", "name"
_ADDRESS = re.compile(r"\w[\w+.:-]+:/")  # of a remote folder; one letter is a drive
_READ: dict[str, Any] = {"mode": "r", "zarr_format": 3}  # an older one may name pickle among what unpacks its chunks
_GROUP = '{"zarr_format": 3, "node_type": "group", "attributes": {}}'


def _zarr() -> Any:
    with needed():
        import zarr

    return zarr


@dataclass(frozen=True, eq=False)
class StoredSites(Sequence[Site]):
    """The places of a store, read when one is looked at: a worker is told its own, and reads none."""

    path: Path
    places: int

    @cached_property
    def _columns(self) -> list[np.ndarray]:
        group = _zarr().open_group(self.path, **_READ)
        return [group[name][:] for name in _OF_PLACES]

    def __len__(self) -> int:
        return self.places

    @overload
    def __getitem__(self, index: int) -> Site: ...

    @overload
    def __getitem__(self, index: slice) -> list[Site]: ...

    def __getitem__(self, index: int | slice) -> Site | list[Site]:
        if isinstance(index, slice):
            return [self[i] for i in range(self.places)[index]]
        latitude, longitude, high, name = (column[index] for column in self._columns)
        return Site(float(latitude), float(longitude), None if np.isnan(high) else float(high), str(name) or None)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and len(self) == len(other) and all(map(eq, self, other))

    def __hash__(self) -> int:
        return hash(tuple(self))


@dataclass(frozen=True)
class Store:
    """A store at a path.

    Attributes
    ----------
    path : Path
    order : Order
        What it is for.
    sources : tuple of str
        The sources its masks know.
    """

    path: Path
    order: Order
    sources: tuple[str, ...]

    # --- making and opening -------------------------------------------------------------------------------------------

    @classmethod
    def create(cls, path: str | os.PathLike[str], order: Order) -> Store:
        """Make a store without values, whole or not at all.

        Raises
        ------
        InputError
            Where the path is taken, its folder is none, or zarr is not installed.
        """
        zarr, target = _zarr(), target_of(path)
        if target.exists():
            raise InputError([Problem("store", str(target), say("exists_already"), say("resume_or_other_name"))])
        sources = (*catalogue.names(), catalogue.STATION)
        half = target.with_name(f".{target.name}.{uuid.uuid4().hex[:8]}")
        try:
            _make(zarr, half, order, sources)
            os.rename(half, target)
        except OSError as error:
            rule = say("output_not_written", error=error.strerror or str(error))
            raise InputError([Problem("store", str(target), rule, say("choose_other_file"))]) from error
        finally:
            shutil.rmtree(half, ignore_errors=True)
        return cls(target, order, sources)

    @classmethod
    def open(cls, path: str | os.PathLike[str]) -> Store:
        """Open a store; `InputError` where there is none of etolib's."""
        zarr, target = _zarr(), target_of(path)
        try:
            group = zarr.open_group(target, **_READ)
            said = json.loads(group.attrs["etolib_order"])
            count = min(int(group[name].shape[0]) for name in _OF_PLACES)
            sources = tuple(str(group.attrs["etolib_sources"]).split())
            order = restored(said, StoredSites(target, count))
        except (OSError, KeyError, ValueError, TypeError) as error:
            raise InputError(
                [Problem("store", str(target), say("no_store_of_etolib"), say("check_the_path"))]
            ) from error
        return cls(target, order, sources)

    def check_same(self, order: Order) -> None:
        """Raise `InputError` with everything in which an order differs from that of the store."""
        mine, other = self.order.attributes(), order.attributes()
        problems = [
            Problem(
                name, _shown(other[name]), say("store_has_other", value=_shown(mine[name])), say("resume_without_it")
            )
            for name in ("period", "sources", "options", "places")
            if mine[name] != other[name]
        ]
        if not problems and mine["places_sha256"] != other["places_sha256"]:
            pairs = zip(self.order.sites, order.sites, strict=True)
            number, (one, two) = next((i, pair) for i, pair in enumerate(pairs) if repr(pair[0]) != repr(pair[1]))
            thing = say("place_of_list", number=number + 1)
            problems.append(
                Problem(thing, repr(two), say("store_has_other", value=repr(one)), say("resume_without_it"))
            )
        if problems:
            raise InputError(problems)

    def check_science(self, *, force: bool = False) -> None:
        """Raise `InputError` where something is still to compute and another version computed what is there.

        With ``force`` note that this version goes on; the provenance of each place says by which it was computed.
        """
        versions, ours = self.versions(), science.version()
        if ours in versions or not self._to_compute():
            return
        if not force:
            theirs = ", ".join(versions) or "?"
            rule = say("store_has_other_science", found=theirs, expected=ours)
            raise InputError([Problem("store", str(self.path), rule, say("finish_with_that_version_or_anew"))])
        _put(self.journal / "science.json", {"versions": [*versions, ours]})

    def versions(self) -> list[str]:
        """Return the versions (`etolib.science`) by which places of it are computed; none where that is unknown."""
        try:
            return [str(one) for one in json.loads((self.journal / "science.json").read_text())["versions"]]
        except (OSError, ValueError, KeyError, TypeError):
            return []

    def _to_compute(self) -> bool:
        if len(self.finished()) < self.order.count:
            return True
        return any(said.get("retryable") for said in self.failures((layout.FAILED, layout.PARTIAL)).values())

    @contextlib.contextmanager
    def held(self) -> Iterator[None]:
        """Hold the store for one run; `InputError` where another has it. A run that is killed lets go of it."""
        lock, owner = (
            FileLock(self.journal / "run.lock", is_singleton=False, thread_local=False),
            self.journal / "run.json",
        )
        try:
            links = [one.name for one in (*self.path.iterdir(), *self.journal.iterdir()) if one.is_symlink()]
            if links:
                hint = say("replace_links_by_what_they_lead_to")
                raise InputError([Problem("store", str(self.path), say("store_holds_links", names=links[:3]), hint)])
            lock.acquire(blocking=False)
        except Timeout:
            raise InputError([Problem("store", str(self.path), _holder(owner), say("wait_for_other_run"))]) from None
        except OSError as error:  # read-only; or a link stands there, which is not followed
            rule = say("output_not_written", error=error.strerror or str(error))
            raise InputError([Problem("store", str(self.path), rule, say("choose_other_file"))]) from error
        try:
            _put(owner, {"pid": os.getpid(), "host": socket.gethostname()})
            yield
        finally:
            with contextlib.suppress(OSError):
                owner.unlink()
            lock.release()

    # --- lots ---------------------------------------------------------------------------------------------------------

    @property
    def journal(self) -> Path:
        """The folder of markers and locks."""
        return self.path / JOURNAL

    def marker(self, number: int) -> dict[str, Any] | None:
        """Return what is marked of a lot, None where it is not finished."""
        try:
            found: dict[str, Any] = json.loads((self.journal / _marker(number)).read_text())
        except (OSError, ValueError):
            return None
        return found

    def finished(self) -> dict[int, dict[str, Any]]:
        """Return the markers of the finished lots by number."""
        numbers = sorted(int(path.stem.partition("-")[2]) for path in self.journal.glob("lot-*.json"))
        return {number: marker for number in numbers if (marker := self.marker(number)) is not None}

    def states(self) -> np.ndarray:
        """Return the state of every place that stands in a finished lot, `layout.TO_DO` for the others."""
        found: np.ndarray = np.asarray(_zarr().open_array(self.path / "state", **_READ)[:])
        done = np.zeros(len(found), bool)
        for number in self.finished():
            positions = self.order.positions(number)
            done[positions.start : positions.stop] = True
        return np.where(done, found, layout.TO_DO)

    @contextlib.contextmanager
    def lot_held(self, number: int) -> Iterator[None]:
        """Hold one lot; who comes second waits: a task that was given to two workers is done by one."""
        with FileLock(self.journal / f"lot-{number:06d}.lock", is_singleton=False, thread_local=False):
            yield

    def write(
        self, number: int, positions: Sequence[int], outcomes: Iterable[Result | EtolibError], **about: Any
    ) -> dict[str, Any]:
        """Write the results of a lot, or of some of its places, and mark it; return the marker.

        Parameters
        ----------
        number : int
            Of the lot.
        positions : sequence of int
            The places that were computed: all of the lot, or those that had failed.
        outcomes : iterable of Result or EtolibError
            One for each.
        **about
            What else the marker shall say.
        """
        self._sweep(number)
        group, whole = _zarr().open_group(self.path, mode="r+"), self.order.positions(number)
        rows, made = layout.blocks(outcomes, len(positions), len(self.order.period), self.sources)
        inside = np.asarray(positions) - whole.start
        for name, values in rows.items():  # the state last
            array = group[name]
            if len(positions) < len(whole):
                block = np.array(array[whole.start : whole.stop])
                block = block.astype(object) if values.dtype == object else block
                block[inside] = values
                values = block
            array[whole.start : whole.stop] = values
        before = self.marker(number) or {}
        states = np.asarray(group["state"][whole.start : whole.stop])
        told = {str(i): one for i, one in zip(positions, made, strict=True) if one is not None}
        marker = {
            "lot": number,
            "places": len(whole),
            **{name: int((states == code).sum()) for code, name in enumerate(layout.STATES) if code != layout.TO_DO},
            "finished": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
            **about,
            "times": {**before.get("times", {}), **told},
        }
        _put(self.journal / _marker(number), marker)
        return marker

    def _sweep(self, number: int) -> None:
        """Remove what a process that was killed while it wrote the lot has left; the lot is held by us."""
        # zarr's names, and that of `_put`
        for pattern in (f"*/c/{number}.*.partial", f"*/c/{number}/*.partial", f"{JOURNAL}/.{_marker(number)}.*"):
            for half in self.path.glob(pattern):
                half.unlink(missing_ok=True)

    def note(self, event: str, number: int, **more: Any) -> None:
        """Add a line to the log of the journal: who began and ended which lot."""
        now = dt.datetime.now(dt.UTC).isoformat(timespec="milliseconds")
        line = json.dumps({"time": now, "event": event, "lot": number, **more}) + "\n"
        with open(self.journal / "log.jsonl", "ab", buffering=0) as log:
            log.write(line.encode())  # one call: lines of several processes do not mix

    def log(self) -> list[dict[str, Any]]:
        """Return the lines of the log."""
        try:
            lines = (self.journal / "log.jsonl").read_text().splitlines()
        except OSError:
            return []
        return [json.loads(line) for line in lines if line.endswith("}")]

    # --- reading ------------------------------------------------------------------------------------------------------

    def dataset(self) -> xr.Dataset:
        """Return it as an xarray Dataset, lazily."""
        with needed("grid"):
            import dask.array  # noqa: F401
            import xarray as xr

        data: xr.Dataset = xr.open_zarr(self.path, zarr_format=3)
        return data

    def used(self) -> int:
        """Return the mask of all sources that any value rests on."""
        source, masks = _zarr().open_array(self.path / "source", **_READ), 0
        for number in self.finished():
            rows = self.order.positions(number)
            masks |= int(np.bitwise_or.reduce(source[rows.start : rows.stop], axis=None))
        return masks

    def __len__(self) -> int:
        """Number of places."""
        return len(self.order.sites)

    def failures(self, states: Sequence[int] = (layout.FAILED,)) -> dict[int, dict[str, Any]]:
        """Return why places have no values, by their position; of partial ones what failed."""
        group, state = _zarr().open_group(self.path, **_READ), self.states()
        found: dict[int, dict[str, Any]] = {}
        for number in sorted({int(i) // self.order.lot for i in np.flatnonzero(np.isin(state, states))}):
            whole = self.order.positions(number)
            texts = {name: group[name][whole.start : whole.stop] for name in ("failure", "provenance")}
            for i in whole:
                if state[i] == layout.FAILED and layout.FAILED in states:
                    found[i] = json.loads(str(texts["failure"][i - whole.start]))
                elif state[i] == layout.PARTIAL and layout.PARTIAL in states:
                    failed = json.loads(str(texts["provenance"][i - whole.start]))["failed"]
                    found[i] = next(error for error in failed if error.get("retryable"))
        return found


def _holder(owner: Path) -> Text:
    """Return who writes a store, as far as that is known."""
    try:
        whose = json.loads(owner.read_text())
        return say("store_is_written_by", holder=say("process_on_host", number=whose["pid"], host=whose["host"]))
    except (OSError, ValueError, KeyError):
        return say("store_is_written_by_other")


def target_of(path: str | os.PathLike[str]) -> Path:
    """Return where a store shall lie; `InputError` where that can be no folder of this machine."""
    text = str(path) if isinstance(path, (str, os.PathLike)) else type(path).__qualname__
    if not isinstance(path, (str, os.PathLike)) or _ADDRESS.match(text):
        raise InputError([Problem("store", text, say("store_is_no_folder"), say("write_to_folder_and_copy"))])
    target = Path(text).expanduser().absolute()
    if not target.parent.is_dir():
        raise InputError([Problem("store", text, say("output_folder_missing"), say("make_folder_first"))])
    return target


def _make(zarr: Any, path: Path, order: Order, sources: Sequence[str]) -> None:
    """Write the arrays of a store, with what is known beforehand in them."""
    said = {
        "Conventions": "CF-1.11",
        "featureType": "timeSeries",
        "title": "Daily reference evapotranspiration (ETo) of many places",
        "source": f"etolib {__version__}",
        "references": METHOD,
        "etolib_order": layout.text_of(order.attributes()),
        "etolib_sources": " ".join(sources),
    }
    sizes = {"place": len(order.sites), "time": len(order.period)}
    chunks = {"place": order.lot, "time": len(order.period)}
    begun = (order.period.start - dt.date(1970, 1, 1)).days
    known = {
        "time": np.arange(begun, begun + sizes["time"], dtype=np.int32),
        "place": np.arange(sizes["place"], dtype=np.int32),
        "name": np.array([site.name or "" for site in order.sites], object),
        "latitude": np.array([site.latitude for site in order.sites]),
        "longitude": np.array([site.longitude for site in order.sites]),
        "elevation_asked": np.array([np.nan if s.elevation is None else s.elevation for s in order.sites]),
    }
    group = zarr.create_group(path, zarr_format=3, attributes=said)
    for array in layout.arrays(sources):
        made = group.create_array(
            array.name,
            shape=tuple(sizes[dim] for dim in array.dims),
            # What is written at the beginning is read as a whole.
            chunks=tuple(sizes[dim] if array.name in known else chunks[dim] for dim in array.dims),
            dtype=str if array.dtype == "str" else array.dtype,
            dimension_names=array.dims,
            fill_value=array.fill,
            attributes=dict(array.attrs),
        )
        if array.name in known:
            made[:] = known[array.name]
    with warnings.catch_warnings():
        # Readers list nothing then, and do not wonder at the journal.
        warnings.simplefilter("ignore", UserWarning)
        zarr.consolidate_metadata(path)
    (path / JOURNAL).mkdir()
    (path / JOURNAL / "zarr.json").write_text(_GROUP)
    _put(path / JOURNAL / "science.json", {"versions": [science.version()]})


def _marker(number: int) -> str:
    return f"lot-{number:06d}.json"


def _put(path: Path, document: Mapping[str, Any]) -> None:
    """Write a file whole or not at all."""
    half = path.with_name(f".{path.name}.{uuid.uuid4().hex[:8]}")
    half.write_text(json.dumps(document))
    os.replace(half, path)


def _shown(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)
