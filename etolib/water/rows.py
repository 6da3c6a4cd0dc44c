"""A row of one of the tables of the book by its name, as people write it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

from etolib.errors import InputError, Problem
from etolib.words import say

Row = TypeVar("Row")


def named(thing: str, name: object, table: Mapping[str, Row]) -> Row:
    """Return the row of a name, whatever its capitals, spaces and hyphens.

    Raises
    ------
    InputError
        Where the table has none; ``thing`` says what was looked for.

    >>> named("soil", "Silty-Clay ", {"silty_clay": 0.36})
    0.36
    """
    found = table.get(str(name).strip().lower().replace(" ", "_").replace("-", "_"))
    if found is None:
        raise InputError([Problem(thing, name, say("not_one_of", names=list(table)))])
    return found
