"""Which numbers this etolib makes: a digest of everything that they depend on in the package itself."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

_SHOWING = frozenset({"places_reader", "serve", "store", "tasks", "validation", "water", "widgets", "words", "network"})
_OTHER = frozenset({"_version.py", "cli.py", "cli_batch.py", "places.py", "science.py"})
_LENGTH = 12


@cache
def version() -> str:
    """Return the digest of the sources and data from which ETo, its interval and quality are computed.

    Two etolibs with the same one give the same numbers on the same libraries; of different ones nothing is known. It
    changes with each change of these files, as a number that a person must raise would not.

    >>> len(version())
    12
    """
    package = Path(__file__).parent
    files = [path for path in package.rglob("*.py") if _counts(path.relative_to(package))]
    digest = hashlib.sha256()
    for path in sorted([*files, *(package / "data").glob("climatology.*")]):
        content = path.read_bytes()
        # Windows may have written other ends of lines.
        content = content.replace(b"\r\n", b"\n") if path.suffix == ".py" else content
        digest.update(f"{path.relative_to(package).as_posix()}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()[:_LENGTH]


def _counts(path: Path) -> bool:
    return path.name not in _OTHER and not _SHOWING.intersection(path.parts)
