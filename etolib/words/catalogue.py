"""The catalogues: gettext files read when a language is first used.

An installed package holds compiled catalogues (``.mo``, made when the wheel is built, see ``tools/build_words.py``),
which the standard library reads in a millisecond. In a checkout a ``.po`` newer than its ``.mo`` is compiled in memory.
"""

from __future__ import annotations

import gettext
import io
from functools import cache
from pathlib import Path
from typing import Any

ENGLISH = "en"
"""The language of logs, files and the command line, and of a text that another language lacks."""

_FOLDER = Path(__file__).resolve().parent
_added: dict[str, Path] = {}


def languages() -> tuple[str, ...]:
    """Return the codes of all languages, English first.

    >>> languages()[:2]
    ('en', 'pt')
    """
    found = {path.stem for pattern in ("*.po", "*.mo") for path in _FOLDER.glob(pattern)} | set(_added)
    return tuple(sorted(found, key=lambda code: (code != ENGLISH, code)))


def add_language(code: str, path: str | Path) -> None:
    """Add a language, or replace one, by a catalogue of your own (``.po`` or ``.mo``)."""
    _added[code] = Path(path)
    _read.cache_clear()


def has(language: str, key: str) -> bool:
    """Return whether a language has a text of its own for a key.

    >>> has("en", "calculate"), has("en", "no such key")
    (True, False)
    """
    return _own(language, key, None) is not None


def look_up(language: str, key: str, count: Any = None) -> str:
    """Return the text of a key with its ``{names}``, in the form for ``count`` where it has several.

    A text that the language lacks comes in English; KeyError where English has none either.

    >>> look_up("pt", "calculate")
    'Calcular'
    """
    for code in (language, ENGLISH):
        found = _own(code, key, count)
        if found is not None:
            return found
    raise KeyError(f"no text has the key {key!r}")


def _own(language: str, key: str, count: Any) -> str | None:
    catalogue = _read(language)
    if count is not None:
        number = count if isinstance(count, int) else 2
        found = catalogue.ngettext(key, key, number)
        if found != key:
            return found
    found = catalogue.gettext(key)
    return None if found == key else found


@cache
def _read(language: str) -> gettext.NullTranslations:
    source = _added.get(language, _FOLDER / f"{language}.po")
    compiled = source.with_suffix(".mo")
    if source.suffix == ".po" and _fresh(source, compiled):
        source = compiled
    if not source.is_file():
        return gettext.NullTranslations()
    if source.suffix == ".mo":
        with source.open("rb") as file:
            return gettext.GNUTranslations(file)
    return gettext.GNUTranslations(io.BytesIO(compile_po(source)))


def _fresh(source: Path, compiled: Path) -> bool:
    """Return whether the compiled catalogue is there and not older than its source."""
    return compiled.is_file() and (not source.is_file() or compiled.stat().st_mtime >= source.stat().st_mtime)


def compile_po(path: Path) -> bytes:
    """Return the compiled form of a ``.po`` file; needs Babel."""
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    with path.open("rb") as file:
        catalogue = read_po(file, abort_invalid=True)
    buffer = io.BytesIO()
    write_mo(buffer, catalogue)
    return buffer.getvalue()
