"""What the code says has a key: no plain English goes to a person, and every key that is said has its text."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import etolib
from etolib import errors, words
from etolib.words import look_up

PACKAGE = Path(etolib.__file__).parent
MODULES = sorted(path for path in PACKAGE.rglob("*.py") if path.name != "errors.py")
ERRORS = {name for name, kind in vars(errors).items() if isinstance(kind, type)}


def plain(node: ast.AST) -> bool:
    """Return whether an expression is a literal of several words."""
    if isinstance(node, ast.Constant):
        return isinstance(node.value, str) and " " in node.value.strip()
    if isinstance(node, ast.JoinedStr):
        return any(map(plain, node.values))
    if isinstance(node, ast.IfExp):
        return plain(node.body) or plain(node.orelse)
    return isinstance(node, ast.BinOp) and (plain(node.left) or plain(node.right))


def said(tree: ast.AST) -> Iterator[ast.AST]:
    """Yield what a module says to people: of errors, problems, warnings and steps."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        name = getattr(node.func, "attr", getattr(node.func, "id", ""))
        named = [word.value for word in node.keywords if word.arg in ("suggestion", "rule", "message", "step")]
        if name == "Problem":  # the thing and its value are names
            yield from [*node.args[2:], *named]
        elif (
            name in ERRORS
            or (name == "append" and "warnings" in ast.unparse(node.func))
            or name in ("tell", "verbatim")
        ):
            yield from [*node.args, *named]


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_no_plain_english_is_said(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    assert [(node.lineno, ast.unparse(node)) for node in said(tree) if plain(node)] == []


def test_plain_english_would_be_found():
    code = (
        "raise SourceError(f'{source} gave nothing', suggestion='try again')\n"
        "warnings.append('no data ' + days)\nProblem('a thing', 1, 'must be 2')"
    )
    assert sum(plain(node) for node in said(ast.parse(code))) == 4


def branches(node: ast.AST) -> Iterator[ast.AST]:
    """Yield what an expression can be: both of ``a if c else b``."""
    if isinstance(node, ast.IfExp):
        yield from [*branches(node.body), *branches(node.orelse)]
    else:
        yield node


def keys(path: Path) -> Iterator[tuple[int, str, set[str] | None]]:
    """Yield line, key and names of the values of every ``say`` with a literal key; None for ``**values``."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and getattr(node.func, "attr", getattr(node.func, "id", "")) == "say":
            given = {word.arg for word in node.keywords}
            for argument in node.args[:2]:  # the page's `say` has the language before the key
                for part in branches(argument):
                    if isinstance(part, ast.Constant) and isinstance(part.value, str):
                        yield node.lineno, part.value, None if None in given else {str(name) for name in given}


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_every_key_has_its_text_and_its_values(path):
    for line, key, given in keys(path):
        if key in words.languages():
            continue
        assert words.has("en", key), f"{path.name}:{line}: {key}"
        if given is not None:
            wanted = set(re.findall(r"{(\w+)", look_up("en", key, 2 if "count" in given else None)))
            assert wanted <= given, f"{path.name}:{line}: {key} wants {sorted(wanted - given)}"
