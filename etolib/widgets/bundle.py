"""The built front end that comes with the package: one script and one style sheet for each widget of its own.

Built by ``npm run build`` in ``etolib/widgets/front``; where that was not done the page has plain pictures and tables.
"""

from __future__ import annotations

from functools import cache
from importlib import resources
from importlib.util import find_spec


@cache
def built(name: str) -> bool:
    """Return whether a widget can be shown: its script is built, and what brings it to the browser is installed.

    >>> built("nothing of this name")
    False
    """
    return bool(text(f"{name}.js")) and find_spec("anywidget") is not None


def text(file: str) -> str:
    """Return a built file; nothing where it is not built.

    >>> text("nothing.js")
    ''
    """
    found = resources.files("etolib.widgets").joinpath("front", "built", file)
    return found.read_text(encoding="utf-8") if found.is_file() else ""
