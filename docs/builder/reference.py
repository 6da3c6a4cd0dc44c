"""The pages of the reference: the names of the package by theme, then a page for each module."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from pathlib import Path

from docs.builder.docstrings import prepared
from docs.builder.names import Name, modules, of_package, public

THEMES = {
    "places": ("Places, periods, requests", ("site", "request", "places", "places_reader", "config")),
    "results": ("One calculation and its result", ("pipeline", "result", "sources", "areas")),
    "equations": ("Equations", ("reference", "equations")),
    "water": ("Water of a crop", ("water",)),
    "tasks": ("Tasks on dask", ("tasks",)),
    "pages": ("Pages in a notebook", ("widgets",)),
    "errors": ("Errors", ("errors",)),
}
"""The names of the package by theme: a page, its title, the modules whose names stand there."""


def theme_of(name: Name) -> str:
    """Return the page of a name of the package itself; one of no theme stands with the results."""
    part = name.module.removeprefix("etolib.").partition(".")[0]
    return next((theme for theme, (_, parts) in THEMES.items() if part in parts), "results")


def page_of(name: Name) -> str:
    """Return the page on which a public name is described."""
    return f"api/{theme_of(name)}" if name.shown.count(".") == 1 else f"api/modules/{name.module}"


def write_reference(folder: Path) -> None:
    """Write the pages of the reference into a folder; what did not change is not touched."""
    short = [name for name in public() if name.shown.count(".") == 1]
    files = {"index.rst": _index(short), "modules/index.rst": _tree(None)}
    for theme, (title, _) in THEMES.items():
        files[f"{theme}.rst"] = _page(title, "", [name for name in short if theme_of(name) == theme])
    for module in set(modules()) - {"etolib"}:
        files[f"modules/{module}.rst"] = _module(module)
    folder.joinpath("modules").mkdir(parents=True, exist_ok=True)
    for path in folder.rglob("*.rst"):
        if path.relative_to(folder).as_posix() not in files:
            path.unlink()
    for name, text in files.items():
        write_if_new(folder / name, text)


def write_if_new(path: Path, text: str) -> None:
    """Write a file where its contents differ."""
    if not path.exists() or path.read_text(encoding="utf-8") != text:
        path.write_text(text, encoding="utf-8")


def _title(text: str) -> str:
    return f"{text}\n{'=' * len(text)}\n\n"


def _page(title: str, head: str, names: Iterable[Name]) -> str:
    return _title(title) + head + "\n".join(map(_entry, names))


def _entry(name: Name) -> str:
    members = "   :members:\n   :show-inheritance:\n" if name.kind == "class" else ""
    options = members or ("   :no-value:\n" if name.kind == "data" else "")
    return f".. auto{name.kind}:: {name.shown}\n{options}"


def _index(short: list[Name]) -> str:
    text = _title("Reference") + _INTRO
    for theme, (title, _) in THEMES.items():
        text += f".. rubric:: :doc:`{title} <{theme}>`\n\n.. list-table::\n   :widths: 30 70\n\n"
        for name in short:
            if theme_of(name) == theme:
                text += f"   * - :py:obj:`{name.shown}`\n     - {name.summary}\n"
        for alias, (module, inner) in of_package().items():
            if not inner and module.removeprefix("etolib.") in THEMES[theme][1]:
                text += f"   * - :doc:`etolib.{alias} <modules/{module}>`\n     - {_words(module)}\n"
        text += "\n"
    return text + ".. toctree::\n   :hidden:\n\n" + "".join(f"   {page}\n" for page in [*THEMES, "modules/index"])


_INTRO = """Names of the package, each imported when it is first used: ``import etolib`` alone costs next to nothing.
Everything below them has its page in :doc:`modules/index`.

"""


def _words(module: str) -> str:
    first = (ast.get_docstring(modules()[module]) or "").partition("\n")[0]
    return prepared([first])[0]


def _inside(module: str | None) -> list[str]:
    """Return the modules right below one (below the package for None)."""
    above = f"{module or 'etolib'}."
    return [name for name in modules() if name.startswith(above) and "." not in name.removeprefix(above)]


def _tree(module: str | None) -> str:
    """Return the list of the modules below one, with what each is for."""
    inside = _inside(module)
    if not inside:
        return ""
    rows = "".join(f"   * - :doc:`{name} <{name}>`\n     - {_words(name)}\n" for name in inside)
    table = f".. list-table::\n   :widths: 40 60\n\n{rows}\n"
    toctree = ".. toctree::\n   :hidden:\n   :titlesonly:\n\n" + "".join(f"   {name}\n" for name in inside) + "\n"
    return (_title("Modules") if module is None else "") + table + toctree


def _module(module: str) -> str:
    own = [name for name in public() if name.module == module]
    elsewhere = [name for name in own if name.shown.count(".") == 1]
    head = f".. automodule:: {module}\n   :no-members:\n\n{_tree(module)}"
    if elsewhere:
        head += "Described as names of the package: " + ", ".join(f":py:obj:`{n.shown}`" for n in elsewhere) + ".\n\n"
    return _page(module, head, [name for name in own if name not in elsewhere])
