"""What sphinx does of ours: pages made before it reads, links that lead out of its folder, a check at the end."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from docutils import nodes
from docutils.parsers.rst import Directive
from docutils.statemachine import StringList
from sphinx import addnodes
from sphinx.util import logging

from docs.builder import docstrings, equations, names, reference, tables
from etolib.widgets.markup.formulas import mathml

log = logging.getLogger("etolib.docs")

OUTSIDE = {
    "../README.md": "/index.md",
    "../CONTRIBUTING.md": "/contributing/code.md",
    "../SECURITY.md": "/contributing/security.md",
    "../CHANGELOG.md": "/contributing/changelog.md",
}
"""Files beside this folder, and the pages that show them."""

LISTS = {"validation/README": "*.md", "validation/speed": "tables/*.md"}
"""Pages that are read elsewhere, too, and here list what lies beside them."""


def connect(app: Any) -> None:
    """Take part in a build."""
    app.add_directive("formula", Formula)
    for name in tables.DERIVED:
        app.add_directive(name, Derived)
    app.connect("builder-inited", make_pages)
    app.connect("include-read", lead_inside)
    app.connect("source-read", read)
    app.connect("autodoc-process-docstring", docstrings.prepare, priority=400)  # before napoleon
    app.connect("doctree-read", exact_names)
    app.connect("build-finished", hold_names)


class Formula(Directive):
    """A formula in the way of `etolib.widgets.markup.formulas`: a browser sets it, no script and no network."""

    has_content = True

    def run(self) -> list[nodes.Node]:
        """Return the formula as MathML."""
        lines = "".join(f'<div class="formula">{mathml(line)}</div>' for line in self.content if line.strip())
        return [nodes.raw("", f'<div class="equation"><div>{lines}</div></div>', format="html")]


class Derived(Directive):
    """A table that follows from the code, see `docs.builder.tables`."""

    def run(self) -> list[nodes.Node]:
        """Return the table as the page's own Markdown would give it."""
        found = nodes.container(classes=["derived"])
        self.state.nested_parse(StringList(tables.DERIVED[self.name]()), self.content_offset, found)
        return [found]


def make_pages(app: Any) -> None:
    """Write the pages that follow from the code."""
    reference.write_reference(Path(app.srcdir) / "api")
    equations.write_equations(Path(app.srcdir) / "how" / "equations.rst")


def read(app: Any, page: str, text: list[str]) -> None:
    """Give a page that stands for a folder the list of the pages in it, and mend its links."""
    folder = Path(app.srcdir, page).parent
    if page in LISTS:
        inside = sorted(path.relative_to(folder).as_posix() for path in folder.glob(LISTS[page]))
        rows = "\n".join(name.removesuffix(".md") for name in inside if name != Path(page).name + ".md")
        text[0] += f"\n\n```{{toctree}}\n:hidden:\n\n{rows}\n```\n"
    lead_inside(app, Path(), Path(), text)


def lead_inside(app: Any, path: Path, parent: Any, text: list[str]) -> None:
    """Let links to files beside the folder lead to the pages that show them, and those of such files into it."""
    text[0] = re.sub(r"\]\((?:\.\./)?docs/", "](/", text[0])
    for outside, page in OUTSIDE.items():
        for link in (outside, outside.removeprefix("../")):
            text[0] = text[0].replace(f"]({link})", f"]({page})")


def hold_names(app: Any, error: Exception | None) -> None:
    """Warn about every public name that the finished site has no entry for."""
    if error is not None or app.builder.name != "html":
        return
    described = {name for name, *_ in app.env.domains["py"].get_objects()}
    for name in names.public():
        if name.shown not in described:
            log.warning("%s: no entry of the reference is about it", name.shown)


def exact_names(app: Any, doctree: nodes.document) -> None:
    """Let a word in the place of a type be looked up as it stands, not as the end of any name that ends so."""
    for node in doctree.findall(addnodes.pending_xref):
        if node.hasattr("refspecific") and not str(node.get("reftarget", "")).startswith("."):
            del node["refspecific"]
