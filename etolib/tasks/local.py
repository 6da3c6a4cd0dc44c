"""A dask cluster of this machine whose workers come back, however long their start takes."""

from __future__ import annotations

from typing import Any

import dask
import distributed

COMES_BACK_S = 600.0
"""How long the place of a worker that has left is kept for the next one. [s]"""


class Cluster(distributed.LocalCluster):
    """Leaves a worker that was killed to its nanny, which starts it again.

    dask's own (2026.8) gives a worker up that is not back after 15 seconds (``distributed.deploy.lost-worker-timeout``)
    and ends its nanny, and with it the new worker, which may have a task by then; another one is not started. A machine
    with much to do needs longer to start a worker.
    """

    def _update_worker_status(self, op: str, msg: Any) -> None:
        with dask.config.set({"distributed.deploy.lost-worker-timeout": COMES_BACK_S}):  # read in this call
            super()._update_worker_status(op, msg)  # type: ignore[no-untyped-call]
