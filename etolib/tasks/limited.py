"""What a page hands over: as anybody, within what a page may have waiting."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from etolib.errors import SchedulerUnavailable, TooManyTasks
from etolib.tasks import scheduler, submission
from etolib.words import say

if TYPE_CHECKING:
    from collections.abc import Sequence

    from distributed import Client

    from etolib.request import Request
    from etolib.tasks.batch import Batch
    from etolib.tasks.job import Job


def submit(request: Request, *, client: Client, timeout: float) -> Job:
    """Start a request of a page; as `etolib.submit`.

    Raises
    ------
    TooManyTasks
        Where as many tasks of the client wait as may.
    """
    _check(client, 1)
    return submission.submit(request, client=client, timeout=timeout)


def submit_many(requests: Sequence[Request], *, client: Client, timeout: float) -> Batch:
    """Start several requests of a page; as `etolib.submit_many`.

    Raises
    ------
    TooManyTasks
        Where there is no room for all of them.
    """
    _check(client, len(requests))
    return submission.submit_many(requests, client=client, timeout=timeout)


def _check(client: Any, count: int) -> None:
    try:
        found = scheduler.ask(client, "room", client=client.id, count=count)
    except (OSError, TimeoutError, RuntimeError) as error:
        raise SchedulerUnavailable(say("task_not_handed_over", error=error)) from error
    if not found["room"]:
        raise TooManyTasks(most=found["most"])
