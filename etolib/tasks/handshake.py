"""Which workers may run the tasks of a client: those that compute the same numbers and read what it sends.

Each worker is looked at by the scheduler (`etolib.tasks.workers`) before its first task, and says what it has. One that
has all that is needed carries an abstract resource of dask, named after what it has, and every task of ours needs the
resource of the client that submits it. So a worker that differs gets no task at any time, and clients of two versions
may share a cluster.
"""

from __future__ import annotations

import io
import zipfile
from functools import cache
from pathlib import Path
from typing import Any

from etolib.tasks import look
from etolib.words import Text, join, say

Description = dict[str, Any]

LEAST_MEMORY = 350e6
"""Memory limit under which a worker would be paused or killed again and again: the pipeline alone is 220 MB. [byte]"""

_NAMED = 3  # workers that a sentence names; the others are counted


@cache
def mine() -> Description:
    """Return what this process has.

    >>> mine()["etolib"]
    '0.1.0'
    """
    return look.look()


@cache
def needed() -> dict[str, float]:
    """Return the resources that a task of this process asks for (dask's ``resources=``)."""
    return {look.name_of(mine()): 1}


def differences(ours: Description, theirs: Description) -> list[Text]:
    """Return what keeps a worker from running our tasks, a sentence each; nothing where it may.

    >>> good = mine() | {"example": 3.88}
    >>> differences(mine(), good), differences(mine(), good | {"etolib": "0.0.9"})
    ([], ['has etolib 0.0.9, not 0.1.0'])
    """
    if (limit := theirs.get("memory_limit")) and limit < LEAST_MEMORY:
        return [say("worker_has_little_memory", found=f"{limit / 1e6:.0f}", most=f"{LEAST_MEMORY / 1e6:.0f}")]
    if theirs.get("silent"):
        return [say("worker_did_not_say", error=theirs["silent"])]
    if theirs["error"] is not None:
        return [say("worker_cannot_import_etolib", error=theirs["error"])]
    if theirs["etolib"] is None:
        return [say("worker_lacks_etolib")]
    told = []
    if theirs["etolib"] != ours["etolib"]:
        told.append(say("worker_has_other", name="etolib", found=theirs["etolib"], expected=ours["etolib"]))
    elif theirs["science"] != ours["science"]:
        told.append(say("worker_computes_otherwise", found=str(theirs["science"]), expected=str(ours["science"])))
    elif not look.fits(theirs):
        told.append(say("worker_computes_wrong", found=f"{theirs['example'] or 0:.2f}"))
    for name, count in look.COMPARED.items():
        if look.part(ours[name], count) != look.part(theirs[name], count):
            told.append(say("worker_has_other", name=name, found=str(theirs[name]), expected=str(ours[name])))
    here, there = ours.get("packages", []), theirs.get("packages", [])
    told += [say("worker_lacks_sources", package=name) for name in here if name not in there]
    told += [say("worker_has_more_sources", package=name) for name in there if name not in here]
    return told


def told(ours: Description, workers: dict[str, Description]) -> list[Text]:
    """Return a sentence for each worker that gets no task, with what differs."""
    sentences = []
    for address, theirs in workers.items():
        if differ := differences(ours, theirs):
            sentences.append(
                say("worker_differs", worker=address, host=str(theirs.get("host")), what=join("; ", differ))
            )
    shown = sentences[:_NAMED]
    if len(sentences) > _NAMED:
        shown.append(say("and_other_workers", count=len(sentences) - _NAMED))
    return shown


def advice(ours: Description) -> Text:
    """Return what to do about workers that differ."""
    return say("make_workers_equal", version=str(ours["etolib"]))


def package() -> bytes:
    """Return this etolib as a zip file, without what only pages need."""
    root = Path(__file__).parents[1]
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(root.rglob("*")):
            inside = path.relative_to(root)
            if path.is_file() and "__pycache__" not in inside.parts and inside.parts[:2] != ("widgets", "front"):
                archive.write(path, Path("etolib") / inside)
    return kept.getvalue()
