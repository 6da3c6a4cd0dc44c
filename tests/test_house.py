"""The order of the house, read from its code: one truth for names, conventions and sentences; small functions."""

from __future__ import annotations

import ast
import builtins
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from etolib.equations import conventions
from etolib.sources import catalogue
from tests.test_project import PACKAGE, ROOT, modules

TREES = {path: ast.parse(path.read_text()) for path in modules()}


def where(path: Path, node: ast.AST) -> str:
    return f"{path.relative_to(ROOT)}:{node.lineno}"


def docstrings(tree: ast.AST) -> set[int]:
    """Return the ids of constants that stand alone: docstrings, and the words below a constant."""
    return {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}


def texts(node: ast.AST) -> list[str]:
    """Return the texts written in a tuple, list, set or as keys of a dict."""
    parts = node.keys if isinstance(node, ast.Dict) else getattr(node, "elts", [])
    return [part.value for part in parts if isinstance(part, ast.Constant) and isinstance(part.value, str)]


def test_no_name_of_a_convention_is_compared():
    names = set(conventions.CONVENTIONS)
    found = []
    for path, tree in TREES.items():
        for node in ast.walk(tree):
            if isinstance(node, ast.Compare):
                sides = [node.left, *node.comparators]
                said = {s.value for s in sides if isinstance(s, ast.Constant)} | {t for s in sides for t in texts(s)}
                if said & names:
                    found.append(where(path, node))
    assert found == []


def test_no_list_of_sources_stands_outside_the_catalogue():
    names = set(catalogue.names())
    found = [
        where(path, node)
        for path, tree in TREES.items()
        if path != PACKAGE / "sources" / "catalogue.py"
        for node in ast.walk(tree)
        if isinstance(node, (ast.Tuple, ast.List, ast.Set, ast.Dict)) and len(names & set(texts(node))) > 1
    ]
    assert found == []


# --- sentences ----------------------------------------------------------------------------------------------------

# What takes a sentence that a person will read; builtin errors are for developers.
ENDINGS = ("Error", "Unavailable", "Request", "Response", "Covered", "Limited", "Cancelled", "Timeout")
SPEAKING = re.compile(rf"^(Problem|Finding|\w+({'|'.join(ENDINGS)}))$")
NOT_TRANSLATED = {"citation.py"}


def literal(node: ast.AST) -> bool:
    """Return whether a node is a text of two words or more, written out."""
    if isinstance(node, ast.JoinedStr):
        return any(literal(part) for part in node.values)
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return len(re.findall(r"[A-Za-z]{2,}", node.value)) > 1
    return False


def spoken(tree: ast.AST) -> Iterator[ast.AST]:
    """Yield what is handed to errors, problems, findings and lists of warnings."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        if isinstance(node.func, ast.Name) and SPEAKING.match(node.func.id) and not hasattr(builtins, node.func.id):
            # the first argument of a Problem is the thing: a name
            yield from node.args[2:] if node.func.id == "Problem" else node.args
            yield from (k.value for k in node.keywords if k.arg in ("suggestion", "message", "text", "rule"))
        elif isinstance(node.func, ast.Attribute) and node.func.attr in ("append", "insert", "tell", "report"):
            yield from (arg for arg in node.args if isinstance(arg, ast.JoinedStr))


@pytest.mark.parametrize(
    "path", [p for p in TREES if p.name not in NOT_TRANSLATED], ids=lambda p: str(p.relative_to(PACKAGE))
)
def test_errors_and_warnings_are_said_by_key(path):
    found = [node for node in spoken(TREES[path]) if literal(node) and "<" not in ast.unparse(node)]
    assert [where(path, node) for node in found] == []


MARKUP = re.compile(r"<[^>]*(>|$)|&\w+;|[\w-]*etolib[\w-]*|[a-z-]+=(\"[^\"]*\"|'[^']*')|https?://\S+")


def words_of_a_page(tree: ast.AST) -> Iterator[ast.Constant]:
    """Yield the texts of code of the page that are sentences once markup is taken away; not logs, not bare raises."""
    quiet = docstrings(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.Raise) or (isinstance(node, ast.Call) and ast.unparse(node.func).startswith("log.")):
            quiet |= {id(inner) for inner in ast.walk(node)}
    for node in ast.walk(tree):
        if not isinstance(node, ast.Constant) or not isinstance(node.value, str) or id(node) in quiet:
            continue
        if re.search(r"\b[A-Z]?[a-z]{2,} [a-z]{2,}\b", MARKUP.sub(" ", node.value)):
            yield node


@pytest.mark.parametrize("path", sorted((PACKAGE / "widgets").rglob("*.py")), ids=lambda p: str(p.relative_to(PACKAGE)))
def test_the_page_holds_no_words_of_its_own(path):
    assert [(where(path, node), node.value[:60]) for node in words_of_a_page(TREES[path])] == []


# --- sizes --------------------------------------------------------------------------------------------------------


def code_lines(function: ast.FunctionDef | ast.AsyncFunctionDef, lines: list[str]) -> int:
    """Return how many lines of a function are code: no docstring, no comment, nothing empty."""
    first = function.body[0]
    documented = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant)
    docstring = set(range(first.lineno, first.end_lineno + 1)) if documented else set()
    numbers = set(range(function.lineno, function.end_lineno + 1)) - docstring
    return sum(1 for n in numbers if lines[n - 1].strip() and not lines[n - 1].strip().startswith("#"))


@pytest.mark.parametrize("path", TREES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_functions_fit_on_a_screen_or_say_why_not(path):
    lines = path.read_text().splitlines()
    found = []
    for node in ast.walk(TREES[path]):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and code_lines(node, lines) > 60:
            body = lines[node.lineno - 1 : node.end_lineno]
            if not any(re.match(r"\s*# Long: \w+", line) for line in body):
                found.append(f"{node.name}: {code_lines(node, lines)}")
    assert found == []


@pytest.mark.parametrize("path", TREES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_modules_have_at_most_500_lines(path):
    assert len(path.read_text().splitlines()) <= 500
