"""`Batch`: many jobs."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from etolib.errors import EtolibError
from etolib.tasks.job import Callback, Job, cancel_all
from etolib.tasks.messages import ASKED, Message

if TYPE_CHECKING:
    from etolib.result.result import Result


class Batch:
    """Many jobs; iterate over it to get each `Job` as it completes.

    >>> len(Batch([]))
    0
    """

    def __init__(self, jobs: Sequence[Job]) -> None:
        self.jobs = list(jobs)

    def __len__(self) -> int:
        return len(self.jobs)

    def __iter__(self) -> Iterator[Job]:
        from distributed import as_completed

        by_key = {job.task_id: job for job in self.jobs}
        if not self.jobs:
            return
        for future in as_completed([job.future for job in self.jobs], loop=self.jobs[0].client.loop):
            yield by_key[future.key]

    @property
    def task_ids(self) -> list[str]:
        """The task ids, in the order of the places."""
        return [job.task_id for job in self.jobs]

    @property
    def status(self) -> dict[str, int]:
        """Number of jobs by the state of their future: pending, finished, error, cancelled."""
        counts: dict[str, int] = {}
        for job in self.jobs:
            state = str(job.future.status)
            counts[state] = counts.get(state, 0) + 1
        return counts

    def messages(self) -> list[Message]:
        """Return the messages of all jobs that are watched (see `on_message`)."""
        return [m for job in self.jobs for m in job.messages()]

    def on_message(self, callback: Callback) -> None:
        """Call ``callback(message)`` for the messages of every job from now on."""
        for job in self.jobs:
            if not job._watching and not job._ended.is_set():
                job._watch()
            job.on_message(callback)

    def result(self, timeout: float | None = None) -> list[Result | EtolibError]:
        """Wait for all; each place gives its `Result`, or the error that ended it, in the order of the places.

        Raises
        ------
        TimeoutError
            Where ``timeout`` [s] passes first; the tasks go on.
        """
        deadline = None if timeout is None else time.monotonic() + timeout

        def left() -> float | None:
            return None if deadline is None else max(0.0, deadline - time.monotonic())

        for job in self.jobs:
            if not job._ended.wait(left()):
                raise TimeoutError(f"{job.task_id} has not ended")
        done = [job for job in self.jobs if job._future is not None and job._future.status == "finished"]
        values: dict[Job, Result] = {}
        if done:  # in one call: one by one, a thousand take seconds
            values = dict(zip(done, done[0].client.gather([job.future for job in done]), strict=True))
        results: list[Result | EtolibError] = []
        for job in self.jobs:
            try:
                results.append(values[job] if job in values else job.result(left()))
            except EtolibError as error:
                results.append(error)
        return results

    def cancel(self, reason: str = ASKED) -> int:
        """Stop all that have not ended; return how many this call ended. ``reason`` as in `Job.cancel`."""
        return cancel_all(self.jobs, reason)
