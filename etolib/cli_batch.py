"""``etolib batch``: many places into one store."""

from __future__ import annotations

import contextlib
import dataclasses
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from etolib.cli_group import complain, json_option, print_json, sources_option
from etolib.cli_line import Line
from etolib.cli_logs import logging_options
from etolib.errors import InputError, Problem
from etolib.words import say

if TYPE_CHECKING:
    from distributed import Client

    from etolib.request import Days
    from etolib.store.order import Order
    from etolib.tasks.batch_progress import Progress
    from etolib.tasks.stored_batch import Failure, StoredBatch

_LISTED = 20  # failures listed one by one


_FILE = click.Path(dir_okay=False, path_type=Path)
_FOLDER = click.Path(file_okay=False, path_type=Path)


@click.command(short_help="Compute daily ETo of many places into one Zarr store.")
@click.argument("places", required=False, type=_FILE)
@click.option("--box", nargs=4, type=float, metavar="WEST SOUTH EAST NORTH", help="Points of a grid, not of a file.")
@click.option("--spacing", type=float, help="Of the points of --box [degrees].")
@click.option("--with-sea", is_flag=True, help="Of --box also the points at sea.")
@click.option("--period", help="Days: 2024-01-01/2024-03-31, a date, 2024-03, 2024, last-30-days, this-year.")
@sources_option
@click.option("--krs", type=click.Choice(["interior", "coast", "island"]), help="As in `etolib compute`.")
@click.option("-o", "--output", required=True, type=_FOLDER, help="Zarr store to write (a folder).")
@click.option("--resume", is_flag=True, help="Go on with the store: what is finished is not computed again.")
@click.option("--force", is_flag=True, help="Go on though an etolib with other numbers computed what is there.")
@click.option("--dry-run", is_flag=True, help="Only say what it will cost; nothing is asked and nothing is written.")
@click.option("--skip-bad", is_flag=True, help="Leave out rows that are no place, instead of refusing the file.")
@click.option("--lot", type=click.IntRange(1, 10_000), help="Places of a lot; by default as memory and days allow.")
@click.option("--scheduler", help="Address of a dask scheduler; its workers must see the folder of the store.")
@click.option("--workers", type=click.IntRange(1, 256), help="Worker processes (default: the cores, 4 at most).")
@click.option(
    "--to",
    "files",
    multiple=True,
    type=click.Choice(["nc", "parquet", "csv", "geojson"]),
    help="At the end also one file beside the store; may be repeated.",
)
@json_option
@logging_options
def batch(places: Path | None, box: tuple[float, ...] | None, spacing: float | None, with_sea: bool, output: Path,
          resume: bool, force: bool, dry_run: bool, skip_bad: bool, scheduler: str | None, workers: int | None,
          files: tuple[str, ...], as_json: bool, **wanted: Any) -> None:  # fmt: skip
    """Compute daily ETo of many places into one Zarr store, written as it comes.

    PLACES is a CSV, Excel or GeoJSON file with latitude and longitude, and name and elevation where they are known;
    columns are found by their names in several languages. Without PLACES, --resume goes on with what the store was
    ordered for.

    Exit status: 0 all places have values; 2 bad input; 3 some places (or all) have none: they are listed, stand in
    the store with their reasons, and --resume asks for them again; 1 the run was broken off: --resume goes on.
    """
    from etolib.tasks.submission import run_order

    order = _order(places, box, spacing, with_sea, output, resume=resume, skip_bad=skip_bad, **wanted)
    _check_output(output, resume=resume or dry_run)
    if dry_run:
        _say_cost(order, output, resume=resume, as_json=as_json)
        return
    with _client(scheduler, workers) as client:
        running = run_order(order, output, client, resume=resume, force=force)
        _watch(running)
        progress, failures = running.progress, running.failures
    for one in failures[:_LISTED]:
        complain("warning" if one.partial else "error", one)
    if len(failures) > _LISTED:
        click.echo(str(say("and_others", count=len(failures) - _LISTED)), err=True)
    for ending in files:
        path = output.with_suffix(f".{ending}")
        running.save(path)
        click.echo(str(path), err=True)
    click.echo(f"{output}: {progress}", err=True)
    if as_json:
        print_json(_ended(output, progress, failures))
    if progress.failed:
        sys.exit(3)


def _order(places: Path | None, box: tuple[float, ...] | None, spacing: float | None, with_sea: bool, output: Path,
           *, resume: bool, skip_bad: bool, period: Days | None, sources: str, krs: str | None, lot: int | None,
           ) -> Order:  # fmt: skip
    """Return what is wanted: of the places given, or of the store to go on with."""
    from etolib.places_reader import PlaceList, places_in_box, read_places
    from etolib.request import Request
    from etolib.store.order import Order
    from etolib.store.store import Store

    found: PlaceList
    if places is not None and box is None:
        found = read_places(places, skip_bad=skip_bad)
    elif box is not None and places is None and spacing is not None:
        west, south, east, north = box
        found = places_in_box(west, south, east, north, spacing, land_only=not with_sea)
    elif resume and places is None and box is None:
        return Store.open(output).order
    else:
        raise click.UsageError(say("give_places_or_box"))
    for note in found.notes:
        click.echo(f"note: {note}", err=True)
    for problem in found.problems[:_LISTED]:
        click.echo(f"left out: {problem}", err=True)
    if period is None:
        if not resume:
            raise click.UsageError(say("give_a_period"))
        period = Store.open(output).order.period
    options: dict[str, Any] = {"krs": krs} if krs else {}
    Request(found[0], period, sources, **options)  # what is wrong with these is said once
    return Order.of([Request(site, period, sources, **options) for site in found], lot)


def _check_output(output: Path, *, resume: bool) -> None:
    from etolib.store.store import target_of

    try:
        there = output.exists()
    except OSError as error:  # a name that is longer than names can be
        rule = say("output_not_written", error=error.strerror or str(error))
        raise InputError([Problem("output", str(output), rule, say("choose_other_file"))]) from error
    if there and not resume:
        raise InputError([Problem("output", str(output), say("exists_already"), say("resume_or_other_name"))])
    target_of(output)


def _ended(output: Path, progress: Progress, failures: Sequence[Failure]) -> dict[str, Any]:
    """Return how a batch has ended, as JSON holds it."""
    names = ("position", "place", "error", "message", "suggestion", "source", "retryable", "partial")
    return {
        "output": str(output), "places": progress.places, "done": progress.done, "partial": progress.partial,
        "failed": progress.failed, "failures": [{name: getattr(one, name) for name in names} for one in failures],
    }  # fmt: skip


def _say_cost(order: Order, output: Path, *, resume: bool, as_json: bool) -> None:
    from etolib.store.store import Store
    from etolib.tasks.cost import cost_of

    finished = Store.open(output).finished() if resume and output.exists() else {}
    cost = cost_of(order, without=finished.keys())
    if as_json:
        print_json(dataclasses.asdict(cost) | {"seconds": cost.seconds, "sentences": cost.sentences})
        return
    for line in cost.sentences:
        click.echo(line)


@contextlib.contextmanager
def _client(scheduler: str | None, workers: int | None) -> Iterator[Client]:
    """Have a client of the scheduler that is named, else of a cluster that is started for this run."""
    from distributed import Client

    from etolib import logs
    from etolib.tasks import cluster

    logs.take_over()  # distributed has set its own levels as it was imported
    if scheduler is not None:
        with cluster.connect(scheduler) as client:
            yield client
        return
    with cluster.start(workers) as own, Client(own, set_as_default=False, name=cluster.client_name()) as client:
        yield client


def _watch(running: StoredBatch) -> None:
    """Show the progress until the end: one line that is written over on a terminal, else one now and then."""
    line = Line()
    running.on_progress(lambda progress: line.show(progress.share, progress))
    try:
        running.result()
    except KeyboardInterrupt:
        running.cancel()
        raise
    finally:
        line.end()
