"""`Text`: an English sentence that knows its key and its values."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from etolib.words.catalogue import ENGLISH, look_up

Role = Callable[[str, Any], str]
"""How a value is shown: called with the language and the value."""

Form = Callable[[str, Mapping[str, Any]], str]
"""How a whole text is shown where the catalogue's sentence is not wanted: called with the language and the values."""

_NUMBER = re.compile(r"[-+−±]?\d+[.]\d+( ?%)?")
_DEGREES = re.compile(r"(?<=\d)[.](?=\d+°)")
_CODES = ("version", "dialect")  # values that may look like numbers
_JOINED = "+"
_VERBATIM = ""


class Text(str):
    """A finished English sentence, with the key and the values it was made of.

    Made by `say`, `join` and `verbatim`. It survives pickling; as JSON it is plain text, `encode` keeps the parts.

    Attributes
    ----------
    key : str
        Of the catalogues; empty for text that came from outside.
    values : dict
        What fills the places: numbers, text, lists of them, other `Text`.
    """

    __slots__ = ("key", "values")
    key: str
    values: dict[str, Any]

    def __new__(cls, english: str, key: str, values: Mapping[str, Any]) -> Text:
        """Make one from its parts; callers use `say`."""
        self = super().__new__(cls, english)
        self.key = key
        self.values = dict(values)
        return self

    def __reduce__(self) -> tuple[Any, ...]:
        return Text, (str.__str__(self), self.key, self.values)


def say(key: str, /, **values: Any) -> Text:
    """Return the text of a key, its places filled in.

    >>> say("no such key")
    Traceback (most recent call last):
    ...
    KeyError: "no text has the key 'no such key'"
    >>> say("days", count=3), say("days", count=1)
    ('3 days', '1 day')
    """
    kept = {name: _keep(value) for name, value in values.items()}
    english = _Reader(ENGLISH, {}, {}).read(Text("", key, kept))
    return Text(english, key, kept)


def verbatim(text: str) -> Text:
    """Return text that came from outside, or that is the same in every language.

    >>> verbatim("404 Not Found").key
    ''
    """
    return text if isinstance(text, Text) else Text(text, _VERBATIM, {})


def join(between: str, parts: Sequence[str]) -> Text:
    """Return texts one after the other; each keeps its key.

    >>> join("; ", [say("calculate"), verbatim("x")])
    'Calculate; x'
    """
    kept = [verbatim(part) for part in parts]
    return Text(between.join(kept), _JOINED, {"between": between, "parts": kept})


def render(
    language: str,
    text: str,
    roles: Mapping[str, Role] | None = None,
    forms: Mapping[str, Form] | None = None,
) -> str:
    """Return a text in a language; plain str comes back as it is.

    Parameters
    ----------
    language : str
        One of `etolib.words.languages`.
    text : str
        A `Text`, or anything else.
    roles : mapping of str to callable, optional
        By the name of a value without its number (``variable2`` has the role of ``variable``): how it is shown.
    forms : mapping of str to callable, optional
        By key: texts that the reader puts together in another way.

    >>> render("pt", say("days", count=3))
    '3 dias'
    """
    return _Reader(language, roles or {}, forms or {}).read(text)


def decimals(language: str, text: str) -> str:
    """Return a number, or degrees such as those of a place, with the decimal mark of a language; other text as it is.

    >>> decimals("pt", "0.35"), decimals("pt", "22.7000°S 47.6000°W"), decimals("pt", "etolib 0.1.0")
    ('0,35', '22,7000°S 47,6000°W', 'etolib 0.1.0')
    """
    mark = look_up(language, "decimal_mark")
    return text.replace(".", mark) if _NUMBER.fullmatch(text) else _DEGREES.sub(mark, text)


class _Reader:
    """Reads texts, and the texts within them, for one language."""

    def __init__(self, language: str, roles: Mapping[str, Role], forms: Mapping[str, Form]) -> None:
        self.language, self.roles, self.forms = language, roles, forms

    def read(self, text: str) -> str:
        if not isinstance(text, Text) or text.key == _VERBATIM:
            return str(text)
        if text.key == _JOINED:
            between: str = text.values["between"]
            return between.join(map(self.read, text.values["parts"]))
        if form := self.forms.get(text.key):
            return form(self.language, text.values)
        shown = {name: self.value(name, value) for name, value in text.values.items()}
        return look_up(self.language, text.key, text.values.get("count")).format(**shown)

    def value(self, name: str, value: Any) -> Any:
        if role := self.roles.get(name.rstrip("0123456789")):
            return role(self.language, value)
        if isinstance(value, list):
            return ", ".join(str(self.value("", one)) for one in value)
        if isinstance(value, Text):
            return self.read(value)
        number = isinstance(value, (str, float)) and name not in _CODES
        return decimals(self.language, str(value)) if number else value


def encode(text: str) -> dict[str, Any] | str:
    """Return a text as JSON can hold it: key and values, or the text itself where it has no key.

    >>> encode(say("days", count=3))
    {'key': 'days', 'values': {'count': 3}}
    """
    if not isinstance(text, Text) or text.key == _VERBATIM:
        return str(text)
    return {"key": text.key, "values": {name: _encode_value(value) for name, value in text.values.items()}}


def decode(data: Any) -> Text:
    """Return the text of what `encode` gave; what is none of it comes as text from outside.

    >>> decode({"key": "days", "values": {"count": 3}})
    '3 days'
    """
    if isinstance(data, Mapping) and isinstance(data.get("key"), str) and isinstance(data.get("values"), Mapping):
        values = {str(name): _decode_value(value) for name, value in data["values"].items()}
        if data["key"] == _JOINED:
            return join(str(values.get("between", "")), [verbatim(part) for part in values.get("parts", ())])
        try:
            return say(data["key"], **values)
        except (KeyError, ValueError, TypeError, IndexError):  # of another version of etolib
            return verbatim(data["key"])
    return verbatim(str(data))


def _keep(value: Any) -> Any:
    """Return a value as JSON and pickles can hold it."""
    if value is None or isinstance(value, (str, bool, int, float)):
        return value
    if hasattr(value, "item") and getattr(value, "ndim", 0) == 0:  # a number of numpy
        return _keep(value.item())
    if isinstance(value, (list, tuple, set, frozenset)):
        return [_keep(one) for one in (sorted(value) if isinstance(value, (set, frozenset)) else value)]
    return str(value)


def _encode_value(value: Any) -> Any:
    if isinstance(value, list):
        return [_encode_value(one) for one in value]
    return encode(value) if isinstance(value, Text) else value


def _decode_value(value: Any) -> Any:
    if isinstance(value, Mapping):
        return decode(value)
    return [_decode_value(one) for one in value] if isinstance(value, (list, tuple)) else value
