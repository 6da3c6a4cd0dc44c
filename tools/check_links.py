"""Hold the links of the built documentation to what was built: ``python tools/check_links.py build/docs``.

Sphinx warns about a reference it cannot resolve. It does not look at links in raw HTML, at links and pictures in the
outputs of cells, nor at what a theme and an older build left in the folder. Here every page is read as a browser would
read it: each link to a page, an anchor, a picture, a script or a style sheet of the site must lead to something, no
identifier may stand twice in a page, and every picture needs words in its place. Addresses of other sites are not
asked. One line for each fault, exit status 1 where there is one.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator
from functools import cached_property
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

LEADS = {"a": "href", "area": "href", "link": "href", "img": "src", "script": "src", "source": "src", "iframe": "src"}
"""What leads elsewhere: the attribute of each element that holds an address."""

OF_THIS_MACHINE = ("localhost", "127.0.0.1", "0.0.0.0")


class Page(HTMLParser):
    """What a page leads to, and what can be led to in it."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.path = path
        self.names: Counter[str] = Counter()
        self.links: list[tuple[int, str]] = []
        self.mute: list[tuple[int, str]] = []
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note the identifiers and addresses of an element."""
        have = dict(attrs)
        line = self.getpos()[0]
        if have.get("id"):
            self.names[str(have["id"])] += 1
        if tag == "a" and have.get("name") and have["name"] != have.get("id"):
            self.names[str(have["name"])] += 1
        address = have.get(LEADS.get(tag, ""))
        if address is not None:
            self.links.append((line, address))
        if tag == "img" and "alt" not in have:
            self.mute.append((line, str(address)))


class Site:
    """A folder of built pages."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder.resolve()

    @cached_property
    def pages(self) -> dict[Path, Page]:
        """The pages by their path."""
        return {path: Page(path) for path in sorted(self.folder.rglob("*.html")) if "_static" not in path.parts}

    def faults(self) -> Iterator[str]:
        """Yield a line for each link that leads nowhere, name that stands twice, picture without words."""
        for path, page in self.pages.items():
            here = path.relative_to(self.folder).as_posix()
            for line, address in page.links:
                fault = self.fault(page, address)
                if fault:
                    yield f"{here}:{line}: {address}: {fault}"
            for name, times in page.names.items():
                if times > 1:
                    yield f"{here}: the identifier {name!r} stands {times} times"
            for line, address in page.mute:
                yield f"{here}:{line}: {address}: a picture without words in its place (alt)"

    def fault(self, page: Page, address: str) -> str:
        """Return what is wrong with an address of a page; nothing where it leads somewhere, or to another site."""
        parts = urlsplit(address)
        if parts.scheme == "file" or parts.hostname in OF_THIS_MACHINE:
            return "leads to the reader's own machine"
        if parts.scheme or parts.netloc:
            return ""
        if parts.path.startswith("/"):
            return "begins at the root of the server: the site may lie in a folder of it"
        target = (page.path.parent / unquote(parts.path)).resolve() if parts.path else page.path
        if target.is_dir():
            target /= "index.html"
        if not target.is_relative_to(self.folder):
            return "leads out of the site"
        if not target.is_file():
            return "there is no such file"
        anchor = unquote(parts.fragment)
        if anchor and target in self.pages and anchor not in self.pages[target].names:
            return "the page is there, the place in it is not"
        return ""


def main(folder: Path) -> int:
    """Print the faults of a site and return the exit status."""
    site = Site(folder)
    if not site.pages:
        print(f"{folder}: no built page there; build the site first (make docs)")
        return 1
    faults = list(site.faults())
    print(*faults, sep="\n", end="\n" if faults else "")
    links = sum(len(page.links) for page in site.pages.values())
    print(f"{len(site.pages)} pages, {links} links and pictures, {len(faults)} faults")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1] if len(sys.argv) > 1 else "build/docs")))
