"""The notebooks that come with etolib, and the copy of them in a person's own folder."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from dataclasses import dataclass
from pathlib import Path

from etolib.errors import InputError, Problem
from etolib.words import Text, say, verbatim

FOLDER = "etolib-notebooks"
"""What the folder of the copies is called."""

_KNOWN = ".copied.json"  # in it: the digest of each file as it was copied, by which a changed one is known


@dataclass(frozen=True)
class Copied:
    """What became of the notebooks in a folder.

    Attributes
    ----------
    folder : Path
    written : tuple of str
        Names of those that were missing, or that nobody had changed since an older etolib copied them.
    kept : tuple of str
        Names of those that somebody has changed: they stay as they are.
    """

    folder: Path
    written: tuple[str, ...]
    kept: tuple[str, ...]

    @property
    def sentences(self) -> list[Text]:
        """It in words; nothing where nothing was done and nothing is to be known."""
        said = []
        if self.written:
            said.append(say("notebooks_copied", number=len(self.written), path=str(self.folder)))
        if self.kept:
            said.append(say("notebooks_kept", names=list(self.kept), path=str(self.folder)))
        return said


def shipped() -> Path:
    """Return the folder of the notebooks: beside the package in a checkout, inside it in an installation."""
    package = Path(__file__).resolve().parent.parent
    for folder in (package.parent / "notebooks", package / "notebooks"):
        if (folder / "01_first_eto.ipynb").is_file():
            return folder
    raise FileNotFoundError(f"no notebooks beside or inside {package}")


def offer(into: Path) -> list[Text]:
    """Copy the notebooks into a folder, unless it is the checkout they lie in; return what is to be said."""
    if shipped().parent == into.resolve():
        return []
    try:
        return copy(into).sentences
    except InputError as error:  # JupyterLab is of use without them
        return [verbatim(str(error))]


def copy(into: Path) -> Copied:
    """Copy the notebooks into a folder ``etolib-notebooks``; one that a person has changed is never written over.

    Parameters
    ----------
    into : Path
        The folder in which that folder is, or will be.

    Raises
    ------
    InputError
        Where it cannot be written.
    """
    folder = into / FOLDER
    try:
        return _copy(folder)
    except OSError as error:
        rule = say("output_not_written", error=error.strerror or str(error))
        raise InputError([Problem("notebooks", str(folder), rule, say("lab_without_notebooks"))]) from error


def _copy(folder: Path) -> Copied:
    folder.mkdir(exist_ok=True)
    known = _known(folder / _KNOWN)
    written, kept = [], []
    for path in sorted(shipped().glob("*.ipynb")):
        ours, there = path.read_bytes(), folder / path.name
        theirs = there.read_bytes() if there.exists() or there.is_symlink() else None
        if theirs is not None and theirs != ours and _digest(theirs) != known.get(path.name):
            kept.append(path.name)
            continue
        if theirs != ours:
            _write(there, ours)
            written.append(path.name)
        known[path.name] = _digest(ours)
    _write(folder / _KNOWN, json.dumps(known, indent=1).encode())
    return Copied(folder, tuple(written), tuple(kept))


def _known(path: Path) -> dict[str, str]:
    with contextlib.suppress(OSError, ValueError):
        found = json.loads(path.read_text(encoding="utf-8"))
        if isinstance(found, dict):
            return {str(name): str(digest) for name, digest in found.items()}
    return {}


def _write(path: Path, content: bytes) -> None:
    """Write a file whole or not at all."""
    new = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        new.write_bytes(content)
        new.replace(path)
    finally:
        new.unlink(missing_ok=True)


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
