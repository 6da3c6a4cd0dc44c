"""Text in files that spreadsheets open: a cell that begins like a formula would be run there.

The name of a place or of a file may be anybody's. An apostrophe in front marks it as text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

_SIGNS = "=+@\uff1d\uff0b\uff0d\uff20"  # and their wide forms, which spreadsheets in Japanese take for them
# A spreadsheet cuts lines of comments into cells too. A minus before a number alone is a number.
_FORMULA = re.compile(rf"(?<=[,;\t|])(?P<before>\s*)(?=[\s\"]*(?:[{_SIGNS}]|-(?!\d+(?:\.\d+)?\s*(?:[,;\t|]|$))))")


def line(text: str) -> str:
    """Return a line of a comment without a formula in any of the cells it is cut into.

    >>> line("place: latitude 1, longitude -2, =1+1")
    "place: latitude 1, longitude -2, '=1+1"
    """
    return _FORMULA.sub(r"\g<before>'", " ".join(text.split()))


def comments(lines: Iterable[str]) -> str:
    """Return lines of a CSV that are comments.

    >>> comments(["ETo", "of a;@cmd"])
    "# ETo\\n# of a;'@cmd\\n"
    """
    return "".join(f"# {line(one)}\n" for one in lines)


def cell(text: str) -> str:
    """Return the text of a cell of which no spreadsheet makes a formula.

    >>> cell("=1+1"), cell("Farm"), cell("-9.39"), cell(" -cmd")
    ("'=1+1", 'Farm', '-9.39', "' -cmd")
    """
    first = text.lstrip()[:1]
    if first == "-":
        return text if re.fullmatch(r"\s*-\d+(?:\.\d+)?\s*", text) else f"'{text}"
    return f"'{text}" if first and first in _SIGNS else text
