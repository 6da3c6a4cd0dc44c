"""README.md as a package index shows it: there it has no neighbours."""

from __future__ import annotations

import re


def standing_alone(text: str) -> str:
    """Return Markdown without links and pictures that lead into the checkout.

    >>> standing_alone("see [grids](docs/grids.md), ![a page](apps/eto.png)[Voila](https://voila.readthedocs.io)")
    'see grids (`docs/grids.md`), [Voila](https://voila.readthedocs.io)'
    """
    text = re.sub(r"!\[[^\]]*\]\((?!https?:)[^)]*\)\n*", "", text)

    def link(found: re.Match[str]) -> str:
        name, target = found[1], found[2]
        return f"`{target}`" if name.strip("`") == target else f"{name} (`{target}`)"

    return re.sub(r"\[([^\]]*)\]\((?!https?:|#|mailto:)([^)]*)\)", link, text)
