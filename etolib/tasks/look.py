"""What a worker says of itself before its first task. Runs there as text, whatever etolib and Python it has.

So it imports nothing of etolib on top, and is written for any Python from 3.8 on.
"""

from __future__ import annotations

import importlib
import importlib.metadata
import importlib.util
import io
import os
import platform
import re
import socket
import sys
import zipfile
from typing import Any

PLENTY = 2**20
"""Of the resource that says what a worker has: it is no limit."""

COMPARED = {"python": 2, "numpy": 1, "pandas": 1, "dask": 3, "distributed": 3, "msgpack": 1}
"""What must be the same to read what is sent, and how many parts of its version."""

_OURS = "etolib-"

_BOOK: dict[str, Any] = {
    "tmin": 12.3, "tmax": 21.5, "ea": 1.409, "rs": 22.07, "u2": 2.078,
    "latitude": 50.8, "elevation": 100.0, "day_of_year": 187,
}  # fmt: skip
_BOOK_ETO = 3.88  # Allen et al. (1998), FAO-56, example 18 [mm day-1]


def name_of(found: dict[str, Any]) -> str:
    """Return the resource of workers that have the same."""
    parts = [str(found["etolib"]), str(found["science"])]
    parts += [part(found[name], count) for name, count in COMPARED.items()]
    parts += [name.replace(" ", "-") for name in found["packages"]]
    return _OURS + "-".join(parts)


def ours(resources: Any) -> list[str]:
    """Return those of resources that say what etolib a worker has, or a task needs."""
    return [name for name in resources or () if name.startswith(_OURS)]


def part(version: str | None, count: int) -> str:
    """Return the first parts of a version."""
    return ".".join((version or "none").split(".")[:count])


def fits(found: dict[str, Any]) -> bool:
    """Return whether a worker can run tasks of its own etolib."""
    eto = float(found["example"] or 0)
    return found["error"] is None and found["science"] is not None and abs(eto - _BOOK_ETO) < 0.05


def look(address: str | None = None, warm: bool = False, upload: bytes | None = None) -> dict[str, Any]:
    """Return what this process has; that of a worker's address gets the resource, and what its tasks need imported."""
    found: dict[str, Any] = dict.fromkeys(("etolib", "science", "error", "example", *COMPARED))
    for name in COMPARED:
        try:
            found[name] = platform.python_version() if name == "python" else importlib.metadata.version(name)
        except Exception:  # a package of any state may lie there; it counts as none
            found[name] = None
    found["host"] = socket.gethostname()
    found["packages"] = packages()
    worker = None if address is None else _worker(address)
    try:
        if upload is not None and worker is not None:
            _bring(worker, upload)
        import etolib

        if etolib.__file__ is None:  # a folder of that name
            return found
        found["etolib"] = etolib.__version__
        found["science"] = importlib.import_module("etolib.science").version()
        if worker is not None:
            _load(found, warm, worker)
    except Exception as error:  # whatever an etolib of any version raises is what this worker says of itself
        lacking = isinstance(error, ImportError) and str(error.name) in ("etolib", "etolib.science")
        found["error"] = None if lacking else type(error).__name__ + ": " + str(error)
    if worker is not None and fits(found):
        state, name = worker.state, name_of(found)
        if name not in state.total_resources:
            state.total_resources[name] = state.available_resources[name] = PLENTY
    return found


def packages() -> list[str]:
    """Return the packages that bring sources, with their versions, but for those that ETOLIB_WITHOUT leaves out."""
    names = os.environ.get("ETOLIB_WITHOUT", "").split(",")
    unwanted = {re.sub(r"[-_.]+", "-", name.strip()).lower() for name in names}
    try:
        entries: list[Any] = [*importlib.metadata.entry_points(group="etolib.sources")]
        brought = {(one.dist.name, one.dist.version) for one in entries}
    except Exception:  # a Python before 3.10, which no etolib of today runs on; or a package of any state
        return []
    plain = {re.sub(r"[-_.]+", "-", name).lower(): version for name, version in brought}
    return [] if "all" in unwanted else sorted(f"{name} {plain[name]}" for name in plain.keys() - unwanted)


def _worker(address: str) -> Any:
    from distributed.worker import Worker

    return next((one for one in list(Worker._instances) if one.address == address), None)


def _load(found: dict[str, Any], warm: bool, worker: Any) -> None:
    for name in ("etolib.pipeline", "etolib.reference", "etolib.tasks.worker"):
        importlib.import_module(name)
    found["example"] = float(sys.modules["etolib.reference"].eto_fao56(**_BOOK))
    tasks = sys.modules["etolib.tasks.worker"]
    tasks.settle_in(worker)
    if warm:
        tasks.warm_beside()


def _bring(worker: Any, upload: bytes) -> None:
    """Unpack the client's package where there is none."""
    there = importlib.util.find_spec("etolib")
    if there is not None and there.origin is not None:
        return
    sys.modules.pop("etolib", None)  # a folder of that name
    folder = os.path.join(worker.local_directory, "etolib-of-the-client")
    with zipfile.ZipFile(io.BytesIO(upload)) as archive:
        archive.extractall(folder)
    sys.path.insert(0, folder)
    importlib.invalidate_caches()
