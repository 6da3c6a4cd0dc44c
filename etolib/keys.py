"""Keys of one's own: read from the environment when they are used, sent to their service, and shown nowhere.

A `Secret` has no text but for who asks it to `Secret.reveal`, and travels as the name of its variable: another process
reads its own environment. Whatever came back from outside goes through `scrub` before anybody sees or keeps it.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from urllib.parse import quote, quote_plus

from etolib.errors import InputError, Problem
from etolib.words import say

MASK = "[secret]"
"""What stands where a secret was."""

_NAMES = re.compile(r"TOKEN|KEY|SECRET|PASSW|CONTACT|MAIL", re.IGNORECASE)
_SHORTEST = 7  # a shorter word may be part of others [characters]

_read: set[str] = set()
"""Variables that were read as secrets, whatever their names."""


class Secret:
    """What a variable of the environment holds.

    Examples
    --------
    >>> os.environ["ETOLIB_EXAMPLE_KEY"] = "k-123456"
    >>> key = read("ETOLIB_EXAMPLE_KEY")
    >>> key, f"{key}", str([key]), key.reveal()
    ([secret], '[secret]', '[[secret]]', 'k-123456')
    >>> del os.environ["ETOLIB_EXAMPLE_KEY"]
    """

    __slots__ = ("_value", "variable")

    def __init__(self, variable: str, value: str) -> None:
        self.variable = variable
        self._value = value

    def reveal(self) -> str:
        """Return the text itself; for who sends it."""
        return self._value

    def __repr__(self) -> str:
        return MASK

    def __format__(self, spec: str) -> str:
        return format(MASK, spec)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other._value == self._value

    def __hash__(self) -> int:
        return hash(self._value)

    def __reduce__(self) -> tuple[Callable[[str], Secret | None], tuple[str]]:
        return read, (self.variable,)


class Private(str):
    """A text that others may use but that is not shown where the object around it is: ``repr`` masks it.

    >>> {"contact": Private("me@example.org")}
    {'contact': [secret]}
    """

    __slots__ = ()

    def __repr__(self) -> str:
        return MASK


def read(variable: str) -> Secret | None:
    """Return what a variable holds, None where it is not set or empty.

    Raises
    ------
    InputError
        Where it cannot be a key: spaces or signs within that no address and no header may have.
    """
    text = os.environ.get(variable, "").strip()
    if not text:
        return None
    _read.add(variable)
    if not (text.isascii() and text.isprintable()) or " " in text:
        raise InputError([Problem(variable, MASK, say("must_be_a_key"))])
    return Secret(variable, text)


def secret_name(variable: str) -> bool:
    """Return whether what a variable holds is to be kept from sight: by its name, or because it was read as a key.

    >>> secret_name("ETOLIB_OPEN_METEO_KEY"), secret_name("ETOLIB_SILO_EMAIL"), secret_name("ETOLIB_TODAY")
    (True, True, False)
    """
    return variable in _read or _NAMES.search(variable) is not None


def spoken() -> set[str]:
    """Return the texts of this process's environment that must not be seen, as they are and as addresses have them."""
    found = {value.strip() for name, value in os.environ.items() if secret_name(name)}
    return {form for value in found if len(value) >= _SHORTEST for form in forms(value)}


def forms(value: str) -> tuple[str, ...]:
    """Return the ways in which a text is written in addresses.

    >>> forms("me@example.org")
    ('me@example.org', 'me%40example.org')
    """
    return tuple(dict.fromkeys((value, quote(value, safe=""), quote_plus(value), quote(value))))


def scrub(text: str) -> str:
    """Return a text without secrets.

    >>> os.environ["ETOLIB_EXAMPLE_KEY"] = "k-123456"
    >>> scrub("the key 'k-123456' is not valid")
    "the key '[secret]' is not valid"
    >>> del os.environ["ETOLIB_EXAMPLE_KEY"]
    """
    for one in sorted(spoken(), key=len, reverse=True):
        text = text.replace(one, MASK)
    return text


def without(body: bytes, secrets: tuple[Secret, ...]) -> bytes:
    """Return an answer without the secrets that were sent for it: some services repeat them.

    >>> without(b"hello k-123456", (Secret("ETOLIB_EXAMPLE_KEY", "k-123456"),))
    b'hello [secret]'
    """
    for secret in secrets:
        for form in forms(secret.reveal()):
            if len(form) >= _SHORTEST:
                body = body.replace(form.encode(), MASK.encode())
    return body
