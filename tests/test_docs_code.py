"""What a reader copies from the documentation runs: each block of Python, page by page, and each etolib command parses.

A page is one story: its blocks run in order in one namespace, without a network, in an empty folder that holds the
files the pages speak of. A block that needs what is not here (somebody's cluster, an account) says why in a comment in
front of it: ``<!-- not run: ... -->``.
"""

from __future__ import annotations

import ast
import asyncio
import importlib
import re
import shlex
import shutil
from pathlib import Path

import click
import dask.distributed
import numpy as np
import pandas as pd
import pytest
import xarray as xr

import etolib
from etolib.cli import main

ROOT = Path(__file__).resolve().parents[1]
PAGES = [ROOT / "README.md", *sorted(p for p in (ROOT / "docs").rglob("*.md") if "validation" not in p.parts)]
FENCE = re.compile(
    r"(?P<why><!-- not run: [^\n]+ -->\n\s*)?^(?P<mark>```+)(?P<kind>\{code-cell\} )?(?P<language>[\w+-]+)\n"
    r"(?P<text>.*?)^(?P=mark)$",
    re.M | re.S,
)


def blocks(page: Path, *languages: str) -> list[str]:
    """The blocks of a page in some languages that a reader may copy and that run here."""
    found = [one for one in FENCE.finditer(page.read_text(encoding="utf-8")) if one["language"] in languages]
    return [one["text"] for one in found if not one["why"] and "remove-input" not in one["text"]]


def name(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


@pytest.fixture(scope="module")
def client():
    with dask.distributed.Client(processes=False, n_workers=1, threads_per_worker=2, dashboard_address=":0") as found:
        yield found


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """The files that pages speak of: a table of places, a station, archives of weather."""
    folder = tmp_path_factory.mktemp("files")
    (folder / "farms.csv").write_text("name,latitude,longitude\nPiracicaba,-22.7,-47.6\nPetrolina,-9.4,-40.5\n")
    shutil.copy(ROOT / "docs/builder/my.csv", folder)
    time = pd.date_range("2024-01-01", periods=4)
    where = {"time": time, "latitude": [-22.75, -22.5], "longitude": [-47.75, -47.5]}
    made = {"tmin": ("degC", 18.0), "tmax": ("degC", 29.0), "ea": ("kPa", 1.9), "rs": ("MJ m-2 day-1", 21.0)}
    grid = xr.Dataset(
        {name: (tuple(where), np.full((4, 2, 2), value), {"units": unit}) for name, (unit, value) in made.items()}
        | {"u2": (tuple(where), np.full((4, 2, 2), 2.0), {"units": "m s-1"})},
        where,
    ).assign(elevation=(("latitude", "longitude"), np.full((2, 2), 550.0), {"units": "m"}))
    grid["latitude"].attrs["units"], grid["longitude"].attrs["units"] = "degrees_north", "degrees_east"
    for zarr in ("weather.zarr", "agera5.zarr", "agera5_2024.zarr"):
        grid.to_zarr(folder / zarr)
    return folder


@pytest.fixture
def desk(files, tmp_path, monkeypatch, client):
    """An empty folder with those files, no network, a fixed day, a cluster of one thread."""
    for file in files.iterdir():
        (tmp_path / file.name).symlink_to(file)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MPLBACKEND", "agg")
    with etolib.set_options(offline=True, today="2024-06-20"):
        yield tmp_path


@pytest.mark.parametrize("page", [p for p in PAGES if blocks(p, "python")], ids=name)
def test_the_python_of_a_page_runs(page, desk):
    asyncio.run(run(page))


def light(text: str) -> str:
    """A block without the tags of a cell, its cluster one thread of this process, its box of fewer points."""
    text = "\n".join("" if line.startswith(":tags:") else line for line in text.splitlines())
    here = r'\1(processes=False, dashboard_address=":0", n_workers=1'
    text = re.sub(r"(places_in_box\(.*), 0\.1\)", r"\1, 0.5)", text)
    return re.sub(r"\b(Client|LocalCluster)\(n_workers=\d+", here, text)


async def run(page: Path) -> None:
    """Run a page as a notebook would: while a loop runs, with ``await`` where one likes."""
    space: dict[str, object] = {"__name__": "page", "etolib": etolib}
    for at, text in enumerate(blocks(page, "python"), 1):
        code = compile(light(text), f"{name(page)}, block {at}", "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
        waits = eval(code, space)
        if waits is not None:
            await waits
    for thing in [one for one in space.values() if isinstance(one, dask.distributed.Client)]:
        thing.close()


def commands(page: Path) -> list[list[str]]:
    """The etolib commands in the shell blocks of a page and in its running text, as words."""
    text = "\n".join(blocks(page, "sh", "bash", "console"))
    inline = re.findall(r"`(etolib [a-z]+ [^`]*-[^`]*)`", page.read_text(encoding="utf-8"))
    inline = [one for one in inline if "..." not in one and not one.split()[-1].startswith("-")]  # an option spoken of
    lines = re.sub(r"\\\n", " ", text).splitlines() + inline
    found = []
    for line in lines:
        words = shlex.split(re.split(" [&|>]", line)[0], comments=True)
        if words and words[0] in ("etolib", "$") and "etolib" in words[:2]:
            found.append(words[words.index("etolib") + 1 :])
    return found


@pytest.mark.parametrize("page", [p for p in PAGES if commands(p)], ids=name)
def test_the_commands_of_a_page_are_understood(page, desk):
    for words in commands(page):
        understood(main, "etolib", words)


def understood(command: click.Command, called: str, words: list[str], parent: click.Context | None = None) -> None:
    """Let click take a command apart without running it; what it does not know is an error."""
    with command.make_context(called, list(words), parent=parent) as context:
        if isinstance(command, click.Group) and words:
            inner, found, left = command.resolve_command(context, list(words))
            assert found is not None
            understood(found, inner or "", left, context)


def found_at(name: str) -> bool:
    """Whether a dotted name of a package is there, be it in a module, a class or the table of names."""
    parts = name.split(".")
    for length in range(len(parts), 0, -1):
        try:
            thing = importlib.import_module(".".join(parts[:length]))
        except ImportError:
            continue
        return all(hasattr(thing, part) and (thing := getattr(thing, part)) is not None for part in parts[length:])
    return False


@pytest.mark.parametrize("page", sorted((ROOT / "docs/migration").glob("*.md")), ids=name)
def test_names_of_tables_for_those_who_come_from_elsewhere_are_there(page):
    names = re.findall(r"`((?:pyet|refet|pyfao56|etolib)(?:\.\w+)+)`", page.read_text(encoding="utf-8"))
    for package in {one.partition(".")[0] for one in names}:
        pytest.importorskip(package)
    assert [one for one in names if not found_at(one)] == []
