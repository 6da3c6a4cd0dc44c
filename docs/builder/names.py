"""The public names of etolib, read from its code without running it: what the reference must have a place for."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

PACKAGE = Path(__file__).resolve().parents[2] / "etolib"


@dataclass(frozen=True)
class Name:
    """A public name.

    Attributes
    ----------
    module, name : str
        Where it is defined, and what it is called there.
    kind : {"function", "class", "data"}
    shown : str
        The full name it is documented under: ``etolib.Site`` for a name of the package itself.
    summary : str
        The first line of its words.
    """

    module: str
    name: str
    kind: str
    shown: str
    summary: str


def module_name(path: Path) -> str:
    """Return the dotted name of a module's file."""
    parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


@cache
def modules() -> dict[str, ast.Module]:
    """Return the public modules of the package with their code; a part that begins with ``_`` makes one private."""
    named = {module_name(path): path for path in sorted(PACKAGE.rglob("*.py"))}
    open_ones = {name: path for name, path in named.items() if not any(p.startswith("_") for p in name.split("."))}
    return {name: ast.parse(path.read_text(encoding="utf-8")) for name, path in open_ones.items()}


def of_package() -> dict[str, tuple[str, str]]:
    """Return the names of the package itself, each with the module that defines it and its name there.

    The name of a module (``etolib.places``) has "" for the name.
    """
    import etolib

    found = {}
    for name in etolib.__all__:
        if f"etolib.{name}" in modules():
            found[name] = (f"etolib.{name}", "")
        elif not name.startswith("_"):
            found[name] = _home("etolib", name)
    return found


def _home(module: str, name: str) -> tuple[str, str]:
    """Return where a name that a module hands on is defined, however many modules hand it on."""
    for node in ast.walk(modules()[module]):
        if isinstance(node, ast.ImportFrom) and node.module:
            for imported in node.names:
                if (imported.asname or imported.name) == name:
                    return _home(node.module, imported.name)
    return module, name


def _defined(tree: ast.Module) -> Iterator[tuple[str, str, str]]:
    """Yield what a module defines for others: its name, kind and words; constants only with words below them."""
    for at, node in enumerate(tree.body):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            if not node.name.startswith("_"):
                kind = "class" if isinstance(node, ast.ClassDef) else "function"
                yield node.name, kind, ast.get_docstring(node) or ""
            continue
        target = (
            node.target if isinstance(node, ast.AnnAssign) else node.targets[0] if isinstance(node, ast.Assign) else 0
        )
        if isinstance(target, ast.Name) and not target.id.startswith("_"):
            after = tree.body[at + 1] if at + 1 < len(tree.body) else None
            if isinstance(after, ast.Expr) and isinstance(after.value, ast.Constant):
                yield target.id, "data", str(after.value.value)


@cache
def public() -> tuple[Name, ...]:
    """Return every public name of the package and of its modules, in the order of the code.

    One that has no words is not for others, with one exception: what the package itself names.
    """
    short = {home: f"etolib.{name}" for name, home in of_package().items()}
    found = []
    for module, tree in modules().items():
        for name, kind, words in {one[0]: one for one in _defined(tree)}.values():  # an overload counts once
            shown = short.get((module, name), f"{module}.{name}")
            if words or (module, name) in short:
                found.append(
                    Name(
                        module,
                        name,
                        kind,
                        shown if shown not in modules() else f"{module}.{name}",
                        words.partition("\n")[0],
                    )
                )
    return tuple(found)
