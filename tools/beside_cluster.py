"""Run a command as under `etolib lab`: the address of a cluster stands in its environment.

    python tools/beside_cluster.py COMMAND ...

Ends with the status of the command, and with 1 where it has ended that cluster, which belongs to others too.
"""

from __future__ import annotations

import os
import subprocess
import sys

from etolib.tasks import cluster


def main(command: list[str]) -> int:
    """Start a cluster, run the command, see that the cluster is still there."""
    with cluster.start(2) as own:
        status = subprocess.run(command, env=os.environ | {"DASK_SCHEDULER_ADDRESS": own.scheduler_address}).returncode
        with own.get_client() as client:
            if client.submit(len, "still here", pure=False).result(timeout=30) != len("still here"):
                return 1
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
