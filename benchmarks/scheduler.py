"""What many lots cost the scheduler and the client: memory, tasks and events while 100,000 lots pass.

    python -m benchmarks.scheduler --lots 100000

A scheduler and two workers as processes of their own. The lots do nothing (or ``--milliseconds`` of waiting), and are
handed over as `etolib.tasks.stored_batch` does: a few more than the workers have threads. Each needs the resource of
the handshake, as real lots do.
"""

from __future__ import annotations

import argparse
import queue
import re
import sys
import time
import uuid
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks import report
from benchmarks.processes import Cluster

AHEAD, LEAST = 2, 4  # of `etolib.tasks.stored_batch`
LOOKS = 10


def _nothing(number: int, seconds: float) -> tuple[int, int, int, int]:
    """Stand for a lot: number and counts are all that comes back."""
    if seconds:
        time.sleep(seconds)
    return number, 25, 25, 0


def _resident(pid: int) -> float:
    """Return the resident memory of a process. [MB]"""
    found = re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{pid}/status").read_text())
    return round(int(found[1]) / 1024, 1) if found else 0.0


def _held(dask_scheduler: Any) -> dict[str, int]:
    """Return what the scheduler holds."""
    topics = dask_scheduler._broker._topics
    events = sum(len(topic.events) for topic in topics.values())
    return {"tasks": len(dask_scheduler.tasks), "topics": len(topics), "events": events}


def measure(lots: int, *, seconds: float, workers: int) -> list[dict[str, Any]]:
    """Hand over lots in a sliding window; return a row for each tenth."""
    import os

    import etolib
    from etolib.tasks import handshake

    cluster = Cluster(workers)
    rows: list[dict[str, Any]] = []
    try:
        with etolib.connect(cluster.address, timeout=30) as client:
            client.wait_for_workers(workers, timeout=60)
            window = max(LEAST, AHEAD * sum(client.nthreads().values()))
            ended = queue.SimpleQueue[Any]()
            going: set[Any] = set()
            begun, handed, done = time.monotonic(), 0, 0
            while done < lots:
                while handed < lots and len(going) < window:
                    future = client.submit(
                        _nothing, handed, seconds, key=f"lot-{uuid.uuid4().hex}", pure=False, retries=0,
                        resources=handshake.needed(),
                    )  # fmt: skip
                    future.add_done_callback(ended.put)
                    going.add(future)
                    handed += 1
                future = ended.get()
                going.discard(future)
                done += 1
                assert future.result()[2] == 25
                if done % max(1, lots // LOOKS) == 0:
                    took = time.monotonic() - begun
                    row = {"lots": done, "seconds": round(took, 1), "lots_per_second": round(done / took)}
                    row |= {"scheduler_MB": _resident(cluster.scheduler.pid), "client_MB": _resident(os.getpid())}
                    row |= {"worker_MB": max(_resident(one.pid) for one in cluster.workers)}
                    row |= {"handlers": len(client._event_handlers), **client.run_on_scheduler(_held)}
                    rows.append(row)
                    print(row, flush=True)
    finally:
        cluster.stop()
    return rows


def main(arguments: Sequence[str] = ()) -> None:
    """Measure and write ``benchmarks/results/scheduler.{json,md}``."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--lots", type=int, default=100_000)
    parser.add_argument("--milliseconds", type=float, default=0.0)
    parser.add_argument("--workers", type=int, default=2)
    chosen = parser.parse_args(list(arguments))
    machine = report.machine()
    rows = measure(chosen.lots, seconds=chosen.milliseconds / 1000, workers=chosen.workers)
    shown = [tuple(str(row[name]) for name in rows[0]) for row in rows]
    text = f"# Scheduler\n\n{machine}\n\n" + report.table(tuple(rows[0]), shown)
    report.write("scheduler", {"machine": machine, "figures": rows}, text)


if __name__ == "__main__":
    main(sys.argv[1:])
