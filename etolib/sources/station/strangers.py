"""Files that are no table of weather, by their first bytes: what they are, and what makes a table of them."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable, Mapping

from etolib.errors import InputError, Problem
from etolib.words import say

_FIRST = 4000


def _starts(*marks: bytes) -> Callable[[bytes], bool]:
    return lambda data: data.startswith(marks)


def _like(pattern: bytes) -> Callable[[bytes], bool]:
    found = re.compile(rb"(?:\xef\xbb\xbf)?\s*(?:" + pattern + rb")", re.IGNORECASE)
    return lambda data: bool(found.match(data)) and b"<pre>" not in data.lower()  # lines of a table stand in those


_KINDS: Mapping[str, Callable[[bytes], bool]] = {
    "pdf": _starts(b"%PDF"),
    "gzip": _starts(b"\x1f\x8b"),
    "archive": _starts(b"PK\x03\x04"),
    "grid": _starts(b"CDF\x01", b"CDF\x02", b"CDF\x05", b"\x89HDF", b"GRIB"),
    "web_page": _like(rb"<(?:!doctype html|html|head|body|table|meta)\b"),
    "xml": _like(rb"<\?xml|<[a-z][\w:.-]*(?:\s[^<>]*)?>\s*<[a-z/!?]"),  # not a name in bold letters
    "rtf": _starts(rb"{\rtf"),
    "epw": _like(rb"LOCATION,[^\r\n]*(?:,[^\r\n]*){8}\r?\n\s*DESIGN CONDITIONS"),
}
"""Kinds of files, each with the keys ``stranger_<kind>`` (what it is) and ``stranger_<kind>_do`` (what to do)."""


def is_other_archive(data: bytes) -> bool:
    """Return whether an archive is none of Excel: it has no ``[Content_Types].xml``, or that of another program.

    >>> is_other_archive(b"PK")
    False
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = archive.namelist()
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError):
        return False  # said where it is read as Excel
    return not any(part.startswith("xl/") for part in names)


def refuse(data: bytes, name: str) -> None:
    """Raise `InputError` of a file that is no table.

    >>> refuse(b"date,tmax", "a.csv")
    >>> refuse(b"%PDF-1.4", "a.pdf")
    Traceback (most recent call last):
        ...
    etolib.errors.InputError: file = 'a.pdf': is a PDF; ...
    """
    kind = next((kind for kind, fits in _KINDS.items() if fits(data[:_FIRST])), None)
    if kind is not None:
        raise InputError([Problem("file", name, say(f"stranger_{kind}"), say(f"stranger_{kind}_do"))])
