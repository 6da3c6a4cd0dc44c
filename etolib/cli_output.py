"""Files that commands write: looked at before anything is computed, and their errors in one line."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Collection, Iterator
from pathlib import Path

from etolib import extras
from etolib.errors import InputError, Problem
from etolib.words import say


def check_output(path: Path, endings: Collection[str] | None = None) -> None:
    """Refuse a file that could not be written, before anything is computed; by default any format of a result."""
    if endings is None:
        from etolib.result import formats

        endings = formats.endings()
        if path.suffix.lower() in endings:
            extras.check(*formats.by_ending(path.suffix).needs)
    if path.suffix.lower() not in endings:
        raise InputError([Problem("output", str(path), say("must_end_in", endings=" ".join(endings)))])
    with writing(path), contextlib.suppress(FileNotFoundError):
        path.lstat()  # a name that is longer than names can be
    folder = path.absolute().parent
    if not folder.is_dir():
        raise InputError([Problem("output", str(path), say("output_folder_missing"), say("make_folder_first"))])
    if path.is_dir() or not os.access(folder, os.W_OK):
        rule = say("output_is_folder") if path.is_dir() else say("output_folder_read_only")
        raise InputError([Problem("output", str(path), rule, say("choose_other_file"))])


@contextlib.contextmanager
def writing(path: Path) -> Iterator[None]:
    """Turn a disk that is full, and the like, into one line."""
    try:
        yield
    except OSError as error:
        rule = say("output_not_written", error=error.strerror or str(error))
        raise InputError([Problem("output", str(path), rule, say("choose_other_file"))]) from error
