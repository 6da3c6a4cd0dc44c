"""Requests as tasks on a dask cluster: submit, watch, attach, cancel, many at once.

Names are imported when first used: `etolib.tasks.messages` costs a page nothing of dask.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from etolib.extras import needed

if TYPE_CHECKING:
    from etolib.tasks.batch import Batch
    from etolib.tasks.cluster import connect, get_client
    from etolib.tasks.job import Job
    from etolib.tasks.messages import State
    from etolib.tasks.stored_batch import StoredBatch
    from etolib.tasks.submission import attach, resume_batch, submit, submit_many

_HOMES = {
    "batch": ("Batch",),
    "cluster": ("connect", "get_client"),
    "job": ("Job",),
    "messages": ("State",),
    "submission": ("attach", "resume_batch", "submit", "submit_many"),
    "stored_batch": ("StoredBatch",),
}
_HOME = {name: module for module, names in _HOMES.items() for name in names}

__all__ = [
    "Batch", "Job", "State", "StoredBatch", "attach", "connect", "get_client", "resume_batch", "submit", "submit_many",
]  # fmt: skip


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'etolib.tasks' has no attribute {name!r}")
    with needed():
        return getattr(import_module(f"etolib.tasks.{_HOME[name]}"), name)
