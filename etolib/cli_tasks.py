"""``etolib tasks``: what a cluster has under way, and what has become of the rest."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

from etolib.cli_group import json_option, print_json
from etolib.errors import SchedulerUnavailable
from etolib.words import say

if TYPE_CHECKING:
    from distributed import Client

_MOST = 50  # tasks that are listed, unless all are wanted


@click.group(invoke_without_command=True, short_help="List the tasks of a cluster; show or cancel one.")
@click.option("--scheduler", help="Address of the cluster; by default that of a running `etolib serve` of this user.")
@click.option("--port", type=click.IntRange(1, 65535), help="Where the pages of that `etolib serve` are.")
@click.option("--places", is_flag=True, help="Say also what is calculated: place and days.")
@click.option("--all", "everything", is_flag=True, help=f"List all that are known, not the newest {_MOST}.")
@json_option
@click.pass_context
def tasks(
    context: click.Context, scheduler: str | None, port: int | None, places: bool, everything: bool, as_json: bool
) -> None:
    """List the tasks of a cluster, newest first: id, state, age [s], stage, owner."""
    if scheduler and port:
        raise click.UsageError("--scheduler and --port name two clusters")
    context.obj = scheduler or port
    if context.invoked_subcommand is not None:
        return
    with _client(context.obj) as client:
        rows = _rows(client, places)
    rows = rows if everything else rows[:_MOST]
    if as_json:
        print_json(rows)
        return
    if not rows:
        click.echo(say("cluster_has_no_tasks"), err=True)
    for row in rows:
        click.echo("\t".join("-" if value is None else str(value) for value in row.values()))


@tasks.command()
@click.argument("task_id")
@json_option
@click.pass_obj
def show(where: str | int | None, task_id: str, as_json: bool) -> None:
    """Print the messages of a task."""
    from etolib.tasks.submission import attach

    with _client(where) as client:
        messages = attach(task_id, client=client).messages()
    if as_json:
        print_json(messages)
        return
    for one in messages:
        data = one["data"]
        said = data.get("step") or data.get("message") or data.get("reason") or ""
        click.echo(f"{one['time']}\t{one['type']}\t{data.get('stage') or '-'}\t{said}")


@tasks.command()
@click.argument("task_id")
@json_option
@click.pass_obj
def cancel(where: str | int | None, task_id: str, as_json: bool) -> None:
    """Stop a task, whoever has begun it."""
    from etolib.tasks.submission import attach

    with _client(where) as client:
        job = attach(task_id, client=client)
        ended = job.cancel()
    state = "CANCELLED" if ended else str(job.status)
    if as_json:
        print_json({"task_id": task_id, "state": state})
        return
    click.echo(f"{task_id}\t{state}")


def _rows(client: Client, places: bool) -> list[dict[str, Any]]:
    from etolib.tasks import scheduler

    return list(scheduler.ask(client, "tasks", places=places)["tasks"])


@contextmanager
def _client(where: str | int | None) -> Iterator[Client]:
    """Yield a client of a cluster: the one whose address or port is given, or that of a server of this user."""
    import os

    from etolib.tasks import cluster, reach

    if isinstance(where, int) or (where is None and not os.environ.get("DASK_SCHEDULER_ADDRESS")):
        found = reach.newest(where)
        if found is None:
            rule = say("no_server_of_this_user") if where is None else say("no_server_of_this_user_there")
            raise SchedulerUnavailable(rule, suggestion=say("give_scheduler_address"))
        client = cluster.connect(found.address, security=found.security)
    else:
        client = cluster.connect(where)
    try:
        yield client
    finally:
        client.close()
