"""The order of the house, read from its code: no words in the page, functions and modules of a readable size."""

from __future__ import annotations

import ast
import functools
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.test_project import PACKAGE, ROOT, modules

MODULES = modules()


@functools.cache
def tree_of(path: Path) -> ast.Module:
    """Return a module as it was parsed: read once, and by the process that runs these tests alone."""
    return ast.parse(path.read_text())


def where(path: Path, node: ast.AST) -> str:
    return f"{path.relative_to(ROOT)}:{node.lineno}"


def docstrings(tree: ast.AST) -> set[int]:
    """Return the ids of constants that stand alone: docstrings, and the words below a constant."""
    return {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}


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
    assert [(where(path, node), node.value[:60]) for node in words_of_a_page(tree_of(path))] == []


# --- sizes --------------------------------------------------------------------------------------------------------


def code_lines(function: ast.FunctionDef | ast.AsyncFunctionDef, lines: list[str]) -> int:
    """Return how many lines of a function are code: no docstring, no comment, nothing empty."""
    first = function.body[0]
    documented = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant)
    docstring = set(range(first.lineno, first.end_lineno + 1)) if documented else set()
    numbers = set(range(function.lineno, function.end_lineno + 1)) - docstring
    return sum(1 for n in numbers if lines[n - 1].strip() and not lines[n - 1].strip().startswith("#"))


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_functions_fit_on_a_screen_or_say_why_not(path):
    lines = path.read_text().splitlines()
    found = []
    for node in ast.walk(tree_of(path)):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and code_lines(node, lines) > 60:
            body = lines[node.lineno - 1 : node.end_lineno]
            if not any(re.match(r"\s*# Long: \w+", line) for line in body):
                found.append(f"{node.name}: {code_lines(node, lines)}")
    assert found == []


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_modules_have_at_most_500_lines(path):
    assert len(path.read_text().splitlines()) <= 500
