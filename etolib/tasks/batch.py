"""`Batch`: many jobs."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Generator, Iterator, Sequence
from typing import TYPE_CHECKING, Any, overload

from etolib.errors import EtolibError
from etolib.extras import needed
from etolib.tasks.bar import Counted
from etolib.tasks.job import Callback, Job, cancel_all
from etolib.tasks.messages import ASKED, Message

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

    from etolib.request import Request
    from etolib.result.result import Result
    from etolib.tasks.batch_progress import Progress
    from etolib.tasks.cost import Cost
    from etolib.words import Text


class Batch(Counted):
    """Many jobs; iterate over it to get each `Job` as it completes.

    >>> len(Batch([]))
    0
    """

    def __init__(
        self,
        jobs: Sequence[Job],
        *,
        requests: Sequence[Request] = (),
        notes: Sequence[Text] = (),
        again: Callable[[Sequence[Request]], Batch] | None = None,
    ) -> None:
        self.jobs = list(jobs)
        self.requests = tuple(requests)
        self._again = again
        self.notes = tuple(notes)

    @overload
    def __getitem__(self, index: int) -> Job: ...

    @overload
    def __getitem__(self, index: slice) -> list[Job]: ...

    def __getitem__(self, index: int | slice) -> Job | list[Job]:
        return self.jobs[index]

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

    def failures(self) -> list[tuple[int, EtolibError]]:
        """Return the places that ended with an error so far: their position and the error."""
        found = []
        for i, job in enumerate(self.jobs):
            if job._ended.is_set() and (job._future is None or job._future.status != "finished"):
                try:
                    job.result()  # it has ended: nothing is waited for but its error
                except EtolibError as error:
                    found.append((i, error))
        return found

    def retry(self) -> Batch:
        """Submit again, alone, the places that failed so far; return the batch of these."""
        failed = [self.requests[i] for i, _ in self.failures()]
        return self._again(failed) if self._again is not None and failed else Batch([])

    @property
    def cost(self) -> Cost:
        """What the places cost, beyond what is in the cache: requests, quotas, time, memory. Of one period only."""
        from etolib.store.order import Order
        from etolib.tasks.cost import cost_of

        return cost_of(Order.of(self.requests))

    def to_dataframe(self) -> pd.DataFrame:
        """Wait for all; return their tables below each other, with the place in front: number, name, coordinates."""
        import pandas as pd

        tables = []
        for i, result in enumerate(self.result()):
            if isinstance(result, EtolibError):
                continue
            site = result.site
            where = {"place": i, "name": site.name, "latitude": site.latitude, "longitude": site.longitude}
            tables.append(result.table.assign(**where)[[*where, *result.table.columns]])
        return pd.concat(tables, ignore_index=True) if tables else pd.DataFrame()

    def to_dataset(self) -> xr.Dataset:
        """Wait for all; return their datasets along ``place``."""
        with needed():
            import xarray as xr

        found = {i: one for i, one in enumerate(self.result()) if not isinstance(one, EtolibError)}
        data = [one.dataset.drop_attrs(deep=False).assign_coords(place=i) for i, one in found.items()]
        return xr.concat(data, "place", coords="different", compat="equals", join="outer") if data else xr.Dataset()

    def __await__(self) -> Generator[Any, None, list[Result | EtolibError]]:
        return asyncio.to_thread(self.result).__await__()

    @property
    def progress(self) -> Progress:
        """How many places have ended, and how."""
        from etolib.tasks.batch_progress import Progress

        counts = self.status
        done = counts.get("finished", 0)
        failed = sum(counts.get(name, 0) for name in ("error", "cancelled", "lost"))
        total, ended = len(self.jobs), done + failed
        return Progress(total, done, 0, failed, total, ended, 0, None, ended < total)

    def when_news(self, callback: Callable[[], None]) -> None:
        """Call ``callback()`` on a thread of dask each time a place has ended."""
        for job in self.jobs:
            if job._future is not None:
                job._future.add_done_callback(lambda _: callback())

    def __repr__(self) -> str:
        return f"<Batch {self.progress}>"

    def _repr_html_(self) -> str:
        from etolib.tasks.batch_progress import html_of

        return html_of(self.progress, "Batch", [f"{i}: {error}" for i, error in self.failures()[:5]])

    def cancel(self, reason: str = ASKED) -> int:
        """Stop all that have not ended; return how many this call ended. ``reason`` as in `Job.cancel`."""
        return cancel_all(self.jobs, reason)
