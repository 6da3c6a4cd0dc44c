"""The catalogues: gettext files read when a language is first used.

An installed package holds compiled catalogues (``.mo``, made when the wheel is built, see ``tools/build_hook.py``),
which the standard library reads in a millisecond. In a checkout a ``.po`` newer than its ``.mo`` is compiled, and the
``.mo`` kept beside it, as Python does with its modules: Babel costs each process 7 MB and 0.1 s.
"""

from __future__ import annotations

import contextlib
import gettext
import io
import os
from functools import cache
from pathlib import Path
from typing import Any
from uuid import uuid4

ENGLISH = "en"
"""The language of logs, files and the command line, and of a text that another language lacks."""

_FOLDER = Path(__file__).resolve().parent
_added: dict[str, Path] = {}


def languages() -> tuple[str, ...]:
    """Return the codes of all languages, English first.

    >>> languages()[0], "pt" in languages()
    ('en', True)
    """
    written = {path.stem for path in _FOLDER.glob("*.po")}
    found = (written or {path.stem for path in _FOLDER.glob("*.mo")}) | set(_added)
    return tuple(sorted(found, key=lambda code: (code != ENGLISH, code)))


def best_language(wish: str) -> str | None:
    """Return the language that is nearest to what a link or a browser wishes; None where there is none.

    >>> best_language("pt-BR"), best_language("PT"), best_language("tlh")
    ('pt', 'pt', None)
    """
    wanted = wish.strip().lower().replace("_", "-")
    known = {code.lower().replace("_", "-"): code for code in languages()}
    return known.get(wanted) or known.get(wanted.split("-")[0])


def add_language(code: str, path: str | Path) -> None:
    """Add a language, or replace one, by a catalogue of your own (``.po``, which needs Babel, or ``.mo``)."""
    _added[code] = Path(path)
    _read.cache_clear()


def remove_language(code: str) -> None:
    """Take away a language that was added."""
    _added.pop(code, None)
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
        found: str | None = catalogue.ngettext(key, key, number)
        if found is not None:
            return found
    return catalogue.gettext(key)


class _Nothing(gettext.NullTranslations):
    """Says None for what a catalogue lacks; gettext itself would say the key, and a text may be equal to its key."""

    def gettext(self, message: str) -> Any:
        return None

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> Any:
        return None


@cache
def _read(language: str) -> gettext.NullTranslations:
    source = _added.get(language, _FOLDER / f"{language}.po")
    compiled = source.with_suffix(".mo")
    if source.suffix == ".po" and _fresh(source, compiled):
        source = compiled
    if not source.is_file():
        return _Nothing()
    data = source.read_bytes() if source.suffix == ".mo" else _compiled(source, keep=source.parent == _FOLDER)
    catalogue = gettext.GNUTranslations(io.BytesIO(data))
    catalogue.add_fallback(_Nothing())
    return catalogue


def _fresh(source: Path, compiled: Path) -> bool:
    """Return whether the compiled catalogue is there and not older than its source."""
    return compiled.is_file() and (not source.is_file() or compiled.stat().st_mtime_ns >= source.stat().st_mtime_ns)


def _compiled(source: Path, *, keep: bool) -> bytes:
    """Return the compiled form of a ``.po`` file; ``keep`` it beside, where the folder can be written to."""
    written = source.stat().st_mtime_ns
    data = compile_po(source)
    if keep:
        part = source.with_name(f".{uuid4().hex}.mo.part")
        with contextlib.suppress(OSError):
            part.write_bytes(data)
            os.utime(part, ns=(written, written))  # a change of the source while it was compiled is seen next time
            part.replace(source.with_suffix(".mo"))
    return data


def compile_po(path: Path) -> bytes:
    """Return the compiled form of a ``.po`` file; needs Babel."""
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    with path.open("rb") as file:
        catalogue = read_po(file, abort_invalid=True)
    buffer = io.BytesIO()
    write_mo(buffer, catalogue)
    return buffer.getvalue()
